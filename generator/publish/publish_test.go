package publish

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"jixiao/generator/unit"
)

func open(t *testing.T) (*Results, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "成果")
	r, err := Open(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r, dir
}

// die lets go of the folder as a killed process does: without cleaning up.
func (r *Results) die(t *testing.T) {
	t.Helper()
	if err := r.release(); err != nil {
		t.Fatal(err)
	}
}

// docs are documents, written as path=content.
func docs(list ...string) []unit.Document {
	var out []unit.Document
	for _, d := range list {
		name, text, _ := strings.Cut(d, "=")
		out = append(out, unit.Document{Path: name, Data: []byte(text)})
	}
	return out
}

// packed is what a unit called 某局 publishes into a folder.
func packed(folder string, list ...string) Package {
	return Package{Receipt: Receipt{Name: "某局", Folder: folder, Basis: strings.Join(list, " ")}, Documents: docs(list...)}
}

// tree lists the files of a folder with their contents, without jixiao's own.
func tree(t *testing.T, dir string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err == nil && d.Name() == StateFolder {
			return filepath.SkipDir
		}
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(p)
		rel, _ := filepath.Rel(dir, p) // p lies below dir
		out = append(out, filepath.ToSlash(rel)+"="+string(data))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(out)
	return out
}

// leftovers lists what lies in the work folders, locks apart.
func leftovers(t *testing.T, dir string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(filepath.Join(dir, filepath.FromSlash(workFolder)), func(p string, d fs.DirEntry, err error) error {
		if err == nil && !strings.HasSuffix(p, lockEnding) && d.Name() != "work" {
			out = append(out, p)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func put(t *testing.T, dir string, files ...string) {
	t.Helper()
	for _, f := range files {
		name, text, _ := strings.Cut(f, "=")
		p := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestPublishReplacesWhatTheUnitHad(t *testing.T) {
	t.Parallel()
	r, dir := open(t)
	for i, s := range []struct {
		p    Package
		want []string
	}{
		{packed("退回/某局", "退回/某局/a.xlsx=1", "退回/某局/草稿/b.docx=2"), []string{"退回/某局/a.xlsx=1", "退回/某局/草稿/b.docx=2"}},
		{packed("单位/某局", "单位/某局/b.docx=3"), []string{"单位/某局/b.docx=3"}},
		{packed("单位/某局", "单位/某局/c.docx=4"), []string{"单位/某局/c.docx=4"}},
		{packed("单位/某局"), nil}, // a form without documents
	} {
		if err := r.Publish(s.p); err != nil {
			t.Fatalf("step %d: %v", i, err)
		}
		if got := tree(t, dir); !slices.Equal(got, s.want) {
			t.Errorf("step %d: %q, want %q", i, got, s.want)
		}
		receipt, err := r.Receipt("某局")
		if err != nil || receipt == nil || len(receipt.Outputs) != len(s.want) || receipt.Basis != s.p.Receipt.Basis {
			t.Errorf("step %d: receipt %+v, %v", i, receipt, err)
		} else if whole, err := r.Stands(receipt); !whole || err != nil {
			t.Errorf("step %d: the receipt does not stand: %v", i, err)
		}
	}
	for _, gone := range []string{"单位/某局", "退回/某局"} {
		if _, err := os.Stat(filepath.Join(dir, gone)); err == nil {
			t.Errorf("an empty %s is left", gone)
		}
	}
}

func TestNothingLeavesTheResults(t *testing.T) {
	t.Parallel()
	r, dir := open(t)
	for _, name := range []string{"../逃.txt", "单位/../../逃.txt", "/逃.txt"} {
		if err := r.File(unit.Document{Path: name, Data: []byte("x")}); err == nil {
			t.Errorf("%s was written", name)
		}
	}
	if err := os.Symlink(t.TempDir(), filepath.Join(dir, "单位")); err != nil {
		t.Fatal(err)
	}
	if err := r.Publish(packed("单位/某局", "单位/某局/a.docx=x")); err == nil {
		t.Error("a document was written through a link out of the results")
	}
	if _, err := os.Stat(filepath.Join(dir, "..", "逃.txt")); err == nil {
		t.Error("a file was written beside the results")
	}
	err := r.Publish(packed("退回/某局", "退回/别局/a.docx=x"))
	if err == nil || !strings.Contains(err.Error(), "退回/别局/a.docx 不在 退回/某局 里") {
		t.Errorf("a document outside its unit's folder: %v", err)
	}
}

func TestFailureLeavesTheOldFolder(t *testing.T) {
	t.Parallel()
	r, dir := open(t)
	if err := r.Publish(packed("单位/某局", "单位/某局/a.docx=旧")); err != nil {
		t.Fatal(err)
	}
	// The second document cannot be written: its folder is a file of the first.
	if err := r.Publish(packed("单位/某局", "单位/某局/a.docx=新", "单位/某局/a.docx/b=新")); err == nil {
		t.Fatal("no error")
	}
	if got, want := tree(t, dir), []string{"单位/某局/a.docx=旧"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestOpenRefusesAFolderThatCannotBeMade(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "文件")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(filepath.Join(file, "成果"), ""); err == nil || errors.Is(err, ErrHeld) {
		t.Errorf("%v", err)
	}
}

// TestForeignFilesStay: what no receipt names is neither replaced nor removed,
// also when it comes between looking and replacing.
func TestForeignFilesStay(t *testing.T) {
	t.Parallel()
	r, dir := open(t)
	if err := r.Publish(packed("退回/某局", "退回/某局/某局.xlsx=旧")); err != nil {
		t.Fatal(err)
	}
	put(t, dir, "单位/某局/扫描/盖章页.pdf=人", "退回/某局/来函.pdf=人")
	r.killed = func(step string) bool {
		if step == "pending" { // the new folder is built, the old one still in its place
			put(t, dir, "单位/某局/刚放的.pdf=人")
		}
		return false
	}
	if err := r.Publish(packed("单位/某局", "单位/某局/新.docx=新")); err != nil {
		t.Fatal(err)
	}
	want := []string{"单位/某局/刚放的.pdf=人", "单位/某局/扫描/盖章页.pdf=人", "单位/某局/新.docx=新", "退回/某局/来函.pdf=人"}
	if got := tree(t, dir); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestKilledAtEveryStep: whatever step a process dies after, the next one finds
// the old documents or the new, never a part of either, and ends with the new.
func TestKilledAtEveryStep(t *testing.T) {
	t.Parallel()
	oldTree := []string{"退回/某局/a.xlsx=旧", "退回/某局/人.pdf=人", "单位/某局/人.pdf=人"}
	newTree := []string{"单位/某局/b.docx=新", "单位/某局/c.docx=新", "单位/某局/人.pdf=人", "退回/某局/人.pdf=人"}
	moved := packed("单位/某局", "单位/某局/b.docx=新", "单位/某局/c.docx=新")
	sameTree := []string{"退回/某局/a.xlsx=新", "退回/某局/b.xlsx=新", "退回/某局/人.pdf=人", "单位/某局/人.pdf=人"}
	same := packed("退回/某局", "退回/某局/a.xlsx=新", "退回/某局/b.xlsx=新")
	for _, c := range []struct {
		name      string
		p         Package
		want      []string
		exchanged bool // in one stroke, as Linux can
	}{
		{"accepted now", moved, newTree, true},
		{"accepted now, no exchange", moved, newTree, false},
		{"returned again", same, sameTree, true},
		{"returned again, no exchange", same, sameTree, false},
	} {
		slices.Sort(c.want)
		for _, step := range []string{"built", "pending", "aside", "placed", "withdrawn", "receipt"} {
			t.Run(c.name+" "+step, func(t *testing.T) {
				t.Parallel()
				dir := t.TempDir()
				first, err := Open(dir, "")
				if err != nil {
					t.Fatal(err)
				}
				if err := first.Publish(packed("退回/某局", "退回/某局/a.xlsx=旧")); err != nil {
					t.Fatal(err)
				}
				put(t, dir, "单位/某局/人.pdf=人", "退回/某局/人.pdf=人")
				first.noExchange = !c.exchanged
				stopped := false
				first.killed = func(s string) bool { stopped = stopped || s == step; return s == step }
				err = first.Publish(c.p)
				if stopped != errors.Is(err, errKilled) || !stopped && err != nil {
					t.Fatalf("stopped %v: %v", stopped, err)
				}
				if !stopped && (step != "aside" || !c.exchanged) {
					t.Fatalf("there is no step %s", step)
				}
				first.die(t)
				next, err := Open(dir, "")
				if err != nil {
					t.Fatal(err)
				}
				got := tree(t, dir)
				switch old := slices.Sorted(slices.Values(oldTree)); {
				case step == "built" && !slices.Equal(got, old):
					t.Errorf("%q, want the old documents %q", got, old)
				case step != "built" && !slices.Equal(got, c.want):
					t.Errorf("%q, want the new documents %q", got, c.want)
				}
				receipt, err := next.Receipt("某局")
				if err != nil {
					t.Fatal(err)
				}
				if whole, err := next.Stands(receipt); !whole || err != nil {
					t.Errorf("the receipt names %v, which do not stand: %v", receipt.Outputs, err)
				}
				if err := next.Publish(c.p); err != nil {
					t.Fatal(err)
				}
				if got := tree(t, dir); !slices.Equal(got, c.want) {
					t.Errorf("done again: %q, want %q", got, c.want)
				}
				if err := next.Close(); err != nil {
					t.Fatal(err)
				}
				if left := leftovers(t, dir); len(left) > 0 {
					t.Errorf("left: %q", left)
				}
			})
		}
	}
}

// TestOneRunAtATime: a second run is refused while the first holds the folder;
// shards share it with each other, not with a run.
func TestOneRunAtATime(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		first, second string
		held          bool
	}{
		{"", "", true},
		{"", "1-of-2", true},
		{"1-of-2", "", true},
		{"1-of-2", "1-of-2", true},
		{"1-of-2", "2-of-2", false},
	} {
		dir := t.TempDir()
		first, err := Open(dir, c.first)
		if err != nil {
			t.Fatal(err)
		}
		half := first.temporary("file")
		if err := first.write(half, []byte("half")); err != nil {
			t.Fatal(err)
		}
		second, err := Open(dir, c.second)
		if errors.Is(err, ErrHeld) != c.held || !c.held && err != nil {
			t.Errorf("%q beside %q: %v", c.second, c.first, err)
		}
		if err == nil {
			if err := second.Close(); err != nil {
				t.Error(err)
			}
		}
		if _, err := first.root.Stat(half); err != nil {
			t.Errorf("%q has taken away what %q is at: %v", c.second, c.first, err)
		}
		first.die(t)
		next, err := Open(dir, "3-of-3")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := next.root.Stat(half); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("what a dead %q left is still there", c.first)
		}
		if err := next.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestSameBytesAreLeftAlone: a file that has its content already is not written again.
func TestSameBytesAreLeftAlone(t *testing.T) {
	t.Parallel()
	r, dir := open(t)
	inode := func() fs.FileInfo {
		t.Helper()
		info, err := os.Stat(filepath.Join(dir, "run.json"))
		if err != nil {
			t.Fatal(err)
		}
		return info
	}
	write := func(text string) {
		t.Helper()
		if err := r.File(unit.Document{Path: "run.json", Data: []byte(text)}); err != nil {
			t.Fatal(err)
		}
	}
	write("1")
	before := inode()
	write("1")
	if !os.SameFile(before, inode()) {
		t.Error("the same bytes were written again")
	}
	write("2")
	if os.SameFile(before, inode()) {
		t.Error("other bytes were written into the old file")
	}
}

// TestDamagedReceipt: a receipt that cannot be believed proves nothing, and the
// unit can be published over it.
func TestDamagedReceipt(t *testing.T) {
	t.Parallel()
	r, dir := open(t)
	if err := r.Publish(packed("单位/某局", "单位/某局/a.docx=1")); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(filepath.Join(dir, receiptPath("某局")))
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"", "{}", string(good[:len(good)/2]), strings.Replace(string(good), `"version": 1`, `"version": 9`, 1), strings.Replace(string(good), "某局", "别局", 1)} {
		put(t, dir, receiptPath("某局")+"="+bad)
		var damaged *DamagedError
		if receipt, err := r.Receipt("某局"); !errors.As(err, &damaged) || receipt != nil {
			t.Errorf("%.40q: %v, %v", bad, receipt, err)
		}
		if err := r.Publish(packed("单位/某局", "单位/某局/a.docx=2")); err != nil {
			t.Errorf("%.40q: %v", bad, err)
		}
	}
	if names, err := r.Names(); err != nil || !slices.Equal(names, []string{"某局"}) {
		t.Errorf("%q, %v", names, err)
	}
}

// TestStand tells what became of a document.
func TestStand(t *testing.T) {
	t.Parallel()
	r, dir := open(t)
	p := packed("单位/某局", "单位/某局/a.docx=12", "单位/某局/b.docx=12", "单位/某局/c.docx=12", "单位/某局/d.docx=12", "单位/某局/e.docx=12")
	if err := r.Publish(p); err != nil {
		t.Fatal(err)
	}
	put(t, dir, "单位/某局/b.docx=21", "单位/某局/c.docx=123")
	if err := errors.Join(os.Remove(filepath.Join(dir, "单位/某局/d.docx")), os.Remove(filepath.Join(dir, "单位/某局/e.docx")), os.Mkdir(filepath.Join(dir, "单位/某局/e.docx"), 0o755)); err != nil {
		t.Fatal(err)
	}
	receipt, err := r.Receipt("某局")
	if err != nil {
		t.Fatal(err)
	}
	want := []Stand{Whole, Changed, Changed, Gone, Changed}
	for i, o := range receipt.Outputs {
		if got, err := r.Stand(o); got != want[i] || err != nil {
			t.Errorf("%s: %v, %v; want %v", path.Base(o.Path), got, err, want[i])
		}
	}
	if whole, err := r.Stands(receipt); whole || err != nil {
		t.Errorf("stands %v, %v", whole, err)
	}
}

// TestVerdictIsKept beside its receipt, and only the one that the receipt names.
func TestVerdictIsKept(t *testing.T) {
	t.Parallel()
	r, dir := open(t)
	p := packed("单位/某局", "单位/某局/a.docx=1")
	p.Verdict = []byte(`{"a":1}`)
	p.Receipt.Verdict = Hash(p.Verdict)
	if err := r.Publish(p); err != nil {
		t.Fatal(err)
	}
	receipt, err := r.Receipt("某局")
	if err != nil {
		t.Fatal(err)
	}
	if kept, err := r.Verdict(receipt); string(kept) != `{"a":1}` || err != nil {
		t.Errorf("%s, %v", kept, err)
	}
	put(t, dir, verdictPath("某局")+"=别的")
	if kept, err := r.Verdict(receipt); kept != nil || err != nil {
		t.Errorf("another one was believed: %s, %v", kept, err)
	}
}

// FuzzNames: whatever units and documents are called, what is published lies
// below the results, is found again by its receipt, and nothing else is touched.
func FuzzNames(f *testing.F) {
	for _, c := range [][2]string{
		{"青岚区水务局", "自评表.docx"}, {"../../etc", "passwd"}, {"CON", "NUL.docx"}, {"某局.", " .docx"}, {"a/b\\c:d", "x\x00y"},
		{strings.Repeat("长", 120), strings.Repeat("长", 120) + ".docx"}, {"e\u0301", "\u202e\u200b"}, {".jixiao", "receipts"}, {"", ""},
	} {
		f.Add(c[0], c[1])
	}
	base := f.TempDir()
	f.Fuzz(func(t *testing.T, name, file string) {
		dir, err := os.MkdirTemp(base, "")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir) // the next one has a folder of its own
		r, err := Open(filepath.Join(dir, "成果"), "")
		if err != nil {
			t.Fatal(err)
		}
		folder := path.Join("单位", unit.SafeName(name))
		p := Package{Receipt: Receipt{Name: unit.SafeName(name), Folder: folder}, Documents: []unit.Document{{Path: path.Join(folder, unit.SafeName(file)), Data: []byte("x")}}}
		if err := r.Publish(p); err != nil {
			t.Fatalf("%q, %q: %v", name, file, err)
		}
		receipt, err := r.Receipt(unit.SafeName(name))
		if err != nil {
			t.Fatal(err)
		}
		if whole, err := r.Stands(receipt); !whole || err != nil {
			t.Errorf("%q, %q: %v", name, file, err)
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		got := tree(t, dir)
		if want := "成果/" + p.Documents[0].Path + "=x"; len(got) != 1 || got[0] != want {
			t.Errorf("%q, want %q", got, want)
		}
	})
}

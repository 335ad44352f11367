package publish

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"jixiao/generator/unit"
)

func open(t *testing.T) (*Results, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "成果")
	r, err := Open(dir)
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

// tree lists the files of a folder with their contents.
func tree(t *testing.T, dir string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == lockFile || d.Name() == publishedFile {
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

func TestUnitReplacesItsFolderAndItsOtherOutcome(t *testing.T) {
	t.Parallel()
	r, dir := open(t)
	steps := []struct {
		folder, instead string
		docs            []unit.Document
		want            []string
	}{
		{"退回/某局", "单位/某局", []unit.Document{{Path: "退回/某局/a.xlsx", Data: []byte("1")}, {Path: "退回/某局/草稿/b.docx", Data: []byte("2")}},
			[]string{"退回/某局/a.xlsx=1", "退回/某局/草稿/b.docx=2"}},
		{"单位/某局", "退回/某局", []unit.Document{{Path: "单位/某局/b.docx", Data: []byte("3")}},
			[]string{"单位/某局/b.docx=3"}},
		{"单位/某局", "退回/某局", []unit.Document{{Path: "单位/某局/c.docx", Data: []byte("4")}},
			[]string{"单位/某局/c.docx=4"}},
	}
	for i, s := range steps {
		if err := r.Unit(s.folder, s.instead, s.docs); err != nil {
			t.Fatalf("step %d: %v", i, err)
		}
		if err := r.root.RemoveAll(stage); err != nil {
			t.Fatal(err)
		}
		if err := r.root.Mkdir(stage, 0o755); err != nil {
			t.Fatal(err)
		}
		if got := tree(t, dir); !slices.Equal(got, s.want) {
			t.Errorf("step %d: %q, want %q", i, got, s.want)
		}
	}
}

func TestNothingLeavesTheResults(t *testing.T) {
	t.Parallel()
	r, dir := open(t)
	for _, d := range []unit.Document{
		{Path: "../逃.txt", Data: []byte("x")},
		{Path: "单位/../../逃.txt", Data: []byte("x")},
		{Path: "/逃.txt", Data: []byte("x")},
	} {
		if err := r.File(d); err == nil {
			t.Errorf("%s was written", d.Path)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "..", "逃.txt")); err == nil {
		t.Error("a file was written beside the results")
	}
	err := r.Unit("单位/某局", "", []unit.Document{{Path: "单位/别局/a.docx", Data: []byte("x")}})
	if err == nil || !strings.Contains(err.Error(), "不在") {
		t.Errorf("a document outside its unit's folder: %v", err)
	}
}

func TestFailureLeavesTheOldFolder(t *testing.T) {
	t.Parallel()
	r, dir := open(t)
	if err := r.Unit("单位/某局", "", []unit.Document{{Path: "单位/某局/a.docx", Data: []byte("旧")}}); err != nil {
		t.Fatal(err)
	}
	// The second document cannot be written: its folder is a file of the first.
	err := r.Unit("单位/某局", "", []unit.Document{{Path: "单位/某局/a.docx", Data: []byte("新")}, {Path: "单位/某局/a.docx/b", Data: []byte("新")}})
	if err == nil {
		t.Fatal("no error")
	}
	data, err := os.ReadFile(filepath.Join(dir, "单位", "某局", "a.docx"))
	if err != nil || string(data) != "旧" {
		t.Errorf("%q, %v; want the old document", data, err)
	}
}

func TestCloseLeavesNothingUnfinished(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.write(r.temporary(), []byte("half")); err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if got := tree(t, dir); len(got) != 0 {
		t.Errorf("left: %q", got)
	}
}

func TestOpenRefusesAFolderThatCannotBeMade(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "文件")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(filepath.Join(file, "成果")); err == nil {
		t.Error("no error")
	}
}

// TestForeignFilesStay: what no run published is neither replaced nor removed.
func TestForeignFilesStay(t *testing.T) {
	t.Parallel()
	r, dir := open(t)
	put := func(name, text string) {
		p := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	put("单位/某局/旧.docx", "旧")
	put("单位/某局/扫描/盖章页.pdf", "人")
	put("退回/某局/某局.xlsx", "旧")
	put("退回/某局/来函.pdf", "人")
	if err := r.enter([]unit.Document{{Path: "单位/某局/旧.docx"}, {Path: "退回/某局/某局.xlsx"}}); err != nil {
		t.Fatal(err)
	}
	if err := r.Unit("单位/某局", "退回/某局", []unit.Document{{Path: "单位/某局/新.docx", Data: []byte("新")}}); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(r.root.RemoveAll(stage), r.root.Mkdir(stage, 0o755)); err != nil {
		t.Fatal(err)
	}
	want := []string{"单位/某局/扫描/盖章页.pdf=人", "单位/某局/新.docx=新", "退回/某局/来函.pdf=人"}
	if got := tree(t, dir); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestOneRunAtATime: a second run is refused while the first holds the folder,
// and what a killed run left is swept away by the next.
func TestOneRunAtATime(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir); !errors.Is(err, ErrHeld) {
		t.Errorf("a second run: %v", err)
	}
	if err := first.write(first.temporary(), []byte("half")); err != nil {
		t.Fatal(err)
	}
	// As if killed: the lock goes, the half-written file stays.
	if err := first.Unit("单位/某局", "", []unit.Document{{Path: "单位/某局/a.docx", Data: []byte("1")}}); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(first.lock.Unlock(), first.list.Close(), first.root.Close()); err != nil {
		t.Fatal(err)
	}
	next, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer next.Close()
	if left := tree(t, filepath.Join(dir, stage)); len(left) > 0 {
		t.Errorf("left: %q", left)
	}
	// What the killed run published is known: a unit that is returned now has no official document.
	if err := next.Unit("退回/某局", "单位/某局", []unit.Document{{Path: "退回/某局/a.xlsx", Data: []byte("2")}}); err != nil {
		t.Fatal(err)
	}
	if got, want := tree(t, dir), []string{"退回/某局/a.xlsx=2"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

package generator

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"jixiao/generator/ooxml"
	"jixiao/generator/publish"
	"jixiao/generator/unit"
)

// published reads a results folder without jixiao's own files.
func published(t testing.TB, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err == nil && d.Name() == publish.StateFolder {
			return filepath.SkipDir
		}
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(p)
		rel, _ := filepath.Rel(dir, p) // p lies below dir
		all[filepath.ToSlash(rel)] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// same holds two results folders against each other, byte for byte.
func same(t testing.TB, got, want map[string]string) {
	t.Helper()
	if len(want) == 0 {
		t.Fatal("nothing to compare with")
	}
	for name, data := range want {
		if text, ok := got[name]; !ok {
			t.Errorf("%s is missing", name)
		} else if text != data {
			t.Errorf("%s has other bytes", name)
		}
	}
	for name := range got {
		if _, ok := want[name]; !ok {
			t.Errorf("%s is there too", name)
		}
	}
}

func must(t testing.TB, job Job) {
	t.Helper()
	if _, err := Run(context.Background(), job, &quiet{}); err != nil {
		t.Fatal(err)
	}
}

// did is what a run's manifest says it did about each unit.
func did(t testing.TB, out string) map[string]string {
	t.Helper()
	runs, err := os.ReadDir(filepath.Join(out, publish.StateFolder, "runs"))
	if err != nil || len(runs) == 0 {
		t.Fatal("no runs", err)
	}
	last := filepath.Join(out, publish.StateFolder, "runs", runs[len(runs)-1].Name())
	data, err := os.ReadFile(filepath.Join(last, "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	var m manifest
	if err := json.Unmarshal(data, &m); err != nil {
		t.Fatal(err)
	}
	done := map[string]string{"": m.Result}
	for _, u := range m.Units {
		done[u.Receipt] = u.Done
	}
	return done
}

// clock gives every run another second, so that their journals lie apart.
func clock() func() time.Time {
	var n atomic.Int64 // every worker asks
	return func() time.Time {
		return time.Date(2023, 4, 1, 1, 15, int(n.Add(1)), 0, time.UTC)
	}
}

// TestRerunSkipsWhatReceiptsProve: a unit is rendered anew when anything that its
// documents depend on has changed, or one of them is gone, and only then.
func TestRerunSkipsWhatReceiptsProve(t *testing.T) {
	t.Parallel()
	const one, two = "青岚区第1局", "青岚区第2局"
	document := Plain.Accepted + "/" + one + "/" + one + "整体支出绩效自评表.docx"
	f := builtin(t)
	for _, c := range []struct {
		name   string
		change func(t *testing.T, job *Job)
		one    string
		two    string
	}{
		{"nothing", func(*testing.T, *Job) {}, codeStanding, codeStanding},
		{"its workbook", func(t *testing.T, job *Job) {
			other := inbox(t, 3) // the third unit's workbook replaces the first unit's
			data, err := os.ReadFile(filepath.Join(other, "0000.xlsx"))
			if err != nil {
				t.Fatal(err)
			}
			p, err := ooxml.Open(data, ooxml.DefaultLimits())
			if err != nil {
				t.Fatal(err)
			}
			data, err = p.Rewrite(map[string][]byte{"docProps/thumbnail.txt": []byte("x")}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(job.Inbox[0], "0000.xlsx"), data, 0o644); err != nil {
				t.Fatal(err)
			}
		}, codePublished, codeStanding},
		{"the roster's row", func(_ *testing.T, job *Job) {
			job.Roster = &unit.Roster{Units: []unit.Unit{{Name: one, Code: "001"}, {Name: two, Code: "002"}}}
		}, codePublished, codePublished},
		{"the form", func(_ *testing.T, job *Job) {
			g := *job.Form
			g.SHA256 = strings.Repeat("0", 64)
			job.Form = &g
		}, codePublished, codePublished},
		{"the program", func(_ *testing.T, job *Job) { job.Program = "jixiao 2" }, codePublished, codePublished},
		{"the build", func(_ *testing.T, job *Job) { job.Build = "2" }, codePublished, codePublished},
		{"the year", func(_ *testing.T, job *Job) { job.Year = "2022" }, codePublished, codePublished},
		{"an option", func(_ *testing.T, job *Job) { job.Drafts = true }, codePublished, codePublished},
		{"keeping verdicts", func(_ *testing.T, job *Job) { job.Keep = true }, codePublished, codePublished},
		{"a document was changed", func(t *testing.T, job *Job) {
			if err := os.WriteFile(filepath.Join(job.Out, filepath.FromSlash(document)), []byte("x"), 0o644); err != nil {
				t.Fatal(err)
			}
		}, codePublished, codeStanding},
		{"a document is gone", func(t *testing.T, job *Job) {
			if err := os.Remove(filepath.Join(job.Out, filepath.FromSlash(document))); err != nil {
				t.Fatal(err)
			}
		}, codePublished, codeStanding},
		{"its receipt is damaged", func(t *testing.T, job *Job) {
			if err := os.WriteFile(filepath.Join(job.Out, publish.StateFolder, "receipts", one+".json"), []byte("{"), 0o644); err != nil {
				t.Fatal(err)
			}
		}, codePublished, codeStanding},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			job := Job{Form: f, Inbox: []string{inbox(t, 2)}, Out: t.TempDir(), Limits: ooxml.DefaultLimits(), Program: "jixiao 1", Build: "1", Clock: clock()}
			must(t, job)
			c.change(t, &job)
			must(t, job)
			if got := did(t, job.Out); got[one] != c.one || got[two] != c.two {
				t.Errorf("%s: %s, %s: %s; want %s and %s", one, got[one], two, got[two], c.one, c.two)
			}
			fresh := job
			fresh.Out = t.TempDir()
			must(t, fresh)
			same(t, published(t, job.Out), published(t, fresh.Out))
		})
	}
}

// TestDropFolderLayout: the same results at the places of a drop folder; the
// accounts name them as seen from where they stand.
func TestDropFolderLayout(t *testing.T) {
	t.Parallel()
	in := inbox(t, 1)
	if err := os.WriteFile(filepath.Join(in, "青岚区坏局.xlsx"), []byte("坏"), 0o644); err != nil {
		t.Fatal(err)
	}
	out := t.TempDir()
	job := Job{Form: builtin(t), Inbox: []string{in}, Out: out, Layout: DropFolder, Limits: ooxml.DefaultLimits()}
	must(t, job)
	files := published(t, out)
	for _, name := range []string{
		"成果/单位/青岚区第1局/青岚区第1局整体支出绩效自评表.docx", "退回/青岚区坏局/青岚区坏局.xlsx",
		"成果/汇总/2022年度绩效自评汇总表.xlsx", "成果/审核情况.xlsx", "成果/运行报告.html", "成果/run.json", "成果/SHA256SUMS",
	} {
		if files[name] == "" {
			t.Errorf("there is no %s", name)
		}
	}
	for _, want := range []string{`"path": "../退回/青岚区坏局/青岚区坏局.xlsx"`, `"path": "单位/青岚区第1局/青岚区第1局整体支出绩效自评表.docx"`} {
		if !strings.Contains(files["成果/run.json"], want) {
			t.Errorf("run.json does not have %s", want)
		}
	}
	v, err := Verify(out)
	if err != nil || !v.Sound() || v.Documents != len(files) {
		t.Errorf("%+v, %v; want %d sound documents", v, err, len(files))
	}
}

// TestFoldersDoNotClash: units whose names some file system takes for one get a
// folder each, and a unit of the roster the same one whoever else sends.
func TestFoldersDoNotClash(t *testing.T) {
	t.Parallel()
	names := []string{"青岚区水务局", "ABC公司", "abc公司", "ＡＢＣ公司", "é局", "e\u0301局", "a/b局", "a:b局", "CON", "某局.", "某局", strings.Repeat("长", 120), strings.Repeat("长", 121)}
	for _, coded := range []bool{true, false} {
		roster := &unit.Roster{}
		for i, n := range names {
			u := unit.Unit{Name: n}
			if coded {
				u.Code = string(rune('A' + i))
			}
			roster.Units = append(roster.Units, u)
		}
		seen := map[string]string{}
		for i, f := range folders(parcelsOf(roster.Units), roster) {
			k := unit.Alike(f)
			if other, ok := seen[k]; ok {
				t.Errorf("%q and %q share the folder %q", other, names[i], f)
			}
			seen[k] = names[i]
			if unit.SafeName(f) != f {
				t.Errorf("%q is not a safe name", f)
			}
			if alone := folders(parcelsOf(roster.Units[i:i+1]), roster); alone[0] != f {
				t.Errorf("%q alone has the folder %q, among others %q", names[i], alone[0], f)
			}
		}
	}
}

// TestTooManyReturned stops before anything is published.
func TestTooManyReturned(t *testing.T) {
	t.Parallel()
	in := inbox(t, 2)
	for _, n := range []string{"坏一局", "坏二局"} {
		if err := os.WriteFile(filepath.Join(in, n+".xlsx"), []byte("坏"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		limit string
		stops bool
	}{{"1", true}, {"2", false}, {"49%", true}, {"50%", false}, {"0", true}, {"100%", false}} {
		t.Run(c.limit, func(t *testing.T) {
			t.Parallel()
			share, ok := ParseShare(c.limit)
			if !ok || share.String() != c.limit {
				t.Fatal(share)
			}
			job := Job{Form: builtin(t), Inbox: []string{in}, Out: t.TempDir(), MaxReturned: share, Limits: ooxml.DefaultLimits()}
			_, err := Run(context.Background(), job, &quiet{})
			var tooMany *TooManyReturnedError
			if errors.As(err, &tooMany) != c.stops || !c.stops && err != nil {
				t.Fatalf("%v", err)
			}
			if n := len(published(t, job.Out)); c.stops != (n == 0) {
				t.Errorf("%d files were published", n)
			}
			if c.stops && did(t, job.Out)[""] != codeTooMany {
				t.Errorf("the manifest says %q", did(t, job.Out)[""])
			}
		})
	}
	for _, bad := range []string{"", "-1", "101%", "50 %", "半", "1.5"} {
		if s, ok := ParseShare(bad); ok {
			t.Errorf("%q was read as %v", bad, s)
		}
	}
}

// TestLogHasFixedKeys: every line has the same keys, and none of what stands in a cell.
func TestLogHasFixedKeys(t *testing.T) {
	t.Parallel()
	in := inbox(t, 1)
	if err := os.WriteFile(filepath.Join(in, "坏局.xlsx"), []byte("坏"), 0o644); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	out := t.TempDir()
	must(t, Job{Form: builtin(t), Inbox: []string{in}, Out: out, Workers: 1, Limits: ooxml.DefaultLimits(), Log: slog.New(slog.NewJSONHandler(&b, nil)), Clock: clock()})
	journals, err := filepath.Glob(filepath.Join(out, publish.StateFolder, "runs", "*", "journal.jsonl"))
	if err != nil || len(journals) != 1 {
		t.Fatal(journals, err)
	}
	journal, err := os.ReadFile(journals[0])
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"attempt", "code", "dur_ms", "file", "level", "msg", "run_id", "sha8", "stage", "time", "unit"}
	codes := map[string]int{}
	for _, text := range []string{b.String(), string(journal)} {
		lines := strings.Split(strings.TrimSpace(text), "\n")
		for _, line := range lines {
			var got map[string]any
			if err := json.Unmarshal([]byte(line), &got); err != nil {
				t.Fatalf("%s: %v", line, err)
			}
			var keys []string
			for k := range got {
				keys = append(keys, k)
			}
			slices.Sort(keys)
			if !slices.Equal(keys, want) {
				t.Errorf("keys %q, want %q", keys, want)
			}
			codes[got["stage"].(string)+" "+got["code"].(string)]++
		}
	}
	for code, n := range map[string]int{"run start": 2, "intake read": 2, "intake unreadable": 2, "publish accepted": 2, "publish returned": 2, "run finished": 2} {
		if codes[code] != n {
			t.Errorf("%d lines say %s, want %d (%v)", codes[code], code, n, codes)
		}
	}
	for _, cell := range []string{"1268.3", "保障", "13800"} {
		if strings.Contains(b.String(), cell) {
			t.Errorf("the log holds %s", cell)
		}
	}
}

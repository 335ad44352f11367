package generator

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"jixiao/generator/form"
	"jixiao/generator/ooxml"
	"jixiao/generator/report"
	"jixiao/generator/unit"
	"jixiao/templates"
)

const water = "../samples/青岚区2022年度/收件/青岚区水务局2022年度自评.xlsx"

func builtin(t testing.TB) *form.Form {
	t.Helper()
	sub, err := fs.Sub(templates.FS(), "整体支出")
	if err != nil {
		t.Fatal(err)
	}
	f, faults, err := form.Load("整体支出", sub)
	if err != nil || len(faults) > 0 {
		t.Fatal(err, faults)
	}
	return f
}

// inbox writes n workbooks of n units: the sample under other names.
func inbox(t testing.TB, n int) string {
	t.Helper()
	data, err := os.ReadFile(water)
	if err != nil {
		t.Fatal(err)
	}
	p, err := ooxml.Open(data, ooxml.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	const part = "xl/sharedStrings.xml"
	text, ok := p.Part(part)
	if !ok || !strings.Contains(string(text), "青岚区水务局") {
		t.Fatal("the sample does not name its unit")
	}
	dir := t.TempDir()
	for i := range n {
		renamed := strings.ReplaceAll(string(text), "青岚区水务局", fmt.Sprintf("青岚区第%d局", i+1))
		out, err := p.Rewrite(map[string][]byte{part: []byte(renamed)}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%04d.xlsx", i)), out, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// quiet counts what a run tells.
type quiet struct {
	mu    sync.Mutex
	units int
	done  int
}

func (q *quiet) Start(units int) { q.units = units }
func (q *quiet) Done(unit.Unit, unit.Outcome, int, int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.done++
}

func TestRunPublishesEveryUnit(t *testing.T) {
	t.Parallel()
	const n = 12
	out := t.TempDir()
	var q quiet
	run, err := Run(context.Background(), Job{Form: builtin(t), Inbox: []string{inbox(t, n)}, Out: out, Limits: ooxml.DefaultLimits()}, &q)
	if err != nil {
		t.Fatal(err)
	}
	if s := run.Summary(); s.Accepted != n || q.units != n || q.done != n {
		t.Errorf("accepted %d, told of %d, done %d; want %d", s.Accepted, q.units, q.done, n)
	}
	for _, u := range run.Units {
		// The sample has a notice, which comes back to be explained.
		if len(u.Documents) != 3 || !strings.Contains(u.Documents[2].Path, "/"+VerifyFolder+"/") {
			t.Errorf("%s has the documents %v, want two and one marked workbook", u.Unit.Name, u.Documents)
		}
		for _, d := range u.Documents {
			if _, err := os.Stat(filepath.Join(out, filepath.FromSlash(d.Path))); err != nil {
				t.Error(err)
			}
		}
	}
	if run.Year != "2022" {
		t.Errorf("year %q, want that of the workbooks", run.Year)
	}
}

// TestRunAgain: a unit that sent nothing this time keeps what an earlier run
// published, which is told; and what somebody else put there stays.
func TestRunAgain(t *testing.T) {
	t.Parallel()
	in, out := inbox(t, 2), t.TempDir()
	job := Job{Form: builtin(t), Inbox: []string{in}, Out: out, Limits: ooxml.DefaultLimits()}
	if _, err := Run(context.Background(), job, &quiet{}); err != nil {
		t.Fatal(err)
	}
	own := filepath.Join(out, Plain.Accepted, "我的笔记", "记.txt")
	if err := os.MkdirAll(filepath.Dir(own), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(own, []byte("记"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(in, "0001.xlsx")); err != nil {
		t.Fatal(err)
	}
	run, err := Run(context.Background(), job, &quiet{})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(run.Kept, []string{"单位/青岚区第2局"}) {
		t.Errorf("kept %q", run.Kept)
	}
	for name, want := range map[string]bool{"单位/青岚区第1局": true, "单位/青岚区第2局": true, "单位/我的笔记/记.txt": true, "run.json": true} {
		if _, err := os.Stat(filepath.Join(out, filepath.FromSlash(name))); (err == nil) != want {
			t.Errorf("%s: there %v, want %v", name, err == nil, want)
		}
	}
	entries, err := os.ReadDir(out)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") && e.Name() != ".jixiao" {
			t.Errorf("left behind: %s", e.Name())
		}
	}
}

// TestReturnedAfterAbsence: a unit that was accepted, then sent nothing, then
// is returned keeps no official document.
func TestReturnedAfterAbsence(t *testing.T) {
	t.Parallel()
	in, out := inbox(t, 2), t.TempDir()
	job := Job{Form: builtin(t), Inbox: []string{in}, Out: out, Limits: ooxml.DefaultLimits()}
	again := func() {
		t.Helper()
		if _, err := Run(context.Background(), job, &quiet{}); err != nil {
			t.Fatal(err)
		}
	}
	again()
	if err := os.Remove(filepath.Join(in, "0001.xlsx")); err != nil {
		t.Fatal(err)
	}
	again()
	// It comes back under its own name, unreadable.
	if err := os.WriteFile(filepath.Join(in, "青岚区第2局.xlsx"), []byte("坏"), 0o644); err != nil {
		t.Fatal(err)
	}
	again()
	for name, want := range map[string]bool{"单位/青岚区第1局": true, "单位/青岚区第2局": false, "退回/青岚区第2局": true} {
		if _, err := os.Stat(filepath.Join(out, filepath.FromSlash(name))); (err == nil) != want {
			t.Errorf("%s: there %v, want %v", name, err == nil, want)
		}
	}
}

func TestCheckWritesNothing(t *testing.T) {
	t.Parallel()
	in := inbox(t, 1)
	run, err := Run(context.Background(), Job{Form: builtin(t), Inbox: []string{in}, Limits: ooxml.DefaultLimits()}, &quiet{})
	if err != nil {
		t.Fatal(err)
	}
	if len(run.Units) != 1 || run.Units[0].Outcome != unit.Accepted || len(run.Units[0].Documents) != 0 {
		t.Errorf("units %v", run.Units)
	}
}

// TestInterrupted: a run that is told to stop says so and leaves no half-written file.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(context.Background())
	stop()
	out := t.TempDir()
	_, err := Run(ctx, Job{Form: builtin(t), Inbox: []string{inbox(t, 3)}, Out: out, Limits: ooxml.DefaultLimits()}, &quiet{})
	if err == nil {
		t.Fatal("no error")
	}
	if _, err := os.Stat(filepath.Join(out, report.JSONFile)); err == nil {
		t.Error("run.json of a run that was stopped")
	}
}

func BenchmarkRun(b *testing.B) {
	const n = 200
	f, in := builtin(b), inbox(b, n)
	b.ReportAllocs()
	for b.Loop() {
		run, err := Run(context.Background(), Job{Form: f, Inbox: []string{in}, Out: b.TempDir(), Limits: ooxml.DefaultLimits()}, &quiet{})
		if err != nil {
			b.Fatal(err)
		}
		if s := run.Summary(); s.Accepted != n {
			b.Fatalf("accepted %d", s.Accepted)
		}
	}
	b.ReportMetric(float64(2*n*b.N)/b.Elapsed().Seconds(), "documents/s")
}

// BenchmarkRerun is a run over results that stand: everything is read, judged and
// held against its receipt, nothing rendered.
func BenchmarkRerun(b *testing.B) {
	const n = 200
	job := Job{Form: builtin(b), Inbox: []string{inbox(b, n)}, Out: b.TempDir(), Limits: ooxml.DefaultLimits()}
	must(b, job)
	for b.Loop() {
		must(b, job)
	}
	b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "units/s")
}

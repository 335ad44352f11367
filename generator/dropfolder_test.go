package generator

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"jixiao/generator/intake"
	"jixiao/generator/ooxml"
	"jixiao/generator/publish"
)

// dropped is a drop folder for a test.
type dropped struct {
	t      *testing.T
	root   string
	job    Job
	mu     sync.Mutex
	events []DropEvent
}

func dropFolder(t *testing.T) *dropped {
	t.Helper()
	root := t.TempDir()
	return &dropped{t: t, root: root, job: Job{Form: builtin(t), Out: root, Year: "2022", Limits: ooxml.DefaultLimits(), Program: "jixiao test"}}
}

func (d *dropped) open() *Drop {
	d.t.Helper()
	drop, err := OpenDrop(d.job, DropOptions{Settle: time.Millisecond, Poll: 5 * time.Millisecond, Deadline: 100 * time.Millisecond, Tell: func(e DropEvent) {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.events = append(d.events, e)
	}})
	if err != nil {
		d.t.Fatal(err)
	}
	return drop
}

// pass works off what is there, in a process of its own as far as the folder can tell.
func (d *dropped) pass() []DropEvent {
	d.t.Helper()
	d.events = nil
	drop := d.open()
	if err := errors.Join(drop.Pass(context.Background()), drop.Close()); err != nil {
		d.t.Fatal(err)
	}
	return d.events
}

func (d *dropped) put(name string, data []byte) {
	d.t.Helper()
	file := filepath.Join(d.root, InboxFolder, filepath.FromSlash(name))
	if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, data, 0o644)); err != nil {
		d.t.Fatal(err)
	}
}

func (d *dropped) receipt(name string) *publish.Receipt {
	d.t.Helper()
	folder, err := publish.Look(d.root)
	if err != nil {
		d.t.Fatal(err)
	}
	defer folder.Close() // it was only read
	r, err := folder.Receipt(name)
	if err != nil || r == nil {
		d.t.Fatal(name, r, err)
	}
	return r
}

func sampleFile(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("../samples/青岚区2022年度/收件", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestDropIsRun: what is dropped at once becomes what a run makes of it, byte for
// byte, beside the 回执; the files are archived and nothing is left.
func TestDropIsRun(t *testing.T) {
	t.Parallel()
	d := dropFolder(t)
	in := "../samples/青岚区2022年度/收件"
	if err := os.CopyFS(filepath.Join(d.root, InboxFolder), os.DirFS(in)); err != nil {
		t.Fatal(err)
	}
	d.put("来函.txt", []byte("一封信"))
	d.pass()
	run := d.job
	run.Inbox, run.Out, run.Layout = []string{in}, t.TempDir(), DropFolder
	must(t, run)
	want, got, archived := published(t, run.Out), published(t, d.root), 0
	for name := range got {
		switch {
		case strings.HasPrefix(name, ArchiveFolder+"/"):
			archived++
			delete(got, name)
		case strings.HasSuffix(name, "/回执.html"):
			delete(got, name)
		case strings.HasPrefix(name, InboxFolder+"/"):
			if !strings.Contains(name, "~$") {
				t.Errorf("%s is left", name)
			}
			delete(got, name)
		case strings.HasSuffix(name, ".lock"):
			delete(got, name)
		}
	}
	// The accounts name what a drop folder has more; 汇总 and all documents are the same.
	for _, name := range []string{"成果/run.json", "成果/运行报告.html", "成果/SHA256SUMS", "成果/审核情况.xlsx"} {
		if got[name] == "" || want[name] == "" {
			t.Errorf("no %s", name)
		}
		delete(got, name)
		delete(want, name)
	}
	same(t, got, want)
	files, skipped, err := intake.Scan(in, ooxml.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	packed := map[string]bool{}
	for _, f := range files {
		packed[f.Path] = true
	}
	if archived != len(packed)+len(skipped)+1 {
		t.Errorf("%d archived, of %d and %d", archived, len(packed), len(skipped)+1)
	}
}

// TestDropReceipt: a unit is told whether it was accepted, or what to correct.
func TestDropReceipt(t *testing.T) {
	t.Parallel()
	d := dropFolder(t)
	d.put("水务局.xlsx", sampleFile(t, "青岚区水务局2022年度自评.xlsx"))
	d.put("青岚区文化馆.xlsx", []byte("这不是工作簿"))
	d.pass()
	all := published(t, d.root)
	if page := all["成果/单位/青岚区水务局/回执.html"]; !strings.Contains(page, "审核通过") || !strings.Contains(page, "水务局.xlsx") {
		t.Errorf("%s", page)
	}
	if page := all["退回/青岚区文化馆/回执.html"]; !strings.Contains(page, "审核没有通过") || !strings.Contains(page, "用同样的文件名重新报送") {
		t.Errorf("%s", page)
	}
	// What could not be read is mended by a file of the same name.
	d.put("青岚区文化馆(1).xlsx", renamedSample(t, "青岚区文化馆"))
	d.pass()
	if r := d.receipt("青岚区文化馆"); r.Outcome != "accepted" || len(r.Inputs) != 1 {
		t.Errorf("%s %v", r.Outcome, r.Inputs)
	}
	if all := published(t, d.root); all["退回/青岚区文化馆/回执.html"] != "" {
		t.Error("the returned workbook is still there")
	}
}

// renamedSample is the accepted sample under the name of another unit.
func renamedSample(t *testing.T, name string) []byte {
	t.Helper()
	return editedSample(t, "青岚区水务局", name)
}

func editedSample(t *testing.T, old, text string) []byte {
	t.Helper()
	p, err := ooxml.Open(sampleFile(t, "青岚区水务局2022年度自评.xlsx"), ooxml.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	const part = "xl/sharedStrings.xml"
	data, ok := p.Part(part)
	if !ok || !strings.Contains(string(data), old) {
		t.Fatal("the sample does not say " + old)
	}
	out, err := p.Rewrite(map[string][]byte{part: []byte(strings.ReplaceAll(string(data), old, text))}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestSameBytesAgain: what was answered already is not done again, under whatever name it comes.
func TestSameBytesAgain(t *testing.T) {
	t.Parallel()
	d := dropFolder(t)
	data := sampleFile(t, "青岚区水务局2022年度自评.xlsx")
	d.put("a.xlsx", data)
	d.put("b.xlsx", data)
	d.pass()
	before := d.receipt("青岚区水务局")
	want := published(t, d.root)
	for _, name := range []string{"a.xlsx", "下/c.xlsx"} {
		d.put(name, data)
		events := d.pass()
		if len(events) != 1 || !events[0].Again || events[0].Unit != "青岚区水务局" {
			t.Errorf("%s: %+v", name, events)
		}
	}
	after := d.receipt("青岚区水务局")
	if len(before.Inputs) != 1 || after.Finished != before.Finished || after.Basis != before.Basis {
		t.Errorf("%v\n%v", before, after)
	}
	got := published(t, d.root)
	delete(got, ArchiveFolder+"/青岚区水务局/"+after.Inputs[0].SHA256[:8]+"-c.xlsx")
	same(t, got, want)
}

// TestVersions: what arrives later counts where the workbooks do not say which was
// saved later; the earlier one stays in the archive and is not read again.
func TestVersions(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, first, second string }{
		{"the same name", "水务局.xlsx", "水务局.xlsx"},
		{"another name", "水务局.xlsx", "水务局（改）.xlsx"},
		{"an earlier name", "水务局（改）.xlsx", "水务局.xlsx"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := dropFolder(t)
			d.put(c.first, sampleFile(t, "青岚区水务局2022年度自评.xlsx"))
			d.pass()
			newer := editedSample(t, "12860人", "12870人")
			d.put(c.second, newer)
			d.pass()
			r := d.receipt("青岚区水务局")
			if r.Outcome != "accepted" || len(r.Inputs) != 2 {
				t.Fatalf("%s %v %v", r.Outcome, r.Inputs, r.Findings)
			}
			for _, in := range r.Inputs {
				if in.Replaced == (in.SHA256 == publish.Hash(newer)) {
					t.Errorf("%s replaced: %v", in.Path, in.Replaced)
				}
				if _, err := os.Stat(filepath.Join(d.root, in.Archived)); err != nil {
					t.Error(err)
				}
			}
			// The third delivery is joined with the second alone.
			d.put("第三份.xlsx", editedSample(t, "12860人", "12880人"))
			d.pass()
			if r := d.receipt("青岚区水务局"); len(r.Inputs) != 2 || r.Outcome != "accepted" {
				t.Errorf("%s %v", r.Outcome, r.Inputs)
			}
		})
	}
}

// TestThreeDrops share one folder: each unit is published once, and 汇总 has all of them.
func TestThreeDrops(t *testing.T) {
	t.Parallel()
	d := dropFolder(t)
	const units = 12
	if err := os.CopyFS(filepath.Join(d.root, InboxFolder), os.DirFS(inbox(t, units))); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	for range 3 {
		drop := d.open()
		wg.Go(func() {
			if err := drop.Watch(ctx); !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
			if err := drop.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	for { // as long as it takes: the test has a deadline of its own
		d.mu.Lock()
		n := 0
		for _, e := range d.events {
			if e.Unit != "" {
				n++
			}
		}
		d.mu.Unlock()
		if n >= units {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	stop()
	wg.Wait()
	done := map[string]int{}
	for _, e := range d.events {
		if e.Unit == "" {
			t.Errorf("%+v", e)
			continue
		}
		done[e.Unit]++
	}
	for name, n := range done {
		if n != 1 {
			t.Errorf("%s was done %d times", name, n)
		}
	}
	d.pass()
	if text := published(t, d.root)["成果/run.json"]; len(done) != units || !strings.Contains(text, `"accepted": 12`) {
		t.Errorf("%d units; %.300s", len(done), text)
	}
}

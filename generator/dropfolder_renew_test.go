package generator

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"jixiao/generator/form"
	"jixiao/generator/ooxml"
	"jixiao/generator/publish"
	"jixiao/generator/unit"
	"jixiao/generator/watch"
	"jixiao/templates"
)

// otherForm is the built-in form with other words in its report.
func otherForm(t *testing.T) *form.Form {
	t.Helper()
	sub, err := fs.Sub(templates.FS(), "整体支出")
	if err != nil {
		t.Fatal(err)
	}
	changed := 0
	own := fstest.MapFS{}
	err = fs.WalkDir(sub, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(sub, p)
		if err == nil && strings.HasPrefix(p, "单位/") && path.Ext(p) == ".docx" {
			pack, err := ooxml.Open(data, ooxml.DefaultLimits())
			if err != nil {
				return err
			}
			const part = "word/document.xml"
			text, _ := pack.Part(part)
			if next := bytes.ReplaceAll(text, []byte("自评报告"), []byte("自评总结")); !bytes.Equal(next, text) {
				changed++
				if data, err = pack.Rewrite(map[string][]byte{part: next}, nil); err != nil {
					return err
				}
			}
		}
		own[p] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil || changed == 0 {
		t.Fatal(changed, err)
	}
	f, faults, err := form.Load("整体支出", own)
	if err != nil || len(faults) > 0 {
		t.Fatal(err, faults)
	}
	return f
}

// TestRenewal: what is published follows the form, the program, the roster, the
// year and the options, from the archive, without anybody sending anything again;
// it is what a fresh folder would hold.
func TestRenewal(t *testing.T) {
	t.Parallel()
	other := otherForm(t)
	for _, c := range []struct {
		name    string
		change  func(*Job)
		renewed []string // units
	}{
		{"another program", func(j *Job) { j.Program = "jixiao 2" }, []string{"青岚区图书馆", "青岚区文化馆", "青岚区水务局"}},
		{"another build", func(j *Job) { j.Build = "2" }, []string{"青岚区图书馆", "青岚区文化馆", "青岚区水务局"}},
		{"another form", func(j *Job) { j.Form = other }, []string{"青岚区图书馆", "青岚区文化馆", "青岚区水务局"}},
		{"drafts", func(j *Job) { j.Drafts = true }, []string{"青岚区图书馆", "青岚区文化馆", "青岚区水务局"}},
		{"another year", func(j *Job) { j.Year = "2021" }, []string{"青岚区图书馆", "青岚区文化馆", "青岚区水务局"}},
		{"a roster", func(j *Job) {
			j.Roster = &unit.Roster{Path: "名册.xlsx", Units: []unit.Unit{{Code: "1", Name: "青岚区水务局"}, {Code: "2", Name: "青岚区教育局"}}}
		}, []string{"青岚区图书馆", "青岚区文化馆", "青岚区水务局"}},
		{"nothing", func(j *Job) {}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			fill := func(d *dropped) {
				d.put("水务局.xlsx", sampleFile(t, "青岚区水务局2022年度自评.xlsx"))
				d.put("图书馆.xlsx", renamedSample(t, "青岚区图书馆"))
				d.put("青岚区文化馆.xlsx", []byte("这不是工作簿"))
				d.pass()
			}
			old, fresh := dropFolder(t), dropFolder(t)
			fill(old)
			c.change(&old.job)
			c.change(&fresh.job)
			fill(fresh)
			var renewed []string
			for _, e := range old.pass() {
				if !e.Renewed {
					t.Errorf("%+v", e)
				}
				renewed = append(renewed, e.Unit)
			}
			if c.name == "a roster" {
				// Who is on the roster has a code, and a row that decides; the others stay as they are.
				renewed = append(renewed, c.renewed...)
				slices.Sort(renewed)
				renewed = slices.Compact(renewed)
			}
			if slices.Sort(renewed); !slices.Equal(renewed, c.renewed) {
				t.Errorf("renewed %q, want %q", renewed, c.renewed)
			}
			same(t, published(t, old.root), published(t, fresh.root))
			if events := old.pass(); len(events) > 0 {
				t.Errorf("once more: %+v", events)
			}
			if left, err := os.ReadDir(filepath.Join(old.root, publish.StateFolder, "attempts")); err != nil || len(left) > 0 {
				t.Errorf("%v %v", left, err)
			}
		})
	}
}

// TestRenewalWhileWatching begins by itself, on a folder where nothing comes.
func TestRenewalWhileWatching(t *testing.T) {
	t.Parallel()
	d := dropFolder(t)
	d.put("水务局.xlsx", sampleFile(t, "青岚区水务局2022年度自评.xlsx"))
	d.pass()
	d.job.Program, d.events = "jixiao 2", nil
	drop := d.open()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- drop.Watch(ctx) }()
	for strings.Contains(published(t, d.root)["成果/运行报告.html"], "jixiao test") {
		time.Sleep(5 * time.Millisecond)
	}
	stop()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if err := drop.Close(); err != nil {
		t.Error(err)
	}
	if len(d.events) != 1 || !d.events[0].Renewed || d.receipt("青岚区水务局").Program.Version != "jixiao 2" {
		t.Errorf("%+v", d.events)
	}
}

// TestRenewalWithoutTheArchive leaves what is published as it is, and says so.
func TestRenewalWithoutTheArchive(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(file string) error{
		"removed": os.Remove,
		"changed": func(file string) error { return os.WriteFile(file, []byte("别的"), 0o644) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := dropFolder(t)
			d.put("水务局.xlsx", sampleFile(t, "青岚区水务局2022年度自评.xlsx"))
			d.pass()
			before := d.receipt("青岚区水务局")
			want := published(t, d.root)[before.Outputs[0].Path]
			if err := spoil(filepath.Join(d.root, before.Inputs[0].Archived)); err != nil {
				t.Fatal(err)
			}
			d.job.Program = "jixiao 2"
			events := d.pass()
			if len(events) != 1 || events[0].Code != "not_renewed" || !strings.HasPrefix(events[0].Text, "青岚区水务局：归档里缺少文件 归档/青岚区水务局/") {
				t.Errorf("%+v", events)
			}
			if got := published(t, d.root)[before.Outputs[0].Path]; got != want || got == "" {
				t.Error("the document has changed")
			}
		})
	}
}

// TestRenewalOfPoison: a file of which the program dies while it renews is
// refused after three deaths; its unit is answered, the others are renewed.
func TestRenewalOfPoison(t *testing.T) {
	t.Parallel()
	d := dropFolder(t)
	d.put("水务局.xlsx", sampleFile(t, "青岚区水务局2022年度自评.xlsx"))
	d.put("图书馆.xlsx", renamedSample(t, "青岚区图书馆"))
	d.pass()
	d.job.Program = "jixiao 2"
	sum := d.receipt("青岚区图书馆").Inputs[0].SHA256
	deaths := filepath.Join(d.root, publish.StateFolder, "attempts", sum)
	if err := os.WriteFile(deaths, []byte{'0' + watch.Attempts}, 0o644); err != nil {
		t.Fatal(err)
	}
	d.pass()
	if r := d.receipt("青岚区图书馆"); r.Outcome != "returned" || len(r.Findings) == 0 || !strings.Contains(r.Findings[0].Message, "程序读取这个文件时中断了3次，没有再读") {
		t.Errorf("%s %v", r.Outcome, r.Findings)
	}
	if r := d.receipt("青岚区水务局"); r.Outcome != "accepted" || r.Program.Version != "jixiao 2" {
		t.Errorf("%s %v", r.Outcome, r.Program)
	}
	if _, err := os.Stat(deaths); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the count stays: %v", err)
	}
}

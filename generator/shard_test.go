package generator

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"jixiao/generator/intake"
	"jixiao/generator/ooxml"
	"jixiao/generator/publish"
	"jixiao/generator/unit"
)

func parcelsOf(units []unit.Unit) []intake.Parcel {
	var out []intake.Parcel
	for _, u := range units {
		out = append(out, intake.Parcel{Unit: u})
	}
	return out
}

// TestShardsShareTheUnits: every unit is in exactly one shard, about as many in
// each, and it stays there for ever: the numbers below must not change.
func TestShardsShareTheUnits(t *testing.T) {
	t.Parallel()
	const n = 4000
	count := map[int]int{}
	for i := range n {
		in := 0
		for k := 1; k <= 4; k++ {
			if (Shard{k, 4}).has(unit.Unit{Code: fmt.Sprint(300000 + i)}) {
				in++
				count[k]++
			}
		}
		if in != 1 {
			t.Fatalf("unit %d is in %d shards", i, in)
		}
	}
	for k, c := range count {
		if c < n/4*9/10 || c > n/4*11/10 {
			t.Errorf("shard %d has %d of %d units", k, c, n)
		}
	}
	for _, c := range []struct {
		u     unit.Unit
		shard Shard
	}{
		{unit.Unit{Code: "301001", Name: "青岚区水务局"}, Shard{3, 8}},
		{unit.Unit{Name: "青岚区水务局"}, Shard{8, 8}},
	} {
		if !c.shard.has(c.u) {
			t.Errorf("%v has left shard %v", c.u, c.shard)
		}
	}
	for text, want := range map[string]Shard{"1/1": {1, 1}, "8/8": {8, 8}, "0/2": {}, "3/2": {}, "1": {}, "1/0": {}, "-1/2": {}, "a/2": {}} {
		if s, ok := ParseShard(text); ok != want.set() || ok && s != want {
			t.Errorf("%q: %v, %v", text, s, ok)
		}
	}
}

// sampleJob is the sample with a roster, returned and missing units.
func sampleJob(t testing.TB) Job {
	t.Helper()
	const dir = "../samples/青岚区2022年度"
	roster, err := intake.ReadRoster(dir+"/单位名册.xlsx", ooxml.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	return Job{Form: builtin(t), Inbox: []string{dir + "/收件"}, Roster: roster, Drafts: true, Limits: ooxml.DefaultLimits(), Program: "jixiao 1", Build: "1"}
}

// TestMergeIsOneRun: shards in folders of their own, or in one, merged, are byte
// for byte a single run; the year that most workbooks state is that of all shards.
func TestMergeIsOneRun(t *testing.T) {
	t.Parallel()
	job := sampleJob(t)
	single := job
	single.Out = t.TempDir()
	must(t, single)
	want := published(t, single.Out)
	for _, n := range []int{1, 3} {
		for _, together := range []bool{true, false} {
			t.Run(fmt.Sprintf("%d shards, together %v", n, together), func(t *testing.T) {
				t.Parallel()
				out := t.TempDir()
				var from []string
				for i := 1; i <= n; i++ {
					part := job
					part.Shard, part.Out = Shard{i, n}, out
					if !together {
						part.Out = t.TempDir()
						from = append(from, part.Out)
					}
					must(t, part)
					if _, err := os.Stat(filepath.Join(part.Out, "run.json")); err == nil {
						t.Error("a shard wrote run.json")
					}
				}
				merged := job
				merged.Out, merged.Inbox, merged.Drafts = out, nil, false
				for range 2 { // the second time everything stands
					if _, err := Merge(context.Background(), merged, from, &quiet{}); err != nil {
						t.Fatal(err)
					}
					same(t, published(t, out), want)
				}
				if v, err := Verify(out); err != nil || !v.Sound() {
					t.Errorf("%+v, %v", v, err)
				}
			})
		}
	}
}

// deliver adds a unit to the only shard in dir, unless it has it.
func deliver(t *testing.T, dir, name string) {
	t.Helper()
	records, err := filepath.Glob(filepath.Join(dir, publish.StateFolder, "shards", "*.json"))
	if err != nil || len(records) != 1 {
		t.Fatal(records, err)
	}
	data, err := os.ReadFile(records[0])
	if err != nil || strings.Contains(string(data), `"`+name+`"`) {
		return
	}
	data = []byte(strings.Replace(string(data), `"units": [`, `"units": [{"receipt":"`+name+`","verdict":""},`, 1))
	if err := os.WriteFile(records[0], data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestMergeProves: what is not delivered exactly once is refused, with what to do.
func TestMergeProves(t *testing.T) {
	t.Parallel()
	job := sampleJob(t)
	for _, c := range []struct {
		name   string
		change func(t *testing.T, dirs []string, merged *Job) []string // the folders to merge
		says   string
	}{
		{"a shard is missing", func(_ *testing.T, dirs []string, _ *Job) []string { return dirs[:1] }, "分片没有齐：共2片，有第 1 片，缺第 2 片"},
		{"a shard twice", func(_ *testing.T, dirs []string, _ *Job) []string { return append(dirs, dirs[0]) }, "分片 1/2 有两份结果"},
		{"no shards", func(t *testing.T, _ []string, _ *Job) []string { return []string{t.TempDir()} }, "没有分片的结果"},
		{"a shard of another inbox", func(t *testing.T, dirs []string, _ *Job) []string {
			other := job
			other.Inbox, other.Out, other.Shard = []string{inbox(t, 2)}, t.TempDir(), Shard{2, 2}
			must(t, other)
			return []string{dirs[0], other.Out}
		}, "各分片的收件、名册、套表、程序或选项不一样"},
		{"a document changed", func(t *testing.T, dirs []string, _ *Job) []string {
			for name := range published(t, dirs[0]) {
				if err := os.WriteFile(filepath.Join(dirs[0], filepath.FromSlash(name)), []byte("x"), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			return dirs
		}, "文件或回执缺了或被改动过"},
		{"a receipt is gone", func(t *testing.T, dirs []string, _ *Job) []string {
			if err := os.RemoveAll(filepath.Join(dirs[1], publish.StateFolder, "receipts")); err != nil {
				t.Fatal(err)
			}
			return dirs
		}, "文件或回执缺了或被改动过"},
		{"a verdict is gone", func(t *testing.T, dirs []string, _ *Job) []string {
			if err := os.RemoveAll(filepath.Join(dirs[1], publish.StateFolder, "verdicts")); err != nil {
				t.Fatal(err)
			}
			return dirs
		}, "文件或回执缺了或被改动过"},
		{"a delivery is gone", func(t *testing.T, dirs []string, _ *Job) []string {
			name := filepath.Join(dirs[0], publish.StateFolder, "shards", "1-of-2.json")
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			before, rest, _ := strings.Cut(string(data), "  {\n")
			_, after, ok := strings.Cut(rest, "  },\n")
			if !ok {
				t.Fatal("the shard has fewer than two units")
			}
			if err := os.WriteFile(name, []byte(before+after), 0o644); err != nil {
				t.Fatal(err)
			}
			return dirs
		}, "没有一片做了"},
		{"a unit twice", func(t *testing.T, dirs []string, _ *Job) []string {
			deliver(t, dirs[0], "青岚区水务局")
			deliver(t, dirs[1], "青岚区水务局")
			return dirs
		}, "青岚区水务局 被做了两次"},
		{"a unit that nobody planned", func(t *testing.T, dirs []string, _ *Job) []string {
			deliver(t, dirs[0], "青岚区没有局")
			return dirs
		}, "分片里有计划外的单位：做了 10 家，计划是 9 家"},
		{"another roster", func(_ *testing.T, dirs []string, merged *Job) []string {
			r := *merged.Roster
			r.Units = r.Units[1:]
			merged.Roster = &r
			return dirs
		}, "单位名册与分片用的不一样"},
		{"another form", func(_ *testing.T, dirs []string, merged *Job) []string {
			f := *merged.Form
			f.SHA256 = strings.Repeat("0", 64)
			merged.Form = &f
			return dirs
		}, "分片是用套表 整体支出 的另一个版本做的"},
		{"another program", func(_ *testing.T, dirs []string, merged *Job) []string {
			merged.Program = "jixiao 2"
			return dirs
		}, "分片是用 jixiao 1 做的，现在是 jixiao 2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var dirs []string
			for i := 1; i <= 2; i++ {
				part := job
				part.Shard, part.Out = Shard{i, 2}, t.TempDir()
				must(t, part)
				dirs = append(dirs, part.Out)
			}
			merged := job
			merged.Out = t.TempDir()
			_, err := Merge(context.Background(), merged, c.change(t, dirs, &merged), &quiet{})
			var refused *MergeError
			if !errors.As(err, &refused) || !strings.Contains(err.Error(), c.says) {
				t.Fatalf("%v\nwant %s", err, c.says)
			}
			if _, err := os.Stat(filepath.Join(merged.Out, "run.json")); err == nil {
				t.Error("run.json of a merge that was refused")
			}
		})
	}
}

// TestVerify tells what became of every document.
func TestVerify(t *testing.T) {
	t.Parallel()
	const document = "单位/青岚区第1局/青岚区第1局整体支出绩效自评表.docx"
	write := func(name, text string) func(*testing.T, string) {
		return func(t *testing.T, out string) {
			p := filepath.Join(out, filepath.FromSlash(name))
			if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	remove := func(name string) func(*testing.T, string) {
		return func(t *testing.T, out string) {
			if err := os.Remove(filepath.Join(out, filepath.FromSlash(name))); err != nil {
				t.Fatal(err)
			}
		}
	}
	f := builtin(t)
	for _, c := range []struct {
		name   string
		change func(*testing.T, string)
		want   string
	}{
		{"nothing", func(*testing.T, string) {}, "[] [] [] [] false"},
		{"gone", remove(document), "[" + document + "] [] [] [] false"},
		{"changed", write(document, "x"), "[] [" + document + "] [] [] false"},
		{"summary changed", write("汇总/2022年度绩效自评汇总表.xlsx", "x"), "[] [汇总/2022年度绩效自评汇总表.xlsx] [] [] false"},
		{"page changed", write("运行报告.html", "x"), "[] [运行报告.html] [] [] false"},
		{"sums gone", remove("SHA256SUMS"), "[SHA256SUMS] [] [] [] false"},
		{"sums changed", write("SHA256SUMS", strings.Repeat("0", 64)+"  "+document+"\n"),
			"[] [SHA256SUMS] [] [SHA256SUMS（与回执不一致：" + document + "） "},
		{"extra", write("单位/青岚区第1局/扫描.pdf", "x"), "[] [] [单位/青岚区第1局/扫描.pdf] [] false"},
		{"extra beside", write("说明.txt", "x"), "[] [] [说明.txt] [] false"},
		{"receipt damaged", write(".jixiao/receipts/青岚区第1局.json", "{"), "[] [] [] [.jixiao/receipts/青岚区第1局.json] false"},
		{"pending", write(".jixiao/work/run/pending-3", "{}"), "[] [] [] [] true"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			out := t.TempDir()
			must(t, Job{Form: f, Inbox: []string{inbox(t, 1)}, Out: out, Limits: ooxml.DefaultLimits()})
			c.change(t, out)
			v, err := Verify(out)
			if err != nil {
				t.Fatal(err)
			}
			got := fmt.Sprint(v.Missing, v.Changed, v.Extra, v.Damaged, v.Unfinished)
			if !strings.HasPrefix(got, c.want) || v.Sound() != (c.name == "nothing") {
				t.Errorf("%s\nwant %s", got, c.want)
			}
		})
	}
	if _, err := Verify(t.TempDir()); !errors.Is(err, ErrNoResults) {
		t.Errorf("an empty folder: %v", err)
	}
}

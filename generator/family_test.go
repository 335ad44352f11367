package generator

import (
	"context"
	"flag"
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
	"jixiao/generator/value"
	"jixiao/templates"
)

var updateFamilies = flag.Bool("update", false, "accept what is read and found now as what should be")

// families are the layouts of the regions, by the names of their forms. Their
// forms consist of spreadsheets only: no line of Go knows them.
var families = []string{"通用项目", "湖北", "四川", "云南", "衔接资金"}

// compiledFamilies are the built-in forms of the families, compiled once for all tests.
var compiledFamilies = sync.OnceValues(func() (map[string]*form.Form, error) {
	forms := map[string]*form.Form{}
	for _, name := range families {
		sub, err := fs.Sub(templates.FS(), name)
		if err != nil {
			return nil, err
		}
		f, faults, err := form.Load(name, sub)
		if err != nil || len(faults) > 0 {
			return nil, fmt.Errorf("%s: %v %v", name, err, faults)
		}
		forms[name] = f
	}
	return forms, nil
})

func familyForms(t testing.TB) map[string]*form.Form {
	t.Helper()
	forms, err := compiledFamilies()
	if err != nil {
		t.Fatal(err)
	}
	return forms
}

// TestFamilies reads workbooks of every family: published forms under invented
// names (0 is one with nothing to find), each with its want file, which says
// every value with its cell, every item of every list and every finding.
func TestFamilies(t *testing.T) {
	t.Parallel()
	if *updateFamilies && os.Getenv("CI") != "" {
		t.Fatal("-update is refused where CI is set: look at the change and accept it on your own machine")
	}
	forms := familyForms(t)
	seen := map[string]int{}
	for _, file := range familyFiles(t) {
		name, _, _ := strings.Cut(strings.TrimSuffix(filepath.Base(file), ".xlsx"), "-")
		seen[name]++
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			got := describe(familyRun(t, forms[name], file))
			golden := strings.TrimSuffix(file, ".xlsx") + ".txt"
			if *updateFamilies {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range differences(strings.Split(got, "\n"), strings.Split(string(want), "\n")) {
				t.Error(d)
			}
		})
	}
	for _, name := range families {
		if seen[name] < 3 {
			t.Errorf("%s has %d workbooks in testdata/families, want 3 or more", name, seen[name])
		}
	}
}

func familyFiles(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/families/*.xlsx")
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// untold is a progress that tells nobody.
type untold struct{}

func (untold) Start(int)                              {}
func (untold) Done(unit.Unit, unit.Outcome, int, int) {}

// familyRun takes workbooks through intake, extract and audit; nothing is written.
func familyRun(t testing.TB, f *form.Form, inbox ...string) *report.Run {
	t.Helper()
	run, err := Run(context.Background(), Job{Form: f, Inbox: inbox, Workers: 1, Limits: ooxml.DefaultLimits()}, untold{})
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// describe says all that came of a run, one line each.
func describe(run *report.Run) string {
	var lines []string
	for _, u := range run.Units {
		lines = append(lines, fmt.Sprintf("单位 %s %s", u.Unit.Name, u.Outcome.Chinese()))
		lines = append(lines, valueLines(&u.Verdict.Record.Item, "", true)...)
		for _, line := range findingLines(u) {
			line, _, _ = strings.Cut(line, " 同源") // how findings hang together is audit's matter
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n") + "\n"
}

// findingLines are the findings of a unit: 错误 R-BX-06@C7, marked when another one has the same cause.
func findingLines(u report.Unit) []string {
	var lines []string
	for _, f := range u.Verdict.Findings {
		line := fmt.Sprintf("%s %s@%s", f.Level.Chinese(), f.Rule, f.Place.Cell)
		if f.SameCause != "" {
			line += " 同源" + f.SameCause
		}
		lines = append(lines, line)
	}
	return lines
}

// valueLines are the values of an item that say something: 项目1.指标2.得分 = 8 @H15.
func valueLines(it *unit.Item, path string, cells bool) []string {
	var lines []string
	for _, f := range it.Fields {
		if strings.TrimSpace(f.Raw) == "" {
			continue
		}
		text := f.Value.String()
		switch {
		case f.Problem != "":
			text = "未判：" + f.Raw
		case f.Value.Kind() == value.NotApplicable:
			text = "不适用"
		}
		line := path + f.Name + " = " + strings.ReplaceAll(text, "\n", "↵")
		if cells {
			line += " @" + f.Place.Cell
		}
		if f.Filled {
			line += " ↓"
		}
		lines = append(lines, line)
	}
	for _, l := range it.Lists {
		for i := range l.Items {
			lines = append(lines, valueLines(&l.Items[i], fmt.Sprintf("%s%s%d.", path, l.Name, i+1), cells)...)
		}
	}
	return lines
}

// differences lists the lines that only one side has.
func differences(got, want []string) []string {
	var out []string
	left := slices.Clone(want)
	for _, g := range got {
		if i := slices.Index(left, g); i >= 0 {
			left = slices.Delete(left, i, i+1)
		} else {
			out = append(out, "got "+g)
		}
	}
	for _, w := range left {
		out = append(out, "missing "+w)
	}
	return out
}

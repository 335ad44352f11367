package generator

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"jixiao/generator/finding"
	"jixiao/generator/ooxml"
	"jixiao/generator/report"
	"jixiao/generator/unit"
)

// corrected is an accepted workbook that has notices.
const corrected = "../samples/信访局改正后/收件/株洲市渌口区信访局.xlsx"

const (
	petitioners  = "株洲市渌口区信访局"
	answer       = "已核实，以实际发生数为准"
	verifyFolder = "单位/" + petitioners + "/" + VerifyFolder
)

// notices counts the open and the explained notices of the only unit.
func notices(t *testing.T, run *report.Run) (open, explained int) {
	t.Helper()
	if len(run.Units) != 1 || run.Units[0].Outcome != unit.Accepted {
		t.Fatalf("%d units, %v", len(run.Units), run.Units[0].Verdict.Findings)
	}
	l := run.Units[0].Verdict.Findings
	return l.Count(finding.Notice), l.CountExplained()
}

// answered writes an explanation beside every notice of the marked workbook that
// which holds of, counted from 0.
func answered(t *testing.T, data []byte, which func(i int) bool) []byte {
	t.Helper()
	f, err := excelize.OpenReader(strings.NewReader(string(data)))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() // it was only read
	rows, err := f.GetRows(unit.OpinionSheet)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for i, row := range rows {
		if i < unit.OpinionHead || row[unit.OpinionLevel] != "提示" {
			continue
		}
		if which(n) {
			cell, err := excelize.CoordinatesToCellName(int(unit.OpinionAnswer)+1, i+1)
			if err != nil {
				t.Fatal(err)
			}
			if err := f.SetCellStr(unit.OpinionSheet, cell, answer); err != nil {
				t.Fatal(err)
			}
		}
		n++
	}
	out, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func all(int) bool { return true }

// asOld is a converter that knows one workbook.
type asOld struct{ made []byte }

// Convert gives the workbook that is known.
func (c asOld) Convert(context.Context, []byte) ([]byte, error) { return c.made, nil }

// TestVerifyRound: a unit that was accepted with notices gets its workbook marked
// up, writes its explanations, sends it back, and the notices are 已说明; then
// nothing is left to mark.
func TestVerifyRound(t *testing.T) {
	t.Parallel()
	plain, err := os.ReadFile(corrected)
	if err != nil {
		t.Fatal(err)
	}
	old, err := os.ReadFile("intake/testdata/saved-as.xls")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, file string
		data       []byte
		beside     bool // in the second round the first workbook is in the inbox too
		open       int  // notices after it: that the two workbooks say the same
	}{
		{"an .xlsx", petitioners + ".xlsx", plain, false, 0},
		{"an .xls", petitioners + ".xls", old, false, 0},
		{"beside the first", petitioners + ".xlsx", plain, true, 3},
		{"beside the .xls", petitioners + ".xls", old, true, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			out := t.TempDir()
			round := func(in string) *report.Run {
				run, err := Run(context.Background(), Job{Form: builtin(t), Inbox: []string{in}, Out: out, Limits: ooxml.DefaultLimits(), Converter: asOld{plain}}, &quiet{})
				if err != nil {
					t.Fatal(err)
				}
				return run
			}
			write := func(dir, name string, data []byte) {
				if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			first, second := t.TempDir(), t.TempDir()
			write(first, c.file, c.data)
			asked, _ := notices(t, round(first))
			back := filepath.Join(out, filepath.FromSlash(verifyFolder), petitioners+".xlsx")
			marked, err := os.ReadFile(back)
			if err != nil || asked < 5 {
				t.Fatal(asked, err)
			}
			if c.beside {
				write(second, c.file, c.data)
			}
			write(second, "说明.xlsx", answered(t, marked, all))
			// That the first one was converted is no notice of the second.
			converted := 0
			if strings.HasSuffix(c.file, ".xls") && !c.beside {
				converted = 1
			}
			run := round(second)
			if open, explained := notices(t, run); open != c.open || explained != asked-converted {
				t.Errorf("asked %d, then %d open and %d explained", asked, open, explained)
			}
			for _, f := range run.Units[0].Verdict.Findings {
				if !f.Explained() && f.Rule != "R-ID-05" {
					t.Errorf("still open: %s %s", f.Rule, f.Message)
				}
			}
			if _, err := os.Stat(filepath.Dir(back)); !os.IsNotExist(err) {
				t.Errorf("nothing is to be explained, and yet: %v", err)
			}
		})
	}
}

// TestVerifyDrop: the same through a drop folder, a part of the notices at a time.
func TestVerifyDrop(t *testing.T) {
	t.Parallel()
	plain, err := os.ReadFile(corrected)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{petitioners + ".xlsx", "说明.xlsx"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := dropFolder(t)
			back := filepath.Join(d.root, "成果", filepath.FromSlash(verifyFolder))
			marked := func() []byte {
				t.Helper()
				entries, err := os.ReadDir(back)
				if err != nil || len(entries) != 1 {
					t.Fatal(entries, err)
				}
				data, err := os.ReadFile(filepath.Join(back, entries[0].Name()))
				if err != nil {
					t.Fatal(err)
				}
				return data
			}
			count := func() (open, explained int) {
				for _, f := range d.receipt(petitioners).Findings {
					if f.Level == finding.Notice.String() {
						open++
					}
				}
				page, err := os.ReadFile(filepath.Join(d.root, "成果", "单位", petitioners, report.ReceiptFile))
				if err != nil {
					t.Fatal(err)
				}
				return open, strings.Count(string(page), answer)
			}
			d.put(petitioners+".xlsx", plain)
			d.pass()
			asked, _ := count()
			d.put(name, answered(t, marked(), func(i int) bool { return i%2 == 0 }))
			d.pass()
			if _, explained := count(); explained != (asked+1)/2 {
				t.Errorf("asked %d, explained %d", asked, explained)
			}
			d.put(name, answered(t, marked(), all))
			d.pass()
			if _, explained := count(); explained != asked {
				t.Errorf("asked %d, explained %d", asked, explained)
			}
			if _, err := os.Stat(back); !os.IsNotExist(err) {
				t.Errorf("nothing is to be explained, and yet: %v", err)
			}
		})
	}
}

// TestVerifyMarksWhatIsAsked: only the workbooks that notices are about come back.
func TestVerifyMarksWhatIsAsked(t *testing.T) {
	t.Parallel()
	run, err := Run(context.Background(), Job{Form: builtin(t), Inbox: []string{"../samples/青岚区2022年度/收件"}, Out: t.TempDir(), Limits: ooxml.DefaultLimits()}, &quiet{})
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, u := range run.Units {
		var marked []string
		for _, d := range u.Documents {
			if strings.Contains(d.Path, "/"+VerifyFolder+"/") {
				marked = append(marked, d.Path)
			}
		}
		var asked []string
		for i, w := range u.Verdict.Record.Submission.Workbooks {
			if u.Outcome == unit.Accepted && slices.ContainsFunc(u.Verdict.Findings, func(f finding.Finding) bool {
				return f.Level == finding.Notice && !f.Explained() && (f.Place.Workbook == w.Path || f.Place.Workbook == "" && i == 0)
			}) {
				asked = append(asked, w.Path)
			}
		}
		if seen += len(marked); len(marked) != len(asked) {
			t.Errorf("%s: %q is asked about, %q came back", u.Unit.Name, asked, marked)
		}
	}
	if seen == 0 {
		t.Error("nothing came back")
	}
}

package generator

import (
	"github.com/shopspring/decimal"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"jixiao/generator/audit"
	"jixiao/generator/extract"
	"jixiao/generator/finding"
	"jixiao/generator/form"
	"jixiao/generator/ooxml"
	"jixiao/generator/unit"
	"jixiao/generator/value"
)

// How many lines the tables have at least.
const (
	fewestFaults   = 240
	fewestHarmless = 150
)

// cleanWorkbook is the sample that has no fault, made richer: its narrative
// says figures that agree with the tables.
func cleanWorkbook(t testing.TB) []byte {
	t.Helper()
	data, err := os.ReadFile(water)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range mutants(t, "clean.tsv") {
		data = edited(t, data, m.edits)
	}
	return data
}

// mutationRoster is what the bureau holds of the unit.
var mutationRoster = &unit.Roster{Path: "单位名册.xlsx", Units: []unit.Unit{water2022}}

var water2022 = unit.Unit{Code: "301009", Name: "青岚区水务局", Figures: []unit.Figure{{Name: "年初预算数", Value: value.Num(decimal.RequireFromString("1520.40"))}}}

// judged reads and judges a workbook as a run does.
func judged(t testing.TB, f *form.Form, data []byte) finding.List {
	t.Helper()
	book, err := ooxml.ReadWorkbook(data, ooxml.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	sub := &unit.Submission{Unit: water2022, OnRoster: true, Workbooks: []unit.Workbook{{Path: "水务局.xlsx", Book: book, Layout: f.Map.Locate(book)}}}
	return audit.Judge(extract.Record(sub, f.Map.Specs()), f, mutationRoster, "2022").Findings
}

func shownFinding(x finding.Finding) string {
	s := x.Level.Chinese() + " " + x.Rule + "@" + x.Place.Cell
	if x.SameCause != "" {
		s += "（同源 " + x.SameCause + "）"
	}
	return s
}

// TestMutationFaults: each single fault in a cell of a clean workbook is caught
// by its rule at its cell, and whatever else is found has the same cause.
func TestMutationFaults(t *testing.T) {
	t.Parallel()
	f, clean := builtin(t), cleanWorkbook(t)
	if got := judged(t, f, clean); len(got) > 0 {
		for _, x := range got {
			t.Errorf("the clean workbook: %s %s", shownFinding(x), x.Message)
		}
		t.FailNow()
	}
	table := mutants(t, "faults.tsv")
	caught, alone := 0, 0
	var mu sync.Mutex
	each(t, table, func(t *testing.T, m mutant) {
		list := judged(t, f, edited(t, clean, m.edits))
		wanted := strings.Split(m.want, "＋")
		var others []string
		for _, x := range list {
			plainMessage(t, x)
			switch s := shownFinding(x); {
			case x.Level == finding.Unjudged || x.SameCause != "":
			case slices.Contains(wanted, s):
				wanted = slices.DeleteFunc(wanted, func(w string) bool { return w == s })
			default:
				others = append(others, s+" "+x.Message)
			}
		}
		hit := len(wanted) == 0
		if !hit {
			t.Errorf("%s %s: %q was not found; found %q", m.line, m.name, wanted, others)
		} else if len(others) > 0 {
			t.Errorf("%s %s: besides %s also %q", m.line, m.name, m.want, others)
		}
		mu.Lock()
		defer mu.Unlock()
		if hit {
			caught++
			if len(others) == 0 {
				alone++
			}
		}
	})
	t.Cleanup(func() {
		t.Logf("%d single faults: %d caught at their cells, %d of these with nothing else that is not 同源", len(table), caught, alone)
	})
	if len(table) < fewestFaults {
		t.Errorf("only %d faults", len(table))
	}
}

// TestMutationHarmless: what people do without doing wrong gives no finding at all.
func TestMutationHarmless(t *testing.T) {
	t.Parallel()
	f, clean := builtin(t), cleanWorkbook(t)
	table := mutants(t, "harmless.tsv")
	silent := 0
	var mu sync.Mutex
	each(t, table, func(t *testing.T, m mutant) {
		list := judged(t, f, edited(t, clean, m.edits))
		for _, x := range list {
			t.Errorf("%s %s: %s %s", m.line, m.name, shownFinding(x), x.Message)
		}
		if len(list) == 0 {
			mu.Lock()
			defer mu.Unlock()
			silent++
		}
	})
	t.Cleanup(func() { t.Logf("%d harmless changes: %d without any finding", len(table), silent) })
	if len(table) < fewestHarmless {
		t.Errorf("only %d harmless changes", len(table))
	}
}

// each runs the lines of a table in parallel.
func each(t *testing.T, table []mutant, do func(*testing.T, mutant)) {
	t.Helper()
	seen := map[string]string{}
	for _, m := range table {
		if at := seen[strings.Join(m.edits, ";;")]; at != "" {
			t.Errorf("%s and %s change the same", m.line, at)
		}
		seen[strings.Join(m.edits, ";;")] = m.line
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			do(t, m)
		})
	}
}

// strange is what no message may hold: binary tails, exponents, Go's words, tags that stayed, doubled or dangling marks.
var strange = regexp.MustCompile(`\.[0-9]*0000000|\.[0-9]*9999999|[0-9]e[-+][0-9]|<nil>|%!|map\[|&\{|\{\{|\}\}|value\.|decimal|。。|，，|；。|，。|“”|[，、：；（“]$`)

// plainMessage: a finding says in plain Chinese what is wrong, where and what to do.
func plainMessage(t *testing.T, x finding.Finding) {
	t.Helper()
	for _, text := range []string{x.Message, x.Filled, x.Expected, x.Difference} {
		if bad := strange.FindString(text); bad != "" && !(text == x.Filled && strings.ContainsAny(bad, "，、：；（“")) {
			t.Errorf("%s says %q in %q", shownFinding(x), bad, text)
		}
	}
	switch {
	case len([]rune(x.Message)) < 6 || x.Name == "":
		t.Errorf("%s says only %q (%q)", shownFinding(x), x.Message, x.Name)
	case x.Place.Workbook == "":
		t.Errorf("%s %q names no workbook", shownFinding(x), x.Message)
	case x.Level != finding.Unjudged && x.Rule != "R-ID-06" && (x.Place.Cell == "" || x.Place.Sheet == ""):
		t.Errorf("%s %q names no cell", shownFinding(x), x.Message)
	case strings.HasPrefix(x.Expected, "= ") && !strings.Contains(x.Expected, "空") && x.Filled == "":
		t.Errorf("%s %q: expected %q, but nothing is said to be filled", shownFinding(x), x.Message, x.Expected)
	}
	if number.MatchString(x.Expected) && number.MatchString("= "+x.Filled) && x.Difference == "" {
		t.Errorf("%s: filled %q, expected %q, no difference", shownFinding(x), x.Filled, x.Expected)
	}
}

var number = regexp.MustCompile(`^[=≤≥] -?[0-9.]+%?$`)

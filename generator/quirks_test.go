package generator_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"jixiao/generator/audit"
	"jixiao/generator/extract"
	"jixiao/generator/finding"
	"jixiao/generator/form"
	"jixiao/generator/intake"
	"jixiao/generator/ooxml"
	"jixiao/generator/unit"
	"jixiao/generator/value"
	"jixiao/templates"
)

// What people really type, one quirk a row: a clean workbook with some cells as
// a unit would leave them, read and judged through the doors of the stages. A row
// states the value of one field and what was found about it.
//
//	quirks_test.go            the table's form, and how a row is judged
//	quirks_edit_test.go       cells as files store them
//	quirks_numbers_test.go    figures, signs, units
//	quirks_nothing_test.go    blank, not applicable, zero
//	quirks_percent_test.go    percentages
//	quirks_formulas_test.go   formulas, errors, what is shown
//	quirks_targets_test.go    targets and actuals
//	quirks_words_test.go      dates, telephones, names, grades, texts
//	quirks_types_test.go      … in cells of their own
//	quirks_sheets_test.go     rows, merges, labels, sheets
//	quirks_files_test.go      several files of one unit

// quirk is one row.
type quirk struct {
	name  string
	edits []edit
	field string   // 年初预算数, 指标1.得分, 项目1.指标2.得分
	value string   // its kind and text: 数 1520.4
	says  []string // what reading and judging say of it that they do not of the clean workbook, in order; -… for what is gone
}

// cleanFindings is what reading the clean workbook says: the form itself is printed with 10分.
var cleanFindings = []string{
	"提示 R-CM-05@G6 “预算执行分值”：“10分”读作10。请按表样填写",
}

var quirkForm = sync.OnceValue(func() *form.Form {
	sub, err := fs.Sub(templates.FS(), "整体支出")
	if err != nil {
		panic(err)
	}
	f, faults, err := form.Load("整体支出", sub)
	if err != nil || len(faults) > 0 {
		panic(fmt.Sprint(err, faults))
	}
	return f
})

// cleanBook is the sample that all rows begin with.
var cleanBook = sync.OnceValue(func() *ooxml.Package {
	data, err := os.ReadFile("../samples/青岚区2022年度/收件/青岚区水务局2022年度自评.xlsx")
	if err != nil {
		panic(err)
	}
	p, err := ooxml.Open(data, ooxml.DefaultLimits())
	if err != nil {
		panic(err)
	}
	return p
})

// edited is the clean workbook with the edits of a row.
func edited(t testing.TB, edits []edit) []byte {
	t.Helper()
	p := cleanBook()
	d := &draft{t: t, original: p, parts: map[string][]byte{}}
	d.replace(stylesPart, "</cellXfs>", moreFormats()+"</cellXfs>")
	d.replace(stylesPart, "<fonts ", moreCodes()+"<fonts ")
	for _, e := range edits {
		e(d)
	}
	data, err := p.Rewrite(d.parts, nil)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// judged takes the workbooks of one unit, by their file names, through the stages.
func judged(t testing.TB, files map[string][]byte) *unit.Verdict {
	t.Helper()
	return judgedBy(t, quirkForm(), files)
}

func judgedBy(t testing.TB, f *form.Form, files map[string][]byte) *unit.Verdict {
	t.Helper()
	dir := t.TempDir()
	p := intake.Parcel{Unit: unit.Unit{Name: "青岚区水务局"}}
	for name, data := range files {
		at := filepath.Join(dir, name)
		if err := os.WriteFile(at, data, 0o644); err != nil {
			t.Fatal(err)
		}
		p.Files = append(p.Files, intake.File{Path: at, Name: name})
	}
	slices.SortFunc(p.Files, func(a, b intake.File) int { return strings.Compare(a.Name, b.Name) })
	sub, err := intake.Open(t.Context(), p, intake.Options{Map: f.Map, Limits: ooxml.DefaultLimits()})
	if err != nil {
		t.Fatal(err)
	}
	return audit.Judge(extract.Record(sub, f.Map.Specs()), f, nil, "2022")
}

// told prints what was found about a field: whatever reading had to say, about
// anything, and what was judged of the field's own cell or, for an item of a list,
// of its row. Cells of the first sheet stand alone, others with their sheet, places
// of other workbooks with both.
func told(v *unit.Verdict, field string) []string {
	var out []string
	read := map[string]bool{}
	for _, f := range slices.Concat(v.Record.Submission.Findings, v.Record.Findings) {
		read[described(f)] = true
	}
	own := fieldAt(&v.Record.Item, field)
	for _, f := range v.Findings {
		line := described(f)
		if read[line] || own != nil && f.Level != finding.Unjudged && beside(own.Place, f.Place, strings.Contains(field, ".")) {
			out = append(out, line)
		}
	}
	return out
}

func described(f finding.Finding) string {
	at := f.Place.Cell
	if f.Place.Sheet != "" && f.Place.Sheet != firstSheet {
		at = f.Place.Sheet + "!" + at
	}
	if w := f.Place.Workbook; w != "" && w != ownFile {
		at = w + ":" + at
	}
	return fmt.Sprintf("%s %s@%s %s", f.Level.Chinese(), f.Rule, at, f.Message)
}

// beside reports whether a finding is about a field: its cell, or its row.
func beside(own, at finding.Place, row bool) bool {
	if !row || own.Workbook != at.Workbook || own.Sheet != at.Sheet {
		return own == at
	}
	a, _ := ooxml.ParseRef(own.Cell)
	b, ok := ooxml.ParseRef(at.Cell)
	return ok && a.Row == b.Row
}

const (
	firstSheet = "整体支出绩效自评表"
	ownFile    = "水务局.xlsx"
)

// without takes what the clean workbook has as well out of a list of findings;
// what only that has comes first, with a minus before it.
func without(list, clean []string) []string {
	var gone []string
	rest := slices.Clone(list)
	for _, c := range clean {
		if i := slices.Index(rest, c); i >= 0 {
			rest = slices.Delete(rest, i, i+1)
		} else {
			gone = append(gone, "-"+c)
		}
	}
	return append(gone, rest...)
}

// fieldAt finds 项目1.指标2.得分.
func fieldAt(it *unit.Item, path string) *unit.Field {
	for {
		name, rest, more := strings.Cut(path, ".")
		if !more {
			return it.Field(name)
		}
		list := strings.TrimRight(name, "0123456789")
		n, err := strconv.Atoi(name[len(list):])
		l := it.List(list)
		if err != nil || l == nil || n < 1 || n > len(l.Items) {
			return nil
		}
		it, path = &l.Items[n-1], rest
	}
}

// printed is a field's kind and value.
func printed(f *unit.Field) string {
	if f == nil {
		return "没有"
	}
	v := f.Value
	kind := map[value.Kind]string{value.Number: "数", value.Text: "文", value.Date: "日期", value.Bool: "真假"}[v.Kind()]
	switch v.Kind() {
	case value.Blank:
		return "空"
	case value.NotApplicable:
		return "不适用"
	case value.Unjudged:
		return "未判"
	}
	return kind + " " + v.String()
}

// check judges the rows of a table.
func check(t *testing.T, rows []quirk) {
	t.Helper()
	for _, q := range rows {
		t.Run(q.name, func(t *testing.T) {
			t.Parallel()
			v := judged(t, map[string][]byte{ownFile: edited(t, q.edits)})
			value, says := printed(fieldAt(&v.Record.Item, q.field)), without(told(v, q.field), cleanFindings)
			if value != q.value || !slices.Equal(says, q.says) {
				t.Errorf("%s：\n得 %q\n%s\n应 %q\n%s", q.field, value, lines(says), q.value, lines(q.says))
			}
		})
	}
}

func lines(list []string) string {
	var b strings.Builder
	for _, s := range list {
		fmt.Fprintf(&b, "\t%q,\n", s)
	}
	return b.String()
}

// TestQuirksClean: the workbook that every row begins with is read plainly and accepted.
func TestQuirksClean(t *testing.T) {
	t.Parallel()
	v := judged(t, map[string][]byte{ownFile: edited(t, nil)})
	if got := told(v, ""); !slices.Equal(got, cleanFindings) || v.Outcome() != unit.Accepted {
		t.Errorf("%v\n得\n%s应\n%s", v.Outcome(), lines(got), lines(cleanFindings))
	}
}

// cleanSaved is when the clean workbook was saved.
const cleanSaved = "2023-03-20T00:00:00Z"

// saved is when the workbook was last saved.
func saved(at string) edit {
	return func(d *draft) {
		d.replace("docProps/core.xml", cleanSaved, at)
	}
}

package extract

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"jixiao/generator/fillin"
	"jixiao/generator/ooxml"
	"jixiao/generator/unit"
	"jixiao/generator/value"
)

// spec is one value of a form: its name, with the lists around it, and its pipes.
func spec(t *testing.T, path string, pipes ...string) *fillin.Spec {
	t.Helper()
	var list []value.Pipe
	for _, p := range pipes {
		list = append(list, value.Pipe{Name: p})
	}
	f, faults := value.CompileFormat(list)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	parts := strings.Split(path, ".")
	return &fillin.Spec{Name: parts[len(parts)-1], Lists: parts[:len(parts)-1], Format: f, Sheet: "表", Label: parts[len(parts)-1]}
}

// cell is a located value: the text of a cell, or the number in it.
func cell(s *fillin.Spec, ref, raw string) fillin.Located {
	r, _ := ooxml.ParseRef(ref)
	l := fillin.Located{Spec: s, Sheet: "表一", Cell: r, Raw: raw}
	if raw != "" {
		l.Source = &ooxml.Cell{Ref: r, Kind: ooxml.TextCell, Text: raw}
	}
	return l
}

func workbook(path string, g fillin.Group, problems ...fillin.Problem) unit.Workbook {
	return unit.Workbook{Path: path, Book: &ooxml.Workbook{}, Layout: &fillin.Layout{Group: g, Sheets: []string{"表一"}, Problems: problems}}
}

// told prints findings as level rule workbook!cell.
func told(r *unit.Record) []string {
	var out []string
	for _, f := range r.Findings {
		out = append(out, fmt.Sprintf("%s %s %s!%s %d", f.Level, f.Rule, f.Place.Workbook, f.Place.Cell, f.Item))
	}
	return out
}

func TestFields(t *testing.T) {
	t.Parallel()
	amount, score, phone := spec(t, "预算", "金额"), spec(t, "得分", "分数"), spec(t, "电话", "电话")
	for _, c := range []struct {
		name     string
		cell     fillin.Located
		value    string
		kind     value.Kind
		findings []string
	}{
		{"plain", cell(amount, "D6", "308.76"), "308.76", value.Number, nil},
		{"blanks are no repair", cell(amount, "D6", "　308.76 "), "308.76", value.Number, nil},
		{"a unit behind the number is a notice", cell(score, "G6", "10分"), "10", value.Number, []string{"notice R-CM-05 a.xlsx!G6 0"}},
		{"empty is blank, not zero", cell(amount, "D6", ""), "", value.Blank, nil},
		{"not applicable", cell(amount, "D6", "—"), "—", value.NotApplicable, nil},
		{"an amount that is a text", cell(amount, "D6", "0 或 207.45"), "0 或 207.45", value.Unjudged, []string{"error R-BX-15 a.xlsx!D6 0"}},
		{"a score that is a text", cell(score, "H6", "满分"), "满分", value.Unjudged, []string{"error R-SC-02 a.xlsx!H6 0"}},
		{"a telephone number blocks nobody", cell(phone, "A9", "12"), "12", value.Unjudged, []string{"notice R-CM-05 a.xlsx!A9 0"}},
	} {
		sub := &unit.Submission{Workbooks: []unit.Workbook{workbook("a.xlsx", fillin.Group{Cells: []fillin.Located{c.cell}})}}
		r := Record(sub, []*fillin.Spec{c.cell.Spec})
		f := r.Field(c.cell.Spec.Name)
		if f.Value.String() != c.value || f.Value.Kind() != c.kind || f.Raw != c.cell.Raw || f.Place.Cell != c.cell.Cell.String() {
			t.Errorf("%s: %+v", c.name, f)
		}
		if got := told(r); !slices.Equal(got, c.findings) {
			t.Errorf("%s: %q, want %q", c.name, got, c.findings)
		}
	}
}

// TestMergedFigures: a figure that covers several rows counts once, a text in each.
func TestMergedFigures(t *testing.T) {
	t.Parallel()
	name, score := spec(t, "指标.一级指标"), spec(t, "指标.得分", "分数")
	l := fillin.ListOf{Name: "指标"}
	for i := range 3 {
		n, s := cell(name, "B15", "产出指标"), cell(score, "H15", "20")
		n.Filled, s.Filled = i > 0, i > 0
		l.Items = append(l.Items, fillin.Group{Cells: []fillin.Located{n, s}})
	}
	sub := &unit.Submission{Workbooks: []unit.Workbook{workbook("a.xlsx", fillin.Group{Lists: []fillin.ListOf{l}})}}
	r := Record(sub, []*fillin.Spec{name, score})
	for i, want := range []string{"20", "—", "—"} {
		it := &r.List("指标").Items[i]
		if got := it.Field("得分").Value.String(); got != want {
			t.Errorf("row %d: score %q, want %q", i, got, want)
		}
		if got := it.Field("一级指标").Value.String(); got != "产出指标" {
			t.Errorf("row %d: %q", i, got)
		}
	}
}

func TestErrorCells(t *testing.T) {
	t.Parallel()
	s := spec(t, "执行率", "百分比")
	for _, c := range []struct {
		source ooxml.Cell
		raw    string
	}{
		{ooxml.Cell{Kind: ooxml.ErrorCell, Text: "#DIV/0!", Formula: "F6/E6"}, "#DIV/0!"},
		{ooxml.Cell{Kind: ooxml.NoValue, Formula: "F6/E6"}, ""},
	} {
		c.source.Ref = ooxml.Ref{Row: 6, Col: 8}
		l := fillin.Located{Spec: s, Sheet: "表一", Cell: c.source.Ref, Source: &c.source, Raw: c.raw}
		sub := &unit.Submission{Workbooks: []unit.Workbook{workbook("a.xlsx", fillin.Group{Cells: []fillin.Located{l}})}}
		if got, want := told(Record(sub, []*fillin.Spec{s})), []string{"error R-CM-08 a.xlsx!H6 0"}; !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", c.raw, got, want)
		}
	}
}

func TestOneFieldTwice(t *testing.T) {
	t.Parallel()
	s := spec(t, "年度", "整数")
	for _, c := range []struct {
		first, second string
		value         string
		findings      []string
	}{
		{"2022", "2022", "2022", nil},
		{"", "2022", "2022", nil},
		{"2022", "", "2022", nil},
		{"2022", "2021", "2022", []string{"error R-ID-06 a.xlsx!A3 0"}},
	} {
		g := fillin.Group{Cells: []fillin.Located{cell(s, "A2", c.first), cell(s, "A3", c.second)}}
		r := Record(&unit.Submission{Workbooks: []unit.Workbook{workbook("a.xlsx", g)}}, []*fillin.Spec{s})
		if got := r.Field("年度").Value.String(); got != c.value {
			t.Errorf("%q and %q: %q", c.first, c.second, got)
		}
		if got := told(r); !slices.Equal(got, c.findings) {
			t.Errorf("%q and %q: %q, want %q", c.first, c.second, got, c.findings)
		}
	}
}

func TestSeveralWorkbooks(t *testing.T) {
	t.Parallel()
	total, project := spec(t, "总分", "分数"), spec(t, "项目.名称")
	main := func(path, raw string) unit.Workbook {
		return workbook(path, fillin.Group{Cells: []fillin.Located{cell(total, "H24", raw)}})
	}
	projects := func(path string, names ...string) unit.Workbook {
		l := fillin.ListOf{Name: "项目"}
		for _, n := range names {
			l.Items = append(l.Items, fillin.Group{Cells: []fillin.Located{cell(project, "C4", n)}})
		}
		return workbook(path, fillin.Group{Lists: []fillin.ListOf{l}})
	}
	costs := func(path, name, figure string) unit.Workbook {
		items := []fillin.Group{{Cells: []fillin.Located{cell(project, "C4", name), cell(spec(t, "项目.执行数", "金额"), "F7", figure)}}}
		return workbook(path, fillin.Group{Lists: []fillin.ListOf{{Name: "项目", Items: items}}})
	}
	both := func(path, name string) unit.Workbook {
		w := projects(path, name)
		w.Layout.Cells = []fillin.Located{cell(total, "H24", "98")}
		return w
	}
	for _, c := range []struct {
		name     string
		books    []unit.Workbook
		total    string
		projects int
		findings []string
	}{
		{"a form and its projects", []unit.Workbook{main("a.xlsx", "98"), projects("b.xlsx", "甲"), projects("c.xlsx", "乙", "丙")}, "98", 3, nil},
		{"the same file twice", []unit.Workbook{main("a.xlsx", "98"), main("b.xlsx", "98"), projects("c.xlsx", "甲"), projects("d.xlsx", "甲")}, "98", 1, []string{"notice R-ID-05 b.xlsx! 0", "notice R-ID-05 d.xlsx!C4 0"}},
		{"a contradiction", []unit.Workbook{main("a.xlsx", "98"), main("b.xlsx", "89")}, "98", 0, []string{"error R-ID-05 b.xlsx!H24 0"}},
		{"one project twice with other figures", []unit.Workbook{main("a.xlsx", "98"), costs("b.xlsx", "甲", "5"), costs("c.xlsx", "甲", "6")}, "98", 1, []string{"error R-ID-05 c.xlsx!C4 0"}},
		{"one project twice with the same figures", []unit.Workbook{costs("b.xlsx", "甲", "5"), costs("c.xlsx", "甲", "5")}, "", 1, []string{"notice R-ID-05 c.xlsx!C4 0"}},
		{"the form twice with other items", []unit.Workbook{both("a.xlsx", "甲"), both("b.xlsx", "乙")}, "98", 1, []string{"error R-ID-05 b.xlsx!C4 0"}},
		{"what one left blank the other fills", []unit.Workbook{main("a.xlsx", ""), main("b.xlsx", "89")}, "89", 0, nil},
	} {
		r := Record(&unit.Submission{Workbooks: c.books}, []*fillin.Spec{total, project})
		if got := r.Field("总分").Value.String(); got != c.total {
			t.Errorf("%s: total %q", c.name, got)
		}
		if got := len(r.List("项目").Items); got != c.projects {
			t.Errorf("%s: %d projects", c.name, got)
		}
		if got := told(r); !slices.Equal(got, c.findings) {
			t.Errorf("%s: %q, want %q", c.name, got, c.findings)
		}
	}
}

// TestMissingSheets: a sheet that stands in another workbook of the unit is not
// missing; one that stands nowhere is reported once.
func TestMissingSheets(t *testing.T) {
	t.Parallel()
	total, duty := spec(t, "总分", "分数"), spec(t, "职能")
	lacksTotal := fillin.Problem{Kind: fillin.LabelMissing, Label: "总分", Specs: []*fillin.Spec{total}}
	lacksDuty := fillin.Problem{Kind: fillin.LabelMissing, Label: "职能", Specs: []*fillin.Spec{duty}}
	a := workbook("a.xlsx", fillin.Group{Cells: []fillin.Located{cell(total, "H24", "98")}}, lacksDuty)
	b := workbook("b.xlsx", fillin.Group{Cells: []fillin.Located{cell(duty, "B2", "管水")}}, lacksTotal)
	c := workbook("c.xlsx", fillin.Group{}, lacksTotal, lacksDuty)
	specs := []*fillin.Spec{total, duty}
	if got := told(Record(&unit.Submission{Workbooks: []unit.Workbook{a, b}}, specs)); len(got) > 0 {
		t.Errorf("both sheets came: %q", got)
	}
	got := told(Record(&unit.Submission{Workbooks: []unit.Workbook{a, c}}, specs))
	if want := []string{"error R-ID-06 a.xlsx! 0"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestProblems(t *testing.T) {
	t.Parallel()
	must, may := spec(t, "总分", "分数"), spec(t, "备注", "可空")
	for _, c := range []struct {
		problem fillin.Problem
		want    string
		message string
	}{
		{fillin.Problem{Kind: fillin.LabelMissing, Label: "总分", Specs: []*fillin.Spec{must}, Sheet: "表一", Cell: "A24"}, "error R-ID-06 a.xlsx!A24 0", "没有找到“总分”"},
		{fillin.Problem{Kind: fillin.LabelMissing, Label: "备注", Specs: []*fillin.Spec{may}, Sheet: "表一", Cell: "A25"}, "notice R-ID-06 a.xlsx!A25 0", "没有“备注”这一栏"},
		{fillin.Problem{Kind: fillin.LabelTwice, Label: "总分", Specs: []*fillin.Spec{must}, Sheet: "表一", Cell: "A24"}, "error R-ID-06 a.xlsx!A24 0", "不止一处"},
		{fillin.Problem{Kind: fillin.LabelDiffers, Label: "总分", Found: "总份", Specs: []*fillin.Spec{must}, Sheet: "表一", Cell: "A24"}, "notice R-ID-06 a.xlsx!A24 0", "“总份”与表样的“总分”不完全相同"},
		{fillin.Problem{Kind: fillin.HiddenCells, Label: "第7行", Sheet: "表一", Cell: "A7"}, "notice R-ID-06 a.xlsx!A7 0", "隐藏"},
	} {
		r := Record(&unit.Submission{Workbooks: []unit.Workbook{workbook("a.xlsx", fillin.Group{}, c.problem)}}, nil)
		if got := told(r); !slices.Equal(got, []string{c.want}) {
			t.Errorf("%s: %q, want %q", c.problem.Label, got, c.want)
		} else if m := r.Findings[0].Message; !strings.Contains(m, c.message) {
			t.Errorf("%s: says %q, want %q", c.problem.Label, m, c.message)
		}
	}
}

package xlsx

import (
	"fmt"

	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"jixiao/generator/ooxml"
)

// card is a workbook whose first sheet is a card for every project, with everything that a copy needs of its own.
func card(t testing.TB, name string) []byte {
	t.Helper()
	f := build(t, name, [][]any{
		{"项目", "{{项目.名称}}"},
		{"指标", "得分"},
		{"{{项目.指标.名称}}", "{{项目.指标.得分}}"},
		{"总分", "=SUM(B3:B3)"},
	}, "汇总", [][]any{
		{"{{年度}}", "=SUM('" + name + "'!B4)"},
		{"{{项目.名称}}", "='" + name + "'!B4"},
		{"第一张", "='" + name + "'!B4"},
	})
	must(t, f.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Area", RefersTo: "'" + name + "'!$A$1:$B$4", Scope: name}))
	must(t, f.AddComment(name, excelize.Comment{Cell: "B4", Author: "某", Text: "总分"}))
	must(t, f.AddChart(name, "D1", &excelize.Chart{Type: excelize.Col, Series: []excelize.ChartSeries{{Name: "'" + name + "'!$B$2", Categories: "'" + name + "'!$A$3:$A$3", Values: "'" + name + "'!$B$3:$B$3"}}}))
	must(t, f.SetCellHyperLink(name, "A1", "https://example.cn/", "External"))
	return save(t, f)
}

func TestSheetAnItem(t *testing.T) {
	t.Parallel()
	doc := render(t, compile(t, card(t, "项目自评表")), twoProjects)
	f := open(t, doc)
	if got, want := fmt.Sprint(f.GetSheetList()), "[项目自评表 项目自评表 (2) 汇总]"; got != want {
		t.Errorf("sheets: got %s, want %s", got, want)
	}
	var b strings.Builder
	for _, s := range f.GetSheetList() {
		b.WriteString("-- " + s + " --\n" + dump(t, f, s))
	}
	want := `-- 项目自评表 --
A1=项目 | B1=甲
A2=指标 | B2=得分
A3=数量 | B3=10
A4=质量 | B4=20.5
A5=总分 | B5=30.5 ←SUM(B3:B4)
-- 项目自评表 (2) --
A1=项目 | B1=乙乙
A2=指标 | B2=得分
A3=时效 | B3=5
A4=总分 | B4=5 ←SUM(B3:B3)
-- 汇总 --
A1=2022 | B1=35.5 ←SUM('项目自评表'!B5,'项目自评表 (2)'!B4)
A2=甲 | B2=30.5 ←'项目自评表'!B5
A3=乙乙 | B3=5 ←'项目自评表 (2)'!B4
A4=第一张 | B4=30.5 ←'项目自评表'!B5
`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
	golden(t, "sheets", doc, "xl/workbook.xml", "xl/_rels/workbook.xml.rels",
		"xl/worksheets/sheet1_2.xml", "xl/worksheets/_rels/sheet1_2.xml.rels", "xl/comments1_2.xml", "xl/drawings/drawing1_2.xml",
		"xl/drawings/_rels/drawing1_2.xml.rels")
}

// saveTemplate writes a workbook whose sheet names excelize refuses: {{项目.名称}} is longer than a name may be or has a slash.
func renameSheet(t testing.TB, data []byte, from, to string) []byte {
	t.Helper()
	pkg, err := ooxml.Open(data, ooxml.DefaultLimits())
	must(t, err)
	book, _ := pkg.Part("xl/workbook.xml")
	changed := strings.ReplaceAll(string(book), `name="`+from+`"`, `name="`+string(ooxml.Escape(nil, to))+`"`)
	out, err := pkg.Rewrite(map[string][]byte{"xl/workbook.xml": []byte(changed)}, nil)
	must(t, err)
	return out
}

func TestSheetNames(t *testing.T) {
	t.Parallel()
	data := renameSheet(t, save(t, build(t, "x", [][]any{{"{{序号}}"}}, "附表", [][]any{{1}})), "x", "{{序号}}.{{项目.名称}}")
	tpl := compile(t, data)
	for _, c := range []struct {
		names []string
		want  string
	}{
		{[]string{"甲", "乙"}, "1.甲|2.乙|附表"},
		{[]string{"a/b", "[c]*?:\\d"}, "1.a／b|2.［c］＊？：＼d|附表"},
		{[]string{strings.Repeat("长", 40), "x\ny"}, "1." + strings.Repeat("长", 29) + "|2.x y|附表"},
		{nil, ".|附表"},
	} {
		list := make([]record, len(c.names))
		for i, n := range c.names {
			list[i] = record{"名称": n}
		}
		f := open(t, render(t, tpl, record{"项目": list}))
		if got := strings.Join(f.GetSheetList(), "|"); got != c.want {
			t.Errorf("%q: got %s, want %s", c.names, got, c.want)
		}
	}
	names := sheetNames{taken: map[string]bool{}}
	names.reserve("附表")
	for _, c := range []struct{ in, want string }{
		{"附表", "附表 (2)"}, {"ABC", "ABC"}, {"abc", "abc (2)"}, {"ＡＢＣ", "ＡＢＣ (3)"}, {"", "空表"}, {"  ", "空表 (2)"}, {"'a'", "a"}, {"History", "History_"},
		{strings.Repeat("长", 31), strings.Repeat("长", 31)}, {strings.Repeat("长", 35), strings.Repeat("长", 27) + " (2)"}, {"𠮷𠮷\x01", "𠮷𠮷"},
		{strings.Repeat("𠮷", 20), strings.Repeat("𠮷", 15)},
	} {
		if got := names.give(c.in); got != c.want {
			t.Errorf("%q: got %q, want %q", c.in, got, c.want)
		}
	}
}

func TestSheetNameWithoutList(t *testing.T) {
	t.Parallel()
	data := renameSheet(t, save(t, build(t, "x", [][]any{{"{{单位.得分}}"}, {"=SUM(A1)"}}, "附表", [][]any{{"=x!A2*2"}})), "x", "{{年度}}年")
	// The formula names the sheet as the template does.
	pkg, err := ooxml.Open(data, ooxml.DefaultLimits())
	must(t, err)
	sheet, _ := pkg.Part("xl/worksheets/sheet2.xml")
	data, err = pkg.Rewrite(map[string][]byte{"xl/worksheets/sheet2.xml": []byte(strings.ReplaceAll(string(sheet), "x!A2", "'{{年度}}年'!A2"))}, nil)
	must(t, err)
	f := open(t, render(t, compile(t, data), someUnits(2)))
	if got, want := dump(t, f, "附表"), "A1=254 ←'2022年'!A3*2\n"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

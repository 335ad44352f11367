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

func TestReferences(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ formula, want string }{ // "-": not computed
		{"SUM(D6:D8)", "D6:D8"},
		{"$D$6+ d7*5% - 1.5", "D6:D6 D7:D7"},
		{"ROUND(F6/E6*100,2)&\"%\"", "F6:F6 E6:E6"},
		{"IF(A1>=B1,\"是\"\"A9\"\"\",'表 一'!C3)", "A1:A1 B1:B1 表 一!C3:C3"},
		{"SUM(表二!D8:B6)", "表二!B6:D8"},
		{"-(A1)", "A1:A1"},
		{"TRUE", ""},
		{"TODAY()", "-"}, {"SUM(A:A)", "-"}, {"SUM(1:3)", "-"}, {"合计数", "-"}, {"[1]Sheet1!A1", "-"}, {"'[1]a'!A1", "-"},
		{"INDIRECT(\"A1\")", "-"}, {"SUM({1,2})", "-"}, {"A1:B2 B1:C3", "-"}, {"#REF!", "-"}, {"A1^2", "-"}, {"1E5", "-"}, {"\"a", "-"}, {"'a", "-"},
		{"MAX(0, A1:B2 ,C3)", "A1:B2 C3:C3"}, {"A1:A2*2", "-"}, {"SUM(A1:A2*B1:B2)", "-"}, {"(A1:A2)", "-"}, {"SUM((A1:A2))", "-"}, {"ROUND(A1:A2,1)", "-"}, {"IF(SUM(A1:A2)>0,B1:B2,0)", "-"},
		{"A1)", "-"}, {"(A1", "-"}, {"SUM(", "-"}, {"", "-"}, {"A1:B2:C3", "-"}, {"表二!SUM(A1)", "-"}, {"1.2.3", "-"}, {"A1#", "-"}, {"@A1", "-"},
	} {
		areas, ok := references(c.formula)
		var parts []string
		for _, a := range areas {
			p := a.From.String() + ":" + a.To.String()
			if a.sheet != "" {
				p = a.sheet + "!" + p
			}
			parts = append(parts, p)
		}
		got := strings.Join(parts, " ")
		if !ok {
			got = "-"
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.formula, got, c.want)
		}
	}
}

// TestFormulasWithoutResult: computed when every cell that they hang on is certain.
func TestFormulasWithoutResult(t *testing.T) {
	t.Parallel()
	amount, ratio, text := spec(t, "年初预算数", "金额"), spec(t, "执行率", "百分比"), spec(t, "结论")
	number := func(text string) ooxml.Cell { return ooxml.Cell{Kind: ooxml.NumberCell, Text: text} }
	formula := func(text string) ooxml.Cell { return ooxml.Cell{Kind: ooxml.NoValue, Formula: text} }
	stored := func(text, result string) ooxml.Cell {
		return ooxml.Cell{Kind: ooxml.NumberCell, Formula: text, Text: result}
	}
	words := func(text string) ooxml.Cell { return ooxml.Cell{Kind: ooxml.TextCell, Text: text} }
	others := map[string]ooxml.Cell{
		"A1": number("0.1"), "A2": number("0.2"), "A3": words("说明"), "A4": number("308.76"),
		"B1": words("20"), "B2": words("　２０ "), "B3": {Kind: ooxml.ErrorCell, Text: "#DIV/0!"},
		"C1": stored("TODAY()", "5"), "C2": formula("TODAY()"), "C3": formula("SUM(A1:A4)"), "C4": formula("C3*2"),
		"D1": formula("D2+1"), "D2": formula("D3+1"), "D3": formula("D2+1"), "D4": formula(""),
	}
	const finding = "error R-CM-08"
	for _, c := range []struct {
		spec    *fillin.Spec
		formula string
		want    string // the value; "" when it stays a finding
	}{
		{amount, "SUM(A1:A4)", "309.06"},
		{amount, "A1+A2", "0.3"},
		{amount, "ROUND(A4,1)", "308.8"},
		{amount, "C1*2", "10"}, // what has a result keeps it
		{amount, "C4", "618.12"},
		{amount, "A4*5%", "15.438"},
		{amount, "SUM(Z1:Z9)", "0"},
		{amount, "其他!A1+A1", "7.1"},
		{ratio, "A1/A2", "0.5"},
		{text, `IF(A4>300,"达标","未达标")`, "达标"},
		{amount, "C2", ""},         // today's date
		{amount, "A1+C2*0", ""},    // … also behind
		{amount, "SUM(B1:B2)", ""}, // numbers stored as text
		{amount, "A1+B2", ""},
		{amount, "A1+B3", ""}, // an error
		{amount, "A1/0", ""},
		{amount, "A1+A3", ""},
		{amount, "D1", ""}, // a circle
		{amount, "H24+1", ""},
		{amount, "D4", ""},       // a formula that the file does not have
		{amount, "没有!A1", ""},    // no such sheet
		{amount, "SUM(A:A)", ""}, // not looked through
	} {
		at, _ := ooxml.ParseRef("H24")
		source := formula(c.formula)
		source.Ref, source.Format = at, ooxml.General
		if c.spec == ratio {
			source.Format, source.Code = ooxml.Percent, "0%"
		}
		main, other := ooxml.Sheet{Name: "表一"}, ooxml.Sheet{Name: "其他", Cells: []ooxml.Cell{{Ref: ooxml.Ref{Row: 1, Col: 1}, Kind: ooxml.NumberCell, Text: "7"}}}
		main.Cells = append(main.Cells, source)
		for ref, o := range others {
			o.Ref, _ = ooxml.ParseRef(ref)
			main.Cells = append(main.Cells, o)
		}
		slices.SortFunc(main.Cells, func(a, b ooxml.Cell) int { return (a.Ref.Row-b.Ref.Row)*100 + a.Ref.Col - b.Ref.Col })
		l := fillin.Located{Spec: c.spec, Sheet: "表一", Cell: at, Source: main.At(at)}
		w := workbook("a.xlsx", fillin.Group{Cells: []fillin.Located{l}})
		w.Book.Sheets = []ooxml.Sheet{main, other}
		r := Record(&unit.Submission{Workbooks: []unit.Workbook{w}}, []*fillin.Spec{c.spec})
		f := r.Field(c.spec.Name)
		if c.want == "" {
			if got := told(r); f.Value.Kind() != value.Unjudged || !slices.Equal(got, []string{finding + " a.xlsx!H24 0"}) {
				t.Errorf("=%s: %v %q", c.formula, f.Value, got)
			}
			continue
		}
		message := fmt.Sprintf("“%s”：公式没有保存结果，按公式“=%s”算得%s，请核对。用 Excel 或 WPS 打开后保存一次，就会留下结果", c.spec.Name, c.formula, c.want)
		if f.Value.String() != c.want || f.Raw != c.want || f.Problem != "" {
			t.Errorf("=%s: %+v, want %s", c.formula, f, c.want)
		}
		if len(r.Findings) != 1 || r.Findings[0].Message != message || r.Findings[0].Rule != "R-CM-08" || r.Findings[0].Level.String() != "notice" {
			t.Errorf("=%s: %+v, want %s", c.formula, r.Findings, message)
		}
	}
}

// TestBoundsOfComputing: a workbook made of formulas alone costs no more than the bounds.
func TestBoundsOfComputing(t *testing.T) {
	t.Parallel()
	s := spec(t, "总分", "分数")
	sheet := ooxml.Sheet{Name: "表一"}
	for row := range calcDepth + 10 { // each hangs on the next
		sheet.Cells = append(sheet.Cells, ooxml.Cell{Ref: ooxml.Ref{Row: row + 1, Col: 1}, Kind: ooxml.NoValue, Formula: fmt.Sprintf("A%d+1", row+2)})
	}
	judge := func(at ooxml.Ref) value.Kind {
		l := fillin.Located{Spec: s, Sheet: "表一", Cell: at, Source: sheet.At(at)}
		w := workbook("a.xlsx", fillin.Group{Cells: []fillin.Located{l}})
		w.Book.Sheets = []ooxml.Sheet{sheet}
		return Record(&unit.Submission{Workbooks: []unit.Workbook{w}}, []*fillin.Spec{s}).Field("总分").Value.Kind()
	}
	if got := judge(ooxml.Ref{Row: 1, Col: 1}); got != value.Unjudged {
		t.Errorf("a chain too long: %v", got)
	}
	if got := judge(ooxml.Ref{Row: 20, Col: 1}); got != value.Number {
		t.Errorf("a chain that is not: %v", got)
	}
	for row := range calcCells + 1 {
		sheet.Cells = append(sheet.Cells, ooxml.Cell{Ref: ooxml.Ref{Row: 1000 + row, Col: 1}, Kind: ooxml.NumberCell, Text: "1"})
	}
	sheet.Cells = append(sheet.Cells, ooxml.Cell{Ref: ooxml.Ref{Row: 100_000, Col: 1}, Kind: ooxml.NoValue, Formula: "SUM(A1000:A99999)"})
	if got := judge(ooxml.Ref{Row: 100_000, Col: 1}); got != value.Unjudged {
		t.Errorf("too many cells: %v", got)
	}
}

// FuzzReferences: whatever a formula says, the references that are found in it are
// cells of a sheet, in order.
func FuzzReferences(f *testing.F) {
	for _, s := range []string{"SUM(D6:D8)", "'表 一'!$C$3*5%", `IF(A1>=B1,"是""A9""",TRUE)`, "A1:B2 B1", "SUM((", "'", "\"", "1.2.3", "A1:XFD1048576"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, formula string) {
		areas, ok := references(formula)
		if !ok {
			return
		}
		for _, a := range areas {
			if a.From.Row < 1 || a.From.Col < 1 || a.To.Row < a.From.Row || a.To.Col < a.From.Col || a.To.Row > ooxml.MaxRow || a.To.Col > ooxml.MaxCol {
				t.Errorf("%q: %v", formula, a)
			}
		}
	})
}

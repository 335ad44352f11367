package xlsx

import (
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"jixiao/generator/ooxml"
)

// grid is what the formulas of calcCases look at.
var grid = [][]any{
	{"名称", "甲数", "乙数", "丙", "空"},
	{"甲", 0.1, 10, "优", nil},
	{"乙", 0.2, 20, "良", nil},
	{"丙", 0.3, 30, "优", nil},
	{"乙x", -1.005, 20, "12", nil},
	{"丁", 2.675, 0, true, nil},
	{"尾", 1234567.891, int64(1000000000000), "a*b", nil},
}

// calcCases are formulas and what they give; "" is left to the spreadsheet program.
var calcCases = []struct{ formula, want string }{
	{"SUM(B2:B4)", "0.6"},
	{"SUM(B2:B7)", "1234570.161"},
	{"SUM(B2,B3:B4,1,\"2\",TRUE)", "4.6"},
	{"SUM(A2:D7)", "1000001234650.16"},
	{"SUM(E2:E7)", "0"},
	{"SUM(D5:D5)", "0"},
	{"0.1+0.2=0.3", "TRUE"},
	{"B2+B3", "0.3"},
	{"1/3", "0.333333333333333"},
	{"2/3", "0.666666666666667"},
	{"10/4", "2.5"},
	{"1/0", "#DIV/0!"},
	{"B2/E2", "#DIV/0!"},
	{"-2^2", "4"},
	{"2^-1", "0.5"},
	{"2^0.5", "1.4142135623731"},
	{"2^3^2", "64"},
	{"0^0", "#NUM!"},
	{"10^400", "#NUM!"},
	{"5%", "0.05"},
	{"+A2", "甲"},
	{"-D5", "-12"},
	{"D5+1", "13"},
	{"A2+1", "#VALUE!"},
	{"A2&C2&B2", "甲100.1"},
	{"1/3&\"\"", "0.333333333333333"},
	{"TRUE+1", "2"},
	{"E2", "0"},
	{"E2=\"\"", "TRUE"},
	{"E2=0", "TRUE"},
	{"\"a\"=\"A\"", "TRUE"},
	{"1<\"a\"", "TRUE"},
	{"\"z\"<TRUE", "TRUE"},
	{"1<>2", "TRUE"},
	{"AVERAGE(B2:B4)", "0.2"},
	{"AVERAGE(C2:C5)", "20"},
	{"AVERAGE(C2:C4,2)", "15.5"},
	{"AVERAGE(E2:E4)", "#DIV/0!"},
	{"AVERAGE(1,2,2)", "1.66666666666667"},
	{"COUNT(A1:D7)", "12"},
	{"COUNTA(A1:E7)", "29"},
	{"COUNT(1,\"2\",\"x\")", "2"},
	{"COUNTBLANK(A1:E7)", "6"},
	{"MAX(B2:B7)", "1234567.891"},
	{"MIN(B2:B7)", "-1.005"},
	{"MAX(E2:E7)", "0"},
	{"MIN(5,3,8)", "3"},
	{"PRODUCT(B2:B4)", "0.006"},
	{"COUNTIF(C2:C7,20)", "2"},
	{"COUNTIF(C2:C7,\">=20\")", "4"},
	{"COUNTIF(C2:C7,\"<>20\")", "4"},
	{"COUNTIF(A2:A7,\"乙*\")", "2"},
	{"COUNTIF(A2:A7,\"乙?\")", "1"},
	{"COUNTIF(D2:D7,\"a~*b\")", "1"},
	{"COUNTIF(D2:D7,\"优\")", "2"},
	{"COUNTIF(D2:D7,12)", "1"},
	{"COUNTIF(E1:E7,\"\")", "6"},
	{"COUNTIF(E1:E7,\"<>\")", "1"},
	{"COUNTIF(E:E,\"\")", "1048575"},
	{"COUNTIFS(D2:D7,\"优\",C2:C7,\">10\")", "1"},
	{"SUMIF(D2:D7,\"优\",C2:C7)", "40"},
	{"SUMIF(C2:C5,\">15\")", "70"},
	{"SUMIF(D2:D7,\"优\",C2)", "40"},
	{"SUMIFS(C2:C7,D2:D7,\"优\",B2:B7,\"<0.2\")", "10"},
	{"SUMIFS(C2:C7,D2:D6,\"优\")", "#VALUE!"},
	{"AVERAGEIF(D2:D7,\"优\",C2:C7)", "20"},
	{"AVERAGEIFS(C2:C7,D2:D7,\"差\")", "#DIV/0!"},
	{"ROUND(B5,2)", "-1.01"},
	{"ROUND(2.675,2)", "2.68"},
	{"ROUND(1234.5,-2)", "1200"},
	{"ROUND(-0.5,0)", "-1"},
	{"ROUNDUP(1.001,2)", "1.01"},
	{"ROUNDDOWN(-1.009,2)", "-1"},
	{"INT(-1.5)", "-2"},
	{"TRUNC(-1.5)", "-1"},
	{"ABS(B5)", "1.005"},
	{"MOD(-7,3)", "2"},
	{"MOD(7,-3)", "-2"},
	{"MOD(1,0)", "#DIV/0!"},
	{"IF(C2>5,\"大\",\"小\")", "大"},
	{"IF(C2>50,1)", "FALSE"},
	{"IF(C2>50,1,)", "0"},
	{"IF(1/0,1,2)", "#DIV/0!"},
	{"IFERROR(1/0,\"—\")", "—"},
	{"IFERROR(VLOOKUP(\"戊\",A2:C7,2,FALSE),0)", "0"},
	{"IFERROR(TODAY(),0)", ""},
	{"AND(C2>5,C3>5,TRUE)", "TRUE"},
	{"OR(C2>50,C3>50)", "FALSE"},
	{"NOT(C2>5)", "FALSE"},
	{"IFS(C2>50,1,C2>5,2)", "2"},
	{"ISBLANK(E2)", "TRUE"},
	{"ISNUMBER(D5)", "FALSE"},
	{"ISERROR(1/0)", "TRUE"},
	{"RANK(C4,C2:C7)", "2"},
	{"RANK(C3,C2:C7)", "3"},
	{"RANK(C6,C2:C7,1)", "1"},
	{"RANK(C7,C2:C7,1)", "6"},
	{"RANK(7,C2:C7)", "#N/A"},
	{"LARGE(C2:C7,2)", "30"},
	{"SMALL(C2:C7,2)", "10"},
	{"LARGE(C2:C7,9)", "#NUM!"},
	{"SUMPRODUCT(B2:B4,C2:C4)", "14"},
	{"SUMPRODUCT(C2:C4)", "60"},
	{"SUMPRODUCT((C2:C4>5)*1)", ""},
	{"VLOOKUP(\"丙\",A2:C7,3,FALSE)", "30"},
	{"VLOOKUP(\"丙\",A2:C7,3)", ""},
	{"VLOOKUP(\"丙\",A2:C7,4,0)", "#REF!"},
	{"MATCH(20,C2:C7,0)", "2"},
	{"INDEX(A2:C7,3,1)", "丙"},
	{"INDEX(A2:A7,MATCH(30,C2:C7,0))", "丙"},
	{"SUBTOTAL(9,B2:B4)", "0.6"},
	{"SUBTOTAL(1,C2:C4)", "20"},
	{"LEN(A5)&LEFT(A5,1)&RIGHT(\"abc\",2)&TRIM(\" a  b \")", "2乙bca b"},
	{"LEFT(\"abc\",-1)", "#VALUE!"},
	{"CONCATENATE(A2,\"-\",C2)", "甲-10"},
	{"NA()", "#N/A"},
	{"#REF!+1", "#REF!"},
	{"全部", "60"},
	{"SUM(全部)*2", "120"},
	{"没有的名称+1", ""},
	{"NOSUCH(1)", ""},
	{"A2:A4", ""},
	{"表!B2", "0.1"},
	{"没有的表!B2", ""},
	{"[1]Sheet1!A1", ""},
	{"{1,2}", ""},
	{"1+", ""},
	{"SUM(1", ""},
}

func TestCalculation(t *testing.T) {
	t.Parallel()
	f := build(t, "表", grid)
	must(t, f.SetDefinedName(&excelize.DefinedName{Name: "全部", RefersTo: "SUM(表!$C$2:$C$4)"}))
	for i, c := range calcCases {
		must(t, f.SetCellFormula("表", fmt.Sprintf("G%d", i+1), c.formula))
	}
	doc := render(t, compile(t, save(t, f)), record{})
	book, err := ooxml.ReadWorkbook(doc, ooxml.DefaultLimits())
	must(t, err)
	for i, c := range calcCases {
		got := ""
		if cell := book.Sheets[0].At(ooxml.Ref{Row: i + 1, Col: 7}); cell != nil && cell.Kind != ooxml.NoValue {
			got = cell.Text
		}
		if got != c.want {
			t.Errorf("=%s: got %q, want %q", c.formula, got, c.want)
		}
	}
	pkg, err := ooxml.Open(doc, ooxml.DefaultLimits())
	must(t, err)
	part, _ := pkg.Part("xl/workbook.xml")
	if !strings.Contains(string(part), `fullCalcOnLoad="1"`) {
		t.Error("formulas were left to the program, which was not asked to compute them")
	}
}

func TestOrderOfDependence(t *testing.T) {
	t.Parallel()
	f := build(t, "表", [][]any{
		{"=A2+1", "=B1", "=另!A1"},
		{"=A3*2", "=C2", "=B2"},
		{5, "=IFERROR(B2,1)"},
	}, "另", [][]any{{"=表!A1&\"!\""}})
	doc := render(t, compile(t, save(t, f)), record{})
	book, err := ooxml.ReadWorkbook(doc, ooxml.DefaultLimits())
	must(t, err)
	want := map[ooxml.Ref]string{{Row: 1, Col: 1}: "11", {Row: 2, Col: 1}: "10", {Row: 1, Col: 3}: "11!",
		{Row: 1, Col: 2}: "", {Row: 2, Col: 2}: "", {Row: 2, Col: 3}: "", {Row: 3, Col: 2}: ""} // circles are left alone
	for ref, text := range want {
		if got := book.Sheets[0].At(ref); got == nil || got.Text != text {
			t.Errorf("%s: got %v, want %q", ref, got, text)
		}
	}
}

func TestLongChains(t *testing.T) {
	t.Parallel()
	const n = 12000
	rows := make([][]any, n)
	for i := range rows {
		rows[i] = []any{1, fmt.Sprintf("=B%d+A%d", i+2, i+1)} // every cell waits for the one below
	}
	rows[n-1] = []any{1, "=A1"}
	doc := render(t, compile(t, save(t, build(t, "表", rows))), record{})
	book, err := ooxml.ReadWorkbook(doc, ooxml.DefaultLimits())
	must(t, err)
	if got := book.Sheets[0].At(ooxml.Ref{Row: n, Col: 2}); got.Text != "1" {
		t.Errorf("last: %q", got.Text)
	}
}

package xlsx

import (
	"fmt"
	"strings"
	"testing"
)

// describe shows the tokens of a formula: references in brackets with their sheet.
func describe(src string) string {
	var b strings.Builder
	for _, t := range lexFormula(src) {
		switch t.kind {
		case tokRef:
			fmt.Fprintf(&b, "[%s%s]", map[bool]string{true: t.ref.sheet + "!"}[t.ref.sheet != ""], appendReference(nil, t.ref.from, t.ref.to, t.ref.isRange))
			if t.ref.last != "" {
				fmt.Fprintf(&b, "…%s", t.ref.last)
			}
			b.WriteString([]string{"", "r", "l"}[t.use])
		case tokFunc:
			b.WriteString("ƒ" + t.text)
		case tokName:
			b.WriteString("‹" + t.text + "›")
		case tokTable:
			b.WriteString("«" + t.text + "»")
		case tokForeign:
			b.WriteString("~" + t.text + "~")
		default:
			b.WriteString(t.text)
		}
	}
	return b.String()
}

var formulaCases = []struct{ src, want string }{
	{"A1+B2", "[A1]+[B2]"},
	{"$A$1*b2", "[$A$1]*[B2]"},
	{"SUM(B3:B3)", "ƒSUM([B3:B3]l)"},
	{"SUM(B3,C4:C5)", "ƒSUM([B3]l,[C4:C5]l)"},
	{"SUM(B3*2)", "ƒSUM([B3]*2)"},
	{"SUM( B3 , C4)", "ƒSUM( [B3]l , [C4]l)"},
	{"COUNTIF(B3,\">=60\")", "ƒCOUNTIF([B3]r,\">=60\")"},
	{"COUNTIF(B:B,B3)", "ƒCOUNTIF([B:B]r,[B3])"},
	{"SUMIFS(C3,A3,\"x\",B3,B9)", "ƒSUMIFS([C3]r,[A3]r,\"x\",[B3]r,[B9])"},
	{"RANK(E5,E$5:E$5)", "ƒRANK([E5],[E$5:E$5]r)"},
	{"SUBTOTAL(9,B3)", "ƒSUBTOTAL(9,[B3]l)"},
	{"A:C", "[A:C]"},
	{"$A:$C", "[$A:$C]"},
	{"1:3", "[1:3]"},
	{"SUM($1:$3)", "ƒSUM([$1:$3]l)"},
	{"预算表!B6", "[预算表!B6]"},
	{"预算表!$B$6:$B$9", "[预算表!$B$6:$B$9]"},
	{"'预算 表'!B6", "[预算 表!B6]"},
	{"'It''s'!A1", "[It's!A1]"},
	{"'一月:三月'!B6", "[一月!B6]…三月"},
	{"SUM(一月:三月!B6)", "ƒSUM([一月!B6]…三月l)"},
	{"Sheet1:Sheet3!A1:B2", "[Sheet1!A1:B2]…Sheet3"},
	{"'2022年'!A1", "[2022年!A1]"},
	{"2022年!A1", "[2022年!A1]"}, // Excel would want quotes
	{"[1]Sheet1!A1", "~[1]Sheet1!A1~"},
	{"'[1]预算 表'!A1+A2", "~'[1]预算 表'!A1~+[A2]"},
	{"'C:\\x\\[a.xlsx]表'!$A$1", "~'C:\\x\\[a.xlsx]表'!$A$1~"},
	{"LOG10(A1)", "ƒLOG10([A1])"},
	{"ATAN2(A1,B1)+DAYS360(A1,B1)", "ƒATAN2([A1],[B1])+ƒDAYS360([A1],[B1])"},
	{"LOG10+A1", "[LOG10]+[A1]"}, // without a parenthesis it is column LOG
	{"\"B6\"&B6&\"\"\"A1\"\"\"", "\"B6\"&[B6]&\"\"\"A1\"\"\""},
	{"INDIRECT(\"B6\")", "ƒINDIRECT(\"B6\")"},
	{"表1[金额]", "«表1[金额]»"},
	{"SUM(表1[[#Totals],[金额]])", "ƒSUM(«表1[[#Totals],[金额]]»)"},
	{"[@金额]*A1", "«[@金额]»*[A1]"},
	{"表1['[x']]+A1", "«表1['[x']]»+[A1]"},
	{"A1B+Q1销售+A1.B", "‹A1B›+‹Q1销售›+‹A1.B›"},
	{"得分*_xlfn.CONCAT(A1:A3)", "‹得分›*ƒ_xlfn.CONCAT([A1:A3])"},
	{"#REF!+A1", "#REF!+[A1]"},
	{"Sheet1!#REF!", "Sheet1!#REF!"},
	{"#N/A", "#N/A"},
	{"A1#", "[A1]#"},
	{"A1:INDEX(B:B,3)", "[A1]:ƒINDEX([B:B],3)"},
	{"1.5E+3+1e3*.5", "1.5E+3+1e3*.5"},
	{"1E3:B4", "1E3:[B4]"},
	{"50%*A1", "50%*[A1]"},
	{"-A1^2", "-[A1]^2"},
	{"A1>=B1", "[A1]>=[B1]"},
	{"A1<>B1", "[A1]<>[B1]"},
	{"{1,2;3,4}", "~{~1,2~;~3,4~}~"},
	{"TRUE", "‹TRUE›"},
	{"XFD1048576+XFE1+A1048577+A0", "[XFD1048576]+‹XFE1›+‹A1048577›+‹A0›"},
	{"B5:A1", "[A1:B5]"},
	{"$B5:A$1", "[A$1:$B5]"},
	{"IF(A1,\"a\"", "ƒIF([A1],\"a\""},
	{"\"open", "\"open"},
	{"'open", "~'open~"},
	{"A1 B2", "[A1] [B2]"},
	{"名!A1", "[名!A1]"},
	{"表!得分", "‹表!得分›"},
	{"@A1", "@[A1]"},
	{"", ""},
}

func TestLexFormula(t *testing.T) {
	t.Parallel()
	for _, c := range formulaCases {
		if got := describe(c.src); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.src, got, c.want)
		}
		if got := joinTokens(lexFormula(c.src)); got != c.src {
			t.Errorf("%s does not join to itself: %s", c.src, got)
		}
	}
}

func TestShiftTokens(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		src        string
		rows, cols int
		want       string
	}{
		{"A5+B$5*$C5", 2, 1, "B7+C$5*$C7"},
		{"SUM(A1:A3)+表!B2", 1, 0, "SUM(A2:A4)+表!B3"},
		{"A1", -1, 0, "#REF!"},
		{"A:A+1:1", 1, 1, "B:B+2:2"},
		{"\"A1\"&LOG10(A1)", 1, 0, "\"A1\"&LOG10(A2)"},
		{"XFD1", 0, 1, "#REF!"},
	} {
		if got := joinTokens(shiftTokens(lexFormula(c.src), c.rows, c.cols)); got != c.want {
			t.Errorf("%s by %d,%d: got %s, want %s", c.src, c.rows, c.cols, got, c.want)
		}
	}
}

func TestAppendSheet(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"预算表": "预算表!", "Sheet1": "Sheet1!", "预算 表": "'预算 表'!", "It's": "'It''s'!", "2022年": "'2022年'!", "A1": "'A1'!", "R1C1": "'R1C1'!",
		"RC": "'RC'!", "表（1）": "'表（1）'!", "a.b": "a.b!", "a-b": "'a-b'!", "TRUE": "'TRUE'!", "XFD": "'XFD'!", "汇总_1": "汇总_1!",
	} {
		if got := string(appendSheet(nil, name, "")); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
	if got := string(appendSheet(nil, "一月", "三 月")); got != "'一月:三 月'!" {
		t.Errorf("3-D: got %s", got)
	}
}

func FuzzLexFormula(f *testing.F) {
	for _, c := range formulaCases {
		f.Add(c.src)
	}
	if len(formulaCases) == 0 {
		f.Fatal("no seeds")
	}
	f.Fuzz(func(t *testing.T, src string) {
		tokens := lexFormula(src)
		if got := joinTokens(tokens); got != src {
			t.Fatalf("tokens of %q join to %q", src, got)
		}
		for _, tok := range tokens {
			if tok.text == "" {
				t.Fatalf("%q has an empty token", src)
			}
			if tok.kind != tokRef {
				continue
			}
			// What is written for a reference is read as the same reference.
			text := string(appendReference([]byte(tok.ref.prefix), tok.ref.from, tok.ref.to, tok.ref.isRange))
			again := lexFormula(text)
			if len(again) != 1 || again[0].kind != tokRef || again[0].ref != tok.ref {
				t.Fatalf("%q: %q is read as %v", src, text, again)
			}
		}
		parseTokens(tokens, func(string) (reference, bool) { return reference{}, false }) // must come back, whatever it is
	})
}

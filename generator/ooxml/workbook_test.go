package ooxml_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"jixiao/generator/ooxml"
)

// show prints what a sheet says, a line a cell.
func show(s *ooxml.Sheet) string {
	var b strings.Builder
	for _, c := range s.Cells {
		fmt.Fprintf(&b, "%s %s %q", c.Ref, [...]string{"none", "number", "text", "bool", "error"}[c.Kind], c.Text)
		if c.Formula != "" {
			fmt.Fprintf(&b, " =%s", c.Formula)
		}
		if c.Format != ooxml.General || c.Code != "" {
			fmt.Fprintf(&b, " %s %s", [...]string{"general", "percent", "date", "text"}[c.Format], c.Code)
		}
		b.WriteString("\n")
	}
	return b.String()
}

// cells are rows of a sheet and what they say. The fuzz target begins with them.
var cells = []struct{ name, rows, want string }{
	{"nothing", `<row r="1"/><row r="2"></row>`, ``},
	{"shared string", `<row r="1"><c r="A1" t="s"><v>2</v></c><c r="C1" t="s"><v> 0 </v></c></row>`, "A1 text \"丙\"\nC1 text \"甲\"\n"},
	{"shared string without index", `<row r="1"><c r="A1" t="s"/><c r="B1" t="s"><v></v></c></row>`, ``},
	{"numbers as they stand", `<row r="1"><c r="A1"><v>329.97999999999996</v></c><c r="B1" t="n"><v>1.20E-3</v></c><c r="C1"><v> -.5 </v></c><c r="D1"><v>+1.</v></c></row>`,
		"A1 number \"329.97999999999996\"\nB1 number \"1.20E-3\"\nC1 number \"-.5\"\nD1 number \"+1.\"\n"},
	{"empty values are left out", `<row r="1"><c r="A1" s="1"/><c r="B1"><v/></c><c r="C1"><v> </v></c><c r="D1" t="str"><v></v></c><c r="E1" t="inlineStr"><is><t/></is></c></row>`, ``},
	{"inline string", `<row r="1"><c r="A1" t="inlineStr"><is><t xml:space="preserve"> 甲&lt; </t></is></c><c r="B1" t="inlineStr"><v>旧</v></c></row>`, "A1 text \" 甲< \"\nB1 text \"旧\"\n"},
	{"inline rich text", `<row r="1"><c r="A1" t="inlineStr"><is><r><rPr><b/></rPr><t>甲</t></r><rPh sb="0" eb="1"><t>JIA</t></rPh><r><t>乙</t></r><phoneticPr fontId="1"/></is></c></row>`, "A1 text \"甲乙\"\n"},
	{"escapes", `<row r="1"><c r="A1" t="inlineStr"><is><t>a_x000D_&#10;b_x005F_x000D__xZZZZ__x12</t></is></c><c r="B1" t="str"><v>_xD842__xDFB7__xD842_x</v></c></row>`, "A1 text \"a\\r\\nb_x000D__xZZZZ__x12\"\nB1 text \"𠮷_xD842_x\"\n"},
	{"CDATA and comments", `<row r="1"><c r="A1" t="str"><v>a<!-- x --><![CDATA[<b>]]></v></c></row>`, "A1 text \"a<b>\"\n"},
	{"booleans", `<row r="1"><c r="A1" t="b"><v>1</v></c><c r="B1" t="b"><v>false</v></c></row>`, "A1 bool \"TRUE\"\nB1 bool \"FALSE\"\n"},
	{"errors", `<row r="1"><c r="A1" t="e"><v>#DIV/0!</v></c><c r="B1" t="e"><f>NA()</f><v>#N/A</v></c></row>`, "A1 error \"#DIV/0!\"\nB1 error \"#N/A\" =NA()\n"},
	{"ISO dates", `<row r="1"><c r="A1" t="d"><v>2023-04-04</v></c><c r="B1" t="d" s="2"><v>2023-04-04T12:00:00</v></c><c r="C1" t="d"><v>1900-01-01</v></c><c r="D1" t="d"><v>1900-03-01T00:00:00Z</v></c><c r="E1" t="d"><v>06:00:00</v></c></row>`,
		"A1 number \"45020\" date yyyy/m/d\nB1 number \"45020.5\" date yyyy\"年\"m\"月\"d\"日\"\nC1 number \"1\" date yyyy/m/d\nD1 number \"61\" date yyyy/m/d\nE1 number \"0.25\" date yyyy/m/d\n"},
	{"formats", `<row r="1"><c r="A1" s="1"><v>0.862</v></c><c r="B1" s="2"><v>45020</v></c><c r="C1" s="3" t="s"><v>0</v></c></row>`, "A1 number \"0.862\" percent 0.00%\nB1 number \"45020\" date yyyy\"年\"m\"月\"d\"日\"\nC1 text \"甲\" text @\n"},
	{"formula", `<row r="1"><c r="A1"><f>SUM(B1:B3)*"&amp;"</f><v>6</v></c><c r="B1" t="str"><f>""</f><v></v></c><c r="C1" t="str"><f> B1 </f><v>甲</v></c></row>`, "A1 number \"6\" =SUM(B1:B3)*\"&\"\nB1 text \"\" =\"\"\nC1 text \"甲\" =B1\n"},
	{"formula without result", `<row r="1"><c r="A1"><f>B1</f></c><c r="B1"><f>C1</f><v></v></c><c r="C1" t="str"><f>D1</f></c><c r="D1" t="e"><f>E1</f></c></row>`, "A1 none \"\" =B1\nB1 none \"\" =C1\nC1 none \"\" =D1\nD1 none \"\" =E1\n"},
	{"the constant formula =100%", `<row r="1"><c r="A1"><f>100%</f><v>1</v></c></row>`, "A1 number \"1\" =100%\n"},
	{"array formula", `<row r="1"><c r="A1"><f t="array" ref="A1:A2">B1:B2*2</f><v>2</v></c></row><row r="2"><c r="A2"><v>4</v></c></row>`, "A1 number \"2\" =B1:B2*2\nA2 number \"4\"\n"},
	{"data table", `<row r="1"><c r="A1"><f t="dataTable" ref="A1:A2" r1="B1"/><v>2</v></c></row>`, "A1 number \"2\"\n"},
	{"shared formula", `<row r="1"><c r="A1"><f t="shared" ref="A1:B2" si="0">C1+$C1+C$1+$C$1</f><v>1</v></c><c r="B1"><f t="shared" si="0"/><v>2</v></c></row><row r="2"><c r="A2"><f t="shared" si="0"></f></c></row>`,
		"A1 number \"1\" =C1+$C1+C$1+$C$1\nB1 number \"2\" =D1+$C1+D$1+$C$1\nA2 none \"\" =C2+$C2+C$1+$C$1\n"},
	{"shared formula before its master", `<row r="1"><c r="A1"><f t="shared" si="3"/><v>1</v></c><c r="B1"><f t="shared" si="3" ref="A1:B1">D1</f><v>1</v></c></row>`, "A1 number \"1\" =C1\nB1 number \"1\" =D1\n"},
	{"shared formula without master keeps its result", `<row r="1"><c r="A1"><f t="shared" si="3"/><v>1</v></c></row>`, "A1 number \"1\"\n"},
	{"places left out", `<row><c><v>1</v></c><c><v>2</v></c></row><row r="5"><c r="C5"><v>3</v></c><c><v>4</v></c></row><row><c><v>5</v></c></row>`, "A1 number \"1\"\nB1 number \"2\"\nC5 number \"3\"\nD5 number \"4\"\nA6 number \"5\"\n"},
	{"the row's place by its first cell", `<row><c r="B3"><v>1</v></c><c><v>2</v></c></row><row><c r="A4"><v>3</v></c></row>`, "B3 number \"1\"\nC3 number \"2\"\nA4 number \"3\"\n"},
	{"the last cell", `<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>`, "XFD1048576 number \"1\"\n"},
	{"foreign elements", `<row r="1" xmlns:e="urn:e"><e:c r="A1"><v>9</v></e:c><c r="B1"><e:v>8</e:v><v>1</v><extLst><ext><v>7</v></ext></extLst></c></row><e:row xmlns:e="urn:e"/><v>6</v>`, "B1 number \"1\"\n"},
}

func TestCells(t *testing.T) {
	t.Parallel()
	for _, test := range cells {
		book := data(test.rows).read(t)
		if len(book.Sheets) != 1 || book.Sheets[0].Name != "表一" || book.Sheets[0].Hidden || book.Date1904 {
			t.Errorf("%s: sheets %+v", test.name, book.Sheets)
		}
		if got := show(&book.Sheets[0]); got != test.want {
			t.Errorf("%s:\n got %s\nwant %s", test.name, got, test.want)
		}
	}
}

// badCells are rows that contradict themselves, and what the message names. The fuzz target begins with them too.
var badCells = []struct{ rows, says string }{
	{`<row r="1"><c r="B1" t="s"><v>3</v></c></row>`, "工作表“表一”的 B1 单元格引用的第 3 条文字不存在"},
	{`<row r="1"><c r="B1" t="s"><v>-1</v></c></row>`, "B1 单元格引用的第 -1 条文字不存在"},
	{`<row r="1"><c r="B1" t="s"><v>1e0</v></c></row>`, "B1 单元格引用的第 1e0 条文字不存在"},
	{`<row r="1"><c r="B1" s="4"><v>1</v></c></row>`, "B1 单元格的样式编号 4 超出样式表"},
	{`<row r="1"><c r="B1" s="4"/></row>`, "B1 单元格的样式编号 4 超出样式表"},
	{`<row r="1"><c r="B1" s="x"><v>1</v></c></row>`, "B1 单元格的样式编号 x 超出样式表"},
	{`<row r="1"><c r="B1"><v>一</v></c></row>`, "B1 单元格的数值 一 不是数"},
	{`<row r="1"><c r="B1"><v>1,5</v></c></row>`, "B1 单元格的数值 1,5 不是数"},
	{`<row r="1"><c r="B1"><v>NaN</v></c></row>`, "B1 单元格的数值 NaN 不是数"},
	{`<row r="1"><c r="B1"><v>1e9999</v></c></row>`, "B1 单元格的数值 1e9999 不是数"},
	{`<row r="1"><c r="B1"><v>.</v></c></row>`, "B1 单元格的数值 . 不是数"},
	{`<row r="1"><c r="B1" t="b"><v>2</v></c></row>`, "B1 单元格的逻辑值 2 不对"},
	{`<row r="1"><c r="B1" t="d"><v>4月4日</v></c></row>`, "B1 单元格的日期 4月4日 不对"},
	{`<row r="1"><c r="B1" t="d"><v>1850-01-01</v></c></row>`, "B1 单元格的日期 1850-01-01 不对"},
	{`<row r="1"><c r="B1" t="z"><v>2</v></c></row>`, "B1 单元格的类型 z 不认识"},
	{`<row r="1"><c r="B1"><v>1</v><v>2</v></c></row>`, "B1 单元格有两个值"},
	{`<row r="1"><c r="B1"><v>1</v></c><c r="B1"><v>2</v></c></row>`, "B1 单元格重复或次序颠倒"},
	{`<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>2</v></c></row>`, "A1 单元格重复或次序颠倒"},
	{`<row r="1"><c r="B2"><v>1</v></c></row>`, "B2 单元格放在了第 1 行"},
	{`<row r="3"><c r="A3"/></row><row><c r="B2"><v>1</v></c></row>`, "B2 单元格放在了第 4 行"},
	{`<row r="1"><c r="B"><v>1</v></c></row>`, "第 1 行有位置写错的单元格（B）"},
	{`<row r="1"><c r="XFE1"><v>1</v></c></row>`, "第 1 行有位置写错的单元格（XFE1）"},
	{`<row r="1"><c r=""><v>1</v></c></row>`, "第 1 行有位置写错的单元格（）"},
	{`<row r="1"><c r="XFD1"/><c/></row>`, "第 1 行的单元格超出工作表"},
	{`<row r="2"/><row r="2"/>`, "第 2 行重复或次序颠倒"},
	{`<row r="2"/><row r="1"/>`, "第 1 行重复或次序颠倒"},
	{`<row r="0"/>`, "第 1 行的行号 0 不对"},
	{`<row r="1048577"/>`, "第 1 行的行号 1048577 不对"},
	{`<row r="1048576"/><row/>`, "第 1048577 行超出工作表"},
	{`<row r="1"><c r="A1"><f t="shared" si="0"/></c></row>`, "A1 单元格的公式缺失，也没有计算结果"},
	{`<row r="1"><c r="A1"><f t="shared">B1</f><v>1</v></c></row>`, "A1 单元格的共享公式没有编号"},
}

func TestBadCells(t *testing.T) {
	t.Parallel()
	for _, test := range badCells {
		_, err := ooxml.ReadWorkbook(data(test.rows).zip(t), ooxml.Limits{})
		d := damage(t, err)
		if d.Code != ooxml.CodeContent || d.Part != "xl/worksheets/sheet1.xml" || !strings.Contains(d.Message, test.says) {
			t.Errorf("%s:\n got %+v\nwant %q", test.rows, *d, test.says)
		}
	}
}

func TestSheets(t *testing.T) {
	t.Parallel()
	cell := func(text string) string {
		return `<worksheet ` + mainSpace + `><sheetData><row><c t="inlineStr"><is><t>` + text + `</t></is></c></row></sheetData></worksheet>`
	}
	p := plain().with(
		"xl/workbook.xml", `<workbook `+mainSpace+`><workbookPr date1904="1"/><sheets>`+
			`<sheet name="乙 &amp; 丙" sheetId="7" r:id="b"/><sheet name="图" sheetId="3" r:id="chart"/>`+
			`<sheet name="藏" sheetId="1" state="hidden" r:id="a"/><sheet name="深藏" sheetId="2" state="veryHidden" r:id="c"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels", rels("a", "worksheet", "worksheets/one.xml", "b", "worksheet", "/xl/worksheets/two.xml",
			"c", "worksheet", `..\xl\.\worksheets\three%20x.xml`, "chart", "chartsheet", "chartsheets/sheet1.xml", "t", "theme", "theme/none.xml"),
		"xl/worksheets/one.xml", cell("一"), "xl/worksheets/two.xml", cell("二"), "xl/worksheets/three x.xml", cell("三"),
		"xl/chartsheets/sheet1.xml", `<chartsheet `+mainSpace+`/>`,
		"xl/worksheets/sheet1.xml", "-", "xl/sharedStrings.xml", "-", "xl/styles.xml", "-")
	book := p.read(t)
	got := ""
	for i := range book.Sheets {
		s := &book.Sheets[i]
		got += fmt.Sprintf("%s %v %s", s.Name, s.Hidden, show(s))
	}
	if want := "乙 & 丙 false A1 text \"二\"\n藏 true A1 text \"一\"\n深藏 true A1 text \"三\"\n"; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	if !book.Date1904 {
		t.Error("date system of 1904 lost")
	}
}

func TestOtherDialects(t *testing.T) {
	t.Parallel()
	base := data(`<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" s="1"><v>0.5</v></c></row>`)
	base = base.with("xl/worksheets/sheet1.xml", strings.Replace(base["xl/worksheets/sheet1.xml"], `</sheetData>`, `</sheetData><mergeCells><mergeCell ref="A1:B2"/></mergeCells>`, 1))
	want := base.read(t)
	change := func(f func(string) string) parts {
		q := parts{}
		for name, text := range base {
			q[name] = f(text)
		}
		return q
	}
	prefixed := parts{}
	for name, text := range base {
		if strings.HasPrefix(name, "xl/") && !strings.HasSuffix(name, ".rels") {
			text = strings.NewReplacer(`</`, `</x:`, `<`, `<x:`, ` xmlns=`, ` xmlns:x=`, `xmlns:r=`, `xmlns:rel=`, `r:id`, `rel:id`).Replace(text)
		}
		prefixed[name] = text
	}
	utf16 := func(text string) string {
		b := []byte{0xff, 0xfe}
		for _, r := range `<?xml version="1.0" encoding="UTF-16"?>` + text {
			b = append(b, byte(r), byte(r>>8))
		}
		return string(b)
	}
	tests := map[string]parts{
		"strict": change(strings.NewReplacer("http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main",
			"http://schemas.openxmlformats.org/officeDocument/2006/relationships", "http://purl.oclc.org/ooxml/officeDocument/relationships").Replace),
		"prefixed":          prefixed,
		"UTF-16":            change(utf16),
		"byte order mark":   change(func(s string) string { return "\xef\xbb\xbf<?xml version='1.0' encoding='utf-8'?>" + s }),
		"pretty printed":    change(strings.NewReplacer(`><row`, ">\n  <row", `<c `, "\r\n\t<c ", `</row>`, "\n</row>", `<sheets>`, "\n<sheets>\n").Replace),
		"with revision ids": change(strings.NewReplacer(`<row `, `<row xmlns:x14ac="urn:ac" x14ac:dyDescent="0.25" spans="1:2" `).Replace),
		"parts in upper case": {"[content_types].XML": base["[Content_Types].xml"], "_RELS/.rels": base["_rels/.rels"], "XL/Workbook.xml": base["xl/workbook.xml"],
			"xl/_rels/workbook.xml.RELS": base["xl/_rels/workbook.xml.rels"], "xl/worksheets/Sheet1.xml": base["xl/worksheets/sheet1.xml"],
			"xl/SharedStrings.xml": base["xl/sharedStrings.xml"], "xl/styles.xml": base["xl/styles.xml"]},
	}
	if test := tests["pretty printed"]["xl/worksheets/sheet1.xml"]; !strings.Contains(test, "\n") {
		t.Fatal("the pretty printed case is not")
	}
	for name, p := range tests {
		got, err := ooxml.ReadWorkbook(p.zip(t), ooxml.Limits{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n got %+v\nwant %+v", name, got, want)
		}
	}
}

func TestHiddenRowsAndColumns(t *testing.T) {
	t.Parallel()
	book := sheet(`<cols><col min="2" max="3" hidden="1"/><col min="4" max="4" hidden="true" width="0"/><col min="5" max="9"/><col min="16384" max="16384" hidden="1"/></cols>` +
		`<sheetData><row r="2" hidden="1"><c><v>1</v></c></row><row r="3" hidden="true"/><row hidden="1"/><row r="7"/><row r="9" hidden="1"/></sheetData>`).read(t)
	s := book.Sheets[0]
	if got, want := fmt.Sprint(s.HiddenRows, s.HiddenCols), "[{2 4} {9 9}] [{2 4} {16384 16384}]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	_, err := ooxml.ReadWorkbook(sheet(`<cols><col min="3" max="2"/></cols><sheetData/>`).zip(t), ooxml.Limits{})
	if d := damage(t, err); !strings.Contains(d.Message, "列宽记录不对（3 到 2）") {
		t.Error(d)
	}
}

func TestMerges(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ refs, want string }{
		{"A1:B2 C1:C9", "[A1:B2 C1:C9]"},
		{"B2:A1", "[A1:B2]"},
		{"D4", "[D4]"},
		{"C1:C9 A1:B2 C1:C9 A1:B2", "[C1:C9 A1:B2]"},
		{"A1:A3 B1:B3 A4:B4", "[A1:A3 B1:B3 A4:B4]"},
		{"A1:XFD1048576", "[A1:XFD1048576]"},
		{"A1:B2 B2:C3", "合并区域 A1:B2 与 B2:C3 重叠"},
		{"A1:C9 B4:B5", "合并区域 A1:C9 与 B4:B5 重叠"},
		{"B4:B5 D1:D2 A1:C9", "合并区域 A1:C9 与 B4:B5 重叠"},
		{"A1:A9 C1:C2 B3:D3 C5:C6 A9:C9", "合并区域 A1:A9 与 A9:C9 重叠"},
		{"A1:B", "合并区域 A1:B 写法不对"},
		{"A1:XFE2", "合并区域 A1:XFE2 写法不对"},
	} {
		var b strings.Builder
		for _, ref := range strings.Fields(test.refs) {
			b.WriteString(`<mergeCell ref="` + ref + `"/>`)
		}
		book, err := ooxml.ReadWorkbook(sheet(`<sheetData/><mergeCells>`+b.String()+`</mergeCells>`).zip(t), ooxml.Limits{})
		if strings.HasPrefix(test.want, "[") {
			if err != nil {
				t.Errorf("%s: %v", test.refs, err)
			} else if got := fmt.Sprint(book.Sheets[0].Merges); got != test.want {
				t.Errorf("%s: %s, want %s", test.refs, got, test.want)
			}
		} else if d := damage(t, err); !strings.Contains(d.Message, test.want) || !strings.Contains(d.Message, "表一") {
			t.Errorf("%s: %s", test.refs, d.Message)
		}
	}
}

func TestAtAndMergeAt(t *testing.T) {
	t.Parallel()
	s := &sheet(`<sheetData><row r="2"><c r="B2"><v>1</v></c><c r="D2"><v>2</v></c></row><row r="4"><c r="A4"><v>3</v></c></row></sheetData>` +
		`<mergeCells><mergeCell ref="B2:C3"/></mergeCells>`).read(t).Sheets[0]
	for _, test := range []struct{ ref, text, merge string }{
		{"B2", "1", "B2:C3"}, {"C3", "", "B2:C3"}, {"D2", "2", ""}, {"A4", "3", ""}, {"A1", "", ""}, {"Z99", "", ""}, {"B4", "", ""},
	} {
		ref, ok := ooxml.ParseRef(test.ref)
		if !ok {
			t.Fatal(test.ref)
		}
		text, merge := "", ""
		if c := s.At(ref); c != nil {
			text = c.Text
		}
		if m, ok := s.MergeAt(ref); ok {
			merge = m.String()
		}
		if text != test.text || merge != test.merge {
			t.Errorf("%s: %q in %q, want %q in %q", test.ref, text, merge, test.text, test.merge)
		}
	}
}

func TestRefs(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text string
		want ooxml.Ref
	}{
		{"A1", ooxml.Ref{Row: 1, Col: 1}}, {"H16", ooxml.Ref{Row: 16, Col: 8}}, {"z9", ooxml.Ref{Row: 9, Col: 26}}, {"AA10", ooxml.Ref{Row: 10, Col: 27}},
		{"$B$2", ooxml.Ref{Row: 2, Col: 2}}, {"XFD1048576", ooxml.Ref{Row: 1 << 20, Col: 1 << 14}},
	} {
		got, ok := ooxml.ParseRef(test.text)
		if !ok || got != test.want {
			t.Errorf("ParseRef(%q) = %v, %v", test.text, got, ok)
		}
		if again, ok := ooxml.ParseRef(got.String()); !ok || again != got {
			t.Errorf("%v written as %q", got, got.String())
		}
	}
	for _, bad := range []string{"", "A", "1", "A0", "A01", "XFE1", "A1048577", "A1 ", " A1", "A1B", "A-1", "甲1", "$", "$$A1", "A$$1", "AAAAAAAAAAAAAAAAAAA1", "A99999999999999999999"} {
		if got, ok := ooxml.ParseRef(bad); ok {
			t.Errorf("ParseRef(%q) = %v", bad, got)
		}
	}
	for _, bad := range []string{"", ":", "A1:", ":B2", "A1:B2:C3", "A:B"} {
		if got, ok := ooxml.ParseRect(bad); ok {
			t.Errorf("ParseRect(%q) = %v", bad, got)
		}
	}
	for col := 1; col <= ooxml.MaxCol; col++ {
		if r, ok := ooxml.ParseRef(ooxml.ColumnName(col) + "1"); !ok || r.Col != col {
			t.Fatalf("column %d is %q, read as %d", col, ooxml.ColumnName(col), r.Col)
		}
	}
	if got := ooxml.ColumnName(0); got != "" {
		t.Errorf("column 0 is %q", got)
	}
}

func TestSharedStrings(t *testing.T) {
	t.Parallel()
	p := data(`<row><c t="s"><v>0</v></c><c t="s"><v>1</v></c><c t="s"><v>2</v></c><c t="s"><v>3</v></c><c t="s"><v>4</v></c></row>`).with(
		"xl/sharedStrings.xml", `<sst `+mainSpace+` count="9" uniqueCount="9"><si><t xml:space="preserve"> 前后 </t></si>`+
			`<si><r><rPr><rFont val="宋体"/></rPr><t>产出</t></r><r><t xml:space="preserve">指标
(50分)</t></r><rPh sb="0" eb="2"><t>CHANCHU</t></rPh><phoneticPr fontId="1"/></si>`+
			`<si/><si><t/></si><si><t>一</t><t>二</t><extLst><ext><t>三</t></ext></extLst></si></sst>`)
	if got, want := show(&p.read(t).Sheets[0]), "A1 text \" 前后 \"\nB1 text \"产出指标\\n(50分)\"\nE1 text \"一二\"\n"; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestNumberFormats(t *testing.T) {
	t.Parallel()
	percent, date, text, general := ooxml.Percent, ooxml.DateTime, ooxml.AsText, ooxml.General
	for _, test := range []struct {
		code string
		want ooxml.NumberFormat
	}{
		{"0%", percent}, {"0.00%;[Red]-0.00%", percent}, {`0.0" %"`, general}, {`0\%`, general}, {`#,##0.00_%`, general},
		{"yyyy-mm-dd", date}, {`yyyy"年"m"月"`, date}, {"[$-804]aaaa", general}, {"h:mm", date}, {"[h]:mm", date}, {"[mm]", date}, {"e年m月", date}, {`[DBNum1][$-804]yyyy"年"m"月"d"日"`, date},
		{"@", text}, {`"第"@"号"`, text}, {"0;0;0;@", general},
		{"0.00", general}, {"#,##0.00 ", general}, {`0.00"元"`, general}, {"0.00E+00", general}, {"[Red]0.00", general}, {"[>=100]0;0.0", general}, {"[DBNum2]0", general},
		{`"d"0`, general}, {`\d0`, general}, {"_d0", general}, {"*d0", general}, {"General", general}, {`General"天"`, general}, {"G/通用格式", general}, {`G/通用格式"个"`, general}, {"0;yyyy", general},
		{`"open`, general}, {`[open`, general}, {`\`, general}, {"", general},
	} {
		p := data(`<row><c s="0"><v>1</v></c></row>`).with("xl/styles.xml", `<styleSheet `+mainSpace+`><numFmts><numFmt numFmtId="200" formatCode="`+string(ooxml.Escape(nil, test.code))+`"/></numFmts><cellXfs><xf numFmtId="200"/></cellXfs></styleSheet>`)
		c := p.read(t).Sheets[0].Cells[0]
		if c.Format != test.want {
			t.Errorf("%q is %d, want %d", test.code, c.Format, test.want)
		}
		if plain := test.code == "General" || test.code == "G/通用格式"; (c.Code == "") != plain && test.code != "" || c.Code != "" && c.Code != test.code {
			t.Errorf("code of %q is %q", test.code, c.Code)
		}
	}
	var xfs, row strings.Builder
	for id := range 60 {
		fmt.Fprintf(&xfs, `<xf numFmtId="%d"/>`, id)
		fmt.Fprintf(&row, `<c s="%d"><v>1</v></c>`, id)
	}
	p := data(`<row>`+row.String()+`</row>`).with("xl/styles.xml", `<styleSheet `+mainSpace+`><cellXfs>`+xfs.String()+`</cellXfs></styleSheet>`)
	got := map[ooxml.NumberFormat]string{}
	for _, c := range p.read(t).Sheets[0].Cells {
		got[c.Format] += fmt.Sprint(" ", c.Ref.Col-1)
	}
	if got[percent] != " 9 10" || got[text] != " 49" || got[date] != " 14 15 16 17 18 19 20 21 22 27 28 29 30 31 32 33 34 35 36 45 46 47 50 51 52 53 54 55 56 57 58" {
		t.Errorf("built-in formats: percent%s, text%s, dates%s", got[percent], got[text], got[date])
	}
}

func TestStylesMayBeMissing(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]parts{
		"no styles":       data(`<row><c s="9"><v>1</v></c></row>`).with("xl/styles.xml", "-", "xl/_rels/workbook.xml.rels", rels("rId1", "worksheet", "worksheets/sheet1.xml")),
		"no cell formats": data(`<row><c s="0"><v>1</v></c></row>`).with("xl/styles.xml", `<styleSheet `+mainSpace+`/>`),
	} {
		if got, want := show(&p.read(t).Sheets[0]), "A1 number \"1\"\n"; got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
}

// TestFormulaShift moves A1's formula into another cell, by sharing it.
func TestFormulaShift(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ at, formula, want string }{
		{"C4", "A1", "C4"},
		{"C4", "$A1+A$1+$A$1", "$A4+C$1+$A$1"},
		{"B1", "SUM(A1:B2)/2", "SUM(B1:C2)/2"},
		{"B1", "LOG10(A1)+ATAN2(A1,B1)", "LOG10(B1)+ATAN2(B1,C1)"},
		{"B2", `IF(A1="A1",'A1 表'!A1,Sheet1!B2)`, `IF(B2="A1",'A1 表'!B2,Sheet1!C3)`},
		{"B2", `"a""A1"&A1`, `"a""A1"&B2`},
		{"B2", `'it''s A1'!A1`, `'it''s A1'!B2`},
		{"B2", "表一!A1*表二!$A$1", "表一!B2*表二!$A$1"},
		{"B2", "[1]Sheet1!A1", "[1]Sheet1!B2"},
		{"B2", "Table1[[#All],[A1]]+A1", "Table1[[#All],[A1]]+B2"},
		{"B2", "Table1[it'[A1']]+A1", "Table1[it'[A1']]+B2"},
		{"B2", "SUM(A:A,$B:C)+SUM(1:3,$1:2)", "SUM(B:B,$B:D)+SUM(2:4,$1:3)"},
		{"B2", "A1:INDEX(B1:B9,2)", "B2:INDEX(C2:C10,2)"},
		{"B2", "1E3+1.5E-3+2%+TRUE+税率+A1.x+A1_", "1E3+1.5E-3+2%+TRUE+税率+A1.x+A1_"},
		{"B2", "#REF!+#N/A+#DIV/0!+A1#", "#REF!+#N/A+#DIV/0!+B2#"},
		{"B2", "a1+XFD1+A1048576", "B2+#REF!+#REF!"},
		{"B2", "XFE1+A1048577+ABCD1", "XFE1+A1048577+ABCD1"},
		{"B2", "SUM(XFD:XFD)+SUM(1048576:1048576)", "SUM(#REF!)+SUM(#REF!)"},
		{"B2", "{1,2;3,4}*@A1", "{1,2;3,4}*@B2"},
		{"B2", `"open A1`, `"open A1`},
		{"B2", "[open A1", "[open A1"},
		{"B2", "$+$A+A$+:A1", "$+$A+A$+:B2"},
	} {
		ref, _ := ooxml.ParseRef(test.at)
		rows := fmt.Sprintf(`<row r="1"><c r="A1"><f t="shared" si="0" ref="A1:%s">%s</f><v>1</v></c>`, test.at, ooxml.Escape(nil, test.formula))
		if ref.Row > 1 {
			rows += fmt.Sprintf(`</row><row r="%d">`, ref.Row)
		}
		rows += `<c r="` + test.at + `"><f t="shared" si="0"/></c></row>`
		c := data(rows).read(t).Sheets[0].At(ref)
		if c == nil || c.Formula != test.want {
			t.Errorf("%s moved to %s is %+v, want %s", test.formula, test.at, c, test.want)
		}
	}
}

func TestBadWorkbooks(t *testing.T) {
	t.Parallel()
	twice := `<sheet name="表一" sheetId="1" r:id="rId1"/><sheet name="%s" sheetId="2" r:id="%s"/>`
	book := func(sheets string) parts {
		return plain().with("xl/workbook.xml", `<workbook `+mainSpace+`><sheets>`+sheets+`</sheets></workbook>`)
	}
	for _, test := range []struct {
		name  string
		parts parts
		code  string
		says  string
	}{
		{"no main part", plain().with("_rels/.rels", "-"), ooxml.CodeMissing, "找不到工作簿"},
		{"main part missing", plain().with("xl/workbook.xml", "-"), ooxml.CodeMissing, "xl/workbook.xml 缺失"},
		{"no content types", plain().with("[Content_Types].xml", "-"), ooxml.CodeKind, "缺少 [Content_Types].xml"},
		{"other content types", plain().with("[Content_Types].xml", "<a/>").with("x", ""), ooxml.CodeKind, "不是内容类型表"},
		{"sheet missing", plain().with("xl/worksheets/sheet1.xml", "-"), ooxml.CodeMissing, "xl/worksheets/sheet1.xml 缺失，工作表“表一”没有内容"},
		{"strings missing", plain().with("xl/sharedStrings.xml", "-"), ooxml.CodeMissing, "xl/sharedStrings.xml 缺失"},
		{"styles missing", plain().with("xl/styles.xml", "-"), ooxml.CodeMissing, "xl/styles.xml 缺失"},
		{"relationships missing", plain().with("xl/_rels/workbook.xml.rels", "-"), ooxml.CodeMissing, "工作表“表一”没有内容"},
		{"no sheets", book(""), ooxml.CodeContent, "没有工作表"},
		{"sheet without id", book(`<sheet name="甲" sheetId="1"/>`), ooxml.CodeMissing, "工作表“甲”没有内容"},
		{"unknown id", book(`<sheet name="甲" sheetId="1" r:id="x"/>`), ooxml.CodeMissing, "工作表“甲”没有内容"},
		{"same name", book(fmt.Sprintf(twice, "表一", "rId1")), ooxml.CodeContent, "工作表名称“表一”重复"},
		{"same part", book(fmt.Sprintf(twice, "表二", "rId1")), ooxml.CodeContent, "工作表“表一”与“表二”是同一个部件"},
		{"same id", plain().with("xl/_rels/workbook.xml.rels", rels("rId1", "worksheet", "a", "rId1", "worksheet", "b")), ooxml.CodeContent, "标识 rId1 重复"},
		{"unknown kind of sheet", plain().with("xl/_rels/workbook.xml.rels", rels("rId1", "sheet", "worksheets/sheet1.xml")), ooxml.CodeContent, "工作表“表一”种类不明"},
		{"foreign namespace", plain().with("xl/worksheets/sheet1.xml", `<worksheet xmlns="urn:other"><sheetData/></worksheet>`), ooxml.CodeKind, "不是工作表"},
		{"no data", plain().with("xl/worksheets/sheet1.xml", `<worksheet `+mainSpace+`/>`), ooxml.CodeContent, "没有数据区"},
		{"data twice", sheet(`<sheetData/><sheetData/>`), ooxml.CodeContent, "有两份数据"},
		{"broken theme", plain().with("xl/theme/theme1.xml", "<a>"), ooxml.CodeXML, "xl/theme/theme1.xml 第 4 字节处内容中断"},
		{"broken by type", plain().with("x.dat", "<a>", "[Content_Types].xml", strings.Replace(plain()["[Content_Types].xml"], "</Types>", `<Override PartName="/x.dat" ContentType="a/b+xml"/></Types>`, 1)), ooxml.CodeXML, "x.dat 第 4 字节处内容中断"},
		{"billion laughs", plain().with("xl/sharedStrings.xml", `<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;">]><sst `+mainSpace+`><si><t>&c;</t></si></sst>`), ooxml.CodeXML, "DOCTYPE"},
		{"not UTF-8", plain().with("xl/sharedStrings.xml", "<a>\xb2\xc6</a>"), ooxml.CodeXML, "不是 UTF-8 文字"},
		{"GBK", plain().with("xl/sharedStrings.xml", "<?xml version='1.0' encoding='GBK'?><a>甲</a>"), ooxml.CodeXML, "声明的编码 GBK 不支持"},
		{"odd UTF-16", plain().with("xl/sharedStrings.xml", "\xff\xfe<\x00a"), ooxml.CodeXML, "不是完整的 UTF-16 文字"},
		{"Word", plain().with("[Content_Types].xml", strings.Replace(plain()["[Content_Types].xml"], "spreadsheetml.sheet", "wordprocessingml.document", 1)), ooxml.CodeKind, "文件实际是 Word 文档"},
		{"PowerPoint", plain().with("[Content_Types].xml", strings.Replace(plain()["[Content_Types].xml"], "spreadsheetml.sheet", "presentationml.presentation", 1)), ooxml.CodeKind, "文件实际是演示文稿"},
		{"xlsb", plain().with("_rels/.rels", rels("rId1", "officeDocument", "xl/workbook.bin"), "xl/workbook.bin", "x"), ooxml.CodeLegacy, ".xlsb"},
		{"ods", parts{"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<a/>"}, ooxml.CodeLegacy, "OpenDocument"},
		{"zip of workbooks", parts{"一.xlsx": "PK", "二.xlsx": "PK"}, ooxml.CodeKind, "压缩包，里面装着工作簿"},
		{"other zip", parts{"a.txt": "x"}, ooxml.CodeKind, "不是 Excel 或 Word 文件"},
	} {
		_, err := ooxml.ReadWorkbook(test.parts.zip(t), ooxml.Limits{})
		if err == nil {
			t.Errorf("%s: read without error", test.name)
			continue
		}
		if d := damage(t, err); d.Code != test.code || !strings.Contains(d.Message, test.says) {
			t.Errorf("%s:\n got %+v\nwant %s %s", test.name, *d, test.code, test.says)
		}
	}
}

// TestLargePartsReadTheSame reads a sheet beyond what is kept in memory: windows
// cut tags, texts and characters at every possible place.
func TestLargePartsReadTheSame(t *testing.T) {
	t.Parallel()
	var rows strings.Builder
	n := 0
	for rows.Len() < 5<<20 {
		n++
		fmt.Fprintf(&rows, `<row r="%d"><c r="A%d" t="inlineStr"><is><t>第%d行&amp;：%s</t></is></c><c r="B%d"><v>%d.25</v></c></row>`, n, n, n, strings.Repeat("财政𠮷", n%23), n, n)
	}
	fmt.Fprintf(&rows, `<row r="%d"><c t="inlineStr"><is><t>%s</t></is></c></row>`, n+1, strings.Repeat("很长的一段", 30000))
	file := data(rows.String()).zip(t)
	book, err := ooxml.ReadWorkbook(file, ooxml.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	s := &book.Sheets[0]
	if len(s.Cells) != 2*n+1 {
		t.Fatalf("%d cells, want %d", len(s.Cells), 2*n+1)
	}
	for i := 1; i <= n; i++ {
		want := fmt.Sprintf("第%d行&：%s", i, strings.Repeat("财政𠮷", i%23))
		if a, b := s.Cells[2*i-2], s.Cells[2*i-1]; a.Text != want || b.Text != fmt.Sprintf("%d.25", i) || a.Ref.Row != i || b.Ref.Row != i {
			t.Fatalf("row %d is %v %v", i, a, b)
		}
	}
	if got := s.Cells[2*n].Text; got != strings.Repeat("很长的一段", 30000) {
		t.Fatalf("the long text has %d bytes", len(got))
	}
	p, err := ooxml.Open(file, ooxml.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	text, _ := p.Part("xl/worksheets/sheet1.xml")
	if !bytes.Equal(text, []byte(data(rows.String())["xl/worksheets/sheet1.xml"])) {
		t.Fatal("Part of a large part differs")
	}
	again, err := p.Workbook()
	if err != nil || !reflect.DeepEqual(again, book) {
		t.Fatal("Open and Workbook give another workbook than ReadWorkbook", err)
	}
	for _, broken := range []string{"<row><c><v>1</v></c>", "</row>", "<row>\xff</row>", "<row>&x;</row>", "<row></c></row>"} {
		_, err := ooxml.ReadWorkbook(data(rows.String()+broken).zip(t), ooxml.Limits{})
		if d := damage(t, err); d.Code != ooxml.CodeXML {
			t.Errorf("%q at the end of a large part: %v", broken, d)
		}
	}
}

func TestStoredEntries(t *testing.T) {
	t.Parallel()
	p := data(`<row><c t="s"><v>1</v></c></row>`)
	var buf bytes.Buffer
	zw := zip.NewWriter(&buf)
	for name, text := range p {
		w, err := zw.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
		if err == nil {
			_, err = w.Write([]byte(text))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := zw.Create("xl/"); err != nil { // a folder
		t.Fatal(err)
	}
	if err := zw.Close(); err != nil {
		t.Fatal(err)
	}
	book, err := ooxml.ReadWorkbook(append(buf.Bytes(), "trailing garbage"...), ooxml.Limits{})
	if err != nil || show(&book.Sheets[0]) != "A1 text \"乙\"\n" {
		t.Fatal(book, err)
	}
}

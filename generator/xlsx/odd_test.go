package xlsx

import (
	"archive/zip"
	"bytes"
	"strings"
	"testing"

	"jixiao/generator/ooxml"
)

// handmade packs parts as they stand: name, content, name, content …
func handmade(t testing.TB, parts ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(parts); i += 2 {
		f, err := w.Create(parts[i])
		must(t, err)
		_, err = f.Write([]byte(parts[i+1]))
		must(t, err)
	}
	must(t, w.Close())
	return b.Bytes()
}

const (
	typesPart = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/><Override PartName="/xl/calcChain.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.calcChain+xml"/></Types>`
	rootRels  = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`
	bookRels  = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="rId3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="/xl/styles.xml"/><Relationship Id="rId4" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/calcChain" Target="calcChain.xml"/></Relationships>`
	plainBook = `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="表" sheetId="1" r:id="rId1"/></sheets></workbook>`
	noStrings = `<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="0" uniqueCount="0"/>`
	twoStyles = `<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts count="1"><numFmt numFmtId="164" formatCode="0.000&quot;万元&quot;"/></numFmts><fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"><alignment horizontal="right"/></xf><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" applyAlignment="1"><alignment wrapText="1"/></xf><xf numFmtId="2" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs></styleSheet>`
	chainPart = `<calcChain xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><c r="A1" i="1"/></calcChain>`
	sheetOpen = `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main" xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main">`
)

// oneSheet is a workbook of one sheet with the given strings and the given XML inside <worksheet>.
func oneSheet(t testing.TB, strings, inside string) []byte {
	t.Helper()
	return handmade(t, "[Content_Types].xml", typesPart, "_rels/.rels", rootRels, "xl/workbook.xml", plainBook, "xl/_rels/workbook.xml.rels", bookRels,
		"xl/worksheets/sheet1.xml", sheetOpen+inside+"</worksheet>", "xl/sharedStrings.xml", strings, "xl/styles.xml", twoStyles, "xl/calcChain.xml", chainPart)
}

// sheetOf renders the workbook and returns what stands in its sheet.
func sheetOf(t testing.TB, data []byte, s record) string {
	t.Helper()
	doc := render(t, compile(t, data), s)
	open(t, doc)
	return partOf(t, doc, "xl/worksheets/sheet1.xml")
}

func partOf(t testing.TB, doc []byte, name string) string {
	t.Helper()
	pkg, err := ooxml.Open(doc, ooxml.DefaultLimits())
	must(t, err)
	part, ok := pkg.Part(name)
	if !ok {
		t.Fatalf("no part %s", name)
	}
	return string(part)
}

// cell is an inline string cell.
func inline(ref, text string) string {
	return `<c r="` + ref + `" t="inlineStr"><is><t>` + text + `</t></is></c>`
}

// between is what stands between two marks.
func between(s, from, to string) string {
	_, rest, ok := strings.Cut(s, from)
	if !ok {
		return "no " + from
	}
	inside, _, ok := strings.Cut(rest, to)
	if !ok {
		return "no " + to
	}
	return inside
}

func TestValuesKeepTheirType(t *testing.T) {
	t.Parallel()
	s := record{"数": amount("308.764"), "率": amount("0.8632"), "字": "=1+1", "加": "+86", "零": "0012", "码": "510923240000000001", "空": "", "换": "甲\n乙", "标": "<&>\"_x000D_", "长": strings.Repeat("长", 40000), "整": 12, "人": "a\x01b"}
	for _, c := range []struct{ name, style, text, want string }{
		{"amount in a General cell", "0", "{{数|金额}}", ` s="4"><v>308.764</v></c>`},
		{"amount keeps the template's format", "1", "{{数|金额}}", ` s="1"><v>308.764</v></c>`},
		{"alignment goes with the new look", "2", "{{数|千分位:2}}", ` s="4"><v>308.764</v></c>`},
		{"percent is a ratio", "0", "{{率|百分比:1}}", ` s="4"><v>0.8632</v></c>`},
		{"percent in a cell with two decimals", "3", "{{率|百分比:1}}", ` s="4"><v>0.8632</v></c>`},
		{"blanks around a number", "0", " {{整}} ", ` s="0"><v>12</v></c>`},
		{"text and number", "0", "共{{数|金额}}万元", ` s="0" t="inlineStr"><is><t>共308.76万元</t></is></c>`},
		{"equals sign", "0", "{{字}}", ` s="0" t="inlineStr"><is><t>=1+1</t></is></c>`},
		{"plus sign", "0", "{{加}}", ` s="0" t="inlineStr"><is><t>+86</t></is></c>`},
		{"leading zeros", "0", "{{零}}", ` s="0" t="inlineStr"><is><t>0012</t></is></c>`},
		{"long code", "0", "{{码}}", ` s="0" t="inlineStr"><is><t>510923240000000001</t></is></c>`},
		{"blank", "1", "{{空}}", ` s="1"/>`},
		{"line break", "2", "{{换}}", ` s="2" t="inlineStr"><is><t xml:space="preserve">甲&#10;乙</t></is></c>`},
		{"markup", "0", "{{标}}", ` s="0" t="inlineStr"><is><t>&lt;&amp;&gt;&quot;_x005F_x000D_</t></is></c>`},
		{"control characters", "0", "{{人}}", ` s="0" t="inlineStr"><is><t>ab</t></is></c>`},
		{"comment only", "1", "{{! 说明}}", ` s="1"/>`},
		{"uppercase is text", "1", "{{数|大写}}", ` s="1" t="inlineStr"><is><t>叁佰零捌万柒仟陆佰肆拾元整</t></is></c>`},
		{"too long", "0", "{{长}}", ` s="0" t="inlineStr"><is><t>` + strings.Repeat("长", 32767-len([]rune(cutMark))) + cutMark + `</t></is></c>`},
	} {
		xml := sheetOf(t, oneSheet(t, noStrings, `<sheetData><row r="2"><c r="B2" s="`+c.style+`" t="inlineStr"><is><t xml:space="preserve">`+c.text+`</t></is></c></row></sheetData>`), s)
		if got := between(xml, `<c r="B2"`, `</row>`); got != c.want {
			t.Errorf("%s: got %.200s, want %.200s", c.name, got, c.want)
		}
	}
}

func TestStylesAreAdded(t *testing.T) {
	t.Parallel()
	doc := render(t, compile(t, oneSheet(t, noStrings, `<sheetData><row r="1">`+strings.Replace(inline("A1", "{{数|百分比:3}}"), ` t=`, ` s="2" t=`, 1)+`</row></sheetData>`)), record{"数": 1})
	got := partOf(t, doc, "xl/styles.xml")
	for _, want := range []string{
		`<numFmts count="2"><numFmt numFmtId="164" formatCode="0.000&quot;万元&quot;"/><numFmt numFmtId="165" formatCode="0.000%"/></numFmts>`,
		`<cellXfs count="5">`,
		`<xf numFmtId="165" applyNumberFormat="1" fontId="0" fillId="0" borderId="0" xfId="0" applyAlignment="1"><alignment wrapText="1"/></xf></cellXfs>`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%s\nlacks %s", got, want)
		}
	}
}

func TestSharedStrings(t *testing.T) {
	t.Parallel()
	sst := `<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="9" uniqueCount="4"><si><t>静</t></si>` +
		`<si><r><rPr><b/></rPr><t>填报{{</t></r><r><t>单</t></r><r><rPr><i/></rPr><t>位}}人：</t></r><r><t>{{人}}</t></r><phoneticPr fontId="1"/></si>` +
		`<si><t>{{单位}}</t><rPh sb="0" eb="2"><t>ダミー</t></rPh></si><si><t>旁</t><rPh sb="0" eb="1"><t>pang</t></rPh></si></sst>`
	data := oneSheet(t, sst, `<sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="s"><v>2</v></c><c r="D1" t="s"><v>2</v></c><c r="E1" t="s"><v>3</v></c><c r="F1"><f>E1&amp;C1</f></c></row></sheetData>`)
	doc := render(t, compile(t, data), record{"单位": "某局", "人": "李某"})
	want := `<c r="A1" t="s"><v>0</v></c>` +
		`<c r="B1" t="inlineStr"><is><r><rPr><b/></rPr><t>填报某局</t></r><r><rPr><i/></rPr><t>人：</t></r><r><t>李某</t></r></is></c>` +
		`<c r="C1" t="inlineStr"><is><t>某局</t></is></c><c r="D1" t="inlineStr"><is><t>某局</t></is></c><c r="E1" t="s"><v>3</v></c>` +
		`<c r="F1" t="str"><f>E1&amp;C1</f><v>旁某局</v></c>`
	if got := between(partOf(t, doc, "xl/worksheets/sheet1.xml"), `<row r="1">`, `</row>`); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := partOf(t, doc, "xl/sharedStrings.xml"); strings.Contains(got, "{{") || strings.Contains(got, "Count=") || strings.Count(got, "<si>") != 4 {
		t.Errorf("shared strings: %s", got)
	}
	for _, name := range []string{"[Content_Types].xml", "xl/_rels/workbook.xml.rels"} {
		if strings.Contains(partOf(t, doc, name), "calcChain") {
			t.Errorf("%s still names the calcChain", name)
		}
	}
}

func TestSharedAndArrayFormulas(t *testing.T) {
	t.Parallel()
	data := oneSheet(t, noStrings, `<sheetData>`+
		`<row r="1">`+inline("A1", "{{单位.得分}}")+`<c r="B1"><f t="shared" ref="B1:B3" si="0">A1*2+$A$2</f><v>7</v></c></row>`+
		`<row r="2"><c r="A2"><v>5</v></c><c r="B2"><f t="shared" si="0"/><v>7</v></c><c r="C2" cm="1"><f t="array" ref="C2:C2" ca="1">SUM(A1:A1*2)</f><v>7</v></c></row>`+
		`<row r="3"><c r="A3"><v>6</v></c><c r="B3"><f t="shared" si="0"/></c></row></sheetData>`)
	got := between(sheetOf(t, data, someUnits(2)), "<sheetData>", "</sheetData>")
	want := `<row r="1"><c r="A1"><v>60</v></c><c r="B1"><f>A1*2+$A$3</f><v>125</v></c></row>` +
		`<row r="2"><c r="A2"><v>67</v></c><c r="B2"><f>A2*2+$A$3</f><v>139</v></c></row>` +
		`<row r="3"><c r="A3"><v>5</v></c><c r="B3"><f>A3*2+$A$3</f><v>15</v></c><c r="C3" cm="1"><f t="array" ref="C3" ca="1">SUM(A1:A2*2)</f></c></row>` +
		`<row r="4"><c r="A4"><v>6</v></c><c r="B4"><f>A4*2+$A$3</f><v>17</v></c></row>`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestExtensionsFollow(t *testing.T) {
	t.Parallel()
	ext := `<extLst><ext uri="{78C0D931-6437-407d-A8EE-F0AAD7539E65}"><x14:conditionalFormattings><x14:conditionalFormatting><x14:cfRule type="dataBar" id="{1}"><x14:dataBar><x14:cfvo type="formula"><xm:f>$A$1</xm:f></x14:cfvo></x14:dataBar></x14:cfRule><xm:sqref>A1:A2</xm:sqref></x14:conditionalFormatting></x14:conditionalFormattings></ext>` +
		`<ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}"><x14:dataValidations count="1"><x14:dataValidation type="list"><x14:formula1><xm:f>表!$A$1:$A$1</xm:f></x14:formula1><xm:sqref>B1 B2</xm:sqref></x14:dataValidation></x14:dataValidations></ext>` +
		`<ext uri="{05C60535-1F16-4fd2-B633-F4F36F0B64E0}"><x14:sparklineGroups><x14:sparklineGroup><x14:sparklines><x14:sparkline><xm:f>表!A1:B1</xm:f><xm:sqref>C1</xm:sqref></x14:sparkline></x14:sparklines></x14:sparklineGroup></x14:sparklineGroups></ext></extLst>`
	data := oneSheet(t, noStrings, `<sheetData><row r="1">`+inline("A1", "{{单位.得分}}")+inline("B1", "{{单位.单位名称}}")+`</row><row r="2"><c r="A2"><v>5</v></c></row></sheetData>`+ext)
	want := strings.NewReplacer("<xm:f>$A$1</xm:f>", "<xm:f>$A$1</xm:f>", "A1:A2<", "A1:A3<", "$A$1:$A$1", "$A$1:$A$2", "B1 B2", "B1:B2 B3", ` count="1"`, "",
		`<x14:sparkline><xm:f>表!A1:B1</xm:f><xm:sqref>C1</xm:sqref></x14:sparkline>`,
		`<x14:sparkline><xm:f>表!A1:B1</xm:f><xm:sqref>C1</xm:sqref></x14:sparkline><x14:sparkline><xm:f>表!A2:B2</xm:f><xm:sqref>C2</xm:sqref></x14:sparkline>`).Replace(ext)
	if got := "<extLst>" + between(sheetOf(t, data, someUnits(2)), "<extLst>", "</worksheet>"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestWhatHangsOnRowsThatFallAway(t *testing.T) {
	t.Parallel()
	data := oneSheet(t, noStrings, `<sheetData><row r="1">`+inline("A1", "{{#如果 年度 = \"2021\"}}旧")+inline("B1", "{{/如果}}")+`</row><row r="2"><c r="A2"><v>5</v></c><c r="B2"><f>SUMIF(A1:A1,"旧",A1:A1)+A1</f></c></row></sheetData>`+
		`<mergeCells count="1"><mergeCell ref="C1:D1"/></mergeCells><conditionalFormatting sqref="A1"><cfRule type="expression" priority="1"><formula>A1=1</formula></cfRule></conditionalFormatting>`+
		`<dataValidations count="1"><dataValidation type="whole" sqref="A1:B1"><formula1>1</formula1></dataValidation></dataValidations><hyperlinks><hyperlink ref="A1" location="表!A2"/></hyperlinks>`+
		`<pageMargins left="1" right="1" top="1" bottom="1" header="0" footer="0"/><rowBreaks count="1" manualBreakCount="1"><brk id="1" max="16383" man="1"/></rowBreaks>`)
	got := between(sheetOf(t, data, someUnits(0)), "<sheetData>", "</worksheet>")
	want := `<row r="1"><c r="A1"><v>5</v></c><c r="B1"><f>SUMIF(A1048576:A1048576,&quot;旧&quot;,A1048576:A1048576)+0</f><v>0</v></c></row></sheetData>` +
		`<pageMargins left="1" right="1" top="1" bottom="1" header="0" footer="0"/>`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestPageBreaks(t *testing.T) {
	t.Parallel()
	inside := `<sheetData><row r="1">` + inline("A1", "{{#每个 单位}}{{单位.单位名称}}{{分页}}") + `</row><row r="2">` + inline("A2", "{{单位.得分}}{{/每个}}") + `</row><row r="3"><c r="A3"><v>5</v></c></row></sheetData>`
	data := oneSheet(t, noStrings, inside+`<rowBreaks count="1" manualBreakCount="1"><brk id="2" max="16383" man="1"/></rowBreaks>`)
	for n, want := range []string{"2", "2", "2 4", "2 4 6"} {
		var got []string
		for _, part := range strings.Split(between(sheetOf(t, data, someUnits(n)), "<rowBreaks", "</rowBreaks>"), `<brk id="`)[1:] {
			got = append(got, part[:strings.IndexByte(part, '"')])
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%d items, a break of the template's own: %v, want %s", n, got, want)
		}
	}
	for n, want := range []string{"", "", `<rowBreaks count="1" manualBreakCount="1"><brk id="2" max="16383" man="1"/></rowBreaks>`,
		`<rowBreaks count="2" manualBreakCount="2"><brk id="2" max="16383" man="1"/><brk id="4" max="16383" man="1"/></rowBreaks>`} {
		if got := between(sheetOf(t, oneSheet(t, noStrings, inside), someUnits(n)), "</sheetData>", "</worksheet>"); got != want {
			t.Errorf("%d items: got %s, want %s", n, got, want)
		}
	}
	_, err := compile(t, oneSheet(t, noStrings, inside)).Render(someUnits(1100), Options{})
	if err == nil || err.Error() != "表：分页超过 1026 处，一张工作表放不下" {
		t.Errorf("1100 items: %v", err)
	}
}

func TestPrefixedParts(t *testing.T) {
	t.Parallel()
	ns := `xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`
	data := handmade(t, "[Content_Types].xml", typesPart, "_rels/.rels", rootRels,
		"xl/workbook.xml", `<x:workbook `+ns+` xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><x:sheets><x:sheet name="表" sheetId="1" r:id="rId1"/></x:sheets><x:definedNames><x:definedName name="全部">表!$A$1</x:definedName></x:definedNames></x:workbook>`,
		"xl/_rels/workbook.xml.rels", bookRels,
		"xl/worksheets/sheet1.xml", `<x:worksheet `+ns+`><x:sheetData><x:row r="1"><x:c r="A1" t="s"><x:v>0</x:v></x:c><x:c r="B1"><x:f>A1*2</x:f></x:c><x:c t="s"><x:v>1</x:v></x:c></x:row><x:row><x:c><x:f>SUM(全部)&amp;TODAY()</x:f></x:c></x:row></x:sheetData></x:worksheet>`,
		"xl/sharedStrings.xml", `<x:sst `+ns+`><x:si><x:t>{{单位.得分}}</x:t></x:si><x:si><x:r><x:rPr><x:b/></x:rPr><x:t>第{{序号}}</x:t></x:r></x:si></x:sst>`,
		"xl/styles.xml", strings.NewReplacer("</", "</x:", "<", "<x:", "xmlns=", "xmlns:x=").Replace(twoStyles), "xl/calcChain.xml", chainPart)
	golden(t, "prefixed", render(t, compile(t, data), someUnits(2)), "xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml")
}

func TestHeadsAndFeet(t *testing.T) {
	t.Parallel()
	inside := `<sheetData><row r="1">` + inline("A1", "{{年度}}") + `</row></sheetData><headerFooter differentFirst="1"><oddHeader>&amp;L左&amp;C&amp;12{{年度}}&amp;R{{名}}</oddHeader><oddFooter>第&amp;P页</oddFooter></headerFooter>`
	tpl := compile(t, oneSheet(t, noStrings, inside))
	s := record{"年度": "2022", "名": "甲&乙"}
	for _, c := range []struct{ stamp, want string }{
		{"", `<headerFooter differentFirst="1"><oddHeader>&amp;L左&amp;C&amp;12 2022&amp;R甲&amp;&amp;乙</oddHeader><oddFooter>第&amp;P页</oddFooter></headerFooter>`},
		{"未通过审核（3处错误）", `<headerFooter differentFirst="1"><oddHeader xml:space="preserve">&amp;L左&amp;C&amp;14&amp;KFF0000未通过审核（3处错误）&#10;&amp;10&amp;K000000&amp;12 2022&amp;R甲&amp;&amp;乙</oddHeader><oddFooter>第&amp;P页</oddFooter><firstHeader>&amp;C&amp;14&amp;KFF0000未通过审核（3处错误）</firstHeader></headerFooter>`},
	} {
		doc, err := tpl.Render(s, Options{Stamp: c.stamp})
		must(t, err)
		if got := "<headerFooter" + between(partOf(t, doc, "xl/worksheets/sheet1.xml"), "<headerFooter", "</worksheet>"); got != c.want {
			t.Errorf("stamp %q\ngot  %s\nwant %s", c.stamp, got, c.want)
		}
	}
	for _, c := range []struct{ header, want string }{
		{"", "&C&14&KFF0000草稿"},
		{"中", "&C&14&KFF0000草稿\n&10&K000000中"},
		{"&L左&R右", "&L左&C&14&KFF0000草稿&R右"},
		{"A&&B", "&C&14&KFF0000草稿\n&10&K000000A&&B"},
		{"&L" + strings.Repeat("长", 250), "&C&14&KFF0000草稿"},
	} {
		if got := stampHeader("草稿", c.header); got != c.want {
			t.Errorf("%q: got %q, want %q", c.header, got, c.want)
		}
	}
	if got := stampHeader(strings.Repeat("长", 300), ""); units(got) != maxHeader {
		t.Errorf("a long stamp has %d units", units(got))
	}
}

func TestOtherRangesOfASheet(t *testing.T) {
	t.Parallel()
	inside := `<sheetProtection sheet="1"/><protectedRanges><protectedRange sqref="A1:A1 B2" name="填"/></protectedRanges><autoFilter ref="A1:B1"/><sortState ref="A1:B1"><sortCondition ref="B1:B1"/></sortState>` +
		`<ignoredErrors><ignoredError sqref="A1:B2" numberStoredAsText="1"/></ignoredErrors>`
	data := oneSheet(t, noStrings, `<sheetData><row r="1">`+inline("A1", "{{单位.得分}}")+`</row><row r="2" hidden="1"><c r="B2"><v>1</v></c></row></sheetData>`+inside)
	want := strings.NewReplacer("A1:A1 B2", "A1:A3 B4", "A1:B1", "A1:B3", "B1:B1", "B1:B3", "A1:B2", "A1:B4").Replace(inside)
	if got := between(sheetOf(t, data, someUnits(3)), "</sheetData>", "</worksheet>"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestChartSheetIsStamped(t *testing.T) {
	t.Parallel()
	types := strings.Replace(typesPart, "</Types>", `<Override PartName="/xl/chartsheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.chartsheet+xml"/></Types>`, 1)
	book := strings.Replace(plainBook, "</sheets>", `<sheet name="图" sheetId="2" r:id="rId9"/></sheets>`, 1)
	rels := strings.Replace(bookRels, "</Relationships>", `<Relationship Id="rId9" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/chartsheet" Target="chartsheets/sheet1.xml"/></Relationships>`, 1)
	chart := `<chartsheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews><sheetView workbookViewId="0"/></sheetViews><pageMargins left="1" right="1" top="1" bottom="1" header="0" footer="0"/></chartsheet>`
	tpl := compile(t, handmade(t, "[Content_Types].xml", types, "_rels/.rels", rootRels, "xl/workbook.xml", book, "xl/_rels/workbook.xml.rels", rels,
		"xl/worksheets/sheet1.xml", sheetOpen+"<sheetData/></worksheet>", "xl/chartsheets/sheet1.xml", chart, "xl/sharedStrings.xml", noStrings, "xl/styles.xml", twoStyles, "xl/calcChain.xml", chainPart))
	doc, err := tpl.Render(record{}, Options{Stamp: "草稿"})
	must(t, err)
	if got, want := partOf(t, doc, "xl/chartsheets/sheet1.xml"), strings.Replace(chart, "</chartsheet>", `<headerFooter><oddHeader>&amp;C&amp;14&amp;KFF0000草稿</oddHeader></headerFooter></chartsheet>`, 1); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestRulesForManyCells(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ sqref, formula, want string }{
		{"A2:B2", "$A2<$A3", "$A2<$A$5"}, // the total below
		{"A2:B2", "A2>A1", "A2>A$1"},     // the head above
		{"A2:A2", "A2=MAX(A$2:A$2)", "A2=MAX(A$2:A$4)"},
		{"A2", "A2<>C2", "A2<>C2"},  // the same item
		{"A2", "A2<>A4", "A2<>A6"},  // the same item in another block of rows
		{"A3:A3", "A3>A1", "A5>A1"}, // a rule for rows that stand once
		{"A1:A3", "A1=$B$3", "A1=$B$5"},
	} {
		data := oneSheet(t, noStrings, `<sheetData><row r="1">`+inline("A1", "{{年度}}")+`</row><row r="2">`+inline("A2", "{{单位.得分}}")+`</row><row r="3"><c r="A3"><v>1</v></c></row><row r="4">`+inline("A4", "{{单位.得分}}")+`</row></sheetData>`+
			`<conditionalFormatting sqref="`+c.sqref+`"><cfRule type="expression" priority="1"><formula>`+string(ooxml.Escape(nil, c.formula))+`</formula></cfRule></conditionalFormatting>`)
		if got := string(ooxml.Unescape(nil, []byte(between(sheetOf(t, data, someUnits(3)), "<formula>", "</formula>")))); got != c.want {
			t.Errorf("%s for %s: got %s, want %s", c.formula, c.sqref, got, c.want)
		}
	}
}

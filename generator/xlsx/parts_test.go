package xlsx

import (
	"strings"
	"testing"

	"jixiao/generator/ooxml"
)

// withParts adds parts to the one-sheet workbook, each with the relationship by which the sheet or another part finds it.
func withParts(t testing.TB, inside string, parts ...[3]string) []byte { // owner, name, content
	t.Helper()
	types := typesPart
	all := []string{}
	rels := map[string]string{}
	var owners []string
	for i, p := range parts {
		owner, name, content := p[0], p[1], p[2]
		kind := map[string]string{"tables": "table", "drawings": "drawing", "charts": "chart", "pivotCache": "pivotCacheDefinition"}[strings.Split(name, "/")[1]]
		contentType := map[string]string{"table": "application/vnd.openxmlformats-officedocument.spreadsheetml.table+xml", "drawing": "application/vnd.openxmlformats-officedocument.drawing+xml",
			"chart": "application/vnd.openxmlformats-officedocument.drawingml.chart+xml", "pivotCacheDefinition": "application/vnd.openxmlformats-officedocument.spreadsheetml.pivotCacheDefinition+xml"}[kind]
		if rels[owner] == "" {
			owners = append(owners, owner)
		}
		rels[owner] += `<Relationship Id="rIdX` + string(rune('a'+i)) + `" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/` + kind + `" Target="/` + name + `"/>`
		types = strings.Replace(types, "</Types>", `<Override PartName="/`+name+`" ContentType="`+contentType+`"/></Types>`, 1)
		all = append(all, name, content)
	}
	book := bookRels
	for _, owner := range owners {
		if owner == "xl/workbook.xml" {
			book = strings.Replace(book, "</Relationships>", rels[owner]+"</Relationships>", 1)
			continue
		}
		all = append(all, ooxml.RelsName(owner), `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`+rels[owner]+`</Relationships>`)
	}
	return handmade(t, append([]string{"[Content_Types].xml", types, "_rels/.rels", rootRels, "xl/workbook.xml", plainBook, "xl/_rels/workbook.xml.rels", book,
		"xl/worksheets/sheet1.xml", sheetOpen + inside + "</worksheet>", "xl/sharedStrings.xml", noStrings, "xl/styles.xml", twoStyles, "xl/calcChain.xml", chainPart}, all...)...)
}

const (
	sheet1   = "xl/worksheets/sheet1.xml"
	listRows = `<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>名称</t></is></c><c r="B1" t="inlineStr"><is><t>得分</t></is></c></row>` +
		`<row r="2"><c r="A2" t="inlineStr"><is><t>{{单位.单位名称}}</t></is></c><c r="B2" t="inlineStr"><is><t>{{单位.得分}}</t></is></c><c r="C2"><f>表1[[#This Row],[得分]]*2+表1[得分]</f></c><c r="D2"><f>表1[@得分]/SUM(表1[得分])</f></c></row>` +
		`<row r="3"><c r="B3"><f>SUBTOTAL(109,表1[得分])</f></c></row></sheetData>`
)

func TestTableFollows(t *testing.T) {
	t.Parallel()
	table := `<table xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" id="1" name="表1" displayName="表1" ref="A1:B3" totalsRowCount="1"><autoFilter ref="A1:B2"/><tableColumns count="2"><tableColumn id="1" name="名称"/><tableColumn id="2" name="得分" totalsRowFunction="custom"><calculatedColumnFormula>$B$3*2</calculatedColumnFormula><totalsRowFormula>SUM(B2:B2)</totalsRowFormula></tableColumn></tableColumns></table>`
	doc := render(t, compile(t, withParts(t, listRows+`<tableParts count="1"><tablePart r:id="rIdXa"/></tableParts>`, [3]string{sheet1, "xl/tables/table1.xml", table})), someUnits(4))
	want := strings.NewReplacer(`ref="A1:B3"`, `ref="A1:B6"`, `ref="A1:B2"`, `ref="A1:B5"`, "$B$3", "$B$6", "B2:B2", "B2:B5").Replace(table)
	if got := partOf(t, doc, "xl/tables/table1.xml"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got, want := between(partOf(t, doc, sheet1), `<c r="B6">`, "</c>"), "<f>SUBTOTAL(109,表1[得分])</f><v>282</v>"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := between(partOf(t, doc, sheet1), `<c r="C4">`, "</c>"), "<f>表1[[#This Row],[得分]]*2+表1[得分]</f>"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := between(partOf(t, doc, sheet1), `<c r="D4">`, "</c>"), "<f>表1[@得分]/SUM(表1[得分])</f><v>0.26241134751773</v>"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestTablesOfSheetsAnItem(t *testing.T) {
	t.Parallel()
	table := `<table xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" id="1" name="表1" displayName="表1" ref="A1:B2"><autoFilter ref="A1:B2"/><tableColumns count="2"><tableColumn id="1" name="名称"/><tableColumn id="2" name="得分"/></tableColumns></table>`
	inside := `<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>名称</t></is></c></row><row r="2">` + inline("A2", "{{单位.单位名称}}") + `</row><row r="3">` + inline("A3", "{{单位.得分}}") + `<c r="B3"><f>SUM(表1[得分])</f></c></row></sheetData>`
	doc := render(t, compile(t, withParts(t, inside+`<tableParts count="1"><tablePart r:id="rIdXa"/></tableParts>`, [3]string{sheet1, "xl/tables/table1.xml", table})), someUnits(2))
	if got, want := partOf(t, doc, "xl/tables/table1_2.xml"), strings.NewReplacer(`id="1" name="表1" displayName="表1"`, `id="2" name="表1_第2表" displayName="表1_第2表"`).Replace(table); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got, want := between(partOf(t, doc, "xl/worksheets/sheet1_2.xml"), "<f>", "</f>"), "SUM(表1_第2表[得分])"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestDrawingsFollow(t *testing.T) {
	t.Parallel()
	anchor := func(kind, attrs, from, to, inside string) string {
		a := `<xdr:` + kind + attrs + `><xdr:from><xdr:col>0</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>` + from + `</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:from>`
		if to != "" {
			a += `<xdr:to><xdr:col>1</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>` + to + `</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:to>`
		}
		return a + inside + `<xdr:clientData/></xdr:` + kind + `>`
	}
	shape := func(runs string) string {
		return `<xdr:sp><xdr:txBody><a:p>` + runs + `<a:endParaRPr/></a:p></xdr:txBody></xdr:sp>`
	}
	drawing := func(rows [][3]string, text string) string {
		d := `<xdr:wsDr xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">`
		d += anchor("twoCellAnchor", "", rows[0][0], rows[0][1], shape(text))
		d += anchor("twoCellAnchor", ` editAs="oneCell"`, rows[1][0], rows[1][1], "")
		d += anchor("twoCellAnchor", ` editAs="absolute"`, rows[2][0], rows[2][1], "")
		d += anchor("twoCellAnchor", "", rows[3][0], rows[3][1], `<xdr:graphicFrame/>`)
		return d + anchor("oneCellAnchor", "", rows[4][0], "", "") + `</xdr:wsDr>`
	}
	in := drawing([][3]string{{"0", "2"}, {"0", "2"}, {"0", "2"}, {"2", "9"}, {"2", ""}},
		`<a:r><a:t>共</a:t></a:r><a:r><a:rPr b="1"/><a:t>{{年</a:t></a:r><a:r><a:t>度}}&amp;{{个数(单位)}}家</a:t></a:r>`)
	doc := render(t, compile(t, withParts(t, listRows+`<drawing r:id="rIdXa"/>`, [3]string{sheet1, "xl/drawings/drawing1.xml", in})), someUnits(3))
	want := drawing([][3]string{{"0", "4"}, {"0", "2"}, {"0", "2"}, {"4", "11"}, {"4", ""}},
		`<a:r><a:t>共</a:t></a:r><a:r><a:rPr b="1"/><a:t>2022</a:t></a:r><a:r><a:t>&amp;3家</a:t></a:r>`)
	if got := partOf(t, doc, "xl/drawings/drawing1.xml"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestChartCaches(t *testing.T) {
	t.Parallel()
	head := `<c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">`
	in := head + `<c:title><a:p><a:r><a:t>{{年度}}年</a:t></a:r></a:p></c:title><c:tx><c:strRef><c:f>表!$B$1</c:f><c:strCache><c:ptCount val="1"/><c:pt idx="0"><c:v>旧</c:v></c:pt></c:strCache></c:strRef></c:tx>` +
		`<c:cat><c:multiLvlStrRef><c:f>表!$A$2:$B$2</c:f><c:multiLvlStrCache><c:ptCount val="9"/></c:multiLvlStrCache></c:multiLvlStrRef></c:cat>` +
		`<c:val><c:numRef><c:f>表!$B$2:$B$2</c:f><c:numCache><c:formatCode>0.0</c:formatCode><c:ptCount val="1"/></c:numCache></c:numRef></c:val>` +
		`<c:val><c:numRef><c:f>表!$B$3</c:f></c:numRef></c:val><c:val><c:numRef><c:f>[1]别处!$B$3</c:f><c:numCache><c:ptCount val="1"/><c:pt idx="0"><c:v>5</c:v></c:pt></c:numCache></c:numRef></c:val></c:chartSpace>`
	drawing := `<xdr:wsDr xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"/>`
	rows := strings.Replace(listRows, "SUBTOTAL(109,表1[得分])", "SUM(B2:B2)", 1)
	tpl := compile(t, withParts(t, rows+`<drawing r:id="rIdXa"/>`, [3]string{sheet1, "xl/drawings/drawing1.xml", drawing}, [3]string{"xl/drawings/drawing1.xml", "xl/charts/chart1.xml", in}))
	pt := func(i, v string) string { return `<c:pt idx="` + i + `"><c:v>` + v + `</c:v></c:pt>` }
	want := head + `<c:title><a:p><a:r><a:t>2022年</a:t></a:r></a:p></c:title><c:tx><c:strRef><c:f>表!$B$1</c:f><c:strCache><c:ptCount val="1"/>` + pt("0", "得分") + `</c:strCache></c:strRef></c:tx>` +
		`<c:cat><c:multiLvlStrRef><c:f>表!$A$2:$B$3</c:f><c:multiLvlStrCache><c:ptCount val="2"/><c:lvl>` + pt("0", "60") + pt("1", "67") + `</c:lvl><c:lvl>` + pt("0", "第1局") + pt("1", "第2局") + `</c:lvl></c:multiLvlStrCache></c:multiLvlStrRef></c:cat>` +
		`<c:val><c:numRef><c:f>表!$B$2:$B$3</c:f><c:numCache><c:formatCode>0.0</c:formatCode><c:ptCount val="2"/>` + pt("0", "60") + pt("1", "67") + `</c:numCache></c:numRef></c:val>` +
		`<c:val><c:numRef><c:f>表!$B$4</c:f><c:numCache><c:ptCount val="1"/>` + pt("0", "127") + `</c:numCache></c:numRef></c:val>` +
		`<c:val><c:numRef><c:f>[1]别处!$B$3</c:f><c:numCache><c:ptCount val="1"/><c:pt idx="0"><c:v>5</c:v></c:pt></c:numCache></c:numRef></c:val></c:chartSpace>`
	if got := partOf(t, render(t, tpl, someUnits(2)), "xl/charts/chart1.xml"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got, want := between(partOf(t, render(t, tpl, someUnits(0)), "xl/charts/chart1.xml"), "<c:numCache>", "</c:numCache>"), `<c:formatCode>0.0</c:formatCode><c:ptCount val="1"/>`; got != want {
		t.Errorf("an empty list: got %s, want %s", got, want)
	}
}

func TestPivotSourceFollows(t *testing.T) {
	t.Parallel()
	cache := `<pivotCacheDefinition xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" recordCount="1"><cacheSource type="worksheet"><worksheetSource ref="A1:B2" sheet="表"/></cacheSource></pivotCacheDefinition>`
	doc := render(t, compile(t, withParts(t, strings.Replace(listRows, "表1[得分]", "B2:B2", 1), [3]string{"xl/workbook.xml", "xl/pivotCache/pivotCacheDefinition1.xml", cache})), someUnits(4))
	want := strings.NewReplacer(`A1:B2`, `A1:B5`, `Definition xmlns`, `Definition refreshOnLoad="1" xmlns`).Replace(cache)
	if got := partOf(t, doc, "xl/pivotCache/pivotCacheDefinition1.xml"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

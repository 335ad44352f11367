package ooxml_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"strings"
	"testing"

	"jixiao/generator/ooxml"
)

func TestLimits(t *testing.T) {
	t.Parallel()
	file := data(`<row><c><v>1</v></c><c><v>2</v></c><c><v>3</v></c><c t="s"><v>0</v></c></row>`).zip(t)
	for _, test := range []struct {
		name   string
		limits ooxml.Limits
		says   string
	}{
		{"enough", ooxml.Limits{Cells: 4, Entries: 7, Depth: 8}, ""},
		{"file", ooxml.Limits{File: 1000}, "超过 1 KB 的上限"},
		{"entries", ooxml.Limits{Entries: 6}, "内含 7 个部件，超过 6 个的上限"},
		{"part", ooxml.Limits{Part: 200}, "解开后超过 1 KB 的上限"},
		{"total", ooxml.Limits{Total: 2000}, "解开后超过 2 KB 的上限"},
		{"depth", ooxml.Limits{Depth: 4}, "元素嵌套超过 4 层"},
		{"cells", ooxml.Limits{Cells: 3}, "单元格多于 3 个"},
	} {
		_, err := ooxml.ReadWorkbook(file, test.limits)
		if test.says == "" {
			if err != nil {
				t.Errorf("%s: %v", test.name, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v, want %s", test.name, err, test.says)
		}
	}
}

// TestLimitsFor: what may be inside goes with the size of the file that is allowed.
func TestLimitsFor(t *testing.T) {
	t.Parallel()
	if got, want := ooxml.DefaultLimits(), ooxml.LimitsFor(64<<20); got != want || got.Cells != 1<<18 || got.Part != 512<<20 || got.Total != 1<<30 {
		t.Errorf("default %+v", got)
	}
	file := data(strings.Repeat(`<row><c><v>1</v></c></row>`, 5000)).zip(t)
	_, err := ooxml.ReadWorkbook(file, ooxml.LimitsFor(1<<20))
	if err == nil || !strings.Contains(err.Error(), "单元格多于 4096 个") {
		t.Errorf("5000 cells within the limits for 1 MB: %v", err)
	}
	if _, err := ooxml.ReadWorkbook(file, ooxml.LimitsFor(2<<20)); err != nil {
		t.Errorf("within those for 2 MB: %v", err)
	}
}

// TestActualSizes: the limits hold for what really comes out of the file, whatever
// its directory claims.
func TestActualSizes(t *testing.T) {
	t.Parallel()
	const part = "xl/media/image1.png"
	mega := deflate(t, make([]byte, 1<<20))
	for _, test := range []struct {
		name           string
		claimed, times int
		limits         ooxml.Limits
		code, says     string
	}{
		{"more than it claims", 9 << 20, 10, ooxml.Limits{Ratio: 1 << 20}, ooxml.CodeCRC, part + " 无法完整解压"},
		{"less than it claims", 11 << 20, 10, ooxml.Limits{Ratio: 1 << 20}, ooxml.CodeCRC, part + " "},
		{"a part", 10 << 20, 10, ooxml.Limits{Ratio: 1 << 20, Part: 10<<20 - 1}, ooxml.CodeTooLarge, part + " 解开后超过 9 MB 的上限"},
		{"all parts", 10 << 20, 10, ooxml.Limits{Ratio: 1 << 20, Total: 10 << 20}, ooxml.CodeTooLarge, "解开后超过 10 MB 的上限"},
		{"the ratio", 10 << 20, 10, ooxml.Limits{Ratio: 100}, ooxml.CodeTooLarge, "解开后是压缩时的 100 倍以上"},
		{"the ratio of a small part is not judged", 8 << 20, 8, ooxml.Limits{Ratio: 1}, "", ""},
		{"within them", 10 << 20, 10, ooxml.Limits{Ratio: 1 << 20, Part: 10 << 20}, "", ""},
	} {
		file := pourRaw(t, plain(), part, func(zw *zip.Writer) error {
			pieces := make([]deflated, test.times)
			for i := range pieces {
				pieces[i] = mega
			}
			return stitch(zw, part, pieces...)
		})
		entry := bytes.LastIndex(file, []byte("PK\x01\x02"))
		for i := range 4 {
			file[entry+24+i] = byte(test.claimed >> (8 * i))
		}
		_, err := ooxml.ReadWorkbook(file, test.limits)
		if test.code == "" {
			if err != nil {
				t.Errorf("%s: %v", test.name, err)
			}
			continue
		}
		if d := damage(t, err); d.Code != test.code || !strings.Contains(d.Message, test.says) {
			t.Errorf("%s: %+v, want %s %q", test.name, *d, test.code, test.says)
		}
	}
}

// TestHonestSizes: workbooks that deflate well because they say little are read.
func TestHonestSizes(t *testing.T) {
	if raced {
		t.Skip("100 MB take minutes under the race detector")
	}
	t.Parallel()
	var styles strings.Builder
	styles.WriteString(`<styleSheet ` + mainSpace + `><cellXfs>`)
	for styles.Len() < 6<<20 { // Excel stops at 65,490 formats
		styles.WriteString(`<xf numFmtId="10" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyAlignment="1"/>`)
	}
	styles.WriteString(`</cellXfs></styleSheet>`)
	file := data(`<row r="1"><c r="A1" s="60000"><v>0.5</v></c></row>`).with("xl/styles.xml", styles.String()).zip(t)
	if ratio := styles.Len() / len(file); ratio < 150 {
		t.Fatalf("the styles deflate only %d times", ratio)
	}
	book, err := ooxml.ReadWorkbook(file, ooxml.Limits{})
	if err != nil || show(&book.Sheets[0]) != "A1 number \"0.5\" percent 0.00%\n" {
		t.Errorf("%d KB of styles in %d KB: %v", styles.Len()>>10, len(file)>>10, err)
	}
	// A workbook of 100 MB is refused with the limit that it is beyond.
	rows := numbered(1, 400_000, `<row r="%d"><c r="A%[1]d" t="inlineStr"><is><t>`+strings.Repeat("x", 200)+`%[1]d</t></is></c></row>`)
	large := pourRaw(t, plain(), "xl/worksheets/sheet1.xml", func(zw *zip.Writer) error {
		return stitch(zw, "xl/worksheets/sheet1.xml", deflate(t, fmt.Appendf(nil, `<worksheet %s><sheetData>%s</sheetData></worksheet>`, mainSpace, rows)))
	})
	_, err = ooxml.ReadWorkbook(large, ooxml.Limits{})
	if d := damage(t, err); d.Message != "工作簿的文字多于 32 MB，超过上限。请删去与填报无关的内容后重新报送" {
		t.Errorf("%d MB of rows: %s", len(rows)>>20, d.Message)
	}
}

// TestNotPlain: macros, links to other workbooks and pictures beside the cells
// change nothing of what the cells say, and nothing of them is followed.
func TestNotPlain(t *testing.T) {
	t.Parallel()
	base := data(`<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1"><f>[1]Sheet1!$A$1*2</f><v>12.5</v></c><c r="C1"><f>'file:///etc/[passwd]x'!A1</f></c></row>`)
	const want = "A1 text \"甲\"\nB1 number \"12.5\" =[1]Sheet1!$A$1*2\nC1 none \"\" ='file:///etc/[passwd]x'!A1\n"
	links := func(text, more string) string {
		return strings.Replace(text, "</Relationships>", more+"</Relationships>", 1)
	}
	for name, p := range map[string]parts{
		"plain": base,
		"macros": base.with("[Content_Types].xml", strings.NewReplacer("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml", "application/vnd.ms-excel.sheet.macroEnabled.main+xml",
			"</Types>", `<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/></Types>`).Replace(base["[Content_Types].xml"]),
			"xl/vbaProject.bin", "\xd0\xcf\x11\xe0", "xl/_rels/workbook.xml.rels", links(base["xl/_rels/workbook.xml.rels"],
				`<Relationship Id="m" Type="http://schemas.microsoft.com/office/2006/relationships/vbaProject" Target="vbaProject.bin"/>`)),
		"another workbook": base.with("xl/workbook.xml", strings.Replace(base["xl/workbook.xml"], "</sheets>", `</sheets><externalReferences><externalReference r:id="x"/></externalReferences>`, 1),
			"xl/_rels/workbook.xml.rels", links(base["xl/_rels/workbook.xml.rels"], `<Relationship Id="x" Type="`+relTypes+`externalLink" Target="externalLinks/externalLink1.xml"/>`),
			"xl/externalLinks/externalLink1.xml", `<externalLink `+mainSpace+`><externalBook r:id="rId1"><sheetNames><sheetName val="Sheet1"/></sheetNames></externalBook></externalLink>`,
			"xl/externalLinks/_rels/externalLink1.xml.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="`+relTypes+`externalLinkPath" Target="file:///C:/a.xlsx" TargetMode="External"/></Relationships>`),
		"a link to the web": base.with("xl/worksheets/_rels/sheet1.xml.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="`+relTypes+`hyperlink" Target="http://example.org/?a=1&amp;b" TargetMode="External"/></Relationships>`),
	} {
		if got := show(&p.read(t).Sheets[0]); got != want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, want)
		}
	}
}

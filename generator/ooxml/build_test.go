package ooxml_test

import (
	"archive/zip"
	"bytes"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"jixiao/generator/ooxml"
)

const (
	mainSpace = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"`
	relTypes  = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
)

// parts is a package as text.
type parts map[string]string

// plain is the smallest workbook: one sheet 表一 with an empty data area, three
// shared strings (甲 乙 丙) and four styles (general, 0.00%, a date, text).
func plain() parts {
	return parts{
		"[Content_Types].xml": `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
			`<Default Extension="xml" ContentType="application/xml"/>` +
			`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
			`<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>`,
		"_rels/.rels":                rels("rId1", "officeDocument", "xl/workbook.xml"),
		"xl/workbook.xml":            `<workbook ` + mainSpace + `><sheets><sheet name="表一" sheetId="1" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": rels("rId1", "worksheet", "worksheets/sheet1.xml", "rId2", "sharedStrings", "sharedStrings.xml", "rId3", "styles", "styles.xml"),
		"xl/worksheets/sheet1.xml":   `<worksheet ` + mainSpace + `><sheetData/></worksheet>`,
		"xl/sharedStrings.xml":       `<sst ` + mainSpace + `><si><t>甲</t></si><si><t>乙</t></si><si><t>丙</t></si></sst>`,
		"xl/styles.xml": `<styleSheet ` + mainSpace + `><numFmts><numFmt numFmtId="176" formatCode="yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;"/></numFmts>` +
			`<cellStyleXfs><xf numFmtId="9"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="10"/><xf numFmtId="176"/><xf numFmtId="49"/></cellXfs></styleSheet>`,
	}
}

// rels makes a relationships part of triples id, type, target.
func rels(of ...string) string {
	var b strings.Builder
	b.WriteString(`<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`)
	for i := 0; i < len(of); i += 3 {
		b.WriteString(`<Relationship Id="` + of[i] + `" Type="` + relTypes + of[i+1] + `" Target="` + of[i+2] + `"/>`)
	}
	return b.String() + `</Relationships>`
}

// with returns the parts with some replaced, or left out when nil text "-" is given.
func (p parts) with(pairs ...string) parts {
	q := maps.Clone(p)
	for i := 0; i < len(pairs); i += 2 {
		if q[pairs[i]] = pairs[i+1]; pairs[i+1] == "-" {
			delete(q, pairs[i])
		}
	}
	return q
}

// sheet is plain with this inside <worksheet>.
func sheet(inner string) parts {
	return plain().with("xl/worksheets/sheet1.xml", `<worksheet `+mainSpace+`>`+inner+`</worksheet>`)
}

// data is plain with these rows.
func data(rows string) parts { return sheet(`<sheetData>` + rows + `</sheetData>`) }

// zip packs the parts in the order of their names, which puts the content types first.
func (p parts) zip(t testing.TB) []byte {
	t.Helper()
	return p.pack(t, zip.Deflate)
}

// pack is zip with a method: what is stored costs no deflating.
func (p parts) pack(t testing.TB, method uint16) []byte {
	t.Helper()
	var buf bytes.Buffer
	zw := zip.NewWriter(&buf)
	for _, name := range slices.Sorted(maps.Keys(p)) {
		w, err := zw.CreateHeader(&zip.FileHeader{Name: name, Method: method})
		if err == nil {
			_, err = io.WriteString(w, p[name])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := zw.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// unzip is the contrary of zip, by the standard library.
func unzip(t testing.TB, file []byte) parts {
	t.Helper()
	zr, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	p := parts{}
	for _, f := range zr.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		p[f.Name] = string(text)
	}
	return p
}

// read reads the parts as a workbook and fails the test when that fails.
func (p parts) read(t testing.TB) *ooxml.Workbook {
	t.Helper()
	book, err := ooxml.ReadWorkbook(p.zip(t), ooxml.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return book
}

// samples returns the workbooks in testdata by name.
func samples(t testing.TB) map[string][]byte {
	t.Helper()
	files, err := filepath.Glob("testdata/*.xlsx")
	if err != nil || len(files) < 5 {
		t.Fatalf("too few workbooks in testdata: %v, %v", files, err)
	}
	all := map[string][]byte{}
	for _, name := range files {
		if all[filepath.Base(name)], err = os.ReadFile(name); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// damage asserts that the error is a *Damage that explains itself.
func damage(t testing.TB, err error) *ooxml.Damage {
	t.Helper()
	d, ok := err.(*ooxml.Damage)
	if !ok || d == nil {
		t.Fatalf("error is %T (%v), want *ooxml.Damage", err, err)
	}
	if d.Code == "" || d.Message == "" || !strings.Contains(d.Message, "请") {
		t.Fatalf("Damage does not say what to do: %+v", *d)
	}
	return d
}

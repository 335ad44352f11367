package docx

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"

	"jixiao/generator/expr"
	"jixiao/generator/ooxml"
	"jixiao/generator/value"
)

// rec is test data: text, numbers, truth, rec (a record) and []rec (a list).
type rec map[string]any

func (r rec) Lookup(name string) (expr.Binding, bool) {
	switch v := r[name].(type) {
	case nil:
		return expr.Binding{}, false
	case string:
		return expr.Binding{Value: value.Str(v)}, true
	case int:
		return expr.Binding{Value: value.Int(int64(v))}, true
	case bool:
		return expr.Binding{Value: value.Truth(v)}, true
	case value.Value:
		return expr.Binding{Value: v}, true
	case rec:
		return expr.Binding{Current: v}, true
	case []rec:
		items := make([]expr.Scope, len(v))
		for i := range v {
			items[i] = v[i]
		}
		return expr.Binding{Items: items, IsList: true}, true
	}
	panic(fmt.Sprintf("test data of type %T", r[name]))
}

const nsAll = `xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" ` +
	`xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" ` +
	`xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" ` +
	`xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" ` +
	`xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" ` +
	`xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" ` +
	`xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" ` +
	`xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" ` +
	`xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" ` +
	`mc:Ignorable="w14"`

const (
	typesHead = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n" +
		`<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
		`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
		`<Default Extension="xml" ContentType="application/xml"/>`
	wordType = "application/vnd.openxmlformats-officedocument.wordprocessingml."
	relsHead = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n" +
		`<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`
	relType = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
	xmlHead = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
)

// book is a small Word document under construction. The parts beside the body
// are given by kind (header, footer, footnotes, endnotes, settings, comments);
// several of one kind are told apart by a number: header2.
type book struct {
	body  string
	parts map[string]string // kind to what stands inside the root element
	raw   map[string]string // whole parts by name, over anything built
}

var partRoots = map[string]string{
	"header": "w:hdr", "footer": "w:ftr", "footnotes": "w:footnotes", "endnotes": "w:endnotes", "settings": "w:settings", "comments": "w:comments",
}

// files returns the parts of the document by name.
func (b book) files() map[string]string {
	types, rels := typesHead, relsHead
	files := map[string]string{
		"_rels/.rels":       relsHead + `<Relationship Id="rId1" Type="` + relType + `officeDocument" Target="word/document.xml"/></Relationships>`,
		"word/document.xml": xmlHead + `<w:document ` + nsAll + `><w:body>` + b.body + `</w:body></w:document>`,
	}
	types += `<Override PartName="/word/document.xml" ContentType="` + wordType + `document.main+xml"/>`
	var names []string
	for name := range b.parts {
		names = append(names, name)
	}
	slices.Sort(names)
	for i, name := range names {
		kind := strings.TrimRight(name, "0123456789")
		// The file names say nothing about what is in them.
		file := fmt.Sprintf("part%d.xml", i+1)
		root := partRoots[kind]
		files["word/"+file] = xmlHead + `<` + root + ` ` + nsAll + `>` + b.parts[name] + `</` + root + `>`
		types += `<Override PartName="/word/` + file + `" ContentType="` + wordType + kind + `+xml"/>`
		rels += `<Relationship Id="rId` + name + `" Type="` + relType + kind + `" Target="` + file + `"/>`
	}
	files["[Content_Types].xml"] = types + `</Types>`
	files["word/_rels/document.xml.rels"] = rels + `</Relationships>`
	for name, data := range b.raw {
		files[name] = data
	}
	return files
}

// bytes returns the document as a file.
func (b book) bytes(t testing.TB) []byte {
	t.Helper()
	files := b.files()
	names := []string{"[Content_Types].xml"}
	for name := range files {
		if name != names[0] {
			names = append(names, name)
		}
	}
	slices.Sort(names[1:])
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	for _, name := range names {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, files[name]); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// body is a document of which only the body matters.
func body(parts ...string) book {
	blocks := strings.Join(parts, "")
	if strings.HasSuffix(blocks, "</w:tbl>") {
		blocks += p() // no body ends in a table
	}
	return book{body: blocks + sect}
}

const sect = `<w:sectPr><w:pgSz w:w="11906" w:h="16838"/></w:sectPr>`

// p is a paragraph of one run for each text.
func p(texts ...string) string {
	var s strings.Builder
	s.WriteString(`<w:p>`)
	for _, text := range texts {
		s.WriteString(r(text))
	}
	return s.String() + `</w:p>`
}

// r is a run of text.
func r(text string) string {
	return `<w:r><w:t xml:space="preserve">` + string(ooxml.Escape(nil, text)) + `</w:t></w:r>`
}

// pp is a paragraph with properties.
func pp(props, text string) string {
	return `<w:p><w:pPr>` + props + `</w:pPr>` + r(text) + `</w:p>`
}

// tbl is a table of rows, tr a row of cells, tc a cell of blocks.
func tbl(rows ...string) string {
	return `<w:tbl><w:tblPr/><w:tblGrid><w:gridCol w:w="2000"/><w:gridCol w:w="2000"/></w:tblGrid>` + strings.Join(rows, "") + `</w:tbl>`
}

func tr(cells ...string) string {
	var s strings.Builder
	for _, c := range cells {
		if !strings.HasPrefix(c, "<w:tc>") && !strings.HasPrefix(c, "<w:sdt>") {
			c = tc("", p(c))
		}
		s.WriteString(c)
	}
	return `<w:tr>` + s.String() + `</w:tr>`
}

func tc(props, blocks string) string {
	if props != "" {
		props = `<w:tcPr>` + props + `</w:tcPr>`
	}
	return `<w:tc>` + props + blocks + `</w:tc>`
}

// compile compiles a document that must be free of faults.
func compile(t testing.TB, data []byte) *Template {
	t.Helper()
	tpl, faults := Compile(data, ooxml.DefaultLimits())
	for _, f := range faults {
		t.Errorf("%s %s: %s", f.Place, f.Source, f.Message)
	}
	if len(faults) > 0 {
		t.FailNow()
	}
	return tpl
}

// render compiles and renders a document and checks what comes out.
func render(t testing.TB, b book, data rec) map[string]string {
	t.Helper()
	out, err := compile(t, b.bytes(t)).Render(data, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return unpack(t, out)
}

// unpack returns the parts of a document, which must be one that Word opens.
func unpack(t testing.TB, doc []byte) map[string]string {
	t.Helper()
	files, err := open(doc)
	if err != nil {
		t.Fatal(err)
	}
	for _, fault := range inspect(files) {
		t.Error(fault)
	}
	return files
}

func open(doc []byte) (map[string]string, error) {
	z, err := zip.NewReader(bytes.NewReader(doc), int64(len(doc)))
	if err != nil {
		return nil, err
	}
	files := map[string]string{}
	for _, f := range z.File {
		rc, err := f.Open()
		if err != nil {
			return nil, err
		}
		data, err := io.ReadAll(rc)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
		}
		files[f.Name] = string(data)
	}
	return files, nil
}

// inner is what stands in the body, without the section.
func inner(t testing.TB, files map[string]string) string {
	t.Helper()
	_, s, ok := strings.Cut(files["word/document.xml"], "<w:body>")
	s, _, ok2 := strings.Cut(s, "</w:body>")
	if !ok || !ok2 {
		t.Fatal("no body in " + files["word/document.xml"])
	}
	return strings.Replace(s, sect, "", 1)
}

var tagPattern = regexp.MustCompile(`<[^>]*>`)

// said is the text of markup as people read it: a line a paragraph or row,
// cells apart by |, a vertical merge as ^, a page break as ===.
func said(markup string) string {
	var out strings.Builder
	at := 0
	depth := 0
	newline := func() {
		if s := out.String(); s != "" && !strings.HasSuffix(s, "\n") {
			out.WriteByte('\n')
		}
	}
	for _, m := range tagPattern.FindAllStringIndex(markup, -1) {
		out.WriteString(string(ooxml.Unescape(nil, []byte(markup[at:m[0]]))))
		at = m[1]
		name := strings.Trim(strings.Fields(markup[m[0]:m[1]])[0], "<>")
		name = strings.TrimSuffix(name, "/")
		switch name {
		case "w:tc":
			depth++
		case "/w:tc":
			depth--
			out.WriteByte('|')
		case "w:vMerge":
			if strings.Contains(markup[m[0]:m[1]], "restart") {
				out.WriteString("v")
			} else {
				out.WriteString("^")
			}
		case "w:br":
			if strings.Contains(markup[m[0]:m[1]], "page") {
				out.WriteString("===")
			} else {
				out.WriteString("↵")
			}
		case "w:tab":
			out.WriteString("→")
		case "/w:p":
			if depth == 0 {
				out.WriteByte('\n')
			} else {
				out.WriteString("¶")
			}
		case "w:p":
			if depth == 0 {
				newline()
			}
			if strings.HasSuffix(markup[m[0]:m[1]], "/>") {
				if depth == 0 {
					out.WriteByte('\n')
				} else {
					out.WriteString("¶")
				}
			}
		case "/w:tr":
			out.WriteByte('\n')
		case "w:tr":
			newline()
		}
	}
	return strings.ReplaceAll(out.String(), "¶|", "|")
}

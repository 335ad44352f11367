package docx

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// To accept what comes out now: go test ./generator/docx -run TestGolden -update
// Read the difference before you commit it.
var update = flag.Bool("update", false, "write what comes out into testdata")

const between = `<w:proofErr w:type="spellStart"/><w:bookmarkStart w:id="7" w:name="书签"/>`

// goldens are documents of which every changed part is compared as text.
var goldens = []struct {
	name  string
	about string
	book  book
	opt   Options
}{
	{"split", "A tag in many pieces: the value stands in the run of the first brace, and all that stood between follows it, balanced.", body(
		`<w:p><w:pPr><w:jc w:val="center"/></w:pPr><w:r><w:rPr><w:b/></w:rPr><w:t>单位{</w:t></w:r>` + between +
			`<w:r><w:rPr><w:i/></w:rPr><w:t>{单位</w:t><w:lastRenderedPageBreak/></w:r>` +
			`<w:ins w:id="9" w:author="甲"><w:r><w:t>名</w:t></w:r></w:ins><w:commentRangeStart w:id="3"/><w:del w:id="8" w:author="甲"><w:r><w:delText>删</w:delText></w:r></w:del>` +
			`<w:hyperlink w:anchor="书签"><w:r><w:t>称}</w:t></w:r></w:hyperlink><w:commentRangeEnd w:id="3"/>` +
			`<w:r><w:t>}&lt;后&gt; </w:t></w:r><w:r><w:commentReference w:id="3"/></w:r><w:bookmarkEnd w:id="7"/></w:p>`), Options{}},
	{"lines", "A value of several paragraphs in a paragraph that ends a section and inside a link: the section ends with the last one.", body(
		`<w:p w14:paraId="0A" w14:textId="0B"><w:pPr><w:ind w:firstLineChars="200"/><w:sectPr><w:pgSz w:w="11906" w:h="16838"/></w:sectPr></w:pPr>`+
			`<w:r><w:t>前</w:t></w:r><w:hyperlink w:anchor="x"><w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve">{{全文|段落}} 中</w:t></w:r></w:hyperlink><w:r><w:t>后</w:t></w:r></w:p>`,
		p("尾")), Options{}},
	{"ids", "What a list repeats brings no id twice.", body(
		p("{{#每个 一二}}"),
		`<w:p w14:paraId="0C" w14:textId="77777777"><w:bookmarkStart w:id="0" w:name="名"/><w:commentRangeStart w:id="1"/>`+r("{{一二.三级}}")+`<w:commentRangeEnd w:id="1"/><w:r><w:commentReference w:id="1"/></w:r><w:bookmarkEnd w:id="0"/>`+
			`<w:r>`+textBox(p("框{{一二.三级}}"), p("框{{一二.三级}}"))+`</w:r>`+
			`<w:sdt><w:sdtPr><w:id w:val="55"/><w:dataBinding w:xpath="/a" w:storeItemID="{0}"/><w:showingPlcHdr/></w:sdtPr><w:sdtContent>`+r("控{{一二.得分}}")+`</w:sdtContent></w:sdt></w:p>`,
		`<w:p><w:bookmarkStart w:id="5" w:name="跨"/>`+r("末")+`</w:p>`,
		p("{{/每个}}"),
		`<w:p>`+r("外")+`<w:bookmarkEnd w:id="5"/></w:p>`), Options{}},
	{"notes", "Every copy of a reference has a note of its own, printed with its item.", book{
		body: p("{{#每个 一二}}") + `<w:p>` + r("{{一二.三级}}") + `<w:r><w:footnoteReference w:id="2"/></w:r></w:p>` + p("{{/每个}}") +
			`<w:p>` + r("定") + `<w:r><w:footnoteReference w:id="3"/></w:r></w:p>` + sect,
		parts: map[string]string{"footnotes": `<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>` +
			footnote(2, `<w:p w14:paraId="0D"><w:r><w:footnoteRef/></w:r>`+r("得{{一二.得分}}分，{{单位名称}}")+`</w:p>`) + footnote(3, p("{{单位名称}}"))},
	}, Options{}},
	{"controls", "Content controls around blocks and rows go with what is inside; those with data of their own no longer overwrite it.", body(
		`<w:sdt><w:sdtPr><w:id w:val="1"/></w:sdtPr><w:sdtContent>`+p("{{#如果 否}}")+p("甲")+p("{{/如果}}")+`</w:sdtContent></w:sdt>`,
		`<w:sdt><w:sdtPr><w:id w:val="2"/><w:dataBinding w:xpath="/a" w:storeItemID="{0}"/></w:sdtPr><w:sdtContent>`+p("{{单位名称}}")+`</w:sdtContent></w:sdt>`,
		`<w:sdt><w:sdtPr><w:id w:val="3"/><w:dataBinding w:xpath="/b" w:storeItemID="{0}"/></w:sdtPr><w:sdtContent>`+p("无标签")+`</w:sdtContent></w:sdt>`,
		tbl(tr("头"), `<w:sdt><w:sdtPr><w:id w:val="4"/></w:sdtPr><w:sdtContent>`+tr("{{一二.三级}}", `<w:sdt><w:sdtPr><w:id w:val="5"/></w:sdtPr><w:sdtContent>`+tc("", p("{{一二.得分}}"))+`</w:sdtContent></w:sdt>`)+`</w:sdtContent></w:sdt>`,
			`<w:sdt><w:sdtPr><w:id w:val="6"/></w:sdtPr><w:sdtContent>`+tr("{{无.三级}}")+`</w:sdtContent></w:sdt>`)), Options{}},
	{"merge", "Equal neighbours become one cell; a spanned column, a cell with properties and one without.", body(
		tbl(tr("头", "头"), tr(tc(`<w:tcW w:w="100" w:type="dxa"/><w:gridSpan w:val="2"/><w:vMerge w:val="restart"/><w:vAlign w:val="center"/>`,
			`<w:p><w:pPr><w:jc w:val="center"/></w:pPr>`+r("{{指标.一级}}{{合并}}")+`</w:p>`), "{{指标.二级}}{{合并}}", "{{指标.三级}}"))), Options{}},
	{"everywhere", "Headers, footers, notes and text boxes are filled as the body is.", book{
		body: p("{{单位名称}}") + `<w:p><w:r>` + textBox(p("框{{单位名称}}"), p("框{{单位名称}}")) + `</w:r></w:p>` +
			`<w:sectPr><w:headerReference w:type="default" r:id="rIdheader"/><w:footerReference w:type="default" r:id="rIdfooter"/></w:sectPr>`,
		parts: map[string]string{"header": p("眉{{单位名称}}"), "footer": p("脚{{#如果 是}}{{单位名称}}{{/如果}}"), "footnotes": footnote(1, p("注{{单位名称}}")), "endnotes": "", "settings": ""},
	}, Options{}},
	{"prefix", "A part of Strict Open XML with prefixes of its own.", book{raw: map[string]string{"word/document.xml": strictDocument}}, Options{Stamp: "草稿"}},
	{"stamp-without-header", "A document without headers gets one.", body(p("{{单位名称}}")), Options{Stamp: "未通过审核（8处错误）"}},
	{"stamp-without-section", "A document without a section gets one.", book{body: p("正文")}, Options{Stamp: "未通过审核（8处错误）"}},
	{"stamp-headers", "Every header is headed; first and even pages get a header where they lack one.", book{
		body: `<w:p><w:pPr><w:sectPr><w:headerReference w:type="default" r:id="rIdheader"/><w:titlePg/></w:sectPr></w:pPr>` + r("一") + `</w:p>` +
			`<w:p><w:pPr><w:sectPr/></w:pPr>` + r("二") + `</w:p>` +
			p("三") + `<w:sectPr><w:headerReference w:type="even" r:id="rIdheader2"/><w:headerReference w:type="first" r:id="rIdheader3"/></w:sectPr>`,
		parts: map[string]string{"header": p("甲"), "header2": tbl(tr("乙")) + p(), "header3": p("丙"), "settings": `<w:evenAndOddHeaders/>`},
	}, Options{Stamp: "未通过审核（8处错误）"}},
}

const strictDocument = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n" +
	`<x:document xmlns:x="http://purl.oclc.org/ooxml/wordprocessingml/main"><x:body>` +
	`<x:p><x:r><x:t>{{多行}}</x:t></x:r></x:p>` +
	`<x:tbl><x:tblPr/><x:tblGrid/><x:tr><x:tc><x:p><x:r><x:t>{{一二.一级}}{{合并}}</x:t></x:r></x:p></x:tc></x:tr></x:tbl>` +
	`<x:p/><x:sectPr/></x:body></x:document>`

func goldenData() rec {
	data := rec{"一二": indicators[:2]}
	for name, v := range unitData {
		data[name] = v
	}
	return data
}

func TestGolden(t *testing.T) {
	t.Parallel()
	if *update && os.Getenv("CI") != "" {
		t.Fatal("-update is refused where CI is set: what is accepted must be read first")
	}
	known := map[string]bool{}
	for _, tt := range goldens {
		known[tt.name+".txtar"] = true
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			doc, err := compile(t, tt.book.bytes(t)).Render(goldenData(), tt.opt)
			if err != nil {
				t.Fatal(err)
			}
			got := archive(tt.about, tt.book.files(), unpack(t, doc))
			file := filepath.Join("testdata", tt.name+".txtar")
			if *update {
				if err := os.WriteFile(file, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatalf("%v\n%s", err, got)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("differs from %s; got\n%s", file, got)
			}
		})
	}
	files, err := os.ReadDir("testdata")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if strings.HasSuffix(f.Name(), ".txtar") && !known[f.Name()] {
			t.Errorf("testdata/%s belongs to no test", f.Name())
		}
	}
}

// archive holds the names of all parts, and what is in those that differ from the template, as txtar.
func archive(about string, template, doc map[string]string) []byte {
	var names []string
	for name := range doc {
		names = append(names, name)
	}
	slices.Sort(names)
	a := about + "\n\nparts:\n" + strings.Join(names, "\n") + "\n"
	for _, name := range names {
		if doc[name] != template[name] {
			a += "-- " + name + " --\n" + indented(doc[name])
		}
	}
	return []byte(a)
}

var tokenPattern = regexp.MustCompile(`<[^>]*>|[^<]+`)

// indented is markup with an element a line; texts stay on the line of their w:t.
func indented(markup string) string {
	var out strings.Builder
	depth := 0
	inText := false
	for _, token := range tokenPattern.FindAllString(markup, -1) {
		name, _, _ := strings.Cut(strings.Trim(token, "</>"), " ")
		tag := token[0] == '<'
		text := tag && strings.HasSuffix(name, ":t") && !strings.HasSuffix(token, "/>")
		closes := strings.HasPrefix(token, "</")
		if closes {
			depth--
		}
		if !inText {
			if strings.TrimSpace(token) == "" {
				continue
			}
			out.WriteString(strings.Repeat(" ", depth))
		}
		out.WriteString(token)
		inText = text && !closes || inText && !closes
		if !inText {
			out.WriteByte('\n')
		}
		if tag && !closes && token[1] != '?' && !strings.HasSuffix(token, "/>") {
			depth++
		}
	}
	return out.String()
}

package docx

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"testing"

	"jixiao/generator/ooxml"
)

// TestSplitEverywhere holds that a tag prints the same wherever Word cuts it,
// and whatever Word puts between the pieces.
func TestSplitEverywhere(t *testing.T) {
	t.Parallel()
	separators := map[string]string{
		"nothing":    ``,
		"spelling":   `<w:proofErr w:type="spellStart"/>`,
		"bookmark":   `<w:bookmarkStart w:id="3" w:name="b"/><w:bookmarkEnd w:id="3"/>`,
		"deletion":   `<w:del w:id="4" w:author="a"><w:r><w:delText>{{删}}</w:delText></w:r></w:del>`,
		"field code": `<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>{{x</w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>`,
		"page":       `<w:r><w:lastRenderedPageBreak/></w:r>`,
	}
	text := []rune("前{{单位名称}}中{{#每个 指标}}{{指标.三级|默认:无}}，{{/每个}}后")
	want := "前渌口区信访局中甲，乙，丙，丁，后\n"
	for name, between := range separators {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for i := range text {
				for _, runs := range []string{
					r(string(text[:i])) + between + r(string(text[i:])),
					`<w:ins w:id="9" w:author="a">` + r(string(text[:i])) + `</w:ins>` + between + r(string(text[i:])),
					r(string(text[:i])) + between + `<w:hyperlink w:anchor="b">` + r(string(text[i:])) + `</w:hyperlink>`,
				} {
					got := inner(t, render(t, body(`<w:p>`+runs+`</w:p>`), unitData))
					got = strings.ReplaceAll(got, "{{删}}", "")
					got = strings.ReplaceAll(got, "<w:instrText>{{x</w:instrText>", "")
					if said(got) != want {
						t.Fatalf("cut before %q: %s", text[i:], got)
					}
				}
			}
		})
	}
}

// TestItems holds that what a list of n items gives is what n lists of one item give, one after the other.
func TestItems(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, template string }{
		{"row", tbl(tr("头"), tr("{{指标.一级}}", "{{指标.三级}}{{#如果 指标.得分 > 5}}优{{/如果}}"))},
		{"paragraphs", p("{{#每个 指标}}") + p("{{指标.三级}}") + tbl(tr("{{指标.得分}}")) + p("尾") + p("{{/每个}}") + p("止")},
		{"inline", p("{{#每个 指标}}{{指标.三级}}、{{/每个}}")},
		{"band", tbl(tr("头"), tr("{{#每个 指标}}{{指标.一级}}"), tr("{{指标.三级}}{{/每个}}"))},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tpl := compile(t, body(tt.template).bytes(t))
			text := func(items []rec) string {
				doc, err := tpl.Render(rec{"指标": items}, Options{})
				if err != nil {
					t.Fatal(err)
				}
				return inner(t, unpack(t, doc))
			}
			none, all := text(nil), text(indicators)
			// The items stand somewhere in what an empty list leaves.
			for k := range len(none) + 1 {
				head, tail := none[:k], none[k:]
				joined := head
				for i := range indicators {
					if one, ok := strings.CutPrefix(text(indicators[i:i+1]), head); ok {
						one, _ = strings.CutSuffix(one, tail)
						joined += one
					}
				}
				if joined+tail == all {
					return
				}
			}
			t.Errorf("together\n%s\nnone\n%s", all, none)
		})
	}
}

// TestSameBytes holds that a template gives the same bytes every time, also
// when several documents are made at once.
func TestSameBytes(t *testing.T) {
	t.Parallel()
	for _, g := range goldens {
		t.Run(g.name, func(t *testing.T) {
			t.Parallel()
			file := g.book.bytes(t)
			tpl := compile(t, file)
			want, err := tpl.Render(goldenData(), g.opt)
			if err != nil {
				t.Fatal(err)
			}
			var wait sync.WaitGroup
			for i := range 8 {
				wait.Go(func() {
					mine := tpl
					if i == 0 {
						mine, _ = Compile(file, ooxml.DefaultLimits())
					}
					for range 10 {
						if i%2 == 1 { // other documents in between
							if _, err := mine.Render(rec{"单位名称": fmt.Sprint(i)}, Options{}); err != nil {
								t.Error(err)
							}
						}
						got, err := mine.Render(goldenData(), g.opt)
						if err != nil || !bytes.Equal(got, want) {
							t.Errorf("goroutine %d: other bytes (%v)", i, err)
							return
						}
					}
				})
			}
			wait.Wait()
		})
	}
}

// TestUntouched holds that a template without tags comes out as it went in, part by part.
func TestUntouched(t *testing.T) {
	t.Parallel()
	b := book{body: p("正文") + tbl(tr("甲", "乙")) + p("尾") + sect, parts: map[string]string{"header": p("眉"), "footnotes": footnote(1, p("注")), "settings": ""}}
	files := render(t, b, unitData)
	for name, want := range b.files() {
		if files[name] != want {
			t.Errorf("%s: got %s, want %s", name, files[name], want)
		}
	}
	if len(files) != len(b.files()) {
		t.Errorf("%d parts, want %d", len(files), len(b.files()))
	}
}

// TestDiscovery holds that parts are found by relationships, wherever they lie.
func TestDiscovery(t *testing.T) {
	t.Parallel()
	b := book{raw: map[string]string{
		"_rels/.rels":            relsHead + `<Relationship Id="a" Type="` + relType + `officeDocument" Target="/文档/main.xml"/></Relationships>`,
		"文档/main.xml":            xmlHead + `<w:document ` + nsAll + `><w:body>` + p("{{单位名称}}") + `<w:sectPr><w:headerReference w:type="default" r:id="b"/></w:sectPr></w:body></w:document>`,
		"文档/_rels/main.xml.rels": relsHead + `<Relationship Id="b" Type="` + relType + `header" Target="../h/k.xml"/></Relationships>`,
		"h/k.xml":                xmlHead + `<w:hdr ` + nsAll + `>` + p("{{单位名称}}") + `</w:hdr>`,
		"word/document.xml":      xmlHead + `<w:document ` + nsAll + `><w:body>` + p("{{不读}}") + `</w:body></w:document>`,
		"[Content_Types].xml": typesHead + `<Override PartName="/文档/main.xml" ContentType="` + wordType + `document.main+xml"/>` +
			`<Override PartName="/h/k.xml" ContentType="` + wordType + `header+xml"/></Types>`,
	}}
	doc, err := compile(t, b.bytes(t)).Render(unitData, Options{Stamp: "草稿"})
	if err != nil {
		t.Fatal(err)
	}
	files, err := open(doc)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"文档/main.xml": "渌口区信访局\n", "h/k.xml": "草稿\n渌口区信访局\n", "word/document.xml": "{{不读}}\n"} {
		if got := strings.TrimLeft(said(files[name]), "\n"); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

// TestUses holds that every tag is known with its place and the lists around it.
func TestUses(t *testing.T) {
	t.Parallel()
	tpl := compile(t, book{
		body: p("{{单位名称}}{{! 注}}") + p("{{#每个 项目}}") + p("{{#如果 项目.名称 = \"甲\"}}{{序号}}{{/如果}}") +
			tbl(tr("{{项目.指标.三级}}{{合并}}", `{{#如果 项目.指标.得分 > 5}}`), tr("{{/如果}}")) +
			`<w:p><w:r>` + textBox(p("{{框}}"), p("{{框}}")) + `</w:r><w:r><w:footnoteReference w:id="2"/></w:r></w:p>` + p("{{分页}}") + p("{{/每个}}") + sect,
		parts: map[string]string{"footer": p("{{页脚}}"), "footnotes": footnote(1, p("x")) + footnote(2, p("{{注}}"))},
	}.bytes(t))
	want := []string{
		"正文 第1段 {{单位名称}} []",
		"正文 第2段 {{#每个 项目}} []",
		"正文 第3段 {{#如果 项目.名称 = \"甲\"}} [[项目]]",
		"正文 第3段 {{序号}} [[项目]]",
		"正文 第1个表 第1行 第2列 {{#如果 项目.指标.得分 > 5}} [[项目]]",
		"正文 第1个表 第1行 第1列 {{项目.指标.三级}} [[项目] [项目 指标]]",
		"正文 第1个表 第1行 第1列 {{合并}} [[项目] [项目 指标]]",
		"正文 第4段 文本框 {{框}} [[项目]]",
		"正文 第5段 {{分页}} [[项目]]",
		"页脚 {{页脚}} []",
		"第2条脚注 {{注}} [[项目]]",
	}
	var got []string
	for _, u := range tpl.Uses() {
		got = append(got, fmt.Sprintf("%s %s %v", u.Place, u.Tag.Source, u.Lists))
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
}

// TestFaultyTemplate holds that a template with faults is not rendered.
func TestFaultyTemplate(t *testing.T) {
	t.Parallel()
	for name, file := range map[string][]byte{"no zip": []byte("x"), "a fault": body(p("{{图:章}}")).bytes(t)} {
		tpl, faults := Compile(file, ooxml.DefaultLimits())
		if len(faults) != 1 || tpl == nil {
			t.Fatalf("%s: %d faults", name, len(faults))
		}
		if doc, err := tpl.Render(rec{}, Options{}); doc != nil || err == nil || err.Error() != "模板有 1 处错误，改好之后才能生成文档" {
			t.Errorf("%s: got %d bytes, %v", name, len(doc), err)
		}
	}
}

// TestLimit holds that lists in lists cannot fill the memory.
func TestLimit(t *testing.T) {
	t.Parallel()
	var s strings.Builder
	for range 12 {
		s.WriteString("{{#每个 指标}}")
	}
	s.WriteString("很长的文字")
	for range 12 {
		s.WriteString("{{/每个}}")
	}
	l := ooxml.DefaultLimits()
	l.Part = 1 << 20
	tpl, faults := Compile(body(p(s.String())).bytes(t), l)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	if _, err := tpl.Render(rec{"指标": indicators}, Options{}); err == nil || err.Error() != "生成的文档超过 1 MB：请检查模板里重复的部分是否套了太多层" {
		t.Error(err)
	}
}

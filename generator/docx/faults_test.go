package docx

import (
	"fmt"
	"testing"

	"jixiao/generator/ooxml"
	"jixiao/generator/tag"
)

func TestFaults(t *testing.T) {
	t.Parallel()
	nested := tbl(tr(tc("", p("外")+tbl(tr("甲", "{{#每个 指标}}"))+p(""))))
	box := func(inside string) string { return p("框") + `<w:p><w:r>` + textBox(inside, inside) + `</w:r></w:p>` }
	for _, tt := range []struct {
		name string
		book book
		want []tag.Fault
	}{
		{"several at once", body(p("好{{单位名称}}"), p("{{1 +}}"), tbl(tr("a", "b"), tr("c", "{{金额|没有}}"))), nil},
		{"no end", body(p("甲"), p("{{#每个 指标}}")), nil},
		{"no start", body(p("甲"), p("{{/如果}}")), nil},
		{"not closed", body(p("甲{{单位名称")), nil},
		{"not opened", body(p("甲单位名称}}")), nil},
		{"paragraph and cell", body(p("{{#每个 指标}}"), tbl(tr("甲", "{{/每个}}")), p("")), nil},
		{"two tables", body(tbl(tr("{{#每个 指标}}")), p(""), tbl(tr("{{/每个}}")), p("")), nil},
		{"two cells of two tables in a row", body(tbl(tr(tc("", tbl(tr("{{#如果 是}}"))+p("")), "{{/如果}}")), p("")), nil},
		{"nested table", body(p(""), nested, p("")), nil},
		{"two lists", body(tbl(tr("{{指标.甲}}", "{{项目.乙}}"))), nil},
		{"merge outside", body(p("{{合并}}"), tbl(tr("甲{{合并}}"))), nil},
		{"merge in a band", body(tbl(tr("{{#每个 指标}}"), tr("{{指标.一级}}{{合并}}", "{{指标.三级}}"), tr("x", "y"), tr("{{/每个}}"))), nil},
		{"page break outside", body(p("{{分页}}")), nil},
		{"page break in a table", body(p("{{#每个 指标}}"), tbl(tr("{{分页}}")), p("{{/每个}}")), nil},
		{"picture", body(p("{{图:公章}}")), nil},
		{"crossed", body(p("{{#每个 指标}}"), p("x"), p("{{/每个}}文字{{#如果 是}}"), p("y"), p("{{/如果}}")), nil},
		{"crossed in a row", body(tbl(tr("{{#每个 指标}}"), tr("x{{/每个}}", "y{{#如果 是}}"), tr("{{/如果}}"))), nil},
		{"field cut", body(`<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r>` + r("{{#如果 是}}") + `<w:r><w:fldChar w:fldCharType="end"/></w:r>` + r("{{/如果}}") + `</w:p>`), nil},
		{"formula", body(`<w:p><m:oMath><m:r><m:t>{{x}}</m:t></m:r></m:oMath></w:p>`), nil},
		{"text box, once", body(box(p("{{#每个 指标}}"))), nil},
		{"text box and its anchor", body(`<w:p>` + r("{{#每个 指标}}") + `<w:r>` + textBox(p("{{/每个}}"), p("")) + `</w:r></w:p>`), nil},
		{"header", book{body: p("正") + sect, parts: map[string]string{"header": p("{{") + p("}}"), "footer": p("{{x|没有}}"), "header2": p("{{1 +}}"),
			"footnotes": footnote(0, p("{{1 +}}")), "endnotes": footnote(1, p("x"))}}, nil},
		{"two footnotes", book{body: p("正") + sect, parts: map[string]string{"footnotes": footnote(1, p("x")) + footnote(2, p("{{1 +}}"))}}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, got := Compile(tt.book.bytes(t), ooxml.DefaultLimits())
			if fmt.Sprint(got) != fmt.Sprint(tt.want) {
				s := ""
				for _, f := range got {
					s += fmt.Sprintf("\t{%q, %q, %q},\n", f.Place, f.Source, f.Message)
				}
				t.Errorf("got\n%s", s)
			}
		})
	}
}

// footnote is a note of a w:footnotes part.
func footnote(id int, blocks string) string {
	return fmt.Sprintf(`<w:footnote w:id="%d">%s</w:footnote>`, id, blocks)
}

// textBox is a text box as Word writes it, once for itself and once for older programs.
func textBox(choice, fallback string) string {
	return `<mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:inline><wp:extent cx="1000000" cy="500000"/><wp:docPr id="1" name="文本框 1"/>` +
		`<a:graphic><a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp><wps:cNvSpPr txBox="1"/><wps:spPr/>` +
		`<wps:txbx><w:txbxContent>` + choice + `</w:txbxContent></wps:txbx><wps:bodyPr/></wps:wsp></a:graphicData></a:graphic></wp:inline></w:drawing></mc:Choice>` +
		`<mc:Fallback><w:pict><v:shape id="_x0000_s1026" o:spid="_x0000_s1026" style="width:100pt;height:50pt"><v:textbox><w:txbxContent>` + fallback + `</w:txbxContent></v:textbox></v:shape></w:pict></mc:Fallback></mc:AlternateContent>`
}

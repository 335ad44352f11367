package docx

import (
	"fmt"
	"slices"
	"testing"

	"jixiao/generator/ooxml"
)

func TestFaults(t *testing.T) {
	t.Parallel()
	nested := tbl(tr(tc("", p("外")+tbl(tr("甲", "{{#每个 指标}}"))+p(""))))
	box := func(inside string) string { return p("框") + `<w:p><w:r>` + textBox(inside, inside) + `</w:r></w:p>` }
	for _, tt := range []struct {
		name string
		book book
		want [][3]string // place, tag, message
	}{
		{"several at once", body(p("好{{单位名称}}"), p("{{1 +}}"), tbl(tr("a", "b"), tr("c", "{{图:公章}}"))), [][3]string{
			{"正文 第2段", "{{1 +}}", "第5个字符：公式没有写完：“+”后面缺少内容"},
			{"正文 第1个表 第2行 第2列", "{{图:公章}}", "暂不支持由数据放入图片：请把图片直接插进模板"},
		}},
		{"no end", body(p("甲"), p("{{#每个 指标}}")), [][3]string{
			{"正文 第2段", "{{#每个 指标}}", "没有配对：后面缺少“{{/每个}}”"},
		}},
		{"no start", body(p("甲"), p("{{/如果}}")), [][3]string{
			{"正文 第2段", "{{/如果}}", "没有配对：前面缺少“{{#如果 …}}”"},
		}},
		{"not closed", body(p("甲{{单位名称")), [][3]string{
			{"正文 第1段", "{{单位名称", "没有写完：“{{”后面缺少“}}”"},
		}},
		{"not opened", body(p("甲单位名称}}")), [][3]string{
			{"正文 第1段", "}}", "多了“}}”：前面没有“{{”"},
		}},
		{"paragraph and cell", body(p("{{#每个 指标}}"), tbl(tr("甲", "{{/每个}}")), p("")), [][3]string{
			{"正文 第1段", "{{#每个 指标}}", "它与 {{/每个}}（正文 第1个表 第1行 第2列）不在同一处：两端要在同一段、同一单元格的几段、同一行的单元格或同一表格的几行里"},
		}},
		{"two tables", body(tbl(tr("{{#每个 指标}}")), p(""), tbl(tr("{{/每个}}")), p("")), [][3]string{
			{"正文 第1个表 第1行 第1列", "{{#每个 指标}}", "它与 {{/每个}}（正文 第2个表 第1行 第1列）不在同一处：两端要在同一段、同一单元格的几段、同一行的单元格或同一表格的几行里"},
		}},
		{"two cells of two tables in a row", body(tbl(tr(tc("", tbl(tr("{{#如果 是}}"))+p("")), "{{/如果}}")), p("")), [][3]string{
			{"正文 第1个表 第1行 第1列 内嵌第1个表 第1行 第1列", "{{#如果 是}}", "它与 {{/如果}}（正文 第1个表 第1行 第2列）不在同一处：两端要在同一段、同一单元格的几段、同一行的单元格或同一表格的几行里"},
		}},
		{"nested table", body(p(""), nested, p("")), [][3]string{
			{"正文 第1个表 第1行 第1列 内嵌第1个表 第1行 第2列", "{{#每个 指标}}", "没有配对：后面缺少“{{/每个}}”"},
		}},
		{"two lists", body(tbl(tr("{{指标.甲}}", "{{项目.乙}}"))), [][3]string{
			{"正文 第1个表 第1行 第2列", "{{项目.乙}}", "同一行里出现了两个列表：指标（{{指标.甲}}）和 项目；一行只能随一个列表重复，请分成两行，或用 {{#每个 项目}} … {{/每个}} 把其中一个包在单元格里"},
		}},
		{"merge outside", body(p("{{合并}}"), tbl(tr("甲{{合并}}"))), [][3]string{
			{"正文 第1段", "{{合并}}", "{{合并}} 要写在表格里随列表重复的行的单元格里，与要比较的内容放在一起"},
			{"正文 第1个表 第1行 第1列", "{{合并}}", "{{合并}} 要写在表格里随列表重复的行的单元格里，与要比较的内容放在一起"},
		}},
		{"merge in a band", body(tbl(tr("{{#每个 指标}}"), tr("{{指标.一级}}{{合并}}", "{{指标.三级}}"), tr("x", "y"), tr("{{/每个}}"))), [][3]string{
			{"正文 第1个表 第2行 第1列", "{{合并}}", "一项占几行时，{{合并}} 所在的单元格要先在模板里向下合并到这一项的最后一行"},
		}},
		{"page break outside", body(p("{{分页}}")), [][3]string{
			{"正文 第1段", "{{分页}}", "{{分页}} 要写在 {{#每个 …}} 与 {{/每个}} 之间：它在两项之间分页"},
		}},
		{"page break in a table", body(p("{{#每个 指标}}"), tbl(tr("{{分页}}")), p("{{/每个}}")), [][3]string{
			{"正文 第1个表 第1行 第1列", "{{分页}}", "{{分页}} 不能写在表格、文本框、页眉页脚和脚注里：请移到正文单独一段"},
		}},
		{"picture", body(p("{{图:公章}}")), [][3]string{
			{"正文 第1段", "{{图:公章}}", "暂不支持由数据放入图片：请把图片直接插进模板"},
		}},
		{"two headers", book{body: `<w:p><w:pPr><w:sectPr><w:headerReference w:type="first" r:id="rIdheader2"/></w:sectPr></w:pPr></w:p>` +
			`<w:sectPr><w:headerReference w:type="default" r:id="rIdheader"/><w:footerReference w:type="even" r:id="rIdfooter"/></w:sectPr>`,
			parts: map[string]string{"header": p("{{图:章}}"), "header2": p("{{图:章}}"), "footer": tbl(tr("a", "{{图:章}}")) + p("")}}, [][3]string{
			{"第2节页眉", "{{图:章}}", "暂不支持由数据放入图片：请把图片直接插进模板"},
			{"首页页眉", "{{图:章}}", "暂不支持由数据放入图片：请把图片直接插进模板"},
			{"第2节偶数页页脚 第1个表 第1行 第2列", "{{图:章}}", "暂不支持由数据放入图片：请把图片直接插进模板"},
		}},
		{"not a document", book{raw: map[string]string{"word/document.xml": "<x/>"}}, [][3]string{
			{"正文", "", "这一部分不是 Word 文字：请用 Word 或 WPS 另存为 .docx 后再试"},
		}},
		{"crossed in a row", body(tbl(tr("{{#每个 指标}}"), tr("x{{/每个}}", "y{{#如果 是}}"), tr("{{/如果}}"))), [][3]string{
			{"正文 第1个表 第1行 第1列", "{{#每个 指标}}", "它与相邻的块在同一段（行）里首尾交错：请让 {{#每个 指标}} 与前后的控制标签各占一段（行）"},
		}},
		{"field cut", body(`<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r>` + r("{{#如果 是}}") + `<w:r><w:fldChar w:fldCharType="end"/></w:r>` + r("{{/如果}}") + `</w:p>`), [][3]string{
			{"正文 第1段", "{{#如果 是}}", "这个块把一个域（目录、页码、公式等）切成了两段：请把整个域放进块里，或全部移到块外"},
		}},
		{"field cut by a row", body(tbl(tr(tc("", `<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r>`+r("{{指标.三级}}")+`</w:p>`)), tr(tc("", `<w:p><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>`)))), [][3]string{
			{"正文 第1个表 第1行 第1列", "{{指标.三级}}", "这个块把一个域（目录、页码、公式等）切成了两段：请把整个域放进块里，或全部移到块外"},
		}},
		{"formula", body(`<w:p><m:oMath><m:r><m:t>{{x}}</m:t></m:r></m:oMath></w:p>`), [][3]string{
			{"正文 第1段", "{{x}}", "标签放在了公式、图形或拼音指南的文字里，那里不能填写：请移到普通文字或文本框里"},
		}},
		{"text box, once", body(box(p("{{#每个 指标}}"))), [][3]string{
			{"正文 第2段 文本框", "{{#每个 指标}}", "没有配对：后面缺少“{{/每个}}”"},
		}},
		{"text box and its anchor", body(`<w:p>` + r("{{#每个 指标}}") + `<w:r>` + textBox(p("{{/每个}}"), p("")) + `</w:r></w:p>`), [][3]string{
			{"正文 第1段", "{{#每个 指标}}", "没有配对：后面缺少“{{/每个}}”"},
			{"正文 第1段 文本框", "{{/每个}}", "没有配对：前面缺少“{{#每个 …}}”"},
		}},
		{"header", book{body: p("正") + sect, parts: map[string]string{"header": p("{{") + p("}}"), "footer": p("{{图:公章}}"), "header2": p("{{图:章}}"),
			"footnotes": footnote(0, p("{{图:章}}")), "endnotes": footnote(1, p("x"))}}, [][3]string{
			{"页眉 第1段", "{{", "没有写完：“{{”后面缺少“}}”"},
			{"页眉 第2段", "}}", "多了“}}”：前面没有“{{”"},
			{"页眉", "{{图:章}}", "暂不支持由数据放入图片：请把图片直接插进模板"},
			{"页脚", "{{图:公章}}", "暂不支持由数据放入图片：请把图片直接插进模板"},
			{"脚注", "{{图:章}}", "暂不支持由数据放入图片：请把图片直接插进模板"},
		}},
		{"two footnotes", book{body: p("正") + sect, parts: map[string]string{"footnotes": footnote(1, p("x")) + footnote(2, p("{{图:章}}"))}}, [][3]string{
			{"第2条脚注", "{{图:章}}", "暂不支持由数据放入图片：请把图片直接插进模板"},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, faults := Compile(tt.book.bytes(t), ooxml.DefaultLimits())
			var got [][3]string
			for _, f := range faults {
				got = append(got, [3]string{f.Place, f.Source, f.Message})
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got\n%q", got)
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

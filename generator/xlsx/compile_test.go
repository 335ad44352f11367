package xlsx

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/xuri/excelize/v2"

	"jixiao/generator/ooxml"
	"jixiao/generator/tag"
)

// faultsOf compiles a sheet of inline strings and lists its faults.
func faultsOf(t testing.TB, rows ...[]string) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("<sheetData>")
	for i, row := range rows {
		fmt.Fprintf(&b, `<row r="%d">`, i+1)
		for j, text := range row {
			if text != "" {
				b.WriteString(inline(fmt.Sprintf("%s%d", appendColumn(nil, j+1), i+1), string(ooxml.Escape(nil, text))))
			}
		}
		b.WriteString("</row>")
	}
	b.WriteString("</sheetData>")
	return listFaults(oneSheet(t, noStrings, b.String()))
}

func listFaults(data []byte) string {
	tpl, faults := Compile(data, ooxml.DefaultLimits())
	if (tpl == nil) != (len(faults) > 0) {
		return fmt.Sprintf("template %v with %d faults", tpl, len(faults))
	}
	var lines []string
	for _, f := range faults {
		lines = append(lines, strings.Join(strings.Fields(f.Place+" "+strings.ReplaceAll(f.Source, " ", "\x00")+" "+strings.ReplaceAll(f.Message, " ", "\x00")), " "))
	}
	return strings.ReplaceAll(strings.Join(lines, "\n"), "\x00", " ")
}

// wrong is what the grammar says about a tag.
func wrong(source string) string {
	_, faults := tag.Parse(source)
	return faults[0].Message
}

func TestFaults(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		rows [][]string
		want string
	}{
		{"none", [][]string{{"{{单位.名称}}", "x"}}, ""},
		{"all at once", [][]string{{"{{单位.}}", "ok"}, {"", "{{没完"}, {"", "", "{{a|没有的管道}}"}},
			"表!A1 {{单位.}} " + wrong("{{单位.}}") + "\n表!B2 {{没完 " + wrong("{{没完") + "\n表!C3 {{a|没有的管道}} " + wrong("{{a|没有的管道}}")},
		{"two lists in a row", [][]string{{"{{单位.名称}}", "{{项目.名称}}", "{{名册.x}}"}},
			"表!第1行 {{项目.名称}} 同一行的标签分属两个列表“项目”和“单位”，不知道按哪一个重复：请分成两行，或用 {{#每个 …}} 写明"},
		{"nested lists in a row are one", [][]string{{"{{项目.名称}}", "{{项目.指标.名称}}", "{{年度}}"}}, ""},
		{"no end", [][]string{{"{{#每个 单位}}"}, {"{{单位.名称}}"}}, "表!A1 {{#每个 单位}} 没有配对：后面缺少“{{/每个}}”"},
		{"no beginning", [][]string{{"x"}, {"{{/如果}}"}}, "表!A2 {{/如果}} 没有配对：前面缺少“{{#如果 …}}”"},
		{"block tag in the middle of a row", [][]string{{"x", "{{#每个 单位}}"}, {"{{/每个}}", "y"}},
			"表!B1 {{#每个 单位}} 这个标签管整行，前面不能有内容：请把它放在本行第一个单元格的开头，或单独占一行\n" +
				"表!A2 {{/每个}} 结束标签后面还有内容：请把它放在本行最后一个单元格的末尾，或单独占一行"},
		{"picture", [][]string{{"{{图:公章}}"}}, "表!A1 {{图:公章}} 电子表格的模板里不能用标签放图片：请直接把图片插入工作表"},
	} {
		got := faultsOf(t, c.rows...)
		if got != c.want {
			t.Errorf("%s\ngot\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
}

func TestFaultsOutsideOfCells(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		inside string
		want   string
	}{
		{"data table", `<sheetData><row r="1"><c r="A1"><f t="dataTable" ref="A1:A3" r1="B1"/></c></row></sheetData>`, "表!A1 模拟运算表不能用在模板里，请改用普通公式"},
		{"tag in a formula", `<sheetData><row r="1"><c r="A1"><f>"{{年度}}"&amp;"年"</f></c></row></sheetData>`, "表!A1 公式里的标签不会被填写：请把标签放在单独的单元格里，再用公式引用它"},
		{"rows out of order", `<sheetData><row r="2"/><row r="1"/></sheetData>`, "表 第 1 行的位置不对：行号须从小到大，且不超过 1048576"},
		{"cells out of order", `<sheetData><row r="1"><c r="B1"/><c r="A1"/></row></sheetData>`, "表!A1 单元格的位置不对：它不在第 1 行，或次序颠倒"},
		{"head", `<sheetData/><headerFooter><oddHeader>{{分页}}{{#如果 a}}</oddHeader></headerFooter>`,
			"表!页眉页脚 {{#如果 a}} 没有配对：这里的 {{#每个}} 和 {{#如果}} 必须在同一段文字里结束\n表!页眉页脚 {{分页}} 这个标签只能用在单元格里"},
	} {
		if got := listFaults(oneSheet(t, noStrings, c.inside)); got != c.want {
			t.Errorf("%s\ngot\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
	comment := build(t, "表", [][]any{{"{{年度}}"}})
	must(t, comment.AddComment("表", excelize.Comment{Cell: "A1", Author: "a", Text: "{{年度}}"}))
	if got, want := listFaults(save(t, comment)), "表!comments1.xml 批注里和“表格”的标题行里的标签不会被填写，请把标签放到普通单元格、图表标题或文本框里"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	props := build(t, "表", [][]any{{"{{年度}}"}})
	must(t, props.SetDocProps(&excelize.DocProperties{Title: "{{年度}}"}))
	if got, want := listFaults(save(t, props)), "文档属性 文档属性（标题、作者、备注等）里的标签不会被填写，请删去"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := listFaults([]byte("PK")); got == "" {
		t.Error("no fault for what is no workbook")
	}
	if got, want := listFaults(handmade(t, "[Content_Types].xml", strings.ReplaceAll(typesPart, "spreadsheetml.sheet.main", "wordprocessingml.document.main"), "_rels/.rels", rootRels, "xl/workbook.xml", plainBook)), "不是 Excel 工作簿，请用 Excel 或 WPS 另存为 .xlsx"; !strings.Contains(got, want) {
		t.Errorf("a document: got %s, want %s", got, want)
	}
}

func TestTroubleWhileRendering(t *testing.T) {
	t.Parallel()
	tpl := compile(t, save(t, build(t, "表", [][]any{{"{{单位.名称}}"}, {"{{退回.名称}}"}})))
	_, err := tpl.Render(record{}, Options{})
	want := "表!A1：没有叫“单位”的列表，请检查 {{单位.名称}} 里的名称\n表!A2：没有叫“退回”的列表，请检查 {{退回.名称}} 里的名称"
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestUses(t *testing.T) {
	t.Parallel()
	f := build(t, "表", [][]any{
		{"{{年度}}"},
		{"{{#每个 项目}}"},
		{"{{项目.名称}}", "{{#每个 单位}}{{单位.名称}}{{/每个}}"},
		{"{{项目.指标.名称}}"},
		{"{{/每个}}"},
		{"{{#如果 年度}}", "x", "{{/如果}}"},
	}, "卡", [][]any{{"{{单位.名称}}"}, {"{{单位.得分}}", "{{! 说明}}"}})
	must(t, f.SetHeaderFooter("卡", &excelize.HeaderFooterOptions{OddHeader: "{{单位.编码}}"}))
	data := renameSheet(t, save(t, f), "卡", "{{单位.简称}}")
	var got []string
	for _, u := range compile(t, data).Uses() {
		got = append(got, fmt.Sprint(u.Place, " ", u.Tag.Source, " ", u.Lists))
	}
	want := `表!A1 {{年度}} []
表!A2 {{#每个 项目}} []
表!A3 {{项目.名称}} [[项目]]
表!B3 {{#每个 单位}} [[项目]]
表!B3 {{单位.名称}} [[项目] [单位]]
表!A4 {{项目.指标.名称}} [[项目] [项目 指标]]
表!A6 {{#如果 年度}} []
{{单位.简称}}!A1 {{单位.名称}} [[单位]]
{{单位.简称}}!A2 {{单位.得分}} [[单位]]
{{单位.简称}} {{单位.简称}} [[单位]]
{{单位.简称}}!页眉页脚 {{单位.编码}} [[单位]]`
	if have := strings.Join(got, "\n"); have != want {
		t.Errorf("got\n%s\nwant\n%s", have, want)
	}
}

func TestManyItems(t *testing.T) {
	t.Parallel()
	data, _ := summary(t, 1)
	tpl := compile(t, data)
	for _, n := range []int{0, 1, 2, 1000} {
		_, scope := summary(t, n)
		book, err := ooxml.ReadWorkbook(render(t, tpl, scope), ooxml.DefaultLimits())
		must(t, err)
		last := &book.Sheets[0].Cells[len(book.Sheets[0].Cells)-1]
		if want := max(n, 1) + 3; last.Ref.Row != want {
			t.Errorf("%d items: last row %d, want %d", n, last.Ref.Row, want)
		}
		total := book.Sheets[0].At(ooxml.Ref{Row: max(n, 1) + 3, Col: 3})
		if want := fmt.Sprintf("SUM(C3:C%d)", max(n, 1)+2); total.Formula != want {
			t.Errorf("%d items: total %s, want %s", n, total.Formula, want)
		}
	}
}

func TestSameBytes(t *testing.T) {
	t.Parallel()
	data := anchored(t)
	tpl := compile(t, data)
	want := map[int][32]byte{}
	for n := range 8 {
		want[n] = sha256.Sum256(render(t, tpl, someUnits(n)))
	}
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 16 {
				n := (g + i) % 8
				doc, err := tpl.Render(someUnits(n), Options{})
				if err != nil || sha256.Sum256(doc) != want[n] {
					t.Errorf("goroutine %d: %d items: other bytes, or %v", g, n, err)
				}
			}
		})
	}
	wg.Wait()
	if a, b := render(t, tpl, someUnits(3)), render(t, compile(t, data), someUnits(3)); !bytes.Equal(a, b) {
		t.Error("compiled twice, the template gives other bytes")
	}
}

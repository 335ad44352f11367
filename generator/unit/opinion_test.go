package unit

import (
	"slices"
	"testing"

	"jixiao/generator/ooxml"
)

// sheetOf makes a sheet of rows, which begin in the given row and column A.
func sheetOf(name string, first int, rows ...[]string) ooxml.Sheet {
	s := ooxml.Sheet{Name: name}
	for i, row := range rows {
		for j, text := range row {
			if text != "" {
				s.Cells = append(s.Cells, ooxml.Cell{Ref: ooxml.Ref{Row: first + i, Col: 1 + j}, Kind: ooxml.TextCell, Text: text})
			}
		}
	}
	return s
}

func heads() []string {
	var list []string
	for c := range OpinionColumns {
		list = append(list, c.String())
	}
	return list
}

func TestExplanations(t *testing.T) {
	t.Parallel()
	row := func(position, item, answer string) []string {
		return []string{"1", "提示", "R-1", "名称", position, item, "1", "= 2", "", "请核实", answer, "甲、乙"}
	}
	book := &ooxml.Workbook{Sheets: []ooxml.Sheet{
		sheetOf("意见（已回复）", 7, heads(), // renamed, and a letter put above
			row("表!H6", "第2条 稳定", " 情况属实 "),
			row("表'1 甲!A!C3", "稳定", "已核实，附说明"),
			row("局.xlsx", "", "全部属实"),
			row("表!H7", "", ""), row("表!H7", "", "无"), row("表!H7", "", "／"), row("表!H7", "", "属实。"), row("表!H7", "", "…………"),
			[]string{"", "", "", "", "", "", "", "", "", "", "此栏由张会计填写"},
		),
		sheetOf("审核意见", 4, []string{"序号", "意见", "编号"}, []string{"1", "同意同意", "R-1"}), // the unit's own
	}}
	got := Explanations("局.xlsx", book)
	base := Explanation{Workbook: "局.xlsx", Rule: "R-1", Name: "名称", Fields: "甲、乙", Filled: "1", Expected: "= 2"}
	first, second, third := base, base, base
	first.Sheet, first.Cell, first.Item, first.ItemName, first.Text = "表", "H6", 2, "稳定", "情况属实"
	second.Sheet, second.Cell, second.ItemName, second.Text = "表'1 甲!A", "C3", "稳定", "已核实，附说明"
	third.Text = "全部属实"
	if want := []Explanation{first, second, third}; !slices.Equal(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
	rest := WithoutOpinions(book)
	if len(rest.Sheets) != 1 || rest.Sheets[0].Name != "审核意见" || len(book.Sheets) != 2 {
		t.Errorf("without the list there are %v", rest.Sheets)
	}
}

// Columns may have been moved or deleted, as long as those are there that say what is meant.
func TestOpinionColumns(t *testing.T) {
	t.Parallel()
	moved := []string{"单位说明", "编号", "名称", "位置", "填报"}
	for _, c := range []struct {
		name  string
		heads []string
		want  int
	}{
		{"as written", heads(), 1},
		{"others, moved", moved, 1},
		{"without 单位说明", moved[1:], 0},
		{"without 位置", slices.Concat(moved[:3], moved[4:]), 0},
	} {
		row := make([]string, len(c.heads))
		for i, h := range c.heads {
			row[i] = map[string]string{"单位说明": "情况属实", "编号": "R-1", "名称": "名称", "位置": "表!H6", "填报": "1"}[h]
		}
		book := &ooxml.Workbook{Sheets: []ooxml.Sheet{sheetOf("表", 1, c.heads, row)}}
		got := Explanations("局.xlsx", book)
		if len(got) != c.want || len(got) == 1 && (got[0].Cell != "H6" || got[0].Text != "情况属实" || got[0].Filled != "1") {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
	late := &ooxml.Workbook{Sheets: []ooxml.Sheet{sheetOf("表", deepestHead+1, heads())}}
	if len(Opinions(late)) != 0 {
		t.Error("heads are looked for far down")
	}
}

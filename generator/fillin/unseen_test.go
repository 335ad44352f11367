package fillin_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"jixiao/generator/fillin"
	"jixiao/generator/ooxml"
)

// block moves rows from..to of a sheet before another row, with their merged cells.
func block(i, from, to, before int) func(*ooxml.Workbook) {
	return func(b *ooxml.Workbook) {
		s := &b.Sheets[i]
		n := to - from + 1
		shift := func(r int) int {
			switch {
			case r >= from && r <= to && before > to:
				return r + before - to - 1
			case r >= from && r <= to:
				return r + before - from
			case before > to && r > to && r < before:
				return r - n
			case before <= from && r >= before && r < from:
				return r + n
			}
			return r
		}
		for j := range s.Cells {
			s.Cells[j].Ref.Row = shift(s.Cells[j].Ref.Row)
		}
		var merges []ooxml.Rect
		for _, m := range s.Merges {
			a, z := shift(m.From.Row), shift(m.To.Row)
			if z-a == m.To.Row-m.From.Row {
				m.From.Row, m.To.Row = a, z
				merges = append(merges, m)
			} else if j := s.At(m.From); j == nil {
				continue
			}
		}
		s.Merges = merges
		sortCells(s)
	}
}

func cols(i, at, n int) func(*ooxml.Workbook) {
	return func(b *ooxml.Workbook) { insertCols(&b.Sheets[i], at, n) }
}

func merged(i int, areas ...string) func(*ooxml.Workbook) {
	return func(b *ooxml.Workbook) {
		for _, a := range areas {
			merge(&b.Sheets[i], a)
		}
	}
}

// table is what people do to one workbook, one thing at a time.
type table struct {
	name    string
	m       *fillin.Map
	book    *ooxml.Workbook
	changes []change
}

// tables are all tables of changes.
func tables(t testing.TB) []table {
	t.Helper()
	own := "项目支出绩效自评表"
	out := []table{{"", theMap(t), base(t), changes(t)}}
	for _, form := range []struct {
		name    string
		changes []change
	}{
		{"通用项目", []change{
			{name: "sum behind its label, its own cell blank", do: sheet(0, "A40", "总分：98.23", "H40", ""), want: []string{"项目[1].总分 = 98.23"}, cells: map[string]string{"项目[1].总分": own + "!A40"}},
			{name: "sum behind its label, header blank", do: sheet(0, "A40", "总分：98.23", "H40", "", "H12", ""), want: []string{"项目[1].总分 = 98.23"}, gone: each("项目[1].指标[%d].得分", 18), problems: []string{"找不到 “得分” " + own + "!G12 → 得分"}},
			{name: "sum in a title", do: sheet(0, "A2", "（2022年度）     项目总得分99分", "H40", ""), year: "2022", want: []string{"项目[1].总分 = 99分"}, cells: map[string]string{"项目[1].总分": own + "!A2"}},
			{name: "sum in the title, its row gone", do: sheet(0, "A1", "2022年度项目支出绩效自评表（自评总分：99分）", "A40", "", "G40", "", "H40", ""), want: []string{"项目[1].总分 = 99分", "项目[1].总分值 = "}},
			{name: "sum in title and in its row, the same", do: sheet(0, "A1", "2022年度项目支出绩效自评表（自评总分：7.207分）")},
			{name: "sum in title and in its row, another", do: sheet(0, "A1", "2022年度项目支出绩效自评表（自评总分：99分）"), gone: []string{"项目[1].总分"}, problems: []string{"两处 “总分” " + own + "!A1 → 总分"}},
			{name: "sum behind its label and in its cell, another", do: sheet(0, "A40", "总分：98"), gone: []string{"项目[1].总分"}, problems: []string{"两处 “总分” " + own + "!A40 → 总分"}},
			{name: "a figure behind a label with six cells", do: sheet(0, "B6", "年度资金总额：100"), problems: []string{"不同 “年度资金总额” " + own + "!B6 写作“年度资金总额：100” → 年初预算数、全年预算数、全年执行数、预算执行分值、执行率、预算执行得分"}},
			{name: "sum behind its label without colon", do: sheet(0, "A40", "总分98.23分", "H40", ""), want: []string{"项目[1].总分 = 98.23分"}, cells: map[string]string{"项目[1].总分": own + "!A40"}},
			{name: "a value in the cell of its label", do: sheet(0, "A3", "项目名称：某某工程", "C3", ""), want: []string{"项目[1].项目名称 = 某某工程"}},
			{name: "several labels in a cell", do: then(split(0, "A4", "C4", "F4"), sheet(0, "A4", "主管部门：某局  实施单位：某科", "C4", "", "E4", "", "F4", ""), merged(0, "A4:I4")), want: []string{"项目[1].主管部门 = 某局", "项目[1].实施单位 = 某科"}},
			{name: "the year in brackets behind a long title", do: sheet(0, "A1", "稷山县卫生健康和体育局项目支出绩效自评表 (2021年度)", "A2", ""), year: "2021"},
			{name: "the year before a strange title", do: sheet(0, "A1", "2020年度某某渔民退捕项目自评表", "A2", ""), year: "2020"},
			{name: "the year without 度", do: sheet(0, "A1", "项目支出绩效自评表", "A2", "（2021年）"), year: "2021"},
			{name: "the year in Chinese figures, alone", do: sheet(0, "A1", "某某县某某局项目支出绩效自评表", "A2", "二〇二一年度"), year: "二〇二一"},
			{name: "the year within a title", do: sheet(0, "A1", "某县某局2021年项目支出绩效自评表", "A2", ""), year: "2021"},
			{name: "the year in which the form was made is not the year", do: sheet(0, "A1", "附件1（2020年修订）项目支出绩效自评表"), year: "2022"},
			{name: "one header over two columns", do: then(rows(0, 6, 1), sheet(0, "E5", "全年", "F5", "", "E6", "预算数", "F6", "执行数"), merged(0, "E5:F5"))},
			{name: "goals below list", do: block(0, 10, 11, 40)},
			{name: "funds below list", do: block(0, 5, 9, 40)},
			{name: "funds at end", do: block(0, 5, 9, 41)},
			{name: "goals into list", do: block(0, 10, 11, 20)},
			{name: "sum on top", do: block(0, 40, 40, 5)},
			{name: "list first", do: block(0, 12, 39, 3)},
			{name: "list and sum before funds", do: block(0, 12, 40, 5)},
			{name: "names at end", do: block(0, 3, 4, 41)},
			{name: "right 6 down 9", do: then(cols(0, 1, 6), rows(0, 1, 9))},
			{name: "headers written into two rows", do: then(rows(0, 6, 1), sheet(0, "D5", "年初", "D6", "预算数", "E5", "全年", "E6", "预算数", "F5", "全年", "F6", "执行数"))},
			{name: "header that goes on below", do: then(rows(0, 6, 1), sheet(0, "D5", "年初预算数", "D6", "(A)", "E5", "全年预算数", "E6", "(B)", "F5", "全年执行数", "F6", "(C)", "H6", "(C/B)"))},
			{name: "header of the list that goes on below", do: then(rows(0, 13, 1), sheet(0, "E13", "(A)", "F13", "(B)", "H13", "(B/A)"))},
			{name: "header of the list over two rows", do: then(rows(0, 13, 1), sheet(0, "B12", "绩效指标", "C12", "", "D12", "", "B13", "一级指标", "C13", "二级指标", "D13", "三级指标"))},
			{name: "headers of the list written into two rows", do: then(rows(0, 13, 1), sheet(0, "E12", "年度", "E13", "指标值", "F12", "实际", "F13", "完成值", "B12", "一级", "B13", "指标", "C12", "二级", "C13", "指标", "D12", "三级", "D13", "指标"))},
			{name: "a header gone, its text above another column", do: then(rows(0, 12, 1), sheet(0, "G13", "", "E12", "分值")), gone: append(each("项目[1].指标[%d].分值", 18), "项目[1].总分值"), problems: []string{"找不到 “分值” 项目支出绩效自评表!F13 → 分值、总分值"}},
			{name: "goals of two rows", do: then(rows(0, 12, 1), sheet(0, "B12", "目标二：再干", "F12", "已再干")), want: []string{"项目[1].预期目标 = 一是抓好第30件事。⏎二是抓好第30件事的后续。⏎目标二：再干", "项目[1].实际完成情况 = 一是抓好第31件事。⏎二是抓好第31件事的后续。⏎已再干"}},
			{name: "a subtotal in the third column", do: then(rows(0, 25, 1), sheet(0, "D25", "产出指标小计", "G25", "50", "H25", "49"))},
			{name: "a subtotal in the second column", do: then(rows(0, 25, 1), sheet(0, "C25", "小计", "G25", "50", "H25", "49"))},
			{name: "a subtotal with its weight", do: then(rows(0, 25, 1), sheet(0, "C25", "产出指标小计（50分）", "D25", "—", "G25", "50", "H25", "49"))},
			{name: "funds of which the form has none", do: then(rows(0, 8, 2), sheet(0, "B8", "其中：中央财政拨款", "D8", "1", "E8", "2", "F8", "3", "B9", "其中：省级财政拨款", "D9", "4")),
				problems: []string{"旁行 “年度资金总额·年初预算数” 项目支出绩效自评表!D8 写作“其中：中央财政拨款”、“其中：省级财政拨款” → 年初预算数"}},
			{name: "funds called nearly as the form's", do: then(rows(0, 8, 1), sheet(0, "B8", "其中：财政拨款", "D8", "1", "E8", "2", "F8", "3")),
				problems: []string{"旁行 “年度资金总额·年初预算数” 项目支出绩效自评表!D8 写作“其中：财政拨款” → 年初预算数"}},
			{name: "numbers, marks and units at labels", do: sheet(0, "A3", "1.项目名称：", "A4", "二、主管部门", "E4", "（3）实施单位", "D5", "年初预算数（万元）", "E5", "全年预算数万元", "F5", "全年执行数/万元", "B6", "一、年度资金总额：", "B7", "①其中：当年财政拨款", "B8", "2、上年结转资金*", "I12", "*偏差原因分析及改进措施")},
			{name: "instructions by name of the sheet", do: func(b *ooxml.Workbook) {
				b.Sheets = append([]ooxml.Sheet{explained(b.Sheets[0], "填表说明", 1)}, b.Sheets...)
			}},
			{name: "instructions by nothing but their shape", do: func(b *ooxml.Workbook) { b.Sheets = append(b.Sheets, explained(b.Sheets[0], "Sheet2", 1)) }},
			{name: "instructions, further right", do: func(b *ooxml.Workbook) { b.Sheets = append(b.Sheets, explained(b.Sheets[0], "Sheet2", 2)) }},
			{name: "an example that came with the form", do: func(b *ooxml.Workbook) {
				s := clone(b).Sheets[0]
				s.Name = "填写示例"
				put(&s, "D6", "1")
				b.Sheets = append([]ooxml.Sheet{s}, b.Sheets...)
			}},
			{name: "unit of a block that is called otherwise", do: sheet(0, "A5", "资金情况（元）"), unit: "元"},
			{name: "unit in a block that is called otherwise and not merged", do: then(split(0, "A5"), sheet(0, "A5", "资金使用情况(单位:亿元)")), unit: "亿元"},
			{name: "first level merged too far", do: then(split(0, "B13", "B25"), sheet(0, "B25", ""), merged(0, "B13:B27")), want: firstLevel(9, 16, "")},
			{name: "first level lost", do: split(0, "B13", "B25", "B37", "C13", "C16", "C19")},
			{name: "first level repeated", do: then(split(0, "B13"), sheet(0, "B14", "产出指标（50分）", "B15", "产出指标", "B16", "产出指标")), want: append([]string{"项目[1].指标[2].一级指标 = 产出指标（50分）", "项目[1].指标[3].一级指标 = 产出指标"}, firstLevel(4, 8, "产出指标 ↓")...)},
		}},
		{"湖北", []change{
			{name: "two goals with lists", do: func(b *ooxml.Workbook) {
				s := &b.Sheets[0]
				insertRows(s, 23, 1)
				put(s, "A10", "年度绩效目标1（40分）")
				put(s, "A23", "年度绩效目标2（40分）")
				for i, x := range []string{"一级指标", "二级指标", "三级指标", "年初目标值(A)", "实际完成值(B)", "得分"} {
					put(s, string(rune('B'+i))+"23", x)
				}
				unmerge(s, "A10")
			}},
			{name: "a title without 年度", do: sheet(0, "A1", "2020 年市级服务贸易发展资金项目自评表", "A2", "（2020年度）"), want: []string{"项目[1].标题 = 2020 年市级服务贸易发展资金项目", "项目[1].年度 = 2020"}},
			{name: "a title, and no row for the year", do: sheet(0, "A1", "2020年度长江禁捕项目自评表", "A2", "单位：万元"), want: []string{"项目[1].标题 = 长江禁捕项目", "项目[1].年度 = 2020"}, unit: "万元"},
		}},
		{"云南", []change{
			{name: "header of one row", do: then(func(b *ooxml.Workbook) { s := &b.Sheets[0]; s.Merges = nil }, sheet(0, "B12", "一级指标", "C12", "二级指标", "D12", "三级指标", "E12", "指标性质", "F12", "指标值", "G12", "度量单位"), func(b *ooxml.Workbook) { deleteRow(&b.Sheets[0], 13) })},
			{name: "second row of a header among the items of the next list", do: then(rows(1, 29, 1), sheet(1, "D13", "", "E13", "", "F13", "", "G13", "", "H13", "", "D29", "总额", "E29", "财政拨款", "F29", "其他资金", "G29", "总额", "H29", "财政拨款")),
				gone: slices.Concat(each("整体[1].任务[%d].批复总额", 4), each("整体[1].任务[%d].批复财政拨款", 4), each("整体[1].任务[%d].批复其他资金", 4), each("整体[1].任务[%d].实际总额", 4), each("整体[1].任务[%d].实际财政拨款", 4)),
				problems: []string{
					"找不到 “总额” 部门整体支出绩效自评表!J12 → 批复总额", "找不到 “财政拨款” 部门整体支出绩效自评表!J12 → 批复财政拨款", "找不到 “其他资金” 部门整体支出绩效自评表!J12 → 批复其他资金",
					"找不到 “总额” 部门整体支出绩效自评表!J12 → 实际总额", "找不到 “财政拨款” 部门整体支出绩效自评表!J12 → 实际财政拨款",
				}},
			{name: "header of one row merged down over two", do: then(split(0, "B12"), sheet(0, "B12", "一级指标", "C12", "二级指标", "D12", "三级指标", "B13", "", "C13", "", "D13", ""), merged(0, "B12:B13", "C12:C13", "D12:D13"))},
		}},
	} {
		o := theOfficial(t, form.name)
		out = append(out, table{form.name, o.m, o.filled(t), form.changes})
	}
	return out
}

// TestUnseen is what people do to the forms of other regions, one thing at a time.
func TestUnseen(t *testing.T) {
	t.Parallel()
	for _, x := range tables(t)[1:] {
		before := lines(x.m.Locate(x.book), false)
		for _, c := range x.changes {
			t.Run(x.name+"/"+c.name, func(t *testing.T) {
				t.Parallel()
				c.check(t, x.m, x.book, before)
			})
		}
	}
}

// besides puts a copy of the first sheet beside it.
func besides(b *ooxml.Workbook, cols int) {
	s := &b.Sheets[0]
	for _, c := range s.Cells {
		c.Ref.Col += cols
		s.Cells = append(s.Cells, c)
	}
	for _, m := range s.Merges {
		m.From.Col, m.To.Col = m.From.Col+cols, m.To.Col+cols
		s.Merges = append(s.Merges, m)
	}
	sortCells(s)
}

// explained is a sheet that says beside each label of a form what to fill in.
func explained(form ooxml.Sheet, name string, col int) ooxml.Sheet {
	s := ooxml.Sheet{Name: name}
	put(&s, "A1", "各栏怎样填")
	row := 1
	for _, c := range form.Cells {
		if c.Kind != ooxml.TextCell || len(c.Text) > 60 {
			continue
		}
		row++
		put(&s, ooxml.Ref{Row: row, Col: col}.String(), c.Text)
		put(&s, ooxml.Ref{Row: row, Col: col + 1}.String(), "按实际情况填写，填98分、2022年度等")
	}
	return s
}

// firstLevel is what is read for the first level of some items of the first project.
func firstLevel(from, to int, text string) (out []string) {
	for i := from; i <= to; i++ {
		out = append(out, fmt.Sprintf("项目[1].指标[%d].一级指标 = %s", i, text))
	}
	return out
}

// Forms that stand beside each other in one sheet are as many forms.
func TestSideBySide(t *testing.T) {
	t.Parallel()
	for _, name := range builtIn[1:] {
		o := theOfficial(t, name)
		for _, gap := range []int{0, 1, 3} {
			t.Run(fmt.Sprint(name, gap), func(t *testing.T) {
				t.Parallel()
				b := o.filled(t)
				b.Sheets = b.Sheets[:1]
				one := lines(o.m.Locate(b), false)
				two := clone(b)
				_, col := last(&two.Sheets[0])
				for _, m := range two.Sheets[0].Merges {
					col = max(col, m.To.Col)
				}
				besides(two, col+gap)
				l := o.m.Locate(two)
				// The second one is written again with the number 2.
				want := slices.DeleteFunc(slices.Clone(one), func(x string) bool { return !strings.HasPrefix(x, "项目[1]") })
				for _, x := range slices.Clone(want) {
					want = append(want, strings.Replace(x, "项目[1]", "项目[2]", 1))
				}
				got := slices.DeleteFunc(lines(l, false), func(x string) bool { return !strings.HasPrefix(x, "项目[") })
				diff(t, "values", got, want)
				sound(t, two, l)
			})
		}
	}
}

// Forms one below the other in one sheet are as many forms, with or without rows between them.
func TestStackedForms(t *testing.T) {
	t.Parallel()
	for _, name := range builtIn[1:] {
		o := theOfficial(t, name)
		for _, gap := range []int{0, 1, 4} {
			t.Run(fmt.Sprint(name, gap), func(t *testing.T) {
				t.Parallel()
				b := o.filled(t)
				b.Sheets = b.Sheets[:1]
				one := slices.DeleteFunc(lines(o.m.Locate(b), false), func(x string) bool { return !strings.HasPrefix(x, "项目[1]") })
				want := slices.Clone(one)
				three := clone(b)
				s := &three.Sheets[0]
				height, _ := last(s)
				for n := 1; n < 3; n++ {
					for _, c := range b.Sheets[0].Cells {
						c.Ref.Row += n * (height + gap)
						s.Cells = append(s.Cells, c)
					}
					for _, m := range b.Sheets[0].Merges {
						m.From.Row, m.To.Row = m.From.Row+n*(height+gap), m.To.Row+n*(height+gap)
						s.Merges = append(s.Merges, m)
					}
					for _, x := range one {
						want = append(want, strings.Replace(x, "项目[1]", fmt.Sprintf("项目[%d]", n+1), 1))
					}
				}
				l := o.m.Locate(three)
				diff(t, "values", slices.DeleteFunc(lines(l, false), func(x string) bool { return !strings.HasPrefix(x, "项目[") }), want)
				sound(t, three, l)
			})
		}
	}
}

// A hidden sheet that came with the form hides nothing.
func TestHiddenCopy(t *testing.T) {
	t.Parallel()
	o := theOfficial(t, "通用项目")
	b := o.filled(t)
	want := lines(o.m.Locate(b), false)
	h := clone(b).Sheets[0]
	h.Name, h.Hidden = "模板", true
	put(&h, "D6", "1")
	b.Sheets = append([]ooxml.Sheet{h}, b.Sheets...)
	l := o.m.Locate(b)
	diff(t, "values", lines(l, false), want)
	diff(t, "problems", problems(l), []string{"隐藏表 “项目支出绩效自评表” 模板! → "})
	empty := clone(o.book).Sheets[0] // the blank form, hidden
	for i := range empty.Cells {
		if strings.Contains(empty.Cells[i].Text, "{{") {
			empty.Cells[i].Text = "　"
		}
	}
	empty.Name, empty.Hidden = "空表", true
	b.Sheets[0] = empty
	l = o.m.Locate(b)
	diff(t, "values beside a blank one", lines(l, false), want)
	diff(t, "problems beside a blank one", problems(l), nil)
}

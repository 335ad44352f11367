package xlsx

import (
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// dump shows the cells of a sheet: A1=text, C4=303.75 ←SUM(C3:C5), with a merged range as A5:A7=….
func dump(t testing.TB, f *excelize.File, sheet string) string {
	t.Helper()
	merged := map[string]string{}
	cells, err := f.GetMergeCells(sheet)
	must(t, err)
	for _, m := range cells {
		merged[m.GetStartAxis()] = m.GetStartAxis() + ":" + m.GetEndAxis()
	}
	rows, err := f.Rows(sheet)
	must(t, err)
	var b strings.Builder
	for n := 1; rows.Next(); n++ {
		cols, err := rows.Columns(excelize.Options{RawCellValue: true})
		must(t, err)
		var line []string
		for i := range cols {
			at, _ := excelize.CoordinatesToCellName(i+1, n)
			formula, err := f.GetCellFormula(sheet, at)
			must(t, err)
			name := at
			if m := merged[at]; m != "" {
				name = m
			}
			delete(merged, at)
			switch {
			case formula != "":
				line = append(line, fmt.Sprintf("%s=%s ←%s", name, cols[i], formula))
			case cols[i] != "" || name != at:
				line = append(line, name+"="+strings.ReplaceAll(cols[i], "\n", "⏎"))
			}
		}
		if len(line) > 0 {
			b.WriteString(strings.Join(line, " | ") + "\n")
		}
	}
	for _, m := range merged {
		b.WriteString("merged but empty " + m + "\n")
	}
	return b.String()
}

type rowCase struct {
	name   string
	sheets []any
	merges string // ranges of the first sheet
	data   record
	want   string // of every sheet, parted by "-- 名 --"
}

func project(name string, indicators ...any) record {
	var list []record
	for i := 0; i+1 < len(indicators); i += 2 {
		list = append(list, record{"名称": indicators[i], "得分": indicators[i+1]})
	}
	return record{"名称": name, "预算": float64(len(name)), "指标": list}
}

var twoProjects = record{"年度": "2022", "项目": []record{project("甲", "数量", 10, "质量", 20.5), project("乙乙", "时效", 5)}}

var rowCases = []rowCase{
	{"one row an item, totals grow", []any{"表", [][]any{
		{"单位", "预算", "执行", "执行率"},
		{"{{单位.单位名称}}", "{{单位.预算}}", "{{单位.执行}}", "=C2/B2"},
		{"合计", "=SUM(B2:B2)", "=SUM(C1:C2)", "=C3/B3"},
	}}, "", someUnits(3), `
A1=单位 | B1=预算 | C1=执行 | D1=执行率
A2=第1局 | B2=100.25 | C2=90.1 | D2=0.898753117206983 ←C2/B2
A3=第2局 | B3=101.25 | C3=91.1 | D3=0.899753086419753 ←C3/B3
A4=第3局 | B4=102.25 | C4=92.1 | D4=0.900733496332518 ←C4/B4
A5=合计 | B5=303.75 ←SUM(B2:B4) | C5=273.3 ←SUM(C1:C4) | D5=0.899753086419753 ←C5/B5
`},
	{"an empty list leaves one blank row and totals of nothing", []any{"表", [][]any{
		{"单位", "预算", "比", "注"},
		{"{{单位.单位名称}}", "{{单位.预算}}", "=B2/2", "共{{单位.预算}}万元"},
		{"合计", "=SUM(B2:B2)", "=COUNT(B2)", "=IFERROR(AVERAGE(B2:B2),0)"},
	}}, "", someUnits(0), `
A1=单位 | B1=预算 | C1=比 | D1=注
D2=共万元
A3=合计 | B3=0 ←SUM(B2:B2) | C3=0 ←COUNT(B2) | D3=0 ←IFERROR(AVERAGE(B2:B2),0)
`},
	{"dollars look out of the item", []any{"表", [][]any{
		{"数", "占比", "累计", "名次", "首项", "合计行"},
		{"{{单位.得分}}", "=A2/SUM(A$2:A$2)", "=SUM(A$2:A2)", "=RANK(A2,A$2:A$2)", "=A$2", "=A2/A3"},
		{"=SUM(A2)"},
	}}, "", someUnits(3), `
A1=数 | B1=占比 | C1=累计 | D1=名次 | E1=首项 | F1=合计行
A2=60 | B2=0.298507462686567 ←A2/SUM(A$2:A$4) | C2=60 ←SUM(A$2:A2) | D2=3 ←RANK(A2,A$2:A$4) | E2=60 ←A$2 | F2=0.298507462686567 ←A2/A5
A3=67 | B3=0.333333333333333 ←A3/SUM(A$2:A$4) | C3=127 ←SUM(A$2:A3) | D3=2 ←RANK(A3,A$2:A$4) | E3=60 ←A$2 | F3=0.333333333333333 ←A3/A5
A4=74 | B4=0.3681592039801 ←A4/SUM(A$2:A$4) | C4=201 ←SUM(A$2:A4) | D4=1 ←RANK(A4,A$2:A$4) | E4=60 ←A$2 | F4=0.3681592039801 ←A4/A5
A5=201 ←SUM(A2:A4)
`},
	{"other sheets, strings, functions that look like cells", []any{"汇总 表", [][]any{
		{"{{单位.单位名称}}", "{{单位.得分}}", "=LEN(\"B1\")&B1&明细!A1"},
		{"=SUM(B1:B1)", "=ROUND(B1,0)+明细!B2"},
	}, "明细", [][]any{{"='汇总 表'!A2", "=SUM('汇总 表'!B1:B1)"}, {"x", "=COUNTIF('汇总 表'!A1,\"第*\")"}, {"=VLOOKUP(\"第2局\",'汇总 表'!A1:B1,2,FALSE)"}}}, "", someUnits(2), `
A1=第1局 | B1=60 | C1=260127 ←LEN("B1")&B1&明细!A1
A2=第2局 | B2=67 | C2=267127 ←LEN("B1")&B2&明细!A1
A3=127 ←SUM(B1:B2) | B3=62 ←ROUND(B1,0)+明细!B2
-- 明细 --
A1=127 ←'汇总 表'!A3 | B1=127 ←SUM('汇总 表'!B1:B2)
A2=x | B2=2 ←COUNTIF('汇总 表'!A1:A2,"第*")
A3=67 ←VLOOKUP("第2局",'汇总 表'!A1:B2,2,FALSE)
`},
	{"explicit block, control rows fall away, subtotals are not counted twice", []any{"表", [][]any{
		{"{{#每个 项目}}"},
		{"{{项目.名称}}", "{{个数(指标)}}"},
		{"{{项目.指标.名称}}", "{{项目.指标.得分}}"},
		{"小计", "=SUM(B3:B3)"},
		{"{{/每个}}"},
		{"总计", "=SUM(B4:B4)", "=SUM(B3:B3)"},
	}}, "", twoProjects, `
A1=甲 | B1=2
A2=数量 | B2=10
A3=质量 | B3=20.5
A4=小计 | B4=30.5 ←SUM(B2:B3)
A5=乙乙 | B5=1
A6=时效 | B6=5
A7=小计 | B7=5 ←SUM(B6:B6)
A8=总计 | B8=35.5 ←SUM(B4:B4,B7:B7) | C8=35.5 ←SUM(B2:B3,B6:B6)
`},
	{"a block inside the rows, begun and ended in their cells", []any{"表", [][]any{
		{"{{#每个 项目}}{{项目.名称}}", "x"},
		{"", "{{项目.预算}}", "=B2*2"},
		{"完", "{{序号}}{{/每个}}"},
		{"=SUM(B2)"},
	}}, "", twoProjects, `
A1=甲 | B1=x
B2=3 | C2=6 ←B2*2
A3=完 | B3=1
A4=乙乙 | B4=x
B5=6 | C5=12 ←B5*2
A6=完 | B6=2
A7=9 ←SUM(B2,B5)
`},
	{"flat rows of a nested list", []any{"表", [][]any{
		{"{{项目.名称}}", "{{项目.指标.名称}}", "{{项目.指标.得分}}"},
		{"", "=COUNTA(B1)", "=SUM(C1)"},
	}}, "", twoProjects, `
A1=甲 | B1=数量 | C1=10
A2=甲 | B2=质量 | C2=20.5
A3=乙乙 | B3=时效 | C3=5
B4=3 ←COUNTA(B1:B3) | C4=35.5 ←SUM(C1:C3)
`},
	{"{{合并}} merges equal neighbours, never across a break to the left", []any{"表", [][]any{
		{"{{单位.主管}}{{合并}}", "{{单位.等级}} {{合并}}", "{{单位.得分}}"},
		{"合计", "", "=SUM(C1:C1)"},
	}}, "", record{"单位": []record{{"主管": "甲", "等级": "优", "得分": 1}, {"主管": "甲", "等级": "优", "得分": 2}, {"主管": "乙", "等级": "优", "得分": 3}, {"主管": "乙", "等级": "良", "得分": 4}, {"主管": "", "等级": "", "得分": 5}, {"主管": "", "等级": "", "得分": 6}}}, `
A1:A2=甲 | B1:B2=优 | C1=1
C2=2
A3:A4=乙 | B3=优 | C3=3
B4=良 | C4=4
C5=5
C6=6
A7=合计 | C7=21 ←SUM(C1:C6)
`},
	{"{{合并}} in a cell that is merged across", []any{"表", [][]any{
		{"{{单位.主管}}{{合并}}", "", "{{单位.得分}}"},
	}}, "A1:B1", record{"单位": []record{{"主管": "甲", "得分": 1}, {"主管": "甲", "得分": 2}, {"主管": "乙", "得分": 3}}}, `
A1:B2=甲 | C1=1
C2=2
A3:B3=乙 | C3=3
`},
	{"a merged cell that binds two rows makes a band", []any{"表", [][]any{
		{"{{序号}}", "{{项目.名称}}", "{{项目.预算}}"},
		{"", "预算", "=C1*2"},
		{"", "=SUM(C1:C1)", "=SUM(C1:C2)"},
	}}, "A1:A2", twoProjects, `
A1:A2=1 | B1=甲 | C1=3
B2=预算 | C2=6 ←C1*2
A3:A4=2 | B3=乙乙 | C3=6
B4=预算 | C4=12 ←C3*2
B5=9 ←SUM(C1:C1,C3:C3) | C5=27 ←SUM(C1:C4)
`},
	{"a band with rows of a nested list inside", []any{"表", [][]any{
		{"{{项目.名称}}", "{{项目.预算}}"},
		{"", "{{项目.指标.名称}}"},
		{"完"},
	}}, "A1:A2", twoProjects, `
A1:A3=甲 | B1=3
B2=数量
B3=质量
A4:A5=乙乙 | B4=6
B5=时效
A6=完
`},
	{"a label beside repeated rows stretches and is said once", []any{"表", [][]any{
		{"指标", "名称"},
		{"", "{{单位.单位名称}}"},
		{"尾", "{{单位.得分}}"},
		{"", "{{年度}}"},
	}}, "A1:A2,A3:A4", someUnits(2), `
A1:A3=指标 | B1=名称
B2=第1局
B3=第2局
A4:A6=尾 | B4=60
B5=67
B6=2022
`},
	{"conditions on rows", []any{"表", [][]any{
		{"{{#如果 年度 = \"2022\"}}"},
		{"今年", 1},
		{"{{否则}}"},
		{"往年", 2},
		{"{{/如果}}"},
		{"{{#如果 年度 = \"2021\"}}旧", 4, "{{/如果}}"},
		{"=SUM(B2:B6)", "=B2+B4", "=SUM(B4)", "=SUM(B4:B4)+B6"},
	}}, "", twoProjects, `
A1=今年 | B1=1
A2=1 ←SUM(B1:B1) | B2=1 ←B1+0 | C2=0 ←SUM(0) | D2=0 ←SUM(0)+0
`},
	{"a condition that names a list is asked of every item", []any{"表", [][]any{
		{"{{#如果 单位.得分 >= 67}}{{单位.单位名称}}", "{{单位.得分}}", "{{/如果}}"},
		{"", "=SUM(B1:B1)"},
	}}, "", someUnits(3), `
A1=第2局 | B1=67
A2=第3局 | B2=74
B3=141 ←SUM(B1:B2)
`},
	{"when the condition holds for none a blank row stays", []any{"表", [][]any{
		{"{{#如果 单位.得分 >= 670}}{{单位.单位名称}}", "{{单位.得分}}", "{{/如果}}"},
		{"", "=SUM(B1:B1)"},
	}}, "", someUnits(3), `
B2=0 ←SUM(B1:B1)
`},
	{"blocks inside one cell", []any{"表", [][]any{
		{"{{#每个 单位}}{{单位.单位名称}}{{#如果 非 末条}}、{{/如果}}{{/每个}}", "{{#如果 年度 = \"2021\"}}旧{{否则}}新{{/如果}}"},
	}}, "", someUnits(3), `
A1=第1局、第2局、第3局 | B1=新
`},
	{"two lists one below the other, both feed one total", []any{"表", [][]any{
		{"{{单位.得分}}"},
		{"{{退回.得分}}"},
		{"=SUM(A1:A2)", "=SUM(A1:A1)", "=SUM(A2:A2)", "=A1+A2"},
	}}, "", record{"单位": []record{{"得分": 1}, {"得分": 2}}, "退回": []record{{"得分": 10}, {"得分": 20}, {"得分": 30}}}, `
A1=1
A2=2
A3=10
A4=20
A5=30
A6=63 ←SUM(A1:A5) | B6=3 ←SUM(A1:A2) | C6=60 ←SUM(A3:A5) | D6=11 ←A1+A3
`},
	{"the same item in another row and on another sheet", []any{"表", [][]any{
		{"{{单位.单位名称}}", "{{单位.得分}}"},
		{"{{年度}}"},
		{"{{单位.单位名称}}", "=B1*2", "=另表!A1"},
	}, "另表", [][]any{{"{{单位.得分}}", "=表!B1"}}}, "", someUnits(2), `
A1=第1局 | B1=60
A2=第2局 | B2=67
A3=2022
A4=第1局 | B4=120 ←B1*2 | C4=60 ←另表!A1
A5=第2局 | B5=134 ←B2*2 | C5=67 ←另表!A2
-- 另表 --
A1=60 | B1=60 ←表!B1
A2=67 | B2=67 ←表!B2
`},
	{"whole columns and rows, ranges past the end", []any{"表", [][]any{
		{"数"},
		{"{{单位.得分}}"},
		{nil, "=SUM(A:A)", "=SUM(2:2)", "=SUM(A1:A1000)", "=COUNTIF(A:A,\"<>\")", "=COUNTBLANK(A1:A10)"},
	}}, "", someUnits(2), `
A1=数
A2=60
A3=67
B4=127 ←SUM(A:A) | C4=127 ←SUM(2:3) | D4=127 ←SUM(A1:A1001) | E4=3 ←COUNTIF(A:A,"<>") | F4=8 ←COUNTBLANK(A1:A11)
`},
}

func TestRows(t *testing.T) {
	t.Parallel()
	for _, c := range rowCases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := build(t, c.sheets...)
			for _, m := range strings.Split(c.merges, ",") {
				if from, to, ok := strings.Cut(m, ":"); ok {
					must(t, f.MergeCell(c.sheets[0].(string), from, to))
				}
			}
			out := open(t, render(t, compile(t, save(t, f)), c.data))
			var b strings.Builder
			for i, sheet := range out.GetSheetList() {
				if i > 0 {
					b.WriteString("-- " + sheet + " --\n")
				}
				b.WriteString(dump(t, out, sheet))
			}
			if got, want := b.String(), strings.TrimPrefix(c.want, "\n"); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

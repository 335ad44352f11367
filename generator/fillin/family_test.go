package fillin_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"jixiao/generator/fillin"
)

// family is one of the layouts that provinces use. Nothing in the package knows
// it: the fill-in workbook alone says where the values stand.
type family struct {
	cells    map[string]any // the fill-in workbook
	merges   []string
	synonyms map[string][]string
	columns  []string // of the list, by their fields: 一级指标=B
}

// aim is what must be read from one workbook of a family, by plain positions.
type aim struct {
	file        string
	fields      map[string]string // field ─► cell
	first, last int               // rows of the list
	dropped     []int             // rows that are none
	problems    []string
}

// listRow writes one blank row of the list 指标.
func (fm *family) listRow(row int, initial map[string]string) {
	for _, c := range fm.columns {
		field, col, _ := strings.Cut(c, "=")
		pipe := ""
		switch field {
		case "分值", "得分":
			pipe = "|分数|可空"
		case "偏差原因", "度量单位", "实际完成值":
			pipe = "|可空"
		}
		if text, ok := initial[col]; ok {
			pipe += "|初值:" + text
		} else if col == "B" {
			continue
		}
		fm.cells[fmt.Sprintf("%s%d", col, row)] = "{{指标." + field + pipe + "}}"
	}
}

func (fm *family) compile(t *testing.T) *fillin.Map {
	t.Helper()
	f := excelize.NewFile()
	set(t, f, "Sheet1", fm.cells)
	for _, m := range fm.merges {
		from, to, _ := strings.Cut(m, ":")
		if err := f.MergeCell("Sheet1", from, to); err != nil {
			t.Fatal(err)
		}
	}
	return compile(t, f, fm.synonyms)
}

// money writes the table of funds: a header row, and a row of tags for each label.
func (fm *family) money(header int, columns []string, rows ...string) {
	for i, row := range rows {
		label, name, _ := strings.Cut(row, "=")
		fm.cells[fmt.Sprintf("B%d", header+1+i)] = label
		for j, c := range columns {
			head, field, _ := strings.Cut(c, "=")
			col := string(rune('C' + j))
			fm.cells[fmt.Sprintf("%s%d", col, header)] = head
			fm.cells[fmt.Sprintf("%s%d", col, header+1+i)] = "{{" + name + field + "|可空}}"
		}
	}
}

func families() map[string]*family {
	goals := func(fm *family, row int) {
		fm.cells[fmt.Sprintf("A%d", row)] = "年度总体目标"
		fm.cells[fmt.Sprintf("B%d", row)] = "预期目标"
		fm.cells[fmt.Sprintf("F%d", row)] = "实际完成情况"
		fm.cells[fmt.Sprintf("B%d", row+1)] = "{{预期目标|段落|可空}}"
		fm.cells[fmt.Sprintf("F%d", row+1)] = "{{实际完成情况|段落|可空}}"
	}
	heads := func(fm *family, row int, texts ...string) {
		for i, text := range texts {
			fm.cells[fmt.Sprintf("%c%d", 'B'+i, row)] = text
		}
	}
	a := &family{
		cells: map[string]any{"A1": "项目支出绩效自评表", "A2": "（{{年度}}年度）", "A3": "项目名称", "C3": "{{项目名称}}", "A4": "主管部门", "C4": "{{主管部门}}",
			"A5": "实施单位", "C5": "{{实施单位}}", "A6": "项目资金（万元）", "A13": "绩效指标", "A17": "总分", "G17": "{{总分值|可空}}", "H17": "{{总分|可空}}"},
		merges:   []string{"A1:J1", "A2:J2", "A3:B3", "C3:J3", "A4:B4", "C4:J4", "A5:B5", "C5:J5", "A6:A10", "A11:A12", "B11:E11", "F11:J11", "B12:E12", "F12:J12", "A13:A16", "A17:F17"},
		synonyms: map[string][]string{"当年财政拨款": {"本年财政拨款"}},
		columns:  []string{"一级指标=B", "二级指标=C", "三级指标=D", "年度指标值=E", "实际完成值=F", "分值=G", "得分=H", "偏差原因=I"},
	}
	a.money(6, []string{"年初预算数=年初预算数", "全年预算数=全年预算数", "全年执行数=全年执行数", "分值=分值", "执行率=执行率", "得分=得分"},
		"年度资金总额=总额", "其中：当年财政拨款=拨款", "上年结转资金=结转", "其他资金=其他")
	goals(a, 11)
	heads(a, 13, "一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分", "偏差原因分析及改进措施")
	for i, level := range []string{"产出指标", "效益指标", "满意度指标"} {
		a.listRow(14+i, map[string]string{"B": level, "C": []string{"数量指标", "经济效益指标", "服务对象满意度指标"}[i]})
	}

	c := &family{
		cells: map[string]any{"A1": "项目自评表", "A2": "（{{年度}}年度）", "A3": "单位名称", "C3": "{{单位名称}}", "A4": "项目名称", "C4": "{{项目名称}}",
			"A5": "基本支出总额", "C5": "{{基本支出总额|金额|可空}}", "A6": "项目支出总额", "C6": "{{项目支出总额|金额|可空}}", "A7": "项目资金（万元）",
			"A11": "绩效指标", "A14": "总分", "G14": "{{总分|可空}}", "A15": "偏差大或目标未完成原因分析", "D15": "{{原因分析|可空}}", "A16": "改进措施及结果应用方案", "D16": "{{改进措施|可空}}"},
		merges: []string{"A1:J1", "A2:J2", "A3:B3", "C3:J3", "A4:B4", "C4:J4", "A5:B5", "C5:J5", "A6:B6", "C6:J6", "A7:A8", "A9:A10", "B9:E9", "F9:J9", "B10:E10",
			"F10:J10", "A11:A13", "A14:E14", "A15:C15", "D15:J15", "A16:C16", "D16:J16"},
		columns: []string{"一级指标=B", "二级指标=C", "三级指标=D", "年度指标值=E", "实际完成值=F", "得分=G"},
	}
	c.money(7, []string{"预算数(A)=预算数", "执行数(B)=执行数", "执行率(B/A)=执行率", "得分\n(20分*执行率)=得分"}, "年度财政资金总额=总额")
	goals(c, 9)
	heads(c, 11, "一级指标", "二级指标", "三级指标", "年初目标值(A)", "实际完成值(B)", "得分")
	c.listRow(12, map[string]string{"B": "产出指标", "C": "数量指标"})
	c.listRow(13, map[string]string{"B": "效益指标", "C": "社会效益指标"})

	d := &family{
		cells: map[string]any{"A1": "部门预算项目支出绩效自评表", "A2": "（{{年度}}年度）", "A3": "项目名称", "C3": "{{项目名称}}", "A4": "主管部门", "C4": "{{主管部门|可空}}",
			"A5": "实施单位", "C5": "{{实施单位}}", "A6": "项目资金（万元）", "A14": "绩效指标", "A17": "合计", "I17": "{{权重合计|可空}}", "J17": "{{得分合计|可空}}",
			"A18": "评价结论", "D18": "{{评价结论|可空}}", "A19": "存在问题", "D19": "{{存在问题|可空}}", "A20": "改进措施", "D20": "{{改进措施|可空}}"},
		merges: []string{"A1:J1", "A2:J2", "A3:B3", "C3:J3", "A4:B4", "C4:J4", "A5:B5", "C5:J5", "A6:A11", "A12:A13", "B12:E12", "F12:J12", "B13:E13", "F13:J13", "A14:A16",
			"A17:H17", "A18:C18", "D18:J18", "A19:C19", "D19:J19", "A20:C20", "D20:J20"},
		columns: []string{"一级指标=B", "二级指标=C", "三级指标=D", "指标性质=E", "指标值=F", "度量单位=G", "实际完成值=H", "分值=I", "得分=J", "偏差原因=K"},
	}
	d.money(6, []string{"年初预算=年初预算", "调整后预算数=调整预算", "预算执行数=执行数", "预算执行率=执行率", "权重=权重", "得分=得分", "原因=原因"},
		"总额=总额", "其中：财政资金=财政", "财政专户管理资金=专户", "单位资金=单位", "其他资金=其他")
	goals(d, 12)
	heads(d, 14, "一级指标", "二级指标", "三级指标", "指标性质", "指标值", "度量单位", "完成值", "权重", "得分", "未完成原因分析")
	d.listRow(15, map[string]string{"B": "产出指标", "C": "数量指标"})
	d.listRow(16, map[string]string{"B": "效益指标", "C": "社会效益指标"})

	f := &family{
		cells: map[string]any{"A1": "绩效目标自评表", "A2": "（{{年度}}年度）", "A3": "项目名称", "C3": "{{项目名称}}", "A4": "主管部门", "C4": "{{主管部门}}",
			"A5": "实施单位", "C5": "{{实施单位}}", "A6": "项目资金（万元）", "A12": "绩效指标", "A15": "总分", "E15": "{{总分值|可空}}", "H15": "{{总分|可空}}"},
		merges:   []string{"A1:J1", "A2:J2", "A3:B3", "C3:J3", "A4:B4", "C4:J4", "A5:B5", "C5:J5", "A6:A9", "A10:A11", "B10:E10", "F10:J10", "B11:E11", "F11:J11", "A12:A14"},
		synonyms: map[string][]string{"实际完成值": {"全年实际值", "完成值"}, "偏差原因分析及改进措施": {"未完成原因及拟采取的改进措施"}, "当年财政拨款": {"本年财政拨款"}},
		columns:  []string{"一级指标=B", "二级指标=C", "三级指标=D", "分值=E", "年度指标值=F", "实际完成值=G", "得分=H", "偏差原因=I"},
	}
	f.money(6, []string{"全年预算数(A)=全年预算数", "全年执行数(B)=全年执行数", "分值=分值", "执行率(B/A)=执行率", "得分=得分"},
		"年度资金总额=总额", "其中：当年财政拨款=拨款", "其他资金=其他")
	goals(f, 10)
	heads(f, 12, "一级指标", "二级指标", "三级指标", "分值", "年度指标值", "实际完成值", "得分", "偏差原因分析及改进措施")
	f.listRow(13, map[string]string{"B": "产出指标", "C": "数量指标"})
	f.listRow(14, map[string]string{"B": "效益指标", "C": "社会效益指标"})
	return map[string]*family{"a": a, "c": c, "d": d, "f": f}
}

func TestFamilies(t *testing.T) {
	t.Parallel()
	common := map[string]string{"项目名称": "C3", "主管部门": "C4", "实施单位": "C5"}
	with := func(more map[string]string) map[string]string {
		for k, v := range common {
			more[k] = v
		}
		return more
	}
	table := []aim{
		{file: "family-a-1", first: 14, last: 24, dropped: []int{23}, fields: with(map[string]string{
			"总额年初预算数": "C7", "总额全年预算数": "D7", "总额全年执行数": "E7", "总额分值": "F7", "总额执行率": "G7", "总额得分": "H7",
			"拨款年初预算数": "C8", "拨款全年预算数": "D8", "拨款全年执行数": "E8", "结转年初预算数": "C9", "其他全年执行数": "E10", "预期目标": "B12", "实际完成情况": "F12", "总分值": "G25", "总分": "H25"})},
		{file: "family-a-2", first: 12, last: 36, fields: with(map[string]string{
			"总额年初预算数": "C7", "总额全年预算数": "D7", "总额全年执行数": "E7", "总额分值": "F7", "总额执行率": "G7", "总额得分": "H7",
			"拨款全年执行数": "E8", "拨款分值": "F8", "拨款执行率": "G8", "拨款得分": "H8", "预期目标": "B10", "实际完成情况": "F10", "总分值": "G37", "总分": "H37"}),
			problems: []string{
				"找不到 “上年结转资金” 项目支出绩效自评表!B8 → 结转年初预算数、结转全年预算数、结转全年执行数、结转分值、结转执行率、结转得分",
				"找不到 “其他资金” 项目支出绩效自评表!B8 → 其他年初预算数、其他全年预算数、其他全年执行数、其他分值、其他执行率、其他得分"}},
		{file: "family-c-1", first: 12, last: 15, fields: map[string]string{"单位名称": "C3", "项目名称": "C4", "基本支出总额": "C5", "项目支出总额": "C6",
			"总额预算数": "C8", "总额执行数": "D8", "总额执行率": "E8", "总额得分": "F8", "预期目标": "B10", "实际完成情况": "F10", "总分": "G16", "原因分析": "D17", "改进措施": "D18"}},
		{file: "family-c-2", first: 12, last: 19, fields: map[string]string{"单位名称": "C3", "项目名称": "C4", "总额预算数": "C8", "总额执行数": "D8", "总额执行率": "E8", "总额得分": "F8",
			"总分": "G20", "原因分析": "D21", "改进措施": "D22"}},
		{file: "family-c-3", first: 12, last: 17, fields: map[string]string{"单位名称": "C3", "项目名称": "C4", "总额预算数": "C8", "总额执行数": "D8", "总额执行率": "E8", "总额得分": "F8",
			"总分": "G18", "原因分析": "D19", "改进措施": "D20"}},
		{file: "family-d-1", first: 10, last: 13, fields: with(map[string]string{"预期目标": "B8", "实际完成情况": "F8", "权重合计": "I14", "得分合计": "J14", "评价结论": "D15", "存在问题": "D16", "改进措施": "D17"}),
			problems: []string{
				"找不到 “总额” 项目支出绩效自评表!I6 → 总额年初预算、总额调整预算、总额执行数、总额执行率、总额权重、总额得分、总额原因",
				"找不到 “其中：财政资金” 项目支出绩效自评表!I6 → 财政年初预算、财政调整预算、财政执行数、财政执行率、财政权重、财政得分、财政原因",
				"找不到 “财政专户管理资金” 项目支出绩效自评表!I6 → 专户年初预算、专户调整预算、专户执行数、专户执行率、专户权重、专户得分、专户原因",
				"找不到 “单位资金” 项目支出绩效自评表!I6 → 单位年初预算、单位调整预算、单位执行数、单位执行率、单位权重、单位得分、单位原因",
				"找不到 “其他资金” 项目支出绩效自评表!I6 → 其他年初预算、其他调整预算、其他执行数、其他执行率、其他权重、其他得分、其他原因"}},
		{file: "family-d-2", first: 15, last: 16, fields: with(map[string]string{"总额年初预算": "C7", "总额调整预算": "D7", "总额执行数": "E7", "总额执行率": "F7", "总额权重": "G7", "总额得分": "H7", "总额原因": "I7",
			"财政执行数": "E8", "财政权重": "G8", "专户年初预算": "C9", "单位执行率": "F10", "其他得分": "H11", "预期目标": "B13", "实际完成情况": "F13", "权重合计": "I17", "得分合计": "J17", "评价结论": "D18", "存在问题": "D19", "改进措施": "D20"})},
		{file: "family-f-1", first: 13, last: 27, dropped: []int{27}, fields: with(map[string]string{"总额全年预算数": "C7", "总额全年执行数": "D7", "总额分值": "E7", "总额执行率": "F7", "总额得分": "G7",
			"拨款全年预算数": "C8", "拨款分值": "E8", "其他全年预算数": "C9", "其他全年执行数": "D9", "预期目标": "B11", "实际完成情况": "F11", "总分值": "E28", "总分": "H28"})},
	}
	maps := families()
	for _, x := range table {
		t.Run(x.file, func(t *testing.T) {
			t.Parallel()
			fm := maps[strings.Split(x.file, "-")[1]]
			f := file(t, x.file+".xlsx")
			x.check(t, fm, f, fm.compile(t).Locate(read(t, f)))
		})
	}
}

// check compares a layout with what stands at the plain positions.
func (x *aim) check(t *testing.T, fm *family, f *excelize.File, l *fillin.Layout) {
	t.Helper()
	if !l.Recognised() {
		t.Fatal("not recognised")
	}
	sheet := f.GetSheetName(0)
	diff(t, "problems", problems(l), x.problems)
	for _, field := range sortedKeys(x.fields) {
		i := slices.IndexFunc(l.Cells, func(c fillin.Located) bool { return c.Spec.Name == field })
		if i < 0 {
			t.Errorf("%s: not located", field)
			continue
		}
		if c := l.Cells[i]; c.Cell.String() != x.fields[field] || c.Raw != own(t, f, sheet, x.fields[field]) {
			t.Errorf("%s = %q in %s; want %q in %s", field, c.Raw, c.Cell, own(t, f, sheet, x.fields[field]), x.fields[field])
		}
	}
	var want []string
	upper := map[string]string{}
	for r := x.first; r <= x.last; r++ {
		row := ""
		for _, c := range fm.columns {
			field, col, _ := strings.Cut(c, "=")
			text := own(t, f, sheet, fmt.Sprintf("%s%d", col, r))
			mark := ""
			if col == "B" || col == "C" {
				switch {
				case text != "":
					upper[col] = text
					if col == "B" {
						delete(upper, "C")
					}
				case upper[col] != "":
					text, mark = upper[col], "↓"
				}
			}
			row += fmt.Sprintf("%s=%s%s ", field, text, mark)
		}
		if !slices.Contains(x.dropped, r) {
			want = append(want, row)
		}
	}
	var got []string
	for _, it := range l.Lists[0].Items {
		row := ""
		for _, c := range it.Cells {
			mark := ""
			if c.Filled {
				mark = "↓"
			}
			row += fmt.Sprintf("%s=%s%s ", c.Spec.Name, c.Raw, mark)
		}
		got = append(got, row)
	}
	diff(t, "list", got, want)
}

// own is a cell's own text: nothing for a cell that is covered by a merged one.
func own(t testing.TB, f *excelize.File, sheet, ref string) string {
	t.Helper()
	merges, err := f.GetMergeCells(sheet)
	if err != nil {
		t.Fatal(err)
	}
	c, r, err := excelize.CellNameToCoordinates(ref)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range merges {
		c1, r1, err1 := excelize.CellNameToCoordinates(m.GetStartAxis())
		c2, r2, err2 := excelize.CellNameToCoordinates(m.GetEndAxis())
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		if c >= c1 && c <= c2 && r >= r1 && r <= r2 && (c != c1 || r != r1) {
			return ""
		}
	}
	return get(t, f, sheet, ref)
}

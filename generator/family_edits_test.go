package generator

import (
	"strings"

	"github.com/xuri/excelize/v2"
)

// familyLabels are the labels of all families, in one spelling.
var familyLabels = strings.Fields(`项目名称 主管部门 实施单位 单位名称 基本支出总额 项目支出总额 项目资金(万元) 项目资金(元) 年初预算数 全年预算数 全年执行数 年初预算 调整后预算数 预算执行数 预算执行率
	预算数(A) 执行数(B) 执行率(B/A) 得分(20分*执行率) 全年预算数(A) 全年执行数(B) 分值 权重 执行率 得分 原因 年度资金总额 年度财政资金总额 总额 其中:当年财政拨款 其中:本年财政拨款 其中:财政资金 上年结转资金
	财政专户管理资金 单位资金 其他资金 年度总体目标 预期目标 实际完成情况 绩效指标 一级指标 二级指标 三级指标 年度指标值 实际完成值 偏差原因分析及改进措施 年初目标值(A) 实际完成值(B) 指标性质 指标值 度量单位 完成值
	未完成原因分析 全年实际值 未完成原因及拟采取的改进措施 总分 合计 评价结论 存在问题 改进措施 其他需要说明事项 偏差大或目标未完成原因分析 改进措施及结果应用方案`)

// familySynonyms are other names of labels, as the forms of the trade use them.
var familySynonyms = map[string]map[string]string{
	"通用项目": {"年度指标值": "指标值", "实际完成值": "全年完成值", "分值": "权重", "偏差原因分析及改进措施": "未完成原因和改进措施", "全年预算数": "调整后预算数", "其中：当年财政拨款": "其中：本年财政拨款", "预期目标": "年初设定目标", "实际完成情况": "全年实际完成情况", "实施单位": "项目单位", "年初预算数": "年初预算"},
	"湖北":   {"年初目标值(A)": "年度指标值", "实际完成值(B)": "完成值", "预算数(A)": "全年预算数", "执行数(B)": "全年执行数", "年度财政资金总额": "年度资金总额", "单位名称": "部门名称", "偏差大或目标未完成原因分析": "偏差原因分析", "改进措施及结果应用方案": "改进措施"},
	"四川":   {"年初预算": "年初预算数", "调整后预算数": "全年预算数", "预算执行数": "全年执行数", "预算执行率": "执行率", "权重": "分值", "完成值": "实际完成值", "指标值": "年度指标值", "度量单位": "计量单位", "未完成原因分析": "偏差原因分析", "总额": "年度资金总额", "预期目标": "项目年度目标", "实际完成情况": "年度目标完成情况"},
	"云南":   {"指标值": "目标值", "实际完成值": "全年实际值", "分值": "权重", "偏差原因分析及改进措施": "偏差原因分析", "全年预算数": "调整预算数", "其中：当年财政拨款": "其中：财政拨款", "其他资金": "非财政拨款", "其他需要说明事项": "其他需要说明的事项"},
	"衔接资金": {"全年实际值": "实际完成值", "年度指标值": "指标值", "分值": "权重", "未完成原因及拟采取的改进措施": "未完成原因和改进措施", "全年预算数(A)": "全年预算数", "全年执行数(B)": "全年执行数", "其中：本年财政拨款": "其中：财政衔接资金", "预期目标": "年初设定目标", "实际完成情况": "年度总体目标完成情况综述"},
}

func (b *familyBook) synonyms() {
	b.t.Helper()
	used := map[string]bool{}
	for r, cells := range b.grid() {
		for c, text := range cells {
			if other, ok := familySynonyms[b.form][strings.ReplaceAll(text, "\n", "")]; ok {
				b.set(cellName(c+1, r+1), other)
				used[text] = true
			}
		}
	}
	if len(used) != len(familySynonyms[b.form]) {
		b.t.Fatalf("%s: only %d of %d labels renamed", b.form, len(used), len(familySynonyms[b.form]))
	}
}

func (b *familyBook) unmerge() {
	b.t.Helper()
	merges, err := b.GetMergeCells(b.sheet)
	b.do(err)
	for _, m := range merges {
		b.do(b.UnmergeCell(b.sheet, m.GetStartAxis(), m.GetEndAxis()))
	}
}

func (b *familyBook) repeatLevels() {
	b.t.Helper()
	b.unmerge()
	first, last := b.indicators()
	for _, head := range []string{"一级指标", "二级指标"} {
		col, _ := b.at(head)
		above := ""
		for r := first; r <= last; r++ {
			if text := b.get(col, r); text != "" {
				above = text
			}
			b.set(cellName(col, r), above)
		}
	}
}

// spaceLabels puts a blank behind the first letter of every label, and a line break before the last.
func (b *familyBook) spaceLabels() {
	b.t.Helper()
	b.each(func(text string) string {
		r := []rune(text)
		if len(r) < 2 {
			return text
		}
		return string(r[:1]) + "\u3000 " + string(r[1:len(r)-1]) + "\n" + string(r[len(r)-1:])
	})
}

// columnPair are two columns of the list of indicators that may stand the other way round.
func (b *familyBook) columnPair() (c1, c2 int) {
	b.t.Helper()
	pair := map[string][2]string{"通用项目": {"年度指标值", "分值"}, "湖北": {"年初目标值(A)", "得分"}, "四川": {"完成值", "权重"}, "云南": {"分值", "得分"}, "衔接资金": {"全年实际值", "得分"}}[b.form]
	_, head := b.at("三级指标")
	return b.inRow(head, pair[0]), b.inRow(head, pair[1])
}

// swap exchanges two columns of the list of indicators, with its header and the sums below it.
func (b *familyBook) swap(c1, c2 int) {
	b.t.Helper()
	_, head := b.at("三级指标")
	_, sum := b.at("总分", "合计")
	// A merged header or label of the sum would cover one of the columns.
	merges, err := b.GetMergeCells(b.sheet)
	b.do(err)
	for _, m := range merges {
		if _, r, err := excelize.CellNameToCoordinates(m.GetStartAxis()); err == nil && (r == head || r == sum) {
			b.do(b.UnmergeCell(b.sheet, m.GetStartAxis(), m.GetEndAxis()))
		}
	}
	b.exchange(c1, c2, head, sum)
}

func (b *familyBook) exchange(c1, c2, from, to int) {
	b.t.Helper()
	for r := from; r <= to; r++ {
		x, y := b.get(c1, r), b.get(c2, r)
		b.set(cellName(c1, r), y)
		b.set(cellName(c2, r), x)
	}
	if b.get(c1, from) == b.get(c2, from) {
		b.t.Fatalf("%s: nothing exchanged", b.form)
	}
}

// spellDown writes the first 一级指标 one letter a cell: 产, 出, 指, 标, （50分）.
func (b *familyBook) spellDown() {
	b.t.Helper()
	b.unmerge()
	col, _ := b.at("一级指标")
	first, _ := b.indicators()
	word, points, _ := strings.Cut(b.get(col, first), "\n")
	letters := strings.Split(word, "")
	if points != "" {
		letters = append(letters, points)
	}
	for i, text := range letters {
		b.set(cellName(col, first+i), text)
	}
}

// otherUnit writes all sums of money in the other unit, and says so.
func (b *familyBook) otherUnit() {
	b.t.Helper()
	col, top := b.at("项目资金")
	factor, name := 10000.0, "项目资金（元）"
	if b.form == "云南" {
		factor, name = 1/10000.0, "项目资金（万元）"
	}
	b.set(cellName(col, top), name)
	_, end := b.at("年度总体目标")
	for c, head := range b.grid()[top-1] {
		if !strings.Contains(head, "预算") && !strings.Contains(head, "执行数") || strings.Contains(head, "率") {
			continue
		}
		for r := top + 1; r < end; r++ {
			if n, ok := b.number(b.get(c+1, r)); ok {
				b.do(b.SetCellFloat(b.sheet, cellName(c+1, r), n*factor, 4, 64))
			}
		}
	}
	for _, label := range []string{"基本支出总额", "项目支出总额"} {
		if b.form != "湖北" {
			break
		}
		c, r := b.at(label)
		b.set(cellName(c, r), label+"（元）")
		if n, ok := b.number(b.get(c+2, r)); ok {
			b.do(b.SetCellFloat(b.sheet, cellName(c+2, r), n*factor, 4, 64))
		}
	}
}

// numbers stores as numbers what stands as text, percentages as fractions with their format.
func (b *familyBook) numbers() {
	b.t.Helper()
	percent, err := b.NewStyle(&excelize.Style{NumFmt: 10})
	b.do(err)
	for r, cells := range b.grid() {
		for c, text := range cells {
			ref := cellName(c+1, r+1)
			if n, ok := b.number(text); ok {
				b.do(b.SetCellFloat(b.sheet, ref, n, -1, 64))
			} else if n, ok := b.number(strings.TrimSuffix(text, "%")); ok && strings.Contains(text, ".") {
				b.do(b.SetCellFloat(b.sheet, ref, n/100, 6, 64))
				b.do(b.SetCellStyle(b.sheet, ref, ref, percent))
			}
		}
	}
}

// joinTargets writes ≥, 300 and 公里 into one cell over the three columns.
func (b *familyBook) joinTargets() {
	b.t.Helper()
	sign, head := b.at("指标性质")
	first, last := b.indicators()
	b.unmerge()
	for r := head; r <= last; r++ {
		text := "年度指标值"
		if r >= first {
			text = strings.TrimPrefix(b.get(sign, r), "定性") + b.get(sign+1, r) + b.get(sign+2, r)
		} else if r > head || b.form == "云南" {
			text = "" // its header stands one row above
		}
		b.set(cellName(sign, r), text)
		b.set(cellName(sign+1, r), "")
		b.set(cellName(sign+2, r), "")
		b.do(b.MergeCell(b.sheet, cellName(sign, r), cellName(sign+2, r)))
	}
}

// stack writes the same form for a second project below the first.
func (b *familyBook) stack() {
	b.t.Helper()
	rows := b.grid()
	merges, err := b.GetMergeCells(b.sheet)
	b.do(err)
	down := len(rows) + 1
	for r, cells := range rows {
		for c, text := range cells {
			if text != "" {
				b.set(cellName(c+1, r+1+down), strings.ReplaceAll(text, "乡村道路养护", "农村公路绿化"))
			}
		}
	}
	for _, m := range merges {
		c1, r1, err1 := excelize.CellNameToCoordinates(m.GetStartAxis())
		c2, r2, err2 := excelize.CellNameToCoordinates(m.GetEndAxis())
		b.do(err1)
		b.do(err2)
		b.do(b.MergeCell(b.sheet, cellName(c1, r1+down), cellName(c2, r2+down)))
	}
}

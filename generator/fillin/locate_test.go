package fillin_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"jixiao/generator/fillin"
	"jixiao/generator/ooxml"
	"jixiao/generator/value"
)

const (
	w = "整体支出绩效自评表"
	p = "项目甲"
)

// change is one thing that somebody did to the workbook, and what must come of
// it. Every value that is not named must be read as before.
type change struct {
	name     string
	do       func(b *ooxml.Workbook)
	want     []string          // values that change: 名称 = 文字
	gone     []string          // values that are not located any more
	cells    map[string]string // where values must stand
	problems []string
	unit     string // of all amounts
	year     string // of the two places of the year one is left, and says this
}

func (c *change) check(t *testing.T, m *fillin.Map, seed *ooxml.Workbook, before []string) {
	t.Helper()
	b := clone(seed)
	c.do(b)
	l := m.Locate(b)
	want := slices.Clone(before)
	name := func(line string) string { n, _, _ := strings.Cut(line, " "); return n }
	for _, x := range c.want {
		i := slices.IndexFunc(want, func(y string) bool { return name(y) == name(x) })
		if i < 0 {
			t.Fatalf("no value %s", x)
		}
		want[i] = x
	}
	if c.year != "" {
		i := slices.IndexFunc(want, func(y string) bool { return strings.HasSuffix(name(y), "年度") })
		path := name(want[i])
		two := slices.IndexFunc(want[i+1:], func(y string) bool { return name(y) == path })
		want[i+1+two] = path + " = " + c.year
		want = slices.Delete(want, i, i+1)
	}
	if c.unit != "" {
		for i, a := range amounts(m, want) {
			if a {
				want[i] = strings.TrimSuffix(want[i], " [万元]") + " [" + c.unit + "]"
			}
		}
	}
	for _, x := range c.gone {
		n := len(want)
		want = slices.DeleteFunc(want, func(y string) bool {
			return name(y) == x || strings.HasSuffix(x, "*") && strings.HasPrefix(name(y), x[:len(x)-1])
		})
		if len(want) == n {
			t.Fatalf("no value %s", x)
		}
	}
	diff(t, "values", lines(l, false), want)
	diff(t, "problems", problems(l), c.problems)
	placed := lines(l, true)
	for _, n := range sortedKeys(c.cells) {
		if !slices.ContainsFunc(placed, func(y string) bool {
			return strings.HasPrefix(y, n+" "+c.cells[n]+" ")
		}) {
			t.Errorf("%s does not stand in %s", n, c.cells[n])
		}
	}
}

// amounts says of each line whether it is an amount of money.
func amounts(m *fillin.Map, lines []string) []bool {
	out := make([]bool, len(lines))
	for i, x := range lines {
		name, _, _ := strings.Cut(x, " ")
		name = name[strings.LastIndex(name, ".")+1:]
		out[i] = slices.ContainsFunc(m.Specs(), func(s *fillin.Spec) bool { return s.Name == name && s.Format.Type() == value.TypeAmount })
	}
	return out
}

// sheet changes cells of one sheet: alternating references and texts.
func sheet(i int, cells ...string) func(*ooxml.Workbook) {
	return func(b *ooxml.Workbook) {
		for j := 0; j < len(cells); j += 2 {
			put(&b.Sheets[i], cells[j], cells[j+1])
		}
	}
}

// then does one thing after the other.
func then(steps ...func(*ooxml.Workbook)) func(*ooxml.Workbook) {
	return func(b *ooxml.Workbook) {
		for _, s := range steps {
			s(b)
		}
	}
}

func split(i int, refs ...string) func(*ooxml.Workbook) {
	return func(b *ooxml.Workbook) {
		for _, r := range refs {
			unmerge(&b.Sheets[i], r)
		}
	}
}

func rows(i, at, n int) func(*ooxml.Workbook) {
	return func(b *ooxml.Workbook) { insertRows(&b.Sheets[i], at, n) }
}

// changes are what people do to the seed with two projects.
func changes(t testing.TB) []change {
	t.Helper()
	report := base(t).Sheets[1].Name
	return []change{
		{name: "value beside its label", do: then(split(0, "B7"), sheet(0, "B7", "按收入性质分：", "C7", "326.68")), cells: map[string]string{"按收入性质分": w + "!C7"}},
		{name: "words beside a label of an amount are not its value", do: then(split(0, "B9"), sheet(0, "D9", "本年无此项收入安排")), cells: map[string]string{"政府性基金拨款": w + "!B9"}},
		{name: "label and value joined", do: sheet(0, "A4", "预算部门名称：某局", "D4", ""), want: []string{"单位名称 = 某局"}, cells: map[string]string{"单位名称": w + "!A4"}},
		{name: "joined and beside say the same", do: sheet(0, "A4", "预算部门名称：株洲市渌口区信访局", "D4", "株洲市渌口区信访局")},
		{name: "joined and beside differ", do: sheet(0, "A4", "预算部门名称：某局"), gone: []string{"单位名称"}, problems: []string{"两处 “预算部门名称” " + w + "!D4 → 单位名称"}},
		{name: "labels in a cell in another order, without colon", do: sheet(0, "A25", "联系电话 0731-123 填报日期：2023.4.4 填报人：李某 单位负责人（签字）：王某"),
			want: []string{"填报人 = 李某", "联系电话 = 0731-123", "填报日期 = 2023.4.4", "单位负责人 = 王某"}},
		{name: "labels in a cell without anything between", do: sheet(0, "A25", "填报人:李某联系电话:0731-123填报日期:2023.4.4单位负责人签字:王某"),
			want: []string{"填报人 = 李某", "联系电话 = 0731-123", "填报日期 = 2023.4.4", "单位负责人 = 王某"}},
		{name: "a label of a cell is missing, a strange one stands there", do: sheet(0, "A25", "填报人：李某　手机：139　填报日期：2023.4.4  单位负责人：王某"),
			want: []string{"填报人 = 李某", "填报日期 = 2023.4.4", "单位负责人 = 王某"}, gone: []string{"联系电话"}, problems: []string{"找不到 “联系电话” " + w + "!A25 → 联系电话"}},
		{name: "one cell split into many", do: then(split(0, "A25"), sheet(0, "A25", "填报人", "B25", "李某", "C25", "联系电话：", "D25", "139", "F25", "填报日期：2023.4.4", "H25", "单位负责人签字", "I25", "王某")),
			want:  []string{"填报人 = 李某", "联系电话 = 139", "填报日期 = 2023.4.4", "单位负责人 = 王某"},
			cells: map[string]string{"填报人": w + "!B25", "联系电话": w + "!D25", "填报日期": w + "!F25", "单位负责人": w + "!I25"}},
		{name: "one letter wrong", do: sheet(0, "A4", "预算部们名称", "I14", "偏差原因分析与改进措施"), problems: []string{
			"不同 “预算部门名称” " + w + "!A4 写作“预算部们名称” → 单位名称", "不同 “偏差原因分析及改进措施” " + w + "!I14 写作“偏差原因分析与改进措施” → 偏差原因"}},
		{name: "one letter that tells labels apart", do: sheet(1, "A9", "本年年初预算数（万元）"), gone: []string{"上年年初预算数"},
			problems: []string{"找不到 “上年年初预算数（万元）” " + report + "!A8 → 上年年初预算数"}},
		{name: "brackets differ", do: sheet(0, "B6", "年度资金总额（A）", "D5", "年初预算数(A)", "G5", "分值（10分）", "B9", "2.政府性基金拨款：1.5", "B8", "一般公共预算：326.68"),
			want: []string{"政府性基金拨款 = 1.5 [万元]"}},
		{name: "a value in brackets behind its label", do: sheet(0, "A3", "填报单位：（盖章）某局　　（2022年度）"), want: []string{"填报单位 = 某局"}},
		{name: "a value before the seal and the bracket of the next value", do: sheet(0, "A3", "填报单位：某局（盖章）               （2022年度）"), want: []string{"填报单位 = 某局"}},
		{name: "another title", do: sheet(0, "A2", "2022年度株洲市渌口区信访局整体支出绩效自评表"), year: "2022"},
		{name: "the year behind other words", do: sheet(0, "A2", "株洲市渌口区信访局2022年度部门整体支出绩效自评表（盖章）", "A3", "填报单位：某局（盖章）  2022年度"), want: []string{"填报单位 = 某局"}},
		{name: "year in Chinese figures", do: sheet(0, "A2", "二〇二二年度部门整体支出绩效自评表"), want: []string{"年度 = 二〇二二"}},
		{name: "a column that is gone", do: sheet(0, "E5", "", "E6", ""), gone: []string{"全年预算数"}, problems: []string{"找不到 “全年预算数” " + w + "!D5 → 全年预算数"}},
		{name: "a renamed neighbour is not the value", do: then(split(2, ""), func(b *ooxml.Workbook) { b.Sheets[2].Merges = nil }, sheet(2, "C5", "", "E5", "承办科室")),
			want: []string{"项目[1].主管部门 = "}, gone: []string{"项目[1].实施单位"}, problems: []string{"找不到 “实施单位” " + p + "!A5 → 实施单位"}},
		{name: "a remark far to the right is not the value", do: sheet(0, "D4", "", "L4", "请核对"), want: []string{"单位名称 = "}, cells: map[string]string{"单位名称": w + "!D4"}},
		{name: "one row made two", do: then(rows(2, 6, 1), sheet(2, "E5", "", "F5", "", "A6", "实施单位", "C6", "某局办公室")), cells: map[string]string{"项目[1].实施单位": p + "!C6"}},
		{name: "a goal in the header's cell", do: sheet(0, "B12", "预期目标：好好干", "B13", ""), want: []string{"预期目标 = 好好干"}},
		{name: "two goals, and a figure beside them", do: then(rows(0, 14, 1), sheet(0, "B14", "目标二", "G14", "5")), gone: []string{"预期目标", "实际完成情况"}, problems: []string{"两处 “预期目标” " + w + "!B13 → 预期目标", "两处 “实际完成情况” " + w + "!F13 → 实际完成情况"}},
		{name: "the sum behind its label", do: sheet(0, "A24", "总分：98", "H24", ""), want: []string{"总分 = 98"}, cells: map[string]string{"总分": w + "!A24"}},
		{name: "two rows of sums that differ", do: then(rows(0, 24, 1), sheet(0, "A24", "总分", "G24", "100", "H24", "97")), gone: []string{"总分"}, problems: []string{"两处 “总分” " + w + "!H25 → 总分"}},
		{name: "two rows of sums that agree", do: then(rows(0, 24, 1), sheet(0, "A24", "总分", "G24", "100", "H24", "98"))},
		{name: "two rows of sums, one empty", do: then(rows(0, 24, 1), sheet(0, "A24", "总分")), cells: map[string]string{"总分": w + "!H25"}},
		{name: "units of money, nearest first", do: then(sheet(0, "A1", "金额单位：亿元", "A5", "年度预算申请", "D5", "年初预算数（元）", "B8", "其中：一般公共预算（元）：326.68"), sheet(1, "A9", "上年年初预算数（元）")), want: []string{
			"年初预算数 = 308.76 [元]", "全年预算数 = 326.68 [亿元]", "全年执行数 = 329.98 [亿元]", "按收入性质分 = 326.68 [亿元]", "按支出性质分 = 329.98 [亿元]", "一般公共预算 = 326.68 [元]", "基本支出 = 329.98 [亿元]",
			"政府性基金拨款 =  [亿元]", "项目支出 =  [亿元]", "非税收入拨款 =  [亿元]", "其他资金 =  [亿元]", "上年年初预算数 = 173.39 [元]"}},
		{name: "a label at the beginning of a long value", do: sheet(1, "B17", "项目支出情况：其他资金：3，项目支出：4"), want: []string{"项目支出情况 = 项目支出情况：其他资金：3，项目支出：4"}},
		{name: "a header repeated in the list", do: then(rows(0, 19, 1), sheet(0, "B19", "一级指标", "C19", "二级指标", "D19", "三级指标", "E19", "年度指标值", "F19", "实际完成值", "G19", "分值", "H19", "得分"))},
		{name: "notes in and below the list", do: then(rows(0, 24, 2), sheet(0, "A24", "注：定量指标按比例计分", "B25", "请对照年度目标填写"), func(b *ooxml.Workbook) { merge(&b.Sheets[0], "B25:I25") })},
		{name: "a subtotal is no item", do: then(rows(0, 19, 1), sheet(0, "C19", "小计", "G19", "50", "H19", "68"))},
		{name: "left over blank rows of the form", do: then(rows(0, 19, 3), sheet(0, "D19", "指标2：", "D20", "……", "C21", "质量指标", "E21", "—"))},
		{name: "a column of the bureau's own", do: then(func(b *ooxml.Workbook) { insertCols(&b.Sheets[0], 9, 1) }, sheet(0, "I14", "复核分", "I15", "7", "I16", "7", "I24", "14"))},
		{name: "one score for three items", do: then(sheet(0, "H16", "", "H17", ""), func(b *ooxml.Workbook) { merge(&b.Sheets[0], "H15:H17") }),
			want: []string{"指标[2].得分 = 20 ↓", "指标[3].得分 = 20 ↓"}, cells: map[string]string{"指标[3].得分": w + "!H15"}},
		{name: "letters from top to bottom", do: then(split(0, "B15", "B19"), sheet(0, "B15", "产", "B16", "出", "B17", "指", "B18", "标", "B19", "效", "B20", "益", "B21", "指", "B22", "标")), want: []string{
			"指标[1].一级指标 = 产出指标", "指标[2].一级指标 = 产出指标 ↓", "指标[3].一级指标 = 产出指标 ↓", "指标[4].一级指标 = 产出指标 ↓",
			"指标[5].一级指标 = 效益指标", "指标[6].一级指标 = 效益指标 ↓", "指标[7].一级指标 = 效益指标 ↓", "指标[8].一级指标 = 效益指标 ↓"}},
		{name: "the text of a merged cell is gone", do: sheet(0, "B19", ""), want: []string{"指标[5].一级指标 = ", "指标[6].一级指标 = ", "指标[7].一级指标 = ", "指标[8].一级指标 = "}},
		{name: "what is below another block is not filled down", do: then(split(0, "B19"), sheet(0, "B19", "")), want: []string{"指标[5].一级指标 = ", "指标[6].一级指标 = ", "指标[7].一级指标 = ", "指标[8].一级指标 = "}},
		{name: "a score column renamed", do: sheet(0, "H14", "自评分"), gone: append([]string{"总分"}, each("指标[%d].得分", 9)...), problems: []string{"找不到 “得分” " + w + "!G14 → 得分、总分"}},
		{name: "two columns of scores", do: sheet(0, "J14", "得分"), gone: append([]string{"总分"}, each("指标[%d].得分", 9)...), problems: []string{"两处 “得分” " + w + "!G14 → 得分、总分"}},
		{name: "a formula without a result", do: func(b *ooxml.Workbook) {
			put(&b.Sheets[0], "D6", "x")
			c := b.Sheets[0].At(ooxml.Ref{Row: 6, Col: 4})
			*c = ooxml.Cell{Ref: c.Ref, Kind: ooxml.NoValue, Formula: "SUM(D7:D9)"}
		}, want: []string{"年初预算数 =  [万元]"}, cells: map[string]string{"年初预算数": w + "!D6"}},
		{name: "hidden row and column", do: func(b *ooxml.Workbook) {
			b.Sheets[0].HiddenRows, b.Sheets[0].HiddenCols = []ooxml.Span{{From: 4, To: 4}}, []ooxml.Span{{From: 9, To: 9}}
		}, problems: []string{"隐藏 “预算部门名称” " + w + "!D4 → 单位名称、预算执行得分、偏差原因"}},
		{name: "a hidden sheet of a list is not read", do: func(b *ooxml.Workbook) { b.Sheets[3].Hidden = true }, gone: []string{"项目[2].*"}, problems: []string{"隐藏表 “项目支出绩效自评表” 项目乙! → "}},
		{name: "a figure beside an empty value", do: then(func(b *ooxml.Workbook) { b.Sheets[0].Merges = nil }, sheet(0, "F9", "项目支出：", "H9", "122.97")),
			want: []string{"项目支出 =  [万元]"}, problems: []string{"没有读 “项目支出” 整体支出绩效自评表!H9 写作“122.97” → 项目支出"}},
		{name: "a copy that says the same", do: func(b *ooxml.Workbook) { s := b.Sheets[0]; s.Name = "副本"; b.Sheets = append(b.Sheets, s) }},
		{name: "blank forms sent along", do: func(b *ooxml.Workbook) {
			x, y := read(t, file(t, "blank-whole.xlsx")).Sheets[0], read(t, file(t, "blank-project.xlsx")).Sheets[0]
			b.Sheets = append([]ooxml.Sheet{x, y}, b.Sheets...)
		}},
	}
}

func TestChanges(t *testing.T) {
	t.Parallel()
	m := theMap(t)
	seed := base(t)
	before := lines(m.Locate(seed), false)
	for _, c := range changes(t) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.check(t, m, seed, before)
		})
	}
}

// each writes a name once for each item of a list.
func each(format string, n int) (out []string) {
	for i := range n {
		out = append(out, fmt.Sprintf(format, i+1))
	}
	return out
}

func TestCopyThatDiffers(t *testing.T) {
	t.Parallel()
	m := theMap(t)
	b := base(t)
	other := clone(b).Sheets[0]
	other.Name = "副本"
	put(&other, "D6", "300")
	b.Sheets = append(b.Sheets, other)
	l := m.Locate(b)
	if len(l.Problems) != 1 || l.Problems[0].Kind != fillin.LabelTwice || l.Problems[0].Sheet != "副本" || l.Problems[0].Cell != "A1" || l.Problems[0].Label != wholeSheet || len(l.Problems[0].Specs) != 34 {
		t.Errorf("problems: %v", problems(l))
	}
}

// Forms one below the other, of one kind or of several, are as many forms.
func TestStacked(t *testing.T) {
	t.Parallel()
	m := theMap(t)
	seed := base(t)
	want := lines(m.Locate(seed), false)
	below := func(to *ooxml.Sheet, from ooxml.Sheet, down int) {
		for _, c := range from.Cells {
			c.Ref.Row += down
			to.Cells = append(to.Cells, c)
		}
		for _, x := range from.Merges {
			x.From.Row, x.To.Row = x.From.Row+down, x.To.Row+down
			to.Merges = append(to.Merges, x)
		}
	}
	b := clone(seed)
	below(&b.Sheets[2], b.Sheets[3], 42)
	b.Sheets = b.Sheets[:3]
	diff(t, "two projects in one sheet", lines(m.Locate(b), false), want)

	b = clone(seed)
	for i, down := range []int{25, 50, 100} {
		below(&b.Sheets[0], b.Sheets[i+1], down)
	}
	b.Sheets = b.Sheets[:1]
	l := m.Locate(b)
	diff(t, "everything in one sheet", lines(l, false), want)
	diff(t, "everything in one sheet: problems", problems(l), nil)

	b = clone(seed)
	blank := read(t, file(t, "blank-project.xlsx")).Sheets[0]
	below(&b.Sheets[2], blank, 50)
	for i := range 5 {
		below(&b.Sheets[2], seed.Sheets[3], 100+i*42)
	}
	if l := m.Locate(b); len(l.Lists[1].Items) != 7 || len(l.Problems) > 0 {
		t.Errorf("%d projects, want 7; %v", len(l.Lists[1].Items), problems(l))
	}
}

// A workbook with another layout is not the form; a sheet of the form that is missing is one problem.
func TestNotTheForm(t *testing.T) {
	t.Parallel()
	m := theMap(t)
	for _, name := range []string{"family-c-1", "family-c-2", "family-c-3", "family-d-1", "family-d-2"} {
		if l := m.Locate(read(t, file(t, name+".xlsx"))); l.Recognised() || len(l.Cells)+len(l.Lists)+len(l.Problems) > 0 || len(l.Ignored) != 1 {
			t.Errorf("%s: recognised as %v", name, l.Sheets)
		}
	}
	if l := m.Locate(&ooxml.Workbook{}); l.Recognised() {
		t.Error("an empty workbook is recognised")
	}
	b := base(t)
	b.Sheets = append(b.Sheets[:1:1], ooxml.Sheet{Name: "填表说明", Cells: []ooxml.Cell{{Ref: ooxml.Ref{Row: 1, Col: 1}, Kind: ooxml.TextCell, Text: "填表说明"}}})
	l := m.Locate(b)
	if want := []string{"填表说明"}; !slices.Equal(l.Ignored, want) {
		t.Errorf("ignored %v, want %v", l.Ignored, want)
	}
	if len(l.Problems) != 1 || l.Problems[0].Kind != fillin.LabelMissing || l.Problems[0].Label != reportSheet || l.Problems[0].Sheet != "" || len(l.Problems[0].Specs) != 20 {
		t.Errorf("problems: %v", problems(l))
	}
	if len(l.Lists) != 2 || l.Lists[1].Name != "项目" || len(l.Lists[1].Items) != 0 {
		t.Errorf("lists: %v", l.Lists)
	}
}

// A hidden sheet is read only when nothing else is that sheet of the form.
func TestHiddenSheet(t *testing.T) {
	t.Parallel()
	m := theMap(t)
	b := base(t)
	want := lines(m.Locate(b), false)
	b.Sheets[1].Hidden = true
	old := clone(b).Sheets[0]
	old.Name, old.Hidden = "旧表", true
	put(&old, "D6", "1")
	b.Sheets = append(b.Sheets, old)
	l := m.Locate(b)
	diff(t, "values", lines(l, false), want)
	if !slices.Equal(l.Ignored, []string{"旧表"}) {
		t.Errorf("ignored %v", l.Ignored)
	}
	if len(l.Problems) != 1 || l.Problems[0].Kind != fillin.HiddenCells || l.Problems[0].Cell != "B2" || len(l.Problems[0].Specs) != 20 {
		t.Errorf("problems: %v", problems(l))
	}
}

package form

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/xuri/excelize/v2"
)

// rulesBook is an 审核公式.xlsx with these rows below its headings.
func rulesBook(t testing.TB, sheets map[string][][]any) []byte {
	t.Helper()
	heads := map[string][]any{
		ruleSheet:    {"编号", "名称", "级别", "适用条件", "公式", "容差", "提示", "依据"},
		derivedSheet: {"名称", "公式", "类型"},
		settingSheet: {"名称", "值"},
	}
	book := excelize.NewFile()
	for name, head := range heads {
		if _, err := book.NewSheet(name); err != nil {
			t.Fatal(err)
		}
		for i, row := range append([][]any{head}, sheets[name]...) {
			if err := book.SetSheetRow(name, excelizeCell(i+1), &row); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := book.DeleteSheet("Sheet1"); err != nil {
		t.Fatal(err)
	}
	out, err := book.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func excelizeCell(row int) string {
	name, err := excelize.CoordinatesToCellName(1, row)
	if err != nil {
		panic(err)
	}
	return name
}

// ruled is the built-in fill-in workbook with other rules and no output templates.
func ruled(t testing.TB, sheets map[string][][]any) fstest.MapFS {
	t.Helper()
	return fstest.MapFS{FillInFile: copyOf(t)[FillInFile], RulesFile: {Data: rulesBook(t, sheets)}}
}

// ruleCases are single rows of 审核公式 with every fault that lint must find in them.
var ruleCases = []struct {
	when, test, tolerance, message string
	want                           []string // cell: message
}{
	{"", "全年执行数 <= 全年预算数", "0.01", "超出{{差额}}万元", nil},
	{"是数(指标.得分)", "指标.得分 <= 指标.分值", "", "{{条目}}得分{{指标.得分|分数}}，第{{序号}}条", nil},
	{"", "合计(指标.得分) = 总分", "如果(总分 > 90, 0.1, 0.01)", "{{#每个 指标}}{{指标.三级指标}}{{/每个}}", nil},
	{"总分 > 100", "假", "", "", nil},
	{"空(项目支出)", "基本支出 > 0 且 基本支出 < 5", "", "", nil},
	{"", "名册.年初预算数 = 年初预算数", "", "", nil},
	{"", "上年.年初预算数 = 年初预算数", "", "{{上年.年初预算数|金额}}", nil},

	// names
	{"", "全年执行书 > 0", "", "", []string{"E2: 第1个字符：没有叫“全年执行书”的字段，您是否想写：全年执行数"}},
	{"全年执行书 > 0", "全年执行数 > 0", "", "", []string{"D2: 第1个字符：没有叫“全年执行书”的字段，您是否想写：全年执行数"}},
	{"", "全年执行数 = 全年预算数", "容差线", "", []string{"F2: 第1个字符：没有叫“容差线”的字段"}},
	{"", "全年执行数 > 0", "", "{{差而}}", []string{"G2: 没有叫“差而”的字段，您是否想写：差额"}},
	{"", "上年.年初预算书 = 年初预算数", "", "", []string{"E2: 第1个字符：没有叫“上年.年初预算书”的字段，您是否想写：上年.年初预算数"}},

	// kinds of values
	{"", "单位名称 > 5", "", "", []string{"E2: 第1个字符：“单位名称”是文字，“5”是数，不能比较，永远判不出"}},
	{"", "单位名称 = 全年执行数", "", "", []string{"E2: 第1个字符：“单位名称”是文字，“全年执行数”是数，不能比较，永远判不出"}},
	{"", "填报日期 = 年度", "", "", []string{"E2: 第1个字符：“填报日期”是日期，“年度”是数，不能比较，永远判不出"}},
	{"", "单位名称 > 填报人", "", "", []string{"E2: 第1个字符：“单位名称”是文字，不能比大小，永远判不出"}},
	{"", "全年执行数 + 填报人 > 0", "", "", []string{"E2: 第9个字符：“+”的右边应是数，“填报人”是文字，永远判不出"}},
	{"", "合计(指标.三级指标) > 0", "", "", []string{"E2: 第4个字符：“合计”的第1个参数应是数，“指标.三级指标”是文字，永远判不出"}},
	{"", "年(单位名称) = 2022", "", "", []string{"E2: 第3个字符：“年”的第1个参数应是日期，“单位名称”是文字，永远判不出"}},
	{"", "全年执行数", "", "", []string{"E2: 第1个字符：这里应是条件，“全年执行数”是数，永远判不出"}},
	{"总分", "全年执行数 > 0", "", "", []string{"D2: 第1个字符：这里应是条件，“总分”是数，永远判不出"}},
	{"", "有名册 = 5", "", "", []string{"E2: 第1个字符：“有名册”是条件，“5”是数，不能比较，永远判不出"}},
	{"", "如果(总分, 1, 2) = 1", "", "", []string{"E2: 第4个字符：“如果”的第1个参数应是条件，“总分”是数，永远判不出"}},

	// tolerances
	{"", "全年执行数 = 全年预算数", "填报人", "", []string{"F2: 容差应是数，例如 0.01"}},
	{"", "全年执行数 = 全年预算数", "-0.01", "", []string{"F2: 容差不能是负数"}},
	{"", "全年执行数 = 全年预算数", "“0.01", "", []string{"F2: 第1个字符：引号没有配对：这个““”后面没有另一个引号"}},
	{"", "非 空(全年执行数)", "0.01", "", []string{"F2: 容差不起作用：公式不是“甲 = 乙”一类的比较。请删去容差，或用 近似(甲, 乙, 容差)"}},

	{"", "单位名称 = 填报人", "0.01", "", []string{"F2: 容差不起作用：公式比较的是文字，不是数。请删去容差"}},
	{"", "填报日期 = 日期(2023, 4, 4)", "1", "", []string{"F2: 容差不起作用：公式比较的是日期，不是数。请删去容差"}},
	// numbers that mean something else
	{"", "执行率 >= 95", "", "", []string{"E2: “执行率”是百分比，和 95 比较就是和 9500% 比较：百分之几请写 95%"}},
	{"总分 > 60 且 90 > 执行率", "全年执行数 > 0", "", "", []string{"D2: “执行率”是百分比，和 90 比较就是和 9000% 比较：百分之几请写 90%"}},
	{"", "执行率 >= 95%", "", "", nil},
	{"", "执行率 <= 1", "", "", nil},
	{"", "总分 / 0 > 5", "", "", []string{"E2: 第6个字符：除数是 0，永远判不出"}},
	// two lists
	{"", "指标.得分 = 项目.总分", "", "", []string{"E2: 这条公式逐条审核“指标”，又写了“项目”的字段，永远判不出：另一个列表请用 合计、个数、查找 等函数"}},

	// rules without effect
	{"", "总分 = 总分", "", "", []string{"E2: 这条公式永远不会不通过：填什么都符合"}},
	{"", "总分 >= 60 或 总分 < 60", "", "", []string{"E2: 这条公式永远不会不通过：填什么都符合"}},
	{"", "空(填报人) 或 非 空(填报人)", "", "", []string{"E2: 这条公式永远不会不通过：填什么都符合"}},
	{"总分 >= 90", "总分 > 60", "", "", []string{"E2: 这条公式永远不会不通过：填什么都符合（适用条件已经保证了它）"}},
	{"指标.得分 <= 指标.分值", "指标.分值 >= 指标.得分", "", "", []string{"E2: 这条公式永远不会不通过：填什么都符合（适用条件已经保证了它）"}},
	{"空(项目支出)", "项目支出 > 0", "", "", []string{"E2: 这条公式永远不会不通过：填什么都符合（适用条件已经保证了它）"}},
	{"", "总分 > 总分", "", "", []string{"E2: 这条公式永远通不过：填什么都不符合"}},
	{"", "总分 > 90 且 总分 < 60", "", "", []string{"E2: 这条公式永远通不过：填什么都不符合"}},
	{"", "填报人 = \"甲\" 且 填报人 = \"乙\"", "", "", []string{"E2: 这条公式永远通不过：填什么都不符合"}},
	{"", "个数(指标) >= 0", "", "", []string{"E2: 这条公式永远不会不通过：填什么都符合"}},
	{"", "个数(指标) >= 1", "", "", nil},
	{"", "绝对值(总分) < 0", "", "", []string{"E2: 这条公式永远通不过：填什么都不符合"}},
	{"", "介于(总分, 90, 60)", "", "", []string{"E2: 这条公式永远通不过：填什么都不符合"}},
	{"介于(总分, 60, 80)", "总分 >= 60", "", "", []string{"E2: 这条公式永远不会不通过：填什么都符合（适用条件已经保证了它）"}},
	{"介于(总分, 60, 80)", "总分 >= 61", "", "", nil},
	{"", "且(总分 > 90, 总分 < 60)", "", "", []string{"E2: 这条公式永远通不过：填什么都不符合"}},
	{"", "或(总分 >= 60, 总分 < 60)", "", "", []string{"E2: 这条公式永远不会不通过：填什么都符合"}},
	{"", "填报日期 >= 日期(2023, 1, 1) 且 填报日期 < 日期(2022, 1, 1)", "", "", []string{"E2: 这条公式永远通不过：填什么都不符合"}},
	{"", "填报日期 >= 日期(2023, 1, 1) 且 填报日期 < 日期(2023, 5, 1)", "", "", nil},
	{"", "1 = 1", "", "", []string{"E2: 这条公式永远不会不通过：填什么都符合"}},
	{"", "总分 > 100 且 总分 < 50", "", "", []string{"E2: 这条公式永远通不过：填什么都不符合"}},
	{"", "指标.得分 >= 0 或 指标.得分 < 0", "", "", []string{"E2: 这条公式永远不会不通过：填什么都符合"}},
	{"", "1 < 2", "", "", []string{"E2: 这条公式永远不会不通过：填什么都符合"}},
	{"", "假", "", "", []string{"E2: 这条公式永远通不过：填什么都不符合"}},
	{"", "1 + 1", "", "", []string{"E2: 第1个字符：这里应是条件，“1 + 1”是数，永远判不出", "E2: 这条公式里没有填报表的字段，永远判不出"}},
	{"总分 > 90 且 总分 < 60", "全年执行数 > 0", "", "", []string{"D2: 适用条件永远不成立，这条公式永远不会审核"}},
	{"空(总分) 且 总分 > 5", "全年执行数 > 0", "", "", []string{"D2: 适用条件永远不成立，这条公式永远不会审核"}},
	{"1 = 1", "全年执行数 > 0", "", "", []string{"D2: 适用条件永远成立，请删去"}},

	// pipes and repetition in messages
	{"", "全年执行数 > 0", "", "{{#如果 总分 > 90}}高", []string{"G2: 没有配对：后面缺少“{{/如果}}”"}},
	{"", "全年执行数 > 0", "", "{{全年执行书|金额}}", []string{"G2: 没有叫“全年执行书”的字段，您是否想写：全年执行数"}},
	{"", "全年执行数 > 0", "", "{{全年执行数|金而}}", []string{"G2: 没有叫“金而”的管道，您是否想写：金额"}},
	{"", "全年执行数 > 0", "", "{{单位名称|大写}}", []string{"G2: “单位名称”是文字，管道“大写”要的是数"}},
	{"", "全年执行数 > 0", "", "{{全年执行数|日期}}", []string{"G2: “全年执行数”是数，管道“日期”要的是日期"}},
	{"", "全年执行数 > 0", "", "{{总分|百分比}}", []string{"G2: “总分”是分数，管道“百分比”是“百分比”的：打印出来的数会差很多"}},
	{"", "全年执行数 > 0", "", "{{执行率|金额}}", []string{"G2: “执行率”是百分比，管道“金额”是“金额”的：打印出来的数会差很多"}},
	{"", "全年执行数 > 0", "", "{{指标.得分}}", []string{"G2: “指标”是列表，这里没有轮到它的哪一条：请放在表格的一行里，或 {{#每个 指标}} 和 {{/每个}} 之间，或用合计、个数等函数"}},
	{"", "全年执行数 > 0", "", "{{#如果 单位名称 > 5}}甲{{/如果}}", []string{"G2: “单位名称”是文字，“5”是数，不能比较，永远判不出"}},
}

func lint(t *testing.T, files fstest.MapFS) []string {
	t.Helper()
	_, faults, err := Load("试", files)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range faults {
		place := f.Place[strings.LastIndexByte(f.Place, '!')+1:]
		got = append(got, place+": "+f.Message)
	}
	return got
}

func TestRuleLint(t *testing.T) {
	t.Parallel()
	for _, c := range ruleCases {
		t.Run(c.test, func(t *testing.T) {
			t.Parallel()
			got := lint(t, ruled(t, map[string][][]any{ruleSheet: {{"R-1", "试", "错误", c.when, c.test, c.tolerance, c.message, ""}}}))
			if !slices.Equal(got, c.want) {
				t.Errorf("when %s, %s, tolerance %s, %s:\n got %q\nwant %q", c.when, c.test, c.tolerance, c.message, got, c.want)
			}
		})
	}
}

func TestDerivedLint(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		derived, settings [][]any
		want              []string
	}{
		{[][]any{{"合", "合计(指标.得分)", "分数"}, {"合二", "合 * 系数", "数"}}, [][]any{{"系数", 2}}, nil},
		{[][]any{{"甲", "乙 + 1", "数"}, {"乙", "总分", "分数"}}, nil, []string{"B2: “甲”要用到下面的“乙”，请把“乙”移到它上面"}},
		{[][]any{{"甲", "乙 + 1", "数"}, {"乙", "甲 + 1", "数"}}, nil, []string{"B2: “甲”和“乙”互相用到，谁也算不出"}},
		{[][]any{{"甲", "乙 + 1", "数"}, {"乙", "丙 + 1", "数"}, {"丙", "甲 + 1", "数"}}, nil, []string{"B2: “甲”和“乙”互相用到，谁也算不出", "B3: “乙”和“丙”互相用到，谁也算不出"}},
		{[][]any{{"", "总分 + 1", "数"}}, nil, []string{"A2: 计算项没有名称"}},
		{[][]any{{"甲", "总分 + 1", "金而"}}, nil, []string{"C2: 没有叫“金而”的管道，您是否想写：金额"}},
		{nil, [][]any{{"", 90}}, []string{"A2: 参数没有名称"}},
		{nil, [][]any{{"线", 90}, {"线", 80}}, []string{"A3: 名称“线”已经是参数，请换一个名称"}},
		{[][]any{{"甲", "甲 + 1", "数"}}, nil, []string{"B2: “甲”用到了它自己"}},
		{[][]any{{"总分", "合计(指标.得分)", "分数"}}, nil, []string{"A2: 名称“总分”已经是填报表的字段，请换一个名称"}},
		{[][]any{{"甲", "总分", "分数"}, {"甲", "总分", "分数"}}, nil, []string{"A3: 名称“甲”已经是计算项，请换一个名称"}},
		{[][]any{{"线", "总分", "分数"}}, [][]any{{"线", 90}}, []string{"A2: 名称“线”已经是参数，请换一个名称"}},
		{[][]any{{"甲", "总分 & \"分\"", "分数"}}, nil, []string{"C2: 公式算出来的是文字，类型写的是“分数”"}},
		{[][]any{{"甲", "总分 + 填报人", "分数"}}, nil, []string{"B2: 第6个字符：“+”的右边应是数，“填报人”是文字，永远判不出"}},
	} {
		got := lint(t, ruled(t, map[string][][]any{derivedSheet: c.derived, settingSheet: c.settings}))
		if !slices.Equal(got, c.want) {
			t.Errorf("%v:\n got %q\nwant %q", c.derived, got, c.want)
		}
	}
}

// TestRowLint: rows of 审核公式 that are wrong beside their formulas.
func TestRowLint(t *testing.T) {
	t.Parallel()
	const fine = "总分 > 60"
	for _, c := range []struct {
		name  string
		rules [][]any
		sets  [][]any
		want  []string
	}{
		{"an id twice", [][]any{{"R-1", "甲", "错误", "", fine}, {"R-1", "乙", "提示", "", "总分 > 70"}}, nil, []string{"A3: 编号与 审核公式.xlsx 审核公式!A2 的重复，请改成不同的编号"}},
		{"no id", [][]any{{"", "甲", "错误", "", fine}}, nil, []string{"A2: 这一行没有编号。每条审核公式都要有自己的编号，例如 R-SC-01"}},
		{"no name", [][]any{{"R-1", "", "错误", "", fine}}, nil, []string{"B2: R-1 没有名称。名称是审核情况里显示的，例如 得分不超分值"}},
		{"another level", [][]any{{"R-1", "甲", "警告", "", fine}}, nil, []string{"C2: 级别只能写“错误”或“提示”"}},
		{"no level", [][]any{{"R-1", "甲", "", "", fine}}, nil, []string{"C2: 级别只能写“错误”或“提示”"}},
		{"no formula", [][]any{{"R-1", "甲", "错误", fine, ""}}, nil, []string{"E2: R-1 没有公式"}},
		{"settings alone", [][]any{{"R-1", "甲", "错误", "", "线 > 5"}}, [][]any{{"线", 90}}, []string{"E2: 这条公式只用到参数，没有填报表的字段：对每个单位的结果都一样"}},
		{"a setting that is a text", [][]any{{"R-1", "甲", "错误", "", "总分 > 线"}}, [][]any{{"线", "九十"}}, []string{"E2: 第1个字符：“总分”是数，“线”是文字，不能比较，永远判不出"}},
		{"a setting without value", [][]any{{"R-1", "甲", "错误", "", "总分 > 线"}}, [][]any{{"线", nil}}, []string{"B2: 参数没有值", "E2: 第6个字符：没有叫“线”的字段"}},
		{"all at once", [][]any{{"R-1", "甲", "高", "总分 > 9 且 总分 < 1", "总粉 > 1", "", "{{差而}}"}, {"R-1", "乙", "错误", "", "1 = 1"}}, nil, []string{
			"C2: 级别只能写“错误”或“提示”", "A3: 编号与 审核公式.xlsx 审核公式!A2 的重复，请改成不同的编号",
			"G2: 没有叫“差而”的字段，您是否想写：差额", "E2: 第1个字符：没有叫“总粉”的字段，您是否想写：总分",
			"E3: 这条公式永远不会不通过：填什么都符合"}},
	} {
		if got := lint(t, ruled(t, map[string][][]any{ruleSheet: c.rules, settingSheet: c.sets})); !slices.Equal(got, c.want) {
			t.Errorf("%s:\n got %q\nwant %q", c.name, got, c.want)
		}
	}
}

// TestRuleSheetMissing: a renamed sheet would mean that nothing is judged at all.
func TestRuleSheetMissing(t *testing.T) {
	t.Parallel()
	files := ruled(t, map[string][][]any{ruleSheet: {{"R-1", "甲", "错误", "", "总分 > 60"}}})
	book, err := excelize.OpenReader(bytes.NewReader(files[RulesFile].Data))
	if err != nil {
		t.Fatal(err)
	}
	if err := book.SetSheetName(ruleSheet, "审核规则"); err != nil {
		t.Fatal(err)
	}
	out, err := book.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	files[RulesFile].Data = out.Bytes()
	want := []string{"审核公式.xlsx: 没有名叫“审核公式”的工作表，一条公式也不会审核。请把写公式的那张表改名为“审核公式”"}
	if got := lint(t, files); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestRemarks: what nothing uses is told and keeps nothing from running.
func TestRemarks(t *testing.T) {
	t.Parallel()
	f, faults, err := Load("试", ruled(t, map[string][][]any{
		ruleSheet:    {{"R-1", "甲", "错误", "", "总分 > 线一", "", "差{{余}}"}, {"R-2", "乙", "错误", "总分 > 线二", "总分 = 99", "线三", ""}},
		derivedSheet: {{"余", "100 - 总分 + 线四", "分数"}, {"闲", "总分 * 2", "分数"}},
		settingSheet: {{"线一", 60}, {"线二", 90}, {"线三", 1}, {"线四", 0}, {"线五", 5}},
	}))
	if err != nil || len(faults) > 0 {
		t.Fatal(err, faults)
	}
	var got []string
	for _, r := range f.Remarks {
		got = append(got, r.Place+" "+r.Source+": "+r.Message)
	}
	want := []string{
		"审核公式.xlsx 参数!A6 线五: 没有公式或模板用到这个参数，改它不起作用。不再需要的请删去这一行",
		"审核公式.xlsx 计算项!A3 闲: 没有公式或模板用到这个计算项。不再需要的请删去这一行",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

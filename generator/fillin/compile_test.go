package fillin_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"jixiao/generator/fillin"
	"jixiao/generator/ooxml"
	"jixiao/generator/value"
)

// drawn is a fill-in workbook of one sheet, from alternating references and texts.
func drawn(t testing.TB, merges []string, cells ...string) *ooxml.Workbook {
	t.Helper()
	f := excelize.NewFile()
	if err := f.SetSheetName("Sheet1", "表"); err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(cells); i += 2 {
		set(t, f, "表", map[string]any{cells[i]: cells[i+1]})
	}
	for _, m := range merges {
		from, to, _ := strings.Cut(m, ":")
		if err := f.MergeCell("表", from, to); err != nil {
			t.Fatal(err)
		}
	}
	return read(t, f)
}

func TestFaults(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		cells  []string
		merges []string
		want   []string
	}{
		{"no tag at all", []string{"A1", "单位名称"}, nil, []string{" 填报表里没有一个标记：在每个要填的格里写上标记，例如 {{年初预算数|金额}}"}},
		{"no label", []string{"B2", "{{单位名称}}"}, nil, []string{"表!B2 “单位名称”的左边、上边和格里都没有可以辨认的文字，读表时找不到它：在旁边写上标签"}},
		{"figures are no labels", []string{"A1", "100", "B1", "{{甲}}"}, nil, []string{"表!B1 “甲”的左边、上边和格里都没有可以辨认的文字，读表时找不到它：在旁边写上标签"}},
		{"all faults at once", []string{"A1", "单位名称", "B1", "{{单位名称|文字}}", "A2", "金额", "B2", "{{a+b}}", "A3", "图片", "B3", "{{图:公章}}"}, nil, []string{
			"表!B1 {{单位名称|文字}} *", "表!B2 {{a+b}} 填报表里的标记只能是一个字段名，不能是算式；要计算的写到审核公式.xlsx的“计算项”里",
			"表!B3 {{图:公章}} 填报表里只能写要填的字段，例如 {{年初预算数|金额}}；循环、条件和图片只用在输出模板里"}},
		{"two tags that touch", []string{"A1", "负责人：{{甲}}{{乙}}"}, nil, []string{
			"表!A1 “甲”和“乙”两个标记之间没有文字，读表时分不开，请在中间写上标签"}},
		{"a tag without label beside one that has", []string{"A1", "负责人：{{甲}}/{{乙}}"}, nil, []string{
			"表!A1 这一格里“乙”没有自己的标签，分不出它的值：在它前面写上文字，例如“联系电话：”"}},
		{"a list in two places", []string{"A1", "名称甲", "A2", "{{指标.名称}}", "B2", "x", "A3", "中间标签", "B3", "{{其他}}", "A4", "名称乙", "A5", "{{指标.名称}}"}, nil, []string{
			"表!A5 列表“指标”的空行分在两处（另一处在 表 第2行），请连在一起，或给其中一处另起名字"}},
		{"two lists in a row", []string{"A1", "名称", "B1", "人员", "C1", "单位", "D1", "{{单位}}", "A2", "{{甲.名称}}", "B2", "{{乙.人员}}"}, nil, []string{
			"表!B2 一行里有“甲”和“乙”两个列表的字段，请分到不同的行里"}},
		{"a list without header", []string{"A1", "单位", "B1", "{{单位}}", "A3", "{{名单.姓名}}", "B3", "{{名单.电话}}"}, nil, []string{
			"表!A3 列表“名单”的“姓名”上方没有表头，读表时找不到这一列：在空行上方写上表头", "表!B3 列表“名单”的“电话”上方没有表头，读表时找不到这一列：在空行上方写上表头"}},
		{"two columns under one header", []string{"A1", "单位", "B1", "{{单位}}", "A2", "人员情况", "A3", "{{名单.姓名}}", "B3", "{{名单.电话}}"}, []string{"A2:B2"}, []string{
			"表!B3 “姓名”和“电话”在同一个表头“人员情况”下面，读表时分不清：给它们各写一个表头"}},
		{"a column that jumps", []string{"A1", "单位", "B1", "{{单位}}", "A2", "姓名", "B2", "电话", "A3", "{{名单.姓名}}", "B3", "{{名单.电话}}", "A4", "{{名单.电话}}", "B4", "{{名单.姓名}}"}, nil, []string{
			"表!A4 列表“名单”的“电话”在 B 列和 A 列都有，请放在同一列", "表!B4 列表“名单”的“姓名”在 A 列和 B 列都有，请放在同一列"}},
		{"two values on one label", []string{"A1", "预期目标", "A2", "{{目标一}}", "A3", "{{目标二}}"}, nil, []string{
			"表!A3 “目标二”和 A2 的“目标一”挂在同一个标签“预期目标”上，读表时分不清：给它们各写一个标签"}},
		{"one name, two types", []string{"A1", "年度", "B1", "{{年度|整数}}", "A2", "所属年度", "B2", "{{年度}}"}, nil, []string{
			"表!B2 “年度”在这里的类型是“文本”，在 表!B1 是“整数”，请写成一样"}},
		{"a list and a field of one name", []string{"A1", "项目情况", "B1", "{{项目}}", "A2", "名称", "A3", "{{项目.名称}}"}, nil, []string{
			"表!B1 “项目”既是列表又是字段，请给字段另起名字"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, faults := fillin.Compile(drawn(t, c.merges, c.cells...), nil)
			var got []string
			for _, f := range faults {
				s := f.Place + " " + f.Source + " " + f.Message
				got = append(got, strings.Join(strings.Fields(s), " "))
			}
			for i, want := range c.want {
				want = strings.Join(strings.Fields(want), " ")
				if i < len(got) && strings.HasSuffix(want, "*") && strings.HasPrefix(got[i], want[:len(want)-1]) {
					got[i] = want // the message is another package's
				}
				c.want[i] = want
			}
			diff(t, "faults", got, c.want)
		})
	}
}

func TestSameListOnTwoSheets(t *testing.T) {
	t.Parallel()
	f := excelize.NewFile()
	if _, err := f.NewSheet("另表"); err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{"Sheet1", "另表"} {
		set(t, f, s, map[string]any{"A1": "项目名称", "B1": "{{项目.名称}}"})
	}
	_, faults := fillin.Compile(read(t, f), nil)
	if len(faults) != 1 || faults[0].Place != "另表!B1" || faults[0].Message != "列表“项目”已经在工作表“Sheet1”里，一个列表只能有一张表，请给其中一处另起名字" {
		t.Errorf("%v", faults)
	}
}

func TestSpecs(t *testing.T) {
	t.Parallel()
	m := theMap(t)
	want := map[string]string{
		"年初预算数": "年度资金总额·年初预算数 D6 金额", "单位名称": "预算部门名称 D4 文本", "总分": "总分·得分 H24 分数", "预期目标": "预期目标 B13 段落",
		"联系电话": "联系电话 A25 电话", "指标.得分": "得分 H15 分数", "指标.一级指标": "一级指标 B15 文本", "按收入性质分": "按收入性质分 B7 金额", "一般公共预算": "其中：一般公共预算 B8 金额",
		"项目.项目名称": "项目名称 C4 文本", "项目.财政拨款全年执行数": "其中：当年财政拨款·全年执行数 F8 金额", "项目.指标.三级指标": "三级指标 D14 文本", "在职人员": "在职人员（人） B4 整数",
	}
	for _, s := range m.Specs() {
		id := strings.Join(append(slices.Clone(s.Lists), s.Name), ".")
		typ := s.Format.Type()
		if typ == "" {
			typ = value.TypeText
		}
		if w, ok := want[id]; ok {
			if got := fmt.Sprintf("%s %s %s", s.Label, s.Cell, typ); got != w {
				t.Errorf("%s: %s, want %s", id, got, w)
			}
			delete(want, id)
		}
	}
	if len(want) > 0 {
		t.Errorf("no spec for %v", want)
	}
	if got := fmt.Sprint(m.ListNames()); got != "[[指标] [项目] [项目 指标]]" {
		t.Errorf("lists %s", got)
	}
}

// Shapes of forms that the bureau's own do not have.
func TestOtherForms(t *testing.T) {
	t.Parallel()
	locate := func(form, book *ooxml.Workbook, synonyms map[string][]string) *fillin.Layout {
		m, faults := fillin.Compile(form, synonyms)
		if len(faults) > 0 {
			t.Fatal(faults)
		}
		return m.Locate(book)
	}
	t.Run("a table whose rows are the list", func(t *testing.T) {
		t.Parallel()
		head := []string{"A1", "单位名册", "A2", "单位名称", "B2", "年初预算数（元）", "C2", "联系人"}
		form := drawn(t, []string{"A1:C1"}, append(slices.Clone(head), "A3", "{{名单.单位}}", "B3", "{{名单.预算|金额}}", "C3", "{{名单.联系人|可空}}")...)
		book := drawn(t, nil, append(slices.Clone(head), "A3", "甲局", "B3", "10", "A4", "乙局", "B4", "20", "C4", "张三", "A6", "合计", "B6", "30")...)
		diff(t, "rows", lines(locate(form, book, nil), true), []string{
			"名单[1].单位 表!A3 = 甲局", "名单[1].预算 表!B3 = 10 [元]", "名单[1].联系人 表!C3 = ",
			"名单[2].单位 表!A4 = 乙局", "名单[2].预算 表!B4 = 20 [元]", "名单[2].联系人 表!C4 = 张三"})
	})
	t.Run("lists inside lists in rows", func(t *testing.T) {
		t.Parallel()
		head := []string{"A1", "年度目标", "B1", "权重", "C1", "指标名称", "D1", "完成值", "E1", "填报单位名称", "F1"}
		form := drawn(t, nil, append(slices.Clone(head), "{{填报单位}}", "A2", "{{目标.名称|初值:目标一}}", "B2", "{{目标.权重|分数}}", "C2", "{{目标.指标.名称}}", "D2", "{{目标.指标.完成值}}")...)
		book := drawn(t, []string{"A2:A3", "B2:B3", "A4:A5"}, append(slices.Clone(head), "某局", "A2", "甲", "B2", "40", "C2", "一", "D2", "1", "C3", "二", "D3", "2", "A4", "乙", "B4", "60", "C4", "三", "D4", "3", "C5", "四", "D5", "4")...)
		diff(t, "rows", lines(locate(form, book, nil), false), []string{
			"填报单位 = 某局", "目标[1].名称 = 甲", "目标[1].权重 = 40", "目标[1].指标[1].名称 = 一", "目标[1].指标[1].完成值 = 1", "目标[1].指标[2].名称 = 二", "目标[1].指标[2].完成值 = 2",
			"目标[2].名称 = 乙", "目标[2].权重 = 60", "目标[2].指标[1].名称 = 三", "目标[2].指标[1].完成值 = 3", "目标[2].指标[2].名称 = 四", "目标[2].指标[2].完成值 = 4"})
	})
	t.Run("the same headers under two groups", func(t *testing.T) {
		t.Parallel()
		form := drawn(t, []string{"B1:C1", "D1:E1"}, "A1", "评分项目", "B1", "单位自评", "D1", "财政复核", "B2", "分值", "C2", "得分", "D2", "分值", "E2", "得分", "A3", "预算执行率", "B3", "{{a|分数}}", "C3", "{{b|分数}}", "D3", "{{c|分数}}", "E3", "{{d|分数}}")
		same := drawn(t, []string{"B1:C1", "D1:E1"}, "A1", "评分项目", "B1", "单位自评", "D1", "财政复核", "B2", "分值", "C2", "得分", "D2", "分值", "E2", "得分", "A3", "预算执行率", "B3", "1", "C3", "2", "D3", "3", "E3", "4")
		swapped := drawn(t, []string{"B1:C1", "D1:E1"}, "A1", "评分项目", "B1", "财政复核", "D1", "单位自评", "B2", "分值", "C2", "得分", "D2", "分值", "E2", "得分", "A3", "预算执行率", "B3", "3", "C3", "4", "D3", "1", "E3", "2")
		want := []string{"a = 1", "b = 2", "c = 3", "d = 4"}
		diff(t, "in order", lines(locate(form, same, nil), false), want)
		diff(t, "swapped", lines(locate(form, swapped, nil), false), want)
		one := drawn(t, []string{"B1:C1", "D1:E1"}, "A1", "评分项目", "B1", "单位自评", "D1", "财政复核", "B2", "分值", "C2", "得分", "E2", "得分", "A3", "预算执行率", "B3", "1", "C3", "2", "D3", "3", "E3", "4")
		diff(t, "one gone", lines(locate(form, one, nil), false), []string{"a = 1", "b = 2", "d = 4"})
		diff(t, "one gone: problems", problems(locate(form, one, nil)), []string{"找不到 “分值” 表!C2 → c"})
	})
	t.Run("a label from top to bottom", func(t *testing.T) {
		t.Parallel()
		form := drawn(t, nil, "A1", "预算单位", "B1", "{{单位}}", "A2", "主要职能", "B2", "{{职能}}", "A3", "联系电话", "B3", "{{电话}}", "A4", "联系人员", "B4", "{{联系人|可空}}")
		book := drawn(t, []string{"B2:B5"}, "A1", "预算单位", "B1", "某局", "A2", "主", "A3", "要", "A4", "职", "A5", "能", "B2", "管水", "A6", "联系电话", "B6", "139", "A7", "联系人员", "B7", "张三")
		diff(t, "values", lines(locate(form, book, nil), true), []string{"单位 表!B1 = 某局", "职能 表!B2 = 管水", "电话 表!B6 = 139", "联系人 表!B7 = 张三"})
	})
	t.Run("synonyms", func(t *testing.T) {
		t.Parallel()
		form := drawn(t, nil, "A1", "指标名称", "B1", "实际完成值", "C1", "分值", "D1", "单位名称", "E1", "{{单位}}", "A2", "{{指标.名称}}", "B2", "{{指标.完成值}}", "C2", "{{指标.分值|分数}}")
		book := drawn(t, nil, "A1", "指标名称", "B1", "全年完成值（B）", "C1", "权重", "D1", "单位名称", "E1", "某局", "A2", "甲", "B2", "5", "C2", "10")
		diff(t, "values", lines(locate(form, book, map[string][]string{"实际完成值": {"全年完成值"}, "分值": {"权重", "标准分"}}), false),
			[]string{"单位 = 某局", "指标[1].名称 = 甲", "指标[1].完成值 = 5", "指标[1].分值 = 10"})
	})
	t.Run("several values in a cell at signs", func(t *testing.T) {
		t.Parallel()
		form := drawn(t, nil, "A1", "预算单位", "B1", "{{单位}}", "A2", "实有/编制人数", "B2", "{{实有|整数}}/{{编制|整数}}人", "A3", "填报人", "B3", "{{填报人}}")
		book := drawn(t, nil, "A1", "预算单位", "B1", "某局", "A2", "实有/编制人数", "B2", "12 / 15人", "A3", "填报人", "B3", "张三")
		diff(t, "values", lines(locate(form, book, nil), false), []string{"单位 = 某局", "实有 = 12", "编制 = 15人", "填报人 = 张三"})
		bad := drawn(t, nil, "A1", "预算单位", "B1", "某局", "A2", "实有/编制人数", "B2", "12人", "A3", "填报人", "B3", "张三")
		l := locate(form, bad, nil)
		diff(t, "values without sign", lines(l, false), []string{"单位 = 某局", "实有 = 12人", "填报人 = 张三"})
		diff(t, "problems without sign", problems(l), []string{"两处 “实有/编制人数” 表!B2 → 编制"})
	})
	t.Run("a table with one column of values", func(t *testing.T) {
		t.Parallel()
		form := drawn(t, nil, "A1", "基础数据", "B1", "本年数", "A2", "在职人员", "B2", "{{在职|整数}}", "A3", "退休人员", "B3", "{{退休|整数}}", "A4", "公用经费", "B4", "{{公用|金额}}")
		book := drawn(t, nil, "A1", "基础数据", "B1", "上年数", "C1", "本年数", "A2", "在职人员", "B2", "9", "C2", "10", "A3", "退休人员", "B3", "3", "A4", "公用经费", "B4", "1.5", "C4", "2.5")
		diff(t, "values", lines(locate(form, book, nil), true), []string{"在职 表!C2 = 10", "退休 表!C3 = ", "公用 表!C4 = 2.5"})
		renamed := drawn(t, nil, "A1", "基础数据", "B1", "上年数", "C1", "当年数据", "A2", "在职人员", "B2", "9", "C2", "10", "A3", "退休人员", "B3", "3", "A4", "公用经费", "B4", "1.5", "C4", "2.5")
		l := locate(form, renamed, nil)
		diff(t, "header gone", lines(l, true), nil)
		diff(t, "header gone: problems", problems(l), []string{"找不到 “本年数” 表!A1 → 在职、退休、公用"})
	})
}

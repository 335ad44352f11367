package expr

import (
	"fmt"
	"sync"
	"testing"

	"github.com/shopspring/decimal"
)

var aggregateCases = []struct{ src, want string }{
	{"合计(甲, 乙)", "14"},
	{"SUM(甲, 乙, 丁)", "14"},
	{"合计(甲, 丙)", "未判：丙未填"},
	{"合计(丁)", "0"},
	{"合计(空列表.x)", "0"},
	{"合计(指标.分值)", "45"},
	{"合计(指标.得分)", "31"},
	{"合计(指标.得分) + 甲", "41"},
	{"合计(指标.得分, 甲)", "41"},
	{"合计(指标.分值 * 10)", "450"},
	{"合计(指标.得分, 指标.分值 > 10)", "15"},
	{"合计(指标.得分, 指标.分值 > 0, 包含(指标.一级指标, \"产出\"))", "23"},
	{"合计(1, 指标.分值 > 0)", "4"},
	{"合计(甲, 乙 > 1)", "10"},
	{"合计(甲, 乙 > 100)", "0"},
	{"合计(指标.得分, 丙 > 1)", "未判：丙未填"},
	{"合计(指标.得分, 指标.偏差原因 = \"无\")", "未判：第1条指标的偏差原因未填"},
	{"合计(指标.三级指标)", "未判：第1条指标的三级指标是文字“信访件办结率”，不是数"},
	{"合计(指标)", "未判：“指标”不是一个值，请写出要用的字段：指标.…"},
	{"合计(没有.得分)", "未判：没有叫“没有”的列表"},
	{"合计(甲.得分)", "未判：“甲”不是列表"},
	{"合计(最小(指标.得分, 指标.分值))", "41"}, // the last 得分 does not apply, so the lesser is its 分值
	{"合计(最小(指标.得分, 9), 非 不适用(指标.得分))", "25"},
	{"合计(指标.分值) = 合计(指标.分值, 真)", "是"},
	{"合计(1 / 指标.分值)", "0.3666666666666666666666666666"},
	{"合计(三 / 指标.分值 / 三) * 30", "11"},
	{"合计(名册.年初预算数)", "300"},
	{"合计(指标.得分 * 名册.年初预算数)", "9300"},

	{"个数(指标)", "4"},
	{"COUNT(指标)", "4"},
	{"个数(空列表)", "0"},
	{"个数(指标, 指标.得分 < 指标.分值)", "2"},
	{"个数(指标.得分 < 指标.分值)", "2"},
	{"个数(指标.得分)", "3"},
	{"个数(指标.偏差原因)", "2"},
	{"个数(甲, 乙, 丙, 丁, 戊)", "3"},
	{"个数(丙 + 1)", "未判：丙未填"},
	{"个数(指标.分值 > 平均(指标.分值))", "1"},
	{"个数(首次(指标.一级指标))", "3"},
	{"个数(项目.指标)", "3"},
	{"个数(项目.指标, 项目.指标.得分 > 5)", "2"},
	{"个数(项目, 项目.权重 > 2)", "1"},
	{"个数(项目, 个数(项目.指标) > 2)", "2"}, // the inner one counts over all projects

	{"平均(指标.分值)", "11.25"},
	{"平均(甲, 丙)", "未判：丙未填"},
	{"平均(甲, 乙, 丁)", "7"},
	{"平均(空列表.x)", "—"},
	{"平均(1, 1, 0) * 3", "2"},

	{"最大(指标.得分)", "15"},
	{"最小(指标.得分)", "8"},
	{"最大(甲, 乙, 丁)", "10"},
	{"最小(甲, 丙)", "未判：丙未填"},
	{"最大(丁, 丁)", "—"},
	{"最大(空列表.x)", "—"},
	{"最大(填报日期, 日期(2024, 1, 1))", "2024年1月1日"},
	{"最大(填报日期, 甲)", "未判：甲和别的值不是同一类，不能比大小"},
	{"最大(己, 甲)", "未判：己是文字“文字”，不能比大小"},
	{"最大(指标.得分, 指标.分值 < 15)", "8"},
	{"最大(1 / 3, 1 / 4) = 1 / 3", "是"},
	{"最大(填报日期, 填报日期) + 1", "未判：“最大(填报日期, 填报日期)”是日期2023年4月4日，不是数"},

	{"连接(指标.一级指标)", "产出指标、产出指标、成本指标、满意度指标"},
	{"连接(指标.一级指标, \"，\", 首次(指标.一级指标))", "产出指标，成本指标，满意度指标"},
	{"连接(指标.偏差原因, \"/\")", "部分信访件跨部门协调耗时较长/无"},
	{"连接(空列表.x)", `""`},
	{"连接(甲)", "10"},
	{"连接(甲, 丙)", "未判：丙未填"},
	{"连接(戊)", "未判：戊：“十二万”不是金额，请填数字"},
	{"JOIN(项目.指标.名称, \"+\")", "里程+质量+棵数"},
	{"连接(项目.项目名称 & 项目.指标.名称)", "修路里程、修路质量、栽树棵数"},

	{"查找(指标.实际完成值, 指标.一级指标 = \"成本指标\")", "166万元"},
	{"查找(指标.实际完成值, 指标.一级指标 = \"没有\")", "空"},
	{"查找(指标.实际完成值, 丙 > 1)", "未判：丙未填"},
	{"合计(指标.得分 * 名册.年初预算数 / 上年.总分 * 甲.x)", "未判：“甲”下面没有字段"},
	{"合计(指标.没有)", "未判：没有叫“指标.没有”的字段"},
	{"合计(项目.没有.得分)", "未判：没有叫“项目.没有”的列表"},
	{"查找(指标.得分, 指标.一级指标 = \"没有\") + 1", "未判：“查找(指标.得分, 指标.一级指标 = \"没有\")”没有结果"},

	{"合计(项目.全年执行数)", "122.97"},
	{"合计(项目.指标.得分)", "20"},
	{"合计(项目.指标.得分 * 项目.权重)", "49"},
	{"合计(项目.指标.得分, 项目.权重 > 2)", "9"},
	{"合计(上年.指标.得分)", "3"},
	{"合计(上年.指标.得分 * 指标.得分)", "未判：不能同时汇总“指标”和“上年.指标”两个列表"},
	{"合计(甲.乙.丙 * 没有.乙)", "未判：“甲”下面没有字段"},
	{"合计(指标.得分 * 项目.权重)", "未判：不能同时汇总“项目”和“指标”两个列表"},

	{"首次(指标.一级指标)", "未判：“首次”只能用在逐条的地方：一行一条，或 #每个 指标 里面"},
	{"名次(指标.分值)", "未判：“名次”只能用在逐条的地方：一行一条，或 #每个 指标 里面"},
}

func TestAggregates(t *testing.T) {
	t.Parallel()
	s := testScope()
	for _, c := range aggregateCases {
		e, err := Parse(c.src)
		if err != nil {
			t.Errorf("%s: %v", c.src, err)
			continue
		}
		if got := shown(e.Eval(s)); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.src, got, c.want)
		}
	}
}

// itemCases stand at an item: of 指标, of 项目, or of 指标 inside 项目.
var itemCases = []struct {
	list  []string
	index int
	src   string
	want  string
}{
	{[]string{"指标"}, 1, "指标.得分", "8"},
	{[]string{"指标"}, 1, "本条.得分", "8"},
	{[]string{"指标"}, 1, "序号", "2"},
	{[]string{"指标"}, 0, "首条", "是"},
	{[]string{"指标"}, 3, "末条", "是"},
	{[]string{"指标"}, 1, "末条", "否"},
	{[]string{"指标"}, 1, "指标.得分 <= 指标.分值", "是"},
	{[]string{"指标"}, 0, "指标.偏差原因 = \"x\"", "未判：第1条指标的偏差原因未填"},
	{[]string{"指标"}, 0, "本条.偏差原因 = \"x\"", "未判：本条的偏差原因未填"},
	{[]string{"指标"}, 3, "指标.得分 <= 指标.分值", "—"},
	{[]string{"指标"}, 1, "指标.得分 / 合计(指标.得分)", "0.258064516129032258064516129"},
	{[]string{"指标"}, 1, "个数(指标)", "4"},
	{[]string{"指标"}, 1, "个数(指标, 指标.一级指标 = 本条.一级指标)", "2"},
	{[]string{"指标"}, 2, "个数(指标, 指标.一级指标 = 本条.一级指标) = 1", "是"},
	{[]string{"指标"}, 0, "首次(指标.一级指标)", "是"},
	{[]string{"指标"}, 1, "首次(指标.一级指标)", "否"},
	{[]string{"指标"}, 2, "首次(指标.一级指标)", "是"},
	{[]string{"指标"}, 0, "首次(指标.偏差原因)", "未判：第1条指标的偏差原因未填"},
	{[]string{"指标"}, 0, "名次(指标.得分)", "1"},
	{[]string{"指标"}, 1, "名次(指标.得分)", "2"},
	{[]string{"指标"}, 2, "名次(指标.得分)", "2"},
	{[]string{"指标"}, 0, "名次(指标.得分, \"升\")", "3"},
	{[]string{"指标"}, 0, "名次(指标.得分, \"降\")", "1"},
	{[]string{"指标"}, 0, "名次(指标.得分, \"x\")", "未判：名次的第2个参数应是“升”或“降”，这里是“x”"},
	{[]string{"指标"}, 3, "名次(指标.得分)", "—"},
	{[]string{"指标"}, 1, "最小(指标.得分, 指标.分值)", "8"},
	{[]string{"指标"}, 1, "最小(指标.得分)", "8"},
	{[]string{"指标"}, 1, "甲 + 指标.得分", "18"},
	{[]string{"指标"}, 1, "得分", "未判：没有叫“得分”的字段"},

	{[]string{"项目"}, 0, "项目.项目名称", "修路"},
	{[]string{"项目"}, 0, "合计(指标.得分)", "11"}, // its own list hides the unit's
	{[]string{"项目"}, 0, "合计(本条.指标.得分)", "11"},
	{[]string{"项目"}, 0, "合计(项目.指标.得分)", "11"},
	{[]string{"项目"}, 1, "合计(项目.全年执行数)", "122.97"},
	{[]string{"项目"}, 0, "项目.指标.得分", "未判：这里没有轮到“项目.指标”的哪一条；要汇总请用 合计(…) 等函数"},

	{[]string{"项目", "指标"}, 0, "项目.指标.名称", "里程"},
	{[]string{"项目", "指标"}, 1, "项目.指标.名称 & 项目.项目名称", "质量修路"},
	{[]string{"项目", "指标"}, 2, "项目.指标.名称 & 项目.项目名称", "棵数栽树"},
	{[]string{"项目", "指标"}, 1, "指标.名称", "质量"},
	{[]string{"项目", "指标"}, 1, "本条.名称", "质量"},
	{[]string{"项目", "指标"}, 1, "序号", "2"},
	{[]string{"项目", "指标"}, 2, "序号", "1"},
	{[]string{"项目", "指标"}, 1, "名次(项目.指标.得分)", "1"},
	{[]string{"项目", "指标"}, 0, "名次(项目.指标.得分)", "2"},
	{[]string{"项目", "指标"}, 0, "合计(项目.指标.得分)", "11"},
	{[]string{"项目", "指标"}, 0, "合计(指标.得分)", "11"},
	{[]string{"上年", "指标"}, 1, "上年.指标.得分", "2"},
	{[]string{"上年", "指标"}, 1, "合计(指标.得分)", "31"},
}

func TestItems(t *testing.T) {
	t.Parallel()
	s := testScope()
	for _, c := range itemCases {
		if got := shown(mustParse(t, c.src).Eval(at(s, c.index, c.list...))); got != c.want {
			t.Errorf("%v[%d] %s\n got %s\nwant %s", c.list, c.index, c.src, got, c.want)
		}
	}
}

// TestWithItemByName holds that engines may name a nested list by its own name.
func TestWithItemByName(t *testing.T) {
	t.Parallel()
	s := testScope()
	project := at(s, 0, "项目")
	inner, ok := Path(project, []string{"项目", "指标"})
	if !ok || len(inner.Items) != 2 {
		t.Fatalf("项目.指标: %v %v", inner, ok)
	}
	item := WithItem(project, "指标", inner.Items, 1)
	for src, want := range map[string]string{"指标.名称": "质量", "项目.指标.名称": "质量", "项目.项目名称": "修路", "本条.名称": "质量"} {
		if got := shown(mustParse(t, src).Eval(item)); got != want {
			t.Errorf("%s: %s, want %s", src, got, want)
		}
	}
}

func TestPathAndRepeat(t *testing.T) {
	t.Parallel()
	s := testScope()
	for _, c := range []struct {
		path  []string
		items int
		ok    bool
	}{
		{[]string{"指标"}, 4, true}, {[]string{"空列表"}, 0, true}, {[]string{"项目", "指标"}, 3, true}, {[]string{"上年", "指标"}, 2, true},
		{[]string{"甲"}, 0, false}, {[]string{"没有"}, 0, false}, {[]string{"名册"}, 0, false}, {[]string{"项目", "没有"}, 0, false}, {nil, 0, false},
	} {
		got, ok := Repeat(s, c.path)
		if ok != c.ok || len(got) != c.items {
			t.Errorf("%v: %d %v, want %d %v", c.path, len(got), ok, c.items, c.ok)
		}
	}
	if got, ok := Repeat(at(s, 1, "项目"), []string{"项目", "指标"}); !ok || len(got) != 1 {
		t.Errorf("inside 项目: %d %v, want 1", len(got), ok)
	}
	if _, ok := Path(s, []string{"项目", "指标"}); ok {
		t.Error("项目.指标 resolved although 项目 stands at no item")
	}
	if b, ok := Path(s, []string{"名册", "年初预算数"}); !ok || b.Value.String() != "300" {
		t.Errorf("名册.年初预算数: %v %v", b.Value, ok)
	}
}

// TestLongLists holds 首次 and 名次 of a list long enough to be remembered against the same of its plain definition, from several goroutines and two lists.
func TestLongLists(t *testing.T) {
	t.Parallel()
	first, rank, rising := mustParse(t, "首次(单位.主管)"), mustParse(t, "名次(单位.总分)"), mustParse(t, "名次(单位.总分, \"升\")")
	var wg sync.WaitGroup
	for seed := range 2 {
		wg.Go(func() {
			rows := [][]string{{"总分", "主管"}}
			for i := range 200 {
				score := fmt.Sprint((i*37 + seed) % 50)
				if i%11 == 3 {
					score = ""
				}
				rows = append(rows, []string{score, fmt.Sprint("局", (i*13+seed)%17)})
			}
			s := record{"单位": list(rows...)}
			for i := range 200 {
				item := at(s, i, "单位")
				higher, lower, before := 1, 1, false
				for j, row := range rows[1:] {
					if j < i && row[1] == rows[i+1][1] {
						before = true
					}
					if row[0] == "" {
						continue
					}
					var a, b int
					fmt.Sscan(row[0], &a)
					fmt.Sscan(rows[i+1][0], &b)
					if a > b {
						higher++
					}
					if a < b {
						lower++
					}
				}
				wantFirst, wantRank, wantRising := "是", fmt.Sprint(higher), fmt.Sprint(lower)
				if before {
					wantFirst = "否"
				}
				if rows[i+1][0] == "" {
					wantRank = fmt.Sprintf("未判：第%d条单位的总分未填", i+1)
					wantRising = wantRank
				}
				if got := shown(first.Eval(item)); got != wantFirst {
					t.Errorf("list %d, 首次 at %d: %s, want %s", seed, i, got, wantFirst)
				}
				if got := shown(rank.Eval(item)); got != wantRank {
					t.Errorf("list %d, 名次 at %d: %s, want %s", seed, i, got, wantRank)
				}
				if got := shown(rising.Eval(item)); got != wantRising {
					t.Errorf("list %d, rising at %d: %s, want %s", seed, i, got, wantRising)
				}
			}
		})
	}
	wg.Wait()
}

// TestDeepLists holds three lists inside each other.
func TestDeepLists(t *testing.T) {
	t.Parallel()
	s := record{"年": Binding{IsList: true, Items: []Scope{
		record{"名": single("去年"), "项目": Binding{IsList: true, Items: []Scope{
			record{"名": single("修路"), "指标": list([]string{"名", "分"}, []string{"里程", "3"}, []string{"宽度", "4"})}}}},
		record{"名": single("今年"), "项目": Binding{IsList: true, Items: []Scope{
			record{"名": single("栽树"), "指标": list([]string{"名", "分"}, []string{"棵数", "5"})},
			record{"名": single("种草"), "指标": list([]string{"名", "分"}, []string{"亩数", "6"}, []string{"成活", "7"})}}}},
	}}}
	item := at(s, 4, "年", "项目", "指标")
	for src, want := range map[string]string{
		"年.项目.指标.名": "成活", "年.项目.名": "种草", "年.名": "今年", "项目.名": "种草", "指标.名": "成活", "指标.分": "7", "项目.指标.分": "7",
		"合计(年.项目.指标.分)": "13", "合计(项目.指标.分)": "13", "合计(指标.分)": "13", "名次(年.项目.指标.分)": "1", "首次(年.项目.指标.名)": "是",
		"名次(指标.分, \"升\")": "2", "个数(年.项目)": "2", "连接(年.名 & 年.项目.名)": "今年栽树、今年种草",
	} {
		if got := shown(mustParse(t, src).Eval(item)); got != want {
			t.Errorf("%s: %s, want %s", src, got, want)
		}
	}
}

// TestTotal holds sums that leave int64, and sums of fractions, against plain addition.
func TestTotal(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ terms, want string }{
		{"99999999999999999, 1", "100000000000000000"},
		{"9000000000000000, 9000000000000000, 9000000000000000", "27000000000000000"},
		{"123456789012345678901234567890, 0.5, 1", "123456789012345678901234567891.5"},
		{"0.0000000000000000001, 1000000000", "1000000000.0000000000000000001"},
		{"1000000000, 0.0000000000000000001", "1000000000.0000000000000000001"},
		{"50000000000000000, 50000000000000000, 0.001", "100000000000000000.001"},
		{"-99999999999999999, -99999999999999999, -99999999999999999", "-299999999999999997"},
		{"99999999999999999, 0.00001", "99999999999999999.00001"},
		{"1 / 3, 1 / 3, 1 / 3, 0.1", "1.1"},
		{"1 / 3, 1 / 7, 1 / 21, 10 / 21", "1"},
	} {
		if got := shown(mustParse(t, "合计("+c.terms+")").Eval(nil)); got != c.want {
			t.Errorf("合计(%s) = %s, want %s", c.terms, got, c.want)
		}
	}
	rows := [][]string{{"分子", "分母"}}
	want := decimal.Zero
	for i := range 400 {
		rows = append(rows, []string{"1", fmt.Sprint(i + 2)})
		q, _ := decimal.NewFromInt(1).QuoRem(decimal.NewFromInt(int64(i+2)), 60)
		want = want.Add(q)
	}
	got := shown(mustParse(t, "四舍五入(合计(列.分子 / 列.分母), 20)").Eval(record{"列": list(rows...)}))
	if got != want.Round(20).String() {
		t.Errorf("a sum of 400 fractions: %s, want %s", got, want.Round(20))
	}
}

package expr

import (
	"strings"
	"sync"
	"testing"
)

// sharedLists are the lists of testScope.
var sharedLists = [][]string{{"指标"}, {"项目"}, {"项目", "指标"}, {"空列表"}}

// sharedSources are the expressions of all tables that parse.
func sharedSources() []string {
	var all []string
	add := func(src string) {
		if _, err := Parse(src); err == nil {
			all = append(all, src)
		}
	}
	for _, c := range evalCases {
		add(c.src)
	}
	for _, c := range aggregateCases {
		add(c.src)
	}
	for _, c := range itemCases {
		add(c.src)
	}
	for _, f := range Functions() {
		add(f.Example)
	}
	// Parts that are used again, at one place and at another.
	for _, src := range []string{
		"指标.得分 + 甲", "(指标.得分 + 甲) * 2", "合计(指标.得分 + 甲)", "合计(指标.得分 + 甲, 指标.得分 < 本条.分值)", "合计(指标.得分 + 甲) / 个数(指标)",
		"合计(项目.指标.得分)", "合计(项目.指标.得分) + 1", "合计(项目.指标.得分, 项目.全年执行数 > 60)", "平均(项目.指标.得分) > 甲", "合计(项目.指标.得分 * 项目.权重)",
		"指标.得分 = 最大(指标.得分)", "首次(指标.一级指标) 且 名次(指标.得分) < 3", "个数(首次(指标.一级指标))", "包含(指标.一级指标, \"产出\") 且 指标.得分 > 5",
		"个数(指标, 包含(指标.一级指标, \"产出\"))", "名册.年初预算数 + 上年.总分", "合计(上年.指标.得分) + 合计(指标.得分)", "序号 + 0", "如果(首条, 指标.得分, 0)",
		"定量(指标.年度指标值) 且 数值(指标.年度指标值) > 0", "单位(指标.年度指标值) & 方向(指标.年度指标值)", "默认(指标.偏差原因, \"无\") & 己", "默认(丙, 3) + 1",
		"项目.全年执行数 / 合计(项目.全年执行数)", "非 (指标.得分 < 指标.分值 且 空(指标.偏差原因))", "连接(项目.项目名称 & 甲, 指标.三级指标)", "连接(项目.称 & 项目, 指标.秛)",
	} {
		all = append(all, src, src)
	}
	return all
}

// otherScope is another record of the same shape.
func otherScope() record {
	s := testScope()
	s["甲"], s["丙"], s["己"] = single("11"), single("2"), single("别的")
	s["指标"] = list([]string{"一级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分", "偏差原因"},
		[]string{"效益指标", "甲", "≤3件", "2件", "20", "19.5", "说明"}, []string{"效益指标", "乙", "", "2件", "20", "", ""},
		[]string{"产出指标", "丙", "≥3%", "—", "5", "5", ""}, []string{"产出指标", "丙", "≥3%", "—", "5", "4", ""}, []string{"产出指标", "丁", "好", "好", "5", "5", ""})
	return s
}

// places are the record itself, and all its items.
func places(s Scope) []Scope {
	all := []Scope{s}
	for _, l := range sharedLists {
		if scopes, ok := Repeat(s, l); ok {
			all = append(all, scopes...)
		}
	}
	return all
}

// TestMemory: every expression gives at every place the same with a memory as
// without one, again and again, of one record after another.
func TestMemory(t *testing.T) {
	t.Parallel()
	sources := sharedSources()
	plain, shared := make([]*Expr, len(sources)), make([]*Expr, len(sources))
	for i, src := range sources {
		plain[i], shared[i] = mustParse(t, src), mustParse(t, src)
	}
	plan := Share(sharedLists, shared...)
	if plan.inRecord[givesNumber] < 5 || plan.inItem[givesTruth] < 5 || plan.inItem[givesValue] < 5 || plan.inItem[givesOperand] < 1 {
		t.Fatalf("nothing is shared: %v %v", plan.inRecord, plan.inItem)
	}
	check := func(t *testing.T, record Scope) {
		m := plan.Remember(record)
		defer m.Forget()
		want, got := places(record), places(m)
		for range 2 {
			for i := range sources {
				for k := range want {
					w, g := shown(plain[i].Eval(want[k])), shown(shared[i].Eval(got[k]))
					if w != g {
						t.Errorf("%s at place %d: %s, without a memory %s", sources[i], k, g, w)
					}
					holds, known := shared[i].Holds(got[k], nil)
					if b, ok := plain[i].Eval(want[k]).Bool(); shared[i].IsCondition() && (known != ok || holds && !b) {
						t.Errorf("%s at place %d holds: %v %v, without a memory %s", sources[i], k, holds, known, w)
					}
				}
			}
		}
	}
	check(t, testScope())
	check(t, otherScope())
	check(t, testScope())
	var wait sync.WaitGroup
	for i := range 4 {
		wait.Go(func() { check(t, []Scope{testScope(), otherScope()}[i%2]) })
	}
	wait.Wait()
}

// TestMemoryComputesOnce: what is shared is asked for once a record, or once an item.
func TestMemoryComputesOnce(t *testing.T) {
	t.Parallel()
	var exprs []*Expr
	for range 5 {
		exprs = append(exprs, mustParse(t, "甲 + 乙 > 3"), mustParse(t, "指标.得分 < 指标.分值"), mustParse(t, "合计(指标.得分) < 甲"))
	}
	plan := Share(sharedLists, exprs...)
	counted := &counter{Scope: testScope(), asked: map[string]int{}}
	m := plan.Remember(counted)
	scopes, _ := Repeat(m, []string{"指标"})
	for _, e := range exprs {
		for _, s := range append(scopes, m) {
			e.Eval(s)
		}
	}
	if counted.asked["甲"] != 1 || counted.asked["乙"] != 1 {
		t.Errorf("asked %v", counted.asked)
	}
}

type counter struct {
	Scope
	asked map[string]int
}

func (c *counter) Lookup(name string) (Binding, bool) {
	c.asked[name]++
	return c.Scope.Lookup(name)
}

// TestHoldsWithin: a comparison holds within its tolerance, at its edge too.
func TestHoldsWithin(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ src, tolerance, want string }{
		{"甲 = 10.01", "0.01", "是"}, {"甲 = 10.011", "0.01", "否"}, {"甲 = 9.99", "0.01", "是"}, {"甲 <> 10.01", "0.01", "否"}, {"甲 <> 10.02", "0.01", "是"},
		{"甲 <= 9.99", "0.01", "是"}, {"甲 <= 9.98", "0.01", "否"}, {"甲 < 9.99", "0.01", "是"}, {"甲 < 10", "0", "否"}, {"甲 <= 10", "0", "是"},
		{"甲 >= 10.01", "0.01", "是"}, {"甲 >= 10.02", "0.01", "否"}, {"甲 > 10", "0", "否"}, {"甲 = 10 / 3 * 3", "0", "是"}, {"1 / 3 = 0.3333", "1 / 30000", "是"},
		{"己 = \"文字\"", "0.01", "是"}, {"丙 = 10", "0.01", "?"}, {"甲 = 10", "丙", "?"}, {"甲 = 10", "己", "?"}, {"丁 = 10", "0.01", "?"},
	} {
		holds, known := mustParse(t, c.src).Holds(testScope(), mustParse(t, c.tolerance))
		got := "?"
		if known {
			got = map[bool]string{true: "是", false: "否"}[holds]
		}
		if got != c.want {
			t.Errorf("%s within %s: %s, want %s", c.src, c.tolerance, got, c.want)
		}
	}
}

// FuzzMemory: any expression that is used twice gives the same with a memory as without one.
func FuzzMemory(f *testing.F) {
	for _, src := range sharedSources() {
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src string) {
		plain, err := Parse(src)
		if err != nil || strings.Contains(src, "名次") && len(src) > 300 {
			return
		}
		once, again := mustParse(t, src), mustParse(t, src)
		plan := Share(sharedLists, once, again)
		for _, record := range []Scope{testScope(), otherScope()} {
			m := plan.Remember(record)
			want, got := places(record), places(m)
			for k := range want {
				w := shown(plain.Eval(want[k]))
				if g, h := shown(once.Eval(got[k])), shown(again.Eval(got[k])); g != w || h != w {
					t.Fatalf("%s at place %d: %s and %s, without a memory %s", src, k, g, h, w)
				}
			}
			m.Forget()
		}
	})
}

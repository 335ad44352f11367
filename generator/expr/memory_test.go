package expr

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"jixiao/generator/value"
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
		"项目.全年执行数 / 合计(项目.全年执行数)", "非 (指标.得分 < 指标.分值 且 空(指标.偏差原因))", "连接(项目.项目名称 & 甲, 指标.三级指标)",
		// Words that are looked for in texts that are made of others.
		"包含(默认(指标.三级指标, \"\") & \"／\" & 默认(指标.偏差原因, \"\"), \"甲\", \"说明\", \"原因\", \"无\")", "包含(指标.三级指标 & 指标.一级指标, \"甲产\", \"甲\", \"丁产\", \"效\")",
		"匹配(指标.三级指标 & \"、\" & 己, \"[甲乙丙丁]、\")", "匹配(默认(指标.偏差原因, \"无说明\"), \"无|说|原因|甲\")", "包含(去空格(指标.三级指标), \"甲\", \"乙\", \"指标1\", \"指标2\")",
		"提取(默认(己, \"\") & \"／\" & 指标.年度指标值, \"[≥≤]([0-9]+)\")", "个数(指标, 包含(默认(指标.一级指标, \"\") & 默认(指标.三级指标, \"\"), \"产出\", \"甲\", \"指标甲\", \"乙\"))",
		"个数(指标, 包含(本条.三级指标 & \"，\" & 指标.三级指标, \"甲\", \"乙\", \"指标3\", \"丙\"))", "连接(项目.称 & 项目, 指标.秛)",
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

// planned is an expression as a plan knows it at every list, and plain as none does.
type planned struct {
	src    string
	plain  *Expr
	checks []*Check // by list of plannedLists
	tested []*Expr  // … of these
}

// plannedLists are the record itself and the lists of testScope.
var plannedLists = append([][]string{nil}, sharedLists...)

func plan(t testing.TB, p *Plan, src string) planned {
	e := planned{src: src, plain: mustParse(t, src)}
	for _, l := range plannedLists {
		own := mustParse(t, src)
		e.checks, e.tested = append(e.checks, p.Check(l, nil, own, nil)), append(e.tested, own)
	}
	return e
}

// planAll plans all expressions of the tables.
func planAll(t testing.TB, p *Plan) (all []planned) {
	for _, src := range sharedSources() {
		all = append(all, plan(t, p, src))
	}
	return all
}

// differs says where the expression gives another value with the memory than without
// one, or where its column says another thing than it.
func (e *planned) differs(record Scope, m *Memory) string {
	for l, path := range plannedLists {
		want := []Scope{record}
		if path != nil {
			want, _ = Repeat(record, path) // a record without the list has no items
		}
		var doubtful []uint64
		if e.plain.IsCondition() {
			doubtful = append(doubtful, m.Doubtful(e.checks[l])...)
		}
		for i, s := range want {
			at := m.At(e.checks[l], i)
			w, g := shown(e.plain.Eval(s)), shown(e.tested[l].Eval(at))
			if w != g {
				return fmt.Sprintf("%s at %v %d: %s, without a memory %s", e.src, path, i, g, w)
			}
			if !e.plain.IsCondition() {
				continue
			}
			holds, ok := e.plain.Eval(s).Bool()
			if got, known := e.tested[l].Holds(at, nil); known != ok || got != (ok && holds) {
				return fmt.Sprintf("%s at %v %d holds: %v %v, without a memory %s", e.src, path, i, got, known, w)
			}
			if doubtful[i/blockSize]>>(i%blockSize)&1 == 0 && !(ok && holds) {
				return fmt.Sprintf("%s at %v %d is not in doubt, but is %s", e.src, path, i, w)
			}
			if m.Passes(e.checks[l], i) != (doubtful[i/blockSize]>>(i%blockSize)&1 == 0) {
				return fmt.Sprintf("%s at %v %d is in doubt or not", e.src, path, i)
			}
			if m.Fails(e.checks[l], i) && !(ok && !holds) {
				return fmt.Sprintf("%s at %v %d fails, but is %s", e.src, path, i, w)
			}
		}
	}
	return ""
}

// TestMemory: every expression gives at every place the same with a memory as
// without one, again and again, of one record after another.
func TestMemory(t *testing.T) {
	t.Parallel()
	p := NewPlan(sharedLists)
	all := planAll(t, p)
	check := func(t *testing.T, record Scope) {
		m := p.Remember(record)
		defer m.Forget()
		for range 2 {
			for i := range all {
				if wrong := all[i].differs(record, m); wrong != "" {
					t.Error(wrong)
				}
			}
		}
		visited := 0
		m.InDoubt(func(rule, first int, doubtful uint64) {
			if visited++; m.Doubtful(p.checks[rule])[first/blockSize] != doubtful {
				t.Errorf("the %dth rule at the items from %d on: %b", rule, first, doubtful)
			}
		})
		for _, c := range p.checks {
			for _, doubtful := range m.Doubtful(c) {
				if doubtful != 0 {
					visited--
				}
			}
		}
		if visited != 0 {
			t.Errorf("%d more in doubt are visited than there are", visited)
		}
	}
	check(t, testScope())
	check(t, otherScope())
	check(t, longScope())
	check(t, testScope())
	var wait sync.WaitGroup
	for i := range 4 {
		wait.Go(func() { check(t, []Scope{testScope(), otherScope()}[i%2]) })
	}
	wait.Wait()
}

// inquired counts the names that it is asked for.
type inquired struct {
	Scope
	times *int
}

func (a inquired) Lookup(name string) (Binding, bool) {
	*a.times++
	return a.Scope.Lookup(name)
}

// changed is a record with another value of a name, and of every other item's field
// of that name, at whatever depth.
func changed(s Scope, name string) Scope {
	r := maps.Clone(s.(record))
	for field, b := range r {
		switch {
		case field == name && b.Value.Kind() == value.Number:
			b.Value = filled("7.5")
		case field == name:
			b.Value = filled("产出3件")
		}
		if b.IsList {
			b.Items = slices.Clone(b.Items)
			for i := 0; i < len(b.Items); i += 2 {
				b.Items[i] = changed(b.Items[i], name)
			}
		}
		r[field] = b
	}
	return r
}

// TestSuppose: with another value of a name every expression gives what it gives of a
// record that has it, though what does not rest on the name is not computed again.
func TestSuppose(t *testing.T) {
	t.Parallel()
	p := NewPlan(sharedLists)
	all := planAll(t, p)
	record := testScope()
	m := p.Remember(record)
	defer m.Forget()
	for i := range all {
		all[i].differs(record, m)
	}
	for _, name := range []string{"甲", "己", "得分", "一级指标", "年度指标值"} {
		other := changed(record, name)
		s := m.Suppose(other, name)
		for i := range all {
			if wrong := all[i].differs(other, s); wrong != "" {
				t.Errorf("with another %s: %s", name, wrong)
			}
		}
		s.Forget()
	}
	asked := 0
	s := m.Suppose(inquired{record, &asked}, "甲")
	defer s.Forget()
	for i := range all {
		if all[i].src == "合计(指标.得分)" && all[i].tested[0].Eval(s).Kind() != value.Number {
			t.Error("no sum")
		}
	}
	if asked > 0 {
		t.Errorf("%d names are asked for again", asked)
	}
}

// longScope has lists that are longer than a block.
func longScope() record {
	s := testScope()
	rows := [][]string{{"一级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分", "偏差原因"}}
	for i := range 150 {
		rows = append(rows, []string{[]string{"产出指标", "效益指标", ""}[i%3], "指标" + strconv.Itoa(i%100), "≥" + strconv.Itoa(i) + "件", "90件", "1", []string{"1", "0.5", "—"}[i%3], "原因"})
	}
	s["指标"] = list(rows...)
	var projects []Scope
	for i := range 40 {
		projects = append(projects, record{"项目名称": single("项目" + strconv.Itoa(i)), "全年执行数": single(strconv.Itoa(i)), "权重": single("2"), "指标": list(rows[0], rows[1+i], rows[2+i], rows[3+i])})
	}
	s["项目"] = Binding{Items: projects, IsList: true}
	return s
}

// TestDoubtful: a rule is in doubt where it does not clearly pass, and nowhere else.
func TestDoubtful(t *testing.T) {
	t.Parallel()
	record := record{"甲": single("2"), "指标": list([]string{"得分", "分值"}, []string{"1", "2"}, []string{"2", "2"}, []string{"2.01", "2"}, []string{"", "2"}, []string{"—", "2"}, []string{"5", "2"})}
	for _, c := range []struct {
		list, when, test, tolerance string
		want                        uint64
	}{
		{"", "", "甲 = 2", "", 0}, {"", "", "甲 = 3", "", 1}, {"", "甲 > 2", "甲 = 3", "", 0}, {"", "", "甲 = 3", "1", 0}, {"", "", "乙 = 3", "", 1},
		{"指标", "", "指标.得分 <= 指标.分值", "", 0b111100}, {"指标", "", "指标.得分 <= 指标.分值", "0.01", 0b111000}, {"指标", "是数(指标.得分)", "指标.得分 <= 指标.分值", "0.01", 0b100000},
		{"指标", "指标.得分 > 2", "1 = 2", "", 0b111100}, {"指标", "指标.得分 > 2", "甲 = 2", "", 0}, {"指标", "甲 = 2", "甲 = 3", "", 0b111111}, {"没有", "", "甲 = 3", "", 0},
	} {
		p := NewPlan([][]string{{"指标"}})
		parse := func(src string) *Expr {
			if src == "" {
				return nil
			}
			return mustParse(t, src)
		}
		var path []string
		if c.list != "" {
			path = []string{c.list}
		}
		check := p.Check(path, parse(c.when), parse(c.test), parse(c.tolerance))
		m := p.Remember(record)
		got := uint64(0)
		for _, bits := range m.Doubtful(check) {
			got |= bits
		}
		if got != c.want {
			t.Errorf("%s %s within %s: in doubt %b, want %b", c.when, c.test, c.tolerance, got, c.want)
		}
		m.Forget()
	}
}

// TestMemoryComputesOnce: what is shared is asked for once a record, or once an item.
func TestMemoryComputesOnce(t *testing.T) {
	t.Parallel()
	p := NewPlan(sharedLists)
	var checks []*Check
	for range 5 {
		checks = append(checks, p.Check(nil, nil, mustParse(t, "甲 + 乙 > 3"), nil), p.Check([]string{"指标"}, nil, mustParse(t, "指标.得分 < 指标.分值"), nil),
			p.Check([]string{"指标"}, mustParse(t, "合计(指标.得分) < 甲"), mustParse(t, "甲 > 合计(指标.得分) "), nil))
	}
	counted := &counter{Scope: testScope(), asked: map[string]int{}}
	m := p.Remember(counted)
	for _, c := range checks {
		m.Doubtful(c)
	}
	if counted.asked["甲"] != 1 || counted.asked["乙"] != 1 || counted.asked["指标"] != 1 {
		t.Errorf("asked %v", counted.asked)
	}
}

// TestPlanned: what rules are made of is computed for all items together, not one by one.
func TestPlanned(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ list, src string }{
		{"", "合计(指标.得分, 非 开头(默认(指标.三级指标, \"\"), \"其中\")) = 甲"}, {"", "个数(指标, 首次(指标.一级指标)) > 2"}, {"", "合计(项目.指标.得分) = 0"},
		{"", "平均(指标.得分) < 最大(指标.得分)"}, {"", "查找(指标.得分, 指标.三级指标 = \"甲\") > 0"}, {"", "空(提取(己, \"[0-9]+\"))"},
		{"指标", "指标.得分 = 四舍五入(指标.分值 * 最小(1, 如果(方向(指标.年度指标值) = \"≤\", 数值(指标.年度指标值) / 数值(指标.实际完成值), 1)), 2)"},
		{"指标", "合计(指标.分值, 指标.一级指标 = 本条.一级指标) = 50"}, {"指标", "个数(指标, 默认(指标.偏差原因, \"\") = 默认(本条.偏差原因, \"\")) < 3"},
		{"指标", "同单位(指标.年度指标值, 指标.实际完成值) 且 定量(指标.年度指标值) 且 首次(指标.三级指标) 且 有效说明(指标.偏差原因)"},
		{"项目", "项目.全年执行数 = 甲 + 合计(项目.指标.得分)"}, {"项目.指标", "项目.指标.得分 <= 项目.权重 且 首次(项目.指标.三级指标)"},
		{"项目.指标", "合计(项目.指标.分值, 项目.指标.一级指标 = 本条.一级指标) > 0"},
	} {
		p := NewPlan(sharedLists)
		var path []string
		if c.list != "" {
			path = strings.Split(c.list, ".")
		}
		p.Check(path, nil, mustParse(t, c.src), nil)
		for _, part := range p.parts {
			if part.each {
				t.Errorf("%s: %s is computed item by item", c.src, printed(part.n))
			}
		}
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

// FuzzMemory: any expression gives the same with a memory as without one.
func FuzzMemory(f *testing.F) {
	for _, src := range sharedSources() {
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src string) {
		if _, err := Parse(src); err != nil || strings.Contains(src, "名次") && len(src) > 300 {
			return
		}
		p := NewPlan(sharedLists)
		e := plan(t, p, src)
		for _, record := range []Scope{testScope(), otherScope()} {
			m := p.Remember(record)
			if wrong := e.differs(record, m); wrong != "" {
				t.Fatal(wrong)
			}
			other := changed(record, "得分")
			s := m.Suppose(other, "得分")
			if wrong := e.differs(other, s); wrong != "" {
				t.Fatal("with another 得分: ", wrong)
			}
			s.Forget()
			m.Forget()
		}
	})
}

// shadowed answers a name itself.
type shadowed struct{ Scope }

func (s shadowed) Behind() Scope { return s.Scope }

func (s shadowed) Lookup(name string) (Binding, bool) {
	if name == "填报" {
		return single("98"), true
	}
	return s.Scope.Lookup(name)
}

// TestSay: what a finding speaks of is taken from the memory behind a shadow, and what
// the shadow answers from the shadow.
func TestSay(t *testing.T) {
	t.Parallel()
	p := NewPlan(sharedLists)
	items := p.Check([]string{"指标"}, nil, mustParse(t, "指标.得分 > 1000"), nil)
	said := []*Expr{mustParse(t, "指标.得分 * 2 + 甲"), mustParse(t, "包含(指标.一级指标, \"产出\")"), mustParse(t, "合计(指标.得分)")}
	for _, e := range said {
		p.Say([]string{"指标"}, e)
	}
	own := mustParse(t, "填报 & 甲")
	record, times := testScope(), 0
	m := p.Remember(inquired{record, &times})
	defer m.Forget()
	places, _ := Repeat(record, []string{"指标"})
	for round := range 2 {
		for i, place := range places {
			at := shadowed{m.At(items, i)}
			for _, e := range said {
				if got, want := shown(e.Eval(at)), shown(mustParse(t, e.String()).Eval(place)); got != want {
					t.Errorf("%s at %d is %s, want %s", e, i, got, want)
				}
			}
			if got := own.Eval(at).String(); !strings.HasPrefix(got, "98") {
				t.Errorf("%s is %s", own, got)
			}
		}
		if round == 0 {
			times = 0
		}
	}
	if times > len(places) { // 甲 of what was not planned
		t.Errorf("the record is asked %d times for what is known", times)
	}
}

// TestFull: rules for which a plan has no room are in doubt at every item, and so judged
// by their trees.
func TestFull(t *testing.T) {
	t.Parallel()
	p := NewPlan(sharedLists)
	for i := range mostColumns + 1 {
		p.Check(nil, nil, mustParse(t, "甲 > "+strconv.Itoa(i)), nil)
	}
	late := plan(t, p, "指标.得分 > 5 且 甲 > 3")
	p.Derive("全文", mustParse(t, "己 & 己"))
	p.Say(nil, mustParse(t, "甲 + 12345"))
	record := testScope()
	m := p.Remember(record)
	defer m.Forget()
	if wrong := late.differs(record, m); wrong != "" {
		t.Error(wrong)
	}
	items, _ := Repeat(record, []string{"指标"})
	if doubtful := m.Doubtful(late.checks[1]); len(doubtful) != 1 || doubtful[0] != 1<<len(items)-1 {
		t.Errorf("in doubt are %b", doubtful)
	}
	if n := p.lists[theRecord].columns[asTruth]; n != mostColumns+1 {
		t.Errorf("there are %d columns", n)
	}
}

package expr

import (
	"strconv"
	"strings"

	"jixiao/generator/value"
)

// Function documents one function, for the reference page and for hints.
type Function struct {
	Name    string // 合计
	Twin    string // SUM; "" when the spreadsheet has none
	Args    string // how its arguments are written: 值, …, 条件
	Text    string // what it gives
	Example string // an expression over [Sample]
	Result  string // what the example gives, as & prints it; 未判：… when it cannot be judged
}

// function is one row of the table.
type function struct {
	name, twin, args string
	min, max         int // of arguments; max -1: any number
	odd              bool
	takes            []kind // by argument, the last for all that follow
	gives            kind

	// How the call is computed: as any value but a condition, as a condition, as an exact number (also beside eval), by handing on one of its arguments, or by going through a list.
	eval      func(c *callNode, s Scope) value.Value
	holds     func(c *callNode, s Scope) (bool, *value.Value)
	exact     func(c *callNode, s Scope) (fraction, *value.Value)
	choose    func(c *callNode, s Scope) (node, *value.Value)
	aggregate func(c *callNode, s Scope) operand

	closes   bool                   // it gives a text mostly as it is
	together fitter                 // how the call is computed for many items at once; nil: one by one
	sweep    func(p *Plan, c *part) // the same of an aggregate that goes through a list

	hands   func(i, n int) bool      // may argument i of n be what comes out
	prepare func(c *callNode) *Error // a check of the whole call

	// Of aggregates.
	separator bool // the second argument stands between texts
	counts    bool // conditions alone suffice
	single    bool // one value only
	picks     bool // several values are compared with each other
	greatest  bool

	text, example, result string
}

func (f *function) arity() string {
	switch {
	case f.odd:
		return strconv.Itoa(f.min) + "、" + strconv.Itoa(f.min+2) + "、" + strconv.Itoa(f.min+4) + "…"
	case f.max < 0:
		return "至少" + strconv.Itoa(f.min)
	case f.min == f.max:
		return strconv.Itoa(f.min)
	}
	return strconv.Itoa(f.min) + "到" + strconv.Itoa(f.max)
}

func (f *function) takesAt(i int) kind {
	if len(f.takes) == 0 {
		return anyKind
	}
	return f.takes[min(i, len(f.takes)-1)]
}

// table holds all functions, in the order of the reference page. 且 或 非 stand in
// it for the page; the parser reads them before it looks for functions.
var table = [][]function{aggregateFunctions, logicFunctions, numberFunctions, textFunctions, reportFunctions, targetFunctions, dateFunctions}

var byName = func() map[string]*function {
	m := map[string]*function{}
	for _, group := range table {
		for i := range group {
			f := &group[i]
			m[f.name] = f
			if f.twin != "" {
				m[f.twin] = f
			}
		}
	}
	return m
}()

func lookup(name string) (*function, bool) {
	f, ok := byName[name]
	if !ok {
		f, ok = byName[strings.ToUpper(name)]
	}
	return f, ok
}

// functionNames are all names in the order of the table, for near misses.
func functionNames() []string {
	var names []string
	for _, group := range table {
		for _, f := range group {
			names = append(names, f.name)
			if f.twin != "" {
				names = append(names, f.twin)
			}
		}
	}
	return names
}

// Functions lists every function of the language, in the order of the reference page.
func Functions() []Function {
	var all []Function
	for _, group := range table {
		for _, f := range group {
			all = append(all, Function{f.name, f.twin, f.args, f.text, f.example, f.result})
		}
	}
	return all
}

// Sample is the record of which the examples of [Functions] speak: single
// fields, and the list 指标 with the names of its fields in the first row.
// — is 不适用, an empty text 空.
func Sample() (fields [][2]string, items [][]string) {
	fields = [][2]string{
		{"年初预算数", "308.76"}, {"全年预算数", "326.68"}, {"全年执行数", "329.98"}, {"项目支出", ""},
		{"填报日期", "2023年4月4日"}, {"情况说明", "基本支出207.01万元，项目支出122.97万元，执行率为101.01%。"},
	}
	items = [][]string{
		{"一级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分", "偏差原因"},
		{"产出指标", "信访件办结率", "≥95%", "97%", "15", "15", ""},
		{"产出指标", "办结及时率", "≥90%", "85%", "10", "8", "部分信访件跨部门协调耗时较长"},
		{"成本指标", "成本控制", "≤150万元", "166万元", "10", "8", "无"},
		{"满意度指标", "群众满意度", "保持", "明显提高", "10", "—", ""},
	}
	return fields, items
}

var aggregateFunctions = []function{
	{name: "合计", twin: "SUM", args: "值, …, 条件", min: 1, max: -1, gives: numberKind, aggregate: sum, sweep: sweepSum, prepare: prepareAggregate,
		text:    "列表里各条的和；写条件时只加条件成立的各条。几个单值时是它们的和。不适用不计，有未填的就未判；没有可加的是 0。",
		example: `合计(指标.得分, 指标.分值 > 0)`, result: "31"},
	{name: "个数", twin: "COUNT", args: "列表或值, 条件, …", min: 1, max: -1, gives: numberKind, counts: true, aggregate: count, sweep: sweepCount, prepare: prepareAggregate,
		text:    "列表有几条；写条件时是条件成立的条数；写字段时是填了的条数（未填和不适用不算）。",
		example: `个数(指标, 指标.得分 < 指标.分值)`, result: "2"},
	{name: "平均", twin: "AVERAGE", args: "值, …, 条件", min: 1, max: -1, gives: numberKind, aggregate: average, sweep: sweepAverage, prepare: prepareAggregate,
		text:    "各条的平均数，不适用不计；一条也没有时是不适用。",
		example: `四舍五入(平均(指标.得分), 2)`, result: "10.33"},
	{name: "最大", twin: "MAX", args: "值, …, 条件", min: 1, max: -1, gives: anyKind, picks: true, greatest: true,
		aggregate: extreme, together: fitExtreme, sweep: sweepExtreme, prepare: prepareAggregate,
		text:    "写一个值时是列表各条中最大的；写几个值时是其中最大的（这时 指标.得分 是正在算的那一条）。数和日期都可以，不适用不计。",
		example: `最大(指标.得分)`, result: "15"},
	{name: "最小", twin: "MIN", args: "值, …, 条件", min: 1, max: -1, gives: anyKind, picks: true,
		aggregate: extreme, together: fitExtreme, sweep: sweepExtreme, prepare: prepareAggregate,
		text:    "写一个值时是列表各条中最小的；写几个值时是其中最小的，所以 合计(最小(指标.得分, 指标.分值)) 是各条封顶后的和。",
		example: `最小(全年执行数 / 全年预算数, 100%) * 10`, result: "10"},
	{name: "连接", twin: "JOIN", args: "值, 分隔, 条件", min: 1, max: -1, gives: textKind, separator: true, single: true,
		aggregate: join, prepare: prepareAggregate,
		text:    "把各条的文字接成一句，中间写分隔（不写是“、”）；未填和不适用的跳过。",
		example: `连接(指标.三级指标, "；", 指标.得分 < 指标.分值)`, result: "办结及时率；成本控制"},
	{name: "查找", args: "值, 条件", min: 2, max: -1, single: true, aggregate: find, sweep: sweepFind, prepare: prepareAggregate,
		text:    "条件成立的第一条的值；没有这样的一条时是空。",
		example: `查找(指标.实际完成值, 指标.一级指标 = "成本指标")`, result: "166万元"},
	{name: "首次", args: "列表的字段", min: 1, max: 1, gives: truthKind, holds: first, together: fitTruth(asValue, judgeFirst), prepare: preparePlace,
		text:    "用在逐条的地方：这一条的值在前面各条里没有出现过。个数(首次(指标.一级指标)) 是不同的一级指标有几个。",
		example: `个数(首次(指标.一级指标))`, result: "3"},
	{name: "名次", twin: "RANK", args: `列表的数, "升"`, min: 1, max: 2, takes: []kind{numberKind, textKind}, gives: numberKind,
		exact: rank, prepare: preparePlace,
		text:    "用在逐条的地方：这一条排第几，大的在前，相同的并列；写 \"升\" 时小的在前。没有值的不参加排名。",
		example: `连接(名次(指标.分值), "、")`, result: "1、2、2、2"},
}

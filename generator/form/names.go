package form

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"jixiao/generator/expr"
	"jixiao/generator/tag"
	"jixiao/generator/value"
)

// checkNames holds every name in rules, derived fields and templates against
// what the form knows. It runs last, when all names are there.
func (l *loader) checkNames() {
	if l.form.Map == nil || l.incomplete {
		return // names that a faulty fill-in workbook would have given would all be reported
	}
	own := l.unitNames()
	l.checkRules(own)
	documents := own.with(UnitName, ErrorCount, NoticeCount, ExplainedCount, MainTroubles)
	summaries := summaryNames(documents)
	for _, u := range l.uses {
		known := documents
		if u.summary {
			known = summaries
		}
		l.checkTag(u.file+" "+u.Place, u.Use, known.inside(u.Lists))
	}
	l.checkUse()
}

func (l *loader) checkExpr(place string, e *expr.Expr, known names) {
	if e == nil {
		return
	}
	for _, err := range e.Check(known) {
		l.fault(place, e.String(), "%v", err)
	}
}

func (l *loader) checkTag(place string, u tag.Use, known names) {
	t := u.Tag
	exprs := append([]*expr.Expr{t.Expr}, t.Args...)
	for _, e := range exprs {
		if e == nil || isCondition(t, e, known) {
			continue
		}
		for _, err := range e.Check(known) {
			l.fault(place, t.Source, "%s", better(err.Message, e, known))
		}
	}
	for _, e := range exprs {
		if e != nil {
			for _, f := range e.CheckTypes(known) {
				l.fault(place, t.Source, "%s", f.Message)
			}
		}
	}
	l.checkPipes(place, t, known)
	l.checkRepeated(place, u, known)
	if t.Kind != tag.Each {
		return
	}
	if kind, ok := known.Kind(t.Path); !ok || kind != expr.ListName {
		l.fault(place, t.Source, "没有列表“%s”%s", strings.Join(t.Path, "."), suggestion(t.Path, known))
	}
}

// better proposes, for a short name inside a list, the field of that list:
// 得分 inside 指标 is 指标.得分, not the name that merely looks alike.
func better(message string, e *expr.Expr, known names) string {
	for _, n := range e.Names() {
		if _, ok := known.Kind(n.Path); ok {
			continue
		}
		for _, list := range known.lists {
			full := strings.Join(append(slices.Clone(list), n.Path...), ".")
			if _, ok := known.kinds[full]; ok {
				return fmt.Sprintf("没有“%s”，在列表里要写全：%s", strings.Join(n.Path, "."), full)
			}
		}
	}
	return message
}

// checkRepeated refuses a value tag that prints the item at hand of a list that
// nothing around it repeats: it would print nothing.
func (l *loader) checkRepeated(place string, u tag.Use, known names) {
	if u.Tag.Kind != tag.Value || u.Tag.Expr == nil {
		return
	}
	for _, n := range u.Tag.Expr.Names() {
		name := strings.Join(n.Path, ".")
		if len(known.lists) == 0 && (name == "序号" || name == "首条" || name == "末条") {
			l.fault(place, u.Tag.Source, "“%s”只能用在重复的行里，或 {{#每个 …}} 和 {{/每个}} 之间", name)
		}
	}
	for _, list := range u.Tag.Expr.Lists() {
		if kind, ok := known.Kind(list); !ok || kind != expr.ListName {
			continue
		}
		around := slices.ContainsFunc(known.lists, func(p []string) bool {
			return len(p) >= len(list) && slices.Equal(p[:len(list)], list)
		})
		if !around {
			name := strings.Join(list, ".")
			l.fault(place, u.Tag.Source, "“%s”是列表，这里没有轮到它的哪一条：请放在表格的一行里，或 {{#每个 %s}} 和 {{/每个}} 之间，或用合计、个数等函数", name, name)
		}
	}
}

// isCondition reports whether the expression is a bare list or record in
// {{#如果 退回单位}}, which holds when it is not empty.
func isCondition(t *tag.Tag, e *expr.Expr, known names) bool {
	if t.Kind != tag.If && t.Kind != tag.ElseIf {
		return false
	}
	path, bare := e.Name()
	if !bare {
		return false
	}
	kind, ok := known.Kind(path)
	return ok && kind != expr.ValueName
}

func suggestion(path []string, known names) string {
	if near := expr.Nearest(strings.Join(path, "."), known.Names()); near != "" {
		return "，您是否想写：" + near
	}
	return ""
}

// names is what a scope will answer; it is an expr.Schema.
type names struct {
	kinds map[string]expr.NameKind // by dotted path
	types map[string]value.Type    // by dotted path, of those whose type is known; 条件 for 是 and 否
	open  map[string]bool          // records of which any field may be asked: 名册
	lists [][]string               // the lists around, whose own lists may be named without their path
}

// Kind looks a dotted path up, also as a field of the lists around it.
func (n names) Kind(path []string) (expr.NameKind, bool) {
	if len(path) == 0 {
		return 0, false
	}
	for i := range path {
		if n.open[strings.Join(path[:i+1], ".")] {
			if i == len(path)-1 {
				return expr.RecordName, true
			}
			return expr.ValueName, true
		}
	}
	if k, ok := n.kinds[strings.Join(path, ".")]; ok {
		return k, true
	}
	for _, l := range n.lists {
		// Inside an item only its own lists are known without their path: a
		// single field must say whose it is.
		k, ok := n.kinds[strings.Join(append(slices.Clone(l), path...), ".")]
		if ok && (k == expr.ListName || len(path) > 1) {
			return k, true
		}
	}
	return 0, false
}

// truthType is the type of names that are 是 or 否.
const truthType value.Type = "条件"

// typeOf is the type of the name at the path; "" when it is not known.
func (n names) typeOf(path []string) value.Type {
	if t, ok := n.types[strings.Join(path, ".")]; ok {
		return t
	}
	for _, l := range n.lists {
		if t, ok := n.types[strings.Join(append(slices.Clone(l), path...), ".")]; ok && len(path) > 1 {
			return t
		}
	}
	return ""
}

// Sort is the kind of value that the name at the path holds; it makes names an expr.Types.
func (n names) Sort(path []string) expr.Sort {
	t := n.typeOf(path)
	if t == truthType {
		return expr.TruthSort
	}
	return sortOf(t)
}

// typed gives a name a type.
func (n names) typed(t value.Type, paths ...string) {
	for _, p := range paths {
		n.types[p] = t
	}
}

// Names lists all dotted paths in order, for suggestions.
func (n names) Names() []string {
	out := make([]string, 0, len(n.kinds))
	for k := range n.kinds {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// with adds single values.
func (n names) with(more ...string) names {
	kinds := make(map[string]expr.NameKind, len(n.kinds)+len(more))
	for k, v := range n.kinds {
		kinds[k] = v
	}
	for _, m := range more {
		kinds[m] = expr.ValueName
	}
	return names{kinds: kinds, types: maps.Clone(n.types), open: n.open, lists: n.lists}
}

// inside is the scope within the items of lists: 序号 首条 末条 and 本条 are known there.
func (n names) inside(lists [][]string) names {
	if len(lists) == 0 {
		return n
	}
	in := n.with("序号", "首条", "末条")
	in.open = map[string]bool{"本条": true}
	for k := range n.open {
		in.open[k] = true
	}
	in.lists = lists
	return in
}

// under adds everything of another scope as the fields of a list.
func (n names) under(list string, item names, more ...string) {
	n.kinds[list] = expr.ListName
	for k, v := range item.kinds {
		n.kinds[list+"."+k] = v
	}
	for k, t := range item.types {
		n.types[list+"."+k] = t
	}
	for _, m := range more {
		n.kinds[list+"."+m] = expr.ValueName
	}
}

// unitNames are the names of one unit's scope.
func (l *loader) unitNames() names {
	n := names{kinds: map[string]expr.NameKind{}, types: map[string]value.Type{}, open: map[string]bool{RosterRecord: true}}
	for _, list := range l.form.Map.ListNames() {
		n.kinds[strings.Join(list, ".")] = expr.ListName
	}
	for _, s := range l.form.Map.Specs() {
		path := strings.Join(append(slices.Clone(s.Lists), s.Name), ".")
		n.kinds[path] = expr.ValueName
		n.types[path] = s.Format.Type()
	}
	for _, d := range l.form.Derived {
		n.kinds[d.Name] = expr.ValueName
		n.types[d.Name] = d.Type
	}
	for _, s := range l.form.Settings {
		n.kinds[s.Name] = expr.ValueName
		if n.types[s.Name] = value.TypeNumber; s.Value.Kind() != value.Number {
			n.types[s.Name] = value.TypeText
		}
	}
	n.lastYear()
	n = n.with(contextNames...)
	n.typed(value.TypeInteger, TaskYear, WorkbookCount)
	n.typed(value.TypeText, UnitCode, RosterName)
	n.typed(truthType, HasRoster, OnRoster)
	return n
}

// lastYear adds 上年.总分 for every single value: the roster has it in its column 上年总分, or it is blank.
func (n names) lastYear() {
	for name, kind := range maps.Clone(n.kinds) {
		if kind == expr.ValueName && !strings.Contains(name, ".") {
			n.kinds[LastYear+"."+name] = kind
			n.types[LastYear+"."+name] = n.types[name]
		}
	}
	n.kinds[LastYear] = expr.RecordName
}

// summaryNames are the names of 汇总/: figures of the run, and its lists, whose
// accepted units know everything that one unit knows.
func summaryNames(unit names) names {
	n := names{kinds: map[string]expr.NameKind{}, types: map[string]value.Type{}, open: map[string]bool{}}
	n = n.with("年度", "应报数", "已报数", "通过数", "退回数", "未报数")
	n.under(ListAccepted, unit)
	n.under(ListReturned, unit)
	n.under(ListRanking, unit, "名次")
	n.under(ListFrequent, names{}, "编号", "名称", "级别", "单位数", "次数")
	n.under(ListFindings, names{}, UnitCode, UnitName, "编号", "名称", "级别", "报送件", "工作表", "单元格", "条目", "填报", "应为", "差额", "说明", "单位说明", "同源", "依据")
	n.under(ListMissing, names{}, UnitCode, UnitName)
	for _, list := range []string{ListAccepted, ListReturned, ListRanking} {
		n.open[list+"."+RosterRecord] = true
	}
	return n
}

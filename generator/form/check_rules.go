package form

import (
	"fmt"
	"slices"
	"strings"

	"jixiao/generator/expr"
	"jixiao/generator/tag"
	"jixiao/generator/value"
)

// checkRules holds the rules and derived fields to account beside their names:
// what they compare must be comparable, a rule must be able to fail and to be
// judged, and a derived field must stand below those that it uses.
func (l *loader) checkRules(own names) {
	l.checkDerived(own)
	told := own.with(ActualFilled, ActualWanted, ActualOff, ActualItem)
	for i := range l.form.Rules {
		r, at := &l.form.Rules[i], l.rows[i]
		inside := own.inside(r.Lists)
		l.checkMessage(at.place("提示"), r.Message, told, r.Lists)
		test, when := l.checkCondition(at.place("公式"), r.Test, inside), l.checkCondition(at.place("适用条件"), r.When, inside)
		if test && l.knows(at.place("容差"), r.Tolerance, inside) {
			l.checkTolerance(r, at, inside)
		}
		if test && when {
			l.checkLists(r, at)
			l.checkEffect(r, at)
		}
	}
}

// checkCondition checks one condition by itself and reports whether all its names are known.
func (l *loader) checkCondition(place string, e *expr.Expr, inside names) bool {
	if e == nil {
		return true
	}
	if !l.knows(place, e, inside) {
		return false
	}
	l.checkKinds(place, e, e.CheckCondition(inside))
	l.checkRatios(place, e, inside)
	return true
}

// knows checks the names of an expression and reports whether all are known.
func (l *loader) knows(place string, e *expr.Expr, inside names) bool {
	before := len(l.faults)
	l.checkExpr(place, e, inside)
	return len(l.faults) == before
}

func (l *loader) checkKinds(place string, e *expr.Expr, faults []*expr.Error) {
	for _, f := range faults {
		l.fault(place, e.String(), "%v", f)
	}
}

// checkTolerance: a tolerance is a number, not below 0, of a comparison.
func (l *loader) checkTolerance(r *Rule, at row, inside names) {
	e := r.Tolerance
	if e == nil {
		return
	}
	place := at.place("容差")
	l.checkKinds(place, e, e.CheckTypes(inside))
	switch left, _, right, compares := r.Test.Comparison(); {
	case !compares:
		l.fault(place, e.String(), "容差不起作用：公式不是“甲 = 乙”一类的比较。请删去容差，或用 近似(甲, 乙, 容差)")
	case !maybeNumber(left.Result(inside)) || !maybeNumber(right.Result(inside)):
		l.fault(place, e.String(), "容差不起作用：公式比较的是%s，不是数。请删去容差", sortNames[unlikeNumber(left.Result(inside), right.Result(inside))])
	}
	if result := e.Result(inside); result != expr.NumberSort && result != expr.AnySort {
		l.fault(place, e.String(), "容差应是数，例如 0.01")
	}
	if v, ok := e.Constant(); ok {
		if n, isNumber := v.Number(); isNumber && n.IsNegative() {
			l.fault(place, e.String(), "容差不能是负数")
		}
	}
}

func maybeNumber(s expr.Sort) bool { return s == expr.NumberSort || s == expr.AnySort }

// unlikeNumber is the first of both kinds that is no number.
func unlikeNumber(a, b expr.Sort) expr.Sort {
	if maybeNumber(a) {
		return b
	}
	return a
}

// checkLists: a rule is judged once an item of one list; what it names of
// another list outside of 合计 and the like is never at hand.
func (l *loader) checkLists(r *Rule, at row) {
	var deepest []string
	for _, list := range r.Lists {
		if len(list) > len(deepest) {
			deepest = list
		}
	}
	for _, list := range r.Lists {
		if !slices.Equal(deepest[:len(list)], list) {
			l.fault(at.place("公式"), r.Test.String(), "这条公式逐条审核“%s”，又写了“%s”的字段，永远判不出：另一个列表请用 合计、个数、查找 等函数",
				strings.Join(deepest, "."), strings.Join(list, "."))
		}
	}
}

// checkEffect finds rules that say the same whatever was filled in.
func (l *loader) checkEffect(r *Rule, at row) {
	switch {
	case r.When != nil && expr.Impossible(r.When):
		l.fault(at.place("适用条件"), r.When.String(), "适用条件永远不成立，这条公式永远不会审核")
	case r.When != nil && expr.NeverFails(nil, r.When):
		l.fault(at.place("适用条件"), r.When.String(), "适用条件永远成立，请删去")
	case neverFails(r):
		l.fault(at.place("公式"), r.Test.String(), "这条公式永远不会不通过：填什么都符合%s", given(r))
	case expr.Impossible(r.Test):
		if v, constant := r.Test.Constant(); constant && r.When != nil && v.Kind() == value.Bool {
			return // 假 with a condition: whatever it applies to is broken
		}
		l.fault(at.place("公式"), r.Test.String(), "这条公式永远通不过：填什么都不符合")
	case l.onlySettings(r.Test):
		l.fault(at.place("公式"), r.Test.String(), "这条公式只用到参数，没有填报表的字段：对每个单位的结果都一样")
	default:
		if v, constant := r.Test.Constant(); constant && v.Kind() != value.Bool {
			l.fault(at.place("公式"), r.Test.String(), "这条公式里没有填报表的字段，永远判不出")
		} else if constant {
			l.fault(at.place("公式"), r.Test.String(), "这条公式里没有填报表的字段，结果总是“%s”", v)
		}
	}
}

func neverFails(r *Rule) bool {
	if _, op, _, compares := r.Test.Comparison(); compares && op == "<>" && r.Tolerance != nil {
		return false // within the tolerance it fails beside equality too
	}
	return expr.NeverFails(r.When, r.Test)
}

// given says that a condition has its part in it.
func given(r *Rule) string {
	if r.When != nil && !expr.NeverFails(nil, r.Test) {
		return "（适用条件已经保证了它）"
	}
	return ""
}

// checkMessage checks the tags of a 提示, each with the lists around it.
func (l *loader) checkMessage(place string, pieces []tag.Piece, known names, lists [][]string) {
	around := slices.Clone(lists)
	var tags []*tag.Tag
	for _, p := range pieces {
		if p.Tag != nil {
			tags = append(tags, p.Tag)
		}
	}
	_, unpaired := tag.Pair(tags)
	l.in(place, unpaired)
	for _, p := range pieces {
		if p.Tag == nil {
			continue
		}
		use := tag.Use{Tag: p.Tag, Lists: around}
		if p.Tag.Kind == tag.EndEach && len(around) > len(lists) {
			around = around[:len(around)-1]
		}
		l.checkTag(place, use, known.inside(around))
		if p.Tag.Kind == tag.Each {
			around = append(slices.Clip(around), p.Tag.Path)
		}
	}
}

// checkDerived checks derived fields in their order: each may use those above it.
func (l *loader) checkDerived(own names) {
	place := map[string]int{}
	for i := range l.form.Derived {
		place[l.form.Derived[i].Name] = i
	}
	taken := map[string]string{}
	for _, s := range l.form.Map.Specs() {
		if len(s.Lists) == 0 {
			taken[s.Name] = "填报表的字段"
		}
	}
	for i := range l.settingRows {
		l.taken(taken, l.form.Settings[i].Name, l.settingRows[i], "参数")
	}
	for i := range l.form.Derived {
		d, at := &l.form.Derived[i], l.derivedRows[i]
		l.taken(taken, d.Name, at, "计算项")
		l.checkExpr(at.place("公式"), d.Expr, own)
		l.checkKinds(at.place("公式"), d.Expr, d.Expr.CheckTypes(own))
		for _, n := range d.Expr.Names() {
			used, isDerived := place[n.Path[0]]
			switch {
			case !isDerived || len(n.Path) > 1 || used < i:
			case used == i:
				l.fault(at.place("公式"), d.Expr.String(), "“%s”用到了它自己", d.Name)
			case l.reaches(used, i, place, map[int]bool{}):
				l.fault(at.place("公式"), d.Expr.String(), "“%s”和“%s”互相用到，谁也算不出", d.Name, n.Path[0])
			default:
				l.fault(at.place("公式"), d.Expr.String(), "“%s”要用到下面的“%s”，请把“%s”移到它上面", d.Name, n.Path[0], n.Path[0])
			}
		}
		if result := d.Expr.Result(own); !fits(result, d.Type) {
			l.fault(at.place("类型"), string(d.Type), "公式算出来的是%s，类型写的是“%s”", sortNames[result], d.Type)
		}
	}
}

// taken reports a name that is given twice.
func (l *loader) taken(taken map[string]string, name string, at row, what string) {
	if by, again := taken[name]; again {
		l.fault(at.place("名称"), name, "名称“%s”已经是%s，请换一个名称", name, by)
	}
	taken[name] = what
}

// reaches reports whether derived field from uses derived field to, at once or through others.
func (l *loader) reaches(from, to int, place map[string]int, seen map[int]bool) bool {
	if from == to {
		return true
	}
	if seen[from] {
		return false
	}
	seen[from] = true
	return slices.ContainsFunc(l.form.Derived[from].Expr.Names(), func(n expr.Name) bool {
		next, isDerived := place[n.Path[0]]
		return isDerived && len(n.Path) == 1 && l.reaches(next, to, place, seen)
	})
}

// sortNames are the kinds of values as messages call them.
var sortNames = map[expr.Sort]string{expr.TruthSort: "条件", expr.NumberSort: "数", expr.TextSort: "文字", expr.DateSort: "日期"}

// sortOf is the kind of value that a field of the type holds.
func sortOf(t value.Type) expr.Sort {
	switch t {
	case value.TypeAmount, value.TypePercent, value.TypeScore, value.TypeInteger, value.TypeNumber:
		return expr.NumberSort
	case value.TypeDate:
		return expr.DateSort
	case value.TypeText, value.TypeLines, value.TypePhone, value.TypeChoice:
		return expr.TextSort
	}
	return expr.AnySort
}

// fits reports whether a value of that kind can be called a value of the type.
func fits(s expr.Sort, t value.Type) bool {
	want := sortOf(t)
	return want == expr.AnySort || want == expr.TextSort || s == expr.AnySort || s == want
}

// checkPipes refuses pipes that are about another kind of value than the tag
// prints: 大写 of a text, 百分比 of an amount.
func (l *loader) checkPipes(place string, t *tag.Tag, known names) {
	if t.Kind != tag.Value || t.Expr == nil || t.Format == nil {
		return
	}
	want, pipe := t.Format.Wants()
	if want == "" {
		return
	}
	is, what := t.Expr.Result(known), "“"+t.Expr.String()+"”"
	switch {
	case is != expr.AnySort && is != sortOf(want):
		l.fault(place, t.Source, "%s是%s，管道“%s”要的是%s", what, sortNames[is], pipe, sortNames[sortOf(want)])
		return
	case want != value.TypeAmount && want != value.TypePercent:
		return
	}
	path, bare := t.Expr.Name()
	if !bare {
		return
	}
	if of := known.typeOf(path); of != want && (of == value.TypeAmount || of == value.TypePercent || of == value.TypeScore) {
		l.fault(place, t.Source, "%s是%s，管道“%s”是%s的：打印出来的数会差很多", what, of, pipe, fmt.Sprintf("“%s”", want))
	}
}

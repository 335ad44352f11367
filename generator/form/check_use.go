package form

import (
	"slices"

	"github.com/shopspring/decimal"

	"jixiao/generator/expr"
	"jixiao/generator/tag"
	"jixiao/generator/unit"
	"jixiao/generator/value"
)

// checkUse finds the settings and derived fields that nothing names. They do no
// harm, so they are remarks and no faults: a clerk who takes a rule out must not
// be kept from running the form. But a threshold that somebody changes and that
// nothing reads is a mistake which nobody would see.
func (l *loader) checkUse() {
	used := map[string]bool{}
	note := func(exprs ...*expr.Expr) {
		for _, e := range exprs {
			if e == nil {
				continue
			}
			for _, n := range e.Names() {
				for _, part := range n.Path { // also 单位.计分容差, 上年.总分
					used[part] = true
				}
			}
		}
	}
	noteTag := func(t *tag.Tag) {
		note(t.Expr)
		note(t.Args...)
	}
	for i := range l.form.Rules {
		r := &l.form.Rules[i]
		note(r.When, r.Test, r.Tolerance)
		for _, p := range r.Message {
			if p.Tag != nil {
				noteTag(p.Tag)
			}
		}
	}
	for _, d := range l.form.Derived {
		note(d.Expr)
	}
	for _, u := range l.uses {
		noteTag(u.Tag)
	}
	for i, s := range l.form.Settings {
		if s.Name != "" && !used[s.Name] {
			l.remark(l.settingRows[i].place("名称"), s.Name, "没有公式或模板用到这个参数，改它不起作用。不再需要的请删去这一行")
		}
	}
	for i, d := range l.form.Derived {
		if d.Name != "" && !used[d.Name] {
			l.remark(l.derivedRows[i].place("名称"), d.Name, "没有公式或模板用到这个计算项。不再需要的请删去这一行")
		}
	}
}

// onlySettings reports whether the expression names settings, and nothing that a
// unit fills in: it says the same of every unit.
func (l *loader) onlySettings(e *expr.Expr) bool {
	all := e.Names()
	return len(all) > 0 && !slices.ContainsFunc(all, func(n expr.Name) bool {
		return len(n.Path) > 1 || !slices.ContainsFunc(l.form.Settings, func(s unit.Figure) bool { return s.Name == n.Path[0] })
	})
}

// mostRatio is the largest number with which a ratio is compared in earnest. 执行率
// is 0.95 for 95%: a comparison with 95 would always come out the same.
var mostRatio = decimal.NewFromInt(10)

// checkRatios finds percentages that are compared with a number of percent.
func (l *loader) checkRatios(place string, e *expr.Expr, known names) {
	if e == nil {
		return
	}
	for _, c := range e.Comparisons() {
		left, _, right, _ := c.Comparison()
		for _, sides := range [][2]*expr.Expr{{left, right}, {right, left}} {
			path, bare := sides[0].Name()
			v, constant := sides[1].Constant()
			n, isNumber := v.Number()
			if bare && constant && isNumber && known.typeOf(path) == value.TypePercent && n.Abs().GreaterThan(mostRatio) {
				l.fault(place, e.String(), "“%s”是百分比，和 %s 比较就是和 %s%% 比较：百分之几请写 %s%%", sides[0], sides[1], n.Shift(2), n)
			}
		}
	}
}

package render

import (
	"cmp"
	"slices"
	"strings"

	"jixiao/generator/expr"
	"jixiao/generator/finding"
	"jixiao/generator/form"
	"jixiao/generator/unit"
	"jixiao/generator/value"
)

// Totals is what the templates of 汇总/ are filled from.
type Totals struct {
	Year     string
	Verdicts []*unit.Verdict // of all units that sent something, in the order of the run
	Missing  []unit.Unit
}

// Summary renders the templates of 汇总/. Only accepted units are summed; the
// others are listed.
func Summary(f *form.Form, t Totals, folder string) ([]unit.Document, error) {
	return documents(f.Summaries, t.scope(), folder, "")
}

// run is the scope of 汇总/: single figures and lists.
type run struct {
	unit.Figures
	lists map[string][]expr.Scope
}

// Lookup finds a figure or a list of the run.
func (r run) Lookup(name string) (expr.Binding, bool) {
	if items, ok := r.lists[name]; ok {
		return expr.Binding{Items: items, IsList: true}, true
	}
	return r.Figures.Lookup(name)
}

func (t Totals) scope() run {
	var accepted, returned []scope
	var findings []expr.Scope
	for _, v := range t.Verdicts {
		s := counted(v)
		if v.Outcome() == unit.Accepted {
			accepted = append(accepted, s)
		} else {
			returned = append(returned, s)
		}
		for _, f := range v.Findings {
			findings = append(findings, result(v, f))
		}
	}
	count := func(n int) value.Value { return value.Int(int64(n)) }
	return run{
		Figures: unit.Figures{
			{Name: "年度", Value: year(t.Year)},
			{Name: "应报数", Value: count(len(t.Verdicts) + len(t.Missing))},
			{Name: "已报数", Value: count(len(t.Verdicts))},
			{Name: "通过数", Value: count(len(accepted))},
			{Name: "退回数", Value: count(len(returned))},
			{Name: "未报数", Value: count(len(t.Missing))},
		},
		lists: map[string][]expr.Scope{
			form.ListAccepted: scopes(accepted),
			form.ListReturned: scopes(returned),
			form.ListMissing:  missing(t.Missing),
			form.ListFindings: findings,
			form.ListRanking:  ranking(accepted),
			form.ListFrequent: frequent(t.Verdicts),
		},
	}
}

func year(text string) value.Value {
	if v := value.Read(value.TypeInteger, value.Raw{Text: text}, value.ReadOptions{}).Value; v.Kind() == value.Number {
		return v.As(value.TypeInteger)
	}
	return value.Str(text)
}

func scopes(list []scope) []expr.Scope {
	out := make([]expr.Scope, len(list))
	for i := range list {
		out[i] = list[i]
	}
	return out
}

func missing(units []unit.Unit) []expr.Scope {
	out := make([]expr.Scope, len(units))
	for i, u := range units {
		figures := unit.Figures{{Name: form.UnitCode, Value: value.Str(u.Code)}, {Name: form.UnitName, Value: value.Str(u.Name)}}
		out[i] = append(figures, u.Figures...)
	}
	return out
}

// result is one entry of the list 审核结果.
func result(v *unit.Verdict, f finding.Finding) expr.Scope {
	u := v.Record.Submission.Unit
	text := func(name, s string) unit.Figure { return unit.Figure{Name: name, Value: value.Str(s)} }
	return unit.Figures{
		text(form.UnitCode, u.Code), text(form.UnitName, u.Name),
		text("编号", f.Rule), text("名称", f.Name), text("级别", f.State()),
		text("报送件", f.Place.Workbook), text("工作表", f.Place.Sheet), text("单元格", f.Place.Cell), text("条目", f.ItemName),
		text("填报", f.Filled), text("应为", f.Expected), text("差额", f.Difference), text("说明", f.Message), text("单位说明", f.Explanation),
		text("同源", f.SameCause), text("依据", f.Basis),
	}
}

// ranking is the list 排名: the accepted units by 总分, the highest first; equal
// scores share a rank and keep the order of the run.
func ranking(accepted []scope) []expr.Scope {
	type ranked struct {
		scope
		score value.Value
	}
	var list []ranked
	for _, s := range accepted {
		if b, ok := s.Lookup(form.ScoreField); ok && b.Value.Kind() == value.Number {
			list = append(list, ranked{s, b.Value})
		}
	}
	slices.SortStableFunc(list, func(a, b ranked) int {
		order, _ := value.Compare(b.score, a.score)
		return order
	})
	out := make([]expr.Scope, len(list))
	rank := 0
	for i, r := range list {
		if i == 0 || list[i-1].score.String() != r.score.String() {
			rank = i + 1
		}
		r.own = append(slices.Clone(r.own), unit.Figure{Name: "名次", Value: value.Int(int64(rank))})
		out[i] = r.scope
	}
	return out
}

// mostFrequent is how many rules 常见问题 names: a notice tells the units what to
// look after, 审核情况.xlsx has them all.
const mostFrequent = 10

// frequent is the list 常见问题: errors and notices that nobody has explained, by rule, those of most units first.
func frequent(verdicts []*unit.Verdict) []expr.Scope {
	type tally struct {
		rule, name   string
		level        finding.Level
		units, times int
	}
	// A rule of the trade's list may have several parts, each with its own name.
	type key struct{ rule, name string }
	byRule := map[key]*tally{}
	for _, v := range verdicts {
		seen := map[key]bool{}
		for _, f := range v.Findings {
			if f.Level == finding.Unjudged || f.Explained() {
				continue
			}
			k := key{f.Rule, f.Name}
			t := byRule[k]
			if t == nil {
				t = &tally{rule: f.Rule, name: f.Name, level: f.Level}
				byRule[k] = t
			}
			t.times++
			if !seen[k] {
				seen[k] = true
				t.units++
			}
		}
	}
	list := make([]*tally, 0, len(byRule))
	for _, t := range byRule {
		list = append(list, t)
	}
	slices.SortFunc(list, func(a, b *tally) int {
		return cmp.Or(cmp.Compare(b.units, a.units), cmp.Compare(b.times, a.times), strings.Compare(a.rule, b.rule), strings.Compare(a.name, b.name))
	})
	list = list[:min(len(list), mostFrequent)]
	out := make([]expr.Scope, len(list))
	for i, t := range list {
		out[i] = unit.Figures{
			{Name: "编号", Value: value.Str(t.rule)}, {Name: "名称", Value: value.Str(t.name)}, {Name: "级别", Value: value.Str(t.level.Chinese())},
			{Name: "单位数", Value: value.Int(int64(t.units))}, {Name: "次数", Value: value.Int(int64(t.times))},
		}
	}
	return out
}

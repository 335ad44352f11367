// Package audit judges a record by the rules of its form.
//
//	Record ─► Context   what the run knows of the unit: 单位编码, 在册, 任务年度, 参数
//	       ─► Derived   计算项, in the order of their sheet
//	       ─► Rules     each once, or once an item of the list that it names
//	       ─► required values that no rule has asked for
//	       ─► 同源       findings with the same cause as an earlier one are marked
//	       ─► Verdict
//
// It is a pure function: the same record and rules give the same verdict.
// A rule is true (nothing to say), false (a finding) or not to be judged because
// something it rests on is blank or unreadable; then it says so, as 未判.
package audit

import (
	"fmt"
	"slices"
	"strings"

	"jixiao/generator/expr"
	"jixiao/generator/finding"
	"jixiao/generator/form"
	"jixiao/generator/unit"
	"jixiao/generator/value"
)

// ruleRequired is the id for a required value that is blank and that no rule of the form asks for.
const ruleRequired = "R-CM-01"

// Judge judges one record. year is the year of the task, "" when nobody said.
func Judge(r *unit.Record, f *form.Form, roster *unit.Roster, year string) *unit.Verdict {
	v := &unit.Verdict{Record: r, Context: context(r, f, roster, year)}
	for _, d := range f.Derived {
		v.Derived = append(v.Derived, unit.Figure{Name: d.Name, Value: d.Expr.Eval(v).As(d.Type)})
	}
	own := slices.Concat(r.Submission.Findings, r.Findings)
	if !r.Recognised() {
		v.Findings = own
		v.Findings.Sort()
		return v
	}
	var judged finding.List
	for i := range f.Rules {
		judged = append(judged, judge(&f.Rules[i], v)...)
	}
	judged = onceUnjudged(judged)
	judged = append(judged, required(r, append(slices.Clone(own), judged...))...)
	markSameCause(judged)
	v.Findings = append(own, judged...)
	v.Findings.Sort()
	return v
}

// context is what rules and templates may name beside the unit's own values.
func context(r *unit.Record, f *form.Form, roster *unit.Roster, year string) []unit.Figure {
	text := func(s string) value.Value {
		if s == "" {
			return value.Value{}
		}
		return value.Str(s)
	}
	task := text(year)
	if v := value.Read(value.TypeInteger, value.Raw{Text: year}, value.ReadOptions{}); v.Value.Kind() == value.Number {
		task = v.Value.As(value.TypeInteger)
	}
	figures := []unit.Figure{
		{Name: form.TaskYear, Value: task},
		{Name: form.UnitCode, Value: text(r.Submission.Unit.Code)},
		{Name: form.HasRoster, Value: value.Truth(roster != nil)},
		{Name: form.OnRoster, Value: value.Truth(r.Submission.OnRoster)},
		{Name: form.RosterName, Value: listed(r.Submission)},
		{Name: form.WorkbookCount, Value: value.Int(int64(len(r.Submission.Workbooks)))},
	}
	for _, s := range f.Settings {
		figures = append(figures, unit.Figure{Name: s.Name, Value: s.Value})
	}
	return figures
}

// listed is the unit's name as the roster has it; blank when it is not on it.
func listed(s *unit.Submission) value.Value {
	if !s.OnRoster {
		return value.Value{}
	}
	return value.Str(s.Unit.Name)
}

// judge applies one rule, once an item where it names a list.
func judge(rule *form.Rule, v *unit.Verdict) finding.List {
	var list finding.List
	eachItem(rule.Lists, v, &v.Record.Item, nil, func(s expr.Scope, path []*unit.Item, index int) {
		if f, broken := apply(rule, s, v, path, index); broken {
			list = append(list, f)
		}
	})
	return list
}

// eachItem calls handle for the unit (no lists) or for every item at the end of
// the longest list path; path holds the items on the way, outermost first.
func eachItem(lists [][]string, s expr.Scope, at *unit.Item, path []*unit.Item, handle func(expr.Scope, []*unit.Item, int)) {
	names := longest(lists)
	walk(names, s, at, path, 0, handle)
}

func walk(names []string, s expr.Scope, at *unit.Item, path []*unit.Item, index int, handle func(expr.Scope, []*unit.Item, int)) {
	if len(names) == 0 {
		handle(s, path, index)
		return
	}
	l := at.List(names[0])
	if l == nil {
		return
	}
	items := make([]expr.Scope, len(l.Items))
	for i := range l.Items {
		items[i] = &l.Items[i]
	}
	for i := range l.Items {
		walk(names[1:], expr.WithItem(s, names[0], items, i), &l.Items[i], append(slices.Clone(path), &l.Items[i]), i+1, handle)
	}
}

// longest picks the deepest list of a rule; the others lie on its path.
func longest(lists [][]string) []string {
	var deepest []string
	for _, l := range lists {
		if len(l) > len(deepest) {
			deepest = l
		}
	}
	return deepest
}

// apply judges one rule in one scope.
func apply(rule *form.Rule, s expr.Scope, v *unit.Verdict, path []*unit.Item, index int) (finding.Finding, bool) {
	if rule.When != nil {
		applies := rule.When.Eval(s)
		if yes, known := applies.Bool(); known && !yes || applies.Kind() == value.NotApplicable {
			return finding.Finding{}, false
		} else if !known {
			return unjudged(rule, applies.Why(), v, path, index), true
		}
	}
	c := compare(rule, s)
	switch {
	case c.unknown != "":
		return unjudged(rule, c.unknown, v, path, index), true
	case c.holds:
		return finding.Finding{}, false
	}
	f := blank(rule, v, path, index)
	f.Level = rule.Level
	c.explain(&f, v, path, rule)
	f.Message = message(rule, s, &f)
	return f, true
}

// unjudged says that a rule could not be judged, and why.
func unjudged(rule *form.Rule, why string, v *unit.Verdict, path []*unit.Item, index int) finding.Finding {
	f := blank(rule, v, path, index)
	f.Level = finding.Unjudged
	f.Message = fmt.Sprintf("未判：%s", why)
	return f
}

// blank is a finding of the rule at its place: the cell of the first field that
// the rule names, in the item at hand.
func blank(rule *form.Rule, v *unit.Verdict, path []*unit.Item, index int) finding.Finding {
	f := finding.Finding{Rule: rule.ID, Name: rule.Name, Basis: rule.Basis, Item: index, Fields: rule.Fields}
	if len(path) > 0 {
		f.ItemName = path[len(path)-1].Title()
	}
	for _, name := range slices.Concat(rule.Fields, rule.Asked) {
		if field := find(name, v, path); field != nil {
			if f.Filled == "" {
				f.Filled = excerpt(field.Raw)
			}
			if field.Place.Cell != "" {
				f.Place = field.Place
				break
			}
		}
	}
	if f.Place.Workbook == "" {
		f.Place.Workbook = firstWorkbook(v)
	}
	return f
}

// mostFilled is how many characters of a cell a finding quotes; the cell itself has the rest.
const mostFilled = 200

// excerpt quotes what a cell holds.
func excerpt(raw string) string {
	runes := []rune(strings.TrimSpace(raw))
	if len(runes) > mostFilled {
		return string(runes[:mostFilled]) + "……"
	}
	return string(runes)
}

func firstWorkbook(v *unit.Verdict) string {
	for _, w := range v.Record.Submission.Workbooks {
		if w.Layout.Recognised() {
			return w.Path
		}
	}
	return ""
}

// find resolves a dotted name to the field it stands for: in the item at hand
// for a list that is being judged, else in the unit's own fields.
func find(name string, v *unit.Verdict, path []*unit.Item) *unit.Field {
	parts := strings.Split(name, ".")
	last := parts[len(parts)-1]
	if len(parts) == 1 {
		return v.Record.Field(last)
	}
	if n := len(parts) - 1; n <= len(path) {
		return path[n-1].Field(last)
	}
	return nil
}

// message fills the rule's 提示; without one it says what was compared.
func message(rule *form.Rule, s expr.Scope, f *finding.Finding) string {
	if len(rule.Message) > 0 {
		return form.Message(rule.Message, s, f)
	}
	switch {
	case f.Expected != "" && f.Difference != "":
		return fmt.Sprintf("%s：填报%s，应%s，相差%s", rule.Name, f.Filled, f.Expected, f.Difference)
	case f.Expected != "":
		return fmt.Sprintf("%s：填报%s，应%s", rule.Name, f.Filled, f.Expected)
	}
	return fmt.Sprintf("不符合“%s”，请核对后改正", rule.Name)
}

// onceUnjudged keeps one 未判 where several parts of a rule of the trade's list
// cannot be judged for the same reason.
func onceUnjudged(list finding.List) finding.List {
	type key struct{ rule, message string }
	seen := map[key]bool{}
	return slices.DeleteFunc(list, func(f finding.Finding) bool {
		if f.Level != finding.Unjudged {
			return false
		}
		k := key{f.Rule, f.Message}
		again := seen[k]
		seen[k] = true
		return again
	})
}

// required reports the required values that are blank where no other finding
// has said so: nothing that must be filled passes in silence.
func required(r *unit.Record, said finding.List) finding.List {
	var list finding.List
	var visit func(it *unit.Item, index int, name string)
	visit = func(it *unit.Item, index int, name string) {
		for i := range it.Fields {
			f := &it.Fields[i]
			if f.Optional || f.Problem != "" || f.Filled || mentioned(said, f, index) {
				continue
			}
			label := f.Label
			if label == "" {
				label = f.Name
			}
			trouble := lacks(f, label)
			if trouble == "" {
				continue
			}
			list = append(list, finding.Finding{
				Rule: ruleRequired, Name: "必填栏未填", Level: finding.Error, Place: f.Place, Item: index, ItemName: name,
				Filled: strings.TrimSpace(f.Raw), Fields: []string{f.Name}, Message: trouble,
			})
		}
		for _, l := range it.Lists {
			for i := range l.Items {
				visit(&l.Items[i], i+1, l.Items[i].Title())
			}
		}
	}
	visit(&r.Item, 0, "")
	return list
}

// lacks says what is wrong with the value of a required field: that it is
// blank, or that a figure which must be there is said not to arise. A text may
// be 无.
func lacks(f *unit.Field, label string) string {
	figure := f.Type == value.TypeAmount || f.Type == value.TypeScore || f.Type == value.TypePercent || f.Type == value.TypeInteger || f.Type == value.TypeNumber
	switch {
	case f.Value.Kind() == value.Blank && figure:
		return fmt.Sprintf("“%s”没有填。请填写后重新报送，没有发生的填 0", label)
	case f.Value.Kind() == value.Blank:
		return fmt.Sprintf("“%s”没有填。请填写后重新报送", label)
	case f.Value.Kind() == value.NotApplicable && figure:
		return fmt.Sprintf("“%s”填的是“%s”，这一栏必须填数，没有发生的填 0", label, strings.TrimSpace(f.Raw))
	}
	return ""
}

// mentioned reports whether a finding that is not merely 未判 speaks of the field.
func mentioned(said finding.List, f *unit.Field, index int) bool {
	return slices.ContainsFunc(said, func(x finding.Finding) bool {
		if x.Level == finding.Unjudged {
			return false
		}
		if f.Place.Cell != "" && x.Place == f.Place {
			return true
		}
		if x.Item != index {
			return false
		}
		return slices.ContainsFunc(x.Fields, func(name string) bool {
			return name == f.Name || strings.HasSuffix(name, "."+f.Name)
		})
	})
}

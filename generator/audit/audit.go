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
	"cmp"
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"sync"

	"github.com/shopspring/decimal"

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
	v := &unit.Verdict{Record: r, Context: context(r, roster, year), Settings: f.Settings}
	memory := f.Plan.Remember(v)
	defer memory.Forget()
	v.Derived = make([]unit.Figure, 0, len(f.Derived))
	for _, d := range f.Derived {
		v.Derived = append(v.Derived, unit.Figure{Name: d.Name, Value: d.Expr.Eval(memory).As(d.Type)})
	}
	own := slices.Concat(r.Submission.Findings, r.Findings)
	if !r.Recognised() {
		v.Findings = finding.Sorted(own)
		explain(v.Findings, given(r))
		return v
	}
	on := benches.Get().(*bench)
	on.form, on.verdict, on.memory = f, v, memory
	memory.InDoubt(on.look) // mostly there is no doubt that a rule holds, and that is all there is to do
	on.markRepairable()
	judged := onceUnjudged(on.judged)
	judged = append(judged, required(r, own, judged)...)
	markSameCause(judged)
	v.Findings = finding.Sorted(own, judged)
	explain(v.Findings, given(r))
	on.clear(judged)
	return v
}

// context is what rules and templates may name beside the unit's own values.
func context(r *unit.Record, roster *unit.Roster, year string) []unit.Figure {
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
	return []unit.Figure{
		{Name: form.TaskYear, Value: task},
		{Name: form.UnitCode, Value: text(r.Submission.Unit.Code)},
		{Name: form.HasRoster, Value: value.Truth(roster != nil)},
		{Name: form.OnRoster, Value: value.Truth(r.Submission.OnRoster)},
		{Name: form.RosterName, Value: listed(r.Submission)},
		{Name: form.WorkbookCount, Value: value.Int(int64(len(r.Submission.Workbooks)))},
	}
}

// listed is the unit's name as the roster has it; blank when it is not on it.
func listed(s *unit.Submission) value.Value {
	if !s.OnRoster {
		return value.Value{}
	}
	return value.Str(s.Unit.Name)
}

// bench is the record on the bench, with the places at which rules have something
// to say, each made once.
type bench struct {
	form    *form.Form
	verdict *unit.Verdict
	memory  *expr.Memory
	judged  finding.List // what rules have said
	lists   [][]string   // whose items were asked for
	places  [][]place    // … and these
	broken  []broke

	supposed supposed // the record with another value in one cell
	suspects []suspect
	which    map[*unit.Field]int // of suspects: the one that is the cell of the field
}

// benches are used again: most of what is on one is there only to be copied.
var benches = sync.Pool{New: func() any { return new(bench) }}

// clear makes room for the next record. judged is where what rules have said grew to.
func (on *bench) clear(judged finding.List) {
	clear(judged)
	clear(on.places)
	clear(on.broken)
	clear(on.which)
	for i := range on.suspects {
		on.suspects[i].cell = cell{}
	}
	clear(on.supposed.derived)
	was := on.supposed
	*on = bench{judged: judged[:0], lists: on.lists[:0], places: on.places[:0], broken: on.broken[:0], suspects: on.suspects[:0], which: on.which}
	on.supposed.derived, on.supposed.known, on.supposed.changed = was.derived, was.known, was.changed[:0]
	benches.Put(on)
}

// place is one item with the items around it.
type place struct {
	item  int          // which of its list's, those of all items around it counted on
	path  []*unit.Item // outermost first; empty for the unit itself
	index int          // of the item in its own list, counted from 1
}

// look judges the ith rule at those of the items from first on that are in doubt, a bit an item.
func (on *bench) look(i, first int, doubtful uint64) {
	rule := &on.form.Rules[i]
	places := on.at(rule.List())[first:]
	for ; doubtful != 0; doubtful &= doubtful - 1 {
		at := &places[bits.TrailingZeros64(doubtful)]
		n := len(on.judged)
		on.judged = append(on.judged, finding.Finding{})
		f := &on.judged[n]
		off, broken := explained(f, rule, on.verdict, at, on.memory.At(rule.Check, at.item))
		switch {
		case !broken:
			on.judged = on.judged[:n]
		case f.Level != finding.Unjudged:
			on.broken = append(on.broken, broke{rule, *at, n, off})
		}
	}
}

// at are the items at the end of the list path; the unit itself for none.
func (on *bench) at(list []string) []place {
	for i := range on.lists {
		if slices.Equal(on.lists[i], list) {
			return on.places[i]
		}
	}
	on.lists = append(on.lists, list)
	on.places = append(on.places, walk(nil, list, place{}, &on.verdict.Record.Item))
	return on.places[len(on.places)-1]
}

// walk adds the items below at, which stands at the item it.
func walk(places []place, list []string, at place, it *unit.Item) []place {
	if len(list) == 0 {
		at.item = len(places)
		return append(places, at)
	}
	l := it.List(list[0])
	if l == nil {
		return places
	}
	paths := make([]*unit.Item, 0, len(l.Items)*(len(at.path)+1))
	for i := range l.Items {
		paths = append(append(paths, at.path...), &l.Items[i])
		places = walk(places, list[1:], place{path: slices.Clip(paths[len(paths)-len(at.path)-1:]), index: i + 1}, &l.Items[i])
	}
	return places
}

// explained says in the empty finding f what is wrong where a rule did not pass, and by
// how much a comparison of numbers is off; broken is false when there is nothing to say
// after all, and f stays empty.
func explained(f *finding.Finding, rule *form.Rule, v *unit.Verdict, at *place, s expr.Scope) (off decimal.Decimal, broken bool) {
	whether := "" // why nobody can say whether the rule applies
	if rule.When != nil {
		applies := rule.When.Eval(s)
		if yes, known := applies.Bool(); known && !yes || applies.Kind() == value.NotApplicable {
			return off, false
		} else if !known {
			whether = applies.Why()
		}
	}
	c := compare(rule, s)
	if c.unknown == "" && c.holds {
		return off, false
	}
	locate(f, rule, v, at)
	if why := cmp.Or(whether, c.unknown); why != "" {
		f.Level = finding.Unjudged
		f.Message = "未判：" + why
		return off, true
	}
	f.Level = rule.Level
	c.explain(f, v, at.path, rule)
	f.Message = message(rule, s, f)
	c.asFilled(f, v, at.path, rule)
	return c.difference, true
}

// passes reports whether the rule has nothing to say at a place, as it mostly has
// not: it does not apply, or what it asks for holds, which is enough where nobody can
// say whether it applies. When it does not pass, explained finds out why.
func passes(rule *form.Rule, memory *expr.Memory, at *place) bool {
	if memory.Passes(rule.Check, at.item) {
		return true
	}
	if memory.Fails(rule.Check, at.item) {
		return false
	}
	s := memory.At(rule.Check, at.item)
	if rule.When != nil {
		if applies, known := rule.When.Holds(s, nil); known && !applies {
			return true
		}
	}
	holds, known := rule.Test.Holds(s, rule.Tolerance)
	return known && holds
}

// locate says what the finding is about: the rule, and the cell of the first field
// that the rule names, in the item at hand.
func locate(f *finding.Finding, rule *form.Rule, v *unit.Verdict, at *place) {
	f.Rule, f.Name, f.Basis, f.Item, f.Fields = rule.ID, rule.Name, rule.Basis, at.index, rule.Fields
	if len(at.path) > 0 {
		f.ItemName = at.path[len(at.path)-1].Title()
	}
places:
	for _, names := range [][]string{rule.Fields, rule.Asked} {
		for _, name := range names {
			field := find(name, v, at.path)
			if field == nil {
				continue
			}
			if f.Filled == "" {
				f.Filled = shownRaw(field)
			}
			if field.Place.Cell != "" {
				f.Place = field.Place
				break places
			}
		}
	}
	if f.Place.Workbook == "" {
		f.Place.Workbook = firstWorkbook(v)
	}
}

// mostFilled is how many characters of a cell a finding quotes; the cell itself has the rest.
const mostFilled = 200

// excerpt quotes what a cell holds; raw has no blanks around it.
func excerpt(raw string) string {
	if len(raw) <= mostFilled {
		return raw
	}
	n := 0
	for i := range raw {
		if n++; n > mostFilled {
			return raw[:i] + "……"
		}
	}
	return raw
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
	dot := strings.LastIndexByte(name, '.')
	if dot < 0 {
		return v.Record.Field(name)
	}
	if depth := 1 + strings.Count(name[:dot], "."); depth <= len(path) {
		return path[depth-1].Field(name[dot+1:])
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
	if list.Count(finding.Unjudged) < 2 {
		return list
	}
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
func required(r *unit.Record, said ...finding.List) finding.List {
	var list finding.List
	var visit func(it *unit.Item, index int)
	visit = func(it *unit.Item, index int) {
		for i := range it.Fields {
			f := &it.Fields[i]
			if !f.Value.IsNothing() || f.Optional || f.Problem != "" || f.Filled {
				continue
			}
			label := f.Label
			if label == "" {
				label = f.Name
			}
			trouble := lacks(f, label)
			if trouble == "" || slices.ContainsFunc(said, func(list finding.List) bool { return mentioned(list, f, index) }) {
				continue
			}
			name := ""
			if index > 0 {
				name = it.Title()
			}
			list = append(list, finding.Finding{
				Rule: ruleRequired, Name: "必填栏未填", Level: finding.Error, Place: f.Place, Item: index, ItemName: name,
				Filled: strings.TrimSpace(f.Raw), Fields: []string{f.Name}, Message: trouble,
			})
		}
		for _, l := range it.Lists {
			for i := range l.Items {
				visit(&l.Items[i], i+1)
			}
		}
	}
	visit(&r.Item, 0)
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
	for i := range said {
		x := &said[i]
		switch {
		case x.Level == finding.Unjudged:
		case f.Place.Cell != "" && x.Place == f.Place:
			return true
		case x.Item == index && anyCalled(x.Fields, f):
			return true
		}
	}
	return false
}

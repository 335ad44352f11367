package audit

import (
	"cmp"
	"math/bits"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"jixiao/generator/expr"
	"jixiao/generator/finding"
	"jixiao/generator/form"
	"jixiao/generator/unit"
	"jixiao/generator/value"
)

// How far the search for a common cause goes: cells that are tried, and values for one.
const (
	mostCells  = 48
	mostValues = 6
)

// cell is one figure of the record that a rule rests on.
type cell struct {
	item  *unit.Item
	field *unit.Field
}

// broke is a rule that did not pass, where it did not, and what was found.
type broke struct {
	rule    *form.Rule
	at      place
	finding int             // in the list of what was judged
	off     decimal.Decimal // by how much a comparison of numbers is off; 0: it is none
}

// markRepairable marks findings that one other figure would do away with: when a
// single cell, filled with another value, makes several rules true and no rule
// for errors false that is true now, that cell is the cause of them all. The first
// error among them keeps it; the others are 同源. Which value it should be is
// reckoned from the difference that a comparison of numbers leaves.
func (on *bench) markRepairable() {
	list := on.judged
	if len(on.broken) < 2 || !slices.ContainsFunc(on.broken, func(b broke) bool { return list[b.finding].Level == finding.Error }) {
		return
	}
	resting := map[cell][]int{} // the cell → which of on.broken rest on it
	var cells []cell
	for i, b := range on.broken {
		for _, c := range on.cells(b.rule, b.at) {
			if resting[c] == nil {
				cells = append(cells, c)
			}
			resting[c] = append(resting[c], i)
		}
	}
	var causes [][]int
	tried := 0
	for _, c := range cells {
		if !on.worthTrying(c, resting[c], list) {
			continue
		}
		if tried++; tried > mostCells {
			break
		}
		causes = append(causes, on.repairs(c, resting[c], list)...)
	}
	// What explains most comes first; equal ones in the order of the rules.
	slices.SortStableFunc(causes, func(a, b []int) int { return cmp.Or(len(b)-len(a), slices.Compare(a, b)) })
	for _, together := range causes {
		on.mark(list, together)
	}
}

// worthTrying reports whether the cell is a figure, on which an error and another finding rest.
func (on *bench) worthTrying(c cell, resting []int, list finding.List) bool {
	if _, number := c.field.Value.Number(); !number || len(resting) < 2 {
		return false
	}
	return slices.ContainsFunc(resting, func(i int) bool { return list[on.broken[i].finding].Level == finding.Error })
}

// mark makes the first error of those that are not explained yet the cause of the others.
func (on *bench) mark(list finding.List, together []int) {
	var open []*finding.Finding
	var cause *finding.Finding
	for _, i := range together {
		f := &list[on.broken[i].finding]
		if f.SameCause != "" || on.causes[f] {
			continue
		}
		if open = append(open, f); cause == nil && f.Level == finding.Error {
			cause = f
		}
	}
	if cause == nil || len(open) < 2 {
		return
	}
	if on.causes == nil {
		on.causes = map[*finding.Finding]bool{}
	}
	on.causes[cause] = true
	for _, f := range open {
		if f != cause {
			f.SameCause = cause.Rule
		}
	}
}

// repairs tries other values in the cell and returns, for each that breaks no
// rule, which rules it makes true, two at least.
func (on *bench) repairs(c cell, resting []int, list finding.List) [][]int {
	was, _ := c.field.Value.Number() // worthTrying has seen it
	var causes [][]int
	var tried []decimal.Decimal
	for _, source := range resting {
		off := on.broken[source].off
		if off.IsZero() {
			continue
		}
		if off.Exponent() < -places {
			off = off.Round(places)
		}
		// The difference goes away when the cell moves by it, one way or the other.
		for _, to := range []decimal.Decimal{was.Sub(off), was.Add(off)} {
			if len(tried) == mostValues || slices.ContainsFunc(tried, to.Equal) {
				continue
			}
			tried = append(tried, to)
			s := on.suppose(c, value.Num(to).As(c.field.Value.Type()))
			cured := s.cures(source, resting)
			cures := slices.ContainsFunc(cured, func(i int) bool { return list[on.broken[i].finding].Level == finding.Error })
			if len(cured) > 1 && cures && !on.breaks(c, s) {
				causes = append(causes, cured)
			}
			s.memory.Forget()
			if len(cured) > 0 {
				break // this was the way
			}
		}
	}
	return causes
}

// cures are those of the broken rules that hold in the supposed record; none
// when the one does not from whose difference the value was reckoned.
func (s *supposed) cures(source int, resting []int) []int {
	holds := func(i int) bool {
		b := s.bench.broken[i]
		return passes(b.rule, s.memory, &b.at)
	}
	if !holds(source) {
		return nil
	}
	var cured []int
	for _, i := range resting {
		if i == source || holds(i) {
			cured = append(cured, i)
		}
	}
	return cured
}

// breaks reports whether an error rule that passes would not pass any more.
func (on *bench) breaks(c cell, s *supposed) bool {
	for i := range on.form.Rules {
		rule := &on.form.Rules[i]
		if rule.Level != finding.Error || !on.names(rule, c) {
			continue
		}
		for n, doubtful := range s.memory.Doubtful(rule.Check) {
			for ; doubtful != 0; doubtful &= doubtful - 1 {
				at := &on.at(rule.List())[n*expr.ItemsAtOnce+bits.TrailingZeros64(doubtful)]
				if !passes(rule, s.memory, at) && passes(rule, on.memory, at) {
					return true
				}
			}
		}
	}
	return false
}

// names reports whether the rule names a field like the cell's, wherever it stands.
func (on *bench) names(rule *form.Rule, c cell) bool {
	return slices.ContainsFunc(rule.Fields, c.isCalled) || slices.ContainsFunc(rule.Asked, c.isCalled)
}

// isCalled reports whether a dotted name is that of a field like the cell's.
func (c cell) isCalled(name string) bool {
	field := c.field.Name
	return name == field || strings.HasSuffix(name, field) && name[len(name)-len(field)-1] == '.'
}

// cells are the figures that a rule rests on at a place: of lists that it sums up, those of every item.
func (on *bench) cells(rule *form.Rule, at place) []cell {
	var cells []cell
	for _, names := range [][]string{rule.Fields, rule.Asked} {
		for _, name := range names {
			on.gather(&cells, &on.verdict.Record.Item, name, at, slices.Contains(rule.Summed, name))
		}
	}
	return cells
}

// gather adds the cells that a dotted name stands for at an item.
func (on *bench) gather(cells *[]cell, it *unit.Item, name string, at place, all bool) {
	list, name, nested := strings.Cut(name, ".")
	if !nested {
		c := cell{it, it.Field(list)}
		if c.field != nil && !slices.Contains(*cells, c) {
			*cells = append(*cells, c)
		}
		return
	}
	l := it.List(list)
	if l == nil {
		return
	}
	for i := range l.Items {
		here := len(at.path) > 0 && at.path[0] == &l.Items[i]
		if !all && !here {
			continue
		}
		below := place{}
		if here {
			below.path = at.path[1:]
		}
		on.gather(cells, &l.Items[i], name, below, all)
	}
}

// Value finds single values by their place, as the verdict does: what stands in the
// cell, or is reckoned from it, is told by where it is.
func (s *supposed) Value(name string, hint *int32) *value.Value {
	found := s.bench.verdict.Value(name, hint)
	if found == &s.cell.field.Value {
		return &s.value
	}
	for i := range s.bench.verdict.Derived {
		if found == &s.bench.verdict.Derived[i].Value {
			return s.reckoned(i)
		}
	}
	return found
}

// Value finds a field of the item by its place.
func (i *supposedItem) Value(name string, hint *int32) *value.Value {
	found := i.item.Value(name, hint)
	if found == &i.record.cell.field.Value {
		return &i.record.value
	}
	return found
}

// supposed is the record with another value in one cell.
type supposed struct {
	bench   *bench
	cell    cell
	value   value.Value
	memory  *expr.Memory
	derived []value.Value
	known   []bool
}

// suppose supposes another value in a cell, until another is supposed.
func (on *bench) suppose(c cell, v value.Value) *supposed {
	s := &on.supposed
	if n := len(on.form.Derived); len(s.derived) != n {
		s.derived, s.known = make([]value.Value, n), make([]bool, n)
	}
	clear(s.known)
	s.bench, s.cell, s.value = on, c, v
	s.memory = on.form.Plan.Remember(s)
	return s
}

// reckoned is the ith derived field of the supposed record.
func (s *supposed) reckoned(i int) *value.Value {
	d := &s.bench.form.Derived[i]
	if !s.known[i] && !slices.ContainsFunc(d.Fields, s.cell.isCalled) {
		return &s.bench.verdict.Derived[i].Value
	}
	if !s.known[i] {
		s.known[i] = true
		s.derived[i] = d.Expr.Eval(s.memory).As(d.Type)
	}
	return &s.derived[i]
}

// Lookup answers as the verdict would, had the cell been filled so.
func (s *supposed) Lookup(name string) (expr.Binding, bool) {
	for i := range s.bench.form.Derived {
		if s.bench.form.Derived[i].Name == name {
			return expr.Binding{Value: *s.reckoned(i)}, true
		}
	}
	record := &s.bench.verdict.Record.Item
	if s.cell.item == record && s.cell.field.Name == name {
		return expr.Binding{Value: s.value}, true
	}
	b, ok := s.bench.verdict.Lookup(name)
	if ok && b.IsList && s.cell.item != record {
		b.Items = s.items(record.List(name), b.Items)
	}
	return b, ok
}

// items are those of the list with the one that holds the cell, or that has lists
// in which it may be, answering for it.
func (s *supposed) items(l *unit.List, items []expr.Scope) []expr.Scope {
	out := slices.Clone(items)
	for i := range l.Items {
		if it := &l.Items[i]; it == s.cell.item || len(it.Lists) > 0 {
			out[i] = &supposedItem{s, it}
		}
	}
	return out
}

// supposedItem is an item of a record with another value in one cell.
type supposedItem struct {
	record *supposed
	item   *unit.Item
}

// Lookup answers as the item would.
func (i *supposedItem) Lookup(name string) (expr.Binding, bool) {
	s := i.record
	if i.item == s.cell.item && s.cell.field.Name == name {
		return expr.Binding{Value: s.value}, true
	}
	b, ok := i.item.Lookup(name)
	if ok && b.IsList {
		b.Items = s.items(i.item.List(name), b.Items)
	}
	return b, ok
}

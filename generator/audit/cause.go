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

// suspect is a figure that may be the cause of broken rules.
type suspect struct {
	cell
	resting []int // which of the bench's broken rules rest on it
}

// suspicion is that one cell is the cause of several broken rules.
type suspicion struct {
	cell   cell
	rules  []int // which of the bench's broken rules, in their order
	proved bool  // another value in the cell makes these true; else it is at most these
}

// markRepairable marks findings that one other figure would do away with: when a
// single cell, filled with another value, makes several rules true and no rule
// for errors false that is true now, that cell is the cause of them all. The first
// error among them keeps it; the others are 同源. Which value it should be is
// reckoned from the difference that a comparison of numbers leaves.
//
// What explains most comes first; equal ones in the order of the rules. A cell cures
// at most what rests on it, so it is tried when that is next in this order, and
// mostly what it could explain has been explained by then.
func (on *bench) markRepairable() {
	list := on.judged
	if len(on.broken) < 2 || !slices.ContainsFunc(on.broken, func(b broke) bool { return list[b.finding].Level == finding.Error }) {
		return
	}
	caused := make([]bool, len(on.broken)) // which of them others have been put down to
	open := on.worthTrying()
	for len(open) > 0 {
		next := 0
		for i := range open {
			if before(&open[i], &open[next]) {
				next = i
			}
		}
		s := open[next]
		open = slices.Delete(open, next, next+1)
		switch {
		case !on.explainsMore(s.rules, caused):
		case s.proved:
			on.mark(s.rules, caused)
		default:
			open = on.repairs(open, s, caused)
		}
	}
}

// before orders suspicions; what is proved goes before what is not.
func before(a, b *suspicion) bool {
	order := cmp.Or(len(b.rules)-len(a.rules), slices.Compare(a.rules, b.rules))
	return order < 0 || order == 0 && a.proved && !b.proved
}

// worthTrying are the figures on which an error and another finding rest.
func (on *bench) worthTrying() []suspicion {
	if on.which == nil {
		on.which = map[*unit.Field]int{}
	}
	for i := range on.broken {
		on.suspect(i)
	}
	var worth []suspicion
	for i := range on.suspects {
		s := &on.suspects[i]
		if len(s.resting) < 2 || !slices.ContainsFunc(s.resting, on.isError) {
			continue
		}
		if len(worth) == mostCells {
			break
		}
		worth = append(worth, suspicion{cell: s.cell, rules: s.resting})
	}
	return worth
}

// isError reports whether the ith of the broken rules is one for errors.
func (on *bench) isError(i int) bool { return on.judged[on.broken[i].finding].Level == finding.Error }

// explainsMore reports whether among rules with one cause an error and another are not
// explained yet: then there is something to mark.
func (on *bench) explainsMore(together []int, caused []bool) bool {
	open, cause := 0, false
	for _, i := range together {
		if f := &on.judged[on.broken[i].finding]; f.SameCause == "" && !caused[i] {
			open++
			cause = cause || f.Level == finding.Error
		}
	}
	return cause && open > 1
}

// mark makes the first error of those that are not explained yet the cause of the others.
func (on *bench) mark(together []int, caused []bool) {
	isOpen := func(i int) bool { return on.judged[on.broken[i].finding].SameCause == "" && !caused[i] }
	first := slices.IndexFunc(together, func(i int) bool { return isOpen(i) && on.isError(i) })
	cause := together[first]
	for _, i := range together {
		if i != cause && isOpen(i) {
			on.judged[on.broken[i].finding].SameCause = on.judged[on.broken[cause].finding].Rule
		}
	}
	caused[cause] = true
}

// repairs tries other values in a cell and adds, for each that breaks no rule, which
// rules it makes true, when these explain anything.
func (on *bench) repairs(open []suspicion, of suspicion, caused []bool) []suspicion {
	was, _ := of.cell.field.Value.Number() // suspect has seen it
	on.supposeIn(of.cell)
	var tried []decimal.Decimal
	for _, source := range of.rules {
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
			s := on.suppose(value.Num(to).As(of.cell.field.Value.Type()))
			cured := s.cures(source, of.rules)
			proved := on.explainsMore(cured, caused) && !on.breaks(of.cell, s)
			s.memory.Forget()
			if proved {
				open = append(open, suspicion{rules: cured, proved: true})
			}
			if proved && len(cured) == len(of.rules) {
				return open // no other value explains more
			}
			if len(cured) > 0 {
				break // this was the way
			}
		}
	}
	return open
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
		if rule.Level != finding.Error || !c.isNamed(rule) {
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

// isNamed reports whether the rule names a field like the cell's, wherever it stands.
func (c cell) isNamed(rule *form.Rule) bool {
	return anyCalled(rule.Fields, c.field) || anyCalled(rule.Asked, c.field)
}

// anyCalled reports whether one of dotted names is that of a field like this.
func anyCalled(names []string, field *unit.Field) bool {
	for _, name := range names {
		dot := len(name) - len(field.Name) - 1
		if (dot == -1 || dot >= 0 && name[dot] == '.') && name[dot+1:] == field.Name {
			return true
		}
	}
	return false
}

// suspect notes the figures on which the ith of the broken rules rests: of lists that
// it sums up, those of every item.
func (on *bench) suspect(i int) {
	b := &on.broken[i]
	for _, names := range [][]string{b.rule.Fields, b.rule.Asked} {
		for _, name := range names {
			on.gather(i, &on.verdict.Record.Item, name, b.at.path, slices.Contains(b.rule.Summed, name))
		}
	}
}

// gather notes the figures that a dotted name stands for at an item; path are the items
// below it on the way to the place of the rule.
func (on *bench) gather(rule int, it *unit.Item, name string, path []*unit.Item, all bool) {
	list, name, nested := strings.Cut(name, ".")
	if !nested {
		on.note(rule, cell{it, it.Field(list)})
		return
	}
	l := it.List(list)
	if l == nil {
		return
	}
	for i := range l.Items {
		switch {
		case len(path) > 0 && path[0] == &l.Items[i]:
			on.gather(rule, &l.Items[i], name, path[1:], all)
		case all:
			on.gather(rule, &l.Items[i], name, nil, all)
		}
	}
}

// note adds a broken rule to those that rest on the cell, if that is a figure.
func (on *bench) note(rule int, c cell) {
	if c.field == nil || c.field.Value.Kind() != value.Number {
		return
	}
	at, known := on.which[c.field]
	if !known {
		at = len(on.suspects)
		on.which[c.field] = at
		on.suspects = slices.Grow(on.suspects, 1)[:at+1] // the room for what rests on it is used again
		on.suspects[at].cell, on.suspects[at].resting = c, on.suspects[at].resting[:0]
	}
	s := &on.suspects[at]
	if len(s.resting) == 0 || s.resting[len(s.resting)-1] != rule {
		s.resting = append(s.resting, rule)
	}
}

// Value finds single values by their place, as the verdict does.
func (s *supposed) Value(name string, hint *int32) *value.Value {
	return s.instead(s.bench.verdict.Value(name, hint))
}

// instead is what stands in the place of a value of the verdict: what stands in the
// cell, or is reckoned from it, is told by where it is.
func (s *supposed) instead(found *value.Value) *value.Value {
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
	changed []string // what it changes: the cell's name, and those of derived fields that rest on it
	derived []value.Value
	known   []bool
}

// supposeIn says in which cell the next values are supposed.
func (on *bench) supposeIn(c cell) {
	s := &on.supposed
	if n := len(on.form.Derived); len(s.derived) != n {
		s.derived, s.known = make([]value.Value, n), make([]bool, n)
	}
	s.bench, s.cell = on, c
	s.changed = append(s.changed[:0], c.field.Name)
	for i := range on.form.Derived {
		if anyCalled(on.form.Derived[i].Fields, c.field) {
			s.changed = append(s.changed, on.form.Derived[i].Name)
		}
	}
}

// suppose supposes another value in the cell, until another is supposed.
func (on *bench) suppose(v value.Value) *supposed {
	s := &on.supposed
	clear(s.known)
	s.value = v
	s.memory = on.memory.Suppose(s, s.changed...)
	return s
}

// reckoned is the ith derived field of the supposed record.
func (s *supposed) reckoned(i int) *value.Value {
	d := &s.bench.form.Derived[i]
	if !s.known[i] && !slices.Contains(s.changed, d.Name) {
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
	v := s.bench.verdict
	b, ok := v.Lookup(name)
	switch {
	case !ok || b.Current != nil:
	case !b.IsList:
		b.Value = *s.instead(v.Named(name))
	case s.cell.item != &v.Record.Item:
		b.Items = s.items(v.Record.List(name), b.Items)
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

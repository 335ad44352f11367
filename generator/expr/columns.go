package expr

import (
	"math/bits"
	"slices"

	"jixiao/generator/value"
)

// maxColumn is how many items of a list are looked at together.
const maxColumn = 64

// column is what is remembered of a condition for all items of a list, a bit an
// item. An item that has been done and is neither cannot be judged.
type column struct {
	round         uint32
	done, yes, no uint64
}

// Doubtful returns the items of a list of the record, a bit an item, for which a
// rule may have something to say: its condition does not clearly fail (nil holds
// always), and its test does not clearly hold within the tolerance. ok is false
// when the list cannot be looked at as a whole; then every item is doubtful.
func (m *Memory) Doubtful(list []string, condition, test, tolerance *Expr) (items uint64, ok bool) {
	if m.plan == nil || len(list) != 1 {
		return 0, false
	}
	i := slices.IndexFunc(m.plan.lists, func(l []string) bool { return slices.Equal(l, list) })
	if i < 0 {
		return 0, false
	}
	scopes := m.itemScopes(i)
	if len(scopes) > maxColumn {
		return 0, false
	}
	active := uint64(1)<<len(scopes) - 1
	if condition != nil {
		_, no := m.look(condition.root, i, scopes, active)
		active &^= no
	}
	if tolerance == nil {
		yes, _ := m.look(test.root, i, scopes, active)
		return active &^ yes, true
	}
	for rest := active; rest != 0; rest &= rest - 1 {
		k := bits.TrailingZeros64(rest)
		if holds, known := test.Holds(scopes[k], tolerance); known && holds {
			active &^= 1 << k
		}
	}
	return active, true
}

// itemScopes are the scopes of all items of one of the record's own lists.
func (m *Memory) itemScopes(list int) []Scope {
	if m.scopes[list] == nil {
		if b, ok := m.list(list); ok && b.IsList {
			m.scopes[list] = WithItems(m, m.plan.lists[list][0], b.Items)
		}
	}
	return m.scopes[list]
}

// look judges a condition for the active items of a list.
func (m *Memory) look(n node, list int, scopes []Scope, active uint64) (yes, no uint64) {
	switch n := n.(type) {
	case *notNode:
		yes, no = m.look(n.x, list, scopes, active)
		return no, yes
	case *logicNode:
		yes, no = m.look(n.left, list, scopes, active)
		if n.op == "且" {
			if active &^= no; active == 0 {
				return 0, no
			}
			y, x := m.look(n.right, list, scopes, active)
			return yes & y, no | x
		}
		if active &^= yes; active == 0 {
			return yes, 0
		}
		y, x := m.look(n.right, list, scopes, active)
		return yes | y, no & x
	}
	p := sharedPart(n)
	if p == nil || p.plan != m.plan {
		return each(n, scopes, active)
	}
	switch {
	case p.reach == ofRecord || p.reach == ofLists && p.hidden&(1<<list) == 0:
		holds, lack := truthOf(n, m)
		switch {
		case lack != nil:
			return 0, 0
		case holds:
			return active, 0
		}
		return 0, active
	case p.column == 0 || int(p.list) != list:
		return each(n, scopes, active)
	}
	c := &m.columns[p.column-1]
	if c.round != m.round {
		*c = column{round: m.round}
	}
	if rest := active &^ c.done; rest != 0 {
		y, x := eachAnew(n, scopes, rest)
		c.done, c.yes, c.no = c.done|rest, c.yes|y, c.no|x
	}
	return c.yes & active, c.no & active
}

// chosen returns the items that a sweep takes, a bit an item; known is false when
// that cannot be told without looking at each in turn.
func (s *standing) chosen(r *run, items int) (chosen uint64, known bool) {
	if s.index < 0 || !r.apart || items > maxColumn {
		return 0, false
	}
	m := s.memory
	chosen = uint64(1)<<items - 1
	for _, c := range r.conds {
		yes, no := m.look(c, s.index, m.itemScopes(s.index), chosen)
		if yes|no != chosen {
			return 0, false // an item cannot be judged, or the condition does not apply to it
		}
		chosen = yes
	}
	return chosen, true
}

// eachAnew is each for a condition whose column is about to remember what it gives:
// it is not remembered item by item besides.
func eachAnew(n node, scopes []Scope, active uint64) (yes, no uint64) {
	var judge func(s Scope) (bool, *value.Value)
	switch n := n.(type) {
	case *compareNode:
		judge = n.compare
	case *callNode:
		judge = func(s Scope) (bool, *value.Value) { return n.fn.holds(n, s) }
	default:
		return each(n, scopes, active)
	}
	for ; active != 0; active &= active - 1 {
		bit := active & -active
		switch holds, lack := judge(scopes[bits.TrailingZeros64(active)]); {
		case lack != nil:
		case holds:
			yes |= bit
		default:
			no |= bit
		}
	}
	return yes, no
}

// each judges a condition for one active item after the other.
func each(n node, scopes []Scope, active uint64) (yes, no uint64) {
	for ; active != 0; active &= active - 1 {
		bit := active & -active
		switch holds, lack := truthOf(n, scopes[bits.TrailingZeros64(active)]); {
		case lack != nil:
		case holds:
			yes |= bit
		default:
			no |= bit
		}
	}
	return yes, no
}

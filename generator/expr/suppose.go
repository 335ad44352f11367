package expr

// Suppose returns a memory of a record that is the one of m but for values of these
// names, in whatever list. What does not rest on them is taken over from m, as far as
// it was computed. m must not end before the new memory does.
func (m *Memory) Suppose(record Scope, changed ...string) *Memory {
	s := m.plan.Remember(record)
	s.base = m
	s.changed = s.changed[:0]
	for _, name := range changed {
		s.changed = s.changed.with(m.plan.spelled[name])
	}
	return s
}

// nameSet is a set of the names that the expressions of a plan have, a bit each.
type nameSet []uint64

// with is the set with all of another added.
func (s nameSet) with(other nameSet) nameSet {
	for len(s) < len(other) {
		s = append(s, 0)
	}
	for i, bits := range other {
		s[i] |= bits
	}
	return s
}

// meets reports whether the sets have a name in common.
func (s nameSet) meets(other nameSet) bool {
	for i := range min(len(s), len(other)) {
		if s[i]&other[i] != 0 {
			return true
		}
	}
	return false
}

// rest notes that a part rests on a name and on nothing else.
func (p *Plan) rest(c *part, name string) {
	own := make(nameSet, p.names/64+1)
	own[p.names/64] = 1 << (p.names % 64)
	p.names++
	c.rests = own
	p.spelled[name] = p.spelled[name].with(own)
}

// restsOn notes that a part rests on what others rest on.
func (c *part) restsOn(others ...*part) {
	for _, o := range others {
		c.rests, c.anything = c.rests.with(o.rests), c.anything || o.anything
	}
}

// was is the block of the base in which a part's column holds for the supposed record,
// too; nil: there is none.
func (m *Memory) was(c *part, b *block) *block {
	l := &m.base.lists[b.list]
	if c.anything || c.rests.meets(m.changed) || l.round != m.base.round {
		return nil
	}
	return l.blocks[b.first/blockSize]
}

// take takes a column over from the base; false: it was not begun there.
func take[T any](m *Memory, col, from *column[T]) bool {
	if from.round != m.base.round {
		return false
	}
	col.done, col.have = from.done, from.have
	copy(col.at, from.at)
	return true
}

// The take functions take over a part's column of a kind.

func (m *Memory) takeTruths(c *part, b *block, col *truthColumn) {
	if was := m.was(c, b); was != nil {
		*col = was.truths[c.columns[asTruth]-1]
	}
}

func (m *Memory) takeNumbers(c *part, b *block, col *numberColumn) {
	if was := m.was(c, b); was != nil {
		take(m, col, &was.numbers[c.columns[asNumber]-1])
	}
}

func (m *Memory) takeTexts(c *part, b *block, col *textColumn) {
	if was := m.was(c, b); was != nil {
		if from := &was.texts[c.columns[asText]-1]; take(m, &col.column, &from.column) {
			col.seen = from.seen
			copy(col.words, from.words)
		}
	}
}

func (m *Memory) takeValues(c *part, b *block, col *valueColumn) {
	if was := m.was(c, b); was != nil {
		take(m, &col.column, &was.values[c.columns[asValue]-1].column)
	}
}

func (m *Memory) takeTargets(c *part, b *block, col *targetColumn) {
	if was := m.was(c, b); was != nil {
		take(m, &col.column, &was.targets[c.columns[asTarget]-1].column)
	}
}

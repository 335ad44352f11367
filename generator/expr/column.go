package expr

import (
	"math/bits"

	"jixiao/generator/value"
)

// given is what a part gives for the active items of a block: a column, or one for
// all. It is no larger than what is handed on in registers.
type given[T any] struct {
	at   []T // of one: for all
	have uint64
}

// spot is where it stands for an item that has it.
func (g given[T]) spot(i int) *T { return &g.at[min(i, len(g.at)-1)] }

func (g given[T]) of(i int) T { return *g.spot(i) }

type (
	numbers = given[fraction]
	texts   = given[string]
	values  = given[*value.Value]
	targets = given[*value.Target]
)

// giver is how a memory gives a kind of column: [Memory.numbers] and its like.
type giver[T any] func(m *Memory, c *part, b *block, active uint64) given[T]

// forAll is what was given for the item k, for all active items.
func (g given[T]) forAll(k int, active uint64) given[T] {
	if g.have == 0 {
		return given[T]{}
	}
	k = min(k, len(g.at)-1)
	return given[T]{at: g.at[k : k+1], have: active & -(g.have >> k)}
}

// copyTo copies what was given into a column, and says for which items that is.
func (g given[T]) copyTo(out []T) (have uint64) {
	for rest := g.have; rest != 0; rest &= rest - 1 {
		i := bits.TrailingZeros64(rest)
		out[i] = g.of(i)
	}
	return g.have
}

// truths judges a condition for the active items of a block. An item that is neither
// cannot be judged, or the condition does not apply to it.
func (m *Memory) truths(c *part, b *block, active uint64) (yes, no uint64) {
	if c.kept != b.list {
		return m.truthsElsewhere(c, b, active)
	}
	col := &b.truths[c.columns[asTruth]-1]
	if active&^col.done != 0 {
		if m.base != nil && col.done == 0 {
			m.takeTruths(c, b, col)
		}
		if todo := active &^ col.done; todo != 0 {
			yes, no = c.judge(m, c, b, todo)
			col.done, col.yes, col.no = col.done|todo, col.yes|yes&todo, col.no|no&todo
		}
	}
	return col.yes & active, col.no & active
}

// truthsElsewhere is truths of what is no column of the block, or of one that is not kept.
func (m *Memory) truthsElsewhere(c *part, b *block, active uint64) (yes, no uint64) {
	switch {
	case c.constant:
		if holds, ok := c.n.(*literalNode).v.Bool(); !ok {
			return 0, 0
		} else if holds {
			return active, 0
		}
		return 0, active
	case c.list != b.list:
		yes, no = m.truths(c, m.own, 1)
		return active & -yes, active & -no
	case c.passes == ofPlace:
		from, k := m.at(int(c.inner.list))
		yes, no = m.truths(c.inner, from, 1<<k)
		return active & -(yes >> k), active & -(no >> k)
	}
	yes, no = c.judge(m, c, b, active)
	return yes & active, no & active
}

// hold judges a condition that may have to fail.
func (m *Memory) hold(t *condition, b *block, active uint64) (yes, no uint64) {
	yes, no = m.truths(t.part, b, active)
	if t.not {
		return no, yes
	}
	return yes, no
}

// numbers reckons for the active items of a block.
func (m *Memory) numbers(c *part, b *block, active uint64) numbers {
	if c.kept != b.list {
		if c.constant {
			return c.number.forAll(0, active)
		}
		return m.numbersElsewhere(c, b, active)
	}
	col := &b.numbers[c.columns[asNumber]-1]
	if col.round != m.round {
		col.round, col.done, col.have = m.round, 0, 0
		if m.base != nil {
			m.takeNumbers(c, b, col)
		}
	}
	if todo := active &^ col.done; todo != 0 {
		col.have |= c.reckon(m, c, b, todo, col.at) & todo
		col.done |= todo
	}
	return numbers{at: col.at, have: col.have & active}
}

// numbersElsewhere is numbers of what is no column of the block, or of one that is not kept.
func (m *Memory) numbersElsewhere(c *part, b *block, active uint64) numbers {
	if g, ok := elsewhere(m, c, b, active, (*Memory).numbers); ok {
		return g
	}
	out := b.numbers[c.columns[asNumber]-1].at
	return numbers{at: out, have: c.reckon(m, c, b, active, out) & active}
}

// elsewhere is what a part gives that is of the record, or of the place of an aggregate;
// false when it is of the block itself.
func elsewhere[T any](m *Memory, c *part, b *block, active uint64, of giver[T]) (given[T], bool) {
	switch {
	case c.list != b.list:
		return of(m, c, m.own, 1).forAll(0, active), true
	case c.passes == ofPlace:
		from, k := m.at(int(c.inner.list))
		return of(m, c.inner, from, 1<<k).forAll(k, active), true
	}
	return given[T]{}, false
}

// texts writes for the active items of a block.
func (m *Memory) texts(c *part, b *block, active uint64) texts {
	if c.kept != b.list {
		return m.textsElsewhere(c, b, active)
	}
	col := &b.texts[c.columns[asText]-1]
	if col.round != m.round {
		col.round, col.done, col.have, col.seen = m.round, 0, 0, 0
		if m.base != nil {
			m.takeTexts(c, b, col)
		}
	}
	if todo := active &^ col.done; todo != 0 {
		col.have |= c.write(m, c, b, todo, col.at) & todo
		col.done |= todo
	}
	return texts{at: col.at, have: col.have & active}
}

// textsElsewhere is texts of what is no column of the block, or of one that is not kept.
func (m *Memory) textsElsewhere(c *part, b *block, active uint64) texts {
	if c.constant {
		lit := c.n.(*literalNode)
		if lit.v.Kind() != value.Text {
			text, _ := textIn(lit.v, lit, nowhere{}) // what is written out lacks nothing
			return texts{at: []string{text}, have: active}
		}
		return texts{at: lit.text[:], have: active}
	}
	if g, ok := elsewhere(m, c, b, active, (*Memory).texts); ok {
		return g
	}
	col := &b.texts[c.columns[asText]-1]
	col.seen = 0
	return texts{at: col.at, have: c.write(m, c, b, active, col.at) & active}
}

// values are the values of the active items of a block, whatever they are.
func (m *Memory) values(c *part, b *block, active uint64) values {
	if c.kept != b.list {
		return m.valuesElsewhere(c, b, active)
	}
	col := &b.values[c.columns[asValue]-1]
	if col.round != m.round {
		col.round, col.done, col.have = m.round, 0, 0
		if m.base != nil {
			m.takeValues(c, b, col)
		}
	}
	if todo := active &^ col.done; todo != 0 {
		col.have |= c.give(m, c, b, todo, col) & todo
		col.done |= todo
	}
	return values{at: col.at, have: col.have & active}
}

// valuesElsewhere is values of what is no column of the block, or of one that is not kept.
func (m *Memory) valuesElsewhere(c *part, b *block, active uint64) values {
	if c.constant {
		return values{at: c.n.(*literalNode).itself[:], have: active}
	}
	if g, ok := elsewhere(m, c, b, active, (*Memory).values); ok {
		return g
	}
	col := &b.values[c.columns[asValue]-1]
	return values{at: col.at, have: c.give(m, c, b, active, col) & active}
}

// keep keeps a value that was computed for an item.
func (col *valueColumn) keep(i int, v value.Value) {
	col.own[i] = v
	col.at[i] = &col.own[i]
}

// targets takes the texts of the active items of a block apart as indicators' targets.
func (m *Memory) targets(c *part, b *block, active uint64) targets {
	if c.list != b.list {
		return m.targets(c, m.own, 1).forAll(0, active)
	}
	text := m.texts(c, b, active)
	col := &b.targets[c.columns[asTarget]-1]
	if col.round != m.round || c.here {
		col.round, col.done, col.have = m.round, 0, 0
		if m.base != nil && !c.here {
			m.takeTargets(c, b, col)
		}
	}
	for rest := active & text.have &^ col.done; rest != 0; rest &= rest - 1 {
		i := bits.TrailingZeros64(rest)
		col.parse(i, text.of(i))
	}
	col.done |= active
	col.have |= active & text.have
	return targets{at: col.at, have: col.have & active}
}

// parse takes the text of an item apart.
func (col *targetColumn) parse(i int, text string) {
	if len(col.own) == 0 {
		col.own = make([]value.Target, len(col.at))
	}
	if col.at[i] = &col.own[i]; !col.at[i].ReadPlain(text) {
		col.at[i] = parsed(text)
	}
}

// The Around functions give what the part of the list around gives for the item in
// which each item lies.

func judgeAround(m *Memory, c *part, b *block, todo uint64) (yes, no uint64) {
	for rest := todo; rest != 0; rest &= rest - 1 {
		from, k := m.around(b, bits.TrailingZeros64(rest), int(c.inner.list))
		y, n := m.truths(c.inner, from, 1<<k)
		if bit := rest & -rest; y != 0 {
			yes |= bit
		} else if n != 0 {
			no |= bit
		}
	}
	return yes, no
}

func reckonAround(m *Memory, c *part, b *block, todo uint64, out []fraction) (have uint64) {
	return around(m, c, b, todo, out, (*Memory).numbers)
}

func writeAround(m *Memory, c *part, b *block, todo uint64, out []string) (have uint64) {
	return around(m, c, b, todo, out, (*Memory).texts)
}

func giveAround(m *Memory, c *part, b *block, todo uint64, out *valueColumn) (have uint64) {
	return around(m, c, b, todo, out.at, (*Memory).values)
}

func around[T any](m *Memory, c *part, b *block, todo uint64, out []T, of giver[T]) (have uint64) {
	for rest := todo; rest != 0; rest &= rest - 1 {
		i := bits.TrailingZeros64(rest)
		from, k := m.around(b, i, int(c.inner.list))
		if one := of(m, c.inner, from, 1<<k); one.have != 0 {
			out[i], have = one.of(k), have|1<<i
		}
	}
	return have
}

// The Each functions evaluate the tree of a part at one item after the other. Inside
// an aggregate they cannot where the part rests on the aggregate's own place too.

func judgeEach(m *Memory, c *part, b *block, todo uint64) (yes, no uint64) {
	for ; todo != 0 && !c.here; todo &= todo - 1 {
		bit := todo & -todo
		switch holds, lack := judged(c.n, m.scope(b, bits.TrailingZeros64(todo))); {
		case lack != nil:
		case holds:
			yes |= bit
		default:
			no |= bit
		}
	}
	return yes, no
}

func reckonEach(m *Memory, c *part, b *block, todo uint64, out []fraction) (have uint64) {
	for ; todo != 0 && !c.here; todo &= todo - 1 {
		i := bits.TrailingZeros64(todo)
		if f, lack := reckoned(c.n, m.scope(b, i)); lack == nil {
			out[i], have = f, have|1<<i
		}
	}
	return have
}

func writeEach(m *Memory, c *part, b *block, todo uint64, out []string) (have uint64) {
	for ; todo != 0 && !c.here; todo &= todo - 1 {
		i := bits.TrailingZeros64(todo)
		s := m.scope(b, i)
		if text, lack := textIn(c.n.eval(s), c.n, s); lack == nil {
			out[i], have = text, have|1<<i
		}
	}
	return have
}

func giveEach(m *Memory, c *part, b *block, todo uint64, out *valueColumn) (have uint64) {
	for ; todo != 0 && !c.here; todo &= todo - 1 {
		i := bits.TrailingZeros64(todo)
		out.keep(i, c.n.eval(m.scope(b, i)))
		have |= 1 << i
	}
	return have
}

// giveNumbers are numbers as values.
func giveNumbers(m *Memory, c *part, b *block, todo uint64, out *valueColumn) (have uint64) {
	x := m.numbers(c, b, todo)
	for rest := x.have; rest != 0; rest &= rest - 1 {
		i := bits.TrailingZeros64(rest)
		out.keep(i, x.spot(i).value())
	}
	return x.have | giveEach(m, c, b, todo&^x.have, out)
}

// giveTexts are texts as values.
func giveTexts(m *Memory, c *part, b *block, todo uint64, out *valueColumn) (have uint64) {
	t := m.texts(c, b, todo)
	for rest := t.have; rest != 0; rest &= rest - 1 {
		i := bits.TrailingZeros64(rest)
		out.keep(i, value.Str(t.of(i)))
	}
	return t.have | giveEach(m, c, b, todo&^t.have, out)
}

// giveFields finds the fields of that name of the items, or of the record.
func giveFields(m *Memory, c *part, b *block, todo uint64, out *valueColumn) (have uint64) {
	for rest := todo; rest != 0; rest &= rest - 1 {
		i := bits.TrailingZeros64(rest)
		if b.valuers[i] != nil {
			if v := b.valuers[i].Value(c.field, &out.hint); v != nil {
				out.at[i] = v
				continue
			}
		}
		out.keep(i, c.n.(*nameNode).look(m.scope(b, i)))
	}
	return todo
}

// lookEach asks the scopes for a name that is no field.
func lookEach(m *Memory, c *part, b *block, todo uint64, out *valueColumn) (have uint64) {
	for rest := todo; rest != 0; rest &= rest - 1 {
		i := bits.TrailingZeros64(rest)
		out.keep(i, c.n.(*nameNode).look(m.scope(b, i)))
	}
	return todo
}

// truthsOfValues are the conditions that values are.
func truthsOfValues(m *Memory, c *part, b *block, todo uint64) (yes, no uint64) {
	v := m.values(c, b, todo)
	for rest := v.have; rest != 0; rest &= rest - 1 {
		if holds, ok := v.of(bits.TrailingZeros64(rest)).Bool(); ok {
			if holds {
				yes |= rest & -rest
			} else {
				no |= rest & -rest
			}
		}
	}
	return yes, no
}

// numbersOfValues are the numbers that values are.
func numbersOfValues(m *Memory, c *part, b *block, todo uint64, out []fraction) (have uint64) {
	v := m.values(c, b, todo)
	for rest := v.have; rest != 0; rest &= rest - 1 {
		i := bits.TrailingZeros64(rest)
		if n, ok := numOfValue(v.of(i)); ok {
			out[i], have = whole(n), have|1<<i
		}
	}
	return have
}

// textsOfValues are the texts that values are, or print as.
func textsOfValues(m *Memory, c *part, b *block, todo uint64, out []string) (have uint64) {
	v := m.values(c, b, todo)
	for rest := v.have; rest != 0; rest &= rest - 1 {
		i := bits.TrailingZeros64(rest)
		at := v.of(i)
		if text, ok := at.Text(); ok {
			out[i], have = text, have|1<<i
		} else if !at.IsNothing() {
			out[i], have = plain.Text(*at), have|1<<i
		}
	}
	return have
}

package expr

import (
	"slices"

	"jixiao/generator/value"
)

// Memory is a scope that remembers, while one record is judged, what the parts of
// the plan's expressions gave. It answers what the record answers, which must not
// change meanwhile. It belongs to one goroutine, and ends with Forget.
type Memory struct {
	record  Scope
	base    *Memory // of the record from which this one differs in what has changed; nil: none
	plan    *Plan
	round   uint32 // changes with the record, so that no column need be emptied
	own     *block // of the record itself
	lists   []memoryList
	place   []int32  // by list: the item at which the aggregate that is being computed stands
	found   []uint64 // what Doubtful gave last
	joined  []byte   // the text that is being joined
	changed nameSet
}

// memoryList is one of the plan's lists, in this record.
type memoryList struct {
	round  uint32
	items  int
	own    Binding // of a list that lies in no other
	start  []int32 // by item of the list around: which of its items are the first inside it; one more at the end
	blocks []*block
}

// ItemsAtOnce is how many items of a list [Memory.Doubtful] tells of in one number.
const ItemsAtOnce = 64

// blockSize is how many items of a list are looked at together, a bit each.
const blockSize = ItemsAtOnce

// block is up to blockSize items of a list, with the columns of the plan's parts.
type block struct {
	list  int32
	first int // which of the list's items is its first
	all   uint64

	items   []Scope
	valuers []Valuer // the same where they are; else nil
	around  []int32  // by item: the one of the list around in which it lies
	index   []int32  // by item: its place in its own list
	scopes  []Scope  // by item: the place at it, when it was asked for
	places  []itemScope

	truths  []truthColumn
	numbers []numberColumn
	texts   []textColumn
	values  []valueColumn
	targets []targetColumn
}

// A column is filled when its round is that of the memory; then done tells for which
// items, a bit an item, and have for which of them there is something in it. Those of
// truths, which are small, have no round: they are emptied for each record.
type (
	truthColumn struct{ done, yes, no uint64 }

	column[T any] struct {
		round      uint32
		done, have uint64
		at         []T
	}
	numberColumn = column[fraction]
	targetColumn struct {
		column[*value.Target]                // in own when they were written as most are
		own                   []value.Target // as long as the column when it was asked for once
	}
	textColumn struct {
		column[string]
		seen  uint64 // for which the words of the lexicon were looked for
		words []wordSet
	}
	valueColumn struct {
		column[*value.Value] // in the record, or in own when they were computed
		own                  []value.Value
		hint                 int32 // where the name was found in the last record
	}
)

// Remember returns a scope that is record with a memory.
func (p *Plan) Remember(record Scope) *Memory {
	m, ok := p.idle.Get().(*Memory)
	if !ok || m.round+1 == 0 { // after four thousand million records the rounds begin anew
		m = &Memory{plan: p, lists: make([]memoryList, len(p.lists)), place: make([]int32, len(p.lists))}
		m.own = p.block(theRecord)
		m.own.resize(1)
		m.own.all = 1
		m.lists[theRecord] = memoryList{items: 1, blocks: []*block{m.own}}
	}
	m.round++
	m.record = record
	m.own.items[0], m.own.scopes[0] = record, m
	m.own.valuers[0], _ = record.(Valuer) // nil when it is none
	clear(m.own.truths)
	m.lists[theRecord].round = m.round
	return m
}

// Forget ends the use of the memory and of every scope that it gave out.
func (m *Memory) Forget() {
	m.record, m.base = nil, nil
	m.plan.idle.Put(m)
}

// Lookup answers what the record answers.
func (m *Memory) Lookup(name string) (Binding, bool) {
	for i := range m.plan.lists {
		if l := &m.plan.lists[i]; len(l.path) == 1 && l.path[0] == name {
			if list := m.list(i); list.own.IsList {
				return list.own, true
			}
		}
	}
	if c := m.plan.own[name]; c != nil && c.columns[asValue] > 0 && m.own.valuers[0] != nil {
		if v := m.own.valuers[0].Value(c.field, &m.own.values[c.columns[asValue]-1].hint); v != nil {
			return Binding{Value: *v}, true
		}
	}
	return m.record.Lookup(name)
}

// InDoubt finds the items for which rules may have something to say, as Doubtful does,
// of all rules in the order in which they were planned: it calls visit with the number
// of the rule, the first of up to ItemsAtOnce items, and a bit for each of those.
func (m *Memory) InDoubt(visit func(rule, first int, doubtful uint64)) {
	for i, c := range m.plan.checks {
		if c.list < 0 {
			continue
		}
		if c.list == theRecord {
			if m.doubtful(c, m.own, 1) != 0 {
				visit(i, 0, 1)
			}
			continue
		}
		for _, b := range m.list(c.list).blocks {
			if doubtful := m.doubtful(c, b, b.all); doubtful != 0 {
				visit(i, b.first, doubtful)
			}
		}
	}
}

// Doubtful returns the items for which a rule may have something to say, a bit an
// item, sixty-four of them a number: its condition does not clearly fail, and its
// test does not clearly hold. The bits are good until it is asked again.
func (m *Memory) Doubtful(c *Check) []uint64 {
	m.found = m.found[:0]
	if c.list < 0 {
		return nil
	}
	for _, b := range m.list(c.list).blocks {
		m.found = append(m.found, m.doubtful(c, b, b.all))
	}
	return m.found
}

// Passes reports whether a rule clearly has nothing to say at an item.
func (m *Memory) Passes(c *Check, item int) bool {
	b := m.list(c.list).blocks[item/blockSize]
	return m.doubtful(c, b, 1<<(item%blockSize)) == 0
}

// Fails reports whether a rule clearly applies at an item, and what it asks for clearly
// does not hold.
func (m *Memory) Fails(c *Check, item int) bool {
	b, bit := m.list(c.list).blocks[item/blockSize], uint64(1)<<(item%blockSize)
	for i := range c.when {
		if yes, _ := m.hold(&c.when[i], b, bit); yes == 0 {
			return false
		}
	}
	if c.test.part == nil {
		return false
	}
	_, no := m.hold(&c.test, b, bit)
	return no != 0
}

func (m *Memory) doubtful(c *Check, b *block, active uint64) uint64 {
	for i := range c.when {
		_, no := m.hold(&c.when[i], b, active)
		if active &^= no; active == 0 {
			return 0
		}
	}
	if c.test.part == nil {
		return active
	}
	yes, _ := m.hold(&c.test, b, active)
	return active &^ yes
}

// At is the place at an item of the list at which a rule is judged.
func (m *Memory) At(c *Check, item int) Scope {
	return m.scope(m.list(c.list).blocks[item/blockSize], item%blockSize)
}

// list is the items of a list of the plan; none where the record has no such list.
func (m *Memory) list(i int) *memoryList {
	if l := &m.lists[i]; l.round == m.round {
		return l
	}
	return m.find(i)
}

// find finds the items of a list.
func (m *Memory) find(i int) *memoryList {
	l := &m.lists[i]
	l.round, l.items, l.own, l.start, l.blocks = m.round, 0, Binding{}, l.start[:0], l.blocks[:0]
	known := &m.plan.lists[i]
	if known.outer == theRecord {
		if b, ok := m.record.Lookup(known.path[0]); ok && b.IsList {
			l.own = b
			m.add(l, i, b.Items, 0)
		}
		m.close(l)
		return l
	}
	outer := m.list(known.outer)
	for k := range outer.items {
		l.start = append(l.start, int32(l.items))
		around := outer.blocks[k/blockSize]
		if b, ok := around.items[k%blockSize].Lookup(known.path[len(known.path)-1]); ok && b.IsList {
			m.add(l, i, b.Items, k)
		}
	}
	l.start = append(l.start, int32(l.items))
	m.close(l)
	return l
}

// add adds the items of a list that lie in one item of the list around it.
func (m *Memory) add(l *memoryList, list int, items []Scope, around int) {
	for k, item := range items {
		n, i := l.items/blockSize, l.items%blockSize
		if n == len(l.blocks) {
			if l.blocks = slices.Grow(l.blocks, 1)[:n+1]; l.blocks[n] == nil {
				l.blocks[n] = m.plan.block(list)
			}
		}
		b := l.blocks[n]
		if i == 0 {
			b.first = l.items
			b.resize(min(blockSize, max(len(items)-k, 8)))
		} else if i == len(b.items) {
			b.resize(min(blockSize, 2*i))
		}
		b.items[i], b.around[i], b.index[i], b.scopes[i] = item, int32(around), int32(k), nil
		b.valuers[i], _ = item.(Valuer) // nil when it is none
		l.items++
	}
}

// close says how many items the blocks of a list have.
func (m *Memory) close(l *memoryList) {
	for n, b := range l.blocks {
		b.all = ^uint64(0) >> (blockSize - min(blockSize, l.items-n*blockSize))
		clear(b.truths)
	}
}

// block makes the columns for items of a list.
func (p *Plan) block(list int) *block {
	l := &p.lists[list]
	return &block{
		list: int32(list), truths: make([]truthColumn, l.columns[asTruth]), numbers: make([]numberColumn, l.columns[asNumber]),
		texts: make([]textColumn, l.columns[asText]), values: make([]valueColumn, l.columns[asValue]), targets: make([]targetColumn, l.columns[asTarget]),
	}
}

// resize makes room for n items at least. The columns lie side by side; what was in
// them is forgotten.
func (b *block) resize(n int) {
	if n <= len(b.items) {
		return
	}
	b.items, b.valuers = append(b.items, make([]Scope, n-len(b.items))...), append(b.valuers, make([]Valuer, n-len(b.valuers))...)
	b.around, b.index = append(b.around, make([]int32, n-len(b.around))...), append(b.index, make([]int32, n-len(b.index))...)
	b.scopes, b.places = append(b.scopes, make([]Scope, n-len(b.scopes))...), make([]itemScope, n)
	fractions, strings, words := make([]fraction, n*len(b.numbers)), make([]string, n*len(b.texts)), make([]wordSet, n*len(b.texts))
	for i := range b.numbers {
		b.numbers[i] = numberColumn{at: fractions[i*n : (i+1)*n]}
	}
	for i := range b.texts {
		b.texts[i] = textColumn{column: column[string]{at: strings[i*n : (i+1)*n]}, words: words[i*n : (i+1)*n]}
	}
	pointers, own := make([]*value.Value, n*len(b.values)), make([]value.Value, n*len(b.values))
	for i := range b.values {
		b.values[i] = valueColumn{hint: b.values[i].hint, column: column[*value.Value]{at: pointers[i*n : (i+1)*n]}, own: own[i*n : (i+1)*n]}
	}
	targets := make([]*value.Target, n*len(b.targets))
	for i := range b.targets {
		b.targets[i] = targetColumn{column: column[*value.Target]{at: targets[i*n : (i+1)*n]}}
	}
}

// scope is the place at an item.
func (m *Memory) scope(b *block, i int) Scope {
	if b.scopes[i] == nil {
		l := &m.plan.lists[b.list]
		s := &b.places[i]
		*s = itemScope{path: l.path, list: l.path[len(l.path)-1], memory: m, block: b, bit: i}
		if l.outer == theRecord {
			s.outer = m
			s.here = Binding{Items: m.lists[b.list].own.Items, IsList: true}
		} else {
			around := int(b.around[i])
			list := m.list(l.outer)
			s.outer = m.scope(list.blocks[around/blockSize], around%blockSize)
			s.here, _ = list.blocks[around/blockSize].items[around%blockSize].Lookup(s.list) // the list is there, for the item was found in it
		}
		s.here.Current, s.here.Index = b.items[i], int(b.index[i])
		b.scopes[i] = s
	}
	return b.scopes[i]
}

// recall finds the column entry of a part that is evaluated by its tree at s.
func recall(n node, s Scope) (m *Memory, c *part, b *block, bit uint64) {
	if c = plannedAs(n); c == nil {
		return nil, nil, nil, 0
	}
	switch at := s.(type) {
	case *Memory:
		if at.plan == c.plan && c.list == theRecord {
			return at, c, at.own, 1
		}
	case *itemScope:
		switch {
		case at.memory == nil || at.memory.plan != c.plan || c.here:
		case c.list == theRecord:
			return at.memory, c, at.memory.own, 1
		case c.list == at.block.list:
			return at.memory, c, at.block, 1 << at.bit
		}
	case Shadow: // of what it answers itself no plan knows
		return recall(n, at.Behind())
	}
	return nil, nil, nil, 0
}

// around is the block and the place in it of the item of another list in which an item lies.
func (m *Memory) around(b *block, i, list int) (*block, int) {
	for int(b.list) != list {
		k := int(b.around[i])
		b, i = m.lists[m.plan.lists[b.list].outer].blocks[k/blockSize], k%blockSize
	}
	return b, i
}

// at is the block and the place in it of the item of a list at which the aggregate stands.
func (m *Memory) at(list int) (*block, int) {
	k := int(m.place[list])
	return m.lists[list].blocks[k/blockSize], k % blockSize
}

// stand notes the item at which an aggregate stands, and those around it.
func (m *Memory) stand(b *block, i int) {
	for {
		m.place[b.list] = int32(b.first + i)
		if b.list == theRecord {
			return
		}
		b, i = m.around(b, i, m.plan.lists[b.list].outer)
	}
}

package expr

import (
	"slices"
	"sync"

	"jixiao/generator/value"
)

// A Plan knows what expressions that are judged together have in common, so
// that each part is computed once a record, or once an item of a list, however
// many rules use it. See [Share] and [Plan.Remember].
type Plan struct {
	lists    [][]string // the lists at whose items expressions stand, as paths
	inRecord sizes
	inItem   sizes
	columns  int32     // conditions that are judged for all items at once
	idle     sync.Pool // of *Memory
}

// maxShared bounds how many lists a plan tells apart; of further ones nothing is remembered.
const maxShared = 64

// reach says on what a part depends besides the record's own single values.
type reach uint8

const (
	ofRecord reach = iota // on nothing else: it is the same wherever it stands
	ofLists               // on whole lists: the same wherever these mean the record's lists
	ofItem                // on fields of the item at hand of one list of the record
	ofPlace               // on where it stands
)

// part is what a plan knows of one part of an expression. The zero part is
// never remembered.
type part struct {
	plan     *Plan
	inRecord int32 // its cell in the record's frame, counted from 1; 0: none
	inItem   int32 // its cell in an item's frame
	reach    reach
	list     int32  // of ofItem: which of the plan's lists
	column   int32  // of a condition ofItem: its column, counted from 1; 0: none
	hidden   uint64 // lists of the plan inside whose items its lists mean other ones
}

// Share works out what the expressions have in common. lists are the paths of
// all lists of the record that will be the scope, nested ones too. Share
// changes the expressions: it is called once, before they are evaluated. What
// they give is the same with and without it.
func Share(lists [][]string, exprs ...*Expr) *Plan {
	p := &Plan{lists: lists[:min(len(lists), maxShared)]}
	uses := map[string]int{}
	for _, e := range exprs {
		if e != nil {
			walk(e.root, func(n node) {
				if sharedPart(n) != nil {
					uses[printed(n)]++
				}
			})
		}
	}
	cells := map[string]part{}
	for _, e := range exprs {
		if e != nil {
			p.place(e.root, uses, cells)
		}
	}
	return p
}

// sharedPart is where a node keeps its part; nil for one that is not worth remembering.
func sharedPart(n node) *part {
	switch n := n.(type) {
	case *nameNode:
		return &n.part
	case *callNode:
		return &n.part
	case *arithmeticNode:
		return &n.part
	case *joinNode:
		return &n.part
	case *compareNode:
		return &n.part
	case *logicNode:
		return &n.part
	}
	return nil
}

// place gives every part below n that is asked for more than once its cell.
func (p *Plan) place(n node, uses map[string]int, cells map[string]part) {
	walk(n, func(n node) {
		c, isCall := n.(*callNode)
		if isCall && c.over != nil {
			for i := range c.over.runs {
				r := &c.over.runs[i]
				r.list, r.apart = p.index(r.paths), len(r.conds) > 0
				for _, cond := range r.conds {
					on := p.reachOf(cond)
					r.apart = r.apart && on.reach == ofItem && int(on.list) == r.list
				}
			}
		}
		if isCall && c.memory != nil {
			c.memory.list = p.index(c.memory.paths)
		}
		own := sharedPart(n)
		if own == nil {
			return
		}
		text := printed(n)
		known, again := cells[text]
		if !again {
			known = p.reachOf(n)
			_, isName := n.(*nameNode)
			if uses[text] < 2 && !isName && (!isCall || known.reach == ofItem || known.reach == ofPlace) {
				return // asked for once in each frame; a name's cell knows where it was found
			}
			known.plan = p
			result := resultOf(n)
			if known.reach != ofItem {
				p.inRecord[result]++
				known.inRecord = p.inRecord[result]
			}
			if known.reach == ofItem || known.reach == ofPlace || known.hidden != 0 {
				p.inItem[result]++
				known.inItem = p.inItem[result]
			}
			if known.reach == ofItem && result == givesTruth {
				p.columns++
				known.column = p.columns
			}
			cells[text] = known
		}
		*own = known
	})
}

// What a part gives; cells differ, so that what is remembered of a record
// stays small enough for the processor's own memory.
const (
	givesTruth = iota
	givesNumber
	givesValue
	givesOperand
	results
)

type sizes [results]int32

// resultOf says in which kind of cell the outcome of a part is kept.
func resultOf(n node) int {
	switch n := n.(type) {
	case *compareNode, *logicNode:
		return givesTruth
	case *arithmeticNode:
		return givesNumber
	case *callNode:
		switch {
		case n.fn.aggregate != nil:
			return givesOperand
		case n.fn.holds != nil:
			return givesTruth
		case n.fn.eval == nil:
			return givesNumber
		}
	}
	return givesValue
}

// index finds the only list of paths among the record's own lists; -1 when it is none.
func (p *Plan) index(paths [][]string) int {
	if len(paths) != 1 || len(paths[0]) != 1 {
		return -1
	}
	return slices.IndexFunc(p.lists, func(l []string) bool { return slices.Equal(l, paths[0]) })
}

// reachOf works out on what a part depends.
func (p *Plan) reachOf(n node) part {
	own := part{reach: ofRecord, list: -1}
	atPlace := func() { own.reach, own.list = ofPlace, -1 }
	walk(n, func(n node) {
		if c, ok := n.(*callNode); ok && (c.memory != nil || c.over != nil && !c.over.simple()) {
			atPlace() // 首次 名次 speak of the item's place
		}
	})
	collect(n, nil, func(name *nameNode, within *callNode) {
		first := name.path[0]
		list := listPath(name.path)
		switch {
		case first == nameItem || first == nameNumber || first == nameFirst || first == nameLast:
			atPlace()
		case aggregated(name, within):
			if list == nil {
				list = name.path
			}
			if len(list) > 1 || p.isList(name.path) && len(name.path) > 1 || own.reach == ofPlace || own.reach == ofItem {
				atPlace()
				return
			}
			own.reach = ofLists
			own.hidden |= p.hides(first)
		case list == nil:
			if len(name.path) > 2 || len(name.path) == 2 && !isRecord(first) {
				atPlace()
			}
		default:
			i := p.index([][]string{list})
			if i < 0 || own.reach == ofPlace || own.reach == ofLists || own.reach == ofItem && own.list != int32(i) {
				atPlace()
				return
			}
			own.reach, own.list = ofItem, int32(i)
		}
	})
	return own
}

// simple reports whether the aggregate reads nothing of lists but what it goes
// through: each run one list, and what stands between texts none.
func (a *aggregation) simple() bool {
	simple := true
	for i := range a.runs {
		simple = simple && len(a.runs[i].paths) < 2
	}
	if a.sep != nil {
		walkOwn(a.sep, func(n *nameNode) { simple = simple && listPath(n.path) == nil })
	}
	return simple
}

func (p *Plan) isList(path []string) bool {
	return slices.ContainsFunc(p.lists, func(l []string) bool { return slices.Equal(l, path) })
}

// hides are the lists inside whose items a list of that name is another one.
func (p *Plan) hides(name string) uint64 {
	var set uint64
	for _, nested := range p.lists {
		if n := len(nested) - 1; n > 0 && nested[n] == name {
			for i, l := range p.lists {
				if len(l) >= n && slices.Equal(l[:n], nested[:n]) {
					set |= 1 << i
				}
			}
		}
	}
	return set
}

// frame holds what is remembered of a record, or of one item.
type frame struct {
	round    uint32 // of the memory when it was last taken
	truths   []truthCell
	numbers  []numberCell
	values   []valueCell
	computed []value.Value // of values, those that stand nowhere else
	operands []operandCell
}

// A cell is filled when its round is that of its frame.
type (
	truthCell struct {
		round uint32
		truth bool
		lack  *value.Value
	}
	numberCell struct {
		round uint32
		f     fraction
		lack  *value.Value
	}
	valueCell struct {
		round  uint32
		hint   int32         // where the name was found in the last record
		v      *value.Value  // in the record, or in the frame when it was computed
		target *value.Target // v taken apart as an indicator's target; nil: nobody has asked
		counts uint8         // whether v is a number: unasked noNumber aNumber
		num    num           // … which
	}
	operandCell struct {
		round uint32
		o     operand
	}
)

// What is known of a value as a number.
const (
	unasked = iota
	noNumber
	aNumber
)

func newFrame(n sizes) frame {
	return frame{0, make([]truthCell, n[givesTruth]), make([]numberCell, n[givesNumber]), make([]valueCell, n[givesValue]), make([]value.Value, n[givesValue]), make([]operandCell, n[givesOperand])}
}

// Memory is a scope that remembers, while one record is judged, what parts of
// expressions gave. It answers what the record answers, which must not change
// meanwhile. It belongs to one goroutine, and ends with Forget.
type Memory struct {
	record Scope
	plan   *Plan
	round  uint32
	own    frame
	items  [][]*frame // by list of the plan: the frames of its items, when they were asked for
	lists  []Binding  // by list of the plan: the record's own, when it was asked for
	spare  []*frame   // frames of items, of this and of earlier records
	used   int

	scopes  [][]Scope // by list of the plan: the scopes of its items, when they were asked for
	columns []column
}

// Remember returns a scope that is record with a memory. A nil plan remembers nothing.
func (p *Plan) Remember(record Scope) *Memory {
	if p == nil {
		return &Memory{record: record}
	}
	m, ok := p.idle.Get().(*Memory)
	if !ok || m.round+1 == 0 { // after four thousand million records the rounds begin anew
		m = &Memory{plan: p, own: newFrame(p.inRecord), items: make([][]*frame, len(p.lists)), lists: make([]Binding, len(p.lists)),
			scopes: make([][]Scope, len(p.lists)), columns: make([]column, p.columns)}
	}
	m.round++
	m.record, m.used, m.own.round = record, 0, m.round
	for i := range m.items {
		clear(m.items[i])
		m.items[i] = m.items[i][:0]
		m.lists[i], m.scopes[i] = Binding{}, nil
	}
	return m
}

// Forget ends the use of the memory and of every scope that [WithItem] made of it.
func (m *Memory) Forget() {
	if m.plan != nil {
		m.record = nil
		m.plan.idle.Put(m)
	}
}

// Lookup answers what the record answers.
func (m *Memory) Lookup(name string) (Binding, bool) { return m.record.Lookup(name) }

// list is one of the record's own lists.
func (m *Memory) list(i int) (Binding, bool) {
	if b := &m.lists[i]; !b.IsList {
		found, ok := m.record.Lookup(m.plan.lists[i][0])
		if !ok || !found.IsList {
			return found, ok
		}
		*b = found
	}
	return m.lists[i], true
}

// frame takes an empty frame for one item.
func (m *Memory) frame() *frame {
	if m.used == len(m.spare) {
		f := newFrame(m.plan.inItem)
		m.spare = append(m.spare, &f)
	}
	m.used++
	f := m.spare[m.used-1]
	f.round = m.round
	return f
}

// itemFrame is the frame of item i of one of the record's own lists.
func (m *Memory) itemFrame(list, i int) *frame {
	if frames := m.items[list]; i < len(frames) && frames[i] != nil {
		return frames[i]
	}
	for len(m.items[list]) <= i {
		m.items[list] = append(m.items[list], nil)
	}
	f := m.frame()
	m.items[list][i] = f
	return f
}

// remember gives an item's scope its frame when the scope around it has a memory.
func (s *itemScope) remember() {
	switch outer := s.outer.(type) {
	case *Memory:
		s.memory = outer
	case *itemScope:
		s.memory = outer.memory
	}
	m := s.memory
	if m == nil || m.plan == nil {
		s.memory = nil
		return
	}
	i := slices.IndexFunc(m.plan.lists, func(l []string) bool { return slices.Equal(l, s.path) })
	switch {
	case i < 0:
		s.memory = nil
	case len(s.path) == 1:
		s.standsIn, s.frame = 1<<i, m.itemFrame(i, s.here.Index)
	default:
		s.standsIn, s.frame = 1<<i, m.frame()
	}
}

// within tells a sweep's place in which memory it goes, and through which of the record's lists.
func (s *standing) within(base Scope, list int) {
	s.memory, s.index = nil, -1
	switch at := base.(type) {
	case *Memory:
		if s.memory = at; at.plan != nil {
			s.index = list
		}
	case *itemScope:
		if s.memory = at.memory; s.memory != nil && s.memory.plan.hides(s.list)&at.standsIn == 0 {
			s.index = list
		}
	case *standing:
		if s.memory = at.memory; at.index == list {
			s.index = list
		}
	}
}

// in finds the frame in which the part is remembered when it is evaluated in s, and
// its place there; nil: it is not remembered.
func (p *part) in(s Scope) (f *frame, i int32) {
	switch at := s.(type) {
	case *itemScope:
		m := at.memory
		switch {
		case m == nil || m.plan != p.plan:
		case p.reach == ofItem || p.reach != ofRecord && (p.reach != ofLists || p.hidden&at.standsIn != 0):
			return at.frame, p.inItem - 1
		default:
			return &m.own, p.inRecord - 1
		}
	case *standing:
		m := at.memory
		switch {
		case m == nil || m.plan != p.plan:
		case p.reach == ofRecord:
			return &m.own, p.inRecord - 1
		case p.reach == ofItem && int(p.list) == at.index:
			return m.itemFrame(at.index, at.here.Index), p.inItem - 1
		}
	case *Memory:
		if p.inRecord > 0 && at.plan == p.plan {
			return &at.own, p.inRecord - 1
		}
	}
	return nil, 0
}

// truth is the part's cell for a condition; known: it is filled. Who gets a cell
// that is not known fills it.
func (p *part) truth(s Scope) (c *truthCell, known bool) {
	if p.plan == nil {
		return nil, false
	}
	f, i := p.in(s)
	if f == nil {
		return nil, false
	}
	c = &f.truths[i]
	known = c.round == f.round
	c.round = f.round
	return c, known
}

// number is the part's cell for an exact number.
func (p *part) number(s Scope) (c *numberCell, known bool) {
	if p.plan == nil {
		return nil, false
	}
	f, i := p.in(s)
	if f == nil {
		return nil, false
	}
	c = &f.numbers[i]
	known = c.round == f.round
	c.round = f.round
	return c, known
}

// value is the part's cell for any value. One that is not known points to where
// there is room for a value that must be computed.
func (p *part) value(s Scope) (c *valueCell, known bool) {
	if p.plan == nil {
		return nil, false
	}
	f, i := p.in(s)
	if f == nil {
		return nil, false
	}
	c = &f.values[i]
	if known = c.round == f.round; !known {
		c.round, c.v, c.target, c.counts = f.round, &f.computed[i], nil, unasked
	}
	return c, known
}

// operand is the part's cell for what an aggregate gives.
func (p *part) operand(s Scope) (c *operandCell, known bool) {
	if p.plan == nil {
		return nil, false
	}
	f, i := p.in(s)
	if f == nil {
		return nil, false
	}
	c = &f.operands[i]
	known = c.round == f.round
	c.round = f.round
	return c, known
}

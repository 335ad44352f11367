package expr

// part is one part of the expressions of a plan. It has a value for every item of
// one list. What it is asked for it gives as columns, for several items at once;
// an item for which a column has nothing is one that takes a closer look: what it
// lacks, and why, only the tree itself can say.
type part struct {
	// What is looked at each time stands here, in the 64 bytes that a processor fetches at once.

	kept     int32  // list, where what it gives is remembered; notKept where it is written out, or here
	list     int32  // to whose items its values belong
	constant bool   // it is written out
	here     bool   // what it gives rests on where the aggregate around it stands, too
	choice   choice // of 如果 and 默认
	order    order  // of a comparison: the orders for which it holds

	columns [columnKinds]uint16 // its columns of each kind, counted from 1; 0: nobody asks for them
	sign    byte                // of + - * /
	numeric bool                // what it gives is always a number, or nothing

	left, right *part // its first two args
	judge       func(m *Memory, c *part, b *block, todo uint64) (yes, no uint64)
	reckon      func(m *Memory, c *part, b *block, todo uint64, out []fraction) (have uint64)
	*details
}

// mostColumns is how many columns of a kind a list may have for more to be planned: the
// parts of a rule, of up to maxSource characters each, do not go beyond what uint16 counts.
const mostColumns = 15_000

// notKept stands for the list of a part whose values are not remembered.
const notKept = -1

// columnKind is what a column is of.
type columnKind uint8

const (
	asTruth columnKind = iota
	asNumber
	asText
	asValue
	asTarget // what an indicator is to reach, or reached
	columnKinds
)

// details are what is asked when a column is filled, and while a plan is made; what
// one kind of part asks for stands side by side.
type details struct {
	// values, and what is written out
	write  func(m *Memory, c *part, b *block, todo uint64, out []string) (have uint64)
	give   func(m *Memory, c *part, b *block, todo uint64, out *valueColumn) (have uint64)
	field  string  // of a name
	number numbers // of what is written out

	conditions []condition // of 且 and 或
	args       []*part     // what it is made of; of the same list, or of the record
	plan       *Plan
	pattern    *pattern // of 匹配 提取

	// texts
	lexicon *lexicon // the words that are looked for in its texts
	begin   *words   // of 匹配 提取: words with one of which args[0]'s text must begin; nil: that is not known
	wanted  []wanted // of 包含 匹配 提取: words of which it must have some
	rest    []*part  // of 包含: what is no word of it

	// aggregates, and what is evaluated by its tree
	sweeps   []sweeping // of an aggregate
	n        node
	inner    *part   // the part of another list that it passes on
	passes   passage // … and how
	joined   bool    // it is joined of args
	textual  bool    // … a text, or nothing
	each     bool    // its tree is evaluated item by item
	follows  bool    // the words of the lexicon are those of args[0], whose text it hands on mostly as it is
	anything bool    // it may rest on anything else than names
	_        uint64  // what stands above begins with a line of 64 bytes each time

	rests nameSet // names on which it rests
	hands []*part // those of args that it may hand on as they are
	key   string  // among the plan's parts
}

// order is a set of orders in which two sides may stand.
type order uint8

const (
	less order = 1 << iota
	equal
	greater
	unequal = less | greater
)

// orders are those that the signs of comparisons name.
var orders = map[string]order{"<": less, "=": equal, ">": greater, "<=": less | equal, "<>": unequal, ">=": greater | equal}

// has reports whether an order, as cmp gives it, is one of them.
func (o order) has(compared int) bool { return o>>(compared+1)&1 != 0 }

// made notes what a part is made of.
func (c *part) made(args []*part) {
	if c.args = args; len(args) > 0 {
		c.left = args[0]
	}
	if len(args) > 1 {
		c.right = args[1]
	}
}

// slabSize is how many parts are made at once, so that those of a rule lie side by side.
const slabSize = 128

// newPart is a part of a list's items.
func (p *Plan) newPart(n node, list int) *part {
	if len(p.slab) == 0 {
		p.slab, p.details = make([]part, slabSize), make([]details, slabSize)
	}
	c := &p.slab[0]
	p.slab = p.slab[1:]
	c.details = &p.details[0]
	p.details = p.details[1:]
	c.plan, c.n = p, n
	c.list, c.kept = int32(list), int32(list)
	return c
}

// condition is a condition, or what must not hold.
type condition struct {
	part *part
	not  bool
}

// choice says how 如果 and 默认 choose what they hand on.
type choice uint8

const (
	byCondition choice = iota // 如果
	byDefault                 // 默认: the second argument where the first is blank
)

// passage says how a part passes on what another list's part gives.
type passage uint8

const (
	isOwn    passage = iota // it is no such part
	ofAround                // of the item in which each item lies
	ofPlace                 // of the item at which the aggregate stands
)

// noted is where a node notes what its plan knows of it; nil for one of which it knows nothing.
func noted(n node) **part {
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

// plannedAs is what a node's plan knows of it; nil: nothing.
func plannedAs(n node) *part {
	if at := noted(n); at != nil {
		return *at
	}
	return nil
}

// of notes at a node what the plan knows of it.
func (c *part) of(n node) *part {
	if at := noted(n); at != nil {
		*at = c
	}
	return c
}

// ask sees to it that a part has a column of the kind, and with it what that is made of.
func (p *Plan) ask(c *part, kind columnKind) *part {
	if c.columns[kind] > 0 || c.constant && kind != asTarget {
		return c
	}
	p.lists[c.list].columns[kind]++
	c.columns[kind] = uint16(p.lists[c.list].columns[kind]) // which is far below its end: see mostColumns
	if kind == asTarget {
		p.ask(c, asText)
	}
	if c.inner != nil {
		p.ask(c.inner, kind)
		return c
	}
	for _, a := range c.hands {
		p.ask(a, kind)
	}
	c.derive(p, kind)
	return c
}

// askAll asks for columns of all that a part is made of.
func (p *Plan) askAll(c *part, kind columnKind) {
	for _, a := range c.args {
		p.ask(a, kind)
	}
}

// derive finds how a part gives what it is asked for when it is something else: a
// name is a value, and whether that is a number is seen when it is asked for one.
func (c *part) derive(p *Plan, kind columnKind) {
	switch {
	case kind == asTruth && c.judge == nil:
		p.ask(c, asValue)
		c.judge = truthsOfValues
	case kind == asNumber && c.reckon == nil:
		p.ask(c, asValue)
		c.reckon = numbersOfValues
	case kind == asText && c.write == nil:
		p.ask(c, asValue)
		c.write = textsOfValues
	case kind != asValue || c.give != nil:
	case c.reckon != nil:
		p.ask(c, asNumber)
		c.give = giveNumbers
	case c.write != nil && !c.constant:
		p.ask(c, asText)
		c.give = giveTexts
	default:
		c.give = giveEach
	}
}

// evaluateEach makes the part one whose tree is evaluated item by item.
func (c *part) evaluateEach() {
	c.each, c.judge, c.reckon, c.write, c.give = true, judgeEach, reckonEach, writeEach, giveEach
}

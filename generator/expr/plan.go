package expr

import (
	"fmt"
	"slices"
	"strings"
	"sync"
)

// A Plan knows what expressions that are judged together have in common: their
// parts, each once, and of which list's items each gives a column of values. So a
// part is computed once a record, or for all items of a list together, however many
// rules use it. It is made by [NewPlan], filled by [Plan.Check] and [Plan.Derive],
// and only then used, by any number of goroutines: see [Plan.Remember].
type Plan struct {
	lists      []planList // the record itself, then all its lists, those around before those inside
	parts      map[string]*part
	own        map[string]*part // the record's own fields, by name
	derived    map[string]*part // what the record's values of these names are reckoned from
	checks     []*Check
	names      int                // how many names there are, each of one list's items
	spelled    map[string]nameSet // them by how they are called there
	fields     map[string]string  // names of fields, as the records have them
	slab       []part             // room for parts
	details    []details          // … for what belongs to them
	room       []Check            // … and for checks
	conditions []condition        // … and for what they, 且 and 或 ask
	idle       sync.Pool          // of *Memory
}

// theRecord stands among a plan's lists for the record itself, a list of one item.
const theRecord = 0

// planList is one list of the record: 项目, or 项目.指标 of all 项目 together.
type planList struct {
	path  []string
	outer int // the list in whose items it lies; theRecord for the record's own
	// How many columns of each kind it has.
	columns [columnKinds]int
}

// NewPlan returns a plan for records with these lists, each by its path, nested ones too.
// Where the names of fields are given as the records have them, the same strings and not
// only equal ones, they are told from others at a glance.
func NewPlan(lists [][]string, names ...string) *Plan {
	p := &Plan{lists: []planList{{}}, parts: map[string]*part{}, own: map[string]*part{}, derived: map[string]*part{}, spelled: map[string]nameSet{}, fields: map[string]string{}}
	for _, name := range names {
		p.fields[name] = name
	}
	sorted := slices.Clone(lists)
	slices.SortStableFunc(sorted, func(a, b []string) int { return len(a) - len(b) })
	for _, path := range sorted {
		if len(path) == 0 || p.list(path) > 0 {
			continue
		}
		if outer := p.list(path[:len(path)-1]); outer >= 0 {
			p.lists = append(p.lists, planList{path: path, outer: outer})
		}
	}
	return p
}

// list finds a list by its path; -1 when there is none.
func (p *Plan) list(path []string) int {
	return slices.IndexFunc(p.lists, func(l planList) bool { return slices.Equal(l.path, path) })
}

// Check is a rule as its plan knows it.
type Check struct {
	list int         // at whose items it is judged; -1: the record has no such list
	when []condition // all of them; none: always
	test condition   // without a part: nothing is known of the rule
}

// Check plans a rule that is judged at the items of a list, of none at the record
// itself: its condition, nil for always, its test, and the tolerance within which a
// comparison of numbers holds, nil for none.
func (p *Plan) Check(list []string, when, test, tolerance *Expr) *Check {
	if len(p.room) == 0 {
		p.room = make([]Check, slabSize)
	}
	c := &p.room[0]
	p.room, p.checks = p.room[1:], append(p.checks, c)
	if c.list = p.list(list); c.list < 0 || p.full() {
		return c
	}
	at := setting{at: c.list}
	if when != nil {
		own := row(when.root, "且")
		c.when = p.someConditions(len(own))
		for _, n := range own {
			c.when = append(c.when, p.condition(n, at, c.list))
		}
	}
	if compare, ok := test.root.(*compareNode); ok && tolerance != nil {
		c.test.part = p.ask(p.lifted(p.tolerant(compare, tolerance, at), c.list), asTruth)
	} else {
		c.test = p.condition(test.root, at, c.list)
	}
	return c
}

// Say plans an expression of which a rule's finding speaks, at an item of the rule's list.
// It must name nothing that only a [Shadow] answers.
func (p *Plan) Say(list []string, e *Expr) {
	l := p.list(list)
	if l < 0 || p.full() {
		return
	}
	kind := asValue
	if e.IsCondition() {
		kind = asTruth
	}
	p.ask(p.lifted(p.part(e.root, setting{at: l}), l), kind)
}

// someConditions is room for so many, beside those that are asked for next to them.
func (p *Plan) someConditions(n int) []condition {
	if len(p.conditions) < n {
		p.conditions = make([]condition, max(n, slabSize))
	}
	room := p.conditions[:0:n]
	p.conditions = p.conditions[n:]
	return room
}

// full reports whether there is no room for more columns, which no form comes near: what
// is not planned is evaluated by its tree.
func (p *Plan) full() bool {
	return slices.ContainsFunc(p.lists, func(l planList) bool { return slices.Max(l.columns[:]) > mostColumns })
}

// condition plans a condition as the items of a list see it; without a part it is one that
// an aggregate cannot plan.
func (p *Plan) condition(n node, at setting, list int) (t condition) {
	t.not = negated(n)
	if t.part = p.part(positive(n), at); t.part != nil {
		t.part = p.ask(p.lifted(t.part, list), asTruth)
	}
	return t
}

// positive is a condition without any 非 before it.
func positive(n node) node {
	if not, ok := n.(*notNode); ok {
		return positive(not.x)
	}
	return n
}

// negated reports whether what is positive must fail for the condition to hold.
func negated(n node) bool {
	not, ok := n.(*notNode)
	return ok && !negated(not.x)
}

// row are the conditions that 且, or 或, joins one after the other; one that it does not
// join is a row of its own.
func row(n node, op string) []node {
	if l, ok := n.(*logicNode); ok && l.op == op {
		return append(row(l.left, op), row(l.right, op)...)
	}
	return []node{n}
}

// tolerant is a comparison with a tolerance.
func (p *Plan) tolerant(compare *compareNode, tolerance *Expr, at setting) *part {
	args := []*part{p.part(compare.left, at), p.part(compare.right, at), p.part(tolerance.root, at)}
	c, known := p.combined(compare, args, at, " 容差 "+printed(tolerance.root))
	switch {
	case known:
	case c.judge != nil:
		c.judge = func(m *Memory, _ *part, b *block, todo uint64) (yes, no uint64) { return 0, 0 }
	default:
		c.judge, c.order = withinTolerance, orders[compare.op]
		p.askAll(c, asNumber)
	}
	return c
}

// Derive plans an expression that is evaluated at the record itself, and whose value the
// record then has under a name. It comes before all that use the name.
func (p *Plan) Derive(name string, e *Expr) {
	if !p.full() {
		p.derived[name] = p.ask(p.part(e.root, setting{}), asValue)
	}
}

// setting is where a part of an expression stands.
type setting struct {
	at    int      // the list at whose item the expression stands
	swept int      // the list that an aggregate around the part goes through; theRecord: there is none
	by    []string // what the aggregate calls it
}

// part plans a part of an expression. It is nil for one inside an aggregate that
// can only be computed item by item; outside of aggregates it never is.
func (p *Plan) part(n node, at setting) *part {
	if at.swept != theRecord && !p.sweptIn(n, at) {
		inner := p.part(n, setting{at: at.at})
		if inner.list == theRecord {
			return inner
		}
		return p.passed(inner, ofPlace, at.swept)
	}
	switch n := n.(type) {
	case *literalNode:
		return p.literal(n)
	case *nameNode:
		return p.name(n, at)
	case *callNode:
		if n.over != nil {
			return p.aggregate(n, at)
		}
	}
	var args []*part
	for _, a := range operands(n) {
		c := p.part(a, at)
		if c == nil {
			return nil
		}
		args = append(args, c)
	}
	c, known := p.combined(n, args, at, "")
	if c != nil && !known && !p.fit(c) {
		delete(p.parts, c.key)
		return nil
	}
	return c
}

// operands are the parts of which a node is made; all that stands in a row at once.
func operands(n node) []node {
	switch n := n.(type) {
	case *logicNode:
		list := row(n, n.op)
		for i := range list {
			list[i] = positive(list[i])
		}
		return list
	case *joinNode:
		if left, ok := n.left.(*joinNode); ok {
			return append(operands(left), n.right)
		}
	}
	return n.children()
}

// combined is the part that is made of others, which are passed on to the deepest
// of their lists; known: it is there already.
func (p *Plan) combined(n node, args []*part, at setting, tag string) (c *part, known bool) {
	list, ok := p.deepest(args)
	if call, is := n.(*callNode); is && call.memory != nil && ok && list == theRecord {
		ok = false // 首次 名次 of what is no field of a list
	}
	if !ok {
		if at.swept != theRecord {
			return nil, false
		}
		list = at.at
	}
	here := slices.ContainsFunc(args, func(a *part) bool { return a.here })
	was := plannedAs(n)
	c, known = p.known(printed(n)+tag, n, list, here, at)
	if tag != "" {
		was.of(n) // by itself it is judged without the tolerance
	}
	if known {
		return c, true
	}
	args = slices.Clone(args)
	for i, a := range args {
		if ok {
			args[i] = p.lifted(a, list)
		}
	}
	c.made(args)
	c.restsOn(args...)
	if !ok {
		c.evaluateEach()
		c.anything = true
	}
	return c, false
}

// known finds a part that is there already, or makes it.
func (p *Plan) known(text string, n node, list int, here bool, at setting) (c *part, known bool) {
	key := fmt.Sprint(list, " ", text)
	if here {
		key = fmt.Sprint(list, " ", at.at, " ", strings.Join(at.by, "."), " ", text)
	}
	if c, ok := p.parts[key]; ok {
		return c.of(n), true
	}
	c = p.newPart(n, list)
	if c.key = key; here {
		c.here, c.kept = true, notKept
	}
	p.parts[key] = c
	return c.of(n), false
}

// deepest is the list inside all the others to which parts belong; ok is false when
// they do not all lie in each other.
func (p *Plan) deepest(parts []*part) (list int, ok bool) {
	for _, c := range parts {
		switch {
		case p.within(int(c.list), list):
			list = int(c.list)
		case !p.within(list, int(c.list)):
			return 0, false
		}
	}
	return list, true
}

// within reports whether a list is the other one, or lies in its items.
func (p *Plan) within(list, around int) bool {
	for list != around && list != theRecord {
		list = p.lists[list].outer
	}
	return list == around
}

// lifted is a part as the items of a list inside its own see it.
func (p *Plan) lifted(c *part, list int) *part {
	if int(c.list) == list || c.list == theRecord {
		return c
	}
	return p.passed(c, ofAround, list)
}

// passed is a part of one list that gives what a part of another does.
func (p *Plan) passed(inner *part, how passage, list int) *part {
	key := fmt.Sprintf("%d %d %p", list, how, inner)
	c, ok := p.parts[key]
	if !ok {
		c = p.newPart(inner.n, list)
		c.inner, c.passes = inner, how
		c.restsOn(inner)
		c.judge, c.reckon, c.write, c.give = judgeAround, reckonAround, writeAround, giveAround
		if how == ofPlace || inner.here {
			c.here, c.kept = true, notKept
		}
		p.parts[key] = c
	}
	return c
}

// literal is a part that is written out: the same for every item, and for all who write it so.
func (p *Plan) literal(n *literalNode) *part {
	key := printed(n)
	if c, ok := p.parts[key]; ok {
		return c
	}
	n.text[0], n.itself[0] = n.v.String(), &n.v
	c := p.newPart(n, theRecord)
	c.constant, c.kept = true, notKept
	if n.counts {
		c.number = numbers{at: []fraction{n.f}, have: 1}
	}
	p.parts[key] = c
	return c
}

// name plans a name: a field of the record, or of the item of a list.
func (p *Plan) name(n *nameNode, at setting) *part {
	list, ok := p.owner(n, at)
	if !ok {
		list = at.at
		if at.swept != theRecord {
			return nil
		}
		if isRecord(n.path[0]) {
			list = theRecord
		}
	}
	c, known := p.known(printed(n), n, list, false, at)
	if !known {
		c.give, c.each = lookEach, true
		if ok {
			c.give, c.each, c.field = giveFields, false, n.path[len(n.path)-1]
			if own, ok := p.fields[c.field]; ok {
				c.field = own
			}
			if list == theRecord {
				p.own[c.field] = c
			}
			p.rest(c, c.field)
		}
		c.anything = !ok
	}
	return c
}

// owner is the list in whose items, or the record, the name is a field; ok is false
// for a name that means something else.
func (p *Plan) owner(n *nameNode, at setting) (list int, ok bool) {
	list, ok = p.holder(n, at)
	if ok && p.list(append(slices.Clone(p.lists[list].path), n.path[len(n.path)-1])) >= 0 {
		return list, false // it is a list inside the item
	}
	return list, ok
}

// holder is the list in whose items, or the record, the name is looked up.
func (p *Plan) holder(n *nameNode, at setting) (list int, ok bool) {
	first := n.path[0]
	if len(n.path) == 1 {
		special := first == nameItem || first == nameNumber || first == nameFirst || first == nameLast
		return theRecord, !special && !p.hides(first, at.at)
	}
	around := n.path[:len(n.path)-1]
	if at.swept != theRecord {
		if l := p.called(around, at.by, at.swept); l >= 0 {
			return l, true
		}
	}
	if first == nameItem && len(n.path) == 2 && at.at != theRecord {
		return at.at, true
	}
	if at.at == theRecord {
		return 0, false
	}
	own := p.lists[at.at].path
	if l := p.called(around, own, at.at); l >= 0 {
		return l, true
	}
	return at.at, len(own) > 1 && slices.Equal(around, own[len(own)-1:])
}

// called finds the list that a path names, among a list that is called so and, when
// that is its whole path, those around it; -1: none of them.
func (p *Plan) called(path, by []string, list int) int {
	if slices.Equal(path, by) {
		return list
	}
	if slices.Equal(by, p.lists[list].path) && len(path) < len(by) && slices.Equal(path, by[:len(path)]) {
		return p.list(path)
	}
	return -1
}

// hides reports whether at an item of the list, or of one around it, a name is that of
// a list inside the item.
func (p *Plan) hides(name string, list int) bool {
	return slices.ContainsFunc(p.lists[1:], func(l planList) bool {
		return l.outer != theRecord && l.path[len(l.path)-1] == name && p.within(list, l.outer)
	})
}

// sweptIn reports whether a part names fields of the list that an aggregate around it
// goes through; what aggregates inside it name is their own.
func (p *Plan) sweptIn(n node, at setting) bool {
	found := false
	walkOwn(n, func(name *nameNode) {
		found = found || len(name.path) > 1 && p.called(name.path[:len(name.path)-1], at.by, at.swept) >= 0
	})
	return found
}

package expr

import (
	"slices"
	"strings"

	"jixiao/generator/value"
)

// Constant returns the value of an expression that names nothing.
func (e *Expr) Constant() (v value.Value, ok bool) {
	if len(e.Names()) > 0 {
		return value.Value{}, false
	}
	return e.Eval(nil), true
}

// Impossible reports whether the conditions can never hold together, whatever
// the names stand for: one is the opposite of another, or they ask for numbers
// that no number is. It tells this of comparisons with numbers, dates and texts and of
// parts that are written alike; of others it says false.
func Impossible(all ...*Expr) bool {
	terms := []term{nil}
	for _, e := range all {
		if e != nil {
			terms = both(terms, alternatives(e.root, true))
		}
	}
	return terms != nil && !slices.ContainsFunc(terms, func(t term) bool { return !t.impossible() })
}

// NeverFails reports whether the test holds whenever the condition does; a nil
// condition always does.
func NeverFails(condition, test *Expr) bool {
	return Impossible(condition, &Expr{root: &notNode{col: test.root.column(), x: test.root}})
}

// maxTerms bounds how many alternatives are told apart.
const maxTerms = 64

// term is conditions that hold together, each as it is or not.
type term []claim

type claim struct {
	n     node
	holds bool
}

// alternatives are the terms of which one holds when n does, or does not; nil
// when there are too many to tell.
func alternatives(n node, holds bool) []term {
	switch n := n.(type) {
	case *notNode:
		return alternatives(n.x, !holds)
	case *logicNode:
		l, r := alternatives(n.left, holds), alternatives(n.right, holds)
		if (n.op == "且") == holds {
			return both(l, r)
		}
		if l == nil || r == nil || len(l)+len(r) > maxTerms {
			return nil
		}
		return append(slices.Clip(l), r...)
	case *callNode:
		if same := written(n); same != nil {
			return alternatives(same, holds)
		}
	}
	return []term{{claim{n, holds}}}
}

// written is the call as operators write it: 介于(甲, 1, 5) is 1 <= 甲 <= 5,
// 且(甲, 乙) is 甲 且 乙; nil for other calls.
func written(n *callNode) node {
	joined := func(op string) node {
		out := n.args[0]
		for _, a := range n.args[1:] {
			out = &logicNode{op: op, left: out, right: a}
		}
		return out
	}
	switch {
	case n.fn.name == "介于" && len(n.args) == 3:
		return &logicNode{op: "且", left: &compareNode{op: ">=", left: n.args[0], right: n.args[1]}, right: &compareNode{op: "<=", left: n.args[0], right: n.args[2]}}
	case n.fn.name == "且" || n.fn.name == "或":
		return joined(n.fn.name)
	case n.fn.name == "非" && len(n.args) == 1:
		return &notNode{x: n.args[0]}
	}
	return nil
}

// both are all terms of a with all of b; where one is not known, the other is less than all, which is enough.
func both(a, b []term) []term {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	case len(a)*len(b) > maxTerms:
		return nil
	}
	out := make([]term, 0, len(a)*len(b))
	for _, x := range a {
		for _, y := range b {
			out = append(out, append(slices.Clip(x), y...))
		}
	}
	return out
}

// impossible reports whether the claims contradict each other.
func (t term) impossible() bool {
	said := map[string]bool{}
	ranges := map[string]*interval{}
	blank := map[string]bool{}
	for _, c := range t {
		if l, ok := c.n.(*literalNode); ok {
			if truth, is := l.v.Bool(); is && truth != c.holds {
				return true
			}
		}
		text := printed(c.n)
		if before, again := said[text]; again && before != c.holds {
			return true
		}
		said[text] = c.holds
		switch n := c.n.(type) {
		case *callNode:
			if (n.fn.name == "空" || n.fn.name == "不适用") && c.holds {
				blank[printed(n.args[0])] = true
			}
		case *compareNode:
			if !n.possible(c.holds, ranges) {
				return true
			}
		}
	}
	for _, c := range t {
		if n, ok := c.n.(*compareNode); ok && (blank[printed(n.left)] || blank[printed(n.right)]) {
			return true // what is blank cannot be compared
		}
	}
	return false
}

// opposite is the comparison that holds when the other does not, mirrored the one with the sides changed.
var (
	opposite = map[string]string{"=": "<>", "<>": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
	mirrored = map[string]string{"=": "=", "<>": "<>", "<": ">", ">": "<", "<=": ">=", ">=": "<="}
)

// possible narrows what the sides may be, and reports whether anything is left.
func (n *compareNode) possible(holds bool, ranges map[string]*interval) bool {
	left, op, right := n.left, n.op, n.right
	if !holds {
		op = opposite[op]
	}
	if constant(left) {
		left, op, right = right, mirrored[op], left
	}
	if constant(left) {
		truth, lack := (&compareNode{op: op, left: left, right: right}).compare(nowhere{})
		return lack != nil || truth
	}
	key := printed(left)
	if other := printed(right); key == other {
		return op == "=" || op == "<=" || op == ">="
	}
	if !constant(right) {
		other := printed(right)
		if strings.Compare(other, key) < 0 { // a < b and b < a are about the same pair
			key, other, op = other, key, mirrored[op]
		}
		return rangeOf(ranges, key+"\x00"+other).narrow(op, value.Int(0)) // the difference, with 0
	}
	known := rangeOf(ranges, key)
	if lowest, ok := leastOf(left); ok {
		known.raise(lowest, false)
	}
	return known.narrow(op, right.eval(nowhere{}))
}

// leastOf is the least number that a call can give: a count is never below 0.
func leastOf(n node) (v value.Value, ok bool) {
	c, is := n.(*callNode)
	if !is {
		return v, false
	}
	switch c.fn.name {
	case "个数", "字数", "章节数", "绝对值":
		return value.Int(0), true
	case "名次", "年", "月", "日":
		return value.Int(1), true
	}
	return v, false
}

// constant reports whether a part names nothing.
func constant(n node) bool {
	names := false
	walk(n, func(n node) {
		if _, ok := n.(*nameNode); ok {
			names = true
		}
	})
	return !names
}

func rangeOf(ranges map[string]*interval, key string) *interval {
	if ranges[key] == nil {
		ranges[key] = &interval{}
	}
	return ranges[key]
}

// interval is what a part may still be.
type interval struct {
	low, high         *value.Value
	lowOpen, highOpen bool
	is                *value.Value // a text that it is
	not               []value.Value
}

// narrow takes one more comparison in and reports whether anything is left.
func (i *interval) narrow(op string, v value.Value) bool {
	if op == "<>" {
		i.not = append(i.not, v)
	} else if v.Kind() == value.Text {
		if i.is != nil && i.is.String() != v.String() {
			return false
		}
		i.is = &v
	}
	if v.Kind() == value.Number || v.Kind() == value.Date {
		if op == "=" || op == ">" || op == ">=" {
			i.raise(v, op == ">")
		}
		if op == "=" || op == "<" || op == "<=" {
			i.lower(v, op == "<")
		}
	}
	return !i.empty()
}

func (i *interval) raise(v value.Value, open bool) {
	order := 1
	if i.low != nil {
		order, _ = value.Compare(v, *i.low) // both are numbers, or dates
	}
	if order > 0 {
		i.low, i.lowOpen = &v, open
	} else if order == 0 {
		i.lowOpen = i.lowOpen || open
	}
}

func (i *interval) lower(v value.Value, open bool) {
	order := -1
	if i.high != nil {
		order, _ = value.Compare(v, *i.high) // both are numbers, or dates
	}
	if order < 0 {
		i.high, i.highOpen = &v, open
	} else if order == 0 {
		i.highOpen = i.highOpen || open
	}
}

func (i *interval) empty() bool {
	if i.is != nil {
		return slices.ContainsFunc(i.not, func(v value.Value) bool { return v.Kind() == value.Text && v.String() == i.is.String() })
	}
	if i.low == nil || i.high == nil {
		return false
	}
	order, _ := value.Compare(*i.low, *i.high) // both are numbers, or dates
	if order != 0 {
		return order > 0
	}
	return i.lowOpen || i.highOpen || slices.ContainsFunc(i.not, func(v value.Value) bool {
		same, ok := value.Compare(v, *i.low)
		return ok && same == 0
	})
}

// Comparisons are all comparisons inside the expression, each as an expression of its own.
func (e *Expr) Comparisons() []*Expr {
	var out []*Expr
	walk(e.root, func(n node) {
		if c, is := n.(*compareNode); is {
			out = append(out, &Expr{c})
		}
	})
	return out
}

package expr

import (
	"jixiao/generator/value"
)

// truthOf evaluates a condition.
func truthOf(n node, s Scope) (bool, *value.Value) {
	if m, c, b, bit := recall(n, s); c != nil && c.columns[asTruth] > 0 {
		if yes, no := m.truths(c, b, bit); yes|no != 0 {
			return yes != 0, nil
		}
	}
	return judged(n, s)
}

// judged evaluates a condition by its tree.
func judged(n node, s Scope) (bool, *value.Value) {
	switch n := n.(type) {
	case *compareNode:
		return n.compare(s)
	case *logicNode:
		return n.decide(s)
	case *notNode:
		truth, lack := truthOf(n.x, s)
		return !truth, lack
	case *callNode:
		if n.fn.holds != nil {
			return n.fn.holds(n, s)
		}
		if n.fn.choose != nil {
			chosen, lack := settled(n, s)
			if lack != nil {
				return false, lack
			}
			return truthOf(chosen, s)
		}
	}
	v := n.eval(s)
	if truth, ok := v.Bool(); ok {
		return truth, nil
	}
	return false, lackOf(v, n, s, "条件")
}

func truth(b bool, lack *value.Value) value.Value {
	if lack != nil {
		return *lack
	}
	return value.Truth(b)
}

func (n *notNode) eval(s Scope) value.Value     { return truth(judged(n, s)) }
func (n *logicNode) eval(s Scope) value.Value   { return truth(n.decide(s)) }
func (n *compareNode) eval(s Scope) value.Value { return truth(n.compare(s)) }

// decide decides 且 as soon as one side is 假, 或 as soon as one is 真, whatever the other is.
func (n *logicNode) decide(s Scope) (bool, *value.Value) {
	decisive := n.op == "或"
	l, lackL := truthOf(n.left, s)
	if lackL == nil && l == decisive {
		return decisive, nil
	}
	r, lackR := truthOf(n.right, s)
	if lackR == nil && r == decisive {
		return decisive, nil
	}
	return !decisive, worse(lackL, lackR)
}

// operand is one side of a comparison: an exact number, another value, or a lack.
type operand struct {
	f      fraction
	v      *value.Value // when it is not a number
	number bool
	lack   *value.Value
}

func (o *operand) read(n node, s Scope) {
	n, o.lack = settled(n, s)
	if o.lack != nil {
		return
	}
	if call, ok := n.(*callNode); ok && call.fn.picks {
		*o = call.aggregate(s)
		return
	}
	if n.kind() == numberKind {
		o.number = true
		o.f, o.lack = numberOf(n, s)
		return
	}
	v := evaluated(n, s)
	if o.sort(v, n, s) {
		text := v // in the heap only when it must be
		o.v = &text
	}
}

// sort takes a number or nothing, and reports whether it is something else.
func (o *operand) sort(v value.Value, n node, s Scope) bool {
	switch {
	case v.Kind() == value.Number:
		o.number = true
		o.f, o.lack = numberIn(v, n, s)
	case v.IsNothing():
		o.lack = lackOf(v, n, s, "")
	default:
		return true
	}
	return false
}

func (n *compareNode) compare(s Scope) (bool, *value.Value) {
	var l, r operand
	l.read(n.left, s)
	r.read(n.right, s)
	if lack := worse(l.lack, r.lack); lack != nil {
		return false, lack
	}
	return n.decide(&l, &r, s)
}

// decide compares two sides that are both there.
func (n *compareNode) decide(l, r *operand, s Scope) (bool, *value.Value) {
	if l.number && r.number {
		return ordered(l.f.cmp(r.f), n.op), nil
	}
	if l.number || r.number {
		return false, n.unlike(l, r, s)
	}
	order, ok := value.Compare(*l.v, *r.v)
	if !ok {
		return false, n.unlike(l, r, s)
	}
	if k := l.v.Kind(); k != value.Date && n.op != "=" && n.op != "<>" {
		return false, unknown(said(n.left, s) + "是" + described(*l.v) + "，不能比大小")
	}
	return ordered(order, n.op), nil
}

// unlike says that two values of different kinds cannot be compared.
func (n *compareNode) unlike(l, r *operand, s Scope) *value.Value {
	for _, side := range []*operand{l, r} {
		if side.number {
			v := side.f.value()
			side.v = &v
		}
	}
	return unknown(said(n.left, s) + "是" + described(*l.v) + "，" + said(n.right, s) + "是" + described(*r.v) + "，不能比较")
}

// ordered reports whether an order is one that the sign names: < <= <> begin with
// <, > >= <> have a >, = <= >= end in =.
func ordered(order int, op string) bool {
	switch {
	case order < 0:
		return op[0] == '<'
	case order > 0:
		return op[0] == '>' || op[len(op)-1] == '>'
	}
	return op[len(op)-1] == '='
}

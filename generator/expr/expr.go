package expr

import (
	"fmt"

	"jixiao/generator/value"
)

// Expr is one compiled expression. It is never changed after Parse and may be
// evaluated by several goroutines at once.
type Expr struct {
	root node
}

// Error is one fault of an expression.
type Error struct {
	Col     int // 1-based character of the source
	Message string
}

// Error says where and what.
func (e *Error) Error() string { return fmt.Sprintf("第%d个字符：%s", e.Col, e.Message) }

func fault(col int, format string, args ...any) *Error {
	return &Error{Col: col, Message: fmt.Sprintf(format, args...)}
}

// String is the expression in its canonical spelling: Chinese words, plain
// signs, no bracket too many. Parsing it again gives the same tree.
func (e *Expr) String() string { return printed(e.root) }

// Eval computes the expression. It never fails: what cannot be computed is an
// Unjudged value that says why. A bare name gives its value as it is, Blank
// and unreadable ones too.
func (e *Expr) Eval(s Scope) value.Value {
	if s == nil {
		s = nowhere{}
	}
	return evaluated(e.root, s)
}

// IsCondition reports whether the expression is one by its form: a
// comparison, 且 或 非, or a function that answers 是 or 否.
func (e *Expr) IsCondition() bool { return e.root.kind() == truthKind }

// Name returns the path when the whole expression is one name.
func (e *Expr) Name() (path []string, ok bool) {
	if n, is := e.root.(*nameNode); is {
		return n.path, true
	}
	return nil, false
}

// Text returns the text when the whole expression is one text in quotes.
func (e *Expr) Text() (text string, ok bool) {
	if l, is := e.root.(*literalNode); is && l.v.Kind() == value.Text {
		return l.v.String(), true
	}
	return "", false
}

// Comparison returns the sides of an expression that is one comparison; op is
// one of = <> < <= > >=.
func (e *Expr) Comparison() (left *Expr, op string, right *Expr, ok bool) {
	if c, is := e.root.(*compareNode); is {
		return &Expr{c.left}, c.op, &Expr{c.right}, true
	}
	return nil, "", nil, false
}

// Holds judges a condition; known is false when it cannot be judged, or does not
// apply. A comparison of numbers holds within the tolerance, nil for none.
func (e *Expr) Holds(s Scope, tolerance *Expr) (holds, known bool) {
	c, ok := e.root.(*compareNode)
	if !ok || tolerance == nil {
		holds, lack := truthOf(e.root, s)
		return holds && lack == nil, lack == nil
	}
	var l, r operand
	l.read(c.left, s)
	r.read(c.right, s)
	if l.lack != nil || r.lack != nil {
		return false, false
	}
	if !l.number || !r.number {
		holds, lack := c.decide(&l, &r, s)
		return holds && lack == nil, lack == nil
	}
	most, lack := numberOf(tolerance.root, s)
	if lack != nil {
		return false, false
	}
	return withinReach(&l.f, &r.f, &most, orders[c.op]), true
}

// withinReach compares numbers that may differ by so much.
func withinReach(l, r, most *fraction, o order) bool {
	var gap fraction
	gap.sum(l, r, true)
	switch o {
	case equal, unequal:
		if gap.sign() < 0 {
			gap = gap.neg()
		}
		return (gap.order(most) <= 0) == (o == equal)
	case greater, greater | equal:
		gap = gap.neg()
	}
	order := gap.order(most)
	return order < 0 || order == 0 && (o.has(0) || most.sign() > 0)
}

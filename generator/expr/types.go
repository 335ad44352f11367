package expr

import "strconv"

// Sort is what kind of value a name holds.
type Sort uint8

// In the order of the kinds that an expression has by its form.
const (
	AnySort Sort = iota // not known
	TruthSort
	NumberSort
	TextSort
	DateSort
)

// Types knows what kinds of values names hold.
type Types interface {
	Sort(path []string) Sort
}

// Result is the kind of value that the expression gives, as far as that can be told.
func (e *Expr) Result(names Types) Sort { return Sort(typed{names: names}.kind(e.root)) }

// CheckTypes finds what can never be computed because of the kinds of values
// that its names hold: a number compared with text, a sum of texts.
func (e *Expr) CheckTypes(names Types) []*Error {
	t := typed{names: names}
	walk(e.root, t.check)
	return t.faults
}

// CheckCondition is CheckTypes for an expression that must be a condition.
func (e *Expr) CheckCondition(names Types) []*Error {
	t := typed{names: names}
	walk(e.root, t.check)
	t.must(e.root, truthKind, "这里")
	return t.faults
}

type typed struct {
	names  Types
	faults []*Error
}

// kind is what a part is when the kinds of its names are known.
func (t typed) kind(n node) kind {
	switch n := n.(type) {
	case *nameNode:
		if len(n.path) == 1 {
			switch n.path[0] {
			case nameNumber:
				return numberKind
			case nameFirst, nameLast:
				return truthKind
			}
		}
		return kind(t.names.Sort(n.path))
	case *callNode:
		switch {
		case n.fn.hands != nil:
			return t.handed(n)
		case n.fn.aggregate != nil && n.gives == anyKind && len(n.args) > 0:
			return t.kind(n.args[0]) // 最大 最小 查找
		}
	}
	return n.kind()
}

// handed is the kind that all arguments have that a call may hand on.
func (t typed) handed(c *callNode) kind {
	common, first := anyKind, true
	for i, a := range c.args {
		if !c.fn.hands(i, len(c.args)) {
			continue
		}
		if k := t.kind(a); first {
			common, first = k, false
		} else if k != common {
			return anyKind
		}
	}
	return common
}

func (t *typed) fault(n node, format string, args ...any) {
	t.faults = append(t.faults, fault(n.column(), format, args...))
}

// must refuses a name that holds something else than what is wanted; what is
// wrong by its form the parser has refused.
func (t *typed) must(n node, want kind, where string) {
	got := t.kind(n)
	switch {
	case got == anyKind || got == want || want == anyKind || want == listKind:
	case want == textKind && got != truthKind: // a number is taken as it prints
	default:
		t.fault(n, "%s应是%s，“%s”是%s，永远判不出", where, want, shortened(printed(n), 30), got)
	}
}

func (t *typed) check(n node) {
	switch n := n.(type) {
	case *arithmeticNode:
		t.must(n.left, numberKind, "“"+string(n.op)+"”的左边")
		t.must(n.right, numberKind, "“"+string(n.op)+"”的右边")
		if n.op == '/' && constant(n.right) {
			if by, ok := n.right.eval(nowhere{}).Number(); ok && by.IsZero() {
				t.fault(n.right, "除数是 0，永远判不出")
			}
		}
	case *negateNode:
		t.must(n.x, numberKind, "“-”的后面")
	case *notNode:
		t.must(n.x, truthKind, "“非”的后面")
	case *logicNode:
		t.must(n.left, truthKind, "“"+n.op+"”的左边")
		t.must(n.right, truthKind, "“"+n.op+"”的右边")
	case *compareNode:
		t.checkComparison(n)
	case *callNode:
		t.checkCall(n)
	}
}

func (t *typed) checkComparison(n *compareNode) {
	l, r := t.kind(n.left), t.kind(n.right)
	switch {
	case l != anyKind && r != anyKind && l != r:
		t.fault(n.left, "“%s”是%s，“%s”是%s，不能比较，永远判不出", shortened(printed(n.left), 30), l, shortened(printed(n.right), 30), r)
	case n.op == "=" || n.op == "<>":
	case l == textKind || l == truthKind:
		t.fault(n.left, "“%s”是%s，不能比大小，永远判不出", shortened(printed(n.left), 30), l)
	case r == textKind || r == truthKind:
		t.fault(n.right, "“%s”是%s，不能比大小，永远判不出", shortened(printed(n.right), 30), r)
	}
}

func (t *typed) checkCall(c *callNode) {
	for i, a := range c.args {
		where := "“" + c.fn.name + "”的第" + strconv.Itoa(i+1) + "个参数"
		switch {
		case c.fn.choose != nil:
			if !c.fn.hands(i, len(c.args)) {
				t.must(a, truthKind, where)
			}
		case c.over != nil && a.kind() != truthKind && (c.fn.gives == numberKind && !c.fn.counts || c.fn.picks):
			k := t.kind(a)
			if k == textKind || k == truthKind || k == dateKind && !c.fn.picks {
				t.fault(a, "%s应是数，“%s”是%s，永远判不出", where, shortened(printed(a), 30), k)
			}
		default:
			t.must(a, c.fn.takesAt(i), where)
		}
	}
}

package expr

import (
	"jixiao/generator/value"
)

// kind is what an expression is by its form, before any value is known.
type kind uint8

const (
	anyKind    kind = iota // a name, or what depends on one
	truthKind              // 是 or 否: a condition
	numberKind             // a number
	textKind               // text
	dateKind               // a date
	listKind               // only as what a function takes: a list, or fields of one
)

// String names the kind in messages.
func (k kind) String() string {
	return [...]string{"值", "条件", "数", "文字", "日期", "列表"}[k]
}

// node is one part of the tree.
type node interface {
	eval(s Scope) value.Value
	kind() kind
	column() int
	children() []node
	print(p *printer)
	level() level
}

// literalNode is a number, a text, 真 or 假.
type literalNode struct {
	col     int
	v       value.Value
	percent bool // spelled 85%
	counts  bool // it is a number, f
	f       fraction
	text    [1]string // its text and itself, as columns of one
	itself  [1]*value.Value
}

// nameNode is a dotted path.
type nameNode struct {
	part *part // what the plan knows of it, as of the other nodes; nil: nothing
	col  int
	path []string
}

// negateNode is -x.
type negateNode struct {
	col int
	x   node
}

// notNode is 非 x.
type notNode struct {
	col int
	x   node
}

// arithmeticNode is + - * or /.
type arithmeticNode struct {
	part        *part
	col         int // of the sign
	op          byte
	left, right node
}

// joinNode is a & b.
type joinNode struct {
	part        *part
	col         int
	left, right node
}

// compareNode is = <> < <= > or >=.
type compareNode struct {
	part        *part
	col         int
	op          string
	left, right node
}

// logicNode is 且 or 或.
type logicNode struct {
	part        *part
	col         int
	op          string
	left, right node
}

// callNode is one use of a function.
type callNode struct {
	part    *part
	col     int
	fn      *function
	args    []node
	gives   kind
	pattern *pattern     // 匹配 提取 with a pattern in quotes
	over    *aggregation // what an aggregate runs over
	memory  *memory      // what 首次 名次 remember of a long list
}

func (n *literalNode) column() int    { return n.col }
func (n *nameNode) column() int       { return n.col }
func (n *negateNode) column() int     { return n.col }
func (n *notNode) column() int        { return n.col }
func (n *arithmeticNode) column() int { return n.left.column() }
func (n *joinNode) column() int       { return n.left.column() }
func (n *compareNode) column() int    { return n.left.column() }
func (n *logicNode) column() int      { return n.left.column() }
func (n *callNode) column() int       { return n.col }

func (n *literalNode) children() []node    { return nil }
func (n *nameNode) children() []node       { return nil }
func (n *negateNode) children() []node     { return []node{n.x} }
func (n *notNode) children() []node        { return []node{n.x} }
func (n *arithmeticNode) children() []node { return []node{n.left, n.right} }
func (n *joinNode) children() []node       { return []node{n.left, n.right} }
func (n *compareNode) children() []node    { return []node{n.left, n.right} }
func (n *logicNode) children() []node      { return []node{n.left, n.right} }
func (n *callNode) children() []node       { return n.args }

func (n *literalNode) kind() kind {
	switch n.v.Kind() {
	case value.Number:
		return numberKind
	case value.Bool:
		return truthKind
	}
	return textKind
}

func (n *nameNode) kind() kind       { return anyKind }
func (n *negateNode) kind() kind     { return numberKind }
func (n *notNode) kind() kind        { return truthKind }
func (n *arithmeticNode) kind() kind { return numberKind }
func (n *joinNode) kind() kind       { return textKind }
func (n *compareNode) kind() kind    { return truthKind }
func (n *logicNode) kind() kind      { return truthKind }

func (n *callNode) kind() kind { return n.gives }

// handedKind is the kind of a call that hands on some of its arguments: what these have in common.
func handedKind(c *callNode) kind {
	common, first := anyKind, true
	for i, a := range c.args {
		if !c.fn.hands(i, len(c.args)) {
			continue
		}
		if k := a.kind(); first {
			common, first = k, false
		} else if k != common {
			return anyKind
		}
	}
	return common
}

// walk visits n and everything below it, in the order of the source.
func walk(n node, visit func(node)) {
	visit(n)
	for _, c := range n.children() {
		walk(c, visit)
	}
}

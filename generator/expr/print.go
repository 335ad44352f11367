package expr

import (
	"strings"

	"jixiao/generator/value"
)

// level is how tightly a part binds; a part in a place that asks for more is
// put in brackets.
type level uint8

const (
	orLevel level = iota
	andLevel
	notLevel
	compareLevel
	joinLevel
	sumLevel
	productLevel
	signLevel
	atomLevel
)

type printer struct{ strings.Builder }

func printed(n node) string {
	var p printer
	n.print(&p)
	return p.String()
}

// at prints n in a place that asks for at least the level.
func (p *printer) at(n node, least level) {
	if n.level() >= least {
		n.print(p)
		return
	}
	p.WriteByte('(')
	n.print(p)
	p.WriteByte(')')
}

// pair prints a left-associative operator.
func (p *printer) pair(left node, op string, right node, own level) {
	p.at(left, own)
	p.WriteByte(' ')
	p.WriteString(op)
	p.WriteByte(' ')
	p.at(right, own+1)
}

func (n *literalNode) level() level { return atomLevel }
func (n *nameNode) level() level    { return atomLevel }
func (n *negateNode) level() level  { return signLevel }
func (n *notNode) level() level     { return notLevel }
func (n *joinNode) level() level    { return joinLevel }
func (n *compareNode) level() level { return compareLevel }
func (n *callNode) level() level    { return atomLevel }

func (n *arithmeticNode) level() level {
	if n.op == '*' || n.op == '/' {
		return productLevel
	}
	return sumLevel
}

func (n *logicNode) level() level {
	if n.op == "且" {
		return andLevel
	}
	return orLevel
}

func (n *literalNode) print(p *printer) {
	switch n.v.Kind() {
	case value.Number:
		d, _ := n.v.Number() // it is one
		if n.percent {
			p.WriteString(d.Shift(2).String() + "%")
			return
		}
		p.WriteString(d.String())
	case value.Bool:
		if truth, _ := n.v.Bool(); truth { // it is one
			p.WriteString("真")
		} else {
			p.WriteString("假")
		}
	default:
		p.WriteString(quote(n.v.String()))
	}
}

// quote puts text in plain marks, doubling those inside.
func quote(text string) string {
	return `"` + strings.ReplaceAll(strings.ReplaceAll(text, `"`, `""`), "＂", "＂＂") + `"`
}

func (n *nameNode) print(p *printer) { p.WriteString(spelled(n.path)) }

// spelled writes a path with brackets around the segments that need them.
func spelled(path []string) string {
	if len(path) == 1 && reserved(path[0]) {
		return "[" + path[0] + "]"
	}
	var b strings.Builder
	for i, segment := range path {
		if i > 0 {
			b.WriteByte('.')
		}
		if plainName(segment) {
			b.WriteString(segment)
		} else {
			b.WriteString("[" + segment + "]")
		}
	}
	return b.String()
}

func plainName(segment string) bool {
	for i, r := range segment {
		if Fold(r) != r || !namePart(r) || i == 0 && !nameStart(r) {
			return false
		}
	}
	return segment != ""
}

// reserved reports whether a word alone is not a name but an operator or a constant.
func reserved(word string) bool {
	if wordSign(word) != "" {
		return true
	}
	_, constant := constants(word)
	return constant
}

// constants are the words for 是 and 否.
func constants(word string) (truth, ok bool) {
	switch strings.ToUpper(word) {
	case "真", "TRUE":
		return true, true
	case "假", "FALSE":
		return false, true
	}
	return false, false
}

func (n *negateNode) print(p *printer) {
	p.WriteByte('-')
	p.at(n.x, signLevel)
}

func (n *notNode) print(p *printer) {
	p.WriteString("非 ")
	p.at(n.x, notLevel)
}

func (n *arithmeticNode) print(p *printer) { p.pair(n.left, string(n.op), n.right, n.level()) }
func (n *joinNode) print(p *printer)       { p.pair(n.left, "&", n.right, joinLevel) }
func (n *logicNode) print(p *printer)      { p.pair(n.left, n.op, n.right, n.level()) }

// A comparison does not associate: one inside another stands in brackets.
func (n *compareNode) print(p *printer) {
	p.at(n.left, joinLevel)
	p.WriteString(" " + n.op + " ")
	p.at(n.right, joinLevel)
}

func (n *callNode) print(p *printer) {
	p.WriteString(n.fn.name)
	p.WriteByte('(')
	for i, a := range n.args {
		if i > 0 {
			p.WriteString(", ")
		}
		a.print(p)
	}
	p.WriteByte(')')
}

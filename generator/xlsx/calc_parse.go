package xlsx

import (
	"slices"
	"strings"

	"github.com/shopspring/decimal"
)

// node is one piece of a formula that can be computed here.
type node struct {
	op   nodeOp
	num  decimal.Decimal // opNumber
	text string          // opText, opError, opName; the sign of opBinary
	tok  *token          // opRef
	fn   *function       // opCall
	args []*node         // operands; nil stands for an argument that is left out
}

type nodeOp uint8

const (
	opNumber nodeOp = iota
	opText
	opBool
	opError
	opRef
	opName
	opNegate
	opPlus
	opPercent
	opBinary
	opCall
)

// maxNesting bounds how deep a formula may be nested; Excel allows 64.
const maxNesting = 100

// formulaParser makes a tree of tokens. It gives up on what the evaluator does
// not know: such formulas are left to the spreadsheet program.
type formulaParser struct {
	tokens []token
	pos    int
	depth  int
	failed bool
	table  func(text string) (reference, bool) // what a structured reference means
}

// parseTokens returns the formula's tree; nil when it cannot be computed here.
// table tells what a structured reference means.
func parseTokens(tokens []token, table func(text string) (reference, bool)) *node {
	p := &formulaParser{tokens: tokens, table: table}
	n := p.binary(0)
	if p.skip(); p.failed || p.pos < len(p.tokens) {
		return nil
	}
	return n
}

func (p *formulaParser) skip() {
	for p.pos < len(p.tokens) && p.tokens[p.pos].kind == tokSpace {
		p.pos++
	}
}

// peek returns the token at hand, nil at the end.
func (p *formulaParser) peek() *token {
	p.skip()
	if p.pos >= len(p.tokens) {
		return nil
	}
	return &p.tokens[p.pos]
}

func (p *formulaParser) fail() *node {
	p.failed = true
	return nil
}

// levels are the binary operators, the loosest first.
var levels = [][]string{{"=", "<>", "<", ">", "<=", ">="}, {"&"}, {"+", "-"}, {"*", "/"}, {"^"}}

func (p *formulaParser) binary(level int) *node {
	if level == len(levels) {
		return p.unary()
	}
	if p.depth++; p.depth > maxNesting*len(levels) {
		return p.fail()
	}
	defer func() { p.depth-- }()
	left := p.binary(level + 1)
	for !p.failed {
		t := p.peek()
		if t == nil || t.kind != tokOp || !slices.Contains(levels[level], t.text) {
			return left
		}
		p.pos++
		left = &node{op: opBinary, text: t.text, args: []*node{left, p.binary(level + 1)}}
	}
	return nil
}

// unary reads signs: in a spreadsheet -2^2 is 4.
func (p *formulaParser) unary() *node {
	t := p.peek()
	if t != nil && t.kind == tokOp && (t.text == "-" || t.text == "+") {
		if p.depth++; p.depth > maxNesting*len(levels) {
			return p.fail()
		}
		defer func() { p.depth-- }()
		p.pos++
		op := opNegate
		if t.text == "+" {
			op = opPlus
		}
		return &node{op: op, args: []*node{p.unary()}}
	}
	n := p.operand()
	for !p.failed {
		t := p.peek()
		if t == nil || t.kind != tokOp || t.text != "%" {
			return n
		}
		p.pos++
		n = &node{op: opPercent, args: []*node{n}}
	}
	return nil
}

func (p *formulaParser) operand() *node {
	t := p.peek()
	if t == nil {
		return p.fail()
	}
	p.pos++
	switch t.kind {
	case tokNumber:
		d, ok := parseNumber(t.text)
		if !ok {
			return p.fail()
		}
		return &node{op: opNumber, num: d}
	case tokString:
		if len(t.text) < 2 || !strings.HasSuffix(t.text, `"`) {
			return p.fail()
		}
		return &node{op: opText, text: strings.ReplaceAll(t.text[1:len(t.text)-1], `""`, `"`)}
	case tokError:
		return &node{op: opError, text: strings.ToUpper(t.text)}
	case tokRef:
		if t.ref.target == unknownSheet {
			return p.fail()
		}
		return &node{op: opRef, tok: t}
	case tokTable:
		if ref, ok := p.table(t.text); ok {
			return &node{op: opRef, tok: &token{kind: tokRef, text: t.text, ref: ref, use: useRange}}
		}
	case tokName:
		if upper := strings.ToUpper(t.text); upper == "TRUE" || upper == "FALSE" {
			return &node{op: opBool, text: upper}
		}
		return &node{op: opName, text: t.text}
	case tokOpen:
		n := p.binary(0)
		if c := p.peek(); p.failed || c == nil || c.kind != tokClose {
			return p.fail()
		}
		p.pos++
		return n
	case tokFunc:
		return p.call(t)
	}
	return p.fail()
}

// call reads a function's arguments; its name was read.
func (p *formulaParser) call(name *token) *node {
	fn := functions[functionName(name.text)]
	if open := p.peek(); fn == nil || open == nil || open.kind != tokOpen {
		return p.fail()
	}
	p.pos++
	n := &node{op: opCall, fn: fn}
	if t := p.peek(); t != nil && t.kind == tokClose {
		p.pos++
		return p.counted(n)
	}
	for !p.failed {
		t := p.peek()
		if t == nil {
			return p.fail()
		}
		if t.kind == tokComma || t.kind == tokClose {
			n.args = append(n.args, nil)
		} else {
			n.args = append(n.args, p.binary(0))
		}
		t = p.peek()
		if p.failed || t == nil || t.kind != tokComma && t.kind != tokClose {
			return p.fail()
		}
		p.pos++
		if t.kind == tokClose {
			return p.counted(n)
		}
	}
	return nil
}

// counted gives up on a call with too few or too many arguments.
func (p *formulaParser) counted(n *node) *node {
	if len(n.args) < n.fn.min || n.fn.max >= 0 && len(n.args) > n.fn.max {
		return p.fail()
	}
	return n
}

package expr

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"jixiao/generator/value"
)

// The limits of one expression. They are far above what people write and keep
// the cost of parsing and evaluating bounded for any input.
const (
	maxSource = 32767 // characters: what a cell can hold
	maxNodes  = 2000
	maxDepth  = 100
)

// Parse compiles an expression. The error is always an *Error.
func Parse(src string) (*Expr, error) {
	if utf8.RuneCountInString(src) > maxSource {
		return nil, fault(1, "公式太长，最多%d个字符", maxSource)
	}
	tokens, err := lex(src)
	if err != nil {
		return nil, err
	}
	p := &parser{tokens: tokens, at: tokens[0]}
	if p.at.kind == endToken {
		return nil, fault(1, "公式是空的")
	}
	root, err := p.expression(orLevel)
	if err != nil {
		return nil, err
	}
	if p.at.kind != endToken {
		return nil, p.unexpected()
	}
	return &Expr{root: root}, nil
}

type parser struct {
	tokens []token
	i      int
	at     token // tokens[i]
	nodes  int
	depth  int
	open   []int // columns of the brackets that are open
}

func (p *parser) advance() token {
	t := p.at
	p.i++
	p.at = p.tokens[p.i]
	return t
}

func (p *parser) isSign(signs ...string) bool {
	return p.at.kind == signToken && slices.Contains(signs, p.at.text)
}

// unexpected says why the token at hand cannot follow a complete operand.
func (p *parser) unexpected() *Error {
	t := p.at
	switch {
	case t.kind == endToken && len(p.open) > 0:
		return fault(p.open[len(p.open)-1], "括号没有配对：这个“(”没有“)”")
	case t.kind == endToken:
		return fault(t.col, "公式没有写完")
	case t.kind == signToken && t.text == ")":
		return fault(t.col, "多了一个“)”")
	case t.kind == signToken && t.text == ",":
		return fault(t.col, "逗号只能用在函数的括号里")
	case t.kind == signToken && t.text == "(":
		return fault(t.col, "“(”前面缺少运算符或函数名")
	case t.kind == signToken:
		return fault(t.col, "“%s”前面缺少运算符", t.text)
	case t.kind == nameToken && p.i > 0 && p.tokens[p.i-1].kind == nameToken:
		return fault(t.col, "“%s”和“%s”之间缺少运算符；名称里有空格时请加方括号", p.tokens[p.i-1].text, t.text)
	}
	return fault(t.col, "“%s”前面缺少运算符", t.text)
}

// grown counts a node and enforces the limit.
func (p *parser) grown(n node) (node, *Error) {
	if p.nodes++; p.nodes > maxNodes {
		return nil, fault(n.column(), "公式太复杂，最多%d项", maxNodes)
	}
	return n, nil
}

// expression reads operators that bind at least as tightly as the level.
func (p *parser) expression(least level) (node, *Error) {
	if p.depth++; p.depth > maxDepth {
		return nil, fault(p.at.col, "括号套得太深，最多%d层", maxDepth)
	}
	defer func() { p.depth-- }()
	left, err := p.prefix(least)
	if err != nil {
		return nil, err
	}
	for p.at.kind == signToken {
		own, known := infix[p.at.text]
		if !known || own < least {
			break
		}
		if left, err = p.binary(left, own); err != nil {
			return nil, err
		}
	}
	return left, nil
}

var infix = map[string]level{
	"或": orLevel, "且": andLevel,
	"=": compareLevel, "<>": compareLevel, "<": compareLevel, "<=": compareLevel, ">": compareLevel, ">=": compareLevel,
	"&": joinLevel, "+": sumLevel, "-": sumLevel, "*": productLevel, "/": productLevel,
}

// binary reads an operator and its right side.
func (p *parser) binary(left node, own level) (node, *Error) {
	op := p.advance()
	right, err := p.expression(own + 1)
	if err != nil {
		return nil, err
	}
	switch own {
	case orLevel, andLevel:
		for _, side := range []node{left, right} {
			if err := mustHold(side, "“"+op.text+"”的两边"); err != nil {
				return nil, err
			}
		}
		return p.grown(&logicNode{col: op.col, op: op.text, left: left, right: right})
	case compareLevel:
		return p.comparison(left, op, right)
	case joinLevel:
		return p.grown(&joinNode{col: op.col, left: left, right: right})
	}
	for _, side := range []node{left, right} {
		if err := mustCount(side, "“"+op.text+"”的两边"); err != nil {
			return nil, err
		}
	}
	return p.grown(&arithmeticNode{col: op.col, op: op.text[0], left: left, right: right})
}

// comparison finishes left op right; 0 <= 得分 <= 分值 becomes 0 <= 得分 且 得分 <= 分值.
func (p *parser) comparison(left node, op token, right node) (node, *Error) {
	c := &compareNode{col: op.col, op: op.text, left: left, right: right}
	if err := comparable(c); err != nil {
		return nil, err
	}
	n, err := p.grown(c)
	if err != nil {
		return nil, err
	}
	for p.at.kind == signToken && infix[p.at.text] == compareLevel {
		next := p.advance()
		switch right.(type) {
		case *nameNode, *literalNode:
		default:
			return nil, fault(next.col, "连着比较时，中间只能是一个名称或数；请用“且”分开写")
		}
		third, err := p.expression(joinLevel)
		if err != nil {
			return nil, err
		}
		c := &compareNode{col: next.col, op: next.text, left: right, right: third}
		if err := comparable(c); err != nil {
			return nil, err
		}
		for range 3 { // the comparison, 且, and the middle once more
			if _, err := p.grown(c); err != nil {
				return nil, err
			}
		}
		n, right = &logicNode{col: next.col, op: "且", left: n, right: c}, third
	}
	return n, nil
}

// comparable refuses comparisons that can never be judged.
func comparable(c *compareNode) *Error {
	l, r := c.left.kind(), c.right.kind()
	order := c.op != "=" && c.op != "<>"
	for _, side := range []node{c.left, c.right} {
		if order && (side.kind() == textKind || side.kind() == truthKind) {
			return fault(side.column(), "%s不能比大小，只能用“=”或“<>”", side.kind())
		}
	}
	for _, pair := range [][2]node{{c.left, c.right}, {c.right, c.left}} {
		_, name := pair[0].(*nameNode)
		if lit, ok := pair[1].(*literalNode); ok && name && lit.kind() == textKind && lit.v.String() == "" {
			test := "空(" + printed(pair[0]) + ")"
			if c.op == "<>" {
				test = "非 " + test
			}
			return fault(lit.col, `没有填的值不是空文字，这样永远判不出；请写 %s`, test)
		}
	}
	if l != r && l != anyKind && r != anyKind {
		return fault(c.col, "“%s”的左边是%s，右边是%s，不能比较", c.op, l, r)
	}
	return nil
}

// mustHold refuses what can never be a condition.
func mustHold(n node, where string) *Error {
	if k := n.kind(); k != truthKind && k != anyKind {
		return fault(n.column(), "%s应是条件（如 得分 > 0），这里是%s", where, k)
	}
	return nil
}

// mustCount refuses what can never be a number.
func mustCount(n node, where string) *Error {
	switch k := n.kind(); k {
	case textKind:
		return fault(n.column(), "%s应是数，这里是文字；要把文字接起来请用“&”", where)
	case truthKind, dateKind:
		return fault(n.column(), "%s应是数，这里是%s", where, k)
	}
	return nil
}

// prefix reads an operand with the signs before it.
func (p *parser) prefix(least level) (node, *Error) {
	switch {
	case p.isSign("非") && least <= notLevel:
		t := p.advance()
		x, err := p.expression(notLevel)
		if err != nil {
			return nil, err
		}
		if err := mustHold(x, "“非”的后面"); err != nil {
			return nil, err
		}
		return p.grown(&notNode{col: t.col, x: x})
	case p.isSign("非") && p.followed("("):
		// NOT(a) = b is the spreadsheet's way of writing (非 a) = b.
		t := p.advance()
		x, err := p.bracketed()
		if err != nil {
			return nil, err
		}
		if err := mustHold(x, "“非”的后面"); err != nil {
			return nil, err
		}
		return p.grown(&notNode{col: t.col, x: x})
	case p.isSign("非"):
		return nil, fault(p.at.col, "“非”用在这里要加括号")
	case p.isSign("-", "+"):
		t := p.advance()
		x, err := p.expression(signLevel)
		if err != nil {
			return nil, err
		}
		if err := mustCount(x, "“"+t.text+"”的后面"); err != nil {
			return nil, err
		}
		if t.text == "+" {
			return x, nil
		}
		return p.grown(&negateNode{col: t.col, x: x})
	}
	return p.operand()
}

func (p *parser) followed(sign string) bool {
	next := p.tokens[min(p.i+1, len(p.tokens)-1)]
	return next.kind == signToken && next.text == sign
}

// operand reads a number, a text, a name, a call, or something in brackets.
func (p *parser) operand() (node, *Error) {
	t := p.at
	switch {
	case t.kind == numberToken:
		p.advance()
		return p.grown(&literalNode{col: t.col, v: value.Num(t.number), percent: t.percent, counts: true, f: whole(numOf(t.number))})
	case t.kind == textToken:
		p.advance()
		return p.grown(&literalNode{col: t.col, v: value.Str(t.text)})
	case t.kind == nameToken && p.followed("(") && !t.bracket:
		return p.call()
	case t.kind == nameToken:
		p.advance()
		if len(t.path) == 1 && !t.bracket {
			if truth, ok := constants(t.text); ok {
				return p.grown(&literalNode{col: t.col, v: value.Truth(truth)})
			}
		}
		return p.grown(&nameNode{col: t.col, path: t.path})
	case p.isSign("("):
		return p.bracketed()
	case p.isSign("且", "或") && p.followed("("):
		return p.listed()
	case t.kind == endToken && len(p.open) > 0 && p.i > 0 && p.tokens[p.i-1].text == "(":
		return nil, fault(p.open[len(p.open)-1], "括号没有配对：这个“(”没有“)”")
	case t.kind == endToken && p.i > 0:
		return nil, fault(p.tokens[p.i-1].col, "公式没有写完：“%s”后面缺少内容", p.tokens[p.i-1].text)
	case p.isSign("=") && p.i == 0:
		return nil, fault(t.col, "公式前面不要写“=”")
	case p.isSign(")") && len(p.open) == 0:
		return nil, fault(t.col, "多了一个“)”")
	case p.isSign(")", ","):
		return nil, fault(t.col, "“%s”前面缺少内容", t.text)
	}
	return nil, fault(t.col, "“%s”前面缺少内容", t.text)
}

// bracketed reads ( … ).
func (p *parser) bracketed() (node, *Error) {
	p.open = append(p.open, p.at.col)
	p.advance()
	n, err := p.expression(orLevel)
	if err != nil {
		return nil, err
	}
	return n, p.close()
}

func (p *parser) close() *Error {
	if !p.isSign(")") {
		return p.unexpected()
	}
	p.advance()
	p.open = p.open[:len(p.open)-1]
	return nil
}

// arguments reads ( a, b, … ).
func (p *parser) arguments() ([]node, *Error) {
	p.open = append(p.open, p.at.col)
	p.advance()
	if p.isSign(")") {
		return nil, p.close()
	}
	var args []node
	for {
		n, err := p.expression(orLevel)
		if err != nil {
			return nil, err
		}
		args = append(args, n)
		if !p.isSign(",") {
			return args, p.close()
		}
		p.advance()
	}
}

// listed reads the spreadsheet's AND(a, b, …) as a 且 b 且 ….
func (p *parser) listed() (node, *Error) {
	t := p.advance()
	args, err := p.arguments()
	if err != nil {
		return nil, err
	}
	if len(args) == 0 {
		return nil, fault(t.col, "“%s”的括号里缺少条件", t.text)
	}
	for _, a := range args {
		if err := mustHold(a, "“"+t.text+"”的括号里"); err != nil {
			return nil, err
		}
	}
	left := args[0]
	for _, a := range args[1:] {
		if left, err = p.grown(&logicNode{col: t.col, op: t.text, left: left, right: a}); err != nil {
			return nil, err
		}
	}
	return left, nil
}

// call reads a function and its arguments, and checks them.
func (p *parser) call() (node, *Error) {
	t := p.advance()
	fn, known := lookup(t.text)
	// 非空(x) without a space is 非 空(x).
	negated := false
	if rest, cut := strings.CutPrefix(t.text, "非"); !known && cut {
		fn, known = lookup(rest)
		negated = known
	}
	if !known {
		return nil, unknownFunction(t)
	}
	args, err := p.arguments()
	if err != nil {
		return nil, err
	}
	c := &callNode{col: t.col, fn: fn, args: args, gives: fn.gives}
	if fn.hands != nil {
		c.gives = handedKind(c)
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	n, err := p.grown(c)
	if err != nil || !negated {
		return n, err
	}
	if err := mustHold(c, "“非”的后面"); err != nil {
		return nil, err
	}
	return p.grown(&notNode{col: t.col, x: c})
}

func unknownFunction(t token) *Error {
	switch strings.ToUpper(t.text) {
	case "今日", "今天", "现在", "TODAY", "NOW", "RAND", "RANDBETWEEN", "随机":
		return fault(t.col, "不能用“%s”：同样的填报数据每次都要得到同样的结果", t.text)
	}
	if instead, ok := spreadsheet[strings.ToUpper(t.text)]; ok {
		return fault(t.col, "没有函数“%s”，请写：%s", t.text, instead)
	}
	if near := Nearest(t.text, functionNames()); near != "" {
		return fault(t.col, "没有函数“%s”，您是否想写：%s", t.text, near)
	}
	return fault(t.col, "没有函数“%s”；如果是字段，名称里有括号时请加方括号", t.text)
}

// spreadsheet says what takes the place of functions that people know from there.
var spreadsheet = map[string]string{
	"SUMIF": "合计(值, 条件)", "SUMIFS": "合计(值, 条件, 条件)", "SUMPRODUCT": "合计(值 * 值)",
	"COUNTIF": "个数(列表, 条件)", "COUNTIFS": "个数(列表, 条件, 条件)", "COUNTA": "个数(值)", "COUNTBLANK": "个数(列表, 空(值))",
	"AVERAGEIF": "平均(值, 条件)", "MAXIFS": "最大(值, 条件)", "MINIFS": "最小(值, 条件)",
	"VLOOKUP": "查找(值, 条件)", "XLOOKUP": "查找(值, 条件)", "LOOKUP": "查找(值, 条件)", "INDEX": "查找(值, 条件)", "MATCH": "查找(值, 条件)",
	"IFS": "如果(条件, 值, 条件, 值, 否则的值)", "IFERROR": "默认(值, 没有填时的值)", "IFNA": "默认(值, 没有填时的值)",
	"LEN": "字数(文字)", "TRIM": "去空格(文字)", "CLEAN": "去空格(文字)", "FIND": "包含(文字, 部分)", "SEARCH": "包含(文字, 部分)",
	"CONCAT": "甲 & 乙", "CONCATENATE": "甲 & 乙", "TEXTJOIN": "连接(值, 分隔)", "REPLACE": "替换(文字, 原来的, 换成的)",
	"TEXT": "管道，如 {{总分|数:2}}", "FIXED": "管道，如 {{总分|数:2}}",
}

// check judges the arguments of a call by their form.
func (c *callNode) check() *Error {
	f, n := c.fn, len(c.args)
	if n < f.min || f.max >= 0 && n > f.max || f.odd && n%2 == 0 {
		return fault(c.col, "“%s”要%s个参数，这里有%d个；写法：%s(%s)", f.name, f.arity(), n, f.name, f.args)
	}
	for i, a := range c.args {
		want, got := f.takesAt(i), a.kind()
		where := "“" + f.name + "”的第" + strconv.Itoa(i+1) + "个参数"
		switch {
		case got == anyKind || want == anyKind || want == got:
		case want == truthKind:
			return mustHold(a, where)
		case want == textKind && got != truthKind:
		case want == listKind:
		default:
			return fault(a.column(), "%s应是%s，这里是%s", where, want, got)
		}
	}
	if f.prepare != nil {
		return f.prepare(c)
	}
	return nil
}

package expr

import (
	"strings"

	"jixiao/generator/value"
)

// fit finds how a part is computed for many items at once. Where nothing better is
// known its tree is evaluated item by item; false: inside an aggregate even that
// cannot be done.
func (p *Plan) fit(c *part) bool {
	if c.judge != nil {
		p.askAsTaken(c)
		return true
	}
	switch n := c.n.(type) {
	case *notNode:
		p.askAll(c, asTruth)
		c.judge = judgeNot
		return true
	case *logicNode:
		p.askAll(c, asTruth)
		sides := row(n, n.op)
		c.conditions = p.someConditions(len(sides))
		for i, side := range sides {
			c.conditions = append(c.conditions, condition{c.args[i], negated(side)})
		}
		if c.judge = judgeAnd; n.op == "或" {
			c.judge = judgeOr
		}
		return true
	case *compareNode:
		p.fitComparison(c, n)
		return true
	case *negateNode:
		p.askAll(c, asNumber)
		c.reckon = reckonNegated
		return true
	case *arithmeticNode:
		p.askAll(c, asNumber)
		c.reckon, c.sign = computed, n.op
		return true
	case *joinNode:
		p.askAll(c, asText)
		c.write, c.joined = joinedTexts, true
		return true
	case *callNode:
		if n.fn.together != nil && n.fn.together(p, c, n) {
			return true
		}
	}
	if c.here {
		return false
	}
	c.evaluateEach()
	p.askAsTaken(c)
	return true
}

// askAsTaken sees to it that the tree finds its arguments in columns.
func (p *Plan) askAsTaken(c *part) {
	call, isCall := c.n.(*callNode)
	for i, a := range c.args {
		want := anyKind
		if isCall {
			want = call.fn.takesAt(i)
		}
		switch {
		case want == textKind:
			p.ask(a, asText)
		case want == numberKind:
			p.ask(a, asNumber)
		case a.n.kind() == truthKind:
			p.ask(a, asTruth)
		default:
			p.ask(a, asValue)
		}
	}
}

// fitComparison picks how two sides are compared by what they can be.
func (p *Plan) fitComparison(c *part, n *compareNode) {
	c.order = orders[n.op]
	left, right := n.left.kind(), n.right.kind()
	switch {
	case left == numberKind || right == numberKind:
		p.askAll(c, asNumber)
		c.judge = compareNumbers
	case (left == textKind || right == textKind) && (n.op == "=" || n.op == "<>"):
		for _, a := range c.args {
			if a.textual = a.writes(); a.textual {
				p.ask(a, asText)
			} else {
				p.ask(a, asValue)
			}
		}
		c.judge = compareTexts
	default:
		p.askAll(c, asValue)
		p.askAll(c, asNumber)
		c.judge = compareValues
	}
}

// writes reports whether what the part gives is always a text, or nothing.
func (c *part) writes() bool {
	if lit, ok := c.n.(*literalNode); ok {
		return lit.v.Kind() == value.Text
	}
	if c.inner != nil {
		return c.inner.writes()
	}
	return c.write != nil && c.give == nil && c.hands == nil
}

// fitter finds the columns of a function's call; false: there are none.
type fitter func(p *Plan, c *part, n *callNode) bool

// The fitters of functions: they choose the columns, and ask for those of the arguments.

func fitTruth(kind columnKind, judge func(*Memory, *part, *block, uint64) (uint64, uint64)) fitter {
	return asking(kind, func(c *part) { c.judge = judge })
}

func fitNumber(kind columnKind, reckon func(*Memory, *part, *block, uint64, []fraction) uint64) fitter {
	return asking(kind, func(c *part) { c.reckon = reckon })
}

func fitText(kind columnKind, write func(*Memory, *part, *block, uint64, []string) uint64) fitter {
	return asking(kind, func(c *part) { c.write = write })
}

// asking asks for columns of the kind for all arguments.
func asking(kind columnKind, fit func(c *part)) fitter {
	return func(p *Plan, c *part, _ *callNode) bool {
		p.askAll(c, kind)
		fit(c)
		return true
	}
}

// fitNear is of 近似.
func fitNear(p *Plan, c *part, n *callNode) bool {
	c.order = equal
	return fitTruth(asNumber, withinTolerance)(p, c, n)
}

// fitOrZero is of 空作零.
func fitOrZero(p *Plan, c *part, _ *callNode) bool {
	p.ask(c.left, asNumber)
	if c.left.numeric = c.left.n.kind() == numberKind; !c.left.numeric {
		p.ask(c.left, asValue)
	}
	c.reckon = reckonOrZero
	return true
}

// fitChoice is of 如果.
func fitChoice(p *Plan, c *part, _ *callNode) bool {
	for i, a := range c.args {
		if i%2 == 0 && i < len(c.args)-1 {
			p.ask(a, asTruth)
		} else {
			c.hands = append(c.hands, a)
		}
	}
	c.choice = byCondition
	c.judge, c.reckon, c.write, c.give = chosenTruths, chosenNumbers, chosenTexts, chosenValues
	return true
}

// fitDefault is of 默认; that of a number is what the number is when it is written out.
func fitDefault(p *Plan, c *part, n *callNode) bool {
	if n.args[0].kind() == numberKind {
		return false
	}
	p.ask(c.left, asValue)
	c.hands = c.args
	c.choice = byDefault
	c.judge, c.reckon, c.write, c.give = chosenTruths, chosenNumbers, chosenTexts, chosenValues
	return true
}

// fitExtreme is of 最大 and 最小 of several values.
func fitExtreme(p *Plan, c *part, n *callNode) bool {
	if n.over != nil {
		return false
	}
	return fitNumber(asNumber, reckonExtreme)(p, c, n)
}

// fitContains is of 包含: what is written out is looked for with all the other words.
func fitContains(p *Plan, c *part, n *callNode) bool {
	if c.left.constant {
		return false
	}
	p.ask(c.left, asText)
	var set []string
	for i, a := range n.args[1:] {
		lit, ok := a.(*literalNode)
		if ok && lit.v.Kind() == value.Text && lit.v.String() != "" {
			set = append(set, lit.v.String())
			continue
		}
		c.rest = append(c.rest, p.ask(c.args[i+1], asText))
	}
	if w, ok := p.want(c.left, set); !ok {
		return fitEdge(strings.Contains)(p, c, n)
	} else if len(set) > 0 {
		c.wanted = []wanted{w}
	}
	c.judge = judgeContains
	return true
}

// fitMatches is of 匹配 with a pattern in quotes.
func fitMatches(p *Plan, c *part, n *callNode) bool {
	c.judge = judgeMatches
	return p.fitPattern(c, n)
}

// fitExtract is of 提取 with a pattern in quotes.
func fitExtract(p *Plan, c *part, n *callNode) bool {
	c.give = giveExtract
	return p.fitPattern(c, n)
}

// fitPattern looks for the words that every match has with all the others.
func (p *Plan) fitPattern(c *part, n *callNode) bool {
	if n.pattern == nil || c.left.constant {
		c.judge, c.give = nil, nil
		return false
	}
	p.ask(c.left, asText)
	if c.pattern = n.pattern; len(c.pattern.begin.list) > 0 {
		c.begin = &c.pattern.begin
	}
	for i := range n.pattern.needs {
		if w, ok := p.want(c.left, n.pattern.needs[i].list); ok {
			c.wanted = append(c.wanted, w)
		}
	}
	return true
}

// fitEdge is of 开头 and 结尾.
func fitEdge(test func(text, part string) bool) fitter {
	return fitTruth(asText, func(m *Memory, c *part, b *block, todo uint64) (yes, no uint64) {
		return judgeParts(m, b, c.args[1:], m.texts(c.left, b, todo), test)
	})
}

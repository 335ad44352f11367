package expr

import (
	"strconv"
	"strings"

	"jixiao/generator/value"
)

func (n *literalNode) eval(Scope) value.Value { return n.v }

func (n *nameNode) eval(s Scope) value.Value {
	if c := n.recalled(s); c != nil {
		return *c.v
	}
	return n.look(s)
}

// recalled is the cell that remembers the name's value, filled; nil: there is none.
func (n *nameNode) recalled(s Scope) *valueCell {
	c, known := n.part.value(s)
	if c != nil && !known {
		if r := n.record(s); r != nil {
			if v := r.Value(n.path[len(n.path)-1], &c.hint); v != nil {
				c.v = v
				return c
			}
		}
		*c.v = n.look(s)
	}
	return c
}

// fraction is the name's value as an exact number.
func (n *nameNode) fraction(s Scope) (fraction, *value.Value) {
	c := n.recalled(s)
	if c == nil {
		return numberIn(n.look(s), n, s)
	}
	if c.counted(n, s) {
		return whole(c.num), nil
	}
	return numberIn(*c.v, n, s)
}

// counted reports whether the cell holds a number, which num then is.
func (c *valueCell) counted(n node, s Scope) bool {
	if c.counts == unasked {
		c.counts = noNumber
		if c.v.Kind() == value.Number {
			if f, lack := numberIn(*c.v, n, s); lack == nil {
				c.num, c.counts = f.n, aNumber
			}
		}
	}
	return c.counts == aNumber
}

// record finds who holds the name's value, when that is a record that knows its
// values by place: the scope's own, or the item at hand.
func (n *nameNode) record(s Scope) Valuer {
	var held Scope
	switch at := s.(type) {
	case *Memory:
		if held = at.record; len(n.path) == 2 {
			return nil
		}
	case *itemScope:
		switch {
		case len(n.path) == 2 && n.path[0] == at.list:
			held = at.here.Current
		case len(n.path) == 1 && n.reach == ofRecord:
			held = at.memory.record
		case len(n.path) == 3 && len(at.path) == 2 && n.path[0] == at.path[0] && n.path[1] == at.path[1] && at.list == at.path[1]:
			held = at.here.Current // 项目.指标.得分 at an indicator of a project
		}
	case *standing:
		switch {
		case len(n.path) == 2 && n.path[0] == at.list:
			held = at.here.Current
		case len(n.path) == 1 && n.reach == ofRecord:
			held = at.memory.record
		}
	}
	v, _ := held.(Valuer)
	return v
}

// look asks the scope.
func (n *nameNode) look(s Scope) value.Value {
	if at, ok := s.(*standing); ok && len(n.path) == 2 && n.path[0] == at.list && at.here.Current != nil {
		// The field of the item that an aggregate is at: most lookups of a run are this one.
		if b, ok := at.here.Current.Lookup(n.path[1]); ok && !b.IsList && b.Current == nil {
			return b.Value
		}
	}
	b, ok := s.Lookup(n.path[0])
	for i := 1; ; i++ {
		switch {
		case !ok:
			return value.Unknown("没有叫“"+spelled(n.path[:i])+"”的字段", "")
		case i == len(n.path) && (b.IsList || b.Current != nil):
			return value.Unknown("“"+spelled(n.path)+"”不是一个值，请写出要用的字段："+spelled(n.path)+".…", "")
		case i == len(n.path):
			return b.Value
		case b.Current == nil && b.IsList:
			return value.Unknown("这里没有轮到“"+spelled(n.path[:i])+"”的哪一条；要汇总请用 合计(…) 等函数", "")
		case b.Current == nil:
			return value.Unknown("“"+spelled(n.path[:i])+"”下面没有字段", "")
		}
		b, ok = b.Current.Lookup(n.path[i])
	}
}

// said is how the name is called in messages: 第3条指标的得分, 名册的年初预算数.
func (n *nameNode) said(s Scope) string {
	text := ""
	b, ok := s.Lookup(n.path[0])
	for i, segment := range n.path {
		if i == len(n.path)-1 {
			return text + segment
		}
		if ok && b.IsList && b.Current != nil {
			text += "第" + strconv.Itoa(b.Index+1) + "条"
		}
		text += segment + "的"
		if ok = ok && b.Current != nil; ok {
			b, ok = b.Current.Lookup(n.path[i+1])
		}
	}
	return text
}

// said is how a part is called in messages.
func said(n node, s Scope) string {
	if name, ok := n.(*nameNode); ok {
		return name.said(s)
	}
	return "“" + printed(n) + "”"
}

// missing says that n gave nothing, naming the field that was not filled.
func missing(n node, s Scope) string {
	switch n := n.(type) {
	case *nameNode:
		return n.said(s) + "未填"
	case *callNode:
		if n.fn.hands != nil && n.fn.choose == nil {
			return missing(n.args[len(n.args)-1], s)
		}
	}
	return said(n, s) + "没有结果"
}

// lackOf turns a value that n gave, and that cannot be used as what was
// wanted, into 不适用 or an Unjudged value that says why.
func lackOf(v value.Value, n node, s Scope, want string) *value.Value {
	switch v.Kind() {
	case value.NotApplicable:
		return &notApplicable
	case value.Blank:
		return unknown(missing(n, s))
	case value.Unjudged:
		if v.String() == "" { // computed: its reason names what is missing
			return &v
		}
		return unknown(said(n, s) + "：" + v.Why())
	}
	return unknown(said(n, s) + "是" + described(v) + "，不是" + want)
}

// described says what a value is: 文字“保持”.
func described(v value.Value) string {
	switch v.Kind() {
	case value.Number:
		return "数" + v.String()
	case value.Date:
		return "日期" + v.String()
	case value.Bool:
		return "条件"
	}
	return "文字“" + shortened(v.String(), 20) + "”"
}

func shortened(text string, most int) string {
	r := []rune(text)
	if len(r) <= most {
		return text
	}
	return string(r[:most]) + "…"
}

// settled follows 如果 to the argument that it hands on.
func settled(n node, s Scope) (node, *value.Value) {
	for {
		c, ok := n.(*callNode)
		if !ok || c.fn.choose == nil {
			return n, nil
		}
		chosen, lack := c.fn.choose(c, s)
		if lack != nil {
			return nil, lack
		}
		n = chosen
	}
}

func (n *negateNode) eval(s Scope) value.Value     { return result(n.fraction(s)) }
func (n *arithmeticNode) eval(s Scope) value.Value { return result(n.fraction(s)) }

func (n *joinNode) eval(s Scope) value.Value {
	m, known := n.part.value(s)
	if m == nil {
		return n.join(s)
	}
	if !known {
		*m.v = n.join(s)
	}
	return *m.v
}

// join writes all that is joined in a row at once.
func (n *joinNode) join(s Scope) value.Value {
	row := []node{n.right}
	left := n.left
	for {
		j, ok := left.(*joinNode)
		if !ok || j.plan != nil { // what others use too is joined once
			break
		}
		row, left = append(row, j.right), j.left
	}
	texts := make([]string, 0, len(row)+1)
	length := 0
	var lack *value.Value
	for i := len(row); i >= 0; i-- {
		part := left
		if i < len(row) {
			part = row[i]
		}
		text, l := joined(part, s)
		lack = worse(lack, l)
		length += len(text)
		texts = append(texts, text)
	}
	switch {
	case lack != nil:
		return *lack
	case length > maxResult:
		return value.Unknown("接起来的文字太长", "")
	}
	return value.Str(strings.Join(texts, ""))
}

// joined is a value as & writes it: as a tag without pipes would print it, 不适用 as it was filled.
func joined(n node, s Scope) (string, *value.Value) {
	n, lack := settled(n, s)
	if lack != nil {
		return "—", lack
	}
	v := n.eval(s)
	if v.Kind() == value.NotApplicable {
		return plain.Text(v), nil
	}
	return textIn(v, n, s)
}

// plain prints values as a tag without pipes does.
var plain, _ = value.CompileFormat(nil) // no pipe, no error

// textOf evaluates n as text; a number or a date is written as it prints.
func textOf(n node, s Scope) (string, *value.Value) {
	var c *valueCell
	switch at := n.(type) {
	case *literalNode:
		if !at.counts {
			return at.v.String(), nil
		}
	case *nameNode:
		c = at.recalled(s)
	case *callNode:
		switch {
		case at.fn.choose != nil:
			chosen, lack := settled(n, s)
			if lack != nil {
				return "", lack
			}
			return textOf(chosen, s)
		case at.fn.eval != nil:
			c = at.recalled(s)
		}
	}
	if c != nil {
		if c.v.Kind() == value.Text {
			return c.v.String(), nil
		}
		return textIn(*c.v, n, s)
	}
	return textIn(n.eval(s), n, s)
}

func textIn(v value.Value, n node, s Scope) (string, *value.Value) {
	switch v.Kind() {
	case value.Text:
		return v.String(), nil
	case value.Number, value.Date, value.Bool:
		return plain.Text(v), nil
	}
	return "", lackOf(v, n, s, "文字")
}

// dayOf evaluates n as a date.
func dayOf(n node, s Scope) (value.Day, *value.Value) {
	n, lack := settled(n, s)
	if lack != nil {
		return value.Day{}, lack
	}
	v := n.eval(s)
	if day, ok := v.Day(); ok {
		return day, nil
	}
	return value.Day{}, lackOf(v, n, s, "日期")
}

func (n *callNode) eval(s Scope) value.Value {
	switch {
	case n.fn.choose != nil:
		chosen, lack := settled(n, s)
		if lack != nil {
			return *lack
		}
		return chosen.eval(s)
	case n.fn.aggregate != nil:
		o := n.aggregate(s)
		if o.number || o.lack != nil {
			return result(o.f, o.lack)
		}
		return *o.v
	case n.fn.holds != nil:
		return truth(n.holds(s))
	case n.fn.eval != nil:
		return n.answer(s)
	}
	return result(n.exact(s))
}

// holds calls a function that answers 是 or 否.
func (n *callNode) holds(s Scope) (bool, *value.Value) {
	m, known := n.part.truth(s)
	if m == nil {
		return n.fn.holds(n, s)
	}
	if !known {
		m.truth, m.lack = n.fn.holds(n, s)
	}
	return m.truth, m.lack
}

// answer calls a function that gives a value, but no condition.
func (n *callNode) answer(s Scope) value.Value {
	if c := n.recalled(s); c != nil {
		return *c.v
	}
	return n.fn.eval(n, s)
}

// recalled is the cell that remembers the answer, filled; nil: there is none.
func (n *callNode) recalled(s Scope) *valueCell {
	c, known := n.part.value(s)
	if c != nil && !known {
		*c.v = n.fn.eval(n, s)
	}
	return c
}

// valueOf evaluates n without a copy where its value is remembered.
func valueOf(n node, s Scope) *value.Value {
	var c *valueCell
	switch at := n.(type) {
	case *nameNode:
		c = at.recalled(s)
	case *callNode:
		if at.fn.eval != nil {
			c = at.recalled(s)
		}
	}
	if c != nil {
		return c.v
	}
	v := n.eval(s)
	return &v
}

// exact calls a function that gives an exact number.
func (n *callNode) exact(s Scope) (fraction, *value.Value) {
	if n.fn.eval != nil { // 默认 gives either; its cell holds the value
		return n.fn.exact(n, s)
	}
	m, known := n.part.number(s)
	if m == nil {
		return n.fn.exact(n, s)
	}
	if !known {
		m.f, m.lack = n.fn.exact(n, s)
	}
	return m.f, m.lack
}

func (n *callNode) fraction(s Scope) (fraction, *value.Value) {
	switch {
	case n.fn.choose != nil:
		chosen, lack := settled(n, s)
		if lack != nil {
			return fraction{}, lack
		}
		return numberOf(chosen, s)
	case n.fn.aggregate != nil:
		o := n.aggregate(s)
		if o.number || o.lack != nil {
			return o.f, o.lack
		}
		return numberIn(*o.v, n, s)
	case n.fn.exact != nil:
		return n.exact(s)
	}
	return numberIn(n.eval(s), n, s)
}

package expr

import (
	"math/bits"
	"strconv"
	"strings"

	"jixiao/generator/value"
)

func (n *literalNode) eval(Scope) value.Value { return n.v }

func (n *nameNode) eval(s Scope) value.Value { return n.look(s) }

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

// lacking reports whether a value was computed from something that is missing: what
// is merely unreadable has a text.
func lacking(v *value.Value) bool { return v.Kind() == value.Unjudged && v.String() == "" }

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

// eval writes all that is joined in a row at once.
func (n *joinNode) eval(s Scope) value.Value {
	row := []node{n.right}
	left := n.left
	for {
		j, ok := left.(*joinNode)
		if !ok {
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
	v := evaluated(n, s)
	if v.Kind() == value.NotApplicable {
		return plain.Text(v), nil
	}
	return textIn(v, n, s)
}

// plain prints values as a tag without pipes does.
var plain, _ = value.CompileFormat(nil) // no pipe, no error

// textOf evaluates n as text; a number or a date is written as it prints.
func textOf(n node, s Scope) (string, *value.Value) {
	if m, c, b, bit := recall(n, s); c != nil && c.columns[asText] > 0 {
		if t := m.texts(c, b, bit); t.have != 0 {
			return t.of(bits.TrailingZeros64(bit)), nil
		}
	}
	if lit, ok := n.(*literalNode); ok && !lit.counts {
		return lit.v.String(), nil
	}
	n, lack := settled(n, s)
	if lack != nil {
		return "", lack
	}
	return textIn(evaluated(n, s), n, s)
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
	v := evaluated(n, s)
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
		return evaluated(chosen, s)
	case n.fn.aggregate != nil:
		o := n.aggregate(s)
		if o.number || o.lack != nil {
			return result(o.f, o.lack)
		}
		return *o.v
	case n.fn.holds != nil:
		return truth(n.fn.holds(n, s))
	case n.fn.eval != nil:
		return n.fn.eval(n, s)
	}
	return result(n.fn.exact(n, s))
}

// valueOf evaluates n, without a copy where its value is remembered.
func valueOf(n node, s Scope) *value.Value {
	if v := remembered(n, s); v != nil {
		return v
	}
	v := n.eval(s)
	return &v
}

// evaluated is valueOf as a copy.
func evaluated(n node, s Scope) value.Value {
	if v := remembered(n, s); v != nil {
		return *v
	}
	return n.eval(s)
}

// remembered is the value of n in a memory; nil: there is none.
func remembered(n node, s Scope) *value.Value {
	m, c, b, bit := recall(n, s)
	if c == nil || c.columns[asValue] == 0 {
		return nil
	}
	v := m.values(c, b, bit)
	if v.have == 0 {
		return nil
	}
	return v.of(bits.TrailingZeros64(bit))
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
		return n.fn.exact(n, s)
	}
	return numberIn(n.eval(s), n, s)
}

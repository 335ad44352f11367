package expr

import (
	"jixiao/generator/value"
)

var numberFunctions = []function{
	{name: "四舍五入", twin: "ROUND", args: "数, 小数位", min: 1, max: 2, takes: []kind{numberKind}, gives: numberKind, exact: round, together: fitNumber(asNumber, reckonRounded),
		text:    "四舍五入到几位小数，不写是整数；负的小数位舍入到十、百。先精确地算完，再舍入一次。",
		example: `四舍五入(全年执行数 / 全年预算数, 4)`, result: "1.0101"},
	{name: "绝对值", twin: "ABS", args: "数", min: 1, max: 1, takes: []kind{numberKind}, gives: numberKind, exact: absolute, together: fitNumber(asNumber, reckonAbsolute),
		text:    "去掉负号。",
		example: `绝对值(全年预算数 - 全年执行数)`, result: "3.3"},
	{name: "近似", args: "数, 数, 容差", min: 3, max: 3, takes: []kind{numberKind}, gives: truthKind, holds: near, together: fitNear,
		text:    "两个数相差不超过容差。",
		example: `近似(全年执行数 / 全年预算数, 101.01%, 0.01%)`, result: "是"},
	{name: "介于", args: "值, 从, 到", min: 3, max: 3, gives: truthKind, holds: between, together: fitTruth(asNumber, judgeBetween),
		text:    "在两个数或两个日期之间，两头都算。",
		example: `介于(填报日期, 日期(2023, 1, 1), 日期(2023, 4, 30))`, result: "是"},
	{name: "是数", twin: "ISNUMBER", args: "值", min: 1, max: 1, gives: truthKind, holds: isNumber, together: fitTruth(asValue, judgeNumber),
		text:    "是一个数，或者是只写了一个数的文字。没有填的不是数。",
		example: `是数("10分")`, result: "否"},
}

// maxRounding bounds the places of 四舍五入 so that what is rounded is exact.
const maxRounding = 20

func round(c *callNode, s Scope) (fraction, *value.Value) {
	f, lack := numberOf(c.args[0], s)
	if lack != nil {
		return fraction{}, lack
	}
	places := int32(0)
	if len(c.args) > 1 {
		at, lack := numberOf(c.args[1], s)
		if lack != nil {
			return fraction{}, lack
		}
		var ok bool
		if places, ok = roundingOf(&at); !ok {
			return fraction{}, unknown("四舍五入的小数位应是 -20 到 20 的整数，这里是" + at.decimal().String())
		}
	}
	return whole(f.round(places)), nil
}

// roundingOf is a number as places to round to; ok is false when it is no such number.
func roundingOf(at *fraction) (places int32, ok bool) {
	if !at.split && at.n.big == nil && at.n.exp == 0 {
		return int32(at.n.coef), at.n.coef >= -maxRounding && at.n.coef <= maxRounding
	}
	n := at.round(0).coef
	return int32(n), at.cmp(wholeInt(int(n))) == 0 && n >= -maxRounding && n <= maxRounding
}

func absolute(c *callNode, s Scope) (fraction, *value.Value) {
	f, lack := numberOf(c.args[0], s)
	if lack == nil && f.sign() < 0 {
		f = f.neg()
	}
	return f, lack
}

func near(c *callNode, s Scope) (bool, *value.Value) {
	var n [3]fraction
	var lack *value.Value
	for i, a := range c.args {
		f, l := numberOf(a, s)
		n[i], lack = f, worse(lack, l)
	}
	if lack != nil {
		return false, lack
	}
	return withinReach(&n[0], &n[1], &n[2], equal), nil
}

func between(c *callNode, s Scope) (bool, *value.Value) {
	low := compareNode{op: ">=", left: c.args[0], right: c.args[1]}
	high := compareNode{op: "<=", left: c.args[0], right: c.args[2]}
	var x, a, b operand
	x.read(c.args[0], s)
	a.read(c.args[1], s)
	b.read(c.args[2], s)
	if lack := worse(worse(x.lack, a.lack), b.lack); lack != nil {
		return false, lack
	}
	above, lackA := low.decide(&x, &a, s)
	below, lackB := high.decide(&x, &b, s)
	return above && below, worse(lackA, lackB)
}

func isNumber(c *callNode, s Scope) (bool, *value.Value) {
	return numberLike(valueOf(c.args[0], s))
}

// numberLike reports whether a value is a number, or a text that is nothing but one.
func numberLike(v *value.Value) (bool, *value.Value) {
	switch v.Kind() {
	case value.Number:
		return true, nil
	case value.Text:
	case value.Unjudged:
		if v.String() == "" {
			return false, v
		}
	default:
		return false, nil
	}
	r := value.Read(value.TypeNumber, value.Raw{Text: v.String()}, value.ReadOptions{})
	return r.Problem == "" && len(r.Notes) == 0 && r.Value.Kind() == value.Number, nil
}

package expr

import (
	"jixiao/generator/value"
)

var targetFunctions = []function{
	{name: "方向", args: "指标值", min: 1, max: 1, takes: []kind{textKind}, gives: textKind, eval: operatorOf, together: fitText(asTarget, writeTarget(func(t *value.Target) string { return t.Operator })),
		text:    "指标值的方向：≥ ≤ = > <，没有写时是空文字。不低于、以上、不超过、以内等都认得。",
		example: `方向("不超过150万元")`, result: "≤"},
	{name: "数值", twin: "VALUE", args: "指标值", min: 1, max: 1, takes: []kind{textKind}, gives: numberKind, eval: targetNumber, together: fitNumber(asTarget, reckonTarget),
		text:    "指标值里的数，照写的数：≥95% 是 95，5万亩 是 50000；区间是起点。文字和时间没有数，是空。",
		example: `数值("≥95%")`, result: "95"},
	{name: "单位", args: "指标值", min: 1, max: 1, takes: []kind{textKind}, gives: textKind, eval: unitOf, together: fitText(asTarget, writeTarget(func(t *value.Target) string { return t.Unit })),
		text:    "指标值的计量单位，同义的归为一个：人次、名都是人；没有写时是空文字。",
		example: `单位("12公里")`, result: "公里"},
	{name: "同单位", args: "指标值, 指标值", min: 2, max: 2, takes: []kind{textKind}, gives: truthKind, holds: sameUnit, together: fitTruth(asTarget, judgeSameUnit),
		text:    "两个指标值的计量单位相同，可以相比。",
		example: `同单位("≥1000件", "100%")`, result: "否"},
	{name: "定量", args: "指标值", min: 1, max: 1, takes: []kind{textKind}, gives: truthKind, holds: isNumeric, together: fitTruth(asTarget, judgeNumeric),
		text:    "指标值是一个可以比较的数，不是文字，也不是时间。",
		example: `个数(指标, 定量(指标.年度指标值))`, result: "3"},
}

// targetOf takes an indicator's target or actual apart.
func targetOf(n node, s Scope) (*value.Target, *value.Value) {
	text, lack := textOf(n, s)
	if lack != nil {
		return &value.Target{}, lack
	}
	return parsed(text), nil
}

// parsedTargets are the targets that were taken apart last.
var parsedTargets recent[value.Target]

// parsed takes a text apart as a target.
func parsed(text string) *value.Target {
	if len(text) > longestShort {
		t := value.ParseTarget(text)
		return &t
	}
	return parsedTargets.of(text, value.ParseTarget)
}

func operatorOf(c *callNode, s Scope) value.Value {
	t, lack := targetOf(c.args[0], s)
	if lack != nil {
		return *lack
	}
	return value.Str(t.Operator)
}

func targetNumber(c *callNode, s Scope) value.Value {
	t, lack := targetOf(c.args[0], s)
	switch {
	case lack != nil:
		return *lack
	case !t.Numeric:
		return value.Value{}
	}
	return t.Number
}

func unitOf(c *callNode, s Scope) value.Value {
	t, lack := targetOf(c.args[0], s)
	if lack != nil {
		return *lack
	}
	return value.Str(t.Unit)
}

func sameUnit(c *callNode, s Scope) (bool, *value.Value) {
	a, lackA := targetOf(c.args[0], s)
	b, lackB := targetOf(c.args[1], s)
	return lackA == nil && lackB == nil && value.SameUnit(a.Unit, b.Unit), worse(lackA, lackB)
}

func isNumeric(c *callNode, s Scope) (bool, *value.Value) {
	t, lack := targetOf(c.args[0], s)
	return t.Numeric, lack
}

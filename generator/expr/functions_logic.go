package expr

import (
	"strconv"

	"jixiao/generator/value"
)

var logicFunctions = []function{
	{name: "如果", twin: "IF", args: "条件, 值, 条件, 值, …, 否则的值", min: 3, max: -1, odd: true, choose: chooseIf, together: fitChoice, hands: handsIf, prepare: prepareIf,
		text:    "条件成立时是第一个值，否则是最后一个值；可以接着写第二个条件和值。",
		example: `如果(全年执行数 > 全年预算数, "超预算", "未超")`, result: "超预算"},
	{name: "且", twin: "AND", args: "条件, 条件, …",
		text:    "都成立。也可以写成 甲 且 乙。有一个不成立就是否，不管别的填没填。",
		example: `项目支出 > 100 且 1 > 2`, result: "否"},
	{name: "或", twin: "OR", args: "条件, 条件, …",
		text:    "有一个成立。也可以写成 甲 或 乙。有一个成立就是是，不管别的填没填。",
		example: `项目支出 > 100 或 1 < 2`, result: "是"},
	{name: "非", twin: "NOT", args: "条件",
		text:    "不成立。也可以写成 非 甲。",
		example: `非 空(年初预算数)`, result: "是"},
	{name: "空", twin: "ISBLANK", args: "值", min: 1, max: 1, gives: truthKind, holds: isBlank, together: fitTruth(asValue, judgeBlank),
		text:    "没有填。不适用（— / 无）不是空，看不懂的也不是空。",
		example: `空(项目支出)`, result: "是"},
	{name: "不适用", twin: "ISNA", args: "值", min: 1, max: 1, gives: truthKind, holds: isNotApplicable, together: fitTruth(asValue, judgeNotApplicable),
		text:    "填的是不适用：— / - 无。",
		example: `个数(指标, 不适用(指标.得分))`, result: "1"},
	{name: "空作零", twin: "N", args: "数", min: 1, max: 1, gives: numberKind, exact: blankAsZero, together: fitOrZero,
		text:    "没有填或不适用时是 0，否则是原来的数。",
		example: `空作零(项目支出) + 1`, result: "1"},
	{name: "默认", args: "值, 没有填时的值", min: 2, max: 2, eval: orDefault, exact: orDefaultNumber, together: fitDefault, hands: func(int, int) bool { return true },
		text:    "没有填时是第二个值，否则是原来的值。",
		example: `默认(项目支出, "未填")`, result: "未填"},
}

// handsIf: every second argument, and the last.
func handsIf(i, n int) bool { return i%2 == 1 || i == n-1 }

func prepareIf(c *callNode) *Error {
	for i := 0; i+1 < len(c.args); i += 2 {
		if err := mustHold(c.args[i], "“如果”的第"+strconv.Itoa(i+1)+"个参数"); err != nil {
			return err
		}
	}
	return nil
}

func chooseIf(c *callNode, s Scope) (node, *value.Value) {
	for i := 0; i+1 < len(c.args); i += 2 {
		holds, lack := truthOf(c.args[i], s)
		if lack != nil {
			return nil, lack
		}
		if holds {
			return c.args[i+1], nil
		}
	}
	return c.args[len(c.args)-1], nil
}

func isBlank(c *callNode, s Scope) (bool, *value.Value) {
	v := valueOf(c.args[0], s)
	if lacking(v) {
		return false, v // computed from something that is missing
	}
	return v.Kind() == value.Blank, nil
}

func isNotApplicable(c *callNode, s Scope) (bool, *value.Value) {
	v := valueOf(c.args[0], s)
	if lacking(v) {
		return false, v
	}
	return v.Kind() == value.NotApplicable, nil
}

func blankAsZero(c *callNode, s Scope) (fraction, *value.Value) {
	a := c.args[0]
	if a.kind() == numberKind {
		f, lack := numberOf(a, s)
		if lack != nil && lack.Kind() == value.NotApplicable {
			return whole(num{}), nil
		}
		return f, lack
	}
	if k := valueOf(a, s).Kind(); k == value.Blank || k == value.NotApplicable {
		return whole(num{}), nil
	}
	return numberOf(a, s)
}

func orDefault(c *callNode, s Scope) value.Value {
	v := evaluated(c.args[0], s)
	if v.Kind() == value.Blank {
		return evaluated(c.args[1], s)
	}
	return v
}

func orDefaultNumber(c *callNode, s Scope) (fraction, *value.Value) {
	v := evaluated(c.args[0], s)
	if v.Kind() == value.Blank {
		return numberOf(c.args[1], s)
	}
	return numberIn(v, c.args[0], s)
}

package expr

import (
	"strconv"
	"time"

	"jixiao/generator/value"
)

var dateFunctions = []function{
	{name: "日期", twin: "DATE", args: "年, 月, 日", min: 1, max: 3, takes: []kind{numberKind}, gives: dateKind, eval: makeDate,
		text:    "一个日期，只写年、或只写年月也可以。",
		example: `填报日期 >= 日期(2023, 1, 1)`, result: "是"},
	{name: "年", twin: "YEAR", args: "日期", min: 1, max: 1, takes: []kind{dateKind}, gives: numberKind,
		eval: datePart("年", func(d value.Day) int { return d.Year }),
		text: "日期的年份。", example: `年(填报日期)`, result: "2023"},
	{name: "月", twin: "MONTH", args: "日期", min: 1, max: 1, takes: []kind{dateKind}, gives: numberKind,
		eval: datePart("月", func(d value.Day) int { return d.Month }),
		text: "日期的月份。", example: `月(填报日期)`, result: "4"},
	{name: "日", twin: "DAY", args: "日期", min: 1, max: 1, takes: []kind{dateKind}, gives: numberKind,
		eval: datePart("日", func(d value.Day) int { return d.Day }),
		text: "日期是几日。", example: `日(填报日期)`, result: "4"},
}

func datePart(name string, part func(value.Day) int) func(*callNode, Scope) value.Value {
	return func(c *callNode, s Scope) value.Value {
		day, lack := dayOf(c.args[0], s)
		if lack != nil {
			return *lack
		}
		if n := part(day); n != 0 {
			return value.Int(int64(n))
		}
		return value.Unknown(said(c.args[0], s)+"只写到"+day.String()+"，没有"+name, "")
	}
}

func makeDate(c *callNode, s Scope) value.Value {
	var parts [3]int
	for i, a := range c.args {
		d, lack := decimalOf(a, s)
		if lack != nil {
			return *lack
		}
		if !d.IsInteger() || d.Sign() <= 0 || d.NumDigits()+int(d.Exponent()) > 4 {
			return value.Unknown("没有这样的日期："+[...]string{"年", "月", "日"}[i]+"是"+d.String(), "")
		}
		parts[i] = int(d.IntPart())
	}
	day := value.Day{Year: parts[0], Month: parts[1], Day: parts[2]}
	check := time.Date(day.Year, time.Month(max(1, day.Month)), max(1, day.Day), 0, 0, 0, 0, time.UTC)
	if check.Year() != day.Year || int(check.Month()) != max(1, day.Month) {
		return value.Unknown("没有这样的日期："+strconv.Itoa(day.Year)+"年"+strconv.Itoa(day.Month)+"月"+strconv.Itoa(day.Day)+"日", "")
	}
	return value.On(day)
}

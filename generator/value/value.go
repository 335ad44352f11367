// Package value holds what a cell says once it has been read: exact decimals,
// text, dates, and the three kinds of nothing that are not zero.
//
// What comes in is the raw text of a cell ([Raw]); what goes out is a [Value]
// and a record of what had to be changed to read it ([Read]). On the way to a
// document a Value is printed by a [Format], which is compiled once from the
// pipes of a tag ({{年初预算数|千分位:2}}).
//
//	value.go      Value, its kinds, comparison
//	read.go       raw cell to Value: the types, errors, formulas, text
//	  clean.go      what nobody sees is taken off; full width to half width
//	  number.go     金额 百分比 分数 整数 数
//	  date.go       日期
//	  words.go      电话 选项
//	pipes.go      the pipes there are, and pipes to Format
//	format.go     Value to text, or to a number of a spreadsheet
//	  layout.go     日期:yyyy年M月d日
//	  uppercase.go  大写
//	  mask.go       脱敏
//	  fixed.go      decimals with so many places
//	target.go     indicator targets: operator, number, unit
//	  measure.go    units and which of them are the same
package value

import (
	"cmp"
	"fmt"

	"github.com/shopspring/decimal"
)

// Kind says what a Value is. The first three are the kinds of nothing: they
// are different from zero and from each other (domain rule, quirks §3).
type Kind uint8

const (
	Blank         Kind = iota // 空: nobody filled the cell
	NotApplicable             // 不适用: — / - 无
	Unjudged                  // 未判: unreadable, or computed from what is blank or unreadable
	Number
	Text
	Date
	Bool
)

// Value is one immutable value. The zero Value is Blank. It is copied wherever a
// rule looks at a cell, so it is kept small.
type Value struct {
	kind  Kind
	flag  bool             // Bool
	typ   typeCode         // how it prints when no pipe says otherwise
	small bool             // the digits of a Number are at most SmallDigits: it is coef × 10^exp
	exp   int32            // of a small Number
	coef  int64            // of a small Number; of a Date the packed day
	large *decimal.Decimal // a Number that is not small
	text  string           // Text; for Unjudged and NotApplicable the raw text as it was filled
	why   *string          // for Unjudged the reason, in words a clerk understands
}

// SmallDigits is how many digits a number has at most that [Value.Small] gives.
const SmallDigits = 18

// Day is a calendar date. Day 0 means that only the month is known (2023年4月),
// Month 0 that only the year is.
type Day struct{ Year, Month, Day int }

// packed is a day in one number, in the order of days.
func packed(d Day) int64 { return int64(d.Year)<<16 | int64(d.Month)<<8 | int64(d.Day) }

func unpacked(n int64) Day { return Day{int(n >> 16), int(n >> 8 & 0xFF), int(n & 0xFF)} }

// typeCode is a Type in one byte: its place among types.
type typeCode uint8

// types are those a Value can remember; the first stands for one that was computed.
var types = [...]Type{"", TypeText, TypeLines, TypeAmount, TypePercent, TypeScore, TypeInteger, TypeNumber, TypeDate, TypePhone, TypeChoice}

// code is the type's place among types, 0 for another. It is asked for with every
// value that is read or computed, and so does not go through them.
func (t Type) code() typeCode {
	switch t {
	case TypeText:
		return 1
	case TypeLines:
		return 2
	case TypeAmount:
		return 3
	case TypePercent:
		return 4
	case TypeScore:
		return 5
	case TypeInteger:
		return 6
	case TypeNumber:
		return 7
	case TypeDate:
		return 8
	case TypePhone:
		return 9
	case TypeChoice:
		return 10
	}
	return 0
}

// String prints the date as people write it: 2023年4月4日, 2023年4月, 2023年.
func (d Day) String() string {
	switch {
	case d.Month == 0:
		return fmt.Sprintf("%d年", d.Year)
	case d.Day == 0:
		return fmt.Sprintf("%d年%d月", d.Year, d.Month)
	}
	return fmt.Sprintf("%d年%d月%d日", d.Year, d.Month, d.Day)
}

// Compare orders dates; a date without a day comes before the days of its month.
func (d Day) Compare(o Day) int {
	for _, p := range [][2]int{{d.Year, o.Year}, {d.Month, o.Month}, {d.Day, o.Day}} {
		if p[0] != p[1] {
			if p[0] < p[1] {
				return -1
			}
			return 1
		}
	}
	return 0
}

// NA is 不适用: the cell says that the question does not arise.
func NA() Value { return Value{kind: NotApplicable} }

// Unknown is 未判: why says what is missing or wrong, raw is the text as it was filled ("" when computed).
func Unknown(why, raw string) Value {
	return Value{kind: Unjudged, why: reason(why), text: raw}
}

func reason(why string) *string {
	if why == "" {
		return nil
	}
	return &why
}

// Num is an exact decimal.
func Num(d decimal.Decimal) Value {
	if d.NumDigits() <= SmallDigits {
		return Value{kind: Number, small: true, coef: d.CoefficientInt64(), exp: d.Exponent()}
	}
	return Value{kind: Number, large: &d}
}

// Scaled is coef × 10^exp.
func Scaled(coef int64, exp int32) Value {
	if coef <= -maxSmall || coef >= maxSmall {
		return Num(decimal.New(coef, exp))
	}
	return Value{kind: Number, small: true, coef: coef, exp: exp}
}

// maxSmall is the least number of more than SmallDigits digits.
const maxSmall = 1e18

// Int is a whole number.
func Int(n int64) Value { return Scaled(n, 0) }

// Str is text; the empty string is text too, not Blank.
func Str(s string) Value { return Value{kind: Text, text: s} }

// On is a date, of a year below 10000.
func On(d Day) Value { return Value{kind: Date, coef: packed(d)} }

// Truth is 是 or 否.
func Truth(b bool) Value { return Value{kind: Bool, flag: b} }

// As returns the value with the type by which it prints when no pipe says otherwise.
func (v Value) As(t Type) Value {
	v.typ = t.code()
	return v
}

// Type is the type by which the value was read; "" when it was computed.
func (v Value) Type() Type { return types[v.typ] }

// Kind says what the value is.
func (v Value) Kind() Kind { return v.kind }

// Number returns the exact decimal and whether the value is one.
func (v Value) Number() (decimal.Decimal, bool) { return v.number(), v.kind == Number }

// number is the exact decimal of a Number.
func (v *Value) number() decimal.Decimal {
	switch {
	case v.small:
		return decimal.New(v.coef, v.exp)
	case v.large != nil:
		return *v.large
	}
	return decimal.Decimal{}
}

// Small returns a number as coef × 10^exp; ok is false when the value is none, or one
// of more than SmallDigits digits.
func (v *Value) Small() (coef int64, exp int32, ok bool) {
	return v.coef, v.exp, v.small
}

// Text returns the text and whether the value is one.
func (v *Value) Text() (string, bool) { return v.text, v.kind == Text }

// Day returns the date and whether the value is one.
func (v Value) Day() (Day, bool) {
	if v.kind != Date {
		return Day{}, false
	}
	return unpacked(v.coef), true
}

// Bool returns the truth value and whether the value is one.
func (v Value) Bool() (truth, ok bool) { return v.flag, v.kind == Bool }

// Why says, for an Unjudged value, what is missing or wrong.
func (v Value) Why() string {
	if v.why == nil {
		return ""
	}
	return *v.why
}

// IsNothing reports whether the value is one of the three kinds of nothing.
func (v Value) IsNothing() bool { return v.kind <= Unjudged }

// String is the canonical text, the same for equal values: numbers without
// trailing zeros, 100% as 1, Blank as "", 不适用 as "—", an unreadable value
// as it was filled.
func (v Value) String() string {
	switch v.kind {
	case Number:
		return v.number().String()
	case Text, Unjudged:
		return v.text
	case Date:
		return unpacked(v.coef).String()
	case NotApplicable:
		return "—"
	case Bool:
		if v.flag {
			return "是"
		}
		return "否"
	}
	return ""
}

// Same reports whether two values are of one kind and equal, as [Compare] has it.
func (v *Value) Same(other *Value) bool {
	if v.kind == Text {
		return other.kind == Text && v.text == other.text
	}
	order, ok := Compare(*v, *other)
	return ok && order == 0
}

// Compare orders two values of the same kind (numbers, texts, dates); ok is
// false when they cannot be compared.
func Compare(a, b Value) (order int, ok bool) {
	if a.kind != b.kind {
		return 0, false
	}
	switch a.kind {
	case Number:
		if a.small && b.small && a.exp == b.exp {
			return cmp.Compare(a.coef, b.coef), true
		}
		return a.number().Cmp(b.number()), true
	case Date:
		return unpacked(a.coef).Compare(unpacked(b.coef)), true
	case Text:
		switch {
		case a.text < b.text:
			return -1, true
		case a.text > b.text:
			return 1, true
		}
		return 0, true
	case Bool:
		if a.flag == b.flag {
			return 0, true
		}
		if b.flag {
			return -1, true
		}
		return 1, true
	}
	return 0, false
}

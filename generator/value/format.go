package value

import (
	"strings"

	"github.com/shopspring/decimal"
)

// printing is the way a number is printed.
type printing uint8

const (
	printDefault printing = iota // by the value's own type
	printNumber
	printScore
	printInteger
	printPercent
	printMoney
	printThousands
	printUppercase
	changeBoth
	changeAmount
	changeRate
)

// Format says how a tag's value is read and how it is printed. It is compiled
// once, never changed after, and safe for concurrent use.
type Format struct {
	typ       Type   // the type pipe; "" when there is none
	implied   Type   // what a print pipe says about the type: 万元:2 is about an amount
	unit      string // 金额:元
	print     printing
	printName string
	places    int32
	hasPlaces bool
	money     string // the unit of the pipes 元 万元 亿元
	inYuan    bool   // 大写:元
	layout    []datePart
	mask      bool
	fallback  string
	optional  bool
	key       bool
	initial   string

	hasInitial bool
	options    []string
	arg        string
}

// Type says how the cell is read: the type pipe, else what the print pipes
// imply (万元:2 is about a 金额), else 文本.
func (f *Format) Type() Type {
	switch {
	case f.typ != "":
		return f.typ
	case f.implied != "":
		return f.implied
	}
	return TypeText
}

// Unit is the unit that 金额:元 names, else the one of the pipes 元, 万元 and
// 亿元: the same tag reads and writes. "" when none is named.
func (f *Format) Unit() string {
	if f.unit != "" {
		return f.unit
	}
	return f.money
}

// Optional reports 可空: the cell may be left empty.
func (f *Format) Optional() bool { return f.optional }

// Initial is the text that blank forms carry, 初值:….
func (f *Format) Initial() (string, bool) { return f.initial, f.hasInitial }

// Key reports 键: the field tells records apart.
func (f *Format) Key() bool { return f.key }

// Options are the answers of 选项:甲/乙/丙; the slice must not be changed.
func (f *Format) Options() []string { return f.options }

// Args are the pipe parameters that are expressions, in order. Their values
// are the args of Text, Lines and Excel.
func (f *Format) Args() []string {
	if f.arg == "" {
		return nil
	}
	return []string{f.arg}
}

// Text is what to print: "" for a blank value unless 默认 says otherwise, an
// unreadable value as it was filled, 不适用 as it was filled too, but — in the
// place of a figure. Numbers are rounded half-up.
func (f *Format) Text(v Value, args ...Value) string {
	switch v.kind {
	case Blank:
		return f.fallback
	case NotApplicable:
		if v.text != "" && !v.Type().isFigure() {
			return v.text
		}
		return v.String()
	case Unjudged:
		if v.text == "" {
			return f.fallback
		}
		return f.masked(v.text)
	case Number:
		return f.number(v, args)
	case Date:
		if f.layout != nil {
			return printDay(f.layout, unpacked(v.coef))
		}
		return unpacked(v.coef).String()
	}
	return f.masked(v.String())
}

func (f *Format) masked(s string) string {
	if f.mask {
		return mask(s)
	}
	return s
}

// Lines is what to print, line by line. paragraphs is true when each line is a
// paragraph of its own (段落): blanks around a line and empty lines are then
// left out, for the template sets indents and spacing. Otherwise the lines are
// parted by line breaks. There is always at least one line.
func (f *Format) Lines(v Value, args ...Value) (lines []string, paragraphs bool) {
	text := f.Text(v, args...)
	paragraphs = f.typ == TypeLines || f.typ == "" && v.Type() == TypeLines
	if strings.IndexByte(text, '\n') < 0 {
		if paragraphs {
			text = strings.TrimSpace(text)
		}
		return []string{text}, paragraphs
	}
	lines = strings.Split(text, "\n")
	if !paragraphs {
		return lines, false
	}
	kept := lines[:0]
	for _, line := range lines {
		if line = strings.TrimSpace(line); line != "" {
			kept = append(kept, line)
		}
	}
	if len(kept) == 0 {
		kept = append(kept, "")
	}
	return kept, true
}

// style is how a number prints: the print pipe, else the tag's type, else the value's own.
func (f *Format) style(v Value) printing {
	if f.print != printDefault {
		return f.print
	}
	typ := f.typ
	if !typ.isFigure() {
		typ = v.Type()
	}
	switch typ {
	case TypeAmount:
		return printMoney
	case TypePercent:
		return printPercent
	case TypeScore:
		return printScore
	case TypeInteger:
		return printInteger
	}
	return printNumber
}

// moneyUnit is the unit in which an amount is printed.
func (f *Format) moneyUnit() string {
	if f.money != "" {
		return f.money
	}
	return f.unit
}

// moneyShift is by how many places a number in 万元 moves to that unit.
func (f *Format) moneyShift() int32 {
	places, _ := amountShift(f.moneyUnit())
	return -places
}

// decimals is the number of decimals asked for, or the default.
func (f *Format) decimals(otherwise int32) int32 {
	if f.hasPlaces {
		return f.places
	}
	return otherwise
}

func (f *Format) number(v Value, args []Value) string {
	d := v.number()
	switch style := f.style(v); style {
	case printMoney:
		return Fixed(d.Shift(f.moneyShift()), f.decimals(2))
	case printPercent:
		return Fixed(d.Shift(2), f.decimals(2)) + "%"
	case printScore:
		return Rounded(d, f.decimals(2))
	case printInteger:
		return Fixed(d, f.decimals(0))
	case printThousands:
		return thousands(Fixed(d.Shift(f.moneyShift()), f.decimals(2)))
	case printUppercase:
		if f.inYuan {
			return uppercase(d)
		}
		return uppercase(d.Shift(4))
	case changeBoth, changeAmount, changeRate:
		return f.change(style, v, args)
	}
	if f.hasPlaces {
		return Fixed(d, f.places)
	}
	return Rounded(d, noisePlaces)
}

// noisePlaces is where a number that is printed in full stops: the decimals of
// a division go on, what people fill in does not reach so far.
const noisePlaces = 10

// thousands puts a comma before every third digit of a plain decimal.
func thousands(s string) string {
	start := 0
	if strings.HasPrefix(s, "-") {
		start = 1
	}
	end := strings.IndexByte(s, '.')
	if end < 0 {
		end = len(s)
	}
	if end-start <= 3 {
		return s
	}
	b := make([]byte, 0, len(s)+(end-start)/3)
	for i := 0; i < len(s); i++ {
		if i > start && i < end && (end-i)%3 == 0 {
			b = append(b, ',')
		}
		b = append(b, s[i])
	}
	return string(b)
}

// change prints how a number differs from the one before: 增加12.30万元，增长4.56%.
func (f *Format) change(style printing, v Value, args []Value) string {
	var before Value
	if len(args) > 0 {
		before = args[0]
	}
	switch before.kind {
	case Number:
	case NotApplicable:
		return "—"
	default:
		return f.fallback
	}
	typ := f.typ
	if !typ.isFigure() {
		if typ = v.Type(); typ == "" {
			typ = before.Type() // a computed value is compared with a filled one
		}
	}
	more, less, suffix, shift, places := "增加", "减少", "万元", int32(0), int32(2)
	switch typ {
	case TypePercent:
		more, less, suffix, shift = "提高", "降低", "个百分点", 2
	case TypeScore:
		more, less, suffix = "提高", "降低", "分"
	case TypeInteger, TypeNumber:
		suffix = ""
	default:
		if shift = f.moneyShift(); f.unit != "" {
			suffix = f.unit
		}
	}
	earlier := before.number()
	diff := v.number().Sub(earlier)
	if diff.IsZero() {
		return "与上年持平"
	}
	word, rateWord := more, "增长"
	if diff.Sign() < 0 {
		word, rateWord = less, "下降"
	}
	size := diff.Abs().Shift(shift)
	amount := Fixed(size, places)
	switch typ {
	case TypeScore, TypeNumber:
		amount = Rounded(size, places)
	case TypeInteger:
		amount = Rounded(size, 0)
	}
	if isZeroText(amount) {
		return "与上年基本持平"
	}
	rate := ""
	if earlier.Sign() > 0 && typ != TypePercent && typ != TypeScore {
		rate = rateWord + percentOf(diff.Abs(), earlier)
	}
	switch {
	case style == changeRate:
		if rate == "" {
			return f.fallback
		}
		return rate
	case style == changeAmount || rate == "":
		return word + amount + suffix
	}
	return word + amount + suffix + "，" + rate
}

// percentOf prints part/whole with two decimals, rounded once from the exact quotient.
func percentOf(part, whole decimal.Decimal) string {
	return part.Shift(2).DivRound(whole, 2).StringFixed(2) + "%"
}

func isZeroText(s string) bool { return strings.Trim(s, "0.") == "" }

// Cell is how a value is written into a spreadsheet as a number.
type Cell struct {
	Number string // the exact decimal, not rounded; percentages are ratios
	Code   string // the number format's code; "" keeps the template's
	// Own is true when the code is only the type's own and no pipe asked for
	// it: a template cell that has a number format may keep it.
	Own bool
}

// Excel is how the value is written into a spreadsheet; false: as the string
// that Text gives. Numbers stay numbers, so that they can be summed, unless a
// pipe makes words of them (大写, 增减, 脱敏) or asks for them (文本).
func (f *Format) Excel(v Value, args ...Value) (Cell, bool) {
	if v.kind != Number || f.mask || f.typ != "" && !f.typ.isFigure() {
		return Cell{}, false
	}
	cell := Cell{Own: f.print == printDefault && !f.typ.isFigure()}
	d := v.number()
	switch f.style(v) {
	case printMoney:
		d = d.Shift(f.moneyShift())
		cell.Code = withPlaces("0", f.decimals(2))
	case printPercent:
		cell.Code = withPlaces("0", f.decimals(2)) + "%"
	case printThousands:
		d = d.Shift(f.moneyShift())
		cell.Code = withPlaces("#,##0", f.decimals(2))
	case printInteger:
		cell.Code = withPlaces("0", f.decimals(0))
	case printNumber, printScore:
		if f.hasPlaces && f.style(v) == printNumber {
			cell.Code = withPlaces("0", f.places)
		}
	default:
		return Cell{}, false
	}
	cell.Number = d.String()
	return cell, true
}

func withPlaces(code string, places int32) string {
	if places == 0 {
		return code
	}
	return code + "." + strings.Repeat("0", int(places))
}

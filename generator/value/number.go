package value

import (
	"strings"

	"github.com/shopspring/decimal"
)

// maxDigits bounds what is believed to be a number: nobody owes that much,
// and no arithmetic on it can be made slow.
const maxDigits = 30

// few holds the numbers that fill most cells of a form, so that reading one allocates nothing.
var few = func() (list [101]decimal.Decimal) {
	for i := range list {
		list[i] = decimal.NewFromInt(int64(i))
	}
	return list
}()

// plainNumber reads digits with at most one decimal point and a minus sign, up
// to 14 digits. Everything longer or odder is for storedNumber and scanFigure.
func plainNumber(s string) (decimal.Decimal, bool) {
	i, negative := 0, false
	if len(s) > 0 && s[0] == '-' {
		i, negative = 1, true
	}
	n, digits, point := int64(0), 0, -1
	for ; i < len(s); i++ {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			n = n*10 + int64(c-'0')
			digits++
		case c == '.' && point < 0 && digits > 0:
			point = i
		default:
			return decimal.Decimal{}, false
		}
	}
	if digits == 0 || digits > 14 || point == len(s)-1 {
		return decimal.Decimal{}, false
	}
	if point < 0 && n < int64(len(few)) && !negative {
		return few[n], true
	}
	if negative {
		n = -n
	}
	if point < 0 {
		return decimal.NewFromInt(n), true
	}
	return decimal.New(n, int32(point+1-len(s))), true
}

// storedNumber reads the digits that a file stores for a number: also 1E-3,
// and with the tail of a binary float taken off. tail reports that.
func storedNumber(s string) (d decimal.Decimal, tail, ok bool) {
	if d, ok := plainNumber(s); ok {
		return d, false, true
	}
	if d, tail, ok := binaryNumber(s); ok {
		return d, tail, true
	}
	if len(s) > 64 {
		return d, false, false
	}
	d, err := decimal.NewFromString(s)
	if err != nil || strings.ContainsRune(s, '\u2212') {
		return decimal.Decimal{}, false, false
	}
	if d.IsZero() {
		return few[0], false, true
	}
	// A double reaches from 1E-308 to 1E308; forms do not.
	digits := int32(d.NumDigits())
	whole := digits + d.Exponent() // digits before the point
	if whole > maxDigits {
		return decimal.Decimal{}, false, false
	}
	if d.Exponent() >= 0 || digits < 15 {
		if whole < -maxDigits {
			return few[0], true, true
		}
		return d, false, true
	}
	short := withoutTail(d, whole)
	return short, !short.Equal(d), true
}

// binaryNumber reads what programs write of a binary float, 15 to 18 digits, by
// the same rules as storedNumber, in plain integers.
func binaryNumber(s string) (d decimal.Decimal, tail, ok bool) {
	i, negative := 0, false
	if len(s) > 0 && s[0] == '-' {
		i, negative = 1, true
	}
	n, digits, significant, places := int64(0), 0, 0, -1
	for ; i < len(s); i++ {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			if digits++; digits > 18 {
				return d, false, false
			}
			if n = n*10 + int64(c-'0'); n != 0 {
				significant++
			}
			if places >= 0 {
				places++
			}
		case c == '.' && places < 0 && digits > 0:
			places = 0
		default:
			return d, false, false
		}
	}
	if significant < 15 || places <= 0 {
		return d, false, false
	}
	whole := significant - places
	r, exp := rounded(n, places, 15-whole)
	if digitsOf(r) > 12 || whole <= -6 {
		r, exp = rounded(n, places, min(min(max(10, whole+6), 15)-whole, 12))
	}
	tail = !sameNumber(n, places, r, exp)
	if negative {
		r = -r
	}
	return decimal.New(r, -int32(exp)), tail, true
}

// rounded rounds n with so many decimals to fewer of them, half away from zero,
// and drops zeros at the end.
func rounded(n int64, places, to int) (r int64, left int) {
	if to >= places {
		r, left = n, places
	} else if places-to > 18 {
		return 0, 0
	} else {
		unit := tens[places-to]
		r, left = n/unit, to
		if n%unit >= unit-n%unit {
			r++
		}
	}
	for r != 0 && r%10 == 0 && left > 0 {
		r, left = r/10, left-1
	}
	return r, left
}

// sameNumber compares two numbers of which the second has no more decimals.
func sameNumber(n int64, places int, r int64, left int) bool {
	return left <= places && places-left <= 18 && r <= 1<<62/tens[places-left] && r*tens[places-left] == n
}

func digitsOf(n int64) int {
	count := 1
	for n >= 10 {
		n /= 10
		count++
	}
	return count
}

var tens = func() (list [19]int64) {
	list[0] = 1
	for i := 1; i < len(list); i++ {
		list[i] = list[i-1] * 10
	}
	return list
}()

// withoutTail takes the tail of a binary float off: 329.97999999999996 was
// 329.98. A double holds 15 digits; when 15 digits end in zeros, the rest was
// noise. Otherwise the number was computed (1/3) or came through a shorter
// float (0.0900000762939453): ten digits are kept, but never less than a
// millionth — one 分 in 万元 — and nothing beyond the twelfth decimal.
func withoutTail(d decimal.Decimal, whole int32) decimal.Decimal {
	r := d.Round(15 - whole).Normalize()
	if r.NumDigits() <= 12 && whole > -6 {
		return r
	}
	places := min(max(10, whole+6), 15) - whole
	return d.Round(min(places, 12)).Normalize()
}

// figure is a number as it was found at the head of a text.
type figure struct {
	number  decimal.Decimal
	odd     bool   // written so that a clerk should see how it was read
	bracket bool   // (12.5)
	unit    string // what follows it, without blanks around
}

// fault says why no figure was found.
type fault uint8

const (
	fine fault = iota
	notNumber
	badGroups // 1,23
	innerGap  // 1 234
	tooLong
)

// scanFigure reads the number at the head of folded text: a sign or brackets
// or ▲ for less than nothing, a currency sign, digits with thousands
// separators in their right places, and whatever follows as the unit.
func scanFigure(s string) (figure, fault) {
	var f figure
	negative := false
	s = strings.TrimLeft(s, " ")
	plain := s != "" && isDigit(s[0]) // as nearly all are
head:
	for signed, priced := false, false; !plain; {
		rest := s
		switch {
		case !signed && strings.HasPrefix(s, "-"):
			signed, negative, rest = true, true, s[1:]
		case !signed && strings.HasPrefix(s, "+"):
			signed, f.odd, rest = true, true, s[1:]
		case !signed && (strings.HasPrefix(s, "▲") || strings.HasPrefix(s, "△")):
			signed, negative, f.odd, rest = true, true, true, s[len("▲"):]
		case !signed && strings.HasPrefix(s, "负"):
			signed, negative, f.odd, rest = true, true, true, s[len("负"):]
		case !priced && strings.HasPrefix(s, "¥"):
			priced, f.odd, rest = true, true, s[len("¥"):]
		case !priced && strings.HasPrefix(s, "人民币"):
			priced, f.odd, rest = true, true, s[len("人民币"):]
		case !signed && !f.bracket && strings.HasPrefix(s, "("):
			signed, negative, f.odd, f.bracket, rest = true, true, true, true, s[1:]
		default:
			break head
		}
		s = strings.TrimLeft(rest, " ")
	}
	number, rest, odd, bad := scanDigits(s)
	if bad != fine {
		return figure{}, bad
	}
	f.number, f.odd = number, f.odd || odd
	if negative {
		f.number = number.Neg()
	}
	rest = strings.TrimSpace(rest)
	if f.bracket {
		inner, outer, closed := strings.Cut(rest, ")")
		if !closed || strings.TrimSpace(inner) != "" && strings.TrimSpace(outer) != "" {
			return figure{}, notNumber
		}
		rest = strings.TrimSpace(inner + outer)
	}
	if rest != "" && rest[0] >= '0' && rest[0] <= '9' {
		return figure{}, innerGap
	}
	f.unit = rest
	return f, fine
}

// scanDigits reads unsigned digits. odd reports thousands separators, a
// missing digit beside the point, and 。 for the point.
func scanDigits(s string) (d decimal.Decimal, rest string, odd bool, bad fault) {
	var buf [2*maxDigits + 2]byte
	digits := buf[:0]
	i, group, groups, places := 0, 0, 0, 0
	whole := 0
	for ; i < len(s); i++ {
		c := s[i]
		if c == ',' && i > 0 && i+1 < len(s) && isDigit(s[i+1]) {
			if groups == 0 && (group > 3 || s[0] == '0') || groups > 0 && group != 3 {
				return d, "", false, badGroups
			}
			groups, group = groups+1, 0
			continue
		}
		if !isDigit(c) {
			break
		}
		if whole++; whole > maxDigits {
			return d, "", false, tooLong
		}
		digits = append(digits, c)
		group++
	}
	if groups > 0 {
		if group != 3 {
			return d, "", false, badGroups
		}
		odd = true
	}
	point := 0
	switch {
	case strings.HasPrefix(s[i:], "."):
		point = 1
	case strings.HasPrefix(s[i:], "。") && i+len("。") < len(s) && isDigit(s[i+len("。")]):
		point, odd = len("。"), true // the Chinese full stop, typed with the wrong input method
	}
	if point > 0 {
		i += point
		for ; i < len(s) && isDigit(s[i]); i++ {
			if places++; places > maxDigits {
				return d, "", false, tooLong
			}
			digits = append(digits, s[i])
		}
		odd = odd || whole == 0 || places == 0
	}
	if whole+places == 0 {
		return d, "", false, notNumber
	}
	rest = s[i:]
	if strings.HasPrefix(rest, ",") || strings.HasPrefix(rest, ".") && len(rest) > 1 && isDigit(rest[1]) {
		// 1,234,  1.2.3  1,234.5,6
		if rest[0] == ',' {
			return d, "", false, badGroups
		}
		return d, "", false, notNumber
	}
	if rest == "。" && whole > 0 {
		rest, odd = "", true
	}
	n := int64(0)
	if len(digits) > 18 {
		d, err := decimal.NewFromString(string(digits))
		if err != nil { // digits only: cannot be
			return d, "", false, notNumber
		}
		return d.Shift(-int32(places)), rest, odd, fine
	}
	for _, c := range digits {
		n = n*10 + int64(c-'0')
	}
	if places == 0 && n < int64(len(few)) {
		return few[n], rest, odd, fine
	}
	return decimal.New(n, -int32(places)), rest, odd, fine
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// readFigure reads every type whose value is a number, when it is not stored as a plain one.
func readFigure(t Type, raw Raw, text string, trims trim, opt ReadOptions) Reading {
	if raw.Number {
		return readStoredFigure(t, raw, text, trims, opt)
	}
	trims |= trimStored
	if d, ok := plainNumber(text); ok {
		return figureOf(t, d, text, trims, opt)
	}
	folded, odd := fold(text)
	if isNotApplicable(withoutBlanks(folded)) {
		return notApplicable(t, text, trims&^trimStored)
	}
	if after, found := cutApostrophe(folded); found {
		folded, odd = after, true
	}
	if after, found := strings.CutPrefix(folded, "百分之"); found && t == TypePercent {
		folded, odd = after+"%", true
	}
	f, bad := scanFigure(folded)
	if bad == fine && strings.ContainsAny(f.unit, "0123456789") {
		bad = notNumber // 329.98/326.68, 1万2千元
	}
	if bad != fine {
		return unreadable(t, text, figureProblem(t, text, folded, bad))
	}
	f.odd = f.odd || odd
	return measured(t, f, text, trims, opt)
}

// cutApostrophe takes off the apostrophe that makes a spreadsheet store a number
// as text, when it was stored as well.
func cutApostrophe(s string) (rest string, found bool) {
	for _, sign := range []string{"'", "’", "‘"} {
		if rest, found := strings.CutPrefix(s, sign); found {
			return rest, true
		}
	}
	return s, false
}

// readStoredFigure reads a number of the file whose format says that it is not meant as a plain number.
func readStoredFigure(t Type, raw Raw, text string, trims trim, opt ReadOptions) Reading {
	d, tail, ok := storedNumber(text)
	if !ok {
		return unreadable(t, text, figureProblem(t, text, text, tooLong))
	}
	if tail {
		text, trims = d.String(), trims|trimTail
	}
	switch {
	case raw.Date:
		shown := clock(d)
		if day, onDay := serialDay(d, raw.Date1904); onDay {
			shown = day.String()
		}
		return unreadable(t, shown, "单元格是日期或时间格式（"+shown+"），这里要填"+asked(t)+"，请把单元格格式改为常规后重填")
	case raw.Percent && (t == TypePercent || t == TypeNumber):
		return Reading{Value: Num(d).As(t), Trims: trims.list()}
	case raw.Percent:
		return unreadable(t, percentText(d), "单元格是百分比格式（"+percentText(d)+"），这里要填"+asked(t)+"，请把单元格格式改为常规后重填")
	}
	return figureOf(t, d, text, trims, opt)
}

// figureOf gives a bare number, without unit or percent sign, its meaning.
func figureOf(t Type, d decimal.Decimal, text string, trims trim, opt ReadOptions) Reading {
	switch t {
	case TypePercent:
		return bareRatio(d, text, trims)
	case TypeAmount:
		if opt.Unit != "" && opt.Unit != "万元" {
			return measured(t, figure{number: d}, text, trims, opt)
		}
	case TypeInteger:
		if !d.IsInteger() {
			return unreadable(t, text, quote(text)+"不是整数，请填整数，例如 15")
		}
	}
	return Reading{Value: Num(d).As(t), Trims: trims.list()}
}

// ratioLimit is the largest bare number that is taken for a ratio; beyond it, it is taken for percent.
var ratioLimit = decimal.New(15, -1)

// bareRatio reads a percentage that was filled without its sign. Which of the
// two was meant is a guess, so it is told; zero is zero either way.
func bareRatio(d decimal.Decimal, text string, trims trim) Reading {
	ratio := d
	if d.Abs().GreaterThan(ratioLimit) {
		ratio = d.Shift(-2)
	}
	r := Reading{Value: Num(ratio).As(TypePercent), Trims: trims.list()}
	if !d.IsZero() {
		r.Notes = []string{quote(text) + "没有百分号，读作" + percentText(ratio)}
	}
	return r
}

// measured reads a figure with what follows it: 10分, 300万元, 86.2%, 15人.
func measured(t Type, f figure, text string, trims trim, opt ReadOptions) Reading {
	unit := strings.Trim(f.unit, " 。")
	if n := len(unit); n > 2 && unit[0] == '(' && unit[n-1] == ')' {
		unit = strings.TrimSpace(unit[1 : n-1])
	}
	if strings.HasPrefix(unit, "‰") {
		return unreadable(t, text, quote(text)+"是千分数，不是"+asked(t)+"；1‰等于0.1%，请换算后重填")
	}
	switch t {
	case TypeAmount:
		return measuredAmount(f, unit, text, trims, opt)
	case TypePercent:
		if unit == "" {
			return bareRatio(f.number, text, trims)
		}
		if unit != "%" {
			break
		}
		ratio := f.number.Shift(-2)
		r := Reading{Value: Num(ratio).As(t), Trims: trims.list()}
		if f.odd {
			r.Notes = []string{quote(text) + "读作" + percentText(ratio)}
		}
		return r
	case TypeScore:
		if f.bracket {
			return unreadable(t, text, quote(text)+"看不出是负数还是加了括号的分数，请只填数字，例如 10")
		}
		if unit == "" || unit == "分" {
			return noted(t, f.number, f.odd || unit != "", text, trims)
		}
	case TypeNumber, TypeInteger:
		if unit == "%" && t == TypeNumber {
			return noted(t, f.number.Shift(-2), true, text, trims)
		}
		base, shift, known := unitOf(unit)
		if unit == "" || known && shift == 0 && base != "%" && base != "万元" {
			if t == TypeInteger && !f.number.IsInteger() {
				return unreadable(t, text, quote(text)+"不是整数，请填整数，例如 15")
			}
			return noted(t, f.number, f.odd || unit != "", text, trims)
		}
	}
	return unreadable(t, text, quote(text)+"里的"+quote(unit)+"认不出来，这里要填"+asked(t))
}

func noted(t Type, d decimal.Decimal, odd bool, text string, trims trim) Reading {
	r := Reading{Value: Num(d).As(t), Trims: trims.list()}
	if odd {
		r.Notes = []string{quote(text) + "读作" + d.String()}
	}
	return r
}

// measuredAmount converts to 万元. The cell's own unit beats the heading's.
func measuredAmount(f figure, unit, text string, trims trim, opt ReadOptions) Reading {
	shift, known := amountShift(strings.TrimRight(unit, "整正"))
	if unit == "" {
		if shift, known = amountShift(opt.Unit); !known {
			return unreadable(TypeAmount, text, "表头的金额单位"+quote(opt.Unit)+"认不出来，请改为 元、万元 或 亿元")
		}
		d := f.number.Shift(shift)
		if shift != 0 {
			trims |= trimHeading
		}
		r := noted(TypeAmount, d, f.odd, text, trims)
		if f.odd && shift != 0 {
			r.Notes[0] += "万元"
		}
		return r
	}
	if !known {
		return unreadable(TypeAmount, text, quote(text)+"里的"+quote(unit)+"不是金额单位，请换算成万元，只填数字，例如 326.68")
	}
	d := f.number.Shift(shift)
	r := noted(TypeAmount, d, true, text, trims)
	if shift != 0 {
		r.Notes[0] += "万元"
	}
	return r
}

// amountShift says by how many places a unit of money is moved to become 万元.
func amountShift(unit string) (places int32, known bool) {
	switch unit {
	case "", "万元", "万", "万元人民币":
		return 0, true
	case "元", "圆", "元人民币":
		return -4, true
	case "亿元", "亿":
		return 4, true
	case "千元":
		return -1, true
	case "百元":
		return -2, true
	case "十万元":
		return 1, true
	case "百万元", "百万":
		return 2, true
	case "千万元", "千万":
		return 3, true
	}
	return 0, false
}

// asked says what a type wants to see.
func asked(t Type) string {
	switch t {
	case TypeAmount:
		return "以万元为单位的数，例如 326.68"
	case TypePercent:
		return "百分比，例如 86.20%"
	case TypeScore:
		return "分数，例如 10"
	case TypeInteger:
		return "整数，例如 15"
	}
	return "数，例如 12.5"
}

func figureProblem(t Type, text, folded string, bad fault) string {
	switch bad {
	case badGroups:
		return quote(text) + "里逗号的位置不对，看不出是多少，请去掉逗号重填"
	case innerGap:
		return quote(text) + "的数字中间有空格，看不出是一个数还是几个数，请重填"
	case tooLong:
		return quote(text) + "太大或太长，不像是" + asked(t) + "，请核对后重填"
	}
	if strings.ContainsAny(folded, "≥≤<>=") {
		return quote(text) + "带有比较符号，这里只能填" + asked(t)
	}
	return quote(text) + "不是一个数，这里要填" + asked(t)
}

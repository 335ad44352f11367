package xlsx

import (
	"math"
	"strings"

	"github.com/shopspring/decimal"
)

// scalar is a value in the course of a computation.
type scalar struct {
	kind valueKind
	num  decimal.Decimal // numberValue
	text string          // textValue; boolValue: TRUE or FALSE; errorValue: #N/A
}

// unknown is what is left to the spreadsheet program. It cannot be caught by IFERROR.
var unknown = scalar{kind: unknownValue}

func number(d decimal.Decimal) scalar { return scalar{kind: numberValue, num: d} }
func whole(n int) scalar              { return number(decimal.NewFromInt(int64(n))) }
func words(s string) scalar           { return scalar{kind: textValue, text: s} }
func failure(code string) scalar      { return scalar{kind: errorValue, text: code} }

func logical(b bool) scalar {
	if b {
		return scalar{kind: boolValue, text: "TRUE"}
	}
	return scalar{kind: boolValue, text: "FALSE"}
}

// stops reports whether a computation with s cannot go on.
func (s scalar) stops() bool { return s.kind == errorValue || s.kind == unknownValue }

// significant is how many digits of a number a spreadsheet shows.
const significant = 15

// roundSignificant rounds to the digits that a spreadsheet shows.
func roundSignificant(d decimal.Decimal) decimal.Decimal {
	digits := int32(d.NumDigits())
	if digits <= significant {
		return d
	}
	return d.Round(significant - digits - d.Exponent())
}

// parseNumber reads the number of a cell. What has more digits than a
// spreadsheet shows is the tail of a binary fraction.
func parseNumber(text string) (decimal.Decimal, bool) {
	const longest = 400
	if len(text) > longest {
		return decimal.Decimal{}, false
	}
	d, err := decimal.NewFromString(text)
	if err != nil || d.Exponent() > longest || d.Exponent() < -longest {
		return decimal.Decimal{}, false
	}
	return roundSignificant(d), true
}

// scalarOf is what a cell says; a pending formula must have been computed.
func scalarOf(v *cellValue) scalar {
	switch v.kind {
	case numberValue:
		if d, ok := parseNumber(v.text); ok {
			return number(d)
		}
		return unknown
	case blankValue:
		return scalar{}
	}
	return scalar{kind: v.kind, text: v.text}
}

// cellOf is the scalar as a cell keeps it.
func cellOf(s scalar) cellValue {
	switch s.kind {
	case numberValue:
		return cellValue{kind: numberValue, text: roundSignificant(s.num).String()}
	case blankValue: // a formula that points at an empty cell shows 0
		return cellValue{kind: numberValue, text: "0"}
	}
	return cellValue{kind: s.kind, text: limitText(s.text)}
}

// asNumber reads s as a number: text that looks like one counts, a blank is 0.
func asNumber(s scalar) (decimal.Decimal, scalar) {
	switch s.kind {
	case numberValue:
		return s.num, scalar{}
	case blankValue:
		return decimal.Decimal{}, scalar{}
	case boolValue:
		if s.text == "TRUE" {
			return decimal.NewFromInt(1), scalar{}
		}
		return decimal.Decimal{}, scalar{}
	case textValue:
		text, percent := strings.CutSuffix(strings.TrimSpace(s.text), "%")
		if d, ok := parseNumber(strings.TrimSpace(text)); ok {
			if percent {
				d = d.Shift(-2)
			}
			return d, scalar{}
		}
		return decimal.Decimal{}, failure("#VALUE!")
	}
	return decimal.Decimal{}, s
}

// asText reads s as text.
func asText(s scalar) (string, scalar) {
	switch s.kind {
	case numberValue:
		return roundSignificant(s.num).String(), scalar{}
	case errorValue, unknownValue:
		return "", s
	}
	return s.text, scalar{}
}

// asTruth reads s as a condition.
func asTruth(s scalar) (bool, scalar) {
	switch s.kind {
	case boolValue:
		return s.text == "TRUE", scalar{}
	case textValue:
		switch strings.ToUpper(s.text) {
		case "TRUE":
			return true, scalar{}
		case "FALSE":
			return false, scalar{}
		}
		return false, failure("#VALUE!")
	}
	d, bad := asNumber(s)
	return !d.IsZero(), bad
}

// divide gives the quotient with the digits that a spreadsheet shows.
func divide(a, b decimal.Decimal) scalar {
	if b.IsZero() {
		return failure("#DIV/0!")
	}
	// As many places as leave more than the significant digits, whatever the sizes are.
	places := int32(significant+5) - (int32(a.NumDigits()) + a.Exponent()) + (int32(b.NumDigits()) + b.Exponent())
	return number(roundSignificant(a.DivRound(b, max(places, 0))))
}

// power gives a^b; whole exponents of moderate size are exact.
func power(a, b decimal.Decimal) scalar {
	const exact = 64
	if b.IsInteger() && b.Abs().LessThanOrEqual(decimal.NewFromInt(exact)) && a.NumDigits() <= 2*significant {
		n := int(b.IntPart())
		if n < 0 && a.IsZero() {
			return failure("#DIV/0!")
		}
		if n == 0 && a.IsZero() {
			return failure("#NUM!")
		}
		result := decimal.NewFromInt(1)
		for range max(n, -n) {
			product := bounded(result.Mul(a))
			if product.stops() {
				return product
			}
			result = product.num
		}
		if n < 0 {
			return divide(decimal.NewFromInt(1), result)
		}
		return number(result)
	}
	x, _ := a.Float64() // the nearest binary fraction serves: the result is not exact anyway
	y, _ := b.Float64()
	f := math.Pow(x, y)
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return failure("#NUM!")
	}
	return number(roundSignificant(decimal.NewFromFloat(f)))
}

// bounded keeps a result within what a spreadsheet can hold, and within what costs little.
func bounded(d decimal.Decimal) scalar {
	const largest, digits = 308, 4 * significant
	switch size := d.NumDigits() + int(d.Exponent()); {
	case d.IsZero() || size < -largest:
		return number(decimal.Decimal{})
	case size > largest+1:
		return failure("#NUM!")
	}
	return number(roundDigits(d, digits))
}

// roundDigits keeps at most n digits of a number.
func roundDigits(d decimal.Decimal, n int32) decimal.Decimal {
	if digits := int32(d.NumDigits()); digits > n {
		return d.Round(n - digits - d.Exponent())
	}
	return d
}

// compare orders two scalars as a spreadsheet does: numbers before text before
// truth values; a blank is the other's nothing.
func compare(a, b scalar) int {
	if a.kind == blankValue {
		a = blankLike(b)
	}
	if b.kind == blankValue {
		b = blankLike(a)
	}
	if a.kind != b.kind {
		return int(a.kind) - int(b.kind)
	}
	switch a.kind {
	case numberValue:
		return a.num.Cmp(b.num)
	case blankValue:
		return 0
	}
	return strings.Compare(strings.ToLower(a.text), strings.ToLower(b.text))
}

func blankLike(s scalar) scalar {
	switch s.kind {
	case textValue:
		return words("")
	case boolValue:
		return logical(false)
	case numberValue:
		return number(decimal.Decimal{})
	}
	return scalar{}
}

// total adds many numbers. As long as they are of ordinary size it does so
// without a big number; the result is exact either way.
type total struct {
	coef   int64
	places int
	rest   decimal.Decimal
	count  int
}

var powers = func() (p [18]int64) {
	p[0] = 1
	for i := 1; i < len(p); i++ {
		p[i] = p[i-1] * 10
	}
	return p
}()

const half = math.MaxInt64 / 2

// add adds the number of a cell; false when it is none.
func (t *total) add(text string) bool {
	t.count++
	coef, places, ok := plainNumber(text)
	if ok && places < t.places {
		if shift := t.places - places; shift < len(powers) && coef < half/powers[shift] && coef > -half/powers[shift] {
			coef, places = coef*powers[shift], t.places
		}
	}
	if ok && places > t.places {
		if shift := places - t.places; shift < len(powers) && t.coef < half/powers[shift] && t.coef > -half/powers[shift] {
			t.coef, t.places = t.coef*powers[shift], places
		}
	}
	if ok && places == t.places && t.coef < half && t.coef > -half && coef < half && coef > -half {
		t.coef += coef
		return true
	}
	d, ok := parseNumber(text)
	t.rest = t.rest.Add(d)
	return ok
}

func (t *total) sum() decimal.Decimal {
	return t.rest.Add(decimal.New(t.coef, -int32(t.places)))
}

// plainNumber reads a decimal of at most 15 digits without an exponent.
func plainNumber(s string) (coef int64, places int, ok bool) {
	i, negative := 0, false
	if i < len(s) && s[i] == '-' {
		negative = true
		i++
	}
	digits, point := 0, -1
	for ; i < len(s); i++ {
		switch c := s[i]; {
		case isDigit(c):
			coef = coef*10 + int64(c-'0')
			digits++
		case c == '.' && point < 0:
			point = i
		default:
			return 0, 0, false
		}
		if digits > significant {
			return 0, 0, false
		}
	}
	if point >= 0 {
		places = len(s) - point - 1
	}
	if negative {
		coef = -coef
	}
	return coef, places, digits > 0
}

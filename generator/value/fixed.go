package value

import "github.com/shopspring/decimal"

// Fixed prints a number rounded half-up with exactly so many decimals: 12.50.
func Fixed(d decimal.Decimal, places int32) string {
	if n, ok := inLastPlace(d, places); ok {
		return written(n, places, false)
	}
	return d.StringFixed(places)
}

// Rounded prints a number rounded half-up to so many decimals at most: 12.5.
func Rounded(d decimal.Decimal, places int32) string {
	if n, ok := inLastPlace(d, places); ok {
		return written(n, places, true)
	}
	return d.Round(places).String()
}

// powersOfTen are for numbers that are printed as machine words: the decimal package
// makes several big numbers to print one.
var powersOfTen = func() (p [SmallDigits + 1]int64) {
	p[0] = 1
	for i := range SmallDigits {
		p[i+1] = 10 * p[i]
	}
	return p
}()

// inLastPlace is the number in units of its last place; ok is false when it is too long.
func inLastPlace(d decimal.Decimal, places int32) (n int64, ok bool) {
	digits := d.NumDigits()
	if digits > SmallDigits || places < 0 || places > SmallDigits {
		return 0, false
	}
	n = d.CoefficientInt64()
	shift := int64(d.Exponent()) + int64(places)
	switch {
	case n == 0, shift < -SmallDigits:
		return 0, true
	case shift > int64(SmallDigits-digits):
		return 0, false
	case shift >= 0:
		return n * powersOfTen[shift], true
	}
	unit := powersOfTen[-shift]
	whole, rest := n/unit, n%unit
	if 2*rest >= unit {
		whole++
	} else if -2*rest >= unit {
		whole--
	}
	return whole, true
}

// written writes a number that is given in units of its last place.
func written(n int64, places int32, trimmed bool) string {
	var text [SmallDigits + 3]byte // with the sign, the point and a zero before it
	at := len(text)
	u := uint64(max(n, -n))
	for k := int32(0); k <= places || u > 0; k++ {
		if k == places && at < len(text) {
			at--
			text[at] = '.'
		}
		if digit := byte(u % 10); digit > 0 || !trimmed || k >= places || at < len(text) {
			at--
			text[at] = '0' + digit
		}
		u /= 10
	}
	if n < 0 {
		at--
		text[at] = '-'
	}
	return string(text[at:])
}

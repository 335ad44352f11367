package expr

import (
	"math"

	"github.com/shopspring/decimal"
)

// total is a sum. While it can it counts in int64, which most sums of a form
// never leave; a sum of fractions stays exact until its denominator is long.
type total struct {
	small int64 // × 10^places
	exp   int32
	rest  fraction // what did not fit
	more  bool     // rest is used
}

const (
	smallDigits       = 17
	denominatorDigits = 300
)

var pow10 = [...]int64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17}

func (t *total) add(f fraction) {
	if !f.split && t.addSmall(f.n) {
		return
	}
	t.more = true
	if t.rest.split && f.split && t.rest.d.Equal(f.d) {
		t.rest.n = t.rest.n.Add(f.n)
		return
	}
	t.rest = t.rest.add(f, false)
	if t.rest.split && t.rest.d.NumDigits() > denominatorDigits {
		t.rest = whole(t.rest.decimal())
	}
}

// addSmall adds in int64 and reports whether the result fits.
func (t *total) addSmall(d decimal.Decimal) bool {
	if d.NumDigits() > smallDigits {
		return false
	}
	n, exp := d.CoefficientInt64(), d.Exponent()
	sum, low := t.small, min(t.exp, exp)
	up, upSum := int(exp)-int(low), int(t.exp)-int(low)
	if up >= len(pow10) || upSum >= len(pow10) {
		return false
	}
	const limit = math.MaxInt64 / 4
	if bound := limit / pow10[up]; n > bound || n < -bound {
		return false
	}
	if bound := limit / pow10[upSum]; sum > bound || sum < -bound {
		return false
	}
	t.small, t.exp = sum*pow10[upSum]+n*pow10[up], low
	if t.small > limit || t.small < -limit {
		t.rest, t.more = t.rest.add(whole(decimal.New(t.small, t.exp)), false), true
		t.small, t.exp = 0, 0
	}
	return true
}

func (t *total) fraction() fraction {
	sum := whole(decimal.New(t.small, t.exp))
	if t.more {
		return t.rest.add(sum, false)
	}
	return sum
}

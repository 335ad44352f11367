package expr

import (
	"cmp"
	"math"
	"math/big"
	"math/bits"

	"github.com/shopspring/decimal"

	"jixiao/generator/value"
)

// num is an exact decimal: coef × 10^exp while that fits, as the figures of a
// form do, else big. The zero num is 0.
type num struct {
	coef int64
	exp  int32
	big  *decimal.Decimal // nil: it fits
}

// maxSmallExp bounds the exponents of small numbers.
const maxSmallExp = 1 << 20

var pow10 = [...]int64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18}

func numOf(d decimal.Decimal) num {
	if exp := d.Exponent(); d.NumDigits() <= value.SmallDigits && exp > -maxSmallExp && exp < maxSmallExp {
		return num{coef: d.CoefficientInt64(), exp: exp}
	}
	large := d // in the heap only when it must be
	return num{big: &large}
}

func numInt(n int64) num { return num{coef: n} }

// numSpelled reads plain digits, with a point between them; ok is false when there
// are none, or too many to be small.
func numSpelled(digits string) (n num, ok bool) {
	point := false
	for i := range len(digits) {
		if digits[i] == '.' {
			point = true
			continue
		}
		if n.coef = n.coef*10 + int64(digits[i]-'0'); point {
			n.exp--
		}
	}
	return n, digits != "" && len(digits) <= value.SmallDigits
}

// round is the number rounded half-up.
func (a num) round(places int32) num { return whole(a).round(places) }

func (a num) decimal() decimal.Decimal {
	if a.big != nil {
		return *a.big
	}
	return decimal.New(a.coef, a.exp)
}

// times multiplies; ok is false when the product does not fit.
func times(a, b int64) (product int64, ok bool) {
	high, low := bits.Mul64(magnitude(a), magnitude(b))
	if high != 0 || low > math.MaxInt64 {
		return 0, false
	}
	if (a < 0) != (b < 0) {
		return -int64(low), true
	}
	return int64(low), true
}

// shifted is coef × 10^up.
func shifted(coef int64, up int64) (int64, bool) {
	switch {
	case coef == 0 || up == 0:
		return coef, true
	case up > 0 && up < 5 && coef < 1<<48 && coef > -1<<48:
		return coef * pow10[up], true
	}
	if up < 0 || up >= int64(len(pow10)) {
		return 0, false
	}
	return times(coef, pow10[up])
}

// aligned brings two small numbers to the lesser exponent.
func aligned(a, b *num) (x, y int64, exp int32, ok bool) {
	switch {
	case a.big != nil || b.big != nil:
		return 0, 0, 0, false
	case a.exp == b.exp:
		return a.coef, b.coef, a.exp, true
	case a.exp > b.exp:
		x, ok = shifted(a.coef, int64(a.exp)-int64(b.exp))
		return x, b.coef, b.exp, ok
	}
	y, ok = shifted(b.coef, int64(b.exp)-int64(a.exp))
	return a.coef, y, a.exp, ok
}

func (a num) add(b num) num {
	if x, y, exp, ok := aligned(&a, &b); ok {
		if sum := x + y; (sum > x) == (y > 0) {
			return num{coef: sum, exp: exp}
		}
	}
	return numOf(a.decimal().Add(b.decimal()))
}

func (a num) neg() num {
	if a.big != nil || a.coef == math.MinInt64 {
		return numOf(a.decimal().Neg())
	}
	a.coef = -a.coef
	return a
}

func (a num) mul(b num) num {
	if a.big == nil && b.big == nil {
		exp := int64(a.exp) + int64(b.exp)
		if product, ok := times(a.coef, b.coef); ok && exp > -maxSmallExp && exp < maxSmallExp {
			return num{coef: product, exp: int32(exp)}
		}
	}
	return numOf(a.decimal().Mul(b.decimal()))
}

func (a num) sign() int {
	if a.big != nil {
		return a.big.Sign()
	}
	return cmp.Compare(a.coef, 0)
}

func (a num) cmp(b num) int {
	if x, y, _, ok := aligned(&a, &b); ok {
		return cmp.Compare(x, y)
	}
	return a.decimal().Cmp(b.decimal())
}

// digits is how many digits the coefficient has.
func (a num) digits() int {
	if a.big != nil {
		return a.big.NumDigits()
	}
	return value.SmallDigits // or fewer
}

// quotient is a ÷ b rounded half-up to places; ok is false when it is not
// reckoned in int64. b must not be zero.
func quotient(a, b num, places int32) (q num, ok bool) {
	if a.big != nil || b.big != nil {
		return num{}, false
	}
	up := int64(a.exp) - int64(b.exp) + int64(places)
	above, below := a.coef, b.coef
	if up >= 0 {
		above, ok = shifted(above, up)
	} else {
		below, ok = shifted(below, -up)
	}
	if !ok || above == math.MinInt64 || below == math.MinInt64 {
		return num{}, false
	}
	n, rest := above/below, above%below
	if rest < 0 {
		rest = -rest
	}
	if below < 0 {
		below = -below
	}
	if rest >= below-rest { // at least half, without doubling
		if (a.coef < 0) != (b.coef < 0) {
			n--
		} else {
			n++
		}
	}
	return num{coef: n, exp: -places}, true
}

// divided is a ÷ b truncated after quotientPlaces decimals, and without zeros at its end
// when nothing was cut off; ok is false when it is not reckoned in uint64. b must not be zero.
func divided(a, b num) (q decimal.Decimal, ok bool) {
	// so many decimals of the quotient of the coefficients are kept: one half after the other
	kept := quotientPlaces + int64(a.exp) - int64(b.exp)
	if a.big != nil || b.big != nil || kept < 0 || kept > 2*value.SmallDigits {
		return q, false
	}
	first := min(kept, value.SmallDigits)
	second := kept - first
	by := magnitude(b.coef)
	whole, rest := magnitude(a.coef)/by, magnitude(a.coef)%by
	upper, rest := decimals(rest, by, first)
	lower, rest := decimals(rest, by, second)
	over, head := bits.Mul64(whole, uint64(pow10[first]))
	head, carry := bits.Add64(head, upper, 0)
	if over != 0 || carry != 0 || head > math.MaxInt64 {
		return q, false
	}
	switch {
	case lower == 0 && rest == 0:
		exp := int32(second - quotientPlaces)
		for head != 0 && head%10 == 0 {
			head, exp = head/10, exp+1
		}
		if q = decimal.New(int64(head), exp); head == 0 {
			q = decimal.Decimal{}
		}
	default:
		n := new(big.Int).SetUint64(head)
		n.Mul(n, big.NewInt(pow10[second]))
		n.Add(n, new(big.Int).SetUint64(lower))
		if q = decimal.NewFromBigInt(n, -quotientPlaces); rest == 0 {
			q = q.Normalize()
		}
	}
	if (a.coef < 0) != (b.coef < 0) {
		q = q.Neg()
	}
	return q, true
}

// decimals are the next so many decimals of rest ÷ by, where rest is less than by.
func decimals(rest, by uint64, places int64) (digits, left uint64) {
	high, low := bits.Mul64(rest, uint64(pow10[places]))
	return bits.Div64(high, low, by)
}

// magnitude is a number without its sign.
func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}

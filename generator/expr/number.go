package expr

import (
	"cmp"
	"math"
	"math/bits"

	"github.com/shopspring/decimal"

	"jixiao/generator/value"
)

// quotientPlaces is how many decimal places a division keeps, truncated: a
// rounding to fewer places afterwards is the rounding of the true quotient.
const quotientPlaces = 28

// A number that a field hands in is refused beyond these bounds, so that
// derived fields that multiply each other cannot grow without end.
const (
	maxPlaces      = 100
	maxInputDigits = 200
)

// fraction is an exact number n/d; d is only meant when split, and never zero then.
type fraction struct {
	n, d  num
	split bool
}

func whole(n num) fraction { return fraction{n: n} }

func wholeInt(n int) fraction { return whole(numInt(int64(n))) }

// decimal divides once, truncated.
func (f fraction) decimal() decimal.Decimal {
	if !f.split {
		return f.n.decimal()
	}
	if q, ok := divided(f.n, f.d); ok {
		return q
	}
	q, rest := f.n.decimal().QuoRem(f.d.decimal(), quotientPlaces)
	if rest.IsZero() {
		return q.Normalize()
	}
	return q
}

// value is the number as a value, divided once.
func (f *fraction) value() value.Value {
	if !f.split && f.n.big == nil {
		return value.Scaled(f.n.coef, f.n.exp)
	}
	return value.Num(f.decimal())
}

// round is the number rounded half-up.
func (f fraction) round(places int32) num {
	if !f.split && f.n.big == nil && f.n.exp >= -places {
		return f.n
	}
	d := numInt(1)
	if f.split {
		d = f.d
	}
	if q, ok := quotient(f.n, d, places); ok {
		return q
	}
	return numOf(f.decimal().Round(places))
}

// plain reports whether both are whole and small.
func (f *fraction) plain(g *fraction) bool {
	return !f.split && !g.split && f.n.big == nil && g.n.big == nil
}

// sum sets f to x + y, or x - y.
func (f *fraction) sum(x, y *fraction, minus bool) {
	if x.plain(y) {
		if a, b, exp, ok := aligned(&x.n, &y.n); ok && b != math.MinInt64 { // which has no opposite
			if minus {
				b = -b
			}
			if sum := a + b; (sum > a) == (b > 0) {
				*f = whole(num{coef: sum, exp: exp})
				return
			}
		}
	}
	*f = x.add(*y, minus)
}

func (f fraction) add(g fraction, minus bool) fraction {
	if minus {
		g.n = g.n.neg()
	}
	switch {
	case !f.split && !g.split:
		return whole(f.n.add(g.n))
	case !f.split:
		return fraction{n: f.n.mul(g.d).add(g.n), d: g.d, split: true}
	case !g.split:
		return fraction{n: f.n.add(g.n.mul(f.d)), d: f.d, split: true}
	}
	return fraction{n: f.n.mul(g.d).add(g.n.mul(f.d)), d: f.d.mul(g.d), split: true}
}

// product sets f to x × y.
func (f *fraction) product(x, y *fraction) {
	if x.n.big == nil && y.n.big == nil && !(x.split && y.split) {
		exp := int64(x.n.exp) + int64(y.n.exp)
		if coef, ok := times(x.n.coef, y.n.coef); ok && exp > -maxSmallExp && exp < maxSmallExp {
			d := x.d
			if y.split {
				d = y.d
			}
			*f = fraction{n: num{coef: coef, exp: int32(exp)}, d: d, split: x.split || y.split}
			return
		}
	}
	*f = x.mul(*y)
}

// ratio sets f to x ÷ y; y must not be zero.
func (f *fraction) ratio(x, y *fraction) {
	if x.split || y.split {
		*f = x.over(*y)
		return
	}
	*f = fraction{n: x.n, d: y.n, split: true}
}

func (f fraction) mul(g fraction) fraction {
	r := fraction{n: f.n.mul(g.n), split: f.split || g.split}
	switch {
	case f.split && g.split:
		r.d = f.d.mul(g.d)
	case f.split:
		r.d = f.d
	case g.split:
		r.d = g.d
	}
	return r
}

// over divides; g must not be zero.
func (f fraction) over(g fraction) fraction {
	turned := fraction{n: numInt(1), d: g.n, split: true}
	if g.split {
		turned.n = g.d
	}
	return f.mul(turned)
}

func (f fraction) neg() fraction { f.n = f.n.neg(); return f }

func (f fraction) sign() int {
	if f.split {
		return f.n.sign() * f.d.sign()
	}
	return f.n.sign()
}

// order is cmp without a copy.
func (f *fraction) order(g *fraction) int {
	if f.plain(g) {
		if f.n.exp == g.n.exp || f.n.coef == 0 || g.n.coef == 0 {
			return cmp.Compare(f.n.coef, g.n.coef)
		}
		if a, b, _, ok := aligned(&f.n, &g.n); ok {
			return cmp.Compare(a, b)
		}
	} else if a, b, ok := f.crossed(g); ok {
		return a.cmp(b)
	}
	return f.cmp(*g)
}

// crossed are two numbers that are in the same order as the fractions: each numerator
// times the other's denominator; ok is false when that is not reckoned in int64.
func (f *fraction) crossed(g *fraction) (a, b num, ok bool) {
	a, b = f.n, g.n
	if a.big != nil || b.big != nil || f.split && f.d.big != nil || g.split && g.d.big != nil {
		return a, b, false
	}
	minus := false
	if ok = true; g.split {
		a.coef, ok = times(a.coef, g.d.coef)
		a.exp += g.d.exp
		minus = g.d.coef < 0
	}
	if ok && f.split {
		b.coef, ok = times(b.coef, f.d.coef)
		b.exp += f.d.exp
		minus = minus != (f.d.coef < 0)
	}
	if minus {
		a, b = b, a
	}
	return a, b, ok
}

func (f fraction) cmp(g fraction) int {
	if !f.split && !g.split {
		return f.n.cmp(g.n)
	}
	return f.add(g, true).sign()
}

// exact is a node that can be computed without dividing. lack is nil, or the
// nothing that came instead: 不适用 or an Unjudged value.
type exact interface {
	fraction(s Scope) (f fraction, lack *value.Value)
}

var notApplicable = value.NA()

// unknown is an Unjudged value as a lack.
func unknown(why string) *value.Value {
	v := value.Unknown(why, "")
	return &v
}

// numberOf evaluates n as an exact number.
func numberOf(n node, s Scope) (fraction, *value.Value) {
	if m, c, b, bit := recall(n, s); c != nil && c.columns[asNumber] > 0 {
		if x := m.numbers(c, b, bit); x.have != 0 {
			return x.of(bits.TrailingZeros64(bit)), nil
		}
	}
	return reckoned(n, s)
}

// reckoned evaluates n as an exact number by its tree.
func reckoned(n node, s Scope) (fraction, *value.Value) {
	if e, ok := n.(exact); ok {
		return e.fraction(s)
	}
	return numberIn(evaluated(n, s), n, s)
}

// numberIn takes the number out of a value that n gave.
func numberIn(v value.Value, n node, s Scope) (fraction, *value.Value) {
	x, ok := numOfValue(&v)
	switch {
	case ok:
		return whole(x), nil
	case v.Kind() == value.Number:
		return fraction{}, unknown("“" + printed(n) + "”的位数太多，不能计算")
	}
	return fraction{}, lackOf(v, n, s, "数")
}

// numOfValue is the number that a value is, when it is one within the bounds.
func numOfValue(v *value.Value) (n num, ok bool) {
	if coef, exp, small := v.Small(); small && exp >= -maxPlaces && exp <= maxPlaces {
		return num{coef: coef, exp: exp}, true
	}
	d, ok := v.Number()
	if !ok {
		return num{}, false
	}
	return numIn(d)
}

// numIn is a number that is within the bounds of what is reckoned with; ok is false
// for one that is not.
func numIn(d decimal.Decimal) (n num, ok bool) {
	exp, digits := d.Exponent(), d.NumDigits()
	switch {
	case exp < -maxPlaces || exp > maxPlaces || digits > maxInputDigits:
		return num{}, false
	case digits <= value.SmallDigits:
		return num{coef: d.CoefficientInt64(), exp: exp}, true
	}
	return numOf(d), true
}

// decimalOf evaluates n as a decimal.
func decimalOf(n node, s Scope) (decimal.Decimal, *value.Value) {
	f, lack := numberOf(n, s)
	if lack != nil {
		return decimal.Decimal{}, lack
	}
	return f.decimal(), nil
}

// result turns what fraction returned into a value.
func result(f fraction, lack *value.Value) value.Value {
	if lack != nil {
		return *lack
	}
	return f.value()
}

// worse picks which of two lacks an operation passes on: what is unknown
// outweighs what does not apply.
func worse(a, b *value.Value) *value.Value {
	if a == nil || b != nil && a.Kind() == value.NotApplicable {
		return b
	}
	return a
}

func (n *literalNode) fraction(s Scope) (fraction, *value.Value) {
	if !n.counts {
		return fraction{}, lackOf(n.v, n, s, "数")
	}
	return n.f, nil
}

func (n *negateNode) fraction(s Scope) (fraction, *value.Value) {
	f, lack := numberOf(n.x, s)
	if lack != nil {
		return f, lack
	}
	return f.neg(), nil
}

func (n *arithmeticNode) fraction(s Scope) (fraction, *value.Value) {
	l, lackL := numberOf(n.left, s)
	r, lackR := numberOf(n.right, s)
	if lackL != nil || lackR != nil {
		if n.op != '+' && n.op != '-' {
			return l, worse(lackL, lackR)
		}
		// 不适用 adds nothing.
		if lackL != nil && lackL.Kind() != value.NotApplicable {
			return l, lackL
		}
		if lackR != nil && lackR.Kind() != value.NotApplicable {
			return l, lackR
		}
	}
	switch n.op {
	case '+':
		return l.add(r, false), nil
	case '-':
		return l.add(r, true), nil
	case '*':
		return l.mul(r), nil
	}
	if r.sign() == 0 {
		return l, unknown("除数为零：" + printed(n.right))
	}
	return l.over(r), nil
}

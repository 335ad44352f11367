package expr

import (
	"testing"

	"github.com/shopspring/decimal"
)

// sameNumbers holds num against decimal.
func sameNumbers(t *testing.T, x, y int64, ex, ey int8) {
	a, b := decimal.New(x, int32(ex)), decimal.New(y, int32(ey))
	m, n := numOf(a), numOf(b)
	for _, c := range []struct {
		what string
		got  num
		want decimal.Decimal
	}{
		{"+", m.add(n), a.Add(b)}, {"×", m.mul(n), a.Mul(b)}, {"-", m.add(n.neg()), a.Sub(b)}, {"as it is", m, a},
		{"+×", m.add(n).mul(n).mul(m), a.Add(b).Mul(b).Mul(a)},
	} {
		if !c.got.decimal().Equal(c.want) {
			t.Fatalf("%s %s %s = %s, want %s", a, c.what, b, c.got.decimal(), c.want)
		}
		if c.got.sign() != c.want.Sign() {
			t.Fatalf("the sign of %s is %d", c.want, c.got.sign())
		}
	}
	if got, want := m.cmp(n), a.Cmp(b); got != want {
		t.Fatalf("%s and %s: %d, want %d", a, b, got, want)
	}
	for _, c := range []struct{ over, under num }{{m, n}, {n, m}, {m, numInt(3)}, {numInt(-7), n}, {numInt(1), numInt(-4)}} {
		if c.under.sign() == 0 {
			continue
		}
		f := whole(c.over).over(whole(c.under))
		for _, g := range []fraction{whole(m), whole(n), f, f.neg(), whole(numInt(1)).over(whole(numInt(-3)))} {
			var product, ratio fraction
			if product.product(&f, &g); product.cmp(f.mul(g)) != 0 {
				t.Fatalf("%v × %v = %v, want %v", f, g, product, f.mul(g))
			}
			if g.sign() != 0 {
				if ratio.ratio(&f, &g); ratio.cmp(f.over(g)) != 0 {
					t.Fatalf("%v ÷ %v = %v, want %v", f, g, ratio, f.over(g))
				}
			}
			if got, want := f.order(&g), f.cmp(g); got != want {
				t.Fatalf("%v and %v: %d, want %d", f, g, got, want)
			}
			if got, want := g.order(&f), g.cmp(f); got != want {
				t.Fatalf("%v and %v: %d, want %d", g, f, got, want)
			}
		}
	}
	if b.IsZero() {
		return
	}
	q, rest := a.QuoRem(b, quotientPlaces)
	if rest.IsZero() {
		q = q.Normalize()
	}
	if got := whole(m).over(whole(n)).decimal(); got.Coefficient().Cmp(q.Coefficient()) != 0 || got.Exponent() != q.Exponent() {
		t.Fatalf("%s / %s = %s × 10^%d, want %s × 10^%d", a, b, got.Coefficient(), got.Exponent(), q.Coefficient(), q.Exponent())
	}
	for _, places := range []int32{0, 2, 4, -1} {
		got := whole(m).over(whole(n)).round(places).decimal()
		// Half-up of the true quotient: away from zero when twice the rest is the divisor or more.
		q, rest := a.QuoRem(b, places)
		if rest.Abs().Mul(decimal.NewFromInt(2)).Cmp(b.Abs().Shift(-places)) >= 0 {
			step := decimal.New(1, -places)
			if a.Sign()*b.Sign() < 0 {
				step = step.Neg()
			}
			q = q.Add(step)
		}
		if !got.Equal(q) {
			t.Fatalf("%s / %s to %d places: %s, want %s", a, b, places, got, q)
		}
	}
}

var numberCases = []struct {
	x, y   int64
	ex, ey int8
}{
	{0, 1, 0, 0}, {1, 3, 0, 0}, {32998, 32668, -2, -2}, {-5, 2, 0, 0}, {5, -10, 0, 0}, {999999999999999999, 999999999999999999, 0, 0}, {-999999999999999999, 1, 5, -9},
	{9223372036854775807, 9223372036854775807, 0, 0}, {-9223372036854775808, -1, 0, 0}, {1, 1, 40, -40}, {123456789, 7, -9, 3}, {25, 10, -1, 0}, {1, 2, -20, 18}, {7, 9, 10, 10},
	{87312, 90000, -3, -3}, {-87312, 99991, -3, -2}, {3, 8, 0, 0}, {1, 1 << 40, 0, 0}, {-1, 1 << 28, 0, 0}, {999999999999999999, 3, 0, 0}, {1, 999999999999999999, 0, 0}, {0, -3, -2, 4}, {100, 1, -20, -28}, {1, 3, -14, 14}, {7, 3, 8, 0},
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	for _, c := range numberCases {
		sameNumbers(t, c.x, c.y, c.ex, c.ey)
	}
}

// FuzzNumbers: numbers that are reckoned in int64 are those of exact decimals.
func FuzzNumbers(f *testing.F) {
	for _, c := range numberCases {
		f.Add(c.x, c.y, c.ex, c.ey)
	}
	f.Fuzz(sameNumbers)
}

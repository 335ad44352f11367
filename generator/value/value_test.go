package value

import (
	"testing"

	"github.com/shopspring/decimal"
)

func dec(s string) decimal.Decimal { return decimal.RequireFromString(s) }

func TestCompare(t *testing.T) {
	t.Parallel()
	april := On(Day{2023, 4, 0})
	for _, c := range []struct {
		a, b  Value
		order int
		ok    bool
	}{
		{Num(dec("1.0")), Int(1), 0, true},
		{Num(dec("329.98")), Num(dec("326.68")), 1, true},
		{Str("甲"), Str("甲"), 0, true},
		{Str("a"), Str("b"), -1, true},
		{Str("b"), Str("a"), 1, true},
		{april, On(Day{2023, 4, 1}), -1, true},
		{On(Day{2023, 5, 1}), april, 1, true},
		{april, april, 0, true},
		{Truth(true), Truth(false), 1, true},
		{Truth(false), Truth(true), -1, true},
		{Truth(true), Truth(true), 0, true},
		{Int(0), Value{}, 0, false},
		{NA(), NA(), 0, false},
		{Value{}, Value{}, 0, false},
		{Str("1"), Int(1), 0, false},
		{Unknown("x", "1"), Unknown("x", "1"), 0, false},
	} {
		if order, ok := Compare(c.a, c.b); order != c.order || ok != c.ok {
			t.Errorf("Compare(%v, %v) = %d, %v", c.a, c.b, order, ok)
		}
	}
}

func TestString(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		v       Value
		want    string
		nothing bool
	}{
		{Value{}, "", true}, {NA(), "—", true}, {Unknown("看不懂", "1,23"), "1,23", true},
		{Num(dec("10.00")), "10", false}, {Num(dec("1E3")), "1000", false}, {Num(dec("-0.50")), "-0.5", false},
		{Str(""), "", false}, {Truth(true), "是", false}, {Truth(false), "否", false},
		{On(Day{2023, 4, 4}), "2023年4月4日", false}, {On(Day{2023, 4, 0}), "2023年4月", false}, {On(Day{2023, 0, 0}), "2023年", false},
	} {
		if got := c.v.String(); got != c.want || c.v.IsNothing() != c.nothing {
			t.Errorf("%#v prints %q, nothing %v", c.v, got, c.v.IsNothing())
		}
	}
}

func TestAccessors(t *testing.T) {
	t.Parallel()
	if d, ok := Int(5).As(TypeScore).Number(); !ok || d.String() != "5" {
		t.Error("Number")
	}
	if _, ok := NA().Number(); ok {
		t.Error("不适用 is not a number")
	}
	if d, ok := On(Day{2023, 4, 4}).Day(); !ok || d != (Day{2023, 4, 4}) {
		t.Error("Day")
	}
	text, blank := Str("甲"), Value{}
	if s, ok := text.Text(); !ok || s != "甲" {
		t.Error("Text")
	}
	if s, ok := blank.Text(); ok || s != "" {
		t.Error("nothing is no text")
	}
	if b, ok := Truth(true).Bool(); !ok || !b {
		t.Error("Bool")
	}
	if Unknown("缺数", "").Why() != "缺数" || Int(1).As(TypeAmount).Type() != TypeAmount {
		t.Error("Why or Type")
	}
}

// TestSmall: numbers of up to SmallDigits digits, and they alone, are small.
func TestSmall(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		v    Value
		coef int64
		exp  int32
		ok   bool
	}{
		{Int(0), 0, 0, true}, {Int(-7), -7, 0, true}, {Num(decimal.RequireFromString("308.760")), 308760, -3, true}, {Num(decimal.New(12, 3)), 12, 3, true},
		{Num(decimal.New(999_999_999_999_999_999, -18)), 999_999_999_999_999_999, -18, true}, {Num(decimal.New(1_000_000_000_000_000_000, 0)), 0, 0, false},
		{Num(decimal.RequireFromString("-1234567890123456789012")), 0, 0, false}, {Value{}, 0, 0, false}, {Str("3"), 0, 0, false}, {NA(), 0, 0, false},
	} {
		coef, exp, ok := c.v.Small()
		if ok != c.ok || ok && (coef != c.coef || exp != c.exp) {
			t.Errorf("%v is %d × 10^%d, small %v", c.v, coef, exp, ok)
		}
	}
}

// TestTypeCodes holds the place by which a value remembers its type against the list.
func TestTypeCodes(t *testing.T) {
	t.Parallel()
	for i, typ := range types {
		if int(typ.code()) != i {
			t.Errorf("%s has the place %d, not %d", typ, typ.code(), i)
		}
	}
}

package value

import (
	"math/rand"
	"testing"

	"github.com/shopspring/decimal"
)

// TestFixed holds what is printed against what the decimal package prints.
func TestFixed(t *testing.T) {
	t.Parallel()
	check := func(d decimal.Decimal, places int32) {
		if got, want := Fixed(d, places), d.StringFixed(places); got != want {
			t.Fatalf("Fixed(%#v, %d) = %s, not %s", d, places, got, want)
		}
		if got, want := Rounded(d, places), d.Round(places).String(); got != want {
			t.Fatalf("Rounded(%#v, %d) = %s, not %s", d, places, got, want)
		}
	}
	numbers := []int64{0, 1, 4, 5, 9, 10, 49, 50, 94, 95, 99, 100, 995, 12345, 999999999999999999, 1000000000000000000, 1<<63 - 1, -1 << 63}
	rng := rand.New(rand.NewSource(1))
	for range 2000 {
		numbers = append(numbers, rng.Int63()>>rng.Intn(63))
	}
	for _, n := range numbers {
		for exponent := int32(-25); exponent <= 20; exponent++ {
			for _, places := range []int32{-1, 0, 1, 2, 6, 10, 18, 19} {
				check(decimal.New(n, exponent), places)
				check(decimal.New(-n, exponent), places)
			}
		}
	}
	check(decimal.Decimal{}, 2)
	check(decimal.RequireFromString("123456789012345678901234567890.12345"), 2)
}

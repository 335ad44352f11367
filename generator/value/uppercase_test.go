package value

import (
	"fmt"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
)

// uppercaseCases are amounts in 元; those marked are the examples of 银发〔1997〕393号附件一.
var uppercaseCases = []struct{ yuan, want string }{
	{"1409.50", "壹仟肆佰零玖元伍角"},     // 附件一
	{"6007.14", "陆仟零柒元壹角肆分"},     // 附件一
	{"1680.32", "壹仟陆佰捌拾元零叁角贰分"},  // 附件一
	{"107000.53", "壹拾万柒仟元零伍角叁分"}, // 附件一
	{"16409.02", "壹万陆仟肆佰零玖元零贰分"}, // 附件一
	{"325.04", "叁佰贰拾伍元零肆分"},      // 附件一
	{"0", "零元整"},
	{"0.004", "零元整"},
	{"-0.004", "零元整"},
	{"0.005", "壹分"},
	{"0.05", "伍分"},
	{"0.5", "伍角"},
	{"0.55", "伍角伍分"},
	{"1", "壹元整"},
	{"10", "壹拾元整"},
	{"10.10", "壹拾元零壹角"},
	{"11.10", "壹拾壹元壹角"},
	{"20", "贰拾元整"},
	{"100.01", "壹佰元零壹分"},
	{"101", "壹佰零壹元整"},
	{"110", "壹佰壹拾元整"},
	{"1001", "壹仟零壹元整"},
	{"1010", "壹仟零壹拾元整"},
	{"10000", "壹万元整"},
	{"10001", "壹万零壹元整"},
	{"10010", "壹万零壹拾元整"},
	{"10500", "壹万零伍佰元整"},
	{"11000", "壹万壹仟元整"},
	{"105000", "壹拾万伍仟元整"},
	{"1005000", "壹佰万伍仟元整"},
	{"1000500", "壹佰万零伍佰元整"},
	{"10000000", "壹仟万元整"},
	{"100000000", "壹亿元整"},
	{"100000001", "壹亿零壹元整"},
	{"100010000", "壹亿零壹万元整"},
	{"100010001", "壹亿零壹万零壹元整"},
	{"110000000", "壹亿壹仟万元整"},
	{"101000000", "壹亿零壹佰万元整"},
	{"1000000010", "壹拾亿零壹拾元整"},
	{"10012345678", "壹佰亿壹仟贰佰叁拾肆万伍仟陆佰柒拾捌元整"},
	{"1000000000000", "壹万亿元整"},
	{"1000500000000", "壹万零伍亿元整"},
	{"12345678901234.56", "壹拾贰万叁仟肆佰伍拾陆亿柒仟捌佰玖拾万壹仟贰佰叁拾肆元伍角陆分"},
	{"10000000000000000", "壹亿亿元整"},
	{"3087600", "叁佰零捌万柒仟陆佰元整"},
	{"3266800", "叁佰贰拾陆万陆仟捌佰元整"},
	{"99999999.995", "壹亿元整"},
	{"99999999.994", "玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"},
	{"-3.005", "负叁元零壹分"},
	{"-1500", "负壹仟伍佰元整"},
}

func TestUppercase(t *testing.T) {
	t.Parallel()
	for _, c := range uppercaseCases {
		if got := uppercase(dec(c.yuan)); got != c.want {
			t.Errorf("%s元 is %s, want %s", c.yuan, got, c.want)
		}
		checkUppercase(t, dec(c.yuan))
	}
}

// Every amount below 1000元 with each 分, and every place around 万 and 亿.
func TestUppercaseRoundTrip(t *testing.T) {
	t.Parallel()
	for cents := int64(-1100); cents < 100000; cents++ {
		checkUppercase(t, decimal.New(cents, -2))
	}
	for _, base := range []int64{1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e12, 1e13, 1e16} {
		for _, step := range []int64{1, 10, 100, 1000, 10000, 100000, 10000000} {
			for n := int64(-11); n <= 11; n++ {
				checkUppercase(t, decimal.NewFromInt(base+n*step))
				checkUppercase(t, decimal.NewFromInt(base+n*step).Add(decimal.New(n, -2)))
			}
		}
	}
}

func FuzzUppercase(f *testing.F) {
	for _, c := range uppercaseCases {
		d := dec(c.yuan)
		f.Add(d.CoefficientInt64(), d.Exponent())
	}
	if len(uppercaseCases) == 0 {
		f.Fatal("no seed")
	}
	f.Fuzz(func(t *testing.T, coefficient int64, exponent int32) {
		checkUppercase(t, decimal.New(coefficient, exponent%9))
	})
}

// checkUppercase reads the characters back.
func checkUppercase(t *testing.T, yuan decimal.Decimal) {
	t.Helper()
	text := uppercase(yuan)
	cents, err := centsOf(text)
	if err != nil {
		t.Fatalf("%s元 is %s: %v", yuan, text, err)
	}
	if want := yuan.Round(2); !cents.Shift(-2).Equal(want) {
		t.Fatalf("%s元 is %s, which is %s分", yuan, text, cents)
	}
	for _, never := range []string{"零零", "零万", "零亿", "零整", "零拾", "亿万"} {
		if strings.Contains(text, never) {
			t.Fatalf("%s元 is %s, with %s", yuan, text, never)
		}
	}
	if strings.HasPrefix(text, "零") != (text == "零元整") || strings.HasSuffix(text, "分整") || strings.HasSuffix(text, "角整") {
		t.Fatalf("%s元 is %s", yuan, text)
	}
}

// centsOf is the oracle: a reader of 人民币大写 that knows nothing of the writer.
func centsOf(s string) (decimal.Decimal, error) {
	sign := decimal.NewFromInt(1)
	if rest, found := strings.CutPrefix(s, "负"); found {
		s, sign = rest, sign.Neg()
	}
	s = strings.TrimSuffix(s, "整")
	total := decimal.Zero
	whole, rest, hasYuan := strings.Cut(s, "元")
	if hasYuan {
		n, err := wholeOf([]rune(whole))
		if err != nil {
			return total, err
		}
		total = n.Shift(2)
	} else {
		rest = whole
	}
	rest = strings.TrimPrefix(rest, "零")
	for i, unit := range []string{"角", "分"} {
		digit, after, found := strings.Cut(rest, unit)
		if !found {
			continue
		}
		n := strings.Index("零壹贰叁肆伍陆柒捌玖", digit)
		if len(digit) != 3 || n <= 0 {
			return total, fmt.Errorf("%q is no digit", digit)
		}
		total = total.Add(decimal.New(int64(n/3), int32(1-i)))
		rest = after
	}
	if rest != "" {
		return total, fmt.Errorf("%q is left", rest)
	}
	return total.Mul(sign), nil
}

// wholeOf splits at the last 亿, then at 万, then reads places.
func wholeOf(s []rune) (decimal.Decimal, error) {
	for _, unit := range []struct {
		r      rune
		places int32
	}{{'亿', 8}, {'万', 4}} {
		for i := len(s) - 1; i >= 0; i-- {
			if s[i] != unit.r {
				continue
			}
			high, err := wholeOf(s[:i])
			if err != nil {
				return high, err
			}
			low, err := wholeOf(s[i+1:])
			return high.Shift(unit.places).Add(low), err
		}
	}
	total, digit := int64(0), int64(0)
	for _, r := range s {
		if n := strings.IndexRune("零壹贰叁肆伍陆柒捌玖", r); n >= 0 {
			digit = int64(n / 3)
			continue
		}
		place, known := map[rune]int64{'拾': 10, '佰': 100, '仟': 1000}[r]
		if !known || digit == 0 {
			return decimal.Zero, fmt.Errorf("%q stands in the wrong place", r)
		}
		total += digit * place
		digit = 0
	}
	return decimal.NewFromInt(total + digit), nil
}

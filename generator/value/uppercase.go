package value

import (
	"strings"

	"github.com/shopspring/decimal"
)

var (
	upperDigits = [10]string{"零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"}
	upperPlaces = [4]string{"", "拾", "佰", "仟"}
)

// uppercase writes an amount in 元 in the characters that banks ask for
// (银发〔1997〕393号附件一). The amount is rounded to 分 first. Where the rules leave
// a choice, the form that they print first is taken: 零 stands between 元 and
// 角 when the 元 digit is 0 (壹仟陆佰捌拾元零叁角贰分), none stands behind 万 when
// only the 万 digit is 0 (壹拾万柒仟元); 整 follows 元, but not 角 or 分.
func uppercase(yuan decimal.Decimal) string {
	cents := yuan.Round(2)
	var b strings.Builder
	if cents.Sign() < 0 {
		b.WriteString("负")
		cents = cents.Abs()
	}
	text := cents.StringFixed(2)
	whole, fraction := text[:len(text)-3], text[len(text)-2:]
	jiao, fen := fraction[0]-'0', fraction[1]-'0'
	if whole == "0" && jiao+fen == 0 {
		return "零元整"
	}
	if whole != "0" {
		writeUpper(&b, whole)
		b.WriteString("元")
		if jiao+fen == 0 {
			b.WriteString("整")
			return b.String()
		}
		if jiao == 0 || whole[len(whole)-1] == '0' {
			b.WriteString("零")
		}
	}
	if jiao > 0 {
		b.WriteString(upperDigits[jiao] + "角")
	}
	if fen > 0 {
		b.WriteString(upperDigits[fen] + "分")
	}
	return b.String()
}

// writeUpper writes the digits of a whole number, without leading zeros,
// eight digits at a time: what stands before 亿, then the rest.
func writeUpper(b *strings.Builder, digits string) {
	if len(digits) > 8 {
		head, tail := digits[:len(digits)-8], digits[len(digits)-8:]
		writeUpper(b, head)
		b.WriteString("亿")
		rest := strings.TrimLeft(tail, "0")
		if rest == "" {
			return
		}
		if len(rest) < 8 {
			b.WriteString("零")
		}
		writeUpper(b, rest)
		return
	}
	if len(digits) > 4 {
		head, tail := digits[:len(digits)-4], digits[len(digits)-4:]
		writeGroup(b, head)
		b.WriteString("万")
		rest := strings.TrimLeft(tail, "0")
		if rest == "" {
			return
		}
		if len(rest) < 4 {
			b.WriteString("零")
		}
		writeGroup(b, rest)
		return
	}
	writeGroup(b, digits)
}

// writeGroup writes up to four digits; a run of zeros inside is one 零.
func writeGroup(b *strings.Builder, digits string) {
	zero := false
	for i := 0; i < len(digits); i++ {
		d := digits[i] - '0'
		if d == 0 {
			zero = true
			continue
		}
		if zero {
			b.WriteString("零")
			zero = false
		}
		b.WriteString(upperDigits[d] + upperPlaces[len(digits)-1-i])
	}
}

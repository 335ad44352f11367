package value

import (
	"strconv"
	"strings"
)

// datePart is one piece of a date's layout.
type datePart struct {
	what   byte   // y, m, d; C for the whole date in Chinese numerals; 0 for a literal
	digits int    // as many digits at least
	text   string // the literal
}

// compileLayout reads yyyy年M月d日, yyyy-MM-dd; upper and lower case are one,
// for there are no minutes in a date.
func compileLayout(pattern string) (parts []datePart, problem string) {
	if name := strings.TrimSpace(pattern); name == "汉字" || name == "中文" || name == "大写" {
		return []datePart{{what: 'C'}}, ""
	}
	for i := 0; i < len(pattern); {
		c := pattern[i] | 0x20
		n := 1
		for i+n < len(pattern) && pattern[i+n]|0x20 == c {
			n++
		}
		switch {
		case c == 'y' && (n == 4 || n == 2), (c == 'm' || c == 'd') && n <= 2:
			parts = append(parts, datePart{what: c, digits: n})
		case c >= 'a' && c <= 'z':
			return nil, "“日期”的式样" + quote(pattern) + "里的" + quote(pattern[i:i+n]) + "认不出来，yyyy 是年、M 是月、d 是日，例如 日期:yyyy年M月d日"
		default:
			n = 1
			if last := len(parts) - 1; last >= 0 && parts[last].what == 0 {
				parts[last].text += pattern[i : i+n]
			} else {
				parts = append(parts, datePart{text: pattern[i : i+n]})
			}
		}
		i += n
	}
	for _, p := range parts {
		if p.what != 0 {
			return parts, ""
		}
	}
	return nil, "“日期”的式样" + quote(pattern) + "里没有年、月、日，请写成 日期:yyyy年M月d日 的样子"
}

// printDay prints a date. A date without a day, or without a month, leaves
// that part out with the word behind it: 2023年4月.
func printDay(parts []datePart, d Day) string {
	var b strings.Builder
	skipped, short := false, false
	for _, p := range parts {
		n := 0
		switch p.what {
		case 0:
			if !skipped {
				b.WriteString(p.text)
			}
			continue
		case 'C':
			return chineseDay(d)
		case 'y':
			if n = d.Year; p.digits == 2 {
				n %= 100
			}
		case 'm':
			n = d.Month
		case 'd':
			n = d.Day
		}
		if skipped = n == 0 && p.what != 'y'; skipped {
			short = true
			continue
		}
		text := strconv.Itoa(n)
		for i := len(text); i < p.digits; i++ {
			b.WriteByte('0')
		}
		b.WriteString(text)
	}
	if short {
		return strings.Trim(b.String(), "-/. ")
	}
	return b.String()
}

const chineseDigits = "〇一二三四五六七八九"

// chineseDay prints 二〇二三年四月四日.
func chineseDay(d Day) string {
	digits := []rune(chineseDigits)
	var b strings.Builder
	for _, c := range strconv.Itoa(d.Year) {
		if c >= '0' && c <= '9' {
			b.WriteRune(digits[c-'0'])
		}
	}
	b.WriteString("年")
	for _, part := range []struct {
		n    int
		word string
	}{{d.Month, "月"}, {d.Day, "日"}} {
		if part.n <= 0 || part.n > 99 {
			break
		}
		if tens := part.n / 10; tens > 1 {
			b.WriteRune(digits[tens])
		}
		if part.n >= 10 {
			b.WriteString("十")
		}
		if ones := part.n % 10; ones > 0 {
			b.WriteRune(digits[ones])
		}
		b.WriteString(part.word)
	}
	return b.String()
}

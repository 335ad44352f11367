package value

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/shopspring/decimal"
)

// The years that a form can speak of; anything else is a slip of the finger.
const firstYear, lastYear = 1949, 2100

// Serial numbers that are believed to be dates although nothing but the field
// says so: 2000-01-01 to 2050-12-31.
const firstSerial, lastSerial = 36526, 55153

const dateAsked = "请按 2023年4月4日 的样子填写"

// readDate reads a date in any of its spellings.
func readDate(raw Raw, text string, trims trim) Reading {
	if raw.Number {
		return readStoredDate(raw, text, trims)
	}
	folded, _ := fold(text)
	if isNotApplicable(withoutBlanks(folded)) {
		return notApplicable(TypeDate, text, trims)
	}
	s := scanDay(folded)
	if s.problem == notDate && len(folded) == 5 {
		if d, ok := plainNumber(folded); ok {
			if day, ok := bareSerial(d, raw.Date1904); ok {
				return dated(day, text, true, trims|trimStored)
			}
		}
	}
	if s.clock {
		trims |= trimClock
	}
	return s.reading(text, hasWideDigit(text), trims)
}

// readStoredDate reads a number: a serial number, or digits such as 20230404.
func readStoredDate(raw Raw, text string, trims trim) Reading {
	d, tail, ok := storedNumber(text)
	if !ok || tail && !raw.Date {
		return unreadable(TypeDate, text, quote(text)+"不是能认出的日期，"+dateAsked)
	}
	if raw.Date {
		day, onDay := serialDay(d, raw.Date1904)
		if onDay {
			if !d.IsInteger() {
				trims |= trimClock
			}
			// What the clerk sees in the cell is the date, not its serial number.
			return checkedDay(dayScan{day: day}).reading(day.String(), false, trims)
		}
		if s := scanDay(d.String()); s.problem == isDate { // 20230404, shown as ########
			return s.reading(text, true, trims)
		}
		return unreadable(TypeDate, text, "单元格是时间或不存在的日期（"+clock(d)+"），"+dateAsked)
	}
	if day, ok := bareSerial(d, raw.Date1904); ok {
		return dated(day, text, true, trims)
	}
	digits := d.String()
	if whole, places, dotted := strings.Cut(digits, "."); dotted && len(whole) == 4 && len(places) == 1 && places == "1" {
		// 2023.10 typed into a cell becomes the number 2023.1.
		return unreadable(TypeDate, text, quote(text)+"按数字存放，看不出是1月还是10月，请按 2023年10月 的样子填写")
	}
	return scanDay(digits).reading(text, true, trims)
}

func dated(day Day, text string, tell bool, trims trim) Reading {
	r := Reading{Value: On(day).As(TypeDate), Trims: trims.list()}
	if tell {
		r.Notes = []string{quote(text) + "读作" + day.String()}
	}
	return r
}

// serialDay converts a spreadsheet's serial number. It is false for times of
// day, for the 29th of February 1900 that only spreadsheets know, and for
// numbers that are no date at all.
func serialDay(d decimal.Decimal, from1904 bool) (Day, bool) {
	if d.Sign() < 0 || d.NumDigits()+int(d.Exponent()) > 7 {
		return Day{}, false
	}
	n := d.IntPart()
	if n < 1 || n == 60 && !from1904 {
		return Day{}, false
	}
	if from1904 {
		n += 1462
	}
	if n < 60 {
		n++ // before the day that never was, the serial numbers run one ahead of the calendar
	}
	if n > 2958465 {
		return Day{}, false
	}
	return dayOfNumber(int(n)), true
}

func bareSerial(d decimal.Decimal, from1904 bool) (Day, bool) {
	if !d.IsInteger() || d.NumDigits()+int(d.Exponent()) > 7 {
		return Day{}, false
	}
	n := d.IntPart()
	if from1904 {
		n += 1462
	}
	if n < firstSerial || n > lastSerial {
		return Day{}, false
	}
	return dayOfNumber(int(n)), true
}

// dayOfNumber counts days from 1899-12-30 in the Gregorian calendar.
func dayOfNumber(n int) Day {
	// Days since 0000-03-01; years begin in March so that leap days come last.
	n += 693899
	era := n / 146097
	n -= era * 146097
	yoe := (n - n/1460 + n/36524 - n/146096) / 365
	n -= 365*yoe + yoe/4 - yoe/100
	m := (5*n + 2) / 153
	d := Day{Year: era*400 + yoe, Month: m + 3, Day: n - (153*m+2)/5 + 1}
	if d.Month > 12 {
		d.Year, d.Month = d.Year+1, d.Month-12
	}
	return d
}

// clock shows the time of day that a serial number stands for.
func clock(d decimal.Decimal) string {
	if d.Sign() < 0 || d.NumDigits()+int(d.Exponent()) > 9 {
		return d.String()
	}
	minutes := d.Sub(d.Floor()).Mul(decimal.NewFromInt(24 * 60)).Round(0).IntPart()
	return fmt.Sprintf("%02d:%02d", minutes/60%24, minutes%60)
}

type dateProblem uint8

const (
	isDate dateProblem = iota
	notDate
	shortYear // 23.4.4
	noYear    // 4月4日
	noSuchDay // 2月30日
	farYear   // 2203年
)

// dayScan is what a text says as a date.
type dayScan struct {
	day     Day
	odd     bool // written in a way that deserves a note
	clock   bool // a time of day was dropped
	problem dateProblem
}

func (s dayScan) reading(text string, odd bool, trims trim) Reading {
	problem := ""
	switch s.problem {
	case isDate:
		return dated(s.day, text, odd || s.odd, trims)
	case shortYear:
		problem = "的年份不是四位数，"
	case noYear:
		problem = "没有年份，"
	case noSuchDay:
		return unreadable(TypeDate, text, quote(text)+"是不存在的日期，请核对后重填")
	case farYear:
		return unreadable(TypeDate, text, quote(text)+fmt.Sprintf("的年份不在%d年到%d年之间，请核对后重填", firstYear, lastYear))
	default:
		problem = "不是能认出的日期，"
	}
	return unreadable(TypeDate, text, quote(text)+problem+dateAsked)
}

// scanDay reads folded text: 2023年4月4日 2023.4.4 2023-04-04 20230404
// 二〇二三年四月 2023年4月 2023.4 2023年, with a weekday or a time of day behind.
func scanDay(s string) dayScan {
	r := dayScan{problem: notDate}
	if len(s) > 96 {
		return r
	}
	s, r.clock = cutClock(s)
	s = cutWeekday(withoutBlanks(s))
	if strings.IndexByte(s, '.') < 0 && strings.ContainsRune(s, '。') {
		s, r.odd = strings.ReplaceAll(s, "。", "."), true
	}
	year, yearDigits, rest, odd := scanYear(s)
	r.odd = r.odd || odd
	switch {
	case yearDigits == 8 || yearDigits == 6:
		return compactDay(s, r)
	case yearDigits != 4:
		r.problem = yearProblem(s, yearDigits, rest)
		return r
	}
	r.day.Year = year
	switch rest {
	case "":
		r.odd = true // 2023
		return checkedDay(r)
	case "年", "年度":
		return checkedDay(r)
	}
	mark, after := cutMark(rest, "年")
	month, rest, ok := scanMonthOrDay(after, 12, true)
	if mark == "" || !ok {
		return r
	}
	r.day.Month = month
	if mark == "年" {
		switch rest {
		case "月", "月份", "":
			r.odd = r.odd || rest == "" // 2023年4
			return checkedDay(r)
		}
		mark = "月"
	} else if rest == "" {
		return checkedDay(r)
	}
	after, ok = strings.CutPrefix(rest, mark)
	if !ok {
		return r
	}
	day, rest, ok := scanMonthOrDay(after, 31, false)
	if !ok {
		return r
	}
	r.day.Day = day
	switch {
	case rest == "":
		r.odd = r.odd || mark == "月" // 2023年4月4
	case rest == "日" || rest == "号":
		r.odd = r.odd || mark != "月" // 2023.4.4日
	default:
		return r
	}
	return checkedDay(r)
}

// cutMark takes the sign between year and month off: 年 or one of . - / 、
func cutMark(s, word string) (mark, rest string) {
	if rest, ok := strings.CutPrefix(s, word); ok {
		return word, rest
	}
	for _, m := range []string{".", "-", "/", "、"} {
		if rest, ok := strings.CutPrefix(s, m); ok {
			return m, rest
		}
	}
	return "", s
}

// checkedDay makes sure that the date exists.
func checkedDay(r dayScan) dayScan {
	d := r.day
	r.problem = isDate
	switch {
	case d.Year < firstYear || d.Year > lastYear:
		r.problem = farYear
	case d.Month > 12 || d.Day > monthDays(d.Year, d.Month):
		r.problem = noSuchDay
	}
	return r
}

func monthDays(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// compactDay reads 20230404 and 202304.
func compactDay(s string, r dayScan) dayScan {
	if len(s) != 8 && len(s) != 6 {
		return r
	}
	n := 0
	for i := 0; i < len(s); i++ {
		if !isDigit(s[i]) {
			return r
		}
		n = n*10 + int(s[i]-'0')
	}
	if len(s) == 6 {
		n *= 100
	}
	r.odd = true
	r.day = Day{n / 10000, n / 100 % 100, n % 100}
	if r.day.Month == 0 || r.day.Day == 0 && len(s) == 8 {
		r.problem = noSuchDay
		return r
	}
	return checkedDay(r)
}

// yearProblem tells 23.4.4 and 4月4日 from what is no date at all.
func yearProblem(s string, digits int, rest string) dateProblem {
	if digits == 0 {
		_, after, ok := scanMonthOrDay(s, 12, true)
		if ok && strings.HasPrefix(after, "月") {
			return noYear
		}
		return notDate
	}
	if digits <= 2 {
		switch {
		case strings.HasPrefix(rest, "月"):
			return noYear
		case strings.HasPrefix(rest, "年"):
			return shortYear
		}
		if mark, after := cutMark(rest, "年"); mark != "" {
			if _, after, ok := scanMonthOrDay(after, 12, false); ok && strings.HasPrefix(after, mark) && len(after) <= len(mark)+2 {
				return shortYear
			}
		}
	}
	return notDate
}

// chineseDigit is a digit of a year as it is written out: 二〇二三. odd: o or
// the letter O in the place of 〇.
func chineseDigit(r rune) (n int, odd, ok bool) {
	switch r {
	case '〇', '零', '○':
		return 0, false, true
	case 'O', 'o', 'Ｏ', 'ｏ', '◯':
		return 0, true, true
	case '一', '壹':
		return 1, false, true
	case '二', '贰', '两':
		return 2, false, true
	case '三', '叁':
		return 3, false, true
	case '四', '肆':
		return 4, false, true
	case '五', '伍':
		return 5, false, true
	case '六', '陆':
		return 6, false, true
	case '七', '柒':
		return 7, false, true
	case '八', '捌':
		return 8, false, true
	case '九', '玖':
		return 9, false, true
	}
	return 0, false, false
}

// scanYear reads the digits at the head, Arabic or Chinese, and counts them.
func scanYear(s string) (year, digits int, rest string, odd bool) {
	for digits < len(s) && isDigit(s[digits]) {
		if digits == 8 {
			return 0, 9, "", false
		}
		year = year*10 + int(s[digits]-'0')
		digits++
	}
	if digits > 0 {
		return year, digits, s[digits:], false
	}
	i := 0
	for i < len(s) && digits < 5 {
		r, n := utf8.DecodeRuneInString(s[i:])
		d, letter, ok := chineseDigit(r)
		if !ok {
			break
		}
		year, digits, odd, i = year*10+d, digits+1, odd || letter, i+n
	}
	if digits != 4 {
		return 0, 0, s, false
	}
	return year, digits, s[i:], odd
}

// scanMonthOrDay reads 4, 04, 四, 十二, 三十一, 廿一; for months also 元.
func scanMonthOrDay(s string, limit int, month bool) (n int, rest string, ok bool) {
	i := 0
	for i < len(s) && i < 3 && isDigit(s[i]) {
		n = n*10 + int(s[i]-'0')
		i++
	}
	if i > 0 {
		return n, s[i:], i <= 2 && n >= 1 && n <= 99
	}
	if rest, found := strings.CutPrefix(s, "元"); found && month {
		return 1, rest, true
	}
	tens, ones, seenTen := 0, 0, false
	for i < len(s) {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch d, _, digit := chineseDigit(r); {
		case r == '廿' && i == 0:
			tens, seenTen = 2, true
		case (r == '十' || r == '拾') && !seenTen:
			if tens = ones; tens == 0 {
				tens = 1
			}
			ones, seenTen = 0, true
		case digit && d > 0 && ones == 0:
			ones = d
		case digit && d == 0 && i == 0: // 零肆月 on cheques
		default:
			n = tens*10 + ones
			return n, s[i:], n >= 1 && n <= limit
		}
		i += size
	}
	n = tens*10 + ones
	return n, "", n >= 1 && n <= limit
}

// cutClock drops a time of day: 2023-04-04 00:00:00, 2023-04-04T10:30:00Z.
func cutClock(s string) (string, bool) {
	colon := strings.IndexByte(s, ':')
	if colon < 0 {
		return s, false
	}
	cut := strings.LastIndexAny(s[:colon], " T")
	if cut < 0 || len(s)-cut > 32 {
		return s, false
	}
	for i := cut + 1; i < len(s); i++ {
		if !isDigit(s[i]) && strings.IndexByte(":.Z+- ", s[i]) < 0 {
			return s, false
		}
	}
	return s[:cut], true
}

// cutWeekday drops 星期二 or 周二, with or without brackets.
func cutWeekday(s string) string {
	t := s
	if strings.HasSuffix(t, ")") {
		open := strings.LastIndexByte(t, '(')
		if open < 0 {
			return s
		}
		t = t[:open] + t[open+1:len(t)-1]
	}
	for _, word := range []string{"星期", "周"} {
		at := strings.LastIndex(t, word)
		if at < 0 {
			continue
		}
		switch t[at+len(word):] {
		case "一", "二", "三", "四", "五", "六", "日", "天":
			return t[:at]
		}
	}
	return s
}

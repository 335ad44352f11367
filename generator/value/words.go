package value

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// readPhone reads telephone numbers. What stands around them stays: 李宁0557-1234567（办公）.
func readPhone(raw Raw, text string, trims trim) Reading {
	if raw.Number && !raw.Date && !raw.Percent {
		if d, _, ok := storedNumber(text); ok {
			text = d.String()
		}
	}
	folded, odd := fold(text)
	if isNotApplicable(withoutBlanks(folded)) {
		return notApplicable(TypePhone, text, trims)
	}
	found, wrong := phonesIn(folded)
	if wrong != "" {
		problem := quote(text)
		if wrong != folded {
			problem += "里的" + quote(wrong)
		}
		problem += "位数不对，手机号是11位，座机是区号加7位或8位，请核对后重填"
		if raw.Number {
			problem = quote(text) + "位数不对，手机号是11位，座机是区号加7位或8位；按数字存放会丢掉开头的0，请把单元格设为文本格式后重填"
		}
		return unreadable(TypePhone, text, problem)
	}
	if !found {
		return unreadable(TypePhone, text, quote(text)+"里没有电话号码，请填手机号或座机号，例如 0731-12345678")
	}
	r := Reading{Value: Str(folded).As(TypePhone), Trims: trims.list()}
	if odd && folded != text && hasWideDigit(text) {
		r.Notes = []string{quote(text) + "读作" + folded}
	} else {
		r.Value.text = text
	}
	return r
}

func hasWideDigit(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r >= '０' && r <= '９' })
}

// phonesIn looks for runs of digits that can be called. wrong is the first run
// that is long enough to be meant as a number and is none.
func phonesIn(s string) (found bool, wrong string) {
	for i := 0; i < len(s); {
		if !isDigit(s[i]) && !(s[i] == '+' && i+1 < len(s) && isDigit(s[i+1])) {
			i++
			continue
		}
		end, ok := phoneEnd(s, i)
		if digits := phoneDigits(s[i:end]); ok {
			found = true
		} else if len(digits) >= 6 && wrong == "" {
			wrong = s[i:end]
		}
		i = end
	}
	return found, wrong
}

// phoneEnd finds the end of the number that begins at i: groups of digits and
// masks with one hyphen, blank or bracket between them, as many of them as
// make a number that can be called; all of them when none do.
func phoneEnd(s string, i int) (end int, ok bool) {
	start, last := i, i
	for i < len(s) {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r < 0x80 && isDigit(byte(r)), r == '+' && i == start, isMaskRune(r):
			last = i + n
		case (r == '-' || r == ' ' || r == '(' || r == ')') && i == last:
			if isPhone(phoneDigits(s[start:last])) {
				end = last
			}
		default:
			i = len(s)
		}
		i += n
	}
	if isPhone(phoneDigits(s[start:last])) {
		end = last
	}
	if end > 0 {
		return end, true
	}
	return last, false
}

func isMaskRune(r rune) bool { return r == '*' || r == '×' || r == '✱' }

// phoneDigits keeps digits, and masks as *.
func phoneDigits(run string) string {
	var b strings.Builder
	for _, r := range run {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case isMaskRune(r):
			b.WriteByte('*')
		}
	}
	return b.String()
}

// isPhone reports digits (masked ones are *) that make a telephone number:
// mobile, area code and landline, landline alone, 400 numbers, service numbers.
func isPhone(d string) bool {
	d = strings.TrimPrefix(d, "00")
	if len(d) >= 12 && strings.HasPrefix(d, "86") {
		d = d[2:]
	}
	switch n := len(d); {
	case n == 11 && d[0] == '1', (n == 10 || n == 11 || n == 12) && d[0] == '0':
		return true
	case (n == 7 || n == 8) && d[0] >= '2' && d[0] <= '9', n == 10 && (strings.HasPrefix(d, "400") || strings.HasPrefix(d, "800")):
		return true
	case n == 5 && (d[0] == '1' || d[0] == '9'):
		return true
	}
	return false
}

// ticked and unticked boxes, as people draw them.
const ticks, boxes = "☑√✓✔■☒▣", "□☐"

// readChoice finds which of the answers was given.
func readChoice(raw Raw, text string, trims trim, options []string) Reading {
	if raw.Number {
		return chosen(readStoredText(TypeChoice, raw, text, trims), options)
	}
	if len(options) == 0 {
		return readText(TypeChoice, raw, text, trims)
	}
	if answer, ok := option(text, options); ok {
		r := Reading{Value: Str(answer).As(TypeChoice), Trims: trims.list()}
		if answer != text {
			r.Notes = []string{quote(text) + "读作" + quote(answer)}
		}
		return r
	}
	folded, _ := fold(text)
	if isNotApplicable(withoutBlanks(folded)) {
		return notApplicable(TypeChoice, text, trims)
	}
	if strings.ContainsAny(text, ticks+boxes) {
		return tickedChoice(text, trims, options)
	}
	if answer, ok := option(grades[text], options); ok {
		return Reading{Value: Str(answer).As(TypeChoice), Trims: trims.list(), Notes: []string{quote(text) + "读作" + quote(answer)}}
	}
	return unreadable(TypeChoice, text, quote(text)+"不是可选的答案，"+optionsAsked(options))
}

func chosen(r Reading, options []string) Reading {
	if len(options) == 0 {
		return r
	}
	answer, ok := option(r.Value.text, options)
	if !ok {
		return unreadable(TypeChoice, r.Value.text, quote(r.Value.text)+"不是可选的答案，"+optionsAsked(options))
	}
	r.Value.text = answer
	return r
}

// grades are the other names of the four grades; 合格 is none of them for certain.
var grades = map[string]string{"优秀": "优", "优等": "优", "良好": "良", "良等": "良", "中等": "中", "较差": "差", "差等": "差"}

// option finds the answer that text is, width, blanks and case apart.
func option(text string, options []string) (string, bool) {
	if text == "" {
		return "", false
	}
	for _, o := range options {
		if o == text {
			return o, true
		}
	}
	bare := bareText(text)
	for _, o := range options {
		if strings.EqualFold(bareText(o), bare) {
			return o, true
		}
	}
	return "", false
}

func bareText(s string) string {
	folded, _ := fold(s)
	return strings.ReplaceAll(withoutBlanks(folded), "。", "")
}

func optionsAsked(options []string) string {
	last := len(options) - 1
	if last == 0 {
		return "请填 " + options[0]
	}
	return "请填 " + strings.Join(options[:last], "、") + " 或 " + options[last]
}

// tickedChoice reads ☑是 □否 and 是☑ 否□: the answer beside the one ticked box.
func tickedChoice(filled string, trims trim, options []string) Reading {
	text := filled
	if !slices.ContainsFunc(options, func(o string) bool { return strings.Contains(o, "口") }) {
		text = strings.ReplaceAll(text, "口", "□") // who has no box types the character that looks like one
	}
	boxFirst := strings.IndexAny(text, ticks+boxes) == 0
	var picked []string
	for from := 0; ; {
		at := strings.IndexAny(text[from:], ticks)
		if at < 0 {
			break
		}
		at += from
		_, n := utf8.DecodeRuneInString(text[at:])
		from = at + n
		label := text[from:]
		if boxFirst {
			if end := strings.IndexAny(label, ticks+boxes); end >= 0 {
				label = label[:end]
			}
		} else {
			label = text[:at]
			if begin := strings.LastIndexAny(label, ticks+boxes); begin >= 0 {
				_, n := utf8.DecodeRuneInString(label[begin:])
				label = label[begin+n:]
			}
		}
		if label = strings.TrimSpace(label); label == "" {
			return unreadable(TypeChoice, filled, quote(filled)+"看不出勾选的是哪一个答案，"+optionsAsked(options))
		}
		answer, ok := option(label, options)
		if !ok {
			return unreadable(TypeChoice, filled, quote(filled)+"里勾选的"+quote(label)+"不是可选的答案，"+optionsAsked(options))
		}
		picked = append(picked, answer)
	}
	switch len(picked) {
	case 0:
		return unreadable(TypeChoice, filled, quote(filled)+"一个也没有勾选，"+optionsAsked(options))
	case 1:
		return Reading{Value: Str(picked[0]).As(TypeChoice), Trims: trims.list(), Notes: []string{quote(filled) + "读作" + quote(picked[0])}}
	}
	return unreadable(TypeChoice, filled, quote(filled)+"勾选了不止一个，只能选一个："+strings.Join(options, "、"))
}

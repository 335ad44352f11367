package expr

import (
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/shopspring/decimal"
)

// figureKind tells the figures of a narrative apart.
type figureKind uint8

const (
	otherFigure   figureKind = iota // a number that is compared with nothing: 8.5公里
	amountFigure                    // money, in 万元
	percentFigure                   // a ratio: 5% is 0.05
	countFigure                     // a whole number of things: 97件
)

// figure is one number of a narrative with what stands around it.
type figure struct {
	kind     figureKind
	n        num    // 万元, ratio, count
	unit     string // as written; 批 for 批次
	text     string // number and unit as written
	places   int32  // written decimals
	shifted  int32  // by how many places n is shifted because of its unit
	before   string // text from the figure in front of it, or from the start of its sentence
	sentence int    // sentences end at 。！？ and line breaks
	clause   int    // clauses also at ；
	line     int
	up, down bool // a change: 增加, 下降
	bracket  int  // inside how many （
	andMore  bool // 等 follows
}

func (f *figure) changed() bool { return f.up || f.down }

// value is the figure in 万元, as a ratio, or a count.
func (f *figure) value() decimal.Decimal { return f.n.decimal() }

// half is half a step of the last written digit, in the unit of value.
func (f *figure) half() decimal.Decimal { return decimal.New(5, -f.places-1+f.shifted) }

// mostFigures bounds how many figures of one text are looked at.
const mostFigures = 300

// figures takes the figures out of a narrative. Years, months, days and
// document numbers are no figures.
func figures(text string) []figure { return appendFigures(nil, text) }

// appendFigures adds the figures of a narrative to a list.
func appendFigures(list []figure, text string) []figure {
	if !hasDigit(text) {
		return list
	}
	text = closeUp(text)
	sentence, clause, line, bracket, from := 0, 0, 0, 0, 0
	for i := 0; i < len(text) && len(list) < mostFigures; {
		if ideographAt(text, i) {
			i += 3
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		switch r {
		case '。', '！', '？', '\n', '；', ';':
			clause++
			if r != '；' && r != ';' {
				sentence++
				bracket = 0
			}
			if r == '\n' {
				line++
			}
			from = i + size
		case '（', '(':
			bracket++
		case '）', ')':
			bracket = max(0, bracket-1)
		default:
			if !digit(Fold(r)) {
				break
			}
			f, end := readFigure(text[i:])
			if end == 0 {
				_, end = spelledNumber(text[i:])
			}
			if f.text != "" {
				f.before, f.sentence, f.clause, f.line, f.bracket = text[from:i], sentence, clause, line, bracket
				f.up, f.down = direction(f.before)
				f.andMore = strings.HasPrefix(text[i+end:], "等")
				list = append(list, f)
				from = i + end
			}
			size = max(size, end)
		}
		i += size
	}
	return list
}

// hasDigit reports whether a digit of either width is in the text.
func hasDigit(text string) bool {
	for i := 0; i < len(text); i++ {
		switch b := text[i]; {
		case digit(rune(b)):
			return true
		case b >= 0xE4 && b <= 0xE9:
			i += 2 // a Chinese character
		case b == 0xEF && digit(Fold(rune0(text[i:]))):
			return true
		}
	}
	return false
}

// closeUp drops blanks, but for line breaks and those between two digits.
func closeUp(text string) string {
	if closed(text) {
		return text
	}
	var b strings.Builder
	b.Grow(len(text))
	var last rune
	for i, r := range text {
		switch {
		case r == '\n':
		case !Space(r):
		case digit(Fold(last)) && digit(Fold(rune0(strings.TrimLeftFunc(text[i:], Space)))):
			r = ' '
		default:
			continue
		}
		b.WriteRune(r)
		last = r
	}
	return b.String()
}

// counters are the units of whole things, longest first.
var counters = []string{
	"人次", "批次", "件次", "批", "件", "人", "户", "个", "次", "起", "例", "项", "家", "场", "篇", "份", "名", "宗", "笔", "条", "处", "座", "所", "台", "辆", "部", "期",
}

// readFigure reads a number with its unit at the head of a text and returns how
// far it read; an empty figure when it is a date or a document's number.
func readFigure(text string) (figure, int) {
	digits, end := spelledNumber(text)
	if end == 0 || len(digits) > maxDigits {
		return figure{}, 0
	}
	n, ok := numSpelled(digits)
	if !ok {
		return figure{}, 0
	}
	f := figure{places: -n.exp}
	rest := text[end:]
	if !ideographAt(rest, 0) {
		rest = strings.TrimLeftFunc(rest, Space)
	}
	skipped := len(text) - end - len(rest)
	unit := func(kind figureKind, written string, places int32) (figure, int) {
		f.kind, f.unit, f.shifted = kind, written, places
		f.n = num{coef: n.coef, exp: n.exp + places}
		if f.text = text[:end+len(written)]; skipped > 0 {
			f.text = text[:end] + written
		}
		return f, end + skipped + len(written)
	}
	switch {
	case startsWith(rest, "年", "月", "日", "号", "〕", "届", "周年"):
		return figure{}, end
	case startsWith(rest, "%"):
		return unit(percentFigure, "%", -2)
	case startsWith(rest, "％"):
		return unit(percentFigure, "％", -2)
	case startsWith(rest, "万元"):
		return unit(amountFigure, "万元", 0)
	case startsWith(rest, "亿元"):
		return unit(amountFigure, "亿元", 4)
	case startsWith(rest, "千元"):
		return unit(amountFigure, "千元", -1)
	case startsWith(rest, "元"):
		return unit(amountFigure, "元", -4)
	case startsWith(rest, "个百分点"):
		return unit(otherFigure, "个百分点", 0)
	}
	if n.exp == 0 || n.round(0).cmp(n) == 0 {
		for _, c := range counters {
			if strings.HasPrefix(rest, c) {
				f, end := unit(countFigure, c, 0)
				f.unit = strings.TrimSuffix(c, "次")
				if f.unit == "" || c == "人次" {
					f.unit = c
				}
				return f, end
			}
		}
	}
	return unit(otherFigure, "", 0)
}

var (
	upWords   = []string{"增加", "增长", "上升", "提高", "增幅", "上涨", "多"}
	downWords = []string{"减少", "下降", "降低", "降幅", "压减", "少", "减"}
)

// mostBehind is how many characters may stand between a word of change and its figure.
const mostBehind = 4

// changing reports whether a word of change may be in the text.
func changing(text string) bool {
	for _, r := range text {
		switch r {
		case '增', '升', '提', '涨', '多', '减', '降', '少':
			return true
		}
	}
	return false
}

// direction reads the last word of change in front of a figure: 比上年减少, 分别下降, 降幅为. 增加到 is none.
func direction(before string) (up, down bool) {
	before = lastRunes(before, 2*mostBehind)
	if !changing(before) {
		return false, false
	}
	last, length := -1, 0
	look := func(words []string, found *bool) {
		for _, w := range words {
			if i := strings.LastIndex(before, w); i > last || i == last && len(w) > length {
				last, length, up, down = i, len(w), false, false
				*found = true
			}
		}
	}
	look(upWords, &up)
	look(downWords, &down)
	if last < 0 {
		return false, false
	}
	behind := before[last+length:]
	if utf8.RuneCountInString(behind) > mostBehind || startsWith(behind, "到", "至") || strings.ContainsAny(behind, "，、,") {
		return false, false
	}
	return up, down
}

// narrative is what the functions look for in one text.
type narrative struct {
	changes, rates, parts, breakdowns []string
}

// narratives are those that were read last: several rules ask for one text, one after the other.
var narratives recent[narrative]

// read looks through a narrative once for all functions.
func read(text string) *narrative {
	return narratives.of(text, func(text string) narrative {
		var n narrative
		room := figureRoom.Get().(*[]figure)
		all := appendFigures((*room)[:0], text)
		if len(all) > 0 {
			n.changes, n.breakdowns = changeFaults(all), breakdownFaults(all)
			things := tallies(all)
			n.rates, n.parts = baselessRates(things), partFaults(things)
		}
		clear(all)
		*room = all
		figureRoom.Put(room)
		return n
	})
}

// figureRoom is room for the figures of a narrative, of which nothing is left but what
// is said about them.
var figureRoom = sync.Pool{New: func() any { return new([]figure) }}

// heading is one title of a report.
type heading struct {
	title       string
	level       int // 1: 一、 2: （一）
	start, body int // bytes: where the heading begins, where its text begins
}

// mostTitle is how many characters a title has at most.
const mostTitle = 40

// chapters finds the headings of a report: 一、 and （一） at the beginning of a line or after a full stop.
func chapters(text string) []heading {
	var list []heading
	fresh := true
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if fresh && !Space(r) {
			fresh = false
			if h, ok := headingAt(text, i); ok {
				list = append(list, h)
				i, fresh = h.body, true
				continue
			}
		}
		if r == '\n' || r == '。' {
			fresh = true
		}
		i += size
	}
	return list
}

func headingAt(text string, at int) (heading, bool) {
	rest, level := text[at:], 1
	for _, open := range []string{"（", "("} {
		if after, ok := strings.CutPrefix(rest, open); ok {
			rest, level = after, 2
		}
	}
	numeral := strings.TrimLeft(rest, "一二三四五六七八九十")
	if len(numeral) == len(rest) || len(rest)-len(numeral) > len("二十一") {
		return heading{}, false
	}
	title, ok := strings.CutPrefix(numeral, "、")
	if level == 2 {
		if title, ok = strings.CutPrefix(numeral, "）"); !ok {
			title, ok = strings.CutPrefix(numeral, ")")
		}
	}
	if !ok {
		return heading{}, false
	}
	end := strings.IndexAny(title, "\n。：:；")
	body := end
	if end < 0 {
		end, body = len(title), len(title)
	} else {
		_, size := utf8.DecodeRuneInString(title[end:])
		body += size
	}
	name := strings.TrimSpace(title[:end])
	if name == "" || utf8.RuneCountInString(name) > mostTitle {
		return heading{}, false
	}
	offset := len(text) - len(title)
	return heading{title: name, level: level, start: at, body: offset + body}, true
}

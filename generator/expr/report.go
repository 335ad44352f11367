package expr

import (
	"slices"
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
		if step := figureSteps[text[i]]; step > 0 {
			i += int(step)
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

// figureSteps is by its first byte how far to go on behind a character, or a byte of it;
// 0 when it may be of a figure or end a sentence.
var figureSteps = func() (steps [256]uint8) {
	for b := range steps {
		steps[b] = 1
		if b >= 0xE4 && b <= 0xE9 { // Chinese characters
			steps[b] = 3
		}
	}
	for _, b := range []byte("0123456789\n;()\xE3\xEF") { // with the last two begin 。 and （０
		steps[b] = 0
	}
	return steps
}()

// hasDigit reports whether a digit of either width is in the text.
func hasDigit(text string) bool {
	for i := 0; i < len(text); {
		step := int(figureSteps[text[i]])
		if step == 0 {
			if digitBegins(text[i:]) {
				return true
			}
			step = 1
		}
		i += step
	}
	return false
}

// closeUp drops blanks, but for line breaks and those between two digits.
func closeUp(text string) string {
	return sifted(text, func(before, blanks, rest string) string {
		lines := strings.Repeat("\n", strings.Count(blanks, "\n"))
		if blanks[0] != '\n' && digitEnds(before) && digitBegins(rest) {
			return " " + lines
		}
		return lines
	})
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
	rest := text[end:]
	if !ideographAt(rest, 0) {
		rest = strings.TrimLeftFunc(rest, Space)
	}
	var u unitWord
	if k := unitHeads.at(rest); k >= 0 {
		u = unitWords[k]
	}
	switch {
	case u.date:
		return figure{}, end
	case u.kind == countFigure && n.exp != 0 && n.round(0).cmp(n) != 0:
		u = unitWord{}
	}
	f := figure{kind: u.kind, n: num{coef: n.coef, exp: n.exp + u.places}, unit: u.unit, places: -n.exp, shifted: u.places}
	skipped := len(text) - end - len(rest)
	if f.text = text[:end+len(u.word)]; skipped > 0 {
		f.text = text[:end] + u.word
	}
	return f, end + skipped + len(u.word)
}

var (
	upWords   = []string{"增加", "增长", "上升", "提高", "增幅", "上涨", "多"}
	downWords = []string{"减少", "下降", "降低", "降幅", "压减", "少", "减"}
	// changeWords are both, and what must not stand between one of them and its figure.
	changeWords = wordsIn(slices.Concat(upWords, downWords, []string{"，", "、", ","}))
)

const (
	mostBehind = 4 // characters that may stand between a word of change and its figure
	mostChange = 2 // characters of a word of change
)

// direction reads the last word of change in front of a figure: 比上年减少, 分别下降, 降幅为. 增加到 is none.
func direction(before string) (up, down bool) {
	for i, n := len(before), 0; i > 0 && n < mostBehind+mostChange; n++ {
		i = lastStart(before[:i])
		k := changeWords.at(before[i:])
		if k < 0 {
			continue
		}
		rest := before[i+len(changeWords.list[k]):]
		if k >= len(upWords)+len(downWords) || utf8.RuneCountInString(rest) > mostBehind || startsWith(rest, "到", "至") {
			break
		}
		return k < len(upWords), k >= len(upWords)
	}
	return false, false
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

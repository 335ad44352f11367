package value

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/shopspring/decimal"
)

// Target is what an indicator is to reach (年度指标值), or what it reached
// (实际完成值): an operator, a number, a unit. When the text is no number that
// can be compared, Numeric is false and Qualitative or Time says what it is;
// all three are false when nothing was filled (empty, — / -).
type Target struct {
	Text        string          // as filled, blanks around it and hidden characters apart
	Numeric     bool            // Number holds a number
	Operator    string          // ≥ ≤ = > < or "" when none was written
	Number      Value           // a Number in Unit: 95 for 95%, 50000 for 5万亩
	Unit        string          // normalised: % ‰ 人 个 亩 万元 …; "" when none was written
	Range       bool            // from Number to High
	High        decimal.Decimal // the upper end of a range
	Qualitative bool            // words: 保持, 第一时间, 效果明显
	Time        bool            // a point in time: 12月底之前, 2021年12月
}

// ParseTarget takes the text of a target or of an actual apart (quirks §5).
// It never fails: what is not certainly a number is words.
func ParseTarget(text string) (t Target) {
	if !t.ReadPlain(text) {
		t = anyTarget(text)
	}
	return t
}

// ReadPlain reads a target that is written as most are: ≥95%, 12件, 3.5万元. It says
// of it what [ParseTarget] does; it is false for one that is written in another way.
func (t *Target) ReadPlain(text string) bool {
	sign, s := "", text
	if rest, found := strings.CutPrefix(text, "≥"); found {
		sign, s = "≥", rest
	} else if rest, found := strings.CutPrefix(text, "≤"); found {
		sign, s = "≤", rest
	}
	n, places, end := int64(0), int32(0), 0
	for point := false; end < len(s); end++ {
		if c := s[end]; isDigit(c) {
			if n = n*10 + int64(c-'0'); point {
				places++
			}
		} else if c == '.' && !point && end > 0 && end+1 < len(s) && isDigit(s[end+1]) {
			if point = true; isYear(s[:end]) {
				return false // 2021.12 is a month
			}
		} else {
			break
		}
	}
	unit := s[end:]
	if end == 0 || end > plainDigits || !isPlainUnit(unit) {
		return false
	}
	base, up, known := tidyUnit(unit)
	if !known {
		return false
	}
	*t = Target{Text: text, Numeric: true, Operator: sign, Number: Scaled(n, up-places), Unit: base}
	return true
}

// plainDigits is how many digits of a target are read at once.
const plainDigits = 16

// isPlainUnit reports whether what stands behind a number can be nothing but its unit:
// it does not begin as a date goes on, nor end as an operator or 达标 and 完成 do.
func isPlainUnit(s string) bool {
	if s == "" || s == "%" {
		return true
	}
	if len(s) >= len("年") {
		switch s[:len("年")] {
		case "年", "月", "日", "号":
			return false
		}
		switch s[len(s)-len("标"):] {
		case "标", "成", "上", "下", "内":
			return false
		}
	}
	return s[len(s)-1] != ')' && strings.IndexByte(s, ' ') < 0
}

// anyTarget takes a target apart however it is written.
func anyTarget(text string) Target {
	clean, _ := tidy(text)
	t := Target{Text: clean}
	folded, _ := fold(clean)
	if folded == "" || isMark(clean) {
		return t
	}
	if len(folded) > 120 || digitsApart(folded) {
		t.Qualitative = true
		return t
	}
	s := withoutBlanks(folded)
	if isTime(s) {
		t.Time = true
		return t
	}
	if saysTime(s) {
		t.Time, t.Qualitative = true, true
		return t
	}
	if !hasDigit(s) || !t.parse(s) {
		t = Target{Text: clean, Qualitative: true}
	}
	return t
}

func saysTime(s string) bool {
	return strings.Contains(s, "第一时间") || strings.Contains(s, "全天候")
}

func hasDigit(s string) bool {
	for i := 0; i < len(s); i++ {
		if isDigit(s[i]) {
			return true
		}
	}
	return false
}

// digitsApart finds blanks between digits: nobody knows whether 1 0 0% is one number.
func digitsApart(s string) bool {
	for i := 1; i < len(s)-1; i++ {
		if s[i] == ' ' && isDigit(s[i-1]) && isDigit(s[i+1]) {
			return true
		}
	}
	return false
}

type operator struct{ written, sign string }

// headOperators stand before the number, longest first.
var headOperators = []operator{
	{"大于或等于", "≥"}, {"小于或等于", "≤"}, {"大于等于", "≥"}, {"小于等于", "≤"},
	{"不得低于", "≥"}, {"不得少于", "≥"}, {"不得高于", "≤"}, {"不得超过", "≤"}, {"不得大于", "≤"}, {"不得多于", "≤"},
	{"不低于", "≥"}, {"不少于", "≥"}, {"不小于", "≥"}, {"至少", "≥"},
	{"不超过", "≤"}, {"不高于", "≤"}, {"不大于", "≤"}, {"不多于", "≤"}, {"不突破", "≤"}, {"至多", "≤"}, {"最多", "≤"},
	{"等于", "="}, {"大于", ">"}, {"高于", ">"}, {"超过", ">"}, {"多于", ">"},
	{"小于", "<"}, {"低于", "<"}, {"少于", "<"},
	{">=", "≥"}, {"=>", "≥"}, {"<=", "≤"}, {"=<", "≤"}, {"==", "="},
	{"≥", "≥"}, {"≧", "≥"}, {"⩾", "≥"}, {"≮", "≥"}, {"≤", "≤"}, {"≦", "≤"}, {"⩽", "≤"}, {"≯", "≤"},
	{"=", "="}, {">", ">"}, {"<", "<"},
}

// tailOperators stand behind the number and its unit, longest first.
var tailOperators = []operator{
	{"(含)以上", "≥"}, {"以上(含)", "≥"}, {"及以上", "≥"}, {"或以上", "≥"}, {"以上", "≥"},
	{"(含)以下", "≤"}, {"以下(含)", "≤"}, {"及以下", "≤"}, {"或以下", "≤"}, {"以下", "≤"},
	{"以内", "≤"}, {"之内", "≤"}, {"内", "≤"},
}

// doneWords follow an actual and say no more than that it was reached.
var doneWords = []string{"达成预期指标", "达成年度指标", "达成目标", "已完成", "完成", "达标"}

// leadWords say nothing before a number.
var leadWords = []string{"控制在", "实际完成", "已完成", "完成", "达到", "达", "为", "共计", "共"}

// parse reads a number with its operator; false: the text is words.
func (t *Target) parse(s string) bool {
	s, bracketed := bracketedOperator(s)
	for again := headedBy(s, leadRunes); again; {
		again = false
		for _, w := range leadWords {
			if rest, found := strings.CutPrefix(s, w); found && rest != "" {
				s, again = rest, true
				break
			}
		}
	}
	head, s := cutHead(s)
	f, bad := scanFigure(s)
	if bad != fine || f.bracket {
		return head == "" && bracketed == "" && t.parseNamed(s)
	}
	if f.unit != "" {
		f.unit = cutDone(f.unit)
	}
	if done, ok := t.parseRange(f, head, bracketed); done {
		return ok
	}
	tail := ""
	if f.unit != "" {
		f.unit, tail = cutTail(f.unit)
	}
	for _, sign := range [...]string{head, tail, bracketed} {
		if sign == "" {
			continue
		}
		if t.Operator != "" && t.Operator != sign {
			return false // 不低于90%以下
		}
		t.Operator = sign
	}
	unit, places, ok := targetUnit(f.unit)
	if !ok {
		return false
	}
	t.Numeric, t.Number, t.Unit = true, Num(moved(f.number, places)), unit
	return true
}

// moved shifts a number by so many places, without a copy when there are none.
func moved(d decimal.Decimal, places int32) decimal.Decimal {
	if places == 0 {
		return d
	}
	return d.Shift(places)
}

// cutDone drops words that say no more than that a target was reached.
func cutDone(unit string) string {
	if last, _ := utf8.DecodeLastRuneInString(unit); last != '标' && last != '成' {
		return unit
	}
	for _, w := range doneWords {
		if rest, found := strings.CutSuffix(unit, w); found {
			return strings.TrimRight(rest, ",，、;:")
		}
	}
	return unit
}

// cutTail takes an operator that stands behind off: 以上, 以内.
func cutTail(unit string) (rest, sign string) {
	switch last, _ := utf8.DecodeLastRuneInString(unit); last {
	case '上', '下', '内', ')':
		for _, o := range tailOperators {
			if rest, found := strings.CutSuffix(unit, o.written); found {
				return rest, o.sign
			}
		}
	}
	return unit, ""
}

// parseNamed reads 满意度≥90%: words, a sign that compares, a number.
func (t *Target) parseNamed(s string) bool {
	at := strings.IndexAny(s, "≥≧≤≦><=")
	if at <= 0 || strings.ContainsAny(s[:at], "0123456789") {
		return false
	}
	head, rest := cutHead(s[at:])
	if r, _ := utf8.DecodeRuneInString(rest); r == utf8.RuneError || !isDigit(byte(min(r, 0x7f))) {
		return false
	}
	t.Operator = ""
	return t.parse(head + rest)
}

// parseRange reads the second half of 90%-95%; done is false when the text is no range.
func (t *Target) parseRange(f figure, head, bracketed string) (done, ok bool) {
	at, width := rangeMark(f.unit)
	if at < 0 {
		return false, false
	}
	high, bad := scanFigure(f.unit[at+width:])
	if bad != fine || high.bracket || head != "" || bracketed != "" {
		return true, false
	}
	high.unit = strings.TrimSuffix(high.unit, "之间")
	low := f.unit[:at]
	if low == "" {
		low = high.unit
	}
	unit, places, ok := targetUnit(low)
	unitHigh, placesHigh, okHigh := targetUnit(high.unit)
	if !ok || !okHigh || unit != unitHigh {
		return true, false
	}
	from := moved(f.number, places)
	t.Number, t.High = Num(from), moved(high.number, placesHigh)
	if from.GreaterThan(t.High) {
		return true, false
	}
	t.Numeric, t.Range, t.Unit = true, true, unit
	return true, true
}

// rangeMark finds the sign between the two ends of a range, with a digit behind it.
func rangeMark(s string) (at, width int) {
	for i, r := range s {
		switch r {
		case '-', '~', '至', '到':
			width := utf8.RuneLen(r)
			for r == '-' && strings.HasPrefix(s[i+width:], "-") {
				width++ // 90%——95%
			}
			if i+width < len(s) && isDigit(s[i+width]) {
				return i, width
			}
			return -1, 0
		}
	}
	return -1, 0
}

// bracketedOperator takes (≥) out, from the front or the back or before the unit: 90%(≥).
func bracketedOperator(s string) (rest, sign string) {
	open := strings.IndexByte(s, '(')
	if open < 0 {
		return s, ""
	}
	length := strings.IndexByte(s[open:], ')')
	if length < 0 {
		return s, ""
	}
	inner := s[open+1 : open+length]
	for _, o := range headOperators {
		if inner == o.written {
			return s[:open] + s[open+length+1:], o.sign
		}
	}
	return s, ""
}

func cutHead(s string) (sign, rest string) {
	if !headedBy(s, headRunes) {
		return "", s
	}
	if sign, rest := cutSign(s); sign != "" {
		return sign, rest
	}
	for _, o := range headOperators {
		if rest, found := strings.CutPrefix(s, o.written); found {
			return o.sign, rest
		}
	}
	return "", s
}

// headRunes and leadRunes are the first characters of headOperators and
// leadWords: most texts begin with none of them.
var headRunes, leadRunes = func() (head, lead string) {
	for _, o := range headOperators {
		r, _ := utf8.DecodeRuneInString(o.written)
		if !strings.ContainsRune(head, r) {
			head += string(r)
		}
	}
	for _, w := range leadWords {
		r, _ := utf8.DecodeRuneInString(w)
		lead += string(r)
	}
	return head, lead
}()

// headedBy reports whether the first character of s is one of runes.
func headedBy(s, runes string) bool {
	if s == "" || isDigit(s[0]) {
		return false
	}
	_, n := utf8.DecodeRuneInString(s)
	return strings.Contains(runes, s[:n])
}

// vagueWords make a number uncertain, or a date of it.
var vagueWords = []string{"左右", "上下", "多", "余", "前", "后", "底", "起", "月", "以上", "以下", "内", "完成", "达标"}

// cutSign takes a sign of one character off that is the beginning of no other.
func cutSign(s string) (sign, rest string) {
	switch r, n := utf8.DecodeRuneInString(s); r {
	case '≥', '≧', '⩾', '≮':
		return "≥", s[n:]
	case '≤', '≦', '⩽', '≯':
		return "≤", s[n:]
	}
	return "", s
}

// targetUnit accepts known units and short unknown ones; anything longer, or
// with more than letters in it, is a sentence and no unit.
func targetUnit(u string) (base string, places int32, ok bool) {
	if n := len(u); n > 2 && u[0] == '(' && u[n-1] == ')' {
		u = u[1 : n-1]
	}
	base, places, known := unitOf(u)
	if known {
		return base, places, true
	}
	if utf8.RuneCountInString(u) > 4 {
		return "", 0, false
	}
	for _, word := range vagueWords {
		if strings.Contains(u, word) {
			return "", 0, false
		}
	}
	if strings.ContainsFunc(u, func(r rune) bool { return r != '/' && !unicode.IsLetter(r) }) {
		return "", 0, false
	}
	return base, places, true
}

// timeWords say a point in time by themselves; each has 季, 年, 月, 日 or 号 in it.
var timeWords = []string{"季度末", "第一季度", "第二季度", "第三季度", "第四季度", "上半年", "下半年", "年底", "年末", "月底", "月末", "年内", "日前", "号前", "日之前"}

func hasTimeRune(s string) bool {
	for i := 0; i+2 < len(s); i++ {
		if s[i] != 0xe5 && s[i] != 0xe6 { // as all of them begin
			continue
		}
		switch s[i : i+3] {
		case "季", "年", "月", "日", "号":
			return true
		}
	}
	return false
}

// isTime reports a point in time: a month, a year of our time, a quarter, the
// end of a year or month. Spans (2天以内, 24小时, 12个月, 1年) are numbers.
func isTime(s string) bool {
	if hasTimeRune(s) && slices.ContainsFunc(timeWords, func(w string) bool { return strings.Contains(s, w) }) {
		return true
	}
	for i := 0; i < len(s); {
		if !isDigit(s[i]) {
			i++
			continue
		}
		start := i
		for i < len(s) && isDigit(s[i]) {
			i++
		}
		run, rest := s[start:i], s[i:]
		switch {
		case len(run) <= 2 && strings.HasPrefix(rest, "月"):
			return true
		case isYear(run) && strings.HasPrefix(rest, "年"):
			return true
		case isYear(run) && monthFollows(rest):
			return true
		case len(run) <= 2 && len(rest) >= 3 && rest[0] == ':' && isDigit(rest[1]) && isDigit(rest[2]):
			return true
		}
	}
	return false
}

func isYear(run string) bool {
	return len(run) == 4 && (strings.HasPrefix(run, "19") || strings.HasPrefix(run, "20"))
}

// monthFollows reports .07-, -12, /4/4 behind a year: two digits at most, and
// for 2021.12 alone exactly two, for 2021.5 may be a number.
func monthFollows(rest string) bool {
	if rest == "" || strings.IndexByte("./-~", rest[0]) < 0 {
		return false
	}
	n := 1
	for n < len(rest) && isDigit(rest[n]) {
		n++
	}
	digits, after := rest[1:n], rest[n:]
	if rest[0] == '-' || rest[0] == '~' {
		if isYear(digits) { // 2021-2023年
			return true
		}
	}
	month := 0
	for i := 0; i < len(digits) && len(digits) <= 2; i++ {
		month = month*10 + int(digits[i]-'0')
	}
	if month < 1 || month > 12 {
		return false
	}
	switch rest[0] {
	case '.':
		// 2021.12 is a month when it is followed by another date part or by nothing that is a unit.
		return len(digits) == 2 && after == "" || strings.HasPrefix(after, ".") || strings.HasPrefix(after, "-") || strings.HasPrefix(after, "~") || strings.HasPrefix(after, "至") || strings.HasPrefix(after, "前")
	}
	return after == "" || strings.HasPrefix(after, string(rest[0])) || strings.HasPrefix(after, "前")
}

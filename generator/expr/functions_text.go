package expr

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"jixiao/generator/value"
)

var textFunctions = []function{
	{name: "包含", args: "文字, 部分, …", min: 2, max: -1, takes: []kind{textKind}, gives: truthKind, holds: contains(strings.Contains), together: fitContains,
		text:    "文字里有其中任何一部分。",
		example: `包含(情况说明, "超支", "执行率")`, result: "是"},
	{name: "开头", args: "文字, 部分, …", min: 2, max: -1, takes: []kind{textKind}, gives: truthKind, holds: contains(strings.HasPrefix), together: fitEdge(strings.HasPrefix),
		text:    "文字以其中任何一部分开头。",
		example: `开头("219001-信访局", "219")`, result: "是"},
	{name: "结尾", args: "文字, 部分, …", min: 2, max: -1, takes: []kind{textKind}, gives: truthKind, holds: contains(strings.HasSuffix), together: fitEdge(strings.HasSuffix),
		text:    "文字以其中任何一部分结尾。",
		example: `结尾(情况说明, "。", "！")`, result: "是"},
	{name: "匹配", args: "文字, 样式", min: 2, max: 2, takes: []kind{textKind}, gives: truthKind, holds: matches, together: fitMatches, prepare: preparePattern,
		text:    "文字里有一处与样式（正则表达式，RE2 写法）相符；要整个相符请写 ^…$。",
		example: `匹配("139****5388", "^1\d{2}\*{4}\d{4}$")`, result: "是"},
	{name: "提取", args: "文字, 样式", min: 2, max: 2, takes: []kind{textKind}, gives: textKind, eval: extract, together: fitExtract, prepare: preparePattern,
		text:    "文字里第一处与样式相符的部分；样式里有括号时是第一个括号里的部分。没有时是空。",
		example: `提取("财预〔2020〕10号", "〔(\d+)〕")`, result: "2020"},
	{name: "提取数", args: "文字, 词", min: 1, max: 2, takes: []kind{textKind}, gives: numberKind, eval: extractNumber,
		text:    "同一句里那个词后面的第一个数，不写词时是第一个数；年、月、日前面的数不算。万元、亿元、元都换算成万元，百分数是比率（5% 是 0.05）。没有时是空。",
		example: `提取数(情况说明, "项目支出")`, result: "122.97"},
	{name: "有效说明", args: "文字", min: 1, max: 1, gives: truthKind, holds: explains, together: fitTruth(asValue, judgeExplained),
		text:    "真正写了说明：不是空，不是 无、—、/、0 之类，至少有 6 个字。",
		example: `个数(指标, 指标.得分 < 指标.分值 且 非 有效说明(指标.偏差原因))`, result: "1"},
	{name: "字数", args: "文字", min: 1, max: 1, takes: []kind{textKind}, gives: numberKind, exact: characters, together: fitNumber(asText, reckonCharacters),
		text:    "有几个字，标点算，空格和换行不算。",
		example: `字数("无 重大问题。")`, result: "6"},
	{name: "去空格", args: "文字", min: 1, max: 1, takes: []kind{textKind}, gives: textKind, closes: true, eval: withoutSpaces, together: fitText(asText, writeClosed),
		text:    "去掉全部空格、换行和看不见的字符。",
		example: `去空格("产 出　指 标")`, result: "产出指标"},
	{name: "左", twin: "LEFT", args: "文字, 几个字", min: 1, max: 2, takes: []kind{textKind, numberKind}, gives: textKind, eval: leftPart,
		text:    "开头的几个字，不写是 1 个。",
		example: `左("219001-信访局", 6)`, result: "219001"},
	{name: "右", twin: "RIGHT", args: "文字, 几个字", min: 1, max: 2, takes: []kind{textKind, numberKind}, gives: textKind, eval: rightPart,
		text:    "末尾的几个字，不写是 1 个。",
		example: `右("219001-信访局", 3)`, result: "信访局"},
	{name: "中", twin: "MID", args: "文字, 从第几个字, 几个字", min: 3, max: 3, takes: []kind{textKind, numberKind}, gives: textKind, eval: middlePart,
		text:    "从第几个字起的几个字。",
		example: `中("湘财绩〔2020〕7号", 5, 4)`, result: "2020"},
	{name: "替换", twin: "SUBSTITUTE", args: "文字, 原来的, 换成的", min: 3, max: 3, takes: []kind{textKind}, gives: textKind, eval: substitute,
		text:    "把文字里每一处原来的换成新的。",
		example: `替换("产出指标（50分）", "（50分）", "")`, result: "产出指标"},
}

func contains(test func(text, part string) bool) func(*callNode, Scope) (bool, *value.Value) {
	return func(c *callNode, s Scope) (bool, *value.Value) {
		text, lack := textOf(c.args[0], s)
		if lack != nil {
			return false, lack
		}
		for _, a := range c.args[1:] {
			part, l := textOf(a, s)
			if l == nil && test(text, part) {
				return true, nil
			}
			lack = worse(lack, l)
		}
		return false, lack
	}
}

// preparePattern compiles a pattern that is written in quotes.
func preparePattern(c *callNode) *Error {
	lit, ok := c.args[1].(*literalNode)
	if !ok || lit.kind() != textKind {
		return nil
	}
	p, wrong := compilePattern(lit.v.String())
	if wrong != "" {
		return fault(lit.col, "%s", wrong)
	}
	c.pattern = p
	return nil
}

// patternOf returns the text and the pattern of a call.
func patternOf(c *callNode, s Scope) (string, *pattern, *value.Value) {
	text, lack := textOf(c.args[0], s)
	if lack != nil || c.pattern != nil {
		return text, c.pattern, lack
	}
	source, lack := textOf(c.args[1], s)
	if lack != nil {
		return "", nil, lack
	}
	p, wrong := compilePattern(source)
	if wrong != "" {
		return "", nil, unknown(wrong)
	}
	return text, p, nil
}

func matches(c *callNode, s Scope) (bool, *value.Value) {
	text, p, lack := patternOf(c, s)
	if lack != nil {
		return false, lack
	}
	return p.matches(text), nil
}

func extract(c *callNode, s Scope) value.Value {
	text, p, lack := patternOf(c, s)
	if lack != nil {
		return *lack
	}
	if !p.possible(text) {
		return value.Value{}
	}
	return *p.extract(text)
}

func extractNumber(c *callNode, s Scope) value.Value {
	text, lack := textOf(c.args[0], s)
	if lack != nil {
		return *lack
	}
	word := ""
	if len(c.args) > 1 {
		if word, lack = textOf(c.args[1], s); lack != nil {
			return *lack
		}
	}
	for rest := text; ; {
		i := strings.Index(rest, word)
		if i < 0 {
			return value.Value{}
		}
		rest = rest[i+len(word):]
		if d, ok := firstNumber(rest, word != ""); ok {
			return value.Num(d)
		}
		if word == "" {
			return value.Value{}
		}
	}
}

// firstNumber finds the first number of a text, within its first sentence if asked.
func firstNumber(text string, sentence bool) (decimal.Decimal, bool) {
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if sentence && (r == '。' || r == '！' || r == '？' || r == '\n') {
			return decimal.Decimal{}, false
		}
		if !digit(Fold(r)) {
			i += size
			continue
		}
		digits, end := spelledNumber(text[i:])
		d, err := decimal.NewFromString(digits)
		behind := strings.TrimLeftFunc(text[i+end:], Space)
		negative := i > 0 && (text[i-1] == '-' || strings.HasSuffix(text[:i], "－")) && !digitEnds(strings.TrimRight(text[:i], "-－"))
		i += end
		if err != nil || len(digits) > maxDigits || startsWith(behind, "年", "月", "日") {
			continue
		}
		if negative {
			d = d.Neg()
		}
		return d.Shift(unitPlaces(behind)), true
	}
	return decimal.Decimal{}, false
}

// digitBegins reports whether a text begins with a digit of either width.
func digitBegins(text string) bool {
	return text != "" && digit(rune(text[0])) || wideDigit(text)
}

// digitEnds reports whether a text ends in a digit: the - of 5-10 is no sign.
func digitEnds(text string) bool {
	n := len(text)
	return n > 0 && digit(rune(text[n-1])) || n >= len("０") && wideDigit(text[n-len("０"):])
}

// wideDigit reports whether a text begins with a digit of full width.
func wideDigit(text string) bool {
	return len(text) >= 3 && text[0] == 0xEF && text[1] == 0xBC && text[2] >= 0x90 && text[2] <= 0x99
}

// spelledNumber reads digits, commas before three digits, and a point, and returns the plain digits and how far it read.
func spelledNumber(text string) (digits string, end int) {
	if end = plainNumber(text); end > 0 {
		return text[:end], end
	}
	var b strings.Builder
	point := false
	for end < len(text) {
		r, size := utf8.DecodeRuneInString(text[end:])
		switch f := Fold(r); {
		case digit(f):
			b.WriteRune(f)
		case f == ',' && !point && threeDigits(text[end+size:]):
		case f == '.' && r != '。' && !point && digit(Fold(rune0(text[end+size:]))):
			b.WriteByte('.')
			point = true
		default:
			return b.String(), end
		}
		end += size
	}
	return b.String(), end
}

// plainNumber is how far a text begins with a number that is written as machines do,
// as nearly all are; 0: it does not, or goes on in another way.
func plainNumber(text string) int {
	end, point := 0, false
	for ; end < len(text); end++ {
		b := text[end]
		if b == '.' && !point && end > 0 && end+1 < len(text) && digit(rune(text[end+1])) {
			point = true
		} else if !digit(rune(b)) {
			break
		}
	}
	if end < len(text) {
		if r := rune0(text[end:]); r != '。' {
			if f := Fold(r); digit(f) || f == ',' || f == '.' {
				return 0
			}
		}
	}
	return end
}

// threeDigits reports whether a text begins with exactly three digits.
func threeDigits(text string) bool {
	n := 0
	for _, r := range text {
		if !digit(Fold(r)) {
			break
		}
		n++
	}
	return n == 3
}

func startsWith(text string, prefixes ...string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(text, p) {
			return true
		}
	}
	return false
}

// unitPlaces is by how many places a number moves because of the unit behind it: money to 万元, percentages to ratios.
func unitPlaces(behind string) int32 {
	switch {
	case startsWith(behind, "亿"):
		return 4
	case startsWith(behind, "元"):
		return -4
	case startsWith(behind, "千元"):
		return -1
	case startsWith(behind, "%", "％"):
		return -2
	case startsWith(behind, "‰"):
		return -3
	}
	return 0
}

// enoughWords is how many letters an explanation has at least.
const enoughWords = 6

func explains(c *callNode, s Scope) (bool, *value.Value) {
	v := valueOf(c.args[0], s)
	if lacking(v) {
		return false, v
	}
	return wordy(v.String()), nil
}

// wordy reports whether a text has enough letters to explain something.
func wordy(text string) bool {
	letters := 0
	for _, r := range text {
		if unicode.IsLetter(r) || unicode.IsNumber(r) {
			if letters++; letters == enoughWords {
				return true
			}
		}
	}
	return false
}

func characters(c *callNode, s Scope) (fraction, *value.Value) {
	text, lack := textOf(c.args[0], s)
	return wholeInt(charactersIn(text)), lack
}

func charactersIn(text string) int {
	n := 0
	for {
		end, count := closedPart(text)
		n += count
		if text = text[end:]; text == "" {
			return n
		}
		r, size := utf8.DecodeRuneInString(text)
		if !Space(r) {
			n++
		}
		text = text[size:]
	}
}

func withoutSpaces(c *callNode, s Scope) value.Value {
	text, lack := textOf(c.args[0], s)
	if lack != nil {
		return *lack
	}
	return value.Str(withoutSpacesIn(text))
}

func withoutSpacesIn(text string) string {
	return sifted(text, func(_, _, _ string) string { return "" })
}

// sifted is a text with something else for all blanks that stand together, those for
// which Space holds; left says what, from what is written so far, the blanks, and the rest.
func sifted(text string, left func(before, blanks, rest string) string) string {
	end, _ := closedPart(text) // where it ends is enough here, and below
	if end == len(text) {
		return text
	}
	var b strings.Builder
	b.Grow(len(text))
	for {
		b.WriteString(text[:end])
		if text = text[end:]; text == "" {
			return b.String()
		}
		if rest := strings.TrimLeftFunc(text, Space); len(rest) < len(text) {
			b.WriteString(left(b.String(), text[:len(text)-len(rest)], rest))
			text = rest
		} else {
			r, size := utf8.DecodeRuneInString(text)
			b.WriteRune(r)
			text = text[size:]
		}
		end, _ = closedPart(text) // as above
	}
}

// lengthOf evaluates a count of characters.
func lengthOf(n node, s Scope) (int, *value.Value) {
	d, lack := decimalOf(n, s)
	if lack != nil {
		return 0, lack
	}
	if !d.IsInteger() || d.IsNegative() {
		return 0, unknown(said(n, s) + "应是几个字的个数，这里是" + d.String())
	}
	if d.Cmp(decimal.NewFromInt(maxSource)) > 0 {
		return maxSource, nil
	}
	return int(d.IntPart()), nil
}

// partOf evaluates the arguments of 左 右 中.
func partOf(c *callNode, s Scope) (text []rune, numbers [2]int, lack *value.Value) {
	whole, lack := textOf(c.args[0], s)
	if lack != nil {
		return nil, numbers, lack
	}
	numbers = [2]int{1, 1}
	for i, a := range c.args[1:] {
		if numbers[i], lack = lengthOf(a, s); lack != nil {
			return nil, numbers, lack
		}
	}
	return []rune(whole), numbers, nil
}

func leftPart(c *callNode, s Scope) value.Value {
	text, n, lack := partOf(c, s)
	if lack != nil {
		return *lack
	}
	return value.Str(string(text[:min(n[0], len(text))]))
}

func rightPart(c *callNode, s Scope) value.Value {
	text, n, lack := partOf(c, s)
	if lack != nil {
		return *lack
	}
	return value.Str(string(text[max(0, len(text)-n[0]):]))
}

func middlePart(c *callNode, s Scope) value.Value {
	text, n, lack := partOf(c, s)
	if lack != nil {
		return *lack
	}
	from := min(max(n[0]-1, 0), len(text))
	return value.Str(string(text[from:min(from+n[1], len(text))]))
}

// maxResult bounds the text that & 连接 替换 may grow to, in bytes.
const maxResult = 1 << 20

func substitute(c *callNode, s Scope) value.Value {
	var texts [3]string
	for i, a := range c.args {
		text, lack := textOf(a, s)
		if lack != nil {
			return *lack
		}
		texts[i] = text
	}
	if texts[1] == "" {
		return value.Str(texts[0])
	}
	if n := strings.Count(texts[0], texts[1]); len(texts[0])+n*(len(texts[2])-len(texts[1])) > maxResult {
		return value.Unknown("替换后的文字太长", "")
	}
	return value.Str(strings.ReplaceAll(texts[0], texts[1], texts[2]))
}

package expr

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/shopspring/decimal"
)

type tokenKind uint8

const (
	endToken tokenKind = iota
	numberToken
	textToken
	nameToken // text is the name in its plain spelling, path its segments
	signToken // text is one of + - * / & ( ) , = <> < <= > >= 且 或 非
)

type token struct {
	kind    tokenKind
	col     int // 1-based character
	text    string
	path    []string
	number  decimal.Decimal
	percent bool
	bracket bool // a part of the name stands in brackets: it is a name whatever it says
}

// maxDigits is the longest number an expression may spell out.
const maxDigits = 40

type lexer struct {
	src     string
	pos     int // byte
	col     int // 1-based character at pos
	operand bool
}

// lex splits the source into tokens, the last one an endToken.
func lex(src string) ([]token, *Error) {
	l := &lexer{src: src, col: 1}
	var tokens []token
	for {
		t, err := l.next()
		if err != nil {
			return nil, err
		}
		tokens = append(tokens, t)
		if t.kind == endToken {
			return tokens, nil
		}
		// After an operand only an operator can follow, so a word that begins with 且 or 或 is one there.
		l.operand = t.kind != signToken || t.text == ")"
	}
}

// Fold returns the plain twin of a full-width character, and the character itself when it has none.
func Fold(r rune) rune {
	switch {
	case r >= '！' && r <= '～':
		return r - '！' + '!'
	case r == '。':
		return '.'
	case r == '×' || r == '✕' || r == '╳':
		return '*'
	case r == '÷':
		return '/'
	case r == '−' || r == '–':
		return '-'
	case r == '【':
		return '['
	case r == '】':
		return ']'
	}
	return r
}

// Invisible reports whether a character shows nothing and takes no room: zero-width spaces, soft hyphens, marks of direction.
func Invisible(r rune) bool {
	switch r {
	case '\u00ad', '\u200b', '\u200c', '\u200d', '\u200e', '\u200f', '\u2060', '\ufeff':
		return true
	}
	return false
}

// Space reports whether a character only separates: blanks of every width, line breaks, and invisible characters.
func Space(r rune) bool { return unicode.IsSpace(r) || Invisible(r) }

// closedPart is how far a text certainly has no character for which Space holds, and no
// broken one, and how many characters that is: most texts of a form have none.
func closedPart(text string) (end, characters int) {
	rest, wide := text, 0
	for rest != "" {
		for len(rest) >= 8 && twoIdeographs(eightBytes(rest)) {
			rest, wide = rest[6:], wide+2
		}
		if len(rest) >= 3 && closedWide(uint32(rest[0])<<16|uint32(rest[1])<<8|uint32(rest[2])) {
			rest, wide = rest[3:], wide+1
			continue
		}
		n := 0
		for n < len(rest) && rest[n]-'!' < utf8.RuneSelf-'!' { // from '!' on, and ASCII
			n++
		}
		if n == 0 {
			break
		}
		rest = rest[n:]
	}
	end = len(text) - len(rest)
	return end, end - 2*wide
}

// closedWide reports whether bytes, the first the highest, are a character of three for
// which Space certainly does not hold: of U+2080 to U+CFFF but for the wide blank, “”… or
// （，：％.
func closedWide(w uint32) bool {
	return w&0xF0C0C0 == 0xE08080 && (w >= 0xE28280 && w < 0xED0000 && w != 0xE38080 || w >= 0xE28094 && w < 0xE280A8 || w >= 0xEFBC80)
}

// twoIdeographs reports whether six of eight bytes, the first the lowest, are two
// characters of U+4000 to U+BFFF: with 4 off, their first bytes differ in three bits only.
func twoIdeographs(w uint64) bool { return (w-0x04000004)&0xC0C0F8C0C0F8 == 0x8080E08080E0 }

// eightBytes are eight bytes of a text, the first the lowest, as a machine reads them at once.
func eightBytes(s string) uint64 {
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// isIdeograph reports whether bytes, the first the lowest, are a Chinese character of
// the common range.
func isIdeograph(w uint32) bool { return isWide(w) && w&0xFF-0xE4 <= 0xE9-0xE4 }

// ideographAt reports whether a Chinese character of the common range is at a place.
func ideographAt(text string, i int) bool {
	if i+4 <= len(text) {
		return isIdeograph(fourBytes(text[i : i+4]))
	}
	return i+3 == len(text) && isIdeograph(uint32(text[i])|uint32(text[i+1])<<8|uint32(text[i+2])<<16)
}

// peek returns the plain twin of the next character and its size; size 0 at the end.
func (l *lexer) peek() (rune, int) {
	if l.pos >= len(l.src) {
		return 0, 0
	}
	r, size := utf8.DecodeRuneInString(l.src[l.pos:])
	return Fold(r), size
}

func (l *lexer) advance(size int) {
	l.pos += size
	l.col++
}

func (l *lexer) skipSpace() {
	for {
		r, size := l.peek()
		if size == 0 || !Space(r) {
			return
		}
		l.advance(size)
	}
}

func nameStart(r rune) bool {
	return r == '_' || unicode.IsLetter(r) || unicode.Is(unicode.Nl, r) || unicode.Is(unicode.No, r)
}

func namePart(r rune) bool {
	return nameStart(r) || r == '·' || unicode.IsDigit(r) || unicode.IsMark(r)
}

func digit(r rune) bool { return r >= '0' && r <= '9' }

func (l *lexer) next() (token, *Error) {
	l.skipSpace()
	r, size := l.peek()
	switch {
	case size == 0:
		return token{kind: endToken, col: l.col}, nil
	case digit(r) || r == '.' && l.digitAfter(size):
		return l.number()
	case closers(rune0(l.src[l.pos:])) != "":
		return l.quoted()
	case nameStart(r) || r == '[':
		return l.name()
	}
	return l.sign(r, size)
}

func rune0(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

func (l *lexer) digitAfter(size int) bool {
	return l.pos+size < len(l.src) && digit(Fold(rune0(l.src[l.pos+size:])))
}

// number reads digits, a point, and a percent sign. It ends before a letter only with a fault, because 10万元 and 2022年数 are neither numbers nor names.
func (l *lexer) number() (token, *Error) {
	t := token{kind: numberToken, col: l.col}
	var b strings.Builder
	point := false
	for {
		r, size := l.peek()
		if r == '.' && !point && l.digitAfter(size) {
			point = true
		} else if !digit(r) {
			break
		}
		b.WriteRune(r)
		l.advance(size)
	}
	t.text = b.String()
	if len(t.text) > maxDigits {
		return t, fault(t.col, "数“%s…”太长，最多%d位", t.text[:10], maxDigits)
	}
	d, err := decimal.NewFromString(t.text)
	if err != nil {
		return t, fault(t.col, "“%s”不是数", t.text)
	}
	r, size := l.peek()
	switch {
	case r == '%':
		l.advance(size)
		t.percent, t.text, t.number = true, t.text+"%", d.Shift(-2)
		return t, nil
	case r == '.':
		return t, fault(l.col, "数“%s”后面多了一个点", t.text)
	case nameStart(r) && !(r == '且' || r == '或'):
		col := l.col
		word := l.word()
		if strings.HasPrefix(word, "万") || strings.HasPrefix(word, "亿") || strings.HasPrefix(word, "元") || strings.HasPrefix(word, "分") {
			return t, fault(col, "数“%s”后面不能写“%s”：金额以万元、分值以分计，只写数", t.text, word)
		}
		return t, fault(t.col, "名称不能以数字开头，请加方括号：[%s%s]", t.text, word)
	}
	t.number = d
	return t, nil
}

// word reads name characters in their plain spelling.
func (l *lexer) word() string {
	var b strings.Builder
	for {
		r, size := l.peek()
		if size == 0 || !namePart(r) && !Invisible(r) {
			return b.String()
		}
		if !Invisible(r) {
			b.WriteRune(r)
		}
		l.advance(size)
	}
}

// name reads a dotted path of words and [words with signs in them].
func (l *lexer) name() (token, *Error) {
	t := token{kind: nameToken, col: l.col}
	if r, size := l.peek(); l.operand && (r == '且' || r == '或') {
		l.advance(size)
		return token{kind: signToken, col: t.col, text: string(r)}, nil
	}
	for {
		r, size := l.peek()
		switch {
		case r == '[':
			segment, err := l.bracketed(size)
			if err != nil {
				return t, err
			}
			t.path, t.bracket = append(t.path, segment), true
		case nameStart(r):
			t.path = append(t.path, l.word())
		case size == 0:
			return t, fault(l.col, "“.”后面缺少字段的名称")
		default:
			return t, fault(l.col, "“.”后面应是字段的名称，这里是“%c”", r)
		}
		if r, size = l.peek(); r != '.' {
			break
		}
		l.advance(size)
	}
	t.text = strings.Join(t.path, ".")
	if len(t.path) == 1 && !t.bracket {
		if sign := wordSign(t.text); sign != "" {
			return token{kind: signToken, col: t.col, text: sign}, nil
		}
	}
	return t, nil
}

// wordSign is the operator that a word stands for.
func wordSign(word string) string {
	switch strings.ToUpper(word) {
	case "且", "AND":
		return "且"
	case "或", "OR":
		return "或"
	case "非", "NOT":
		return "非"
	}
	return ""
}

// bracketed reads [年初预算数(万元)]: whatever stands between the brackets, blanks at the ends dropped.
func (l *lexer) bracketed(size int) (string, *Error) {
	col := l.col
	l.advance(size)
	start := l.pos
	for {
		r, size := l.peek()
		switch {
		case size == 0:
			return "", fault(col, "方括号没有配对：这个“[”没有“]”")
		case r == ']':
			name := strings.TrimFunc(l.src[start:l.pos], Space)
			l.advance(size)
			if name == "" {
				return "", fault(col, "方括号里没有名称")
			}
			return name, nil
		}
		l.advance(size)
	}
}

// closers are the quotation marks that may end a text which opens with r, the proper one first; "" when r opens none.
func closers(r rune) string {
	switch r {
	case '"', '＂':
		return `"＂`
	case '“':
		return "”“\""
	case '”':
		return "”“\""
	case '\'', '＇':
		return "'＇"
	case '‘', '’':
		return "’‘'"
	case '「':
		return "」"
	case '『':
		return "』"
	}
	return ""
}

// Quoted measures the text in quotation marks at the beginning of s: bytes
// with both marks, 0 when it does not begin with one, -1 when nothing closes
// it. A text in plain marks holds a mark when it is doubled. An opening curly
// mark is closed by its twin; where there is none (the other hand of an input
// method), by another mark of its kind.
func Quoted(s string) int {
	open := rune0(s)
	marks := closers(open)
	if marks == "" {
		return 0
	}
	from := utf8.RuneLen(open)
	plain := open == '"' || open == '＂' || open == '\'' || open == '＇'
	if !plain {
		for _, mark := range marks {
			if i := strings.IndexRune(s[from:], mark); i >= 0 {
				return from + i + utf8.RuneLen(mark)
			}
		}
		return -1
	}
	for i := from; ; {
		j := strings.IndexAny(s[i:], marks)
		if j < 0 {
			return -1
		}
		mark := rune0(s[i+j:])
		i += j + utf8.RuneLen(mark)
		if rune0(s[i:]) != mark {
			return i
		}
		i += utf8.RuneLen(mark)
	}
}

// unquote takes the marks off a text that Quoted measured.
func unquote(s string) string {
	open := rune0(s)
	_, last := utf8.DecodeLastRuneInString(s)
	inner := s[utf8.RuneLen(open) : len(s)-last]
	switch open {
	case '"', '＂':
		return strings.NewReplacer(`""`, `"`, "＂＂", "＂").Replace(inner)
	case '\'', '＇':
		return strings.NewReplacer("''", "'", "＇＇", "＇").Replace(inner)
	}
	return inner
}

func (l *lexer) quoted() (token, *Error) {
	t := token{kind: textToken, col: l.col}
	n := Quoted(l.src[l.pos:])
	if n < 0 {
		return t, fault(t.col, "引号没有配对：这个“%c”后面没有另一个引号", rune0(l.src[l.pos:]))
	}
	t.text = unquote(l.src[l.pos : l.pos+n])
	l.col += utf8.RuneCountInString(l.src[l.pos : l.pos+n])
	l.pos += n
	return t, nil
}

// sign reads an operator or a bracket.
func (l *lexer) sign(r rune, size int) (token, *Error) {
	t := token{kind: signToken, col: l.col}
	second := func(want rune) bool {
		next, n := l.peek()
		if n > 0 && next == want {
			l.advance(n)
			return true
		}
		return false
	}
	l.advance(size)
	switch r {
	case '+', '-', '*', '/', '&', '(', ')', ',':
		t.text = string(r)
		if r == '&' && second('&') {
			return t, fault(t.col, "“&&”请写成“且”")
		}
	case '=':
		t.text = "="
		switch {
		case second('='):
		case second('>'):
			return t, fault(t.col, "“=>”请写成“>=”")
		case second('<'):
			return t, fault(t.col, "“=<”请写成“<=”")
		}
	case '<':
		switch {
		case second('='):
			t.text = "<="
		case second('>'):
			t.text = "<>"
		default:
			t.text = "<"
		}
	case '>':
		t.text = ">"
		if second('=') {
			t.text = ">="
		}
	case '≤', '≦', '⩽':
		t.text = "<="
	case '≥', '≧', '⩾':
		t.text = ">="
	case '≠':
		t.text = "<>"
	case '!':
		if second('=') {
			t.text = "<>"
			break
		}
		return t, fault(t.col, "“!”请写成“非”")
	case '|':
		return t, fault(t.col, "“|”请写成“或”")
	case '%', '‰':
		return t, fault(t.col, "“%c”只能紧跟在数的后面，如 85%%；别处请写 / 100", r)
	case '、', ';':
		return t, fault(t.col, "“%c”请写成逗号", r)
	case '{', '}':
		return t, fault(t.col, "公式里不能有大括号")
	case utf8.RuneError:
		return t, fault(t.col, "这里有不能识别的编码，请删去重打")
	default:
		return t, fault(t.col, "不认识的符号“%c”", r)
	}
	return t, nil
}

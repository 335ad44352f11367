package fillin

import (
	"bytes"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// normal is a text in the spelling in which labels are compared: NFKC, no
// white space of any kind, one sort of bracket, plain colons. It can tell where
// each byte came from, so that a value can be cut out of the original. A normal
// is scratch space: set reuses it.
type normal struct {
	b      []byte
	text   string
	limit  int
	traced bool
	ends   []span // of the original, for each byte of b; made when first asked for
}

// span is a stretch of bytes.
type span struct{ from, to int32 }

// set normalises text, up to limit bytes of normal form.
func (n *normal) set(text string, limit int) {
	n.text, n.limit, n.traced = text, limit, false
	n.run(false)
}

func (n *normal) run(trace bool) {
	b, text := n.b[:0], n.text
	for i := 0; i < len(text) && len(b) < n.limit; {
		start, size := len(b), 1
		switch c := text[i]; {
		case c < utf8.RuneSelf:
			if c = plainASCII(c); c != 0 {
				b = append(b, c)
			}
		case c >= 0xE4 && c <= 0xE9 && i+2 < len(text) && text[i+1]&0xC0 == 0x80 && text[i+2]&0xC0 == 0x80 && (c > 0xE4 || text[i+1] >= 0xB8):
			size = 3 // a common Chinese letter, U+4E00 to U+9FFF
			b = append(b, c, text[i+1], text[i+2])
		default:
			var r rune
			r, size = utf8.DecodeRuneInString(text[i:])
			b = fold(b, r)
		}
		if trace {
			for range len(b) - start {
				n.ends = append(n.ends, span{int32(i), int32(i + size)})
			}
		}
		i += size
	}
	n.b = b
}

// trace returns where in the original byte i of the normal form came from.
func (n *normal) trace(i int) span {
	if !n.traced {
		n.ends = n.ends[:0]
		n.run(true)
		n.traced = true
	}
	return n.ends[i]
}

// plainASCII maps white space and control characters to 0 and all brackets to round ones.
func plainASCII(c byte) byte {
	switch {
	case c <= ' ' || c == 0x7F:
		return 0
	case c == '[' || c == '{':
		return '('
	case c == ']' || c == '}':
		return ')'
	}
	return c
}

// fold appends the normal form of a character that is neither ASCII nor a common Chinese one.
func fold(b []byte, r rune) []byte {
	switch {
	case invisible(r):
		return b
	case r >= 0xFF01 && r <= 0xFF5E:
		return append(b, plainASCII(byte(r-0xFEE0)))
	}
	if footnote(r) {
		return b
	}
	switch r {
	case '【', '〔', '〖', '「', '『', '〈', '﹝', '﹙':
		return append(b, '(')
	case '】', '〕', '〗', '」', '』', '〉', '﹞', '﹚':
		return append(b, ')')
	case '∶', '︰', '﹕', 'ː':
		return append(b, ':')
	}
	if r >= '①' && r <= '⑳' { // a number before a label, to be told from its text
		b = append(b, '(')
		b = strconv.AppendInt(b, int64(r-'①')+1, 10)
		return append(b, ')')
	}
	var buf [utf8.UTFMax]byte
	n := utf8.EncodeRune(buf[:], r)
	parts := norm.NFKC.Properties(buf[:n]).Decomposition()
	if parts == nil {
		return append(b, buf[:n]...)
	}
	for _, c := range string(parts) {
		switch {
		case invisible(c):
		case c < utf8.RuneSelf:
			if p := plainASCII(byte(c)); p != 0 {
				b = append(b, p)
			}
		default:
			b = utf8.AppendRune(b, c)
		}
	}
	return b
}

// footnote reports a raised figure behind a label: 全年预算数¹.
func footnote(r rune) bool {
	return r == '¹' || r == '²' || r == '³' || r == '⁰' || r >= '⁴' && r <= '⁹'
}

// invisible reports white space and characters that only steer the layout.
func invisible(r rune) bool {
	if r > ' ' && r < 0x7F || r >= 0x3001 && r < 0xD800 {
		return false
	}
	return unicode.IsSpace(r) || r == '\u3000' || r == '\u00ad' || r == '\ufeff' || r == utf8.RuneError ||
		r >= '\u200b' && r <= '\u200f' || r >= '\u2028' && r <= '\u202f' || r >= '\u2060' && r <= '\u206f' ||
		r >= '\ufe00' && r <= '\ufe0f' || unicode.Is(unicode.Co, r)
}

// normalised is the normal form of a whole short text.
func normalised(text string) string {
	var room [192]byte
	n := normal{b: room[:0]}
	n.set(text, len(text)*4)
	return string(n.b)
}

// bare strips the colons behind a label.
func bare(b []byte) []byte {
	for len(b) > 0 && (b[len(b)-1] == ':' || b[len(b)-1] == ';') {
		b = b[:len(b)-1]
	}
	return b
}

// labelOf is the normal form of a label: normalised, without colons behind it.
func labelOf(text string) string { return strings.TrimRight(normalised(text), ":;") }

// loose is a label without what units like to change: what stands in brackets,
// a leading 其中, a number or a mark before it, a mark or a unit of money behind
// it. It never returns an empty text.
// The result may lie in room.
func loose(b, room []byte) []byte {
	out := b
	if bytes.IndexByte(out, '(') >= 0 {
		out = withoutBrackets(out, room)
	}
	out = withoutUnit(unmarked(bare(out)))
	if cut := numbering(out); cut > 0 {
		out = out[cut:]
	}
	if rest := bytes.TrimPrefix(out, []byte("其中")); len(rest) < len(out) {
		out = bytes.TrimLeft(rest, ":,，")
	}
	if cut := numbering(out); cut > 0 {
		out = out[cut:]
	}
	if len(out) == 0 {
		return b
	}
	return out
}

// marks are what units put before or behind a label to say that it must be filled in, or matters most.
const marks = "*#★※▲●◆■□☆"

// unmarked takes marks off both ends of a label.
func unmarked(b []byte) []byte {
	mark := func(first byte) bool { return first == '*' || first == '#' || first == "★"[0] }
	if len(b) > 0 && mark(b[0]) {
		b = bytes.TrimLeft(b, marks)
	}
	if len(b) > 0 && mark(b[len(b)-lastLetter(b)]) {
		b = bare(bytes.TrimRight(b, marks))
	}
	if stem, ok := bytes.CutSuffix(bytes.TrimRight(b, "0123456789"), []byte("注")); ok && utf8.RuneCount(stem) > 1 {
		b = bare(stem) // 全年预算数注1
	}
	return b
}

// withoutUnit takes a unit of money off the end of a label: 全年执行数/万元.
func withoutUnit(b []byte) []byte {
	rest, ok := bytes.CutSuffix(b, []byte("万元"))
	if !ok {
		if rest, ok = bytes.CutSuffix(b, []byte("/元")); !ok {
			return b
		}
	}
	rest = bytes.TrimRight(rest, "/,:")
	if utf8.RuneCount(rest) < 2 || rest[len(rest)-1] < utf8.RuneSelf {
		return b // 5万元
	}
	return rest
}

// withoutBrackets drops closed pairs of brackets with what is in them.
func withoutBrackets(b, room []byte) []byte {
	out := room[:0]
	for i := 0; i < len(b); {
		if b[i] == '(' {
			if end := closing(b[i:]); end > 0 {
				i += end
				continue
			}
		}
		out = append(out, b[i])
		i++
	}
	return out
}

// closing returns the length of the bracketed group at the start of b, 0 when it is not closed.
func closing(b []byte) int {
	depth := 0
	for i, c := range b {
		switch c {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return 0
}

// numbering returns the length of a leading 一、 or 1. or 2、.
func numbering(b []byte) int {
	start := b[:min(len(b), 12)]
	if bytes.IndexByte(start, '.') < 0 && !bytes.Contains(start, []byte("、")) {
		return 0
	}
	i := 0
	for i < len(b) {
		r, size := utf8.DecodeRune(b[i:])
		if !strings.ContainsRune("0123456789一二三四五六七八九十", r) {
			break
		}
		i += size
	}
	if i == 0 || i == len(b) {
		return 0
	}
	switch r, size := utf8.DecodeRune(b[i:]); r {
	case '、', '.', '．':
		return i + size
	}
	return 0
}

// speaks reports whether a text holds at least min letters, so that it can be a label.
func speaks(text string, min int) bool {
	n := 0
	for _, r := range text {
		if unicode.IsLetter(r) {
			if n++; n >= min {
				return true
			}
		}
	}
	return false
}

// blank reports whether a text says nothing.
func blank(text string) bool {
	for _, r := range text {
		if !invisible(r) {
			return false
		}
	}
	return true
}

// trim cuts invisible characters off both ends.
func trim(text string) string { return strings.TrimFunc(text, invisible) }

// compact is a label as messages show it: on one line, without the colon.
func compact(text string) string {
	return strings.TrimRight(strings.Map(func(r rune) rune {
		if invisible(r) {
			return -1
		}
		return r
	}, text), ":：;；")
}

// telling are letters that alone tell one label from another: 年初预算数 and
// 全年预算数, 一级指标 and 二级指标. Labels that differ by one of them are never
// taken for each other.
const telling = "0123456789一二三四五六七八九十上下本前后初末全去今当明收支入出进增减盈亏正负有无是非否不未内外男女大小新旧在离退临净总分合均预决执计实应已其ABCDEFG"

// oneLetterOff reports whether two labels differ in exactly one letter that is
// not a telling one: put in, left out or written wrongly.
func oneLetterOff(a, b string) bool {
	x, y := []rune(a), []rune(b)
	if len(x) > len(y) {
		x, y = y, x
	}
	if len(y)-len(x) > 1 || len(x) < 2 || len(y) < 3 {
		return false
	}
	i := 0
	for i < len(x) && x[i] == y[i] {
		i++
	}
	tells := func(r rune) bool { return strings.ContainsRune(telling, r) }
	if len(x) == len(y) {
		return i < len(x) && string(x[i+1:]) == string(y[i+1:]) && !tells(x[i]) && !tells(y[i])
	}
	return string(x[i:]) == string(y[i+1:]) && !tells(y[i])
}

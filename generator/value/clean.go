package value

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// trim is a set of harmless changes; they are told, but no clerk has to act on them.
type trim uint8

const (
	trimBlanks  trim = 1 << iota // blanks around the text
	trimHidden                   // control and zero-width characters
	trimStored                   // a number that the file stores as text
	trimTail                     // the tail of a binary floating-point number
	trimClock                    // the time of day behind a date
	trimFormula                  // a text that the spreadsheet had turned into a formula
	trimHeading                  // converted by the unit of the heading
)

var trimNames = [...]string{
	"去掉首尾空格", "去掉看不见的字符", "数字按文本存放", "去掉浮点误差", "去掉日期后的时间", "公式还原为所填的文字", "按表头单位换算为万元",
}

// trimLists holds every set spelled out, so that reading a cell allocates nothing for it.
var trimLists = func() (lists [1 << len(trimNames)][]string) {
	for set := range lists {
		for i, name := range trimNames {
			if set&(1<<i) != 0 {
				lists[set] = append(lists[set], name)
			}
		}
		lists[set] = lists[set][:len(lists[set]):len(lists[set])]
	}
	return lists
}()

func (t trim) list() []string { return trimLists[t] }

// tidy takes away what nobody sees: control characters, zero-width characters,
// _x000D_ escapes, blanks at both ends. Line breaks become \n. What people do
// see is left as it is.
func tidy(s string) (string, trim) {
	var done trim
	if hasHidden(s) {
		c, dropped := withoutHidden(s)
		if s = c; dropped {
			done = trimHidden
		}
	}
	if s == "" || !mayBeSpace(s[0]) && !mayBeSpace(s[len(s)-1]) {
		return s, done
	}
	t := strings.TrimFunc(s, isSpace)
	if len(t) != len(s) {
		done |= trimBlanks
	}
	return t, done
}

// mayBeSpace is false for the first and last bytes of characters that are no
// space: the printable ones of ASCII. Of the others, 一 to 鿿 begin with E4 to E9.
func mayBeSpace(b byte) bool { return b <= ' ' || b >= 0x7f && (b < 0xe4 || b > 0xe9) }

// hasHidden reports whether there may be something to clean.
func hasHidden(s string) bool {
	for i := 0; i < len(s); i++ {
		b := s[i]
		if b >= ' ' && b < 0x7f && b != '_' {
			continue
		}
		var next, third byte
		if i+1 < len(s) {
			next = s[i+1]
		}
		if i+2 < len(s) {
			third = s[i+2]
		}
		switch b {
		case '\n', '\t':
		case '_':
			if next == 'x' {
				return true
			}
		case 0xc2: // U+0080 to U+00BF
			if next < 0xa0 || next == 0xad {
				return true
			}
		case 0xe2: // among them the quotes and dashes of every Chinese text
			if next == 0x80 && (third >= 0x8b && third <= 0x8f || third >= 0xa8 && third <= 0xae) || next == 0x81 && third >= 0xa0 && third <= 0xaf {
				return true
			}
		case 0xef:
			if next == 0xbb || next == 0xbf && third >= 0xbe {
				return true
			}
		case 0xf3:
			return true
		default:
			if b < ' ' || b == 0x7f {
				return true
			}
		}
	}
	return !utf8.ValidString(s)
}

// withoutHidden brings line ends to \n and drops the rest of what is not seen; only the latter is worth telling.
func withoutHidden(s string) (clean string, dropped bool) {
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == '_' {
			if strings.HasPrefix(s[i:], "_x005F_x") { // somebody typed _x000D_, letter by letter
				b.WriteByte('_')
				i += len("_x005F_")
				continue
			}
			if code, ok := escapedControl(s[i:]); ok {
				r, n = code, len("_x000D_")
			}
		}
		i += n
		switch {
		case r == '\r':
			if !strings.HasPrefix(s[i:], "\n") {
				b.WriteByte('\n')
			}
		case r == '\v' || r == 0x85 || r == 0x2028 || r == 0x2029:
			b.WriteByte('\n')
		case isHidden(r):
			dropped = true
		default: // bytes that are no UTF-8 come out as U+FFFD
			b.WriteRune(r)
		}
	}
	return b.String(), dropped
}

// escapedControl recognises _x000D_ and its kin: control characters as spreadsheets escape them.
func escapedControl(s string) (rune, bool) {
	if len(s) < 7 || s[1] != 'x' || s[2] != '0' || s[3] != '0' || s[6] != '_' {
		return 0, false
	}
	code := rune(0)
	for _, c := range []byte(s[4:6]) {
		switch {
		case c >= '0' && c <= '9':
			code = code<<4 | rune(c-'0')
		case c >= 'A' && c <= 'F':
			code = code<<4 | rune(c-'A'+10)
		case c >= 'a' && c <= 'f':
			code = code<<4 | rune(c-'a'+10)
		default:
			return 0, false
		}
	}
	return code, code < 0x20
}

// isHidden reports characters that leave no mark on paper and may not, or
// should not, stand in a document. Joiners stay: scripts need them.
func isHidden(r rune) bool {
	switch {
	case r < 0x20:
		return r != '\n' && r != '\t'
	case r >= 0x7f && r < 0xa0, r == 0xad, r == 0xfeff, r == 0xfffe, r == 0xffff:
		return true
	case r == 0x200b, r == 0x200e, r == 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x2060 && r <= 0x206f:
		return true
	case r >= 0xe0000 && r <= 0xe007f:
		return true
	}
	return false
}

// isSpace is unicode.IsSpace without its tables.
func isSpace(r rune) bool {
	switch {
	case r <= ' ':
		return r == ' ' || r >= '\t' && r <= '\r'
	case r < 0x1680:
		return r == 0x85 || r == 0xa0
	case r < 0x2000, r > 0x3000:
		return r == 0x1680
	}
	return r <= 0x200a || r == 0x2028 || r == 0x2029 || r == 0x202f || r == 0x205f || r == 0x3000
}

// fold brings numbers, dates and operators to their plain half-width form.
// Blanks of every kind become one plain blank each. odd reports that a
// character that people see was replaced. Superscripts, circled and other
// compatibility digits are left alone: 10⁴ must not become 104.
func fold(s string) (folded string, odd bool) {
	plainHead := foldable(s)
	if plainHead < 0 {
		return s, false
	}
	var b strings.Builder
	b.Grow(len(s))
	b.WriteString(s[:plainHead])
	for _, r := range s[plainHead:] {
		switch {
		case r == 0x200c || r == 0x200d:
			continue
		case isSpace(r):
			r = ' '
		default:
			if p := plain(r); p != r {
				r, odd = p, true
			}
		}
		b.WriteRune(r)
	}
	return b.String(), odd
}

// foldable is the place of the first character that fold may change, -1 when there is none.
func foldable(s string) int {
	for i := 0; i < len(s); {
		switch b := s[i]; {
		case b >= ' ' && b < 0x7f:
			i++
		case b >= 0xe4 && b <= 0xe9 && i+2 < len(s) && s[i+1]&0xc0 == 0x80 && s[i+2]&0xc0 == 0x80:
			i += 3 // a Chinese character
		default:
			r, n := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError || r == 0x200c || r == 0x200d || isSpace(r) || plain(r) != r {
				return i
			}
			i += n
		}
	}
	return -1
}

// plain is the half-width twin of a character.
func plain(r rune) rune {
	switch {
	case r < 0x80:
		return r
	case r >= 0xff01 && r <= 0xff5e:
		return r - 0xff01 + '!'
	case r >= 0x2010 && r <= 0x2015: // hyphens, en and em dashes
		return '-'
	}
	switch r {
	case 0x2212, 0x2500, 0x2501, 0x30fc, 0xfe63, 0xfe58: // minus, box lines, long vowel mark
		return '-'
	case 0xfe50:
		return ','
	case 0xfe52:
		return '.'
	case 0xfe55:
		return ':'
	case 0xfe59, 0x3014:
		return '('
	case 0xfe5a, 0x3015:
		return ')'
	case 0xfe62:
		return '+'
	case 0xfe64:
		return '<'
	case 0xfe65:
		return '>'
	case 0xfe66, 0x2550: // ﹦ and ═
		return '='
	case 0xfe6a:
		return '%'
	case 0x301c, 0x223c: // 〜 and ∼
		return '~'
	case 0xffe5:
		return '¥'
	case 0xff61:
		return '。'
	}
	return r
}

// withoutBlanks drops every plain blank of folded text.
func withoutBlanks(s string) string {
	if strings.IndexByte(s, ' ') < 0 {
		return s
	}
	return strings.ReplaceAll(s, " ", "")
}

// isMark reports the signs by which people say that nothing is to be filled
// in: / — - -- * ……, whatever their width and with blanks between them.
func isMark(s string) bool {
	kind, last := rune(0), rune(0)
	count := 0
	for _, r := range s {
		if isSpace(r) {
			continue
		}
		if r == '⋯' {
			r = '…'
		}
		sign := plain(r)
		last = sign
		switch sign {
		case '-', '/', '\\':
			sign = '-'
		case '*':
		case '…', '.', '。':
			sign = '…'
		default:
			return false
		}
		if kind != 0 && sign != kind {
			return false
		}
		kind = sign
		count++
	}
	// A lone full stop is a slip, not a statement.
	return count > 1 || count == 1 && last != '.' && last != '。'
}

// isNotApplicable adds the words that say the same. 无 counts: for a figure it
// means that there is none to be had, which is not zero.
func isNotApplicable(s string) bool {
	switch s {
	case "无", "不适用", "不涉及", "N/A", "n/a", "NA", "无。":
		return true
	}
	return isMark(s)
}

// quote shows what was filled in a message: on one line and not too long.
func quote(s string) string {
	const limit = 40
	s = strings.ToValidUTF8(s, "\uFFFD")
	if strings.ContainsFunc(s, unicode.IsControl) {
		s = strings.Map(func(r rune) rune {
			if unicode.IsControl(r) {
				return ' '
			}
			return r
		}, s)
	}
	if len(s) > limit && utf8.RuneCountInString(s) > limit {
		cut := 0
		for i := range s {
			if cut == limit {
				s = s[:i] + "…"
				break
			}
			cut++
		}
	}
	return "“" + s + "”"
}

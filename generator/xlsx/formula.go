package xlsx

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"jixiao/generator/ooxml"
)

// Limits of a worksheet.
const (
	maxRow = ooxml.MaxRow
	maxCol = ooxml.MaxCol
)

// tokenKind says what a piece of a formula is.
type tokenKind uint8

const (
	tokSpace   tokenKind = iota
	tokNumber            // 12.5
	tokString            // "…", quotes included
	tokError             // #N/A
	tokRef               // A1, $A$1:B2, A:C, 1:3, with a sheet before it or not
	tokName              // a defined name, TRUE, FALSE
	tokTable             // a structured reference: 表1[金额], [@金额]
	tokFunc              // a function's name; its parenthesis follows as tokOpen
	tokOpen              // (
	tokClose             // )
	tokComma             // , between arguments or areas
	tokOp                // an operator
	tokForeign           // what is never touched: references to other workbooks, array braces
)

// token is one piece of a formula; the texts of all tokens joined are the formula.
type token struct {
	kind tokenKind
	text string
	ref  reference // of tokRef
	use  refUse    // of tokRef
}

// corner is one end of a reference. Row is 0 in a reference to whole columns, Col in one to whole rows.
type corner struct {
	Row, Col       int
	AbsRow, AbsCol bool
}

// reference is a reference to cells of this workbook.
type reference struct {
	prefix   string // as written, with its exclamation mark: '预算 表'!
	sheet    string // "" for the formula's own sheet
	last     string // last sheet of a 3-D reference, else ""
	from, to corner // equal for a single cell
	isRange  bool   // written with a colon

	target, lastTarget int // the sheets among the workbook's; ownSheet, unknownSheet
}

// refUse says what a function makes of a reference that stands alone as its argument.
type refUse uint8

const (
	useScalar refUse = iota // one value is meant
	useRange                // a range is meant: COUNTIF(B3,…) over a repeated row grows
	useList                 // any number of ranges may stand here: SUM(B3), SUM(B3:B5,B9)
)

// lexFormula cuts a formula (without "=") into tokens. It never fails: what it
// does not know is left as it is.
func lexFormula(src string) []token {
	l := lexer{src: src}
	for l.pos < len(src) {
		l.next()
	}
	markUses(l.out)
	return l.out
}

type lexer struct {
	src string
	pos int
	out []token
}

func (l *lexer) add(kind tokenKind, end int) {
	l.out = append(l.out, token{kind: kind, text: l.src[l.pos:end]})
	l.pos = end
}

func (l *lexer) next() {
	c := l.src[l.pos]
	switch {
	case c == ' ' || c == '\t' || c == '\n' || c == '\r':
		end := l.pos
		for end < len(l.src) && strings.IndexByte(" \t\n\r", l.src[end]) >= 0 {
			end++
		}
		l.add(tokSpace, end)
	case c == '"':
		l.add(tokString, quotedEnd(l.src, l.pos, '"'))
	case c == '\'':
		l.quotedSheet()
	case c == '#':
		if l.afterOperand() { // A1# is the spilled range of A1
			l.add(tokOp, l.pos+1)
		} else {
			l.add(tokError, errorEnd(l.src, l.pos))
		}
	case c == '[':
		l.bracket(l.pos)
	case c >= '0' && c <= '9' || c == '.' && l.pos+1 < len(l.src) && isDigit(l.src[l.pos+1]):
		if end := wordEnd(l.src, l.pos); end < len(l.src) && l.src[end] == '!' { // 2022年!A1, as other programs write it
			l.word(end)
			return
		}
		l.number()
	case c == '(':
		l.add(tokOpen, l.pos+1)
	case c == ')':
		l.add(tokClose, l.pos+1)
	case c == ',':
		l.add(tokComma, l.pos+1)
	case c == '{' || c == '}' || c == ';':
		l.add(tokForeign, l.pos+1)
	case strings.HasPrefix(l.src[l.pos:], "<>") || strings.HasPrefix(l.src[l.pos:], "<=") || strings.HasPrefix(l.src[l.pos:], ">="):
		l.add(tokOp, l.pos+2)
	case strings.IndexByte("+-*/^&=<>%:@!~|", c) >= 0:
		l.add(tokOp, l.pos+1)
	default:
		end := wordEnd(l.src, l.pos)
		if end == l.pos {
			_, size := utf8.DecodeRuneInString(l.src[l.pos:])
			l.add(tokForeign, l.pos+size)
			return
		}
		l.word(end)
	}
}

// afterOperand reports whether the token before stands for a value.
func (l *lexer) afterOperand() bool {
	if len(l.out) == 0 {
		return false
	}
	switch l.out[len(l.out)-1].kind {
	case tokRef, tokName, tokTable, tokClose:
		return true
	}
	return false
}

// word reads what begins with a letter: a sheet, a function, a cell, a name.
func (l *lexer) word(end int) {
	if end < len(l.src) {
		switch l.src[end] {
		case '!':
			l.afterSheet(l.src[l.pos:end], "", end+1)
			return
		case '(':
			l.add(tokFunc, end)
			return
		case '[':
			l.bracket(end)
			return
		case ':': // Sheet1:Sheet3!A1, unless it is A1:B2
			second := wordEnd(l.src, end+1)
			if second > end+1 && second < len(l.src) && l.src[second] == '!' {
				l.afterSheet(l.src[l.pos:end], l.src[end+1:second], second+1)
				return
			}
		}
	}
	if ref, refEnd, ok := scanRef(l.src, l.pos); ok {
		l.addRef(ref, refEnd)
		return
	}
	l.add(tokName, end)
}

// quotedSheet reads 'a sheet'!A1 or 'one:two'!A1.
func (l *lexer) quotedSheet() {
	end := quotedEnd(l.src, l.pos, '\'')
	if end >= len(l.src) || l.src[end] != '!' {
		l.add(tokForeign, end)
		return
	}
	name := strings.ReplaceAll(l.src[l.pos+1:end-1], "''", "'")
	first, last := name, ""
	if !strings.Contains(name, "[") { // the path of another workbook has a colon too
		first, last, _ = strings.Cut(name, ":")
	}
	l.afterSheet(first, last, end+1)
}

// afterSheet reads what follows Sheet!; start is behind the exclamation mark.
func (l *lexer) afterSheet(first, last string, start int) {
	if strings.ContainsAny(first, "[]") { // another workbook
		end := start
		if _, refEnd, ok := scanRef(l.src, start); ok {
			end = refEnd
		} else {
			end = wordEnd(l.src, start)
		}
		l.add(tokForeign, max(end, start))
		return
	}
	if ref, end, ok := scanRef(l.src, start); ok {
		ref.prefix, ref.sheet, ref.last = l.src[l.pos:start], first, last
		l.addRef(ref, end)
		return
	}
	if start < len(l.src) && l.src[start] == '#' { // 表!#REF!
		l.add(tokError, errorEnd(l.src, start))
		return
	}
	l.add(tokName, max(wordEnd(l.src, start), start)) // a name local to that sheet
}

func (l *lexer) addRef(ref reference, end int) {
	l.out = append(l.out, token{kind: tokRef, text: l.src[l.pos:end], ref: ref})
	l.pos = end
}

// bracket reads a structured reference or a reference to another workbook; open is the place of its first bracket.
func (l *lexer) bracket(open int) {
	depth, end := 0, open
	for end < len(l.src) {
		switch l.src[end] {
		case '\'': // escapes the next character inside the brackets
			end++
		case '[':
			depth++
		case ']':
			depth--
		}
		end++
		if depth <= 0 {
			break
		}
	}
	end = min(end, len(l.src))
	if open == l.pos { // [1]Sheet!A1
		if bang := wordEnd(l.src, end); bang < len(l.src) && l.src[bang] == '!' {
			start := bang + 1
			if _, refEnd, ok := scanRef(l.src, start); ok {
				l.add(tokForeign, refEnd)
			} else {
				l.add(tokForeign, wordEnd(l.src, start))
			}
			return
		}
	}
	l.add(tokTable, end)
}

// number reads 12.5E+3, or the rows 1:3.
func (l *lexer) number() {
	if ref, end, ok := scanRef(l.src, l.pos); ok {
		l.addRef(ref, end)
		return
	}
	end := l.pos
	for end < len(l.src) && (isDigit(l.src[end]) || l.src[end] == '.') {
		end++
	}
	if end < len(l.src) && (l.src[end] == 'e' || l.src[end] == 'E') {
		exp := end + 1
		if exp < len(l.src) && (l.src[exp] == '+' || l.src[exp] == '-') {
			exp++
		}
		if exp < len(l.src) && isDigit(l.src[exp]) {
			for exp < len(l.src) && isDigit(l.src[exp]) {
				exp++
			}
			end = exp
		}
	}
	l.add(tokNumber, end)
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// quotedEnd returns the place behind the closing quote; a doubled quote stands for one.
func quotedEnd(s string, pos int, quote byte) int {
	for i := pos + 1; i < len(s); i++ {
		if s[i] == quote {
			if i+1 < len(s) && s[i+1] == quote {
				i++
				continue
			}
			return i + 1
		}
	}
	return len(s)
}

// errorEnd returns the place behind an error value that begins at pos.
func errorEnd(s string, pos int) int {
	for _, known := range [...]string{"#REF!", "#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#VALUE!", "#GETTING_DATA", "#SPILL!", "#CALC!"} {
		if len(s)-pos >= len(known) && strings.EqualFold(s[pos:pos+len(known)], known) {
			return pos + len(known)
		}
	}
	return pos + 1
}

// wordEnd returns the place behind the letters, digits, dots, underscores, question marks,
// backslashes and dollars at pos. Every letter of any script counts: sheets have Chinese names.
func wordEnd(s string, pos int) int {
	for pos < len(s) {
		c := s[pos]
		if c < utf8.RuneSelf {
			if c != '_' && c != '.' && c != '$' && c != '?' && c != '\\' && !isDigit(c) && (c|0x20 < 'a' || c|0x20 > 'z') {
				break
			}
			pos++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[pos:])
		if unicode.IsSpace(r) || r == utf8.RuneError {
			break
		}
		pos += size
	}
	return pos
}

// scanRef reads A1, A1:B2, A:C or 1:3 at pos. What is followed by a letter, a digit, a parenthesis
// or an exclamation mark is something else: LOG10(, A1B, 2022年.
func scanRef(s string, pos int) (ref reference, end int, ok bool) {
	from, end, ok := scanCorner(s, pos)
	if !ok {
		return ref, pos, false
	}
	ref = reference{from: from, to: from}
	if end < len(s) && s[end] == ':' {
		if to, toEnd, ok := scanCorner(s, end+1); ok && (to.Row == 0) == (from.Row == 0) && (to.Col == 0) == (from.Col == 0) {
			ref.isRange = true
			ref.from, ref.to = orderCorners(from, to)
			return ref, toEnd, refEnds(s, toEnd)
		}
	}
	return ref, end, from.Row != 0 && from.Col != 0 && refEnds(s, end)
}

// refEnds reports whether a reference may end at pos.
func refEnds(s string, pos int) bool {
	return wordEnd(s, pos) == pos && (pos >= len(s) || s[pos] != '(' && s[pos] != '!' && s[pos] != '[')
}

// orderCorners brings the upper left corner first: B5:A1 means A1:B5.
func orderCorners(a, b corner) (from, to corner) {
	if a.Row > b.Row {
		a.Row, b.Row, a.AbsRow, b.AbsRow = b.Row, a.Row, b.AbsRow, a.AbsRow
	}
	if a.Col > b.Col {
		a.Col, b.Col, a.AbsCol, b.AbsCol = b.Col, a.Col, b.AbsCol, a.AbsCol
	}
	return a, b
}

// scanCorner reads $A$1, $A or $1.
func scanCorner(s string, pos int) (c corner, end int, ok bool) {
	end = pos
	dollar := end < len(s) && s[end] == '$'
	if dollar {
		end++
	}
	letters := end
	for end < len(s) && s[end]|0x20 >= 'a' && s[end]|0x20 <= 'z' && end-letters < 3 {
		c.Col = c.Col*26 + int(s[end]|0x20-'a') + 1
		end++
	}
	if end > letters {
		c.AbsCol, dollar = dollar, false
		if c.Col > maxCol {
			return corner{}, pos, false
		}
		if end < len(s) && s[end] == '$' {
			dollar = true
			end++
		}
	}
	digits := end
	for end < len(s) && isDigit(s[end]) && end-digits < 7 {
		c.Row = c.Row*10 + int(s[end]-'0')
		end++
	}
	if end == digits {
		if dollar { // $A$ or $ alone
			return corner{}, pos, false
		}
		return c, end, c.Col > 0
	}
	c.AbsRow = dollar
	if c.Row == 0 || c.Row > maxRow {
		return corner{}, pos, false
	}
	return c, end, true
}

// appendCorner writes a corner as it is written in a formula.
func appendCorner(dst []byte, c corner) []byte {
	if c.Col > 0 {
		if c.AbsCol {
			dst = append(dst, '$')
		}
		dst = appendColumn(dst, c.Col)
	}
	if c.Row > 0 {
		if c.AbsRow {
			dst = append(dst, '$')
		}
		dst = strconv.AppendInt(dst, int64(c.Row), 10)
	}
	return dst
}

// appendColumn writes a column's letters: 28 is AB.
func appendColumn(dst []byte, col int) []byte { return append(dst, ooxml.ColumnName(col)...) }

// appendSheet writes a sheet's name and its exclamation mark, in quotes where a formula needs them.
func appendSheet(dst []byte, first, last string) []byte {
	if plainSheet(first) && (last == "" || plainSheet(last)) {
		dst = append(dst, first...)
		if last != "" {
			dst = append(append(dst, ':'), last...)
		}
		return append(dst, '!')
	}
	dst = append(dst, '\'')
	dst = append(dst, strings.ReplaceAll(first, "'", "''")...)
	if last != "" {
		dst = append(append(dst, ':'), strings.ReplaceAll(last, "'", "''")...)
	}
	return append(dst, '\'', '!')
}

// plainSheet reports whether a sheet's name needs no quotes in a formula.
func plainSheet(name string) bool {
	for i, r := range name {
		if !(unicode.IsLetter(r) || r == '_' || i > 0 && (unicode.IsDigit(r) && r < utf8.RuneSelf || r == '.')) {
			return false
		}
	}
	if _, end, ok := scanCorner(name, 0); ok && end == len(name) {
		return false // A1, XFD and the like
	}
	upper := strings.ToUpper(name)
	if upper == "TRUE" || upper == "FALSE" || name == "" {
		return false
	}
	// R1C1 and its parts are references in the other notation.
	return strings.Trim(upper, "RC0123456789") != ""
}

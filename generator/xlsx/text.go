package xlsx

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"jixiao/generator/expr"
	"jixiao/generator/ooxml"
	"jixiao/generator/tag"
)

// maxText is how many UTF-16 units a cell may hold; cutMark ends a text that was longer.
const (
	maxText = 32767
	cutMark = "……（原文超过32767字，此处截断）"
)

// textRun is a stretch of a cell's text with one look.
type textRun struct {
	props []byte // <rPr>…</rPr> as the template has it; nil for the cell's own look
	text  string
}

// readRuns reads the text of <si> or <is>, whose start tag is the scanner's
// token, and moves to its end tag. Phonetics are not text.
func readRuns(s *ooxml.Scanner, data []byte) []textRun {
	if s.Kind == ooxml.EmptyTag {
		return nil
	}
	var (
		runs  []textRun
		props []byte
		buf   []byte
		depth = s.Depth()
		inT   bool
	)
	for s.Next() {
		if s.Kind == ooxml.EndTag && s.Depth() == depth {
			break
		}
		local := string(s.Local())
		switch {
		case s.Kind == ooxml.StartTag && local == "rPh":
			s.Skip()
		case s.Kind == ooxml.StartTag && local == "r":
			props = nil
		case (s.Kind == ooxml.StartTag || s.Kind == ooxml.EmptyTag) && local == "rPr":
			start := s.Start
			s.Skip()
			props = data[start:s.End]
		case s.Kind == ooxml.StartTag && local == "t":
			inT, buf = true, buf[:0]
		case s.Kind == ooxml.EndTag && local == "t":
			inT = false
			runs = append(runs, textRun{props, decodeEscapes(string(buf))})
		case s.Kind == ooxml.EndTag && local == "r":
			props = nil
		case inT:
			buf = s.AppendText(buf)
		}
	}
	return runs
}

func joinRuns(runs []textRun) string {
	if len(runs) == 1 {
		return runs[0].text
	}
	var b strings.Builder
	for _, r := range runs {
		b.WriteString(r.text)
	}
	return b.String()
}

// decodeEscapes decodes _x000D_, by which spreadsheets keep characters that XML
// does not carry; _x005F_ stands for an underscore that begins no escape.
func decodeEscapes(s string) string {
	if !strings.Contains(s, "_x") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		if isEscape(s[i:]) {
			n, _ := strconv.ParseUint(s[i+2:i+6], 16, 16) // isEscape saw four hexadecimal digits
			i += len("_x000D_")
			switch r := rune(n); {
			case r == '\r' && i < len(s) && s[i] == '\n', utf16.IsSurrogate(r):
			case r == '\r':
				b.WriteByte('\n')
			default:
				b.WriteRune(r)
			}
			continue
		}
		b.WriteByte(s[i])
		i++
	}
	return b.String()
}

// isEscape reports whether s begins with _xHHHH_.
func isEscape(s string) bool {
	if len(s) < 7 || s[0] != '_' || s[1] != 'x' || s[6] != '_' {
		return false
	}
	for _, c := range []byte(s[2:6]) {
		if !isDigit(c) && (c|0x20 < 'a' || c|0x20 > 'f') {
			return false
		}
	}
	return true
}

// appendText writes the content of a <t>: data is never markup, nor is it an escape.
func appendText(dst []byte, text string) []byte {
	for {
		i := strings.Index(text, "_x")
		if i < 0 {
			return ooxml.Escape(dst, text)
		}
		dst = ooxml.Escape(dst, text[:i])
		if isEscape(text[i:]) {
			dst = append(dst, "_x005F_x"...)
		} else {
			dst = append(dst, "_x"...)
		}
		text = text[i+2:]
	}
}

// appendT writes <t>text</t> with the prefix of the sheet's elements.
func appendT(dst []byte, prefix, text string) []byte {
	dst = append(append(append(dst, '<'), prefix...), 't')
	if keepsBlanks(text) {
		dst = append(dst, ` xml:space="preserve"`...)
	}
	dst = appendText(append(dst, '>'), text)
	return append(append(append(dst, "</"...), prefix...), "t>"...)
}

// keepsBlanks reports whether a text would lose its outer or line-breaking blanks without xml:space.
func keepsBlanks(text string) bool {
	if text == "" {
		return false
	}
	first, _ := utf8.DecodeRuneInString(text)
	last, _ := utf8.DecodeLastRuneInString(text)
	return first <= ' ' || last <= ' ' || strings.IndexByte(text, '\n') >= 0
}

// limitText cuts what is longer than a cell may hold, and says so in the cell.
func limitText(text string) string {
	if len(text) <= maxText {
		return text
	}
	room := maxText - utf8.RuneCountInString(cutMark)
	units, cut := 0, len(text)
	for i, r := range text {
		if units <= room {
			cut = i
		}
		if units += utf16.RuneLen(r); units > maxText {
			return text[:cut] + cutMark
		}
	}
	return text
}

// cellText is the text of a cell, or another text, that holds tags.
type cellText struct {
	pieces    []piece
	whole     *tag.Tag   // the text is this one value tag and nothing else: the cell keeps the value's type
	mergeDown bool       // {{合并}}: equal neighbours downward become one cell
	pageBreak bool       // {{分页}}: the page ends between items
	rich      bool       // some run has a look of its own
	looks     []codeLook // of whole: the look of the cell for each number format that its tag may ask for
}

// piece is a stretch of literal text, a value, or the edge of a block inside the text.
type piece struct {
	text  string // literal text, when tag is nil
	tag   *tag.Tag
	match int    // of a block: the piece with its next branch or its end
	props []byte // the look of the run in which it begins
}

// cutPieces lays the pieces of the joined text over its runs.
func cutPieces(pieces []tag.Piece, runs []textRun) []piece {
	var out []piece
	at, run := 0, 0 // start of runs[run] in the joined text
	advance := func(pos int) {
		for run < len(runs)-1 && at+len(runs[run].text) <= pos {
			at += len(runs[run].text)
			run++
		}
	}
	for _, p := range pieces {
		if p.Tag != nil {
			advance(p.Start)
			out = append(out, piece{tag: p.Tag, match: -1, props: runs[run].props})
			continue
		}
		for start := p.Start; start < p.End; {
			advance(start)
			end := min(p.End, at+len(runs[run].text))
			if end <= start {
				end = p.End
			}
			out = append(out, piece{text: p.Text[start-p.Start : end-p.Start], match: -1, props: runs[run].props})
			start = end
		}
	}
	return out
}

// matchInside pairs the blocks that begin and end inside the text and returns
// the indexes of the control tags that do not: they speak of rows.
func matchInside(pieces []piece) (outside []int) {
	var open []int
	chain := func(i int, kinds ...tag.Kind) bool {
		if len(open) == 0 {
			return false
		}
		top := open[len(open)-1]
		for _, k := range kinds {
			if pieces[top].tag.Kind == k {
				pieces[top].match = i
				open = open[:len(open)-1]
				return true
			}
		}
		return false
	}
	for i := range pieces {
		if pieces[i].tag == nil {
			continue
		}
		switch pieces[i].tag.Kind {
		case tag.Each, tag.If:
			open = append(open, i)
		case tag.ElseIf, tag.Else:
			if chain(i, tag.If, tag.ElseIf) {
				open = append(open, i)
			} else {
				outside = append(outside, i)
			}
		case tag.EndIf:
			if !chain(i, tag.If, tag.ElseIf, tag.Else) {
				outside = append(outside, i)
			}
		case tag.EndEach:
			if !chain(i, tag.Each) {
				outside = append(outside, i)
			}
		}
	}
	// A chain whose end is missing speaks of rows from its first link on.
	for len(open) > 0 {
		last := open[len(open)-1]
		open = open[:len(open)-1]
		outside = append(outside, last)
		for i := last - 1; i >= 0; i-- {
			if pieces[i].tag != nil && pieces[i].match == last {
				pieces[i].match = -1
				outside = append(outside, i)
				last = i
			}
		}
	}
	return outside
}

// settle finds out what the remaining pieces make of the cell.
func (c *cellText) settle() {
	values, others, tags := 0, 0, 0
	for i := range c.pieces {
		p := &c.pieces[i]
		if p.tag != nil {
			tags++
		}
		c.rich = c.rich || p.props != nil
		switch {
		case p.tag == nil:
			if strings.TrimSpace(p.text) != "" {
				others++
			}
		case p.tag.Kind == tag.Value:
			values++
			c.whole = p.tag
		case p.tag.Kind == tag.Merge:
			c.mergeDown = true
		case p.tag.Kind == tag.PageBreak:
			c.pageBreak = true
		case p.match >= 0: // a block inside the text
			others++
		}
	}
	switch {
	case values != 1 || others > 0:
		c.whole = nil
	case tags > 1: // blanks beside {{合并}} and the like are no text
		c.pieces = slices.DeleteFunc(c.pieces, func(p piece) bool { return p.tag == nil })
	}
}

// walk visits what the pieces from..to say in scope s: each emitted text with its look.
func walk(pieces []piece, from, to int, s expr.Scope, emit func(text string, props []byte)) {
	for i := from; i < to; i++ {
		p := &pieces[i]
		if p.tag == nil {
			emit(p.text, p.props)
			continue
		}
		if p.match < 0 && p.tag.Kind != tag.Value { // it speaks of rows
			continue
		}
		switch p.tag.Kind {
		case tag.Value:
			lines, _ := p.tag.Print(s)
			emit(strings.Join(lines, "\n"), p.props)
		case tag.Each:
			items, _ := expr.Repeat(s, p.tag.Path) // what is no list has no items
			for _, item := range items {
				walk(pieces, i+1, p.match, item, emit)
			}
			i = p.match
		case tag.If:
			i = walkIf(pieces, i, s, emit)
		}
	}
}

// walkIf visits the branch that holds and returns the place of the block's end.
func walkIf(pieces []piece, at int, s expr.Scope, emit func(text string, props []byte)) int {
	taken := false
	for pieces[at].tag.Kind != tag.EndIf {
		next := pieces[at].match
		if !taken && (pieces[at].tag.Kind == tag.Else || pieces[at].tag.Holds(s)) {
			walk(pieces, at+1, next, s, emit)
			taken = true
		}
		at = next
	}
	return at
}

// visit emits what the text says in scope s, piece by piece with its look. Without
// a scope, where a list is empty, only the literal text outside of blocks remains.
func (c *cellText) visit(s expr.Scope, emit func(text string, props []byte)) {
	if s != nil {
		walk(c.pieces, 0, len(c.pieces), s, emit)
		return
	}
	for i := 0; i < len(c.pieces); i++ {
		if p := &c.pieces[i]; p.tag == nil {
			emit(p.text, p.props)
		} else if p.match > i {
			i = p.match - 1
		}
	}
}

// print is the text in scope s, without its looks.
func (c *cellText) print(s expr.Scope) string {
	var b strings.Builder
	c.visit(s, func(text string, _ []byte) { b.WriteString(text) })
	return b.String()
}

// printRich is the text in scope s as the runs of an <is>, neighbours of one look joined.
func (c *cellText) printRich(s expr.Scope, prefix string) (text string, xml []byte) {
	var runs []textRun
	add := func(text string, props []byte) {
		if text == "" {
			return
		}
		if n := len(runs); n > 0 && bytes.Equal(runs[n-1].props, props) {
			runs[n-1].text += text
			return
		}
		runs = append(runs, textRun{props, text})
	}
	c.visit(s, add)
	text = joinRuns(runs)
	if limited := limitText(text); len(limited) != len(text) || text == "" {
		return limited, nil // too long to keep its looks
	}
	for _, r := range runs {
		xml = append(append(append(xml, '<'), prefix...), "r>"...)
		xml = append(xml, r.props...)
		xml = appendT(xml, prefix, r.text)
		xml = append(append(append(xml, "</"...), prefix...), "r>"...)
	}
	return text, xml
}

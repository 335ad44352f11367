package tag

import (
	"strings"
	"unicode/utf8"

	"jixiao/generator/expr"
)

// maxTag is the longest tag, in bytes; a brace that is not closed within it is not closed.
const maxTag = 8192

// brace measures the two opening (or closing) braces at the beginning of s,
// plain or full-width or one of each; 0 when it does not begin with them.
func brace(s string, plain byte, wide string) int {
	n := 0
	for range 2 {
		switch {
		case n < len(s) && s[n] == plain:
			n++
		case strings.HasPrefix(s[n:], wide):
			n += len(wide)
		default:
			return 0
		}
	}
	return n
}

func opening(s string) int { return brace(s, '{', "｛") }
func closing(s string) int { return brace(s, '}', "｝") }

// HasTag reports whether a text has two opening braces side by side.
func HasTag(text string) bool {
	for i := 0; i < len(text); i++ {
		if c := text[i]; (c == '{' || c == "｛"[0]) && opening(text[i:]) > 0 {
			return true
		}
	}
	return false
}

// span is a stretch of the text, in bytes.
type span struct{ from, to int }

// body is what stands between the braces of one tag, cut at its pipes.
type body struct {
	parts []span // the first is what the tag says, the others are its pipes
	end   int    // behind the closing braces
}

// scan reads the body of a tag whose opening braces end at from. When it is
// not closed, ok is false and end is where it should have been: at the next
// opening braces, or the end of its line.
func scan(text string, from int) (b body, ok bool) {
	limit := min(len(text), from+maxTag)
	if comment(text[from:limit]) {
		return remark(text, from, limit)
	}
	if b, ok = cut(text, from, limit, true); !ok {
		// A quotation mark without its twin may have swallowed the braces.
		b, ok = cut(text, from, limit, false)
	}
	return b, ok
}

// remark goes through a comment, in which quotation marks and pipes say nothing.
// Opening braces end it all the same: a comment without end must not swallow a tag.
func remark(text string, from, limit int) (body, bool) {
	for i := from; i < limit; i++ {
		if n := closing(text[i:limit]); n > 0 {
			return body{parts: []span{{from, i}}, end: i + n}, true
		}
		if opening(text[i:limit]) > 0 {
			return body{end: i}, false
		}
	}
	return body{end: lineEnd(text, from, limit)}, false
}

// comment reports whether the first thing in a tag is an exclamation mark.
func comment(inner string) bool {
	inner = strings.TrimLeftFunc(inner, expr.Space)
	return strings.HasPrefix(inner, "!") || strings.HasPrefix(inner, "！")
}

func lineEnd(text string, from, limit int) int {
	if i := strings.IndexByte(text[from:limit], '\n'); i >= 0 {
		return from + i
	}
	return limit
}

// cut goes through a tag up to its closing braces and cuts it at the pipes.
// Quoted text is passed over; with braces it may hold some, see swallows.
func cut(text string, from, limit int, braces bool) (body, bool) {
	b := body{}
	lone := "" // marks that turned out to have no twin: they are letters
	start, i := from, from
	for i < limit {
		if n := closing(text[i:limit]); n > 0 {
			b.parts = append(b.parts, span{start, i})
			b.end = i + n
			return b, true
		}
		if opening(text[i:limit]) > 0 {
			return body{end: i}, false
		}
		r, size := utf8.DecodeRuneInString(text[i:limit])
		head := len(b.parts) == 0
		switch {
		case r == '|' || r == '｜':
			b.parts = append(b.parts, span{start, i})
			start = i + size
		case strings.ContainsRune(lone, r):
		case head || mayQuote(r, text[start:i]):
			n := expr.Quoted(text[i:limit])
			if n > 0 && !swallows(text[i:i+n], braces && head) {
				size = n
			} else if n != 0 {
				lone += string(r)
			}
		}
		i += size
	}
	return body{end: lineEnd(text, from, limit)}, false
}

// swallows reports whether quoted text runs over the end of its tag. Braces
// inside count as text when they are allowed, unless they read like the end of
// this tag and the beginning of the next.
func swallows(s string, braces bool) bool {
	closed := false
	for i := range len(s) {
		switch {
		case closing(s[i:]) > 0:
			if !braces {
				return true
			}
			closed = true
		case opening(s[i:]) > 0 && (closed || !braces):
			return true
		}
	}
	return false
}

// mayQuote reports whether r opens a quotation inside a pipe's parameter: a
// double mark anywhere, a single one (it's) only where the parameter begins.
func mayQuote(r rune, before string) bool {
	switch r {
	case '\'', '＇', '‘', '’':
		before = strings.TrimRightFunc(before, expr.Space)
		return strings.HasSuffix(before, ":") || strings.HasSuffix(before, "：")
	}
	return true
}

package docx

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"jixiao/generator/ooxml"
	"jixiao/generator/tag"
)

// Word cuts the text of a paragraph into runs wherever it likes: in the middle
// of a tag, between its two braces, with spelling marks, bookmarks and tracked
// insertions between the pieces. A paragraph is therefore read as one text
// whose characters know their place in the bytes; tags are found in the text.

// para is one paragraph.
type para struct {
	node  *node
	story *story
	atoms []atom
	text  string  // what the paragraph says, tags included
	chars []char  // of text, in order; only when there are tags
	spots []*spot // its tags, in order
	echo  bool    // stands in a branch of mc:AlternateContent that repeats another one
	place string

	dropped    bool    // only control tags: it leaves no paragraph behind
	open, last []event // to happen before its first and after its last run
}

// atom is the smallest piece of a paragraph that is written or left out as a
// whole (or, when it is a w:t, in parts).
type atom struct {
	node     *node
	run      *node   // the run it stands in, nil outside runs
	wraps    []*node // what stands between paragraph and run, outermost first: w:hyperlink, w:ins, w:sdt
	from, to int     // what it contributes to the paragraph's text
}

// char is one character of a paragraph's text and the bytes that stand for it.
type char struct {
	at         int // in the text
	start, end int // in the part
}

// spot is one tag where it stands.
type spot struct {
	tag      *tag.Tag
	para     *para
	from, to int // in the paragraph's text

	around []*block // the blocks of its story that hold it, outermost first
	event  *event   // what happens here, when its block begins, branches or ends inside the paragraph
}

// wrapper reports whether an element inside a paragraph can hold runs that count as the paragraph's own.
func wrapper(name string) bool {
	switch name {
	case "w:ins", "w:moveTo", "w:hyperlink", "w:smartTag", "w:customXml", "w:sdt", "w:fldSimple", "w:dir", "w:bdo":
		return true
	}
	return false
}

// read collects the paragraph's atoms and its text.
func (p *para) read(t *tree) {
	var text strings.Builder
	p.collect(t, p.node, nil, &text)
	p.text = text.String()
}

func (p *para) collect(t *tree, in *node, wraps []*node, text *strings.Builder) {
	for _, k := range in.content().kids {
		switch {
		case k.name == "w:pPr" || in != p.node && k.start < in.inner():
		case k.name == "w:r" && !k.empty():
			for _, piece := range k.kids {
				if piece.name == "w:rPr" {
					continue
				}
				from := text.Len()
				says(t, piece, text)
				p.atoms = append(p.atoms, atom{piece, k, wraps, from, text.Len()})
			}
		case wrapper(k.name) && holdsRuns(k):
			p.collect(t, k, append(wraps[:len(wraps):len(wraps)], k), text)
		default:
			p.atoms = append(p.atoms, atom{k, nil, wraps, text.Len(), text.Len()})
		}
	}
}

// holdsRuns reports whether there is a run in the wrapper; one without is kept as it is.
func holdsRuns(n *node) bool {
	for _, k := range n.content().kids {
		if k.name == "w:r" && !k.empty() || wrapper(k.name) && holdsRuns(k) {
			return true
		}
	}
	return false
}

// says appends what a piece of a run contributes to the text. Deleted text
// (w:del is no wrapper), field codes and symbols contribute nothing.
func says(t *tree, n *node, text *strings.Builder) {
	switch n.name {
	case "w:t":
		eachChar(t.data, n.body, n.bodyEnd, func(s []byte, _, _ int) { text.Write(s) })
	case "w:tab", "w:ptab":
		text.WriteByte('\t')
	case "w:cr":
		text.WriteByte('\n')
	case "w:br":
		if kind, ok := t.attr(n, "w", "type"); !ok || kind == "textWrapping" {
			text.WriteByte('\n')
		}
	case "w:noBreakHyphen":
		text.WriteByte('-')
	}
}

// eachChar calls f for every character of the text in data[i:end], decoded,
// with the bytes that stand for it.
func eachChar(data []byte, i, end int, f func(decoded []byte, start, end int)) {
	cdata := false
	for i < end {
		rest := data[i:end]
		switch {
		case cdata && bytes.HasPrefix(rest, []byte("]]>")):
			cdata = false
			i += len("]]>")
			continue
		case !cdata && bytes.HasPrefix(rest, []byte("<![CDATA[")):
			cdata = true
			i += len("<![CDATA[")
			continue
		case !cdata && rest[0] == '<': // a comment or processing instruction
			closing := "?>"
			if bytes.HasPrefix(rest, []byte("<!--")) {
				closing = "-->"
			}
			n := bytes.Index(rest, []byte(closing))
			if n < 0 {
				return
			}
			i += n + len(closing)
			continue
		}
		_, n := utf8.DecodeRune(rest)
		if semicolon := bytes.IndexByte(rest, ';'); !cdata && rest[0] == '&' && semicolon > 0 {
			n = semicolon + 1
		}
		if bytes.HasPrefix(rest, []byte("\r\n")) {
			n = 2
		}
		if cdata {
			f(rest[:n], i, i+n)
		} else {
			f(ooxml.Unescape(nil, rest[:n]), i, i+n)
		}
		i += n
	}
}

// locate remembers where each character of the text stands.
func (p *para) locate(t *tree) {
	for _, a := range p.atoms {
		at := a.from
		if a.node.name != "w:t" {
			if a.to > a.from {
				p.chars = append(p.chars, char{at, a.node.start, a.node.end})
			}
			continue
		}
		eachChar(t.data, a.node.body, a.node.bodyEnd, func(s []byte, start, end int) {
			p.chars = append(p.chars, char{at, start, end})
			at += len(s)
		})
	}
}

// bytesOf returns the place of text[from:to], which lies in one w:t, in the part.
func (p *para) bytesOf(from, to int) (start, end int) {
	i, j := p.charAt(from), p.charAt(to-1)
	return p.chars[i].start, p.chars[j].end
}

// charAt is the index of the character that holds the byte at of the text.
func (p *para) charAt(at int) int {
	lo, hi := 0, len(p.chars)
	for hi-lo > 1 {
		if mid := (lo + hi) / 2; p.chars[mid].at <= at {
			lo = mid
		} else {
			hi = mid
		}
	}
	return lo
}

// visible reports whether the atom is something that is seen on paper and that
// no tag covers, so that the paragraph is needed without its tags.
func (a *atom) visible() bool {
	switch a.node.name {
	case "w:t", "w:tab", "w:ptab", "w:cr", "w:noBreakHyphen":
		return false // text; judged by its characters
	case "w:br":
		return a.from == a.to // a page or column break
	case "w:bookmarkStart", "w:bookmarkEnd", "w:proofErr", "w:lastRenderedPageBreak", "w:softHyphen", "w:permStart", "w:permEnd",
		"w:commentRangeStart", "w:commentRangeEnd", "w:commentReference", "w:annotationRef", "w:del", "w:moveFrom",
		"w:moveFromRangeStart", "w:moveFromRangeEnd", "w:moveToRangeStart", "w:moveToRangeEnd", "w:r", "w:delText":
		return false
	}
	return true
}

// bare reports whether nothing is seen of text[from:to] of the paragraph when
// its tags are carried out: blanks, control tags whose ends stand elsewhere,
// comments and {{合并}} are nothing; values and pictures are something.
func (p *para) bare(from, to int) bool {
	for i := range p.atoms {
		a := &p.atoms[i]
		if a.visible() && a.from >= from && a.to <= to {
			return false
		}
	}
	at := from
	for _, s := range p.spots {
		if s.to <= from || s.from >= to {
			continue
		}
		if !blank(p.text[at:s.from]) || s.content() {
			return false
		}
		at = s.to
	}
	return blank(p.text[at:to])
}

func blank(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return !unicode.IsSpace(r) && r != '\u200b' && r != '\ufeff' && r != '\u00ad' }) < 0
}

// content reports whether the tag leaves something behind, or may.
func (s *spot) content() bool {
	switch s.tag.Kind {
	case tag.Comment, tag.Merge:
		return false
	case tag.Value, tag.PageBreak, tag.Picture:
		return true
	}
	b := s.block()
	return b != nil && b.level == inline
}

// block is the block that a control tag belongs to, nil when it has no partner.
func (s *spot) block() *block {
	if s.event == nil {
		return nil
	}
	return s.event.block
}

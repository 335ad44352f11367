package xlsx

import (
	"bytes"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"jixiao/generator/ooxml"
	"jixiao/generator/tag"
)

// headerFooter writes what stands at the head and the foot of every printed page.
type headerFooter struct {
	attrs []byte
	texts []pageText
}

// pageText is one head or foot.
type pageText struct {
	element string // oddHeader, evenHeader, firstHeader, oddFooter …
	text    string // with its codes: &C第&P页
	tags    *cellText
}

// pageTexts is the order of the heads and feet in the schema.
var pageTexts = []string{"oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter"}

// readHeaderFooter reads <headerFooter>.
func (r *sheetReader) readHeaderFooter() headerFooter {
	s := r.scan
	var h headerFooter
	for _, a := range s.Attrs() {
		h.attrs = append(append(h.attrs, ' '), r.data[a.Start:a.End]...)
	}
	if s.Kind == ooxml.EmptyTag {
		return h
	}
	depth := s.Depth()
	for s.Next() && !(s.Kind == ooxml.EndTag && s.Depth() == depth) {
		if s.Kind != ooxml.StartTag && s.Kind != ooxml.EmptyTag {
			continue
		}
		t := pageText{element: string(s.Local())}
		t.text = r.elementText()
		if tag.HasTag(t.text) {
			at := place(r.sheet.name, "页眉页脚")
			t.tags = r.c.compileLine([]textRun{{text: t.text}}, at)
			for i := range t.tags.pieces {
				if p := &t.tags.pieces[i]; p.tag == nil {
					p.props = literal
				}
			}
			r.sheet.paged = true
		}
		h.texts = append(h.texts, t)
	}
	return h
}

// literal marks, in place of a look, the text that the template itself has.
var literal = []byte("literal")

// line is a text outside of the cells and where it stands.
type line struct {
	at   string
	text *cellText
}

// compileLine compiles a text outside of the cells, in which only values and blocks can stand.
func (c *compiler) compileLine(runs []textRun, at string) *cellText {
	pieces, faults := tag.Parse(joinRuns(runs))
	for _, f := range faults {
		f.Place = at
		c.faults = append(c.faults, f)
	}
	t := &cellText{pieces: cutPieces(pieces, runs)}
	for _, i := range matchInside(t.pieces) {
		c.faultAt(at, t.pieces[i].tag.Source, "没有配对：这里的 {{#每个}} 和 {{#如果}} 必须在同一段文字里结束")
	}
	for i := range t.pieces {
		if g := t.pieces[i].tag; g != nil && (g.Kind == tag.Merge || g.Kind == tag.PageBreak) {
			c.faultAt(at, g.Source, "这个标签只能用在单元格里")
		}
	}
	c.lines = append(c.lines, line{at, t})
	return t
}

// maxHeader is how many UTF-16 units a head or foot may have, codes included.
const maxHeader = 255

func (h headerFooter) append(dst []byte, r *rendering, v viewpoint) []byte {
	stamped := r.stamp != ""
	if len(h.texts) == 0 && !stamped && len(h.attrs) == 0 {
		return dst
	}
	p := v.sheet.src.prefix
	dst = append(append(append(append(dst, '<'), p...), "headerFooter"...), h.attrs...)
	dst = append(dst, '>')
	for _, element := range pageTexts {
		text, found := "", false
		for i := range h.texts {
			if h.texts[i].element == element {
				text, found = h.texts[i].print(v), true
			}
		}
		header := element == "oddHeader" || found && strings.HasSuffix(element, "Header") ||
			element == "firstHeader" && h.has("differentFirst") || element == "evenHeader" && h.has("differentOddEven")
		if stamped && header {
			text, found = stampHeader(r.stamp, text), true
		}
		if !found {
			continue
		}
		dst = append(append(append(dst, '<'), p...), element...)
		if keepsBlanks(text) {
			dst = append(dst, ` xml:space="preserve"`...)
		}
		dst = ooxml.Escape(append(dst, '>'), text)
		dst = append(append(append(append(dst, "</"...), p...), element...), '>')
	}
	return append(append(append(dst, "</"...), p...), "headerFooter>"...)
}

// has reports whether a Boolean attribute is set.
func (h headerFooter) has(name string) bool {
	attrs := string(h.attrs)
	return strings.Contains(attrs, name+`="1"`) || strings.Contains(attrs, name+`="true"`)
}

// print is the text with its values. In a value & is no code, and a figure never joins a font size before it.
func (t *pageText) print(v viewpoint) string {
	if t.tags == nil {
		return t.text
	}
	var b strings.Builder
	t.tags.visit(v.sheet.root.scope, func(text string, look []byte) {
		if !bytes.Equal(look, literal) {
			text = strings.ReplaceAll(text, "&", "&&")
		}
		if text != "" && isDigit(text[0]) && endsInSize(b.String()) {
			b.WriteByte(' ')
		}
		b.WriteString(text)
	})
	return cutName(b.String(), maxHeader)
}

// endsInSize reports whether a head ends in a font size: &12.
func endsInSize(s string) bool {
	digits := strings.TrimRight(s, "0123456789")
	return len(digits) < len(s) && strings.HasSuffix(digits, "&") && !strings.HasSuffix(digits, "&&")
}

// stampHeader puts the stamp, large and red, above the middle of the head.
func stampHeader(stamp, header string) string {
	left, middle, right := splitHeader(header)
	stamp = strings.ReplaceAll(strings.Join(strings.Fields(stamp), " "), "&", "&&")
	const look, plain = "&14&KFF0000", "&10&K000000"
	text := left + "&C" + look + stamp
	if middle != "" {
		text += "\n" + plain + middle
	}
	if text += right; units(text) > maxHeader { // the stamp matters more than what stood there
		text = "&C" + look + cutName(stamp, maxHeader-utf8.RuneCountInString("&C"+look))
	}
	return text
}

func units(s string) int {
	n := 0
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}

// splitHeader parts a head into left, middle and right; left and right keep
// their codes &L and &R. Without a code text stands in the middle.
func splitHeader(header string) (left, middle, right string) {
	section, start := byte('C'), 0
	put := func(end int) {
		switch text := header[start:end]; section {
		case 'L':
			left += "&L" + text
		case 'R':
			right += "&R" + text
		default:
			middle += text
		}
	}
	for i := 0; i+1 < len(header); i++ {
		if header[i] != '&' {
			continue
		}
		switch c := header[i+1]; c {
		case 'L', 'C', 'R':
			put(i)
			section, start = c, i+2
		}
		i++ // && is a sign, and other codes stay where they are
	}
	put(len(header))
	if left == "&L" {
		left = ""
	}
	if right == "&R" {
		right = ""
	}
	return left, middle, right
}

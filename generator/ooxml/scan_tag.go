package ooxml

import (
	"bytes"
	"fmt"
)

// Attr is one attribute of a tag.
type Attr struct {
	Name       []byte // as written: w:val
	Value      []byte // between the quotes, entities as written; see Unescape
	Start, End int    // offsets of name="value" into the data
}

// startTag reads <name attribute="value" …> or <name …/>.
func (s *Scanner) startTag(at int) bool {
	d, i := s.data, at+1
	if nameClass[d[i]] != nameFirst {
		return s.fail(at, "有多余的 < 号")
	}
	i, colon := s.name(i)
	if i >= len(d) || s.err != nil {
		return false
	}
	nameEnd := i
	if nameEnd-at > nameCap {
		return s.fail(at, "标签 <"+printable(d[at+1:nameEnd])+"> 的名称过长")
	}
	s.attrs = s.attrs[:0]
	prefixed, declares := false, false
	for {
		gap := i
		for i < len(d) && isSpace(d[i]) {
			i++
		}
		if i >= len(d) {
			return false
		}
		c := d[i]
		if c == '>' || c == '/' {
			break
		}
		if i == gap || nameClass[c] != nameFirst {
			return s.fail(i, "标签 <"+printable(d[at+1:nameEnd])+"> 写法不对")
		}
		a := attrSpan{name: i}
		i, a.colon = s.name(i)
		a.nameEnd = i
		for i < len(d) && isSpace(d[i]) {
			i++
		}
		if i >= len(d) || s.err != nil {
			return false
		}
		if d[i] != '=' {
			return s.fail(i, "属性 "+printable(d[a.name:a.nameEnd])+" 没有值")
		}
		i++
		for i < len(d) && isSpace(d[i]) {
			i++
		}
		if i >= len(d) {
			return false
		}
		a.value = i + 1
		if i = s.quoted(i); i < 0 {
			return false
		}
		a.valueEnd = i - 1
		if !s.unique(a) {
			return false
		}
		s.attrs = append(s.attrs, a)
		prefixed = prefixed || a.colon > 0
		declares = declares || isDeclaration(d[a.name:a.nameEnd])
	}
	kind := StartTag
	if d[i] == '/' {
		kind = EmptyTag
		if i++; i >= len(d) {
			return false
		}
		if d[i] != '>' {
			return s.fail(i, "标签 <"+printable(d[at+1:nameEnd])+"> 写法不对")
		}
	}
	if len(s.opened) == 0 {
		if s.rooted {
			return s.fail(at, "根元素之后又有元素")
		}
		s.rooted = true
	}
	if len(s.opened) >= s.maxDepth {
		return s.fail(at, fmt.Sprintf("元素嵌套超过 %d 层", s.maxDepth))
	}
	s.Token = Token{Kind: kind, Name: d[at+1 : nameEnd], Start: at, End: i + 1}
	s.pos, s.colon = i+1, colon
	s.push(s.Name)
	if declares && !s.declare() {
		return false
	}
	return (colon == 0 || s.known(s.Name[:colon])) && (!prefixed || s.knownAttrs())
}

// name reads a name at i and returns its end and, when it has a prefix, the length of it.
func (s *Scanner) name(i int) (end, colon int) {
	d, start := s.data, i
	for i < len(d) && nameClass[d[i]] != 0 {
		if d[i] == ':' {
			if colon > 0 || i == start || i+1 < len(d) && nameClass[d[i+1]] != nameFirst {
				s.fail(start, "名称 "+printable(d[start:i+1])+" 写法不对")
				return i, 0
			}
			colon = i - start
		}
		i++
	}
	return i, colon
}

// quoted reads an attribute's value from its opening quote at i and returns the
// place behind the closing one, -1 at a fault or at the end of the data.
func (s *Scanner) quoted(i int) int {
	d, q := s.data, s.data[i]
	if q != '"' && q != '\'' {
		s.fail(i, "属性的值没有引号")
		return -1
	}
	for i++; i < len(d); {
		c := d[i]
		if c == q {
			return i + 1
		}
		switch textClass[c] {
		case tagOpen:
			s.fail(i, "属性的值中有 < 号")
			return -1
		case reference:
			n := s.reference(i)
			if n == 0 {
				return -1
			}
			i += n
			continue
		case control:
			s.fail(i, fmt.Sprintf("有 XML 不允许的控制字符 U+%04X", c))
			return -1
		case highEF:
			if i+2 < len(d) && d[i+1] == 0xbf && d[i+2] >= 0xbe {
				s.fail(i, "有 XML 不允许的字符 U+FFFE 或 U+FFFF")
				return -1
			}
		}
		i++
	}
	return -1
}

// reference checks the entity or character reference at i and returns its
// length, 0 at a fault or when the data ends inside it.
func (s *Scanner) reference(i int) int {
	const longest = len("&#x0010FFFF;") // more leading zeros than this nobody writes
	window := s.data[i:min(len(s.data), i+longest)]
	n := bytes.IndexByte(window, ';')
	if n < 0 {
		if len(window) == longest || s.more == nil {
			s.fail(i, "有单独的 & 号")
		}
		return 0
	}
	if _, ok := decodeReference(window[1:n]); !ok {
		s.fail(i, "不认识的实体 "+printable(window[:n+1]))
		return 0
	}
	return n + 1
}

// unique refuses an attribute that the tag already has, and too many of them.
func (s *Scanner) unique(a attrSpan) bool {
	if len(s.attrs) >= attrCap {
		return s.fail(a.name, fmt.Sprintf("一个标签的属性超过 %d 个", attrCap))
	}
	name := s.data[a.name:a.nameEnd]
	last := name[len(name)-1] // tells names apart sooner than the first, which xmlns: shares
	for _, b := range s.attrs {
		if b.nameEnd-b.name == len(name) && s.data[b.nameEnd-1] == last && bytes.Equal(s.data[b.name:b.nameEnd], name) {
			return s.fail(a.name, "属性 "+printable(name)+" 重复")
		}
	}
	return true
}

// Attrs returns the attributes of a StartTag or EmptyTag in their order.
func (s *Scanner) Attrs() []Attr {
	s.given = s.given[:0]
	for _, a := range s.attrs {
		s.given = append(s.given, Attr{
			Name:  s.data[a.name:a.nameEnd],
			Value: s.data[a.value:a.valueEnd],
			Start: a.name,
			End:   a.valueEnd + 1,
		})
	}
	return s.given
}

// RawAttr returns the value of the attribute of that name, both as written: RawAttr("w:val").
func (s *Scanner) RawAttr(name string) (value []byte, ok bool) {
	for _, a := range s.attrs {
		if string(s.data[a.name:a.nameEnd]) == name {
			return s.data[a.value:a.valueEnd], true
		}
	}
	return nil, false
}

// Attr returns the decoded value of the attribute of that name, as written: Attr("w:val").
func (s *Scanner) Attr(name string) (value string, ok bool) {
	raw, ok := s.RawAttr(name)
	return decodeAttr(raw), ok
}

// decodeAttr decodes entities, and line ends and tabs to spaces as XML asks for in attributes.
func decodeAttr(raw []byte) string {
	if bytes.IndexByte(raw, '&') < 0 && bytes.IndexAny(raw, "\t\r\n") < 0 {
		return string(raw)
	}
	var flat []byte
	for i, c := range raw {
		switch c {
		case '\r':
			if i+1 < len(raw) && raw[i+1] == '\n' {
				continue
			}
			c = ' '
		case '\t', '\n':
			c = ' '
		}
		flat = append(flat, c)
	}
	return string(Unescape(nil, flat))
}

// TagAttr finds an attribute in the bytes of a tag that was kept:
// TagAttr(data[t.Start:t.End], "w:val"). The tag must have come from a Scanner.
func TagAttr(tag []byte, name string) (raw []byte, ok bool) {
	s := Scanner{data: tag}
	i, _ := s.name(1)
	for i < len(tag) {
		for i < len(tag) && isSpace(tag[i]) {
			i++
		}
		start := i
		if i, _ = s.name(i); i == start {
			return nil, false
		}
		found := string(tag[start:i]) == name
		for i < len(tag) && tag[i] != '"' && tag[i] != '\'' {
			i++
		}
		if i >= len(tag) {
			return nil, false
		}
		n := bytes.IndexByte(tag[i+1:], tag[i])
		if n < 0 {
			return nil, false
		}
		if found {
			return tag[i+1 : i+1+n], true
		}
		i += n + 2
	}
	return nil, false
}

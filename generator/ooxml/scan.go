package ooxml

import (
	"bytes"
	"fmt"
	"io"
)

// TokenKind says what a Token is.
type TokenKind uint8

const (
	StartTag TokenKind = iota + 1 // <w:p …>
	EmptyTag                      // <w:p …/>: no EndTag follows
	EndTag                        // </w:p>
	Text                          // character data between two tags, entities as written
	CData                         // <![CDATA[…]]>
	Comment                       // <!-- … -->
	ProcInst                      // <?…?>, the XML declaration included
)

// Token is one piece of an XML part: data[Start:End], brackets included.
// Tokens follow one another without gaps, so a part can be cut at any of them
// and put together again byte for byte. (A byte order mark at the very start
// belongs to no token.)
type Token struct {
	Kind       TokenKind
	Name       []byte // of a tag, as written: w:p; nil for the other kinds
	Start, End int    // byte offsets into the data
}

// Scanner reads the tokens of an XML part from the first to the last, in
// one pass over the bytes and without building a tree. It is strict: what it
// reads to its end is well-formed XML with declared namespaces and without
// DOCTYPE, so Open uses the same scanner for its checks.
//
//	s := ooxml.NewScanner(data)
//	for s.Next() {
//		switch {
//		case s.IsStart("w:t"): // <w:t> or <w:t/>
//		case s.IsEnd("w:p"):   // </w:p> or <w:p/>
//		case s.Kind == ooxml.Text:
//			buf = s.AppendText(buf)
//		}
//	}
//	if err := s.Err(); err != nil { … }
//
// The embedded Token and everything that its methods return as bytes are valid
// until Next; offsets stay valid as long as the data.
type Scanner struct {
	Token
	data  []byte
	pos   int // where the next token begins
	colon int // of Name; 0 when it has no prefix
	attrs []attrSpan
	given []Attr // what Attrs hands out

	names    []byte // names of the open elements, one after the other
	opened   []int  // where in names each of them begins
	maxDepth int
	rooted   bool // the root element was seen

	spaces []binding // namespace declarations in force, innermost last
	cached [8]int16  // the binding last found, by a hash of its prefix; 0 none
	err    *SyntaxError
	more   io.Reader // where the rest of the data comes from; nil when data is all
	valid  int       // data[:valid] was checked to be UTF-8 (only when more was given)
	shift  int64     // bytes before data[0] that were dropped (only when more was given)
}

// attrSpan is an attribute as offsets into the data.
type attrSpan struct{ name, colon, nameEnd, value, valueEnd int }

// SyntaxError says where and why a part is not well-formed XML.
type SyntaxError struct {
	Offset  int64  // bytes from the start of the part
	Message string // in Chinese, without the place
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("第 %d 字节处%s", e.Offset+1, e.Message) }

const (
	depthCap = 256 // nesting that no honest part comes near
	attrCap  = 256 // attributes of one tag
	// Names and namespaces are remembered while their elements are open, however
	// small the window is through which a part is read.
	nameCap  = 1 << 10 // bytes of an element's name
	spaceCap = 4 << 10 // bytes of a namespace
)

// NewScanner returns a scanner that stands before the first token of data,
// which must be UTF-8 (Part returns nothing else) and must not change.
func NewScanner(data []byte) *Scanner {
	s := new(Scanner)
	s.reset(data, nil)
	return s
}

// reset makes s ready for other data and keeps its buffers.
func (s *Scanner) reset(data []byte, more io.Reader) {
	*s = Scanner{data: data, more: more, maxDepth: depthCap,
		attrs: s.attrs[:0], given: s.given[:0], names: s.names[:0], opened: s.opened[:0], spaces: s.spaces[:0]}
	if more == nil && bytes.HasPrefix(data, []byte(utf8BOM)) {
		s.pos = len(utf8BOM)
	}
}

const utf8BOM = "\xef\xbb\xbf"

// Err returns what stopped the scanner before the end of the data: a
// *SyntaxError, or nil when the part is whole.
func (s *Scanner) Err() error {
	if s.err == nil {
		return nil
	}
	return s.err
}

// Next moves to the next token. It returns false at the end of a well-formed
// part and at the first fault; Err tells which.
func (s *Scanner) Next() bool {
	if s.err != nil {
		return false
	}
	if s.Kind == EndTag || s.Kind == EmptyTag {
		s.pop()
	}
	for {
		done := s.token()
		if s.err != nil {
			s.Kind = 0
			return false
		}
		if done {
			return true
		}
		if s.more == nil {
			break
		}
		s.refill()
	}
	s.Kind, s.Name = 0, nil
	switch {
	case s.pos < len(s.data):
		s.fail(len(s.data), "内容中断，最后一个标签没有写完")
	case len(s.opened) > 0:
		s.fail(len(s.data), "内容中断，<"+string(s.top())+"> 没有结束")
	case !s.rooted:
		s.fail(len(s.data), "没有内容")
	}
	return false
}

// token reads one token at pos. It returns false when the data ends first.
func (s *Scanner) token() bool {
	d, at := s.data, s.pos
	if at >= len(d) {
		return false
	}
	if d[at] != '<' {
		return s.text(at)
	}
	if at+1 >= len(d) {
		return false
	}
	switch d[at+1] {
	case '/':
		return s.endTag(at)
	case '!':
		return s.declaration(at)
	case '?':
		return s.instruction(at)
	}
	return s.startTag(at)
}

// found makes data[start:end] the current token.
func (s *Scanner) found(kind TokenKind, start, end int) bool {
	s.Token = Token{Kind: kind, Start: start, End: end}
	s.pos, s.colon = end, 0
	s.attrs = s.attrs[:0]
	return true
}

// text reads character data up to the next tag.
func (s *Scanner) text(at int) bool {
	d, i := s.data, at
	for i < len(d) {
		switch textClass[d[i]] {
		case plain:
			i++
			continue
		case tagOpen:
			if len(s.opened) == 0 && !isBlank(d[at:i]) {
				return s.fail(at, "根元素之外有文字")
			}
			return s.found(Text, at, i)
		case reference:
			n := s.reference(i)
			if n == 0 {
				return false
			}
			i += n
			continue
		case bracket:
			if i+2 < len(d) && d[i+1] == ']' && d[i+2] == '>' {
				return s.fail(i, "文字中出现 ]]>")
			}
		case control:
			return s.fail(i, fmt.Sprintf("有 XML 不允许的控制字符 U+%04X", d[i]))
		case highEF:
			if i+2 < len(d) && d[i+1] == 0xbf && d[i+2] >= 0xbe {
				return s.fail(i, "有 XML 不允许的字符 U+FFFE 或 U+FFFF")
			}
		}
		i++
	}
	if s.more != nil || len(s.opened) > 0 {
		return false
	}
	if !isBlank(d[at:]) {
		return s.fail(at, "根元素之外有文字")
	}
	return s.found(Text, at, len(d)) // the line end after the last tag
}

// endTag reads </name>.
func (s *Scanner) endTag(at int) bool {
	if len(s.opened) == 0 {
		return s.fail(at, "多出一个结束标签")
	}
	d, top := s.data, s.top()
	i := at + 2 + len(top)
	if i >= len(d) || string(d[at+2:i]) != string(top) || nameClass[d[i]] != 0 {
		n := at + 2
		for n < len(d) && nameClass[d[n]] != 0 {
			n++
		}
		if n >= len(d) {
			return false
		}
		return s.fail(at, "结束标签 </"+printable(d[at+2:n])+"> 与 <"+printable(top)+"> 不配对")
	}
	nameEnd := i
	for i < len(d) && isSpace(d[i]) {
		i++
	}
	if i >= len(d) {
		return false
	}
	if d[i] != '>' {
		return s.fail(i, "结束标签写法不对")
	}
	s.found(EndTag, at, i+1)
	s.Name = d[at+2 : nameEnd]
	s.colon = max(bytes.IndexByte(s.Name, ':'), 0)
	return true
}

// declaration reads a comment or a CDATA section; every other <! is refused.
func (s *Scanner) declaration(at int) bool {
	const comment, cdata = "<!--", "<![CDATA["
	rest := s.data[at:]
	switch {
	case bytes.HasPrefix(rest, []byte(comment)):
		n := bytes.Index(rest[len(comment):], []byte("--"))
		if n < 0 || len(comment)+n+2 >= len(rest) {
			return false
		}
		end := len(comment) + n + 2
		if rest[end] != '>' {
			return s.fail(at+end, "注释中出现 --")
		}
		return s.check(at+len(comment), at+end-2) && s.found(Comment, at, at+end+1)
	case bytes.HasPrefix(rest, []byte(cdata)):
		if len(s.opened) == 0 {
			return s.fail(at, "根元素之外有文字")
		}
		n := bytes.Index(rest[len(cdata):], []byte("]]>"))
		if n < 0 {
			return false
		}
		end := at + len(cdata) + n
		return s.check(at+len(cdata), end) && s.found(CData, at, end+len("]]>"))
	case len(rest) < len(cdata) && (bytes.HasPrefix([]byte(comment), rest) || bytes.HasPrefix([]byte(cdata), rest)):
		return false
	case bytes.HasPrefix(rest, []byte("<!DOCTYPE")):
		return s.fail(at, "有 DOCTYPE 声明，出于安全不予读取")
	}
	return s.fail(at, "有不认识的声明")
}

// instruction reads <?target …?>.
func (s *Scanner) instruction(at int) bool {
	n := bytes.Index(s.data[at+2:], []byte("?>"))
	if n < 0 {
		return false
	}
	end := at + 2 + n
	i := at + 2
	for i < end && nameClass[s.data[i]] != 0 {
		i++
	}
	target := s.data[at+2 : i]
	switch {
	case len(target) == 0 || nameClass[target[0]] != nameFirst || i < end && !isSpace(s.data[i]):
		return s.fail(at, "处理指令写法不对")
	case bytes.EqualFold(target, []byte("xml")) && (string(target) != "xml" || s.shift != 0 || at != 0 && !(at == len(utf8BOM) && string(s.data[:at]) == utf8BOM)):
		return s.fail(at, "XML 声明不在开头")
	}
	return s.check(i, end) && s.found(ProcInst, at, end+2)
}

// check refuses characters that XML does not allow anywhere.
func (s *Scanner) check(from, to int) bool {
	for i := from; i < to; i++ {
		switch textClass[s.data[i]] {
		case control:
			return s.fail(i, fmt.Sprintf("有 XML 不允许的控制字符 U+%04X", s.data[i]))
		case highEF:
			if i+2 < to && s.data[i+1] == 0xbf && s.data[i+2] >= 0xbe {
				return s.fail(i, "有 XML 不允许的字符 U+FFFE 或 U+FFFF")
			}
		}
	}
	return true
}

// fail records the first fault; it returns false for the convenience of its callers.
func (s *Scanner) fail(at int, message string) bool {
	if s.err == nil {
		s.err = &SyntaxError{Offset: s.shift + int64(at), Message: message}
	}
	return false
}

// push opens an element.
func (s *Scanner) push(name []byte) {
	s.opened = append(s.opened, len(s.names))
	s.names = append(s.names, name...)
}

// pop closes the innermost element and forgets its namespaces.
func (s *Scanner) pop() {
	depth := len(s.opened)
	s.names = s.names[:s.opened[depth-1]]
	s.opened = s.opened[:depth-1]
	if n := len(s.spaces); n > 0 && s.spaces[n-1].depth == depth {
		for n > 0 && s.spaces[n-1].depth == depth {
			n--
		}
		s.spaces = s.spaces[:n]
		clear(s.cached[:])
	}
}

// top is the name of the innermost open element.
func (s *Scanner) top() []byte { return s.names[s.opened[len(s.opened)-1]:] }

// Depth is how many elements are open around the token; a tag counts its own
// element, so the root's tags have depth 1 and the text inside the root too.
func (s *Scanner) Depth() int { return len(s.opened) }

// Skip moves from a StartTag to its EndTag, over everything between. At an
// EmptyTag, which has nothing to skip, it stays. It returns false at a fault.
func (s *Scanner) Skip() bool {
	if s.Kind != StartTag {
		return s.err == nil
	}
	for depth := len(s.opened); s.Next(); {
		if s.Kind == EndTag && len(s.opened) == depth {
			return true
		}
	}
	return false
}

// IsStart reports whether the token opens an element of that name, as written: IsStart("w:p").
func (s *Scanner) IsStart(name string) bool {
	return (s.Kind == StartTag || s.Kind == EmptyTag) && string(s.Name) == name
}

// IsEnd reports whether the token closes an element of that name; an EmptyTag opens and closes it.
func (s *Scanner) IsEnd(name string) bool {
	return (s.Kind == EndTag || s.Kind == EmptyTag) && string(s.Name) == name
}

// Local is the tag's name without its prefix.
func (s *Scanner) Local() []byte {
	if s.colon > 0 {
		return s.Name[s.colon+1:]
	}
	return s.Name
}

// AppendText appends what the token says as text: the characters of a Text with
// entities and line ends decoded, the characters of a CData, nothing of the others.
func (s *Scanner) AppendText(dst []byte) []byte {
	switch s.Kind {
	case Text:
		return Unescape(dst, s.data[s.Start:s.End])
	case CData:
		return appendLines(dst, s.data[s.Start+len("<![CDATA["):s.End-len("]]>")])
	}
	return dst
}

// isBlank reports whether b is white space only.
func isBlank(b []byte) bool {
	for _, c := range b {
		if !isSpace(c) {
			return false
		}
	}
	return true
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

// printable cuts a name from a broken part down to what a message can carry.
func printable(name []byte) string {
	if len(name) > 60 {
		name = append(bytes.Clone(name[:60]), "…"...)
	}
	return string(bytes.ToValidUTF8(name, []byte("?")))
}

// Classes of bytes in character data. A table keeps the loops to one test a byte.
const (
	plain = iota
	tagOpen
	reference
	bracket
	control
	highEF // may begin U+FFFE and U+FFFF, and begins much of Chinese punctuation
	quote  // only in attribute values
)

// Classes of bytes in names; 0 is not in a name.
const (
	nameFirst = 1 // may begin a name
	nameOther = 2 // digits, - and .
)

var textClass, nameClass = classes()

func classes() (text, name [256]uint8) {
	for c := range 0x20 {
		text[c] = control
	}
	text['\t'], text['\n'], text['\r'] = plain, plain, plain
	text['<'], text['&'], text[']'], text[0xef] = tagOpen, reference, bracket, highEF
	for c := range 256 {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '_', c == ':', c >= 0x80:
			name[c] = nameFirst
		case c >= '0' && c <= '9', c == '-', c == '.':
			name[c] = nameOther
		}
	}
	return text, name
}

package docx

import (
	"bytes"
	"strings"

	"jixiao/generator/ooxml"
)

// A part is compiled from a tree of offsets: every element knows where its
// tags stand in the bytes of the part, and the bytes stay what they are. What
// has no tag in it is copied from there as it is, so unknown markup, prefixes
// and extensions survive.

// node is one element of a part.
type node struct {
	// name is the element's name with the usual prefix of its namespace,
	// whatever prefix the part uses: w:p, mc:Fallback. It is "" for elements
	// of namespaces that do not matter here.
	name string
	// data[start:body] is the start tag, data[body:bodyEnd] the content,
	// data[bodyEnd:end] the end tag. For <w:p/> body, bodyEnd and end are the same.
	start, body, bodyEnd, end int

	parent *node
	kids   []*node
}

// spaces are the namespaces whose elements matter, with their usual prefixes;
// Strict Open XML has its own.
var spaces = map[string]string{
	"http://schemas.openxmlformats.org/wordprocessingml/2006/main":           "w",
	"http://purl.oclc.org/ooxml/wordprocessingml/main":                       "w",
	"http://schemas.openxmlformats.org/markup-compatibility/2006":            "mc",
	"http://schemas.openxmlformats.org/drawingml/2006/main":                  "a",
	"http://purl.oclc.org/ooxml/drawingml/main":                              "a",
	"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing": "wp",
	"http://purl.oclc.org/ooxml/drawingml/wordprocessingDrawing":             "wp",
	"http://schemas.openxmlformats.org/officeDocument/2006/math":             "m",
	"http://purl.oclc.org/ooxml/officeDocument/math":                         "m",
	"http://schemas.openxmlformats.org/officeDocument/2006/relationships":    "r",
	"http://purl.oclc.org/ooxml/officeDocument/relationships":                "r",
	"http://schemas.microsoft.com/office/word/2010/wordml":                   "w14",
	"http://schemas.microsoft.com/office/word/2012/wordml":                   "w15",
	"urn:schemas-microsoft-com:vml":                                          "v",
	"urn:schemas-microsoft-com:office:office":                                "o",
}

// tree is a part as elements over its bytes.
type tree struct {
	data   []byte
	root   *node
	space  string // namespace of the root
	strict bool   // the part is Strict Open XML
	// prefix holds, for a usual prefix (w, r, w14), the one that this part
	// writes before attribute names, with its colon; "" when it declares none.
	prefix map[string]string
	sites  []site // what must not stand twice in a document, by offset; see renumber.go
}

// parse reads the elements of a part, which ooxml has found to be well-formed.
func parse(data []byte) (*tree, error) {
	t := &tree{data: data, prefix: map[string]string{}}
	s := ooxml.NewScanner(data)
	var at *node
	for s.Next() {
		switch s.Kind {
		case ooxml.StartTag, ooxml.EmptyTag:
			t.declarations(s)
			n := &node{name: qualified(s), start: s.Start, body: s.End, bodyEnd: s.End, end: s.End, parent: at}
			if at == nil {
				t.root, t.space = n, s.Space()
				t.strict = strings.HasPrefix(t.space, "http://purl.oclc.org/")
			} else {
				at.kids = append(at.kids, n)
			}
			t.note(n, s)
			if s.Kind == ooxml.StartTag {
				at = n
			}
		case ooxml.EndTag:
			at.bodyEnd, at.end = s.Start, s.End
			at = at.parent
		}
	}
	return t, s.Err()
}

// qualified is the element's name with the usual prefix of its namespace.
func qualified(s *ooxml.Scanner) string {
	if p, ok := spaces[s.Space()]; ok {
		return p + ":" + string(s.Local())
	}
	return ""
}

// declarations notes the prefixes that a tag declares. A prefix declared
// further out stays: what is declared at the root is in force everywhere.
func (t *tree) declarations(s *ooxml.Scanner) {
	for _, a := range s.Attrs() {
		prefix, ok := bytes.CutPrefix(a.Name, []byte("xmlns:"))
		if !ok {
			continue
		}
		if usual, ok := spaces[string(a.Value)]; ok && t.prefix[usual] == "" {
			t.prefix[usual] = string(prefix) + ":"
		}
	}
}

// element is how the part writes the name of an element of WordprocessingML,
// taken from n, an element of that namespace.
func (t *tree) element(n *node, local string) string {
	name := t.data[n.start+1 : n.body]
	if i := bytes.IndexAny(name, " \t\r\n/>"); i >= 0 {
		name = name[:i]
	}
	if i := bytes.IndexByte(name, ':'); i >= 0 {
		return string(name[:i+1]) + local
	}
	return local
}

// attr is the raw value of the attribute with the usual prefix of n's start tag.
func (t *tree) attr(n *node, space, local string) (string, bool) {
	raw, ok := ooxml.TagAttr(t.data[n.start:n.body], t.prefix[space]+local)
	return string(raw), ok
}

// empty reports whether the element is written as one tag: <w:p/>.
func (n *node) empty() bool { return n.body == n.end }

// kid is the first child of that name, nil when there is none.
func (n *node) kid(name string) *node {
	if n == nil {
		return nil
	}
	for _, k := range n.kids {
		if k.name == name {
			return k
		}
	}
	return nil
}

// around is the nearest element of that name that holds n.
func (n *node) around(name string) *node {
	for n = n.parent; n != nil && n.name != name; n = n.parent {
	}
	return n
}

// content is what holds the children of a wrapper: the w:sdtContent of a
// content control, the element itself otherwise.
func (n *node) content() *node {
	if n.name == "w:sdt" {
		if c := n.kid("w:sdtContent"); c != nil {
			return c
		}
	}
	return n
}

// inner is where a wrapper's children begin: behind its properties.
func (n *node) inner() int {
	c := n.content()
	at := c.body
	for _, k := range c.kids {
		if !strings.HasSuffix(k.name, "Pr") {
			break
		}
		at = k.end
	}
	return at
}

// transparent are the block-level and row-level wrappers: their children
// stand, for all that matters here, in the element around them.
func (n *node) transparent() bool {
	switch n.name {
	case "w:sdt", "w:sdtContent", "w:customXml", "w:ins", "w:moveTo", "w:smartTag":
		return true
	}
	return false
}

// walk calls f for n and everything inside, in document order; f returns false to leave out what is inside.
func (n *node) walk(f func(*node) bool) {
	if !f(n) {
		return
	}
	for _, k := range n.kids {
		k.walk(f)
	}
}

// gather returns the elements of that name among n's children, looking
// through wrappers: the rows of a table, the cells of a row.
func (n *node) gather(name string) []*node {
	var found []*node
	for _, k := range n.kids {
		switch {
		case k.name == name:
			found = append(found, k)
		case k.transparent():
			found = append(found, k.gather(name)...)
		}
	}
	return found
}

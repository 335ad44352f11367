package docx

import (
	"cmp"
	"path"
	"slices"
	"strconv"
	"strings"

	"jixiao/generator/ooxml"
	"jixiao/generator/tag"
)

// A draft says on every page that it is one. The heading goes into every
// header that the document has; a section that would have no header gets one of
// ours, also for its first page and for even pages when those have their own.

// layout is how the parts of a document are put together.
type layout struct {
	skeleton *ooxml.Skeleton
	programs []*program // the parts that are rendered
	fixed    [][]byte   // further parts that differ from the template, the same in every document
}

// headingOp writes the heading, when there is one.
type headingOp struct{ element, attr string }

func (o *headingOp) run(st *state) {
	if st.stamp == "" {
		return
	}
	e, a := o.element, o.attr
	st.out = append(st.out, "<"+e+"p><"+e+"pPr><"+e+"jc "+a+`val="center"/></`+e+"pPr><"+e+"r><"+e+"rPr><"+e+"b/><"+e+"color "+a+
		`val="FF0000"/><`+e+"sz "+a+`val="32"/></`+e+"rPr><"+e+`t xml:space="preserve">`...)
	st.out = ooxml.Escape(st.out, st.stamp)
	st.out = append(st.out, "</"+e+"t></"+e+"r></"+e+"p>"...)
}

// header writes a header, the heading first.
func (b *builder) header(n *node) {
	h := &headingOp{element: b.tree.element(n, ""), attr: b.tree.prefix["w"]}
	if n.empty() { // <w:hdr/>
		b.static(b.tree.data[n.start : n.end-len("/>")])
		b.text(">")
		b.op(h)
		b.text("</" + h.element + "hdr>")
		return
	}
	b.raw(n.start, n.body)
	b.op(h)
	b.children(n, n.body)
	b.raw(n.bodyEnd, n.end)
}

// headersOp writes what a section says of its headers: as in the template, or with ours.
type headersOp struct{ plain, marked []byte }

func (o *headersOp) run(st *state) {
	if st.stamp == "" {
		st.out = append(st.out, o.plain...)
	} else {
		st.out = append(st.out, o.marked...)
	}
}

// headerTypes are the headers that a section can have.
var headerTypes = []string{"default", "first", "even"}

// findSections finds the sections that lack a header. Their references are
// written with an id that layouts gives to the new part.
func (c *compiler) findSections() {
	if len(c.parts) == 0 || c.parts[0].kind != "officeDocument" {
		return
	}
	p := c.parts[0]
	t := p.tree
	sections := t.sections()
	even := c.evenAndOdd()
	inherited := map[string]bool{}
	for _, n := range sections {
		own := t.headersOf(n)
		var missing []string
		for _, kind := range headerTypes {
			needed := kind == "default" || kind == "even" && even || kind == "first" && t.on(n.kid("w:titlePg"))
			if inherited[kind] = inherited[kind] || own[kind]; needed && !inherited[kind] {
				missing = append(missing, kind)
			}
		}
		if len(missing) == 0 {
			continue
		}
		c.sections[n] = c.references(t, n, missing)
		s := site{kind: headers, start: n.body, end: n.body, node: n}
		if n.empty() {
			s.start, s.whole = n.start, true
		}
		t.sites = append(t.sites, s)
	}
	slices.SortStableFunc(t.sites, func(a, b site) int { return cmp.Compare(a.start, b.start) })
	if body := t.root.kid("w:body"); body != nil && !slices.ContainsFunc(sections, func(n *node) bool { return n.parent == body }) {
		e := t.element(t.root, "sectPr")
		missing := []string{"default"}
		if even {
			missing = append(missing, "even")
		}
		missing = slices.DeleteFunc(missing, func(kind string) bool { return inherited[kind] })
		c.noneYet = c.references(t, t.root, missing)
		c.noneYet.marked = slices.Concat([]byte("<"+e+">"), c.noneYet.marked, []byte("</"+e+">"))
		p.touch(body)
	}
}

// sections are the sections of a document, in order.
func (t *tree) sections() []*node {
	var list []*node
	t.root.walk(func(n *node) bool {
		if n.name == "w:sectPr" {
			list = append(list, n)
		}
		return n.name != "w:sectPr" // an earlier state of it may stand inside
	})
	return list
}

// headersOf tells which headers a section names.
func (t *tree) headersOf(n *node) map[string]bool {
	own := map[string]bool{}
	for _, k := range n.kids {
		if k.name == "w:headerReference" {
			kind, ok := t.attr(k, "w", "type")
			if !ok {
				kind = "default"
			}
			own[kind] = true
		}
	}
	return own
}

// on tells whether a switch is on: <w:titlePg/>.
func (t *tree) on(n *node) bool {
	if n == nil {
		return false
	}
	v, given := t.attr(n, "w", "val")
	return !given || v != "0" && v != "false" && v != "off"
}

// evenAndOdd reports whether even pages have headers of their own.
func (c *compiler) evenAndOdd() bool {
	for _, r := range c.pkg.Related(c.main) {
		data, ok := c.pkg.Part(r.Target)
		if !r.Is("settings") || r.External || !ok {
			continue
		}
		if t, err := parse(data); err == nil && t.root != nil {
			return t.on(t.root.kid("w:evenAndOddHeaders"))
		}
	}
	return false
}

// references writes the references of a section to our header.
func (c *compiler) references(t *tree, n *node, kinds []string) *headersOp {
	e, w, r := t.element(n, ""), t.prefix["w"], t.prefix["r"]
	declared := ""
	if r == "" {
		r, declared = "r:", ` xmlns:r="`+t.relationships()+`"`
	}
	var refs []byte
	for _, kind := range kinds {
		refs = append(refs, "<"+e+"headerReference"+declared+" "+w+`type="`+kind+`" `+r+`id="`+c.headerID()+`"/>`...)
	}
	o := &headersOp{marked: refs}
	if n.name == "w:sectPr" && n.empty() {
		o.plain = t.data[n.start:n.end]
		start := append(slices.Clone(t.data[n.start:n.end-2]), '>')
		o.marked = slices.Concat(start, refs, []byte("</"+e+"sectPr>"))
	}
	return o
}

// relationships is the namespace of relationships in documents of the part's kind.
func (t *tree) relationships() string {
	if t.strict {
		return "http://purl.oclc.org/ooxml/officeDocument/relationships"
	}
	return "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
}

// headerID is the id of the relationship to our header, which is made when it is first needed.
func (c *compiler) headerID() string {
	if c.header != nil {
		return c.header.id
	}
	h := &newHeader{types: "[Content_Types].xml", rels: ooxml.RelsName(c.main)}
	c.header = h
	t := c.parts[0].tree
	taken := map[string]bool{}
	for _, name := range c.pkg.Names() {
		taken[strings.ToLower(name)] = true
	}
	for i := 1; h.name == "" || taken[strings.ToLower(h.name)]; i++ {
		h.name = path.Join(path.Dir(c.main), "header"+strconv.Itoa(i)+".xml")
	}
	var err error
	rels, _ := c.pkg.Part(h.rels)
	if h.relsData, h.id, err = ooxml.AddRelationship(rels, t.relationships()+"/header", path.Base(h.name)); err != nil {
		c.unreadable(err)
	}
	types, _ := c.pkg.Part(h.types)
	h.typesData, err = ooxml.AddOverride(types, h.name, "application/vnd.openxmlformats-officedocument.wordprocessingml.header+xml")
	if err != nil {
		c.unreadable(err)
	}
	return h.id
}

// newHeader is a header that the template lacks, and what refers to it.
type newHeader struct {
	id, name, types, rels string
	typesData, relsData   []byte
}

func (c *compiler) unreadable(err error) {
	c.faults = append(c.faults, fault{Fault: tag.Fault{Message: "模板文件的结构读不懂（" + err.Error() + "）：请用 Word 或 WPS 另存为 .docx 后再试"}})
}

// program is the header as a program.
func (h *newHeader) program(t *tree) *program {
	root := []byte(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n" + `<w:hdr xmlns:w="` + t.space + `">`)
	return &program{name: h.name, kind: "header", ops: []op{static(root), &headingOp{"w:", "w:"}, static("</w:hdr>")}}
}

// prepare marks what of a part changes although no tag stands in it.
func (c *compiler) prepare(p *part) {
	switch p.kind {
	case "header":
		p.touch(p.tree.root)
	case "footnotes", "endnotes":
		for _, n := range p.tree.root.kids {
			id, _ := p.tree.attr(n, "w", "id")
			if use := c.notes[noteKey(n.name, id)]; use != nil && use.repeated {
				p.touch(n)
				p.changes = true
			}
		}
	}
}

// layouts prepares how documents are put together, with and without a heading.
func (c *compiler) layouts() {
	t := c.t
	for _, p := range t.parts {
		if p.changes {
			t.plain.programs = append(t.plain.programs, p)
		}
		if p.changes || p.kind == "header" || p.kind == "officeDocument" && c.header != nil {
			t.marked.programs = append(t.marked.programs, p)
		}
	}
	var also []string
	if h := c.header; h != nil {
		t.marked.programs = append(t.marked.programs, h.program(c.parts[0].tree))
		also, t.marked.fixed = []string{h.rels, h.types}, [][]byte{h.relsData, h.typesData}
	}
	c.lay(&t.plain, nil)
	c.lay(&t.marked, also)
}

func (c *compiler) lay(l *layout, also []string) {
	var names []string
	for _, p := range l.programs {
		names = append(names, p.name)
	}
	var err error
	if l.skeleton, err = c.pkg.Skeleton(append(names, also...), nil); err != nil {
		c.unreadable(err)
	}
}

// Package docx fills Word templates. A template is an official document with
// tags in its text ({{年初预算数|千分位:2}}, see package tag); it is compiled
// once and rendered many times, by several goroutines at a time.
//
// In comes a .docx and, for each document, a scope that gives names their
// meaning; out goes a .docx in which everything but the tags is as it was, byte
// by byte, and which Word opens without a repair. Data is never markup.
//
// Compile, for each part in which people see text (body, headers, footers,
// footnotes, endnotes; found by relationships, never by file name):
//
//  1. reads the elements with their places in the bytes       tree.go
//  2. reads each paragraph as one text and finds its tags     runs.go
//  3. pairs blocks and decides what they are made of          blocks.go
//  4. walks the elements and writes a program: bytes that
//     stay, and operations where something changes            emit.go, paragraph.go
//     – rows that repeat by the prefix rule, merged cells     rows.go, merge.go
//     – ids that must not stand twice                         renumber.go
//     – notes of which each copy gets its own                 notes.go
//     – what must never come out empty                        structure.go
//     – the heading of drafts                                 stamp.go
//
// Every fault is found, each with its place as people count (place.go).
// Render runs the programs into a buffer and hands the changed parts to the
// package's skeleton, which copies all others as they lie in the file (render.go).
package docx

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"jixiao/generator/ooxml"
	"jixiao/generator/tag"
)

// Template is a compiled template. It is never changed and safe for use by
// several goroutines.
type Template struct {
	parts  []*program // in the order in which they are rendered
	plain  layout     // of a document as it is
	marked layout     // of a document whose pages are headed by a text
	uses   []tag.Use
	slots  int
	merges int // merged columns
	highest
	limit  int64 // bytes that one rendered part may have
	faulty int   // how many faults were found
}

// highest are the largest numbers in use, behind which new ones are taken.
type highest struct{ drawings, notes int }

// Compile reads a template. All faults are found at once, each with its place
// in words (正文 第3个表 第5行 第2列) and the tag as it was typed; a file that
// cannot be read at all is one fault without a place. A template with faults
// knows its uses but cannot be rendered. around are the paths of lists,
// outermost first, at whose items the scope will stand that it is rendered in: a
// document an item.
func Compile(data []byte, l ooxml.Limits, around ...[]string) (*Template, []tag.Fault) {
	pkg, err := ooxml.Open(data, l)
	if err != nil {
		return &Template{faulty: 1}, []tag.Fault{{Message: err.Error()}}
	}
	c := &compiler{pkg: pkg, main: pkg.Main(), around: around, tagged: map[*node]bool{}, notes: map[string]*noteUse{}, sections: map[*node]*headersOp{}}
	c.t = &Template{limit: l.Part}
	if c.t.limit <= 0 {
		c.t.limit = ooxml.DefaultLimits().Part
	}
	c.readParts()
	for c.at = range c.parts {
		c.read(c.parts[c.at])
	}
	c.findSections()
	for c.at = range c.parts {
		c.write(c.parts[c.at])
	}
	c.lookElsewhere()
	c.layouts()
	c.t.slots, c.t.merges = c.slots, c.merges
	return c.t, c.found()
}

// Uses returns every tag that prints, decides or repeats something, in document
// order, with its place and the lists repeated around it.
func (t *Template) Uses() []tag.Use { return slices.Clone(t.uses) }

// compiler holds what is known while a template is compiled.
type compiler struct {
	pkg    *ooxml.Package
	main   string
	around [][]string // lists at whose items the whole document stands
	parts  []*part
	at     int // of the part at hand
	t      *Template
	slots  int
	merges int // merged columns
	faults []fault
	tagged map[*node]bool // content controls in which a tag stands

	notes    map[string]*noteUse  // references to notes, by kind and id
	sections map[*node]*headersOp // sections that lack a header
	noneYet  *headersOp           // for a body without a section
	header   *newHeader           // nil until it is needed
}

// part is one part in which people see text.
type part struct {
	name, label string
	kind        string // of the relationship: officeDocument, header, footer, footnotes, endnotes
	tree        *tree
	changes     bool // with every document
	places      *places
	stories     []*story
	paras       map[*node]*para
	rowParas    map[*node][]*para // the paragraphs of a row with tags, text boxes and nested tables left out
	merges      map[*node]*spot   // the {{合并}} of a cell

	// What settling the blocks has decided.
	before, after map[*node][]event
	inRow, endRow map[*node][]event // inside the implicit repetition of the row
	dropRow       map[*node]bool
	touched       map[*node]bool
}

// fault is a fault on its way to the caller.
type fault struct {
	tag.Fault
	part int  // index of the part
	at   int  // offset in the part
	echo bool // found in a branch that repeats another one
}

// fault notes what is wrong with a tag.
func (c *compiler) fault(s *spot, message string) {
	c.faultAt(s.para, tag.Fault{Source: s.tag.Source, Message: message})
}

// faultAt notes what is wrong in a paragraph.
func (c *compiler) faultAt(q *para, f tag.Fault) {
	f.Place = q.place
	c.faults = append(c.faults, fault{f, c.at, q.node.start, q.echo})
}

// found returns the faults in the order of the document, those of repeated
// branches only when they say something new.
func (c *compiler) found() []tag.Fault {
	slices.SortStableFunc(c.faults, func(a, b fault) int { return cmp.Or(cmp.Compare(a.part, b.part), cmp.Compare(a.at, b.at)) })
	var list []tag.Fault
	for _, f := range c.faults {
		if !f.echo {
			list = append(list, f.Fault)
		}
	}
	for _, f := range c.faults {
		if f.echo && !slices.Contains(list, f.Fault) {
			list = append(list, f.Fault)
		}
	}
	c.t.faulty = len(list)
	return list
}

// labels name the kinds of parts for people.
var labels = map[string]string{"header": "页眉", "footer": "页脚", "footnotes": "脚注", "endnotes": "尾注"}

// readParts finds the parts that are read: the document first, then what it refers to.
func (c *compiler) readParts() {
	c.addPart(c.main, "officeDocument", "正文")
	seen := map[string]bool{c.main: true}
	rels := c.pkg.Related(c.main)
	for _, kind := range []string{"header", "footer", "footnotes", "endnotes"} {
		for _, r := range rels {
			if r.Is(kind) && !r.External && !seen[r.Target] {
				seen[r.Target] = true
				c.addPart(r.Target, kind, c.pageLabel(r.ID)+labels[kind])
			}
		}
	}
}

// pageLabel tells which pages a header or footer heads: 首页, 偶数页, 第2节; "" for the usual ones.
func (c *compiler) pageLabel(id string) string {
	if len(c.parts) == 0 {
		return ""
	}
	t := c.parts[0].tree
	for i, n := range t.sections() {
		for _, k := range n.kids {
			if raw, _ := t.attr(k, "r", "id"); raw != id || k.name != "w:headerReference" && k.name != "w:footerReference" {
				continue
			}
			label := ""
			if i > 0 {
				label = fmt.Sprintf("第%d节", i+1)
			}
			switch kind, _ := t.attr(k, "w", "type"); kind {
			case "first":
				label += "首页"
			case "even":
				label += "偶数页"
			}
			return label
		}
	}
	return ""
}

func (c *compiler) addPart(name, kind, label string) {
	data, ok := c.pkg.Part(name)
	if !ok {
		if kind == "officeDocument" {
			c.faults = append(c.faults, fault{Fault: tag.Fault{Message: "文件里没有 Word 正文：请用 Word 或 WPS 另存为 .docx 后再试"}})
		}
		return
	}
	t, err := parse(data)
	if err != nil || t.root == nil || !textRoot(t.root.name) {
		c.faults = append(c.faults, fault{Fault: tag.Fault{Place: label, Message: "这一部分不是 Word 文字：请用 Word 或 WPS 另存为 .docx 后再试"}})
		return
	}
	c.parts = append(c.parts, &part{
		name: name, label: label, kind: kind, tree: t, places: number(label, t.root),
		paras: map[*node]*para{}, rowParas: map[*node][]*para{}, merges: map[*node]*spot{},
		before: map[*node][]event{}, after: map[*node][]event{},
		inRow: map[*node][]event{}, endRow: map[*node][]event{}, dropRow: map[*node]bool{}, touched: map[*node]bool{},
	})
	c.t.drawings = max(c.t.drawings, t.highest(drawingID))
	c.t.notes = max(c.t.notes, t.highest(noteID))
}

// textRoot reports whether a part with that root element holds text.
func textRoot(name string) bool {
	switch name {
	case "w:document", "w:hdr", "w:ftr", "w:footnotes", "w:endnotes":
		return true
	}
	return false
}

// read finds the paragraphs, tags and blocks of a part.
func (c *compiler) read(p *part) {
	stories := map[*node]*story{}
	texts := map[*node]bool{}
	p.tree.root.walk(func(n *node) bool {
		if n.name == "w:p" {
			root := storyRoot(n)
			s := stories[root]
			if s == nil {
				s = &story{root: root}
				stories[root] = s
				p.stories = append(p.stories, s)
			}
			c.readParagraph(p, s, n, texts)
		}
		return n.name != "w:del" && n.name != "w:moveFrom"
	})
	for _, s := range p.stories {
		if len(s.spots) > 0 {
			c.settle(p, s)
		}
	}
	p.changes = p.touched[p.tree.root]
	c.strayTags(p, texts)
}

// readParagraph reads one paragraph and finds its tags. texts gathers the w:t that were read.
func (c *compiler) readParagraph(p *part, s *story, n *node, texts map[*node]bool) {
	q := &para{node: n, story: s, echo: echoes(n), place: p.places.of(n)}
	q.read(p.tree)
	p.paras[n] = q
	s.paras = append(s.paras, q)
	for _, a := range q.atoms {
		texts[a.node] = true
	}
	if !tag.HasTag(q.text) && !strings.ContainsAny(q.text, "}｝") {
		return
	}
	pieces, faults := tag.Parse(q.text)
	for _, f := range faults {
		c.faultAt(q, f)
	}
	for _, piece := range pieces {
		if piece.Tag != nil {
			q.spots = append(q.spots, &spot{tag: piece.Tag, para: q, from: piece.Start, to: piece.End})
		}
	}
	if len(q.spots) == 0 {
		return
	}
	q.locate(p.tree)
	s.spots = append(s.spots, q.spots...)
	p.touch(n)
	if row := n.around("w:tr"); row != nil && !within(s.root, row) {
		p.rowParas[row] = append(p.rowParas[row], q)
	}
	for _, spot := range q.spots {
		if spot.tag.Kind != tag.Merge {
			continue
		}
		if cell := n.around("w:tc"); cell != nil && !within(s.root, cell) {
			p.merges[cell] = spot
		} else {
			c.fault(spot, mergeOutside)
		}
	}
	for at := n; at != nil; at = at.parent {
		if at.name == "w:sdt" {
			c.tagged[at] = true
		}
	}
	for i := range q.atoms {
		if a := &q.atoms[i]; a.covered(q.spots) {
			for _, w := range a.wraps {
				c.tagged[w] = true
			}
		}
	}
}

// covered reports whether a tag holds something of the atom's text.
func (a *atom) covered(spots []*spot) bool {
	for _, s := range spots {
		if a.from < a.to && s.from < a.to && a.from < s.to {
			return true
		}
	}
	return false
}

// holdsTags reports whether a tag stands in the content control.
func (c *compiler) holdsTags(n *node) bool { return c.tagged[n] }

// echoes reports whether n stands in a branch that says again, for other
// programs, what an earlier branch of mc:AlternateContent says.
func echoes(n *node) bool {
	for at := n; at.parent != nil; at = at.parent {
		if at.parent.name == "mc:AlternateContent" && at.parent.kids[0] != at {
			return true
		}
	}
	return false
}

// strayTags finds tags in text that belongs to no paragraph's own runs:
// formulas, shapes, phonetic guides.
func (c *compiler) strayTags(p *part, texts map[*node]bool) {
	p.tree.root.walk(func(n *node) bool {
		switch n.name {
		case "w:del", "w:moveFrom":
			return false
		case "w:t", "a:t", "m:t":
			var text bytes.Buffer
			eachChar(p.tree.data, n.body, n.bodyEnd, func(s []byte, _, _ int) { text.Write(s) })
			if texts[n] || !tag.HasTag(text.String()) {
				return false
			}
			at := n
			if q := n.around("w:p"); q != nil {
				at = q
			}
			c.faultAt(&para{node: n, place: p.places.of(at), echo: echoes(n)}, tag.Fault{Source: text.String(),
				Message: "标签放在了公式、图形或拼音指南的文字里，那里不能填写：请移到普通文字或文本框里"})
		}
		return true
	})
}

// lookElsewhere finds tags in parts whose text is not filled.
func (c *compiler) lookElsewhere() {
	for _, name := range c.pkg.Names() {
		kind := c.pkg.ContentType(name)
		if !strings.HasSuffix(kind, "+xml") || !strings.Contains(kind, "drawingml.") {
			continue
		}
		if data, ok := c.pkg.Part(name); ok && bytes.Contains(data, []byte("{{")) {
			c.faults = append(c.faults, fault{Fault: tag.Fault{Place: "图表（" + name + "）", Source: "{{",
				Message: "图表和 SmartArt 里的标签不能填写：请移到正文"}})
		}
	}
}

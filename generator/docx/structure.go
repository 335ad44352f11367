package docx

import (
	"bytes"
	"slices"
)

// What is repeated no times, or left out, must leave a document that Word
// opens: a cell ends in a paragraph, a table has a row, two tables do not
// touch (Word would join them), the body does not end in a table. Containers
// whose contents vary keep account of what they end in; all others are left
// alone.

// lastBlock is what a container ends in so far.
type lastBlock uint8

const (
	nothing lastBlock = iota
	aParagraph
	aTable
)

// container reports whether an element holds paragraphs and tables and needs at least a paragraph.
func container(name string) bool {
	switch name {
	case "w:body", "w:tc", "w:hdr", "w:ftr", "w:txbxContent", "w:footnote", "w:endnote":
		return true
	}
	return false
}

// children writes the blocks of a container from offset on.
func (b *builder) children(n *node, from int) {
	outer := b.marks
	defer func() { b.marks = outer }()
	kids := n.kids
	for len(kids) > 0 && kids[0].start < from {
		kids = kids[1:]
	}
	section := len(kids)
	if section > 0 && kids[section-1].name == "w:sectPr" {
		section--
	}
	write := func(kids []*node) {
		for _, k := range kids {
			b.raw(from, k.start)
			b.child(k)
			from = k.end
		}
	}
	if b.marks = b.varies(n); b.marks {
		ops := b.within(nil, func() { write(kids[:section]) })
		b.op(&containerOp{ops: ops, empty: b.emptyParagraph(n)})
	} else {
		write(kids[:section])
	}
	b.marks = false
	write(kids[section:])
	b.raw(from, n.bodyEnd)
	if n.name == "w:body" && b.c.noneYet != nil {
		b.op(b.c.noneYet)
	}
}

// varies reports whether the blocks of a container may come more or less often than once.
func (b *builder) varies(n *node) bool {
	for _, k := range n.content().kids {
		switch q := b.p.paras[k]; {
		case !b.p.touched[k]:
		case len(b.p.before[k])+len(b.p.after[k]) > 0, q != nil && (q.dropped || len(q.open)+len(q.last) > 0):
			return true
		case q != nil && slices.ContainsFunc(q.spots, func(s *spot) bool { return s.event != nil && s.event.block.level == paragraphs }):
			return true
		case k.name == "w:tbl" && b.mayVanish(k), k.transparent() && b.varies(k):
			return true
		}
	}
	return false
}

// mark notes what the container ends in after an element that was copied as it stands.
func (b *builder) mark(n *node) {
	switch {
	case n.name == "w:p":
		b.op(markOp(aParagraph))
	case n.name == "w:tbl":
		b.op(markOp(aTable))
	case n.transparent():
		for _, k := range slices.Backward(n.content().kids) {
			if k.name == "w:p" || k.name == "w:tbl" || k.transparent() {
				b.mark(k)
				return
			}
		}
	}
}

// shell writes a wrapper around blocks, which goes when nothing is left inside.
func (b *builder) shell(n *node) {
	c := n.content()
	at := n.inner()
	open := b.within(nil, func() { b.raw(n.start, at) })
	body := b.within(nil, func() {
		for _, k := range c.kids {
			if k.start >= at {
				b.child(k)
				at = k.end
			}
		}
	})
	b.op(&shellOp{open: open, body: body, close: b.within(nil, func() { b.raw(c.bodyEnd, n.end) })})
}

// emptyParagraph is a paragraph without text, formatted like the last one of the container.
func (b *builder) emptyParagraph(n *node) []byte {
	var last *node
	for _, k := range n.gather("w:p") {
		last = k
	}
	if last == nil {
		e := b.tree.element(n, "p")
		return []byte("<" + e + "/>")
	}
	e := b.tree.element(last, "p")
	open, end := b.properties(last.kid("w:pPr"), "w:sectPr", "w:numPr", "w:pPrChange", "w:pageBreakBefore")
	return slices.Concat([]byte("<"+e+">"), open, end, []byte("</"+e+">"))
}

// properties are the bytes of a w:pPr without some of its children, and its end tag.
func (b *builder) properties(n *node, without ...string) (open, end []byte) {
	if n == nil {
		return nil, nil
	}
	at := n.start
	for _, k := range n.kids {
		if slices.Contains(without, k.name) {
			open = append(open, b.tree.data[at:k.start]...)
			at = k.end
		}
	}
	return append(open, b.tree.data[at:n.bodyEnd]...), b.tree.data[n.bodyEnd:n.end]
}

// markOp notes what the container ends in.
type markOp lastBlock

func (o markOp) run(st *state) { st.last = lastBlock(o) }

// containerOp writes blocks and, when they do not end in a paragraph, an empty one behind them.
type containerOp struct {
	ops   []op
	empty []byte
}

func (o *containerOp) run(st *state) {
	outer := st.last
	st.last = nothing
	st.do(o.ops)
	if st.last != aParagraph {
		st.out = append(st.out, o.empty...)
	}
	st.last = outer
}

func (o *containerOp) inner() []*[]op { return []*[]op{&o.ops} }

// shellOp writes a wrapper, unless nothing is inside.
type shellOp struct{ open, body, close []op }

func (o *shellOp) run(st *state) {
	start := len(st.out)
	st.do(o.open)
	inside := len(st.out)
	st.do(o.body)
	if len(bytes.TrimSpace(st.out[inside:])) == 0 {
		st.out = st.out[:start]
		return
	}
	st.do(o.close)
}

func (o *shellOp) inner() []*[]op { return []*[]op{&o.open, &o.body, &o.close} }

package docx

import (
	"bytes"
	"slices"

	"jixiao/generator/ooxml"
	"jixiao/generator/tag"
)

// paragraph writes a paragraph in which something changes. What a tag covers
// of the text goes; the value is written where the tag begins, in the run in
// which it begins, and everything else that stood between the pieces follows.
func (b *builder) paragraph(q *para) {
	marks := b.marks
	b.marks = false
	alone := q.onlyBreak() != nil && b.repeated()
	write := func() {
		b.paragraphHead(q.node)
		b.fire(q.open)
		w := &inlineWriter{b: b, q: q, prefix: b.tree.element(q.node, ""), opened: map[*node]bool{}, alone: alone}
		for i := range q.atoms {
			w.atom(&q.atoms[i])
		}
		w.close(0)
		b.fire(q.last)
		b.raw(q.node.bodyEnd, q.node.end)
		if marks {
			b.op(markOp(aParagraph))
		}
	}
	if alone { // the paragraph comes and goes with its break
		o := &breakOp{first: b.fresh()}
		o.ops = b.within(nil, write)
		b.op(o)
	} else {
		write()
	}
	b.marks = marks
}

// paragraphHead writes the start tag and properties. When the paragraph ends a
// section, the rendering must find the section again: a value of several
// paragraphs hands it on to the last of them.
func (b *builder) paragraphHead(n *node) {
	props := n.kid("w:pPr")
	section := props.kid("w:sectPr")
	switch {
	case props == nil:
		b.raw(n.start, n.body)
		return
	case section == nil:
		b.raw(n.start, props.end)
		return
	}
	b.raw(n.start, section.start)
	b.op(sectionOp(true))
	b.raw(section.start, section.end)
	b.op(sectionOp(false))
	b.raw(section.end, props.end)
}

// inlineWriter writes the inside of a paragraph: it opens and closes runs and
// what is around them as the atoms ask for.
type inlineWriter struct {
	b      *builder
	q      *para
	prefix string // of WordprocessingML in this part: "w:"
	wraps  []*node
	opened map[*node]bool // wrappers that were written before
	run    *node
	text   bool // a w:t is open
	next   int  // the first spot that has not been written
	alone  bool // the paragraph is nothing but a page break between items
}

// to goes to where an atom stands.
func (w *inlineWriter) to(wraps []*node, run *node) {
	same := 0
	for same < len(w.wraps) && same < len(wraps) && w.wraps[same] == wraps[same] {
		same++
	}
	if same < len(w.wraps) || run != w.run {
		w.close(same)
	}
	for _, n := range wraps[len(w.wraps):] {
		if w.opened[n] { // a block cut it in two
			w.b.static(w.b.tree.plain(n.start, n.inner()))
		} else {
			w.b.raw(n.start, n.inner())
			w.opened[n] = true
		}
		w.wraps = append(w.wraps, n)
	}
	if w.run == nil && run != nil {
		w.b.raw(run.start, runHead(run))
		w.run = run
	}
}

// runHead is the end of a run's properties.
func runHead(run *node) int {
	if props := run.kid("w:rPr"); props != nil {
		return props.end
	}
	return run.body
}

// close closes the run and the wrappers beyond the first keep.
func (w *inlineWriter) close(keep int) {
	w.endText()
	if w.run != nil {
		w.b.raw(w.run.bodyEnd, w.run.end)
		w.run = nil
	}
	for len(w.wraps) > keep {
		n := w.wraps[len(w.wraps)-1]
		w.wraps = w.wraps[:len(w.wraps)-1]
		w.b.raw(n.content().bodyEnd, n.end)
	}
}

// startText opens a w:t in which blanks count.
func (w *inlineWriter) startText() {
	if !w.text {
		w.b.text("<" + w.prefix + `t xml:space="preserve">`)
		w.text = true
	}
}

func (w *inlineWriter) endText() {
	if w.text {
		w.b.text("</" + w.prefix + "t>")
		w.text = false
	}
}

// atom writes what is left of an atom, and the tags that begin in it.
func (w *inlineWriter) atom(a *atom) {
	if !a.covered(w.q.spots) {
		w.to(a.wraps, a.run)
		w.endText()
		w.b.node(a.node)
		return
	}
	for at := a.from; at < a.to; {
		for w.next < len(w.q.spots) && w.q.spots[w.next].to <= at {
			w.next++
		}
		if w.next == len(w.q.spots) || w.q.spots[w.next].from >= a.to {
			w.literal(a, at, a.to)
			return
		}
		s := w.q.spots[w.next]
		if s.from > at {
			w.literal(a, at, s.from)
		}
		if s.from >= at {
			w.spot(a, s)
		}
		at = min(s.to, a.to)
	}
}

// literal writes text[from:to] of an atom as it stands in the part.
func (w *inlineWriter) literal(a *atom, from, to int) {
	w.to(a.wraps, a.run)
	if a.node.name != "w:t" {
		w.endText()
		w.b.raw(a.node.start, a.node.end)
		return
	}
	w.startText()
	start, end := w.q.bytesOf(from, to)
	w.b.static(literal(w.b.tree.data, a.node, start, end))
}

// spot writes a tag where it begins.
func (w *inlineWriter) spot(a *atom, s *spot) {
	b := w.b
	switch {
	case s.event != nil:
		w.close(0)
		b.fire([]event{*s.event})
	case s.tag.Kind == tag.Value:
		b.use(s)
		w.to(a.wraps, a.run)
		w.startText()
		b.op(&valueOp{tag: s.tag, prefix: w.prefix, split: w.split(a)})
	case s.tag.Kind == tag.PageBreak:
		w.pageBreak(a, s)
	case s.tag.Kind == tag.Picture:
		b.use(s)
		b.c.fault(s, "暂不支持由数据放入图片：请把图片直接插进模板")
	case s.tag.Kind == tag.Merge:
		b.use(s)
	}
}

// split prepares for a value whose lines are paragraphs: what ends one
// paragraph in the middle of its text and begins the next one alike.
func (w *inlineWriter) split(a *atom) *splitter {
	t, n, p := w.b.tree, w.q.node, w.prefix
	data := t.data
	sp := &splitter{open: t.plain(n.start, n.body), section: w.q.section()}
	if props := n.kid("w:pPr"); props != nil {
		open, end := w.b.properties(props, "w:sectPr", "w:pPrChange", "w:pageBreakBefore")
		sp.open, sp.props = append(sp.open, open...), end
	}
	sp.close = slices.Concat([]byte("</"+p+"t>"), data[a.run.bodyEnd:a.run.end])
	for _, k := range slices.Backward(a.wraps) {
		sp.close = append(sp.close, data[k.content().bodyEnd:k.end]...)
	}
	sp.close = append(sp.close, data[n.bodyEnd:n.end]...)
	for _, k := range a.wraps {
		sp.inside = append(sp.inside, t.plain(k.start, k.inner())...)
	}
	sp.inside = append(sp.inside, data[a.run.start:runHead(a.run)]...)
	sp.inside = append(sp.inside, "<"+p+`t xml:space="preserve">`...)
	return sp
}

// literal is data[start:end] of a w:t as it may stand in another w:t.
func literal(data []byte, n *node, start, end int) []byte {
	if bytes.IndexByte(data[n.body:n.bodyEnd], '<') < 0 {
		return data[start:end]
	}
	// CDATA sections and comments: what they say, without their brackets.
	var out []byte
	eachChar(data, n.body, n.bodyEnd, func(s []byte, from, to int) {
		if from >= start && to <= end {
			out = ooxml.Escape(out, string(s))
		}
	})
	return out
}

// pageBreak writes {{分页}} among other text.
func (w *inlineWriter) pageBreak(a *atom, s *spot) {
	b := w.b
	b.use(s)
	if !b.breaks(s) {
		return
	}
	w.to(a.wraps, a.run)
	w.endText()
	br := static("<" + w.prefix + "br " + b.tree.prefix["w"] + `type="page"/>`)
	if w.alone {
		b.op(br)
	} else {
		b.op(&breakOp{first: b.fresh(), ops: []op{br}})
	}
}

// breaks reports whether a page can be broken at the tag.
func (b *builder) breaks(s *spot) bool {
	switch n := s.para.node; {
	case !b.repeated():
		b.c.fault(s, "{{分页}} 要写在 {{#每个 …}} 与 {{/每个}} 之间：它在两项之间分页")
	case s.para.story.root.name != "w:body" || n.around("w:tc") != nil:
		b.c.fault(s, "{{分页}} 不能写在表格、文本框、页眉页脚和脚注里：请移到正文单独一段")
	default:
		return true
	}
	return false
}

// fresh reports whether the repeated part at hand has written nothing yet, so
// that a break between items comes before each but the first.
func (b *builder) fresh() bool {
	f := b.innermost()
	if f.loop == nil {
		return false
	}
	for _, g := range b.frames[slices.Index(b.frames, f):] {
		for _, o := range g.ops {
			switch o := o.(type) {
			case static:
				if len(bytes.TrimSpace(o)) > 0 {
					return false
				}
			case *rangeOp, markOp:
			default:
				return false
			}
		}
	}
	return true
}

// onlyBreak is the {{分页}} of a paragraph that holds nothing else.
func (q *para) onlyBreak() *spot {
	var found *spot
	for _, s := range q.spots {
		switch {
		case s.tag.Kind == tag.PageBreak && found == nil:
			found = s
		case s.content():
			return nil
		}
	}
	if found == nil || q.section() || !q.bare(0, found.from) || !q.bare(found.to, len(q.text)) {
		return nil
	}
	return found
}

package docx

import (
	"bytes"
	"slices"

	"jixiao/generator/tag"
)

// {{合并}} merges a cell with the one above when both say the same, within one
// repetition of the list and, for the second and later merged columns, only
// where the columns to the left are equal too. Cells that say nothing are equal
// but are not merged: what nobody filled is not the same as what nobody filled.
//
// A template may also have merged cells of its own: a label beside the rows
// that repeat. Its copies continue the cell above by themselves; only where the
// first cell of the label stands in rows that repeat or may go, the rendering
// must find out which cell comes first (labelOp).

const mergeOutside = "{{合并}} 要写在表格里随列表重复的行的单元格里，与要比较的内容放在一起"

// cell writes one cell of a row.
func (b *builder) cell(r *row, i int) {
	c := r.cells[i]
	n := c.node
	switch {
	case b.p.merges[n] != nil:
		b.mergeCell(r, i)
		return
	case b.labels[n] != nil:
		b.labelled(r, i)
		return
	case !b.p.touched[n]:
		b.raw(n.start, n.end)
	default:
		head := n.body
		if props := n.kid("w:tcPr"); props != nil {
			head = props.end
		}
		b.raw(n.start, head)
		b.children(n, head)
		b.raw(n.bodyEnd, n.end)
	}
	if slot, ok := b.columns[column{c.from, c.to}]; ok && c.continues {
		b.op(extendOp(slot))
	}
}

// column is a stretch of the grid.
type column struct{ from, to int }

// head writes the start of a cell up to its contents, with the cell beginning
// ("restart") or continuing ("") a vertical merge.
func (b *builder) head(n *node, merge string) []op {
	e := b.tree.element(n, "")
	mark := "<" + e + "vMerge"
	if merge != "" {
		mark += " " + b.tree.prefix["w"] + `val="` + merge + `"`
	}
	mark += "/>"
	return b.within(nil, func() {
		props := n.kid("w:tcPr")
		if props == nil || props.empty() {
			b.raw(n.start, n.body)
			b.text("<" + e + "tcPr>" + mark + "</" + e + "tcPr>")
			return
		}
		at := props.body // where the schema wants the mark
		for _, k := range props.kids {
			if slices.Contains([]string{"w:cnfStyle", "w:tcW", "w:gridSpan", "w:hMerge"}, k.name) {
				at = k.end
			}
		}
		from := n.start
		old := props.kid("w:vMerge")
		if old != nil && old.end <= at {
			b.raw(from, old.start)
			from = old.end
		}
		b.raw(from, at)
		b.text(mark)
		if old != nil && old.start >= at {
			b.raw(at, old.start)
			at = old.end
		}
		b.raw(at, props.end)
	})
}

// contents writes what stands in a cell.
func (b *builder) contents(n *node) []op {
	return b.within(nil, func() {
		at := n.body
		if props := n.kid("w:tcPr"); props != nil {
			at = props.end
		}
		b.children(n, at)
	})
}

// mergeCell writes a cell that is merged with equal neighbours above.
func (b *builder) mergeCell(r *row, i int) {
	c := r.cells[i]
	spot := b.p.merges[c.node]
	loop := b.repetition(r, c)
	if loop == nil {
		b.c.fault(spot, mergeOutside)
		b.raw(c.node.start, c.node.end)
		return
	}
	o := &mergeOp{slot: b.c.merges, loop: loop.loop, first: b.head(c.node, "restart"), again: b.head(c.node, ""), empty: b.emptyParagraph(c.node)}
	b.c.merges++
	o.body = b.contents(c.node)
	for _, left := range r.cells[:i] {
		if slot, ok := b.columns[column{left.from, left.to}]; ok && b.p.merges[left.node] != nil {
			o.left = append(o.left, slot)
		}
	}
	b.columns[column{c.from, c.to}] = o.slot
	b.op(o)
	b.raw(c.node.bodyEnd, c.node.end)
	b.checkBand(r, c, spot, loop.block)
}

// repetition is the repeated block within which a cell is merged: the innermost
// whose list the cell's own tags name, or simply the innermost.
func (b *builder) repetition(r *row, c cell) *frame {
	var path []string
	for _, q := range b.p.rowParas[r.node] {
		for _, s := range q.spots {
			if names := s.tag.ListPath(); s.tag.Kind == tag.Value && within(q.node, c.node) && len(names) > len(path) {
				path = names
			}
		}
	}
	var innermost *frame
	for _, f := range slices.Backward(b.frames) {
		if f.table != nil {
			break
		}
		if f.loop == nil {
			continue
		}
		if path != nil && prefixed(path, f.loop.path) {
			return f
		}
		if innermost == nil {
			innermost = f
		}
	}
	return innermost
}

// checkBand refuses to merge a column when an item has several rows and
// another of them has a cell of its own there: the cells to be merged would
// not be neighbours.
func (b *builder) checkBand(r *row, c cell, s *spot, loop *block) {
	var innermost *block
	for _, in := range r.inside {
		if in.block.loops() {
			innermost = in.block
		}
	}
	if innermost != loop {
		return // the row is an item by itself, or one of an inner list: the rendering sees what its neighbours are
	}
	for i := range b.rowPlans {
		other := &b.rowPlans[i]
		if other.node == r.node || b.p.dropRow[other.node] || !slices.ContainsFunc(other.inside, func(in branch) bool { return in.block == loop }) {
			continue
		}
		if !slices.ContainsFunc(other.cells, func(o cell) bool { return o.from == c.from && o.to == c.to && o.continues }) {
			b.c.fault(s, "一项占几行时，{{合并}} 所在的单元格要先在模板里向下合并到这一项的最后一行")
			return
		}
	}
}

// mergeOp writes a cell, or in its place one that continues the cell above.
type mergeOp struct {
	slot  int // of the column
	left  []int
	loop  *eachOp
	first []op
	again []op
	body  []op
	empty []byte
}

// merged is what is known of a merged column while a document is rendered.
type merged struct {
	execution int // of the loop
	row       int
	same      bool // the cell last written says the same as the one above
	text      []byte
}

func (o *mergeOp) run(st *state) {
	start := len(st.out)
	st.do(o.first)
	inside := len(st.out)
	st.do(o.body)
	m := &st.merges[o.slot]
	st.scratch = appendText(st.scratch[:0], st.out[inside:])
	execution := st.slots[o.loop.slot+1]
	m.same = m.execution == execution && m.row == st.row-1 && bytes.Equal(m.text, st.scratch)
	for _, left := range o.left {
		m.same = m.same && st.merges[left].same
	}
	m.execution, m.row = execution, st.row
	m.text = append(m.text[:0], st.scratch...)
	if m.same && len(bytes.TrimSpace(m.text)) > 0 {
		st.out = st.out[:start]
		st.do(o.again)
		st.out = append(st.out, o.empty...)
	}
}

func (o *mergeOp) inner() []*[]op { return []*[]op{&o.first, &o.again, &o.body} }

// appendText appends what markup says, without its tags.
func appendText(dst, markup []byte) []byte {
	for len(markup) > 0 {
		open := bytes.IndexByte(markup, '<')
		if open < 0 {
			return append(dst, markup...)
		}
		dst = append(dst, markup[:open]...)
		end := bytes.IndexByte(markup[open:], '>')
		if end < 0 {
			return dst
		}
		markup = markup[open+end+1:]
	}
	return dst
}

// extendOp notes that a row continues a merged column by itself.
type extendOp int

func (o extendOp) run(st *state) {
	if m := &st.merges[o]; m.row == st.row-1 {
		m.row = st.row
	}
}

// labelCell is one cell of a label whose first cell may come several times or not at all.
type labelCell struct {
	op    *labelOp
	block *block // the repeated block within which the label is one; nil: the table
	table int    // the table's slot
	first bool
}

// findLabels finds, among the merged cells of a table, those whose copies the rendering must sort out.
func (b *builder) findLabels(list []row, table int) {
	for i, r := range list {
		for _, c := range r.cells {
			if !c.restart || b.p.merges[c.node] != nil {
				continue
			}
			parts := []*node{c.node}
			common := r.inside
			for _, below := range list[i+1:] {
				k := slices.IndexFunc(below.cells, func(o cell) bool { return o.from == c.from && o.to == c.to && o.continues })
				if k < 0 {
					break
				}
				parts = append(parts, below.cells[k].node)
				same := 0
				for same < len(common) && same < len(below.inside) && common[same] == below.inside[same] {
					same++
				}
				common = common[:same]
			}
			if len(parts) == 1 || len(common) == len(r.inside) && !b.p.dropRow[r.node] {
				continue
			}
			o := &labelOp{slot: b.slot()}
			if b.p.dropRow[r.node] {
				o.body = []op{static(b.emptyParagraph(c.node))}
			}
			var around *block
			for _, in := range common {
				if in.block.loops() {
					around = in.block
				}
			}
			for k, n := range parts {
				b.labels[n] = &labelCell{op: o, block: around, table: table, first: k == 0}
				b.p.touch(n)
			}
		}
	}
}

// labelled writes a cell of a label.
func (b *builder) labelled(r *row, i int) {
	n := r.cells[i].node
	l := b.labels[n]
	if l.first {
		l.op.body = b.contents(n)
	}
	once := l.table
	for _, f := range b.frames {
		if f.loop != nil && f.block == l.block {
			once = f.loop.slot
		}
	}
	b.op(&labelPart{labelOp: l.op, once: once, first: b.head(n, "restart"), again: b.head(n, ""), empty: b.emptyParagraph(n)})
	b.raw(n.bodyEnd, n.end)
}

// labelOp is what the cells of a label have in common.
type labelOp struct {
	slot int
	body []op
}

// labelPart writes one cell of a label: the first that comes says what the
// label says, the others continue it.
type labelPart struct {
	*labelOp
	once  int // slot of what the label stands once in: an item of a list, the table
	first []op
	again []op
	empty []byte
}

func (o *labelPart) run(st *state) {
	if st.slots[o.slot] == st.slots[o.once] {
		st.do(o.again)
		st.out = append(st.out, o.empty...)
		return
	}
	st.slots[o.slot] = st.slots[o.once]
	st.do(o.first)
	st.do(o.body)
}

func (o *labelPart) inner() []*[]op { return []*[]op{&o.first, &o.again, &o.body} }

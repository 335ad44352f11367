package docx

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"jixiao/generator/tag"
)

// A row repeats when one of its tags names a list that nothing around it
// repeats already (the prefix rule). Before a table is written, every row is
// looked at: which list it repeats, which blocks over rows hold it, and where
// its cells stand in the table's grid.

// row is what is known of one row before it is written.
type row struct {
	node   *node
	repeat *block   // the implicit repetition, nil when there is none
	inside []branch // the blocks over rows around it and its own repetition, outermost first
	cells  []cell
}

// branch is a block, and which of its branches.
type branch struct {
	block *block
	at    int
}

// cell is one cell in the grid of its table.
type cell struct {
	node      *node
	from, to  int // columns of the grid, half-open
	restart   bool
	continues bool // it belongs to the cell above
}

// eachRow calls f for the rows of a table, with the blocks over rows around each.
func (b *builder) eachRow(tbl *node, f func(tr *node, inside []branch)) {
	var open []branch
	happen := func(events []event) {
		for _, e := range events {
			switch {
			case e.begins():
				open = append(open, branch{e.block, 0})
			case len(open) == 0 || open[len(open)-1].block != e.block:
			case e.ends():
				open = open[:len(open)-1]
			default:
				open[len(open)-1].at = e.at
			}
		}
	}
	var visit func(n *node)
	visit = func(n *node) {
		for _, k := range n.kids {
			happen(b.p.before[k])
			switch {
			case k.name == "w:tr":
				f(k, slices.Clone(open))
			case k.transparent():
				visit(k)
			}
			happen(b.p.after[k])
		}
	}
	visit(tbl)
}

// plan looks at the rows of a table.
func (b *builder) plan(tbl *node) []row {
	var list []row
	b.eachRow(tbl, func(tr *node, inside []branch) {
		r := row{node: tr, inside: inside, cells: b.cells(tr)}
		if !b.p.dropRow[tr] {
			if r.repeat = b.implied(tr); r.repeat != nil {
				r.inside = append(r.inside, branch{r.repeat, 0})
			}
		}
		list = append(list, r)
	})
	return list
}

// mayVanish reports whether a table can come out without a row: when no row
// stands outside of all blocks and names no list.
func (b *builder) mayVanish(tbl *node) bool {
	sure := !b.p.touched[tbl]
	b.eachRow(tbl, func(tr *node, inside []branch) {
		sure = sure || len(inside) == 0 && !b.p.dropRow[tr] && !b.namesList(tr)
	})
	return !sure
}

// namesList reports whether a tag of the row names something that may be a list.
func (b *builder) namesList(tr *node) bool {
	for _, q := range b.p.rowParas[tr] {
		for _, s := range q.spots {
			if len(listPath(s.tag)) > 0 {
				return true
			}
		}
	}
	return false
}

// implied finds the list that a row repeats by itself.
func (b *builder) implied(tr *node) *block {
	var path []string
	var first *spot
	for _, q := range b.p.rowParas[tr] {
		for _, s := range q.spots {
			names := b.unrepeated(s)
			switch {
			case len(names) == 0:
			case path == nil || len(names) > len(path) && prefixed(names, path):
				path, first = names, s
			case !prefixed(path, names):
				b.c.fault(s, fmt.Sprintf("同一行里出现了两个列表：%s（%s）和 %s；一行只能随一个列表重复，请分成两行，或用 {{#每个 %s}} … {{/每个}} 把其中一个包在单元格里",
					strings.Join(path, "."), first.tag.Source, strings.Join(names, "."), strings.Join(names, ".")))
				return nil
			}
		}
	}
	if path == nil {
		return nil
	}
	return &block{path: path, spots: []*spot{first}}
}

// unrepeated is the list that a tag of a row names and that nothing around it repeats, nil when there is none.
func (b *builder) unrepeated(s *spot) []string {
	if bl := s.block(); s.control() && (bl == nil || bl.level == rows) {
		return nil // a block over rows stands outside of the row
	}
	names := listPath(s.tag)
	for _, list := range b.listsAround() {
		if prefixed(list, names) {
			return nil
		}
	}
	for _, bl := range s.around {
		if bl.loops() && prefixed(bl.path, names) {
			return nil
		}
	}
	return names
}

// listPath is the innermost list that the names of a value or condition belong to.
func listPath(t *tag.Tag) []string {
	if t.Kind != tag.If && t.Kind != tag.ElseIf {
		return t.ListPath()
	}
	var path []string
	for _, n := range t.Expr.Names() {
		if list := n.List(); !n.Aggregated && len(list) > len(path) {
			path = list
		}
	}
	return path
}

// prefixed reports whether path is list or begins with list's names.
func prefixed(path, list []string) bool {
	return len(path) >= len(list) && slices.Equal(path[:len(list)], list)
}

// cells places the cells of a row in the grid.
func (b *builder) cells(tr *node) []cell {
	at := b.number(tr.kid("w:trPr").kid("w:gridBefore"), 0)
	var list []cell
	for _, n := range tr.gather("w:tc") {
		props := n.kid("w:tcPr")
		c := cell{node: n, from: at, to: at + max(1, b.number(props.kid("w:gridSpan"), 1))}
		if merge := props.kid("w:vMerge"); merge != nil {
			kind, _ := b.tree.attr(merge, "w", "val")
			c.restart = kind == "restart"
			c.continues = !c.restart
		}
		list = append(list, c)
		at = c.to
	}
	return list
}

// number is the w:val of an element, otherwise when there is none.
func (b *builder) number(n *node, otherwise int) int {
	if n == nil {
		return otherwise
	}
	raw, _ := b.tree.attr(n, "w", "val")
	if v, err := strconv.Atoi(raw); err == nil && v >= 0 && v < 1<<16 {
		return v
	}
	return otherwise
}

// table writes a table in which something changes, or before which a paragraph may be needed.
func (b *builder) table(n *node) {
	marks := b.marks
	b.marks = false
	o := &tableOp{slot: b.slot()}
	if marks && !b.followsTable(n) {
		o.apart = []byte("<" + b.tree.element(n, "p") + "/>")
	}
	if !b.p.touched[n] {
		o.rows = true
		o.ops = b.within(n, func() { b.raw(n.start, n.end) })
	} else {
		list := b.plan(n)
		for _, r := range list {
			o.rows = o.rows || len(r.inside) == 0 && !b.p.dropRow[r.node]
		}
		plans := map[*node]*row{}
		for i := range list {
			plans[list[i].node] = &list[i]
		}
		outerRows, outerColumns := b.rowPlans, b.columns
		b.rowPlans, b.columns = list, map[column]int{}
		o.ops = b.within(n, func() {
			b.findLabels(list, o.slot)
			b.rows(n, n.start, n.end, plans)
		})
		b.rowPlans, b.columns = outerRows, outerColumns
	}
	b.op(o)
	b.marks = marks
}

// followsTable reports whether the template itself has a table right before n, so that the two are meant to touch.
func (b *builder) followsTable(n *node) bool {
	kids := n.parent.kids
	i := slices.Index(kids, n)
	return i > 0 && kids[i-1].name == "w:tbl" && len(b.p.after[kids[i-1]])+len(b.p.before[n]) == 0
}

// rows writes data[at:end], which is an element that holds rows, or its content.
func (b *builder) rows(n *node, at, end int, plans map[*node]*row) {
	for _, k := range n.kids {
		b.raw(at, k.start)
		b.fire(b.p.before[k])
		switch r := plans[k]; {
		case r != nil:
			b.row(r)
		case k.name == "w:sdt" && k.content() != k:
			c := k.content()
			b.op(&shellOp{
				open:  b.within(nil, func() { b.raw(k.start, c.body) }),
				body:  b.within(nil, func() { b.rows(c, c.body, c.bodyEnd, plans) }),
				close: b.within(nil, func() { b.raw(c.bodyEnd, k.end) }),
			})
		case k.transparent():
			b.rows(k, k.start, k.end, plans)
		default:
			b.raw(k.start, k.end)
		}
		b.fire(b.p.after[k])
		at = k.end
	}
	b.raw(at, end)
}

// row writes one row.
func (b *builder) row(r *row) {
	n := r.node
	if b.p.dropRow[n] {
		b.leftovers(n)
		return
	}
	if r.repeat != nil {
		b.begin(r.repeat)
	}
	b.fire(b.p.inRow[n])
	b.op(rowOp{})
	b.cellsOf(n, r)
	b.fire(b.p.endRow[n])
	if r.repeat != nil {
		b.end(r.repeat)
	}
}

// cellsOf writes an element that holds cells: the row, or a content control in it.
func (b *builder) cellsOf(n *node, r *row) {
	at := n.start
	for _, k := range n.kids {
		b.raw(at, k.start)
		i := slices.IndexFunc(r.cells, func(c cell) bool { return c.node == k })
		switch {
		case i >= 0:
			b.cell(r, i)
		case k.transparent():
			b.cellsOf(k, r)
		default:
			b.raw(k.start, k.end)
		}
		at = k.end
	}
	b.raw(at, n.end)
}

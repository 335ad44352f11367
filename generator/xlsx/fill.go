package xlsx

import (
	"cmp"
	"slices"
	"strings"
)

// fill writes what every tag of the sheet says into the rows.
func (r *rendering) fill(sh *outSheet) {
	if !sh.src.cells {
		return
	}
	n := 0
	for i := range sh.rows {
		if sh.rows[i].src.raw == nil {
			n += len(sh.rows[i].src.cells)
		}
	}
	all := make([]cellValue, n) // one piece of memory for all cells
	for i := range sh.rows {
		rw := &sh.rows[i]
		if rw.src.raw != nil {
			continue
		}
		n := len(rw.src.cells)
		rw.vals, all = all[:n:n], all[n:]
		for j := range rw.src.cells {
			c := &rw.src.cells[j]
			switch {
			case c.text != nil:
				r.fillCell(sh, &rw.vals[j], c, rw.frame)
				if c.text.pageBreak {
					sh.breakAfter(rw)
				}
			case c.formula == nil:
				rw.vals[j] = c.value
			case !inBlankRow(rw.frame):
				rw.vals[j].kind = pendingValue
			}
		}
	}
	sh.placeMerges(sh.root)
	if sh.src.merging {
		sh.mergeEqual()
	}
}

// inBlankRow reports whether the row stands for an empty list; formulas about an item that is not there say nothing.
func inBlankRow(f *frame) bool {
	own := f.item()
	return own != nil && own.parent != nil && own.blank
}

// fillCell says what a cell with tags says in its row.
func (r *rendering) fillCell(sh *outSheet, v *cellValue, c *cell, f *frame) {
	v.kind = textValue
	t := c.text
	switch {
	case f.blank:
		v.text = strings.TrimRight(t.print(nil), " 　")
	case t.whole != nil:
		number, text, isNumber := t.whole.Cell(f.scope)
		if isNumber {
			v.kind, v.text = numberValue, number.Number
			for _, l := range t.looks {
				if l.code == number.Code && l.own == number.Own {
					v.style = l.look + 1
					break
				}
			}
			return
		}
		if v.text = text; len(t.pieces) > 1 || t.rich {
			t.printInto(v, f, sh.src.prefix)
		}
	default:
		t.printInto(v, f, sh.src.prefix)
	}
	if v.text == "" {
		*v = cellValue{}
		return
	}
	if limited := limitText(v.text); len(limited) != len(v.text) {
		v.text, v.rich = limited, nil
	}
}

// printInto prints the text with its looks, when it has any.
func (c *cellText) printInto(v *cellValue, f *frame, prefix string) {
	if c.rich {
		v.text, v.rich = c.printRich(f.scope, prefix)
		return
	}
	v.text = c.print(f.scope)
}

// breakAfter ends the page after the item in whose rows rw stands, unless it is the last that has rows.
func (sh *outSheet) breakAfter(rw *outRow) {
	own := rw.frame.item()
	after := rw.n
	if own != nil && own.parent != nil {
		if after = own.end - 1; own.parent.standEnd(own) == own.end {
			return
		}
	}
	if !slices.Contains(sh.breaks, after) {
		sh.breaks = append(sh.breaks, after)
	}
}

// standEnd is the row behind the part among whose frames f is.
func (p *frame) standEnd(f *frame) int {
	for i := range p.stands {
		if st := &p.stands[i]; len(st.frames) > 0 && st.out <= f.out && f.end <= st.end && st.part.kind == partEach {
			return st.end
		}
	}
	return f.end
}

// mergeEqual makes one cell of equal neighbours downward, in the columns that
// say {{合并}}. A column never merges across a break of such a column to its
// left: equal 二级指标 of two 一级指标 stay apart.
func (sh *outSheet) mergeEqual() {
	index := map[cellKey]int{} // merged ranges by their upper left cell; hidden for the cells that they hide
	for i, m := range sh.merges {
		sh.hide(m, index)
		index[cellKey{m.rows.from, m.fromCol}] = i
	}
	copies := map[*row][]*outRow{}
	var order []*row
	for i := range sh.rows {
		rw := &sh.rows[i]
		if !rw.src.merging() || rw.frame.blank {
			continue
		}
		if copies[rw.src] == nil {
			order = append(order, rw.src)
		}
		copies[rw.src] = append(copies[rw.src], rw)
	}
	for _, src := range order {
		rows := copies[src]
		broken := make([]bool, len(rows)) // between rows[k-1] and rows[k], in some column so far
		for j := range src.cells {
			if c := &src.cells[j]; c.text == nil || !c.text.mergeDown {
				continue
			}
			sh.mergeColumn(rows, j, broken, index)
		}
	}
	sh.merges = slices.DeleteFunc(sh.merges, func(m outMerge) bool { return m.dropped })
	slices.SortFunc(sh.merges, func(a, b outMerge) int {
		return cmp.Or(cmp.Compare(a.rows.from, b.rows.from), cmp.Compare(a.fromCol, b.fromCol))
	})
}

// hidden stands in mergeEqual's index for a cell that a merged range hides.
const hidden = -1

// hide notes the cells with {{合并}} that a merged range hides.
func (sh *outSheet) hide(m outMerge, index map[cellKey]int) {
	for i := sh.rowFrom(m.rows.from); i < len(sh.rows) && sh.rows[i].n <= m.rows.to; i++ {
		rw := &sh.rows[i]
		for j := rw.src.cellFrom(m.fromCol); j < len(rw.src.cells) && rw.src.cells[j].col <= m.toCol; j++ {
			if c := &rw.src.cells[j]; c.text != nil && c.text.mergeDown {
				index[cellKey{rw.n, c.col}] = hidden
			}
		}
	}
}

// merging reports whether some cell of the row says {{合并}}.
func (rw *row) merging() bool {
	return slices.ContainsFunc(rw.cells, func(c cell) bool { return c.text != nil && c.text.mergeDown })
}

// mergeColumn merges the j-th cells of the copies of one row.
func (sh *outSheet) mergeColumn(rows []*outRow, j int, broken []bool, index map[cellKey]int) {
	col := rows[0].src.cells[j].col
	box := func(k int) (m outMerge, visible bool) { // the cell, or the merged range of which it is the upper left one
		i, merged := index[cellKey{rows[k].n, col}]
		switch {
		case !merged:
			return outMerge{rows: span{rows[k].n, rows[k].n}, fromCol: col, toCol: col}, true
		case i == hidden:
			return outMerge{}, false
		}
		return sh.merges[i], true
	}
	for k := 0; k < len(rows); {
		group, visible := box(k)
		end := k + 1
		for ; end < len(rows) && !broken[end]; end++ {
			first, v := &rows[k].vals[j], &rows[end].vals[j]
			next, seen := box(end)
			if !visible || !seen || first.kind == blankValue || v.kind != first.kind || v.text != first.text || next.rows.from != group.rows.to+1 || next.toCol != group.toCol {
				break
			}
			group.rows.to = next.rows.to
		}
		if end < len(rows) {
			broken[end] = true
		}
		if end > k+1 {
			for m := k; m < end; m++ {
				if i, ok := index[cellKey{rows[m].n, col}]; ok {
					sh.merges[i].dropped = true
				}
				if m > k {
					rows[m].vals[j] = cellValue{}
				}
			}
			sh.merges = append(sh.merges, group)
		}
		k = end
	}
}

// rowFrom is the index of the first row at or below n.
func (s *sheet) rowFrom(n int) int {
	i, _ := slices.BinarySearchFunc(s.rows, n, func(rw row, n int) int { return cmp.Compare(rw.n, n) })
	return i
}

// rowFrom is the index of the first row at or below n.
func (sh *outSheet) rowFrom(n int) int {
	i, _ := slices.BinarySearchFunc(sh.rows, n, func(rw outRow, n int) int { return cmp.Compare(rw.n, n) })
	return i
}

// rowAt is the row n, nil when it says nothing.
func (sh *outSheet) rowAt(n int) *outRow {
	if i := sh.rowFrom(n); i < len(sh.rows) && sh.rows[i].n == n {
		return &sh.rows[i]
	}
	return nil
}

// lastRow is the last row that says something; 0 when none does.
func (sh *outSheet) lastRow() int {
	if len(sh.rows) == 0 {
		return 0
	}
	return sh.rows[len(sh.rows)-1].n
}

// cellFrom is the index of the first cell at or behind the column.
func (rw *row) cellFrom(col int) int {
	if col > 0 && col <= len(rw.cells) && rw.cells[col-1].col == col { // no gap before it
		return col - 1
	}
	i, _ := slices.BinarySearchFunc(rw.cells, col, func(c cell, col int) int { return cmp.Compare(c.col, col) })
	return i
}

// cellAt is the index of the cell in the column, -1 when there is none.
func (rw *row) cellAt(col int) int {
	if i := rw.cellFrom(col); i < len(rw.cells) && rw.cells[i].col == col {
		return i
	}
	return -1
}

package fillin

import (
	"slices"

	"jixiao/generator/ooxml"
)

// leaveItems takes labels back that were found in a row which is an item of a
// list: 总分 was written beside an item, too. The row that agrees as well is
// taken instead, if there is one.
//
// A sum that stands among the items is a subtotal: of several rows that agree,
// with items between them, the last one is meant.
func (a *alignment) leaveItems(score [][]float32) {
	for t, n := range a.number {
		if n > 0 && a.rivals[t] > 0 {
			a.lastSum(t, n, score)
		}
	}
	for t, n := range a.number {
		if n == 0 || !a.form.rows[t].value || !a.itemLike(int32(t), n) {
			continue
		}
		other := a.rivals[t]
		if other > 0 && a.itemLike(int32(t), other) {
			other = 0
		}
		a.move(t, other)
	}
	for t, n := range a.rivals {
		if n > 0 && a.itemLike(int32(t), n) {
			a.rivals[t] = 0
		}
	}
}

// move aligns row t of the form with another row of the sheet, 0 for none.
func (a *alignment) move(t, n int) {
	for _, id := range a.form.rows[t].labels {
		a.at[id] = nil
	}
	a.number[t], a.rivals[t] = n, 0
	if n > 0 {
		a.assign(int32(t), n, false)
	}
}

// lastSum moves row t of the form from row n of the sheet to the last one that
// agrees as well, if items of a list stand between the two.
func (a *alignment) lastSum(t, n int, score [][]float32) {
	_, after := a.neighbours(int32(t))
	own := float32(0)
	meant, other := n, 0
	for i, r := range a.rows {
		if r.number == n {
			own = score[i][t]
		}
	}
	for i, r := range a.rows {
		if r.number <= meant || r.number >= after || score[i][t] < own-1e-4 || a.itemLike(int32(t), r.number) {
			continue
		}
		if a.itemsBetween(int32(t), meant, r.number) {
			meant, other = r.number, 0
		} else if other == 0 {
			other = r.number
		}
	}
	if meant != n {
		a.move(t, meant)
		a.rivals[t] = other
	}
}

// itemsBetween reports whether an item of a list stands between two rows.
func (a *alignment) itemsBetween(t int32, from, to int) bool {
	for i := a.v.after(from + 1); i < len(a.v.rows) && a.v.rows[i].number < to; i++ {
		if a.itemLike(t, a.v.rows[i].number) {
			return true
		}
	}
	return false
}

// itemLike reports whether a row below the header of a list says something in
// two or more of its columns of texts, where row t of the form has nothing.
func (a *alignment) itemLike(t int32, n int) bool {
	for _, b := range a.form.blocks {
		texts := 0
		for _, c := range b.columns {
			head := a.at[c.head]
			if head == nil || c.down || !isText(c.spec) || a.form.labels[c.head].row == t || n <= head.rect.To.Row {
				continue
			}
			if i := a.v.cell(ooxml.Ref{Row: n, Col: head.rect.From.Col}); a.v.says(i) && !a.taken.has(int32(i)) {
				texts++
			}
		}
		if texts > 1 && !a.tagged(t, b) {
			return true
		}
	}
	return false
}

// tagged reports whether row t of the form has several values or labels in the
// columns of a list, so that it looks like an item itself.
func (a *alignment) tagged(t int32, b *block) bool {
	texts := 0
	for _, c := range b.columns {
		if c.down || !isText(c.spec) {
			continue
		}
		col := c.cell.rect.From.Col
		taken := slices.ContainsFunc(a.form.labels, func(l *label) bool { return l.row == t && l.rect.From.Col == col }) ||
			slices.ContainsFunc(a.form.fields, func(f *field) bool {
				return f.cell.rect.From.Row == a.form.rows[t].number && f.cell.rect.From.Col == col
			})
		if taken {
			texts++
		}
	}
	return texts > 1
}

// findStretches finds blocks of the form that were moved in among the items of
// a list: a row of headers that are not the list's, with the rows that belong to it.
func (a *alignment) findStretches() {
	for _, b := range a.form.blocks {
		area, ok := a.area(b)
		if !ok {
			continue
		}
		own := a.form.labels[b.columns[0].head].row
		for t := range a.form.rows {
			n := a.rowOf(int32(t))
			if int32(t) == own || n <= area.From.Row || n >= area.To.Row || slices.ContainsFunc(b.columns, func(c *column) bool { return a.form.labels[c.head].row == int32(t) }) {
				continue
			}
			a.foreign = append(a.foreign, a.stretch(int32(t), n))
		}
	}
}

// stretch is the rows that row t of the form, which stands in row n of the
// sheet and holds headers, takes up together with what hangs on it: rows with
// labels that follow it in the form, and as many rows of values as the form has.
func (a *alignment) stretch(t int32, n int) ooxml.Span {
	f := a.form
	next := t + 1 // the next row of headers
	for int(next) < len(f.rows) && !slices.ContainsFunc(f.rows[next].labels, func(id int32) bool { return f.labels[id].head }) {
		next++
	}
	values := 0
	for _, x := range f.fields {
		if x.head >= 0 && x.row < 0 && f.labels[x.head].row == t {
			values = max(values, x.cell.rect.From.Row-f.rows[t].number)
		}
	}
	s := ooxml.Span{From: n, To: n}
	for i := a.v.after(n + 1); i < len(a.v.rows); i++ {
		row := a.v.rows[i].number
		switch {
		case slices.ContainsFunc(a.hitsIn(row), func(h hit) bool {
			l := f.labels[h.label]
			return h.whole && l.row > t && l.row < next && len(l.specs) > 0
		}):
		case values > 0 && a.belowHeads(t, row):
			if a.saysBelow(t, i) {
				values--
			}
		default:
			return s
		}
		s.To = row
		for c := a.v.rows[i].lo; c < a.v.rows[i].hi && values > 0; c++ {
			s.To = max(s.To, a.v.rect(a.v.sheet.Cells[c].Ref).To.Row)
		}
	}
	return s
}

// stretchAt is the moved block that takes up a row.
func (a *alignment) stretchAt(row int) (ooxml.Span, bool) {
	i := slices.IndexFunc(a.foreign, func(s ooxml.Span) bool { return s.From <= row && row <= s.To })
	if i < 0 {
		return ooxml.Span{}, false
	}
	return a.foreign[i], true
}

// saysBelow reports whether a used row says something from the first header of row t of the form on.
func (a *alignment) saysBelow(t int32, i int) bool {
	left := 0
	for _, id := range a.form.rows[t].labels {
		if p := a.at[id]; p != nil && a.form.labels[id].head && (left == 0 || p.rect.From.Col < left) {
			left = p.rect.From.Col
		}
	}
	for c := a.v.rows[i].lo; c < a.v.rows[i].hi; c++ {
		if a.v.sheet.Cells[c].Ref.Col >= left && a.v.says(c) {
			return true
		}
	}
	return false
}

// belowHeads reports whether a row says something only below the headers of row
// t of the form and left of them: values of those, and no item of a list.
func (a *alignment) belowHeads(t int32, row int) bool { return a.strangers(t, row) == 0 }

// strangers counts the cells of a row that stand neither below the headers of
// row t of the form nor left of them.
func (a *alignment) strangers(t int32, row int) int {
	n := 0
	lo, hi := a.v.row(row)
	for i := lo; i < hi; i++ {
		if !a.v.says(i) {
			continue
		}
		col := a.v.sheet.Cells[i].Ref.Col
		begins, left := false, true
		for _, id := range a.form.rows[t].labels {
			if p := a.at[id]; p != nil && a.form.labels[id].head {
				begins = begins || p.rect.From.Col == col
				left = left && col < p.rect.From.Col
			}
		}
		if !left && !begins {
			n++
		}
	}
	return n
}

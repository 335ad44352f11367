package fillin

import (
	"slices"

	"jixiao/generator/ooxml"
)

// sideBySide finds forms that stand beside each other in one sheet, by labels
// that stand twice in a row, always as many columns apart. nil when there are none.
func (m *Map) sideBySide(v *view) []section {
	col := m.secondForm(v)
	if col == 0 {
		return nil
	}
	left := m.sections(newView(v.part(0, col-1)))
	if len(left) == 0 {
		return nil
	}
	right := m.sections(newView(v.part(col, v.last.Col)))
	if len(right) == 0 {
		return nil
	}
	whole := v.sheet
	if v.whole != nil {
		whole = v.whole
	}
	out := append(left, right...)
	for _, s := range out {
		s.v.whole = whole
	}
	return out
}

// secondForm returns the column in which the second of two forms that stand side by side begins, 0 when there is one only.
func (m *Map) secondForm(v *view) int {
	if len(v.hits) < 8 {
		return 0
	}
	type seen struct{ row, col int }
	last := make([]seen, len(m.labels))
	votes := map[int]int{}  // columns between two of the same label ─► how often
	begins := map[int]int{} // the same ─► the leftmost column of a second one
	for i := range v.hits {
		h := &v.hits[i]
		if !h.whole || h.grade < byLoose || m.labels[h.label].twin {
			continue
		}
		at := v.sheet.Cells[h.cell].Ref
		if was := last[h.label]; was.row == at.Row && was.col < at.Col {
			d := at.Col - was.col
			votes[d]++
			if begins[d] == 0 || at.Col < begins[d] {
				begins[d] = at.Col
			}
		} else {
			last[h.label] = seen{at.Row, at.Col}
		}
	}
	best := 0
	for d, n := range votes {
		if n > votes[best] || n == votes[best] && d < best {
			best = d
		}
	}
	if votes[best] < 6 {
		return 0
	}
	return begins[best]
}

// part is a copy of the sheet that holds only the columns from ≤ c ≤ to.
func (v *view) part(from, to int) *ooxml.Sheet {
	s := *v.sheet
	s.Cells = nil
	for _, c := range v.sheet.Cells {
		if c.Ref.Col >= from && c.Ref.Col <= to {
			s.Cells = append(s.Cells, c)
		}
	}
	s.Merges = slices.DeleteFunc(slices.Clone(v.sheet.Merges), func(m ooxml.Rect) bool { return m.From.Col < from || m.From.Col > to })
	return &s
}

// restore points the values of a part of a sheet to the cells of the whole sheet.
func (r *reading) restore() {
	if r.v.whole == nil {
		return
	}
	var visit func(g *Group)
	visit = func(g *Group) {
		for i := range g.Cells {
			if s := g.Cells[i].Source; s != nil {
				g.Cells[i].Source = r.v.whole.At(s.Ref)
			}
		}
		for i := range g.Lists {
			for j := range g.Lists[i].Items {
				visit(&g.Lists[i].Items[j])
			}
		}
	}
	visit(&Group{r.cells, r.lists})
}

package fillin

import (
	"slices"
	"strings"

	"jixiao/generator/ooxml"
)

// continued reports a sheet that goes on with a list of the form whose head
// stands on another sheet: 续表. Whether it does, and with which form of several,
// nobody can tell for certain, so nothing is read from it.
func (m *Map) continued(sheet *ooxml.Sheet, found map[*form][]*reading) []Problem {
	v := newView(sheet)
	if len(sheet.Cells) == 0 || !m.scan(v) {
		return nil
	}
	for _, f := range m.sheets {
		for _, r := range found[f] {
			for _, b := range f.blocks {
				at, ok := r.repeats(b, v)
				if !ok {
					continue
				}
				p := Problem{Kind: SheetContinued, Label: f.name, Sheet: sheet.Name, Cell: at.String()}
				p.Certain = strings.Contains(sheet.Name, "续") || slices.ContainsFunc(sheet.Cells[:min(len(sheet.Cells), 3)], func(c ooxml.Cell) bool {
					return len(c.Text) <= titleLimit && strings.Contains(c.Text, "续")
				})
				for _, c := range b.columns {
					p.Specs = append(p.Specs, c.spec)
				}
				return []Problem{p}
			}
		}
	}
	return nil
}

// repeats reports whether a sheet has all headers of a list that were found, in
// two rows next to each other, with something below them.
func (r *reading) repeats(b *block, v *view) (at ooxml.Ref, ok bool) {
	rows := map[int32]int{} // header ─► the first row in which the sheet has it
	want := 0
	for _, c := range b.columns {
		if r.at[c.head] != nil {
			want++
		}
	}
	for i := range v.hits {
		h := &v.hits[i]
		id := h.label - int32(r.form.first)
		if !h.whole || h.grade < byLoose || !slices.ContainsFunc(b.columns, func(c *column) bool { return c.head == id && r.at[id] != nil }) {
			continue
		}
		cell := v.sheet.Cells[h.cell].Ref
		if _, seen := rows[id]; seen || at.Row > 0 && cell.Row > at.Row+1 {
			continue
		}
		if rows[id] = cell.Row; at.Row == 0 {
			at = cell
		}
	}
	if want < 4 || len(rows) < want {
		return at, false
	}
	below := 0
	for i := v.after(at.Row + 2); i < len(v.rows); i++ {
		for c := v.rows[i].lo; c < v.rows[i].hi; c++ {
			if v.says(c) {
				below++
			}
		}
	}
	return at, below >= want/2
}

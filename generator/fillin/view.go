package fillin

import (
	"slices"
	"sort"

	"jixiao/generator/ooxml"
)

// view is one sheet, made ready to be asked for places and labels.
type view struct {
	sheet  *ooxml.Sheet
	whole  *ooxml.Sheet // the sheet that came in, when sheet is only some columns of it
	rows   []rowAt
	last   ooxml.Ref            // the lower right corner of what is used
	merges []ooxml.Rect         // merged cells of more than one place
	cols   map[int][]ooxml.Rect // of each column, from top to bottom; made when first asked for, for sheets with many

	hits  []hit // labels of the form found in the sheet, in the order of the cells
	notes []unitAt
}

// fewMerges is how many merged cells are quicker looked through than indexed.
const fewMerges = 48

// rowAt is a row with its cells, as indexes into sheet.Cells.
type rowAt struct{ number, lo, hi int }

func newView(s *ooxml.Sheet) *view {
	v := &view{sheet: s}
	for i := range s.Cells {
		r := s.Cells[i].Ref
		if n := len(v.rows); n == 0 || v.rows[n-1].number != r.Row {
			if v.rows == nil {
				v.rows = make([]rowAt, 0, min(len(s.Cells), s.Cells[len(s.Cells)-1].Ref.Row))
			}
			v.rows = append(v.rows, rowAt{r.Row, i, i})
		}
		v.rows[len(v.rows)-1].hi = i + 1
		v.last.Row, v.last.Col = max(v.last.Row, r.Row), max(v.last.Col, r.Col)
	}
	v.merges = s.Merges
	if slices.ContainsFunc(s.Merges, func(m ooxml.Rect) bool { return m.From == m.To }) {
		v.merges = slices.DeleteFunc(slices.Clone(s.Merges), func(m ooxml.Rect) bool { return m.From == m.To })
	}
	return v
}

// row returns the cells of a row as indexes lo ≤ i < hi.
func (v *view) row(n int) (lo, hi int) {
	if i := v.after(n); i < len(v.rows) && v.rows[i].number == n {
		return v.rows[i].lo, v.rows[i].hi
	}
	return 0, 0
}

// after returns the index of the first used row that is n or below it.
func (v *view) after(n int) int {
	return sort.Search(len(v.rows), func(i int) bool { return v.rows[i].number >= n })
}

// cell returns the index of the cell at exactly this place, or -1.
func (v *view) cell(r ooxml.Ref) int {
	lo, hi := v.row(r.Row)
	cells := v.sheet.Cells
	i := lo + sort.Search(hi-lo, func(i int) bool { return cells[lo+i].Ref.Col >= r.Col })
	if i < hi && cells[i].Ref == r {
		return i
	}
	return -1
}

// merged returns the merged range that covers a place.
func (v *view) merged(r ooxml.Ref) (ooxml.Rect, bool) {
	if len(v.merges) <= fewMerges {
		for i := range v.merges {
			if m := &v.merges[i]; m.From.Row <= r.Row && r.Row <= m.To.Row && m.From.Col <= r.Col && r.Col <= m.To.Col {
				return *m, true
			}
		}
		return ooxml.Rect{}, false
	}
	list, ok := v.cols[r.Col]
	if !ok {
		for _, m := range v.merges {
			if m.From.Col <= r.Col && r.Col <= m.To.Col {
				list = append(list, m)
			}
		}
		slices.SortStableFunc(list, func(a, b ooxml.Rect) int { return a.From.Row - b.From.Row })
		if v.cols == nil {
			v.cols = map[int][]ooxml.Rect{}
		}
		v.cols[r.Col] = list
	}
	i := sort.Search(len(list), func(i int) bool { return list[i].From.Row > r.Row }) - 1
	if i >= 0 && list[i].To.Row >= r.Row {
		return list[i], true
	}
	return ooxml.Rect{}, false
}

// covered reports whether a place lies under a merged cell that begins elsewhere.
func (v *view) covered(r ooxml.Ref) bool {
	m, ok := v.merged(r)
	return ok && m.From != r
}

// rect is the range that the cell at r takes up.
func (v *view) rect(r ooxml.Ref) ooxml.Rect {
	if m, ok := v.merged(r); ok && m.From == r {
		return m
	}
	return ooxml.Rect{From: r, To: r}
}

// says reports whether the cell with this index holds something that is not
// hidden under a merged cell.
func (v *view) says(i int) bool {
	if i < 0 {
		return false
	}
	c := &v.sheet.Cells[i]
	return (!blank(c.Text) || c.Kind == ooxml.NoValue) && !v.covered(c.Ref)
}

// hidden reports whether a place lies in a hidden row or column.
func (v *view) hidden(r ooxml.Ref) bool {
	in := func(spans []ooxml.Span, n int) bool {
		return slices.ContainsFunc(spans, func(s ooxml.Span) bool { return s.From <= n && n <= s.To })
	}
	return in(v.sheet.HiddenRows, r.Row) || in(v.sheet.HiddenCols, r.Col)
}

// bare reports whether no cell of the rows from ≤ r ≤ to says anything in the
// columns between two others: columns that somebody put in and left empty.
func (v *view) bare(from, to, left, right int) bool {
	for i := v.after(from); i < len(v.rows) && v.rows[i].number <= to; i++ {
		for c := v.rows[i].lo; c < v.rows[i].hi; c++ {
			if col := v.sheet.Cells[c].Ref.Col; col > left && col < right && v.says(c) {
				return false
			}
		}
	}
	return true
}

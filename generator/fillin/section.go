package fillin

import (
	"slices"

	"jixiao/generator/ooxml"
)

// recognised is the share of a form's labels, by weight, that a sheet must hold
// to be taken for it.
const recognised = 0.5

// sectionLimit bounds how many forms are looked for one below the other in one sheet.
const sectionLimit = 400

// section is a stretch of rows of an incoming sheet that is one sheet of the form.
type section struct {
	m        *Map
	v        *view
	form     *form
	from, to int // row numbers
}

// hitRow is one row of an incoming sheet with the hits in it.
type hitRow struct {
	number int
	hits   []hit
}

// hitRows groups the hits of a view by row.
func (v *view) hitRows() []hitRow {
	out := make([]hitRow, 0, min(len(v.hits), len(v.rows)))
	for i := 0; i < len(v.hits); {
		row := v.sheet.Cells[v.hits[i].cell].Ref.Row
		j := i
		for j < len(v.hits) && v.sheet.Cells[v.hits[j].cell].Ref.Row == row {
			j++
		}
		out = append(out, hitRow{row, v.hits[i:j]})
		i = j
	}
	return out
}

// sections finds the sheets of the form in one incoming sheet: usually one, or
// none; several when forms stand one below the other.
func (m *Map) sections(v *view) []section {
	if !m.scan(v) {
		return nil
	}
	if out := m.sideBySide(v); out != nil {
		return out
	}
	rows := v.hitRows()
	var out []section
	for lo := 0; lo < len(rows) && len(out) < sectionLimit; {
		tops := m.covers(rows[lo:], false)
		best, cover := m.best(tops, len(rows)-lo)
		if best == nil {
			break
		}
		n := len(out)
		s := section{m: m, v: v, form: best, from: 1, to: v.last.Row}
		if n > 0 {
			s.from = v.titleRow(rows[lo].number, out[n-1].to)
			out[n-1].to = s.from - 1
		}
		cut := m.cut(rows[lo:], tops, cover)
		if cut > 0 {
			s.form, _ = m.best(tops, cut) // cut promises that there is one
			s.to = rows[lo+cut].number - 1
		}
		out = append(out, s)
		if cut == 0 {
			break
		}
		lo += cut
	}
	return slices.DeleteFunc(out, func(s section) bool { return !s.tabular() })
}

// tabular reports whether at least two headers of one row of the form stand side
// by side, where the form has such rows: instructions name all labels of a form
// too, but one below the other.
func (s *section) tabular() bool {
	wanted := false
	rows := s.own()
	for t := range s.form.rows {
		heads := 0
		for _, id := range s.form.rows[t].labels {
			if s.form.labels[id].head {
				heads++
			}
		}
		if heads < 2 {
			continue
		}
		wanted = true
		for _, r := range rows {
			var first *hit
			for i := range r.hits {
				h := &r.hits[i]
				if l := s.form.labels[h.label]; !l.head || l.row != int32(t) {
					continue
				}
				if first != nil && h.cell != first.cell && s.form.labels[h.label].norm != s.form.labels[first.label].norm {
					return true
				}
				if first == nil {
					first = h
				}
			}
		}
	}
	return !wanted
}

// covers returns, for every sheet of the form and every number n of rows, how
// much of the sheet's labels the first (or, backwards, the last) n rows hold.
func (m *Map) covers(rows []hitRow, backwards bool) [][]float32 {
	out := make([][]float32, len(m.sheets))
	flat := make([]float32, len(m.sheets)*(len(rows)+1)+len(m.labels))
	for i := range out {
		out[i], flat = flat[:len(rows)+1], flat[len(rows)+1:]
	}
	seen := flat // of each label: its best weight so far
	for n := range rows {
		r := rows[n]
		if backwards {
			r = rows[len(rows)-1-n]
		}
		for i := range out {
			out[i][n+1] = out[i][n]
		}
		for i := range r.hits {
			h := &r.hits[i]
			if w := h.weight(); w > seen[h.label] {
				l := m.labels[h.label]
				out[l.form.index][n+1] += (w - seen[h.label]) * l.cover / l.form.weight
				seen[h.label] = w
			}
		}
	}
	return out
}

// best is the sheet of the form of which the n rows hold the greatest share, nil when none is recognised.
func (m *Map) best(covers [][]float32, n int) (*form, float32) {
	var best *form
	var most float32
	for i, f := range m.sheets {
		if c := covers[i][n]; c >= f.enough && c > most {
			best, most = f, c
		}
	}
	return best, most
}

// cut returns where the second form begins when several stand one below the
// other, as an index into rows; 0 when there is one form only. Cutting must
// explain much more than the one form does, so that a header that stands twice
// is no second form.
func (m *Map) cut(rows []hitRow, tops [][]float32, whole float32) int {
	bottoms := m.covers(rows, true)
	gain := func(c int) (float32, *form) {
		top, a := m.best(tops, c)
		bottom, b := m.best(bottoms, len(rows)-c)
		if top == nil || bottom == nil {
			return 0, nil
		}
		return a + b - whole, bottom
	}
	var most float32
	for c := 1; c < len(rows); c++ {
		if g, _ := gain(c); g > most {
			most = g
		}
	}
	if most < recognised {
		return 0
	}
	at, first := 0, int32(-1)
	for c := 1; c < len(rows); c++ {
		g, bottom := gain(c)
		if g < most-0.1 {
			continue
		}
		// Of the places that explain as much, the one that begins nearest to the form's head.
		row := int32(len(bottom.rows))
		for i := range rows[c].hits {
			if l := m.labels[rows[c].hits[i].label]; l.form == bottom {
				row = min(row, l.row)
			}
		}
		if first < 0 || row < first {
			at, first = c, row
		}
	}
	return at
}

// titleRow moves the beginning of a form up over a title that is not the
// form's own: rows right above it with a single cell.
func (v *view) titleRow(row, after int) int {
	for n := 0; n < 3 && row-1 > after; n++ {
		lo, hi := v.row(row - 1)
		said := 0
		for i := lo; i < hi; i++ {
			if v.says(i) {
				said++
			}
		}
		if said != 1 {
			break
		}
		row--
	}
	return row
}

// own returns the rows of the section with the hits that belong to its form,
// with label numbers local to it.
func (s *section) own() []hitRow {
	first, last := int32(s.form.first), int32(s.form.first+len(s.form.labels))
	cells := s.v.sheet.Cells
	lo, _ := slices.BinarySearchFunc(s.v.hits, s.from, func(h hit, row int) int { return cells[h.cell].Ref.Row - row })
	hits := make([]hit, 0, len(s.v.hits)-lo)
	var out []hitRow
	dated := false // the year stands where the form has it
	for _, h := range s.v.hits[lo:] {
		if cells[h.cell].Ref.Row > s.to {
			break
		}
		dated = dated || h.label >= first && h.label < last && !h.weak && s.form.labels[h.label-first].isYear()
	}
	title := true // no label of a value was seen so far, but what titles say
	for _, h := range s.v.hits[lo:] {
		row := cells[h.cell].Ref.Row
		if row > s.to {
			break
		}
		if h.label < first || h.label >= last {
			continue
		}
		l := s.form.labels[h.label-first]
		if h.weak && (!title || dated && l.isYear()) {
			continue
		}
		title = title && (h.weak || l.kind == post || h.end > 0 || len(l.specs) == 0)
		h.label -= first
		hits = append(hits, h)
		if n := len(out); n == 0 || out[n-1].number != row {
			out = append(out, hitRow{number: row, hits: hits[len(hits)-1:]})
		} else {
			start := len(hits) - len(out[n-1].hits) - 1
			out[n-1].hits = hits[start:]
		}
	}
	return out
}

// place is where a label of the form stands in the section.
type place struct {
	hit
	rect ooxml.Rect // of its cell
	last int        // as a header: the last column that belongs to it, 0 when not yet known
	wide wideness   // as a header of several columns
}

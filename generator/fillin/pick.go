package fillin

import (
	"slices"

	"jixiao/generator/ooxml"
	"jixiao/generator/value"
)

// spot is a cell of the sheet that was found for a value.
type spot struct {
	ref    ooxml.Ref
	cell   int32   // index into sheet.Cells, -1 for an empty cell
	filled bool    // it is a merged cell that begins further up
	twice  bool    // several cells could be meant
	more   []int32 // further cells below that continue the text
}

// said makes a spot of a cell that says something, or else of an empty one at ref.
func (a *alignment) spotAt(ref ooxml.Ref) spot {
	if i := a.v.cell(ref); a.v.says(i) {
		return spot{ref: ref, cell: int32(i)}
	}
	return spot{ref: ref, cell: -1}
}

// isLabel reports whether a cell is a label of the form: one that was used, or
// one that reads exactly like one.
func (a *alignment) isLabel(i int32) bool {
	if a.taken.has(i) {
		return true
	}
	c := &a.v.sheet.Cells[i]
	return slices.ContainsFunc(a.hitsIn(c.Ref.Row), func(h hit) bool { return h.cell == i && h.whole && h.grade >= byOther })
}

// span is the columns that belong to a header: its own, and, where the form has
// it over several columns and the merge was lost, the empty ones behind it. It
// never reaches over a column whose header was wiped out.
func (a *alignment) span(head *place) (from, to int) {
	if head.last > 0 {
		return head.rect.From.Col, head.last
	}
	from, to = head.rect.From.Col, head.rect.To.Col
	wide := from + width(a.form.labels[head.label].rect) - 1
	for row := head.rect.From.Row; row <= head.rect.To.Row && wide > to; row++ {
		lo, hi := a.v.row(row)
		for i := lo; i < hi; i++ {
			if col := a.v.sheet.Cells[i].Ref.Col; col > to && a.v.says(i) {
				wide = min(wide, col-1)
				break
			}
		}
	}
	head.last = max(to, wide)
	return from, head.last
}

// under finds the value of a row below a header: the cell in the header's first
// column, or the only one in the columns that belong to it.
func (a *alignment) under(row int, head *place, labels bool) spot {
	from, to := a.span(head)
	first := ooxml.Ref{Row: row, Col: from}
	if m, ok := a.v.merged(first); ok && m.From != first {
		switch {
		case m.From.Col < from, m.From == head.rect.From:
			// The cell belongs to the column that it begins in.
			return spot{ref: first, cell: -1}
		case m.From.Row < row:
			s := a.spotAt(m.From)
			s.filled = true
			if s.cell >= 0 && labels && a.isLabel(s.cell) {
				s.cell = -1
			}
			return s
		}
	}
	best := spot{ref: first, cell: -1}
	lo, hi := a.v.row(row)
	for i := lo; i < hi; i++ {
		ref := a.v.sheet.Cells[i].Ref
		if ref.Col < from || ref.Col > to || !a.v.says(i) || labels && a.isLabel(int32(i)) {
			continue
		}
		if best.cell >= 0 {
			best.twice = true
			break
		}
		best = spot{ref: ref, cell: int32(i)}
	}
	if best.cell >= 0 && best.ref.Col != from {
		switch a.wide(head) {
		case stolen:
			return spot{ref: first, cell: -1}
		case used:
			best.twice = true
		}
	}
	return best
}

// wideness says whether values may stand in the further columns of a wide header.
type wideness uint8

const (
	unknown wideness = iota
	spare            // its first column is empty: they may
	used             // its first column holds values: what stands in the others is something else
	stolen           // another header of the row was not found: the columns may be that one's, merged over
)

// wide looks at the first column of a header that takes up several.
func (a *alignment) wide(head *place) wideness {
	if head.wide != unknown {
		return head.wide
	}
	own := a.form.labels[head.label]
	head.wide = spare
	end := a.to + 1
	for id, l := range a.form.labels {
		switch p := a.at[id]; {
		case !l.head:
		case p == nil && l.row == own.row:
			head.wide = stolen
			return stolen
		case p != nil && p.rect.From.Row > head.rect.To.Row:
			end = min(end, p.rect.From.Row)
		}
	}
	for i := a.v.after(head.rect.To.Row + 1); i < len(a.v.rows) && a.v.rows[i].number < end; i++ {
		if c := a.v.cell(ooxml.Ref{Row: a.v.rows[i].number, Col: head.rect.From.Col}); a.v.says(c) && !a.isLabel(int32(c)) {
			head.wide = used
			break
		}
	}
	return head.wide
}

// beside finds the value right of a label: the next cell that says something
// before the next label. It must stand where the form has it, or nothing else
// can be meant.
func (a *alignment) beside(id int32, f *field) spot {
	p := a.at[id]
	row, end := p.rect.From.Row, p.rect.To.Col
	expected := end + 1
	if f.key < 0 { // with a label inside the cell, the form has no column for the value
		expected = max(expected, a.column(f.cell.rect.From.Col))
	}
	lo, hi := a.v.row(row)
	var found []spot
	for i := lo; i < hi && len(found) < 2; i++ {
		ref := a.v.sheet.Cells[i].Ref
		if ref.Col <= end || !a.v.says(i) {
			continue
		}
		if a.isLabel(int32(i)) {
			expected = min(expected, max(end+1, ref.Col-1))
			break
		}
		found = append(found, spot{ref: ref, cell: int32(i)})
	}
	empty := spot{ref: ooxml.Ref{Row: row, Col: expected}, cell: -1}
	if m, ok := a.v.merged(empty.ref); ok {
		empty.ref = m.From
		if m.From.Row < row || m.From.Col <= end {
			empty.ref = ooxml.Ref{Row: row, Col: end + 1}
		}
	}
	if len(found) == 0 {
		return empty
	}
	col := found[0].ref.Col
	l := a.form.labels[id]
	switch {
	case col == end+1 || col <= expected:
		return found[0]
	case f.key < 0 && col-p.rect.From.Col <= f.cell.rect.From.Col-l.rect.From.Col: // the label's merge was lost
		return found[0]
	case a.lost(f):
		// It may belong to a label of this row that was not found, or be that label.
		return empty
	case f.key < 0 && len(found) == 1 && col <= a.right() && (a.alone(id, f) || a.rightmost(id, f)): // nothing else that is right of it can be meant
		return found[0]
	case f.key < 0 && col <= a.column(f.cell.rect.To.Col), a.v.bare(a.from, a.to, end, col):
		found[0].twice = len(found) > 1
		return found[0]
	}
	// Somebody's remark far to the right.
	return empty
}

// right is the last column in which a label stands.
func (a *alignment) right() int {
	if a.edge == 0 {
		for _, p := range a.at {
			if p != nil {
				a.edge = max(a.edge, p.rect.To.Col)
			}
		}
	}
	return a.edge
}

// alone reports whether a label and its value are all that its row holds of the
// form: what else the form has in that row was found in other rows.
func (a *alignment) alone(id int32, f *field) bool {
	row := f.cell.rect.From.Row
	for o, l := range a.form.labels {
		if int32(o) == id || l.rect.From.Row > row || l.rect.To.Row < row {
			continue
		}
		if p := a.at[o]; p == nil || p.rect.From.Row <= a.at[id].rect.From.Row && a.at[id].rect.From.Row <= p.rect.To.Row {
			return false
		}
	}
	return !slices.ContainsFunc(a.form.fields, func(o *field) bool { return o != f && o.row == id })
}

// rightmost reports whether nothing of the form stands right of a label but its
// value, neither in the form nor in the label's row of the sheet.
func (a *alignment) rightmost(id int32, f *field) bool {
	row := f.cell.rect.From.Row
	for o, l := range a.form.labels {
		if int32(o) == id || l.rect.From.Row > row || l.rect.To.Row < row {
			continue
		}
		if p := a.at[o]; p == nil || l.rect.From.Col > f.cell.rect.From.Col || p.rect.From.Col > a.at[id].rect.From.Col {
			return false
		}
	}
	return !slices.ContainsFunc(a.form.fields, func(o *field) bool { return o != f && o.row == id })
}

// lost reports whether a label right of the field in its row of the form was not found.
func (a *alignment) lost(f *field) bool {
	for _, l := range a.form.labels {
		if l.rect.From.Row == f.cell.rect.From.Row && l.rect.From.Col > f.cell.rect.From.Col && a.at[l.local] == nil {
			return true
		}
	}
	return false
}

// column says where a column of the form stands in the sheet, by the labels
// that were found: most of those which begin in it, else in one left of it.
func (a *alignment) column(col int) int {
	for len(a.cols) <= col {
		a.cols = append(a.cols, noColumn)
	}
	if a.cols[col] == noColumn {
		a.cols[col] = a.vote(col)
	}
	if a.cols[col] > 0 || col == 1 {
		return max(a.cols[col], 1)
	}
	return a.column(col-1) + 1
}

// noColumn marks a column that was not yet asked for.
const noColumn = -1

// vote counts where the labels of one column of the form stand in the sheet, 0 when there are none.
func (a *alignment) vote(c int) int {
	var where, votes []int
	best := 0
	for id, p := range a.at {
		to := a.begins(id, p, c)
		if to == 0 {
			continue
		}
		i := slices.Index(where, to)
		if i < 0 {
			i = len(where)
			where, votes = append(where, to), append(votes, 0)
		}
		votes[i]++
		if j := slices.Index(where, best); best == 0 || votes[i] > votes[j] || votes[i] == votes[j] && to < best {
			best = to
		}
	}
	return best
}

// begins is the column of the sheet that a found label shows to be column c of
// the form, because it begins there or right before; 0 when it shows nothing.
func (a *alignment) begins(id int, p *place, c int) int {
	switch l := a.form.labels[id]; {
	case p == nil || l.kind != apart:
	case l.rect.From.Col == c:
		return p.rect.From.Col
	case l.rect.To.Col+1 == c && width(p.rect) >= width(l.rect): // a lost merge ends anywhere
		return p.rect.To.Col + 1
	}
	return 0
}

// belowLimit bounds how many used rows are looked through below a header.
const belowLimit = 2000

// below finds the single value below a header, before the next row of labels.
func (a *alignment) below(f *field) spot {
	head := a.at[f.head]
	end := a.to + 1
	own := a.form.labels[f.head].row
	for id, p := range a.at {
		if p != nil && a.form.labels[id].row != own && p.rect.From.Row > head.rect.To.Row {
			end = min(end, p.rect.From.Row)
		}
	}
	if s, ok := a.stretchAt(head.rect.From.Row); ok {
		end = min(end, s.To+1)
	}
	best := spot{ref: ooxml.Ref{Row: head.rect.To.Row + 1, Col: head.rect.From.Col}, cell: -1}
	first := a.v.after(head.rect.To.Row + 1)
	for i := first; i < len(a.v.rows) && i < first+belowLimit && a.v.rows[i].number < end; i++ {
		s := a.under(a.v.rows[i].number, head, true)
		switch {
		case s.cell < 0 || s.filled:
		case a.strangers(own, a.v.rows[i].number) > 2:
			// An item of a list whose header is gone.
			if best.cell < 0 {
				s.twice = true
				return s
			}
			return best
		case best.cell >= 0:
			if !s.twice && s.ref.Col == best.ref.Col && a.continues(f, a.v.rows[i].number) {
				best.more = append(best.more, s.cell)
				continue
			}
			best.twice = true
			return best
		default:
			best = s
		}
		if best.twice {
			return best
		}
	}
	return best
}

// goalRows bounds how many rows one value may be written into.
const goalRows = 30

// continues reports whether a row below a value continues it: the value is
// running text, and the row says nothing right of the header but what stands
// below that row of headers. So the goals of a year may take a row each.
func (a *alignment) continues(f *field, row int) bool {
	if f.spec.Format == nil || f.spec.Format.Type() != value.TypeLines || row > a.at[f.head].rect.To.Row+goalRows {
		return false
	}
	lo, hi := a.v.row(row)
	for i := lo; i < hi; i++ {
		if c := &a.v.sheet.Cells[i]; c.Kind != ooxml.TextCell && c.Ref.Col >= a.at[f.head].rect.From.Col && a.v.says(i) {
			return false
		}
	}
	return a.belowHeads(a.form.labels[f.head].row, row)
}

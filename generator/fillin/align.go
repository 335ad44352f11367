package fillin

import (
	"cmp"
	"slices"
	"unicode/utf8"

	"jixiao/generator/ooxml"
)

// matrixLimit bounds rows of the form × rows of the sheet in one alignment.
const matrixLimit = 16 << 20

// alignment says where the labels of one form stand in one section.
//
//  1. rows: the rows of the form and of the section are aligned in order, so
//     that the labels which agree weigh most (a weighted longest common
//     subsequence); a label that stands several times is told by its neighbours
//  2. labels of aligned rows are given their cells
//  3. rescue: rows and labels that were moved are looked for in what is left
//  4. last resort: labels that differ in one letter, between their neighbours
//
// What stands twice with nothing to tell which is meant is not guessed at.
type alignment struct {
	section
	rows    []hitRow
	number  []int    // of each row of the form: the aligned row of the sheet, 0 for none
	at      []*place // of each label of the form, nil for not found
	twice   []bool   // of each label: it stands twice
	rescued []bool   // of each label: it was found out of its order
	rivals  []int    // of each row of the form: another row of the sheet that agrees as well, 0 for none
	taken   bits
	letters []Problem
	places  []place      // storage of at
	units   []noted      // of each label: the unit of money that it names
	cols    []int        // of each column of the form: where it stands in the sheet
	edge    int          // the last column in which a label stands, 0 when not yet known
	foreign []ooxml.Span // rows among the items of a list that are another block of the form
	spare   []*hit       // scratch
}

// noted is something that is found out once.
type noted struct {
	known bool
	money
}

// bits is a set of small numbers.
type bits []uint64

func (b bits) has(i int32) bool { return b[i/64]&(1<<(i%64)) != 0 }
func (b bits) add(i int32)      { b[i/64] |= 1 << (i % 64) }

func (s section) align() *alignment {
	f := s.form
	a := &alignment{section: s, rows: s.own(), number: make([]int, len(f.rows)), at: make([]*place, len(f.labels)),
		twice: make([]bool, len(f.labels)), rescued: make([]bool, len(f.labels)), rivals: make([]int, len(f.rows)), taken: make(bits, len(s.v.sheet.Cells)/64+1),
		places: make([]place, 0, len(f.labels)), units: make([]noted, len(f.labels))}
	if len(a.rows)*len(f.rows) > matrixLimit {
		// Far beyond any form; what is cut off is reported as missing.
		a.rows = a.rows[:matrixLimit/len(f.rows)]
	}
	score := a.scores()
	a.match(score)
	a.tighten(score)
	a.findRivals(score)
	for t, n := range a.number {
		if n > 0 {
			a.assign(int32(t), n, false)
		}
	}
	a.leaveItems(score)
	a.rescueRows(score)
	a.findStretches()
	a.rescueLabels()
	a.undivided()
	a.lastResort()
	a.partColumns()
	return a
}

// scores weighs how well each row of the sheet agrees with each row of the
// form: score[row of the sheet][row of the form].
func (a *alignment) scores() [][]float32 {
	f := a.form
	flat := make([]float32, len(a.rows)*len(f.rows))
	best := make([]float32, len(f.labels))
	out := make([][]float32, len(a.rows))
	for i, r := range a.rows {
		out[i] = flat[i*len(f.rows) : (i+1)*len(f.rows)]
		for j := range r.hits {
			h := &r.hits[j]
			if w := h.weight(); w > best[h.label] {
				l := f.labels[h.label]
				out[i][l.row] += (w - best[h.label]) * l.weight
				best[h.label] = w
			}
		}
		for j := range r.hits {
			best[r.hits[j].label] = 0
		}
		for t := range out[i] {
			// One label of a long header does not make a row the header.
			if out[i][t] < 0.3*f.rows[t].weight {
				out[i][t] = 0
			}
		}
	}
	return out
}

// match aligns the rows in order. Of equal alignments the one with the
// uppermost rows is taken, so that a header that is repeated on each page is
// found at its first place.
func (a *alignment) match(score [][]float32) {
	cols := len(a.form.rows) + 1
	sum := make([]float32, (len(a.rows)+1)*cols)
	for i := range a.rows {
		prev, cur := sum[i*cols:(i+1)*cols], sum[(i+1)*cols:(i+2)*cols]
		for t := 1; t < cols; t++ {
			cur[t] = max(prev[t], cur[t-1])
			if s := score[i][t-1]; s > 0 {
				cur[t] = max(cur[t], prev[t-1]+s)
			}
		}
	}
	for i, t := len(a.rows), cols-1; i > 0 && t > 0; {
		switch here := sum[i*cols+t]; {
		case here == sum[(i-1)*cols+t]:
			i--
		case here == sum[i*cols+t-1]:
			t--
		default:
			i, t = i-1, t-1
			a.number[t] = a.rows[i].number
		}
	}
}

// findRivals finds, for each aligned row on which values hang, another row
// between its neighbours that agrees as well.
func (a *alignment) findRivals(score [][]float32) {
	for t, n := range a.number {
		if n == 0 || !a.form.rows[t].value {
			continue
		}
		before, after := a.neighbours(int32(t))
		own := float32(0)
		for i, r := range a.rows {
			if r.number == n {
				own = score[i][t]
			}
		}
		for i, r := range a.rows {
			if r.number > before && r.number < after && r.number != n && score[i][t] >= own-1e-4 && !slices.Contains(a.number, r.number) {
				a.rivals[t] = r.number
				break
			}
		}
	}
	// Two rows of the form that only one row of the sheet can be, as well the one as the other.
	for t, n := range a.number {
		if n > 0 || !a.form.rows[t].value {
			continue
		}
		before, after := a.neighbours(int32(t))
		for u := range a.number {
			m := a.number[u]
			if m == 0 || m < before || m > after || u != t-1 && u != t+1 {
				continue
			}
			for i, r := range a.rows {
				if r.number == m && score[i][t] > 0 && score[i][t] >= score[i][u]-1e-4 && a.sameLooks(t, u) {
					for _, l := range a.form.rows[u].labels {
						a.twice[l] = true
					}
				}
			}
		}
	}
}

// sameLooks reports whether two rows of the form hold the same number of labels
// in the same spelling but for brackets.
func (a *alignment) sameLooks(t, u int) bool {
	x, y := a.form.rows[t].labels, a.form.rows[u].labels
	return slices.EqualFunc(x, y, func(i, j int32) bool {
		return looseText(a.form.labels[i].text) == looseText(a.form.labels[j].text)
	})
}

// neighbours are the aligned rows of the sheet next before and next after a row of the form.
func (a *alignment) neighbours(t int32) (before, after int) {
	before, after = a.from-1, a.to+1
	for u := t - 1; u >= 0; u-- {
		if a.number[u] > 0 {
			before = a.number[u]
			break
		}
	}
	for u := int(t) + 1; u < len(a.number); u++ {
		if a.number[u] > 0 {
			after = a.number[u]
			break
		}
	}
	return before, after
}

// hitsIn returns the hits of one row of the sheet.
func (a *alignment) hitsIn(number int) []hit {
	i, ok := slices.BinarySearchFunc(a.rows, number, func(r hitRow, n int) int { return cmp.Compare(r.number, n) })
	if !ok {
		return nil
	}
	return a.rows[i].hits
}

// assign gives the labels of row t of the form their cells in a row of the
// sheet: the best agreement first, equal labels from left to right.
func (a *alignment) assign(t int32, number int, rescued bool) {
	f, hits := a.form, a.hitsIn(number)
	labels := f.rows[t].labels
	for g := byExact; ; g-- {
		for _, id := range labels {
			if a.at[id] != nil || a.twice[id] {
				continue
			}
			free := a.free(hits, id, g)
			if len(free) == 0 {
				continue
			}
			if len(free) == 1 && !f.labels[id].twin {
				a.put(id, free[0], rescued)
			} else {
				a.share(a.equals(labels, id), slices.Clone(free), rescued)
			}
		}
		if g == byLetter {
			return
		}
	}
}

// free are the hits for a label that are as good as g and whose text is not
// taken. A whole cell goes before a part of one. The result is scratch.
func (a *alignment) free(hits []hit, id int32, g grade) []*hit {
	out := a.spare[:0]
	for i := range hits {
		h := &hits[i]
		if h.label == id && h.grade == g && !a.overlaps(h) {
			out = append(out, h)
		}
	}
	a.spare = out
	if slices.ContainsFunc(out, func(h *hit) bool { return h.whole }) {
		out = slices.DeleteFunc(out, func(h *hit) bool { return !h.whole })
	}
	return out
}

// overlaps reports whether the text of a hit is taken by another label.
func (a *alignment) overlaps(h *hit) bool {
	if !a.taken.has(h.cell) {
		return false
	}
	return slices.ContainsFunc(a.at, func(p *place) bool {
		return p != nil && p.cell == h.cell && p.from < h.to && h.from < p.to
	})
}

// equals are the labels of a row that read like id, from left to right.
func (a *alignment) equals(labels []int32, id int32) []int32 {
	var out []int32
	for _, o := range labels {
		if a.form.labels[o].norm == a.form.labels[id].norm && a.at[o] == nil {
			out = append(out, o)
		}
	}
	return out
}

// share gives several equal labels of a row their cells: by the header above
// them, or in order when there are as many cells as labels.
func (a *alignment) share(same []int32, free []*hit, rescued bool) {
	for _, id := range same {
		up := a.form.labels[id].above
		if up < 0 || a.at[up] == nil {
			continue
		}
		from, to := a.span(a.at[up])
		var under []*hit
		for _, h := range free {
			if col := a.cellRef(h.cell).Col; col >= from && col <= to && !a.overlaps(h) {
				under = append(under, h)
			}
		}
		if len(under) == 1 {
			a.put(id, under[0], rescued)
		}
	}
	left := slices.DeleteFunc(slices.Clone(same), func(id int32) bool { return a.at[id] != nil })
	free = slices.DeleteFunc(slices.Clone(free), func(h *hit) bool { return a.overlaps(h) })
	switch {
	case len(left) == 0:
	case len(left) == len(free):
		for i, id := range left {
			a.put(id, free[i], rescued)
		}
	case len(free) > 0:
		for _, id := range left {
			l := a.form.labels[id]
			if len(l.specs) == 0 && !l.head {
				a.put(id, free[0], rescued)
			} else {
				a.twice[id] = true
			}
		}
	}
}

func (a *alignment) cellRef(i int32) ooxml.Ref { return a.v.sheet.Cells[i].Ref }

func (a *alignment) put(id int32, h *hit, rescued bool) {
	if len(a.places) == cap(a.places) {
		a.places = make([]place, 0, 8) // the old ones are still pointed to
	}
	a.places = append(a.places, place{hit: *h, rect: a.v.rect(a.cellRef(h.cell))})
	p := &a.places[len(a.places)-1]
	if h.down > 0 {
		p.rect.To.Row = max(p.rect.To.Row, int(h.down))
	}
	if h.across > 0 {
		p.rect.To.Col = max(p.rect.To.Col, int(h.across))
		_, hi := a.v.row(p.rect.From.Row)
		for i := int(h.cell) + 1; i < hi && a.v.sheet.Cells[i].Ref.Col <= p.rect.To.Col; i++ {
			a.taken.add(int32(i)) // the rest of the label is no value
		}
	}
	a.at[id] = p
	a.rescued[id] = rescued
	a.taken.add(h.cell)
}

// rescueRows looks for headers that were moved out of their order: the one row
// not yet used that holds most of them.
func (a *alignment) rescueRows(score [][]float32) {
	for t := range a.number {
		r := &a.form.rows[t]
		first := slices.IndexFunc(r.labels, func(id int32) bool { return a.form.labels[id].head })
		if a.number[t] > 0 || first < 0 {
			continue
		}
		from, to := a.headRows(r.labels[first]) // the second row of a header does not move without the first
		if from == 0 {
			from, to = a.from, a.to
		}
		best, equal := -1, false
		for i := range a.rows {
			if s, n := score[i][t], a.rows[i].number; s < 0.5*r.weight || n < from-headerRows || n > to+headerRows || slices.Contains(a.number, n) {
				continue
			} else if best < 0 || s > score[best][t] {
				best, equal = i, false
			} else {
				equal = equal || s == score[best][t]
			}
		}
		switch {
		case best >= 0 && equal:
			for _, id := range r.labels {
				a.twice[id] = true
			}
		case best >= 0:
			a.assign(int32(t), a.rows[best].number, true)
		}
	}
}

// rescueLabels looks for single labels that were moved: the one free place in
// the section that reads like them. Column headers move only with their row.
func (a *alignment) rescueLabels() {
	for id, l := range a.form.labels {
		if a.at[id] != nil || a.twice[id] || len(l.specs) == 0 {
			continue
		}
		lo, hi := a.from, a.to
		if l.head {
			from, to := a.headRows(int32(id))
			if from == 0 {
				continue
			}
			lo, hi = from-1, to+1
		} else if l.twin {
			continue
		}
		var best []*hit
		for i := range a.rows {
			if a.rows[i].number < lo || a.rows[i].number > hi {
				continue
			}
			for j := range a.rows[i].hits {
				h := &a.rows[i].hits[j]
				if h.label != int32(id) || a.overlaps(h) || a.amongItems(h) {
					continue
				}
				if len(best) > 0 && h.weight() < best[0].weight() {
					continue
				}
				if len(best) > 0 && h.weight() > best[0].weight() {
					best = best[:0]
				}
				best = append(best, h)
			}
		}
		switch len(best) {
		case 0:
		case 1:
			a.put(int32(id), best[0], true)
		default:
			a.twice[id] = true
		}
	}
}

// headRows are the rows of the sheet that the header takes up to which a column
// header belongs: those of its own row of the form, and of the other columns of its list.
func (a *alignment) headRows(id int32) (from, to int) {
	add := func(n int) {
		if n == 0 || from > 0 && (n < from-headerRows || n > to+headerRows) {
			return
		}
		if from == 0 {
			from, to = n, n
		}
		from, to = min(from, n), max(to, n)
	}
	add(a.rowOf(a.form.labels[id].row))
	for _, b := range a.form.blocks {
		if !slices.ContainsFunc(b.columns, func(c *column) bool { return c.head == id }) {
			continue
		}
		for _, c := range b.columns {
			if a.at[c.head] != nil {
				add(a.at[c.head].rect.From.Row)
			}
		}
	}
	return from, to
}

// rowOf is the row of the sheet in which most labels of row t of the form stand.
func (a *alignment) rowOf(t int32) int {
	for _, id := range a.form.rows[t].labels {
		if a.at[id] != nil && a.form.labels[id].head {
			return a.at[id].rect.From.Row
		}
	}
	return 0
}

// amongItems reports whether a hit stands in a column of a list, in the list's
// rows: what looks like a label there is what somebody filled in.
func (a *alignment) amongItems(h *hit) bool {
	ref := a.cellRef(h.cell)
	if _, ok := a.stretchAt(ref.Row); ok {
		return false
	}
	for _, b := range a.form.blocks {
		area, ok := a.area(b)
		if !ok || ref.Row <= area.From.Row || ref.Row >= area.To.Row {
			continue
		}
		if ref.Col >= area.From.Col && ref.Col <= area.To.Col {
			return true
		}
	}
	return false
}

// area is what a list takes up: from the last row of its header to the first
// aligned row below it, and from its first to its last column.
func (a *alignment) area(b *block) (ooxml.Rect, bool) {
	var r ooxml.Rect
	own, moved := int32(-1), false
	for _, col := range b.columns {
		p := a.at[col.head]
		if p == nil {
			continue
		}
		moved = moved || a.rescued[col.head] // with what stands below it
		own = a.form.labels[col.head].row
		bottom := p.rect.To.Row
		if bottom-p.rect.From.Row >= tallHeader {
			bottom = p.rect.From.Row // merged down over the items
		}
		if r.To.Col == 0 {
			r = p.rect
			r.From.Row = bottom
			continue
		}
		r.From.Row = max(r.From.Row, bottom)
		r.From.Col, r.To.Col = min(r.From.Col, p.rect.From.Col), max(r.To.Col, p.rect.To.Col)
	}
	if own < 0 {
		return r, false
	}
	r.To.Row = a.to + 1
	for id, p := range a.at {
		if p == nil || p.rect.From.Row <= r.From.Row {
			continue
		}
		if (moved || !a.rescued[id]) && a.form.labels[id].row > own || a.headsOther(b, int32(id)) && p.rect.From.Col <= r.To.Col && p.rect.To.Col >= r.From.Col {
			r.To.Row = min(r.To.Row, p.rect.From.Row)
		}
	}
	return r, true
}

// headsOther reports whether a label is the header of a column of another list.
func (a *alignment) headsOther(b *block, id int32) bool {
	return slices.ContainsFunc(a.form.blocks, func(o *block) bool {
		return o != b && slices.ContainsFunc(o.columns, func(c *column) bool { return c.head == id })
	})
}

// tallHeader is how many rows no header of a list takes up.
const tallHeader = 4

// lastResort looks for labels in which one letter is wrong, among cells that
// are no label of the form, between the neighbours of the label's row.
func (a *alignment) lastResort() {
	var n normal
	for id, l := range a.form.labels {
		if a.at[id] != nil || a.twice[id] || len(l.specs) == 0 || utf8.RuneCountInString(l.norm) < 3 || l.kind == post {
			continue
		}
		lo, hi := a.neighbours(l.row)
		lo, hi = lo+1, hi-1
		if row := a.rowOf(l.row); l.head && row > 0 {
			lo, hi = row, row
		} else if row := a.number[l.row]; row > 0 {
			lo, hi = row, row
		}
		var found []hit
		budget := nearbyLimit
		for i := a.v.after(lo); i < len(a.v.rows) && a.v.rows[i].number <= hi && len(found) < 2; i++ {
			for c := a.v.rows[i].lo; c < a.v.rows[i].hi && budget > 0; c++ {
				budget--
				if h, ok := a.nearly(&n, int32(c), l); ok && !a.amongItems(&h) {
					found = append(found, h)
				}
			}
		}
		if len(found) == 1 {
			a.put(int32(id), &found[0], false)
			cell := &a.v.sheet.Cells[found[0].cell]
			a.letters = append(a.letters, Problem{Kind: LabelDiffers, Label: l.text, Found: compact(cell.Text[:found[0].to]), Specs: l.specs,
				Sheet: a.v.sheet.Name, Cell: cell.Ref.String()})
		}
	}
}

// nearbyLimit bounds how many cells are compared letter by letter with one label.
const nearbyLimit = 5000

// nearly compares a cell that holds no label with a label, letter by letter.
func (a *alignment) nearly(n *normal, i int32, l *label) (hit, bool) {
	c := &a.v.sheet.Cells[i]
	if c.Kind != ooxml.TextCell || len(c.Text) < len(l.norm)-4 || a.taken.has(i) || a.v.covered(c.Ref) {
		return hit{}, false
	}
	if _, known := slices.BinarySearchFunc(a.v.hits, i, func(h hit, i int32) int { return cmp.Compare(h.cell, i) }); known {
		return hit{}, false
	}
	n.set(c.Text, labelLimit+8)
	h := hit{cell: i, label: l.local, to: int32(len(c.Text)), value: -1, whole: true}
	text := bare(n.b)
	for p := next(n.b, -1); p >= 0 && p < len(text); p = next(n.b, p) {
		if utf8.RuneCount(n.b[:p])+1 >= utf8.RuneCountInString(l.norm) {
			text, h.to, h.whole = n.b[:p], n.trace(p).to, false
			break
		}
	}
	if len(text) > labelLimit {
		return hit{}, false
	}
	return h, oneLetterOff(string(text), l.norm) || oneLetterOff(string(loose(text, nil)), looseText(l.text))
}

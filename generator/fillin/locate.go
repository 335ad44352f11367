package fillin

import (
	"slices"

	"jixiao/generator/ooxml"
)

// reading is what one section holds.
type reading struct {
	*alignment
	cells    []Located
	lists    []ListOf
	problems []Problem
	busy     map[int]bool     // rows inside a list's area that hold something else
	stated   map[[3]int]money // units of money beside rows of figures, once looked for
	noted    []unitAt         // what notes say of the unit of money, once looked for
	lookedUp bool             // … they were
}

// read locates every value of the section's form.
func (s section) read() *reading {
	r := &reading{alignment: s.align(), busy: map[int]bool{}}
	for _, f := range r.form.fields {
		if l, ok := r.field(f); ok {
			if t := beforeUnit(l.Raw); t != l.Raw && isText(f.spec) && !isLines(f.spec) {
				l.Raw = r.clean(t, f.slot)
			}
			r.cells = append(r.cells, l)
		}
	}
	r.settleRivals()
	r.ownCells()
	r.partShared()
	r.markBusy()
	for _, b := range r.form.blocks {
		r.lists = append(r.lists, r.list(b))
	}
	r.setUnits()
	r.missing()
	r.problems = append(r.problems, r.letters...)
	return r
}

// field locates one value that is in no row of a list.
func (r *reading) field(f *field) (Located, bool) {
	switch {
	case f.key >= 0:
		return r.keyed(f)
	case f.row >= 0:
		return r.inRow(f)
	case r.at[f.head] == nil:
		return Located{}, false
	}
	if s := r.below(f); s.cell >= 0 || r.at[f.head].whole {
		return r.take(f, f.head, s)
	}
	// 预期目标：… in the header's own cell
	return r.inCell(f, f.head)
}

// keyed locates a value with a label inside its cell.
func (r *reading) keyed(f *field) (Located, bool) {
	p := r.at[f.key]
	if p == nil {
		return Located{}, false
	}
	text, last := r.cut(f.key, f.slot)
	l := r.located(f, spot{ref: r.cellRef(p.cell), cell: p.cell}, text)
	if !blank(text) || !last || r.form.labels[f.key].kind != pre {
		return l, true
	}
	// Written beside its label instead of behind it.
	s := r.beside(f.key, f)
	if s.cell < 0 || !plausible(f.spec, &r.v.sheet.Cells[s.cell]) {
		return l, true
	}
	return r.take(f, f.key, s)
}

// inRow locates a value by the label left of it, with or without a header above.
func (r *reading) inRow(f *field) (Located, bool) {
	p := r.at[f.row]
	if p == nil {
		return Located{}, false
	}
	if f.head >= 0 {
		head := r.at[f.head]
		if head == nil {
			return Located{}, false
		}
		if n := p.rect.From.Row; n < head.rect.From.Row || n > head.rect.To.Row {
			return r.take(f, f.head, r.under(n, head, true))
		}
		r.ambiguous(f, f.row, p.rect.From) // the row's label stands in the header
		return Located{}, false
	}
	s := r.beside(f.row, f)
	if p.whole {
		return r.take(f, f.row, s)
	}
	l, ok := r.inCell(f, f.row)
	switch {
	case !ok:
		return l, ok
	case blank(l.Raw):
		return r.take(f, f.row, s)
	case s.cell >= 0 && labelOf(l.Raw) != labelOf(r.v.sheet.Cells[s.cell].Text):
		// One value in the label's cell, another beside it.
		r.ambiguous(f, f.row, s.ref)
		return Located{}, false
	}
	return l, ok
}

// inCell locates a value that was written behind its label into the label's cell.
func (r *reading) inCell(f *field, label int32) (Located, bool) {
	p := r.at[label]
	text, _ := r.cut(label, f.slot)
	return r.located(f, spot{ref: r.cellRef(p.cell), cell: p.cell}, text), true
}

// take makes a Located of a spot; a spot that is not the only one possible is a Problem.
func (r *reading) take(f *field, label int32, s spot) (Located, bool) {
	if s.twice {
		r.ambiguous(f, label, s.ref)
		return Located{}, false
	}
	if s.cell < 0 {
		return r.located(f, s, ""), true
	}
	text := r.v.sheet.Cells[s.cell].Text
	for _, i := range s.more {
		text += "\n" + r.v.sheet.Cells[i].Text
	}
	if len(f.cell.slots) > 1 && f.key < 0 {
		part, ok := f.part(text)
		if !ok {
			r.ambiguous(f, label, s.ref)
			return Located{}, false
		}
		return r.located(f, s, part), true
	}
	if f.behind != "" {
		if t, ok := strip(text, f.behind); ok {
			text = trim(t)
		}
	}
	return r.located(f, s, text), true
}

// located fills in what is known of a value's cell.
func (r *reading) located(f *field, s spot, raw string) Located {
	l := Located{Spec: f.spec, Sheet: r.v.sheet.Name, Cell: s.ref, Raw: raw, Filled: s.filled}
	if s.cell >= 0 {
		l.Source = &r.v.sheet.Cells[s.cell]
	}
	return l
}

// ambiguous reports a value for which several cells could be meant, for all items of a list once.
func (r *reading) ambiguous(f *field, label int32, at ooxml.Ref) {
	text := r.form.labels[label].text
	if slices.ContainsFunc(r.problems, func(p Problem) bool { return p.Kind == LabelTwice && p.Label == text && p.Specs[0] == f.spec }) {
		return
	}
	r.problems = append(r.problems, Problem{Kind: LabelTwice, Label: text, Specs: []*Spec{f.spec}, Sheet: r.v.sheet.Name, Cell: at.String()})
}

// settleRivals compares rows that agree with one row of the form equally well:
// when they say the same, or only one says anything, nothing is in doubt.
func (r *reading) settleRivals() {
	for t, n := range r.rivals {
		if n == 0 {
			continue
		}
		other := *r.alignment
		other.at, other.twice, other.rescued = slices.Clone(r.at), slices.Clone(r.twice), slices.Clone(r.rescued)
		other.taken = make(bits, len(r.taken))
		other.units, other.places, other.cols = make([]noted, len(r.units)), nil, nil
		for id, p := range other.at {
			if r.form.labels[id].row == int32(t) {
				other.at[id] = nil
			} else if p != nil {
				other.taken.add(p.cell)
			}
		}
		other.assign(int32(t), n, false)
		alt := &reading{alignment: &other}
		for _, f := range r.form.fields {
			if key := max(f.key, f.row); key >= 0 && r.form.labels[key].row == int32(t) {
				r.settle(f, key, alt)
			}
		}
	}
}

func (r *reading) settle(f *field, label int32, alt *reading) {
	l, ok := alt.field(f)
	if !ok || blank(l.Raw) {
		return
	}
	i := slices.IndexFunc(r.cells, func(c Located) bool { return c.Spec == f.spec })
	switch {
	case i < 0:
	case blank(r.cells[i].Raw):
		r.cells[i] = l
	case labelOf(r.cells[i].Raw) != labelOf(l.Raw):
		r.ambiguous(f, label, l.Cell)
		r.cells = slices.Delete(r.cells, i, i+1)
	}
}

// partShared takes a cell from the values that lay claim to all of it together:
// where the labels of two rows stand in one row, it can be only one of them, and
// nobody can tell which. What stands behind several labels in one cell is cut apart
// before.
func (r *reading) partShared() {
	holders := make(map[*ooxml.Cell]*Located, len(r.cells))
	shared := map[*Spec]bool{}
	for i := range r.cells {
		a := &r.cells[i]
		if a.Source == nil || a.Filled || blank(a.Raw) {
			continue
		}
		b := holders[a.Source]
		if b != nil && a.Spec.Name != b.Spec.Name && (a.isWhole() || b.isWhole()) {
			shared[a.Spec], shared[b.Spec] = true, true
		}
		if b == nil || a.isWhole() {
			holders[a.Source] = a
		}
	}
	if len(shared) == 0 {
		return
	}
	for _, f := range r.form.fields {
		i := slices.IndexFunc(r.cells, func(c Located) bool { return c.Spec == f.spec })
		if !shared[f.spec] || i < 0 {
			continue
		}
		label := f.key
		if label < 0 {
			label = f.row
		}
		if label < 0 {
			label = f.head
		}
		r.ambiguous(f, label, r.cells[i].Cell)
	}
	r.cells = slices.DeleteFunc(r.cells, func(c Located) bool { return shared[c.Spec] })
}

// isWhole reports whether the value is all that its cell says.
func (l *Located) isWhole() bool { return trim(l.Raw) == trim(l.Source.Text) }

// missing reports the labels that were not found or stand twice, each once,
// with the values that hang on it and were not found elsewhere.
func (r *reading) missing() {
	for id, l := range r.form.labels {
		if len(l.specs) == 0 {
			continue
		}
		if r.at[id] != nil {
			continue
		}
		var lost []*Spec
		for _, s := range l.specs {
			if !r.has(s) {
				lost = append(lost, s)
			}
		}
		if len(lost) == 0 {
			continue
		}
		p := Problem{Kind: LabelMissing, Label: l.text, Specs: lost, Sheet: r.v.sheet.Name, Cell: r.near(l)}
		if r.twice[id] {
			p.Kind = LabelTwice
		}
		r.problems = append(r.problems, p)
	}
}

// has reports whether the value was found in another place of the form, or by another label.
func (r *reading) has(s *Spec) bool {
	return slices.ContainsFunc(r.cells, func(c Located) bool {
		return c.Spec == s || c.Spec.Name == s.Name && slices.Equal(c.Spec.Lists, s.Lists) && !blank(c.Raw)
	})
}

// near is the cell by which a label that was not found should stand: the place
// of the nearest label before it, else of the first one behind it.
func (r *reading) near(l *label) string {
	for id := int(l.local) - 1; id >= 0; id-- {
		if p := r.at[id]; p != nil {
			return p.rect.From.String()
		}
	}
	for id := int(l.local) + 1; id < len(r.at); id++ {
		if p := r.at[id]; p != nil {
			return p.rect.From.String()
		}
	}
	return ""
}

// empty reports whether nobody filled the section in: all that it says is what
// blank forms carry (初值, the unit's name, the year).
func (r *reading) empty() bool {
	for _, l := range r.lists {
		if len(l.Items) > 0 {
			return false
		}
	}
	if slices.ContainsFunc(r.problems, func(p Problem) bool { return p.Kind == LabelTwice }) {
		return false
	}
	for i := range r.cells {
		c := &r.cells[i]
		if blank(c.Raw) || c.Spec.Format == nil || c.Spec.Format.Key() || r.isYear(c.Spec) {
			continue
		}
		if text, ok := c.Spec.Format.Initial(); ok && labelOf(text) == labelOf(c.Raw) {
			continue
		}
		return false
	}
	return true
}

// isYear reports whether a value is the year that blank forms have printed in: （2022年度）.
func (r *reading) isYear(s *Spec) bool {
	return slices.ContainsFunc(r.form.fields, func(f *field) bool {
		if f.spec != s || f.key < 0 {
			return false
		}
		return r.form.labels[f.key].isYear()
	})
}

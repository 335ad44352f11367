package fillin

import (
	"strings"

	"jixiao/generator/ooxml"
)

// unread reports figures that stand in the form but not where one of its values
// does, in the same row behind a value that is blank: 项目支出： is empty, and
// the amount was typed two cells further on. Figures elsewhere, in columns or
// rows that a unit put beside the form, are its own.
func (r *reading) unread() []Problem {
	right := 0
	read := map[ooxml.Ref]bool{}
	byRow := map[int][]*Located{}
	for _, p := range r.at {
		if p != nil {
			right = max(right, r.v.rect(r.v.sheet.Cells[p.cell].Ref).To.Col)
		}
	}
	for i := range r.cells {
		c := &r.cells[i]
		read[c.Cell] = true
		byRow[c.Cell.Row] = append(byRow[c.Cell.Row], c)
	}
	for _, l := range r.lists {
		for _, it := range l.Items {
			for _, c := range it.Cells {
				read[c.Cell] = true
			}
		}
	}
	var out []Problem
	for i := range r.v.sheet.Cells {
		c := &r.v.sheet.Cells[i]
		if c.Ref.Row < r.from || c.Ref.Row > r.to || c.Ref.Col > right || read[c.Ref] || r.taken.has(int32(i)) || r.v.covered(c.Ref) || !isFigure(c) {
			continue
		}
		var before *Located // the nearest value to the left
		for _, l := range byRow[c.Ref.Row] {
			if l.Cell.Col < c.Ref.Col && (before == nil || l.Cell.Col >= before.Cell.Col) {
				before = l
			}
		}
		if before != nil && blank(before.Raw) && plausible(before.Spec, c) && !isText(before.Spec) {
			out = append(out, Problem{Kind: FigureUnread, Label: before.Spec.Label, Found: strings.TrimSpace(c.Text), Specs: []*Spec{before.Spec},
				Sheet: r.v.sheet.Name, Cell: c.Ref.String()})
		}
	}
	return out
}

// isFigure reports whether a cell holds a number, as a number or as text.
func isFigure(c *ooxml.Cell) bool {
	if c.Kind == ooxml.NumberCell {
		return true
	}
	text := normalised(c.Text)
	return c.Kind == ooxml.TextCell && text != "" && len(text) <= 20 && strings.Trim(text, "0123456789.,%元万") == "" && strings.ContainsAny(text, "0123456789")
}

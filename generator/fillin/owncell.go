package fillin

import (
	"slices"
	"strings"

	"jixiao/generator/ooxml"
)

// ownCells reads what stands behind a label in the label's own cell, or in a
// title, although the form has a cell of its own for it in a table: 总分：98.23,
// （自评总分：99分）. The value that is called as the label is may stand there; any
// other only when the label has no second one. What is left is reported.
func (r *reading) ownCells() {
	for id, l := range r.form.labels {
		if l.kind != apart || len(l.specs) == 0 {
			continue
		}
		for _, p := range r.written(int32(id)) {
			r.ownCell(int32(id), l, p)
		}
	}
}

// said is a text that stands behind a label in its cell.
type said struct {
	cell int32
	text string
	end  bool // the cell says that it is a figure, and where it ends
}

// written finds what stands behind a label in its cell, and behind it in titles.
func (r *reading) written(id int32) []said {
	var out []said
	own := r.at[id]
	if own != nil && !own.whole {
		if text, _ := r.cut(id, nil); !blank(text) {
			out = append(out, said{own.cell, text, own.end > 0})
		}
	}
	for i := range r.rows {
		for j := range r.rows[i].hits {
			h := &r.rows[i].hits[j]
			if h.label == id && h.end > 0 && (own == nil || h.cell != own.cell) && (h.weak || own == nil || r.rows[i].number < own.rect.From.Row) {
				out = append(out, said{h.cell, trim(r.v.sheet.Cells[h.cell].Text[h.to:h.end]), true})
			}
		}
	}
	return out
}

func (r *reading) ownCell(id int32, l *label, p said) {
	c := &r.v.sheet.Cells[p.cell]
	var target *field
	fields := 0
	for _, f := range r.form.fields {
		if f.row != id || f.head < 0 {
			continue
		}
		fields++
		i := r.placeOf(f)
		if i >= 0 && (r.cells[i].Source == c || sameFigure(r.cells[i].Raw, p.text)) {
			return // it was read, or says the same
		}
		if r.m.index.names(int32(r.form.first)+id, f.spec) {
			target = f
		} else if fields == 1 && target == nil {
			target = f
		}
	}
	if target != nil && fields > 1 && !r.m.index.names(int32(r.form.first)+id, target.spec) {
		target = nil
	}
	if target != nil && (p.end || plausible(target.spec, &ooxml.Cell{Kind: ooxml.TextCell, Text: p.text})) {
		i := r.placeOf(target)
		switch {
		case i < 0:
			r.cells = append(r.cells, r.located(target, spot{ref: c.Ref, cell: p.cell}, p.text))
		case blank(r.cells[i].Raw):
			r.cells[i] = r.located(target, spot{ref: c.Ref, cell: p.cell}, p.text)
		default:
			r.ambiguous(target, id, c.Ref)
			r.cells = slices.Delete(r.cells, i, i+1)
		}
		return
	}
	r.leftover(l, p)
}

// leftover reports a label that has something behind it in its cell which is no
// value of the form: 年度资金总额：98 where the form has six cells for it.
func (r *reading) leftover(l *label, p said) {
	c := &r.v.sheet.Cells[p.cell]
	if slices.ContainsFunc(r.problems, func(o Problem) bool { return o.Label == l.text }) ||
		slices.ContainsFunc(r.cells, func(o Located) bool { return o.Source == c }) {
		return
	}
	r.problems = append(r.problems, Problem{Kind: LabelDiffers, Label: l.text, Found: compact(c.Text), Specs: l.specs, Sheet: r.v.sheet.Name, Cell: c.Ref.String()})
}

// placeOf is the index of a field among the values that were found, or -1.
func (r *reading) placeOf(f *field) int {
	return slices.IndexFunc(r.cells, func(c Located) bool { return c.Spec == f.spec })
}

// sameFigure reports whether two texts are the same figure, however written: 99分, 99.0.
func sameFigure(a, b string) bool {
	figure := func(s string) string {
		s = strings.TrimSuffix(normalised(s), "分")
		if strings.Contains(s, ".") {
			s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
		}
		return s
	}
	return figure(a) == figure(b)
}

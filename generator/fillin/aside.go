package fillin

import (
	"slices"
	"strings"

	"jixiao/generator/ooxml"
)

// aside reports rows of a table of amounts that are none of the form's: 省级资金,
// where the form has 财政拨款. Nothing is read from them, and nobody should
// believe that it was.
func (r *reading) aside() []Problem {
	var out []Problem
	for _, heads := range r.tableHeads() {
		p := Problem{Kind: RowAside, Label: heads[0].spec.Label, Sheet: r.v.sheet.Name}
		var labels []string
		for _, n := range r.tableRows(heads) {
			label := r.rowText(n, heads)
			figures, spec := r.figures(n, heads)
			if label == "" || figures == 0 || slices.Contains(sums, normalised(label)) {
				continue
			}
			labels = append(labels, label)
			if p.Cell == "" {
				p.Cell = ooxml.Ref{Row: n, Col: heads[0].place.rect.From.Col}.String()
			}
			if !slices.Contains(p.Specs, spec) {
				p.Specs = append(p.Specs, spec)
			}
		}
		if p.Found = strings.Join(labels, "”、“"); p.Found != "" {
			out = append(out, p)
		}
	}
	return out
}

// headOf is a column header of a table of amounts with one of the values below it.
type headOf struct {
	place *place
	spec  *Spec
}

// tableHeads are the headers of amounts that stand above rows with labels, a
// table at a time, from left to right.
func (r *reading) tableHeads() [][]headOf {
	byRow := make([][]headOf, len(r.form.rows))
	for _, f := range r.form.fields {
		if f.row < 0 || f.head < 0 || !isAmount(f.spec) || r.at[f.head] == nil {
			continue
		}
		p, row := r.at[f.head], r.form.labels[f.head].row
		if !slices.ContainsFunc(byRow[row], func(h headOf) bool { return h.place == p }) {
			byRow[row] = append(byRow[row], headOf{p, f.spec})
		}
	}
	for _, list := range byRow {
		slices.SortFunc(list, func(a, b headOf) int { return a.place.rect.From.Col - b.place.rect.From.Col })
	}
	return slices.DeleteFunc(byRow, func(list []headOf) bool { return len(list) == 0 })
}

// tableRows are the rows of a table of which no label was found: those below
// its header down to the next label of something else.
func (r *reading) tableRows(heads []headOf) []int {
	top := 0
	for _, h := range heads {
		top = max(top, h.place.rect.To.Row)
	}
	own, busy := map[int]bool{}, map[int]bool{}
	for _, f := range r.form.fields {
		p := r.placed(f.row)
		if p == nil || f.head < 0 {
			continue
		}
		if slices.ContainsFunc(heads, func(h headOf) bool { return h.place == r.at[f.head] }) {
			own[p.rect.From.Row] = true
		}
	}
	if len(own) == 0 {
		return nil
	}
	for _, p := range r.at {
		if p != nil && !own[p.rect.From.Row] {
			busy[p.rect.From.Row] = true
		}
	}
	var out []int
	for i := r.v.after(top + 1); i < len(r.v.rows) && r.v.rows[i].number <= r.to; i++ {
		switch n := r.v.rows[i].number; {
		case busy[n]:
			return out
		case !own[n]:
			out = append(out, n)
		}
	}
	return out
}

// rowText is what a row is called: the last text left of the figures.
func (r *reading) rowText(n int, heads []headOf) string {
	text := ""
	lo, hi := r.v.row(n)
	for i := lo; i < hi; i++ {
		c := &r.v.sheet.Cells[i]
		if c.Ref.Col >= heads[0].place.rect.From.Col {
			break
		}
		if c.Kind == ooxml.TextCell && r.v.says(i) && !r.taken.has(int32(i)) && speaks(c.Text, 2) && len(c.Text) <= labelLimit {
			text = compact(c.Text)
		}
	}
	return text
}

// figures counts the figures of a row below the headers that are not nothing, and tells below which the first stands.
func (r *reading) figures(n int, heads []headOf) (count int, spec *Spec) {
	for _, h := range heads {
		s := r.under(n, h.place, true)
		if s.cell < 0 || s.filled {
			continue
		}
		if c := &r.v.sheet.Cells[s.cell]; (isFigure(c) || c.Kind == ooxml.NoValue) && strings.Trim(normalised(c.Text), "0.万元") != "" {
			if count++; spec == nil {
				spec = h.spec
			}
		}
	}
	return count, spec
}

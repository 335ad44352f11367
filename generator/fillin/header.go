package fillin

import (
	"slices"
	"strings"
)

// headerRows is how many rows the header of a list may take up in a sheet, with
// blank rows that somebody put in.
const headerRows = 6

// tighten moves the rows of a list's header together. A header of two rows that
// is repeated further down, on the next page, agrees with its first row at one
// place as well as at the other.
func (a *alignment) tighten(score [][]float32) {
	for _, b := range a.form.blocks {
		var rows []int32 // of the form
		for _, c := range b.columns {
			if row := a.form.labels[c.head].row; !slices.Contains(rows, row) {
				rows = append(rows, row)
			}
		}
		top := 0
		for _, t := range rows {
			if n := a.number[t]; n > 0 && (top == 0 || n < top) {
				top = n
			}
		}
		if top == 0 {
			continue
		}
		end := a.v.after(top) + len(rows) // a row of another kind may stand between
		bottom := a.v.rows[min(end, len(a.v.rows)-1)].number
		for _, t := range rows {
			if a.number[t] <= bottom {
				continue
			}
			a.number[t] = 0 // what nothing near agrees with is found by its labels
			best := float32(0)
			for i := range a.rows {
				if n := a.rows[i].number; n >= top && n <= bottom && !slices.Contains(a.number, n) && score[i][t] > best {
					a.number[t], best = n, score[i][t]
				}
			}
		}
	}
}

// undivided gives a header that the form divides (年度指标值: 指标性质, 指标值, 度量单位)
// and the sheet does not to the part that is called as the whole.
func (a *alignment) undivided() {
	for id, l := range a.form.labels {
		if a.at[id] != nil || !l.head || l.above < 0 || a.at[l.above] == nil || a.twice[id] {
			continue
		}
		whole := a.form.labels[l.above]
		if len(whole.specs) > 0 || !strings.HasSuffix(whole.norm, l.norm) || slices.ContainsFunc(a.form.labels, func(o *label) bool {
			return o.above == l.above && o != l && (a.at[o.local] != nil || strings.HasSuffix(whole.norm, o.norm))
		}) {
			continue
		}
		p := *a.at[l.above]
		a.at[id], a.rescued[id] = &p, true
	}
}

// partColumns sees to it that no column of the sheet belongs to two headers of a
// list. One that was found out of its order, above or below another, gives way.
// What a header takes up behind its first column ends where the next one begins;
// where two begin in the same column, nobody can tell whose it is.
func (a *alignment) partColumns() {
	for _, b := range a.form.blocks {
		for i, c := range b.columns {
			for _, d := range b.columns[:i] {
				a.part(c.head, d.head)
			}
		}
	}
}

func (a *alignment) part(x, y int32) {
	p, q := a.at[x], a.at[y]
	if p == nil || q == nil || p.cell == q.cell {
		return
	}
	if p.rect.From.Col > q.rect.From.Col {
		x, y, p, q = y, x, q, p
	}
	_, last := a.span(p)
	switch from := q.rect.From.Col; {
	case last < from:
	case a.rescued[x] && !a.rescued[y]:
		a.at[x] = nil
	case a.rescued[y] && !a.rescued[x]:
		a.at[y] = nil
	case p.rect.From.Col == from:
		a.at[x], a.at[y] = nil, nil
		a.twice[x], a.twice[y] = true, true
	default:
		p.last = from - 1
	}
}

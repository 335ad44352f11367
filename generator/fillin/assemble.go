package fillin

import (
	"slices"
	"strings"
	"unicode/utf8"

	"jixiao/generator/ooxml"
)

// Locate finds the form's values in a workbook that came in. It never fails:
// what could not be found is a Problem of the Layout, and a workbook that is
// not the form at all is a Layout that is not Recognised. The workbook must not
// be changed afterwards; the Layout points into it.
func (m *Map) Locate(book *ooxml.Workbook) *Layout {
	found := map[*form][]*reading{}
	sheet := map[*reading]int{} // where it was read
	look := func(i int, wanted func(*form) bool) {
		if instructs(&book.Sheets[i]) {
			return
		}
		for _, s := range m.sections(newView(&book.Sheets[i])) {
			if wanted(s.form) {
				r := s.read()
				found[s.form] = append(found[s.form], r)
				sheet[r] = i
			}
		}
	}
	for i := range book.Sheets {
		if !book.Sheets[i].Hidden {
			look(i, func(*form) bool { return true })
		}
	}
	// A hidden sheet is read only when nothing else is that part of the form.
	seen := make(map[*form]bool, len(found))
	for f := range found {
		seen[f] = true
	}
	for i := range book.Sheets {
		if book.Sheets[i].Hidden {
			look(i, func(f *form) bool { return !seen[f] && (f.list == nil || len(seen) == 0) })
		}
	}
	matched := make([]bool, len(book.Sheets))
	for f := range found {
		found[f] = withoutExamples(found[f])
		for _, r := range found[f] {
			matched[sheet[r]] = true
		}
	}
	l := &Layout{}
	for i := range book.Sheets {
		switch {
		case matched[i]:
		case book.Sheets[i].Hidden:
			l.Problems = append(l.Problems, m.passedOver(&book.Sheets[i])...)
		case !instructs(&book.Sheets[i]) && !isExample(&book.Sheets[i]):
			l.Problems = append(l.Problems, m.continued(&book.Sheets[i], found)...)
		}
	}
	for i := range book.Sheets {
		if matched[i] {
			l.Sheets = append(l.Sheets, book.Sheets[i].Name)
		} else {
			l.Ignored = append(l.Ignored, book.Sheets[i].Name)
		}
	}
	if len(l.Sheets) > 0 {
		for r := range sheet {
			r.restore()
		}
		m.assemble(l, found)
	}
	return l
}

// instructions are how sheets are called that explain the form.
var instructions = []string{"填表说明", "填报说明", "填写说明", "填列说明", "编制说明", "填表须知", "填报须知", "填写须知", "填表指南", "填报指南", "填写指南", "填报要求", "使用说明"}

// instructs reports whether a sheet explains the form: it names the labels too,
// and beside each what to fill in. Its name or its first text says so.
func instructs(s *ooxml.Sheet) bool {
	says := func(text string) bool {
		if len(text) > labelLimit {
			return false
		}
		n := labelOf(text)
		return n == "说明" || slices.ContainsFunc(instructions, func(w string) bool {
			return n == w || strings.HasSuffix(n, w) || strings.HasPrefix(n, w) && utf8.RuneCountInString(n) <= 12
		})
	}
	if says(s.Name) {
		return true
	}
	i := slices.IndexFunc(s.Cells, func(c ooxml.Cell) bool { return !blank(c.Text) })
	return i >= 0 && s.Cells[i].Kind == ooxml.TextCell && says(s.Cells[i].Text)
}

// withoutExamples drops what was read from sheets that are called examples,
// where the same sheet of the form was filled in elsewhere.
func withoutExamples(readings []*reading) []*reading {
	example := func(r *reading) bool { return isExample(r.v.sheet) }
	if !slices.ContainsFunc(readings, func(r *reading) bool { return !example(r) && !r.empty() }) {
		return readings
	}
	return slices.DeleteFunc(readings, example)
}

// isExample reports whether a sheet is called an example.
func isExample(s *ooxml.Sheet) bool {
	return slices.ContainsFunc([]string{"示例", "样例", "范例", "参考", "例表"}, func(w string) bool { return strings.Contains(s.Name, w) })
}

// passedOver reports a hidden sheet that is filled in as a repeating sheet of the
// form: a unit may hide what it does not send, or forget that it is hidden.
func (m *Map) passedOver(sheet *ooxml.Sheet) []Problem {
	for _, s := range m.sections(newView(sheet)) {
		if s.form.list != nil && !s.read().empty() {
			return []Problem{{Kind: HiddenSheet, Label: s.form.name, Sheet: sheet.Name}}
		}
	}
	return nil
}

// assemble puts the readings together, in the order of the form.
func (m *Map) assemble(l *Layout, found map[*form][]*reading) {
	for _, f := range m.sheets {
		readings := found[f]
		if f.list != nil {
			list := ListOf{Name: f.list[0]}
			for _, r := range readings {
				if r.empty() {
					continue // a blank form that was sent along
				}
				list.Items = append(list.Items, Group{Cells: r.cells, Lists: r.lists})
				l.Problems = append(l.Problems, r.problems...)
				l.Problems = append(l.Problems, r.leftOver()...)
			}
			l.Lists = append(l.Lists, list)
			continue
		}
		r := l.choose(f, readings)
		if r == nil {
			l.Problems = append(l.Problems, Problem{Kind: LabelMissing, Label: f.name, Specs: f.specs()})
			for _, b := range f.blocks {
				l.Lists = append(l.Lists, ListOf{Name: b.path[0]})
			}
			continue
		}
		l.Cells = append(l.Cells, r.cells...)
		l.Lists = append(l.Lists, r.lists...)
		l.Problems = append(l.Problems, r.problems...)
		l.Problems = append(l.Problems, r.leftOver()...)
	}
}

// leftOver reports what the sheet says that is read with reserve or not at all.
func (r *reading) leftOver() []Problem {
	return slices.Concat(r.hidden(), r.unread(), r.aside())
}

// specs are the values of one sheet of the form.
func (f *form) specs() []*Spec {
	var out []*Spec
	for _, x := range f.fields {
		out = append(out, x.spec)
	}
	for _, b := range f.blocks {
		for _, c := range b.columns {
			out = append(out, c.spec)
		}
	}
	return out
}

// choose picks the sheet that counts when several are the same sheet of the
// form: blank ones do not; among filled ones that differ, none can be told to
// be the right one.
func (l *Layout) choose(f *form, readings []*reading) *reading {
	if len(readings) < 2 {
		if len(readings) == 0 {
			return nil
		}
		return readings[0]
	}
	filled := slices.DeleteFunc(slices.Clone(readings), func(r *reading) bool { return r.empty() })
	if len(filled) == 0 {
		return readings[0]
	}
	for _, r := range filled[1:] {
		if !sameValues(filled[0], r) {
			l.Problems = append(l.Problems, Problem{Kind: LabelTwice, Label: f.name, Specs: f.specs(), Sheet: r.v.sheet.Name,
				Cell: ooxml.Ref{Row: r.from, Col: 1}.String()})
		}
	}
	return filled[0]
}

// sameValues reports whether two readings of one form say the same.
func sameValues(a, b *reading) bool {
	return sameGroup(Group{a.cells, a.lists}, Group{b.cells, b.lists})
}

func sameGroup(a, b Group) bool {
	return slices.EqualFunc(a.Cells, b.Cells, func(x, y Located) bool { return x.Spec == y.Spec && labelOf(x.Raw) == labelOf(y.Raw) }) &&
		slices.EqualFunc(a.Lists, b.Lists, func(x, y ListOf) bool { return slices.EqualFunc(x.Items, y.Items, sameGroup) })
}

// hidden reports the values that were read from hidden rows, columns or sheets.
func (r *reading) hidden() []Problem {
	v := r.v
	if !v.sheet.Hidden && len(v.sheet.HiddenRows) == 0 && len(v.sheet.HiddenCols) == 0 {
		return nil
	}
	p := Problem{Kind: HiddenCells, Sheet: v.sheet.Name}
	var visit func(g Group)
	visit = func(g Group) {
		for _, c := range g.Cells {
			if blank(c.Raw) || !v.sheet.Hidden && !v.hidden(c.Cell) {
				continue
			}
			if p.Cell == "" {
				p.Label, p.Cell = c.Spec.Label, c.Cell.String()
			}
			if !slices.Contains(p.Specs, c.Spec) {
				p.Specs = append(p.Specs, c.Spec)
			}
		}
		for _, l := range g.Lists {
			for _, it := range l.Items {
				visit(it)
			}
		}
	}
	visit(Group{r.cells, r.lists})
	if p.Cell == "" {
		return nil
	}
	return []Problem{p}
}

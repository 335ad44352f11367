package fillin

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"jixiao/generator/ooxml"
)

// markBusy notes rows that hold labels or values of something else, so that a
// row that was moved into a list is no item of it.
func (r *reading) markBusy() {
	for _, b := range r.form.blocks {
		area, ok := r.area(b)
		if !ok {
			continue
		}
		mark := func(ref ooxml.Ref) {
			if ref.Row > area.From.Row && ref.Row < area.To.Row && ref.Col >= area.From.Col && ref.Col <= area.To.Col {
				r.busy[ref.Row] = true
			}
		}
		for _, s := range r.foreign {
			for row := s.From; row <= s.To; row++ {
				r.busy[row] = true
			}
		}
		own := r.form.labels[b.columns[0].head].row
		for id, p := range r.at {
			if p != nil && r.form.labels[id].row != own {
				mark(p.rect.From)
				if p.down > 0 {
					mark(ooxml.Ref{Row: int(p.down), Col: p.rect.From.Col})
				}
			}
		}
		for _, c := range r.cells {
			if c.Source != nil && !b.covers(c.Spec.Cell.Row) {
				mark(c.Cell)
			}
		}
	}
}

func (b *block) covers(row int) bool { return row >= b.rows.From && row <= b.rows.To }

// list reads the items of a list: the rows between its header and the next row
// of labels that say something of their own.
func (r *reading) list(b *block) ListOf {
	out := ListOf{Name: b.path[0]}
	area, ok := r.area(b)
	if !ok {
		return out
	}
	w := &walker{reading: r, block: b, area: area, carry: make([]carried, len(b.columns)), spots: make([]spot, len(b.columns))}
	for _, f := range r.form.fields {
		if f.row >= 0 && r.at[f.row] == nil && slices.ContainsFunc(b.columns, func(c *column) bool { return c.head == f.head }) {
			w.sumLost = append(w.sumLost, f.head)
		}
	}
	first := r.v.after(area.From.Row + 1)
	for i := first; i < len(r.v.rows) && r.v.rows[i].number < area.To.Row; i++ {
		w.rows = append(w.rows, r.v.rows[i].number)
	}
	w.endLost = r.endLost(b)
	w.spell()
	for _, n := range w.rows {
		if cells, ok := w.item(n); ok {
			w.begun = true
			w.nest(&out, cells)
		}
	}
	return out
}

// walker goes down the rows of a list.
type walker struct {
	*reading
	block *block
	area  ooxml.Rect
	rows  []int
	carry []carried               // of each column: what blank cells below are filled with
	spelt map[int]map[int]carried // column ─► row ─► a text spelt downwards, one letter a cell
	// sumLost are the headers of a sum below the list of which the label was not found: a row that says something under
	// these only, or figures only, may be that sum.
	sumLost []int32
	begun   bool // an item was found
	endLost bool // none of the labels was found that the form has below the list

	n     normal // scratch
	spots []spot // scratch
}

// carried is a text that fills the cells below it.
type carried struct {
	spot
	text string
	ok   bool
}

// item reads one row; false when it is none: blank, a repeated header, a note, a sum.
func (w *walker) item(n int) ([]Located, bool) {
	if w.busy[n] || w.isHeader(n) || w.isNoteRow(n) || w.isHeaderRest(n) || w.isNumbering(n) {
		return nil, false
	}
	spots := w.spots
	own := false                // the row says something of its own
	texts, text := 0, int32(-1) // how many columns of texts say something, and the cell of one
	sum := len(w.sumLost) > 0   // it may be a sum
	for j, c := range w.block.columns {
		spots[j] = spot{ref: ooxml.Ref{Row: n}, cell: -1}
		head := w.at[c.head]
		if head == nil {
			continue
		}
		spots[j] = w.under(n, head, false)
		if c.down || spots[j].cell < 0 || spots[j].filled || !w.substance(c, spots[j]) {
			continue
		}
		own = true
		sum = sum && (!isText(c.spec) || slices.Contains(w.sumLost, c.head))
		if isText(c.spec) {
			texts, text = texts+1, spots[j].cell
		}
	}
	if own && texts == 1 && w.isTitle(n, text) {
		return nil, false
	}
	if own && (w.isSum(n, texts > 0) || sum || texts == 0 && w.labelled(n) || texts == 1 && w.callsSum(text)) {
		return nil, false
	}
	down := w.fillDown(n, spots)
	if !own {
		return nil, false
	}
	cells := make([]Located, 0, len(spots))
	for j, c := range w.block.columns {
		if w.at[c.head] == nil {
			continue
		}
		if c.down {
			s := down[j].spot
			if !down[j].ok {
				s = spot{ref: spots[j].ref, cell: -1}
			}
			cells = append(cells, w.located(c.field, s, down[j].text))
			continue
		}
		if l, ok := w.take(c.field, c.head, spots[j]); ok {
			if isText(c.spec) && len(l.Raw) <= labelLimit {
				if w.n.set(l.Raw, labelLimit); placeholder(bare(w.n.b)) {
					l.Raw = "" // 指标2： is no name
				}
			}
			cells = append(cells, l)
		}
	}
	return cells, true
}

// substance reports whether a cell says more than blank forms do.
func (w *walker) substance(c *column, s spot) bool {
	src := &w.v.sheet.Cells[s.cell]
	if src.Kind == ooxml.NoValue {
		return true
	}
	if len(src.Text) > labelLimit {
		return true
	}
	w.n.set(src.Text, labelLimit)
	text := bare(w.n.b)
	if len(text) == 0 || dash(text) || slices.ContainsFunc(c.initials, func(i string) bool { return i == string(text) }) {
		return false
	}
	return !isText(c.spec) || !placeholder(text)
}

// isHeader reports whether a row repeats the list's header, or says nothing but
// what headers say: that of another list was moved between the items.
func (w *walker) isHeader(n int) bool {
	own := 0
	var heads []int32 // cells, each once for every label that it may be
	for _, h := range w.hitsIn(n) {
		if !h.whole {
			continue
		}
		if slices.ContainsFunc(w.block.columns, func(c *column) bool { return c.head == h.label }) {
			own++
		}
		if w.form.labels[h.label].head {
			heads = append(heads, h.cell)
		}
	}
	if own >= 2 || len(heads) < 2 {
		return own >= 2
	}
	said := 0
	lo, hi := w.v.row(n)
	for i := lo; i < hi; i++ {
		if !w.v.says(i) {
			continue
		}
		if !slices.Contains(heads, int32(i)) {
			return false
		}
		said++
	}
	return said >= 2
}

// isNoteRow reports whether a row holds one cell only, which spans columns or
// begins like a note.
func (w *walker) isNoteRow(n int) bool {
	lo, hi := w.v.row(n)
	only := -1
	for i := lo; i < hi; i++ {
		if !w.v.says(i) {
			continue
		}
		if only >= 0 {
			return false
		}
		only = i
	}
	if only < 0 {
		return false
	}
	c := &w.v.sheet.Cells[only]
	return width(w.v.rect(c.Ref)) >= 3 || isNote(normalised(c.Text))
}

// sums are what rows of sums are called.
var sums = []string{"合计", "总计", "小计", "总分", "总得分"}

// isSum reports whether a row is a sum that the form does not have: it is called
// one, or has no text of its own and is called something like one. named tells
// whether the row says something in a column of texts.
func (w *walker) isSum(n int, named bool) bool {
	lo, hi := w.v.row(n)
	for i := lo; i < hi; i++ {
		c := &w.v.sheet.Cells[i]
		if c.Kind != ooxml.TextCell || len(c.Text) > 120 || !w.v.says(i) {
			continue
		}
		w.n.set(c.Text, labelLimit)
		text := bare(w.n.b)
		if slices.Contains(sums, string(text)) {
			return true
		}
		if !named && utf8.RuneCount(text) <= 14 && slices.ContainsFunc(append(sums, "得分"), func(s string) bool { return bytes.Contains(text, []byte(s)) }) {
			return true
		}
	}
	return false
}

// isTitle reports whether a row that has one text and no figure is no item but
// something else that the form does not know: a text of many columns, a text
// with a label beside it that is none of the list's, or a heading right above the next header.
func (w *walker) isTitle(n int, text int32) bool {
	values := 0
	for j, c := range w.block.columns {
		if s := w.spots[j]; !c.down && s.cell >= 0 && !s.filled && !dashCell(&w.v.sheet.Cells[s.cell]) {
			values++
		}
	}
	if values > 1 {
		return false
	}
	cells := 0
	lo, hi := w.v.row(n)
	for i := lo; i < hi; i++ {
		c := &w.v.sheet.Cells[i]
		if !w.v.says(i) {
			continue
		}
		cells++
		if c.Ref.Col < w.area.From.Col && c.Kind == ooxml.TextCell && speaks(c.Text, 4) {
			return true
		}
	}
	if cells == 1 && w.endLost || width(w.v.rect(w.v.sheet.Cells[text].Ref)) >= 3 || slices.ContainsFunc(w.hitsIn(n), func(h hit) bool { return h.whole && w.twice[h.label] }) {
		return true
	}
	return cells == 1 && n == w.rows[len(w.rows)-1] && slices.ContainsFunc(w.hitsIn(w.area.To.Row), func(h hit) bool { return w.form.labels[h.label].head })
}

// endLost reports whether nothing tells where a list ends: the form has labels
// of values below it, and none of them was found.
func (a *alignment) endLost(b *block) bool {
	below := false
	for id, l := range a.form.labels {
		if l.rect.From.Row > b.rows.To && len(l.specs) > 0 {
			below = true
			if a.at[id] != nil {
				return false
			}
		}
	}
	return below
}

// dashCell reports whether a cell only holds a sign for nothing.
func dashCell(c *ooxml.Cell) bool {
	return c.Kind == ooxml.TextCell && len(c.Text) < 20 && dash([]byte(normalised(c.Text)))
}

// callsSum reports whether the only text of a row calls it a sum: 产出指标小计（50分）.
func (w *walker) callsSum(cell int32) bool {
	text := w.v.sheet.Cells[cell].Text
	if len(text) > 120 {
		return false
	}
	name := looseText(text)
	return utf8.RuneCountInString(name) <= 14 && slices.ContainsFunc(sums, func(s string) bool { return strings.HasSuffix(name, s) })
}

// isHeaderRest reports whether a row only goes on with the header above it: (A)
// below 年度指标值.
func (w *walker) isHeaderRest(n int) bool {
	if w.begun {
		return false
	}
	lo, hi := w.v.row(n)
	rest := false
	for i := lo; i < hi; i++ {
		c := &w.v.sheet.Cells[i]
		if c.Ref.Col < w.area.From.Col || c.Ref.Col > w.area.To.Col || !w.v.says(i) {
			continue
		}
		if c.Kind != ooxml.TextCell || len(c.Text) > 60 {
			return false
		}
		w.n.set(c.Text, labelLimit)
		if b := bare(w.n.b); len(b) == 0 || b[0] != '(' || closing(b) != len(b) {
			return false
		}
		rest = true
	}
	return rest
}

// isNumbering reports whether a row below the header numbers the columns: 甲, 乙, 1,
// 2, 3=2/1.
func (w *walker) isNumbering(n int) bool {
	if w.begun {
		return false
	}
	lo, hi := w.v.row(n)
	count, number := 0, 0
	for i := lo; i < hi; i++ {
		c := &w.v.sheet.Cells[i]
		if !w.v.says(i) || c.Ref.Col < w.area.From.Col && c.Kind == ooxml.TextCell && speaks(c.Text, 2) { // 栏次
			continue
		}
		if len(c.Text) > 30 {
			return false
		}
		w.n.set(c.Text, labelLimit)
		text := string(w.n.b)
		if strings.HasPrefix(text, "(") && closing(w.n.b) == len(text) {
			text = text[1 : len(text)-1]
		}
		text, formula, computed := strings.Cut(text, "=")
		if computed && strings.Trim(formula, "0123456789()+-*/×÷%") != "" {
			return false
		}
		at, err := strconv.Atoi(text)
		switch {
		case err == nil && (number == 0 || at == number+1):
			number = at
		case err != nil && number == 0 && (utf8.RuneCountInString(text) == 1 && strings.Contains("甲乙丙丁戊己", text)):
		default:
			return false
		}
		count++
	}
	return count >= 4 && number >= 3
}

// labelled reports whether a text stands in the row outside the list's columns:
// figures beside it are not an item's.
func (w *walker) labelled(n int) bool {
	lo, hi := w.v.row(n)
	for i := lo; i < hi; i++ {
		c := &w.v.sheet.Cells[i]
		if (c.Ref.Col < w.area.From.Col || c.Ref.Col > w.area.To.Col) && c.Kind == ooxml.TextCell && w.v.says(i) && speaks(c.Text, 2) {
			return true
		}
	}
	return false
}

// fillDown gives the columns that blank forms carry filled in (一级指标) their
// text in this row: the cell's own, that of the merged cell around it, or the
// one above when the cell is blank.
func (w *walker) fillDown(n int, spots []spot) []carried {
	out := make([]carried, len(spots))
	for j, c := range w.block.columns {
		if !c.down || w.at[c.head] == nil {
			continue
		}
		s := spots[j]
		if t, ok := w.spelt[j][n]; ok {
			if s.filled = t.filled; !s.filled {
				w.carryOn(j, t)
			}
			out[j] = t
			continue
		}
		switch {
		case s.cell >= 0:
			t := carried{s, w.v.sheet.Cells[s.cell].Text, true}
			w.carryOn(j, t)
			if !s.filled || w.fits(j, spots) {
				out[j] = t
			}
		case s.filled || w.underMerge(s.ref):
			// A merged cell without text: nobody knows what it said.
			w.carry[j].ok = false
		case w.carry[j].ok && w.fits(j, spots):
			out[j] = w.carry[j]
			out[j].filled = true
		}
	}
	return out
}

// underMerge reports whether an empty place begins a merged cell of several rows.
func (w *walker) underMerge(ref ooxml.Ref) bool {
	m, ok := w.v.merged(ref)
	return ok && m.To.Row > m.From.Row
}

// carryOn remembers the text of a column; a new one ends what the columns right of it carried.
func (w *walker) carryOn(j int, t carried) {
	if c := &w.carry[j]; !c.ok || c.text != t.text && labelOf(c.text) != labelOf(t.text) {
		for k := j + 1; k < len(w.carry); k++ {
			w.carry[k].ok = false
		}
	}
	t.filled = false
	w.carry[j] = t
}

// fits reports whether what column j carries goes with what the next column
// says in this row, as the form has them side by side: below 产出指标 there is
// no 社会效益指标.
func (w *walker) fits(j int, spots []spot) bool {
	for k := j + 1; k < len(spots); k++ {
		if !w.block.columns[k].down {
			continue
		}
		if spots[k].cell < 0 {
			return true
		}
		parent := w.block.parents[looseText(w.v.sheet.Cells[spots[k].cell].Text)]
		return parent == "" || parent == looseText(w.carry[j].text)
	}
	return true
}

// spell joins texts that stand one letter a cell in the columns that fill down:
// 产, 出, 指, 标, （50分）.
func (w *walker) spell() {
	for j, c := range w.block.columns {
		head := w.at[c.head]
		if !c.down || head == nil {
			continue
		}
		var run []spot
		text := ""
		end := func() {
			// 甲 above 乙 are two texts of one letter, not one of two.
			if t := looseText(text); len(run) > 1 && (c.known[t] || strings.HasSuffix(t, "指标")) {
				w.spellOut(j, run, text)
			}
			run, text = nil, ""
		}
		for _, n := range w.rows {
			s := w.under(n, head, false)
			if s.cell < 0 || s.filled {
				continue
			}
			t := w.v.sheet.Cells[s.cell].Text
			if len(t) > 40 {
				end() // neither a letter nor （50分）
				continue
			}
			w.n.set(t, labelLimit)
			if len(run) == 0 && len(w.n.b) > utf8.UTFMax {
				continue
			}
			switch t = string(bare(w.n.b)); {
			case len(run) > 0 && strings.HasPrefix(t, "(") && closing([]byte(t)) == len(t):
				run, text = append(run, s), text+t
				end()
			case utf8.RuneCountInString(t) == 1 && speaks(t, 1):
				if len(run) > 0 && c.known[looseText(text)] {
					end()
				}
				run, text = append(run, s), text+t
			default:
				end()
			}
		}
		end()
	}
}

func (w *walker) spellOut(j int, run []spot, text string) {
	if w.spelt == nil {
		w.spelt = map[int]map[int]carried{}
	}
	if w.spelt[j] == nil {
		w.spelt[j] = map[int]carried{}
	}
	for i, s := range run {
		t := carried{run[0], text, true}
		t.filled = i > 0
		w.spelt[j][s.ref.Row] = t
	}
}

// nest puts the cells of a row into the list, and for lists inside lists into
// the innermost: an outer item begins where one of its own cells is filled.
func (w *walker) nest(out *ListOf, cells []Located) {
	outer := len(w.form.list)
	depth := len(w.block.path)
	if depth == 1 {
		out.Items = append(out.Items, Group{Cells: cells})
		return
	}
	byLevel := make([][]Located, depth)
	begins := make([]bool, depth)
	for _, c := range cells {
		level := len(c.Spec.Lists) - outer - 1
		byLevel[level] = append(byLevel[level], c)
		begins[level] = begins[level] || !c.Filled && !blank(c.Raw)
	}
	list := out
	for level := range depth {
		if level == depth-1 || begins[level] || len(list.Items) == 0 {
			g := Group{Cells: byLevel[level]}
			if level < depth-1 {
				g.Lists = []ListOf{{Name: w.block.path[level+1]}}
			}
			list.Items = append(list.Items, g)
		}
		if level < depth-1 {
			list = &list.Items[len(list.Items)-1].Lists[0]
		}
	}
}

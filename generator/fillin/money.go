package fillin

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"jixiao/generator/ooxml"
	"jixiao/generator/value"
)

// money is what a text says of the unit of money. other is set when it says two
// things: 单位：万元/元, a form's choice that nobody made.
type money struct{ unit, other string }

// unitAt is a note of the sheet that names the unit of money.
type unitAt struct {
	ref ooxml.Ref // zero for what stands around the cells
	money
	weak bool // running text that mentions it: 涉及金额的以元为单位
}

const (
	moneyUnit  = `(?:人民币)?(亿元|百万元|万元|千元|元)`
	moneyOther = `(?:(?:[/、,]|或者?)` + moneyUnit + `)?`
)

// How the unit is written, in normal form.
var (
	unitInBrackets = regexp.MustCompile(`[(,](?:金额)?(?:单位:?)?` + moneyUnit + moneyOther + `[),]`)
	unitAtEnd      = regexp.MustCompile(`[:/]` + moneyUnit + `()$`)
	unitNote       = regexp.MustCompile(`单位(?:为|是)?:?\(?` + moneyUnit + moneyOther)
	unitAlone      = regexp.MustCompile(`^\((?:(?:金额|计量|货币)?单位)?:?` + moneyUnit + moneyOther + `\)$`)
	unitOfTitle    = regexp.MustCompile(`(?:表|情况)(?:\([^()]*\))*\((?:[^()]*[,:])?(?:单位:?)?` + moneyUnit + moneyOther + `\)`)
	unitBasis      = regexp.MustCompile(`(?:以|按)` + moneyUnit + moneyOther + `(?:为(?:计量|计算|金额|货币|填报)?单位|(?:计|填报|填列|填写)(?:[^\p{Han}]|$))`)
	unitLabel      = regexp.MustCompile(`^(?:金额|计量|货币|资金)?单位$`)
	unitValue      = regexp.MustCompile(`^\(?` + moneyUnit + moneyOther + `\)?$`)
)

// Bounds of the texts in which the unit is looked for, in bytes.
const (
	unitNoteLimit  = 200
	unitBasisLimit = 1000
)

// found makes money of a match whose last two groups are the units.
func found(m []string) money {
	u := money{m[1], m[2]}
	if u.other == u.unit {
		u.other = ""
	}
	return u
}

// unitIn finds the unit of money that a label names: 年初预算数（万元）.
func unitIn(text string) money {
	if !strings.Contains(text, "元") {
		return money{}
	}
	s := normalised(text)
	for _, re := range []*regexp.Regexp{unitInBrackets, unitAtEnd} {
		if m := re.FindStringSubmatch(s); m != nil {
			return found(m)
		}
	}
	return noteUnit(text)
}

// noteUnit finds 金额单位：元 in a text, behind whatever stands before it. It is
// no unit when the text goes on: 填报单位：元谋县农业农村局.
func noteUnit(text string) money {
	if !strings.Contains(text, "元") || !strings.Contains(text, "单") {
		return money{}
	}
	var n normal
	n.set(text, len(text)*4)
	b := string(n.b)
	for at := 0; ; {
		m := unitNote.FindStringSubmatchIndex(b[at:])
		if m == nil {
			return money{}
		}
		end := at + m[1]
		if endsUnit(&n, end) {
			return found(unitNote.FindStringSubmatch(b[at:]))
		}
		at = end
	}
}

// endsUnit reports whether a unit can end before position p of a normal form.
func endsUnit(n *normal, p int) bool {
	if p >= len(n.b) || n.trace(p).from > n.trace(p-1).to {
		return true
	}
	r, _ := utf8.DecodeRune(n.b[p:])
	return !unicode.Is(unicode.Han, r) ||
		slices.ContainsFunc([]string{"填报", "填表", "保留", "精确"}, func(w string) bool { return strings.HasPrefix(string(n.b[p:]), w) })
}

// notesUnit remembers what a cell says of the unit of all amounts.
func (s *scanner) notesUnit(c *ooxml.Cell) {
	if u := s.splitUnit(c); u.unit != "" {
		s.v.notes = append(s.v.notes, unitAt{ref: c.Ref, money: u})
		return
	}
	if len(c.Text) > unitBasisLimit || !strings.Contains(c.Text, "元") {
		return
	}
	if u := saidOfUnit(c.Text); u.unit != "" {
		s.v.notes = append(s.v.notes, unitAt{ref: c.Ref, money: u})
	} else if m := unitBasis.FindStringSubmatch(normalised(c.Text)); m != nil {
		s.v.notes = append(s.v.notes, unitAt{ref: c.Ref, money: found(m), weak: true})
	}
}

// saidOfUnit finds the unit in a text that says hardly anything else: a note, a title, （元）.
func saidOfUnit(text string) money {
	if len(text) > unitNoteLimit {
		return money{}
	}
	if u := noteUnit(text); u.unit != "" {
		return u
	}
	n := normalised(text)
	for _, re := range []*regexp.Regexp{unitAlone, unitOfTitle} {
		if m := re.FindStringSubmatch(n); m != nil {
			return found(m)
		}
	}
	return money{}
}

// splitUnit finds a note that is spread over two cells: 单位： | 元.
func (s *scanner) splitUnit(c *ooxml.Cell) money {
	if len(c.Text) > 40 || !unitLabel.Match(bare(s.n.b)) {
		return money{}
	}
	end := s.v.rect(c.Ref).To.Col
	_, hi := s.v.row(c.Ref.Row)
	for i := int(s.cell) + 1; i < hi; i++ {
		next := &s.v.sheet.Cells[i]
		if next.Ref.Col <= end || !s.v.says(i) {
			continue
		}
		if m := unitValue.FindStringSubmatch(normalised(next.Text)); m != nil {
			return found(m)
		}
		break
	}
	return money{}
}

// notes are what the section's notes say of the unit. Texts of a list's items
// (亩均补助（单位：元）) are about the item, and running text is about itself.
func (r *reading) notes() []unitAt {
	if r.lookedUp {
		return r.noted
	}
	r.lookedUp = true
	for _, n := range r.v.notes {
		running := slices.ContainsFunc(r.cells, func(c Located) bool { return c.Source != nil && c.Source.Ref == n.ref && isLines(c.Spec) })
		if n.ref.Row >= r.from && n.ref.Row <= r.to && !running && !r.ofItem(n.ref) {
			r.noted = append(r.noted, n)
		}
	}
	around := append([]string{r.v.sheet.Name}, r.v.sheet.Around...)
	for i, text := range around {
		u := saidOfUnit(text)
		if i == 0 && u.unit == "" {
			if m := unitInBrackets.FindStringSubmatch(normalised(text)); m != nil {
				u = found(m)
			}
		}
		if u.unit != "" {
			r.noted = append(r.noted, unitAt{money: u})
		}
	}
	return r.noted
}

// ofItem reports whether a cell stands in the rows of a list, beside something else.
func (r *reading) ofItem(at ooxml.Ref) bool {
	if !slices.ContainsFunc(r.form.blocks, func(b *block) bool {
		area, ok := r.area(b)
		return ok && at.Row > area.From.Row && at.Row < area.To.Row && at.Col >= area.From.Col && at.Col <= area.To.Col
	}) {
		return false
	}
	lo, hi := r.v.row(at.Row)
	for i := lo; i < hi; i++ {
		if r.v.says(i) && r.v.sheet.Cells[i].Ref != at {
			return true
		}
	}
	return false
}

// note is the unit that the notes state: the nearest above the cell, else the
// first, else what running text mentions, which contradicts nothing. What stands
// around the cells must agree.
func (r *reading) note(at ooxml.Ref) (u money, mentioned bool) {
	var around, weak money
	for _, n := range r.notes() {
		switch {
		case n.weak && weak.unit == "":
			weak = n.money
		case n.weak:
		case n.ref.Row == 0:
			around = n.money
		case u.unit == "" || n.ref.Row <= at.Row:
			u = n.money
		}
	}
	switch {
	case u.unit != "" && around.unit != "" && around.unit != u.unit:
		u.other = around.unit
	case u.unit == "" && around.unit != "":
		u = around
	case u.unit == "":
		return weak, true
	}
	return u, false
}

// setUnits finds the units of all amounts, once it is known which cells hold values.
func (r *reading) setUnits() {
	bySpec := map[*Spec]*field{}
	for _, f := range r.form.fields {
		bySpec[f.spec] = f
	}
	for _, b := range r.form.blocks {
		for _, c := range b.columns {
			bySpec[c.spec] = c.field
		}
	}
	var visit func(g Group)
	visit = func(g Group) {
		for i := range g.Cells {
			if c := &g.Cells[i]; isAmount(c.Spec) && bySpec[c.Spec] != nil {
				r.setUnit(c, bySpec[c.Spec])
			}
		}
		for _, l := range g.Lists {
			for _, it := range l.Items {
				visit(it)
			}
		}
	}
	visit(Group{r.cells, r.lists})
	r.spreadUnits(bySpec)
}

// setUnit finds the unit of an amount: in the header, in the label of the row, in
// the labels around them, in a text beside them, in a note of the sheet.
func (r *reading) setUnit(l *Located, f *field) {
	noted, mentioned := r.note(l.Cell)
	u := r.unitOfLabels(f)
	if u.unit == "" {
		u = r.unitBeside(f, l.Cell)
	}
	switch {
	case u.unit == "":
		l.Unit, l.OtherUnit = noted.unit, noted.other
		if noted.other != "" {
			l.Doubt = NotesDiffer
		}
	case u.other != "":
		l.Unit, l.OtherUnit, l.Doubt = u.unit, u.other, NotesDiffer
	default:
		if l.Unit = u.unit; noted.unit != u.unit && !mentioned {
			l.OtherUnit = noted.unit
		}
	}
}

func (r *reading) unitOfLabels(f *field) money {
	near := [...]int32{f.head, f.key, f.row}
	for i := range len(near) + len(f.context) {
		var id int32
		if i < len(near) {
			id = near[i]
		} else {
			id = f.context[i-len(near)]
		}
		if id < 0 || r.at[id] == nil {
			continue
		}
		u := &r.units[id]
		if !u.known {
			p := r.at[id]
			u.known, u.money = true, unitIn(r.v.sheet.Cells[p.cell].Text[p.from:p.to])
		}
		if u.unit != "" {
			return u.money
		}
	}
	return money{}
}

// unitBeside finds the unit that a text left of a value states which is no
// label of the form: the block of figures is called otherwise than in the form,
// 项目资金（元）. It stands in the row of the value or of its header, or is
// merged down the side of that row, left of all that belongs to the value.
func (r *reading) unitBeside(f *field, at ooxml.Ref) money {
	top, left := at.Row, at.Col
	if f.head >= 0 && r.at[f.head] != nil {
		top = min(top, r.at[f.head].rect.From.Row)
	}
	if p := r.placed(max(f.row, f.key)); p != nil {
		left = min(left, p.rect.From.Col)
	}
	key := [3]int{top, at.Row, left}
	if u, ok := r.stated[key]; ok {
		return u
	}
	var unit money
	for i := r.v.after(max(r.from, top-nearRows)); i < len(r.v.rows) && r.v.rows[i].number <= at.Row; i++ {
		for c := r.v.rows[i].lo; c < r.v.rows[i].hi; c++ {
			cell := &r.v.sheet.Cells[c]
			if cell.Ref.Col > left || cell.Ref.Col == left && cell.Ref.Row == at.Row {
				break
			}
			if cell.Kind != ooxml.TextCell || len(cell.Text) > labelLimit || r.taken.has(int32(c)) || !r.v.says(c) || r.v.rect(cell.Ref).To.Row < top {
				continue
			}
			if u := unitIn(cell.Text); u.unit != "" {
				unit = u
			}
		}
	}
	if r.stated == nil {
		r.stated = map[[3]int]money{}
	}
	r.stated[key] = unit
	return unit
}

// placed is the place of a label, nil for none.
func (r *reading) placed(id int32) *place {
	if id < 0 {
		return nil
	}
	return r.at[id]
}

// nearRows is how far above a table the text may begin that is merged down its side.
const nearRows = 12

// usualUnit is the unit of an amount of which nothing says the unit.
func usualUnit(s *Spec) string {
	if u := s.Format.Unit(); u != "" {
		return u
	}
	return "万元"
}

// spreadUnits settles amounts of which nothing says the unit, where labels of
// others in the sheet say one that is not the form's: in the same column it is
// theirs too, elsewhere nobody knows.
func (r *reading) spreadUnits(fields map[*Spec]*field) {
	column := map[int32]string{} // header ─► the unit of an amount below it
	said := ""
	for i := range r.cells {
		c := &r.cells[i]
		f := fields[c.Spec]
		if f == nil || c.Unit == "" || !isAmount(c.Spec) {
			continue
		}
		if c.Unit != usualUnit(c.Spec) {
			said = c.Unit
		}
		if f.head >= 0 {
			column[f.head] = c.Unit
		}
	}
	if said == "" {
		return
	}
	for i := range r.cells {
		c := &r.cells[i]
		f := fields[c.Spec]
		if f == nil || c.Unit != "" || c.Source == nil || !isAmount(c.Spec) {
			continue
		}
		if c.Unit = column[f.head]; c.Unit == "" {
			c.OtherUnit, c.Doubt = said, OnlyOthers
		}
	}
}

func isAmount(s *Spec) bool { return s.Format != nil && s.Format.Type() == value.TypeAmount }

// unitBehind is a note on the unit that stands behind a value in its cell.
var unitBehind = regexp.MustCompile(`[\s\x{3000}\x{00a0}(（,，;；]*(?:金额|计量|货币)?单\s*位\s*[:：]?\s*[(（]?\s*(?:人民币)?(?:亿元|百万元|万元|千元|元)`)

// beforeUnit ends a value before a note on the unit of money that stands behind
// it: 填报单位：某局    金额单位：元.
func beforeUnit(text string) string {
	if noteUnit(text).unit == "" {
		return text
	}
	if m := unitBehind.FindAllStringIndex(text, -1); len(m) > 0 && !blank(text[:m[len(m)-1][0]]) {
		return trim(text[:m[len(m)-1][0]])
	}
	return text
}

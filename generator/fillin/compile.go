package fillin

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"jixiao/generator/ooxml"
	"jixiao/generator/tag"
)

// Map is a compiled fill-in workbook: what is asked for, and by which labels it
// is found. It is never changed after Compile and is safe for concurrent use.
type Map struct {
	sheets []*form
	labels []*label // of all sheets; a form's labels stand together
	specs  []*Spec
	lists  [][]string
	index  index
}

// Specs are all values that the form asks for, in reading order; a value that
// is tagged in several places has a Spec for each.
func (m *Map) Specs() []*Spec { return m.specs }

// ListNames are the paths of all lists, outer lists before those inside them.
func (m *Map) ListNames() [][]string { return m.lists }

// form is one sheet of the fill-in workbook.
type form struct {
	name   string
	index  int      // in Map.sheets
	list   []string // the list whose items are sheets; nil when the sheet stands once
	first  int      // index into Map.labels of its first label
	labels []*label // in reading order
	rows   []formRow
	fields []*field
	blocks []*block
	weight float32 // of all labels
	enough float32 // the share of weight that a sheet must hold to be taken for this one
}

// formRow is a row of the form that holds labels: what is aligned.
type formRow struct {
	number int
	labels []int32 // indexes into form.labels
	weight float32
	value  bool // some value hangs on a label of this row otherwise than as its column header
}

// labelKind says how a label stands to its value.
type labelKind uint8

const (
	apart labelKind = iota // a cell of its own
	pre                    // in the cell of the value, before it: 填报人：{{填报人}}
	post                   // in the cell of the value, behind it: {{年度}}年度
)

// label is one text of the form by which values are found.
type label struct {
	kind   labelKind
	text   string // for messages
	norm   string // as it is compared
	rect   ooxml.Rect
	local  int32 // index into form.labels
	row    int32 // index into form.rows
	weight float32
	cover  float32 // its share of form.weight
	twin   bool    // the same text stands elsewhere in this sheet
	head   bool    // it is a column header
	above  int32   // the label above it that spans several columns, or -1
	specs  []*Spec // the values that hang on it
	form   *form
}

// field is one value that is not in rows of a list. Its anchors are indexes
// into form.labels, -1 for none.
type field struct {
	*slot
	row     int32   // the label left of it
	head    int32   // the header above it
	context []int32 // other labels around it that may name the unit of money, nearest first
}

// slot is one tag with the literal text around it.
type slot struct {
	spec   *Spec
	cell   *formCell
	key    int32  // its own label inside the cell, or -1
	opener string // a bracket before it: （{{年度}}年度）
	behind string // literal text behind it that belongs to nothing else: （盖章）, 分
	index  int    // among the slots of the cell
	gap    string // literal text to the next slot, when neither of the two has a label of its own
}

// block is the blank rows of one list.
type block struct {
	path    []string // below the sheet's own list
	rows    ooxml.Span
	columns []*column
	parents map[string]string // what stands in a filled-down column ─► what stands left of it, by loose spelling; "" when not unique
}

// column is one field of a list.
type column struct {
	*field
	level    int // how many lists of path are around it, less one
	down     bool
	initials []string        // normal forms of what blank forms carry in it
	known    map[string]bool // their loose spellings
}

// cellKind says what a cell of the form is.
type cellKind uint8

const (
	constant cellKind = iota // figures and signs: 100, —
	static                   // a text that can be a label
	tagged                   // holds tags
)

// formCell is one cell of the form.
type formCell struct {
	kind   cellKind
	rect   ooxml.Rect
	text   string
	pieces []tag.Piece
	slots  []*slot
	faulty bool
	label  int32 // of a static cell, or -1
}

// keyed reports whether every tag of the cell has a label inside it.
func (c *formCell) keyed() bool {
	for _, s := range c.slots {
		if s.key < 0 {
			return false
		}
	}
	return len(c.slots) > 0
}

// Compile reads the fill-in workbook. All faults come back at once, each with
// its place (工作表!C7); the Map can be used only when there is none. synonyms
// are labels that mean the same: the form's own ─► what units write instead.
func Compile(book *ooxml.Workbook, synonyms map[string][]string) (*Map, []tag.Fault) {
	c := &compiler{m: &Map{}, seen: map[string]string{}, spelt: map[string]string{}}
	for i := range book.Sheets {
		c.sheet(&book.Sheets[i])
	}
	if len(c.m.sheets) == 0 && len(c.faults) == 0 {
		c.faults = append(c.faults, tag.Fault{Message: "填报表里没有一个标记：在每个要填的格里写上标记，例如 {{年初预算数|金额}}"})
	}
	c.names()
	c.m.weigh()
	c.m.index = newIndex(c.m, spellings(synonyms))
	return c.m, c.faults
}

// compiler builds a Map, one sheet after the other.
type compiler struct {
	m      *Map
	faults []tag.Fault
	seen   map[string]string // path of a list ─► where its rows or sheet were found
	spelt  map[string]string // names that there are

	name  string // of the sheet at hand
	form  *form
	cells []*formCell // in reading order
	at    map[ooxml.Ref]*formCell
}

func (c *compiler) fault(cell ooxml.Ref, source, message string, args ...any) {
	c.faults = append(c.faults, tag.Fault{Place: c.name + "!" + cell.String(), Source: source, Message: fmt.Sprintf(message, args...)})
}

// sheet compiles one sheet; one without tags (填表说明) is no part of the form.
func (c *compiler) sheet(s *ooxml.Sheet) {
	if !slices.ContainsFunc(s.Cells, func(k ooxml.Cell) bool { return k.Kind == ooxml.TextCell && tag.HasTag(k.Text) }) {
		return
	}
	c.name = s.Name
	c.form = &form{name: s.Name, index: len(c.m.sheets), first: len(c.m.labels)}
	c.read(s)
	slots := c.slots()
	if len(slots) == 0 {
		return
	}
	c.form.list = c.sheetList(slots)
	if !c.note(c.form.list, s.Name) {
		c.fault(slots[0].spec.Cell, "", "列表“%s”已经在工作表“%s”里，一个列表只能有一张表，请给其中一处另起名字", c.form.list[0], c.seen[c.form.list[0]])
	}
	blocks := c.blocks(slots)
	c.makeLabels(blocks)
	c.anchor(slots, blocks)
	c.m.sheets = append(c.m.sheets, c.form)
	c.m.labels = append(c.m.labels, c.form.labels...)
	for _, s := range slots {
		c.m.specs = append(c.m.specs, s.spec)
	}
}

// read sorts the cells of the sheet into labels, constants and tagged cells.
func (c *compiler) read(s *ooxml.Sheet) {
	v := newView(s)
	c.cells, c.at = nil, map[ooxml.Ref]*formCell{}
	var last ooxml.Ref
	for i := range s.Cells {
		last.Row, last.Col = max(last.Row, s.Cells[i].Ref.Row), max(last.Col, s.Cells[i].Ref.Col)
	}
	for i := range s.Cells {
		src := &s.Cells[i]
		if v.covered(src.Ref) || blank(src.Text) {
			continue
		}
		k := &formCell{rect: v.rect(src.Ref), text: src.Text, label: -1}
		if src.Kind == ooxml.TextCell {
			if tag.HasTag(src.Text) {
				k.kind = tagged
				c.parse(k)
			} else if n := compact(src.Text); speaks(n, 2) && utf8.RuneCountInString(n) <= 40 && !isNote(n) {
				k.kind = static
			}
		}
		c.cells = append(c.cells, k)
		// A merged title may span columns far beyond the last used one.
		for r := k.rect.From.Row; r <= min(k.rect.To.Row, last.Row+1); r++ {
			for col := k.rect.From.Col; col <= min(k.rect.To.Col, last.Col+1); col++ {
				c.at[ooxml.Ref{Row: r, Col: col}] = k
			}
		}
	}
}

// isNote reports whether a text is a note to whoever fills the form in.
func isNote(text string) bool {
	for _, p := range []string{"注:", "注：", "备注:", "备注：", "说明:", "说明：", "填表说明", "填报说明"} {
		if strings.HasPrefix(text, p) {
			return true
		}
	}
	return false
}

// parse splits a tagged cell and makes its slots.
func (c *compiler) parse(k *formCell) {
	pieces, faults := tag.Parse(k.text)
	for _, f := range faults {
		f.Place = c.name + "!" + k.rect.From.String()
		c.faults = append(c.faults, f)
		k.faulty = true
	}
	for _, p := range pieces {
		switch {
		case p.Tag == nil || p.Tag.Kind == tag.Comment:
		case p.Tag.Kind != tag.Value:
			c.fault(k.rect.From, p.Tag.Source, "填报表里只能写要填的字段，例如 {{年初预算数|金额}}；循环、条件和图片只用在输出模板里")
			k.faulty = true
		default:
			path, ok := p.Tag.Expr.Name()
			if !ok {
				c.fault(k.rect.From, p.Tag.Source, "填报表里的标记只能是一个字段名，不能是算式；要计算的写到审核公式.xlsx的“计算项”里")
				k.faulty = true
				continue
			}
			n := len(path) - 1
			k.slots = append(k.slots, &slot{cell: k, key: -1, index: len(k.slots), spec: &Spec{
				Name: c.spelled(path[n]), Lists: slices.Clone(path[:n]), Format: p.Tag.Format, Sheet: c.name, Cell: k.rect.From,
			}})
		}
	}
	k.pieces = pieces
}

// spelled is the name as all tags have it that name the same: one string, so that it is
// told from others at a glance.
func (c *compiler) spelled(name string) string {
	if was, ok := c.spelt[name]; ok {
		return was
	}
	c.spelt[name] = name
	return name
}

// slots are the tags of the sheet in reading order.
func (c *compiler) slots() []*slot {
	var out []*slot
	for _, k := range c.cells {
		out = append(out, k.slots...)
	}
	return out
}

// sheetList returns the list that repeats the whole sheet: all tags begin with
// it. A plain table whose rows are the list is not such a sheet.
func (c *compiler) sheetList(slots []*slot) []string {
	first := slots[0].spec.Lists
	if len(first) == 0 {
		return nil
	}
	nested := false
	for _, s := range slots {
		if len(s.spec.Lists) == 0 || s.spec.Lists[0] != first[0] {
			return nil
		}
		nested = nested || len(s.spec.Lists) > 1
	}
	if !nested && c.table(slots) {
		return nil
	}
	return first[:1]
}

// table reports whether the tags stand in rows under column headers: the same
// field stands in several rows, or there is one row that begins with a tag.
func (c *compiler) table(slots []*slot) bool {
	rows := map[string]int{}
	oneRow := true
	for _, s := range slots {
		if r, ok := rows[s.spec.Name]; ok && r != s.spec.Cell.Row {
			return true
		}
		rows[s.spec.Name] = s.spec.Cell.Row
		oneRow = oneRow && s.spec.Cell.Row == slots[0].spec.Cell.Row && len(s.cell.slots) == 1
	}
	if !oneRow || len(slots) < 2 {
		return false
	}
	for col := slots[0].spec.Cell.Col - 1; col > 0; col-- {
		if k := c.at[ooxml.Ref{Row: slots[0].spec.Cell.Row, Col: col}]; k != nil && k.kind == static {
			return false
		}
	}
	return true
}

// note remembers a list and where it stands; a second place is a fault.
func (c *compiler) note(path []string, place string) bool {
	if len(path) == 0 {
		return true
	}
	id := strings.Join(path, ".")
	if _, ok := c.seen[id]; ok {
		return false
	}
	c.seen[id] = place
	for n := 1; n <= len(path); n++ {
		if !slices.ContainsFunc(c.m.lists, func(l []string) bool { return slices.Equal(l, path[:n]) }) {
			c.m.lists = append(c.m.lists, path[:n:n])
		}
	}
	return true
}

// blocks gathers the rows of lists.
func (c *compiler) blocks(slots []*slot) []*block {
	outer := len(c.form.list)
	byRow := map[int][]string{} // row ─► the deepest list of the row
	for _, s := range slots {
		path := s.spec.Lists[min(outer, len(s.spec.Lists)):]
		if len(path) == 0 {
			continue
		}
		for r := s.cell.rect.From.Row; r <= s.cell.rect.To.Row; r++ {
			old := byRow[r]
			n := min(len(old), len(path))
			switch {
			case !slices.Equal(old[:n], path[:n]):
				c.fault(s.spec.Cell, "", "一行里有“%s”和“%s”两个列表的字段，请分到不同的行里", strings.Join(old, "."), strings.Join(path, "."))
			case len(path) > len(old):
				byRow[r] = path
			}
		}
	}
	rows := make([]int, 0, len(byRow))
	for r := range byRow {
		rows = append(rows, r)
	}
	slices.Sort(rows)
	var out []*block
	for _, r := range rows {
		if n := len(out); n > 0 && out[n-1].rows.To == r-1 && slices.Equal(out[n-1].path, byRow[r]) {
			out[n-1].rows.To = r
			continue
		}
		out = append(out, &block{path: byRow[r], rows: ooxml.Span{From: r, To: r}})
	}
	for _, b := range out {
		path := append(slices.Clone(c.form.list), b.path...)
		place := fmt.Sprintf("%s 第%d行", c.name, b.rows.From)
		if !c.note(path, place) {
			c.fault(ooxml.Ref{Row: b.rows.From, Col: 1}, "", "列表“%s”的空行分在两处（另一处在 %s），请连在一起，或给其中一处另起名字", strings.Join(path, "."), c.seen[strings.Join(path, ".")])
		}
	}
	c.form.blocks = out
	return out
}

// names checks what only shows when all sheets are known.
func (c *compiler) names() {
	type use struct {
		spec *Spec
		list bool
	}
	known := map[string]use{}
	for _, l := range c.m.lists {
		known[strings.Join(l, ".")] = use{list: true}
	}
	for _, s := range c.m.specs {
		id := strings.Join(append(slices.Clone(s.Lists), s.Name), ".")
		c.name = s.Sheet
		switch old, ok := known[id]; {
		case ok && old.list:
			c.fault(s.Cell, "", "“%s”既是列表又是字段，请给字段另起名字", id)
		case ok && s.Format != nil && old.spec.Format != nil && s.Format.Type() != old.spec.Format.Type():
			c.fault(s.Cell, "", "“%s”在这里的类型是“%s”，在 %s!%s 是“%s”，请写成一样", id, s.Format.Type(), old.spec.Sheet, old.spec.Cell, old.spec.Format.Type())
		default:
			known[id] = use{spec: s}
		}
	}
}

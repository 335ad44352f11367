package fillin

import (
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"jixiao/generator/ooxml"
)

// makeLabels finds the labels of the sheet: static texts outside the rows of
// lists, and literal texts beside tags.
func (c *compiler) makeLabels(blocks []*block) {
	for _, k := range c.cells {
		inList := slices.ContainsFunc(blocks, func(b *block) bool {
			return k.rect.From.Row >= b.rows.From && k.rect.From.Row <= b.rows.To
		})
		switch {
		case k.kind == tagged && len(k.slots) > 0:
			c.literals(k, !inList)
		case k.kind == static && !inList:
			k.label = c.addLabel(apart, k.text, k)
		}
	}
	f := c.form
	for _, l := range f.labels {
		if n := len(f.rows); n == 0 || f.rows[n-1].number != l.rect.From.Row {
			f.rows = append(f.rows, formRow{number: l.rect.From.Row})
		}
		l.row = int32(len(f.rows) - 1)
		f.rows[l.row].labels = append(f.rows[l.row].labels, l.local)
		l.twin = slices.ContainsFunc(f.labels, func(o *label) bool { return o != l && o.norm == l.norm })
		if up := c.at[ooxml.Ref{Row: l.rect.From.Row - 1, Col: l.rect.From.Col}]; up != nil && up.label >= 0 && up.rect != l.rect &&
			width(up.rect) > width(l.rect) && up.rect.To.Col >= l.rect.To.Col {
			l.above = up.label
		}
	}
}

func width(r ooxml.Rect) int { return r.To.Col - r.From.Col + 1 }

func (c *compiler) addLabel(kind labelKind, text string, k *formCell) int32 {
	l := &label{kind: kind, text: compact(text), norm: labelOf(text), rect: k.rect, local: int32(len(c.form.labels)), above: -1, form: c.form}
	c.form.labels = append(c.form.labels, l)
	return l.local
}

// anchor hangs every value on the labels by which it is found.
func (c *compiler) anchor(slots []*slot, blocks []*block) {
	outer := len(c.form.list)
	for _, s := range slots {
		if s.cell.faulty {
			continue
		}
		f := &field{slot: s, row: -1, head: -1}
		if len(s.spec.Lists) > outer {
			c.column(f, blocks)
			continue
		}
		left, between := c.left(s.cell)
		f.context = left
		switch {
		case s.key >= 0:
			s.spec.Label = c.form.labels[s.key].text
		case slices.ContainsFunc(s.cell.slots, func(o *slot) bool { return o.key >= 0 }):
			c.fault(s.spec.Cell, "", "这一格里“%s”没有自己的标签，分不出它的值：在它前面写上文字，例如“联系电话：”", s.spec.Name)
			continue
		default:
			c.beside(f, left, between)
		}
		if f.key < 0 && f.row < 0 && f.head < 0 {
			c.fault(s.spec.Cell, "", "“%s”的左边、上边和格里都没有可以辨认的文字，读表时找不到它：在旁边写上标签", s.spec.Name)
			continue
		}
		for _, o := range c.form.fields {
			if o.cell != s.cell && f.key < 0 && o.key < 0 && o.row == f.row && o.head == f.head {
				c.fault(s.spec.Cell, "", "“%s”和 %s 的“%s”挂在同一个标签“%s”上，读表时分不清：给它们各写一个标签", s.spec.Name, o.spec.Cell, o.spec.Name, f.spec.Label)
			}
		}
		c.form.fields = append(c.form.fields, f)
		c.hang(f)
	}
	for _, b := range blocks {
		c.finish(b)
	}
}

// hang tells the labels which values hang on them.
func (c *compiler) hang(f *field) {
	add := func(i int32) {
		if i >= 0 {
			c.form.labels[i].specs = append(c.form.labels[i].specs, f.spec)
		}
	}
	add(f.key)
	add(f.row)
	if f.head >= 0 {
		c.form.labels[f.head].head = true
		add(f.head)
	}
	if f.key >= 0 || f.row >= 0 {
		c.form.rows[c.form.labels[max(f.key, f.row)].row].value = true
	}
}

// left returns the labels left of a cell in its first row, nearest first, and
// whether another value or a printed figure stands between the cell and the
// nearest of them.
func (c *compiler) left(k *formCell) (labels []int32, between bool) {
	for col := k.rect.From.Col - 1; col > 0; col-- {
		switch o := c.at[ooxml.Ref{Row: k.rect.From.Row, Col: col}]; {
		case o == nil:
		case o.label >= 0:
			if n := len(labels); n == 0 || labels[n-1] != o.label {
				labels = append(labels, o.label)
			}
		case len(labels) == 0:
			between = true
		}
	}
	return labels, between
}

// beside finds the anchors of a cell without literal text: the label left of
// it, the header above it, or both. A value alone behind its label (项目名称 | …)
// needs no header, unless it stands in a column of values that has one; several
// values behind one label stand in a table and do.
func (c *compiler) beside(f *field, left []int32, between bool) {
	k, labels := f.cell, c.form.labels
	alone := len(left) > 0 && !between && !c.follower(k)
	var rowLabel *label
	if len(left) > 0 {
		rowLabel = labels[left[0]]
		f.context = left[1:]
	}
	if alone {
		// A label merged over the header's row too names the block, not the row.
		if up := c.at[ooxml.Ref{Row: k.rect.From.Row - 1, Col: k.rect.From.Col}]; up != nil && up.label >= 0 && up.rect.From.Row >= rowLabel.rect.From.Row {
			alone = false
		}
	}
	if alone {
		f.row, f.head = left[0], c.columnOfOne(k, rowLabel)
		if f.spec.Label = rowLabel.text; f.head >= 0 {
			f.spec.Label += "·" + labels[f.head].text
		}
		return
	}
	f.head = c.header(k.rect.From.Col, k.rect.From.Row, rowLabel)
	if f.head < 0 {
		return
	}
	f.spec.Label = labels[f.head].text
	if rowLabel == nil {
		return
	}
	if rowLabel.rect.From.Row > labels[f.head].rect.To.Row {
		f.row = left[0]
		f.spec.Label = rowLabel.text + "·" + labels[f.head].text
	} else {
		f.context = left
	}
}

// follower reports whether the next thing right of a cell is another value
// without a label of its own.
func (c *compiler) follower(k *formCell) bool {
	for col := k.rect.To.Col + 1; col <= k.rect.To.Col+64; col++ {
		if o := c.at[ooxml.Ref{Row: k.rect.From.Row, Col: col}]; o != nil && o.kind != constant {
			return o.kind == tagged && !o.keyed()
		}
	}
	return false
}

// header finds the column header above a place. A title that spans the row
// label too, and the label of another row's value, are no headers.
func (c *compiler) header(col, row int, rowLabel *label) int32 {
	for r := row - 1; r > 0; r-- {
		k := c.at[ooxml.Ref{Row: r, Col: col}]
		switch {
		case k == nil || k.kind == constant:
			continue
		case k.kind == tagged && !k.keyed():
			continue
		case k.label < 0:
			return -1
		case rowLabel != nil && k.rect.From.Col <= rowLabel.rect.To.Col:
			return -1
		}
		if next := c.at[ooxml.Ref{Row: k.rect.From.Row, Col: k.rect.To.Col + 1}]; next != nil && next.kind == tagged && !next.keyed() {
			return -1
		}
		return k.label
	}
	return -1
}

// columnOfOne is the header of a table with a single column of values, or -1; it
// must stand right above an unbroken column of them, beside another header.
func (c *compiler) columnOfOne(k *formCell, rowLabel *label) int32 {
	for r := k.rect.From.Row - 1; r > 0; r-- {
		o := c.at[ooxml.Ref{Row: r, Col: k.rect.From.Col}]
		if o != nil && o.kind == tagged && !o.keyed() {
			continue
		}
		if o == nil || o.label < 0 || len(c.form.rows[c.form.labels[o.label].row].labels) < 2 {
			return -1
		}
		return c.header(k.rect.From.Col, k.rect.From.Row, rowLabel)
	}
	return -1
}

// column adds a cell in the rows of a list to its column.
func (c *compiler) column(f *field, blocks []*block) {
	i := slices.IndexFunc(blocks, func(b *block) bool {
		return f.cell.rect.From.Row >= b.rows.From && f.cell.rect.From.Row <= b.rows.To
	})
	if i < 0 {
		return // its row was a fault
	}
	b := blocks[i]
	path := f.spec.Lists[len(c.form.list):]
	for _, col := range b.columns {
		if col.spec.Name != f.spec.Name || col.level != len(path)-1 {
			continue
		}
		if col.cell.rect.From.Col != f.cell.rect.From.Col {
			c.fault(f.spec.Cell, "", "列表“%s”的“%s”在 %s 列和 %s 列都有，请放在同一列", strings.Join(f.spec.Lists, "."), f.spec.Name,
				ooxml.ColumnName(col.cell.rect.From.Col), ooxml.ColumnName(f.cell.rect.From.Col))
		}
		f.spec.Label = col.spec.Label
		col.add(f)
		return
	}
	f.head = c.header(f.cell.rect.From.Col, b.rows.From, nil)
	if f.head < 0 {
		c.fault(f.spec.Cell, "", "列表“%s”的“%s”上方没有表头，读表时找不到这一列：在空行上方写上表头", strings.Join(f.spec.Lists, "."), f.spec.Name)
		return
	}
	f.spec.Label = c.form.labels[f.head].text
	for _, col := range b.columns {
		if col.head == f.head && col.cell != f.cell {
			c.fault(f.spec.Cell, "", "“%s”和“%s”在同一个表头“%s”下面，读表时分不清：给它们各写一个表头", col.spec.Name, f.spec.Name, f.spec.Label)
		}
	}
	col := &column{field: f, level: len(path) - 1}
	col.add(f)
	b.columns = append(b.columns, col)
	c.hang(f)
}

// add remembers what one blank row of the column carries.
func (col *column) add(f *field) {
	if f.spec.Format == nil {
		return
	}
	if text, ok := f.spec.Format.Initial(); ok {
		if n := labelOf(text); !slices.Contains(col.initials, n) {
			col.initials = append(col.initials, n)
		}
	}
	if f.cell.rect.To.Row > f.cell.rect.From.Row {
		col.down = true
	}
}

// finish decides which columns are filled down and what stands beside what.
func (c *compiler) finish(b *block) {
	slices.SortStableFunc(b.columns, func(x, y *column) int { return x.cell.rect.From.Col - y.cell.rect.From.Col })
	var down []*column
	for _, col := range b.columns {
		kept := func(n string) bool { return !placeholder([]byte(n)) }
		col.known = map[string]bool{}
		for _, i := range col.initials {
			col.known[looseText(i)] = true
		}
		col.down = isText(col.spec) && (col.down || slices.ContainsFunc(col.initials, kept))
		if col.down {
			down = append(down, col)
		}
	}
	b.parents = map[string]string{}
	for i := 1; i < len(down); i++ {
		for r := b.rows.From; r <= b.rows.To; r++ {
			child, parent := c.initialAt(r, down[i]), c.initialAt(r, down[i-1])
			if child == "" || parent == "" {
				continue
			}
			if old, ok := b.parents[child]; ok && old != parent {
				parent = ""
			}
			b.parents[child] = parent
		}
	}
}

// initialAt is the loose spelling of what a blank row carries in a column.
func (c *compiler) initialAt(row int, col *column) string {
	k := c.at[ooxml.Ref{Row: row, Col: col.cell.rect.From.Col}]
	if k == nil || len(k.slots) != 1 || k.faulty || k.slots[0].spec.Format == nil {
		return ""
	}
	text, _ := k.slots[0].spec.Format.Initial()
	return looseText(text)
}

func looseText(text string) string {
	var a, b [192]byte
	n := normal{b: a[:0]}
	n.set(text, len(text)*4)
	return string(loose(bare(n.b), b[:0]))
}

// weigh gives every label its weight: long labels say more than short ones, and
// labels that only one sheet has say more than those of all sheets.
func (m *Map) weigh() {
	sheets := map[string]map[*form]bool{}
	for _, l := range m.labels {
		if sheets[l.norm] == nil {
			sheets[l.norm] = map[*form]bool{}
		}
		sheets[l.norm][l.form] = true
	}
	for _, f := range m.sheets {
		twins := map[string]int{}
		for _, l := range f.labels {
			twins[l.norm]++
		}
		for _, l := range f.labels {
			l.weight = min(1, 0.3+0.15*float32(utf8.RuneCountInString(l.norm))) / float32(math.Sqrt(float64(len(sheets[l.norm]))))
			if len(l.specs) == 0 && !l.head {
				l.weight *= 0.6
			}
			f.rows[l.row].weight += l.weight
			l.cover = l.weight / float32(twins[l.norm])
			f.weight += l.cover
		}
		// A cover with a unit's name and a date must show all of it.
		if f.enough = recognised; len(twins) < 4 {
			f.enough = 0.75
		}
	}
}

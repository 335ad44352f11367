package fillin_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"jixiao/generator/fillin"
	"jixiao/generator/ooxml"
	"jixiao/generator/tag"
)

// subject is a workbook with the form that it is.
type subject struct {
	name   string
	m      *fillin.Map
	book   *ooxml.Workbook
	labels map[string]bool // plain texts that are labels, with their synonyms
}

// subjects are all workbooks of the package that are some built-in form.
func subjects(t testing.TB) []*subject {
	t.Helper()
	var out []*subject
	for _, name := range builtIn {
		o := theOfficial(t, name)
		out = append(out, &subject{name, o.m, o.filled(t), o.labels()})
	}
	add := func(form string, files ...string) {
		o := theOfficial(t, form)
		for _, f := range files {
			out = append(out, &subject{f, o.m, read(t, file(t, f+".xlsx")), o.labels()})
		}
	}
	add("整体支出", "seed")
	add("通用项目", "family-a-1", "family-a-2")
	add("湖北", "family-c-1", "family-c-2", "family-c-3")
	add("四川", "family-d-1", "family-d-2")
	add("衔接资金", "family-f-1")
	return out
}

// labels are the texts of the form that are no values, and what means the same.
func (o *official) labels() map[string]bool {
	out := map[string]bool{}
	for own, others := range o.synonyms {
		out[plain(own)] = true
		for _, x := range others {
			out[plain(x)] = true
		}
	}
	for _, s := range o.book.Sheets {
		for _, c := range s.Cells {
			if c.Kind == ooxml.TextCell && !tag.HasTag(c.Text) && strings.Trim(c.Text, "—-/ ") != "" {
				out[strings.TrimRight(plain(c.Text), ":")] = true
			}
		}
	}
	return out
}

func (x *subject) isLabel(c *ooxml.Cell) bool {
	return c.Kind == ooxml.TextCell && x.labels[strings.TrimRight(plain(c.Text), ":")]
}

// rowOf is the first row of a sheet that holds one of the labels, 0 for none.
func rowOf(s *ooxml.Sheet, labels ...string) int {
	for _, c := range s.Cells {
		if slices.Contains(labels, plain(c.Text)) {
			return c.Ref.Row
		}
	}
	return 0
}

func last(s *ooxml.Sheet) (row, col int) {
	for _, c := range s.Cells {
		row, col = max(row, c.Ref.Row), max(col, c.Ref.Col)
	}
	return row, col
}

// step is something that happens to a sheet. It says what it did, "" for nothing.
type step func(x *subject, b *ooxml.Workbook, s *ooxml.Sheet, rnd *rand.Rand) string

// shapes are the steps that move whole blocks and columns; they are done first,
// while everything is where the form has it.
var shapes = []step{
	func(x *subject, _ *ooxml.Workbook, s *ooxml.Sheet, rnd *rand.Rand) string { // columns of the list in another order
		top := rowOf(s, "三级指标")
		end := rowOf(s, "总分", "合计")
		if top == 0 || end < top || rowOf(s, "指标性质") > top {
			return ""
		}
		var from, to int
		for _, c := range s.Cells {
			if c.Ref.Row == top && plain(c.Text) == "一级指标" {
				from = c.Ref.Col
			}
			if c.Ref.Row == top {
				to = max(to, c.Ref.Col)
			}
		}
		order := map[int]int{}
		for i, p := range rnd.Perm(to - from + 1) {
			order[from+i] = from + p
		}
		s.Merges = slices.DeleteFunc(s.Merges, func(m ooxml.Rect) bool {
			return m.From.Row >= top && m.To.Row <= end && m.From.Col != m.To.Col
		})
		moveCols(s, top, end, order)
		return fmt.Sprint("columns ", order)
	},
	func(x *subject, _ *ooxml.Workbook, s *ooxml.Sheet, rnd *rand.Rand) string { // blocks in another order
		funds := rowOf(s, "年初预算数", "预算数(A)", "全年预算数(A)", "年初预算")
		goals, list, end := rowOf(s, "预期目标"), rowOf(s, "三级指标"), rowOf(s, "总分", "合计")
		if funds == 0 || goals < funds || list < goals || end < list {
			return ""
		}
		if rowOf(s, "指标性质") == list && rowOf(s, "年度指标值") == list-1 {
			list--
		}
		b := &ooxml.Workbook{Sheets: []ooxml.Sheet{*s}}
		what := ""
		switch rnd.IntN(5) {
		case 0:
			block(0, goals, list-1, funds)(b)
			what = "goals before funds"
		case 1:
			block(0, list, end, goals)(b)
			what = "list before goals"
		case 2:
			block(0, list, end, funds)(b)
			what = "list before funds"
		case 3:
			block(0, funds, goals-1, end+1)(b)
			what = "funds behind the list"
		case 4:
			at := list + 3 + rnd.IntN(max(1, end-list-3))
			block(0, goals, list-1, at)(b)
			what = fmt.Sprint("goals into the list, before ", at)
		}
		*s = b.Sheets[0]
		return what
	},
}

// additions are rows that the form does not have and that are no items.
var additions = []step{
	func(x *subject, _ *ooxml.Workbook, s *ooxml.Sheet, rnd *rand.Rand) string {
		list, end := rowOf(s, "三级指标"), rowOf(s, "总分", "合计")
		if list == 0 || end < list+3 {
			return ""
		}
		at := list + 2 + rnd.IntN(end-list-2)
		if lo := slices.IndexFunc(s.Cells, func(c ooxml.Cell) bool { return c.Ref.Row == at }); lo < 0 || lo+4 > len(s.Cells) || s.Cells[lo+3].Ref.Row != at {
			return "" // a blank row: nothing tells a sum before it from the one behind it
		}
		insertRows(s, at, 1)
		for i := range s.Cells {
			switch c := s.Cells[i]; {
			case c.Ref.Row == list && plain(c.Text) == "三级指标":
				put(s, ooxml.Ref{Row: at, Col: c.Ref.Col}.String(), []string{"小计", "产出指标小计", "小计（50分）", "合 计"}[rnd.IntN(4)])
			case c.Ref.Row == list && plain(c.Text) == "得分":
				put(s, ooxml.Ref{Row: at, Col: c.Ref.Col}.String(), "49.5")
			}
		}
		return fmt.Sprint("a subtotal in ", at)
	},
	func(x *subject, _ *ooxml.Workbook, s *ooxml.Sheet, rnd *rand.Rand) string {
		funds, goals := rowOf(s, "年初预算数", "预算数(A)", "全年预算数(A)", "年初预算"), rowOf(s, "预期目标")
		if funds == 0 || goals < funds+2 {
			return ""
		}
		at := funds + 2 + rnd.IntN(goals-funds-1)
		insertRows(s, at, 1)
		put(s, fmt.Sprint("B", at), []string{"其中：省级配套", "　其中：区县自筹", "1.盘活存量"}[rnd.IntN(3)])
		put(s, fmt.Sprint("D", at), "1.5")
		put(s, fmt.Sprint("E", at), "2.5")
		return fmt.Sprint("funds of which in ", at)
	},
}

// harmless are steps that change no value.
var harmless = []step{
	func(x *subject, _ *ooxml.Workbook, s *ooxml.Sheet, rnd *rand.Rand) string { // a header written into two rows
		c := x.someLabel(s, rnd)
		if c == nil || rowOf(s, plain(c.Text)) != c.Ref.Row || !x.header(s, c.Ref.Row) || utf8.RuneCountInString(plain(c.Text)) < 4 || strings.ContainsAny(c.Text, "（(：:") {
			return ""
		}
		if slices.ContainsFunc(s.Merges, func(m ooxml.Rect) bool { return m.From == c.Ref && m.To.Row > m.From.Row }) {
			return ""
		}
		at, text := c.Ref, []rune(plain(c.Text))
		cut := 2 + rnd.IntN(len(text)-3)
		insertRows(s, at.Row+1, 1)
		put(s, at.String(), string(text[:cut]))
		put(s, ooxml.Ref{Row: at.Row + 1, Col: at.Col}.String(), string(text[cut:]))
		return fmt.Sprint(string(text[:cut]), " above ", string(text[cut:]), " in ", at)
	},
	func(x *subject, _ *ooxml.Workbook, s *ooxml.Sheet, rnd *rand.Rand) string {
		c := x.someLabel(s, rnd)
		if c == nil || strings.ContainsAny(c.Text, "：:") {
			return ""
		}
		c.Text = []string{"1.", "一、", "（二）", "(3)", "④", "*", "★ "}[rnd.IntN(7)] + c.Text
		return "numbered " + c.Text
	},
	func(x *subject, _ *ooxml.Workbook, s *ooxml.Sheet, rnd *rand.Rand) string {
		row, _ := last(s)
		at, n := 1+rnd.IntN(row+1), 1+rnd.IntN(3)
		insertRows(s, at, n)
		return fmt.Sprintf("%d rows before %d", n, at)
	},
	func(x *subject, _ *ooxml.Workbook, s *ooxml.Sheet, rnd *rand.Rand) string {
		_, col := last(s)
		at, n := 1+rnd.IntN(col+1), 1+rnd.IntN(2)
		insertCols(s, at, n)
		return fmt.Sprintf("%d columns before %d", n, at)
	},
	func(x *subject, _ *ooxml.Workbook, s *ooxml.Sheet, rnd *rand.Rand) string {
		row, _ := last(s)
		at := 1 + rnd.IntN(row)
		if slices.ContainsFunc(s.Cells, func(c ooxml.Cell) bool { return c.Ref.Row == at }) {
			return ""
		}
		deleteRow(s, at)
		return fmt.Sprint("without the empty row ", at)
	},
	func(x *subject, b *ooxml.Workbook, s *ooxml.Sheet, rnd *rand.Rand) string {
		s.Name = fmt.Sprintf("Sheet%d", 100+len(s.Name)+rnd.IntN(900))
		return "renamed"
	},
	func(x *subject, _ *ooxml.Workbook, s *ooxml.Sheet, rnd *rand.Rand) string {
		if len(s.Merges) == 0 {
			return ""
		}
		m := s.Merges[rnd.IntN(len(s.Merges))]
		unmerge(s, m.From.String())
		return "without merge " + m.String()
	},
	func(x *subject, _ *ooxml.Workbook, s *ooxml.Sheet, rnd *rand.Rand) string {
		s.Merges = nil
		return "without merges"
	},
	func(x *subject, _ *ooxml.Workbook, s *ooxml.Sheet, rnd *rand.Rand) string { // a label merged over fewer columns
		i := slices.IndexFunc(s.Merges, func(m ooxml.Rect) bool { return m.To.Col > m.From.Col && rnd.IntN(4) == 0 })
		if i < 0 {
			return ""
		}
		s.Merges = slices.Clone(s.Merges)
		s.Merges[i].To.Col--
		return "merged to " + s.Merges[i].String()
	},
	func(x *subject, _ *ooxml.Workbook, s *ooxml.Sheet, rnd *rand.Rand) string {
		for i := range s.Cells {
			if c := &s.Cells[i]; x.isLabel(c) {
				one := &ooxml.Sheet{Cells: []ooxml.Cell{*c}}
				disturb(one, map[string]bool{plain(c.Text): true}, rnd)
				c.Text = one.Cells[0].Text
				if rnd.IntN(6) == 0 && !strings.HasSuffix(plain(c.Text), ":") {
					c.Text += "："
				}
			}
		}
		return "spelt otherwise"
	},
	func(x *subject, _ *ooxml.Workbook, s *ooxml.Sheet, rnd *rand.Rand) string {
		insertRows(s, 1, 1)
		put(s, "A1", "某区绩效自评材料汇编")
		merge(s, "A1:H1")
		return "a title"
	},
	func(x *subject, _ *ooxml.Workbook, s *ooxml.Sheet, rnd *rand.Rand) string {
		row, _ := last(s)
		at := ooxml.Ref{Row: row + 1 + rnd.IntN(2), Col: 1}
		put(s, at.String(), "注：其中：财政拨款按全年预算数填写，得分不超过分值；总分按100分计。")
		return "a note in " + at.String()
	},
	func(x *subject, b *ooxml.Workbook, s *ooxml.Sheet, rnd *rand.Rand) string {
		other := ooxml.Sheet{Name: fmt.Sprint("其他", rnd.IntN(1000))}
		for i, text := range []string{"封面", "单位名称：某某局", "填报日期：2023年1月1日", "序号", "名称", "得分", "金额", "总分", "98"} {
			put(&other, ooxml.Ref{Row: 1 + i/2, Col: 1 + i%2}.String(), text)
		}
		b.Sheets = slices.Insert(b.Sheets, rnd.IntN(len(b.Sheets)+1), other)
		return "another sheet"
	},
	func(x *subject, b *ooxml.Workbook, s *ooxml.Sheet, rnd *rand.Rand) string {
		name := []string{"填表说明", "填报说明（必读）", "Sheet3"}[rnd.IntN(3)]
		if name == "Sheet3" && !slices.ContainsFunc(s.Cells, func(c ooxml.Cell) bool { return plain(c.Text) == "三级指标" }) {
			return "" // nothing tells instructions for a plain table of labels from the table
		}
		b.Sheets = slices.Insert(b.Sheets, rnd.IntN(len(b.Sheets)+1), explained(*s, name, 1+rnd.IntN(2)))
		return "instructions"
	},
}

// harmful are steps after which a value may be lost, but never mistaken.
var harmful = []step{
	func(x *subject, _ *ooxml.Workbook, s *ooxml.Sheet, rnd *rand.Rand) string { // wiped out, or called otherwise
		c := x.someLabel(s, rnd)
		if c == nil {
			return ""
		}
		at, text := c.Ref.String(), plain(c.Text)
		put(s, at, []string{"", "另一种栏目"}[rnd.IntN(2)])
		return "lost " + at + " " + text
	},
	func(x *subject, _ *ooxml.Workbook, s *ooxml.Sheet, rnd *rand.Rand) string { // a header once more in its row
		c := x.someLabel(s, rnd)
		if c == nil {
			return ""
		}
		_, col := last(s)
		to := ooxml.Ref{Row: c.Ref.Row, Col: 1 + rnd.IntN(col+2)}
		if s.At(to) != nil {
			return ""
		}
		text := c.Text
		put(s, to.String(), text)
		return "again " + plain(text) + " in " + to.String()
	},
	func(x *subject, _ *ooxml.Workbook, s *ooxml.Sheet, rnd *rand.Rand) string { // a label once more somewhere
		c := x.someLabel(s, rnd)
		if c == nil {
			return ""
		}
		row, col := last(s)
		to := ooxml.Ref{Row: 1 + rnd.IntN(row+3), Col: 1 + rnd.IntN(col+2)}
		if s.At(to) != nil {
			return ""
		}
		text := c.Text
		put(s, to.String(), text)
		return "again " + plain(text) + " in " + to.String()
	},
	func(x *subject, _ *ooxml.Workbook, s *ooxml.Sheet, rnd *rand.Rand) string {
		c := x.someLabel(s, rnd)
		if c == nil {
			return ""
		}
		row := c.Ref.Row
		text := plain(c.Text)
		deleteRow(s, row)
		return fmt.Sprint("without row ", row, " ", text)
	},
	func(x *subject, _ *ooxml.Workbook, s *ooxml.Sheet, rnd *rand.Rand) string { // one label in the place of another
		c, d := x.someLabel(s, rnd), x.someLabel(s, rnd)
		if c == nil || plain(c.Text) == plain(d.Text) || c.Ref.Row != d.Ref.Row {
			return ""
		}
		what := "again " + plain(c.Text) + " in " + d.Ref.String() + " for " + plain(d.Text)
		put(s, d.Ref.String(), c.Text)
		return what
	},
	func(x *subject, _ *ooxml.Workbook, s *ooxml.Sheet, rnd *rand.Rand) string {
		_, col := last(s)
		at := 1 + rnd.IntN(col)
		var cells []ooxml.Cell
		for _, c := range s.Cells {
			if c.Ref.Col > at {
				c.Ref.Col--
			} else if c.Ref.Col == at {
				continue
			}
			cells = append(cells, c)
		}
		s.Cells = cells
		var merges []ooxml.Rect
		for _, m := range s.Merges {
			if m.From.Col > at {
				m.From.Col--
			}
			if m.To.Col >= at {
				m.To.Col--
			}
			if m.To.Col >= m.From.Col && m.From != m.To {
				merges = append(merges, m)
			}
		}
		s.Merges = merges
		return fmt.Sprint("without column ", at)
	},
	func(x *subject, _ *ooxml.Workbook, s *ooxml.Sheet, rnd *rand.Rand) string { // a label merged over what stands beside it
		c := x.someLabel(s, rnd)
		if c == nil || slices.ContainsFunc(s.Merges, func(m ooxml.Rect) bool { return m.From == c.Ref }) {
			return ""
		}
		r := ooxml.Rect{From: c.Ref, To: ooxml.Ref{Row: c.Ref.Row, Col: c.Ref.Col + 1}}
		if slices.ContainsFunc(s.Merges, func(m ooxml.Rect) bool { return m.Contains(r.To) }) {
			return ""
		}
		s.Merges = append(slices.Clone(s.Merges), r)
		put(s, r.To.String(), "")
		return "merged " + r.String()
	},
}

// header reports whether a row holds column headers: three labels or more.
func (x *subject) header(s *ooxml.Sheet, row int) bool {
	n := 0
	for i := range s.Cells {
		if s.Cells[i].Ref.Row == row && x.isLabel(&s.Cells[i]) {
			n++
		}
	}
	return n >= 3
}

func (x *subject) someLabel(s *ooxml.Sheet, rnd *rand.Rand) *ooxml.Cell {
	var all []int
	for i := range s.Cells {
		if x.isLabel(&s.Cells[i]) {
			all = append(all, i)
		}
	}
	if len(all) == 0 {
		return nil
	}
	return &s.Cells[all[rnd.IntN(len(all))]]
}

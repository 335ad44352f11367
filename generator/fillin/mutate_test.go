package fillin_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode"

	"jixiao/generator/ooxml"
)

// clone copies a workbook, so that it can be changed the way people change one.
func clone(b *ooxml.Workbook) *ooxml.Workbook {
	out := *b
	out.Sheets = slices.Clone(b.Sheets)
	for i := range out.Sheets {
		s := &out.Sheets[i]
		s.Cells, s.Merges = slices.Clone(s.Cells), slices.Clone(s.Merges)
	}
	return &out
}

func sortCells(s *ooxml.Sheet) {
	slices.SortStableFunc(s.Cells, func(a, b ooxml.Cell) int {
		if a.Ref.Row != b.Ref.Row {
			return a.Ref.Row - b.Ref.Row
		}
		return a.Ref.Col - b.Ref.Col
	})
	// A place holds one cell.
	s.Cells = slices.CompactFunc(s.Cells, func(a, b ooxml.Cell) bool { return a.Ref == b.Ref })
}

// insertRows makes room for n rows before row at; merged cells around it grow.
func insertRows(s *ooxml.Sheet, at, n int) {
	for i := range s.Cells {
		if s.Cells[i].Ref.Row >= at {
			s.Cells[i].Ref.Row += n
		}
	}
	for i := range s.Merges {
		m := &s.Merges[i]
		if m.From.Row >= at {
			m.From.Row += n
		}
		if m.To.Row >= at {
			m.To.Row += n
		}
	}
}

func insertCols(s *ooxml.Sheet, at, n int) {
	for i := range s.Cells {
		if s.Cells[i].Ref.Col >= at {
			s.Cells[i].Ref.Col += n
		}
	}
	for i := range s.Merges {
		m := &s.Merges[i]
		if m.From.Col >= at {
			m.From.Col += n
		}
		if m.To.Col >= at {
			m.To.Col += n
		}
	}
}

// deleteRow takes a row out. What stood in a merged cell that began there stays
// with what is left of it, as in Excel.
func deleteRow(s *ooxml.Sheet, at int) {
	var cells []ooxml.Cell
	for _, c := range s.Cells {
		switch {
		case c.Ref.Row < at:
			cells = append(cells, c)
		case c.Ref.Row > at:
			c.Ref.Row--
			cells = append(cells, c)
		default:
			if slices.ContainsFunc(s.Merges, func(m ooxml.Rect) bool { return m.From == c.Ref && m.To.Row > at }) {
				cells = append(cells, c)
			}
		}
	}
	s.Cells = cells
	var merges []ooxml.Rect
	for _, m := range s.Merges {
		if m.From.Row > at {
			m.From.Row--
		}
		if m.To.Row >= at {
			m.To.Row--
		}
		if m.To.Row >= m.From.Row && m.From != m.To {
			merges = append(merges, m)
		}
	}
	s.Merges = merges
	sortCells(s)
}

// moveRow cuts a row out and inserts it before row to (as counted before), as
// Excel does; merged cells inside the row go with it.
func moveRow(s *ooxml.Sheet, from, to int) {
	var cells []ooxml.Cell
	var merges []ooxml.Rect
	for _, c := range s.Cells {
		if c.Ref.Row == from {
			cells = append(cells, c)
		}
	}
	for _, m := range s.Merges {
		if m.From.Row == from && m.To.Row == from {
			merges = append(merges, m)
		}
	}
	s.Cells = slices.DeleteFunc(s.Cells, func(c ooxml.Cell) bool { return c.Ref.Row == from })
	deleteRow(s, from)
	if to > from {
		to--
	}
	insertRows(s, to, 1)
	for _, c := range cells {
		c.Ref.Row = to
		s.Cells = append(s.Cells, c)
	}
	for _, m := range merges {
		m.From.Row, m.To.Row = to, to
		s.Merges = append(s.Merges, m)
	}
	sortCells(s)
}

// moveCols gives the cells of some rows new columns.
func moveCols(s *ooxml.Sheet, from, to int, order map[int]int) {
	for i := range s.Cells {
		r := &s.Cells[i].Ref
		if c, ok := order[r.Col]; ok && r.Row >= from && r.Row <= to {
			r.Col = c
		}
	}
	for i := range s.Merges {
		m := &s.Merges[i]
		if c, ok := order[m.From.Col]; ok && m.From.Row >= from && m.To.Row <= to && m.From.Col == m.To.Col {
			m.From.Col, m.To.Col = c, c
		}
	}
	sortCells(s)
}

// put writes a text into a cell of a sheet.
func put(s *ooxml.Sheet, ref, text string) {
	r, ok := ooxml.ParseRef(ref)
	if !ok {
		panic("bad reference " + ref)
	}
	i, found := slices.BinarySearchFunc(s.Cells, r, func(c ooxml.Cell, r ooxml.Ref) int {
		if c.Ref.Row != r.Row {
			return c.Ref.Row - r.Row
		}
		return c.Ref.Col - r.Col
	})
	switch {
	case found && text == "":
		s.Cells = slices.Delete(s.Cells, i, i+1)
	case found:
		s.Cells[i] = ooxml.Cell{Ref: r, Kind: ooxml.TextCell, Text: text}
	case text != "":
		s.Cells = slices.Insert(s.Cells, i, ooxml.Cell{Ref: r, Kind: ooxml.TextCell, Text: text})
	}
}

// unmerge drops the merged cell that begins at ref; "" drops all.
func unmerge(s *ooxml.Sheet, ref string) {
	r, _ := ooxml.ParseRef(ref)
	s.Merges = slices.DeleteFunc(s.Merges, func(m ooxml.Rect) bool { return ref == "" || m.From == r })
}

func merge(s *ooxml.Sheet, area string) {
	r, ok := ooxml.ParseRect(area)
	if !ok {
		panic("bad range " + area)
	}
	s.Merges = append(s.Merges, r)
}

// disturb spells the labels of a sheet as careless people do: blanks and line
// breaks inside, brackets and colons of the other width. labels says which
// texts are labels; in cells with a value behind the label only the label changes.
func disturb(s *ooxml.Sheet, labels map[string]bool, rnd *rand.Rand) {
	for i := range s.Cells {
		c := &s.Cells[i]
		if c.Kind != ooxml.TextCell || !labels[plain(c.Text)] {
			continue
		}
		var b strings.Builder
		for _, r := range c.Text {
			switch {
			case unicode.IsSpace(r) && rnd.IntN(2) == 0:
				continue
			case r == '（' && rnd.IntN(2) == 0:
				r = '('
			case r == '）' && rnd.IntN(2) == 0:
				r = ')'
			case r == '：' && rnd.IntN(2) == 0:
				r = ':'
			}
			b.WriteRune(r)
			if rnd.IntN(4) == 0 {
				b.WriteString([]string{" ", "\n", "\u3000", "\u00a0", "\u200b", "\r\n", "  "}[rnd.IntN(7)])
			}
		}
		c.Text = b.String()
	}
}

// plain is a text without white space and with narrow brackets and colons, to recognise labels again.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return -1
		case r == '（':
			return '('
		case r == '）':
			return ')'
		case r == '：':
			return ':'
		}
		return r
	}, text)
}

// texts are the texts of a workbook, to know its labels by.
func texts(b *ooxml.Workbook) map[string]bool {
	out := map[string]bool{}
	for _, s := range b.Sheets {
		for _, c := range s.Cells {
			if c.Kind == ooxml.TextCell {
				out[plain(c.Text)] = true
			}
		}
	}
	return out
}

func sheetOf(t testing.TB, b *ooxml.Workbook, name string) *ooxml.Sheet {
	t.Helper()
	for i := range b.Sheets {
		if b.Sheets[i].Name == name {
			return &b.Sheets[i]
		}
	}
	t.Fatalf("no sheet %s", name)
	return nil
}

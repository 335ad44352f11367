package fillin

import (
	"slices"
	"strings"

	"jixiao/generator/ooxml"
)

// letter is a cell that holds a single letter.
type letter struct {
	ref  ooxml.Ref
	cell int32
	text string
}

// downwards finds labels that are spelt one letter a cell from top to bottom.
func (s *scanner) downwards() {
	if len(s.letters) < 2 {
		return
	}
	slices.SortStableFunc(s.letters, func(a, b letter) int {
		if a.ref.Col != b.ref.Col {
			return a.ref.Col - b.ref.Col
		}
		return a.ref.Row - b.ref.Row
	})
	found := false
	var text []byte
	for i := range s.letters {
		if !s.m.index.firsts[s.letters[i].text] {
			continue
		}
		text = append(text[:0], s.letters[i].text...)
		for j := i + 1; j < len(s.letters) && j < i+12; j++ {
			if s.letters[j].ref.Col != s.letters[i].ref.Col || s.letters[j].ref.Row != s.letters[j-1].ref.Row+1 {
				break
			}
			text = append(text, s.letters[j].text...)
			if len(s.m.index.exact[string(text)]) > 0 {
				s.cell = s.letters[i].cell
				s.whole(text, len(s.v.sheet.Cells[s.cell].Text), int32(s.letters[j].ref.Row))
				found = true
			}
		}
	}
	if found {
		slices.SortStableFunc(s.v.hits, func(a, b hit) int { return int(a.cell - b.cell) })
	}
}

// begin remembers the beginnings of a label, by which its upper half is known.
func (x *index) begin(text string) {
	for n := firstLetter(text); n < len(text); n += firstLetter(text[n:]) {
		x.starts[strings.TrimRight(text[:n], ":;(")] = true
	}
}

// joinLimit bounds how many labels of one sheet are put together: a form has a few dozen.
const joinLimit = 2000

// halfLimit bounds the length of half a label, in bytes of normal form.
const halfLimit = 60

// join finds labels of which one half stands below the other, because a merge
// was lost or because several columns have the upper half in common: 年初 above
// 预算数; 全年 above 预算数 and 执行数. Or the halves stand side by side: 分 | 值.
func (s *scanner) join() {
	if len(s.halves) == 0 {
		return
	}
	found := 0
	var text, lower []byte
	labels := make(bits, len(s.v.sheet.Cells)/64+1) // cells that are labels by themselves
	for _, h := range s.v.hits {
		if h.whole && h.grade >= byOther {
			labels.add(h.cell)
		}
	}
	for _, i := range s.halves {
		if found >= joinLimit {
			break
		}
		if s.across(i, labels) {
			found++
			continue
		}
		upper := s.v.rect(s.v.sheet.Cells[i].Ref)
		s.n.set(s.v.sheet.Cells[i].Text, halfLimit)
		text = append(text[:0], bare(s.n.b)...)
		for _, j := range s.beneath(upper) {
			c := &s.v.sheet.Cells[j]
			s.n.set(c.Text, halfLimit)
			lower = append(append(lower[:0], text...), bare(s.n.b)...)
			both := s.m.index.exact[string(lower)]
			if len(both) == 0 || len(lower) > labelLimit {
				continue
			}
			found++
			// What one of the halves says by itself is no label then.
			apart := width(upper) > 1
			s.v.hits = slices.DeleteFunc(s.v.hits, func(h hit) bool { return h.cell == j || h.cell == i && !apart })
			at, down := i, c.Ref.Row
			if apart {
				at, down = j, 0
			}
			for _, e := range both {
				s.v.hits = append(s.v.hits, hit{cell: at, label: e.label, to: int32(len(s.v.sheet.Cells[at].Text)), value: -1, grade: e.grade, whole: true, down: int32(down)})
			}
		}
	}
	if found > 0 {
		slices.SortStableFunc(s.v.hits, func(a, b hit) int { return int(a.cell - b.cell) })
	}
}

// pieces is how many cells of a row one label may be spread over.
const pieces = 4

// across finds a label that begins in a cell and goes on in the cells right of
// it. Two labels that stand side by side are two, whatever they say together.
func (s *scanner) across(i int32, labels bits) bool {
	alone := labels.has(i)
	first := s.v.rect(s.v.sheet.Cells[i].Ref)
	s.n.set(s.v.sheet.Cells[i].Text, halfLimit)
	text := slices.Clone(bare(s.n.b))
	last, end := first.To.Col, 0 // the last column looked at; the last one of the label
	var whole []spelling
	_, hi := s.v.row(first.From.Row)
	for j := int(i) + 1; j < hi && j < int(i)+4*pieces && last < first.To.Col+3*pieces; j++ {
		c := &s.v.sheet.Cells[j]
		if !s.v.says(j) {
			continue
		}
		r := s.v.rect(c.Ref)
		if c.Kind != ooxml.TextCell || r.From.Col != last+1 || !s.v.level(first, r) || alone && labels.has(int32(j)) {
			break
		}
		last = r.To.Col
		s.n.set(c.Text, halfLimit)
		if text = append(text, bare(s.n.b)...); len(text) > labelLimit {
			break
		}
		if l := s.m.index.exact[string(text)]; len(l) > 0 {
			whole, end = l, last
		} else if !s.m.index.starts[string(text)] {
			break
		}
	}
	if end == 0 {
		return false
	}
	// What the pieces say by themselves is no label then.
	row := first.From.Row
	s.v.hits = slices.DeleteFunc(s.v.hits, func(h hit) bool {
		at := s.v.sheet.Cells[h.cell].Ref
		return at.Row == row && at.Col >= first.From.Col && at.Col <= end
	})
	for _, e := range whole {
		s.v.hits = append(s.v.hits, hit{cell: i, label: e.label, to: int32(len(s.v.sheet.Cells[i].Text)), value: -1, grade: e.grade, whole: true, across: int32(end)})
	}
	return true
}

// level reports whether two ranges that begin in one row end in one, or nothing
// stands below the shorter one beside the longer.
func (v *view) level(a, b ooxml.Rect) bool {
	if a.To.Row > b.To.Row {
		a, b = b, a
	}
	return a.To.Row == b.To.Row || v.bare(a.To.Row+1, b.To.Row, a.From.Col-1, a.To.Col+1)
}

// beneath returns the texts that stand next below a cell, one for each of its columns.
func (s *scanner) beneath(upper ooxml.Rect) []int32 {
	var out []int32
	for i := s.v.after(upper.To.Row + 1); i < len(s.v.rows) && s.v.rows[i].number <= upper.To.Row+joinRows; i++ {
		for j := s.v.rows[i].lo; j < s.v.rows[i].hi; j++ {
			c := &s.v.sheet.Cells[j]
			if c.Ref.Col < upper.From.Col || c.Ref.Col > upper.To.Col || !s.v.says(j) ||
				slices.ContainsFunc(out, func(o int32) bool { return s.v.sheet.Cells[o].Ref.Col == c.Ref.Col }) {
				continue
			}
			if out = append(out, int32(j)); c.Kind != ooxml.TextCell || len(out) > width(upper) {
				return out[:len(out)-1]
			}
		}
	}
	return out
}

// joinRows is how many rows below its upper half the lower half of a label may stand.
const joinRows = 3

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

// halfLimit bounds the length of half a label, in bytes of normal form.
const halfLimit = 60

// join finds labels of which one half stands below the other, because a merge
// was lost or because several columns have the upper half in common: 年初 above
// 预算数; 全年 above 预算数 and 执行数.
func (s *scanner) join() {
	found := false
	var text, lower []byte
	for _, i := range s.halves {
		upper := s.v.rect(s.v.sheet.Cells[i].Ref)
		s.n.set(s.v.sheet.Cells[i].Text, halfLimit)
		text = append(text[:0], bare(s.n.b)...)
		for _, j := range s.beneath(upper) {
			c := &s.v.sheet.Cells[j]
			s.n.set(c.Text, halfLimit)
			lower = append(append(lower[:0], text...), bare(s.n.b)...)
			labels := s.m.index.exact[string(lower)]
			if len(labels) == 0 || len(lower) > labelLimit {
				continue
			}
			found = true
			// What one of the halves says by itself is no label then.
			apart := width(upper) > 1
			s.v.hits = slices.DeleteFunc(s.v.hits, func(h hit) bool { return h.cell == j || h.cell == i && !apart })
			at, down := i, c.Ref.Row
			if apart {
				at, down = j, 0
			}
			for _, e := range labels {
				s.v.hits = append(s.v.hits, hit{cell: at, label: e.label, to: int32(len(s.v.sheet.Cells[at].Text)), value: -1, grade: e.grade, whole: true, down: int32(down)})
			}
		}
	}
	if found {
		slices.SortStableFunc(s.v.hits, func(a, b hit) int { return int(a.cell - b.cell) })
	}
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

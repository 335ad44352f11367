package xlsx

import (
	"cmp"
	"slices"
	"strings"

	"jixiao/generator/ooxml"
	"jixiao/generator/tag"
)

// listOf is the list that a tag names outside of what is bound already; nil when it names none.
func (f *flow) listOf(t *tag.Tag) []string {
	path := listPath(t)
	if path == nil || f.bound[pathKey(path)] {
		return nil
	}
	return path
}

// pathKey is a list's path as one string: 项目.指标.
func pathKey(path []string) string { return strings.Join(path, ".") }

// rowLists returns the distinct lists that the tags of a row name, with the first tag of each.
func (f *flow) rowLists(rw *row) (paths [][]string, first []*tag.Tag, cols []int) {
	for i := range rw.cells {
		cl := &rw.cells[i]
		if cl.text == nil {
			continue
		}
		for _, t := range openTags(cl.text.pieces) {
			path := f.listOf(t)
			if path == nil || slices.ContainsFunc(paths, func(p []string) bool { return slices.Equal(p, path) }) {
				continue
			}
			paths, first, cols = append(paths, path), append(first, t), append(cols, cl.col)
		}
	}
	return paths, first, cols
}

// openTags are the value tags of a text, and its conditions, that no block inside the text repeats.
func openTags(pieces []piece) []*tag.Tag {
	var out []*tag.Tag
	for i := 0; i < len(pieces); i++ {
		t := pieces[i].tag
		if t == nil {
			continue
		}
		switch t.Kind {
		case tag.Each:
			if pieces[i].match < 0 {
				continue
			}
			for _, inner := range openTags(pieces[i+1 : pieces[i].match]) {
				if p := listPath(inner); p != nil && !hasPrefix(p, t.Path) {
					out = append(out, inner)
				}
			}
			i = pieces[i].match
		case tag.Value:
			out = append(out, t)
		case tag.If, tag.ElseIf:
			if pieces[i].match >= 0 {
				out = append(out, t)
			}
		}
	}
	return out
}

func hasPrefix(path, prefix []string) bool {
	return len(path) >= len(prefix) && slices.Equal(path[:len(prefix)], prefix)
}

// bandEnd is the last of the rows that merged cells bind to row first, because
// all of them name one list. limit is the first row that it must not reach.
func (f *flow) bandEnd(first, limit int) int {
	end := first
	for n := first; n <= end; n++ {
		for _, m := range f.tall[n] {
			if m.To.Row > end && m.To.Row < limit && f.joins(m) {
				end = m.To.Row
			}
		}
	}
	return end
}

// band finds what repeats from row rw on: the row by itself, or the rows bound to
// it; the list, and the tag that names it. Rows that stand once have no list.
func (f *flow) band(rw *row, limit int) (end int, path []string, first *tag.Tag, ref string) {
	end = f.bandEnd(rw.n, limit)
	for n := rw.n; n <= end; n++ {
		i, found := f.rowIndex(n)
		if !found {
			continue
		}
		paths, tags, cols := f.rowLists(&f.sheet.rows[i])
		row := longest(paths)
		for k, p := range paths {
			if !hasPrefix(row, p) {
				f.c.faultAt(rowPlace(f.sheet.name, n), tags[k].Source, "同一行的标签分属两个列表“"+pathKey(p)+"”和“"+pathKey(row)+"”，不知道按哪一个重复：请分成两行，或用 {{#每个 …}} 写明")
			}
		}
		switch {
		case row == nil:
		case path == nil:
			path, first, ref = row, tags[0], ooxml.Ref{Row: n, Col: cols[0]}.String()
		case len(row) < len(path):
			path = row
		}
	}
	return end, path, first, ref
}

func longest(paths [][]string) []string {
	var out []string
	for _, p := range paths {
		if len(p) > len(out) {
			out = p
		}
	}
	return out
}

// joins reports whether a merged range makes one item of the rows that it covers:
// they all name one list, or the merged cell itself speaks of an item and no row names another list.
func (f *flow) joins(m ooxml.Rect) bool {
	var path []string
	silent := false
	for n := m.From.Row; n <= m.To.Row; n++ {
		i, found := f.rowIndex(n)
		var row []string
		if found {
			paths, _, _ := f.rowLists(&f.sheet.rows[i])
			row = longest(paths)
		}
		switch {
		case row == nil:
			silent = true
		case path == nil || hasPrefix(path, row):
			path = row
		case !hasPrefix(row, path):
			return false
		}
	}
	if path == nil {
		return false
	}
	return !silent || f.speaksOfItem(m.From)
}

// speaksOfItem reports whether the cell has a tag about an item of a list that is not repeated yet.
func (f *flow) speaksOfItem(at ooxml.Ref) bool {
	i, found := f.rowIndex(at.Row)
	if !found {
		return false
	}
	cells := f.sheet.rows[i].cells
	j, found := slices.BinarySearchFunc(cells, at.Col, func(c cell, col int) int { return cmp.Compare(c.col, col) })
	if !found || cells[j].text == nil {
		return false
	}
	for _, t := range openTags(cells[j].text.pieces) {
		if f.listOf(t) != nil || namesItem(t) {
			return true
		}
	}
	return false
}

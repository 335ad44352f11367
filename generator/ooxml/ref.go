package ooxml

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// The size of a worksheet.
const (
	MaxRow = 1 << 20 // 1048576
	MaxCol = 1 << 14 // 16384, XFD
)

// ColumnName is the letters of a column: 1 is A, 16384 is XFD. "" for less than 1.
func ColumnName(col int) string {
	var buf [16]byte
	i := len(buf)
	for ; col > 0; col = (col - 1) / 26 {
		i--
		buf[i] = 'A' + byte((col-1)%26)
	}
	return string(buf[i:])
}

// String is the reference as people write it: H16.
func (r Ref) String() string { return ColumnName(r.Col) + strconv.Itoa(r.Row) }

// String is the range as people write it: A1:C3, or A1 for a single cell.
func (r Rect) String() string {
	if r.From == r.To {
		return r.From.String()
	}
	return r.From.String() + ":" + r.To.String()
}

// ParseRef reads a reference in A1 form, in upper or lower case, with or
// without $. It must lie inside a worksheet.
func ParseRef(s string) (Ref, bool) {
	r, n := scanRef(s)
	return r, n > 0 && n == len(s)
}

// scanRef reads a reference at the start of s and returns its length, 0 when there is none.
func scanRef[T string | []byte](s T) (r Ref, n int) {
	i := 0
	if i < len(s) && s[i] == '$' {
		i++
	}
	start := i
	for ; i < len(s); i++ {
		c := s[i] &^ 0x20
		if c < 'A' || c > 'Z' {
			break
		}
		if r.Col = r.Col*26 + int(c-'A') + 1; r.Col > MaxCol {
			return Ref{}, 0
		}
	}
	if i == start {
		return Ref{}, 0
	}
	if i < len(s) && s[i] == '$' {
		i++
	}
	start = i
	for ; i < len(s) && s[i] >= '0' && s[i] <= '9'; i++ {
		if r.Row = r.Row*10 + int(s[i]-'0'); r.Row > MaxRow {
			return Ref{}, 0
		}
	}
	if i == start || r.Row == 0 || s[start] == '0' {
		return Ref{}, 0
	}
	return r, i
}

// ParseRect reads a range: A1:C3, or A1 for a single cell. Corners may stand in
// any order; From is always the upper left one.
func ParseRect(s string) (Rect, bool) {
	from, to, isRange := strings.Cut(s, ":")
	if !isRange {
		to = from
	}
	a, ok1 := ParseRef(from)
	b, ok2 := ParseRef(to)
	return Rect{
		From: Ref{Row: min(a.Row, b.Row), Col: min(a.Col, b.Col)},
		To:   Ref{Row: max(a.Row, b.Row), Col: max(a.Col, b.Col)},
	}, ok1 && ok2
}

// Contains reports whether the cell lies in the range.
func (r Rect) Contains(c Ref) bool {
	return c.Row >= r.From.Row && c.Row <= r.To.Row && c.Col >= r.From.Col && c.Col <= r.To.Col
}

// compareRefs orders cells by row, then column.
func compareRefs(a, b Ref) int {
	return cmp.Or(cmp.Compare(a.Row, b.Row), cmp.Compare(a.Col, b.Col))
}

// At returns the cell at exactly that place, or nil when it says nothing. Only
// the upper left cell of a merged range has content.
func (s *Sheet) At(r Ref) *Cell {
	i, ok := slices.BinarySearchFunc(s.Cells, r, func(c Cell, r Ref) int { return compareRefs(c.Ref, r) })
	if !ok {
		return nil
	}
	return &s.Cells[i]
}

// MergeAt returns the merged range that covers the cell.
func (s *Sheet) MergeAt(r Ref) (Rect, bool) {
	for _, m := range s.Merges {
		if m.Contains(r) {
			return m, true
		}
	}
	return Rect{}, false
}

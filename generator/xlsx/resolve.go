package xlsx

import (
	"slices"
	"strings"
)

// area is a range of cells of the output.
type area struct {
	sheet            *outSheet
	rows             span
	fromCol, toCol   int
	wholeCol, wholeR bool // written without rows, without columns
}

// viewpoint is from where a reference is read: C5 in the third item's row means the third item's C5.
type viewpoint struct {
	sheet *outSheet // nil: no sheet, as for names of the whole workbook
	frame *frame    // nil: no row
	next  *frame    // of a rule for many cells: the second of the items for which it is written
}

// unknownSheet is the target of a reference to a sheet that the workbook does not have.
const unknownSheet = -2

// ownSheet is the target of a reference without a sheet.
const ownSheet = -1

// bind finds the sheets that the references of a formula name.
func (b *book) bind(tokens []token) {
	for i := range tokens {
		if t := &tokens[i]; t.kind == tokRef {
			t.ref.target, t.ref.lastTarget = b.sheetIndex(t.ref.sheet), ownSheet
			if t.ref.last != "" {
				t.ref.lastTarget = b.sheetIndex(t.ref.last)
			}
		}
	}
}

// sheetIndex finds a sheet by its name as formulas write it.
func (b *book) sheetIndex(name string) int {
	if name == "" {
		return ownSheet
	}
	for i, sh := range b.sheets {
		if strings.EqualFold(sh.name, name) {
			return i
		}
	}
	return unknownSheet
}

// targets returns the sheets of the output that a reference means, in their order.
func (r *rendering) targets(ref *reference, v viewpoint) []*outSheet {
	switch ref.target {
	case unknownSheet:
		return nil
	case ownSheet:
		if v.sheet == nil {
			return nil
		}
		return []*outSheet{v.sheet}
	}
	all := r.bySource[ref.target]
	if ref.last != "" {
		if ref.lastTarget < 0 {
			return nil
		}
		first, last := all[0].index, r.bySource[ref.lastTarget][len(r.bySource[ref.lastTarget])-1].index
		if first > last {
			return nil
		}
		return r.sheets[first : last+1]
	}
	if v.sheet != nil && len(all) > 1 {
		if v.sheet.src.index == ref.target {
			return []*outSheet{v.sheet}
		}
		if mine := v.frame.turn(all[0].src.key); mine != nil && mine.index < len(all) {
			return all[mine.index : mine.index+1]
		}
		if pathsEqual(v.sheet.src, all[0].src) && v.sheet.root.index < len(all) {
			return all[v.sheet.root.index : v.sheet.root.index+1]
		}
	}
	return all
}

// resolve appends the areas of the output that a reference means. None: the
// rows fell away. ok is false when the reference is not of this workbook's
// cells and is left as it is written.
func (r *rendering) resolve(dst []area, ref *reference, v viewpoint) (areas []area, ok bool) {
	sheets := r.targets(ref, v)
	if len(sheets) == 0 {
		return dst, false
	}
	var buf [8]span
	for _, sh := range sheets {
		a := area{sheet: sh, fromCol: ref.from.Col, toCol: ref.to.Col, wholeR: ref.from.Col == 0}
		if ref.from.Row == 0 {
			a.rows, a.wholeCol = span{1, maxRow}, true
			dst = append(dst, a)
			continue
		}
		if a.wholeR {
			a.fromCol, a.toCol = 1, maxCol
		}
		viewer := v.frame
		if viewer == nil && v.sheet != nil {
			viewer = v.sheet.root
		}
		for _, s := range rowsSeen(buf[:0], sh.root, viewer, ref.from.Row, ref.to.Row, ref.from.AbsRow, ref.to.AbsRow) {
			a.rows = s
			dst = append(dst, a)
		}
	}
	return dst, true
}

// hull joins areas of one sheet into the smallest range that has them all; areas of further sheets are left out.
func hull(areas []area) area {
	h := areas[0]
	for _, a := range areas[1:] {
		if a.sheet == h.sheet {
			h.rows.from, h.rows.to = min(h.rows.from, a.rows.from), max(h.rows.to, a.rows.to)
		}
	}
	return h
}

// maxFormula is how many characters a formula may have.
const maxFormula = 8192

// appendFormula writes a formula as it reads in the output, from viewpoint v.
func (r *rendering) appendFormula(dst []byte, tokens []token, v viewpoint) []byte {
	for i := range tokens {
		switch t := &tokens[i]; t.kind {
		case tokRef:
			dst = r.appendRef(dst, t, v)
		case tokTable:
			dst = append(dst, v.renameTable(t.text)...)
		default:
			dst = append(dst, t.text...)
		}
	}
	return dst
}

// appendRef writes a reference as it reads in the output.
func (r *rendering) appendRef(dst []byte, t *token, v viewpoint) []byte {
	var buf [8]area
	areas, ok := r.resolve(buf[:0], &t.ref, v)
	if !ok {
		return append(dst, t.text...)
	}
	if t.ref.last != "" { // 一月:三月!B6 stays one reference; its rows follow the first sheet's
		areas = slices.DeleteFunc(areas, func(a area) bool { return a.sheet != areas[0].sheet })
	}
	if len(areas) == 0 {
		return r.appendGone(dst, t, v)
	}
	if v.next != nil {
		t = r.pinned(t, areas, v)
	}
	grows := t.ref.isRange || t.use != useScalar
	switch {
	case len(areas) > 1 && t.use == useList:
		return r.appendList(dst, t, areas, v)
	case len(areas) > 1 && grows:
		return r.appendArea(dst, t, hull(areas), v)
	}
	a := areas[0]
	if !grows {
		a.rows.to = a.rows.from
	}
	return r.appendArea(dst, t, a, v)
}

// maxArgs is how many ranges are written as arguments of their own; more become one union in parentheses.
const maxArgs = 200

// appendList writes areas one after the other.
func (r *rendering) appendList(dst []byte, t *token, areas []area, v viewpoint) []byte {
	if len(areas) > maxArgs {
		dst = append(dst, '(')
	}
	for i := range areas {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = r.appendArea(dst, t, areas[i], v)
	}
	if len(areas) > maxArgs {
		dst = append(dst, ')')
	}
	return dst
}

// pinned is the reference with dollars before its rows when all items of the
// rule mean the same rows by it: the rule moves on from item to item, they do not.
func (r *rendering) pinned(t *token, first []area, v viewpoint) *token {
	v.frame = v.next
	if second, _ := r.resolve(nil, &t.ref, v); !slices.Equal(first, second) {
		return t
	}
	p := *t
	p.ref.from.AbsRow, p.ref.to.AbsRow = true, true
	return &p
}

// appendArea writes one area with the dollars of the template's reference.
func (r *rendering) appendArea(dst []byte, t *token, a area, v viewpoint) []byte {
	ref := &t.ref
	switch {
	case ref.last != "":
		last := r.bySource[ref.lastTarget]
		dst = appendSheet(dst, a.sheet.name, last[len(last)-1].name)
	case ref.prefix != "" && a.sheet.name == a.sheet.src.name:
		dst = append(dst, ref.prefix...)
	case ref.prefix != "" || v.sheet != nil && a.sheet != v.sheet:
		dst = appendSheet(dst, a.sheet.name, "")
	}
	from, to := ref.from, ref.to
	if !a.wholeCol {
		from.Row, to.Row = a.rows.from, a.rows.to
	}
	return appendReference(dst, from, to, ref.isRange || from.Row != to.Row)
}

// appendGone writes what stands for rows that fell away: a sum takes them as
// nothing, and where a range must stand it is one of blank cells.
func (r *rendering) appendGone(dst []byte, t *token, v viewpoint) []byte {
	if !t.ref.isRange && t.use != useRange || t.use == useList {
		return append(dst, '0')
	}
	return r.appendArea(dst, t, r.gone(&t.ref, v), v)
}

// gone is the blank cells that stand for rows that fell away.
func (r *rendering) gone(ref *reference, v viewpoint) area {
	return area{sheet: r.targets(ref, v)[0], rows: span{maxRow, maxRow}, fromCol: max(ref.from.Col, 1), toCol: max(ref.to.Col, 1), wholeR: ref.from.Col == 0}
}

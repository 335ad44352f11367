package xlsx

import (
	"strconv"

	"jixiao/generator/ooxml"
)

// segment is a piece of a part: bytes that stay, or something that follows the
// rows. A compiled part is a list of segments; writing it is one pass.
type segment interface {
	append(dst []byte, r *rendering, v viewpoint) []byte
}

// static is bytes that stay.
type static []byte

func (s static) append(dst []byte, _ *rendering, _ viewpoint) []byte { return append(dst, s...) }

func appendAll(dst []byte, segments []segment, r *rendering, v viewpoint) []byte {
	for _, s := range segments {
		dst = s.append(dst, r, v)
	}
	return dst
}

// cutter takes a part apart: what is not replaced stays as it is.
type cutter struct {
	data []byte
	at   int // what comes before is in out
	out  []segment
	live bool // some segment is not static
	text bool // some segment is a text with tags
}

// replace lets a segment stand for data[start:end].
func (k *cutter) replace(start, end int, s segment) {
	k.static(start)
	k.out = append(k.out, s)
	k.at = end
	k.live = true
}

// drop leaves data[start:end] out.
func (k *cutter) drop(start, end int) {
	k.static(start)
	k.at = end
}

func (k *cutter) static(end int) {
	if end > k.at {
		k.out = append(k.out, static(k.data[k.at:end]))
	}
	k.at = max(k.at, end)
}

func (k *cutter) finish(end int) []segment {
	k.static(end)
	return k.out
}

// formulaSegment is a formula in a part.
type formulaSegment struct {
	raw    []byte // as the part has it
	tokens []token
}

func (s formulaSegment) append(dst []byte, r *rendering, v viewpoint) []byte {
	if !r.moved {
		return append(dst, s.raw...)
	}
	r.scratch = r.appendFormula(r.scratch[:0], s.tokens, v)
	return ooxml.Escape(dst, string(r.scratch))
}

// formula makes a segment of a formula, nil when it refers to no cells.
func (c *compiler) formula(raw []byte) segment {
	tokens := lexFormula(string(ooxml.Unescape(nil, raw)))
	c.book.bind(tokens)
	for i := range tokens {
		if k := tokens[i].kind; k == tokRef || k == tokTable {
			return formulaSegment{raw, tokens}
		}
	}
	return nil
}

// areas is a list of ranges without dollars: sqref="B5:B9 D5". one asks for a single range: ref="A1:I25".
type areas struct {
	raw  []byte
	refs []token
	one  bool
}

// parseAreas reads sqref or ref.
func parseAreas(raw []byte, one bool) (areas, bool) {
	a := areas{raw: raw, one: one}
	for pos := 0; pos < len(raw); {
		if raw[pos] == ' ' {
			pos++
			continue
		}
		ref, end, ok := scanRef(string(raw), pos)
		if !ok {
			return a, false
		}
		ref.target = ownSheet
		a.refs = append(a.refs, token{kind: tokRef, ref: ref, text: string(raw[pos:end])})
		pos = end
	}
	return a, len(a.refs) > 0
}

// resolve are the ranges of the output.
func (a areas) resolve(r *rendering, v viewpoint) []area {
	var out []area
	v.frame = v.sheet.root
	for i := range a.refs {
		var buf [8]area
		found, _ := r.resolve(buf[:0], &a.refs[i].ref, v) // ranges of the own sheet always resolve
		if a.one && len(found) > 1 {
			found = append(found[:0], hull(found))
		}
		out = append(out, found...)
	}
	return out
}

func (a areas) append(dst []byte, r *rendering, v viewpoint) []byte {
	if !r.moved {
		return append(dst, a.raw...)
	}
	found := a.resolve(r, v)
	if len(found) == 0 { // of what fell away, one blank cell remains
		found = append(found, area{rows: span{maxRow, maxRow}, fromCol: a.refs[0].ref.from.Col, toCol: a.refs[0].ref.from.Col})
	}
	for i, f := range found {
		if i > 0 {
			dst = append(dst, ' ')
		}
		dst = f.append(dst)
	}
	return dst
}

// append writes the range without dollars.
func (a area) append(dst []byte) []byte {
	from, to := corner{Row: a.rows.from, Col: a.fromCol}, corner{Row: a.rows.to, Col: a.toCol}
	switch {
	case a.wholeCol:
		from.Row, to.Row = 0, 0
	case a.wholeR:
		from.Col, to.Col = 0, 0
	}
	return appendReference(dst, from, to, from != to || a.wholeCol || a.wholeR)
}

// group is an element that falls away with its cells: a validation, a
// conditional format, a sparkline. Its formulas are written for its first cell.
type group struct {
	cells    areas
	segments []segment
	each     bool // every cell gets an element of its own: a sparkline
}

func (g group) append(dst []byte, r *rendering, v viewpoint) []byte {
	if !r.moved {
		return appendAll(dst, g.segments, r, v)
	}
	first := g.cells.refs[0].ref.from.Row
	turns := v.sheet.root.turnsOf(nil, first)
	switch {
	case g.each:
		for _, f := range turns {
			v.frame = f
			dst = appendAll(dst, g.segments, r, v)
		}
		return dst
	case len(g.cells.resolve(r, v)) == 0:
		return dst
	}
	if len(turns) > 0 {
		v.frame = turns[0]
	}
	if len(turns) > 1 {
		v.next = turns[1]
	}
	return appendAll(dst, g.segments, r, v)
}

// turnsOf appends the innermost frames that hold a source row, one for each of its outputs.
func (f *frame) turnsOf(dst []*frame, row int) []*frame {
	st := f.standOf(row)
	if st == nil || st.part.kind == partRows {
		return append(dst, f)
	}
	for _, child := range st.frames {
		if child.body.from <= row && row <= child.body.to {
			dst = child.turnsOf(dst, row)
		}
	}
	return dst
}

// ownCell is the place of a cell in the row of the viewpoint: the sqref of a sparkline.
type ownCell struct{ ref reference }

func (o ownCell) append(dst []byte, r *rendering, v viewpoint) []byte {
	t := token{kind: tokRef, ref: o.ref}
	return r.appendRef(dst, &t, v)
}

// container is an element that must not be empty: it falls away with the last of its groups.
type container struct{ open, inner, close []segment }

func (c container) append(dst []byte, r *rendering, v viewpoint) []byte {
	start := len(dst)
	dst = appendAll(dst, c.open, r, v)
	alive, changing := false, false
	for _, s := range c.inner {
		before := len(dst)
		dst = s.append(dst, r, v)
		if _, stays := s.(static); !stays {
			changing = true
			alive = alive || len(dst) > before
		}
	}
	if changing && !alive {
		return dst[:start]
	}
	return appendAll(dst, c.close, r, v)
}

// perRun repeats an element for every run of output rows of its cells: a hyperlink.
type perRun struct {
	cells         areas
	before, after []segment
}

func (p perRun) append(dst []byte, r *rendering, v viewpoint) []byte {
	for _, a := range p.cells.resolve(r, v) {
		dst = appendAll(dst, p.before, r, v)
		dst = a.append(dst)
		dst = appendAll(dst, p.after, r, v)
	}
	return dst
}

// firstOnly stands in the first of several sheets that one template sheet becomes: what names it, or selects it.
type firstOnly []byte

func (s firstOnly) append(dst []byte, _ *rendering, v viewpoint) []byte {
	if v.sheet.root.index == 0 {
		dst = append(dst, s...)
	}
	return dst
}

// dimension is the range that has cells.
type dimension struct{}

func (dimension) append(dst []byte, _ *rendering, v viewpoint) []byte {
	last := v.sheet.lastRow()
	return area{rows: span{1, max(last, 1)}, fromCol: 1, toCol: max(v.sheet.src.width, 1)}.append(dst)
}

// rowNumber is a row as drawings count it, from 0.
type rowNumber struct{ row int }

func (s rowNumber) append(dst []byte, r *rendering, v viewpoint) []byte {
	return strconv.AppendInt(dst, int64(v.sheet.firstOut(s.row+1)-1), 10)
}

// firstOut is the first output row of a source row; of one that fell away, the row that took its place.
func (sh *outSheet) firstOut(row int) int {
	var buf [4]span
	for ; row <= maxRow; row++ {
		if rows := sh.root.runs(buf[:0], row, row); len(rows) > 0 {
			return rows[0].from
		}
	}
	return maxRow
}

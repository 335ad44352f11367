package xlsx

import "jixiao/generator/expr"

// A sheet's rows are a tree: rows that stand once, repetitions and conditions
// with bodies of their own ([body], made by Compile). Rendering visits it and
// leaves a tree of frames, one for each visit of a body. The frames are the row
// map: they answer, for every reference of every formula, where the rows of the
// template stand in the output — as seen from the formula that asks, because
// C5 in the third item's row means the third item's C5.

// body is a run of rows that is visited as a whole: a sheet, the rows of a
// repetition, a branch of a condition.
type body struct {
	from, to int // source rows, inclusive; to < from when it has none
	parts    []part
	merges   []merge
}

// part is a stretch of a body: rows that stand once, a repetition or a condition.
type part struct {
	kind     partKind
	from, to int      // source rows, control rows included
	path     []string // partEach: the list
	key      string   // partEach: the path as one string
	place    string   // partEach: where it is written, for messages
	source   string   // partEach: the tag that made it
	branches []branch // partEach: one; partIf: each branch in order
}

type partKind uint8

const (
	partRows partKind = iota
	partEach
	partIf
)

// frame is one visit of a body.
type frame struct {
	parent   *frame
	body     *body
	key      string // path of the list whose item it is; "" for a branch and for a sheet that stands once
	index    int    // 0-based number of the item
	blank    bool   // the list is empty: the rows stand once, with nothing in them
	scope    expr.Scope
	out, end int // output rows: out to end-1
	stands   []stand
}

// stand is where a part of the body came to stand.
type stand struct {
	part     *part
	out, end int
	frames   []*frame // of partEach and partIf
}

// span is an inclusive range of output rows.
type span struct{ from, to int }

// item returns the nearest frame around f, or f itself, that is an item of a list.
func (f *frame) item() *frame {
	for f != nil && f.key == "" {
		f = f.parent
	}
	return f
}

// turn returns the frame of the list key around f, or f itself; nil when f stands in no item of it.
func (f *frame) turn(key string) *frame {
	for ; f != nil; f = f.parent {
		if f.key == key {
			return f
		}
	}
	return nil
}

// same follows the references of viewer from the sheet's frame f down into the
// items that viewer stands in, as far as they contain row: rows of the same item are meant.
func (f *frame) same(viewer *frame, row int) *frame {
	deepest := f
	for {
		st := f.standOf(row)
		if st == nil {
			return deepest
		}
		var next *frame
		switch st.part.kind {
		case partEach:
			if mine := viewer.turn(st.part.key); mine != nil && mine.index < len(st.frames) {
				next = st.frames[mine.index]
				deepest = next
			}
		case partIf:
			if len(st.frames) > 0 {
				next = st.frames[0]
			}
		}
		if next == nil || row < next.body.from || row > next.body.to {
			return deepest
		}
		f = next
	}
}

// standOf returns where the part that contains the row stands.
func (f *frame) standOf(row int) *stand {
	for i := range f.stands {
		if st := &f.stands[i]; st.part.from <= row && row <= st.part.to {
			return st
		}
	}
	return nil
}

// runs appends the output rows of the source rows from..to, in order, neighbours joined.
func (f *frame) runs(dst []span, from, to int) []span {
	for i := range f.stands {
		st := &f.stands[i]
		if st.part.to < from || st.part.from > to || st.out == st.end {
			continue
		}
		switch {
		case st.part.kind == partRows:
			delta := st.out - st.part.from
			dst = joinSpan(dst, span{max(from, st.part.from) + delta, min(to, st.part.to) + delta})
		case from <= st.part.from && st.part.to <= to:
			dst = joinSpan(dst, span{st.out, st.end - 1})
		default:
			for _, child := range st.frames {
				dst = child.runs(dst, from, to)
			}
		}
	}
	return dst
}

func joinSpan(dst []span, s span) []span {
	if s.to > maxRow { // the template's last rows were pushed off the sheet
		s.to = maxRow
	}
	if s.from > s.to {
		return dst
	}
	if n := len(dst); n > 0 && dst[n-1].to+1 == s.from {
		dst[n-1].to = s.to
		return dst
	}
	return append(dst, s)
}

// rowsSeen returns the output rows that the source rows from..to of the sheet
// with the frame root mean to a formula in viewer (nil: outside the sheet).
// fixedFrom and fixedTo tell that the ends are written with a dollar: such an end
// looks out of the item in which the formula stands, so that SUM(E$5:E$5) in a
// repeated row is the total of all items and SUM(E$5:E5) the total so far.
func rowsSeen(dst []span, root, viewer *frame, from, to int, fixedFrom, fixedTo bool) []span {
	outside := viewer
	if own := viewer.item(); own != nil {
		outside = own.parent
	}
	seen := func(row int, fixed bool) *frame {
		if fixed {
			return root.same(outside, row)
		}
		return root.same(viewer, row)
	}
	first, last := seen(from, fixedFrom), seen(to, fixedTo)
	if first == last {
		return first.runs(dst, from, to)
	}
	var ends [4]span
	head, tail := first.runs(ends[:0:2], from, from), last.runs(ends[2:2], to, to)
	if len(head) == 0 || len(tail) == 0 || head[0].from > tail[len(tail)-1].to {
		return root.runs(dst, from, to)
	}
	return append(dst, span{head[0].from, tail[len(tail)-1].to})
}

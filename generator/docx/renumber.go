package docx

import (
	"bytes"
	"strconv"
	"strings"

	"jixiao/generator/ooxml"
)

// What a list repeats must not bring an id into the document twice. The places
// where ids stand are noted when a part is read (sites); when the bytes around
// them are repeated, each kind has its cure:
//
//	bookmarks, comment and permission ranges   stand in the first copy only
//	drawings (wp:docPr)                        get the next free number
//	VML shapes                                 get a number behind their name
//	footnotes, endnotes                        are copied with their reference (notes.go)
//	w14:paraId, w14:textId, content controls   go without: the ids are optional
//
// A range whose ends do not stand in the same repeated or conditional part
// would lose one of them and goes altogether. A field cut like that is a fault.

// siteKind says what stands at a site.
type siteKind uint8

const (
	rangeEnd  siteKind = iota // an element that is one end of a range
	reference                 // an element that may stand once: w:commentReference
	optional                  // an attribute or element that a copy can do without
	bound                     // an element that would undo a value printed in its content control
	drawingID                 // the digits of wp:docPr/@id
	shapeName                 // the name of a VML shape, or a reference to it
	noteID                    // the id of a footnote or endnote, or of a reference to one
	fieldMark                 // a w:fldChar that begins or ends a field
	headers                   // where a section names its headers; see stamp.go
)

// site is a stretch of a part that holds an id.
type site struct {
	kind       siteKind
	start, end int   // of an attribute or its value
	whole      bool  // the whole element
	node       *node // the element it belongs to
	key        string
	opens      bool // the first end of a range, the begin of a field
}

// span is what the site covers: the whole element, when it is one.
func (s *site) span() (start, end int) {
	if s.whole {
		return s.node.start, s.node.end
	}
	return s.start, s.end
}

// note records the sites of an element whose start tag the scanner has reached.
func (t *tree) note(n *node, s *ooxml.Scanner) {
	element := func(kind siteKind, key string, opens bool) {
		t.sites = append(t.sites, site{kind: kind, start: n.start, whole: true, node: n, key: key, opens: opens})
	}
	value := func(kind siteKind, a ooxml.Attr) {
		end := a.End - 1
		t.sites = append(t.sites, site{kind: kind, start: end - len(a.Value), end: end, node: n, key: string(a.Value)})
	}
	attr := func(usual string) (string, bool) {
		space, local, _ := strings.Cut(usual, ":")
		raw, ok := s.RawAttr(t.prefix[space] + local)
		return string(raw), ok
	}
	switch n.name {
	case "":
		return
	case "w:p", "w:tr":
		for _, a := range s.Attrs() {
			if w14 := t.prefix["w14"]; w14 != "" && (string(a.Name) == w14+"paraId" || string(a.Name) == w14+"textId") {
				t.sites = append(t.sites, site{kind: optional, start: blankBefore(t.data, a.Start), end: a.End, node: n})
			}
		}
	case "w:commentReference":
		element(reference, "", false)
	case "w:id", "w:dataBinding", "w15:dataBinding", "w:showingPlcHdr":
		if n.parent == nil || n.parent.name != "w:sdtPr" || n.parent.parent == nil {
			return
		}
		if n.name == "w:id" {
			element(optional, "", false)
		} else {
			element(bound, "", false)
		}
	case "w:fldChar":
		if kind, _ := attr("w:fldCharType"); kind == "begin" || kind == "end" {
			element(fieldMark, "", kind == "begin")
		}
	case "w:footnoteReference", "w:endnoteReference", "w:footnote", "w:endnote":
		for _, a := range s.Attrs() {
			if string(a.Name) == t.prefix["w"]+"id" {
				value(noteID, a)
			}
		}
	case "wp:docPr":
		for _, a := range s.Attrs() {
			if string(a.Name) == "id" {
				value(drawingID, a)
			}
		}
	case "v:shape", "v:rect", "v:roundrect", "v:oval", "v:line", "v:polyline", "v:group", "v:arc", "v:curve", "v:image", "o:OLEObject":
		for _, a := range s.Attrs() {
			if name := string(a.Name); name == "id" || name == "ShapeID" || name == t.prefix["o"]+"spid" {
				value(shapeName, a)
			}
		}
	default:
		kind, opens := strings.CutSuffix(n.name, "Start")
		closes := false
		if !opens {
			kind, closes = strings.CutSuffix(n.name, "End")
		}
		if (opens || closes) && (kind == "w:bookmark" || kind == "w:perm" || strings.HasSuffix(kind, "Range")) {
			id, _ := attr("w:id")
			element(rangeEnd, kind+" "+id, opens)
		}
	}
}

// blankBefore includes the blanks before offset i.
func blankBefore(data []byte, i int) int {
	for i > 0 && (data[i-1] == ' ' || data[i-1] == '\n' || data[i-1] == '\r' || data[i-1] == '\t') {
		i--
	}
	return i
}

// highest is the highest number that stands at the sites of a kind.
func (t *tree) highest(kind siteKind) int {
	highest := 0
	for _, s := range t.sites {
		if s.kind == kind {
			if n, err := strconv.Atoi(s.key); err == nil && n < 1<<30 {
				highest = max(highest, n)
			}
		}
	}
	return highest
}

// rangeOp is one end of a range until the whole part is known; finish turns it
// into what it has to be.
type rangeOp struct {
	key      string
	opens    bool
	bytes    []byte
	frame    *frame // the innermost block around it, nil outside
	branch   int
	repeated bool
	becomes  op // nil: nothing
}

func (o *rangeOp) run(st *state) {
	if o.becomes != nil {
		o.becomes.run(st)
	}
}

// pairRanges decides what becomes of the ends of ranges. What stands outside of
// all blocks stays; a range that crosses the edge of a block goes.
func (b *builder) pairRanges() {
	open := map[string]*rangeOp{}
	for _, r := range b.ranges {
		if r.frame == nil && !r.repeated {
			r.becomes = static(r.bytes)
		}
		start := open[r.key]
		switch {
		case r.opens:
			open[r.key] = r
			continue
		case start == nil:
			continue
		case start.frame != r.frame || start.branch != r.branch:
			start.becomes, r.becomes = nil, nil
		case r.frame != nil || r.repeated:
			start.becomes, r.becomes = b.single(start), b.single(r)
		}
		delete(open, r.key)
	}
}

// single is the op for an end of a range that may stay.
func (b *builder) single(r *rangeOp) op {
	if r.repeated {
		return &onceOp{slot: b.slot(), bytes: r.bytes}
	}
	return static(r.bytes)
}

// onceOp writes its bytes the first time it is reached.
type onceOp struct {
	slot  int
	bytes []byte
}

func (o *onceOp) run(st *state) {
	if st.slots[o.slot] == 0 {
		st.out = append(st.out, o.bytes...)
	}
	st.slots[o.slot] = 1
}

// drawingOp numbers a drawing: the first keeps its number, copies get the next free one.
type drawingOp struct {
	slot  int
	given string
}

func (o *drawingOp) run(st *state) {
	if st.slots[o.slot] == 0 {
		st.slots[o.slot] = 1
		st.out = append(st.out, o.given...)
		return
	}
	st.drawings++
	st.out = strconv.AppendInt(st.out, int64(st.drawings), 10)
}

// shapeOp names a VML shape or refers to it. A shape and what refers to it are
// repeated together, so they count in step.
type shapeOp struct {
	slot  int
	given string
}

func (o *shapeOp) run(st *state) {
	st.out = append(st.out, o.given...)
	if n := st.slots[o.slot]; n > 0 {
		st.out = append(st.out, '_')
		st.out = strconv.AppendInt(st.out, int64(n), 10)
	}
	st.slots[o.slot]++
}

// raw writes data[from:to] of the part, ids cared for.
func (b *builder) raw(from, to int) {
	sites := b.tree.sitesIn(from, to)
	for i := range sites {
		s := &sites[i]
		start, end := s.span()
		if start < from {
			continue // inside an element that was left out
		}
		o, skip := b.site(s, start, end)
		if o == nil && !skip {
			continue
		}
		b.static(b.tree.data[from:start])
		if o != nil {
			b.op(o)
		}
		from = end
	}
	b.static(b.tree.data[from:to])
}

// site tells what to write in place of a site: an op, nothing (skip), or its own bytes.
func (b *builder) site(s *site, start, end int) (o op, skip bool) {
	repeated := b.repeated()
	switch s.kind {
	case rangeEnd:
		r := &rangeOp{key: s.key, opens: s.opens, bytes: b.tree.data[start:end], repeated: repeated}
		if f := b.innermost(); f != nil {
			r.frame, r.branch = f, len(f.branches)
		}
		b.ranges = append(b.ranges, r)
		return r, false
	case reference:
		if repeated {
			return &onceOp{slot: b.slot(), bytes: b.tree.data[start:end]}, false
		}
	case optional:
		return nil, repeated
	case bound:
		return nil, b.c.holdsTags(s.node.parent.parent)
	case drawingID:
		if repeated {
			return &drawingOp{slot: b.slot(), given: s.key}, false
		}
	case shapeName:
		if repeated {
			return &shapeOp{slot: b.slot(), given: s.key}, false
		}
	case noteID:
		return b.noteID(s, repeated), false
	case fieldMark:
		if f := b.innermost(); f != nil {
			f.field(s.opens)
		}
	case headers:
		return b.c.sections[s.node], false
	}
	return nil, false
}

// sitesIn returns the sites that begin in data[from:to].
func (t *tree) sitesIn(from, to int) []site {
	first := search(t.sites, from)
	return t.sites[first : first+search(t.sites[first:], to)]
}

// search is the index of the first site that does not begin before offset.
func search(sites []site, offset int) int {
	lo, hi := 0, len(sites)
	for lo < hi {
		if mid := (lo + hi) / 2; sites[mid].start < offset {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// plain is data[from:to] without what a copy can do without, for markup that
// is opened again: paragraphs and the wrappers around runs.
func (t *tree) plain(from, to int) []byte {
	var out []byte
	for _, s := range t.sitesIn(from, to) {
		start, end := s.span()
		if (s.kind == optional || s.kind == bound) && start >= from {
			out = append(out, t.data[from:start]...)
			from = end
		}
	}
	return append(out, bytes.Clone(t.data[from:to])...)
}

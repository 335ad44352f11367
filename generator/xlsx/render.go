package xlsx

import (
	"bytes"
	"errors"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"

	"jixiao/generator/expr"
	"jixiao/generator/ooxml"
	"jixiao/generator/tag"
)

// Template is a compiled Excel template. It is never changed after Compile and
// safe for use by several goroutines.
type Template struct {
	uses []tag.Use
	book *book

	pivots    []*ownedPart
	lastTable int
	mobile    bool // sheets or rows may come to stand elsewhere

	types, rels []byte // [Content_Types].xml and the workbook's relationships, for cloned sheets
	plain       output // without a stamp
	stamped     output // every sheet is written, for its head
}

// output is the parts that every document has anew.
type output struct {
	skeleton *ooxml.Skeleton
	parts    []outPart
}

// outPart is one part to be written.
type outPart struct {
	name  string
	sheet int // the tab whose part it is, or to which it belongs; -1: the workbook's
	kind  partRole
	owned *ownedPart
}

type partRole uint8

const (
	rolePart partRole = iota
	roleSheet
	roleBook
	roleTypes
	roleRels
)

// Options are what a document is given besides its data.
type Options struct {
	Stamp string // text at the head of every printed page; "" none
}

// Uses lists every tag of the template with its place and the lists repeated around it.
func (t *Template) Uses() []tag.Use { return t.uses }

const contentTypes = "[Content_Types].xml"

// lay decides which parts a document has anew.
func (t *Template) lay(base *ooxml.Package) error {
	t.types, _ = base.Part(contentTypes) // Open refuses a package without it
	relsName := ooxml.RelsName(t.book.part)
	t.rels, _ = base.Part(relsName) // the sheets were found by it
	filled, formulas, clones := false, false, false
	for _, sh := range t.book.sheets {
		filled, formulas, clones = filled || sh.filled, formulas || sh.formulas, clones || sh.path != nil
	}
	for _, stamped := range []bool{false, true} {
		var parts []outPart
		for i, sh := range t.book.sheets {
			if stamped || sh.filled || sh.formulas || sh.paged || t.mobile {
				parts = append(parts, outPart{sh.part, i, roleSheet, nil})
			}
			parts = appendOwned(parts, i, sh.owned, func(o *ownedPart) bool {
				return o.fills && (filled || formulas) || o.moves && t.mobile || o.tags
			})
		}
		for _, o := range t.pivots {
			if o.moves && t.mobile || filled {
				parts = append(parts, outPart{o.name, -1, rolePart, o})
			}
		}
		if t.mobile || formulas {
			parts = append(parts, outPart{t.book.part, -1, roleBook, nil})
		}
		if clones {
			parts = append(parts, outPart{contentTypes, -1, roleTypes, nil}, outPart{relsName, -1, roleRels, nil})
		}
		names := make([]string, len(parts))
		for i := range parts {
			names[i] = parts[i].name
		}
		skeleton, err := base.Skeleton(names, nil)
		if err != nil {
			return err
		}
		if stamped {
			t.stamped = output{skeleton, parts}
		} else {
			t.plain = output{skeleton, parts}
		}
	}
	return nil
}

func appendOwned(parts []outPart, sheet int, owned []*ownedPart, wanted func(*ownedPart) bool) []outPart {
	for _, o := range owned {
		if wanted(o) {
			parts = append(parts, outPart{o.name, sheet, rolePart, o})
		}
		parts = appendOwned(parts, sheet, o.children, wanted)
	}
	return parts
}

// largestBuffer is how much memory is kept for the next document.
const largestBuffer = 16 << 20

var buffers = sync.Pool{New: func() any { return new([]byte) }}

// Render makes one document of the template and what s says. Whatever is in
// the way is named with its place, all at once. The same arguments give the same bytes.
func (t *Template) Render(s expr.Scope, opt Options) ([]byte, error) {
	r := &rendering{t: t, scope: s, stamp: opt.Stamp}
	if r.layout(); len(r.troubles) > 0 {
		return nil, errors.Join(r.troubles...)
	}
	for _, sh := range r.sheets {
		r.fill(sh)
	}
	r.calculate()
	out := &t.plain
	if opt.Stamp != "" {
		out = &t.stamped
	}
	buf := buffers.Get().(*[]byte)
	defer func() {
		if cap(*buf) <= largestBuffer {
			buffers.Put(buf)
		}
	}()
	text := (*buf)[:0]
	ends := make([]int, len(out.parts))
	for i := range out.parts {
		text = r.appendPart(text, &out.parts[i])
		ends[i] = len(text)
	}
	*buf = text
	added := r.clones()
	if len(r.troubles) > 0 {
		return nil, errors.Join(r.troubles...)
	}
	parts := make([][]byte, len(ends))
	start := 0
	for i, end := range ends {
		parts[i] = text[start:end:end]
		start = end
	}
	return out.skeleton.Write(parts, added...)
}

// appendPart writes a part of the first sheet that a template sheet becomes, or of the workbook.
func (r *rendering) appendPart(dst []byte, p *outPart) []byte {
	switch p.kind {
	case roleSheet:
		return r.appendSheetXML(dst, r.bySource[p.sheet][0])
	case roleBook:
		return appendAll(dst, r.t.book.segments, r, viewpoint{})
	case roleTypes:
		return r.appendTypes(dst)
	case roleRels:
		return r.appendRels(dst)
	}
	v := viewpoint{}
	if p.sheet >= 0 {
		sh := r.bySource[p.sheet][0]
		v = viewpoint{sheet: sh, frame: sh.root}
	}
	return appendAll(dst, p.owned.segments, r, v)
}

// clones writes the parts of the further sheets that template sheets become.
func (r *rendering) clones() (added []ooxml.Part) {
	for _, sheets := range r.bySource {
		for _, sh := range sheets[1:] {
			added = append(added, ooxml.Part{Name: sh.cloneName(sh.src.part), Data: r.appendSheetXML(nil, sh)})
			added = r.appendClones(added, sh, sh.src.part, sh.src.rels, sh.src.owned)
		}
	}
	return added
}

// appendClones writes the relationships of a cloned part and the parts that they lead to.
func (r *rendering) appendClones(added []ooxml.Part, sh *outSheet, part string, rels *relsPart, owned []*ownedPart) []ooxml.Part {
	if rels != nil {
		var edits []edit
		for _, t := range rels.targets {
			edits = append(edits, edit{t.start, t.end, ooxml.Escape([]byte("/"), sh.cloneName(t.part))})
		}
		added = append(added, ooxml.Part{Name: ooxml.RelsName(sh.cloneName(part)), Data: applyEdits(rels.data, edits)})
	}
	for _, o := range owned {
		data := appendAll(nil, o.segments, r, viewpoint{sheet: sh, frame: sh.root})
		added = append(added, ooxml.Part{Name: sh.cloneName(o.name), Data: data})
		added = r.appendClones(added, sh, o.name, o.rels, o.children)
	}
	return added
}

// cloneName is the name of a part's copy for a further sheet: sheet1.xml becomes sheet1_3.xml for the third.
func (sh *outSheet) cloneName(part string) string {
	ext := path.Ext(part)
	return strings.TrimSuffix(part, ext) + "_" + strconv.Itoa(sh.root.index+1) + ext
}

// appendTypes writes the content types with those of cloned parts.
func (r *rendering) appendTypes(dst []byte) []byte {
	types := r.t.types
	end := bytes.LastIndex(types, []byte("</"))
	prefix := ""
	if i := bytes.IndexByte(types[end:], ':'); i > 0 {
		prefix = string(types[end+2 : end+i+1])
	}
	dst = append(dst, types[:end]...)
	for _, sheets := range r.bySource {
		for _, sh := range sheets[1:] {
			for _, o := range sh.src.typed {
				dst = append(append(append(dst, '<'), prefix...), `Override PartName="/`...)
				dst = append(ooxml.Escape(dst, sh.cloneName(o.name)), `" ContentType="`...)
				dst = append(ooxml.Escape(dst, o.contentType), `"/>`...)
			}
		}
	}
	return append(dst, types[end:]...)
}

// appendRels writes the workbook's relationships with those to cloned sheets.
func (r *rendering) appendRels(dst []byte) []byte {
	end := bytes.LastIndex(r.t.rels, []byte("</"))
	prefix := ""
	if i := bytes.IndexByte(r.t.rels[end:], ':'); i > 0 {
		prefix = string(r.t.rels[end+2 : end+i+1])
	}
	dst = append(dst, r.t.rels[:end]...)
	for _, sheets := range r.bySource {
		for _, sh := range sheets[1:] {
			dst = append(append(append(dst, '<'), prefix...), `Relationship Id="`...)
			dst = append(append(dst, sh.relID()...), `" Type="`...)
			dst = append(ooxml.Escape(dst, sh.src.relType), `" Target="/`...)
			dst = append(ooxml.Escape(dst, sh.cloneName(sh.src.part)), `"/>`...)
		}
	}
	return append(dst, r.t.rels[end:]...)
}

// typedPart is a part whose copies need a line in the content types.
type typedPart struct{ name, contentType string }

// typedParts lists a sheet's part and the parts that belong to it.
func (c *compiler) typedParts(sh *sheet) []typedPart {
	out := []typedPart{{sh.part, c.pkg.ContentType(sh.part)}}
	var add func(owned []*ownedPart)
	add = func(owned []*ownedPart) {
		for _, o := range owned {
			if ct := c.pkg.ContentType(o.name); ct != "" && !slices.ContainsFunc(out, func(t typedPart) bool { return t.name == o.name }) {
				out = append(out, typedPart{o.name, ct})
			}
			add(o.children)
		}
	}
	add(sh.owned)
	return out
}

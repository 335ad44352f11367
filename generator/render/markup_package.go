package render

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"jixiao/generator/ooxml"
)

// The marks are written into the unit's own package, part by part; every part
// that has nothing to do with them stays as it is, byte for byte.

// packageWriter gathers the parts that change.
type packageWriter struct {
	pkg     *ooxml.Package
	book    *bookPart
	styles  *styleSheet
	types   []byte
	changed map[string][]byte
	removed []string
	macros  bool // the workbook has some and stays one that does
}

// anyFile is more than a run can allow a workbook to have. What is marked has been
// read within the limits of the run; it is not judged by its size again.
const anyFile = 2 << 30

func newPackageWriter(data []byte) (*packageWriter, error) {
	p, err := ooxml.Open(data, ooxml.LimitsFor(anyFile))
	if err != nil {
		return nil, err
	}
	w := &packageWriter{pkg: p, changed: map[string][]byte{}}
	if w.types, err = w.part(typesPart); err != nil {
		return nil, err
	}
	w.book, err = readBook(p)
	return w, err
}

// finish returns the package.
func (w *packageWriter) finish() ([]byte, error) {
	if err := w.kind(); err != nil {
		return nil, err
	}
	w.changed[typesPart] = w.types
	return w.pkg.Rewrite(w.changed, w.removed)
}

func (w *packageWriter) part(name string) ([]byte, error) {
	data, ok := w.pkg.Part(name)
	if !ok {
		return nil, fmt.Errorf("没有部件 %s", name)
	}
	return data, nil
}

// keep notes a part as changed, if it is.
func (w *packageWriter) keep(part string, before, after []byte) {
	if before == nil || !bytes.Equal(before, after) {
		w.changed[part] = after
	}
}

// free is the first part name of that pattern that nothing has.
func (w *packageWriter) free(pattern string) string {
	names := w.pkg.Names()
	for n := 1; ; n++ {
		name := fmt.Sprintf(pattern, n)
		_, ours := w.changed[name]
		if !ours && !slices.ContainsFunc(names, func(s string) bool { return strings.EqualFold(s, name) }) {
			w.changed[name] = nil
			return name
		}
	}
}

// relate adds a relationship of Office's own kinds to a part.
func (w *packageWriter) relate(from, kind, target string) (id string, err error) {
	return w.relateAs(from, w.book.links()+"/"+kind, target)
}

// relateAs adds a relationship of any type.
func (w *packageWriter) relateAs(from, relType, target string) (id string, err error) {
	name := ooxml.RelsName(from)
	rels, changed := w.changed[name]
	if !changed {
		rels, _ = w.pkg.Part(name) // nil begins a new part
	}
	w.changed[name], id, err = ooxml.AddRelationship(rels, relType, "/"+target)
	return id, err
}

// unrelate takes relationships off a part.
func (w *packageWriter) unrelate(from string, ids []string) error {
	name := ooxml.RelsName(from)
	rels, changed := w.changed[name]
	if !changed {
		var err error
		if rels, err = w.part(name); err != nil {
			return err
		}
	}
	rels = opened(rels, "Relationships")
	var e edits
	s := ooxml.NewScanner(rels)
	for s.Next() {
		if id, _ := attribute(s, "Id"); !slices.Contains(ids, id) {
			continue
		}
		from := s.Start
		s.Skip()
		e.replace(from, s.End, nil)
	}
	w.changed[name] = e.apply(rels)
	return s.Err()
}

// remove leaves parts out of the package.
func (w *packageWriter) remove(part string) (err error) {
	if _, ok := w.pkg.Part(part); !ok {
		return nil
	}
	w.removed = append(w.removed, part)
	delete(w.changed, part)
	w.types, err = ooxml.RemoveOverride(w.types, part)
	return err
}

// companions are the kinds of parts that belong to one sheet alone.
var companions = []string{"comments", "vmlDrawing", "threadedComment", "printerSettings"}

// drop takes the sheets of an earlier round out. Formulas that somebody wrote
// into them stand in the chain of calculation, which Excel makes anew.
func (w *packageWriter) drop(gone []string, formulas bool) error {
	var ids []string
	for _, e := range w.book.sheets {
		if !slices.Contains(gone, e.name) || e.part == "" {
			continue
		}
		ids = append(ids, e.id)
		for _, r := range w.pkg.Related(e.part) {
			if !r.External && slices.ContainsFunc(companions, r.Is) {
				if err := w.remove(r.Target); err != nil {
					return err
				}
			}
		}
		for _, part := range []string{ooxml.RelsName(e.part), e.part} {
			if err := w.remove(part); err != nil {
				return err
			}
		}
	}
	for _, r := range w.pkg.Related(w.book.part) {
		if formulas && r.Is("calcChain") {
			ids = append(ids, r.ID)
			if err := w.remove(r.Target); err != nil {
				return err
			}
		}
	}
	if ids == nil {
		return nil
	}
	return w.unrelate(w.book.part, ids)
}

// readStyles reads the part of styles; a workbook without one gets it.
func (w *packageWriter) readStyles() error {
	part := w.stylesPart()
	data := fmt.Appendf(nil, `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>`+"\n"+`<styleSheet xmlns="%s"></styleSheet>`, w.book.space())
	if part != "" {
		var err error
		if data, err = w.part(part); err != nil {
			return err
		}
	}
	var err error
	w.styles, err = readStyles(data)
	return err
}

func (w *packageWriter) stylesPart() string {
	for _, r := range w.pkg.Related(w.book.part) {
		if r.Is("styles") && !r.External {
			return r.Target
		}
	}
	return ""
}

// writeStyles puts the styles back.
func (w *packageWriter) writeStyles() (err error) {
	part := w.stylesPart()
	if part == "" {
		part = "xl/styles.xml"
		if _, taken := w.pkg.Part(part); taken {
			part = w.free("xl/styles%d.xml")
		}
		if _, err = w.relate(w.book.part, "styles", part); err != nil {
			return err
		}
		if w.types, err = ooxml.AddOverride(w.types, part, stylesType); err != nil {
			return err
		}
	}
	w.changed[part] = w.styles.bytes()
	return nil
}

// first puts a sheet before all others.
func (w *packageWriter) first(title string, body []byte, gone []string, names []definedName) error {
	part := w.free("xl/worksheets/sheet%d.xml")
	w.changed[part] = body
	id, err := w.relate(w.book.part, "worksheet", part)
	if err != nil {
		return err
	}
	if w.types, err = ooxml.AddOverride(w.types, part, sheetType); err != nil {
		return err
	}
	w.changed[w.book.part], err = w.book.withFirst(title, id, gone, names)
	return err
}

// kind makes the workbook say what its name will: Excel refuses to open one that
// calls itself a template, or that has macros and does not say so.
func (w *packageWriter) kind() (err error) {
	for _, r := range w.pkg.Related(w.book.part) {
		w.macros = w.macros || r.Is("vbaProject")
	}
	kind := workbookType
	if w.macros {
		kind = macroType
	}
	if w.pkg.ContentType(w.book.part) != kind {
		w.types, err = ooxml.AddOverride(w.types, w.book.part, kind)
	}
	return err
}

// deselected returns the sheet so that it is not selected, and the relationship
// id of its drawing of notes, "" when it has none.
func deselected(data []byte) (body []byte, drawing string, err error) {
	var edits edits
	s := ooxml.NewScanner(data)
	for s.Next() {
		if !opens(s) {
			continue
		}
		switch tagName(s) {
		case "sheetView":
			for _, a := range s.Attrs() {
				if at := valueOf(a); string(a.Name) == "tabSelected" {
					edits.replace(at.from, at.to, []byte("0"))
				}
			}
		case "sheetData":
			s.Skip()
		case "legacyDrawing":
			var ok bool
			if drawing, ok = s.AttrIn(officeLinks, "id"); !ok {
				drawing, _ = s.AttrIn(strictLinks, "id")
			}
		}
	}
	return edits.apply(data), drawing, s.Err()
}

// opens reports whether s stands on a tag that opens an element.
func opens(s *ooxml.Scanner) bool { return s.Kind == ooxml.StartTag || s.Kind == ooxml.EmptyTag }

// tagName is the name of the tag that s stands on, without its prefix; "" for anything else.
func tagName(s *ooxml.Scanner) string {
	if opens(s) || s.Kind == ooxml.EndTag {
		return string(s.Local())
	}
	return ""
}

// span is a piece of a part.
type span struct{ from, to int }

// edits are replacements in a part, gathered from its beginning to its end.
type edits []edit

type edit struct {
	from, to int
	by       []byte
}

func (e *edits) replace(from, to int, by []byte) { *e = append(*e, edit{from, to, by}) }

// insert puts something before a place; nothing when there is nothing to put.
func (e *edits) insert(at int, by []byte) {
	if len(by) > 0 {
		e.replace(at, at, by)
	}
}

// apply returns data with the replacements made; data itself stays.
func (e edits) apply(data []byte) []byte {
	if len(e) == 0 {
		return data
	}
	var out []byte
	at := 0
	for _, r := range e {
		out = append(append(out, data[at:r.from]...), r.by...)
		at = r.to
	}
	return append(out, data[at:]...)
}

// attribute is the value of an attribute of the tag that opens an element.
func attribute(s *ooxml.Scanner, name string) (string, bool) {
	if !opens(s) {
		return "", false
	}
	return s.Attr(name)
}

package render

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"jixiao/generator/ooxml"
)

// What excelize saved is verified as a package and finished part by part; every
// part that is not named here stays as it is, byte for byte.

const (
	typesPart    = "[Content_Types].xml"
	workbookType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
	officeLinks  = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
)

// finish makes a marked workbook the one that goes back: its notes brought up to
// date, first the only selected sheet, and without macros.
func finish(data []byte, notes []note, first string) ([]byte, error) {
	p, err := ooxml.Open(data, ooxml.DefaultLimits())
	if err != nil {
		return nil, err
	}
	w := &packageWriter{pkg: p, changed: map[string][]byte{}}
	if w.types, err = w.part(typesPart); err != nil {
		return nil, err
	}
	sheets, err := sheetParts(p)
	if err != nil {
		return nil, err
	}
	for i, s := range sheets {
		var own []note
		for _, n := range notes {
			if n.sheet == s.name {
				own = append(own, n)
			}
		}
		if err := w.sheet(s.part, i+1, own, s.name == first); err != nil {
			return nil, fmt.Errorf("工作表 %s 的批注：%w", s.name, err)
		}
	}
	removed, err := w.plain()
	if err != nil {
		return nil, err
	}
	w.changed[typesPart] = w.types
	return p.Rewrite(w.changed, removed)
}

// packageWriter gathers the parts that change.
type packageWriter struct {
	pkg     *ooxml.Package
	types   []byte
	changed map[string][]byte
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

// relate adds a relationship to a sheet.
func (w *packageWriter) relate(sheet, kind, target string) (id string, err error) {
	name := ooxml.RelsName(sheet)
	rels, changed := w.changed[name]
	if !changed {
		rels, _ = w.pkg.Part(name) // nil begins a new part
	}
	w.changed[name], id, err = ooxml.AddRelationship(rels, officeLinks+"/"+kind, "/"+target)
	return id, err
}

// plain makes the workbook what its name says, an .xlsx: Excel refuses to open one
// that calls itself a template or has macros. It returns the parts to leave out.
func (w *packageWriter) plain() (removed []string, err error) {
	main := w.pkg.Main()
	if w.types, err = ooxml.AddOverride(w.types, main, workbookType); err != nil {
		return nil, err
	}
	var ids []string
	for _, r := range w.pkg.Related(main) {
		if !r.Is("vbaProject") {
			continue
		}
		ids = append(ids, r.ID)
		if _, ok := w.pkg.Part(r.Target); ok {
			removed = append(removed, r.Target)
		}
		if w.types, err = ooxml.RemoveOverride(w.types, r.Target); err != nil {
			return nil, err
		}
	}
	if ids == nil {
		return nil, nil
	}
	rels := ooxml.RelsName(main)
	data, err := w.part(rels)
	if err != nil {
		return nil, err
	}
	var e edits
	s := ooxml.NewScanner(data)
	for s.Next() {
		if id, _ := attribute(s, "Id"); !slices.Contains(ids, id) {
			continue
		}
		from := s.Start
		s.Skip()
		e.replace(from, s.End, nil)
	}
	w.changed[rels] = e.apply(data)
	return removed, s.Err()
}

// sheetPart is a worksheet and its part.
type sheetPart struct{ name, part string }

// sheetParts lists the worksheets in the order of their tabs.
func sheetParts(p *ooxml.Package) ([]sheetPart, error) {
	data, ok := p.Part(p.Main())
	if !ok {
		return nil, fmt.Errorf("没有工作簿部件")
	}
	targets := map[string]string{}
	for _, r := range p.Related(p.Main()) {
		if r.Is("worksheet") {
			targets[r.ID] = r.Target
		}
	}
	var list []sheetPart
	s := ooxml.NewScanner(data)
	for s.Next() {
		if !opens(s) || tagName(s) != "sheet" {
			continue
		}
		name, _ := s.Attr("name")
		id, _ := s.AttrIn(officeLinks, "id")
		if part, ok := targets[id]; ok { // chart sheets have no notes
			list = append(list, sheetPart{name, part})
		}
	}
	return list, s.Err()
}

// deselected returns the sheet so that it is selected only if it is the first,
// and the relationship id of its drawing of notes, "" when it has none.
func deselected(data []byte, first bool) (body []byte, drawing string, err error) {
	var edits edits
	s := ooxml.NewScanner(data)
	for s.Next() {
		if !opens(s) {
			continue
		}
		switch tagName(s) {
		case "sheetView":
			for _, a := range s.Attrs() {
				if string(a.Name) == "tabSelected" && !first {
					edits.replace(a.Start, a.End, []byte(`tabSelected="0"`))
				}
			}
		case "sheetData":
			s.Skip()
		case "legacyDrawing":
			drawing, _ = s.AttrIn(officeLinks, "id")
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

// edits are replacements in a part, gathered from its beginning to its end.
type edits []edit

type edit struct {
	from, to int
	by       []byte
}

func (e *edits) replace(from, to int, by []byte) { *e = append(*e, edit{from, to, by}) }

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

package xlsx

import (
	"bytes"
	"strconv"
	"strings"

	"jixiao/generator/ooxml"
	"jixiao/generator/tag"
	"jixiao/generator/value"
)

// styles is the part of styles.xml that says how cells look. Compile adds one
// look for every cell whose format is General and whose tag asks for a code of
// its own; Render only chooses among them.
type styles struct {
	part   string
	data   []byte
	xfs    []cellXf
	codes  map[int]string     // number formats by their id
	added  map[codedStyle]int // index of the look that was added
	order  []codedStyle
	first  int // index of the first look to be added
	nextID int
	fmtIDs map[string]int

	fmtsEnd, xfsEnd int // where new elements go; 0: there is no such element
	rootEnd         int // where the number formats would go: behind the root's start tag
	emptyEnd        int // … up to here, when they are an empty element
	prefix          string
	counts          []countAttr
}

// cellXf is one look.
type cellXf struct {
	format int    // number format
	attrs  []byte // the other attributes
	rest   []byte // from the bracket that ends the start tag
}

type codedStyle struct {
	style int
	code  string
}

// countAttr is a count attribute of an element that may grow.
type countAttr struct {
	start, end int
	element    string
}

// firstOwnFormat is the first id that a workbook may give to a number format of its own.
const firstOwnFormat = 164

// builtinFormats are number formats that need no definition.
var builtinFormats = map[string]int{"0": 1, "0.00": 2, "#,##0": 3, "#,##0.00": 4, "0%": 9, "0.00%": 10}

// readStyles reads styles.xml; nil data gives a table without any look.
func readStyles(data []byte) *styles {
	st := &styles{data: data, codes: map[int]string{}, added: map[codedStyle]int{}, fmtIDs: map[string]int{}, nextID: firstOwnFormat}
	s := ooxml.NewScanner(data)
	inXfs := false
	for s.Next() {
		local := string(s.Local())
		start := s.Kind == ooxml.StartTag || s.Kind == ooxml.EmptyTag
		switch {
		case start && s.Depth() == 1:
			st.rootEnd = s.End
			st.prefix = string(s.Name[:len(s.Name)-len(s.Local())])
		case s.Kind == ooxml.EmptyTag && local == "numFmts" && s.Depth() == 2: // openpyxl writes it
			st.rootEnd, st.emptyEnd = s.Start, s.End
		case start && (local == "numFmts" || local == "cellXfs") && s.Depth() == 2:
			for _, a := range s.Attrs() {
				if string(a.Name) == "count" {
					st.counts = append(st.counts, countAttr{a.Start, a.End, local})
				}
			}
			inXfs = local == "cellXfs" && s.Kind == ooxml.StartTag
		case s.Kind == ooxml.EndTag && s.Depth() == 2 && local == "numFmts":
			st.fmtsEnd = s.Start
		case s.Kind == ooxml.EndTag && s.Depth() == 2 && local == "cellXfs":
			st.xfsEnd, inXfs = s.Start, false
		case start && local == "numFmt" && s.Depth() == 3:
			id, _ := s.RawAttr("numFmtId")
			code, _ := s.Attr("formatCode")
			n := parseInt(id)
			st.codes[n] = code
			st.nextID = max(st.nextID, n+1)
		case start && inXfs && local == "xf" && s.Depth() == 3:
			st.xfs = append(st.xfs, readXf(s, data))
		}
	}
	st.first = len(st.xfs)
	return st
}

// readXf reads <xf>, whose start tag is at hand, and moves to its end tag.
func readXf(s *ooxml.Scanner, data []byte) cellXf {
	var xf cellXf
	last := s.Start + 1 + len(s.Name)
	for _, a := range s.Attrs() {
		last = a.End
		switch string(a.Name) {
		case "numFmtId":
			xf.format = max(parseInt(a.Value), 0)
		case "applyNumberFormat":
		default:
			xf.attrs = append(append(xf.attrs, ' '), data[a.Start:a.End]...)
		}
	}
	s.Skip()
	xf.rest = bytes.TrimLeft(data[last:s.End], " \t\r\n")
	return xf
}

// kind says what the number format of a look does: general, text, percent or a format of its own.
func (st *styles) kind(style int) string {
	if style < 0 || style >= len(st.xfs) {
		return "general"
	}
	id := st.xfs[style].format
	code := st.codes[id]
	switch {
	case id == 0 || strings.EqualFold(code, "General"):
		return "general"
	case id == 49 || code == "@":
		return "text"
	case id == 9 || id == 10 || strings.Contains(code, "%"):
		return "percent"
	}
	return "own"
}

// wanted returns the look of a number in a cell of the template's look style:
// the template's own number format stands, unless it is General or text, or
// would show a percentage that a pipe asked for as a bare ratio.
func (st *styles) wanted(style int, cell value.Cell) (codedStyle, bool) {
	if cell.Code == "" {
		return codedStyle{}, false
	}
	switch st.kind(style) {
	case "general", "text":
		return codedStyle{style, cell.Code}, true
	case "own":
		return codedStyle{style, cell.Code}, !cell.Own && strings.HasSuffix(cell.Code, "%")
	}
	return codedStyle{}, false
}

// probes are numbers of every type, to learn which codes a tag can ask for.
var probes = []value.Value{
	value.Int(1), value.Int(1).As(value.TypeAmount), value.Int(1).As(value.TypePercent), value.Int(1).As(value.TypeScore),
	value.Int(1).As(value.TypeInteger), value.Int(1).As(value.TypeNumber),
}

// codeLook is the look that a number with a code of its own has in a cell.
type codeLook struct {
	code string
	own  bool // value.Cell.Own
	look int
}

// prepare adds the looks that a cell may need, and lists them.
func (st *styles) prepare(style int, t *tag.Tag) (looks []codeLook) {
	if t == nil || t.Format == nil || st.xfsEnd == 0 {
		return nil
	}
	for _, v := range probes {
		cell, ok := t.Format.Excel(v)
		if !ok {
			continue
		}
		want, ok := st.wanted(style, cell)
		if !ok {
			continue
		}
		look, known := st.added[want]
		if !known {
			look = st.first + len(st.order)
		}
		looks = append(looks, codeLook{cell.Code, cell.Own, look})
		if known {
			continue
		}
		st.added[want] = look
		st.order = append(st.order, want)
		if id, ok := builtinFormats[want.code]; ok {
			st.fmtIDs[want.code] = id
		} else if _, ok := st.fmtIDs[want.code]; !ok {
			st.fmtIDs[want.code] = st.nextID
			st.nextID++
		}
	}
	return looks
}

// write returns styles.xml with the added looks; nil when there are none.
func (st *styles) write() []byte {
	if len(st.order) == 0 {
		return nil
	}
	var fmts, xfs []byte
	fresh := 0
	seen := map[string]bool{}
	for _, o := range st.order {
		id := st.fmtIDs[o.code]
		if id >= firstOwnFormat && !seen[o.code] {
			seen[o.code] = true
			fresh++
			fmts = append(append(append(fmts, '<'), st.prefix...), `numFmt numFmtId="`...)
			fmts = append(strconv.AppendInt(fmts, int64(id), 10), `" formatCode="`...)
			fmts = append(ooxml.Escape(fmts, o.code), `"/>`...)
		}
		xfs = st.appendXf(xfs, o.style, id)
	}
	edits := []edit{{st.xfsEnd, st.xfsEnd, xfs}}
	switch {
	case st.fmtsEnd > 0:
		edits = append(edits, edit{st.fmtsEnd, st.fmtsEnd, fmts})
	case fresh > 0:
		whole := append([]byte("<"+st.prefix+`numFmts count="`+strconv.Itoa(fresh)+`">`), fmts...)
		edits = append(edits, edit{st.rootEnd, max(st.rootEnd, st.emptyEnd), append(whole, "</"+st.prefix+"numFmts>"...)})
	}
	for _, c := range st.counts {
		n := st.first + len(st.order)
		if c.element == "numFmts" {
			n = len(st.codes) + fresh
		}
		edits = append(edits, edit{c.start, c.end, []byte(`count="` + strconv.Itoa(n) + `"`)})
	}
	return applyEdits(st.data, edits)
}

// appendXf writes the look with another number format.
func (st *styles) appendXf(dst []byte, style, id int) []byte {
	xf := cellXf{rest: []byte("/>")}
	if style >= 0 && style < len(st.xfs) {
		xf = st.xfs[style]
	}
	dst = append(append(append(dst, '<'), st.prefix...), `xf numFmtId="`...)
	dst = append(strconv.AppendInt(dst, int64(id), 10), `" applyNumberFormat="1"`...)
	return append(append(dst, xf.attrs...), xf.rest...)
}

package xlsx

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"jixiao/generator/ooxml"
	"jixiao/generator/tag"
)

// sheet is one tab of the template.
type sheet struct {
	index    int    // place among the tabs
	name     string // as the template has it
	id       int    // sheetId
	part     string // xl/worksheets/sheet1.xml
	relID    string // the workbook's relationship to it
	relType  string
	relAttr  string // r:id
	tabAttrs []byte // its further attributes in the workbook
	cells    bool   // it is a worksheet; the others have drawings only

	prefix string // before the names of its elements: "x:" or ""
	head   []segment
	rows   []row // in order
	tail   []element
	body   body

	nameText *cellText // its name, when it has tags
	path     []string  // the list over which it repeats, an item a sheet; nil: it stands once
	key      string    // path as one string

	rels   *relsPart
	owned  []*ownedPart
	tables []string    // names of its tables
	typed  []typedPart // what needs a content type in a clone

	width     int  // last column that has a cell
	filled    bool // some cell has tags
	formulas  bool // some cell has a formula
	paged     bool // a head or foot has tags
	merging   bool // some cell says {{合并}}
	subtotals bool // some formula has SUBTOTAL
	hidesRows bool // some row is hidden
}

// row is one row of the template that says something.
type row struct {
	n       int
	open    []byte // what follows the row's number in its start tag, without the closing bracket
	autofit bool   // the height is the program's own and would be wrong for other text
	cells   []cell
	raw     []byte // the whole element, when nothing in it is filled or computed
}

// cell is one cell of the template.
type cell struct {
	col     int
	style   int
	value   cellValue // what a static cell says
	text    *cellText // a cell to fill
	formula *formula  // a cell to compute
	open    []byte    // <c r="B
	attrs   []byte    // the attributes but r and t: s="3"
	rest    []byte    // of a static cell, all that follows the row's number
}

// valueKind says what a cell of the output holds.
type valueKind uint8

const (
	blankValue   valueKind = iota
	numberValue            // text is the exact decimal
	textValue              // text
	boolValue              // text is TRUE or FALSE
	errorValue             // text is #N/A and the like
	unknownValue           // a formula that is left to the spreadsheet program
	pendingValue           // a formula that is not computed yet
)

// cellValue is what a cell says.
type cellValue struct {
	kind  valueKind
	style int // in the output, 1 + the look that replaces the cell's own; 0 keeps it
	text  string
	rich  []byte // runs of a text that has looks of its own
}

// merge is a merged range of the template.
type merge struct {
	rect      ooxml.Rect
	stretches bool // its rows repeat or may fall away inside it: it covers all of them
}

// sheetReader reads one worksheet part.
type sheetReader struct {
	c      *compiler
	sheet  *sheet
	data   []byte
	scan   *ooxml.Scanner
	shared map[string]sharedFormula
	merges []ooxml.Rect
}

// sharedFormula is the master of a group of cells with one formula.
type sharedFormula struct {
	tokens []token
	at     ooxml.Ref
}

// readSheet reads a worksheet whole: what stands before the cells, the cells, what stands after them.
func (c *compiler) readSheet(sh *sheet, data []byte) {
	r := &sheetReader{c: c, sheet: sh, data: data, scan: ooxml.NewScanner(data), shared: map[string]sharedFormula{}}
	s := r.scan
	headEnd, tailStart := 0, 0
	for s.Next() {
		if s.Depth() == 1 && s.Kind == ooxml.StartTag {
			if i := bytes.IndexByte(s.Name, ':'); i >= 0 {
				sh.prefix = string(s.Name[:i+1])
			}
			headEnd, tailStart = s.End, s.End
			continue
		}
		if s.Depth() != 2 || s.Kind != ooxml.StartTag && s.Kind != ooxml.EmptyTag {
			continue
		}
		switch local := string(s.Local()); {
		case local == "sheetData":
			headEnd = s.Start
			if s.Kind == ooxml.StartTag {
				r.readRows()
			}
			tailStart = s.End
		case elementOrder[local] < elementOrder["sheetData"]:
			s.Skip()
			headEnd, tailStart = s.End, s.End
		default:
			r.readElement(local)
		}
	}
	sh.head = c.compileHead(data[:headEnd])
	end := bytes.LastIndex(data, []byte("</"))
	sh.tail = append(sh.tail, element{name: "", segments: []segment{static(data[max(end, tailStart):])}})
	sh.complete()
	if sh.cells {
		c.compileRows(sh, r.merges)
	}
}

// readRows reads <sheetData> to its end tag.
func (r *sheetReader) readRows() {
	s := r.scan
	depth, last := s.Depth(), 0
	for s.Next() && !(s.Kind == ooxml.EndTag && s.Depth() == depth) {
		if (s.Kind != ooxml.StartTag && s.Kind != ooxml.EmptyTag) || string(s.Local()) != "row" {
			continue
		}
		n := last + 1
		if v, ok := s.RawAttr("r"); ok {
			n = parseInt(v)
		}
		if n <= last || n > maxRow {
			r.c.fault(r.sheet.name, "", "第 "+strconv.Itoa(n)+" 行的位置不对：行号须从小到大，且不超过 1048576")
			s.Skip()
			continue
		}
		last = n
		r.readRow(n)
	}
}

// readRow reads the row whose start tag is at hand.
func (r *sheetReader) readRow(n int) {
	s := r.scan
	start := s.Start
	rw := row{n: n}
	numbered, custom := false, false
	var height []byte
	for _, a := range s.Attrs() {
		switch string(a.Name) {
		case "r":
			numbered = true
			continue
		case "spans": // only speeds Excel up, and only when it is right
			continue
		case "ht":
			height = r.data[a.Start:a.End]
			continue
		case "customHeight":
			custom = truth(a.Value)
		}
		rw.open = append(append(rw.open, ' '), r.data[a.Start:a.End]...)
	}
	if height != nil {
		if rw.autofit = !custom; custom {
			rw.open = append(append(rw.open, ' '), height...)
		}
	}
	// The sheet's own bytes serve as long as nothing in the row is filled or computed.
	if placed := s.Kind == ooxml.EmptyTag || r.readCells(&rw); placed && numbered && !slices.ContainsFunc(rw.cells, cell.changes) {
		rw.raw = r.data[start:s.End]
		if rw.autofit {
			rw.open = append(append(rw.open, ' '), height...)
		}
	}
	if n := len(rw.cells); n > 0 {
		r.sheet.width = max(r.sheet.width, rw.cells[n-1].col)
	}
	r.sheet.rows = append(r.sheet.rows, rw)
}

// readCells reads the cells of the row whose start tag is at hand, up to its end
// tag. It reports whether all of them say where they stand.
func (r *sheetReader) readCells(rw *row) (placed bool) {
	s := r.scan
	depth, col := s.Depth(), 0
	placed = true
	for s.Next() && !(s.Kind == ooxml.EndTag && s.Depth() == depth) {
		if (s.Kind != ooxml.StartTag && s.Kind != ooxml.EmptyTag) || string(s.Local()) != "c" {
			continue
		}
		ref := ooxml.Ref{Row: rw.n, Col: col + 1}
		if v, ok := s.Attr("r"); !ok {
			placed = false
		} else if ref, ok = ooxml.ParseRef(v); !ok || ref.Row != rw.n || ref.Col <= col {
			r.c.fault(r.sheet.name, v, "单元格的位置不对：它不在第 "+strconv.Itoa(rw.n)+" 行，或次序颠倒")
			s.Skip()
			continue
		}
		if ref.Col > maxCol {
			r.c.fault(r.sheet.name, "", "第 "+strconv.Itoa(rw.n)+" 行超过 16384 列")
			s.Skip()
			continue
		}
		col = ref.Col
		rw.cells = append(rw.cells, r.readCell(ref))
	}
	return placed
}

// changes reports whether the cell is filled or computed.
func (c cell) changes() bool { return c.text != nil || c.formula != nil }

// readCell reads the cell whose start tag is at hand.
func (r *sheetReader) readCell(ref ooxml.Ref) cell {
	s := r.scan
	c := cell{col: ref.Col}
	c.open = append(append([]byte("<"), s.Name...), ` r="`...)
	c.open = appendColumn(c.open, ref.Col)
	kind, tagEnd := "", s.End
	empty := s.Kind == ooxml.EmptyTag
	for _, a := range s.Attrs() {
		switch string(a.Name) {
		case "r":
			continue
		case "t":
			kind = string(a.Value)
			continue
		case "s":
			c.style = parseInt(a.Value)
		}
		c.attrs = append(append(c.attrs, ' '), r.data[a.Start:a.End]...)
	}
	var (
		raw     string
		hasV    bool
		runs    []textRun
		content []byte
	)
	if !empty {
		depth := s.Depth()
		for s.Next() && !(s.Kind == ooxml.EndTag && s.Depth() == depth) {
			if s.Kind != ooxml.StartTag && s.Kind != ooxml.EmptyTag {
				continue
			}
			switch string(s.Local()) {
			case "v":
				raw, hasV = r.elementText(), true
			case "is":
				runs = readRuns(s, r.data)
			case "f":
				c.formula = r.readFormula(ref)
			}
		}
		content = r.data[tagEnd:s.End]
	}
	c.value = r.readValue(kind, raw, hasV, &runs)
	if c.formula == nil && len(runs) > 0 {
		c.text = r.c.compileText(runs, r.sheet.name, ref.String(), kind == "s" && r.c.stringsPrefix != r.sheet.prefix)
	}
	if !c.changes() { // its own bytes serve, behind the row's number
		c.rest = append(c.rest, '"')
		c.rest = append(c.rest, c.attrs...)
		if kind != "" {
			c.rest = append(append(append(c.rest, ` t="`...), kind...), '"')
		}
		if empty {
			c.rest = append(c.rest, "/>"...)
		} else {
			c.rest = append(append(c.rest, '>'), content...)
		}
	}
	if c.text != nil {
		r.sheet.filled = true
	}
	if c.formula != nil {
		r.sheet.formulas = true
	}
	return c
}

// elementText is the text of the element whose start tag is at hand; it moves to the end tag.
func (r *sheetReader) elementText() string {
	if r.scan.Kind == ooxml.EmptyTag {
		return ""
	}
	var buf []byte
	depth := r.scan.Depth()
	for r.scan.Next() && !(r.scan.Kind == ooxml.EndTag && r.scan.Depth() == depth) {
		buf = r.scan.AppendText(buf)
	}
	return string(buf)
}

// readValue is what the cell says, for formulas that look at it.
func (r *sheetReader) readValue(kind, raw string, hasV bool, runs *[]textRun) cellValue {
	switch kind {
	case "s":
		i, err := strconv.Atoi(strings.TrimSpace(raw))
		if err != nil || i < 0 || i >= len(r.c.strings) {
			return cellValue{}
		}
		*runs = r.c.strings[i]
		return cellValue{kind: textValue, text: joinRuns(*runs)}
	case "inlineStr":
		return cellValue{kind: textValue, text: joinRuns(*runs)}
	case "str", "d":
		raw = decodeEscapes(raw)
		*runs = []textRun{{text: raw}}
		return cellValue{kind: textValue, text: raw}
	case "b":
		if raw == "1" {
			return cellValue{kind: boolValue, text: "TRUE"}
		}
		return cellValue{kind: boolValue, text: "FALSE"}
	case "e":
		return cellValue{kind: errorValue, text: raw}
	}
	if raw = strings.TrimSpace(raw); !hasV || raw == "" {
		return cellValue{}
	}
	return cellValue{kind: numberValue, text: raw}
}

// parseInt reads a whole number that is not negative; -1 when it is none.
func parseInt[T string | []byte](b T) int {
	n, err := strconv.Atoi(string(b))
	if err != nil || n < 0 {
		return -1
	}
	return n
}

// truth reads a Boolean attribute.
func truth(v []byte) bool { return string(v) == "1" || string(v) == "true" }

// compileText finds the tags of a text; nil when it has none. plain tells that
// the looks of its runs cannot stand in this sheet.
func (c *compiler) compileText(runs []textRun, sheet, cell string, plain bool) *cellText {
	text := joinRuns(runs)
	if !tag.HasTag(text) {
		return nil
	}
	if plain {
		runs = []textRun{{text: text}}
	}
	pieces, faults := tag.Parse(text)
	for _, f := range faults {
		f.Place = place(sheet, cell)
		c.faults = append(c.faults, f)
	}
	return &cellText{pieces: cutPieces(pieces, runs)}
}

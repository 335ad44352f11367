package xlsx

import (
	"strconv"
	"strings"

	"jixiao/generator/ooxml"
)

// book is the workbook part: its sheets in the order of their tabs, and its names.
type book struct {
	part     string
	sheets   []*sheet
	names    []*definedName
	lastID   int // the largest sheetId
	segments []segment
	prefix   string
}

// definedName is a name for cells or a formula.
type definedName struct {
	name   string
	sheet  int    // the tab to which it is local, -1 for the whole workbook
	attrs  []byte // its attributes but localSheetId
	tokens []token
	tree   *node
	source string
}

// readBook reads the workbook part. The formulas of names are bound when all sheets are known.
func (c *compiler) readBook(part string, data []byte) {
	b := &book{part: part}
	c.book = b
	targets := map[string]ooxml.Relationship{}
	for _, rel := range c.pkg.Related(part) {
		targets[rel.ID] = rel
	}
	k := &cutter{data: data}
	s := ooxml.NewScanner(data)
	calcAt := calcPlace(data)
	for s.Next() {
		if s.Kind == ooxml.StartTag && s.Depth() == 1 {
			b.prefix = string(s.Name[:len(s.Name)-len(s.Local())])
		}
		if calcAt > 0 && s.Start == calcAt {
			k.replace(calcAt, calcAt, calcElement{b.prefix})
		}
		if s.Kind != ooxml.StartTag && s.Kind != ooxml.EmptyTag || s.Depth() < 2 {
			continue
		}
		switch local := string(s.Local()); local {
		case "sheets":
			start := s.Start
			c.readTabs(s, data, targets)
			k.replace(start, s.End, sheetList{})
		case "definedNames":
			start := s.Start
			c.readNames(s, data)
			k.replace(start, s.End, nameList{})
		case "workbookView":
			for _, a := range s.Attrs() {
				if n := parseInt(a.Value); (string(a.Name) == "activeTab" || string(a.Name) == "firstSheet") && n >= 0 {
					k.replace(a.End-1-len(a.Value), a.End-1, tabIndex(n))
				}
			}
		case "calcPr":
			at := s.Start + 1 + len(s.Name)
			for _, a := range s.Attrs() {
				if string(a.Name) == "fullCalcOnLoad" {
					k.drop(a.Start-1, a.End)
					at = a.End
				}
			}
			k.replace(at, at, recalcAttr{})
		}
	}
	b.segments = k.finish(len(data))
}

// calcPlace finds where <calcPr> would have to stand in a workbook that lacks it; 0 when it has one.
func calcPlace(data []byte) int {
	at := 0
	s := ooxml.NewScanner(data)
	for s.Next() {
		if s.Depth() != 2 || s.Kind != ooxml.StartTag && s.Kind != ooxml.EmptyTag {
			continue
		}
		switch string(s.Local()) {
		case "calcPr":
			return 0
		case "sheets", "functionGroups", "externalReferences", "definedNames":
			s.Skip()
			at = s.End
		}
	}
	return at
}

// readTabs reads <sheets>.
func (c *compiler) readTabs(s *ooxml.Scanner, data []byte, targets map[string]ooxml.Relationship) {
	if s.Kind == ooxml.EmptyTag {
		return
	}
	depth := s.Depth()
	for s.Next() && !(s.Kind == ooxml.EndTag && s.Depth() == depth) {
		if s.Kind != ooxml.StartTag && s.Kind != ooxml.EmptyTag {
			continue
		}
		sh := &sheet{index: len(c.book.sheets)}
		for _, a := range s.Attrs() {
			local := a.Name
			if i := strings.IndexByte(string(local), ':'); i >= 0 {
				local = local[i+1:]
			}
			switch string(local) {
			case "name":
				sh.name = string(ooxml.Unescape(nil, a.Value))
			case "sheetId":
				sh.id = parseInt(a.Value)
				c.book.lastID = max(c.book.lastID, sh.id)
			case "id":
				rel := targets[string(a.Value)]
				sh.relID, sh.relType, sh.part = string(a.Value), rel.Type, rel.Target
				sh.cells = rel.Is("worksheet")
				sh.relAttr = string(a.Name)
			default:
				sh.tabAttrs = append(append(sh.tabAttrs, ' '), data[a.Start:a.End]...)
			}
		}
		c.book.sheets = append(c.book.sheets, sh)
	}
}

// readNames reads <definedNames>.
func (c *compiler) readNames(s *ooxml.Scanner, data []byte) {
	if s.Kind == ooxml.EmptyTag {
		return
	}
	depth := s.Depth()
	for s.Next() && !(s.Kind == ooxml.EndTag && s.Depth() == depth) {
		if s.Kind != ooxml.StartTag {
			continue
		}
		d := &definedName{sheet: -1}
		for _, a := range s.Attrs() {
			switch string(a.Name) {
			case "localSheetId":
				d.sheet = parseInt(a.Value)
				continue
			case "name":
				d.name = string(ooxml.Unescape(nil, a.Value))
			}
			d.attrs = append(append(d.attrs, ' '), data[a.Start:a.End]...)
		}
		start := s.End
		s.Skip()
		d.source = string(ooxml.Unescape(nil, data[start:s.Start]))
		c.book.names = append(c.book.names, d)
	}
}

// bindNames compiles the formulas of the names.
func (c *compiler) bindNames() {
	for _, d := range c.book.names {
		d.tokens = lexFormula(d.source)
		c.book.bind(d.tokens)
		for i := range d.tokens {
			if t := &d.tokens[i]; t.kind == tokRef { // a name for the repeated row's cell means all its items
				t.use = useRange
			}
		}
		d.tree = parseTokens(d.tokens, func(text string) (reference, bool) { return c.structured(text, unknownSheet, ooxml.Ref{}) })
	}
}

// sheetList writes <sheets>.
type sheetList struct{}

func (sheetList) append(dst []byte, r *rendering, _ viewpoint) []byte {
	p := r.t.book.prefix
	dst = append(append(append(dst, '<'), p...), "sheets>"...)
	id := r.t.book.lastID
	for _, sh := range r.sheets {
		n, rel := sh.src.id, sh.src.relID
		if sh.root.index > 0 {
			id++
			n, rel = id, sh.relID()
		}
		dst = append(append(append(dst, '<'), p...), `sheet name="`...)
		dst = append(ooxml.Escape(dst, sh.name), `" sheetId="`...)
		dst = append(strconv.AppendInt(dst, int64(n), 10), '"')
		dst = append(append(dst, sh.src.tabAttrs...), ' ')
		dst = append(append(dst, sh.src.relAttr...), `="`...)
		dst = append(append(dst, rel...), `"/>`...)
	}
	return append(append(append(dst, "</"...), p...), "sheets>"...)
}

// relID is the relationship by which the workbook finds a cloned sheet.
func (sh *outSheet) relID() string {
	return "rIdSheet" + strconv.Itoa(sh.src.id) + "x" + strconv.Itoa(sh.root.index+1)
}

// nameList writes <definedNames>. A name local to a sheet stands once for each sheet that it became.
type nameList struct{}

func (nameList) append(dst []byte, r *rendering, _ viewpoint) []byte {
	p := r.t.book.prefix
	start := len(dst)
	dst = append(append(append(dst, '<'), p...), "definedNames>"...)
	mark := len(dst)
	for _, d := range r.t.book.names {
		if d.sheet < 0 || d.sheet >= len(r.bySource) {
			dst = r.appendName(dst, d, nil)
			continue
		}
		for _, sh := range r.bySource[d.sheet] {
			dst = r.appendName(dst, d, sh)
		}
	}
	if len(dst) == mark {
		return dst[:start]
	}
	return append(append(append(dst, "</"...), p...), "definedNames>"...)
}

func (r *rendering) appendName(dst []byte, d *definedName, sh *outSheet) []byte {
	p := r.t.book.prefix
	dst = append(append(append(append(dst, '<'), p...), "definedName"...), d.attrs...)
	v := viewpoint{}
	if sh != nil {
		dst = append(dst, ` localSheetId="`...)
		dst = append(strconv.AppendInt(dst, int64(sh.index), 10), '"')
		v = viewpoint{sheet: sh, frame: sh.root}
	}
	dst = append(dst, '>')
	if r.moved {
		r.scratch = r.appendFormula(r.scratch[:0], d.tokens, v)
		dst = ooxml.Escape(dst, string(r.scratch))
	} else {
		dst = ooxml.Escape(dst, d.source)
	}
	return append(append(append(dst, "</"...), p...), "definedName>"...)
}

// tabIndex is the number of a tab.
type tabIndex int

func (t tabIndex) append(dst []byte, r *rendering, _ viewpoint) []byte {
	n := int(t)
	if n < len(r.bySource) {
		n = r.bySource[n][0].index
	}
	return strconv.AppendInt(dst, int64(n), 10)
}

// recalcAttr asks for a recalculation on opening when some formula was left to the program.
type recalcAttr struct{}

func (recalcAttr) append(dst []byte, r *rendering, _ viewpoint) []byte {
	if r.recalc {
		dst = append(dst, ` fullCalcOnLoad="1"`...)
	}
	return dst
}

// calcElement is recalcAttr for a workbook without <calcPr>.
type calcElement struct{ prefix string }

func (c calcElement) append(dst []byte, r *rendering, _ viewpoint) []byte {
	if r.recalc {
		dst = append(append(append(dst, '<'), c.prefix...), `calcPr fullCalcOnLoad="1"/>`...)
	}
	return dst
}

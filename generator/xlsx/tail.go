package xlsx

import (
	"bytes"
	"slices"
	"strconv"

	"jixiao/generator/ooxml"
)

// element is one element behind the cells of a sheet.
type element struct {
	name     string // "" for the sheet's end tag
	segments []segment
}

// elementOrder is the order in which the schema wants the elements of a sheet.
var elementOrder = func() map[string]int {
	order := map[string]int{}
	for i, name := range []string{
		"sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetCalcPr", "sheetProtection", "protectedRanges",
		"scenarios", "autoFilter", "sortState", "dataConsolidate", "customSheetViews", "mergeCells", "phoneticPr", "conditionalFormatting",
		"dataValidations", "hyperlinks", "printOptions", "pageMargins", "pageSetup", "headerFooter", "rowBreaks", "colBreaks",
		"customProperties", "cellWatches", "ignoredErrors", "smartTags", "drawing", "drawingHF", "legacyDrawing", "legacyDrawingHF",
		"picture", "oleObjects", "controls", "webPublishItems", "tableParts", "extLst",
	} {
		order[name] = i + 1
	}
	return order
}()

// readElement compiles the element behind the cells whose start tag is at hand.
func (r *sheetReader) readElement(local string) {
	s := r.scan
	switch local {
	case "mergeCells":
		r.readMerges()
		r.addElement(local, mergeCells{})
		return
	case "rowBreaks":
		r.addElement(local, r.readBreaks())
		return
	case "headerFooter":
		r.addElement(local, r.readHeaderFooter())
		return
	}
	k := &cutter{data: r.data, at: s.Start}
	r.c.walk(s, k)
	r.sheet.tail = append(r.sheet.tail, element{local, k.finish(s.End)})
}

// addElement puts an element that is written anew.
func (r *sheetReader) addElement(name string, s segment) {
	r.sheet.tail = append(r.sheet.tail, element{name, []segment{s}})
}

// complete puts the elements that a document may need and the template lacks in their places.
func (sh *sheet) complete() {
	for _, e := range []element{{"mergeCells", []segment{mergeCells{}}}, {"headerFooter", []segment{headerFooter{}}}, {"rowBreaks", []segment{rowBreaks{}}}} {
		if !sh.cells && e.name != "headerFooter" || slices.ContainsFunc(sh.tail, func(o element) bool { return o.name == e.name }) {
			continue
		}
		i := slices.IndexFunc(sh.tail, func(o element) bool {
			place, known := elementOrder[o.name]
			return o.name == "" || known && place > elementOrder[e.name]
		})
		sh.tail = slices.Insert(sh.tail, max(i, 0), e)
	}
}

// walk compiles the element whose start tag is at hand, up to its end tag.
func (c *compiler) walk(s *ooxml.Scanner, k *cutter) {
	switch local := string(s.Local()); local {
	case "conditionalFormatting", "dataValidation", "sparkline":
		c.walkGroup(s, k, local == "sparkline")
	case "dataValidations", "conditionalFormattings", "sparklineGroup", "sparklineGroups", "sparklines", "hyperlinks", "ext":
		c.walkContainer(s, k)
	case "hyperlink":
		c.walkHyperlink(s, k)
	case "f", "formula", "formula1", "formula2":
		c.walkFormula(s, k)
	case "row":
		c.walkRow(s, k)
	default:
		c.walkTag(s, k)
		c.walkInner(s, k)
	}
}

// walkInner compiles what stands between the start tag at hand and its end tag.
func (c *compiler) walkInner(s *ooxml.Scanner, k *cutter) {
	if s.Kind == ooxml.EmptyTag {
		return
	}
	depth := s.Depth()
	for s.Next() && !(s.Kind == ooxml.EndTag && s.Depth() == depth) {
		if s.Kind == ooxml.StartTag || s.Kind == ooxml.EmptyTag {
			c.walk(s, k)
		}
	}
}

// walkTag compiles the attributes of a start tag that speak of cells.
func (c *compiler) walkTag(s *ooxml.Scanner, k *cutter) {
	local := string(s.Local())
	for _, a := range s.Attrs() {
		start, end := a.End-1-len(a.Value), a.End-1
		switch name := string(a.Name); {
		case name == "ref" && local == "dimension":
			k.replace(start, end, dimension{})
		case name == "sqref" || name == "ref" && local != "hyperlink" || name == "r" && local == "cellWatch":
			if cells, ok := parseAreas(a.Value, name != "sqref"); ok {
				k.replace(start, end, cells)
			}
		case name == "val" && local == "cfvo" || name == "location" && local == "hyperlink":
			if f := c.formula(a.Value); f != nil {
				k.replace(start, end, f)
			}
		case name == "count" && local == "dataValidations":
			k.drop(a.Start-1, a.End) // some may fall away
		case (name == "tabSelected" && local == "sheetView") || (name == "codeName" && local == "sheetPr") || bytes.HasSuffix(a.Name, []byte(":uid")):
			k.replace(a.Start-1, a.End, firstOnly(k.data[a.Start-1:a.End]))
		}
	}
}

// walkFormula compiles the text of an element that is a formula.
func (c *compiler) walkFormula(s *ooxml.Scanner, k *cutter) {
	start := s.End
	if rest := bytes.TrimLeft(k.data[start:], " \t\r\n"); bytes.HasPrefix(rest, []byte("<")) && !bytes.HasPrefix(rest, []byte("</")) {
		c.walkInner(s, k) // x14:formula1 holds an xm:f
		return
	}
	if s.Kind == ooxml.EmptyTag {
		return
	}
	s.Skip()
	if f := c.formula(k.data[start:s.Start]); f != nil {
		k.replace(start, s.Start, f)
	}
}

// walkRow compiles the row of an anchor inside the sheet (controls have one).
func (c *compiler) walkRow(s *ooxml.Scanner, k *cutter) {
	if s.Kind == ooxml.EmptyTag {
		return
	}
	start := s.End
	s.Skip()
	if n := parseInt(k.data[start:s.Start]); n >= 0 {
		k.replace(start, s.Start, rowNumber{n})
	}
}

// walkGroup compiles an element whose cells may fall away. The cells stand in
// an attribute, or in the extensions in an element of their own.
func (c *compiler) walkGroup(s *ooxml.Scanner, k *cutter, each bool) {
	start := s.Start
	inner := &cutter{data: k.data, at: start}
	g := group{each: each}
	found := false
	if raw, ok := s.RawAttr("sqref"); ok {
		g.cells, found = parseAreas(raw, false)
	}
	c.walkTag(s, inner)
	if s.Kind == ooxml.StartTag {
		depth := s.Depth()
		for s.Next() && !(s.Kind == ooxml.EndTag && s.Depth() == depth) {
			if s.Kind != ooxml.StartTag && s.Kind != ooxml.EmptyTag {
				continue
			}
			switch string(s.Local()) {
			case "f", "formula", "formula1", "formula2":
				c.walkFormula(s, inner)
			case "sqref":
				from := s.End
				s.Skip()
				if g.cells, found = parseAreas(bytes.TrimSpace(k.data[from:s.Start]), false); found {
					if each {
						inner.replace(from, s.Start, ownCell{g.cells.refs[0].ref})
					} else {
						inner.replace(from, s.Start, g.cells)
					}
				}
			default:
				c.walkTag(s, inner)
			}
		}
	}
	if g.segments = inner.finish(s.End); found {
		k.replace(start, s.End, g)
	}
}

// walkContainer compiles an element that must not be left empty.
func (c *compiler) walkContainer(s *ooxml.Scanner, k *cutter) {
	start := s.Start
	open := &cutter{data: k.data, at: start}
	c.walkTag(s, open)
	if s.Kind == ooxml.EmptyTag {
		return
	}
	box := container{open: open.finish(s.End)}
	inner := &cutter{data: k.data, at: s.End}
	c.walkInner(s, inner)
	box.inner = inner.finish(s.Start)
	box.close = []segment{static(k.data[s.Start:s.End])}
	if inner.live || open.live {
		k.replace(start, s.End, box)
	}
}

// walkHyperlink compiles <hyperlink ref="B5" …/>.
func (c *compiler) walkHyperlink(s *ooxml.Scanner, k *cutter) {
	raw, _ := s.RawAttr("ref")
	cells, ok := parseAreas(raw, false)
	if !ok {
		s.Skip()
		return
	}
	p := perRun{cells: cells}
	start := s.Start
	for _, a := range s.Attrs() {
		if string(a.Name) == "ref" {
			p.before = (&cutter{data: k.data, at: start}).finish(a.End - 1 - len(a.Value))
			after := &cutter{data: k.data, at: a.End - 1}
			c.walkTag(s, after)
			s.Skip()
			p.after = after.finish(s.End)
			break
		}
	}
	k.replace(start, s.End, p)
}

// compileHead compiles what stands before the cells.
func (c *compiler) compileHead(data []byte) []segment {
	k := &cutter{data: data}
	s := ooxml.NewScanner(data)
	for s.Next() { // the head ends inside the root, which the scanner reports after its last token
		if s.Kind == ooxml.StartTag || s.Kind == ooxml.EmptyTag {
			c.walkTag(s, k)
		}
	}
	return k.finish(len(data))
}

// mergeCells writes the merged ranges.
type mergeCells struct{}

func (mergeCells) append(dst []byte, r *rendering, v viewpoint) []byte {
	sh := v.sheet
	if len(sh.merges) == 0 {
		return dst
	}
	p := sh.src.prefix
	dst = append(append(append(dst, '<'), p...), `mergeCells count="`...)
	dst = append(strconv.AppendInt(dst, int64(len(sh.merges)), 10), `">`...)
	for _, m := range sh.merges {
		dst = append(append(append(dst, '<'), p...), `mergeCell ref="`...)
		dst = area{rows: m.rows, fromCol: m.fromCol, toCol: m.toCol}.append(dst)
		dst = append(dst, `"/>`...)
	}
	return append(append(append(dst, "</"...), p...), "mergeCells>"...)
}

// readMerges reads <mergeCells>.
func (r *sheetReader) readMerges() {
	s := r.scan
	if s.Kind == ooxml.EmptyTag {
		return
	}
	depth := s.Depth()
	for s.Next() && !(s.Kind == ooxml.EndTag && s.Depth() == depth) {
		if ref, ok := s.Attr("ref"); ok {
			if rect, ok := ooxml.ParseRect(ref); ok {
				r.merges = append(r.merges, rect)
			}
		}
	}
}

// rowBreaks writes the page breaks between rows.
type rowBreaks struct{ breaks []rowBreak }

// rowBreak is a page break below a row.
type rowBreak struct {
	row   int
	attrs []byte // as the template has them: max="16383" man="1"
}

// maxBreaks is how many page breaks a sheet may have.
const maxBreaks = 1026

func (b rowBreaks) append(dst []byte, r *rendering, v viewpoint) []byte {
	sh := v.sheet
	all := make([]rowBreak, 0, len(b.breaks)+len(sh.breaks))
	var buf [8]span
	for _, br := range b.breaks {
		for _, run := range sh.root.runs(buf[:0], br.row, br.row) {
			for row := run.from; row <= run.to; row++ {
				all = append(all, rowBreak{row, br.attrs})
			}
		}
	}
	for _, row := range sh.breaks {
		all = append(all, rowBreak{row, []byte(` max="16383" man="1"`)})
	}
	slices.SortStableFunc(all, func(a, b rowBreak) int { return a.row - b.row })
	all = slices.CompactFunc(all, func(a, b rowBreak) bool { return a.row == b.row })
	if len(all) == 0 {
		return dst
	}
	if len(all) > maxBreaks {
		r.trouble(place(sh.name, ""), "分页超过 %d 处，一张工作表放不下", maxBreaks)
		return dst
	}
	manual := 0
	for _, br := range all {
		if bytes.Contains(br.attrs, []byte("man=")) {
			manual++
		}
	}
	p := sh.src.prefix
	dst = append(append(append(dst, '<'), p...), `rowBreaks count="`...)
	dst = append(strconv.AppendInt(dst, int64(len(all)), 10), `" manualBreakCount="`...)
	dst = append(strconv.AppendInt(dst, int64(manual), 10), `">`...)
	for _, br := range all {
		dst = append(append(append(dst, '<'), p...), `brk id="`...)
		dst = append(strconv.AppendInt(dst, int64(br.row), 10), '"')
		dst = append(append(dst, br.attrs...), "/>"...)
	}
	return append(append(append(dst, "</"...), p...), "rowBreaks>"...)
}

// readBreaks reads <rowBreaks>.
func (r *sheetReader) readBreaks() rowBreaks {
	s := r.scan
	var out rowBreaks
	if s.Kind == ooxml.EmptyTag {
		return out
	}
	depth := s.Depth()
	for s.Next() && !(s.Kind == ooxml.EndTag && s.Depth() == depth) {
		if s.Kind != ooxml.StartTag && s.Kind != ooxml.EmptyTag {
			continue
		}
		b := rowBreak{row: -1}
		for _, a := range s.Attrs() {
			if string(a.Name) == "id" {
				b.row = parseInt(a.Value)
			} else {
				b.attrs = append(append(b.attrs, ' '), r.data[a.Start:a.End]...)
			}
		}
		if b.row > 0 {
			out.breaks = append(out.breaks, b)
		}
	}
	return out
}

// appendTail writes what stands behind the cells.
func (r *rendering) appendTail(dst []byte, sh *outSheet) []byte {
	v := viewpoint{sheet: sh, frame: sh.root}
	for _, e := range sh.src.tail {
		dst = appendAll(dst, e.segments, r, v)
	}
	return dst
}

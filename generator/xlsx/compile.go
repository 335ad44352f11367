package xlsx

import (
	"path"
	"slices"
	"strings"

	"jixiao/generator/ooxml"
	"jixiao/generator/tag"
)

// compiler gathers what Compile finds.
type compiler struct {
	pkg           *ooxml.Package
	around        [][]string // lists at whose items the whole workbook stands
	book          *book
	strings       [][]textRun // the shared strings
	stringsPrefix string
	styles        *styles
	faults        []tag.Fault
	uses          []tag.Use
	lines         []line // texts outside of the cells of the sheet at hand
	tables        []table
	lastTable     int
	pivots        []*ownedPart
	cleaned       map[string][]byte // parts that are changed once and for all
	removed       []string
}

// Compile takes an Excel template apart. The template is nil when there are
// faults; they come all at once, in the order of the sheets, each with its
// place (汇总表!C7). around are the paths of lists, outermost first, at whose items
// the scope will stand that it is rendered in: a workbook an item.
func Compile(data []byte, l ooxml.Limits, around ...[]string) (*Template, []tag.Fault) {
	pkg, err := ooxml.Open(data, l)
	if err != nil {
		return nil, []tag.Fault{{Message: err.Error()}}
	}
	c := &compiler{pkg: pkg, around: around, cleaned: map[string][]byte{}}
	main := pkg.Main()
	content, ok := pkg.Part(main)
	if !ok || !isSpreadsheet(pkg.ContentType(main)) {
		return nil, []tag.Fault{{Message: "不是 Excel 工作簿，请用 Excel 或 WPS 另存为 .xlsx"}}
	}
	c.readBook(main, content)
	c.readShared()
	for _, sh := range c.book.sheets {
		c.compileSheet(sh)
	}
	c.bindNames()
	c.bindCells()
	c.compilePivots()
	c.checkProperties()
	if len(c.book.sheets) == 0 {
		c.faultAt("", "", "工作簿里没有工作表")
	}
	if len(c.faults) > 0 {
		return nil, c.faults
	}
	t, err := c.template()
	if err != nil {
		return nil, []tag.Fault{{Message: "模板整理失败：" + err.Error()}}
	}
	return t, nil
}

// isSpreadsheet reports whether a content type is that of a workbook or of a template of one.
func isSpreadsheet(contentType string) bool {
	return strings.Contains(contentType, "spreadsheetml") || strings.Contains(contentType, "ms-excel")
}

// readShared reads what the sheets share: strings and looks, and drops the order of calculation.
func (c *compiler) readShared() {
	c.styles = readStyles(nil)
	for _, rel := range c.pkg.Related(c.book.part) {
		data, ok := c.pkg.Part(rel.Target)
		switch {
		case rel.External || !ok:
		case rel.Is("sharedStrings"):
			c.readStrings(rel.Target, data)
		case rel.Is("styles"):
			c.styles = readStyles(data)
			c.styles.part = rel.Target
		case rel.Is("calcChain"):
			c.removed = append(c.removed, rel.Target)
		}
	}
}

// readStrings reads the shared strings. Those with tags leave the part: the
// cells that use them get texts of their own.
func (c *compiler) readStrings(part string, data []byte) {
	s := ooxml.NewScanner(data)
	var edits []edit
	for s.Next() {
		if s.Kind != ooxml.StartTag && s.Kind != ooxml.EmptyTag {
			continue
		}
		switch string(s.Local()) {
		case "sst":
			c.stringsPrefix = string(s.Name[:len(s.Name)-len(s.Local())])
			for _, a := range s.Attrs() {
				if name := string(a.Name); name == "count" || name == "uniqueCount" { // would count the strings that leave
					edits = append(edits, edit{a.Start - 1, a.End, nil})
				}
			}
		case "si":
			start := s.End
			runs := readRuns(s, data)
			c.strings = append(c.strings, runs)
			if tag.HasTag(joinRuns(runs)) {
				p := c.stringsPrefix
				edits = append(edits, edit{start, s.Start, []byte("<" + p + "t></" + p + "t>")})
			}
		}
	}
	c.cleaned[part] = applyEdits(data, edits)
}

// compileSheet compiles one tab with all that belongs to it.
func (c *compiler) compileSheet(sh *sheet) {
	data, ok := c.pkg.Part(sh.part)
	if !ok {
		c.fault(sh.name, "", "工作表的内容缺失")
		sh.cells = false
		return
	}
	if tag.HasTag(sh.name) {
		sh.nameText = c.compileLine([]textRun{{text: sh.name}}, place(sh.name, ""))
	}
	c.readSheet(sh, data)
	sh.owned, sh.rels = c.own(sh, sh.part, 1)
	sh.typed = c.typedParts(sh)
	f := &flow{c: c, sheet: sh, bound: map[string]bool{}}
	f.bindAround()
	if sh.path != nil {
		f.bind(sh.path)
	}
	for _, l := range c.lines {
		f.usePieces(l.at, l.text.pieces)
	}
	c.lines = c.lines[:0]
}

// bindCells compiles the formulas of all cells, now that all sheets are known,
// and prepares the looks of numbers.
func (c *compiler) bindCells() {
	for _, sh := range c.book.sheets {
		for i := range sh.rows {
			rw := &sh.rows[i]
			sh.hidesRows = sh.hidesRows || strings.Contains(string(rw.open), ` hidden="1"`)
			for j := range rw.cells {
				cl := &rw.cells[j]
				if cl.text != nil {
					cl.text.looks = c.styles.prepare(cl.style, cl.text.whole)
				}
				if f := cl.formula; f != nil {
					c.book.bind(f.tokens)
					f.tree = parseTokens(f.tokens, func(text string) (reference, bool) {
						return c.structured(text, sh.index, ooxml.Ref{Row: rw.n, Col: cl.col})
					})
					f.subtotal = slices.ContainsFunc(f.tokens, func(t token) bool {
						return t.kind == tokFunc && (functionName(t.text) == "SUBTOTAL" || functionName(t.text) == "AGGREGATE")
					})
					sh.subtotals = sh.subtotals || f.subtotal
				}
			}
		}
	}
}

// checkProperties refuses tags where nobody would fill them.
func (c *compiler) checkProperties() {
	for _, rel := range c.pkg.Related("") {
		if data, ok := c.pkg.Part(rel.Target); ok && rel.Is("core-properties") && tag.HasTag(string(data)) {
			c.faultAt("文档属性", "", "文档属性（标题、作者、备注等）里的标签不会被填写，请删去")
		}
	}
}

// use notes a tag with the lists around it.
func (c *compiler) use(at string, t *tag.Tag, lists [][]string) {
	c.uses = append(c.uses, tag.Use{Place: at, Tag: t, Lists: slices.Clone(lists)})
}

// compilePivots makes the sources of pivot tables follow the rows, and asks for a refresh on opening.
func (c *compiler) compilePivots() {
	for _, rel := range c.pkg.Related(c.book.part) {
		data, ok := c.pkg.Part(rel.Target)
		if !ok || !rel.Is("pivotCacheDefinition") {
			continue
		}
		k := &cutter{data: data}
		s := ooxml.NewScanner(data)
		for s.Next() {
			if s.Kind != ooxml.StartTag && s.Kind != ooxml.EmptyTag {
				continue
			}
			switch string(s.Local()) {
			case "pivotCacheDefinition":
				at := s.Start + 1 + len(s.Name)
				if _, ok := s.RawAttr("refreshOnLoad"); !ok {
					k.static(at)
					k.out = append(k.out, static(` refreshOnLoad="1"`))
				}
			case "worksheetSource":
				c.compileSource(s, k)
			}
		}
		c.pivots = append(c.pivots, &ownedPart{name: rel.Target, data: data, moves: k.live, segments: k.finish(len(data))})
	}
}

// compileSource compiles <worksheetSource ref="A1:F20" sheet="明细"/>.
func (c *compiler) compileSource(s *ooxml.Scanner, k *cutter) {
	name, _ := s.Attr("sheet")
	target := c.book.sheetIndex(name)
	if target < 0 {
		return
	}
	for _, a := range s.Attrs() {
		start, end := a.End-1-len(a.Value), a.End-1
		switch string(a.Name) {
		case "ref":
			if cells, ok := parseAreas(a.Value, true); ok {
				k.replace(start, end, pivotSource{cells, target})
			}
		case "sheet":
			k.replace(start, end, sheetName(target))
		}
	}
}

// pivotSource is the range of a pivot table.
type pivotSource struct {
	cells  areas
	target int
}

func (p pivotSource) append(dst []byte, r *rendering, _ viewpoint) []byte {
	sh := r.bySource[p.target][0]
	return p.cells.append(dst, r, viewpoint{sheet: sh, frame: sh.root})
}

// sheetName is what a sheet of the template is called.
type sheetName int

func (n sheetName) append(dst []byte, r *rendering, _ viewpoint) []byte {
	return ooxml.Escape(dst, r.bySource[n][0].name)
}

// mobile reports whether sheets may be renamed, repeated or have rows that repeat or fall away.
func (b *book) mobile() bool {
	return slices.ContainsFunc(b.sheets, func(sh *sheet) bool {
		return sh.path != nil || sh.nameText != nil || slices.ContainsFunc(sh.body.parts, func(p part) bool { return p.kind != partRows })
	})
}

// cleanTitles takes the list of sheets out of the document's properties: it would name the template's.
func (c *compiler) cleanTitles() {
	for _, rel := range c.pkg.Related("") {
		data, ok := c.pkg.Part(rel.Target)
		if !ok || !rel.Is("extended-properties") {
			continue
		}
		s := ooxml.NewScanner(data)
		var edits []edit
		for s.Next() {
			if local := string(s.Local()); s.Kind == ooxml.StartTag && (local == "TitlesOfParts" || local == "HeadingPairs") {
				start := s.Start
				s.Skip()
				edits = append(edits, edit{start, s.End, nil})
			}
		}
		c.cleaned[rel.Target] = applyEdits(data, edits)
	}
}

// template lays out what every document shares.
func (c *compiler) template() (*Template, error) {
	t := &Template{uses: c.uses, book: c.book, pivots: c.pivots, lastTable: c.lastTable, mobile: c.book.mobile()}
	if t.mobile {
		c.cleanTitles()
	}
	if looks := c.styles.write(); looks != nil {
		c.cleaned[c.styles.part] = looks
	}
	if err := c.forget(c.removed); err != nil {
		return nil, err
	}
	data, err := c.pkg.Rewrite(c.cleaned, c.removed)
	if err != nil {
		return nil, err
	}
	base, err := ooxml.Open(data, ooxml.Limits{})
	if err != nil {
		return nil, err
	}
	return t, t.lay(base)
}

// forget takes parts out of the content types and out of the workbook's relationships.
func (c *compiler) forget(parts []string) error {
	if len(parts) == 0 {
		return nil
	}
	const types = "[Content_Types].xml"
	data, _ := c.pkg.Part(types) // Open refuses a package without it
	var err error
	for _, p := range parts {
		if data, err = ooxml.RemoveOverride(data, p); err != nil {
			return err
		}
	}
	c.cleaned[types] = data
	rels := ooxml.RelsName(c.book.part)
	data, _ = c.pkg.Part(rels) // the parts were found by it
	var edits []edit
	s := ooxml.NewScanner(data)
	for s.Next() {
		kind, _ := s.Attr("Type")
		if start := s.Start; path.Base(kind) == "calcChain" {
			s.Skip()
			edits = append(edits, edit{start, s.End, nil})
		}
	}
	c.cleaned[rels] = applyEdits(data, edits)
	return nil
}

package xlsx

import (
	"bytes"
	"path"
	"slices"
	"strconv"
	"strings"

	"jixiao/generator/ooxml"
	"jixiao/generator/tag"
)

// ownedPart is a part that belongs to one sheet: its drawing, the charts in it,
// its notes, its tables. It follows the sheet's rows, and each of several sheets
// that one template sheet becomes gets its own.
type ownedPart struct {
	name     string
	kind     string // as its relationship calls it: drawing, chart, comments, vmlDrawing, table
	data     []byte // as the template has it
	segments []segment
	moves    bool // something in it speaks of rows
	fills    bool // it keeps what the cells say
	tags     bool // it has tags of its own
	rels     *relsPart
	children []*ownedPart
}

// relsPart is the relationships of a part that may be cloned.
type relsPart struct {
	name    string
	data    []byte
	targets []relTarget
}

// relTarget is the place of a target that a clone has for itself.
type relTarget struct {
	start, end int
	part       string
}

// Relationships of a sheet and its parts: what a clone gets a copy of, and what it may share.
var (
	copiedKinds = []string{"drawing", "chart", "comments", "vmlDrawing", "table", "printerSettings", "chartEx", "chartUserShapes", "chartStyle", "chartColorStyle", "themeOverride"}
	sharedKinds = []string{"image", "hyperlink", "package"}
)

// own finds the parts that belong to a part, and compiles them.
func (c *compiler) own(sh *sheet, part string, depth int) (children []*ownedPart, rels *relsPart) {
	const deepest = 4 // a sheet's drawing's chart's drawing
	data, ok := c.pkg.Part(ooxml.RelsName(part))
	if !ok || depth > deepest {
		return nil, nil
	}
	rels = &relsPart{name: ooxml.RelsName(part), data: data}
	byID := map[string]string{}
	for _, rel := range c.pkg.Related(part) {
		kind := path.Base(rel.Type)
		switch {
		case rel.External:
		case slices.Contains(copiedKinds, kind), kind == "threadedComment" && sh.path == nil:
			content, ok := c.pkg.Part(rel.Target)
			if !ok {
				continue
			}
			o := &ownedPart{name: rel.Target, kind: kind, data: content}
			c.compileOwned(sh, o)
			o.children, o.rels = c.own(sh, o.name, depth+1)
			children = append(children, o)
			byID[rel.ID] = rel.Target
		case !slices.Contains(sharedKinds, kind) && sh.path != nil:
			c.fault(sh.name, "", "按“"+sh.key+"”重复的工作表里不能有“"+kind+"”（数据透视表、控件、嵌入对象之类），请把它移到别的工作表")
		}
	}
	s := ooxml.NewScanner(data)
	for s.Next() {
		if id, _ := s.Attr("Id"); byID[id] != "" {
			for _, a := range s.Attrs() {
				if string(a.Name) == "Target" {
					rels.targets = append(rels.targets, relTarget{a.End - 1 - len(a.Value), a.End - 1, byID[id]})
				}
			}
		}
	}
	return children, rels
}

// compileOwned compiles a part by its kind.
func (c *compiler) compileOwned(sh *sheet, o *ownedPart) {
	k := &cutter{data: o.data}
	switch o.kind {
	case "chart", "chartEx":
		o.fills = c.compileChart(k, place(sh.name, "图表"))
	case "drawing", "chartUserShapes":
		c.compileDrawing(k, place(sh.name, "图形"))
	case "comments", "threadedComment":
		s := ooxml.NewScanner(o.data)
		for s.Next() {
			if local := string(s.Local()); s.Kind == ooxml.StartTag && (local == "comment" || local == "threadedComment") {
				compileComment(s, k)
			}
		}
	case "vmlDrawing":
		compileVML(k)
	case "table":
		c.compileTable(sh, o, k)
	}
	o.moves, o.tags = k.live, k.text
	if (o.kind == "comments" || o.kind == "table") && tag.HasTag(string(o.data)) {
		c.faultAt(place(sh.name, path.Base(o.name)), "", "批注里和“表格”的标题行里的标签不会被填写，请把标签放到普通单元格、图表标题或文本框里")
	}
	o.segments = k.finish(len(o.data))
}

// compileComment compiles the place of a note. One at a repeated row stays with the first item.
func compileComment(s *ooxml.Scanner, k *cutter) {
	for _, a := range s.Attrs() {
		if string(a.Name) != "ref" {
			continue
		}
		if cells, ok := parseAreas(a.Value, true); ok {
			k.replace(a.End-1-len(a.Value), a.End-1, ownCell{cells.refs[0].ref})
		}
	}
}

// compileDrawing compiles the anchors of a drawing, and the text of its shapes.
func (c *compiler) compileDrawing(k *cutter, at string) {
	s := ooxml.NewScanner(k.data)
	for s.Next() {
		if s.Kind != ooxml.StartTag {
			continue
		}
		switch string(s.Local()) {
		case "twoCellAnchor":
			c.compileAnchor(s, k)
		case "oneCellAnchor":
			if from, start, end := c.anchorRow(s, k, "from"); end > 0 {
				k.replace(start, end, rowNumber{from})
			}
		case "p":
			c.compileParagraph(s, k, at)
		}
	}
}

// anchorRow finds the row of the next <from> or <to> behind the token at hand.
func (c *compiler) anchorRow(s *ooxml.Scanner, k *cutter, corner string) (row, start, end int) {
	inside := false
	for s.Next() {
		switch local := string(s.Local()); {
		case s.Kind == ooxml.StartTag && local == corner:
			inside = true
		case s.Kind == ooxml.StartTag && local == "row" && inside:
			start = s.End
			s.Skip()
			if row = parseInt(k.data[start:s.Start]); row < 0 {
				return 0, 0, 0
			}
			return row, start, s.Start
		case s.Kind == ooxml.EndTag && local == corner:
			return 0, 0, 0
		}
	}
	return 0, 0, 0
}

// compileAnchor compiles <twoCellAnchor>: its upper edge follows its row; the
// lower edge follows too when the shape is to grow with the cells, else the shape keeps its height.
func (c *compiler) compileAnchor(s *ooxml.Scanner, k *cutter) {
	editAs, _ := s.Attr("editAs")
	if editAs == "absolute" {
		return
	}
	from, fromStart, fromEnd := c.anchorRow(s, k, "from")
	if fromEnd == 0 {
		return
	}
	to, toStart, toEnd := c.anchorRow(s, k, "to")
	if toEnd == 0 {
		return
	}
	rest := k.data[toEnd:]
	if end := bytes.Index(rest, []byte("twoCellAnchor>")); end >= 0 {
		rest = rest[:end]
	}
	keep := editAs == "oneCell" || editAs == "" && bytes.Contains(rest, []byte("graphicFrame"))
	k.replace(fromStart, fromEnd, rowNumber{from})
	k.replace(toStart, toEnd, lowerEdge{from, to, keep})
}

// lowerEdge is the last row of a shape, counted from 0.
type lowerEdge struct {
	from, to int
	keep     bool // the shape keeps its height
}

func (e lowerEdge) append(dst []byte, r *rendering, v viewpoint) []byte {
	row := v.sheet.firstOut(e.from+1) - 1 + e.to - e.from
	if !e.keep {
		var buf [8]span
		if rows := v.sheet.root.runs(buf[:0], e.to+1, e.to+1); len(rows) > 0 {
			row = rows[len(rows)-1].to - 1
		}
	}
	return strconv.AppendInt(dst, int64(min(row, maxRow-1)), 10)
}

// compileParagraph compiles a paragraph of a shape or a title when it has tags.
// Every run keeps its look: it says what begins in it.
func (c *compiler) compileParagraph(s *ooxml.Scanner, k *cutter, at string) {
	var (
		runs  []textRun
		spans []span
		text  []byte
		inT   int
		depth = s.Depth()
	)
	for s.Next() && !(s.Kind == ooxml.EndTag && s.Depth() == depth) {
		switch {
		case s.Kind == ooxml.StartTag && string(s.Local()) == "t":
			inT, text = s.End, text[:0]
		case s.Kind == ooxml.EndTag && string(s.Local()) == "t":
			spans = append(spans, span{inT, s.Start})
			runs = append(runs, textRun{[]byte(strconv.Itoa(len(runs))), string(text)})
			inT = 0
		case inT > 0:
			text = s.AppendText(text)
		}
	}
	if !tag.HasTag(joinRuns(runs)) {
		return
	}
	line := c.compileLine(runs, at)
	for i := range spans {
		k.replace(spans[i].from, spans[i].to, lineSegment{line, runs[i].props})
	}
	k.text = true
}

// lineSegment is what a text outside of the cells says in one of its runs.
type lineSegment struct {
	text *cellText
	run  []byte
}

func (l lineSegment) append(dst []byte, r *rendering, v viewpoint) []byte {
	scope := r.scope
	if v.sheet != nil {
		scope = v.sheet.root.scope
	}
	var b strings.Builder
	l.text.visit(scope, func(text string, run []byte) {
		if bytes.Equal(run, l.run) {
			b.WriteString(text)
		}
	})
	return ooxml.Escape(dst, strings.ReplaceAll(b.String(), "\n", " "))
}

// compileVML compiles the rows of notes. VML is not always well-formed, so it
// is searched for the two elements that matter.
func compileVML(k *cutter) {
	for pos := 0; ; {
		i := bytes.IndexByte(k.data[pos:], '<')
		if i < 0 {
			return
		}
		pos += i + 1
		rest := k.data[pos:]
		switch {
		case hasElement(rest, "Row"):
			start, end := elementBody(k.data, pos)
			if n := parseInt(bytes.TrimSpace(k.data[start:end])); n >= 0 {
				k.replace(start, end, rowNumber{n})
			}
		case hasElement(rest, "Anchor"):
			start, end := elementBody(k.data, pos)
			fields := strings.Split(string(k.data[start:end]), ",")
			if len(fields) != 8 {
				continue
			}
			from, to := parseInt(strings.TrimSpace(fields[2])), parseInt(strings.TrimSpace(fields[6]))
			if from >= 0 && to >= from {
				k.replace(start, end, noteAnchor{fields, from, to})
			}
		}
	}
}

// hasElement reports whether an x: element of that name begins behind a bracket.
func hasElement(rest []byte, name string) bool {
	const prefix = "x:"
	n := len(prefix) + len(name)
	return len(rest) > n && string(rest[:n]) == prefix+name && rest[n] == '>'
}

// elementBody is the text of the element whose name begins at pos.
func elementBody(data []byte, pos int) (start, end int) {
	start = pos + bytes.IndexByte(data[pos:], '>') + 1
	n := bytes.IndexByte(data[start:], '<')
	if n < 0 {
		n = len(data) - start
	}
	return start, start + n
}

// noteAnchor is the box of a note: left column, offset, top row, offset, right column, offset, bottom row, offset.
type noteAnchor struct {
	fields   []string
	from, to int
}

func (a noteAnchor) append(dst []byte, r *rendering, v viewpoint) []byte {
	top := v.sheet.firstOut(a.from+1) - 1
	for i, f := range a.fields {
		if i > 0 {
			dst = append(dst, ',')
		}
		switch i {
		case 2:
			dst = strconv.AppendInt(append(dst, ' '), int64(top), 10)
		case 6:
			dst = strconv.AppendInt(append(dst, ' '), int64(top+a.to-a.from), 10)
		default:
			dst = append(dst, f...)
		}
	}
	return dst
}

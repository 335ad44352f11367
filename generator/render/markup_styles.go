package render

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"

	"jixiao/generator/finding"
	"jixiao/generator/ooxml"
)

// Colours of wrong cells. Nobody else picks just these, and so a later round
// knows them again and takes them away.
const (
	errorFill  = "F9D5D3" // light red
	noticeFill = "FFF0C4" // light yellow
)

var fillOf = map[finding.Level]string{finding.Error: errorFill, finding.Notice: noticeFill}

// maxStyles that a workbook may have.
const maxStyles = 64000

// styleSheet is the part of styles of the unit's workbook, with what is added. A
// cell keeps its format but for the fill: its own format is copied as it is
// written, and the copy gets our fill.
//
// The colour that a cell had before is kept in our fill as its background colour,
// which a solid fill does not show, until a later round puts it back.
type styleSheet struct {
	data    []byte
	prefix  string // of its elements: "" or "x:"
	named   bool   // it has cellStyleXfs, of which cell formats may name one
	section map[string]*styleSection
	tint    map[styleKey]int // our copies of formats
}

// styleKey is a format or fill of the workbook with a level.
type styleKey struct {
	id    int
	level finding.Level
}

// styleSection is one collection: fonts, fills, borders or cellXfs.
type styleSection struct {
	count span // the value of its attribute count; empty when it has none
	end   int  // where a further entry goes
	was   []span
	now   [][]byte // the entries as they will be, the added ones last
}

// styleSections are the collections that formats of cells are made of, each with
// what goes into one that a workbook lacks.
var styleSections = []struct{ name, first string }{
	{"fonts", `<%[1]sfont><%[1]ssz val="11"/></%[1]sfont>`},
	{"fills", `<%[1]sfill><%[1]spatternFill patternType="none"/></%[1]sfill>`},
	{"borders", `<%[1]sborder/>`},
	{"cellXfs", `<%[1]sxf numFmtId="0" fontId="0" fillId="0" borderId="0"/>`},
}

// styleOrder is the order of the elements of a style sheet.
var styleOrder = []string{"numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs", "tableStyles", "colors", "extLst"}

// readStyles reads a part of styles; one that lacks a collection gets it.
func readStyles(data []byte) (*styleSheet, error) {
	data = opened(data, "styleSheet", "fonts", "fills", "borders", "cellXfs")
	for _, want := range styleSections {
		s := ooxml.NewScanner(data)
		prefix, at, found := "", 0, false
		for s.Next() {
			name := tagName(s)
			switch {
			case s.Depth() == 1 && opens(s):
				prefix = string(s.Name[:len(s.Name)-len(name)])
			case s.Depth() == 1 && s.Kind == ooxml.EndTag && at == 0:
				at = s.Start
			case s.Depth() == 2 && opens(s):
				found = found || name == want.name
				if at == 0 && slices.Index(styleOrder, name) > slices.Index(styleOrder, want.name) {
					at = s.Start
				}
				s.Skip()
			}
		}
		if err := s.Err(); err != nil {
			return nil, err
		}
		if !found {
			var e edits
			e.replace(at, at, fmt.Appendf(nil, "<%[1]s%[2]s>"+want.first+"</%[1]s%[2]s>", prefix, want.name))
			data = e.apply(data)
		}
	}
	st := &styleSheet{data: data, section: map[string]*styleSection{}, tint: map[styleKey]int{}}
	for _, want := range styleSections {
		st.section[want.name] = &styleSection{}
	}
	s := ooxml.NewScanner(data)
	var in *styleSection
	for s.Next() {
		name := tagName(s)
		switch {
		case s.Depth() == 1 && opens(s):
			if name != "styleSheet" {
				return nil, fmt.Errorf("部件不是样式表")
			}
			st.prefix = string(s.Name[:len(s.Name)-len(name)])
		case s.Depth() == 2 && opens(s):
			st.named = st.named || name == "cellStyleXfs"
			if in = st.section[name]; in != nil {
				for _, a := range s.Attrs() {
					if string(a.Name) == "count" {
						in.count = valueOf(a)
					}
				}
			}
		case s.Depth() == 2 && s.Kind == ooxml.EndTag && in != nil:
			in.end, in = s.Start, nil
		case s.Depth() == 3 && opens(s) && in != nil:
			from := s.Start
			s.Skip()
			in.was = append(in.was, span{from, s.End})
			in.now = append(in.now, data[from:s.End])
		}
	}
	for _, want := range styleSections {
		if sec := st.section[want.name]; len(sec.now) == 0 { // or what is added would become what every cell has
			sec.now = append(sec.now, fmt.Appendf(nil, want.first, st.prefix))
		}
	}
	return st, s.Err()
}

// valueOf is where the value of an attribute stands.
func valueOf(a ooxml.Attr) span { return span{a.End - 1 - len(a.Value), a.End - 1} }

// bytes is the part with all changes.
func (st *styleSheet) bytes() []byte {
	var e edits
	for _, want := range styleSections {
		sec := st.section[want.name]
		if len(sec.now) > len(sec.was) && sec.count.to > sec.count.from {
			e.replace(sec.count.from, sec.count.to, strconv.AppendInt(nil, int64(len(sec.now)), 10))
		}
		for i, was := range sec.was {
			if !bytes.Equal(sec.now[i], st.data[was.from:was.to]) {
				e.replace(was.from, was.to, sec.now[i])
			}
		}
		if added := bytes.Join(sec.now[len(sec.was):], nil); added != nil {
			e.replace(sec.end, sec.end, added)
		}
	}
	slices.SortStableFunc(e, func(a, b edit) int { return a.from - b.from })
	return e.apply(st.data)
}

// add returns the number of an entry, which is added when there is none like it.
func (st *styleSheet) add(section string, entry []byte) int {
	sec := st.section[section]
	for i, have := range sec.now {
		if bytes.Equal(have, entry) {
			return i
		}
	}
	sec.now = append(sec.now, entry)
	return len(sec.now) - 1
}

// fillParts are what matters of a fill: its pattern and the attributes of its two colours.
type fillParts struct {
	pattern            string
	front, back        string // attributes, as written
	frontRGB, backRGB  string
	backIndex          int // of the palette; 0: none
	backTheme, backAny bool
}

// fillOfEntry takes a fill apart. The entry is scanned inside the part, whose
// namespaces it needs.
func (st *styleSheet) fills() []fillParts {
	var list []fillParts
	s := ooxml.NewScanner(st.data)
	inFills := false
	for s.Next() {
		name := tagName(s)
		switch {
		case s.Depth() == 2:
			inFills = name == "fills" && opens(s)
		case !inFills || !opens(s):
		case s.Depth() == 3:
			list = append(list, fillParts{})
		case s.Depth() == 4 && name == "patternFill":
			list[len(list)-1].pattern, _ = s.Attr("patternType")
		case s.Depth() == 5 && (name == "fgColor" || name == "bgColor"):
			f := &list[len(list)-1]
			var attrs []byte
			for _, a := range s.Attrs() {
				attrs = append(append(attrs, ' '), st.data[a.Start:a.End]...)
			}
			rgb, _ := s.Attr("rgb")
			if name == "fgColor" {
				f.front, f.frontRGB = string(attrs), rgb
				break
			}
			f.back, f.backRGB = string(attrs), rgb
			_, f.backTheme = s.Attr("theme")
			if index, ok := s.Attr("indexed"); ok {
				f.backIndex, _ = strconv.Atoi(index) // what is no number is no colour: 0
			}
		}
	}
	return list
}

// clean takes the colours of an earlier round away, wherever the unit has moved
// their cells: it is the fills that are changed, and those are needed for nothing else.
func (st *styleSheet) clean() {
	fills := st.section["fills"]
	for i, f := range st.fills() {
		ours := channels(f.frontRGB)
		if f.pattern != "solid" || ours != channels(errorFill) && ours != channels(noticeFill) {
			continue
		}
		const system = 64 // indexes from here on are the colours of windows, which a solid fill has by default
		known := f.backRGB != "" || f.backTheme || f.backIndex > 0 && f.backIndex < system
		if !known || f.backRGB != "" && near(channels(f.backRGB), ours) {
			fills.now[i] = fmt.Appendf(nil, `<%[1]sfill><%[1]spatternFill patternType="none"/></%[1]sfill>`, st.prefix)
			continue
		}
		fills.now[i] = fmt.Appendf(nil, `<%[1]sfill><%[1]spatternFill patternType="solid"><%[1]sfgColor%[2]s/></%[1]spatternFill></%[1]sfill>`, st.prefix, f.back)
	}
	// What is coloured now is coloured over what was there before.
	data := st.bytes()
	if again, err := readStyles(data); err == nil { // it was read before, and is no other XML now
		*st = *again
	}
}

// channels are red, green and blue of a colour RRGGBB or AARRGGBB.
func channels(rgb string) (c [3]int) {
	if len(rgb) == 8 {
		rgb = rgb[2:]
	}
	n, err := strconv.ParseUint(rgb, 16, 32)
	if err != nil {
		return [3]int{-1, -1, -1}
	}
	return [3]int{int(n >> 16 & 0xff), int(n >> 8 & 0xff), int(n & 0xff)}
}

// near reports whether two colours are much the same. LibreOffice saves every
// solid fill with the nearest other colour of the workbook as its background
// colour; that was never the cell's own.
func near(a, b [3]int) bool {
	distance := 0
	for i := range a {
		distance += max(a[i]-b[i], b[i]-a[i])
	}
	return distance < 48
}

// tinted is the format like own with the level's fill.
func (st *styleSheet) tinted(own int, level finding.Level) int {
	key := styleKey{own, level}
	if id, ok := st.tint[key]; ok {
		return id
	}
	xfs := st.section["cellXfs"]
	if own < 0 || own >= len(xfs.was) {
		own = 0 // as office programs take it
	}
	if own >= len(xfs.was) || len(xfs.now) >= maxStyles {
		return own // the note and the sheet 审核意见 say it all the same
	}
	before, xf := st.format(own)
	back := ` indexed="64"`
	if fills := st.fills(); before > 0 && before < len(fills) && fills[before].pattern == "solid" && fills[before].front != "" {
		back = fills[before].front
	}
	fill := st.add("fills", fmt.Appendf(nil, `<%[1]sfill><%[1]spatternFill patternType="solid"><%[1]sfgColor rgb="FF%[2]s"/><%[1]sbgColor%[3]s/></%[1]spatternFill></%[1]sfill>`,
		st.prefix, fillOf[level], back))
	id := st.add("cellXfs", xf(fill))
	st.tint[key] = id
	return id
}

// format returns the fill of a cell format, and what makes a copy of the format
// with another fill.
func (st *styleSheet) format(n int) (fill int, with func(fill int) []byte) {
	at := st.section["cellXfs"].was[n]
	s := ooxml.NewScanner(st.data)
	for s.Next() && s.Start < at.from { // the format of that number
	}
	var e edits
	var fillAt, applyAt *span
	end := s.End - 1
	if s.Kind == ooxml.EmptyTag {
		end--
	}
	for _, a := range s.Attrs() {
		where := span{a.Start - at.from, a.End - at.from}
		switch string(a.Name) {
		case "fillId":
			fill, _ = strconv.Atoi(string(a.Value)) // what is no number means none: 0
			fillAt = &where
		case "applyFill":
			applyAt = &where
		}
	}
	return fill, func(fill int) []byte {
		e = nil
		set := func(where *span, text string) {
			if where != nil {
				e.replace(where.from, where.to, []byte(text))
			} else {
				e.replace(end-at.from, end-at.from, []byte(" "+text))
			}
		}
		set(fillAt, fmt.Sprintf(`fillId="%d"`, fill))
		set(applyAt, `applyFill="1"`)
		slices.SortStableFunc(e, func(a, b edit) int { return a.from - b.from })
		return e.apply(st.data[at.from:at.to])
	}
}

// look is a cell format of the sheet 审核意见.
type look struct {
	fill, horizontal string
	format           int // number format
	size             int // points; 0: 10
	bold, underline  bool
	color            string
	border           bool
}

// made is the number of a format that looks like that.
func (st *styleSheet) made(l look) int {
	p := st.prefix
	size := l.size
	if size == 0 {
		size = 10
	}
	font := []byte("<" + p + "font>")
	if l.bold {
		font = fmt.Appendf(font, "<%sb/>", p)
	}
	if l.underline {
		font = fmt.Appendf(font, "<%su/>", p)
	}
	font = fmt.Appendf(font, `<%ssz val="%d"/>`, p, size)
	if l.color != "" {
		font = fmt.Appendf(font, `<%scolor rgb="FF%s"/>`, p, l.color)
	}
	font = fmt.Appendf(font, `<%[1]sname val="宋体"/><%[1]sfamily val="3"/><%[1]scharset val="134"/></%[1]sfont>`, p)
	fill, border := 0, 0
	if l.fill != "" {
		fill = st.add("fills", fmt.Appendf(nil, `<%[1]sfill><%[1]spatternFill patternType="solid"><%[1]sfgColor rgb="FF%[2]s"/><%[1]sbgColor indexed="64"/></%[1]spatternFill></%[1]sfill>`, p, l.fill))
	}
	if l.border {
		var sides []byte
		for _, side := range []string{"left", "right", "top", "bottom"} {
			sides = fmt.Appendf(sides, `<%[1]s%[2]s style="thin"><%[1]scolor rgb="FFBFC5CD"/></%[1]s%[2]s>`, p, side)
		}
		border = st.add("borders", fmt.Appendf(nil, `<%[1]sborder>%[2]s<%[1]sdiagonal/></%[1]sborder>`, p, sides))
	} else {
		border = st.add("borders", fmt.Appendf(nil, `<%[1]sborder><%[1]sleft/><%[1]sright/><%[1]stop/><%[1]sbottom/><%[1]sdiagonal/></%[1]sborder>`, p))
	}
	base := ""
	if st.named {
		base = ` xfId="0"`
	}
	// A unit may write into every cell, even if somebody protects the sheet.
	return st.add("cellXfs", fmt.Appendf(nil, `<%[1]sxf numFmtId="%[2]d" fontId="%[3]d" fillId="%[4]d" borderId="%[5]d"%[6]s applyNumberFormat="1" applyFont="1" applyFill="1" applyBorder="1" applyAlignment="1" applyProtection="1">`+
		`<%[1]salignment horizontal="%[7]s" vertical="center" wrapText="1"/><%[1]sprotection locked="0"/></%[1]sxf>`,
		p, l.format, st.add("fonts", font), fill, border, base, l.horizontal))
}

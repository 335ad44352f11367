package render

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"jixiao/generator/ooxml"
)

// The box of a note is a shape of a VML drawing. Such a drawing is markup from
// before XML: office programs write it well-formed or not, so it is searched as
// text, shape by shape, and nothing but the shapes of our notes is touched.

// noteBox is where the box of a note stands, as a VML anchor says it, and its
// size for the programs that look at the style instead.
type noteBox struct {
	anchor        string
	width, height int // pixels
}

// Sizes of a box in pixels, for 9-point text. A Chinese character is 12 wide.
const (
	boxWidth   = 316
	boxPadding = 24 // around the text; LibreOffice sets the first line larger than the rest
	boxLine    = 16
	boxTallest = 520
	boxColumns = (boxWidth - 16) / 6 // in half-width characters
)

// Bounds of a sheet.
const (
	lastColumn = 16384
	lastRow    = 1048576
)

// placeBox puts the box to the right of its cells, one row up, as Excel does.
func placeBox(g *grid, cells ooxml.Rect, lines []noteLine) noteBox {
	b := noteBox{width: boxWidth, height: boxPadding}
	for _, l := range lines {
		b.height += boxLine * textLines(l.text, boxColumns)
	}
	b.height = min(b.height, boxTallest)
	const gap = 12 // pixels between the cells and the box
	left, top := min(cells.To.Col+1, lastColumn), max(cells.From.Row-1, 1)
	right, rightOffset := walk(left, lastColumn, gap+b.width, func(col int) int {
		return int(g.columnWidth(col)*7 + 0.5) // 7 pixels a character, the padding included
	})
	bottom, bottomOffset := walk(top, lastRow, b.height, func(row int) int {
		return int(g.rowHeight(row)*4/3 + 0.5) // 96 pixels to 72 points
	})
	// Anchors count from 0: column, offset, row, offset of the upper left and of the lower right corner.
	b.anchor = fmt.Sprintf("%d, %d, %d, %d, %d, %d, %d, %d", left-1, gap, top-1, 0, right-1, rightOffset, bottom-1, bottomOffset)
	return b
}

// walk goes some pixels from the start of a column or row and says in which one
// it ends, and how far into it.
func walk(from, last, pixels int, size func(int) int) (at, offset int) {
	for at = from; at < last; at++ {
		n := size(at)
		if pixels <= n {
			break
		}
		pixels -= n
	}
	return at, pixels
}

const (
	emptyShapes = `<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:x="urn:schemas-microsoft-com:office:excel">` +
		`<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="%d"/></o:shapelayout></xml>`
	noteShapeType = `<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">` +
		`<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>`
	noteShape = `<v:shape id="_x0000_s%d" type="#_x0000_t202" style="position:absolute;margin-left:60pt;margin-top:1.5pt;width:%gpt;height:%gpt;z-index:%d;visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto">` +
		`<v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>` +
		`<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>` +
		`<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>%s</x:Anchor><x:AutoFill>False</x:AutoFill><x:Row>%d</x:Row><x:Column>%d</x:Column></x:ClientData></v:shape>`
	shapesPerSheet = 1024 // ids of shapes that belong to one sheet
)

var (
	vmlShape  = regexp.MustCompile(`(?s)<v:shape\s.*?</v:shape>`)
	vmlID     = regexp.MustCompile(`\bid="[^"]*?(\d+)"`)
	vmlRow    = regexp.MustCompile(`<x:Row>\s*(\d+)\s*</x:Row>`)
	vmlColumn = regexp.MustCompile(`<x:Column>\s*(\d+)\s*</x:Column>`)
	vmlAnchor = regexp.MustCompile(`(?s)<x:Anchor>.*?</x:Anchor>`)
)

// mergeShapes gives every note its box: a new one, or the one that it has,
// resized to the longer text. Boxes of the notes that are gone go too. data is
// nil for a new drawing; number is the sheet's, which its shape ids begin with.
func mergeShapes(data []byte, number int, notes []note, gone map[string]bool) []byte {
	if data == nil {
		data = fmt.Appendf(nil, emptyShapes, number)
	}
	byCell := map[string]*note{}
	for i := range notes {
		byCell[notes[i].cell.String()] = &notes[i]
	}
	highest := number * shapesPerSheet
	boxed := map[string]bool{}
	data = vmlShape.ReplaceAllFunc(data, func(shape []byte) []byte {
		if id := vmlID.FindSubmatch(shape); id != nil {
			if n, err := strconv.Atoi(string(id[1])); err == nil && n < lastRow { // an id far out of line would overflow those that follow
				highest = max(highest, n)
			}
		}
		ref, isNote := shapeCell(shape)
		if !isNote {
			return shape
		}
		n := byCell[ref]
		switch {
		case gone[ref] || n != nil && boxed[ref]:
			return nil
		case n == nil:
			return shape
		}
		boxed[ref] = true
		return vmlAnchor.ReplaceAllLiteral(shape, []byte("<x:Anchor>"+n.box.anchor+"</x:Anchor>"))
	})
	var added []byte
	for i := range notes {
		n := &notes[i]
		if boxed[n.cell.String()] {
			continue
		}
		highest++
		added = fmt.Appendf(added, noteShape, highest, float64(n.box.width)*0.75, float64(n.box.height)*0.75, i+1, n.box.anchor, n.cell.Row-1, n.cell.Col-1)
	}
	if added == nil {
		return data
	}
	if !bytes.Contains(data, []byte(`id="_x0000_t202"`)) {
		added = append([]byte(noteShapeType), added...)
	}
	end := bytes.LastIndex(data, []byte("</xml>"))
	if end < 0 {
		end = len(data)
	}
	var e edits
	e.replace(end, end, added)
	return e.apply(data)
}

// shapeCell is the cell that a shape is the note of.
func shapeCell(shape []byte) (ref string, isNote bool) {
	row, col := vmlRow.FindSubmatch(shape), vmlColumn.FindSubmatch(shape)
	if row == nil || col == nil || !strings.Contains(string(shape), `ObjectType="Note"`) {
		return "", false
	}
	r, errRow := strconv.Atoi(string(row[1]))
	c, errCol := strconv.Atoi(string(col[1]))
	if errRow != nil || errCol != nil || r >= lastRow || c >= lastColumn {
		return "", false
	}
	return ooxml.Ref{Row: r + 1, Col: c + 1}.String(), true
}

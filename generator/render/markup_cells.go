package render

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"jixiao/generator/finding"
	"jixiao/generator/ooxml"
)

// maxCells of one merged range that are coloured one by one; of a larger range
// the first cell is, whose colour the whole range shows.
const maxCells = 2000

// spot is one cell to be coloured.
type spot struct {
	cell  ooxml.Ref
	level finding.Level
}

// spotsOf lists the cells of the marks, by row and column.
func spotsOf(list []*marked) []spot {
	var spots []spot
	for _, m := range list {
		cells := m.cells
		if (cells.To.Row-cells.From.Row+1)*(cells.To.Col-cells.From.Col+1) > maxCells {
			cells.To = cells.From
		}
		for row := cells.From.Row; row <= cells.To.Row; row++ {
			for col := cells.From.Col; col <= cells.To.Col; col++ {
				spots = append(spots, spot{ooxml.Ref{Row: row, Col: col}, m.remarks[0].Level})
			}
		}
	}
	slices.SortStableFunc(spots, func(a, b spot) int {
		return cmp.Or(cmp.Compare(a.cell.Row, b.cell.Row), cmp.Compare(a.cell.Col, b.cell.Col))
	})
	return slices.CompactFunc(spots, func(a, b spot) bool { return a.cell == b.cell })
}

// grid is how a sheet is laid out: what the box of a note must know, and what a
// cell that the file leaves out looks like.
type grid struct {
	columns   []columnSpan
	width     float64            // of a column that nothing is said of, in characters
	height    float64            // of a row, in points
	heights   map[int]float64    // of rows that have their own
	rowStyles map[int]int        // of rows that have their own
	cells     map[ooxml.Ref]bool // the cells that the file has, of the rows asked for
	rows      map[int]bool       // the rows that the file has
}

// columnSpan is a run of columns.
type columnSpan struct {
	from, to int
	width    float64
	style    int
}

// Sizes that Excel takes when a sheet says nothing: 64 by 20 pixels.
const (
	usualWidth  = 9.140625
	usualHeight = 15
)

// readGrid reads the layout of a sheet; cells are listed for the rows of spots.
func readGrid(data []byte, spots []spot) (*grid, error) {
	g := &grid{width: usualWidth, height: usualHeight, heights: map[int]float64{}, rowStyles: map[int]int{}, cells: map[ooxml.Ref]bool{}, rows: map[int]bool{}}
	asked := map[int]bool{}
	for _, sp := range spots {
		asked[sp.cell.Row] = true
	}
	number := func(s *ooxml.Scanner, name string) (float64, bool) {
		text, ok := s.Attr(name)
		n, err := strconv.ParseFloat(text, 64)
		return n, ok && err == nil && n >= 0
	}
	s := ooxml.NewScanner(data)
	var at position
	for s.Next() {
		switch name := tagName(s); {
		case !opens(s):
		case name == "sheetFormatPr":
			if n, ok := number(s, "defaultColWidth"); ok {
				g.width = n
			}
			if n, ok := number(s, "defaultRowHeight"); ok {
				g.height = n
			}
		case name == "col":
			from, okFrom := number(s, "min")
			to, okTo := number(s, "max")
			if !okFrom || !okTo {
				break
			}
			c := columnSpan{from: int(from), to: int(to), width: g.width}
			if n, ok := number(s, "width"); ok {
				c.width = n
			}
			if hidden, _ := s.Attr("hidden"); hidden == "1" || hidden == "true" {
				c.width = 0
			}
			if n, ok := number(s, "style"); ok {
				c.style = int(n)
			}
			g.columns = append(g.columns, c)
		case name == "row":
			row := at.row(s)
			g.rows[row] = true
			if n, ok := number(s, "ht"); ok {
				g.heights[row] = n
			}
			if hidden, _ := s.Attr("hidden"); hidden == "1" || hidden == "true" {
				g.heights[row] = 0
			}
			if n, ok := number(s, "s"); ok {
				g.rowStyles[row] = int(n)
			}
		case name == "c" && at.now > 0:
			if ref := at.cell(s); asked[ref.Row] {
				g.cells[ref] = true
			}
			s.Skip()
		}
	}
	return g, s.Err()
}

// position follows the rows and cells of a sheet; both may leave out their references.
type position struct{ now, col int }

func (p *position) row(s *ooxml.Scanner) int {
	p.now, p.col = p.now+1, 0
	if text, ok := s.Attr("r"); ok {
		if n, err := strconv.Atoi(text); err == nil {
			p.now = n
		}
	}
	return p.now
}

func (p *position) cell(s *ooxml.Scanner) ooxml.Ref {
	p.col++
	if text, ok := s.Attr("r"); ok {
		if ref, ok := ooxml.ParseRef(text); ok {
			p.col = ref.Col
		}
	}
	return ooxml.Ref{Row: p.now, Col: p.col}
}

// columnWidth and rowHeight are in characters and points; 0 when hidden.
func (g *grid) columnWidth(col int) float64 {
	for _, c := range g.columns {
		if col >= c.from && col <= c.to {
			return c.width
		}
	}
	return g.width
}

func (g *grid) rowHeight(row int) float64 {
	if h, ok := g.heights[row]; ok {
		return h
	}
	return g.height
}

// style is the format of a cell that the file leaves out.
func (g *grid) style(ref ooxml.Ref) int {
	if s, ok := g.rowStyles[ref.Row]; ok {
		return s
	}
	for _, c := range g.columns {
		if ref.Col >= c.from && ref.Col <= c.to {
			return c.style
		}
	}
	return 0
}

// coloured returns the sheet with its spots coloured: cells that it has get
// another format, others are added, empty.
func coloured(data []byte, spots []spot, g *grid, styles *styleSheet) ([]byte, error) {
	if len(spots) == 0 {
		return data, nil
	}
	data = opened(data, "sheetData")
	level := map[ooxml.Ref]finding.Level{}
	var missing []spot // cells that are not in the file
	for _, sp := range spots {
		if g.cells[sp.cell] {
			level[sp.cell] = sp.level
		} else {
			missing = append(missing, sp)
		}
	}
	prefix := ""
	// before makes the missing cells that stand before a place, with their rows
	// where the file has none.
	before := func(row, col int) (out []byte) {
		for len(missing) > 0 {
			sp := missing[0]
			inside := sp.cell.Row == row && sp.cell.Col < col
			if !inside && (sp.cell.Row >= row || g.rows[sp.cell.Row]) {
				break
			}
			missing = missing[1:]
			cell := fmt.Appendf(nil, `<%sc r="%s" s="%d"/>`, prefix, sp.cell, styles.tinted(g.style(sp.cell), sp.level))
			if inside {
				out = append(out, cell...)
				continue
			}
			for len(missing) > 0 && missing[0].cell.Row == sp.cell.Row {
				cell = fmt.Appendf(cell, `<%sc r="%s" s="%d"/>`, prefix, missing[0].cell, styles.tinted(g.style(missing[0].cell), missing[0].level))
				missing = missing[1:]
			}
			out = fmt.Appendf(out, `<%[1]srow r="%[2]d">%[3]s</%[1]srow>`, prefix, sp.cell.Row, cell)
		}
		return out
	}
	const end = 1 << 30 // behind every row and column
	var e edits
	var at position
	s := ooxml.NewScanner(data)
	inData := false
	for s.Next() {
		name := tagName(s)
		switch {
		case name == "sheetData" && opens(s):
			inData = true
			prefix = string(s.Name[:len(s.Name)-len(name)])
		case name == "sheetData":
			inData = false
			e.insert(s.Start, before(end, 0))
		case !inData:
		case name == "row" && opens(s):
			row := at.row(s)
			e.insert(s.Start, before(row, 0))
			if len(missing) > 0 && missing[0].cell.Row == row {
				for _, a := range s.Attrs() {
					if string(a.Name) == "spans" { // the cells that it has may reach further now
						e.replace(a.Start, a.End, nil)
					}
				}
			}
			if s.Kind == ooxml.EmptyTag {
				if cells := before(row, end); cells != nil {
					e.replace(s.End-2, s.End, fmt.Appendf(nil, ">%s</%s>", cells, s.Name))
				}
			}
		case name == "row":
			e.insert(s.Start, before(at.now, end))
		case name == "c" && opens(s):
			ref := at.cell(s)
			e.insert(s.Start, before(ref.Row, ref.Col))
			if l, ok := level[ref]; ok {
				restyle(&e, s, l, styles)
			}
			s.Skip()
		}
	}
	return e.apply(data), s.Err()
}

// restyle gives the cell that s stands on the tinted copy of its format.
func restyle(e *edits, s *ooxml.Scanner, level finding.Level, styles *styleSheet) {
	for _, a := range s.Attrs() {
		if string(a.Name) != "s" {
			continue
		}
		own, err := strconv.Atoi(string(a.Value))
		if err != nil {
			own = 0
		}
		at := valueOf(a)
		e.replace(at.from, at.to, strconv.AppendInt(nil, int64(styles.tinted(own, level)), 10))
		return
	}
	at := s.Start + 1 + len(s.Name)
	e.replace(at, at, fmt.Appendf(nil, ` s="%d"`, styles.tinted(0, level)))
}

package render

import (
	"strconv"

	"github.com/xuri/excelize/v2"

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

const (
	// maxCells of one merged range that are coloured one by one; of a larger range
	// the first cell is, whose colour the whole range shows.
	maxCells = 2000
	// maxStyles that a workbook may have.
	maxStyles = 65000
)

// painter colours cells. A cell keeps its style but for the fill: its own style
// is copied, and the copy gets our fill. Excelize's own way, reading a style and
// making a new one of it, would lose the character set and theme of the font.
//
// The colour that a cell had before is kept in our fill as its background colour,
// which a solid fill does not show, until a later round puts it back.
type painter struct {
	file  *excelize.File
	style map[styleKey]int // our copies of styles
	fill  map[styleKey]int // our fills
}

// styleKey is a style or fill of the workbook with a level.
type styleKey struct {
	id    int
	level finding.Level
}

func newPainter(f *excelize.File) *painter {
	return &painter{file: f, style: map[styleKey]int{}, fill: map[styleKey]int{}}
}

// clean takes the colours of an earlier round away, wherever the unit has moved
// their cells: it is the styles that are changed.
func (p *painter) clean() {
	s := p.file.Styles
	bare := map[int]bool{} // fills of ours that had nothing under them
	for i, fill := range s.Fills.Fill {
		if fill == nil || fill.PatternFill == nil || fill.PatternFill.FgColor == nil {
			continue
		}
		pattern := fill.PatternFill
		ours := channels(pattern.FgColor.RGB)
		if pattern.PatternType != "solid" || ours != channels(errorFill) && ours != channels(noticeFill) {
			continue
		}
		before := pattern.BgColor
		const system = 64 // indexes from here on are the colours of windows, which a solid fill has by default
		known := before != nil && !before.Auto && (before.RGB != "" || before.Theme != nil || before.Indexed > 0 && before.Indexed < system)
		if !known || before.RGB != "" && near(channels(before.RGB), ours) {
			bare[i] = true
			continue
		}
		// Our own fill becomes the old one again; it is needed for nothing else.
		pattern.FgColor, pattern.BgColor = before, nil
	}
	for i := range s.CellXfs.Xf {
		xf := &s.CellXfs.Xf[i]
		if xf.FillID == nil {
			continue
		}
		if bare[*xf.FillID] {
			none := 0
			xf.FillID = &none
		}
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

// all colours the marked cells.
func (p *painter) all(list []*marked) error {
	for _, m := range list {
		cells := m.cells
		if (cells.To.Row-cells.From.Row+1)*(cells.To.Col-cells.From.Col+1) > maxCells {
			cells.To = cells.From
		}
		for row := cells.From.Row; row <= cells.To.Row; row++ {
			for col := cells.From.Col; col <= cells.To.Col; col++ {
				if err := p.cell(m.sheet, ooxml.Ref{Row: row, Col: col}.String(), m.remarks[0].Level); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (p *painter) cell(sheet, ref string, level finding.Level) error {
	own, err := p.file.GetCellStyle(sheet, ref)
	if err != nil {
		return err
	}
	style, err := p.tinted(own, level)
	if err != nil {
		return err
	}
	return p.file.SetCellStyle(sheet, ref, ref, style)
}

// tinted is the style like own with the level's fill.
func (p *painter) tinted(own int, level finding.Level) (int, error) {
	key := styleKey{own, level}
	if id, ok := p.style[key]; ok {
		return id, nil
	}
	xfs := p.file.Styles.CellXfs
	if own < 0 || own >= len(xfs.Xf) || len(xfs.Xf) >= maxStyles {
		return own, nil // the note and the sheet 审核意见 say it all the same
	}
	before := 0
	if id := xfs.Xf[own].FillID; id != nil {
		before = *id
	}
	fill, err := p.filled(before, level)
	if err != nil {
		return 0, err
	}
	xf, yes := xfs.Xf[own], true
	xf.FillID, xf.ApplyFill = &fill, &yes
	xfs.Xf = append(xfs.Xf, xf)
	xfs.Count = len(xfs.Xf)
	p.style[key] = xfs.Count - 1
	return xfs.Count - 1, nil
}

// filled is our fill over the fill before.
func (p *painter) filled(before int, level finding.Level) (int, error) {
	key := styleKey{before, level}
	if id, ok := p.fill[key]; ok {
		return id, nil
	}
	// The library's types have no names that could be written here, so the plain
	// fill comes from a style made for it, and others are copies of it.
	style, err := p.file.NewStyle(&excelize.Style{Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{fillOf[level]}}})
	if err != nil {
		return 0, err
	}
	fills := p.file.Styles.Fills
	id := *p.file.Styles.CellXfs.Xf[style].FillID
	if before > 0 && before < len(fills.Fill) && fills.Fill[before] != nil {
		if was := fills.Fill[before].PatternFill; was != nil && was.PatternType == "solid" && was.FgColor != nil {
			fill, pattern, color := *fills.Fill[id], *fills.Fill[id].PatternFill, *was.FgColor
			pattern.BgColor = &color
			fill.PatternFill = &pattern
			fills.Fill = append(fills.Fill, &fill)
			fills.Count = len(fills.Fill)
			id = fills.Count - 1
		}
	}
	p.fill[key] = id
	return id, nil
}

package xlsx

import (
	"strconv"

	"jixiao/generator/tag"
)

// place is where a clerk finds something: 汇总表!C7, or the sheet alone.
func place(sheet, cell string) string {
	if cell == "" {
		return sheet
	}
	return sheet + "!" + cell
}

// rowPlace is a row of a sheet: 汇总表!第5行.
func rowPlace(sheet string, row int) string {
	return sheet + "!第" + strconv.Itoa(row) + "行"
}

// fault notes what is wrong with the template at a cell.
func (c *compiler) fault(sheet, cell, message string) {
	c.faultAt(place(sheet, cell), "", message)
}

func (c *compiler) faultAt(place, source, message string) {
	c.faults = append(c.faults, tag.Fault{Place: place, Source: source, Message: message})
}

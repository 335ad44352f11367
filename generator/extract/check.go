package extract

import (
	"fmt"
	"strings"

	"github.com/shopspring/decimal"
	"github.com/xuri/excelize/v2"

	"jixiao/generator/fillin"
	"jixiao/generator/ooxml"
)

// A formula that has a stored result is believed, for that is what the unit saw
// and signed; but a result that the formula does not give from the figures that
// stand in the sheet is told. It was stored before somebody changed a figure in
// a program that does not calculate.

// staleNote begins the note of a stored result that its formula does not give,
// outsideNote that of a formula that reads other workbooks.
const (
	staleNote   = "保存的结果与公式不符："
	outsideNote = "公式引用了别的工作簿"
)

// checker lets excelize compute the formulas of one workbook again.
type checker struct {
	file *excelize.File
	put  map[spot]bool // what stands in the file already
}

// check compares the stored result of a located formula with what it gives, once a cell.
func (rd *reader) check(c *fillin.Located) (note string, doubtful bool) {
	source, at := c.Source, spot{c.Sheet, c.Source.Ref}
	if source.Kind == ooxml.NoValue || source.Kind == ooxml.ErrorCell || rd.checked[at] {
		return "", false
	}
	if rd.checked == nil {
		rd.checked = map[spot]bool{}
	}
	rd.checked[at] = true
	if outside(source.Formula) {
		return fmt.Sprintf("%s（=%s），用的是保存的结果%s", outsideNote, source.Formula, source.Text), true
	}
	if source.Kind == ooxml.TextCell && strings.Contains(source.Formula, "&") || roundsDown(source.Formula) {
		return "", false // how a program prints a number, and on which side of one it falls, is its own affair
	}
	if areas, ok := references(source.Formula); !ok || len(areas) == 0 {
		return "", false
	}
	if rd.computed++; rd.computed > calcFormulas || rd.workbook.Book.Date1904 {
		return "", false
	}
	w := &working{book: rd.workbook.Book, state: map[spot]bool{at: false}}
	if !w.dependencies(at.sheet, source.Formula, 0) {
		return "", false
	}
	result, ok := rd.checker.evaluate(w, at, source)
	if !ok || agrees(source, result) {
		return "", false
	}
	return fmt.Sprintf("%s“=%s”按表内的数算得%s，单元格里存的是%s，用的是存的这个", staleNote, source.Formula, tailless(result), tailless(source.Text)), true
}

// outside reports a formula that reads another workbook: [1]表!A1, '[预算.xlsx]表'!A1.
func outside(formula string) bool {
	for i := 0; i < len(formula); i++ {
		switch formula[i] {
		case '"':
			if n := quoted(formula[i:]); n > 0 {
				i += n - 1
			}
		case '[':
			if n := strings.IndexByte(formula[i:], ']'); n > 0 && strings.Contains(formula[i+n:], "!") {
				return true
			}
		}
	}
	return false
}

// roundsDown reports functions that make a step of what is no more than the tail
// of a binary number: INT(0.57*100).
func roundsDown(formula string) bool {
	upper := strings.ToUpper(formula)
	for _, f := range []string{"INT(", "TRUNC(", "ROUNDDOWN(", "ROUNDUP("} {
		if strings.Contains(upper, f) {
			return true
		}
	}
	return false
}

// evaluate computes a formula from the stored values of what it hangs on. The
// file serves all formulas of the workbook.
func (k *checker) evaluate(w *working, at spot, source *ooxml.Cell) (result string, ok bool) {
	// What the library makes of an odd formula must not stop the run.
	defer func() {
		if recover() != nil {
			result, ok = "", false
		}
	}()
	if k.file == nil {
		k.file, k.put = excelize.NewFile(), map[spot]bool{} // nothing of it is ever on disk
	}
	for i, c := range w.cells {
		on := spot{w.on[i], c.Ref}
		if k.put[on] {
			continue
		}
		if _, err := k.file.NewSheet(on.sheet); err != nil { // one that is there stays
			return "", false
		}
		if err := put(k.file, on.sheet, c); err != nil {
			return "", false
		}
		k.put[on] = true
	}
	if _, err := k.file.NewSheet(at.sheet); err != nil {
		return "", false
	}
	if err := k.file.SetCellFormula(at.sheet, at.at.String(), source.Formula); err != nil {
		return "", false
	}
	k.put[at] = false // to others it is its stored result
	result, err := k.file.CalcCellValue(at.sheet, at.at.String(), excelize.Options{RawCellValue: true})
	if err := k.file.SetCellFormula(at.sheet, at.at.String(), ""); err != nil {
		return "", false
	}
	if result == "#DIV/0!" {
		return result, true
	}
	return result, err == nil && !strings.HasPrefix(result, "#")
}

// agrees reports whether a result is the stored one, the noise of binary numbers apart.
func agrees(source *ooxml.Cell, result string) bool {
	if source.Kind != ooxml.NumberCell {
		return strings.EqualFold(source.Text, result)
	}
	stored, err := decimal.NewFromString(source.Text)
	if err != nil {
		return true // nothing can be said
	}
	if result == "" {
		result = "0"
	}
	computed, err := decimal.NewFromString(result)
	if err != nil {
		return false
	}
	noise := decimal.Max(stored.Abs(), decimal.NewFromInt(1)).Shift(-9)
	return computed.Sub(stored).Abs().LessThanOrEqual(noise)
}

// tailless prints a stored number without the tail of a binary one.
func tailless(text string) string {
	if d, err := decimal.NewFromString(text); err == nil {
		return d.Round(10).String()
	}
	return text
}

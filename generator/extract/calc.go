package extract

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"
	"github.com/xuri/excelize/v2"

	"jixiao/generator/fillin"
	"jixiao/generator/ooxml"
	"jixiao/generator/value"
)

// Formulas without a stored result, as programs write them and WPS with
// calculation switched off. excelize computes them, but it answers also where a
// spreadsheet program would not: on circles, on numbers that are stored as text,
// on today's date. So a formula is computed only when it and all that it hangs on
// is plain arithmetic over cells whose value is certain; else it stays a finding.

// Bounds of what is computed for one workbook.
const (
	calcFormulas = 400    // located cells
	calcCells    = 20_000 // cells looked at for one of them
	calcDepth    = 100    // formulas that hang on each other
)

// arithmetic are the functions that are computed: they give the same in every
// program, every time.
// They are true when they take a range: anywhere else a range of several cells
// means what only the program that wrote it knows.
var arithmetic = map[string]bool{
	"SUM": true, "PRODUCT": true, "SUMPRODUCT": true, "AVERAGE": true, "COUNT": true, "MIN": true, "MAX": true,
	"ABS": false, "ROUND": false, "ROUNDUP": false, "ROUNDDOWN": false, "INT": false, "TRUNC": false,
	"IF": false, "IFERROR": false, "AND": false, "OR": false, "NOT": false,
}

// computedNote begins the note of a value that was computed here.
const computedNote = "公式没有保存结果，按公式"

// compute returns the result of a located formula that the file has no result of.
func (rd *reader) compute(c *fillin.Located) (result string, ok bool) {
	if rd.computed++; rd.computed > calcFormulas || rd.workbook.Book.Date1904 {
		return "", false
	}
	w := &working{book: rd.workbook.Book, state: map[spot]bool{}}
	s := w.sheet(c.Sheet)
	if s == nil || !w.collect(spot{s.Name, c.Source.Ref}, c.Source, 0) {
		return "", false
	}
	result, err := w.evaluate(s.Name, c.Source.Ref)
	if err != nil || result == "" || strings.HasPrefix(result, "#") {
		return "", false
	}
	return result, true
}

// computed reads a result as if the file had stored it.
func computed(t value.Type, source *ooxml.Cell, result string, options value.ReadOptions) value.Reading {
	_, err := decimal.NewFromString(result)
	raw := value.Raw{Text: result, Number: err == nil}
	raw.Percent = raw.Number && source.Format == ooxml.Percent
	reading := value.Read(t, raw, options)
	note := fmt.Sprintf("%s“=%s”算得%s", computedNote, source.Formula, result)
	reading.Notes = append([]string{note}, reading.Notes...) // a new slice: those of a reading are shared
	return reading
}

// spot is one cell of a workbook.
type spot struct {
	sheet string
	at    ooxml.Ref
}

// working is what one formula hangs on.
type working struct {
	book   *ooxml.Workbook
	state  map[spot]bool // false while the cell is looked at, true when it is certain
	cells  []*ooxml.Cell // … in the order in which they were found
	on     []string      // the sheets of cells
	looked int
}

func (w *working) sheet(name string) *ooxml.Sheet {
	for i := range w.book.Sheets {
		if strings.EqualFold(w.book.Sheets[i].Name, name) {
			return &w.book.Sheets[i]
		}
	}
	return nil
}

// collect gathers a cell with everything that its formula hangs on. It is false
// when the result would not be certain.
func (w *working) collect(at spot, c *ooxml.Cell, depth int) bool {
	if certain, seen := w.state[at]; seen {
		return certain // a cell that is still looked at hangs on itself
	}
	w.state[at] = false
	switch c.Kind {
	case ooxml.ErrorCell:
		return false
	case ooxml.TextCell:
		// A sum leaves numbers that are stored as text out, an addition does not, and
		// whoever typed them meant them to count.
		if r := value.Read(value.TypeNumber, value.Raw{Text: c.Text}, value.ReadOptions{}); r.Value.Kind() == value.Number {
			return false
		}
	case ooxml.NoValue:
		if !w.dependencies(at.sheet, c.Formula, depth) {
			return false
		}
	}
	w.cells, w.on = append(w.cells, c), append(w.on, at.sheet)
	w.state[at] = true
	return true
}

// dependencies gathers the cells that a formula refers to.
func (w *working) dependencies(sheet, formula string, depth int) bool {
	areas, ok := references(formula)
	if !ok || depth > calcDepth {
		return false
	}
	for _, a := range areas {
		s := w.sheet(sheet)
		if a.sheet != "" {
			s = w.sheet(a.sheet)
		}
		if s == nil {
			return false
		}
		from, _ := slices.BinarySearchFunc(s.Cells, a.From.Row, func(c ooxml.Cell, row int) int { return c.Ref.Row - row })
		for i := from; i < len(s.Cells) && s.Cells[i].Ref.Row <= a.To.Row; i++ {
			if w.looked++; w.looked > calcCells {
				return false
			}
			if c := &s.Cells[i]; a.Contains(c.Ref) && !w.collect(spot{s.Name, c.Ref}, c, depth+1) {
				return false
			}
		}
	}
	return true
}

// evaluate lets excelize compute the formula in a workbook that has only the
// cells that it hangs on.
func (w *working) evaluate(sheet string, at ooxml.Ref) (result string, err error) {
	// What the library makes of an odd formula must not stop the run.
	defer func() {
		if r := recover(); r != nil {
			result, err = "", fmt.Errorf("computing: %v", r)
		}
	}()
	f := excelize.NewFile()
	defer f.Close() // nothing is open on disk
	if err := f.SetSheetName(f.GetSheetName(0), sheet); err != nil {
		return "", err
	}
	for i, c := range w.cells {
		if _, err := f.NewSheet(w.on[i]); err != nil { // one that is there stays
			return "", err
		}
		if err := put(f, w.on[i], c); err != nil {
			return "", err
		}
	}
	return f.CalcCellValue(sheet, at.String(), excelize.Options{RawCellValue: true})
}

// put writes one cell. What has a result keeps it, whatever its formula gives today.
func put(f *excelize.File, sheet string, c *ooxml.Cell) error {
	at := c.Ref.String()
	switch c.Kind {
	case ooxml.NoValue:
		return f.SetCellFormula(sheet, at, c.Formula)
	case ooxml.NumberCell:
		n, err := strconv.ParseFloat(c.Text, 64)
		if err != nil {
			return err
		}
		return f.SetCellFloat(sheet, at, n, -1, 64)
	case ooxml.BoolCell:
		return f.SetCellBool(sheet, at, c.Text == "TRUE")
	}
	return f.SetCellStr(sheet, at, c.Text)
}

// area is a range that a formula refers to; sheet is "" for its own.
type area struct {
	sheet string
	ooxml.Rect
}

// references lists the cells that a formula refers to. ok is false when there is
// anything in it but numbers, texts, references, + - * / & % comparisons and
// arithmetic functions: names, whole columns, other workbooks, arrays.
func references(formula string) (areas []area, ok bool) {
	s := formula
	operand := false    // the last token was one: another may not follow at once
	var brackets []bool // those that are open, true when they are of a function that takes ranges
	first := false      // the last token was such a bracket, or a comma in it
	ranged := false     // the last token was a range of several cells
	for s != "" {
		c := s[0]
		if strings.IndexByte(" \t\r\n", c) >= 0 {
			s = s[1:]
			continue
		}
		if ranged && c != ',' && c != ')' {
			return nil, false
		}
		ranged = false
		before := first
		first = false
		switch {
		case c == '(':
			brackets = append(brackets, false)
			s, operand = s[1:], false
		case c == ',':
			first = len(brackets) > 0 && brackets[len(brackets)-1]
			s, operand = s[1:], false
		case c == ')':
			if len(brackets) == 0 {
				return nil, false
			}
			brackets = brackets[:len(brackets)-1]
			s, operand = s[1:], true
		case strings.IndexByte("+-*/&=<>", c) >= 0:
			s, operand = s[1:], false
		case c == '%':
			s, operand = s[1:], true
		case operand:
			return nil, false
		case c == '"':
			end := quoted(s)
			if end < 0 {
				return nil, false
			}
			s, operand = s[end:], true
		case c >= '0' && c <= '9' || c == '.':
			n := len(s) - len(strings.TrimLeft(s, "0123456789."))
			if _, err := decimal.NewFromString(s[:n]); err != nil {
				return nil, false
			}
			if s = s[n:]; s != "" && (s[0] == ':' || wordByte(s[0])) {
				return nil, false // whole rows, 1E5
			}
			operand = true
		default:
			a, n, kind := reference(s)
			switch kind {
			case isNothing:
				return nil, false
			case isArea:
				if ranged = a.From != a.To; ranged && !before {
					return nil, false
				}
				areas = append(areas, a)
				operand = true
			case isTruth:
				operand = true
			default:
				first = kind == takesRanges
				brackets = append(brackets, first)
				operand = false
			}
			s = s[n:]
		}
	}
	return areas, operand && len(brackets) == 0
}

// token is what a name in a formula turned out to be.
type token uint8

const (
	isNothing   token = iota // nothing that is computed here
	isArea                   // Sheet1!A1:B2, 'a b'!A1
	isTruth                  // TRUE
	takesRanges              // SUM( with its bracket
	takesCells               // ROUND( with its bracket
)

// reference reads what begins with a name, n bytes of it.
func reference(s string) (a area, n int, kind token) {
	if s[0] == '\'' {
		end := quoted(s)
		if end < 0 || end >= len(s) || s[end] != '!' {
			return a, 0, isNothing
		}
		a.sheet = strings.ReplaceAll(s[1:end-1], "''", "'")
		n = end + 1
	} else if end := wordEnd(s, 0); end > 0 && end < len(s) && s[end] == '!' {
		a.sheet, n = s[:end], end+1
	}
	end := wordEnd(s, n)
	word := s[n:end]
	rest := strings.TrimLeft(s[end:], " ")
	switch {
	case strings.ContainsAny(a.sheet, "[]"): // of another workbook
		return a, 0, isNothing
	case strings.HasPrefix(rest, "("):
		ranges, known := arithmetic[strings.ToUpper(word)]
		switch n = len(s) - len(rest) + 1; {
		case a.sheet != "" || !known:
			return a, 0, isNothing
		case ranges:
			return a, n, takesRanges
		}
		return a, n, takesCells
	case n == 0 && (strings.EqualFold(word, "TRUE") || strings.EqualFold(word, "FALSE")):
		return a, end, isTruth
	}
	var ok bool
	if a.From, ok = ooxml.ParseRef(strings.ReplaceAll(word, "$", "")); !ok {
		return a, 0, isNothing
	}
	a.To = a.From
	if end < len(s) && s[end] == ':' {
		from := end + 1
		end = wordEnd(s, from)
		if a.To, ok = ooxml.ParseRef(strings.ReplaceAll(s[from:end], "$", "")); !ok || end < len(s) && s[end] == ':' {
			return a, 0, isNothing
		}
		a.From, a.To = corners(a.From, a.To)
	}
	return a, end, isArea
}

// corners sorts two corners of a range: B2:A1 is A1:B2.
func corners(a, b ooxml.Ref) (from, to ooxml.Ref) {
	return ooxml.Ref{Row: min(a.Row, b.Row), Col: min(a.Col, b.Col)}, ooxml.Ref{Row: max(a.Row, b.Row), Col: max(a.Col, b.Col)}
}

// quoted is the length of the quoted text at the start of s, in which the quote
// stands doubled; -1 when it does not end.
func quoted(s string) int {
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] != s[0]:
		case i+1 < len(s) && s[i+1] == s[0]:
			i++
		default:
			return i + 1
		}
	}
	return -1
}

func wordEnd(s string, from int) int {
	for from < len(s) && wordByte(s[from]) {
		from++
	}
	return from
}

func wordByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c >= 0x80 || c == '_' || c == '.' || c == '$'
}

package unit

import (
	"strconv"
	"strings"
	"unicode"

	"jixiao/generator/ooxml"
)

// OpinionSheet is the name of the sheet that a returned workbook begins with: it
// lists what was found, and the unit writes its explanations there (单位说明). It
// comes back with the corrected workbook, so what writes it and what reads it
// share the columns below.
const OpinionSheet = "审核意见"

// OpinionHead is the row of the column heads when the sheet is written; a unit
// may have moved it.
const OpinionHead = 4

// OpinionColumn is a column of the sheet as it is written, counted from 0.
type OpinionColumn int

// The columns of the sheet, from left to right.
const (
	OpinionNumber OpinionColumn = iota
	OpinionLevel
	OpinionRule
	OpinionName
	OpinionPosition
	OpinionItem
	OpinionFilled
	OpinionExpected
	OpinionDifference
	OpinionMessage
	OpinionAnswer
	OpinionFields // hidden: the names of the values that the rule rests on
	OpinionColumns
)

var opinionHeads = [OpinionColumns]string{
	"序号", "级别", "编号", "名称", "位置", "条目", "填报", "应为", "差额", "说明", "单位说明", "依据字段",
}

// String is the column's head.
func (c OpinionColumn) String() string { return opinionHeads[c] }

// opinionMust are the heads that tell the sheet from any other.
var opinionMust = []OpinionColumn{OpinionRule, OpinionName, OpinionPosition, OpinionFilled, OpinionAnswer}

// Explanation is what a unit wrote about one finding of an earlier round: a row
// of the sheet 审核意见 with a 单位说明.
type Explanation struct {
	Workbook    string // path of the workbook that the row stands in
	Apart       bool   // no value comes from that workbook: the unit sent the list alone, or the same workbook twice
	Rule, Name  string
	Sheet, Cell string // where the finding stood; "" for one that had no cell
	Item        int    // number of its list item; 0: none
	ItemName    string
	Fields      string // names of its values with 、 between; "" when the sheet does not say
	Filled      string
	Expected    string
	Text        string
}

// Opinions returns the sheets 审核意见 of a workbook. They are told by their
// column heads, whatever they are called now.
func Opinions(book *ooxml.Workbook) []*ooxml.Sheet {
	var list []*ooxml.Sheet
	for i := range book.Sheets {
		if _, _, ok := opinionHead(&book.Sheets[i]); ok {
			list = append(list, &book.Sheets[i])
		}
	}
	return list
}

// WithoutOpinions is the workbook without the sheets 审核意见: what there is to
// read a form from. Sheets are shared with book.
func WithoutOpinions(book *ooxml.Workbook) *ooxml.Workbook {
	if len(Opinions(book)) == 0 {
		return book
	}
	rest := *book
	rest.Sheets = nil
	for i := range book.Sheets {
		if _, _, ok := opinionHead(&book.Sheets[i]); !ok {
			rest.Sheets = append(rest.Sheets, book.Sheets[i])
		}
	}
	return &rest
}

// deepestHead is the last row in which the heads are looked for: a unit may have
// put a letter of its own above them.
const deepestHead = 30

// opinionHead finds the row of the heads, and for each column its number in the
// sheet, 0 for one that is gone.
func opinionHead(s *ooxml.Sheet) (row int, at [OpinionColumns]int, ok bool) {
	clear := func() { at = [OpinionColumns]int{} }
	complete := func() bool {
		for _, c := range opinionMust {
			if at[c] == 0 {
				return false
			}
		}
		return true
	}
	for i := range s.Cells {
		c := &s.Cells[i]
		if c.Ref.Row != row {
			if complete() {
				return row, at, true
			}
			if c.Ref.Row > deepestHead {
				return 0, at, false
			}
			row = c.Ref.Row
			clear()
		}
		for n, head := range opinionHeads {
			if at[n] == 0 && c.Text == head {
				at[n] = c.Ref.Col
			}
		}
	}
	return row, at, complete()
}

// Explanations reads what the unit wrote into the sheets 审核意见 of a workbook,
// in the order of the rows. What says nothing counts as no explanation.
func Explanations(path string, book *ooxml.Workbook) []Explanation {
	var list []Explanation
	for _, s := range Opinions(book) {
		row, at, _ := opinionHead(s)
		for i := range s.Cells {
			c := &s.Cells[i]
			if c.Ref.Row <= row || c.Ref.Col != at[OpinionAnswer] || !explains(c.Text) {
				continue
			}
			text := func(col OpinionColumn) string {
				if at[col] == 0 {
					return ""
				}
				if cell := s.At(ooxml.Ref{Row: c.Ref.Row, Col: at[col]}); cell != nil {
					return strings.TrimSpace(cell.Text)
				}
				return ""
			}
			e := Explanation{
				Workbook: path, Rule: text(OpinionRule), Name: text(OpinionName), Fields: text(OpinionFields),
				Filled: text(OpinionFilled), Expected: text(OpinionExpected), Text: strings.TrimSpace(c.Text),
			}
			if e.Rule == "" {
				continue // a line of the unit's own
			}
			e.Sheet, e.Cell = splitPosition(text(OpinionPosition))
			e.Item, e.ItemName = splitItem(text(OpinionItem))
			list = append(list, e)
		}
	}
	return list
}

// leastExplained is how many characters an explanation has at least.
const leastExplained = 4

// explains reports whether a 单位说明 says anything: blanks, 无, / and what has
// fewer than four letters or digits do not.
func explains(text string) bool {
	n := 0
	for _, r := range text {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			n++
		}
	}
	return n >= leastExplained
}

// splitPosition takes 表!H6 apart; a position without a cell is a sheet or a file and says nothing more.
func splitPosition(text string) (sheet, cell string) {
	i := strings.LastIndexByte(text, '!')
	if i < 0 {
		return "", ""
	}
	if _, ok := ooxml.ParseRef(text[i+1:]); !ok {
		return "", ""
	}
	return text[:i], text[i+1:]
}

// ItemLabel is how an item of a list is called in a report: 第2条 维护社会稳定; item 0 has its name only.
func ItemLabel(item int, name string) string {
	if item == 0 {
		return name
	}
	return strings.TrimSpace("第" + strconv.Itoa(item) + "条 " + name)
}

// splitItem takes an ItemLabel apart.
func splitItem(label string) (item int, name string) {
	if rest, ok := strings.CutPrefix(label, "第"); ok {
		if number, name, ok := strings.Cut(rest, "条"); ok {
			if n, err := strconv.Atoi(number); err == nil && n > 0 {
				return n, strings.TrimSpace(name)
			}
		}
	}
	return 0, label
}

package fillin

import (
	"jixiao/generator/ooxml"
	"jixiao/generator/value"
)

// Spec is one tag of the fill-in workbook: what is asked for, and where.
type Spec struct {
	Name   string   // 得分
	Lists  []string // the lists around it, outermost first: 项目, 指标
	Format *value.Format
	Sheet  string    // of the fill-in workbook
	Cell   ooxml.Ref // of the fill-in workbook
	Label  string    // what the form calls it, for messages: 年度资金总额·年初预算数
}

// Layout says where in one incoming workbook the form's values stand.
type Layout struct {
	Group            // the unit's own cells and lists
	Sheets  []string // the sheets that were recognised as sheets of the form
	Ignored []string // the sheets that belong to no sheet of the form
	// Problems are labels that were not found, stand twice, or differ from the form's, with the place where they were looked for.
	Problems []Problem
}

// Recognised reports whether the workbook is the form at all.
func (l *Layout) Recognised() bool { return l != nil && len(l.Sheets) > 0 }

// Group is the cells of one record: the unit itself or one item of a list.
type Group struct {
	Cells []Located
	Lists []ListOf
}

// ListOf is a located list: one Group an item.
type ListOf struct {
	Name  string
	Items []Group
}

// Located is one value of the form, found in the workbook.
type Located struct {
	Spec   *Spec
	Sheet  string
	Cell   ooxml.Ref   // the cell itself; for merged cells the top left one
	Source *ooxml.Cell // nil when the cell is empty
	Raw    string      // the cell's text, or the part of it that was cut out between labels
	Filled bool        // filled down from a merged cell or a blank below an equal label: it is not the cell's own
	Unit   string      // 元, 万元 or 亿元 where the header or a note of the sheet says so, else ""
}

// ProblemKind says what is wrong with a label.
type ProblemKind uint8

const (
	LabelMissing ProblemKind = iota // a label that a required or optional value hangs on was not found
	LabelTwice                      // it stands twice and nothing tells which is meant
	LabelDiffers                    // it was found although a letter differs (a notice, nothing is lost)
	HiddenCells                     // a value was read from a hidden row or column (a notice)
)

// Problem is one label that did not lead to its value.
type Problem struct {
	Kind  ProblemKind
	Label string  // as the form writes it
	Found string  // as the workbook writes it, for LabelDiffers
	Specs []*Spec // the values that hang on it
	Sheet string  // where it was looked for; "" when the whole sheet is missing
	Cell  string  // near which cell; "" when unknown
}

// Package fillin finds the values of a form in the workbooks that units send.
// The fill-in workbook (填报表.xlsx: the blank official form with a tag in every
// cell to fill) is the map; incoming sheets are read by what they say, not by
// where it stands.
//
//	填报表.xlsx ─► Compile ─► Map
//	报送件      ─► Map.Locate ─► Layout: each value with its cell, and the labels that were not found
//
// Compile (once):
//
//	compile.go   cells to labels, constants and tags; rows of lists; sheets that are items of a list
//	literal.go   literal text beside tags: labels inside the cell, what is printed behind a value
//	anchor.go    each value hangs on labels: in its cell, left of it, above it, or two of them
//
// Locate (for each sheet):
//
//	labels.go    one spelling for labels
//	money.go     the unit of amounts
//	view.go      the sheet, its rows and merged cells
//	scan.go      all labels of the form in the sheet, however they are written     ─► hits
//	title.go     what titles say in passing: the year, the sum of the scores       ─► weak hits
//	joined.go    labels in several cells: one letter a cell, one half below the other
//	section.go   which sheet of the form it is; forms one below the other are cut  ─► sections
//	beside.go    … and forms side by side
//	align.go     rows of the form against rows of the section, then their labels   ─► alignment
//	header.go    headers of several rows
//	stretch.go   labels among the items of a list: moved blocks, subtotals
//	pick.go      the cell of a value, from the cells of its labels
//	cut.go       the value inside its cell
//	owncell.go   a value behind its label where the form has a cell of its own for it
//	list.go      the items of a list
//	locate.go    all of one section                                                 ─► reading
//	aside.go     rows of a table that are none of the form's
//	continued.go sheets that go on with a list of another one
//	assemble.go  all of the workbook                                                ─► Layout
//
// The rule above all: a value from the wrong cell is worse than none. Where
// several cells could be meant the value is not located, and a Problem says so.
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
	// Raw is the cell's text, or the part of it that was cut out between labels; "" for 指标2： and other place holders. Goals
	// that take a row each are one text: what follows below Cell is in Raw too, a line each.
	Raw string
	// Filled says that the value is not the place's own: it was filled down from a merged cell, or into a blank one from the
	// text above. Raw and Source are those of the cell that it comes from. A figure that is Filled counts there, not here.
	Filled bool
	// Unit is the unit of an amount as the header, the row's label, a label around them, a text beside the rows of figures or
	// a note of the sheet writes it, nearest first: 元 万元 亿元, also 千元 and 百万元; "" when nothing says.
	Unit string
	// OtherUnit is another unit that something else says of the amount: 年度预算申请（万元） under 金额单位：元. Then nobody
	// knows which holds, and Doubt tells what the two stand in.
	OtherUnit string
	Doubt     UnitDoubt
}

// UnitDoubt says where the two units stand of which nobody knows which holds.
type UnitDoubt uint8

const (
	LabelAgainstNote UnitDoubt = iota // Unit in a label, OtherUnit in a note
	NotesDiffer                       // both in notes, or in one text: 单位：万元/元
	OnlyOthers                        // OtherUnit in the labels of other amounts of the sheet; nothing says that of this one
)

// ProblemKind says what is wrong with a label.
type ProblemKind uint8

const (
	LabelMissing   ProblemKind = iota // a label that a required or optional value hangs on was not found
	LabelTwice                        // it stands twice and nothing tells which is meant
	LabelDiffers                      // it was found although a letter differs (a notice, nothing is lost)
	HiddenCells                       // a value was read from a hidden row or column (a notice)
	HiddenSheet                       // a hidden sheet that is filled in as a repeating sheet of the form was not read (a notice)
	FigureUnread                      // a figure stands beside a blank value, where no value of the form does; Found is what it says
	RowAside                          // rows of a table of amounts are none of the form's; Found are their names (a notice)
	SheetContinued                    // a sheet goes on with a list of the form; nothing was read from it
)

// Problem is one label that did not lead to its value.
type Problem struct {
	Kind  ProblemKind
	Label string  // as the form writes it
	Found string  // as the workbook writes it, for LabelDiffers
	Specs []*Spec // the values that hang on it
	Sheet string  // where it was looked for; "" when the whole sheet is missing (Label is then its name in the form)
	Cell  string  // near which cell; "" when unknown
	// Certain says of a SheetContinued that it calls itself one: 续表.
	Certain bool
}

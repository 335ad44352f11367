// Package xlsx fills Excel templates.
//
// What comes in is a workbook that a clerk made in Excel or WPS, with tags in
// its cells ([Compile]), and the data ([expr.Scope]); what goes out is the bytes
// of a workbook ([Template.Render]) in which only what the tags ask for differs.
// A Template is immutable; many documents are rendered from it at once.
//
//	Compile
//	  compile.go      the parts of the package, faults, what all documents share
//	  book.go         the workbook part: tabs, defined names
//	  sheet.go        rows and cells; text.go their tags; cellformula.go their formulas
//	  flow.go band.go what repeats: explicit blocks, the prefix rule, bands of rows; names.go sheets
//	  tail.go page.go what stands behind the cells: rules, validations, breaks, heads and feet
//	  parts.go table.go chart.go  drawings, notes, tables, charts
//	  styles.go       looks for numbers in cells whose format is General
//	Render, in passes over the whole document
//	  layout.go       which sheets there are, and where each row stands (rowmap.go)
//	  fill.go         what every tag says; {{合并}}
//	  calc*.go        formulas computed, in exact decimals and in the order of dependence
//	  write.go        rows; segment.go everything else; resolve.go references
//	  render.go       the parts to write, copies of sheets
//
// # Rows
//
// The template's rows are a tree of bodies: a sheet, an item of a list, a branch
// of a condition. Rendering leaves a tree of frames, one for each visit of a body.
// The frames are the row map. A reference is resolved from the frame in which it
// stands: C5 in the third item's row is the third item's C5, on every sheet that
// repeats over the same list. From outside, a range that touches repeated rows
// grows to all of them; where they do not stand together, a function that takes
// lists of ranges gets them one by one, so that subtotals are not counted twice.
// A dollar before the row looks out of the item: SUM(E$5:E$5) is the total of all
// items, SUM(E$5:E5) the total so far. No reference ever becomes #REF!.
//
// An empty list leaves its rows standing once, blank but for their labels. A
// sheet repeats when its name names a list, or when all its tags begin with one
// list and stand in more than one row or band; a table, whose tags stand in one
// row, repeats by rows.
//
// # Formulas
//
// Formulas keep their text but for the references (formula.go cuts them into
// tokens, uses.go knows which functions take ranges). Their values are computed
// here, so that previews and readers that do not calculate see them; a formula
// that is not known here is written without a value, and the workbook asks to be
// recalculated when it is opened.
package xlsx

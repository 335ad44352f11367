package ooxml

import "time"

// Workbook is a spreadsheet read whole: every sheet to its last tag, every
// reference checked. It is never changed after reading.
type Workbook struct {
	Sheets   []Sheet // in the order of their tabs
	Date1904 bool    // serial dates count from 1904
	// Modified is when the workbook was last saved, as it says itself in its core
	// properties; zero when it does not say.
	Modified time.Time
}

// Sheet holds the cells that say something, in row order.
type Sheet struct {
	Name   string
	Hidden bool   // hidden or very hidden
	Cells  []Cell // sorted by row, then column; cells without value and formula are left out
	Merges []Rect // as they stand in the file
	// HiddenRows and HiddenCols are 1-based inclusive spans.
	HiddenRows, HiddenCols []Span
	// Around are texts outside the cells: of the page header and footer, and of text boxes.
	Around []string
}

// Span is a 1-based inclusive range of rows or columns.
type Span struct{ From, To int }

// CellKind says how the file stores a value.
type CellKind uint8

const (
	NoValue    CellKind = iota // a formula without a cached result
	NumberCell                 // Text is the raw <v> text, never through a float
	TextCell                   // shared, inline or formula string, without phonetics
	BoolCell                   // Text is TRUE or FALSE
	ErrorCell                  // Text is #DIV/0! and the like
)

// NumberFormat says how a number is shown.
type NumberFormat uint8

const (
	General NumberFormat = iota
	Percent
	DateTime
	AsText // the text format @
)

// Cell is one cell as the file stores it.
type Cell struct {
	Ref     Ref
	Kind    CellKind
	Text    string
	Formula string // without "="; shared formulas are expanded where they can be, else the master's text
	Format  NumberFormat
	Code    string // the number format's code when it is not General: 0.00%
}

// Ref is a cell's place, 1-based: {Row: 16, Col: 8} is H16.
type Ref struct{ Row, Col int }

// Rect is an inclusive range of cells.
type Rect struct{ From, To Ref }

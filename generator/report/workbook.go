package report

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"jixiao/generator/finding"
	"jixiao/generator/unit"
	"jixiao/generator/value"
)

// Names of the sheets of 审核情况.xlsx.
const (
	findingsSheet = "审核情况"
	unitsSheet    = "按单位"
	rulesSheet    = "按公式"
)

// column is one column of a sheet.
type column struct {
	name  string
	width float64 // in characters
	style cellStyle
}

// cellStyle is how the cells of a column look.
type cellStyle int

const (
	plain  cellStyle = iota // text, wrapped, to the left
	middle                  // short text, centred
	number                  // a figure, to the right
	long                    // like plain, for text that the text format does not show
	styles
)

var findingColumns = []column{
	{"单位编码", 9.5, middle}, {"单位名称", 17, plain}, {"结果", 6, middle}, {"级别", 6, middle},
	{"编号", 10, middle}, {"名称", 13, plain}, {"报送件", 16, plain}, {"工作表", 12, plain}, {"单元格", 7.5, middle},
	{"条目", 15, plain}, {"填报", 10.5, plain}, {"应为", 10.5, plain}, {"差额", 9.5, number},
	{"说明", 34, plain}, {"单位说明", 22, plain}, {"同源", 10, middle}, {"依据", 13, plain},
}

var unitColumns = []column{
	{"单位编码", 12, middle}, {"单位名称", 36, plain}, {"结果", 8, middle},
	{"错误", 8, number}, {"提示", 8, number}, {"已说明", 8, number}, {"未判", 8, number}, {"成果份数", 10, number}, {"所在文件夹", 40, plain},
}

var ruleColumns = []column{
	{"编号", 12, middle}, {"名称", 30, plain}, {"级别", 8, middle}, {"涉及单位", 10, number}, {"出现次数", 10, number}, {"其中已说明", 11, number}, {"依据", 40, plain},
}

// Fills that say the level, light enough to print grey and stay readable.
var levelFills = []struct{ state, fill string }{{"错误", "FBDAD7"}, {"提示", "FFF2CC"}, {"已说明", "E4F1EA"}, {"未判", "E7EAEE"}}

const (
	headFill  = "DCE6F1"
	lineColor = "BFC5CD"
	sheetFont = "宋体"
	// lastRow of a sheet; the line before it is kept to say that there were more.
	lastRow = 1048576
	// longest text of a cell, in units of UTF-16.
	longest = 32000
	// shownAsText is the longest text that every Excel shows under the text format; longer ones come out as ####.
	shownAsText = 255
	// Height of a line of text and of the space around it, in points.
	lineHeight, lineSpace = 13.5, 5
	tallest               = 400 // of a row; Excel allows 409
)

// Findings is 审核情况.xlsx: every finding, the units and the rules, to be
// filtered and printed. Counts are plain values: they are final, and stay right
// when a reader filters, sorts or copies the rows. Text is always written as
// text, so that “=100%” is never computed; amounts are written as exact numbers.
func Findings(r *Run) ([]byte, error) {
	f := excelize.NewFile()
	defer f.Close() // nothing is open on disk: the file was never larger than memory
	b := &book{file: f}
	if err := b.prepare(r); err != nil {
		return nil, fmt.Errorf("建立%s：%w", WorkbookFile, err)
	}
	if err := b.fill(r); err != nil {
		return nil, fmt.Errorf("写入%s：%w", WorkbookFile, err)
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		return nil, fmt.Errorf("写出%s：%w", WorkbookFile, err)
	}
	return out.Bytes(), nil
}

// book is the workbook being written.
type book struct {
	file   *excelize.File
	head   int
	title  int
	cells  [styles]int
	levels map[string]int // by finding.State
	most   int            // last row that may be written; 0: lastRow
}

// prepare makes the styles and names the author, who would otherwise be the library's.
func (b *book) prepare(r *Run) error {
	// The dates are the library's constant ones and stay: a clock would change the bytes.
	program := cmp.Or(r.Program, "jixiao")
	err := b.file.SetDocProps(&excelize.DocProperties{Creator: program, LastModifiedBy: program, Title: r.title() + "审核情况"})
	if err != nil {
		return err
	}
	line := make([]excelize.Border, 0, 4)
	for _, side := range []string{"left", "right", "top", "bottom"} {
		line = append(line, excelize.Border{Type: side, Color: lineColor, Style: 1})
	}
	font := &excelize.Font{Family: sheetFont, Size: 10}
	indents := map[string]int{"right": 1} // keeps a figure off the text beside it
	const asText = 49                     // the format @, under which an edited “=100%” stays text too
	style := func(horizontal string, format int, fill string) *excelize.Style {
		s := &excelize.Style{
			Border: line, Font: font, NumFmt: format,
			Alignment: &excelize.Alignment{Horizontal: horizontal, Vertical: "center", WrapText: true, Indent: indents[horizontal]},
		}
		if fill != "" {
			s.Fill = excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{fill}}
		}
		return s
	}
	b.levels = map[string]int{}
	for _, s := range []struct {
		into  *int
		style *excelize.Style
	}{
		{&b.cells[plain], style("left", asText, "")},
		{&b.cells[middle], style("center", asText, "")},
		{&b.cells[number], style("right", 0, "")},
		{&b.cells[long], style("left", 0, "")},
	} {
		if *s.into, err = b.file.NewStyle(s.style); err != nil {
			return err
		}
	}
	for _, l := range levelFills {
		if b.levels[l.state], err = b.file.NewStyle(style("center", asText, l.fill)); err != nil {
			return err
		}
	}
	head := style("center", asText, headFill)
	head.Font = &excelize.Font{Family: sheetFont, Size: 10, Bold: true}
	if b.head, err = b.file.NewStyle(head); err != nil {
		return err
	}
	return b.file.SetSheetName("Sheet1", findingsSheet)
}

// fill writes the three sheets.
func (b *book) fill(r *Run) error {
	if err := b.findings(r); err != nil {
		return err
	}
	if err := b.units(r); err != nil {
		return err
	}
	if err := b.rules(r); err != nil {
		return err
	}
	b.file.SetActiveSheet(0)
	return nil
}

func (b *book) findings(r *Run) error {
	s, err := b.begin(findingsSheet, findingColumns)
	if err != nil {
		return err
	}
	left := 0
	for i := range r.Units {
		u := &r.Units[i]
		types := u.cellTypes()
		list := u.findings()
		for j := range list {
			f := &list[j]
			if s.full() {
				left++
				continue
			}
			s.row(b.levels[f.State()], 3,
				u.Unit.Code, u.Unit.Name, u.Outcome.Chinese(), f.State(),
				f.Rule, f.Name, f.Place.Workbook, f.Place.Sheet, f.Place.Cell, unit.ItemLabel(f.Item, f.ItemName),
				figure(f.Filled, types[f.Place]), f.Expected, figure(f.Difference, value.TypeNumber),
				f.Message, f.Explanation, f.SameCause, f.Basis)
		}
	}
	if left > 0 {
		s.row(0, 0, "", fmt.Sprintf("另有%d条放不下，见%s", left, JSONFile))
	}
	return s.end()
}

func (b *book) units(r *Run) error {
	s, err := b.begin(unitsSheet, unitColumns)
	if err != nil {
		return err
	}
	for i := range r.Units {
		u := &r.Units[i]
		if s.full() {
			break
		}
		if u.Outcome == unit.Missing {
			s.row(0, 0, u.Unit.Code, u.Unit.Name, u.Outcome.Chinese())
			continue
		}
		l := u.findings()
		s.row(0, 0, u.Unit.Code, u.Unit.Name, u.Outcome.Chinese(),
			l.Count(finding.Error), l.Count(finding.Notice), l.CountExplained(), l.Count(finding.Unjudged), len(u.Documents), u.folder())
	}
	return s.end()
}

func (b *book) rules(r *Run) error {
	s, err := b.begin(rulesSheet, ruleColumns)
	if err != nil {
		return err
	}
	for _, t := range r.rules() {
		if s.full() {
			break
		}
		s.row(b.levels[t.Level.Chinese()], 2, t.ID, t.Name, t.Level.Chinese(), t.Units, t.Times, t.Explained, t.Basis)
	}
	return s.end()
}

// sheet is one sheet being written. The first trouble is kept and ends it.
type sheet struct {
	book    *book
	name    string
	columns []column
	last    int // row written last
	err     error
}

// begin makes the sheet with its head.
func (b *book) begin(name string, columns []column) (*sheet, error) {
	if _, err := b.file.NewSheet(name); err != nil {
		return nil, err
	}
	s := &sheet{book: b, name: name, columns: columns, last: 1}
	for i, c := range columns {
		letter := columnName(i)
		s.keep(b.file.SetColWidth(name, letter, letter, c.width))
		s.keep(b.file.SetCellStr(name, letter+"1", c.name))
		s.keep(b.file.SetCellStyle(name, letter+"1", letter+"1", b.head))
	}
	s.keep(b.file.SetRowHeight(name, 1, 24))
	return s, s.err
}

func (s *sheet) keep(err error) {
	if s.err == nil {
		s.err = err
	}
}

// full reports whether only the last line is left.
func (s *sheet) full() bool {
	most := s.book.most
	if most == 0 {
		most = lastRow
	}
	return s.last >= most-1
}

// row writes the next row. The cell of column marked gets the style mark, unless that is 0.
// Cells are strings, ints, or exact numbers.
func (s *sheet) row(mark, marked int, cells ...any) {
	s.last++
	lines := 1
	for i, c := range s.columns {
		at := fmt.Sprintf("%s%d", columnName(i), s.last)
		style := s.book.cells[c.style]
		if i < len(cells) {
			switch v := cells[i].(type) {
			case int:
				s.keep(s.book.file.SetCellInt(s.name, at, int64(v)))
			case exact:
				// Writes the digits as they are, where SetCellFloat would send them through a binary float.
				s.keep(s.book.file.SetCellDefault(s.name, at, string(v)))
				style = s.book.cells[number]
			case string:
				if v == "" {
					break
				}
				s.keep(s.book.file.SetCellStr(s.name, at, literal(shorten(v))))
				lines = max(lines, wrapped(v, c.width))
				if len(v) > shownAsText {
					style = s.book.cells[long]
				}
			}
		}
		if mark != 0 && i == marked {
			style = mark
		}
		s.keep(s.book.file.SetCellStyle(s.name, at, at, style))
	}
	// Said outright, because not every program fits the rows of a file it did not write.
	s.keep(s.book.file.SetRowHeight(s.name, s.last, min(float64(lines)*lineHeight+lineSpace, tallest)))
}

// wrapped is how many lines a text takes in a column of that width.
func wrapped(text string, width float64) int {
	lines := 0
	for line := range strings.SplitSeq(text, "\n") {
		lines += max(1, int(math.Ceil(float64(columns(line))*1.05/(width-1))))
	}
	return lines
}

// end adds filter, frozen head and print setup.
func (s *sheet) end() error {
	f, last := s.book.file, columnName(len(s.columns)-1)
	s.keep(f.AutoFilter(s.name, fmt.Sprintf("A1:%s%d", last, s.last), nil))
	s.keep(f.SetPanes(s.name, &excelize.Panes{
		Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft",
		Selection: []excelize.Selection{{SQRef: "A2", ActiveCell: "A2", Pane: "bottomLeft"}},
	}))
	landscape, a4, wide, tall := "landscape", 9, 1, 0
	s.keep(f.SetPageLayout(s.name, &excelize.PageLayoutOptions{Orientation: &landscape, Size: &a4, FitToWidth: &wide, FitToHeight: &tall}))
	fit := true
	s.keep(f.SetSheetProps(s.name, &excelize.SheetPropsOptions{FitToPage: &fit}))
	margin, foot := 0.4, 0.6 // inches
	s.keep(f.SetPageMargins(s.name, &excelize.PageLayoutMarginsOptions{Left: &margin, Right: &margin, Top: &foot, Bottom: &foot}))
	s.keep(f.SetHeaderFooter(s.name, &excelize.HeaderFooterOptions{OddFooter: "&L" + s.name + "&R第 &P 页 共 &N 页"}))
	s.keep(f.SetDefinedName(&excelize.DefinedName{
		Name: "_xlnm.Print_Titles", RefersTo: fmt.Sprintf("'%s'!$1:$1", s.name), Scope: s.name,
	}))
	return s.err
}

// exact is a decimal as it stands in the cell.
type exact string

var decimalText = regexp.MustCompile(`^-?(0|[1-9][0-9]{0,13})(\.[0-9]{1,6})?$`)

// figure makes a number of a text that is one, where the field is a figure; a
// telephone number or a code stays text, and so does what Excel could not keep exactly.
func figure(text string, t value.Type) any {
	switch t {
	case value.TypeAmount, value.TypePercent, value.TypeScore, value.TypeInteger, value.TypeNumber:
		if decimalText.MatchString(text) && len(strings.Trim(text, "-")) <= 15 {
			return exact(text)
		}
	}
	return text
}

// cellTypes says of what type the value in a cell of the unit is.
func (u *Unit) cellTypes() map[finding.Place]value.Type {
	types := map[finding.Place]value.Type{}
	var add func(it *unit.Item)
	add = func(it *unit.Item) {
		for _, f := range it.Fields {
			types[f.Place] = f.Type
		}
		for _, l := range it.Lists {
			for i := range l.Items {
				add(&l.Items[i])
			}
		}
	}
	if r := u.record(); r != nil {
		add(&r.Item)
	}
	return types
}

// folder is where the unit's documents lie.
func (u *Unit) folder() string {
	if len(u.Documents) == 0 {
		return ""
	}
	p := u.Documents[0].Path
	return p[:strings.LastIndexByte(p, '/')+1]
}

// literal keeps a text from being decoded: Excel reads “_x000D_” as a character,
// and the library writes what it is given. Characters that no workbook can hold go.
func literal(text string) string {
	var b strings.Builder
	for i, r := range text {
		switch {
		case r < ' ' && r != '\n' && r != '\t', r == 0xFFFE, r == 0xFFFF:
		case r == '_' && encoded.MatchString(text[i:]):
			b.WriteString("_x005F_")
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

var encoded = regexp.MustCompile(`^_x[0-9A-Fa-f]{4}_`)

// shorten keeps a text within what a cell holds.
func shorten(s string) string {
	if utf8.RuneCountInString(s) <= longest/2 {
		return s // even if each character takes two units of UTF-16
	}
	r := []rune(s)
	return string(r[:min(len(r), longest/2)]) + "……（原文过长，见" + JSONFile + "）"
}

// columnName is the letter of a column, counted from 0; no sheet here has more than 26.
func columnName(i int) string { return string(rune('A' + i)) }

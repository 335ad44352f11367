package render

import (
	"fmt"
	"math"
	"strings"

	"github.com/xuri/excelize/v2"

	"jixiao/generator/finding"
	"jixiao/generator/ooxml"
)

// opinionSheet is the name of the sheet, and its title.
const opinionSheet = "审核意见"

// headRow is the row of the column heads; the findings follow.
const headRow = 4

// opinionColumns are the columns of the sheet, with their widths in characters.
var opinionColumns = []struct {
	name  string
	width float64
}{
	{"序号", 5}, {"级别", 6}, {"编号", 10}, {"名称", 15}, {"位置", 19}, {"条目", 17},
	{"填报", 11}, {"应为", 11}, {"差额", 10}, {"说明", 38}, {"单位说明", 26},
}

// Columns that the code speaks of, counted from 0.
const (
	ruleColumn     = 2
	positionColumn = 4
	itemColumn     = 5
	answerColumn   = 10
)

// Height of a line of 10-point text and of the space around it, in points.
const (
	opinionLine  = 13.5
	opinionSpace = 6
	tallestRow   = 400 // Excel allows 409
	// shownAsText is the longest text that every Excel shows under the text format.
	shownAsText = 255
	longestCell = 16000 // characters, of the 32,767 units that a cell holds
)

// replaceSheet puts the sheet 审核意见 in front of all others, in the place of
// one from an earlier round, and returns its name.
func (o *opinion) replaceSheet(f *excelize.File, book *ooxml.Workbook) (string, error) {
	if old := earlierSheet(book); old != nil {
		o.takeAnswers(old)
		if len(book.Sheets) == 1 {
			return "", fmt.Errorf("只有一张%s", opinionSheet)
		}
		if err := f.DeleteSheet(old.Name); err != nil {
			return "", err
		}
	}
	name := opinionSheet
	for n := 2; ; n++ {
		i, err := f.GetSheetIndex(name)
		if err != nil {
			return "", err
		}
		if i < 0 {
			break
		}
		name = fmt.Sprintf("%s%d", opinionSheet, n)
	}
	if err := partIsFree(f); err != nil {
		return "", err
	}
	if _, err := f.NewSheet(name); err != nil {
		return "", err
	}
	toFront(f)
	return name, o.write(f, name)
}

// partIsFree makes sure that NewSheet, which names the part after the highest
// sheet id, does not write over a part of that name.
func partIsFree(f *excelize.File) error {
	id := 0
	for _, s := range f.WorkBook.Sheets.Sheet {
		id = max(id, s.SheetID)
	}
	part := fmt.Sprintf("xl/worksheets/sheet%d.xml", id+1)
	if _, taken := f.Pkg.Load(part); taken {
		return fmt.Errorf("部件 %s 已被占用", part)
	}
	return nil
}

// toFront moves the last sheet before all others. Excelize's MoveSheet leaves
// the sheet numbers of defined names as they were, so that print areas would
// belong to the wrong sheets, and fails on chart sheets.
func toFront(f *excelize.File) {
	sheets := f.WorkBook.Sheets.Sheet
	last := sheets[len(sheets)-1]
	copy(sheets[1:], sheets)
	sheets[0] = last
	if names := f.WorkBook.DefinedNames; names != nil {
		for i := range names.DefinedName {
			if id := names.DefinedName[i].LocalSheetID; id != nil {
				moved := *id + 1
				names.DefinedName[i].LocalSheetID = &moved
			}
		}
	}
	if views := f.WorkBook.BookViews; views != nil {
		for i := range views.WorkBookView {
			views.WorkBookView[i].ActiveTab, views.WorkBookView[i].FirstSheet = 0, 0
		}
	}
}

// earlierSheet finds the sheet 审核意见 of an earlier round; one that the unit
// made itself has other heads.
func earlierSheet(book *ooxml.Workbook) *ooxml.Sheet {
	for i := range book.Sheets {
		s := &book.Sheets[i]
		if !strings.HasPrefix(s.Name, opinionSheet) {
			continue
		}
		ours := true
		for col, c := range opinionColumns {
			cell := s.At(ooxml.Ref{Row: headRow, Col: col + 1})
			ours = ours && cell != nil && cell.Text == c.name
		}
		if ours {
			return s
		}
	}
	return nil
}

// takeAnswers takes over what the unit wrote about findings that still stand.
func (o *opinion) takeAnswers(old *ooxml.Sheet) {
	type key struct{ rule, position, item string }
	text := func(row, col int) string {
		if c := old.At(ooxml.Ref{Row: row, Col: col + 1}); c != nil {
			return c.Text
		}
		return ""
	}
	answers := map[key]string{}
	for _, c := range old.Cells {
		if c.Ref.Row > headRow && c.Ref.Col == answerColumn+1 {
			row := c.Ref.Row
			answers[key{text(row, ruleColumn), text(row, positionColumn), text(row, itemColumn)}] = c.Text
		}
	}
	for i := range o.remarks {
		r := &o.remarks[i]
		r.answer = answers[key{r.Rule, r.position(), itemLabel(r.Finding)}]
	}
}

// itemLabel is what the finding's item is called: “第2条 维护社会稳定”.
func itemLabel(f finding.Finding) string {
	if f.Item == 0 {
		return f.ItemName
	}
	return strings.TrimSpace(fmt.Sprintf("第%d条 %s", f.Item, f.ItemName))
}

// opinionStyles are the styles of the sheet.
type opinionStyles struct {
	title, line, text, long, middle, head, link, answer int
	level                                               map[finding.Level]int
}

func newOpinionStyles(f *excelize.File) (s opinionStyles, err error) {
	var border []excelize.Border
	for _, side := range []string{"left", "right", "top", "bottom"} {
		border = append(border, excelize.Border{Type: side, Color: "BFC5CD", Style: 1})
	}
	const asText = 49 // the format @, under which an edited “=100%” stays text too
	style := func(fill, horizontal string, format int, font excelize.Font, border []excelize.Border) int {
		font.Family = "宋体"
		if font.Size == 0 {
			font.Size = 10
		}
		look := &excelize.Style{
			Font: &font, Border: border, NumFmt: format,
			Alignment: &excelize.Alignment{Horizontal: horizontal, Vertical: "center", WrapText: true},
			// A unit may write into every cell, even if somebody protects the sheet.
			Protection: &excelize.Protection{Locked: false},
		}
		if fill != "" {
			look.Fill = excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{fill}}
		}
		id, e := f.NewStyle(look)
		if err == nil {
			err = e
		}
		return id
	}
	s.title = style("", "center", 0, excelize.Font{Size: 16, Bold: true}, nil)
	s.line = style("", "left", 0, excelize.Font{}, nil)
	s.text = style("", "left", asText, excelize.Font{}, border)
	s.long = style("", "left", 0, excelize.Font{}, border)
	s.middle = style("", "center", asText, excelize.Font{}, border)
	s.head = style("DCE6F1", "center", asText, excelize.Font{Bold: true}, border)
	s.link = style("", "left", asText, excelize.Font{Color: "184F8C", Underline: "single"}, border)
	s.answer = style("F5F8FC", "left", 0, excelize.Font{}, border)
	// These are close to the fills of wrong cells and yet others: the next round
	// takes the colour off every cell that has one of those.
	s.level = map[finding.Level]int{
		finding.Error:    style("FADAD8", "center", asText, excelize.Font{Bold: true, Color: "8F241B"}, border),
		finding.Notice:   style("FFF2CC", "center", asText, excelize.Font{Bold: true, Color: "6B4A00"}, border),
		finding.Unjudged: style("E7EAEE", "center", asText, excelize.Font{Color: "37414D"}, border),
	}
	return s, err
}

// opinionWriter writes the sheet; the first trouble is kept.
type opinionWriter struct {
	file   *excelize.File
	sheet  string
	styles opinionStyles
	err    error
}

func (w *opinionWriter) keep(err error) {
	if w.err == nil {
		w.err = err
	}
}

// write fills the sheet.
func (o *opinion) write(f *excelize.File, sheet string) error {
	styles, err := newOpinionStyles(f)
	if err != nil {
		return err
	}
	w := &opinionWriter{file: f, sheet: sheet, styles: styles}
	for i, c := range opinionColumns {
		letter := ooxml.ColumnName(i + 1)
		w.keep(f.SetColWidth(sheet, letter, letter, c.width))
	}
	w.wide(1, opinionSheet, styles.title, 30)
	w.wide(2, o.heading(), styles.line, 20)
	advice := o.advice()
	w.wide(3, advice, styles.line, rowHeight(textLines(advice, sheetWidth())))
	for i, c := range opinionColumns {
		w.text(headRow, i, c.name, styles.head)
	}
	w.keep(f.SetRowHeight(sheet, headRow, 22))
	for i := range o.remarks {
		w.remark(headRow+1+i, i+1, &o.remarks[i])
	}
	w.finish(headRow + len(o.remarks))
	return w.err
}

// heading says whose the workbook is and what became of it.
func (o *opinion) heading() string {
	v := o.verdict
	who := v.Record.Submission.Unit
	return fmt.Sprintf("单位：%s　　审核结果：%s　　错误%d处，提示%d处，未判%d处", strings.TrimSpace(who.Code+" "+who.Name), v.Outcome().Chinese(),
		v.Findings.Count(finding.Error), v.Findings.Count(finding.Notice), v.Findings.Count(finding.Unjudged))
}

// advice says what to do.
func (o *opinion) advice() string {
	parts := []string{o.trouble}
	if o.trouble == "" {
		parts[0] = "怎么改：点“位置”可跳到单元格，单元格上的批注写明了问题。浅红色（错误）必须改正；" +
			"浅黄色（提示）请核实，属实的在“单位说明”栏写明情况。改好后直接报送本文件，不必删除本表和批注。"
	}
	if o.elsewhere > 0 {
		parts = append(parts, fmt.Sprintf("本单位的其他报送件另有%d条意见，见各自的%s。", o.elsewhere, opinionSheet))
	}
	return strings.Join(parts, "")
}

func (w *opinionWriter) remark(row, number int, r *remark) {
	message := r.Message
	if r.SameCause != "" {
		message += "\n与" + r.SameCause + "同源，那一处改正后一般随之消除。"
	}
	if r.Basis != "" {
		message += "\n依据：" + r.Basis
	}
	cells := []string{
		fmt.Sprint(number), r.Level.Chinese(), r.Rule, r.Name, r.position(), itemLabel(r.Finding),
		r.Filled, r.Expected, r.Difference, message, r.answer,
	}
	s := w.styles
	looks := []int{s.middle, s.level[r.Level], s.middle, s.text, s.text, s.text, s.text, s.text, s.text, s.text, s.answer}
	lines := 2 // at least: the unit needs room to write
	for i, text := range cells {
		style := looks[i]
		if len(text) > shownAsText && style == s.text {
			style = s.long
		}
		if i == positionColumn && r.sheet != "" {
			style = s.link
			target := fmt.Sprintf("'%s'!%s", strings.ReplaceAll(r.sheet, "'", "''"), r.cells.From)
			w.keep(w.file.SetCellHyperLink(w.sheet, cellName(row, i), target, "Location"))
		}
		w.text(row, i, text, style)
		lines = max(lines, textLines(text, opinionColumns[i].width))
	}
	w.keep(w.file.SetRowHeight(w.sheet, row, rowHeight(lines)))
}

// text writes one cell, always as text: what a unit filled in never becomes a formula.
func (w *opinionWriter) text(row, col int, text string, style int) {
	at := cellName(row, col)
	if r := []rune(text); len(r) > longestCell {
		text = string(r[:longestCell]) + "……"
	}
	if text != "" {
		w.keep(w.file.SetCellStr(w.sheet, at, literal(text)))
	}
	w.keep(w.file.SetCellStyle(w.sheet, at, at, style))
}

// wide writes a line over the whole width.
func (w *opinionWriter) wide(row int, text string, style int, height float64) {
	from, to := cellName(row, 0), cellName(row, len(opinionColumns)-1)
	w.keep(w.file.MergeCell(w.sheet, from, to))
	w.keep(w.file.SetCellStyle(w.sheet, from, to, style))
	w.keep(w.file.SetCellStr(w.sheet, from, literal(text)))
	w.keep(w.file.SetRowHeight(w.sheet, row, height))
}

// finish freezes the head and sets the sheet up for A4 across.
func (w *opinionWriter) finish(last int) {
	f, below := w.file, cellName(headRow+1, 0)
	w.keep(f.SetPanes(w.sheet, &excelize.Panes{
		Freeze: true, YSplit: headRow, TopLeftCell: below, ActivePane: "bottomLeft",
		Selection: []excelize.Selection{{SQRef: below, ActiveCell: below, Pane: "bottomLeft"}},
	}))
	var (
		landscape, a4, once, any = "landscape", 9, 1, 0
		fit                      = true
		side, edge               = 0.4, 0.6 // inches
	)
	w.keep(f.SetSheetProps(w.sheet, &excelize.SheetPropsOptions{FitToPage: &fit}))
	w.keep(f.SetPageLayout(w.sheet, &excelize.PageLayoutOptions{Size: &a4, Orientation: &landscape, FitToWidth: &once, FitToHeight: &any}))
	w.keep(f.SetPageMargins(w.sheet, &excelize.PageLayoutMarginsOptions{Top: &edge, Bottom: &edge, Left: &side, Right: &side, Horizontally: &fit}))
	w.keep(f.SetHeaderFooter(w.sheet, &excelize.HeaderFooterOptions{OddFooter: "&C第 &P 页 共 &N 页"}))
	quoted := "'" + w.sheet + "'!"
	w.keep(f.SetDefinedName(&excelize.DefinedName{Scope: w.sheet, Name: "_xlnm.Print_Titles", RefersTo: fmt.Sprintf("%s$%d:$%[2]d", quoted, headRow)}))
	w.keep(f.SetDefinedName(&excelize.DefinedName{
		Scope: w.sheet, Name: "_xlnm.Print_Area",
		RefersTo: fmt.Sprintf("%s$A$1:$%s$%d", quoted, ooxml.ColumnName(len(opinionColumns)), last),
	}))
}

// literal keeps a text from being decoded: Excel reads “_x000D_” as a character,
// and the library writes what it is given. Characters that no workbook can hold go.
func literal(text string) string { return string(ooxml.Unescape(nil, ooxml.EscapeCell(nil, text))) }

func cellName(row, col int) string { return ooxml.Ref{Row: row, Col: col + 1}.String() }

func sheetWidth() float64 {
	sum := 0.0
	for _, c := range opinionColumns {
		sum += c.width
	}
	return sum
}

// textLines is how many lines a text takes in a column of that many characters;
// Chinese characters are two wide.
func textLines(text string, width float64) int {
	lines := 0
	for part := range strings.SplitSeq(text, "\n") {
		wide := 0
		for _, r := range part {
			wide++
			if r >= 0x2000 {
				wide++
			}
		}
		lines += max(1, int(math.Ceil(float64(wide)/(width-1.5))))
	}
	return lines
}

func rowHeight(lines int) float64 {
	return min(float64(lines)*opinionLine+opinionSpace, tallestRow)
}

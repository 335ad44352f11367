package render

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"jixiao/generator/finding"
	"jixiao/generator/ooxml"
	"jixiao/generator/unit"
)

// The sheet 审核意见. Package unit knows its columns, because it comes back.

// opinionSheet is the name of the sheet, and its title.
const opinionSheet = unit.OpinionSheet

// headRow is the row of the column heads; the findings follow.
const headRow = unit.OpinionHead

// opinionWidths are the widths of the columns, in characters.
var opinionWidths = [unit.OpinionColumns]float64{5, 6.5, 10, 15, 19, 17, 11, 11, 10, 38, 26, 12}

// shownColumns is how many columns are seen; the one behind them is hidden.
const shownColumns = int(unit.OpinionFields)

// Height of a line of 10-point text and of the space around it, in points.
const (
	opinionLine  = 13.5
	opinionSpace = 6
	tallestRow   = 400 // Excel allows 409
	// shownAsText is the longest text that every Excel shows under the text format.
	shownAsText = 255
	mostQuoted  = 8     // lines that a long filled text makes its row tall
	longestCell = 16000 // characters, of the 32,767 units that a cell holds
)

// opinionStyles are the formats of the sheet.
type opinionStyles struct {
	title, line, text, long, middle, head, link, answer int
	level                                               map[string]int // by finding.State
}

func newOpinionStyles(st *styleSheet) opinionStyles {
	const asText = 49 // the format @, under which an edited “=100%” stays text too
	return opinionStyles{
		title:  st.made(look{horizontal: "center", size: 16, bold: true}),
		line:   st.made(look{horizontal: "left"}),
		text:   st.made(look{horizontal: "left", format: asText, border: true}),
		long:   st.made(look{horizontal: "left", border: true}),
		middle: st.made(look{horizontal: "center", format: asText, border: true}),
		head:   st.made(look{fill: "DCE6F1", horizontal: "center", format: asText, bold: true, border: true}),
		link:   st.made(look{horizontal: "left", format: asText, color: "184F8C", underline: true, border: true}),
		answer: st.made(look{fill: "F5F8FC", horizontal: "left", border: true}),
		// These are close to the fills of wrong cells and yet others: the next round
		// takes the colour off every cell that has one of those.
		level: map[string]int{
			"错误":  st.made(look{fill: "FADAD8", horizontal: "center", format: asText, bold: true, color: "8F241B", border: true}),
			"提示":  st.made(look{fill: "FFF2CC", horizontal: "center", format: asText, bold: true, color: "6B4A00", border: true}),
			"已说明": st.made(look{fill: "E4F1EA", horizontal: "center", format: asText, bold: true, color: "1C6446", border: true}),
			"未判":  st.made(look{fill: "E7EAEE", horizontal: "center", format: asText, color: "37414D", border: true}),
		},
	}
}

// opinionWriter writes the sheet.
type opinionWriter struct {
	styles opinionStyles
	rows   []byte
	merges []string
	links  []byte
}

// write returns the sheet as a part, and its print titles and area.
func (o *opinion) write(p *packageWriter, title string) (body []byte, names []definedName) {
	w := &opinionWriter{styles: newOpinionStyles(p.styles)}
	w.wide(1, opinionSheet, w.styles.title, 30)
	w.wide(2, o.heading(), w.styles.line, 20)
	advice := o.advice()
	w.wide(3, advice, w.styles.line, rowHeight(textLines(advice, sheetWidth())))
	w.begin(headRow, 22)
	for c := range unit.OpinionColumns {
		w.text(headRow, c, c.String(), w.styles.head)
	}
	w.end()
	for i := range o.remarks {
		w.remark(headRow+1+i, i+1, &o.remarks[i])
	}
	last := headRow + len(o.remarks)
	quoted := "'" + strings.ReplaceAll(title, "'", "''") + "'!"
	names = []definedName{
		{"_xlnm.Print_Titles", fmt.Sprintf("%s$%d:$%[2]d", quoted, headRow)},
		{"_xlnm.Print_Area", fmt.Sprintf("%s$A$1:$%s$%d", quoted, ooxml.ColumnName(shownColumns), last)},
	}
	return w.sheet(p.book, last), names
}

// sheet puts the parts of the sheet together: its head frozen, set up for A4 across.
func (w *opinionWriter) sheet(b *bookPart, last int) []byte {
	out := fmt.Appendf(nil, `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>`+"\n"+`<worksheet xmlns="%s">`, b.space())
	out = fmt.Appendf(out, `<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><dimension ref="A1:%s"/>`, cellName(last, unit.OpinionFields))
	below := cellName(headRow+1, 0)
	out = fmt.Appendf(out, `<sheetViews><sheetView tabSelected="1" workbookViewId="0"><pane ySplit="%d" topLeftCell="%[2]s" activePane="bottomLeft" state="frozen"/>`+
		`<selection pane="bottomLeft" activeCell="%[2]s" sqref="%[2]s"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/><cols>`, headRow, below)
	for i, width := range opinionWidths {
		hidden := ""
		if i >= shownColumns {
			hidden = ` hidden="1"`
		}
		out = fmt.Appendf(out, `<col min="%[1]d" max="%[1]d" width="%[2]g" customWidth="1"%[3]s/>`, i+1, width, hidden)
	}
	out = fmt.Appendf(out, `</cols><sheetData>%s</sheetData><mergeCells count="%d">`, w.rows, len(w.merges))
	for _, m := range w.merges {
		out = fmt.Appendf(out, `<mergeCell ref="%s"/>`, m)
	}
	out = append(out, `</mergeCells>`...)
	if w.links != nil {
		out = fmt.Appendf(out, `<hyperlinks>%s</hyperlinks>`, w.links)
	}
	return append(out, `<printOptions horizontalCentered="1"/><pageMargins left="0.4" right="0.4" top="0.6" bottom="0.6" header="0.3" footer="0.3"/>`+
		`<pageSetup paperSize="9" orientation="landscape" fitToWidth="1" fitToHeight="0"/><headerFooter><oddFooter>&amp;C第 &amp;P 页 共 &amp;N 页</oddFooter></headerFooter></worksheet>`...)
}

// heading says whose the workbook is and what became of it.
func (o *opinion) heading() string {
	v := o.verdict
	who := v.Record.Submission.Unit
	explained := ""
	if n := v.Findings.CountExplained(); n > 0 {
		explained = fmt.Sprintf("已说明%d处，", n)
	}
	return fmt.Sprintf("单位：%s　　审核结果：%s　　错误%d处，提示%d处，%s未判%d处", strings.TrimSpace(who.Code+" "+who.Name), v.Outcome().Chinese(),
		v.Findings.Count(finding.Error), v.Findings.Count(finding.Notice), explained, v.Findings.Count(finding.Unjudged))
}

// advice says what to do.
func (o *opinion) advice() string {
	parts := []string{o.trouble}
	switch {
	case o.trouble != "":
	case o.verdict.Outcome() == unit.Accepted:
		parts[0] = "审核已通过，还有提示请核实：点“位置”可跳到单元格，单元格上的批注写明了问题。浅黄色的请逐处核实，" +
			"填错的改正；属实的在“单位说明”栏写明情况（不少于4个字），下次审核记为“已说明”。改好后直接报送本文件，不必删除本表和批注。"
	default:
		parts[0] = "怎么改：点“位置”可跳到单元格，单元格上的批注写明了问题。浅红色（错误）必须改正；" +
			"浅黄色（提示）请核实，属实的在“单位说明”栏写明情况（不少于4个字），下次审核记为“已说明”。改好后直接报送本文件，不必删除本表和批注。"
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
	if r.Level == finding.Error && r.Explanation != "" {
		message += "\n已收到单位说明，但错误不能凭说明消除，须改正后重新报送。"
	}
	if r.Basis != "" {
		message += "\n依据：" + r.Basis
	}
	cells := [unit.OpinionColumns]string{
		strconv.Itoa(number), r.State(), r.Rule, r.Name, r.position(), unit.ItemLabel(r.Item, r.ItemName),
		r.Filled, r.Expected, r.Difference, message, r.Explanation, strings.Join(r.Fields, "、"),
	}
	s := w.styles
	looks := [unit.OpinionColumns]int{s.middle, s.level[r.State()], s.middle, s.text, s.text, s.text, s.text, s.text, s.text, s.text, s.answer, s.text}
	lines := 2 // at least: the unit needs room to write
	for i, text := range cells[:shownColumns] {
		n := textLines(text, opinionWidths[i])
		if unit.OpinionColumn(i) == unit.OpinionFilled {
			n = min(n, mostQuoted) // a narrative; the cell itself is one click away
		}
		lines = max(lines, n)
	}
	w.begin(row, rowHeight(lines))
	for i, text := range cells {
		c, style := unit.OpinionColumn(i), looks[i]
		if len(text) > shownAsText && style == s.text {
			style = s.long
		}
		if c == unit.OpinionPosition && r.sheet != "" {
			style = s.link
			w.link(cellName(row, c), fmt.Sprintf("'%s'!%s", strings.ReplaceAll(r.sheet, "'", "''"), r.cells.From))
		}
		w.text(row, c, text, style)
	}
	w.end()
}

func (w *opinionWriter) begin(row int, height float64) {
	w.rows = fmt.Appendf(w.rows, `<row r="%d" ht="%g" customHeight="1">`, row, height)
}

func (w *opinionWriter) end() { w.rows = append(w.rows, "</row>"...) }

// text writes one cell, always as text: what a unit filled in never becomes a formula.
func (w *opinionWriter) text(row int, col unit.OpinionColumn, text string, style int) {
	if r := []rune(text); len(r) > longestCell {
		text = string(r[:longestCell]) + "……"
	}
	if text == "" {
		w.rows = fmt.Appendf(w.rows, `<c r="%s" s="%d"/>`, cellName(row, col), style)
		return
	}
	w.rows = fmt.Appendf(w.rows, `<c r="%s" s="%d" t="inlineStr"><is><t xml:space="preserve">`, cellName(row, col), style)
	w.rows = append(ooxml.EscapeCell(w.rows, text), "</t></is></c>"...)
}

// link leads from a cell to another one.
func (w *opinionWriter) link(from, to string) {
	w.links = fmt.Appendf(w.links, `<hyperlink ref="%s" location="`, from)
	w.links = append(ooxml.Escape(w.links, to), `"/>`...)
}

// wide writes a line over the whole width.
func (w *opinionWriter) wide(row int, text string, style int, height float64) {
	w.begin(row, height)
	w.text(row, 0, text, style)
	w.end()
	w.merges = append(w.merges, cellName(row, 0)+":"+cellName(row, unit.OpinionColumn(shownColumns-1)))
}

func cellName(row int, col unit.OpinionColumn) string {
	return ooxml.Ref{Row: row, Col: int(col) + 1}.String()
}

func sheetWidth() float64 {
	sum := 0.0
	for _, width := range opinionWidths[:shownColumns] {
		sum += width
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

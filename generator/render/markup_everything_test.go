package render

import (
	"bytes"
	"image"
	"image/png"
	"testing"

	"github.com/xuri/excelize/v2"
)

// everything is a workbook with what a marker could harm: a table, pictures, a
// chart, shared formulas, rich text, links, conditional formats, protected
// sheets, formats of rows and columns, notes, an outline, a frozen pane.
func everything(t *testing.T) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	do := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	const sheet = "全部"
	do(f.SetSheetName("Sheet1", sheet))
	for row := 1; row <= 12; row++ {
		cell, err := excelize.CoordinatesToCellName(1, row)
		do(err)
		do(f.SetSheetRow(sheet, cell, &[]any{"指标", row, float64(row) / 7, "文本"}))
	}
	kind, ref := excelize.STCellFormulaTypeShared, "E2:E12"
	do(f.SetCellFormula(sheet, "E2", "B2*C2", excelize.FormulaOpts{Type: &kind, Ref: &ref}))
	do(f.SetSheetRow(sheet, "A1", &[]any{"甲", "乙", "丙", "丁"}))
	do(f.AddTable(sheet, &excelize.Table{Range: "A1:D12", Name: "表1", StyleName: "TableStyleMedium2"}))
	do(f.SetCellRichText(sheet, "G1", []excelize.RichTextRun{{Text: "富", Font: &excelize.Font{Bold: true}}, {Text: "文本"}}))
	do(f.SetCellHyperLink(sheet, "G2", "https://example.invalid/", "External"))
	do(f.SetCellHyperLink(sheet, "G3", "说明!A1", "Location"))
	column, err := f.NewStyle(&excelize.Style{Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E2EFDA"}}, NumFmt: 10})
	do(err)
	do(f.SetColStyle(sheet, "H:J", column))
	row, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Italic: true}, Fill: excelize.Fill{Type: "gradient", Color: []string{"FFFFFF", "E0EBF5"}, Shading: 1}})
	do(err)
	do(f.SetRowStyle(sheet, 14, 15, row))
	do(f.SetRowOutlineLevel(sheet, 5, 1))
	do(f.SetColWidth(sheet, "A", "A", 30))
	do(f.SetRowVisible(sheet, 7, false))
	do(f.SetPanes(sheet, &excelize.Panes{Freeze: true, XSplit: 1, YSplit: 1, TopLeftCell: "B2", ActivePane: "bottomRight"}))
	do(f.AddComment(sheet, excelize.Comment{Cell: "B3", Author: "会计", Text: "先前的批注"}))
	do(f.MergeCell(sheet, "L2", "N4"))
	var picture bytes.Buffer
	do(png.Encode(&picture, image.NewGray(image.Rect(0, 0, 20, 20))))
	do(f.AddPictureFromBytes(sheet, "P2", &excelize.Picture{Extension: ".png", File: picture.Bytes(), Format: &excelize.GraphicOptions{}}))
	do(f.AddChart(sheet, "P10", &excelize.Chart{Type: excelize.Col, Series: []excelize.ChartSeries{{Name: sheet + "!$B$1", Categories: sheet + "!$A$2:$A$12", Values: sheet + "!$B$2:$B$12"}}}))
	red, err := f.NewConditionalStyle(&excelize.Style{Font: &excelize.Font{Color: "9A0511"}})
	do(err)
	do(f.SetConditionalFormat(sheet, "B2:B12", []excelize.ConditionalFormatOptions{{Type: "cell", Criteria: ">", Format: &red, Value: "6"}}))
	do(f.SetConditionalFormat(sheet, "C2:C12", []excelize.ConditionalFormatOptions{{Type: "data_bar", Criteria: "=", MinType: "min", MaxType: "max", BarColor: "#638EC6", BarSolid: true}}))
	_, err = f.NewSheet("说明")
	do(err)
	do(f.SetCellStr("说明", "A1", "受保护"))
	do(f.ProtectSheet("说明", &excelize.SheetProtectionOptions{Password: "1"}))
	do(f.SetDefinedName(&excelize.DefinedName{Name: "合计数", RefersTo: sheet + "!$B$12"}))
	do(f.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Area", RefersTo: "说明!$A$1:$B$2", Scope: "说明"}))
	do(f.AddChartSheet("图表", &excelize.Chart{Type: excelize.Line, Series: []excelize.ChartSeries{{Values: sheet + "!$B$2:$B$12"}}}))
	_, err = f.NewSheet("图表页后")
	do(err)
	do(f.SetCellStr("图表页后", "B2", "后"))
	var out bytes.Buffer
	do(f.Write(&out))
	return out.Bytes()
}

package render

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"jixiao/generator/finding"
	"jixiao/generator/ooxml"
	"jixiao/generator/unit"
)

const (
	seedPath  = "青禾区信访局.xlsx" // the seed form, sent by an invented unit
	seedSheet = "整体支出绩效自评表"
	hardPath  = "青禾区档案馆.xlsx"
	hardSheet = "表'1 甲" // a name that links must quote
)

// received is a workbook as intake hands it on.
func received(t testing.TB, path string, data []byte) unit.Workbook {
	t.Helper()
	book, err := ooxml.ReadWorkbook(data, ooxml.DefaultLimits())
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return unit.Workbook{Path: path, Data: data, Book: book}
}

func seed(t testing.TB) unit.Workbook {
	t.Helper()
	return received(t, seedPath, read(t, "testdata/seed.xlsx"))
}

func read(t testing.TB, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// judged is a verdict with those findings.
func judged(findings ...finding.Finding) *unit.Verdict {
	return &unit.Verdict{
		Record:   &unit.Record{Submission: &unit.Submission{Unit: unit.Unit{Code: "219002", Name: "青禾区信访局"}}},
		Findings: findings,
	}
}

// fault is a finding at a cell.
func fault(level finding.Level, path, sheet, cell, rule, name, filled, expected, difference, message string) finding.Finding {
	return finding.Finding{
		Rule: rule, Name: name, Level: level, Place: finding.Place{Workbook: path, Sheet: sheet, Cell: cell},
		Filled: filled, Expected: expected, Difference: difference, Message: message,
	}
}

// seedFindings are the findings of the seed form, as rules.md lists them.
func seedFindings() []finding.Finding {
	at := func(level finding.Level, cell, rule, name, filled, expected, difference, message string) finding.Finding {
		return fault(level, seedPath, seedSheet, cell, rule, name, filled, expected, difference, message)
	}
	const e, n, u = finding.Error, finding.Notice, finding.Unjudged
	list := []finding.Finding{
		at(e, "F6", "R-BX-03", "执行数不超预算数", "329.98", "≤ 326.68", "3.3", "全年执行数比全年预算数多3.30万元。请核对两数"),
		at(e, "H6", "R-BX-04", "执行率计算", "100%", "= 101.01%", "-1.01个百分点", "执行率应为全年执行数除以全年预算数"),
		at(e, "B7", "R-BX-07", "收支平衡", "326.68", "= 329.98", "-3.3", "按收入性质分的合计应等于按支出性质分的合计"),
		{Rule: "R-BX-10", Name: "项目支出须附项目表", Level: e, Filled: "0", Expected: "≥ 1", Difference: "1", Message: "没有报送项目支出绩效自评表。请补报"},
		at(e, "H16", "R-SC-01", "得分不超分值", "20", "≤ 10", "10", "得分20，大于分值10。请改为不大于分值的数"),
		at(e, "H24", "R-SC-05", "总分=Σ得分", "98", "= 118", "-20", "各项得分合计118，与总分98不符"),
		at(n, "H18", "R-SC-07", "定量计分", "8", "= 10", "-2", "成本为反向指标，应得满分。请核实"),
		at(n, "E15", "R-IN-03", "量纲一致", "=100%", "", "", "数量指标的目标是比率，请改用数量"),
		at(n, "G6", "R-CM-05", "数值格污染", "10分", "", "", "“10分”读作10。请只填数"),
		at(n, "H24", "R-SC-13", "高分提示", "98", "", "", "将列入重点抽查，请准备佐证材料"),
		at(u, "F9", "R-BX-06", "总额=分项之和", "", "", "", "“项目支出”没有填，这一条没有判断"),
	}
	list[1].SameCause, list[2].SameCause = "R-BX-03", "R-BX-03"
	list[4].Item, list[4].ItemName, list[4].Basis = 2, "维护社会和谐稳定", "财预〔2020〕10号"
	return list
}

// hard is a workbook with what a marker may lose: own fills, notes, a print area,
// a validation, a formula, a hidden sheet.
func hard(t testing.TB) unit.Workbook {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	var err error
	do := func(e error) {
		t.Helper()
		if e != nil {
			t.Fatal(e)
		}
	}
	style := func(s excelize.Style) (id int) {
		t.Helper()
		id, err = f.NewStyle(&s)
		do(err)
		return id
	}
	do(f.SetSheetName("Sheet1", hardSheet))
	for _, name := range []string{"说明", "字典"} {
		_, err = f.NewSheet(name)
		do(err)
		do(f.SetCellStr(name, "A1", name))
	}
	do(f.SetSheetVisible("字典", false))
	line := []excelize.Border{{Type: "left", Color: "000000", Style: 1}, {Type: "bottom", Color: "FF0000", Style: 2}}
	do(f.SetCellDefault(hardSheet, "D6", "329.98"))
	do(f.SetCellStyle(hardSheet, "D6", "D6", style(excelize.Style{
		Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"DDEBF7"}}, Border: line, NumFmt: 4,
		Font: &excelize.Font{Family: "仿宋", Size: 12, Bold: true, Color: "1F4E79"}, Alignment: &excelize.Alignment{Horizontal: "right", WrapText: true},
		Protection: &excelize.Protection{Locked: false},
	})))
	do(f.SetCellStr(hardSheet, "C3", "=100%"))
	do(f.SetCellFormula(hardSheet, "G6", "SUM(D6:E6)"))
	do(f.MergeCell(hardSheet, "B8", "E9"))
	do(f.SetCellStr(hardSheet, "B8", "其中：基本支出：207.01"))
	do(f.SetCellStyle(hardSheet, "E8", "E9", style(excelize.Style{Border: line})))
	do(f.AddComment(hardSheet, excelize.Comment{Cell: "F6", Author: "李会计", Paragraph: []excelize.RichTextRun{{Text: "李会计：", Font: &excelize.Font{Bold: true}}, {Text: "<账簿> 第3页"}}}))
	do(f.AddComment("说明", excelize.Comment{Cell: "A1", Author: "李会计", Text: "不要动"}))
	validation := excelize.NewDataValidation(true)
	validation.SetSqref("D6:D10")
	do(validation.SetRange(0, 1000, excelize.DataValidationTypeDecimal, excelize.DataValidationOperatorBetween))
	do(f.AddDataValidation(hardSheet, validation))
	do(f.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Area", RefersTo: "'表''1 甲'!$A$1:$I$25", Scope: hardSheet}))
	do(f.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", RefersTo: "说明!$1:$2", Scope: "说明"}))
	f.SetActiveSheet(1)
	var out bytes.Buffer
	do(f.Write(&out))
	return received(t, hardPath, out.Bytes())
}

// reopened reads a returned workbook: with the library, and verified.
func reopened(t testing.TB, data []byte) (*excelize.File, *ooxml.Workbook) {
	t.Helper()
	book, err := ooxml.ReadWorkbook(data, ooxml.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	return f, book
}

// returned marks a workbook and fails when it could only be listed.
func returned(t testing.TB, v *unit.Verdict, w unit.Workbook) []byte {
	t.Helper()
	data, _, err := newOpinion(v, w).mark(w)
	if err != nil {
		t.Fatal(err)
	}
	same, err := Returned(v, w)
	if err != nil || !bytes.Equal(data, same) {
		t.Fatalf("Returned gave something else (%v)", err)
	}
	return data
}

// fill is the colour of a cell, "" when it has none.
func fill(t testing.TB, f *excelize.File, sheet, cell string) string {
	t.Helper()
	id, err := f.GetCellStyle(sheet, cell)
	if err != nil {
		t.Fatal(err)
	}
	// Not by GetStyle, which knows no colours in a workbook without a theme.
	xf := f.Styles.CellXfs.Xf[id]
	if xf.FillID == nil {
		return ""
	}
	p := f.Styles.Fills.Fill[*xf.FillID].PatternFill
	if p == nil || p.PatternType != "solid" || p.FgColor == nil {
		return ""
	}
	return strings.TrimPrefix(p.FgColor.RGB, "FF")
}

func styleOf(t testing.TB, f *excelize.File, sheet, cell string) *excelize.Style {
	t.Helper()
	id, err := f.GetCellStyle(sheet, cell)
	if err != nil {
		t.Fatal(err)
	}
	s, err := f.GetStyle(id)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// noteTexts are the notes of a sheet by their cells.
func noteTexts(t testing.TB, f *excelize.File, sheet string) map[string]string {
	t.Helper()
	list, err := f.GetComments(sheet)
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for _, c := range list {
		if _, twice := texts[c.Cell]; twice {
			t.Errorf("%s has two notes", c.Cell)
		}
		text := c.Text
		for _, r := range c.Paragraph {
			text += r.Text
		}
		texts[c.Cell] = text
	}
	return texts
}

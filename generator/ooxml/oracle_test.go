package ooxml_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"jixiao/generator/ooxml"
)

// sameAsExcelize compares a reading with that of an independent library, cell
// by cell in both directions.
func sameAsExcelize(t *testing.T, name string, file []byte) (cells int) {
	t.Helper()
	book, err := ooxml.ReadWorkbook(file, ooxml.Limits{})
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return 0
	}
	f, err := excelize.OpenReader(bytes.NewReader(file))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	defer func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}()
	raw := excelize.Options{RawCellValue: true}
	var names []string
	for i := range book.Sheets {
		s := &book.Sheets[i]
		names = append(names, s.Name)
		if visible, err := f.GetSheetVisible(s.Name); err != nil || visible == s.Hidden {
			t.Errorf("%s %s: visible %v, %v; we say hidden %v", name, s.Name, visible, err, s.Hidden)
		}
		for _, c := range s.Cells {
			cells++
			value, err := f.GetCellValue(s.Name, c.Ref.String(), raw)
			want := c.Text
			if c.Kind == ooxml.BoolCell {
				want = map[string]string{"TRUE": "1", "FALSE": "0"}[c.Text]
			}
			if err != nil || value != want {
				t.Errorf("%s %s!%s: we read %q, excelize %q, %v", name, s.Name, c.Ref, want, value, err)
			}
			if formula, err := f.GetCellFormula(s.Name, c.Ref.String()); err != nil || strings.TrimPrefix(formula, "=") != c.Formula {
				t.Errorf("%s %s!%s: our formula %q, excelize %q, %v", name, s.Name, c.Ref, c.Formula, formula, err)
			}
			style, err := f.GetCellStyle(s.Name, c.Ref.String())
			if err != nil {
				t.Fatal(err)
			}
			if st, err := f.GetStyle(style); err == nil && st.CustomNumFmt != nil && strings.TrimPrefix(*st.CustomNumFmt, "General") != c.Code {
				t.Errorf("%s %s!%s: our format %q, excelize %q", name, s.Name, c.Ref, c.Code, *st.CustomNumFmt)
			} else if err == nil && st.CustomNumFmt == nil && c.Format != builtinClass(st.NumFmt) {
				t.Errorf("%s %s!%s: our format %d, excelize's number %d", name, s.Name, c.Ref, c.Format, st.NumFmt)
			}
			if shown, err := f.GetCellValue(s.Name, c.Ref.String()); err != nil || c.Kind == ooxml.NumberCell && strings.Contains(shown, "%") != (c.Format == ooxml.Percent) {
				t.Errorf("%s %s!%s: our format %d, excelize shows %q, %v", name, s.Name, c.Ref, c.Format, shown, err)
			}
		}
		rows, err := f.GetRows(s.Name, raw)
		if err != nil {
			t.Fatal(err)
		}
		for y, row := range rows {
			for x, value := range row {
				ref := ooxml.Ref{Row: y + 1, Col: x + 1}
				if value != "" && s.At(ref) == nil {
					t.Errorf("%s %s!%s: excelize reads %q, we nothing", name, s.Name, ref, value)
				}
			}
		}
		merges, err := f.GetMergeCells(s.Name)
		if err != nil {
			t.Fatal(err)
		}
		var theirs, ours []string
		for _, m := range merges {
			theirs = append(theirs, m.GetStartAxis()+":"+m.GetEndAxis())
		}
		for _, m := range s.Merges {
			ours = append(ours, m.From.String()+":"+m.To.String())
		}
		if fmt.Sprint(ours) != fmt.Sprint(theirs) {
			t.Errorf("%s %s: our merges %v, excelize %v", name, s.Name, ours, theirs)
		}
		for row := 1; row <= len(rows); row++ {
			visible, err := f.GetRowVisible(s.Name, row)
			if err != nil || visible == within(s.HiddenRows, row) {
				t.Errorf("%s %s: row %d visible %v, %v", name, s.Name, row, visible, err)
			}
		}
		for col := 1; col <= 30; col++ {
			visible, err := f.GetColVisible(s.Name, ooxml.ColumnName(col))
			if err != nil || visible == within(s.HiddenCols, col) {
				t.Errorf("%s %s: column %d visible %v, %v", name, s.Name, col, visible, err)
			}
		}
	}
	if theirs := f.GetSheetList(); fmt.Sprint(names) != fmt.Sprint(theirs) {
		t.Errorf("%s: our sheets %v, excelize %v", name, names, theirs)
	}
	return cells
}

// builtinClass tells what the numbers of built-in formats stand for (ECMA-376 18.8.30).
func builtinClass(id int) ooxml.NumberFormat {
	switch {
	case id == 9 || id == 10:
		return ooxml.Percent
	case id == 49:
		return ooxml.AsText
	case id >= 14 && id <= 22, id >= 27 && id <= 36, id >= 45 && id <= 47, id >= 50 && id <= 58:
		return ooxml.DateTime
	}
	return ooxml.General
}

func within(spans []ooxml.Span, n int) bool {
	for _, s := range spans {
		if n >= s.From && n <= s.To {
			return true
		}
	}
	return false
}

// TestAgreesWithExcelize compares every workbook of the repository. What we refuse
// (a damaged sample, a lock file, a protected and an old workbook), excelize does too.
func TestAgreesWithExcelize(t *testing.T) {
	t.Parallel()
	cells, books := 0, 0
	for _, s := range corpus(t) {
		if _, err := ooxml.ReadWorkbook(s.data, ooxml.Limits{}); err != nil {
			d := damage(t, err)
			f, err := excelize.OpenReader(bytes.NewReader(s.data))
			if err == nil {
				t.Errorf("%s: excelize reads it, we say %s", s.name, d.Message)
				if err := f.Close(); err != nil {
					t.Error(err)
				}
			}
			t.Logf("%s: %s", s.name, d.Message)
			continue
		}
		n := sameAsExcelize(t, s.name, s.data)
		if n < 10 {
			t.Errorf("%s: only %d cells compared", s.name, n)
		}
		cells, books = cells+n, books+1
	}
	t.Logf("%d cells of %d workbooks", cells, books)
	if books < 50 || cells < 5000 {
		t.Errorf("only %d cells of %d workbooks", cells, books)
	}
}

// TestAgreesWithExcelizeOnItsOwn reads what excelize writes of every kind of cell.
func TestAgreesWithExcelizeOnItsOwn(t *testing.T) {
	t.Parallel()
	f := excelize.NewFile()
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	const s = "Sheet1"
	for i, v := range []any{"甲 <乙> & \"丙\"", " 前后 ", "一\n二", "=100%", "a_x000D_b", "_x005F_", 1, -2.5, 0.1 + 0.2, 1e-7, 1e21, true, false, "𠮷", "#DIV/0!", "00123"} {
		check(f.SetCellValue(s, fmt.Sprintf("A%d", i+1), v))
	}
	check(f.SetCellRichText(s, "B1", []excelize.RichTextRun{{Text: "产出", Font: &excelize.Font{Bold: true}}, {Text: "指标\n"}, {Text: " (50分) "}}))
	for cell, formula := range map[string]string{"C1": "A7*2", "C2": `IF(A7>0,"是","")`, "C3": "SUM(A7:A9)"} {
		check(f.SetCellFormula(s, cell, formula))
	}
	shared, ref := "shared", "D1:E3"
	check(f.SetCellFormula(s, "D1", "A7*$B$1+C$1", excelize.FormulaOpts{Type: &shared, Ref: &ref}))
	array, ref2 := "array", "F1:F2"
	check(f.SetCellFormula(s, "F1", "A7:A8*2", excelize.FormulaOpts{Type: &array, Ref: &ref2}))
	custom := `yyyy"年"m"月"d"日"`
	for cell, style := range map[string]excelize.Style{"G1": {NumFmt: 10}, "G2": {CustomNumFmt: &custom}, "G3": {NumFmt: 49}} {
		id, err := f.NewStyle(&style)
		check(err)
		check(f.SetCellValue(s, cell, 0.5))
		check(f.SetCellStyle(s, cell, cell, id))
	}
	check(f.MergeCell(s, "H1", "J4"))
	check(f.SetRowVisible(s, 4, false))
	check(f.SetColVisible(s, "K:M", false))
	for _, name := range []string{"第二张", "隐藏"} {
		_, err := f.NewSheet(name)
		check(err)
		check(f.SetCellValue(name, "C3", name))
	}
	check(f.SetSheetVisible("隐藏", false))
	buf, err := f.WriteToBuffer()
	check(err)
	if n := sameAsExcelize(t, "written by excelize", buf.Bytes()); n < 30 {
		t.Errorf("only %d cells compared", n)
	}
	book, err := ooxml.ReadWorkbook(buf.Bytes(), ooxml.Limits{})
	check(err)
	for cell, want := range map[string]ooxml.NumberFormat{"G1": ooxml.Percent, "G2": ooxml.DateTime, "G3": ooxml.AsText, "A7": ooxml.General} {
		ref, _ := ooxml.ParseRef(cell)
		if c := book.Sheets[0].At(ref); c == nil || c.Format != want {
			t.Errorf("%s is %+v, want format %d", cell, c, want)
		}
	}
}

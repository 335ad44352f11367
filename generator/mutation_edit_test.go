package generator

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// mutant is one line of testdata/mutation: what is changed in the cells of the
// clean workbook, and what must come of it.
type mutant struct {
	line  string // file:line, for messages
	name  string
	edits []string
	want  string // 错误 R-BX-03@F6; "" for harmless changes
}

// mutants reads a table: name ⇥ edits ;; edits ⇥ finding. Lines with # are comments.
func mutants(t testing.TB, file string) []mutant {
	t.Helper()
	data, err := os.ReadFile("testdata/mutation/" + file)
	if err != nil {
		t.Fatal(err)
	}
	var list []mutant
	for i, line := range strings.Split(string(data), "\n") {
		if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") {
			continue
		}
		parts := strings.Split(line, "\t")
		m := mutant{line: fmt.Sprintf("%s:%d", file, i+1), name: parts[0]}
		if len(parts) < 2 {
			t.Fatalf("%s: %q has no edits", m.line, line)
		}
		for _, e := range strings.Split(parts[1], ";;") {
			m.edits = append(m.edits, strings.TrimSpace(e))
		}
		if len(parts) > 2 {
			m.want = strings.TrimSpace(parts[2])
		}
		list = append(list, m)
	}
	return list
}

// edited applies edits to a workbook and returns the new file.
//
//	1!F6 = 1640.30      a number in F6 of the first sheet
//	1!H6 = '97.7%       a text; nothing behind = empties the cell
//	1!H6 % 0.9772       a number shown as a percentage
//	1!D6 f 1000+520.4   a formula with its result behind a space
//	2!B18 : 甲 -> 乙     a part of a text; ↵ is a line break
//	1!+16 1!-16 1!*16   a row inserted, deleted, doubled
//	1!+C                a column inserted
//	1!E<>F              two columns change places in the table of indicators
//	1!u B15:B21         cells no longer merged
//	1!n 整体            the sheet's name
//	drop 3  last 1      a sheet less; a sheet moved behind the others
//	hide 1!16           a hidden row
func edited(t testing.TB, data []byte, edits ...[]string) []byte {
	t.Helper()
	f, err := excelize.OpenReader(strings.NewReader(string(data)))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}()
	sheets := f.GetSheetList()
	for _, list := range edits {
		for _, e := range list {
			if err := edit(f, sheets, e); err != nil {
				t.Fatalf("%s: %v", e, err)
			}
		}
	}
	b, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func edit(f *excelize.File, sheets []string, e string) error {
	var n, row int
	switch {
	case scanned(e, "drop %d", &n):
		return f.DeleteSheet(sheets[n-1])
	case scanned(e, "last %d", &n):
		if err := f.MoveSheet(sheets[n-1], sheets[len(sheets)-1]); err != nil {
			return err
		}
		return f.MoveSheet(sheets[len(sheets)-1], sheets[n-1])
	case scanned(e, "hide %d!%d", &n, &row):
		return f.SetRowVisible(sheets[n-1], row, false)
	}
	number, what, ok := strings.Cut(e, "!")
	if !ok || !scanned(number, "%d", &n) || n < 1 || n > len(sheets) {
		return fmt.Errorf("which sheet?")
	}
	sheet := sheets[n-1]
	var a, b string
	switch {
	case scanned(what, "+%d", &row):
		return f.InsertRows(sheet, row, 1)
	case scanned(what, "-%d", &row):
		return f.RemoveRow(sheet, row)
	case scanned(what, "*%d", &row):
		return f.DuplicateRow(sheet, row)
	case strings.HasPrefix(what, "+"):
		return f.InsertCols(sheet, what[1:], 1)
	case scanned(strings.Replace(what, "<>", " ", 1), "%s %s", &a, &b) && strings.Contains(what, "<>"):
		return swap(f, sheet, a, b)
	case strings.HasPrefix(what, "u "):
		from, to, _ := strings.Cut(what[2:], ":")
		return f.UnmergeCell(sheet, from, to)
	case strings.HasPrefix(what, "n "):
		return f.SetSheetName(sheet, what[2:])
	}
	cell, rest, _ := strings.Cut(what, " ")
	sign, text, _ := strings.Cut(rest, " ")
	text = strings.ReplaceAll(text, "↵", "\n")
	switch sign {
	case "=":
		return fill(f, sheet, cell, text)
	case "%":
		style, err := f.NewStyle(&excelize.Style{NumFmt: 10})
		if err != nil {
			return err
		}
		if err := f.SetCellStyle(sheet, cell, cell, style); err != nil {
			return err
		}
		return f.SetCellDefault(sheet, cell, text)
	case "f":
		formula, result, _ := strings.Cut(text, " ")
		if err := f.SetCellDefault(sheet, cell, result); err != nil {
			return err
		}
		return f.SetCellFormula(sheet, cell, formula)
	case ":":
		old, by, ok := strings.Cut(text+" ", " -> ")
		by = strings.TrimSuffix(by, " ")
		now, err := f.GetCellValue(sheet, cell)
		switch {
		case err != nil:
			return err
		case !ok || !strings.Contains(now, old):
			return fmt.Errorf("%s is %q", cell, now)
		}
		return f.SetCellStr(sheet, cell, strings.ReplaceAll(now, old, by))
	}
	return fmt.Errorf("unknown edit")
}

func scanned(text, format string, into ...any) bool {
	n, err := fmt.Sscanf(text, format, into...)
	return err == nil && n == len(into)
}

func fill(f *excelize.File, sheet, cell, text string) error {
	switch {
	case text == "":
		return f.SetCellValue(sheet, cell, nil)
	case strings.HasPrefix(text, "'"):
		return f.SetCellStr(sheet, cell, text[1:])
	}
	return f.SetCellDefault(sheet, cell, text)
}

// swap exchanges two columns of the table of indicators, header and all.
func swap(f *excelize.File, sheet, a, b string) error {
	last := 27 // the row of the total is merged to the left of G
	if a >= "G" && b >= "G" {
		last = 28
	}
	for row := 14; row <= last; row++ {
		ca, cb := fmt.Sprint(a, row), fmt.Sprint(b, row)
		va, err := f.GetCellValue(sheet, ca)
		if err != nil {
			return err
		}
		vb, err := f.GetCellValue(sheet, cb)
		if err != nil {
			return err
		}
		if err := f.SetCellStr(sheet, ca, vb); err != nil {
			return err
		}
		if err := f.SetCellStr(sheet, cb, va); err != nil {
			return err
		}
	}
	return nil
}

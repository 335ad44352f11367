package generator_test

import (
	"testing"

	"jixiao/generator/extract"
	"jixiao/generator/ooxml"
	"jixiao/generator/unit"
)

// located is a workbook of one unit as intake hands it on.
func located(b *testing.B, edits []edit) *unit.Submission {
	b.Helper()
	data := edited(b, edits)
	book, err := ooxml.ReadWorkbook(data, ooxml.DefaultLimits())
	if err != nil {
		b.Fatal(err)
	}
	return &unit.Submission{Workbooks: []unit.Workbook{{Path: ownFile, Data: data, Book: book, Layout: quirkForm().Map.Locate(book)}}}
}

// BenchmarkRecord names and types the values of one workbook: as most are, and
// with a formula in every cell that can have one, each computed again.
func BenchmarkRecord(b *testing.B) {
	formulas := []edit{
		at("H6", calc("ROUND(F6/E6,4)", "0.9772", asPercent2)),
		at("I6", calc("ROUND(MIN(1,H6)*10,2)", "9.77", asGeneral)),
		at("H28", calc("I6+SUM(H15:H27)", "99.52", asGeneral)),
		at("G28", calc("10+SUM(G15:G27)", "100", asGeneral)),
		on(reportPart, "B8", calc("SUM(B4:B7)", "63", asGeneral)),
		on(jobSheet, "D7", calc("SUM(D8:D10)", "600", asGeneral)),
		on(jobSheet, "E7", calc("SUM(E8:E10)", "670", asGeneral)),
		on(jobSheet, "F7", calc("SUM(F8:F10)", "670", asGeneral)),
		on(jobSheet, "H41", calc("I7+SUM(H14:H40)", "100", asGeneral)),
		on(jobSheet, "G41", calc("G7+SUM(G14:G40)", "100", asGeneral)),
		at("H20", calc("ROUND(G20*0.95,2)", "4.75", asGeneral)),
	}
	for _, c := range []struct {
		name  string
		edits []edit
	}{{"plain", nil}, {"formulas", formulas}} {
		b.Run(c.name, func(b *testing.B) {
			sub, specs := located(b, c.edits), quirkForm().Map.Specs()
			if n := len(extract.Record(sub, specs).Findings); n != len(cleanFindings) {
				b.Fatalf("%d findings, want those of the clean workbook", n)
			}
			b.ReportAllocs()
			for b.Loop() {
				extract.Record(sub, specs)
			}
		})
	}
}

// BenchmarkRead reads the workbook from its bytes to its record.
func BenchmarkRead(b *testing.B) {
	data, f := edited(b, nil), quirkForm()
	b.ReportAllocs()
	for b.Loop() {
		book, err := ooxml.ReadWorkbook(data, ooxml.DefaultLimits())
		if err != nil {
			b.Fatal(err)
		}
		extract.Record(&unit.Submission{Workbooks: []unit.Workbook{{Path: ownFile, Data: data, Book: book, Layout: f.Map.Locate(book)}}}, f.Map.Specs())
	}
}

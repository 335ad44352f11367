package fillin_test

import (
	"fmt"
	"testing"

	"jixiao/generator/fillin"
	"jixiao/generator/ooxml"
)

// BenchmarkLocate finds the values of the seed, a workbook of two sheets.
func BenchmarkLocate(b *testing.B) {
	m := theMap(b)
	book := read(b, file(b, "seed.xlsx"))
	b.ReportAllocs()
	for b.Loop() {
		if !m.Locate(book).Recognised() {
			b.Fatal("not recognised")
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "workbooks/s")
}

// BenchmarkLocateList finds the items of a list of 5,000 rows.
func BenchmarkLocateList(b *testing.B) {
	m := theMap(b)
	book := clone(read(b, file(b, "seed.xlsx")))
	s := &book.Sheets[0]
	insertRows(s, 16, 5000)
	var more []ooxml.Cell
	for r := 16; r < 5016; r++ {
		for col, text := range []string{"新增指标", "≥1次", "2次", "1", "0.5"} {
			more = append(more, ooxml.Cell{Ref: ooxml.Ref{Row: r, Col: 4 + col}, Kind: ooxml.TextCell, Text: fmt.Sprint(text, r)})
		}
	}
	s.Cells = append(s.Cells, more...)
	sortCells(s)
	b.ReportAllocs()
	for b.Loop() {
		if n := len(m.Locate(book).Lists[0].Items); n != 5009 {
			b.Fatalf("%d items", n)
		}
	}
}

// BenchmarkCompile compiles the form of three sheets.
func BenchmarkCompile(b *testing.B) {
	book := formOnce()
	for b.Loop() {
		if m, _ := fillin.Compile(book, nil); len(m.Specs()) == 0 {
			b.Fatal("nothing compiled")
		}
	}
}

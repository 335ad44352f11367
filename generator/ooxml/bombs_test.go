package ooxml_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/klauspost/compress/flate"

	"jixiao/generator/ooxml"
)

// spent runs f and returns the bytes that it allocated altogether, freed or not.
func spent(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// pour packs p with one more part, whose text write produces.
func pour(t *testing.T, p parts, part string, write func(io.Writer)) []byte {
	t.Helper()
	var buf bytes.Buffer
	zw := zip.NewWriter(&buf)
	zw.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, 1) })
	for name, text := range p {
		if name == part {
			continue
		}
		w, err := zw.Create(name)
		if err == nil {
			_, err = io.WriteString(w, text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	w, err := zw.Create(part)
	if err != nil {
		t.Fatal(err)
	}
	write(w)
	if err := zw.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// TestFormattedEmptiness: WPS formats a sheet to its last row when a column is
// formatted. That must cost neither memory nor the reading. (Not parallel: it
// counts what the process allocates.)
func TestFormattedEmptiness(t *testing.T) {
	if testing.Short() || raced {
		t.Skip("a million rows take seconds, and minutes under the race detector")
	}
	const head = `<worksheet ` + mainSpace + `><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row>`
	const foot = `</sheetData><mergeCells><mergeCell ref="A1:B1"/></mergeCells></worksheet>`
	var buf []byte
	tests := map[string]func(io.Writer){
		"a million rows": func(w io.Writer) {
			for row := 2; row <= ooxml.MaxRow; row++ {
				buf = fmt.Appendf(buf[:0], `<row r="%d" spans="1:9" s="1" customFormat="1" ht="14.25" customHeight="1"/>`, row)
				write(t, w, buf)
			}
		},
		"rows of three cells": func(w io.Writer) {
			for row := 2; row <= 200_000; row++ {
				buf = fmt.Appendf(buf[:0], `<row r="%[1]d"><c r="A%[1]d" s="1"/><c r="B%[1]d" s="1"></c><c r="C%[1]d" s="1"/></row>`, row)
				write(t, w, buf)
			}
		},
		"all columns": func(w io.Writer) {
			for row := 2; row <= 20; row++ {
				write(t, w, fmt.Appendf(nil, `<row r="%d">`, row))
				for col := 1; col <= ooxml.MaxCol; col++ {
					buf = fmt.Appendf(buf[:0], `<c r="%s%d" s="1"/>`, ooxml.ColumnName(col), row)
					write(t, w, buf)
				}
				write(t, w, []byte(`</row>`))
			}
		},
	}
	for name, rows := range tests {
		file := pour(t, plain(), "xl/worksheets/sheet1.xml", func(w io.Writer) {
			write(t, w, []byte(head))
			rows(w)
			write(t, w, []byte(foot))
		})
		var book *ooxml.Workbook
		var err error
		bytes := spent(func() { book, err = ooxml.ReadWorkbook(file, ooxml.Limits{}) })
		if err != nil || show(&book.Sheets[0]) != "A1 text \"甲\"\n" || len(book.Sheets[0].Merges) != 1 {
			t.Fatalf("%s: %v, %v", name, book, err)
		}
		t.Logf("%s: %d KB in the file, %d KB allocated", name, len(file)>>10, bytes>>10)
		if bytes > 2<<20 {
			t.Errorf("%s: allocated %d KB", name, bytes>>10)
		}
	}
}

func write(t testing.TB, w io.Writer, b []byte) {
	t.Helper()
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
}

// TestBombs: a small file that would inflate to much is refused at little cost.
func TestBombs(t *testing.T) {
	zeros := make([]byte, 1<<20)
	bomb := func(part string, megabytes int) []byte {
		return pour(t, plain(), part, func(w io.Writer) {
			for range megabytes {
				write(t, w, zeros)
			}
		})
	}
	texts := func(part, head, each, foot string, n int) []byte {
		return pour(t, plain(), part, func(w io.Writer) {
			write(t, w, []byte(head))
			for i := 0; i < n; i += 1000 {
				write(t, w, []byte(strings.Repeat(each, 1000)))
			}
			write(t, w, []byte(foot))
		})
	}
	lie := bomb("xl/media/image1.png", 40)
	entry := bytes.LastIndex(lie, []byte("PK\x01\x02"))
	binary.LittleEndian.PutUint32(lie[entry+24:], 100) // the directory claims 100 bytes
	for _, test := range []struct {
		name   string
		file   []byte
		limits ooxml.Limits
		code   string
	}{
		{"40 MB of zeros", bomb("xl/media/image1.png", 40), ooxml.Limits{}, ooxml.CodeTooLarge},
		{"600 MB of zeros", bomb("xl/sharedStrings.xml", 600), ooxml.Limits{}, ooxml.CodeTooLarge},
		{"40 MB of zeros, any ratio allowed", bomb("xl/sharedStrings.xml", 40), ooxml.Limits{Ratio: 1e9}, ooxml.CodeXML},
		{"40 MB that claim to be 100 bytes", lie, ooxml.Limits{}, ooxml.CodeCRC},
		{"40 MB of one text", texts("xl/sharedStrings.xml", "<sst "+mainSpace+"><si><t>", strings.Repeat("字", 100), "</t></si></sst>", 150_000), ooxml.Limits{Ratio: 1e9}, ooxml.CodeXML},
		{"a million and more strings", texts("xl/sharedStrings.xml", "<sst "+mainSpace+">", "<si/>", "</sst>", 3_000_000), ooxml.Limits{Ratio: 1e9}, ooxml.CodeTooLarge},
		{"many merges", texts("xl/worksheets/sheet1.xml", "<worksheet "+mainSpace+"><sheetData/><mergeCells>", `<mergeCell ref="A1"/>`, "</mergeCells></worksheet>", 200_000), ooxml.Limits{Ratio: 1e9}, ooxml.CodeTooLarge},
		{"many styles", texts("xl/styles.xml", "<styleSheet "+mainSpace+"><cellXfs>", `<xf/>`, "</cellXfs></styleSheet>", 100_000), ooxml.Limits{}, ooxml.CodeTooLarge},
		{"large relationships", texts("xl/_rels/workbook.xml.rels", rels()[:strings.Index(rels(), "</")], `<Relationship Id="x" Type="y" Target="z"/>`, "</Relationships>", 300_000), ooxml.Limits{}, ooxml.CodeTooLarge},
	} {
		var err error
		bytes := spent(func() { _, err = ooxml.ReadWorkbook(test.file, test.limits) })
		if d := damage(t, err); d.Code != test.code {
			t.Errorf("%s: %+v, want %s", test.name, *d, test.code)
		}
		t.Logf("%s: %d KB in the file, %d KB allocated", test.name, len(test.file)>>10, bytes>>10)
		if limit := uint64(96 << 20); bytes > limit {
			t.Errorf("%s: allocated %d MB", test.name, bytes>>20)
		}
	}
}

// TestSharedFormulaBomb: one long formula with many followers would expand to gigabytes.
func TestSharedFormulaBomb(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("A1+", 30_000) + "A1"
	rows := `<row r="1"><c r="A1"><f t="shared" si="0" ref="A1:A2000">` + long + `</f><v>1</v></c></row>` + strings.Repeat(`<row><c><f t="shared" si="0"/><v>1</v></c></row>`, 2000)
	_, err := ooxml.ReadWorkbook(data(rows).zip(t), ooxml.Limits{})
	if d := damage(t, err); d.Code != ooxml.CodeTooLarge {
		t.Error(d)
	}
}

package ooxml_test

import (
	"archive/zip"
	"bytes"
	"reflect"
	"strings"
	"testing"

	"jixiao/generator/ooxml"
)

// small keeps a fuzzer from spending its time on large inputs.
var small = ooxml.Limits{File: 1 << 20, Part: 1 << 20, Total: 4 << 20, Cells: 10_000}

// FuzzOpen: any bytes are a verified package or a *Damage; what Open and
// Workbook read, ReadWorkbook reads, and a rewritten package reads the same.
func FuzzOpen(f *testing.F) {
	seeds := 0
	for _, file := range samples(f) {
		f.Add(file)
		f.Add(file[:len(file)/2])
		seeds++
	}
	f.Add(plain().zip(f))
	if seeds < 10 {
		f.Fatalf("only %d seeds", seeds)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		direct, directErr := ooxml.ReadWorkbook(file, small)
		if directErr != nil {
			damage(t, directErr)
		}
		p, err := ooxml.Open(file, small)
		if err != nil {
			damage(t, err)
			if directErr == nil {
				t.Fatalf("ReadWorkbook reads what Open refuses: %v", err)
			}
			return
		}
		for _, name := range p.Names() {
			if _, ok := p.Part(name); !ok {
				t.Fatalf("no part %q", name)
			}
			p.Related(name)
			p.ContentType(name)
		}
		book, err := p.Workbook()
		if (err == nil) != (directErr == nil) || !reflect.DeepEqual(book, direct) {
			t.Fatalf("Workbook %v, ReadWorkbook %v", err, directErr)
		}
		out, err := p.Rewrite(nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		q, err := ooxml.Open(out, small)
		if err != nil {
			t.Fatalf("rewritten package: %v", err)
		}
		again, err := q.Workbook()
		if (err == nil) != (directErr == nil) || !reflect.DeepEqual(again, direct) {
			t.Fatalf("rewritten workbook %v, before %v", err, directErr)
		}
	})
}

// FuzzScanner: tokens cover the data without gaps, faults lie inside it, and
// encoding/xml reads the same from what the scanner takes as whole.
func FuzzScanner(f *testing.F) {
	seeds := 0
	for _, test := range scanned {
		f.Add([]byte(test.xml))
		seeds++
	}
	for _, test := range refused {
		f.Add([]byte(test.xml))
		seeds++
	}
	if seeds < 50 {
		f.Fatalf("only %d seeds", seeds)
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		at := 0
		if bytes.HasPrefix(src, []byte("\xef\xbb\xbf")) {
			at = 3
		}
		plainNames := true
		s := ooxml.NewScanner(src)
		for s.Next() {
			if s.Start != at || s.End <= s.Start || s.End > len(src) {
				t.Fatalf("token %d at %d:%d, the last ended at %d", s.Kind, s.Start, s.End, at)
			}
			at = s.End
			names := string(s.Name)
			for _, a := range s.Attrs() {
				if raw, ok := ooxml.TagAttr(src[s.Start:s.End], string(a.Name)); !ok || !bytes.Equal(raw, a.Value) {
					t.Fatalf("TagAttr(%q) = %q, %v; Attrs say %q", a.Name, raw, ok, a.Value)
				}
				names += string(a.Name)
			}
			s.Space()
			s.AppendText(nil)
			// encoding/xml knows which of the other letters may be in names, and
			// reads the declaration's version; the scanner does neither.
			plainNames = plainNames && strings.IndexFunc(names, func(r rune) bool { return r >= 0x80 }) < 0 && s.Kind != ooxml.ProcInst
		}
		if err, ok := s.Err().(*ooxml.SyntaxError); ok {
			if err.Offset < 0 || err.Offset > int64(len(src)) || err.Message == "" {
				t.Fatalf("fault %+v in %d bytes", err, len(src))
			}
			return
		}
		if at != len(src) {
			t.Fatalf("stopped at %d of %d without a fault", at, len(src))
		}
		if plainNames && bytes.ToValidUTF8(src, nil) != nil && bytes.Equal(bytes.ToValidUTF8(src, []byte("?")), src) {
			sameAsStandard(t, bytes.TrimPrefix(src, []byte("\xef\xbb\xbf")))
		}
	})
}

// FuzzSheet: any worksheet is read with its cells in order inside the sheet, or is a *Damage.
func FuzzSheet(f *testing.F) {
	seeds := 0
	for _, test := range cells {
		f.Add(`<sheetData>` + test.rows + `</sheetData>`)
		seeds++
	}
	for _, test := range badCells {
		f.Add(`<sheetData>` + test.rows + `</sheetData>`)
		seeds++
	}
	f.Add(`<cols><col min="1" max="3" hidden="1"/></cols><sheetData/><mergeCells><mergeCell ref="A1:B2"/><mergeCell ref="C1"/></mergeCells>`)
	if seeds < 40 {
		f.Fatalf("only %d seeds", seeds)
	}
	f.Fuzz(func(t *testing.T, inner string) {
		book, err := ooxml.ReadWorkbook(sheet(inner).pack(t, zip.Store), small)
		if err != nil {
			damage(t, err)
			return
		}
		s := &book.Sheets[0]
		last := ooxml.Ref{}
		for i := range s.Cells {
			c := &s.Cells[i]
			if c.Ref.Row < last.Row || c.Ref.Row == last.Row && c.Ref.Col <= last.Col || c.Ref.Row > ooxml.MaxRow || c.Ref.Col < 1 || c.Ref.Col > ooxml.MaxCol {
				t.Fatalf("%s behind %s", c.Ref, last)
			}
			if s.At(c.Ref) != c {
				t.Fatalf("At(%s) finds another cell", c.Ref)
			}
			if c.Text == "" && c.Formula == "" && c.Kind != ooxml.NoValue {
				t.Fatalf("%s says nothing", c.Ref)
			}
			last = c.Ref
		}
		for i, m := range s.Merges {
			for _, o := range s.Merges[:i] {
				if o.Contains(m.From) || m.Contains(o.From) {
					t.Fatalf("merges %s and %s overlap", o, m)
				}
			}
		}
	})
}

package ooxml_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/klauspost/compress/flate"

	"jixiao/generator/ooxml"
)

// limit is what any reader of a workbook must at least do: inflate every entry,
// check its CRC, look at every byte once. Buffers and the inflater are reused.
type limit struct {
	src   bytes.Reader
	flate io.ReadCloser
	buf   []byte
	tags  int
}

func newLimit() *limit {
	l := &limit{buf: make([]byte, 1<<20)}
	l.flate = flate.NewReader(&l.src)
	return l
}

func (l *limit) read(t testing.TB, data []byte) {
	zr, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range zr.File {
		at, err := f.DataOffset()
		if err != nil {
			t.Fatal(err)
		}
		l.src.Reset(data[at : at+int64(f.CompressedSize64)])
		if err := l.flate.(flate.Resetter).Reset(&l.src, nil); err != nil {
			t.Fatal(err)
		}
		part := l.buf[:f.UncompressedSize64]
		if _, err := io.ReadFull(l.flate, part); err != nil {
			t.Fatal(err)
		}
		if crc32.ChecksumIEEE(part) != f.CRC32 {
			t.Fatal("crc")
		}
		for _, c := range part {
			if c == '<' {
				l.tags++
			}
		}
	}
}

// BenchmarkReadWorkbook reads the seed's workbook and, in the same loop, does
// the least that any reader must do: x/limit is their ratio.
func BenchmarkReadWorkbook(b *testing.B) {
	data, err := os.ReadFile("testdata/seed.xlsx")
	if err != nil {
		b.Fatal(err)
	}
	l := newLimit()
	var ours, least []time.Duration
	b.ReportAllocs()
	for b.Loop() {
		start := time.Now()
		if _, err := ooxml.ReadWorkbook(data, ooxml.Limits{}); err != nil {
			b.Fatal(err)
		}
		middle := time.Now()
		l.read(b, data)
		ours, least = append(ours, middle.Sub(start)), append(least, time.Since(middle))
	}
	compare(b, ours, least, "workbooks/s")
}

// compare reports medians, which other work on the machine moves little.
func compare(b *testing.B, ours, least []time.Duration, unit string) {
	slices.Sort(ours)
	slices.Sort(least)
	median := ours[len(ours)/2]
	b.ReportMetric(float64(median)/float64(least[len(least)/2]), "x/limit")
	b.ReportMetric(1/median.Seconds(), unit)
}

// BenchmarkOpen verifies without reading cells.
func BenchmarkOpen(b *testing.B) {
	data, err := os.ReadFile("testdata/seed.xlsx")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ooxml.Open(data, ooxml.Limits{}); err != nil {
			b.Fatal(err)
		}
	}
}

// form is a part of the size and the texture of the seed's rendered form: 172 KB
// of WordprocessingML.
func form() []byte {
	var b bytes.Buffer
	b.WriteString(`<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>`)
	for i := 0; b.Len() < 172<<10; i++ {
		fmt.Fprintf(&b, `<w:tc><w:tcPr><w:tcW w:w="%d" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr><w:p w:rsidR="00A7%04X"><w:pPr><w:jc w:val="center"/><w:rPr><w:rFonts w:ascii="宋体" w:hAnsi="宋体" w:eastAsia="宋体"/><w:sz w:val="21"/></w:rPr></w:pPr><w:r><w:t>接待群众来信第%d件</w:t></w:r></w:p></w:tc>`, 800+i%900, i*7919%65536, i)
	}
	b.WriteString(`</w:body></w:document>`)
	return b.Bytes()
}

// BenchmarkSkeleton writes a document of which one part of 172 KB changes, and
// in the same loop does the least for it: deflate that part with a reused
// writer and copy every other entry raw with archive/zip.
func BenchmarkSkeleton(b *testing.B) {
	data, err := os.ReadFile("testdata/seed.xlsx")
	if err != nil {
		b.Fatal(err)
	}
	p, err := ooxml.Open(data, ooxml.Limits{})
	if err != nil {
		b.Fatal(err)
	}
	part := form()
	sk, err := p.Skeleton([]string{"word/document.xml"}, nil)
	if err != nil {
		b.Fatal(err)
	}
	zr, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		b.Fatal(err)
	}
	var packed, file bytes.Buffer
	fw, err := flate.NewWriter(&packed, 1)
	if err != nil {
		b.Fatal(err)
	}
	floor := func() {
		packed.Reset()
		fw.Reset(&packed)
		if _, err := fw.Write(part); err != nil {
			b.Fatal(err)
		}
		if err := fw.Close(); err != nil {
			b.Fatal(err)
		}
		file.Reset()
		zw := zip.NewWriter(&file)
		for _, f := range zr.File {
			if err := zw.Copy(f); err != nil {
				b.Fatal(err)
			}
		}
		w, err := zw.CreateRaw(&zip.FileHeader{Name: "word/document.xml", Method: zip.Deflate, CRC32: crc32.ChecksumIEEE(part), CompressedSize64: uint64(packed.Len()), UncompressedSize64: uint64(len(part))})
		if err == nil {
			_, err = w.Write(packed.Bytes())
		}
		if err != nil || zw.Close() != nil {
			b.Fatal(err)
		}
	}
	var ours, least []time.Duration
	b.ReportAllocs()
	for b.Loop() {
		start := time.Now()
		if _, err := sk.Write([][]byte{part}); err != nil {
			b.Fatal(err)
		}
		middle := time.Now()
		floor()
		ours, least = append(ours, middle.Sub(start)), append(least, time.Since(middle))
	}
	compare(b, ours, least, "docs/s")
}

// BenchmarkRewrite changes one small sheet, everything else is copied; nothing is prepared.
func BenchmarkRewrite(b *testing.B) {
	data, err := os.ReadFile("testdata/seed.xlsx")
	if err != nil {
		b.Fatal(err)
	}
	p, err := ooxml.Open(data, ooxml.Limits{})
	if err != nil {
		b.Fatal(err)
	}
	part, _ := p.Part("xl/worksheets/sheet1.xml")
	changed := map[string][]byte{"xl/worksheets/sheet1.xml": part}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Rewrite(changed, nil); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "docs/s")
}

// BenchmarkScanner runs over 172 KB of WordprocessingML.
func BenchmarkScanner(b *testing.B) {
	part := form()
	b.SetBytes(int64(len(part)))
	b.ReportAllocs()
	for b.Loop() {
		s := ooxml.NewScanner(part)
		for s.Next() {
		}
		if err := s.Err(); err != nil {
			b.Fatal(err)
		}
	}
}

package ooxml_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/flate"

	"jixiao/generator/ooxml"
)

func TestWhatIsNoWorkbook(t *testing.T) {
	t.Parallel()
	wide := func(name string) string {
		return "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 500) + strings.Join(strings.Split(name, ""), "\x00") + "\x00"
	}
	for _, test := range []struct{ data, code, says string }{
		{"", ooxml.CodeEmpty, "0 字节"},
		{strings.Repeat("\x00", 9000), ooxml.CodeEmpty, "全是零"},
		{wide("EncryptedPackage"), ooxml.CodeEncrypted, "打开密码"},
		{wide("Workbook"), ooxml.CodeLegacy, ".xls 或 .et"},
		{wide("WordDocument"), ooxml.CodeLegacy, ".doc 或 .wps"},
		{"%PDF-1.4", ooxml.CodeNotZip, "PDF 文件"},
		{"Rar!\x1a\x07", ooxml.CodeNotZip, "RAR 压缩包"},
		{"PK\x05\x06" + strings.Repeat("\x00", 18), ooxml.CodeNotZip, "不完整或分卷的压缩包"},
		{"\xef\xbb\xbf\r\n<!DOCTYPE html><html>", ooxml.CodeNotZip, "网页（HTML）"},
		{"<meta charset=gbk><TABLE>", ooxml.CodeNotZip, "网页（HTML）"},
		{"MIME-Version: 1.0\r\n", ooxml.CodeNotZip, "网页存档（MHTML）"},
		{`<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">`, ooxml.CodeNotZip, "XML 表格 2003"},
		{`<?xml version="1.0"?><x/>`, ooxml.CodeNotZip, "XML 文件"},
		{"单位,年初预算数\n", ooxml.CodeNotZip, "纯文本（如导出的 CSV）"},
		{"\xff\xfea\x00", ooxml.CodeNotZip, "纯文本（如导出的 CSV）"},
		{"hello", ooxml.CodeNotZip, "纯文本，不是 Excel"},
		{"\x01\x02\x03", ooxml.CodeNotZip, "开头已损坏"},
		{"PK\x03\x04", ooxml.CodeTruncated, "文件不完整，结尾部分缺失"},
	} {
		p, err := ooxml.Open([]byte(test.data), ooxml.Limits{})
		if d := damage(t, err); d.Code != test.code || !strings.Contains(d.Message, test.says) || p != nil {
			t.Errorf("%.40q: %+v, want %s %q", test.data, *d, test.code, test.says)
		}
	}
	file := samples(t)["seed.xlsx"]
	_, err := ooxml.Open(file[:len(file)/2], ooxml.Limits{})
	if d := damage(t, err); d.Message != "文件不完整，结尾部分缺失或损坏，可能没有传完。请用 Excel 或 WPS 打开原文件，核对内容后另存为 .xlsx 再重新报送" {
		t.Error(d.Message)
	}
	_, err = ooxml.Open(append([]byte("PK\x03\x04"), "word/document.xml"...), ooxml.Limits{})
	if d := damage(t, err); !strings.Contains(d.Message, ".docx") {
		t.Error(d.Message)
	}
}

// entries packs names as they are given, each holding <a/>, behind valid content types.
func entries(t *testing.T, headers ...*zip.FileHeader) []byte {
	t.Helper()
	var buf bytes.Buffer
	zw := zip.NewWriter(&buf)
	w, err := zw.Create("[Content_Types].xml")
	if err == nil {
		_, err = io.WriteString(w, plain()["[Content_Types].xml"])
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range headers {
		if h.CRC32 != 0 || h.CompressedSize64 != 0 {
			if w, err = zw.CreateRaw(h); err == nil {
				_, err = io.WriteString(w, "<a/>")
			}
		} else if w, err = zw.CreateHeader(h); err == nil {
			_, err = io.WriteString(w, "<a/>")
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := zw.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func TestDirectory(t *testing.T) {
	t.Parallel()
	raw := func(h zip.FileHeader) *zip.FileHeader {
		h.Name, h.CompressedSize64 = "a.xml", 4
		if h.CRC32 == 0 {
			h.CRC32 = crc32.ChecksumIEEE([]byte("<a/>"))
		}
		if h.UncompressedSize64 == 0 {
			h.UncompressedSize64 = 4
		}
		return &h
	}
	name := func(names ...string) (hs []*zip.FileHeader) {
		for _, n := range names {
			hs = append(hs, &zip.FileHeader{Name: n})
		}
		return hs
	}
	for _, test := range []struct {
		name    string
		entries []*zip.FileHeader
		code    string
		says    string
	}{
		{"fine", name("a.xml", "b/c.xml", `d\e.xml`, "中文.xml", "[trash]/0.dat"), "", ""},
		{"raw", []*zip.FileHeader{raw(zip.FileHeader{})}, "", ""},
		{"twice", name("a.xml", "a.xml"), ooxml.CodeZip, "a.xml 重复出现"},
		{"twice in another case", name("a/b.xml", "A/B.XML"), ooxml.CodeZip, "A/B.XML 重复出现"},
		{"twice by back-slash", name("a/b.xml", `a\b.xml`), ooxml.CodeZip, "a/b.xml 重复出现"},
		{"parent", name("../a.xml"), ooxml.CodeZip, "../a.xml 名称不合规范"},
		{"parent inside", name("a/../../b.xml"), ooxml.CodeZip, "名称不合规范"},
		{"parent by back-slash", name(`..\a.xml`), ooxml.CodeZip, "名称不合规范"},
		{"absolute", name("/a.xml"), ooxml.CodeZip, "名称不合规范"},
		{"drive", name(`C:\a.xml`), ooxml.CodeZip, "名称不合规范"},
		{"dot", name("./a.xml"), ooxml.CodeZip, "名称不合规范"},
		{"double slash", name("a//b.xml"), ooxml.CodeZip, "名称不合规范"},
		{"without name", name(""), ooxml.CodeZip, "名称不合规范"},
		{"encrypted", []*zip.FileHeader{raw(zip.FileHeader{Flags: 1})}, ooxml.CodeEncrypted, "文件被加密"},
		{"method", []*zip.FileHeader{raw(zip.FileHeader{Method: 9})}, ooxml.CodeZip, "不支持的压缩方法（9）"},
		{"stored and larger", []*zip.FileHeader{raw(zip.FileHeader{UncompressedSize64: 5})}, ooxml.CodeCRC, "大小与记录不符"},
		{"wrong sum", []*zip.FileHeader{raw(zip.FileHeader{CRC32: 1})}, ooxml.CodeCRC, "a.xml 校验码不符"},
		{"no deflate", []*zip.FileHeader{raw(zip.FileHeader{Method: zip.Deflate})}, ooxml.CodeCRC, "a.xml 无法完整解压"},
		{"impossible ratio", []*zip.FileHeader{raw(zip.FileHeader{Method: zip.Deflate, UncompressedSize64: 1 << 20})}, ooxml.CodeCRC, "大小与记录不符"},
	} {
		_, err := ooxml.Open(entries(t, test.entries...), ooxml.Limits{})
		if test.code == "" {
			if err != nil {
				t.Errorf("%s: %v", test.name, err)
			}
		} else if d := damage(t, err); d.Code != test.code || !strings.Contains(d.Message, test.says) {
			t.Errorf("%s: %+v, want %s %q", test.name, *d, test.code, test.says)
		}
	}
}

// same asserts the promise of this package about a file that may have been
// damaged: it reads as the same workbook, or it is a *Damage.
func same(t *testing.T, what string, file []byte, want *ooxml.Workbook) (read bool) {
	t.Helper()
	got, err := ooxml.ReadWorkbook(file, ooxml.Limits{})
	if err != nil {
		damage(t, err)
		return false
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s: read as another workbook", what)
	}
	return true
}

func TestDamageMatrix(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"seed.xlsx", "project-a2.xlsx", "varied-libreoffice.xlsx"} {
		file := samples(t)[name]
		want, err := ooxml.ReadWorkbook(file, ooxml.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		rnd := rand.New(rand.NewPCG(1, uint64(len(file))))
		zr, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
		if err != nil {
			t.Fatal(err)
		}
		// Cut at the boundaries of parts, and anywhere: a whole file is never read.
		cuts := []int{0, 1, 4, len(file) - 1, len(file) - 22, bytes.Index(file, []byte("PK\x01\x02"))}
		for _, f := range zr.File {
			at, err := f.DataOffset()
			if err != nil {
				t.Fatal(err)
			}
			cuts = append(cuts, int(at), int(at)-1, int(at)+int(f.CompressedSize64))
		}
		for range 200 {
			cuts = append(cuts, rnd.IntN(len(file)))
		}
		for _, n := range cuts {
			if same(t, fmt.Sprintf("%s cut at %d", name, n), file[:n], want) {
				t.Errorf("%s cut at %d of %d: read", name, n, len(file))
			}
		}
		// Flip bytes: most must be noticed, none may change the reading.
		noticed := 0
		for range 500 {
			bad := bytes.Clone(file)
			at := rnd.IntN(len(bad))
			bad[at] ^= byte(1 + rnd.IntN(255))
			if !same(t, fmt.Sprintf("%s with byte %d changed from %x to %x", name, at, file[at], bad[at]), bad, want) {
				noticed++
			}
		}
		if noticed < 350 {
			t.Errorf("%s: only %d of 500 flipped bytes noticed", name, noticed)
		}
		// Runs of zeros, as a failed disk or transfer leaves them.
		for range 100 {
			bad := bytes.Clone(file)
			at := rnd.IntN(len(bad))
			clear(bad[at:min(len(bad), at+1+rnd.IntN(600))])
			same(t, fmt.Sprintf("%s with zeros at %d", name, at), bad, want)
		}
		for i, f := range zr.File {
			bad := bytes.Clone(file)
			wrongCRC(t, bad, i)
			if same(t, name+" with a wrong CRC of "+f.Name, bad, want) {
				t.Errorf("%s: wrong CRC of %s not noticed", name, f.Name)
			}
		}
		missing(t, name, unzip(t, file), want)
		cutInside(t, name, unzip(t, file), want, rnd)
	}
}

// wrongCRC changes the sum of the i-th entry in the directory.
func wrongCRC(t *testing.T, file []byte, i int) {
	t.Helper()
	at := 0
	for range i + 1 {
		n := bytes.Index(file[at:], []byte("PK\x01\x02"))
		if n < 0 {
			t.Fatal("no directory")
		}
		at += n + 4
	}
	sum := file[at+12:]
	binary.LittleEndian.PutUint32(sum, binary.LittleEndian.Uint32(sum)+1)
}

// missing leaves out one part after the other.
func missing(t *testing.T, name string, p parts, want *ooxml.Workbook) {
	t.Helper()
	for part := range p {
		expected := *want
		if part == "docProps/core.xml" {
			expected.Modified = time.Time{} // it said when; the cells are the same without it
		}
		read := same(t, name+" without "+part, p.with(part, "-").zip(t), &expected)
		if needed := !strings.HasPrefix(part, "docProps/") && !strings.Contains(part, "theme"); read == needed {
			t.Errorf("%s without %s: read %v", name, part, read)
		}
	}
}

// cutInside cuts the parts themselves, with right CRCs: what excelize reads as a shorter sheet.
func cutInside(t *testing.T, name string, p parts, want *ooxml.Workbook, rnd *rand.Rand) {
	t.Helper()
	for part, text := range p {
		for range 20 {
			n := rnd.IntN(len(text) - 1)
			if strings.TrimSpace(text[n:]) == "" {
				continue // only the line end behind the last tag is cut
			}
			if same(t, fmt.Sprintf("%s with %s cut at %d", name, part, n), p.with(part, text[:n]).zip(t), want) {
				t.Errorf("%s with %s cut at %d: read", name, part, n)
			}
		}
	}
}

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
	if testing.Short() {
		t.Skip("a million rows take seconds")
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

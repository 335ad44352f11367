package intake

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"jixiao/generator/ooxml"
)

// utf16le is a text as Excel exports “Unicode 文本”.
func utf16le(s string) []byte {
	out := []byte("\xff\xfe")
	for _, u := range utf16.Encode([]rune(s)) {
		out = binary.LittleEndian.AppendUint16(out, u)
	}
	return out
}

// lockedOld is the old workbook with the record that a password leaves behind the
// beginning of its stream.
func lockedOld(t testing.TB) []byte {
	t.Helper()
	data := read(t, "testdata/saved-as.xls")
	begin := []byte{0x09, 0x08, 0x10, 0, 0, 6, 5, 0} // of a workbook of Excel 97
	at := bytes.Index(data, begin)
	if at < 0 {
		t.Fatal("no workbook in it")
	}
	binary.LittleEndian.PutUint16(data[at+20:], recordPassword)
	return data
}

const table = "单位名称,年初预算数\n青岚区水务局,12.50\n"

// kinds are files of every kind, under the name of a workbook, and what is said of
// them. The fuzz target begins with them.
func kinds(t testing.TB) []struct {
	name string
	data []byte
	want string
} {
	html := "<html><head><meta charset=\"%\"></head><body><table><tr><td>单位名称</td></tr></table></body></html>"
	const save = "，不是 Excel 工作簿。请用 Excel 或 WPS 打开后另存为 .xlsx 再重新报送"
	const legacy = "文件实际是旧版表格（.xls 或 .et），无法读取。请用 Excel 或 WPS 打开后另存为 .xlsx 再重新报送"
	book := read(t, library)
	return []struct {
		name string
		data []byte
		want string
	}{
		{"a CSV in UTF-8", []byte(table), "文件实际是纯文本（如导出的 CSV）" + save},
		{"a CSV in UTF-8 with its mark", []byte("\xef\xbb\xbf" + table), "文件实际是纯文本（如导出的 CSV）" + save},
		{"a CSV in GBK", []byte(gbk(t, table)), "文件实际是纯文本（如导出的 CSV）" + save},
		{"a text in UTF-16", utf16le(strings.ReplaceAll(table, ",", "\t")), "文件实际是纯文本（如导出的 CSV）" + save},
		{"a page in UTF-8", []byte(strings.Replace(html, "%", "utf-8", 1)), "文件实际是网页（HTML）" + save},
		{"a page in GBK", []byte(gbk(t, strings.Replace(html, "%", "gb2312", 1))), "文件实际是网页（HTML）" + save},
		{"a table without a page", []byte("\r\n<TABLE border=1><TR><TD>1</TD></TR></TABLE>"), "文件实际是网页（HTML）" + save},
		{"a page that Excel saved", []byte(`<html xmlns:x="urn:schemas-microsoft-com:office:excel"><table>`), "文件实际是网页（HTML）" + save},
		{"an archive of a page", []byte("MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n"), "文件实际是网页存档（MHTML）" + save},
		{"a table of XML", []byte(`<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>`), "文件实际是 XML 表格 2003" + save},
		{"a PDF", []byte("%PDF-1.7\n"), "文件实际是 PDF 文件" + save},
		{"nothing", nil, "文件是空的（0 字节），可能没有传完。请重新报送"},
		{"zeros", make([]byte, 4096), "文件内容全是零，保存或传送时出了错。请重新报送"},
		{"an old workbook", read(t, "testdata/saved-as.xls"), legacy},
		{"an old workbook cut off", read(t, "testdata/saved-as.xls")[:7000], "文件是旧版表格（.xls 或 .et），内容不完整或已损坏，可能没有传完。请用 Excel 或 WPS 打开原文件，核对内容后另存为 .xlsx 再重新报送"},
		{"an old workbook with a password", lockedOld(t), "文件是设有打开密码的旧版表格（.xls 或 .et），无法读取。请取消密码，另存为 .xlsx 后重新报送"},
		{"a workbook with a password", read(t, "testdata/locked-by-office.xlsx"), "文件设有打开密码，无法读取。请取消密码（文件－信息－保护工作簿－用密码进行加密，清空密码）后重新报送"},
		{"an archive", pack(t, member{name: "a.xlsx", data: book}), "文件实际是压缩包，里面装着工作簿。请解压后逐个报送"},
		{"a document of Word", pack(t, member{name: "[Content_Types].xml", data: []byte(`<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`)},
			member{name: "_rels/.rels", data: []byte(`<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="a" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`)},
			member{name: "word/document.xml", data: []byte("<a/>")}), "文件实际是 Word 文档，不是 Excel 工作簿。请报送填好的 .xlsx 工作簿"},
		{"an OpenDocument", pack(t, member{name: "mimetype", data: []byte("application/vnd.oasis.opendocument.spreadsheet")}, member{name: "content.xml", data: []byte("<a/>")}), "文件实际是 OpenDocument 格式（.ods 或 .odt）。请用 Excel 或 WPS 打开后另存为 .xlsx 再重新报送"},
		{"a workbook cut off", book[:len(book)/2], "文件不完整，结尾部分缺失或损坏，可能没有传完。请用 Excel 或 WPS 打开原文件，核对内容后另存为 .xlsx 再重新报送"},
		{"a workbook", book, ""},
	}
}

// TestContentDecides: what a file is, its content tells, whichever of the names of
// workbooks it has.
func TestContentDecides(t *testing.T) {
	t.Parallel()
	f := builtin(t)
	for _, c := range kinds(t) {
		for _, ext := range []string{".xlsx", ".xls", ".et", ".csv", ".xlsm"} {
			file := "图书馆" + ext
			want := []string(nil)
			if c.want != "" {
				want = []string{"error R-CM-08 " + file + ": " + c.want}
			}
			sub := one(t, file, c.data, Options{Map: f.Map})
			if got := told(sub); !slices.Equal(got, want) {
				t.Errorf("%s as %s: %q\nwant %q", c.name, ext, got, want)
			}
			if w := sub.Workbooks[0]; w.SHA256 != hashOf(c.data) || (w.Book == nil) != (c.want != "") {
				t.Errorf("%s as %s: book %v, hash %s", c.name, ext, w.Book != nil, w.SHA256)
			}
		}
	}
}

// TestPackedOtherwise: archives that are no zip come back with the reason, in an
// archive too.
func TestPackedOtherwise(t *testing.T) {
	t.Parallel()
	f := builtin(t)
	rar := []byte("Rar!\x1a\x07\x00")
	dir := inbox(t, map[string][]byte{
		"青岚区水务局.rar": rar, "批.zip": pack(t, member{name: "青岚区图书馆.rar", data: rar, flags: 0x800}),
	})
	subs := take(t, dir, Options{Map: f.Map, Roster: roster})
	for unit, want := range map[string]string{
		"青岚区水务局": "error R-CM-08 青岚区水务局.rar: 文件是 RAR 或 7z 压缩包，本程序只解 zip 压缩包。请解压后把工作簿逐个报送，或改用 zip 压缩",
		"青岚区图书馆": "error R-CM-08 批.zip/青岚区图书馆.rar: 压缩包里还套着压缩包，没有读取。请解压后把工作簿逐个报送",
	} {
		if sub := subs[unit]; sub == nil || !slices.Equal(told(sub), []string{want}) {
			t.Errorf("%s: %v", unit, sub)
		}
	}
}

// FuzzLoad: whatever comes in is a workbook that the verified reader reads, or a
// finding, and telling what a file without a known name is never stops the run.
func FuzzLoad(f *testing.F) {
	seeds := 0
	for _, c := range kinds(f) {
		if c.name != "a workbook with a password" { // a tenth of a second each
			f.Add(c.data)
			seeds++
		}
	}
	if seeds < 20 {
		f.Fatalf("only %d seeds", seeds)
	}
	made := read(f, library)
	want, err := ooxml.ReadWorkbook(made, ooxml.Limits{})
	if err != nil {
		f.Fatal(err)
	}
	opt := Options{Converter: &converter{made: made}, Limits: ooxml.Limits{File: 1 << 20, Part: 1 << 20, Total: 2 << 20, Cells: 10_000}}
	name := filepath.Join(f.TempDir(), "x") // a worker has one input at a time
	f.Fuzz(func(t *testing.T, data []byte) {
		if wideName(data, "EncryptedPackage") {
			return // a mutation may ask for five million hashes
		}
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := recognise(name, "x", bounds(opt.Limits)); err != nil {
			t.Fatal(err)
		}
		c, err := (&File{Path: name, Name: "x"}).load(t.Context(), opt)
		if err != nil {
			t.Fatal(err)
		}
		var d *ooxml.Damage
		switch {
		case c.book == nil:
			if !errors.As(c.damage, &d) || d.Message == "" || d.Code == "" {
				t.Fatalf("no book, and damage %v", c.damage)
			}
		case c.damage != nil:
			t.Fatalf("a book and %v", c.damage)
		case compound(data) && len(c.book.Sheets) != len(want.Sheets):
			t.Fatal("not what was converted")
		}
	})
}

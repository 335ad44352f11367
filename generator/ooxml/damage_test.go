package ooxml_test

import (
	"archive/zip"
	"bytes"
	"hash/crc32"
	"io"
	"strings"
	"testing"

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

// TestTwoNames: an entry whose name differs between the directory and its data, and
// the heads that have to be told from what only looks like one.
func TestTwoNames(t *testing.T) {
	t.Parallel()
	long := append([]byte{0xff, 0xff, 44, 0}, bytes.Repeat([]byte("PK\x03\x04"), 11)...) // an extra field full of what heads begin with
	file := entries(t, &zip.FileHeader{Name: "a/b.xml"}, &zip.FileHeader{Name: "b/c.xml", Extra: long}, &zip.FileHeader{Name: "d.xml", Extra: append([]byte{0xff, 0xff, 0x60, 0xea}, make([]byte, 60_000)...)})
	if _, err := ooxml.Open(file, ooxml.Limits{}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a/b.xml", "b/c.xml", "d.xml"} {
		for place, at := range map[string]int{"data": bytes.Index(file, []byte(name)), "directory": bytes.LastIndex(file, []byte(name))} {
			bad := bytes.Clone(file)
			bad[at] = 'x'
			_, err := ooxml.Open(bad, ooxml.Limits{})
			if d := damage(t, err); d.Code != ooxml.CodeZip || !strings.Contains(d.Message, " 在文件里有两个不同的名称") {
				t.Errorf("%s renamed at its %s: %+v", name, place, *d)
			}
		}
	}
}

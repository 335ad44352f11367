package ooxml

import (
	"bytes"
	"strconv"
	"unicode/utf8"
)

// Limits bound what a package may cost before it is believed. A field that is
// zero or less means its default.
type Limits struct {
	File    int64 // bytes of the file
	Entries int   // entries in the zip
	Part    int64 // bytes of one part, inflated
	Total   int64 // bytes of all parts together, inflated
	Ratio   int64 // inflated to deflated size, judged only above ratioFrom
	Depth   int   // nesting of XML elements; more than 256 counts as 256
	Cells   int   // cells with a value or a formula, in one workbook
}

// Parts below this size are never judged by their ratio: an honest styles.xml
// of a few hundred KB deflates 100:1 (POI refuses such files; we do not).
const ratioFrom = 8 << 20

// DefaultLimits are far above what official forms need, and far below what
// would trouble a small machine.
func DefaultLimits() Limits { return LimitsFor(64 << 20) }

// LimitsFor are the limits for workbooks of up to so many bytes, more than 0. What
// may be inside grows with the file; what tells a bomb from a workbook does not.
func LimitsFor(file int64) Limits {
	return Limits{
		File:    file,
		Entries: 4096,
		Part:    8 * file,
		Total:   16 * file,
		Ratio:   400,
		Depth:   depthCap,
		Cells:   int(file >> 8),
	}
}

// orDefaults fills in what the caller left open.
func (l Limits) orDefaults() Limits {
	d := DefaultLimits()
	pick := func(n *int64, def int64) {
		if *n <= 0 {
			*n = def
		}
	}
	pick(&l.File, d.File)
	pick(&l.Part, d.Part)
	pick(&l.Total, d.Total)
	pick(&l.Ratio, d.Ratio)
	if l.Entries <= 0 {
		l.Entries = d.Entries
	}
	if l.Depth <= 0 || l.Depth > depthCap {
		l.Depth = depthCap
	}
	if l.Cells <= 0 {
		l.Cells = d.Cells
	}
	return l
}

// Codes of Damage.
const (
	CodeEmpty     = "empty"       // no bytes, or nothing but zeros
	CodeEncrypted = "encrypted"   // needs a password to open
	CodeLegacy    = "legacy"      // .xls, .et, .doc, .xlsb, .ods: an office file of another format
	CodeNotZip    = "not-zip"     // HTML, CSV, PDF … under the name of a workbook
	CodeTruncated = "truncated"   // the end of the file is missing
	CodeTooLarge  = "too-large"   // beyond the limits
	CodeZip       = "bad-zip"     // names, offsets or methods that no office program writes
	CodeCRC       = "crc"         // a part differs from its checksum
	CodeXML       = "bad-xml"     // a part is not well-formed
	CodeMissing   = "missing"     // a part that is referred to is not there
	CodeKind      = "wrong-kind"  // a whole package, but not of the kind asked for
	CodeContent   = "bad-content" // well-formed, but references lead nowhere or contradict each other
)

// Damage says why a file cannot be read and what to do about it. Nothing of a
// damaged file is believed.
type Damage struct {
	Code    string // one of the Code constants, stable
	Part    string // the part it is about: xl/worksheets/sheet1.xml; "" for the whole file
	Message string // in Chinese: what is wrong, where, and what to do
}

func (d *Damage) Error() string { return d.Message }

const (
	resave    = "请用 Excel 或 WPS 打开原文件，核对内容后另存为 .xlsx 再重新报送"
	resaveDoc = "请用 Word 或 WPS 打开原文件，核对内容后另存为 .docx 再使用"
)

// advice is what to do about a damaged package, by what it seems to hold.
func advice(data []byte) string {
	if bytes.Contains(data, []byte("word/document.xml")) {
		return resaveDoc
	}
	return resave
}

// sniff explains a file that does not begin like a zip. It returns nil for one that does.
func sniff(data []byte, limit int64) *Damage {
	if int64(len(data)) > limit {
		return &Damage{Code: CodeTooLarge, Message: "文件有 " + megabytes(int64(len(data))) + "，超过 " + megabytes(limit) + " 的上限。请删去大图片和多余的工作表后重新报送"}
	}
	if bytes.HasPrefix(data, []byte("PK\x03\x04")) {
		return nil
	}
	if len(data) == 0 {
		return &Damage{Code: CodeEmpty, Message: "文件是空的（0 字节），可能没有传完。请重新报送"}
	}
	if len(bytes.Trim(data, "\x00")) == 0 {
		return &Damage{Code: CodeEmpty, Message: "文件内容全是零，保存或传送时出了错。请重新报送"}
	}
	if bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0")) {
		return sniffCompound(data)
	}
	const end = "，不是 Excel 工作簿。请用 Excel 或 WPS 打开后另存为 .xlsx 再重新报送"
	return &Damage{Code: CodeNotZip, Message: "文件实际是" + looksLike(data) + end}
}

// sniffCompound explains an OLE compound file: what Office wrote before 2007,
// what WPS still writes as .et, and the wrapper of a workbook with a password.
func sniffCompound(data []byte) *Damage {
	has := func(name string) bool {
		var wide []byte
		for _, c := range []byte(name) {
			wide = append(wide, c, 0)
		}
		return bytes.Contains(data, wide)
	}
	switch {
	case has("EncryptedPackage"), has("EncryptionInfo"):
		return &Damage{Code: CodeEncrypted, Message: "文件设有打开密码，无法读取。请取消密码（文件－信息－保护工作簿－用密码进行加密，清空密码）后重新报送"}
	case has("WordDocument"):
		return &Damage{Code: CodeLegacy, Message: "文件实际是旧版 Word 文档（.doc 或 .wps），无法读取。请用 Word 或 WPS 打开后另存为 .docx"}
	}
	return &Damage{Code: CodeLegacy, Message: "文件实际是旧版表格（.xls 或 .et），无法读取。请用 Excel 或 WPS 打开后另存为 .xlsx 再重新报送"}
}

// looksLike names, for a message, what a file seems to be.
func looksLike(data []byte) string {
	for _, m := range []struct{ magic, name string }{
		{"%PDF", " PDF 文件"}, {"Rar!", " RAR 压缩包"}, {"7z\xbc\xaf", " 7z 压缩包"}, {"\x1f\x8b", " gzip 压缩包"},
		{"{\\rtf", " RTF 文档"}, {"\x89PNG", " PNG 图片"}, {"\xff\xd8\xff", " JPEG 图片"}, {"PK", "不完整或分卷的压缩包"},
	} {
		if bytes.HasPrefix(data, []byte(m.magic)) {
			return m.name
		}
	}
	head := data[:min(len(data), 4096)]
	if bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff")) {
		return "纯文本（如导出的 CSV）"
	}
	start := bytes.ToLower(bytes.TrimLeft(bytes.TrimPrefix(head, []byte(utf8BOM)), " \t\r\n"))
	switch {
	case bytes.Contains(start, []byte("urn:schemas-microsoft-com:office:spreadsheet")):
		return " XML 表格 2003"
	case bytes.HasPrefix(start, []byte("<!doctype html")), bytes.Contains(start, []byte("<html")), bytes.Contains(start, []byte("<table")):
		return "网页（HTML）"
	case bytes.HasPrefix(start, []byte("mime-version:")):
		return "网页存档（MHTML）"
	case bytes.HasPrefix(start, []byte("<?xml")):
		return " XML 文件"
	}
	for _, c := range head {
		if c < 0x20 && c != '\t' && c != '\r' && c != '\n' && c != '\f' {
			return "不认识的格式，或者开头已损坏"
		}
	}
	if bytes.ContainsAny(head, ",\t;") {
		return "纯文本（如导出的 CSV）"
	}
	return "纯文本"
}

// megabytes prints a size for a message.
func megabytes(n int64) string {
	if n < 1<<20 {
		return strconv.FormatInt((n+1023)>>10, 10) + " KB"
	}
	return strconv.FormatInt(n>>20, 10) + " MB"
}

// shown cuts a text from a file down to what a message can carry.
func shown(text string) string {
	const most = 40
	n := 0
	for i := range text {
		if n++; n > most {
			text = text[:i] + "…"
			break
		}
	}
	if !utf8.ValidString(text) {
		return string(bytes.ToValidUTF8([]byte(text), []byte("?")))
	}
	return text
}

// Package ooxml reads and writes the zip of XML parts that a .xlsx or .docx file is.
//
// What comes in is the bytes of a file that anybody may have sent; what goes
// out is a [Package] that was verified to its end, a [Workbook] of cells, or
// the bytes of a new file. What is not whole is a [Damage], with a message for
// the clerk who sent it, never a shorter package.
//
//	damage.go     Limits, Damage, what a file is that is no package
//	package.go    Open: zip directory, every entry inflated and checked, every XML part well-formed
//	inflate.go    deflate, CRC and size of one entry; reading large parts in windows
//	decode.go     UTF-16 and declared encodings
//	scan*.go      Scanner: the tokens of an XML part with their offsets
//	escape.go     text to XML and back
//	relations.go  content types, relationships, the main part
//	workbook.go   the types of a workbook
//	book.go       Workbook: sheets by their relationships
//	strings.go styles.go sheet.go cell.go formula.go merge.go ref.go   its pieces
//	write.go      Skeleton, Rewrite: new bytes, raw copies of what did not change
//	edit.go       adding content types and relationships
package ooxml

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
)

// Package is a verified zip of parts. It is never changed and safe for use by
// several goroutines. It refers to the data that it was opened from.
type Package struct {
	entries []*entry          // in the order of the file, without folders
	byName  map[string]*entry // by lower-case name: part names differ in more than case
	types   contentTypes
	limits  Limits
	advice  string
}

// Open verifies a package whole: limits, names, the CRC of every entry, and
// every XML part well-formed to its last tag. The error is always a *Damage.
// The data must not change while the package is in use.
func Open(data []byte, l Limits) (*Package, error) {
	p, d := open(data, l)
	if d == nil {
		d = p.scanRest()
	}
	if d != nil {
		return nil, d
	}
	return p, nil
}

// open does all of Open but scanRest.
func open(data []byte, l Limits) (*Package, *Damage) {
	l = l.orDefaults()
	if d := sniff(data, l.File); d != nil {
		return nil, d
	}
	p := &Package{limits: l, advice: advice(data)}
	if d := p.directory(data); d != nil {
		return nil, d
	}
	if d := p.unpack(); d != nil {
		return nil, d
	}
	return p, nil
}

// damaged makes a Damage about a part of this package.
func (p *Package) damaged(code, part, format string, args ...any) *Damage {
	where := "文件损坏："
	if part != "" {
		where = "文件损坏：其中的 " + shown(part) + " "
	}
	return &Damage{Code: code, Part: part, Message: where + fmt.Sprintf(format, args...) + "。" + p.advice}
}

// directory reads the zip's directory and finds the bytes of every entry.
func (p *Package) directory(data []byte) *Damage {
	// Counted before archive/zip makes something of each of them.
	if n := bytes.Count(data, []byte("PK\x01\x02")); n > p.limits.Entries {
		return p.damaged(CodeTooLarge, "", "内含 %d 个部件，超过 %d 个的上限", n, p.limits.Entries)
	}
	zr, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return &Damage{Code: CodeTruncated, Message: "文件不完整，结尾部分缺失或损坏，可能没有传完。" + p.advice}
	}
	p.entries = make([]*entry, 0, len(zr.File))
	p.byName = make(map[string]*entry, len(zr.File))
	all := make([]entry, len(zr.File))
	var total int64
	for i, f := range zr.File {
		name := strings.ReplaceAll(f.Name, `\`, "/")
		if f.Flags&1 != 0 {
			return &Damage{Code: CodeEncrypted, Part: name, Message: "文件被加密，无法读取。请取消密码后重新报送"}
		}
		if strings.HasSuffix(name, "/") && f.UncompressedSize64 == 0 {
			continue
		}
		if !properName(name) {
			return p.damaged(CodeZip, name, "名称不合规范")
		}
		if f.Method != stored && f.Method != deflated {
			return p.damaged(CodeZip, name, "用了不支持的压缩方法（%d）", f.Method)
		}
		if f.UncompressedSize64 > uint64(p.limits.Part) {
			return p.damaged(CodeTooLarge, name, "解开后超过 %s 的上限", megabytes(p.limits.Part))
		}
		size := int64(f.UncompressedSize64)
		if total += size; total > p.limits.Total {
			return p.damaged(CodeTooLarge, "", "解开后超过 %s 的上限", megabytes(p.limits.Total))
		}
		if size > ratioFrom && size/p.limits.Ratio > int64(f.CompressedSize64) {
			return p.damaged(CodeTooLarge, name, "解开后是压缩时的 %d 倍以上，疑似恶意文件", p.limits.Ratio)
		}
		at, err := f.DataOffset()
		if err != nil || at < 0 || at > int64(len(data)) || f.CompressedSize64 > uint64(int64(len(data))-at) {
			return p.damaged(CodeTruncated, name, "的数据缺失")
		}
		if !NamedAlike(data[:at], f.Name) {
			return p.damaged(CodeZip, name, "在文件里有两个不同的名称")
		}
		raw := data[at : at+int64(f.CompressedSize64)]
		// Deflate cannot do better than 1032:1; a larger claim is false and would only cost memory.
		if f.Method == stored && size != int64(len(raw)) || size > 1032*int64(len(raw))+1032 {
			return p.damaged(CodeCRC, name, "大小与记录不符")
		}
		key := strings.ToLower(name)
		if p.byName[key] != nil {
			return p.damaged(CodeZip, name, "重复出现")
		}
		e := &all[i]
		*e = entry{name: name, method: f.Method, crc: f.CRC32, size: size, raw: raw}
		p.byName[key] = e
		p.entries = append(p.entries, e)
	}
	return nil
}

// NamedAlike reports whether an entry of a zip has the same name in the
// directory and in the head before its data, which before ends with. No checksum
// covers either of them, so one changed byte could otherwise hide a part.
func NamedAlike(before []byte, name string) bool {
	const head, most = 30, 1<<16 - 1 // bytes of a head without name and extra field, of an extra field
	before = before[max(0, len(before)-head-len(name)-most):]
	for end := len(before) - head - len(name) + 4; end >= 4; {
		at := bytes.LastIndex(before[:end], []byte("PK\x03\x04"))
		if at < 0 {
			return false
		}
		named, extra := int(binary.LittleEndian.Uint16(before[at+26:])), int(binary.LittleEndian.Uint16(before[at+28:]))
		if at+head+named+extra == len(before) {
			return named == len(name) && string(before[at+head:at+head+named]) == name
		}
		end = at + 3 // it was part of the extra field
	}
	return false
}

// properName refuses names that lead out of the package or that two programs
// would take for different parts.
func properName(name string) bool {
	return name != "" && path.Clean(name) == name && !path.IsAbs(name) &&
		name != "." && name != ".." && !strings.HasPrefix(name, "../") && !strings.ContainsAny(name, "\x00:")
}

// unpack reads every entry to its end, checks its CRC and keeps it when it is
// XML and small.
func (p *Package) unpack() *Damage {
	types := p.byName["[content_types].xml"]
	if types == nil {
		return p.explain()
	}
	inf := inflaters.Get().(*inflater)
	defer inf.release()
	var kept int64
	for _, e := range p.entries {
		if e.xml = isXML(e.name); e.xml && e.size <= keepPart && e.method == deflated {
			kept += e.size
		}
		if e.size > tablePart && (e == types || strings.EqualFold(path.Ext(e.name), ".rels")) {
			return p.damaged(CodeTooLarge, e.name, "过大")
		}
	}
	arena := make([]byte, 0, min(kept, keepTotal))
	if d := p.keep(inf, types, &arena); d != nil {
		return d
	}
	if d := p.readTypes(types); d != nil {
		return d
	}
	for _, e := range p.entries {
		if e == types {
			continue
		}
		e.xml = e.xml || p.types.isXML(e.name)
		if d := p.keep(inf, e, &arena); d != nil {
			return d
		}
	}
	return nil
}

// keep reads one entry to its end. The text of a small part is cut from the arena.
func (p *Package) keep(inf *inflater, e *entry, arena *[]byte) *Damage {
	at := len(*arena)
	room := int64(cap(*arena) - at)
	switch {
	case !e.xml:
		return p.broken(e, inf.drain(e))
	case e.size > keepPart || e.method == deflated && e.size > room:
		return nil // scanRest reads it, or the reader of a sheet
	case e.method == stored:
		e.text = e.raw
		if err := inf.drain(e); err != nil {
			return p.broken(e, err)
		}
	default:
		*arena = (*arena)[:at+int(e.size)]
		e.text = (*arena)[at:len(*arena):len(*arena)]
		if err := inf.fill(e, e.text); err != nil {
			return p.broken(e, err)
		}
	}
	return p.decode(e)
}

// decode brings a part that is held in memory into UTF-8.
func (p *Package) decode(e *entry) *Damage {
	if big, ok := isUTF16(e.text); ok {
		if e.text, ok = fromUTF16(e.text, big); !ok {
			return p.damaged(CodeXML, e.name, "不是完整的 UTF-16 文字")
		}
		return nil
	}
	if at := invalidUTF8(e.text); at >= 0 {
		return p.malformed(e, &SyntaxError{Offset: int64(at), Message: notUTF8})
	}
	if fault := encodingFault(e.text, false); fault != nil {
		return p.malformed(e, fault)
	}
	return nil
}

// scanRest checks that every XML part is well-formed to its last tag, but for
// those that were read so already.
func (p *Package) scanRest() *Damage {
	for _, e := range p.entries {
		if !e.xml || e.scanned {
			continue
		}
		if d := p.scan(e, func(*Scanner) *Damage { return nil }); d != nil {
			return d
		}
		e.scanned = true
	}
	return nil
}

// scan calls read with a scanner over the part, whatever its size, and scans
// what read leaves over, so that the part is well-formed when scan returns nil.
func (p *Package) scan(e *entry, read func(*Scanner) *Damage) *Damage {
	inf := inflaters.Get().(*inflater)
	defer inf.release()
	s := &inf.scan
	var source *counted
	if e.text != nil {
		s.reset(e.text, nil)
	} else {
		source = inf.counted(e)
		s.reset(inf.scratch()[:0], source)
	}
	s.maxDepth = p.limits.Depth
	d := read(s)
	for d == nil && s.Next() {
	}
	// A part that is broken explains everything that read may have found.
	switch {
	case source != nil && source.err != nil:
		return p.broken(e, source.err)
	case s.err != nil:
		return p.malformed(e, s.err)
	}
	return d
}

// isXML tells by its name whether a part must be XML. Drawings in VML are not
// checked: Office itself wrote them with HTML's unclosed <br>.
func isXML(name string) bool {
	ext := path.Ext(name)
	return strings.EqualFold(ext, ".xml") || strings.EqualFold(ext, ".rels")
}

// broken turns what an inflater found into a Damage; nil stays nil.
func (p *Package) broken(e *entry, err error) *Damage {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errCRC):
		return p.damaged(CodeCRC, e.name, "校验码不符，内容已被破坏")
	}
	return p.damaged(CodeCRC, e.name, "无法完整解压，内容已被破坏")
}

func (p *Package) malformed(e *entry, fault *SyntaxError) *Damage {
	return p.damaged(CodeXML, e.name, "%s", fault.Error())
}

// explain says what a zip is that has no content types.
func (p *Package) explain() *Damage {
	switch {
	case p.byName["mimetype"] != nil && p.byName["content.xml"] != nil:
		return &Damage{Code: CodeLegacy, Message: "文件实际是 OpenDocument 格式（.ods 或 .odt）。请用 Excel 或 WPS 打开后另存为 .xlsx 再重新报送"}
	case slices.ContainsFunc(p.entries, func(e *entry) bool {
		return strings.HasSuffix(strings.ToLower(e.name), ".xlsx") || strings.HasSuffix(strings.ToLower(e.name), ".xls")
	}):
		return &Damage{Code: CodeKind, Message: "文件实际是压缩包，里面装着工作簿。请解压后逐个报送"}
	}
	return p.damaged(CodeKind, "", "缺少 [Content_Types].xml，不是 Excel 或 Word 文件")
}

// Names returns the names of all parts in the order of the file.
func (p *Package) Names() []string {
	names := make([]string, len(p.entries))
	for i, e := range p.entries {
		names[i] = e.name
	}
	return names
}

// Part returns the inflated bytes of a part, whose name counts in any case.
// XML in UTF-16 is handed out as UTF-8. Parts of more than 2 MB are inflated at
// every call. The bytes must not be changed.
func (p *Package) Part(name string) ([]byte, bool) {
	e := p.entry(name)
	if e == nil {
		return nil, false
	}
	if e.text != nil {
		return e.text, true
	}
	text, err := e.inflate()
	// Open has inflated the same bytes with success, so there is no error here.
	return text, err == nil
}

// entry finds a part by a name as relationships spell it.
func (p *Package) entry(name string) *entry {
	if e := p.byName[name]; e != nil {
		return e
	}
	return p.byName[strings.ToLower(name)]
}

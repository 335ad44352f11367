package intake

import (
	"bytes"
	"encoding/binary"

	"jixiao/generator/ooxml"
)

// A workbook of before 2007 has no checksums, and LibreOffice reads one that is cut
// off as a shorter one without a word. So before it is converted its structure is
// held to its end: every sector that is in use is there, and the records of the
// workbook follow each other without a gap, sheet by sheet, to the last.

// Special numbers of sectors.
const (
	sectorFree = 0xFFFFFFFF
	sectorLast = 0xFFFFFFFA // the highest that is a sector
)

// Records of a workbook that its structure hangs on.
const (
	recordBegin    = 0x0809 // of a sheet, or of what stands before them
	recordEnd      = 0x000A
	recordSheet    = 0x0085 // where a sheet begins
	recordPassword = 0x002F
)

// inspect says why an old workbook must not be converted; nil when it is whole.
func inspect(data []byte) *ooxml.Damage {
	c := &compoundFile{data: data}
	if c.open() {
		if stream, ok := c.workbook(); ok {
			switch whole, locked := records(stream); {
			case locked:
				return &ooxml.Damage{Code: ooxml.CodeEncrypted, Message: "文件是设有打开密码的旧版表格（.xls 或 .et），无法读取。请取消密码，另存为 .xlsx 后重新报送"}
			case whole:
				return nil
			}
		}
	}
	return oldAndBroken()
}

func oldAndBroken() *ooxml.Damage {
	return &ooxml.Damage{Code: ooxml.CodeTruncated, Message: "文件是旧版表格（.xls 或 .et），内容不完整或已损坏，可能没有传完。请用 Excel 或 WPS 打开原文件，核对内容后另存为 .xlsx 再重新报送"}
}

// compoundFile is the file system in a file that holds an old workbook.
type compoundFile struct {
	data   []byte
	size   int      // of a sector
	next   []uint32 // the sector that follows each one
	cutoff uint32   // streams below this size lie in small sectors
}

func (c *compoundFile) number(at int) uint32 { return binary.LittleEndian.Uint32(c.data[at:]) }

// sector returns the bytes of a sector; nil when it is not there.
func (c *compoundFile) sector(n uint32) []byte {
	if from := (int64(n) + 1) * int64(c.size); n <= sectorLast && from+int64(c.size) <= int64(len(c.data)) {
		return c.data[from : from+int64(c.size)]
	}
	return nil
}

// open reads which sectors are in use and checks that all of them are there.
func (c *compoundFile) open() bool {
	if len(c.data) < 512 || c.data[30] != 9 && c.data[30] != 12 || c.data[31] != 0 {
		return false
	}
	c.size, c.cutoff = 1<<c.data[30], c.number(56)
	var tables []uint32
	for at := 76; at < 512; at += 4 {
		tables = append(tables, c.number(at))
	}
	more := c.number(68)
	for left := c.number(72); left > 0 && more <= sectorLast; left-- {
		s := c.sector(more)
		if s == nil || len(tables) > len(c.data)/4 {
			return false
		}
		for at := 0; at < c.size-4; at += 4 {
			tables = append(tables, binary.LittleEndian.Uint32(s[at:]))
		}
		more = binary.LittleEndian.Uint32(s[c.size-4:])
	}
	for _, t := range tables {
		if t == sectorFree {
			continue
		}
		s := c.sector(t)
		if s == nil || len(c.next) > len(c.data) {
			return false
		}
		for at := 0; at < c.size; at += 4 {
			n := binary.LittleEndian.Uint32(s[at:])
			if n != sectorFree && c.sector(uint32(len(c.next))) == nil {
				return false
			}
			c.next = append(c.next, n)
		}
	}
	return len(c.next) > 0
}

// chain joins the sectors that follow each other from one; ok is false when they
// lead out of the file or in a circle.
func (c *compoundFile) chain(from uint32) (out []byte, ok bool) {
	for n := from; n <= sectorLast; n = c.next[n] {
		s := c.sector(n)
		if s == nil || int64(n) >= int64(len(c.next)) || len(out) > len(c.data) {
			return nil, false
		}
		out = append(out, s...)
	}
	return out, true
}

// workbook returns the stream that the workbook is in.
func (c *compoundFile) workbook() ([]byte, bool) {
	directory, ok := c.chain(c.number(48))
	if !ok {
		return nil, false
	}
	const line = 128
	entry := func(match func(e []byte) bool) []byte {
		for at := 0; at+line <= len(directory); at += line {
			if e := directory[at : at+line]; match(e) {
				return e
			}
		}
		return nil
	}
	named := func(name string) []byte {
		var wide []byte
		for _, r := range name + "\x00" {
			wide = append(wide, byte(r), 0)
		}
		return entry(func(e []byte) bool { return e[66] == 2 && bytes.HasPrefix(e, wide) })
	}
	e := named("Workbook")
	if e == nil {
		e = named("Book")
	}
	if e == nil {
		return nil, false
	}
	from, size := binary.LittleEndian.Uint32(e[116:]), binary.LittleEndian.Uint32(e[120:])
	if size >= c.cutoff {
		stream, ok := c.chain(from)
		return cut(stream, size, ok)
	}
	// A small stream lies in sectors of 64 bytes of the root's stream.
	root := entry(func(e []byte) bool { return e[66] == 5 })
	if root == nil {
		return nil, false
	}
	small, ok1 := c.chain(binary.LittleEndian.Uint32(root[116:]))
	table, ok2 := c.chain(c.number(60))
	if !ok1 || !ok2 {
		return nil, false
	}
	var stream []byte
	for n := int64(from); n <= sectorLast; n = int64(binary.LittleEndian.Uint32(table[4*n:])) {
		if 64*n+64 > int64(len(small)) || 4*n+4 > int64(len(table)) || len(stream) > len(small) {
			return nil, false
		}
		stream = append(stream, small[64*n:64*n+64]...)
	}
	return cut(stream, size, true)
}

func cut(stream []byte, size uint32, ok bool) ([]byte, bool) {
	if !ok || int64(size) > int64(len(stream)) {
		return nil, false
	}
	return stream[:size], true
}

// records walks over the records of a workbook. It is whole when every part that
// begins ends, every sheet that is listed begins where the list says, and nothing
// but zeros follows. locked says that it needs a password.
func records(stream []byte) (whole, locked bool) {
	begins := map[uint32]bool{}
	var sheets []uint32
	depth := 0
	for at := 0; at < len(stream); {
		if depth == 0 && len(begins) > 0 && len(bytes.Trim(stream[at:], "\x00")) == 0 {
			break
		}
		if at+4 > len(stream) {
			return false, locked
		}
		kind, size := binary.LittleEndian.Uint16(stream[at:]), int(binary.LittleEndian.Uint16(stream[at+2:]))
		if at+4+size > len(stream) || depth == 0 && kind != recordBegin {
			return false, locked
		}
		body := stream[at+4 : at+4+size]
		switch kind {
		case recordBegin:
			if depth == 0 {
				begins[uint32(at)] = true
			}
			depth++ // charts stand inside their sheets
		case recordEnd:
			depth--
		case recordSheet:
			if size < 4 {
				return false, locked
			}
			sheets = append(sheets, binary.LittleEndian.Uint32(body))
		case recordPassword:
			locked = true
		}
		at += 4 + size
	}
	for _, s := range sheets {
		if !begins[s] {
			return false, locked
		}
	}
	return depth == 0 && len(sheets) > 0, locked
}

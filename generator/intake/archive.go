package intake

import (
	"archive/zip"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/klauspost/compress/flate"
	"golang.org/x/text/encoding/simplifiedchinese"

	"jixiao/generator/ooxml"
)

// archived is where one workbook lies in a zip archive. It is taken from the
// archive's directory once, so that reading an entry does not read the whole
// directory again.
type archived struct {
	offset, compressed, size int64
	method                   uint16
	crc                      uint32
}

// directoryCap is how much of a file is read to learn what an archive holds: a
// hundred times what the directory of a season's workbooks takes.
const directoryCap = 16 << 20

// An entry above ratioFrom that inflates more than Limits.Ratio times is a bomb.
// Workbooks are compressed already and hardly shrink.
const ratioFrom = 8 << 20

const unpackAdvice = "请解压后把工作簿逐个报送"

// isArchive reports whether a file is meant to be a zip archive, by its name.
func isArchive(name string) bool { return strings.EqualFold(path.Ext(name), ".zip") }

// unpack lists the workbooks of a zip archive, one level deep, as 包.zip/内部路径.
// others are its entries that are no workbooks, or the archive itself when it
// holds none. What is wrong with the archive, or with one entry of it, is told
// when that file is read: it is a finding of its sender. The error is trouble
// with the machine.
func unpack(file, name string, limits ooxml.Limits) (files []File, others []string, err error) {
	alone := []File{{Path: file, Name: name}}
	r, err := openRegular(file)
	switch {
	case withheld(err):
		return alone, nil, nil // it is told when the file is read
	case err != nil:
		return nil, nil, fmt.Errorf("打开压缩包 %s：%w", name, err)
	}
	defer r.Close() // it was only read
	info, err := r.Stat()
	if err != nil {
		return nil, nil, fmt.Errorf("打开压缩包 %s：%w", name, err)
	}
	broken := func(code, format string, args ...any) ([]File, []string, error) {
		alone[0].trouble = &ooxml.Damage{Code: code, Message: fmt.Sprintf(format, args...)}
		return alone, nil, nil
	}
	head := make([]byte, 4)
	if n, err := r.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, nil, fmt.Errorf("读取压缩包 %s：%w", name, err)
	} else if h := string(head[:n]); h != "PK\x03\x04" && h != "PK\x05\x06" {
		return alone, nil, nil // the reading of workbooks knows what else a file can be
	}
	metered := &meter{r: r, left: directoryCap}
	zr, err := zip.NewReader(metered, info.Size())
	switch {
	case errors.Is(err, errMeter) || err == nil && len(zr.File) > limits.Entries:
		return broken(ooxml.CodeTooLarge, "压缩包里的文件太多，超过 %d 个的上限。%s", limits.Entries, unpackAdvice)
	case metered.err != nil:
		return nil, nil, fmt.Errorf("读取压缩包 %s：%w", name, metered.err)
	case err != nil && !errors.Is(err, zip.ErrInsecurePath): // entryName makes every path secure
		return broken(ooxml.CodeTruncated, "压缩包不完整，结尾部分缺失或损坏，可能没有传完。请重新压缩后报送，或直接报送工作簿")
	}
	metered.left = info.Size() * 2 // the heads of the entries are still to be read
	var total uint64
	for _, e := range zr.File {
		inner := entryName(e)
		if alike, err := namedAlike(r, e); err != nil {
			return nil, nil, fmt.Errorf("读取压缩包 %s：%w", name, err)
		} else if !alike {
			return broken(ooxml.CodeZip, "压缩包损坏：同一个文件在压缩包里有两个不同的名称。请重新压缩后报送，或直接报送工作簿")
		}
		switch {
		case inner == "[Content_Types].xml", inner == "mimetype":
			return alone, nil, nil // a workbook under another name
		case strings.HasSuffix(e.Name, "/"), strings.HasSuffix(e.Name, `\`), inner == "", hasJunk(inner):
			continue
		case !spreadsheet(inner) && !isPacked(inner):
			others = append(others, name+"/"+inner)
			continue
		}
		if total += e.UncompressedSize64; e.UncompressedSize64 > uint64(limits.Total) || total > uint64(limits.Total) {
			return broken(ooxml.CodeTooLarge, "压缩包里的工作簿解开后超过 %d MB 的上限。%s", limits.Total>>20, unpackAdvice)
		}
		f := File{Path: file, Name: name + "/" + inner}
		f.entry, f.trouble = locateEntry(e, info.Size(), limits)
		files = append(files, f)
	}
	if len(files) == 0 {
		return nil, []string{name}, nil
	}
	return files, others, nil
}

// namedAlike reports whether an entry has the same name in the directory and
// before its data. An entry whose data cannot be found is left to locateEntry.
func namedAlike(r io.ReaderAt, e *zip.File) (bool, error) {
	at, err := e.DataOffset()
	if err != nil {
		return true, nil
	}
	const extra = 256 // what programs write there at most, mostly nothing
	for n := int64(30 + len(e.Name) + extra); ; n += 1 << 16 {
		before := make([]byte, min(n, at))
		if _, err := r.ReadAt(before, at-int64(len(before))); errors.Is(err, io.EOF) {
			return true, nil
		} else if err != nil {
			return false, err
		}
		if ooxml.NamedAlike(before, e.Name) {
			return true, nil
		}
		if n > extra+1<<16 || int64(len(before)) == at {
			return false, nil
		}
	}
}

// locateEntry finds the data of one entry, or says why it cannot be read.
func locateEntry(e *zip.File, size int64, limits ooxml.Limits) (*archived, *ooxml.Damage) {
	bad := func(code, format string, args ...any) (*archived, *ooxml.Damage) {
		return nil, &ooxml.Damage{Code: code, Message: fmt.Sprintf(format, args...)}
	}
	switch {
	case e.Flags&1 != 0:
		return bad(ooxml.CodeEncrypted, "压缩包设有密码，里面的这个文件无法读取。%s，或压缩时不要设密码", unpackAdvice)
	case isPacked(e.Name):
		return bad(ooxml.CodeKind, "压缩包里还套着压缩包，没有读取。%s", unpackAdvice)
	case e.Method != zip.Store && e.Method != zip.Deflate:
		return bad(ooxml.CodeZip, "压缩包里的这个文件用了不支持的压缩方法（%d）。%s", e.Method, unpackAdvice)
	case e.UncompressedSize64 > uint64(limits.File):
		return bad(ooxml.CodeTooLarge, "压缩包里的这个文件解开后超过 %d MB 的上限。请删去大图片和多余的工作表后重新报送", limits.File>>20)
	case e.UncompressedSize64 > ratioFrom && e.UncompressedSize64/uint64(limits.Ratio) > e.CompressedSize64:
		return bad(ooxml.CodeTooLarge, "压缩包里的这个文件解开后是压缩时的 %d 倍以上，疑似恶意文件。%s", limits.Ratio, unpackAdvice)
	}
	at, err := e.DataOffset()
	// Deflate cannot do better than 1032:1; a larger claim is false and would only cost memory.
	if err != nil || at < 0 || at > size || e.CompressedSize64 > uint64(size-at) || e.UncompressedSize64 > 1032*e.CompressedSize64+1032 {
		return bad(ooxml.CodeTruncated, "压缩包里这个文件的数据缺失或损坏。请重新压缩后报送，或直接报送工作簿")
	}
	return &archived{at, int64(e.CompressedSize64), int64(e.UncompressedSize64), e.Method, e.CRC32}, nil
}

// read inflates the entry and checks its size and CRC. The error is a *Damage
// or trouble with the machine.
func (a *archived) read(file string) ([]byte, error) {
	r, err := openRegular(file)
	if err != nil {
		return nil, err
	}
	defer r.Close() // it was only read
	var in io.Reader = io.NewSectionReader(r, a.offset, a.compressed)
	if a.method == zip.Deflate {
		in = flate.NewReader(in)
	}
	data := make([]byte, a.size+1)
	n, err := io.ReadFull(in, data)
	if !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) || int64(n) != a.size || crc32.ChecksumIEEE(data[:n]) != a.crc {
		var disk *os.PathError
		if errors.As(err, &disk) {
			return nil, err
		}
		return nil, &ooxml.Damage{Code: ooxml.CodeCRC, Message: "压缩包里的这个文件校验码不符，内容已被破坏。请重新压缩后报送，或直接报送工作簿"}
	}
	return data[:n:n], nil
}

// entryName is the path of an entry, with slashes, that leads nowhere else.
func entryName(e *zip.File) string {
	name := strings.ReplaceAll(decodeName(e), `\`, "/")
	return strings.TrimPrefix(path.Clean("/"+name), "/")
}

// decodeName decodes the name of an entry. Bit 11 of the flags says UTF-8, and so
// does Info-ZIP's extra field. Without them Windows writes GBK and some programs
// write UTF-8 all the same: bytes that are valid UTF-8 with a character beyond
// U+07FF in them are no GBK by any likelihood.
func decodeName(e *zip.File) string {
	if e.Flags&0x800 != 0 && utf8.ValidString(e.Name) {
		return e.Name
	}
	if name, ok := unicodeName(e); ok {
		return name
	}
	ascii := strings.IndexFunc(e.Name, func(r rune) bool { return r >= utf8.RuneSelf }) < 0
	if ascii || utf8.ValidString(e.Name) && strings.IndexFunc(e.Name, func(r rune) bool { return r > 0x7ff }) >= 0 {
		return e.Name
	}
	name, err := simplifiedchinese.GB18030.NewDecoder().String(e.Name)
	if err != nil {
		return strings.ToValidUTF8(e.Name, "_")
	}
	return name
}

// unicodeName reads Info-ZIP's extra field 0x7075, which holds good for the name
// whose CRC it carries.
func unicodeName(e *zip.File) (string, bool) {
	for x := e.Extra; len(x) >= 4; {
		id, n := binary.LittleEndian.Uint16(x), int(binary.LittleEndian.Uint16(x[2:]))
		if x = x[4:]; n > len(x) {
			break
		}
		if f := x[:n]; id == 0x7075 && n > 5 && f[0] == 1 && binary.LittleEndian.Uint32(f[1:]) == crc32.ChecksumIEEE([]byte(e.Name)) && utf8.Valid(f[5:]) {
			return string(f[5:]), true
		}
		x = x[n:]
	}
	return "", false
}

// hasJunk reports whether a part of a path is junk.
func hasJunk(name string) bool {
	for part := range strings.SplitSeq(name, "/") {
		if junk(part) {
			return true
		}
	}
	return false
}

var errMeter = errors.New("more was read than the directory of an archive may take")

// meter reads no more than left bytes, and remembers trouble with the disk, which
// archive/zip would report as a broken archive.
type meter struct {
	r    io.ReaderAt
	left int64
	err  error
}

func (m *meter) ReadAt(p []byte, off int64) (int, error) {
	if m.left -= int64(len(p)); m.left < 0 {
		return 0, errMeter
	}
	n, err := m.r.ReadAt(p, off)
	if err != nil && !errors.Is(err, io.EOF) {
		m.err = err
	}
	return n, err
}

// bounds are the limits that intake itself applies, none of them left open.
func bounds(l ooxml.Limits) ooxml.Limits {
	d := ooxml.DefaultLimits()
	l.File, l.Total, l.Ratio = cmp.Or(max(l.File, 0), d.File), cmp.Or(max(l.Total, 0), d.Total), cmp.Or(max(l.Ratio, 0), d.Ratio)
	l.Entries = cmp.Or(max(l.Entries, 0), d.Entries)
	return l
}

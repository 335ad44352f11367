package intake

import (
	"archive/zip"
	"errors"
	"hash/crc32"
	"io"

	"github.com/klauspost/compress/flate"

	"jixiao/generator/ooxml"
)

// Junk reports whether a file or folder of this name is one that Office, WPS, file
// managers and transfer programs leave behind, which is nobody's workbook.
func Junk(name string) bool { return junk(name) }

// Whole reports whether a file is all there, as far as its own structure tells: a
// zip package (a workbook, or an archive of workbooks) down to the checksum of every
// entry, a compound file (.xls, protected workbooks) to its last sector. A file
// that is neither has no end by which to know it, and is never whole. What is
// whole may still be refused when it is read. The error is trouble with the
// machine, or fs.ErrPermission.
func Whole(name string, limits ooxml.Limits) (bool, error) {
	limits = bounds(limits)
	r, err := openRegular(name)
	if err != nil {
		return false, err
	}
	defer r.Close() // it was only read
	info, err := r.Stat()
	if err != nil {
		return false, err
	}
	head := make([]byte, 8)
	if n, err := r.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return false, err
	} else if n < len(head) {
		return false, nil
	}
	m := &meter{r: r, left: 1 << 62}
	switch {
	case info.Size() > limits.File && !isArchive(name):
		return true, nil // reading will say that it is too large
	case compound(head):
		data, err := readWhole(name, limits.File, func(int64) *ooxml.Damage { return closed() })
		var d *ooxml.Damage
		if errors.As(err, &d) {
			return true, nil
		}
		return err == nil && (&compoundFile{data: data}).open(), err
	case string(head[:4]) == "PK\x03\x04" || string(head[:4]) == "PK\x05\x06":
		whole := wholeZip(m, info.Size(), limits)
		return whole && m.err == nil, m.err
	}
	return false, nil
}

// wholeZip reads a zip package to its end, and nothing into memory. What is beyond
// the limits is left to whoever reads it.
func wholeZip(r *meter, size int64, limits ooxml.Limits) bool {
	zr, err := zip.NewReader(r, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return false
	}
	left := limits.Total
	for _, e := range zr.File {
		at, err := e.DataOffset()
		if err != nil || at > size || e.CompressedSize64 > uint64(size-at) {
			return false
		}
		var in io.Reader = io.NewSectionReader(r, at, int64(e.CompressedSize64))
		switch e.Method {
		case zip.Deflate:
			in = flate.NewReader(in)
		case zip.Store:
		default:
			continue
		}
		if e.Flags&1 != 0 {
			continue // encrypted: its checksum is of something else
		}
		sum := crc32.NewIEEE()
		n, err := io.Copy(sum, io.LimitReader(in, left))
		if left -= n; left <= 0 {
			return true
		}
		if err != nil || uint64(n) != e.UncompressedSize64 || sum.Sum32() != e.CRC32 {
			return false
		}
	}
	return true
}

// CodeRefused is the damage of a file that Refuse made.
const CodeRefused = "refused"

// Refuse is a file that is answered without being read, for the reason given.
func Refuse(path, name, reason string) File {
	return File{Path: path, Name: name, trouble: &ooxml.Damage{Code: CodeRefused, Message: reason}}
}

// Within is a file at another place below the inbox than its own name says.
func (f File) Within(name string) File {
	f.Name = name
	return f
}

// Workbook reports whether a single file is meant to be a workbook or an archive
// of workbooks, by its name or else by its content, as Scan decides in a folder.
func Workbook(name string) (bool, error) {
	if spreadsheet(name) || isArchive(name) {
		return true, nil
	}
	is, err := recognise(name, name, bounds(ooxml.Limits{}))
	return is == bookKind || is == packedKind || is == archiveKind, err
}

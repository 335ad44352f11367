package ooxml

import (
	"bytes"
	"errors"
	"hash/crc32"
	"io"
	"sync"

	"github.com/klauspost/compress/flate"
)

// entry is one file in the zip. Its fields never change once the package is handed out.
type entry struct {
	name    string // with slashes
	method  uint16 // stored or deflated
	crc     uint32
	size    int64  // inflated, as the directory says and as was counted
	raw     []byte // as it lies in the file
	xml     bool
	scanned bool   // found well-formed to its last tag
	text    []byte // inflated and, for XML, in UTF-8; nil when it was too large to be kept
}

const (
	stored   = 0
	deflated = 8
)

// Parts up to keepPart bytes, keepTotal together, are inflated once and kept;
// larger ones are read in windows and inflated again when they are asked for.
// So a sheet of a million formatted rows costs time, not memory.
const (
	keepPart  = 2 << 20
	keepTotal = 16 << 20
	window    = 64 << 10
	tokenCap  = 4 << 20 // bytes of one tag or text in a part that is read in windows
)

const tooLong = "一个标签或一段文字过长"

// inflater is a reusable deflate reader over bytes.
type inflater struct {
	src   bytes.Reader
	flate io.ReadCloser
	buf   []byte // scratch for what is read but not kept
	scan  Scanner
}

var inflaters = sync.Pool{New: func() any {
	inf := &inflater{}
	inf.flate = flate.NewReader(&inf.src)
	return inf
}}

// release gives the inflater back, without what it was used on.
func (inf *inflater) release() {
	inf.src.Reset(nil)
	inf.scan.reset(nil, nil)
	inflaters.Put(inf)
}

// reader returns a reader of the entry's inflated bytes, valid until the next call.
func (inf *inflater) reader(e *entry) io.Reader {
	inf.src.Reset(e.raw)
	if e.method == stored {
		return &inf.src
	}
	if err := inf.flate.(flate.Resetter).Reset(&inf.src, nil); err != nil {
		inf.flate = flate.NewReader(&inf.src)
	}
	return inf.flate
}

var (
	errSize = errors.New("size differs from the directory")
	errCRC  = errors.New("checksum differs from the directory")
)

// fill inflates e into dst, which has the size that the directory declares.
func (inf *inflater) fill(e *entry, dst []byte) error {
	r := inf.reader(e)
	if _, err := io.ReadFull(r, dst); err != nil {
		return errSize
	}
	var one [1]byte
	if n, err := io.ReadFull(r, one[:]); n != 0 || err != io.EOF {
		return errSize
	}
	if crc32.ChecksumIEEE(dst) != e.crc {
		return errCRC
	}
	return nil
}

// counted reads an entry, holds it to its declared size and checks the CRC at its end.
type counted struct {
	r    io.Reader
	left int64
	sum  uint32
	want uint32
	err  error // what was wrong with the entry, nil at an honest end
}

func (inf *inflater) counted(e *entry) *counted {
	return &counted{r: inf.reader(e), left: e.size, want: e.crc}
}

// Read ends with io.EOF only when the entry was whole.
func (c *counted) Read(p []byte) (int, error) {
	if c.err != nil {
		return 0, c.err
	}
	n, err := c.r.Read(p)
	c.sum = crc32.Update(c.sum, crc32.IEEETable, p[:n])
	if c.left -= int64(n); c.left < 0 {
		c.err = errSize
		return 0, c.err
	}
	switch {
	case err == nil:
		return n, nil
	case err != io.EOF || c.left != 0:
		c.err = errSize
	case c.sum != c.want:
		c.err = errCRC
	default:
		return n, io.EOF
	}
	return 0, c.err
}

// drain reads an entry to its end for its size and CRC alone.
func (inf *inflater) drain(e *entry) error {
	if e.method == stored {
		switch {
		case int64(len(e.raw)) != e.size:
			return errSize
		case crc32.ChecksumIEEE(e.raw) != e.crc:
			return errCRC
		}
		return nil
	}
	c := inf.counted(e)
	buf := inf.scratch()
	for {
		if _, err := c.Read(buf); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

func (inf *inflater) scratch() []byte {
	if len(inf.buf) == 0 {
		inf.buf = make([]byte, window)
	}
	return inf.buf
}

// inflate returns the whole entry, which Open has verified.
func (e *entry) inflate() ([]byte, error) {
	inf := inflaters.Get().(*inflater)
	defer inf.release()
	dst := make([]byte, e.size)
	if err := inf.fill(e, dst); err != nil {
		return nil, err
	}
	return dst, nil
}

// refill drops what was scanned and reads on. It makes the window larger when
// one token fills it.
func (s *Scanner) refill() {
	tail := s.data[s.pos:]
	buf := s.data[:cap(s.data)]
	switch {
	case len(tail) > tokenCap:
		s.fail(s.pos, tooLong)
		return
	case cap(buf) == 0:
		buf = make([]byte, window)
	case len(tail) > cap(buf)/2:
		buf = make([]byte, 2*cap(buf))
	}
	n := copy(buf, tail)
	s.valid -= s.pos
	s.shift += int64(s.pos)
	s.pos = 0
	for n < len(buf) {
		m, err := s.more.Read(buf[n:])
		n += m
		if err != nil {
			// A fault of the entry is reported by its reader; here the data just ends.
			s.more = nil
			break
		}
	}
	s.data = buf[:n]
	s.checkUTF8()
	if s.shift == 0 && !s.rooted {
		s.prolog()
	}
}

// prolog steps over a byte order mark and looks at the declared encoding.
func (s *Scanner) prolog() {
	if bytes.HasPrefix(s.data, []byte(utf8BOM)) {
		s.pos = len(utf8BOM)
	}
	if fault := encodingFault(s.data, true); fault != nil {
		s.fail(int(fault.Offset), fault.Message)
	}
}

// checkUTF8 checks what refill read, but for a character that the window cuts.
func (s *Scanner) checkUTF8() {
	end := len(s.data)
	if s.more != nil {
		end = lastRune(s.data, s.valid)
	}
	if at := invalidUTF8(s.data[s.valid:end]); at >= 0 {
		s.fail(s.valid+at, notUTF8)
	}
	s.valid = end
}

package ooxml

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/klauspost/compress/flate"
)

// Part is a named part to be written.
type Part struct {
	Name string
	Data []byte
}

// Skeleton is a package of which the same parts change with every document. The
// bytes of all other parts are laid out once. Safe for use by several goroutines.
type Skeleton struct {
	slots []slot
	names map[string]bool // lower-case names of all parts
	size  int             // of the parts that stay
	count int             // of the parts that change
}

// slot is one part of the file to be written.
type slot struct {
	name    string
	changed int    // index into the parts given to Write, -1 when the part stays
	local   []byte // for one that stays: local header and data
	central []byte // … and its line in the directory, the offset still to be set
}

// Every entry carries the same time, the earliest that zip knows, so that the
// same parts give the same bytes.
const (
	dosTime = 0
	dosDate = 1<<5 | 1 // 1980-01-01
)

const (
	localHeader   = 30
	centralHeader = 46
	offsetAt      = 42 // of the offset in a line of the directory
	zip32         = 1<<32 - 1
)

// Skeleton prepares a package of which the parts named in changed are given
// anew with every document; names that the package lacks are added. The parts
// named in removed are left out.
//
// The file begins with [Content_Types].xml and _rels/.rels, as office programs
// write it; the other parts follow in their order, new ones behind them in the
// order of changed.
func (p *Package) Skeleton(changed, removed []string) (*Skeleton, error) {
	sk := &Skeleton{names: map[string]bool{}, count: len(changed)}
	index := map[string]int{}
	for i, name := range changed {
		key := strings.ToLower(name)
		if _, twice := index[key]; twice {
			return nil, fmt.Errorf("部件 %s 重复", name)
		}
		index[key] = i
	}
	drop := map[string]bool{}
	for _, name := range removed {
		drop[strings.ToLower(name)] = true
	}
	for _, e := range p.entries {
		key := strings.ToLower(e.name)
		if drop[key] {
			continue
		}
		sl := slot{name: e.name, changed: -1}
		if i, ok := index[key]; ok {
			sl.changed = i
		} else {
			sl.local, sl.central = lay(nil, e.name, e.method, e.crc, e.size, e.raw)
			sk.size += len(sl.local)
		}
		sk.names[key] = true
		sk.slots = append(sk.slots, sl)
	}
	for i, name := range changed {
		if key := strings.ToLower(name); !sk.names[key] {
			sk.names[key] = true
			sk.slots = append(sk.slots, slot{name: name, changed: i})
		}
	}
	slices.SortStableFunc(sk.slots, func(a, b slot) int { return cmp.Compare(rank(a.name), rank(b.name)) })
	return sk, nil
}

// rank brings the two parts to the front that a reader needs first.
func rank(name string) int {
	switch {
	case strings.EqualFold(name, "[Content_Types].xml"):
		return 0
	case strings.EqualFold(name, "_rels/.rels"):
		return 1
	}
	return 2
}

// Write returns the bytes of a document. parts holds the changed parts in the
// order of the names given to Skeleton; a nil one is left out of this document.
// added are further parts, written last in the order given. The same arguments
// give the same bytes.
func (sk *Skeleton) Write(parts [][]byte, added ...Part) ([]byte, error) {
	if len(parts) != sk.count {
		return nil, fmt.Errorf("应给出 %d 个部件，实际 %d 个", sk.count, len(parts))
	}
	w := writers.Get().(*writer)
	defer writers.Put(w)
	size := sk.size + 128*(len(sk.slots)+len(added)) + 64
	for _, part := range parts {
		size += len(part)/4 + 256 // what XML deflates to, or less
	}
	w.out.Reset()
	w.out.Grow(size)
	w.directory = w.directory[:0]
	w.count = 0
	for i := range sk.slots {
		sl := &sk.slots[i]
		switch {
		case sl.changed < 0:
			w.copy(sl)
		case parts[sl.changed] != nil:
			if err := w.deflate(sl.name, parts[sl.changed]); err != nil {
				return nil, err
			}
		}
	}
	for i, part := range added {
		same := func(o Part) bool { return strings.EqualFold(o.Name, part.Name) }
		if sk.names[strings.ToLower(part.Name)] || slices.ContainsFunc(added[:i], same) {
			return nil, fmt.Errorf("部件 %s 重复", part.Name)
		}
		if err := w.deflate(part.Name, part.Data); err != nil {
			return nil, err
		}
	}
	return w.finish()
}

// Rewrite returns the package with some parts changed, added (in the order of
// their names) or removed. What does not change is copied as it lies in the file.
// The same arguments give the same bytes.
func (p *Package) Rewrite(changed map[string][]byte, removed []string) ([]byte, error) {
	names := make([]string, 0, len(changed))
	for name := range changed {
		names = append(names, name)
	}
	slices.Sort(names)
	parts := make([][]byte, len(names))
	for i, name := range names {
		if parts[i] = changed[name]; parts[i] == nil {
			parts[i] = []byte{}
		}
	}
	sk, err := p.Skeleton(names, removed)
	if err != nil {
		return nil, err
	}
	return sk.Write(parts)
}

// writer puts one file together; its buffers are used again.
type writer struct {
	out       bytes.Buffer
	directory []byte
	count     int
	flate     *flate.Writer
	packed    bytes.Buffer
}

// Level 1 of klauspost/compress is five times as fast as the standard library's
// default and gives files an eighth larger.
const deflateLevel = 1

var writers = sync.Pool{New: func() any {
	w := &writer{}
	fw, err := flate.NewWriter(&w.packed, deflateLevel)
	if err != nil {
		panic(err) // only for a level out of range
	}
	w.flate = fw
	return w
}}

// copy writes a part that stays.
func (w *writer) copy(sl *slot) {
	at := w.out.Len()
	w.out.Write(sl.local)
	from := len(w.directory)
	w.directory = append(w.directory, sl.central...)
	binary.LittleEndian.PutUint32(w.directory[from+offsetAt:], uint32(at))
	w.count++
}

// deflate writes a part that was given.
func (w *writer) deflate(name string, data []byte) error {
	w.packed.Reset()
	w.flate.Reset(&w.packed)
	if _, err := w.flate.Write(data); err != nil {
		return err
	}
	if err := w.flate.Close(); err != nil {
		return err
	}
	at := w.out.Len()
	var head [localHeader + 128]byte
	local, central := lay(head[:0], name, deflated, crc32.ChecksumIEEE(data), int64(len(data)), w.packed.Bytes())
	w.out.Write(local)
	from := len(w.directory)
	w.directory = append(w.directory, central...)
	binary.LittleEndian.PutUint32(w.directory[from+offsetAt:], uint32(at))
	w.count++
	return nil
}

// finish writes the directory and returns a copy of the file.
func (w *writer) finish() ([]byte, error) {
	at := w.out.Len()
	if uint64(at) > zip32 || w.count > 0xffff {
		return nil, fmt.Errorf("文件过大：%s，%d 个部件", megabytes(int64(at)), w.count)
	}
	le := binary.LittleEndian
	end := le.AppendUint32(nil, 0x06054b50)
	end = le.AppendUint32(end, 0) // disks
	end = le.AppendUint16(end, uint16(w.count))
	end = le.AppendUint16(end, uint16(w.count))
	end = le.AppendUint32(end, uint32(len(w.directory)))
	end = le.AppendUint32(end, uint32(at))
	end = le.AppendUint16(end, 0) // comment
	file := make([]byte, 0, at+len(w.directory)+len(end))
	file = append(file, w.out.Bytes()...)
	file = append(file, w.directory...)
	return append(file, end...), nil
}

// lay appends an entry's local header and data to dst and returns its line in the directory.
func lay(dst []byte, name string, method uint16, crc uint32, size int64, data []byte) (local, central []byte) {
	flags := uint16(0)
	for i := range len(name) {
		if name[i] >= utf8.RuneSelf && utf8.ValidString(name) {
			flags = 1 << 11 // the name is UTF-8
			break
		}
	}
	le := binary.LittleEndian
	common := func(b []byte) []byte {
		b = le.AppendUint16(b, 20) // version needed
		b = le.AppendUint16(b, flags)
		b = le.AppendUint16(b, method)
		b = le.AppendUint16(b, dosTime)
		b = le.AppendUint16(b, dosDate)
		b = le.AppendUint32(b, crc)
		b = le.AppendUint32(b, uint32(len(data)))
		b = le.AppendUint32(b, uint32(size))
		b = le.AppendUint16(b, uint16(len(name)))
		return le.AppendUint16(b, 0) // extra
	}
	local = append(common(le.AppendUint32(dst, 0x04034b50)), name...)
	local = append(local, data...)
	central = make([]byte, 0, centralHeader+len(name))
	central = le.AppendUint16(le.AppendUint32(central, 0x02014b50), 20) // made by
	central = common(central)
	central = append(central, make([]byte, centralHeader-len(central))...)
	return local, append(central, name...)
}

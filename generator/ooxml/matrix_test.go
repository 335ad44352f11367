package ooxml_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/klauspost/compress/flate"

	"jixiao/generator/ooxml"
)

// sample is a workbook of the repository.
type sample struct {
	name string
	data []byte
}

// corpus returns every workbook of the repository once: samples, templates and the
// test data of all packages, in the order of their paths.
func corpus(t testing.TB) []sample {
	t.Helper()
	roots, err := filepath.Glob("../*/testdata")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[[sha256.Size]byte]bool{}
	var all []sample
	for _, root := range append(roots, "../../samples", "../../templates") {
		err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() || !strings.HasPrefix(strings.ToLower(filepath.Ext(p)), ".xls") {
				return err
			}
			data, err := os.ReadFile(p)
			if sum := sha256.Sum256(data); err == nil && !seen[sum] {
				seen[sum] = true
				all = append(all, sample{filepath.ToSlash(p), data})
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(all) < 50 {
		t.Fatalf("only %d workbooks in the repository", len(all))
	}
	return all
}

// matrix is one workbook that is damaged in every way.
type matrix struct {
	t    *testing.T
	file []byte
	want *ooxml.Workbook
	zr   *zip.Reader
	rnd  *rand.Rand
	sums tally
}

// tally counts what came of damaged workbooks.
type tally struct{ tried, noticed int }

// try asserts the promise of this package about a file that may have been
// damaged: it reads as the same workbook, or it is a *Damage.
func (m *matrix) try(what string, file []byte) (read bool) {
	m.t.Helper()
	m.sums.tried++
	got, err := ooxml.ReadWorkbook(file, ooxml.Limits{})
	if err != nil {
		m.sums.noticed++
		damage(m.t, err)
		return false
	}
	if !reflect.DeepEqual(got, m.want) {
		m.t.Errorf("%s: read as another workbook", what)
	}
	return true
}

// must is try of what can never be read.
func (m *matrix) must(code, what string, file []byte) {
	m.t.Helper()
	m.sums.tried++
	_, err := ooxml.ReadWorkbook(file, ooxml.Limits{})
	if err == nil {
		m.t.Errorf("%s: read", what)
		return
	}
	m.sums.noticed++
	if d := damage(m.t, err); code != "" && d.Code != code {
		m.t.Errorf("%s: %+v, want %s", what, *d, code)
	}
}

// TestDamageMatrix damages every workbook of the repository in every way that the
// table of the trade's accidents knows: what is read is the same, or a *Damage.
func TestDamageMatrix(t *testing.T) {
	t.Parallel()
	flips, least := 2000, 50
	var rows deflated
	if raced { // the detector makes all ten times as slow and finds its races in a few
		flips, least = 50, 3
	} else {
		rows = formattedRows(t)
	}
	var mu sync.Mutex
	var books int
	var all tally
	t.Run("of", func(t *testing.T) {
		for _, s := range corpus(t) {
			if raced && !strings.Contains(s.name, "libreoffice") {
				continue
			}
			want, err := ooxml.ReadWorkbook(s.data, ooxml.Limits{})
			if err != nil {
				continue // the samples that are damaged already; TestAgreesWithExcelize knows them
			}
			t.Run(strings.ReplaceAll(strings.TrimPrefix(s.name, "../"), "/", "·"), func(t *testing.T) {
				t.Parallel()
				zr, err := zip.NewReader(bytes.NewReader(s.data), int64(len(s.data)))
				if err != nil {
					t.Fatal(err)
				}
				m := &matrix{t: t, file: s.data, want: want, zr: zr, rnd: rand.New(rand.NewPCG(1, uint64(len(s.data))))}
				m.cuts(200)
				m.zeros(100)
				m.sumsWrong()
				m.partsMissing()
				m.partsCut(10)
				m.partsTwice()
				m.laughs()
				m.stringsOutOfRange(20)
				m.bomb()
				if strings.Contains(s.name, "/templates/") { // the bureau's own files, which nobody sends
					m.flips(flips / 4)
				} else {
					m.flips(flips)
				}
				if !raced && !strings.Contains(s.name, "/templates/") {
					m.emptiness(rows)
				}
				mu.Lock()
				defer mu.Unlock()
				books++
				all.tried, all.noticed = all.tried+m.sums.tried, all.noticed+m.sums.noticed
			})
		}
	})
	t.Logf("%d workbooks damaged in %d ways: %d times a finding, %d times the same workbook", books, all.tried, all.noticed, all.tried-all.noticed)
	if books < least || all.noticed < all.tried/2 {
		t.Errorf("%d workbooks, %d of %d noticed", books, all.noticed, all.tried)
	}
}

// cuts the file at the boundaries of its parts and anywhere: a cut file is never read.
func (m *matrix) cuts(n int) {
	file := m.file
	at := []int{0, 1, 4, len(file) - 1, len(file) - 22, bytes.Index(file, []byte("PK\x01\x02"))}
	for _, f := range m.zr.File {
		from, err := f.DataOffset()
		if err != nil {
			m.t.Fatal(err)
		}
		at = append(at, int(from), int(from)-1, int(from)+int(f.CompressedSize64))
	}
	for range n {
		at = append(at, m.rnd.IntN(len(file)))
	}
	for _, n := range at {
		m.must("", fmt.Sprintf("cut at %d of %d", n, len(file)), file[:n])
	}
}

// flips one byte at a time.
func (m *matrix) flips(n int) {
	bad := bytes.Clone(m.file)
	before := m.sums.noticed
	for range n {
		at, bits := m.rnd.IntN(len(bad)), byte(1+m.rnd.IntN(255))
		bad[at] ^= bits
		m.try(fmt.Sprintf("byte %d changed by %#x", at, bits), bad)
		bad[at] ^= bits
	}
	if noticed := m.sums.noticed - before; noticed < n*6/10 {
		m.t.Errorf("only %d of %d flipped bytes noticed", noticed, n)
	}
}

// zeros stand where a failed disk or transfer lost something.
func (m *matrix) zeros(n int) {
	for range n {
		bad := bytes.Clone(m.file)
		at := m.rnd.IntN(len(bad))
		clear(bad[at:min(len(bad), at+1+m.rnd.IntN(600))])
		m.try(fmt.Sprintf("zeros at %d", at), bad)
	}
}

// sumsWrong changes the sum of each entry in the directory.
func (m *matrix) sumsWrong() {
	at := 0
	for _, f := range m.zr.File {
		bad := bytes.Clone(m.file)
		n := bytes.Index(bad[at:], []byte("PK\x01\x02"))
		if n < 0 {
			m.t.Fatal("no directory")
		}
		at += n + 4
		sum := bad[at+12:]
		binary.LittleEndian.PutUint32(sum, binary.LittleEndian.Uint32(sum)+1)
		m.must(ooxml.CodeCRC, "wrong sum of "+f.Name, bad)
	}
}

// repack writes the file's entries again, raw, but for those that change answers
// for, and behind them what add writes.
func (m *matrix) repack(skip string, add func(*zip.Writer) error) []byte {
	m.t.Helper()
	var buf bytes.Buffer
	zw := zip.NewWriter(&buf)
	for _, f := range m.zr.File {
		if f.Name == skip {
			continue
		}
		if err := zw.Copy(f); err != nil {
			m.t.Fatal(err)
		}
	}
	if add != nil {
		if err := add(zw); err != nil {
			m.t.Fatal(err)
		}
	}
	if err := zw.Close(); err != nil {
		m.t.Fatal(err)
	}
	return buf.Bytes()
}

// instead is repack with another text of one part.
func (m *matrix) instead(part, text string) []byte {
	m.t.Helper()
	return m.repack(part, func(zw *zip.Writer) error {
		w, err := zw.Create(part)
		if err == nil {
			_, err = io.WriteString(w, text)
		}
		return err
	})
}

// text is a part of the file.
func (m *matrix) text(f *zip.File) string {
	m.t.Helper()
	r, err := f.Open()
	if err != nil {
		m.t.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		m.t.Fatal(err)
	}
	return string(text)
}

// partsMissing leaves out one part after the other.
func (m *matrix) partsMissing() {
	whole := m.want
	for _, f := range m.zr.File {
		m.want = whole
		if strings.HasPrefix(f.Name, "docProps/") {
			expected := *whole
			expected.Modified = time.Time{} // it said when; the cells are the same without it
			if !strings.HasSuffix(f.Name, "core.xml") {
				expected.Modified = whole.Modified
			}
			m.want = &expected
		}
		m.try("without "+f.Name, m.repack(f.Name, nil))
		if m.want = whole; strings.Contains(f.Name, "/worksheets/sheet") || strings.HasSuffix(f.Name, "sharedStrings.xml") {
			m.must(ooxml.CodeMissing, "without "+f.Name, m.repack(f.Name, nil))
		}
	}
}

// partsCut cuts the parts themselves, with right sums: what excelize reads as a shorter sheet.
func (m *matrix) partsCut(n int) {
	for _, f := range m.zr.File {
		text := m.text(f)
		if ext := filepath.Ext(f.Name); ext != ".xml" && ext != ".rels" {
			continue
		}
		for range n {
			at := m.rnd.IntN(len(text) - 1)
			if strings.TrimSpace(text[at:]) == "" {
				continue // only the line end behind the last tag is cut
			}
			m.must("", fmt.Sprintf("%s cut at %d", f.Name, at), m.instead(f.Name, text[:at]))
		}
	}
}

// partsTwice adds one part after the other a second time, in another case too.
func (m *matrix) partsTwice() {
	for _, f := range m.zr.File {
		if strings.HasSuffix(f.Name, "/") {
			continue
		}
		for _, name := range []string{f.Name, strings.ToUpper(f.Name)} {
			m.must(ooxml.CodeZip, name+" twice", m.repack("", func(zw *zip.Writer) error {
				_, err := zw.Create(name)
				return err
			}))
		}
	}
}

// laughs declares a billion of them in one part after the other.
func (m *matrix) laughs() {
	const declared = `<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol1 "&lol;&lol;&lol;&lol;"><!ENTITY lol2 "&lol1;&lol1;&lol1;&lol1;">]>`
	for _, f := range m.zr.File {
		text := m.text(f)
		if ext := filepath.Ext(f.Name); ext != ".xml" && ext != ".rels" {
			continue
		}
		root := regexp.MustCompile(`<[A-Za-z]`).FindStringIndex(text)
		if root == nil {
			m.t.Fatalf("%s has no root", f.Name)
		}
		m.must(ooxml.CodeXML, "laughs in "+f.Name, m.instead(f.Name, text[:root[0]]+declared+text[root[0]:]))
	}
}

var sharedCell = regexp.MustCompile(`t="s"[^>]*><v>(\d+)</v>`)

// stringsOutOfRange makes some n cells of each sheet say a string behind the last.
func (m *matrix) stringsOutOfRange(n int) {
	strs := -1
	for _, f := range m.zr.File {
		if strings.HasSuffix(f.Name, "sharedStrings.xml") {
			strs = len(regexp.MustCompile(`<si[ />]`).FindAllString(m.text(f), -1))
		}
	}
	for _, f := range m.zr.File {
		if strs < 0 || !strings.HasPrefix(f.Name, "xl/worksheets/sheet") {
			continue
		}
		text := m.text(f)
		cells := sharedCell.FindAllStringSubmatchIndex(text, -1)
		for i, at := range cells {
			if i%(1+len(cells)/n) != 0 {
				continue
			}
			index := strconv.Itoa(strs + i%3*1_000_000_000)
			m.must(ooxml.CodeContent, f.Name+" with string "+index, m.instead(f.Name, text[:at[2]]+index+text[at[3]:]))
		}
	}
}

// deflated is a text that can be joined to others without deflating it again.
type deflated struct {
	raw, text []byte
}

// deflate ends its output at a byte, so that another can follow.
func deflate(t testing.TB, text []byte) deflated {
	t.Helper()
	var buf bytes.Buffer
	w, err := flate.NewWriter(&buf, 1)
	if err == nil {
		_, err = w.Write(text)
	}
	if err == nil {
		err = w.Flush()
	}
	if err != nil {
		t.Fatal(err)
	}
	return deflated{buf.Bytes(), text}
}

// stitch writes an entry of joined texts.
func stitch(zw *zip.Writer, name string, pieces ...deflated) error {
	h := &zip.FileHeader{Name: name, Method: zip.Deflate}
	for _, p := range pieces {
		h.CRC32 = crc32.Update(h.CRC32, crc32.IEEETable, p.text)
		h.UncompressedSize64 += uint64(len(p.text))
		h.CompressedSize64 += uint64(len(p.raw))
	}
	last := []byte{1, 0, 0, 0xff, 0xff} // an empty final block
	h.CompressedSize64 += uint64(len(last))
	w, err := zw.CreateRaw(h)
	for _, p := range append(pieces, deflated{raw: last}) {
		if err == nil {
			_, err = w.Write(p.raw)
		}
	}
	return err
}

// bombed is a part of 4 GB, deflated to 4 MB.
func bombed(t testing.TB, zw *zip.Writer, name string, claimed uint64) error {
	t.Helper()
	mega := deflate(t, make([]byte, 1<<20))
	last := []byte{1, 0, 0, 0xff, 0xff}
	w, err := zw.CreateRaw(&zip.FileHeader{Name: name, Method: zip.Deflate, CRC32: 1, CompressedSize64: uint64(4096*len(mega.raw) + len(last)), UncompressedSize64: claimed})
	for range 4096 {
		if err == nil {
			_, err = w.Write(mega.raw)
		}
	}
	if err == nil {
		_, err = w.Write(last)
	}
	return err
}

// bomb adds 4 GB that say so, and 4 GB that claim to be 100 bytes.
func (m *matrix) bomb() {
	for _, c := range []struct {
		claimed uint64
		code    string
	}{{4 << 30, ooxml.CodeTooLarge}, {100, ooxml.CodeCRC}} {
		m.must(c.code, fmt.Sprintf("a bomb of %d bytes", c.claimed), m.repack("", func(zw *zip.Writer) error {
			return bombed(m.t, zw, "xl/media/image99.png", c.claimed)
		}))
	}
}

// firstFormatted is the first of the formatted empty rows.
const firstFormatted = 10_001

// formattedRows are empty rows with a format down to the last row of a sheet, and
// in that one a cell in each of the 16,384 columns.
func formattedRows(t testing.TB) deflated {
	t.Helper()
	var b []byte
	for row := firstFormatted; row < ooxml.MaxRow; row++ {
		b = append(strconv.AppendInt(append(b, `<row r="`...), int64(row), 10), `" spans="1:9" s="0" customFormat="1" ht="14.25"/>`...)
	}
	b = fmt.Appendf(b, `<row r="%d">`, ooxml.MaxRow)
	for col := 1; col <= ooxml.MaxCol; col++ {
		b = fmt.Appendf(b, `<c r="%s%d" s="0"/>`, ooxml.ColumnName(col), ooxml.MaxRow)
	}
	return deflate(t, append(b, `</row>`...))
}

// emptiness formats the first sheet down to its last row and column.
func (m *matrix) emptiness(rows deflated) {
	const end = "</sheetData>"
	i := slices.IndexFunc(m.zr.File, func(f *zip.File) bool {
		return f.Name == "xl/worksheets/sheet1.xml" && strings.Contains(m.text(f), end)
	})
	if i < 0 {
		return
	}
	text := m.text(m.zr.File[i])
	at := strings.Index(text, end)
	file := m.repack(m.zr.File[i].Name, func(zw *zip.Writer) error {
		return stitch(zw, m.zr.File[i].Name, deflate(m.t, []byte(text[:at])), rows, deflate(m.t, []byte(text[at:])))
	})
	if !m.try("formatted to its last row", file) {
		_, err := ooxml.ReadWorkbook(file, ooxml.Limits{})
		m.t.Errorf("formatted to its last row: %v", err)
	}
}

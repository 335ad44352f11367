package intake

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"jixiao/generator/ooxml"
)

// member is one entry of an archive to be made.
type member struct {
	name  string
	data  []byte
	flags uint16 // beside those that the writer sets
	extra []byte
}

// pack makes a zip archive. Names are written as they stand, without the flag for
// UTF-8 unless flags ask for it.
func pack(t testing.TB, members ...member) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, m := range members {
		h := &zip.FileHeader{Name: m.name, Method: zip.Deflate, NonUTF8: m.flags&0x800 == 0, Flags: m.flags, Extra: m.extra}
		w, err := z.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(m.data); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func gbk(t testing.TB, s string) string {
	t.Helper()
	out, err := simplifiedchinese.GBK.NewEncoder().String(s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestDecodeName(t *testing.T) {
	t.Parallel()
	raw := gbk(t, "水务局.xlsx")
	extra := binary.LittleEndian.AppendUint32([]byte{0x75, 0x70, 0, 0, 1}, crc32.ChecksumIEEE([]byte("x.xlsx")))
	extra = append(extra, "档案馆.xlsx"...)
	binary.LittleEndian.PutUint16(extra[2:], uint16(len(extra)-4))
	for _, c := range []struct {
		name string
		h    zip.FileHeader
		want string
	}{
		{"GBK", zip.FileHeader{Name: raw}, "水务局.xlsx"},
		{"UTF-8 with the flag", zip.FileHeader{Name: "水务局.xlsx", Flags: 0x800}, "水务局.xlsx"},
		{"UTF-8 without the flag", zip.FileHeader{Name: "水务局.xlsx"}, "水务局.xlsx"},
		{"the flag on GBK", zip.FileHeader{Name: raw, Flags: 0x800}, "水务局.xlsx"},
		{"GBK that happens to be valid UTF-8", zip.FileHeader{Name: gbk(t, "谩谩") + ".xlsx"}, "谩谩.xlsx"},
		{"ASCII", zip.FileHeader{Name: "a/b.xlsx"}, "a/b.xlsx"},
		{"Info-ZIP's extra field", zip.FileHeader{Name: "x.xlsx", Extra: extra}, "档案馆.xlsx"},
		{"an extra field of another name", zip.FileHeader{Name: "y.xlsx", Extra: extra}, "y.xlsx"},
		{"backslashes", zip.FileHeader{Name: gbk(t, `报送\水务局.xlsx`)}, "报送/水务局.xlsx"},
		{"a way out", zip.FileHeader{Name: "../../etc/passwd.xlsx"}, "etc/passwd.xlsx"},
		{"a way in", zip.FileHeader{Name: "/a/./b//c.xlsx"}, "a/b/c.xlsx"},
	} {
		if got := entryName(&zip.File{FileHeader: c.h}); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestArchives(t *testing.T) {
	t.Parallel()
	f := builtin(t)
	book := read(t, library)
	other := read(t, samples+"青岚区水务局2022年度自评.xlsx")
	broken := pack(t, member{name: "a.xlsx", data: book})
	flipped := bytes.Clone(broken)
	flipped[len(flipped)/2] ^= 1
	archive := pack(t,
		member{name: gbk(t, "报送/"), data: nil},
		member{name: gbk(t, "报送/图书馆.xlsx"), data: book},
		member{name: gbk(t, "报送/说明.docx"), data: []byte("x")},
		member{name: "__MACOSX/._a.xlsx", data: []byte("x")},
		member{name: "~$b.xlsx", data: []byte("x")},
		member{name: "水务局.xlsx", data: other, flags: 0x800},
		member{name: "里面.zip", data: broken, flags: 0x800},
		member{name: "锁.xlsx", data: []byte("x"), flags: 0x801},
	)
	dir := inbox(t, map[string][]byte{
		"第一批.zip":     archive,
		"照片.zip":      pack(t, member{name: "1.jpg", data: []byte("x")}),
		"断.zip":       broken[:len(broken)/2],
		"坏.zip":       flipped,
		"空.zip":       pack(t),
		"档案馆.zip":     read(t, samples+"青岚区文化馆.xlsx")[:100],
		"不是压缩包.zip":   []byte("%PDF-1.4"),
		"改了名的工作簿.zip": read(t, samples+"临时指挥部.xlsx"),
	})
	_, skipped, err := Scan(dir, ooxml.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"照片.zip", "空.zip", "第一批.zip/报送/说明.docx"}; !slices.Equal(skipped, want) {
		t.Errorf("skipped %q, want %q", skipped, want)
	}
	want := map[string][]string{
		"青岚区图书馆":   nil,
		"青岚区水务局":   nil,
		"青岚区临时指挥部": nil,
		"里面":       {"error R-CM-08 第一批.zip/里面.zip: 压缩包里还套着压缩包，没有读取。请解压后把工作簿逐个报送"},
		"锁":        {"error R-CM-08 第一批.zip/锁.xlsx: 压缩包设有密码，里面的这个文件无法读取。请解压后把工作簿逐个报送，或压缩时不要设密码"},
		"断":        {"error R-CM-08 断.zip: 压缩包不完整，结尾部分缺失或损坏，可能没有传完。请重新压缩后报送，或直接报送工作簿"},
		"a":        {"error R-CM-08 坏.zip/a.xlsx: 压缩包里的这个文件校验码不符，内容已被破坏。请重新压缩后报送，或直接报送工作簿"},
		"档案馆":      {"error R-CM-08 档案馆.zip: 压缩包不完整，结尾部分缺失或损坏，可能没有传完。请重新压缩后报送，或直接报送工作簿"},
		"不是压缩包":    {"error R-CM-08 不是压缩包.zip: 文件实际是 PDF 文件，不是 Excel 工作簿。请用 Excel 或 WPS 打开后另存为 .xlsx 再重新报送"},
	}
	got := map[string][]string{}
	for name, sub := range take(t, dir, Options{Map: f.Map}) {
		got[name] = told(sub)
		if name == "青岚区图书馆" {
			w := sub.Workbooks[0]
			if w.Path != "第一批.zip/报送/图书馆.xlsx" || w.SHA256 != hashOf(book) || !bytes.Equal(w.Data, book) {
				t.Errorf("%s, %d bytes, hash %s", w.Path, len(w.Data), w.SHA256)
			}
		}
	}
	if !maps.EqualFunc(got, want, slices.Equal[[]string]) {
		for name := range got {
			t.Logf("%s: %q", name, got[name])
		}
		t.Errorf("want %q", want)
	}
	// An archive alone is an inbox too.
	files, _, err := Scan(filepath.Join(dir, "第一批.zip"), ooxml.Limits{})
	if err != nil || len(files) != 4 {
		t.Errorf("%d files, %v", len(files), err)
	}
}

// TestBombs: what an archive claims or inflates to is bounded before memory is taken.
func TestBombs(t *testing.T) {
	t.Parallel()
	zeros := make([]byte, 12<<20)
	limits := bounds(ooxml.Limits{File: 20 << 20, Total: 30 << 20, Entries: 8})
	many := make([]member, 9)
	for i := range many {
		many[i] = member{name: string(rune('a'+i)) + ".xlsx", data: []byte("x")}
	}
	lies := pack(t, member{name: "a.xlsx", data: []byte("0123456789")})
	at := bytes.Index(lies, []byte("PK\x01\x02"))
	binary.LittleEndian.PutUint32(lies[at+24:], 15<<20) // the size in the directory
	for _, c := range []struct {
		name string
		data []byte
		want string
	}{
		{"too many entries", pack(t, many...), "压缩包里的文件太多，超过 8 个的上限。请解压后把工作簿逐个报送"},
		{"too much altogether", pack(t, member{name: "a.xlsx", data: zeros}, member{name: "b.xlsx", data: zeros}, member{name: "c.xlsx", data: zeros}), "压缩包里的工作簿解开后超过 30 MB 的上限。请解压后把工作簿逐个报送"},
		{"a ratio no workbook has", pack(t, member{name: "a.xlsx", data: zeros}), "压缩包里的这个文件解开后是压缩时的 400 倍以上，疑似恶意文件。请解压后把工作簿逐个报送"},
		{"an entry too large", pack(t, member{name: "a.xlsx", data: make([]byte, 21<<20)}), "压缩包里的这个文件解开后超过 20 MB 的上限。请删去大图片和多余的工作表后重新报送"},
		{"a size that is false", lies, "压缩包里的这个文件解开后是压缩时的 400 倍以上，疑似恶意文件。请解压后把工作簿逐个报送"},
	} {
		name := filepath.Join(t.TempDir(), "弹.zip")
		if err := os.WriteFile(name, c.data, 0o644); err != nil {
			t.Fatal(err)
		}
		files, _, err := unpack(name, "弹.zip", limits)
		if err != nil || len(files) != 1 || files[0].trouble == nil || files[0].trouble.Message != c.want {
			t.Errorf("%s: %v, %d files, want %q", c.name, err, len(files), c.want)
			if len(files) > 0 && files[0].trouble != nil {
				t.Errorf("says %q", files[0].trouble.Message)
			}
		}
	}
}

// FuzzUnpack: no archive stops the run, and what is read of one has the size and
// the checksum that its directory says.
func FuzzUnpack(f *testing.F) {
	book := bytes.Repeat([]byte("工作簿"), 100)
	f.Add(pack(f, member{name: "a.xlsx", data: book}, member{name: gbk(f, "水务局.xls"), data: book}, member{name: "b.zip", data: book}))
	f.Add(pack(f))
	f.Add([]byte("PK\x03\x04"))
	limits := bounds(ooxml.Limits{File: 1 << 20, Total: 2 << 20, Entries: 64})
	name := filepath.Join(f.TempDir(), "x.zip") // a worker has one input at a time
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := os.WriteFile(name, data, 0o644); err != nil {
			t.Fatal(err)
		}
		files, _, err := unpack(name, "x.zip", limits)
		if err != nil {
			t.Fatal(err)
		}
		for i := range files {
			got, err := files[i].bytes(limits)
			if e := files[i].entry; err == nil && e != nil && (int64(len(got)) != e.size || crc32.ChecksumIEEE(got) != e.crc) {
				t.Errorf("%s: %d bytes of %d", files[i].Name, len(got), e.size)
			}
		}
	})
}

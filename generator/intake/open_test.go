package intake

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/xuri/excelize/v2"

	"jixiao/generator/extract"
	"jixiao/generator/form"
	"jixiao/generator/ooxml"
	"jixiao/generator/unit"
	"jixiao/templates"
)

const (
	samples = "../../samples/青岚区2022年度/收件/"
	library = samples + "301002.xlsx" // 青岚区图书馆
)

// builtin is the form that the samples were filled in on.
func builtin(t testing.TB) *form.Form {
	t.Helper()
	sub, err := fs.Sub(templates.FS(), "整体支出")
	if err != nil {
		t.Fatal(err)
	}
	f, faults, err := form.Load("整体支出", sub)
	if err != nil || len(faults) > 0 {
		t.Fatal(err, faults)
	}
	return f
}

func read(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// inbox writes files into a new folder.
func inbox(t testing.TB, files map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	for name, data := range files {
		p := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// take goes the whole way of intake, by the unit's name.
func take(t testing.TB, dir string, opt Options) map[string]*unit.Submission {
	t.Helper()
	files, _, err := Scan(dir, ooxml.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	parcels, _, err := Assign(context.Background(), files, opt)
	if err != nil {
		t.Fatal(err)
	}
	subs := map[string]*unit.Submission{}
	for _, p := range parcels {
		sub, err := Open(t.Context(), p, opt)
		if err != nil {
			t.Fatal(err)
		}
		subs[p.Unit.Name] = sub
	}
	return subs
}

// one takes a folder with the file of one unit.
func one(t testing.TB, name string, data []byte, opt Options) *unit.Submission {
	t.Helper()
	subs := take(t, inbox(t, map[string][]byte{name: data}), opt)
	if len(subs) != 1 {
		t.Fatalf("%d units", len(subs))
	}
	for _, s := range subs {
		return s
	}
	return nil
}

// told prints findings as level rule workbook: message.
func told(sub *unit.Submission) []string {
	var out []string
	for _, f := range sub.Findings {
		out = append(out, fmt.Sprintf("%s %s %s: %s", f.Level, f.Rule, f.Place.Workbook, f.Message))
	}
	return out
}

func hashOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// values prints a record: every field with its value, without the workbook's name.
func values(it *unit.Item) string {
	var b strings.Builder
	for _, f := range it.Fields {
		fmt.Fprintf(&b, "%s=%d:%s@%s!%s\n", f.Name, f.Value.Kind(), f.Value.String(), f.Place.Sheet, f.Place.Cell)
	}
	for _, l := range it.Lists {
		for i := range l.Items {
			fmt.Fprintf(&b, "%s[%d]\n%s", l.Name, i, values(&l.Items[i]))
		}
	}
	return b.String()
}

func recordOf(f *form.Form, sub *unit.Submission) string {
	return values(&extract.Record(sub, f.Map.Specs()).Item)
}

func TestProtectedWorkbooks(t *testing.T) {
	t.Parallel()
	f := builtin(t)
	data := read(t, library)
	locked, err := excelize.Encrypt(data, &excelize.Options{Password: "图书馆 2022"})
	if err != nil {
		t.Fatal(err)
	}
	readOnly, err := excelize.Encrypt(data, &excelize.Options{Password: defaultPassword})
	if err != nil {
		t.Fatal(err)
	}
	plainSub := one(t, "图书馆.xlsx", data, Options{Map: f.Map})
	want := recordOf(f, plainSub)
	const (
		opened   = "notice R-CM-05 图书馆.xlsx: 文件设有打开密码，已用口令表里的密码打开。如果退回，标注的工作簿不再带密码"
		needless = "error R-CM-08 图书馆.xlsx: 文件设有打开密码，无法读取。请取消密码（文件－信息－保护工作簿－用密码进行加密，清空密码）后重新报送"
		wrong    = needless + "。试过口令表里的密码，都打不开"
	)
	for _, c := range []struct {
		name      string
		data      []byte
		passwords string // "": none given
		want      []string
	}{
		{"a password of nobody's", locked, "别的\n图书馆 2022\n", []string{opened}},
		{"of the file", locked, "\ufeff图书馆.xlsx\t图书馆 2022\r\n", []string{opened}},
		{"of another's, tried last", locked, "水务局\t图书馆 2022", []string{opened}},
		{"no passwords", locked, "", []string{needless}},
		{"none fits", locked, "a\nb\n", []string{wrong}},
		{"a blank more is another password", locked, "图书馆 2022 \n", []string{wrong}},
		{"Excel's own password asks nobody", readOnly, "", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			opt := Options{Map: f.Map}
			if c.passwords != "" {
				name := filepath.Join(t.TempDir(), "口令.txt")
				if err := os.WriteFile(name, []byte(c.passwords), 0o600); err != nil {
					t.Fatal(err)
				}
				if opt.Passwords, err = ReadPasswords(name); err != nil {
					t.Fatal(err)
				}
			}
			sub := one(t, "图书馆.xlsx", c.data, opt)
			if got := told(sub); !slices.Equal(got, c.want) {
				t.Errorf("findings %q\nwant %q", got, c.want)
			}
			w := sub.Workbooks[0]
			if w.SHA256 != hashOf(c.data) {
				t.Error("the hash is not that of the file as it came")
			}
			if open := len(c.want) == 0 || c.want[0] == opened; !open {
				if w.Book != nil {
					t.Error("a locked workbook was read")
				}
			} else if !bytes.Equal(w.Data, data) {
				t.Error("the data is not the package that was encrypted")
			} else if got := recordOf(f, sub); got != want {
				t.Errorf("record\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// TestPasswordsInOrder: a file's own passwords come first, and no file costs more
// than fifty tries.
func TestPasswordsInOrder(t *testing.T) {
	t.Parallel()
	var p Passwords
	for i := range 60 {
		p.lines = append(p.lines, passwordLine{"别的单位", fmt.Sprint("口令", i)})
	}
	p.lines = append(p.lines, passwordLine{"", "谁的都行"}, passwordLine{plain("区水利局"), "水"}, passwordLine{plain("图书馆.xlsx"), "书"}, passwordLine{"", "谁的都行"})
	known := newDirectory(roster)
	for file, own := range map[string][]string{
		"a/301001.xlsx": {"水", "谁的都行", "口令0"}, // the code in the file's name, an alias in the table
		"a/图书馆.xlsx":    {"书", "谁的都行", "口令0"},
		"b.xlsx":        {"谁的都行", "口令0", "口令1"},
	} {
		words, untried := p.forFile(file, known)
		if len(words) != triesAFile || untried != 14 || words[0] != defaultPassword || !slices.Equal(words[1:4], own) {
			t.Errorf("%s: %d words %q…, %d untried", file, len(words), words[:4], untried)
		}
	}
	const want = "锁着。试过口令表里的密码，都打不开（每个文件最多试 50 个，还有 14 个没有试，请在口令表里写明是哪个单位或文件的）"
	if got := (&opened{untried: 14}).locked(&ooxml.Damage{Message: "锁着"}, &p).Error(); got != want {
		t.Errorf("says %q", got)
	}
}

// TestLockedByOffice: the encryption that today's Excel writes, which is another
// one than the library's own.
func TestLockedByOffice(t *testing.T) {
	t.Parallel()
	data := read(t, "testdata/locked-by-office.xlsx")
	if _, word, ok := unlock(t.Context(), data, []string{"wrong", "password"}); !ok || word != "password" {
		t.Fatalf("opened %v with %q", ok, word)
	}
	// A file that asks for a hundred times the work is not worked on.
	spun := bytes.Replace(data, []byte(`spinCount="100000"`), []byte(`spinCount="9999999"`), 1)
	if bytes.Equal(spun, data) {
		t.Fatal("the file does not say how often it was hashed")
	}
	if _, _, ok := unlock(t.Context(), spun, []string{"password"}); ok {
		t.Error("opened")
	}
}

func TestReadPasswordsFaults(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, message string }{
		{"", "里面没有密码。一行写一个密码，或写：单位名称或文件名，制表符（Tab 键），密码"},
		{"\n  \n", "里面没有密码。一行写一个密码，或写：单位名称或文件名，制表符（Tab 键），密码"},
		{"abc\n\xc3\xdc\xc2\xeb\n", "第2行不是 UTF-8 文字。请用记事本另存为，编码选 UTF-8"},
		{"某局\t\n", "第1行“某局”后面没有密码。一行写一个密码，或写：单位名称或文件名，制表符（Tab 键），密码"},
	} {
		name := filepath.Join(t.TempDir(), "口令.txt")
		if err := os.WriteFile(name, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := ReadPasswords(name)
		var fault *PasswordsError
		if !errors.As(err, &fault) || fault.Message != c.message || fault.Path != name {
			t.Errorf("%q: %v, want %q", c.text, err, c.message)
		}
	}
	if _, err := ReadPasswords(filepath.Join(t.TempDir(), "没有")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}

// converter stands for LibreOffice.
type converter struct {
	made  []byte
	err   error
	calls atomic.Int32
}

func (c *converter) Convert(context.Context, []byte) ([]byte, error) {
	c.calls.Add(1)
	return c.made, c.err
}

func TestOldWorkbooks(t *testing.T) {
	t.Parallel()
	f := builtin(t)
	old, made := read(t, "testdata/saved-as.xls"), read(t, library)
	const legacy = "error R-CM-08 图书馆.xls: 文件实际是旧版表格（.xls 或 .et），无法读取。请用 Excel 或 WPS 打开后另存为 .xlsx 再重新报送"
	const crashed = "转换超过 60 秒"
	word := slices.Concat([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), []byte("W\x00o\x00r\x00d\x00D\x00o\x00c\x00u\x00m\x00e\x00n\x00t\x00"))
	for _, c := range []struct {
		name  string
		data  []byte
		conv  *converter
		calls int32
		want  []string
	}{
		{"converted once for both readings", old, &converter{made: made}, 1,
			[]string{"notice R-CM-05 图书馆.xls: 文件是旧版表格（.xls 或 .et），已用 LibreOffice 转换为 .xlsx 后读取，请核对。下次请直接报送 .xlsx"}},
		{"no LibreOffice", old, nil, 0, []string{legacy}},
		{"LibreOffice fails, and is not asked again", old, &converter{err: errors.New(crashed)}, 1, []string{legacy + "。自动转换没有成功：" + crashed}},
		{"what it made is damaged", old, &converter{made: made[:len(made)/2]}, 1,
			[]string{"error R-CM-08 图书馆.xls: 文件不完整，结尾部分缺失或损坏，可能没有传完。请用 Excel 或 WPS 打开原文件，核对内容后另存为 .xlsx 再重新报送"}},
		{"a document of Word is not converted", word, &converter{made: made}, 0,
			[]string{"error R-CM-08 图书馆.xls: 文件实际是旧版 Word 文档（.doc 或 .wps），无法读取。请用 Word 或 WPS 打开后另存为 .docx"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			opt := Options{Map: f.Map}
			if c.conv != nil {
				opt.Converter = c.conv
			}
			sub := one(t, "图书馆.xls", c.data, opt)
			if got := told(sub); !slices.Equal(got, c.want) {
				t.Errorf("findings %q\nwant %q", got, c.want)
			}
			if c.conv != nil && c.conv.calls.Load() != c.calls {
				t.Errorf("converted %d times, want %d", c.conv.calls.Load(), c.calls)
			}
			if sub.Workbooks[0].SHA256 != hashOf(c.data) {
				t.Error("the hash is not that of the file as it came")
			}
		})
	}
}

// changed is a workbook with the bytes of some parts replaced.
func changed(t testing.TB, data []byte, parts map[string]func(string) string, added map[string]string) []byte {
	t.Helper()
	p, err := ooxml.Open(data, ooxml.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]byte{}
	for _, name := range p.Names() {
		for suffix, change := range parts {
			if strings.HasSuffix(name, suffix) {
				text, _ := p.Part(name)
				out[name] = []byte(change(string(text)))
			}
		}
	}
	for name, text := range added {
		out[name] = []byte(text)
	}
	made, err := p.Rewrite(out, nil)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// TestKindsOfPackage: a workbook with macros and one in the strict form say the
// same as the plain one.
func TestKindsOfPackage(t *testing.T) {
	t.Parallel()
	f := builtin(t)
	data := read(t, library)
	want := recordOf(f, one(t, "图书馆.xlsx", data, Options{Map: f.Map}))
	macros := changed(t, data, map[string]func(string) string{
		"[Content_Types].xml": func(s string) string {
			s = strings.ReplaceAll(s, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml", "application/vnd.ms-excel.sheet.macroEnabled.main+xml")
			return strings.Replace(s, "</Types>", `<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/></Types>`, 1)
		},
		"xl/_rels/workbook.xml.rels": func(s string) string {
			return strings.Replace(s, "</Relationships>", `<Relationship Id="rIdMacros" Type="http://schemas.microsoft.com/office/2006/relationships/vbaProject" Target="vbaProject.bin"/></Relationships>`, 1)
		},
	}, map[string]string{"xl/vbaProject.bin": "\xd0\xcf\x11\xe0 macros"})
	if !bytes.Contains(macros, []byte("vbaProject.bin")) {
		t.Fatal("no macros in it")
	}
	tight := func(s string) string {
		s = strings.ReplaceAll(s, "http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main")
		return strings.ReplaceAll(s, "http://schemas.openxmlformats.org/officeDocument/2006/relationships", "http://purl.oclc.org/ooxml/officeDocument/relationships")
	}
	strict := changed(t, data, map[string]func(string) string{".rels": tight, "workbook.xml": tight, "styles.xml": tight, "sharedStrings.xml": tight, ".xml": tight}, nil)
	if bytes.Equal(strict, data) {
		t.Fatal("nothing was changed")
	}
	for name, data := range map[string][]byte{"图书馆.xlsm": macros, "图书馆.xlsx": strict} {
		sub := one(t, name, data, Options{Map: f.Map})
		if len(sub.Findings) > 0 {
			t.Errorf("%s: %q", name, told(sub))
		}
		if got := recordOf(f, sub); got != want {
			t.Errorf("%s: record\n%s\nwant\n%s", name, got, want)
		}
	}
}

// TestTooLarge: a file beyond the limit is not taken into memory.
func TestTooLarge(t *testing.T) {
	t.Parallel()
	f := builtin(t)
	data := bytes.Repeat([]byte("x"), 3<<20)
	sub := one(t, "图书馆.xlsx", data, Options{Map: f.Map, Limits: ooxml.Limits{File: 1 << 20}})
	want := []string{"error R-CM-08 图书馆.xlsx: 文件有 3 MB，超过 1 MB 的上限。请删去大图片和多余的工作表后重新报送"}
	if got := told(sub); !slices.Equal(got, want) {
		t.Errorf("findings %q", got)
	}
	if w := sub.Workbooks[0]; w.Data != nil || w.SHA256 != hashOf(data) {
		t.Errorf("%d bytes, hash %s", len(w.Data), w.SHA256)
	}
}

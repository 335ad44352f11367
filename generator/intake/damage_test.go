package intake

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"jixiao/generator/ooxml"
	"jixiao/generator/unit"
)

// TestDamage cuts every sample off and flips bytes in it: what comes of it is the
// same record or a finding, never another value.
func TestDamage(t *testing.T) {
	t.Parallel()
	cuts, flips := 200, 2000
	if raced {
		cuts, flips = 20, 100
	}
	f := builtin(t)
	var names []string
	for _, pattern := range []string{"../../samples/*/收件/*.xlsx", "../../samples/*/收件/*/*.xlsx"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, found...)
	}
	read := 0
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		book, err := ooxml.ReadWorkbook(data, ooxml.Limits{})
		if err != nil {
			continue // the sample that is damaged already
		}
		read++
		record := func(b *ooxml.Workbook) string {
			sub := &unit.Submission{Workbooks: []unit.Workbook{{Path: "a.xlsx", Book: b, Layout: f.Map.Locate(b)}}}
			return recordOf(f, sub)
		}
		want := record(book)
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(2022, uint64(len(data))))
			same := 0
			try := func(what string, bad []byte) {
				b, err := ooxml.ReadWorkbook(bad, ooxml.Limits{})
				if err != nil {
					if b != nil {
						t.Fatalf("%s: damage and a workbook", what)
					}
					return
				}
				same++
				if got := record(b); got != want {
					t.Errorf("%s: another record\n%s", what, got)
				}
			}
			for range cuts {
				at := random.IntN(len(data))
				try(fmt.Sprintf("cut at %d", at), data[:at])
			}
			bad := make([]byte, len(data))
			copy(bad, data)
			for range flips {
				at, bits := random.IntN(len(data)), byte(1+random.IntN(255))
				bad[at] ^= bits
				try(fmt.Sprintf("byte %d changed by %#x", at, bits), bad)
				bad[at] ^= bits
			}
			if same == cuts+flips {
				t.Error("no damage was noticed")
			}
		})
	}
	if read < 10 {
		t.Errorf("only %d samples were whole", read)
	}
}

// harm cuts data off at some places and changes single bytes of it, and hands what
// comes of it to try, which must not keep it.
func harm(data []byte, cuts, flips int, try func(what string, bad []byte)) {
	random := rand.New(rand.NewPCG(2023, uint64(len(data))))
	for range cuts {
		at := random.IntN(len(data))
		try(fmt.Sprintf("cut at %d", at), data[:at])
	}
	bad := bytes.Clone(data)
	for range flips {
		at, bits := random.IntN(len(data)), byte(1+random.IntN(255))
		bad[at] ^= bits
		try(fmt.Sprintf("byte %d changed by %#x", at, bits), bad)
		bad[at] ^= bits
	}
}

// TestDamagedArchives: of a damaged archive comes a finding, or every workbook under
// its own name with its own bytes.
func TestDamagedArchives(t *testing.T) {
	t.Parallel()
	books := map[string][]byte{"301002.xlsx": read(t, library), "报送/水务局.xlsx": read(t, samples+"青岚区水务局2022年度自评.xlsx"), "临时指挥部.xlsx": read(t, samples+"临时指挥部.xlsx")}
	var members, marked []member
	for _, name := range slices.Sorted(maps.Keys(books)) {
		members = append(members, member{name: gbk(t, name), data: books[name]})
		marked = append(marked, member{name: name, data: books[name], flags: 0x800})
	}
	cuts, flips := 200, 2000
	if raced {
		cuts, flips = 20, 100
	}
	limits := bounds(ooxml.Limits{})
	for kind, data := range map[string][]byte{"names in GBK": pack(t, members...), "names in UTF-8": pack(t, marked...)} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			name := filepath.Join(t.TempDir(), "x.zip")
			whole := 0
			harm(data, cuts, flips, func(what string, bad []byte) {
				if err := os.WriteFile(name, bad, 0o600); err != nil {
					t.Fatal(err)
				}
				files, others, err := unpack(name, "x.zip", limits)
				if err != nil || len(others) > 0 {
					t.Fatalf("%s: %v, others %q", what, err, others)
				}
				troubled := len(files) == 1 && files[0].entry == nil && files[0].trouble != nil
				if !troubled && len(files) != len(books) && files[0].Name != "x.zip" {
					t.Errorf("%s: %d files of %d", what, len(files), len(books))
				}
				for i := range files {
					f := &files[i]
					got, err := f.bytes(limits)
					if f.Name == "x.zip" && err == nil {
						_, err = ooxml.ReadWorkbook(got, limits) // it no longer begins like a zip
					}
					var d *ooxml.Damage
					switch {
					case errors.As(err, &d):
					case err != nil:
						t.Errorf("%s: %v", what, err)
					case !bytes.Equal(got, books[strings.TrimPrefix(f.Name, "x.zip/")]):
						t.Errorf("%s: %s has other bytes", what, f.Name)
					default:
						whole++
					}
				}
			})
			t.Logf("%d cuts, %d bytes changed: %d workbooks read, all the same", cuts, flips, whole)
			if whole == 0 {
				t.Error("nothing was read")
			}
		})
	}
}

// TestDamagedOtherKinds: what is no package is never read as one and never stops
// the run, whatever became of it on its way. An old workbook has no checksums: one
// that is cut off is always noticed, a changed figure cannot be.
func TestDamagedOtherKinds(t *testing.T) {
	t.Parallel()
	f := builtin(t)
	old := read(t, "testdata/saved-as.xls")
	cuts, flips := 200, 2000
	if raced {
		cuts, flips = 20, 100
	}
	made := read(t, library)
	want, err := ooxml.ReadWorkbook(made, ooxml.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	locked := read(t, "testdata/locked-by-office.xlsx")
	passwords := &Passwords{lines: []passwordLine{{"", "password"}}}
	office := &converter{made: made}
	for _, c := range []struct {
		name        string
		data        []byte
		cuts, flips int
		opt         Options
		book        *ooxml.Workbook // what may come of it; nil: nothing but damage
	}{
		{"old.xls", old, cuts, flips, Options{Map: f.Map, Converter: office}, want},
		{"page.xlsx", []byte(htmlTable), cuts, flips, Options{Map: f.Map}, nil},
		{"list.xlsx", []byte(gbk(t, "单位名称,年初预算数\n青岚区水务局,12.50\n")), cuts, flips, Options{Map: f.Map}, nil},
		// A hundred thousand hashes a try: fewer of them.
		{"locked.xlsx", locked, cuts / 20, flips / 100, Options{Map: f.Map, Passwords: passwords}, unlocked(t, locked)},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), c.name)
			whole := 0
			harm(c.data, c.cuts, c.flips, func(what string, bad []byte) {
				if err := os.WriteFile(path, bad, 0o600); err != nil {
					t.Fatal(err)
				}
				file := File{Path: path, Name: c.name}
				got, err := file.load(t.Context(), c.opt)
				var d *ooxml.Damage
				switch {
				case err != nil:
					t.Fatalf("%s: %v", what, err)
				case got.book == nil && errors.As(got.damage, &d) && d.Message != "":
				case c.book == nil || got.damage != nil || !reflect.DeepEqual(got.book, c.book):
					t.Errorf("%s: another workbook, %v", what, got.damage)
				case strings.HasPrefix(what, "cut") && strings.HasSuffix(c.name, ".xls"):
					t.Errorf("%s: converted", what)
				default:
					whole++
				}
			})
			t.Logf("%d cuts, %d bytes changed: %d times the same workbook", c.cuts, c.flips, whole)
		})
	}
}

// unlocked is the workbook in a protected file whose password is "password".
func unlocked(t testing.TB, locked []byte) *ooxml.Workbook {
	t.Helper()
	data, _, ok := unlock(t.Context(), locked, []string{"password"})
	if !ok {
		t.Fatal("not opened")
	}
	book, err := ooxml.ReadWorkbook(data, ooxml.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return book
}

const htmlTable = "<html><head><meta charset=\"utf-8\"></head><body><table><tr><td>单位名称</td><td>年初预算数</td></tr><tr><td>青岚区水务局</td><td>12.50</td></tr></table></body></html>"

package intake

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"jixiao/generator/ooxml"
	"jixiao/generator/unit"
)

// TestDamage cuts every sample off and flips bytes in it: what comes of it is the
// same record or a finding, never another value.
func TestDamage(t *testing.T) {
	t.Parallel()
	const cuts, flips = 60, 300
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
			for range flips {
				copy(bad, data)
				at, bits := random.IntN(len(data)), byte(1+random.IntN(255))
				bad[at] ^= bits
				try(fmt.Sprintf("byte %d changed by %#x", at, bits), bad)
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

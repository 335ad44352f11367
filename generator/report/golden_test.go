package report

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files of testdata anew")

// golden compares got with the file in testdata; -update writes it, but never in CI.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if os.Getenv("CI") != "" {
			t.Fatal("-update is refused in CI")
		}
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v\n%s", err, got)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; -update writes it anew\n%s", file, firstDifference(got, want))
	}
}

// firstDifference shows the first line that differs.
func firstDifference(got, want []byte) string {
	g, w := bytes.Split(got, []byte("\n")), bytes.Split(want, []byte("\n"))
	for i := range max(len(g), len(w)) {
		var a, b []byte
		if i < len(g) {
			a = g[i]
		}
		if i < len(w) {
			b = w[i]
		}
		if !bytes.Equal(a, b) {
			return fmt.Sprintf("line %d\ngot  %s\nwant %s", i+1, a, b)
		}
	}
	return ""
}

// build is one of the accounts that come as bytes.
type build struct {
	name string
	make func(*Run) ([]byte, error)
}

var builds = []build{{JSONFile, JSON}, {WorkbookFile, Findings}, {PageFile, HTML}}

func must(t *testing.T, make func(*Run) ([]byte, error), r *Run) []byte {
	t.Helper()
	data, err := make(r)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestSameRunSameBytes(t *testing.T) {
	t.Parallel()
	for _, b := range builds {
		first := must(t, b.make, fixture())
		for range 3 {
			if !bytes.Equal(first, must(t, b.make, fixture())) {
				t.Errorf("%s: the same run gave other bytes", b.name)
			}
		}
	}
}

func TestEmptyRun(t *testing.T) {
	t.Parallel()
	for _, b := range builds {
		if data := must(t, b.make, &Run{Form: "整体支出", Year: "2022"}); len(data) == 0 {
			t.Errorf("%s: nothing written", b.name)
		}
	}
}

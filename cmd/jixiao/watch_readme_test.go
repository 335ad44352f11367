package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestFaultTable: every test that the README names exists, and every row of the
// fault matrix has a line.
func TestFaultTable(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	var code strings.Builder
	err = filepath.WalkDir("../..", func(p string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(p, "_test.go") {
			return err
		}
		data, err := os.ReadFile(p)
		code.Write(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	names := regexp.MustCompile("`((?:Test|Fuzz)[A-Z]\\w*)`").FindAllStringSubmatch(string(readme), -1)
	if len(names) < 80 {
		t.Errorf("%d tests are named", len(names))
	}
	for _, n := range names {
		if !strings.Contains(code.String(), "\nfunc "+n[1]+"(") {
			t.Errorf("there is no %s", n[1])
		}
	}
	rows := map[int]bool{}
	for _, line := range strings.Split(string(readme), "\n") {
		cells := strings.Split(line, "|")
		if len(cells) < 5 {
			continue
		}
		for _, span := range regexp.MustCompile(`(\d+)(?:–(\d+))?`).FindAllStringSubmatch(cells[1], -1) {
			from, _ := strconv.Atoi(span[1]) // digits
			to, err := strconv.Atoi(span[2])
			for n := from; n <= max(from, to) && (err == nil || n == from); n++ {
				rows[n] = true
			}
		}
	}
	for n := 1; n <= 40; n++ {
		if !rows[n] {
			t.Errorf("row %d of the matrix has no line", n)
		}
	}
}

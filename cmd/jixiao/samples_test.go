package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"jixiao/generator"
	"jixiao/generator/publish"
)

// batches are the acceptance samples: what goes in, and the exit code.
var batches = []struct {
	name   string
	roster bool
	code   int
}{
	{"青岚区2022年度", true, exitReturned},
	{"信访局改正后", false, exitAccepted},
}

// TestSamples runs every batch as a user would and holds run.json and the text
// of every published document against samples/*/want.
func TestSamples(t *testing.T) {
	t.Parallel()
	for _, b := range batches {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join("../../samples", b.name)
			out := t.TempDir()
			runBatch(t, dir, out, b.roster, b.code, "4")
			compare(t, filepath.Join(dir, "want"), texts(t, out))
		})
	}
}

// TestSamplesSameBytes: the same inputs give the same bytes, whatever the number of workers.
func TestSamplesSameBytes(t *testing.T) {
	t.Parallel()
	for _, b := range batches {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join("../../samples", b.name)
			one, eight := t.TempDir(), t.TempDir()
			runBatch(t, dir, one, b.roster, b.code, "1")
			runBatch(t, dir, eight, b.roster, b.code, "8")
			runBatch(t, dir, eight, b.roster, b.code, "8") // a second run over the same results
			a, z := files(t, one), files(t, eight)
			if len(a) == 0 {
				t.Fatal("nothing was published")
			}
			for name, data := range a {
				if !bytes.Equal(data, z[name]) {
					t.Errorf("%s differs between 1 and 8 workers", name)
				}
				delete(z, name)
			}
			for name := range z {
				t.Errorf("%s was published only with 8 workers", name)
			}
		})
	}
}

func runBatch(t *testing.T, dir, out string, roster bool, code int, workers string) {
	t.Helper()
	args := []string{"jixiao", "run", "--in", filepath.Join(dir, "收件"), "--out", out, "--drafts", "--workers", workers}
	if roster {
		args = append(args, "--roster", filepath.Join(dir, "单位名册.xlsx"), "--year", "2022")
	}
	var stdout, stderr bytes.Buffer
	if got := run(context.Background(), args, &stdout, &stderr); got != code {
		t.Fatalf("exit code %d, want %d\n%s%s", got, code, &stdout, &stderr)
	}
}

// files reads a folder, without what jixiao keeps for itself.
func files(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err == nil && d.Name() == publish.StateFolder {
			return filepath.SkipDir
		}
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, p)
		all[filepath.ToSlash(rel)] = data
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// hash matches the hashes of published files in run.json, which change with
// every change of a template and say nothing to a reader.
var hash = regexp.MustCompile(`("(?:form_)?sha256": )"[0-9a-f]{64}"`)

// texts turns a results folder into what a reader can check: run.json without
// hashes, and the text of every document.
func texts(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for name, data := range files(t, dir) {
		switch filepath.Ext(name) {
		case ".json":
			out[name] = hash.ReplaceAllString(string(data), `$1"…"`)
		case ".docx":
			out[name+".txt"] = wordText(t, name, data)
		case ".xlsx":
			out[name+".txt"] = sheetText(t, name, data)
		case ".html": // it is looked at in a browser
		default:
			if name == generator.SumsFile {
				continue // hashes change with every change of a template
			}
			t.Errorf("%s is of a kind that nobody publishes", name)
		}
	}
	return out
}

// wordText prints the paragraphs and table rows of a document with the standard
// library's XML reader, which shares nothing with the engine that wrote it.
func wordText(t *testing.T, name string, data []byte) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	var b strings.Builder
	for _, f := range z.File {
		if !regexp.MustCompile(`^word/(document|header\d*|footer\d*)\.xml$`).MatchString(f.Name) {
			continue
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "== %s\n", f.Name)
		printWord(t, &b, xml.NewDecoder(r))
	}
	return b.String()
}

func printWord(t *testing.T, b *strings.Builder, d *xml.Decoder) {
	t.Helper()
	cells, text := 0, false
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			switch e.Name.Local {
			case "t":
				text = true
			case "tc":
				cells++
			case "br":
				b.WriteString("⏎")
			case "vMerge":
				if len(e.Attr) == 0 || e.Attr[0].Value == "continue" {
					b.WriteString("〃")
				}
			}
		case xml.EndElement:
			switch e.Name.Local {
			case "t":
				text = false
			case "tc":
				cells--
				b.WriteString(" | ")
			case "p":
				if cells == 0 {
					b.WriteString("\n")
				}
			case "tr":
				b.WriteString("\n")
			}
		case xml.CharData:
			if text {
				b.Write(e)
			}
		}
	}
}

// sheetText prints the cells of a workbook with excelize as an independent reader.
func sheetText(t *testing.T, name string, data []byte) string {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	var b strings.Builder
	for _, sheet := range f.GetSheetList() {
		fmt.Fprintf(&b, "== %s\n", sheet)
		rows, err := f.GetRows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		for r, row := range rows {
			for c, v := range row {
				if v == "" {
					continue
				}
				cell, err := excelize.CoordinatesToCellName(c+1, r+1)
				if err != nil {
					t.Fatal(err)
				}
				formula, err := f.GetCellFormula(sheet, cell)
				if err != nil {
					t.Fatal(err)
				}
				if formula != "" {
					formula = "  =" + formula
				}
				fmt.Fprintf(&b, "%s\t%s%s\n", cell, strings.ReplaceAll(v, "\n", "⏎"), formula)
			}
		}
		comments, err := f.GetComments(sheet)
		if err != nil {
			t.Fatal(err)
		}
		slices.SortFunc(comments, func(a, b excelize.Comment) int { return strings.Compare(a.Cell, b.Cell) })
		for _, c := range comments {
			fmt.Fprintf(&b, "批注 %s\t%s\n", c.Cell, strings.ReplaceAll(c.Text, "\n", "⏎"))
		}
	}
	return b.String()
}

// compare holds texts against a folder; with -update it writes them there. A
// file of the folder that nothing gives any more is a failure too.
func compare(t *testing.T, dir string, got map[string]string) {
	t.Helper()
	if *update {
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
		for name, text := range got {
			p := filepath.Join(dir, filepath.FromSlash(name))
			if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		return
	}
	want := files(t, dir)
	if len(want) == 0 {
		t.Fatalf("%s is empty", dir)
	}
	for name, text := range got {
		if w, ok := want[name]; !ok {
			t.Errorf("%s is not in %s", name, dir)
		} else if string(w) != text {
			t.Errorf("%s differs from %s:\n%s", name, dir, firstDifference(string(w), text))
		}
		delete(want, name)
	}
	for name := range want {
		t.Errorf("%s is in %s, and the run gave no such file", name, dir)
	}
}

func firstDifference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range max(len(w), len(g)) {
		a, b := "(end)", "(end)"
		if i < len(w) {
			a = w[i]
		}
		if i < len(g) {
			b = g[i]
		}
		if a != b {
			return fmt.Sprintf("line %d\n want %s\n got  %s", i+1, a, b)
		}
	}
	return ""
}

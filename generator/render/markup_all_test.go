package render

import (
	"bytes"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"

	"jixiao/generator/finding"
	"jixiao/generator/ooxml"
	"jixiao/generator/unit"
)

// everyWorkbook are the workbooks of the repository that can be read: what
// Excel, WPS, LibreOffice and libraries have saved, forms, rules and templates.
func everyWorkbook(t *testing.T) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	const root = "../.."
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name := d.Name(); filepath.Dir(p) == root && (name == "out" || name == "bin" || strings.HasPrefix(name, ".")) {
				return filepath.SkipDir
			}
			return nil
		}
		if filepath.Ext(p) != ".xlsx" {
			return nil
		}
		data, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		if _, err := ooxml.ReadWorkbook(data, ooxml.DefaultLimits()); err == nil {
			all[filepath.ToSlash(p)] = data
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 50 {
		t.Fatalf("only %d workbooks", len(all))
	}
	all["everything.xlsx"] = everything(t)
	return all
}

// TestReturnedEveryWorkbook marks random cells of every workbook, as it is and as
// other programs would have written it, and holds the result against the original.
func TestReturnedEveryWorkbook(t *testing.T) {
	t.Parallel()
	for name, data := range everyWorkbook(t) {
		t.Run(strings.TrimLeft(name, "./"), func(t *testing.T) {
			t.Parallel()
			for _, v := range []struct {
				name   string
				change func(name string, part []byte) []byte
			}{
				{"as it is", nil}, {"strict", strictly}, {"prefixed", prefixed}, {"UTF-16", inUTF16},
			} {
				variant := data
				if v.change != nil {
					if !strings.Contains(name, "render/") && !strings.Contains(name, "ooxml/") && !strings.Contains(name, "everything") {
						continue // the others show nothing that these do not
					}
					variant = remade(t, data, v.change)
				}
				markAndCompare(t, v.name, name, variant)
			}
		})
	}
}

// markAndCompare marks a workbook at random cells, twice, and looks at what came of it.
func markAndCompare(t *testing.T, variant, path string, data []byte) {
	t.Helper()
	w := received(t, path, data)
	list := randomFindings(w, rand.New(rand.NewPCG(uint64(len(data)), 7)))
	v := judged(list...)
	out, ext, err := newOpinion(v, w).mark(w)
	if err != nil {
		t.Errorf("%s: %v", variant, err)
		return
	}
	if ext != ".xlsx" {
		t.Errorf("%s: it ends in %s", variant, ext)
	}
	after, err := ooxml.ReadWorkbook(out, ooxml.DefaultLimits())
	if err != nil {
		t.Errorf("%s: %v", variant, err)
		return
	}
	own := unit.WithoutOpinions(w.Book).Sheets
	if !reflect.DeepEqual(after.Sheets[1:], own) {
		t.Errorf("%s: our reader finds something else in it", variant)
	}
	sameParts(t, variant, data, out)
	f, err := excelize.OpenReader(bytes.NewReader(out), excelize.Options{RawCellValue: true})
	if err != nil {
		t.Errorf("%s: %v", variant, err)
		return
	}
	defer f.Close()
	if variant == "UTF-16" {
		return // the library does not read it; our reader has
	}
	if before, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{RawCellValue: true}); err == nil {
		defer before.Close()
		sameCells(t, variant, before, f, own)
		sameNotes(t, variant, before, f, list)
	} else if variant == "as it is" {
		t.Errorf("the library does not read the original: %v", err)
	}
	for _, x := range list {
		if got := fill(t, f, x.Place.Sheet, x.Place.Cell); got != errorFill && got != noticeFill {
			t.Errorf("%s: %s!%s is filled %q", variant, x.Place.Sheet, x.Place.Cell, got)
		}
	}
	// What comes back is marked again as if it came for the first time.
	again, _, err := newOpinion(judged(), received(t, path, out)).mark(received(t, path, out))
	if err != nil {
		t.Errorf("%s: second round: %v", variant, err)
		return
	}
	g, _ := reopened(t, again)
	for _, x := range list {
		if got := fill(t, g, x.Place.Sheet, x.Place.Cell); got == errorFill || got == noticeFill {
			t.Errorf("%s: after the second round %s!%s is still filled %q", variant, x.Place.Sheet, x.Place.Cell, got)
		}
	}
}

// randomFindings are findings at cells of the workbook: filled, merged, empty,
// and one far out; some cells have several.
func randomFindings(w unit.Workbook, r *rand.Rand) (list []finding.Finding) {
	for _, s := range unit.WithoutOpinions(w.Book).Sheets {
		add := func(ref ooxml.Ref) {
			list = append(list, finding.Finding{
				Rule: fmt.Sprintf("R-%d", len(list)+1), Name: "名称", Level: finding.Level(r.IntN(2)),
				Place:  finding.Place{Workbook: w.Path, Sheet: s.Name, Cell: ref.String()},
				Filled: "1", Expected: "= 2", Message: strings.Repeat("请改正。", 1+r.IntN(60)),
			})
		}
		for range 4 {
			if len(s.Cells) > 0 {
				ref := s.Cells[r.IntN(len(s.Cells))].Ref
				add(ref)
				if r.IntN(3) == 0 {
					add(ref)
				}
			}
			if len(s.Merges) > 0 {
				add(s.Merges[r.IntN(len(s.Merges))].From)
			}
			add(ooxml.Ref{Row: 1 + r.IntN(40), Col: 1 + r.IntN(12)})
		}
		add(ooxml.Ref{Row: 900, Col: 30})
	}
	return list
}

// sameParts: nothing but what the marks need has changed.
func sameParts(t *testing.T, variant string, before, after []byte) {
	t.Helper()
	a, err := ooxml.Open(before, ooxml.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	b, err := ooxml.Open(after, ooxml.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range a.Names() {
		kind := a.ContentType(name)
		changes := strings.HasSuffix(name, ".rels") || name == typesPart
		for _, k := range []string{"main+xml", "styles+xml", "worksheet+xml", "comments+xml", "vmlDrawing"} {
			changes = changes || strings.HasSuffix(kind, k)
		}
		x, _ := a.Part(name)
		y, ok := b.Part(name)
		switch {
		case !ok && !strings.Contains(name, "worksheets/") && !strings.Contains(name, "comments") && !strings.Contains(name, "vmlDrawing"):
			t.Errorf("%s: part %s is gone", variant, name)
		case ok && !changes && !bytes.Equal(x, y):
			t.Errorf("%s: part %s changed", variant, name)
		}
	}
}

func sameCells(t *testing.T, variant string, before, after *excelize.File, sheets []ooxml.Sheet) {
	t.Helper()
	for _, s := range sheets {
		x, errX := before.GetRows(s.Name)
		y, errY := after.GetRows(s.Name)
		if !slices.EqualFunc(x, y, slices.Equal) || fmt.Sprint(errX) != fmt.Sprint(errY) {
			t.Errorf("%s: the values of %s are %q (%v), were %q (%v)", variant, s.Name, y, errY, x, errX)
		}
		for _, c := range s.Cells {
			if c.Formula == "" {
				continue
			}
			x, errX := before.GetCellFormula(s.Name, c.Ref.String())
			y, errY := after.GetCellFormula(s.Name, c.Ref.String())
			if x != y || fmt.Sprint(errX) != fmt.Sprint(errY) {
				t.Errorf("%s: the formula of %s!%s is %q (%v), was %q (%v)", variant, s.Name, c.Ref, y, errY, x, errX)
			}
		}
	}
}

// sameNotes: what stood in a note still does, and our findings behind it.
func sameNotes(t *testing.T, variant string, before, after *excelize.File, list []finding.Finding) {
	t.Helper()
	rules := map[string][]string{}
	for _, x := range list {
		key := x.Place.Sheet + "!" + x.Place.Cell
		rules[key] = append(rules[key], x.Rule)
	}
	for _, sheet := range before.GetSheetList() {
		was, now := noteTexts(t, before, sheet), noteTexts(t, after, sheet)
		for cell, text := range was {
			if text, _, _ = strings.Cut(text, noteMark); !strings.HasPrefix(now[cell], strings.TrimRight(text, "\n")) {
				t.Errorf("%s: the note of %s!%s is %q, was %q", variant, sheet, cell, now[cell], text)
			}
		}
		for key, want := range rules {
			cell, ok := strings.CutPrefix(key, sheet+"!")
			if !ok || strings.Count(now[cell], "R-") == 0 {
				continue // of another sheet, or inside merged cells, whose first cell has the note
			}
			for _, rule := range want {
				if !strings.Contains(now[cell], rule+" ") && !strings.Contains(now[cell], "……另有") {
					t.Errorf("%s: the note of %s says nothing of %s: %q", variant, key, rule, now[cell])
				}
			}
		}
	}
}

// remade rewrites every XML part of a workbook.
func remade(t *testing.T, data []byte, change func(name string, part []byte) []byte) []byte {
	t.Helper()
	p, err := ooxml.Open(data, ooxml.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	changed := map[string][]byte{}
	for _, name := range p.Names() {
		if strings.HasSuffix(name, ".xml") || strings.HasSuffix(name, ".rels") {
			part, _ := p.Part(name)
			changed[name] = change(name, slices.Clone(part))
		}
	}
	out, err := p.Rewrite(changed, nil)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// strictly is a part as ISO 29500 Strict has it.
func strictly(_ string, part []byte) []byte {
	return []byte(strings.NewReplacer(mainSpace, strictSpace, officeLinks, strictLinks).Replace(string(part)))
}

// prefixed is a part whose elements of the spreadsheet's namespace have a prefix.
func prefixed(_ string, part []byte) []byte {
	const plain = `xmlns="` + mainSpace + `"`
	if !bytes.Contains(part, []byte(plain)) {
		return part
	}
	var e edits
	s := ooxml.NewScanner(part)
	for s.Next() {
		if (opens(s) || s.Kind == ooxml.EndTag) && !bytes.Contains(s.Name, []byte(":")) && s.Space() == mainSpace {
			at := s.Start + 1
			if s.Kind == ooxml.EndTag {
				at++
			}
			e.insert(at, []byte("main:"))
		}
	}
	return bytes.ReplaceAll(e.apply(part), []byte(plain), []byte(`xmlns:main="`+mainSpace+`"`))
}

// inUTF16 is a part in that encoding, as some exporters write it.
func inUTF16(name string, part []byte) []byte {
	if !strings.Contains(name, "worksheets/sheet") && !strings.HasSuffix(name, "sharedStrings.xml") {
		return part
	}
	text := strings.Replace(string(part), `encoding="UTF-8"`, `encoding="UTF-16"`, 1)
	out := []byte{0xFF, 0xFE}
	for _, u := range utf16.Encode([]rune(text)) {
		out = append(out, byte(u), byte(u>>8))
	}
	return out
}

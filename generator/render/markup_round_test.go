package render

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"jixiao/generator/finding"
	"jixiao/generator/ooxml"
	"jixiao/generator/unit"
)

// A unit corrects the workbook that it got back and sends that. What the first
// round marked must not stay, and what the unit wrote must.

// resent is a returned workbook after the unit has worked on it.
func resent(t *testing.T, path string, data []byte, edit func(*excelize.File)) unit.Workbook {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	edit(f)
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	return received(t, path, out.Bytes())
}

func TestSecondRound(t *testing.T) {
	t.Parallel()
	at := func(level finding.Level, cell, rule string) finding.Finding {
		return fault(level, hardPath, hardSheet, cell, rule, "名称", "", "", "", "请改正")
	}
	first := judged(at(finding.Error, "D6", "R-1"), at(finding.Error, "B8", "R-2"), at(finding.Notice, "F6", "R-3"), at(finding.Notice, "H9", "R-4"))
	w := resent(t, hardPath, returned(t, first, hard(t)), func(f *excelize.File) {
		if err := f.InsertRows(hardSheet, 1, 2); err != nil { // moves every cell
			t.Fatal(err)
		}
	})
	explained := at(finding.Notice, "G3", "R-5")
	explained.Explanation = "已核实，账簿为准"
	second := judged(at(finding.Error, "B10", "R-2"), at(finding.Notice, "H9", "R-4"), explained)
	out := returned(t, second, w)
	f, book := reopened(t, out)
	if len(book.Sheets) != 4 || book.Sheets[0].Name != opinionSheet || book.Sheets[1].Name != hardSheet {
		t.Fatalf("sheets %v", f.GetSheetList())
	}
	for cell, want := range map[string]string{
		"D8":  "DDEBF7", // D6, moved and corrected: its own colour again
		"F8":  "",       // F6, corrected
		"H11": "",       // where H9 moved; the notice now stands at H9
		"H9":  noticeFill,
		"B10": errorFill, "C11": errorFill, // still wrong
		"G3": "", // explained
	} {
		if got := fill(t, f, hardSheet, cell); got != want {
			t.Errorf("%s is filled %q, want %q", cell, got, want)
		}
	}
	text := func(row, col int) string {
		if c := book.Sheets[0].At(ooxml.Ref{Row: row, Col: col}); c != nil {
			return c.Text
		}
		return ""
	}
	for row, want := range map[int][]string{5: {"错误", "R-2", ""}, 6: {"提示", "R-4", ""}, 7: {"已说明", "R-5", "已核实，账簿为准"}} {
		if got := []string{text(row, 2), text(row, 3), text(row, 11)}; !slices.Equal(got, want) {
			t.Errorf("row %d: %q, want %q", row, got, want)
		}
	}
	if got, want := text(2, 1), "单位：219002 青禾区信访局　　审核结果：退回　　错误1处，提示1处，已说明1处，未判0处"; got != want {
		t.Errorf("the heading is %q, want %q", got, want)
	}
	if got := noteTexts(t, f, hardSheet); got["G3"] != "" {
		t.Errorf("what was explained has a note: %q", got["G3"])
	}
	if text(8, 1) != "" {
		t.Errorf("row 8 holds %q", text(8, 1))
	}
}

func TestSecondRoundCleansNotes(t *testing.T) {
	t.Parallel()
	at := func(cell string) finding.Finding {
		return fault(finding.Error, hardPath, hardSheet, cell, "R-1", "名称", "1", "", "", "请改正")
	}
	w := hard(t)
	round := func(cells ...string) map[string]string {
		var list []finding.Finding
		for _, c := range cells {
			list = append(list, at(c))
		}
		w = received(t, hardPath, returned(t, judged(list...), w))
		f, _ := reopened(t, w.Data)
		if other := noteTexts(t, f, "说明"); other["A1"] != "不要动" {
			t.Errorf("the note of another sheet is %q", other)
		}
		return noteTexts(t, f, hardSheet)
	}
	const theirs = "李会计：<账簿> 第3页"
	const ours = "【审核意见】\n错误 R-1 名称\n填报：1\n请改正"
	for i, c := range []struct {
		cells []string
		want  map[string]string
	}{
		{[]string{"D6", "F6"}, map[string]string{"D6": ours, "F6": theirs + "\n\n" + ours}},
		{[]string{"D6", "F6"}, map[string]string{"D6": ours, "F6": theirs + "\n\n" + ours}},
		{[]string{"C3"}, map[string]string{"C3": ours, "F6": theirs}},
		{[]string{"F6"}, map[string]string{"F6": theirs + "\n\n" + ours}},
		{nil, map[string]string{"F6": theirs}},
	} {
		got := round(c.cells...)
		if fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("round %d: notes\n%q\nwant\n%q", i+1, got, c.want)
		}
		p, err := ooxml.Open(w.Data, ooxml.DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		shapes, _ := p.Part("xl/drawings/vmlDrawing1.vml")
		if n := bytes.Count(shapes, []byte("<v:shape ")); n != len(c.want) {
			t.Errorf("round %d: %d boxes, want %d", i+1, n, len(c.want))
		}
	}
}

// The returned seed form, opened and saved by LibreOffice 7.4.
func TestSecondRoundOfLibreOffice(t *testing.T) {
	t.Parallel()
	w := received(t, "株洲市渌口区信访局.xlsx", read(t, "testdata/returned-by-libreoffice.xlsx"))
	before, _ := reopened(t, w.Data)
	if n := len(noteTexts(t, before, seedSheet)); n != 12 || fill(t, before, seedSheet, "F6") != errorFill {
		t.Fatalf("the sample has %d notes, want 12; F6 is filled %q", n, fill(t, before, seedSheet, "F6"))
	}
	f, _ := reopened(t, returned(t, judged(fault(finding.Notice, w.Path, seedSheet, "H18", "R-SC-07", "定量计分", "8", "= 10", "-2", "请核实")), w))
	notes := noteTexts(t, f, seedSheet)
	if len(notes) != 1 || notes["H18"] != "【审核意见】\n提示 R-SC-07 定量计分\n填报：8　应为：= 10　差额：-2\n请核实" {
		t.Errorf("notes %q", notes)
	}
	for cell, want := range map[string]string{"F6": "", "B7": "", "E7": "", "H16": "", "H24": "", "E15": "", "H18": noticeFill} {
		if got := fill(t, f, seedSheet, cell); got != want {
			t.Errorf("%s is filled %q, want %q", cell, got, want)
		}
	}
}

func TestAnotherSheetOfThatName(t *testing.T) {
	t.Parallel()
	w := resent(t, hardPath, hard(t).Data, func(f *excelize.File) {
		if err := f.SetSheetName("说明", opinionSheet); err != nil {
			t.Fatal(err)
		}
	})
	f, _ := reopened(t, returned(t, judged(), w))
	if got := strings.Join(f.GetSheetList(), " "); got != "审核意见2 表'1 甲 审核意见 字典" {
		t.Errorf("sheets %s", got)
	}
	w = received(t, hardPath, returned(t, judged(), w))
	f, _ = reopened(t, returned(t, judged(), w))
	if got := strings.Join(f.GetSheetList(), " "); got != "审核意见2 表'1 甲 审核意见 字典" {
		t.Errorf("second round: sheets %s", got)
	}
}

// A unit may send back nothing but the list.
func TestOnlyTheListComesBack(t *testing.T) {
	t.Parallel()
	alone, err := Returned(judged(finding.Finding{Rule: "R-1", Level: finding.Error, Message: "请补报"}), unit.Workbook{Path: hardPath})
	if err != nil {
		t.Fatal(err)
	}
	out, err := Returned(judged(finding.Finding{Rule: "R-1", Level: finding.Error, Message: "请补报"}), received(t, hardPath, alone))
	if err != nil {
		t.Fatal(err)
	}
	if f, _ := reopened(t, out); len(f.GetSheetList()) != 1 {
		t.Errorf("sheets %v", f.GetSheetList())
	}
}

// What a round adds must not grow from round to round.
func TestRoundsDoNotPileUp(t *testing.T) {
	t.Parallel()
	w, v := seed(t), judged(seedFindings()...)
	size := 0
	for i := range 6 {
		w = received(t, seedPath, returned(t, v, w))
		if i == 1 {
			size = len(w.Data)
		}
	}
	if grown := len(w.Data) - size; grown > 1500 {
		t.Errorf("four more rounds added %d bytes", grown)
	}
}

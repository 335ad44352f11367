package main

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"jixiao/generator/unit"
)

// outcome is what a run says of its only unit.
type outcome struct {
	Summary struct{ Accepted, Returned, Errors, Notices, Explained int }
	Units   []struct {
		Findings []struct{ Rule, Level, Cell, Filled, Message, Explanation string }
	}
}

// round runs one workbook and returns what became of it, and the results folder.
func round(t *testing.T, in string, code int) (outcome, string) {
	t.Helper()
	dir, out := t.TempDir(), t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "收件"), 0o755); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(in)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "收件", filepath.Base(in)), data, 0o644); err != nil {
		t.Fatal(err)
	}
	runBatch(t, dir, out, false, code, "1")
	data, err = os.ReadFile(filepath.Join(out, "run.json"))
	if err != nil {
		t.Fatal(err)
	}
	var o outcome
	if err := json.Unmarshal(data, &o); err != nil || len(o.Units) != 1 {
		t.Fatalf("run.json: %v", err)
	}
	return o, out
}

// TestExplained: what a unit writes into the column 单位说明 of the workbook that it
// got back becomes 已说明, wherever the cells have gone since, and is kept.
func TestExplained(t *testing.T) {
	t.Parallel()
	const sheet = "整体支出绩效自评表"
	first, out := round(t, "../../samples/青岚区2022年度/收件/株洲市渌口区信访局.xlsx", exitReturned)
	back := filepath.Join(out, "退回", "株洲市渌口区信访局", "株洲市渌口区信访局.xlsx")
	f, err := excelize.OpenFile(back)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := f.GetRows(unit.OpinionSheet)
	if err != nil {
		t.Fatal(err)
	}
	write := func(sheet, cell, text string) {
		t.Helper()
		if err := f.SetCellStr(sheet, cell, text); err != nil {
			t.Fatal(err)
		}
	}
	// What the unit writes, by rule and position.
	answers := map[string]string{
		"R-SC-07 H18": "成本未列全，按上级考核结果扣2分", // a notice, explained
		"R-IN-04 E16": "无",                // says nothing
		"R-CM-05 G6":  "表样所印，未改动",         // explained, but then filled in anew
		"R-SC-01 H16": "加分后超过分值",          // an error
		"R-IN-08 F23": "完成值为问卷调查所得，以问卷为准",
	}
	given := 0
	for i, row := range rows {
		if len(row) <= int(unit.OpinionPosition) || i < unit.OpinionHead {
			continue
		}
		key := row[unit.OpinionRule] + " " + strings.TrimPrefix(row[unit.OpinionPosition], sheet+"!")
		if text, ok := answers[key]; ok {
			at, err := excelize.CoordinatesToCellName(int(unit.OpinionAnswer)+1, i+1)
			if err != nil {
				t.Fatal(err)
			}
			write(unit.OpinionSheet, at, text)
			given++
		}
	}
	if given != len(answers) {
		t.Fatalf("%d of %d findings are in the list", given, len(answers))
	}
	write(sheet, "G6", "11分")
	if err := f.InsertRows(sheet, 2, 3); err != nil { // every cell below moves
		t.Fatal(err)
	}
	again := filepath.Join(t.TempDir(), "信访局（说明后）.xlsx")
	if err := f.SaveAs(again); err != nil {
		t.Fatal(err)
	}

	second, out := round(t, again, exitReturned)
	explained := map[string]string{}
	for _, x := range second.Units[0].Findings {
		if x.Explanation != "" {
			explained[x.Rule+" "+x.Level+" "+x.Cell] = x.Explanation
		}
		if x.Rule == "R-CM-05" && x.Filled == "11分" && !strings.HasSuffix(x.Message, "。上次的单位说明针对的是“10分”，填报内容已经改变，请重新说明") {
			t.Errorf("R-CM-05 says %q", x.Message)
		}
	}
	want := map[string]string{
		"R-SC-07 notice H21": answers["R-SC-07 H18"], "R-IN-08 notice F26": answers["R-IN-08 F23"], "R-SC-01 error H19": answers["R-SC-01 H16"],
	}
	for key, text := range want {
		if explained[key] != text {
			t.Errorf("%s: %q, want %q", key, explained[key], text)
		}
		delete(explained, key)
	}
	if len(explained) > 0 {
		t.Errorf("explained too: %v", explained)
	}
	open := 0
	for _, x := range second.Units[0].Findings {
		if x.Level == "notice" && x.Explanation == "" {
			open++
		}
	}
	if s := second.Summary; s.Explained != 2 || s.Notices != open || s.Errors < first.Summary.Errors {
		t.Errorf("the second round counts %+v with %d open notices, the first %+v", s, open, first.Summary)
	}
	// All accounts keep it, and the next list too.
	for name, sheet := range map[string]string{"审核情况.xlsx": "审核情况", "退回/株洲市渌口区信访局/信访局（说明后）.xlsx": unit.OpinionSheet} {
		book, err := excelize.OpenFile(filepath.Join(out, filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		rows, err := book.GetRows(sheet)
		if err := errors.Join(err, book.Close()); err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, row := range rows {
			if slices.Contains(row, "已说明") && slices.Contains(row, answers["R-SC-07 H18"]) {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%s keeps the explanation %d times", name, n)
		}
	}
	// The list is read from the list, round after round.
	third, _ := round(t, filepath.Join(out, "退回", "株洲市渌口区信访局", "信访局（说明后）.xlsx"), exitReturned)
	if third.Summary != second.Summary {
		t.Errorf("the third round counts %+v, the second %+v", third.Summary, second.Summary)
	}
}

package report

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"jixiao/generator/finding"
	"jixiao/generator/value"
)

// opened reads a written workbook with the library; its own checks are not enough
// for what units send, and enough for what we wrote.
func opened(t *testing.T, r *Run) *excelize.File {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(must(t, Findings, r)), excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

func rows(t *testing.T, f *excelize.File, sheet string) [][]string {
	t.Helper()
	all, err := f.GetRows(sheet)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestFindings(t *testing.T) {
	t.Parallel()
	f := opened(t, fixture())
	if got := f.GetSheetList(); !slices.Equal(got, []string{"审核情况", "按单位", "按公式"}) {
		t.Fatalf("sheets %v", got)
	}
	all := rows(t, f, findingsSheet)
	if len(all) != 1+25 {
		t.Errorf("%d rows, want a head and 25 findings", len(all))
	}
	if got, want := strings.Join(all[0], " "), "单位编码 单位名称 结果 级别 编号 名称 报送件 工作表 单元格 条目 填报 应为 差额 说明 单位说明 同源 依据"; got != want {
		t.Errorf("head\n%s\nwant\n%s", got, want)
	}
	want := []string{"219002", "青禾区信访局", "退回", "错误", "R-SC-01", "得分不超分值", "青禾区信访局.xlsx", mainSheet, "H16",
		"第2条 维护社会和谐稳定", "20", "≤ 10", "10", "“维护社会和谐稳定”得分20，大于分值10。请改为不大于分值的数", "", "", "财预〔2020〕10号"}
	if !slices.Equal(all[7], want) {
		t.Errorf("row 8\n%q\nwant\n%q", all[7], want)
	}
	for i, want := range map[int][]string{9: {"错误", "总分无误，得分栏录入错位"}, 10: {"已说明", "成本未列全，按上级考核结果扣2分"}} {
		if got := []string{all[i][3], all[i][14]}; !slices.Equal(got, want) {
			t.Errorf("row %d: %q, want %q", i+1, got, want)
		}
	}
	units := rows(t, f, unitsSheet)
	if len(units) != 13 {
		t.Errorf("%d rows, want a head and 12 units", len(units))
	}
	if got, want := units[2], []string{"219002", "青禾区信访局", "退回", "8", "5", "1", "1", "2", "退回/青禾区信访局/"}; !slices.Equal(got, want) {
		t.Errorf("unit %q, want %q", got, want)
	}
	if got, want := units[5], []string{"219005", "青禾区图书馆", "未报"}; !slices.Equal(got, want) {
		t.Errorf("missing unit %q, want %q", got, want)
	}
	if got, want := rows(t, f, rulesSheet)[1], []string{"R-SC-01", "得分不超分值", "错误", "1", "2", "0", "财预〔2020〕10号"}; !slices.Equal(got, want) {
		t.Errorf("rule %q, want %q", got, want)
	}
	for _, row := range rows(t, f, rulesSheet)[1:] {
		if want := map[bool]string{true: "1", false: "0"}[row[0] == "R-SC-07"]; row[5] != want {
			t.Errorf("%s: %s explained, want %s", row[0], row[5], want)
		}
	}
}

func TestDataIsNeverAFormula(t *testing.T) {
	t.Parallel()
	r := fixture()
	wild := []string{"=100%", "=HYPERLINK(\"http://x\")", "+1", "-", "@a", "007", "139", "1e5", "<b>&\"'", "ab\x00\x08c", strings.Repeat("长", 40000), "第一行\n第二行"}
	list := make(finding.List, 0, len(wild))
	for _, text := range wild {
		list = append(list, fault(finding.Error, "R-X-01", text, "D4", text, text, "", text))
	}
	r.Units[1].Verdict.Findings = list
	f := opened(t, r)
	for i := range wild {
		for _, col := range []string{"F", "K", "L", "N"} {
			cell := col + string(rune('3'+i))
			if i > 6 {
				cell = col + "1" + string(rune('0'+i-7))
			}
			if formula, err := f.GetCellFormula(findingsSheet, cell); err != nil || formula != "" {
				t.Errorf("%s holds the formula %q (%v)", cell, formula, err)
			}
			if kind, err := f.GetCellType(findingsSheet, cell); err != nil || kind != excelize.CellTypeSharedString {
				t.Errorf("%s of %.10q has type %v (%v), want text", cell, wild[i], kind, err)
			}
		}
	}
}

func TestLiteral(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"": "", "绩效_x": "绩效_x", "_x000D_": "_x005F_x000D_", "_x000D_x000A_": "_x005F_x000D_x005F_x000A_", "_x00_": "_x00_",
		"a\x00\x1fb\r\n\tc": "ab\n\tc", "\uffff𠮷\xff": "𠮷\ufffd",
	} {
		if got := literal(text); got != want {
			t.Errorf("literal(%q) = %q, want %q", text, got, want)
		}
	}
	r := fixture()
	r.Units[1].Verdict.Findings[0].Message = "_x000D_"
	if got := rows(t, opened(t, r), findingsSheet)[2][13]; got != "_x000D_" {
		t.Errorf("read back %q", got)
	}
}

func TestFigure(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		typ  value.Type
		want any
	}{
		{"329.98", value.TypeAmount, exact("329.98")}, {"-20", value.TypeNumber, exact("-20")}, {"0", value.TypeScore, exact("0")},
		{"1.0101", value.TypePercent, exact("1.0101")}, {"100%", value.TypePercent, "100%"}, {"=100%", value.TypeAmount, "=100%"},
		{"007", value.TypeAmount, "007"}, {"+1", value.TypeAmount, "+1"}, {"1e5", value.TypeAmount, "1e5"}, {"", value.TypeAmount, ""},
		{"13900000000", value.TypePhone, "13900000000"}, {"2022", value.TypeText, "2022"}, {"219002", "", "219002"},
		{"12345678901234.56", value.TypeAmount, "12345678901234.56"}, {"-1.01个百分点", value.TypeNumber, "-1.01个百分点"},
	} {
		if got := figure(c.text, c.typ); got != c.want {
			t.Errorf("figure(%q, %s) = %#v, want %#v", c.text, c.typ, got, c.want)
		}
	}
}

func TestAmountsAreNumbers(t *testing.T) {
	t.Parallel()
	f := opened(t, fixture())
	// Row 3 is R-BX-03: filled 329.98 at F6, which is the field 全年执行数, and a difference of 3.3.
	for cell, want := range map[string]string{"K3": "329.98", "M3": "3.3"} {
		kind, err := f.GetCellType(findingsSheet, cell)
		got, errValue := f.GetCellValue(findingsSheet, cell)
		if err != nil || errValue != nil || kind != excelize.CellTypeUnset || got != want {
			t.Errorf("%s is %q of type %v, want the number %s", cell, got, kind, want)
		}
	}
}

func TestFindingsArePrintable(t *testing.T) {
	t.Parallel()
	f := opened(t, fixture())
	titles := map[string]string{}
	for _, n := range f.GetDefinedName() {
		if n.Name == "_xlnm.Print_Titles" {
			titles[n.Scope] = n.RefersTo
		}
	}
	for _, sheet := range f.GetSheetList() {
		layout, err := f.GetPageLayout(sheet)
		if err != nil || *layout.Orientation != "landscape" || *layout.Size != 9 || *layout.FitToWidth != 1 || *layout.FitToHeight != 0 {
			t.Errorf("%s is not set up for A4 across: %+v %v", sheet, layout, err)
		}
		panes, err := f.GetPanes(sheet)
		if err != nil || !panes.Freeze || panes.YSplit != 1 {
			t.Errorf("%s: the head is not frozen: %+v %v", sheet, panes, err)
		}
		if want := "'" + sheet + "'!$1:$1"; titles[sheet] != want {
			t.Errorf("%s repeats %q on every page, want %q", sheet, titles[sheet], want)
		}
	}
	level, err := f.GetCellStyle(findingsSheet, "D3")
	if err != nil {
		t.Fatal(err)
	}
	style, err := f.GetStyle(level)
	if err != nil || len(style.Fill.Color) != 1 || style.Fill.Color[0] != levelFills[0].fill {
		t.Errorf("the level 错误 is filled %v (%v)", style.Fill, err)
	}
}

func TestMoreFindingsThanRows(t *testing.T) {
	t.Parallel()
	f := excelize.NewFile()
	defer f.Close()
	b := &book{file: f, most: 12}
	r := fixture()
	if err := b.prepare(r); err != nil {
		t.Fatal(err)
	}
	if err := b.fill(r); err != nil {
		t.Fatal(err)
	}
	all := rows(t, f, findingsSheet)
	if len(all) != 12 || all[11][1] != "另有15条放不下，见run.json" {
		t.Errorf("%d rows, the last %q", len(all), all[len(all)-1])
	}
}

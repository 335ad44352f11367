package intake

import (
	"bytes"
	"slices"
	"testing"

	"github.com/xuri/excelize/v2"

	"jixiao/generator/ooxml"
	"jixiao/generator/unit"
)

// withOpinions puts a sheet 审核意见 before the sheets of a workbook, or makes a
// workbook of it alone. It quotes what the form asks for, as a returned one does.
func withOpinions(t *testing.T, data []byte, explanation string) []byte {
	t.Helper()
	f := excelize.NewFile()
	var err error
	if data != nil {
		f, err = excelize.OpenReader(bytes.NewReader(data))
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	do := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	if data == nil {
		do(f.SetSheetName("Sheet1", unit.OpinionSheet))
	} else {
		_, err = f.NewSheet(unit.OpinionSheet)
		do(err)
		do(f.MoveSheet(unit.OpinionSheet, f.GetSheetName(0)))
	}
	var head []any
	for c := range unit.OpinionColumns {
		head = append(head, c.String())
	}
	do(f.SetSheetRow(unit.OpinionSheet, "A4", &head))
	for i, label := range []string{"部门整体支出绩效自评表", "单位名称", "年度资金总额", "年初预算数", "全年预算数", "全年执行数", "总分"} {
		cell, err := excelize.CoordinatesToCellName(1, 5+i)
		do(err)
		do(f.SetSheetRow(unit.OpinionSheet, cell, &[]any{label, "提示", "R-1", label, "整体支出绩效自评表!D6", "", "999", "= 1", "", label, explanation}))
	}
	var out bytes.Buffer
	do(f.Write(&out))
	return out.Bytes()
}

// TestOpinionsAreNoForm: the list that a unit got back and sends again changes
// nothing of what is read, whatever labels it quotes.
func TestOpinionsAreNoForm(t *testing.T) {
	t.Parallel()
	f := builtin(t)
	opt := Options{Map: f.Map, Limits: ooxml.DefaultLimits()}
	plain := one(t, "馆.xlsx", read(t, library), opt)
	listed := one(t, "馆.xlsx", withOpinions(t, read(t, library), "情况属实"), opt)
	if got, want := recordOf(f, listed), recordOf(f, plain); got != want {
		t.Errorf("with the list it reads\n%s\nwithout\n%s", got, want)
	}
	if listed.Unit.Name != plain.Unit.Name || !slices.Equal(told(listed), told(plain)) {
		t.Errorf("with the list: %s %q, without: %s %q", listed.Unit.Name, told(listed), plain.Unit.Name, told(plain))
	}
	if a, b := plain.Workbooks[0].Layout.Ignored, listed.Workbooks[0].Layout.Ignored; !slices.Equal(a, b) {
		t.Errorf("of the workbook with the list the sheets %q are looked at in vain, of the other %q", b, a)
	}
	if len(plain.Explanations) != 0 || len(listed.Explanations) != 7 {
		t.Fatalf("%d and %d explanations, want 0 and 7", len(plain.Explanations), len(listed.Explanations))
	}
	if e := listed.Explanations[0]; e.Workbook != "馆.xlsx" || e.Rule != "R-1" || e.Cell != "D6" || e.Text != "情况属实" || e.Apart {
		t.Errorf("got %+v", e)
	}
}

// A unit may send the list in a file of its own, beside the form or instead of it.
func TestOpinionsAlone(t *testing.T) {
	t.Parallel()
	f := builtin(t)
	opt := Options{Map: f.Map, Limits: ooxml.DefaultLimits()}
	alone := withOpinions(t, nil, "情况属实")
	subs := take(t, inbox(t, map[string][]byte{"馆/填报表.xlsx": read(t, library), "馆/意见.xlsx": alone}), opt)
	if len(subs) != 1 {
		t.Fatalf("%d units", len(subs))
	}
	for _, sub := range subs {
		if len(sub.Findings) != 0 || len(sub.Explanations) != 7 || !sub.Explanations[0].Apart {
			t.Errorf("beside the form: %q, %+v", told(sub), sub.Explanations)
		}
	}
	want := "R-ID-06 报送件里只有“审核意见”表，没有填报表。请把填报表和审核意见放在同一个文件里重新报送"
	if sub := one(t, "意见.xlsx", alone, opt); len(sub.Findings) != 1 || sub.Findings[0].Rule+" "+sub.Findings[0].Message != want {
		t.Errorf("instead of the form: %+v", sub.Findings)
	}
}

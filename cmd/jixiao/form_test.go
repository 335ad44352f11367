package main

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// lintCases break one cell each of an exported form: the row is found by its 编号 or 名称.
var lintCases = []struct {
	sheet, row string
	column     int // counted from 1
	text       string
	want       string // source, then message; "" for what another line tells of
}{
	{"审核公式", "R-BX-12", 5, "全年执行书 = 按支出性质分", "全年执行书 = 按支出性质分\n      第1个字符：没有叫“全年执行书”的字段，您是否想写：全年执行数"},
	{"审核公式", "R-BX-03", 5, "全年执行数 <= 填报人", "全年执行数 <= 填报人\n      第1个字符：“全年执行数”是数，“填报人”是文字，不能比较，永远判不出"},
	{"审核公式", "R-WT-01", 5, "1 = 1", "1 = 1\n      这条公式永远不会不通过：填什么都符合"},
	{"审核公式", "R-SC-01", 5, "指标.得分 >= 0 或 指标.得分 < 0", "指标.得分 >= 0 或 指标.得分 < 0\n      这条公式永远不会不通过：填什么都符合"},
	{"审核公式", "R-BX-13", 4, "总分 > 100 且 总分 < 50", "总分 > 100 且 总分 < 50\n      适用条件永远不成立，这条公式永远不会审核"},
	{"审核公式", "R-ID-04", 6, "0.01", "0.01\n      容差不起作用"},
	{"审核公式", "R-BX-14", 1, "R-BX-07", "R-BX-07\n      编号与 审核公式.xlsx 审核公式!A"},
	{"审核公式", "R-SC-05", 7, "{{总粉|分数}}", "{{总粉|分数}}\n      没有叫“总粉”的字段，您是否想写：总分"},
	{"审核公式", "R-SC-02", 3, "警告", "警告\n      级别只能写“错误”或“提示”"},
	{"计算项", "产出得分", 2, "效益得分 + 1", "效益得分 + 1\n      “产出得分”和“效益得分”互相用到，谁也算不出"},
	{"计算项", "效益得分", 2, "产出得分 + 1", ""}, // the circle has been told of
	{"参数", "执行率权重", 2, "十分", "预算执行分值 = 执行率权重\n      第1个字符：“预算执行分值”是数，“执行率权重”是文字，不能比较，永远判不出"},
}

// TestLintOfABrokenCopy: a clerk breaks cells of an exported form; form lint tells
// of all of them at once, each with its sheet and cell.
func TestLintOfABrokenCopy(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "我的套表")
	call := func(code int, args ...string) string {
		t.Helper()
		var stdout, stderr bytes.Buffer
		if got := run(context.Background(), append([]string{"jixiao", "form"}, args...), &stdout, &stderr); got != code {
			t.Fatalf("%v: exit code %d, want %d\n%s%s", args, got, code, &stdout, &stderr)
		}
		return stdout.String() + stderr.String()
	}
	call(exitAccepted, "export", "整体支出", dir)
	name := filepath.Join(dir, "审核公式.xlsx")
	edit := func(do func(f *excelize.File)) {
		t.Helper()
		f, err := excelize.OpenFile(name)
		if err != nil {
			t.Fatal(err)
		}
		do(f)
		if err := f.Save(); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	// A setting that nothing names is only mentioned.
	edit(func(f *excelize.File) {
		rows, err := f.GetRows("参数")
		if err != nil {
			t.Fatal(err)
		}
		if err := f.SetSheetRow("参数", cellAt(t, 1, len(rows)+1), &[]any{"用不到的线", 5}); err != nil {
			t.Fatal(err)
		}
	})
	if said := call(exitAccepted, "lint", dir); !strings.Contains(said, "没有问题") || !strings.Contains(said, "另有 1 处提醒，不影响使用：\n  审核公式.xlsx 参数!A") ||
		!strings.Contains(said, "用不到的线\n      没有公式或模板用到这个参数，改它不起作用。不再需要的请删去这一行\n") {
		t.Errorf("lint says\n%s", said)
	}
	places := make([]string, len(lintCases))
	edit(func(f *excelize.File) {
		at := map[string]int{}
		for _, sheet := range []string{"审核公式", "计算项", "参数"} {
			rows, err := f.GetRows(sheet)
			if err != nil {
				t.Fatal(err)
			}
			for i, r := range rows {
				if len(r) > 0 {
					at[sheet+r[0]] = i + 1
				}
			}
		}
		for i, c := range lintCases {
			row := at[c.sheet+c.row]
			if row == 0 {
				t.Fatalf("%s has no %s", c.sheet, c.row)
			}
			cell := cellAt(t, c.column, row)
			if err := f.SetCellStr(c.sheet, cell, c.text); err != nil {
				t.Fatal(err)
			}
			if places[i] = "审核公式.xlsx " + c.sheet + "!" + cell + "  "; c.sheet == "参数" {
				places[i] = "审核公式.xlsx 审核公式!E" // where it is compared
			}
		}
	})
	said := call(exitUsage, "lint", dir)
	if !strings.HasPrefix(said, "jixiao：套表 "+dir+" 有 13 处问题：\n") || !strings.Contains(said, "\n另有 2 处提醒，不影响使用：\n") {
		t.Errorf("lint says\n%s", said)
	}
	for i, c := range lintCases {
		found := c.want == ""
		for _, part := range strings.Split(said, "\n  审核公式.xlsx ")[1:] {
			part = "审核公式.xlsx " + part
			found = found || strings.HasPrefix(part, places[i]) && strings.Contains(part, "  "+c.want)
		}
		if !found {
			t.Errorf("%s %s: no %q at %s in\n%s", c.sheet, c.row, c.want, places[i], said)
		}
	}
}

func cellAt(t *testing.T, column, row int) string {
	t.Helper()
	name, err := excelize.CoordinatesToCellName(column, row)
	if err != nil {
		t.Fatal(err)
	}
	return name
}

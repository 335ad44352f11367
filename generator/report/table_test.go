package report

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"jixiao/generator/unit"
)

func table(t *testing.T, r *Run) string {
	t.Helper()
	var b strings.Builder
	if err := Table(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestTable(t *testing.T) {
	t.Parallel()
	r := fixture()
	r.Units = r.Units[:7]
	r.Units[2].Unit.Name = "\x1b[31m档案馆\r\n" // a name out of a workbook must not drive the terminal
	r.Units[5].Unit.Name = "农业ＡＢ局e\u0301"
	r.Units[3].Unit.Name = strings.Repeat("长", 40)
	want := `2022年度整体支出：共7家，通过4家，退回2家，未报1家；错误9处，提示11处，已说明1处，未判1处

单位编码  单位名称                         结果  错误  提示  已说明  未判
219002    青禾区信访局                     退回     8     5       1     1
219007    青禾区市场监督管理局             退回     1     1       0     0
219005    青禾区图书馆                     未报
219001    青禾区人民政府办公室             通过     0     1       0     0
219003     [31m档案馆                      通过     0     0       0     0
219004    长长长长长长长长长长长长长长长…  通过     0     2       0     0
219006    农业ＡＢ局é                      通过     0     2       0     0
`
	if got := table(t, r); got != strings.ReplaceAll(want, "é", "e\u0301") {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestTableOfManyListsOnlyWhoNeedsSomebody(t *testing.T) {
	t.Parallel()
	r := fixture()
	for i := range 30 {
		r.Units = append(r.Units, Unit{Unit: unit.Unit{Name: fmt.Sprintf("青禾区第%d小学", i)}, Outcome: unit.Missing})
	}
	got := table(t, r)
	if strings.Contains(got, "通过 ") || !strings.Contains(got, "青禾区第15小学") || strings.Contains(got, "青禾区第16小学") ||
		!strings.HasSuffix(got, "另有14家未列出，见运行报告.html\n") {
		t.Errorf("got\n%s", got)
	}
}

func TestTableSaysWhenItCannotBeWritten(t *testing.T) {
	t.Parallel()
	full := errors.New("disk full")
	if err := Table(failing{full}, fixture()); !errors.Is(err, full) {
		t.Errorf("got %v", err)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

func TestColumns(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"": 0, "abc": 3, "绩效": 4, "Ａ（1）": 7, "e\u0301": 1, "\u200b零宽": 4, "“引”": 4, "🏠": 2, "ｱ": 1, "…": 1,
	} {
		if got := columns(text); got != want {
			t.Errorf("columns(%q) = %d, want %d", text, got, want)
		}
	}
}

func TestClip(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		most int
		want string
	}{
		{"绩效评价", 8, "绩效评价"}, {"绩效评价", 7, "绩效评…"}, {"绩效评价", 6, "绩效…"}, {"abcdef", 4, "abc…"}, {"", 4, ""},
	} {
		if got := clip(c.text, c.most); got != c.want || columns(got) > c.most {
			t.Errorf("clip(%q, %d) = %q, want %q", c.text, c.most, got, c.want)
		}
	}
}

func TestDetailsSayWhatTheUnitExplained(t *testing.T) {
	t.Parallel()
	r := fixture()
	r.Units = r.Units[1:2]
	var b strings.Builder
	if err := Details(&b, r); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"  已说明 R-SC-07 定量计分  《青禾区信访局.xlsx》整体支出绩效自评表!H18\n      成本为反向指标，完成122.97万元低于目标150万元，应得满分。请核实，或注明“≤”\n      单位说明：成本未列全，按上级考核结果扣2分\n",
		"  错误 R-SC-05 总分=Σ得分  《青禾区信访局.xlsx》整体支出绩效自评表!H24\n      各项得分合计118，与总分98不符；超过分值的两项按分值计，合计正好98，疑为录入错位\n      单位说明：总分无误，得分栏录入错位\n",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("it does not say\n%s\nin\n%s", want, &b)
		}
	}
}

func TestDetails(t *testing.T) {
	t.Parallel()
	r := fixture()
	r.Units = r.Units[6:8]
	r.Units[0].Verdict.Findings[1].Message = "\x1b]0;坏\x07读作10"
	var b strings.Builder
	if err := Details(&b, r); err != nil {
		t.Fatal(err)
	}
	want := `青禾区市场监督管理局（退回）
  错误 R-BX-01 三数必填  《青禾区市场监督管理局.xlsx》整体支出绩效自评表!D6
      “年初预算数”没有填。没有年初预算的请填0
  提示 R-CM-05 数值格污染  《青禾区市场监督管理局.xlsx》整体支出绩效自评表!G6
       ]0;坏 读作10

`
	if got := b.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

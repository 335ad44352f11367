package generator

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/width"

	"jixiao/generator/report"
)

// familyVariant is one way in which units' workbooks differ from each other
// without saying anything else.
type familyVariant struct {
	name  string
	forms string // the families it is for; "" for all
	edit  func(b *familyBook)
	drop  string   // values with this in their name are gone
	more  []string // findings it has more than the workbook it was made from
	twice bool     // a second project of other name with the same values
}

var familyVariants = []familyVariant{
	{name: "标题上面有附件行", edit: func(b *familyBook) { b.rows(1, 2); b.set("A1", "附件2") }},
	{name: "左边空一列", edit: func(b *familyBook) { b.do(b.InsertCols(b.sheet, "A", 1)) }},
	{name: "多一行项目负责人", edit: func(b *familyBook) {
		_, r := b.at("资金", "预算执行")
		b.rows(r, 1)
		b.set(cellName(1, r), "项目负责人")
		b.set(cellName(3, r), "李某某")
	}},
	{name: "工作表改名、有填表说明", edit: func(b *familyBook) {
		b.do(b.SetSheetName(b.sheet, "附件3-1"))
		b.sheet = "附件3-1"
		_, err := b.NewSheet("填表说明")
		b.do(err)
		b.do(b.SetCellStr("填表说明", "A1", "填表说明：年初预算数填写年初批复数，得分不超过分值。"))
	}},
	{name: "合并单元格全部拆开", edit: (*familyBook).unmerge},
	{name: "一级、二级指标每行都写", edit: (*familyBook).repeatLevels},
	{name: "标签里有空格和换行", edit: (*familyBook).spaceLabels},
	{name: "标签括号、冒号换成另一种", edit: func(b *familyBook) {
		b.each(func(text string) string {
			return strings.NewReplacer("(", "（", ")", "）", "：", ":", "（", "(", "）", ")").Replace(text)
		})
	}},
	{name: "表头用别的叫法", edit: (*familyBook).synonyms},
	{name: "指标列换了次序", edit: func(b *familyBook) { b.swap(b.columnPair()) }},
	{name: "资金列换了次序", edit: func(b *familyBook) {
		c1, r := b.at("执行率", "预算执行率", "执行率(B/A)")
		c2 := b.inRow(r, "得分", "得分(20分*执行率)")
		_, last := b.at("年度总体目标")
		b.exchange(c1, c2, r, last-1)
	}},
	{name: "留着模板的空行", edit: func(b *familyBook) {
		first, _ := b.indicators()
		b.rows(first+1, 2)
		col, _ := b.at("三级指标")
		b.set(cellName(col, first+1), "指标2：")
		b.set(cellName(col, first+2), "……")
	}},
	{name: "一级指标逐字一行", edit: (*familyBook).spellDown},
	{name: "删去其他资金一行", forms: "通用项目 四川 云南 衔接资金", drop: "其他资金", more: []string{"提示 R-ID-06"}, edit: func(b *familyBook) {
		_, r := b.at("其他资金")
		b.do(b.RemoveRow(b.sheet, r))
	}},
	{name: "金额以元填报", forms: "通用项目 湖北 四川 衔接资金", more: []string{"提示 R-UN-01"}, edit: (*familyBook).otherUnit},
	{name: "金额以万元填报", forms: "云南", more: []string{"提示 R-UN-01"}, edit: (*familyBook).otherUnit},
	{name: "数都存成数值", edit: (*familyBook).numbers},
	{name: "总分的别的叫法", edit: func(b *familyBook) {
		col, r := b.at("总分", "合计")
		b.set(cellName(col, r), map[bool]string{true: "总分", false: "合 计"}[b.form == "四川"])
	}},
	{name: "指标性质、指标值、度量单位并成一列", forms: "四川", more: []string{"提示 R-ID-06"}, edit: (*familyBook).joinTargets},
	{name: "两个项目两张表", twice: true, edit: func(b *familyBook) {
		from, err := b.GetSheetIndex(b.sheet)
		b.do(err)
		to, err := b.NewSheet("第二个")
		b.do(err)
		b.do(b.CopySheet(from, to))
		b.sheet = "第二个"
		for r, cells := range b.grid() {
			for c, text := range cells {
				if other := strings.ReplaceAll(text, "乡村道路养护", "农村公路绿化"); other != text {
					b.set(cellName(c+1, r+1), other)
				}
			}
		}
	}},
	{name: "两个项目上下排", twice: true, edit: (*familyBook).stack},
}

// TestFamilyVariants: what a unit changes in the layout changes nothing in the
// record, and no rule speaks of it.
func TestFamilyVariants(t *testing.T) {
	t.Parallel()
	forms := familyForms(t)
	done := map[string]int{}
	for _, name := range families {
		file := "testdata/families/" + name + "-0.xlsx"
		base := familyRun(t, forms[name], file)
		want, found := sameValues(base), rules(base)
		if len(want) < 60 {
			t.Fatalf("%s: only %d values", file, len(want))
		}
		for _, v := range familyVariants {
			if v.forms != "" && !slices.Contains(strings.Fields(v.forms), name) {
				continue
			}
			done[v.name]++
			t.Run(name+"/"+v.name, func(t *testing.T) {
				t.Parallel()
				run := familyRun(t, forms[name], openFamily(t, name, file).edited(v.edit))
				diff := differences(sameValues(run), v.expected(want))
				if v.name == "指标性质、指标值、度量单位并成一列" {
					diff = differences(joined(sameValues(run)), joined(want))
				}
				more := slices.Clone(v.more)
				if v.twice {
					more = append(more, found...)
				}
				for _, d := range append(diff, differences(rules(run), append(more, found...))...) {
					t.Error(d)
				}
			})
		}
	}
	for _, v := range familyVariants {
		if done[v.name] == 0 {
			t.Errorf("no family for %s", v.name)
		}
	}
}

// expected are the values of the variant, made from those of its workbook.
func (v *familyVariant) expected(base []string) []string {
	var out []string
	for _, line := range base {
		if v.drop == "" || !strings.Contains(line, v.drop) {
			out = append(out, line)
		}
	}
	if v.twice {
		for _, line := range slices.Clone(out) {
			out = append(out, strings.NewReplacer("项目1.", "项目2.", "乡村道路养护", "农村公路绿化").Replace(line))
		}
	}
	return out
}

// sameValues are the values of a run without their places, in one spelling.
func sameValues(run *report.Run) []string {
	var out []string
	for _, u := range run.Units {
		for _, line := range valueLines(&u.Verdict.Record.Item, "", false) {
			out = append(out, oneSpelling(strings.TrimSuffix(line, " ↓")))
		}
	}
	return out
}

func oneSpelling(text string) string {
	return strings.NewReplacer(" ", "", "↵", "", "\u3000", "").Replace(width.Fold.String(text))
}

// joined puts sign, figure and unit of a target together.
func joined(lines []string) []string {
	parts := map[string][3]string{}
	var out []string
	for _, line := range lines {
		name, text, _ := strings.Cut(line, "=")
		i := strings.LastIndex(name, ".")
		item, field := name[:max(i, 0)], name[i+1:]
		p := parts[item]
		switch field {
		case "指标性质":
			p[0] = strings.TrimPrefix(text, "定性")
		case "年度指标值":
			p[1] = text
		case "度量单位":
			p[2] = text
		default:
			out = append(out, line)
			continue
		}
		parts[item] = p
	}
	for item, p := range parts {
		out = append(out, item+".目标="+strings.Join(p[:], ""))
	}
	return out
}

// rules are the findings of a run without their places.
func rules(run *report.Run) []string {
	var out []string
	for _, u := range run.Units {
		for _, line := range findingLines(u) {
			line, _, _ = strings.Cut(line, "@")
			out = append(out, line)
		}
	}
	return out
}

// familyBook is a workbook of a family on the way to another layout.
type familyBook struct {
	*excelize.File
	t     testing.TB
	form  string
	sheet string
}

func openFamily(t testing.TB, form, file string) *familyBook {
	t.Helper()
	f, err := excelize.OpenFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return &familyBook{f, t, form, f.GetSheetName(0)}
}

// edited writes the workbook as it is after the edit and returns its path.
func (b *familyBook) edited(edit func(*familyBook)) string {
	b.t.Helper()
	edit(b)
	path := filepath.Join(b.t.TempDir(), "自评.xlsx")
	b.do(b.SaveAs(path))
	b.do(b.Close())
	if _, err := os.Stat(path); err != nil {
		b.t.Fatal(err)
	}
	return path
}

func (b *familyBook) do(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func cellName(col, row int) string {
	name, err := excelize.CoordinatesToCellName(col, row)
	if err != nil {
		return fmt.Sprintf("?%d,%d", col, row)
	}
	return name
}

func (b *familyBook) set(ref, text string) { b.t.Helper(); b.do(b.SetCellStr(b.sheet, ref, text)) }

func (b *familyBook) get(col, row int) string {
	b.t.Helper()
	text, err := b.GetCellValue(b.sheet, cellName(col, row))
	b.do(err)
	return text
}

func (b *familyBook) rows(row, n int) { b.t.Helper(); b.do(b.InsertRows(b.sheet, row, n)) }

// grid are the texts of all cells: a merged cell's at its first only.
func (b *familyBook) grid() [][]string {
	b.t.Helper()
	rows, err := b.GetRows(b.sheet, excelize.Options{RawCellValue: true})
	b.do(err)
	return rows
}

// at finds the first cell that says one of the texts, or else begins with one.
func (b *familyBook) at(texts ...string) (col, row int) {
	b.t.Helper()
	for _, match := range []func(string, string) bool{func(a, t string) bool { return a == t }, strings.HasPrefix, strings.Contains} {
		for r, cells := range b.grid() {
			for c, text := range cells {
				if slices.ContainsFunc(texts, func(t string) bool { return match(oneSpelling(strings.ReplaceAll(text, "\n", "")), oneSpelling(t)) }) {
					return c + 1, r + 1
				}
			}
		}
	}
	b.t.Fatalf("%s has no cell %q", b.form, texts)
	return 0, 0
}

func (b *familyBook) inRow(row int, texts ...string) int {
	b.t.Helper()
	for c, text := range b.grid()[row-1] {
		if slices.ContainsFunc(texts, func(t string) bool { return oneSpelling(strings.ReplaceAll(text, "\n", "")) == oneSpelling(t) }) {
			return c + 1
		}
	}
	b.t.Fatalf("%s: row %d has no cell %q", b.form, row, texts)
	return 0
}

// indicators are the first and last row of the list of indicators.
func (b *familyBook) indicators() (first, last int) {
	b.t.Helper()
	_, head := b.at("三级指标")
	_, sum := b.at("总分", "合计")
	if b.form == "云南" {
		_, sum = b.at("其他需要说明事项")
		head++
	}
	return head + 1, sum - 1
}

// each changes the texts of all labels: everything but the values.
func (b *familyBook) each(change func(string) string) {
	b.t.Helper()
	for r, cells := range b.grid() {
		for c, text := range cells {
			if slices.Contains(familyLabels, oneSpelling(strings.ReplaceAll(text, "\n", ""))) {
				b.set(cellName(c+1, r+1), change(text))
			}
		}
	}
}

func (b *familyBook) number(text string) (float64, bool) {
	n, err := strconv.ParseFloat(text, 64)
	return n, err == nil
}

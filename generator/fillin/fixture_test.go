package fillin_test

import (
	"bytes"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/xuri/excelize/v2"

	"jixiao/generator/fillin"
	"jixiao/generator/ooxml"
)

// Sheets of the fill-in workbook that the tests draw from the blank forms.
const (
	wholeSheet   = "整体支出绩效自评表"
	reportSheet  = "自评报告"
	projectSheet = "项目支出绩效自评表"
)

// file opens a workbook of testdata with the independent writer.
func file(t testing.TB, name string) *excelize.File {
	t.Helper()
	f, err := excelize.OpenFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// read passes a workbook through the verified reading.
func read(t testing.TB, f *excelize.File) *ooxml.Workbook {
	t.Helper()
	var buf bytes.Buffer
	if err := f.Write(&buf); err != nil {
		t.Fatal(err)
	}
	book, err := ooxml.ReadWorkbook(buf.Bytes(), ooxml.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	return book
}

func set(t testing.TB, f *excelize.File, sheet string, cells map[string]any) {
	t.Helper()
	for _, ref := range slices.Sorted(maps.Keys(cells)) {
		if err := f.SetCellValue(sheet, ref, cells[ref]); err != nil {
			t.Fatal(err)
		}
	}
}

func get(t testing.TB, f *excelize.File, sheet, ref string) string {
	t.Helper()
	v, err := f.GetCellValue(sheet, ref, excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// copySheet copies cells and merges of a sheet into another workbook.
func copySheet(t testing.TB, from *excelize.File, name string, to *excelize.File, as string) {
	t.Helper()
	if _, err := to.NewSheet(as); err != nil {
		t.Fatal(err)
	}
	copyInto(t, from, name, to, as, 0)
}

func copyInto(t testing.TB, from *excelize.File, name string, to *excelize.File, as string, down int) {
	t.Helper()
	rows, err := from.GetRows(name, excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	merges, err := from.GetMergeCells(name)
	if err != nil {
		t.Fatal(err)
	}
	move := func(ref string) string {
		c, r, err := excelize.CellNameToCoordinates(ref)
		if err != nil {
			t.Fatal(err)
		}
		out, err := excelize.CoordinatesToCellName(c, r+down)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	for i, row := range rows {
		for j, text := range row {
			if text == "" {
				continue
			}
			ref, err := excelize.CoordinatesToCellName(j+1, i+1+down)
			if err != nil {
				t.Fatal(err)
			}
			set(t, to, as, map[string]any{ref: text})
		}
	}
	for _, m := range merges {
		if err := to.MergeCell(as, move(m.GetStartAxis()), move(m.GetEndAxis())); err != nil {
			t.Fatal(err)
		}
	}
}

// tags writes the list's tags into the blank rows from first to last; what the
// blank form carries in B to D becomes the initial value.
func tags(t testing.TB, f *excelize.File, sheet, prefix string, first, last int) {
	t.Helper()
	for r := first; r <= last; r++ {
		cell := func(col, field, pipe string) {
			ref := fmt.Sprintf("%s%d", col, r)
			text := get(t, f, sheet, ref)
			if strings.Contains(text, "{{") {
				return // merged with the row above
			}
			if text != "" {
				pipe += "|初值:" + text
			} else if col < "D" {
				return
			}
			set(t, f, sheet, map[string]any{ref: "{{" + prefix + field + pipe + "}}"})
		}
		cell("B", "指标.一级指标", "")
		cell("C", "指标.二级指标", "")
		cell("D", "指标.三级指标", "")
		cell("E", "指标.年度指标值", "")
		cell("F", "指标.实际完成值", "")
		cell("G", "指标.分值", "|分数")
		cell("H", "指标.得分", "|分数")
		cell("I", "指标.偏差原因", "|可空")
	}
}

// theForm draws the fill-in workbook of the three sheets.
func theForm(t testing.TB) *excelize.File {
	t.Helper()
	f := file(t, "blank-whole.xlsx")
	sheets := f.GetSheetList()
	for i, name := range []string{wholeSheet, reportSheet} {
		if err := f.SetSheetName(sheets[i], name); err != nil {
			t.Fatal(err)
		}
	}
	set(t, f, wholeSheet, map[string]any{
		"A2": "{{年度}}年度部门整体支出绩效自评表",
		"A3": "填报单位：{{填报单位|可空}}（盖章）               （{{年度}}年度）",
		"D4": "{{单位名称|键}}",
		"D6": "{{年初预算数|金额}}", "E6": "{{全年预算数|金额}}", "F6": "{{全年执行数|金额}}",
		"G6": "{{预算执行分值|分数|初值:10分}}", "H6": "{{执行率|百分比}}", "I6": "{{预算执行得分|分数}}",
		"B7": "按收入性质分：{{按收入性质分|金额}}", "F7": "按支出性质分：{{按支出性质分|金额}}",
		"B8": "其中：一般公共预算：{{一般公共预算|金额}}", "F8": "其中：基本支出：{{基本支出|金额}}",
		"B9": "政府性基金拨款：{{政府性基金拨款|金额|可空}}", "F9": "项目支出：{{项目支出|金额|可空}}",
		"B10": "纳入专户管理的非税收入拨款：{{非税收入拨款|金额|可空}}", "B11": "其他资金：{{其他资金|金额|可空}}",
		"B13": "{{预期目标|段落}}", "F13": "{{实际完成情况|段落}}",
		"G24": "{{总分值|分数|初值:100}}", "H24": "{{总分|分数}}",
		"A25": "填报人：{{填报人}}          联系电话：{{联系电话|电话}}                填报日期：{{填报日期|日期}}              单位负责人签字：{{单位负责人|可空}}",
	})
	tags(t, f, wholeSheet, "", 15, 23)
	for r := 2; r <= 21; r++ {
		label := get(t, f, reportSheet, fmt.Sprintf("A%d", r))
		name, unit, _ := strings.Cut(label, "（")
		pipe := map[string]string{"人）": "|整数", "万元）": "|金额"}[unit]
		set(t, f, reportSheet, map[string]any{fmt.Sprintf("B%d", r): "{{" + name + pipe + "}}"})
	}
	p := file(t, "blank-project.xlsx")
	copySheet(t, p, p.GetSheetName(0), f, projectSheet)
	set(t, f, projectSheet, map[string]any{
		"A3": "（{{项目.年度|可空}}年度）", "C4": "{{项目.项目名称}}", "C5": "{{项目.主管部门|可空}}", "F5": "{{项目.实施单位|可空}}",
		"D7": "{{项目.年初预算数|金额}}", "E7": "{{项目.全年预算数|金额}}", "F7": "{{项目.全年执行数|金额}}",
		"G7": "{{项目.预算执行分值|分数|初值:10}}", "H7": "{{项目.执行率|百分比}}", "I7": "{{项目.预算执行得分|分数}}",
		"B12": "{{项目.预期目标}}", "F12": "{{项目.实际完成情况}}", "G41": "{{项目.总分值|分数|初值:100}}", "H41": "{{项目.总分|分数}}",
		"A42": "填报人：{{项目.填报人|可空}}          联系电话：{{项目.联系电话|可空}}                填报日期：{{项目.填报日期|可空}}              项目负责人签字：{{项目.项目负责人|可空}}",
	})
	for r, name := range map[int]string{8: "财政拨款", 9: "上年结转", 10: "其他资金"} {
		for col, field := range map[string]string{"D": "年初预算数", "E": "全年预算数", "F": "全年执行数"} {
			set(t, f, projectSheet, map[string]any{fmt.Sprintf("%s%d", col, r): "{{项目." + name + field + "|金额|可空}}"})
		}
		set(t, f, projectSheet, map[string]any{fmt.Sprintf("H%d", r): "{{项目." + name + "执行率|百分比|可空}}"})
	}
	tags(t, f, projectSheet, "项目.", 14, 40)
	return f
}

// compile compiles a fill-in workbook that must have no fault.
func compile(t testing.TB, f *excelize.File, synonyms map[string][]string) *fillin.Map {
	t.Helper()
	m, faults := fillin.Compile(read(t, f), synonyms)
	for _, x := range faults {
		t.Errorf("%s %s: %s", x.Place, x.Source, x.Message)
	}
	if len(faults) > 0 {
		t.FailNow()
	}
	return m
}

var formOnce = sync.OnceValue(func() *ooxml.Workbook {
	t := new(testing.T)
	return read(t, theForm(t))
})

// theMap is the compiled form of the three sheets.
func theMap(t testing.TB) *fillin.Map {
	t.Helper()
	m, faults := fillin.Compile(formOnce(), nil)
	if len(faults) > 0 {
		t.Fatalf("faults: %v", faults)
	}
	return m
}

// lines shows a layout, one value a line: path, sheet!cell and text, so that a
// difference can be read.
func lines(l *fillin.Layout, places bool) []string {
	var out []string
	var walk func(path string, g *fillin.Group)
	walk = func(path string, g *fillin.Group) {
		for _, c := range g.Cells {
			s := path + c.Spec.Name
			if places {
				s += " " + c.Sheet + "!" + c.Cell.String()
			}
			s += " = " + strings.TrimSpace(strings.ReplaceAll(c.Raw, "\n", "⏎"))
			if c.Filled {
				s += " ↓"
			}
			if c.Unit != "" {
				s += " [" + c.Unit + "]"
			}
			out = append(out, s)
		}
		for _, x := range g.Lists {
			for i := range x.Items {
				walk(fmt.Sprintf("%s%s[%d].", path, x.Name, i+1), &x.Items[i])
			}
		}
	}
	walk("", &l.Group)
	return out
}

// problems shows the problems of a layout, one a line.
func problems(l *fillin.Layout) []string {
	kinds := []string{"找不到", "两处", "不同", "隐藏", "隐藏表", "没有读", "旁行", "续表"}
	var out []string
	for _, p := range l.Problems {
		var names []string
		for _, s := range p.Specs {
			names = append(names, s.Name)
		}
		s := fmt.Sprintf("%s “%s” %s!%s", kinds[p.Kind], p.Label, p.Sheet, p.Cell)
		if p.Found != "" {
			s += " 写作“" + p.Found + "”"
		}
		out = append(out, s+" → "+strings.Join(names, "、"))
	}
	return out
}

// diff compares two lists of lines.
func diff(t testing.TB, what string, got, want []string) {
	t.Helper()
	if slices.Equal(got, want) {
		return
	}
	var b strings.Builder
	for _, w := range want {
		if !slices.Contains(got, w) {
			fmt.Fprintf(&b, "\n  - %s", w)
		}
	}
	for _, g := range got {
		if !slices.Contains(want, g) {
			fmt.Fprintf(&b, "\n  + %s", g)
		}
	}
	if b.Len() == 0 {
		fmt.Fprintf(&b, "\n  order differs:\n%s", strings.Join(got, "\n"))
	}
	t.Errorf("%s: want -, got +%s", what, b.String())
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

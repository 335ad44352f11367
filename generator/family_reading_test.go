package generator

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"jixiao/generator/report"
)

// sentences are the findings of a run in full: 错误 R-BX-06@C7 年初预算数：….
func sentences(run *report.Run) []string {
	var lines []string
	for _, u := range run.Units {
		for _, f := range u.Verdict.Findings {
			at := f.Place.Cell
			if s := f.Place.Sheet; s != "" && s != "自评表" && !strings.HasPrefix(s, "自评表（") {
				at = s + "!" + at
			}
			lines = append(lines, fmt.Sprintf("%s %s@%s %s", f.Level.Chinese(), f.Rule, at, f.Message))
		}
	}
	return lines
}

// without takes what was found in the original out of a list, also where it
// stands at another place, when rows were put in above it.
func without(list, base []string, rows int) []string {
	text := func(line string) string {
		if rows == 0 {
			return line
		}
		head, tail, _ := strings.Cut(line, "@")
		_, tail, _ = strings.Cut(tail, " ")
		return head + tail
	}
	var out []string
	left := slices.Clone(base)
	for _, line := range list {
		if i := slices.IndexFunc(left, func(b string) bool { return text(b) == text(line) }); i >= 0 {
			left = slices.Delete(left, i, i+1)
		} else {
			out = append(out, line)
		}
	}
	return out
}

// familyReading is one thing that people do to a workbook of a family, and what comes of it.
type familyReading struct {
	name, form string
	edit       func(b *familyBook)
	values     []string // that change or are new, with their cells
	gone       []string // that are no more: names of fields
	says       []string // findings that the original does not have
	rows       int      // that were put in, so that findings of the original stand elsewhere
}

var familyReadings = []familyReading{
	{name: "表头分在两格：分值", form: "通用项目", edit: func(b *familyBook) { b.split("分值") }},
	{name: "表头分在两格：得分", form: "四川", edit: func(b *familyBook) { b.split("得分") }},
	{name: "表头分在两格：完成值", form: "云南", edit: func(b *familyBook) { b.split("实际完成值") }},
	{name: "表头分在两格：年初目标值", form: "湖北", edit: func(b *familyBook) { b.split("年初目标值(A)") }},
	{name: "表头分在两格：三级指标", form: "衔接资金", edit: func(b *familyBook) { b.split("三级指标") }},
	{name: "表头分在两格，值在后一格", form: "通用项目", edit: func(b *familyBook) {
		b.split("得分")
		first, last := b.indicators()
		for r := first; r <= last; r++ {
			b.set(cellName(9, r), b.get(8, r))
			b.set(cellName(8, r), "")
		}
		b.set("I22", b.get(8, 22))
		b.set("H22", "")
	}},
	{name: "行名分在两格：项目名称", form: "通用项目", edit: func(b *familyBook) { b.unmerge(); b.set("A3", "项目"); b.set("B3", "名称") }},
	{name: "行名分在两格：实施单位", form: "衔接资金", edit: func(b *familyBook) { b.unmerge(); b.set("A5", "实施"); b.set("B5", "单位") }},
	{name: "行名一字一格：总分", form: "湖北", edit: func(b *familyBook) { b.unmerge(); b.set("A23", "总"); b.set("B23", "分") }},
	{name: "行名分在两格：年度资金总额", form: "云南", edit: func(b *familyBook) {
		b.do(b.InsertCols(b.sheet, "C", 1))
		b.set("B7", "年度")
		b.set("C7", "资金总额")
	}},
	{name: "指标性质、指标值、度量单位并在年度指标值下", form: "云南", edit: (*familyBook).undivide,
		values: []string{
			"项目1.指标1.年度指标值 = ≥300公里 @E14", "项目1.指标2.年度指标值 = ≥10处 @E15", "项目1.指标3.年度指标值 = =100% @E16", "项目1.指标4.年度指标值 = 2023年6月底前 @E17",
			"项目1.指标5.年度指标值 = ≤1万元 @E18", "项目1.指标6.年度指标值 = ≥5万人 @E19", "项目1.指标7.年度指标值 = ≥90% @E20", "项目1.指标8.年度指标值 = ≥90% @E21",
		},
		gone: []string{"指标性质", "度量单位"},
		says: []string{"提示 R-ID-06@D13 工作表“自评表”里没有“指标性质”（D13 附近）、“度量单位”（E13 附近）这一栏，因此读不到“指标性质”、“度量单位”，请核对是否漏了"}},
	{name: "年度指标值下面没有分栏的表头，值还在三列里", form: "云南", edit: func(b *familyBook) { b.do(b.RemoveRow(b.sheet, 14)) },
		gone: []string{"指标性质", "度量单位", "年度指标值"},
		says: []string{
			"错误 R-ID-06@E14 工作表“自评表”里“指标值”有不止一处，分不清以哪一处为准，因此读不到“年度指标值”。请删去多余的一处",
			"提示 R-ID-06@D13 工作表“自评表”里没有“指标性质”（D13 附近）、“度量单位”（E13 附近）这一栏，因此读不到“指标性质”、“度量单位”，请核对是否漏了",
			"错误 R-CM-06@I14 “养护里程”有分值没有指标值", "错误 R-CM-06@I15 “修复水毁路段”有分值没有指标值", "错误 R-CM-06@I16 “养护验收合格率”有分值没有指标值",
			"错误 R-CM-06@I17 “汛前完成养护”有分值没有指标值",
			"错误 R-CM-06@I18 “每公里养护成本”有分值没有指标值", "错误 R-CM-06@I19 “受益群众人数”有分值没有指标值",
			"错误 R-CM-06@I20 “沿线绿化覆盖率”有分值没有指标值", "错误 R-CM-06@I21 “群众满意度”有分值没有指标值",
		}},
	{name: "其中行换了名称", form: "通用项目", edit: func(b *familyBook) {
		b.set("B8", "其中：省级资金")
		b.set("B10", "县级资金")
		b.set("D10", "1.5")
	},
		gone: []string{"财政拨款", "其他资金"},
		says: []string{
			"提示 R-ID-06@B7 工作表“自评表”里没有“其中：当年财政拨款”（B7 附近）、“其他资金”（B9 附近）这一栏，因此读不到“财政拨款年初预算数”、“财政拨款全年预算数”、“财政拨款全年执行数”等12项，请核对是否漏了",
			"提示 R-ID-06@C8 工作表“自评表”里“其中：省级资金”、“县级资金”不是表样的行，没有读取。属于表样里某一行的，请按表样的名称填写",
			"提示 R-BX-06@C7 年初预算数：年度资金总额300.00万元，填了的分项相加0.00万元，少300.00万元。请核对是否有分项漏填；另有其他来源的行，请核对各行相加是否等于总额",
			"提示 R-BX-06@D7 全年预算数：年度资金总额309.50万元，填了的分项相加9.50万元，少300.00万元。请核对是否有分项漏填；另有其他来源的行，请核对各行相加是否等于总额",
			"提示 R-BX-06@E7 全年执行数：年度资金总额301.25万元，填了的分项相加9.50万元，少291.75万元。请核对是否有分项漏填；另有其他来源的行，请核对各行相加是否等于总额",
		}},
	{name: "多一行来源", form: "四川", rows: 1, edit: func(b *familyBook) {
		b.rows(10, 1)
		b.set("B10", "中央补助资金")
		b.set("C10", "12.5")
	}, says: []string{"提示 R-ID-06@C10 工作表“自评表”里“中央补助资金”不是表样的行，没有读取。属于表样里某一行的，请按表样的名称填写"}},
	{name: "多一行没有数的来源", form: "四川", rows: 1, edit: func(b *familyBook) { b.rows(10, 1); b.set("B10", "中央补助资金"); b.set("C10", "0") }},
	{name: "资金块下有合计行", form: "通用项目", rows: 1, edit: func(b *familyBook) { b.rows(11, 1); b.set("B11", "合计"); b.set("C11", "300") }},
	{name: "得分合并两条，分值各写各的", form: "通用项目", edit: func(b *familyBook) { b.merge("H14", "H15", "25") },
		values: []string{"项目1.指标1.得分 = 25 @H14", "项目1.指标2.得分 = 不适用 @H14 ↓"},
		says: []string{
			"错误 R-SC-01@H14 第1条指标“养护里程”得分25大于分值15，多10分。请改为不超过分值",
			"提示 R-CM-05@H14 “得分”的25合并在一个单元格里，盖住第1至2条（养护里程、修复水毁路段），只计一次，记在第1条。请拆开，逐条填写",
			"提示 R-SC-07@H14 “养护里程”目标≥300公里、完成305公里，按完成比例应得15分，填报25分，相差10分。请核对计分或在偏差原因里说明",
		}},
	{name: "得分合并两条，没有分值一列", form: "湖北", edit: func(b *familyBook) { b.merge("G15", "G16", "20") },
		values: []string{"项目1.指标1.得分 = 20 @G15", "项目1.指标2.得分 = 不适用 @G15 ↓"},
		says:   []string{"提示 R-CM-05@G15 “得分”的20合并在一个单元格里，盖住第1至2条（养护里程、修复水毁路段），只计一次，记在第1条。请拆开，逐条填写"}},
	{name: "分值、得分一起合并两条", form: "通用项目", edit: func(b *familyBook) { b.merge("G14", "G15", "25"); b.merge("H14", "H15", "25") },
		values: []string{"项目1.指标1.分值 = 25 @G14", "项目1.指标2.分值 = 不适用 @G14 ↓", "项目1.指标1.得分 = 25 @H14", "项目1.指标2.得分 = 不适用 @H14 ↓"}},
	{name: "表头下面有栏次", form: "通用项目", rows: 1, edit: func(b *familyBook) {
		b.rows(14, 1)
		for c, text := range []string{"栏次", "甲", "乙", "丙", "1", "2", "3", "4", "5"} {
			b.set(cellName(c+1, 14), text)
		}
	}},
	{name: "表头下面有算式栏次", form: "衔接资金", rows: 1, edit: func(b *familyBook) {
		b.rows(14, 1)
		for c, text := range []string{"", "1", "2", "3", "4", "5", "6", "7=6/5*4", "8"} {
			b.set(cellName(c+1, 14), text)
		}
	}},
	{name: "标签带脚注号", form: "通用项目", edit: func(b *familyBook) {
		for ref, mark := range map[string]string{"D6": "¹", "E6": "注2", "E13": "②", "H13": "[3]", "A4": "*", "G13": "注"} {
			c, r := at(ref)
			b.set(ref, b.get(c, r)+mark)
		}
	}},
	{name: "两行表头中间空一行", form: "云南", rows: 1, edit: func(b *familyBook) { b.rows(14, 1) }},
	{name: "两行表头在下一页重复一行", form: "云南", rows: 1, edit: func(b *familyBook) {
		b.unmerge()
		b.rows(19, 1)
		for c := 1; c <= 11; c++ {
			b.set(cellName(c, 19), b.get(c, 13))
		}
	}},
	{name: "一个表头盖住值和单位两格", form: "通用项目", edit: func(b *familyBook) {
		b.do(b.InsertCols(b.sheet, "G", 1))
		b.do(b.MergeCell(b.sheet, "F13", "G13"))
		b.set("F14", "305")
		b.set("G14", "公里")
	}, gone: []string{"项目1.指标1.实际完成值"}, says: []string{
		"错误 R-ID-06@F14 工作表“自评表”里“实际完成值”有不止一处，分不清以哪一处为准，因此读不到“实际完成值”。请删去多余的一处",
		"错误 R-CM-06@H14 “养护里程”有分值没有实际完成值",
	}},
	{name: "目标是大于，完成值正好相等", form: "通用项目", edit: func(b *familyBook) { b.set("E15", "＞2处"); b.set("F15", "2处") },
		values: []string{"项目1.指标2.年度指标值 = ＞2处 @E15", "项目1.指标2.实际完成值 = 2处 @F15"},
		says:   []string{"错误 R-SC-07@H15 “修复水毁路段”目标＞2处、完成2处，没有达到目标却得满分，请按完成比例计分"}},
	{name: "目标是大于，完成值正好相等", form: "云南", edit: func(b *familyBook) { b.set("E16", "＞"); b.set("F16", "2"); b.set("H16", "2") },
		values: []string{"项目1.指标2.指标性质 = ＞ @E16", "项目1.指标2.年度指标值 = 2 @F16", "项目1.指标2.实际完成值 = 2 @H16"},
		says:   []string{"错误 R-SC-07@J16 “修复水毁路段”目标＞2处、完成2处，没有达到目标却得满分，请按完成比例计分"}},
	{name: "目标是大于，完成值超过", form: "衔接资金", edit: func(b *familyBook) { b.set("F17", "＞2处"); b.set("G17", "2.5处") },
		values: []string{"项目1.指标4.年度指标值 = ＞2处 @F17", "项目1.指标4.实际完成值 = 2.5处 @G17"}},
	{name: "完成值输入成=100%公式", form: "通用项目", edit: func(b *familyBook) {
		b.do(b.SetCellValue(b.sheet, "F16", 1))
		b.do(b.SetCellFormula(b.sheet, "F16", "100%"))
	}, values: []string{"项目1.指标3.实际完成值 = =100% @F16"}},
	{name: "没有预算没有执行，执行率写不适用", form: "通用项目", edit: func(b *familyBook) {
		for _, ref := range []string{"C7", "D7", "E7", "C8", "D8", "E8", "C9", "D9", "E9"} {
			b.set(ref, "0")
		}
		b.set("G7", "—")
	}, values: []string{
		"项目1.年初预算数 = 0 @C7", "项目1.全年预算数 = 0 @D7", "项目1.全年执行数 = 0 @E7", "项目1.执行率 = 不适用 @G7", "项目1.财政拨款年初预算数 = 0 @C8", "项目1.财政拨款全年预算数 = 0 @D8",
		"项目1.财政拨款全年执行数 = 0 @E8", "项目1.上年结转资金全年预算数 = 0 @D9", "项目1.上年结转资金全年执行数 = 0 @E9",
	}},
	{name: "填报单位后面有填报日期", form: "通用项目", edit: func(b *familyBook) {
		b.set("A5", "填报单位：青岚县公路养护中心（盖章）  填报日期：2024年3月15日")
		b.set("C5", "")
	},
		values: []string{"项目1.实施单位 = 青岚县公路养护中心 @A5"}},
	{name: "填报单位后面有金额单位", form: "湖北", edit: func(b *familyBook) {
		b.set("A3", "填报单位：青岚县公路养护中心    （金额单位：万元）")
		b.set("C3", "")
	},
		values: []string{"项目1.单位名称 = 青岚县公路养护中心 @A3"}},
}

// TestFamilyReadings: what people do to a workbook changes nothing that is read, or a
// finding tells what and where.
func TestFamilyReadings(t *testing.T) {
	t.Parallel()
	forms := familyForms(t)
	for _, c := range familyReadings {
		t.Run(c.form+"/"+c.name, func(t *testing.T) {
			t.Parallel()
			file := "testdata/families/" + c.form + "-0.xlsx"
			base, run := familyRun(t, forms[c.form], file), familyRun(t, forms[c.form], openFamily(t, c.form, file).edited(c.edit))
			was, is := plainValues(base, false), plainValues(run, false)
			for _, v := range c.values { // the new values in the place of the old ones
				if !slices.Contains(plainValues(run, true), oneSpelling(v)) {
					t.Errorf("missing %s", v)
				}
				name, _, _ := strings.Cut(v, " = ")
				was, is = withoutField(was, name), withoutField(is, name)
			}
			for _, name := range c.gone {
				n := len(was)
				if was = slices.DeleteFunc(was, func(line string) bool { return fieldHas(line, name) }); len(was) == n {
					t.Errorf("%s was not there", name)
				}
				if i := slices.IndexFunc(is, func(line string) bool {
					return fieldHas(line, name) && !slices.ContainsFunc(c.values, func(v string) bool { return strings.HasPrefix(v, line) })
				}); i >= 0 {
					t.Errorf("still there: %s", is[i])
				}
			}
			for _, d := range append(differences(is, was), differences(without(firm(run), firm(base), c.rows), c.says)...) {
				t.Error(d)
			}
		})
	}
}

// TestContinued: a list that goes on on a second sheet is not read by half in silence.
func TestContinued(t *testing.T) {
	t.Parallel()
	forms := familyForms(t)
	for _, c := range []struct{ sheet, want string }{
		{"续表", "错误 R-ID-06@续表!B1 工作表“续表”是《项目支出绩效自评表》的续表，分在两张工作表里读不全。请把各行接到前一张工作表的表格里，总分留在最后一行，再重新报送"},
		{"Sheet2", "提示 R-ID-06@Sheet2!B1 工作表“Sheet2”里还有《项目支出绩效自评表》的表头和内容，没有读取。是续表的，请把各行接到前一张工作表的表格里，总分留在最后一行；不是的不用改"},
		{"示例", ""},
	} {
		t.Run(c.sheet, func(t *testing.T) {
			t.Parallel()
			run := familyRun(t, forms["通用项目"], openFamily(t, "通用项目", "testdata/families/通用项目-0.xlsx").edited(func(b *familyBook) {
				b.unmerge()
				_, err := b.NewSheet(c.sheet)
				b.do(err)
				g := b.grid()
				for r, row := range append([][]string{g[12]}, g[18:22]...) {
					for col, text := range row {
						b.do(b.SetCellStr(c.sheet, cellName(col+1, r+1), text))
					}
				}
				for range 4 {
					b.do(b.RemoveRow(b.sheet, 19))
				}
			}))
			var got string
			for _, line := range sentences(run) {
				if strings.Contains(line, "@"+c.sheet+"!") {
					got += line
				}
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// firm are the findings without those that say that something cannot be judged.
func firm(run *report.Run) []string {
	return slices.DeleteFunc(sentences(run), func(line string) bool { return strings.HasPrefix(line, "未判") })
}

// plainValues are the values of a run in one spelling, with their cells if wanted.
func plainValues(run *report.Run, cells bool) []string {
	var out []string
	for _, u := range run.Units {
		for _, line := range valueLines(&u.Verdict.Record.Item, "", cells) {
			if !cells {
				line = strings.TrimSuffix(line, " ↓")
			}
			out = append(out, oneSpelling(line))
		}
	}
	return out
}

func withoutField(lines []string, name string) []string {
	return slices.DeleteFunc(lines, func(line string) bool { return strings.HasPrefix(line, oneSpelling(name)+"=") })
}

func fieldHas(line, name string) bool {
	field, _, _ := strings.Cut(line, "=")
	return strings.Contains(field, name)
}

// at is the column and row of a cell.
func at(ref string) (col, row int) {
	row = 0
	for i := 0; i < len(ref); i++ {
		if ref[i] >= '0' && ref[i] <= '9' {
			row = row*10 + int(ref[i]-'0')
		} else {
			col = col*26 + int(ref[i]-'A') + 1
		}
	}
	return col, row
}

// split writes a header of the list of indicators into two cells: 分 | 值.
func (b *familyBook) split(head string) {
	b.t.Helper()
	_, r := b.at("三级指标")
	c := b.inRow(r, head)
	letters := []rune(strings.ReplaceAll(b.get(c, r), "\n", ""))
	b.do(b.InsertCols(b.sheet, strings.TrimRight(cellName(c+1, 1), "1"), 1))
	b.set(cellName(c, r), string(letters[:len(letters)/2]))
	b.set(cellName(c+1, r), string(letters[len(letters)/2:]))
}

// merge puts one text into two cells that are merged.
func (b *familyBook) merge(from, to, text string) {
	b.t.Helper()
	b.set(from, text)
	b.set(to, "")
	b.do(b.MergeCell(b.sheet, from, to))
}

// undivide writes sign, figure and unit of the targets into one column below 年度指标值.
func (b *familyBook) undivide() {
	b.t.Helper()
	first, last := b.indicators()
	for r := first; r <= last; r++ {
		sign := strings.TrimPrefix(b.get(5, r), "定性")
		b.set(cellName(5, r), sign+b.get(6, r)+b.get(7, r))
		b.set(cellName(6, r), "")
		b.set(cellName(7, r), "")
	}
	b.do(b.RemoveRow(b.sheet, first-1))
}

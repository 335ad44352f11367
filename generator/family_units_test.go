package generator

import (
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// unitPlaces are where units write the unit of money when it is not in the
// labels. Each writes it into a workbook of which the third row is empty.
var unitPlaces = []struct {
	name  string
	write func(b *familyBook, unit string)
}{
	{"填报单位后面", func(b *familyBook, u string) {
		b.set("A3", "填报单位：青岚县公路养护中心    金额单位："+u)
	}},
	{"填报单位盖章后面", func(b *familyBook, u string) {
		b.set("A3", "填报单位：青岚县公路养护中心（盖章）单位："+u)
	}},
	{"填报日期后面", func(b *familyBook, u string) { b.set("A3", "填报日期：2024年3月15日        单位："+u) }},
	{"填报日期前面", func(b *familyBook, u string) { b.set("A3", "单位："+u+"    填报日期：2024年3月15日") }},
	{"年度后面", func(b *familyBook, u string) { b.set("A3", "2023年度    单位："+u) }},
	{"分在两格", func(b *familyBook, u string) { b.set("D3", "单位："); b.set("E3", u) }},
	{"分在两格，没有冒号", func(b *familyBook, u string) { b.set("D3", "金额单位"); b.set("F3", "人民币"+u) }},
	{"计量单位", func(b *familyBook, u string) { b.set("D3", "计量单位："+u) }},
	{"货币单位", func(b *familyBook, u string) { b.set("D3", "货币单位："+u+"（保留两位小数）") }},
	{"只有括号", func(b *familyBook, u string) { b.set("D3", "（"+u+"）") }},
	{"以什么为单位", func(b *familyBook, u string) { b.set("D3", "本表金额以"+u+"为单位") }},
	{"均以什么计", func(b *familyBook, u string) { b.set("D3", "注：本表金额均以"+u+"计。") }},
	{"标题里", func(b *familyBook, u string) { b.set("A1", b.get(1, 1)+"（"+u+"）") }},
	{"工作表名", func(b *familyBook, u string) { b.rename("自评表（" + u + "）") }},
	{"页眉", func(b *familyBook, u string) {
		b.do(b.SetHeaderFooter(b.sheet, &excelize.HeaderFooterOptions{OddHeader: `&L附件&R&"宋体,常规"&10单位：` + u}))
	}},
	{"页脚", func(b *familyBook, u string) {
		b.do(b.SetHeaderFooter(b.sheet, &excelize.HeaderFooterOptions{OddFooter: "&C第 &P 页&R金额单位：" + u}))
	}},
	{"文本框", func(b *familyBook, u string) {
		b.do(b.AddShape(b.sheet, &excelize.Shape{Cell: "H3", Type: "rect", Paragraph: []excelize.RichTextRun{{Text: "单位："}, {Text: u}}}))
	}},
	{"表头下面一行", func(b *familyBook, u string) {
		c, r := b.at("年度资金总额", "年度财政资金总额", "总额")
		b.rows(r, 1)
		for i := 1; i <= 3; i++ {
			b.set(cellName(c+i, r), "（"+u+"）")
		}
	}},
	{"资金栏分成两格", func(b *familyBook, u string) {
		b.unmerge()
		c, r := b.at("项目资金")
		b.set(cellName(c, r+1), "（"+u+"）")
	}},
}

// firstAmount is where the first amount of each family's workbook 0 stands.
var firstAmount = map[string]string{"通用项目": "C7", "湖北": "C8", "四川": "C7", "云南": "C7", "衔接资金": "C7"}

// plainLabels takes the unit of money out of the labels.
func (b *familyBook) plainLabels() {
	b.t.Helper()
	for r, cells := range b.grid() {
		for c, text := range cells {
			if strings.HasSuffix(text, "（元）") || strings.HasSuffix(text, "（万元）") {
				b.set(cellName(c+1, r+1), strings.TrimSpace(text[:strings.LastIndex(text, "（")]))
			}
		}
	}
}

func (b *familyBook) rename(name string) {
	b.t.Helper()
	b.do(b.SetSheetName(b.sheet, name))
	b.sheet = name
}

// below moves a cell down by some rows.
func below(ref string, rows int) string {
	col, row, err := excelize.CellNameToCoordinates(ref)
	if err != nil {
		return "?" + ref
	}
	return cellName(col, row+rows)
}

// otherAndUsual are the unit that a family's form does not use and the one that it does.
func otherAndUsual(form string) (other, usual string) {
	if form == "云南" {
		return "万元", "元"
	}
	return "元", "万元"
}

// TestUnitPlaces: amounts in another unit than the form's are converted wherever
// the workbook says so, and that it was done is told.
func TestUnitPlaces(t *testing.T) {
	t.Parallel()
	forms := familyForms(t)
	for _, name := range families {
		file := "testdata/families/" + name + "-0.xlsx"
		base := familyRun(t, forms[name], file)
		other, usual := otherAndUsual(name)
		for _, p := range unitPlaces {
			t.Run(name+"/"+p.name, func(t *testing.T) {
				t.Parallel()
				shift := 1
				run := familyRun(t, forms[name], openFamily(t, name, file).edited(func(b *familyBook) {
					b.otherUnit()
					b.plainLabels()
					b.rows(3, 1)
					p.write(b, other)
					if p.name == "表头下面一行" && name != "湖北" {
						shift++
					}
				}))
				want := []string{fmt.Sprintf("提示 R-UN-01@%s 这张表的金额单位是“%s”，已换算成%s，请核对", below(firstAmount[name], shift), other, usual)}
				for _, d := range append(differences(sameValues(run), sameValues(base)), differences(without(sentences(run), sentences(base), 1), want)...) {
					t.Error(d)
				}
			})
		}
	}
}

// TestUnitDoubts: where nobody can know the unit of an amount the unit is asked.
func TestUnitDoubts(t *testing.T) {
	t.Parallel()
	forms := familyForms(t)
	for _, c := range []struct {
		name, form string
		edit       func(b *familyBook)
		want       []string // "" for nothing
	}{
		{"两个单位并列", "通用项目", func(b *familyBook) { b.plainLabels(); b.rows(3, 1); b.set("D3", "单位：万元/元") },
			[]string{"错误 R-UN-01@C8 这张表的金额单位写着“万元”又写着“元”，分不清是哪一个。请只留一个，金额按它填写"}},
		{"两个单位并列在标签里", "云南", func(b *familyBook) { b.set("A6", "项目资金（万元/元）") },
			[]string{"错误 R-UN-01@C7 这张表的金额单位写着“万元”又写着“元”，分不清是哪一个。请只留一个，金额按它填写"}},
		{"标签与填报单位后的不一致", "衔接资金", func(b *familyBook) {
			b.rows(3, 1)
			b.set("A3", "填报单位：青岚县公路养护中心    金额单位：元")
		},
			[]string{"错误 R-UN-01@C8 这张表的标签写着“万元”，表注写着“元”，分不清金额的单位。请改成一致，金额按表样的单位填写"}},
		{"标签与页眉不一致", "四川", func(b *familyBook) {
			b.do(b.SetHeaderFooter(b.sheet, &excelize.HeaderFooterOptions{OddHeader: "&R单位：元"}))
		}, []string{"错误 R-UN-01@C7 这张表的标签写着“万元”，表注写着“元”，分不清金额的单位。请改成一致，金额按表样的单位填写"}},
		{"表注与页眉不一致", "通用项目", func(b *familyBook) {
			b.plainLabels()
			b.rows(3, 1)
			b.set("D3", "单位：万元")
			b.do(b.SetHeaderFooter(b.sheet, &excelize.HeaderFooterOptions{OddHeader: "&R单位：元"}))
		}, []string{"错误 R-UN-01@C8 这张表的金额单位写着“万元”又写着“元”，分不清是哪一个。请只留一个，金额按它填写"}},
		{"只有一列写了单位", "通用项目", func(b *familyBook) { b.plainLabels(); b.set("E6", "全年执行数（元）") },
			[]string{"错误 R-UN-01@C7 “年度资金总额·年初预算数”没有写金额单位，这张表的其他金额写着“元”，分不清它的单位。请都写明，并改成一致"}},
		{"指标名里的单位不算", "通用项目", func(b *familyBook) { b.plainLabels(); b.set("D18", "每公里养护成本（单位：元）") }, nil},
		{"度量单位一列的元不算", "云南", func(b *familyBook) { b.set("G19", "万元") }, nil},
		{"目标文字里的单位不算", "通用项目", func(b *familyBook) {
			b.plainLabels()
			b.set("B12", "发放养护补助三百人次（单位：元），及时修复水毁路段，保障群众出行安全")
		}, nil},
		{"单位名称里的元不算", "通用项目", func(b *familyBook) {
			b.plainLabels()
			b.set("A2", "（2023年度）  抄送单位：元谋县公路局")
		}, nil},
		{"备注说明与标签不同的不算", "通用项目", func(b *familyBook) { b.set("A24", "备注：补助标准以元为单位。") }, nil},
	} {
		t.Run(c.form+"/"+c.name, func(t *testing.T) {
			t.Parallel()
			file := "testdata/families/" + c.form + "-0.xlsx"
			base, run := familyRun(t, forms[c.form], file), familyRun(t, forms[c.form], openFamily(t, c.form, file).edited(c.edit))
			var got []string
			for _, line := range without(sentences(run), sentences(base), 0) {
				if strings.Contains(line, "R-UN-01") {
					got = append(got, line)
				}
			}
			for _, d := range differences(got, c.want) {
				t.Error(d)
			}
		})
	}
}

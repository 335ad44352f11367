package fillin_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"jixiao/generator/ooxml"
)

func TestDev(t *testing.T) {
	m := theMap(t)
	seed := base(t)
	was := lines(m.Locate(seed), true)
	try := func(name string, do func(w, r, p *ooxml.Sheet, b *ooxml.Workbook)) {
		b := clone(seed)
		do(&b.Sheets[0], &b.Sheets[1], &b.Sheets[2], b)
		l := m.Locate(b)
		fmt.Println("=====", name, l.Sheets, l.Ignored)
		got := lines(l, true)
		n := 0
		for _, x := range was {
			if !slices.Contains(got, x) {
				if n++; n < 12 {
					fmt.Println("   -", cutStr(x))
				}
			}
		}
		n = 0
		for _, x := range got {
			if !slices.Contains(was, x) {
				if n++; n < 12 {
					fmt.Println("   +", cutStr(x))
				}
			}
		}
		for _, x := range problems(l) {
			fmt.Println("   !", cutStr(x))
		}
	}
	try("a beside", func(w, r, p *ooxml.Sheet, b *ooxml.Workbook) {
		unmerge(w, "B7")
		put(w, "B7", "按收入性质分：")
		put(w, "C7", "326.68")
	})
	try("b joined", func(w, r, p *ooxml.Sheet, b *ooxml.Workbook) {
		put(w, "A4", "预算部门名称：某局")
		put(w, "D4", "")
	})
	try("c both", func(w, r, p *ooxml.Sheet, b *ooxml.Workbook) { put(w, "A4", "预算部门名称：某局") })
	try("d order", func(w, r, p *ooxml.Sheet, b *ooxml.Workbook) {
		put(w, "A25", "联系电话 0731-123 填报日期：2023.4.4 填报人：李某")
	})
	try("e stranger", func(w, r, p *ooxml.Sheet, b *ooxml.Workbook) {
		put(w, "A25", "填报人：李某　手机：139　填报日期：2023.4.4  单位负责人（签字）：王某")
	})
	try("f separate", func(w, r, p *ooxml.Sheet, b *ooxml.Workbook) {
		unmerge(w, "A25")
		put(w, "A25", "填报人")
		put(w, "B25", "李某")
		put(w, "C25", "联系电话：")
		put(w, "D25", "139")
		put(w, "F25", "填报日期：2023.4.4")
		put(w, "H25", "单位负责人签字")
	})
	try("g misspelt", func(w, r, p *ooxml.Sheet, b *ooxml.Workbook) {
		put(w, "A4", "预算部们名称")
		put(w, "I14", "偏差原因分析与改进措施")
	})
	try("h col gone", func(w, r, p *ooxml.Sheet, b *ooxml.Workbook) { put(w, "I14", "备注") })
	try("i twice col", func(w, r, p *ooxml.Sheet, b *ooxml.Workbook) { put(w, "J14", "得分") })
	try("j two sums differ", func(w, r, p *ooxml.Sheet, b *ooxml.Workbook) {
		insertRows(w, 24, 1)
		put(w, "A24", "总分")
		put(w, "H24", "97")
		put(w, "G24", "100")
	})
	try("j two sums same", func(w, r, p *ooxml.Sheet, b *ooxml.Workbook) {
		insertRows(w, 24, 1)
		put(w, "A24", "总分")
		put(w, "H24", "98")
		put(w, "G24", "100")
	})
	try("k letters", func(w, r, p *ooxml.Sheet, b *ooxml.Workbook) {
		unmerge(w, "")
		for i, x := range []string{"产", "出", "指", "标", "效", "益", "指", "标"} {
			put(w, fmt.Sprintf("B%d", 15+i), x)
		}
	})
	try("k letters2", func(w, r, p *ooxml.Sheet, b *ooxml.Workbook) {
		unmerge(w, "")
		insertRows(w, 18, 1)
		for i, x := range []string{"产", "出", "指", "标", "（50分）", "效", "益", "指", "标"} {
			put(w, fmt.Sprintf("B%d", 15+i), x)
		}
	})
	try("l lost head", func(w, r, p *ooxml.Sheet, b *ooxml.Workbook) { unmerge(w, ""); deleteRow(w, 19) })
	try("l lost head merged", func(w, r, p *ooxml.Sheet, b *ooxml.Workbook) { put(w, "B19", "") })
	try("n header again", func(w, r, p *ooxml.Sheet, b *ooxml.Workbook) {
		insertRows(w, 19, 1)
		for i, x := range []string{"一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分"} {
			put(w, fmt.Sprintf("%c19", 'B'+i), x)
		}
	})
	try("o note", func(w, r, p *ooxml.Sheet, b *ooxml.Workbook) {
		insertRows(w, 24, 2)
		put(w, "A24", "注：定量指标按比例计分")
		merge(w, "B25:I25")
		put(w, "B25", "请对照年度目标填写")
	})
	try("p subtotal", func(w, r, p *ooxml.Sheet, b *ooxml.Workbook) {
		insertRows(w, 19, 1)
		put(w, "C19", "小计")
		put(w, "G19", "50")
		put(w, "H19", "68")
	})
	try("p subtotal2", func(w, r, p *ooxml.Sheet, b *ooxml.Workbook) {
		insertRows(w, 24, 1)
		put(w, "A24", "自评总得分")
		put(w, "G24", "100")
		put(w, "H24", "98")
		put(w, "A25", "")
	})
	try("q merged score", func(w, r, p *ooxml.Sheet, b *ooxml.Workbook) {
		merge(w, "H15:H17")
		put(w, "H16", "")
		put(w, "H17", "")
	})
	try("r hidden", func(w, r, p *ooxml.Sheet, b *ooxml.Workbook) {
		w.HiddenRows = []ooxml.Span{{From: 18, To: 18}}
		w.HiddenCols = []ooxml.Span{{From: 9, To: 9}}
	})
	try("r hidden sheet", func(w, r, p *ooxml.Sheet, b *ooxml.Workbook) { r.Hidden = true; p.Hidden = true })
	try("s units", func(w, r, p *ooxml.Sheet, b *ooxml.Workbook) {
		put(w, "D5", "年初预算数（元）")
		put(w, "A5", "年度预算申请")
		put(w, "A1", "金额单位：亿元")
		put(w, "B8", "其中：一般公共预算（元）：326.68")
		put(r, "A9", "上年年初预算数（元）")
	})
	try("w goals twice", func(w, r, p *ooxml.Sheet, b *ooxml.Workbook) { insertRows(w, 14, 1); put(w, "B14", "目标2") })
	try("x goal in head", func(w, r, p *ooxml.Sheet, b *ooxml.Workbook) {
		put(w, "B12", "预期目标：好好干")
		put(w, "B13", "")
	})
	try("y title", func(w, r, p *ooxml.Sheet, b *ooxml.Workbook) {
		put(w, "A2", "2022年度株洲市渌口区信访局整体支出绩效自评表")
	})
	try("y2 title", func(w, r, p *ooxml.Sheet, b *ooxml.Workbook) {
		put(w, "A2", "株洲市渌口区信访局2022年度部门整体支出绩效自评表（盖章）")
		put(w, "A3", "填报单位：某局（盖章）  2022年度")
	})
	try("aa renamed neighbour", func(w, r, p *ooxml.Sheet, b *ooxml.Workbook) {
		unmerge(p, "")
		put(p, "C5", "")
		put(p, "E5", "承办科室")
	})
	try("aa2 renamed neighbour merged", func(w, r, p *ooxml.Sheet, b *ooxml.Workbook) { put(p, "C5", ""); put(p, "E5", "承办科室") })
	try("bb split row", func(w, r, p *ooxml.Sheet, b *ooxml.Workbook) {
		insertRows(p, 6, 1)
		put(p, "E5", "")
		put(p, "F5", "")
		put(p, "A6", "实施单位")
		put(p, "C6", "某局办公室")
	})
	try("cc extra column", func(w, r, p *ooxml.Sheet, b *ooxml.Workbook) {
		insertCols(w, 9, 1)
		put(w, "I14", "复核分")
		for i := 15; i < 24; i++ {
			put(w, fmt.Sprintf("I%d", i), "7")
		}
	})
	try("dd budget column gone", func(w, r, p *ooxml.Sheet, b *ooxml.Workbook) { put(w, "E5", ""); put(w, "E6", "") })
	try("ee bracket", func(w, r, p *ooxml.Sheet, b *ooxml.Workbook) {
		put(w, "B6", "年度资金总额（A）")
		put(w, "D5", "年初预算数(A)")
		put(w, "B9", "2.政府性基金拨款：1.5")
	})
	try("ff label in value", func(w, r, p *ooxml.Sheet, b *ooxml.Workbook) {
		put(r, "B17", "项目支出情况：其他资金：3，项目支出：4")
		put(r, "B3", "机构情况")
	})
	try("gg renamed score", func(w, r, p *ooxml.Sheet, b *ooxml.Workbook) { put(w, "H14", "自评分") })
	try("jj total joined", func(w, r, p *ooxml.Sheet, b *ooxml.Workbook) { put(w, "A24", "总分：98"); put(w, "H24", "") })
	try("stack", func(w, r, p *ooxml.Sheet, b *ooxml.Workbook) {
		s := b.Sheets[3]
		for _, c := range s.Cells {
			c.Ref.Row += 45
			p.Cells = append(p.Cells, c)
		}
		for _, x := range s.Merges {
			x.From.Row += 45
			x.To.Row += 45
			p.Merges = append(p.Merges, x)
		}
		b.Sheets = b.Sheets[:3]
	})
	try("stack different", func(w, r, p *ooxml.Sheet, b *ooxml.Workbook) {
		s := b.Sheets[3]
		for _, c := range s.Cells {
			c.Ref.Row += 27
			w.Cells = append(w.Cells, c)
		}
		for _, x := range s.Merges {
			x.From.Row += 27
			x.To.Row += 27
			w.Merges = append(w.Merges, x)
		}
		b.Sheets = b.Sheets[:3]
	})
	try("whole twice same", func(w, r, p *ooxml.Sheet, b *ooxml.Workbook) {
		s := *w
		s.Name = "副本"
		b.Sheets = append(b.Sheets, s)
	})
	try("whole twice differ", func(w, r, p *ooxml.Sheet, b *ooxml.Workbook) {
		s := clone(b).Sheets[0]
		s.Name = "副本"
		put(&s, "D6", "300")
		b.Sheets = append(b.Sheets, s)
	})
	try("blank whole", func(w, r, p *ooxml.Sheet, b *ooxml.Workbook) {
		x := read(t, file(t, "blank-whole.xlsx")).Sheets[0]
		x.Name = "空表"
		b.Sheets = append([]ooxml.Sheet{x}, b.Sheets...)
	})
	try("blank project", func(w, r, p *ooxml.Sheet, b *ooxml.Workbook) {
		x := read(t, file(t, "blank-project.xlsx")).Sheets[0]
		x.Name = "空表"
		b.Sheets = append([]ooxml.Sheet{x}, b.Sheets...)
	})
	_ = strings.Repeat
}
func cutStr(s string) string {
	r := []rune(s)
	if len(r) > 150 {
		r = r[:150]
	}
	return string(r)
}

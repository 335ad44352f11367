package expr

import "testing"

// benchScope is fifteen indicators of one unit, and single fields.
func benchScope() record {
	rows := [][]string{{"一级指标", "三级指标", "分值", "得分"}}
	for i := range 15 {
		rows = append(rows, []string{[]string{"产出指标", "效益指标", "满意度指标"}[i/5], "三级指标", "6", "5.5"})
	}
	s := testScope()
	s["指标"] = list(rows...)
	s["执行率得分"] = single("10")
	s["总分"] = single("92.5")
	return s
}

func BenchmarkEval(b *testing.B) {
	s := benchScope()
	item := at(s, 3, "指标")
	for _, c := range []struct {
		name, src string
		scope     Scope
	}{
		{"compare", "指标.得分 <= 指标.分值", item},
		{"rate", "近似(全年执行数 / 全年预算数, 执行率, 0.01%)", s},
		{"execution", "四舍五入(最小(全年执行数 / 全年预算数, 100%) * 10, 2) = 执行率得分", s},
		{"sum15", "总分 = 执行率得分 + 合计(指标.得分)", s},
		{"sum15if", "合计(指标.分值, 指标.一级指标 = \"产出指标\") = 50", s},
		{"text", "指标.得分 >= 指标.分值 或 有效说明(指标.三级指标)", item},
		{"unjudged", "政府性基金拨款 + 甲 = 乙", s},
	} {
		e := mustParse(b, c.src)
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				e.Eval(c.scope)
			}
		})
	}
}

func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(`四舍五入(最小(全年执行数 / 全年预算数, 100%) * 10, 2) = 合计(指标.得分, 包含(指标.一级指标, "产出"))`); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRank10000(b *testing.B) {
	rows := [][]string{{"总分"}}
	for i := range 10000 {
		rows = append(rows, []string{[]string{"98.5", "97", "60.25", "88"}[i%4]})
	}
	s := record{"单位": list(rows...)}
	scopes, _ := Repeat(s, []string{"单位"})
	e := mustParse(b, "名次(单位.总分)")
	b.ResetTimer()
	for b.Loop() {
		for _, item := range scopes {
			e.Eval(item)
		}
	}
}

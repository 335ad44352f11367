package generator

import (
	"slices"
	"strings"
	"testing"
)

// familyFault is one thing wrong with the workbook -0 of a family, and the one
// finding that must come of it; also names further findings that are its
// consequences. No finding at all: a trap, which looks wrong and is not.
type familyFault struct {
	form, edits, want, also string
}

// familyFaults: edits are cell=text, divided by |.
var familyFaults = []familyFault{
	// 通用项目
	{form: "通用项目", edits: "C7=", want: "错误 R-BX-01@C7"},
	{form: "通用项目", edits: "C7=|C8=|C9=|C10=", want: "提示 R-BX-01@C7"},
	{form: "通用项目", edits: "D7=", want: "错误 R-BX-01@D7", also: "R-BX-03 R-BX-04 R-BX-05"},
	{form: "通用项目", edits: "E7=", want: "错误 R-BX-01@E7"},
	{form: "通用项目", edits: "D7=0|D8=0|D9=0|D10=0", want: "错误 R-BX-02@E7", also: "R-BX-03 R-BX-09"},
	{form: "通用项目", edits: "E8=310|E7=319.5|G7=100%|H7=10|H22=98.5", want: "错误 R-BX-03@E7", also: "R-BX-04"},
	{form: "通用项目", edits: "G7=98.33%", want: "错误 R-BX-04@G7"},
	{form: "通用项目", edits: "G7=97%", want: "提示 R-BX-04@G7"},
	{form: "通用项目", edits: "H7=10|H22=98.5", want: "错误 R-BX-05@H7"},
	{form: "通用项目", edits: "H7=9.7|H22=98.2", want: "提示 R-BX-05@H7"},
	{form: "通用项目", edits: "D8=310", want: "错误 R-BX-06@D7"},
	{form: "通用项目", edits: "D8=290", want: "错误 R-BX-06@D7"},
	{form: "通用项目", edits: "D8=290|D10=", want: "提示 R-BX-06@D7"},
	{form: "通用项目", edits: "C7=250|C8=250", want: "提示 R-BX-09@D7"},
	{form: "通用项目", edits: "C7=2|C8=2", want: "提示 R-UN-03@D7", also: "R-BX-09"},
	{form: "通用项目", edits: "E8=251.75|E7=261.25|G7=84.41%|H7=8.44|H22=96.94", want: "错误 R-BX-11@E12"},
	{form: "通用项目", edits: "E7=-1|E8=-10.5|G7=|H7=", want: "错误 R-BX-15@E7", also: "R-BX-15 R-BX-11 R-BX-04 R-SC-04 R-SC-08 R-SC-05 R-SC-13"},
	{form: "通用项目", edits: "G14=16|H14=16|H22=99.23", want: "错误 R-WT-01@F7", also: "R-WT-02"},
	{form: "通用项目", edits: "G14=16|G15=9|H14=16|H15=9|B14=产出指标（51分）", want: "错误 R-WT-02@G14"},
	{form: "通用项目", edits: "G14=25|G15=10|G16=5|G17=5|G18=5|H14=25|H16=5|H18=5|D15=专家执行率考核"},
	{form: "通用项目", edits: "D15=预算执行率|E15=100%|F15=100%", want: "提示 R-WT-04@D15", also: "R-IN-03"},
	{form: "通用项目", edits: "F8=10|H8=10", want: "提示 R-WT-05@F8"},
	{form: "通用项目", edits: "H16=11|H22=99.23", want: "错误 R-SC-01@H16"},
	{form: "通用项目", edits: "H16=-1|H22=87.23|I16=部分路段未通过验收，已返工", want: "错误 R-SC-02@H16", also: "R-SC-07"},
	{form: "通用项目", edits: "H16=|H22=88.23", want: "错误 R-SC-04@H16"},
	{form: "通用项目", edits: "H22=", want: "错误 R-SC-04@H22"},
	{form: "通用项目", edits: "H22=99", want: "错误 R-SC-05@H22"},
	{form: "通用项目", edits: "H22=98.2", want: "提示 R-SC-05@H22"},
	{form: "通用项目", edits: "H19=15|H22=99.73", want: "错误 R-SC-07@H19"},
	{form: "通用项目", edits: "H19=12|H22=96.73", want: "提示 R-SC-07@H19"},
	{form: "通用项目", edits: "F18=1.25万元|H18=10", want: "错误 R-SC-07@H18", also: "R-SC-09"},
	{form: "通用项目", edits: "I19=", want: "错误 R-SC-09@I19"},
	{form: "通用项目", edits: "I19=无", want: "错误 R-SC-09@I19"},
	{form: "通用项目", edits: "F15=20处", want: "提示 R-SC-10@F15"},
	{form: "通用项目", edits: "E15=0起|F15=2起", want: "错误 R-SC-12@H15"},
	{form: "通用项目", edits: "D16=", want: "错误 R-IN-01@D16", also: "R-WT-03"},
	{form: "通用项目", edits: "F15=12座", want: "提示 R-IN-03@E15"},
	{form: "通用项目", edits: "E20=明显改善|F20=明显改善", want: "提示 R-IN-04@E20"},
	{form: "通用项目", edits: "D15=养护里程", want: "提示 R-IN-05@D15"},
	{form: "通用项目", edits: "D20=资金到位及时率", want: "提示 R-IN-06@D20", also: "R-IN-06"},
	{form: "通用项目", edits: "E18=1万元", want: "提示 R-IN-07@E18"},
	{form: "通用项目", edits: "F15=≥10处", want: "提示 R-IN-08@F15"},
	{form: "通用项目", edits: "F15=已完成", want: "错误 R-IN-08@F15"},
	{form: "通用项目", edits: "D15=修复水毁路段××处", want: "提示 R-IN-09@D15"},
	{form: "通用项目", edits: "D15=修复水毁路段10处|E15=", want: "提示 R-IN-10@E15", also: "R-CM-06"},
	{form: "通用项目", edits: "E14=15|F14=15|E15=10|F15=10|E16=10|F16=10|E17=5|F17=5|E18=10|F18=10|E19=15|F19=15|H19=15|E20=15|F20=15|E21=10|F21=10|H22=99.73", want: "错误 R-IN-11@E14", also: "R-IN-07"},
	{form: "通用项目", edits: "E12=对照年度目标，说明相关任务目标的完成情况（100字以内）", want: "错误 R-CM-02@E12"},
	{form: "通用项目", edits: "E17=及时", want: "提示 R-CM-03@E17"},
	{form: "通用项目", edits: "E12=全年养护乡村道路三百公里，及时修复水毁路段，保障群众出行安全畅通", want: "提示 R-CM-04@E12"},
	{form: "通用项目", edits: "F15=", want: "错误 R-CM-06@F15"},
	{form: "通用项目", edits: "E12=全年养护乡村道路三百零五公里，修复水毁路段十二处，联系电话13900000000", want: "提示 R-CM-07@E12"},
	{form: "通用项目", edits: "H14=14.5|H16=9.5|H20=14.5|I14=部分自然村整体搬迁，受益人数减少|I16=部分自然村整体搬迁，受益人数减少|I20=部分自然村整体搬迁，受益人数减少|H22=96.73", want: "提示 R-CM-09@I14", also: "R-SC-07"},
	// traps that are no faults
	{form: "通用项目", edits: "C7=434.72|D7=434.72|E7=434.72|C8=434.16|D8=434.16|E8=434.16|C9=0|D9=0|E9=0|C10=0.55|D10=0.55|E10=0.55|G7=100%|H7=10|H22=98.5"},
	{form: "通用项目", edits: "E18=≤1万元|F18=0.4万元"},
	{form: "通用项目", edits: "E15=0起|F15=0起"},
	{form: "通用项目", edits: "E17=9月前|F17=7月"},
	{form: "通用项目", edits: "E16==100%|F16=100%"},
	{form: "通用项目", edits: "F8=/|H8=/|F9=-|H9=-|F10=|H10="},
	{form: "通用项目", edits: "G7=0.9733", want: "提示 R-CM-05@G7"},
	{form: "通用项目", edits: "B14=产 出 指 标（50分）|B19=效益\n指标\n（30分）"},
	{form: "通用项目", edits: "H7=9.8|H22=98.3", want: "提示 R-BX-05@H7"},
	// 湖北
	{form: "湖北", edits: "D11=", want: "错误 R-BX-01@D11"},
	{form: "湖北", edits: "D11=310|E11=100%|F11=20|G23=99", want: "错误 R-BX-03@D11", also: "R-BX-04 R-BX-08"},
	{form: "湖北", edits: "F11=20|G23=99", want: "错误 R-BX-05@F11"},
	{form: "湖北", edits: "C8=200", want: "错误 R-BX-08@C8"},
	{form: "湖北", edits: "B15=产出指标（50分）|B20=效益指标（30分）|B22=满意度指标（10分）", want: "错误 R-WT-01@F11"},
	{form: "湖北", edits: "G15=15|G23=103.47", want: "错误 R-WT-01@F11", also: "R-SC-05 R-WT-01"},
	{form: "湖北", edits: "G22=25|G15=5|G16=5|G17=5|G23=98.47", want: "提示 R-WT-02@G22"},
	{form: "湖北", edits: "G23=97", want: "错误 R-SC-05@G23"},
	{form: "湖北", edits: "G16=", want: "错误 R-SC-04@G16", also: "R-SC-05"},
	{form: "湖北", edits: "D24=无", want: "错误 R-SC-09@D24"},
	{form: "湖北", edits: "C3=青岚县公路养护中心计划科", want: "提示 R-ID-04@C3"},
	{form: "湖北", edits: "C4=渔业成品油价格补贴", want: "提示 R-ID-02@A1"},
	{form: "湖北", edits: "F2=填报日期：2025年3月15日", want: "提示 R-ID-03@F2"},
	{form: "湖北", edits: "E16=0起|F16=2起", want: "错误 R-SC-12@G16"},
	{form: "湖北", edits: "C5=1、部门预算项目 □ 2、市直专项 □", want: "提示 R-CM-01@C5"},
	{form: "湖北", edits: "D16=修复水毁路段（10分）|F16=部分达成预期指标|E16=按期修复水毁路段|G16=4|G23=92.47", want: "提示 R-SC-11@F16"},
	{form: "湖北", edits: "D16=修复水毁路段（10分）|F16=部分达成预期指标|E16=按期修复水毁路段|G16=5.5|G23=93.97"},
	{form: "湖北", edits: "G15=20|G16=5|G17=5|G23=98.47"},
	// 四川
	{form: "四川", edits: "D7=", want: "错误 R-BX-01@D7", also: "R-BX-03 R-BX-04 R-BX-05"},
	{form: "四川", edits: "F7=100.42%", want: "错误 R-BX-04@F7"},
	{form: "四川", edits: "D9=10", want: "错误 R-BX-06@D7"},
	{form: "四川", edits: "I7=", want: "提示 R-BX-09@D7"},
	{form: "四川", edits: "I7=1.预算执行率=预算执行数/调整后预算数,预算执行率未达到90%的需说明原因(100字以内);2.年中发生预算调整的(追加或调减),应单独说明理由;3.其他资金包括:社会投入资金、银行贷款.", want: "提示 R-BX-09@D7"},
	{form: "四川", edits: "F18=好坏|H18=好坏", want: "错误 R-CM-02@H18", also: "R-IN-04"},
	{form: "四川", edits: "D24=结合自评情况，说明项目自评总分（200字以内）", want: "错误 R-CM-02@D24"},
	{form: "四川", edits: "D25=无", want: "提示 R-RP-07@D25"},
	{form: "四川", edits: "H19=1.2", want: "错误 R-SC-07@J19", also: "R-SC-09"},
	{form: "四川", edits: "H19=完成", want: "错误 R-IN-08@H19"},
	{form: "四川", edits: "I15=16|J15=16|J23=99.23", want: "错误 R-WT-01@G7", also: "R-WT-02"},
	{form: "四川", edits: "I7=1.预算执行率=预算执行数/调整后预算数,预算执行率未达到90%的需说明原因(100字以内);2.年中发生预算调整的(追加或调减),应单独说明理由;3.其他资金包括:社会投入资金、银行贷款.上年结转指标追加下达"},
	// 云南
	{form: "云南", edits: "K24=良", want: "错误 R-GR-01@K24"},
	{form: "云南", edits: "K24=优秀", want: "提示 R-GR-01@K24"},
	{form: "云南", edits: "E7=301.25", want: "错误 R-BX-04@G7", also: "R-BX-05 R-BX-06 R-BX-11 R-UN-01 R-SC-08 R-SC-13"},
	{form: "云南", edits: "E8=2917000", want: "错误 R-BX-06@E7"},
	{form: "云南", edits: "H20=5.5|J20=13.5|K20=", want: "错误 R-SC-09@K20", also: "R-SC-07"},
	{form: "云南", edits: "C3=", want: "错误 R-CM-01@C3"},
	// 衔接资金
	{form: "衔接资金", edits: "E15=5|H15=5|H24=103.23", want: "提示 R-WT-05@E15", also: "R-WT-01 R-WT-02 R-SC-05"},
	{form: "衔接资金", edits: "F16=200头|G16=205头", want: "提示 R-IN-03@D16"},
	{form: "衔接资金", edits: "E8=10|G8=10", want: "提示 R-WT-05@E8"},
	{form: "衔接资金", edits: "H14=16|H24=99.23", want: "错误 R-SC-01@H14"},
	{form: "衔接资金", edits: "D8=305|D7=314.5|F7=100%|G7=10|H24=98.5", want: "错误 R-BX-03@D7", also: "R-BX-04"},
	{form: "衔接资金", edits: "D15=其中：县道|D16=其中：乡道"},
}

// TestFamilyRules: each single fault is found by its rule at its cell, and
// nothing else is that does not follow from it; what only looks like a fault is not.
func TestFamilyRules(t *testing.T) {
	t.Parallel()
	forms := familyForms(t)
	for _, x := range familyFaults {
		t.Run(x.form+"/"+strings.ReplaceAll(x.edits, "/", "／"), func(t *testing.T) {
			t.Parallel()
			file := openFamily(t, x.form, "testdata/families/"+x.form+"-0.xlsx").edited(func(b *familyBook) {
				for _, e := range strings.Split(x.edits, "|") {
					ref, text, ok := strings.Cut(e, "=")
					if !ok {
						t.Fatalf("edit %q", e)
					}
					b.set(ref, text)
				}
			})
			var found []string
			for _, u := range familyRun(t, forms[x.form], file).Units {
				found = append(found, findingLines(u)...)
			}
			if x.want != "" && !slices.ContainsFunc(found, func(f string) bool { return f == x.want || strings.HasPrefix(f, x.want+" ") }) {
				t.Errorf("%s is not among %q", x.want, found)
			}
			for _, f := range found {
				rule, _, _ := strings.Cut(strings.Fields(f)[1], "@")
				if !strings.HasPrefix(f, x.want) && !strings.Contains(f, "同源") && !strings.HasPrefix(f, "未判") && !slices.Contains(strings.Fields(x.also), rule) || x.want == "" {
					t.Errorf("%s besides %q", f, x.want)
				}
			}
		})
	}
}

package generator_test

import "testing"

// sheetQuirks are rows, columns, merges, labels (quirks §2).
var sheetQuirks = []quirk{
	{"隐藏行照读", []edit{in(mainSheet, `<row r="16" `, `<row r="16" hidden="1" `)}, "指标2.得分", "数 6", []string{
		"提示 R-ID-06@C16 工作表“整体支出绩效自评表”里隐藏的行或列里有数值（二级指标），已照读，请核对后取消隐藏",
	}},
	{"隐藏列照读", []edit{in(mainSheet, `<col customWidth="true" max="7" min="7" width="8">`, `<col customWidth="true" max="7" min="7" width="8" hidden="1">`)}, "指标2.分值", "数 6", []string{
		"提示 R-ID-06@G6 工作表“整体支出绩效自评表”里隐藏的行或列里有数值（年度资金总额·分值），已照读，请核对后取消隐藏",
	}},
	{"极小行高照读", []edit{in(mainSheet, `<row r="16" ht="30" `, `<row r="16" ht="0.75" `)}, "指标2.得分", "数 6", nil},
	{"分组折叠照读", []edit{in(mainSheet, `<row r="16" `, `<row r="16" hidden="1" outlineLevel="1" `)}, "指标2.得分", "数 6", []string{
		"提示 R-ID-06@C16 工作表“整体支出绩效自评表”里隐藏的行或列里有数值（二级指标），已照读，请核对后取消隐藏",
	}},
	{"隐藏的项目表", []edit{in(bookPart, `<sheet name="项目支出绩效自评表" sheetId="3"`, `<sheet name="项目支出绩效自评表" sheetId="3" state="hidden"`)}, "项目支出", "数 670", []string{
		"错误 R-BX-10@F9 有项目支出670.00万元，没有附《项目支出绩效自评表》。请按项目各填一张，与本表一起报送（同一工作簿或另附工作簿都可以）",
		"提示 R-ID-06@项目支出绩效自评表! 工作表“项目支出绩效自评表”是隐藏的《项目支出绩效自评表》，没有读取。如要报送请取消隐藏，不报送的请删去",
	}},
	{"工作表名Sheet1", []edit{in(bookPart, `<sheet name="项目支出绩效自评表"`, `<sheet name="Sheet3"`)}, "项目1.总分", "数 100", nil},
	{"合并的得分只计一次", []edit{in(mainSheet, `<mergeCell ref="B15:B21">`, `<mergeCell ref="H15:H16"></mergeCell><mergeCell ref="B15:B21">`), at("H15", num("14", asGeneral)), at("H16", nothing)}, "指标2.得分", "不适用", []string{
		"错误 R-SC-01@H15 第1条指标“治理河道长度”得分14大于分值8，多6分。请改为不超过分值",
		"错误 R-SC-04@H15 “水库除险加固座数”有分值没有得分，请填写得分",
		"提示 R-CM-05@H15 “得分”的14合并在一个单元格里，盖住第1至2条（治理河道长度、水库除险加固座数），只计一次，记在第1条。请拆开，逐条填写",
		"提示 R-SC-07@H15 “治理河道长度”目标≥18公里、完成18.6公里，按完成比例应得8分，填报14分，相差6分。请核对计分或在偏差原因里说明",
	}},
	{"合并的分值只计一次", []edit{in(mainSheet, `<mergeCell ref="B15:B21">`, `<mergeCell ref="G15:G16"></mergeCell><mergeCell ref="H15:H16"></mergeCell><mergeCell ref="B15:B21">`), at("G15", num("14", asGeneral)), at("G16", nothing), at("H15", num("14", asGeneral)), at("H16", nothing)}, "指标1.分值", "数 14", nil},
	{"一级指标合并被拆", []edit{in(mainSheet, `<mergeCell ref="B15:B21"></mergeCell>`, "")}, "指标5.一级指标", "文 产出指标\n（50分）", nil},
	{"二级指标合并", []edit{in(mainSheet, `<mergeCell ref="B15:B21">`, `<mergeCell ref="C15:C17"></mergeCell><mergeCell ref="B15:B21">`), at("C16", nothing), at("C17", nothing)}, "指标3.二级指标", "文 数量指标", nil},
	{"二级指标拆开沿用", []edit{at("C16", nothing), at("C17", nothing)}, "指标3.二级指标", "文 数量指标", nil},
	{"模板空行", []edit{on(jobSheet, "D16", str("指标3："))}, "项目1.指标2.三级指标", "文 验收合格率", nil},
	{"省略号行有分值", []edit{on(jobSheet, "G16", num("5", asGeneral))}, "项目1.指标2.分值", "数 5", []string{
		"错误 R-SC-04@项目支出绩效自评表!H16 项目表：“”有分值没有得分，请填写得分",
		"错误 R-IN-01@项目支出绩效自评表!D16 项目表：第2条指标没有名称",
		"错误 R-CM-06@项目支出绩效自评表!E16 项目表：“”有分值没有年度指标值",
		"错误 R-CM-06@项目支出绩效自评表!F16 项目表：“”有分值没有实际完成值",
	}},
	{"删去生态效益行的内容", []edit{at("C25", nothing), at("D25", nothing), at("E25", nothing), at("F25", nothing), at("G25", nothing), at("H25", nothing)}, "指标12.二级指标", "文 服务对象满意度指标", nil},
	{"标签里有空格", []edit{at("E5", str("全 年  预 算 数"))}, "全年预算数", "数 1688.75", nil},
	{"标签全角空格", []edit{at("B7", str("按收入\u3000性质分：1650.30"))}, "按收入性质分", "数 1650.3", nil},
	{"表头括号", []edit{at("I5", str("得分 (10分*执行率)"))}, "预算执行得分", "数 9.77", nil},
	{"一级指标竖排", []edit{at("B15", str("产\n出\n指\n标\n（50分）"))}, "指标1.一级指标", "文 产出指标\n（50分）", nil},
	{"一级指标字间空格", []edit{at("B15", str("产 出 指 标\n（50分）"))}, "指标1.一级指标", "文 产出指标\n（50分）", nil},
	{"标签差一字", []edit{at("B6", str("年度资金总颌"))}, "年初预算数", "数 1520.4", []string{
		"提示 R-ID-06@B6 “年度资金总颌”与表样的“年度资金总额”不完全相同，已按后者读取，请核对",
	}},
	{"标签同义词", []edit{at("E14", str("年初目标值"))}, "指标1.年度指标值", "文 ≥18公里", nil},
	{"标题年度不一", []edit{at("A3", str("填报单位：青岚区水务局（盖章）               （2021年度）"))}, "年度", "数 2022", []string{
		"错误 R-ID-06@A3 “年度”在 A2 填的是“2022”，在 A3 填的是“2021”，请改成一致",
	}},
	{"1904年日期系统", []edit{in(bookPart, "<workbookPr ", `<workbookPr date1904="1" `), at("E20", num("43464", asLongDate))}, "指标6.年度指标值", "文 2022年12月31日", []string{
		"提示 R-CM-05@E20 “年度指标值”：单元格成了日期或时间格式，显示的是“2022年12月31日”。如果要填的不是日期（例如 1-2、3/4、10:1），请把单元格设为文本格式后重新填写",
	}},
}

func TestQuirksOfSheets(t *testing.T) {
	t.Parallel()
	check(t, sheetQuirks)
}

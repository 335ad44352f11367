package docx

import (
	"strings"
	"testing"
)

var indicators = []rec{
	{"一级": "产出", "二级": "数量", "三级": "甲", "得分": 10},
	{"一级": "产出", "二级": "数量", "三级": "乙", "得分": 8},
	{"一级": "产出", "二级": "质量", "三级": "丙", "得分": 5},
	{"一级": "效益", "二级": "质量", "三级": "丁", "得分": 5},
}

var unitData = rec{
	"单位名称": "渌口区信访局", "空": "", "是": true, "否": false, "多行": "第一行\n第二行\t后", "全文": "甲段\n乙段\n丙段",
	"危险": `<w:p>&amp; "引" 'x' ]]>` + "\x01\x0b尾", "生僻": "𠮷田😀",
	"指标": indicators, "无": []rec{}, "一": indicators[:1],
	"项目": []rec{
		{"名称": "修路", "指标": indicators[:2], "无": []rec{}},
		{"名称": "建桥", "指标": indicators[3:], "无": []rec{}},
	},
}

// texts are templates and what is read on paper when unitData is filled in.
var texts = []struct{ name, body, want string }{
	{"value", p("单位：{{单位名称}}。"), "单位：渌口区信访局。\n"},
	{"split", p("单位：{", "{单位", "名称", "}", "}。"), "单位：渌口区信访局。\n"},
	{"two in a run", p("{{单位名称}}{{单位名称}}"), "渌口区信访局渌口区信访局\n"},
	{"full width", p("｛｛单位名称｝｝"), "渌口区信访局\n"},
	{"lines", p("{{多行}}"), "第一行↵第二行→后\n"},
	{"own paragraphs", p("前{{全文|段落}}后"), "前甲段\n乙段\n丙段后\n"},
	{"markup is text", p("{{危险}}"), "<w:p>&amp; \"引\" 'x' ]]>↵尾\n"},
	{"comment", p("甲{{! 说明}}乙"), "甲乙\n"},
	{"comment alone", p("甲") + p("{{! 说明}}") + p("乙"), "甲\n乙\n"},
	{"empty value", p("{{空}}"), "\n"},
	{"rare characters", p("{{生僻}}"), "𠮷田😀\n"},

	{"if", p("{{#如果 是}}真{{/如果}}{{#如果 否}}假{{/如果}}"), "真\n"},
	{"else", p("{{#如果 否}}真{{否则}}假{{/如果}}"), "假\n"},
	{"elseif", p("{{#如果 否}}一{{否则如果 是}}二{{否则}}三{{/如果}}"), "二\n"},
	{"each inline", p("{{#每个 指标}}{{序号}}{{指标.三级}}{{#如果 非 末条}}、{{/如果}}{{/每个}}。"), "1甲、2乙、3丙、4丁。\n"},
	{"each paragraphs", p("{{#每个 指标}}") + p("{{指标.三级}}") + p("{{/每个}}") + p("尾"), "甲\n乙\n丙\n丁\n尾\n"},
	{"each ends at its paragraph", p("{{#每个 指标}}{{指标.三级}}") + p("得{{指标.得分}}分{{/每个}}"),
		"甲\n得10分\n乙\n得8分\n丙\n得5分\n丁\n得5分\n"},
	{"each behind text", p("以下：{{#每个 一}}") + p("{{一.三级}}") + p("{{/每个}}"), "以下：\n甲\n"},
	{"if over paragraphs", p("{{#如果 否}}") + p("甲") + p("{{否则}}") + p("乙") + p("{{/如果}}"), "乙\n"},
	{"nothing left", p("{{#如果 否}}") + p("甲") + p("{{/如果}}"), "\n"},
	{"cut true", p("前{{#如果 是}}一") + p("二{{/如果}}后"), "前一\n二后\n"},
	{"cut false", p("前{{#如果 否}}一") + p("二{{/如果}}后"), "前后\n"},
	{"cut with an end alone", p("前{{#如果 是}}一") + p("二") + p("{{/如果}}") + p("尾"), "前一\n二\n尾\n"},
	{"cut with an end alone, false", p("前{{#如果 否}}一") + p("二") + p("{{/如果}}") + p("尾"), "前\n尾\n"},
	{"cut, then whole", p("甲{{#如果 是}}乙") + p("{{/如果}}丙{{#如果 否}}") + p("{{/如果}}"), "甲乙\n丙\n"},
	{"nested", p("{{#每个 项目}}") + p("{{项目.名称}}") + p("{{#每个 项目.指标}}") + p("{{项目.指标.三级}}") + p("{{/每个}}") + p("{{/每个}}"),
		"修路\n甲\n乙\n建桥\n丁\n"},
	{"controls together", p("{{#每个 项目}}{{#如果 项目.名称 = \"修路\"}}") + p("{{项目.名称}}") + p("{{/如果}}{{/每个}}"), "修路\n"},
	{"page breaks", p("{{#每个 项目}}") + p("{{项目.名称}}") + p("{{分页}}") + p("{{/每个}}"), "修路\n===\n建桥\n"},
	{"page breaks first", p("{{#每个 项目}}") + p("{{分页}}") + p("{{项目.名称}}") + p("{{/每个}}"), "修路\n===\n建桥\n"},
	{"page breaks in text", p("{{#每个 项目}}{{项目.名称}}{{分页}}") + p("尾{{/每个}}"), "修路===\n尾\n建桥\n尾\n"},

	{"row", tbl(tr("名", "分"), tr("{{指标.三级}}", "{{指标.得分}}")), "名|分|\n甲|10|\n乙|8|\n丙|5|\n丁|5|\n"},
	{"row without items", tbl(tr("名", "分"), tr("{{无.三级}}", "{{无.得分}}")), "名|分|\n"},
	{"table without items", p("前") + tbl(tr("{{无.三级}}")) + p("后"), "前\n后\n"},
	{"only a table, without items", tbl(tr("{{无.三级}}")), "\n"},
	{"nested rows", tbl(tr("{{项目.名称}}", "{{项目.指标.三级}}")), "修路|甲|\n修路|乙|\n建桥|丁|\n"},
	{"block over rows", tbl(tr("{{#每个 项目}}"), tr("{{项目.名称}}"), tr("{{项目.指标.三级}}"), tr("{{/每个}}")), "修路|\n甲|\n乙|\n建桥|\n丁|\n"},
	{"block in its rows", tbl(tr("{{#每个 指标}}{{指标.三级}}", "x"), tr("y", "{{指标.得分}}{{/每个}}")),
		"甲|x|\ny|10|\n乙|x|\ny|8|\n丙|x|\ny|5|\n丁|x|\ny|5|\n"},
	{"each over cells", tbl(tr("{{#每个 指标}}{{指标.三级}}", "{{指标.得分}}{{/每个}}")), "甲|10|\n乙|8|\n丙|5|\n丁|5|\n"},
	{"if over all cells", tbl(tr("a", "b"), tr("{{#如果 指标.得分 < 8}}{{指标.三级}}", "{{指标.得分}}{{/如果}}")), "a|b|\n丙|5|\n丁|5|\n"},
	{"if over some cells", tbl(tr("甲", "{{#如果 否}}乙", "丙{{/如果}}丁")), "甲||丁|\n"},
	{"if over cells, a control alone", tbl(tr("甲", tc("", p("{{#如果 否}}")+p("乙")), "丙{{/如果}}丁")), "甲||丁|\n"},
	{"else over cells", tbl(tr("{{#如果 否}}甲", "乙{{否则}}丙", "丁{{/如果}}")), "|丙|丁|\n"},
	{"if over rows", tbl(tr("{{#如果 否}}"), tr("甲"), tr("{{否则}}"), tr("乙"), tr("{{/如果}}")), "乙|\n"},
	{"block in a cell", tbl(tr(tc("", p("{{#每个 指标}}")+p("{{指标.三级}}")+p("{{/每个}}")))), "甲¶乙¶丙¶丁|\n"},
	{"empty cell", tbl(tr(tc("", p("{{#每个 无}}")+p("{{无.三级}}")+p("{{/每个}}")))), "|\n"},
	{"tables apart", p("{{#每个 项目}}") + tbl(tr("{{项目.名称}}")) + p("{{/每个}}"), "修路|\n\n建桥|\n\n"},
	{"table between", tbl(tr("甲")) + p("{{#如果 否}}") + p("x") + p("{{/如果}}") + tbl(tr("乙")) + p("尾"), "甲|\n\n乙|\n尾\n"},

	{"merge", tbl(tr("{{指标.一级}}{{合并}}", "{{指标.三级}}")), "v产出|甲|\n^|乙|\n^|丙|\nv效益|丁|\n"},
	{"merge two columns", tbl(tr("{{指标.一级}}{{合并}}", "{{指标.二级}}{{合并}}", "{{指标.三级}}")),
		"v产出|v数量|甲|\n^|^|乙|\n^|v质量|丙|\nv效益|v质量|丁|\n"},
	{"merge one column of equals", tbl(tr("{{指标.二级}}{{合并}}", "{{指标.三级}}")), "v数量|甲|\n^|乙|\nv质量|丙|\n^|丁|\n"},
	{"merge within a repetition", tbl(tr("{{项目.名称}}{{合并}}", "{{项目.指标.一级}}{{合并}}", "{{项目.指标.三级}}")),
		"v修路|v产出|甲|\n^|^|乙|\nv建桥|v效益|丁|\n"},
	{"merge, properties out of order", tbl(tr(tc(`<w:vMerge/><w:gridSpan w:val="2"/>`, p("{{指标.一级}}{{合并}}")), "{{指标.三级}}")), "v产出|甲|\n^|乙|\n^|丙|\nv效益|丁|\n"},
	{"label above", tbl(tr(tc(`<w:vMerge w:val="restart"/>`, p("绩效")), "头"), tr(tc(`<w:vMerge/>`, p("")), "{{指标.三级}}"), tr("总", "4")),
		"v绩效|头|\n^|甲|\n^|乙|\n^|丙|\n^|丁|\n总|4|\n"},
	{"label in the repeated row", tbl(tr(tc(`<w:vMerge w:val="restart"/>`, p("绩效")), "{{指标.三级}}"), tr(tc(`<w:vMerge/>`, p("")), "总")),
		"v绩效|甲|\n^|乙|\n^|丙|\n^|丁|\n^|总|\n"},
	{"label in a row that went", tbl(tr(tc(`<w:vMerge w:val="restart"/>`, p("绩效")), "{{无.三级}}"), tr(tc(`<w:vMerge/>`, p("")), "总")),
		"v绩效|总|\n"},
	{"label once an item", tbl(tr(tc(`<w:vMerge w:val="restart"/>`, p("{{#每个 项目}}{{项目.名称}}")), "{{项目.指标.三级}}"), tr(tc(`<w:vMerge/>`, p("")), "小计{{/每个}}")),
		"v修路|甲|\n^|乙|\n^|小计|\nv建桥|丁|\n^|小计|\n"},
}

func TestText(t *testing.T) {
	t.Parallel()
	for _, tt := range texts {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := inner(t, render(t, body(tt.body), unitData))
			if text := strings.TrimRight(said(got), "\n"); text != strings.TrimRight(tt.want, "\n") {
				t.Errorf("got\n%s\nwant\n%s\nmarkup\n%s", text, tt.want, got)
			}
		})
	}
}

package fillin

import "testing"

func TestUnitIn(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]money{
		"年初预算数（万元）": {unit: "万元"}, "项目资金\n(元)": {unit: "元"}, "金额（单位：亿元）": {unit: "亿元"}, "预算数/万元": {unit: "万元"}, "金额单位：人民币元": {unit: "元"},
		"（单位：万元，人）": {unit: "万元"}, "支出（千元）": {unit: "千元"}, "项目资金（万元/元）": {"万元", "元"}, "单位:万元 ": {unit: "万元"},
		"单位：元江县某局": {}, "特护期经费150万元": {}, "元旦慰问（人）": {}, "年初预算数": {},
	} {
		if got := unitIn(text); got != want {
			t.Errorf("unitIn(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestSaidOfUnit(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]money{
		"填报单位：某局    金额单位：元": {unit: "元"}, "填报单位：某局（盖章）单位：万元": {unit: "万元"}, "填报单位：元谋县农业局  单位：元": {unit: "元"}, "单位：元    填报日期：2024年3月15日": {unit: "元"},
		"单位:元填报日期:2024年": {unit: "元"}, "单位：万元/元": {"万元", "元"}, "单位：万元或元": {"万元", "元"}, "单位：万元、元": {"万元", "元"}, "单位：元/元": {unit: "元"}, "注：金额单位为元": {unit: "元"},
		"（元）": {unit: "元"}, "（单位：千元）": {unit: "千元"}, "绩效自评表（元）": {unit: "元"}, "绩效自评表（2023年度，单位：元）": {unit: "元"}, "项目支出情况（2023年度）（万元）": {unit: "万元"},
		"填报单位：元谋县农业局": {}, "发放补助3000元": {}, "单位：百元": {}, "计量单位：公里": {}, "每人每月（元/人）": {},
	} {
		if got := saidOfUnit(text); got != want {
			t.Errorf("saidOfUnit(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestBeforeUnit(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"某局    金额单位：元": "某局", "某局（盖章）单位：万元": "某局（盖章）", "某局（金额单位：万元）": "某局", "某局\u3000单 位：元": "某局", "元谋县农业局": "元谋县农业局", "金额单位：元": "金额单位：元",
		"某企事业单位元旦活动": "某企事业单位元旦活动",
	} {
		if got := beforeUnit(text); got != want {
			t.Errorf("beforeUnit(%q) = %q, want %q", text, got, want)
		}
	}
}

package report

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/shopspring/decimal"

	"jixiao/generator/finding"
	"jixiao/generator/unit"
	"jixiao/generator/value"
)

// The fixture: a bureau of invented units, one of which makes the mistakes of
// the seed form, so that every account shows what it will have to show.

const mainSheet = "整体支出绩效自评表"

func sha(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

func num(s string) value.Value { return value.Num(decimal.RequireFromString(s)) }

// fault is a finding at a cell of the unit's own workbook.
func fault(level finding.Level, rule, name, cell, filled, expected, difference, message string) finding.Finding {
	return finding.Finding{
		Rule: rule, Name: name, Level: level, Place: finding.Place{Sheet: mainSheet, Cell: cell},
		Filled: filled, Expected: expected, Difference: difference, Message: message,
	}
}

func item(f finding.Finding, n int, name string) finding.Finding {
	f.Item, f.ItemName = n, name
	return f
}

func sameCause(f finding.Finding, rule string) finding.Finding {
	f.SameCause = rule
	return f
}

// explained is a finding about which the unit has written.
func explained(f finding.Finding, text string) finding.Finding {
	f.Explanation = text
	return f
}

func basis(f finding.Finding, text string) finding.Finding {
	f.Basis = text
	return f
}

// seedFindings are those of the seed form, as rules.md lists them.
func seedFindings() finding.List {
	const e, n, u = finding.Error, finding.Notice, finding.Unjudged
	return finding.List{
		basis(fault(e, "R-BX-03", "执行数不超预算数", "F6", "329.98", "≤ 326.68", "3.3", "全年执行数比全年预算数多3.30万元。请核对两数，确有结转或其他资金的，请列入全年预算数"), "审核惯例"),
		sameCause(fault(e, "R-BX-04", "执行率计算", "H6", "100%", "= 101.01%", "-1.01个百分点", "执行率应为全年执行数除以全年预算数，329.98÷326.68=101.01%"), "R-BX-03"),
		sameCause(fault(e, "R-BX-07", "收支平衡", "B7", "326.68", "= 329.98", "-3.3", "按收入性质分的合计应等于按支出性质分的合计"), "R-BX-03"),
		fault(e, "R-BX-08", "支出=基本+项目", "F8", "329.98", "= 207.01", "122.97", "按支出性质分应等于基本支出加项目支出；项目支出没有填，报告写的是122.97万元"),
		fault(e, "R-BX-10", "项目支出须附项目表", "", "0", "≥ 1", "1", "有项目支出122.97万元，没有报送项目支出绩效自评表。请补报"),
		item(basis(fault(e, "R-SC-01", "得分不超分值", "H16", "20", "≤ 10", "10", "“维护社会和谐稳定”得分20，大于分值10。请改为不大于分值的数"), "财预〔2020〕10号"), 2, "维护社会和谐稳定"),
		item(basis(fault(e, "R-SC-01", "得分不超分值", "H17", "20", "≤ 10", "10", "“接待群众上访”得分20，大于分值10。请改为不大于分值的数"), "财预〔2020〕10号"), 3, "接待群众上访"),
		explained(sameCause(fault(e, "R-SC-05", "总分=Σ得分", "H24", "98", "= 118", "-20", "各项得分合计118，与总分98不符；超过分值的两项按分值计，合计正好98，疑为录入错位"), "R-SC-01"), "总分无误，得分栏录入错位"),
		explained(item(fault(n, "R-SC-07", "定量计分", "H18", "8", "= 10", "-2", "成本为反向指标，完成122.97万元低于目标150万元，应得满分。请核实，或注明“≤”"), 4, "特护期外值劝返工作经费"), "成本未列全，按上级考核结果扣2分"),
		item(fault(n, "R-IN-03", "量纲一致", "E15", "=100%", "", "", "数量指标的目标是比率，请改用件、批、人次等数量"), 1, "接待群众来信、来访及网上投诉"),
		item(fault(n, "R-IN-04", "目标可衡量", "E16", "保持", "", "", "目标“保持”无法衡量，请改为数值或说明判断标准"), 2, "维护社会和谐稳定"),
		item(fault(n, "R-IN-08", "完成值为实际值", "F23", "≥70", "", "", "完成值应是实际数，“≥70”是区间，请填实际满意率"), 9, "提高群众的满意率"),
		fault(n, "R-CM-05", "数值格污染", "G6", "10分", "", "", "“10分”读作10。请只填数"),
		fault(n, "R-CM-07", "隐私", "A25", "139××××0000", "", "", "公开件中有手机号，公开前请改为办公电话"),
		fault(u, "R-BX-06", "总额=分项之和", "F9", "", "", "", "“项目支出”没有填，这一条没有判断"),
	}
}

// fields of a unit with those amounts and that total.
func fields(book string, begin, full, spent, total string) []unit.Field {
	place := func(cell string) finding.Place {
		return finding.Place{Workbook: book, Sheet: mainSheet, Cell: cell}
	}
	return []unit.Field{
		{Name: "单位名称", Type: value.TypeText, Raw: "　某单位", Value: value.Str("某单位"), Place: place("D4")},
		{Name: "年初预算数", Type: value.TypeAmount, Raw: begin, Value: num(begin), Place: place("D6")},
		{Name: "全年预算数", Type: value.TypeAmount, Raw: full, Value: num(full), Place: place("E6")},
		{Name: "全年执行数", Type: value.TypeAmount, Raw: spent, Value: num(spent), Place: place("F6")},
		{Name: "分值", Type: value.TypeScore, Raw: "10分", Value: num("10"), Place: place("G6"), Notes: []string{"“10分”读作10"}, Repairs: 1},
		{Name: "项目支出", Type: value.TypeAmount, Raw: "", Value: value.Value{}, Place: place("F9")},
		{Name: "政府性基金", Type: value.TypeAmount, Raw: "—", Value: value.NA(), Place: place("B9")},
		{Name: "执行率", Type: value.TypePercent, Raw: "百分之百", Value: value.Unknown("不是百分数，请填 100% 或 1", "百分之百"), Place: place("H6")},
		{Name: "总分", Type: value.TypeScore, Raw: total, Value: num(total), Place: place("H24")},
	}
}

// indicators is a list of two items, the second with a list of its own.
func indicators(book string) []unit.List {
	place := func(cell string) finding.Place {
		return finding.Place{Workbook: book, Sheet: mainSheet, Cell: cell}
	}
	text := func(name, raw, cell string) unit.Field {
		return unit.Field{Name: name, Type: value.TypeText, Raw: raw, Value: value.Str(raw), Place: place(cell)}
	}
	score := func(name, raw, cell string) unit.Field {
		return unit.Field{Name: name, Type: value.TypeScore, Raw: raw, Value: num(raw), Place: place(cell)}
	}
	return []unit.List{{Name: "指标", Items: []unit.Item{
		{Fields: []unit.Field{text("三级指标", "接待群众来信、来访及网上投诉", "D15"), text("指标值", "=100%", "E15"), score("得分", "20", "H15")}},
		{
			Fields: []unit.Field{text("三级指标", "维护社会和谐稳定", "D16"), text("指标值", "保持", "E16"), score("得分", "20", "H16")},
			Lists:  []unit.List{{Name: "佐证", Items: []unit.Item{{Fields: []unit.Field{text("材料", "信访台账 <2022> & 通报", "J16")}}}}},
		},
	}}}
}

// verdict of one unit that sent one workbook.
func verdict(u unit.Unit, total string, findings finding.List) *unit.Verdict {
	book := u.Name + ".xlsx"
	for i := range findings {
		findings[i].Place.Workbook = book
	}
	findings = finding.Sorted(findings)
	sub := &unit.Submission{Unit: u, OnRoster: true, Workbooks: []unit.Workbook{{Path: book, SHA256: sha(book)}}}
	rec := &unit.Record{Submission: sub, Item: unit.Item{Fields: fields(book, "308.76", "326.68", "329.98", total), Lists: indicators(book)}}
	return &unit.Verdict{
		Record:   rec,
		Derived:  []unit.Figure{{Name: "预算执行率", Value: num("1.0101").As(value.TypePercent)}, {Name: "项目执行率", Value: value.Unknown("“项目支出”没有填", "")}},
		Findings: findings,
	}
}

func published(u unit.Unit, o unit.Outcome) []Document {
	paths := []string{"单位/%s/%[1]s整体支出绩效自评表.docx", "单位/%s/%[1]s整体支出绩效自评报告.docx"}
	if o == unit.Returned {
		paths = []string{"退回/%s/%[1]s.xlsx", "退回/%s/草稿/%[1]s整体支出绩效自评表.docx"}
	}
	out := make([]Document, len(paths))
	for i, p := range paths {
		p = fmt.Sprintf(p, u.Name)
		out[i] = Document{Path: p, SHA256: sha(p)}
	}
	return out
}

// fixture is a run of twelve units.
func fixture() *Run {
	r := &Run{Form: "整体支出", FormSHA256: sha("套表"), Year: "2022", Program: "jixiao 1.0"}
	add := func(code, name, total string, findings finding.List) {
		u := unit.Unit{Code: code, Name: name}
		if total == "" {
			r.Units = append(r.Units, Unit{Unit: u, Outcome: unit.Missing})
			return
		}
		v := verdict(u, total, findings)
		r.Units = append(r.Units, Unit{Unit: u, Outcome: v.Outcome(), Verdict: v, Documents: published(u, v.Outcome())})
	}
	seed := seedFindings()
	adjusted := fault(finding.Notice, "R-BX-09", "预算调整说明", "E6", "326.68", "", "17.92", "全年预算数比年初预算数多5.80%，超过规定幅度的请在报告中说明原因")
	vague := seed[10]
	polluted := seed[12]
	add("219001", "青禾区人民政府办公室", "96.5", finding.List{polluted})
	add("219002", "青禾区信访局", "98", seedFindings())
	add("219003", "青禾区档案馆", "99", nil)
	add("219004", "青禾区水利局", "89.5", finding.List{adjusted, vague})
	add("219005", "青禾区图书馆", "", nil)
	add("219006", "青禾区农业农村局", "94.25", finding.List{vague, polluted})
	add("219007", "青禾区市场监督管理局", "97", finding.List{
		fault(finding.Error, "R-BX-01", "三数必填", "D6", "", "", "", "“年初预算数”没有填。没有年初预算的请填0"), polluted,
	})
	add("219008", "青禾区科学技术协会", "92", nil)
	add("219009", "青禾区公共资源交易中心", "78.4", finding.List{adjusted})
	add("219010", "青禾区残疾人联合会", "100", finding.List{seed[13]})
	add("219011", "青禾区机关事务服务中心（含机关幼儿园、机关食堂）", "", nil)
	add("219012", "青禾区融媒体中心", "86", finding.List{vague})
	for _, p := range []string{"汇总/2022年度绩效自评汇总表.xlsx", "汇总/2022年度绩效自评情况通报.docx"} {
		r.Documents = append(r.Documents, Document{Path: p, SHA256: sha(p)})
	}
	return r
}

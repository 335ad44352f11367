package report

import (
	"strings"
	"testing"

	"jixiao/generator/finding"
	"jixiao/generator/unit"
)

// TestReceipt: accepted, or what to correct; what stands in a workbook is never markup.
func TestReceipt(t *testing.T) {
	t.Parallel()
	sub := &unit.Submission{Workbooks: []unit.Workbook{{Path: "下/<b>表.xlsx", SHA256: "0123456789abcdef"}}}
	for _, c := range []struct {
		name     string
		findings finding.List
		want     []string
		not      string
	}{
		{"accepted", nil, []string{"审核通过，正式文件已生成。", `<b class="tag accepted">通过</b>`, "下/&lt;b&gt;表.xlsx <code>01234567</code>", `href="./a%231.docx"`}, "要改正的"},
		{"accepted with a notice", finding.List{{Rule: "R-1", Name: "提示一", Level: finding.Notice, Message: "请核对<i>"}},
			[]string{"另有提示1处，请核对", "<h2>请核对</h2>", "请核对&lt;i&gt;"}, "“核实意见”"},
		{"returned", finding.List{{Rule: "R-2", Name: "错误二", Level: finding.Error, Place: finding.Place{Sheet: "表", Cell: "D6"}, Filled: "1", Expected: "2", Message: "应为 2"}},
			[]string{"审核没有通过：错误1处。", "用同样的文件名重新报送", "<b>D6</b>", "<h2>退回的文件</h2>", `<td><span class="quote">1</span></td><td>2</td>`}, "正式文件"},
	} {
		v := &unit.Verdict{Record: &unit.Record{Submission: sub}, Findings: c.findings}
		u := &Unit{Unit: unit.Unit{Code: "301", Name: "某局"}, Outcome: v.Outcome(), Verdict: v, Documents: []Document{{Path: "a#1.docx"}}}
		page, err := Receipt("整体支出", "jixiao 1", u)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range c.want {
			if !strings.Contains(string(page), want) {
				t.Errorf("%s: no %q in\n%s", c.name, want, page[strings.Index(string(page), "<body>"):])
			}
		}
		if strings.Contains(string(page), c.not) {
			t.Errorf("%s: says %q", c.name, c.not)
		}
	}
}

// TestReceiptToExplain: where a marked workbook lies beside the documents, the
// 回执 says what to do with it.
func TestReceiptToExplain(t *testing.T) {
	t.Parallel()
	sub := &unit.Submission{Workbooks: []unit.Workbook{{Path: "表.xlsx", SHA256: strings.Repeat("01234567", 8)}}}
	v := &unit.Verdict{Record: &unit.Record{Submission: sub}, Findings: finding.List{{Rule: "R-1", Name: "提示一", Level: finding.Notice, Message: "请核对"}}}
	page, err := Receipt("整体支出", "jixiao 1", &Unit{Unit: unit.Unit{Name: "某局"}, Outcome: v.Outcome(), Verdict: v,
		Documents: []Document{{Path: "报告.docx"}, {Path: "核实意见/表.xlsx"}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"请核对：填错的改正后重新报送；确实如此的，请在“核实意见”里那份表的“单位说明”栏写明情况，把它重新报送，下次审核记为“已说明”。",
		`<a href="./%E6%A0%B8%E5%AE%9E%E6%84%8F%E8%A7%81/%E8%A1%A8.xlsx">核实意见：表.xlsx</a>`,
	} {
		if !strings.Contains(string(page), want) {
			t.Errorf("no %q in\n%s", want, page[strings.Index(string(page), "<body>"):])
		}
	}
}

// TestLinksSayWhatTheyAre: in a results folder, and seen from 成果 of a drop folder.
func TestLinksSayWhatTheyAre(t *testing.T) {
	t.Parallel()
	for p, want := range map[string]string{
		"单位/某局/报告.docx": "", "单位/某局/核实意见/表.xlsx": "核实意见", "退回/某局/表.xlsx": "退回件", "退回/某局/草稿/报告.docx": "草稿",
		"../退回/某局/表.xlsx": "退回件", "../退回/某局/草稿/报告.docx": "草稿", "汇总/表.xlsx": "",
	} {
		if got := links([]Document{{Path: p}})[0].Note; got != want {
			t.Errorf("%s is a %q, want %q", p, got, want)
		}
	}
}

package generator

import (
	"slices"
	"strings"
	"testing"

	"jixiao/generator/finding"
)

// listedFindings are the faults that people found in the published forms behind
// the workbooks, by rule. What a form cannot know is left out, with the reason.
var listedFindings = []struct{ file, rules, without string }{
	{"通用项目-1", "R-BX-06 R-BX-05 R-BX-04 R-RP-09 R-SC-08 R-IN-06 R-IN-04", "R-ID-03: 年度疑误只能从文件属性的保存日期看出"},
	{"通用项目-2", "R-SC-07 R-SC-09 R-SC-10 R-IN-03 R-CM-04", "R-BX-02: 全年预算数是抄录时的“0 或 207.4538”，读不出（R-BX-15），不判"},
	{"通用项目-3", "R-BX-04 R-IN-11 R-BX-11 R-SC-08", ""},
	{"湖北-1", "R-ID-02 R-ID-04 R-WT-02 R-CM-01 R-CM-05", "R-BX-04: 执行率写成1，读作100%，按读数提示（R-CM-05）"},
	{"湖北-2", "R-WT-01 R-SC-05 R-WT-04 R-IN-04", ""},
	{"湖北-3", "R-IN-06 R-IN-04", ""},
	{"湖北-4", "R-IN-08 R-IN-03 R-SC-04", "R-CM-06: 缺的是得分和总分，报 R-SC-04"},
	{"四川-1", "R-CM-02", "R-RP-07: 存在问题一栏的文字不在工作簿里"},
	{"四川-2", "R-CM-06 R-SC-04 R-CM-02 R-WT-03 R-BX-09", ""},
	{"云南-1", "R-BX-11 R-SC-09", ""},
	{"云南-2", "R-IN-08 R-WT-01 R-GR-01 R-BX-01", ""},
	{"衔接资金-1", "R-WT-05 R-IN-03 R-CM-04", ""},
}

// TestListedFindings: each fault that was found by hand is found here too.
func TestListedFindings(t *testing.T) {
	t.Parallel()
	forms := familyForms(t)
	for _, x := range listedFindings {
		t.Run(x.file, func(t *testing.T) {
			t.Parallel()
			name, _, _ := strings.Cut(x.file, "-")
			var found []string
			for _, u := range familyRun(t, forms[name], "testdata/families/"+x.file+".xlsx").Units {
				for _, f := range u.Verdict.Findings {
					if f.Level != finding.Unjudged {
						found = append(found, f.Rule)
					}
				}
			}
			for _, rule := range strings.Fields(x.rules) {
				if !slices.Contains(found, rule) {
					t.Errorf("%s is not found", rule)
				}
			}
			if rule, _, ok := strings.Cut(x.without, ":"); ok && slices.Contains(found, rule) {
				t.Errorf("%s is found after all: list it", rule)
			}
		})
	}
}

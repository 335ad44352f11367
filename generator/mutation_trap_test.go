package generator

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/xuri/excelize/v2"

	"jixiao/generator/finding"
	"jixiao/generator/form"
	"jixiao/templates"
)

const petitionOffice = "../samples/青岚区2022年度/收件/株洲市渌口区信访局.xlsx"

// TestSeedReport: the seed's own report, in the form's narrative cells, gives
// the findings about its text that its workbook alone cannot give, each at its
// cell, and leaves those that must pass (78.07%, 29.61%, the sums 1276 and 2911).
func TestSeedReport(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(petitionOffice)
	if err != nil {
		t.Fatal(err)
	}
	f := builtin(t)
	for _, m := range mutants(t, "report.tsv") {
		data = edited(t, data, m.edits)
	}
	var got []string
	messages := map[string]string{}
	for _, x := range judged(t, f, data) {
		plainMessage(t, x)
		if strings.HasPrefix(x.Rule, "R-RP-") || strings.HasPrefix(x.Rule, "R-BX-08") {
			got = append(got, shownFinding(x))
			messages[x.Rule+x.Filled] = x.Message
			messages[x.Rule] = x.Message
			if x.Rule == "R-RP-02" && (x.Filled != "30.23%" || x.Expected != "= 30.24%" || x.Difference != "0.01个百分点") {
				t.Errorf("R-RP-02: filled %q, expected %q, difference %q", x.Filled, x.Expected, x.Difference)
			}
		}
	}
	want := []string{
		"错误 R-BX-08@F9", "提示 R-RP-01@B10", "提示 R-RP-02@B15", "提示 R-RP-04@B2", "提示 R-RP-05@B18", "提示 R-RP-05@B18",
		"提示 R-RP-06@B18", "提示 R-RP-06@B18", "提示 R-RP-07@B20", "提示 R-RP-08@F7",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for rule, part := range map[string]string{
		"R-RP-04": "缺少这些章节：政府性基金、国有资本经营、社会保险基金、其他",
		"R-RP-05": "4÷97＝4.1%，疑把本年数当作了分母",
		"R-RP-06": "应为下降12.4%",
		"R-RP-08": "基本支出应是207.01万元；全年预算减去项目预算150.00万元，基本支出预算只有176.68万元，执行率117.2%",
	} {
		if !strings.Contains(messages[rule], part) {
			t.Errorf("%s says %q", rule, messages[rule])
		}
	}
}

// stages is the order in which rules are judged: structure, cells and money,
// weights, scores, indicators and columns, grade, report.
var stages = []string{"R-ID", "R-UN", "R-BX", "R-JS", "R-WT", "R-SC", "R-IN", "R-CM", "R-GR", "R-RP", "R-BD"}

// TestRuleOrder: what comes first in the order of the trade's list is judged
// first, so that the first finding of a cause is its root.
func TestRuleOrder(t *testing.T) {
	t.Parallel()
	last, lastRow := 0, ""
	for _, r := range builtin(t).Rules {
		if strings.Contains(r.Row, ".P") || len(r.Lists) > 0 && r.Lists[0][0] == "项目" {
			continue // the tables of projects are judged after the unit's own
		}
		i := slices.IndexFunc(stages, func(s string) bool { return strings.HasPrefix(r.ID, s) })
		switch {
		case i < 0:
			t.Errorf("%s belongs to no stage", r.Row)
		case r.ID == "R-JS-02" || r.ID == "R-CM-06": // asked as early as the figure that they are about
		case i < last && !(stages[i] == "R-IN" && stages[last] == "R-CM"):
			t.Errorf("%s is judged after %s", r.Row, lastRow)
		default:
			last, lastRow = max(last, i), r.Row
		}
	}
}

// unjudgedCases: what rests on a value that is not there is not judged, and says
// so; it never passes.
var unjudgedCases = []struct {
	name, edit, why string
	rules           []string
}{
	{"全年执行数", "1!F6 =", "全年执行数", []string{"R-BX-03", "R-BX-04", "R-BX-05", "R-BX-12"}},
	{"全年预算数", "1!E6 =", "全年预算数", []string{"R-BX-03", "R-BX-04", "R-BX-05"}},
	{"全年执行数看不懂", "1!F6 = '一千六百", "全年执行数", []string{"R-BX-03", "R-BX-04", "R-BX-05", "R-BX-12"}},
	{"按收入性质分", "1!B7 = '按收入性质分：", "按收入性质分", []string{"R-BX-07", "R-BX-14"}},
	{"总分", "1!H28 =", "总分", []string{"R-SC-05"}},
	{"得分", "1!H16 =", "得分", []string{"R-SC-05"}},
	{"分值", "1!G16 =", "分值", []string{"R-WT-01"}},
	{"执行率", "1!H6 =", "执行率", []string{"R-BX-04"}},
	{"项目全年执行数", "3!F7 =", "全年执行数", []string{"R-BX-10"}},
	{"本年决算支出", "2!B13 =", "本年决算支出", []string{}},
}

func TestUnjudgedAfterError(t *testing.T) {
	t.Parallel()
	f, clean := builtin(t), cleanWorkbook(t)
	for _, c := range unjudgedCases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			list := judged(t, f, edited(t, clean, []string{c.edit}))
			if list.Count(finding.Error) == 0 {
				t.Error("no error says that the value is missing")
			}
			for _, rule := range c.rules {
				i := slices.IndexFunc(list, func(x finding.Finding) bool { return x.Rule == rule && x.Level == finding.Unjudged })
				if i < 0 {
					t.Errorf("%s is not said to be 未判", rule)
				} else if !strings.Contains(list[i].Message, c.why) {
					t.Errorf("%s: %q does not name %s", rule, list[i].Message, c.why)
				}
			}
		})
	}
}

// settingCases change one cell of the sheet 参数: what a region decides is no code.
var settingCases = []struct {
	name, setting, value string
	edits                []string
	without, with        string // the finding before and after
}{
	{"成本列一级指标", "设成本的产出权重", "45", []string{"1!u B15:B21", "1!B21 = '成本指标（10分）", "1!B15 = '产出指标（40分）"}, "提示 R-WT-02@G21", "提示 R-WT-02@G15"},
	{"产出权重", "产出权重", "60", nil, "", "提示 R-WT-02@G15"},
	{"满意度权重", "满意度权重", "5", nil, "", "提示 R-WT-02@G27"},
	{"执行率权重", "执行率权重", "20", nil, "", "提示 R-WT-02@G6"},
	{"单条上限", "单条分值上限", "9", nil, "", "提示 R-WT-03@G21"},
	{"执行率说明线", "执行率说明线", "0.99", nil, "", "错误 R-BX-11@B19"},
	{"执行率警戒线", "执行率警戒线", "0.98", nil, "", "提示 R-BX-11@F6"},
	{"预算调整说明线", "预算调整说明线", "0.2", []string{"2!B15 = '压减一般性支出"}, "提示 R-BX-09@B15", ""},
	{"超额说明线", "超额说明线", "1.2", nil, "", "提示 R-SC-10@I22"},
	{"优秀线", "优秀线", "99.6", []string{"2!B21 = '自评结果为优，将按要求公开。"}, "", "错误 R-GR-01@B21"},
	{"计分容差", "计分容差", "0", []string{"1!H20 = 4.5", "1!H28 = 99.27"}, "", ""},
	{"小数位", "金额小数位", "3", []string{"1!D6 = 1520.401"}, "提示 R-UN-02@D6", ""},
	{"截止月", "填报截止月", "2", nil, "", "提示 R-ID-03@A29"},
	{"套话执行率", "套话执行率", "0.97", []string{"2!B20 = '一是加快预算执行进度，二是细化量化绩效指标。"}, "", "提示 R-RP-07@B20"},
	{"高分线", "执行率说明线", "0.98", []string{"2!B19 = '预算执行进度偏慢，一是支出集中在年底。"}, "", "提示 R-SC-13@H28"},
}

func TestSettingsAreCells(t *testing.T) {
	t.Parallel()
	plain, clean := builtin(t), cleanWorkbook(t)
	for _, c := range settingCases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			data := edited(t, clean, c.edits)
			holds := func(f *form.Form, want string) {
				var got []string
				for _, x := range judged(t, f, data) {
					if x.Level != finding.Unjudged {
						got = append(got, shownFinding(x))
					}
				}
				if want == "" && len(got) > 0 || want != "" && !slices.Contains(got, want) {
					t.Errorf("got %q, want %q", got, want)
				}
			}
			holds(plain, c.without)
			holds(withSetting(t, c.setting, c.value), c.with)
		})
	}
}

// withSetting is the built-in form with one cell of 参数 changed.
func withSetting(t *testing.T, name, by string) *form.Form {
	t.Helper()
	sub, err := fs.Sub(templates.FS(), "整体支出")
	if err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{}
	for _, file := range []string{form.FillInFile, form.RulesFile} {
		data, err := fs.ReadFile(sub, file)
		if err != nil {
			t.Fatal(err)
		}
		files[file] = &fstest.MapFile{Data: data}
	}
	book, err := excelize.OpenReader(bytes.NewReader(files[form.RulesFile].Data))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := book.GetRows("参数")
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(rows, func(r []string) bool { return len(r) > 0 && r[0] == name })
	if i < 0 {
		t.Fatalf("参数 has no %s", name)
	}
	cell, err := excelize.CoordinatesToCellName(2, i+1)
	if err != nil {
		t.Fatal(err)
	}
	if err := book.SetCellDefault("参数", cell, by); err != nil {
		t.Fatal(err)
	}
	out, err := book.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	files[form.RulesFile] = &fstest.MapFile{Data: out.Bytes()}
	f, faults, err := form.Load("试", files)
	if err != nil || len(faults) > 0 {
		t.Fatal(err, faults)
	}
	return f
}

// TestRulesAgainstTheTradesList: docs/审核规则对照.md accounts for all 78 rules of
// the trade, and says of each how many rows of 审核公式.xlsx judge it.
func TestRulesAgainstTheTradesList(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../docs/审核规则对照.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]int{}
	for _, r := range builtin(t).Rules {
		rows[r.ID]++
	}
	listed := 0
	for _, line := range strings.Split(string(data), "\n") {
		cells := strings.Split(line, " | ")
		if len(cells) != 6 || !strings.HasPrefix(cells[1], "R-") {
			continue
		}
		listed++
		n, how := rows[cells[1]], cells[4]
		want := fmt.Sprintf("审核公式 %d 行", n)
		if n > 0 != strings.Contains(how, "审核公式") || n > 0 && !strings.HasPrefix(how, want) {
			t.Errorf("%s: the page says %q, the form has %d rows", cells[1], how, n)
		}
		if strings.HasPrefix(how, "不判") && len([]rune(cells[5])) < 10 {
			t.Errorf("%s is not judged, and no reason is given", cells[1])
		}
		delete(rows, cells[1])
	}
	if listed != 78 || len(rows) > 0 {
		t.Errorf("%d rules are listed; not listed: %v", listed, rows)
	}
}

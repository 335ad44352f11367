package audit

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"jixiao/generator/extract"
	"jixiao/generator/fillin"
	"jixiao/generator/finding"
	"jixiao/generator/form"
	"jixiao/generator/ooxml"
	"jixiao/generator/unit"
	"jixiao/generator/value"
	"jixiao/templates"
)

const (
	seed  = "../../samples/青岚区2022年度/收件/株洲市渌口区信访局.xlsx"
	clean = "../../samples/青岚区2022年度/收件/青岚区水务局2022年度自评.xlsx"
)

func builtin(t testing.TB) *form.Form {
	t.Helper()
	sub, err := fs.Sub(templates.FS(), "整体支出")
	if err != nil {
		t.Fatal(err)
	}
	f, faults, err := form.Load("整体支出", sub)
	if err != nil || len(faults) > 0 {
		t.Fatal(err, faults)
	}
	return f
}

func record(t testing.TB, f *form.Form, path string) *unit.Record {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	book, err := ooxml.ReadWorkbook(data, ooxml.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	sub := &unit.Submission{Workbooks: []unit.Workbook{{Path: "某局.xlsx", Book: book, Layout: f.Map.Locate(book)}}}
	return extract.Record(sub, f.Map.Specs())
}

// lines prints findings as rule@cell, 同源 in brackets.
func lines(list finding.List, level finding.Level) []string {
	var out []string
	for _, f := range list {
		if f.Level != level {
			continue
		}
		line := f.Rule + "@" + f.Place.Cell
		if f.SameCause != "" {
			line += " (" + f.SameCause + ")"
		}
		out = append(out, line)
	}
	return out
}

// TestSeed holds the verdict on the seed against the list at the end of the
// trade's rules: these errors, these notices, and nothing of what must pass.
func TestSeed(t *testing.T) {
	t.Parallel()
	f := builtin(t)
	v := Judge(record(t, f, seed), f, nil, "")
	errors := []string{
		"R-BX-03@F6", "R-BX-04@H6 (R-BX-03)", "R-BX-07@B7 (R-BX-03)", "R-BX-08@F9", "R-BX-10@F9",
		"R-SC-01@H16", "R-SC-01@H17", "R-SC-05@H24",
	}
	notices := []string{
		"R-CM-05@G6", "R-ID-04@A3", "R-SC-07@H18", "R-IN-03@E15", "R-IN-04@E16", "R-IN-04@E20", "R-IN-04@E21", "R-IN-04@E22",
		"R-IN-05@D20", "R-IN-06@C19", "R-IN-06@D21", "R-IN-07@E18", "R-IN-08@F23", "R-CM-01@A3", "R-CM-01@A25", "R-CM-03@E17", "R-CM-07@A25",
		"R-RP-05@B18", "R-RP-05@B18", "R-RP-06@B18", "R-RP-06@B18", "R-RP-07@B20", "R-RP-08@F7",
	}
	if got := lines(v.Findings, finding.Error); !slices.Equal(got, errors) {
		t.Errorf("errors\n got  %q\n want %q", got, errors)
	}
	if got := lines(v.Findings, finding.Notice); !slices.Equal(got, notices) {
		t.Errorf("notices\n got  %q\n want %q", got, notices)
	}
	if got := lines(v.Findings, finding.Unjudged); len(got) > 0 {
		t.Errorf("unjudged %q", got)
	}
	i := slices.IndexFunc(v.Findings, func(x finding.Finding) bool { return x.Rule == "R-SC-05" })
	sum := v.Findings[i]
	if sum.Filled != "98" || sum.Expected != "= 118" || sum.Difference != "20" {
		t.Errorf("R-SC-05: filled %q expected %q difference %q", sum.Filled, sum.Expected, sum.Difference)
	}
	const message = "各行得分相加是118分，填报总分98分，相差20分。把得分高于分值的（维护社会和谐稳定、接待群众上访）按分值封顶，合计是98分，恰好等于填报总分，疑为这几行得分录入有误。"
	if sum.Message != message {
		t.Errorf("R-SC-05 says %q", sum.Message)
	}
}

// set fills a cell of the record anew: "指标.3.得分" is the third item's.
func set(t *testing.T, r *unit.Record, path, raw string) {
	t.Helper()
	it, parts := &r.Item, strings.Split(path, ".")
	for len(parts) > 1 {
		n := int(parts[1][0] - '0')
		it = &it.List(parts[0]).Items[n-1]
		parts = parts[2:]
	}
	f := it.Field(parts[0])
	if f == nil {
		t.Fatalf("no field %s", path)
	}
	reading := value.Read(f.Type, value.Raw{Text: raw}, value.ReadOptions{})
	f.Raw, f.Value, f.Problem = raw, reading.Value.As(f.Type), reading.Problem
}

// faults are single wrong values in a clean workbook, each with the errors and
// notices that it must add; what has the same cause is not listed.
var faults = []struct{ path, raw, want string }{
	{"年初预算数", "", "R-BX-01@D6"},
	{"全年预算数", "1640.30", "R-BX-03@F6"},
	{"全年执行数", "1640.30", "R-BX-12@F6"},
	{"执行率", "98.72%", "R-BX-04@H6"},
	{"执行率", "98%", "R-BX-04@H6"},
	{"预算执行得分", "9.5", "R-BX-05@I6"},
	{"按收入性质分", "1650.00", "R-BX-07@B7"},
	{"基本支出", "981.30", "R-BX-08@F7"},
	{"项目支出", "671.00", "R-BX-08@F7"},
	{"一般公共预算", "1521.30", "R-BX-14@B7"},
	{"年初预算数", "-5", "R-BX-15@D6"},
	{"总分", "99.02", "R-SC-05@H28"},
	{"总分", "", "R-SC-04@H28"},
	{"总分值", "99", "R-WT-01@G28"},
	{"指标.1.分值", "9", "R-WT-01@G6"},
	{"指标.1.得分", "9", "R-SC-01@H15"},
	{"指标.1.得分", "-1", "R-SC-02@H15"},
	{"指标.1.得分", "", "R-SC-04@H15"},
	{"指标.1.三级指标", "", "R-IN-01@D15"},
	{"指标.1.年度指标值", "", "R-CM-06@E15"},
	{"指标.1.实际完成值", "", "R-CM-06@F15"},
	{"指标.1.实际完成值", "9公里", "R-SC-07@H15"},
	{"指标.1.实际完成值", "≥18公里", "R-IN-08@F15"},
	{"指标.1.实际完成值", "达成预期指标", "R-IN-08@F15"},
	{"指标.1.实际完成值", "18.6处", "R-IN-03@E15"},
	{"指标.6.偏差原因", "无", "R-SC-09@I20"},
	{"指标.1.年度指标值", "保持", "R-IN-04@E15"},
	{"指标.2.三级指标", "治理河道长度", "R-IN-05@D16"},
	{"指标.7.年度指标值", "670万元", "R-IN-07@E21"},
	{"实际完成情况", "已完成。", "R-CM-04@F13"},
	{"联系电话", "13800000000", "R-CM-07@A29"},
	{"填报人", "", "R-CM-01@A29"},
	{"本年决算支出", "1650.41", "R-RP-03@B13"},
	{"全系统人员合计", "64", "R-BD-01@B8"},
	{"年初预算增减原因", "人员增资，比上年增长3.56%", ""},
	{"年初预算增减原因", "人员增资，比上年增长3.65%", "R-RP-02@B10"},
	{"项目支出", "", "R-BX-08@F9"},
	{"项目支出", "—", "R-BX-08@F7"},
	{"总分", "—", "R-CM-01@H28"},
	{"全年预算数", "/", "R-CM-01@E6"},
	{"指标.1.得分", "—", "R-SC-04@H15"},
	{"指标.1.分值", "", "R-SC-04@G15"},
	{"存在的问题及原因分析", "自评结果为中。", "R-GR-01@B19"},
	{"部门整体支出绩效情况", "自评等级为“良”。", "R-GR-01@B18"},
	{"部门整体支出绩效情况", "自评等级为优。", ""},
	{"部门整体支出绩效情况", "年初预算308.76万元，比上年增加135.37万元，增长78.07%。", "R-RP-03@B18"},
	{"部门整体支出绩效情况", "年初预算308.76万元，比上年增加135.37万元，增长78.70%。", "R-RP-02@B18 R-RP-03@B18"},
}

func TestFaults(t *testing.T) {
	t.Parallel()
	f := builtin(t)
	before := Judge(record(t, f, clean), f, nil, "")
	if n := before.Findings.Count(finding.Error); n > 0 {
		t.Fatalf("the clean workbook has errors: %v", lines(before.Findings, finding.Error))
	}
	for _, c := range faults {
		r := record(t, f, clean)
		set(t, r, c.path, c.raw)
		var added []string
		for _, x := range Judge(r, f, nil, "").Findings {
			same := func(y finding.Finding) bool { return y.Rule == x.Rule && y.Place == x.Place && y.Name == x.Name }
			if x.Level != finding.Unjudged && x.SameCause == "" && !slices.ContainsFunc(before.Findings, same) {
				added = append(added, x.Rule+"@"+x.Place.Cell)
			}
		}
		slices.Sort(added)
		if got := strings.Join(added, " "); got != c.want {
			t.Errorf("%s = %q: got %s; want %s", c.path, c.raw, got, c.want)
		}
	}
}

// TestBlankIsNotJudged: what rests on a blank value says so, and is not passed.
func TestBlankIsNotJudged(t *testing.T) {
	t.Parallel()
	f := builtin(t)
	r := record(t, f, clean)
	set(t, r, "全年执行数", "")
	v := Judge(r, f, nil, "")
	unjudged := map[string]string{}
	for _, x := range v.Findings {
		if x.Level == finding.Unjudged {
			unjudged[x.Rule] = x.Message
		}
	}
	for _, rule := range []string{"R-BX-03", "R-BX-04", "R-BX-05", "R-BX-12"} {
		if m := unjudged[rule]; !strings.Contains(m, "全年执行数") {
			t.Errorf("%s: %q", rule, m)
		}
	}
}

// TestRequired: a required value that no rule asks for is an error all the same.
func TestRequired(t *testing.T) {
	t.Parallel()
	f := builtin(t)
	r := record(t, f, clean)
	set(t, r, "机构情况", "")
	got := lines(Judge(r, f, nil, "").Findings, finding.Error)
	if want := []string{"R-CM-01@B3"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestRoster: membership is judged only where there is a roster.
func TestRoster(t *testing.T) {
	t.Parallel()
	f := builtin(t)
	r := record(t, f, clean)
	got := lines(Judge(r, f, &unit.Roster{}, "2023").Findings, finding.Error)
	if want := []string{"R-ID-01@D4"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestUnrecognised: where nothing of the form was read no rule is judged.
func TestUnrecognised(t *testing.T) {
	t.Parallel()
	f := builtin(t)
	sub := &unit.Submission{Workbooks: []unit.Workbook{{Path: "别的.xlsx", Book: &ooxml.Workbook{}, Layout: &fillin.Layout{}}},
		Findings: finding.List{{Rule: "R-ID-06", Level: finding.Error}}}
	v := Judge(extract.Record(sub, f.Map.Specs()), f, nil, "")
	if got := lines(v.Findings, finding.Error); !slices.Equal(got, []string{"R-ID-06@"}) || len(v.Findings) != 1 {
		t.Errorf("got %q", got)
	}
}

// samples are the records of all sample workbooks with the form's indicators.
func samples(t testing.TB, f *form.Form) []*unit.Record {
	t.Helper()
	var paths []string
	for _, pattern := range []string{"../../samples/*/收件/*.xlsx", "../../samples/*/收件/*/*.xlsx"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, found...)
	}
	var records []*unit.Record
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		book, err := ooxml.ReadWorkbook(data, ooxml.DefaultLimits())
		if err != nil {
			continue // damaged on purpose
		}
		sub := &unit.Submission{Workbooks: []unit.Workbook{{Path: filepath.Base(path), Book: book, Layout: f.Map.Locate(book)}}}
		if r := extract.Record(sub, f.Map.Specs()); r.List("指标") != nil && len(r.List("指标").Items) > 0 {
			records = append(records, r)
		}
	}
	if len(records) < 8 {
		t.Fatalf("only %d records", len(records))
	}
	return records
}

// TestExcerpt: a finding quotes so many characters of a cell, whatever their length in bytes.
func TestExcerpt(t *testing.T) {
	t.Parallel()
	for _, character := range []string{"字", "a", "é", "😀", "\xe5", "\xe0\x80", "한", "字a"} {
		for _, n := range []int{0, mostFilled / 2, mostFilled - 1, mostFilled, mostFilled + 1, 2 * mostFilled} {
			text := strings.Repeat(character, n)
			want := text
			if runes := []rune(text); len(runes) > mostFilled && utf8.ValidString(text) {
				want = string(runes[:mostFilled]) + "……"
			} else if len(runes) > mostFilled { // each byte that is no character counts as one
				want = text[:mostFilled] + "……"
			}
			if got := excerpt(text); got != want {
				t.Errorf("%d times %q: %q, not %q", n, character, got, want)
			}
		}
	}
}

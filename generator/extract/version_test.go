package extract

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"jixiao/generator/fillin"
	"jixiao/generator/ooxml"
	"jixiao/generator/unit"
)

// sent is one workbook of TestNewerVersions: the form with its indicators, and projects.
type sent struct {
	path  string
	saved string            // "" when it does not say
	own   map[string]string // the unit's own fields
	marks string            // scores of the indicators, one a letter; "" without the list
	jobs  map[string]string // projects with their figures
}

// TestNewerVersions: what was sent again replaces what was sent before, if both say when.
func TestNewerVersions(t *testing.T) {
	t.Parallel()
	year, total, head := spec(t, "年度", "整数"), spec(t, "总分", "分数"), spec(t, "负责人", "可空")
	mark := spec(t, "指标.得分", "分数")
	name, cost := spec(t, "项目.项目名称"), spec(t, "项目.执行数", "金额")
	name.Sheet, cost.Sheet = "项目表", "项目表"
	specs := []*fillin.Spec{year, total, head, mark, name, cost}
	own := map[string]*fillin.Spec{"年度": year, "总分": total, "负责人": head}
	cells := map[string]string{"年度": "A2", "总分": "H24", "负责人": "A25"}
	make := func(s sent) unit.Workbook {
		var g fillin.Group
		for _, n := range []string{"年度", "总分", "负责人"} {
			if raw, ok := s.own[n]; ok {
				g.Cells = append(g.Cells, cell(own[n], cells[n], raw))
			}
		}
		if s.marks != "" {
			l := fillin.ListOf{Name: "指标"}
			for i, m := range s.marks {
				l.Items = append(l.Items, fillin.Group{Cells: []fillin.Located{cell(mark, fmt.Sprintf("H%d", 15+i), string(m))}})
			}
			g.Lists = append(g.Lists, l)
		}
		if s.jobs != nil {
			l := fillin.ListOf{Name: "项目"}
			for _, job := range []string{"甲", "乙"} {
				if figure, ok := s.jobs[job]; ok {
					n, c := cell(name, "C4", job), cell(cost, "F7", figure)
					n.Sheet, c.Sheet = job, job
					l.Items = append(l.Items, fillin.Group{Cells: []fillin.Located{n, c}})
				}
			}
			g.Lists = append(g.Lists, l)
		}
		w := workbook(s.path, g)
		if s.saved != "" {
			var err error
			if w.Book.Modified, err = time.Parse(time.RFC3339, s.saved); err != nil {
				t.Fatal(err)
			}
		}
		return w
	}
	const early, late, last = "2023-03-01T02:00:00Z", "2023-03-20T16:30:00Z", "2023-04-01T00:00:00Z"
	form := func(total string) map[string]string { return map[string]string{"年度": "2022", "总分": total} }
	for _, c := range []struct {
		name     string
		sent     []sent
		want     string // 总分, scores, projects
		findings []string
	}{
		{"a newer one replaces the older",
			[]sent{{"a.xlsx", late, form("98"), "98", nil}, {"b.xlsx", early, form("89"), "99", nil}}, "98 98 []",
			[]string{"notice R-ID-05 b.xlsx! 这份报送件里的《表》（2023年3月1日10:00:00保存）与《a.xlsx》里的（2023年3月21日00:30:00保存）不同，已用后保存的一份代替，请核对以哪一份为准"}},
		{"also when only its list differs",
			[]sent{{"a.xlsx", early, form("98"), "98", nil}, {"b.xlsx", late, form("98"), "99", nil}}, "98 99 []",
			[]string{"notice R-ID-05 a.xlsx! 这份报送件里的《表》（2023年3月1日10:00:00保存）与《b.xlsx》里的（2023年3月21日00:30:00保存）不同，已用后保存的一份代替，请核对以哪一份为准"}},
		{"what is wrong with the older troubles nobody",
			[]sent{{"a.xlsx", early, form("满分"), "9x", nil}, {"b.xlsx", late, form("98"), "98", nil}}, "98 98 []",
			[]string{"notice R-ID-05 a.xlsx! 这份报送件里的《表》（2023年3月1日10:00:00保存）与《b.xlsx》里的（2023年3月21日00:30:00保存）不同，已用后保存的一份代替，请核对以哪一份为准"}},
		{"the newest of three",
			[]sent{{"a.xlsx", early, form("1"), "", nil}, {"b.xlsx", last, form("3"), "", nil}, {"c.xlsx", late, form("2"), "", nil}}, "3  []",
			[]string{
				"notice R-ID-05 c.xlsx! 这份报送件里的《表》（2023年3月21日00:30:00保存）与《b.xlsx》里的（2023年4月1日08:00:00保存）不同，已用后保存的一份代替，请核对以哪一份为准",
				"notice R-ID-05 a.xlsx! 这份报送件里的《表》（2023年3月1日10:00:00保存）与《b.xlsx》里的（2023年4月1日08:00:00保存）不同，已用后保存的一份代替，请核对以哪一份为准",
			}},
		{"one that does not say when contradicts",
			[]sent{{"a.xlsx", late, form("98"), "", nil}, {"b.xlsx", "", form("89"), "", nil}}, "98  []",
			[]string{"error R-ID-05 b.xlsx!H24 “总分”在报送件《a.xlsx》的 H24 填的是“98”，本件填的是“89”。同一单位报送了两份不一致的表，请只保留正确的一份"}},
		{"the constant of a program without a clock is no time",
			[]sent{{"a.xlsx", "2006-09-16T00:00:00Z", form("98"), "", nil}, {"b.xlsx", late, form("89"), "", nil}}, "98  []",
			[]string{"error R-ID-05 b.xlsx!H24 “总分”在报送件《a.xlsx》的 H24 填的是“98”，本件填的是“89”。同一单位报送了两份不一致的表，请只保留正确的一份"}},
		{"two of the same time contradict",
			[]sent{{"a.xlsx", late, form("98"), "", nil}, {"b.xlsx", late, form("89"), "", nil}}, "98  []",
			[]string{"error R-ID-05 b.xlsx!H24 “总分”在报送件《a.xlsx》的 H24 填的是“98”，本件填的是“89”。同一单位报送了两份不一致的表，请只保留正确的一份"}},
		{"another year is no other version",
			[]sent{{"a.xlsx", late, map[string]string{"年度": "2021"}, "", nil}, {"b.xlsx", early, map[string]string{"年度": "2022"}, "", nil}}, "  []",
			[]string{"error R-ID-05 b.xlsx!A2 “年度”在报送件《a.xlsx》的 A2 填的是“2021”，本件填的是“2022”。同一单位报送了两份不一致的表，请只保留正确的一份"}},
		{"the same twice",
			[]sent{{"a.xlsx", "", form("98"), "98", nil}, {"b.xlsx", "", form("98"), "98", nil}}, "98 98 []",
			[]string{"notice R-ID-05 b.xlsx! 这份报送件里的《表》与《a.xlsx》里的完全相同，只用其中一份"}},
		{"what one left blank the other fills",
			[]sent{{"a.xlsx", early, map[string]string{"年度": "2022", "总分": "98", "负责人": ""}, "98", nil}, {"b.xlsx", late, map[string]string{"年度": "2022", "负责人": "李"}, "", nil}}, "98 98 []", nil},
		{"the corrected form alone leaves the projects",
			[]sent{{"a.xlsx", early, form("89"), "89", map[string]string{"甲": "5", "乙": "6"}}, {"b.xlsx", late, form("98"), "98", nil}}, "98 98 [甲5 乙6]",
			[]string{"notice R-ID-05 a.xlsx! 这份报送件里的《表》（2023年3月1日10:00:00保存）与《b.xlsx》里的（2023年3月21日00:30:00保存）不同，已用后保存的一份代替，请核对以哪一份为准"}},
		{"everything again with one project corrected",
			[]sent{{"a.xlsx", early, form("98"), "98", map[string]string{"甲": "5", "乙": "6"}}, {"b.xlsx", late, form("98"), "98", map[string]string{"甲": "7", "乙": "6"}}}, "98 98 [甲7 乙6]",
			[]string{
				"notice R-ID-05 a.xlsx! 这份报送件里的《表》与《b.xlsx》里的完全相同，只用其中一份",
				"notice R-ID-05 a.xlsx!C4 这份报送件里的“甲”（2023年3月1日10:00:00保存）与《b.xlsx》里的（2023年3月21日00:30:00保存）不同，已用后保存的一份代替，请核对以哪一份为准",
				"notice R-ID-05 a.xlsx!C4 这份报送件里的“乙”与《b.xlsx》里的完全相同，只算一份",
			}},
		{"a project that does not say when",
			[]sent{{"a.xlsx", "", form("98"), "", nil}, {"b.xlsx", "", nil, "", map[string]string{"甲": "5"}}, {"c.xlsx", late, nil, "", map[string]string{"甲": "6"}}}, "98  [甲5]",
			[]string{"error R-ID-05 c.xlsx!C4 “甲”报送了两份且内容不一致：《b.xlsx》的“甲”和《c.xlsx》的“甲”。请只保留正确的一份"}},
	} {
		var books []unit.Workbook
		for _, s := range c.sent {
			books = append(books, make(s))
		}
		judge := func(books []unit.Workbook) (string, []string) {
			r := Record(&unit.Submission{Workbooks: books}, specs)
			var marks, jobs []string
			for _, it := range r.List("指标").Items {
				marks = append(marks, it.Field("得分").Value.String())
			}
			for _, it := range r.List("项目").Items {
				jobs = append(jobs, it.Field("项目名称").Value.String()+it.Field("执行数").Value.String())
			}
			var says []string
			for _, f := range r.Findings {
				says = append(says, fmt.Sprintf("%s %s %s!%s %s", f.Level, f.Rule, f.Place.Workbook, f.Place.Cell, f.Message))
			}
			return fmt.Sprintf("%s %s %v", r.Field("总分").Value, strings.Join(marks, ""), jobs), says
		}
		got, says := judge(books)
		if !slices.ContainsFunc(c.findings, func(f string) bool { return strings.HasPrefix(f, "error") }) {
			// What counts does not hang on the order in which the files came.
			slices.Reverse(books)
			back, saysBack := judge(books)
			slices.Reverse(books)
			if letters(back) != letters(got) || !slices.Equal(saysBack, says) {
				t.Errorf("%s: backwards %s, forwards %s", c.name, back, got)
			}
		}
		if got != c.want || !slices.Equal(says, c.findings) {
			t.Errorf("%s: %s, want %s\n%s\nwant\n%s", c.name, got, c.want, strings.Join(says, "\n"), strings.Join(c.findings, "\n"))
		}
	}
}

// letters are the letters of s in order, for comparing what is listed in any order.
func letters(s string) string {
	r := []rune(s)
	slices.Sort(r)
	return string(r)
}

// TestProblemsOfTheReplaced: a label that only the older workbook lacks, and a
// place that it fills twice, are not reported.
func TestProblemsOfTheReplaced(t *testing.T) {
	t.Parallel()
	total, head := spec(t, "总分", "分数"), spec(t, "负责人")
	lacks := fillin.Problem{Kind: fillin.LabelMissing, Label: "负责人", Specs: []*fillin.Spec{head}, Sheet: "表一", Cell: "A25"}
	hidden := fillin.Problem{Kind: fillin.HiddenCells, Label: "第24行", Sheet: "表一", Cell: "H24"}
	old := workbook("a.xlsx", fillin.Group{Cells: []fillin.Located{cell(total, "H24", "89"), cell(total, "H25", "88")}}, lacks, hidden)
	now := workbook("b.xlsx", fillin.Group{Cells: []fillin.Located{cell(total, "H24", "98"), cell(head, "A25", "李")}})
	old.Book.Modified, now.Book.Modified = time.Date(2023, 3, 1, 0, 0, 0, 0, time.UTC), time.Date(2023, 3, 2, 0, 0, 0, 0, time.UTC)
	r := Record(&unit.Submission{Workbooks: []unit.Workbook{old, now}}, []*fillin.Spec{total, head})
	if got, want := told(r), []string{"notice R-ID-05 a.xlsx! 0"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	// Alone it has all of them.
	r = Record(&unit.Submission{Workbooks: []unit.Workbook{old}}, []*fillin.Spec{total, head})
	if got, want := told(r), []string{"error R-ID-06 a.xlsx!H25 0", "error R-ID-06 a.xlsx!A25 0", "notice R-ID-06 a.xlsx!H24 0"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestTargetsTurnedIntoDates: what the spreadsheet took for a date is printed as
// the sheet shows it, never as its serial number.
func TestTargetsTurnedIntoDates(t *testing.T) {
	t.Parallel()
	target, day := spec(t, "指标.年度指标值"), spec(t, "指标.填报日期", "日期")
	const note = "notice 疑似被转成日期 "
	says := func(shown string) string {
		return note + shown + ": “年度指标值”：单元格成了日期或时间格式，显示的是“" + shown + "”。如果要填的不是日期（例如 1-2、3/4、10:1），请把单元格设为文本格式后重新填写"
	}
	for _, c := range []struct {
		name      string
		spec      *fillin.Spec
		raw, code string
		want      string
		says      []string
	}{
		{"1-2", target, "44928", `m"月"d"日"`, "1月2日", []string{says("1月2日")}},
		{"2022-12-31", target, "44926", `yyyy"年"m"月"d"日"`, "2022年12月31日", []string{says("2022年12月31日")}},
		{"2022-12", target, "44896", `yyyy"年"m"月"`, "2022年12月", []string{says("2022年12月")}},
		{"10:1", target, "0.41736111111111113", "h:mm", "10:01", []string{says("10:01")}},
		{"the letter in a locale", target, "44928", `[$-804]m"y月"d"日";@`, "1月2日", []string{says("1月2日")}},
		{"where a date is asked for it is one", day, "44928", `m"月"d"日"`, "2023年1月2日", nil},
	} {
		l := cell(c.spec, "E15", c.raw)
		l.Source.Kind, l.Source.Format, l.Source.Code = ooxml.NumberCell, ooxml.DateTime, c.code
		w := workbook("a.xlsx", fillin.Group{Lists: []fillin.ListOf{{Name: "指标", Items: []fillin.Group{{Cells: []fillin.Located{l}}}}}})
		r := Record(&unit.Submission{Workbooks: []unit.Workbook{w}}, []*fillin.Spec{c.spec})
		f := r.List("指标").Items[0].Fields[0]
		var got []string
		for _, f := range r.Findings {
			got = append(got, fmt.Sprintf("%s %s %s: %s", f.Level, f.Name, f.Filled, f.Message))
		}
		if f.Value.String() != c.want || f.Raw != c.raw || !slices.Equal(got, c.says) {
			t.Errorf("%s: %q (raw %q)\n%q\nwant %q\n%q", c.name, f.Value, f.Raw, got, c.want, c.says)
		}
	}
}

package form

import (
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"jixiao/generator/finding"
	"jixiao/generator/ooxml"
	"jixiao/templates"
)

const (
	strings1 = "xl/sharedStrings.xml"
	form1    = "单位/{{单位名称}}整体支出绩效自评表.docx"
	table1   = "汇总/{{年度}}年度绩效自评汇总表.xlsx"
)

// copyOf is the built-in form as files that a test may change.
func copyOf(t testing.TB) fstest.MapFS {
	t.Helper()
	sub, err := fs.Sub(templates.FS(), "整体支出")
	if err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{}
	err = fs.WalkDir(sub, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(sub, p)
		files[p] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// replace changes a text inside one part of an Office file.
func replace(t *testing.T, files fstest.MapFS, file, part, old, text string) {
	t.Helper()
	p, err := ooxml.Open(files[file].Data, ooxml.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	data, ok := p.Part(part)
	if !ok || !strings.Contains(string(data), old) {
		t.Fatalf("%s %s does not hold %s", file, part, old)
	}
	out, err := p.Rewrite(map[string][]byte{part: []byte(strings.Replace(string(data), old, text, 1))}, nil)
	if err != nil {
		t.Fatal(err)
	}
	files[file] = &fstest.MapFile{Data: out}
}

func TestBuiltIn(t *testing.T) {
	t.Parallel()
	f, faults, err := Load("整体支出", copyOf(t))
	if err != nil || len(faults) > 0 {
		t.Fatal(err, faults)
	}
	if len(f.Documents) != 2 || len(f.Summaries) != 2 || len(f.Rules) < 60 || len(f.Derived) == 0 || len(f.Settings) == 0 || len(f.SHA256) != 64 {
		t.Errorf("documents %d, summaries %d, rules %d, derived %d, settings %d, sha %q",
			len(f.Documents), len(f.Summaries), len(f.Rules), len(f.Derived), len(f.Settings), f.SHA256)
	}
	i := slices.IndexFunc(f.Rules, func(r Rule) bool { return r.Row == "R-SC-05" })
	r := f.Rules[i]
	if r.ID != "R-SC-05" || r.Level != finding.Error || r.Basis == "" || len(r.Lists) != 0 {
		t.Errorf("R-SC-05 is %+v", r)
	}
	if want := []string{"总分", "预算执行得分", "指标.得分", "指标.三级指标"}; !slices.Equal(r.Fields, want) {
		t.Errorf("R-SC-05 rests on %q, want %q", r.Fields, want)
	}
	i = slices.IndexFunc(f.Rules, func(r Rule) bool { return r.Row == "R-SC-01" })
	if r := f.Rules[i]; len(r.Lists) != 1 || !slices.Equal(r.Lists[0], []string{"指标"}) {
		t.Errorf("R-SC-01 is judged for %q", r.Lists)
	}
}

func TestHashTellsFormsApart(t *testing.T) {
	t.Parallel()
	a, b := copyOf(t), copyOf(t)
	replace(t, b, RulesFile, strings1, "单位在名册内", "单位在名录内")
	fa, _, err := Load("甲", a)
	if err != nil {
		t.Fatal(err)
	}
	fb, _, err := Load("乙", b)
	if err != nil {
		t.Fatal(err)
	}
	again, _, err := Load("丙", copyOf(t))
	if err != nil {
		t.Fatal(err)
	}
	if fa.SHA256 == fb.SHA256 || fa.SHA256 != again.SHA256 {
		t.Error("the hash is of something else than the files")
	}
}

// faultCases change one thing in the built-in form; every one must be found at its place.
var faultCases = []struct {
	name          string
	change        func(t *testing.T, files fstest.MapFS)
	place, source string
	message       string
}{
	{"no fill-in workbook", func(_ *testing.T, f fstest.MapFS) { delete(f, FillInFile) },
		"填报表.xlsx", "", "套表里没有填报表.xlsx"},
	{"a stray file", func(_ *testing.T, f fstest.MapFS) { f["说明.txt"] = &fstest.MapFile{Data: []byte("x")} },
		"说明.txt", "", "请移走"},
	{"a template of another kind", func(_ *testing.T, f fstest.MapFS) { f["单位/旧表.doc"] = &fstest.MapFile{Data: []byte("x")} },
		"单位/旧表.doc", "", ".docx"},
	{"a damaged template", func(_ *testing.T, f fstest.MapFS) {
		f[form1] = &fstest.MapFile{Data: f[form1].Data[:1000]}
	}, form1, "", "不是完整的 Word 文档"},
	{"a name in a rule", func(t *testing.T, f fstest.MapFS) {
		replace(t, f, RulesFile, strings1, "全年执行数 &lt;= 全年预算数", "全年执行书 &lt;= 全年预算数")
	}, "审核公式!E", "全年执行书", "您是否想写：全年执行数"},
	{"a function in a rule", func(t *testing.T, f fstest.MapFS) {
		replace(t, f, RulesFile, strings1, "<t>预算执行得分 + 合计(", "<t>预算执行得分 + 合记(")
	}, "审核公式.xlsx 计算项!B", "合记", "合计"},
	{"a rule twice", func(t *testing.T, f fstest.MapFS) {
		replace(t, f, RulesFile, strings1, "<t>R-SC-02</t>", "<t>R-SC-04</t>")
	}, "审核公式.xlsx 审核公式!A", "R-SC-04", "重复"},
	{"a level", func(t *testing.T, f fstest.MapFS) {
		replace(t, f, RulesFile, strings1, "<t>错误</t>", "<t>警告</t>")
	}, "审核公式.xlsx 审核公式!C", "警告", "“错误”或“提示”"},
	{"a pipe in the fill-in workbook", func(t *testing.T, f fstest.MapFS) {
		replace(t, f, FillInFile, strings1, "{{年初预算数|金额}}", "{{年初预算数|金而}}")
	}, "填报表.xlsx 整体支出绩效自评表!D6", "{{年初预算数|金而}}", "金额"},
	{"a name in a Word template", func(t *testing.T, f fstest.MapFS) {
		replace(t, f, form1, "word/document.xml", "{{年初预算数|金额}}", "{{年初预算|金额}}")
	}, form1 + " 正文 第", "{{年初预算|金额}}", "您是否想写：年初预算数"},
	{"an open tag in a Word template", func(t *testing.T, f fstest.MapFS) {
		replace(t, f, form1, "word/document.xml", "{{年初预算数|金额}}", "{{年初预算数|金额")
	}, form1 + " 正文 第", "{{年初预算数|金额", "}}"},
	{"a name in a spreadsheet", func(t *testing.T, f fstest.MapFS) {
		replace(t, f, table1, strings1, "{{单位.年初预算数", "{{单位.年初预算")
	}, table1 + " 汇总表!", "{{单位.年初预算", "单位.年初预算数"},
	{"a short name inside a list", func(t *testing.T, f fstest.MapFS) {
		replace(t, f, form1, "word/document.xml", "{{指标.得分|分数}}", "{{指标.得分|分数}}{{得分}}")
	}, form1 + " 正文 第", "{{得分}}", "要写全：指标.得分"},
	{"a list where nothing repeats", func(t *testing.T, f fstest.MapFS) {
		replace(t, f, form1, "word/document.xml", "附件1", "附件1{{指标.得分}}{{序号}}")
	}, form1 + " 正文 第", "{{指标.得分}}", "“指标”是列表"},
	{"a number where nothing repeats", func(t *testing.T, f fstest.MapFS) {
		replace(t, f, form1, "word/document.xml", "附件1", "附件1{{指标.得分}}{{序号}}")
	}, form1 + " 正文 第", "{{序号}}", "只能用在重复的行里"},
	{"a name in a file name", func(_ *testing.T, f fstest.MapFS) {
		f["单位/{{单位名}}表.docx"] = f[form1]
	}, "单位/{{单位名}}表.docx 文件名", "{{单位名}}", "单位名称"},
}

func TestFaults(t *testing.T) {
	t.Parallel()
	for _, c := range faultCases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			files := copyOf(t)
			c.change(t, files)
			_, faults, err := Load("试", files)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range faults {
				if strings.HasPrefix(f.Place, c.place) || strings.Contains(f.Place, c.place) {
					if strings.Contains(f.Source, c.source) && strings.Contains(f.Message, c.message) {
						return
					}
				}
			}
			t.Errorf("no fault at %q with %q and %q, but %q", c.place, c.source, c.message, faults)
		})
	}
}

// TestAllFaultsAtOnce: one pass names every fault of a form.
func TestAllFaultsAtOnce(t *testing.T) {
	t.Parallel()
	files := copyOf(t)
	replace(t, files, form1, "word/document.xml", "{{年初预算数|金额}}", "{{年初预算|金额}}")
	replace(t, files, table1, strings1, "{{单位.年初预算数", "{{单位.年初预算")
	replace(t, files, RulesFile, strings1, "全年执行数 &lt;= 全年预算数", "全年执行书 &lt;= 全年预算数")
	_, faults, err := Load("试", files)
	if err != nil {
		t.Fatal(err)
	}
	if len(faults) < 3 {
		t.Errorf("only %q", faults)
	}
}

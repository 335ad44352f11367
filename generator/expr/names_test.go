package expr

import (
	"fmt"
	"strings"
	"testing"
)

func TestNames(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ src, want string }{
		{"甲 + 乙 * 甲", "甲@1 乙@5 甲@9"},
		{"合计(指标.得分, 指标.分值 > 名册.下限) = 指标.得分", "指标.得分@4* 指标.分值@11* 名册.下限@19 指标.得分@28"},
		{"个数(指标) + 个数(甲, 乙 > 1)", "指标@4* 甲@13* 乙@16"},
		{"合计(甲, 指标.得分)", "甲@4 指标.得分@7*"},
		{"最大(指标.得分, 甲)", "指标.得分@4 甲@11"},
		{"个数(首次(指标.一级指标))", "指标.一级指标@7*"},
		{"首次(指标.一级指标)", "指标.一级指标@4"},
		{"个数(指标, 指标.名称 = 本条.名称)", "指标@4* 指标.名称@8* 本条.名称@16"},
		{"合计(单位.名册.年初预算数)", "单位.名册.年初预算数@4*"},
	} {
		var got []string
		for _, n := range mustParse(t, c.src).Names() {
			mark := ""
			if n.Aggregated {
				mark = "*"
			}
			got = append(got, fmt.Sprintf("%s@%d%s", spelled(n.Path), n.Col, mark))
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.src, s, c.want)
		}
	}
}

func TestNameList(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"甲": "", "指标.得分": "指标", "项目.指标.得分": "项目.指标", "名册.x": "", "单位.名册.x": "单位", "本条.x": "", "上年.指标.得分": "上年.指标",
	} {
		if got := strings.Join(Name{Path: strings.Split(path, ".")}.List(), "."); got != want {
			t.Errorf("List of %s: %q, want %q", path, got, want)
		}
	}
}

func TestLists(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ src, want string }{
		{"甲 + 1", ""},
		{"指标.得分 <= 指标.分值", "指标"},
		{"指标.得分 <= 合计(项目.得分)", "指标"},
		{"合计(指标.得分) = 总分", ""},
		{"名册.年初预算数 = 上年.总分 + 本条.x", ""},
		{"单位.名册.年初预算数 = 单位.年初预算数", "单位"},
		{"项目.指标.得分 <= 项目.分值", "项目.指标 项目"},
		{"首次(指标.一级指标)", "指标"},
		{"名次(单位.总分) <= 3", "单位"},
		{"最小(指标.得分, 10)", "指标"},
		{"上年.指标.得分 > 0", "上年.指标"},
		{"本条.指标.得分 > 0", "本条.指标"},
		{"个数(指标, 指标.三级指标 = 本条.三级指标) = 1", "指标"},
		{"个数(指标, 指标.三级指标 = 本条.三级指标) = 项目.x", "项目"},
	} {
		var got []string
		for _, l := range mustParse(t, c.src).Lists() {
			got = append(got, spelled(l))
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s: %q, want %q", c.src, s, c.want)
		}
	}
}

// schema is a Schema for tests.
type schema map[string]NameKind

func (s schema) Kind(path []string) (NameKind, bool) {
	k, ok := s[strings.Join(path, ".")]
	return k, ok
}

func (s schema) Names() []string {
	return []string{"年初预算数", "全年预算数", "总分", "指标", "指标.得分", "指标.分值", "指标.三级指标", "项目", "项目.得分", "名册", "名册.年初预算数", "甲", "乙", "税收"}
}

var testSchema = func() schema {
	s := schema{"指标": ListName, "项目": ListName, "名册": RecordName}
	for _, name := range s.Names() {
		if _, ok := s[name]; !ok {
			s[name] = ValueName
		}
	}
	return s
}()

func TestCheck(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		src  string
		want []string
	}{
		{"年初预算数 + 合计(指标.得分, 指标.分值 > 名册.年初预算数) + 个数(指标)", nil},
		{"序号 + 1 > 0 且 首条 且 末条 且 本条.得分 > 1", nil},
		{"年初预算 + 1", []string{"1 没有叫“年初预算”的字段，您是否想写：年初预算数"}},
		{"1 + 指标.得份 - 总份", []string{"5 没有叫“指标.得份”的字段，您是否想写：指标.得分", "13 没有叫“总份”的字段，您是否想写：总分"}},
		{"合计(指标)", []string{"4 “指标”是列表，不是一个值；请写出字段 指标.…，条数请写 个数(指标)"}},
		{"指标 = 1", []string{"1 “指标”是列表，不是一个值；请写出字段 指标.…，条数请写 个数(指标)"}},
		{"名册 = 1", []string{"1 “名册”后面要写字段，如 名册.…"}},
		{"本条 = 1", []string{"1 “本条”后面要写字段，如 本条.得分"}},
		{"本条.得份 = 1", []string{"1 没有叫“本条.得份”的字段，您是否想写：本条.得分"}},
		{"空 = 1", []string{"1 没有叫“空”的字段；函数要写括号：空(值)"}},
		{"非税收 且 甲 > 1", []string{"1 没有叫“非税收”的字段；如果是“非”，后面要有空格：非 税收"}},
		{"非甲", []string{"1 没有叫“非甲”的字段；如果是“非”，后面要有空格：非 甲"}},
		{"甲且乙", []string{"1 没有叫“甲且乙”的字段；“且”前后要有空格：甲 且 乙"}},
		{"完全没有的", []string{"1 没有叫“完全没有的”的字段"}},
		{"合计(指标.得分 * 项目.得分)", []string{"1 “合计”不能同时汇总“指标”和“项目”两个列表"}},
		{"合计(指标.得分, 项目.得分)", nil},
	} {
		var got []string
		for _, f := range mustParse(t, c.src).Check(testSchema) {
			got = append(got, fmt.Sprint(f.Col, " ", f.Message))
		}
		if strings.Join(got, "\n") != strings.Join(c.want, "\n") {
			t.Errorf("%s\n got %q\nwant %q", c.src, got, c.want)
		}
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	known := []string{"年初预算数", "全年预算数", "全年执行数", "总分", "得分", "SUM"}
	for name, want := range map[string]string{
		"年初预算": "年初预算数", "初年预算数": "年初预算数", "全年执行": "全年执行数", "预算数": "年初预算数", "总份": "总分", "sun": "SUM",
		"毫无关系": "", "": "", "x": "", strings.Repeat("长", 100): "",
	} {
		if got := Nearest(name, known); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", name, got, want)
		}
	}
}

package tag

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"jixiao/generator/expr"
	"jixiao/generator/value"
)

// dump writes pieces in one line: literal text in ‹›, tags by what they say.
func dump(pieces []Piece) string {
	var parts []string
	for _, p := range pieces {
		t := p.Tag
		switch {
		case t == nil:
			parts = append(parts, "‹"+p.Text+"›")
		case t.Kind == Value:
			s := "值 " + t.Expr.String()
			if typ := t.Format.Type(); typ != value.TypeText {
				s += " 类型=" + string(typ)
			}
			if t.Format.Optional() {
				s += " 可空"
			}
			if initial, ok := t.Format.Initial(); ok {
				s += " 初值=" + initial
			}
			for _, a := range t.Args {
				s += " 参数=" + a.String()
			}
			parts = append(parts, s)
		case t.Kind == Each:
			parts = append(parts, "每个 "+strings.Join(t.Path, "."))
		case t.Kind == EndEach:
			parts = append(parts, strings.TrimSpace("/每个 "+strings.Join(t.Path, ".")))
		case t.Kind == If:
			parts = append(parts, "如果 "+t.Expr.String())
		case t.Kind == ElseIf:
			parts = append(parts, "否则如果 "+t.Expr.String())
		case t.Kind == Picture:
			parts = append(parts, "图 "+t.Picture)
		default:
			parts = append(parts, map[Kind]string{Else: "否则", EndIf: "/如果", Merge: "合并", PageBreak: "分页", Comment: "说明"}[t.Kind])
		}
	}
	return strings.Join(parts, " ")
}

var parseCases = []struct {
	text, want string
	faults     []string // source ⇒ message
}{
	{text: "", want: ""},
	{text: "没有标签", want: "‹没有标签›"},
	{text: "单个 { 和 } 不算", want: "‹单个 { 和 } 不算›"},
	{text: "{{年初预算数}}", want: "值 年初预算数"},
	{text: "共{{ 年初预算数 | 金额 }}万元", want: "‹共› 值 年初预算数 类型=金额 ‹万元›"},
	{text: "{{a}}{{b}}", want: "值 a 值 b"},
	{text: "填报人：{{填报人}}  联系电话：{{联系电话|可空}}", want: "‹填报人：› 值 填报人 ‹  联系电话：› 值 联系电话 可空"},
	{text: "{{指标.一级指标|初值:产出指标（50分）}}", want: "值 指标.一级指标 初值=产出指标（50分）"},
	{text: "{{合计(指标.得分, 指标.分值 > 0)|分数}}", want: "值 合计(指标.得分, 指标.分值 > 0) 类型=分数"},
	{text: "{{年初预算数|增减:上年.年初预算数}}", want: "值 年初预算数 类型=金额 参数=上年.年初预算数"},

	// blocks and their twins
	{text: "{{#每个 指标}}x{{/每个}}", want: "每个 指标 ‹x› /每个"},
	{text: "{{#每个指标}}{{/每个 指标}}", want: "每个 指标 /每个 指标"},
	{text: "{{ # each 项目.指标 }}{{ / EACH }}", want: "每个 项目.指标 /每个"},
	{text: "{{#如果 总分 < 60}}{{否则如果 总分 < 80}}{{否则}}{{/如果}}", want: "如果 总分 < 60 否则如果 总分 < 80 否则 /如果"},
	{text: "{{#如果(总分<60)}}{{#if 备注}}{{elseif a = 1}}{{else if b = 1}}{{else}}{{/if}}", want: "如果 总分 < 60 如果 备注 否则如果 a = 1 否则如果 b = 1 否则 /如果"},
	{text: "{{#如果总分<60}}", want: "如果 总分 < 60"},
	{text: "{{合并}}{{ 分页 }}{{图:公章}}{{图：张三's 章}}{{图 : 公章}}", want: "合并 分页 图 公章 图 张三's 章 图 公章"},
	{text: "{{! 说明 { don't | x}}{{！另一个}}", want: "说明 说明"},
	{text: "{{! 没有结尾 {{甲}}", want: "‹{{! 没有结尾 › 值 甲", faults: []string{"{{! 没有结尾 ⇒ 没有写完：“{{”后面缺少“}}”"}},
	{text: "{{合并率}}{{图名}}{{否则率}}{{分页 + 1}}", want: "值 合并率 值 图名 值 否则率 值 分页 + 1"},

	// literal braces, quotes
	{text: `{{"{{"}}a{{"}}"}}`, want: `值 "{{" ‹a› 值 "}}"`},
	{text: `{{"{{姓名}}"}}`, want: `值 "{{姓名}}"`},
	{text: "{{“甲｜乙” & '|'}}", want: `值 "甲｜乙" & "|"`},
	{text: `{{x|默认:"a|b"}}`, want: "值 x"},
	{text: `{{x|默认:it's|可空}}`, want: "值 x 可空"},
	{text: `{{x|默认:'a|b'|可空}}`, want: "值 x 可空"},

	// full-width and invisible characters
	{text: "｛｛年初预算数｜金额｝｝", want: "值 年初预算数 类型=金额"},
	{text: "｛{年初预算数｜金额：元}｝", want: "值 年初预算数 类型=金额"},
	{text: "{{指标．得分　≥　１０}}", want: "值 指标.得分 >= 10"},
	{text: "{{合计（指标。得分，指标。分值＞０）}}", want: "值 合计(指标.得分, 指标.分值 > 0)"},
	{text: "{{\u200b年初\u00ad预算数\u00a0|\u3000可\u200b空\ufeff}}", want: "值 年初预算数 可空"},
	{text: "{{年初\n预算数}}", faults: []string{"{{年初\n预算数}} ⇒ 第6个字符：“年初”和“预算数”之间缺少运算符；名称里有空格时请加方括号"}, want: "‹{{年初\n预算数}}›"},
	{text: "{{a |\n可空}}", want: "值 a 可空"},
	{text: "{{x|初值: a　b }}", want: "值 x 初值=a　b"},
	{text: "{{x|初值:时间 8:30}}", want: "值 x 初值=时间 8:30"},
	{text: "{{x|初值:“甲”，全角（乙）}}", want: "值 x 初值=“甲”，全角（乙）"},

	// faults, all at once
	{text: "{{}}{{ \u3000}}", want: "‹{{}}{{ \u3000}}›", faults: []string{
		"{{}} ⇒ 标签是空的；要打印两个大括号请写 {{\"{{\"}}", "{{ \u3000}} ⇒ 标签是空的；要打印两个大括号请写 {{\"{{\"}}"}},
	{text: "a }} b", want: "‹a }} b›", faults: []string{"}} ⇒ 多了“}}”：前面没有“{{”"}},
	{text: "a }}｝｝ b {{c}}", want: "‹a }}｝｝ b › 值 c", faults: []string{"}}｝｝ ⇒ 多了“}}”：前面没有“{{”"}},
	{text: "{{a}}}", want: "值 a ‹}›"},
	{text: "{{{a}}}", want: "‹{{{a}}}›", faults: []string{"{{{a}} ⇒ 第3个字符：公式里不能有大括号"}},
	{text: "{{a {{b}} {{c", want: "‹{{a › 值 b ‹ {{c›", faults: []string{
		"{{a ⇒ 没有写完：“{{”后面缺少“}}”", "{{c ⇒ 没有写完：“{{”后面缺少“}}”"}},
	{text: "第一行 {{总分\n第二行", want: "‹第一行 {{总分\n第二行›", faults: []string{"{{总分 ⇒ 没有写完：“{{”后面缺少“}}”"}},
	{text: `{{a & "b}} 后面 {{c}} "d"`, want: `‹{{a & "b}} 后面 › 值 c ‹ "d"›`, faults: []string{
		`{{a & "b}} ⇒ 第7个字符：引号没有配对：这个“"”后面没有另一个引号`}},
	{text: "{{合记(a)|金颔|可控}}", want: "‹{{合记(a)|金颔|可控}}›", faults: []string{
		"{{合记(a)|金颔|可控}} ⇒ 第3个字符：没有函数“合记”，您是否想写：合计",
		"{{合记(a)|金颔|可控}} ⇒ 没有叫“金颔”的管道，您是否想写：金额",
		"{{合记(a)|金颔|可控}} ⇒ 没有叫“可控”的管道，您是否想写：可空"}},
	{text: "｛｛ 甲 + ｝｝", want: "‹｛｛ 甲 + ｝｝›", faults: []string{"｛｛ 甲 + ｝｝ ⇒ 第6个字符：公式没有写完：“+”后面缺少内容"}},
	{text: "{{|金额}}", want: "‹{{|金额}}›", faults: []string{"{{|金额}} ⇒ 竖线前面没有名称"}},
	{text: "{{a|增减:1 +}}", want: "‹{{a|增减:1 +}}›", faults: []string{"{{a|增减:1 +}} ⇒ 第10个字符：公式没有写完：“+”后面缺少内容"}},
	{text: "{{#循环 指标}}{{#每条 指标}}{{/for}}", want: "‹{{#循环 指标}}{{#每条 指标}}{{/for}}›", faults: []string{
		"{{#循环 指标}} ⇒ 没有“#循环”；可以写 #每个 或 #如果", "{{#每条 指标}} ⇒ 没有“#每条”，您是否想写：#每个",
		"{{/for}} ⇒ 没有“/for”；可以写 /每个 或 /如果"}},
	{text: "{{#否则}}{{/else}}", want: "‹{{#否则}}{{/else}}›", faults: []string{
		"{{#否则}} ⇒ “#否则”请写成“否则”，前面没有“#”", "{{/else}} ⇒ “/else”请写成“else”，前面没有“/”"}},
	{text: "{{#每个}}{{#每个 a + 1}}{{#如果}}{{#如果 a + 1}}{{否则如果}}", want: "‹{{#每个}}{{#每个 a + 1}}{{#如果}}{{#如果 a + 1}}{{否则如果}}›", faults: []string{
		"{{#每个}} ⇒ “#每个”后面缺少列表的名称，如 {{#每个 指标}}",
		"{{#每个 a + 1}} ⇒ “#每个”后面应是列表的名称，不能是公式",
		"{{#如果}} ⇒ “#如果”后面缺少条件，如 {{#如果 总分 < 60}}",
		"{{#如果 a + 1}} ⇒ “#如果”后面应是条件，如 总分 < 60",
		"{{否则如果}} ⇒ “否则如果”后面缺少条件，如 {{否则如果 总分 < 60}}"}},
	{text: "{{#如果 a >}}", want: "‹{{#如果 a >}}›", faults: []string{"{{#如果 a >}} ⇒ 第9个字符：公式没有写完：“>”后面缺少内容"}},
	{text: "{{/如果 a > 1}}", want: "‹{{/如果 a > 1}}›", faults: []string{"{{/如果 a > 1}} ⇒ “/如果”后面不要写别的"}},
	{text: "{{如果 a > 1}}{{每个 指标}}", want: "‹{{如果 a > 1}}{{每个 指标}}›", faults: []string{
		"{{如果 a > 1}} ⇒ “如果”前面缺少“#”：{{#如果 …}}", "{{每个 指标}} ⇒ “每个”前面缺少“#”：{{#每个 …}}"}},
	{text: "{{#每个 指标|金额}}{{合并|可空}}", want: "‹{{#每个 指标|金额}}{{合并|可空}}›", faults: []string{
		"{{#每个 指标|金额}} ⇒ “#每个 指标”后面不能有管道", "{{合并|可空}} ⇒ “合并”后面不能有管道"}},
	{text: "{{#ifx > 1}}{{/每个 a + 1}}{{#每个 +}}", want: "‹{{#ifx > 1}}{{/每个 a + 1}}{{#每个 +}}›", faults: []string{
		"{{#ifx > 1}} ⇒ 没有“#ifx”，您是否想写：#if", "{{/每个 a + 1}} ⇒ “/每个”后面应是列表的名称，不能是公式",
		"{{#每个 +}} ⇒ 第7个字符：公式没有写完：“+”后面缺少内容"}},
	{text: "{{a|金额|增减:上年.a}}", want: "值 a 类型=金额 参数=上年.a"},
	{text: "{{! 没有结尾", want: "‹{{! 没有结尾›", faults: []string{"{{! 没有结尾 ⇒ 没有写完：“{{”后面缺少“}}”"}},
	{text: `{{x|默认:"a}} b"}}`, want: `值 x ‹ b"}}›`, faults: []string{"}} ⇒ 多了“}}”：前面没有“{{”"}},
	{text: "{{图:}}", want: "‹{{图:}}›", faults: []string{"{{图:}} ⇒ “图”后面缺少图片的名称，如 {{图:公章}}"}},
	{text: "{{" + strings.Repeat("长", 3000) + "}}", want: "‹{{" + strings.Repeat("长", 3000) + "}}›", faults: []string{
		"{{" + strings.Repeat("长", 38) + "… ⇒ 没有写完：“{{”后面缺少“}}”", "}} ⇒ 多了“}}”：前面没有“{{”"}},
}

func TestParse(t *testing.T) {
	t.Parallel()
	for _, c := range parseCases {
		pieces, faults := Parse(c.text)
		if got := dump(pieces); got != c.want {
			t.Errorf("%.60q\n got %s\nwant %s", c.text, got, c.want)
		}
		var got []string
		for _, f := range faults {
			got = append(got, f.Source+" ⇒ "+f.Message)
		}
		if strings.Join(got, "\n") != strings.Join(c.faults, "\n") {
			t.Errorf("%.60q\n got %q\nwant %q", c.text, got, c.faults)
		}
		covers(t, c.text, pieces)
	}
}

// covers holds that the pieces are the text, without gap.
func covers(t *testing.T, text string, pieces []Piece) {
	t.Helper()
	at := 0
	for _, p := range pieces {
		if p.Start != at || p.End <= p.Start || p.Text != text[p.Start:p.End] {
			t.Fatalf("%q: piece %d–%d %q begins at %d", text, p.Start, p.End, p.Text, at)
		}
		if p.Tag != nil && p.Tag.Source != p.Text {
			t.Fatalf("%q: source %q of piece %q", text, p.Tag.Source, p.Text)
		}
		at = p.End
	}
	if at != len(text) {
		t.Fatalf("%q: pieces end at %d of %d", text, at, len(text))
	}
}

func TestHasTag(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"": false, "{": false, "a{b{c": false, "{{": true, "x｛｛": true, "｛{": true, "{｛": true, "｝｝": false, "｜｛": false, "中文": false,
	} {
		if got := HasTag(text); got != want {
			t.Errorf("HasTag(%q) = %v", text, got)
		}
	}
}

func TestListPath(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"{{年初预算数}}": "", "{{指标.得分}}": "指标", "{{项目.指标.得分}}": "项目.指标", "{{合计(指标.得分)}}": "",
		"{{指标.得分 / 合计(指标.分值)}}": "指标", "{{名册.年初预算数}}": "", "{{上年.总分}}": "", "{{本条.得分}}": "",
		"{{单位.名册.年初预算数}}": "单位", "{{首次(指标.一级指标)}}": "指标", "{{名次(单位.总分)}}": "单位",
		"{{总分|增减:上年.总分}}": "", "{{总分|增减:指标.得分}}": "指标", "{{项目.名称 & 项目.指标.名称}}": "项目.指标",
		"{{个数(指标, 指标.三级指标 = 本条.三级指标)}}": "", "{{#如果 指标.得分 > 1}}": "", "{{合并}}": "", "{{序号}}": "",
	} {
		pieces, faults := Parse(text)
		if len(faults) > 0 || len(pieces) != 1 || pieces[0].Tag == nil {
			t.Fatalf("%s: %v %v", text, dump(pieces), faults)
		}
		if got := strings.Join(pieces[0].Tag.ListPath(), "."); got != want {
			t.Errorf("ListPath(%s) = %q, want %q", text, got, want)
		}
	}
}

func TestPipes(t *testing.T) {
	t.Parallel()
	source := "｛｛年初预算数｜ 默认 ： 无  | 脱敏}}"
	p := parser{source: source}
	for _, c := range []struct {
		s    span
		want string
	}{
		{span{strings.Index(source, "｜") + 3, strings.Index(source, "|")}, "{默认 无 true 25}"},
		{span{strings.Index(source, "|") + 1, len(source) - 2}, "{脱敏  false 43}"},
	} {
		pipe, _ := p.pipe(c.s)
		if got := fmt.Sprint(pipe); got != c.want {
			t.Errorf("pipe %q: %s, want %s", source[c.s.from:c.s.to], got, c.want)
		}
	}
}

func pairText(t *testing.T, text string) ([]int, []Fault) {
	t.Helper()
	pieces, faults := Parse(text)
	if len(faults) > 0 {
		t.Fatalf("%s: %v", text, faults)
	}
	var tags []*Tag
	for _, p := range pieces {
		if p.Tag != nil {
			tags = append(tags, p.Tag)
		}
	}
	return PairAt(tags, func(i int) string { return fmt.Sprint("第", i+1, "个") })
}

func TestPair(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text, match string
		faults      []string
	}{
		{"{{a}}", "[-1]", nil},
		{"{{#每个 a}}{{x}}{{/每个}}", "[2 -1 0]", nil},
		{"{{#如果 a}}{{否则如果 b}}{{否则}}{{/如果}}", "[1 2 3 0]", nil},
		{"{{#每个 a}}{{#如果 b}}{{/如果}}{{#每个 c}}{{/每个 c}}{{/每个 a}}", "[5 2 1 4 3 0]", nil},
		{"{{#每个 a}}", "[-1]", []string{"第1个 {{#每个 a}} 没有配对：后面缺少“{{/每个}}”"}},
		{"{{/如果}}", "[-1]", []string{"第1个 {{/如果}} 没有配对：前面缺少“{{#如果 …}}”"}},
		{"{{否则}}", "[-1]", []string{"第1个 {{否则}} 没有配对：不在“{{#如果 …}}”和“{{/如果}}”之间"}},
		{"{{#每个 a}}{{否则}}{{/每个}}", "[2 -1 0]", []string{"第2个 {{否则}} 没有配对：不在“{{#如果 …}}”和“{{/如果}}”之间"}},
		{"{{#如果 a}}{{否则}}{{否则}}{{/如果}}", "[1 3 -1 0]", []string{"第3个 {{否则}} 前面已经有“{{否则}}”，“否则”只能有一个，并且在最后"}},
		{"{{#如果 a}}{{else}}{{否则如果 b}}{{/如果}}", "[1 3 -1 0]", []string{"第3个 {{否则如果 b}} 前面已经有“{{else}}”，“否则”只能有一个，并且在最后"}},
		{"{{#每个 a}}{{#如果 b}}{{否则}}{{/每个}}", "[3 -1 -1 0]", []string{"第2个 {{#如果 b}} 没有配对：后面缺少“{{/如果}}”"}},
		{"{{#每个 a}}{{/如果}}{{/每个}}", "[2 -1 0]", []string{"第2个 {{/如果}} 没有配对：前面缺少“{{#如果 …}}”"}},
		{"{{#每个 a.b}}{{/每个 a}}", "[1 0]", []string{"第2个 {{/每个 a}} 与前面的“{{#每个 a.b}}”不是同一个列表，应是“a.b”"}},
		{"{{/每个}}{{#每个 a}}", "[-1 -1]", []string{"第1个 {{/每个}} 没有配对：前面缺少“{{#每个 …}}”", "第2个 {{#每个 a}} 没有配对：后面缺少“{{/每个}}”"}},
	} {
		match, faults := pairText(t, c.text)
		var got []string
		for _, f := range faults {
			got = append(got, f.Place+" "+f.Source+" "+f.Message)
		}
		if fmt.Sprint(match) != c.match || strings.Join(got, "\n") != strings.Join(c.faults, "\n") {
			t.Errorf("%s\n got %v %q\nwant %s %q", c.text, match, got, c.match, c.faults)
		}
	}
	if match, faults := Pair([]*Tag{nil, {Kind: If}, nil, {Kind: EndIf}}); fmt.Sprint(match) != "[-1 3 -1 1]" || faults != nil {
		t.Errorf("with gaps: %v %v", match, faults)
	}
}

// scope is a record for tests.
type scope map[string]expr.Binding

func (s scope) Lookup(name string) (expr.Binding, bool) { b, ok := s[name]; return b, ok }

func text(s string) expr.Binding  { return expr.Binding{Value: value.Str(s)} }
func number(n int64) expr.Binding { return expr.Binding{Value: value.Int(n)} }

func testScope() scope {
	indicator := func(name string, score int64) expr.Scope {
		return scope{"名称": text(name), "得分": number(score), "备注": expr.Binding{}}
	}
	return scope{
		"单位名称": text("某局"), "总分": number(58), "空着": {}, "无": {Value: value.NA()}, "真": {Value: value.Truth(true)},
		"坏": {Value: value.Unknown("看不懂", "十二")}, "零": number(0), "假的": {Value: value.Truth(false)},
		"名册": {Current: scope{"x": number(1)}},
		"说明": {Value: value.Str("第一段\n第二段").As(value.TypeLines)},
		"指标": {IsList: true, Items: []expr.Scope{indicator("数量", 5), indicator("质量", 9)}},
		"空表": {IsList: true},
		"项目": {IsList: true, Items: []expr.Scope{
			scope{"名称": text("修路"), "指标": {IsList: true, Items: []expr.Scope{indicator("里程", 1), indicator("宽度", 2)}}},
			scope{"名称": text("栽树"), "指标": {IsList: true, Items: []expr.Scope{indicator("棵数", 3)}}},
		}},
	}
}

var renderCases = []struct{ text, want string }{
	{"{{单位名称}}整体支出绩效自评表.docx", "某局整体支出绩效自评表.docx"},
	{"{{总分|百分比:1}}", "5800.0%"},
	{"{{空着}}|{{空着|默认:无}}|{{坏}}|{{没有}}", "|无|十二|"},
	{"{{#每个 指标}}{{序号}}.{{指标.名称}}{{#如果 末条}}。{{否则}}；{{/如果}}{{/每个}}", "1.数量；2.质量。"},
	{"{{#每个 空表}}x{{/每个}}{{#每个 没有}}x{{/每个}}{{#每个 总分}}x{{/每个}}-", "-"},
	{"{{#每个 项目}}{{项目.名称}}（{{#每个 项目.指标}}{{项目.指标.名称}}{{指标.得分}}{{/每个}}）{{/每个}}", "修路（里程1宽度2）栽树（棵数3）"},
	{"{{#每个 项目.指标}}{{项目.名称}}{{项目.指标.名称}} {{/每个}}", "修路里程 修路宽度 栽树棵数 "},
	{"{{#如果 总分 < 60}}差{{否则如果 总分 < 80}}中{{否则}}优{{/如果}}", "差"},
	{"{{#如果 总分 < 50}}差{{否则如果 总分 < 80}}中{{否则}}优{{/如果}}", "中"},
	{"{{#如果 总分 < 50}}差{{否则如果 总分 < 55}}中{{否则}}优{{/如果}}", "优"},
	{"{{#如果 总分 < 50}}差{{/如果}}-", "-"},
	{"{{#如果 空着 > 1}}a{{否则}}b{{/如果}}", "b"},
	{"{{#如果 空着}}a{{/如果}}{{#如果 无}}b{{/如果}}{{#如果 没有}}c{{/如果}}{{#如果 空表}}d{{/如果}}{{#如果 假的}}e{{/如果}}", ""},
	{"{{#如果 总分}}a{{/如果}}{{#如果 零}}b{{/如果}}{{#如果 坏}}c{{/如果}}{{#如果 指标}}d{{/如果}}{{#如果 真}}e{{/如果}}{{#如果 名册}}f{{/如果}}", "abcdef"},
	{"{{#如果 总分 < 60}}{{#每个 指标}}{{#如果 指标.得分 > 6}}{{指标.名称}}{{/如果}}{{/每个}}{{否则}}x{{/如果}}", "质量"},
	{"a{{合并}}{{分页}}{{图:公章}}{{! 说明}}b", "ab"},
	{"{{\"{{\"}}x{{'}}'}}", "{{x}}"},
	{"{{合计(指标.得分)}}{{#每个 指标}}、{{合计(指标.得分)}}{{/每个}}", "14、14、14"},
	{"{{#每个 指标}}没有结尾{{指标.名称}}", "没有结尾"},
	{"{{坏标签(}} {{总分}}", "{{坏标签(}} 58"},
	{"{{否则}}x{{/如果}}", "x"},
}

func TestRender(t *testing.T) {
	t.Parallel()
	for _, c := range renderCases {
		pieces, _ := Parse(c.text)
		if got := Render(pieces, testScope()); got != c.want {
			t.Errorf("%s\n got %q\nwant %q", c.text, got, c.want)
		}
	}
}

func one(t *testing.T, text string) *Tag {
	t.Helper()
	pieces, faults := Parse(text)
	if len(faults) > 0 || len(pieces) != 1 {
		t.Fatalf("%s: %v %v", text, dump(pieces), faults)
	}
	return pieces[0].Tag
}

func TestPrintAndCell(t *testing.T) {
	t.Parallel()
	s := testScope()
	if lines, paragraphs := one(t, "{{说明}}").Print(s); fmt.Sprint(lines, paragraphs) != "[第一段 第二段] true" {
		t.Errorf("%v %v", lines, paragraphs)
	}
	if lines, paragraphs := one(t, "{{总分}}").Print(s); fmt.Sprint(lines, paragraphs) != "[58] false" {
		t.Errorf("%v %v", lines, paragraphs)
	}
	if cell, text, number := one(t, "{{总分 + 0.5|数:2}}").Cell(s); !number || cell.Number != "58.50" && cell.Number != "58.5" || text != "" {
		t.Errorf("%+v %q %v", cell, text, number)
	}
	if _, text, number := one(t, "{{单位名称}}").Cell(s); number || text != "某局" {
		t.Errorf("%q %v", text, number)
	}
	if got := one(t, "{{总分|增减:48}}").Text(s); !strings.Contains(got, "增加10.00") {
		t.Errorf("增减: %q", got)
	}
	for _, tag := range []*Tag{one(t, "{{合并}}"), {Kind: Value}} {
		lines, _ := tag.Print(s)
		_, text, number := tag.Cell(s)
		if fmt.Sprint(lines) != "[]" || text != "" || number || tag.Text(s) != "" || tag.Holds(s) || tag.Value(s).Kind() != value.Blank {
			t.Errorf("%+v prints %q", tag, lines)
		}
	}
}

// TestLongTexts holds that the cost of a text grows with its length.
func TestLongTexts(t *testing.T) {
	t.Parallel()
	for _, pattern := range []string{"{{", "{{\"", "\"{{", "{{'}}", "{{“", "{{a|", "}}", "{{{", "{{\"}}\"", "{{a|默认:\"", "{{#每个 a}}", "{{!"} {
		text := strings.Repeat(pattern, 300_000/len(pattern))
		for _, text := range []string{text, strings.Repeat("{{"+strings.Repeat(strings.TrimLeft(pattern, "{"), 2000)+"}}\"", 20)} {
			began := time.Now()
			pieces, _ := Parse(text)
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("%q: %v", pattern, took)
			}
			covers(t, text, pieces)
		}
	}
}

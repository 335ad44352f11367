package docx

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/flate"
	"github.com/shopspring/decimal"

	"jixiao/generator/ooxml"
	"jixiao/generator/value"
)

// selfAssessment is a template like the bureau's self-assessment form: one big
// table with a label beside the indicators, a row that repeats, cells merged by
// the template and cells merged by what they say, and the verbose run
// properties that Word and WPS write.
func selfAssessment() book {
	const runProps = `<w:rPr><w:rFonts w:hint="eastAsia" w:ascii="宋体" w:hAnsi="宋体" w:eastAsia="宋体" w:cs="宋体"/><w:color w:val="000000"/><w:kern w:val="0"/>` +
		`<w:sz w:val="18"/><w:szCs w:val="18"/><w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar"/></w:rPr>`
	const paraProps = `<w:pPr><w:keepNext w:val="0"/><w:keepLines w:val="0"/><w:widowControl/><w:suppressLineNumbers w:val="0"/><w:spacing w:before="0" w:after="0"/>` +
		`<w:jc w:val="center"/><w:textAlignment w:val="center"/>` + runProps + `</w:pPr>`
	ids := 0x1A2B3C00
	id := func() string { ids++; return fmt.Sprintf(` w14:paraId="%08X"`, ids) }
	para := func(text string) string {
		// WPS cuts runs between Chinese and Latin, and marks spelling.
		var runs strings.Builder
		for _, piece := range strings.SplitAfter(text, "{{") {
			runs.WriteString(`<w:r>` + runProps + `<w:t xml:space="preserve">` + string(ooxml.Escape(nil, piece)) + `</w:t></w:r><w:proofErr w:type="spellEnd"/>`)
		}
		return `<w:p` + id() + `>` + paraProps + runs.String() + `</w:p>`
	}
	widths := []int{700, 900, 900, 1800, 900, 900, 600, 600, 1700}
	grid := ""
	for _, w := range widths {
		grid += fmt.Sprintf(`<w:gridCol w:w="%d"/>`, w)
	}
	type c struct {
		text  string
		span  int
		merge string
	}
	line := func(cells ...c) string {
		s, at := `<w:tr`+id()+`><w:tblPrEx><w:tblCellMar><w:left w:w="108" w:type="dxa"/><w:right w:w="108" w:type="dxa"/></w:tblCellMar></w:tblPrEx>`+
			`<w:trPr><w:trHeight w:val="480" w:hRule="atLeast"/><w:jc w:val="center"/></w:trPr>`, 0
		for _, c := range cells {
			span := max(1, c.span)
			width := 0
			for _, w := range widths[at : at+span] {
				width += w
			}
			at += span
			props := fmt.Sprintf(`<w:tcPr><w:tcW w:w="%d" w:type="dxa"/>`, width)
			if span > 1 {
				props += fmt.Sprintf(`<w:gridSpan w:val="%d"/>`, span)
			}
			switch c.merge {
			case "v":
				props += `<w:vMerge w:val="restart"/>`
			case "^":
				props += `<w:vMerge w:val="continue"/>`
			}
			const side = ` w:val="single" w:color="000000" w:sz="4" w:space="0"/>`
			props += `<w:tcBorders><w:top` + side + `<w:left` + side + `<w:bottom` + side + `<w:right` + side + `</w:tcBorders><w:shd w:val="clear" w:color="auto" w:fill="auto"/><w:vAlign w:val="center"/></w:tcPr>`
			s += `<w:tc>` + props + para(c.text) + `</w:tc>`
		}
		return s + `</w:tr>`
	}
	table := `<w:tbl><w:tblPr><w:tblW w:w="9000" w:type="dxa"/><w:jc w:val="center"/><w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>` + grid + `</w:tblGrid>` +
		line(c{text: "预算部门名称", span: 2}, c{text: "{{单位名称}}", span: 7}) +
		line(c{text: "年度预算申请（万元）", span: 2, merge: "v"}, c{text: "", span: 2}, c{text: "年初预算数"}, c{text: "全年预算数"}, c{text: "全年执行数", span: 2}, c{text: "得分"}) +
		line(c{span: 2, merge: "^"}, c{text: "年度资金总额", span: 2}, c{text: "{{年初预算数|金额}}"}, c{text: "{{全年预算数|金额}}"}, c{text: "{{全年执行数|金额}}", span: 2}, c{text: "{{执行得分}}"}) +
		line(c{span: 2, merge: "^"}, c{text: "按收入性质分：{{收入合计|金额}}", span: 4}, c{text: "按支出性质分：{{支出合计|金额}}", span: 3}) +
		line(c{text: "年度总体目标", span: 2, merge: "v"}, c{text: "预期目标", span: 4}, c{text: "实际完成情况", span: 3}) +
		line(c{span: 2, merge: "^"}, c{text: "{{预期目标|段落}}", span: 4}, c{text: "{{实际完成情况|段落}}", span: 3}) +
		line(c{text: "绩效指标", merge: "v"}, c{text: "一级指标"}, c{text: "二级指标"}, c{text: "三级指标"}, c{text: "年度指标值"}, c{text: "实际完成值"}, c{text: "分值"}, c{text: "得分"}, c{text: "偏差原因分析及改进措施"}) +
		line(c{merge: "^"}, c{text: "{{指标.一级指标}}{{合并}}"}, c{text: "{{指标.二级指标}}{{合并}}"}, c{text: "{{指标.三级指标}}"}, c{text: "{{指标.年度指标值}}"},
			c{text: "{{指标.实际完成值}}"}, c{text: "{{指标.分值|分数}}"}, c{text: "{{指标.得分|分数}}"}, c{text: "{{指标.偏差原因|默认:无}}"}) +
		line(c{text: "总分", span: 6}, c{text: "100"}, c{text: "{{总分|分数}}"}, c{text: ""}) + `</w:tbl>`
	title := `<w:p><w:pPr><w:jc w:val="center"/></w:pPr><w:r><w:rPr><w:rFonts w:hint="eastAsia" w:eastAsia="方正小标宋简体"/><w:b/><w:sz w:val="36"/></w:rPr><w:t>{{年度}}年度{{单位</w:t></w:r><w:r><w:rPr><w:b/><w:sz w:val="36"/></w:rPr><w:t>名称}}</w:t></w:r></w:p>`
	return book{
		body: p("附件1") + title + p("填报单位：（盖章）               （{{年度}}年度）") + table +
			p("填报人：{{填报人}}  联系电话：{{联系电话|默认:——}}  填报日期：{{填报日期}}  单位负责人签字：") + sect,
		parts: map[string]string{"footer": p("{{单位名称}}"), "settings": `<w:zoom w:percent="100"/>`},
	}
}

// assessed is a unit's figures, n indicators of them.
func assessed(n int) rec {
	num := func(s string) value.Value { return value.Num(decimal.RequireFromString(s)) }
	first := []string{"产出指标（50分）", "效益指标（30分）", "满意度指标（10分）"}
	second := []string{"数量指标", "质量指标", "时效指标", "成本指标", "经济效益指标", "社会效益指标", "生态效益指标", "满意度指标"}
	var list []rec
	for i := range n {
		list = append(list, rec{
			"一级指标": first[i*len(first)/n], "二级指标": second[i*len(second)/n], "三级指标": fmt.Sprintf("接待群众来信、来访及网上投诉%d", i+1),
			"年度指标值": "≥100%", "实际完成值": "100%", "分值": num("10"), "得分": num("9.5"), "偏差原因": "",
		})
	}
	return rec{
		"年度": "2022", "单位名称": "某某市某某区信访局", "年初预算数": num("308.76"), "全年预算数": num("326.68"), "全年执行数": num("329.98"), "执行得分": num("10"),
		"收入合计": num("326.68"), "支出合计": num("329.98"), "总分": num("98"), "填报人": "张三", "联系电话": "", "填报日期": value.On(value.Day{Year: 2023, Month: 4, Day: 4}),
		"预期目标":   "深入学习贯彻关于加强和改进人民信访工作的重要思想，牢记为民解难、为党分忧的政治责任。\n不断创新群众工作方法，深入化解信访突出问题，全力保障当前信访稳定。",
		"实际完成情况": "大力推进群众信访“最多跑一次”改革，全区信访形势总体保持平稳可控。", "指标": list,
	}
}

// TestForm holds that a form like the real ones comes out whole with any number of indicators.
func TestForm(t *testing.T) {
	t.Parallel()
	tpl := compile(t, selfAssessment().bytes(t))
	for _, n := range []int{0, 1, 15, 400} {
		for _, opt := range []Options{{}, {Stamp: "未通过审核（8处错误）"}} {
			doc, err := tpl.Render(assessed(n), opt)
			if err != nil {
				t.Fatal(err)
			}
			files := unpack(t, doc)
			text := said(inner(t, files))
			if got := strings.Count(text, "接待群众"); got != n {
				t.Errorf("%d indicators: %d rows", n, got)
			}
			if got := strings.Count(text, "v产出指标"); n >= 15 && got != 1 {
				t.Errorf("%d indicators: 产出指标 stands %d times", n, got)
			}
			if stamped := strings.Contains(strings.Join(parts(files), ""), "未通过审核"); stamped != (opt.Stamp != "") {
				t.Errorf("stamped: %v", stamped)
			}
		}
	}
}

func parts(files map[string]string) []string {
	var list []string
	for _, data := range files {
		list = append(list, data)
	}
	return list
}

// BenchmarkForm renders the form of 15 indicators. docs/s is on one core;
// x/limit is how many times the CPU time of the least that any program must
// do: write the finished bytes, deflate the changed parts, copy the others.
func BenchmarkForm(b *testing.B) {
	file := selfAssessment().bytes(b)
	tpl := compile(b, file)
	data := assessed(15)
	doc, err := tpl.Render(data, Options{})
	if err != nil {
		b.Fatal(err)
	}
	files, err := open(doc)
	if err != nil {
		b.Fatal(err)
	}
	limit := newLimit(b, file, files["word/document.xml"], files["word/part1.xml"])
	limit.write(b)

	var spent, least time.Duration
	b.ReportAllocs()
	for b.Loop() {
		start := time.Now()
		if _, err := tpl.Render(data, Options{}); err != nil {
			b.Fatal(err)
		}
		spent += time.Since(start)
		b.StopTimer() // the limit in turn, so that other work on the machine hits both alike
		start = time.Now()
		limit.write(b)
		least += time.Since(start)
		b.StartTimer()
	}
	b.ReportMetric(float64(b.N)/spent.Seconds(), "docs/s")
	b.ReportMetric(float64(spent)/float64(least), "x/limit")
	b.ReportMetric(float64(len(files["word/document.xml"]))/1024, "KB-document.xml")
}

// limit writes a finished document with the least possible work.
type limit struct {
	segments [][][]byte // of the changed parts
	rest     []byte
	part     []byte
	packed   bytes.Buffer
	flate    *flate.Writer
}

func newLimit(b *testing.B, file []byte, changed ...string) *limit {
	l := &limit{rest: file}
	for _, part := range changed {
		var segments [][]byte
		for len(part) > 0 {
			n := min(len(part), 400)
			segments = append(segments, []byte(part[:n]))
			part = part[n:]
		}
		l.segments = append(l.segments, segments)
	}
	var err error
	if l.flate, err = flate.NewWriter(&l.packed, 1); err != nil {
		b.Fatal(err)
	}
	return l
}

func (l *limit) write(b *testing.B) {
	l.packed.Reset()
	for _, segments := range l.segments {
		l.part = l.part[:0]
		for _, s := range segments {
			l.part = append(l.part, s...)
		}
		l.flate.Reset(&l.packed)
		if _, err := l.flate.Write(l.part); err != nil {
			b.Fatal(err)
		}
		if err := l.flate.Close(); err != nil {
			b.Fatal(err)
		}
	}
	if doc := append(bytes.Clone(l.packed.Bytes()), l.rest...); len(doc) == 0 {
		b.Fatal("nothing written")
	}
}

// BenchmarkCompile reads the form's template.
func BenchmarkCompile(b *testing.B) {
	file := selfAssessment().bytes(b)
	b.ReportAllocs()
	b.SetBytes(int64(len(selfAssessment().files()["word/document.xml"])))
	for b.Loop() {
		compile(b, file)
	}
}

package generator_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"slices"
	"testing"
	"testing/fstest"

	"jixiao/generator/form"
	"jixiao/generator/ooxml"
	"jixiao/templates"
)

// asking is the built-in form with one tag of its fill-in workbook written otherwise.
func asking(t *testing.T, tag, instead string) *form.Form {
	t.Helper()
	sub, err := fs.Sub(templates.FS(), "整体支出")
	if err != nil {
		t.Fatal(err)
	}
	data, err := fs.ReadFile(sub, form.FillInFile)
	if err != nil {
		t.Fatal(err)
	}
	p, err := ooxml.Open(data, ooxml.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	const part = "xl/sharedStrings.xml"
	text, _ := p.Part(part)
	if bytes.Count(text, []byte(tag)) != 1 {
		t.Fatalf("%s has %s %d times", form.FillInFile, tag, bytes.Count(text, []byte(tag)))
	}
	changed, err := p.Rewrite(map[string][]byte{part: bytes.Replace(text, []byte(tag), []byte(instead), 1)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{}
	for _, name := range []string{form.FillInFile, form.RulesFile} {
		content, err := fs.ReadFile(sub, name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: content}
	}
	files[form.FillInFile] = &fstest.MapFile{Data: changed}
	f, faults, err := form.Load("整体支出", files)
	if err != nil || len(faults) > 0 {
		t.Fatal(err, faults)
	}
	return f
}

// TestQuirksOfTypes: the types that the built-in form has no cell of its own for.
func TestQuirksOfTypes(t *testing.T) {
	t.Parallel()
	for _, typ := range []struct {
		name, instead string
		rows          []quirk
	}{
		{"日期", "{{主要职能|日期}}", dateQuirks},
		{"选项", "{{主要职能|选项:优/良/中/差}}", choiceQuirks},
		{"勾选", "{{主要职能|选项:是/否}}", tickQuirks},
		{"电话", "{{主要职能|电话}}", phoneQuirks},
		{"整数", "{{主要职能|整数}}", integerQuirks},
	} {
		t.Run(typ.name, func(t *testing.T) {
			t.Parallel()
			f := asking(t, "{{主要职能|段落}}", typ.instead)
			for _, q := range typ.rows {
				v := judgedBy(t, f, map[string][]byte{ownFile: edited(t, q.edits)})
				value, says := printed(v.Record.Field("主要职能")), without(told(v, "主要职能"), cleanFindings)
				if value != q.value || !slices.Equal(says, q.says) {
					t.Errorf("%s：\n得 %q\n%s\n应 %q\n%s", q.name, value, lines(says), q.value, lines(q.says))
				}
			}
		})
	}
}

// duty fills the cell that the rows are about.
func duty(s stored) []edit { return []edit{on(reportPart, "B2", s)} }

// duties fills it with a text.
func duties(text string) []edit { return duty(str(text)) }

// unread is the error of a value that cannot be read.
func unread(format string, args ...any) []string {
	return []string{"错误 R-CM-05@自评报告!B2 “主要职能”：" + fmt.Sprintf(format, args...)}
}

// repaired is the notice of a value that was read although it was not written plainly.
func repaired(filled, as string) []string {
	return []string{"提示 R-CM-05@自评报告!B2 “主要职能”：“" + filled + "”读作" + as + "。请按表样填写"}
}

const serial1904 = `<workbookPr date1904="1" `

var dateQuirks = []quirk{
	{"日期格式的序列号", duty(num("45020", asDate)), "", "日期 2023年4月4日", nil},
	{"带时间的序列号", duty(num("45020.5", asDate)), "", "日期 2023年4月4日", nil},
	{"常规格式的序列号", duty(num("45020", asGeneral)), "", "日期 2023年4月4日", repaired("45020", "2023年4月4日")},
	{"最早可信的序列号", duty(num("36526", asGeneral)), "", "日期 2000年1月1日", repaired("36526", "2000年1月1日")},
	{"早一天的不可信", duty(num("36525", asGeneral)), "", "未判", unread("“36525”不是能认出的日期，请按 2023年4月4日 的样子填写")},
	{"最晚可信的序列号", duty(num("55153", asGeneral)), "", "日期 2050年12月31日", repaired("55153", "2050年12月31日")},
	{"晚一天的不可信", duty(num("55154", asGeneral)), "", "未判", unread("“55154”不是能认出的日期，请按 2023年4月4日 的样子填写")},
	{"1904系少1462天", append(duty(num("43558", asDate)), in(bookPart, "<workbookPr ", serial1904)), "", "日期 2023年4月4日", nil},
	{"1904系常规格式", append(duty(num("43558", asGeneral)), in(bookPart, "<workbookPr ", serial1904)), "", "日期 2023年4月4日", repaired("43558", "2023年4月4日")},
	{"八位数存成数", duty(num("20230404", asGeneral)), "", "日期 2023年4月4日", repaired("20230404", "2023年4月4日")},
	{"八位数设成日期格式", duty(num("20230404", asDate)), "", "日期 2023年4月4日", repaired("20230404", "2023年4月4日")},
	{"2023.10存成数", duty(num("2023.1", asGeneral)), "", "未判", unread("“2023.1”按数字存放，看不出是1月还是10月，请按 2023年10月 的样子填写")},
	{"只有时间", duty(num("0.41736111111111113", asTime)), "", "未判", unread("单元格是时间或不存在的日期（10:01），请按 2023年4月4日 的样子填写")},
	{"1900年2月29日", duty(num("60", asDate)), "", "未判", unread("单元格是时间或不存在的日期（00:00），请按 2023年4月4日 的样子填写")},
	{"公式写成的日期", duty(calc("2023/4/4", "126.4375", asGeneral)), "", "日期 2023年4月4日", nil},
	{"汉字月日", duties("二〇二三年十二月三十一日"), "", "日期 2023年12月31日", nil},
	{"字母O当零", duties("二O二三年四月"), "", "日期 2023年4月", repaired("二O二三年四月", "2023年4月")},
	{"带时刻的文本", duties("2023-04-04 10:30:00"), "", "日期 2023年4月4日", nil},
}

var choiceQuirks = []quirk{
	{"优", duties("优"), "", "文 优", nil},
	{"优秀", duties("优秀"), "", "文 优", repaired("优秀", "“优”")},
	{"良好", duties("良好"), "", "文 良", repaired("良好", "“良”")},
	{"中等", duties("中等"), "", "文 中", repaired("中等", "“中”")},
	{"较差", duties("较差"), "", "文 差", repaired("较差", "“差”")},
	{"带空格", duties(" 优 "), "", "文 优", nil},
	{"勾选其一", duties("□优 ☑良 □中 □差"), "", "文 良", repaired("□优 ☑良 □中 □差", "“良”")},
}

var tickQuirks = []quirk{
	{"方框打勾", duties("☑是 □否"), "", "文 是", repaired("☑是 □否", "“是”")},
	{"勾在后面", duties("是□ 否√"), "", "文 否", repaired("是□ 否√", "“否”")},
	{"实心方块", duties("■是 □否"), "", "文 是", repaired("■是 □否", "“是”")},
	{"口字当方框", duties("√是 口否"), "", "文 是", repaired("√是 口否", "“是”")},
	{"都没勾", duties("□是 □否"), "", "未判", unread("“□是 □否”一个也没有勾选，请填 是 或 否")},
	{"都勾了", duties("☑是 ☑否"), "", "未判", unread("“☑是 ☑否”勾选了不止一个，只能选一个：是、否")},
	{"不是答案", duties("也许"), "", "未判", unread("“也许”不是可选的答案，请填 是 或 否")},
}

var phoneQuirks = []quirk{
	{"座机", duties("0557-8690001"), "", "文 0557-8690001", nil},
	{"与姓名连写", duties("某某0557-8690001"), "", "文 某某0557-8690001", nil},
	{"两个号码", duties("8690001、13900000000（办公）"), "", "文 8690001、13900000000（办公）", nil},
	{"存成数", duty(num("13900000000", asGeneral)), "", "文 13900000000", nil},
	{"存成科学记数", duty(num("1.39E10", asGeneral)), "", "文 13900000000", nil},
}

var integerQuirks = []quirk{
	{"带人", duties("42人"), "", "数 42", repaired("42人", "42")},
	{"带人次", duties("42 人次"), "", "数 42", repaired("42 人次", "42")},
	{"整数写成小数", duty(num("42.0", asGeneral)), "", "数 42", nil},
	{"不是整数", duty(num("42.5", asGeneral)), "", "未判", unread("“42.5”不是整数，请填整数，例如 15")},
}

package value

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// targetCases are targets and actuals as units write them (quirks §5 and the
// published forms). want is: operator number unit, low..high unit for ranges,
// and 文字 时间 空 for what is no number.
var targetCases = []struct{ text, want string }{
	// operators before
	{"≥95%", "≥ 95 %"},
	{"≧95", "≥ 95 "},
	{"⩾95", "≥ 95 "},
	{">=95", "≥ 95 "},
	{"＞=95%", "≥ 95 %"},
	{"≥ 95 ％", "≥ 95 %"},
	{"不低于95%", "≥ 95 %"},
	{"不少于 5个", "≥ 5 个"},
	{"大于等于 90 %", "≥ 90 %"},
	{"至少3次", "≥ 3 次"},
	{"≤90万元", "≤ 90 万元"},
	{"≦2天", "≤ 2 天"},
	{"不超过150万元", "≤ 150 万元"},
	{"不高于3%", "≤ 3 %"},
	{"不得超过5起", "≤ 5 起"},
	{"小于0.9‰", "< 0.9 ‰"},
	{"<3", "< 3 "},
	{"＞5", "> 5 "},
	{"超过1000人次", "> 1000 人"},
	{"=100%", "= 100 %"},
	{"═100%", "= 100 %"},
	{"＝100%", "= 100 %"},
	{"==5", "= 5 "},
	{"等于5", "= 5 "},
	{"=0件", "= 0 个"},
	// operators behind
	{"90%(≥)", "≥ 90 %"},
	{"90（≥）%", "≥ 90 %"},
	{"(≥)90%", "≥ 90 %"},
	{"98%以上", "≥ 98 %"},
	{"98%及以上", "≥ 98 %"},
	{"98%（含）以上", "≥ 98 %"},
	{"85分以上", "≥ 85 分"},
	{"2天以内", "≤ 2 天"},
	{"24小时内", "≤ 24 小时"},
	{"3个工作日内", "≤ 3 工作日"},
	{"5%以下", "≤ 5 %"},
	{"控制在150万元以内", "≤ 150 万元"},
	{"达到95%以上", "≥ 95 %"},
	{"≥98%以上", "≥ 98 %"},
	{"满意度≥90%", "≥ 90 %"},
	// plain numbers and units
	{"100%", " 100 %"},
	{"100.00 %", " 100 %"},
	{"100百分比", " 100 %"},
	{"≥100百分比", "≥ 100 %"},
	{"5个百分点", " 5 百分点"},
	{"95", " 95 "},
	{"12.5", " 12.5 "},
	{"-5℃", " -5 ℃"},
	{"1,200人", " 1200 人"},
	{"1，200人", " 1200 人"},
	{"２３７０人", " 2370 人"},
	{"2000人", " 2000 人"},
	{"0起", " 0 起"},
	{"0人次", " 0 人"},
	{"15名", " 15 人"},
	{"6架", " 6 架"},
	{"909.93小时", " 909.93 小时"},
	{"300公里", " 300 公里"},
	{"300km", " 300 公里"},
	{"300 KM", " 300 公里"},
	{"≥266米", "≥ 266 米"},
	{"25TB", " 25 TB"},
	{"1000㎡", " 1000 平方米"},
	{"≥50（个）", "≥ 50 个"},
	{"5万亩", " 50000 亩"},
	{"3万人次", " 30000 人"},
	{"23.75万", " 237500 "},
	{"150万元", " 150 万元"},
	{"122.97万元", " 122.97 万元"},
	{"387664.62元", " 38.766462 万元"},
	{"6.47亿元", " 64700 万元"},
	{"5千克", " 5 公斤"},
	{"1年", " 1 年"},
	{"12个月", " 12 个月"},
	{"1000件 达成预期指标", " 1000 个"},
	{"5个，已完成", " 5 个"},
	{"共300公里", " 300 公里"},
	{"10户次", " 10 户次"},
	{"500元/人", " 500 元/人"},
	// ranges
	{"90%-95%", "90..95 %"},
	{"90-95%", "90..95 %"},
	{"90%～95%", "90..95 %"},
	{"90%——95%", "90..95 %"},
	{"90%至95%之间", "90..95 %"},
	{"1万亩-2万亩", "10000..20000 亩"},
	{"5-10人", "5..10 人"},
	{"1-2", "1..2 "},
	{"95%-90%", "文字"},
	{"5个-10人", "文字"},
	{"≥5-10人", "文字"},
	// time
	{"12月底之前", "时间"},
	{"9月前", "时间"},
	{"7月", "时间"},
	{"2021年12月", "时间"},
	{"2021年12月完成", "时间"},
	{"2023.07-2024.01", "时间"},
	{"2021-12", "时间"},
	{"2021.12", "时间"},
	{"2021/12/31前", "时间"},
	{"2021-2023年", "时间"},
	{"2022年", "时间"},
	{"每月5日前", "时间"},
	{"第三季度", "时间"},
	{"年底前", "时间"},
	{"10:30", "时间"},
	{"第一\n时间", "时间文字"},
	{"全天候", "时间文字"},
	// words
	{"保持", "文字"},
	{"效果明显", "文字"},
	{"是", "文字"},
	{"好坏", "文字"},
	{"无", "文字"},
	{"不超过预算", "文字"},
	{"达成预期指标", "文字"},
	{"95%左右", "文字"},
	{"约95%", "文字"},
	{"300多人", "文字"},
	{"1 0 0%", "文字"},
	{"1,23", "文字"},
	{"10:1", "文字"},
	{"3/4", "文字"},
	{"(12.5)", "文字"},
	{"1276批2911人次", "文字"},
	{"不低于90%以下", "文字"},
	{"≥90%≤95%", "文字"},
	{"≤≥5", "文字"},
	{"≥90%(OCR:290%)", "文字"},
	{"≥", "文字"},
	{"100%的群众都感到满意", "文字"},
	{"10⁴", "文字"},
	// nothing
	{"", "空"},
	{" 　", "空"},
	{"—", "空"},
	{"/", "空"},
	{"- -", "空"},
	{"……", "空"},
}

func (t Target) short() string {
	switch {
	case t.Range:
		return fmt.Sprintf("%s..%s %s", t.Number, t.High, t.Unit)
	case t.Numeric:
		return fmt.Sprintf("%s %s %s", t.Operator, t.Number, t.Unit)
	case t.Time && t.Qualitative:
		return "时间文字"
	case t.Time:
		return "时间"
	case t.Qualitative:
		return "文字"
	}
	return "空"
}

func TestParseTarget(t *testing.T) {
	t.Parallel()
	for _, c := range targetCases {
		got := ParseTarget(c.text)
		if got.short() != c.want {
			t.Errorf("%q is %q, want %q", c.text, got.short(), c.want)
		}
		if want := strings.TrimSpace(strings.Trim(c.text, " 　")); got.Text != want {
			t.Errorf("%q: text %q, want %q", c.text, got.Text, want)
		}
	}
}

// The seed's target that a spreadsheet turned into a formula comes back whole.
func TestTargetFromFormula(t *testing.T) {
	t.Parallel()
	r := Read(TypeText, Raw{Text: "1", Number: true, Formula: "100%"}, ReadOptions{})
	if got := ParseTarget(r.Value.String()).short(); got != "= 100 %" {
		t.Errorf("got %q", got)
	}
}

func TestSameUnit(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"", "", true}, {"%", "％", true}, {"%", "百分比", true}, {"人", "人次", true}, {"名", "人", true}, {"件", "个", true}, {"台", "个", true},
		{"公里", "km", true}, {"公里", "KM", true}, {"元", "万元", true}, {"亿元", "万元", true}, {"亩", "万亩", true}, {"㎡", "平方米", true},
		{"天", "日", true}, {"盏", "盏", true},
		{"", "%", false}, {"%", "‰", false}, {"%", "百分点", false}, {"%", "件", false}, {"%", "人", false}, {"只", "头", false}, {"人", "个", false},
		{"天", "工作日", false}, {"公里", "米", false}, {"万元", "万亩", false}, {"盏", "盆", false}, {"元", "", false},
	} {
		if SameUnit(c.a, c.b) != c.same || SameUnit(c.b, c.a) != c.same {
			t.Errorf("SameUnit(%q, %q) is not %v", c.a, c.b, c.same)
		}
	}
}

func FuzzParseTarget(f *testing.F) {
	for _, c := range targetCases {
		f.Add(c.text)
	}
	if len(targetCases) == 0 {
		f.Fatal("no seed")
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := ParseTarget(s)
		if slow := anyTarget(s); !reflect.DeepEqual(got, slow) {
			t.Fatalf("%q is %+v, and %+v when it is taken apart bit by bit", s, got, slow)
		}
		if clean, _ := tidy(s); got.Text != clean {
			t.Fatalf("%q: text %q", s, got.Text)
		}
		if !got.Numeric {
			if got.Operator != "" || got.Unit != "" || got.Range || got.Number.Kind() != Blank || !got.High.IsZero() {
				t.Fatalf("%q is no number, and yet %+v", s, got)
			}
			return
		}
		if got.Qualitative || got.Time || got.Range && (got.Operator != "" || got.Number.number().GreaterThan(got.High)) {
			t.Fatalf("%q: %+v", s, got)
		}
		if !strings.Contains("≥≤=><", got.Operator) {
			t.Fatalf("%q: operator %q", s, got.Operator)
		}
		if d := got.Number.number(); d.NumDigits()+int(d.Exponent()) > 25 || d.Exponent() < -25 {
			return
		}
		// What was understood, written plainly, is understood in the same way —
		// unless plain writing makes a date of it: 2千年 is 2000年.
		plainly := got.Operator + got.Number.String() + got.Unit
		if got.Range {
			plainly = got.Number.String() + got.Unit + "~" + got.High.String() + got.Unit
		}
		if isTime(plainly) {
			return
		}
		if back := ParseTarget(plainly); back.short() != got.short() {
			t.Fatalf("%q is %q, but %q is %q", s, got.short(), plainly, back.short())
		}
	})
}

package value

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/shopspring/decimal"
)

// readCase is one cell and what must become of it, to the letter.
type readCase struct {
	typ     Type
	raw     Raw
	opt     ReadOptions
	kind    Kind
	value   string // canonical; "" for nothing and for what is unreadable
	notes   string // joined by ；
	trims   string // joined by ；
	problem string
}

// textCases are texts, and what spreadsheets make of them.
var textCases = []readCase{
	{typ: TypeText, raw: Raw{Text: "保持"}, kind: Text, value: "保持"},
	{typ: TypeText, raw: Raw{Text: "无"}, kind: Text, value: "无"},
	{typ: TypeText, raw: Raw{Text: "/"}, kind: NotApplicable},
	{typ: TypeText, raw: Raw{Text: "—"}, kind: NotApplicable},
	{typ: TypeText, raw: Raw{Text: "- -"}, kind: NotApplicable},
	{typ: TypeText, raw: Raw{Text: "*"}, kind: NotApplicable},
	{typ: TypeText, raw: Raw{Text: "不适用"}, kind: NotApplicable},
	{typ: TypeText, raw: Raw{Text: "……"}, kind: NotApplicable},
	{typ: TypeText, raw: Raw{Text: "……等"}, kind: Text, value: "……等"},
	{typ: TypeText, raw: Raw{Text: "."}, kind: Text, value: "."},
	{typ: TypeText, raw: Raw{}, kind: Blank},
	{typ: TypeText, raw: Raw{Text: " \u3000"}, kind: Blank, trims: "去掉首尾空格"},
	{typ: TypeText, raw: Raw{Text: "\u3000株洲市渌口区信访局"}, kind: Text, value: "株洲市渌口区信访局", trims: "去掉首尾空格"},
	{typ: TypeText, raw: Raw{Text: "第一\n时间"}, kind: Text, value: "第一\n时间"},
	{typ: TypeText, raw: Raw{Text: "保持\r\n良好"}, kind: Text, value: "保持\n良好"},
	{typ: TypeText, raw: Raw{Text: "a_x000D_\nb"}, kind: Text, value: "a\nb"},
	{typ: TypeText, raw: Raw{Text: "a_x000D_b"}, kind: Text, value: "a\nb"},
	{typ: TypeText, raw: Raw{Text: "a_x000d_b"}, kind: Text, value: "a\nb"},
	{typ: TypeText, raw: Raw{Text: "x_x0007_y"}, kind: Text, value: "xy", trims: "去掉看不见的字符"},
	{typ: TypeText, raw: Raw{Text: "_x4E2D_"}, kind: Text, value: "_x4E2D_"},
	{typ: TypeText, raw: Raw{Text: "_x005F_x000D_"}, kind: Text, value: "_x000D_"},
	{typ: TypeText, raw: Raw{Text: "x\x01y"}, kind: Text, value: "xy", trims: "去掉看不见的字符"},
	{typ: TypeText, raw: Raw{Text: "x\ufeffy"}, kind: Text, value: "xy", trims: "去掉看不见的字符"},
	{typ: TypeText, raw: Raw{Text: "x\u202ey"}, kind: Text, value: "xy", trims: "去掉看不见的字符"},
	{typ: TypeText, raw: Raw{Text: "a\u2028b"}, kind: Text, value: "a\nb"},
	{typ: TypeText, raw: Raw{Text: "a\u00adb"}, kind: Text, value: "ab", trims: "去掉看不见的字符"},
	{typ: TypeText, raw: Raw{Text: "“引号”《书名》"}, kind: Text, value: "“引号”《书名》"},
	{typ: TypeText, raw: Raw{Text: "𠮷"}, kind: Text, value: "𠮷"},
	{typ: TypeText, raw: Raw{Text: "\xff坏"}, kind: Text, value: "�坏"},
	{typ: TypeText, raw: Raw{Text: "≥95%"}, kind: Text, value: "≥95%"},
	{typ: TypeText, raw: Raw{Text: "=100%"}, kind: Text, value: "=100%"},
	{typ: TypeText, raw: Raw{Text: "+5"}, kind: Text, value: "+5"},
	{typ: TypeText, raw: Raw{Text: "001"}, kind: Text, value: "001"},
	{typ: TypeText, raw: Raw{Text: "#NAME?"}, kind: Unjudged, problem: "单元格是错误值#NAME?（公式里的名称不认识），请改正公式或直接填写结果"},
	{typ: TypeText, raw: Raw{Text: "#标签"}, kind: Text, value: "#标签"},
	{typ: TypeText, raw: Raw{Text: "５１０９"}, kind: Text, value: "５１０９"},
	{typ: TypeText, raw: Raw{Text: "a\tb"}, kind: Text, value: "a\tb"},
	{typ: TypeText, raw: Raw{Text: "👨\u200d👩"}, kind: Text, value: "👨\u200d👩"},
	{typ: TypeText, raw: Raw{Text: "308.76", Number: true}, kind: Text, value: "308.76"},
	{typ: TypeText, raw: Raw{Text: "329.97999999999996", Number: true}, kind: Text, value: "329.98", trims: "去掉浮点误差"},
	{typ: TypeText, raw: Raw{Text: "13912345388", Number: true}, kind: Text, value: "13912345388"},
	{typ: TypeText, raw: Raw{Text: "1.23E+17", Number: true}, kind: Text, value: "123000000000000000"},
	{typ: TypeText, raw: Raw{Text: "1E308", Number: true}, kind: Text, value: "1E308"},
	{typ: TypeText, raw: Raw{Text: "abc", Number: true}, kind: Text, value: "abc"},
	{typ: TypeText, raw: Raw{Text: "0.95", Number: true, Percent: true}, kind: Text, value: "95%"},
	{typ: TypeText, raw: Raw{Text: "0.99770000000000003", Number: true, Percent: true}, kind: Text, value: "99.77%", trims: "去掉浮点误差"},
	{typ: TypeText, raw: Raw{Text: "1", Number: true, Percent: true}, kind: Text, value: "100%"},
	{typ: TypeText, raw: Raw{Text: "45020", Number: true, Date: true}, kind: Text, value: "2023年4月4日", notes: "单元格是日期或时间格式，读作2023年4月4日；如果填的不是日期，请把单元格设为文本格式后重填"},
	{typ: TypeText, raw: Raw{Text: "0.4173611111", Number: true, Date: true}, kind: Text, value: "10:01", notes: "单元格是日期或时间格式，读作10:01；如果填的不是日期，请把单元格设为文本格式后重填"},
	{typ: TypeText, raw: Raw{Text: "45020.5", Number: true, Date: true}, kind: Text, value: "2023年4月4日", notes: "单元格是日期或时间格式，读作2023年4月4日；如果填的不是日期，请把单元格设为文本格式后重填"},
	{typ: TypeText, raw: Raw{Text: "1", Number: true, Formula: "100%"}, kind: Text, value: "=100%", trims: "公式还原为所填的文字"},
	{typ: TypeText, raw: Raw{Text: "0.95", Number: true, Formula: "95%"}, kind: Text, value: "=95%", trims: "公式还原为所填的文字"},
	{typ: TypeText, raw: Raw{Text: "0.5", Number: true, Formula: "1/2"}, kind: Text, value: "=1/2", trims: "公式还原为所填的文字"},
	{typ: TypeText, raw: Raw{Text: "95", Number: true, Formula: "95"}, kind: Text, value: "=95", trims: "公式还原为所填的文字"},
	{typ: TypeText, raw: Raw{Text: "-3", Number: true, Formula: "-3"}, kind: Text, value: "=-3", trims: "公式还原为所填的文字"},
	{typ: TypeText, raw: Raw{Text: "90", Number: true, Formula: "70+20"}, kind: Text, value: "90"},
	{typ: TypeText, raw: Raw{Text: "95", Number: true, Formula: "A1"}, kind: Text, value: "95"},
	{typ: TypeText, raw: Raw{Text: "126.4", Number: true, Formula: "2023/4/4"}, kind: Text, value: "=2023/4/4", trims: "公式还原为所填的文字"},
	{typ: TypeText, raw: Raw{Text: "5", Number: true, Formula: "(5)"}, kind: Text, value: "5"},
	{typ: TypeText, raw: Raw{Formula: "100%", NoResult: true}, kind: Text, value: "=100%", trims: "公式还原为所填的文字"},
	{typ: TypeText, raw: Raw{Formula: "A1&B1", NoResult: true}, kind: Unjudged, problem: "公式没有计算结果，请用 Excel 或 WPS 打开该文件，保存后重新报送"},
	{typ: TypeText, raw: Raw{Text: "#NAME?", Error: true, Formula: "-保持"}, kind: Unjudged, problem: "单元格是错误值#NAME?（公式里的名称不认识），公式是“=-保持”；如果本来要填文字，请在最前面加一个英文单引号'，否则请改正公式或直接填数"},
	{typ: TypeText, raw: Raw{Text: "#VALUE!", Error: true, Formula: "A1+B1"}, kind: Unjudged, problem: "单元格是错误值#VALUE!（把文字当成数字来计算），请改正公式或直接填写结果"},
	{typ: TypeLines, raw: Raw{Text: "\u3000\u3000一、成绩\n\n\u3000\u3000二、问题  "}, kind: Text, value: "一、成绩\n\n\u3000\u3000二、问题", trims: "去掉首尾空格"},
	{typ: TypeLines, raw: Raw{Text: "无"}, kind: Text, value: "无"},
	{typ: TypeLines, raw: Raw{Text: "—"}, kind: NotApplicable},
	{typ: TypeText, raw: Raw{Text: `=DISPIMG("ID_1",1)`, Formula: `_xlfn.DISPIMG("ID_1",1)`}, kind: Text, notes: PictureNote},
	{typ: TypeText, raw: Raw{Text: `=DISPIMG("ID_1",1)`}, kind: Text, notes: PictureNote},
	{typ: TypeLines, raw: Raw{Text: "#NAME?", Error: true, Formula: `_xlfn.DISPIMG("ID_1",1)`}, kind: Text, notes: PictureNote},
	{typ: TypeText, raw: Raw{Text: "=DISPIMG("}, kind: Text, value: "=DISPIMG("},
	{typ: TypeText, raw: Raw{Text: "a\u0085b\U000e0041c"}, kind: Text, value: "a\nbc", trims: "去掉看不见的字符"},
	{typ: TypeText, raw: Raw{Text: "_x00zz_ _x00"}, kind: Text, value: "_x00zz_ _x00"},
}

// readCases are all tables; the fuzz targets start from them.
func readCases() []readCase {
	var all []readCase
	for _, table := range [][]readCase{amountCases, numberCases, percentCases, dateCases, phoneCases, choiceCases, textCases} {
		all = append(all, table...)
	}
	return all
}

func TestRead(t *testing.T) {
	t.Parallel()
	for _, c := range readCases() {
		t.Run(string(c.typ)+" "+c.raw.Text+c.raw.Formula, func(t *testing.T) {
			t.Parallel()
			r := Read(c.typ, c.raw, c.opt)
			got := readCase{c.typ, c.raw, c.opt, r.Value.Kind(), "", strings.Join(r.Notes, "；"), strings.Join(r.Trims, "；"), r.Problem}
			if !r.Value.IsNothing() {
				got.value = r.Value.String()
			}
			if !reflect.DeepEqual(got, c) {
				t.Errorf("got  %+v\nwant %+v", got, c)
			}
			if r.Value.Type() != c.typ {
				t.Errorf("type %q, want %q", r.Value.Type(), c.typ)
			}
			if r.Value.Why() != c.problem {
				t.Errorf("the value says %q, the reading %q", r.Value.Why(), c.problem)
			}
		})
	}
}

// An unknown type reads as text rather than not at all.
func TestReadUnknownType(t *testing.T) {
	t.Parallel()
	if r := Read("表情", Raw{Text: " 保持 "}, ReadOptions{}); r.Value.String() != "保持" || r.Value.Kind() != Text {
		t.Errorf("got %+v", r)
	}
}

// The calendar is checked against the standard library, day by day.
func TestSerialDay(t *testing.T) {
	t.Parallel()
	day := time.Date(1900, 3, 1, 0, 0, 0, 0, time.UTC)
	for n := int64(61); day.Year() <= lastYear; n++ {
		want := Day{day.Year(), int(day.Month()), day.Day()}
		if got, ok := serialDay(decimal.NewFromInt(n), false); !ok || got != want {
			t.Fatalf("serial %d: got %v %v, want %v", n, got, ok, want)
		}
		if n >= 1463 {
			if got, ok := serialDay(decimal.NewFromInt(n-1462), true); !ok || got != want {
				t.Fatalf("serial %d of 1904: got %v %v, want %v", n-1462, got, ok, want)
			}
		}
		if back := scanDay(want.String()); want.Year >= firstYear && (back.problem != isDate || back.day != want) {
			t.Fatalf("%v is read as %+v", want, back)
		}
		if back := scanDay(chineseDay(want)); want.Year >= firstYear && (back.problem != isDate || back.day != want || back.odd) {
			t.Fatalf("%v is read as %+v", chineseDay(want), back)
		}
		day = day.AddDate(0, 0, 1)
	}
}

// What people see must not depend on how wide they type or how much space they leave.
func TestReadWidthAndBlanks(t *testing.T) {
	t.Parallel()
	for _, c := range readCases() {
		if c.raw.Number || c.raw.Error || c.raw.Formula != "" || strings.Contains(c.raw.Text, "_x") || c.kind != Number && c.kind != Date {
			continue
		}
		for _, text := range []string{wide(c.raw.Text), "\u3000" + c.raw.Text + "\u00a0\n", "\ufeff" + c.raw.Text} {
			r := Read(c.typ, Raw{Text: text}, c.opt)
			if r.Value.String() != c.value {
				t.Errorf("%s %q is read as %q (%s), want %q as for %q", c.typ, text, r.Value, r.Problem, c.value, c.raw.Text)
			}
		}
	}
}

// wide is the full-width twin of a text.
func wide(s string) string {
	return strings.Map(func(r rune) rune {
		if r > ' ' && r < 0x7f {
			return r - '!' + '！'
		}
		return r
	}, s)
}

// A slice that is shared must not grow into its neighbour.
func TestTrimsAreShared(t *testing.T) {
	t.Parallel()
	r := Read(TypeScore, Raw{Text: "10"}, ReadOptions{})
	if longer := append(r.Trims, "x"); &longer[0] == &r.Trims[0] {
		t.Error("append wrote behind a shared slice")
	}
}

func FuzzRead(f *testing.F) {
	types := []Type{TypeText, TypeLines, TypeAmount, TypePercent, TypeScore, TypeInteger, TypeNumber, TypeDate, TypePhone, TypeChoice}
	seeds := 0
	for _, c := range readCases() {
		flags := uint8(0)
		for i, set := range []bool{c.raw.Number, c.raw.Percent, c.raw.Date, c.raw.Date1904, c.raw.Error, c.raw.NoResult, c.opt.Options != nil} {
			if set {
				flags |= 1 << i
			}
		}
		for i, typ := range types {
			if typ == c.typ {
				f.Add(uint8(i), c.raw.Text, c.raw.Formula, c.opt.Unit, flags)
				seeds++
			}
		}
	}
	if seeds == 0 {
		f.Fatal("no seed")
	}
	f.Fuzz(func(t *testing.T, typ uint8, text, formula, unit string, flags uint8) {
		on := func(bit uint8) bool { return flags&(1<<bit) != 0 }
		opt := ReadOptions{Unit: unit}
		if on(6) {
			opt.Options = fourGrades
		}
		raw := Raw{Text: text, Formula: formula, Number: on(0), Percent: on(1), Date: on(2), Date1904: on(3), Error: on(4), NoResult: on(5)}
		checkReading(t, types[int(typ)%len(types)], raw, opt)
	})
}

// checkReading holds what is true of every reading.
func checkReading(t *testing.T, typ Type, raw Raw, opt ReadOptions) {
	r := Read(typ, raw, opt)
	v := r.Value
	if (r.Problem != "") != (v.Kind() == Unjudged) || v.Why() != r.Problem {
		t.Fatalf("%+v: problem %q, but %v", raw, r.Problem, v.Kind())
	}
	if r.Problem != "" && len(r.Notes) > 0 {
		t.Fatalf("%+v: unreadable and yet repaired: %v", raw, r.Notes)
	}
	for _, told := range append(append([]string{r.Problem, v.String()}, r.Notes...), r.Trims...) {
		if strings.ContainsFunc(told, func(c rune) bool { return unicode.IsControl(c) && c != '\n' && c != '\t' }) || !utf8.ValidString(told) {
			t.Fatalf("%+v: %q", raw, told)
		}
	}
	if seen, _ := tidy(raw.Text); v.Kind() == Blank && seen != "" {
		t.Fatalf("%+v: something was filled, and nothing read", raw)
	}
	switch v.Kind() {
	case Number:
		if !typ.isFigure() {
			t.Fatalf("%s became a number", typ)
		}
		d, _ := v.Number()
		if len(d.String()) > 80 {
			t.Fatalf("%+v: a monster: %s", raw, d)
		}
		again := d.String()
		if typ == TypePercent {
			again = percentText(d)
		}
		back := Read(typ, Raw{Text: again}, ReadOptions{})
		if d.NumDigits() <= 2*maxDigits-10 && d.Exponent() > -20 && d.NumDigits()+int(d.Exponent()) <= 20 && (back.Value.String() != v.String() || back.Notes != nil) {
			t.Fatalf("%+v is %s, which is read as %+v", raw, again, back)
		}
	case Date:
		day, _ := v.Day()
		if back := Read(typ, Raw{Text: day.String()}, ReadOptions{}); back.Value.String() != v.String() || back.Notes != nil {
			t.Fatalf("%+v is %s, which is read as %+v", raw, day, back)
		}
	case Text:
		picture := slices.Contains(r.Notes, PictureNote) // says nothing, and yet is not blank
		if s := v.String(); strings.TrimSpace(s) != s || s == "" != picture {
			t.Fatalf("%+v: %q", raw, s)
		}
	}
	f, faults := CompileFormat([]Pipe{{Name: string(typ)}})
	if typ != TypeChoice && faults != nil {
		t.Fatal(faults)
	}
	if lines, _ := f.Lines(v); len(lines) == 0 {
		t.Fatal("no line")
	}
}

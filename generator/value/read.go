package value

import (
	"strings"

	"github.com/shopspring/decimal"
)

// Type is the Chinese pipe name that says how a cell is read, and how its
// value prints when no other pipe says so.
type Type string

// The types a cell can have.
const (
	TypeText    Type = "文本"  // one text, line breaks kept
	TypeLines   Type = "段落"  // text whose every line is a paragraph of its own
	TypeAmount  Type = "金额"  // exact, in 万元
	TypePercent Type = "百分比" // a ratio: 100% is 1
	TypeScore   Type = "分数"  // points of a score
	TypeInteger Type = "整数"  // a whole number
	TypeNumber  Type = "数"   // any decimal number
	TypeDate    Type = "日期"  // a day, a month or a year
	TypePhone   Type = "电话"  // telephone numbers, with the names and notes around them
	TypeChoice  Type = "选项"  // one of the listed answers
)

// isFigure reports the types whose value is a number.
func (t Type) isFigure() bool {
	switch t {
	case TypeAmount, TypePercent, TypeScore, TypeInteger, TypeNumber:
		return true
	}
	return false
}

// Raw is a cell as the file stores it.
type Raw struct {
	Text     string // the stored text; for numbers the digits of the file, never through a float
	Number   bool   // stored as a number
	Percent  bool   // its number format shows a percentage
	Date     bool   // its number format shows a date or a time
	Date1904 bool   // the workbook counts its dates from 1904
	Error    bool   // Text is an error value: #DIV/0!
	Formula  string // the formula without "="; "" for a plain value
	NoResult bool   // the formula has no stored result
}

// ReadOptions is what the form knows about the cell.
type ReadOptions struct {
	Unit    string   // the unit of the heading: 元, 万元, 亿元 …; "" is 万元
	Options []string // the answers of a 选项; none allows any
}

// Reading is what became of a raw cell. The slices are shared and must not be changed.
type Reading struct {
	Value   Value
	Notes   []string // repairs that a clerk should see: “10分”读作10
	Trims   []string // harmless ones: surrounding blanks, numbers stored as text
	Problem string   // why it cannot be read and what to do; Value is then Unknown(Problem, raw)
}

// Read reads a raw cell as type t. Amounts come out in 万元, percentages as
// ratios. What cannot be read for certain is a Problem, never a guess; what
// was read although it was not written plainly carries a note. An unknown type
// reads as 文本.
func Read(t Type, raw Raw, opt ReadOptions) Reading {
	if raw.Formula != "" && isPicture(raw.Formula) || strings.HasPrefix(raw.Text, "=") && isPicture(raw.Text[1:]) {
		text, _ := tidy(raw.Text)
		return readPicture(t, text)
	}
	if raw.Error || raw.NoResult || raw.Formula != "" {
		if r, done := readFormula(t, &raw, opt); done {
			return r
		}
	}
	if t.isFigure() && raw.Number && !raw.Percent && !raw.Date {
		// The hot path: most cells of a form are plain numbers.
		if d, ok := plainNumber(raw.Text); ok {
			return figureOf(t, d, raw.Text, 0, opt)
		}
	}
	text, trims := tidy(raw.Text)
	if text == "" {
		return Reading{Value: Value{}.As(t), Trims: trims.list()}
	}
	if !raw.Number && isErrorValue(text) {
		return unreadable(t, text, errorMessage(text, ""))
	}
	switch t {
	case TypeAmount, TypePercent, TypeScore, TypeInteger, TypeNumber:
		return readFigure(t, raw, text, trims, opt)
	case TypeDate:
		return readDate(raw, text, trims)
	case TypePhone:
		return readPhone(raw, text, trims)
	case TypeChoice:
		return readChoice(raw, text, trims, opt.Options)
	}
	return readText(t, raw, text, trims)
}

// PictureNote is the note of a cell that holds a picture, as a stamp or a signature.
const PictureNote = "单元格里是图片，没有文字，按空白打印"

// isPicture recognises the formula by which WPS keeps a picture in a cell.
func isPicture(formula string) bool {
	s := strings.TrimPrefix(strings.TrimSpace(formula), "_xlfn.")
	return len(s) > len("DISPIMG(") && strings.EqualFold(s[:len("DISPIMG(")], "DISPIMG(")
}

// readPicture reads a picture as a text that says nothing: the cell is not blank.
func readPicture(t Type, filled string) Reading {
	switch t {
	case TypeText, TypeLines:
		return Reading{Value: Str("").As(t), Notes: pictureNotes}
	}
	return unreadable(t, filled, "单元格里是图片，读不出内容，请直接填写")
}

var pictureNotes = []string{PictureNote}

// readFormula deals with error values, formulas without a result, and
// constants that the spreadsheet took for formulas: whoever types =100% into a
// target gets the formula 100% with the result 1.
func readFormula(t Type, raw *Raw, opt ReadOptions) (Reading, bool) {
	text, _ := tidy(raw.Text)
	if raw.Error {
		return unreadable(t, text, errorMessage(text, raw.Formula)), true
	}
	switch typed := raw.Formula; {
	case !isConstant(typed):
	case t == TypeDate:
		r := Read(t, Raw{Text: typed}, opt)
		r.Trims = trimFormula.list()
		return r, true
	case !t.isFigure():
		r := Read(t, Raw{Text: "=" + typed}, opt)
		r.Trims = trimFormula.list()
		return r, true
	case strings.HasSuffix(typed, "%"), raw.NoResult && !strings.Contains(typed, "/"):
		// =95% says what its result 0.95 only hints at.
		r := Read(t, Raw{Text: typed}, opt)
		r.Trims = nil
		return r, true
	}
	if raw.NoResult {
		return unreadable(t, text, "公式没有计算结果，请用 Excel 或 WPS 打开该文件，保存后重新报送"), true
	}
	return Reading{}, false
}

// isConstant reports a formula that is nothing but a number as people type it:
// 100%, 95, -3.5, 1/2. Sums such as 70+20 are calculations, and their result is meant.
func isConstant(formula string) bool {
	s := strings.TrimSpace(formula)
	if s != "" && (s[0] == '-' || s[0] == '+') {
		s = s[1:]
	}
	if s == "" || s[0] < '0' || s[0] > '9' {
		return false
	}
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= '0' && c <= '9', c == '.', c == '/':
		case c == '%' && i == len(s)-1:
		default:
			return false
		}
	}
	return true
}

var errorValues = map[string]string{
	"#DIV/0!": "除数是零或空", "#REF!": "引用的单元格已被删除", "#VALUE!": "把文字当成数字来计算", "#N/A": "找不到要取的值",
	"#NAME?": "公式里的名称不认识", "#NUM!": "算不出这个数", "#NULL!": "引用的区域不相交", "#SPILL!": "结果放不下",
	"#CALC!": "公式算不出来", "#GETTING_DATA": "数据还没有取到", "#FIELD!": "引用的字段不存在", "#BLOCKED!": "引用的内容打不开",
}

func isErrorValue(text string) bool {
	if text[0] != '#' {
		return false
	}
	_, known := errorValues[text]
	return known
}

func errorMessage(text, formula string) string {
	why := errorValues[text]
	switch {
	case formula != "" && (text == "#NAME?" || text == "#NULL!"):
		return "单元格是错误值" + text + "（" + why + "），公式是" + quote("="+formula) + "；如果本来要填文字，请在最前面加一个英文单引号'，否则请改正公式或直接填数"
	case why != "":
		return "单元格是错误值" + text + "（" + why + "），请改正公式或直接填写结果"
	}
	return "单元格是错误值" + text + "，请改正公式或直接填写结果"
}

func unreadable(t Type, filled, problem string) Reading {
	return Reading{Value: Unknown(problem, filled).As(t), Problem: problem}
}

// notApplicable remembers what stood there, for the types that print it word for word.
func notApplicable(t Type, filled string, trims trim) Reading {
	return Reading{Value: Value{kind: NotApplicable, text: filled}.As(t), Trims: trims.list()}
}

func readText(t Type, raw Raw, text string, trims trim) Reading {
	if raw.Number {
		return readStoredText(t, raw, text, trims)
	}
	if len(text) <= 32 && (isMark(text) || text == "不适用") { // 无 stays a word: it answers the question
		return notApplicable(t, text, trims)
	}
	return Reading{Value: Str(text).As(t), Trims: trims.list()}
}

// readStoredText reads a number that stands where text is asked for: 95%
// typed into a target is stored as 0.95 and meant as 95%; 1-2 became a date.
func readStoredText(t Type, raw Raw, text string, trims trim) Reading {
	d, tail, ok := storedNumber(text)
	if !ok {
		return Reading{Value: Str(text).As(t), Trims: trims.list()}
	}
	if tail {
		trims |= trimTail
	}
	switch {
	case raw.Date:
		shown := clock(d)
		if day, onDay := serialDay(d, raw.Date1904); onDay {
			shown = day.String()
		}
		return Reading{Value: Str(shown).As(t), Trims: trims.list(), Notes: []string{
			"单元格是日期或时间格式，读作" + shown + "；如果填的不是日期，请把单元格设为文本格式后重填"}}
	case raw.Percent:
		return Reading{Value: Str(percentText(d)).As(t), Trims: trims.list()}
	}
	return Reading{Value: Str(d.String()).As(t), Trims: trims.list()}
}

// percentText prints a ratio as people write it: 0.862 is 86.2%.
func percentText(ratio decimal.Decimal) string { return ratio.Shift(2).String() + "%" }

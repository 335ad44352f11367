package expr

import (
	"strings"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"jixiao/generator/value"
)

// reportFunctions judge the narrative of a report: figures beside a name,
// year-on-year arithmetic, percentages that no whole number gives, parts and
// totals, chapters. They read figures as report.go takes them apart.
var reportFunctions = []function{
	{name: "提取金额", args: "文字, 词, …", min: 1, max: -1, takes: []kind{textKind}, gives: numberKind, eval: besideWord(amountFigure, value.TypeAmount),
		text:    "紧跟在其中一个词后面的金额，换算成万元；中间隔了别的句读，或说的是上年、预算、增减的，不算。不写词时是第一个金额。没有时是空。",
		example: `提取金额(情况说明, "基本支出")`, result: "207.01"},
	{name: "提取百分比", args: "文字, 词, …", min: 2, max: -1, takes: []kind{textKind}, gives: numberKind, eval: besideWord(percentFigure, value.TypePercent),
		text:    "紧跟在其中一个词后面的百分数，是比率（5% 是 0.05）。没有时是空。",
		example: `提取百分比(情况说明, "执行率")`, result: "1.0101"},
	{name: "同比有误", args: "文字, 第几处", min: 2, max: 2, takes: []kind{textKind, numberKind}, gives: textKind, eval: nthOf(func(n *narrative) []string { return n.changes }),
		text:    "本年数、增减额、增减率三个数写在一句里而率算不对（或增减方向相反）的第几处；率＝增减额÷上年数，按写的小数位四舍五入。没有时是空。",
		example: `同比有误("支出326.68万元，比上年减少141.58万元，下降30.23%。", 1)`, result: "326.68万元，减少141.58万元，下降30.23%"},
	{name: "同比率", args: "一处同比", min: 1, max: 1, takes: []kind{textKind}, gives: numberKind, eval: changeRate(false),
		text:    "“同比有误”给出的那一处所写的增减率，是比率。",
		example: `同比率("326.68万元，减少141.58万元，下降30.23%")`, result: "0.3023"},
	{name: "同比应为", args: "一处同比", min: 1, max: 1, takes: []kind{textKind}, gives: numberKind, eval: changeRate(true),
		text:    "“同比有误”给出的那一处按增减额÷上年数算出的增减率，两位小数以上四舍五入；写的方向反了的是负数。",
		example: `同比应为("326.68万元，减少141.58万元，下降30.23%")`, result: "0.3024"},
	{name: "无整数基数", args: "文字, 第几处", min: 2, max: 2, takes: []kind{textKind, numberKind}, gives: textKind, eval: nthOf(func(n *narrative) []string { return n.rates }),
		text:    "写了件数（批、人次、户……）和同比率，而上年是哪个整数都算不出这个率的第几处，连同算给人看的话。没有时是空。",
		example: `无整数基数("来信97件，同比上升4.1%。", 1)`, result: "来信97件，同比上升4.1%（上年93件为4.3%、94件为3.2%；4÷97＝4.1%，疑把本年数当作了分母）"},
	{name: "分项不符", args: "文字, 第几处", min: 2, max: 2, takes: []kind{textKind, numberKind}, gives: textKind, eval: nthOf(func(n *narrative) []string { return n.parts }),
		text:    "一段里写了总量和各分项，而分项相加不是总量，或者由各自的增减率推算的上年数对不上的第几处。没有时是空。",
		example: `分项不符("总量100件，同比上升25%。甲40件，同比上升100%；乙40件，同比上升100%；丙20件，同比上升100%。", 1)`,
		result:  "总量100件，写同比上升25%，推算上年约80件；3个分项相加正好是总量，按各自的增减率推算上年共约50件，应为上升100.0%"},
	{name: "其中不符", args: "文字, 第几处", min: 2, max: 2, takes: []kind{textKind, numberKind}, gives: textKind, eval: nthOf(func(n *narrative) []string { return n.breakdowns }),
		text:    "“……元，其中甲……元、乙……元”里各项相加不等于总数（件、人等只看超过）的第几处；写了“主要”“等”的不算。没有时是空。",
		example: `其中不符("支出100万元，其中人员60万元、公用30万元。", 1)`, result: "总数100万元，其中各项相加90万元，相差10万元"},
	{name: "章节", args: "文字, 标题", min: 2, max: 2, takes: []kind{textKind}, gives: textKind, eval: chapterText,
		text:    "标题里有这几个字的一章（一、……）或一节（（一）……）的正文，到下一个同级或上级标题为止。没有时是空。",
		example: `章节("一、基本情况。在职10人。二、绩效情况。良好。", "基本情况")`, result: "在职10人。"},
	{name: "章节数", args: "文字", min: 1, max: 1, takes: []kind{textKind}, gives: numberKind, eval: chapterCount,
		text:    "有几个“一、”这样的章标题。",
		example: `章节数("一、基本情况。在职10人。二、绩效情况。良好。")`, result: "2"},
	{name: "缺章节", args: "文字, 标题、…", min: 2, max: 2, takes: []kind{textKind}, gives: textKind, eval: missingChapters,
		text:    "提纲里有而文字里没有的章标题，用顿号接起来；一个标题的几种写法用 / 隔开。都有时是空。",
		example: `缺章节("一、基本情况。在职10人。二、绩效情况。良好。", "基本情况、社会保险基金/社保基金、绩效")`, result: "社会保险基金"},
}

// nthOf makes a function that gives the nth hit, from 1; blank when there are fewer.
func nthOf(hitsOf func(*narrative) []string) func(*callNode, Scope) value.Value {
	return func(c *callNode, s Scope) value.Value {
		text, lack := textOf(c.args[0], s)
		if lack != nil {
			return *lack
		}
		n, lack := lengthOf(c.args[1], s)
		if lack != nil {
			return *lack
		}
		if hits := hitsOf(read(text)); n >= 1 && n <= len(hits) {
			return value.Str(hits[n-1])
		}
		return value.Value{}
	}
}

// mostBetween is how many characters may stand between a name and its figure.
const mostBetween = 10

// besideWord makes a function that finds the figure of a kind right behind one
// of some words, or without words the first figure of the kind.
func besideWord(want figureKind, as value.Type) func(*callNode, Scope) value.Value {
	return func(c *callNode, s Scope) value.Value {
		text, lack := textOf(c.args[0], s)
		if lack != nil {
			return *lack
		}
		if len(c.args) == 1 {
			for _, f := range figures(text) {
				if f.kind == want {
					return value.Num(f.value()).As(as)
				}
			}
		}
		for _, a := range c.args[1:] {
			word, l := textOf(a, s)
			if l != nil {
				lack = worse(lack, l)
				continue
			}
			if d, ok := beside(text, word, want); ok && word != "" {
				return value.Num(d).As(as)
			}
		}
		if lack != nil {
			return *lack
		}
		return value.Value{}
	}
}

// beside finds the first figure of the kind right behind the word.
func beside(text, word string, want figureKind) (decimal.Decimal, bool) {
	for from := 0; word != ""; {
		i := strings.Index(text[from:], word)
		if i < 0 {
			break
		}
		at := from + i
		from = at + len(word)
		if otherYear(text[:at]) {
			continue
		}
		between, rest, ok := gap(text[from:])
		if !ok || strings.ContainsAny(between, "，、；。！？,;!?（(\n") || otherMatter(between) {
			continue
		}
		if f, end := readFigure(rest); end > 0 && f.kind == want {
			return f.value(), true
		}
	}
	return decimal.Decimal{}, false
}

// gap splits a text at its first digit, within mostBetween characters.
func gap(text string) (between, rest string, ok bool) {
	n := 0
	for i, r := range text {
		if digit(Fold(r)) {
			return text[:i], text[i:], true
		}
		if n++; n > mostBetween {
			break
		}
	}
	return "", "", false
}

// otherYear reports whether the text in front of a name says that it is not this year's: 上年项目支出.
func otherYear(before string) bool {
	before = lastRunes(before, 6)
	for _, w := range []string{"上年", "去年", "上一年", "往年", "近年", "其中", "人均", "平均"} {
		if strings.Contains(before, w) {
			return true
		}
	}
	return false
}

// otherMatter reports whether what stands between a name and a figure makes it another figure: 项目支出预算, 比上年增加.
func otherMatter(between string) bool {
	for _, w := range []string{"预算", "上年", "去年", "增", "减", "降", "升", "较", "比", "占", "结余", "结转", "目标", "超", "不低于", "不超过", "≥", "≤"} {
		if strings.Contains(between, w) {
			return true
		}
	}
	return false
}

func lastRunes(text string, n int) string {
	i := len(text)
	for ; n > 0 && i > 0; n-- {
		i = lastStart(text[:i])
	}
	return text[i:]
}

// lastStart is where the last character of a text begins.
func lastStart(text string) int {
	if i := len(text) - 3; i >= 0 && ideographAt(text, i) {
		return i
	}
	_, size := utf8.DecodeLastRuneInString(text)
	return len(text) - size
}

func changeRate(should bool) func(*callNode, Scope) value.Value {
	return func(c *callNode, s Scope) value.Value {
		text, lack := textOf(c.args[0], s)
		if lack != nil {
			return *lack
		}
		all := changes(figures(text))
		switch {
		case len(all) == 0:
			return value.Value{}
		case should:
			return value.Num(all[0].want.Shift(-2)).As(value.TypePercent)
		}
		return value.Num(all[0].rate.value()).As(value.TypePercent)
	}
}

func chapterText(c *callNode, s Scope) value.Value {
	text, lack := textOf(c.args[0], s)
	if lack != nil {
		return *lack
	}
	title, lack := textOf(c.args[1], s)
	if lack != nil {
		return *lack
	}
	all := chapters(text)
	for i, h := range all {
		if !strings.Contains(h.title, title) {
			continue
		}
		end := len(text)
		for _, next := range all[i+1:] {
			if next.level <= h.level {
				end = next.start
				break
			}
		}
		body := strings.TrimSpace(text[h.body:end])
		if body == "" {
			body = "（空）"
		}
		return value.Str(body)
	}
	return value.Value{}
}

func chapterCount(c *callNode, s Scope) value.Value {
	text, lack := textOf(c.args[0], s)
	if lack != nil {
		return *lack
	}
	n := 0
	for _, h := range chapters(text) {
		if h.level == 1 {
			n++
		}
	}
	return value.Int(int64(n))
}

func missingChapters(c *callNode, s Scope) value.Value {
	text, lack := textOf(c.args[0], s)
	if lack != nil {
		return *lack
	}
	outline, lack := textOf(c.args[1], s)
	if lack != nil {
		return *lack
	}
	all := chapters(text)
	var lacking []string
	for _, title := range strings.Split(outline, "、") {
		ways := strings.Split(strings.TrimSpace(title), "/")
		found := ways[0] == ""
		for _, h := range all {
			for _, w := range ways {
				found = found || h.level == 1 && w != "" && strings.Contains(h.title, w)
			}
		}
		if !found {
			lacking = append(lacking, ways[0])
		}
	}
	if len(lacking) == 0 {
		return value.Value{}
	}
	return value.Str(strings.Join(lacking, "、"))
}

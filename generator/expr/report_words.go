package expr

import "strings"

// unitWord is what may be written behind a number, and what the number is then.
type unitWord struct {
	word   string
	kind   figureKind
	unit   string // 批 for 批次
	places int32  // by how many the number is shifted
	date   bool   // or a document's number: no figure
}

// unitWords has a longer word in front of those that it begins with.
var unitWords = func() []unitWord {
	list := []unitWord{
		{word: "%", kind: percentFigure, unit: "%", places: -2},
		{word: "％", kind: percentFigure, unit: "％", places: -2},
		{word: "万元", kind: amountFigure, unit: "万元"},
		{word: "亿元", kind: amountFigure, unit: "亿元", places: 4},
		{word: "千元", kind: amountFigure, unit: "千元", places: -1},
		{word: "元", kind: amountFigure, unit: "元", places: -4},
		{word: "个百分点", unit: "个百分点"},
		{word: "人次", kind: countFigure, unit: "人次"},
		{word: "批次", kind: countFigure, unit: "批"},
		{word: "件次", kind: countFigure, unit: "件"},
	}
	for _, c := range strings.Split("件批人户个次起例项家场篇份名宗笔条处座所台辆部期", "") {
		list = append(list, unitWord{word: c, kind: countFigure, unit: c})
	}
	for _, d := range []string{"年", "月", "日", "号", "〕", "届", "周年"} {
		list = append(list, unitWord{word: d, date: true})
	}
	return list
}()

// unitHeads finds which of unitWords it is.
var unitHeads = func() words {
	var list []string
	for _, u := range unitWords {
		list = append(list, u.word)
	}
	return wordsIn(list)
}()

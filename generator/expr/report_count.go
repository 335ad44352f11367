package expr

import (
	"slices"
	"strings"
)

// tally is one thing that a narrative counts: 到省访42批54人次，同比批次下降44.7%、人次下降50%.
type tally struct {
	label  string
	counts []counted
	line   int
}

// counted is a count and the rate that belongs to it, nil when none was written.
type counted struct{ count, rate *figure }

// usualCounts is how many counts a tally has at most, as a rule: 批 and 人次.
const usualCounts = 2

// tallies reads counts and the rates that belong to them. A rate belongs to the
// counts in front of it in its clause, or at the head of a sentence (同比……) to
// what the sentence before began with.
func tallies(all []figure) []*tally {
	var list []*tally
	var now, first, before *tally // in this clause, of this sentence, of the sentence before
	var last *figure
	chained := false // the figure in front was a rate of now
	for i := range all {
		f := &all[i]
		fresh := last == nil || last.sentence != f.sentence
		if fresh {
			if last != nil && last.line != f.line {
				first = nil
			}
			before, first, now, chained = first, nil, nil, false
		} else if last.clause != f.clause {
			now, chained = nil, false
		}
		together := !fresh && last.kind == countFigure && last.clause == f.clause && (f.before == "" || f.before == "、")
		last = f
		switch {
		case f.kind == countFigure && !f.changed():
			chained = false
			if together && now != nil && !now.has(f.unit) {
				now.counts = append(now.counts, counted{count: f})
				continue
			}
			now = &tally{label: labelOf(f.before), counts: make([]counted, 1, usualCounts), line: f.line}
			now.counts[0].count = f
			if first == nil {
				first = now
			}
			list = append(list, now)
		case f.kind == percentFigure:
			of, hint := now, f.before
			if of == nil && fresh && comparisons.in(hint) && !strings.HasPrefix(hint, "其中") {
				of, now = before, before
			}
			if i > 0 && chained && f.before == "、" {
				f.up, f.down = all[i-1].up, all[i-1].down
				of.next(f)
				continue
			}
			if of == nil || !f.changed() || !comparisons.in(hint) && !chained {
				now, chained = nil, false
				continue
			}
			names, plain := unitsIn(hint, of)
			if !plain {
				now, chained = nil, false
				continue
			}
			of.give(f, names)
			chained = true
		default:
			now, chained = nil, false
		}
	}
	return list
}

func (t *tally) has(unit string) bool {
	return slices.ContainsFunc(t.counts, func(c counted) bool { return c.count.unit == unit })
}

// give attaches a rate to the named counts, or to all; where several are named (批次人次分别) to the first.
func (t *tally) give(rate *figure, names []string) {
	for i := range t.counts {
		switch c := &t.counts[i]; {
		case len(names) == 0:
			c.rate = rate
		case c.count.unit == names[0]:
			c.rate = rate
			return
		}
	}
}

// next attaches the second rate of 分别下降8.2%、8.5%.
func (t *tally) next(rate *figure) {
	for i := range t.counts {
		if t.counts[i].rate == nil {
			t.counts[i].rate = rate
			return
		}
	}
}

// labelOf is what a count is called: the words right in front of it.
func labelOf(before string) string {
	before = strings.TrimPrefix(before[behindMark(before):], "其中")
	if digit(Fold(rune0(before))) {
		if i := strings.LastIndex(before, "年"); i >= 4 {
			before = before[i+len("年"):] // 2022年全区信访总量
		}
	}
	return lastRunes(before, 12)
}

// behindMark is where the text behind the last ，、：（ begins.
func behindMark(text string) int {
	for i := len(text) - 1; i >= 0; i-- {
		switch text[i] {
		case ',', ':', '(':
			return i + 1
		case 0xE3, 0xEF: // with which the wide ones begin
			if startsWith(text[i:], "，", "、", "：", "（") {
				return i + len("，")
			}
		}
	}
	return 0
}

var comparisons = wordsIn([]string{"同比", "比上年", "较上年", "与上年", "比去年", "较去年", "上年同期", "去年同期"})

// idle are words of a comparison that name nothing.
var idle = wordsIn([]string{"上年同期", "去年同期", "同比", "比上年", "较上年", "与上年", "比去年", "较去年", "相比",
	"（下同）", "(下同)", "分别", "增加", "增长", "上升", "提高", "增幅", "上涨", "减少", "下降", "降低", "降幅",
	"，", "、", ",", "均", "各", "了", "约", "为", "和", "数量", "总量", "总数", "年"})

// withoutIdle is a comparison without its idle words.
func withoutIdle(hint string) string {
	var b strings.Builder
	for hint != "" {
		if k := idle.at(hint); k >= 0 {
			hint = hint[len(idle.list[k]):]
			continue
		}
		_, next := head(hint, 0)
		b.WriteString(hint[:next])
		hint = hint[next:]
	}
	return b.String()
}

// unitsIn reads the units that a rate names; plain is false when other words
// show that it speaks of something else.
func unitsIn(hint string, t *tally) (names []string, plain bool) {
	rest := strings.TrimFunc(withoutIdle(hint), func(r rune) bool { return digit(Fold(r)) })
	for rest != "" {
		k := unitHeads.at(rest)
		if k < 0 || unitWords[k].kind != countFigure || !t.has(unitWords[k].unit) {
			return nil, false
		}
		names, rest = append(names, unitWords[k].unit), rest[len(unitWords[k].word):]
	}
	return names, true
}

// baselessRates prints the rates that no whole number of last year gives.
func baselessRates(all []*tally) []string {
	var hits []string
	for _, t := range all {
		for _, c := range t.counts {
			if c.rate == nil {
				continue
			}
			if why := baseless(c.count, c.rate); why != "" {
				hits = append(hits, t.label+c.count.text+"，同比"+directed(c.rate, "上升", "下降")+c.rate.text+"（"+why+"）")
			}
		}
	}
	return hits
}

// baseless says why no whole number of last year gives the rate; "" when one does.
func baseless(count, rate *figure) string {
	now, change := count.n, rate.n
	factor := numInt(1).add(change)
	if rate.down {
		factor = numInt(1).add(change.neg())
	}
	switch {
	case factor.sign() == 0 && now.sign() == 0:
		return ""
	case factor.sign() <= 0:
		return "下降" + rate.text + "时本年应是0"
	case now.sign() == 0:
		return "本年是0时应是下降100%"
	}
	allowed := num{coef: 5, exp: -2} // percentage points, when a whole number gives it
	if rate.places < 1 {
		allowed = num{coef: 5, exp: -1}
	}
	written := change.mul(numInt(100))
	low := whole(now).over(whole(factor)).round(0)
	if low.mul(factor).cmp(now) > 0 {
		low = low.add(numInt(-1))
	}
	var gives [2]fraction
	bases := [2]num{low, low.add(numInt(1))}
	for i, base := range bases {
		if base.sign() <= 0 {
			continue
		}
		gap := now.add(base.neg())
		right := gap.sign() >= 0 && !rate.down || gap.sign() <= 0 && rate.down
		if gap.sign() < 0 {
			gap = gap.neg()
		}
		gives[i] = fraction{n: gap.mul(numInt(100)), d: base, split: true}
		asWritten, most := whole(written), whole(allowed)
		if right && withinReach(&gives[i], &asWritten, &most, equal) {
			return ""
		}
	}
	var tried []string
	for i, base := range bases {
		if base.sign() > 0 {
			tried = append(tried, base.decimal().String()+count.unit+"为"+gives[i].round(rate.places).decimal().StringFixed(rate.places)+"%")
		}
	}
	why := "上年" + strings.Join(tried, "、")
	by := rate.value().Mul(count.value()).Round(0)
	if by.Mul(hundred).DivRound(count.value(), rate.places).Equal(rate.value().Shift(2)) {
		why += "；" + by.String() + "÷" + count.value().String() + "＝" + rate.text + "，疑把本年数当作了分母"
	}
	return why
}

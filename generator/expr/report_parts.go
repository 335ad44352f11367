package expr

import (
	"strconv"
	"strings"

	"github.com/shopspring/decimal"
)

const (
	fewestParts   = 3  // fewer parts that add up to a total do so by chance
	fewestNearly  = 4  // fewer parts that nearly add up are no breakdown
	mostTallies   = 60 // of one paragraph
	mostBreakdown = 40 // parts of one 其中
)

// partFaults prints totals whose parts do not add up, or whose rate
// contradicts the rates of the parts.
func partFaults(all []*tally) []string {
	var hits []string
	for from := 0; from < len(all); {
		to := from
		for to < len(all) && all[to].line == all[from].line {
			to++
		}
		hits = append(hits, partsIn(all[from:min(to, from+mostTallies)])...)
		from = to
	}
	return hits
}

func partsIn(all []*tally) []string {
	if len(all) <= fewestParts {
		return nil
	}
	total := all[0]
	var hits []string
	for _, sum := range total.counts {
		if hit := partsOf(sum, total, all[1:]); hit != "" {
			hits = append(hits, hit)
		}
	}
	return hits
}

// partsOf judges one measure of a total: finds the run of tallies that adds up to it.
func partsOf(sum counted, total *tally, rest []*tally) string {
	counts, known := make([]num, len(rest)), make([]bool, len(rest))
	for i, t := range rest {
		if at := t.measure(sum.count.unit, total); at >= 0 {
			counts[i], known[i] = t.counts[at].count.n, true
		}
	}
	for from := 0; from+fewestParts <= len(rest); from++ {
		var added num
		for to := from; to < len(rest) && known[to]; to++ {
			added = added.add(counts[to])
			order := added.cmp(sum.count.n)
			if order > 0 {
				break
			}
			if order == 0 && to-from+1 >= fewestParts {
				return contradiction(sum, total, rest[from:to+1])
			}
		}
	}
	return nearly(sum.count, total, counts, known)
}

// measure is which of its counts a tally has in the total's unit: 167件 stands for
// both where the total counts 批 and 人次; 0人次 is 0批 too. -1: none.
func (t *tally) measure(unit string, total *tally) int {
	for i := range t.counts {
		if t.counts[i].count.unit == unit {
			return i
		}
	}
	if len(t.counts) == 1 && (!total.has(t.counts[0].count.unit) || t.counts[0].count.n.sign() == 0) {
		return 0
	}
	return -1
}

// before is what a count was last year by its rate; false when it is not said.
func (c counted) before() (decimal.Decimal, bool) {
	if c.rate == nil {
		return decimal.Zero, false
	}
	factor := decimal.NewFromInt(1).Add(c.rate.value())
	if c.rate.down {
		factor = decimal.NewFromInt(1).Sub(c.rate.value())
	}
	if !factor.IsPositive() {
		return decimal.Zero, false
	}
	return c.count.value().DivRound(factor, quotientPlaces), true
}

// contradiction compares last year by the total's rate with last year by the parts' rates: 1% apart is a fault.
func contradiction(sum counted, total *tally, parts []*tally) string {
	was, ok := sum.before()
	if !ok {
		return ""
	}
	added, open := decimal.Zero, false
	for _, p := range parts {
		part := p.counts[p.measure(sum.count.unit, total)] // as partsOf has seen, there is one
		if b, said := part.before(); said {
			added = added.Add(b)
		} else if part.count.n.sign() == 0 {
			open = true // nothing is left, so what there was cannot be told
		} else {
			return ""
		}
	}
	apart := added.Sub(was)
	if !added.IsPositive() || !apart.Abs().Mul(hundred).GreaterThan(was) || open && apart.IsNegative() {
		return ""
	}
	change := sum.count.value().Sub(added).Mul(hundred).DivRound(added, 1)
	word := "上升"
	if change.IsNegative() {
		word = "下降"
	}
	return total.label + sum.count.text + "，写同比" + directed(sum.rate, "上升", "下降") + sum.rate.text + "，推算上年约" + was.Round(0).String() + sum.count.unit + "；" +
		strconv.Itoa(len(parts)) + "个分项相加正好是总量，按各自的增减率推算上年共约" + added.Round(0).String() + sum.count.unit + "，应为" + word + change.Abs().StringFixed(1) + "%"
}

// nearly reports parts to the end of the paragraph that miss a declared total by little,
// as many as there are.
func nearly(sum *figure, total *tally, counts []num, known []bool) string {
	if !strings.ContainsAny(total.label, "总共") && !strings.Contains(total.label, "合计") {
		return ""
	}
	var added, all, off num
	most := 0
	for parts := 1; parts <= len(counts) && known[len(counts)-parts]; parts++ {
		added = added.add(counts[len(counts)-parts])
		apart := added.add(sum.n.neg())
		if apart.sign() < 0 {
			apart = apart.neg()
		}
		if parts >= fewestNearly && apart.mul(numInt(50)).cmp(sum.n) <= 0 {
			most, all, off = parts, added, apart
		}
	}
	if most == 0 {
		return ""
	}
	return total.label + sum.text + "，" + strconv.Itoa(most) + "个分项相加是" + all.decimal().String() + sum.unit + "，相差" + off.decimal().String() + sum.unit
}

// breakdownFaults prints the sentences in which what follows 其中 does not add up to the figure in front of it.
func breakdownFaults(all []figure) []string {
	var hits []string
	for i := 1; i < len(all); i++ {
		f := &all[i]
		if !strings.Contains(f.before, "其中") || f.changed() || loose(f.before) {
			continue
		}
		total, ok := totalBefore(all[:i], f)
		if !ok {
			continue
		}
		if hit := breakdown(total, all[i:]); hit != "" {
			hits = append(hits, hit)
		}
	}
	return hits
}

// totalBefore is the nearest figure of the same kind in the sentence that is no change.
func totalBefore(list []figure, f *figure) (figure, bool) {
	for i := len(list) - 1; i >= 0 && list[i].sentence == f.sentence; i-- {
		if g := &list[i]; g.kind == f.kind && (f.kind == amountFigure || f.kind == countFigure && g.unit == f.unit) {
			return *g, !g.changed()
		}
	}
	return figure{}, false
}

// loose reports words that make a breakdown no full one.
func loose(before string) bool {
	for _, w := range []string{"主要", "等", "比", "较", "上年", "预算", "占", "人均", "另", "结余", "结转", "节约", "剩余"} {
		if strings.Contains(before, w) {
			return true
		}
	}
	return false
}

func breakdown(total figure, list []figure) string {
	first := list[0]
	added, slack, n := decimal.Zero, total.half(), 0
	for k, g := range list {
		if g.sentence != first.sentence || n >= mostBreakdown {
			break
		}
		if g.bracket > first.bracket || g.kind != first.kind || g.kind == countFigure && g.unit != first.unit {
			continue
		}
		if k > 0 && (strings.Contains(g.before, "其中") || loose(g.before)) || g.changed() || g.andMore {
			return ""
		}
		added, slack, n = added.Add(g.value()), slack.Add(g.half()), n+1
	}
	slack = decimal.Max(slack, decimal.New(1, -2))
	off := added.Sub(total.value())
	unit := total.unit
	if total.kind == amountFigure {
		unit = "万元"
	}
	switch {
	case n < 2 || total.kind == countFigure && off.Sign() <= 0:
		return ""
	case total.kind == amountFigure && off.Abs().LessThanOrEqual(slack):
		return ""
	}
	show := func(d decimal.Decimal) string { return d.String() + unit }
	return "总数" + show(total.value()) + "，其中各项相加" + show(added) + "，相差" + show(off.Abs())
}

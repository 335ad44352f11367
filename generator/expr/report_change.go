package expr

import (
	"slices"
	"strings"

	"github.com/shopspring/decimal"
)

// change is 本年数, 增减额 and 增减率 as one sentence has them.
type change struct {
	now, by, rate figure
	want          decimal.Decimal // the rate in %, as rounded as it is written, at least two places; negative when the directions contradict
	wrong         bool
}

// changes finds the changes among the figures of a text, 分别 taken apart.
func changes(all []figure) []change {
	if !slices.ContainsFunc(all, func(f figure) bool { return f.kind == percentFigure }) {
		return nil
	}
	groups := inGroups(all)
	var list []change
	var now, by []figure
	for i, g := range groups {
		if i > 0 && groups[i-1][0].sentence != g[0].sentence {
			now, by = nil, nil
		}
		switch head := g[0]; {
		case head.kind == percentFigure && head.changed():
			if len(now) == len(by) && len(by) == len(g) {
				for k := range g {
					if c, ok := changeOf(now[k], by[k], g[k]); ok {
						list = append(list, c)
					}
				}
			}
			by = nil
		case head.kind != amountFigure && head.kind != countFigure:
			by = nil
		case head.changed():
			by = nil
			if now != nil && now[0].kind == head.kind && (head.kind == amountFigure || now[0].unit == head.unit) {
				by = g
			}
		default:
			now, by = g, nil
		}
	}
	return list
}

// inGroups joins figures of one kind that only 、 和 及 与 part: 141.58万元、138.81万元.
func inGroups(list []figure) [][]figure {
	list = slices.Clone(list) // of which those that are joined are said to change together
	groups := make([][]figure, 0, len(list))
	from := 0
	for i := 1; i <= len(list); i++ {
		if i < len(list) {
			f, p := &list[i], &list[i-1]
			joined := f.before == "、" || f.before == "和" || f.before == "及" || f.before == "与" || f.before == "以及"
			if joined && p.kind == f.kind && p.clause == f.clause && (f.kind != countFigure || p.unit == f.unit) {
				f.up, f.down = list[from].up, list[from].down
				continue
			}
		}
		groups = append(groups, list[from:i])
		from = i
	}
	return groups
}

// hundred turns a ratio into %.
var hundred = decimal.NewFromInt(100)

// changeOf computes one rate; false when there is no base.
func changeOf(now, by, rate figure) (change, bool) {
	c := change{now: now, by: by, rate: rate}
	of := func(now, by decimal.Decimal) (decimal.Decimal, bool) {
		base := now
		if !comparedWith(c.now.before) {
			if c.by.down {
				base = now.Add(by)
			} else {
				base = now.Sub(by)
			}
		}
		if !base.IsPositive() {
			return decimal.Decimal{}, false
		}
		return by.Mul(hundred).DivRound(base, quotientPlaces), true
	}
	exactly, ok := of(now.value(), by.value())
	if !ok {
		return c, false
	}
	written := rate.value().Shift(2)
	c.want = exactly.Round(max(2, rate.places))
	c.wrong = !exactly.Round(rate.places).Equal(written) && !forgiven(of, c, written)
	if by.up != rate.up {
		c.want, c.wrong = c.want.Neg(), true
	}
	return c, true
}

// forgiven excuses a rate that the rounding of small figures alone explains: when
// what they leave open is more than a step of the rate's last digit.
func forgiven(of func(now, by decimal.Decimal) (decimal.Decimal, bool), c change, written decimal.Decimal) bool {
	spread := c.now.half().Neg()
	if c.by.down {
		spread = c.now.half()
	}
	low, okLow := of(c.now.value().Add(spread), c.by.value().Sub(c.by.half()))
	high, okHigh := of(c.now.value().Sub(spread), c.by.value().Add(c.by.half()))
	step := decimal.New(1, -c.rate.places)
	if !okLow || !okHigh || high.Sub(low).LessThan(step) {
		return false
	}
	half := step.Div(decimal.NewFromInt(2))
	return !written.Add(half).LessThan(low) && !written.Sub(half).GreaterThan(high)
}

// comparedWith reports whether the figure is what the other is compared with: 比年初预算308.76万元增加….
func comparedWith(before string) bool {
	near := lastRunes(before, 10)
	for _, w := range []string{"比", "较"} {
		if i := strings.LastIndex(near, w); i >= 0 && !strings.ContainsAny(near[i:], "，、,") {
			return true
		}
	}
	return false
}

// changeFaults prints the changes whose rate is wrong, so that they can be read again.
func changeFaults(all []figure) []string {
	var hits []string
	for _, c := range changes(all) {
		if !c.wrong {
			continue
		}
		base := ""
		if comparedWith(c.now.before) {
			base = "比"
		}
		hits = append(hits, base+c.now.text+"，"+directed(&c.by, "增加", "减少")+c.by.text+"，"+directed(&c.rate, "增长", "下降")+c.rate.text)
	}
	return hits
}

func directed(f *figure, up, down string) string {
	if f.down {
		return down
	}
	return up
}

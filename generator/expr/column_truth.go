package expr

import (
	"math/bits"

	"jixiao/generator/value"
)

func judgeNot(m *Memory, c *part, b *block, todo uint64) (yes, no uint64) {
	yes, no = m.truths(c.left, b, todo)
	return no, yes
}

// judgeAnd looks at a condition only where those before it do not decide.
func judgeAnd(m *Memory, c *part, b *block, todo uint64) (yes, no uint64) {
	yes = todo
	for i := range c.conditions {
		y, n := m.hold(&c.conditions[i], b, todo)
		yes, no = yes&y, no|n
		if todo &^= n; todo == 0 {
			break
		}
	}
	return yes, no
}

func judgeOr(m *Memory, c *part, b *block, todo uint64) (yes, no uint64) {
	no = todo
	for i := range c.conditions {
		y, n := m.hold(&c.conditions[i], b, todo)
		yes, no = yes|y, no&n
		if todo &^= y; todo == 0 {
			break
		}
	}
	return yes, no
}

func compareNumbers(m *Memory, c *part, b *block, todo uint64) (yes, no uint64) {
	l := m.numbers(c.left, b, todo)
	if l.have == 0 {
		return 0, 0
	}
	r := m.numbers(c.right, b, l.have)
	for rest := r.have; rest != 0; rest &= rest - 1 {
		i := bits.TrailingZeros64(rest)
		if c.order.has(l.spot(i).order(r.spot(i))) {
			yes |= rest & -rest
		}
	}
	return yes, r.have &^ yes
}

// withinTolerance is 近似, and a comparison of numbers that may differ by a tolerance as
// [Expr.Holds] has it.
func withinTolerance(m *Memory, c *part, b *block, todo uint64) (yes, no uint64) {
	l := m.numbers(c.left, b, todo)
	r := m.numbers(c.right, b, l.have)
	most := m.numbers(c.args[2], b, r.have)
	for rest := most.have; rest != 0; rest &= rest - 1 {
		i := bits.TrailingZeros64(rest)
		if withinReach(l.spot(i), r.spot(i), most.spot(i), c.order) {
			yes |= rest & -rest
		}
	}
	return yes, most.have &^ yes
}

// compareTexts compares where both sides are texts, one of which always is.
func compareTexts(m *Memory, c *part, b *block, todo uint64) (yes, no uint64) {
	l, known := m.textsOnly(c.left, b, todo)
	r, both := m.textsOnly(c.right, b, known)
	for rest := both; rest != 0; rest &= rest - 1 {
		i := bits.TrailingZeros64(rest)
		if l.text(i) == r.text(i) {
			yes |= rest & -rest
		}
	}
	if no = both &^ yes; !c.order.has(0) {
		return no, yes
	}
	return yes, no
}

// someTexts are texts, whether they were written or are values.
type someTexts struct {
	written texts
	valued  values
}

func (t *someTexts) text(i int) string {
	if t.written.at != nil {
		return t.written.of(i)
	}
	text, _ := t.valued.of(i).Text() // textsOnly told that it is one
	return text
}

// textsOnly are the texts among what the part gives, and for which items there are such.
func (m *Memory) textsOnly(c *part, b *block, todo uint64) (t someTexts, have uint64) {
	if c.textual {
		t.written = m.texts(c, b, todo)
		return t, t.written.have
	}
	t.valued = m.values(c, b, todo)
	for rest := t.valued.have; rest != 0; rest &= rest - 1 {
		if t.valued.of(bits.TrailingZeros64(rest)).Kind() == value.Text {
			have |= rest & -rest
		}
	}
	return t, have
}

// compareValues compares values of any kind.
func compareValues(m *Memory, c *part, b *block, todo uint64) (yes, no uint64) {
	l := m.values(c.left, b, todo)
	r := m.values(c.right, b, l.have)
	alike := c.order == equal // texts must be the same; for <> they must not
	for rest := r.have; rest != 0; rest &= rest - 1 {
		i := bits.TrailingZeros64(rest)
		x, y := l.of(i), r.of(i)
		text, isText := x.Text()
		other, both := y.Text()
		if isText && both && (alike || c.order == unequal) {
			if (text == other) == alike {
				yes |= rest & -rest
			} else {
				no |= rest & -rest
			}
			continue
		}
		order, ok := 0, false
		switch {
		case x.Kind() != y.Kind() || isText:
		case x.Kind() == value.Number:
			// What 如果 hands on is exact: its value would be cut off.
			fx, fy := m.numbers(c.left, b, rest&-rest), m.numbers(c.right, b, rest&-rest)
			if ok = fx.have&fy.have != 0; ok {
				order = fx.spot(i).order(fy.spot(i))
			}
		case x.Kind() == value.Date:
			order, ok = value.Compare(*x, *y)
		}
		if ok && c.order.has(order) {
			yes |= rest & -rest
		} else if ok {
			no |= rest & -rest
		}
	}
	return yes, no
}

// judgeBlank is 空.
func judgeBlank(m *Memory, c *part, b *block, todo uint64) (yes, no uint64) {
	return judgeKind(m, c, b, todo, value.Blank)
}

// judgeNotApplicable is 不适用.
func judgeNotApplicable(m *Memory, c *part, b *block, todo uint64) (yes, no uint64) {
	return judgeKind(m, c, b, todo, value.NotApplicable)
}

func judgeKind(m *Memory, c *part, b *block, todo uint64, want value.Kind) (yes, no uint64) {
	v := m.values(c.left, b, todo)
	for rest := v.have; rest != 0; rest &= rest - 1 {
		switch at := v.of(bits.TrailingZeros64(rest)); {
		case at.Kind() == want:
			yes |= rest & -rest
		case !lacking(at):
			no |= rest & -rest
		}
	}
	return yes, no
}

// judgeNumber is 是数.
func judgeNumber(m *Memory, c *part, b *block, todo uint64) (yes, no uint64) {
	v := m.values(c.left, b, todo)
	for rest := v.have; rest != 0; rest &= rest - 1 {
		switch is, lack := numberLike(v.of(bits.TrailingZeros64(rest))); {
		case lack != nil:
		case is:
			yes |= rest & -rest
		default:
			no |= rest & -rest
		}
	}
	return yes, no
}

// judgeBetween is 介于 of numbers; dates are compared one by one.
func judgeBetween(m *Memory, c *part, b *block, todo uint64) (yes, no uint64) {
	x := m.numbers(c.left, b, todo)
	low := m.numbers(c.right, b, x.have)
	high := m.numbers(c.args[2], b, low.have)
	for rest := high.have; rest != 0; rest &= rest - 1 {
		i := bits.TrailingZeros64(rest)
		if f := x.spot(i); f.order(low.spot(i)) >= 0 && f.order(high.spot(i)) <= 0 {
			yes |= rest & -rest
		}
	}
	y, n := judgeEach(m, c, b, todo&^high.have)
	return yes | y, high.have&^yes | n
}

// judgeExplained is 有效说明.
func judgeExplained(m *Memory, c *part, b *block, todo uint64) (yes, no uint64) {
	v := m.values(c.left, b, todo)
	for rest := v.have; rest != 0; rest &= rest - 1 {
		switch at := v.of(bits.TrailingZeros64(rest)); {
		case lacking(at):
		case wordy(at.String()):
			yes |= rest & -rest
		default:
			no |= rest & -rest
		}
	}
	return yes, no
}

// judgeNumeric is 定量.
func judgeNumeric(m *Memory, c *part, b *block, todo uint64) (yes, no uint64) {
	t := m.targets(c.left, b, todo)
	for rest := t.have; rest != 0; rest &= rest - 1 {
		if t.of(bits.TrailingZeros64(rest)).Numeric {
			yes |= rest & -rest
		}
	}
	return yes, t.have &^ yes
}

// judgeSameUnit is 同单位.
func judgeSameUnit(m *Memory, c *part, b *block, todo uint64) (yes, no uint64) {
	x := m.targets(c.left, b, todo)
	y := m.targets(c.right, b, x.have)
	for rest := y.have; rest != 0; rest &= rest - 1 {
		i := bits.TrailingZeros64(rest)
		if value.SameUnit(x.of(i).Unit, y.of(i).Unit) {
			yes |= rest & -rest
		}
	}
	return yes, y.have &^ yes
}

// judgeFirst is 首次: no item before it in its list has the same value.
func judgeFirst(m *Memory, c *part, b *block, todo uint64) (yes, no uint64) {
	v := m.values(c.left, b, b.all)
	for rest := todo & v.have; rest != 0; rest &= rest - 1 {
		i := bits.TrailingZeros64(rest)
		k := i - int(b.index[i]) // the first of the list in which it lies
		switch {
		case v.at[i].IsNothing():
			continue
		case k < 0: // that is in an earlier block
			y, n := judgeEach(m, c, b, rest&-rest)
			yes, no = yes|y, no|n
			continue
		}
		for k < i && !v.at[i].Same(v.at[k]) {
			k++
		}
		if k == i {
			yes |= rest & -rest
		} else {
			no |= rest & -rest
		}
	}
	return yes, no
}

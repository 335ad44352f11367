package expr

import (
	"math/bits"

	"jixiao/generator/value"
)

// reckonNegated is - before a number.
func reckonNegated(m *Memory, c *part, b *block, todo uint64, out []fraction) (have uint64) {
	x := m.numbers(c.left, b, todo)
	for rest := x.have; rest != 0; rest &= rest - 1 {
		i := bits.TrailingZeros64(rest)
		out[i] = x.of(i).neg()
	}
	return x.have
}

func computed(m *Memory, c *part, b *block, todo uint64, out []fraction) (have uint64) {
	x := m.numbers(c.left, b, todo)
	y := m.numbers(c.right, b, x.have)
	have = y.have
	op := c.sign
	for rest := have; rest != 0; rest &= rest - 1 {
		i := bits.TrailingZeros64(rest)
		l, r := x.spot(i), y.spot(i)
		switch op {
		case '+', '-':
			out[i].sum(l, r, op == '-')
		case '*':
			out[i].product(l, r)
		default:
			if r.sign() == 0 {
				have &^= 1 << i
				continue
			}
			out[i].ratio(l, r)
		}
	}
	if op == '+' || op == '-' { // 不适用 adds nothing
		have |= reckonEach(m, c, b, todo&^have, out)
	}
	return have
}

// reckonRounded is 四舍五入.
func reckonRounded(m *Memory, c *part, b *block, todo uint64, out []fraction) (have uint64) {
	x := m.numbers(c.left, b, todo)
	var places numbers
	if have = x.have; c.right != nil {
		places = m.numbers(c.right, b, have)
		have = places.have
	}
	for rest := have; rest != 0; rest &= rest - 1 {
		i := bits.TrailingZeros64(rest)
		to, ok := int32(0), true
		if places.at != nil {
			to, ok = roundingOf(places.spot(i))
		}
		if !ok {
			have &^= 1 << i
			continue
		}
		out[i] = whole(x.of(i).round(to))
	}
	return have
}

// reckonAbsolute is 绝对值.
func reckonAbsolute(m *Memory, c *part, b *block, todo uint64, out []fraction) (have uint64) {
	x := m.numbers(c.left, b, todo)
	for rest := x.have; rest != 0; rest &= rest - 1 {
		i := bits.TrailingZeros64(rest)
		if out[i] = x.of(i); out[i].sign() < 0 {
			out[i] = out[i].neg()
		}
	}
	return x.have
}

// reckonOrZero is 空作零 of values.
func reckonOrZero(m *Memory, c *part, b *block, todo uint64, out []fraction) (have uint64) {
	if c.left.numeric {
		have = m.numbers(c.left, b, todo).copyTo(out)
		return have | reckonEach(m, c, b, todo&^have, out)
	}
	v := m.values(c.left, b, todo)
	zero := uint64(0)
	for rest := v.have; rest != 0; rest &= rest - 1 {
		i := bits.TrailingZeros64(rest)
		if k := v.of(i).Kind(); k == value.Blank || k == value.NotApplicable {
			out[i], zero = fraction{}, zero|1<<i
		}
	}
	return zero | m.numbers(c.left, b, v.have&^zero).copyTo(out)
}

// reckonExtreme is 最大 and 最小 of several values.
func reckonExtreme(m *Memory, c *part, b *block, todo uint64, out []fraction) (have uint64) {
	have = todo
	greatest := c.n.(*callNode).fn.greatest
	for k, a := range c.args {
		x := m.numbers(a, b, have)
		have = x.have
		for rest := have; rest != 0; rest &= rest - 1 {
			i := bits.TrailingZeros64(rest)
			f := x.spot(i)
			if k == 0 {
				out[i] = *f
			} else if order := f.order(&out[i]); order != 0 && (order > 0) == greatest {
				out[i] = *f
			}
		}
	}
	return have | reckonEach(m, c, b, todo&^have, out) // 不适用 does not count
}

// reckonTarget is 数值.
func reckonTarget(m *Memory, c *part, b *block, todo uint64, out []fraction) (have uint64) {
	t := m.targets(c.left, b, todo)
	for rest := t.have; rest != 0; rest &= rest - 1 {
		i := bits.TrailingZeros64(rest)
		if at := t.of(i); at.Numeric {
			if n, ok := numOfValue(&at.Number); ok {
				out[i], have = whole(n), have|1<<i
			}
		}
	}
	return have
}

// reckonCharacters is 字数.
func reckonCharacters(m *Memory, c *part, b *block, todo uint64, out []fraction) (have uint64) {
	t := m.texts(c.left, b, todo)
	for rest := t.have; rest != 0; rest &= rest - 1 {
		i := bits.TrailingZeros64(rest)
		out[i] = wholeInt(charactersIn(t.of(i)))
	}
	return t.have
}

// handed says that a part is handed on for some items.
type handed struct {
	part  *part
	items uint64
}

// usualChoices is how many of them there are at most, as a rule.
const usualChoices = 4

// handed says which of the arguments of 如果 and 默认 are handed on for which items.
func (m *Memory) handed(c *part, b *block, todo uint64, to []handed) []handed {
	if c.choice == byDefault {
		v := m.values(c.left, b, todo)
		blank := uint64(0)
		for rest := v.have; rest != 0; rest &= rest - 1 {
			if v.of(bits.TrailingZeros64(rest)).Kind() == value.Blank {
				blank |= rest & -rest
			}
		}
		if v.have != blank {
			to = append(to, handed{c.left, v.have &^ blank})
		}
		if blank != 0 {
			to = append(to, handed{c.right, blank})
		}
		return to
	}
	last := len(c.args) - 1
	for k := 0; k < last && todo != 0; k += 2 {
		yes, no := m.truths(c.args[k], b, todo)
		if yes != 0 {
			to = append(to, handed{c.args[k+1], yes})
		}
		todo = no
	}
	if todo != 0 {
		to = append(to, handed{c.args[last], todo})
	}
	return to
}

// The columns of 如果 and 默认, by what they are asked for.

func chosenTruths(m *Memory, c *part, b *block, todo uint64) (yes, no uint64) {
	var to [usualChoices]handed
	for _, h := range m.handed(c, b, todo, to[:0]) {
		y, n := m.truths(h.part, b, h.items)
		yes, no = yes|y, no|n
	}
	return yes, no
}

func chosenNumbers(m *Memory, c *part, b *block, todo uint64, out []fraction) (have uint64) {
	var to [usualChoices]handed
	for _, h := range m.handed(c, b, todo, to[:0]) {
		have |= m.numbers(h.part, b, h.items).copyTo(out)
	}
	return have
}

func chosenTexts(m *Memory, c *part, b *block, todo uint64, out []string) (have uint64) {
	var to [usualChoices]handed
	for _, h := range m.handed(c, b, todo, to[:0]) {
		have |= m.texts(h.part, b, h.items).copyTo(out)
	}
	return have
}

func chosenValues(m *Memory, c *part, b *block, todo uint64, out *valueColumn) (have uint64) {
	var to [usualChoices]handed
	for _, h := range m.handed(c, b, todo, to[:0]) {
		have |= m.values(h.part, b, h.items).copyTo(out.at)
	}
	return have
}

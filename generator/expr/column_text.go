package expr

import (
	"math/bits"
	"strings"

	"jixiao/generator/value"
)

// joinedTexts is &, of all that is joined in a row.
func joinedTexts(m *Memory, c *part, b *block, todo uint64, out []string) (have uint64) {
	have = todo
	for _, a := range c.args {
		have = m.texts(a, b, have).have
	}
	for rest := have; rest != 0; rest &= rest - 1 {
		i := bits.TrailingZeros64(rest)
		m.joined = m.joined[:0]
		for _, a := range c.args {
			t := m.texts(a, b, rest&-rest)
			m.joined = append(m.joined, t.at[i&t.mask]...)
		}
		if len(m.joined) > maxResult {
			have &^= 1 << i
			continue
		}
		out[i] = string(m.joined)
	}
	return have | writeEach(m, c, b, todo&^have, out) // 不适用 is written as it was filled
}

// writeClosed is 去空格.
func writeClosed(m *Memory, c *part, b *block, todo uint64, out []string) (have uint64) {
	t := m.texts(c.args[0], b, todo)
	for rest := t.have; rest != 0; rest &= rest - 1 {
		i := bits.TrailingZeros64(rest)
		out[i] = withoutSpacesIn(t.at[i&t.mask])
	}
	return t.have
}

// writeOperator is 方向.
func writeOperator(m *Memory, c *part, b *block, todo uint64, out []string) (have uint64) {
	t := m.targets(c.args[0], b, todo)
	for rest := t.have; rest != 0; rest &= rest - 1 {
		i := bits.TrailingZeros64(rest)
		out[i] = t.at[i&t.mask].Operator
	}
	return t.have
}

// writeUnit is 单位.
func writeUnit(m *Memory, c *part, b *block, todo uint64, out []string) (have uint64) {
	t := m.targets(c.args[0], b, todo)
	for rest := t.have; rest != 0; rest &= rest - 1 {
		i := bits.TrailingZeros64(rest)
		out[i] = t.at[i&t.mask].Unit
	}
	return t.have
}

// giveExtract is 提取 with a pattern in quotes.
func giveExtract(m *Memory, c *part, b *block, todo uint64, out *valueColumn) (have uint64) {
	t := m.texts(c.args[0], b, todo)
	p := c.n.(*callNode).pattern
	possible := m.possible(c, b, t)
	for rest := t.have; rest != 0; rest &= rest - 1 {
		i := bits.TrailingZeros64(rest)
		if possible&(rest&-rest) == 0 {
			out.keep(i, value.Value{})
			continue
		}
		out.at[i] = p.extract(t.at[i&t.mask])
	}
	return t.have | giveEach(m, c, b, todo&^t.have, out) // with what is lacking
}

// judgeContains is 包含.
func judgeContains(m *Memory, c *part, b *block, todo uint64) (yes, no uint64) {
	t := m.texts(c.args[0], b, todo)
	if len(c.wanted) > 0 {
		yes = m.possible(c, b, t)
	}
	if len(c.rest) == 0 {
		return yes, t.have &^ yes
	}
	t.have &^= yes
	y, n := judgeParts(m, c, b, c.rest, t, strings.Contains)
	return yes | y, n
}

// judgeParts looks whether the texts pass the test with one of some parts.
func judgeParts(m *Memory, c *part, b *block, parts []*part, t texts, test func(text, part string) bool) (yes, no uint64) {
	lacking := uint64(0)
	for _, a := range parts {
		x := m.texts(a, b, t.have&^yes)
		lacking |= t.have &^ yes &^ x.have
		for rest := x.have; rest != 0; rest &= rest - 1 {
			if i := bits.TrailingZeros64(rest); test(t.at[i&t.mask], x.at[i&x.mask]) {
				yes |= rest & -rest
			}
		}
	}
	return yes, t.have &^ yes &^ lacking
}

// judgeMatches is 匹配.
func judgeMatches(m *Memory, c *part, b *block, todo uint64) (yes, no uint64) {
	t := m.texts(c.args[0], b, todo)
	p := c.n.(*callNode).pattern
	confirmed := p.confirmed
	if len(c.wanted) < len(p.needs) {
		confirmed = p.matches
	}
	for rest := m.possible(c, b, t); rest != 0; rest &= rest - 1 {
		if confirmed(t.at[bits.TrailingZeros64(rest)&t.mask]) {
			yes |= rest & -rest
		}
	}
	return yes, t.have &^ yes
}

// possible are the texts that begin as the pattern of 匹配 and 提取 asks, and that have
// of each set of words one.
func (m *Memory) possible(c *part, b *block, t texts) (set uint64) {
	set = t.have
	if p := c.n.(*callNode).pattern; p != nil && len(p.begin.list) > 0 { // 包含 has none
		for rest := set; rest != 0; rest &= rest - 1 {
			if !p.begin.head(t.at[bits.TrailingZeros64(rest)&t.mask]) {
				set &^= rest & -rest
			}
		}
	}
	if set == 0 || len(c.wanted) == 0 {
		return set
	}
	words := m.words(c.args[0], b, set)
	for rest := set; rest != 0; rest &= rest - 1 {
		found := &words.at[bits.TrailingZeros64(rest)&words.mask]
		for k := range c.wanted {
			if !found.any(&c.wanted[k]) {
				set &^= rest & -rest
				break
			}
		}
	}
	return set
}

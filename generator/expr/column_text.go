package expr

import (
	"math/bits"
	"strings"

	"jixiao/generator/value"
)

// usuallyJoined is how many texts are joined at most, as a rule.
const usuallyJoined = 20

// joinedTexts is &, of all that is joined in a row.
func joinedTexts(m *Memory, c *part, b *block, todo uint64, out []string) (have uint64) {
	have = todo
	var few [usuallyJoined]texts
	all := few[:0]
	for _, a := range c.args {
		t := m.texts(a, b, have)
		have, all = t.have, append(all, t)
	}
	for rest := have; rest != 0; rest &= rest - 1 {
		i := bits.TrailingZeros64(rest)
		m.joined = m.joined[:0]
		for _, t := range all {
			m.joined = append(m.joined, t.of(i)...)
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
	t := m.texts(c.left, b, todo)
	for rest := t.have; rest != 0; rest &= rest - 1 {
		i := bits.TrailingZeros64(rest)
		out[i] = withoutSpacesIn(t.of(i))
	}
	return t.have
}

// writeTarget writes what of an indicator's target is text.
func writeTarget(of func(*value.Target) string) func(*Memory, *part, *block, uint64, []string) uint64 {
	return func(m *Memory, c *part, b *block, todo uint64, out []string) uint64 {
		t := m.targets(c.left, b, todo)
		for rest := t.have; rest != 0; rest &= rest - 1 {
			i := bits.TrailingZeros64(rest)
			out[i] = of(t.of(i))
		}
		return t.have
	}
}

// written are the active items for which a part has a text. What is joined is not
// joined for that.
func (m *Memory) written(c *part, b *block, active uint64) (have uint64) {
	if !c.joined {
		return m.texts(c, b, active).have
	}
	have = active
	var length [blockSize]int
	for _, a := range c.args {
		t := m.texts(a, b, have)
		have = t.have
		for rest := have; rest != 0; rest &= rest - 1 {
			i := bits.TrailingZeros64(rest)
			if length[i] += len(t.of(i)); length[i] > maxResult {
				have &^= 1 << i
			}
		}
	}
	if active != have { // of what does not apply, too, there is a text
		have |= m.texts(c, b, active&^have).have
	}
	return have
}

// giveExtract is 提取 with a pattern in quotes.
func giveExtract(m *Memory, c *part, b *block, todo uint64, out *valueColumn) (have uint64) {
	have = m.written(c.left, b, todo)
	possible := m.possible(c, b, have)
	for rest := have &^ possible; rest != 0; rest &= rest - 1 {
		out.keep(bits.TrailingZeros64(rest), value.Value{})
	}
	if possible != 0 {
		p := c.pattern
		t := m.texts(c.left, b, possible)
		for rest := possible; rest != 0; rest &= rest - 1 {
			i := bits.TrailingZeros64(rest)
			out.at[i] = p.extract(t.of(i))
		}
	}
	return have | giveEach(m, c, b, todo&^have, out) // with what is lacking
}

// judgeContains is 包含.
func judgeContains(m *Memory, c *part, b *block, todo uint64) (yes, no uint64) {
	have := m.written(c.left, b, todo)
	if len(c.wanted) > 0 {
		yes = m.possible(c, b, have)
	}
	if len(c.rest) == 0 || have == yes {
		return yes, have &^ yes
	}
	y, n := judgeParts(m, b, c.rest, m.texts(c.left, b, have&^yes), strings.Contains)
	return yes | y, n
}

// judgeParts looks whether the texts pass the test with one of some parts.
func judgeParts(m *Memory, b *block, parts []*part, t texts, test func(text, part string) bool) (yes, no uint64) {
	lacking := uint64(0)
	for _, a := range parts {
		x := m.texts(a, b, t.have&^yes)
		lacking |= t.have &^ yes &^ x.have
		for rest := x.have; rest != 0; rest &= rest - 1 {
			if i := bits.TrailingZeros64(rest); test(t.of(i), x.of(i)) {
				yes |= rest & -rest
			}
		}
	}
	return yes, t.have &^ yes &^ lacking
}

// judgeMatches is 匹配.
func judgeMatches(m *Memory, c *part, b *block, todo uint64) (yes, no uint64) {
	have := m.written(c.left, b, todo)
	possible := m.possible(c, b, have)
	if possible == 0 {
		return 0, have
	}
	p := c.pattern
	all := len(c.wanted) == len(p.needs) // there was room for all its words
	if p.exact && all {
		return possible, have &^ possible
	}
	t := m.texts(c.left, b, possible)
	for rest := possible; rest != 0; rest &= rest - 1 {
		if text := t.of(bits.TrailingZeros64(rest)); all && p.confirmed(text) || !all && p.matches(text) {
			yes |= rest & -rest
		}
	}
	return yes, have &^ yes
}

// possible are those of the texts that begin as the pattern of 匹配 and 提取 asks, and
// that have of each set of words one.
func (m *Memory) possible(c *part, b *block, set uint64) uint64 {
	if c.begin != nil {
		t := m.texts(c.left, b, set)
		for rest := set; rest != 0; rest &= rest - 1 {
			if c.begin.at(t.of(bits.TrailingZeros64(rest))) < 0 {
				set &^= rest & -rest
			}
		}
	}
	for _, w := range c.wanted {
		hit, lacking := uint64(0), uint64(0)
		for k := range w {
			piece := &w[k]
			found := m.words(piece.part, b, set&^hit)
			if without := set &^ hit &^ found.have; without != 0 {
				lacking |= m.unlessBlank(piece.part, b, without)
			}
			for rest := found.have; rest != 0; rest &= rest - 1 {
				if found.spot(bits.TrailingZeros64(rest)).any(&piece.words) {
					hit |= rest & -rest
				}
			}
		}
		if lacking &^= hit; lacking != 0 {
			hit |= m.wanted(c, w, b, lacking)
		}
		set &= hit
	}
	return set
}

// unlessBlank are the items for which a part gives nothing that is blank.
func (m *Memory) unlessBlank(c *part, b *block, set uint64) uint64 {
	v := m.values(c, b, set)
	for rest := v.have; rest != 0; rest &= rest - 1 {
		if v.of(bits.TrailingZeros64(rest)).Kind() == value.Blank {
			set &^= rest & -rest
		}
	}
	return set
}

// wanted are those of the whole texts that have one of the words: of items for which a
// piece has no text of its own, as of — that does not apply and is written out in the whole.
func (m *Memory) wanted(c *part, w wanted, b *block, set uint64) (hit uint64) {
	lexicon := w[0].part.lexicon
	t := m.texts(c.left, b, set)
	for rest := t.have; rest != 0; rest &= rest - 1 {
		text := t.of(bits.TrailingZeros64(rest))
		for k, word := range lexicon.words {
			if w[0].words.has(k) && strings.Contains(text, word) {
				hit |= rest & -rest
				break
			}
		}
	}
	return hit
}

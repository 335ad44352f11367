package expr

import (
	"math/bits"
	"slices"

	"jixiao/generator/value"
)

// sweeping is how an aggregate goes through the items of a list.
type sweeping struct {
	list  int
	own   bool        // only those that lie in the same item of the list around as the place itself
	conds []condition // only items for which all hold
	value *part       // what is taken; nil: the items are counted
}

// parts are those of which the sweep is made.
func (s *sweeping) parts() []*part {
	var list []*part
	for _, t := range s.conds {
		list = append(list, t.part)
	}
	if s.value != nil {
		list = append(list, s.value)
	}
	return list
}

// aggregate plans a call that goes through lists. Of what it cannot plan the tree is evaluated.
func (p *Plan) aggregate(n *callNode, at setting) *part {
	var sweeps []sweeping
	list, here, ok := theRecord, false, n.fn.sweep != nil
	for i := range n.over.runs {
		if !ok {
			break
		}
		var s sweeping
		if s, ok = p.sweeping(n, &n.over.runs[i], at); !ok {
			break
		}
		sweeps = append(sweeps, s)
		if s.own {
			list = p.lists[s.list].outer
		}
		here = here || slices.ContainsFunc(s.parts(), func(c *part) bool { return c.here })
		ok = len(n.over.runs) == 1 || !s.own && !here
	}
	if !ok || here {
		list = at.at // it rests on the item at hand, or may do so
	}
	text := printed(n)
	if !ok {
		text += " …"
	}
	c, known := p.known(text, n, list, false, at)
	switch {
	case known:
	case ok:
		for i := range sweeps {
			c.restsOn(sweeps[i].parts()...)
		}
		c.sweeps = sweeps
		n.fn.sweep(p, c)
	default:
		c.evaluateEach()
		c.anything = true
	}
	return c
}

// sweeping plans one run of an aggregate.
func (p *Plan) sweeping(n *callNode, r *run, at setting) (s sweeping, ok bool) {
	by, bare := r.by(n.fn.counts)
	if by == nil {
		return s, false
	}
	for _, other := range r.paths {
		if len(other) > len(by) || !slices.Equal(other, by[:len(other)]) {
			return s, false
		}
	}
	if s.list, s.own, ok = p.through(by, at.at); !ok {
		return s, false
	}
	in := setting{at: at.at, swept: s.list, by: by}
	for _, cond := range r.conds {
		t := p.condition(cond, in, s.list)
		if t.part == nil {
			return s, false
		}
		s.conds = append(s.conds, t)
	}
	if r.value == nil || bare {
		return s, true
	}
	if s.value = p.part(r.value, in); s.value == nil {
		return s, false
	}
	s.value = p.lifted(s.value, s.list)
	return s, true
}

// by is what the run calls the list that it goes through, nil when it goes through
// none; bare: what is counted is nothing but the list.
func (r *run) by(counts bool) (path []string, bare bool) {
	name, isName := r.value.(*nameNode)
	isName = isName && counts
	switch {
	case len(r.paths) == 0 && isName && len(r.conds) == 0:
		return name.path, true
	case len(r.paths) == 0:
		return nil, false
	}
	return r.paths[0], isName && slices.Equal(name.path, r.paths[0])
}

// through finds the list that a path means at an item of another list: as a whole, or
// its own part of it.
func (p *Plan) through(path []string, at int) (list int, own, ok bool) {
	hidden := p.hides(path[0], at)
	if list = p.list(path); list > 0 && !hidden {
		switch {
		case len(path) == 1 || at == theRecord:
			return list, false, true
		case len(path) == 2:
			return list, p.within(at, p.lists[list].outer), true
		}
		return 0, false, false
	}
	if hidden && len(path) == 1 {
		for around := at; around != theRecord; around = p.lists[around].outer {
			if l := p.list(append(slices.Clone(p.lists[around].path), path[0])); l > 0 {
				return l, true, true
			}
		}
	}
	return 0, false, false
}

// bounds are the items of a sweep's list that are gone through at an item.
func (m *Memory) bounds(s *sweeping, c *part, b *block, i int) (l *memoryList, from, to int) {
	l = m.list(s.list)
	if !s.own {
		return l, 0, l.items
	}
	around, k := b, i
	if int(b.list) != m.plan.lists[s.list].outer {
		around, k = m.around(b, i, m.plan.lists[s.list].outer)
	}
	at := around.first + k
	return l, int(l.start[at]), int(l.start[at+1])
}

// taken are the items among the active ones of a block for which all conditions hold;
// known is false when one of them cannot be judged.
func (m *Memory) taken(s *sweeping, b *block, active uint64) (taken uint64, known bool) {
	for i := range s.conds {
		yes, no := m.hold(&s.conds[i], b, active)
		if yes|no != active {
			return 0, false
		}
		active = yes
	}
	return active, true
}

// bitsBetween are the items of the nth block from one item of its list to another, a bit each.
func bitsBetween(n, from, to int) uint64 {
	low, high := max(from-n*blockSize, 0), min(to-n*blockSize, blockSize)
	if low >= high {
		return 0
	}
	return ^uint64(0) << low & (^uint64(0) >> (blockSize - high))
}

// eachBlock goes through the blocks of a sweep; false when something cannot be told.
func (m *Memory) eachBlock(s *sweeping, c *part, b *block, i int, visit func(b *block, taken uint64) bool) bool {
	l, from, to := m.bounds(s, c, b, i)
	for n := from / blockSize; n*blockSize < to; n++ {
		taken, known := m.taken(s, l.blocks[n], bitsBetween(n, from, to))
		if !known || taken != 0 && !visit(l.blocks[n], taken) {
			return false
		}
	}
	return true
}

// summed adds up what a sweep takes.
func (m *Memory) summed(c *part, b *block, i int) (sum fraction, count int, ok bool) {
	var t total
	for k := range c.sweeps {
		s := &c.sweeps[k]
		ok := m.eachBlock(s, c, b, i, func(b *block, taken uint64) bool {
			x := m.numbers(s.value, b, taken)
			if lacking := taken &^ x.have; lacking != 0 {
				// 不适用 does not count.
				v := m.values(s.value, b, lacking)
				for rest := lacking; rest != 0; rest &= rest - 1 {
					if v.have&(rest&-rest) == 0 || v.of(bits.TrailingZeros64(rest)).Kind() != value.NotApplicable {
						return false
					}
				}
			}
			for rest := x.have; rest != 0; rest &= rest - 1 {
				t.add(x.spot(bits.TrailingZeros64(rest)))
			}
			count += bits.OnesCount64(x.have)
			return true
		})
		if !ok {
			return sum, 0, false
		}
	}
	return t.fraction(), count, true
}

// forEach computes a number for one item after the other, each the place of the aggregate.
func (m *Memory) forEach(b *block, todo uint64, out []fraction, compute func(i int) (fraction, bool)) (have uint64) {
	for rest := todo; rest != 0; rest &= rest - 1 {
		i := bits.TrailingZeros64(rest)
		m.stand(b, i)
		if f, ok := compute(i); ok {
			out[i], have = f, have|1<<i
		}
	}
	return have
}

// sweepSum is of 合计.
func sweepSum(p *Plan, c *part) {
	p.askSummed(c)
	c.reckon = func(m *Memory, c *part, b *block, todo uint64, out []fraction) uint64 {
		return m.forEach(b, todo, out, func(i int) (fraction, bool) {
			sum, _, ok := m.summed(c, b, i)
			return sum, ok
		})
	}
}

// sweepAverage is of 平均.
func sweepAverage(p *Plan, c *part) {
	p.askSummed(c)
	c.reckon = func(m *Memory, c *part, b *block, todo uint64, out []fraction) uint64 {
		return m.forEach(b, todo, out, func(i int) (fraction, bool) {
			sum, count, ok := m.summed(c, b, i)
			if !ok || count == 0 {
				return sum, false
			}
			return sum.over(wholeInt(count)), true
		})
	}
}

func (p *Plan) askSummed(c *part) {
	for _, s := range c.sweeps {
		p.ask(s.value, asNumber)
		p.ask(s.value, asValue)
	}
}

// sweepCount is of 个数.
func sweepCount(p *Plan, c *part) {
	for _, s := range c.sweeps {
		if s.value != nil {
			p.ask(s.value, asValue)
		}
	}
	c.reckon = func(m *Memory, c *part, b *block, todo uint64, out []fraction) uint64 {
		return m.forEach(b, todo, out, func(i int) (fraction, bool) {
			count := 0
			for k := range c.sweeps {
				s := &c.sweeps[k]
				if !m.eachBlock(s, c, b, i, func(b *block, taken uint64) bool { return m.count(s, b, taken, &count) }) {
					return fraction{}, false
				}
			}
			return wholeInt(count), true
		})
	}
}

// count counts items, or the values among them that were filled.
func (m *Memory) count(s *sweeping, b *block, taken uint64, count *int) bool {
	if s.value == nil {
		*count += bits.OnesCount64(taken)
		return true
	}
	v := m.values(s.value, b, taken)
	for rest := taken; rest != 0; rest &= rest - 1 {
		if v.have&(rest&-rest) == 0 {
			return false
		}
		switch at := v.of(bits.TrailingZeros64(rest)); {
		case at.Kind() == value.Blank || at.Kind() == value.NotApplicable:
		case lacking(at):
			return false
		default:
			*count++
		}
	}
	return true
}

// sweepExtreme is of 最大 and 最小 of the numbers of a list.
func sweepExtreme(p *Plan, c *part) {
	p.askSummed(c)
	greatest := c.n.(*callNode).fn.greatest
	c.reckon = func(m *Memory, c *part, b *block, todo uint64, out []fraction) uint64 {
		return m.forEach(b, todo, out, func(i int) (fraction, bool) {
			var best fraction
			found := false
			for k := range c.sweeps {
				s := &c.sweeps[k]
				ok := m.eachBlock(s, c, b, i, func(b *block, taken uint64) bool {
					x := m.numbers(s.value, b, taken)
					for rest := x.have; rest != 0; rest &= rest - 1 {
						f := x.spot(bits.TrailingZeros64(rest))
						if order := f.order(&best); !found || order != 0 && (order > 0) == greatest {
							best, found = *f, true
						}
					}
					return x.have == taken
				})
				if !ok {
					return best, false
				}
			}
			return best, found
		})
	}
}

// sweepFind is of 查找.
func sweepFind(p *Plan, c *part) {
	p.ask(c.sweeps[0].value, asValue)
	c.give = func(m *Memory, c *part, b *block, todo uint64, out *valueColumn) (have uint64) {
		s := &c.sweeps[0]
		for rest := todo; rest != 0; rest &= rest - 1 {
			i := bits.TrailingZeros64(rest)
			m.stand(b, i)
			var found *value.Value
			ok := m.eachBlock(s, c, b, i, func(b *block, taken uint64) bool {
				if found == nil {
					v := m.values(s.value, b, taken&-taken)
					if v.have == 0 {
						return false
					}
					found = v.of(bits.TrailingZeros64(taken))
				}
				return true
			})
			if !ok {
				out.keep(i, c.n.eval(m.scope(b, i)))
			} else if found == nil {
				out.keep(i, value.Value{})
			} else {
				out.at[i] = found
			}
		}
		return todo
	}
}

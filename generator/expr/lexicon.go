package expr

import (
	"math/bits"
	"slices"
	"strings"

	"jixiao/generator/value"
)

// lexicon is all the words that rules look for in one text: they are looked for
// together, once a text.
type lexicon struct {
	words   []string
	entries []entry              // the words, those that begin alike behind each other
	at      [1 << headBits]uint8 // by what head tells of its first character: the first of the entries, counted from 1
	follows [128]uint64          // by the same: what may come next in a word, or behind it, a bit for what head tells of that
}

// entry is one of a lexicon's words. Its first bytes, up to eight of them, are compared at once.
type entry struct {
	begin, mask uint64
	text        string
	word        uint8
	more        bool // the next one begins alike
}

func newEntry(text string, word uint8) entry {
	e := entry{mask: ^uint64(0), text: text, word: word}
	if len(text) < 8 {
		e.mask >>= 8 * (8 - len(text))
	}
	e.begin = eightBytes((text + "\x00\x00\x00\x00\x00\x00\x00\x00")[:8])
	return e
}

// mostWanted is how many words of one text are looked for together.
const mostWanted = 255

// wordSet is a set of a lexicon's words.
type wordSet [(mostWanted + 1) / 64]uint64

func (s *wordSet) any(of *wordSet) bool {
	return s[0]&of[0]|s[1]&of[1]|s[2]&of[2]|s[3]&of[3] != 0
}

func (s *wordSet) has(word int) bool { return s[word>>6]>>(word&63)&1 != 0 }

func (s *wordSet) add(word int) { s[word>>6] |= 1 << (word & 63) }

// wanted is that one of some words must be in a text: in one of the parts of which the
// text is made.
type wanted []struct {
	part  *part
	words wordSet // of the part's lexicon
}

// want sees to it that words are looked for in a part's texts; ok is false when there
// is no room for them.
func (p *Plan) want(c *part, words []string) (w wanted, ok bool) {
	pieces := c.pieces(words)
	for _, piece := range pieces {
		p.ask(piece, asText)
		p.ask(piece, asValue) // whether it is blank
		set, ok := piece.words().add(words)
		if !ok {
			return nil, false
		}
		w = append(w, struct {
			part  *part
			words wordSet
		}{piece, set})
	}
	return w, true
}

// pieces are the parts in one of whose texts a word is, when it is in c's.
func (c *part) pieces(words []string) []*part {
	if d := c.plan.derived[c.field]; d != nil && d.joined && c.list == theRecord {
		return d.pieces(words)
	}
	if c.choice == byDefault {
		if lit, ok := c.args[1].n.(*literalNode); ok && lit.v.Kind() == value.Text && lit.v.String() == "" {
			return c.args[0].pieces(words)
		}
	}
	if !c.joined {
		return []*part{c}
	}
	var all []*part
	parted := true // by what no word has a character of
	for _, a := range c.args {
		lit, ok := a.n.(*literalNode)
		switch {
		case !ok && !parted:
			return []*part{c}
		case !ok:
			all, parted = append(all, a.pieces(words)...), false
			continue
		}
		between := lit.v.String()
		if slices.ContainsFunc(words, func(w string) bool { return strings.ContainsAny(between, w) }) {
			return []*part{c}
		}
		parted = parted || between != ""
	}
	return all
}

// words is the lexicon of the part's texts; what hands on a text mostly as it is has that of it.
func (c *part) words() *lexicon {
	switch {
	case c.lexicon != nil:
	case c.mostly():
		c.lexicon, c.follows = c.args[0].words(), true
	default:
		c.lexicon = &lexicon{}
	}
	return c.lexicon
}

// mostly reports whether the part hands on the text of its first argument, mostly as it is.
func (c *part) mostly() bool {
	call, ok := c.n.(*callNode)
	return ok && c.inner == nil && !c.args[0].constant && (c.choice == byDefault || call.fn.closes && !c.each)
}

// add adds words to those that are looked for; ok is false when there is no room for them.
func (l *lexicon) add(words []string) (set wordSet, ok bool) {
	for _, w := range words {
		k := slices.Index(l.words, w)
		if k < 0 {
			if k = len(l.words); k == mostWanted {
				return set, false
			}
			l.words = append(l.words, w)
			l.enter(newEntry(w, uint8(k)))
			l.begin(w)
		}
		set.add(k)
	}
	return set, true
}

// enter puts a word in front of those that begin alike.
func (l *lexicon) enter(e entry) {
	h, _ := head(e.text, 0)
	first := int(l.at[h])
	if first == 0 {
		first = len(l.entries) + 1
	} else {
		e.more = true
	}
	for other, at := range l.at {
		if int(at) > first {
			l.at[other]++
		}
	}
	l.at[h] = uint8(first)
	l.entries = slices.Insert(l.entries, first-1, e)
}

// begin notes how a word begins: behind one of a single character anything may come.
func (l *lexicon) begin(word string) {
	h, i := head(word, 0)
	row := &l.follows[h%uint32(len(l.follows))]
	if i == len(word) {
		*row = ^uint64(0)
		return
	}
	next, _ := head(word, i)
	*row |= 1 << (next & 63)
}

// in finds out which of the words are in the text. It goes from character to character
// with what head tells of two of them: few places have two with which a word begins.
func (l *lexicon) in(text string) (found wordSet) {
	if len(l.words) <= fewWords || text == "" {
		for k, w := range l.words {
			if strings.Contains(text, w) {
				found.add(k)
			}
		}
		return found
	}
	at := 0
	h, i := head(text, 0)
	for i+8 <= len(text) {
		w := eightBytes(text[i : i+8])
		if !isTwoWide(w) {
			next, behind := uint32(w&0xFF), i+1 // what head tells
			if isWide(uint32(w)) {
				next, behind = hashed(uint32(w)), i+3
			}
			if l.may(h, next) {
				l.among(h, text[at:], &found)
			}
			at, h, i = i, next, behind
			continue
		}
		next, last := hashed(uint32(w)), hashed(uint32(w>>24))
		if first, second := l.may(h, next), l.may(next, last); first || second {
			l.among(h, text[at:], &found)
			l.among(next, text[i:], &found)
		}
		at, h, i = i+3, last, i+6
	}
	for i < len(text) {
		next, behind := head(text, i)
		if l.may(h, next) {
			l.among(h, text[at:], &found)
		}
		at, h, i = i, next, behind
	}
	l.among(h, text[at:], &found)
	return found
}

// may reports whether a word may begin with two characters of which head told this.
func (l *lexicon) may(h, next uint32) bool {
	return l.follows[h%uint32(len(l.follows))]>>(next&63)&1 != 0
}

// among finds out with which words a text begins, of whose first character h tells.
func (l *lexicon) among(h uint32, text string, found *wordSet) {
	first := int(l.at[h&(1<<headBits-1)])
	if first == 0 {
		return
	}
	begin, whole := uint64(0), len(text) >= 8
	if whole {
		begin = eightBytes(text[:8])
	}
	for i := first - 1; ; i++ {
		e := &l.entries[i]
		if (!whole || begin&e.mask == e.begin) && (whole && len(e.text) <= 8 || strings.HasPrefix(text, e.text)) {
			found.add(int(e.word))
		}
		if !e.more {
			return
		}
	}
}

// words looks for the words of a part's lexicon in its texts.
func (m *Memory) words(c *part, b *block, active uint64) given[wordSet] {
	if active == 0 {
		return given[wordSet]{}
	}
	if c.list != b.list {
		return m.words(c, m.own, 1).forAll(0, active)
	}
	col := &b.texts[c.columns[asText]-1]
	if c.kept == b.list && col.round == m.round && active&^col.done == 0 && active&col.have&^col.seen == 0 {
		return given[wordSet]{at: col.words, have: active & col.have}
	}
	t := m.texts(c, b, active)
	if c.passes == ofPlace {
		if t.have != 0 {
			col.words[0] = c.lexicon.in(t.at[0])
		}
		return given[wordSet]{at: col.words[:1], have: t.have}
	}
	if todo := t.have &^ col.seen; todo != 0 {
		col.seen |= todo
		m.look(c, b, todo, col)
	}
	return given[wordSet]{at: col.words, have: t.have}
}

// look looks for the words in the texts of a column.
func (m *Memory) look(c *part, b *block, todo uint64, col *textColumn) {
	if c.follows {
		inner := m.texts(c.args[0], b, todo)
		for rest := inner.have; rest != 0; rest &= rest - 1 {
			if i := bits.TrailingZeros64(rest); len(inner.of(i)) != len(col.at[i]) {
				inner.have &^= rest & -rest
			}
		}
		todo &^= m.words(c.args[0], b, inner.have).copyTo(col.words)
	}
	last := -1
	for ; todo != 0; todo &= todo - 1 {
		i := bits.TrailingZeros64(todo)
		if last >= 0 && col.at[i] == col.at[last] { // items below each other are mostly of the same kind
			col.words[i] = col.words[last]
		} else {
			col.words[i] = c.lexicon.in(col.at[i])
		}
		last = i
	}
}

package expr

import (
	"errors"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"unicode/utf8"

	"jixiao/generator/value"
)

// pattern is a compiled regular expression with what can be told of it without
// running it: most texts are decided by looking for the words in it.
type pattern struct {
	re    *regexp.Regexp
	known recent[bool]        // whether short texts match
	parts recent[value.Value] // what is extracted from them

	begin words    // every text that matches begins with one of these; none: that is not known
	needs []words  // of each set one must be in the text
	heads []string // every match begins with one of these; nil: that is not known
	exact bool     // … and is nothing else
	here  *regexp.Regexp
	most  int // here matches at the beginning of a text, at most so many bytes; 0: any number
}

// maxPattern is the longest pattern, in characters.
const maxPattern = 1000

// mostWords is the largest set of words that is looked for one by one.
const mostWords = 48

// compilePattern compiles a pattern; wrong says what is wrong with it.
func compilePattern(text string) (p *pattern, wrong string) {
	if utf8.RuneCountInString(text) > maxPattern {
		return nil, "样式太长，最多1000个字符"
	}
	re, err := regexp.Compile(text)
	if err == nil {
		p := &pattern{re: re}
		p.study(text)
		return p, ""
	}
	wrong = "写法不对"
	var bad *syntax.Error
	if errors.As(err, &bad) {
		if known, ok := patternFaults[bad.Code]; ok {
			wrong = known
		}
		if bad.Expr != "" && bad.Expr != text {
			wrong += "：" + shortened(bad.Expr, 20)
		}
	}
	return nil, "样式“" + shortened(text, 30) + "”" + wrong
}

var patternFaults = map[syntax.ErrorCode]string{
	syntax.ErrInvalidCharClass:      "的字符类写法不对",
	syntax.ErrInvalidCharRange:      "的字符范围前后颠倒",
	syntax.ErrInvalidEscape:         "的反斜杠后面写错了",
	syntax.ErrInvalidNamedCapture:   "的括号名称写法不对",
	syntax.ErrInvalidPerlOp:         "用了不支持的写法",
	syntax.ErrInvalidRepeatOp:       "的重复号连写了",
	syntax.ErrInvalidRepeatSize:     "的重复次数不对（最多1000次）",
	syntax.ErrInvalidUTF8:           "里有不能识别的编码",
	syntax.ErrMissingBracket:        "缺少“]”",
	syntax.ErrMissingParen:          "缺少“)”",
	syntax.ErrMissingRepeatArgument: "的重复号前面没有内容",
	syntax.ErrTrailingBackslash:     "末尾多了反斜杠",
	syntax.ErrUnexpectedParen:       "多了“)”",
	syntax.ErrNestingDepth:          "套得太深",
	syntax.ErrLarge:                 "太大",
}

// matches reports whether the pattern is somewhere in the text.
func (p *pattern) matches(text string) bool { return p.possible(text) && p.confirmed(text) }

// confirmed is matches for a text in which a match is possible.
func (p *pattern) confirmed(text string) bool {
	switch {
	case p.exact:
		return true // what is needed is all there is
	case len(text) <= longestShort:
		return *p.known.of(text, p.re.MatchString)
	case p.here == nil:
		return p.re.MatchString(text)
	}
	places := search{words: p.heads, text: text}
	for at := places.next(); at >= 0; at = places.next() {
		if p.here.MatchString(p.from(text, at)) {
			return true
		}
	}
	return false
}

// extract is the part in the first brackets of the first match in a text in which one
// is possible, of the whole match when it has none; blank when there is no match.
func (p *pattern) extract(text string) *value.Value {
	if len(text) <= longestShort {
		return p.parts.of(text, p.take)
	}
	v := p.take(text)
	return &v
}

func (p *pattern) take(text string) value.Value {
	found := p.find(text)
	if len(found) == 0 || found[min(1, len(found)-1)] == "" {
		return value.Value{}
	}
	return value.Str(found[min(1, len(found)-1)])
}

// find returns the first match with its brackets; nil when there is none.
func (p *pattern) find(text string) []string {
	if p.here == nil {
		return p.re.FindStringSubmatch(text)
	}
	places := search{words: p.heads, text: text}
	for at := places.next(); at >= 0; at = places.next() {
		if found := p.here.FindStringSubmatch(p.from(text, at)); found != nil {
			return found
		}
	}
	return nil
}

// possible reports whether the words that every match has are there.
func (p *pattern) possible(text string) bool {
	if len(p.begin.list) > 0 && p.begin.at(text) < 0 {
		return false
	}
	for i := range p.needs {
		if !p.needs[i].in(text) {
			return false
		}
	}
	return true
}

// words are looked for all at once.
type words struct {
	list  []string   // none empty
	heads [16]uint64 // the beginnings that there are, as head tells them apart
	// The words whose first characters end in the same bits, in the order of the list, each
	// counted from 1: the first of them, and by word the next.
	first [64]uint16
	next  []uint16
}

func wordsIn(list []string) words {
	w := words{list: list, next: make([]uint16, len(list))}
	for k := len(list) - 1; k >= 0; k-- {
		h, _ := head(list[k], 0)
		w.heads[h>>6] |= 1 << (h & 63)
		w.next[k], w.first[h&63] = w.first[h&63], uint16(k+1)
	}
	return w
}

// headBits is how many bits head gives.
const headBits = 10

// head tells the characters at a place apart, most of the time, and says where the next is.
func head(text string, i int) (h uint32, next int) {
	if i+4 <= len(text) {
		if w := fourBytes(text[i : i+4]); isWide(w) {
			return hashed(w), i + 3
		}
	} else if i+3 == len(text) {
		if w := uint32(text[i]) | uint32(text[i+1])<<8 | uint32(text[i+2])<<16; isWide(w) {
			return hashed(w), i + 3
		}
	}
	return uint32(text[i]), i + 1
}

// fourBytes are four bytes of a text, the first the lowest, as a machine reads them at once.
func fourBytes(s string) uint32 {
	return uint32(s[0]) | uint32(s[1])<<8 | uint32(s[2])<<16 | uint32(s[3])<<24
}

// isWide reports whether bytes, the first the lowest, are a character of three.
func isWide(w uint32) bool { return w&0xC0C0F0 == 0x8080E0 }

// isTwoWide reports whether bytes, the first the lowest, are two characters of three.
func isTwoWide(w uint64) bool { return w&0xC0C0F0C0C0F0 == 0x8080E08080E0 }

func hashed(w uint32) uint32 { return w << 8 * 0x9E3779B1 >> (32 - headBits) }

// fewWords is how many words are faster looked for one by one.
const fewWords = 3

// in reports whether one of the words is in the text.
func (w *words) in(text string) bool {
	if len(w.list) <= fewWords {
		for _, word := range w.list {
			if strings.Contains(text, word) {
				return true
			}
		}
		return false
	}
	for i := 0; i < len(text); {
		h, next := head(text, i)
		if w.heads[h>>6]&(1<<(h&63)) != 0 && w.which(h, text[i:]) >= 0 {
			return true
		}
		i = next
	}
	return false
}

// at is which of the words a text begins with, the first of the list; -1: none.
func (w *words) at(text string) int {
	if text == "" {
		return -1
	}
	h, _ := head(text, 0)
	if w.heads[h>>6]&(1<<(h&63)) == 0 {
		return -1
	}
	return w.which(h, text)
}

// which is at for a text of whose first character h tells.
func (w *words) which(h uint32, text string) int {
	for k := w.first[h&63]; k > 0; k = w.next[k-1] {
		if strings.HasPrefix(text, w.list[k-1]) {
			return int(k - 1)
		}
	}
	return -1
}

// search goes through the places at which one of some words begins.
type search struct {
	words []string // at most mostWords, none empty
	text  string
	from  int
	at    [mostWords]int // by word: one more than its next place; beyond the text: there is none
}

// next returns the next place; -1: there is none.
func (s *search) next() int {
	first := len(s.text)
	for i, w := range s.words {
		if s.at[i] <= s.from {
			s.at[i] = len(s.text) + 1
			if k := strings.Index(s.text[s.from:], w); k >= 0 {
				s.at[i] = s.from + k + 1
			}
		}
		first = min(first, s.at[i]-1)
	}
	if first == len(s.text) {
		return -1
	}
	s.from = first + 1
	return first
}

// from is the text at a place, no longer than a match can be.
func (p *pattern) from(text string, at int) string {
	if p.most > 0 {
		return text[at:min(len(text), at+p.most)]
	}
	return text[at:]
}

// study finds out what can be told of the pattern.
func (p *pattern) study(text string) {
	tree, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return // regexp.Compile has accepted it, so this does not happen
	}
	tree = tree.Simplify()
	for _, set := range needed(tree) {
		if len(set) <= mostWords && !slices.Contains(set, "") {
			p.needs = append(p.needs, wordsIn(set))
		}
	}
	words, exact := heads(tree)
	if len(words) == 0 || len(words) > mostWords || slices.Contains(words, "") {
		return
	}
	if tree.Op == syntax.OpConcat && tree.Sub[0].Op == syntax.OpBeginText {
		p.begin = wordsIn(words)
	}
	if anchored(tree) {
		return
	}
	here, err := regexp.Compile("^(?:" + text + ")")
	if err != nil {
		return // a flag group that does not nest
	}
	p.heads, p.exact, p.here = words, exact, here
	p.most = max(0, longest(tree)) * utf8.UTFMax
}

// anchored reports whether the pattern asks what stands around a place.
func anchored(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText, syntax.OpEndText, syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return true
	}
	return slices.ContainsFunc(re.Sub, anchored)
}

// wordsOf returns all texts that the pattern matches, when these are few.
func wordsOf(re *syntax.Regexp) (words []string, ok bool) {
	switch re.Op {
	case syntax.OpEmptyMatch, syntax.OpBeginText, syntax.OpEndText, syntax.OpBeginLine, syntax.OpEndLine:
		return []string{""}, true // as far as words go
	case syntax.OpLiteral:
		if re.Flags&syntax.FoldCase != 0 || slices.Contains(re.Rune, utf8.RuneError) {
			return nil, false
		}
		return []string{string(re.Rune)}, true
	case syntax.OpCharClass:
		for i := 0; i+1 < len(re.Rune); i += 2 {
			for r := re.Rune[i]; r <= re.Rune[i+1]; r++ {
				if len(words) == mostWords || r == utf8.RuneError { // which stands for broken bytes too
					return nil, false
				}
				words = append(words, string(r))
			}
		}
		return words, len(words) > 0
	case syntax.OpCapture:
		return wordsOf(re.Sub[0])
	case syntax.OpQuest:
		words, ok = wordsOf(re.Sub[0])
		return append(words, ""), ok
	case syntax.OpAlternate:
		for _, sub := range re.Sub {
			more, ok := wordsOf(sub)
			if words = append(words, more...); !ok || len(words) > mostWords {
				return nil, false
			}
		}
		return words, true
	case syntax.OpConcat:
		words = []string{""}
		for _, sub := range re.Sub {
			more, ok := wordsOf(sub)
			if !ok || len(words)*len(more) > mostWords {
				return nil, false
			}
			words = joinAll(words, more)
		}
		return words, true
	}
	return nil, false
}

// joinAll is every word of the first with every word of the second behind it.
func joinAll(a, b []string) []string {
	out := make([]string, 0, len(a)*len(b))
	for _, x := range a {
		for _, y := range b {
			out = append(out, x+y)
		}
	}
	return out
}

// heads returns words with one of which every match begins, nil when that is
// not known; exact reports that every match is one of them.
func heads(re *syntax.Regexp) (words []string, exact bool) {
	if words, ok := wordsOf(re); ok {
		return words, true
	}
	switch re.Op {
	case syntax.OpCapture, syntax.OpPlus:
		words, _ = heads(re.Sub[0])
	case syntax.OpAlternate:
		for _, sub := range re.Sub {
			more, _ := heads(sub)
			if words = append(words, more...); more == nil || len(words) > mostWords {
				return nil, false
			}
		}
	case syntax.OpConcat:
		words = []string{""}
		for _, sub := range re.Sub {
			more, all := heads(sub)
			if more == nil || len(words)*len(more) > mostWords {
				break
			}
			if words = joinAll(words, more); !all {
				break
			}
		}
	}
	return words, false
}

// needed returns sets of words: every text that the pattern matches has at
// least one word of each.
func needed(re *syntax.Regexp) [][]string {
	if words, ok := wordsOf(re); ok {
		return [][]string{words}
	}
	switch re.Op {
	case syntax.OpCapture, syntax.OpPlus:
		return needed(re.Sub[0])
	case syntax.OpConcat:
		var sets [][]string
		words := []string{""}
		for _, sub := range re.Sub {
			more, ok := wordsOf(sub)
			if ok && len(words)*len(more) <= mostWords {
				words = joinAll(words, more)
				continue
			}
			sets = append(sets, words)
			if words = []string{""}; ok {
				words = more
			} else {
				sets = append(sets, needed(sub)...)
			}
		}
		return append(sets, words)
	case syntax.OpAlternate:
		var all []string
		for _, sub := range re.Sub {
			best := tellingSet(needed(sub))
			if best == nil {
				return nil
			}
			all = append(all, best...)
		}
		return [][]string{all}
	}
	return nil
}

// tellingSet picks the set that the fewest texts have: the one of the longest words.
func tellingSet(sets [][]string) []string {
	var best []string
	shortest := 0
	for _, set := range sets {
		n := 1 << 30
		for _, w := range set {
			n = min(n, len(w))
		}
		if n > shortest && len(set) > 0 {
			best, shortest = set, n
		}
	}
	return best
}

// longest is how many characters a match has at most; -1: any number.
func longest(re *syntax.Regexp) int {
	most := 0
	switch re.Op {
	case syntax.OpEmptyMatch:
	case syntax.OpLiteral:
		return len(re.Rune)
	case syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return 1
	case syntax.OpCapture, syntax.OpQuest, syntax.OpAlternate:
		for _, sub := range re.Sub {
			n := longest(sub)
			if n < 0 {
				return -1
			}
			most = max(most, n)
		}
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			n := longest(sub)
			if n < 0 {
				return -1
			}
			most += n
		}
	default:
		return -1
	}
	return most
}

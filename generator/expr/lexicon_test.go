package expr

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// TestLexicon: the words that are found together are those that are found one by one,
// in texts of any characters and in broken ones.
func TestLexicon(t *testing.T) {
	t.Parallel()
	pieces := []string{"预", "算", "预算", "预算执行", "执行率", "率", "%", "％", "2", "20", "2022", "年", "。", "、", "（", "一", "二、", "😀", "a", "ab", "\xe9", "\xe9\xa2", "\x84", "é", " ", "　", "\n"}
	words := []string{"预算", "预算执行率", "执行", "率", "%", "20", "一、", "二、", "😀率", "ab", "年。", "é", "（一", "算预"}
	r := rand.New(rand.NewPCG(1, 2))
	for n := 1; n <= len(words); n++ {
		var l lexicon
		set, ok := l.add(words[:n])
		if !ok {
			t.Fatal("no room")
		}
		for range 3000 {
			var b strings.Builder
			for range r.IntN(12) {
				b.WriteString(pieces[r.IntN(len(pieces))])
			}
			text := b.String()
			found := l.in(text)
			any := false
			for k, w := range words[:n] {
				in := strings.Contains(text, w)
				any = any || in
				if got := found[k>>6]>>(k&63)&1 != 0; got != in {
					t.Fatalf("%q in %q: %v", w, text, got)
				}
			}
			if found.any(&set) != any {
				t.Fatalf("one of %q in %q: %v", words[:n], text, !any)
			}
		}
	}
}

// TestLexiconIsBounded: there is room for so many words, and rules that ask for more are judged all the same.
func TestLexiconIsBounded(t *testing.T) {
	t.Parallel()
	p := NewPlan(sharedLists)
	var all []planned
	for i := range mostWanted {
		all = append(all, plan(t, p, "包含(己, \"文"+strings.Repeat("字", i)+"\", \"甲\") 或 匹配(己, \"乙"+strings.Repeat("丙", i)+"|丁\")"))
	}
	for _, record := range []Scope{testScope(), otherScope()} {
		m := p.Remember(record)
		for i := range all {
			if wrong := all[i].differs(record, m); wrong != "" {
				t.Error(wrong)
			}
		}
		m.Forget()
	}
}

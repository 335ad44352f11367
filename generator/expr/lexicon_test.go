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

// Words that are looked for in a derived field are looked for in what it is derived
// from, whatever stands there.
func TestDerivedWords(t *testing.T) {
	t.Parallel()
	for _, derived := range []string{`默认(己, "") & "。" & 默认(丙, "") & "。" & 默认(丁, "")`, `己 & "／" & 默认(丙, "")`, `默认(己, "") & 默认(丙, "")`, `默认(己, "")`, `己`} {
		p := NewPlan(sharedLists)
		whole := mustParse(t, derived)
		p.Derive("全文", whole)
		var all []planned
		for _, src := range []string{
			`包含(全文, "甲", "乙", "丙丁", "戊")`, `包含(全文, "无", "不适用", "—", "/")`, `匹配(全文, "[甲乙丙戊]、")`, `匹配(全文, "甲|乙己|丙。|无")`, `提取(全文, "(甲|无|丙。?)")`,
			`包含(己 & "／" & 甲, "无", "不适用", "—")`, `匹配(默认(己, "") & "／" & 默认(丙, ""), "—|不适|甲|/")`, `包含(默认(全文, "") & "，" & 甲, "甲", "乙", "无", "戊")`, `个数(指标, 包含(全文, "甲", "乙", "丙", "己"))`,
		} {
			all = append(all, plan(t, p, src))
		}
		for _, one := range []string{"甲、乙", "无", "—", "不适用", "", "丙", "别的", "3"} {
			for _, other := range []string{"丁", "乙己", "/", ""} {
				record := testScope()
				record["己"], record["丙"] = single(one), single(other)
				record["全文"] = Binding{Value: mustParse(t, derived).Eval(record)}
				m := p.Remember(record)
				whole.Eval(m) // as it is evaluated before the rules are
				for i := range all {
					if wrong := all[i].differs(record, m); wrong != "" {
						t.Errorf("全文 = %s, 己 %q, 丙 %q: %s", derived, one, other, wrong)
					}
				}
				m.Forget()
			}
		}
	}
}

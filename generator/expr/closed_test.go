package expr

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// closed reports whether the whole of a text is passed.
func closed(text string) bool {
	end, _ := closedPart(text)
	return end == len(text)
}

// TestClosed: a text that closedPart passes has no blank and nothing broken in it, and
// what units mostly write is passed.
func TestClosed(t *testing.T) {
	t.Parallel()
	for r := rune(0); r <= utf8.MaxRune; r++ {
		for _, text := range []string{"甲" + string(r) + "1", "甲" + string(r) + "100", string(r) + "甲乙"} { // two at once, from six bytes on
			if closed(text) && (Space(r) || strings.ToValidUTF8(text, "?") != text) {
				t.Fatalf("%U passes in %q", r, text)
			}
		}
	}
	for _, text := range []string{"", "产出指标（50分）", "≥95%", "一、情况：“好”；完成。", "100%", "《办法》……", "①②"} {
		if !closed(text) {
			t.Errorf("%q does not pass", text)
		}
	}
	for _, text := range []string{"产 出", "甲\xe4\xb8", "\xe4\xb8", "甲\xff", "\xe3\x80\xff", "\xef\xbb\xbf甲", "\xe2\x80\x8b", "甲\xef\xbc"} {
		if closed(text) {
			t.Errorf("%q passes", text)
		}
	}
}

// TestSifted: 去空格 and 字数 are what they are by their definition, wherever in what is
// looked at at once something stands that is no blank, or is one, or is broken.
func TestSifted(t *testing.T) {
	t.Parallel()
	check := func(piece string) {
		for _, text := range []string{piece, "甲乙" + piece + "丙丁", "甲" + piece + "100%", piece + piece + "≥甲乙"} {
			bare := strings.Map(func(r rune) rune {
				if Space(r) {
					return -1
				}
				return r
			}, text)
			if got := withoutSpacesIn(text); got != bare {
				t.Fatalf("%q without blanks is %q, want %q", text, got, bare)
			}
			if got, want := charactersIn(text), utf8.RuneCountInString(bare); got != want {
				t.Fatalf("%q has %d characters, want %d", text, got, want)
			}
		}
	}
	for r := rune(0); r < 0x10400; r++ {
		check(string(r))
	}
	for b := range 256 {
		for _, next := range []string{"", "\x80", "\x80\x80", "\xbf\xbf", "\x80\xe4", "\xbf\xbf\xbf", " "} {
			check(string([]byte{byte(b)}) + next)
		}
	}
}

// TestBegin: a pattern for a whole text is not run on one that begins otherwise.
func TestBegin(t *testing.T) {
	t.Parallel()
	p, wrong := compilePattern("^(保持|达到预期.*|持续.{0,4})$")
	if wrong != "" || len(p.begin.list) != 3 {
		t.Fatalf("begins with %q %s", p.begin.list, wrong)
	}
	for text, want := range map[string]bool{"保持": true, "保持好": false, "达到预期目标": true, "持续改进": true, "已持续": false, "": false, "≥95%": false} {
		for range 2 { // the second time it is known
			if got := p.matches(text); got != want {
				t.Errorf("%q matches: %v", text, got)
			}
		}
	}
	if p, _ := compilePattern("(?m)^保持$"); len(p.begin.list) != 0 {
		t.Error("a line may begin anywhere")
	}
}

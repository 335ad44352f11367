package expr

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// TestClosed: a text that closed passes has no blank and nothing broken in it, and
// what units mostly write is passed.
func TestClosed(t *testing.T) {
	t.Parallel()
	for r := rune(0); r <= utf8.MaxRune; r++ {
		if text := "甲" + string(r) + "1"; closed(text) && (Space(r) || strings.ToValidUTF8(text, "?") != text) {
			t.Fatalf("%U passes", r)
		}
	}
	for _, text := range []string{"", "产出指标（50分）", "≥95%", "一、情况：“好”；完成。", "100%", "《办法》……"} {
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

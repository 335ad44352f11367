package extract

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"jixiao/generator/fillin"
	"jixiao/generator/value"
)

// joined is a label that a form prints beforehand (产出指标), when somebody has
// spread it out: 产 出 指 标, or one character a line. Rules and sums by label
// must not miss it.
func joined(s *fillin.Spec, v value.Value) (text string, spread bool) {
	if v.Kind() != value.Text {
		return "", false
	}
	if text = v.String(); !strings.ContainsAny(text, " \n\u3000\u00a0") {
		return "", false
	}
	if _, printed := s.Format.Initial(); !printed {
		return "", false
	}
	var b strings.Builder
	rest, count := text, 0
	for {
		r, n := utf8.DecodeRuneInString(rest)
		if !unicode.Is(unicode.Han, r) {
			break
		}
		if next, _ := utf8.DecodeRuneInString(rest[n:]); n < len(rest) && !unicode.IsSpace(next) {
			break
		}
		b.WriteRune(r)
		count++
		after := strings.TrimLeftFunc(rest[n:], unicode.IsSpace)
		if next, _ := utf8.DecodeRuneInString(after); after != "" && !unicode.Is(unicode.Han, next) {
			return b.String() + rest[n:], count > 1 // what follows keeps its distance: （50分）
		}
		rest = after
	}
	return b.String(), count > 1 && rest == ""
}

package tag

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzParse holds that parsing never panics, that the pieces cover the text,
// that every fault shows a stretch of it, that a tag parses alone as it does
// in its text, and that rendering ends.
func FuzzParse(f *testing.F) {
	for _, c := range parseCases {
		f.Add(c.text)
	}
	for _, c := range renderCases {
		f.Add(c.text)
	}
	if len(parseCases)+len(renderCases) < 60 {
		f.Fatal("the tables have lost their seeds")
	}
	s := testScope()
	f.Fuzz(func(t *testing.T, text string) {
		pieces, faults := Parse(text)
		covers(t, text, pieces)
		for _, fault := range faults {
			if fault.Message == "" || !utf8.ValidString(fault.Source) && utf8.ValidString(text) || !strings.Contains(text, strings.TrimSuffix(fault.Source, "…")) {
				t.Fatalf("%q: fault %+v", text, fault)
			}
		}
		if len(faults) == 0 && strings.Contains(text, "{{") && !slices.ContainsFunc(pieces, func(p Piece) bool { return p.Tag != nil }) {
			t.Fatalf("%q: neither tag nor fault", text)
		}
		for _, p := range pieces {
			if p.Tag == nil {
				continue
			}
			p.Tag.ListPath()
			alone, wrong := Parse(p.Text)
			if len(wrong) > 0 || len(alone) != 1 || dump(alone) != dump([]Piece{p}) {
				t.Fatalf("%q alone: %s %v", p.Text, dump(alone), wrong)
			}
		}
		Render(pieces, s)
	})
}

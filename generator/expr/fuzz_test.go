package expr

import (
	"testing"
	"unicode/utf8"

	"jixiao/generator/value"
)

// FuzzParse holds that parsing never panics, that a fault lies inside the
// source, that the canonical text gives the same tree, and that evaluating
// ends with a value that says why when it is none.
func FuzzParse(f *testing.F) {
	seeds := 0
	add := func(src string) { f.Add(src); seeds++ }
	for _, c := range printCases {
		add(c.src)
	}
	for _, c := range evalCases {
		add(c.src)
	}
	for _, c := range aggregateCases {
		add(c.src)
	}
	for _, c := range itemCases {
		add(c.src)
	}
	for _, c := range errorCases {
		if len(c.src) < 200 {
			add(c.src)
		}
	}
	if seeds < 300 {
		f.Fatalf("only %d seeds", seeds)
	}
	s := testScope()
	item := at(s, 1, "指标")
	f.Fuzz(func(t *testing.T, src string) {
		e, err := Parse(src)
		if err != nil {
			wrong, ok := err.(*Error)
			if !ok || wrong.Col < 1 || wrong.Col > utf8.RuneCountInString(src)+1 || wrong.Message == "" {
				t.Fatalf("%q: %v", src, err)
			}
			return
		}
		e.Lists()
		e.Check(testSchema)
		for _, n := range e.Names() {
			if n.Col < 1 || n.Col > utf8.RuneCountInString(src) {
				t.Fatalf("%q: name %v outside", src, n)
			}
		}
		first := shown(e.Eval(item))
		if second := shown(e.Eval(item)); second != first {
			t.Fatalf("%q: %s, then %s", src, first, second)
		}
		if v := e.Eval(s); v.Kind() == value.Unjudged && v.Why() == "" {
			t.Fatalf("%q: not judged without a reason", src)
		}
		if utf8.RuneCountInString(e.String()) <= maxSource {
			roundTrip(t, e)
		}
	})
}

package tag

import (
	"slices"
	"strings"

	"jixiao/generator/expr"
)

// Render writes pieces as plain text, for file names, sheet names and
// messages: values as they print, blocks repeated or left out. A tag with a
// fault is written as typed; a block without its partner does nothing.
func Render(pieces []Piece, s expr.Scope) string {
	r := renderer{pieces: pieces}
	if slices.ContainsFunc(pieces, func(p Piece) bool { return p.Tag != nil && p.Tag.Kind != Value }) {
		tags := make([]*Tag, len(pieces))
		for i, p := range pieces {
			tags[i] = p.Tag
		}
		r.match, _ = Pair(tags) // faults were reported when the template was compiled
	}
	r.Grow(usualText)
	r.run(0, len(pieces), s)
	return r.String()
}

// usualText is how long a message is, in bytes, as a rule.
const usualText = 192

type renderer struct {
	strings.Builder
	pieces []Piece
	match  []int
}

// run writes the pieces from up to to.
func (r *renderer) run(from, to int, s expr.Scope) {
	for i := from; i < to; i++ {
		p := &r.pieces[i]
		switch {
		case p.Tag == nil:
			r.WriteString(p.Text)
		case p.Tag.Kind == Value:
			r.WriteString(p.Tag.Text(s))
		case p.Tag.Kind == Each && r.match[i] >= 0:
			items, _ := expr.Repeat(s, p.Tag.Path) // what is no list has no items
			for _, item := range items {
				r.run(i+1, r.match[i], item)
			}
			i = r.match[i]
		case p.Tag.Kind == If && r.match[i] >= 0:
			i = r.choose(i, s)
		}
	}
}

// choose writes the branch that holds and returns the place of the end.
func (r *renderer) choose(i int, s expr.Scope) int {
	chosen := false
	for {
		t, next := r.pieces[i].Tag, r.match[i]
		if t.Kind == EndIf {
			return i
		}
		if !chosen && (t.Kind == Else || t.Holds(s)) {
			chosen = true
			r.run(i+1, next, s)
		}
		i = next
	}
}

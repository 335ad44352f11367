package fillin_test

import (
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"jixiao/generator/fillin"
	"jixiao/generator/ooxml"
)

var rounds = flag.Int("rounds", 15, "how often each workbook is changed at random")

// told are the values of a layout, white space aside, and what its problems speak of.
func told(l *fillin.Layout) (values, troubles []string) {
	for _, x := range lines(l, false) {
		values = append(values, plain(strings.NewReplacer("⏎", "", "\u200b", "").Replace(x)))
	}
	for _, p := range l.Problems {
		troubles = append(troubles, fmt.Sprint(p.Kind, " ", p.Label, " ", len(p.Specs)))
	}
	slices.Sort(troubles)
	return values, troubles
}

// steps does a few steps to one sheet after the other.
func (x *subject) steps(b *ooxml.Workbook, rnd *rand.Rand, kinds []step, n int) (log []string) {
	for range n {
		i := rnd.IntN(len(b.Sheets))
		if !slices.ContainsFunc(x.book.Sheets, func(s ooxml.Sheet) bool { return len(s.Cells) > 0 && len(b.Sheets[i].Cells) > len(s.Cells)/2 }) {
			continue
		}
		s := b.Sheets[i]
		if rowOf(&s, "各栏怎样填") > 0 {
			continue
		}
		name := s.Name
		what := kinds[rnd.IntN(len(kinds))](x, b, &s, rnd)
		if what == "" {
			continue
		}
		j := slices.IndexFunc(b.Sheets, func(o ooxml.Sheet) bool { return o.Name == name })
		b.Sheets[j] = s
		log = append(log, name+": "+what)
	}
	return log
}

// Whatever harmless things are done to a workbook of any form, and however many
// at once, the same values are found and the same troubles told.
func TestHarmless(t *testing.T) {
	t.Parallel()
	for _, x := range subjects(t) {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			values, troubles := told(x.m.Locate(x.book))
			for n := range uint64(*rounds) {
				b := clone(x.book)
				rnd := rand.New(rand.NewPCG(n, 21))
				var log []string
				if rnd.IntN(2) == 0 {
					log = x.steps(b, rnd, shapes, 1)
				} else {
					log = x.steps(b, rnd, additions, rnd.IntN(3))
				}
				log = append(log, x.steps(b, rnd, harmless, 1+rnd.IntN(6))...)
				got, trouble := told(x.m.Locate(b))
				what := fmt.Sprintf("%d: %s", n, strings.Join(log, "; "))
				diff(t, what, got, values)
				for range strings.Count(what, "funds of which") {
					// A row that the form does not have is told, once a table.
					trouble = without(trouble, fmt.Sprint(fillin.RowAside, " "))
				}
				diff(t, what+": problems", trouble, troubles)
			}
		})
	}
}

// without drops the first line that begins so.
func without(list []string, begin string) []string {
	if i := slices.IndexFunc(list, func(s string) bool { return strings.HasPrefix(s, begin) }); i >= 0 {
		return slices.Delete(list, i, i+1)
	}
	return list
}

// Whatever is done to the labels of a workbook of any form, no value is read
// that is another's, and none is lost in silence.
func TestHarmful(t *testing.T) {
	t.Parallel()
	for _, x := range subjects(t) {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			own := map[string]map[string]bool{} // path of a field ─► the texts that it has
			was := x.m.Locate(x.book)
			eachValue("", &was.Group, func(id string, _ *fillin.Group, c *fillin.Located) {
				if own[id] == nil {
					own[id] = map[string]bool{"": true}
				}
				own[id][plain(c.Raw)] = true
			})
			found, empty := 0, 0
			for n := range uint64(*rounds) {
				b := clone(x.book)
				rnd := rand.New(rand.NewPCG(n, 22))
				log := x.steps(b, rnd, harmful, 1+rnd.IntN(3))
				log = append(log, x.steps(b, rnd, harmless[2:8], rnd.IntN(3))...)
				l := x.m.Locate(b)
				what := fmt.Sprintf("%d: %s", n, strings.Join(log, "; "))
				eachValue("", &l.Group, func(id string, g *fillin.Group, c *fillin.Located) {
					switch text := plain(c.Raw); {
					case text == "":
						empty++
					case text == "另一种栏目" && strings.Contains(what, "again "):
						// It was written over a label that was written here.
					case slices.ContainsFunc(g.Cells, func(o fillin.Located) bool {
						return o.Source != nil && strings.Contains(what, "again "+plain(o.Source.Text)+" in ")
					}):
						// A label was written into this very cell, or into this item.
					case !own[id][text]:
						t.Errorf("%s\n  %s = %q in %s\n  %s", what, id, c.Raw, c.Cell, strings.Join(problems(l), "; "))
					default:
						found++
					}
					if strings.Contains(id, "指标.") && !c.Filled && c.Cell.Row != g.Cells[len(g.Cells)-1].Cell.Row {
						t.Errorf("%s\n  an item of two rows: %s in %s", what, id, c.Cell)
					}
				})
				x.silent(t, what, was, l)
			}
			if found < empty/4 {
				t.Errorf("%d values found, %d empty: the test says nothing", found, empty)
			}
		})
	}
}

// silent looks for values that were there, are not found any more, and no problem says so.
func (x *subject) silent(t *testing.T, what string, was, l *fillin.Layout) {
	t.Helper()
	spoken, here := map[string]bool{}, map[string]bool{}
	for _, p := range l.Problems {
		for _, s := range p.Specs {
			spoken[s.Name] = true
		}
		if p.Kind == fillin.LabelMissing && p.Sheet == "" {
			return // a whole sheet is not recognised any more
		}
	}
	eachValue("", &l.Group, func(id string, _ *fillin.Group, c *fillin.Located) {
		here[id] = true // found empty is told by who reads the value
	})
	if !l.Recognised() || len(here) == 0 {
		return
	}
	gone := map[string]bool{}
	eachValue("", &was.Group, func(id string, _ *fillin.Group, c *fillin.Located) {
		if list, _, nested := strings.Cut(id, "."); nested && !slices.ContainsFunc(slices.Collect(maps.Keys(here)), func(x string) bool { return strings.HasPrefix(x, list+".") }) {
			return // no sheet is this one any more
		}
		if plain(c.Raw) != "" && !here[id] && !spoken[c.Spec.Name] {
			gone[id] = true
		}
	})
	if len(gone) > 0 {
		t.Errorf("%s\n  lost and nobody says so: %v\n  %s", what, slices.Sorted(maps.Keys(gone)), strings.Join(problems(l), "; "))
	}
}

// eachValue visits all values of a group with their path.
func eachValue(path string, g *fillin.Group, visit func(id string, g *fillin.Group, c *fillin.Located)) {
	for i := range g.Cells {
		visit(path+g.Cells[i].Spec.Name, g, &g.Cells[i])
	}
	for _, l := range g.Lists {
		for i := range l.Items {
			eachValue(path+l.Name+".", &l.Items[i], visit)
		}
	}
}

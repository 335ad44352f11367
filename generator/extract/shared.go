package extract

import (
	"fmt"
	"strings"

	"jixiao/generator/finding"
	"jixiao/generator/unit"
	"jixiao/generator/value"
)

// reportShared says of a figure in a cell that is merged over several items that
// it counts once, in the first of them. Where the other figures of the items are
// merged over the same rows, the items are one in all but their texts, and nothing
// is to be said.
func (rd *reader) reportShared(items []unit.Item) {
	for i := range items {
		for _, f := range items[i].Fields {
			last := sharedUntil(items, i, f.Name)
			if last == i || alsoShared(items, i, last, f.Name) {
				continue
			}
			var names []string
			for j := i; j <= last; j++ {
				if t := items[j].Title(); t != "" {
					names = append(names, t)
				}
			}
			rd.record.Findings = append(rd.record.Findings, finding.Finding{
				Rule: ruleRepaired, Name: "合并的数只计一次", Level: finding.Notice, Place: f.Place, Item: i + 1, ItemName: items[i].Title(),
				Filled: strings.TrimSpace(f.Raw), Fields: []string{f.Name},
				Message: fmt.Sprintf("“%s”的%s合并在一个单元格里，盖住第%d至%d条（%s），只计一次，记在第%d条。请拆开，逐条填写", f.Name, strings.TrimSpace(f.Raw), i+1, last+1, strings.Join(names, "、"), i+1),
			})
		}
	}
}

// sharedUntil is the last item over which the figure of item i is merged, i for none.
func sharedUntil(items []unit.Item, i int, name string) int {
	f := items[i].Field(name)
	if f == nil || f.Filled || f.Value.Kind() != value.Number {
		return i
	}
	last := i
	for last+1 < len(items) {
		if o := items[last+1].Field(name); o == nil || !o.Filled || o.Place != f.Place {
			break
		}
		last++
	}
	return last
}

// alsoShared reports whether another figure of the items is merged over the same rows.
func alsoShared(items []unit.Item, from, to int, name string) bool {
	for _, f := range items[from].Fields {
		if f.Name != name && sharedUntil(items, from, f.Name) == to {
			return true
		}
	}
	return false
}

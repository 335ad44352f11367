package generator

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"jixiao/generator/intake"
	"jixiao/generator/report"
	"jixiao/generator/unit"
	"jixiao/generator/value"
)

// scan lists the workbooks of all inboxes. Files of the same name in different
// inboxes are told apart by the name of their inbox.
func scan(inboxes []string) (files []intake.File, skipped []string, err error) {
	taken := map[string]bool{}
	for _, inbox := range inboxes {
		fs, rest, err := intake.Scan(inbox)
		if err != nil {
			return nil, nil, err
		}
		for _, f := range fs {
			if taken[f.Name] {
				f.Name = path.Join(path.Base(strings.ReplaceAll(inbox, "\\", "/")), f.Name)
			}
			for n, name := 2, f.Name; taken[f.Name]; n++ {
				f.Name = fmt.Sprintf("%d/%s", n, name)
			}
			taken[f.Name] = true
			files = append(files, f)
		}
		skipped = append(skipped, rest...)
	}
	return files, skipped, nil
}

// folders gives every unit a folder name of its own, also when two names differ
// only in what a file system cannot tell apart.
func folders(parcels []intake.Parcel) []string {
	out := make([]string, len(parcels))
	taken := map[string]bool{}
	for i, p := range parcels {
		name := unit.SafeName(p.Unit.Name)
		if taken[strings.ToLower(name)] && p.Unit.Code != "" {
			name = unit.SafeName(p.Unit.Name + "（" + p.Unit.Code + "）")
		}
		for n, base := 2, name; taken[strings.ToLower(name)]; n++ {
			name = unit.SafeName(fmt.Sprintf("%s（%d）", base, n))
		}
		taken[strings.ToLower(name)] = true
		out[i] = name
	}
	return out
}

// commonYear is the year that most units state, the later one when two are equally frequent.
func commonYear(units []report.Unit) string {
	count := map[string]int{}
	best := ""
	for _, u := range units {
		y := statedYear(&u.Verdict.Record.Item)
		if y == "" {
			continue
		}
		count[y]++
		if n := count[y]; best == "" || n > count[best] || n == count[best] && y > best {
			best = y
		}
	}
	return best
}

// statedYear is the year that a record states itself, or else the first of its lists' items that does.
func statedYear(it *unit.Item) string {
	if f := it.Field("年度"); f != nil && f.Value.Kind() == value.Number {
		return f.Value.String()
	}
	for _, l := range it.Lists {
		for i := range l.Items {
			if y := statedYear(&l.Items[i]); y != "" {
				return y
			}
		}
	}
	return ""
}

// inRosterOrder puts the units that sent nothing among those that did, as the roster has them.
func inRosterOrder(units []report.Unit, missing []unit.Unit, roster *unit.Roster) []report.Unit {
	if roster == nil {
		return units
	}
	place := map[string]int{}
	for i, u := range roster.Units {
		place[u.Code+"\x00"+u.Name] = i
	}
	all := slices.Clone(units)
	for _, u := range missing {
		all = append(all, report.Unit{Unit: u, Outcome: unit.Missing})
	}
	rank := func(u report.Unit) int {
		if i, ok := place[u.Unit.Code+"\x00"+u.Unit.Name]; ok {
			return i
		}
		return len(place)
	}
	slices.SortStableFunc(all, func(a, b report.Unit) int { return rank(a) - rank(b) })
	return all
}

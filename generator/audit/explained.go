package audit

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"jixiao/generator/finding"
	"jixiao/generator/unit"
)

// explain gives findings the explanations that the unit wrote about them when it
// sent its workbook back. A notice is 已说明 then; an error stays an error.
//
// An explanation belongs to a finding of the same rule about the same values:
// the same item of the list and the same fields, wherever their cells are now;
// where that fits several findings, the one at the cell that it names goes first.
// It holds for what was filled in then: when that has changed, the finding says
// so and waits for a new explanation. Each serves once; one that belongs to no
// finding is dropped.
func explain(list finding.List, told []unit.Explanation) {
	used := make([]bool, len(told))
	take := func(f *finding.Finding, fits func(*unit.Explanation, *finding.Finding) bool) *unit.Explanation {
		for i := range told {
			if e := &told[i]; !used[i] && about(e, f) && fits(e, f) {
				used[i] = true
				return e
			}
		}
		return nil
	}
	for _, fits := range []func(*unit.Explanation, *finding.Finding) bool{
		func(e *unit.Explanation, f *finding.Finding) bool { return unchanged(e, f) && here(e, f) },
		unchanged,
	} {
		for i := range list {
			if f := &list[i]; f.Explanation == "" {
				if e := take(f, fits); e != nil {
					f.Explanation = e.Text
				}
			}
		}
	}
	for i := range list {
		f := &list[i]
		if f.Explanation != "" || f.Level != finding.Notice {
			continue
		}
		if e := take(f, func(e *unit.Explanation, f *finding.Finding) bool { return true }); e != nil {
			f.Message = strings.TrimRight(f.Message, "。") + fmt.Sprintf("。上次的单位说明针对的是“%s”，填报内容已经改变，请重新说明", was(e))
		}
	}
}

// given are the explanations that the unit sent. One in a workbook that no value
// comes from, because another says the same or came later, is about the unit's
// values all the same.
func given(r *unit.Record) []unit.Explanation {
	list := slices.Clone(r.Submission.Explanations)
	if len(list) == 0 {
		return nil
	}
	used := r.Used()
	for i := range list {
		list[i].Apart = list[i].Apart || !used[list[i].Workbook]
	}
	return list
}

// about reports whether the explanation is about the finding's rule and values.
func about(e *unit.Explanation, f *finding.Finding) bool {
	switch {
	case e.Rule != f.Rule, e.Name != "" && !sameText(e.Name, f.Name):
		return false
	case !e.Apart && f.Place.Workbook != "" && f.Place.Workbook != e.Workbook:
		return false // another workbook of the unit: its own list speaks for it
	case e.Fields != "" && e.Fields != strings.Join(f.Fields, "、"):
		return false
	case e.Fields == "" && !here(e, f):
		return false // a list that does not say which value is meant, but by its cell
	}
	return sameText(e.ItemName, f.ItemName)
}

// here reports whether the finding stands where the explanation says.
func here(e *unit.Explanation, f *finding.Finding) bool {
	return e.Item == f.Item && e.Sheet == f.Place.Sheet && e.Cell == f.Place.Cell
}

// unchanged reports whether what is filled in, and what it is held against, is what
// the explanation was written for.
func unchanged(e *unit.Explanation, f *finding.Finding) bool {
	return sameText(e.Filled, f.Filled) && sameText(e.Expected, f.Expected)
}

// was is what the explanation was written for.
func was(e *unit.Explanation) string {
	switch {
	case e.Filled == "":
		return "没有填"
	case e.Expected == "":
		return e.Filled
	}
	return e.Filled + "，应" + e.Expected
}

// sameText compares what was written into a sheet and came back from an office
// program: white space and invisible characters may have got lost.
func sameText(a, b string) bool { return a == b || bare(a) == bare(b) }

func bare(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || !unicode.IsGraphic(r) {
			return -1
		}
		return r
	}, text)
}

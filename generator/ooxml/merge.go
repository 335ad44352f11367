package ooxml

import (
	"cmp"
	"slices"
)

// merge reads <mergeCell>.
func (r *sheetReading) merge() *Damage {
	if string(r.s.Local()) != "mergeCell" {
		return nil
	}
	ref, _ := r.s.Attr("ref")
	m, ok := ParseRect(ref)
	if !ok {
		return r.p.damaged(CodeContent, r.part, "（工作表“%s”）的合并区域 %s 写法不对", shown(r.sheet.Name), shown(ref))
	}
	if len(r.sheet.Merges) >= mergeCap {
		return r.tooMuch(r.part, "合并区域过多")
	}
	r.sheet.Merges = append(r.sheet.Merges, m)
	return nil
}

// settleMerges drops repeated merges, which some programs write, and refuses
// overlapping ones: which of them a cell belongs to cannot be told, and Excel
// refuses such a file too.
func (r *sheetReading) settleMerges() *Damage {
	merges := r.sheet.Merges
	if len(merges) < 2 {
		return nil
	}
	order := slices.Clone(merges)
	slices.SortFunc(order, func(a, b Rect) int {
		return cmp.Or(compareRefs(a.From, b.From), compareRefs(a.To, b.To))
	})
	unique := slices.Compact(order)
	// active holds, by column, the merges above the row at hand that may still
	// reach into it; those that ended are thrown out when they are met.
	var active []Rect
	for _, m := range unique {
		i, _ := slices.BinarySearchFunc(active, m.From.Col, func(a Rect, col int) int { return cmp.Compare(a.To.Col, col) })
		j := i
		for ; j < len(active) && active[j].From.Col <= m.To.Col; j++ {
			if active[j].To.Row >= m.From.Row {
				return r.p.damaged(CodeContent, r.part, "（工作表“%s”）的合并区域 %s 与 %s 重叠", shown(r.sheet.Name), active[j], m)
			}
		}
		active = slices.Replace(active, i, j, m)
	}
	if len(unique) < len(merges) {
		seen := make(map[Rect]bool, len(unique))
		r.sheet.Merges = slices.DeleteFunc(merges, func(m Rect) bool {
			twice := seen[m]
			seen[m] = true
			return twice
		})
	}
	return nil
}

package extract

import (
	"fmt"

	"jixiao/generator/fillin"
	"jixiao/generator/finding"
	"jixiao/generator/unit"
	"jixiao/generator/value"
)

// ruleUnit is the trade's rule on the unit of amounts: 金额单位识别.
const ruleUnit = "R-UN-01"

// moneyUnits reports, once a sheet, amounts of which nobody knows the unit, which
// is an error, or else amounts that were converted because the sheet states
// another unit than the form, which is a notice.
func moneyUnits(w *unit.Workbook) finding.List {
	var list finding.List
	said := map[string]bool{}
	for _, level := range []finding.Level{finding.Error, finding.Notice} {
		eachCell(&w.Layout.Group, func(c *fillin.Located) {
			if c.Spec.Format.Type() != value.TypeAmount || c.Source == nil || said[c.Sheet] {
				return
			}
			if f, ok := moneyUnit(c); ok && f.Level == level {
				said[c.Sheet] = true
				f.Place.Workbook = w.Path
				list = append(list, f)
			}
		})
	}
	return list
}

// moneyUnit is what there is to say of the unit of one amount.
func moneyUnit(c *fillin.Located) (finding.Finding, bool) {
	f := finding.Finding{
		Rule: ruleUnit, Name: "金额单位识别", Fields: []string{c.Spec.Name}, Level: finding.Error,
		Place: finding.Place{Sheet: c.Sheet, Cell: c.Cell.String()}, Filled: c.OtherUnit, Expected: "= " + c.Unit,
	}
	usual := c.Spec.Format.Unit()
	if usual == "" {
		usual = "万元"
	}
	switch {
	case c.OtherUnit != "" && c.Doubt == fillin.OnlyOthers:
		f.Expected = ""
		f.Message = fmt.Sprintf("“%s”没有写金额单位，这张表的其他金额写着“%s”，分不清它的单位。请都写明，并改成一致", c.Spec.Label, c.OtherUnit)
	case c.OtherUnit != "" && c.Doubt == fillin.NotesDiffer:
		f.Message = fmt.Sprintf("这张表的金额单位写着“%s”又写着“%s”，分不清是哪一个。请只留一个，金额按它填写", c.Unit, c.OtherUnit)
	case c.OtherUnit != "":
		f.Message = fmt.Sprintf("这张表的标签写着“%s”，表注写着“%s”，分不清金额的单位。请改成一致，金额按表样的单位填写", c.Unit, c.OtherUnit)
	case c.Unit != "" && c.Unit != usual:
		f.Level, f.Filled, f.Expected = finding.Notice, c.Unit, "= "+usual
		f.Message = fmt.Sprintf("这张表的金额单位是“%s”，已换算成%s，请核对", c.Unit, usual)
	default:
		return finding.Finding{}, false
	}
	return f, true
}

// eachCell visits the located cells of a record and of the items of its lists.
func eachCell(g *fillin.Group, visit func(*fillin.Located)) {
	for i := range g.Cells {
		visit(&g.Cells[i])
	}
	for _, l := range g.Lists {
		for i := range l.Items {
			eachCell(&l.Items[i], visit)
		}
	}
}

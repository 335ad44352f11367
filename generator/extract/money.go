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

// moneyUnits reports, once a sheet, amounts whose unit is stated in two ways,
// which is an error, and amounts that were converted to 万元 because the sheet
// states another unit than the form, which is a notice.
func moneyUnits(w *unit.Workbook) finding.List {
	var list finding.List
	said := map[string]bool{}
	eachCell(&w.Layout.Group, func(c *fillin.Located) {
		if c.Spec.Format.Type() != value.TypeAmount || c.Source == nil || said[c.Sheet] {
			return
		}
		f := finding.Finding{
			Rule: ruleUnit, Name: "金额单位识别", Fields: []string{c.Spec.Name},
			Place: finding.Place{Workbook: w.Path, Sheet: c.Sheet, Cell: c.Cell.String()},
		}
		switch {
		case c.OtherUnit != "":
			f.Level = finding.Error
			f.Filled, f.Expected = c.OtherUnit, "= "+c.Unit
			f.Message = fmt.Sprintf("这张表的标签写着“%s”，表注写着“%s”，分不清金额的单位。请改成一致，金额按表样的单位填写", c.Unit, c.OtherUnit)
		case c.Unit != "" && c.Unit != "万元" && c.Spec.Format.Unit() == "":
			f.Level = finding.Notice
			f.Filled, f.Expected = c.Unit, "= 万元"
			f.Message = fmt.Sprintf("这张表的金额单位是“%s”，已换算成万元，请核对", c.Unit)
		default:
			return
		}
		said[c.Sheet] = true
		list = append(list, f)
	})
	return list
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

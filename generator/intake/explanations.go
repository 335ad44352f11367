package intake

import (
	"jixiao/generator/fillin"
	"jixiao/generator/ooxml"
	"jixiao/generator/unit"
)

// locate finds the form's cells in a workbook. A sheet 审核意见 that came back with
// it is no sheet of the form: it quotes labels and values, which must not be read.
func locate(m *fillin.Map, book *ooxml.Workbook) *fillin.Layout {
	return m.Locate(unit.WithoutOpinions(book))
}

// explanations gathers what the unit wrote in the column 单位说明 of the workbooks
// that it got back.
func explanations(sub *unit.Submission) []unit.Explanation {
	var list []unit.Explanation
	for _, w := range sub.Workbooks {
		if w.Book == nil {
			continue
		}
		for _, e := range unit.Explanations(w.Path, w.Book) {
			e.Apart = !w.Layout.Recognised()
			list = append(list, e)
		}
	}
	return list
}

// onlyOpinions reports whether a workbook holds nothing but the sheet 审核意见.
func onlyOpinions(book *ooxml.Workbook) bool {
	return len(unit.WithoutOpinions(book).Sheets) == 0
}

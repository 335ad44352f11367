package extract

import (
	"fmt"
	"slices"
	"strings"

	"jixiao/generator/fillin"
	"jixiao/generator/finding"
	"jixiao/generator/unit"
)

// problems turns the labels that did not lead to their values into findings. A
// sheet that is missing from this workbook but stands in another one of the
// submission is not missing; one that stands in none is reported once. What is
// wrong with a sheet that a newer workbook replaces troubles nobody. The labels
// of a sheet that may be absent (可空) are one finding together: a form for many
// places has rows that most workbooks do not.
func (rd *reader) problems(read *unit.Item, reported map[string]bool) finding.List {
	var list finding.List
	absent := map[string][]fillin.Problem{} // sheet ─► its labels that may be absent
	at := map[string]int{}                  // sheet ─► their place in the list
	for _, p := range rd.workbook.Layout.Problems {
		var sheets []string
		for _, s := range p.Specs {
			sheets = append(sheets, s.Sheet)
		}
		if rd.replaced(p.Sheet, sheets...) {
			continue
		}
		if p.Kind == fillin.LabelMissing && p.Sheet == "" {
			if reported[p.Label] || elsewhere(p.Specs, read) {
				continue
			}
			reported[p.Label] = true
		}
		f := finding.Finding{
			Rule: ruleLayout, Name: "表样与标准名称",
			Place: finding.Place{Workbook: rd.workbook.Path, Sheet: p.Sheet, Cell: p.Cell},
		}
		for _, s := range p.Specs {
			f.Fields = append(f.Fields, s.Name)
		}
		where := "报送件里"
		if p.Sheet != "" {
			where = fmt.Sprintf("工作表“%s”里", p.Sheet)
		}
		hangs := ""
		if len(p.Specs) > 0 {
			hangs = fmt.Sprintf("，因此读不到%s", names(p.Specs))
		}
		switch p.Kind {
		case fillin.LabelMissing:
			f.Level = level(p.Specs)
			f.Message = fmt.Sprintf("%s没有找到“%s”%s。请按下发的表样恢复这一栏后重新报送", where, p.Label, hangs)
			if f.Level == finding.Notice && p.Sheet != "" {
				absent[p.Sheet] = append(absent[p.Sheet], p)
				if i, ok := at[p.Sheet]; ok {
					list[i].Fields = append(list[i].Fields, f.Fields...)
					list[i].Message = absentLabels(where, absent[p.Sheet])
					continue
				}
				at[p.Sheet] = len(list)
				f.Message = absentLabels(where, absent[p.Sheet])
			}
			if p.Sheet == "" && len(p.Specs) > 0 {
				f.Message = fmt.Sprintf("报送的工作簿里没有《%s》这张表（按表内的标签识别，与工作表名无关）%s。请补齐后重新报送", p.Specs[0].Sheet, hangs)
			}
		case fillin.LabelTwice:
			f.Level = finding.Error
			f.Message = fmt.Sprintf("%s“%s”有不止一处，分不清以哪一处为准%s。请删去多余的一处", where, p.Label, hangs)
		case fillin.LabelDiffers:
			f.Level, f.Filled, f.Expected = finding.Notice, p.Found, p.Label
			f.Message = fmt.Sprintf("“%s”与表样的“%s”不完全相同，已按后者读取，请核对", p.Found, p.Label)
		case fillin.FigureUnread:
			f.Level, f.Filled = finding.Error, p.Found
			f.Message = fmt.Sprintf("“%s”没有填，而同一行的 %s 写着“%s”，没有标签对应，不能读取。请填到“%s”的格子里", p.Label, p.Cell, p.Found, p.Label)
		case fillin.RowAside:
			f.Level, f.Filled = finding.Notice, p.Found
			f.Message = fmt.Sprintf("%s“%s”不是表样的行，没有读取。属于表样里某一行的，请按表样的名称填写", where, p.Found)
		case fillin.SheetContinued:
			f.Level = finding.Notice
			f.Message = fmt.Sprintf("工作表“%s”里还有《%s》的表头和内容，没有读取。是续表的，请把各行接到前一张工作表的表格里，总分留在最后一行；不是的不用改", p.Sheet, p.Label)
			if p.Certain {
				f.Level = finding.Error
				f.Message = fmt.Sprintf("工作表“%s”是《%s》的续表，分在两张工作表里读不全。请把各行接到前一张工作表的表格里，总分留在最后一行，再重新报送", p.Sheet, p.Label)
			}
		case fillin.HiddenSheet:
			f.Level = finding.Notice
			f.Message = fmt.Sprintf("工作表“%s”是隐藏的《%s》，没有读取。如要报送请取消隐藏，不报送的请删去", p.Sheet, p.Label)
		case fillin.HiddenCells:
			f.Level = finding.Notice
			f.Message = fmt.Sprintf("%s隐藏的行或列里有数值（%s），已照读，请核对后取消隐藏", where, p.Label)
		}
		list = append(list, f)
	}
	return list
}

// absentLabels says which labels that may be absent are, each with the cell by
// which it was looked for.
func absentLabels(where string, problems []fillin.Problem) string {
	var labels []string
	var specs []*fillin.Spec
	for _, p := range problems {
		labels = append(labels, fmt.Sprintf("“%s”（%s 附近）", p.Label, p.Cell))
		specs = append(specs, p.Specs...)
	}
	if len(problems) == 1 {
		labels[0] = fmt.Sprintf("“%s”", problems[0].Label)
	}
	hangs := ""
	if len(specs) > 0 {
		hangs = "，因此读不到" + names(specs)
	}
	return fmt.Sprintf("%s没有%s这一栏%s，请核对是否漏了", where, strings.Join(labels, "、"), hangs)
}

// elsewhere reports whether everything that hangs on a label was read from some workbook.
func elsewhere(specs []*fillin.Spec, read *unit.Item) bool {
	for _, s := range specs {
		if len(s.Lists) > 0 {
			if l := read.List(s.Lists[0]); l == nil || len(l.Items) == 0 {
				return false
			}
			continue
		}
		if f := read.Field(s.Name); f == nil || f.Place.Cell == "" {
			return false
		}
	}
	return true
}

// level is an error as soon as a value that must be filled hangs on the label.
func level(specs []*fillin.Spec) finding.Level {
	for _, s := range specs {
		if !s.Format.Optional() {
			return finding.Error
		}
	}
	return finding.Notice
}

// names lists up to three values by their names.
func names(specs []*fillin.Spec) string {
	var out []string
	for _, s := range specs {
		if n := "“" + s.Name + "”"; !slices.Contains(out, n) {
			out = append(out, n)
		}
		if len(out) == 3 && len(specs) > 3 {
			return strings.Join(out, "、") + fmt.Sprintf("等%d项", len(specs))
		}
	}
	return strings.Join(out, "、")
}

package audit

import (
	"testing"

	"jixiao/generator/finding"
	"jixiao/generator/unit"
)

// note is a finding of the table's rule at a cell.
func noted(level finding.Level, cell, itemName, filled string, fields ...string) finding.Finding {
	return finding.Finding{
		Rule: "R-1", Name: "名称", Level: level, Place: finding.Place{Workbook: "局.xlsx", Sheet: "表", Cell: cell},
		ItemName: itemName, Filled: filled, Expected: "= 2", Message: "请核实", Fields: fields,
	}
}

// written is an explanation of a finding at a cell.
func written(text, cell, itemName, filled, fields string) unit.Explanation {
	return unit.Explanation{
		Workbook: "局.xlsx", Rule: "R-1", Name: "名称", Sheet: "表", Cell: cell, ItemName: itemName,
		Fields: fields, Filled: filled, Expected: "= 2", Text: text,
	}
}

func TestExplain(t *testing.T) {
	t.Parallel()
	const asked = "请核实。上次的单位说明针对的是“1，应= 2”，填报内容已经改变，请重新说明"
	change := func(e unit.Explanation, f func(*unit.Explanation)) unit.Explanation { f(&e); return e }
	here := written("属实", "D6", "", "1", "甲")
	for _, c := range []struct {
		name    string
		list    finding.List
		given   []unit.Explanation
		want    []string // explanation of each finding
		message string   // of the first
	}{
		{"at its cell", finding.List{noted(finding.Notice, "D6", "", "1", "甲")}, []unit.Explanation{here}, []string{"属实"}, "请核实"},
		{"the cell has moved", finding.List{noted(finding.Notice, "D9", "", "1", "甲")}, []unit.Explanation{here}, []string{"属实"}, "请核实"},
		{"white space got lost", finding.List{noted(finding.Notice, "D6", "稳定\n局势", "1 000", "甲")},
			[]unit.Explanation{written("属实", "D8", "稳定局势", "1\u00a0000", "甲")}, []string{"属实"}, "请核实"},
		{"an error stays an error, and is answered", finding.List{noted(finding.Error, "D6", "", "1", "甲")}, []unit.Explanation{here}, []string{"属实"}, "请核实"},
		{"filled in anew", finding.List{noted(finding.Notice, "D6", "", "3", "甲")}, []unit.Explanation{here}, []string{""}, asked},
		{"held against something else", finding.List{noted(finding.Notice, "D6", "", "1", "甲")},
			[]unit.Explanation{change(here, func(e *unit.Explanation) { e.Expected = "= 5" })}, []string{""},
			"请核实。上次的单位说明针对的是“1，应= 5”，填报内容已经改变，请重新说明"},
		{"an error filled in anew says nothing of it", finding.List{noted(finding.Error, "D6", "", "3", "甲")}, []unit.Explanation{here}, []string{""}, "请核实"},
		{"another rule", finding.List{noted(finding.Notice, "D6", "", "1", "甲")},
			[]unit.Explanation{change(here, func(e *unit.Explanation) { e.Rule = "R-2" })}, []string{""}, "请核实"},
		{"another part of the rule", finding.List{noted(finding.Notice, "D6", "", "1", "甲")},
			[]unit.Explanation{change(here, func(e *unit.Explanation) { e.Name = "别的" })}, []string{""}, "请核实"},
		{"another value", finding.List{noted(finding.Notice, "D6", "", "1", "乙")}, []unit.Explanation{here}, []string{""}, "请核实"},
		{"another item in the same cell", finding.List{noted(finding.Notice, "D6", "新指标", "1", "甲")},
			[]unit.Explanation{written("属实", "D6", "旧指标", "1", "甲")}, []string{""}, "请核实"},
		{"another workbook of the unit", finding.List{noted(finding.Notice, "D6", "", "1", "甲")},
			[]unit.Explanation{change(here, func(e *unit.Explanation) { e.Workbook = "项目.xlsx" })}, []string{""}, "请核实"},
		{"the list alone in a file", finding.List{noted(finding.Notice, "D6", "", "1", "甲")},
			[]unit.Explanation{change(here, func(e *unit.Explanation) { e.Workbook, e.Apart = "意见.xlsx", true })}, []string{"属实"}, "请核实"},
		{"no names of fields: by the cell", finding.List{noted(finding.Notice, "D6", "", "1", "甲"), noted(finding.Notice, "D7", "", "1", "乙")},
			[]unit.Explanation{written("属实", "D7", "", "1", "")}, []string{"", "属实"}, "请核实"},
		{"each serves once", finding.List{noted(finding.Notice, "D6", "", "1", "甲"), noted(finding.Notice, "D9", "", "1", "甲")},
			[]unit.Explanation{here}, []string{"属实", ""}, "请核实"},
		{"the one at the cell goes first", finding.List{noted(finding.Notice, "D6", "", "1", "甲"), noted(finding.Notice, "D9", "", "1", "甲")},
			[]unit.Explanation{written("第九行", "D9", "", "1", "甲")}, []string{"", "第九行"}, "请核实"},
		{"in their order", finding.List{noted(finding.Notice, "D16", "", "1", "甲"), noted(finding.Notice, "D19", "", "1", "甲")},
			[]unit.Explanation{written("第六行", "D6", "", "1", "甲"), written("第九行", "D9", "", "1", "甲")}, []string{"第六行", "第九行"}, "请核实"},
		{"of the unit as a whole", finding.List{{Rule: "R-1", Name: "名称", Level: finding.Notice, Message: "请核实"}},
			[]unit.Explanation{{Workbook: "局.xlsx", Rule: "R-1", Name: "名称", Text: "属实"}}, []string{"属实"}, "请核实"},
	} {
		explain(c.list, c.given)
		for i, want := range c.want {
			if got := c.list[i].Explanation; got != want {
				t.Errorf("%s: finding %d is explained by %q, want %q", c.name, i+1, got, want)
			}
			if f := c.list[i]; f.Explained() != (want != "" && f.Level == finding.Notice) {
				t.Errorf("%s: finding %d is 已说明: %v", c.name, i+1, f.Explained())
			}
		}
		if got := c.list[0].Message; got != c.message {
			t.Errorf("%s: the message is %q, want %q", c.name, got, c.message)
		}
	}
}

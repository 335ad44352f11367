package report

import (
	"fmt"
	"io"
	"strings"

	"jixiao/generator/finding"
)

// Details writes every finding, unit by unit, for a check on the terminal:
// level, rule, place, and what is wrong.
func Details(w io.Writer, r *Run) error {
	var b strings.Builder
	for i := range r.Units {
		u := &r.Units[i]
		list := u.findings()
		if len(list) == 0 {
			continue
		}
		fmt.Fprintf(&b, "%s（%s）\n", printable(u.Unit.Name), u.Outcome.Chinese())
		for j := range list {
			f := &list[j]
			fmt.Fprintf(&b, "  %s %s %s%s\n      %s\n", f.State(), printable(f.Rule), printable(f.Name), printable(at(f.Place)), printable(f.Message))
			if f.Explanation != "" {
				fmt.Fprintf(&b, "      单位说明：%s\n", printable(f.Explanation))
			}
		}
		b.WriteString("\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// at prints a place as people write it: 《某局.xlsx》整体支出绩效自评表!H16.
func at(p finding.Place) string {
	var b strings.Builder
	if p.Workbook != "" {
		fmt.Fprintf(&b, "  《%s》", p.Workbook)
	}
	if p.Sheet != "" {
		b.WriteString(p.Sheet)
	}
	if p.Cell != "" {
		b.WriteString("!" + p.Cell)
	}
	return b.String()
}

package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/width"

	"jixiao/generator/finding"
	"jixiao/generator/unit"
)

// Bounds of the table, so that it stays on one screen.
const (
	tableRows = 20 // units listed
	nameWidth = 32 // columns for a unit's name
	tableGap  = "  "
)

// Table writes a short account for the terminal: the counts, then the units. Of
// a run of more than 20 units only those that need somebody are listed, the
// returned before the missing, and at most 20 of them.
func Table(w io.Writer, r *Run) error {
	s := r.Summary()
	var b strings.Builder
	fmt.Fprintf(&b, "%s：共%d家，通过%d家，退回%d家，未报%d家；错误%d处，提示%d处，已说明%d处，未判%d处\n",
		printable(r.title()), s.Units(), s.Accepted, s.Returned, s.Missing, s.Errors, s.Notices, s.Explained, s.Unjudged)
	listed, left := r.listed()
	if len(listed) > 0 {
		b.WriteByte('\n')
		writeTable(&b, []string{"单位编码", "单位名称", "结果", "错误", "提示", "已说明", "未判"}, 3, tableOf(listed))
	}
	if left > 0 {
		fmt.Fprintf(&b, "另有%d家未列出，见%s\n", left, PageFile)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// listed are the units worth a line, and how many more there would be.
func (r *Run) listed() (units []*Unit, left int) {
	small := len(r.Units) <= tableRows
	for _, outcome := range []unit.Outcome{unit.Returned, unit.Missing, unit.Accepted} {
		for i := range r.Units {
			u := &r.Units[i]
			switch {
			case u.Outcome != outcome || outcome == unit.Accepted && !small:
			case len(units) == tableRows:
				left++
			default:
				units = append(units, u)
			}
		}
	}
	return units, left
}

func tableOf(units []*Unit) [][]string {
	rows := make([][]string, len(units))
	for i, u := range units {
		rows[i] = []string{printable(u.Unit.Code), clip(printable(u.Unit.Name), nameWidth), u.Outcome.Chinese(), "", "", "", ""}
		if u.Outcome == unit.Missing {
			continue
		}
		l := u.findings()
		for j, n := range []int{l.Count(finding.Error), l.Count(finding.Notice), l.CountExplained(), l.Count(finding.Unjudged)} {
			rows[i][3+j] = strconv.Itoa(n)
		}
	}
	return rows
}

// Columns writes rows in columns that stand straight under Chinese names too; the
// columns from number on stand to the right.
func Columns(w io.Writer, head []string, number int, rows [][]string) error {
	safe := make([][]string, len(rows))
	for i, row := range rows {
		for _, cell := range row {
			safe[i] = append(safe[i], printable(cell))
		}
	}
	var b strings.Builder
	writeTable(&b, head, number, safe)
	_, err := io.WriteString(w, b.String())
	return err
}

// writeTable sets the rows in columns as wide as their widest cell; the columns
// from number on stand to the right.
func writeTable(b *strings.Builder, head []string, number int, rows [][]string) {
	widths := make([]int, len(head))
	all := append([][]string{head}, rows...)
	for _, row := range all {
		for i, cell := range row {
			widths[i] = max(widths[i], columns(cell))
		}
	}
	for _, row := range all {
		var line strings.Builder
		for i, cell := range row {
			pad := strings.Repeat(" ", widths[i]-columns(cell))
			if i >= number {
				line.WriteString(pad + cell)
			} else {
				line.WriteString(cell + pad)
			}
			line.WriteString(tableGap)
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
}

// columns is how many columns of a terminal a text takes: Chinese and full-width
// characters two, marks that combine with the letter before them none.
func columns(s string) int {
	n := 0
	for _, r := range s {
		n += runeColumns(r)
	}
	return n
}

func runeColumns(r rune) int {
	if unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf) {
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// clip shortens a text to that many columns, the last of them "…".
func clip(s string, most int) string {
	if columns(s) <= most {
		return s
	}
	n := 0
	for i, r := range s {
		if n += runeColumns(r); n > most-1 {
			return s[:i] + "…"
		}
	}
	return s
}

// printable replaces what would move the cursor or colour the terminal: names
// come out of workbooks that anybody may have written.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.In(r, unicode.Bidi_Control, unicode.Zl, unicode.Zp) {
			return ' '
		}
		return r
	}, s)
}

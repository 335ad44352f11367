package xlsx

import "strings"

// rangeArgs tells for which arguments (1-based) a function takes ranges. A
// negative number -n means every argument from the n-th on.
type rangeArgs []int

func (a rangeArgs) takes(arg int) bool {
	for _, n := range a {
		if n == arg || n < 0 && arg >= -n {
			return true
		}
	}
	return false
}

// listFunctions take any number of ranges, each an argument of its own, so that
// SUM(E5) over a repeated row may become SUM(E5,E8,E11). The value is the first
// argument that may.
var listFunctions = map[string]int{
	"SUM": 1, "AVERAGE": 1, "AVERAGEA": 1, "COUNT": 1, "COUNTA": 1, "MAX": 1, "MAXA": 1, "MIN": 1, "MINA": 1,
	"PRODUCT": 1, "MEDIAN": 1, "MODE": 1, "SUMSQ": 1, "STDEV": 1, "STDEV.S": 1, "STDEV.P": 1, "STDEVP": 1,
	"VAR": 1, "VAR.S": 1, "VAR.P": 1, "VARP": 1, "SUBTOTAL": 2, "AGGREGATE": 3,
}

// rangeFunctions take ranges as some of their arguments, one range each.
var rangeFunctions = map[string]rangeArgs{
	"SUMIF": {1, 3}, "COUNTIF": {1}, "AVERAGEIF": {1, 3},
	"SUMIFS": {1, 2, 4, 6, 8, 10, 12, 14}, "AVERAGEIFS": {1, 2, 4, 6, 8, 10, 12, 14},
	"MAXIFS": {1, 2, 4, 6, 8, 10, 12, 14}, "MINIFS": {1, 2, 4, 6, 8, 10, 12, 14}, "COUNTIFS": {1, 3, 5, 7, 9, 11, 13},
	"COUNTBLANK": {1}, "RANK": {2}, "RANK.EQ": {2}, "RANK.AVG": {2}, "LARGE": {1}, "SMALL": {1}, "PERCENTRANK": {1},
	"SUMPRODUCT": {-1}, "ROWS": {1}, "MATCH": {2}, "LOOKUP": {2, 3},
}

// functionName brings a function's name to the form of the tables above.
func functionName(text string) string {
	return strings.TrimPrefix(strings.TrimPrefix(strings.ToUpper(text), "_XLFN."), "_XLWS.")
}

// markUses tells of every reference that stands alone as a function's argument what the function makes of it.
func markUses(tokens []token) {
	type call struct {
		name string
		arg  int
	}
	var open []call
	significant := func(i, step int) tokenKind {
		for i += step; i >= 0 && i < len(tokens); i += step {
			if tokens[i].kind != tokSpace {
				return tokens[i].kind
			}
		}
		return tokSpace
	}
	for i := range tokens {
		t := &tokens[i]
		switch t.kind {
		case tokOpen:
			name := ""
			if i > 0 && tokens[i-1].kind == tokFunc {
				name = functionName(tokens[i-1].text)
			}
			open = append(open, call{name, 1})
		case tokClose:
			if len(open) > 0 {
				open = open[:len(open)-1]
			}
		case tokComma:
			if len(open) > 0 {
				open[len(open)-1].arg++
			}
		case tokRef:
			before, after := significant(i, -1), significant(i, 1)
			if len(open) == 0 || before != tokOpen && before != tokComma || after != tokClose && after != tokComma {
				continue
			}
			c := open[len(open)-1]
			if first := listFunctions[c.name]; first > 0 && c.arg >= first {
				t.use = useList
			} else if rangeFunctions[c.name].takes(c.arg) {
				t.use = useRange
			}
		}
	}
}

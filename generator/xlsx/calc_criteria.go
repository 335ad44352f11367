package xlsx

import (
	"cmp"
	"strings"

	"github.com/shopspring/decimal"
)

// criterion is what COUNTIF and its kin look for.
type criterion struct {
	op    string // "" is =
	num   decimal.Decimal
	isNum bool
	text  string
	blank bool // the empty criterion
}

func newCriterion(s scalar) criterion {
	if s.kind == numberValue {
		return criterion{num: s.num, isNum: true}
	}
	c := criterion{text: s.text}
	for _, op := range []string{"<>", "<=", ">=", "<", ">", "="} {
		if rest, ok := strings.CutPrefix(s.text, op); ok {
			c.op, c.text = op, rest
			break
		}
	}
	if d, bad := asNumber(words(c.text)); c.text != "" && !bad.stops() {
		c.num, c.isNum = d, true
	}
	c.blank = c.text == ""
	return c
}

// matches reports whether a cell meets the criterion; nil is an empty cell.
func (c *criterion) matches(v *cellValue) bool {
	kind := blankValue
	if v != nil {
		kind = v.kind
	}
	if c.blank {
		empty := kind == blankValue
		switch c.op {
		case "<>":
			return !empty
		case "=":
			return empty
		case "":
			return empty || kind == textValue && v.text == ""
		}
		return false
	}
	switch c.op {
	case "<>":
		return !c.equal(kind, v)
	case "", "=":
		return c.equal(kind, v)
	}
	order := 0
	switch {
	case c.isNum && kind == numberValue:
		d, ok := parseNumber(v.text)
		if !ok {
			return false
		}
		order = d.Cmp(c.num)
	case !c.isNum && kind == textValue:
		order = cmp.Compare(strings.ToLower(v.text), strings.ToLower(c.text))
	default:
		return false
	}
	switch c.op {
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	}
	return order >= 0
}

func (c *criterion) equal(kind valueKind, v *cellValue) bool {
	switch {
	case kind == blankValue:
		return false
	case c.isNum && (kind == numberValue || kind == textValue):
		d, bad := asNumber(scalarOf(v))
		return !bad.stops() && d.Equal(c.num)
	case kind == boolValue || kind == errorValue:
		return strings.EqualFold(v.text, c.text)
	case kind == textValue:
		return wildcard(strings.ToLower(c.text), strings.ToLower(v.text))
	}
	return false
}

// wildcard matches * and ?; a tilde takes their meaning away.
func wildcard(pattern, text string) bool {
	p, t := []rune(pattern), []rune(text)
	star, mark := -1, 0
	i, j := 0, 0
	for j < len(t) {
		switch {
		case i < len(p) && p[i] == '~' && i+1 < len(p) && p[i+1] == t[j]:
			i, j = i+2, j+1
		case i < len(p) && p[i] == '*':
			star, mark = i, j
			i++
		case i < len(p) && p[i] != '~' && (p[i] == '?' || p[i] == t[j]):
			i, j = i+1, j+1
		case star >= 0:
			mark++
			i, j = star+1, mark
		default:
			return false
		}
	}
	for i < len(p) && p[i] == '*' {
		i++
	}
	return i == len(p)
}

// outcome is what a conditional function makes of the cells that match.
type outcome uint8

const (
	counted outcome = iota
	summed
	averaged
)

// pairsFrom are the indexes of the ranges in range, criterion, range, criterion …
func pairsFrom(c *call, first int) []int {
	var at []int
	for i := first; i+1 < len(c.args); i += 2 {
		at = append(at, i)
	}
	return at
}

// sumColumn is the argument that SUMIF and AVERAGEIF add up: the third, or the first.
func sumColumn(c *call) int {
	if len(c.args) > 2 {
		return 2
	}
	return 0
}

// conditional is the …IF and …IFS functions: target is the argument to add up (-1: none),
// ranges are the arguments with a range each, its criterion behind it.
func (c *call) conditional(target int, ranges []int, what outcome) scalar {
	if target >= len(c.args) || len(ranges) == 0 {
		return failure("#VALUE!")
	}
	q := query{ranges: ranges, what: what}
	if target >= 0 {
		q.target = c.args[target]
	}
	for _, i := range ranges {
		s := c.arg(i + 1)
		if s.stops() {
			return s
		}
		if s.kind == blankValue {
			s = whole(0)
		}
		q.criteria = append(q.criteria, newCriterion(s))
	}
	return c.matching(q)
}

// query is which cells count, and for what.
type query struct {
	ranges   []int // arguments
	criteria []criterion
	target   *node // what is added up; nil when cells are counted
	what     outcome
}

// matching visits the rows and columns of the ranges side by side.
func (c *call) matching(q query) scalar {
	areas := make([]area, len(q.ranges))
	for k, i := range q.ranges {
		a, ok := c.r.oneRange(c.args[i], c.v)
		if !ok {
			return unknown
		}
		areas[k] = a
	}
	height, width := areas[0].rows.to-areas[0].rows.from+1, areas[0].toCol-areas[0].fromCol+1
	for _, a := range areas {
		if a.rows.to-a.rows.from+1 != height || a.toCol-a.fromCol+1 != width {
			return failure("#VALUE!")
		}
	}
	var sums area
	if q.target != nil {
		var ok bool
		if sums, ok = c.r.oneRange(q.target, c.v); !ok {
			return unknown
		}
		if q.target == c.args[0] && (sums.rows.to-sums.rows.from+1 != height || sums.toCol-sums.fromCol+1 != width) {
			return failure("#VALUE!") // SUMIF takes the shape of its range, SUMIFS insists on it
		}
	}
	// Below the last row all cells are empty: they are counted, not visited.
	visible := 0
	for _, a := range areas {
		visible = max(visible, min(height, a.sheet.lastRow()-a.rows.from+1))
	}
	if width > 1000 {
		return unknown
	}
	t := &tally{}
	n := 0
	for dr := range visible {
		for dc := range width {
			met := true
			for k := range areas {
				v := c.r.at(areas[k].sheet, areas[k].rows.from+dr, areas[k].fromCol+dc)
				if v != nil && v.kind == unknownValue {
					return unknown
				}
				if met = q.criteria[k].matches(v); !met {
					break
				}
			}
			if !met {
				continue
			}
			n++
			if q.target == nil {
				continue
			}
			switch v := c.r.at(sums.sheet, sums.rows.from+dr, sums.fromCol+dc); {
			case v == nil:
			case v.kind == numberValue:
				if !t.take(v.text, false) {
					return unknown
				}
			case v.kind == errorValue || v.kind == unknownValue:
				return scalar{kind: v.kind, text: v.text}
			}
		}
	}
	switch q.what {
	case summed:
		return bounded(t.sum.sum())
	case averaged:
		return t.average()
	}
	empty := true
	for k := range q.criteria {
		empty = empty && q.criteria[k].matches(nil)
	}
	if empty {
		n += (height - max(visible, 0)) * width
	}
	return whole(n)
}

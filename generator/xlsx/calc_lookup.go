package xlsx

import "github.com/shopspring/decimal"

// match is MATCH for an exact value in one row or column.
func match(c *call) scalar {
	if kind, bad := c.num(2, 1); bad.stops() || !kind.IsZero() {
		return unknown // approximate matches need sorted data
	}
	a, ok := c.r.oneRange(c.args[1], c.v)
	wanted := c.arg(0)
	switch {
	case !ok || a.fromCol != a.toCol && a.rows.from != a.rows.to:
		return unknown
	case wanted.stops():
		return wanted
	}
	i, bad := c.r.find(a, wanted)
	if bad.stops() {
		return bad
	}
	return whole(i + 1)
}

// find returns the place of a value in a row or column.
func (r *rendering) find(a area, wanted scalar) (int, scalar) {
	want := newCriterion(wanted)
	if wanted.kind == textValue { // < and > are no operators here
		want = criterion{text: wanted.text}
	}
	i := 0
	for row := a.rows.from; row <= min(a.rows.to, a.sheet.lastRow()); row++ {
		for col := a.fromCol; col <= a.toCol; col++ {
			v := r.at(a.sheet, row, col)
			if v != nil && v.kind == unknownValue {
				return 0, unknown
			}
			if v != nil && (v.kind == numberValue) == want.isNum && want.matches(v) {
				return i, scalar{}
			}
			i++
		}
	}
	return 0, failure("#N/A")
}

func index(c *call) scalar {
	a, ok := c.r.oneRange(c.args[0], c.v)
	if !ok {
		return unknown
	}
	row, bad := c.num(1, 1)
	if bad.stops() {
		return bad
	}
	col, bad := c.num(2, 1)
	if bad.stops() {
		return bad
	}
	if len(c.args) == 2 && a.rows.from == a.rows.to { // in a single row the one index counts columns
		row, col = col, row
	}
	r, k := row.IntPart(), col.IntPart()
	switch {
	case r == 0 || k == 0:
		return unknown // a whole row or column
	case r < 0 || k < 0:
		return failure("#VALUE!")
	case r > int64(a.rows.to-a.rows.from+1) || k > int64(a.toCol-a.fromCol+1):
		return failure("#REF!")
	}
	return c.r.cell(a.sheet, a.rows.from+int(r)-1, a.fromCol+int(k)-1)
}

// vlookup is VLOOKUP for an exact value.
func vlookup(c *call) scalar {
	if len(c.args) < 4 {
		return unknown
	}
	if near, bad := asTruth(c.arg(3)); bad.stops() || near {
		return unknown
	}
	a, ok := c.r.oneRange(c.args[1], c.v)
	if !ok {
		return unknown
	}
	wanted := c.arg(0)
	if wanted.stops() {
		return wanted
	}
	col, bad := c.num(2, 1)
	switch {
	case bad.stops():
		return bad
	case col.LessThan(decimal.NewFromInt(1)):
		return failure("#VALUE!")
	case col.GreaterThan(decimal.NewFromInt(int64(a.toCol - a.fromCol + 1))):
		return failure("#REF!")
	}
	first := a
	first.toCol = first.fromCol
	i, bad := c.r.find(first, wanted)
	if bad.stops() {
		return bad
	}
	return c.r.cell(a.sheet, a.rows.from+i, a.fromCol+int(col.IntPart())-1)
}

package xlsx

import (
	"slices"

	"github.com/shopspring/decimal"
)

// tally is what a fold over cells remembers.
type tally struct {
	sum      total
	min, max decimal.Decimal
	product  decimal.Decimal
	count    int
}

func (t *tally) average() scalar {
	if t.count == 0 {
		return failure("#DIV/0!")
	}
	return divide(t.sum.sum(), decimal.NewFromInt(int64(t.count)))
}

func (t *tally) multiplied() scalar {
	if t.count == 0 {
		return whole(0)
	}
	return bounded(t.product)
}

func (t *tally) take(text string, extremes bool) bool {
	if !t.sum.add(text) {
		return false
	}
	t.count++
	if !extremes {
		return true
	}
	d, _ := parseNumber(text) // sum.add has read it
	if t.count == 1 || d.LessThan(t.min) {
		t.min = d
	}
	if t.count == 1 || d.GreaterThan(t.max) {
		t.max = d
	}
	if t.count == 1 {
		t.product = decimal.NewFromInt(1)
	}
	t.product = roundDigits(t.product.Mul(d), 4*significant)
	return true
}

// fold takes the numbers of the arguments: cells that are numbers, and
// arguments that can be read as numbers. Extremes and products cost more and are asked for.
func (c *call) fold(extremes bool, result func(*tally) scalar) scalar {
	t, bad := c.tally(extremes)
	if bad.stops() {
		return bad
	}
	return result(t)
}

func (c *call) tally(extremes bool) (*tally, scalar) {
	t := &tally{}
	var bad scalar
	for i := range c.args {
		if areas, ok := c.r.ranges(c.args[i], c.v); ok {
			for _, a := range areas {
				c.r.visitCells(a, func(v *cellValue) {
					switch v.kind {
					case numberValue:
						if !t.take(v.text, extremes) {
							bad = unknown
						}
					case errorValue, unknownValue:
						if bad.kind != unknownValue { // what is unknown outweighs an error
							bad = scalar{kind: v.kind, text: v.text}
						}
					}
				})
			}
			continue
		}
		s := c.arg(i)
		d, stop := asNumber(s)
		if stop.stops() {
			if bad.kind != unknownValue {
				bad = stop
			}
			continue
		}
		if s.kind != blankValue || c.args[i] == nil {
			t.take(d.String(), extremes)
		}
	}
	return t, bad
}

// count counts the cells and arguments that pass.
func (c *call) count(passes func(*cellValue) bool) scalar {
	n, unsure := 0, false
	for i, arg := range c.args {
		if areas, ok := c.r.ranges(arg, c.v); ok {
			for _, a := range areas {
				c.r.visitCells(a, func(v *cellValue) {
					unsure = unsure || v.kind == unknownValue
					if passes(v) {
						n++
					}
				})
			}
			continue
		}
		v := cellOf(c.arg(i))
		if v.kind == textValue {
			if d, bad := asNumber(words(v.text)); !bad.stops() {
				v = cellOf(number(d))
			}
		}
		unsure = unsure || v.kind == unknownValue
		if passes(&v) {
			n++
		}
	}
	if unsure {
		return unknown
	}
	return whole(n)
}

// subtotal is SUBTOTAL without hidden rows and without subtotals inside the range.
func subtotal(c *call) scalar {
	code, bad := c.num(0, 0)
	if bad.stops() {
		return bad
	}
	for i := 1; i < len(c.args); i++ {
		areas, ok := c.r.ranges(c.args[i], c.v)
		if !ok {
			return unknown
		}
		for _, a := range areas {
			if a.sheet.src.hidesRows || a.sheet.src.subtotals {
				// Which rows count depends on what is hidden and on nested subtotals: Excel knows.
				if c.r.nestedSubtotal(a) || a.sheet.src.hidesRows {
					return unknown
				}
			}
		}
	}
	rest := &call{r: c.r, args: c.args[1:], v: c.v}
	switch n := code.IntPart(); n {
	case 1, 101:
		return rest.fold(false, (*tally).average)
	case 2, 102:
		return functions["COUNT"].eval(rest)
	case 3, 103:
		return functions["COUNTA"].eval(rest)
	case 4, 104:
		return functions["MAX"].eval(rest)
	case 5, 105:
		return functions["MIN"].eval(rest)
	case 9, 109:
		return functions["SUM"].eval(rest)
	}
	return unknown
}

// nestedSubtotal reports whether a formula of the area has a subtotal itself.
func (r *rendering) nestedSubtotal(a area) bool {
	for i := a.sheet.rowFrom(a.rows.from); i < len(a.sheet.rows) && a.sheet.rows[i].n <= a.rows.to; i++ {
		src := a.sheet.rows[i].src
		for j := src.cellFrom(a.fromCol); j < len(src.cells) && src.cells[j].col <= a.toCol; j++ {
			if f := src.cells[j].formula; f != nil && f.subtotal {
				return true
			}
		}
	}
	return false
}

// sorted are the numbers of a range, the smallest first. Every row of a table
// asks for the same range, so the last one asked for is kept.
func (c *call) sorted(i int) ([]decimal.Decimal, scalar) {
	areas, ok := c.r.ranges(c.args[i], c.v)
	if !ok {
		return nil, unknown
	}
	if kept := c.r.ranked; kept.numbers != nil && slices.Equal(kept.areas, areas) {
		return kept.numbers, scalar{}
	}
	var out []decimal.Decimal
	var bad scalar
	for _, a := range areas {
		c.r.visitCells(a, func(v *cellValue) {
			switch s := scalarOf(v); s.kind {
			case numberValue:
				out = append(out, s.num)
			case errorValue, unknownValue:
				bad = s
			}
		})
	}
	slices.SortFunc(out, decimal.Decimal.Cmp)
	if !bad.stops() {
		c.r.ranked = ranked{areas, out}
	}
	return out, bad
}

// ranked is the numbers of a range in order.
type ranked struct {
	areas   []area
	numbers []decimal.Decimal
}

// rank is RANK: how many numbers are larger, plus one.
func rank(c *call) scalar {
	d, bad := c.num(0, 0)
	if bad.stops() {
		return bad
	}
	numbers, bad := c.sorted(1)
	if bad.stops() {
		return bad
	}
	ascending, bad := c.num(2, 0)
	if bad.stops() {
		return bad
	}
	smaller, found := slices.BinarySearchFunc(numbers, d, decimal.Decimal.Cmp)
	if !found {
		return failure("#N/A")
	}
	if !ascending.IsZero() {
		return whole(smaller + 1)
	}
	upTo, _ := slices.BinarySearchFunc(numbers, d, func(n, d decimal.Decimal) int { // the first that is larger
		if n.Cmp(d) <= 0 {
			return -1
		}
		return 1
	})
	return whole(len(numbers) - upTo + 1)
}

// nth is LARGE and SMALL.
func (c *call) nth(largest bool) scalar {
	numbers, bad := c.sorted(0)
	if bad.stops() {
		return bad
	}
	k, bad := c.num(1, 1)
	switch {
	case bad.stops():
		return bad
	case k.LessThan(decimal.NewFromInt(1)) || k.GreaterThan(decimal.NewFromInt(int64(len(numbers)))):
		return failure("#NUM!")
	}
	i := int(k.IntPart()) - 1
	if largest {
		i = len(numbers) - 1 - i
	}
	return number(numbers[i])
}

// sumProduct multiplies ranges of one shape cell by cell and adds up.
func sumProduct(c *call) scalar {
	areas := make([]area, len(c.args))
	for i, n := range c.args {
		a, ok := c.r.oneRange(n, c.v)
		if !ok || a.wholeCol {
			return unknown
		}
		if areas[i] = a; a.rows.to-a.rows.from != areas[0].rows.to-areas[0].rows.from || a.toCol-a.fromCol != areas[0].toCol-areas[0].fromCol {
			return failure("#VALUE!")
		}
	}
	sum := decimal.Decimal{}
	for row := areas[0].rows.from; row <= min(areas[0].rows.to, areas[0].sheet.lastRow()); row++ {
		for col := areas[0].fromCol; col <= areas[0].toCol; col++ {
			product := decimal.NewFromInt(1)
			for _, a := range areas {
				s := c.r.cell(a.sheet, row-areas[0].rows.from+a.rows.from, col-areas[0].fromCol+a.fromCol)
				if s.stops() {
					return s
				}
				if s.kind != numberValue { // anything else counts as 0
					s.num = decimal.Decimal{}
				}
				product = product.Mul(s.num)
			}
			sum = sum.Add(roundDigits(product, 4*significant))
		}
	}
	return bounded(sum)
}

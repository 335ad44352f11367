package xlsx

import (
	"strings"
	"unicode/utf8"

	"github.com/shopspring/decimal"
)

// function is a spreadsheet function that is computed here.
type function struct {
	min, max int // arguments; max -1: any number
	eval     func(c *call) scalar
}

// call is one call of a function.
type call struct {
	r    *rendering
	args []*node
	v    viewpoint
}

// arg is the value of the i-th argument; one that is left out is blank.
func (c *call) arg(i int) scalar {
	if i >= len(c.args) || c.args[i] == nil {
		return scalar{}
	}
	return c.r.eval(c.args[i], c.v)
}

// num is the i-th argument as a number, or otherwise when it is not given.
func (c *call) num(i int, otherwise int64) (decimal.Decimal, scalar) {
	if i >= len(c.args) {
		return decimal.NewFromInt(otherwise), scalar{}
	}
	return asNumber(c.arg(i))
}

// functions are computed here. Their names are those of markUses' tables and of the files.
var functions map[string]*function

func init() { // not a literal: evaluation refers to the table through the tree
	functions = map[string]*function{
		"SUM":     {1, -1, func(c *call) scalar { return c.fold(false, func(t *tally) scalar { return bounded(t.sum.sum()) }) }},
		"COUNT":   {1, -1, func(c *call) scalar { return c.count(func(v *cellValue) bool { return v.kind == numberValue }) }},
		"COUNTA":  {1, -1, func(c *call) scalar { return c.count(func(v *cellValue) bool { return v.kind != blankValue }) }},
		"AVERAGE": {1, -1, func(c *call) scalar { return c.fold(false, (*tally).average) }},
		"MAX":     {1, -1, func(c *call) scalar { return c.fold(true, func(t *tally) scalar { return number(t.max) }) }},
		"MIN":     {1, -1, func(c *call) scalar { return c.fold(true, func(t *tally) scalar { return number(t.min) }) }},
		"PRODUCT": {1, -1, func(c *call) scalar { return c.fold(true, (*tally).multiplied) }},

		"SUBTOTAL": {2, -1, subtotal},
		"COUNTBLANK": {1, 1, func(c *call) scalar {
			return c.matching(query{ranges: []int{0}, criteria: []criterion{{blank: true}}, what: counted})
		}},
		"COUNTIF":    {2, 2, func(c *call) scalar { return c.conditional(-1, []int{0}, counted) }},
		"SUMIF":      {2, 3, func(c *call) scalar { return c.conditional(sumColumn(c), []int{0}, summed) }},
		"AVERAGEIF":  {2, 3, func(c *call) scalar { return c.conditional(sumColumn(c), []int{0}, averaged) }},
		"COUNTIFS":   {2, -1, func(c *call) scalar { return c.conditional(-1, pairsFrom(c, 0), counted) }},
		"SUMIFS":     {3, -1, func(c *call) scalar { return c.conditional(0, pairsFrom(c, 1), summed) }},
		"AVERAGEIFS": {3, -1, func(c *call) scalar { return c.conditional(0, pairsFrom(c, 1), averaged) }},
		"RANK":       {2, 3, rank},
		"RANK.EQ":    {2, 3, rank},
		"LARGE":      {2, 2, func(c *call) scalar { return c.nth(true) }},
		"SMALL":      {2, 2, func(c *call) scalar { return c.nth(false) }},
		"SUMPRODUCT": {1, -1, sumProduct},
		"MATCH":      {2, 3, match},
		"INDEX":      {2, 3, index},
		"VLOOKUP":    {3, 4, vlookup},

		"IF": {2, 3, func(c *call) scalar {
			holds, bad := asTruth(c.arg(0))
			switch {
			case bad.stops():
				return bad
			case holds:
				return c.arg(1)
			case len(c.args) < 3:
				return logical(false)
			}
			return c.arg(2)
		}},
		"IFS":     {2, -1, ifs},
		"IFERROR": {2, 2, func(c *call) scalar { return c.otherwise(func(s scalar) bool { return s.kind == errorValue }) }},
		"IFNA":    {2, 2, func(c *call) scalar { return c.otherwise(func(s scalar) bool { return s == failure("#N/A") }) }},
		"AND":     {1, -1, func(c *call) scalar { return c.all(true) }},
		"OR":      {1, -1, func(c *call) scalar { return c.all(false) }},
		"NOT": {1, 1, func(c *call) scalar {
			holds, bad := asTruth(c.arg(0))
			if bad.stops() {
				return bad
			}
			return logical(!holds)
		}},
		"ISBLANK":  {1, 1, func(c *call) scalar { return c.is(func(s scalar) bool { return s.kind == blankValue }) }},
		"ISNUMBER": {1, 1, func(c *call) scalar { return c.is(func(s scalar) bool { return s.kind == numberValue }) }},
		"ISTEXT":   {1, 1, func(c *call) scalar { return c.is(func(s scalar) bool { return s.kind == textValue }) }},
		"ISERROR":  {1, 1, func(c *call) scalar { return c.is(func(s scalar) bool { return s.kind == errorValue }) }},
		"NA":       {0, 0, func(*call) scalar { return failure("#N/A") }},

		"ROUND":     {2, 2, func(c *call) scalar { return c.rounded(decimal.Decimal.Round) }},
		"ROUNDUP":   {2, 2, func(c *call) scalar { return c.rounded(decimal.Decimal.RoundUp) }},
		"ROUNDDOWN": {2, 2, func(c *call) scalar { return c.rounded(decimal.Decimal.RoundDown) }},
		"TRUNC":     {1, 2, func(c *call) scalar { return c.rounded(decimal.Decimal.RoundDown) }},
		"INT":       {1, 1, func(c *call) scalar { return c.numeric(decimal.Decimal.Floor) }},
		"ABS":       {1, 1, func(c *call) scalar { return c.numeric(decimal.Decimal.Abs) }},
		"MOD":       {2, 2, mod},

		"CONCATENATE": {1, -1, concatenate},
		"LEN":         {1, 1, func(c *call) scalar { return c.text(func(s string) scalar { return whole(utf8.RuneCountInString(s)) }) }},
		"TRIM": {1, 1, func(c *call) scalar {
			return c.text(func(s string) scalar { return words(strings.Join(strings.Fields(s), " ")) })
		}},
		"LEFT":  {1, 2, func(c *call) scalar { return c.part(func(s []rune, n int) []rune { return s[:n] }) }},
		"RIGHT": {1, 2, func(c *call) scalar { return c.part(func(s []rune, n int) []rune { return s[len(s)-n:] }) }},
	}
}

func ifs(c *call) scalar {
	for i := 0; i+1 < len(c.args); i += 2 {
		holds, bad := asTruth(c.arg(i))
		if bad.stops() {
			return bad
		}
		if holds {
			return c.arg(i + 1)
		}
	}
	return failure("#N/A")
}

// otherwise is the first argument, or the second when the first is caught. What is unknown cannot be caught.
func (c *call) otherwise(caught func(scalar) bool) scalar {
	if s := c.arg(0); !caught(s) {
		return s
	}
	return c.arg(1)
}

// all is AND (every) or OR over arguments and ranges.
func (c *call) all(every bool) scalar {
	result, seen := every, false
	var bad scalar
	take := func(s scalar) {
		if s.kind == blankValue || s.kind == textValue || bad.stops() {
			return
		}
		holds, stop := asTruth(s)
		if stop.stops() {
			bad = stop
			return
		}
		seen = true
		if holds != every {
			result = holds
		}
	}
	for i, a := range c.args {
		if areas, ok := c.r.ranges(a, c.v); ok {
			for _, ar := range areas {
				c.r.visitCells(ar, func(v *cellValue) { take(scalarOf(v)) })
			}
			continue
		}
		s := c.arg(i)
		if s.kind == textValue {
			return failure("#VALUE!")
		}
		take(s)
	}
	switch {
	case bad.stops():
		return bad
	case !seen:
		return failure("#VALUE!")
	}
	return logical(result)
}

func (c *call) is(test func(scalar) bool) scalar {
	s := c.arg(0)
	if s.kind == unknownValue {
		return s
	}
	return logical(test(s))
}

// maxPlaces bounds the places to which a number is rounded.
const maxPlaces = 30

func (c *call) rounded(round func(decimal.Decimal, int32) decimal.Decimal) scalar {
	d, bad := c.num(0, 0)
	if bad.stops() {
		return bad
	}
	places, bad := c.num(1, 0)
	if bad.stops() {
		return bad
	}
	n := places.Truncate(0)
	if n.Abs().GreaterThan(decimal.NewFromInt(maxPlaces)) {
		return unknown
	}
	return bounded(round(d, int32(n.IntPart())))
}

func (c *call) numeric(f func(decimal.Decimal) decimal.Decimal) scalar {
	d, bad := c.num(0, 0)
	if bad.stops() {
		return bad
	}
	return bounded(f(d))
}

// mod is the remainder with the sign of the divisor.
func mod(c *call) scalar {
	a, bad := c.num(0, 0)
	if bad.stops() {
		return bad
	}
	b, bad := c.num(1, 0)
	switch {
	case bad.stops():
		return bad
	case b.IsZero():
		return failure("#DIV/0!")
	}
	rest := a.Mod(b)
	if rest.Sign()*b.Sign() < 0 {
		rest = rest.Add(b)
	}
	return bounded(rest)
}

func concatenate(c *call) scalar {
	var b strings.Builder
	for i := range c.args {
		s, bad := asText(c.arg(i))
		if bad.stops() {
			return bad
		}
		b.WriteString(s)
	}
	return words(b.String())
}

func (c *call) text(f func(string) scalar) scalar {
	s, bad := asText(c.arg(0))
	if bad.stops() {
		return bad
	}
	return f(s)
}

// part cuts letters off a text: LEFT and RIGHT.
func (c *call) part(cut func(s []rune, n int) []rune) scalar {
	n, bad := c.num(1, 1)
	switch {
	case bad.stops():
		return bad
	case n.Sign() < 0:
		return failure("#VALUE!")
	}
	return c.text(func(s string) scalar {
		letters := []rune(s)
		count := len(letters)
		if n.LessThan(decimal.NewFromInt(int64(count))) {
			count = int(n.IntPart())
		}
		return words(string(cut(letters, count)))
	})
}

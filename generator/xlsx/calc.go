package xlsx

import (
	"strings"

	"github.com/shopspring/decimal"
)

// Formulas are computed after the document is filled, so that a preview, a
// telephone and the next program that reads the file see the totals. Decimals
// are exact; what is not known here is left to the spreadsheet program.

// maxWaiting bounds how many formulas may wait for one another.
const maxWaiting = 5000

// calculate computes every formula of the document.
func (r *rendering) calculate() {
	for _, sh := range r.sheets {
		if !sh.src.formulas {
			continue
		}
		for i := range sh.rows {
			rw := &sh.rows[i]
			for j := range rw.vals {
				if rw.vals[j].kind == pendingValue {
					r.compute(sh, rw, j)
				}
				r.recalc = r.recalc || rw.vals[j].kind == unknownValue
			}
		}
	}
}

// compute gives the formula of a row's j-th cell its value.
func (r *rendering) compute(sh *outSheet, rw *outRow, j int) {
	f := rw.src.cells[j].formula
	if f.tree == nil || f.kind == arrayFormula || r.depth >= maxWaiting {
		rw.vals[j] = cellValue{kind: unknownValue}
		return
	}
	rw.vals[j] = cellValue{kind: unknownValue} // what comes back here is a circle
	r.depth++
	rw.vals[j] = cellOf(r.eval(f.tree, viewpoint{sheet: sh, frame: rw.frame}))
	r.depth--
}

// at returns what a cell of the output says, computing it first when it must; nil for a cell that is not there.
func (r *rendering) at(sh *outSheet, row, col int) *cellValue {
	rw := sh.rowAt(row)
	if rw == nil {
		return nil
	}
	j := rw.src.cellAt(col)
	if j < 0 {
		return nil
	}
	return r.valueOf(sh, rw, j)
}

// valueOf is the value of a row's j-th cell.
func (r *rendering) valueOf(sh *outSheet, rw *outRow, j int) *cellValue {
	if rw.vals == nil {
		return &rw.src.cells[j].value
	}
	if rw.vals[j].kind == pendingValue {
		r.compute(sh, rw, j)
	}
	return &rw.vals[j]
}

// cell is what a cell says, as a scalar.
func (r *rendering) cell(sh *outSheet, row, col int) scalar {
	if v := r.at(sh, row, col); v != nil {
		return scalarOf(v)
	}
	return scalar{}
}

// eval computes a formula, or a part of it, as seen from v.
func (r *rendering) eval(n *node, v viewpoint) scalar {
	switch n.op {
	case opNumber:
		return number(n.num)
	case opText:
		return words(n.text)
	case opBool:
		return scalar{kind: boolValue, text: n.text}
	case opError:
		return failure(n.text)
	case opRef:
		return r.single(n.tok, v)
	case opName:
		if target, at := r.named(n.text, v); target != nil {
			return r.eval(target, at)
		}
		return unknown
	case opCall:
		return n.fn.eval(&call{r: r, args: n.args, v: v})
	case opBinary:
		return r.binary(n, v)
	}
	s := r.eval(n.args[0], v)
	if n.op == opPlus { // a plus sign changes nothing, not even text
		return s
	}
	d, bad := asNumber(s)
	switch {
	case bad.stops():
		return bad
	case n.op == opNegate:
		return number(d.Neg())
	}
	return number(d.Shift(-2))
}

func (r *rendering) binary(n *node, v viewpoint) scalar {
	a, b := r.eval(n.args[0], v), r.eval(n.args[1], v)
	for _, s := range []scalar{a, b} {
		if s.stops() {
			return s
		}
	}
	switch n.text {
	case "=":
		return logical(compare(a, b) == 0)
	case "<>":
		return logical(compare(a, b) != 0)
	case "<":
		return logical(compare(a, b) < 0)
	case ">":
		return logical(compare(a, b) > 0)
	case "<=":
		return logical(compare(a, b) <= 0)
	case ">=":
		return logical(compare(a, b) >= 0)
	case "&":
		left, _ := asText(a) // a and b are neither errors nor unknown
		right, _ := asText(b)
		return words(left + right)
	}
	x, bad := asNumber(a)
	if bad.stops() {
		return bad
	}
	y, bad := asNumber(b)
	if bad.stops() {
		return bad
	}
	return arithmetic(n.text, x, y)
}

func arithmetic(op string, x, y decimal.Decimal) scalar {
	switch op {
	case "+":
		return bounded(x.Add(y))
	case "-":
		return bounded(x.Sub(y))
	case "*":
		return bounded(x.Mul(y))
	case "/":
		return divide(x, y)
	}
	return power(x, y)
}

// single is the one cell that a reference means.
func (r *rendering) single(t *token, v viewpoint) scalar {
	var buf [4]area
	areas, ok := r.resolve(buf[:0], &t.ref, v)
	if !ok {
		return unknown
	}
	if len(areas) == 0 { // the row fell away
		return scalar{}
	}
	a := areas[0]
	if a.fromCol != a.toCol || t.ref.isRange && (len(areas) > 1 || a.rows.from != a.rows.to) {
		return unknown
	}
	return r.cell(a.sheet, a.rows.from, a.fromCol)
}

// named finds the formula of a defined name and from where it is read.
func (r *rendering) named(name string, v viewpoint) (*node, viewpoint) {
	if _, plain, ok := strings.Cut(name, "!"); ok {
		name = plain
	}
	var local *definedName
	for _, d := range r.t.book.names {
		if !strings.EqualFold(d.name, name) || d.tree == nil {
			continue
		}
		if d.sheet < 0 && local == nil || v.sheet != nil && d.sheet == v.sheet.src.index {
			local = d
		}
	}
	if local == nil || r.depth >= maxWaiting {
		return nil, v
	}
	// Names speak of the sheet as a whole, not of the row in which they are used.
	if v.sheet != nil {
		v.frame = v.sheet.root
	}
	return local.tree, v
}

// ranges are the areas that an argument means; ok is false when it is no reference.
func (r *rendering) ranges(n *node, v viewpoint) (areas []area, ok bool) {
	if n == nil {
		return nil, false
	}
	if n.op == opName {
		if target, at := r.named(n.text, v); target != nil && target.op == opRef {
			n, v = target, at
		}
	}
	if n.op != opRef {
		return nil, false
	}
	areas, ok = r.resolve(nil, &n.tok.ref, v)
	if ok && len(areas) > 0 && n.tok.use == useScalar && !n.tok.ref.isRange {
		areas = areas[:1]
		areas[0].rows.to = areas[0].rows.from
	}
	return areas, ok
}

// oneRange is the single range that an argument means.
func (r *rendering) oneRange(n *node, v viewpoint) (area, bool) {
	areas, ok := r.ranges(n, v)
	switch {
	case !ok:
		return area{}, false
	case len(areas) > 0:
		return hull(areas), true
	case n.op == opRef:
		return r.gone(&n.tok.ref, v), true
	}
	return area{}, false
}

// visitCells calls each for the cells of an area that are there, row by row.
func (r *rendering) visitCells(a area, each func(v *cellValue)) {
	for i := a.sheet.rowFrom(a.rows.from); i < len(a.sheet.rows) && a.sheet.rows[i].n <= a.rows.to; i++ {
		rw := &a.sheet.rows[i]
		for j := rw.src.cellFrom(a.fromCol); j < len(rw.src.cells) && rw.src.cells[j].col <= a.toCol; j++ {
			each(r.valueOf(a.sheet, rw, j))
		}
	}
}

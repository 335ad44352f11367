package xlsx

import (
	"slices"

	"jixiao/generator/ooxml"
	"jixiao/generator/tag"
)

// formula is the formula of a cell.
type formula struct {
	source   string // as the template has it, without "="
	tokens   []token
	tree     *node     // nil when it is left to the spreadsheet program
	array    reference // an array formula's cells, when isArray
	attrs    []byte    // attributes of <f> that stay: ca="1"
	kind     formulaKind
	subtotal bool // it has SUBTOTAL or AGGREGATE
}

type formulaKind uint8

const (
	plainFormula formulaKind = iota
	arrayFormula
)

// readFormula reads <f>, whose start tag is at hand, and moves to its end tag.
// Formulas that share one text get one each, so that rows may go their own ways.
func (r *sheetReader) readFormula(at ooxml.Ref) *formula {
	s := r.scan
	f := &formula{}
	kind, group, area := "", "", ""
	for _, a := range s.Attrs() {
		switch string(a.Name) {
		case "t":
			kind = string(a.Value)
		case "si":
			group = string(a.Value)
		case "ref":
			area = string(a.Value)
		case "ca", "aca":
			f.attrs = append(append(f.attrs, ' '), r.data[a.Start:a.End]...)
		}
	}
	f.source = r.elementText()
	f.tokens = lexFormula(f.source)
	if slices.ContainsFunc(f.tokens, func(t token) bool { return t.kind == tokString && tag.HasTag(t.text) }) {
		r.c.fault(r.sheet.name, at.String(), "公式里的标签不会被填写：请把标签放在单独的单元格里，再用公式引用它")
	}
	switch kind {
	case "shared":
		if master, ok := r.shared[group]; ok && f.source == "" {
			f.tokens = shiftTokens(master.tokens, at.Row-master.at.Row, at.Col-master.at.Col)
			f.source = joinTokens(f.tokens)
		} else if f.source != "" {
			r.shared[group] = sharedFormula{f.tokens, at}
		}
	case "array":
		f.kind = arrayFormula
		if ref, end, ok := scanRef(area, 0); ok && end == len(area) {
			f.array = ref
		} else {
			f.array = reference{from: corner{Row: at.Row, Col: at.Col}, to: corner{Row: at.Row, Col: at.Col}}
		}
	case "dataTable":
		r.c.fault(r.sheet.name, at.String(), "模拟运算表不能用在模板里，请改用普通公式")
	}
	if f.source == "" { // a member of a group whose master is missing
		return nil
	}
	return f
}

// joinTokens is the text of a formula.
func joinTokens(tokens []token) string {
	var b []byte
	for i := range tokens {
		b = append(b, tokens[i].text...)
	}
	return string(b)
}

// shiftTokens is the formula as it reads rows and cols further on: what is written without a dollar moves along.
func shiftTokens(tokens []token, rows, cols int) []token {
	out := make([]token, len(tokens))
	copy(out, tokens)
	for i := range out {
		t := &out[i]
		if t.kind != tokRef {
			continue
		}
		from, ok1 := t.ref.from.shift(rows, cols)
		to, ok2 := t.ref.to.shift(rows, cols)
		if !ok1 || !ok2 {
			*t = token{kind: tokError, text: "#REF!"}
			continue
		}
		t.ref.from, t.ref.to = orderCorners(from, to)
		t.text = string(appendReference([]byte(t.ref.prefix), t.ref.from, t.ref.to, t.ref.isRange))
	}
	return out
}

// shift moves the parts of a corner that are not fixed; ok is false when it leaves the sheet.
func (c corner) shift(rows, cols int) (moved corner, ok bool) {
	if c.Row > 0 && !c.AbsRow {
		c.Row += rows
		if c.Row < 1 || c.Row > maxRow {
			return c, false
		}
	}
	if c.Col > 0 && !c.AbsCol {
		c.Col += cols
		if c.Col < 1 || c.Col > maxCol {
			return c, false
		}
	}
	return c, true
}

// appendReference writes A1 or A1:B2, without a sheet.
func appendReference(dst []byte, from, to corner, isRange bool) []byte {
	dst = appendCorner(dst, from)
	if isRange {
		dst = appendCorner(append(dst, ':'), to)
	}
	return dst
}

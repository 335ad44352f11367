package ooxml

import (
	"strconv"
	"strings"
)

// master is the cell that holds the text of a shared formula.
type master struct {
	at      Ref
	formula string
}

// follower is a cell that shares the formula of a master.
type follower struct{ cell, index int }

// readFormula reads <f> into the scratch. What is computed by a data table has no text.
func (r *sheetReading) readFormula(c *raw) *Damage {
	s := r.s
	kind, _ := s.RawAttr("t")
	switch string(kind) {
	case "shared":
		si, _ := s.RawAttr("si")
		n, ok := atoi(si)
		if !ok {
			return r.bad(c.at, "的共享公式没有编号")
		}
		c.shared, c.index = true, n
	case "dataTable":
		s.Skip()
		return nil
	}
	r.formula = decodeX(content(s, r.formula[:0]))
	c.follows = c.shared && len(r.formula) == 0
	return nil
}

// share gives the followers of shared formulas their own text. A follower whose
// master is gone (programs that delete rows leave such) keeps its result as a
// plain value; without a result it would be read as nothing, and that is damage.
func (r *sheetReading) share() *Damage {
	for _, f := range r.followers {
		c := &r.sheet.Cells[f.cell]
		m, ok := r.masters[f.index]
		if !ok {
			if c.Kind == NoValue {
				return r.bad(c.Ref, "的公式缺失，也没有计算结果")
			}
			continue
		}
		c.Formula = shiftFormula(m.formula, c.Ref.Row-m.at.Row, c.Ref.Col-m.at.Col)
		if d := r.spend(r.part, len(c.Formula)); d != nil {
			return d
		}
	}
	return nil
}

// shiftFormula moves the relative references of a formula, as filling it into a
// cell that many rows and columns away does. A reference that leaves the sheet becomes #REF!.
func shiftFormula(formula string, rows, cols int) string {
	out := make([]byte, 0, len(formula)+16)
	from := 0 // formula[from:i] is still to be copied
	for i := 0; i < len(formula); {
		switch c := formula[i]; {
		case c == '"' || c == '\'':
			i += closing(formula[i:])
		case c == '[':
			i += brackets(formula[i:])
		case c == '#':
			for i++; i < len(formula) && (isNameByte(formula[i]) || formula[i] == '/' || formula[i] == '!'); {
				i++
			}
		case isNameByte(c):
			copied := append(out, formula[from:i]...)
			moved, n := appendShifted(copied, formula[i:], rows, cols)
			i += n
			if len(moved) > len(copied) {
				out, from = moved, i
			}
		default:
			i++
		}
	}
	return string(append(out, formula[from:]...))
}

// closing is the length of the quoted text at the start of s. A doubled quote
// reads as two quoted texts side by side, which comes to the same.
func closing(s string) int {
	if n := strings.IndexByte(s[1:], s[0]); n >= 0 {
		return n + 2
	}
	return len(s)
}

// brackets is the length of the bracketed text at the start of s: [1] of another
// workbook, Table1[[#All],[得分]]. An apostrophe in it escapes the next character.
func brackets(s string) int {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\'':
			i++
		case '[':
			depth++
		case ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return len(s)
}

func isNameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c >= 0x80 ||
		c == '_' || c == '.' || c == '$' || c == '\\' || c == '?'
}

// word is the length of the name, number or reference at the start of s.
func word(s string) (n int) {
	for n < len(s) && isNameByte(s[n]) {
		n++
	}
	return n
}

// appendShifted reads the word at the start of s, n bytes of it. When it is a
// reference it appends the moved one; a function, a sheet, a table, a defined
// name or a number it leaves to the caller.
func appendShifted(dst []byte, s string, rows, cols int) (out []byte, n int) {
	n = word(s)
	after := byte(0)
	if n < len(s) {
		after = s[n]
	}
	if after == '(' || after == '!' || after == '[' {
		return dst, n
	}
	if r, used := scanRef(s[:n]); used == n {
		fixedCol, fixedRow := s[0] == '$', strings.LastIndexByte(s[:n], '$') > 0
		if !fixedCol {
			r.Col += cols
		}
		if !fixedRow {
			r.Row += rows
		}
		if r.Row < 1 || r.Row > MaxRow || r.Col < 1 || r.Col > MaxCol {
			return append(dst, "#REF!"...), n
		}
		dst = append(appendDollar(dst, fixedCol), ColumnName(r.Col)...)
		return strconv.AppendInt(appendDollar(dst, fixedRow), int64(r.Row), 10), n
	}
	if after != ':' {
		return dst, n
	}
	end := n + 1 + word(s[n+1:])
	if end < len(s) && (s[end] == '(' || s[end] == '!' || s[end] == '[') {
		return dst, n
	}
	from, ok1 := shiftLine(s[:n], rows, cols)
	to, ok2 := shiftLine(s[n+1:end], rows, cols)
	switch {
	case !ok1 || !ok2 || isDigit(s[n-1]) != isDigit(s[end-1]):
		return dst, n
	case from == "" || to == "":
		return append(dst, "#REF!"...), end
	}
	return append(append(append(dst, from...), ':'), to...), end
}

// shiftLine moves one end of a range of whole columns (A:C) or whole rows (1:3);
// moved is "" when it leaves the sheet.
func shiftLine(s string, rows, cols int) (moved string, ok bool) {
	name := strings.TrimPrefix(s, "$")
	fixed := len(name) < len(s)
	if name == "" {
		return "", false
	}
	if isDigit(name[0]) {
		n, ok := atoi([]byte(name))
		if !ok || n < 1 || n > MaxRow {
			return "", false
		}
		if !fixed {
			n += rows
		}
		if n < 1 || n > MaxRow {
			return "", true
		}
		return string(strconv.AppendInt(appendDollar(nil, fixed), int64(n), 10)), true
	}
	r, used := scanRef(name + "1")
	if used != len(name)+1 || isDigit(name[len(name)-1]) {
		return "", false
	}
	if !fixed {
		r.Col += cols
	}
	if r.Col < 1 || r.Col > MaxCol {
		return "", true
	}
	return string(append(appendDollar(nil, fixed), ColumnName(r.Col)...)), true
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func appendDollar(dst []byte, fixed bool) []byte {
	if fixed {
		return append(dst, '$')
	}
	return dst
}

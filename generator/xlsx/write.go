package xlsx

import (
	"strconv"

	"jixiao/generator/ooxml"
)

// appendSheetXML writes the part of a tab.
func (r *rendering) appendSheetXML(dst []byte, sh *outSheet) []byte {
	v := viewpoint{sheet: sh, frame: sh.root}
	dst = appendAll(dst, sh.src.head, r, v)
	if !sh.src.cells {
		return r.appendTail(dst, sh)
	}
	p := sh.src.prefix
	dst = append(append(append(dst, '<'), p...), "sheetData>"...)
	for i := range sh.rows {
		dst = r.appendRow(dst, sh, &sh.rows[i])
	}
	dst = append(append(append(dst, "</"...), p...), "sheetData>"...)
	return r.appendTail(dst, sh)
}

// appendRow writes one row.
func (r *rendering) appendRow(dst []byte, sh *outSheet, rw *outRow) []byte {
	src := rw.src
	if src.raw != nil && rw.n == src.n {
		return append(dst, src.raw...)
	}
	var number [8]byte
	n := strconv.AppendInt(number[:0], int64(rw.n), 10)
	p := sh.src.prefix
	dst = append(append(append(dst, '<'), p...), `row r="`...)
	dst = append(append(dst, n...), '"')
	dst = append(append(dst, src.open...), '>')
	for j := range src.cells {
		c := &src.cells[j]
		dst = append(append(dst, c.open...), n...)
		if c.rest != nil && (rw.vals == nil || rw.vals[j].kind != blankValue || c.value.kind == blankValue) {
			dst = append(dst, c.rest...)
			continue
		}
		dst = r.appendCell(dst, sh, rw, j)
	}
	return append(append(append(dst, "</"...), p...), "row>"...)
}

// appendCell writes what follows the row's number in a cell that is filled, computed or emptied.
func (r *rendering) appendCell(dst []byte, sh *outSheet, rw *outRow, j int) []byte {
	c, v, p := &rw.src.cells[j], &rw.vals[j], sh.src.prefix
	dst = append(dst, '"')
	if v.style > 0 {
		dst = append(dst, ` s="`...)
		dst = append(strconv.AppendInt(dst, int64(v.style-1), 10), '"')
	} else {
		dst = append(dst, c.attrs...)
	}
	if c.formula != nil && v.kind != blankValue { // not in a blank row, nor hidden under a merged range
		return r.appendFormulaCell(dst, sh, rw, j)
	}
	switch v.kind {
	case blankValue:
		return append(dst, "/>"...)
	case numberValue:
		dst = append(append(append(dst, "><"...), p...), "v>"...)
		dst = append(append(append(dst, v.text...), "</"...), p...)
		dst = append(dst, "v>"...)
	default:
		dst = append(append(append(dst, ` t="inlineStr"><`...), p...), "is>"...)
		if v.rich != nil {
			dst = append(dst, v.rich...)
		} else {
			dst = appendT(dst, p, v.text)
		}
		dst = append(append(append(dst, "</"...), p...), "is>"...)
	}
	return append(append(append(dst, "</"...), p...), "c>"...)
}

// appendFormulaCell writes the formula as it reads in this row, and its value.
func (r *rendering) appendFormulaCell(dst []byte, sh *outSheet, rw *outRow, j int) []byte {
	f, v, p := rw.src.cells[j].formula, &rw.vals[j], sh.src.prefix
	switch v.kind {
	case textValue:
		dst = append(dst, ` t="str"`...)
	case boolValue:
		dst = append(dst, ` t="b"`...)
	case errorValue:
		dst = append(dst, ` t="e"`...)
	}
	dst = append(append(append(dst, "><"...), p...), 'f')
	at := viewpoint{sheet: sh, frame: rw.frame}
	if f.kind == arrayFormula {
		dst = append(dst, ` t="array" ref="`...)
		t := token{kind: tokRef, ref: f.array}
		t.ref.isRange = f.array.from != f.array.to
		dst = append(r.appendRef(dst, &t, at), '"')
	}
	dst = append(append(dst, f.attrs...), '>')
	if r.moved {
		r.scratch = r.appendFormula(r.scratch[:0], f.tokens, at)
		if len(r.scratch) > maxFormula {
			r.trouble(place(sh.name, ooxml.Ref{Row: rw.n, Col: rw.src.cells[j].col}.String()), "公式超过 %d 个字符：它引用的行不相连，重复得太多", maxFormula)
		}
		dst = ooxml.Escape(dst, string(r.scratch))
	} else {
		dst = ooxml.Escape(dst, f.source)
	}
	dst = append(append(append(dst, "</"...), p...), "f>"...)
	if v.kind != unknownValue {
		text := v.text
		if v.kind == boolValue {
			text = map[bool]string{true: "1", false: "0"}[text == "TRUE"]
		}
		dst = append(append(append(dst, '<'), p...), "v>"...)
		dst = appendText(dst, text)
		dst = append(append(append(dst, "</"...), p...), "v>"...)
	}
	return append(append(append(dst, "</"...), p...), "c>"...)
}

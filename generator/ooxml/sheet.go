package ooxml

import (
	"bytes"
	"fmt"
)

// sheetReading is the state of reading one worksheet.
type sheetReading struct {
	*reading
	part  string
	sheet *Sheet
	s     *Scanner
	row   int  // the row at hand
	named bool // its number was given, by the row or by one of its cells
	col   int  // the column last read in it

	value, formula []byte // scratch
	masters        map[int]master
	followers      []follower
}

// sheet reads one worksheet.
func (r *reading) sheet(part string, out *Sheet) *Damage {
	return r.read(part, func(s *Scanner) *Damage {
		sr := &sheetReading{reading: r, part: part, sheet: out, s: s}
		if d := r.p.root(s, part, "worksheet", "工作表"); d != nil {
			return d
		}
		seen := false
		if d := inside(s, func() *Damage {
			switch string(s.Local()) {
			case "cols":
				return inside(s, sr.column)
			case "sheetData":
				if seen {
					return r.p.damaged(CodeContent, part, "有两份数据")
				}
				seen = true
				return inside(s, sr.oneRow)
			case "mergeCells":
				return inside(s, sr.merge)
			case "headerFooter":
				return sr.headerFooter()
			}
			return nil
		}); d != nil {
			return d
		}
		if !seen {
			return r.p.damaged(CodeContent, part, "没有数据区")
		}
		if d := sr.share(); d != nil {
			return d
		}
		return sr.settleMerges()
	})
}

// bad is the Damage of a cell, or of a row when the column is 0.
func (r *sheetReading) bad(at Ref, format string, args ...any) *Damage {
	return &Damage{Code: CodeContent, Part: r.part, Message: "文件损坏：" + place(r.sheet.Name, at) + fmt.Sprintf(format, args...) + "。" + r.p.advice}
}

// column reads <col>, for the hidden ones.
func (r *sheetReading) column() *Damage {
	if string(r.s.Local()) != "col" {
		return nil
	}
	rawFrom, _ := r.s.RawAttr("min")
	rawTo, _ := r.s.RawAttr("max")
	from, ok1 := atoi(rawFrom)
	to, ok2 := atoi(rawTo)
	if !ok1 || !ok2 || from < 1 || to < from || to > MaxCol {
		return r.p.damaged(CodeContent, r.part, "的列宽记录不对（%s 到 %s）", printable(rawFrom), printable(rawTo))
	}
	if hidden, _ := r.s.Attr("hidden"); isTrue(hidden) {
		if len(r.sheet.HiddenCols) > MaxCol {
			return r.p.damaged(CodeContent, r.part, "的列宽记录过多")
		}
		r.sheet.HiddenCols = addSpan(r.sheet.HiddenCols, Span{from, to})
	}
	return nil
}

// addSpan appends a span and joins it to the last one where they touch.
func addSpan(spans []Span, s Span) []Span {
	if n := len(spans); n > 0 && s.From >= spans[n-1].From && s.From <= spans[n-1].To+1 {
		spans[n-1].To = max(spans[n-1].To, s.To)
		return spans
	}
	return append(spans, s)
}

// oneRow reads <row> and its cells. Rows and cells may leave out their
// references and then follow one another.
func (r *sheetReading) oneRow() *Damage {
	s := r.s
	if string(s.Local()) != "row" {
		return nil
	}
	before := r.row
	r.row, r.named, r.col = before+1, false, 0
	hidden := false
	for _, a := range s.attrs {
		value := s.data[a.value:a.valueEnd]
		switch string(s.data[a.name:a.nameEnd]) {
		case "r":
			n, ok := atoi(value)
			if !ok || n < 1 || n > MaxRow {
				return r.bad(Ref{Row: r.row}, "的行号 %s 不对", printable(value))
			}
			if n <= before {
				return r.bad(Ref{Row: n}, "重复或次序颠倒")
			}
			r.row, r.named = n, true
		case "hidden":
			hidden = isTrue(string(value))
		}
	}
	if r.row > MaxRow {
		return r.bad(Ref{Row: r.row}, "超出工作表")
	}
	if s.Kind == StartTag {
		for depth := len(s.opened); s.Next(); {
			if s.Kind == EndTag && len(s.opened) == depth {
				break
			}
			if s.Kind != StartTag && s.Kind != EmptyTag {
				continue
			}
			if string(s.Local()) == "c" && isSheetSpace(s.Space()) {
				if d := r.cell(before); d != nil {
					return d
				}
			} else {
				s.Skip()
			}
		}
	}
	if hidden {
		r.sheet.HiddenRows = addSpan(r.sheet.HiddenRows, Span{r.row, r.row})
	}
	return nil
}

// at works out where a cell stands: where it says, else behind the one before it.
func (r *sheetReading) at(ref []byte, before int) (Ref, *Damage) {
	if ref == nil {
		r.col++
		if r.col > MaxCol {
			return Ref{}, r.bad(Ref{Row: r.row}, "的单元格超出工作表")
		}
		return Ref{Row: r.row, Col: r.col}, nil
	}
	at, n := scanRef(ref)
	if n == 0 || n != len(ref) {
		return Ref{}, r.bad(Ref{Row: r.row}, "有位置写错的单元格（%s）", printable(ref))
	}
	if !r.named && r.col == 0 && at.Row > before {
		r.row = at.Row
	}
	r.named = true
	switch {
	case at.Row != r.row:
		return Ref{}, r.bad(at, "放在了第 %d 行", r.row)
	case at.Col <= r.col:
		return Ref{}, r.bad(at, "重复或次序颠倒")
	}
	r.col = at.Col
	return at, nil
}

// cell reads <c>; before is the number of the row before.
func (r *sheetReading) cell(before int) *Damage {
	s := r.s
	var ref, styled, kind []byte
	for _, a := range s.attrs {
		if a.nameEnd-a.name != 1 {
			continue
		}
		switch s.data[a.name] {
		case 'r':
			ref = s.data[a.value:a.valueEnd]
		case 's':
			styled = s.data[a.value:a.valueEnd]
		case 't':
			kind = s.data[a.value:a.valueEnd]
		}
	}
	at, d := r.at(ref, before)
	if d != nil {
		return d
	}
	var st style
	if len(r.styles) > 0 {
		st = r.styles[0]
	}
	if styled != nil {
		n, ok := atoi(styled)
		switch {
		case ok && n < len(r.styles):
			st = r.styles[n]
		case !ok || n > 0 && r.styles != nil: // a workbook without styles has but the general one
			return r.bad(at, "的样式编号 %s 超出样式表", printable(styled))
		}
	}
	c := raw{at: at}
	if c.kind = kindOf(kind); c.kind == badKind {
		return r.bad(at, "的类型 %s 不认识", printable(kind))
	}
	if s.Kind != StartTag {
		return nil
	}
	r.value, r.formula = r.value[:0], r.formula[:0]
	for depth := len(s.opened); s.Next(); {
		if s.Kind == EndTag && len(s.opened) == depth {
			break
		}
		if s.Kind != StartTag && s.Kind != EmptyTag {
			continue
		}
		switch local := s.Local(); {
		case !isSheetSpace(s.Space()):
			s.Skip()
		case string(local) == "v":
			if c.hasValue {
				return r.bad(at, "有两个值")
			}
			c.hasValue = true
			r.value = content(s, r.value[:0])
		case string(local) == "is":
			if c.kind == inlineKind {
				c.hasValue, c.inline = true, true
				r.value = richText(s, r.value[:0])
				continue
			}
			s.Skip()
		case string(local) == "f":
			if d := r.readFormula(&c); d != nil {
				return d
			}
		default:
			s.Skip()
		}
	}
	return r.keep(c, st)
}

// keep stores the cell if it says something.
func (r *sheetReading) keep(c raw, st style) *Damage {
	kind, text, d := r.interpret(c)
	if d != nil {
		return d
	}
	hasFormula := c.follows || len(r.formula) > 0
	if kind == NoValue && !hasFormula || kind == TextCell && text == "" && !hasFormula {
		return nil
	}
	if r.left--; r.left < 0 {
		return r.tooMuch(r.part, fmt.Sprintf("单元格多于 %d 个", r.p.limits.Cells))
	}
	if d := r.spend(r.part, len(r.value)+len(r.formula)); d != nil {
		return d
	}
	if c.kind == dateKind && st.format == General {
		st = style{format: DateTime, code: builtin[14]}
	}
	cell := Cell{Ref: c.at, Kind: kind, Text: text, Format: st.format, Code: st.code}
	cell.Formula = r.arena.text(bytes.TrimSpace(r.formula))
	if c.shared {
		if c.follows {
			r.followers = append(r.followers, follower{cell: len(r.sheet.Cells), index: c.index})
		} else if _, twice := r.masters[c.index]; !twice {
			if r.masters == nil {
				r.masters = map[int]master{}
			}
			r.masters[c.index] = master{at: c.at, formula: cell.Formula}
		}
	}
	r.sheet.Cells = append(r.sheet.Cells, cell)
	return nil
}

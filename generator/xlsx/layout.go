package xlsx

import (
	"errors"
	"fmt"

	"jixiao/generator/expr"
)

// rendering is one document in the making.
type rendering struct {
	t        *Template
	scope    expr.Scope
	stamp    string
	sheets   []*outSheet   // in the order of the tabs
	bySource [][]*outSheet // by the template's sheet
	troubles []error
	recalc   bool // some formula is left to the spreadsheet program
	moved    bool // rows or names of sheets differ from the template's: references must be written anew
	visits   int  // of bodies of rows
	depth    int  // of formulas that wait for one another
	scratch  []byte
	ranked   ranked
}

// outSheet is one tab of the output.
type outSheet struct {
	src    *sheet
	index  int
	name   string
	root   *frame
	rows   []outRow
	merges []outMerge
	breaks []int // rows after which {{分页}} ends the page
}

// outRow is one row of the output that says something.
type outRow struct {
	src   *row
	n     int
	frame *frame
	vals  []cellValue // of the row's cells, in their order
}

// cellKey is a place in a sheet of the output.
type cellKey struct{ row, col int }

// outMerge is a merged range of the output.
type outMerge struct {
	rows           span
	fromCol, toCol int
	dropped        bool
}

// trouble notes why the document cannot be made.
func (r *rendering) trouble(place, format string, args ...any) {
	const most = 50 // more complaints help nobody
	message := place + "：" + fmt.Sprintf(format, args...)
	if n := len(r.troubles); n < most && (n == 0 || r.troubles[n-1].Error() != message) {
		r.troubles = append(r.troubles, errors.New(message))
	}
}

// layout decides which sheets there are and where every row stands.
func (r *rendering) layout() {
	names := sheetNames{taken: map[string]bool{}}
	for _, src := range r.t.book.sheets {
		if src.path == nil && src.nameText == nil {
			names.reserve(src.name)
		}
	}
	r.bySource = make([][]*outSheet, len(r.t.book.sheets))
	for i, src := range r.t.book.sheets {
		turns := []turn{{scope: r.scope}}
		if src.path != nil {
			turns = r.turns(src.path, r.scope, false, place(src.name, ""), src.name)
		}
		for k, t := range turns {
			sh := &outSheet{src: src, index: len(r.sheets), name: src.name}
			switch {
			case src.nameText != nil:
				sh.name = names.give(src.nameText.print(t.scope))
			case src.path != nil:
				sh.name = names.give(src.name)
			}
			r.moved = r.moved || sh.name != src.name || len(turns) > 1
			sh.root = &frame{body: &src.body, key: src.key, index: k, scope: t.scope, blank: t.scope == nil, out: 1}
			r.bySource[i] = append(r.bySource[i], sh)
			r.sheets = append(r.sheets, sh)
			if !src.cells {
				sh.root.body = &body{from: 1, to: maxRow, parts: []part{{kind: partRows, from: 1, to: maxRow}}}
			}
			r.visit(sh, sh.root)
		}
	}
}

// turn is one item's turn in a repetition; without a scope the list is empty and its place stays blank.
type turn struct{ scope expr.Scope }

// turns returns the items of a list in scope s; a single blank turn when it has none.
func (r *rendering) turns(path []string, s expr.Scope, blank bool, place, source string) []turn {
	if blank {
		return []turn{{}}
	}
	scopes, ok := itemsOf(s, path)
	if !ok {
		r.trouble(place, "没有叫“%s”的列表，请检查 %s 里的名称", pathKey(path), source)
	}
	if len(scopes) == 0 {
		return []turn{{}}
	}
	turns := make([]turn, len(scopes))
	for i, s := range scopes {
		turns[i].scope = s
	}
	return turns
}

// itemsOf returns a scope for each item of the list that path names. Where the
// last names of the path are those of records (名册, 上年), the list before them counts.
func itemsOf(s expr.Scope, path []string) ([]expr.Scope, bool) {
	for n := len(path); n > 0; n-- {
		if scopes, ok := expr.Repeat(s, path[:n]); ok {
			return scopes, true
		}
	}
	b, ok := expr.Path(s, path[:1])
	return []expr.Scope{s}, ok && b.Current != nil
}

// visit lays the rows of f's body from f.out on.
func (r *rendering) visit(sh *outSheet, f *frame) {
	at := f.out
	for i := range f.body.parts {
		p := &f.body.parts[i]
		st := stand{part: p, out: at}
		switch p.kind {
		case partRows:
			at = min(r.place(sh, f, p, at), maxRow+1)
		case partEach:
			for k, t := range r.turns(p.path, f.scope, f.blank, p.place, p.source) {
				at = r.child(sh, f, &st, p.branches[0].body, p.key, k, t.scope, at)
			}
			if at == st.out && !f.blank && p.branches[0].body.from <= p.branches[0].body.to {
				// Conditions left nothing of any item: the place stays blank as for an empty list.
				st.frames = nil
				at = r.child(sh, f, &st, p.branches[0].body, p.key, 0, nil, at)
			}
		case partIf:
			for _, b := range p.branches {
				if b.cond == nil || f.blank || b.cond.Holds(f.scope) {
					at = r.child(sh, f, &st, b.body, "", 0, f.scope, at)
					break
				}
			}
		}
		st.end = at
		r.moved = r.moved || st.out != p.from || st.end != p.to+1
		f.stands = append(f.stands, st)
	}
	f.end = at
}

// child visits a body inside f and returns the row behind it.
func (r *rendering) child(sh *outSheet, f *frame, st *stand, b *body, key string, index int, s expr.Scope, at int) int {
	if r.visits++; at > maxRow || r.visits > maxRow { // blocks without rows cost time all the same
		r.trouble(place(sh.name, ""), "内容太多，超过 1048576 行")
		return at
	}
	c := &frame{parent: f, body: b, key: key, index: index, scope: s, blank: s == nil, out: at}
	st.frames = append(st.frames, c)
	r.visit(sh, c)
	return c.end
}

// place puts the rows of a part that stand once, and returns the row behind them.
func (r *rendering) place(sh *outSheet, f *frame, p *part, at int) int {
	delta := at - p.from
	for i := sh.src.rowFrom(p.from); i < len(sh.src.rows) && sh.src.rows[i].n <= p.to; i++ {
		src := &sh.src.rows[i]
		if src.n+delta > maxRow {
			r.trouble(place(sh.name, ""), "内容太多，超过 1048576 行")
			break
		}
		sh.rows = append(sh.rows, outRow{src: src, n: src.n + delta, frame: f})
	}
	return p.to + delta + 1
}

// placeMerges places the merged ranges of a frame and of the frames inside it.
func (sh *outSheet) placeMerges(f *frame) {
	var buf [8]span
	for i := range f.body.merges {
		m := &f.body.merges[i]
		// Rows of other ranges may have come between: every run is a range of its own.
		for _, rows := range f.runs(buf[:0], m.rect.From.Row, m.rect.To.Row) {
			out := outMerge{rows: rows, fromCol: m.rect.From.Col, toCol: m.rect.To.Col}
			if rows.from == rows.to && out.fromCol == out.toCol {
				continue
			}
			if m.stretches {
				sh.cover(out)
			}
			sh.merges = append(sh.merges, out)
		}
	}
	for i := range f.stands {
		for _, child := range f.stands[i].frames {
			sh.placeMerges(child)
		}
	}
}

// cover empties what a stretched range hides: only its upper left cell is seen.
func (sh *outSheet) cover(m outMerge) {
	for i := sh.rowFrom(m.rows.from); i < len(sh.rows) && sh.rows[i].n <= m.rows.to; i++ {
		rw := &sh.rows[i]
		if rw.src.raw != nil {
			continue // written as it stands; a covered cell there says nothing
		}
		for j := range rw.src.cells {
			if col := rw.src.cells[j].col; col >= m.fromCol && col <= m.toCol && (rw.n != m.rows.from || col != m.fromCol) {
				rw.vals[j] = cellValue{}
			}
		}
	}
}

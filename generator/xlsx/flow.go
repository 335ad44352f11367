package xlsx

import (
	"cmp"
	"slices"
	"strings"

	"jixiao/generator/ooxml"
	"jixiao/generator/tag"
)

// branch is one way through a part: what repeats, or the rows of 如果, 否则如果 and 否则.
type branch struct {
	cond *tag.Tag // nil: always
	body *body
}

// block is an explicit block over rows: {{#每个}} or {{#如果}} and what belongs to it.
type block struct {
	tag      *tag.Tag
	open     int // row of the opening tag
	close    int // row of the end tag
	sections []section
	place    string
}

// section is the rows of one branch of a block.
type section struct {
	cond     *tag.Tag
	from, to int
}

// rowTag is a control tag that speaks of rows.
type rowTag struct {
	tag   *tag.Tag
	row   int
	place string
}

// flow turns the rows of a sheet into a body.
type flow struct {
	c       *compiler
	sheet   *sheet
	merges  []ooxml.Rect
	tall    map[int][]ooxml.Rect // merged ranges of several rows, by their first
	tags    []rowTag
	control map[int]bool // rows that hold control tags and nothing else
	blocks  []block      // in order of their opening tags
	next    int          // the first of blocks that is not placed yet
	bound   map[string]bool
	lists   [][]string // the lists around, outermost first
	depth   int        // of blocks
}

// compileRows finds what repeats in the sheet, by explicit blocks and by the
// prefix rule, and lists the tags with the lists around them.
func (c *compiler) compileRows(sh *sheet, merges []ooxml.Rect) {
	f := &flow{c: c, sheet: sh, merges: merges, tall: map[int][]ooxml.Rect{}, control: map[int]bool{}, bound: map[string]bool{}}
	for _, m := range merges {
		if m.To.Row > m.From.Row {
			f.tall[m.From.Row] = append(f.tall[m.From.Row], m)
		}
	}
	f.bindAround()
	f.collect()
	f.pair()
	f.findSheetList()
	if sh.path != nil {
		f.bind(sh.path)
	}
	sh.body = *f.parse(1, maxRow)
	f.placeMerges()
}

// tagsOf are the tags of a text, which may be nil.
func tagsOf(t *cellText) []*tag.Tag {
	if t == nil {
		return nil
	}
	var tags []*tag.Tag
	for i := range t.pieces {
		if t.pieces[i].tag != nil {
			tags = append(tags, t.pieces[i].tag)
		}
	}
	return tags
}

// collect finds the control tags that speak of rows, and checks that they stand at the edge of their row.
func (f *flow) collect() {
	for i := range f.sheet.rows {
		rw := &f.sheet.rows[i]
		first := len(f.tags)
		content := 0     // what the row has to print, counted from the left
		var before []int // of each of the row's tags, what stands before it
		for j := range rw.cells {
			cl := &rw.cells[j]
			if cl.text == nil {
				if cl.formula != nil || cl.value.kind != blankValue && strings.TrimSpace(cl.value.text) != "" {
					content++
				}
				continue
			}
			outside := matchInside(cl.text.pieces)
			slices.Sort(outside)
			for k := range cl.text.pieces {
				p := &cl.text.pieces[k]
				if slices.Contains(outside, k) {
					ref := ooxml.Ref{Row: rw.n, Col: cl.col}.String()
					before = append(before, content)
					f.tags = append(f.tags, rowTag{p.tag, rw.n, place(f.sheet.name, ref)})
					continue
				}
				if p.tag != nil && p.tag.Kind != tag.Comment || p.tag == nil && strings.TrimSpace(p.text) != "" {
					content++
				}
			}
			cl.text.settle()
			f.sheet.merging = f.sheet.merging || cl.text.mergeDown
		}
		if first == len(f.tags) {
			continue
		}
		if content == 0 {
			f.control[rw.n] = true
			continue
		}
		for k, t := range f.tags[first:] {
			switch t.tag.Kind {
			case tag.EndEach, tag.EndIf:
				if before[k] < content {
					f.c.faultAt(t.place, t.tag.Source, "结束标签后面还有内容：请把它放在本行最后一个单元格的末尾，或单独占一行")
				}
			default:
				if before[k] > 0 {
					f.c.faultAt(t.place, t.tag.Source, "这个标签管整行，前面不能有内容：请把它放在本行第一个单元格的开头，或单独占一行")
				}
			}
		}
	}
}

// pair matches the row tags into blocks.
func (f *flow) pair() {
	if len(f.tags) == 0 {
		return
	}
	tags := make([]*tag.Tag, len(f.tags))
	for i := range f.tags {
		tags[i] = f.tags[i].tag
	}
	match, faults := tag.PairAt(tags, func(i int) string { return f.tags[i].place })
	f.c.faults = append(f.c.faults, faults...)
	for i, t := range f.tags {
		if t.tag.Kind != tag.Each && t.tag.Kind != tag.If || match[i] < 0 {
			continue
		}
		b := block{tag: t.tag, open: t.row, place: t.place}
		for at := i; ; {
			next := match[at]
			if next < 0 {
				break
			}
			sec := section{from: f.tags[at].row, to: f.tags[next].row}
			if f.control[sec.from] {
				sec.from++
			}
			end := f.tags[next].tag.Kind == tag.EndIf || f.tags[next].tag.Kind == tag.EndEach
			if f.control[sec.to] || !end { // 否则 begins a row, so the branch before it ends above
				sec.to--
			}
			if k := f.tags[at].tag.Kind; k == tag.If || k == tag.ElseIf {
				sec.cond = f.tags[at].tag
			}
			b.sections = append(b.sections, sec)
			b.close = f.tags[next].row
			if end {
				break
			}
			at = next
		}
		f.blocks = append(f.blocks, b)
	}
}

// bind makes the list, and those on the way to it, repeat around what follows; the result undoes it.
func (f *flow) bind(path []string) (undo func()) {
	var added []string
	lists := f.lists
	for k := 1; k <= len(path); k++ {
		key := pathKey(path[:k])
		if !f.bound[key] {
			f.bound[key] = true
			added = append(added, key)
			f.lists = append(f.lists[:len(f.lists):len(f.lists)], path[:k])
		}
	}
	return func() {
		for _, key := range added {
			delete(f.bound, key)
		}
		f.lists = lists
	}
}

// bindAround binds the lists at whose items the whole workbook stands.
func (f *flow) bindAround() {
	for _, path := range f.c.around {
		f.bind(path)
	}
}

// maxDepth bounds how deep blocks may be nested; nobody can follow ten.
const maxDepth = 50

// parse makes a body of the rows from..to.
func (f *flow) parse(from, to int) *body {
	b := &body{from: from, to: to}
	if f.depth++; f.depth > maxDepth {
		if f.depth == maxDepth+1 {
			f.c.faultAt(rowPlace(f.sheet.name, from), "", "块套块超过 50 层，请拆成几张表")
		}
		f.next = len(f.blocks)
		f.depth--
		return b
	}
	defer func() { f.depth-- }()
	plain := from
	flush := func(end int) {
		if plain < end {
			b.parts = append(b.parts, part{kind: partRows, from: plain, to: end - 1})
			f.useRows(plain, end-1)
		}
	}
	for r := from; r <= to; {
		if f.next < len(f.blocks) && f.blocks[f.next].open <= r {
			bl := f.blocks[f.next]
			f.next++
			end := min(bl.close, to)
			if end < r { // all its rows were taken by a block around it
				continue
			}
			flush(r)
			b.parts = append(b.parts, f.parseBlock(bl, r, end))
			r, plain = end+1, end+1
			continue
		}
		rw, upTo := f.rowAt(r, to)
		if rw == nil { // nothing but plain rows up to there
			r = upTo
			continue
		}
		end, path, t, ref := f.band(rw, upTo)
		if path == nil {
			r++
			continue
		}
		flush(r)
		p := part{kind: partEach, from: r, to: end, path: path, key: pathKey(path), place: place(f.sheet.name, ref), source: t.Source}
		undo := f.bind(path)
		p.branches = []branch{{body: f.parse(r, end)}}
		undo()
		b.parts = append(b.parts, p)
		r, plain = end+1, end+1
	}
	flush(to + 1)
	return b
}

// rowAt returns the row r of the template, or nil and the next row that could begin something else.
// upTo is the first row that is not free for a band: a block begins there, or the body ends.
func (f *flow) rowAt(r, to int) (rw *row, upTo int) {
	limit := to + 1
	if f.next < len(f.blocks) {
		limit = min(limit, f.blocks[f.next].open)
	}
	i, found := f.rowIndex(r)
	if found && !f.control[r] {
		return &f.sheet.rows[i], limit
	}
	next := limit
	if found {
		i++
	}
	if i < len(f.sheet.rows) {
		next = min(next, f.sheet.rows[i].n)
	}
	return nil, max(next, r+1)
}

func (f *flow) rowIndex(r int) (int, bool) {
	return slices.BinarySearchFunc(f.sheet.rows, r, func(rw row, r int) int { return cmp.Compare(rw.n, r) })
}

// parseBlock makes the part of an explicit block that stands in the rows from..to.
func (f *flow) parseBlock(bl block, from, to int) part {
	f.c.use(bl.place, bl.tag, f.lists)
	if bl.tag.Kind == tag.Each {
		p := part{kind: partEach, from: from, to: to, path: bl.tag.Path, key: pathKey(bl.tag.Path), place: bl.place, source: bl.tag.Source}
		undo := f.bind(bl.tag.Path)
		p.branches = []branch{{body: f.parse(max(bl.sections[0].from, from), min(bl.sections[0].to, to))}}
		undo()
		return p
	}
	// A condition that names a list is asked of every item.
	if path := f.listOf(bl.tag); path != nil {
		undo := f.bind(path)
		p := part{kind: partEach, from: from, to: to, path: path, key: pathKey(path), place: bl.place, source: bl.tag.Source}
		p.branches = []branch{{body: &body{from: from, to: to, parts: []part{f.parseIf(bl, from, to)}}}}
		undo()
		return p
	}
	return f.parseIf(bl, from, to)
}

func (f *flow) parseIf(bl block, from, to int) part {
	p := part{kind: partIf, from: from, to: to, place: bl.place, source: bl.tag.Source}
	for i, sec := range bl.sections {
		if i > 0 && sec.cond != nil {
			f.c.use(bl.place, sec.cond, f.lists)
		}
		p.branches = append(p.branches, branch{cond: sec.cond, body: f.parse(max(sec.from, from), min(sec.to, to))})
	}
	return p
}

// useRows notes the tags of the rows from..to with the lists around them.
func (f *flow) useRows(from, to int) {
	i, _ := f.rowIndex(from)
	for ; i < len(f.sheet.rows) && f.sheet.rows[i].n <= to; i++ {
		rw := &f.sheet.rows[i]
		for j := range rw.cells {
			if t := rw.cells[j].text; t != nil {
				f.usePieces(place(f.sheet.name, ooxml.Ref{Row: rw.n, Col: rw.cells[j].col}.String()), t.pieces)
			}
		}
	}
}

func (f *flow) usePieces(at string, pieces []piece) {
	for i := 0; i < len(pieces); i++ {
		t := pieces[i].tag
		switch {
		case t == nil || t.Kind == tag.Comment:
		case t.Kind == tag.Each && pieces[i].match > 0:
			f.c.use(at, t, f.lists)
			undo := f.bind(t.Path)
			f.usePieces(at, pieces[i+1:pieces[i].match])
			undo()
			i = pieces[i].match
		case t.Kind == tag.Value || t.Kind == tag.If || t.Kind == tag.ElseIf:
			if t.Kind == tag.Value || pieces[i].match > 0 {
				f.c.use(at, t, f.lists)
			}
		case t.Kind == tag.Picture:
			f.c.faultAt(at, t.Source, "电子表格的模板里不能用标签放图片：请直接把图片插入工作表")
		}
	}
}

// placeMerges gives every merged range to the innermost body that holds all its rows.
func (f *flow) placeMerges() {
	for _, m := range f.merges {
		b := &f.sheet.body
		for {
			var inner *body
			for i := range b.parts {
				if b.parts[i].kind == partRows {
					continue
				}
				for _, br := range b.parts[i].branches {
					if br.body.from <= m.From.Row && m.To.Row <= br.body.to {
						inner = br.body
					}
				}
			}
			if inner == nil {
				break
			}
			b = inner
		}
		stretches := false
		for i := range b.parts {
			p := &b.parts[i]
			stretches = stretches || p.kind != partRows && p.from <= m.To.Row && m.From.Row <= p.to
		}
		b.merges = append(b.merges, merge{m, stretches})
	}
}

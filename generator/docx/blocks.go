package docx

import (
	"fmt"
	"slices"
	"strconv"

	"jixiao/generator/tag"
)

// Blocks ({{#每个}}…{{/每个}}, {{#如果}}…{{否则}}…{{/如果}}) are paired as text,
// then settled: what lies between the two ends in the structure of the document
// decides what the block repeats or leaves out.
//
//	both ends in one paragraph            what stands between them
//	in two paragraphs of one container    whole paragraphs, as far as nothing stands outside
//	                                      the ends; otherwise the text from end to end
//	in two rows of one table              whole rows
//	in two cells of one row               the row; for a condition that does not enclose
//	                                      the whole row, the contents of the cells
//
// Everything else is a fault. Settling turns each control tag into an event
// before or after an element, or at a place in a paragraph.

// level is what a block is made of.
type level uint8

const (
	inline     level = iota // part of one paragraph
	paragraphs              // paragraphs, and whatever stands between them
	rows                    // rows of one table
	cells                   // cells of one row
	mismatch                // its ends stand in different containers
)

// block is a pair of control tags, with the branches between.
type block struct {
	spots []*spot // start, branches, end; only the tag that names the list for the implicit repetition of a row
	path  []string
	conds []*tag.Tag // of the branches of a condition; nil for {{否则}}
	level level
	units []*node // for each spot the child of the common container that holds it
	part  bool    // one of several pieces into which a condition over cells was cut

	crossed bool // a fault of its order was reported
}

func (b *block) loops() bool { return b.conds == nil }

// event is a block that begins (at 0), comes to its next branch or ends (at the last of its spots).
type event struct {
	block *block
	at    int
}

func (e event) begins() bool { return e.at == 0 }
func (e event) ends() bool   { return e.at == len(e.block.spots)-1 }

// story is a text in which blocks can be paired: the body, a text box, a note, a header.
type story struct {
	root  *node
	paras []*para // in order, those in tables included
	spots []*spot
}

// pair finds the blocks of a story.
func (c *compiler) pair(s *story) []*block {
	tags := make([]*tag.Tag, len(s.spots))
	for i, spot := range s.spots {
		tags[i] = spot.tag
	}
	match, faults := tag.PairAt(tags, strconv.Itoa)
	for _, f := range faults {
		i, _ := strconv.Atoi(f.Place) // what Itoa wrote
		c.faultAt(s.spots[i].para, f)
	}
	var found, open []*block
	for i, spot := range s.spots {
		switch spot.tag.Kind {
		case tag.Each, tag.If:
			if b := chain(s.spots, match, i); b != nil {
				found = append(found, b)
			}
		}
		if spot.event == nil {
			spot.around = slices.Clone(open)
			continue
		}
		if spot.event.ends() {
			open = open[:len(open)-1]
		}
		if n := len(open); n > 0 && !spot.event.begins() && !spot.event.ends() {
			spot.around = slices.Clone(open[:n-1])
		} else {
			spot.around = slices.Clone(open)
		}
		if spot.event.begins() {
			open = append(open, spot.event.block)
		}
	}
	return found
}

// chain builds the block that begins at spots[i], nil when it has no end.
func chain(spots []*spot, match []int, i int) *block {
	b := &block{spots: []*spot{spots[i]}}
	for k := match[i]; ; k = match[k] {
		if k < 0 {
			return nil
		}
		b.spots = append(b.spots, spots[k])
		if kind := spots[k].tag.Kind; kind == tag.EndEach || kind == tag.EndIf {
			break
		}
	}
	if t := spots[i].tag; t.Kind == tag.Each {
		b.path = t.Path
	} else {
		for _, s := range b.spots[:len(b.spots)-1] {
			cond := s.tag
			if cond.Kind == tag.Else {
				cond = nil
			}
			b.conds = append(b.conds, cond)
		}
	}
	for at, s := range b.spots {
		s.event = &event{b, at}
	}
	return b
}

// control reports whether the tag belongs to a block.
func (s *spot) control() bool {
	switch s.tag.Kind {
	case tag.Each, tag.EndEach, tag.If, tag.ElseIf, tag.Else, tag.EndIf:
		return true
	}
	return false
}

// level decides what a block is made of.
func (p *part) level(b *block) {
	first := b.spots[0].para.node
	common := ancestors(first)
	same := true
	for _, s := range b.spots[1:] {
		same = same && s.para.node == first
		other := ancestors(s.para.node)
		i := 0
		for i < len(common) && i < len(other) && common[i] == other[i] {
			i++
		}
		common = common[:i]
	}
	if same {
		b.level = inline
		return
	}
	for i, s := range b.spots {
		path := append(ancestors(s.para.node), s.para.node)
		unit := path[len(common)]
		b.units = append(b.units, unit)
		if l := shape(unit, s.para.node); i == 0 {
			b.level = l
		} else if l != b.level {
			b.level = mismatch
		}
	}
}

// ancestors are the elements around n, outermost first.
func ancestors(n *node) []*node {
	var list []*node
	for at := n.parent; at != nil; at = at.parent {
		list = append(list, at)
	}
	slices.Reverse(list)
	return list
}

// shape tells what a block is made of whose container has the child unit, which holds the tag's paragraph p.
func shape(unit, p *node) level {
	l := paragraphs
	for n := p; ; n = n.parent {
		switch n.name {
		case "w:tbl":
			return mismatch
		case "w:tc":
			l = cells
		case "w:tr":
			l = rows
		}
		if n == unit {
			break
		}
	}
	if l == paragraphs && unit != p {
		return mismatch
	}
	return l
}

// settle turns the control tags of a story into events, in their order.
func (c *compiler) settle(p *part, s *story) {
	for _, b := range c.pair(s) {
		if p.level(b); b.level == mismatch {
			start, end := b.spots[0], b.spots[len(b.spots)-1]
			c.fault(start, fmt.Sprintf("它与 %s（%s）不在同一处：两端要在同一段、同一单元格的几段、同一行的单元格或同一表格的几行里", end.tag.Source, end.para.place))
			for _, s := range b.spots {
				s.event = nil
			}
		}
	}
	for _, spot := range s.spots {
		if spot.event == nil {
			continue
		}
		e := *spot.event
		switch e.block.level {
		case paragraphs:
			p.settleParagraph(spot, e)
		case rows:
			p.settleRow(spot, e)
		case cells:
			p.settleCell(s, spot, e)
		}
	}
	for _, q := range s.paras {
		if len(q.spots) > 0 && !q.dropped && q.bare(0, len(q.text)) && !q.section() && q.onlyNotes() && p.spare(q) {
			q.dropped = true
		}
	}
}

// section reports whether the paragraph ends a section, which must not go.
func (q *para) section() bool { return q.node.kid("w:pPr").kid("w:sectPr") != nil }

// onlyNotes reports whether the paragraph's tags are all comments or {{合并}}.
func (q *para) onlyNotes() bool {
	for _, s := range q.spots {
		if s.tag.Kind != tag.Comment && s.tag.Kind != tag.Merge {
			return false
		}
	}
	return true
}

// spare reports whether the container of the paragraph has another one that is not dropped.
func (p *part) spare(q *para) bool {
	for _, k := range q.node.parent.kids {
		if k.name == "w:p" && k != q.node && !p.paras[k].dropped {
			return true
		}
	}
	return false
}

// settleParagraph places an event of a block over paragraphs.
func (p *part) settleParagraph(s *spot, e event) {
	q := s.para
	bare := q.bare(0, len(q.text))
	if e.block.cuts() {
		p.settleCut(s, e, bare && !q.section())
		return
	}
	front, back := q.bare(0, s.from), q.bare(s.to, len(q.text))
	q.dropped = q.dropped || bare && !q.section()
	before := front && !bare
	switch {
	case bare:
		before = !e.begins()
	case e.ends():
		before = !back
	}
	p.at(q.node, before, e)
	s.event = nil
}

// cuts reports whether the block begins or ends in the middle of a paragraph,
// so that it is the text from end to end and not whole paragraphs.
func (b *block) cuts() bool {
	for _, s := range b.spots {
		if q := s.para; !q.bare(0, s.from) && !q.bare(s.to, len(q.text)) {
			return true
		}
	}
	return false
}

// settleCut leaves the event where it stands. An end alone in its paragraph
// moves into the neighbour, so that no empty line is left.
func (p *part) settleCut(s *spot, e event, alone bool) {
	q := s.para
	p.touch(q.node)
	if !alone {
		return
	}
	if next := p.neighbour(q, 1); e.begins() && next != nil && !next.bare(0, len(next.text)) {
		next.open = append(next.open, e)
		p.touch(next.node)
		q.dropped, s.event = true, nil
	}
	if prev := p.neighbour(q, -1); e.ends() && prev != nil && !prev.dropped {
		prev.last = append(prev.last, e)
		p.touch(prev.node)
		q.dropped, s.event = true, nil
	}
}

// neighbour is the paragraph next to q, nil when something else stands there.
func (p *part) neighbour(q *para, step int) *para {
	kids := q.node.parent.kids
	if i := slices.Index(kids, q.node) + step; i >= 0 && i < len(kids) && kids[i].name == "w:p" && !kids[i].empty() {
		return p.paras[kids[i]]
	}
	return nil
}

// settleRow places an event of a block over rows. A row of control tags alone goes.
func (p *part) settleRow(s *spot, e event) {
	unit := e.block.units[e.at]
	row := rowOf(unit, s.para.node)
	alone := p.bareRow(row, s.para.story)
	p.dropRow[row] = p.dropRow[row] || alone
	before := !e.ends()
	if alone {
		before = !e.begins()
	}
	p.at(unit, before, e)
	p.releaseParagraph(s)
}

// releaseParagraph drops the paragraph of a control tag over rows or cells,
// when it says nothing else and its cell has another one.
func (p *part) releaseParagraph(s *spot) {
	q := s.para
	s.event = nil
	if q.bare(0, len(q.text)) && !q.section() && p.spare(q) {
		q.dropped = true
	}
}

// rowOf is the outermost row between unit and p.
func rowOf(unit, p *node) *node {
	var row *node
	for n := p; ; n = n.parent {
		if n.name == "w:tr" {
			row = n
		}
		if n == unit {
			return row
		}
	}
}

// bareRow reports whether nothing but control tags stands in the row.
func (p *part) bareRow(row *node, s *story) bool {
	for _, q := range s.paras {
		if within(q.node, row) && (!q.bare(0, len(q.text)) || q.node.around("w:tr") != row) {
			return false
		}
	}
	return true
}

// settleCell places an event of a block over cells of one row.
func (p *part) settleCell(s *story, spot *spot, e event) {
	b := e.block
	row := b.units[e.at].around("w:tr")
	whole := b.loops() || len(b.spots) == 2 && p.bareAround(s, row, b.spots[0], b.spots[1])
	switch {
	case !whole && e.begins():
		p.cutCells(s, b)
	case !whole:
		// cutCells has placed all events of the block
	case e.begins():
		p.inRow[row] = append(p.inRow[row], e)
		p.touch(row)
		p.releaseParagraph(spot)
	default:
		p.endRow[row] = append(p.endRow[row], e)
		p.releaseParagraph(spot)
	}
}

// bareAround reports whether nothing stands in the row before start and behind end.
func (p *part) bareAround(s *story, row *node, start, end *spot) bool {
	passed := 0
	for _, q := range s.paras {
		from, to := 0, len(q.text)
		if !within(q.node, row) {
			continue
		}
		if q == start.para {
			if passed = 1; !q.bare(0, start.from) {
				return false
			}
			continue
		}
		if q == end.para {
			if passed = 2; !q.bare(end.to, to) {
				return false
			}
			continue
		}
		if passed != 1 && !q.bare(from, to) {
			return false
		}
	}
	return true
}

// cutCells cuts a condition over cells into conditions over what their
// paragraphs say, so that the cells stay.
func (p *part) cutCells(s *story, b *block) {
	from := slices.Index(s.paras, b.spots[0].para)
	end := len(b.spots) - 1
	to := slices.Index(s.paras, b.spots[end].para)
	branch, used := 0, false
	for _, q := range s.paras[from : to+1] {
		first := branch
		var own []*spot // the control tags of the block in this paragraph
		for at, spot := range b.spots {
			if spot.para == q {
				own = append(own, spot)
				if at > 0 && at < end {
					branch = at
				}
			}
		}
		if len(own) > 0 && q.bare(0, len(q.text)) && !q.section() && p.spare(q) {
			q.dropped = true
			for _, spot := range own {
				spot.event = nil
			}
			continue
		}
		if len(q.atoms) == 0 {
			continue
		}
		piece := &block{spots: b.spots, conds: b.conds, level: inline, part: used}
		used = true
		if q != b.spots[0].para {
			for at := 0; at <= first; at++ {
				q.open = append(q.open, event{piece, at})
			}
		}
		for at, spot := range b.spots {
			if spot.para == q {
				spot.event = &event{piece, at}
			}
		}
		if q != b.spots[end].para {
			q.last = slices.Insert(q.last, 0, event{piece, end})
		}
		p.touch(q.node)
	}
}

// at puts an event before or after an element.
func (p *part) at(n *node, before bool, e event) {
	if before {
		p.before[n] = append(p.before[n], e)
	} else {
		p.after[n] = append(p.after[n], e)
	}
	p.touch(n)
}

// touch marks an element, and what is around it, as not to be copied as it stands.
func (p *part) touch(n *node) {
	for ; n != nil && !p.touched[n]; n = n.parent {
		p.touched[n] = true
	}
}

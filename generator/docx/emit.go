package docx

import (
	"fmt"
	"slices"

	"jixiao/generator/tag"
)

// op is one step of a program.
type op interface{ run(*state) }

// static are bytes that stay.
type static []byte

func (b static) run(st *state) { st.out = append(st.out, b...) }

// builder walks a part and writes its program.
type builder struct {
	c      *compiler
	p      *part
	tree   *tree
	frames []*frame
	ranges []*rangeOp
	marks  bool       // the container at hand must know what it ends in; see structure.go
	lists  [][]string // repeated around the whole walk: those around the document, and those around a note's reference
	labels map[*node]*labelCell
	copies bool // what is written may be written several times, though no list is repeated around it: a note

	// Of the table at hand.
	rowPlans []row
	columns  map[column]int // merged columns, with their numbers
}

// frame gathers the operations of a block, or of a piece of structure, until its end.
type frame struct {
	block    *block // nil: structure
	table    *node  // of a structure: the table
	branches [][]op // finished branches of a condition
	ops      []op
	loop     *eachOp // what a list will repeat
	fields   int     // fields that are open
	cut      bool    // a field reaches beyond it
}

// field notes that a field begins or ends.
func (f *frame) field(opens bool) {
	if opens {
		f.fields++
		return
	}
	if f.fields--; f.fields < 0 {
		f.cut = true
	}
}

// endBranch checks that what was opened in a branch was closed in it.
func (f *frame) endBranch() {
	f.cut = f.cut || f.fields != 0
	f.fields = 0
}

// write compiles a part to its program.
func (c *compiler) write(p *part) {
	b := &builder{c: c, p: p, tree: p.tree, lists: c.around, labels: map[*node]*labelCell{}}
	c.prepare(p)
	prog := &program{name: p.name, kind: p.kind, changes: p.changes}
	prog.ops = b.within(nil, func() {
		b.static(b.tree.data[:b.tree.root.start])
		b.node(b.tree.root)
		b.static(b.tree.data[b.tree.root.end:])
	})
	b.pairRanges()
	prog.ops = finish(prog.ops)
	c.t.parts = append(c.t.parts, prog)
}

// slot reserves a number that counts during one rendering.
func (b *builder) slot() int {
	b.c.slots++
	return b.c.slots - 1
}

func (b *builder) top() *frame { return b.frames[len(b.frames)-1] }

func (b *builder) op(o op) { b.top().ops = append(b.top().ops, o) }

func (b *builder) static(data []byte) {
	if len(data) > 0 {
		b.op(static(data))
	}
}

func (b *builder) text(s string) { b.static([]byte(s)) }

// within gathers what f writes.
func (b *builder) within(table *node, f func()) []op {
	own := &frame{table: table}
	depth := len(b.frames)
	b.frames = append(b.frames, own)
	f()
	for _, left := range b.frames[depth+1:] {
		b.crossed(left.block)
	}
	b.frames = b.frames[:depth]
	return own.ops
}

// innermost is the innermost block around, nil outside.
func (b *builder) innermost() *frame {
	for _, f := range slices.Backward(b.frames) {
		if f.block != nil {
			return f
		}
	}
	return nil
}

// repeated reports whether what is written now may be written several times.
func (b *builder) repeated() bool {
	if b.copies {
		return true
	}
	for _, f := range b.frames {
		if f.loop != nil {
			return true
		}
	}
	return false
}

// listsAround are the lists that are being repeated, outermost first.
func (b *builder) listsAround() [][]string {
	lists := slices.Clone(b.lists)
	for _, f := range b.frames {
		if f.loop != nil {
			lists = append(lists, f.loop.path)
		}
	}
	return lists
}

// use notes where a tag is used.
func (b *builder) use(s *spot) {
	if !s.para.echo {
		b.c.t.uses = append(b.c.t.uses, tag.Use{Place: s.para.place, Tag: s.tag, Lists: b.listsAround()})
	}
}

// fire lets the events happen.
func (b *builder) fire(events []event) {
	for _, e := range events {
		switch {
		case e.begins():
			if !e.block.part {
				b.use(e.block.spots[0])
			}
			b.begin(e.block)
		case e.ends():
			b.end(e.block)
		default:
			b.branch(e)
		}
	}
}

// begin opens a block.
func (b *builder) begin(bl *block) {
	f := &frame{block: bl}
	if bl.loops() {
		f.loop = &eachOp{path: bl.path, slot: b.slot()}
		b.slot() // for its executions; see eachOp
	}
	b.frames = append(b.frames, f)
}

// branch goes on to the next branch of a condition.
func (b *builder) branch(e event) {
	f := b.top()
	if f.block != e.block {
		b.crossed(e.block)
		return
	}
	f.endBranch()
	f.branches = append(f.branches, f.ops)
	f.ops = nil
	if s := e.block.spots[e.at]; s.tag.Kind == tag.ElseIf && !e.block.part {
		b.use(s)
	}
}

// end closes a block and writes its operation.
func (b *builder) end(bl *block) {
	f := b.top()
	if f.block != bl {
		b.crossed(bl)
		return
	}
	f.endBranch()
	b.frames = b.frames[:len(b.frames)-1]
	if f.cut {
		b.c.fault(bl.spots[0], "这个块把一个域（目录、页码、公式等）切成了两段：请把整个域放进块里，或全部移到块外")
	}
	if f.loop != nil {
		f.loop.body = f.ops
		b.op(f.loop)
		return
	}
	o := &ifOp{conds: bl.conds, branches: make([][]op, len(bl.conds))}
	copy(o.branches, append(f.branches, f.ops)) // a piece of a condition over cells may lack its last branches
	b.op(o)
}

// crossed notes that a block begins inside another one and ends outside of it, or the other way round.
func (b *builder) crossed(bl *block) {
	if bl == nil || bl.crossed {
		return
	}
	bl.crossed = true
	b.c.fault(bl.spots[0], fmt.Sprintf("它与相邻的块在同一段（行）里首尾交错：请让 %s 与前后的控制标签各占一段（行）", bl.spots[0].tag.Source))
}

// node writes an element with everything inside.
func (b *builder) node(n *node) {
	switch {
	case n.name == "w:tbl" && (b.p.touched[n] || b.marks):
		b.table(n)
	case n.name == "w:p" && b.p.touched[n]:
		b.paragraph(b.p.paras[n])
	case !b.p.touched[n] && !b.marks:
		b.raw(n.start, n.end)
	case !b.p.touched[n]:
		b.raw(n.start, n.end)
		b.mark(n)
	case n.name == "w:footnote" || n.name == "w:endnote":
		b.note(n)
	case n.name == "w:hdr":
		b.header(n)
	case container(n.name):
		b.raw(n.start, n.body)
		b.children(n, n.body)
		b.raw(n.bodyEnd, n.end)
	case n.transparent() && b.marks:
		b.shell(n)
	default:
		at := n.start
		for _, k := range n.kids {
			b.raw(at, k.start)
			b.child(k)
			at = k.end
		}
		b.raw(at, n.end)
	}
}

// child writes an element with the events around it.
func (b *builder) child(n *node) {
	b.fire(b.p.before[n])
	if q := b.p.paras[n]; q != nil && q.dropped {
		b.leftovers(n)
	} else {
		b.node(n)
	}
	b.fire(b.p.after[n])
}

// leftovers writes, of an element that goes, the ends of ranges inside: their other ends stay.
func (b *builder) leftovers(n *node) {
	for _, s := range b.tree.sitesIn(n.start, n.end) {
		if start, end := s.span(); s.kind == rangeEnd {
			b.raw(start, end)
		}
	}
}

// finish joins bytes that follow one another, in the program and in everything inside.
func finish(ops []op) []op {
	var out []op
	var run []byte
	flush := func() {
		if len(run) > 0 {
			out = append(out, static(slices.Clip(run)))
			run = nil
		}
	}
	for _, o := range ops {
		if r, ok := o.(*rangeOp); ok {
			if o = r.becomes; o == nil {
				continue
			}
		}
		if s, ok := o.(static); ok {
			run = append(run, s...)
			continue
		}
		flush()
		if s, ok := o.(interface{ inner() []*[]op }); ok {
			for _, list := range s.inner() {
				*list = finish(*list)
			}
		}
		out = append(out, o)
	}
	flush()
	return out
}

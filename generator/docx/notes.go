package docx

import (
	"strconv"
	"strings"

	"jixiao/generator/expr"
)

// A footnote or endnote stands in a part of its own; the text only refers to
// it. Where a reference is repeated, every copy gets a note of its own, printed
// with the item that the reference stood in. The notes are therefore rendered
// after the document.

// noteUse is what the compiler knows of the references to a note.
type noteUse struct {
	lists    [][]string // repeated around the reference
	repeated bool
}

// noteCopy is one note that a rendering has referred to.
type noteCopy struct {
	key   string
	id    int
	scope expr.Scope
}

// noteKey names a note: footnote 3.
func noteKey(element, id string) string {
	kind := strings.TrimPrefix(strings.TrimSuffix(element, "Reference"), "w:")
	return kind + " " + id
}

// noteID writes the id of a note or of a reference to one.
func (b *builder) noteID(s *site, repeated bool) op {
	if !strings.HasSuffix(s.node.name, "Reference") {
		if b.copies {
			return copyIDOp{}
		}
		return nil
	}
	key := noteKey(s.node.name, s.key)
	use := b.c.notes[key]
	if use == nil {
		use = &noteUse{lists: b.listsAround()}
		b.c.notes[key] = use
	}
	use.repeated = use.repeated || repeated
	id, err := strconv.Atoi(s.key)
	if !repeated || err != nil {
		return nil
	}
	return &noteIDOp{key: key, id: id, slot: b.slot()}
}

// note writes a note; one whose references are repeated once for each of them.
func (b *builder) note(n *node) {
	id, _ := b.tree.attr(n, "w", "id")
	key := noteKey(n.name, id)
	use := b.c.notes[key]
	if use == nil {
		use = &noteUse{lists: b.c.around}
	}
	b.lists, b.copies = use.lists, use.repeated
	ops := b.within(nil, func() {
		b.raw(n.start, n.body)
		b.children(n, n.body)
		b.raw(n.bodyEnd, n.end)
	})
	b.lists, b.copies = b.c.around, false
	if use.repeated {
		ops = []op{&noteOp{key: key, ops: ops}}
	}
	for _, o := range ops {
		b.op(o)
	}
}

// noteIDOp writes the id of a reference: the first keeps its number, copies get the next free one.
type noteIDOp struct {
	key  string
	id   int
	slot int
}

func (o *noteIDOp) run(st *state) {
	id := o.id
	if st.slots[o.slot] > 0 {
		st.note++
		id = st.note
	}
	st.slots[o.slot] = 1
	st.notes = append(st.notes, noteCopy{o.key, id, st.scope})
	st.out = strconv.AppendInt(st.out, int64(id), 10)
}

// noteOp writes a note for every reference to it.
type noteOp struct {
	key string
	ops []op
}

func (o *noteOp) run(st *state) {
	for _, n := range st.notes {
		if n.key == o.key {
			st.scope, st.copying = n.scope, n.id
			st.do(o.ops)
		}
	}
	st.scope = st.root
}

func (o *noteOp) inner() []*[]op { return []*[]op{&o.ops} }

// copyIDOp writes the id of the note at hand.
type copyIDOp struct{}

func (copyIDOp) run(st *state) { st.out = strconv.AppendInt(st.out, int64(st.copying), 10) }

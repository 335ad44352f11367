package docx

import (
	"fmt"
	"strings"
	"sync"

	"jixiao/generator/expr"
	"jixiao/generator/ooxml"
	"jixiao/generator/tag"
)

// Options change how a document is rendered. The zero value leaves it as the template says.
type Options struct {
	// Stamp heads every page of the document, red and bold: 未通过审核（8处错误）. "" for none.
	Stamp string
}

// program writes one part.
type program struct {
	name, kind string
	ops        []op
	changes    bool // with every document; otherwise only for a stamp
}

// Render fills the template. It never fails for what the data says: what is
// missing or unreadable prints as the tag's format has it. It fails for a
// template with faults, and when a part would become larger than the limit that
// Compile was given. The same template, data and options give the same bytes.
func (t *Template) Render(s expr.Scope, opt Options) ([]byte, error) {
	if t.faulty > 0 {
		return nil, fmt.Errorf("模板有 %d 处错误，改好之后才能生成文档", t.faulty)
	}
	l := &t.plain
	if opt.Stamp != "" {
		l = &t.marked
	}
	st := states.Get().(*state)
	st.begin(t, s, opt)
	defer func() {
		st.scope, st.root = nil, nil // the data is not to outlive the rendering
		clear(st.notes)
		states.Put(st)
	}()
	ends := make([]int, len(l.programs))
	for i, p := range l.programs {
		st.part = len(st.out)
		st.do(p.ops)
		if st.full {
			return nil, fmt.Errorf("生成的文档超过 %d MB：请检查模板里重复的部分是否套了太多层", t.limit>>20)
		}
		ends[i] = len(st.out)
	}
	parts := make([][]byte, 0, len(l.programs)+len(l.fixed))
	start := 0
	for _, end := range ends {
		parts = append(parts, st.out[start:end:end])
		start = end
	}
	return l.skeleton.Write(append(parts, l.fixed...))
}

// state is what one rendering changes. Its buffers are used again.
type state struct {
	out   []byte
	scope expr.Scope
	root  expr.Scope
	stamp string
	limit int64
	part  int  // where the part at hand begins in out
	full  bool // the part has become too large

	slots    []int // what counts once per rendering, by the numbers the compiler gave
	serial   int   // grows with every item of a list and every table
	index    int   // of the item at hand
	count    int   // of the list at hand
	last     lastBlock
	row      int // rows written
	rows     int // of them in the table at hand
	merges   []merged
	scratch  []byte
	section  [2]int // where the section that the paragraph at hand ends stands in out
	drawings int    // highest number in use
	note     int    // highest number in use
	notes    []noteCopy
	copying  int // id of the note at hand
}

var states = sync.Pool{New: func() any { return new(state) }}

// begin makes the state ready for one document.
func (st *state) begin(t *Template, s expr.Scope, opt Options) {
	slots, merges := st.slots, st.merges
	if cap(slots) < t.slots {
		slots = make([]int, t.slots)
	}
	if cap(merges) < t.merges {
		merges = make([]merged, t.merges)
	}
	slots, merges = slots[:t.slots], merges[:t.merges]
	clear(slots)
	for i := range merges {
		merges[i] = merged{text: merges[i].text[:0]}
	}
	*st = state{
		out: st.out[:0], scratch: st.scratch[:0], notes: st.notes[:0], slots: slots, merges: merges,
		scope: s, root: s, stamp: opt.Stamp, limit: t.limit, drawings: t.drawings, note: t.notes,
	}
}

func (st *state) do(ops []op) {
	for _, o := range ops {
		o.run(st)
	}
}

// eachOp repeats its body for every item of a list. In slot it keeps a number
// for the item at hand, in slot+1 one for the execution of the whole list.
type eachOp struct {
	path []string
	slot int
	body []op
}

func (o *eachOp) run(st *state) {
	items, ok := expr.Repeat(st.scope, o.path)
	if !ok {
		// A record that is no list stands for itself; what is not there has no items.
		if b, found := expr.Path(st.scope, o.path); found && b.Current != nil {
			items = []expr.Scope{st.scope}
		}
	}
	scope, index, count := st.scope, st.index, st.count
	st.serial++
	st.slots[o.slot+1] = st.serial
	for i, item := range items {
		if int64(len(st.out)-st.part) > st.limit {
			st.full = true
			break
		}
		st.serial++
		st.slots[o.slot] = st.serial
		st.scope, st.index, st.count = item, i, len(items)
		st.do(o.body)
	}
	st.scope, st.index, st.count = scope, index, count
}

func (o *eachOp) inner() []*[]op { return []*[]op{&o.body} }

// ifOp writes the first branch whose condition holds.
type ifOp struct {
	conds    []*tag.Tag // nil for {{否则}}
	branches [][]op
}

func (o *ifOp) run(st *state) {
	for i, cond := range o.conds {
		if cond == nil || cond.Holds(st.scope) {
			st.do(o.branches[i])
			return
		}
	}
}

func (o *ifOp) inner() []*[]op {
	lists := make([]*[]op, len(o.branches))
	for i := range o.branches {
		lists[i] = &o.branches[i]
	}
	return lists
}

// breakOp writes a page break between items.
type breakOp struct {
	first bool // before each item but the first, instead of behind each but the last
	ops   []op
}

func (o *breakOp) run(st *state) {
	if o.first && st.index > 0 || !o.first && st.index < st.count-1 {
		st.do(o.ops)
	}
}

func (o *breakOp) inner() []*[]op { return []*[]op{&o.ops} }

// sectionOp notes where the end of a section, in the properties of a paragraph, begins (true) and ends.
type sectionOp bool

func (begins sectionOp) run(st *state) {
	if st.section[1] = len(st.out); begins {
		st.section[0] = len(st.out)
	}
}

// valueOp prints a tag inside a w:t.
type valueOp struct {
	tag    *tag.Tag
	prefix string
	split  *splitter
}

func (o *valueOp) run(st *state) {
	lines, paragraphs := o.tag.Print(st.scope)
	for i, line := range lines {
		switch {
		case i == 0:
		case paragraphs:
			o.split.run(st)
		default:
			o.between(st, "br")
		}
		for {
			at := strings.IndexAny(line, "\t\n\r\v\f")
			if at < 0 {
				break
			}
			st.out = ooxml.Escape(st.out, line[:at])
			if line[at] == '\t' {
				o.between(st, "tab")
			} else {
				o.between(st, "br")
			}
			line = line[at+1:]
		}
		st.out = ooxml.Escape(st.out, line)
	}
}

// between interrupts the text for a line end or a tab.
func (o *valueOp) between(st *state, name string) {
	st.out = append(st.out, "</"...)
	st.out = append(st.out, o.prefix...)
	st.out = append(st.out, "t><"...)
	st.out = append(st.out, o.prefix...)
	st.out = append(st.out, name...)
	st.out = append(st.out, "/><"...)
	st.out = append(st.out, o.prefix...)
	st.out = append(st.out, `t xml:space="preserve">`...)
}

// splitter ends a paragraph in the middle of its text and begins another one like it.
type splitter struct {
	close   []byte // from the text to the end of the paragraph
	open    []byte // the paragraph up to the end of its properties
	props   []byte // the end of the properties
	inside  []byte // from there to the text
	section bool   // the paragraph ends a section
}

func (o *splitter) run(st *state) {
	var section []byte
	if from, to := st.section[0], st.section[1]; o.section {
		// The section ends with the last paragraph.
		st.scratch = append(st.scratch[:0], st.out[from:to]...)
		section = st.scratch
		st.out = append(st.out[:from], st.out[to:]...)
	}
	st.out = append(st.out, o.close...)
	st.out = append(st.out, o.open...)
	st.section[0] = len(st.out)
	st.out = append(st.out, section...)
	st.section[1] = len(st.out)
	st.out = append(st.out, o.props...)
	st.out = append(st.out, o.inside...)
}

// rowOp counts a row of a table.
type rowOp struct{}

func (rowOp) run(st *state) {
	st.row++
	st.rows++
}

// tableOp writes a table, which goes when it has no rows. In slot it keeps a number for the table at hand.
type tableOp struct {
	apart []byte // written before it when the block before is a table
	ops   []op
	slot  int
	rows  bool // there is always a row
}

func (o *tableOp) run(st *state) {
	start, last, row, rows := len(st.out), st.last, st.row, st.rows
	if last == aTable {
		st.out = append(st.out, o.apart...)
	}
	st.serial++
	st.slots[o.slot] = st.serial
	st.rows = 0
	st.do(o.ops)
	if st.last = aTable; st.rows == 0 && !o.rows {
		st.out, st.last = st.out[:start], last
	}
	st.row, st.rows = row, rows
}

func (o *tableOp) inner() []*[]op { return []*[]op{&o.ops} }

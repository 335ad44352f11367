package fillin

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"jixiao/generator/ooxml"
)

// Bounds of what is looked at for labels, in bytes of normal form. A value may
// be as long as it likes; a label is not.
const (
	scanLimit  = 600 // of a cell
	labelLimit = 180 // of one label
	innerLimit = 400 // of a cell in which several labels are looked for
	titleLimit = 240 // of a cell that holds a label behind its value
	hitLimit   = 1 << 20
)

// grade says how well a text agrees with a label, best last.
type grade uint8

const (
	byLetter grade = iota // one letter differs
	byGlue                // in the cell, but without a colon behind it
	byLoose               // without brackets, 其中, numbers
	byOther               // a synonym
	byExact
)

var gradeWeight = [...]float32{byLetter: 0.5, byGlue: 0.6, byLoose: 0.8, byOther: 0.95, byExact: 1}

// hit is one label of the form found in a cell.
type hit struct {
	cell     int32 // index into sheet.Cells
	label    int32 // index into Map.labels
	from, to int32 // bytes of the cell's text that are the label, with its colon
	value    int32 // for a label behind its value: where the value begins, or -1 when only what stands before tells
	end      int32 // where the value ends that was seen behind the label, 0 when the next label tells
	down     int32 // last row of a label that is spelt downwards, 0 otherwise
	across   int32 // last column of a label that is spread over several cells of a row, 0 otherwise
	grade    grade
	whole    bool // the label is all that the cell says
	weak     bool // it counts only above all other labels, in a title
}

// weight is what a hit counts for the label.
func (h *hit) weight() float32 {
	if h.whole {
		return gradeWeight[h.grade]
	}
	return gradeWeight[h.grade] * 0.97
}

// index finds labels by their text.
type index struct {
	exact  map[string][]spelling // normal form ─► labels
	loose  map[string][]spelling // loose form ─► labels
	tails  map[string][]string   // last two letters ─► the texts of exact that end so
	heads  map[string][]int32    // first two letters ─► labels that stand before their value in the cell
	firsts map[string]bool       // first letters of exact
	starts map[string]bool       // beginnings of exact, shorter than the whole
	totals []totalKey            // labels of a single score
	posts  []postKey             // labels that stand behind their value
	years  []int32               // those of them that stand behind the year
	form   []*form               // of each label
	rows   []int32               // of each label: a number for its row, unique over all sheets
}

// postKey is a label behind its value.
type postKey struct {
	label  int32
	text   []byte
	year   bool // 年度: a year stands before it
	strong bool // long enough to be found anywhere in a cell
}

type spelling struct {
	label int32
	grade grade
}

// spellings brings the synonyms into normal form, each way.
func spellings(synonyms map[string][]string) map[string][]string {
	out := map[string][]string{}
	add := func(a, b string) {
		if a != b && a != "" && b != "" && !slices.Contains(out[a], b) {
			out[a] = append(out[a], b)
		}
	}
	for own, others := range synonyms {
		group := []string{labelOf(own)}
		for _, o := range others {
			group = append(group, labelOf(o))
		}
		for _, a := range group {
			for _, b := range group {
				add(a, b)
			}
		}
	}
	return out
}

// seals are what signature lines carry behind their label, in any spelling.
var seals = []string{"(签字)", "签字", "(盖章)", "盖章", "(签章)", "签章", "(签名)", "签名", "(公章)", "(签字盖章)"}

func newIndex(m *Map, synonyms map[string][]string) index {
	x := index{exact: map[string][]spelling{}, loose: map[string][]spelling{}, tails: map[string][]string{}, heads: map[string][]int32{},
		firsts: map[string]bool{}, starts: map[string]bool{}}
	taken := map[string]bool{}
	row := int32(-1)
	for i, l := range m.labels {
		taken[l.norm] = true
		if i == 0 || l.form != m.labels[i-1].form || l.row != m.labels[i-1].row {
			row++
		}
		x.form, x.rows = append(x.form, l.form), append(x.rows, row)
	}
	for i, l := range m.labels {
		id := int32(i)
		if l.isYear() {
			x.years = append(x.years, id)
		}
		if l.kind == post {
			x.posts = append(x.posts, postKey{id, []byte(l.norm), strings.HasPrefix(l.norm, "年"), speaks(l.norm, 4)})
			continue
		}
		add := func(text string, g grade) {
			if text == "" || slices.ContainsFunc(x.exact[text], func(s spelling) bool { return s.label == id }) {
				return
			}
			x.exact[text] = append(x.exact[text], spelling{id, g})
			x.firsts[text[:firstLetter(text)]] = true
			x.begin(text)
			if t := tail(text); t != "" && !slices.Contains(x.tails[t], text) {
				x.tails[t] = append(x.tails[t], text)
			}
		}
		add(l.norm, byExact)
		others := append(slices.Clone(synonyms[l.norm]), synonyms[looseText(l.text)]...)
		if strings.Contains(l.norm, "(") {
			others = append(others, strings.NewReplacer("(", "", ")", "").Replace(l.norm))
		}
		others = append(others, signatures(l.norm)...)
		slices.Sort(others) // synonyms come from a map
		for _, o := range others {
			if !taken[o] || slices.Contains(synonyms[l.norm], o) {
				add(o, byOther)
			}
		}
		for _, t := range append([]string{l.norm}, others...) {
			t = looseText(t)
			// Where only the brackets tell two labels of a row apart, they are needed.
			if !siblings(m, l, t) && !slices.Contains(x.loose[t], spelling{id, byLoose}) {
				x.loose[t] = append(x.loose[t], spelling{id, byLoose})
			}
		}
		if h := head(l.norm); l.kind == pre && h != "" {
			x.heads[h] = append(x.heads[h], id)
		}
	}
	x.findTotals(m)
	return x
}

// signatures are the other ways to write the label of a signature line.
func signatures(text string) []string {
	for _, s := range seals {
		if stem := strings.TrimSuffix(text, s); stem != text && speaks(stem, 2) {
			out := []string{stem}
			for _, t := range seals {
				out = append(out, stem+t)
			}
			return out
		}
	}
	return nil
}

func siblings(m *Map, l *label, loose string) bool {
	for _, i := range l.form.rows[l.row].labels {
		if o := l.form.labels[i]; o != l && o.norm != l.norm && looseText(o.text) == loose {
			return true
		}
	}
	return false
}

// tail and head are the last and first two letters of a text.
func tail[T string | []byte](text T) T {
	n := lastLetter(text)
	return text[len(text)-n-lastLetter(text[:len(text)-n]):]
}

func head[T string | []byte](text T) T {
	n := firstLetter(text)
	return text[:n+firstLetter(text[n:])]
}

// lastLetter and firstLetter are the lengths of a letter at an end of a text.
func lastLetter[T string | []byte](text T) int {
	n := 0
	for n < len(text) {
		n++
		if text[len(text)-n]&0xC0 != 0x80 {
			break
		}
	}
	return n
}

func firstLetter[T string | []byte](text T) int {
	n := min(1, len(text))
	for n < len(text) && text[n]&0xC0 == 0x80 {
		n++
	}
	return n
}

// scanner looks for labels in one sheet.
type scanner struct {
	m       *Map
	v       *view
	n       normal
	cell    int32
	letters []letter
	halves  []int32              // cells that may be the upper half of a label
	room    [labelLimit + 8]byte // scratch
}

// scan finds all labels in the sheet. It returns false for a sheet that holds
// more of them than any form could.
func (m *Map) scan(v *view) bool {
	s := &scanner{m: m, v: v}
	for i := range v.sheet.Cells {
		c := &v.sheet.Cells[i]
		if c.Kind != ooxml.TextCell || v.covered(c.Ref) {
			continue
		}
		s.cell = int32(i)
		s.one(c)
		if len(v.hits) > hitLimit {
			return false
		}
	}
	s.downwards()
	s.join()
	return true
}

// one looks at one cell.
func (s *scanner) one(c *ooxml.Cell) {
	limit := scanLimit
	if len(c.Text) > 4*scanLimit {
		limit = labelLimit + 8 // running text: only a label at its beginning counts
	}
	s.n.set(c.Text, limit)
	b := bare(s.n.b)
	if len(b) < 2 {
		return
	}
	if s.m.index.starts[string(b)] {
		s.halves = append(s.halves, s.cell)
	}
	if _, size := utf8.DecodeRune(b); size == len(b) {
		s.letters = append(s.letters, letter{c.Ref, s.cell, string(b)})
		return
	}
	s.notesUnit(c)
	first := len(s.v.hits)
	if len(b) <= labelLimit {
		s.whole(b, len(c.Text), 0)
	}
	full := len(s.n.b) < limit
	if len(s.v.hits) == first {
		s.start()
	}
	if full && len(s.n.b) <= innerLimit {
		s.inner(first)
	}
	if full && len(s.n.b) <= titleLimit {
		s.behind(first)
		s.titled(first)
	}
}

func (s *scanner) add(h hit) {
	h.cell = s.cell
	s.v.hits = append(s.v.hits, h)
}

// whole looks the whole text of a cell up.
func (s *scanner) whole(b []byte, length int, down int32) {
	first := len(s.v.hits)
	for _, e := range s.m.index.exact[string(b)] {
		s.add(hit{label: e.label, to: int32(length), value: -1, grade: e.grade, whole: true, down: down})
	}
	rest := b
	if at := bytes.Index(b[:min(len(b), 20)], []byte("其中:")); at >= 0 {
		rest = b[at+len("其中:"):]
	}
	if bytes.IndexByte(rest, ':') >= 0 {
		return // 填报单位：（盖章） is a label with its value
	}
	for _, e := range s.m.index.loose[string(loose(b, s.room[:]))] {
		if !slices.ContainsFunc(s.v.hits[first:], func(h hit) bool { return h.label == e.label }) {
			s.add(hit{label: e.label, to: int32(length), value: -1, grade: e.grade, whole: true, down: down})
		}
	}
}

// start looks for a label at the beginning of the cell, with its value behind
// it: 预算部门名称：某局.
func (s *scanner) start() {
	b := s.n.b
	colon := bytes.IndexByte(b, ':')
	if colon < 0 || colon > labelLimit {
		s.glued()
		return
	}
	for p := colon; p >= 0 && p <= labelLimit; p = next(b, p) {
		if list := s.m.index.exact[string(b[:p])]; len(list) > 0 {
			for _, e := range list {
				s.add(hit{label: e.label, to: s.n.trace(p).to, value: -1, grade: e.grade})
			}
			return
		}
	}
	for p := colon; p >= 0 && p <= labelLimit; p = next(b, p) {
		if list := s.m.index.loose[string(loose(b[:p], s.room[:]))]; len(list) > 0 {
			for _, e := range list {
				s.add(hit{label: e.label, to: s.n.trace(p).to, value: -1, grade: e.grade})
			}
			return
		}
	}
	s.glued()
}

// next is the place of the colon after p, -1 when there is none.
func next(b []byte, p int) int {
	if i := bytes.IndexByte(b[p+1:], ':'); i >= 0 {
		return p + 1 + i
	}
	return -1
}

// glued looks for a label without a colon at the beginning: 联系电话 139….
func (s *scanner) glued() {
	var best []int32
	for _, id := range s.m.index.heads[string(head(s.n.b))] {
		l := s.m.labels[id]
		if !bytes.HasPrefix(s.n.b, []byte(l.norm)) || !s.ends(len(l.norm)) {
			continue
		}
		if len(best) > 0 && len(s.m.labels[best[0]].norm) != len(l.norm) {
			if len(l.norm) < len(s.m.labels[best[0]].norm) {
				continue
			}
			best = nil
		}
		best = append(best, id)
	}
	for _, id := range best {
		s.add(hit{label: id, to: s.n.trace(len(s.m.labels[id].norm) - 1).to, value: -1, grade: byGlue})
	}
}

// ends reports whether a label without colon can end before position p: a
// blank or a figure follows.
func (s *scanner) ends(p int) bool {
	if p >= len(s.n.b) {
		return true
	}
	return s.n.b[p] >= '0' && s.n.b[p] <= '9' || s.n.trace(p).from > s.n.trace(p-1).to
}

// inner looks for further labels inside the cell. They count when they stand in
// one row of the form with the label that begins the cell, or, when that one is
// not known, with each other; so a colon in running text is no label.
func (s *scanner) inner(first int) {
	b := s.n.b
	from := bytes.IndexByte(b, ':')
	started := len(s.v.hits) > first
	if started && s.v.hits[first].whole {
		return
	}
	var found []hit
	if from >= 0 {
		start := 0
		for p := from; p >= 0; p = next(b, p) {
			if text := s.longestTail(b[start:p]); text != "" {
				at := bytes.LastIndex(b[start:p], []byte(text)) + start
				for _, e := range s.m.index.exact[text] {
					h := hit{label: e.label, from: s.n.trace(at).from, to: s.n.trace(p).to, value: -1, grade: e.grade}
					if !slices.ContainsFunc(s.v.hits[first:], func(o hit) bool { return o.from == h.from || o.label == h.label }) {
						found = append(found, h)
					}
				}
			}
			start = p + 1
		}
	}
	if len(found) == 0 && !started {
		return
	}
	rows := s.rowsOf(first, found)
	for _, h := range found {
		if slices.Contains(rows, s.m.index.rows[h.label]) {
			s.add(h)
		}
	}
	s.gluedInside(first, rows)
}

// rowsOf returns the rows of the form that the cell takes up.
func (s *scanner) rowsOf(first int, found []hit) []int32 {
	var rows []int32
	for _, h := range s.v.hits[first:] {
		rows = append(rows, s.m.index.rows[h.label])
	}
	if len(rows) > 0 {
		return rows
	}
	for i, h := range found {
		for _, o := range found[:i] {
			if o.label != h.label && o.from != h.from && s.m.index.rows[o.label] == s.m.index.rows[h.label] {
				rows = append(rows, s.m.index.rows[h.label])
			}
		}
	}
	return rows
}

// longestTail returns the longest known label at the end of text, which may
// carry a bracket of its own: 单位负责人（签字）.
func (s *scanner) longestTail(text []byte) string {
	best := ""
	try := func(t []byte) {
		for _, k := range s.m.index.tails[string(tail(t))] {
			if len(k) > len(best) && bytes.HasSuffix(t, []byte(k)) {
				best = k
			}
		}
	}
	if len(text) == 0 {
		return ""
	}
	try(text)
	if open := bytes.LastIndexByte(text, '('); open > 0 && text[len(text)-1] == ')' {
		try(text[:open])
	}
	return best
}

// gluedInside looks for labels without colon of rows that the cell is known to take up.
func (s *scanner) gluedInside(first int, rows []int32) {
	for _, row := range slices.Compact(rows) {
		id, ok := slices.BinarySearch(s.m.index.rows, row)
		if !ok {
			continue
		}
		for ; id < len(s.m.labels) && s.m.index.rows[id] == row; id++ {
			l := s.m.labels[id]
			if l.kind != pre || slices.ContainsFunc(s.v.hits[first:], func(h hit) bool { return h.label == int32(id) }) {
				continue
			}
			at := bytes.Index(s.n.b, []byte(l.norm))
			if at < 0 || !s.ends(at+len(l.norm)) || bytes.Contains(s.n.b[at+1:], []byte(l.norm)) {
				continue
			}
			h := hit{label: int32(id), from: s.n.trace(at).from, to: s.n.trace(at + len(l.norm) - 1).to, value: -1, grade: byGlue}
			if !slices.ContainsFunc(s.v.hits[first:], func(o hit) bool { return o.from < h.to && h.from < o.to }) {
				s.add(h)
			}
		}
	}
}

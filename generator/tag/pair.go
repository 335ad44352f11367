package tag

import (
	"slices"
	"strings"
)

// Pair finds which tags of a sequence belong together. match[i] is, for an
// Each its EndEach, for an If, ElseIf and Else the next branch or the EndIf,
// for an EndEach its Each, for an EndIf its If, and -1 for every other tag and
// for one that has no partner. Every tag without its partner is a fault.
func Pair(tags []*Tag) (match []int, faults []Fault) {
	return PairAt(tags, func(int) string { return "" })
}

// PairAt is Pair for tags that stand at different places; place says where the
// tag of an index stands, for the faults.
func PairAt(tags []*Tag, place func(i int) string) (match []int, faults []Fault) {
	p := pairing{tags: tags, place: place, match: make([]int, len(tags))}
	for i := range p.match {
		p.match[i] = -1
	}
	for i, t := range tags {
		if t == nil {
			continue
		}
		switch t.Kind {
		case Each, If:
			p.open = append(p.open, block{first: i, last: i})
		case ElseIf, Else:
			p.branch(i)
		case EndEach:
			p.end(i, Each)
		case EndIf:
			p.end(i, If)
		}
	}
	for len(p.open) > 0 {
		p.drop()
	}
	slices.SortStableFunc(p.faults, func(a, b placed) int { return a.i - b.i })
	for _, f := range p.faults {
		faults = append(faults, f.Fault)
	}
	return p.match, faults
}

// block is a block that was begun: its first tag, and its latest branch.
type block struct{ first, last int }

type placed struct {
	i int
	Fault
}

type pairing struct {
	tags   []*Tag
	place  func(int) string
	match  []int
	open   []block
	faults []placed
}

func (p *pairing) fault(i int, message string) {
	p.faults = append(p.faults, placed{i, Fault{Place: p.place(i), Source: p.tags[i].Source, Message: message}})
}

var endOf = map[Kind]string{Each: "{{/每个}}", If: "{{/如果}}"}
var beginOf = map[Kind]string{Each: "{{#每个 …}}", If: "{{#如果 …}}"}

// drop gives up the innermost block, which has no end.
func (p *pairing) drop() {
	b := p.open[len(p.open)-1]
	p.open = p.open[:len(p.open)-1]
	p.fault(b.first, "没有配对：后面缺少“"+endOf[p.tags[b.first].Kind]+"”")
	for i := b.first; i >= 0 && i != b.last; {
		i, p.match[i] = p.match[i], -1
	}
}

func (p *pairing) branch(i int) {
	if len(p.open) == 0 || p.tags[p.open[len(p.open)-1].first].Kind != If {
		p.fault(i, "没有配对：不在“{{#如果 …}}”和“{{/如果}}”之间")
		return
	}
	b := &p.open[len(p.open)-1]
	if p.tags[b.last].Kind == Else {
		p.fault(i, "前面已经有“"+p.tags[b.last].Source+"”，“否则”只能有一个，并且在最后")
		return
	}
	p.match[b.last] = i
	b.last = i
}

// end closes the innermost block of the kind; blocks inside it that are open have no end.
func (p *pairing) end(i int, kind Kind) {
	at := len(p.open) - 1
	for at >= 0 && p.tags[p.open[at].first].Kind != kind {
		at--
	}
	if at < 0 {
		p.fault(i, "没有配对：前面缺少“"+beginOf[kind]+"”")
		return
	}
	for len(p.open)-1 > at {
		p.drop()
	}
	b := p.open[at]
	p.open = p.open[:at]
	p.match[b.last], p.match[i] = i, b.first
	if begun, ended := p.tags[b.first].Path, p.tags[i].Path; ended != nil && !slices.Equal(begun, ended) {
		p.fault(i, "与前面的“"+p.tags[b.first].Source+"”不是同一个列表，应是“"+strings.Join(begun, ".")+"”")
	}
}

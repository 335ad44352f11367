package docx

import (
	"fmt"
	"strings"
)

// places counts what people count when they look for a place: the tables of
// the body, the rows of a table, the cells of a row, the paragraphs that stand
// in no table.
type places struct {
	label   string // 正文, 页眉
	ordinal map[*node]int
	paras   map[*node]int // paragraphs directly in the story, for each story
}

// number counts once through a part.
func number(label string, root *node) *places {
	p := &places{label: label, ordinal: map[*node]int{}, paras: map[*node]int{}}
	tables := map[*node]int{}
	root.walk(func(n *node) bool {
		switch n.name {
		case "w:tbl":
			holder := n.around("w:tc")
			if s := storyRoot(n); holder == nil || within(s, holder) {
				holder = s
			}
			tables[holder]++
			p.ordinal[n] = tables[holder]
			for i, row := range n.gather("w:tr") {
				p.ordinal[row] = i + 1
				for j, cell := range row.gather("w:tc") {
					p.ordinal[cell] = j + 1
				}
			}
		case "w:p":
			s := storyRoot(n)
			if c := n.around("w:tc"); c == nil || within(s, c) {
				p.paras[s]++
				p.ordinal[n] = p.paras[s]
			}
		}
		return true
	})
	return p
}

// within reports whether n stands inside outer.
func within(n, outer *node) bool {
	for ; n != nil; n = n.parent {
		if n == outer {
			return true
		}
	}
	return false
}

// storyRoot is the element that holds the text n belongs to: the body, a text
// box, a footnote. Blocks never reach beyond it.
func storyRoot(n *node) *node {
	for n.parent != nil {
		switch n = n.parent; n.name {
		case "w:body", "w:txbxContent", "w:footnote", "w:endnote", "mc:Choice", "mc:Fallback", "w:docPart":
			return n
		}
	}
	return n
}

// of names the place of an element for people: 正文 第3个表 第5行 第2列.
func (p *places) of(n *node) string {
	root := storyRoot(n)
	var inner []string
	add := func(words string) { inner = append(inner, words) }
	nested := false
	for at := n; at != root; at = at.parent {
		i := p.ordinal[at]
		switch at.name {
		case "w:p":
			if i > 0 && (p.paras[root] > 1 || root.name == "w:body") && !boxed(root) {
				add(fmt.Sprintf("第%d段", i))
			}
		case "w:tc":
			add(fmt.Sprintf("第%d列", i))
		case "w:tr":
			add(fmt.Sprintf("第%d行", i))
		case "w:tbl":
			words := fmt.Sprintf("第%d个表", i)
			if nested = at.around("w:tc") != nil && within(at.around("w:tc"), root); nested {
				words = "内嵌" + words
			}
			add(words)
		}
	}
	for i, j := 0, len(inner)-1; i < j; i, j = i+1, j-1 {
		inner[i], inner[j] = inner[j], inner[i]
	}
	switch {
	case root.name == "w:txbxContent":
		inner = append([]string{p.of(root.parent), "文本框"}, inner...)
	case boxed(root):
		inner = append([]string{p.of(root.parent)}, inner...)
	case root.name == "w:footnote" || root.name == "w:endnote":
		words := p.label
		if i := p.note(root); i > 0 {
			words = fmt.Sprintf("第%d条%s", i, p.label)
		}
		inner = append([]string{words}, inner...)
	default:
		inner = append([]string{p.label}, inner...)
	}
	return strings.Join(inner, " ")
}

// boxed reports whether the story hangs in another one.
func boxed(root *node) bool {
	return root.name == "w:txbxContent" || root.name == "mc:Choice" || root.name == "mc:Fallback"
}

// note is the number of a note among those that people see, 0 when there is only one.
func (p *places) note(n *node) int {
	seen, number := 0, 0
	for _, k := range n.parent.kids {
		if (k.name == "w:footnote" || k.name == "w:endnote") && k.kid("w:p") != nil && !separator(k) {
			if seen++; k == n {
				number = seen
			}
		}
	}
	if seen == 1 {
		return 0
	}
	return number
}

// separator reports whether the note is one of the rules that Word draws between text and notes.
func separator(n *node) bool {
	found := false
	n.walk(func(k *node) bool {
		found = found || k.name == "w:separator" || k.name == "w:continuationSeparator"
		return !found
	})
	return found
}

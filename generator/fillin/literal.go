package fillin

import (
	"strings"
	"unicode/utf8"

	"jixiao/generator/tag"
)

// literals finds what the literal texts of a cell with tags say: labels before
// a value (填报人：), labels behind it (年度部门整体支出绩效自评表), and what
// is printed behind it and belongs to nothing (（盖章）, 分). keys tells whether
// labels are wanted; cells in the rows of a list stand under their header and
// need none.
func (c *compiler) literals(k *formCell, keys bool) {
	lits := make([]string, len(k.slots)+1)
	for i, at := 0, 0; i < len(k.pieces); i++ {
		switch p := k.pieces[i]; {
		case p.Tag == nil:
			lits[at] += p.Text
		case p.Tag.Kind == tag.Value && at < len(k.slots):
			at++
		}
	}
	if k.faulty {
		return // its places and literals do not match any more
	}
	behind := ""
	for i, s := range k.slots {
		if i > 0 && lits[i] == "" {
			c.fault(k.rect.From, "", "“%s”和“%s”两个标记之间没有文字，读表时分不开，请在中间写上标签", k.slots[i-1].spec.Name, s.spec.Name)
			k.faulty = true
		}
		var key string
		behind, key, s.opener = splitLiteral(lits[i], i > 0)
		if i > 0 {
			k.slots[i-1].behind = behind
		}
		if keys && key != "" {
			s.key = c.addLabel(pre, key, k)
		}
	}
	last := k.slots[len(k.slots)-1]
	last.behind = normalised(lits[len(k.slots)])
	if !keys {
		c.gaps(k, lits)
		return
	}
	for _, s := range k.slots {
		if s.key >= 0 {
			continue
		}
		if key := suffixKey(s.behind); key != "" {
			s.key = c.addLabel(post, key, k)
			s.behind = ""
		}
	}
	c.gaps(k, lits)
}

// gaps remembers the signs between values of a cell that have no labels of their own: {{甲}}/{{乙}}.
func (c *compiler) gaps(k *formCell, lits []string) {
	for i := range k.slots[:len(k.slots)-1] {
		if k.slots[i].key < 0 && k.slots[i+1].key < 0 {
			k.slots[i].gap = normalised(lits[i+1])
		}
	}
}

// splitLiteral splits the literal text before a value into what still belongs
// to the value before it, in normal form, and the label of the value as it is
// written: “（盖章）　联系电话：”.
func splitLiteral(raw string, between bool) (behind, key, opener string) {
	start := 0
	if between {
		start = wideGap(raw)
	}
	var n normal
	n.set(raw[start:], 4*len(raw))
	s := string(n.b)
	if strings.HasSuffix(s, "(") {
		s, opener = s[:len(s)-1], "("
	}
	cut := 0
	if between && start == 0 {
		for cut < len(s) && s[cut] == '(' {
			n := closing([]byte(s[cut:]))
			if n == 0 {
				break
			}
			cut += n
		}
	}
	if i := strings.LastIndexAny(s, ",;。、"); i >= cut && (between || utf8.RuneCountInString(s) > 30) {
		_, size := utf8.DecodeRuneInString(s[i:])
		cut = i + size
	}
	if k := string(bare([]byte(s[cut:]))); speaks(k, 2) {
		return normalised(raw[:start]) + s[:cut], raw[start:][n.trace(cut).from:n.trace(cut+len(k)-1).to], opener
	}
	return normalised(raw[:start]) + s, "", opener
}

// wideGap returns the offset behind the last wide gap (two blanks, a tab, a
// line break, a Chinese space) that has a label behind it, else 0.
func wideGap(raw string) int {
	best, width, end := 0, 0, 0
	for i, r := range raw {
		if invisible(r) {
			if width++; r != ' ' && r != '\u00a0' {
				width = 2
			}
			end = i + utf8.RuneLen(r)
			continue
		}
		if width >= 2 && !blank(raw[:end]) && speaks(raw[end:], 2) {
			best = end
		}
		width = 0
	}
	return best
}

// suffixKey returns the label that a literal text behind a value can be: its
// words, up to the next sign. “年度）” is 年度; “（盖章）” and “分” are none.
func suffixKey(behind string) string {
	if closing([]byte(behind)) > 0 {
		return ""
	}
	s := strings.Trim(behind, "()")
	if i := strings.IndexAny(s, ",;:。、()"); i >= 0 {
		s = s[:i]
	}
	if !speaks(s, 2) {
		return ""
	}
	return s
}

package fillin

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"jixiao/generator/ooxml"
	"jixiao/generator/value"
)

// cut returns the part of the cell that is the value of label id: from the
// label to the next one, or for a label behind its value from the one before.
func (a *alignment) cut(id int32, s *slot) (text string, last bool) {
	p := a.at[id]
	whole := a.v.sheet.Cells[p.cell].Text
	if p.whole {
		return "", true
	}
	if a.form.labels[id].kind == post {
		return a.clean(whole[a.valueOf(id):p.from], s), false
	}
	end := int32(len(whole))
	if p.end > 0 {
		end = p.end
	}
	for o, q := range a.at {
		if q == nil || q.cell != p.cell || int32(o) == id {
			continue
		}
		if from := a.valueOf(int32(o)); from >= p.to {
			end = min(end, from)
		}
	}
	last = end == int32(len(whole))
	text = whole[p.to:end]
	if s != nil {
		text = a.beforeStranger(text, s)
	}
	return a.clean(text, s), last
}

// valueOf is where, in the cell's text, the stretch begins that label id and
// its value take up.
func (a *alignment) valueOf(id int32) int32 {
	p := a.at[id]
	if a.form.labels[id].kind != post {
		return p.from
	}
	if p.value >= 0 {
		return p.value
	}
	start := int32(0)
	for o, q := range a.at {
		if q != nil && q.cell == p.cell && int32(o) != id && q.to <= p.from {
			start = max(start, q.to)
		}
	}
	return start
}

// stranger is a label that the form does not know, behind a blank: “　手机：”;
// farStranger is one behind a wide gap or a bracket.
var (
	stranger    = regexp.MustCompile(`[\s\x{3000}\x{00a0}]+\p{Han}{2,10}[:：]`)
	farStranger = regexp.MustCompile(`(?:[\s\x{3000}\x{00a0}]{2,}|[\t\n\x{3000}]|([)）])[\s\x{00a0}]*)\p{Han}{2,10}[:：]`)
)

// beforeStranger ends a value before a label that the form does not know:
// 填报单位：某局　　填报日期：2024年3月15日. A single blank parts them only when one of
// the cell's own labels is missing, for which it may stand: 填报人：李某　手机：139….
func (a *alignment) beforeStranger(text string, s *slot) string {
	if slices.ContainsFunc(s.cell.slots, func(o *slot) bool { return o.key >= 0 && a.at[o.key] == nil }) && len(s.cell.slots) > 1 {
		if m := stranger.FindStringIndex(text); m != nil {
			return text[:m[0]]
		}
	}
	if isLines(s.spec) {
		return text
	}
	m := farStranger.FindStringSubmatchIndex(text)
	switch {
	case m == nil || blank(text[:m[0]]):
		return text
	case m[2] >= 0:
		return text[:m[3]] // the bracket is the value's
	}
	return text[:m[0]]
}

// clean trims a value that was cut out of a cell and takes off what the form
// prints behind it: （盖章）, 分, the bracket of （2022年度）.
func (a *alignment) clean(text string, s *slot) string {
	text = trim(text)
	// A bracket that opens for the next value: 某局（盖章）（2022年度）.
	if i := strings.LastIndexAny(text, "（("); i >= 0 && !strings.ContainsAny(text[i:], "）)") {
		if _, n := utf8.DecodeRuneInString(text[i:]); blank(text[i+n:]) {
			text = trim(text[:i])
		}
	}
	for text != "" {
		t, ok := stripAny(text, behindOf(s))
		if !ok {
			break
		}
		text = trim(t)
	}
	return text
}

func behindOf(s *slot) string {
	if s == nil {
		return ""
	}
	return s.behind
}

// stripAny takes the form's own text or a place for a seal off a value.
func stripAny(text, behind string) (string, bool) {
	if behind != "" {
		if t, ok := strip(text, behind); ok {
			return t, true
		}
	}
	if !strings.ContainsAny(text, "(（[［【") {
		return text, false
	}
	for _, seal := range seals {
		if seal[0] == '(' {
			if t, ok := strip(text, seal); ok {
				return t, true
			}
		}
	}
	return text, false
}

// strip takes printed text, given in normal form, off the end or the beginning of a value.
func strip(text, printed string) (string, bool) {
	var n normal
	n.set(text, len(text)*4)
	switch b := string(n.b); {
	case strings.HasSuffix(b, printed):
		return text[:n.trace(len(b)-len(printed)).from], true
	case printed[0] == '(' && strings.HasPrefix(b, printed):
		return text[n.trace(len(printed)-1).to:], true
	}
	return text, false
}

// parts cuts the text of a cell whose values have no labels of their own at the
// signs between them: {{甲}}/{{乙}}.
func (s *slot) part(text string) (string, bool) {
	for i, o := range s.cell.slots {
		if o.gap == "" {
			return text, i == s.index
		}
		var n normal
		n.set(text, len(text)*4)
		at := strings.Index(string(n.b), o.gap)
		if at < 0 {
			return text, i == s.index
		}
		if i == s.index {
			return trim(text[:n.trace(at).from]), true
		}
		text = trim(text[n.trace(at+len(o.gap)-1).to:])
	}
	return text, false
}

// isText reports whether a value is text, which fills down; figures in merged cells count once.
func isText(s *Spec) bool {
	if s.Format == nil {
		return false
	}
	switch s.Format.Type() {
	case value.TypeText, value.TypeLines, value.TypeChoice, value.TypePhone, "":
		return true
	}
	return false
}

// isLines reports whether a value is running text.
func isLines(s *Spec) bool { return s.Format != nil && s.Format.Type() == value.TypeLines }

// plausible reports whether a text written beside a label can be its value at
// all: where a figure or a date is wanted there is a figure in it, or a sign
// that there is none.
func plausible(s *Spec, c *ooxml.Cell) bool {
	if isText(s) || c.Kind != ooxml.TextCell {
		return true
	}
	text := normalised(c.Text)
	if utf8.RuneCountInString(text) > 30 {
		return false
	}
	return strings.ContainsAny(text, "0123456789") || dash([]byte(text)) || slices.Contains([]string{"无", "不适用"}, text)
}

// dash reports whether a normalised text is one of the signs for nothing.
func dash(text []byte) bool { return len(text) > 0 && len(bytes.Trim(text, "-—–－―/*")) == 0 }

// placeholder reports whether a normalised text only holds a place: 指标2：, ……. A
// bare number is a value.
func placeholder(text []byte) bool {
	rest, named := bytes.CutPrefix(text, []byte("指标"))
	if named {
		rest = bytes.Trim(rest, "0123456789一二三四五六七八九十nNxX:")
	}
	return len(bytes.Trim(rest, ".…·。")) == 0
}

package fillin

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"jixiao/generator/value"
)

// behind looks for labels that stand behind their value: 2022年度部门整体支出绩效自评表.
func (s *scanner) behind(first int) {
	b := s.n.b
	for i := range s.m.index.posts {
		k := &s.m.index.posts[i]
		at := bytes.Index(b, k.text)
		if at <= 0 {
			continue
		}
		end := at + len(k.text)
		h := hit{label: k.label, from: s.n.trace(at).from, to: s.n.trace(end - 1).to, value: -1, grade: byExact}
		if k.year {
			run := yearBefore(b[:at])
			if run == 0 {
				continue
			}
			h.value = s.n.trace(at - run).from
		}
		if !k.strong {
			mates := slices.ContainsFunc(s.v.hits[first:], func(o hit) bool { return s.m.index.rows[o.label] == s.m.index.rows[k.label] && !o.whole })
			alone := len(bytes.Trim(b[end:], ")")) == 0 && utf8.RuneCount(b[:at]) <= 14 && bytes.ContainsAny(b[:at], "0123456789〇零一二三四五六七八九")
			if !mates && !alone {
				if h.weak = !k.year && plainTitle(b) && len(withoutBrackets(b[end:], nil)) == 0; !h.weak {
					continue
				}
			}
		}
		s.add(h)
	}
}

// yearBefore is the length of the year at the end of b, in figures or Chinese figures.
func yearBefore(b []byte) int {
	n, count := 0, 0
	for n < len(b) {
		r, size := utf8.DecodeLastRune(b[:len(b)-n])
		if !unicode.IsDigit(r) && !strings.ContainsRune("〇○零一二三四五六七八九", r) {
			break
		}
		n += size
		count++
	}
	if count < 2 {
		return 0
	}
	return n
}

// plainTitle reports whether a normalised text can be a title: short, and no sentence.
func plainTitle(b []byte) bool {
	return utf8.RuneCount(b) <= 50 && !bytes.ContainsAny(b, ",;。")
}

// titled looks for what titles say in passing: the year (某局2021年项目自评表,
// （2021年）) and the sum of the scores (项目总得分99分). In running text that
// would prove nothing: such a hit counts only above all other labels.
func (s *scanner) titled(first int) {
	if len(s.v.hits) > first && s.v.hits[first].whole {
		return
	}
	if len(s.m.index.years) > 0 && bytes.Contains(s.n.b, yearMark) {
		s.year(first)
	}
	if len(s.m.index.totals) > 0 && bytes.IndexFunc(s.n.b, func(r rune) bool { return r >= '0' && r <= '9' }) >= 0 {
		s.total(first)
	}
}

var yearMark = []byte("年")

// year looks for the one year of a title.
func (s *scanner) year(first int) {
	b := s.n.b
	if !plainTitle(b) {
		return
	}
	at, end := -1, 0
	for i := bytes.Index(b, yearMark); i >= 0; {
		after := i + len(yearMark)
		full := bytes.HasPrefix(b[after:], []byte("度"))
		run := yearBefore(b[:i])
		day := after < len(b) && b[after] >= '0' && b[after] <= '9' || issued(b[after:]) // 2023年4月4日
		if full {
			after += len("度")
		}
		if run > 0 && utf8.RuneCount(b[i-run:i]) == 4 && !day {
			if at >= 0 && !bytes.Equal(b[at-run:at], b[i-run:i]) {
				return // 2020年结转2021年项目
			}
			if at < 0 {
				at, end = i, after
			}
		}
		next := bytes.Index(b[after:], yearMark)
		if next < 0 {
			break
		}
		i = after + next
	}
	if at < 0 {
		return
	}
	run := yearBefore(b[:at])
	known := s.v.hits[first:]
	for _, id := range s.m.index.years {
		f := s.m.index.form[id]
		weak := true
		if slices.ContainsFunc(known, func(h hit) bool {
			weak = weak && (s.m.index.rows[h.label] != s.m.index.rows[id] || h.whole)
			return s.m.index.form[h.label] == f && s.m.labels[h.label].isYear()
		}) {
			continue
		}
		s.add(hit{label: id, from: s.n.trace(at).from, to: s.n.trace(end - 1).to, value: s.n.trace(at - run).from, grade: byGlue, weak: weak})
	}
}

// issued reports whether a text goes on after a year as the mark of a form does: 2020年修订, 2020年版.
func issued(rest []byte) bool {
	return slices.ContainsFunc([]string{"修订", "版", "印发", "制", "试行"}, func(w string) bool { return bytes.HasPrefix(rest, []byte(w)) })
}

// isYear reports whether a label stands behind the year: 年度.
func (l *label) isYear() bool { return l.kind == post && strings.HasPrefix(l.norm, "年") }

// totalKey is a spelling of the label of a form's sum of scores.
type totalKey struct {
	label int32
	text  []byte
}

// findTotals finds the labels that name their value: 总分 of the value 总分. The
// figure may stand behind them without a colon.
func (x *index) findTotals(m *Map) {
	named := map[int32]bool{}
	for i, l := range m.labels {
		named[int32(i)] = l.kind == apart && slices.ContainsFunc(l.specs, func(s *Spec) bool {
			return s.Format != nil && s.Format.Type() == value.TypeScore && x.names(int32(i), s)
		})
	}
	for text, list := range x.exact {
		for _, e := range list {
			if named[e.label] && !strings.ContainsAny(text, "0123456789") {
				x.totals = append(x.totals, totalKey{e.label, []byte(text)})
			}
		}
	}
	slices.SortFunc(x.totals, func(a, b totalKey) int {
		return cmp.Or(len(b.text)-len(a.text), bytes.Compare(a.text, b.text), int(a.label-b.label))
	})
}

// names reports whether a label is called as a value is.
func (x *index) names(label int32, s *Spec) bool {
	return slices.ContainsFunc(x.exact[labelOf(s.Name)], func(e spelling) bool { return e.label == label })
}

// total looks for a sum of scores with its figure behind it: 总分98.23, or in a
// title （自评总分：99分）.
func (s *scanner) total(first int) {
	b := s.n.b
	longest := 0
	for i := range s.m.index.totals {
		k := &s.m.index.totals[i]
		if len(k.text) < longest {
			break // they are sorted by length
		}
		at := bytes.Index(b, k.text)
		if at < 0 {
			continue
		}
		from, end := s.figure(at + len(k.text))
		if end == 0 || slices.ContainsFunc(s.v.hits[first:], func(h hit) bool { return h.label == k.label }) {
			continue
		}
		alone := at == 0 && end == len(b)
		if !alone && (utf8.RuneCount(k.text) < 3 && string(k.text) != "总分" || at > 0 && !s.parted(at)) {
			continue
		}
		longest = len(k.text)
		s.add(hit{label: k.label, from: s.n.trace(at).from, to: s.n.trace(from).from, end: s.n.trace(end - 1).to, value: -1, grade: byGlue, weak: !alone})
	}
}

// figure returns where the score behind a label stands that ends at p; to is 0 when there is none.
func (s *scanner) figure(p int) (from, to int) {
	b := s.n.b
	from = p
	if from < len(b) && b[from] == '(' {
		from += closing(b[from:])
	}
	if from < len(b) && b[from] == ':' {
		from++
	}
	end := from
	for end < len(b) && (b[end] >= '0' && b[end] <= '9' || b[end] == '.' && end > from) {
		end++
	}
	if end == from || end-from > 8 {
		return 0, 0
	}
	rest, _ := bytes.CutPrefix(b[end:], []byte("分"))
	end = len(b) - len(rest)
	if end < len(b) && b[end] != ')' && !s.parted(end) {
		return 0, 0
	}
	return from, end
}

// parted reports whether a bracket, a sign or a blank stands before position p.
func (s *scanner) parted(p int) bool {
	switch s.n.b[p-1] {
	case '(', ')', ',', ';', ':':
		return true
	}
	switch s.n.b[p] {
	case ',', ';':
		return true
	}
	return s.n.trace(p).from > s.n.trace(p-1).to
}

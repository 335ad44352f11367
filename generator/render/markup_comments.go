package render

import (
	"bytes"
	"fmt"
	"strings"

	"jixiao/generator/ooxml"
)

const emptyComments = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n" +
	`<comments xmlns="%s"><authors></authors><commentList></commentList></comments>`

// comment is one note of the part.
type comment struct {
	ref  string
	all  span         // the whole element
	runs []commentRun // its text
	grow int          // where further runs go; 0: the note has no text
}

// commentRun is a run of a note's text, or its only, plain text.
type commentRun struct {
	all  span // the element
	text span // between the tags of its t
}

// commentsPart is what is known of a part of notes.
type commentsPart struct {
	prefix  string // of its elements: "" or "x:"
	authors int    // how many there are
	names   int    // where another author goes
	list    int    // where another note goes
	notes   []comment
}

// mergeComments adds the notes to a part, nil for a new one. A note that the
// cell has keeps its text and gets ours behind it; what an earlier round wrote
// goes. gone are the cells whose notes went altogether. space is the namespace of
// a new part.
func mergeComments(data []byte, notes []note, space string) (out []byte, gone map[string]bool, err error) {
	if data == nil {
		data = fmt.Appendf(nil, emptyComments, space)
	}
	data = opened(data, "authors", "commentList")
	p, err := readComments(data)
	if err != nil {
		return nil, nil, err
	}
	if p.names == 0 || p.list == 0 {
		return nil, nil, fmt.Errorf("部件不是批注")
	}
	byCell := map[string]*note{}
	for i := range notes {
		byCell[notes[i].cell.String()] = &notes[i]
	}
	var e edits
	added := false // whether our author is needed
	gone = map[string]bool{}
	e.replace(p.names, p.names, nil)
	for i := range p.notes {
		c := &p.notes[i]
		n := byCell[c.ref]
		whole, cuts := c.earlier(data)
		if whole || n != nil && c.grow == 0 {
			e.replace(c.all.from, c.all.to, nil)
			gone[c.ref] = true
			continue
		}
		for _, cut := range cuts {
			e.replace(cut.from, cut.to, nil)
		}
		if n != nil {
			e.replace(c.grow, c.grow, n.runs(p.prefix, true))
			delete(byCell, c.ref)
		}
	}
	var fresh []byte
	for i := range notes { // in their order, which the map has not
		n := &notes[i]
		if byCell[n.cell.String()] == nil {
			continue
		}
		added = true
		fresh = fmt.Appendf(fresh, `<%[1]scomment ref="%[2]s" authorId="%[3]d"><%[1]stext>`, p.prefix, n.cell, p.authors)
		fresh = append(fresh, n.runs(p.prefix, false)...)
		fresh = fmt.Appendf(fresh, `</%[1]stext></%[1]scomment>`, p.prefix)
	}
	e.replace(p.list, p.list, fresh)
	if added {
		e[0].by = fmt.Appendf(nil, `<%[1]sauthor>%[2]s</%[1]sauthor>`, p.prefix, noteAuthor)
	}
	return e.apply(data), gone, nil
}

// runs is the text of the note as runs of rich text. behind says that it follows
// somebody else's text.
func (n *note) runs(prefix string, behind bool) []byte {
	if n == nil {
		return nil
	}
	var out []byte
	for i, l := range n.lines {
		text := l.text
		if i > 0 {
			text = "\n" + text
		}
		bold := ""
		if l.bold {
			bold = "<" + prefix + "b/>"
		}
		if i == 0 && behind {
			// A run of its own, so that cutting ours off leaves what was there before.
			out = append(out, n.run(prefix, "", "\n\n")...)
		}
		out = append(out, n.run(prefix, bold, text)...)
	}
	return out
}

func (n *note) run(prefix, bold, text string) []byte {
	out := fmt.Appendf(nil, `<%[1]sr><%[1]srPr>%[2]s<%[1]ssz val="9"/><%[1]scolor indexed="81"/><%[1]srFont val="宋体"/><%[1]sfamily val="3"/><%[1]scharset val="134"/></%[1]srPr><%[1]st xml:space="preserve">`, prefix, bold)
	out = ooxml.EscapeCell(out, text)
	return fmt.Appendf(out, `</%[1]st></%[1]sr>`, prefix)
}

// readComments finds the notes of a part.
func readComments(data []byte) (p commentsPart, err error) {
	s := ooxml.NewScanner(data)
	for s.Next() {
		start := opens(s)
		switch name := tagName(s); {
		case start && name == "comments":
			p.prefix = strings.TrimSuffix(string(s.Name), name)
		case start && name == "author":
			p.authors++
		case s.Kind == ooxml.EndTag && name == "authors":
			p.names = s.Start
		case s.Kind == ooxml.EndTag && name == "commentList":
			p.list = s.Start
		case start && name == "comment":
			p.notes = append(p.notes, readComment(s))
		}
	}
	return p, s.Err()
}

// readComment reads one note; s stands on its start tag and is left on its end.
func readComment(s *ooxml.Scanner) comment {
	c := comment{all: span{s.Start, s.End}}
	c.ref, _ = s.Attr("ref")
	if s.Kind == ooxml.EmptyTag {
		return c
	}
	depth := s.Depth() // of the comment; its text is one deeper, a run two
	var run commentRun
	for s.Next() {
		name := tagName(s)
		switch s.Kind {
		case ooxml.StartTag:
			switch {
			case name == "rPh" || name == "phoneticPr":
				if c.grow == 0 {
					c.grow = s.Start // runs stand before phonetic marks
				}
				s.Skip()
			case s.Depth() == depth+2:
				run = commentRun{all: span{from: s.Start}}
			}
			if name == "t" {
				run.text = span{s.End, s.End}
			}
		case ooxml.EmptyTag:
			if name == "phoneticPr" && c.grow == 0 {
				c.grow = s.Start
			}
		case ooxml.EndTag:
			if name == "t" {
				run.text.to = s.Start
			}
			switch {
			case s.Depth() == depth:
				c.all.to = s.End
				return c
			case s.Depth() == depth+1 && name == "text" && c.grow == 0:
				c.grow = s.Start
			case s.Depth() == depth+2:
				run.all.to = s.End
				c.runs = append(c.runs, run)
			}
		}
	}
	return c
}

// earlier finds what an earlier round wrote into the note: all of it, or from our
// mark to the end. Programs that save a note may have joined its runs, so the mark
// is looked for inside them too.
func (c *comment) earlier(data []byte) (whole bool, cuts []span) {
	for i, r := range c.runs {
		at := bytes.Index(data[r.text.from:r.text.to], []byte(noteMark))
		if at < 0 {
			continue
		}
		mark := r.text.from + at
		kept := i // the runs that stay
		if blank(data[r.text.from:mark]) {
			for kept > 0 && blank(data[c.runs[kept-1].text.from:c.runs[kept-1].text.to]) {
				kept--
			}
			if kept == 0 {
				return true, nil
			}
			return false, []span{{c.runs[kept].all.from, c.grow}}
		}
		cuts = append(cuts, span{mark, r.text.to})
		if i+1 < len(c.runs) {
			cuts = append(cuts, span{c.runs[i+1].all.from, c.grow})
		}
		return false, cuts
	}
	return false, nil
}

// blank reports whether a raw text says nothing.
func blank(raw []byte) bool { return len(bytes.TrimSpace(ooxml.Unescape(nil, raw))) == 0 }

// opened gives empty elements (<authors/>) a start and an end tag.
func opened(data []byte, names ...string) []byte {
	var e edits
	s := ooxml.NewScanner(data)
	for s.Next() {
		if s.Kind != ooxml.EmptyTag {
			continue
		}
		for _, name := range names {
			if tagName(s) == name {
				e.replace(s.End-2, s.End, fmt.Appendf(nil, "></%s>", s.Name))
			}
		}
	}
	return e.apply(data)
}

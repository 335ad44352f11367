package render

import (
	"crypto/sha256"
	"fmt"
	"strings"

	"jixiao/generator/ooxml"
)

// Excel shows the thread of a cell and not its note where a cell has both. So
// what our note says is said in the thread too, as a reply; the note has it for
// every other program.

// Names of what makes a reply ours, constant so that the same findings give the same bytes.
const (
	personID    = "{5A6D0B4C-9C1E-4F57-8A3B-6A6978696F21}"
	personType  = "application/vnd.ms-excel.person+xml"
	personLinks = "http://schemas.microsoft.com/office/2017/10/relationships/person"
	threadSpace = "http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"
)

// thread is one comment of a part of threads.
type thread struct {
	ref, id, date string
	reply, ours   bool
	all           span
}

// reply answers the threads of the cells that get a note, and takes away what an
// earlier round answered.
func (w *packageWriter) reply(part string, notes []note) error {
	data, err := w.part(part)
	if err != nil {
		return err
	}
	var list []thread
	prefix := ""
	s := ooxml.NewScanner(data)
	for s.Next() {
		if !opens(s) || s.Depth() != 2 {
			continue
		}
		name := tagName(s)
		prefix = strings.TrimSuffix(string(s.Name), name)
		t := thread{}
		t.ref, _ = s.Attr("ref")
		t.id, _ = s.Attr("id")
		t.date, _ = s.Attr("dT")
		_, t.reply = s.Attr("parentId")
		person, _ := s.Attr("personId")
		t.ours = strings.EqualFold(person, personID)
		from := s.Start
		s.Skip()
		t.all = span{from, s.End}
		list = append(list, t)
	}
	if err := s.Err(); err != nil {
		return err
	}
	last := map[string]int{} // the last comment of each cell
	for i, t := range list {
		last[t.ref] = i
	}
	root := map[string]thread{}
	for _, t := range list {
		if !t.reply && !t.ours {
			root[t.ref] = t
		}
	}
	said := map[string]*note{}
	for i := range notes {
		said[notes[i].cell.String()] = &notes[i]
	}
	var e edits
	answered := false
	for i, t := range list {
		if t.ours {
			e.replace(t.all.from, t.all.to, nil)
		}
		n, first := said[t.ref], root[t.ref]
		if n == nil || first.id == "" || last[t.ref] != i {
			continue
		}
		answered = true
		e.insert(t.all.to, n.answer(prefix, first))
	}
	w.keep(part, data, e.apply(data))
	if !answered {
		return nil
	}
	return w.person()
}

// answer is the note as a reply to a thread. It carries the thread's own date:
// a clock would change the bytes.
func (n *note) answer(prefix string, root thread) []byte {
	var text strings.Builder
	for i, l := range n.lines {
		if i > 0 {
			text.WriteByte('\n')
		}
		text.WriteString(l.text)
	}
	sum := sha256.Sum256([]byte(root.id + text.String()))
	out := fmt.Appendf(nil, `<%sthreadedComment ref="%s"`, prefix, root.ref)
	if root.date != "" {
		out = fmt.Appendf(out, ` dT="%s"`, ooxml.Escape(nil, root.date))
	}
	out = fmt.Appendf(out, ` personId="%s" id="{%X-%X-%X-%X-%X}" parentId="%s"><%stext>`, personID, sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16], ooxml.Escape(nil, root.id), prefix)
	out = ooxml.Escape(out, text.String())
	return fmt.Appendf(out, `</%[1]stext></%[1]sthreadedComment>`, prefix)
}

// person puts whoever answers among the persons of the workbook.
func (w *packageWriter) person() error {
	part := ""
	for _, r := range w.pkg.Related(w.book.part) {
		if r.Is("person") && !r.External {
			part = r.Target
		}
	}
	line := fmt.Sprintf(`displayName="%[1]s" id="%[2]s" userId="%[1]s" providerId="None"/>`, noteAuthor, personID)
	if part == "" {
		part = w.free("xl/persons/person%d.xml")
		w.changed[part] = fmt.Appendf(nil, `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>`+"\n"+`<personList xmlns="%s"><person %s</personList>`, threadSpace, line)
		var err error
		if w.types, err = ooxml.AddOverride(w.types, part, personType); err != nil {
			return err
		}
		_, err = w.relateAs(w.book.part, personLinks, part)
		return err
	}
	data, changed := w.changed[part]
	if !changed {
		var err error
		if data, err = w.part(part); err != nil {
			return err
		}
	}
	data = opened(data, "personList")
	var e edits
	prefix := ""
	s := ooxml.NewScanner(data)
	for s.Next() {
		switch name := tagName(s); {
		case s.Depth() == 1 && opens(s):
			prefix = strings.TrimSuffix(string(s.Name), name)
		case s.Depth() == 1 && s.Kind == ooxml.EndTag:
			e.insert(s.Start, fmt.Appendf(nil, "<%sperson %s", prefix, line))
		case opens(s):
			if id, _ := s.Attr("id"); strings.EqualFold(id, personID) {
				return s.Err() // known from an earlier round
			}
		}
	}
	w.changed[part] = e.apply(data)
	return s.Err()
}

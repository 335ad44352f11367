package render

import (
	"fmt"
	"strings"

	"jixiao/generator/ooxml"
)

const (
	noteAuthor = "绩效审核"
	// noteMark begins what we write into a note; a later round cuts it off from there.
	noteMark = "【" + opinionSheet + "】"
	// noteChars is how much of its findings a note shows; all of it stands in the sheet.
	noteChars = 1200
)

// note is one note to be written.
type note struct {
	cell  ooxml.Ref
	lines []noteLine
	box   noteBox
}

// noteLine is one line of a note.
type noteLine struct {
	text string
	bold bool
}

// newNote says in one note what all remarks of a place say.
func newNote(g *grid, m *marked) note {
	n := note{cell: m.cells.From, lines: []noteLine{{noteMark, true}}}
	room := noteChars
	for i, r := range m.remarks {
		lines := r.lines()
		for _, l := range lines {
			room -= len([]rune(l.text))
		}
		if room < 0 && i > 0 {
			n.lines = append(n.lines, noteLine{fmt.Sprintf("……另有%d条，见“%s”表", len(m.remarks)-i, opinionSheet), false})
			break
		}
		n.lines = append(n.lines, lines...)
	}
	n.box = placeBox(g, m.cells, n.lines)
	return n
}

// lines is what a note says of one remark: what rule, what is wrong, what to do.
func (r *remark) lines() []noteLine {
	lines := []noteLine{{strings.TrimSpace(r.Level.Chinese() + " " + r.Rule + " " + r.Name), true}}
	var facts []string
	for _, fact := range [][2]string{{"填报", r.Filled}, {"应为", r.Expected}, {"差额", r.Difference}} {
		if fact[1] != "" {
			facts = append(facts, fact[0]+"："+shortened(fact[1], 60))
		}
	}
	if len(facts) > 0 {
		lines = append(lines, noteLine{strings.Join(facts, "　"), false})
	}
	if r.Message != "" {
		lines = append(lines, noteLine{shortened(r.Message, 300), false})
	}
	if r.SameCause != "" {
		lines = append(lines, noteLine{"与" + r.SameCause + "同源", false})
	}
	return lines
}

// shortened keeps the first characters of a text.
func shortened(text string, most int) string {
	r := []rune(text)
	if len(r) <= most {
		return text
	}
	return string(r[:most]) + "……"
}

// sheet colours the marked cells of one sheet and brings its notes up to date.
// number tells its shapes from those of other sheets.
func (w *packageWriter) sheet(part string, number int, list []*marked) error {
	data, err := w.part(part)
	if err != nil {
		return err
	}
	spots := spotsOf(list)
	g, err := readGrid(data, spots)
	if err != nil {
		return err
	}
	notes := make([]note, len(list))
	for i, m := range list {
		notes[i] = newNote(g, m)
	}
	body, err := coloured(data, spots, g, w.styles)
	if err != nil {
		return err
	}
	body, drawing, err := deselected(body)
	if err != nil {
		return err
	}
	var comments, shapes string
	for _, r := range w.pkg.Related(part) {
		switch {
		case r.Is("comments"):
			comments = r.Target
		case r.Is("threadedComment"):
			if err := w.reply(r.Target, notes); err != nil {
				return err
			}
		case r.ID == drawing && drawing != "":
			shapes = r.Target
		}
	}
	if comments == "" && len(notes) == 0 {
		w.keep(part, data, body)
		return nil
	}
	var commentsData, shapesData []byte
	if comments != "" {
		if commentsData, err = w.part(comments); err != nil {
			return err
		}
	}
	if shapes != "" {
		if shapesData, err = w.part(shapes); err != nil {
			return err
		}
	}
	newComments, gone, err := mergeComments(commentsData, notes, w.book.space())
	if err != nil {
		return err
	}
	if comments == "" {
		comments = w.free("xl/comments%d.xml")
		if w.types, err = ooxml.AddOverride(w.types, comments, commentsType); err != nil {
			return err
		}
		if _, err = w.relate(part, "comments", comments); err != nil {
			return err
		}
	}
	w.keep(comments, commentsData, newComments)
	newShapes := mergeShapes(shapesData, number, notes, gone)
	if shapes == "" && len(notes) > 0 {
		shapes = w.free("xl/drawings/vmlDrawing%d.vml")
		if w.types, err = ooxml.AddDefault(w.types, "vml", vmlType); err != nil {
			return err
		}
		id, err := w.relate(part, "vmlDrawing", shapes)
		if err != nil {
			return err
		}
		if body, err = withDrawing(body, id, w.book.links()); err != nil {
			return err
		}
	}
	if shapes != "" {
		w.keep(shapes, shapesData, newShapes)
	}
	w.keep(part, data, body)
	return nil
}

// afterDrawing are the elements of a worksheet that follow legacyDrawing.
var afterDrawing = map[string]bool{
	"legacyDrawingHF": true, "drawingHF": true, "picture": true, "oleObjects": true, "controls": true,
	"webPublishItems": true, "tableParts": true, "extLst": true,
}

// withDrawing refers a sheet to its drawing of notes.
func withDrawing(body []byte, id, links string) ([]byte, error) {
	s := ooxml.NewScanner(body)
	prefix := ""
	for s.Next() {
		name := tagName(s)
		start := opens(s)
		if start && s.Depth() == 1 {
			prefix = strings.TrimSuffix(string(s.Name), name)
		}
		if start && s.Depth() == 2 && afterDrawing[name] || s.Kind == ooxml.EndTag && s.Depth() == 1 && name == "worksheet" {
			var e edits
			e.replace(s.Start, s.Start, fmt.Appendf(nil, `<%slegacyDrawing xmlns:r="%s" r:id="%s"/>`, prefix, links, id))
			return e.apply(body), nil
		}
		if start && name == "sheetData" {
			s.Skip()
		}
	}
	return nil, fmt.Errorf("没有找到放批注的位置：%w", s.Err())
}

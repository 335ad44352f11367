package render

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"testing"

	"jixiao/generator/finding"
	"jixiao/generator/ooxml"
)

// rewritten is a workbook with some parts changed, as another program would have made it.
func rewritten(t *testing.T, data []byte, change func(part func(string) string) map[string]string, removed ...string) []byte {
	t.Helper()
	p, err := ooxml.Open(data, ooxml.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	changed := map[string][]byte{}
	for name, text := range change(func(name string) string {
		part, ok := p.Part(name)
		if !ok {
			t.Fatalf("no part %s", name)
		}
		return string(part)
	}) {
		changed[name] = []byte(text)
	}
	out, err := p.Rewrite(changed, removed)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

const sheetRels = "xl/worksheets/_rels/sheet1.xml.rels"

func TestNotesOfOtherPrograms(t *testing.T) {
	t.Parallel()
	base := hard(t).Data
	for _, c := range []struct {
		name     string
		data     []byte
		comments string // where the notes must stand
		shapes   string
		boxes    int
		theirs   string
	}{
		{"excelize", base, "xl/comments1.xml", "xl/drawings/vmlDrawing1.vml", 2, "李会计：<账簿> 第3页"},
		{"openpyxl", rewritten(t, base, func(part func(string) string) map[string]string {
			return map[string]string{
				"xl/comments/comment1.xml":         part("xl/comments1.xml"),
				"xl/drawings/commentsDrawing1.vml": strings.ReplaceAll(part("xl/drawings/vmlDrawing1.vml"), "_x0000_s1025", "_x0000_s0001"),
				sheetRels:                          strings.NewReplacer("../comments1.xml", "/xl/comments/comment1.xml", "../drawings/vmlDrawing1.vml", "/xl/drawings/commentsDrawing1.vml").Replace(part(sheetRels)),
				"[Content_Types].xml":              strings.ReplaceAll(part("[Content_Types].xml"), "/xl/comments1.xml", "/xl/comments/comment1.xml"),
			}
		}, "xl/comments1.xml", "xl/drawings/vmlDrawing1.vml"), "xl/comments/comment1.xml", "xl/drawings/commentsDrawing1.vml", 2, "李会计：<账簿> 第3页"},
		{"shape ids of LibreOffice", rewritten(t, base, func(part func(string) string) map[string]string {
			return map[string]string{"xl/drawings/vmlDrawing1.vml": strings.NewReplacer("_x0000_s1025", "shape_0", "_x0000_t202", "shapetype_202").Replace(part("xl/drawings/vmlDrawing1.vml"))}
		}), "xl/comments1.xml", "xl/drawings/vmlDrawing1.vml", 2, "李会计：<账簿> 第3页"},
		{"prefixed, plain text, no authors, phonetic marks", rewritten(t, base, func(part func(string) string) map[string]string {
			return map[string]string{"xl/comments1.xml": `<x:comments xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:authors/><x:commentList>` +
				`<x:comment ref="F6" authorId="0"><x:text><x:t>账簿</x:t><x:rPh sb="0" eb="1"><x:t>ZHANG</x:t></x:rPh><x:phoneticPr fontId="1"/></x:text></x:comment></x:commentList></x:comments>`}
		}), "xl/comments1.xml", "xl/drawings/vmlDrawing1.vml", 2, "账簿"},
		{"no boxes at all", rewritten(t, base, func(part func(string) string) map[string]string {
			rels := part(sheetRels)
			sheet := part("xl/worksheets/sheet1.xml")
			from := strings.Index(sheet, "<legacyDrawing")
			to := from + strings.Index(sheet[from:], "</legacyDrawing>") + len("</legacyDrawing>")
			at := strings.Index(rels, "<Relationship Id=\"rId1\"")
			end := at + strings.Index(rels[at:], "</Relationship>") + len("</Relationship>")
			if !strings.Contains(rels[at:end], "vmlDrawing") {
				t.Fatal("the fixture has changed")
			}
			return map[string]string{"xl/worksheets/sheet1.xml": sheet[:from] + sheet[to:], sheetRels: rels[:at] + rels[end:]}
		}, "xl/drawings/vmlDrawing1.vml"), "xl/comments1.xml", "xl/drawings/vmlDrawing1.vml", 2, "李会计：<账簿> 第3页"},
		{"a form control, no notes", rewritten(t, base, func(part func(string) string) map[string]string {
			return map[string]string{
				sheetRels: strings.ReplaceAll(part(sheetRels), "relationships/comments", "relationships/other"),
				"xl/drawings/vmlDrawing1.vml": `<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:x="urn:schemas-microsoft-com:office:excel">` +
					`<v:shape id="_x0000_s1025" type="#_x0000_t201"><v:textbox><div><font>第一行<br>第二行</font></div></v:textbox><x:ClientData ObjectType="Checkbox"><x:Anchor>1, 0, 1, 0, 2, 0, 2, 0</x:Anchor></x:ClientData></v:shape></xml>`,
			}
		}), "xl/comments3.xml", "xl/drawings/vmlDrawing1.vml", 3, ""},
	} {
		out := returned(t, judged(
			fault(finding.Error, hardPath, hardSheet, "D6", "R-1", "", "", "", "", "请改正"),
			fault(finding.Error, hardPath, hardSheet, "F6", "R-2", "", "", "", "", "请改正"),
		), received(t, hardPath, c.data))
		f, _ := reopened(t, out)
		theirs := c.theirs
		if theirs != "" {
			theirs += "\n\n"
		}
		notes := noteTexts(t, f, hardSheet)
		if notes["D6"] != "【审核意见】\n错误 R-1\n请改正" || notes["F6"] != theirs+"【审核意见】\n错误 R-2\n请改正" {
			t.Errorf("%s: notes %q", c.name, notes)
		}
		p, err := ooxml.Open(out, ooxml.DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := p.Part(c.comments); !ok {
			t.Errorf("%s: no part %s among %v", c.name, c.comments, p.Names())
		}
		shapes, _ := p.Part(c.shapes)
		if n := bytes.Count(shapes, []byte("<v:shape ")); n != c.boxes {
			t.Errorf("%s: %d shapes, want %d\n%s", c.name, n, c.boxes, shapes)
		}
		if n := bytes.Count(shapes, []byte(`id="_x0000_t202"`)); n != 1 {
			t.Errorf("%s: %d types of box, want 1", c.name, n)
		}
		if c.name == "a form control, no notes" && !bytes.Contains(shapes, []byte("第一行<br>第二行")) {
			t.Error("the form control is gone")
		}
		ids := map[string]bool{}
		for _, m := range vmlID.FindAllSubmatch(shapes, -1) {
			if ids[string(m[0])] {
				t.Errorf("%s: %s stands twice", c.name, m[0])
			}
			ids[string(m[0])] = true
		}
	}
}

// Excel shows the thread of a cell and not its note: our findings are said in it too.
func TestThreadsAreAnswered(t *testing.T) {
	t.Parallel()
	const threads, persons = "xl/threadedComments/threadedComment1.xml", "xl/persons/person.xml"
	const head = `<ThreadedComments xmlns="` + threadSpace + `">` +
		`<threadedComment ref="F6" dT="2023-03-01T08:00:00.00" personId="{P}" id="{1}"><text>账簿</text></threadedComment>` +
		`<threadedComment ref="F6" personId="{P}" id="{3}" parentId="{1}"><text>同意</text></threadedComment>`
	const tail = `<threadedComment ref="A1" id="{2}" personId="{P}"><text>留着</text></threadedComment></ThreadedComments>`
	for _, withPersons := range []bool{true, false} {
		data := rewritten(t, hard(t).Data, func(part func(string) string) map[string]string {
			types, err := ooxml.AddOverride([]byte(part(typesPart)), threads, "application/vnd.ms-excel.threadedcomments+xml")
			if err != nil {
				t.Fatal(err)
			}
			rels, _, err := ooxml.AddRelationship([]byte(part(sheetRels)), "http://schemas.microsoft.com/office/2017/10/relationships/threadedComment", "../threadedComments/threadedComment1.xml")
			if err != nil {
				t.Fatal(err)
			}
			parts := map[string]string{sheetRels: string(rels), threads: head + tail}
			if withPersons {
				const bookRels = "xl/_rels/workbook.xml.rels"
				book, _, err := ooxml.AddRelationship([]byte(part(bookRels)), personLinks, "persons/person.xml")
				if err != nil {
					t.Fatal(err)
				}
				if types, err = ooxml.AddOverride(types, persons, personType); err != nil {
					t.Fatal(err)
				}
				parts[bookRels] = string(book)
				parts[persons] = `<personList xmlns="` + threadSpace + `"><person displayName="李会计" id="{P}"/></personList>`
			}
			parts[typesPart] = string(types)
			return parts
		})
		look := func(data []byte) (thread, person string) {
			t.Helper()
			p, err := ooxml.Open(data, ooxml.DefaultLimits())
			if err != nil {
				t.Fatal(err)
			}
			a, _ := p.Part(threads)
			for _, r := range p.Related(p.Main()) {
				if r.Is("person") {
					b, _ := p.Part(r.Target)
					person = string(b)
				}
			}
			return string(a), person
		}
		v := judged(fault(finding.Error, hardPath, hardSheet, "F6", "R-2", "", "", "", "", "请改正<甲>"))
		out := returned(t, v, received(t, hardPath, data))
		for range 2 { // the answer of the second round takes the place of the first
			thread, person := look(out)
			rest, ok := strings.CutPrefix(thread, head+`<threadedComment ref="F6" dT="2023-03-01T08:00:00.00" personId="`+personID+`" id="{`)
			if _, rest, _ = strings.Cut(rest, "}"); !ok || rest != `" parentId="{1}"><text>【审核意见】`+"&#10;错误 R-2&#10;请改正&lt;甲&gt;</text></threadedComment>"+tail {
				t.Errorf("threads\n%s", thread)
			}
			if strings.Count(person, `displayName="绩效审核" id="`+personID+`"`) != 1 || strings.Contains(person, "李会计") != withPersons {
				t.Errorf("persons\n%s", person)
			}
			out = returned(t, v, received(t, hardPath, out))
		}
		f, _ := reopened(t, out)
		if got := noteTexts(t, f, hardSheet)["F6"]; !strings.HasSuffix(got, "【审核意见】\n错误 R-2\n请改正<甲>") {
			t.Errorf("the note, which other programs show, is %q", got)
		}
		if thread, _ := look(returned(t, judged(), received(t, hardPath, out))); thread != head+tail {
			t.Errorf("with nothing more to say the threads are\n%s", thread)
		}
	}
}

func TestLongNotesAreCut(t *testing.T) {
	t.Parallel()
	m := &marked{sheet: hardSheet, cells: ooxml.Rect{From: ooxml.Ref{Row: 6, Col: 4}, To: ooxml.Ref{Row: 6, Col: 4}}}
	for i := range 40 {
		m.remarks = append(m.remarks, &remark{Finding: finding.Finding{Rule: fmt.Sprintf("R-%d", i), Message: strings.Repeat("长", 500), Filled: strings.Repeat("填", 100)}})
	}
	n := newNote(&grid{width: usualWidth, height: usualHeight}, m)
	last := n.lines[len(n.lines)-1].text
	if !strings.HasPrefix(last, "……另有") || !strings.HasSuffix(last, "条，见“审核意见”表") {
		t.Errorf("the note ends in %q", last)
	}
	if n.box.height > boxTallest {
		t.Errorf("the box is %d pixels tall", n.box.height)
	}
}

func TestPlaceBox(t *testing.T) {
	t.Parallel()
	g, err := readGrid([]byte(`<worksheet><cols><col min="5" max="5" width="60"/></cols><sheetData><row r="5" ht="90"/></sheetData></worksheet>`), nil) // 420 and 120 pixels
	if err != nil {
		t.Fatal(err)
	}
	at := func(from, to string) ooxml.Rect {
		a, _ := ooxml.ParseRef(from)
		b, _ := ooxml.ParseRef(to)
		return ooxml.Rect{From: a, To: b}
	}
	lines := []noteLine{{text: "一"}, {text: "二"}, {text: strings.Repeat("三", 30)}} // the third takes two lines
	for _, c := range []struct {
		cells ooxml.Rect
		want  string
	}{
		{at("D6", "D6"), "4, 12, 4, 0, 4, 328, 4, 88"},
		{at("B6", "D9"), "4, 12, 4, 0, 4, 328, 4, 88"},                                     // beside the merged cells
		{at("E1", "E1"), "5, 12, 0, 0, 10, 8, 4, 8"},                                       // no row above
		{at("XFD1048576", "XFD1048576"), "16383, 12, 1048574, 0, 16383, 328, 1048575, 68"}, // no column beside
	} {
		if b := placeBox(g, c.cells, lines); b.anchor != c.want {
			t.Errorf("%s: %s, want %s", c.cells, b.anchor, c.want)
		}
	}
}

// commentSeeds are parts of notes as programs write them, and as they do not.
var commentSeeds = []string{
	fmt.Sprintf(emptyComments, mainSpace),
	`<comments xmlns="m"><authors><author>a</author></authors><commentList><comment ref="A1" authorId="0"><text><t>x</t></text></comment></commentList></comments>`,
	`<comments xmlns="m"><authors/><commentList/></comments>`,
	`<x:comments xmlns:x="m"><x:authors/><x:commentList><x:comment ref="A1" authorId="0"><x:text/></x:comment></x:commentList></x:comments>`,
	`<comments xmlns="m"><authors/><commentList><comment ref="A1"/><comment ref="A1"><text><r><t>李</t></r><r><t>` + "\n\n" + `</t></r><r><t>` + noteMark + `旧</t></r><r><t>旧</t></r></text></comment></commentList></comments>`,
	`<comments xmlns="m"><authors/><commentList><comment ref="A1"><text><r><t>李` + noteMark + `旧</t></r><r><t>旧</t></r><rPh><t>z</t></rPh></text><mc:A xmlns:mc="c"><commentPr/></mc:A></comment></commentList></comments>`,
	`<comments xmlns="m"><authors/><commentList><comment ref="A1"><text><t>` + noteMark + `</t></text></comment></commentList></comments>`,
	`<comments/>`, `<other/>`, `<comments><commentList>`, ``,
}

// Whatever the part holds, the result is well-formed if the part was, says our
// note once and no note of an earlier round.
func FuzzMergeComments(f *testing.F) {
	if len(commentSeeds) == 0 {
		f.Fatal("no seeds")
	}
	for _, s := range commentSeeds {
		f.Add(s)
	}
	n := note{cell: ooxml.Ref{Row: 1, Col: 1}, lines: []noteLine{{noteMark, true}, {"请改正 <&>", false}}}
	f.Fuzz(func(t *testing.T, part string) {
		if wellFormed([]byte(part)) != nil || len(part) > 1<<16 {
			return // the verified reading lets nothing else through
		}
		out, _, err := mergeComments([]byte(part), []note{n}, mainSpace)
		if err != nil {
			return
		}
		if err := wellFormed(out); err != nil {
			t.Fatalf("%v\n%s\nbecame\n%s", err, part, out)
		}
		if !bytes.Contains(out, []byte("请改正 &lt;&amp;&gt;")) {
			t.Fatalf("the note is not in\n%s", out)
		}
		again, _, err := mergeComments(out, nil, mainSpace)
		if err != nil || wellFormed(again) != nil {
			t.Fatalf("second round: %v\n%s", err, again)
		}
		if bytes.Contains(again, []byte("请改正 &lt;&amp;&gt;")) && !strings.Contains(part, "请改正") {
			t.Fatalf("the note stays in\n%s", again)
		}
	})
}

func wellFormed(data []byte) error {
	s := ooxml.NewScanner(data)
	elements := 0
	for s.Next() {
		elements++
	}
	if err := s.Err(); err != nil {
		return err
	}
	if elements == 0 {
		return io.ErrUnexpectedEOF
	}
	d := xml.NewDecoder(bytes.NewReader(data))
	for {
		if _, err := d.RawToken(); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// Whatever the drawing holds, our box is in it once, and again after a second round.
func FuzzMergeShapes(f *testing.F) {
	for _, s := range []string{
		fmt.Sprintf(emptyShapes, 1), "", "<xml></xml>", "<xml", `<xml><v:shape id="_x0000_s99999999999999999999"><x:ClientData ObjectType="Note"><x:Row>0</x:Row><x:Column>0</x:Column></x:ClientData></v:shape></xml>`,
		`<xml><v:shape id="shape_0"><x:ClientData ObjectType="Note"><x:Anchor>1</x:Anchor><x:Row>0</x:Row><x:Column>0</x:Column></x:ClientData></v:shape></xml>`,
	} {
		f.Add(s)
	}
	n := note{cell: ooxml.Ref{Row: 1, Col: 1}, box: noteBox{anchor: "1, 2, 3, 4, 5, 6, 7, 8", width: 10, height: 10}}
	f.Fuzz(func(t *testing.T, drawing string) {
		for range 2 {
			out := string(mergeShapes([]byte(drawing), 1, []note{n}, nil))
			boxes := 0
			for _, shape := range vmlShape.FindAllString(out, -1) {
				if ref, isNote := shapeCell([]byte(shape)); isNote && ref == "A1" {
					boxes++
				}
			}
			if boxes != 1 && !strings.Contains(drawing, "<v:shape") {
				t.Fatalf("%d boxes in\n%s", boxes, out)
			}
			drawing = out
		}
	})
}

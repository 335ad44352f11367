package docx

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"jixiao/generator/ooxml"
	"jixiao/generator/tag"
)

// choices makes a document out of bytes, so that fuzzing moves among documents
// that a person could have made instead of among broken XML.
type choices struct {
	data []byte
	ids  int
	deep int
}

func (c *choices) pick(n int) int {
	if len(c.data) == 0 {
		return 0
	}
	v := int(c.data[0]) % n
	c.data = c.data[1:]
	return v
}

func (c *choices) id() int { c.ids++; return c.ids }

var fragments = []string{
	"", "文字", "{{单位名称}}", "{{#每个 指标}}", "{{/每个}}", "{{#如果 是}}", "{{#如果 否}}", "{{否则}}", "{{/如果}}", "{{指标.三级}}", "{{无.三级}}",
	"{{指标.一级}}{{合并}}", "{{分页}}", "{{全文|段落}}", "{{! 注}}", " ", "{{#每个 项目}}", "{{项目.指标.三级}}", "{{#每个 项目.指标}}", "{{项目.名称}}",
	"{{#每个 无}}", "{{空}}", "{{序号}}", "{{多行}}",
}

// openings and endings are blocks in pairs.
var openings = []string{"{{#每个 指标}}", "{{#如果 是}}", "{{#如果 否}}", "{{#每个 项目}}", "{{#每个 无}}", "{{#每个 项目.指标}}", "{{#如果 否}}甲{{否则}}"}

func ending(opening string) string {
	if strings.HasPrefix(opening, "{{#每个") {
		return "{{/每个}}"
	}
	return "{{/如果}}"
}

// fragment is text, a value or, now and then, a tag that calls for another one.
func (c *choices) fragment() string {
	switch c.pick(8) {
	case 0:
		return fragments[c.pick(len(fragments))]
	case 1:
		o := openings[c.pick(len(openings))]
		return o + c.fragment() + ending(o)
	case 2, 3:
		return "文字"
	case 4:
		return ""
	}
	return []string{"{{单位名称}}", "{{指标.三级}}", "{{全文|段落}}", "{{指标.一级}}{{合并}}", "{{无.三级}}", "{{! 注}}"}[c.pick(6)]
}

// text is a fragment or two, cut into runs.
func (c *choices) text() string { return c.cut(c.fragment() + c.fragment()) }

// cut cuts a text into runs.
func (c *choices) cut(s string) string {
	runes := []rune(s)
	cut := 0
	if len(runes) > 0 {
		cut = c.pick(len(runes) + 1)
	}
	first, second := r(string(runes[:cut])), r(string(runes[cut:]))
	switch c.pick(8) {
	case 0:
		return r(s)
	case 1:
		return `<w:hyperlink w:anchor="x">` + first + `</w:hyperlink>` + second
	case 2:
		return first + `<w:ins w:id="1" w:author="甲">` + second + `</w:ins>`
	case 3:
		id := c.id()
		return fmt.Sprintf(`<w:bookmarkStart w:id="%d" w:name="b%d"/>%s<w:bookmarkEnd w:id="%d"/>%s`, id, id, first, id, second)
	case 4:
		return first + `<w:sdt><w:sdtPr><w:id w:val="5"/></w:sdtPr><w:sdtContent>` + second + `</w:sdtContent></w:sdt>`
	case 5:
		return `<w:r><w:fldChar w:fldCharType="begin"/></w:r>` + first + `<w:r><w:fldChar w:fldCharType="end"/></w:r>` + second
	case 6:
		if c.deep < 4 {
			c.deep++
			inside := c.closed(2)
			c.deep--
			box := strings.Replace(textBox(inside, p("框")), `wp:docPr id="1"`, fmt.Sprintf(`wp:docPr id="%d"`, c.id()), 1)
			box = strings.ReplaceAll(box, "_x0000_s1026", fmt.Sprintf("_x0000_s%d", c.id()))
			return first + `<w:r>` + box + `</w:r>` + second
		}
	}
	return first + `<w:proofErr w:type="spellStart"/>` + second
}

func (c *choices) paragraph() string {
	props := ""
	if c.pick(16) == 1 && c.deep == 0 {
		props = `<w:pPr><w:sectPr/></w:pPr>`
	}
	if c.pick(24) == 1 {
		return `<w:p/>`
	}
	return fmt.Sprintf(`<w:p w14:paraId="%08X">`, c.id()) + props + c.text() + `</w:p>`
}

func (c *choices) blocks(most int) string {
	var s strings.Builder
	table := false
	for n := c.pick(most + 1); n > 0; n-- {
		switch c.pick(6) {
		case 0:
			if c.deep < 3 && !table {
				c.deep++
				s.WriteString(c.table())
				c.deep--
				table = true
				continue
			}
		case 1:
			if c.deep < 3 {
				c.deep++
				s.WriteString(`<w:sdt><w:sdtPr><w:id w:val="6"/></w:sdtPr><w:sdtContent>` + c.closed(3) + `</w:sdtContent></w:sdt>`)
				c.deep--
				table = false
				continue
			}
		case 2:
			if c.deep < 4 {
				c.deep++
				o := openings[c.pick(len(openings))]
				s.WriteString(`<w:p>` + c.cut(c.around()+o+c.around()) + `</w:p>` + c.blocks(3) + `<w:p>` + c.cut(c.around()+ending(o)+c.around()) + `</w:p>`)
				c.deep--
				table = false
				continue
			}
		}
		table = false
		s.WriteString(c.paragraph())
	}
	return s.String()
}

// closed are blocks that end in a paragraph, as in a cell.
func (c *choices) closed(most int) string {
	s := c.blocks(most)
	if !strings.HasSuffix(s, "</w:p>") || c.pick(3) == 0 {
		s += c.paragraph()
	}
	return s
}

// around is what stands beside a control tag: mostly nothing.
func (c *choices) around() string {
	return []string{"", "", "", "文字", "{{单位名称}}", "{{分页}}"}[c.pick(6)]
}

func (c *choices) table() string {
	var rows, ends []string
	for n := 1 + c.pick(5); n > 0; n-- {
		var cells []string
		switch c.pick(4) {
		case 0:
			o := openings[c.pick(len(openings))]
			ends = append(ends, ending(o))
			cells = append(cells, tc("", p(o+c.around())))
		case 1:
			if len(ends) > 0 {
				cells = append(cells, tc("", p(c.around()+ends[len(ends)-1])))
				ends = ends[:len(ends)-1]
			}
		}
		for k := 1 + c.pick(3); k > 0; k-- {
			merge := []string{"", "", "", `<w:vMerge w:val="restart"/>`, `<w:vMerge/>`}[c.pick(5)]
			cells = append(cells, tc(merge, c.closed(2)))
		}
		one := tr(cells...)
		if c.pick(8) == 1 {
			one = `<w:sdt><w:sdtPr><w:id w:val="7"/></w:sdtPr><w:sdtContent>` + one + `</w:sdtContent></w:sdt>`
		}
		rows = append(rows, one)
	}
	for len(ends) > 0 {
		rows = append(rows, tr(ends[len(ends)-1]))
		ends = ends[:len(ends)-1]
	}
	return tbl(rows...)
}

// FuzzStructure holds that what comes out of a template without faults is a
// document that Word opens, whatever the template looks like.
func FuzzStructure(f *testing.F) {
	for seed := range 64 {
		data := make([]byte, 256)
		x := uint32(seed)*2654435761 + 12345
		for i := range data {
			x = x*1664525 + 1013904223
			data[i] = byte(x >> 24)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c := &choices{data: data}
		b := body(c.closed(8))
		tpl, faults := Compile(b.bytes(t), ooxml.DefaultLimits())
		if len(faults) > 0 {
			for _, f := range faults {
				if f.Place == "" || f.Message == "" {
					t.Errorf("a fault without place or message: %+v", f)
				}
			}
			return
		}
		for _, opt := range []Options{{}, {Stamp: "草稿"}} {
			doc, err := tpl.Render(unitData, opt)
			if err != nil {
				t.Fatal(err)
			}
			files, err := open(doc)
			if err != nil {
				t.Fatal(err)
			}
			for _, fault := range inspect(files) {
				t.Errorf("%s\ntemplate %s\ndocument %s", fault, b.body, files["word/document.xml"])
			}
		}
	})
}

// FuzzRuns holds that a text prints the same however it is cut into runs.
func FuzzRuns(f *testing.F) {
	for _, tt := range texts {
		f.Add(tt.body, uint64(0x5555555555555555))
		f.Add(tt.body, ^uint64(0))
	}
	if len(texts) == 0 {
		f.Fatal("no seed")
	}
	f.Fuzz(func(t *testing.T, text string, cuts uint64) {
		text = said(text)
		if _, faults := tag.Parse(text); len(faults) > 0 || !utf8.ValidString(text) || strings.ContainsAny(text, "\x00\r\n\t") {
			return
		}
		pieces := []string{""}
		for i, c := range []rune(text) {
			if cuts>>(i%64)&1 == 1 {
				pieces = append(pieces, "")
			}
			pieces[len(pieces)-1] += string(c)
		}
		whole, faults := Compile(body(p(text)).bytes(t), ooxml.DefaultLimits())
		parted, faults2 := Compile(body(p(pieces...)).bytes(t), ooxml.DefaultLimits())
		if len(faults) != len(faults2) {
			t.Fatalf("%q: %v, in runs %v", text, faults, faults2)
		}
		if len(faults) > 0 {
			return
		}
		a, err := whole.Render(unitData, Options{})
		if err != nil {
			t.Fatal(err)
		}
		b, err := parted.Render(unitData, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if a, b := said(inner(t, unpack(t, a))), said(inner(t, unpack(t, b))); a != b {
			t.Fatalf("%q: whole %q, in runs %q", text, a, b)
		}
	})
}

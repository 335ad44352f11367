package ooxml

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Bounds that keep a reading's memory in proportion to honest workbooks.
const (
	textCap   = 32 << 20 // bytes of all texts and formulas of a workbook
	mergeCap  = 1 << 17  // merged ranges of one sheet
	styleCap  = 1 << 16  // cell formats; Excel itself stops at 65,490
	tablePart = 2 << 20  // content types and relationships
)

// ReadWorkbook opens a package and reads its workbook. The error is always a *Damage.
func ReadWorkbook(data []byte, l Limits) (*Workbook, error) {
	p, d := open(data, l)
	if d != nil {
		return nil, d
	}
	// The cells are read in the same pass that checks their parts, the other
	// parts are checked behind it.
	r := &reading{p: p, left: p.limits.Cells, first: true}
	d = r.book()
	if d == nil || d.Code == CodeMissing || d.Code == CodeContent {
		// A part that is broken explains what was not found.
		if broken := p.scanRest(); broken != nil {
			d = broken
		}
	}
	if d != nil {
		return nil, d
	}
	return &r.out, nil
}

// Workbook reads all worksheets. Chart, dialog and macro sheets are left out.
// The error is a *Damage: of kind CodeKind when the package is no workbook, of
// kind CodeContent when a reference leads nowhere; it names sheet and cell.
func (p *Package) Workbook() (*Workbook, error) {
	r := &reading{p: p, left: p.limits.Cells}
	if d := r.book(); d != nil {
		return nil, d
	}
	return &r.out, nil
}

// reading is the state of reading one workbook.
type reading struct {
	p       *Package
	out     Workbook
	strings []string // shared strings by index
	styles  []style  // cell formats by index; nil when the workbook has no styles
	arena   arena
	left    int  // cells still allowed
	first   bool // the parts are not yet known to be well-formed
}

// sheetLink is one line of the workbook's list of sheets.
type sheetLink struct {
	name, id string
	hidden   bool
}

func isSheetSpace(space string) bool { return space == spaceSheet || space == spaceSheetStrict }

// read calls read with a scanner over a part that must be there and be XML.
func (r *reading) read(name string, read func(*Scanner) *Damage) *Damage {
	e := r.p.entry(name)
	switch {
	case e == nil:
		return r.p.damaged(CodeMissing, name, "缺失")
	case !e.xml:
		return r.p.damaged(CodeKind, name, "不是 XML")
	}
	if d := r.p.scan(e, read); d != nil {
		return d
	}
	if r.first {
		e.scanned = true
	}
	return nil
}

// root moves to the root element and checks its name.
func (p *Package) root(s *Scanner, part, name, what string) *Damage {
	for s.Next() {
		if s.Kind == StartTag || s.Kind == EmptyTag {
			if string(s.Local()) == name && isSheetSpace(s.Space()) {
				return nil
			}
			break
		}
	}
	return p.damaged(CodeKind, part, "不是%s", what)
}

// inside calls each with every child element of the current StartTag. each may
// read on inside the child or leave it alone; the rest of the child is skipped.
func inside(s *Scanner, each func() *Damage) *Damage {
	if s.Kind != StartTag {
		return nil
	}
	for depth := s.Depth(); s.Next(); {
		switch {
		case s.Kind == EndTag && s.Depth() == depth:
			return nil
		case s.Kind == StartTag || s.Kind == EmptyTag:
			if isSheetSpace(s.Space()) {
				if d := each(); d != nil {
					return d
				}
			}
			for s.Depth() > depth+1 || s.Depth() == depth+1 && s.Kind != EndTag && s.Kind != EmptyTag {
				if !s.Next() {
					return nil
				}
			}
		}
	}
	return nil
}

// book reads the workbook part and then everything that it refers to.
func (r *reading) book() *Damage {
	main := r.p.Main()
	switch ct := r.p.ContentType(main); {
	case main == "":
		return r.p.damaged(CodeMissing, "", "找不到工作簿")
	case r.p.entry(main) == nil:
		return r.p.damaged(CodeMissing, main, "缺失")
	case strings.HasSuffix(main, ".bin"), strings.Contains(ct, "sheet.binary"):
		return &Damage{Code: CodeLegacy, Part: main, Message: "文件实际是二进制工作簿（.xlsb），无法读取。请用 Excel 或 WPS 打开后另存为 .xlsx 再重新报送"}
	case strings.Contains(ct, "wordprocessingml"), strings.Contains(ct, "ms-word"):
		return &Damage{Code: CodeKind, Part: main, Message: "文件实际是 Word 文档，不是 Excel 工作簿。请报送填好的 .xlsx 工作簿"}
	case strings.Contains(ct, "presentationml"), strings.Contains(ct, "ms-powerpoint"):
		return &Damage{Code: CodeKind, Part: main, Message: "文件实际是演示文稿，不是 Excel 工作簿。请报送填好的 .xlsx 工作簿"}
	}
	var links []sheetLink
	if d := r.read(main, func(s *Scanner) *Damage {
		if d := r.p.root(s, main, "workbook", "工作簿"); d != nil {
			return d
		}
		return inside(s, func() *Damage {
			switch string(s.Local()) {
			case "workbookPr":
				text, _ := s.Attr("date1904")
				r.out.Date1904 = isTrue(text)
			case "sheets":
				return inside(s, func() *Damage {
					if string(s.Local()) != "sheet" {
						return nil
					}
					var l sheetLink
					l.name, _ = s.Attr("name")
					l.name = string(decodeX([]byte(l.name)))
					state, _ := s.Attr("state")
					l.hidden = state == "hidden" || state == "veryHidden"
					var ok bool
					if l.id, ok = s.AttrIn(spaceLinks, "id"); !ok {
						l.id, _ = s.AttrIn(spaceLinksStrict, "id")
					}
					links = append(links, l)
					return nil
				})
			}
			return nil
		})
	}); d != nil {
		return d
	}
	return r.parts(main, links)
}

// parts reads shared strings, styles and sheets of the workbook part.
func (r *reading) parts(main string, links []sheetLink) *Damage {
	byID := map[string]Relationship{}
	for _, rel := range r.p.Related(main) {
		if _, twice := byID[rel.ID]; twice {
			return r.p.damaged(CodeContent, RelsName(main), "中标识 %s 重复", shown(rel.ID))
		}
		byID[rel.ID] = rel
		var d *Damage
		switch {
		case rel.External:
		case rel.Is("sharedStrings"):
			d = r.sharedStrings(rel.Target)
		case rel.Is("styles"):
			d = r.cellFormats(rel.Target)
		}
		if d != nil {
			return d
		}
	}
	names, targets := map[string]bool{}, map[string]string{}
	for _, l := range links {
		rel, ok := byID[l.id]
		if !ok || rel.External {
			return r.p.damaged(CodeMissing, main, "中的工作表“%s”没有内容", shown(l.name))
		}
		if !rel.Is("worksheet") {
			if rel.Is("chartsheet") || rel.Is("dialogsheet") || rel.Is("xlMacrosheet") || rel.Is("xlIntlMacrosheet") {
				continue
			}
			return r.p.damaged(CodeContent, main, "中的工作表“%s”种类不明", shown(l.name))
		}
		if names[strings.ToLower(l.name)] || l.name == "" {
			return r.p.damaged(CodeContent, main, "中工作表名称“%s”重复或为空", shown(l.name))
		}
		names[strings.ToLower(l.name)] = true
		if other, twice := targets[rel.Target]; twice {
			return r.p.damaged(CodeContent, main, "中工作表“%s”与“%s”是同一个部件", shown(other), shown(l.name))
		}
		targets[rel.Target] = l.name
		if r.p.entry(rel.Target) == nil {
			return r.p.damaged(CodeMissing, rel.Target, "缺失，工作表“%s”没有内容", shown(l.name))
		}
		sheet := Sheet{Name: l.name, Hidden: l.hidden}
		if d := r.sheet(rel.Target, &sheet); d != nil {
			return d
		}
		if d := r.textBoxes(rel.Target, &sheet); d != nil {
			return d
		}
		r.out.Sheets = append(r.out.Sheets, sheet)
	}
	if len(r.out.Sheets) == 0 {
		return r.p.damaged(CodeContent, main, "中没有工作表")
	}
	r.out.Modified = r.p.modified()
	return nil
}

// modified reads dcterms:modified of the core properties. They are no part of the
// workbook's content: without them, or when they say something else, nothing is known.
func (p *Package) modified() time.Time {
	for _, rel := range p.Related("") {
		if !rel.Is("core-properties") && !rel.Is("coreProperties") || rel.External {
			continue
		}
		e := p.entry(rel.Target)
		if e == nil || e.text == nil { // no program writes more than a kilobyte there
			continue
		}
		s := NewScanner(e.text)
		for s.Next() {
			if s.Kind != StartTag || string(s.Local()) != "modified" || s.Space() != spaceTerms {
				continue
			}
			when := string(bytes.TrimSpace(content(s, nil)))
			for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02T15:04Z07:00", "2006-01-02"} {
				if t, err := time.Parse(layout, when); err == nil {
					return t.UTC()
				}
			}
			return time.Time{}
		}
	}
	return time.Time{}
}

// isTrue reads a boolean of XML Schema.
func isTrue(text string) bool {
	text = strings.TrimSpace(text)
	return text == "1" || text == "true"
}

// tooMuch is the Damage of a workbook that says more than the limits allow.
func (r *reading) tooMuch(part, what string) *Damage {
	return &Damage{Code: CodeTooLarge, Part: part, Message: fmt.Sprintf("工作簿的%s，超过上限。请删去与填报无关的内容后重新报送", what)}
}

// spend takes n bytes from the budget for texts.
func (r *reading) spend(part string, n int) *Damage {
	if r.arena.total += n; r.arena.total > textCap {
		return r.tooMuch(part, "文字多于 "+megabytes(textCap))
	}
	return nil
}

// arena hands out small strings cut from large ones, to spare allocations.
type arena struct {
	block strings.Builder
	total int
}

// text returns b as a string.
func (a *arena) text(b []byte) string {
	const block = 8 << 10
	switch {
	case len(b) == 0:
		return ""
	case len(b) > block/4:
		return string(b)
	}
	if a.block.Cap()-a.block.Len() < len(b) {
		a.block = strings.Builder{}
		a.block.Grow(block)
	}
	from := a.block.Len()
	a.block.Write(b)
	return a.block.String()[from:]
}

// atoi reads a non-negative whole number of at most nine digits, as in
// attributes and indexes; ok is false for everything else.
func atoi(b []byte) (n int, ok bool) {
	for len(b) > 0 && isSpace(b[0]) {
		b = b[1:]
	}
	for len(b) > 0 && isSpace(b[len(b)-1]) {
		b = b[:len(b)-1]
	}
	if len(b) == 0 || len(b) > 9 {
		return 0, false
	}
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, true
}

// place names a cell in a message.
func place(sheet string, r Ref) string {
	if r.Col == 0 {
		return "工作表“" + shown(sheet) + "”第 " + strconv.Itoa(r.Row) + " 行"
	}
	return "工作表“" + shown(sheet) + "”的 " + r.String() + " 单元格"
}

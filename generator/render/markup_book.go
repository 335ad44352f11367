package render

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"jixiao/generator/ooxml"
)

// Content types and namespaces of the parts that are written.
const (
	typesPart    = "[Content_Types].xml"
	workbookType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
	macroType    = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
	sheetType    = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
	stylesType   = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"
	commentsType = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
	vmlType      = "application/vnd.openxmlformats-officedocument.vmlDrawing"

	mainSpace   = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
	officeLinks = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

	strictSpace = "http://purl.oclc.org/ooxml/spreadsheetml/main"
	strictLinks = "http://purl.oclc.org/ooxml/officeDocument/relationships"
)

// bookPart is the workbook part: its list of sheets.
type bookPart struct {
	part   string
	data   []byte
	strict bool // of ISO 29500 Strict, whose namespaces are others
	prefix string
	sheets []sheetEntry
}

// sheetEntry is one line of the list of sheets.
type sheetEntry struct {
	name, id string // of the tab, of the relationship
	number   int    // sheetId
	part     string // "" for what is no worksheet, such as a chart sheet
	all      span
}

// space and links are the namespaces that the workbook is written in.
func (b *bookPart) space() string {
	if b.strict {
		return strictSpace
	}
	return mainSpace
}

func (b *bookPart) links() string {
	if b.strict {
		return strictLinks
	}
	return officeLinks
}

// readBook reads the workbook part.
func readBook(p *ooxml.Package) (*bookPart, error) {
	b := &bookPart{part: p.Main()}
	data, ok := p.Part(b.part)
	if !ok {
		return nil, fmt.Errorf("没有工作簿部件")
	}
	b.data = opened(data, "sheets", "definedNames")
	targets := map[string]string{}
	for _, r := range p.Related(b.part) {
		if r.Is("worksheet") {
			targets[r.ID] = r.Target
		}
	}
	s := ooxml.NewScanner(b.data)
	for s.Next() {
		name := tagName(s)
		switch {
		case !opens(s):
		case s.Depth() == 1:
			b.prefix = string(s.Name[:len(s.Name)-len(name)])
			b.strict = s.Space() == strictSpace
		case s.Depth() == 3 && name == "sheet":
			e := sheetEntry{}
			e.name, _ = s.Attr("name")
			if e.id, ok = s.AttrIn(officeLinks, "id"); !ok {
				e.id, _ = s.AttrIn(strictLinks, "id")
			}
			number, _ := s.Attr("sheetId")
			e.number, _ = strconv.Atoi(number) // what is no number takes none away
			e.part = targets[e.id]
			from := s.Start
			s.Skip()
			e.all = span{from, s.End}
			b.sheets = append(b.sheets, e)
		}
	}
	return b, s.Err()
}

// title is a name for the sheet 审核意见 that no other sheet has; those in gone do not count.
func (b *bookPart) title(gone []string) string {
	name := opinionSheet
	for n := 2; slices.ContainsFunc(b.sheets, func(e sheetEntry) bool {
		return strings.EqualFold(e.name, name) && !slices.Contains(gone, e.name)
	}); n++ {
		name = fmt.Sprintf("%s%d", opinionSheet, n)
	}
	return name
}

// afterNames are the elements of a workbook that follow definedNames.
var afterNames = map[string]bool{
	"calcPr": true, "oleSize": true, "customWorkbookViews": true, "pivotCaches": true, "smartTagPr": true, "smartTagTypes": true,
	"webPublishing": true, "fileRecoveryPr": true, "webPublishObjects": true, "extLst": true,
}

// withFirst is the workbook part with another first sheet, without those in gone,
// and opening at the first. names are the new sheet's own names: its print area.
func (b *bookPart) withFirst(title, id string, gone []string, names []definedName) ([]byte, error) {
	number := 0
	moved := make([]int, len(b.sheets)) // the new number of each tab; -1 when it is gone
	kept := 0
	for i, e := range b.sheets {
		number = max(number, e.number)
		if slices.Contains(gone, e.name) {
			moved[i] = -1
			continue
		}
		kept++
		moved[i] = kept
	}
	var e edits
	s := ooxml.NewScanner(b.data)
	written := false
	for s.Next() {
		name := tagName(s)
		switch {
		case s.Depth() == 2 && name == "sheets" && opens(s):
			line := fmt.Appendf(nil, `<%ssheet name="`, b.prefix)
			line = ooxml.Escape(line, title)
			e.insert(s.End, fmt.Appendf(line, `" sheetId="%d" xmlns:r="%s" r:id="%s"/>`, number+1, b.links(), id))
			for i, entry := range b.sheets {
				if moved[i] < 0 {
					e.replace(entry.all.from, entry.all.to, nil)
				}
			}
			s.Skip()
		case s.Depth() == 3 && name == "workbookView" && opens(s):
			for _, a := range s.Attrs() {
				if at := valueOf(a); string(a.Name) == "activeTab" || string(a.Name) == "firstSheet" {
					e.replace(at.from, at.to, []byte("0"))
				}
			}
		case s.Depth() == 2 && name == "definedNames" && s.Kind == ooxml.EndTag:
			e.insert(s.Start, b.lines(names))
			written = true
		case s.Depth() == 3 && name == "definedName" && opens(s):
			var edit edits
			drop := false
			for _, a := range s.Attrs() {
				if string(a.Name) != "localSheetId" {
					continue
				}
				n, err := strconv.Atoi(string(a.Value))
				if err != nil || n < 0 || n >= len(moved) {
					continue
				}
				drop = moved[n] < 0
				at := valueOf(a)
				edit.replace(at.from, at.to, strconv.AppendInt(nil, int64(moved[n]), 10))
			}
			from := s.Start
			s.Skip()
			if drop {
				edit = edits{}
				edit.replace(from, s.End, nil)
			}
			e = append(e, edit...)
		case !written && s.Depth() == 2 && opens(s) && afterNames[name], !written && s.Depth() == 1 && s.Kind == ooxml.EndTag:
			e.insert(s.Start, fmt.Appendf(nil, "<%[1]sdefinedNames>%[2]s</%[1]sdefinedNames>", b.prefix, b.lines(names)))
			written = true
		}
	}
	return e.apply(b.data), s.Err()
}

// definedName is a name of the first sheet.
type definedName struct{ name, refersTo string }

func (b *bookPart) lines(names []definedName) (out []byte) {
	for _, n := range names {
		out = fmt.Appendf(out, `<%sdefinedName name="%s" localSheetId="0">`, b.prefix, n.name)
		out = ooxml.Escape(out, n.refersTo)
		out = fmt.Appendf(out, `</%sdefinedName>`, b.prefix)
	}
	return out
}

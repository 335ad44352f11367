package extract

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"jixiao/generator/fillin"
	"jixiao/generator/finding"
	"jixiao/generator/unit"
	"jixiao/generator/value"
)

// What units send again: of two workbooks that hold the same sheet of the form
// the one that was saved later counts, if both say when that was. The sheet is
// the measure, not the workbook: who sends the corrected form alone has not taken
// back the projects that came with the first one.

// telling are fields whose difference makes two forms, not two versions of one.
var telling = []string{"年度", "项目名称", "项目编码"}

// newest drops from what the workbooks hold whatever a newer one replaces, or
// says just the same. What contradicts without telling its age stays, and is
// found when the workbooks are joined.
func newest(readers []*reader, specs []*fillin.Spec) {
	if len(readers) < 2 {
		return
	}
	var sheets []string           // of the form, that hold fields of the unit's own
	listOn := map[string]string{} // list ─► the one of these sheets that it stands on
	for _, s := range specs {
		if len(s.Lists) == 0 && !slices.Contains(sheets, s.Sheet) {
			sheets = append(sheets, s.Sheet)
		}
	}
	var loose []string // lists on sheets of their own
	for _, s := range specs {
		switch {
		case len(s.Lists) == 0 || listOn[s.Lists[0]] != "" || slices.Contains(loose, s.Lists[0]):
		case slices.Contains(sheets, s.Sheet):
			listOn[s.Lists[0]] = s.Sheet
		default:
			loose = append(loose, s.Lists[0])
		}
	}
	before := make([][]string, len(readers))
	for i, rd := range readers {
		before[i] = rd.hosts()
	}
	for _, sheet := range sheets {
		newestSheet(readers, sheet, listOn)
	}
	for _, list := range loose {
		newestItems(readers, list)
	}
	for i, rd := range readers {
		kept := rd.hosts()
		rd.gone = slices.DeleteFunc(before[i], func(sheet string) bool { return slices.Contains(kept, sheet) })
	}
}

// newestSheet settles between the workbooks that hold one sheet of the form.
func newestSheet(readers []*reader, sheet string, listOn map[string]string) {
	var parts []part
	for _, rd := range readers {
		if p := rd.part(sheet, listOn); p.filled() {
			parts = append(parts, p)
		}
	}
	if len(parts) < 2 {
		return
	}
	slices.SortStableFunc(parts, func(a, b part) int { return byAge(a.from, b.from) })
	first := parts[0]
	var older []part
	for _, p := range parts[1:] {
		switch first.compare(p) {
		case identical:
			p.drop(sheet)
			p.from.note(finding.Place{Workbook: p.from.workbook.Path}, fmt.Sprintf(
				"这份报送件里的《%s》与《%s》里的完全相同，只用其中一份", sheet, first.from.workbook.Path))
		case different:
			older = append(older, p)
		}
	}
	if slices.ContainsFunc(older, func(p part) bool { return !later(first.from, p.from) || !sameForm(first, p) }) {
		return // nobody knows which of them counts
	}
	for _, p := range older {
		p.drop(sheet)
		p.from.note(finding.Place{Workbook: p.from.workbook.Path}, fmt.Sprintf(
			"这份报送件里的《%s》（%s保存）与《%s》里的（%s保存）不同，已用后保存的一份代替，请核对以哪一份为准",
			sheet, saved(p.from), first.from.workbook.Path, saved(first.from)))
	}
}

// newestItems settles between items of the same name in a list that adds up over
// several sheets: a project that was sent again.
func newestItems(readers []*reader, list string) {
	type holder struct {
		from *reader
		item *unit.Item
	}
	byTitle := map[string][]holder{}
	var titles []string
	for _, rd := range readers {
		l := rd.item.List(list)
		if l == nil {
			continue
		}
		for i := range l.Items {
			title := l.Items[i].Title()
			if title == "" {
				continue
			}
			if byTitle[title] == nil {
				titles = append(titles, title)
			}
			byTitle[title] = append(byTitle[title], holder{rd, &l.Items[i]})
		}
	}
	gone := map[*unit.Item]bool{}
	for _, title := range titles {
		holders := byTitle[title]
		slices.SortStableFunc(holders, func(a, b holder) int { return byAge(a.from, b.from) })
		first := holders[0]
		var older []holder
		for _, h := range holders[1:] {
			if !sameItems([]unit.Item{*first.item}, []unit.Item{*h.item}) {
				older = append(older, h)
				continue
			}
			gone[h.item] = true
			h.from.note(named(h.item), fmt.Sprintf(
				"这份报送件里的“%s”与《%s》里的完全相同，只算一份", title, first.from.workbook.Path))
		}
		if slices.ContainsFunc(older, func(h holder) bool { return !later(first.from, h.from) || !sameTelling(first.item, h.item) }) {
			continue
		}
		for _, h := range older {
			gone[h.item] = true
			h.from.note(named(h.item), fmt.Sprintf(
				"这份报送件里的“%s”（%s保存）与《%s》里的（%s保存）不同，已用后保存的一份代替，请核对以哪一份为准",
				title, saved(h.from), first.from.workbook.Path, saved(first.from)))
		}
	}
	for _, rd := range readers {
		if l := rd.item.List(list); l != nil {
			kept := make([]unit.Item, 0, len(l.Items))
			for i := range l.Items {
				if !gone[&l.Items[i]] {
					kept = append(kept, l.Items[i])
				}
			}
			l.Items = kept
		}
	}
}

// part is what one workbook holds of one sheet of the form.
type part struct {
	from   *reader
	fields []string
	lists  []string
}

func (rd *reader) part(sheet string, listOn map[string]string) part {
	p := part{from: rd}
	for i := range rd.workbook.Layout.Cells {
		s := rd.workbook.Layout.Cells[i].Spec
		// A field that stands on several sheets belongs to the first of them.
		if rd.sheetOf(s.Name) == sheet && !slices.Contains(p.fields, s.Name) {
			p.fields = append(p.fields, s.Name)
		}
	}
	for _, l := range rd.item.Lists {
		if listOn[l.Name] == sheet {
			p.lists = append(p.lists, l.Name)
		}
	}
	return p
}

// sheetOf is the sheet of the form that the workbook has a field on.
func (rd *reader) sheetOf(field string) string {
	for i := range rd.workbook.Layout.Cells {
		if s := rd.workbook.Layout.Cells[i].Spec; s.Name == field {
			return s.Sheet
		}
	}
	return ""
}

func (p part) filled() bool {
	return slices.ContainsFunc(p.fields, func(name string) bool { return p.field(name) != nil })
}

// field is a filled field of the part; nil when it is blank.
func (p part) field(name string) *unit.Field {
	if !slices.Contains(p.fields, name) {
		return nil
	}
	if f := p.from.item.Field(name); f != nil && f.Value.Kind() != value.Blank {
		return f
	}
	return nil
}

func (p part) items(list string) []unit.Item {
	if l := p.from.item.List(list); l != nil && slices.Contains(p.lists, list) {
		return l.Items
	}
	return nil
}

type likeness uint8

const (
	identical  likeness = iota
	compatible          // what one left blank the other fills
	different
)

func (p part) compare(q part) likeness {
	like := identical
	for _, name := range append(slices.Clone(p.fields), q.fields...) {
		switch a, b := p.field(name), q.field(name); {
		case a == nil && b == nil:
		case a == nil || b == nil:
			like = compatible
		case !same(*a, *b):
			return different
		}
	}
	for _, list := range append(slices.Clone(p.lists), q.lists...) {
		switch a, b := p.items(list), q.items(list); {
		case len(a) == 0 && len(b) == 0:
		case len(a) == 0 || len(b) == 0:
			like = compatible
		case !sameItems(a, b):
			return different
		}
	}
	return like
}

// drop takes the part out of what its workbook holds.
func (p part) drop(sheet string) {
	it := &p.from.item
	it.Fields = slices.DeleteFunc(it.Fields, func(f unit.Field) bool { return slices.Contains(p.fields, f.Name) })
	it.Lists = slices.DeleteFunc(it.Lists, func(l unit.List) bool { return slices.Contains(p.lists, l.Name) })
	p.from.stale = append(p.from.stale, sheet)
}

func sameForm(a, b part) bool { return sameTelling(&a.from.item, &b.from.item) }

func sameTelling(a, b *unit.Item) bool {
	for _, name := range telling {
		x, y := a.Field(name), b.Field(name)
		if x != nil && y != nil && x.Value.Kind() != value.Blank && y.Value.Kind() != value.Blank && !same(*x, *y) {
			return false
		}
	}
	return true
}

// byAge sorts what was saved later to the front, what does not say when to the
// end, and equals by their paths, so that the order in which files came means nothing.
func byAge(a, b *reader) int {
	switch {
	case later(a, b):
		return -1
	case later(b, a):
		return 1
	}
	return cmp.Or(b.modified().Compare(a.modified()), strings.Compare(a.workbook.Path, b.workbook.Path))
}

// modified is when the workbook was saved; zero when it does not say. A time from
// before there were such workbooks is the constant of a program that has no clock:
// excelize writes 2006-09-16 into whatever it makes.
func (rd *reader) modified() time.Time {
	if t := rd.workbook.Book.Modified; t.Year() >= 2007 {
		return t
	}
	return time.Time{}
}

// later reports whether a certainly counts before b: it was saved later, or, where
// they do not both say when that was, it arrived later.
func later(a, b *reader) bool {
	x, y := a.modified(), b.modified()
	if x.IsZero() || y.IsZero() || x.Equal(y) {
		return a.workbook.Arrived > b.workbook.Arrived
	}
	return x.After(y)
}

// beijing is the clock of whoever reads the messages; files count in UTC.
var beijing = time.FixedZone("", 8*60*60)

func saved(rd *reader) string {
	if rd.modified().IsZero() {
		return fmt.Sprintf("第%d次报来、没有写明何时", rd.workbook.Arrived)
	}
	return rd.modified().In(beijing).Format("2006年1月2日15:04:05")
}

// note adds a notice that something was sent again.
func (rd *reader) note(at finding.Place, message string) {
	rd.record.Findings = append(rd.record.Findings, finding.Finding{
		Rule: ruleTwice, Name: "重复报送", Level: finding.Notice, Place: at, Message: message,
	})
}

// replaced reports whether a finding about a place of the workbook is about
// something that a newer workbook replaces. sheets are the sheets of the form
// that it hangs on.
func (rd *reader) replaced(sheet string, sheets ...string) bool {
	if len(sheets) > 0 && !slices.ContainsFunc(sheets, func(s string) bool { return !slices.Contains(rd.stale, s) }) {
		return true
	}
	return sheet != "" && slices.Contains(rd.gone, sheet)
}

// hosts lists the sheets of the workbook that what it holds was read from.
func (rd *reader) hosts() []string {
	var sheets []string
	eachField(&rd.item, func(f *unit.Field) {
		if !slices.Contains(sheets, f.Place.Sheet) {
			sheets = append(sheets, f.Place.Sheet)
		}
	})
	return sheets
}

func eachField(it *unit.Item, visit func(*unit.Field)) {
	for i := range it.Fields {
		visit(&it.Fields[i])
	}
	for _, l := range it.Lists {
		for i := range l.Items {
			eachField(&l.Items[i], visit)
		}
	}
}

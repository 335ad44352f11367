// Package extract turns the located cells of a submission into a record: named,
// typed values that remember their cell.
//
//	Submission ─► for each workbook, for each located cell: raw text ─► value.Read ─► Field
//	              (calc.go: formulas without a result)
//	          ─► what a newer workbook replaces is dropped (version.go)
//	          ─► fields of several workbooks joined, contradictions found
//	          ─► labels that were not found, values that cannot be read, repairs: findings
//	          ─► Record
//
// It is a pure function of the submission; it opens no file.
package extract

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"jixiao/generator/fillin"
	"jixiao/generator/finding"
	"jixiao/generator/ooxml"
	"jixiao/generator/unit"
	"jixiao/generator/value"
)

// Rules that extract itself judges, by their ids of the trade's list.
const (
	ruleLayout    = "R-ID-06" // 表样与标准名称
	ruleTwice     = "R-ID-05" // 重复报送
	ruleAmount    = "R-BX-15" // 数值合法
	ruleScore     = "R-SC-02" // 得分非负且为数
	ruleErrorCell = "R-CM-08" // 错误值与无缓存公式
	ruleRepaired  = "R-CM-05" // 数值格污染
)

// longestCell is how many characters a spreadsheet keeps in one cell.
const longestCell = 32767

// longNote begins the note of a text that no spreadsheet can keep.
const longNote = "文字共"

// Record reads every located cell of the submission. specs are all values that
// the form asks for, so that a value whose sheet is missing is a blank field of
// the record rather than none.
func Record(sub *unit.Submission, specs []*fillin.Spec) *unit.Record {
	r := &unit.Record{Submission: sub}
	var readers []*reader
	for i := range sub.Workbooks {
		if w := &sub.Workbooks[i]; w.Layout.Recognised() {
			rd := &reader{record: r, workbook: w}
			rd.item = rd.group(&w.Layout.Group)
			readers = append(readers, rd)
		}
	}
	newest(readers, specs)
	for _, rd := range readers {
		for _, e := range rd.early {
			if !rd.replaced(e.Place.Sheet, e.sheets...) {
				r.Findings = append(r.Findings, e.Finding)
			}
		}
		rd.early = nil
		rd.joining = true
		rd.reportItems(&rd.item)
		rd.join(&r.Item, rd.item)
	}
	// Only now is it known which sheets are missing from the submission, and not
	// merely from one of its workbooks.
	reported := map[string]bool{}
	for _, rd := range readers {
		r.Findings = append(r.Findings, rd.problems(&r.Item, reported)...)
		for _, f := range moneyUnits(rd.workbook) {
			if !rd.replaced(f.Place.Sheet) {
				r.Findings = append(r.Findings, f)
			}
		}
	}
	complete(&r.Item, specs)
	return r
}

// reader reads the cells of one workbook.
type reader struct {
	record   *unit.Record
	workbook *unit.Workbook
	item     unit.Item     // what it holds
	early    []early       // found while reading
	joining  bool          // it is known what counts
	computed int           // formulas that were computed
	checked  map[spot]bool // stored results that were compared with their formulas
	checker  checker

	stale []string // sheets of the form that a newer workbook replaces
	gone  []string // sheets of the workbook from which nothing was kept
}

// early is a finding of which it is not yet known whether what it is about counts.
type early struct {
	finding.Finding
	sheets []string // of the form, that it hangs on
}

// group reads one record: the unit itself or one item of a list.
func (rd *reader) group(g *fillin.Group) unit.Item {
	var it unit.Item
	for i := range g.Cells {
		f := rd.field(&g.Cells[i])
		if old := it.Field(f.Name); old != nil {
			rd.settle(old, f)
			continue
		}
		it.Fields = append(it.Fields, f)
	}
	for _, l := range g.Lists {
		list := unit.List{Name: l.Name}
		for i := range l.Items {
			rd.add(&list, rd.group(&l.Items[i]))
		}
		it.Lists = append(it.Lists, list)
	}
	return it
}

// reportItems turns what was wrong with the cells of lists into findings.
func (rd *reader) reportItems(it *unit.Item) {
	for _, l := range it.Lists {
		for i := range l.Items {
			rd.reportItems(&l.Items[i])
		}
	}
	for _, l := range it.Lists {
		for i := range l.Items {
			for _, f := range l.Items[i].Fields {
				rd.report(f, i+1, l.Items[i].Title())
			}
		}
		rd.reportShared(l.Items)
	}
}

// field reads one cell.
func (rd *reader) field(c *fillin.Located) unit.Field {
	t := c.Spec.Format.Type()
	raw := value.Raw{Text: c.Raw}
	if s := c.Source; s != nil {
		whole := c.Raw == s.Text
		raw.Number = whole && s.Kind == ooxml.NumberCell
		raw.Percent = raw.Number && s.Format == ooxml.Percent
		raw.Date = raw.Number && s.Format == ooxml.DateTime
		raw.Date1904 = rd.workbook.Book.Date1904
		raw.Error = s.Kind == ooxml.ErrorCell
		raw.NoResult = s.Kind == ooxml.NoValue
		if whole || raw.NoResult {
			raw.Formula = s.Formula
		}
	}
	unitOfColumn := c.Unit
	if u := c.Spec.Format.Unit(); u != "" && unitOfColumn == "" {
		unitOfColumn = u
	}
	options := value.ReadOptions{Unit: unitOfColumn, Options: c.Spec.Format.Options()}
	reading := value.Read(t, raw, options)
	text := c.Raw
	switch {
	case raw.NoResult && reading.Problem != "":
		if result, ok := rd.compute(c); ok {
			reading, text = computed(t, c.Source, result, options), result
		}
	case raw.Date && (t == value.TypeText || t == value.TypeLines):
		reading = asShown(t, reading, c.Source.Code)
	}
	if slices.Contains(reading.Notes, value.PictureNote) && !c.Spec.Format.Optional() {
		const problem = "单元格里是图片，读不出内容，请直接填写" // what must be there would be printed as nothing
		reading = value.Reading{Value: value.Unknown(problem, c.Raw), Problem: problem}
	}
	if text, spread := joined(c.Spec, reading.Value); spread {
		reading.Value = value.Str(text)
		reading.Trims = append(slices.Clip(reading.Trims), "去掉标签的字间空格")
	}
	if c.Source != nil && !c.Filled && reading.Problem == "" {
		reading.Notes = rd.doubts(c, raw, reading.Notes, options)
	}
	if _, figure := reading.Value.Number(); c.Filled && figure {
		reading.Value = value.NA() // a figure in a merged cell counts once, in its first row
	}
	return unit.Field{
		Name: c.Spec.Name, Type: t, Raw: text, Value: reading.Value.As(t),
		Place:    finding.Place{Workbook: rd.workbook.Path, Sheet: c.Sheet, Cell: c.Cell.String()},
		Label:    c.Spec.Label,
		Optional: c.Spec.Format.Optional(),
		Filled:   c.Filled,
		Notes:    append(reading.Notes, reading.Trims...),
		Repairs:  len(reading.Notes),
		Problem:  reading.Problem,
	}
}

// doubts adds what makes a stored value uncertain although it was read: its
// formula gives something else, or the sheet shows something else.
func (rd *reader) doubts(c *fillin.Located, raw value.Raw, notes []string, options value.ReadOptions) []string {
	notes = slices.Clip(notes) // those of a reading are shared
	if c.Source.Formula != "" {
		if note, doubtful := rd.check(c); doubtful {
			notes = append(notes, note)
		}
	}
	if raw.Number {
		if note, differs := misshown(c.Spec.Format.Type(), c.Source, options); differs {
			notes = append(notes, note)
		}
	}
	if n := utf8.RuneCountInString(c.Raw); len(c.Raw) > longestCell && n > longestCell {
		notes = append(notes, fmt.Sprintf("%s%d字", longNote, n))
	}
	return notes
}

// settle decides between two cells of one workbook that hold the same field
// (年度 in the title and in the header): the one that is filled; when both are
// and differ, the first, with a finding.
func (rd *reader) settle(old *unit.Field, f unit.Field) {
	switch {
	case f.Value.IsNothing():
	case old.Value.IsNothing():
		*old = f
	case !same(*old, f):
		rd.early = append(rd.early, early{sheets: []string{rd.sheetOf(f.Name)}, Finding: finding.Finding{
			Rule: ruleLayout, Name: "同一项填了两处且不一致", Level: finding.Error, Place: f.Place,
			Filled: strings.TrimSpace(f.Raw), Expected: "= " + strings.TrimSpace(old.Raw), Fields: []string{f.Name},
			Message: fmt.Sprintf("“%s”在 %s 填的是“%s”，在 %s 填的是“%s”，请改成一致", f.Name, old.Place.Cell, strings.TrimSpace(old.Raw), f.Place.Cell, strings.TrimSpace(f.Raw)),
		}})
	}
}

// join adds what one workbook holds to the record of the unit. Sheets that repeat
// add up (several project forms); what two workbooks fill differently is a
// contradiction.
func (rd *reader) join(to *unit.Item, from unit.Item) {
	second := filled(to) && filled(&from) // the form itself came twice: its lists must agree
	for _, f := range from.Fields {
		old := to.Field(f.Name)
		if old == nil {
			to.Fields = append(to.Fields, f)
			rd.report(f, 0, "")
			continue
		}
		switch {
		case f.Value.Kind() == value.Blank:
		case old.Value.Kind() == value.Blank:
			*old = f
			rd.report(f, 0, "")
		case !same(*old, f):
			rd.record.Findings = append(rd.record.Findings, finding.Finding{
				Rule: ruleTwice, Name: "重复报送且不一致", Level: finding.Error, Place: f.Place,
				Filled: strings.TrimSpace(f.Raw), Expected: "= " + strings.TrimSpace(old.Raw), Fields: []string{f.Name},
				Message: fmt.Sprintf("“%s”在报送件《%s》的 %s 填的是“%s”，本件填的是“%s”。同一单位报送了两份不一致的表，请只保留正确的一份",
					f.Name, old.Place.Workbook, old.Place.Cell, strings.TrimSpace(old.Raw), strings.TrimSpace(f.Raw)),
			})
		}
	}
	for _, l := range from.Lists {
		old := to.List(l.Name)
		switch {
		case old == nil:
			to.Lists = append(to.Lists, l)
		case second && len(old.Items) > 0 && len(l.Items) > 0:
			if !sameItems(old.Items, l.Items) {
				i := 0 // where they part
				for i < min(len(old.Items), len(l.Items))-1 && sameItems(old.Items[i:i+1], l.Items[i:i+1]) {
					i++
				}
				rd.contradiction(l.Name, &old.Items[i], &l.Items[i])
			}
		default:
			for _, it := range l.Items {
				rd.add(old, it)
			}
		}
	}
}

// filled reports whether a record has a value of its own, not only lists.
func filled(it *unit.Item) bool {
	return slices.ContainsFunc(it.Fields, func(f unit.Field) bool { return f.Value.Kind() != value.Blank })
}

// add puts one item at the end of a list. An item of the same name from another
// sheet is the same project sent twice: the same figures count once, other
// figures are a contradiction.
func (rd *reader) add(to *unit.List, it unit.Item) {
	title, at := it.Title(), origin(&it)
	for i := range to.Items {
		old := &to.Items[i]
		if title == "" || old.Title() != title || origin(old) == at {
			continue
		}
		if sameItems([]unit.Item{*old}, []unit.Item{it}) {
			rd.twice(title, old, &it)
		} else {
			rd.contradiction(title, old, &it)
		}
		return
	}
	to.Items = append(to.Items, it)
}

// origin is the sheet that an item was read from.
func origin(it *unit.Item) finding.Place {
	for _, f := range it.Fields {
		if f.Place.Cell != "" {
			return finding.Place{Workbook: f.Place.Workbook, Sheet: f.Place.Sheet}
		}
	}
	return finding.Place{}
}

// named is the cell that says what an item is called, or else the sheet that it was read from.
func named(it *unit.Item) finding.Place {
	if title := it.Title(); title != "" {
		for _, f := range it.Fields {
			if f.Place.Cell != "" && f.Value.Kind() == value.Text && f.Value.String() == title {
				return f.Place
			}
		}
	}
	return origin(it)
}

// contradiction reports that a list, or one item of it, came twice with different contents.
func (rd *reader) contradiction(name string, old, it *unit.Item) {
	first, second := origin(old), origin(it)
	rd.found(finding.Finding{
		Rule: ruleTwice, Name: "重复报送且不一致", Level: finding.Error, Place: named(it), ItemName: name,
		Message: fmt.Sprintf("“%s”报送了两份且内容不一致：《%s》的“%s”和《%s》的“%s”。请只保留正确的一份",
			name, first.Workbook, first.Sheet, second.Workbook, second.Sheet),
	})
}

// twice says that an item came twice with the same contents and counts once.
func (rd *reader) twice(name string, old, it *unit.Item) {
	first, second := origin(old), origin(it)
	rd.found(finding.Finding{
		Rule: ruleTwice, Name: "重复报送", Level: finding.Notice, Place: named(it), ItemName: name,
		Message: fmt.Sprintf("“%s”报送了两份，内容相同：《%s》的“%s”和《%s》的“%s”，只算一份",
			name, first.Workbook, first.Sheet, second.Workbook, second.Sheet),
	})
}

// found keeps a finding about items: for the record, or until it is known what counts.
func (rd *reader) found(f finding.Finding) {
	if rd.joining {
		rd.record.Findings = append(rd.record.Findings, f)
	} else {
		rd.early = append(rd.early, early{Finding: f})
	}
}

func same(a, b unit.Field) bool {
	return a.Value.Kind() == b.Value.Kind() && a.Value.String() == b.Value.String()
}

// sameItems reports whether two lists say the same, as when a file was sent twice.
func sameItems(a, b []unit.Item) bool {
	return slices.EqualFunc(a, b, func(x, y unit.Item) bool {
		return slices.EqualFunc(x.Fields, y.Fields, same) && slices.EqualFunc(x.Lists, y.Lists, func(l, m unit.List) bool {
			return l.Name == m.Name && sameItems(l.Items, m.Items)
		})
	})
}

// report turns what was wrong with one cell into findings.
func (rd *reader) report(f unit.Field, item int, name string) {
	if f.Filled {
		return // the cell that it was filled from reports
	}
	at := finding.Finding{Place: f.Place, Item: item, ItemName: name, Filled: strings.TrimSpace(f.Raw), Fields: []string{f.Name}}
	if f.Problem != "" {
		at.Rule, at.Name, at.Level = unreadable(f), "填报值无法识别", finding.Error
		if f.Type == value.TypePhone {
			at.Level = finding.Notice // nothing is computed or decided from a telephone number
		}
		at.Message = fmt.Sprintf("“%s”：%s", f.Name, f.Problem)
		rd.record.Findings = append(rd.record.Findings, at)
	}
	for _, note := range f.Notes[:f.Repairs] {
		at.Rule, at.Name, at.Level = ruleRepaired, "数值格不规范", finding.Notice
		ending := "。请按表样填写"
		if i := slices.IndexFunc(doubtful, func(d doubt) bool { return strings.HasPrefix(note, d.begins) }); i >= 0 {
			at.Rule, at.Name, ending = doubtful[i].rule, doubtful[i].name, doubtful[i].ending
		}
		at.Message = fmt.Sprintf("“%s”：%s%s", f.Name, note, ending)
		noted := at
		if strings.HasPrefix(note, shownNote) {
			noted.Filled = f.Value.String() // nobody typed the serial number
		}
		rd.record.Findings = append(rd.record.Findings, noted)
	}
}

// doubt is a note that is not about how a value was typed.
type doubt struct{ begins, rule, name, ending string }

var doubtful = []doubt{
	{computedNote, ruleErrorCell, "公式没有保存结果", "，请核对。用 Excel 或 WPS 打开后保存一次，就会留下结果"},
	{staleNote, ruleErrorCell, "公式结果与保存的不符", "。请用 Excel 或 WPS 打开，重新计算（按 F9）并保存，核对后重新报送"},
	{outsideNote, ruleErrorCell, "引用了别的工作簿", "。请核对，并改为直接填数"},
	{shownNote, ruleRepaired, "疑似被转成日期", ""},
	{differsNote, ruleRepaired, "显示的与实际存的不同", "。请核对要报的是哪一个，直接填写"},
	{hiddenNote, ruleRepaired, "显示的与实际存的不同", "。请核对要报的是哪一个，直接填写"},
	{value.PictureNote, ruleRepaired, "单元格里是图片", "。签章可以是图片；这一栏要填文字的，请直接填写"},
	{longNote, ruleRepaired, "文字过长", "，超过一个单元格能存的32767字，用 Excel 打开会被截断。请精简"},
}

// unreadable names the rule that a value breaks which cannot be read.
func unreadable(f unit.Field) string {
	switch {
	case strings.HasPrefix(strings.TrimSpace(f.Raw), "#") || strings.TrimSpace(f.Raw) == "":
		return ruleErrorCell
	case f.Type == value.TypeScore:
		return ruleScore
	case f.Type == value.TypeAmount || f.Type == value.TypePercent:
		return ruleAmount
	}
	return ruleRepaired
}

// complete adds a blank field for every value of the form that the workbooks
// did not have, in every item on the way, and an empty list for every list.
func complete(it *unit.Item, specs []*fillin.Spec) {
	for _, s := range specs {
		ensure(it, s.Lists, s)
	}
}

func ensure(it *unit.Item, lists []string, s *fillin.Spec) {
	if len(lists) == 0 {
		if it.Field(s.Name) == nil {
			it.Fields = append(it.Fields, unit.Field{Name: s.Name, Type: s.Format.Type(), Label: s.Label, Optional: s.Format.Optional()})
		}
		return
	}
	l := it.List(lists[0])
	if l == nil {
		it.Lists = append(it.Lists, unit.List{Name: lists[0]})
		return
	}
	for i := range l.Items {
		ensure(&l.Items[i], lists[1:], s)
	}
}

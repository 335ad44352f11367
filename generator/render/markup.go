package render

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"jixiao/generator/finding"
	"jixiao/generator/ooxml"
	"jixiao/generator/unit"
)

// Returned is the unit's own workbook with what to correct marked in it: every
// wrong cell coloured and with a note, and a first sheet 审核意见 that lists all
// findings with links to their cells. Nothing else of the workbook is changed.
// The marks of an earlier round are taken away first, except what the unit wrote
// into the column 单位说明.
//
// A workbook that could not be read, or that cannot be marked, gives a new
// workbook that has only the sheet 审核意见 and says why. The result is always an
// .xlsx, whatever w.Path ends in: macros stay behind.
//
// The steps, each in its file:
//
//	markup_cells.go     colours out, colours in
//	markup_sheet.go     the sheet 审核意见
//	markup_package.go   the saved package, part by part
//	markup_notes.go     … the notes of each sheet
//	markup_comments.go  … … their text
//	markup_vml.go       … … their boxes
func Returned(v *unit.Verdict, w unit.Workbook) ([]byte, error) {
	o := newOpinion(v, w)
	if w.Book == nil {
		o.trouble = "报送件“" + w.Path + "”无法读取，不能在原件上标注。请按下面的意见处理后重新报送。"
		return o.alone()
	}
	data, err := o.mark(w)
	if err != nil {
		o.trouble = "报送件“" + w.Path + "”的内部结构特殊，不能在原件上标注。请对照下面的位置在原件上修改后重新报送。"
		return o.alone()
	}
	return data, nil
}

// opinion is what one workbook gets back.
type opinion struct {
	verdict   *unit.Verdict
	remarks   []remark
	elsewhere int    // findings that are about other workbooks of the unit
	trouble   string // why the unit's own workbook is not marked; "" when it is
}

// remark is one finding with the cells that it colours.
type remark struct {
	finding.Finding
	sheet  string     // as the workbook writes it; "" when the finding has no cell in this workbook
	cells  ooxml.Rect // the cell, or the merged cells that it belongs to
	answer string     // what the unit wrote about it in an earlier round
}

// newOpinion collects the findings that are about w or about the unit as a whole,
// in their order, and finds their cells.
func newOpinion(v *unit.Verdict, w unit.Workbook) *opinion {
	o := &opinion{verdict: v}
	for _, f := range v.Findings {
		if f.Place.Workbook != "" && f.Place.Workbook != w.Path {
			o.elsewhere++
			continue
		}
		r := remark{Finding: f}
		if f.Place.Workbook != "" {
			r.sheet, r.cells = locate(w.Book, f.Place)
		}
		o.remarks = append(o.remarks, r)
	}
	return o
}

// locate finds the cells of a place; sheet is "" when it names none.
func locate(book *ooxml.Workbook, p finding.Place) (sheet string, cells ooxml.Rect) {
	ref, ok := ooxml.ParseRef(p.Cell)
	if book == nil || !ok {
		return "", ooxml.Rect{}
	}
	for i := range book.Sheets {
		s := &book.Sheets[i]
		if s.Name != p.Sheet {
			continue
		}
		if merged, ok := s.MergeAt(ref); ok {
			return s.Name, merged
		}
		return s.Name, ooxml.Rect{From: ref, To: ref}
	}
	return "", ooxml.Rect{}
}

// marksCell reports whether the remark colours its cell. What could not be judged
// is not wrong: its cause is, and that has a finding of its own.
func (r *remark) marksCell() bool { return r.sheet != "" && r.Level != finding.Unjudged }

// position is where the remark stands, as the column 位置 says it.
func (r *remark) position() string {
	switch p := r.Place; {
	case p.Sheet == "":
		return p.Workbook
	case p.Cell == "":
		return p.Sheet
	default:
		return p.Sheet + "!" + p.Cell
	}
}

// marked is one coloured place with all its remarks, the worst first.
type marked struct {
	sheet   string
	cells   ooxml.Rect
	remarks []*remark
}

// marks gathers the remarks by their cells, in the order of sheet and cell.
func (o *opinion) marks() []*marked {
	type key struct {
		sheet string
		cell  ooxml.Ref
	}
	byCell := map[key]*marked{}
	var list []*marked
	for i := range o.remarks {
		r := &o.remarks[i]
		if !r.marksCell() {
			continue
		}
		k := key{r.sheet, r.cells.From}
		m := byCell[k]
		if m == nil {
			m = &marked{sheet: r.sheet, cells: r.cells}
			byCell[k] = m
			list = append(list, m)
		}
		m.remarks = append(m.remarks, r)
	}
	slices.SortFunc(list, func(a, b *marked) int {
		return cmp.Or(strings.Compare(a.sheet, b.sheet), cmp.Compare(a.cells.From.Row, b.cells.From.Row), cmp.Compare(a.cells.From.Col, b.cells.From.Col))
	})
	for _, m := range list {
		slices.SortStableFunc(m.remarks, func(a, b *remark) int { return cmp.Compare(a.Level, b.Level) })
	}
	return list
}

// mark marks the unit's own workbook. Its error means that this workbook cannot
// be marked, not that the run must stop.
func (o *opinion) mark(w unit.Workbook) (out []byte, err error) {
	// The library was written for well-meant files. The verified reading let this
	// one through, but a part that only the library reads may still trip it, and
	// one unit's trouble must not stop another's.
	defer func() {
		if r := recover(); r != nil {
			out, err = nil, fmt.Errorf("标注 %s：%v", w.Path, r)
		}
	}()
	// Sizes were verified when the file came in; the limits keep the library from unpacking to disk.
	const whole = 2 << 30
	f, err := excelize.OpenReader(bytes.NewReader(w.Data), excelize.Options{UnzipSizeLimit: whole, UnzipXMLSizeLimit: whole, RawCellValue: true})
	if err != nil {
		return nil, err
	}
	defer f.Close() // nothing is open on disk
	if f.Styles == nil || f.Styles.CellXfs == nil || f.Styles.Fills == nil || f.WorkBook == nil {
		return nil, errors.New("没有样式表")
	}
	list := o.marks()
	paint := newPainter(f)
	paint.clean()
	if err := paint.all(list); err != nil {
		return nil, err
	}
	notes := make([]note, len(list))
	for i, m := range list {
		if notes[i], err = newNote(f, m); err != nil {
			return nil, err
		}
	}
	name, err := o.replaceSheet(f, w.Book)
	if err != nil {
		return nil, err
	}
	var saved bytes.Buffer
	if err := f.Write(&saved); err != nil {
		return nil, err
	}
	return finish(saved.Bytes(), notes, name)
}

// alone is a new workbook that has only the sheet 审核意见.
func (o *opinion) alone() ([]byte, error) {
	f := excelize.NewFile()
	defer f.Close() // nothing is open on disk
	for i := range o.remarks {
		o.remarks[i].sheet = "" // there is no cell to lead to
	}
	// The dates are the library's constant ones and stay: a clock would change the bytes.
	err := f.SetDocProps(&excelize.DocProperties{Creator: noteAuthor, LastModifiedBy: noteAuthor, Title: opinionSheet})
	if err != nil {
		return nil, fmt.Errorf("建立%s：%w", opinionSheet, err)
	}
	if err := f.SetSheetName(f.GetSheetName(0), opinionSheet); err != nil {
		return nil, fmt.Errorf("建立%s：%w", opinionSheet, err)
	}
	if err := o.write(f, opinionSheet); err != nil {
		return nil, fmt.Errorf("写入%s：%w", opinionSheet, err)
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		return nil, fmt.Errorf("写出%s：%w", opinionSheet, err)
	}
	return out.Bytes(), nil
}

package render

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/xuri/excelize/v2"

	"jixiao/generator/finding"
	"jixiao/generator/ooxml"
	"jixiao/generator/unit"
)

// Returned is the unit's own workbook with what to correct marked in it: every
// wrong cell coloured and with a note, and a first sheet 审核意见 that lists all
// findings with links to their cells. Nothing else of the workbook is changed:
// every other part stays byte for byte. The marks of an earlier round are taken
// away first. A notice that the unit has explained is listed and not marked.
//
// A workbook that could not be read, or that cannot be marked, gives a new
// workbook that has only the sheet 审核意见 and says why. The result is an .xlsx,
// whatever w.Path ends in, or an .xlsm for a workbook with macros, which it keeps.
//
// The steps, each in its file:
//
//	markup_cells.go     colours in
//	markup_styles.go    … the formats that make them; colours of an earlier round out
//	markup_notes.go     the notes of each sheet
//	markup_comments.go  … their text
//	markup_threads.go   … replies where a cell has a thread
//	markup_vml.go       … their boxes
//	markup_sheet.go     the sheet 审核意见
//	markup_book.go      the list of sheets
//	markup_package.go   the parts that change
func Returned(v *unit.Verdict, w unit.Workbook) ([]byte, error) {
	data, _, err := returnedAs(v, w)
	return data, err
}

// returnedAs is Returned with the ending that the file's name must have.
func returnedAs(v *unit.Verdict, w unit.Workbook) (data []byte, ext string, err error) {
	o := newOpinion(v, w)
	if w.Book == nil {
		o.trouble = "报送件“" + w.Path + "”无法读取，不能在原件上标注。请按下面的意见处理后重新报送。"
		return o.alone()
	}
	if data, ext, err = o.mark(w); err != nil {
		o.trouble = "报送件“" + w.Path + "”的内部结构特殊，不能在原件上标注。请对照下面的位置在原件上修改后重新报送。"
		return o.alone()
	}
	return data, ext, nil
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
	sheet string     // as the workbook writes it; "" when the finding has no cell in this workbook
	cells ooxml.Rect // the cell, or the merged cells that it belongs to
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
// is not wrong: its cause is, and that has a finding of its own; what the unit
// has explained needs nothing more.
func (r *remark) marksCell() bool {
	return r.sheet != "" && r.Level != finding.Unjudged && !r.Explained()
}

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
func (o *opinion) mark(book unit.Workbook) (out []byte, ext string, err error) {
	// The verified reading let this workbook through, but what only the marking
	// looks at may still be odd, and one unit's trouble must not stop another's.
	defer func() {
		if r := recover(); r != nil {
			out, err = nil, fmt.Errorf("标注 %s：%v", book.Path, r)
		}
	}()
	var gone []string // the sheets of an earlier round
	formulas := false
	for _, s := range unit.Opinions(book.Book) {
		gone = append(gone, s.Name)
		formulas = formulas || slices.ContainsFunc(s.Cells, func(c ooxml.Cell) bool { return c.Formula != "" })
	}
	return o.compose(book.Data, gone, formulas)
}

// compose writes the marks and the sheet 审核意见 into a package, and takes the
// sheets in gone out of it.
func (o *opinion) compose(data []byte, gone []string, formulas bool) (out []byte, ext string, err error) {
	w, err := newPackageWriter(data)
	if err != nil {
		return nil, "", err
	}
	if err := w.readStyles(); err != nil {
		return nil, "", err
	}
	w.styles.clean()
	list := o.marks()
	for i, s := range w.book.sheets {
		if s.part == "" || slices.Contains(gone, s.name) {
			continue
		}
		var own []*marked
		for _, m := range list {
			if m.sheet == s.name {
				own = append(own, m)
			}
		}
		if err := w.sheet(s.part, i+1, own); err != nil {
			return nil, "", fmt.Errorf("工作表 %s：%w", s.name, err)
		}
	}
	title := w.book.title(gone)
	body, names := o.write(w, title)
	if err := w.writeStyles(); err != nil {
		return nil, "", err
	}
	if err := w.drop(gone, formulas); err != nil {
		return nil, "", err
	}
	if err := w.first(title, body, gone, names); err != nil {
		return nil, "", err
	}
	if out, err = w.finish(); err != nil {
		return nil, "", err
	}
	if w.macros {
		return out, ".xlsm", nil
	}
	return out, ".xlsx", nil
}

// emptyBook is a workbook with one empty sheet, the same bytes every time: the
// library's dates are constant ones, and a clock would change the bytes.
var emptyBook = sync.OnceValues(func() ([]byte, error) {
	f := excelize.NewFile()
	defer f.Close() // nothing is open on disk
	if err := f.SetDocProps(&excelize.DocProperties{Creator: noteAuthor, LastModifiedBy: noteAuthor, Title: opinionSheet}); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
})

// alone is a new workbook that has only the sheet 审核意见.
func (o *opinion) alone() ([]byte, string, error) {
	for i := range o.remarks {
		o.remarks[i].sheet = "" // there is no cell to lead to
	}
	data, err := emptyBook()
	if err != nil {
		return nil, "", fmt.Errorf("建立%s：%w", opinionSheet, err)
	}
	out, ext, err := o.compose(data, []string{"Sheet1"}, false)
	if err != nil {
		return nil, "", fmt.Errorf("写入%s：%w", opinionSheet, err)
	}
	return out, ext, nil
}

package report

import (
	"bytes"
	_ "embed" // receipt.html
	"fmt"
	"html/template"
	"path"

	"jixiao/generator/unit"
)

// ReceiptFile lies among what a unit of a drop folder gets: whether its files
// were accepted, or what to correct.
const ReceiptFile = "回执.html"

var (
	//go:embed receipt.html
	receiptHTML string

	receiptTemplate = template.Must(template.New(ReceiptFile).Parse(receiptHTML))
)

// receiptView is what receipt.html shows.
type receiptView struct {
	CSS       template.CSS
	Form      string
	Program   string
	Unit      unitView
	Accepted  bool
	Explain   bool // a workbook lies here in which the unit can explain its notices
	Workbooks []workbookView
}

type workbookView struct{ Name, SHA8 string }

// Receipt is 回执.html of one unit: one page that needs no network. Its documents
// are named by their paths below the folder in which the page lies. form is the
// form's name.
func Receipt(form, program string, u *Unit) ([]byte, error) {
	v := receiptView{CSS: template.CSS(pageCSS), Form: form, Program: program, Unit: u.view(0), Accepted: u.Outcome == unit.Accepted}
	for i, d := range u.Documents {
		v.Unit.Links[i].Note = ""
		switch dir := path.Dir(d.Path); dir {
		case "草稿":
			v.Unit.Links[i].Note = dir
		case "核实意见":
			v.Unit.Links[i].Note = dir
			v.Explain = true
		}
	}
	for _, w := range u.workbooks() {
		v.Workbooks = append(v.Workbooks, workbookView{w.Path, w.SHA256[:min(8, len(w.SHA256))]})
	}
	var out bytes.Buffer
	if err := receiptTemplate.Execute(&out, v); err != nil {
		return nil, fmt.Errorf("写出%s：%w", ReceiptFile, err)
	}
	return out.Bytes(), nil
}

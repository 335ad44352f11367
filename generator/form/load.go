package form

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"jixiao/generator/docx"
	"jixiao/generator/expr"
	"jixiao/generator/fillin"
	"jixiao/generator/ooxml"
	"jixiao/generator/tag"
	"jixiao/generator/xlsx"
)

// Load reads and compiles the form package in fsys. All faults come back at
// once, in the order of the files; the Form is usable only when there is none.
// The error is for a folder that cannot be read.
func Load(name string, fsys fs.FS) (*Form, []tag.Fault, error) {
	files, err := readAll(fsys)
	if err != nil {
		return nil, nil, fmt.Errorf("读取套表 %s：%w", name, err)
	}
	l := &loader{form: &Form{Name: name, SHA256: hash(files)}, files: files}
	l.rules()
	l.fillIn()
	l.templates()
	l.checkNames()
	l.plan()
	return l.form, l.faults, nil
}

// plan finds what rules and derived fields have in common.
func (l *loader) plan() {
	var lists [][]string
	names := slices.Clone(contextNames)
	if l.form.Map != nil {
		lists = l.form.Map.ListNames()
		for _, s := range l.form.Map.Specs() {
			names = append(names, s.Name)
		}
	}
	for _, s := range l.form.Settings {
		names = append(names, s.Name)
	}
	for _, d := range l.form.Derived {
		names = append(names, d.Name)
	}
	l.form.Plan = expr.NewPlan(lists, names...)
	for _, d := range l.form.Derived {
		l.form.Plan.Derive(d.Name, d.Expr)
	}
	for i := range l.form.Rules {
		r := &l.form.Rules[i]
		r.Check = l.form.Plan.Check(r.List(), r.When, r.Test, r.Tolerance)
	}
	for i := range l.form.Rules { // behind all that is judged each time
		r := &l.form.Rules[i]
		for _, piece := range r.Message {
			if t := piece.Tag; t != nil && t.Expr != nil && planned(t.Expr) {
				l.form.Plan.Say(r.List(), t.Expr)
			}
		}
	}
}

// file is one file of the package.
type file struct {
	path string
	data []byte
}

// loader collects the form and its faults while the files are compiled.
type loader struct {
	form     *Form
	files    []file
	faults   []tag.Fault
	synonyms map[string][]string
	// incomplete: the fill-in workbook has faults, so the names that it gives are not all known.
	incomplete bool
	uses       []use // tags of output templates, to be checked when all names are known
	// The rows of the form's Rules, Derived and Settings.
	rows, derivedRows, settingRows []row
}

// use is a tag of an output template with the file it stands in.
type use struct {
	tag.Use
	file    string
	summary bool // stands in a template of 汇总/
}

func (l *loader) fault(place, source, format string, args ...any) {
	l.faults = append(l.faults, tag.Fault{Place: place, Source: source, Message: fmt.Sprintf(format, args...)})
}

// remark is something that the clerk should see and that keeps nothing from running.
func (l *loader) remark(place, source, message string) {
	l.form.Remarks = append(l.form.Remarks, tag.Fault{Place: place, Source: source, Message: message})
}

// in puts the file before the place of faults that a template engine found.
func (l *loader) in(file string, faults []tag.Fault) {
	for _, f := range faults {
		f.Place = strings.TrimSpace(file + " " + f.Place)
		l.faults = append(l.faults, f)
	}
}

// readAll reads the package, sorted by path, without the lock and system files
// that Office, WPS and file managers leave behind.
func readAll(fsys fs.FS) ([]file, error) {
	var files []file
	err := fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := path.Base(p)
		if d.IsDir() || strings.HasPrefix(base, "~$") || strings.HasPrefix(base, ".") || base == "Thumbs.db" {
			return nil
		}
		data, err := fs.ReadFile(fsys, p)
		if err != nil {
			return err
		}
		files = append(files, file{path: p, data: data})
		return nil
	})
	slices.SortFunc(files, func(a, b file) int { return strings.Compare(a.path, b.path) })
	return files, err
}

func hash(files []file) string {
	h := sha256.New()
	for _, f := range files {
		sum := sha256.Sum256(f.data)
		fmt.Fprintf(h, "%s\x00%x\n", f.path, sum)
	}
	return hex.EncodeToString(h.Sum(nil))
}

func (l *loader) file(name string) []byte {
	for _, f := range l.files {
		if f.path == name {
			return f.data
		}
	}
	return nil
}

// fillIn compiles 填报表.xlsx.
func (l *loader) fillIn() {
	data := l.file(FillInFile)
	if data == nil {
		l.fault(FillInFile, "", "套表里没有%s：把单位填的空表放进来，在要填的格里写上标记，例如 {{年初预算数|金额}}", FillInFile)
		return
	}
	book, ok := l.workbook(FillInFile, data)
	if !ok {
		return
	}
	m, faults := fillin.Compile(book, l.synonyms)
	l.in(FillInFile, faults)
	l.incomplete = len(faults) > 0
	l.form.Map = m
}

// workbook reads a workbook of the package; damage is a fault.
func (l *loader) workbook(name string, data []byte) (*ooxml.Workbook, bool) {
	book, err := ooxml.ReadWorkbook(data, ooxml.DefaultLimits())
	if err != nil {
		var damage *ooxml.Damage
		if errors.As(err, &damage) {
			l.fault(name, "", "%s", damage.Message)
		} else {
			l.fault(name, "", "打不开：%v", err)
		}
		return nil, false
	}
	return book, true
}

// templates compiles what lies under 单位/ and 汇总/.
func (l *loader) templates() {
	for _, f := range l.files {
		dir, base := path.Split(f.path)
		switch {
		case f.path == FillInFile || f.path == RulesFile:
		case dir == UnitFolder+"/":
			l.form.Documents = l.template(l.form.Documents, f, base, false)
		case dir == SummaryFolder+"/":
			l.form.Summaries = l.template(l.form.Summaries, f, base, true)
		default:
			l.fault(f.path, "", "套表里只能有%s、%s和%s、%s两个文件夹里的模板，这个文件请移走", FillInFile, RulesFile, UnitFolder, SummaryFolder)
		}
	}
}

// template compiles one output template and remembers its tags.
func (l *loader) template(to []Template, f file, base string, summary bool) []Template {
	t := Template{File: f.path}
	pieces, faults := tag.Parse(base)
	l.in(f.path+" 文件名", faults)
	t.Name = pieces
	for _, p := range pieces {
		if p.Tag == nil {
			continue
		}
		if list := p.Tag.ListPath(); list != nil {
			if t.Lists != nil && !slices.Equal(t.Lists[0], list) {
				l.fault(f.path+" 文件名", p.Tag.Source, "文件名里只能有一个列表的字段")
			}
			t.Lists = [][]string{list}
		}
	}
	for _, p := range pieces {
		if p.Tag != nil {
			l.uses = append(l.uses, use{tag.Use{Place: "文件名", Tag: p.Tag, Lists: t.Lists}, f.path, summary})
		}
	}
	var uses []tag.Use
	switch strings.ToLower(path.Ext(base)) {
	case ".docx":
		if _, damage := ooxml.Open(f.data, ooxml.DefaultLimits()); damage != nil {
			l.fault(f.path, "", "打不开，不是完整的 Word 文档：请用 Word 或 WPS 打开后另存为 .docx")
			return to
		}
		t.Word, faults = docx.Compile(f.data, ooxml.DefaultLimits(), t.Lists...)
		if t.Word != nil {
			uses = t.Word.Uses()
		}
	case ".xlsx":
		t.Sheet, faults = xlsx.Compile(f.data, ooxml.DefaultLimits(), t.Lists...)
		if t.Sheet != nil {
			uses = t.Sheet.Uses()
		}
	default:
		l.fault(f.path, "", "模板要用 Word 文档（.docx）或 Excel 工作簿（.xlsx），请另存后再放进来")
		return to
	}
	l.in(f.path, faults)
	for _, u := range uses {
		l.uses = append(l.uses, use{u, f.path, summary})
	}
	return append(to, t)
}

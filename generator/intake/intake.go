// Package intake tells which files of an inbox are workbooks and whose they are.
//
//	folder or files ─► Scan   ─► []File      what lies there, junk left out, in one order
//	[]File          ─► Assign ─► []Parcel    the files of each unit, by the form's own cell,
//	                                         then code, alias, folder and file name against the roster
//	Parcel          ─► Open   ─► Submission  read whole and verified; damage is a finding
//
// Files are read twice: once to learn whose they are, keeping nothing, and once
// when their unit's turn comes. So memory holds the workbooks of the units at
// work, not of the whole inbox.
package intake

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"jixiao/generator/fillin"
	"jixiao/generator/finding"
	"jixiao/generator/ooxml"
	"jixiao/generator/unit"
)

// Rules that intake itself judges, by their ids of the trade's list.
const (
	ruleUnreadable = "R-CM-08" // 错误值与不可读
	ruleLayout     = "R-ID-06" // 表样与标准名称
)

// Options are what intake needs to know of the run.
type Options struct {
	Map     *fillin.Map
	Roster  *unit.Roster // nil: whoever sends is a unit
	Limits  ooxml.Limits
	Workers int // 0: as many as processors
}

// File is one file of the inbox.
type File struct {
	Path string // as it is opened
	Name string // below the inbox, with slashes
}

// Parcel is what one unit sent, not yet read.
type Parcel struct {
	Unit     unit.Unit
	OnRoster bool
	Files    []File
}

// spreadsheet reports whether a file is meant to be a workbook, by its name: what
// it really is, its content decides later.
func spreadsheet(name string) bool {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".xlsx", ".xlsm", ".xltx", ".xls", ".et", ".ett", ".csv":
		return true
	}
	return false
}

// junk reports whether a file or folder is one that Office, WPS, file managers
// and transfer programs leave behind.
func junk(name string) bool {
	lower := strings.ToLower(name)
	return strings.HasPrefix(name, ".") || strings.HasPrefix(name, "~") || strings.HasSuffix(lower, ".tmp") ||
		lower == "thumbs.db" || lower == "desktop.ini" || lower == "@eadir" || lower == "__macosx"
}

// Scan lists the workbooks of a folder with its subfolders, or the one file, in
// the order of their names. skipped are other files that are no workbooks (a
// scanned page, a letter), for the report; junk is in neither.
func Scan(inbox string) (files []File, skipped []string, err error) {
	info, err := os.Stat(inbox)
	if err != nil {
		return nil, nil, fmt.Errorf("打开收件 %s：%w", inbox, err)
	}
	if !info.IsDir() {
		return []File{{Path: inbox, Name: filepath.Base(inbox)}}, nil, nil
	}
	err = filepath.WalkDir(inbox, func(p string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if p != inbox && junk(d.Name()) {
			if d.IsDir() {
				return filepath.SkipDir
			}
			return nil
		}
		// Only regular files: a link could lead out of the inbox, a pipe would never end.
		if !d.Type().IsRegular() {
			return nil
		}
		rel, err := filepath.Rel(inbox, p)
		if err != nil {
			return err
		}
		if rel = filepath.ToSlash(rel); spreadsheet(rel) {
			files = append(files, File{Path: p, Name: rel})
		} else {
			skipped = append(skipped, rel)
		}
		return nil
	})
	if err != nil {
		return nil, nil, fmt.Errorf("查看收件 %s：%w", inbox, err)
	}
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	slices.Sort(skipped)
	return files, skipped, nil
}

// Assign reads every file once and gathers the files of each unit. The parcels
// come in the order of the roster, then units that it does not know by name.
// missing are the units of the roster that sent nothing.
func Assign(ctx context.Context, files []File, opt Options) (parcels []Parcel, missing []unit.Unit, err error) {
	senders := make([]sender, len(files))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(workers(opt.Workers))
	for i, f := range files {
		g.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			data, err := os.ReadFile(f.Path)
			if err != nil {
				return fmt.Errorf("读取 %s：%w", f.Name, err)
			}
			senders[i] = identify(f.Name, data, opt)
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return nil, nil, err
	}
	parcels, missing = gather(files, senders, opt.Roster)
	return parcels, missing, nil
}

func workers(n int) int {
	if n > 0 {
		return n
	}
	return runtime.GOMAXPROCS(0)
}

// Open reads the files of a parcel whole. A file that cannot be believed is a
// finding of the submission; the error is for files that cannot be read from disk.
func Open(p Parcel, opt Options) (*unit.Submission, error) {
	sub := &unit.Submission{Unit: p.Unit, OnRoster: p.OnRoster}
	for _, f := range p.Files {
		data, err := os.ReadFile(f.Path)
		if err != nil {
			return nil, fmt.Errorf("读取 %s：%w", f.Name, err)
		}
		sum := sha256.Sum256(data)
		w := unit.Workbook{Path: f.Name, SHA256: hex.EncodeToString(sum[:]), Data: data}
		book, err := ooxml.ReadWorkbook(data, opt.Limits)
		if err != nil {
			sub.Findings = append(sub.Findings, damaged(f.Name, err))
		} else {
			w.Book, w.Layout = book, opt.Map.Locate(book)
		}
		sub.Workbooks = append(sub.Workbooks, w)
	}
	sub.Findings = append(sub.Findings, otherLayouts(sub)...)
	return sub, nil
}

// damaged turns what the verified reading said into a finding of the unit.
func damaged(name string, err error) finding.Finding {
	f := finding.Finding{
		Rule: ruleUnreadable, Name: "报送件不可读", Level: finding.Error,
		Place: finding.Place{Workbook: name}, Message: err.Error(),
	}
	var d *ooxml.Damage
	if errors.As(err, &d) {
		f.Message = d.Message
	}
	return f
}

// otherLayouts reports readable workbooks in which no sheet of the form was
// recognised: an error when the unit sent nothing else, a notice beside the form.
func otherLayouts(sub *unit.Submission) finding.List {
	level := finding.Error
	for _, w := range sub.Workbooks {
		if w.Layout.Recognised() {
			level = finding.Notice
		}
	}
	var list finding.List
	for _, w := range sub.Workbooks {
		if w.Book == nil || w.Layout.Recognised() {
			continue
		}
		list = append(list, finding.Finding{
			Rule: ruleLayout, Name: "表样不识别", Level: level,
			Place:   finding.Place{Workbook: w.Path},
			Message: "没有一张工作表是本套表的填报表（按表内的标签文字识别，与工作表名无关）。请用下发的填报表填写后重新报送",
		})
	}
	return list
}

// Package intake tells which files of an inbox are workbooks and whose they are.
//
//	folder or files ─► Scan   ─► []File      what lies there, junk left out, in one order
//	[]File          ─► Assign ─► []Parcel    the files of each unit, by the form's own cell,
//	                                         then code, alias, folder and file name against the roster
//	Parcel          ─► Open   ─► Submission  read whole and verified; damage is a finding
//
// What a file is its content tells, not its name (content.go; recognise.go where the
// name says nothing): a package is read as it is; a protected one is decrypted first
// (passwords.go); one of before 2007 is checked (compound.go) and goes through
// LibreOffice where there is one (convert.go). A zip archive stands for the workbooks
// in it (archive.go). Nothing but regular files is opened (regular.go).
//
// Files are read twice: once to learn whose they are, keeping nothing but what
// was costly to find out, and once when their unit's turn comes. So memory holds
// the workbooks of the units at work, not of the whole inbox.
package intake

import (
	"context"
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
	ruleUnreadable = "R-CM-08"  // 错误值与不可读
	ruleSender     = "R-ID-04"  // 填报单位一致
	ruleLayout     = "R-ID-06"  // 表样与标准名称
	ruleRepaired   = "R-CM-05"  // 读取前做过处理
	ruleRefused    = "R-SYS-02" // 报送件使程序中断
)

// Options are what intake needs to know of the run.
type Options struct {
	Map       *fillin.Map
	Roster    *unit.Roster // nil: whoever sends is a unit
	Limits    ooxml.Limits
	Workers   int        // 0: as many as processors
	Passwords *Passwords // nil: none are known
	Converter Converter  // nil: a workbook of before 2007 is a finding

	// Retried hears that a file could not be read for the moment and is tried
	// again; nil: nobody does. It is called by several goroutines.
	Retried func(file string, attempt int, err error)

	// Reading is called before Assign reads a file, and what it returns after; nil:
	// nobody wants to know. It is called by several goroutines.
	Reading func(File) (done func() error, err error)
}

// File is one file of the inbox, or one workbook in a zip archive there.
type File struct {
	Path string // as it is opened
	Name string // below the inbox, with slashes; 包.zip/内部路径 in an archive

	Arrived int // of the files of one unit, which came later; 0 when they came together

	entry   *archived     // where it lies in the archive at Path; nil for a file of its own
	trouble *ooxml.Damage // why it cannot be read, when Scan has seen that already
	doubt   string        // what speaks for another unit than the one it was given to; "" when nothing does
	how     *opened       // how Assign opened it; nil when there was nothing to it
	sender  *sender       // whose Assign found it to be; nil before
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
	case ".xlsx", ".xlsm", ".xltx", ".xltm", ".xls", ".xlt", ".et", ".ett", ".csv", ".xlsb", ".ods":
		return true
	}
	return false
}

// junk reports whether a file or folder is one that Office, WPS, file managers
// and transfer programs leave behind.
func junk(name string) bool {
	lower := strings.ToLower(name)
	return strings.HasPrefix(name, ".") || strings.HasPrefix(name, "~") || slices.Contains(leftovers, lower) || hasExtension(lower, unfinished...)
}

// leftovers are files and folders of file managers and servers.
var leftovers = []string{"thumbs.db", "ehthumbs.db", "desktop.ini", "@eadir", "__macosx", "$recycle.bin", "system volume information", "lost+found"}

// unfinished are the extensions of files that are still being written: by Office and
// WPS, browsers, mail programs, network disks and copying programs.
var unfinished = []string{".tmp", ".temp", ".partial", ".part", ".crdownload", ".download", ".downloading", ".opdownload", ".filepart", ".xltd", ".td", ".!ut", ".swp"}

// Scan lists the workbooks of a folder with its subfolders and zip archives, or
// the one file, in the order of their names. skipped are other files that are no
// workbooks (a scanned page, a letter), for the report; junk is in neither.
func Scan(inbox string, limits ooxml.Limits) (files []File, skipped []string, err error) {
	_, err = patiently(context.Background(), func(int, error) {}, func() (_ struct{}, err error) {
		files, skipped, err = list(inbox, bounds(limits))
		return struct{}{}, err
	})
	return files, skipped, err
}

func list(inbox string, limits ooxml.Limits) (files []File, skipped []string, err error) {
	info, err := os.Stat(inbox)
	if err != nil {
		return nil, nil, fmt.Errorf("打开收件 %s：%w", inbox, err)
	}
	// The inbox itself may be a link; nothing in it is followed.
	named := inbox
	if inbox, err = filepath.EvalSymlinks(named); err != nil {
		return nil, nil, fmt.Errorf("打开收件 %s：%w", named, err)
	}
	if !info.IsDir() {
		if !info.Mode().IsRegular() {
			return nil, nil, fmt.Errorf("打开收件 %s：既不是文件夹，也不是普通文件", named)
		}
		name := filepath.Base(named)
		if isArchive(name) {
			return unpack(inbox, name, limits)
		}
		return []File{{Path: inbox, Name: name}}, nil, nil
	}
	err = filepath.WalkDir(inbox, func(p string, d os.DirEntry, err error) error {
		if p != inbox && mayNotEnter(d, err) {
			rel, err := filepath.Rel(inbox, p)
			if err != nil {
				return err
			}
			files = append(files, File{Path: p, Name: filepath.ToSlash(rel), trouble: sealed()})
			return filepath.SkipDir
		}
		if err != nil {
			return err
		}
		if p != inbox && junk(d.Name()) {
			if d.IsDir() {
				return filepath.SkipDir
			}
			return nil
		}
		if d.IsDir() {
			return nil
		}
		rel, err := filepath.Rel(inbox, p)
		if err != nil {
			return err
		}
		// Only regular files: a link could lead out of the inbox, a pipe would never end.
		if !d.Type().IsRegular() {
			skipped = append(skipped, filepath.ToSlash(rel))
			return nil
		}
		rel = filepath.ToSlash(rel)
		is := bookKind
		switch {
		case isArchive(rel):
			is = archiveKind
		case !spreadsheet(rel):
			if is, err = recognise(p, rel, limits); err != nil {
				return fmt.Errorf("查看 %s：%w", rel, err)
			}
		}
		switch is {
		case bookKind:
			files = append(files, File{Path: p, Name: rel})
		case packedKind:
			files = append(files, File{Path: p, Name: rel, trouble: packed()})
		case archiveKind:
			inside, others, err := unpack(p, rel, limits)
			if err != nil {
				return err
			}
			files, skipped = append(files, inside...), append(skipped, others...)
		default:
			skipped = append(skipped, rel)
		}
		return nil
	})
	if err != nil {
		return nil, nil, fmt.Errorf("查看收件 %s：%w", inbox, err)
	}
	slices.SortStableFunc(files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	slices.Sort(skipped)
	return files, skipped, nil
}

// Assign reads every file once and gathers the files of each unit. The parcels
// come in the order of the roster, then units that it does not know by name.
// missing are the units of the roster that sent nothing.
func Assign(ctx context.Context, files []File, opt Options) (parcels []Parcel, missing []unit.Unit, err error) {
	senders := make([]sender, len(files))
	files = slices.Clone(files) // what is found out about them is noted in them
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(workers(opt.Workers))
	for i := range files {
		g.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			done := func() error { return nil }
			var err error
			if opt.Reading != nil {
				if done, err = opt.Reading(files[i]); err != nil {
					return err
				}
			}
			c, err := files[i].load(ctx, opt)
			if e := done(); err == nil {
				err = e
			}
			if err != nil {
				return err
			}
			files[i].how = c.how
			senders[i] = identify(files[i].Name, c.book, opt)
			files[i].sender = &senders[i]
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
// When the run is stopped meanwhile, so is a conversion, and the error is ctx's.
func Open(ctx context.Context, p Parcel, opt Options) (*unit.Submission, error) {
	sub := &unit.Submission{Unit: p.Unit, OnRoster: p.OnRoster}
	for _, f := range p.Files {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		c, err := f.load(ctx, opt)
		if err != nil {
			return nil, err
		}
		// The hash is of what came in, the data of what was read: a decrypted or
		// converted package can be marked up, the file as it came cannot.
		w := unit.Workbook{Path: f.Name, Arrived: f.Arrived, SHA256: c.sum, Size: c.size, Data: c.data, Book: c.book}
		// A file that another took the place of since Assign may be another unit's.
		if f.sender != nil && c.damage == nil && identify(f.sender.file, c.book, opt).cell != f.sender.cell {
			c.damage = swapped()
			w.Data, w.Book = nil, nil
		}
		if c.damage != nil {
			sub.Findings = append(sub.Findings, damaged(f.Name, c.damage))
		} else {
			w.Layout = locate(opt.Map, c.book)
		}
		sub.Findings = append(sub.Findings, c.notes...)
		if f.doubt != "" {
			sub.Findings = append(sub.Findings, finding.Finding{
				Rule: ruleSender, Name: "填报单位与其他说法不符", Level: finding.Notice, Place: finding.Place{Workbook: f.Name}, Message: f.doubt,
			})
		}
		sub.Workbooks = append(sub.Workbooks, w)
	}
	sub.Findings = append(sub.Findings, otherLayouts(sub)...)
	sub.Explanations = explanations(sub)
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
		if d.Code == CodeRefused {
			f.Rule, f.Name = ruleRefused, "报送件使程序中断"
		}
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
		message := "没有一张工作表是本套表的填报表（按表内的标签文字识别，与工作表名无关）。请用下发的填报表填写后重新报送"
		if onlyOpinions(w.Book) {
			if level == finding.Notice {
				continue // the explanations came in a file of their own
			}
			message = "报送件里只有“审核意见”表，没有填报表。请把填报表和审核意见放在同一个文件里重新报送"
		}
		list = append(list, finding.Finding{
			Rule: ruleLayout, Name: "表样不识别", Level: level,
			Place:   finding.Place{Workbook: w.Path},
			Message: message,
		})
	}
	return list
}

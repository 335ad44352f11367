package generator

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"jixiao/generator/finding"
	"jixiao/generator/intake"
	"jixiao/generator/ooxml"
	"jixiao/generator/publish"
	"jixiao/generator/report"
	"jixiao/generator/unit"
	"jixiao/generator/watch"
)

// Places below the root of a drop folder, beside those of the layout DropFolder.
const (
	InboxFolder   = "收件"
	ClaimsFolder  = "处理中"
	ArchiveFolder = "归档"
)

// Folders of the archive for what is no single unit's.
const (
	packedFolder = "压缩包"  // an archive may hold the workbooks of several units
	otherFolder  = "其他文件" // letters, scanned pages: not workbooks
)

// Drop is a drop folder: what is put into 收件 is worked off, unit by unit, and
// joined with what the unit has sent before. Several processes may have the same
// root open.
type Drop struct {
	job    Job
	folder *watch.Folder
	tell   func(DropEvent)

	mu      sync.Mutex
	known   map[string]publish.Sender // units that have a receipt, by its name
	absent  map[string]int            // units whose earlier files were not in the archive: how often that was so
	summary summaryState
	renewal renewal
}

// DropOptions are those of a drop folder that a run has not.
type DropOptions struct {
	Poll     time.Duration // between two looks at the inbox; 0: 2 s
	Deadline time.Duration // after which a file that is not whole is answered all the same; 0: 60 s
	Settle   time.Duration // how long a file must stay as it is; 0: 1 s
	Events   bool          // listen to file events too
	Tell     func(DropEvent)
	Looked   func(error) // hears of every look at the inbox while it is watched; nil: nobody does
}

// DropEvent is something that happened in a drop folder. Either Unit or Text is set.
type DropEvent struct {
	Unit    string // its folder
	Outcome unit.Outcome
	Errors  int
	Notices int
	Again   bool // these very files had been answered before
	Renewed bool // nothing came: form, roster, year, option or program is another than at that time

	Code string // of other events, stable
	File string // below the inbox
	Text string
	Err  error
}

// OpenDrop opens the drop folder at job.Out, and makes what is missing of it. The
// inbox of the job is not used; verdicts are kept.
func OpenDrop(job Job, opt DropOptions) (*Drop, error) {
	job.Layout, job.Keep, job.Inbox = DropFolder, true, []string{InboxFolder}
	if job.Log == nil {
		job.Log = slog.New(slog.DiscardHandler)
	}
	d := &Drop{job: job, tell: opt.Tell, known: map[string]publish.Sender{}, absent: map[string]int{}}
	if d.tell == nil {
		d.tell = func(DropEvent) {}
	}
	var err error
	d.folder, err = watch.Open(watch.Options{
		Root: job.Out, Inbox: InboxFolder, Claims: ClaimsFolder, Archive: ArchiveFolder, State: publish.StateFolder,
		Poll: opt.Poll, Deadline: opt.Deadline, Settle: opt.Settle, Events: opt.Events,
		Junk:  intake.Junk,
		Whole: func(name string) (bool, error) { return intake.Whole(name, job.Limits) },
		Tell:  d.heard, Looked: opt.Looked,
	}, d)
	if err != nil {
		return nil, err
	}
	d.job.As = d.folder.Slot()
	if err := d.tidy(); err != nil {
		return nil, errors.Join(err, d.folder.Close())
	}
	return d, nil
}

// tidy proves that results can be written, and takes away what a killed process
// left, also when nothing comes that would need it.
func (d *Drop) tidy() error {
	r, err := publish.Open(d.job.Out, d.job.As)
	if errors.Is(err, publish.ErrHeld) {
		return nil // a run or a merge is at it; that passes
	}
	if err != nil {
		return err
	}
	return r.Close()
}

// heard passes on what the mechanics tell.
func (d *Drop) heard(e watch.Event) {
	level := slog.LevelWarn
	if e.Err == nil {
		level = slog.LevelInfo
	}
	d.job.Log.LogAttrs(context.Background(), level, e.Text, slog.String("file", e.File), slog.String("stage", "watch"), slog.String("code", e.Code), slog.Any("err", e.Err))
	d.say(DropEvent{Code: e.Code, File: e.File, Text: e.Text, Err: e.Err})
}

func (d *Drop) say(e DropEvent) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.tell(e)
}

// Pass works off what is in the inbox, and brings 汇总 up to date.
func (d *Drop) Pass(ctx context.Context) error {
	if err := d.folder.Pass(ctx); err != nil {
		return err
	}
	if err := d.renew(ctx, 0); err != nil {
		return err
	}
	return d.summarise(ctx, true)
}

// Watch works off what comes until it is told to stop.
func (d *Drop) Watch(ctx context.Context) error { return d.folder.Run(ctx) }

// Close gives back what was claimed and not worked off.
func (d *Drop) Close() error { return d.folder.Close() }

// Idle renews what an earlier form or program made, when nothing more is to be
// done, and then brings 汇总 up to date, also when it has been out of date for long.
// It is called by package watch.
func (d *Drop) Idle(ctx context.Context, busy bool) error {
	if busy && !d.summary.overdue() {
		return nil
	}
	if !busy {
		if err := d.renew(ctx, renewAtOnce); err != nil || !d.renewal.done {
			return err
		}
	}
	return d.summarise(ctx, false)
}

// Work works off claimed files. It is called by package watch.
func (d *Drop) Work(ctx context.Context, claimed []watch.File, desk *watch.Desk) (err error) {
	s, err := Begin(d.job)
	if err != nil {
		return err
	}
	defer func() { err = s.End(nil, err) }()
	s.tell(told{stage: "watch", code: codeStart})
	if err := d.marked(s); err != nil {
		return err
	}
	return d.work(ctx, s, claimed, desk)
}

func (d *Drop) work(ctx context.Context, s *Session, claimed []watch.File, desk *watch.Desk) error {
	taken := map[string]watch.File{} // by where they lie
	var files []intake.File
	for _, c := range claimed {
		taken[c.Path] = c
		fs, err := listClaimed(c, d.job.Limits)
		if err != nil {
			return err
		}
		if len(fs) == 0 {
			if err := desk.Done(c, otherFolder); err != nil {
				return err
			}
			d.say(DropEvent{Code: "other", File: c.Name, Text: "不是工作簿，没有处理，已归档到 " + path.Join(ArchiveFolder, otherFolder)})
		}
		files = append(files, fs...)
	}
	if err := d.learn(s); err != nil {
		return err
	}
	taking := s.taking
	taking.Roster = d.everybody()
	parcels, _, err := intake.Assign(ctx, files, taking)
	if err != nil {
		return err
	}
	if err := desk.Read(claimed...); err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(s.workers())
	left := newCountdown(parcels)
	names := folders(parcels, d.everybody())
	for i := range parcels {
		g.Go(func() error {
			if err := context.Cause(ctx); err != nil {
				return err
			}
			parcel := d.onRoster(parcels[i])
			whole, err := d.unit(ctx, s, parcel, names[i], taken, desk)
			if err != nil || !whole {
				return err
			}
			for _, p := range left.finished(parcel) {
				folder := names[i]
				if packedIn(p) {
					folder = packedFolder
				}
				if err := desk.Done(taken[p], folder); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return g.Wait()
}

func packedIn(p string) bool { return strings.EqualFold(filepath.Ext(p), ".zip") }

// refusal answers a file of which the program died; %d is how often it did.
const refusal = "程序读取这个文件时中断了%d次，没有再读。请用 Excel 或 WPS 打开，另存为一个新的 .xlsx 后重新报送，并把原文件交给维护人员"

// listClaimed lists the workbooks of a claimed file: itself, those in an archive,
// or none.
func listClaimed(c watch.File, limits ooxml.Limits) ([]intake.File, error) {
	if c.Refused {
		return []intake.File{intake.Refuse(c.Path, valid(c.Name), fmt.Sprintf(refusal, watch.Attempts))}, nil
	}
	files, _, err := intake.Scan(c.Path, limits)
	if err != nil {
		return nil, err
	}
	// The name says whether a single file is listed; in the inbox its content would be asked.
	if len(files) == 1 && files[0].Path == c.Path && files[0].Name == filepath.Base(c.Path) {
		if book, err := intake.Workbook(c.Path); err != nil {
			return nil, err
		} else if !book {
			return nil, nil
		}
	}
	dir := path.Dir(valid(c.Name))
	for i := range files {
		files[i] = files[i].Within(path.Join(dir, valid(files[i].Name)))
	}
	return files, nil
}

// countdown knows of how many units a claimed file holds something that is not
// yet published.
type countdown struct {
	mu   sync.Mutex
	left map[string]int
}

func newCountdown(parcels []intake.Parcel) *countdown {
	c := &countdown{left: map[string]int{}}
	for _, p := range parcels {
		for _, name := range places(p) {
			c.left[name]++
		}
	}
	return c
}

// finished are the files of a parcel that hold nothing more for anybody.
func (c *countdown) finished(p intake.Parcel) (done []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, name := range places(p) {
		if c.left[name]--; c.left[name] == 0 {
			done = append(done, name)
		}
	}
	return done
}

// places are the files on disk of a parcel, each once.
func places(p intake.Parcel) (names []string) {
	seen := map[string]bool{}
	for _, f := range p.Files {
		if !seen[f.Path] {
			seen[f.Path] = true
			names = append(names, f.Path)
		}
	}
	return names
}

// learn reads who has sent something before.
func (d *Drop) learn(s *Session) error {
	names, err := s.results.Names()
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, name := range names {
		if _, ok := d.known[name]; ok {
			continue
		}
		r, err := s.results.Receipt(name)
		var damaged *publish.DamagedError
		if errors.As(err, &damaged) || r == nil && err == nil {
			continue
		}
		if err != nil {
			return err
		}
		d.known[name] = r.Unit
	}
	return nil
}

// everybody is the roster, and after it whoever has sent something without being
// on it: a file that does not say whose it is may carry such a unit's name.
func (d *Drop) everybody() *unit.Roster {
	d.mu.Lock()
	defer d.mu.Unlock()
	all := &unit.Roster{}
	listed := map[string]bool{}
	if d.job.Roster != nil {
		all.Path, all.Units = d.job.Roster.Path, append(all.Units, d.job.Roster.Units...)
		for _, u := range all.Units {
			listed[u.Name] = true
		}
	}
	for _, name := range sortedKeys(d.known) {
		if s := d.known[name]; !s.OnRoster && !listed[s.Name] {
			listed[s.Name] = true
			all.Units = append(all.Units, unit.Unit{Code: s.Code, Name: s.Name})
		}
	}
	if len(all.Units) == 0 {
		return nil
	}
	return all
}

// onRoster says of a parcel whether its unit is on the bureau's own roster.
func (d *Drop) onRoster(p intake.Parcel) intake.Parcel {
	if !p.OnRoster {
		return p
	}
	p.OnRoster = false
	if d.job.Roster != nil {
		for _, u := range d.job.Roster.Units {
			p.OnRoster = p.OnRoster || u.Name == p.Unit.Name && u.Code == p.Unit.Code
		}
	}
	return p
}

// published tells of a unit.
func (d *Drop) published(u report.Unit, folder string, again bool) {
	d.say(DropEvent{
		Unit: folder, Outcome: u.Outcome, Again: again,
		Errors: u.Verdict.Findings.Count(finding.Error), Notices: u.Verdict.Findings.Count(finding.Notice),
	})
}

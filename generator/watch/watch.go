// Package watch is the mechanics of a drop folder: files appear in an inbox, are
// claimed when they have settled, worked off, and archived. What is in them it
// does not know; it calls back.
//
//	收件/某局.xlsx ─► Look ─► settled ─► claim ─► 处理中/watch-1/7/某局.xlsx ─► Worker ─► Archive ─► 归档/某局/1a2b3c4d-某局.xlsx
//
// Several processes may share one root. Each holds the lock of a slot
// (处理中/.watch-1.lock) as long as it lives; the kernel lets go of it when it
// dies, however it dies, and no clock is involved. A claim is a rename, which
// only one of them wins. Whoever can take the lock of another slot knows that
// its owner is dead, and takes over what it had claimed.
//
// Polling is the truth. File events, where there are any, only bring the next
// look forward.
//
//	watch.go     the folder, a pass over it, and the loop
//	look.go      what lies in the inbox, and which of it has settled
//	claim.go     slots, claiming, taking over from the dead, giving back
//	attempts.go  files that kill whoever reads them
//	archive.go   where a file goes when it is done
//	hint.go      file events; network_*.go: file systems that send none
package watch

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/gofrs/flock"
)

// Options say where the folders are and how patient to be. The zero value of a
// duration is its default.
type Options struct {
	Root    string // holds everything below
	Inbox   string // 收件
	Claims  string // 处理中
	Archive string // 归档
	State   string // .jixiao: attempts are counted in it

	Poll     time.Duration // between two looks; 2 s
	Settle   time.Duration // how long a file must stay as it is; 1 s
	Deadline time.Duration // after which a file that is unchanged but not whole is taken all the same; 60 s
	Batch    int           // how many files are claimed at a time; 200

	Junk  func(name string) bool          // files and folders that are nobody's
	Whole func(path string) (bool, error) // whether a file is all there, as far as that can be told

	Events bool        // listen to file events
	Tell   func(Event) // hears what happens; nil: nobody does. Called by one goroutine at a time
	Looked func(error) // hears of every look at the inbox while it is watched, and of what was in the way; nil: nobody does
}

// Event is something that whoever runs the watch should know.
type Event struct {
	Code string // stable, for logs: inbox_missing, unreadable, trouble, taken_over …
	File string // below the inbox; "" when it is about no file
	Text string // in Chinese
	Err  error
}

// File is a claimed file.
type File struct {
	Path    string // where it lies now
	Name    string // below the inbox, with slashes
	SHA256  string // hexadecimal
	Size    int64
	Refused bool // it killed the process Attempts times: it is to be answered without being read
	deaths  int
}

// Suspect reports whether a process has died while it had the file in hand.
func (f File) Suspect() bool { return f.deaths > 0 }

// Attempts is how many times a file may kill the process that reads it.
const Attempts = 3

// Worker does what is to be done with files.
type Worker interface {
	// Work works off claimed files, and hands each to desk.Done once it need not be
	// seen again. Files that it does not hand over stay claimed and are given to it
	// once more. The error is trouble with the machine. Several goroutines of one
	// Work may use the desk at once.
	Work(ctx context.Context, files []File, desk *Desk) error
	// Idle is called after every look at the inbox; busy when there is more to claim.
	Idle(ctx context.Context, busy bool) error
}

// Desk is where a worker says how far it is with its files.
type Desk struct{ f *Folder }

// Reading says that files are about to be read: if the process dies before Read,
// that counts against them. When Work begins, all its files count as being read.
func (d *Desk) Reading(files ...File) error {
	for i := range files {
		if err := d.f.count(&files[i], files[i].deaths+1); err != nil {
			return err
		}
	}
	return nil
}

// Read says that reading files has killed nobody.
func (d *Desk) Read(files ...File) error {
	for i := range files {
		if err := d.f.count(&files[i], files[i].deaths); err != nil {
			return err
		}
	}
	return nil
}

// Done moves a file to a folder of the archive.
func (d *Desk) Done(file File, folder string) error {
	if err := d.f.count(&file, 0); err != nil {
		return err
	}
	return d.f.done(file, folder)
}

// Folder is a drop folder with a slot of this process's own.
type Folder struct {
	opt      Options
	worker   Worker
	slot     string
	lock     *flock.Flock
	seen     map[string]*sighting
	batches  int
	missing  bool // the inbox was missing at the last look
	told     map[string]bool
	lookTook time.Duration
	deaf     atomic.Bool // file events were lost
}

// Open makes the folders, takes a slot, and proves that it can move files.
func Open(opt Options, worker Worker) (*Folder, error) {
	opt.Poll, opt.Settle, opt.Deadline = or(opt.Poll, 2*time.Second), or(opt.Settle, time.Second), or(opt.Deadline, time.Minute)
	if opt.Batch == 0 {
		opt.Batch = 200
	}
	if opt.Tell == nil {
		opt.Tell = func(Event) {}
	}
	if opt.Looked == nil {
		opt.Looked = func(error) {}
	}
	f := &Folder{opt: opt, worker: worker, seen: map[string]*sighting{}, told: map[string]bool{}}
	for _, dir := range []string{opt.Inbox, opt.Claims, opt.Archive, filepath.Join(opt.State, attemptsFolder)} {
		if err := os.MkdirAll(f.at(dir), 0o755); err != nil {
			return nil, fmt.Errorf("建立文件夹：%w", err)
		}
	}
	if err := f.takeSlot(); err != nil {
		return nil, fmt.Errorf("在 %s 里登记：%w", f.at(opt.Claims), err)
	}
	if err := f.probe(); err != nil {
		return nil, errors.Join(err, f.lock.Close())
	}
	return f, nil
}

func or(d, usual time.Duration) time.Duration {
	if d > 0 {
		return d
	}
	return usual
}

func (f *Folder) at(name string) string {
	return filepath.Join(f.opt.Root, filepath.FromSlash(name))
}

// Slot is the name under which this process shares the root with others.
func (f *Folder) Slot() string { return f.slot }

// Archived is a file of the archive that is to be read once more; name is below the
// root. It is gone when the error is fs.ErrNotExist.
func (f *Folder) Archived(name string) (File, error) {
	file := File{Path: f.at(name), Name: name}
	err := f.begin(&file)
	file.Refused = file.deaths >= Attempts
	return file, err
}

// Desk is one for files of the archive.
func (f *Folder) Desk() *Desk { return &Desk{f} }

// Forget takes back what is counted against a file.
func (d *Desk) Forget(file File) error { return d.f.count(&file, 0) }

// Close gives back what is claimed and not done, and lets go of the slot.
func (f *Folder) Close() error {
	err := f.giveBack()
	if err == nil {
		_ = os.Remove(f.slotFolder(f.slot)) // it stays when something is still in it
	}
	return errors.Join(err, f.lock.Close())
}

// Run works off the folder until it is told to stop. Trouble with the machine is
// told, and tried again after a while.
func (f *Folder) Run(ctx context.Context) error {
	wake := f.listen(ctx)
	pause := time.Duration(0)
	for {
		worked, err := f.round(ctx)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if f.missing {
			f.opt.Looked(f.noInbox())
		} else {
			f.opt.Looked(err)
		}
		if f.deaf.Load() {
			f.once("events_lost", "", "文件来得太快，有些文件事件丢了。不影响处理，定时查看会找到全部文件", nil)
		}
		wait := max(f.opt.Poll, 4*f.lookTook)
		switch {
		case err != nil:
			f.opt.Tell(Event{Code: "trouble", Text: "暂停处理，稍后再试", Err: err})
			pause = min(max(2*pause, f.opt.Poll), time.Minute)
			wait = pause
		case worked:
			pause = 0
			continue
		default:
			pause = 0
			// What may have settled by then is looked at sooner.
			if f.waiting() {
				wait = min(wait, f.opt.Settle)
			}
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-wake:
		case <-time.After(wait):
		}
	}
}

// Pass works off what is there: it waits until every file has settled, or passed
// the deadline, and is done. Trouble with the machine ends it.
func (f *Folder) Pass(ctx context.Context) error {
	var idle time.Time // since when nothing could be done but wait
	tries := 0         // rounds in which nothing but what was held already was at hand
	for {
		worked, err := f.round(ctx)
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err != nil:
			return err
		case f.missing:
			return f.noInbox()
		case worked:
			idle = time.Time{}
			continue
		}
		held, err := f.held()
		switch {
		case err != nil:
			return err
		case held && tries == retries:
			return errors.New("有文件没有做完，还留在处理中。再运行一次会接着做")
		case held:
			tries++
		case !f.waiting():
			return nil
		}
		if idle.IsZero() {
			idle = time.Now()
		}
		// One that stays as it is is taken at the deadline, however slow the machine.
		if n := f.restless(); n > 0 && time.Since(idle) > 2*f.opt.Deadline {
			return fmt.Errorf("%d个文件一直在变化，没有等到它们写完。请等它们传完后再运行一次", n)
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(f.opt.Settle):
		}
	}
}

func (f *Folder) noInbox() error {
	return fmt.Errorf("收件 %s：%w", f.at(f.opt.Inbox), fs.ErrNotExist)
}

// retries bounds how often files that a worker does not hand over are given to it in one pass.
const retries = 3

// round takes over from the dead, works off what is claimed or can be claimed,
// and reports whether there was anything.
func (f *Folder) round(ctx context.Context) (worked bool, err error) {
	if err := f.takeOver(); err != nil {
		return false, err
	}
	// First what was claimed before: taken over, or not done for trouble with the machine.
	before, err := f.claimed()
	if err != nil {
		return false, err
	}
	for _, batch := range before {
		if err := f.work(ctx, batch); err != nil || ctx.Err() != nil {
			return false, err
		}
	}
	settled, err := f.look()
	if err != nil {
		return false, err
	}
	batch, err := f.claim(settled)
	if err != nil {
		return false, err
	}
	if len(batch) > 0 {
		if err := f.work(ctx, batch); err != nil || ctx.Err() != nil {
			return false, err
		}
	}
	return len(batch) > 0, f.worker.Idle(ctx, len(batch) > 0)
}

// work hands a batch to the worker; one at a time those that were in hand when a
// process died, so that what killed it harms no other.
func (f *Folder) work(ctx context.Context, batch []File) error {
	var parts [][]File
	var together []File
	for _, file := range batch {
		err := f.begin(&file)
		if errors.Is(err, fs.ErrNotExist) {
			continue // somebody took it away
		}
		if err != nil {
			return err
		}
		if file.Refused = file.deaths >= Attempts; file.deaths > 0 {
			parts = append(parts, []File{file})
		} else {
			together = append(together, file)
		}
	}
	if len(together) > 0 {
		parts = append([][]File{together}, parts...)
	}
	for _, part := range parts {
		if ctx.Err() != nil {
			return nil
		}
		desk := &Desk{f}
		if err := desk.Reading(part...); err != nil {
			return err
		}
		err := f.worker.Work(ctx, part, desk)
		for i := range part {
			// What is done with has no count any more, and gets none.
			if _, gone := os.Lstat(part[i].Path); gone == nil {
				err = errors.Join(err, f.count(&part[i], part[i].deaths))
			}
		}
		if err != nil {
			return err
		}
	}
	return f.prune()
}

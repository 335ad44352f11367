// Package publish is the only writer to disk.
//
//	Package of one unit ─► Publish ─► its folder, whole or not at all, then its receipt
//	one Document        ─► File    ─► whole under its final name or not at all
//	a results folder    ─► Look    ─► its receipts and documents, for reading only
//
// A receipt is the commit point. Until it stands, a unit is not done; once it
// stands, every document that it names is on disk. The steps, and what the next
// run does when this one is killed after each:
//
//	documents built in .jixiao/work/, synced          swept away, done anew
//	the receipt written beside them, as pending       rolled forward from here on
//	the new folder takes the old one's place
//	what the unit had elsewhere is withdrawn
//	pending receipt renamed to receipts/              done
//	the old folder removed                            swept away
//
// Every name is resolved through os.Root, so that none can lead out of the
// results folder. What people put there themselves, and that no receipt names,
// is kept.
//
//	publish.go   the open folder: locks, single files
//	package.go   one unit's documents and their receipt
//	recover.go   what a killed process left
//	share.go     several processes on one folder that may have the same unit in hand
//	receipt.go   the receipt, and reading a results folder
//	place.go     syncing and renaming (place_linux.go, place_windows.go, place_other.go)
package publish

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sync/atomic"

	"github.com/gofrs/flock"

	"jixiao/generator/unit"
)

// StateFolder is what jixiao keeps for itself below the results: locks,
// receipts, journals, and what is not yet whole. A name that begins with a dot is
// not listed by file managers and belongs to no unit.
const StateFolder = ".jixiao"

// Places below the state folder.
const (
	receiptsFolder = StateFolder + "/receipts" // a receipt a unit
	verdictsFolder = StateFolder + "/verdicts" // a verdict a unit, where they are kept
	workFolder     = StateFolder + "/work"     // what is under way, a folder a process
	summaryReceipt = StateFolder + "/summary.json"
	mainLock       = StateFolder + "/lock"
	lockEnding     = ".lock"
)

// alone names the work folder of whoever has the results folder to itself.
const alone = "run"

// ErrHeld says that another process is at work on the same results folder.
var ErrHeld = errors.New("另一个 jixiao 正在写这个成果文件夹")

// Results is an open results folder. It may be used by several goroutines as
// long as no two publish the same unit.
type Results struct {
	Folder
	locks []*flock.Flock // in the order in which they were taken
	work  string         // this process's own folder below workFolder
	count atomic.Int64

	// For tests: where to stop as a killed process would, and whether the file
	// system cannot exchange two folders.
	killed     func(step string) bool
	noExchange bool
}

// Open creates the results folder when it is not there, takes its lock, proves
// that it can be written before any work is done, and finishes what a killed
// process left. as is "" for a process that has the folder to itself; any other
// name (a shard: "1-of-8") shares it with processes of other names, which must
// publish other units. ErrHeld means that another process holds it.
func Open(dir, as string) (*Results, error) {
	r, err := start(dir, as)
	if err != nil && !errors.Is(err, ErrHeld) {
		err = fmt.Errorf("打开成果文件夹 %s：%w", dir, err)
	}
	return r, err
}

func start(dir, as string) (_ *Results, err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	r := &Results{Folder: Folder{root: root}}
	defer func() {
		if err != nil {
			err = errors.Join(err, r.release())
		}
	}()
	for _, d := range []string{receiptsFolder, workFolder} {
		if err := r.folder(d); err != nil {
			return nil, err
		}
	}
	name := as
	if as == "" {
		name = alone
	}
	r.work = path.Join(workFolder, unit.SafeName(name))
	if err := r.take(mainLock, as != ""); err != nil {
		return nil, err
	}
	return r, r.sweeping(context.Background(), func() error {
		if err := r.take(r.work+lockEnding, false); err != nil {
			return err
		}
		if err := r.sweep(); err != nil {
			return err
		}
		return r.folder(r.work)
	})
}

// take takes a lock, or fails at once with ErrHeld. Lock files are never
// removed: somebody else may be waiting on them.
func (r *Results) take(name string, shared bool) error {
	lock := flock.New(filepath.Join(r.root.Name(), filepath.FromSlash(name)))
	try := lock.TryLock
	if shared {
		try = lock.TryRLock
	}
	held, err := try()
	if err == nil && !held {
		err = ErrHeld
	}
	if err != nil {
		return errors.Join(err, lock.Close())
	}
	r.locks = append(r.locks, lock)
	return nil
}

// release lets go of the folder and its locks, the last taken first.
func (r *Results) release() error {
	err := r.root.Close()
	for i := len(r.locks) - 1; i >= 0; i-- {
		err = errors.Join(err, r.locks[i].Close())
	}
	return err
}

// Close removes what was left unfinished and lets the next run in.
func (r *Results) Close() error {
	return errors.Join(r.root.RemoveAll(r.work), r.release())
}

// File writes one file: whole under its final name, or not at all. A file that
// has this content already is left alone.
func (r *Results) File(d unit.Document) error {
	if err := r.file(d); err != nil {
		return fmt.Errorf("写入 %s：%w", d.Path, err)
	}
	return nil
}

func (r *Results) file(d unit.Document) error {
	if info, err := r.root.Lstat(d.Path); err == nil && info.Mode().IsRegular() && info.Size() == int64(len(d.Data)) {
		if old, err := r.root.ReadFile(d.Path); err == nil && bytes.Equal(old, d.Data) {
			return nil
		}
	}
	tmp := r.temporary("file")
	if err := r.write(tmp, d.Data); err != nil {
		return err
	}
	return r.place(tmp, d.Path)
}

// Journal opens a file below the state folder for lines that are appended while
// the run goes on.
func (r *Results) Journal(name string) (*os.File, error) {
	name = path.Join(StateFolder, name)
	if err := r.root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return nil, err
	}
	return r.root.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
}

// State writes a file below the state folder, whole or not at all.
func (r *Results) State(name string, data []byte) error {
	return r.File(unit.Document{Path: path.Join(StateFolder, name), Data: data})
}

// DropState removes a file below the state folder, if it is there.
func (r *Results) DropState(name string) error {
	err := r.root.Remove(path.Join(StateFolder, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func (r *Results) temporary(kind string) string {
	return path.Join(r.work, fmt.Sprintf("%s-%d", kind, r.count.Add(1)))
}

// write creates a file with its content on disk, not only in memory.
func (r *Results) write(name string, data []byte) (err error) {
	f, err := r.root.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := f.Write(data); err != nil {
		return err
	}
	return f.Sync()
}

// place renames a file or folder to its final name, at which no folder stands.
func (r *Results) place(tmp, final string) error {
	if err := r.folder(path.Dir(final)); err != nil {
		return err
	}
	if err := r.rename(tmp, final); err != nil {
		return err
	}
	return r.sync(path.Dir(final))
}

// folder makes a folder with all above it, and their names durable.
func (r *Results) folder(dir string) error {
	if _, err := r.root.Lstat(dir); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := r.folder(path.Dir(dir)); err != nil {
		return err
	}
	if err := r.root.Mkdir(dir, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return r.sync(path.Dir(dir))
}

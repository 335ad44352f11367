package watch

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/gofrs/flock"

	"jixiao/generator/patience"
)

// A slot's lock file lies beside its folder and is never removed: somebody else
// may be about to take it.
const (
	slotName   = "watch-"
	lockEnding = ".lock"
)

func (f *Folder) slotFolder(slot string) string { return filepath.Join(f.at(f.opt.Claims), slot) }

func (f *Folder) slotLock(slot string) *flock.Flock {
	return flock.New(filepath.Join(f.at(f.opt.Claims), "."+slot+lockEnding))
}

// takeSlot takes the first slot whose owner is dead, or that nobody had yet.
func (f *Folder) takeSlot() error {
	for n := 1; ; n++ {
		slot := slotName + strconv.Itoa(n)
		lock := f.slotLock(slot)
		held, err := lock.TryLock()
		if err != nil {
			return errors.Join(err, lock.Close())
		}
		if !held {
			if err := lock.Close(); err != nil {
				return err
			}
			continue
		}
		f.slot, f.lock = slot, lock
		if err := os.MkdirAll(f.slotFolder(slot), 0o755); err != nil {
			return errors.Join(err, lock.Close())
		}
		return nil
	}
}

// probeName is no workbook's: whoever else looks leaves it alone.
const probeName = ".jixiao-probe"

// ErrApart says that what is claimed cannot be moved: two folders lie on different disks.
var ErrApart = errors.New("收件和处理中不在同一块磁盘上")

// probe moves a file the way that those of senders go, so that an inbox on another
// disk, or one that may not be written, is known before anything is claimed. Another
// process may be at it with the same names: what it moved was moved.
func (f *Folder) probe() error {
	from, to := filepath.Join(f.at(f.opt.Inbox), probeName), filepath.Join(f.at(f.opt.Claims), probeName)
	err := os.WriteFile(from, nil, 0o644)
	if err != nil {
		return fmt.Errorf("在收件里试写：%w", err)
	}
	err = patience.Rename(func() error { return os.Rename(from, to) })
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		_ = os.Remove(from) // why it cannot be moved is what counts
		if errors.Is(err, syscall.EXDEV) {
			return fmt.Errorf("%w：%w", ErrApart, err)
		}
		return fmt.Errorf("从收件移到处理中：%w", err)
	}
	if err := os.Remove(to); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("清理处理中：%w", err)
	}
	return nil
}

// newBatch is a folder for claims that is not there yet.
func (f *Folder) newBatch() (string, error) {
	for {
		f.batches++
		dir := filepath.Join(f.slotFolder(f.slot), strconv.Itoa(f.batches))
		if _, err := os.Lstat(dir); errors.Is(err, fs.ErrNotExist) {
			return dir, nil
		} else if err != nil {
			return "", err
		}
	}
}

// claim moves settled files into a batch of this process. A file that another
// process has claimed first is not there any more.
func (f *Folder) claim(names []string) ([]File, error) {
	if len(names) == 0 {
		return nil, nil
	}
	dir, err := f.newBatch()
	if err != nil {
		return nil, err
	}
	var files []File
	for _, name := range names {
		from, to := filepath.Join(f.at(f.opt.Inbox), filepath.FromSlash(name)), filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return nil, err
		}
		err := patience.Rename(func() error { return os.Rename(from, to) })
		switch {
		case err == nil:
			files = append(files, File{Path: to, Name: name})
		case errors.Is(err, fs.ErrNotExist):
		case errors.Is(err, fs.ErrPermission):
			f.once("unreadable", name, "没有权限移走这个文件，或者有人正开着它。它留在收件里，稍后再试", err)
			continue
		default:
			return nil, fmt.Errorf("领取 %s：%w", name, err)
		}
		delete(f.seen, name)
	}
	return files, f.prune()
}

// claimed are the batches that this process holds already.
func (f *Folder) claimed() ([][]File, error) {
	entries, err := os.ReadDir(f.slotFolder(f.slot))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var batches [][]File
	for _, e := range entries {
		dir := filepath.Join(f.slotFolder(f.slot), e.Name())
		var batch []File
		err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return err
			}
			name, err := filepath.Rel(dir, p)
			batch = append(batch, File{Path: p, Name: filepath.ToSlash(name)})
			return err
		})
		if err != nil {
			return nil, err
		}
		if len(batch) > 0 {
			batches = append(batches, batch)
		}
	}
	return batches, nil
}

// held reports whether this process holds files that are not done.
func (f *Folder) held() (bool, error) {
	batches, err := f.claimed()
	return len(batches) > 0, err
}

// takeOver makes the claims of dead processes this one's own. The lock of a dead
// one is held until that is done.
func (f *Folder) takeOver() error {
	entries, err := os.ReadDir(f.at(f.opt.Claims))
	if err != nil {
		return err
	}
	for _, e := range entries {
		slot := e.Name()
		if !e.IsDir() || slot == f.slot || !strings.HasPrefix(slot, slotName) {
			continue
		}
		if err := f.takeOverFrom(slot); err != nil {
			return fmt.Errorf("接手 %s 没有做完的：%w", slot, err)
		}
	}
	return nil
}

func (f *Folder) takeOverFrom(slot string) (err error) {
	lock := f.slotLock(slot)
	held, err := lock.TryLock()
	defer func() { err = errors.Join(err, lock.Close()) }()
	if err != nil || !held {
		return err
	}
	batches, err := os.ReadDir(f.slotFolder(slot))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, b := range batches {
		dir, err := f.newBatch()
		if err != nil {
			return err
		}
		err = os.Rename(filepath.Join(f.slotFolder(slot), b.Name()), dir)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if err == nil {
			f.opt.Tell(Event{Code: "taken_over", Text: "另一个进程没有做完就停了，接手它领取的文件"})
		}
	}
	if err := os.Remove(f.slotFolder(slot)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// giveBack returns claimed files to the inbox. One whose name a new file has
// taken there stays claimed; the next process takes it over.
func (f *Folder) giveBack() error {
	batches, err := f.claimed()
	if err != nil {
		return err
	}
	for _, file := range slices.Concat(batches...) {
		to := filepath.Join(f.at(f.opt.Inbox), filepath.FromSlash(file.Name))
		if _, err := os.Stat(f.at(f.opt.Inbox)); err != nil {
			return nil // there is no inbox to give it back to
		}
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		if _, err := os.Lstat(to); !errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err := patience.Rename(func() error { return os.Rename(file.Path, to) }); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("放回 %s：%w", file.Name, err)
		}
	}
	return f.prune()
}

// prune removes the empty folders of this process's claims.
func (f *Folder) prune() error {
	return removeEmpty(f.slotFolder(f.slot), true)
}

func removeEmpty(dir string, keep bool) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.IsDir() {
			if err := removeEmpty(filepath.Join(dir, e.Name()), false); err != nil {
				return err
			}
		}
	}
	if keep {
		return nil
	}
	// A folder that is not empty stays, which is what a failed removal means here.
	_ = os.Remove(dir)
	return nil
}

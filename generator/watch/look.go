package watch

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// mostSeen bounds how many files are kept in mind at once: with 50,000 in the
// inbox the others are looked at when these have been claimed.
const mostSeen = 2000

// sighting is what is known of a file in the inbox. Times are of the monotonic
// clock: what the file system says of times is only compared with itself.
type sighting struct {
	size    int64
	changed int64 // its modification time, nanoseconds
	info    fs.FileInfo
	since   time.Time // it has been as it is
	whole   bool      // and is all there
	asked   time.Time // whether it is whole; zero: not yet
	round   int
	barred  bool // may not be opened
	changes int  // how often it was seen to change
}

// look lists the inbox and returns the files that have settled, at most a batch.
func (f *Folder) look() (settled []string, err error) {
	began := time.Now()
	defer func() { f.lookTook = time.Since(began) }()
	inbox := f.at(f.opt.Inbox)
	if info, err := os.Stat(inbox); err != nil || !info.IsDir() {
		if err == nil {
			err = fs.ErrNotExist
		}
		if !f.missing {
			f.opt.Tell(Event{Code: "inbox_missing", Text: "收件文件夹不见了，等它回来。请检查它是否被删除、改名，或者网络盘断开了", Err: err})
		}
		f.missing = true
		clear(f.seen)
		return nil, nil
	}
	if f.missing {
		f.opt.Tell(Event{Code: "inbox_back", Text: "收件文件夹又有了"})
		f.missing = false
	}
	present := map[string]bool{}
	locked := map[string]bool{}
	if err := f.walk(inbox, "", present, locked); err != nil {
		return nil, err
	}
	for name, s := range f.seen {
		if !present[name] {
			delete(f.seen, name)
			continue
		}
		if len(settled) < f.opt.Batch && f.settled(name, s, locked[name]) {
			settled = append(settled, name)
		}
	}
	slices.Sort(settled)
	return settled, nil
}

// walk lists a folder, a part at a time, so that a large one is never in memory whole.
func (f *Folder) walk(dir, below string, present, locked map[string]bool) error {
	d, err := os.Open(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // it was taken away meanwhile
	}
	if errors.Is(err, fs.ErrPermission) {
		f.once("unreadable", below, "没有权限读取这个文件夹，里面的报送件没有处理。请检查权限", err)
		return nil
	}
	if err != nil {
		return err
	}
	defer d.Close() // it was only read
	for {
		entries, err := d.ReadDir(512)
		for _, e := range entries {
			f.entry(dir, below, e, present, locked)
			if e.IsDir() && !f.opt.Junk(e.Name()) {
				if err := f.walk(filepath.Join(dir, e.Name()), path.Join(below, e.Name()), present, locked); err != nil {
					return err
				}
			}
		}
		if errors.Is(err, io.EOF) || errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// entry notes one name of the inbox.
func (f *Folder) entry(dir, below string, e fs.DirEntry, present, locked map[string]bool) {
	if owner, ok := lockOf(e.Name()); ok {
		locked[path.Join(below, owner)] = true
		return
	}
	if e.IsDir() || f.opt.Junk(e.Name()) {
		return
	}
	name := path.Join(below, e.Name())
	if !e.Type().IsRegular() {
		f.once("irregular", name, "这不是普通文件（而是链接、管道或设备），没有处理。请直接放工作簿", nil)
		return
	}
	s := f.seen[name]
	if s == nil && len(f.seen) >= mostSeen {
		return
	}
	info, err := e.Info()
	if err != nil {
		return // it was taken away meanwhile, or the next look will tell
	}
	present[name] = true
	if s == nil {
		s = &sighting{since: time.Now()}
		f.seen[name] = s
	} else if s.size != info.Size() || s.changed != info.ModTime().UnixNano() || !os.SameFile(s.info, info) {
		*s = sighting{since: time.Now(), changes: s.changes + 1}
	}
	s.size, s.changed, s.info = info.Size(), info.ModTime().UnixNano(), info
}

// lockOf is the workbook that somebody has open when a file of this name lies
// beside it: Excel's ~$某局.xlsx, LibreOffice's .~lock.某局.xlsx#, WPS's .~某局.xlsx.
func lockOf(name string) (string, bool) {
	if rest, ok := strings.CutPrefix(name, "~$"); ok {
		return rest, true
	}
	if rest, ok := strings.CutPrefix(name, ".~lock."); ok {
		return strings.CutSuffix(rest, "#")
	}
	if rest, ok := strings.CutPrefix(name, ".~"); ok {
		return rest, true
	}
	return "", false
}

// settled decides whether a file may be claimed: it has been as it is for a
// while and is all there, or has been as it is until the deadline.
func (f *Folder) settled(name string, s *sighting, locked bool) bool {
	still := time.Since(s.since)
	if still < f.opt.Settle {
		return false
	}
	if still >= f.opt.Deadline && !s.barred {
		return true
	}
	if locked {
		return false
	}
	if s.whole {
		return true
	}
	// What is not whole is not read again at every look: after a second, two, four …
	if !s.asked.IsZero() && time.Since(s.asked) < s.asked.Sub(s.since) {
		return false
	}
	s.asked = time.Now()
	if s.size == 0 {
		return false
	}
	whole, err := f.opt.Whole(filepath.Join(f.at(f.opt.Inbox), filepath.FromSlash(name)))
	s.barred = errors.Is(err, fs.ErrPermission)
	if s.barred {
		f.once("unreadable", name, "没有权限读取这个文件，它留在收件里。请检查权限，或者重新放一份", err)
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		f.once("unreadable", name, "这个文件暂时读不出来，稍后再试", err)
	}
	s.whole = whole && err == nil
	return s.whole
}

// waiting reports whether files lie in the inbox that may settle by themselves.
func (f *Folder) waiting() bool {
	for _, s := range f.seen {
		if !s.barred {
			return true
		}
	}
	return false
}

// restless counts the files that are waited for, when all of them change all the
// time; 0 when there is one that does not.
func (f *Folder) restless() (n int) {
	for _, s := range f.seen {
		if s.barred {
			continue
		}
		if s.changes == 0 {
			return 0
		}
		n++
	}
	return n
}

// once tells something about a file the first time.
func (f *Folder) once(code, name, text string, err error) {
	key := code + "\x00" + name
	if f.told[key] {
		return
	}
	if len(f.told) > mostSeen {
		clear(f.told)
	}
	f.told[key] = true
	f.opt.Tell(Event{Code: code, File: name, Text: text, Err: err})
}

// Package publish is the only writer to disk.
//
//	[]Document of one unit ─► Unit ─► its folder, whole or not at all
//	one Document           ─► File ─► whole under its final name or not at all
//
// A unit's folder is built beside its final place, synced, and renamed into it;
// a file likewise. Every name is resolved through os.Root, so that none can
// lead out of the results folder. Files that people put there themselves, and
// that no earlier run published, are kept.
//
// A lock on the folder keeps two runs apart; with it held, what a killed run
// left unfinished is swept away.
package publish

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/gofrs/flock"

	"jixiao/generator/unit"
)

// Results is an open results folder. It may be used by several goroutines as
// long as no two publish the same folder.
type Results struct {
	root  *os.Root
	lock  *flock.Flock
	count atomic.Int64

	mu      sync.Mutex
	list    *os.File        // publishedFile, open for appending
	ours    map[string]bool // every file that this or an earlier run published
	earlier []string        // what was in it when the run began, sorted
}

// stage is the folder for what is not yet whole, lockFile what a run holds
// while it works; a name that begins with a dot is not listed by file managers
// and belongs to no unit. The lock file is never removed: another run may be
// waiting on it.
const (
	stage         = ".jixiao-tmp"
	lockFile      = ".jixiao-lock"
	publishedFile = ".jixiao-published" // paths of everything ever published here, a line each
)

// ErrHeld says that another run is at work on the same results folder.
var ErrHeld = errors.New("另一个 jixiao 正在写这个成果文件夹")

// Open creates the results folder when it is not there, takes its lock, and
// proves that it can be written before any work is done. ErrHeld means that
// another run holds it.
func Open(dir string) (*Results, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("建立成果文件夹：%w", err)
	}
	lock := flock.New(filepath.Join(dir, lockFile))
	held, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("成果文件夹不能写入：%w", err)
	}
	if !held {
		return nil, ErrHeld
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("打开成果文件夹：%w", err), lock.Unlock())
	}
	if err = root.RemoveAll(stage); err == nil {
		err = root.Mkdir(stage, 0o755)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("成果文件夹不能写入：%w", err), root.Close(), lock.Unlock())
	}
	r := &Results{root: root, lock: lock}
	if err := r.remember(); err != nil {
		return nil, errors.Join(fmt.Errorf("成果文件夹不能写入：%w", err), root.Close(), lock.Unlock())
	}
	return r, nil
}

// remember reads what was published here before. Files that are not on the list
// are not ours to replace or remove.
func (r *Results) remember() error {
	data, err := r.root.ReadFile(publishedFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	r.ours = map[string]bool{}
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSuffix(line, "\n")
		if _, err := r.root.Lstat(line); line == "" || r.ours[line] || err != nil {
			continue // what is gone, or was only going to be published, is nobody's any more
		}
		r.ours[line] = true
		r.earlier = append(r.earlier, line)
	}
	slices.Sort(r.earlier)
	if r.list, err = r.root.OpenFile(publishedFile, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644); err != nil {
		return err
	}
	if len(data) > 0 && data[len(data)-1] != '\n' { // a killed run was cut off in a line
		_, err = r.list.WriteString("\n")
	}
	return err
}

// Earlier lists what runs before this one published here and still stands, sorted.
func (r *Results) Earlier() []string { return r.earlier }

// enter puts documents on the list before they are published, so that a run
// that is killed leaves nothing that the next one takes for somebody else's.
func (r *Results) enter(docs []unit.Document) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	var lines []byte
	for _, d := range docs {
		if !r.ours[d.Path] {
			r.ours[d.Path] = true
			lines = append(append(lines, d.Path...), '\n')
		}
	}
	if len(lines) == 0 {
		return nil
	}
	if _, err := r.list.Write(lines); err != nil {
		return err
	}
	return r.list.Sync()
}

func (r *Results) isOurs(name string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ours[name]
}

// Close removes what was left unfinished, brings the list of what was published
// into one order, whoever was done first, and lets the next run in.
func (r *Results) Close() error {
	names := slices.Sorted(maps.Keys(r.ours))
	err := r.list.Close()
	if len(names) > 0 {
		err = errors.Join(err, r.File(unit.Document{Path: publishedFile, Data: []byte(strings.Join(names, "\n") + "\n")}))
	}
	return errors.Join(err, r.root.RemoveAll(stage), r.root.Close(), r.lock.Unlock())
}

// File writes one file: whole under its final name, or not at all.
func (r *Results) File(d unit.Document) error {
	tmp := r.temporary()
	if err := r.write(tmp, d.Data); err != nil {
		return fmt.Errorf("写入 %s：%w", d.Path, err)
	}
	if err := r.place(tmp, d.Path); err != nil {
		return fmt.Errorf("写入 %s：%w", d.Path, err)
	}
	return nil
}

// Unit publishes the documents of one unit. All lie in folder or below it, and
// take the place of what an earlier run published there; instead is the folder
// of the unit's other outcome, which goes away. What people put into either
// folder themselves stays.
func (r *Results) Unit(folder, instead string, docs []unit.Document) error {
	if err := r.unit(folder, instead, docs); err != nil {
		return fmt.Errorf("发布 %s：%w", folder, err)
	}
	return nil
}

func (r *Results) unit(folder, instead string, docs []unit.Document) error {
	tmp := r.temporary()
	dirs := map[string]bool{}
	for _, d := range docs {
		rel, ok := strings.CutPrefix(d.Path, folder+"/")
		if !ok {
			return fmt.Errorf("%s 不在 %s 里", d.Path, folder)
		}
		name := path.Join(tmp, rel)
		if err := r.root.MkdirAll(path.Dir(name), 0o755); err != nil {
			return err
		}
		if err := r.write(name, d.Data); err != nil {
			return err
		}
		for dir := path.Dir(name); len(dir) >= len(tmp); dir = path.Dir(dir) {
			dirs[dir] = true
		}
	}
	if len(docs) == 0 {
		return r.withdraw(folder)
	}
	if err := r.enter(docs); err != nil {
		return err
	}
	if err := r.keepForeign(folder, tmp, dirs); err != nil {
		return err
	}
	for dir := range dirs {
		if err := r.sync(dir); err != nil {
			return err
		}
	}
	if err := r.place(tmp, folder); err != nil {
		return err
	}
	return r.withdraw(instead)
}

// files lists the files below a folder of the results; none when it is not there.
func (r *Results) files(folder string) ([]string, error) {
	var names []string
	err := fs.WalkDir(r.root.FS(), folder, func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, p)
		}
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return names, err
}

// keepForeign brings what people put into a folder along to what takes its place.
func (r *Results) keepForeign(folder, tmp string, dirs map[string]bool) error {
	names, err := r.files(folder)
	if err != nil {
		return err
	}
	for _, name := range names {
		to := path.Join(tmp, strings.TrimPrefix(name, folder+"/"))
		if r.isOurs(name) {
			continue
		}
		if _, err := r.root.Lstat(to); err == nil {
			continue // the new document has this name
		}
		if err := r.root.MkdirAll(path.Dir(to), 0o755); err != nil {
			return err
		}
		if err := r.root.Link(name, to); err != nil {
			// Not every file system has links.
			data, err := r.root.ReadFile(name)
			if err != nil {
				return err
			}
			if err := r.write(to, data); err != nil {
				return err
			}
		}
		dirs[path.Dir(to)] = true
	}
	return nil
}

// withdraw takes what an earlier run published out of a folder, and the folder
// when nothing else is left in it.
func (r *Results) withdraw(folder string) error {
	if folder == "" {
		return nil
	}
	names, err := r.files(folder)
	if err != nil {
		return err
	}
	foreign := slices.ContainsFunc(names, func(n string) bool { return !r.isOurs(n) })
	if !foreign {
		return r.root.RemoveAll(folder)
	}
	for _, n := range names {
		if r.isOurs(n) {
			if err := r.root.Remove(n); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *Results) temporary() string {
	return path.Join(stage, fmt.Sprint(r.count.Add(1)))
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

// place renames what was built to its final name, over whatever stands there.
func (r *Results) place(tmp, final string) error {
	if err := r.root.MkdirAll(path.Dir(final), 0o755); err != nil {
		return err
	}
	info, err := r.root.Lstat(final)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return err
	case info.IsDir():
		// A folder cannot be renamed over one that holds files: the old one steps aside first.
		if err := r.root.Rename(final, r.temporary()); err != nil {
			return err
		}
	}
	if err := r.root.Rename(tmp, final); err != nil {
		return err
	}
	return r.sync(path.Dir(final))
}

// sync makes the names in a folder durable. Windows has no such call and does
// it by itself.
func (r *Results) sync(dir string) (err error) {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := r.root.Open(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return f.Sync()
}

// Package publish is the only writer to disk.
//
//	[]Document of one unit ─► Unit ─► its folder, whole or not at all
//	one Document           ─► File ─► whole under its final name or not at all
//
// A unit's folder is built beside its final place, synced, and renamed into it;
// a file likewise. Every name is resolved through os.Root, so that none can
// lead out of the results folder.
package publish

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"runtime"
	"strings"
	"sync/atomic"

	"jixiao/generator/unit"
)

// Results is an open results folder. It may be used by several goroutines as
// long as no two publish the same folder.
type Results struct {
	root  *os.Root
	stage string // folder for what is not yet whole
	count atomic.Int64
}

// stagePrefix marks what is being built; a name that begins with a dot is not
// listed by file managers and belongs to no unit.
const stagePrefix = ".jixiao-"

// Open creates the results folder when it is not there and proves that it can
// be written before any work is done.
func Open(dir string) (*Results, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("建立成果文件夹：%w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("打开成果文件夹：%w", err)
	}
	r := &Results{root: root, stage: fmt.Sprintf("%s%d", stagePrefix, os.Getpid())}
	if err := root.RemoveAll(r.stage); err == nil {
		err = root.Mkdir(r.stage, 0o755)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("成果文件夹不能写入：%w", err), root.Close())
	}
	return r, nil
}

// Close removes what was left unfinished.
func (r *Results) Close() error {
	return errors.Join(r.root.RemoveAll(r.stage), r.root.Close())
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
// take the place of whatever it held before; instead is the folder of the
// unit's other outcome, which goes away.
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
	for dir := range dirs {
		if err := r.sync(dir); err != nil {
			return err
		}
	}
	if len(docs) == 0 {
		return r.Remove(folder)
	}
	if err := r.place(tmp, folder); err != nil {
		return err
	}
	return r.Remove(instead)
}

// Remove takes a folder or file out of the results; one that is not there is no error.
func (r *Results) Remove(name string) error {
	if name == "" {
		return nil
	}
	if err := r.root.RemoveAll(name); err != nil {
		return fmt.Errorf("移除 %s：%w", name, err)
	}
	return nil
}

// Read returns a file of the results; ok is false when there is none.
func (r *Results) Read(name string) (data []byte, ok bool, err error) {
	data, err = r.root.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false, nil
	}
	return data, err == nil, err
}

func (r *Results) temporary() string {
	return path.Join(r.stage, fmt.Sprint(r.count.Add(1)))
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

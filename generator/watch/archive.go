package watch

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"syscall"

	"jixiao/generator/patience"
)

// errChanged says that a file was written to after it was claimed.
var errChanged = errors.New("领取后又被改动")

// ArchiveName is what a file is called in its folder of the archive: told apart
// from another version of the same name by the beginning of its hash.
func ArchiveName(sum, name string) string { return sum[:8] + "-" + path.Base(name) }

// done moves a claimed file to the archive. What was written to since it was
// claimed stays claimed, and is worked off again.
func (f *Folder) done(file File, folder string) error {
	sum, _, err := hash(file.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // somebody took it away
	}
	if err != nil {
		return fmt.Errorf("归档 %s：%w", file.Name, err)
	}
	if sum != file.SHA256 {
		f.opt.Tell(Event{Code: "changed", File: file.Name, Text: "这个文件领取后又被改动，再处理一次"})
		return nil
	}
	if err := f.archive(file, folder); err != nil {
		return fmt.Errorf("归档 %s：%w", file.Name, err)
	}
	return nil
}

func (f *Folder) archive(file File, folder string) error {
	dir := filepath.Join(f.at(f.opt.Archive), filepath.FromSlash(folder))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	to := filepath.Join(dir, ArchiveName(file.SHA256, file.Name))
	if there, _, err := hash(to); err == nil && there == file.SHA256 {
		return os.Remove(file.Path) // the same bytes again
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := syncFile(file.Path); err != nil {
		return err
	}
	err := patience.Rename(func() error { return os.Rename(file.Path, to) })
	if errors.Is(err, syscall.EXDEV) {
		err = f.copyOver(file, to)
	}
	if err != nil {
		return err
	}
	return syncFolder(dir)
}

// copyOver moves a file to another file system: it is removed here when it is
// known to be whole there.
func (f *Folder) copyOver(file File, to string) (err error) {
	tmp := to + ".tmp"
	in, err := os.Open(file.Path)
	if err != nil {
		return err
	}
	defer in.Close() // it was only read
	out, err := os.Create(tmp)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	if err = errors.Join(err, out.Sync(), out.Close()); err != nil {
		return errors.Join(err, os.Remove(tmp))
	}
	if sum, _, err := hash(tmp); err != nil || sum != file.SHA256 {
		return errors.Join(err, errChanged, os.Remove(tmp))
	}
	if err := errors.Join(os.Rename(tmp, to), syncFolder(filepath.Dir(to))); err != nil {
		return err
	}
	return os.Remove(file.Path)
}

// syncFile makes what a sender wrote durable, before it counts as archived.
func syncFile(name string) error {
	if runtime.GOOS == "windows" {
		return nil // wants a file that is open for writing, and the sender's may be protected
	}
	r, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(r.Sync(), r.Close())
}

func syncFolder(dir string) error {
	if runtime.GOOS == "windows" {
		return nil // it does so by itself
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

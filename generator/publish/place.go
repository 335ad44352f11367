package publish

import (
	"errors"
	"path"
	"runtime"

	"jixiao/generator/patience"
)

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

// rename renames, patiently where other programs look into new files.
func (r *Results) rename(from, to string) error {
	return patience.Rename(func() error { return r.root.Rename(path.Clean(from), path.Clean(to)) })
}

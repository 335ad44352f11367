package publish

import (
	"errors"
	"os"
	"path"

	"golang.org/x/sys/unix"
)

// exchange swaps two folders in one stroke; false where the file system cannot.
func (r *Results) exchange(a, b string) (bool, error) {
	if r.noExchange {
		return false, nil
	}
	da, err := r.root.Open(path.Dir(a))
	if err != nil {
		return false, err
	}
	defer da.Close() // it was only looked up in
	db, err := r.root.Open(path.Dir(b))
	if err != nil {
		return false, err
	}
	defer db.Close() // it was only looked up in
	err = unix.Renameat2(int(da.Fd()), path.Base(a), int(db.Fd()), path.Base(b), unix.RENAME_EXCHANGE)
	switch {
	case err == nil:
		return true, nil
	case errors.Is(err, unix.ENOSYS), errors.Is(err, unix.EINVAL), errors.Is(err, unix.EOPNOTSUPP):
		return false, nil
	}
	return false, &os.LinkError{Op: "renameat2", Old: a, New: b, Err: err}
}

package publish

import (
	"errors"
	"syscall"
	"time"
)

// exchange cannot be done in one stroke on Windows.
func (r *Results) exchange(_, _ string) (bool, error) { return false, nil }

// patiently tries again for half a second: virus scanners and indexers hold new
// files open for a moment.
func patiently(f func() error) error {
	const accessDenied, sharingViolation, lockViolation = syscall.Errno(5), syscall.Errno(32), syscall.Errno(33)
	wait := 5 * time.Millisecond
	for {
		err := f()
		busy := errors.Is(err, accessDenied) || errors.Is(err, sharingViolation) || errors.Is(err, lockViolation)
		if !busy || wait > 320*time.Millisecond {
			return err
		}
		time.Sleep(wait)
		wait *= 2
	}
}

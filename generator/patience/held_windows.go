package patience

import (
	"errors"
	"syscall"
	"time"
)

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

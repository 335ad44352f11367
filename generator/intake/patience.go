package intake

import (
	"context"
	"errors"
	"io/fs"
	"syscall"
	"time"
)

// How often a file is tried again that a share or a disk did not hand out for
// the moment, and how long the first pause is; each further one is four times as
// long. The three pauses together take two seconds.
const (
	retries    = 3
	firstPause = 100 * time.Millisecond
)

// passing reports whether an error of reading may be gone in a moment: what
// network shares give when a server is slow or has been started anew.
func passing(err error) bool {
	for _, e := range []syscall.Errno{syscall.EIO, syscall.ESTALE, syscall.EBUSY, syscall.ETIMEDOUT} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// patiently does what reads a file, again when the trouble may pass; told hears
// of every further attempt.
func patiently[T any](ctx context.Context, told func(attempt int, err error), read func() (T, error)) (T, error) {
	pause := firstPause
	for attempt := 1; ; attempt++ {
		got, err := read()
		if err == nil || !passing(err) || attempt > retries {
			return got, err
		}
		told(attempt, err)
		select {
		case <-ctx.Done():
			return got, ctx.Err()
		case <-time.After(pause):
		}
		pause *= 4
	}
}

// onMachine reports whether a conversion failed for want of disk, memory or
// rights: that is no fault of the workbook's.
func onMachine(err error) bool {
	var path *fs.PathError
	var number syscall.Errno
	return errors.As(err, &path) && errors.As(err, &number)
}

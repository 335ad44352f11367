package intake

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// TestPatiently: what may pass is tried three times more, with longer and longer
// pauses; what will not pass is an error at once.
func TestPatiently(t *testing.T) {
	t.Parallel()
	opening := func(err error) error { return &fs.PathError{Op: "open", Path: "某局.xlsx", Err: err} }
	for _, c := range []struct {
		err   error
		fails int // how often it fails before it succeeds
		ok    bool
		reads int
		took  time.Duration
	}{
		{nil, 0, true, 1, 0},
		{opening(syscall.EIO), 1, true, 2, 100 * time.Millisecond},
		{opening(syscall.ESTALE), 2, true, 3, 500 * time.Millisecond},
		{opening(syscall.EBUSY), 3, true, 4, 2100 * time.Millisecond},
		{opening(syscall.ETIMEDOUT), 4, false, 4, 2100 * time.Millisecond},
		{opening(syscall.EACCES), 1, false, 1, 0},
		{opening(syscall.ENOENT), 1, false, 1, 0},
		{opening(syscall.EMFILE), 1, false, 1, 0},
		{errors.New("别的"), 1, false, 1, 0},
	} {
		t.Run(fmt.Sprint(c.err, c.fails), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				began, reads, told := time.Now(), 0, 0
				got, err := patiently(t.Context(), func(attempt int, err error) {
					if told++; attempt != told || !errors.Is(err, c.err) {
						t.Errorf("told of attempt %d: %v", attempt, err)
					}
				}, func() (string, error) {
					if reads++; reads <= c.fails {
						return "", c.err
					}
					return "读到了", nil
				})
				if (err == nil) != c.ok || c.ok && got != "读到了" || !c.ok && !errors.Is(err, c.err) {
					t.Errorf("%q, %v", got, err)
				}
				if took := time.Since(began); reads != c.reads || told != c.reads-1 || took != c.took {
					t.Errorf("read %d times, told %d times, in %v; want %d reads in %v", reads, told, took, c.reads, c.took)
				}
			})
		})
	}
}

// TestPatienceEnds when the run is told to stop.
func TestPatienceEnds(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	reads := 0
	_, err := patiently(ctx, func(int, error) { stop() }, func() (int, error) {
		reads++
		return 0, syscall.EIO
	})
	if !errors.Is(err, context.Canceled) || reads != 1 {
		t.Errorf("%v after %d reads", err, reads)
	}
}

package publish

import (
	"context"
	"errors"
	"path"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"jixiao/generator/unit"
)

// What processes that share a results folder, and may have the same unit in hand
// one after the other, need beside their work folders: a lock a unit, and the
// promise that nothing of a dead process is rolled forward over what came later.
const (
	unitsFolder = StateFolder + "/units" // a lock a unit
	sweepLock   = workFolder + ".lock"   // held while anybody sweeps
)

// recoverFrom is where the numbers of temporary names begin while what a dead
// process left is being finished: it has not used them.
const recoverFrom = 1 << 40

// Hold waits for the lock of a unit and takes it; "" is the lock of what is made
// of all units together. Once it is held, what a dead process had begun to publish
// is finished, so that the unit's receipt is the last word.
func (r *Results) Hold(ctx context.Context, name string) (release func() error, err error) {
	return r.hold(ctx, name, true)
}

// TryHold is Hold that gives up at once when another process has the lock: ErrHeld.
func (r *Results) TryHold(ctx context.Context, name string) (release func() error, err error) {
	return r.hold(ctx, name, false)
}

func (r *Results) hold(ctx context.Context, name string, wait bool) (release func() error, err error) {
	file := path.Join(unitsFolder, unit.SafeName(name)+lockEnding)
	if name == "" {
		file = path.Join(unitsFolder, ".summary"+lockEnding)
	}
	if err := r.folder(unitsFolder); err != nil {
		return nil, err
	}
	lock := r.lockFile(file)
	if wait {
		_, err = lock.TryLockContext(ctx, lockPatience)
	} else if held, tried := lock.TryLock(); !held {
		err = errors.Join(tried, ErrHeld)
	}
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	if err := r.Sweep(ctx); err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return lock.Close, nil
}

// lockPatience is how often a lock is tried for that another process holds.
const lockPatience = 5 * time.Millisecond

func (r *Results) lockFile(name string) *flock.Flock {
	return flock.New(filepath.Join(r.root.Name(), filepath.FromSlash(name)))
}

// Sweep finishes or takes away what processes left that have died since the
// folder was opened.
func (r *Results) Sweep(ctx context.Context) error {
	other := &Results{Folder: r.Folder, noExchange: r.noExchange}
	other.count.Store(recoverFrom)
	return r.sweeping(ctx, func() error { return other.sweep() })
}

// sweeping does something while no other process sweeps.
func (r *Results) sweeping(ctx context.Context, do func() error) error {
	lock := r.lockFile(sweepLock)
	if _, err := lock.TryLockContext(ctx, lockPatience); err != nil {
		return errors.Join(err, lock.Close())
	}
	return errors.Join(do(), lock.Close())
}

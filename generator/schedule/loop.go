package schedule

import (
	"context"
	"errors"
	"path/filepath"
	"time"

	"jixiao/generator/publish"
)

// How long the loop waits: between two looks at the clock, which may be set
// meanwhile, or have stood still with a machine asleep; and after a run that failed.
const (
	lookAgain  = 30 * time.Second
	retryAfter = 10 * time.Minute
)

// Loop runs every night.
type Loop struct {
	Nightly
	Root string           // the folder that the run works on; the state is kept below it
	Now  func() time.Time // the clock on the wall

	// Run does the run of one date. An error means that the date is not done.
	Run func(ctx context.Context, d Date) error
	// Tell hears what the loop does: what waits next, what was missed, what failed.
	Tell func(Event)
}

// Event is one thing that happened to the loop.
type Event struct {
	Kind   Kind
	Date   Date
	Due    time.Time // in the loop's zone
	Missed int       // dates that went by without a run
	Err    error
}

// Kind says what happened.
type Kind uint8

// What a loop tells.
const (
	Waiting  Kind = iota // for the run of Date, due at Due
	Starting             // the run of Date, which makes up for Missed others
	Done                 // the run of Date is done
	Failed               // the run of Date failed with Err and is tried again
	Held                 // another process is at work; looked at again
)

func (l *Loop) store() store { return store{filepath.Join(l.Root, publish.StateFolder)} }

// Once does the run that is due, if one is: the last that was missed, and on a
// folder that never saw one the latest. It reports whether there was one.
// publish.ErrHeld means that another process is at it.
func (l *Loop) Once(ctx context.Context) (ran bool, err error) {
	return l.locked(func(s store, st state) (bool, error) {
		if st.Through == "" {
			st.Through = l.latest(l.Now()).add(-1)
		}
		return l.due(ctx, s, st)
	})
}

// For does the run of a date, whether or not it is due or was done before.
func (l *Loop) For(ctx context.Context, d Date) error {
	_, err := l.locked(func(s store, st state) (bool, error) {
		l.Tell(Event{Kind: Starting, Date: d, Due: l.Due(d)})
		if err := l.Run(ctx, d); err != nil {
			return true, err
		}
		now := l.Now()
		// A date of the future is not done by being run early: more may come in.
		if d > st.Through && d <= dateOf(now.In(l.Zone)) {
			st.Through = d
		}
		if st.Through == "" {
			st.Through = l.latest(now)
		}
		st.Finished = now.Format(time.RFC3339)
		if err := s.write(st); err != nil {
			return true, err
		}
		l.Tell(Event{Kind: Done, Date: d})
		return true, nil
	})
	return err
}

// Serve runs every night until the context is cancelled, and returns why it was.
// On a folder that never saw a run it begins with the next that is due. A run that
// fails is tried again; what is told is all there is to see of it.
func (l *Loop) Serve(ctx context.Context) error {
	if err := l.begin(); err != nil && !errors.Is(err, publish.ErrHeld) {
		return err
	}
	var told time.Time // the due time that was told last
	for {
		wait := lookAgain
		st, err := l.store().read()
		if err == nil && (st.Through == "" || st.Through != l.believed(st.Through, l.Now())) {
			err = l.begin() // the state was lost, or the clock was put back
		} else if err == nil {
			d, due, _ := l.Next(st.Through, l.Now())
			if left := due.Sub(l.Now()); left > 0 {
				wait = min(left, lookAgain)
				if !due.Equal(told) {
					told = due
					l.Tell(Event{Kind: Waiting, Date: d, Due: due})
				}
			} else {
				_, err = l.locked(func(s store, st state) (bool, error) { return l.due(ctx, s, st) })
				if err == nil {
					continue
				}
			}
		}
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case errors.Is(err, publish.ErrHeld):
			l.Tell(Event{Kind: Held})
		case err != nil:
			l.Tell(Event{Kind: Failed, Err: err})
			wait = retryAfter
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return context.Cause(ctx)
		case <-timer.C:
		}
	}
}

// begin notes on a folder that never saw a run that none is missing, and takes
// back what is said to be done in a future that a wrong clock showed.
func (l *Loop) begin() error {
	_, err := l.locked(func(s store, st state) (bool, error) {
		now := l.Now()
		if st.Through == "" {
			return false, s.write(state{Through: l.latest(now)})
		}
		if through := l.believed(st.Through, now); through != st.Through {
			return false, s.write(state{Through: through, Finished: st.Finished})
		}
		return false, nil
	})
	return err
}

// locked does something while no other process does, with the state as it then is.
func (l *Loop) locked(do func(store, state) (bool, error)) (_ bool, err error) {
	s := l.store()
	lock, err := s.lock()
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	st, err := s.read()
	if err != nil {
		return false, err
	}
	return do(s, st)
}

// due does the run that is due.
func (l *Loop) due(ctx context.Context, s store, st state) (bool, error) {
	d, due, missed := l.Next(st.Through, l.Now())
	if due.After(l.Now()) {
		l.Tell(Event{Kind: Waiting, Date: d, Due: due})
		return false, nil
	}
	l.Tell(Event{Kind: Starting, Date: d, Due: due, Missed: missed})
	if err := l.Run(ctx, d); err != nil {
		return true, err
	}
	if err := s.write(state{Through: d, Finished: l.Now().Format(time.RFC3339)}); err != nil {
		return true, err
	}
	l.Tell(Event{Kind: Done, Date: d})
	return true, nil
}

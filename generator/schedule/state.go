package schedule

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"

	"jixiao/generator/publish"
)

// Names below the state folder of the folder that the run works on.
const (
	stateFile = "schedule.json"
	lockFile  = "schedule.lock"
)

// state is what is kept of the nightly run.
type state struct {
	Version  int    `json:"version"`
	Through  Date   `json:"through"`  // the runs of all dates up to this one are done, or were made up for
	Finished string `json:"finished"` // when the last one was; RFC 3339, "" when none was yet
}

// store is the state on disk.
type store struct{ dir string }

// read reads the state; the zero state when there is none. One that cannot be
// believed is none: a run too many does no harm.
func (s store) read() (state, error) {
	data, err := os.ReadFile(filepath.Join(s.dir, stateFile))
	if errors.Is(err, fs.ErrNotExist) {
		return state{}, nil
	}
	if err != nil {
		return state{}, fmt.Errorf("读取定时状态：%w", err)
	}
	var st state
	if json.Unmarshal(data, &st) != nil || st.Version != 1 {
		return state{}, nil
	}
	if _, ok := ParseDate(string(st.Through)); !ok {
		return state{}, nil
	}
	return st, nil
}

// write replaces the state, whole or not at all.
func (s store) write(st state) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("写入定时状态：%w", err)
		}
	}()
	st.Version = 1
	data, err := json.MarshalIndent(st, "", " ")
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(s.dir, stateFile+"-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	if _, err := f.Write(append(data, '\n')); err != nil {
		return errors.Join(err, f.Close())
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), filepath.Join(s.dir, stateFile))
}

// lock keeps other processes from running at the same time. publish.ErrHeld means that one does.
func (s store) lock() (*flock.Flock, error) {
	if err := os.MkdirAll(s.dir, 0o755); err != nil {
		return nil, fmt.Errorf("打开定时状态：%w", err)
	}
	l := flock.New(filepath.Join(s.dir, lockFile))
	held, err := l.TryLock()
	if err == nil && !held {
		err = publish.ErrHeld
	}
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

package generator

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"sync"

	"jixiao/generator/intake"
	"jixiao/generator/publish"
	"jixiao/generator/unit"
)

// readingFolder holds, while a run has a file in hand, how many runs will have died
// with it in hand should this one die now. What a run died of and what was beside it
// cannot be told apart: so the next runs read both with nothing else in hand, and
// after mostDeaths without one success the file is refused, unread.
const readingFolder = publish.StateFolder + "/reading"

// mostDeaths is the death that several files may have been in hand at, and three
// more with only one.
const mostDeaths = 4

// Stages of a run in which a file is in hand: success in one says nothing of the other.
const (
	assigning = "assign"
	judging   = "judge"
)

// readings is the account of what is in hand; the zero value keeps none.
type readings struct {
	dir  string
	who  string       // the program: another one may fare better
	gate sync.RWMutex // held alone with what a run has died of
	mu   sync.Mutex
	held map[string]func() error // by the folder of a unit
}

// withoutPoison refuses what earlier runs died of, and begins to keep account.
func (s *Session) withoutPoison(files []intake.File) ([]intake.File, error) {
	if s.results == nil {
		return files, nil
	}
	s.readings.dir = filepath.Join(s.job.Out, filepath.FromSlash(readingFolder))
	s.readings.who = s.job.Program + "\x00" + s.job.Build + "\x00" + s.job.Form.SHA256
	s.readings.held = map[string]func() error{}
	if err := os.MkdirAll(s.readings.dir, 0o755); err != nil {
		return nil, fmt.Errorf("记录读取次数：%w", err)
	}
	s.taking.Reading = func(f intake.File) (func() error, error) {
		return s.readings.begin(assigning, []intake.File{f})
	}
	for i, f := range files {
		n := 0
		for _, stage := range []string{assigning, judging} {
			deaths, err := s.readings.deaths(stage, f)
			if err != nil {
				return nil, err
			}
			n = max(n, deaths)
		}
		if n >= mostDeaths {
			files[i] = intake.Refuse(f.Path, f.Name, fmt.Sprintf(refusal, n))
			s.tell(told{file: f.Name, stage: "intake", code: intake.CodeRefused, attempt: n})
		}
	}
	return files, nil
}

// name is where the count of a file lies; a file that is another now has none. It
// is "" for a file that is gone.
func (r *readings) name(stage string, f intake.File) string {
	info, err := os.Lstat(f.Path)
	if err != nil {
		return ""
	}
	of := fmt.Sprintf("%s\x00%s\x00%s\x00%d\x00%d", r.who, stage, f.Name, info.Size(), info.ModTime().UnixNano())
	return filepath.Join(r.dir, publish.Hash([]byte(of)))
}

func (r *readings) deaths(stage string, f intake.File) (int, error) {
	name := r.name(stage, f)
	if name == "" {
		return 0, nil
	}
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("查看读取次数：%w", err)
	}
	n, _ := strconv.Atoi(string(data)) // a number that the disk lost is none
	return n, nil
}

// begin notes that files are in hand, until end is called. Other files wait while
// there is one among them that a run has died of.
func (r *readings) begin(stage string, files []intake.File) (end func() error, err error) {
	if r.dir == "" {
		return func() error { return nil }, nil
	}
	counts := make([]int, len(files))
	suspect := false
	for i, f := range files {
		if counts[i], err = r.deaths(stage, f); err != nil {
			return nil, err
		}
		suspect = suspect || counts[i] > 0
	}
	release := r.gate.RUnlock
	if suspect {
		r.gate.Lock()
		release = r.gate.Unlock
	} else {
		r.gate.RLock()
	}
	var names []string
	end = func() error {
		defer release()
		for _, name := range names {
			if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("记录读取次数：%w", err)
			}
		}
		return nil
	}
	for i, f := range files {
		// What is refused keeps its count.
		if name := r.name(stage, f); name != "" && counts[i] < mostDeaths {
			names = append(names, name)
			if err := os.WriteFile(name, []byte(strconv.Itoa(counts[i]+1)), 0o644); err != nil {
				return nil, errors.Join(fmt.Errorf("记录读取次数：%w", err), end())
			}
		}
	}
	return end, nil
}

// take notes that a unit's files are in hand until letGo.
func (r *readings) take(folder string, files []intake.File) error {
	end, err := r.begin(judging, files)
	if err != nil || r.dir == "" {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.held[folder] = end
	return nil
}

// letGo says that a unit's files have killed nobody; more than once does no harm.
func (r *readings) letGo(folder string) error {
	r.mu.Lock()
	end := r.held[folder]
	delete(r.held, folder)
	r.mu.Unlock()
	if end == nil {
		return nil
	}
	return end()
}

// inHand reads and judges a unit, whose files then are in hand until letGo.
func (s *Session) inHand(ctx context.Context, p intake.Parcel, folder string) (*unit.Verdict, error) {
	if err := s.readings.take(folder, p.Files); err != nil {
		return nil, err
	}
	return s.read(ctx, p, folder)
}

// tidy forgets what a run that came to its end has no more use for: counts of files
// that are not there any more, or not as they were.
func (r *readings) tidy(files []intake.File) error {
	known := map[string]bool{}
	for _, f := range files {
		for _, stage := range []string{assigning, judging} {
			known[filepath.Base(r.name(stage, f))] = true
		}
	}
	entries, err := os.ReadDir(r.dir)
	for _, e := range entries {
		if !known[e.Name()] {
			err = errors.Join(err, os.Remove(filepath.Join(r.dir, e.Name())))
		}
	}
	return err
}

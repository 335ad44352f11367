package generator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"jixiao/generator/intake"
	"jixiao/generator/publish"
	"jixiao/generator/report"
)

// Session is a job with its results folder open: what a run, a shard, Merge and
// the drop folder share. Unit publishes one unit, Finish what is made of all of
// them together, End writes down how it ended and lets go of the folder.
type Session struct {
	job     Job
	id      string // of the run: when it began, and a hash of what it was told to do
	began   string
	taking  intake.Options
	results *publish.Results // nil when only checking
	lines   *journal         // nil when only checking
	log     *slog.Logger

	readings readings // what a run has in hand; none in a drop folder, which counts for itself

	mu      sync.Mutex
	notes   []unitNote
	sums    string // SHA-256 of the file of hashes
	folders map[string]bool
}

// Begin opens the results folder of a job. ErrHeld of package publish means that
// another process holds it.
func Begin(job Job) (*Session, error) {
	s := newSession(job)
	return s, s.open()
}

func newSession(job Job) *Session {
	if job.Layout == (Layout{}) {
		job.Layout = Plain
	}
	if job.Log == nil {
		job.Log = slog.New(slog.DiscardHandler)
	}
	if job.Clock == nil {
		job.Clock = time.Now
	}
	s := &Session{job: job, folders: map[string]bool{}}
	began := job.Clock()
	s.began = began.Format(time.RFC3339)
	s.id = began.UTC().Format("20060102T150405Z") + "-" + s.orders()[:8]
	if job.Shard.set() {
		s.id += "-" + job.Shard.name()
	}
	if job.As != "" {
		s.id += "-" + job.As
	}
	s.log = job.Log.With("run_id", s.id)
	s.taking = intake.Options{
		Map: job.Form.Map, Roster: job.Roster, Limits: job.Limits, Workers: job.Workers,
		Passwords: job.Passwords, Converter: job.Converter,
		Retried: func(file string, attempt int, err error) {
			s.tell(told{file: file, stage: "intake", code: codeRetry, attempt: attempt, err: err})
		},
	}
	return s
}

// orders is a hash of what the run was told to do.
func (s *Session) orders() string {
	// None of it can fail to be written as JSON.
	data, _ := json.Marshal([]any{s.job.Inbox, s.job.Form.SHA256, s.job.Year, s.job.options(), s.job.Layout, rosterSum(s.job.Roster)})
	return publish.Hash(data)
}

func (s *Session) now() string { return s.job.Clock().Format(time.RFC3339) }

// open opens the results folder and the run's journal in it.
func (s *Session) open() (err error) {
	if s.job.Out == "" {
		return nil
	}
	as := s.job.As
	if as == "" && s.job.Shard.set() {
		as = s.job.Shard.name()
	}
	if s.results, err = publish.Open(s.job.Out, as); err != nil {
		return err
	}
	// Two rounds of a drop folder may begin in one second.
	for n, id := 2, s.id; ; n++ {
		if _, err := fs.Stat(s.results.FS(), publish.StateFolder+"/runs/"+s.id); err != nil {
			break // free, or what is wrong shows at once
		}
		s.id = fmt.Sprintf("%s-%d", id, n)
	}
	file, err := s.results.Journal("runs/" + s.id + "/journal.jsonl")
	if err != nil {
		return errors.Join(fmt.Errorf("建立运行日志：%w", err), s.results.Close())
	}
	s.lines = &journal{file: file}
	s.log = slog.New(slog.NewMultiHandler(s.job.Log.Handler(), slog.NewJSONHandler(s.lines, nil))).With("run_id", s.id)
	return nil
}

// End writes how the run ended and closes the results folder. err is what the
// run ended with; it is returned, or else what went wrong at the end.
func (s *Session) End(run *report.Run, err error) error {
	code := codeOf(err)
	s.tell(told{stage: "run", code: code, err: err})
	if s.results == nil {
		return err
	}
	if err == nil {
		err = errors.Join(s.writeManifest(run, code, nil), s.lines.close(), s.results.Close())
		return err
	}
	// What stopped the run is what its owner must know; that the account of it
	// could not be written either, on a full disk, would only hide it.
	_ = errors.Join(s.writeManifest(run, code, err), s.lines.close(), s.results.Close())
	return err
}

// Codes of journal lines, stable for whoever reads them with a program. Outcomes
// (accepted, returned) and the names of system errors (ENOSPC) are codes too.
const (
	codeStart       = "start"
	codeFinished    = "finished"
	codeInterrupted = "interrupted"
	codeFailed      = "failed"
	codeTooMany     = "too_many_returned"
	codePublished   = "published"
	codeStanding    = "standing" // its receipt proves it done
	codeFault       = "fault"    // a fault of the program
	codeRetry       = "retry"
)

func codeOf(err error) string {
	var tooMany *TooManyReturnedError
	switch {
	case err == nil:
		return codeFinished
	case errors.As(err, &tooMany):
		return codeTooMany
	case errors.Is(err, context.Canceled), isInterruption(err):
		return codeInterrupted
	}
	if t, ok := TroubleOf(err); ok {
		return t.Code
	}
	return codeFailed
}

// isInterruption reports whether an error is the cause with which a context was
// cancelled from outside: somebody told the run to stop.
func isInterruption(err error) bool {
	var i interface{ Interruption() bool }
	return errors.As(err, &i) && i.Interruption()
}

// told is one line of the log. It never holds what stands in a cell.
type told struct {
	unit, file, sha string // the unit's folder; the file below the inbox, and its hash
	stage, code     string
	attempt         int
	took            time.Duration
	err             error
}

func (s *Session) tell(t told) {
	level, message := slog.LevelInfo, t.stage+" "+t.code
	if t.err != nil {
		level, message = slog.LevelWarn, t.err.Error()
	}
	s.log.LogAttrs(context.Background(), level, message,
		slog.String("unit", t.unit), slog.String("file", t.file), slog.String("sha8", t.sha[:min(8, len(t.sha))]),
		slog.String("stage", t.stage), slog.String("code", t.code), slog.Int("attempt", t.attempt), slog.Int64("dur_ms", t.took.Milliseconds()))
}

// journal is the file that every line of the run goes to. Its first error is
// kept: slog does not tell.
type journal struct {
	mu   sync.Mutex
	file *os.File
	err  error
}

// Write appends one line.
func (j *journal) Write(line []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	n, err := j.file.Write(line)
	if j.err == nil {
		j.err = err
	}
	return n, err
}

var _ io.Writer = (*journal)(nil)

func (j *journal) close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := errors.Join(j.err, j.file.Sync(), j.file.Close()); err != nil {
		return fmt.Errorf("写入运行日志：%w", err)
	}
	return nil
}

// manifest is the account of one run in runs/<id>/manifest.json.
type manifest struct {
	Version int             `json:"version"`
	RunID   string          `json:"run_id"`
	Program publish.Program `json:"program"`
	Form    publish.Form    `json:"form"`
	Roster  string          `json:"roster_sha256"` // of its rows; "" without one
	Year    string          `json:"year"`
	Options []string        `json:"options"`
	Inbox   []string        `json:"inbox"`
	Shard   string          `json:"shard"` // "3/8"; "" for a whole run
	Host    string          `json:"host"`
	Started string          `json:"started"`
	Ended   string          `json:"ended"`
	Result  string          `json:"result"` // finished, interrupted, too_many_returned, failed or a system error
	Error   string          `json:"error"`
	Counts  report.Summary  `json:"counts"`
	Sums    string          `json:"sums_sha256"` // of SHA256SUMS; "" when none was written
	Units   []unitNote      `json:"units"`
}

// unitNote is what a run did about one unit; the rest is in its receipt.
type unitNote struct {
	Receipt string `json:"receipt"`
	Outcome string `json:"outcome"`
	Done    string `json:"done"` // published, or standing from an earlier run
	Millis  int64  `json:"ms"`
}

func (s *Session) note(folder string, u report.Unit, done string, began time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.folders[folder] = true
	s.notes = append(s.notes, unitNote{folder, u.Outcome.String(), done, time.Since(began).Milliseconds()})
}

func (s *Session) writeManifest(run *report.Run, result string, err error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	slices.SortFunc(s.notes, func(a, b unitNote) int { return strings.Compare(a.Receipt, b.Receipt) })
	m := manifest{
		Version: 1, RunID: s.id, Program: publish.Program{Version: s.job.Program, Build: s.job.Build},
		Form: publish.Form{Name: s.job.Form.Name, SHA256: s.job.Form.SHA256}, Roster: rosterSum(s.job.Roster), Year: s.job.Year,
		Options: s.job.options(), Inbox: s.job.Inbox, Shard: s.job.Shard.String(),
		Started: s.began, Ended: s.now(), Result: result, Sums: s.sums, Units: s.notes,
	}
	if err != nil {
		m.Error = err.Error()
	}
	if run != nil {
		m.Year, m.Counts = run.Year, run.Summary()
	}
	m.Host, _ = os.Hostname() // a machine without a name has an empty one
	data, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		return err
	}
	return s.results.State("runs/"+s.id+"/manifest.json", append(data, '\n'))
}

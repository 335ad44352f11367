// Package notify tells others how a run ended: a Prometheus text file, a digest
// by mail, a webhook, and the ping of a dead-man's switch.
//
//	Report ─► Targets.Finish ─┬─► metrics.go  FILE.prom for node_exporter's textfile collector
//	                          ├─► mail.go     one mail a run
//	                          ├─► web.go      POST of the report as JSON
//	                          └─► web.go      GET of the ping's address and the exit code
//
// Each of them fails alone, in bounded time, and what fails is only told: no
// notice changes how the run ended. What goes out has counts and names of units,
// never what stands in a cell; what is told of a failure has no password and no
// address that is one.
package notify

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Report is what is told of a run. Its JSON is the webhook's.
type Report struct {
	Version  int       `json:"version"` // 1
	Command  string    `json:"command"` // run, watch, schedule
	Folder   string    `json:"folder"`  // the results, or the drop folder's root
	Host     string    `json:"host"`
	Date     string    `json:"date"` // business date; "" without one
	Form     string    `json:"form"`
	Year     string    `json:"year"`
	Started  time.Time `json:"started"`
	Ended    time.Time `json:"ended"`
	ExitCode int       `json:"exit_code"`
	Finished bool      `json:"finished"` // to its end, whatever became of the units
	Trouble  string    `json:"trouble"`  // what stopped it, in words; "" when nothing did

	Accepted int `json:"accepted"`
	Returned int `json:"returned"`
	Missing  int `json:"missing"`
	Errors   int `json:"errors"`
	Notices  int `json:"notices"`
	Unjudged int `json:"unjudged"`

	ReturnedUnits []Unit `json:"returned_units"` // the first of them
	Page          string `json:"page"`           // the path of the page for people; "" when none was written

	Inbox *Inbox `json:"inbox"` // of a drop folder; null for others
}

// Unit is one unit that somebody has to see to.
type Unit struct {
	Code   string `json:"code"`
	Name   string `json:"name"`
	Errors int    `json:"errors"`
}

// Listed is how many returned units a report names.
const Listed = 20

// Inbox is what waits in a drop folder.
type Inbox struct {
	Waiting   int   `json:"waiting_files"`
	OldestAge int64 `json:"oldest_age_seconds"`
	Claimed   int   `json:"claimed_files"` // being worked on, or left by a process that died
}

// Targets are those who are told; what is empty is not.
type Targets struct {
	Metrics string // file name
	Mail    *Mail
	Webhook string // address
	Ping    string // address, without the exit code
}

// Time for one target, unless a test has less.
const patience = 15 * time.Second

// Error is one target that could not be told.
type Error struct {
	Target string // 监控指标, 邮件, webhook, ping
	err    error
}

// Error names the target and what went wrong.
func (e *Error) Error() string { return fmt.Sprintf("%s没有送出：%v", e.Target, e.err) }

// Unwrap is what went wrong.
func (e *Error) Unwrap() error { return e.err }

// Start tells that a run begins.
func (t Targets) Start(ctx context.Context, r Report) []error {
	return t.tell(ctx, map[string]func(context.Context) error{
		"监控指标": when(t.Metrics != "", func(context.Context) error { return writeMetrics(t.Metrics, r, false) }),
		"ping": when(t.Ping != "", func(ctx context.Context) error { return ping(ctx, t.Ping, "start") }),
	})
}

// Finish tells how a run ended. It takes no longer than the slowest target.
func (t Targets) Finish(ctx context.Context, r Report) []error {
	return t.tell(ctx, map[string]func(context.Context) error{
		"监控指标":    when(t.Metrics != "", func(context.Context) error { return writeMetrics(t.Metrics, r, true) }),
		"邮件":      when(t.Mail != nil, func(ctx context.Context) error { return t.Mail.send(ctx, r) }),
		"webhook": when(t.Webhook != "", func(ctx context.Context) error { return post(ctx, t.Webhook, r) }),
		"ping":    when(t.Ping != "", func(ctx context.Context) error { return ping(ctx, t.Ping, fmt.Sprint(r.ExitCode)) }),
	})
}

// Pulse tells the dead-man's switch that a watch is alive and has looked into its
// inbox: 0 when all is well, 1 when something is in its way.
func (t Targets) Pulse(ctx context.Context, well bool) []error {
	code := "1"
	if well {
		code = "0"
	}
	return t.tell(ctx, map[string]func(context.Context) error{
		"ping": when(t.Ping != "", func(ctx context.Context) error { return ping(ctx, t.Ping, code) }),
	})
}

func when(wanted bool, do func(context.Context) error) func(context.Context) error {
	if !wanted {
		return nil
	}
	return do
}

// order in which failures are told.
var order = []string{"监控指标", "邮件", "webhook", "ping"}

// tell tells all at once. One that does not come back when its time is over is
// left behind: whoever it hangs on, the run does not.
func (t Targets) tell(ctx context.Context, targets map[string]func(context.Context) error) []error {
	// Who interrupts a run still wants to be told that it was.
	ctx, stop := context.WithTimeoutCause(context.WithoutCancel(ctx), patienceOf(ctx), errLate)
	defer stop()
	var mu sync.Mutex
	failed := map[string]error{}
	var all sync.WaitGroup
	for name, do := range targets {
		if do == nil {
			continue
		}
		all.Go(func() {
			done := make(chan error, 1)
			go func() { done <- do(ctx) }()
			var err error
			select {
			case err = <-done:
				if err != nil && ctx.Err() != nil {
					err = errLate
				}
			case <-ctx.Done():
				err = errLate
			}
			if err != nil {
				mu.Lock()
				defer mu.Unlock()
				failed[name] = &Error{name, err}
			}
		})
	}
	all.Wait()
	var errs []error
	for _, name := range order {
		if err := failed[name]; err != nil {
			errs = append(errs, err)
		}
	}
	return errs
}

var errLate = errors.New("等了太久没有回应")

type patienceKey struct{}

// WithPatience is a context in which targets are waited for that long.
func WithPatience(ctx context.Context, d time.Duration) context.Context {
	return context.WithValue(ctx, patienceKey{}, d)
}

func patienceOf(ctx context.Context) time.Duration {
	if d, ok := ctx.Value(patienceKey{}).(time.Duration); ok {
		return d
	}
	return patience
}

package generator

import (
	"context"
	"errors"
	"log/slog"
	"runtime"
	"time"

	"golang.org/x/sync/errgroup"

	"jixiao/generator/finding"
	"jixiao/generator/form"
	"jixiao/generator/intake"
	"jixiao/generator/ooxml"
	"jixiao/generator/report"
	"jixiao/generator/unit"
)

// Job is one pass over an inbox.
type Job struct {
	Form    *form.Form
	Inbox   []string     // folders or single workbooks
	Out     string       // the results folder; "" reads and judges only
	Layout  Layout       // of the results folder; zero: Plain
	Roster  *unit.Roster // nil: whoever sends is a unit
	Year    string       // of the task; "" takes the year that most workbooks state
	Workers int          // 0: as many as processors
	Drafts  bool         // render the documents of returned units too
	Limits  ooxml.Limits

	MaxReturned Share // more returned units than this stop the run before anything is published; zero: no limit
	Shard       Shard // do only this part of the units; zero: all of them
	Keep        bool  // keep the verdicts in the results folder, from which 汇总/ can be made again; a shard always does

	// As is the name under which the results folder is shared with processes of
	// other names, which do other units; "" has it alone, a shard goes by its number.
	As string

	Program string           // name and version
	Build   string           // tells two builds of one version apart: documents of another build are rendered anew
	Clock   func() time.Time // nil: time.Now; it only gets into receipts and journals
	Log     *slog.Logger     // nil: nobody listens

	Passwords *intake.Passwords // of protected workbooks; nil: none are known
	Converter intake.Converter  // for workbooks of before 2007; nil: they are findings
}

// Progress hears of a run while it goes on. Its methods are called by one
// goroutine at a time.
type Progress interface {
	Start(units int)
	Done(u unit.Unit, outcome unit.Outcome, errors, notices int)
}

// ErrEmptyInbox says that there is nothing to do: no workbook came in and no
// roster says who is missing.
var ErrEmptyInbox = errors.New("收件里没有工作簿")

// Run reads, judges and publishes everything in the inbox. A unit's trouble is
// in the report; the error is for trouble with the machine, and stops the run:
// what is published by then stays, and the next run does the rest. Units whose
// receipts prove that they are done are read and judged again, which is cheap and
// has no effect outside, but neither rendered nor published.
//
// A job for one shard leaves what is made of all units together to Merge; the
// report is then of the shard's own units.
func Run(ctx context.Context, job Job, progress Progress) (*report.Run, error) {
	s := newSession(job)
	files, skipped, err := s.list()
	if err != nil {
		return nil, err
	}
	// That it can write, and alone, is known before any file is read.
	if err := s.open(); err != nil {
		return nil, err
	}
	run, err := s.run(ctx, files, skipped, progress)
	return run, s.End(run, err)
}

// run plans and does what there is to do, on an open results folder.
func (s *Session) run(ctx context.Context, files []intake.File, skipped []string, progress Progress) (*report.Run, error) {
	files, err := s.withoutPoison(files)
	if err != nil {
		return nil, err
	}
	p, err := s.prepare(ctx, files, skipped)
	if err != nil {
		return nil, err
	}
	mine := p.of(s.job.Shard)
	if err := s.announce(p); err != nil {
		return nil, err
	}
	if s.job.MaxReturned.set() {
		if err := s.tooMany(ctx, mine); err != nil {
			return nil, err
		}
	}
	units, err := s.units(ctx, mine, progress, s.Unit)
	if err != nil {
		return nil, err
	}
	run := p.report(units)
	if s.results == nil {
		return run, nil
	}
	if s.job.Shard.set() {
		return run, s.deliver(p, run)
	}
	return run, errors.Join(s.Finish(run), s.readings.tidy(files))
}

// units takes entries of the plan through do, several at a time. What comes out
// stands at its entry's place, whoever was done first; units that sent nothing
// need nothing.
func (s *Session) units(ctx context.Context, entries []*entry, progress Progress, do func(context.Context, intake.Parcel, string) (report.Unit, error)) ([]report.Unit, error) {
	units := make([]report.Unit, len(entries))
	senders := 0
	for _, e := range entries {
		if e.Parcel != nil {
			senders++
		}
	}
	progress.Start(senders)
	done := make(chan int)
	told := make(chan struct{})
	go func() {
		defer close(told)
		for i := range done {
			u := units[i]
			progress.Done(u.Unit, u.Outcome, u.Verdict.Findings.Count(finding.Error), u.Verdict.Findings.Count(finding.Notice))
		}
	}()
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(s.workers())
	for i, e := range entries {
		if e.Parcel == nil {
			units[i] = report.Unit{Unit: e.Unit, Outcome: unit.Missing}
			continue
		}
		g.Go(func() error {
			// A unit that was begun is finished; none is begun after the run was told to stop.
			if err := context.Cause(ctx); err != nil {
				return err
			}
			u, err := do(ctx, *e.Parcel, e.Folder)
			if err != nil {
				return err
			}
			units[i] = u
			done <- i
			return nil
		})
	}
	err := g.Wait()
	close(done)
	<-told
	return units, err
}

func (s *Session) workers() int {
	if s.job.Workers > 0 {
		return s.job.Workers
	}
	return runtime.GOMAXPROCS(0)
}

package generator

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"time"

	"jixiao/generator/publish"
	"jixiao/generator/report"
	"jixiao/generator/unit"
)

// summaryMark holds the fingerprint of the receipts that 汇总 was made from. 汇总 is
// out of date when theirs is another: nobody has to remember to say so, and
// nobody can be killed before saying so.
const summaryMark = "summary.mark"

// summaryState is what this process knows of 汇总, so as not to ask the disk at every look.
type summaryState struct {
	done  time.Time     // when it was last found or brought up to date
	took  time.Duration // to bring it up to date
	stamp time.Time     // of the receipts' folder at that time
}

// overdue reports whether 汇总 is brought up to date although there is more to do:
// that may take a tenth of the time.
func (s *summaryState) overdue() bool {
	return !s.done.IsZero() && time.Since(s.done) > max(10*time.Second, 10*s.took)
}

// summarise brings 汇总 up to date, unless it is, or another process is at it. must
// waits for that one, and looks even when nothing seems to have changed.
func (d *Drop) summarise(ctx context.Context, must bool) (err error) {
	receipts := filepath.Join(d.job.Out, publish.StateFolder, "receipts")
	info, err := os.Stat(receipts)
	if errors.Is(err, fs.ErrNotExist) && !(must && d.job.Roster != nil) {
		return nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	began := time.Now()
	var stamp time.Time
	if info != nil {
		stamp = info.ModTime()
	}
	if d.summary.done.IsZero() {
		d.summary.done = began
	}
	if !must && stamp.Equal(d.summary.stamp) {
		d.summary.done = began
		return nil
	}
	mark, err := d.fingerprint(receipts)
	if err != nil {
		return err
	}
	markFile := filepath.Join(d.job.Out, publish.StateFolder, summaryMark)
	current := func() bool {
		have, err := os.ReadFile(markFile)
		return err == nil && string(have) == mark
	}
	if current() {
		d.summary.done, d.summary.stamp = began, settledStamp(stamp)
		return nil
	}
	s, err := Begin(d.job)
	if err != nil {
		return err
	}
	defer func() { err = s.End(nil, err) }()
	hold := s.results.TryHold
	if must {
		hold = s.results.Hold
	}
	release, err := hold(ctx, "")
	if errors.Is(err, publish.ErrHeld) {
		return nil // another process is at it
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, release()) }()
	if mark, err = d.fingerprint(receipts); err != nil || current() {
		return err
	}
	run, err := d.everything(s)
	if err != nil {
		return err
	}
	if err := s.Finish(run); err != nil {
		return err
	}
	if err := s.results.State(summaryMark, []byte(mark)); err != nil {
		return err
	}
	d.summary = summaryState{done: time.Now(), took: time.Since(began), stamp: settledStamp(stamp)}
	return nil
}

// settledStamp is a folder's time when it is old enough to tell the next change
// by: file systems count in steps of up to two seconds.
func settledStamp(stamp time.Time) time.Time {
	if time.Since(stamp) < 3*time.Second {
		return time.Time{}
	}
	return stamp
}

// fingerprint is of everything that 汇总 is made from.
func (d *Drop) fingerprint(receipts string) (string, error) {
	h := sha256.New()
	fmt.Fprintln(h, d.job.Form.SHA256, d.job.Program, d.job.Build, d.job.Year, rosterSum(d.job.Roster), d.job.options())
	entries, err := os.ReadDir(receipts)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	for _, e := range entries {
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return "", err
		}
		fmt.Fprintln(h, e.Name(), info.Size(), info.ModTime().UnixNano())
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// everything is the run that all receipts together make.
func (d *Drop) everything(s *Session) (*report.Run, error) {
	names, err := s.results.Names()
	if err != nil {
		return nil, err
	}
	p := &plan{
		Version: 1, Program: publish.Program{Version: s.job.Program, Build: s.job.Build},
		Form: publish.Form{Name: s.job.Form.Name, SHA256: s.job.Form.SHA256}, Year: s.job.Year,
	}
	units := map[string]report.Unit{}
	sent := map[string]bool{}
	for _, name := range names {
		s.folders[name] = true
		r, err := s.results.Receipt(name)
		var damaged *publish.DamagedError
		if errors.As(err, &damaged) {
			d.say(DropEvent{Code: "damaged", Text: fmt.Sprintf("%v。这个单位没有进入汇总，请把它的报送件（在 %s）重新放进收件", err, path.Join(ArchiveFolder, name))})
			continue
		}
		if err != nil {
			return nil, err
		}
		if r == nil {
			continue
		}
		u, err := s.reported(r)
		if err != nil {
			return nil, err
		}
		if u == nil {
			d.say(DropEvent{Code: "damaged", Text: fmt.Sprintf("%s 的审核结果缺了或已损坏，没有进入汇总。请把它的报送件（在 %s）重新放进收件", name, path.Join(ArchiveFolder, name))})
			continue
		}
		units[name] = *u
		sent[u.Unit.Code+"\x00"+u.Unit.Name] = true
		p.Entries = append(p.Entries, entry{Unit: u.Unit, Folder: name})
	}
	if d.job.Roster != nil {
		for _, u := range d.job.Roster.Units {
			if !sent[u.Code+"\x00"+u.Name] {
				p.Entries = append(p.Entries, entry{Unit: u})
			}
		}
	}
	p.inRosterOrder(d.job.Roster)
	all := make([]report.Unit, len(p.Entries))
	for i, e := range p.Entries {
		if e.Folder == "" {
			all[i] = report.Unit{Unit: e.Unit, Outcome: unit.Missing}
		} else {
			all[i] = units[e.Folder]
		}
	}
	return p.report(all), nil
}

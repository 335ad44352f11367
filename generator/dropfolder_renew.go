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
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"jixiao/generator/intake"
	"jixiao/generator/publish"
	"jixiao/generator/unit"
	"jixiao/generator/watch"
)

// What is published was made by the form and the program of that time. A process
// that begins with others does it anew from the archive, unit by unit, each replaced
// in one stroke; receipts say which, so nothing is lost when it is killed meanwhile.

// renewMark holds what the receipts do not say of themselves: the roster and the
// year with which everything was last made.
const renewMark = "renewed.mark"

// renewAtOnce is how long what has just come may wait for what is renewed.
const renewAtOnce = 10 * time.Second

// renewal is how far this process is with it.
type renewal struct {
	begun, done bool
	unmarked    bool     // the mark is to be written when somebody sends something
	all         bool     // the mark is another: every unit is to be looked at
	left        []string // receipts that are not looked at yet
}

// renew makes anew what another form, roster, year, option or program made. It
// stops after a while, and goes on when it is called again; 0 is no limit.
func (d *Drop) renew(ctx context.Context, limit time.Duration) (err error) {
	if d.renewal.done {
		return nil
	}
	if !d.renewal.begun {
		if err := d.beginRenewal(); err != nil || d.renewal.done {
			return err
		}
	}
	s, err := Begin(d.job)
	if err != nil {
		return err
	}
	defer func() { err = s.End(nil, err) }()
	s.tell(told{stage: "renew", code: codeStart})
	began := time.Now()
	for len(d.renewal.left) > 0 {
		if limit > 0 && time.Since(began) > limit {
			return nil
		}
		if err := d.renewSome(ctx, s, 4*s.workers()); err != nil {
			return err
		}
	}
	d.renewal.done = true
	return s.results.State(renewMark, []byte(d.mark()))
}

// beginRenewal finds out what there is to renew.
func (d *Drop) beginRenewal() error {
	d.renewal = renewal{begun: true}
	state := filepath.Join(d.job.Out, publish.StateFolder)
	have, err := os.ReadFile(filepath.Join(state, renewMark))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	d.renewal.all = string(have) != d.mark()
	folder, err := publish.Look(d.job.Out)
	if errors.Is(err, fs.ErrNotExist) {
		d.renewal.done, d.renewal.unmarked = true, true
		return nil
	}
	if err != nil {
		return err
	}
	names, err := folder.Names()
	for _, name := range names {
		r, e := folder.Receipt(name)
		var damaged *publish.DamagedError
		if err == nil && !errors.As(e, &damaged) {
			err = e
		}
		if r != nil && d.outdated(r) {
			d.renewal.left = append(d.renewal.left, name)
		}
	}
	if err = errors.Join(err, folder.Close()); err != nil {
		d.renewal.begun = false
		return err
	}
	if len(d.renewal.left) == 0 {
		d.renewal.done, d.renewal.unmarked = true, d.renewal.all
	}
	return nil
}

// marked writes the mark on a folder that had nothing to renew.
func (d *Drop) marked(s *Session) error {
	if !d.renewal.unmarked {
		return nil
	}
	d.renewal.unmarked = false
	return s.results.State(renewMark, []byte(d.mark()))
}

// mark is a hash of what the receipts do not say of themselves.
func (d *Drop) mark() string {
	sum := sha256.Sum256(fmt.Appendln(nil, d.job.Year, rosterSum(d.job.Roster)))
	return hex.EncodeToString(sum[:])
}

// outdated reports whether a unit's documents may be others today.
func (d *Drop) outdated(r *publish.Receipt) bool {
	return d.renewal.all || !d.sameMakers(r)
}

// sameMakers reports whether a receipt is of this form, program and these options.
func (d *Drop) sameMakers(r *publish.Receipt) bool {
	return r.Form.SHA256 == d.job.Form.SHA256 && r.Program == (publish.Program{Version: d.job.Program, Build: d.job.Build}) &&
		slices.Equal(r.Options, d.job.options())
}

// renewSome renews a number of units together, and then, one at a time, those with
// a file that a process died of.
func (d *Drop) renewSome(ctx context.Context, s *Session, n int) error {
	n = min(n, len(d.renewal.left))
	var mu sync.Mutex
	var suspect []string
	g, together := errgroup.WithContext(ctx)
	g.SetLimit(s.workers())
	for _, name := range d.renewal.left[:n] {
		g.Go(func() error {
			later, err := d.renewUnit(together, s, name, false)
			if later {
				mu.Lock()
				defer mu.Unlock()
				suspect = append(suspect, name)
			}
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	slices.Sort(suspect)
	for _, name := range suspect {
		if _, err := d.renewUnit(ctx, s, name, true); err != nil {
			return err
		}
	}
	d.renewal.left = d.renewal.left[n:]
	return nil
}

// renewUnit does one unit anew from the archive. later is true when that has to be
// done while no other unit is in hand.
func (d *Drop) renewUnit(ctx context.Context, s *Session, name string, alone bool) (later bool, err error) {
	if err := context.Cause(ctx); err != nil {
		return false, err
	}
	release, err := s.results.Hold(ctx, name)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, release()) }()
	have, err := s.results.Receipt(name)
	var damaged *publish.DamagedError
	if errors.As(err, &damaged) || err == nil && (have == nil || !d.outdated(have)) {
		return false, nil // the summary tells of the one; another process has done the other
	}
	if err != nil {
		return false, err
	}
	inputs, files, err := d.inArchive(have)
	if errors.Is(err, errAbsent) {
		d.say(DropEvent{Code: "not_renewed", Text: fmt.Sprintf("%s：%v。套表、名册、选项或程序有变，但这个单位没有重新办理，成果还是原来的。请从备份里找回后重新启动，或请单位重新报送", name, err)})
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if !alone && slices.ContainsFunc(files, watch.File.Suspect) {
		return true, nil
	}
	desk := d.folder.Desk()
	if err := desk.Reading(files...); err != nil {
		return false, err
	}
	u, err := d.conclude(ctx, s, d.parcelOf(have), name, inputs, func() error { return desk.Read(files...) })
	if err != nil {
		return false, errors.Join(err, desk.Read(files...))
	}
	for _, f := range files {
		if err := desk.Forget(f); err != nil {
			return false, err
		}
	}
	now, err := s.results.Receipt(name)
	if err == nil && now != nil && now.Basis != have.Basis {
		d.say(DropEvent{Unit: name, Outcome: u.Outcome, Renewed: true, Errors: now.Errors, Notices: now.Notices})
	}
	return false, err
}

// parcelOf is what a receipt says of its unit, with the row that the roster has of it now.
func (d *Drop) parcelOf(r *publish.Receipt) intake.Parcel {
	p := intake.Parcel{Unit: unit.Unit{Code: r.Unit.Code, Name: r.Unit.Name}}
	if d.job.Roster == nil {
		return p
	}
	for _, u := range d.job.Roster.Units {
		if u.Name == r.Unit.Name && (u.Code == r.Unit.Code || r.Unit.Code == "") {
			p.Unit, p.OnRoster = u, true
		}
	}
	return p
}

// inArchive finds the workbooks that decide about a unit, and the files that hold
// them. errAbsent says that one is not there as it came.
func (d *Drop) inArchive(r *publish.Receipt) (inputs []input, files []watch.File, err error) {
	held := map[string]watch.File{}
	for _, in := range r.Inputs {
		if in.Replaced {
			continue
		}
		if in.Archived == "" {
			return nil, nil, fmt.Errorf("%w %s", errAbsent, in.Path)
		}
		file, ok := held[in.Archived]
		if !ok {
			file, err = d.folder.Archived(in.Archived)
			switch {
			case errors.Is(err, fs.ErrNotExist):
				return nil, nil, fmt.Errorf("%w %s", errAbsent, in.Archived)
			case err != nil:
				return nil, nil, err
			case !strings.HasPrefix(path.Base(in.Archived), file.SHA256[:8]):
				return nil, nil, fmt.Errorf("%w %s 原来的内容", errAbsent, in.Archived)
			}
			held[in.Archived] = file
			files = append(files, file)
		}
		var found []intake.File
		if file.Refused {
			found = []intake.File{intake.Refuse(file.Path, in.Path, fmt.Sprintf(refusal, watch.Attempts))}
		} else if found, err = d.reopen(in); err != nil {
			return nil, nil, err
		}
		if len(found) == 0 {
			return nil, nil, fmt.Errorf("%w %s", errAbsent, in.Archived)
		}
		old := input{sha: in.SHA256, archived: in.Archived, file: found[0].Within(in.Path)}
		old.file.Arrived = in.Arrived
		inputs = append(inputs, old)
	}
	if len(inputs) == 0 {
		return nil, nil, errAbsent
	}
	return inputs, files, nil
}

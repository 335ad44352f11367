package generator

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"jixiao/generator/intake"
	"jixiao/generator/publish"
	"jixiao/generator/report"
	"jixiao/generator/unit"
	"jixiao/generator/watch"
)

// earlierFolder stands before the name of a file in whose name another came later.
const earlierFolder = "早前报来"

// input is one workbook that decides about a unit.
type input struct {
	file     intake.File
	sha      string
	archived string // where it will lie, or lies, below the root
	fresh    bool   // it has just come
}

// delivered is what a drop folder knows of a unit's workbooks, in the order of its
// parcel. nil is no drop folder.
type delivered struct {
	inputs []input
	read   func() error // called when everything was read and rendered
}

// unit joins what has come of one unit with what it sent before, and publishes
// it. whole is false when that has to wait.
func (d *Drop) unit(ctx context.Context, s *Session, p intake.Parcel, folder string, taken map[string]watch.File, desk *watch.Desk) (whole bool, err error) {
	began := time.Now()
	release, err := s.results.Hold(ctx, folder)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, release()) }()
	have, err := s.results.Receipt(folder)
	var damaged *publish.DamagedError
	if err != nil && !errors.As(err, &damaged) {
		return false, err
	}
	var mine []watch.File
	for _, name := range places(p) {
		mine = append(mine, taken[name])
	}
	if err := desk.Reading(mine...); err != nil {
		return false, err
	}
	came, err := d.hashed(ctx, s, p, folder, taken)
	if err != nil {
		return false, err
	}
	before, came, err := d.join(have, came)
	if errors.Is(err, errAbsent) {
		return false, desk.Read(mine...)
	}
	if err != nil {
		return false, err
	}
	if len(came) == 0 {
		if u, err := d.standing(s, have); err != nil {
			return false, err
		} else if u != nil {
			s.tell(told{unit: folder, stage: "publish", code: codeStanding, took: time.Since(began)})
			s.note(folder, *u, codeStanding, began)
			d.published(*u, folder, true)
			return true, nil
		}
	}
	u, err := d.conclude(ctx, s, p, folder, append(before, came...), func() error { return desk.Read(mine...) })
	if err != nil {
		return false, err
	}
	d.mu.Lock()
	d.known[folder] = publish.Sender{Code: p.Unit.Code, Name: p.Unit.Name, OnRoster: p.OnRoster}
	d.mu.Unlock()
	d.published(u, folder, false)
	return true, nil
}

// conclude reads, judges and publishes what stands for a unit.
func (d *Drop) conclude(ctx context.Context, s *Session, p intake.Parcel, folder string, inputs []input, read func() error) (report.Unit, error) {
	began := time.Now()
	for {
		slices.SortStableFunc(inputs, func(a, b input) int { return strings.Compare(a.file.Name, b.file.Name) })
		p.Files = make([]intake.File, len(inputs))
		for i := range inputs {
			p.Files[i] = inputs[i].file
		}
		v, err := s.read(ctx, p, folder)
		if err != nil {
			return report.Unit{}, err
		}
		if kept := withoutMended(inputs, v); len(kept) < len(inputs) {
			inputs = kept
			continue
		}
		return s.conclude(v, folder, began, &delivered{inputs, read})
	}
}

// hashed are the workbooks of a parcel, the same bytes once.
func (d *Drop) hashed(ctx context.Context, s *Session, p intake.Parcel, folder string, taken map[string]watch.File) ([]input, error) {
	var inputs []input
	for _, f := range p.Files {
		c := taken[f.Path]
		in := input{file: f, sha: c.SHA256, fresh: true, archived: path.Join(ArchiveFolder, folder, watch.ArchiveName(c.SHA256, c.Name))}
		if packedIn(f.Path) {
			in.archived = path.Join(ArchiveFolder, packedFolder, watch.ArchiveName(c.SHA256, c.Name))
			one := p
			one.Files = []intake.File{f}
			sub, err := intake.Open(ctx, one, s.taking)
			if err != nil {
				return nil, err
			}
			in.sha = sub.Workbooks[0].SHA256
		}
		if !slices.ContainsFunc(inputs, func(o input) bool { return o.sha == in.sha }) {
			inputs = append(inputs, in)
		}
	}
	return inputs, nil
}

// errAbsent says that a file which a receipt names is not in the archive yet: the
// process that published it was killed before it could move the file there, and
// whoever has taken over its claims will.
var errAbsent = errors.New("归档里缺少文件")

// mostAbsent is how often a unit waits for such a file. After that somebody has
// taken it away, and the unit is judged without it.
const mostAbsent = 5

// join holds what has come against what a receipt says is there already. before
// is what is to be read again, came what is new.
func (d *Drop) join(have *publish.Receipt, came []input) (before, fresh []input, err error) {
	if have == nil {
		return nil, came, nil
	}
	last := 0
	known := map[string]bool{}
	for _, in := range have.Inputs {
		last = max(last, in.Arrived)
		files, err := d.reopen(in)
		if err != nil {
			return nil, nil, err
		}
		at := slices.IndexFunc(came, func(c input) bool { return c.sha == in.SHA256 })
		// A file that was replaced and comes again is new; one that was replaced
		// but never got to the archive is still the old delivery.
		if in.Replaced && (at < 0 || len(files) > 0) {
			continue
		}
		old := input{sha: in.SHA256, archived: in.Archived}
		switch {
		case at >= 0:
			known[in.SHA256] = true
			old.file = came[at].file
		case len(files) > 0:
			old.file = files[0]
		default:
			if d.waits(have.Name) {
				return nil, nil, errAbsent
			}
			d.say(DropEvent{Code: "absent", File: in.Path, Text: "归档里缺少这个文件（" + in.Archived + "），这次没有用到它。请从备份里找回后重新放进收件"})
			continue
		}
		old.file = old.file.Within(in.Path)
		old.file.Arrived = in.Arrived
		before = append(before, old)
	}
	d.mu.Lock()
	delete(d.absent, have.Name)
	d.mu.Unlock()
	for _, c := range came {
		if known[c.sha] {
			continue
		}
		if len(before) > 0 {
			c.file.Arrived = last + 1
		}
		for i := range before {
			if before[i].file.Name == c.file.Name {
				before[i].file = before[i].file.Within(path.Join(earlierFolder, c.file.Name))
			}
		}
		fresh = append(fresh, c)
	}
	return before, fresh, nil
}

func (d *Drop) waits(name string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.absent[name]++
	return d.absent[name] <= mostAbsent
}

// reopen finds an input in the archive; none when it is not there.
func (d *Drop) reopen(in publish.File) ([]intake.File, error) {
	name := filepath.Join(d.job.Out, filepath.FromSlash(in.Archived))
	if _, err := os.Lstat(name); in.Archived == "" || errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	files, _, err := intake.Scan(name, d.job.Limits)
	if err != nil {
		return nil, err
	}
	if !packedIn(name) {
		return files[:min(1, len(files))], nil
	}
	base := path.Base(in.Archived) // 1a2b3c4d-包.zip
	_, inner, _ := strings.Cut("/"+in.Path, "/"+base[9:]+"/")
	files = slices.DeleteFunc(files, func(f intake.File) bool { return f.Name != base+"/"+inner && f.Name != base })
	return files, nil
}

// standing is the unit as its receipt has it, when that proves that nothing is to
// be done; nil otherwise.
func (d *Drop) standing(s *Session, have *publish.Receipt) (*report.Unit, error) {
	if !d.sameMakers(have) {
		return nil, nil
	}
	if whole, err := s.results.Stands(have); err != nil || !whole {
		return nil, err
	}
	return s.reported(have)
}

// reported is a unit as its receipt and the verdict kept with it have it; nil
// when there is no such verdict.
func (s *Session) reported(r *publish.Receipt) (*report.Unit, error) {
	data, err := s.results.Verdict(r)
	if err != nil || data == nil {
		return nil, err
	}
	var v unit.Verdict
	if json.Unmarshal(data, &v) != nil || v.Record == nil || v.Record.Submission == nil {
		return nil, nil
	}
	return &report.Unit{Unit: v.Record.Submission.Unit, Outcome: v.Outcome(), Verdict: &v, Documents: s.documents(r.Outputs)}, nil
}

// counter is what browsers and file managers add to a name that is taken.
var counter = regexp.MustCompile(`( ?[(（]\d+[)）]| ?- ?副本| - Copy)+$`)

func stem(name string) string {
	base := path.Base(name)
	return counter.ReplaceAllString(strings.TrimSuffix(base, path.Ext(base)), "")
}

// withoutMended leaves out files that could not be read and were sent again
// under the same name.
func withoutMended(inputs []input, v *unit.Verdict) []input {
	var kept []input
	for i, in := range inputs {
		w := v.Record.Submission.Workbooks[i]
		mended := !in.fresh && !w.Layout.Recognised() &&
			slices.ContainsFunc(inputs, func(o input) bool { return o.fresh && stem(o.file.Name) == stem(in.file.Name) })
		if !mended {
			kept = append(kept, in)
		}
	}
	return kept
}

// describe writes into a receipt where its inputs lie, and which of them a later
// one has replaced: from which nothing got into the record, though they are of the form.
func (d *delivered) describe(r *publish.Receipt, v *unit.Verdict) error {
	if d == nil {
		return nil
	}
	used := map[string]bool{}
	usedIn(&v.Record.Item, used)
	for i := range r.Inputs {
		in, w := d.inputs[i], v.Record.Submission.Workbooks[i]
		r.Inputs[i].Archived, r.Inputs[i].Arrived = in.archived, in.file.Arrived
		r.Inputs[i].Replaced = len(used) > 0 && !used[w.Path] && w.Layout.Recognised()
	}
	return d.read()
}

// usedIn notes the workbooks from which the fields of an item come.
func usedIn(it *unit.Item, used map[string]bool) {
	for _, f := range it.Fields {
		if f.Place.Workbook != "" && f.Raw != "" {
			used[f.Place.Workbook] = true
		}
	}
	for _, l := range it.Lists {
		for i := range l.Items {
			usedIn(&l.Items[i], used)
		}
	}
}

// rendered renders what a unit gets, with its 回执 in a drop folder.
func (s *Session) rendered(v *unit.Verdict, folder string, from *delivered) ([]unit.Document, error) {
	docs, err := s.render(v, folder)
	if err != nil || from == nil {
		return docs, err
	}
	u := report.Unit{Unit: v.Record.Submission.Unit, Outcome: v.Outcome(), Verdict: v}
	for _, d := range docs {
		u.Documents = append(u.Documents, report.Document{Path: strings.TrimPrefix(d.Path, folder+"/")})
	}
	page, err := report.Receipt(s.job.Form.Name, s.job.Program, &u)
	return append(docs, unit.Document{Path: path.Join(folder, report.ReceiptFile), Data: page}), err
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

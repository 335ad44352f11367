package generator

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"

	"jixiao/generator/intake"
	"jixiao/generator/ooxml"
	"jixiao/generator/publish"
	"jixiao/generator/report"
	"jixiao/generator/unit"
	"jixiao/generator/value"
)

// plan is what there is to do: every unit that sent something and every unit of
// the roster, in the order of the accounts. Two runs with the same plan and the
// same files do the same. It is kept for Merge, so that every shard can be held
// against it.
type plan struct {
	Version int
	Program publish.Program
	Form    publish.Form
	Year    string
	Options []string
	Layout  Layout
	Roster  string // hash of the roster's rows
	Files   []listedFile
	Skipped []string
	Entries []entry
}

// listedFile is one file of the inbox.
type listedFile struct {
	Name string
	Size int64
}

// entry is one unit of the plan.
type entry struct {
	Unit   unit.Unit
	Folder string         // "" when it sent nothing
	Files  []string       // below the inbox
	Parcel *intake.Parcel `json:"-"` // nil when it sent nothing
}

// list lists the inbox, and reads nothing.
func (s *Session) list() (files []intake.File, skipped []string, err error) {
	files, skipped, err = listInboxes(s.job.Inbox, s.job.Limits)
	if err == nil && len(files) == 0 && s.job.Roster == nil {
		err = ErrEmptyInbox
	}
	return files, skipped, err
}

// prepare finds out who has sent what.
func (s *Session) prepare(ctx context.Context, files []intake.File, skipped []string) (*plan, error) {
	parcels, missing, err := intake.Assign(ctx, files, s.taking)
	if err != nil {
		return nil, err
	}
	p := &plan{
		Version: 1, Program: publish.Program{Version: s.job.Program, Build: s.job.Build},
		Form: publish.Form{Name: s.job.Form.Name, SHA256: s.job.Form.SHA256}, Year: s.job.Year,
		Options: s.job.options(), Layout: s.job.Layout, Roster: rosterSum(s.job.Roster), Skipped: skipped,
	}
	for _, f := range files {
		size := int64(-1) // taken away meanwhile
		if info, err := os.Stat(f.Path); err == nil {
			size = info.Size()
		}
		p.Files = append(p.Files, listedFile{f.Name, size})
	}
	names := folders(parcels, s.job.Roster)
	for i := range parcels {
		e := entry{Unit: parcels[i].Unit, Folder: names[i], Parcel: &parcels[i]}
		for _, f := range parcels[i].Files {
			e.Files = append(e.Files, f.Name)
		}
		p.Entries = append(p.Entries, e)
	}
	for _, u := range missing {
		p.Entries = append(p.Entries, entry{Unit: u})
	}
	p.inRosterOrder(s.job.Roster)
	return p, nil
}

// listInboxes lists the workbooks of all inboxes. Files of the same name in different
// inboxes are told apart by the name of their inbox. A name that is no UTF-8 is
// shown with the bytes in question replaced.
func listInboxes(inboxes []string, limits ooxml.Limits) (files []intake.File, skipped []string, err error) {
	taken := map[string]bool{}
	for _, inbox := range inboxes {
		fs, rest, err := intake.Scan(inbox, limits)
		if err != nil {
			return nil, nil, err
		}
		for _, f := range fs {
			f.Name = valid(f.Name)
			if taken[f.Name] {
				f.Name = path.Join(path.Base(strings.ReplaceAll(valid(inbox), "\\", "/")), f.Name)
			}
			for n, name := 2, f.Name; taken[f.Name]; n++ {
				f.Name = fmt.Sprintf("%d/%s", n, name)
			}
			taken[f.Name] = true
			files = append(files, f)
		}
		for _, name := range rest {
			skipped = append(skipped, valid(name))
		}
	}
	return files, skipped, nil
}

func valid(name string) string { return strings.ToValidUTF8(name, "\ufffd") }

// inRosterOrder puts the units that sent nothing among those that did, as the roster has them.
func (p *plan) inRosterOrder(roster *unit.Roster) {
	if roster == nil {
		return
	}
	place := map[string]int{}
	for i, u := range roster.Units {
		place[u.Code+"\x00"+u.Name] = i
	}
	rank := func(e entry) int {
		if i, ok := place[e.Unit.Code+"\x00"+e.Unit.Name]; ok {
			return i
		}
		return len(place)
	}
	slices.SortStableFunc(p.Entries, func(a, b entry) int { return rank(a) - rank(b) })
}

// of are the entries of a shard, which leaves the units that sent nothing to
// Merge; all of them for no shard.
func (p *plan) of(shard Shard) []*entry {
	var mine []*entry
	for i := range p.Entries {
		if e := &p.Entries[i]; !shard.set() || e.Folder != "" && shard.has(e.Unit) {
			mine = append(mine, e)
		}
	}
	return mine
}

// report is the run with what became of its units.
func (p *plan) report(units []report.Unit) *report.Run {
	year := p.Year
	if year == "" {
		year = commonYear(units)
	}
	return &report.Run{
		Program: p.Program.Version, Form: p.Form.Name, FormSHA256: p.Form.SHA256, Year: year,
		Units: units, Skipped: p.Skipped,
	}
}

// commonYear is the year that most units state, the later one when two are equally frequent.
func commonYear(units []report.Unit) string {
	count := map[string]int{}
	best := ""
	for _, u := range units {
		if u.Verdict == nil {
			continue
		}
		y := statedYear(&u.Verdict.Record.Item)
		if y == "" {
			continue
		}
		count[y]++
		if n := count[y]; best == "" || n > count[best] || n == count[best] && y > best {
			best = y
		}
	}
	return best
}

// statedYear is the year that a record states itself, or else the first of its lists' items that does.
func statedYear(it *unit.Item) string {
	if f := it.Field("年度"); f != nil && f.Value.Kind() == value.Number {
		return f.Value.String()
	}
	for _, l := range it.Lists {
		for i := range l.Items {
			if y := statedYear(&l.Items[i]); y != "" {
				return y
			}
		}
	}
	return ""
}

// rosterSum is a hash of the roster's rows; "" without a roster.
func rosterSum(roster *unit.Roster) string {
	if roster == nil {
		return ""
	}
	data, _ := json.Marshal(roster.Units) // names and figures, which can all be written
	return publish.Hash(data)
}

// encode is the plan as it is kept, and its hash.
func (p *plan) encode() (data []byte, sum string, err error) {
	data, err = json.Marshal(p)
	return data, publish.Hash(data), err
}

package generator

import (
	"encoding/json"
	"errors"
	"path"
	"slices"

	"jixiao/generator/finding"
	"jixiao/generator/publish"
	"jixiao/generator/unit"
)

// keeps reports whether the verdicts of a job are wanted later.
func (j *Job) keeps() bool { return j.Keep || j.Shard.set() }

// receipt is what a unit's receipt would say, and its verdict as it is kept. The
// basis is a hash of all that decides the unit's documents: the verdict (with the
// roster's row, every value read, and the hash of every file), form, program,
// options and the place where they go.
func (s *Session) receipt(v *unit.Verdict, folder string) (*publish.Receipt, []byte, error) {
	kept, err := json.Marshal(v)
	if err != nil {
		return nil, nil, err
	}
	sub := v.Record.Submission
	r := &publish.Receipt{
		Name:     folder,
		Unit:     publish.Sender{Code: sub.Unit.Code, Name: sub.Unit.Name, OnRoster: sub.OnRoster},
		Outcome:  v.Outcome().String(),
		Year:     s.job.Year,
		Form:     publish.Form{Name: s.job.Form.Name, SHA256: s.job.Form.SHA256},
		Program:  publish.Program{Version: s.job.Program, Build: s.job.Build},
		Options:  s.job.options(),
		Folder:   path.Join(s.job.Layout.Accepted, folder),
		Inputs:   make([]publish.File, len(sub.Workbooks)),
		Verdict:  publish.Hash(kept),
		Errors:   v.Findings.Count(finding.Error),
		Notices:  v.Findings.Count(finding.Notice),
		Unjudged: v.Findings.Count(finding.Unjudged),
		Findings: make([]publish.Result, len(v.Findings)),
	}
	if v.Outcome() != unit.Accepted {
		r.Folder = path.Join(s.job.Layout.Returned, folder)
	}
	if r.Year == "" {
		r.Year = statedYear(&v.Record.Item)
	}
	for i, w := range sub.Workbooks {
		r.Inputs[i] = publish.File{Path: w.Path, SHA256: w.SHA256, Size: w.Size}
	}
	for i, f := range v.Findings {
		r.Findings[i] = publish.Result{
			Rule: f.Rule, Name: f.Name, Level: f.Level.String(), Workbook: f.Place.Workbook,
			Sheet: f.Place.Sheet, Cell: f.Place.Cell, Message: f.Message, SameCause: f.SameCause,
		}
	}
	decides, err := json.Marshal(struct {
		Name, Verdict, Folder, Year string
		Form                        publish.Form
		Program                     publish.Program
		Options                     []string
	}{r.Name, r.Verdict, r.Folder, s.job.Year, r.Form, r.Program, r.Options})
	r.Basis = publish.Hash(decides)
	return r, kept, err
}

// options are those of a job that change the documents, in one order.
func (j *Job) options() []string {
	if j.Drafts {
		return []string{"drafts"}
	}
	return []string{}
}

// standing is the receipt that proves that a unit is done: of the same basis,
// and with every document as it was published. nil when the unit is to be done.
func (s *Session) standing(want *publish.Receipt) (*publish.Receipt, error) {
	have, err := s.results.Receipt(want.Name)
	var damaged *publish.DamagedError
	if errors.As(err, &damaged) {
		s.tell(told{unit: want.Name, stage: "publish", code: "damaged", err: err})
		return nil, nil
	}
	if err != nil || have == nil || have.Basis != want.Basis || have.Unit != want.Unit {
		return nil, err
	}
	if want.Basis == "" && !slices.Equal(have.Outputs, want.Outputs) {
		return nil, nil // of a fault of the program, brought over from a shard
	}
	if whole, err := s.results.Stands(have); err != nil || !whole {
		return nil, err
	}
	if s.job.keeps() {
		if kept, err := s.results.Verdict(have); err != nil || kept == nil {
			return nil, err
		}
	}
	return have, nil
}

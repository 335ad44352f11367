package generator

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"jixiao/generator/publish"
	"jixiao/generator/render"
	"jixiao/generator/report"
	"jixiao/generator/unit"
)

// Finish writes what is made of all units together: 汇总/, the accounts, and last
// the hashes of everything. What is there already with the same bytes is left alone.
func (s *Session) Finish(run *report.Run) (err error) {
	if run.Kept, err = s.kept(); err != nil {
		return err
	}
	totals := render.Totals{Year: run.Year}
	for _, u := range run.Units {
		if u.Verdict == nil {
			totals.Missing = append(totals.Missing, u.Unit)
		} else {
			totals.Verdicts = append(totals.Verdicts, u.Verdict)
		}
	}
	docs, err := render.Summary(s.job.Form, totals, s.job.Layout.Summary)
	if err != nil {
		return err
	}
	if err := s.summary(run, docs); err != nil {
		return err
	}
	book, err := report.Findings(run)
	if err != nil {
		return fmt.Errorf("编制%s：%w", report.WorkbookFile, err)
	}
	page, err := report.HTML(run)
	if err != nil {
		return fmt.Errorf("编制%s：%w", report.PageFile, err)
	}
	record, err := report.JSON(run)
	if err != nil {
		return fmt.Errorf("编制%s：%w", report.JSONFile, err)
	}
	accounts := []unit.Document{{Path: report.WorkbookFile, Data: book}, {Path: report.PageFile, Data: page}, {Path: report.JSONFile, Data: record}}
	sums := sumsOf(run, accounts)
	s.sums = publish.Hash(sums)
	for _, d := range append(accounts, unit.Document{Path: SumsFile, Data: sums}) {
		d.Path = s.job.Layout.below(d.Path)
		if err := s.results.File(d); err != nil {
			return err
		}
	}
	return nil
}

// summary publishes 汇总/, together, like a unit.
func (s *Session) summary(run *report.Run, docs []unit.Document) error {
	outputs := make([]publish.File, len(docs))
	for i, d := range docs {
		outputs[i] = publish.Output(d)
	}
	run.Documents = s.documents(outputs)
	have, err := s.results.Receipt("")
	var damaged *publish.DamagedError
	if err != nil && !errors.As(err, &damaged) {
		return err
	}
	if have != nil && slices.Equal(have.Outputs, outputs) {
		if whole, err := s.results.Stands(have); err != nil || whole {
			return err
		}
	}
	return s.results.Publish(publish.Package{Documents: docs, Receipt: publish.Receipt{
		Year: run.Year, Form: publish.Form{Name: run.Form, SHA256: run.FormSHA256},
		Program: publish.Program{Version: s.job.Program, Build: s.job.Build}, Options: s.job.options(),
		Inputs: []publish.File{}, Folder: s.job.Layout.Summary, Findings: []publish.Result{}, Finished: s.now(),
	}})
}

// sumsOf is the file of hashes, sorted by path, as `sha256sum -c` reads it in the
// folder where it stands.
func sumsOf(run *report.Run, accounts []unit.Document) []byte {
	var lines []report.Document
	for _, u := range run.Units {
		lines = append(lines, u.Documents...)
	}
	lines = append(lines, run.Documents...)
	for _, d := range accounts {
		lines = append(lines, report.Document{Path: d.Path, SHA256: publish.Hash(d.Data)})
	}
	slices.SortFunc(lines, func(a, b report.Document) int { return strings.Compare(a.Path, b.Path) })
	var b strings.Builder
	for _, l := range lines {
		fmt.Fprintf(&b, "%s  %s\n", l.SHA256, l.Path)
	}
	return []byte(b.String())
}

// kept lists the unit folders of an earlier run that this one had nothing for:
// they stay, and whoever started the run is told.
func (s *Session) kept() ([]string, error) {
	names, err := s.results.Names()
	if err != nil {
		return nil, err
	}
	var kept []string
	for _, name := range names {
		if s.folders[name] {
			continue
		}
		r, err := s.results.Receipt(name)
		var damaged *publish.DamagedError
		if errors.As(err, &damaged) {
			continue // verify tells of it
		}
		if err != nil {
			return nil, err
		}
		there := false
		for _, o := range r.Outputs {
			stand, err := s.results.Stand(o)
			if err != nil {
				return nil, err
			}
			there = there || stand != publish.Gone
		}
		if there {
			kept = append(kept, path.Clean(r.Folder))
		}
	}
	slices.Sort(kept)
	return kept, nil
}

// Package report writes what a run says about itself. What comes in is a [Run]:
// every unit with its verdict, and the paths and hashes of what was published.
// What goes out are four accounts of the same facts, for four readers:
//
//	json.go      run.json         for programs: every value with its cell, every finding
//	workbook.go  审核情况.xlsx     for the clerk: one row a finding, to filter, sort and print
//	page.go      运行报告.html     for the morning: one page without network, page.html/.css/.js
//	receipt.go   回执.html         for the unit of a drop folder: accepted, or what to correct
//	table.go     the terminal     for whoever started the run
//	tally.go     the counts that all four share
//
// The accounts are made from the run alone. No clock, no machine and no order of
// a map gets into them, so the same run gives the same bytes.
package report

import (
	"jixiao/generator/finding"
	"jixiao/generator/unit"
)

// Names of the files below the results folder.
const (
	JSONFile     = "run.json"
	WorkbookFile = "审核情况.xlsx"
	PageFile     = "运行报告.html"
)

// Run is one pass over an inbox, finished. Nothing in it is changed by a report.
type Run struct {
	Form       string // name of the form: 整体支出
	FormSHA256 string
	Year       string     // 年度: 2022
	Program    string     // name and version of the program; "" is left out
	Units      []Unit     // every unit, in the order in which all accounts list them
	Documents  []Document // of the whole run: 汇总/…
	Kept       []string   // folders of units that an earlier run published and this one had nothing for; told on the terminal only
	Skipped    []string   // files of the inbox that are no workbooks, below it, with slashes
}

// Unit is one unit and what became of it.
type Unit struct {
	Unit      unit.Unit
	Outcome   unit.Outcome
	Verdict   *unit.Verdict // nil when nothing came
	Documents []Document    // what was published for it: documents, its returned workbook, drafts
}

// Document is one published file.
type Document struct {
	Path   string // below the results folder, with slashes
	SHA256 string // of the file, hexadecimal
}

// findings are those of the unit, in their one order; none for a missing unit.
func (u *Unit) findings() finding.List {
	if u.Verdict == nil {
		return nil
	}
	return u.Verdict.Findings
}

// record is what was read of the unit; nil for a missing unit.
func (u *Unit) record() *unit.Record {
	if u.Verdict == nil {
		return nil
	}
	return u.Verdict.Record
}

// workbooks are the files that the unit sent.
func (u *Unit) workbooks() []unit.Workbook {
	if r := u.record(); r != nil && r.Submission != nil {
		return r.Submission.Workbooks
	}
	return nil
}

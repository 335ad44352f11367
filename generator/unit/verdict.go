package unit

import (
	"jixiao/generator/expr"
	"jixiao/generator/finding"
)

// Verdict is a record with its judgement.
type Verdict struct {
	Record   *Record
	Context  []Figure     // what the run knows of the unit: 单位编码, 任务年度, 在册, 参数 …
	Derived  []Figure     // 计算项, in the order of their sheet
	Findings finding.List // everything: of intake, extract and audit, sorted
}

// Outcome is what becomes of a unit.
type Outcome uint8

const (
	Accepted Outcome = iota // 通过
	Returned                // 退回
	Missing                 // 未报
)

// String is the outcome's name in run.json: accepted, returned, missing.
func (o Outcome) String() string { return [...]string{"accepted", "returned", "missing"}[o] }

// Chinese is the outcome's name in what users read: 通过, 退回, 未报.
func (o Outcome) Chinese() string { return [...]string{"通过", "退回", "未报"}[o] }

// Outcome decides: one error returns the unit.
func (v *Verdict) Outcome() Outcome {
	if v.Findings.Count(finding.Error) > 0 {
		return Returned
	}
	return Accepted
}

// Lookup makes a verdict a scope: the record, its derived fields, and the roster's figures under 名册.
func (v *Verdict) Lookup(name string) (expr.Binding, bool) {
	if name == "名册" {
		return expr.Binding{Current: Figures(v.Record.Submission.Unit.Figures)}, true
	}
	for _, own := range []Figures{v.Derived, v.Context} {
		if b, ok := own.Lookup(name); ok {
			return b, true
		}
	}
	return v.Record.Lookup(name)
}

// Slim returns the verdict without the contents of its workbooks, for what is
// made of all units together: a run holds every verdict, but only the workbooks
// of the units at work.
func (v *Verdict) Slim() *Verdict {
	sub := *v.Record.Submission
	sub.Workbooks = make([]Workbook, len(v.Record.Submission.Workbooks))
	for i, w := range v.Record.Submission.Workbooks {
		sub.Workbooks[i] = Workbook{Path: w.Path, SHA256: w.SHA256}
	}
	record := *v.Record
	record.Submission = &sub
	slim := *v
	slim.Record = &record
	return &slim
}

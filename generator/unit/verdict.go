package unit

import (
	"strings"

	"jixiao/generator/expr"
	"jixiao/generator/finding"
	"jixiao/generator/value"
)

// Verdict is a record with its judgement.
type Verdict struct {
	Record   *Record
	Context  []Figure     // what the run knows of the unit: 单位编码, 任务年度, 在册 …
	Settings Figures      // 参数, the same for all units
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

// Lookup makes a verdict a scope: the record, its derived fields, the roster's
// figures under 名册, and those of last year under 上年.
func (v *Verdict) Lookup(name string) (expr.Binding, bool) {
	switch name {
	case "名册":
		return expr.Binding{Current: listed(v.Record.Submission.Unit.Figures)}, true
	case "上年":
		return expr.Binding{Current: lastYear(v.Record.Submission.Unit.Figures)}, true
	}
	if v.Record.List(name) == nil { // no form has a list and a value of the same name
		found := v.Named(name)
		if found == nil {
			return expr.Binding{}, false
		}
		return expr.Binding{Value: *found}, true
	}
	return v.Record.Lookup(name)
}

// Named finds a single value by name as Value does; nil: there is none.
func (v *Verdict) Named(name string) *value.Value {
	hint := int32(eachKind) // derived fields go before all others
	return v.Value(name, &hint)
}

// eachKind parts the kinds of values in a hint: 0 fields, 1 derived, 2 context, 3 settings.
const eachKind = 1 << 16

// Value finds a derived field, a figure of the context, a setting or a field by name,
// first where the last record had it.
func (v *Verdict) Value(name string, hint *int32) *value.Value {
	kind, i := int(*hint)/eachKind, int(*hint)%eachKind
	if kind == 0 {
		if fields := v.Record.Fields; i < len(fields) && fields[i].Name == name {
			return &fields[i].Value
		}
	} else if figures := v.figures(kind); i < len(figures) && figures[i].Name == name {
		return &figures[i].Value
	}
	for kind := 1; kind <= 3; kind++ {
		figures := v.figures(kind)
		for i := range figures {
			if figures[i].Name == name {
				*hint = int32(kind*eachKind + i)
				return &figures[i].Value
			}
		}
	}
	*hint = 0
	return v.Record.Value(name, hint)
}

func (v *Verdict) figures(kind int) []Figure {
	switch kind {
	case 1:
		return v.Derived
	case 2:
		return v.Context
	}
	return v.Settings
}

// lastYear is what the roster holds of the unit's last year: its column 上年总分 is 上年.总分.
type lastYear []Figure

// Lookup finds a figure of last year; what the roster does not have is blank, for
// a new unit has no last year.
func (l lastYear) Lookup(name string) (expr.Binding, bool) {
	for _, f := range l {
		column, ok := strings.CutPrefix(f.Name, "上年")
		if !ok {
			continue
		}
		switch strings.TrimPrefix(column, ".") {
		case name, name + "(万元)", name + "（万元）":
			return expr.Binding{Value: f.Value}, true
		}
	}
	return expr.Binding{}, true
}

// listed is what the roster holds of a unit. What it does not hold is blank, so
// that one form serves rosters with and without a column.
type listed []Figure

// Lookup finds a figure of the roster, blank when there is none.
func (l listed) Lookup(name string) (expr.Binding, bool) {
	b, _ := Figures(l).Lookup(name)
	return b, true
}

// Slim returns the verdict without the contents of its workbooks, for what is
// made of all units together: a run holds every verdict, but only the workbooks
// of the units at work.
func (v *Verdict) Slim() *Verdict {
	sub := *v.Record.Submission
	sub.Workbooks = make([]Workbook, len(v.Record.Submission.Workbooks))
	for i, w := range v.Record.Submission.Workbooks {
		sub.Workbooks[i] = Workbook{Path: w.Path, SHA256: w.SHA256, Size: w.Size, Arrived: w.Arrived}
	}
	record := *v.Record
	record.Submission = &sub
	slim := *v
	slim.Record = &record
	return &slim
}

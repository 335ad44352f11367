// Package finding holds what is wrong with what a unit sent: a finding is one
// rule broken at one place, as a value. Findings are collected, sorted and only
// then decided upon; trouble with the machine is an error, never a finding.
package finding

import (
	"cmp"
	"slices"
)

// Level says what a finding does to its unit.
type Level uint8

const (
	Error    Level = iota // 错误: the unit is returned
	Notice                // 提示: shown, does not block
	Unjudged              // 未判: the rule could not be judged, and says why
)

// String is the level's name in run.json: error, notice, unjudged.
func (l Level) String() string { return [...]string{"error", "notice", "unjudged"}[l] }

// Chinese is the level's name in what users read: 错误, 提示, 未判.
func (l Level) Chinese() string { return [...]string{"错误", "提示", "未判"}[l] }

// Place is where a finding stands. Sheet and Cell are empty when the finding
// is about a whole workbook, all three when it is about the unit.
type Place struct {
	Workbook string // path of the workbook below the inbox, with slashes
	Sheet    string // sheet name as the unit calls it
	Cell     string // A1 reference
}

// Finding is one rule broken at one place.
type Finding struct {
	Rule       string // id of the rule: R-SC-01
	Name       string // short name of the rule: 得分不超分值
	Level      Level
	Place      Place
	Item       int      // 1-based number of the list item it is about; 0: none
	ItemName   string   // what that item is called: its 三级指标
	Filled     string   // what was filled
	Expected   string   // what it should be: "= 118", "≤ 10"
	Difference string   // by how much, for numbers
	Message    string   // what is wrong, where, and what to do
	SameCause  string   // 同源: id of the rule whose finding has the same cause
	Basis      string   // 依据: the source of the rule
	Amount     string   // for sums of money: the difference as an exact amount in 万元, else ""
	Fields     []string // names of the fields it depends on, in the order of the rule

	// Explanation is what the unit wrote about it (单位说明) when it sent its
	// workbook back. It makes a notice 已说明; an error stays one.
	Explanation string
}

// Explained reports whether the finding is 已说明: a notice that the unit has
// explained. Nobody needs to act on it, but it stays on record.
func (f *Finding) Explained() bool { return f.Level == Notice && f.Explanation != "" }

// State is what users read as the finding's level: 错误, 提示, 已说明, 未判.
func (f *Finding) State() string {
	if f.Explained() {
		return "已说明"
	}
	return f.Level.Chinese()
}

// List is a collection of findings of one unit or one run.
type List []Finding

// Sorted is the findings of all lists in their one order: level, then workbook, then the
// order in which the rules were judged is kept for equal keys.
func Sorted(lists ...List) List {
	n := 0
	for _, l := range lists {
		n += len(l)
	}
	if n == 0 {
		return nil
	}
	order := make([]*Finding, 0, n) // findings are large: each moves once
	for _, l := range lists {
		for i := range l {
			order = append(order, &l[i])
		}
	}
	slices.SortStableFunc(order, compare)
	out := make(List, n)
	for i := range order {
		out[i] = *order[i]
	}
	return out
}

func compare(a, b *Finding) int {
	return cmp.Or(cmp.Compare(a.Level, b.Level), cmp.Compare(a.Place.Workbook, b.Place.Workbook))
}

// Count returns how many findings have the level. Notices that are 已说明 are not
// among the notices: see CountExplained.
func (l List) Count(level Level) int {
	n := 0
	for i := range l {
		if l[i].Level == level && !l[i].Explained() {
			n++
		}
	}
	return n
}

// CountExplained returns how many notices are 已说明.
func (l List) CountExplained() int {
	n := 0
	for i := range l {
		if l[i].Explained() {
			n++
		}
	}
	return n
}

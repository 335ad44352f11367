package report

import (
	"cmp"
	"slices"

	"github.com/shopspring/decimal"

	"jixiao/generator/finding"
	"jixiao/generator/unit"
	"jixiao/generator/value"
)

// Summary counts a run: units by outcome, findings by what is to be done about
// them. A notice that its unit has explained counts as explained only.
type Summary struct {
	Accepted  int `json:"accepted"`
	Returned  int `json:"returned"`
	Missing   int `json:"missing"`
	Errors    int `json:"errors"`
	Notices   int `json:"notices"`
	Explained int `json:"explained"`
	Unjudged  int `json:"unjudged"`
}

// Summary counts the run's units and findings.
func (r *Run) Summary() Summary {
	var s Summary
	for i := range r.Units {
		u := &r.Units[i]
		switch u.Outcome {
		case unit.Accepted:
			s.Accepted++
		case unit.Returned:
			s.Returned++
		case unit.Missing:
			s.Missing++
		}
		l := u.findings()
		s.Errors += l.Count(finding.Error)
		s.Notices += l.Count(finding.Notice)
		s.Explained += l.CountExplained()
		s.Unjudged += l.Count(finding.Unjudged)
	}
	return s
}

// Units is how many units there are in all.
func (s Summary) Units() int { return s.Accepted + s.Returned + s.Missing }

// Findings is how many findings there are in all.
func (s Summary) Findings() int { return s.Errors + s.Notices + s.Explained + s.Unjudged }

// title names the run: 2022年度整体支出. The year may not be known.
func (r *Run) title() string {
	if r.Year == "" {
		return r.Form
	}
	return r.Year + "年度" + r.Form
}

// ruleTally is how often one rule was broken. A rule that is an error here and
// unjudged there has two tallies, and so have two rules that share an id.
type ruleTally struct {
	ID, Name string
	Level    finding.Level
	Basis    string
	Units    int // units in which it was broken
	Times    int // places at which it was broken

	Explained int // of them those that are 已说明
}

// rules tallies the run's findings by rule: errors first, then the most frequent.
func (r *Run) rules() []ruleTally {
	type key struct {
		id, name string
		level    finding.Level
	}
	index := map[key]int{}
	lastUnit := map[key]int{}
	var tallies []ruleTally
	for n := range r.Units {
		for _, f := range r.Units[n].findings() {
			k := key{f.Rule, f.Name, f.Level}
			i, known := index[k]
			if !known {
				i = len(tallies)
				index[k] = i
				tallies = append(tallies, ruleTally{ID: f.Rule, Name: f.Name, Level: f.Level, Basis: f.Basis})
			}
			tallies[i].Times++
			if f.Explained() {
				tallies[i].Explained++
			}
			if last, seen := lastUnit[k]; !seen || last != n {
				tallies[i].Units++
				lastUnit[k] = n
			}
		}
	}
	slices.SortStableFunc(tallies, func(a, b ruleTally) int {
		return cmp.Or(cmp.Compare(a.Level, b.Level), cmp.Compare(b.Times, a.Times), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Name, b.Name))
	})
	return tallies
}

// scoreField is the field, filled or derived, that holds a unit's total score.
// A form without it has no distribution.
const scoreField = "总分"

// score is the unit's total score; derived fields go before filled ones.
func (u *Unit) score() (decimal.Decimal, bool) {
	if u.Verdict == nil {
		return decimal.Decimal{}, false
	}
	for _, d := range u.Verdict.Derived {
		if d.Name == scoreField {
			return d.Value.Number()
		}
	}
	if r := u.record(); r != nil {
		if f := r.Field(scoreField); f != nil {
			return f.Value.Number()
		}
	}
	return decimal.Decimal{}, false
}

// grade is one band of scores.
type grade struct {
	Name string
	From decimal.Decimal // inclusive; up to the band above it
	Span string          // as people write it
}

// grades of 财预〔2020〕10号 第十八条, best first. The bounds are half-open, so that 89.5 is 良.
var grades = []grade{
	{"优", decimal.NewFromInt(90), "90（含）—100分"},
	{"良", decimal.NewFromInt(80), "80（含）—90分"},
	{"中", decimal.NewFromInt(60), "60（含）—80分"},
	{"差", decimal.Zero, "60分以下"},
}

// Bins of the histogram: one below firstBin, then every binWidth up to 100, which is in the last.
const (
	firstBin = 60
	binWidth = 5
	binCount = 1 + (100-firstBin)/binWidth
)

// scores is the distribution of the total scores of the accepted units. The
// figures of a returned unit are not believed, and so not counted.
type scores struct {
	Count                  int
	Left                   int // accepted units whose score is not a number from 0 to 100
	Mean, Median, Min, Max decimal.Decimal
	Bins                   [binCount]int
	Grades                 [4]int // parallel to grades
}

// scores gathers the distribution.
func (r *Run) scores() scores {
	var s scores
	var all []decimal.Decimal
	hundred := decimal.NewFromInt(100)
	for i := range r.Units {
		u := &r.Units[i]
		if u.Outcome != unit.Accepted {
			continue
		}
		n, ok := u.score()
		if !ok || n.IsNegative() || n.GreaterThan(hundred) {
			s.Left++
			continue
		}
		all = append(all, n)
		s.Bins[bin(n)]++
		for g := range grades {
			if n.GreaterThanOrEqual(grades[g].From) {
				s.Grades[g]++
				break
			}
		}
	}
	s.Count = len(all)
	if s.Count == 0 {
		return s
	}
	slices.SortFunc(all, decimal.Decimal.Cmp)
	s.Min, s.Max = all[0], all[len(all)-1]
	mid := len(all) / 2
	s.Median = all[mid]
	if len(all)%2 == 0 {
		s.Median = decimal.Avg(all[mid-1], all[mid])
	}
	s.Mean = decimal.Avg(all[0], all[1:]...)
	return s
}

// bin is the bar of the histogram that a score from 0 to 100 belongs to.
func bin(n decimal.Decimal) int {
	i := int(n.IntPart())
	if i < firstBin {
		return 0
	}
	return min(1+(i-firstBin)/binWidth, binCount-1)
}

// nothing names the kind of nothing that a value is; "" for a value.
func nothing(v value.Value) string {
	switch v.Kind() {
	case value.Blank:
		return "空"
	case value.NotApplicable:
		return "不适用"
	case value.Unjudged:
		return "未判"
	}
	return ""
}

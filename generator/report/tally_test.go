package report

import (
	"slices"
	"testing"

	"jixiao/generator/finding"
	"jixiao/generator/unit"
	"jixiao/generator/value"
)

func TestSummary(t *testing.T) {
	t.Parallel()
	s := fixture().Summary()
	if want := (Summary{Accepted: 8, Returned: 2, Missing: 2, Errors: 9, Notices: 14, Explained: 1, Unjudged: 1}); s != want {
		t.Errorf("got %+v, want %+v", s, want)
	}
	if s.Units() != 12 || s.Findings() != 25 {
		t.Errorf("%d units, %d findings", s.Units(), s.Findings())
	}
}

func TestRulesAreTalliedByLevel(t *testing.T) {
	t.Parallel()
	r := fixture()
	// The same rule is an error in one unit and could not be judged in another.
	r.Units[0].Verdict.Findings = append(r.Units[0].Verdict.Findings, fault(finding.Unjudged, "R-SC-01", "得分不超分值", "H16", "", "", "", ""))
	tallies := r.rules()
	if !slices.IsSortedFunc(tallies, func(a, b ruleTally) int { return int(a.Level) - int(b.Level) }) {
		t.Error("errors do not come first")
	}
	find := func(id string, level finding.Level) ruleTally {
		for _, t := range tallies {
			if t.ID == id && t.Level == level {
				return t
			}
		}
		return ruleTally{}
	}
	for _, c := range []struct {
		id           string
		level        finding.Level
		units, times int
	}{
		{"R-SC-01", finding.Error, 1, 2}, {"R-SC-01", finding.Unjudged, 1, 1}, {"R-CM-05", finding.Notice, 4, 4}, {"R-IN-04", finding.Notice, 4, 4},
	} {
		if got := find(c.id, c.level); got.Units != c.units || got.Times != c.times {
			t.Errorf("%s %s: %d units, %d times; want %d, %d", c.id, c.level, got.Units, got.Times, c.units, c.times)
		}
	}
	// Two rules of one id are told apart in the tally and filtered together.
	r.Units[0].Verdict.Findings = append(r.Units[0].Verdict.Findings, fault(finding.Notice, "R-CM-07", "身份证号", "A25", "", "", "", ""))
	tallies = r.rules()
	if got := find("R-CM-07", finding.Notice); got.Name != "隐私" || got.Times != 2 {
		t.Errorf("%+v", got)
	}
	if list := choices(tallies); !slices.Contains(list, choiceView{"R-CM-07", "隐私、身份证号"}) || !slices.Contains(list, choiceView{"R-SC-01", "得分不超分值"}) {
		t.Errorf("choices %v", list)
	}
	if first := byFrequency(tallies)[0]; first.ID != "R-CM-05" {
		t.Errorf("most frequent is %s", first.ID)
	}
}

// scored is a run of accepted units with those totals.
func scored(totals ...string) *Run {
	r := &Run{}
	for _, total := range totals {
		v := verdict(unit.Unit{Name: "青禾区档案馆"}, total, nil)
		r.Units = append(r.Units, Unit{Outcome: unit.Accepted, Verdict: v})
	}
	return r
}

func TestScores(t *testing.T) {
	t.Parallel()
	r := scored("0", "59.99", "60", "79.99", "80", "89.5", "90", "94.99", "95", "100", "-1", "100.01")
	r.Units = append(r.Units, fixture().Units[1]) // returned: its 98 is not believed
	s := r.scores()
	if s.Count != 10 || s.Left != 2 {
		t.Errorf("%d counted, %d left; want 10, 2", s.Count, s.Left)
	}
	if want := [binCount]int{2, 1, 0, 0, 1, 1, 1, 2, 2}; s.Bins != want {
		t.Errorf("bins %v, want %v", s.Bins, want)
	}
	if want := [4]int{4, 2, 2, 2}; s.Grades != want { // 89.5 is 良
		t.Errorf("grades %v, want %v", s.Grades, want)
	}
	if got := [4]string{round(s.Mean), round(s.Median), round(s.Min), round(s.Max)}; got != [4]string{"74.95", "84.75", "0", "100"} {
		t.Errorf("mean, median, min, max: %v", got)
	}
	if view := newScoresView((&Run{}).scores()); view != nil {
		t.Error("a run without scores has a distribution")
	}
}

func TestDerivedTotalGoesFirst(t *testing.T) {
	t.Parallel()
	r := scored("98")
	v := r.Units[0].Verdict
	v.Derived = append(v.Derived, unit.Figure{Name: scoreField, Value: num("88")})
	if got, ok := r.Units[0].score(); !ok || got.String() != "88" {
		t.Errorf("got %v %v", got, ok)
	}
	v.Derived[len(v.Derived)-1].Value = value.Unknown("没有总分", "")
	if _, ok := r.Units[0].score(); ok {
		t.Error("an unjudged total was counted")
	}
}

func TestNothingIsNotZero(t *testing.T) {
	t.Parallel()
	for want, v := range map[string]value.Value{"空": {}, "不适用": value.NA(), "未判": value.Unknown("", ""), "": num("0")} {
		if got := nothing(v); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

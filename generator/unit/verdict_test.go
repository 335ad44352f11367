package unit

import (
	"testing"

	"jixiao/generator/expr"
	"jixiao/generator/value"
)

// TestLastYear: 上年.总分 is the roster's column 上年总分, and blank where the roster has none.
func TestLastYear(t *testing.T) {
	t.Parallel()
	figures := []Figure{
		{"年初预算数", value.Int(308)}, {"上年年初预算数", value.Int(173)}, {"上年.总分", value.Int(95)}, {"上年全年执行数（万元）", value.Int(200)}, {"总分", value.Int(1)},
	}
	v := &Verdict{Record: &Record{Submission: &Submission{Unit: Unit{Figures: figures}}}}
	for _, c := range []struct{ src, want string }{
		{"上年.年初预算数", "173"}, {"上年.总分", "95"}, {"上年.全年执行数", "200"}, {"名册.年初预算数", "308"}, {"名册.上年年初预算数", "173"},
		{"空(上年.等级)", "是"}, {"空(上年.基本支出)", "是"}, {"非 空(上年.总分) 且 上年.总分 > 90", "是"},
	} {
		e, err := expr.Parse(c.src)
		if err != nil {
			t.Fatal(err)
		}
		if got := e.Eval(v).String(); got != c.want {
			t.Errorf("%s = %q, want %q", c.src, got, c.want)
		}
	}
}

// TestValueAgreesWithLookup: finding a value by its place gives what its name gives, with any hint.
func TestValueAgreesWithLookup(t *testing.T) {
	t.Parallel()
	record := func(names ...string) *Record {
		r := &Record{Submission: &Submission{}}
		for i, n := range names {
			r.Fields = append(r.Fields, Field{Name: n, Value: value.Int(int64(i))})
		}
		return r
	}
	verdicts := []*Verdict{
		{Record: record("甲", "乙", "丙"), Context: []Figure{{"丁", value.Int(10)}}, Derived: []Figure{{"戊", value.Int(20)}}},
		{Record: record("丙", "甲"), Context: []Figure{{"己", value.Int(11)}, {"丁", value.Int(12)}}, Derived: []Figure{{"庚", value.Int(21)}, {"戊", value.Int(22)}}},
		{Record: record("戊", "丁", "乙"), Derived: []Figure{{"乙", value.Int(23)}}},
	}
	for _, name := range []string{"甲", "乙", "丙", "丁", "戊", "己", "庚", "辛"} {
		var hint int32
		for round := range 6 {
			v := verdicts[round%3]
			want, known := v.Lookup(name)
			if got := v.Value(name, &hint); (got != nil) != known || known && got.String() != want.Value.String() {
				t.Errorf("round %d: %s is %v, want %v %q", round, name, got, known, want.Value.String())
			}
		}
	}
}

package expr

import (
	"strings"
	"testing"
)

// TestExamples runs the example of every function in the table.
func TestExamples(t *testing.T) {
	t.Parallel()
	all := Functions()
	if len(all) < 40 {
		t.Fatalf("only %d functions", len(all))
	}
	for _, f := range all {
		if f.Name == "" || f.Args == "" || f.Text == "" || f.Example == "" || f.Result == "" {
			t.Errorf("%s: something is not documented: %+v", f.Name, f)
			continue
		}
		s := Scope(sampleScope())
		e, err := Parse(f.Example)
		if err != nil {
			t.Errorf("%s: %v", f.Example, err)
			continue
		}
		if got := shown(e.Eval(s)); got != f.Result {
			t.Errorf("%s\n got %s\nwant %s", f.Example, got, f.Result)
		}
		if !strings.Contains(e.String(), f.Name) && !strings.Contains(f.Example, f.Name) {
			t.Errorf("the example of %s does not use it: %s", f.Name, f.Example)
		}
	}
}

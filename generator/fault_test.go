package generator

import (
	"context"
	"testing"

	"jixiao/generator/form"
	"jixiao/generator/ooxml"
	"jixiao/generator/unit"
)

// TestProgramFault: a fault of the program in one unit returns that unit with
// its own workbook, says so, and publishes nothing else of it.
func TestProgramFault(t *testing.T) {
	t.Parallel()
	broken := *builtin(t)
	broken.Documents = []form.Template{{File: "单位/坏.docx"}} // neither Word nor Excel: rendering it panics
	run, err := Run(context.Background(), Job{Form: &broken, Inbox: []string{inbox(t, 2)}, Out: t.TempDir(), Limits: ooxml.DefaultLimits()}, &quiet{})
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range run.Units {
		if u.Outcome != unit.Returned || len(u.Documents) != 1 || u.Verdict.Findings[0].Rule != "R-SYS-01" {
			t.Errorf("%s: %v, %v, %v", u.Unit.Name, u.Outcome, u.Documents, u.Verdict.Findings)
		}
	}
}

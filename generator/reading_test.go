package generator

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"jixiao/generator/ooxml"
	"jixiao/generator/unit"
)

// TestReadings: a file that was in hand when so many runs died is refused unread, in
// whichever stage that was; fewer deaths, or another file under its name, are read.
func TestReadings(t *testing.T) {
	t.Parallel()
	f := builtin(t)
	for _, c := range []struct {
		name    string
		stage   string
		deaths  int
		changed bool
		program string
		refused bool
	}{
		{"never", assigning, 0, false, "", false},
		{"three deaths", assigning, 3, false, "", false},
		{"four deaths", assigning, 4, false, "", true},
		{"four deaths while judging", judging, 4, false, "", true},
		{"another file since", assigning, 4, true, "", false},
		{"another program", assigning, 4, false, "jixiao 2", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			job := Job{Form: f, Inbox: []string{inbox(t, 2)}, Out: t.TempDir(), Limits: ooxml.DefaultLimits(), Program: "jixiao 1"}
			for range c.deaths {
				s, err := Begin(job)
				if err != nil {
					t.Fatal(err)
				}
				files, _, err := s.list()
				if err != nil {
					t.Fatal(err)
				}
				if files, err = s.withoutPoison(files); err != nil {
					t.Fatal(err)
				}
				if _, err := s.readings.begin(c.stage, files[:1]); err != nil { // and never ended
					t.Fatal(err)
				}
				if err := s.results.Close(); err != nil {
					t.Fatal(err)
				}
			}
			first := filepath.Join(job.Inbox[0], "0000.xlsx")
			if c.changed {
				if err := os.Chtimes(first, time.Time{}, time.Now().Add(-time.Hour)); err != nil {
					t.Fatal(err)
				}
			}
			if c.program != "" {
				job.Program = c.program
			}
			for range 2 { // a refusal lasts
				run, err := Run(t.Context(), job, &quiet{})
				if err != nil {
					t.Fatal(err)
				}
				accepted, refused := 0, 0
				for _, u := range run.Units {
					if u.Outcome == unit.Accepted {
						accepted++
					} else if u.Verdict.Findings[0].Rule == "R-SYS-02" && strings.HasPrefix(u.Verdict.Findings[0].Message, "程序读取这个文件时中断了4次，没有再读。") {
						refused++
					}
				}
				if c.refused != (refused == 1) || accepted+refused != 2 {
					t.Errorf("%d accepted, %d refused", accepted, refused)
				}
			}
			left, err := os.ReadDir(filepath.Join(job.Out, filepath.FromSlash(readingFolder)))
			if want := map[bool]int{true: 1}[c.refused]; err != nil || len(left) != want {
				t.Errorf("%d counts are left, want %d: %v", len(left), want, err)
			}
		})
	}
}

package schedule_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	_ "time/tzdata"

	"github.com/gofrs/flock"

	"jixiao/generator/publish"
	"jixiao/generator/schedule"
)

func nightly(t *testing.T, at, zone string) schedule.Nightly {
	t.Helper()
	z, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	n, ok := schedule.ParseAt(at, z)
	if !ok {
		t.Fatalf("%s is no time of day", at)
	}
	return n
}

// TestDue holds when the run of a date is due, on nights whose clocks change too.
func TestDue(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ zone, at, date, due string }{
		{"Asia/Shanghai", "02:00", "2026-11-23", "2026-11-22T18:00:00Z"},
		{"Asia/Shanghai", "00:00", "2026-11-23", "2026-11-22T16:00:00Z"},
		{"Asia/Shanghai", "23:59", "2026-11-23", "2026-11-23T15:59:00Z"},
		{"UTC", "02:00", "2024-02-29", "2024-02-29T02:00:00Z"},
		// China itself had summer time: 1986-05-04 02:00 was skipped.
		{"Asia/Shanghai", "02:30", "1986-05-04", "1986-05-03T18:00:00Z"},
		// Spring forward: 02:00 to 03:00 is skipped, the run is due at 03:00.
		{"America/New_York", "01:59", "2026-03-08", "2026-03-08T06:59:00Z"},
		{"America/New_York", "02:00", "2026-03-08", "2026-03-08T07:00:00Z"},
		{"America/New_York", "02:30", "2026-03-08", "2026-03-08T07:00:00Z"},
		{"America/New_York", "03:00", "2026-03-08", "2026-03-08T07:00:00Z"},
		{"America/New_York", "03:30", "2026-03-08", "2026-03-08T07:30:00Z"},
		// Fall back: 01:00 to 02:00 comes twice, the run is due the first time.
		{"America/New_York", "01:00", "2026-11-01", "2026-11-01T05:00:00Z"},
		{"America/New_York", "01:30", "2026-11-01", "2026-11-01T05:30:00Z"},
		{"America/New_York", "02:00", "2026-11-01", "2026-11-01T07:00:00Z"},
		{"Europe/Berlin", "02:30", "2026-03-29", "2026-03-29T01:00:00Z"},
		{"Europe/Berlin", "02:30", "2026-10-25", "2026-10-25T00:30:00Z"},
		// Half an hour, in the southern spring.
		{"Australia/Lord_Howe", "02:15", "2026-10-04", "2026-10-03T15:30:00Z"},
		// Midnight itself is skipped.
		{"America/Santiago", "00:30", "2026-09-06", "2026-09-06T04:00:00Z"},
		// A whole day was skipped: 2011-12-30 never was in Apia.
		{"Pacific/Apia", "02:00", "2011-12-30", "2011-12-30T10:00:00Z"},
		{"Pacific/Apia", "02:00", "2011-12-31", "2011-12-30T12:00:00Z"},
	} {
		d, ok := schedule.ParseDate(c.date)
		if !ok {
			t.Fatalf("%s is no date", c.date)
		}
		if got := nightly(t, c.at, c.zone).Due(d).UTC().Format(time.RFC3339); got != c.due {
			t.Errorf("%s %s %s: due %s, want %s", c.zone, c.at, c.date, got, c.due)
		}
	}
}

// TestNext holds which run comes next, whatever the clock says.
func TestNext(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, zone, through, now string
		date, due                string
		missed                   int
	}{
		{"the day after", "Asia/Shanghai", "2026-11-22", "2026-11-22T08:00:00+08:00", "2026-11-23", "2026-11-23T02:00:00+08:00", 0},
		{"a minute before", "Asia/Shanghai", "2026-11-22", "2026-11-23T01:59:00+08:00", "2026-11-23", "2026-11-23T02:00:00+08:00", 0},
		{"due now", "Asia/Shanghai", "2026-11-22", "2026-11-23T02:00:00+08:00", "2026-11-23", "2026-11-23T02:00:00+08:00", 0},
		{"done already", "Asia/Shanghai", "2026-11-23", "2026-11-23T02:00:00+08:00", "2026-11-24", "2026-11-24T02:00:00+08:00", 0},
		{"missed by hours", "Asia/Shanghai", "2026-11-22", "2026-11-23T09:00:00+08:00", "2026-11-23", "2026-11-23T02:00:00+08:00", 0},
		{"missed for a week, made up for once", "Asia/Shanghai", "2026-11-15", "2026-11-23T01:00:00+08:00", "2026-11-22", "2026-11-22T02:00:00+08:00", 6},
		{"another day in UTC", "Asia/Shanghai", "2026-11-22", "2026-11-22T18:00:00Z", "2026-11-23", "2026-11-23T02:00:00+08:00", 0},
		{"over the end of the year", "Asia/Shanghai", "2026-12-31", "2026-12-31T12:00:00+08:00", "2027-01-01", "2027-01-01T02:00:00+08:00", 0},
		{"forward a day", "Asia/Shanghai", "2026-11-23", "2026-11-24T03:00:00+08:00", "2026-11-24", "2026-11-24T02:00:00+08:00", 0},
		{"back by five seconds over the due time", "Asia/Shanghai", "2026-11-23", "2026-11-23T01:59:55+08:00", "2026-11-24", "2026-11-24T02:00:00+08:00", 0},
		{"back by an hour", "Asia/Shanghai", "2026-11-23", "2026-11-23T01:00:00+08:00", "2026-11-24", "2026-11-24T02:00:00+08:00", 0},
		{"back by a day: a night later, not two", "Asia/Shanghai", "2026-11-23", "2026-11-22T02:10:00+08:00", "2026-11-23", "2026-11-23T02:00:00+08:00", 0},
		{"a run in a year that never was", "Asia/Shanghai", "2099-01-01", "2026-11-23T09:00:00+08:00", "2026-11-24", "2026-11-24T02:00:00+08:00", 0},
		{"a clock that starts in 1970", "Asia/Shanghai", "2026-11-23", "1970-01-01T08:00:00+08:00", "1970-01-02", "1970-01-02T02:00:00+08:00", 0},
		{"the skipped hour, before", "America/New_York", "2026-03-07", "2026-03-08T01:59:59-05:00", "2026-03-08", "2026-03-08T03:00:00-04:00", 0},
		{"the skipped hour, after", "America/New_York", "2026-03-08", "2026-03-08T03:00:00-04:00", "2026-03-09", "2026-03-09T02:00:00-04:00", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			now, err := time.Parse(time.RFC3339, c.now)
			if err != nil {
				t.Fatal(err)
			}
			d, due, missed := nightly(t, "02:00", c.zone).Next(schedule.Date(c.through), now)
			if string(d) != c.date || due.Format(time.RFC3339) != c.due || missed != c.missed {
				t.Errorf("%s at %s, %d missed; want %s at %s, %d missed", d, due.Format(time.RFC3339), missed, c.date, c.due, c.missed)
			}
		})
	}
}

// TestDoubledHour runs once in the night that has 01:30 twice.
func TestDoubledHour(t *testing.T) {
	t.Parallel()
	n := nightly(t, "01:30", "America/New_York")
	start := time.Date(2026, 10, 31, 12, 0, 0, 0, n.Zone)
	through := schedule.Date("2026-10-31")
	var ran []string
	for now := start; now.Before(start.Add(72 * time.Hour)); now = now.Add(time.Minute) {
		if d, due, _ := n.Next(through, now); !due.After(now) {
			through = d
			ran = append(ran, now.Format(time.RFC3339))
		}
	}
	want := "2026-11-01T01:30:00-04:00 2026-11-02T01:30:00-05:00 2026-11-03T01:30:00-05:00"
	if got := strings.Join(ran, " "); got != want {
		t.Errorf("ran %s, want %s", got, want)
	}
}

// TestWrong refuses what is no time and no date.
func TestWrong(t *testing.T) {
	t.Parallel()
	for _, at := range []string{"", "2", "24:00", "02:60", "2:0", "02:00:00", "-1:00", " 02:00"} {
		if _, ok := schedule.ParseAt(at, time.UTC); ok {
			t.Errorf("%q is a time of day", at)
		}
	}
	for _, d := range []string{"", "2026-02-30", "2026-2-3", "20261123", "2026-11-23T00:00"} {
		if _, ok := schedule.ParseDate(d); ok {
			t.Errorf("%q is a date", d)
		}
	}
}

// bench is a loop in a bubble: its clock is the bubble's, moved by shift.
type bench struct {
	schedule.Loop
	shift time.Duration
	fails int // runs that are to fail before one succeeds
	takes time.Duration
	log   []string // runs, with the clock's time in UTC
	told  []string
}

func newBench(root string, n schedule.Nightly) *bench {
	b := &bench{}
	b.Loop = schedule.Loop{Nightly: n, Root: root, Now: func() time.Time { return time.Now().Add(b.shift) }}
	b.Run = func(ctx context.Context, d schedule.Date) error {
		b.log = append(b.log, fmt.Sprintf("%s@%s", d, b.Now().UTC().Format("01-02T15:04")))
		time.Sleep(b.takes)
		if b.fails > 0 {
			b.fails--
			return errors.New("磁盘已满")
		}
		return context.Cause(ctx)
	}
	b.Tell = func(e schedule.Event) {
		b.told = append(b.told, fmt.Sprintf("%d %s %d %v", e.Kind, e.Date, e.Missed, e.Err))
	}
	return b
}

// TestServe lets nights pass in a bubble, which begins on 2000-01-01 at midnight UTC.
func TestServe(t *testing.T) {
	t.Parallel()
	day := 24 * time.Hour
	for _, c := range []struct {
		name string
		do   func(b *bench, serve func(for_ time.Duration))
		runs string
	}{
		{"three nights", func(b *bench, serve func(time.Duration)) { serve(3 * day) },
			"2000-01-02@01-01T18:00 2000-01-03@01-02T18:00 2000-01-04@01-03T18:00"},
		{"off for three nights, made up for at once", func(b *bench, serve func(time.Duration)) {
			serve(time.Hour)
			time.Sleep(3 * day)
			serve(day)
		}, "2000-01-04@01-04T01:00 2000-01-05@01-04T18:00"},
		{"stopped and started between: nothing twice", func(b *bench, serve func(time.Duration)) {
			for range 19 {
				serve(3*time.Hour + 7*time.Minute)
			}
		}, "2000-01-02@01-01T18:00 2000-01-03@01-02T18:00"},
		{"the clock goes back an hour in the night", func(b *bench, serve func(time.Duration)) {
			serve(18*time.Hour + 10*time.Minute)
			b.shift = -time.Hour
			serve(day)
		}, "2000-01-02@01-01T18:00"},
		{"the clock goes back a day", func(b *bench, serve func(time.Duration)) {
			serve(18*time.Hour + 10*time.Minute)
			b.shift = -day
			serve(day)
		}, "2000-01-02@01-01T18:00 2000-01-02@01-01T18:00"},
		{"the clock goes forward a day: at the next look", func(b *bench, serve func(time.Duration)) {
			serve(time.Hour)
			go func() { time.Sleep(time.Hour + time.Second); b.shift = day }()
			serve(3 * time.Hour)
		}, "2000-01-02@01-02T02:00"},
		{"a run over the next one's time", func(b *bench, serve func(time.Duration)) {
			b.takes = 25 * time.Hour
			serve(4 * day)
		}, "2000-01-02@01-01T18:00 2000-01-03@01-02T19:00 2000-01-04@01-03T20:00 2000-01-05@01-04T21:00"},
		{"failing twice, tried again after ten minutes", func(b *bench, serve func(time.Duration)) {
			b.fails = 2
			serve(2 * day)
		}, "2000-01-02@01-01T18:00 2000-01-02@01-01T18:10 2000-01-02@01-01T18:20 2000-01-03@01-02T18:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			root := t.TempDir()
			n := nightly(t, "02:00", "Asia/Shanghai")
			synctest.Test(t, func(t *testing.T) {
				b := newBench(root, n)
				why := errors.New("told to stop")
				c.do(b, func(for_ time.Duration) {
					ctx, stop := context.WithTimeoutCause(t.Context(), for_, why)
					defer stop()
					if err := b.Serve(ctx); !errors.Is(err, why) {
						t.Errorf("it ended with %v", err)
					}
				})
				if got := strings.Join(b.log, " "); got != c.runs {
					t.Errorf("ran %s\nwant %s\ntold %q", got, c.runs, b.told)
				}
			})
		})
	}
}

// TestOnce is what cron and timers call.
func TestOnce(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	n := nightly(t, "02:00", "Asia/Shanghai")
	synctest.Test(t, func(t *testing.T) {
		b := newBench(root, n)
		step := func(what string, wantRan bool, wantErr error, runs string) {
			t.Helper()
			b.log = nil
			ran, err := b.Once(t.Context())
			if got := strings.Join(b.log, " "); ran != wantRan || !errors.Is(err, wantErr) || got != runs {
				t.Errorf("%s: %v, %v, ran %s; want %v, %v, %s", what, ran, err, got, wantRan, wantErr, runs)
			}
		}
		step("never before: the latest", true, nil, "2000-01-01@01-01T00:00")
		step("again: done", false, nil, "")
		time.Sleep(18 * time.Hour)
		step("the next night", true, nil, "2000-01-02@01-01T18:00")
		time.Sleep(5 * 24 * time.Hour)
		step("after five nights: once", true, nil, "2000-01-07@01-06T18:00")
		if last := b.told[len(b.told)-2]; last != "1 2000-01-07 4 <nil>" {
			t.Errorf("told %s", last)
		}
		time.Sleep(24 * time.Hour)
		other := flock.New(filepath.Join(root, ".jixiao/schedule.lock"))
		if held, err := other.TryLock(); !held || err != nil {
			t.Fatal(held, err)
		}
		step("another is at it", false, publish.ErrHeld, "")
		if err := other.Close(); err != nil {
			t.Fatal(err)
		}
		b.fails = 1
		if _, err := b.Once(t.Context()); err == nil {
			t.Error("a run that failed is not told")
		}
		step("not done by failing", true, nil, "2000-01-08@01-07T18:00")
		if err := os.WriteFile(filepath.Join(root, ".jixiao/schedule.json"), []byte(`{"version":1,"through":"2000-99-99"}`), 0o644); err != nil {
			t.Fatal(err)
		}
		step("what was done is lost: one run too many", true, nil, "2000-01-08@01-07T18:00")

		b.log = nil
		for _, d := range []schedule.Date{"2000-01-05", "2000-01-09", "2000-01-05"} {
			if err := b.For(t.Context(), d); err != nil {
				t.Error(err)
			}
		}
		if got := strings.Join(b.log, " "); got != "2000-01-05@01-07T18:00 2000-01-09@01-07T18:00 2000-01-05@01-07T18:00" {
			t.Errorf("dates asked for: %s", got)
		}
		time.Sleep(24 * time.Hour)
		step("a date of the future was not done early", true, nil, "2000-01-09@01-08T18:00")
	})
}

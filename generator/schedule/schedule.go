// Package schedule says when the nightly run is due, and runs it.
//
//	a time of day, a zone ─┐
//	the clock             ─┼─► Nightly.Next ─► which business date, due when ─► Loop ─► the run
//	done up to which date ─┘
//
// A run is for a business date. It is due once a date: at the time of day, in the
// zone; on a night whose clocks skip that time, as soon as they have gone forward;
// on one that has it twice, the first time. However many were missed while the
// machine was off, one run makes up for them. What was done is kept on disk, below
// the folder that the run works on; the clock is only looked at, never trusted: it
// may go forward, back, or stand in a wrong year.
//
//	schedule.go  when: pure functions of clock, zone and what was done
//	state.go     up to which date it is done, on disk; no two runs at once
//	loop.go      waiting and running
package schedule

import (
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// Date is a business date: 2026-11-23. Dates compare as text.
type Date string

const dateForm = "2006-01-02"

// ParseDate reads 2026-11-23.
func ParseDate(text string) (Date, bool) {
	t, err := time.Parse(dateForm, text)
	return Date(text), err == nil && t.Format(dateForm) == text
}

// dateOf is the date that a calendar on the wall shows.
func dateOf(t time.Time) Date { return Date(t.Format(dateForm)) }

// add is so many days later.
func (d Date) add(days int) Date {
	t, _ := time.Parse(dateForm, string(d)) // a Date is one
	return dateOf(t.AddDate(0, 0, days))
}

// days are the days from one date to a later one.
func (d Date) days(later Date) int {
	a, _ := time.Parse(dateForm, string(d)) // a Date is one
	b, _ := time.Parse(dateForm, string(later))
	return int(b.Sub(a).Hours() / 24)
}

// Nightly is a run once a day.
type Nightly struct {
	Hour, Minute int
	Zone         *time.Location
}

var atPattern = regexp.MustCompile(`^([01]?\d|2[0-3])[:：]([0-5]\d)$`)

// ParseAt reads a time of day: 02:00.
func ParseAt(text string, zone *time.Location) (Nightly, bool) {
	m := atPattern.FindStringSubmatch(text)
	if m == nil {
		return Nightly{}, false
	}
	n := Nightly{Zone: zone}
	n.Hour, _ = strconv.Atoi(m[1]) // two digits
	n.Minute, _ = strconv.Atoi(m[2])
	return n, true
}

// String is 02:00 Asia/Shanghai.
func (n Nightly) String() string { return fmt.Sprintf("%02d:%02d %s", n.Hour, n.Minute, n.Zone) }

// Due is when the run of a date is due.
func (n Nightly) Due(d Date) time.Time {
	day, _ := time.Parse(dateForm, string(d)) // a Date is one
	wall := time.Date(day.Year(), day.Month(), day.Day(), n.Hour, n.Minute, 0, 0, time.UTC)
	// The zone's clocks show the time at one of the two instants that its offsets
	// of the days around give, at both, or, when it is skipped, at neither.
	var instants [2]time.Time
	for i, around := range []time.Duration{-24 * time.Hour, 24 * time.Hour} {
		_, offset := wall.Add(around).In(n.Zone).Zone()
		instants[i] = wall.Add(-time.Duration(offset) * time.Second).In(n.Zone)
	}
	if instants[1].Before(instants[0]) {
		instants[0], instants[1] = instants[1], instants[0]
	}
	for _, t := range instants {
		if dateOf(t) == d && t.Hour() == n.Hour && t.Minute() == n.Minute {
			return t
		}
	}
	_, forward := instants[0].ZoneBounds()
	return forward
}

// latest is the last date whose run is due by now.
func (n Nightly) latest(now time.Time) Date {
	d := dateOf(now.In(n.Zone)).add(1)
	for n.Due(d).After(now) {
		d = d.add(-1)
	}
	return d
}

// back is how far a clock may have been put back before what it says is done
// counts as not yet done. Less than that is a correction; after more, runs would
// stay away for longer than a night and a half.
const back = 12 * time.Hour

// Next is the run that comes next when everything is done through a date: for
// which date, when it is due (in the past for one that was missed), and how many
// dates before it went by without a run.
func (n Nightly) Next(through Date, now time.Time) (d Date, due time.Time, missed int) {
	through = n.believed(through, now)
	latest := n.latest(now)
	if through < latest {
		return latest, n.Due(latest), through.days(latest) - 1
	}
	return through.add(1), n.Due(through.add(1)), 0
}

// believed is the date through which everything is done, or the latest when the
// clock was put back so far that this lies in the future.
func (n Nightly) believed(through Date, now time.Time) Date {
	if n.Due(through).After(now.Add(back)) {
		return n.latest(now)
	}
	return through
}

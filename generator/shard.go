package generator

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"jixiao/generator/report"
	"jixiao/generator/unit"
)

// Shard is one part of a job that several processes or machines share: the Index-th
// of Count, counted from 1. The zero Shard is the whole job. All files of one unit
// are in one shard, and a unit stays in its shard whatever else is sent.
type Shard struct{ Index, Count int }

var shardPattern = regexp.MustCompile(`^(\d{1,6})/(\d{1,6})$`)

// ParseShard reads 3/8.
func ParseShard(text string) (Shard, bool) {
	m := shardPattern.FindStringSubmatch(text)
	if m == nil {
		return Shard{}, false
	}
	var s Shard
	s.Index, _ = strconv.Atoi(m[1]) // at most six digits
	s.Count, _ = strconv.Atoi(m[2])
	return s, s.Index >= 1 && s.Index <= s.Count
}

func (s Shard) set() bool { return s.Count > 0 }

// String is 3/8; "" for the whole job.
func (s Shard) String() string {
	if !s.set() {
		return ""
	}
	return fmt.Sprintf("%d/%d", s.Index, s.Count)
}

// name is the shard's name in file names.
func (s Shard) name() string { return fmt.Sprintf("%d-of-%d", s.Index, s.Count) }

// has reports whether a unit belongs to the shard: by a hash of its code, or else its name.
func (s Shard) has(u unit.Unit) bool {
	key := u.Code
	if key == "" {
		key = u.Name
	}
	sum := sha256.Sum256([]byte(key))
	return binary.BigEndian.Uint64(sum[:8])%uint64(s.Count) == uint64(s.Index-1)
}

// shardRecord is what a finished shard leaves for Merge, beside the receipts and
// verdicts of its units. It is written last: until it stands, the shard is not done.
type shardRecord struct {
	Version  int        `json:"version"`
	Shard    Shard      `json:"shard"`
	Plan     string     `json:"plan"` // hash of the plan, which lies in plans/
	RunID    string     `json:"run_id"`
	Finished string     `json:"finished"`
	Units    []delivery `json:"units"`
}

// delivery is one unit of a shard.
type delivery struct {
	Receipt string `json:"receipt"`
	Verdict string `json:"verdict"` // its hash, which the receipt names too
}

// Names below the state folder.
func (s Shard) recordFile() string { return "shards/" + s.name() + ".json" }
func planFile(sum string) string   { return "plans/" + sum + ".json" }

// announce tells that the run begins; what a shard left on an earlier run is no
// longer its result.
func (s *Session) announce(p *plan) error {
	s.tell(told{stage: "run", code: codeStart})
	if s.results == nil || !s.job.Shard.set() {
		return nil
	}
	return s.results.DropState(s.job.Shard.recordFile())
}

// deliver leaves a shard's result for Merge.
func (s *Session) deliver(p *plan, run *report.Run) error {
	data, sum, err := p.encode()
	if err != nil {
		return err
	}
	if err := s.results.State(planFile(sum), data); err != nil {
		return err
	}
	record := shardRecord{Version: 1, Shard: s.job.Shard, Plan: sum, RunID: s.id, Finished: s.now(), Units: []delivery{}}
	for _, e := range p.of(s.job.Shard) {
		receipt, err := s.results.Receipt(e.Folder)
		if err != nil {
			return err
		}
		record.Units = append(record.Units, delivery{e.Folder, receipt.Verdict})
	}
	if data, err = json.MarshalIndent(record, "", " "); err != nil {
		return err
	}
	return s.results.State(s.job.Shard.recordFile(), append(data, '\n'))
}

// Share is a number of units, or a percentage of them.
type Share struct {
	Most    int
	Percent bool
	Given   bool // the zero Share is no limit
}

var sharePattern = regexp.MustCompile(`^(\d{1,9})([%％]?)$`)

// ParseShare reads 20 or 50%.
func ParseShare(text string) (Share, bool) {
	m := sharePattern.FindStringSubmatch(text)
	if m == nil {
		return Share{}, false
	}
	most, _ := strconv.Atoi(m[1]) // at most nine digits
	s := Share{Most: most, Percent: m[2] != "", Given: true}
	return s, !s.Percent || s.Most <= 100
}

// String is the share as it was written.
func (s Share) String() string {
	if s.Percent {
		return strconv.Itoa(s.Most) + "%"
	}
	return strconv.Itoa(s.Most)
}

func (s Share) set() bool { return s.Given }

func (s Share) exceeded(part, whole int) bool {
	if s.Percent {
		return int64(part)*100 > int64(s.Most)*int64(whole)
	}
	return part > s.Most
}

// TooManyReturnedError says that more units would be returned than the job allows:
// probably the form is not the one that they filled in. Nothing was published.
type TooManyReturnedError struct {
	Returned int // when the limit was passed
	Units    int // that sent something
	Limit    Share
}

// Error gives the figures.
func (e *TooManyReturnedError) Error() string {
	return fmt.Sprintf("报来的%d家里至少有%d家要退回，超过了上限 %s，没有发布任何成果", e.Units, e.Returned, e.Limit)
}

// tooMany reads and judges all units before the first is published. That is done
// twice then, which is cheap beside rendering, and keeps nothing in memory.
func (s *Session) tooMany(ctx context.Context, entries []*entry) error {
	senders := 0
	for _, e := range entries {
		if e.Parcel != nil {
			senders++
		}
	}
	var returned atomic.Int64
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(s.workers())
	for _, e := range entries {
		if e.Parcel == nil {
			continue
		}
		g.Go(func() error {
			if err := context.Cause(ctx); err != nil {
				return err
			}
			v, err := s.inHand(ctx, *e.Parcel, e.Folder)
			if err = errors.Join(err, s.readings.letGo(e.Folder)); err != nil {
				return err
			}
			if v.Outcome() != unit.Returned {
				return nil
			}
			if n := int(returned.Add(1)); s.job.MaxReturned.exceeded(n, senders) {
				return &TooManyReturnedError{Returned: n, Units: senders, Limit: s.job.MaxReturned}
			}
			return nil
		})
	}
	return g.Wait()
}

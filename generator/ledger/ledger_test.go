package ledger_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"jixiao/generator/ledger"
	"jixiao/generator/publish"
	"jixiao/generator/unit"
)

// put publishes one unit the way a run does.
func put(t *testing.T, root, name, outcome, finished string, findings ...publish.Result) {
	t.Helper()
	r, err := publish.Open(root, "")
	if err != nil {
		t.Fatal(err)
	}
	folder := "单位/" + name
	if outcome == "returned" {
		folder = "退回/" + name
	}
	receipt := publish.Receipt{
		Name: name, Unit: publish.Sender{Code: "21900" + string('0'+rune(len(name)%10)), Name: name, OnRoster: true}, Outcome: outcome, Year: "2022",
		Form: publish.Form{Name: "整体支出"}, Program: publish.Program{Version: "jixiao 1"}, Folder: folder,
		Inputs:   []publish.File{{Path: "收/" + name + ".xlsx", SHA256: publish.Hash([]byte(name + finished)), Size: 7}},
		Findings: findings, Errors: len(findings), Finished: finished,
	}
	if err := r.Publish(publish.Package{Receipt: receipt, Documents: []unit.Document{{Path: folder + "/表.docx", Data: []byte(finished)}}}); err != nil {
		t.Fatal(err)
	}
	if err := r.State("runs/"+strings.NewReplacer("-", "", ":", "").Replace(finished)+"/manifest.json",
		fmt.Appendf(nil, `{"run_id":%q,"form":{"name":"整体支出"},"started":%q,"ended":%q,"result":"finished","counts":{"accepted":1,"returned":2,"missing":3},"units":[{"done":"published"},{"done":"standing"}]}`, finished, finished, finished)); err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
}

// told is everything that a ledger says, as one text.
func told(t *testing.T, l *ledger.Ledger) string {
	t.Helper()
	ctx := context.Background()
	units, err := l.Units(ctx)
	if err != nil {
		t.Fatal(err)
	}
	all := []any{units}
	for _, u := range units {
		h, err := l.History(ctx, u.Name)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, h)
	}
	last, err := l.LastRun(ctx)
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.MarshalIndent(append(all, last), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func open(t *testing.T, root string, rebuild bool) *ledger.Ledger {
	t.Helper()
	l, err := ledger.Open(context.Background(), root, rebuild)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func closed(t *testing.T, l *ledger.Ledger) {
	t.Helper()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

var wrong = publish.Result{Rule: "R-SC-01", Name: "得分不超分值", Level: "error", Workbook: "收/甲局.xlsx", Sheet: "表", Cell: "H16", Message: "得分大于分值"}

// TestHistory follows one unit over three rounds, with the ledger opened between
// them, and holds it against one that is made anew.
func TestHistory(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	put(t, root, "甲局", "returned", "2026-11-20T09:00:00+08:00", wrong)
	closed(t, open(t, root, false))
	put(t, root, "甲局", "returned", "2026-11-21T09:00:00+08:00", wrong, wrong)
	put(t, root, "乙局（本级）", "accepted", "2026-11-21T10:00:00+08:00")
	closed(t, open(t, root, false))
	put(t, root, "甲局", "accepted", "2026-11-22T09:00:00+08:00")

	l := open(t, root, false)
	h, err := l.History(t.Context(), "甲局")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range h {
		got = append(got, fmt.Sprintf("%s %s %v %d %s %s", e.Finished[:10], e.Outcome, e.Current, len(e.Findings), e.Inputs[0].Path, e.Documents[0].Path))
	}
	want := []string{
		"2026-11-22 accepted true 0 收/甲局.xlsx 单位/甲局/表.docx",
		"2026-11-21 returned false 2 收/甲局.xlsx 退回/甲局/表.docx",
		"2026-11-20 returned false 1 收/甲局.xlsx 退回/甲局/表.docx",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("history:\n%s", strings.Join(got, "\n"))
	}
	if f := h[2].Findings[0]; f != (ledger.Finding{Rule: "R-SC-01", Name: "得分不超分值", Level: "error", Workbook: "收/甲局.xlsx", Sheet: "表", Cell: "H16", Message: "得分大于分值"}) {
		t.Errorf("finding: %+v", f)
	}
	last, err := l.LastRun(t.Context())
	if err != nil || last == nil || last.ID != "2026-11-22T09:00:00+08:00" || last.Published != 1 || last.Missing != 3 {
		t.Errorf("last run: %+v, %v", last, err)
	}
	grown := told(t, l)
	closed(t, l)
	l = open(t, root, true)
	if anew := told(t, l); anew != grown {
		t.Errorf("made anew:\n%s\ngrown:\n%s", anew, grown)
	}
	if len(l.Notices) > 0 {
		t.Errorf("notices: %q", l.Notices)
	}
	closed(t, l)
}

// TestFind finds units by what people have at hand.
func TestFind(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	put(t, root, "甲局", "returned", "2026-11-20T09:00:00+08:00", wrong)
	put(t, root, "甲局办公室", "accepted", "2026-11-20T09:01:00+08:00")
	l := open(t, root, false)
	defer closed(t, l)
	sum := publish.Hash([]byte("甲局2026-11-20T09:00:00+08:00"))
	for _, c := range []struct{ word, want string }{
		{"甲局", "甲局"},          // its name, though another's contains it
		{"甲局办", "甲局办公室"},      // a part of the name
		{"局", "甲局 甲局办公室"},     // a part of both
		{"甲局.xlsx", "甲局"},     // a file
		{"收/甲局.xlsx", "甲局"},   // a file with its folder
		{sum[:8], "甲局"},       // a hash as archives show it
		{sum[:7], ""},         // too short for one
		{"219006", "甲局"},      // a code
		{"%", ""}, {"_局", ""}, // no wildcards
		{"'; DROP TABLE receipts", ""},
	} {
		names, err := l.Find(t.Context(), c.word)
		if got := strings.Join(names, " "); err != nil || got != c.want {
			t.Errorf("%s: %q, %v; want %q", c.word, got, err, c.want)
		}
	}
}

// TestLastRun counts the units of a drop folder's round, and passes over rounds that had none.
func TestLastRun(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	for id, m := range map[string]string{
		"20261123T000000Z-aaaaaaaa": `"result":"finished","counts":{},"units":[{"outcome":"accepted","done":"published"},{"outcome":"returned","done":"standing"},{"outcome":"returned","done":"published"}]`,
		"20261123T000001Z-aaaaaaaa": `"result":"finished","counts":{},"units":null`,
	} {
		dir := filepath.Join(root, ".jixiao/runs", id)
		check(t, os.MkdirAll(dir, 0o755))
		check(t, os.WriteFile(filepath.Join(dir, "manifest.json"), []byte(`{"run_id":"`+id+`",`+m+`}`), 0o644))
	}
	l := open(t, root, false)
	last, err := l.LastRun(t.Context())
	if err != nil || last == nil || *last != (ledger.Run{ID: "20261123T000000Z-aaaaaaaa", Result: "finished", Accepted: 1, Returned: 2, Published: 2}) {
		t.Errorf("%+v, %v", last, err)
	}
	closed(t, l)
	dir := filepath.Join(root, ".jixiao/runs/20261123T000002Z-aaaaaaaa")
	check(t, os.MkdirAll(dir, 0o755))
	check(t, os.WriteFile(filepath.Join(dir, "manifest.json"), []byte(`{"run_id":"20261123T000002Z-aaaaaaaa","result":"ENOSPC"}`), 0o644))
	l = open(t, root, false)
	defer closed(t, l)
	if last, err = l.LastRun(t.Context()); err != nil || last == nil || last.Result != "ENOSPC" {
		t.Errorf("after a full disk: %+v, %v", last, err)
	}
}

// TestDamage makes a ledger anew that cannot be believed, and says so.
func TestDamage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		damage func(t *testing.T, root, db string)
		notice string // beginning of the only one; "" for none
	}{
		{"gone", func(t *testing.T, _, db string) { check(t, os.Remove(db)) }, ""},
		{"empty", func(t *testing.T, _, db string) { check(t, os.Truncate(db, 0)) }, ""},
		{"no database", func(t *testing.T, _, db string) {
			check(t, os.WriteFile(db, []byte(strings.Repeat("不是数据库", 999)), 0o644))
		}, "台账已损坏，已按回执重新生成（"},
		{"cut off", func(t *testing.T, _, db string) { check(t, os.Truncate(db, 9000)) }, "台账已损坏，已按回执重新生成（"},
		{"overwritten", func(t *testing.T, _, db string) {
			f, err := os.OpenFile(db, os.O_WRONLY, 0)
			check(t, err)
			_, err = f.WriteAt([]byte(strings.Repeat("\xff", 9000)), 4096)
			check(t, err)
			check(t, f.Close())
		}, "台账已损坏，已按回执重新生成（"},
		{"a folder in its place", func(t *testing.T, _, db string) {
			check(t, os.Remove(db))
			check(t, os.MkdirAll(filepath.Join(db, "x"), 0o755))
		}, "台账不能写在这里（"},
		{"a damaged receipt", func(t *testing.T, root, _ string) {
			check(t, os.WriteFile(filepath.Join(root, ".jixiao/receipts/丙局.json"), []byte("{"), 0o644))
		}, ".jixiao/receipts/丙局.json 读不出来，没有列入（已损坏）"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			root := t.TempDir()
			for i := range 30 {
				put(t, root, fmt.Sprintf("第%02d局", i), "returned", fmt.Sprintf("2026-11-20T09:00:%02d+08:00", i), wrong)
			}
			l := open(t, root, false)
			want := told(t, l)
			closed(t, l)
			c.damage(t, root, filepath.Join(root, filepath.FromSlash(ledger.Database)))
			l = open(t, root, false)
			defer closed(t, l)
			if got := told(t, l); got != want {
				t.Errorf("it says\n%s\nwant\n%s", got, want)
			}
			notice := strings.Join(l.Notices, "|")
			if c.notice == "" && notice != "" || !strings.HasPrefix(notice, c.notice) || len(l.Notices) > 1 {
				t.Errorf("notices: %q", l.Notices)
			}
		})
	}
}

// TestTogether opens one ledger from eight sides while units are published.
func TestTogether(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	put(t, root, "甲局", "returned", "2026-11-20T09:00:00+08:00", wrong)
	var g sync.WaitGroup
	for range 8 {
		g.Go(func() {
			for range 5 {
				l, err := ledger.Open(context.Background(), root, false)
				if err != nil {
					t.Error(err)
					return
				}
				if units, err := l.Units(context.Background()); err != nil || len(units) == 0 || len(l.Notices) > 0 {
					t.Errorf("%d units, %q, %v", len(units), l.Notices, err)
				}
				if err := l.Close(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for i := range 10 {
		put(t, root, "甲局", "returned", fmt.Sprintf("2026-11-20T10:00:%02d+08:00", i), wrong)
	}
	g.Wait()
	l := open(t, root, false)
	defer closed(t, l)
	if h, err := l.History(t.Context(), "甲局"); err != nil || len(h) != 11 {
		t.Errorf("%d events, %v", len(h), err)
	}
}

// TestElsewhere refuses what is no results folder.
func TestElsewhere(t *testing.T) {
	t.Parallel()
	if _, err := ledger.Open(t.Context(), t.TempDir(), false); err != ledger.ErrNoResults {
		t.Error(err)
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// BenchmarkOpen opens the ledger of 2,000 units of which one is new.
func BenchmarkOpen(b *testing.B) {
	root := b.TempDir()
	dir := filepath.Join(root, ".jixiao/receipts")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		b.Fatal(err)
	}
	write := func(i int) {
		data, err := json.Marshal(publish.Receipt{Version: 1, Name: fmt.Sprint(i), Outcome: "accepted", Inputs: []publish.File{{Path: "a"}}, Findings: []publish.Result{wrong, wrong}})
		if err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprint(i)+".json"), data, 0o644); err != nil {
			b.Fatal(err)
		}
	}
	for i := range 2000 {
		write(i)
	}
	next := 2000
	for b.Loop() {
		write(next)
		next++
		l, err := ledger.Open(b.Context(), root, false)
		if err != nil {
			b.Fatal(err)
		}
		if err := l.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "opens/s")
}

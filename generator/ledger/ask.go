package ledger

import (
	"context"
	"database/sql"
	"errors"
	"strings"
)

// Unit is one unit as it stands now. Its JSON is that of `jixiao status --json`.
type Unit struct {
	Name     string `json:"receipt"` // of its receipt: its folder
	Code     string `json:"code"`
	Unit     string `json:"name"`
	OnRoster bool   `json:"on_roster"`
	Outcome  string `json:"outcome"`
	Year     string `json:"year"`
	Folder   string `json:"folder"` // of its documents, below the root
	Errors   int    `json:"errors"`
	Notices  int    `json:"notices"`
	Unjudged int    `json:"unjudged"`
	Finished string `json:"finished"`
}

const unitColumns = "name, code, unit, on_roster, outcome, year, folder, errors, notices, unjudged, finished"

func (u *Unit) fields() []any {
	return []any{&u.Name, &u.Code, &u.Unit, &u.OnRoster, &u.Outcome, &u.Year, &u.Folder, &u.Errors, &u.Notices, &u.Unjudged, &u.Finished}
}

// Units are all units, by code and name.
func (l *Ledger) Units(ctx context.Context) ([]Unit, error) {
	rows, err := l.db.QueryContext(ctx, "SELECT "+unitColumns+" FROM receipts WHERE number = 0 AND source LIKE ? ORDER BY code = '', code, unit, name", receiptsFolder+"/%")
	return all(rows, err, func(u *Unit) []any { return u.fields() })
}

// Event is what became of a unit at one time. Its JSON is that of `jixiao status --json`.
type Event struct {
	Unit
	Current   bool      `json:"current"` // it stands now
	Form      string    `json:"form"`
	Program   string    `json:"program"`
	Inputs    []File    `json:"inputs"`
	Documents []File    `json:"documents"`
	Findings  []Finding `json:"findings"`
}

// File is one file that came in or went out.
type File struct {
	Path   string `json:"path"`
	SHA256 string `json:"sha256"`
	Size   int64  `json:"size"`
}

// Finding is one rule broken at one place.
type Finding struct {
	Rule     string `json:"rule"`
	Name     string `json:"name"`
	Level    string `json:"level"`
	Workbook string `json:"workbook"`
	Sheet    string `json:"sheet"`
	Cell     string `json:"cell"`
	Message  string `json:"message"`
}

// Find are the units that a word names: by code, name or folder; else those that
// sent a file of that name or whose SHA-256 begins so; else those whose name
// contains it.
func (l *Ledger) Find(ctx context.Context, word string) ([]string, error) {
	like := strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(word)
	for _, q := range []struct {
		query string
		args  []any
	}{
		{"SELECT DISTINCT name FROM receipts WHERE code = ?1 OR unit = ?1 OR name = ?1 ORDER BY name", []any{word}},
		{`SELECT DISTINCT name FROM receipts JOIN inputs USING (source)
			WHERE path = ?1 OR path LIKE ?2 ESCAPE '\' OR length(?1) >= 8 AND sha256 LIKE ?3 ESCAPE '\' ORDER BY name`, []any{word, "%/" + like, like + "%"}},
		{`SELECT DISTINCT name FROM receipts WHERE unit LIKE ? ESCAPE '\' ORDER BY name`, []any{"%" + like + "%"}},
	} {
		rows, err := l.db.QueryContext(ctx, q.query, q.args...)
		names, err := all(rows, err, func(s *string) []any { return []any{s} })
		if err != nil || len(names) > 0 {
			return names, err
		}
	}
	return nil, nil
}

// History is all that became of the unit of that folder, the newest first.
func (l *Ledger) History(ctx context.Context, name string) ([]Event, error) {
	type event struct {
		Event
		source string
	}
	rows, err := l.db.QueryContext(ctx, "SELECT "+unitColumns+", number = 0, form, program, source FROM receipts WHERE name = ? ORDER BY number <> 0, number DESC", name)
	found, err := all(rows, err, func(e *event) []any { return append(e.fields(), &e.Current, &e.Form, &e.Program, &e.source) })
	if err != nil {
		return nil, err
	}
	events := make([]Event, len(found))
	for i := range found {
		e := &found[i].Event
		for table, files := range map[string]*[]File{"inputs": &e.Inputs, "documents": &e.Documents} {
			rows, err := l.db.QueryContext(ctx, "SELECT path, sha256, size FROM "+table+" WHERE source = ? ORDER BY place", found[i].source)
			if *files, err = all(rows, err, func(f *File) []any { return []any{&f.Path, &f.SHA256, &f.Size} }); err != nil {
				return nil, err
			}
		}
		rows, err := l.db.QueryContext(ctx, "SELECT rule, name, level, workbook, sheet, cell, message FROM findings WHERE source = ? ORDER BY place", found[i].source)
		if e.Findings, err = all(rows, err, func(f *Finding) []any {
			return []any{&f.Rule, &f.Name, &f.Level, &f.Workbook, &f.Sheet, &f.Cell, &f.Message}
		}); err != nil {
			return nil, err
		}
		events[i] = *e
	}
	return events, nil
}

// Run is one run and how it ended. Its JSON is that of `jixiao status --json`.
type Run struct {
	ID        string `json:"run_id"`
	Form      string `json:"form"`
	Year      string `json:"year"`
	Shard     string `json:"shard"`
	Started   string `json:"started"`
	Ended     string `json:"ended"`
	Result    string `json:"result"`
	Error     string `json:"error"`
	Accepted  int    `json:"accepted"`
	Returned  int    `json:"returned"`
	Missing   int    `json:"missing"`
	Published int    `json:"published"`
}

// LastRun is the run that began last, of those that had a unit to work on or did
// not come to their end; nil when there is none.
func (l *Ledger) LastRun(ctx context.Context) (*Run, error) {
	var r Run
	err := l.db.QueryRowContext(ctx, `SELECT id, form, year, shard, started, ended, result, error, accepted, returned, missing, published FROM runs
		WHERE result <> 'finished' OR accepted + returned + missing > 0 ORDER BY substr(id, 1, 16) DESC, ended DESC, id DESC LIMIT 1`).
		Scan(&r.ID, &r.Form, &r.Year, &r.Shard, &r.Started, &r.Ended, &r.Result, &r.Error, &r.Accepted, &r.Returned, &r.Missing, &r.Published)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return &r, err
}

// all reads every row into a T, whose fields fields lists in the order of the columns.
func all[T any](rows *sql.Rows, err error, fields func(*T) []any) ([]T, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close() // its error is Err's
	out := []T{}
	for rows.Next() {
		var t T
		if err := rows.Scan(fields(&t)...); err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, rows.Err()
}

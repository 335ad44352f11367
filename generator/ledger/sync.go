package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"jixiao/generator/publish"
)

// Where the files lie that a ledger is made from.
const (
	receiptsFolder = publish.StateFolder + "/receipts"
	historyFolder  = publish.HistoryFolder
	runsFolder     = publish.StateFolder + "/runs"
)

// stamp tells a file that was replaced from one that was not.
type stamp struct{ size, mtime int64 }

// disk is what there is to make a ledger from.
type disk struct {
	folder *publish.Folder
	files  map[string]stamp
}

// list looks for receipts, those that were replaced, and manifests.
func list(folder *publish.Folder) (*disk, error) {
	d := &disk{folder, map[string]stamp{}}
	for _, dir := range []string{receiptsFolder, historyFolder, runsFolder} {
		err := fs.WalkDir(folder.FS(), dir, func(p string, e fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) {
				return nil // nothing yet, or a receipt that is being replaced
			}
			if err != nil {
				return err
			}
			if !e.Type().IsRegular() || path.Ext(p) != ".json" || dir == runsFolder && path.Base(p) != "manifest.json" {
				return nil
			}
			info, err := e.Info()
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			if err != nil {
				return err
			}
			d.files[p] = stamp{info.Size(), info.ModTime().UnixNano()}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return d, nil
}

// sync takes over what is new or was replaced, and drops what is gone, at once or not at all.
func (l *Ledger) sync(ctx context.Context, d *disk) error {
	if err := l.prepare(ctx, func(query string, args ...any) error {
		_, err := l.db.ExecContext(ctx, query, args...)
		return err
	}); err != nil {
		return err
	}
	known, err := l.known(ctx)
	if err != nil {
		return err
	}
	tx, err := l.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	e := &entering{ctx: ctx, tx: tx, prepared: map[string]*sql.Stmt{}}
	if err := e.all(d, known); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	return l.troubles(ctx)
}

func (l *Ledger) known(ctx context.Context) (map[string]stamp, error) {
	rows, err := l.db.QueryContext(ctx, "SELECT path, size, mtime FROM sources")
	if err != nil {
		return nil, err
	}
	defer rows.Close() // its error is Err's
	known := map[string]stamp{}
	for rows.Next() {
		var p string
		var s stamp
		if err := rows.Scan(&p, &s.size, &s.mtime); err != nil {
			return nil, err
		}
		known[p] = s
	}
	return known, rows.Err()
}

// troubles puts the files that could not be read among the notices.
func (l *Ledger) troubles(ctx context.Context) error {
	rows, err := l.db.QueryContext(ctx, "SELECT path, trouble FROM sources WHERE trouble <> '' ORDER BY path")
	if err != nil {
		return err
	}
	defer rows.Close() // its error is Err's
	for rows.Next() {
		var p, trouble string
		if err := rows.Scan(&p, &trouble); err != nil {
			return err
		}
		l.Notices = append(l.Notices, fmt.Sprintf("%s 读不出来，没有列入（%s）", p, trouble))
	}
	return rows.Err()
}

// entering is one transaction.
type entering struct {
	ctx      context.Context
	tx       *sql.Tx
	prepared map[string]*sql.Stmt
}

func (e *entering) do(query string, args ...any) error {
	s := e.prepared[query]
	if s == nil {
		var err error
		if s, err = e.tx.PrepareContext(e.ctx, query); err != nil {
			return err
		}
		e.prepared[query] = s // closed with the transaction
	}
	_, err := s.ExecContext(e.ctx, args...)
	return err
}

func (e *entering) all(d *disk, known map[string]stamp) error {
	for p := range known {
		if d.files[p] != known[p] {
			if err := e.do("DELETE FROM sources WHERE path = ?", p); err != nil {
				return err
			}
		}
	}
	names := make([]string, 0, len(d.files))
	for p := range d.files {
		if known[p] != d.files[p] {
			names = append(names, p)
		}
	}
	slices.Sort(names)
	for _, p := range names {
		if err := e.file(d, p); err != nil {
			return err
		}
	}
	return nil
}

// file enters one file; one that cannot be believed is entered as such.
func (e *entering) file(d *disk, p string) error {
	data, err := d.folder.ReadFile(p)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // replaced or swept away meanwhile: the next time
	}
	trouble := ""
	var receipt publish.Receipt
	var m manifest
	switch {
	case err != nil:
		trouble = err.Error()
	case strings.HasPrefix(p, runsFolder+"/"):
		if err := json.Unmarshal(data, &m); err != nil || m.RunID == "" {
			trouble = "已损坏"
		}
	default:
		if err := json.Unmarshal(data, &receipt); err != nil || receipt.Version != 1 || receipt.Name == "" {
			trouble = "已损坏"
		}
	}
	s := d.files[p]
	if err := e.do("INSERT INTO sources VALUES (?, ?, ?, ?)", p, s.size, s.mtime, trouble); err != nil || trouble != "" {
		return err
	}
	if strings.HasPrefix(p, runsFolder+"/") {
		return e.run(p, &m)
	}
	return e.receipt(p, &receipt)
}

func (e *entering) receipt(p string, r *publish.Receipt) error {
	number := 0
	if strings.HasPrefix(p, historyFolder+"/") {
		number, _ = strconv.Atoi(strings.TrimSuffix(path.Base(p), ".json")) // what is no number was not written by us: it counts as standing before all others
	}
	if err := e.do("INSERT INTO receipts VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", p, r.Name, number, r.Unit.Code, r.Unit.Name, r.Unit.OnRoster,
		r.Outcome, r.Year, r.Form.Name, r.Program.Version, r.Folder, r.Errors, r.Notices, r.Unjudged, r.Finished); err != nil {
		return err
	}
	for i, f := range r.Inputs {
		if err := e.do("INSERT INTO inputs VALUES (?,?,?,?,?)", p, i, f.Path, f.SHA256, f.Size); err != nil {
			return err
		}
	}
	for i, f := range r.Outputs {
		if err := e.do("INSERT INTO documents VALUES (?,?,?,?,?)", p, i, f.Path, f.SHA256, f.Size); err != nil {
			return err
		}
	}
	for i, f := range r.Findings {
		if err := e.do("INSERT INTO findings VALUES (?,?,?,?,?,?,?,?,?)", p, i, f.Rule, f.Name, f.Level, f.Workbook, f.Sheet, f.Cell, f.Message); err != nil {
			return err
		}
	}
	return nil
}

// manifest is as much of a run's manifest as the ledger wants.
type manifest struct {
	RunID string `json:"run_id"`
	Form  struct {
		Name string `json:"name"`
	} `json:"form"`
	Year    string `json:"year"`
	Shard   string `json:"shard"`
	Started string `json:"started"`
	Ended   string `json:"ended"`
	Result  string `json:"result"`
	Error   string `json:"error"`
	Counts  struct {
		Accepted int `json:"accepted"`
		Returned int `json:"returned"`
		Missing  int `json:"missing"`
	} `json:"counts"`
	Units []struct {
		Outcome string `json:"outcome"`
		Done    string `json:"done"`
	} `json:"units"`
}

func (e *entering) run(p string, m *manifest) error {
	published := 0
	// A round of a drop folder counts nothing but the units that it worked on.
	accepted, returned := m.Counts.Accepted, m.Counts.Returned
	round := accepted+returned+m.Counts.Missing == 0
	for _, u := range m.Units {
		if round && u.Outcome == "accepted" {
			accepted++
		} else if round && u.Outcome == "returned" {
			returned++
		}
		if u.Done == "published" {
			published++
		}
	}
	return e.do("INSERT INTO runs VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)", p, m.RunID, m.Form.Name, m.Year, m.Shard, m.Started, m.Ended,
		m.Result, m.Error, accepted, returned, m.Counts.Missing, published)
}

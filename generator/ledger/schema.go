package ledger

import (
	"context"
	"errors"
	"net/url"
	"path/filepath"
	"strings"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// schemaVersion changes with the tables; a ledger of another version is made anew.
const schemaVersion = 1

const schema = `
CREATE TABLE sources (   -- the files that the ledger was made from
	path  TEXT PRIMARY KEY,
	size  INTEGER NOT NULL,
	mtime INTEGER NOT NULL, -- nanoseconds
	trouble TEXT NOT NULL   -- why it could not be read
) WITHOUT ROWID;
CREATE TABLE receipts (
	source   TEXT PRIMARY KEY REFERENCES sources(path) ON DELETE CASCADE,
	name     TEXT NOT NULL,    -- the unit's folder
	number   INTEGER NOT NULL, -- in the unit's history, from 1; 0 stands now
	code     TEXT NOT NULL,
	unit     TEXT NOT NULL,
	on_roster INTEGER NOT NULL,
	outcome  TEXT NOT NULL,
	year     TEXT NOT NULL,
	form     TEXT NOT NULL,
	program  TEXT NOT NULL,
	folder   TEXT NOT NULL,
	errors   INTEGER NOT NULL,
	notices  INTEGER NOT NULL,
	unjudged INTEGER NOT NULL,
	finished TEXT NOT NULL     -- RFC 3339
) WITHOUT ROWID;
CREATE INDEX receipts_name ON receipts(name, number);
CREATE TABLE inputs (
	source TEXT NOT NULL REFERENCES receipts(source) ON DELETE CASCADE,
	place  INTEGER NOT NULL,
	path   TEXT NOT NULL,
	sha256 TEXT NOT NULL,
	size   INTEGER NOT NULL,
	PRIMARY KEY (source, place)
) WITHOUT ROWID;
CREATE INDEX inputs_sha256 ON inputs(sha256);
CREATE TABLE documents (
	source TEXT NOT NULL REFERENCES receipts(source) ON DELETE CASCADE,
	place  INTEGER NOT NULL,
	path   TEXT NOT NULL,
	sha256 TEXT NOT NULL,
	size   INTEGER NOT NULL,
	PRIMARY KEY (source, place)
) WITHOUT ROWID;
CREATE TABLE findings (
	source  TEXT NOT NULL REFERENCES receipts(source) ON DELETE CASCADE,
	place   INTEGER NOT NULL,
	rule    TEXT NOT NULL,
	name    TEXT NOT NULL,
	level   TEXT NOT NULL,
	workbook TEXT NOT NULL,
	sheet   TEXT NOT NULL,
	cell    TEXT NOT NULL,
	message TEXT NOT NULL,
	PRIMARY KEY (source, place)
) WITHOUT ROWID;
CREATE TABLE runs (
	source   TEXT PRIMARY KEY REFERENCES sources(path) ON DELETE CASCADE,
	id       TEXT NOT NULL,
	form     TEXT NOT NULL,
	year     TEXT NOT NULL,
	shard    TEXT NOT NULL,
	started  TEXT NOT NULL,
	ended    TEXT NOT NULL,
	result   TEXT NOT NULL,
	error    TEXT NOT NULL,
	accepted INTEGER NOT NULL,
	returned INTEGER NOT NULL,
	missing  INTEGER NOT NULL,
	published INTEGER NOT NULL -- units published anew; the others stood already
) WITHOUT ROWID;
`

// tables in the order in which they can be emptied.
var tables = []string{"findings", "documents", "inputs", "receipts", "runs", "sources"}

// damage is what SQLite's own check says is wrong with the file.
type damage string

// Error is what the check said.
func (d damage) Error() string { return string(d) }

// isDamage reports whether a ledger is to be made anew: its file is no longer a
// database, or its tables are not ours.
func isDamage(err error) bool {
	var d damage
	if errors.As(err, &d) {
		return true
	}
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH:
		return true
	}
	return false
}

// prepare makes the tables; those of another version are taken away first.
func (l *Ledger) prepare(ctx context.Context, run func(query string, args ...any) error) error {
	var version int
	if err := l.db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	if version == schemaVersion {
		return nil
	}
	for _, t := range tables {
		if err := run("DROP TABLE IF EXISTS " + t); err != nil {
			return err
		}
	}
	if err := run(schema); err != nil {
		return err
	}
	return run("PRAGMA user_version = 1")
}

// escaped is a file name as SQLite reads it in a URI.
func escaped(name string) string {
	name = filepath.ToSlash(name)
	if filepath.VolumeName(name) != "" {
		name = "/" + name
	}
	return strings.ReplaceAll((&url.URL{Path: name}).EscapedPath(), "?", "%3f")
}

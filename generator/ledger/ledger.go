// Package ledger is the index of a results folder: every file that came in,
// what became of it and when, with which findings and which documents. It is a
// SQLite file, .jixiao/ledger.db, made from what the runs leave on disk:
//
//	receipts/*.json          what stands now           ─┐
//	history/<unit>/*.json    what stood before it       ├─► ledger.db ─► Units, History, LastRun
//	runs/*/manifest.json     how each run ended        ─┘
//
// It is never the truth and nothing waits for it: it is brought up to date when
// somebody asks, holds nothing that is not in those files, and one that was lost,
// damaged or written by another version is made anew. Where it cannot be written
// (a folder on a read-only medium), it is made in memory.
//
//	ledger.go   opening, damage, one process at a time
//	schema.go   the tables
//	sync.go     what changed on disk since the last time
//	ask.go      the questions
package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
	_ "modernc.org/sqlite" // the driver "sqlite"

	"jixiao/generator/publish"
)

// Database is where the ledger lies below a results folder.
const Database = publish.StateFolder + "/ledger.db"

const lockFile = publish.StateFolder + "/ledger.lock"

// Ledger is an open index.
type Ledger struct {
	db *sql.DB

	// Notices say, for the user, what was odd about the ledger or what it is made
	// from: that it was damaged and made anew, that a receipt cannot be read.
	Notices []string
}

// ErrNoResults says that a folder is not one that jixiao published to.
var ErrNoResults = errors.New("不是 jixiao 的成果文件夹")

// Open opens the ledger of a results folder (or of a drop folder's root) and
// brings it up to date. rebuild makes it anew, whatever is there.
func Open(ctx context.Context, root string, rebuild bool) (*Ledger, error) {
	state := filepath.Join(root, publish.StateFolder)
	if info, err := os.Stat(state); errors.Is(err, os.ErrNotExist) || err == nil && !info.IsDir() {
		return nil, ErrNoResults
	} else if err != nil {
		return nil, err
	}
	folder, err := publish.Look(root)
	if err != nil {
		return nil, err
	}
	defer folder.Close() // it was only read
	disk, err := list(folder)
	if err != nil {
		return nil, err
	}
	// One process at a time brings it up to date. Without the lock, which a folder
	// that cannot be written has none of, nothing can be written either.
	lock := flock.New(filepath.Join(root, filepath.FromSlash(lockFile)))
	if err := lock.Lock(); err != nil {
		return inMemory(ctx, disk, "台账不能写在这里（"+err.Error()+"），这次在内存里生成")
	}
	defer lock.Close() // the lock is let go of with the process at the latest
	name := filepath.Join(root, filepath.FromSlash(Database))
	var notices []string
	if rebuild {
		if err := remove(name); err != nil {
			return nil, err
		}
	}
	l, err := open(ctx, name, disk)
	if err != nil && ctx.Err() == nil && isDamage(err) {
		notices = append(notices, "台账已损坏，已按回执重新生成（"+err.Error()+"）")
		if err := remove(name); err != nil {
			return nil, err
		}
		l, err = open(ctx, name, disk)
	}
	if err != nil && ctx.Err() == nil {
		return inMemory(ctx, disk, "台账不能写在这里（"+err.Error()+"），这次在内存里生成")
	}
	if err != nil {
		return nil, err
	}
	l.Notices = append(notices, l.Notices...)
	return l, nil
}

// open opens the file, makes the tables when they are not there, and takes over
// what changed on disk.
func open(ctx context.Context, name string, disk *disk) (_ *Ledger, err error) {
	l, err := connect("file:" + escaped(name) + "?_pragma=journal_mode(wal)&_pragma=busy_timeout(10000)&_pragma=foreign_keys(1)&_txlock=immediate")
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, l.db.Close())
		}
	}()
	var verdict string
	if err := l.db.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&verdict); err != nil {
		return nil, err
	}
	if verdict != "ok" {
		return nil, damage(verdict)
	}
	return l, l.sync(ctx, disk)
}

func inMemory(ctx context.Context, disk *disk, notice string) (*Ledger, error) {
	l, err := connect("file::memory:?_pragma=foreign_keys(1)")
	if err != nil {
		return nil, err
	}
	l.Notices = []string{notice}
	if err := l.sync(ctx, disk); err != nil {
		return nil, errors.Join(err, l.db.Close())
	}
	return l, nil
}

func connect(dsn string) (*Ledger, error) {
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1) // one memory database, and no lock against ourselves
	return &Ledger{db: db}, nil
}

// Close closes the ledger.
func (l *Ledger) Close() error { return l.db.Close() }

// remove takes the ledger away with what SQLite keeps beside it.
func remove(name string) error {
	for _, ending := range []string{"", "-wal", "-shm", "-journal"} {
		if err := os.Remove(name + ending); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("删除旧台账：%w", err)
		}
	}
	return nil
}

package publish

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// Names in a process's work folder: a unit's new folder, the old one that
// stepped aside for it, and the receipt that waits for both.
func (r *Results) staged(n int64) string  { return path.Join(r.work, fmt.Sprintf("new-%d", n)) }
func (r *Results) aside(n int64) string   { return path.Join(r.work, fmt.Sprintf("old-%d", n)) }
func (r *Results) pending(n int64) string { return path.Join(r.work, fmt.Sprintf("pending-%d", n)) }

func isPending(name string) bool { return strings.HasPrefix(name, "pending-") }

// sweep finishes or takes away what dead processes left: whoever can take the
// lock of a work folder knows that its owner is dead.
func (r *Results) sweep() error {
	entries, err := fs.ReadDir(r.root.FS(), workFolder)
	if err != nil {
		return err
	}
	own := r.work
	defer func() { r.work = own }()
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		r.work = path.Join(workFolder, e.Name())
		if r.work == own {
			if err := r.recoverWork(); err != nil {
				return err
			}
			continue
		}
		switch err := r.take(r.work+lockEnding, false); {
		case errors.Is(err, ErrHeld):
			continue // it lives
		case err != nil:
			return err
		}
		last := len(r.locks) - 1
		err := errors.Join(r.recoverWork(), r.locks[last].Close())
		r.locks = r.locks[:last]
		if err != nil {
			return err
		}
	}
	return nil
}

// recoverWork rolls forward what had got as far as a pending receipt, and removes the rest.
func (r *Results) recoverWork() error {
	entries, err := fs.ReadDir(r.root.FS(), r.work)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // its owner has just closed it
	}
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !isPending(e.Name()) {
			continue
		}
		number, err := strconv.ParseInt(strings.TrimPrefix(e.Name(), "pending-"), 10, 64)
		if err != nil {
			continue // nothing that this program writes
		}
		if err := r.recoverOne(number); err != nil {
			return fmt.Errorf("恢复上次中断的发布：%w", err)
		}
	}
	return r.root.RemoveAll(r.work)
}

func (r *Results) recoverOne(number int64) error {
	receipt, err := r.receiptAt(r.pending(number), "")
	var damaged *DamagedError
	if errors.As(err, &damaged) {
		return nil // a pending receipt is whole or not there: the disk lost it, and the unit is done anew
	}
	if err != nil {
		return err
	}
	before, err := r.before(receipt.Name)
	if err != nil {
		return err
	}
	placed, err := r.Stands(receipt)
	if err != nil {
		return err
	}
	if placed {
		return r.commit(number, receipt, before, true)
	}
	// The documents as they stand in the folder that was built.
	built := *receipt
	built.Outputs = slices.Clone(receipt.Outputs)
	for i := range built.Outputs {
		built.Outputs[i].Path = path.Join(r.staged(number), strings.TrimPrefix(built.Outputs[i].Path, receipt.Folder+"/"))
	}
	whole, err := r.Stands(&built)
	if err != nil {
		return err
	}
	if whole {
		return r.commit(number, receipt, before, false)
	}
	// Somebody has been at the documents since. What stepped aside comes back; the unit is done anew.
	if _, err := r.root.Lstat(receipt.Folder); errors.Is(err, fs.ErrNotExist) {
		if _, err := r.root.Lstat(r.aside(number)); err == nil {
			return r.place(r.aside(number), receipt.Folder)
		}
	}
	return nil
}

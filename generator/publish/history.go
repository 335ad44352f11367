package publish

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"

	"jixiao/generator/unit"
)

// HistoryFolder keeps the receipts that newer ones replaced, a folder a unit,
// numbered from 1 in the order in which they stood.
const HistoryFolder = StateFolder + "/history"

// keepReceipt keeps the receipt that is about to be replaced. That of all units
// together has no history. It may be done again: what is kept already is not kept twice.
func (r *Results) keepReceipt(name string, before *Receipt) error {
	if before == nil || name == "" {
		return nil
	}
	data, err := r.root.ReadFile(receiptPath(name))
	if err != nil {
		return err
	}
	dir := path.Join(HistoryFolder, name)
	kept, err := fs.ReadDir(r.root.FS(), dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if n := len(kept); n > 0 {
		last, err := r.root.ReadFile(path.Join(dir, kept[n-1].Name()))
		if err != nil {
			return err
		}
		if bytes.Equal(last, data) {
			return nil
		}
	}
	return r.file(unit.Document{Path: path.Join(dir, fmt.Sprintf("%06d.json", len(kept)+1)), Data: data})
}

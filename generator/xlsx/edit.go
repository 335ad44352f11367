package xlsx

import (
	"cmp"
	"slices"
)

// edit replaces data[start:end] by text.
type edit struct {
	start, end int
	text       []byte
}

// applyEdits returns data with the edits made; they do not overlap.
func applyEdits(data []byte, edits []edit) []byte {
	slices.SortStableFunc(edits, func(a, b edit) int { return cmp.Compare(a.start, b.start) })
	var out []byte
	at := 0
	for _, e := range edits {
		out = append(append(out, data[at:e.start]...), e.text...)
		at = e.end
	}
	return append(out, data[at:]...)
}

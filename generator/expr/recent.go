package expr

import (
	"hash/maphash"
	"sync/atomic"
)

// recent keeps what was last worked out of texts, for all records and all
// goroutines: units write 100% and 产出指标 as others did before. Each text has one
// slot, in which the next one that comes to it takes its place, so it never grows.
// What it gives is never changed.
type recent[T any] struct {
	slots [recentSlots]atomic.Pointer[worked[T]]
}

const (
	recentSlots  = 256
	longestShort = 64 // bytes of a text that others are likely to have too
)

type worked[T any] struct {
	text   string
	result T
}

var recentSeed = maphash.MakeSeed()

// of returns what work gives of the text, without asking it when that is known.
func (r *recent[T]) of(text string, work func(string) T) *T {
	slot := &r.slots[maphash.String(recentSeed, text)%recentSlots]
	if w := slot.Load(); w != nil && w.text == text {
		return &w.result
	}
	w := &worked[T]{text, work(text)}
	slot.Store(w)
	return &w.result
}

package publish

import (
	"context"
	"errors"
	"testing"
)

// TestHoldFinishesWhatTheDeadBegan: a process dies after its pending receipt. Who
// takes the unit's lock next finds that receipt as the last word, and nobody rolls
// it over what is published then.
func TestHoldFinishesWhatTheDeadBegan(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	share := func(as string) *Results {
		t.Helper()
		r, err := Open(dir, as)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	dead, next := share("watch-1"), share("watch-2")
	dead.killed = func(step string) bool { return step == "pending" }
	if err := dead.Publish(packed("单位/某局", "单位/某局/a.docx=一")); !errors.Is(err, errKilled) {
		t.Fatal(err)
	}
	dead.die(t)
	if r, err := next.Receipt("某局"); r != nil || err != nil {
		t.Fatal(r, err)
	}
	release, err := next.Hold(context.Background(), "某局")
	if err != nil {
		t.Fatal(err)
	}
	if r, err := next.Receipt("某局"); err != nil || r == nil || r.Outputs[0].SHA256 != Hash([]byte("一")) {
		t.Fatal(r, err)
	}
	if err := next.Publish(packed("单位/某局", "单位/某局/a.docx=二")); err != nil {
		t.Fatal(err)
	}
	other := share("watch-3")
	if _, err := other.TryHold(context.Background(), "某局"); !errors.Is(err, ErrHeld) {
		t.Errorf("the lock was taken twice: %v", err)
	}
	if again, err := other.TryHold(context.Background(), "别局"); err != nil {
		t.Error(err)
	} else if err := again(); err != nil {
		t.Error(err)
	}
	if err := errors.Join(release(), next.Close(), other.Close(), share("watch-1").Close()); err != nil {
		t.Fatal(err)
	}
	last := share("watch-4")
	r, err := last.Receipt("某局")
	if err != nil || r.Outputs[0].SHA256 != Hash([]byte("二")) {
		t.Errorf("%v, %v", r, err)
	}
	if whole, err := last.Stands(r); !whole || err != nil {
		t.Error("it does not stand", err)
	}
	if err := last.Close(); err != nil {
		t.Error(err)
	}
	if left := leftovers(t, dir); len(left) > 0 {
		t.Errorf("left: %q", left)
	}
}

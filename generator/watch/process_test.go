package watch

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/fsnotify/fsnotify"
)

// TestMain is the watching process that TestPoison starts, when it is told so.
func TestMain(m *testing.M) {
	if root := os.Getenv("WATCH_TEST_ROOT"); root != "" {
		os.Exit(poisoned(root))
	}
	os.Exit(m.Run())
}

// poisoned works off a folder, and dies of a file that says 毒, as a fault of the
// program would have it.
func poisoned(root string) int {
	opt := options(root)
	opt.Settle = time.Millisecond
	clerk := &clerk{work: func(f File) {
		if data, err := os.ReadFile(f.Path); err == nil && strings.HasPrefix(string(data), "毒") && !f.Refused {
			os.Exit(7)
		}
	}}
	f, err := Open(opt, clerk)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	if err := f.Pass(context.Background()); err != nil {
		fmt.Println(err)
		return 1
	}
	fmt.Println(strings.Join(clerk.got, "\n"))
	return 0
}

// TestPoison: a file that kills whoever reads it is refused after three deaths,
// without being read again; the files beside it are worked off.
func TestPoison(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	f := open(t, root, nil)
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a", "b", "c", "d"} {
		f.put(name+".xlsx", "好终")
	}
	f.put("c2.xlsx", "毒终")
	var said []byte
	deaths := 0
	for range 6 {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "WATCH_TEST_ROOT="+root)
		out, err := cmd.CombinedOutput()
		said = out
		if err == nil {
			break
		}
		if cmd.ProcessState.ExitCode() != 7 {
			t.Fatalf("%v\n%s", err, out)
		}
		deaths++
	}
	if deaths != Attempts || !strings.Contains(string(said), "c2.xlsx refused") || strings.Count(string(said), "refused") != 1 {
		t.Errorf("%d deaths\n%s", deaths, said)
	}
	all := names(tree(t, root))
	if len(all) != 5 || slices.ContainsFunc(all, func(n string) bool { return !strings.HasPrefix(n, "归档/") }) {
		t.Errorf("%q", all)
	}
	left, err := os.ReadDir(filepath.Join(root, ".jixiao", attemptsFolder))
	if err != nil || len(left) > 0 {
		t.Errorf("%v %v", left, err)
	}
}

// TestManyFiles: 50,000 files at once are all found, and memory does not
// grow with them.
func TestManyFiles(t *testing.T) {
	many := 2_000 // JIXIAO_FILES=50000 is for make test-faults: each is synced twice
	if n, err := strconv.Atoi(os.Getenv("JIXIAO_FILES")); err == nil {
		many = n
	}
	root := t.TempDir()
	inbox := filepath.Join(root, "收件")
	if err := os.MkdirAll(inbox, 0o755); err != nil {
		t.Fatal(err)
	}
	// One file under many names: links are made fastest.
	first := filepath.Join(root, "一.xlsx")
	if err := os.WriteFile(first, []byte("终"), 0o644); err != nil {
		t.Fatal(err)
	}
	for n := range many {
		if err := os.Link(first, filepath.Join(inbox, fmt.Sprintf("单位%05d.xlsx", n))); err != nil {
			t.Skip("no links here", err)
		}
	}
	opt := options(root)
	opt.Settle = 5 * time.Millisecond
	counter := &counting{}
	f, err := Open(opt, counter)
	if err != nil {
		t.Fatal(err)
	}
	runtime.GC()
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	counter.base = before.HeapInuse
	began := time.Now()
	if err := f.Pass(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d files in %v, most at once in mind %d, heap at most %d KB above the start", counter.files, time.Since(began).Round(time.Millisecond), counter.most, counter.peak>>10)
	if counter.files != many {
		t.Errorf("%d of %d files", counter.files, many)
	}
	if counter.peak > 24<<20 {
		t.Errorf("the heap grew by %d MB", counter.peak>>20)
	}
}

// TestEvents: a file event brings the next look forward, also of a folder that
// came later; without one the next look would be an hour away.
func TestEvents(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	f := open(t, root, func(o *Options) { o.Events, o.Poll, o.Settle = true, time.Hour, 5*time.Millisecond })
	arrived := make(chan string, 10)
	f.clerk.work = func(c File) { arrived <- c.Name }
	f.during(func() {
		for _, name := range []string{"a.xlsx", "水务局/b.xlsx", "水务局/c.xlsx"} {
			// The first look is at once; only what comes after it needs an event.
			time.Sleep(100 * time.Millisecond)
			f.put(name, "终")
			if got := <-arrived; got != name {
				t.Errorf("%s, want %s", got, name)
			}
		}
	})
	if len(f.events) > 0 {
		t.Logf("%v", f.events)
	}
}

// TestEventsLost: that events were lost is told once; looking finds what they were about.
func TestEventsLost(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	f := open(t, root, func(o *Options) { o.Poll, o.Settle = 5*time.Millisecond, time.Millisecond })
	w, err := fsnotify.NewWatcher()
	if err != nil {
		t.Skip("no events here", err)
	}
	wake := make(chan struct{}, 1)
	go f.relay(t.Context(), w, wake)
	for range 2 {
		w.Errors <- fsnotify.ErrEventOverflow
		<-wake // it is a hint too
	}
	arrived := make(chan string, 10)
	f.clerk.work = func(c File) { arrived <- c.Name }
	f.during(func() {
		for _, name := range []string{"a.xlsx", "b.xlsx"} {
			f.put(name, "终")
			<-arrived
		}
	})
	if got := f.codes(); !slices.Equal(got, []string{"events_lost"}) {
		t.Errorf("%q", got)
	}
}

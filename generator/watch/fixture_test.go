package watch

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// clerk is a worker that notes what it is given. A file's text says what becomes of it.
type clerk struct {
	mu    sync.Mutex
	began time.Time
	got   []string // "name=text" in the order in which they came
	when  map[string]time.Duration
	idle  int
	keep  int   // do not hand over so many times
	err   error // give this back, once
	work  func(File)
}

func (c *clerk) Work(_ context.Context, files []File, desk *Desk) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.err; err != nil {
		c.err = nil
		return err
	}
	for _, f := range files {
		data, err := os.ReadFile(f.Path)
		if err != nil {
			return err
		}
		if c.work != nil {
			c.work(f)
		}
		if c.keep > 0 {
			c.keep--
			continue
		}
		text := f.Name + "=" + string(data)
		if f.Refused {
			text = f.Name + " refused"
		}
		c.got = append(c.got, text)
		if c.when == nil {
			c.when = map[string]time.Duration{}
		}
		c.when[f.Name] = time.Since(c.began)
		if err := desk.Done(f, "某局"); err != nil {
			return err
		}
	}
	return nil
}

func (c *clerk) Idle(context.Context, bool) error { c.idle++; return nil }

// fixture is a drop folder whose files are whole when they end in “终”.
type fixture struct {
	t      *testing.T
	root   string
	clerk  *clerk
	events []Event
	*Folder
}

func options(root string) Options {
	return Options{
		Root: root, Inbox: "收件", Claims: "处理中", Archive: "归档", State: ".jixiao",
		Junk: func(name string) bool { return strings.HasPrefix(name, "~") || strings.HasPrefix(name, ".") },
		Whole: func(name string) (bool, error) {
			data, err := os.ReadFile(name)
			return bytes.HasSuffix(data, []byte("终")), err
		},
	}
}

func open(t *testing.T, root string, change func(*Options)) *fixture {
	t.Helper()
	f := &fixture{t: t, root: root, clerk: &clerk{began: time.Now()}}
	opt := options(root)
	opt.Tell = func(e Event) { f.events = append(f.events, e) }
	if change != nil {
		change(&opt)
	}
	var err error
	if f.Folder, err = Open(opt, f.clerk); err != nil {
		t.Fatal(err)
	}
	return f
}

func (f *fixture) put(name, text string) {
	f.t.Helper()
	file := filepath.Join(f.root, "收件", filepath.FromSlash(name))
	if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(text), 0o644)); err != nil {
		f.t.Fatal(err)
	}
}

// tree lists the files of the folder, without what jixiao keeps for itself.
func tree(t *testing.T, root string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && d.Name() == ".jixiao" {
			return fs.SkipDir
		}
		if err != nil || !d.Type().IsRegular() || strings.HasSuffix(p, lockEnding) {
			return err
		}
		data, err := os.ReadFile(p)
		rel, _ := filepath.Rel(root, p) // p lies below root
		all[filepath.ToSlash(rel)] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func names(all map[string]string) []string { return slices.Sorted(maps.Keys(all)) }

// during runs the watch while something is done to the folder.
func (f *fixture) during(do func()) {
	f.t.Helper()
	ctx, stop := context.WithCancel(f.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- f.Run(ctx) }()
	do()
	stop()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		f.t.Error(err)
	}
	if err := f.Close(); err != nil {
		f.t.Error(err)
	}
}

func (f *fixture) codes() (codes []string) {
	for _, e := range f.events {
		codes = append(codes, strings.TrimSpace(e.Code+" "+e.File))
	}
	return codes
}

// counting hands everything over, and measures.
type counting struct {
	files, most int
	base, peak  uint64
}

func (c *counting) Work(_ context.Context, files []File, desk *Desk) error {
	c.files += len(files)
	c.most = max(c.most, len(files))
	var now runtime.MemStats
	runtime.ReadMemStats(&now)
	if now.HeapInuse > c.base {
		c.peak = max(c.peak, now.HeapInuse-c.base)
	}
	for _, f := range files {
		if err := desk.Done(f, "某局"); err != nil {
			return err
		}
	}
	return nil
}

func (c *counting) Idle(context.Context, bool) error { return nil }

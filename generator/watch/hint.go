package watch

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"
)

// debounce gathers the events of one copying before the next look.
const debounce = 50 * time.Millisecond

// mostWatched bounds how many folders of the inbox are listened to; the system
// has a limit for all programs together.
const mostWatched = 200

// listen returns a channel that speaks when something may have happened in the
// inbox. It never speaks where there are no events, or no longer any: then
// polling alone has to do, and does.
func (f *Folder) listen(ctx context.Context) <-chan struct{} {
	wake := make(chan struct{}, 1)
	if !f.opt.Events {
		return wake
	}
	inbox := f.at(f.opt.Inbox)
	if kind := networkFileSystem(inbox); kind != "" {
		f.opt.Tell(Event{Code: "no_events", Text: "收件在网络共享（" + kind + "）上，没有文件事件，只靠定时查看"})
		return wake
	}
	w, err := fsnotify.NewWatcher()
	if err == nil {
		err = watchTree(w, inbox)
	}
	if err != nil {
		f.opt.Tell(Event{Code: "no_events", Text: "文件事件用不了，只靠定时查看", Err: err})
		if w != nil {
			_ = w.Close() // it was of no use
		}
		return wake
	}
	go f.relay(ctx, w, wake)
	return wake
}

// watchTree listens to the inbox and its folders.
func watchTree(w *fsnotify.Watcher, inbox string) error {
	if err := w.Add(inbox); err != nil {
		return err
	}
	n := 0
	err := filepath.WalkDir(inbox, func(p string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return nil // polling will tell
		}
		if n++; n > mostWatched || w.Add(p) != nil {
			return fs.SkipAll // polling sees the rest
		}
		return nil
	})
	return err
}

// relay turns events into hints. An overflowing queue is a hint too.
func (f *Folder) relay(ctx context.Context, w *fsnotify.Watcher, wake chan<- struct{}) {
	defer w.Close() // nothing was written
	var due <-chan time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case e, ok := <-w.Events:
			if !ok {
				return
			}
			if info, err := os.Lstat(e.Name); e.Has(fsnotify.Create) && err == nil && info.IsDir() && len(w.WatchList()) < mostWatched {
				_ = w.Add(e.Name) // a new folder; polling sees what this does not
			}
			if due == nil {
				due = time.After(debounce)
			}
		case _, ok := <-w.Errors:
			if !ok {
				return
			}
			f.deaf.Store(true)
			if due == nil {
				due = time.After(debounce)
			}
		case <-due:
			due = nil
			select {
			case wake <- struct{}{}:
			default: // it was spoken and not yet heard
			}
		}
	}
}

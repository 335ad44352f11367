package watch

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// TestSettled: a file is taken when it is whole and has not changed for a second,
// whatever its size and its times say; one that never gets whole, at the deadline.
func TestSettled(t *testing.T) {
	t.Parallel()
	now := time.Now()
	for _, c := range []struct {
		name        string
		what        func(f *fixture)
		wait        time.Duration // how long after what is done
		from, until time.Duration // since then; until 0: it is not taken
		text        string
	}{
		{"whole", func(f *fixture) { f.put("a.xlsx", "全终") }, time.Minute, time.Second, 4 * time.Second, "全终"},
		{"empty", func(f *fixture) { f.put("a.xlsx", "") }, 2 * time.Minute, time.Minute, 65 * time.Second, ""},
		{"cut off", func(f *fixture) { f.put("a.xlsx", "半") }, 2 * time.Minute, time.Minute, 65 * time.Second, "半"},
		{"cut off, before the deadline", func(f *fixture) { f.put("a.xlsx", "半") }, 58 * time.Second, 0, 0, ""},
		{"empty, then written", func(f *fixture) {
			f.put("a.xlsx", "")
			time.Sleep(30 * time.Second)
			f.put("a.xlsx", "终")
		}, time.Minute, 31 * time.Second, 35 * time.Second, "终"},
		{"growing for a minute", func(f *fixture) {
			for n := range 600 {
				f.put("a.xlsx", strings.Repeat("长", n+1))
				time.Sleep(100 * time.Millisecond)
			}
			f.put("a.xlsx", strings.Repeat("长", 600)+"终")
		}, time.Minute, 61 * time.Second, 65 * time.Second, strings.Repeat("长", 600) + "终"},
		{"growing, and whole by accident all the time", func(f *fixture) {
			for n := range 100 {
				f.put("a.xlsx", strings.Repeat("终", n+1))
				time.Sleep(900 * time.Millisecond)
			}
		}, time.Minute, 90 * time.Second, 95 * time.Second, strings.Repeat("终", 100)},
		{"of its final size, written later, under an old time", func(f *fixture) {
			f.put("a.xlsx", "\x00\x00\x00")
			old := now.Add(-1000 * time.Hour)
			for range 20 {
				if err := os.Chtimes(filepath.Join(f.root, "收件/a.xlsx"), old, old); err != nil {
					f.t.Error(err)
				}
				time.Sleep(time.Second)
			}
			f.put("a.xlsx", "终")
		}, time.Minute, 21 * time.Second, 25 * time.Second, "终"},
		{"old time", func(f *fixture) { f.put("a.xlsx", "终"); touch(f, now.Add(-50000*time.Hour)) }, time.Minute, time.Second, 4 * time.Second, "终"},
		{"time in the future", func(f *fixture) { f.put("a.xlsx", "终"); touch(f, now.Add(24*time.Hour)) }, time.Minute, time.Second, 4 * time.Second, "终"},
		{"open in Excel", func(f *fixture) {
			f.put("~$a.xlsx", "某人")
			f.put("a.xlsx", "终")
			time.Sleep(20 * time.Second)
			_ = os.Remove(filepath.Join(f.root, "收件/~$a.xlsx")) // the test fails when it stays
		}, time.Minute, 20 * time.Second, 24 * time.Second, "终"},
		{"open in LibreOffice for long", func(f *fixture) { f.put(".~lock.a.xlsx#", "某人"); f.put("a.xlsx", "终") }, 2 * time.Minute, time.Minute, 65 * time.Second, "终"},
		{"saved by renaming", func(f *fixture) {
			f.put("a.xlsx", "旧")
			time.Sleep(3 * time.Second)
			f.put("0A1B2C3D", "新终")
			_ = os.Remove(filepath.Join(f.root, "收件/a.xlsx"))
			time.Sleep(100 * time.Millisecond)
			_ = os.Rename(filepath.Join(f.root, "收件/0A1B2C3D"), filepath.Join(f.root, "收件/a.xlsx")) // the test fails when it is not there
		}, time.Minute, 4 * time.Second, 8 * time.Second, "新终"},
		{"replaced by one of the same size and time", func(f *fixture) {
			f.put("a.xlsx", "半")
			touch(f, now)
			time.Sleep(58 * time.Second)
			f.put("b", "两")
			_ = os.Rename(filepath.Join(f.root, "收件/b"), filepath.Join(f.root, "收件/a.xlsx"))
			touch(f, now)
		}, 50 * time.Second, 0, 0, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			root := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				f := open(t, root, nil)
				f.during(func() {
					c.what(f)
					time.Sleep(c.wait)
				})
				if c.until == 0 {
					if len(f.clerk.got) > 0 {
						t.Fatalf("taken: %q after %v", f.clerk.got, f.clerk.when)
					}
					return
				}
				if !slices.Equal(f.clerk.got, []string{"a.xlsx=" + c.text}) {
					t.Fatalf("taken: %.80q", f.clerk.got)
				}
				if when := f.clerk.when["a.xlsx"]; when < c.from || when > c.until {
					t.Errorf("taken after %v, want %v to %v", when, c.from, c.until)
				}
			})
		})
	}
}

func touch(f *fixture, at time.Time) {
	if err := os.Chtimes(filepath.Join(f.root, "收件/a.xlsx"), at, at); err != nil {
		f.t.Error(err)
	}
}

// TestJunk: what nobody sent is neither taken nor waited for; folders are walked.
func TestJunk(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		f := open(t, root, nil)
		for _, name := range []string{"~$a.xlsx", ".~lock.b.xlsx#", ".DS_Store", ".partial/c.xlsx", "水务局/.x", "水务局/表.xlsx", "水务局/附件/深.xlsx", "夹.xlsx/.x"} {
			f.put(name, "终")
		}
		if err := errors.Join(os.Symlink("/etc/passwd", filepath.Join(root, "收件/链.xlsx")), mkfifo(filepath.Join(root, "收件/管.xlsx"))); err != nil {
			t.Fatal(err)
		}
		if err := f.Pass(t.Context()); err != nil {
			t.Fatal(err)
		}
		want := []string{"水务局/表.xlsx=终", "水务局/附件/深.xlsx=终"}
		if slices.Sort(f.clerk.got); !slices.Equal(f.clerk.got, want) {
			t.Errorf("%q", f.clerk.got)
		}
		if codes := f.codes(); len(codes) != 2 || !slices.Contains(codes, "irregular 管.xlsx") || !slices.Contains(codes, "irregular 链.xlsx") {
			t.Errorf("%q", codes)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	if left := names(tree(t, root)); !slices.Contains(left, "收件/.DS_Store") || !slices.Contains(left, "归档/某局/"+ArchiveName(hashText("终"), "深.xlsx")) {
		t.Errorf("%q", left)
	}
}

func hashText(text string) string {
	h := sha256.Sum256([]byte(text))
	return hex.EncodeToString(h[:])
}

// TestInboxGone: a missing inbox is told once, and waited for.
func TestInboxGone(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		f := open(t, root, nil)
		f.during(func() {
			f.put("a.xlsx", "终")
			time.Sleep(10 * time.Second)
			if err := os.RemoveAll(filepath.Join(root, "收件")); err != nil {
				t.Error(err)
			}
			time.Sleep(time.Minute)
			f.put("b.xlsx", "终")
			time.Sleep(10 * time.Second)
		})
		if want := []string{"a.xlsx=终", "b.xlsx=终"}; !slices.Equal(f.clerk.got, want) {
			t.Errorf("%q", f.clerk.got)
		}
		if want := []string{"inbox_missing", "inbox_back"}; !slices.Equal(f.codes(), want) {
			t.Errorf("%q", f.codes())
		}
		if err := os.RemoveAll(filepath.Join(root, "收件")); err != nil {
			t.Fatal(err)
		}
		g := open(t, root, nil)
		if err := os.RemoveAll(filepath.Join(root, "收件")); err != nil {
			t.Fatal(err)
		}
		if err := g.Pass(t.Context()); err == nil || !strings.Contains(err.Error(), "收件") {
			t.Errorf("a pass without an inbox: %v", err)
		}
	})
}

// TestTrouble: trouble with the machine is told, and tried again; nothing is lost.
func TestTrouble(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		f := open(t, root, nil)
		f.clerk.err = syscall.ENOSPC
		f.during(func() {
			f.put("a.xlsx", "终")
			time.Sleep(20 * time.Second)
		})
		if !slices.Equal(f.clerk.got, []string{"a.xlsx=终"}) || !slices.Equal(f.codes(), []string{"trouble"}) || !errors.Is(f.events[0].Err, syscall.ENOSPC) {
			t.Errorf("%q, %v", f.clerk.got, f.events)
		}
		g := open(t, root, nil)
		g.clerk.err = syscall.ENOSPC
		g.put("b.xlsx", "终")
		if err := g.Pass(t.Context()); !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("a pass: %v", err)
		}
		// What was claimed goes back.
		if err := g.Close(); err != nil {
			t.Error(err)
		}
		if data, err := os.ReadFile(filepath.Join(root, "收件/b.xlsx")); string(data) != "终" {
			t.Error(string(data), err)
		}
	})
}

// TestGivenBackBesideANewOne: a claimed file does not replace one that has come
// under its name meanwhile; the next process takes it over.
func TestGivenBackBesideANewOne(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		f := open(t, root, nil)
		f.clerk.keep, f.clerk.work = 1, func(File) { f.put("a.xlsx", "新终") }
		f.put("a.xlsx", "旧终")
		ctx := t.Context()
		for range 3 {
			time.Sleep(time.Second)
			if _, err := f.round(ctx); err != nil {
				t.Fatal(err)
			}
			if f.clerk.keep == 0 {
				break // it was claimed, and not handed over
			}
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		if all := tree(t, root); all["收件/a.xlsx"] != "新终" || len(all) != 2 {
			t.Fatalf("%q", all)
		}
		g := open(t, root, nil)
		if err := g.Pass(ctx); err != nil {
			t.Fatal(err)
		}
		if want := []string{"a.xlsx=旧终", "a.xlsx=新终"}; !slices.Equal(g.clerk.got, want) {
			t.Errorf("%q", g.clerk.got)
		}
	})
}

// TestChangedWhileInHand: what a sender still writes into after it was claimed is
// worked off again.
func TestChangedWhileInHand(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		f := open(t, root, nil)
		changed := false
		f.clerk.work = func(c File) {
			if !changed {
				changed = true
				if err := os.WriteFile(c.Path, []byte("改终"), 0o644); err != nil {
					t.Error(err)
				}
			}
		}
		f.put("a.xlsx", "终")
		if err := f.Pass(t.Context()); err != nil {
			t.Fatal(err)
		}
		if want := []string{"a.xlsx=终", "a.xlsx=改终"}; !slices.Equal(f.clerk.got, want) || !slices.Contains(f.codes(), "changed a.xlsx") {
			t.Errorf("%q %q", f.clerk.got, f.codes())
		}
		if all := tree(t, root); len(all) != 1 || all["归档/某局/"+ArchiveName(hashText("改终"), "a.xlsx")] == "" {
			t.Errorf("%q", names(all))
		}
	})
}

// TestThree: three processes on one root share the work; each file is worked off once.
func TestThree(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		var all []*fixture
		for range 3 {
			all = append(all, open(t, root, func(o *Options) { o.Batch = 7 }))
		}
		if a, b, c := all[0].Slot(), all[1].Slot(), all[2].Slot(); a != "watch-1" || b != "watch-2" || c != "watch-3" {
			t.Fatal(a, b, c)
		}
		for n := range 200 {
			all[0].put(strings.Repeat("件", n%60+1)+strings.Repeat("x", n/60)+".xlsx", "终")
		}
		all[0].during(func() {
			all[1].during(func() {
				all[2].during(func() { time.Sleep(2 * time.Minute) })
			})
		})
		var got []string
		for i, f := range all {
			if len(f.clerk.got) == 0 {
				t.Logf("process %d got nothing", i+1)
			}
			got = append(got, f.clerk.got...)
		}
		slices.Sort(got)
		if n := len(slices.Compact(slices.Clone(got))); n != 200 || len(got) != 200 {
			t.Errorf("%d files, %d times", n, len(got))
		}
	})
}

// TestPassEnds: a pass waits for what stays as it is, however slow the machine and
// long the other work; what changes all the time it gives up, and says so.
func TestPassEnds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		what func(f *fixture, stop <-chan struct{})
		err  string
	}{
		{"cut off, behind long work", func(f *fixture, _ <-chan struct{}) {
			f.put("a.xlsx", "终")
			f.clerk.work = func(c File) {
				if c.Name == "a.xlsx" {
					time.Sleep(time.Hour)
					f.put("b.xlsx", "半")
				}
			}
		}, ""},
		{"changing all the time", func(f *fixture, stop <-chan struct{}) {
			f.put("a.xlsx", "长")
			go func() {
				for n := 2; ; n++ {
					f.put("a.xlsx", strings.Repeat("长", n))
					select {
					case <-stop:
						return
					case <-time.After(700 * time.Millisecond):
					}
				}
			}()
		}, "1个文件一直在变化，没有等到它们写完。请等它们传完后再运行一次"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			root := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				f := open(t, root, nil)
				stop := make(chan struct{})
				c.what(f, stop)
				err := f.Pass(t.Context())
				close(stop)
				if c.err == "" && err != nil || c.err != "" && (err == nil || err.Error() != c.err) {
					t.Errorf("%v, want %q", err, c.err)
				}
				if c.err == "" && !slices.Equal(f.clerk.got, []string{"a.xlsx=终", "b.xlsx=半"}) {
					t.Errorf("%q", f.clerk.got)
				}
				synctest.Wait()
				if err := f.Close(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

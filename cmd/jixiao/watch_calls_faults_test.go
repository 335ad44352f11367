//go:build faults

package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"jixiao/generator"
)

// sent is what lies in the inbox: an accepted and a returned unit.
func sent(t *testing.T) map[string][]byte {
	t.Helper()
	data, err := os.ReadFile("../../samples/青岚区2022年度/收件/青岚区城市管理局.xlsx")
	if err != nil {
		t.Fatal(err)
	}
	return map[string][]byte{"水务局.xlsx": workbookOf(t, "青岚区水务局"), "青岚区城市管理局.xlsx": data}
}

// filled is a root with files in its inbox.
func filled(t *testing.T, files map[string][]byte) string {
	t.Helper()
	root := t.TempDir()
	for name, data := range files {
		drop(t, root, name, data)
	}
	return root
}

// TestWatchKilledAtEverySystemCall kills the watch at its N-th call of each kind:
// before a claim, after it, while it writes, between publishing, receipt and
// archiving. One undisturbed pass makes of it what it would have made without.
func TestWatchKilledAtEverySystemCall(t *testing.T) {
	t.Parallel()
	files := sent(t)
	want := undisturbed(t, files)
	calls := []string{"openat", "write", "fsync", "renameat", "renameat2", "mkdirat", "unlinkat", "close", "flock"}
	at := points(t, calls, watchArgs(filled(t, files), "--once"))
	most := count(t, "JIXIAO_FAULT_POINTS", 6)
	var kills atomic.Int64
	t.Run("at", func(t *testing.T) {
		for _, c := range calls {
			for _, n := range spread(at[c], most) {
				t.Run(fmt.Sprint(c, n), func(t *testing.T) {
					t.Parallel()
					root := filled(t, files)
					args := append(tracer(t, os.DevNull, "-e", "trace="+c, "-e", fmt.Sprintf("inject=%s:signal=SIGKILL:when=%d", c, n), program(t)), watchArgs(root, "--once")...)
					switch code, said := call(t, "strace", args...); code {
					case -1, 137:
						kills.Add(1)
					case exitReturned: // another thread did the work this time
					default:
						t.Errorf("exit code %d\n%s", code, said)
					}
					// Nobody sees half a document, also before it is put right.
					for name, data := range settledRoot(t, root) {
						if strings.HasPrefix(name, generator.DropFolder.Accepted+"/") && data != want[name] {
							t.Errorf("%s is not whole", name)
						}
					}
					once(t, root)
					sameRoot(t, root, want)
				})
			}
		}
	})
	t.Logf("%d kills; calls %v", kills.Load(), at)
	if kills.Load() < 25 {
		t.Errorf("only %d kills", kills.Load())
	}
}

// TestWatchFailingSystemCalls lets a call fail: the pass stops with code 1 and its
// own message, or could do without; nobody is returned for it, and an undisturbed
// pass does the rest.
func TestWatchFailingSystemCalls(t *testing.T) {
	t.Parallel()
	files := sent(t)
	want := undisturbed(t, files)
	says := map[string]string{
		"ENOSPC": "磁盘已满", "EROFS": "磁盘是只读的", "EIO": "读写出错", "EXDEV": "不在同一块磁盘上|有别的磁盘",
		"EMFILE": "同时打开的文件太多", "EACCES": "没有权限", "ESTALE": "共享的连接失效",
	}
	faults := map[string][]string{
		"openat": {"ENOSPC", "EMFILE", "EIO", "EACCES", "ESTALE"}, "write": {"ENOSPC", "EIO"}, "fsync": {"ENOSPC", "EIO"},
		"renameat": {"ENOSPC", "EXDEV", "EIO"}, "mkdirat": {"ENOSPC", "EROFS"}, "unlinkat": {"EIO"}, "flock": {"EIO"},
	}
	calls := slices.Sorted(maps.Keys(faults))
	at := points(t, calls, watchArgs(filled(t, files), "--once"))
	var stopped atomic.Int64
	t.Run("at", func(t *testing.T) {
		for _, c := range calls {
			for _, errno := range faults[c] {
				for _, n := range spread(at[c], 3) {
					t.Run(fmt.Sprint(c, errno, n), func(t *testing.T) {
						t.Parallel()
						root := filled(t, files)
						log := filepath.Join(t.TempDir(), "strace.txt")
						args := append(tracer(t, log, "-e", "trace="+c, "-e", fmt.Sprintf("inject=%s:error=%s:when=%d", c, errno, n), program(t)), watchArgs(root, "--once")...)
						code, said := call(t, "strace", args...)
						switch {
						case strings.Contains(said, "netpollBreak write failed"):
							// Go's own call to wake itself up, which no file system can fail
						case code == exitFailed:
							stopped.Add(1)
							trace, err := os.ReadFile(log)
							mute := regexp.MustCompile(`(?m)write\(2, .*\(INJECTED\)$`).Match(trace)
							if err != nil || !mute && !regexp.MustCompile(says[errno]).MatchString(said) {
								t.Errorf("does not say %s:\n%s", says[errno], said)
							}
						case code != exitReturned && code != exitAccepted:
							t.Errorf("exit code %d\n%s", code, said)
						}
						once(t, root)
						sameRoot(t, root, want)
					})
				}
			}
		}
	})
	t.Logf("stopped %d times; calls %v", stopped.Load(), at)
	if stopped.Load() < 20 {
		t.Errorf("only stopped %d times", stopped.Load())
	}
}

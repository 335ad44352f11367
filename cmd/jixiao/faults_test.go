//go:build faults

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"jixiao/generator/publish"
)

// These tests run the program itself and disturb it from outside: killed or
// failed at system calls by strace, on a disk that is full or read-only, at
// random. They take minutes and run with `make test-faults`.

// binary builds the program once.
var binary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "jixiao-faults-")
	if err != nil {
		return "", err
	}
	name := filepath.Join(dir, "jixiao")
	build := exec.Command("go", "build", "-o", name, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0") // as it is delivered
	out, err := build.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return name, nil
})

func program(t *testing.T) string {
	t.Helper()
	name, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	return name
}

// count reads how often to do something from the environment.
func count(t *testing.T, name string, usual int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return usual
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("%s=%s is no count", name, text)
	}
	return n
}

// call runs a command and gives its exit code (-1: killed) and what it said.
func call(t *testing.T, name string, args ...string) (int, string) {
	t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("%s: %v", name, err)
	}
	if exit != nil {
		return exit.ExitCode(), string(out)
	}
	return 0, string(out)
}

// scene is an inbox of three units (accepted, returned, unreadable) and what
// stands in the results before the run that is disturbed.
type scene struct {
	name   string
	in     string
	before string            // a results folder to begin with; "" for none
	old    map[string]string // what people see in it
	want   map[string]string // what they must see afterwards
}

func (s *scene) args(out string) []string {
	return []string{"run", "--in", s.in, "--out", out, "--year", "2022", "--drafts", "--workers", "1", "--shard", "none"}
}

func scenes(t *testing.T) []*scene {
	t.Helper()
	const samples = "../../samples/青岚区2022年度/收件/"
	in := t.TempDir()
	write := func(dir, name, from string) {
		data := []byte("这不是工作簿")
		if from != "" {
			var err error
			if data, err = os.ReadFile(samples + from); err != nil {
				t.Fatal(err)
			}
		}
		put(t, filepath.Join(dir, name), data)
	}
	write(in, "青岚区水务局.xlsx", "青岚区水务局2022年度自评.xlsx")
	write(in, "青岚区城市管理局.xlsx", "青岚区城市管理局.xlsx")
	write(in, "青岚区文化馆.xlsx", "")
	// Before, the same three sent other files: one changes its outcome each way.
	earlier := t.TempDir()
	write(earlier, "青岚区水务局.xlsx", "")
	write(earlier, "青岚区城市管理局.xlsx", "青岚区城市管理局.xlsx")
	write(earlier, "青岚区文化馆.xlsx", "")
	first := &scene{name: "fresh", in: in}
	again := &scene{name: "replacing", in: in, before: t.TempDir()}
	early := scene{in: earlier}
	if code, said := call(t, program(t), early.args(again.before)...); code != exitReturned {
		t.Fatalf("exit code %d\n%s", code, said)
	}
	// Somebody's own files lie among the results.
	for _, name := range []string{"单位/青岚区水务局/盖章页.pdf", "退回/青岚区城市管理局/来函.pdf", "退回/青岚区水务局/记.txt"} {
		put(t, filepath.Join(again.before, name), []byte("人"))
	}
	for _, s := range []*scene{first, again} {
		s.old = visible(t, s.before)
		out := s.begin(t)
		if code, said := call(t, program(t), s.args(out)...); code != exitReturned {
			t.Fatalf("exit code %d\n%s", code, said)
		}
		s.want = visible(t, out)
	}
	if len(first.want) < 10 || len(again.want) != len(first.want)+3 {
		t.Fatalf("%d and %d files", len(first.want), len(again.want))
	}
	return []*scene{first, again}
}

func put(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// begin makes a results folder as it stands before the run.
func (s *scene) begin(t *testing.T) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "成果")
	if s.before != "" {
		if err := os.CopyFS(out, os.DirFS(s.before)); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// visible reads what people see of a results folder.
func visible(t *testing.T, dir string) map[string]string {
	t.Helper()
	if dir == "" {
		return nil
	}
	all := map[string]string{}
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return all
	}
	for name, data := range files(t, dir) {
		all[name] = string(data)
	}
	return all
}

// whole checks what a disturbed run left: every file is an old or a new one, whole,
// and every folder of a unit holds the old documents or the new, not some of each.
func (s *scene) whole(t *testing.T, out string) {
	t.Helper()
	now := visible(t, out)
	for name, data := range now {
		if data != s.old[name] && data != s.want[name] {
			t.Errorf("%s is neither the old nor the new file", name)
		}
	}
	units := map[string]bool{}
	for name := range now {
		if parts := strings.Split(name, "/"); len(parts) > 2 {
			units[parts[0]+"/"+parts[1]+"/"] = true
		}
	}
	below := func(all map[string]string, dir string) map[string]string {
		found := map[string]string{}
		for name, data := range all {
			if strings.HasPrefix(name, dir) && data != "人" {
				found[name] = data
			}
		}
		return found
	}
	for dir := range units {
		if got := below(now, dir); len(got) > 0 && !maps.Equal(got, below(s.old, dir)) && !maps.Equal(got, below(s.want, dir)) {
			t.Errorf("%s holds %q", dir, slices.Sorted(maps.Keys(got)))
		}
	}
	for name, data := range s.old {
		if data == "人" && now[name] == "" {
			// It may be under way with its folder; the next run brings it back.
			t.Logf("%s is away for the moment", name)
		}
	}
}

// recovered runs once more, undisturbed, and holds everything against an
// undisturbed run.
func (s *scene) recovered(t *testing.T, out string) {
	t.Helper()
	if code, said := call(t, program(t), s.args(out)...); code != exitReturned {
		t.Fatalf("the run after it: exit code %d\n%s", code, said)
	}
	s.complete(t, out)
}

// complete holds a results folder against an undisturbed run.
func (s *scene) complete(t *testing.T, out string) {
	t.Helper()
	got := visible(t, out)
	for name, data := range s.want {
		if got[name] != data {
			t.Errorf("%s is missing or has other bytes", name)
		}
		delete(got, name)
	}
	for name := range got {
		t.Errorf("%s is there too", name)
	}
	noLeftovers(t, out)
	if code, said := call(t, program(t), "verify", out); code != exitAccepted && s.before == "" {
		t.Errorf("verify: %d\n%s", code, said)
	}
}

// noLeftovers looks into jixiao's own folder: nothing under way, and receipts
// that name what stands.
func noLeftovers(t *testing.T, out string) {
	t.Helper()
	state := filepath.Join(out, publish.StateFolder)
	work, err := os.ReadDir(filepath.Join(state, "work"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range work {
		if e.IsDir() {
			t.Errorf("left behind: work/%s", e.Name())
		}
	}
	receipts, err := filepath.Glob(filepath.Join(state, "receipts", "*.json"))
	if err != nil || len(receipts) == 0 {
		t.Fatal("no receipts", err)
	}
	for _, name := range receipts {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var r publish.Receipt
		if err := json.Unmarshal(data, &r); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for _, o := range r.Outputs {
			if data, err := os.ReadFile(filepath.Join(out, filepath.FromSlash(o.Path))); err != nil || publish.Hash(data) != o.SHA256 {
				t.Errorf("%s names %s, which does not stand: %v", name, o.Path, err)
			}
		}
	}
}

// tracer is strace with the arguments that it always gets.
func tracer(t *testing.T, out string, more ...string) []string {
	t.Helper()
	needsProgram(t, "strace")
	// One processor for Go keeps most calls in one thread; strace counts them by thread.
	return append([]string{"-f", "-qq", "-E", "GOMAXPROCS=1", "-o", out}, more...)
}

// points counts the system calls of an undisturbed run.
func (s *scene) points(t *testing.T, calls []string) map[string]int {
	t.Helper()
	return points(t, calls, s.args(s.begin(t)))
}

// points counts how often each system call is made by an undisturbed command, by the
// thread that makes it most often: strace counts by thread.
func points(t *testing.T, calls, args []string) map[string]int {
	t.Helper()
	log := filepath.Join(t.TempDir(), "strace.txt")
	args = append(tracer(t, log, "-e", "trace="+strings.Join(calls, ","), program(t)), args...)
	if code, said := call(t, "strace", args...); code != exitReturned {
		t.Fatalf("under strace: exit code %d\n%s", code, said)
	}
	data, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	byThread := map[string]int{}
	most := map[string]int{}
	for _, m := range regexp.MustCompile(`(?m)^(\d+) +(\w+)\(`).FindAllSubmatch(bytes.TrimSpace(data), -1) {
		key := string(m[1]) + string(m[2])
		byThread[key]++
		most[string(m[2])] = max(most[string(m[2])], byThread[key])
	}
	return most
}

// spread chooses at most n of the numbers 1 to last, the first and the last among them.
func spread(last, n int) []int {
	if last <= n {
		n = last
	}
	var out []int
	for i := range n {
		p := 1
		if n > 1 {
			p = 1 + i*(last-1)/(n-1)
		}
		out = append(out, p)
	}
	return out
}

// TestKilledAtEverySystemCall kills the run at its N-th call of each kind: what is
// there is whole, and the run after it gives the same bytes as an undisturbed one.
func TestKilledAtEverySystemCall(t *testing.T) {
	t.Parallel()
	calls := []string{"openat", "write", "fsync", "renameat", "renameat2", "mkdirat", "unlinkat", "linkat", "close", "flock"}
	most := count(t, "JIXIAO_FAULT_POINTS", 8)
	kills := 0
	for _, s := range scenes(t) {
		points := s.points(t, calls)
		for _, c := range calls {
			if points[c] == 0 && s.before != "" {
				t.Errorf("%s: no call of %s", s.name, c)
			}
			killed := 0
			for _, n := range spread(points[c], most) {
				name := fmt.Sprintf("%s %s %d", s.name, c, n)
				out := s.begin(t)
				args := append(tracer(t, os.DevNull, "-e", "trace="+c, "-e", fmt.Sprintf("inject=%s:signal=SIGKILL:when=%d", c, n), program(t)), s.args(out)...)
				code, said := call(t, "strace", args...)
				switch code {
				case -1, 137:
					killed++
				case exitReturned: // another thread did the work this time
				default:
					t.Errorf("%s: exit code %d\n%s", name, code, said)
				}
				t.Run(name, func(t *testing.T) {
					s.whole(t, out)
					s.recovered(t, out)
				})
			}
			t.Logf("%s: %s is called %d times, killed at %d", s.name, c, points[c], killed)
			kills += killed
		}
	}
	if kills < 40 {
		t.Errorf("only %d kills", kills)
	}
}

// TestFailingSystemCalls lets a call fail: the run stops with code 1 and its own
// message, or did not need the call; no unit is returned for it, and the run after
// it gives the same bytes as an undisturbed one.
func TestFailingSystemCalls(t *testing.T) {
	t.Parallel()
	most := count(t, "JIXIAO_FAULT_POINTS", 8)
	says := map[string]string{
		"ENOSPC": "磁盘已满", "EDQUOT": "磁盘已满", "EROFS": "磁盘是只读的", "EIO": "读写出错", "EXDEV": "有别的磁盘",
		"EMFILE": "同时打开的文件太多", "EACCES": "没有权限", "ESTALE": "共享的连接失效",
	}
	s := scenes(t)[1]
	faults := map[string][]string{
		"openat": {"ENOSPC", "EMFILE", "EROFS", "EIO", "EACCES"}, "write": {"ENOSPC", "EIO", "EDQUOT"}, "fsync": {"ENOSPC", "EIO"},
		"renameat": {"ENOSPC", "EXDEV", "EIO", "EROFS"}, "renameat2": {"EXDEV", "EIO"}, "mkdirat": {"ENOSPC", "EROFS", "EACCES"},
		"unlinkat": {"EROFS", "EIO"}, "linkat": {"EMLINK"}, "flock": {"ESTALE", "EIO"},
	}
	calls := slices.Sorted(maps.Keys(faults))
	points := s.points(t, calls)
	for _, c := range calls {
		for _, errno := range faults[c] {
			stopped := 0
			for _, n := range spread(points[c], max(3, most/len(faults[c]))) {
				out := s.begin(t)
				inject := fmt.Sprintf("inject=%s:error=%s:when=%d", c, errno, n)
				log := filepath.Join(t.TempDir(), "strace.txt")
				args := append(tracer(t, log, "-e", "trace="+c, "-e", inject, program(t)), s.args(out)...)
				code, said := call(t, "strace", args...)
				if strings.Contains(said, "netpollBreak write failed") {
					continue // Go's own call to wake itself up, which no file system can fail
				}
				t.Run(inject, func(t *testing.T) {
					s.whole(t, out)
					switch code {
					case exitFailed:
						stopped++
						// strace counts by thread: the message itself may have been among the calls that failed.
						trace, err := os.ReadFile(log)
						mute := regexp.MustCompile(`(?m)write\(2, .*\(INJECTED\)$`).Match(trace)
						if err != nil || !mute && (!strings.Contains(said, says[errno]) || says[errno] == "") {
							t.Errorf("does not say %s:\n%s", says[errno], said)
						}
					case exitReturned:
						s.complete(t, out)
					default:
						t.Errorf("exit code %d\n%s", code, said)
					}
					s.recovered(t, out)
				})
			}
			t.Logf("%s fails with %s: stopped %d times", c, errno, stopped)
			again := c == "flock" && errno == "EIO" // the file is opened once more and locked then
			if stopped == 0 && c != "linkat" && c != "unlinkat" && !again {
				t.Errorf("%s with %s never stopped the run", c, errno)
			}
		}
	}
}

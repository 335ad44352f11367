//go:build faults

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"jixiao/generator/publish"
)

// disk mounts a small file system of its own; the test is skipped where that may not be done.
func disk(t *testing.T, options string) string {
	t.Helper()
	dir := t.TempDir()
	if code, said := call(t, "mount", "-t", "tmpfs", "-o", options, "jixiao-test", dir); code != 0 {
		needs(t, false, "a tmpfs that can be mounted: "+said)
	}
	t.Cleanup(func() {
		if code, said := call(t, "umount", dir); code != 0 {
			t.Error(said)
		}
	})
	return dir
}

func remount(t *testing.T, dir, options string) {
	t.Helper()
	if code, said := call(t, "mount", "-o", "remount,"+options, dir); code != 0 {
		t.Fatal(said)
	}
}

// TestFullDisk: on a disk that is too small by more or less, in bytes or in files,
// the run stops, says so, leaves whole documents, and goes on when there is space.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	s := scenes(t)[0]
	full := 0
	options := []string{"nr_inodes=10", "nr_inodes=20", "nr_inodes=30", "nr_inodes=40"}
	for kb := 16; kb <= 240; kb += 32 {
		options = append(options, fmt.Sprintf("size=%dk", kb))
	}
	for _, o := range options {
		t.Run(o, func(t *testing.T) {
			out := filepath.Join(disk(t, o), "成果")
			code, said := call(t, program(t), s.args(out)...)
			switch code {
			case exitFailed:
				full++
				if !strings.Contains(said, "磁盘已满") || !strings.Contains(said, "请腾出空间后再运行一次") {
					t.Errorf("does not say what to do:\n%s", said)
				}
			case exitReturned:
			default:
				t.Errorf("exit code %d\n%s", code, said)
			}
			s.whole(t, out)
			remount(t, filepath.Dir(out), "size=16m,nr_inodes=1000")
			s.recovered(t, out)
		})
	}
	if full < 6 {
		t.Errorf("only %d disks were full", full)
	}
}

// TestReadOnlyDisk: nothing is done, and it says so; as nobody in particular also
// where only the folder may not be written.
func TestReadOnlyDisk(t *testing.T) {
	t.Parallel()
	s := scenes(t)[0]
	dir := disk(t, "size=16m")
	out := filepath.Join(dir, "成果")
	for range 2 { // without results, and with
		remount(t, dir, "ro")
		code, said := call(t, program(t), s.args(out)...)
		if code != exitFailed || !strings.Contains(said, "磁盘是只读的") {
			t.Errorf("exit code %d\n%s", code, said)
		}
		remount(t, dir, "rw")
		s.recovered(t, out)
	}
	if os.Getuid() != 0 {
		return
	}
	if err := os.Chmod(out, 0o555); err != nil {
		t.Fatal(err)
	}
	// Somebody else may read the inbox and the program, and write nothing.
	for _, p := range []string{program(t), filepath.Dir(program(t)), s.in, filepath.Dir(s.in), dir, filepath.Dir(dir)} {
		if err := os.Chmod(p, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(program(t), s.args(filepath.Join(out, "新"))...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	said, err := cmd.CombinedOutput()
	if err == nil || cmd.ProcessState.ExitCode() != exitFailed || !strings.Contains(string(said), "没有权限") {
		t.Errorf("%v\n%s", err, said)
	}
}

// many is an inbox of n units that are accepted, and what a run makes of it.
func many(t *testing.T, n int) *scene {
	t.Helper()
	s := &scene{name: "many", in: t.TempDir()}
	for i := range n {
		put(t, filepath.Join(s.in, fmt.Sprintf("%d.xlsx", i+1)), workbookOf(t, fmt.Sprintf("青岚区第%d局", i+1)))
	}
	out := s.begin(t)
	if code, said := call(t, program(t), s.args(out)...); code != exitAccepted && code != exitReturned {
		t.Fatalf("exit code %d\n%s", code, said)
	}
	s.want = visible(t, out)
	if len(s.want) < n {
		t.Fatalf("%d files", len(s.want))
	}
	return s
}

// begun starts a run and waits until its first receipt stands.
func begun(t *testing.T, s *scene, out string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	cmd := exec.Command(program(t), s.args(out)...)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for { // as long as it takes
		if r, err := filepath.Glob(filepath.Join(out, publish.StateFolder, "receipts", "*.json")); err == nil && len(r) > 0 {
			return cmd, &said
		}
		time.Sleep(2 * time.Millisecond)
	}
}

// TestToldToStop: the units at work are finished, no more are begun, and the run
// after it does the rest.
func TestToldToStop(t *testing.T) {
	t.Parallel()
	s := many(t, 60)
	for signal, code := range map[os.Signal]int{syscall.SIGTERM: exitTerminated, os.Interrupt: exitInterrupted} {
		for _, times := range []int{1, 2} { // the second signal does not wait
			t.Run(fmt.Sprint(signal, times), func(t *testing.T) {
				out := s.begin(t)
				cmd, said := begun(t, s, out)
				for range times {
					if err := cmd.Process.Signal(signal); err != nil {
						t.Fatal(err)
					}
					time.Sleep(time.Millisecond)
				}
				if err := cmd.Wait(); err == nil || cmd.ProcessState.ExitCode() != code {
					t.Errorf("%v, want exit code %d\n%s", err, code, said)
				}
				if n := len(visible(t, out)); n == 0 || n >= len(s.want) {
					t.Errorf("%d files of %d", n, len(s.want))
				}
				s.whole(t, out)
				if times == 1 {
					manifests, err := filepath.Glob(filepath.Join(out, publish.StateFolder, "runs", "*", "manifest.json"))
					if err != nil || len(manifests) != 1 {
						t.Fatal(manifests, err)
					}
					data, err := os.ReadFile(manifests[0])
					if err != nil || !strings.Contains(string(data), `"result": "interrupted"`) || !json.Valid(data) {
						t.Errorf("%.400s %v", data, err)
					}
				}
				again(t, s, out)
			})
		}
	}
}

// again runs once more and compares.
func again(t *testing.T, s *scene, out string) {
	t.Helper()
	if code, said := call(t, program(t), s.args(out)...); code != exitAccepted && code != exitReturned {
		t.Fatalf("the run after it: exit code %d\n%s", code, said)
	}
	s.complete(t, out)
}

// TestPausedRunKeepsItsFolder: a run that is stopped for a while holds its lock,
// another one is refused meanwhile, and each unit is published once.
func TestPausedRunKeepsItsFolder(t *testing.T) {
	t.Parallel()
	s := many(t, 40)
	out := s.begin(t)
	cmd, said := begun(t, s, out)
	if err := cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	pause := time.Duration(count(t, "JIXIAO_PAUSE_SECONDS", 3)) * time.Second
	for end := time.Now().Add(pause); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		if code, said := call(t, program(t), s.args(out)...); code != exitHeld || !strings.Contains(said, "另一个 jixiao 正在写这个成果文件夹") {
			t.Fatalf("exit code %d\n%s", code, said)
		}
	}
	if err := cmd.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil && cmd.ProcessState.ExitCode() != exitReturned {
		t.Fatalf("%v\n%s", err, said)
	}
	s.complete(t, out)
	manifests, err := filepath.Glob(filepath.Join(out, publish.StateFolder, "runs", "*", "manifest.json"))
	if err != nil || len(manifests) != 1 {
		t.Fatal(manifests, err)
	}
	data, err := os.ReadFile(manifests[0])
	if err != nil || strings.Count(string(data), `"done": "published"`) != 40 {
		t.Errorf("published %d times, want 40", strings.Count(string(data), `"done": "published"`))
	}
}

// TestRandomKills kills whole runs, and three shards at work on one folder, at
// random moments. Every round replaces what the last one published.
func TestRandomKills(t *testing.T) {
	t.Parallel()
	kills := count(t, "JIXIAO_KILLS", 100)
	seed := uint64(count(t, "JIXIAO_SEED", int(time.Now().UnixNano()&0xffffff)+1))
	t.Logf("JIXIAO_SEED=%d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	s := many(t, 12)
	out := s.begin(t)
	began := time.Now()
	again(t, s, s.begin(t))
	span := time.Since(began) // of a run and a little more: kills fall everywhere in it
	shortest := 50 * time.Millisecond
	done, finished := 0, 0
	for round := 0; done < kills; round++ {
		args := s.args(out)
		if round%2 == 1 { // other documents: everything is rendered anew and replaced
			args = append(args, "--year", "2023")
		}
		var at [][]string
		if round%3 == 0 {
			at = [][]string{args}
		} else {
			for i := 1; i <= 3; i++ {
				at = append(at, append(append([]string{}, args...), "--shard", fmt.Sprintf("%d/3", i)))
			}
		}
		var cmds []*exec.Cmd
		for _, a := range at {
			cmd := exec.Command(program(t), a...)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			cmds = append(cmds, cmd)
		}
		for _, cmd := range cmds {
			time.Sleep(time.Duration(random.Int64N(int64(span))))
			_ = cmd.Process.Kill() // it may have finished; then there is nothing to kill
		}
		killed := 0
		for _, cmd := range cmds {
			_ = cmd.Wait() // how it ended is looked at below
			switch code := cmd.ProcessState.ExitCode(); code {
			case -1:
				killed++
			case exitAccepted, exitReturned:
				finished++
			default:
				t.Errorf("exit code %d", code)
			}
		}
		done += killed
		// The machine is faster or slower than it was.
		if killed < len(cmds) {
			span = max(span*3/4, shortest)
		} else {
			span += span / 4
		}
	}
	t.Logf("%d kills, %d processes came to their end", done, finished)
	again(t, s, out)
	// The shards are done to the end too, and merged.
	parts := s.begin(t)
	for i := 1; i <= 3; i++ {
		if code, said := call(t, program(t), append(s.args(parts), "--shard", fmt.Sprintf("%d/3", i))...); code != exitAccepted && code != exitReturned {
			t.Fatalf("exit code %d\n%s", code, said)
		}
	}
	if code, said := call(t, program(t), "merge", "--out", parts); code != exitAccepted && code != exitReturned {
		t.Fatalf("exit code %d\n%s", code, said)
	}
	s.complete(t, parts)
}

// TestPassingTrouble: an input that a share does not hand out stops the run after
// some patience, which names it and returns nobody for it. (That it is read when the
// trouble has passed: TestPatiently of package intake.)
func TestPassingTrouble(t *testing.T) {
	t.Parallel()
	s := scenes(t)[0]
	name := filepath.Join(s.in, "青岚区水务局.xlsx")
	for _, errno := range []string{"EIO", "ESTALE", "EBUSY", "ETIMEDOUT"} {
		out := s.begin(t)
		log := filepath.Join(t.TempDir(), "strace.txt")
		args := append(tracer(t, log, "-P", name, "-e", "trace=openat", "-e", "inject=openat:error="+errno, program(t)), s.args(out)...)
		code, said := call(t, "strace", args...)
		if code != exitFailed || !strings.Contains(said, "读取 青岚区水务局.xlsx") || strings.Contains(said, "退回") {
			t.Errorf("%s: exit code %d\n%s", errno, code, said)
		}
		data, err := os.ReadFile(log)
		if n := bytes.Count(data, []byte("(INJECTED)")); err != nil || n != 4 {
			t.Errorf("%s: tried %d times, want 4", errno, n)
		}
		if n := len(visible(t, out)); n > 0 {
			t.Errorf("%s: published %d files", errno, n)
		}
		s.recovered(t, out)
	}
}

//go:build faults

package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"jixiao/generator"
)

// nobody is a command as a user who owns nothing.
func nobody(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	needs(t, os.Getuid() == 0, "root")
	for p := filepath.Dir(program(t)); p != "/"; p = filepath.Dir(p) {
		if info, err := os.Stat(p); err == nil && info.Mode().Perm()&0o5 != 0o5 {
			if err := os.Chmod(p, info.Mode().Perm()|0o5); err != nil {
				t.Fatal(err)
			}
		}
	}
	cmd := exec.Command(program(t), args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	return cmd
}

// open is a folder that anybody may enter, below folders that anybody may.
func open(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for p := dir; strings.HasPrefix(p, os.TempDir()+"/"); p = filepath.Dir(p) {
		if err := os.Chmod(p, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestWatchUnreadable: a file, and a folder, that may not be read are named once and
// left where they are; the others are worked off, and they too when they may be.
func TestWatchUnreadable(t *testing.T) {
	t.Parallel()
	files := sent(t)
	want := undisturbed(t, files)
	root := filepath.Join(open(t), "投放")
	inbox := filepath.Join(root, generator.InboxFolder)
	for name, data := range files {
		put(t, filepath.Join(inbox, name), data)
	}
	put(t, filepath.Join(inbox, "锁", "x.txt"), []byte("x"))
	for _, dir := range []string{root, inbox} {
		needs(t, os.Chown(dir, 65534, 65534) == nil, "root")
	}
	locked := filepath.Join(inbox, "水务局.xlsx")
	for _, name := range []string{locked, filepath.Join(inbox, "锁")} {
		if err := os.Chmod(name, 0); err != nil {
			t.Fatal(err)
		}
	}
	cmd := nobody(t, watchArgs(root, "--once")...)
	said, _ := cmd.CombinedOutput() // its code is what counts
	for _, line := range []string{
		"收件/水务局.xlsx：没有权限读取这个文件，它留在收件里。请检查权限，或者重新放一份",
		"收件/锁：没有权限读取这个文件夹，里面的报送件没有处理。请检查权限",
	} {
		if strings.Count(string(said), line) != 1 {
			t.Errorf("does not say once %s", line)
		}
	}
	if code := cmd.ProcessState.ExitCode(); code != exitReturned || strings.Count(string(said), "退回 青岚区城市管理局") != 1 || strings.Contains(string(said), "退回 青岚区水务局") {
		t.Errorf("exit code %d\n%s", code, said)
	}
	if _, err := os.Stat(locked); err != nil {
		t.Error(err)
	}
	if err := os.Chmod(locked, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(inbox, "锁")); err != nil {
		t.Fatal(err)
	}
	cmd = nobody(t, watchArgs(root, "--once")...)
	if said, _ := cmd.CombinedOutput(); !strings.Contains(string(said), "通过 青岚区水务局") {
		t.Errorf("%s", said)
	}
	sameRoot(t, root, want)
}

// stopTraced ends the program that strace runs; strace itself takes no signals.
func stopTraced(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%[1]d/children", cmd.Process.Pid))
	pid, e := strconv.Atoi(strings.TrimSpace(string(children)))
	if err = errors.Join(err, e); err == nil {
		err = syscall.Kill(pid, syscall.SIGTERM)
	}
	if err != nil {
		t.Error(err)
	}
	_ = cmd.Wait() // told to stop
}

// TestWatchPassingTrouble: a share that does not hand a file out for the moment is
// asked again, later each time, before the claim and after it; nobody is returned.
func TestWatchPassingTrouble(t *testing.T) {
	t.Parallel()
	files := sent(t)
	want := undisturbed(t, files)
	for _, errno := range []string{"EIO", "ESTALE", "EBUSY", "ETIMEDOUT"} {
		for _, where := range []string{"收件/水务局.xlsx", "处理中/watch-1/1/水务局.xlsx"} {
			t.Run(errno+" "+where, func(t *testing.T) {
				t.Parallel()
				root := filled(t, files)
				log := filepath.Join(t.TempDir(), "strace.txt")
				cmd := exec.Command("strace", append(tracer(t, log, "-P", filepath.Join(root, filepath.FromSlash(where)), "-e", "trace=openat", "-e", "inject=openat:error="+errno+":when=1..3", program(t)), watchArgs(root, "--deadline", "1m")...)...)
				var said bytes.Buffer
				cmd.Stdout, cmd.Stderr = &said, &said
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				page := filepath.Join(root, "成果/单位/青岚区水务局/回执.html")
				for _, err := os.Stat(page); err != nil; _, err = os.Stat(page) { // as long as it takes
					time.Sleep(10 * time.Millisecond)
				}
				stopTraced(t, cmd)
				trace, err := os.ReadFile(log)
				if n := bytes.Count(trace, []byte("(INJECTED)")); err != nil || n < 3 {
					t.Errorf("failed %d times, want 3 at least", n)
				}
				if strings.Contains(said.String(), "退回 青岚区水务局") || !strings.Contains(said.String(), "稍后再试") {
					t.Errorf("%s", &said)
				}
				once(t, root)
				sameRoot(t, root, want)
			})
		}
	}
}

// TestWatchOverDisks: an archive on another disk gets what is whole; an inbox there
// is refused at the start.
func TestWatchOverDisks(t *testing.T) {
	t.Parallel()
	files := sent(t)
	want := undisturbed(t, files)
	mounted := func(t *testing.T, name string) string {
		root := t.TempDir()
		dir := filepath.Join(root, name)
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if code, said := call(t, "mount", "-t", "tmpfs", "-o", "size=16m", "jixiao-test", dir); code != 0 {
			needs(t, false, "a tmpfs that can be mounted: "+said)
		}
		t.Cleanup(func() {
			if code, said := call(t, "umount", dir); code != 0 {
				t.Error(said)
			}
		})
		for name, data := range files {
			drop(t, root, name, data)
		}
		return root
	}
	t.Run(generator.ArchiveFolder, func(t *testing.T) {
		root := mounted(t, generator.ArchiveFolder)
		once(t, root)
		sameRoot(t, root, want)
	})
	t.Run(generator.InboxFolder, func(t *testing.T) {
		root := mounted(t, generator.InboxFolder)
		code, said := call(t, program(t), watchArgs(root, "--once")...)
		if code != exitFailed || !strings.Contains(said, "收件和处理中不在同一块磁盘上") || !strings.Contains(said, "请把投放文件夹 "+root+" 整个放在一块磁盘上") {
			t.Errorf("exit code %d\n%s", code, said)
		}
		if left, err := os.ReadDir(filepath.Join(root, generator.InboxFolder)); err != nil || len(left) != len(files) {
			t.Errorf("%v %v", left, err)
		}
	})
}

// TestWatchSlowWriters: a file that is written bit by bit, in CI for a minute, is
// taken once, whole, however its size and its time look meanwhile.
func TestWatchSlowWriters(t *testing.T) {
	t.Parallel()
	takes := time.Duration(count(t, "JIXIAO_PAUSE_SECONDS", 3)) * time.Second
	root := t.TempDir()
	cmd, said := watching(t, root)
	inbox := filepath.Join(root, generator.InboxFolder)
	files := map[string][]byte{}
	for _, name := range []string{"青岚区慢局", "青岚区预留局", "青岚区旧时局"} {
		files[name] = workbookOf(t, name)
	}
	for _, err := os.Stat(inbox); err != nil; _, err = os.Stat(inbox) {
		time.Sleep(time.Millisecond)
	}
	const steps, slow = 20, "青岚区慢局"
	open := map[string]*os.File{}
	for name, data := range files {
		f, err := os.Create(filepath.Join(inbox, name+".xlsx"))
		if err != nil {
			t.Fatal(err)
		}
		if name != slow { // of its final size from the beginning
			if err := f.Truncate(int64(len(data))); err != nil {
				t.Fatal(err)
			}
		}
		open[name] = f
	}
	half := len(files[slow]) / 2
	for i := range steps {
		for name, data := range files {
			if name == slow { // the other half takes its time
				data = data[:half]
			}
			from, to := i*len(data)/steps, (i+1)*len(data)/steps
			if _, err := open[name].WriteAt(data[from:to], int64(from)); err != nil {
				t.Fatal(err)
			}
			if name == "青岚区旧时局" {
				old := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
				if err := os.Chtimes(open[name].Name(), old, old); err != nil {
					t.Fatal(err)
				}
			}
		}
		time.Sleep(time.Duration(50+i*5) * time.Millisecond)
	}
	for began := time.Now(); time.Since(began) < takes; time.Sleep(500 * time.Millisecond) {
		to := half + int(time.Since(began)*time.Duration(half)/takes)
		if _, err := open[slow].WriteAt(files[slow][half:to], int64(half)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := open[slow].WriteAt(files[slow][half:], int64(half)); err != nil {
		t.Fatal(err)
	}
	for name := range files {
		if err := open[name].Close(); err != nil {
			t.Error(err)
		}
	}
	for name := range files {
		page := filepath.Join(root, "成果/单位", name, "回执.html")
		for _, err := os.Stat(page); err != nil; _, err = os.Stat(page) {
			time.Sleep(10 * time.Millisecond)
		}
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // told to stop
	whole := map[string][]byte{}
	for name, data := range files {
		whole[name+".xlsx"] = data
		if n := strings.Count(said.String(), " "+name); n != 1 {
			t.Errorf("%s was answered %d times\n%s", name, n, said)
		}
	}
	once(t, root)
	sameRoot(t, root, undisturbed(t, whole))
}

// TestWatchWithoutEvents: where the system has no file events to give, that is said
// once, and looking at intervals finds everything.
func TestWatchWithoutEvents(t *testing.T) {
	t.Parallel()
	files := sent(t)
	want := undisturbed(t, files)
	for _, inject := range []string{"inotify_init1:error=EMFILE", "inotify_add_watch:error=ENOSPC"} {
		t.Run(inject, func(t *testing.T) {
			t.Parallel()
			root := t.TempDir()
			call, _, _ := strings.Cut(inject, ":")
			cmd := exec.Command("strace", append(tracer(t, os.DevNull, "-e", "trace="+call, "-e", "inject="+inject, program(t)), watchArgs(root)...)...)
			var said bytes.Buffer
			cmd.Stdout, cmd.Stderr = &said, &said
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			for _, err := os.Stat(filepath.Join(root, generator.InboxFolder)); err != nil; _, err = os.Stat(filepath.Join(root, generator.InboxFolder)) {
				time.Sleep(10 * time.Millisecond)
			}
			for name, data := range files {
				drop(t, root, name, data)
				for left := 1; left > 0; time.Sleep(10 * time.Millisecond) {
					found, err := filepath.Glob(filepath.Join(root, "归档", "*", "*-"+name))
					if err != nil {
						t.Fatal(err)
					}
					left = 1 - len(found)
				}
			}
			stopTraced(t, cmd)
			if n := strings.Count(said.String(), "文件事件用不了，只靠定时查看"); n != 1 {
				t.Errorf("told %d times\n%s", n, &said)
			}
			once(t, root)
			sameRoot(t, root, want)
		})
	}
}

// TestInboxReplaced: an inbox that is removed and made again while the watch runs
// is an alarm, not an empty inbox; what comes into the new one is worked off.
func TestInboxReplaced(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	inbox := filepath.Join(root, generator.InboxFolder)
	cmd, said := watching(t, root)
	for _, err := os.Stat(inbox); err != nil; _, err = os.Stat(inbox) {
		time.Sleep(time.Millisecond)
	}
	time.Sleep(200 * time.Millisecond)
	if err := os.RemoveAll(inbox); err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Second)
	drop(t, root, "水务局.xlsx", workbookOf(t, "青岚区水务局"))
	page := filepath.Join(root, "成果/单位/青岚区水务局/回执.html")
	for _, err := os.Stat(page); err != nil; _, err = os.Stat(page) {
		time.Sleep(10 * time.Millisecond)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // told to stop
	if strings.Count(said.String(), "收件文件夹不见了，等它回来") != 1 || strings.Count(said.String(), "收件文件夹又有了") != 1 {
		t.Errorf("%s", said)
	}
}

// TestWatchReadOnlyDisk: on a disk that cannot be written it says so at the start and
// claims nothing; one that becomes so meanwhile it waits for.
func TestWatchReadOnlyDisk(t *testing.T) {
	t.Parallel()
	files := sent(t)
	want := undisturbed(t, files)
	dir := disk(t, "size=16m")
	root := filepath.Join(dir, "投放")
	for name, data := range files {
		drop(t, root, name, data)
	}
	remount(t, dir, "ro")
	if code, said := call(t, program(t), watchArgs(root, "--once")...); code != exitFailed || !strings.Contains(said, "磁盘是只读的") {
		t.Errorf("exit code %d\n%s", code, said)
	}
	remount(t, dir, "rw")
	cmd, said := watching(t, root)
	for _, err := os.Stat(filepath.Join(root, generator.ClaimsFolder, "watch-1")); err != nil; _, err = os.Stat(filepath.Join(root, generator.ClaimsFolder, "watch-1")) {
		time.Sleep(time.Millisecond)
	}
	// As long as a file is open for writing the disk cannot be made read-only.
	for code := 1; code != 0; time.Sleep(time.Millisecond) {
		code, _ = call(t, "mount", "-o", "remount,ro", dir) // what it says while it is busy is of no use
	}
	time.Sleep(2 * time.Second)
	remount(t, dir, "rw")
	for left := 1; left > 0; time.Sleep(10 * time.Millisecond) {
		left = len(settledRoot(t, filepath.Join(root, generator.InboxFolder))) + len(settledRoot(t, filepath.Join(root, generator.ClaimsFolder)))
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // told to stop
	if strings.Contains(said.String(), "退回 青岚区水务局") {
		t.Errorf("%s", said)
	}
	once(t, root)
	sameRoot(t, root, want)
}

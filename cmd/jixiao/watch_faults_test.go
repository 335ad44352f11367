//go:build faults

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"jixiao/generator"
	"jixiao/generator/ooxml"
	"jixiao/generator/publish"
)

// watchArgs are those of every watch in these tests.
func watchArgs(root string, more ...string) []string {
	return append([]string{"watch", "--root", root, "--year", "2022", "--poll", "20ms", "--deadline", "2s"}, more...)
}

// watching starts a watch of its own process.
func watching(t *testing.T, root string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	cmd := exec.Command(program(t), watchArgs(root)...)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, &said
}

// workbookOf is the accepted sample as another unit would send it.
func workbookOf(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile("../../samples/青岚区2022年度/收件/青岚区水务局2022年度自评.xlsx")
	if err != nil {
		t.Fatal(err)
	}
	p, err := ooxml.Open(data, ooxml.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	const part = "xl/sharedStrings.xml"
	text, _ := p.Part(part) // without it no unit would get its name, which the tests see
	out, err := p.Rewrite(map[string][]byte{part: bytes.ReplaceAll(text, []byte("青岚区水务局"), []byte(name))}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// drop puts a file into the inbox in one stroke.
func drop(t *testing.T, root, name string, data []byte) {
	t.Helper()
	inbox := filepath.Join(root, generator.InboxFolder)
	put(t, filepath.Join(inbox, ".tmp-"+name), data)
	if err := os.Rename(filepath.Join(inbox, ".tmp-"+name), filepath.Join(inbox, name)); err != nil {
		t.Fatal(err)
	}
}

// once is an undisturbed pass.
func once(t *testing.T, root string) {
	t.Helper()
	if code, said := call(t, program(t), watchArgs(root, "--once")...); code != exitAccepted && code != exitReturned {
		t.Fatalf("the last pass: exit code %d\n%s", code, said)
	}
}

// settledRoot reads what people see of a root, without lock files.
func settledRoot(t *testing.T, root string) map[string]string {
	t.Helper()
	all := visible(t, root)
	for name := range all {
		if strings.HasSuffix(name, ".lock") {
			delete(all, name)
		}
	}
	return all
}

// sameRoot holds a disturbed root against an undisturbed one.
func sameRoot(t *testing.T, root string, want map[string]string) {
	t.Helper()
	got := settledRoot(t, root)
	for name, data := range want {
		if got[name] != data {
			t.Errorf("%s is missing or has other bytes", name)
		}
		delete(got, name)
	}
	for name := range got {
		t.Errorf("%s is there too", name)
	}
	noLeftovers(t, root)
	left, err := os.ReadDir(filepath.Join(root, publish.StateFolder, "attempts"))
	if err != nil || len(left) > 0 {
		t.Errorf("attempts %v %v", left, err)
	}
}

// pile is what comes in during a test of watching: accepted and returned units.
func pile(t *testing.T, n int) map[string][]byte {
	t.Helper()
	files := map[string][]byte{"坏件.xlsx": []byte("这不是工作簿")}
	for i := range n {
		name := fmt.Sprintf("青岚区第%02d局", i+1)
		files[name+".xlsx"] = workbookOf(t, name)
	}
	return files
}

func undisturbed(t *testing.T, files map[string][]byte) map[string]string {
	t.Helper()
	root := t.TempDir()
	for name, data := range files {
		drop(t, root, name, data)
	}
	once(t, root)
	want := settledRoot(t, root)
	if len(want) < 3*len(files) {
		t.Fatalf("%d files", len(want))
	}
	return want
}

// TestWatchesKilledAtRandom kills one of three watches at a time while files keep
// coming in. Afterwards one undisturbed pass makes of them what it would have
// made without: each file archived once, the same documents, no leftovers.
func TestWatchesKilledAtRandom(t *testing.T) {
	t.Parallel()
	kills := count(t, "JIXIAO_KILLS", 60)
	files := pile(t, 12)
	want := undisturbed(t, files)
	const seed = 5
	random := rand.New(rand.NewPCG(seed, seed))
	done := 0
	for round := 1; done < kills; round++ {
		root := t.TempDir()
		var waiting []string
		for name := range files {
			waiting = append(waiting, name)
		}
		var watches [3]*exec.Cmd
		var said [3]*bytes.Buffer
		for i := range watches {
			watches[i], said[i] = watching(t, root)
		}
		for n := 0; n < 20 && done < kills; n++ {
			for range 2 {
				if len(waiting) > 0 {
					drop(t, root, waiting[0], files[waiting[0]])
					waiting = waiting[1:]
				}
			}
			time.Sleep(time.Duration(random.IntN(300)) * time.Millisecond)
			i := random.IntN(len(watches))
			if err := watches[i].Process.Kill(); err != nil {
				t.Fatal(err)
			}
			var exit *exec.ExitError
			if err := watches[i].Wait(); !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
				t.Fatalf("a watch ended by itself: %v\n%s", err, said[i])
			}
			done++
			watches[i], said[i] = watching(t, root)
		}
		for i := range watches {
			if err := errors.Join(watches[i].Process.Kill()); err != nil {
				t.Fatal(err)
			}
			_ = watches[i].Wait() // it was killed
			done++
		}
		for _, name := range waiting {
			drop(t, root, name, files[name])
		}
		once(t, root)
		t.Run(fmt.Sprint("round ", round), func(t *testing.T) { sameRoot(t, root, want) })
	}
	t.Logf("%d kills", done)
}

// TestWatchTerminated gives back what it had claimed, ends with its code, and the
// next does the rest.
func TestWatchTerminated(t *testing.T) {
	t.Parallel()
	files := pile(t, 8)
	want := undisturbed(t, files)
	for _, c := range []struct {
		signal syscall.Signal
		code   int
	}{{syscall.SIGTERM, exitTerminated}, {syscall.SIGINT, exitInterrupted}} {
		root := t.TempDir()
		for name, data := range files {
			drop(t, root, name, data)
		}
		cmd, said := watching(t, root)
		time.Sleep(1200 * time.Millisecond)
		if err := cmd.Process.Signal(c.signal); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // its code is what counts
		if code := cmd.ProcessState.ExitCode(); code != c.code {
			t.Errorf("exit code %d\n%s", code, said)
		}
		for name := range settledRoot(t, root) {
			if strings.HasPrefix(name, generator.ClaimsFolder+"/") {
				t.Errorf("%s is still claimed", name)
			}
		}
		once(t, root)
		sameRoot(t, root, want)
	}
}

// TestWatchStopped: what a process has claimed that stands still is not taken by
// another, however long that lasts; each unit is published once.
func TestWatchStopped(t *testing.T) {
	t.Parallel()
	files := pile(t, 8)
	want := undisturbed(t, files)
	root := t.TempDir()
	first, said := watching(t, root)
	for name, data := range files {
		drop(t, root, name, data)
	}
	// As soon as it has claimed something.
	for claimed := false; !claimed; time.Sleep(time.Millisecond) {
		err := filepath.WalkDir(filepath.Join(root, generator.ClaimsFolder), func(p string, d fs.DirEntry, err error) error {
			claimed = claimed || err == nil && strings.HasSuffix(p, ".xlsx")
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := first.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	held := len(settledRoot(t, filepath.Join(root, generator.ClaimsFolder)))
	second, more := watching(t, root)
	time.Sleep(time.Duration(count(t, "JIXIAO_PAUSE_SECONDS", 5)) * time.Second)
	if now := len(settledRoot(t, filepath.Join(root, generator.ClaimsFolder))); now < held {
		t.Errorf("of %d files that a stopped process holds %d are left", held, now)
	}
	if err := first.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	time.Sleep(5 * time.Second)
	for _, cmd := range []*exec.Cmd{first, second} {
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // told to stop
	}
	once(t, root)
	sameRoot(t, root, want)
	for name := range files {
		stem := strings.TrimSuffix(name, ".xlsx")
		if n := strings.Count(said.String()+more.String(), " "+stem); n > 1 {
			t.Errorf("%s was done %d times", stem, n)
		}
	}
	t.Logf("%d files were held", held)
}

// TestWatchLatency states how long a unit's documents take after its file has come.
func TestWatchLatency(t *testing.T) {
	root := t.TempDir()
	cmd := exec.Command(program(t), "watch", "--root", root, "--year", "2022") // as people start it
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _, _ = cmd.Process.Kill(), cmd.Wait() }() // its work is done
	time.Sleep(time.Second)
	drop(t, root, "水务局.xlsx", workbookOf(t, "青岚区水务局"))
	began := time.Now()
	for {
		if _, err := os.Stat(filepath.Join(root, "成果/单位/青岚区水务局")); err == nil {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Logf("documents %v after the file", time.Since(began).Round(time.Millisecond))
}

// TestWatchOnAFullDisk: the watch says that the disk is full, returns nobody for
// it, and goes on by itself when there is space.
func TestWatchOnAFullDisk(t *testing.T) {
	t.Parallel()
	files := pile(t, 8)
	want := undisturbed(t, files)
	full := 0
	for _, o := range []string{"size=240k", "size=300k", "size=420k", "nr_inodes=60", "nr_inodes=90"} {
		t.Run(o, func(t *testing.T) {
			dir := disk(t, o)
			root := filepath.Join(dir, "投放")
			for name, data := range files {
				drop(t, root, name, data)
			}
			if code, said := call(t, program(t), watchArgs(root, "--once")...); code == exitFailed && strings.Contains(said, "磁盘已满") {
				full++
			} else if code != exitReturned {
				t.Errorf("exit code %d\n%s", code, said)
			}
			cmd, said := watching(t, root)
			time.Sleep(3 * time.Second)
			remount(t, dir, "size=64m,nr_inodes=5000")
			for began := time.Now(); time.Since(began) < time.Minute; time.Sleep(50 * time.Millisecond) {
				left, err := filepath.Glob(filepath.Join(root, generator.InboxFolder, "*.xlsx"))
				if held := len(settledRoot(t, filepath.Join(root, generator.ClaimsFolder))); err != nil || len(left)+held == 0 {
					break
				}
			}
			if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait() // told to stop
			if left, _ := filepath.Glob(filepath.Join(root, generator.InboxFolder, "*.xlsx")); len(left) > 0 {
				t.Errorf("it did not go on by itself: %q\n%s", left, said)
			}
			once(t, root)
			sameRoot(t, root, want)
		})
	}
	if full < 2 {
		t.Errorf("only %d disks were full", full)
	}
}

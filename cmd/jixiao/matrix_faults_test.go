//go:build faults

package main

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"jixiao/generator"
	"jixiao/generator/publish"
)

// with is the accepted sample under another unit's name, with one part of its own.
func with(t *testing.T, unit, part string, write func(io.Writer)) []byte {
	t.Helper()
	zr, err := zip.NewReader(bytes.NewReader(workbookOf(t, unit)), int64(len(workbookOf(t, unit))))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	zw := zip.NewWriter(&b)
	for _, e := range zr.File {
		if e.Name != part {
			if err := zw.Copy(e); err != nil {
				t.Fatal(err)
			}
		}
	}
	w, err := zw.Create(part)
	if err != nil {
		t.Fatal(err)
	}
	write(w)
	if err := zw.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// repeated writes a text n times.
func repeated(n int, text string) func(io.Writer) {
	return func(w io.Writer) {
		block := []byte(strings.Repeat(text, 1000))
		for range n / 1000 {
			_, _ = w.Write(block) // into memory
		}
	}
}

func around(head string, body func(io.Writer), foot string) func(io.Writer) {
	return func(w io.Writer) {
		_, _ = io.WriteString(w, head) // into memory
		body(w)
		_, _ = io.WriteString(w, foot) // into memory
	}
}

// TestMemory: with the memory of the process limited, the workbooks that want most
// of it are returned with a reason, or read; the batch goes on, and nobody else is
// returned.
func TestMemory(t *testing.T) {
	t.Parallel()
	needsProgram(t, "prlimit")
	const space = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`
	const sheet, texts = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
	long := strings.Repeat("绩", 10_000)
	files := map[string][]byte{
		"甲.xlsx": workbookOf(t, "青岚区甲局"), "乙.xlsx": workbookOf(t, "青岚区乙局"),
		"青岚区炸弹局.xlsx": with(t, "青岚区炸弹局", "xl/media/image99.png", repeated(1<<20, strings.Repeat("\x00", 1024))),
		"青岚区长表局.xlsx": with(t, "青岚区长表局", sheet, around(`<worksheet `+space+`><sheetData>`, repeated(1_500_000, `<row><c t="inlineStr"><is><t>一</t></is></c><c><v>308.76</v></c></row>`), `</sheetData></worksheet>`)),
		"青岚区空文局.xlsx": with(t, "青岚区空文局", texts, around(`<sst `+space+`>`, repeated(3_000_000, `<si/>`), `</sst>`)),
		"青岚区长文局.xlsx": with(t, "青岚区长文局", texts, around(`<sst `+space+`>`, repeated(3_000, `<si><t>`+long+`</t></si>`), `</sst>`)),
		"青岚区合并局.xlsx": with(t, "青岚区合并局", sheet, around(`<worksheet `+space+`><sheetData/><mergeCells>`, repeated(1_000_000, `<mergeCell ref="A1:B2"/>`), `</mergeCells></worksheet>`)),
		"青岚区远处局.xlsx": with(t, "青岚区远处局", sheet, around(`<worksheet `+space+`><sheetData>`, func(w io.Writer) {
			_, _ = io.WriteString(w, `<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>`) // into memory
		}, `</sheetData></worksheet>`)),
		"青岚区样式局.xlsx": with(t, "青岚区样式局", "xl/styles.xml", around(`<styleSheet `+space+`><cellXfs>`, repeated(2_000_000, `<xf numFmtId="0"/>`), `</cellXfs></styleSheet>`)),
	}
	const limit = "--data=402653184" // 384 MB
	check := func(t *testing.T, code int, said string, got map[string]string, accepted, returned string) {
		t.Helper()
		if code != exitReturned || strings.Contains(said, "fatal error") {
			t.Errorf("exit code %d\n%.3000s", code, said)
		}
		for _, name := range []string{"青岚区甲局", "青岚区乙局"} {
			if got[accepted+"/"+name+"/"+name+"整体支出绩效自评表.docx"] == "" {
				t.Errorf("%s has no documents", name)
			}
		}
		for name := range files {
			unit := strings.TrimSuffix(name, ".xlsx")
			if strings.HasPrefix(unit, "青岚区") && !strings.Contains(fmt.Sprint(keys(got)), returned+"/"+unit+"/") {
				t.Errorf("%s is not returned", unit)
			}
		}
	}
	t.Run("run", func(t *testing.T) {
		in, out := t.TempDir(), t.TempDir()
		for name, data := range files {
			put(t, filepath.Join(in, name), data)
		}
		code, said := call(t, "prlimit", limit, program(t), "run", "--in", in, "--out", out, "--year", "2022", "--workers", "4", "--shard", "none")
		check(t, code, said, visible(t, out), generator.Plain.Accepted, generator.Plain.Returned)
	})
	t.Run("watch", func(t *testing.T) {
		root := filled(t, files)
		code, said := call(t, "prlimit", append([]string{limit, program(t)}, watchArgs(root, "--once", "--workers", "4")...)...)
		check(t, code, said, settledRoot(t, root), generator.DropFolder.Accepted, generator.DropFolder.Returned)
	})
}

func keys(all map[string]string) (names []string) {
	for name := range all {
		names = append(names, name)
	}
	return names
}

// TestPoison: a file that kills the program every time is answered unread after so
// many deaths, and the others are published. What kills is the converter of old
// workbooks: it kills who called it, as the kernel would that has no memory left.
func TestPoison(t *testing.T) {
	t.Parallel()
	old, err := os.ReadFile("../../generator/intake/testdata/saved-as.xls")
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	if err := os.WriteFile(filepath.Join(bin, "soffice"), []byte("#!/bin/sh\nkill -9 $PPID\nsleep 1\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{"青岚区毒局.xls": old}
	for _, name := range []string{"青岚区甲局", "青岚区乙局", "青岚区丙局"} {
		files[name+".xlsx"] = workbookOf(t, name)
	}
	for _, c := range []struct {
		name   string
		deaths int
		layout generator.Layout
	}{{"run", 4, generator.Plain}, {"watch", 3, generator.DropFolder}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			in, out := t.TempDir(), filepath.Join(t.TempDir(), "成果")
			args := []string{"run", "--in", in, "--out", out, "--year", "2022", "--shard", "none"}
			if c.name == "watch" {
				in, args = filepath.Join(out, generator.InboxFolder), watchArgs(out, "--once")
			}
			for name, data := range files {
				put(t, filepath.Join(in, name), data)
			}
			deaths := 0
			var said []byte
			for ; deaths < 7; deaths++ {
				cmd := exec.Command(program(t), args...)
				cmd.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"))
				said, _ = cmd.CombinedOutput() // its code is what counts
				if cmd.ProcessState.ExitCode() != -1 {
					if code := cmd.ProcessState.ExitCode(); code != exitReturned {
						t.Fatalf("exit code %d\n%s", code, said)
					}
					break
				}
			}
			if deaths != c.deaths {
				t.Errorf("%d deaths, want %d\n%s", deaths, c.deaths, said)
			}
			record, err := os.ReadFile(filepath.Join(out, c.layout.Reports, "run.json"))
			if want := fmt.Sprintf("程序读取这个文件时中断了%d次，没有再读。", c.deaths); err != nil || !strings.Contains(string(record), want) {
				t.Errorf("run.json does not say %s: %v", want, err)
			}
			if !strings.Contains(string(record), `"accepted": 3`) {
				t.Errorf("%.600s", record)
			}
			if c.name == "run" { // it is not tried again, until it is another file
				cmd := exec.Command(program(t), args...)
				cmd.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"))
				if said, _ := cmd.CombinedOutput(); cmd.ProcessState.ExitCode() != exitReturned {
					t.Errorf("once more: exit code %d\n%s", cmd.ProcessState.ExitCode(), said)
				}
			}
			left, err := os.ReadDir(filepath.Join(out, publish.StateFolder, map[string]string{"run": "reading", "watch": "attempts"}[c.name]))
			if most := map[string]int{"run": 1, "watch": 0}[c.name]; err != nil || len(left) != most {
				t.Errorf("counts %v %v", left, err)
			}
		})
	}
}

// TestReplacedWhileRead: an input that is replaced between the two times that a run
// reads it is what the receipt says it is, and the next run makes it good.
func TestReplacedWhileRead(t *testing.T) {
	t.Parallel()
	for name, replacement := range map[string][]byte{
		"by a newer one":      nil,
		"by another unit's":   workbookOf(t, "青岚区邮政局"),
		"by what is cut off":  workbookOf(t, "青岚区水务局")[:3000],
		"by one that is gone": {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &scene{in: t.TempDir()}
			file := filepath.Join(s.in, "甲.xlsx")
			put(t, file, workbookOf(t, "青岚区水务局"))
			if replacement == nil {
				replacement = with(t, "青岚区水务局", "docProps/x.txt", repeated(1000, "x"))
			}
			after := &scene{in: t.TempDir()}
			if len(replacement) > 0 {
				put(t, filepath.Join(after.in, "甲.xlsx"), replacement)
			} else {
				put(t, filepath.Join(s.in, "乙.xlsx"), workbookOf(t, "青岚区乙局"))
				put(t, filepath.Join(after.in, "乙.xlsx"), workbookOf(t, "青岚区乙局"))
			}
			sent, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var out string
			var said *bytes.Buffer
			// A slow machine may come too late with the other file: once more, with more time.
			for delay, late := 2, true; late; delay *= 2 {
				put(t, file, sent)
				out = s.begin(t)
				said = replacing(t, s.args(out), file, replacement, delay)
				late = false
				receipts, err := filepath.Glob(filepath.Join(out, publish.StateFolder, "receipts", "*.json"))
				if err != nil || len(receipts) == 0 {
					t.Fatal(err, said)
				}
				for _, r := range receipts {
					data, err := os.ReadFile(r)
					if err != nil {
						t.Fatal(err)
					}
					late = late || bytes.Contains(data, []byte(publish.Hash(sent)))
				}
			}
			if name == "by another unit's" {
				record, err := os.ReadFile(filepath.Join(out, "run.json"))
				if err != nil || !strings.Contains(string(record), "读取期间，这个文件被换成了另一个，填报单位和刚才不同，没有采用。请再运行一次") {
					t.Errorf("another unit's workbook was taken: %v\n%s", err, said)
				}
			}
			fresh := after.begin(t)
			for _, o := range []string{out, fresh} {
				if code, said := call(t, program(t), after.args(o)...); code != exitAccepted && code != exitReturned {
					t.Fatalf("exit code %d\n%s", code, said)
				}
			}
			after.want = visible(t, fresh)
			got := visible(t, out)
			for name, data := range after.want {
				if got[name] != data && name != "run.json" && name != "运行报告.html" {
					t.Errorf("%s is missing or has other bytes", name)
				}
			}
		})
	}
}

// replacing runs the program, and replaces a file while its second opening waits for
// so many seconds; no replacement takes the file away.
func replacing(t *testing.T, args []string, file string, replacement []byte, delay int) *bytes.Buffer {
	t.Helper()
	log := filepath.Join(t.TempDir(), "strace.txt")
	inject := fmt.Sprintf("inject=openat:delay_enter=%d:when=2", delay*1_000_000)
	cmd := exec.Command("strace", append(tracer(t, log, "-P", file, "-e", "trace=openat", "-e", inject, program(t)), args...)...)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for n := 0; n < 2; time.Sleep(5 * time.Millisecond) {
		trace, _ := os.ReadFile(log) // it may not be there yet
		n = bytes.Count(trace, []byte("openat("))
	}
	if len(replacement) > 0 {
		put(t, file+".tmp", replacement)
		if err := os.Rename(file+".tmp", file); err != nil {
			t.Fatal(err)
		}
	} else if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // its code is what counts
	if code := cmd.ProcessState.ExitCode(); code != exitAccepted && code != exitReturned {
		t.Fatalf("exit code %d\n%s", code, &said)
	}
	return &said
}

// TestFormChangedMeanwhile: a run works with the form as it was when it began.
func TestFormChangedMeanwhile(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "套表")
	if code, said := call(t, program(t), "form", "export", "整体支出", dir); code != exitAccepted {
		t.Fatalf("exit code %d\n%s", code, said)
	}
	s := many(t, 30)
	plain := s.want
	out := s.begin(t)
	args := append(s.args(out), "--form", dir)
	cmd := exec.Command(program(t), args...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for receipts := 0; receipts == 0; time.Sleep(time.Millisecond) {
		found, err := filepath.Glob(filepath.Join(out, publish.StateFolder, "receipts", "*.json"))
		if err != nil {
			t.Fatal(err)
		}
		receipts = len(found)
	}
	// Its templates go away under it.
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // its code is what counts
	if code := cmd.ProcessState.ExitCode(); code != exitAccepted && code != exitReturned {
		t.Fatalf("exit code %d", code)
	}
	got := visible(t, out)
	for name, data := range plain {
		if strings.HasPrefix(name, "单位/") && got[name] != data {
			t.Errorf("%s is missing or has other bytes", name)
		}
	}
}

// TestIrregularFiles: links, pipes, sockets, devices and folders that are called
// like workbooks are left alone by run and watch, which hang on none of them.
func TestIrregularFiles(t *testing.T) {
	t.Parallel()
	fill := func(t *testing.T, in string) {
		t.Helper()
		put(t, filepath.Join(in, "水务局.xlsx"), workbookOf(t, "青岚区水务局"))
		put(t, filepath.Join(in, "夹.xlsx", "信.txt"), []byte("信"))
		at := func(name string) string { return filepath.Join(in, name) }
		for _, err := range []error{
			os.Symlink("/etc/passwd", at("链.xlsx")), os.Symlink("nowhere", at("断链.xlsx")), os.Symlink(in, at("圈")),
			syscall.Mkfifo(at("管.xlsx"), 0o644), syscall.Mkfifo(at("管.zip"), 0o644), os.Link(at("水务局.xlsx"), at("又名.xlsx")),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		_ = syscall.Mknod(at("零.xlsx"), syscall.S_IFCHR|0o644, 1<<8|5) // /dev/zero, for who may
		if l, err := net.Listen("unix", at("插.xlsx")); err == nil {    // the path may be too long for one
			t.Cleanup(func() { _ = l.Close() }) // the test is over
		}
	}
	t.Run("run", func(t *testing.T) {
		s := &scene{in: t.TempDir()}
		fill(t, s.in)
		out := s.begin(t)
		if code, said := call(t, program(t), s.args(out)...); code != exitAccepted || !strings.Contains(said, "青岚区水务局") {
			t.Errorf("exit code %d\n%s", code, said)
		}
	})
	t.Run("watch", func(t *testing.T) {
		root := t.TempDir()
		in := filepath.Join(root, generator.InboxFolder)
		fill(t, in)
		code, said := call(t, program(t), watchArgs(root, "--once")...)
		if code != exitAccepted || strings.Count(said, "通过 青岚区水务局") != 1 {
			t.Errorf("exit code %d\n%s", code, said)
		}
		for _, name := range []string{"链.xlsx", "断链.xlsx", "圈", "管.xlsx", "管.zip"} {
			if strings.Count(said, "收件/"+name+"：这不是普通文件（而是链接、管道或设备），没有处理。请直接放工作簿") != 1 {
				t.Errorf("%s is not told of once\n%s", name, said)
			}
			if _, err := os.Lstat(filepath.Join(in, name)); err != nil {
				t.Error(err)
			}
		}
	})
}

// TestBareSystem: a machine without a zone database knows the zone of the schedule.
func TestBareSystem(t *testing.T) {
	t.Parallel()
	needs(t, os.Getuid() == 0, "root")
	jail := t.TempDir()
	data, err := os.ReadFile(program(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(jail, "jixiao"), data, 0o755); err != nil {
		t.Fatal(err)
	}
	drop(t, filepath.Join(jail, "投放"), "水务局.xlsx", workbookOf(t, "青岚区水务局"))
	for zone, code := range map[string]int{"Asia/Shanghai": exitAccepted, "Asia/Nowhere": exitUsage} {
		cmd := exec.Command("/jixiao", "schedule", "--root", "/投放", "--at", "02:00", "--zone", zone, "--date", "2026-11-23", "--year", "2022")
		cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: jail}
		cmd.Dir, cmd.Env = "/", []string{"PATH=/"}
		said, _ := cmd.CombinedOutput() // its code is what counts
		if got := cmd.ProcessState.ExitCode(); got != code || code == exitUsage && !strings.Contains(string(said), "--zone Asia/Nowhere 不是时区") {
			t.Errorf("%s: exit code %d\n%s", zone, got, said)
		}
	}
}

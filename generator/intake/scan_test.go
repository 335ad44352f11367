//go:build unix

package intake

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"jixiao/generator/ooxml"
)

// names lists files by their names.
func names(files []File) (out []string) {
	for _, f := range files {
		out = append(out, f.Name)
	}
	return out
}

// TestScan: what lies in an inbox, by name, and by content where the name says nothing.
func TestScan(t *testing.T) {
	t.Parallel()
	book, old, locked := read(t, library), read(t, "testdata/saved-as.xls"), read(t, "testdata/locked-by-office.xlsx")
	zipped := pack(t, member{name: "里面.xlsx", data: book, flags: 0x800})
	x := []byte("x")
	files := map[string][]byte{
		// workbooks by their names, whatever is in them
		"b.xlsx": x, "a/1.xls": x, "e.et": x, "f.XLSX": x, "g.xlsm": x, "h.csv": x, "i.xlsb": x, "j.ods": x, "空.xlsx": nil,
		// workbooks by their content
		"没有扩展名": book, "图书馆.xlsx.1": book, "发来的.dat": book, "旧表.bak": old, "加密.bin": locked, "报送.zip（1）": zipped,
		// not workbooks
		"a/说明.pdf": x, "信.docx": pack(t, member{name: "[Content_Types].xml", data: x}, member{name: "word/document.xml", data: x}),
		"照片.jpg": x, "锁着的信.docx": locked, "断.dat": book[:len(book)/2], "空.txt": nil, "别的.apk": pack(t, member{name: "classes.dex", data: x}),
		// archives that are no zip
		"报送.rar": []byte("Rar!\x1a\x07\x00"), "报送.7z": []byte("7z\xbc\xaf\x27\x1c"),
		// what programs leave behind
		"~$b.xlsx": x, ".~lock.b.xlsx#": x, ".隐藏/c.xlsx": book, ".DS_Store": x, "Thumbs.db": x, "desktop.ini": x, "x.tmp": book, "~WPS3A1.tmp": book, "~wps.xlsx": book,
		"__MACOSX/d.xlsx": book, "__MACOSX/._d.xlsx": x, "@eaDir/b.xlsx": x, "$RECYCLE.BIN/b.xlsx": x, "System Volume Information/b.xlsx": x,
		"b.xlsx.partial": book, "b.xlsx.part": book, "b.xlsx.crdownload": book, "b.xlsx.download": book, "b.xlsx.filepart": book, "b.xlsx.baiduyun.downloading": book, "b.xlsx.xltd": book,
	}
	dir := inbox(t, files)
	got, skipped, err := Scan(dir, ooxml.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"a/1.xls", "b.xlsx", "e.et", "f.XLSX", "g.xlsm", "h.csv", "i.xlsb", "j.ods", "加密.bin", "发来的.dat", "图书馆.xlsx.1", "报送.7z", "报送.rar", "报送.zip（1）/里面.xlsx", "旧表.bak", "没有扩展名", "空.xlsx"}
	if got := names(got); !slices.Equal(got, want) {
		t.Errorf("files %q,\nwant  %q", got, want)
	}
	if want := []string{"a/说明.pdf", "信.docx", "别的.apk", "断.dat", "照片.jpg", "空.txt", "锁着的信.docx"}; !slices.Equal(skipped, want) {
		t.Errorf("skipped %q, want %q", skipped, want)
	}
}

// within fails the test when f does not come to its end.
func within(t *testing.T, limit time.Duration, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	select {
	case <-done:
	case <-time.After(limit):
		t.Fatal("hangs")
	}
}

// TestIrregular: links, pipes, sockets, devices and folders that are called like
// workbooks are never opened and never waited for, however late they turn up.
func TestIrregular(t *testing.T) {
	t.Parallel()
	dir := inbox(t, map[string][]byte{"图书馆.xlsx": read(t, library), "文件夹.xlsx/水务局.xlsx": []byte("x")})
	at := func(name string) string { return filepath.Join(dir, name) }
	made := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	made(os.Symlink(at("图书馆.xlsx"), at("link.xlsx")))
	made(os.Symlink("/etc/passwd", at("passwd.xlsx")))
	made(os.Symlink(dir, at("circle")))
	made(os.Symlink(at("nowhere"), at("dangling.xlsx")))
	made(syscall.Mkfifo(at("pipe.xlsx"), 0o600))
	made(syscall.Mkfifo(at("pipe"), 0o600))
	made(syscall.Mkfifo(at("pipe.zip"), 0o600))
	want := []string{"circle", "dangling.xlsx", "link.xlsx", "passwd.xlsx", "pipe", "pipe.xlsx", "pipe.zip"}
	l, err := net.Listen("unix", at("s.xlsx"))
	if err == nil { // the path may be too long for a socket
		defer l.Close() // the folder goes away anyway
		want = append(want, "s.xlsx")
	}
	if err := syscall.Mknod(at("zero.xlsx"), syscall.S_IFCHR|0o600, 1<<8|5); err == nil { // /dev/zero, for who may
		want = append(want, "zero.xlsx")
	}
	within(t, 20*time.Second, func() {
		files, skipped, err := Scan(dir, ooxml.Limits{})
		if err != nil {
			t.Error(err)
		}
		if got := names(files); !slices.Equal(got, []string{"图书馆.xlsx", "文件夹.xlsx/水务局.xlsx"}) {
			t.Errorf("files %q", got)
		}
		if !slices.Equal(skipped, want) {
			t.Errorf("skipped %q, want %q", skipped, want)
		}
	})
	// They took the place of a workbook after it was listed.
	const message = "这不是普通文件（而是链接、管道、设备或文件夹），没有读取。请直接报送工作簿"
	for _, name := range append(want, "文件夹.xlsx") {
		within(t, 20*time.Second, func() {
			p := Parcel{Files: []File{{Path: at(name), Name: name}}}
			sub, err := Open(context.Background(), p, Options{})
			if err != nil || len(sub.Findings) != 1 || sub.Findings[0].Message != message {
				t.Errorf("%s: %v, %v", name, err, sub)
			}
			if files, _, err := unpack(at(name), name, bounds(ooxml.Limits{})); err != nil || len(files) != 1 {
				t.Errorf("%s as an archive: %v, %v", name, files, err)
			}
		})
	}
	// An inbox that is a link is what it leads to; one that is a pipe is nothing.
	link := filepath.Join(t.TempDir(), "收件")
	made(os.Symlink(dir, link))
	if files, _, err := Scan(link, ooxml.Limits{}); err != nil || len(files) != 2 {
		t.Errorf("an inbox behind a link: %q, %v", names(files), err)
	}
	within(t, 20*time.Second, func() {
		if _, _, err := Scan(at("pipe.xlsx"), ooxml.Limits{}); err == nil || !strings.Contains(err.Error(), "既不是文件夹，也不是普通文件") {
			t.Errorf("a pipe as inbox: %v", err)
		}
	})
	if files, _, err := Scan(at("link.xlsx"), ooxml.Limits{}); err != nil || len(files) != 1 || files[0].Name != "link.xlsx" {
		t.Errorf("a link to a workbook as inbox: %q, %v", names(files), err)
	}
}

// TestCancelled: a run that is stopped does not go on reading, and a conversion at
// work ends at once.
func TestCancelled(t *testing.T) {
	t.Parallel()
	f := builtin(t)
	program := filepath.Join(t.TempDir(), "soffice")
	if err := os.WriteFile(program, []byte("#!/bin/sh\nsleep 60 &\nwait\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	slow := &office{program: program, timeout: time.Minute}
	old := File{Path: "testdata/saved-as.xls", Name: "图书馆.xls"}
	for name, run := range map[string]func(ctx context.Context, opt Options) error{
		"Assign": func(ctx context.Context, opt Options) error {
			_, _, err := Assign(ctx, []File{old}, opt)
			return err
		},
		"Open": func(ctx context.Context, opt Options) error {
			_, err := Open(ctx, Parcel{Files: []File{old}}, opt)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
			defer cancel()
			start := time.Now()
			if err := run(ctx, Options{Map: f.Map, Converter: slow}); err != context.DeadlineExceeded {
				t.Errorf("ended with %v", err)
			}
			if took := time.Since(start); took > 20*time.Second {
				t.Errorf("ended after %v", took)
			}
			done, stop := context.WithCancel(t.Context())
			stop()
			if err := run(done, Options{Map: f.Map}); err != context.Canceled {
				t.Errorf("begun after it was stopped: %v", err)
			}
		})
	}
}

// TestUnreadable: what the file system withholds is its sender's trouble.
func TestUnreadable(t *testing.T) {
	t.Parallel()
	if os.Getuid() == 0 && runtime.GOOS != "linux" {
		t.Skip("nothing is withheld from root")
	}
	dir := inbox(t, map[string][]byte{"青岚区水务局.xlsx": []byte("x"), "青岚区图书馆/附件.xlsx": []byte("x"), "青岚区档案馆.xlsx": read(t, library), "信.dat": []byte("x"), "a.zip": []byte("x")})
	if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"青岚区水务局.xlsx", "青岚区图书馆", "信.dat", "a.zip"} {
		if err := os.Chmod(filepath.Join(dir, name), 0); err != nil {
			t.Fatal(err)
		}
	}
	asNobody(t, func() {
		files, skipped, err := Scan(dir, ooxml.Limits{})
		if err != nil || !slices.Equal(names(files), []string{"a.zip", "青岚区图书馆", "青岚区档案馆.xlsx", "青岚区水务局.xlsx"}) || !slices.Equal(skipped, []string{"信.dat"}) {
			t.Fatalf("files %q, skipped %q, %v", names(files), skipped, err)
		}
		want := map[string]string{
			"a.zip":       "文件打不开：没有读取权限，或者已被移走。请检查文件的权限后再运行，或请单位重新报送",
			"青岚区水务局.xlsx": "文件打不开：没有读取权限，或者已被移走。请检查文件的权限后再运行，或请单位重新报送",
			"青岚区图书馆":      "文件夹打不开：没有读取权限，里面的报送件没有读取。请检查文件夹的权限后再运行",
			"青岚区档案馆.xlsx": "",
		}
		for i := range files {
			c, err := files[i].load(context.Background(), Options{})
			got := ""
			if c.damage != nil {
				got = c.damage.Error()
			}
			if err != nil || got != want[files[i].Name] {
				t.Errorf("%s: %q, %v", files[i].Name, got, err)
			}
		}
	})
}

package main

import (
	"archive/zip"
	"bytes"
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// TestLockedInArchive: a protected workbook in a zip archive is read with the
// table of passwords, and returned without it.
func TestLockedInArchive(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../../samples/信访局改正后/收件/株洲市渌口区信访局.xlsx")
	if err != nil {
		t.Fatal(err)
	}
	locked, err := excelize.Encrypt(data, &excelize.Options{Password: "信访2022"})
	if err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	z := zip.NewWriter(&packed)
	w, err := z.Create("报送/信访局.xlsx")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(locked); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	put := func(name string, data []byte) string {
		p := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, data, 0o644); err != nil {
			t.Fatal(err)
		}
		return p
	}
	put("收件/包.zip", packed.Bytes())
	table, gbk := put("口令.txt", []byte("信访局\t信访2022\n")), put("口令GBK.txt", []byte("\xd0\xc5\xb7\xc3\n"))
	in, out := filepath.Join(dir, "收件"), filepath.Join(dir, "成果")
	for _, c := range []struct {
		name string
		args []string
		code int
		says string // on one of the two outputs
	}{
		{"with the table", []string{"run", "--in", in, "--out", out, "--passwords", table}, exitAccepted, "通过"},
		{"without", []string{"check", "--in", in}, exitReturned, "文件设有打开密码，无法读取"},
		{"no such table", []string{"check", "--in", in, "--passwords", filepath.Join(dir, "没有.txt")}, exitUsage, "没有.txt 不存在，请检查路径"},
		{"a table in GBK", []string{"check", "--in", in, "--passwords", gbk}, exitUsage, "第1行不是 UTF-8 文字"},
	} {
		var stdout, stderr bytes.Buffer
		if got := run(context.Background(), append([]string{"jixiao"}, c.args...), &stdout, &stderr); got != c.code {
			t.Errorf("%s: exit code %d, want %d\n%s%s", c.name, got, c.code, &stdout, &stderr)
		}
		if !strings.Contains(stdout.String()+stderr.String(), c.says) {
			t.Errorf("%s: does not say %q\n%s%s", c.name, c.says, &stdout, &stderr)
		}
	}
	record, err := os.ReadFile(filepath.Join(out, "run.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"path": "包.zip/报送/信访局.xlsx"`, `"workbook": "包.zip/报送/信访局.xlsx"`} {
		if !bytes.Contains(record, []byte(want)) {
			t.Errorf("run.json does not have %s", want)
		}
	}
}

// TestMaxWorkbook: a workbook that is larger than the option allows is not read, and
// its sender is told both sizes; with a larger one it is read and returned marked.
func TestMaxWorkbook(t *testing.T) {
	t.Parallel()
	in := t.TempDir()
	large := grown(t, "../../samples/信访局改正后/收件/株洲市渌口区信访局.xlsx", 3*mega)
	if err := os.WriteFile(filepath.Join(in, "株洲市渌口区信访局.xlsx"), large, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ most, says, not string }{
		{"2", "文件有 3 MB，超过 2 MB 的上限", "通过1家"},
		{"4", "通过1家", "上限"},
	} {
		var stdout, stderr bytes.Buffer
		run(t.Context(), []string{"jixiao", "check", "--in", in, "--max-workbook", c.most}, &stdout, &stderr)
		if out := stdout.String() + stderr.String(); !strings.Contains(out, c.says) || strings.Contains(out, c.not) {
			t.Errorf("--max-workbook %s: %s", c.most, out)
		}
	}
}

// grown is the workbook with a picture that nothing shrinks, of so many bytes.
func grown(t *testing.T, name string, bytesMore int) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	zr, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	zw := zip.NewWriter(&b)
	for _, f := range zr.File {
		if err := zw.Copy(f); err != nil {
			t.Fatal(err)
		}
	}
	w, err := zw.Create("xl/media/image99.png")
	if err != nil {
		t.Fatal(err)
	}
	noise := make([]byte, bytesMore)
	rand.NewChaCha8([32]byte{}).Read(noise) // never fails
	if _, err := w.Write(noise); err != nil {
		t.Fatal(err)
	}
	if err := zw.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

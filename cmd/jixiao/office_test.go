//go:build office

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestOffice opens every published document with LibreOffice, which neither
// wrote them nor shares a line with the engines, and looks for the unit's text
// on the pages. It runs with `make office`, which CI does.
func TestOffice(t *testing.T) {
	out, pdf, profile := t.TempDir(), t.TempDir(), t.TempDir()
	dir := "../../samples/青岚区2022年度"
	runBatch(t, dir, out, true, exitReturned, "4")
	var documents []string
	for name := range files(t, out) {
		if ext := filepath.Ext(name); ext == ".docx" || ext == ".xlsx" {
			// One folder for all PDFs: the path becomes part of the name.
			flat := filepath.Join(pdf, strings.ReplaceAll(name, "/", "__"))
			data, err := os.ReadFile(filepath.Join(out, filepath.FromSlash(name)))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(flat, data, 0o644); err != nil {
				t.Fatal(err)
			}
			documents = append(documents, flat)
		}
	}
	if len(documents) < 10 {
		t.Fatalf("only %d documents", len(documents))
	}
	args := append([]string{"-env:UserInstallation=file://" + profile, "--headless", "--convert-to", "pdf", "--outdir", pdf}, documents...)
	if msg, err := exec.Command("soffice", args...).CombinedOutput(); err != nil {
		t.Fatalf("soffice: %v\n%s", err, msg)
	}
	for _, d := range documents {
		name := strings.TrimSuffix(d, filepath.Ext(d)) + ".pdf"
		text, err := exec.Command("pdftotext", "-layout", name, "-").CombinedOutput()
		if err != nil {
			t.Errorf("%s: %v\n%s", filepath.Base(d), err, text)
			continue
		}
		if len(strings.TrimSpace(string(text))) < 20 {
			t.Errorf("%s: LibreOffice shows an empty page", filepath.Base(d))
		}
		for _, bad := range []string{"{{", "}}", "#REF!", "#NAME?", "#VALUE!", "Err:5"} {
			if strings.Contains(string(text), bad) {
				t.Errorf("%s: LibreOffice shows %s", filepath.Base(d), bad)
			}
		}
	}
}

// TestOfficeConverts: a sample that LibreOffice saved as .xls, under the names
// that Excel and WPS give, comes out with the values of the sample itself; twice
// the same bytes.
func TestOfficeConverts(t *testing.T) {
	const sample = "../../samples/信访局改正后/收件/株洲市渌口区信访局.xlsx"
	plain, old := t.TempDir(), t.TempDir()
	msg, err := exec.Command("soffice", "-env:UserInstallation=file://"+t.TempDir(), "--headless", "--convert-to", "xls", "--outdir", old, sample).CombinedOutput()
	if err != nil {
		t.Fatalf("soffice: %v\n%s", err, msg)
	}
	xls := filepath.Join(old, "株洲市渌口区信访局.xls")
	et := strings.TrimSuffix(xls, ".xls") + ".et"
	_, want := values(t, sample, plain)
	var earlier map[string][]byte
	for _, name := range []string{xls, et, et} {
		if name == et {
			if err := os.Rename(xls, et); err != nil && earlier == nil {
				t.Fatal(err)
			}
		}
		out := t.TempDir()
		record, got := values(t, name, out)
		if !maps.Equal(got, want) {
			t.Errorf("%s: values\n%v\nwant\n%v", filepath.Base(name), got, want)
		}
		if !strings.Contains(record, "已用 LibreOffice 转换为 .xlsx 后读取") {
			t.Errorf("%s: nothing says that it was converted", filepath.Base(name))
		}
		if now := files(t, out); name == et && earlier != nil {
			if !maps.EqualFunc(now, earlier, bytes.Equal) {
				t.Error("the second conversion gave other results")
			}
		} else if name == et {
			earlier = now
		}
	}
}

// values runs one workbook and returns run.json and the unit's values by their names.
func values(t *testing.T, in, out string) (record string, byName map[string]string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if got := run(context.Background(), []string{"jixiao", "run", "--in", in, "--out", out}, &stdout, &stderr); got != exitAccepted {
		t.Fatalf("exit code %d\n%s%s", got, &stdout, &stderr)
	}
	data, err := os.ReadFile(filepath.Join(out, "run.json"))
	if err != nil {
		t.Fatal(err)
	}
	type value struct{ Value, Cell string }
	var parsed struct {
		Units []struct {
			Values map[string]value
			Lists  map[string][]json.RawMessage
		}
	}
	if err := json.Unmarshal(data, &parsed); err != nil {
		t.Fatal(err)
	}
	byName = map[string]string{}
	for name, v := range parsed.Units[0].Values {
		byName[name] = v.Cell + " " + v.Value
	}
	for name, l := range parsed.Units[0].Lists {
		for i, raw := range l {
			var item map[string]json.RawMessage
			if err := json.Unmarshal(raw, &item); err != nil {
				t.Fatal(err)
			}
			for field, raw := range item {
				var v value
				if json.Unmarshal(raw, &v) == nil {
					byName[name+string(rune('0'+i%10))+field] = v.Cell + " " + v.Value
				}
			}
		}
	}
	if len(byName) < 20 {
		t.Fatalf("%d values", len(byName))
	}
	return string(data), byName
}

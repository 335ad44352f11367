//go:build office

package main

import (
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

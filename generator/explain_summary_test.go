package generator

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/xuri/excelize/v2"

	"jixiao/generator/form"
	"jixiao/generator/ooxml"
	"jixiao/templates"
)

// TestSummaryTellsExplanations: a bureau that wants the units' explanations in a
// table of 汇总/ names them there; the built-in 通报 leaves them out.
func TestSummaryTellsExplanations(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{}
	sub, err := fs.Sub(templates.FS(), "整体支出")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{form.FillInFile, form.RulesFile} {
		data, err := fs.ReadFile(sub, name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: data}
	}
	book := excelize.NewFile()
	for cell, text := range map[string]string{
		"A1": "{{单位.单位名称}}", "B1": "{{单位.提示数}}", "C1": "{{单位.已说明数}}",
		"A3": "{{#每个 审核结果}}{{#如果 审核结果.级别 = \"已说明\"}}", "A4": "{{审核结果.单位名称}}", "B4": "{{审核结果.编号}}", "C4": "{{审核结果.单位说明}}", "A5": "{{/如果}}{{/每个}}",
	} {
		if err := book.SetCellStr("Sheet1", cell, text); err != nil {
			t.Fatal(err)
		}
	}
	data, err := book.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	files["汇总/说明.xlsx"] = &fstest.MapFile{Data: data.Bytes()}
	f, faults, err := form.Load("试", files)
	if err != nil || len(faults) > 0 {
		t.Fatal(err, faults)
	}
	in, out := t.TempDir(), t.TempDir()
	job := Job{Form: f, Inbox: []string{corrected}, Out: out, Limits: ooxml.DefaultLimits()}
	must(t, job)
	marked, err := os.ReadFile(filepath.Join(out, filepath.FromSlash(verifyFolder), petitioners+".xlsx"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(in, "说明.xlsx"), answered(t, marked, func(i int) bool { return i < 2 }), 0o644); err != nil {
		t.Fatal(err)
	}
	job.Inbox = []string{in}
	run, err := Run(context.Background(), job, &quiet{})
	if err != nil {
		t.Fatal(err)
	}
	open, explained := notices(t, run)
	made, err := excelize.OpenFile(filepath.Join(out, "汇总", "说明.xlsx"))
	if err != nil {
		t.Fatal(err)
	}
	defer made.Close() // it was only read
	rows, err := made.GetRows("Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, r := range rows {
		if line := strings.Join(r, "|"); line != "" {
			lines = append(lines, line)
		}
	}
	want := []string{petitioners + "|17|2", petitioners + "|R-SC-07|" + answer, petitioners + "|R-IN-03|" + answer}
	if !slices.Equal(lines, want) || open != 17 || explained != 2 {
		t.Errorf("%d open, %d explained; the table says %q, want %q", open, explained, lines, want)
	}
}

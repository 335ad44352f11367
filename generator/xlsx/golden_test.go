package xlsx

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/xuri/excelize/v2"

	"jixiao/generator/ooxml"
)

var update = flag.Bool("update", false, "write the goldens anew; look at the difference before committing it")

// golden compares the named parts of a document with testdata/name.txtar, each tag on a line of its own.
func golden(t *testing.T, name string, doc []byte, parts ...string) {
	t.Helper()
	pkg, err := ooxml.Open(doc, ooxml.DefaultLimits())
	must(t, err)
	got := &txtar.Archive{Comment: []byte("parts of a rendered workbook; go test ./generator/xlsx -update writes them anew\n")}
	for _, part := range append([]string{"names"}, parts...) {
		if part == "names" {
			got.Files = append(got.Files, txtar.File{Name: part, Data: []byte(strings.Join(pkg.Names(), "\n") + "\n")})
			continue
		}
		data, ok := pkg.Part(part)
		if !ok {
			t.Fatalf("no part %s", part)
		}
		got.Files = append(got.Files, txtar.File{Name: part, Data: lines(t, data)})
	}
	file := filepath.Join("testdata", name+".txtar")
	if *update {
		if os.Getenv("CI") != "" {
			t.Fatal("goldens are not written where CI is set")
		}
		must(t, os.MkdirAll("testdata", 0o755))
		must(t, os.WriteFile(file, txtar.Format(got), 0o644))
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v\n%s", err, txtar.Format(got))
	}
	if have := txtar.Format(got); !bytes.Equal(have, want) {
		must(t, os.WriteFile(file+".got", have, 0o644))
		t.Errorf("differs from %s; see %s.got\n%s", file, file, firstDifference(string(want), string(have)))
	}
}

func firstDifference(want, have string) string {
	w, h := strings.Split(want, "\n"), strings.Split(have, "\n")
	for i := range w {
		if i >= len(h) || w[i] != h[i] {
			return "want " + strings.Join(w[max(i-2, 0):min(i+3, len(w))], "\n     ") + "\nhave " + strings.Join(h[min(max(i-2, 0), len(h)):min(i+3, len(h))], "\n     ")
		}
	}
	return "have more lines"
}

// lines is XML with every tag on a line of its own; text stays beside its tag.
func lines(t *testing.T, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	s := ooxml.NewScanner(data)
	last := ooxml.TokenKind(0)
	for s.Next() {
		switch s.Kind {
		case ooxml.StartTag, ooxml.EmptyTag:
			if b.Len() > 0 {
				b.WriteByte('\n')
			}
			b.WriteString(strings.Repeat(" ", s.Depth()-1))
		case ooxml.EndTag:
			if last == ooxml.EndTag || last == ooxml.EmptyTag {
				b.WriteString("\n" + strings.Repeat(" ", s.Depth()-1))
			}
		}
		b.Write(data[s.Start:s.End])
		last = s.Kind
	}
	must(t, s.Err())
	b.WriteByte('\n')
	return b.Bytes()
}

// TestGoldensHaveTests fails for a golden that no test compares.
func TestGoldensHaveTests(t *testing.T) {
	t.Parallel()
	known := []string{"anchored.txtar", "sheets.txtar", "prefixed.txtar"}
	files, err := filepath.Glob("testdata/*.txtar")
	must(t, err)
	if len(files) == 0 {
		t.Fatal("no goldens")
	}
	for _, f := range files {
		if !slices.Contains(known, filepath.Base(f)) {
			t.Errorf("%s belongs to no test", f)
		}
	}
}

// anchored is a summary with everything that hangs on its rows.
func anchored(t testing.TB) []byte {
	t.Helper()
	f := build(t, "汇总", [][]any{
		{"{{年度}}年度汇总表"},
		{"单位", "预算", "执行", "执行率", "等级"},
		{"{{单位.单位名称}}", "{{单位.预算}}", "{{单位.执行}}", "=C3/B3", "{{单位.等级|默认:未评}}"},
		{"合计", "=SUM(B3:B3)", "=SUM(C3:C3)", "=C4/B4"},
		{"说明"},
	}, "图", [][]any{{"图表"}})
	must(t, f.MergeCell("汇总", "A1", "E1"))
	must(t, f.SetRowHeight("汇总", 3, 30))
	must(t, f.SetRowHeight("汇总", 4, 40))
	bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true, Color: "FF0000"}})
	must(t, err)
	format, err := f.NewConditionalStyle(&excelize.Style{Font: &excelize.Font{Color: "FF0000"}})
	must(t, err)
	must(t, f.SetCellStyle("汇总", "A4", "E4", bold))
	must(t, f.SetConditionalFormat("汇总", "A3:E3", []excelize.ConditionalFormatOptions{{Type: "formula", Criteria: "$D3<$D4", Format: &format}}))
	must(t, f.SetConditionalFormat("汇总", "D3:D4", []excelize.ConditionalFormatOptions{{Type: "cell", Criteria: "<", Value: "AVERAGE($D$3:$D$3)", Format: &format}}))
	dv := excelize.NewDataValidation(true)
	dv.SetSqref("E3:E3")
	dv.SetSqrefDropList("汇总!$A$3:$A$3")
	must(t, f.AddDataValidation("汇总", dv))
	list := excelize.NewDataValidation(true)
	list.SetSqref("E4")
	must(t, list.SetDropList([]string{"优", "良"}))
	must(t, f.AddDataValidation("汇总", list))
	must(t, f.AutoFilter("汇总", "A2:E3", nil))
	must(t, f.SetCellHyperLink("汇总", "A3", "https://example.cn/?a=1&b=2", "External"))
	must(t, f.SetCellHyperLink("汇总", "A5", "汇总!A4", "Location"))
	must(t, f.SetDefinedName(&excelize.DefinedName{Name: "全部预算", RefersTo: "汇总!$B$3"}))
	must(t, f.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Area", RefersTo: "汇总!$A$1:$E$4", Scope: "汇总"}))
	must(t, f.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", RefersTo: "汇总!$1:$2", Scope: "汇总"}))
	must(t, f.SetPanes("汇总", &excelize.Panes{Freeze: true, YSplit: 2, TopLeftCell: "A3", ActivePane: "bottomLeft"}))
	must(t, f.InsertPageBreak("汇总", "A5"))
	must(t, f.AddComment("汇总", excelize.Comment{Cell: "B4", Author: "某", Text: "合计的批注"}))
	must(t, f.AddComment("汇总", excelize.Comment{Cell: "B3", Author: "某", Text: "项目的批注"}))
	must(t, f.AddChart("汇总", "A7", &excelize.Chart{Type: excelize.Col, Series: []excelize.ChartSeries{{Name: "汇总!$B$2", Categories: "汇总!$A$3:$A$3", Values: "汇总!$B$3:$B$3"}}}))
	must(t, f.AddChart("图", "B2", &excelize.Chart{Type: excelize.Pie, Series: []excelize.ChartSeries{{Name: "汇总!$C$2", Categories: "汇总!$A$3:$A$3", Values: "汇总!$C$3:$C$3"}}}))
	return save(t, f)
}

func TestEverythingAnchoredFollows(t *testing.T) {
	t.Parallel()
	doc := render(t, compile(t, anchored(t)), someUnits(3))
	golden(t, "anchored", doc, "xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/comments1.xml", "xl/drawings/drawing1.xml", "xl/charts/chart1.xml", "xl/charts/chart2.xml", "xl/drawings/vmlDrawing1.vml")
}

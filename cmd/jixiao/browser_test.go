//go:build browser

package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"jixiao/generator/finding"
	"jixiao/generator/report"
	"jixiao/generator/unit"
)

// The page 运行报告.html in a browser: `make browser`, which CI does. It needs
// chromium and pdftotext.

// pageOf is the address of a file.
func pageOf(file string) string {
	return (&url.URL{Scheme: "file", Path: filepath.ToSlash(file)}).String()
}

// helpers are functions for the scripts of the tests.
const helpers = `
window.set = (form, name, value) => new Promise(done => {
  const f = document.getElementById(form);
  f.elements[name].value = value;
  f.dispatchEvent(new Event("input", {bubbles: true}));
  setTimeout(done, 400); // the page waits 150 ms for the next key
});
window.clearForm = form => new Promise(done => { document.getElementById(form).reset(); setTimeout(done, 100); });
window.said = form => document.querySelector("#" + form + " output").textContent;
window.rows = selector => { // what does not match is not in the page at all; the first must be seen
  const all = document.querySelectorAll(selector);
  return all.length > 0 && all[0].offsetParent === null ? -1 : all.length;
};
`

// TestBrowser runs the sample batch, with an explanation in it, and looks at its page.
func TestBrowser(t *testing.T) {
	out := t.TempDir()
	explainedBatch(t, out)
	b := startChromium(t)
	page := pageOf(filepath.Join(out, report.PageFile))
	b.load(t, page)
	b.eval(t, helpers, nil)
	run := readRun(t, out)
	findings := 0
	for _, u := range run.Units {
		findings += len(u.Findings)
	}

	t.Run("quiet", func(t *testing.T) { quiet(t, b, page) })

	t.Run("search and filter", func(t *testing.T) {
		for _, c := range []struct {
			do, say string // what is done, and what the page says then
			rows    string // a selector
			want    int
		}{
			{`0`, fmt.Sprintf("显示 %d / %[1]d 家", len(run.Units)), ".units tbody tr", len(run.Units)},
			{`set("unit-tools", "text", "信访局")`, fmt.Sprintf("显示 1 / %d 家", len(run.Units)), ".units tbody tr", 1},
			{`set("unit-tools", "text", "219002 退回")`, fmt.Sprintf("显示 1 / %d 家", len(run.Units)), ".units tbody tr.returned", 1},
			{`set("unit-tools", "text", "没有这样的单位")`, fmt.Sprintf("显示 0 / %d 家", len(run.Units)), ".units tbody tr", 0},
			{`clearForm("unit-tools").then(() => set("unit-tools", "outcome", "missing"))`, fmt.Sprintf("显示 %d / %d 家", run.Summary.Missing, len(run.Units)), ".units tbody tr.missing", run.Summary.Missing},
			{`set("unit-tools", "outcome", "returned")`, fmt.Sprintf("显示 %d / %d 家", run.Summary.Returned, len(run.Units)), ".units tbody tr", run.Summary.Returned},
			{`clearForm("unit-tools")`, fmt.Sprintf("显示 %d / %[1]d 家", len(run.Units)), ".units tbody tr", len(run.Units)},
		} {
			check(t, b, "unit-tools", c.do, c.say, c.rows, c.want)
		}
		seed := run.unit(t, "株洲市渌口区信访局")
		rule := 0
		for _, u := range run.Units {
			for _, f := range u.Findings {
				if f.Rule == "R-SC-01" {
					rule++
				}
			}
		}
		id := ""
		b.eval(t, `Array.from(document.querySelectorAll("#finding-tools [name=unit] option")).find(o => o.textContent === "株洲市渌口区信访局").value`, &id)
		of := func(n int) string { return fmt.Sprintf("显示 %d / %d 条", n, findings) }
		for _, c := range []struct {
			do, rows string
			want     int
		}{
			{`0`, ".findings tbody tr", findings},
			{`set("finding-tools", "text", "已核实，以台账为准")`, ".findings tbody tr.explained", 1},
			{`set("finding-tools", "text", "信访局 h16")`, ".findings tbody tr", seed.at("H16")},
			{`clearForm("finding-tools").then(() => set("finding-tools", "level", "error"))`, ".findings tbody tr.error", run.Summary.Errors},
			{`set("finding-tools", "level", "explained")`, ".findings tbody tr.explained", run.Summary.Explained},
			{`set("finding-tools", "level", "notice")`, ".findings tbody tr.notice", run.Summary.Notices},
			{`clearForm("finding-tools").then(() => set("finding-tools", "rule", "R-SC-01"))`, ".findings tbody tr", rule},
			{`clearForm("finding-tools").then(() => set("finding-tools", "unit", "` + id + `"))`, ".findings tbody tr", len(seed.Findings)},
			{`document.querySelector("a[data-rule='R-SC-01']") ? (document.querySelector("a[data-rule='R-SC-01']").click(), 0) : set("finding-tools", "rule", "R-SC-01")`, ".findings tbody tr", -1},
			{`clearForm("finding-tools")`, ".findings tbody tr", findings},
		} {
			if c.want >= 0 {
				check(t, b, "finding-tools", c.do, of(c.want), c.rows, c.want)
			} else {
				b.eval(t, c.do, nil)
			}
		}
		// A unit that the filter hides is found by its link.
		var shown string
		b.eval(t, `set("finding-tools", "text", "没有这样的结果").then(() => {
			Array.from(document.querySelectorAll(".units tbody a")).find(a => a.textContent === "株洲市渌口区信访局").click();
			return Array.from(document.querySelectorAll("#found h3")).map(h => h.textContent).join("|");
		})`, &shown)
		if !strings.Contains(shown, "株洲市渌口区信访局") || strings.Contains(shown, "|") {
			t.Errorf("the link of a hidden unit shows %q", shown)
		}
		b.eval(t, `clearForm("finding-tools")`, nil)
	})

	t.Run("links", func(t *testing.T) {
		var hrefs []string
		b.eval(t, `Array.from(document.querySelectorAll("a[href]")).map(a => a.getAttribute("href").startsWith("#") ? a.getAttribute("href") : a.href)`, &hrefs)
		seen := map[string]bool{}
		for _, href := range hrefs {
			if id, ok := strings.CutPrefix(href, "#"); ok {
				var there bool
				if b.eval(t, fmt.Sprintf("document.getElementById(%q) !== null", id), &there); !there {
					t.Errorf("nothing on the page is %s", href)
				}
				continue
			}
			u, err := url.Parse(href)
			if err != nil || u.Scheme != "file" {
				t.Errorf("a link to %s (%v)", href, err)
				continue
			}
			rel, err := filepath.Rel(out, filepath.FromSlash(u.Path))
			if err != nil || !filepath.IsLocal(rel) {
				t.Errorf("a link out of the results: %s", href)
			}
			if _, err := os.Stat(filepath.FromSlash(u.Path)); err != nil {
				t.Errorf("a link to nothing: %v", err)
			}
			seen[filepath.ToSlash(rel)] = true
		}
		for _, u := range run.Units {
			for _, d := range u.Documents {
				if !seen[d.Path] {
					t.Errorf("no link leads to %s", d.Path)
				}
			}
		}
		if len(seen) < 20 || !seen[report.WorkbookFile] || !seen[report.JSONFile] {
			t.Errorf("only %d files are linked", len(seen))
		}
	})

	t.Run("print", func(t *testing.T) {
		text, size := printed(t, b)
		var width, height float64 // points
		if _, err := fmt.Sscanf(size, "%f x %f", &width, &height); err != nil || width < height || !strings.Contains(size, "A4") {
			t.Errorf("the paper is %s, want A4 across (%v)", size, err)
		}
		for _, u := range run.Units {
			if !strings.Contains(text, squeezed(u.Name)) {
				t.Errorf("%s is not on paper", u.Name)
			}
			for _, f := range u.Findings {
				if !strings.Contains(text, f.Rule) {
					t.Errorf("%s of %s is not on paper", f.Rule, u.Name)
				}
			}
		}
		if !strings.Contains(text, "已核实，以台账为准") || strings.Contains(text, "清除") {
			t.Error("the explanation is not on paper, or the filter form is")
		}
	})

	t.Run("phone", func(t *testing.T) {
		for _, width := range []int{390, 320, 768, 1280} {
			b.must(t, "Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": 844, "deviceScaleFactor": 1, "mobile": width < 500}, nil)
			var got struct {
				Page, Right int
				Widest      string
			}
			b.eval(t, `(() => {
				let right = 0, widest = "";
				for (const e of document.querySelectorAll("main *")) {
					const r = e.getBoundingClientRect();
					if (r.width > 1 && r.right > right && !e.closest("thead")) { right = r.right; widest = e.outerHTML.slice(0, 120); }
				}
				return {Page: document.documentElement.scrollWidth, Right: Math.floor(right), Widest: widest};
			})()`, &got)
			if got.Page > width || got.Right > width {
				t.Errorf("at a width of %d the page is %d wide; %d: %s", width, got.Page, got.Right, got.Widest)
			}
		}
		b.must(t, "Emulation.clearDeviceMetricsOverride", nil, nil)
	})

	t.Run("quiet to the end", func(t *testing.T) { quiet(t, b, page) })
}

// TestBrowserLargeRun: a page of 3,000 units and 30,000 findings stays usable.
func TestBrowserLargeRun(t *testing.T) {
	r := largeRun(3000)
	data, err := report.HTML(r)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), report.PageFile)
	if err := os.WriteFile(file, data, 0o644); err != nil {
		t.Fatal(err)
	}
	b := startChromium(t)
	took := b.load(t, pageOf(file))
	b.eval(t, helpers, nil)
	t.Logf("%d units, %d findings: %.1f MB, loaded in %.1f s", len(r.Units), r.Summary().Findings(), float64(len(data))/1e6, took.Seconds())
	if took > 30*time.Second {
		t.Errorf("the page took %s", took)
	}
	if len(data) > 20e6 {
		t.Errorf("the page has %d bytes", len(data))
	}
	check(t, b, "unit-tools", `0`, "显示 300 / 符合 3000 / 共 3000 家", ".units tbody tr", 300)
	check(t, b, "finding-tools", `0`, "显示 600 / 符合 30000 / 共 30000 条", ".findings tbody tr", 600)
	check(t, b, "unit-tools", `set("unit-tools", "text", "第2999小学")`, "显示 1 / 3000 家", ".units tbody tr", 1)
	check(t, b, "finding-tools", `(document.querySelector(".units tbody a").click(), 0)`, "显示 10 / 30000 条", "#u2999 tbody tr", 10)
	check(t, b, "finding-tools", `clearForm("finding-tools").then(() => set("finding-tools", "text", "第1500小学 <台账> & “附件”"))`, "显示 10 / 30000 条", "#u1500 tbody tr", 10)
	check(t, b, "finding-tools", `clearForm("finding-tools").then(() => set("finding-tools", "level", "explained"))`, "显示 600 / 符合 3000 / 共 30000 条", ".findings tbody tr.explained", 600)
	check(t, b, "finding-tools", `(document.querySelector("#found + .more").click(), 0)`, "显示 1200 / 符合 3000 / 共 30000 条", ".findings tbody tr", 1200)
	var ms float64
	b.eval(t, `clearForm("finding-tools").then(() => { const t = performance.now(); const f = document.getElementById("finding-tools");
		f.elements.text.value = "小学 r-5"; f.dispatchEvent(new Event("reset"));
		return new Promise(done => setTimeout(() => done(performance.now() - t), 0)); })`, &ms)
	t.Logf("a search through everything takes %.0f ms", ms)
	if ms > 10000 {
		t.Errorf("a search takes %.0f ms", ms)
	}
}

// quiet: the page asks the network for nothing and has nothing to complain of.
func quiet(t *testing.T, b *chromium, page string) {
	t.Helper()
	asked := b.happened("Network.requestWillBeSent")
	for _, m := range asked {
		var p struct{ Request struct{ URL string } }
		if err := json.Unmarshal(m.Params, &p); err != nil {
			t.Fatal(err)
		}
		if address, _, _ := strings.Cut(p.Request.URL, "#"); address != page {
			t.Errorf("the page asks for %s", p.Request.URL)
		}
	}
	if len(asked) == 0 {
		t.Error("the browser does not say what it asks for")
	}
	for _, kind := range []string{"Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded"} {
		for _, m := range b.happened(kind) {
			t.Errorf("%s: %s", kind, m.Params)
		}
	}
}

// check does something and holds what the form says, and how many rows are seen, against what it should.
func check(t *testing.T, b *chromium, form, do, say, rows string, want int) {
	t.Helper()
	var got struct {
		Said string
		Rows int
	}
	b.eval(t, fmt.Sprintf(`Promise.resolve(%s).then(() => ({Said: said(%q), Rows: rows(%q)}))`, do, form, rows), &got)
	if got.Said != say || got.Rows != want {
		t.Errorf("%s: it says %q and shows %d rows of %s, want %q and %d", do, got.Said, got.Rows, rows, say, want)
	}
}

// printed is the text of the page on paper, without its white space, and the size of the paper.
func printed(t *testing.T, b *chromium) (text, size string) {
	t.Helper()
	var pdf struct{ Data string }
	b.must(t, "Page.printToPDF", map[string]any{"preferCSSPageSize": true, "printBackground": true}, &pdf)
	data, err := base64.StdEncoding.DecodeString(pdf.Data)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "页.pdf")
	if err := os.WriteFile(file, data, 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("pdftotext", "-layout", file, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	info, err := exec.Command("pdfinfo", file).Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(info)) {
		if rest, ok := strings.CutPrefix(line, "Page size:"); ok {
			size = strings.TrimSpace(rest)
		}
	}
	raw, err := exec.Command("pdftotext", "-raw", file, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	return squeezed(string(out) + string(raw)), size
}

// squeezed is a text without white space: paper breaks lines anywhere.
func squeezed(text string) string { return strings.Join(strings.Fields(text), "") }

// pageRun is run.json as these tests read it.
type pageRun struct {
	Summary report.Summary
	Units   []pageUnit
}

type pageUnit struct {
	Name      string
	Documents []struct{ Path string }
	Findings  []struct{ Rule, Cell string }
}

// at counts the findings that name the cell.
func (u *pageUnit) at(cell string) (n int) {
	for _, f := range u.Findings {
		if f.Cell == cell {
			n++
		}
	}
	return n
}

func (r *pageRun) unit(t *testing.T, name string) *pageUnit {
	t.Helper()
	for i := range r.Units {
		if r.Units[i].Name == name {
			return &r.Units[i]
		}
	}
	t.Fatalf("no unit %s", name)
	return nil
}

func readRun(t *testing.T, out string) (r pageRun) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(out, report.JSONFile))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// explainedBatch runs the sample batch twice: the second time one unit has sent
// its returned workbook back with an explanation.
func explainedBatch(t *testing.T, out string) {
	t.Helper()
	const sample, name = "../../samples/青岚区2022年度", "株洲市渌口区信访局.xlsx"
	first, dir := t.TempDir(), t.TempDir()
	runBatch(t, sample, first, true, exitReturned, "2")
	if err := os.CopyFS(dir, os.DirFS(sample)); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenFile(filepath.Join(first, "退回", "株洲市渌口区信访局", name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := f.GetRows(unit.OpinionSheet)
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range rows {
		if len(row) > int(unit.OpinionLevel) && row[unit.OpinionLevel] == "提示" {
			at, err := excelize.CoordinatesToCellName(int(unit.OpinionAnswer)+1, i+1)
			if err != nil {
				t.Fatal(err)
			}
			if err := f.SetCellStr(unit.OpinionSheet, at, "已核实，以台账为准"); err != nil {
				t.Fatal(err)
			}
			break
		}
	}
	if err := f.SaveAs(filepath.Join(dir, "收件", name)); err != nil {
		t.Fatal(err)
	}
	runBatch(t, dir, out, true, exitReturned, "2")
}

// largeRun is a run of many units with ten findings each.
func largeRun(units int) *report.Run {
	r := &report.Run{Form: "整体支出", Year: "2022", FormSHA256: strings.Repeat("0", 64)}
	for i := range units {
		u := unit.Unit{Code: fmt.Sprint(300001 + i), Name: fmt.Sprintf("青禾区第%d小学", i+1)}
		var list finding.List
		for j := range 10 {
			f := finding.Finding{
				Rule: fmt.Sprintf("R-%d", j+1), Name: "得分不超分值", Level: finding.Level(min(j/3, 2)), Item: j, ItemName: "维护社会和谐稳定",
				Place: finding.Place{Workbook: u.Name + ".xlsx", Sheet: "整体支出绩效自评表", Cell: fmt.Sprintf("H%d", 15+j)}, Filled: "20", Expected: "≤ 10", Difference: "10",
				Message: "得分20，大于分值10。请改为不大于分值的数，并核对合计，见<台账> & “附件”", Basis: "财预〔2020〕10号",
			}
			if j == 4 {
				f.Explanation = "已核实，以账簿为准"
			}
			list = append(list, f)
		}
		v := &unit.Verdict{Record: &unit.Record{Submission: &unit.Submission{Unit: u}}, Findings: list}
		r.Units = append(r.Units, report.Unit{Unit: u, Outcome: v.Outcome(), Verdict: v, Documents: []report.Document{
			{Path: "退回/" + u.Name + "/" + u.Name + ".xlsx"}, {Path: "退回/" + u.Name + "/草稿/" + u.Name + "自评表.docx"},
		}})
	}
	return r
}

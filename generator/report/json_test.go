package report

import (
	"bytes"
	"encoding/json"
	"maps"
	"testing"
	"unicode/utf8"

	"jixiao/generator/unit"
)

// threeUnits is a returned, an accepted and a missing unit.
func threeUnits() *Run {
	r := fixture()
	r.Units = []Unit{r.Units[1], r.Units[2], r.Units[4]}
	r.Skipped = []string{"封面扫描件.pdf"}
	return r
}

func TestJSON(t *testing.T) {
	t.Parallel()
	golden(t, JSONFile, must(t, JSON, threeUnits()))
}

// What design.md §5 promises to programs, read as a program reads it.
func TestJSONIsTheContract(t *testing.T) {
	t.Parallel()
	data := must(t, JSON, threeUnits())
	if !utf8.Valid(data) || bytes.Contains(data, []byte(`\u003c`)) || !bytes.Contains(data, []byte("信访台账 <2022> & 通报")) {
		t.Error("run.json is not plain UTF-8: < > & must stand as they are")
	}
	type value struct{ Raw, Value, Nothing, Why, Type, Workbook, Sheet, Cell string }
	var run struct {
		Version    int
		Form       string
		FormSHA256 string `json:"form_sha256"`
		Year       string
		Summary    Summary
		Units      []struct {
			Code, Name, Outcome string
			Workbooks           []Document
			Documents           []Document
			Values              map[string]value
			Lists               map[string][]map[string]json.RawMessage
			Findings            []map[string]any
		}
	}
	if err := json.Unmarshal(data, &run); err != nil {
		t.Fatal(err)
	}
	if run.Version != 1 || run.Form != "整体支出" || run.Year != "2022" || len(run.FormSHA256) != 64 {
		t.Errorf("head: %+v", run)
	}
	if want := (Summary{Accepted: 1, Returned: 1, Missing: 1, Errors: 8, Notices: 5, Explained: 1, Unjudged: 1}); run.Summary != want {
		t.Errorf("summary %+v, want %+v", run.Summary, want)
	}
	for i, want := range []unit.Outcome{unit.Returned, unit.Accepted, unit.Missing} {
		if got := run.Units[i].Outcome; got != want.String() {
			t.Errorf("unit %d: outcome %q, want %q", i, got, want)
		}
	}
	book := "青禾区信访局.xlsx"
	for name, want := range map[string]value{
		"年初预算数": {Raw: "308.76", Value: "308.76", Type: "金额", Workbook: book, Sheet: mainSheet, Cell: "D6"},
		"项目支出":  {Nothing: "空", Type: "金额", Workbook: book, Sheet: mainSheet, Cell: "F9"},
		"政府性基金": {Raw: "—", Value: "—", Nothing: "不适用", Type: "金额", Workbook: book, Sheet: mainSheet, Cell: "B9"},
		"执行率": {Raw: "百分之百", Value: "百分之百", Nothing: "未判", Why: "不是百分数，请填 100% 或 1", Type: "百分比",
			Workbook: book, Sheet: mainSheet, Cell: "H6"},
	} {
		if got := run.Units[0].Values[name]; got != want {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
	}
	var nested []map[string]value
	if err := json.Unmarshal(run.Units[0].Lists["指标"][1]["佐证"], &nested); err != nil || nested[0]["材料"].Cell != "J16" {
		t.Errorf("nested list: %v %v", nested, err)
	}
	if got := run.Units[0].Findings[5]; got["rule"] != "R-SC-01" || got["level"] != "error" || got["cell"] != "H16" || got["item"] != 2.0 || got["difference"] != "10" {
		t.Errorf("finding: %v", got)
	}
	explained := map[string]any{}
	for _, f := range run.Units[0].Findings {
		if e, ok := f["explanation"]; ok {
			explained[f["rule"].(string)+" "+f["level"].(string)] = e
		}
	}
	if want := map[string]any{"R-SC-07 notice": "成本未列全，按上级考核结果扣2分", "R-SC-05 error": "总分无误，得分栏录入错位"}; !maps.Equal(explained, want) {
		t.Errorf("explanations %v, want %v", explained, want)
	}
	missing := run.Units[2]
	if missing.Values == nil || missing.Lists == nil || missing.Findings == nil || missing.Workbooks == nil {
		t.Errorf("a missing unit lacks keys: %+v", missing)
	}
}

func BenchmarkJSON(b *testing.B) { benchmark(b, JSON) }
func BenchmarkFindings(b *testing.B) {
	benchmark(b, Findings)
}
func BenchmarkHTML(b *testing.B) { benchmark(b, HTML) }

// benchmark reports how many units a second one account takes in.
func benchmark(b *testing.B, make func(*Run) ([]byte, error)) {
	r := fixture()
	for len(r.Units) < 480 {
		r.Units = append(r.Units, r.Units[:12]...)
	}
	for b.Loop() {
		if _, err := make(r); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(r.Units)*b.N)/b.Elapsed().Seconds(), "units/s")
}

package form

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/xuri/excelize/v2"

	"jixiao/generator/expr"
	"jixiao/generator/tag"
	"jixiao/generator/value"
)

// record is a scope of texts and lists of records.
type record map[string]any

func (r record) Lookup(name string) (expr.Binding, bool) {
	switch v := r[name].(type) {
	case string:
		return expr.Binding{Value: value.Str(v)}, true
	case []record:
		b := expr.Binding{IsList: true}
		for _, it := range v {
			b.Items = append(b.Items, it)
		}
		return b, true
	}
	return expr.Binding{}, false
}

// TestFileAnItem: a template whose file name names a list becomes a file an item;
// inside, the item's own fields stand once and rows repeat over its own lists.
func TestFileAnItem(t *testing.T) {
	t.Parallel()
	book := excelize.NewFile()
	for cell, text := range map[string]string{
		"A1": "{{单位名称}}{{项目.项目名称}}", "A3": "{{项目.项目名称}}", "B3": "{{项目.实施单位}}",
		"A5": "{{项目.指标.三级指标}}", "B5": "{{项目.指标.得分}}", "C5": "{{序号}}", "A7": "{{项目.实施单位}}",
	} {
		if err := book.SetCellStr("Sheet1", cell, text); err != nil {
			t.Fatal(err)
		}
	}
	data, err := book.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	files := ruled(t, nil)
	files["单位/{{项目.项目名称}}自评表.xlsx"] = &fstest.MapFile{Data: data.Bytes()}
	f, faults, err := Load("试", files)
	if err != nil || len(faults) > 0 {
		t.Fatal(err, faults)
	}
	unit := record{"单位名称": "某局", "项目": []record{
		{"项目名称": "修路", "实施单位": "甲", "指标": []record{{"三级指标": "里程", "得分": "9"}, {"三级指标": "质量", "得分": "8"}}},
		{"项目名称": "建桥", "实施单位": "乙", "指标": []record{{"三级指标": "座数", "得分": "7"}}},
	}}
	want := []struct {
		name string
		rows []string
	}{
		{"修路自评表.xlsx", []string{"某局修路", "", "修路|甲", "", "里程|9|1", "质量|8|2", "", "甲"}},
		{"建桥自评表.xlsx", []string{"某局建桥", "", "建桥|乙", "", "座数|7|1", "", "乙"}},
	}
	template := &f.Documents[0]
	scopes, _ := expr.Repeat(unit, template.Lists[0])
	if len(scopes) != len(want) {
		t.Fatalf("%d files", len(scopes))
	}
	for i, s := range scopes {
		if name := tag.Render(template.Name, s); name != want[i].name {
			t.Errorf("file %d is called %s, want %s", i, name, want[i].name)
		}
		out, err := template.Render(s, "")
		if err != nil {
			t.Fatal(err)
		}
		got, err := excelize.OpenReader(bytes.NewReader(out))
		if err != nil {
			t.Fatal(err)
		}
		if sheets := got.GetSheetList(); len(sheets) != 1 {
			t.Errorf("file %d has the sheets %q", i, sheets)
		}
		rows, err := got.GetRows("Sheet1")
		if err != nil {
			t.Fatal(err)
		}
		var lines []string
		for _, r := range rows {
			lines = append(lines, strings.Join(r, "|"))
		}
		if !slices.Equal(lines, want[i].rows) {
			t.Errorf("file %d has the rows %q, want %q", i, lines, want[i].rows)
		}
	}
}

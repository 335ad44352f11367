package docx

import (
	"slices"
	"testing"

	"jixiao/generator/expr"
	"jixiao/generator/ooxml"
)

// TestDocumentAnItem: in a document that stands at an item of a list, the fields
// of the item stand once, wherever they are, and rows repeat over its own lists.
func TestDocumentAnItem(t *testing.T) {
	t.Parallel()
	template := body(p("{{项目.名称}}"), tbl(tr("名称", "{{项目.名称}}"), tr("{{项目.指标.三级}}", "{{项目.指标.得分}}")), p("尾"))
	tmpl, faults := Compile(template.bytes(t), ooxml.DefaultLimits(), []string{"项目"})
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	for _, u := range tmpl.Uses() {
		want := [][]string{{"项目"}}
		if len(u.Tag.ListPath()) == 2 {
			want = append(want, []string{"项目", "指标"})
		}
		if !slices.EqualFunc(u.Lists, want, slices.Equal) {
			t.Errorf("%s stands in %q, want %q", u.Tag.Source, u.Lists, want)
		}
	}
	scopes, _ := expr.Repeat(unitData, []string{"项目"})
	want := []string{
		"修路\n名称|修路|\n甲|10|\n乙|8|\n尾\n",
		"建桥\n名称|建桥|\n丁|5|\n尾\n",
	}
	for i, s := range scopes {
		doc, err := tmpl.Render(s, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := said(inner(t, unpack(t, doc))); got != want[i] {
			t.Errorf("document %d reads %q, want %q", i, got, want[i])
		}
	}
}

package ooxml_test

import (
	"strings"
	"testing"
	"time"
)

// TestModified: when a workbook says that it was saved, and in what spellings.
func TestModified(t *testing.T) {
	t.Parallel()
	const package2 = "http://schemas.openxmlformats.org/package/2006/"
	core := func(inside string) string {
		return `<cp:coreProperties xmlns:cp="` + package2 + `metadata/core-properties" xmlns:dcterms="http://purl.org/dc/terms/">` + inside + `</cp:coreProperties>`
	}
	for _, c := range []struct{ inside, want string }{
		{`<dcterms:modified>2023-03-20T08:09:10Z</dcterms:modified>`, "2023-03-20T08:09:10Z"},
		{`<dcterms:modified> 2023-03-20T08:09:10.5+08:00 </dcterms:modified>`, "2023-03-20T00:09:10.5Z"},
		{`<dcterms:modified>2023-03-20T08:09:10</dcterms:modified>`, "2023-03-20T08:09:10Z"},
		{`<dcterms:created>2022-03-20T08:09:10Z</dcterms:created><dcterms:modified>2023-03-20</dcterms:modified>`, "2023-03-20T00:00:00Z"},
		{`<dcterms:modified>昨天</dcterms:modified>`, ""},
		{`<dcterms:modified/>`, ""},
		{`<cp:modified>2023-03-20T08:09:10Z</cp:modified>`, ""},
		{``, ""},
	} {
		links := strings.Replace(plain()["_rels/.rels"], "</Relationships>",
			`<Relationship Id="rId9" Type="`+package2+`relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>`, 1)
		book := plain().with("_rels/.rels", links, "docProps/core.xml", core(c.inside)).read(t)
		got := ""
		if !book.Modified.IsZero() {
			got = book.Modified.Format(time.RFC3339Nano)
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.inside, got, c.want)
		}
	}
}

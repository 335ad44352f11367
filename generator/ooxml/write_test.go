package ooxml_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"maps"
	"strings"
	"sync"
	"testing"

	"jixiao/generator/ooxml"
)

func open(t testing.TB, file []byte) *ooxml.Package {
	t.Helper()
	p, err := ooxml.Open(file, ooxml.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestRewrite(t *testing.T) {
	t.Parallel()
	for name, file := range samples(t) {
		p := open(t, file)
		old := unzip(t, file)
		changed := map[string][]byte{"xl/sharedStrings.xml": []byte(`<sst ` + mainSpace + `/>`), "xl/new/b.xml": []byte("<b/>"), "xl/new/a.xml": []byte("<a/>"), "甲.xml": {}}
		out, err := p.Rewrite(changed, []string{"docProps/app.xml", "not/there.xml"})
		if err != nil {
			t.Fatal(name, err)
		}
		want := maps.Clone(old)
		delete(want, "docProps/app.xml")
		for part, text := range changed {
			want[part] = string(text)
		}
		if got := unzip(t, out); !maps.Equal(got, want) {
			t.Errorf("%s: parts differ after Rewrite", name)
		}
		again, err := p.Rewrite(changed, []string{"docProps/app.xml", "not/there.xml"})
		if err != nil || !bytes.Equal(out, again) {
			t.Errorf("%s: a second Rewrite gives other bytes, %v", name, err)
		}
		zr, err := zip.NewReader(bytes.NewReader(out), int64(len(out)))
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, f := range zr.File {
			names = append(names, f.Name)
			if got := f.Modified.Format("2006-01-02"); got != "1980-01-01" && got != "1979-11-30" || f.Flags&0x8 != 0 {
				t.Errorf("%s: %s has time %s, flags %x", name, f.Name, f.Modified, f.Flags)
			}
		}
		if names[0] != "[Content_Types].xml" || names[1] != "_rels/.rels" || fmt.Sprint(names[len(names)-3:]) != "[xl/new/a.xml xl/new/b.xml 甲.xml]" {
			t.Errorf("%s: order %v", name, names)
		}
	}
}

// TestRewriteCopiesRaw: what does not change keeps its deflated bytes.
func TestRewriteCopiesRaw(t *testing.T) {
	t.Parallel()
	file := samples(t)["made-by-libreoffice.xlsx"]
	out, err := open(t, file).Rewrite(map[string][]byte{"xl/workbook.xml": []byte("<x/>")}, nil)
	if err != nil {
		t.Fatal(err)
	}
	raw := func(file []byte) map[string]string {
		zr, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
		if err != nil {
			t.Fatal(err)
		}
		all := map[string]string{}
		for _, f := range zr.File {
			at, err := f.DataOffset()
			if err != nil {
				t.Fatal(err)
			}
			all[f.Name] = string(file[at : at+int64(f.CompressedSize64)])
		}
		return all
	}
	before, after := raw(file), raw(out)
	for name := range before {
		if same := before[name] == after[name]; same != (name != "xl/workbook.xml") {
			t.Errorf("%s copied raw: %v", name, same)
		}
	}
}

// TestRewriteReadsBack: our own files pass our own checks, and read the same.
func TestRewriteReadsBack(t *testing.T) {
	t.Parallel()
	for name, file := range samples(t) {
		p := open(t, file)
		changed := map[string][]byte{}
		for _, part := range p.Names() {
			changed[part], _ = p.Part(part)
		}
		out, err := p.Rewrite(changed, nil)
		if err != nil {
			t.Fatal(err)
		}
		want, _ := ooxml.ReadWorkbook(file, ooxml.Limits{})
		got, err := ooxml.ReadWorkbook(out, ooxml.Limits{})
		if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s reads otherwise after Rewrite: %v", name, err)
		}
	}
}

func TestSkeleton(t *testing.T) {
	t.Parallel()
	p := open(t, data(`<row><c t="s"><v>0</v></c></row>`).zip(t))
	sk, err := p.Skeleton([]string{"xl/SHAREDSTRINGS.xml", "xl/new.xml"}, []string{"xl/styles.xml"})
	if err != nil {
		t.Fatal(err)
	}
	var want [8][]byte
	for i := range want {
		want[i], err = sk.Write([][]byte{[]byte(strings.Repeat("<s/>", i)), fmt.Appendf(nil, "<n>%d</n>", i)}, ooxml.Part{Name: "z.xml", Data: []byte("<z/>")}, ooxml.Part{Name: "b.xml"})
		if err != nil {
			t.Fatal(err)
		}
		got := unzip(t, want[i])
		if got["xl/sharedStrings.xml"] != strings.Repeat("<s/>", i) || got["xl/new.xml"] != fmt.Sprintf("<n>%d</n>", i) || got["z.xml"] != "<z/>" || len(got) != 9 {
			t.Errorf("document %d has %v", i, got)
		}
	}
	var wg sync.WaitGroup
	for i := range 64 {
		wg.Go(func() {
			i %= len(want)
			got, err := sk.Write([][]byte{[]byte(strings.Repeat("<s/>", i)), fmt.Appendf(nil, "<n>%d</n>", i)}, ooxml.Part{Name: "z.xml", Data: []byte("<z/>")}, ooxml.Part{Name: "b.xml"})
			if err != nil || !bytes.Equal(got, want[i]) {
				t.Errorf("document %d differs when written at the same time as others: %v", i, err)
			}
		})
	}
	wg.Wait()
	left, err := sk.Write([][]byte{nil, []byte("<n/>")})
	if err != nil {
		t.Fatal(err)
	}
	if got := unzip(t, left); len(got) != 6 || got["xl/new.xml"] != "<n/>" || got["xl/sharedStrings.xml"] != "" {
		t.Errorf("with a part left out: %v", got)
	}
	for name, bad := range map[string]func() error{
		"too few parts": func() error { _, err := sk.Write([][]byte{nil}); return err },
		"part added twice": func() error {
			_, err := sk.Write([][]byte{nil, nil}, ooxml.Part{Name: "a"}, ooxml.Part{Name: "A"})
			return err
		},
		"part there already": func() error {
			_, err := sk.Write([][]byte{nil, nil}, ooxml.Part{Name: "xl/Workbook.xml"})
			return err
		},
		"changed twice": func() error { _, err := p.Skeleton([]string{"a", "A"}, nil); return err },
	} {
		if bad() == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestPackage(t *testing.T) {
	t.Parallel()
	p := open(t, plain().with("xl/worksheets/_rels/sheet1.xml.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`+
		`<Relationship Id="a" Type="http://purl.oclc.org/ooxml/officeDocument/relationships/hyperlink" Target="http://example.cn/?a=1&amp;b=2" TargetMode="External"/>`+
		`<Relationship Id="b" Type="`+relTypes+`drawing" Target="../drawings/drawing1.xml#x"/><Relationship Id="c" Type="`+relTypes+`image" Target="NULL"/>`+
		`<Relationship Id="d" Type="x" Target="#Sheet1!A1"/><Relationship Id="e" Type="worksheet" Target="../../../../etc/passwd"/></Relationships>`).zip(t))
	if got := p.Main(); got != "xl/workbook.xml" {
		t.Errorf("Main is %q", got)
	}
	if got := p.ContentType("xl/Workbook.xml"); !strings.HasSuffix(got, "sheet.main+xml") {
		t.Errorf("content type of the workbook %q", got)
	}
	if got := p.ContentType("xl/styles.XML"); got != "application/xml" {
		t.Errorf("content type by extension %q", got)
	}
	if got := p.ContentType("a.png"); got != "" {
		t.Errorf("content type of nothing %q", got)
	}
	got := ""
	for _, r := range p.Related("xl/worksheets/sheet1.xml") {
		got += fmt.Sprintf("%s %q %v %v,", r.ID, r.Target, r.External, r.Is("drawing"))
	}
	if want := `a "http://example.cn/?a=1&b=2" true false,b "xl/drawings/drawing1.xml" false true,c "xl/worksheets/NULL" false false,d "" false false,e "etc/passwd" false false,`; got != want {
		t.Errorf("relationships\n got %s\nwant %s", got, want)
	}
	if rels := p.Related("xl/styles.xml"); rels != nil {
		t.Errorf("relationships of a part without: %v", rels)
	}
	if (ooxml.Relationship{Type: "worksheet"}).Is("worksheet") || (ooxml.Relationship{Type: "x/chartworksheet"}).Is("worksheet") {
		t.Error("Is takes a type that only ends alike")
	}
	if _, ok := p.Part("nothing.xml"); ok {
		t.Error("Part finds what is not there")
	}
	if text, ok := p.Part("XL/SHAREDSTRINGS.XML"); !ok || string(text) != plain()["xl/sharedStrings.xml"] {
		t.Errorf("Part in upper case: %q", text)
	}
	if got := ooxml.RelsName(""); got != "_rels/.rels" {
		t.Errorf("relationships of the package in %q", got)
	}
	if n := len(p.Names()); n != 8 {
		t.Errorf("%d names", n)
	}
}

func TestEdits(t *testing.T) {
	t.Parallel()
	const types = `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="a"/>` + "\n" + `<Override PartName="/x.xml" ContentType="b"></Override></Types>`
	const prefixed = `<t:Types xmlns:t="http://schemas.openxmlformats.org/package/2006/content-types"><t:Override PartName="/x.xml" ContentType="b"/></t:Types>`
	add := func(in, part, ct string) func() ([]byte, error) {
		return func() ([]byte, error) { return ooxml.AddOverride([]byte(in), part, ct) }
	}
	for _, test := range []struct {
		do   func() ([]byte, error)
		want string
	}{
		{add(types, "y&z.xml", "c<"), strings.Replace(types, "</Types>", `<Override PartName="/y&amp;z.xml" ContentType="c&lt;"/></Types>`, 1)},
		{add(types, "X.xml", "c"), strings.Replace(types, `<Override PartName="/x.xml" ContentType="b"></Override>`, `<Override PartName="/X.xml" ContentType="c"/>`, 1)},
		{add(prefixed, "y.xml", "c"), strings.Replace(prefixed, "</t:Types>", `<t:Override PartName="/y.xml" ContentType="c"/></t:Types>`, 1)},
		{func() ([]byte, error) { return ooxml.AddDefault([]byte(types), "png", "image/png") }, strings.Replace(types, "</Types>", `<Default Extension="png" ContentType="image/png"/></Types>`, 1)},
		{func() ([]byte, error) { return ooxml.AddDefault([]byte(types), "XML", "z") }, strings.Replace(types, `<Default Extension="xml" ContentType="a"/>`, `<Default Extension="XML" ContentType="z"/>`, 1)},
		{func() ([]byte, error) { return ooxml.RemoveOverride([]byte(types), "x.xml") }, strings.Replace(types, `<Override PartName="/x.xml" ContentType="b"></Override>`, "", 1)},
		{func() ([]byte, error) { return ooxml.RemoveOverride([]byte(types), "y.xml") }, types},
	} {
		got, err := test.do()
		if err != nil || string(got) != test.want {
			t.Errorf("got %s, %v\nwant %s", got, err, test.want)
		}
	}
	for _, bad := range []string{"", "<Types/>", "<Types>"} {
		if _, err := ooxml.AddOverride([]byte(bad), "a", "b"); err == nil {
			t.Errorf("AddOverride to %q: no error", bad)
		}
		if _, _, err := ooxml.AddRelationship([]byte(bad), "a", "b"); err == nil {
			t.Errorf("AddRelationship to %q: no error", bad)
		}
	}
	out, id, err := ooxml.AddRelationship(nil, relTypes+"image", "media/a.png")
	if err != nil || id != "rId1" {
		t.Fatal(id, err)
	}
	out, id, err = ooxml.AddRelationship(out, relTypes+"image", "media/b&c.png")
	if err != nil || id != "rId2" || !strings.HasSuffix(string(out), `<Relationship Id="rId2" Type="`+relTypes+`image" Target="media/b&amp;c.png"/></Relationships>`) {
		t.Fatal(id, err, string(out))
	}
	out, id, err = ooxml.AddRelationship([]byte(rels("rId3", "a", "b", "x", "c", "d")), "t", "u")
	if err != nil || id != "rId4" || !strings.Contains(string(out), `Id="rId4"`) {
		t.Fatal(id, err, string(out))
	}
}

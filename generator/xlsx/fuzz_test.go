package xlsx

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"jixiao/generator/ooxml"
)

// FuzzSheet compiles whatever stands in a worksheet. Either there are faults,
// each with a message, or the document is made, is whole and comes out the same twice.
func FuzzSheet(f *testing.F) {
	seeds := 0
	add := func(inside string) {
		f.Add(inside)
		seeds++
	}
	for _, c := range formulaCases[:12] {
		add(`<sheetData><row r="1">` + inline("A1", "{{单位.得分}}") + `<c r="B1"><f>` + string(ooxml.Escape(nil, c.src)) + `</f></c></row></sheetData>`)
	}
	for _, name := range []string{"anchored", "sheets"} {
		pkg := anchored(f)
		if name == "sheets" {
			pkg = card(f, "表")
		}
		p, err := ooxml.Open(pkg, ooxml.DefaultLimits())
		must(f, err)
		part, _ := p.Part("xl/worksheets/sheet1.xml")
		_, inside, _ := bytes.Cut(part, []byte("<sheetFormatPr"))
		add("<sheetFormatPr" + strings.TrimSuffix(string(inside), "</worksheet>"))
	}
	add(`<sheetData><row r="1">` + inline("A1", "{{#每个 单位}}{{#如果 单位.得分 > 60}}x") + inline("B1", "{{否则}}") + `</row><row r="3">` + inline("C3", "{{/如果}}{{/每个}}") + `</row></sheetData><mergeCells><mergeCell ref="A1:B3"/></mergeCells>`)
	add(`<sheetData/><rowBreaks><brk id="3" man="1"/></rowBreaks><extLst><ext><x14:sparklines><x14:sparkline><xm:sqref>A1</xm:sqref></x14:sparkline></x14:sparklines></ext></extLst>`)
	if seeds == 0 {
		f.Fatal("no seeds")
	}
	f.Fuzz(func(t *testing.T, inside string) {
		tpl, faults := Compile(oneSheet(t, noStrings, inside), ooxml.DefaultLimits())
		if tpl == nil {
			if len(faults) == 0 || faults[0].Message == "" {
				t.Fatal("neither a template nor a fault")
			}
			return
		}
		scope := someUnits(3)
		scope["项目"] = twoProjects["项目"]
		doc, err := tpl.Render(scope, Options{Stamp: "草稿"})
		if err != nil {
			return
		}
		if _, err := ooxml.Open(doc, ooxml.DefaultLimits()); err != nil {
			var damage *ooxml.Damage
			if errors.As(err, &damage) && damage.Code == ooxml.CodeTooLarge {
				return
			}
			t.Fatalf("the document is not whole: %v", err)
		}
		again, err := tpl.Render(scope, Options{Stamp: "草稿"})
		if err != nil || !bytes.Equal(doc, again) {
			t.Fatalf("a second rendering differs, or %v", err)
		}
	})
}

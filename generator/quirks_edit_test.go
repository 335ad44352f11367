package generator_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"jixiao/generator/ooxml"
)

// draft is a workbook under change.
type draft struct {
	t        testing.TB
	original *ooxml.Package
	parts    map[string][]byte
}

// edit changes a workbook as somebody's hand or program would.
type edit func(*draft)

const (
	stylesPart = "xl/styles.xml"
	bookPart   = "xl/workbook.xml"
	mainSheet  = "xl/worksheets/sheet1.xml"
	reportPart = "xl/worksheets/sheet2.xml"
	jobSheet   = "xl/worksheets/sheet3.xml"
)

func (d *draft) part(name string) string {
	d.t.Helper()
	if data, ok := d.parts[name]; ok {
		return string(data)
	}
	data, ok := d.original.Part(name)
	if !ok {
		d.t.Fatalf("the sample has no %s", name)
	}
	return string(data)
}

// replace puts something else in the place of what stands in a part once.
func (d *draft) replace(part, old, with string) {
	d.t.Helper()
	text := d.part(part)
	if n := strings.Count(text, old); n != 1 {
		d.t.Fatalf("%s has %q %d times", part, old, n)
	}
	d.parts[part] = []byte(strings.Replace(text, old, with, 1))
}

// Number formats that the rows use: places in cellXfs behind the sample's own.
const (
	asGeneral = 3 // the sample's own
	asPercent = 6 + iota - 1
	asPercent2
	asDate
	asMonthDay
	asTime
	asText
	asWhole
	asCents
	asThousands
	asYearMonth
	asLongDate
	asTenth
	asYuanInWan
	asUnits
	asNothing
	asWholePad
)

// ownCodes are formats that have no number of their own.
var ownCodes = map[int]string{201: "0.0%", 202: "0!.0,", 203: "0\"万元\"", 204: ";;;", 205: "0_ "}

func moreFormats() string {
	var b strings.Builder
	for _, id := range []int{9, 10, 14, 28, 20, 49, 1, 2, 4, 57, 31, 201, 202, 203, 204, 205} {
		fmt.Fprintf(&b, `<xf numFmtId="%d" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"></xf>`, id)
	}
	return b.String()
}

func moreCodes() string {
	var b strings.Builder
	for id := 201; id <= 205; id++ {
		fmt.Fprintf(&b, `<numFmt numFmtId="%d" formatCode="%s"></numFmt>`, id, ooxml.Escape(nil, ownCodes[id]))
	}
	return fmt.Sprintf(`<numFmts count="%d">%s</numFmts>`, len(ownCodes), b.String())
}

// stored is what a file holds in one cell: its attributes behind r, and what is in it.
type stored struct{ attributes, content string }

func str(text string) stored {
	return stored{`s="3" t="inlineStr"`, `<is><t xml:space="preserve">` + string(ooxml.Escape(nil, text)) + `</t></is>`}
}

// num is a number as the file writes it, in one of the formats above.
func num(digits string, format int) stored {
	return stored{fmt.Sprintf(`s="%d"`, format), `<v>` + digits + `</v>`}
}

// calc is a formula with the number that it gave; "" for none.
func calc(formula, result string, format int) stored {
	s := stored{fmt.Sprintf(`s="%d"`, format), `<f>` + string(ooxml.Escape(nil, formula)) + `</f>`}
	if result != "" {
		s.content += `<v>` + result + `</v>`
	}
	return s
}

// calcText is a formula with the text that it gave.
func calcText(formula, result string) stored {
	return stored{`s="3" t="str"`, `<f>` + string(ooxml.Escape(nil, formula)) + `</f><v>` + string(ooxml.Escape(nil, result)) + `</v>`}
}

// fails is an error value with the formula that gave it; "" for none.
func fails(formula, value string) stored {
	s := stored{`s="3" t="e"`, ""}
	if formula != "" {
		s.content = `<f>` + string(ooxml.Escape(nil, formula)) + `</f>`
	}
	s.content += `<v>` + value + `</v>`
	return s
}

var nothing = stored{`s="3"`, ""}

// rich is text in several runs with a phonetic guide.
func rich(runs ...string) stored {
	var b strings.Builder
	for _, r := range runs {
		fmt.Fprintf(&b, `<r><rPr><b></b></rPr><t xml:space="preserve">%s</t></r>`, ooxml.Escape(nil, r))
	}
	return stored{`s="3" t="inlineStr"`, `<is>` + b.String() + `<rPh sb="0" eb="1"><t>pinyin</t></rPh></is>`}
}

// at fills a cell of the first sheet, on one of another.
func at(ref string, s stored) edit { return on(mainSheet, ref, s) }

func on(part, ref string, s stored) edit {
	cell := regexp.MustCompile(`<c r="` + ref + `"[^>]*>.*?</c>`)
	return func(d *draft) {
		d.t.Helper()
		text := d.part(part)
		if !cell.MatchString(text) {
			d.t.Fatalf("%s has no cell %s", part, ref)
		}
		d.parts[part] = []byte(cell.ReplaceAllLiteralString(text, `<c r="`+ref+`" `+s.attributes+`>`+s.content+`</c>`))
	}
}

// in changes the XML of a part.
func in(part, old, with string) edit {
	return func(d *draft) {
		d.t.Helper()
		d.replace(part, old, with)
	}
}

package xlsx

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

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

// values is what FuzzLayout puts into the columns A and B, formulas what it
// puts into C and D, where they never look, and blocks what it puts around rows.
// There are numbers only, and A and B are never merged: excelize adds up texts that
// look like numbers, and every cell of a merged range, as no spreadsheet does.
var (
	values = []string{
		"", "", "7", "{{单位.得分}}", "{{单位.预算}}", "{{个数(单位)}}", "{{单位.执行}}", "{{分页}}", "{{项目.预算}}", "{{项目.指标.得分}}",
	}
	formulas = []string{
		"", "=SUM(A1:B4)", "=SUM(B2)", "=B2*2", "=SUM(A$3:A3)", "=COUNTIF(B1:B5,\">60\")", "=A3+B4", "=SUM(A5:B8)", "=A$2", "=MAX(B1,B6)", "=SUM(B2:B2)", "=SUM(A6:A7)-A6", "=COUNT(A:A)",
		"=SUM(B3,A4:A5)", "=SUMIF(A2:A2,\">5\",B2:B2)", "{{单位.得分}}", "{{项目.预算}}", "{{序号}}{{合并}}", "{{单位.得分}}{{合并}}",
	}
	blocks = [][2]string{{"{{#每个 单位}}", "{{/每个}}"}, {"{{#每个 项目}}", "{{/每个}}"}, {"{{#如果 年度 = \"2021\"}}", "{{/如果}}"}, {"{{#如果 年度 = \"2022\"}}", "{{/如果}}"}, {"{{#如果 单位.得分 > 62}}", "{{/如果}}"}}
)

// layoutOf makes a workbook of 8 rows and 4 columns out of bytes, with a few
// blocks around rows and a few merged ranges.
func layoutOf(t testing.TB, data []byte) []byte {
	next := func() int {
		if len(data) == 0 {
			return 0
		}
		b := data[0]
		data = data[1:]
		return int(b)
	}
	var cells [8][4]string
	list := next() % 3 // most rows of a sheet speak of one list
	for row := range cells {
		for col := range cells[row] {
			text := values[next()%len(values)]
			if col > 1 {
				text = formulas[next()%len(formulas)]
			}
			switch {
			case list == 0 && strings.Contains(text, "项目."), list == 1 && strings.Contains(text, "单位."):
				text = ""
			}
			cells[row][col] = text
		}
	}
	for first := 0; first < 8; {
		n := next()
		if n%3 > 0 {
			first++
			continue
		}
		last, block := min(first+n/3%3, 7), blocks[next()%len(blocks)]
		if n%2 == 0 { // rows of their own for the block's tags
			last = min(first+2+n/3%3, 7)
			cells[first], cells[last] = [4]string{}, [4]string{}
		}
		if begin := &cells[first][0]; strings.HasPrefix(*begin, "=") || *begin == "7" {
			*begin = block[0]
		} else {
			*begin = block[0] + *begin
		}
		if end := &cells[last][3]; strings.HasPrefix(*end, "=") {
			*end = block[1]
		} else {
			*end += block[1]
		}
		first = last + 1
	}
	var b strings.Builder
	b.WriteString("<sheetData>")
	for row := range cells {
		fmt.Fprintf(&b, `<row r="%d">`, row+1)
		for col, text := range cells[row] {
			at := fmt.Sprintf("%s%d", appendColumn(nil, col+1), row+1)
			switch {
			case text == "":
			case text[0] == '=':
				fmt.Fprintf(&b, `<c r="%s"><f>%s</f></c>`, at, ooxml.Escape(nil, text[1:]))
			case text == "7":
				fmt.Fprintf(&b, `<c r="%s"><v>7</v></c>`, at)
			default:
				b.WriteString(inline(at, string(ooxml.Escape(nil, text))))
			}
		}
		b.WriteString("</row>")
	}
	b.WriteString("</sheetData>")
	used := map[[2]int]bool{}
	merges := ""
	for range next() % 4 {
		r1, c1 := next()%8+1, next()%2+3
		r2, c2 := min(r1+next()%3, 8), min(c1+next()%2, 4)
		free := r1 != r2 || c1 != c2
		for r := r1; r <= r2; r++ {
			for c := c1; c <= c2; c++ {
				free = free && !used[[2]int{r, c}]
			}
		}
		if !free {
			continue
		}
		for r := r1; r <= r2; r++ {
			for c := c1; c <= c2; c++ {
				used[[2]int{r, c}] = true
			}
		}
		merges += fmt.Sprintf(`<mergeCell ref="%s%d:%s%d"/>`, appendColumn(nil, c1), r1, appendColumn(nil, c2), r2)
	}
	if merges != "" {
		b.WriteString("<mergeCells>" + merges + "</mergeCells>")
	}
	return oneSheet(t, noStrings, b.String())
}

// checkLayout renders what compiles, and holds the values that it wrote against
// those that another program computes from the formulas that it wrote.
func checkLayout(t *testing.T, data []byte) (computed int) {
	tpl, faults := Compile(layoutOf(t, data), ooxml.DefaultLimits())
	if tpl == nil {
		if len(faults) == 0 {
			t.Fatal("neither a template nor a fault")
		}
		return 0
	}
	scope := someUnits(3)
	scope["项目"] = twoProjects["项目"]
	doc, err := tpl.Render(scope, Options{})
	must(t, err)
	book, err := ooxml.ReadWorkbook(doc, ooxml.DefaultLimits())
	must(t, err)
	f, err := excelize.OpenReader(bytes.NewReader(doc))
	must(t, err)
	for _, sh := range book.Sheets {
		for i, m := range sh.Merges {
			for _, o := range sh.Merges[:i] {
				if m.From.Row <= o.To.Row && o.From.Row <= m.To.Row && m.From.Col <= o.To.Col && o.From.Col <= m.To.Col {
					t.Fatalf("merged ranges overlap: %v and %v", m, o)
				}
			}
		}
		for _, c := range sh.Cells {
			if c.Formula == "" {
				continue
			}
			if strings.Contains(c.Formula, "#REF!") {
				t.Fatalf("%s: %s", c.Ref, c.Formula)
			}
			if m, merged := sh.MergeAt(c.Ref); c.Kind != ooxml.NumberCell || merged && m.From != c.Ref {
				continue
			}
			want, err := f.CalcCellValue(sh.Name, c.Ref.String(), excelize.Options{RawCellValue: true})
			if err != nil {
				continue // the other program gives up on circles elsewhere in the sheet
			}
			if want == "" { // a formula that points at an empty cell
				want = "0"
			}
			a, errA := strconv.ParseFloat(c.Text, 64)
			b, errB := strconv.ParseFloat(want, 64)
			if errA != nil || errB != nil || math.Abs(a-b) > 1e-9*max(1, math.Abs(a)) {
				t.Fatalf("%s!%s =%s: we wrote %s, excelize computes %s", sh.Name, c.Ref, c.Formula, c.Text, want)
			}
			computed++
		}
	}
	return computed
}

func FuzzLayout(f *testing.F) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		f.Add(randomBytes(rng))
	}
	f.Fuzz(func(t *testing.T, data []byte) { checkLayout(t, data) })
}

func randomBytes(rng *rand.Rand) []byte {
	b := make([]byte, 64)
	for i := range b {
		b[i] = byte(rng.Uint32())
	}
	return b
}

func TestRandomLayouts(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(3, 4))
	computed := 0
	for range 400 {
		computed += checkLayout(t, randomBytes(rng))
	}
	if computed < 100 {
		t.Errorf("only %d formulas were compared", computed)
	}
}

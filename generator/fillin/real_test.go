package fillin_test

import ("testing";"fmt";"os";"path/filepath";"jixiao/generator/fillin";"jixiao/generator/ooxml")

func TestReal(t *testing.T) {
	data, err := os.ReadFile("../../templates/整体支出/填报表.xlsx")
	if err != nil { t.Fatal(err) }
	book, err := ooxml.ReadWorkbook(data, ooxml.DefaultLimits())
	if err != nil { t.Fatal(err) }
	m, faults := fillin.Compile(book, nil)
	for _, f := range faults { fmt.Println(f) }
	fmt.Println(len(m.Specs()), m.ListNames())
	files, _ := filepath.Glob("../../samples/*/*/*.xlsx")
	f2, _ := filepath.Glob("../../samples/*/*/*/*.xlsx")
	for _, p := range append(files, f2...) {
		data, _ := os.ReadFile(p)
		b, err := ooxml.ReadWorkbook(data, ooxml.DefaultLimits())
		if err != nil { fmt.Println(p, err); continue }
		l := m.Locate(b)
		fmt.Println(p, l.Sheets, l.Ignored, len(l.Cells))
		for _, x := range problems(l) { fmt.Println("   ", x) }
	}
	b, _ := ooxml.ReadWorkbook(func() []byte { d, _ := os.ReadFile("testdata/seed.xlsx"); return d }(), ooxml.DefaultLimits())
	l := m.Locate(b)
	for _, x := range problems(l) { fmt.Println("   ", x) }
	fmt.Println(len(l.Cells), len(l.Lists[0].Items))
}

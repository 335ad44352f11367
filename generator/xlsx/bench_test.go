package xlsx

import (
	"bytes"
	"fmt"
	"strconv"
	"testing"

	"github.com/klauspost/compress/flate"

	"jixiao/generator/ooxml"
)

// summary is a template with 25 columns and totals, and the data of n units for it.
func summary(t testing.TB, n int) ([]byte, record) {
	head, line, sum := []any{"序号", "单位"}, []any{"{{序号}}", "{{单位.单位名称}}"}, []any{"合计", nil}
	for i := 3; i <= 25; i++ {
		col := string(appendColumn(nil, i))
		head = append(head, "指标"+strconv.Itoa(i))
		if i == 25 {
			line, sum = append(line, "=D3/C3"), append(sum, "=D4/C4")
			continue
		}
		line, sum = append(line, "{{单位.f"+strconv.Itoa(i)+"}}"), append(sum, "=SUM("+col+"3:"+col+"3)")
	}
	list := make([]record, n)
	for k := range list {
		list[k] = record{"单位名称": fmt.Sprintf("第%d局（本级）", k+1)}
		for i := 3; i < 25; i++ {
			list[k]["f"+strconv.Itoa(i)] = amount(fmt.Sprintf("%d.%02d", 100+k*i%977, (k+i)%100))
		}
	}
	return save(t, build(t, "汇总", [][]any{{"{{年度}}年度绩效自评汇总表"}, head, line, sum})), record{"年度": "2022", "单位": list}
}

// form is a form of one page: labels, and a value beside each.
func form(t testing.TB) ([]byte, record) {
	var rows [][]any
	data := record{}
	for i := range 30 {
		name := "项" + strconv.Itoa(i)
		rows = append(rows, []any{"标签" + strconv.Itoa(i), "{{" + name + "}}", "说明：{{" + name + "}}万元", "单位", "=B" + strconv.Itoa(i+1) + "*2"})
		data[name] = amount(fmt.Sprintf("%d.5", 100+i))
	}
	return save(t, build(t, "表", rows)), data
}

func BenchmarkSummary(b *testing.B) { benchmark(b, func() ([]byte, record) { return summary(b, 200) }) }
func BenchmarkForm(b *testing.B)    { benchmark(b, func() ([]byte, record) { return form(b) }) }

// benchmark measures our rendering and the limit in one process: to append
// precomputed bytes, deflate what changed and copy the rest.
func benchmark(b *testing.B, make func() ([]byte, record)) {
	data, scope := make()
	tpl := compile(b, data)
	doc := render(b, tpl, scope)
	b.Run("jixiao", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := tpl.Render(scope, Options{}); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "docs/s")
	})
	b.Run("limit", func(b *testing.B) {
		pkg, err := ooxml.Open(doc, ooxml.DefaultLimits())
		must(b, err)
		var changed [][]byte
		rest := 0
		for _, name := range pkg.Names() {
			part, _ := pkg.Part(name)
			rest += len(part) / 5
			for _, p := range tpl.plain.parts {
				if p.name == name {
					changed = append(changed, part)
				}
			}
		}
		still := bytes.Repeat([]byte("x"), rest)
		var text []byte
		var packed bytes.Buffer
		w, err := flate.NewWriter(&packed, 1)
		must(b, err)
		for b.Loop() {
			packed.Reset()
			packed.Write(still)
			for _, part := range changed {
				text = text[:0]
				for at := 0; at < len(part); at += 24 {
					text = append(text, part[at:min(at+24, len(part))]...)
				}
				w.Reset(&packed)
				if _, err := w.Write(text); err != nil {
					b.Fatal(err)
				}
				must(b, w.Close())
			}
			_ = append([]byte(nil), packed.Bytes()...) // the document, as a caller would get it
		}
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "docs/s")
	})
}

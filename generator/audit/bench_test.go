package audit

import (
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"jixiao/generator/finding"
	"jixiao/generator/form"
	"jixiao/generator/unit"
	"jixiao/generator/value"
)

// BenchmarkJudge judges 10,000 distinct records made of the sample workbooks, as
// [variant] makes them, each once. A record counts as clean when it has no error.
//
//	clean    the clean samples in turn: what comes back after units were told
//	run      four clean units of five, the others as they come: a round of a whole region
//	samples  all samples in turn, half of which were made to have faults
//	worst    the workbook of the trade's own seed, with 8 errors and 23 notices
func BenchmarkJudge(b *testing.B) {
	f := builtin(b)
	all := samples(b, f)
	isClean := func(r *unit.Record) bool { return Judge(r, f, nil, benchYear).Findings.Count(finding.Error) == 0 }
	var clean, faulty, mix []*unit.Record
	for _, r := range all {
		if isClean(r) {
			clean = append(clean, r)
		} else {
			faulty = append(faulty, r)
		}
	}
	for i := range 4 * len(clean) * len(faulty) {
		mix = append(mix, clean[i%len(clean)])
		if i%4 == 3 {
			mix = append(mix, faulty[i/4%len(faulty)])
		}
	}
	b.Run("clean", func(b *testing.B) { judgeAll(b, f, clean) })
	b.Run("run", func(b *testing.B) { judgeAll(b, f, mix) })
	b.Run("samples", func(b *testing.B) { judgeAll(b, f, all) })
	b.Run("worst", func(b *testing.B) { judgeAll(b, f, []*unit.Record{record(b, f, seed)}) })
}

const (
	benchYear    = "2022"
	benchRecords = 10000 // after so many the same come again
	benchBatch   = 50    // are made at once, while the clock stands still
)

func judgeAll(b *testing.B, f *form.Form, kinds []*unit.Record) {
	b.ReportAllocs()
	batch := make([]*unit.Record, benchBatch)
	n := 0
	for b.Loop() {
		if n%benchBatch == 0 {
			b.StopTimer()
			for i := range batch {
				batch[i] = variant(kinds[(n+i)%len(kinds)], (n+i)%benchRecords)
			}
			runtime.GC() // what making them left behind is not collected at the cost of judging
			b.StartTimer()
		}
		Judge(batch[n%benchBatch], f, nil, benchYear)
		n++
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "records/s")
	b.ReportMetric(b.Elapsed().Seconds()*1000/float64(b.N), "ms/record")
}

// variant is the report of the nth other unit: with another name, other amounts
// that add up as those of r do, other narratives, indicators of other names and
// other figures in their targets. What units have in common stays: the names of
// 一级指标 and 二级指标, units of measure, percentages, scores, 无.
func variant(r *unit.Record, n int) *unit.Record {
	v := *r
	v.Item = varied(r.Item, n, 0)
	return &v
}

func varied(it unit.Item, n, index int) unit.Item {
	it.Fields = slices.Clone(it.Fields)
	for i := range it.Fields {
		vary(&it.Fields[i], n, index)
	}
	it.Lists = slices.Clone(it.Lists)
	for i := range it.Lists {
		l := &it.Lists[i]
		l.Items = slices.Clone(l.Items)
		for k := range l.Items {
			l.Items[k] = varied(l.Items[k], n, k+1)
		}
	}
	return it
}

func vary(f *unit.Field, n, index int) {
	times := int64(1 + n%997)
	if d, ok := f.Value.Number(); ok && f.Type == value.TypeAmount {
		f.Value = value.Num(d.Mul(decimal.NewFromInt(times))).As(f.Type)
		f.Raw = multiplied(f.Raw, times)
	}
	if f.Value.Kind() != value.Text {
		return
	}
	text := f.Value.String()
	switch {
	case f.Name == "单位名称":
		text = locality(n) + text
	case f.Name == "三级指标", f.Name == "项目名称":
		text += "（" + locality(n+index) + "）"
	case f.Name == "年度指标值", f.Name == "实际完成值":
		text = multiplied(text, times)
	case utf8.RuneCountInString(text) > 20:
		text = multiplied(strings.ReplaceAll(text, "。", "（"+locality(n)+"）。"), times)
	}
	if text != f.Value.String() {
		f.Value, f.Raw = value.Str(text).As(f.Type), text
	}
}

// locality names the nth place, of which there are more than records.
func locality(n int) string {
	const parts = "东西南北中上下前后左右里外大小新老青红黄蓝紫"
	runes := []rune(parts)
	name := ""
	for range 4 {
		name += string(runes[n%len(runes)])
		n /= len(runes)
	}
	return name + "街"
}

var plainFigure = regexp.MustCompile(`^\d+(\.\d+)?$|(\d+(?:\.\d+)?)(万元|元|公里|件|处|个|人|户|亩|吨)`)

// multiplied multiplies the amounts and counts of a text; percentages and years stay.
func multiplied(text string, times int64) string {
	return plainFigure.ReplaceAllStringFunc(text, func(figure string) string {
		digits := strings.TrimRight(figure, "万元公里件处个人户亩吨")
		d, err := decimal.NewFromString(digits)
		if err != nil || len(digits) == 4 && strings.HasPrefix(digits, "20") {
			return figure
		}
		return d.Mul(decimal.NewFromInt(times)).String() + figure[len(digits):]
	})
}

// TestVariants holds the benchmark to what it says: the variants differ, and most
// clean ones are clean still.
func TestVariants(t *testing.T) {
	t.Parallel()
	f := builtin(t)
	for _, r := range samples(t, f) {
		seen := map[string]bool{}
		before := Judge(r, f, nil, benchYear).Findings.Count(finding.Error)
		for n := 1; n < benchRecords; n += 1999 {
			v := variant(r, n)
			key := v.Field("单位名称").Value.String() + v.Field("全年执行数").Value.String()
			if seen[key] {
				t.Errorf("variant %d of %s is there already", n, r.Field("单位名称").Value)
			}
			seen[key] = true
			if after := Judge(v, f, nil, benchYear).Findings.Count(finding.Error); after != before {
				t.Errorf("variant %d of %s has %d errors, not %d", n, r.Field("单位名称").Value, after, before)
			}
		}
	}
}

// BenchmarkLong judges one unit with more and more indicators: the time for one of
// them grows little, for what rules say of the whole list is worked out once.
func BenchmarkLong(b *testing.B) {
	f := builtin(b)
	clean := samples(b, f)[1]
	for _, c := range []struct {
		name  string
		items int
	}{{"10", 10}, {"100", 100}, {"1000", 1000}} {
		r := *variant(clean, 1)
		r.Lists = slices.Clone(r.Lists)
		at := slices.IndexFunc(r.Lists, func(l unit.List) bool { return l.Name == "指标" })
		own := r.Lists[at].Items
		r.Lists[at].Items = nil
		for i := range c.items {
			r.Lists[at].Items = append(r.Lists[at].Items, varied(own[i%len(own)], i, i))
		}
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				Judge(&r, f, nil, benchYear)
			}
			b.ReportMetric(b.Elapsed().Seconds()*1e6/float64(b.N)/float64(c.items), "µs/indicator")
		})
	}
}

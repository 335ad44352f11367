package value

import "testing"

// One record: 40 values as a clean form carries them, mostly plain numbers.
func record() []readCase {
	cells := []readCase{
		{typ: TypeText, raw: Raw{Text: "株洲市渌口区信访局"}},
		{typ: TypeDate, raw: Raw{Text: "2023年4月4日"}},
		{typ: TypePhone, raw: Raw{Text: "0731-12345678"}},
		{typ: TypeAmount, raw: Raw{Text: "308.76", Number: true}},
		{typ: TypeAmount, raw: Raw{Text: "326.68", Number: true}},
		{typ: TypeAmount, raw: Raw{Text: "329.97999999999996", Number: true}},
		{typ: TypePercent, raw: Raw{Text: "100%"}},
		{typ: TypeLines, raw: Raw{Text: "在重复信访治理、信访积案攻坚、活动保障等方面下功夫，大力推进群众信访“最多跑一次”改革"}},
	}
	for len(cells) < 40 {
		cells = append(cells,
			readCase{typ: TypeText, raw: Raw{Text: "维护社会和谐稳定"}},
			readCase{typ: TypeScore, raw: Raw{Text: "10", Number: true}},
			readCase{typ: TypeScore, raw: Raw{Text: "　20"}},
			readCase{typ: TypeText, raw: Raw{Text: "≥95%"}})
	}
	return cells
}

func BenchmarkReadRecord(b *testing.B) {
	cells := record()
	b.ReportAllocs()
	for b.Loop() {
		for _, c := range cells {
			if r := Read(c.typ, c.raw, c.opt); r.Problem != "" {
				b.Fatal(r.Problem)
			}
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "records/s")
	b.ReportMetric(float64(b.N*len(cells))/b.Elapsed().Seconds(), "cells/s")
}

func BenchmarkRead(b *testing.B) {
	for _, c := range []struct {
		name string
		cell readCase
	}{
		{"score", readCase{typ: TypeScore, raw: Raw{Text: "10", Number: true}}},
		{"amount", readCase{typ: TypeAmount, raw: Raw{Text: "308.76", Number: true}}},
		{"tail", readCase{typ: TypeAmount, raw: Raw{Text: "329.97999999999996", Number: true}}},
		{"text number", readCase{typ: TypeScore, raw: Raw{Text: "　20"}}},
		{"unit", readCase{typ: TypeAmount, raw: Raw{Text: "387664.62元"}}},
		{"percent", readCase{typ: TypePercent, raw: Raw{Text: "86.2%"}}},
		{"text", readCase{typ: TypeText, raw: Raw{Text: "维护社会和谐稳定"}}},
		{"date", readCase{typ: TypeDate, raw: Raw{Text: "2023年4月4日"}}},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Read(c.cell.typ, c.cell.raw, c.cell.opt)
			}
		})
	}
}

func BenchmarkText(b *testing.B) {
	for _, pipes := range []string{"", "金额:元|千分位:2", "大写", "百分比:2", "增减:x"} {
		f, faults := CompileFormat(pipesOf(pipes))
		if faults != nil {
			b.Fatal(faults)
		}
		before := Num(dec("173.39"))
		b.Run(pipes, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				f.Text(budget, before)
			}
		})
	}
}

func BenchmarkParseTarget(b *testing.B) {
	for _, text := range []string{"≥95%", "保持", "122.97万元", "2021年12月完成"} {
		b.Run(text, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				ParseTarget(text)
			}
		})
	}
}

func BenchmarkCompileFormat(b *testing.B) {
	pipes := pipesOf("金额:元|千分位:2|默认:无")
	b.ReportAllocs()
	for b.Loop() {
		if _, faults := CompileFormat(pipes); faults != nil {
			b.Fatal(faults)
		}
	}
}

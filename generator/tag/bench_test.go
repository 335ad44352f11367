package tag

import (
	"strings"
	"testing"
)

func BenchmarkParse(b *testing.B) {
	text := strings.Repeat("按收入性质分：{{收入合计|金额}}，其中一般公共预算{{一般公共预算|金额|可空}}万元。", 20)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, faults := Parse(text); len(faults) > 0 {
			b.Fatal(faults)
		}
	}
}

func BenchmarkLiteral(b *testing.B) {
	text := strings.Repeat("没有标签的一段文字，照样要看一遍。", 100)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if HasTag(text) {
			b.Fatal("a tag")
		}
	}
}

func BenchmarkRender(b *testing.B) {
	pieces, _ := Parse("{{#每个 指标}}{{序号}}.{{指标.名称}}{{#如果 末条}}。{{否则}}；{{/如果}}{{/每个}}")
	s := testScope()
	b.ReportAllocs()
	for b.Loop() {
		Render(pieces, s)
	}
}

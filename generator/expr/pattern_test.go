package expr

import (
	"regexp"
	"slices"
	"testing"
)

// patterns are such as rules use, and such as are hard to study.
var patterns = []string{
	"执行率|执行进度|支出进度|预算执行|结转|结余|未支出|未执行|未使用", "^(保持|维持|有所(提升|提高|改善)|达到预期.*|持续.{0,4})$", "[（(]\\s*([0-9.]+)\\s*分",
	"(?:等级|评级|评定|结果)[为是：:“”]{0,3}(优|良|中|差)", "1[3-9][0-9][0-9xX×*＊]{4}[0-9]{4}", "1[3-9][0-9]{9}|[0-9]{17}[0-9Xx]", "字以内[)）]|对照年度目标|[*×]{3}|……年",
	"[0-9]+(?:\\.[0-9]+)?万元，?(?:比|较)上年(?:增加|减少)[0-9]+", "(?:增长|下降)[^，。；0-9]{0,4}([0-9]+(?:\\.[0-9]+)?)[%％]", "^20[0-9]{2}年", "年$", "\\b支出\\b",
	"(?i)abc", "a|b|", "", "a*", "(a|ab)(c|bcd)", "甲?乙", "x{2,3}y", "[^a]b", ".{2}出", "(?:a|b)+c", "é|ü", "(?s).出", "(甲|乙){2}", "[一-龥]{3}", "出|支出", "支|支出", "\\x{FFFD}",
}

var patternTexts = []string{
	"", "预算执行率为98.3%，结转3.2万元。", "保持", "有所提升", "达到预期目标", "持续改善中", "产出指标（50 分）", "评级为优", "自评等级：良，评定结果：中", "139****5388", "13800000000",
	"电话13912345678", "（100字以内）", "***", "支出326.68万元，比上年减少141.58万元，下降30.23%", "2022年度", "到2022年", "支出", "abc ABC", "abcd", "xxxy", "cb", "产出", "\xe5\x87", "a\xffb出",
	"éa", "乙甲乙", "支\n出",
}

// samePattern holds the pattern against the regular expression itself.
func samePattern(t *testing.T, source, text string) {
	re, err := regexp.Compile(source)
	p, wrong := compilePattern(source)
	if err != nil || wrong != "" {
		if (err != nil) != (wrong != "") && len(source) < maxPattern {
			t.Fatalf("%q: %v, %q", source, err, wrong)
		}
		return
	}
	if got, want := p.matches(text), re.MatchString(text); got != want {
		t.Fatalf("%q in %q: %v, want %v", source, text, got, want)
	}
	if got, want := p.find(text), re.FindStringSubmatch(text); !slices.Equal(got, want) {
		t.Fatalf("%q in %q: %q, want %q", source, text, got, want)
	}
}

func TestPattern(t *testing.T) {
	t.Parallel()
	studied := 0
	for _, source := range patterns {
		if p, _ := compilePattern(source); p.here != nil {
			studied++
		}
		for _, text := range patternTexts {
			samePattern(t, source, text)
		}
	}
	if studied < 10 {
		t.Errorf("only %d patterns are looked for by their beginnings", studied)
	}
}

// FuzzPattern: looking for words first never changes what a pattern finds.
func FuzzPattern(f *testing.F) {
	for i, source := range patterns {
		f.Add(source, patternTexts[i%len(patternTexts)])
		f.Add(source, patternTexts[(i+7)%len(patternTexts)])
	}
	f.Fuzz(func(t *testing.T, source, text string) {
		if len(source) < 200 && len(text) < 2000 {
			samePattern(t, source, text)
		}
	})
}

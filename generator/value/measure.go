package value

import "strings"

// baseUnits maps what people write to one name for each thing that is counted
// or measured (quirks §5): 人, 人次 and 名 are one, so are 个, 件 and 台; 只 and 头 are not.
var baseUnits = map[string]string{
	"%": "%", "百分比": "%", "个百分点": "百分点", "百分点": "百分点", "‰": "‰",
	"人": "人", "人次": "人", "名": "人", "位": "人", "人员": "人",
	"个": "个", "件": "个", "台": "个",
	"公里": "公里", "千米": "公里", "km": "公里", "㎞": "公里",
	"米": "米", "m": "米",
	"平方米": "平方米", "平米": "平方米", "㎡": "平方米", "m2": "平方米", "m²": "平方米",
	"平方公里": "平方公里", "平方千米": "平方公里", "km2": "平方公里", "km²": "平方公里", "㎢": "平方公里",
	"立方米": "立方米", "m3": "立方米", "m³": "立方米", "㎥": "立方米", "方": "立方米",
	"亩": "亩", "公顷": "公顷", "ha": "公顷", "hm2": "公顷", "hm²": "公顷",
	"吨": "吨", "t": "吨", "公斤": "公斤", "千克": "公斤", "kg": "公斤", "㎏": "公斤", "克": "克", "斤": "斤",
	"天": "天", "日": "天", "工作日": "工作日", "个工作日": "工作日",
	"小时": "小时", "个小时": "小时", "h": "小时", "分钟": "分钟", "min": "分钟", "秒": "秒",
	"个月": "个月", "年": "年", "周": "周", "季度": "季度", "个季度": "季度",
	"次": "次", "次数": "次", "批": "批", "批次": "批", "班次": "班次", "车次": "车次", "架次": "架次",
	"℃": "℃", "°c": "℃", "度": "度", "千瓦时": "度", "kwh": "度", "千瓦": "千瓦", "kw": "千瓦",
	"mb": "MB", "gb": "GB", "tb": "TB",
	"分": "分",
}

// countWords are units that stand for themselves.
var countWords = wordSet("户家所项套条头只份册本辆起例场期篇棵株座处间栋层张片组村镇乡县班课支部艘架幅块根节宗桩对双袋箱瓶盒")

func wordSet(s string) map[string]bool {
	set := make(map[string]bool)
	for _, r := range s {
		set[string(r)] = true
	}
	return set
}

// moneyUnits are brought to 万元, as amounts are.
func moneyUnit(u string) (places int32, known bool) {
	if !strings.HasSuffix(u, "元") && !strings.HasSuffix(u, "圆") {
		return 0, false
	}
	return amountShift(u)
}

// multiples are written before a unit: 5万亩 is 50000亩.
var multiples = []struct {
	word   string
	places int32
}{{"百万", 6}, {"千万", 7}, {"十万", 5}, {"万", 4}, {"亿", 8}, {"千", 3}, {"百", 2}}

// unitOf gives a unit's one name and by how many places a number is moved to
// be in it: 元 is 万元 moved by −4, 万亩 is 亩 moved by 4. known is false for
// a unit that is not in the table; its name is then the unit as written.
func unitOf(u string) (base string, places int32, known bool) { return tidyUnit(strings.TrimSpace(u)) }

// tidyUnit is unitOf for a unit without blanks around it.
func tidyUnit(u string) (base string, places int32, known bool) {
	if u == "" {
		return "", 0, true
	}
	if places, ok := moneyUnit(u); ok {
		return "万元", places, true
	}
	if base, ok := plainUnit(u); ok {
		return base, 0, true
	}
	for _, m := range multiples {
		rest, found := strings.CutPrefix(u, m.word)
		if !found {
			continue
		}
		if rest == "" {
			return "", m.places, true
		}
		if base, ok := plainUnit(rest); ok && base != "%" && base != "分" {
			return base, m.places, true
		}
	}
	return u, 0, false
}

func plainUnit(u string) (string, bool) {
	if base, ok := baseUnits[u]; ok {
		return base, true
	}
	if countWords[u] {
		return u, true
	}
	if u[0] < 0x80 {
		if base, ok := baseUnits[strings.ToLower(u)]; ok {
			return base, true
		}
	}
	return u, false
}

// SameUnit reports whether numbers in two units can be compared: they have the
// same name after normalisation, or differ only in size (元 and 万元, 亩 and
// 万亩 — [ParseTarget] has brought the numbers to one size).
func SameUnit(a, b string) bool {
	if a == b {
		return true
	}
	a, _ = fold(a)
	b, _ = fold(b)
	a, _, _ = unitOf(a)
	b, _, _ = unitOf(b)
	return a == b
}

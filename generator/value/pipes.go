package value

import (
	"strconv"
	"strings"
)

// Pipe is one |名称:参数 of a tag.
type Pipe struct {
	Name, Param string
	HasParam    bool
	Offset      int // bytes into the tag's source
}

// PipeError is a pipe that is unknown or has a parameter that it cannot use.
type PipeError struct {
	Pipe    Pipe
	Message string // what is wrong and what was probably meant
}

// Error is the message.
func (e PipeError) Error() string { return e.Message }

// PipeInfo describes one pipe, for the documentation page and for lint.
type PipeInfo struct {
	Name    string // 千分位
	Twin    string // its English name
	Param   string // what its parameter is; "" when it takes none
	Text    string // what it does
	Example string // with what it prints
}

// pipe is a known pipe. set changes the format, or says what is wrong with the pipe.
type pipe struct {
	PipeInfo
	set func(f *Format, p Pipe) string
}

var known = []pipe{
	{PipeInfo{"金额", "amount", "元、万元或亿元，可不写", "金额，读入时换算为万元，打印两位小数；金额:元 以元为单位", "{{年初预算数|金额}} 308.76"}, setAmount},
	{PipeInfo{"百分比", "percent", "小数位数，可不写", "百分比，存的是比例（100%是1），打印两位小数", "{{执行率|百分比:2}} 101.01%"}, setPercent},
	{PipeInfo{"分数", "score", "最多几位小数，可不写", "得分，最多两位小数，不留末尾的零", "{{得分|分数}} 9.5"}, typeAndPlaces(TypeScore, printScore)},
	{PipeInfo{"整数", "integer", "", "整数，四舍五入到个位", "{{在职人数|整数}} 10"}, typeAndPlaces(TypeInteger, printInteger)},
	{PipeInfo{"数", "number", "小数位数，可不写", "任意的数，不留末尾的零", "{{面积|数}} 12.5"}, typeAndPlaces(TypeNumber, printNumber)},
	{PipeInfo{"日期", "date", "式样，可不写", "日期；式样里 yyyy 是年、M 是月、d 是日、MM 和 dd 补足两位，日期:汉字 打印二〇二三年四月四日", "{{填报日期|日期:yyyy年M月d日}} 2023年4月4日"}, setDate},
	{PipeInfo{"文本", "text", "", "照原文", "{{填报人|文本}} 李明"}, typeOnly(TypeText)},
	{PipeInfo{"段落", "lines", "", "多段文字，每行自成一段", "{{预期目标|段落}}"}, typeOnly(TypeLines)},
	{PipeInfo{"电话", "phone", "", "电话号码，连同姓名和备注", "{{联系电话|电话}} 0731-12345678"}, typeOnly(TypePhone)},
	{PipeInfo{"选项", "choice", "用/隔开的答案", "只能填其中一个", "{{评价等级|选项:优/良/中/差}} 优"}, setChoice},
	{PipeInfo{"元", "yuan", "小数位数，可不写", "把万元的数打印成元", "{{年初预算数|元:2}} 3087600.00"}, setMoney("元")},
	{PipeInfo{"万元", "wan", "小数位数，可不写", "以万元打印，默认两位小数", "{{年初预算数|万元:2}} 308.76"}, setMoney("万元")},
	{PipeInfo{"亿元", "yi", "小数位数，可不写", "把万元的数打印成亿元", "{{年初预算数|亿元:4}} 0.0309"}, setMoney("亿元")},
	{PipeInfo{"千分位", "thousands", "小数位数，可不写", "每三位一个逗号，默认两位小数", "{{年初预算数|金额:元|千分位:2}} 3,087,600.00"}, setThousands},
	{PipeInfo{"大写", "uppercase", "元（数本身以元为单位时），可不写", "人民币大写；没有参数时数以万元为单位", "{{年初预算数|大写}} 叁佰零捌万柒仟陆佰元整"}, setUppercase},
	{PipeInfo{"脱敏", "mask", "", "遮住手机号、身份证号、账号和姓名的中间部分", "{{联系电话|脱敏}} 139****5388"}, setMask},
	{PipeInfo{"增减", "change", "上年数", "与上年数相比：增加…万元，增长…%；减少…，下降…；与上年持平", "{{年初预算数|增减:上年年初预算数}} 增加135.37万元，增长78.07%"}, setChange(changeBoth)},
	{PipeInfo{"增减额", "changeamount", "上年数", "只要增减的前半句", "{{年初预算数|增减额:上年年初预算数}} 增加135.37万元"}, setChange(changeAmount)},
	{PipeInfo{"增减率", "changerate", "上年数", "只要增减的后半句；上年为零时不打印", "{{年初预算数|增减率:上年年初预算数}} 增长78.07%"}, setChange(changeRate)},
	{PipeInfo{"默认", "default", "文字", "没有填时打印的文字", "{{偏差原因|默认:无}} 无"}, setFallback},
	{PipeInfo{"可空", "optional", "", "可以不填", "{{联系电话|可空}}"}, setOptional},
	{PipeInfo{"键", "key", "", "用它认出同一条记录", "{{项目名称|键}}"}, setKey},
	{PipeInfo{"初值", "initial", "文字", "发给单位的空表里已经填好的文字，单位可以改", "{{指标.一级指标|初值:产出指标（50分）}}"}, setInitial},
}

// byName finds a pipe by either of its names.
var byName = func() map[string]*pipe {
	names := make(map[string]*pipe, 2*len(known))
	for i := range known {
		names[known[i].Name] = &known[i]
		names[known[i].Twin] = &known[i]
	}
	return names
}()

// Pipes lists every pipe there is, in the order of the documentation.
func Pipes() []PipeInfo {
	list := make([]PipeInfo, len(known))
	for i, p := range known {
		list[i] = p.PipeInfo
	}
	return list
}

// CompileFormat compiles the pipes of a tag. All faults are reported at once;
// the format is usable without the faulty pipes.
func CompileFormat(pipes []Pipe) (*Format, []PipeError) {
	f := &Format{}
	var faults []PipeError
	seen := make(map[string]bool, len(pipes))
	for _, p := range pipes {
		name, _ := fold(p.Name)
		name = strings.ToLower(withoutBlanks(name))
		k := byName[name]
		message := ""
		switch {
		case k == nil:
			message = unknownPipe(p.Name, name)
		case seen[k.Name]:
			message = "“" + k.Name + "”写了两次，请去掉一个"
		case k.Param == "" && p.HasParam:
			message = "“" + k.Name + "”不带参数，请写成 |" + k.Name
		default:
			seen[k.Name] = true
			message = k.set(f, p)
		}
		if message != "" {
			faults = append(faults, PipeError{p, message})
		}
	}
	return f, faults
}

func unknownPipe(written, name string) string {
	if name == "" {
		return "竖线后面没有写管道名，请去掉竖线，或补上管道名，例如 |金额"
	}
	message := "没有叫" + quote(written) + "的管道"
	if best := nearestPipe(name); best != "" {
		return message + "，您是否想写：" + best
	}
	names := make([]string, len(known))
	for i, p := range known {
		names[i] = p.Name
	}
	return message + "，可用的有：" + strings.Join(names, "、")
}

// nearestPipe finds the pipe that was probably meant; "" when none is near.
func nearestPipe(name string) string {
	for _, hint := range [][2]string{
		{"货币", "金额"}, {"百分数", "百分比"}, {"百分", "百分比"}, {"比例", "百分比"}, {"得分", "分数"}, {"小数", "数"}, {"数字", "数"},
		{"数值", "数"}, {"文字", "文本"}, {"时间", "日期"}, {"手机", "电话"}, {"缺省", "默认"}, {"必填", "可空（不写可空就是必填）"},
		{"选填", "可空"}, {"可选", "可空"}, {"同比", "增减"}, {"环比", "增减"}, {"千位", "千分位"}, {"单选", "选项"}, {"下拉", "选项"},
	} {
		if strings.HasPrefix(name, hint[0]) {
			return hint[1]
		}
	}
	best, least := "", 0
	for _, p := range known {
		for _, candidate := range []string{p.Name, p.Twin} {
			longer := max(len([]rune(candidate)), len([]rune(name)))
			d := distance(name, candidate)
			if d*2 <= longer && (best == "" || d < least) && d < longer {
				best, least = p.Name, d
			}
		}
	}
	return best
}

// distance counts the letters that must be changed, added or dropped.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	if len(x) > 64 {
		x = x[:64]
	}
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := range x {
		corner := row[0]
		row[0] = i + 1
		for j := range y {
			cost := corner
			if x[i] != y[j] {
				cost++
			}
			corner = row[j+1]
			row[j+1] = min(cost, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(y)]
}

// setType fixes how the cell is read; a tag has one type.
func (f *Format) setType(t Type) string {
	if f.typ != "" && f.typ != t {
		return "“" + string(t) + "”与前面的“" + string(f.typ) + "”矛盾，一个值只有一个类型，请去掉一个"
	}
	f.typ = t
	return ""
}

// setPrint fixes how the value is printed; a tag prints in one way.
func (f *Format) setPrint(p printing, name string) string {
	if f.print != printDefault {
		return "“" + name + "”与前面的“" + f.printName + "”矛盾，请去掉一个"
	}
	f.print, f.printName = p, name
	return ""
}

// setPlaces reads the number of decimals; an absent one leaves the default.
func (f *Format) setPlaces(p Pipe) string {
	if !p.HasParam {
		return ""
	}
	text, _ := fold(p.Param)
	n, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil || n < 0 || n > 10 {
		return "“" + p.Name + "”的参数" + quote(p.Param) + "应是0到10的小数位数，例如 " + p.Name + ":2"
	}
	f.places, f.hasPlaces = int32(n), true
	return ""
}

func typeOnly(t Type) func(*Format, Pipe) string {
	return func(f *Format, _ Pipe) string { return f.setType(t) }
}

func typeAndPlaces(t Type, style printing) func(*Format, Pipe) string {
	return func(f *Format, p Pipe) string {
		if message := f.setType(t); message != "" {
			return message
		}
		if !p.HasParam {
			return ""
		}
		if message := f.setPlaces(p); message != "" {
			return message
		}
		return f.setPrint(style, p.Name)
	}
}

func setAmount(f *Format, p Pipe) string {
	if message := f.setType(TypeAmount); message != "" || !p.HasParam {
		return message
	}
	switch unit := withoutBlanks(p.Param); unit {
	case "元", "万元", "亿元":
		f.unit = unit
		return ""
	}
	return "“金额”的参数" + quote(p.Param) + "应是 元、万元 或 亿元；要定小数位数，请写 万元:2 或 千分位:2"
}

func setPercent(f *Format, p Pipe) string {
	if f.typ != TypeNumber {
		if message := f.setType(TypePercent); message != "" || !p.HasParam {
			return message
		}
	}
	if message := f.setPlaces(p); message != "" {
		return message
	}
	return f.setPrint(printPercent, p.Name)
}

func setMoney(unit string) func(*Format, Pipe) string {
	return func(f *Format, p Pipe) string {
		f.implied = TypeAmount
		if message := f.setPlaces(p); message != "" {
			return message
		}
		f.money = unit
		return f.setPrint(printMoney, unit)
	}
}

func setThousands(f *Format, p Pipe) string {
	f.implied = TypeNumber
	if message := f.setPlaces(p); message != "" {
		return message
	}
	return f.setPrint(printThousands, p.Name)
}

func setUppercase(f *Format, p Pipe) string {
	f.implied = TypeAmount
	if p.HasParam {
		switch withoutBlanks(p.Param) {
		case "元":
			f.inYuan = true
		case "万元":
		default:
			return "“大写”的参数" + quote(p.Param) + "应是 元（数本身以元为单位）或 万元，不写就是万元"
		}
	}
	return f.setPrint(printUppercase, p.Name)
}

func setMask(f *Format, _ Pipe) string { f.mask = true; return "" }

func setDate(f *Format, p Pipe) string {
	if message := f.setType(TypeDate); message != "" || !p.HasParam {
		return message
	}
	layout, message := compileLayout(p.Param)
	f.layout = layout
	return message
}

func setChoice(f *Format, p Pipe) string {
	if message := f.setType(TypeChoice); message != "" {
		return message
	}
	for _, o := range strings.FieldsFunc(p.Param, func(r rune) bool { return r == '/' || r == '／' }) {
		if o = strings.TrimSpace(o); o != "" {
			f.options = append(f.options, o)
		}
	}
	if len(f.options) < 2 {
		f.options = nil
		return "“选项”要写明至少两个答案，用/隔开，例如 选项:优/良/中/差"
	}
	return ""
}

func setChange(kind printing) func(*Format, Pipe) string {
	return func(f *Format, p Pipe) string {
		f.implied = TypeAmount
		if strings.TrimSpace(p.Param) == "" {
			return "“" + p.Name + "”要写明与哪个数比，例如 " + p.Name + ":上年年初预算数"
		}
		f.arg = p.Param
		return f.setPrint(kind, p.Name)
	}
}

func setFallback(f *Format, p Pipe) string {
	if p.Param == "" {
		return "“默认”要写明没有填时打印什么，例如 默认:无"
	}
	f.fallback = p.Param
	return ""
}

func setInitial(f *Format, p Pipe) string {
	if p.Param == "" {
		return "“初值”要写明空表里填好的文字，例如 初值:产出指标（50分）"
	}
	f.initial, f.hasInitial = p.Param, true
	return ""
}

func setOptional(f *Format, _ Pipe) string { f.optional = true; return "" }
func setKey(f *Format, _ Pipe) string      { f.key = true; return "" }

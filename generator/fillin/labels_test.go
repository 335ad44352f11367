package fillin

import "testing"

func TestSpelling(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, label, loose string }{
		{"年初\n预算数", "年初预算数", "年初预算数"},
		{"全年　 预算\u00a0数\u200b：", "全年预算数", "全年预算数"},
		{"得分\r\n（20分*执行率）", "得分(20分*执行率)", "得分"},
		{"执行率【B/A】", "执行率(B/A)", "执行率"},
		{"其中：一般公共预算：", "其中:一般公共预算", "一般公共预算"},
		{"其中", "其中", "其中"},
		{"（一）", "(一)", "(一)"},
		{"（二）基本支出", "(二)基本支出", "基本支出"},
		{"2.项目支出", "2.项目支出", "项目支出"},
		{"二、项目支出", "二、项目支出", "项目支出"},
		{"2022年", "2022年", "2022年"},
		{"★＊单位名称", "★*单位名称", "单位名称"},
		{"ＡＢ①㎡", "AB(1)m2", "ABm2"},
		{"①其中：当年财政拨款", "(1)其中:当年财政拨款", "当年财政拨款"}, {"（3）实施单位", "(3)实施单位", "实施单位"}, {"1.其中：财政拨款", "1.其中:财政拨款", "财政拨款"},
		{"其中：2.财政拨款", "其中:2.财政拨款", "财政拨款"}, {"项目名称*：", "项目名称*", "项目名称"}, {"全年执行数/万元", "全年执行数/万元", "全年执行数"},
		{"全年预算数万元", "全年预算数万元", "全年预算数"}, {"总额，单位：万元", "总额,单位:万元", "总额,单位"}, {"150万元", "150万元", "150万元"}, {"单位/元", "单位/元", "单位"}, {"两元", "两元", "两元"},
		{"预算部门（单位）名称", "预算部门(单位)名称", "预算部门名称"},
		{"未闭合（括号", "未闭合(括号", "未闭合(括号"},
		{"分值∶;", "分值", "分值"},
		{"", "", ""},
	} {
		if got := labelOf(c.text); got != c.label {
			t.Errorf("labelOf(%q) = %q, want %q", c.text, got, c.label)
		}
		if got := looseText(c.text); got != c.loose {
			t.Errorf("loose(%q) = %q, want %q", c.text, got, c.loose)
		}
	}
}

func TestOneLetterOff(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"预算部门名称", "预算部们名称", true}, {"年初预算", "年初预算数", true}, {"偏差原因分折及改进措施", "偏差原因分析及改进措施", true},
		{"预算部门名称", "预算部门名称", false}, {"年初预算数", "全年预算数", false}, {"一级指标", "二级指标", false}, {"本年决算收入", "上年决算收入", false},
		{"本年决算收入", "本年决算支出", false}, {"在职人员", "离休人员", false}, {"执行数", "预算数", false}, {"得分", "得份", false}, {"合格率", "不合格率", false}, {"", "分", false},
		{"预算部门名称", "预算部门称", true}, {"预算部门名称", "预部门称", false},
	} {
		if got := oneLetterOff(c.a, c.b); got != c.want {
			t.Errorf("oneLetterOff(%s, %s) = %v", c.a, c.b, got)
		}
		if got := oneLetterOff(c.b, c.a); got != c.want {
			t.Errorf("oneLetterOff(%s, %s) = %v", c.b, c.a, got)
		}
	}
}

// Every byte of a normal form knows where it came from.
func TestTrace(t *testing.T) {
	t.Parallel()
	var n normal
	for _, text := range []string{"填报人： 李某", "（２０２２年度）", "a\xffb…c", "Ⅳ、㎡　　x"} {
		n.set(text, 100)
		b := string(n.b)
		last := int32(0)
		for i := range len(b) {
			s := n.trace(i)
			if s.from < last || s.to <= s.from || int(s.to) > len(text) {
				t.Errorf("%q: byte %d of %q comes from %v", text, i, b, s)
			}
			last = s.from
		}
	}
}

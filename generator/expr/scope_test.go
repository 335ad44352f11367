package expr

import (
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"jixiao/generator/value"
)

// record is a scope for tests.
type record map[string]Binding

func (r record) Lookup(name string) (Binding, bool) { b, ok := r[name]; return b, ok }

// filled reads a test value: "" is blank, — does not apply, ?… is unreadable,
// digits are a number, 年月日 a date, everything else text.
func filled(text string) value.Value {
	switch {
	case text == "":
		return value.Value{}
	case text == "—":
		return value.NA()
	case strings.HasPrefix(text, "?"):
		return value.Unknown("“"+text[1:]+"”不是金额，请填数字", text[1:])
	}
	if d, err := decimal.NewFromString(text); err == nil {
		return value.Num(d)
	}
	if strings.Contains(text, "年") && strings.HasSuffix(text, "日") {
		if r := value.Read(value.TypeDate, value.Raw{Text: text}, value.ReadOptions{}); r.Problem == "" {
			return r.Value
		}
	}
	return value.Str(text)
}

func single(text string) Binding { return Binding{Value: filled(text)} }

// list makes a list of records: the first row names the fields.
func list(rows ...[]string) Binding {
	b := Binding{IsList: true}
	for _, row := range rows[1:] {
		item := record{}
		for i, name := range rows[0] {
			item[name] = single(row[i])
		}
		b.Items = append(b.Items, item)
	}
	return b
}

// sampleScope is the record of which the examples speak.
func sampleScope() record {
	fields, items := Sample()
	r := record{"指标": list(items...)}
	for _, f := range fields {
		r[f[0]] = single(f[1])
	}
	return r
}

// shown is a value as tests write it: 未判：… for what cannot be judged, 空 for blank.
func shown(v value.Value) string {
	switch {
	case v.Kind() == value.Blank:
		return "空"
	case v.Kind() == value.Unjudged && v.String() == "":
		return "未判：" + v.Why()
	case v.Kind() == value.Unjudged:
		return "未判（" + v.String() + "）：" + v.Why()
	case v.Kind() == value.Text && v.String() == "":
		return `""`
	}
	return v.String()
}

func mustParse(t testing.TB, src string) *Expr {
	t.Helper()
	e, err := Parse(src)
	if err != nil {
		t.Fatalf("Parse(%s): %v", src, err)
	}
	return e
}

package xlsx

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/xuri/excelize/v2"

	"jixiao/generator/expr"
	"jixiao/generator/ooxml"
	"jixiao/generator/value"
)

// record is a scope for tests: decimals as json-like numbers, texts, lists of records.
type record map[string]any

func (r record) Lookup(name string) (expr.Binding, bool) {
	switch v := r[name].(type) {
	case nil:
		_, ok := r[name]
		return expr.Binding{}, ok
	case string:
		return expr.Binding{Value: value.Str(v)}, true
	case int:
		return expr.Binding{Value: value.Int(int64(v))}, true
	case float64: // test data is written with few digits: the shortest decimal is what was typed
		return expr.Binding{Value: value.Num(decimal.NewFromFloat(v))}, true
	case value.Value:
		return expr.Binding{Value: v}, true
	case record:
		return expr.Binding{Current: v}, true
	case []record:
		items := make([]expr.Scope, len(v))
		for i := range v {
			items[i] = v[i]
		}
		return expr.Binding{Items: items, IsList: true}, true
	default:
		panic(fmt.Sprintf("test data: %T", v))
	}
}

func amount(s string) value.Value {
	return value.Num(decimal.RequireFromString(s)).As(value.TypeAmount)
}

// someUnits are n invented units.
func someUnits(n int) record {
	list := make([]record, n)
	for i := range list {
		list[i] = record{
			"单位名称": fmt.Sprintf("第%d局", i+1), "编码": fmt.Sprintf("00%d", i+1), "主管": fmt.Sprintf("主管%d", i/3),
			"预算": amount(fmt.Sprintf("%d.25", 100+i)), "执行": amount(fmt.Sprintf("%d.10", 90+i)), "得分": 60 + i*7%41,
		}
	}
	return record{"年度": "2022", "单位": list}
}

// build makes a workbook of sheets, each a list of rows of cells; a text that begins with = is a formula.
func build(t testing.TB, sheets ...any) *excelize.File {
	t.Helper()
	f := excelize.NewFile()
	for i := 0; i < len(sheets); i += 2 {
		name := sheets[i].(string)
		if i == 0 {
			must(t, f.SetSheetName("Sheet1", name))
		} else if _, err := f.NewSheet(name); err != nil {
			t.Fatal(err)
		}
		for row, cells := range sheets[i+1].([][]any) {
			for col, v := range cells {
				if v == nil {
					continue
				}
				at, _ := excelize.CoordinatesToCellName(col+1, row+1)
				if s, ok := v.(string); ok && len(s) > 1 && s[0] == '=' {
					must(t, f.SetCellFormula(name, at, s[1:]))
					continue
				}
				must(t, f.SetCellValue(name, at, v))
			}
		}
	}
	return f
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func save(t testing.TB, f *excelize.File) []byte {
	t.Helper()
	var b bytes.Buffer
	must(t, f.Write(&b))
	return b.Bytes()
}

func compile(t testing.TB, data []byte) *Template {
	t.Helper()
	tpl, faults := Compile(data, ooxml.DefaultLimits())
	for _, f := range faults {
		t.Errorf("fault: %s %s %s", f.Place, f.Source, f.Message)
	}
	if tpl == nil {
		t.FailNow()
	}
	return tpl
}

func render(t testing.TB, tpl *Template, s expr.Scope) []byte {
	t.Helper()
	out, err := tpl.Render(s, Options{})
	must(t, err)
	return out
}

func open(t testing.TB, data []byte) *excelize.File {
	t.Helper()
	if _, err := ooxml.ReadWorkbook(data, ooxml.DefaultLimits()); err != nil {
		t.Fatalf("our own reader refuses the output: %v", err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(data))
	must(t, err)
	return f
}

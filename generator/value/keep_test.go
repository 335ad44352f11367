package value

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/shopspring/decimal"
)

// TestKept: a value that was kept and read again prints and compares as before,
// also where two numbers are equal and written with other zeros.
func TestKept(t *testing.T) {
	t.Parallel()
	for _, v := range []Value{
		{}, NA(), Unknown("读不出来", "约3"), Int(0), Int(-7), Num(decimal.RequireFromString("308.760")),
		Num(decimal.New(12, 3)), Num(decimal.RequireFromString("1234567890123456789.50")), Num(decimal.RequireFromString("999999999999999999")), Num(decimal.RequireFromString("0.1")).As(TypePercent), Str(""), Str("<a>\u2028=1"),
		On(Day{2023, 4, 0}), On(Day{2023, 4, 4}).As(TypeDate), Truth(true), Truth(false),
	} {
		data, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		var back Value
		if err := json.Unmarshal(data, &back); err != nil {
			t.Errorf("%s: %v", data, err)
		}
		if !reflect.DeepEqual(v, back) {
			t.Errorf("%#v came back as %#v", v, back)
		}
	}
	for _, bad := range []string{`{"k":9}`, `{"k":3,"digits":"x"}`, `3`} {
		if err := json.Unmarshal([]byte(bad), new(Value)); err == nil {
			t.Errorf("%s was read", bad)
		}
	}
}

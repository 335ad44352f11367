package value

import (
	"encoding/json"
	"fmt"
	"math/big"

	"github.com/shopspring/decimal"
)

// kept is a value as verdicts are kept in: the same value comes back, to the
// last digit of its exponent.
type kept struct {
	Kind     Kind   `json:"k"`
	Flag     bool   `json:"flag,omitempty"`
	Digits   string `json:"digits,omitempty"` // the number is digits × 10^exponent
	Exponent int32  `json:"exponent,omitempty"`
	Text     string `json:"text,omitempty"`
	Why      string `json:"why,omitempty"`
	Day      *Day   `json:"day,omitempty"`
	Type     Type   `json:"type,omitempty"`
}

// MarshalJSON writes a value so that UnmarshalJSON gives the same again.
func (v Value) MarshalJSON() ([]byte, error) {
	k := kept{Kind: v.kind, Flag: v.flag, Text: v.text, Why: v.Why(), Type: v.Type()}
	switch v.kind {
	case Number:
		d := v.number()
		k.Digits, k.Exponent = d.Coefficient().String(), d.Exponent()
	case Date:
		day := unpacked(v.coef)
		k.Day = &day
	}
	return json.Marshal(k)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (v *Value) UnmarshalJSON(data []byte) error {
	var k kept
	if err := json.Unmarshal(data, &k); err != nil {
		return err
	}
	*v = Value{kind: k.Kind, flag: k.Flag, text: k.Text, why: reason(k.Why)}.As(k.Type)
	switch {
	case k.Kind > Bool:
		return fmt.Errorf("no such kind of value: %d", k.Kind)
	case k.Kind == Number:
		digits, ok := new(big.Int).SetString(k.Digits, 10)
		if !ok {
			return fmt.Errorf("not a number: %q", k.Digits)
		}
		*v = Num(decimal.NewFromBigInt(digits, k.Exponent)).As(k.Type)
	case k.Day != nil:
		v.coef = packed(*k.Day)
	}
	return nil
}

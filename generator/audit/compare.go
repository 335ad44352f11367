package audit

import (
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"jixiao/generator/expr"
	"jixiao/generator/finding"
	"jixiao/generator/form"
	"jixiao/generator/unit"
	"jixiao/generator/value"
)

// comparison is one judged formula. For a rule of the form A = B it keeps both
// sides, so that the finding can say what was filled, what it should be and by
// how much it is off.
type comparison struct {
	holds       bool   // true, or not applicable: what the unit says does not arise is not judged
	unknown     string // why it cannot be judged; "" when it can
	op          string // "" when the formula is no comparison
	left, right value.Value
	difference  decimal.Decimal
	numeric     bool
}

// compare judges the formula of a rule. A numeric comparison holds within the
// rule's tolerance.
func compare(rule *form.Rule, s expr.Scope) comparison {
	left, op, right, ok := rule.Test.Comparison()
	if !ok {
		return truth(rule.Test.Eval(s))
	}
	c := comparison{op: op, left: left.Eval(s), right: right.Eval(s)}
	a, aNum := c.left.Number()
	b, bNum := c.right.Number()
	if !aNum || !bNum {
		t := truth(rule.Test.Eval(s))
		c.holds, c.unknown = t.holds, t.unknown
		return c
	}
	c.numeric, c.difference = true, a.Sub(b)
	tolerance := decimal.Zero
	if rule.Tolerance != nil {
		t := rule.Tolerance.Eval(s)
		n, known := t.Number()
		if !known {
			c.holds, c.unknown = t.Kind() == value.NotApplicable, t.Why()
			return c
		}
		tolerance = n
	}
	switch op {
	case "=":
		c.holds = c.difference.Abs().LessThanOrEqual(tolerance)
	case "<>":
		c.holds = c.difference.Abs().GreaterThan(tolerance)
	case "<":
		c.holds = c.difference.LessThan(tolerance) || tolerance.IsPositive() && c.difference.Equal(tolerance)
	case "<=":
		c.holds = c.difference.LessThanOrEqual(tolerance)
	case ">":
		c.holds = c.difference.Neg().LessThan(tolerance) || tolerance.IsPositive() && c.difference.Neg().Equal(tolerance)
	case ">=":
		c.holds = c.difference.Neg().LessThanOrEqual(tolerance)
	}
	return c
}

func truth(v value.Value) comparison {
	yes, known := v.Bool()
	if !known {
		return comparison{holds: v.Kind() == value.NotApplicable, unknown: v.Why()}
	}
	return comparison{holds: yes}
}

// signs are the comparison operators as a finding shows them.
var signs = map[string]string{"=": "=", "<>": "≠", "<": "<", "<=": "≤", ">": ">", ">=": "≥"}

// explain writes what was filled, what it should be and the difference into the finding.
func (c comparison) explain(f *finding.Finding, v *unit.Verdict, path []*unit.Item, rule *form.Rule) {
	if c.op == "" {
		return
	}
	left, _, _, _ := rule.Test.Comparison()
	field := single(left, v, path)
	t := kind(field, c)
	if field != nil {
		f.Filled = shownRaw(field)
		if _, _, other := ownUnit(field); other {
			f.Filled = show(field.Value, t) // as the message says it; asFilled puts the cell's own figure before it
		}
		if field.Place.Cell != "" {
			f.Place = field.Place
		}
	} else if c.numeric {
		f.Filled = show(c.left, t)
	} else if c.op == "=" && c.left.Kind() == value.Text {
		f.Filled = c.left.String()
	} else {
		return // a text taken from a cell: the cell itself, which blank has shown, says more
	}
	f.Expected = signs[c.op] + " " + show(c.right, t)
	if !c.numeric || c.difference.IsZero() {
		return
	}
	f.Difference = show(value.Num(c.difference.Abs()), t)
	if t == value.TypePercent {
		f.Difference = strings.TrimSuffix(f.Difference, "%") + "个百分点"
	}
	if t == value.TypeAmount {
		f.Amount = c.difference.Abs().String()
	}
}

// single returns the field when the expression is nothing but its name.
func single(e *expr.Expr, v *unit.Verdict, path []*unit.Item) *unit.Field {
	name, ok := e.Name()
	if !ok {
		return nil
	}
	return find(strings.Join(name, "."), v, path)
}

// asFilled says the sides of a comparison in the unit in which the cell was filled,
// when that is another than the 万元 in which the form counts: 3299800（即329.98万元）
// against = 3266800元（即326.68万元）. The message, which is written before, says 万元.
func (c comparison) asFilled(f *finding.Finding, v *unit.Verdict, path []*unit.Item, rule *form.Rule) {
	if c.op == "" || !c.numeric {
		return
	}
	left, _, _, _ := rule.Test.Comparison()
	field := single(left, v, path)
	if field == nil {
		c.sayUnit(f, v, path)
		return
	}
	own, per, other := ownUnit(field)
	if !other {
		return
	}
	t := kind(field, c)
	say := func(v value.Value) string {
		n, _ := v.Number() // both sides are
		if n.IsZero() {
			return "0"
		}
		return n.Mul(per).String() + own + "（即" + show(v, t) + "万元）"
	}
	f.Filled = shownRaw(field) + "（即" + show(field.Value, t) + "万元）"
	f.Expected = signs[c.op] + " " + say(c.right)
	if f.Difference != "" {
		f.Difference = say(value.Num(c.difference.Abs()))
	}
}

// sayUnit puts 万元 behind figures that were computed from cells in another unit.
func (c comparison) sayUnit(f *finding.Finding, v *unit.Verdict, path []*unit.Item) {
	if c.left.Type() != value.TypeAmount {
		return
	}
	for _, name := range f.Fields {
		field := find(name, v, path)
		if field == nil {
			continue
		}
		if _, _, other := ownUnit(field); !other {
			continue
		}
		for _, text := range []*string{&f.Filled, &f.Expected, &f.Difference} {
			if *text != "" {
				*text += "万元"
			}
		}
		return
	}
}

// units are the units of money beside 万元, by how many of them make 万元.
var units = []struct {
	name string
	per  decimal.Decimal
}{{"元", decimal.New(1, 4)}, {"百元", decimal.New(1, 2)}, {"千元", decimal.New(1, 1)}, {"亿元", decimal.New(1, -4)}}

// ownUnit is the unit in which an amount was filled in: the heading of its table
// says 元, or the cell itself. other is false for 万元.
func ownUnit(field *unit.Field) (name string, per decimal.Decimal, other bool) {
	n, isNumber := field.Value.Number()
	if field.Type != value.TypeAmount || !isNumber || n.IsZero() {
		return "", per, false
	}
	figure := strings.TrimRight(strings.TrimSpace(field.Raw), "万亿千百元")
	plain, ok := value.Read(value.TypeNumber, value.Raw{Text: figure, Number: isFigure(figure)}, value.ReadOptions{}).Value.Number()
	if !ok || plain.Equal(n) {
		return "", per, false
	}
	for _, u := range units {
		if n.Mul(u.per).Equal(plain) {
			return u.name, u.per, true
		}
	}
	return "", per, false
}

// shownRaw is what the unit filled in, as its cell shows it: the file of 329.98 may
// hold 329.98000000000002, which is how the machine stores it and nobody typed.
func shownRaw(field *unit.Field) string {
	raw := strings.TrimSpace(field.Raw)
	switch field.Type {
	case value.TypeAmount, value.TypePercent, value.TypeScore, value.TypeNumber, value.TypeInteger:
		if len(raw) > 15 && isFigure(raw) {
			if n, ok := value.Read(value.TypeNumber, value.Raw{Text: raw, Number: true}, value.ReadOptions{}).Value.Number(); ok {
				return n.String()
			}
		}
	}
	return excerpt(raw)
}

// isFigure reports whether a text is digits as a program stores them.
func isFigure(text string) bool {
	return text != "" && strings.Trim(text, "-+.0123456789eE") == ""
}

// kind is the type by which both sides of a comparison print: that of the field on the left.
func kind(field *unit.Field, c comparison) value.Type {
	if field != nil {
		return field.Type
	}
	return c.left.Type()
}

// places is how many decimals a finding shows at most: figures of the trade have two, a few publish six.
const places = 6

// show prints a value for a finding: a ratio as a percentage with two decimals,
// an amount with at least two, any other number without trailing zeros.
func show(v value.Value, t value.Type) string {
	n, ok := v.Number()
	switch {
	case ok && t == value.TypePercent:
		return value.Rounded(n.Shift(2), 2) + "%"
	case ok && t == value.TypeAmount && n.Equal(n.Truncate(2)): // whatever its exponent: 元 have been made 万元
		return value.Fixed(n, 2)
	case ok:
		return value.Rounded(n, places)
	case v.Kind() == value.Blank:
		return "空"
	}
	return v.String()
}

// markSameCause marks further findings that an earlier error explains (同源):
// those that rest on everything the earlier one rests on and more, and those in
// which the same amount of money is missing. Only the first of a chain is the cause.
func markSameCause(list finding.List) {
	for i := range list {
		later := &list[i]
		if later.Level == finding.Unjudged {
			continue
		}
		for k := range list[:i] {
			earlier := &list[k]
			if earlier.Level != finding.Error || earlier.SameCause != "" || earlier.Rule == later.Rule && earlier.Name == later.Name {
				continue
			}
			if explains(earlier, later) {
				for k := range list {
					if list[k].SameCause == later.Rule {
						list[k].SameCause = earlier.Rule
					}
				}
				later.SameCause = earlier.Rule
				break
			}
		}
	}
}

func explains(earlier, later *finding.Finding) bool {
	if earlier.Amount != "" && earlier.Amount == later.Amount {
		return true
	}
	if earlier.Item != later.Item || len(earlier.Fields) == 0 {
		return false
	}
	for _, f := range earlier.Fields {
		if !slices.Contains(later.Fields, f) {
			return false
		}
	}
	return true
}

package extract

import (
	"fmt"
	"strings"

	"github.com/shopspring/decimal"

	"jixiao/generator/ooxml"
	"jixiao/generator/value"
)

// differsNote begins the note of a figure that the sheet shows as another one,
// hiddenNote that of one that it does not show.
const (
	differsNote = "单元格显示的是"
	hiddenNote  = "单元格的格式什么也不显示"
)

// What a figure may differ by from what the sheet shows: two decimals are what
// the trade asks for (万元, 分), also of percentages.
var (
	shownNumber = decimal.New(1, -2)
	shownRatio  = decimal.New(1, -4)
)

// misshown tells when a number is not what the sheet shows of it: 0.9977 in the
// format 0% shows 100%. The stored number is the value all the same.
func misshown(t value.Type, c *ooxml.Cell, options value.ReadOptions) (note string, differs bool) {
	if c.Kind != ooxml.NumberCell || c.Code == "" || c.Format == ooxml.DateTime || c.Format == ooxml.AsText || len(c.Text) > 64 {
		return "", false
	}
	f, ok := parseCode(c.Code, c.Text)
	if !ok || f.exact(c.Text) {
		return "", false
	}
	stored, err := decimal.NewFromString(c.Text)
	if err != nil || stored.Exponent() < -400 || stored.Exponent() > 40 {
		return "", false
	}
	text, shown := f.show(stored)
	gap, limit := shown.Sub(stored).Abs(), shownNumber
	switch {
	case c.Format == ooxml.Percent, t == value.TypePercent && stored.Abs().LessThanOrEqual(decimal.New(15, -1)):
		limit = shownRatio
	case t == value.TypeAmount:
		inWan, known := value.Read(t, value.Raw{Text: gap.String(), Number: true}, options).Value.Number()
		if !known {
			return "", false
		}
		gap = inWan
	}
	if gap.LessThanOrEqual(limit) {
		return "", false
	}
	is := stored.Round(10).String()
	if c.Format == ooxml.Percent {
		is = stored.Shift(2).Round(8).String() + "%"
	}
	if text == "" {
		return fmt.Sprintf("%s，实际存的是%s，按实际存的数计算", hiddenNote, is), true
	}
	return fmt.Sprintf("%s%s，实际存的是%s，按实际存的数计算", differsNote, text, is), true
}

// numberCode is what a number format does to a number.
type numberCode struct {
	digits   bool  // it shows digits at all
	places   int32 // decimals shown
	percent  int32 // signs of percent
	scale    int32 // powers of ten that are left out: 0, shows thousands
	inserted int32 // digits behind a point that is mere decoration: 0!.0
}

// parseCode reads the section of a number format that applies. ok is false for
// what shows more than digits rounded: fractions, exponents, conditions.
func parseCode(code, number string) (f numberCode, ok bool) {
	section := 0
	switch {
	case strings.HasPrefix(number, "-"):
		section = 1
	case strings.Trim(number, "0.") == "":
		return f, false // zeros may have a section of their own, and a dash for zero is no other figure
	}
	if n := sections(code); section >= n {
		section = 0
	}
	behind, commas := false, int32(0) // behind the point; commas since the last digit
	decorated := false
	for i := 0; i < len(code); i++ {
		c := code[i]
		if c == ';' {
			if section--; section < 0 {
				break
			}
			continue
		}
		if n := literal(code[i:]); n > 0 {
			if section == 0 && n == 2 && code[i+1] == '.' && c != '_' && c != '*' && f.digits {
				decorated, commas = true, 0
			}
			if section == 0 && c == '[' && strings.ContainsAny(code[i:i+n], "<>=") {
				return f, false
			}
			i += n - 1
			continue
		}
		if section != 0 {
			continue
		}
		switch c {
		case '0', '#', '?':
			f.digits, commas = true, 0
			switch {
			case behind:
				f.places++
			case decorated:
				f.inserted++
			}
		case '.':
			f.scale += 3 * commas
			behind, commas = true, 0
		case ',':
			commas++
		case '%':
			f.percent++
		case '/', 'E', 'e', 'G', 'g', '@':
			return f, false
		}
	}
	f.scale += 3 * commas
	return f, true
}

// sections counts the sections of a number format.
func sections(code string) int {
	n := 1
	for i := 0; i < len(code); i++ {
		if skip := literal(code[i:]); skip > 0 {
			i += skip - 1
		} else if code[i] == ';' {
			n++
		}
	}
	return n
}

// literal is the length of what stands for itself, or for nothing, at the head
// of a number format; 0 when it means something.
func literal(code string) int {
	switch code[0] {
	case '"':
		if n := strings.IndexByte(code[1:], '"'); n >= 0 {
			return n + 2
		}
		return len(code)
	case '[':
		if n := strings.IndexByte(code, ']'); n >= 0 {
			return n + 1
		}
		return len(code)
	case '\\', '_', '*', '!': // Chinese programs write ! for the backslash
		return min(2, len(code))
	}
	return 0
}

// exact reports a stored number of so few decimals that all of them are shown.
func (f numberCode) exact(number string) bool {
	if !f.digits || f.scale != 0 || f.inserted != 0 || strings.ContainsAny(number, "eE") {
		return false
	}
	point := strings.IndexByte(number, '.')
	return point < 0 || len(number)-point-1 <= int(f.places+2*f.percent)
}

// show rounds a number as the sheet does: the digits on view, and what they say.
func (f numberCode) show(stored decimal.Decimal) (text string, shown decimal.Decimal) {
	if !f.digits {
		return "", decimal.Zero
	}
	on := stored.Shift(2*f.percent - f.scale).Round(f.places)
	text = on.Shift(-f.inserted).StringFixed(f.places + f.inserted)
	if f.percent > 0 {
		text += strings.Repeat("%", int(f.percent))
	}
	shown = on.Shift(-f.inserted - 2*f.percent)
	return text, shown
}

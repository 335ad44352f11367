package extract

import (
	"strings"

	"jixiao/generator/value"
)

// shownNote begins the note of a text that the spreadsheet turned into a date.
const shownNote = "单元格成了日期或时间格式"

// asShown reads a number that is shown as a date where text is asked for. Whoever
// types 1-2, 3/4 or 10:1 gets one, and what was typed is lost: the value is what
// the sheet shows, never the serial number, and the unit is asked to look.
func asShown(t value.Type, r value.Reading, code string) value.Reading {
	if r.Value.Kind() != value.Text {
		return r
	}
	text := r.Value.String()
	// The format says which parts of the date are on view; a year that is not was
	// added by the program.
	if letters := formatLetters(code); !strings.Contains(letters, "y") && !strings.Contains(letters, "e") {
		if _, rest, dated := strings.Cut(text, "年"); dated {
			text = rest
		}
	} else if !strings.Contains(letters, "d") {
		if month, _, dated := strings.Cut(text, "月"); dated {
			text = month + "月"
		}
	}
	r.Value = value.Str(text).As(t)
	r.Notes = []string{shownNote + "，显示的是“" + text + "”。如果要填的不是日期（例如 1-2、3/4、10:1），请把单元格设为文本格式后重新填写"}
	return r
}

// formatLetters are the letters of a number format that are not literal text, in lower case.
func formatLetters(code string) string {
	var b strings.Builder
	for i := 0; i < len(code); i++ {
		switch c := code[i]; c {
		case '"':
			if n := strings.IndexByte(code[i+1:], '"'); n >= 0 {
				i += n + 1
			}
		case '[':
			if n := strings.IndexByte(code[i:], ']'); n >= 0 {
				i += n
			}
		case '\\', '_', '*':
			i++
		default:
			b.WriteByte(c)
		}
	}
	return strings.ToLower(b.String())
}

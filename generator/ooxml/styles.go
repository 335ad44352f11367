package ooxml

import "strings"

// style is what a cell format says about a value.
type style struct {
	format NumberFormat
	code   string
}

// cellFormats reads the number formats of cells.
func (r *reading) cellFormats(part string) *Damage {
	if r.styles != nil {
		return r.p.damaged(CodeContent, part, "之外还有一个样式表")
	}
	custom := map[int]string{}
	var ids []int
	if d := r.read(part, func(s *Scanner) *Damage {
		if d := r.p.root(s, part, "styleSheet", "样式表"); d != nil {
			return d
		}
		return inside(s, func() *Damage {
			switch string(s.Local()) {
			case "numFmts":
				return inside(s, func() *Damage {
					raw, _ := s.RawAttr("numFmtId")
					if id, ok := atoi(raw); ok && len(custom) < styleCap {
						code, _ := s.Attr("formatCode")
						custom[id] = string(decodeX([]byte(code)))
						return r.spend(part, len(code))
					}
					return nil
				})
			case "cellXfs":
				return inside(s, func() *Damage {
					if string(s.Local()) != "xf" {
						return nil
					}
					if len(ids) >= styleCap {
						return r.tooMuch(part, "单元格格式过多")
					}
					raw, _ := s.RawAttr("numFmtId")
					id, _ := atoi(raw) // without one, or with a wrong one, the format is General
					ids = append(ids, id)
					return nil
				})
			}
			return nil
		})
	}); d != nil {
		return d
	}
	r.styles = make([]style, len(ids))
	known := map[int]style{}
	for i, id := range ids {
		st, ok := known[id]
		if !ok {
			code, isCustom := custom[id]
			if !isCustom {
				code = builtin[id]
			}
			st = style{format: classify(code), code: code}
			if isGeneral(code) {
				st.code = ""
			}
			known[id] = st
		}
		r.styles[i] = st
	}
	return nil
}

// builtin holds the number formats that files refer to by id alone, as Chinese
// Excel shows them; 27–36 and 50–58 exist only there.
var builtin = map[int]string{
	1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00",
	5: `"¥"#,##0;"¥"-#,##0`, 6: `"¥"#,##0;[Red]"¥"-#,##0`, 7: `"¥"#,##0.00;"¥"-#,##0.00`, 8: `"¥"#,##0.00;[Red]"¥"-#,##0.00`,
	9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??",
	14: "yyyy/m/d", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "yyyy/m/d h:mm",
	27: `yyyy"年"m"月"`, 28: `m"月"d"日"`, 29: `m"月"d"日"`, 30: "m/d/yy", 31: `yyyy"年"m"月"d"日"`,
	32: `h"时"mm"分"`, 33: `h"时"mm"分"ss"秒"`, 34: `上午/下午h"时"mm"分"`, 35: `上午/下午h"时"mm"分"ss"秒"`, 36: `yyyy"年"m"月"`,
	37: "#,##0;-#,##0", 38: "#,##0;[Red]-#,##0", 39: "#,##0.00;-#,##0.00", 40: "#,##0.00;[Red]-#,##0.00",
	41: "_ * #,##0_ ;_ * -#,##0_ ;_ * \"-\"_ ;_ @_ ", 42: "_ \"¥\"* #,##0_ ;_ \"¥\"* -#,##0_ ;_ \"¥\"* \"-\"_ ;_ @_ ",
	43: "_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * \"-\"??_ ;_ @_ ", 44: "_ \"¥\"* #,##0.00_ ;_ \"¥\"* -#,##0.00_ ;_ \"¥\"* \"-\"??_ ;_ @_ ",
	45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0", 48: "##0.0E+0", 49: "@",
	50: `yyyy"年"m"月"`, 51: `m"月"d"日"`, 52: `yyyy"年"m"月"`, 53: `m"月"d"日"`, 54: `m"月"d"日"`,
	55: `上午/下午h"时"mm"分"`, 56: `上午/下午h"时"mm"分"ss"秒"`, 57: `yyyy"年"m"月"`, 58: `m"月"d"日"`,
}

// isGeneral recognises the general format, also as Chinese programs write it.
func isGeneral(code string) bool {
	return code == "" || strings.EqualFold(code, "General") || code == "G/通用格式"
}

// classify tells what a number format makes of a number, by the section for
// positive numbers: the others only matter to values that forms do not ask for.
func classify(code string) NumberFormat {
	if isGeneral(code) {
		return General
	}
	var percent, date, digits, text bool
	for i := 0; i < len(code); {
		switch c := code[i]; c {
		case ';':
			i = len(code)
			continue
		case '"':
			n := strings.IndexByte(code[i+1:], '"')
			if n < 0 {
				n = len(code) - i - 2
			}
			i += n + 2
			continue
		case '\\', '_', '*':
			i += 2
			continue
		case '[':
			n := strings.IndexByte(code[i:], ']')
			if n < 0 {
				n = len(code) - i - 1
			}
			// [h] [mm] [ss] are elapsed times; [Red] [$-804] [DBNum1] [>=100] say nothing here.
			if in := strings.ToLower(code[i+1 : i+n]); in != "" && strings.Trim(in, in[:1]) == "" && strings.Contains("hms", in[:1]) {
				date = true
			}
			i += n + 1
			continue
		case '%':
			percent = true
		case '@':
			text = true
		case '0', '#', '?':
			digits = true
		case 'E', 'e':
			if i+1 < len(code) && (code[i+1] == '+' || code[i+1] == '-') {
				digits = true
				i += 2
				continue
			}
			date = true // the year, in East Asian formats
		case 'G', 'g':
			if rest := code[i:]; len(rest) >= 7 && strings.EqualFold(rest[:7], "General") {
				digits = true
				i += 7
				continue
			} else if strings.HasPrefix(rest, "G/通用格式") {
				digits = true
				i += len("G/通用格式")
				continue
			}
			date = true
		case 'y', 'Y', 'm', 'M', 'd', 'D', 'h', 'H', 's', 'S':
			date = true
		}
		i++
	}
	switch {
	case date:
		return DateTime
	case percent:
		return Percent
	case text && !digits:
		return AsText
	}
	return General
}

package ooxml

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"
)

// sharedStrings reads the table of shared strings.
func (r *reading) sharedStrings(part string) *Damage {
	if r.strings != nil {
		return r.p.damaged(CodeContent, part, "之外还有一个共享字符串表")
	}
	r.strings = []string{}
	var buf []byte
	return r.read(part, func(s *Scanner) *Damage {
		if d := r.p.root(s, part, "sst", "共享字符串表"); d != nil {
			return d
		}
		return inside(s, func() *Damage {
			if string(s.Local()) != "si" {
				return nil
			}
			if len(r.strings) >= r.p.limits.Cells {
				return r.tooMuch(part, "共享字符串过多")
			}
			buf = richText(s, buf[:0])
			r.strings = append(r.strings, r.arena.text(buf))
			return r.spend(part, len(buf))
		})
	})
}

// richText appends the text of the element at hand (si or is): one text or the
// runs of a rich text joined; phonetics are left out. It reads up to the element's end.
func richText(s *Scanner, dst []byte) []byte {
	if s.Kind != StartTag {
		return dst
	}
	for depth := s.Depth(); s.Next(); {
		switch s.Kind {
		case EndTag:
			if s.Depth() == depth {
				return dst
			}
		case StartTag:
			switch local := string(s.Local()); {
			case local == "t" && isSheetSpace(s.Space()):
				from := len(dst)
				if dst = content(s, dst); len(dst) > tokenCap {
					s.fail(s.Start, tooLong)
				}
				dst = append(dst[:from], decodeX(dst[from:])...)
			case local == "r" && s.Depth() == depth+1:
			default:
				s.Skip()
			}
		}
	}
	return dst
}

// content appends the text of the element at hand and reads up to its end.
func content(s *Scanner, dst []byte) []byte {
	if s.Kind != StartTag {
		return dst
	}
	for depth := s.Depth(); s.Next(); {
		switch s.Kind {
		case Text, CData:
			if dst = s.AppendText(dst); len(dst) > tokenCap {
				s.fail(s.Start, tooLong)
			}
		case EndTag:
			if s.Depth() == depth {
				return dst
			}
		case StartTag:
			s.Skip()
		}
	}
	return dst
}

// decodeX decodes the escapes of spreadsheet texts: _x000D_ stands for a
// carriage return and _x005F_ for an underscore that would otherwise begin one.
// b is changed in place.
func decodeX(b []byte) []byte {
	i := bytes.Index(b, []byte("_x"))
	if i < 0 {
		return b
	}
	out := b[:i] // never longer than what was read
	for i < len(b) {
		unit, ok := escapeX(b[i:])
		if !ok {
			out = append(out, b[i])
			i++
			continue
		}
		r := rune(unit)
		n := len("_x0000_")
		if utf16.IsSurrogate(r) {
			low, ok := escapeX(b[i+n:])
			if r = utf16.DecodeRune(r, rune(low)); !ok || r == utf8.RuneError {
				out = append(out, b[i])
				i++
				continue
			}
			n *= 2
		}
		out = utf8.AppendRune(out, r)
		i += n
	}
	return out
}

// escapeX reads one _xHHHH_ at the start of b.
func escapeX(b []byte) (unit int, ok bool) {
	if len(b) < 7 || b[0] != '_' || b[1] != 'x' || b[6] != '_' {
		return 0, false
	}
	for _, c := range b[2:6] {
		n := hexDigit(c)
		if n < 0 {
			return 0, false
		}
		unit = unit<<4 | n
	}
	return unit, true
}

// EscapeCell is Escape for the text of a spreadsheet's cell (<t>, <v> of a
// string): a carriage return becomes _x000D_, and text that looks like such an
// escape is kept from being read as one.
func EscapeCell(dst []byte, text string) []byte {
	from := 0
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '\r':
			dst = append(Escape(dst, text[from:i]), "_x000D_"...)
			from = i + 1
		case text[i] == '_' && i+7 <= len(text):
			if _, ok := escapeX([]byte(text[i : i+7])); ok {
				dst = append(Escape(dst, text[from:i]), "_x005F_"...)
				from = i + 1
			}
		}
	}
	return Escape(dst, text[from:])
}

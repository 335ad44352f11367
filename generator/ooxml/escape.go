package ooxml

import (
	"bytes"
	"unicode/utf8"
)

// Escape appends text so that it reads back as the same text between two tags
// and inside an attribute in double quotes. Characters that XML 1.0 forbids
// (control characters, U+FFFE, U+FFFF) and bytes that are not UTF-8 are dropped:
// they have no way to stand in a part. A carriage return becomes a character
// reference, as do tab and line end: both survive attribute normalisation.
func Escape(dst []byte, text string) []byte {
	from := 0
	for i := 0; i < len(text); {
		c := text[i]
		if c < utf8.RuneSelf {
			i++
			to := escapes[c]
			if to == "" {
				continue
			}
			dst = append(dst, text[from:i-1]...)
			if to != forbidden {
				dst = append(dst, to...)
			}
			from = i
			continue
		}
		r, n := utf8.DecodeRuneInString(text[i:])
		if r == utf8.RuneError && n == 1 || r == 0xFFFE || r == 0xFFFF {
			dst = append(dst, text[from:i]...)
			from = i + n
		}
		i += n
	}
	return append(dst, text[from:]...)
}

const forbidden = "\x00"

var escapes = func() (t [utf8.RuneSelf]string) {
	for c := range 0x20 {
		t[c] = forbidden
	}
	t['&'], t['<'], t['>'], t['"'] = "&amp;", "&lt;", "&gt;", "&quot;"
	t['\t'], t['\n'], t['\r'] = "&#9;", "&#10;", "&#13;"
	return t
}()

// Unescape appends raw with entities and character references decoded and line
// ends made \n, as XML defines it. What is no reference stays as it stands.
func Unescape(dst, raw []byte) []byte {
	for {
		i := bytes.IndexByte(raw, '&')
		if i < 0 {
			return appendLines(dst, raw)
		}
		dst = appendLines(dst, raw[:i])
		raw = raw[i:]
		end := bytes.IndexByte(raw, ';')
		if end < 0 {
			return appendLines(dst, raw)
		}
		if r, ok := decodeReference(raw[1:end]); ok {
			dst = utf8.AppendRune(dst, r)
			raw = raw[end+1:]
			continue
		}
		dst = append(dst, '&')
		raw = raw[1:]
	}
}

// appendLines appends raw with \r\n and lone \r made \n.
func appendLines(dst, raw []byte) []byte {
	for {
		i := bytes.IndexByte(raw, '\r')
		if i < 0 {
			return append(dst, raw...)
		}
		dst = append(append(dst, raw[:i]...), '\n')
		raw = raw[i+1:]
		if len(raw) > 0 && raw[0] == '\n' {
			raw = raw[1:]
		}
	}
}

// decodeReference decodes what stands between & and ;: the five entities of XML
// and character references to characters that XML allows.
func decodeReference(ref []byte) (rune, bool) {
	switch string(ref) {
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "amp":
		return '&', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	}
	if len(ref) < 2 || ref[0] != '#' {
		return 0, false
	}
	base, digits := rune(10), ref[1:]
	if digits[0] == 'x' {
		base, digits = 16, digits[1:]
	}
	if len(digits) == 0 {
		return 0, false
	}
	r := rune(0)
	for _, c := range digits {
		n := rune(hexDigit(c))
		if n < 0 || n >= base {
			return 0, false
		}
		if r = r*base + n; r > utf8.MaxRune {
			return 0, false
		}
	}
	return r, allowed(r)
}

// allowed reports whether XML 1.0 allows the character.
func allowed(r rune) bool {
	return r >= 0x20 && r < 0xD800 || r >= 0xE000 && r < 0xFFFE || r >= 0x10000 && r <= utf8.MaxRune || r == '\t' || r == '\n' || r == '\r'
}

// hexDigit is the value of a hexadecimal digit, -1 when c is none.
func hexDigit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

package ooxml

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"
)

const notUTF8 = "不是 UTF-8 文字"

// invalidUTF8 returns where b stops being UTF-8, -1 when it does not.
func invalidUTF8(b []byte) int {
	if utf8.Valid(b) {
		return -1
	}
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}

// lastRune returns the end of the last whole character of b, not before from.
func lastRune(b []byte, from int) int {
	for i := len(b) - 1; i >= from && i >= len(b)-utf8.UTFMax; i-- {
		if utf8.RuneStart(b[i]) {
			if utf8.FullRune(b[i:]) {
				return len(b)
			}
			return i
		}
	}
	return len(b)
}

// isUTF16 recognises a part in UTF-16, with or without a byte order mark.
func isUTF16(b []byte) (bigEndian, ok bool) {
	if len(b) < 4 {
		return false, false
	}
	switch string(b[:2]) {
	case "\xfe\xff", "\x00<":
		return true, true
	case "\xff\xfe", "<\x00":
		return false, true
	}
	return false, false
}

// fromUTF16 decodes a part and makes its XML declaration say UTF-8, so that the
// part can be written back as it was handed out. ok is false when it is no UTF-16.
func fromUTF16(b []byte, bigEndian bool) (text []byte, ok bool) {
	if len(b)%2 != 0 {
		return nil, false
	}
	units := make([]uint16, 0, len(b)/2)
	for i := 0; i < len(b); i += 2 {
		hi, lo := b[i+1], b[i]
		if bigEndian {
			hi, lo = lo, hi
		}
		units = append(units, uint16(hi)<<8|uint16(lo))
	}
	if units[0] == 0xFEFF {
		units = units[1:]
	}
	text = make([]byte, 0, len(b))
	for i := 0; i < len(units); i++ {
		r := rune(units[i])
		if utf16.IsSurrogate(r) {
			if i+1 >= len(units) {
				return nil, false
			}
			if r = utf16.DecodeRune(r, rune(units[i+1])); r == utf8.RuneError {
				return nil, false
			}
			i++
		}
		text = utf8.AppendRune(text, r)
	}
	if at, end, found := declaredEncoding(text); found {
		text = append(append(append(make([]byte, 0, len(text)), text[:at]...), "UTF-8"...), text[end:]...)
	}
	return text, true
}

// declaredEncoding finds the encoding named in the XML declaration: text[at:end].
func declaredEncoding(text []byte) (at, end int, ok bool) {
	head := bytes.TrimPrefix(text, []byte(utf8BOM))
	skipped := len(text) - len(head)
	if !bytes.HasPrefix(head, []byte("<?xml")) {
		return 0, 0, false
	}
	close := bytes.Index(head, []byte("?>"))
	if close < 0 {
		return 0, 0, false
	}
	const word = "encoding"
	i := bytes.Index(head[:close], []byte(word))
	if i < 0 {
		return 0, 0, false
	}
	for i += len(word); i < close && (isSpace(head[i]) || head[i] == '='); {
		i++
	}
	if i >= close || head[i] != '"' && head[i] != '\'' {
		return 0, 0, false
	}
	n := bytes.IndexByte(head[i+1:close], head[i])
	if n < 0 {
		return 0, 0, false
	}
	return skipped + i + 1, skipped + i + 1 + n, true
}

// encodingFault refuses a part that says to be in an encoding other than UTF-8
// and holds more than ASCII, where both would mean different characters. With
// more to come than text, it is not waited for.
func encodingFault(text []byte, more bool) *SyntaxError {
	at, end, found := declaredEncoding(text)
	if !found {
		return nil
	}
	name := text[at:end]
	if bytes.EqualFold(name, []byte("utf-8")) || bytes.EqualFold(name, []byte("utf8")) {
		return nil
	}
	for _, c := range text {
		if more || c >= utf8.RuneSelf {
			return &SyntaxError{Offset: int64(at), Message: "声明的编码 " + printable(name) + " 不支持"}
		}
	}
	return nil
}

package ooxml

import (
	"bytes"
	"math/big"
	"strconv"
	"strings"
	"time"
)

// raw is a cell as it was scanned; its value and formula lie in the sheet's scratch.
type raw struct {
	at       Ref
	kind     rawKind
	hasValue bool // <v> or <is> was there, even if empty
	inline   bool // the value came from <is>
	shared   bool // its formula is shared
	follows  bool // … and stands elsewhere
	index    int  // of the shared formula
}

// rawKind is the t attribute of a cell.
type rawKind uint8

const (
	numberKind rawKind = iota
	sharedKind
	stringKind
	inlineKind
	boolKind
	errorKind
	dateKind
	badKind
)

func kindOf(t []byte) rawKind {
	switch string(t) {
	case "", "n":
		return numberKind
	case "s":
		return sharedKind
	case "str":
		return stringKind
	case "inlineStr":
		return inlineKind
	case "b":
		return boolKind
	case "e":
		return errorKind
	case "d":
		return dateKind
	}
	return badKind
}

// interpret makes a value of the scratch by the cell's kind.
func (r *sheetReading) interpret(c raw) (CellKind, string, *Damage) {
	if c.kind == stringKind || c.kind == inlineKind {
		if !c.hasValue {
			return NoValue, "", nil
		}
		if !c.inline { // richText has decoded what came from <is>
			r.value = decodeX(r.value)
		}
		return TextCell, r.arena.text(r.value), nil
	}
	v := bytes.TrimSpace(r.value)
	if len(v) == 0 {
		return NoValue, "", nil
	}
	switch c.kind {
	case numberKind:
		if !isNumber(v) {
			return 0, "", r.bad(c.at, "的数值 %s 不是数", printable(v))
		}
		return NumberCell, r.arena.text(v), nil
	case sharedKind:
		n, ok := atoi(v)
		if !ok || n >= len(r.strings) {
			return 0, "", r.bad(c.at, "引用的第 %s 条文字不存在", printable(v))
		}
		return TextCell, r.strings[n], nil
	case boolKind:
		switch string(v) {
		case "1", "true", "TRUE":
			return BoolCell, "TRUE", nil
		case "0", "false", "FALSE":
			return BoolCell, "FALSE", nil
		}
		return 0, "", r.bad(c.at, "的逻辑值 %s 不对", printable(v))
	case errorKind:
		return ErrorCell, r.arena.text(v), nil
	}
	serial, ok := serialDate(string(v), r.out.Date1904)
	if !ok {
		return 0, "", r.bad(c.at, "的日期 %s 不对", printable(v))
	}
	return NumberCell, serial, nil
}

// isNumber recognises what XML Schema calls a double, without infinities and NaN.
func isNumber(b []byte) bool {
	i := 0
	digits := func() (n int) {
		for i < len(b) && b[i] >= '0' && b[i] <= '9' {
			i++
			n++
		}
		return n
	}
	sign := func() {
		if i < len(b) && (b[i] == '-' || b[i] == '+') {
			i++
		}
	}
	sign()
	n := digits()
	if i < len(b) && b[i] == '.' {
		i++
		n += digits()
	}
	if n == 0 {
		return false
	}
	if i < len(b) && (b[i] == 'e' || b[i] == 'E') {
		i++
		sign()
		if d := digits(); d == 0 || d > 3 { // beyond ±308 no spreadsheet has a number
			return false
		}
	}
	return i == len(b)
}

// serialDate turns an ISO 8601 date of Strict Open XML into the serial number
// that every other workbook stores, so that one form of date is left.
func serialDate(text string, from1904 bool) (string, bool) {
	text = strings.TrimSuffix(text, "Z")
	for _, layout := range []string{"2006-01-02T15:04:05.999999999", "2006-01-02T15:04", "2006-01-02", "T15:04:05.999999999", "15:04:05.999999999"} {
		t, err := time.Parse(layout, text)
		if err != nil {
			continue
		}
		day := 0
		if strings.HasPrefix(layout, "2006") {
			start := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
			if from1904 {
				start = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
			}
			day = int(t.Truncate(24*time.Hour).Sub(start) / (24 * time.Hour))
			if !from1904 && day < 61 { // 1900 has a 29 February there
				day--
			}
			if day < 0 {
				return "", false
			}
		}
		clock := t.Sub(t.Truncate(24 * time.Hour))
		if clock == 0 {
			return strconv.Itoa(day), true
		}
		fraction := big.NewRat(int64(clock), int64(24*time.Hour))
		fraction.Add(fraction, big.NewRat(int64(day), 1))
		return strings.TrimSuffix(strings.TrimRight(fraction.FloatString(10), "0"), "."), true
	}
	return "", false
}

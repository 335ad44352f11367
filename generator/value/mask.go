package value

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// mask hides what a public document need not show: 139****5388, the middle of
// identity card and account numbers, the first digits of a landline, and all
// but the first character of a text that is a person's name. Short numbers
// (years, extensions) and what is masked already stay.
func mask(s string) string {
	if isName(s) {
		_, n := utf8.DecodeRuneInString(s)
		return s[:n] + strings.Repeat("*", utf8.RuneCountInString(s)-1)
	}
	runes := []rune(s)
	for i := 0; i < len(runes); {
		if digitOf(runes[i]) < 0 {
			i++
			continue
		}
		places, end := digitPlaces(runes, i)
		maskPlaces(runes, places)
		i = end
	}
	return string(runes)
}

// isName reports two to four Chinese characters, or a name with a middle dot.
func isName(s string) bool {
	n := 0
	dotted := false
	for _, r := range s {
		switch {
		case unicode.Is(unicode.Han, r):
			n++
		case (r == '·' || r == '•') && n > 0:
			dotted = true
		default:
			return false
		}
	}
	return n >= 2 && (n <= 4 || dotted && n <= 12)
}

// digitOf is the digit that a rune is; −1 when it is none.
func digitOf(r rune) int {
	switch {
	case r >= '0' && r <= '9':
		return int(r - '0')
	case r >= '０' && r <= '９':
		return int(r - '０')
	}
	return -1
}

// digitPlaces collects where the digits of one number stand, and where it
// ends. Groups with one blank or hyphen between them are one number when
// together they are a telephone number (139 1234 5388) or long enough for an
// identity card; else the first group stands alone.
func digitPlaces(runes []rune, i int) (places []int, end int) {
	first, best := 0, 0 // digits in the first group; in the longest run that is a number
	for i < len(runes) {
		if digitOf(runes[i]) >= 0 || (runes[i] == 'X' || runes[i] == 'x') && len(places) == 17 {
			places = append(places, i)
			i++
			continue
		}
		if n := len(places); first == 0 {
			first, best = n, n
		} else if joins(runes, places) {
			best = n
		}
		if runes[i] != '-' && runes[i] != ' ' || i+1 == len(runes) || digitOf(runes[i+1]) < 0 {
			break
		}
		i++
	}
	if n := len(places); first == 0 || joins(runes, places) {
		best = n
	}
	places = places[:best]
	return places, places[best-1] + 1
}

// joins reports digits that are one number although they stand in groups.
func joins(runes []rune, places []int) bool {
	n := len(places)
	switch digitOf(runes[places[0]]) {
	case 0:
		return n >= 10 && n <= 12
	case 1:
		return n == 11 || n == 18
	case 4, 8:
		return n == 10 || n == 18
	}
	return n == 8 && isDottedDate(places) || n >= 16 && n <= 19
}

// maskPlaces hides the middle of one number, by what its length says it is.
func maskPlaces(runes []rune, places []int) {
	n := len(places)
	from, to := 0, 0
	switch first := digitOf(runes[places[0]]); {
	case n == 11 && first == 1: // mobile
		from, to = 3, 7
	case n >= 10 && n <= 12 && first == 0: // area code and landline
		area := 4
		if n == 10 || n == 11 && digitOf(runes[places[1]]) <= 2 {
			area = 3
		}
		from, to = area, n-4
	case n >= 15: // identity card, account
		from, to = 6, n-4
	case n >= 9:
		from, to = 3, n-4
	case n >= 7 && !isDottedDate(places): // landline
		from, to = 0, n-4
	}
	for _, at := range places[from:to] {
		runes[at] = '*'
	}
}

// isDottedDate tells 2023-04-04 from a landline by where its hyphens stand.
func isDottedDate(places []int) bool {
	return len(places) == 8 && places[4]-places[3] == 2 && places[6]-places[5] == 2 && places[7]-places[0] == 9
}

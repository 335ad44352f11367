package unit

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// maxNameBytes leaves room below the 255 bytes of common file systems for a temporary suffix.
const maxNameBytes = 200

// SafeName is the one place that turns any text into a file or folder name: one
// that Linux and Windows both accept and that leads nowhere else. It has no
// separators or forbidden characters, no control or invisible ones (also none that
// turn the direction of writing), no reserved device names, no blank or dot at the
// ends; it is NFC and has at most 200 bytes (a longer one is cut and told apart by
// a hash). Equal texts give equal names; it is never empty.
func SafeName(text string) string {
	s := strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune(`<>:"/\|?*`, r):
			return '_'
		case unicode.IsControl(r), r == utf8.RuneError,
			unicode.In(r, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point):
			return -1
		case unicode.IsSpace(r):
			return ' '
		}
		return r
	}, norm.NFC.String(text))
	// What was left out may have kept letters apart that belong together.
	s = strings.Trim(norm.NFC.String(s), " .")
	base, _, _ := strings.Cut(s, ".")
	if s == "" || reserved[strings.ToUpper(strings.TrimSpace(base))] {
		s = "_" + s
	}
	if len(s) <= maxNameBytes {
		return s
	}
	sum := sha256.Sum256([]byte(text))
	mark := "~" + hex.EncodeToString(sum[:4])
	ext := ""
	if i := strings.LastIndexByte(s, '.'); i > 0 && len(s)-i <= 10 {
		ext = s[i:]
	}
	cut := maxNameBytes - len(mark) - len(ext)
	for !utf8.RuneStart(s[cut]) {
		cut--
	}
	return strings.TrimRight(s[:cut], " .") + mark + ext
}

// Alike is the same for names that some file system or some reader takes for one:
// upper and lower case, full and half width, composed and decomposed.
func Alike(name string) string { return cases.Fold().String(norm.NFKC.String(name)) }

// reserved are the device names of Windows, which it refuses with any ending.
var reserved = func() map[string]bool {
	m := map[string]bool{"CON": true, "PRN": true, "AUX": true, "NUL": true, "CONIN$": true, "CONOUT$": true, "CLOCK$": true}
	for _, d := range "0123456789¹²³" {
		m["COM"+string(d)], m["LPT"+string(d)] = true, true
	}
	return m
}()

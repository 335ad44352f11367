package unit

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxNameBytes leaves room below the 255 bytes of common file systems for a temporary suffix.
const maxNameBytes = 200

// SafeName turns any text into one file or folder name that Linux and Windows
// both accept and that leads nowhere else: no separators or forbidden
// characters, no control or invisible ones, no reserved device names, no blank
// or dot at the ends, NFC, at most 200 bytes (a longer one is cut and told
// apart by a hash). Equal texts give equal names; it is never empty.
func SafeName(text string) string {
	s := strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune(`<>:"/\|?*`, r):
			return '_'
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), r == utf8.RuneError:
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

// reserved are the device names of Windows, which it refuses with any ending.
var reserved = func() map[string]bool {
	m := map[string]bool{"CON": true, "PRN": true, "AUX": true, "NUL": true}
	for _, d := range "123456789¹²³" {
		m["COM"+string(d)], m["LPT"+string(d)] = true, true
	}
	return m
}()

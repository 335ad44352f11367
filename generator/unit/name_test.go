package unit

import (
	"strings"
	"testing"
	"unicode/utf8"
)

var nameCases = []struct{ text, want string }{
	{"青岚区水务局", "青岚区水务局"},
	{"青岚区水务局/办公室", "青岚区水务局_办公室"},
	{`a\b:c*d?e"f<g>h|i`, "a_b_c_d_e_f_g_h_i"},
	{"../../etc/passwd", "_.._etc_passwd"},
	{"..", "_"},
	{"", "_"},
	{" 　某局　 ", "某局"},
	{"某局.", "某局"},
	{"某局\x00\u200b\u202e", "某局"},
	{"CON", "_CON"},
	{"con.xlsx", "_con.xlsx"},
	{"COM1", "_COM1"},
	{"COM10", "COM10"},
	{"e\u0301", "\u00e9"},
	{"某\n局", "某局"},
	{"某\xff局", "某局"},
	{"u\t\xc5\u0324", "\u1e73"},
	{"e\x00\u0301", "\u00e9"},
}

func TestSafeName(t *testing.T) {
	t.Parallel()
	for _, c := range nameCases {
		if got := SafeName(c.text); got != c.want {
			t.Errorf("SafeName(%q) = %q, want %q", c.text, got, c.want)
		}
	}
}

func TestSafeNameCutsLongNames(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("局", 120)
	a, b := SafeName(long+"甲.docx"), SafeName(long+"乙.docx")
	if a == b {
		t.Error("two long names became one")
	}
	for _, s := range []string{a, b} {
		if len(s) > maxNameBytes || !utf8.ValidString(s) || !strings.HasSuffix(s, ".docx") {
			t.Errorf("%q has %d bytes", s, len(s))
		}
	}
}

func FuzzSafeName(f *testing.F) {
	for _, c := range nameCases {
		f.Add(c.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s := SafeName(text)
		if s == "" || s == "." || s == ".." || len(s) > maxNameBytes || strings.ContainsAny(s, `/\:*?"<>|`+"\x00") || !utf8.ValidString(s) {
			t.Errorf("SafeName(%q) = %q", text, s)
		}
		if again := SafeName(s); again != s {
			t.Errorf("SafeName(%q) = %q, and of that %q", text, s, again)
		}
	})
}

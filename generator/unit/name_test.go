package unit

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
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
	{"COM0", "_COM0"},
	{"LPT¹.docx", "_LPT¹.docx"},
	{"conin$", "_conin$"},
	{"NUL .txt", "_NUL .txt"},
	{"某局. . .", "某局"},
	{"\u2066某局\u2069\u202a\ufeff\u00ad", "某局"},
	{"某\ufe0f局\U000e0100\u3164\u115f", "某局"},
	{"某局\x7f\x1b[31m", "某局[31m"},
	{"C:\\某局", "C__某局"},
	{"\\\\服务器\\共享", "__服务器_共享"},
	{"~$某局.xlsx", "~$某局.xlsx"},
	{"-rf", "-rf"},
	{".jixiao", "jixiao"},
	{"=1+1", "=1+1"},
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

// TestLongestName: what is published under it, and what is beside it for a moment,
// stays below the 255 bytes of a file system.
func TestLongestName(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, text := range []string{strings.Repeat("局", 120), strings.Repeat("a", 400), strings.Repeat("é", 200) + ".xlsx"} {
		name := SafeName(text)
		for _, ending := range []string{"", ".json", "整体支出.tmp-1234567890123456"} {
			if err := os.WriteFile(filepath.Join(dir, name+ending), nil, 0o644); err != nil {
				t.Error(err)
			}
		}
	}
}

// TestAlike: what some file system takes for one name.
func TestAlike(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"ABC公司", "abc公司", true}, {"ＡＢＣ公司", "abc公司", true}, {"é局", "e\u0301局", true}, {"STRASSE", "straße", true},
		{"（一）科", "(一)科", true}, {"水务局", "水利局", false}, {"一中", "二中", false},
	} {
		if got := Alike(c.a) == Alike(c.b); got != c.want {
			t.Errorf("%q and %q are alike: %v, want %v", c.a, c.b, got, c.want)
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
		if strings.Trim(s, " .") != s || !norm.NFC.IsNormalString(s) || strings.IndexFunc(s, func(r rune) bool {
			return unicode.In(r, unicode.Cf, unicode.Cc, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point)
		}) >= 0 {
			t.Errorf("SafeName(%q) = %q", text, s)
		}
		if base, _, _ := strings.Cut(s, "."); reserved[strings.ToUpper(strings.TrimSpace(base))] {
			t.Errorf("SafeName(%q) = %q, a device of Windows", text, s)
		}
		if again := SafeName(s); again != s {
			t.Errorf("SafeName(%q) = %q, and of that %q", text, s, again)
		}
	})
}

package value

import (
	"testing"
	"unicode/utf8"
)

var maskCases = []struct{ text, want string }{
	{"13912345388", "139****5388"},
	{"１３９１２３４５３８８", "１３９****５３８８"},
	{"139 1234 5388", "139 **** 5388"},
	{"139-1234-5388", "139-****-5388"},
	{"139****5388", "139****5388"},
	{"139××××0000", "139××××0000"},
	{"13912345388/13812345388", "139****5388/138****5388"},
	{"13912345388 13812345388", "139****5388 138****5388"},
	{"0557-1234567", "0557-***4567"},
	{"0731-12345678", "0731-****5678"},
	{"010-12345678", "010-****5678"},
	{"021 1234567", "021 ***4567"},
	{"8690022", "***0022"},
	{"86900221", "****0221"},
	{"4001234567", "400***4567"},
	{"12345", "12345"},
	{"李宁0557-1234567（办公）", "李宁0557-***4567（办公）"},
	{"430221198001011234", "430221********1234"},
	{"43022119800101123X", "430221********123X"},
	{"430221800101123", "430221*****1123"},
	{"6222021234567890123", "622202*********0123"},
	{"李宁", "李*"},
	{"欧阳修", "欧**"},
	{"欧阳娜娜", "欧***"},
	{"阿卜杜·买买提", "阿******"},
	{"区信访局办公室", "区信访局办公室"},
	{"李", "李"},
	{"", ""},
	{"2023年4月4日", "2023年4月4日"},
	{"2023-04-04", "2023-04-04"},
	{"转801", "转801"},
}

func TestMask(t *testing.T) {
	t.Parallel()
	f := format(t, "脱敏")
	for _, c := range maskCases {
		if got := f.Text(Str(c.text)); got != c.want {
			t.Errorf("%q becomes %q, want %q", c.text, got, c.want)
		}
		if again := mask(c.want); again != c.want && !isName(c.text) {
			t.Errorf("masked twice, %q becomes %q", c.want, again)
		}
	}
}

func FuzzMask(f *testing.F) {
	for _, c := range maskCases {
		f.Add(c.text)
	}
	if len(maskCases) == 0 {
		f.Fatal("no seed")
	}
	f.Fuzz(func(t *testing.T, s string) {
		masked := mask(s)
		if utf8.ValidString(s) && utf8.RuneCountInString(masked) != utf8.RuneCountInString(s) {
			t.Fatalf("%q became %q", s, masked)
		}
		run := 0
		for _, r := range masked {
			if run++; digitOf(r) < 0 {
				run = 0
			}
			if run > 6 {
				t.Fatalf("%q became %q", s, masked)
			}
		}
	})
}

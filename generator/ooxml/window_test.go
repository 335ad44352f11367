package ooxml

import (
	"fmt"
	"strings"
	"testing"
	"testing/iotest"
)

// steps prints what a scanner reads and where it stops.
func steps(s *Scanner) string {
	var b strings.Builder
	for s.Next() {
		fmt.Fprintf(&b, "%d %s %d+%d %s %q", s.Kind, s.Name, s.shift+int64(s.Start), s.End-s.Start, s.Space(), s.AppendText(nil))
		for _, a := range s.Attrs() {
			fmt.Fprintf(&b, " %s=%s", a.Name, a.Value)
		}
		b.WriteString("\n")
	}
	if s.err != nil {
		// How much of a name or a broken end is at hand depends on the window.
		b.WriteString("fault")
	}
	return b.String()
}

// TestWindows: a scanner that sees a few bytes at a time reads what one reads
// that sees the whole part. Windows are an inner matter, so this test is too.
func TestWindows(t *testing.T) {
	t.Parallel()
	for _, src := range []string{
		`<?xml version="1.0" encoding="UTF-8"?><!-- c --><a xmlns="u" xmlns:w="v"><w:b c="&lt;" w:d='二'/>一段文字，：&#x4e00;<![CDATA[x]y]]z]]>` + "\r\n" + `</a> <?p i?> `,
		utf8BOM + `<a>` + strings.Repeat(`<b i="1">文</b>`, 50) + `</a>`,
		`<a>`, `<a></b>`, `<a b="1" b="2"/>`, "<a>\xff</a>", "<a>\xe4\xb8", `<a>&#12`, `<a>]]></a>`, `x`, ``, `<a/>x`, `<!DOCTYPE a>`, "<a>\uffff</a>",
	} {
		want := steps(NewScanner([]byte(src)))
		if invalidUTF8([]byte(src)) >= 0 {
			want = "fault"
		}
		for size := 1; size < 40; size++ {
			for name, rest := range map[string]*Scanner{"whole": {}, "bytes": {}} {
				r := strings.NewReader(src)
				if name == "whole" {
					rest.reset(make([]byte, 0, size), r)
				} else {
					rest.reset(make([]byte, 0, size), iotest.OneByteReader(r))
				}
				if got := steps(rest); got != want && !(want == "fault" && strings.HasSuffix(got, "fault")) {
					t.Fatalf("%.60q in windows of %d, %s:\n got %s\nwant %s", src, size, name, got, want)
				}
			}
		}
	}
}

package ooxml_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"jixiao/generator/ooxml"
)

var kinds = map[ooxml.TokenKind]string{
	ooxml.StartTag: "start", ooxml.EmptyTag: "empty", ooxml.EndTag: "end", ooxml.Text: "text",
	ooxml.CData: "cdata", ooxml.Comment: "comment", ooxml.ProcInst: "pi",
}

// scanned is well-formed XML with its tokens; the fuzz targets begin with it too.
var scanned = []struct{ xml, tokens string }{
	{`<a/>`, "empty a@1"},
	{`<a></a>`, "start a@1, end a@1"},
	{`<?xml version="1.0"?><a b="1"> x </a>`, `pi@0, start a@1, text " x "@1, end a@1`},
	{"<a>\n<b/>\n</a>\n", `start a@1, text "\n"@1, empty b@2, text "\n"@1, end a@1, text "\n"@0`},
	{`<w:p xmlns:w="u"><w:r><w:t>一&amp;二</w:t></w:r></w:p >`, `start w:p@1, start w:r@2, start w:t@3, text "一&二"@3, end w:t@3, end w:r@2, end w:p@1`},
	{`<a><!-- x --><![CDATA[<&]]y]]><?p i?></a>`, `start a@1, comment@1, cdata "<&]]y"@1, pi@1, end a@1`},
	{"<a\n  b = '1'\tc=\"2>\" />", "empty a@1"},
	{"\xef\xbb\xbf<?xml version='1.0'?><a/>", "pi@0, empty a@1"},
	{"<a>&lt;&gt;&quot;&apos;&#65;&#x4e00;\r\n\r.</a>", `start a@1, text "<>\"'A一\n\n."@1, end a@1`},
	{`<a>：，。］</a>`, `start a@1, text "：，。］"@1, end a@1`},
	{`<甲 乙="丙"/>`, "empty 甲@1"},
	{`<!-- before --><a/><!-- behind --> <?p?>`, `comment@0, empty a@1, comment@0, text " "@0, pi@0`},
	{`<a><b xmlns:x="u"><x:c x:d="1"/></b><b xmlns:x="v"/></a>`, "start a@1, start b@2, empty x:c@3, end b@2, empty b@2, end a@1"},
}

func TestScannerReadsTokens(t *testing.T) {
	t.Parallel()
	for _, test := range scanned {
		var got []string
		var again []byte
		s := ooxml.NewScanner([]byte(test.xml))
		for s.Next() {
			piece := kinds[s.Kind]
			if len(s.Name) > 0 {
				piece += " " + string(s.Name)
			}
			if text := s.AppendText(nil); len(text) > 0 {
				piece += fmt.Sprintf(" %q", text)
			}
			got = append(got, fmt.Sprintf("%s@%d", piece, s.Depth()))
			again = append(again, test.xml[s.Start:s.End]...)
		}
		if err := s.Err(); err != nil {
			t.Errorf("%q: %v", test.xml, err)
			continue
		}
		if tokens := strings.Join(got, ", "); tokens != test.tokens {
			t.Errorf("%q:\n got %s\nwant %s", test.xml, tokens, test.tokens)
		}
		if whole := strings.TrimPrefix(test.xml, "\xef\xbb\xbf"); string(again) != whole {
			t.Errorf("tokens of %q put together are %q", whole, again)
		}
	}
}

// refused is XML that is not well-formed, with where and why.
var refused = []struct {
	xml     string
	at      int64
	message string
}{
	{``, 0, "没有内容"},
	{`<!-- x -->`, 10, "没有内容"},
	{`<a`, 2, "内容中断，最后一个标签没有写完"},
	{`<a b="1`, 7, "内容中断，最后一个标签没有写完"},
	{`<a><b/>`, 7, "内容中断，<a> 没有结束"},
	{`<a>text`, 7, "内容中断，最后一个标签没有写完"},
	{`<a><![CDATA[x]]`, 15, "内容中断，最后一个标签没有写完"},
	{`<a></a`, 6, "内容中断，最后一个标签没有写完"},
	{`<a></b>`, 3, "结束标签 </b> 与 <a> 不配对"},
	{`<a></ab>`, 3, "结束标签 </ab> 与 <a> 不配对"},
	{`<ab></a>`, 4, "结束标签 </a> 与 <ab> 不配对"},
	{`<a></a x>`, 7, "结束标签写法不对"},
	{`</a>`, 0, "多出一个结束标签"},
	{`<a/></a>`, 4, "多出一个结束标签"},
	{`<a/><b/>`, 4, "根元素之后又有元素"},
	{`<a/>x`, 4, "根元素之外有文字"},
	{`x<a/>`, 0, "根元素之外有文字"},
	{`<![CDATA[x]]><a/>`, 0, "根元素之外有文字"},
	{`<a>1 < 2</a>`, 5, "有多余的 < 号"},
	{`<1a/>`, 0, "有多余的 < 号"},
	{`<a b=1/>`, 5, "属性的值没有引号"},
	{`<a b/>`, 4, "属性 b 没有值"},
	{`<a b="1"c="2"/>`, 8, "标签 <a> 写法不对"},
	{`<a / >`, 4, "标签 <a> 写法不对"},
	{`<a b="<"/>`, 6, "属性的值中有 < 号"},
	{`<a b="1" b="2"/>`, 9, "属性 b 重复"},
	{`<a>&nbsp;</a>`, 3, "不认识的实体 &nbsp;"},
	{`<a b="&x;"/>`, 6, "不认识的实体 &x;"},
	{`<a>a & b</a>`, 5, "有单独的 & 号"},
	{`<a>&#0;</a>`, 3, "不认识的实体 &#0;"},
	{`<a>&#xD800;</a>`, 3, "不认识的实体 &#xD800;"},
	{`<a>&#x110000;</a>`, 3, "不认识的实体 &#x110000;"},
	{"<a>\x01</a>", 3, "有 XML 不允许的控制字符 U+0001"},
	{"<a b='\x0b'/>", 6, "有 XML 不允许的控制字符 U+000B"},
	{"<a><!--\x00--></a>", 7, "有 XML 不允许的控制字符 U+0000"},
	{"<a>\uffff</a>", 3, "有 XML 不允许的字符 U+FFFE 或 U+FFFF"},
	{`<a>]]></a>`, 3, "文字中出现 ]]>"},
	{`<a><!-- -- --></a>`, 10, "注释中出现 --"},
	{`<!DOCTYPE a><a/>`, 0, "有 DOCTYPE 声明，出于安全不予读取"},
	{`<!ELEMENT a><a/>`, 0, "有不认识的声明"},
	{`<a/><?xml version="1.0"?>`, 4, "XML 声明不在开头"},
	{` <?xml version="1.0"?><a/>`, 1, "XML 声明不在开头"},
	{`<?XML x?><a/>`, 0, "XML 声明不在开头"},
	{`<? x?><a/>`, 0, "处理指令写法不对"},
	{`<w:p/>`, 0, "前缀 w: 没有声明"},
	{`<a w:b="1"/>`, 0, "前缀 w: 没有声明"},
	{`<a><b xmlns:x="u"/><x:c/></a>`, 19, "前缀 x: 没有声明"},
	{`<a xmlns:x=""/>`, 3, "命名空间 xmlns:x 是空的"},
	{`<a:b:c xmlns:a="u"/>`, 1, "名称 a:b: 写法不对"},
	{`<:a/>`, 1, "名称 : 写法不对"},
	{`<a:1 xmlns:a="u"/>`, 1, "名称 a: 写法不对"},
	{strings.Repeat("<a>", 300), 256 * 3, "元素嵌套超过 256 层"},
	{"<r><" + strings.Repeat("a", 1024) + "/></r>", 3, "标签 <" + strings.Repeat("a", 60) + "…> 的名称过长"},
	{`<a xmlns:x="` + strings.Repeat("u", 4097) + `"/>`, 3, "命名空间 xmlns:x 过长"},
}

func TestScannerRefuses(t *testing.T) {
	t.Parallel()
	for _, test := range refused {
		s := ooxml.NewScanner([]byte(test.xml))
		for s.Next() {
		}
		var fault *ooxml.SyntaxError
		if !errors.As(s.Err(), &fault) {
			t.Errorf("%.40q: error %v, want %q", test.xml, s.Err(), test.message)
			continue
		}
		if fault.Message != test.message || fault.Offset != test.at {
			t.Errorf("%.40q: %q at %d, want %q at %d", test.xml, fault.Message, fault.Offset, test.message, test.at)
		}
		if s.Next() {
			t.Errorf("%.40q: goes on after the fault", test.xml)
		}
	}
	var many strings.Builder
	for i := range 300 {
		fmt.Fprintf(&many, ` a%d=""`, i)
	}
	s := ooxml.NewScanner([]byte("<a" + many.String() + "/>"))
	if s.Next() || !strings.Contains(s.Err().Error(), "一个标签的属性超过 256 个") {
		t.Errorf("300 attributes: %v", s.Err())
	}
}

func TestScannerAttributes(t *testing.T) {
	t.Parallel()
	const src = `<w:p xmlns:w="W" xmlns:q="Q" w:val="a &lt;b&gt;" q:val='2' val="3"><x w:val="a&#10;b` + "\r\n\tc" + `"/></w:p>`
	s := ooxml.NewScanner([]byte(src))
	if !s.Next() || !s.IsStart("w:p") || s.IsEnd("w:p") || s.Space() != "W" || string(s.Local()) != "p" {
		t.Fatalf("first token %s in %q", s.Name, s.Space())
	}
	for _, test := range []struct{ name, want string }{{"w:val", "a <b>"}, {"q:val", "2"}, {"val", "3"}} {
		if got, ok := s.Attr(test.name); !ok || got != test.want {
			t.Errorf("Attr(%q) = %q, %v", test.name, got, ok)
		}
	}
	for _, test := range []struct{ space, want string }{{"W", "a <b>"}, {"Q", "2"}, {"", "3"}} {
		if got, ok := s.AttrIn(test.space, "val"); !ok || got != test.want {
			t.Errorf("AttrIn(%q) = %q, %v", test.space, got, ok)
		}
	}
	if _, ok := s.Attr("none"); ok {
		t.Error("found an attribute that is not there")
	}
	if _, ok := s.AttrIn("Z", "val"); ok {
		t.Error("found an attribute of a namespace that is not there")
	}
	var names []string
	for _, a := range s.Attrs() {
		names = append(names, src[a.Start:a.End])
	}
	tag := []byte(src[s.Start:s.End])
	if got, want := "<w:p "+strings.Join(names, " ")+">", string(tag); got != want {
		t.Errorf("Attrs cover %q, want %q", got, want)
	}
	for _, name := range []string{"xmlns:w", "w:val", "q:val", "val", "nope"} {
		got, ok1 := ooxml.TagAttr(tag, name)
		want, ok2 := s.RawAttr(name)
		if ok1 != ok2 || !bytes.Equal(got, want) {
			t.Errorf("TagAttr(%q) = %q, %v; RawAttr %q, %v", name, got, ok1, want, ok2)
		}
	}
	s.Next()
	if got, _ := s.Attr("w:val"); got != "a\nb  c" {
		t.Errorf("line end in an attribute: %q", got)
	}
}

func TestScannerSkip(t *testing.T) {
	t.Parallel()
	s := ooxml.NewScanner([]byte(`<a><b><b/>x<b></b></b><c/>y</a>`))
	s.Next()
	s.Next()
	if !s.Skip() || !s.IsEnd("b") || s.Depth() != 2 {
		t.Fatalf("after Skip: %s at depth %d", s.Name, s.Depth())
	}
	s.Next()
	if !s.IsStart("c") || !s.IsEnd("c") || !s.Skip() || !s.IsStart("c") {
		t.Fatal("Skip left an empty tag")
	}
	s.Next()
	if string(s.AppendText(nil)) != "y" {
		t.Fatal("no y behind <c/>")
	}
	s = ooxml.NewScanner([]byte(`<a><b></a>`))
	s.Next()
	if s.Skip() || s.Err() == nil {
		t.Fatal("Skip over a fault")
	}
}

// sameAsStandard compares a scan with encoding/xml: whatever the scanner takes
// as whole, the standard library must read as the same elements, attributes and text.
func sameAsStandard(t testing.TB, src []byte) {
	t.Helper()
	s := ooxml.NewScanner(src)
	dec := xml.NewDecoder(bytes.NewReader(src))
	dec.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	var want, got bytes.Buffer
	for s.Next() {
		switch s.Kind {
		case ooxml.StartTag, ooxml.EmptyTag:
			fmt.Fprintf(&got, "\n<%s", s.Name)
			for _, a := range s.Attrs() {
				fmt.Fprintf(&got, " %s=%q", a.Name, ooxml.Unescape(nil, a.Value))
			}
			got.WriteString(">\n")
			if s.Kind == ooxml.EmptyTag {
				fmt.Fprintf(&got, "\n</%s>\n", s.Name)
			}
		case ooxml.EndTag:
			fmt.Fprintf(&got, "\n</%s>\n", s.Name)
		default:
			got.Write(s.AppendText(nil))
		}
	}
	if s.Err() != nil {
		return
	}
	name := func(n xml.Name) string {
		if n.Space != "" {
			return n.Space + ":" + n.Local
		}
		return n.Local
	}
	for {
		token, err := dec.RawToken()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("the scanner takes what encoding/xml refuses: %v\n%q", err, src)
		}
		switch token := token.(type) {
		case xml.StartElement:
			fmt.Fprintf(&want, "\n<%s", name(token.Name))
			for _, a := range token.Attr {
				fmt.Fprintf(&want, " %s=%q", name(a.Name), a.Value)
			}
			want.WriteString(">\n")
		case xml.EndElement:
			fmt.Fprintf(&want, "\n</%s>\n", name(token.Name))
		case xml.CharData:
			want.Write(token)
		}
	}
	if got.String() != want.String() {
		t.Fatalf("%q\n got %q\nwant %q", src, &got, &want)
	}
}

func TestScannerAgreesWithStandardLibrary(t *testing.T) {
	t.Parallel()
	for _, test := range scanned {
		sameAsStandard(t, bytes.TrimPrefix([]byte(test.xml), []byte("\xef\xbb\xbf")))
	}
	n := 0
	for _, file := range samples(t) {
		for name, text := range unzip(t, file) {
			if strings.HasSuffix(name, ".xml") || strings.HasSuffix(name, ".rels") {
				sameAsStandard(t, []byte(text))
				n++
			}
		}
	}
	if n < 50 {
		t.Fatalf("only %d parts compared", n)
	}
}

func TestEscape(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ text, want string }{
		{"", ""}, {"甲 ≥70", "甲 ≥70"}, {`<a b="c">&'`, `&lt;a b=&quot;c&quot;&gt;&amp;'`},
		{"a\tb\nc\rd", "a&#9;b&#10;c&#13;d"}, {"a\x00\x01b\x1f", "ab"}, {"\x01", ""},
		{"a\ufffeb\uffffc\ufffd", "abc\ufffd"}, {"a\xffb\xe4\xb8", "ab"}, {"𠮷]]>", "𠮷]]&gt;"}, {"\x7f", "\x7f"},
	} {
		if got := string(ooxml.Escape(nil, test.text)); got != test.want {
			t.Errorf("Escape(%q) = %q, want %q", test.text, got, test.want)
		}
		if got := string(ooxml.Escape([]byte("x"), test.text)); got != "x"+test.want {
			t.Errorf("Escape to x of %q = %q", test.text, got)
		}
	}
	for _, test := range []struct{ text, want string }{
		{"a\rb", "a_x000D_b"}, {"_x000D_", "_x005F_x000D_"}, {"_x12_ _", "_x12_ _"}, {"__x0041_x0042_", "__x005F_x0041_x005F_x0042_"}, {"<_x0041_", "&lt;_x005F_x0041_"},
	} {
		if got := string(ooxml.EscapeCell(nil, test.text)); got != test.want {
			t.Errorf("EscapeCell(%q) = %q, want %q", test.text, got, test.want)
		}
	}
}

func TestUnescapeLeavesWhatIsNoReference(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ raw, want string }{
		{"a&b", "a&b"}, {"&;", "&;"}, {"&amp;amp;", "&amp;"}, {"&#x;&#;&#1;", "&#x;&#;&#1;"}, {"\r\r\n\n", "\n\n\n"}, {"&#13;\n", "\r\n"},
	} {
		if got := string(ooxml.Unescape(nil, []byte(test.raw))); got != test.want {
			t.Errorf("Unescape(%q) = %q, want %q", test.raw, got, test.want)
		}
	}
}

package ooxml

import "testing"

func TestUncoded(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`&L附件&R&"宋体,常规"&10单位：元`: " 附件   单位：元", "&C第 &P 页，共 &N 页": " 第   页，共   页", "A&&B": "A&B", "&KFF0000红字": " 红字", "100&": "100&", "": "", `&"宋体`: " 宋体",
	} {
		if got := uncoded(text); got != want {
			t.Errorf("uncoded(%q) = %q, want %q", text, got, want)
		}
	}
}

package ooxml

import "bytes"

// Namespaces, as office programs write them and in the form of Strict Open XML.
const (
	spaceSheet        = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
	spaceSheetStrict  = "http://purl.oclc.org/ooxml/spreadsheetml/main"
	spaceLinks        = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	spaceLinksStrict  = "http://purl.oclc.org/ooxml/officeDocument/relationships"
	spacePackageLinks = "http://schemas.openxmlformats.org/package/2006/relationships"
	spaceTypes        = "http://schemas.openxmlformats.org/package/2006/content-types"
	spaceTerms        = "http://purl.org/dc/terms/"
	spaceXML          = "http://www.w3.org/XML/1998/namespace"
)

// usual spares an allocation for the prefixes and namespaces that almost every part declares.
var usual = func() map[string]string {
	m := map[string]string{}
	for _, s := range []string{
		"", "r", "x", "w", "w14", "w15", "mc", "a", "o", "v", "wp", "wps", "pic", "m", "xdr", "x14", "x14ac", "x15", "x15ac", "x16r2",
		"xr", "xr2", "xr3", "xr6", "xr10", "etc", "vt", "dc", "cp", "dcterms", "dcmitype", "xsi", "wne", "w10", "wpc", "wpg", "wpi", "wp14",
		"thm15", "wpsCustomData",
		spaceSheet, spaceSheetStrict, spaceLinks, spaceLinksStrict, spacePackageLinks, spaceTypes,
		"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
		"http://schemas.openxmlformats.org/drawingml/2006/main",
		"http://schemas.openxmlformats.org/drawingml/2006/picture",
		"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
		"http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing",
		"http://schemas.openxmlformats.org/markup-compatibility/2006",
		"http://schemas.openxmlformats.org/officeDocument/2006/math",
		"http://schemas.openxmlformats.org/officeDocument/2006/extended-properties",
		"http://schemas.openxmlformats.org/officeDocument/2006/custom-properties",
		"http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes",
		"http://schemas.openxmlformats.org/package/2006/metadata/core-properties",
		"http://purl.org/dc/elements/1.1/", "http://purl.org/dc/terms/", "http://purl.org/dc/dcmitype/",
		"http://www.w3.org/2001/XMLSchema-instance",
		"http://schemas.microsoft.com/office/spreadsheetml/2009/9/main",
		"http://schemas.microsoft.com/office/spreadsheetml/2009/9/ac",
		"http://schemas.microsoft.com/office/spreadsheetml/2010/11/main",
		"http://schemas.microsoft.com/office/spreadsheetml/2010/11/ac",
		"http://schemas.microsoft.com/office/spreadsheetml/2014/revision",
		"http://schemas.microsoft.com/office/spreadsheetml/2015/revision2",
		"http://schemas.microsoft.com/office/spreadsheetml/2016/revision3",
		"http://schemas.microsoft.com/office/spreadsheetml/2016/revision6",
		"http://schemas.microsoft.com/office/spreadsheetml/2016/revision10",
		"http://schemas.microsoft.com/office/word/2010/wordml",
		"http://schemas.microsoft.com/office/word/2012/wordml",
		"http://www.wps.cn/officeDocument/2017/etCustomData",
		"http://www.wps.cn/officeDocument/2013/wpsCustomData",
		"urn:schemas-microsoft-com:office:office", "urn:schemas-microsoft-com:vml", "urn:schemas-microsoft-com:office:word",
	} {
		m[s] = s
	}
	return m
}()

func intern(b []byte) string {
	if s, ok := usual[string(b)]; ok {
		return s
	}
	return string(b)
}

// binding is one namespace declaration in force.
type binding struct {
	prefix, space string
	depth         int // of the element that declares it
}

// isDeclaration recognises xmlns and xmlns:….
func isDeclaration(name []byte) bool {
	return len(name) >= 5 && name[0] == 'x' && string(name[:5]) == "xmlns" && (len(name) == 5 || name[5] == ':')
}

// declare takes over the namespace declarations of the current tag.
func (s *Scanner) declare() bool {
	for _, a := range s.attrs {
		name := s.data[a.name:a.nameEnd]
		if !isDeclaration(name) {
			continue
		}
		if a.nameEnd-a.name > nameCap || a.valueEnd-a.value > spaceCap {
			return s.fail(a.name, "命名空间 "+printable(name)+" 过长")
		}
		b := binding{depth: len(s.opened)}
		if a.colon > 0 {
			b.prefix = intern(name[a.colon+1:])
		}
		if raw := s.data[a.value:a.valueEnd]; bytes.IndexByte(raw, '&') >= 0 {
			b.space = decodeAttr(raw)
		} else {
			b.space = intern(raw)
		}
		if b.prefix != "" && b.space == "" {
			return s.fail(a.name, "命名空间 "+printable(name)+" 是空的")
		}
		s.spaces = append(s.spaces, b)
	}
	clear(s.cached[:])
	return true
}

// lookup finds what a prefix stands for, from the inside out.
func (s *Scanner) lookup(prefix []byte) (space string, ok bool) {
	slot := &s.cached[0]
	if len(prefix) > 0 {
		slot = &s.cached[(int(prefix[len(prefix)-1])+len(prefix))&7]
	}
	if n := int(*slot); n > 0 && s.spaces[n-1].prefix == string(prefix) {
		return s.spaces[n-1].space, true
	}
	for i := len(s.spaces) - 1; i >= 0; i-- {
		if s.spaces[i].prefix == string(prefix) {
			if i < 1<<15-1 {
				*slot = int16(i + 1)
			}
			return s.spaces[i].space, true
		}
	}
	if string(prefix) == "xml" {
		return spaceXML, true
	}
	return "", len(prefix) == 0
}

// known refuses a prefix that nothing declares.
func (s *Scanner) known(prefix []byte) bool {
	if _, ok := s.lookup(prefix); !ok {
		return s.fail(s.Start, "前缀 "+printable(prefix)+": 没有声明")
	}
	return true
}

func (s *Scanner) knownAttrs() bool {
	for _, a := range s.attrs {
		if a.colon == 0 {
			continue
		}
		if prefix := s.data[a.name : a.name+a.colon]; string(prefix) != "xmlns" && !s.known(prefix) {
			return false
		}
	}
	return true
}

// Space is the namespace of the tag's name, "" when it has none or is no tag.
func (s *Scanner) Space() string {
	if s.Name == nil {
		return ""
	}
	space, _ := s.lookup(s.Name[:s.colon])
	return space
}

// AttrIn returns the decoded value of the attribute with that namespace and
// local name, whatever prefix the part uses for it. Attributes without prefix have namespace "".
func (s *Scanner) AttrIn(space, local string) (value string, ok bool) {
	for _, a := range s.attrs {
		name, prefix := s.data[a.name:a.nameEnd], s.data[a.name:a.name+a.colon]
		if a.colon > 0 {
			name = name[a.colon+1:]
		}
		if string(name) != local || (len(prefix) == 0) != (space == "") {
			continue
		}
		if len(prefix) > 0 {
			if found, _ := s.lookup(prefix); found != space {
				continue
			}
		}
		return decodeAttr(s.data[a.value:a.valueEnd]), true
	}
	return "", false
}

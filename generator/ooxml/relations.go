package ooxml

import (
	"net/url"
	"path"
	"strings"
)

// Relationship is one line of a part's .rels.
type Relationship struct {
	ID, Type string
	Target   string // absolute part name without leading slash: xl/worksheets/sheet1.xml; as written when External
	External bool
}

// Is reports whether the type ends in /kind: Is("worksheet"). So it counts in
// the transitional and in the strict form alike.
func (r Relationship) Is(kind string) bool {
	return strings.HasSuffix(r.Type, kind) && strings.HasSuffix(r.Type[:len(r.Type)-len(kind)], "/")
}

// contentTypes is what [Content_Types].xml says.
type contentTypes struct {
	byExtension map[string]string // lower case, without dot
	byPart      map[string]string // lower case, without leading slash
}

func (t contentTypes) of(name string) string {
	name = strings.ToLower(name)
	if ct, ok := t.byPart[name]; ok {
		return ct
	}
	return t.byExtension[strings.TrimPrefix(path.Ext(name), ".")]
}

// isXML tells by its content type whether a part must be XML.
func (t contentTypes) isXML(name string) bool {
	ct := t.of(name)
	return strings.HasSuffix(ct, "+xml") || strings.HasSuffix(ct, "/xml")
}

// readTypes reads [Content_Types].xml.
func (p *Package) readTypes(e *entry) *Damage {
	text, _ := p.Part(e.name) // it is there: e is its entry
	p.types = contentTypes{byExtension: map[string]string{}, byPart: map[string]string{}}
	s := NewScanner(text)
	for s.Next() {
		if s.Kind != StartTag && s.Kind != EmptyTag {
			continue
		}
		if s.Depth() == 1 && (string(s.Local()) != "Types" || s.Space() != spaceTypes) {
			return p.damaged(CodeKind, e.name, "不是内容类型表")
		}
		ct, _ := s.Attr("ContentType")
		switch string(s.Local()) {
		case "Default":
			ext, _ := s.Attr("Extension")
			p.types.byExtension[strings.ToLower(ext)] = ct
		case "Override":
			part, _ := s.Attr("PartName")
			p.types.byPart[strings.ToLower(strings.TrimPrefix(part, "/"))] = ct
		}
	}
	return nil
}

// ContentType returns the content type of a part, "" when the package names none.
func (p *Package) ContentType(name string) string { return p.types.of(name) }

// RelsName is the name of the part that holds the relationships of a part; ""
// stands for the package: RelsName("xl/workbook.xml") is "xl/_rels/workbook.xml.rels".
func RelsName(part string) string {
	dir, file := path.Split(part)
	return dir + "_rels/" + file + ".rels"
}

// Related returns the relationships of a part in the order of the file; those
// of the package itself for "". A part without relationships has none.
func (p *Package) Related(part string) []Relationship {
	text, ok := p.Part(RelsName(part))
	if !ok {
		return nil
	}
	var rels []Relationship
	s := NewScanner(text)
	for s.Next() {
		if s.Kind != StartTag && s.Kind != EmptyTag || string(s.Local()) != "Relationship" {
			continue
		}
		var r Relationship
		r.ID, _ = s.Attr("Id")
		r.Type, _ = s.Attr("Type")
		r.Target, _ = s.Attr("Target")
		if mode, _ := s.Attr("TargetMode"); strings.EqualFold(mode, "External") {
			r.External = true
		} else {
			r.Target = p.resolve(part, r.Target)
		}
		rels = append(rels, r)
	}
	return rels
}

// resolve makes a relationship's target an absolute part name. Producers write
// it relative, absolute, with back-slashes or percent-encoded.
func (p *Package) resolve(part, target string) string {
	target = strings.ReplaceAll(target, `\`, "/")
	if i := strings.IndexByte(target, '#'); i >= 0 {
		target = target[:i]
	}
	if target == "" {
		return ""
	}
	if !strings.HasPrefix(target, "/") {
		target = path.Join("/", path.Dir("/"+part), target)
	}
	name := strings.TrimPrefix(path.Clean(target), "/")
	if e := p.entry(name); e != nil {
		return e.name
	}
	if decoded, err := url.PathUnescape(name); err == nil {
		if e := p.entry(decoded); e != nil {
			return e.name
		}
	}
	return name
}

// Main returns the name of the part that the package is about, by the package's
// relationships: xl/workbook.xml, word/document.xml. "" when there is none.
func (p *Package) Main() string {
	for _, r := range p.Related("") {
		if r.Is("officeDocument") && !r.External {
			return r.Target
		}
	}
	return ""
}

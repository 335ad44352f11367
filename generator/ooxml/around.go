package ooxml

import "strings"

// aroundCap bounds the bytes of text that are kept of what stands around a sheet.
const aroundCap = 8 << 10

// headerFooter reads the page header and footer, without the codes that steer
// their look: &R&"宋体,常规"&10单位：元.
func (r *sheetReading) headerFooter() *Damage {
	s := r.s
	if s.Kind != StartTag {
		return nil
	}
	var text []byte
	for depth := s.Depth(); s.Next() && s.Depth() >= depth && (s.Depth() > depth || s.Kind != EndTag); {
		switch {
		case s.Kind == EndTag:
			text = append(text, '\n')
		case len(text) < aroundCap:
			text = s.AppendText(text)
		}
	}
	r.sheet.around(uncoded(string(text)))
	return nil
}

// around keeps a text that stands around the cells.
func (s *Sheet) around(text string) {
	if text = strings.TrimSpace(text); text != "" {
		s.Around = append(s.Around, text)
	}
}

// uncoded takes the codes out of a page header or footer.
func uncoded(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '&' || i+1 == len(text) {
			b.WriteByte(text[i])
			continue
		}
		i++
		switch c := text[i]; {
		case c == '&':
			b.WriteByte('&')
			continue
		case c == '"':
			if n := strings.IndexByte(text[i+1:], '"'); n >= 0 {
				i += n + 1
			}
		case c == 'K' && len(text) > i+6:
			i += 6 // a colour
		case c >= '0' && c <= '9':
			for i+1 < len(text) && text[i+1] >= '0' && text[i+1] <= '9' {
				i++
			}
		}
		b.WriteByte(' ')
	}
	return b.String()
}

// textBoxes reads the texts of the shapes that lie on a worksheet, one a shape.
func (r *reading) textBoxes(part string, out *Sheet) *Damage {
	for _, rel := range r.p.Related(part) {
		if e := r.p.entry(rel.Target); rel.External || !rel.Is("drawing") || e == nil || !e.xml {
			continue
		}
		if d := r.read(rel.Target, func(s *Scanner) *Damage {
			var text []byte
			kept, within, open := 0, false, false
			for s.Next() {
				switch {
				case s.Kind == StartTag && string(s.Local()) == "txBody":
					within, text = true, text[:0]
				case s.Kind == EndTag && string(s.Local()) == "txBody":
					within = false
					kept += len(text)
					out.around(string(text))
				case (s.Kind == StartTag || s.Kind == EndTag) && string(s.Local()) == "t":
					open = within && s.Kind == StartTag
				case s.Kind == EndTag && string(s.Local()) == "p" && within:
					text = append(text, '\n')
				case open && kept+len(text) < aroundCap:
					text = s.AppendText(text)
				}
			}
			return nil
		}); d != nil {
			return d
		}
	}
	return nil
}

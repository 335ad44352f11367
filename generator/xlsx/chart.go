package xlsx

import (
	"strconv"

	"jixiao/generator/ooxml"
)

// compileChart compiles the references of a chart and the values that it keeps
// of them, so that a preview draws what the filled cells say. It reports whether there are any.
func (c *compiler) compileChart(k *cutter, at string) bool {
	s := ooxml.NewScanner(k.data)
	var source []token // of the reference at hand, until its cache is found
	caches := false
	for s.Next() {
		if s.Kind == ooxml.EndTag && source != nil {
			// A reference without a cache gets one: a preview draws nothing else.
			prefix := string(s.Name[:len(s.Name)-len(s.Local())])
			if kind := cacheOf[string(s.Local())]; kind != "" {
				k.replace(s.Start, s.Start, chartCache{kind: kind, prefix: prefix, tokens: source, whole: true})
				source, caches = nil, true
			}
		}
		if s.Kind != ooxml.StartTag {
			continue
		}
		switch local := string(s.Local()); local {
		case "f":
			start := s.End
			s.Skip()
			raw := k.data[start:s.Start]
			source = lexFormula(string(ooxml.Unescape(nil, raw)))
			c.book.bind(source)
			k.replace(start, s.Start, chartRef{raw, source})
		case "numCache", "strCache", "multiLvlStrCache", "dlblRangeCache":
			start, prefix := s.End, string(s.Name[:len(s.Name)-len(s.Local())])
			code := c.formatCode(s, k)
			if source != nil && s.Kind == ooxml.EndTag {
				k.replace(start, s.Start, chartCache{kind: local, prefix: prefix, raw: k.data[start:s.Start], code: code, tokens: source})
				source, caches = nil, true
			}
		case "p":
			c.compileParagraph(s, k, at)
		}
	}
	return caches
}

// cacheOf is the cache that belongs to a reference.
var cacheOf = map[string]string{"strRef": "strCache", "numRef": "numCache"}

// formatCode moves to the end of a cache and returns its <formatCode> as the template has it.
func (c *compiler) formatCode(s *ooxml.Scanner, k *cutter) []byte {
	depth := s.Depth()
	var code []byte
	for s.Next() && !(s.Kind == ooxml.EndTag && s.Depth() == depth) {
		if s.Kind == ooxml.StartTag && string(s.Local()) == "formatCode" {
			start := s.Start
			s.Skip()
			code = k.data[start:s.End]
		}
	}
	return code
}

// chartRef is a reference of a chart: 汇总!$B$5:$B$5, or several in parentheses.
type chartRef struct {
	raw    []byte
	tokens []token
}

func (f chartRef) append(dst []byte, r *rendering, v viewpoint) []byte {
	if !r.moved {
		return append(dst, f.raw...)
	}
	found, ok := r.chartAreas(f.tokens, v)
	if !ok {
		return append(dst, f.raw...)
	}
	var text []byte
	if len(found) > 1 {
		text = append(text, '(')
	}
	for i, a := range found {
		if i > 0 {
			text = append(text, ',')
		}
		text = appendSheet(text, a.sheet.name, "")
		from, to := corner{Row: a.rows.from, Col: a.fromCol, AbsRow: true, AbsCol: true}, corner{Row: a.rows.to, Col: a.toCol, AbsRow: true, AbsCol: true}
		if a.wholeCol {
			from.Row, to.Row = 0, 0
		}
		text = appendReference(text, from, to, from != to || a.wholeCol)
	}
	if len(found) > 1 {
		text = append(text, ')')
	}
	return ooxml.Escape(dst, string(text))
}

// chartAreas are the cells that a chart's reference means. A reference to the
// repeated row means all its items. ok is false for anything but plain ranges.
func (r *rendering) chartAreas(tokens []token, v viewpoint) (found []area, ok bool) {
	for i := range tokens {
		t := &tokens[i]
		switch t.kind {
		case tokRef:
			if t.ref.target < 0 {
				return nil, false
			}
			areas, ok := r.resolve(nil, &t.ref, viewpoint{sheet: v.sheet, frame: v.frame})
			if !ok || len(areas) == 0 {
				return nil, false
			}
			for _, a := range areas {
				if a.sheet == areas[0].sheet { // of a repeated sheet the first is drawn
					found = append(found, a)
				}
			}
		case tokOpen, tokClose, tokComma, tokSpace:
		default:
			return nil, false
		}
	}
	return found, len(found) > 0
}

// chartCache is the values that a chart keeps of a reference.
type chartCache struct {
	kind   string
	prefix string // of the chart's elements: "c:"
	raw    []byte // what the template keeps
	code   []byte // <c:formatCode>
	tokens []token
	whole  bool // the template has none: the element itself is written too
}

func (c chartCache) append(dst []byte, r *rendering, v viewpoint) []byte {
	if c.whole {
		dst = append(append(append(append(dst, '<'), c.prefix...), c.kind...), '>')
		c.whole = false
		dst = c.append(dst, r, v)
		return append(append(append(append(dst, "</"...), c.prefix...), c.kind...), '>')
	}
	found, ok := r.chartAreas(c.tokens, v)
	if !ok {
		return append(dst, c.raw...)
	}
	var cells [][]scalar // rows of columns, for labels in several levels
	const most = 100000  // no chart shows more points
	for _, a := range found {
		width := min(a.toCol-a.fromCol+1, most)
		for row := a.rows.from; row <= min(a.rows.to, max(a.sheet.lastRow(), a.rows.from)) && len(cells)*width < most; row++ {
			line := make([]scalar, width)
			for i := range line {
				line[i] = r.cell(a.sheet, row, a.fromCol+i)
			}
			cells = append(cells, line)
		}
	}
	if c.kind == "multiLvlStrCache" {
		return c.appendLevels(dst, cells)
	}
	var flat []scalar
	for _, line := range cells {
		flat = append(flat, line...)
	}
	dst = append(dst, c.code...)
	return c.appendPoints(c.appendCount(dst, len(flat)), flat)
}

func (c chartCache) appendCount(dst []byte, n int) []byte {
	dst = append(append(append(dst, '<'), c.prefix...), `ptCount val="`...)
	return append(strconv.AppendInt(dst, int64(n), 10), `"/>`...)
}

// appendPoints writes the points that say something.
func (c chartCache) appendPoints(dst []byte, points []scalar) []byte {
	for i, s := range points {
		text := s.text
		switch {
		case s.kind == numberValue:
			text = s.num.String()
		case s.kind == blankValue || s.kind == unknownValue || text == "" || c.kind == "numCache" && s.kind != errorValue:
			continue
		}
		dst = append(append(append(dst, '<'), c.prefix...), `pt idx="`...)
		dst = append(strconv.AppendInt(dst, int64(i), 10), `"><`...)
		dst = append(append(dst, c.prefix...), "v>"...)
		dst = ooxml.Escape(dst, text)
		dst = append(append(append(dst, "</"...), c.prefix...), "v></"...)
		dst = append(append(dst, c.prefix...), "pt>"...)
	}
	return dst
}

// appendLevels writes labels in several levels: the innermost, which is the last column, comes first.
func (c chartCache) appendLevels(dst []byte, cells [][]scalar) []byte {
	dst = c.appendCount(dst, len(cells))
	if len(cells) == 0 {
		return dst
	}
	for col := len(cells[0]) - 1; col >= 0; col-- {
		level := make([]scalar, len(cells))
		for i := range cells {
			if col < len(cells[i]) {
				level[i] = cells[i][col]
			}
		}
		dst = append(append(append(dst, '<'), c.prefix...), "lvl>"...)
		dst = c.appendPoints(dst, level)
		dst = append(append(append(dst, "</"...), c.prefix...), "lvl>"...)
	}
	return dst
}

package xlsx

import (
	"slices"
	"strconv"
	"strings"

	"jixiao/generator/ooxml"
)

// compileTable compiles a table (ListObject): where it stands, and its names, which are unique in a workbook.
func (c *compiler) compileTable(sh *sheet, o *ownedPart, k *cutter) {
	info := table{sheet: sh.index, header: 1}
	s := ooxml.NewScanner(o.data)
	for s.Next() {
		if s.Kind != ooxml.StartTag && s.Kind != ooxml.EmptyTag {
			continue
		}
		switch string(s.Local()) {
		case "table":
			info.name, _ = s.Attr("displayName")
			sh.tables = append(sh.tables, info.name)
			for _, a := range s.Attrs() {
				start, end := a.End-1-len(a.Value), a.End-1
				switch string(a.Name) {
				case "id":
					k.replace(start, end, tableID(parseInt(a.Value)))
					c.lastTable = max(c.lastTable, parseInt(a.Value))
				case "name", "displayName":
					k.replace(start, end, tableName(string(ooxml.Unescape(nil, a.Value))))
				case "headerRowCount":
					info.header = parseInt(a.Value)
				case "totalsRowCount":
					info.totals = parseInt(a.Value)
				case "ref":
					info.rect, _ = ooxml.ParseRect(string(a.Value))
					if cells, ok := parseAreas(a.Value, true); ok {
						k.replace(start, end, cells)
					}
				}
			}
		case "tableColumn":
			name, _ := s.Attr("name")
			info.columns = append(info.columns, decodeEscapes(name))
		case "calculatedColumnFormula", "totalsRowFormula":
			c.walkFormula(s, k)
		default:
			c.walkTag(s, k)
		}
	}
	c.tables = append(c.tables, info)
}

// table is a table (ListObject) of the template.
type table struct {
	name           string
	sheet          int
	rect           ooxml.Rect
	header, totals int // rows
	columns        []string
}

// structured is the range that a structured reference means: 表1[得分], and in
// a table's own row 表1[[#This Row],[得分]] or [@得分]. ok is false for the other forms.
func (c *compiler) structured(text string, sheet int, at ooxml.Ref) (ref reference, ok bool) {
	name, inside, _ := strings.Cut(text, "[")
	inside = strings.TrimSuffix(inside, "]")
	row := false
	if rest, found := strings.CutPrefix(inside, "@"); found {
		row, inside = true, rest
	} else if rest, found := strings.CutPrefix(inside, "[#This Row],"); found {
		row, inside = true, rest
	}
	inside = strings.TrimSuffix(strings.TrimPrefix(inside, "["), "]")
	for _, t := range c.tables {
		if name != "" && !strings.EqualFold(t.name, name) || name == "" && (t.sheet != sheet || !t.rect.Contains(at)) {
			continue
		}
		i := slices.IndexFunc(t.columns, func(col string) bool { return strings.EqualFold(col, inside) })
		if i < 0 {
			return ref, false
		}
		from := corner{Row: t.rect.From.Row + t.header, Col: t.rect.From.Col + i, AbsRow: true, AbsCol: true}
		to := from
		to.Row = t.rect.To.Row - t.totals
		if row {
			from.Row, from.AbsRow = at.Row, false
			to = from
		}
		return reference{from: from, to: to, isRange: !row, target: t.sheet, lastTarget: ownSheet}, from.Row <= to.Row && (!row || t.sheet == sheet)
	}
	return ref, false
}

// tableID is the number of a table; clones get numbers behind the template's.
type tableID int

func (t tableID) append(dst []byte, r *rendering, v viewpoint) []byte {
	n := int(t)
	if k := v.sheet.root.index; k > 0 {
		n += r.t.lastTable * k
	}
	return strconv.AppendInt(dst, int64(n), 10)
}

// tableName is the name of a table.
type tableName string

func (t tableName) append(dst []byte, r *rendering, v viewpoint) []byte {
	return ooxml.Escape(dst, v.sheet.tableName(string(t)))
}

// tableName is what a table of the template is called in this sheet.
func (sh *outSheet) tableName(name string) string {
	if sh.root.index == 0 {
		return name
	}
	return name + "_第" + strconv.Itoa(sh.root.index+1) + "表"
}

// renameTable is a structured reference with the name that its table has in the sheet of v.
func (v viewpoint) renameTable(text string) string {
	i := strings.IndexByte(text, '[')
	if i <= 0 || v.sheet == nil || v.sheet.root.index == 0 {
		return text
	}
	for _, t := range v.sheet.src.tables {
		if strings.EqualFold(t, text[:i]) {
			return v.sheet.tableName(t) + text[i:]
		}
	}
	return text
}

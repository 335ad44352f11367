package intake

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"jixiao/generator/ooxml"
	"jixiao/generator/unit"
	"jixiao/generator/value"
)

// Headings by which the columns of a roster are known. Every other column with
// a heading is a figure: 名册.<heading>.
var (
	codeHeadings  = []string{"单位编码", "预算编码", "预算单位编码", "部门编码", "编码", "代码"}
	nameHeadings  = []string{"单位名称", "预算单位名称", "预算部门名称", "部门名称", "单位全称", "名称", "单位"}
	aliasHeadings = []string{"别名", "曾用名", "简称", "单位简称"}
)

// RosterError says why a roster cannot be used, in words for the clerk.
type RosterError struct{ Path, Message string }

// Error names the file and what to do.
func (e *RosterError) Error() string { return fmt.Sprintf("单位名册 %s：%s", e.Path, e.Message) }

// ReadRoster reads the bureau's list of units from the first sheet that has a
// column of names. A roster that cannot be used is a *RosterError.
func ReadRoster(name string, limits ooxml.Limits) (*unit.Roster, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("读取单位名册：%w", err)
	}
	book, err := ooxml.ReadWorkbook(data, limits)
	if err != nil {
		return nil, &RosterError{name, "打不开，不是完整的 Excel 工作簿。请用 Excel 或 WPS 打开后另存为 .xlsx"}
	}
	for i := range book.Sheets {
		if units, problem := rosterSheet(&book.Sheets[i]); problem != "" {
			return nil, &RosterError{name, problem}
		} else if units != nil {
			return &unit.Roster{Path: name, Units: units}, nil
		}
	}
	return nil, &RosterError{name, "没有找到表头。第一行要有“单位名称”，最好还有“单位编码”和“别名”"}
}

// rosterSheet reads one sheet; no units and no problem means that it is not a roster.
func rosterSheet(sheet *ooxml.Sheet) (units []unit.Unit, problem string) {
	type row = map[int]*ooxml.Cell
	rows := map[int]row{}
	var order []int
	for i := range sheet.Cells {
		c := &sheet.Cells[i]
		if rows[c.Ref.Row] == nil {
			rows[c.Ref.Row] = row{}
			order = append(order, c.Ref.Row)
		}
		rows[c.Ref.Row][c.Ref.Col] = c
	}
	var heads map[int]string
	seen := map[string]int{}
	for _, n := range order {
		if heads == nil {
			heads = rosterHeads(sheet, rows[n])
			continue
		}
		u := rosterUnit(rows[n], heads)
		if u.Name == "" {
			if u.Code != "" {
				return nil, fmt.Sprintf("第%d行有编码“%s”，没有单位名称，请补上", n, u.Code)
			}
			continue
		}
		for _, k := range u.Names() {
			if first := seen[plain(k)]; first != 0 && first != n {
				return nil, fmt.Sprintf("第%d行的“%s”在第%d行已经有了，每个单位只能列一次", n, k, first)
			}
			seen[plain(k)] = n
		}
		units = append(units, u)
	}
	return units, ""
}

// rosterHeads returns the headings by column when the row has one for names. A
// heading that is merged over several columns is a label of a form, not the
// head of a list.
func rosterHeads(sheet *ooxml.Sheet, cells map[int]*ooxml.Cell) map[int]string {
	heads := map[int]string{}
	named := false
	for col, c := range cells {
		h := plain(c.Text)
		heads[col] = h
		m, merged := sheet.MergeAt(c.Ref)
		named = named || slices.Contains(nameHeadings, h) && (!merged || m.From.Col == m.To.Col)
	}
	if !named {
		return nil
	}
	return heads
}

func rosterUnit(cells map[int]*ooxml.Cell, heads map[int]string) unit.Unit {
	var u unit.Unit
	cols := make([]int, 0, len(heads))
	for col := range heads {
		cols = append(cols, col)
	}
	slices.Sort(cols)
	for _, col := range cols {
		c := cells[col]
		if c == nil {
			continue
		}
		text := strings.TrimFunc(c.Text, blank)
		switch h := heads[col]; {
		case slices.Contains(codeHeadings, h) && u.Code == "":
			u.Code = text
		case slices.Contains(nameHeadings, h) && u.Name == "":
			u.Name = text
		case slices.Contains(aliasHeadings, h):
			u.Aliases = append(u.Aliases, strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("、，,；;", r) })...)
		case h != "" && text != "":
			u.Figures = append(u.Figures, unit.Figure{Name: h, Value: figure(c)})
		}
	}
	return u
}

// figure reads a figure of the roster: a number where it is one, else text.
func figure(c *ooxml.Cell) value.Value {
	raw := value.Raw{Text: c.Text, Number: c.Kind == ooxml.NumberCell, Percent: c.Format == ooxml.Percent, Date: c.Format == ooxml.DateTime}
	if r := value.Read(value.TypeNumber, raw, value.ReadOptions{}); r.Value.Kind() == value.Number {
		return r.Value
	}
	return value.Str(strings.TrimFunc(c.Text, blank))
}

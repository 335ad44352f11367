package form

import (
	"fmt"
	"slices"
	"strings"

	"jixiao/generator/expr"
	"jixiao/generator/finding"
	"jixiao/generator/ooxml"
	"jixiao/generator/tag"
	"jixiao/generator/unit"
	"jixiao/generator/value"
)

// The sheets of 审核公式.xlsx with the columns that each must have; further columns are the clerk's own.
const (
	ruleSheet    = "审核公式"
	derivedSheet = "计算项"
	settingSheet = "参数"
	synonymSheet = "同义词"
)

// levels are the words of the column 级别.
var levels = map[string]finding.Level{"错误": finding.Error, "提示": finding.Notice}

// rules compiles 审核公式.xlsx. A form without it has no rules, which is allowed.
func (l *loader) rules() {
	data := l.file(RulesFile)
	if data == nil {
		return
	}
	book, ok := l.workbook(RulesFile, data)
	if !ok {
		return
	}
	judges := false
	for i := range book.Sheets {
		sheet := &book.Sheets[i]
		judges = judges || sheet.Name == ruleSheet
		switch sheet.Name {
		case ruleSheet:
			l.eachRow(sheet, []string{"编号", "名称", "级别", "适用条件", "公式", "容差", "提示", "依据"}, l.rule)
		case derivedSheet:
			l.eachRow(sheet, []string{"名称", "公式", "类型"}, l.derived)
		case settingSheet:
			l.eachRow(sheet, []string{"名称", "值"}, l.setting)
		case synonymSheet:
			l.eachRow(sheet, []string{"标签", "同义词"}, l.synonym)
		}
	}
	if !judges {
		l.fault(RulesFile, "", "没有名叫“%s”的工作表，一条公式也不会审核。请把写公式的那张表改名为“%[1]s”", ruleSheet)
	}
	l.dependencies()
}

// row is one row of a table sheet.
type row struct {
	sheet string
	n     int
	cols  map[string]int
	cells map[int]*ooxml.Cell
}

// text is the cell's text without surrounding blanks.
func (r row) text(column string) string {
	if c := r.cells[r.cols[column]]; c != nil {
		return strings.TrimSpace(c.Text)
	}
	return ""
}

// place names a cell of the row: 审核公式.xlsx 审核公式!E5.
func (r row) place(column string) string {
	return fmt.Sprintf("%s %s!%s", RulesFile, r.sheet, ooxml.Ref{Row: r.n, Col: r.cols[column]})
}

// eachRow finds the row of headings and hands on every row below it that says something.
func (l *loader) eachRow(sheet *ooxml.Sheet, columns []string, handle func(row)) {
	rows := map[int]map[int]*ooxml.Cell{}
	var order []int
	for i := range sheet.Cells {
		c := &sheet.Cells[i]
		if strings.TrimSpace(c.Text) == "" {
			continue
		}
		if rows[c.Ref.Row] == nil {
			rows[c.Ref.Row] = map[int]*ooxml.Cell{}
			order = append(order, c.Ref.Row)
		}
		rows[c.Ref.Row][c.Ref.Col] = c
	}
	var cols map[string]int
	for _, n := range order {
		r := row{sheet: sheet.Name, n: n, cols: cols, cells: rows[n]}
		if cols == nil {
			cols = headings(r, columns)
			continue
		}
		handle(r)
	}
	if cols == nil {
		l.fault(RulesFile+" "+sheet.Name, "", "没有找到表头。这张表要有一行写着：%s", strings.Join(columns, "、"))
	}
}

// headings returns the columns of a heading row, nil when the row lacks one of them.
func headings(r row, columns []string) map[string]int {
	cols := map[string]int{}
	for col, c := range r.cells {
		cols[strings.TrimSpace(c.Text)] = col
	}
	for _, name := range columns {
		if cols[name] == 0 {
			return nil
		}
	}
	return cols
}

// rule compiles one row of 审核公式.
func (l *loader) rule(r row) {
	id := r.text("编号")
	if id == "" {
		l.fault(r.place("编号"), "", "这一行没有编号。每条审核公式都要有自己的编号，例如 R-SC-01")
		return
	}
	rule := Rule{ID: family(id), Row: id, Name: r.text("名称"), Basis: r.text("依据"), Place: r.place("编号")}
	for _, other := range l.form.Rules {
		if other.Row == id {
			l.fault(r.place("编号"), id, "编号与 %s 的重复，请改成不同的编号", other.Place)
		}
	}
	if rule.Name == "" {
		l.fault(r.place("名称"), "", "%s 没有名称。名称是审核情况里显示的，例如 得分不超分值", id)
	}
	level, ok := levels[r.text("级别")]
	if !ok {
		l.fault(r.place("级别"), r.text("级别"), "级别只能写“错误”或“提示”")
	}
	rule.Level = level
	rule.When = l.expression(r, "适用条件")
	rule.Tolerance = l.expression(r, "容差")
	if r.text("公式") == "" {
		l.fault(r.place("公式"), "", "%s 没有公式", id)
		return
	}
	rule.Test = l.expression(r, "公式")
	pieces, faults := tag.Parse(r.text("提示"))
	l.in(r.place("提示"), faults)
	rule.Message = pieces
	if rule.Test == nil {
		return
	}
	rule.Lists = rule.Test.Lists()
	if rule.When != nil {
		rule.Lists = merge(rule.Lists, rule.When.Lists())
	}
	l.form.Rules = append(l.form.Rules, rule)
	l.rows = append(l.rows, r)
}

// family is the id of the trade's list that a row belongs to: R-CM-01.2 is the
// second part of R-CM-01.
func family(id string) string {
	if id[0] >= 'A' && id[0] <= 'Z' {
		id, _, _ = strings.Cut(id, ".")
	}
	return id
}

// expression compiles a cell that may be empty.
func (l *loader) expression(r row, column string) *expr.Expr {
	text := r.text(column)
	if text == "" || text == "—" {
		return nil
	}
	e, err := expr.Parse(text)
	if err != nil {
		l.fault(r.place(column), text, "%v", err)
		return nil
	}
	return e
}

// derived compiles one row of 计算项.
func (l *loader) derived(r row) {
	d := Derived{Name: r.text("名称"), Type: value.Type(r.text("类型")), Place: r.place("名称")}
	if d.Name == "" {
		l.fault(r.place("名称"), "", "计算项没有名称")
	}
	if d.Expr = l.expression(r, "公式"); d.Expr == nil {
		if r.text("公式") == "" {
			l.fault(r.place("公式"), d.Name, "计算项没有公式")
		}
		return
	}
	if lists := d.Expr.Lists(); len(lists) > 0 {
		l.fault(r.place("公式"), r.text("公式"), "计算项要算成一个值：%s是列表，请用合计、个数、平均等函数", strings.Join(lists[0], "."))
	}
	if _, problems := value.CompileFormat(typePipe(d.Type)); len(problems) > 0 {
		l.fault(r.place("类型"), string(d.Type), "%s", problems[0].Message)
	}
	l.form.Derived = append(l.form.Derived, d)
	l.derivedRows = append(l.derivedRows, r)
}

func typePipe(t value.Type) []value.Pipe {
	if t == "" {
		return nil
	}
	return []value.Pipe{{Name: string(t)}}
}

// setting reads one row of 参数.
func (l *loader) setting(r row) {
	if r.text("名称") == "" {
		l.fault(r.place("名称"), "", "参数没有名称")
		return
	}
	c := r.cells[r.cols["值"]]
	if c == nil {
		l.fault(r.place("值"), r.text("名称"), "参数没有值")
		return
	}
	raw := value.Raw{Text: c.Text, Number: c.Kind == ooxml.NumberCell, Percent: c.Format == ooxml.Percent}
	reading := value.Read(value.TypeNumber, raw, value.ReadOptions{})
	if strings.HasSuffix(strings.TrimSpace(c.Text), "%") || raw.Percent {
		reading = value.Read(value.TypePercent, raw, value.ReadOptions{})
	}
	if reading.Value.Kind() != value.Number {
		reading.Value = value.Str(strings.TrimSpace(c.Text))
	}
	l.settingRows = append(l.settingRows, r)
	l.form.Settings = append(l.form.Settings, unit.Figure{Name: r.text("名称"), Value: reading.Value})
}

// synonym reads one row of 同义词: a label of the form and, separated by 、 or commas, other ways to write it.
func (l *loader) synonym(r row) {
	if l.synonyms == nil {
		l.synonyms = map[string][]string{}
	}
	label := r.text("标签")
	others := strings.FieldsFunc(r.text("同义词"), func(c rune) bool { return strings.ContainsRune("、，,；;\n", c) })
	for _, o := range others {
		l.synonyms[label] = append(l.synonyms[label], strings.TrimSpace(o))
	}
}

// dependencies replaces derived fields in what a rule depends on by the fields they are computed from.
func (l *loader) dependencies() {
	base := map[string]named{}
	for i := range l.form.Derived {
		d := &l.form.Derived[i]
		base[d.Name] = fields(base, d.Expr)
		d.Fields = base[d.Name].fields
	}
	for i := range l.form.Rules {
		r := &l.form.Rules[i]
		test := fields(base, r.Test)
		r.Fields, r.Summed = test.fields, test.summed
		if r.When != nil {
			asked := fields(base, r.When)
			r.Asked = asked.fields
			r.Summed = append(slices.Clip(r.Summed), asked.summed...)
		}
	}
}

// named is what an expression names.
type named struct {
	fields []string // in their order, each once, derived ones by what they rest on
	summed []string // those that stand for every item of their list
}

func fields(base map[string]named, e *expr.Expr) named {
	var out named
	add := func(to *[]string, name string) {
		if !slices.Contains(*to, name) {
			*to = append(*to, name)
		}
	}
	for _, n := range e.Names() {
		name := strings.Join(n.Path, ".")
		rest, isDerived := base[name]
		if !isDerived {
			rest.fields = []string{name}
			if n.Aggregated {
				rest.summed = rest.fields
			}
		}
		for _, f := range rest.fields {
			add(&out.fields, f)
		}
		for _, f := range rest.summed {
			add(&out.summed, f)
		}
	}
	return out
}

// merge joins two collections of list paths, each path once.
func merge(a, b [][]string) [][]string {
	out := slices.Clone(a)
	for _, p := range b {
		if !slices.ContainsFunc(out, func(q []string) bool { return slices.Equal(p, q) }) {
			out = append(out, p)
		}
	}
	return out
}

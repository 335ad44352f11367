package expr

import (
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the table of functions into docs/表达式.md")

const (
	page       = "../../docs/表达式.md"
	tableStart = "<!-- 函数表"
	tableEnd   = "<!-- 函数表完 -->"
)

// pageScope is the unit of the page: the sample, with two columns of the roster.
func pageScope() record {
	s := sampleScope()
	s["名册"] = Binding{Current: record{"年初预算数": single("308.76"), "上年年初预算数": single("173.39")}}
	s["上年"] = Binding{Current: record{"年初预算数": single("173.39"), "全年执行数": single("")}}
	return s
}

// known makes the sample a schema.
type known struct{ names []string }

func (k known) Kind(path []string) (NameKind, bool) {
	name := strings.Join(path, ".")
	for _, n := range k.names {
		switch {
		case n == name:
			return ValueName, true
		case strings.HasPrefix(n, name+"."):
			return ListName, true
		}
	}
	return 0, false
}

func (k known) Names() []string { return k.names }

func sampleSchema() known {
	fields, items := Sample()
	var k known
	for _, f := range fields {
		k.names = append(k.names, f[0])
	}
	for _, f := range items[0] {
		k.names = append(k.names, "指标."+f)
	}
	return k
}

// pageTable is one table of the page.
type pageTable struct {
	line int
	head []string
	rows [][]string
}

// tables reads the tables of a page of Markdown.
func tables(text string) []pageTable {
	var all []pageTable
	open := false
	for i, line := range strings.Split(text, "\n") {
		if !strings.HasPrefix(line, "|") {
			open = false
			continue
		}
		cells := cut(line)
		switch {
		case !open:
			all = append(all, pageTable{line: i + 1, head: cells})
			open = true
		case strings.Trim(strings.Join(cells, ""), "-") == "" && strings.Contains(line, "---"):
		default:
			t := &all[len(all)-1]
			t.rows = append(t.rows, cells)
		}
	}
	return all
}

// cut splits a row at its bars; \| is a bar that was typed.
func cut(line string) []string {
	const bar = "\x00"
	line = strings.ReplaceAll(strings.Trim(strings.TrimSpace(line), "|"), `\|`, bar)
	cells := strings.Split(line, "|")
	for i := range cells {
		cells[i] = strings.ReplaceAll(strings.TrimSpace(cells[i]), bar, "|")
	}
	return cells
}

func (t pageTable) column(names ...string) int {
	for i, h := range t.head {
		for _, n := range names {
			if h == n {
				return i
			}
		}
	}
	return -1
}

// functionTable is the table of all functions.
func functionTable() string {
	escape := func(s string) string { return strings.ReplaceAll(s, "|", `\|`) }
	var b strings.Builder
	b.WriteString("| 函数 | 给出什么 | 例子 | 结果 |\n|---|---|---|---|\n")
	for _, f := range Functions() {
		name := "**" + f.Name + "**(" + f.Args + ")"
		if f.Twin != "" {
			name += " " + f.Twin
		}
		fmt.Fprintf(&b, "| %s | %s | `%s` | %s |\n", escape(name), escape(f.Text), escape(f.Example), escape(f.Result))
	}
	return b.String()
}

// TestPage: every example of docs/表达式.md gives what stands beside it, its data
// are those of Sample, and its table of functions is Functions.
func TestPage(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	start := strings.Index(text, tableStart)
	start += strings.IndexByte(text[start:], '\n') + 1
	end := strings.Index(text, tableEnd)
	if want := functionTable(); text[start:end] != want {
		if !*update {
			t.Errorf("the table of functions is not up to date: go test ./generator/expr -run TestPage -update")
		} else if err := os.WriteFile(page, []byte(text[:start]+want+text[end:]), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s := pageScope()
	fields, items := Sample()
	examples, faults, data0 := 0, 0, 0
	for _, tab := range tables(text) {
		switch src, result := tab.column("例子", "写法"), tab.column("结果"); {
		case tab.head[0] == "字段":
			data0++
			for i, row := range tab.rows {
				if row[0] != fields[i][0] || row[1] != fields[i][1] {
					t.Errorf("line %d: the page has %q, Sample has %q", tab.line, row, fields[i])
				}
			}
		case tab.head[0] == "一级指标":
			data0++
			for i, row := range append([][]string{tab.head}, tab.rows...) {
				if got, want := strings.Join(row, "|"), strings.Join(items[i], "|"); got != want {
					t.Errorf("line %d: the page has %s, Sample has %s", tab.line, got, want)
				}
			}
		case src >= 0 && result >= 0:
			for _, row := range tab.rows {
				examples++
				scope := Scope(s)
				if tab.head[0] == "第几条" {
					n, err := strconv.Atoi(row[0])
					if err != nil {
						t.Fatal(err)
					}
					scope = at(s, n-1, "指标")
				}
				e, err := Parse(strings.Trim(row[src], "`"))
				if err != nil {
					t.Errorf("line %d: %s: %v", tab.line, row[src], err)
					continue
				}
				if got := shown(e.Eval(scope)); got != row[result] {
					t.Errorf("line %d: %s is %s, the page has %s", tab.line, row[src], got, row[result])
				}
			}
		case src >= 0 && tab.column("提示") >= 0:
			for _, row := range tab.rows {
				faults++
				got := ""
				if e, err := Parse(strings.Trim(row[src], "`")); err != nil {
					got = err.Error()
				} else if f := e.Check(sampleSchema()); len(f) > 0 {
					got = f[0].Error()
				}
				if got != row[tab.column("提示")] {
					t.Errorf("line %d: %s says %s, the page has %s", tab.line, row[src], got, row[tab.column("提示")])
				}
			}
		}
	}
	if examples < 40+len(Functions()) || faults < 8 || data0 != 2 {
		t.Errorf("only %d examples, %d faults and %d tables of data were read", examples, faults, data0)
	}
}

package fillin_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"jixiao/generator/fillin"
	"jixiao/generator/ooxml"
	"jixiao/generator/tag"
	"jixiao/generator/value"
)

// builtIn are the forms that come with the program.
var builtIn = []string{"整体支出", "通用项目", "湖北", "四川", "云南", "衔接资金"}

// official is a built-in form: the map and the workbook that it was made from.
type official struct {
	name     string
	m        *fillin.Map
	book     *ooxml.Workbook
	synonyms map[string][]string
}

// openForm reads a built-in form with its synonyms, as package form does.
func openForm(name string) (*official, error) {
	book := func(file string) (*ooxml.Workbook, error) {
		data, err := os.ReadFile(filepath.Join("..", "..", "templates", name, file))
		if err != nil {
			return nil, err
		}
		return ooxml.ReadWorkbook(data, ooxml.DefaultLimits())
	}
	form, err := book("填报表.xlsx")
	if err != nil {
		return nil, err
	}
	rules, err := book("审核公式.xlsx")
	if err != nil {
		return nil, err
	}
	synonyms := map[string][]string{}
	for i := range rules.Sheets {
		s := &rules.Sheets[i]
		if s.Name != "同义词" {
			continue
		}
		for _, c := range s.Cells {
			if c.Ref.Row == 1 || c.Ref.Col != 1 {
				continue
			}
			if o := s.At(ooxml.Ref{Row: c.Ref.Row, Col: 2}); o != nil {
				synonyms[c.Text] = strings.Split(o.Text, "、")
			}
		}
	}
	if len(synonyms) == 0 {
		return nil, fmt.Errorf("%s: no synonyms", name)
	}
	m, faults := fillin.Compile(form, synonyms)
	if len(faults) > 0 {
		return nil, fmt.Errorf("%s: %v", name, faults)
	}
	return &official{name, m, form, synonyms}, nil
}

var officialOnce = func() map[string]func() (*official, error) {
	out := map[string]func() (*official, error){}
	for _, name := range builtIn {
		out[name] = sync.OnceValues(func() (*official, error) { return openForm(name) })
	}
	return out
}()

func theOfficial(t testing.TB, name string) *official {
	t.Helper()
	o, err := officialOnce[name]()
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// filled is the form as a careful unit sends it: every tag replaced by a text
// that no other value has. Rows that hold ……, the last of a group of blank rows, stay blank.
func (o *official) filled(t testing.TB) *ooxml.Workbook {
	t.Helper()
	b := clone(o.book)
	n := 0
	for i := range b.Sheets {
		s := &b.Sheets[i]
		left := map[int]bool{}
		for _, c := range s.Cells {
			if strings.Contains(c.Text, "初值:……") {
				left[c.Ref.Row] = true
			}
		}
		var cells []ooxml.Cell
		for _, c := range s.Cells {
			if !tag.HasTag(c.Text) {
				cells = append(cells, c)
				continue
			}
			pieces, faults := tag.Parse(c.Text)
			if len(faults) > 0 {
				t.Fatal(faults)
			}
			text, number := "", false
			for _, p := range pieces {
				if p.Tag == nil {
					text += p.Text
					continue
				}
				n++
				part, isNumber := sample(p.Tag, n, left[c.Ref.Row])
				text += part
				number = isNumber && len(pieces) == 1
			}
			if text == "" {
				continue
			}
			c.Text, c.Kind = text, ooxml.TextCell
			if number && n%3 > 0 {
				c.Kind = ooxml.NumberCell
			}
			cells = append(cells, c)
		}
		s.Cells = cells
	}
	return b
}

// sample is the n-th text of a tag's type. In a row that is left blank only
// what the blank form carries stands.
func sample(g *tag.Tag, n int, left bool) (text string, number bool) {
	name, _ := g.Expr.Name()
	initial, has := g.Format.Initial()
	field := name[len(name)-1]
	switch {
	case left:
		return initial, false
	case field == "一级指标" || field == "二级指标" || initial == "—":
		return initial, false
	case field == "年度":
		return "2022", true
	case field == "三级指标" && has:
		return fmt.Sprintf("%s接待群众第%d项", initial, n), false
	case field == "指标性质":
		return fmt.Sprintf("≥第%d", n), false
	}
	switch g.Format.Type() {
	case value.TypeAmount:
		return fmt.Sprintf("%d.%02d", 100+n, n%100), true
	case value.TypeScore:
		return fmt.Sprintf("%d.%03d", n%20, n), true
	case value.TypeInteger:
		return fmt.Sprint(700 + n), true
	case value.TypePercent:
		return fmt.Sprintf("%d.%03d%%", 80+n%19, n), false
	case value.TypeDate:
		return fmt.Sprintf("2023年4月%d日", n%28+1), false
	case value.TypePhone:
		return fmt.Sprintf("0731-27%05d", n), false
	case value.TypeLines:
		return fmt.Sprintf("一是抓好第%d件事。\n二是抓好第%d件事的后续。", n, n), false
	}
	return fmt.Sprintf("某%s之%d", strings.TrimPrefix(field, "指标"), n), false
}

// Every built-in form finds every value of its own, filled in.
func TestOwnForms(t *testing.T) {
	t.Parallel()
	for _, name := range builtIn {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := theOfficial(t, name)
			b := o.filled(t)
			l := o.m.Locate(b)
			diff(t, "problems", problems(l), nil)
			// Every text that was filled in is read, and from where the form has it.
			read := map[string]bool{}
			placed := map[ooxml.Ref]bool{}
			var visit func(g *fillin.Group)
			visit = func(g *fillin.Group) {
				for _, c := range g.Cells {
					read[c.Raw] = true
					placed[c.Cell] = true
					if len(c.Spec.Lists) == 0 && c.Cell != c.Spec.Cell {
						t.Errorf("%s was read from %s, not %s", c.Spec.Name, c.Cell, c.Spec.Cell)
					}
				}
				for _, x := range g.Lists {
					for i := range x.Items {
						visit(&x.Items[i])
					}
				}
			}
			visit(&l.Group)
			left := make([][]int, len(o.book.Sheets)) // rows that were left blank
			for i := range o.book.Sheets {
				for _, c := range o.book.Sheets[i].Cells {
					if strings.Contains(c.Text, "初值:……") {
						left[i] = append(left[i], c.Ref.Row)
					}
				}
				for _, c := range o.book.Sheets[i].Cells {
					if tag.HasTag(c.Text) && !slices.Contains(left[i], c.Ref.Row) && !placed[c.Ref] {
						t.Errorf("nothing was read from %s", c.Ref)
					}
				}
			}
			if len(read) < 40 {
				t.Errorf("only %d texts were read", len(read))
			}
		})
	}
}

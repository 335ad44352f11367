package fillin_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"jixiao/generator/fillin"
	"jixiao/generator/ooxml"
)

// mangled changes a workbook by a program of bytes: each step moves, writes,
// merges or deletes something, sensibly or not.
func mangled(seed *ooxml.Workbook, program []byte) *ooxml.Workbook {
	b := clone(seed)
	var pool []string
	for _, s := range seed.Sheets {
		for _, c := range s.Cells {
			pool = append(pool, c.Text)
		}
	}
	pool = append(pool, "：", "（", "）", "年度", "2022年度", "填报人：", "联系电话：填报人：", "　", "\u200b", "：：：", "\xff\xfe", strings.Repeat("得分", 300))
	next := func() int {
		if len(program) == 0 {
			return 0
		}
		x := program[0]
		program = program[1:]
		return int(x)
	}
	for steps := 0; len(program) > 0 && steps < 60; steps++ {
		s := &b.Sheets[next()%len(b.Sheets)]
		at := ooxml.Ref{Row: 1 + next()%60, Col: 1 + next()%14}
		switch next() % 12 {
		case 0:
			insertRows(s, at.Row, 1+next()%3)
		case 1:
			insertCols(s, at.Col, 1+next()%3)
		case 2:
			deleteRow(s, at.Row)
		case 3:
			put(s, at.String(), pool[(next()*256+next())%len(pool)])
		case 4:
			put(s, at.String(), "")
		case 5:
			to := ooxml.Ref{Row: at.Row + next()%5, Col: at.Col + next()%5}
			s.Merges = append(s.Merges, ooxml.Rect{From: at, To: to}) // may overlap others
		case 6:
			s.Merges = nil
		case 7:
			moveRow(s, at.Row, 1+next()%60)
		case 8:
			moveCols(s, 1, 60, map[int]int{at.Col: at.Col + 1, at.Col + 1: at.Col})
		case 9:
			s.Hidden = !s.Hidden
		case 10:
			s.HiddenRows = append(s.HiddenRows, ooxml.Span{From: at.Row, To: at.Row + next()%9})
		case 11:
			down := next() % 90
			for _, c := range seed.Sheets[next()%len(seed.Sheets)].Cells {
				c.Ref.Row += down
				if s.At(c.Ref) == nil {
					s.Cells = append(s.Cells, c)
				}
			}
			sortCells(s)
		}
	}
	return b
}

// FuzzLocate mangles a workbook: one of the samples of the forms, or one that a
// table of this package changed. Whatever comes of it, every value that is found
// stands in the cell that it names, no cell is two values, and nothing takes long.
func FuzzLocate(f *testing.F) {
	var samples []*subject
	samples = append(samples, &subject{name: "seed", m: theMap(f), book: base(f)})
	samples = append(samples, subjects(f)...)
	own := len(samples)
	for _, x := range tables(f) {
		for _, c := range x.changes {
			b := clone(x.book)
			c.do(b)
			samples = append(samples, &subject{name: c.name, m: x.m, book: b})
		}
	}
	if len(samples)-own < 90 {
		f.Fatalf("only %d workbooks of tables", len(samples)-own)
	}
	for i := range samples {
		f.Add(uint8(i), []byte(nil))
	}
	for i, program := range []string{
		"\x00\x05\x03\x00\x02", "\x00\x05\x03\x01\x02", "\x01\x05\x03\x02\x02", "\x00\x0e\x08\x03\x01\x02", "\x02\x05\x03\x05\x04\x04", "\x00\x05\x03\x06", "\x00\x0e\x03\x07\x02",
		"\x00\x05\x03\x08\x00\x06\x04\x08\x00\x07\x05\x08", "\x00\x05\x03\x09\x01\x05\x03\x09", "\x00\x05\x03\x0a\x02", "\x00\x05\x03\x0b\x1e\x00\x00\x05\x03\x0b\x50\x02", "\x02\x01\x01\x0b\x2a\x03\x02\x0e\x04\x03\x00\x11",
	} {
		f.Add(uint8(0), []byte(program))
		f.Add(uint8(1+i), []byte(program))
	}
	f.Fuzz(func(t *testing.T, which uint8, program []byte) {
		x := samples[int(which)%len(samples)]
		b := mangled(x.book, program)
		start := time.Now()
		l := x.m.Locate(b)
		if d := time.Since(start); d > 20*time.Second {
			t.Errorf("took %v", d)
		}
		sound(t, b, l)
		again := x.m.Locate(b)
		if !slices.Equal(lines(l, true), lines(again, true)) || !slices.Equal(problems(l), problems(again)) {
			t.Error("not the same twice")
		}
	})
}

// sound checks what must hold of every layout.
func sound(t *testing.T, b *ooxml.Workbook, l *fillin.Layout) {
	t.Helper()
	if len(l.Sheets)+len(l.Ignored) != len(b.Sheets) {
		t.Errorf("%d sheets, %d recognised and %d ignored", len(b.Sheets), len(l.Sheets), len(l.Ignored))
	}
	var visit func(g *fillin.Group)
	visit = func(g *fillin.Group) {
		for _, c := range g.Cells {
			if c.Spec == nil || c.Cell.Row < 1 || c.Cell.Col < 1 {
				t.Fatalf("a value without place: %+v", c)
			}
			if c.Source == nil {
				if c.Raw != "" {
					t.Errorf("%s = %q without a cell", c.Spec.Name, c.Raw)
				}
				continue
			}
			i := slices.IndexFunc(b.Sheets, func(s ooxml.Sheet) bool { return s.Name == c.Sheet })
			if i < 0 || b.Sheets[i].At(c.Source.Ref) != c.Source && !slices.ContainsFunc(b.Sheets, func(s ooxml.Sheet) bool { return s.At(c.Source.Ref) == c.Source }) {
				t.Errorf("%s: its cell is not in sheet %s", c.Spec.Name, c.Sheet)
			}
			if c.Cell != c.Source.Ref {
				t.Errorf("%s: cell %s, source %s", c.Spec.Name, c.Cell, c.Source.Ref)
			}
			if !strings.Contains(c.Source.Text, c.Raw) && !continued(&b.Sheets[i], &c) && !strings.HasSuffix(c.Raw, "指标") && !strings.Contains(c.Raw, "指标(") {
				t.Errorf("%s = %q is no part of %q", c.Spec.Name, c.Raw, c.Source.Text)
			}
		}
		for _, x := range g.Lists {
			for i := range x.Items {
				visit(&x.Items[i])
			}
		}
	}
	visit(&l.Group)
	apart(t, &l.Group)
	for _, p := range l.Problems {
		if p.Label == "" {
			t.Errorf("a problem without label: %+v", p)
		}
		if p.Cell != "" {
			if _, ok := ooxml.ParseRef(p.Cell); !ok || p.Sheet == "" {
				t.Errorf("a problem without place: %+v", p)
			}
		}
	}
}

// continued reports whether a text begins in its cell and goes on in cells below it, a line each.
func continued(s *ooxml.Sheet, c *fillin.Located) bool {
	rest, ok := strings.CutPrefix(c.Raw, c.Source.Text)
	for r := c.Cell.Row + 1; ok && rest != "" && r < c.Cell.Row+40; r++ {
		if x := s.At(ooxml.Ref{Row: r, Col: c.Cell.Col}); x != nil {
			rest = strings.TrimPrefix(rest, "\n"+x.Text)
		}
	}
	return ok && rest == ""
}

// apart checks that no cell is read for two values, unless both were cut out of it.
func apart(t *testing.T, g *fillin.Group) {
	t.Helper()
	type user struct {
		name string
		part bool
	}
	users := map[*ooxml.Cell]user{}
	var visit func(path string, g *fillin.Group)
	visit = func(path string, g *fillin.Group) {
		for _, c := range g.Cells {
			if c.Source == nil || c.Filled || strings.TrimSpace(c.Raw) == "" {
				continue
			}
			now := user{path + c.Spec.Name, strings.TrimSpace(c.Raw) != strings.TrimSpace(c.Source.Text)}
			if was, ok := users[c.Source]; ok && was.name != now.name && !(was.part && now.part) {
				t.Errorf("%s!%s is both %s and %s", c.Sheet, c.Cell, was.name, now.name)
			}
			users[c.Source] = now
		}
		for _, l := range g.Lists {
			for i := range l.Items {
				visit(fmt.Sprint(path, l.Name, i, "."), &l.Items[i])
			}
		}
	}
	visit("", g)
}

// A sheet of any size and content is read in time that grows with its size.
func TestBounded(t *testing.T) {
	t.Parallel()
	m := theMap(t)
	seed := base(t)
	words := []string{"得分", "填报人：李某", "联系电话：139 填报日期：2022年度", "某局", "指标1：", "总分", "一级指标", "其他资金", "预算部们名称", "项目支出：项目支出：", "产", "年度资金总额"}
	for name, text := range map[string]func(r, c int) string{
		"one label everywhere": func(int, int) string { return "得分" },
		"all sorts":            func(r, c int) string { return words[(r*7+c*3)%len(words)] },
		"running text":         func(r, c int) string { return strings.Repeat("某项工作：已完成。", 3) + words[r%len(words)] },
		"letters":              func(r, c int) string { return string([]rune("产出指标效益")[r%6]) },
		"the form in a flood": func(r, c int) string {
			if r <= 25 && c <= 9 {
				if x := seed.Sheets[0].At(ooxml.Ref{Row: r, Col: c}); x != nil {
					return x.Text
				}
				return ""
			}
			return words[(r+c)%3] + "x"
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := ooxml.Sheet{Name: "大表"}
			for r := 1; r <= 10000; r++ {
				for c := 1; c <= 40; c++ {
					if x := text(r, c); x != "" {
						s.Cells = append(s.Cells, ooxml.Cell{Ref: ooxml.Ref{Row: r, Col: c}, Kind: ooxml.TextCell, Text: x})
					}
				}
			}
			for r := 30; r < 9000; r += 3 {
				s.Merges = append(s.Merges, ooxml.Rect{From: ooxml.Ref{Row: r, Col: 2}, To: ooxml.Ref{Row: r + 1, Col: 3}})
			}
			b := &ooxml.Workbook{Sheets: []ooxml.Sheet{s}}
			start := time.Now()
			l := m.Locate(b)
			if d := time.Since(start); d > time.Minute {
				t.Errorf("took %v", d)
			} else {
				t.Log(d, len(l.Problems))
			}
			if len(l.Sheets)+len(l.Ignored) != 1 {
				t.Error("the sheet is neither recognised nor ignored")
			}
		})
	}
}

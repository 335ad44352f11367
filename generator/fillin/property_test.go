package fillin_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"jixiao/generator/fillin"
	"jixiao/generator/ooxml"
)

// twoProjects adds two filled project forms to a workbook.
func twoProjects(t testing.TB, f *excelize.File) {
	t.Helper()
	p := file(t, "blank-project.xlsx")
	for i, name := range []string{"项目甲", "项目乙"} {
		copySheet(t, p, p.GetSheetName(0), f, name)
		n := float64(i + 1)
		set(t, f, name, map[string]any{
			"C4": "信访维稳" + name, "C5": "某区信访局", "F5": "某局办公室",
			"D7": 100.5 * n, "E7": 120.25 * n, "F7": 118.1 * n, "H7": "98.2%", "I7": 9.8,
			"D8": 100.5 * n, "E8": 120.25 * n, "F8": 118.1 * n, "H8": "98.2%", "D10": 0, "E10": 0, "F10": 0,
			"B12": "完成接访" + name, "F12": "已完成接访" + name, "H41": 97,
			"A42": "填报人：张三          联系电话：0731-2700000                填报日期：2023年3月1日              项目负责人签字：李四",
		})
		for _, r := range []int{14, 15, 17, 20, 23, 26, 29, 32, 35, 38} {
			set(t, f, name, map[string]any{
				fmt.Sprintf("D%d", r): fmt.Sprintf("指标%d：%s第%d项", (r-14)%3+1, name, r), fmt.Sprintf("E%d", r): fmt.Sprintf("≥%d次", r),
				fmt.Sprintf("F%d", r): fmt.Sprintf("%d次", r+1), fmt.Sprintf("G%d", r): 9, fmt.Sprintf("H%d", r): 9,
			})
		}
	}
}

// base is the seed with its two sheets and two project forms.
func base(t testing.TB) *ooxml.Workbook {
	t.Helper()
	f := file(t, "seed.xlsx")
	twoProjects(t, f)
	return read(t, f)
}

// The property that matters most: whatever people do to a workbook's shape,
// the same values are found.
func TestShapeDoesNotMatter(t *testing.T) {
	t.Parallel()
	m := theMap(t)
	seed := base(t)
	want := m.Locate(seed)
	diff(t, "problems of the seed", problems(want), nil)
	values := lines(want, false)
	blank := texts(read(t, file(t, "blank-whole.xlsx")))
	for k := range texts(read(t, file(t, "blank-project.xlsx"))) {
		blank[k] = true
	}
	same := func(what string, b *ooxml.Workbook, mapped ...string) {
		t.Helper()
		l := m.Locate(b)
		diff(t, what, lines(l, false), values)
		diff(t, what+": problems", problems(l), mapped)
	}
	each := func(do func(name string, s *ooxml.Sheet, b *ooxml.Workbook)) {
		for i := range seed.Sheets {
			b := clone(seed)
			do(b.Sheets[i].Name, &b.Sheets[i], b)
		}
	}
	t.Run("empty rows", func(t *testing.T) {
		each(func(name string, s *ooxml.Sheet, _ *ooxml.Workbook) {
			for at := 1; at <= s.Cells[len(s.Cells)-1].Ref.Row+1; at++ {
				for _, n := range []int{1, 3} {
					b := clone(seed)
					insertRows(sheetOf(t, b, name), at, n)
					same(fmt.Sprintf("%s: %d rows before %d", name, n, at), b)
				}
			}
		})
	})
	t.Run("empty columns", func(t *testing.T) {
		each(func(name string, _ *ooxml.Sheet, _ *ooxml.Workbook) {
			for at := 1; at <= 10; at++ {
				for _, n := range []int{1, 2} {
					b := clone(seed)
					insertCols(sheetOf(t, b, name), at, n)
					same(fmt.Sprintf("%s: %d columns before %d", name, n, at), b)
				}
			}
		})
	})
	t.Run("merges", func(t *testing.T) {
		each(func(name string, s *ooxml.Sheet, b *ooxml.Workbook) {
			for _, one := range s.Merges {
				b := clone(seed)
				unmerge(sheetOf(t, b, name), one.From.String())
				same(name+" without "+one.String(), b)
			}
			unmerge(s, "")
			same(name+" without merges", b)
		})
	})
	t.Run("names and order", func(t *testing.T) {
		b := clone(seed)
		for i := range b.Sheets {
			b.Sheets[i].Name = fmt.Sprintf("Sheet%d", i+1)
		}
		b.Sheets[0], b.Sheets[1] = b.Sheets[1], b.Sheets[0]
		same("renamed and swapped", b)
		b.Sheets = append(b.Sheets[2:4:4], b.Sheets[:2]...)
		same("projects first", b)
	})
	t.Run("spelling", func(t *testing.T) {
		for n := range uint64(40) {
			b := clone(seed)
			for i := range b.Sheets {
				disturb(&b.Sheets[i], blank, rand.New(rand.NewPCG(n, uint64(i))))
			}
			l := m.Locate(b)
			var got, was []string
			for _, x := range lines(l, false) {
				got = append(got, plain(strings.ReplaceAll(strings.ReplaceAll(x, "⏎", ""), "\u200b", "")))
			}
			for _, x := range values {
				was = append(was, plain(strings.ReplaceAll(x, "⏎", "")))
			}
			diff(t, fmt.Sprintf("spelling %d", n), got, was)
			diff(t, fmt.Sprintf("spelling %d: problems", n), problems(l), nil)
		}
	})
	t.Run("a title above", func(t *testing.T) {
		each(func(name string, s *ooxml.Sheet, b *ooxml.Workbook) {
			insertRows(s, 1, 2)
			put(s, "A1", "某区2022年度绩效自评材料")
			put(s, "A2", "（此表一式三份）")
			merge(s, "A1:I1")
			same(name, b)
		})
	})
	t.Run("columns in another order", func(t *testing.T) {
		for n := range uint64(60) {
			b := clone(seed)
			rnd := rand.New(rand.NewPCG(n, 7))
			perm := rnd.Perm(8)
			order := map[int]int{}
			for i, p := range perm {
				order[i+2] = p + 2
			}
			s := sheetOf(t, b, seed.Sheets[0].Name)
			unmerge(s, "A24")
			moveCols(s, 14, 24, order)
			same(fmt.Sprint("order ", perm), b)
		}
	})
	t.Run("columns moved out to the right", func(t *testing.T) {
		b := clone(seed)
		s := sheetOf(t, b, seed.Sheets[0].Name)
		moveCols(s, 14, 24, map[int]int{7: 12, 8: 11})
		same("分值 and 得分 in L and K", b)
	})
	t.Run("rows moved", func(t *testing.T) {
		whole, report, project := seed.Sheets[0].Name, seed.Sheets[1].Name, seed.Sheets[2].Name
		for _, x := range []struct {
			sheet    string
			from, to int
		}{
			{whole, 4, 26}, {whole, 4, 3}, {whole, 7, 12}, {whole, 11, 7}, {whole, 9, 11}, {whole, 10, 6}, {whole, 25, 1}, {whole, 25, 4}, {whole, 24, 26}, {whole, 24, 14}, {whole, 2, 27}, {whole, 3, 26},
			{report, 2, 22}, {report, 21, 2}, {report, 9, 14}, {report, 13, 10}, {report, 1, 22},
			{project, 4, 6}, {project, 5, 4}, {project, 5, 43}, {project, 8, 11}, {project, 10, 8}, {project, 42, 1}, {project, 3, 1},
		} {
			b := clone(seed)
			moveRow(sheetOf(t, b, x.sheet), x.from, x.to)
			same(fmt.Sprintf("%s: row %d before %d", x.sheet, x.from, x.to), b)
		}
	})
	t.Run("all at once", func(t *testing.T) {
		for n := range uint64(150) {
			b := clone(seed)
			rnd := rand.New(rand.NewPCG(n, 11))
			for i := range b.Sheets {
				s := &b.Sheets[i]
				for range rnd.IntN(4) {
					insertRows(s, 1+rnd.IntN(30), 1+rnd.IntN(3))
				}
				for range rnd.IntN(3) {
					insertCols(s, 1+rnd.IntN(10), 1)
				}
				if rnd.IntN(3) == 0 {
					unmerge(s, "")
				} else {
					s.Merges = slices.DeleteFunc(s.Merges, func(ooxml.Rect) bool { return rnd.IntN(5) == 0 })
				}
				s.Name = fmt.Sprintf("表%d", i)
			}
			rnd.Shuffle(2, func(i, j int) { b.Sheets[i], b.Sheets[j] = b.Sheets[j], b.Sheets[i] })
			same(fmt.Sprint("mixture ", n), b)
		}
	})
}

// Rows that a unit adds to the list are items, wherever they stand, and change no other item.
func TestAddedRows(t *testing.T) {
	t.Parallel()
	m := theMap(t)
	seed := base(t)
	list := func(l *fillin.Layout) (out []string) {
		for _, it := range l.Lists[0].Items {
			s := ""
			for _, c := range it.Cells {
				s += c.Spec.Name + "=" + plain(c.Raw) + "|"
			}
			out = append(out, s)
		}
		return out
	}
	want := list(m.Locate(seed))
	upper := func(row int) string { // 一级 and 二级 of an item, as filled down from the row above
		s := want[row-15]
		return s[:strings.Index(s, "三级指标=")]
	}
	for at := 16; at <= 24; at++ {
		b := clone(seed)
		s := &b.Sheets[0]
		insertRows(s, at, 20)
		var added []string
		for i := range 20 {
			r := at + i
			for col, text := range map[string]string{"D": fmt.Sprintf("新增第%d项", i), "E": "≥1次", "F": "2次", "G": "1", "H": "0.5"} {
				put(s, fmt.Sprintf("%s%d", col, r), text)
			}
			added = append(added, upper(at-1)+fmt.Sprintf("三级指标=新增第%d项|年度指标值=≥1次|实际完成值=2次|分值=1|得分=0.5|偏差原因=|", i))
		}
		l := m.Locate(b)
		diff(t, fmt.Sprintf("20 rows before %d", at), list(l), slices.Concat(want[:at-15], added, want[at-15:]))
		diff(t, fmt.Sprintf("20 rows before %d: problems", at), problems(l), nil)
	}
}

// A row that a unit deletes takes its own item with it and no other; a label
// that is gone is reported.
func TestDeletedRows(t *testing.T) {
	t.Parallel()
	m := theMap(t)
	seed := base(t)
	want := m.Locate(seed)
	for row := 15; row <= 23; row++ {
		b := clone(seed)
		deleteRow(&b.Sheets[0], row)
		l := m.Locate(b)
		diff(t, fmt.Sprint("problems without row ", row), problems(l), nil)
		items := slices.Delete(slices.Clone(want.Lists[0].Items), row-15, row-14)
		for i, it := range l.Lists[0].Items {
			for j, c := range it.Cells {
				if c.Raw != items[i].Cells[j].Raw {
					t.Errorf("without row %d: item %d %s = %q, want %q", row, i+1, c.Spec.Name, c.Raw, items[i].Cells[j].Raw)
				}
			}
		}
		if len(l.Lists[0].Items) != len(items) {
			t.Errorf("without row %d: %d items, want %d", row, len(l.Lists[0].Items), len(items))
		}
	}
	sheet := seed.Sheets[0].Name
	for row, problem := range map[int][]string{
		1: nil, 2: nil,
		3:  {"找不到 “填报单位” " + sheet + "!A2 → 填报单位"},
		4:  {"找不到 “预算部门名称” " + sheet + "!A3 → 单位名称"},
		7:  {"找不到 “按收入性质分” " + sheet + "!B6 → 按收入性质分", "找不到 “按支出性质分” " + sheet + "!B6 → 按支出性质分"},
		10: {"找不到 “纳入专户管理的非税收入拨款” " + sheet + "!F9 → 非税收入拨款"},
		24: {"找不到 “总分” " + sheet + "!I14 → 总分值、总分"},
		25: {"找不到 “填报人” " + sheet + "!A24 → 填报人", "找不到 “联系电话” " + sheet + "!A24 → 联系电话", "找不到 “填报日期” " + sheet + "!A24 → 填报日期", "找不到 “单位负责人签字” " + sheet + "!A24 → 单位负责人"},
	} {
		b := clone(seed)
		deleteRow(&b.Sheets[0], row)
		l := m.Locate(b)
		diff(t, fmt.Sprint("problems without row ", row), problems(l), problem)
		lost := map[string]bool{}
		for _, p := range l.Problems {
			for _, s := range p.Specs {
				lost[s.Name] = true
			}
		}
		var left []string
		for _, x := range lines(want, false) {
			if name, _, _ := strings.Cut(x, " "); !lost[name] && !(name == "年度" && row <= 3) {
				left = append(left, x)
			}
		}
		var got []string
		for _, x := range lines(l, false) {
			if name, _, _ := strings.Cut(x, " "); !(name == "年度" && row <= 3) {
				got = append(got, x)
			}
		}
		diff(t, fmt.Sprint("values without row ", row), got, left)
	}
}

// A Map serves many workers at once.
func TestTogether(t *testing.T) {
	t.Parallel()
	m := theMap(t)
	seed := base(t)
	want := lines(m.Locate(seed), true)
	done := make(chan []string)
	for range 8 {
		go func() { done <- lines(m.Locate(seed), true) }()
	}
	for range 8 {
		diff(t, "read by one of eight", <-done, want)
	}
}

// The rule above all: whatever becomes of the labels, no value is taken from
// another value's cell. Labels are wiped out, renamed and written a second time
// at random; every text that is read for a field must be that field's own.
func TestNeverAnotherValue(t *testing.T) {
	t.Parallel()
	m := theMap(t)
	seed := base(t)
	labels := texts(read(t, file(t, "blank-whole.xlsx")))
	for k := range texts(read(t, file(t, "blank-project.xlsx"))) {
		labels[k] = true
	}
	values := map[string]bool{} // what blank forms carry in cells to fill is no label
	for _, s := range m.Specs() {
		if text, ok := s.Format.Initial(); ok {
			values[plain(text)] = true
		}
	}
	own := map[string]map[string]bool{} // field ─► the texts that it has
	var visit func(path string, g *fillin.Group, see func(id string, c *fillin.Located))
	visit = func(path string, g *fillin.Group, see func(id string, c *fillin.Located)) {
		for i := range g.Cells {
			see(path+g.Cells[i].Spec.Name, &g.Cells[i])
		}
		for _, l := range g.Lists {
			for i := range l.Items {
				visit(path+l.Name+".", &l.Items[i], see)
			}
		}
	}
	was := m.Locate(seed)
	visit("", &was.Group, func(id string, c *fillin.Located) {
		if own[id] == nil {
			own[id] = map[string]bool{"": true}
		}
		own[id][plain(c.Raw)] = true
	})
	found, lost := 0, 0
	for n := range uint64(600) {
		b := clone(seed)
		rnd := rand.New(rand.NewPCG(n, 5))
		var log []string
		for range 1 + rnd.IntN(6) {
			s := &b.Sheets[rnd.IntN(len(b.Sheets))]
			i := rnd.IntN(len(s.Cells))
			for tries := 0; tries < 50 && (!labels[plain(s.Cells[i].Text)] || values[plain(s.Cells[i].Text)]); tries++ {
				i = rnd.IntN(len(s.Cells))
			}
			c := &s.Cells[i]
			if !labels[plain(c.Text)] || values[plain(c.Text)] {
				continue
			}
			at := c.Ref.String()
			switch rnd.IntN(5) {
			case 0:
				log = append(log, s.Name+" wipe "+at+" "+plain(c.Text))
				put(s, at, "")
			case 1:
				log = append(log, s.Name+" rename "+at+" "+plain(c.Text))
				put(s, at, "另一种栏目")
			case 2:
				to := ooxml.Ref{Row: 1 + rnd.IntN(45), Col: 1 + rnd.IntN(12)}
				if s.At(to) == nil {
					log = append(log, s.Name+" again "+at+" "+plain(c.Text)+" in "+to.String())
					put(s, to.String(), c.Text)
				}
			case 3:
				log = append(log, s.Name+" unmerged")
				unmerge(s, "")
			case 4:
				r := 1 + rnd.IntN(40)
				log = append(log, fmt.Sprint(s.Name, " row before ", r))
				insertRows(s, r, 1)
			}
		}
		l := m.Locate(b)
		// What was there and is not found any more is spoken of.
		spoken := map[*fillin.Spec]bool{}
		for _, p := range l.Problems {
			for _, s := range p.Specs {
				spoken[s] = true
			}
		}
		here := map[string]bool{}
		for _, c := range l.Cells {
			if strings.TrimSpace(c.Raw) != "" {
				here[c.Spec.Name] = true
			}
		}
		for _, c := range was.Cells {
			// (A label that was copied elsewhere and wiped out at its place has no value there.)
			if copied := strings.Contains(strings.Join(log, ";"), " again "); !copied && strings.TrimSpace(c.Raw) != "" && !here[c.Spec.Name] && !spoken[c.Spec] {
				t.Errorf("%d: %s was lost and nobody says so\n  %s\n  %s", n, c.Spec.Name, strings.Join(log, "; "), strings.Join(problems(l), "; "))
			}
		}
		visit("", &l.Group, func(id string, c *fillin.Located) {
			if text := plain(c.Raw); text != "" && !own[id][text] && !labels[text] {
				t.Errorf("%d: %s = %q in %s!%s\n  %s\n  %s", n, id, c.Raw, c.Sheet, c.Cell, strings.Join(log, "; "), strings.Join(problems(l), "; "))
			} else if text != "" {
				found++
			} else {
				lost++
			}
		})
	}
	if found < lost {
		t.Errorf("%d values found, %d empty: the test says nothing", found, lost)
	}
}

package expr

import (
	"slices"
	"strings"
)

// Name is one name that an expression uses.
type Name struct {
	Path       []string // 指标.得分 is [指标 得分]
	Col        int      // 1-based character of the source
	Aggregated bool     // inside an aggregate that goes over its list
}

// List is the path of the list to which the name may belong: 项目.指标 for
// 项目.指标.得分, 单位 for 单位.名册.年初预算数, nil for a name without a list.
func (n Name) List() []string { return listPath(n.Path) }

// Names returns every name, in the order of the source, each time it is used.
func (e *Expr) Names() []Name {
	var names []Name
	collect(e.root, nil, func(n *nameNode, within *callNode) {
		names = append(names, Name{Path: n.path, Col: n.col, Aggregated: aggregated(n, within)})
	})
	return names
}

// collect visits the names below n with the innermost aggregate around each.
func collect(n node, within *callNode, visit func(*nameNode, *callNode)) {
	switch n := n.(type) {
	case *nameNode:
		visit(n, within)
	case *callNode:
		if n.over != nil {
			within = n
		}
	}
	for _, c := range n.children() {
		collect(c, within, visit)
	}
}

// aggregated reports whether the aggregate goes over the list of the name:
// not for a single field, and not for 本条.得分, which is the item outside.
func aggregated(n *nameNode, within *callNode) bool {
	if within == nil {
		return false
	}
	if listPath(n.path) != nil {
		return true
	}
	return within.fn.counts && slices.ContainsFunc(within.over.runs, func(r run) bool { return r.value == n })
}

// Lists returns the lists whose fields the expression names outside of
// aggregates, as paths, each once: a rule that names 指标.得分 is judged once an
// item of 指标. When it only says 本条 inside an aggregate, it is judged once an
// item of the aggregate's list: 个数(指标, 指标.三级指标 = 本条.三级指标) = 1.
func (e *Expr) Lists() [][]string {
	var lists, around [][]string
	item := false
	add := func(to *[][]string, path []string) {
		if path != nil && !slices.ContainsFunc(*to, func(p []string) bool { return slices.Equal(p, path) }) {
			*to = append(*to, path)
		}
	}
	collect(e.root, nil, func(n *nameNode, within *callNode) {
		switch {
		case n.path[0] == nameItem && within != nil:
			item = true
			for _, r := range within.over.runs {
				if len(r.paths) > 0 {
					add(&around, r.paths[0])
				}
			}
		case within == nil:
			add(&lists, listPath(n.path))
		}
	})
	if item && len(lists) == 0 {
		return around
	}
	return lists
}

// NameKind says what a name stands for.
type NameKind uint8

const (
	ValueName  NameKind = iota // a single value
	ListName                   // a list
	RecordName                 // a record that is no list: 名册, 上年
)

// Schema knows the names that a scope will answer.
type Schema interface {
	// Kind says what the name at the path stands for; ok is false when there is none.
	Kind(path []string) (kind NameKind, ok bool)
	// Names lists the names there are, dotted, for suggestions.
	Names() []string
}

// Check finds the names that the schema does not know and the lists that are
// used as values, all of them, in the order of the source. 序号 首条 末条 and 本条
// are always known.
func (e *Expr) Check(known Schema) []*Error {
	var faults []*Error
	collect(e.root, nil, func(n *nameNode, within *callNode) {
		if f := n.check(known, within); f != nil {
			faults = append(faults, f)
		}
	})
	walk(e.root, func(n node) {
		c, ok := n.(*callNode)
		if !ok || c.over == nil {
			return
		}
		for _, r := range c.over.runs {
			if f := r.check(known, c); f != nil {
				faults = append(faults, f)
				return
			}
		}
	})
	slices.SortStableFunc(faults, func(a, b *Error) int { return a.Col - b.Col })
	return faults
}

func (n *nameNode) check(known Schema, within *callNode) *Error {
	switch n.path[0] {
	case nameNumber, nameFirst, nameLast:
		if len(n.path) == 1 {
			return nil
		}
	case nameItem:
		return n.checkItem(known)
	}
	k, ok := known.Kind(n.path)
	switch {
	case !ok:
		return n.unknown(known.Names())
	case k == RecordName:
		return fault(n.col, "“%s”后面要写字段，如 %s.…", spelled(n.path), spelled(n.path))
	case k == ListName && !(within != nil && within.fn.counts && aggregated(n, within)):
		return fault(n.col, "“%s”是列表，不是一个值；请写出字段 %s.…，条数请写 个数(%s)", spelled(n.path), spelled(n.path), spelled(n.path))
	}
	return nil
}

// checkItem checks 本条.得分: some list must have such a field.
func (n *nameNode) checkItem(known Schema) *Error {
	if len(n.path) == 1 {
		return fault(n.col, "“本条”后面要写字段，如 本条.得分")
	}
	var fields []string
	for _, name := range known.Names() {
		if i := strings.LastIndexByte(name, '.'); i >= 0 && !isRecord(name[:i]) {
			field := nameItem + name[i:]
			if field == strings.Join([]string{nameItem, n.path[1]}, ".") {
				return nil
			}
			fields = append(fields, field)
		}
	}
	return n.unknown(fields)
}

// unknown says that there is no such name, and what was probably meant.
func (n *nameNode) unknown(names []string) *Error {
	written := strings.Join(n.path, ".")
	if len(n.path) == 1 {
		word := n.path[0]
		if rest, ok := strings.CutPrefix(word, "非"); ok && slices.Contains(names, rest) {
			return fault(n.col, "没有叫“%s”的字段；如果是“非”，后面要有空格：非 %s", written, rest)
		}
		for i, r := range word {
			left, right := word[:i], word[min(len(word), i+len("且")):]
			if (r == '且' || r == '或') && (slices.Contains(names, left) || slices.Contains(names, right)) {
				return fault(n.col, "没有叫“%s”的字段；“%c”前后要有空格：%s %c %s", written, r, left, r, right)
			}
		}
	}
	if near := Nearest(written, names); near != "" {
		return fault(n.col, "没有叫“%s”的字段，您是否想写：%s", written, near)
	}
	if len(n.path) == 1 {
		if f, ok := lookup(written); ok {
			return fault(n.col, "没有叫“%s”的字段；函数要写括号：%s(%s)", written, f.name, f.args)
		}
	}
	return fault(n.col, "没有叫“%s”的字段", written)
}

// check refuses an aggregate over two lists.
func (r *run) check(known Schema, c *callNode) *Error {
	var driver []string
	for _, path := range r.paths {
		list := lists(known, path)
		switch {
		case list == nil:
		case driver == nil:
			driver = list
		case len(list) > len(driver) || !slices.Equal(driver[:len(list)], list):
			return fault(c.col, "“%s”不能同时汇总“%s”和“%s”两个列表", c.fn.name, spelled(driver), spelled(list))
		}
	}
	return nil
}

// lists is the longest part of the path that is a list.
func lists(known Schema, path []string) []string {
	for ; len(path) > 0; path = path[:len(path)-1] {
		if k, ok := known.Kind(path); ok && k == ListName {
			return path
		}
	}
	return nil
}

// Nearest returns the known name that was probably meant by name: the one with
// the fewest letters changed, added, dropped or swapped, or one that contains
// it; "" when none is near.
func Nearest(name string, known []string) string {
	wanted := []rune(strings.ToLower(name))
	best, least := "", 1<<30
	for _, k := range known {
		candidate := []rune(strings.ToLower(k))
		allowed := max(1, min(len(wanted), len(candidate))/3)
		d := distance(wanted, candidate, allowed)
		if d > allowed {
			shorter := min(len(wanted), len(candidate))
			if shorter < 2 || !strings.Contains(string(candidate), string(wanted)) && !strings.Contains(string(wanted), string(candidate)) {
				continue
			}
			d = allowed + max(len(wanted), len(candidate)) - shorter
		}
		if d >= len(wanted) && d >= len(candidate) {
			continue // nothing of it is left
		}
		if d < least {
			best, least = k, d
		}
	}
	return best
}

// maxCompared bounds the length of names that are compared.
const maxCompared = 60

// distance counts the changes from a to b, swaps of neighbours as one; more than limit is not told apart.
func distance(a, b []rune, limit int) int {
	if gap := len(a) - len(b); gap > limit || -gap > limit || len(a) > maxCompared || len(b) > maxCompared {
		return limit + 1
	}
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			d := min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, rows[i-2][j-2]+1)
			}
			rows[i][j] = d
		}
	}
	return rows[len(a)][len(b)]
}

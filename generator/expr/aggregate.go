package expr

import (
	"slices"
	"strings"
	"sync"

	"jixiao/generator/value"
)

// aggregation is what an aggregate runs over, worked out once by Parse. Every
// value is run over its own list; with conditions there is one run.
type aggregation struct {
	runs []run
	sep  node // 连接: what stands between
}

// run is one value over one list.
type run struct {
	value node       // nil: the items themselves are counted
	conds []node     // only items for which all hold
	paths [][]string // the lists it may name, longest first; which of them are lists the scope knows
}

// prepareAggregate sorts the arguments into values and conditions.
func prepareAggregate(c *callNode) *Error {
	var values, conds []node
	over := &aggregation{}
	for i, a := range c.args {
		switch {
		case c.fn.separator && i == 1:
			if a.kind() == truthKind {
				return fault(a.column(), "“%s”的第2个参数应是分隔的文字，如 \"、\"；条件写在它后面", c.fn.name)
			}
			over.sep = a
		case a.kind() == truthKind:
			conds = append(conds, a)
		default:
			values = append(values, a)
		}
	}
	for _, v := range values {
		if k := v.kind(); k == textKind && (c.fn.picks || c.fn.gives == numberKind && !c.fn.counts) {
			return fault(v.column(), "“%s”的值应是数，这里是文字", c.fn.name)
		}
	}
	switch {
	case len(values) == 0 && !c.fn.counts:
		return fault(c.col, "“%s”缺少要汇总的值，这里只有条件；写法：%s(%s)", c.fn.name, c.fn.name, c.fn.args)
	case len(conds) > 0 && len(values) > 1, c.fn.single && len(values) > 1:
		return fault(values[1].column(), "“%s”有条件时只能汇总一个值，请写成 %s(值, 条件) + …", c.fn.name, c.fn.name)
	case c.fn.picks && len(values) > 1:
		return nil // 最大(a, b): the greater of two, at the item at hand
	case len(conds) > 0:
		r := run{conds: conds}
		if len(values) > 0 {
			r.value = values[0]
		}
		over.runs = []run{r}
	default:
		for _, v := range values {
			over.runs = append(over.runs, run{value: v})
		}
	}
	for i := range over.runs {
		over.runs[i].findPaths()
	}
	c.over = over
	return nil
}

// findPaths collects the lists that the run's names may belong to.
func (r *run) findPaths() {
	for _, n := range append(slices.Clone(r.conds), r.value) {
		if n == nil {
			continue
		}
		walkOwn(n, func(name *nameNode) {
			path := listPath(name.path)
			if path == nil || slices.ContainsFunc(r.paths, func(p []string) bool { return slices.Equal(p, path) }) {
				return
			}
			r.paths = append(r.paths, path)
		})
	}
	slices.SortStableFunc(r.paths, func(a, b []string) int { return len(b) - len(a) })
}

// walkOwn visits the names below n, except those that an aggregate inside runs over for itself.
func walkOwn(n node, visit func(*nameNode)) {
	switch n := n.(type) {
	case *nameNode:
		visit(n)
	case *callNode:
		if n.over != nil {
			return
		}
	}
	for _, c := range n.children() {
		walkOwn(c, visit)
	}
}

// listPath is the list to which a name may belong: 项目.指标 for 项目.指标.得分,
// 单位 for 单位.名册.年初预算数; nil for a name that belongs to none.
func listPath(path []string) []string {
	path = path[:len(path)-1]
	for len(path) > 0 && (isRecord(path[len(path)-1]) || len(path) == 1 && path[0] == nameItem) {
		path = path[:len(path)-1]
	}
	if len(path) == 0 {
		return nil
	}
	return path
}

// sweep is one evaluation of a run: it visits the items and hands each value to take.
type sweep struct {
	run  *run
	call *callNode
	at   []standing
	one  [1]standing
	take func(w *sweep, s Scope) *value.Value

	base  Scope         // where the aggregate itself stands
	inner []innerResult // of aggregates inside this one

	total total       // 合计 平均
	count int         // 个数 平均
	best  operand     // 最大 最小
	found bool        // 最大 最小 查找
	first value.Value // 查找
	texts []string    // 连接
	bytes int         // of texts
}

// sweeps are used again: most aggregates are small, and there are many of them.
var sweeps = sync.Pool{New: func() any { return new(sweep) }}

func newSweep(take func(*sweep, Scope) *value.Value) *sweep {
	w := sweeps.Get().(*sweep)
	w.take = take
	return w
}

// done hands the sweep back. Nothing that it gave out points into it.
func (w *sweep) done() {
	inner := w.inner
	clear(inner)
	*w = sweep{inner: inner[:0]}
	sweeps.Put(w)
}

// innerResult is what an aggregate inside another one gave. It is the same for
// every item outside, because it goes through whole lists, so it is computed once.
type innerResult struct {
	call *callNode
	o    operand
}

// aggregate computes an aggregate call.
func (c *callNode) aggregate(s Scope) operand {
	at, ok := s.(*standing)
	if c.over == nil || !ok || at.sweep == nil {
		return c.fn.aggregate(c, s)
	}
	w := at.sweep
	for i := range w.inner {
		if w.inner[i].call == c {
			return w.inner[i].o
		}
	}
	o := c.aggregate(w.base)
	w.inner = append(w.inner, innerResult{c, o})
	return o
}

// over visits every item, or the scope itself when the run names no list.
func (w *sweep) over(s Scope) *value.Value {
	if name, bare := w.run.value.(*nameNode); bare && w.call.fn.counts && len(w.run.conds) == 0 {
		// 个数(项目.指标) inside one 项目: its own indicators are the list at hand.
		if b, ok := Path(s, name.path); ok && b.IsList {
			w.count += len(b.Items)
			return nil
		}
	}
	path, lack := w.run.driver(s)
	if lack != nil {
		return lack
	}
	if path == nil {
		return w.item(s)
	}
	if w.at = w.one[:]; len(path) > 1 {
		w.at = make([]standing, len(path))
	}
	return w.level(s, path, 0)
}

// driver picks the list: the longest path that has a list in it. All others must lie on the way to it.
func (r *run) driver(s Scope) ([]string, *value.Value) {
	if len(r.paths) < 2 {
		if len(r.paths) == 1 {
			return r.paths[0], nil
		}
		return nil, nil
	}
	var driver []string
	for _, path := range r.paths {
		switch {
		case !hasList(s, path):
		case driver == nil:
			driver = path
		case !slices.Equal(driver[:len(path)], path):
			return nil, unknown("不能同时汇总“" + spelled(path) + "”和“" + spelled(driver) + "”两个列表")
		}
	}
	return driver, nil
}

// hasList reports whether a list lies on the path.
func hasList(s Scope, path []string) bool {
	for _, segment := range path {
		b, ok := s.Lookup(segment)
		if !ok || b.IsList || b.Current == nil {
			return ok && b.IsList
		}
		s = b.Current
	}
	return false
}

// level goes through the list, or the record, at path[i].
func (w *sweep) level(base Scope, path []string, i int) *value.Value {
	at := &w.at[i]
	at.base, at.list, at.sweep = base, path[i], w
	b, ok := base.Lookup(path[i])
	switch {
	case !ok:
		return unknown("没有叫“" + spelled(path[:i+1]) + "”的列表")
	case b.IsList && b.Current != nil && i < len(path)-1:
		// A list around that stands at an item: 合计(项目.指标.得分) inside one
		// 项目 is the sum of its own indicators.
		at.here = b
		return w.inside(b.Current, path, i)
	case b.IsList:
		at.here = Binding{Items: b.Items, IsList: true}
		for k, item := range b.Items {
			at.here.Current, at.here.Index = item, k
			if lack := w.inside(item, path, i); lack != nil {
				return lack
			}
		}
		return nil
	case b.Current != nil:
		at.here = b
		return w.inside(b.Current, path, i)
	}
	return unknown("“" + spelled(path[:i+1]) + "”不是列表")
}

func (w *sweep) inside(item Scope, path []string, i int) *value.Value {
	if i == len(path)-1 {
		return w.item(&w.at[0])
	}
	w.at[i].here.Current = &w.at[i+1] // whose base is the item
	return w.level(item, path, i+1)
}

// item takes one item, unless a condition is 假 or does not apply.
func (w *sweep) item(s Scope) *value.Value {
	for _, c := range w.run.conds {
		holds, lack := truthOf(c, s)
		if lack != nil && lack.Kind() != value.NotApplicable {
			return lack
		}
		if lack != nil || !holds {
			return nil
		}
	}
	return w.take(w, s)
}

// sweepAll runs one sweep over all runs of an aggregate.
func sweepAll(c *callNode, s Scope, w *sweep) *value.Value {
	w.call, w.base = c, s
	for i := range c.over.runs {
		w.run = &c.over.runs[i]
		if lack := w.over(s); lack != nil {
			return lack
		}
	}
	return nil
}

func takeSum(w *sweep, s Scope) *value.Value {
	f, lack := numberOf(w.run.value, s)
	if lack != nil {
		if lack.Kind() == value.NotApplicable {
			return nil
		}
		return lack
	}
	w.total.add(&f)
	w.count++
	return nil
}

func sum(c *callNode, s Scope) operand {
	w := newSweep(takeSum)
	defer w.done()
	if lack := sweepAll(c, s, w); lack != nil {
		return operand{lack: lack}
	}
	return operand{f: w.total.fraction(), number: true}
}

func average(c *callNode, s Scope) operand {
	w := newSweep(takeSum)
	defer w.done()
	if lack := sweepAll(c, s, w); lack != nil {
		return operand{lack: lack}
	}
	if w.count == 0 {
		return operand{lack: &notApplicable}
	}
	return operand{f: w.total.fraction().over(wholeInt(w.count)), number: true}
}

func count(c *callNode, s Scope) operand {
	w := newSweep(takeCount)
	defer w.done()
	if lack := sweepAll(c, s, w); lack != nil {
		return operand{lack: lack}
	}
	return operand{f: wholeInt(w.count), number: true}
}

// takeCount counts items, or the values that were filled.
func takeCount(w *sweep, s Scope) *value.Value {
	if w.run.value == nil {
		w.count++
		return nil
	}
	v := valueOf(w.run.value, s)
	switch {
	case v.Kind() == value.Blank || v.Kind() == value.NotApplicable:
		return nil
	case !lacking(v):
		w.count++
		return nil
	}
	name, bare := w.run.value.(*nameNode)
	if !bare {
		return v
	}
	b, ok := Path(s, name.path)
	switch {
	case !ok || !b.IsList: // no list, which is no value but can be counted
		return v
	case w.counting(name.path):
		w.count++
	default:
		w.count += len(b.Items)
	}
	return nil
}

// counting reports whether the sweep goes through the very list at path.
func (w *sweep) counting(path []string) bool {
	for _, p := range w.run.paths {
		if len(p) >= len(path) && slices.Equal(p[:len(path)], path) {
			return true
		}
	}
	return false
}

// better keeps the greater (or lesser) of what was and what is new.
func (w *sweep) better(n node, s Scope) *value.Value {
	var o operand
	o.read(n, s)
	switch {
	case o.lack != nil && o.lack.Kind() == value.NotApplicable:
		return nil
	case o.lack != nil:
		return o.lack
	case !o.number && o.v.Kind() != value.Date:
		return unknown(said(n, s) + "是" + described(*o.v) + "，不能比大小")
	case !w.found:
		w.best, w.found = o, true
		return nil
	case o.number != w.best.number:
		return unknown(said(n, s) + "和别的值不是同一类，不能比大小")
	}
	var order int
	if o.number {
		order = o.f.cmp(w.best.f)
	} else {
		order, _ = value.Compare(*o.v, *w.best.v) // both are dates
	}
	if order != 0 && (order > 0) == w.call.fn.greatest {
		w.best = o
	}
	return nil
}

func takeBest(w *sweep, s Scope) *value.Value { return w.better(w.run.value, s) }

// extreme is 最大 and 最小.
func extreme(c *callNode, s Scope) operand {
	w := newSweep(takeBest)
	defer w.done()
	w.call = c
	if c.over != nil {
		if lack := sweepAll(c, s, w); lack != nil {
			return operand{lack: lack}
		}
	} else {
		for _, a := range c.args {
			if lack := w.better(a, s); lack != nil {
				return operand{lack: lack}
			}
		}
	}
	if !w.found {
		return operand{lack: &notApplicable}
	}
	return w.best
}

func join(c *callNode, s Scope) operand {
	sep := "、"
	if c.over.sep != nil {
		var lack *value.Value
		if sep, lack = textOf(c.over.sep, s); lack != nil {
			return operand{lack: lack}
		}
	}
	w := newSweep(takeText)
	defer w.done()
	if lack := sweepAll(c, s, w); lack != nil {
		return operand{lack: lack}
	}
	if w.bytes+len(sep)*len(w.texts) > maxResult {
		return operand{lack: unknown("接起来的文字太长")}
	}
	joined := value.Str(strings.Join(w.texts, sep))
	return operand{v: &joined}
}

// takeText leaves out what is blank or does not apply.
func takeText(w *sweep, s Scope) *value.Value {
	v := w.run.value.eval(s)
	if k := v.Kind(); k == value.Blank || k == value.NotApplicable {
		return nil
	}
	text, lack := textIn(v, w.run.value, s)
	if lack != nil {
		return lack
	}
	if w.bytes += len(text); w.bytes > maxResult {
		return unknown("接起来的文字太长")
	}
	w.texts = append(w.texts, text)
	return nil
}

func find(c *callNode, s Scope) operand {
	w := newSweep(takeFirst)
	defer w.done()
	if lack := sweepAll(c, s, w); lack != nil {
		return operand{lack: lack}
	}
	first := w.first
	return operand{v: &first}
}

func takeFirst(w *sweep, s Scope) *value.Value {
	if !w.found {
		w.first, w.found = w.run.value.eval(s), true
	}
	return nil
}

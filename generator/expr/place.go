package expr

import (
	"slices"
	"sync/atomic"

	"github.com/shopspring/decimal"

	"jixiao/generator/value"
)

// memory keeps what 首次 and 名次 worked out of the last long list, so that
// ranking n units costs n log n and not n². Items never change once they are
// handed to a scope.
type memory struct {
	paths [][]string
	own   bool // every name lies inside the list, so the outcome depends on it alone
	last  atomic.Pointer[recalled]
}

type recalled struct {
	list   *Scope // its first item's place
	length int
	firsts map[string]int    // value → its first place
	sorted []decimal.Decimal // the numbers, ascending
}

const worthRemembering = 32

func preparePlace(c *callNode) *Error {
	r := run{value: c.args[0]}
	r.findPaths()
	if len(r.paths) == 0 {
		return fault(c.args[0].column(), "“%s”要写列表的字段，如 %s(指标.得分)", c.fn.name, c.fn.name)
	}
	// What stands inside is computed for every item of the list; it must not go through lists itself.
	var inside *callNode
	walk(c.args[0], func(n node) {
		if call, ok := n.(*callNode); ok && (call.over != nil || call.memory != nil) {
			inside = call
		}
	})
	if inside != nil {
		return fault(inside.col, "“%s”里面不能再用“%s”", c.fn.name, inside.fn.name)
	}
	m := &memory{paths: r.paths, own: true}
	walkOwn(c.args[0], func(n *nameNode) {
		if p := r.paths[0]; len(n.path) <= len(p) || !slices.Equal(n.path[:len(p)], p) {
			m.own = false
		}
	})
	c.memory = m
	return nil
}

// place finds the list of 首次 or 名次 and where it stands.
func (c *callNode) place(s Scope) (path []string, here Binding, lack *value.Value) {
	for _, path := range c.memory.paths {
		if b, ok := Path(s, path); ok && b.IsList && b.Current != nil {
			return path, b, nil
		}
	}
	return nil, here, unknown("“" + c.fn.name + "”只能用在逐条的地方：一行一条，或 #每个 " + spelled(c.memory.paths[0]) + " 里面")
}

// others returns what gives the scope in which another item of the list is at
// hand; that is good until the next is asked for.
func (c *callNode) others(s Scope, path []string, here Binding) func(i int) Scope {
	if len(path) > 1 {
		return func(i int) Scope {
			here.Current, here.Index = here.Items[i], i
			return standAt(s, path, here)
		}
	}
	at := &standing{base: s, list: path[0], here: here}
	return func(i int) Scope {
		at.here.Current, at.here.Index = here.Items[i], i
		return at
	}
}

// recall returns what is remembered of the list, working it out when it is long and new.
func (c *callNode) recall(s Scope, path []string, here Binding) *recalled {
	n := len(here.Items)
	if !c.memory.own || n < worthRemembering {
		return nil
	}
	if r := c.memory.last.Load(); r != nil && r.list == &here.Items[0] && r.length == n {
		return r
	}
	r := &recalled{list: &here.Items[0], length: n, firsts: make(map[string]int, n)}
	others := c.others(s, path, here)
	for i := range here.Items {
		v := c.args[0].eval(others(i))
		if key := identity(v); key != "" {
			if _, seen := r.firsts[key]; !seen {
				r.firsts[key] = i
			}
		}
		if d, ok := v.Number(); ok {
			r.sorted = append(r.sorted, d)
		}
	}
	slices.SortFunc(r.sorted, decimal.Decimal.Cmp)
	c.memory.last.Store(r)
	return r
}

// identity is the same for equal values of one kind, and "" for nothing.
func identity(v value.Value) string {
	if v.IsNothing() {
		return ""
	}
	return string(rune('0'+v.Kind())) + v.String()
}

func first(c *callNode, s Scope) (bool, *value.Value) {
	path, here, lack := c.place(s)
	if lack != nil {
		return false, lack
	}
	v := valueOf(c.args[0], s)
	if v.IsNothing() {
		return false, lackOf(*v, c.args[0], s, "")
	}
	if r := c.recall(s, path, here); r != nil {
		return r.firsts[identity(*v)] == here.Index, nil
	}
	others := c.others(s, path, here)
	for i := range here.Index {
		if v.Same(valueOf(c.args[0], others(i))) {
			return false, nil
		}
	}
	return true, nil
}

// afterEqual orders so that a search ends behind the equal ones.
func afterEqual(d, mine decimal.Decimal) int {
	if d.Cmp(mine) <= 0 {
		return -1
	}
	return 1
}

func rank(c *callNode, s Scope) (fraction, *value.Value) {
	path, here, lack := c.place(s)
	if lack != nil {
		return fraction{}, lack
	}
	rising := false
	if len(c.args) > 1 {
		order, lack := textOf(c.args[1], s)
		if lack != nil {
			return fraction{}, lack
		}
		switch order {
		case "升":
			rising = true
		case "降":
		default:
			return fraction{}, unknown("名次的第2个参数应是“升”或“降”，这里是“" + shortened(order, 20) + "”")
		}
	}
	mine, lack := decimalOf(c.args[0], s)
	if lack != nil {
		return fraction{}, lack
	}
	before := 0
	if r := c.recall(s, path, here); r != nil {
		if rising {
			before, _ = slices.BinarySearchFunc(r.sorted, mine, decimal.Decimal.Cmp) // how many are less
		} else {
			upTo, _ := slices.BinarySearchFunc(r.sorted, mine, afterEqual)
			before = len(r.sorted) - upTo
		}
	} else {
		others := c.others(s, path, here)
		for i := range here.Items {
			other, lack := decimalOf(c.args[0], others(i))
			if lack != nil {
				continue // what has no value has no rank
			}
			if order := other.Cmp(mine); rising && order < 0 || !rising && order > 0 {
				before++
			}
		}
	}
	return wholeInt(before + 1), nil
}

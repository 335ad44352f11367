package expr

import (
	"strings"

	"jixiao/generator/value"
)

// Scope gives names their meaning. A record, a list item, the figures of the
// roster and a whole run are scopes. Lookup gets one name (never a dotted
// path) and must be safe for use by several goroutines.
type Scope interface {
	Lookup(name string) (Binding, bool)
}

// Valuer is a scope that finds single values by their place. Value returns the
// value of that name, which stays where it is, or nil when there is none; hint is
// where it was found in the last record of the same kind, and is kept up to date.
type Valuer interface {
	Value(name string, hint *int32) *value.Value
}

// Shadow is a scope that answers some names itself, before the one behind it is asked.
type Shadow interface {
	Scope
	Behind() Scope
}

// Binding is what a name stands for: a single value, a list, or one record
// (名册, or the item at hand of a list that is being repeated).
type Binding struct {
	Value   value.Value // a single value, when IsList is false and Current is nil
	Items   []Scope     // the whole list, when IsList
	IsList  bool
	Current Scope // the item at hand, or a record that is not a list
	Index   int   // 0-based place of Current in Items
}

// The names that a repeated part answers besides its list.
const (
	nameItem   = "本条"
	nameNumber = "序号"
	nameFirst  = "首条"
	nameLast   = "末条"
)

// isRecord reports whether a name always stands for one record, never a list:
// 名册, the roster's figures of the unit, and 上年, its record of last year.
func isRecord(name string) bool { return name == "名册" || name == "上年" }

// WithItem returns a scope that is outer with the list name standing at its
// item index: list.field means that item's field, 序号 首条 末条 and 本条 speak
// of it, while aggregates still see the whole list. For a list inside a list
// at whose item outer stands, list is its name (指标) or its whole path (项目.指标);
// both ways of writing its fields work inside. index must lie within items.
func WithItem(outer Scope, list string, items []Scope, index int) Scope {
	s := &itemScope{outer: outer, here: Binding{Items: items, IsList: true, Current: items[index], Index: index}}
	s.list, s.path = itemPath(outer, list)
	return s
}

// itemPath is the list's own name, and its path with the lists around it.
func itemPath(outer Scope, list string) (name string, path []string) {
	path = strings.Split(list, ".")
	if name = path[len(path)-1]; len(path) > 1 && isRecord(path[0]) {
		name = "" // 指标 goes on to mean this year's list inside 上年.指标
	}
	if o, ok := outer.(*itemScope); ok && len(path) == 1 {
		if b, nested := o.here.Current.Lookup(list); nested && b.IsList {
			path = append(append(make([]string, 0, len(o.path)+1), o.path...), list)
		}
	}
	return name, path
}

type itemScope struct {
	outer Scope
	list  string   // the list's own name
	path  []string // with the lists around it
	here  Binding

	memory *Memory // that made it; nil: none
	block  *block  // where what is remembered of the item is
	bit    int
}

// Lookup answers the list's name, and 序号 首条 末条 本条; everything else is outer's.
func (s *itemScope) Lookup(name string) (Binding, bool) {
	switch name {
	case s.list:
		return s.here, true
	case nameItem:
		return Binding{Current: s.here.Current, Index: s.here.Index}, true
	case nameNumber:
		return Binding{Value: value.Int(int64(s.here.Index + 1))}, true
	case nameFirst:
		return Binding{Value: value.Truth(s.here.Index == 0)}, true
	case nameLast:
		return Binding{Value: value.Truth(s.here.Index == len(s.here.Items)-1)}, true
	}
	// A list inside the item at hand, so that 指标.得分 repeats inside 项目.
	if b, ok := s.here.Current.Lookup(name); ok && b.IsList {
		return b, true
	}
	b, ok := s.outer.Lookup(name)
	for k := len(s.path) - 2; ok && k >= 0; k-- {
		if name == s.path[k] { // a list around: below its item this one stands at here
			return stand(b, s.path[k+1:], s.here), true
		}
	}
	return b, ok
}

// standing is a scope in which one list stands at an item.
type standing struct {
	base  Scope
	list  string
	here  Binding
	sweep *sweep // the aggregate that goes through the list; nil when it simply stands there
}

// Lookup answers the list; everything else is base's.
func (s *standing) Lookup(name string) (Binding, bool) {
	if name == s.list {
		return s.here, true
	}
	return s.base.Lookup(name)
}

// stand returns b with the list at the path below its current item standing at here.
func stand(b Binding, path []string, here Binding) Binding {
	if b.Current == nil {
		return b
	}
	if len(path) > 1 {
		inner, ok := b.Current.Lookup(path[0])
		if !ok {
			return b
		}
		here = stand(inner, path[1:], here)
	}
	b.Current = &standing{base: b.Current, list: path[0], here: here}
	return b
}

// standAt returns s with the list at the path standing at here.
func standAt(s Scope, path []string, here Binding) Scope {
	if len(path) > 1 {
		b, ok := s.Lookup(path[0])
		if !ok {
			return s
		}
		here = stand(b, path[1:], here)
	}
	return &standing{base: s, list: path[0], here: here}
}

// Path resolves a dotted path through current items and records: 项目.指标 is
// the list 指标 of the 项目 at hand. ok is false when a segment is not there, or
// when a list on the way stands at no item.
func Path(s Scope, path []string) (Binding, bool) {
	if s == nil || len(path) == 0 {
		return Binding{}, false
	}
	b, ok := s.Lookup(path[0])
	for _, segment := range path[1:] {
		if !ok || b.Current == nil {
			return Binding{}, false
		}
		b, ok = b.Current.Lookup(segment)
	}
	return b, ok
}

// Repeat returns one scope an item of the list that path names, each made by
// [WithItem]. Lists on the way that stand at no item are gone through as well:
// 项目.指标 outside of 项目 gives every indicator of every project. ok is false
// when the path names no list.
func Repeat(s Scope, path []string) (scopes []Scope, ok bool) {
	for k := 1; k <= len(path); k++ {
		b, found := Path(s, path[:k])
		if !found {
			return nil, false
		}
		if !b.IsList || k < len(path) && b.Current != nil {
			continue
		}
		for i := range b.Items {
			item := WithItem(s, strings.Join(path[:k], "."), b.Items, i)
			if k == len(path) {
				scopes = append(scopes, item)
				continue
			}
			inner, ok := Repeat(item, path)
			if !ok {
				return nil, false
			}
			scopes = append(scopes, inner...)
		}
		return scopes, true
	}
	return nil, false
}

// nowhere is the scope of an expression that is evaluated without one.
type nowhere struct{}

func (nowhere) Lookup(string) (Binding, bool) { return Binding{}, false }

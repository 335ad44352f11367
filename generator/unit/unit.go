// Package unit holds what becomes of one unit's report, as the distinct types
// that the five stages hand on:
//
//	intake ─► Submission ─► extract ─► Record ─► audit ─► Verdict ─► render ─► Document ─► publish
//
// Nothing is changed after it was handed on.
package unit

import (
	"slices"
	"strings"

	"jixiao/generator/expr"
	"jixiao/generator/fillin"
	"jixiao/generator/finding"
	"jixiao/generator/ooxml"
	"jixiao/generator/value"
)

// Unit is one department that reports.
type Unit struct {
	Code    string   // 预算编码; "" when unknown
	Name    string   // 单位名称 as the roster, or without one the workbook, spells it
	Aliases []string // 曾用名, 简称
	Figures []Figure // figures that the bureau already holds, in the order of the roster's columns
}

// Figure is one figure of the roster: 名册.年初预算数.
type Figure struct {
	Name  string
	Value value.Value
}

// Roster is the bureau's own list of units. A nil Roster means that none was given.
type Roster struct {
	Path  string
	Units []Unit
}

// Workbook is one file that came in.
type Workbook struct {
	Path    string // below the inbox, with slashes
	SHA256  string // of the whole file as it came, hexadecimal
	Size    int64  // of the same, in bytes
	Arrived int    `json:",omitempty"` // which of the unit's workbooks came later; 0 when they came together
	Data    []byte // the whole file
	Book    *ooxml.Workbook
	Layout  *fillin.Layout // where the form's cells stand in Book; nil when it was not read
}

// Submission is all that one unit sent in one run.
type Submission struct {
	Unit      Unit
	OnRoster  bool         // the unit was found in the roster
	Workbooks []Workbook   // sorted by path
	Findings  finding.List // files that could not be read, contradictions

	Explanations []Explanation // what the unit wrote about findings of an earlier round
}

// Field is one value of a record, which remembers its cell.
type Field struct {
	Name  string
	Value value.Value // the typed reading of the cell
	Type  value.Type
	Raw   string        // the cell's own text
	Place finding.Place // without a cell when no workbook had it

	Label    string   // what the form calls it, for messages
	Optional bool     // 可空
	Filled   bool     // filled down from a merged or upper cell: it counts there, not here
	Notes    []string // what was changed to read it; the first Repairs of them are worth a notice
	Repairs  int
	Problem  string // why it could not be read and what to do; Value is then 未判
}

// Item is one entry of a list: one indicator.
type Item struct {
	Fields []Field
	Lists  []List
}

// List is a named sequence of items.
type List struct {
	Name  string
	Items []Item
}

// Record is what was read of one unit.
type Record struct {
	Submission *Submission
	Item                    // the unit's own fields and lists
	Findings   finding.List // what could not be found or read, and what was repaired
}

// Document is one rendered file, not yet on disk.
type Document struct {
	Path string // below the results folder, with slashes: 单位/某局/某局自评表.docx
	Data []byte
}

// Recognised reports whether anything of the form was read: without it there is
// nothing to judge and nothing to print.
func (r *Record) Recognised() bool {
	return slices.ContainsFunc(r.Submission.Workbooks, func(w Workbook) bool { return w.Layout.Recognised() })
}

// Field returns the field of that name, or nil.
func (it *Item) Field(name string) *Field {
	i := it.place(name)
	if i < 0 {
		return nil
	}
	return &it.Fields[i]
}

// place is which of the fields has the name; -1: none.
func (it *Item) place(name string) int {
	for i := range it.Fields {
		if it.Fields[i].Name == name {
			return i
		}
	}
	return -1
}

// List returns the list of that name, or nil.
func (it *Item) List(name string) *List {
	for i := range it.Lists {
		if it.Lists[i].Name == name {
			return &it.Lists[i]
		}
	}
	return nil
}

// Title is what people call an item: its 三级指标, its 项目名称, or else its
// first text that is the item's own and not merely filled down.
func (it *Item) Title() string {
	for _, want := range []string{"三级指标", "项目名称"} {
		if f := it.Field(want); f != nil && f.Value.Kind() == value.Text {
			return f.Value.String()
		}
	}
	for i := range it.Fields {
		if f := &it.Fields[i]; !f.Filled && f.Value.Kind() == value.Text {
			return f.Value.String()
		}
	}
	return ""
}

// Lookup makes an item a scope of expressions: its fields and lists by name. No form
// has a list and a field of the same name.
func (it *Item) Lookup(name string) (expr.Binding, bool) {
	if l := it.List(name); l != nil {
		items := make([]expr.Scope, len(l.Items))
		for i := range l.Items {
			items[i] = &l.Items[i]
		}
		return expr.Binding{Items: items, IsList: true}, true
	}
	if f := it.Field(name); f != nil {
		return expr.Binding{Value: f.Value}, true
	}
	return expr.Binding{}, false
}

// Value finds a field by name, first where the last item of the list had it.
func (it *Item) Value(name string, hint *int32) *value.Value {
	i := int(*hint)
	if i >= len(it.Fields) || it.Fields[i].Name != name {
		if i = it.place(name); i < 0 {
			return nil
		}
		*hint = int32(i)
	}
	return &it.Fields[i].Value
}

// Figures is a scope of single figures.
type Figures []Figure

// Lookup finds a figure by name.
func (fs Figures) Lookup(name string) (expr.Binding, bool) {
	for i := range fs {
		if fs[i].Name == name {
			return expr.Binding{Value: fs[i].Value}, true
		}
	}
	return expr.Binding{}, false
}

// Names returns code, name and aliases, the ways in which a unit is called.
func (u Unit) Names() []string {
	names := []string{u.Name}
	if u.Code != "" {
		names = append(names, u.Code)
	}
	for _, a := range u.Aliases {
		if a = strings.TrimSpace(a); a != "" {
			names = append(names, a)
		}
	}
	return names
}

// Package render fills the compiled templates of a form.
//
//	Verdict   ─► Unit     ─► []Document   the unit's documents, or its drafts
//	Verdict   ─► Back     ─► []Document   the unit's own workbooks, marked up (markup.go)
//	          ─► Verify   ─► []Document   … of an accepted unit, for it to explain its notices
//	[]Verdict ─► Summary  ─► []Document   what is made of all units together (summary.go)
//
// Nothing is written to disk here. What cannot be rendered is an error of the
// program or the machine: data never makes a template fail.
package render

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"jixiao/generator/expr"
	"jixiao/generator/finding"
	"jixiao/generator/form"
	"jixiao/generator/tag"
	"jixiao/generator/unit"
	"jixiao/generator/value"
)

// Unit renders the documents of a form for one unit into folder (with slashes,
// below the results). A unit that was not accepted gets drafts: every page is
// headed 未通过审核（n处错误）.
func Unit(f *form.Form, v *unit.Verdict, folder string) ([]unit.Document, error) {
	stamp := ""
	if v.Outcome() != unit.Accepted {
		stamp = fmt.Sprintf("未通过审核（%d处错误）", v.Findings.Count(finding.Error))
	}
	return documents(f.Documents, counted(v), folder, stamp)
}

// Back is what a returned unit gets: its own workbooks, marked up, in folder.
func Back(v *unit.Verdict, folder string) ([]unit.Document, error) {
	return markedUp(v, folder, func(unit.Workbook) bool { return true })
}

// Verify is what an accepted unit gets beside its documents when notices wait for
// its word: the workbooks that they are about, marked up, in folder. Notices do not
// hold anything up, but the unit must have a place where it can explain them.
func Verify(v *unit.Verdict, folder string) ([]unit.Document, error) {
	used := v.Record.Used()
	first := true // a notice about the unit as a whole goes with its first workbook
	return markedUp(v, folder, func(w unit.Workbook) bool {
		if !used[w.Path] {
			return false // another one says the same, or came later
		}
		whole := first
		first = false
		return slices.ContainsFunc(v.Findings, func(f finding.Finding) bool {
			return f.Level == finding.Notice && !f.Explained() && (f.Place.Workbook == w.Path || whole && f.Place.Workbook == "")
		})
	})
}

func markedUp(v *unit.Verdict, folder string, which func(unit.Workbook) bool) ([]unit.Document, error) {
	var out []unit.Document
	taken := map[string]bool{}
	for _, w := range v.Record.Submission.Workbooks {
		if !which(w) {
			continue
		}
		data, ext, err := returnedAs(v, w)
		if err != nil {
			return nil, fmt.Errorf("标注报送件 %s：%w", w.Path, err)
		}
		base := path.Base(w.Path)
		// Whatever came in, what goes back is a workbook of today's kind.
		name := free(taken, unit.SafeName(strings.TrimSuffix(base, path.Ext(base))+ext))
		out = append(out, unit.Document{Path: path.Join(folder, name), Data: data})
	}
	return out, nil
}

// documents renders templates against one scope; one whose file name names a
// list gives a file an item.
func documents(templates []form.Template, s expr.Scope, folder, stamp string) ([]unit.Document, error) {
	var out []unit.Document
	taken := map[string]bool{}
	for i := range templates {
		t := &templates[i]
		for _, scope := range repeat(t, s) {
			data, err := t.Render(scope, stamp)
			if err != nil {
				return nil, fmt.Errorf("填写模板 %s：%w", t.File, err)
			}
			name := free(taken, unit.SafeName(tag.Render(t.Name, scope)))
			out = append(out, unit.Document{Path: path.Join(folder, name), Data: data})
		}
	}
	return out, nil
}

// repeat returns the scopes that a template is rendered in: the one given, or
// one for each item of the list in its file name.
func repeat(t *form.Template, s expr.Scope) []expr.Scope {
	if len(t.Lists) == 0 {
		return []expr.Scope{s}
	}
	scopes, _ := expr.Repeat(s, t.Lists[0]) // a list that is not there has no items and gives no file
	return scopes
}

// free gives a second file of the same name a number.
func free(taken map[string]bool, name string) string {
	ext := path.Ext(name)
	stem := strings.TrimSuffix(name, ext)
	for n := 2; taken[unit.Alike(name)]; n++ {
		name = fmt.Sprintf("%s（%d）%s", stem, n, ext)
	}
	taken[unit.Alike(name)] = true
	return name
}

// scope is a verdict with what the run counts of it.
type scope struct {
	*unit.Verdict
	own unit.Figures
}

// counted adds 错误数 提示数 已说明数 主要问题 and the unit's name and code to a verdict.
func counted(v *unit.Verdict) scope {
	u := v.Record.Submission.Unit
	own := unit.Figures{
		{Name: form.ErrorCount, Value: value.Int(int64(v.Findings.Count(finding.Error)))},
		{Name: form.NoticeCount, Value: value.Int(int64(v.Findings.Count(finding.Notice)))},
		{Name: form.ExplainedCount, Value: value.Int(int64(v.Findings.CountExplained()))},
		{Name: form.MainTroubles, Value: value.Str(troubles(v.Findings))},
		{Name: form.UnitName, Value: value.Str(u.Name)},
	}
	return scope{v, own}
}

// Lookup answers what the run counts, then what the verdict knows.
func (s scope) Lookup(name string) (expr.Binding, bool) {
	if b, ok := s.own.Lookup(name); ok {
		return b, true
	}
	return s.Verdict.Lookup(name)
}

// mostTroubles is how many rules 主要问题 names.
const mostTroubles = 5

// troubles names the rules that a unit broke, errors only, each once.
func troubles(list finding.List) string {
	var names []string
	seen := map[string]bool{}
	for _, f := range list {
		if f.Level == finding.Error && !seen[f.Name] {
			seen[f.Name] = true
			names = append(names, f.Name)
		}
	}
	if len(names) > mostTroubles {
		return strings.Join(names[:mostTroubles], "；") + "等"
	}
	return strings.Join(names, "；")
}

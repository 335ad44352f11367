package xlsx

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"

	"golang.org/x/text/width"

	"jixiao/generator/tag"
)

// listPath is the list that a value or a condition names; nil when it names none.
func listPath(t *tag.Tag) []string {
	if t.Kind == tag.Value || t.Expr == nil {
		return t.ListPath()
	}
	var path []string
	for _, n := range t.Expr.Names() {
		if list := n.List(); !n.Aggregated && len(list) > len(path) {
			path = list
		}
	}
	return path
}

// namesItem reports whether the tag speaks of the item at hand without naming its list.
func namesItem(t *tag.Tag) bool {
	if t.Expr == nil {
		return false
	}
	for _, n := range t.Expr.Names() {
		switch n.Path[0] {
		case "序号", "首条", "末条", "本条":
			return true
		}
	}
	return false
}

// findSheetList finds the list whose items are a sheet each: the list that the
// sheet's name speaks of, or the one with which every tag of the sheet begins.
// Tags that stand in one row, or in rows that a merged cell binds together, are
// that row's: a table is repeated by rows, a form by sheets.
func (f *flow) findSheetList() {
	var named [][]string
	for _, t := range tagsOf(f.sheet.nameText) {
		if p := f.listOf(t); p != nil && t.Kind == tag.Value {
			named = append(named, p)
		}
	}
	if path := longest(named); path != nil {
		f.sheet.path, f.sheet.key = path, pathKey(path)
		return
	}
	if f.sheet.nameText != nil {
		return
	}
	first := ""
	var rows []int
	for i := range f.sheet.rows {
		rw := &f.sheet.rows[i]
		for j := range rw.cells {
			if rw.cells[j].text == nil {
				continue
			}
			for _, t := range openTags(rw.cells[j].text.pieces) {
				path := listPath(t)
				switch {
				case len(path) == 0 && namesItem(t):
					continue
				case len(path) == 0 || f.bound[path[0]] || first != "" && path[0] != first:
					return
				}
				first = path[0]
				if len(rows) == 0 || rows[len(rows)-1] != rw.n {
					rows = append(rows, rw.n)
				}
			}
		}
	}
	if len(rows) < 2 {
		return
	}
	for _, b := range f.blocks {
		if b.tag.Kind == tag.Each && b.tag.Path[0] == first {
			return
		}
	}
	if f.bandEnd(rows[0], maxRow) >= rows[len(rows)-1] {
		return
	}
	f.sheet.path, f.sheet.key = []string{first}, first
}

// maxName is how many UTF-16 units a sheet's name may have.
const maxName = 31

// sheetNames hands out names of sheets that a spreadsheet program accepts, each once.
type sheetNames struct{ taken map[string]bool }

// nameTwins stand for the characters that a sheet's name must not have.
var nameTwins = strings.NewReplacer(":", "：", "\\", "＼", "/", "／", "?", "？", "*", "＊", "[", "［", "]", "］")

// safeName makes a sheet's name of a text: without forbidden characters, not too long, "" when nothing is left.
func safeName(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return ' '
		case unicode.IsControl(r) || r == unicode.ReplacementChar || r == 0xFFFE || r == 0xFFFF:
			return -1
		}
		return r
	}, text)
	text = cutName(nameTwins.Replace(strings.TrimSpace(text)), maxName)
	text = strings.TrimSpace(strings.Trim(text, "'"))
	if strings.EqualFold(text, "History") { // Excel keeps that name for itself
		text += "_"
	}
	return text
}

// cutName is text cut to at most n UTF-16 units, between characters.
func cutName(text string, n int) string {
	units := 0
	for i, r := range text {
		if units += utf16.RuneLen(r); units > n {
			return text[:i]
		}
	}
	return text
}

// nameKey is the same for names that a spreadsheet program takes for the same.
func nameKey(name string) string { return strings.ToLower(width.Fold.String(name)) }

// reserve takes a name that stands in the template as it is.
func (s *sheetNames) reserve(name string) { s.taken[nameKey(name)] = true }

// give returns text as a safe name that no other sheet has.
func (s *sheetNames) give(text string) string {
	base := safeName(text)
	if base == "" {
		base = "空表"
	}
	name := base
	for n := 2; s.taken[nameKey(name)]; n++ {
		suffix := " (" + strconv.Itoa(n) + ")"
		name = strings.TrimSpace(cutName(base, maxName-len(suffix))) + suffix
	}
	s.taken[nameKey(name)] = true
	return name
}

// pathsEqual reports whether two sheets repeat over the same list.
func pathsEqual(a, b *sheet) bool { return a.path != nil && slices.Equal(a.path, b.path) }

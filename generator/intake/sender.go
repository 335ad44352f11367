package intake

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"jixiao/generator/fillin"
	"jixiao/generator/ooxml"
	"jixiao/generator/unit"
)

// sender is what one file says of who sent it.
type sender struct {
	cell string // the text of the form's key cell; "" when it has none or cannot be read
	file string // the file's name below the inbox
}

// identify reads the key cell of a workbook; book is nil when it could not be read.
func identify(name string, book *ooxml.Workbook, opt Options) sender {
	s := sender{file: name}
	if book == nil {
		return s
	}
	if l := locate(opt.Map, book); l.Recognised() {
		s.cell = key(&l.Group)
	}
	return s
}

// key finds the filled key cell, in the record itself or in the items of its lists.
func key(g *fillin.Group) string {
	for _, c := range g.Cells {
		if c.Spec.Format.Key() && plain(c.Raw) != "" {
			return strings.TrimSpace(c.Raw)
		}
	}
	for _, l := range g.Lists {
		for i := range l.Items {
			if k := key(&l.Items[i]); k != "" {
				return k
			}
		}
	}
	return ""
}

// gather puts together the files of each unit.
func gather(files []File, senders []sender, roster *unit.Roster) (parcels []Parcel, missing []unit.Unit) {
	known := newDirectory(roster)
	byKey := map[string]*Parcel{}
	var order []string
	add := func(k string, p Parcel, f File) {
		if byKey[k] == nil {
			byKey[k] = &p
			order = append(order, k)
		}
		byKey[k].Files = append(byKey[k].Files, f)
	}
	// Files that name their unit come first, so that a file that cannot be read
	// can join the unit whose name it carries.
	var mute []int
	for i, s := range senders {
		u, doubt := known.find(s)
		files[i].doubt = doubt
		switch {
		case u != nil:
			add("\x00"+u.Name, Parcel{Unit: *u, OnRoster: true}, files[i])
		case s.cell != "":
			code, name := splitCode(s.cell)
			add(plain(name), Parcel{Unit: unit.Unit{Code: code, Name: name}}, files[i])
		default:
			mute = append(mute, i)
		}
	}
	named := slices.Clone(order)
	owner := func(k string) string { return plain(byKey[k].Unit.Name) }
	for _, i := range mute {
		name := strings.TrimSuffix(path.Base(files[i].Name), path.Ext(files[i].Name))
		k := companion(files[i].Name, named, owner)
		if k == "" {
			k = neighbour(files[i].Name, named, byKey)
		}
		if k == "" {
			k = plain(name)
		}
		add(k, Parcel{Unit: unit.Unit{Name: name}}, files[i])
	}
	for _, k := range order {
		parcels = append(parcels, *byKey[k])
	}
	return inOrder(parcels, roster)
}

// companion finds, among the units that have named themselves, the one whose
// name stands in a file's own name or that of a folder around it.
func companion(file string, keys []string, name func(string) string) string {
	parts := strings.Split(file, "/")
	for i := len(parts) - 1; i >= 0; i-- {
		text := plain(parts[i])
		for _, k := range keys {
			if n := name(k); len(n) >= shortestInside && strings.Contains(text, n) {
				return k
			}
		}
	}
	return ""
}

// neighbour is the one unit that sent everything else in the file's folder; ""
// when there are several, or when the file lies in the inbox itself. At the top of
// an archive it must have sent all of the archive: a bureau packs a season into one.
func neighbour(file string, keys []string, parcels map[string]*Parcel) string {
	dir := path.Dir(file)
	if dir == "." {
		return ""
	}
	found := ""
	for _, k := range keys {
		here := slices.ContainsFunc(parcels[k].Files, func(f File) bool {
			return path.Dir(f.Name) == dir || isArchive(dir) && strings.HasPrefix(f.Name, dir+"/")
		})
		switch {
		case here && found != "":
			return ""
		case here:
			found = k
		}
	}
	return found
}

// inOrder sorts parcels as the roster has its units, then by name, and lists
// the roster's units without a parcel.
func inOrder(parcels []Parcel, roster *unit.Roster) ([]Parcel, []unit.Unit) {
	slices.SortFunc(parcels, func(a, b Parcel) int { return strings.Compare(a.Unit.Name, b.Unit.Name) })
	if roster == nil {
		return parcels, nil
	}
	var sorted []Parcel
	var missing []unit.Unit
	for _, u := range roster.Units {
		i := slices.IndexFunc(parcels, func(p Parcel) bool { return p.OnRoster && p.Unit.Name == u.Name && p.Unit.Code == u.Code })
		if i < 0 {
			missing = append(missing, u)
			continue
		}
		sorted = append(sorted, parcels[i])
		parcels = slices.Delete(parcels, i, i+1)
	}
	return append(sorted, parcels...), missing
}

// directory finds units of the roster by whatever name people use.
type directory struct {
	byName map[string]*unit.Unit // by code, name and aliases, in plain spelling
	names  []string              // keys of byName, longest first
}

func newDirectory(r *unit.Roster) *directory {
	d := &directory{byName: map[string]*unit.Unit{}}
	if r == nil {
		return d
	}
	for i := range r.Units {
		for _, n := range r.Units[i].Names() {
			if k := plain(n); k != "" && d.byName[k] == nil {
				d.byName[k] = &r.Units[i]
				d.names = append(d.names, k)
			}
		}
	}
	slices.SortFunc(d.names, func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	})
	return d
}

// shortestInside is the least length, in bytes, of a name that is believed when
// it stands among other words: four digits, two Chinese characters. A shorter
// one would be found in dates and serial numbers.
const shortestInside = 4

// find looks a sender up: the form's own cell decides, in it the code before the
// name; only when it is empty or cannot be read do file and folder names, in which
// a unit's name or code may be surrounded by other words. doubt says what speaks
// for another unit than the one found, in words for the clerk; "" when nothing does.
func (d *directory) find(s sender) (u *unit.Unit, doubt string) {
	if s.cell != "" {
		u, doubt = d.byCell(s)
		stem := strings.TrimSuffix(path.Base(s.file), path.Ext(s.file))
		if other := d.inside(plain(stem)); u != nil && doubt == "" && other != nil && other != u {
			doubt = fmt.Sprintf("填报单位写的是“%s”，文件名却是“%s”的，已按表内填报单位归到“%s”，请核对是否拿错了文件", s.cell, other.Name, u.Name)
		}
		return u, doubt
	}
	parts := strings.Split(s.file, "/")
	for i := len(parts) - 1; i >= 0; i-- {
		if u := d.inside(plain(strings.TrimSuffix(parts[i], path.Ext(parts[i])))); u != nil {
			return u, ""
		}
	}
	return nil, ""
}

// byCell looks up what the form itself says.
func (d *directory) byCell(s sender) (*unit.Unit, string) {
	code, name := splitCode(s.cell)
	coded, named := d.byName[plain(code)], d.byName[plain(name)]
	switch {
	case code != "" && coded != nil && named != nil && coded != named:
		return coded, fmt.Sprintf("填报单位“%s”的编码是“%s”的，名称却是“%s”的，已按编码归到“%[2]s”，请核对", s.cell, coded.Name, named.Name)
	case code != "" && coded != nil:
		return coded, ""
	case named != nil:
		return named, ""
	}
	// The name is not known, but the file may be called by the unit's code,
	// which decides over a name spelled another way. A name in the file name
	// does not: it would be a guess against what the form says.
	stem := plain(strings.TrimSuffix(path.Base(s.file), path.Ext(s.file)))
	if u := d.byName[stem]; u != nil && u.Code != "" && plain(u.Code) == stem {
		return u, ""
	}
	return nil, ""
}

// inside finds the one unit whose name, alias or code a text is or holds; nil when
// it holds those of several. A name inside a longer one does not count (水务局 in
// 水务局二中队), nor does a code inside a longer number, such as a date.
func (d *directory) inside(text string) *unit.Unit {
	if u := d.byName[text]; u != nil {
		return u
	}
	var found *unit.Unit
	covered := make([]bool, len(text))
	for _, n := range d.names { // the longest first
		if len(n) < shortestInside {
			break
		}
		for at := 0; ; {
			i := strings.Index(text[at:], n)
			if i < 0 {
				break
			}
			from, to := at+i, at+i+len(n)
			at = from + 1
			if covered[from] && covered[to-1] || splitsNumber(text, from, to) {
				continue
			}
			for b := from; b < to; b++ {
				covered[b] = true
			}
			if found != nil && found != d.byName[n] {
				return nil
			}
			found = d.byName[n]
		}
	}
	return found
}

// splitsNumber reports whether text[from:to] begins or ends inside a number.
func splitsNumber(text string, from, to int) bool {
	digit := func(i int) bool { return i >= 0 && i < len(text) && text[i] >= '0' && text[i] <= '9' }
	return digit(from-1) && digit(from) || digit(to-1) && digit(to)
}

// splitCode takes the budget code off a name: 219001-某局 and [155]某局.
func splitCode(text string) (code, name string) {
	text = strings.TrimFunc(norm.NFKC.String(text), blank)
	digits := strings.TrimLeft(text, "[(【")
	n := strings.IndexFunc(digits, func(r rune) bool { return r < '0' || r > '9' })
	if n >= 3 {
		if rest := strings.TrimLeft(digits[n:], "])】-—_ "); rest != digits[n:] && rest != "" {
			return digits[:n], rest
		}
	}
	return "", text
}

func blank(r rune) bool {
	return r <= ' ' || r == '\u00a0' || r == '\u3000' || r >= '\u200b' && r <= '\u200d' || r == '\ufeff'
}

// suffixes that do not make another unit of the same name.
var suffixes = []string{"(本级)", "本级", "(机关)", "机关", "(部门)", "部门", "(盖章)"}

// plain brings a name into the spelling in which names are compared: NFKC, no
// white space, no “本级” behind it.
func plain(name string) string {
	s := strings.Map(func(r rune) rune {
		if blank(r) {
			return -1
		}
		return r
	}, norm.NFKC.String(name))
	for changed := true; changed; {
		changed = false
		for _, x := range suffixes {
			if t := strings.TrimSuffix(s, x); t != s && t != "" {
				s, changed = t, true
			}
		}
	}
	return s
}

package generator

import (
	"fmt"
	"path"
	"strings"

	"jixiao/generator/intake"
	"jixiao/generator/unit"
)

// Layout says where things stand below the root of the results, with slashes.
type Layout struct {
	Accepted string // the documents of accepted units, a folder each
	Returned string // what returned units get back, a folder each
	Summary  string // what is made of all units together
	Reports  string // run.json and the other accounts; "" is the root itself
}

// Plain is the layout of `run --out 成果`.
var Plain = Layout{Accepted: "单位", Returned: "退回", Summary: "汇总"}

// DropFolder is the layout of a drop folder's root, in which 收件, 处理中 and 归档 stand too.
var DropFolder = Layout{Accepted: "成果/单位", Returned: "退回", Summary: "成果/汇总", Reports: "成果"}

// DraftFolder is where a returned unit's drafts lie, in its folder.
const DraftFolder = "草稿"

// VerifyFolder is where an accepted unit's workbooks lie, in its folder, marked
// where notices wait for its explanation. They are between the bureau and the
// unit: what a bureau makes public is what lies beside this folder.
const VerifyFolder = "核实意见"

// SumsFile lists the hash of every document, as `sha256sum -c` reads it.
const SumsFile = "SHA256SUMS"

// shown is a path below the root as the accounts name it: seen from where they stand.
func (l Layout) shown(p string) string {
	if l.Reports == "" {
		return p
	}
	if rest, ok := strings.CutPrefix(p, l.Reports+"/"); ok {
		return rest
	}
	return strings.Repeat("../", strings.Count(l.Reports, "/")+1) + p
}

// below is the path below the root that an account names so.
func (l Layout) below(shown string) string { return path.Join(l.Reports, shown) }

// folders gives every unit a folder name of its own, also when two names differ
// only in what a file system cannot tell apart. The units of the roster choose
// first, whether or not they sent something, so that a unit's folder does not
// depend on who else has sent.
func folders(parcels []intake.Parcel, roster *unit.Roster) []string {
	taken := map[string]bool{}
	chosen := map[string]string{}
	choose := func(u unit.Unit) string {
		if name, ok := chosen[u.Code+"\x00"+u.Name]; ok {
			return name
		}
		name := unit.SafeName(u.Name)
		if taken[unit.Alike(name)] && u.Code != "" {
			name = unit.SafeName(u.Name + "（" + u.Code + "）")
		}
		for n, base := 2, name; taken[unit.Alike(name)]; n++ {
			name = unit.SafeName(fmt.Sprintf("%s（%d）", base, n))
		}
		taken[unit.Alike(name)] = true
		chosen[u.Code+"\x00"+u.Name] = name
		return name
	}
	if roster != nil {
		for _, u := range roster.Units {
			choose(u)
		}
	}
	out := make([]string, len(parcels))
	for i, p := range parcels {
		out[i] = choose(p.Unit)
	}
	return out
}

package intake

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"jixiao/generator/ooxml"
	"jixiao/generator/unit"
)

func TestPlain(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want string }{
		{"　青岚区水务局 ", "青岚区水务局"},
		{"青岚区水务局（本级）", "青岚区水务局"},
		{"青岚区水务局(本级)（盖章）", "青岚区水务局"},
		{"青 岚 区\u00a0水务局", "青岚区水务局"},
		{"（本级）", "(本级)"},
		{"ＡＢＣ１２３", "ABC123"},
		{"", ""},
	} {
		if got := plain(c.text); got != c.want {
			t.Errorf("plain(%q) = %q, want %q", c.text, got, c.want)
		}
	}
}

func TestSplitCode(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, code, name string }{
		{"219001-某镇人民政府", "219001", "某镇人民政府"},
		{"[155]某局", "155", "某局"},
		{"２１９００１—某局", "219001", "某局"},
		{"某局", "", "某局"},
		{"2022年度某局", "", "2022年度某局"},
		{"110指挥中心", "", "110指挥中心"},
		{"219001", "", "219001"},
		{"12-某局", "", "12-某局"},
	} {
		if code, name := splitCode(c.text); code != c.code || name != c.name {
			t.Errorf("splitCode(%q) = %q, %q; want %q, %q", c.text, code, name, c.code, c.name)
		}
	}
}

var roster = &unit.Roster{Units: []unit.Unit{
	{Code: "301001", Name: "青岚区水务局", Aliases: []string{"区水利局"}},
	{Code: "301002", Name: "青岚区图书馆"},
	{Code: "301003", Name: "青岚区档案馆"},
}}

func TestFind(t *testing.T) {
	t.Parallel()
	d := newDirectory(roster)
	for _, c := range []struct {
		name       string
		cell, file string
		want       string
		doubt      string
	}{
		{"the form's own cell", "青岚区水务局", "x.xlsx", "青岚区水务局", ""},
		{"cell with code", "301002-图书馆", "x.xlsx", "青岚区图书馆", ""},
		{"cell with code in brackets", "[301002]青岚区图书馆", "x.xlsx", "青岚区图书馆", ""},
		{"cell with 本级", "青岚区水务局本级", "x.xlsx", "青岚区水务局", ""},
		{"cell with a seal and blanks", " 青岚区　水务局（盖章）", "x.xlsx", "青岚区水务局", ""},
		{"alias", "区水利局", "x.xlsx", "青岚区水务局", ""},
		{"the code alone", "301003", "x.xlsx", "青岚区档案馆", ""},
		{"a code that nobody has, beside a name", "999999-青岚区档案馆", "x.xlsx", "青岚区档案馆", ""},
		{"the code beats the name", "301001-青岚区图书馆", "x.xlsx", "青岚区水务局",
			"填报单位“301001-青岚区图书馆”的编码是“青岚区水务局”的，名称却是“青岚区图书馆”的，已按编码归到“青岚区水务局”，请核对"},
		{"the cell beats the file name", "青岚区水务局", "青岚区图书馆.xlsx", "青岚区水务局",
			"填报单位写的是“青岚区水务局”，文件名却是“青岚区图书馆”的，已按表内填报单位归到“青岚区水务局”，请核对是否拿错了文件"},
		{"the cell beats a code as file name", "青岚区水务局", "301003 自评表.xlsx", "青岚区水务局",
			"填报单位写的是“青岚区水务局”，文件名却是“青岚区档案馆”的，已按表内填报单位归到“青岚区水务局”，请核对是否拿错了文件"},
		{"the cell and its own file name", "青岚区水务局", "水务/区水利局2022.xlsx", "青岚区水务局", ""},
		{"a unit's file in the folder of the one above it", "青岚区图书馆", "青岚区水务局/图书馆.xlsx", "青岚区图书馆", ""},
		{"a file name with two units says nothing against the cell", "青岚区水务局", "青岚区图书馆转青岚区档案馆.xlsx", "青岚区水务局", ""},
		{"an unknown cell is not guessed from the file name", "某新单位", "青岚区图书馆.xlsx", "", ""},
		{"an unknown cell is not guessed from the folder", "某新单位", "青岚区图书馆/附件.xlsx", "", ""},
		{"a code as file name beats an unknown spelling", "青岚区档案管理馆", "301003.xlsx", "青岚区档案馆", ""},
		{"a code in the file name does not", "青岚区档案管理馆", "301003自评.xlsx", "", ""},
		{"file name", "", "青岚区档案馆2022自评（最终版）.xlsx", "青岚区档案馆", ""},
		{"file name with an alias", "", "（报送）区水利局-副本(1).xlsx", "青岚区水务局", ""},
		{"code in the file name", "", "301003.xlsx", "青岚区档案馆", ""},
		{"code among words", "", "2022年度_301003_自评表.xlsx", "青岚区档案馆", ""},
		{"code inside a longer number", "", "20230100301003.xlsx", "", ""},
		{"folder name", "", "青岚区档案馆/附件1.xlsx", "青岚区档案馆", ""},
		{"folder by its code", "", "301003/附件1.xlsx", "青岚区档案馆", ""},
		{"folder by alias, some way up", "", "区水利局/2022/附件1.xlsx", "青岚区水务局", ""},
		{"archive", "", "青岚区档案馆.zip/附件1.xlsx", "青岚区档案馆", ""},
		{"the file name beats the folder", "", "青岚区水务局/青岚区档案馆.xlsx", "青岚区档案馆", ""},
		{"a file name with two units leaves it to the folder", "", "青岚区档案馆/青岚区水务局转青岚区图书馆.xlsx", "青岚区档案馆", ""},
		{"two units in one name", "", "青岚区水务局和青岚区图书馆.xlsx", "", ""},
		{"one unit twice in one name", "", "青岚区水务局（区水利局）301001.xlsx", "青岚区水务局", ""},
		{"nobody", "", "附件1.xlsx", "", ""},
	} {
		got := ""
		u, doubt := d.find(sender{cell: c.cell, file: c.file})
		if u != nil {
			got = u.Name
		}
		if got != c.want || doubt != c.doubt {
			t.Errorf("%s: %q %q, want %q %q", c.name, got, doubt, c.want, c.doubt)
		}
	}
	// A name inside a longer one is not the shorter one's.
	longer := newDirectory(&unit.Roster{Units: []unit.Unit{{Name: "水务局"}, {Name: "水务局二中队"}}})
	if u := longer.inside("水务局二中队2022"); u == nil || u.Name != "水务局二中队" {
		t.Errorf("the longer name: %v", u)
	}
	if u := longer.inside("水务局二中队和水务局"); u != nil {
		t.Errorf("both names: %v", u)
	}
}

// TestDoubt: what speaks against the sender is said of his file.
func TestDoubt(t *testing.T) {
	t.Parallel()
	f := builtin(t)
	known := &unit.Roster{Units: []unit.Unit{{Name: "青岚区图书馆"}, {Name: "青岚区水务局"}}}
	sub := take(t, inbox(t, map[string][]byte{"青岚区水务局.xlsx": read(t, library)}), Options{Map: f.Map, Roster: known})["青岚区图书馆"]
	const want = "notice R-ID-04 青岚区水务局.xlsx: 填报单位写的是“301002-青岚区图书馆”，文件名却是“青岚区水务局”的，已按表内填报单位归到“青岚区图书馆”，请核对是否拿错了文件"
	if sub == nil {
		t.Fatal("nobody sent it")
	}
	if got := told(sub); !slices.Equal(got, []string{want}) {
		t.Errorf("findings %q", got)
	}
}

func TestGather(t *testing.T) {
	t.Parallel()
	files := []File{{Name: "a.xlsx"}, {Name: "b/水务局.xlsx"}, {Name: "新单位.xlsx"}, {Name: "新单位 副本.xlsx"}}
	senders := []sender{{cell: "301001-青岚区水务局", file: "a.xlsx"}, {cell: "区水利局", file: "b/水务局.xlsx"}, {cell: "新单位", file: "新单位.xlsx"}, {file: "新单位 副本.xlsx"}}
	parcels, missing := gather(files, senders, roster)
	var got []string
	for _, p := range parcels {
		line := p.Unit.Name + ":"
		for _, f := range p.Files {
			line += " " + f.Name
		}
		got = append(got, line)
	}
	want := []string{"青岚区水务局: a.xlsx b/水务局.xlsx", "新单位: 新单位.xlsx 新单位 副本.xlsx"}
	if !slices.Equal(got, want) {
		t.Errorf("parcels %q, want %q", got, want)
	}
	if len(missing) != 2 || missing[0].Name != "青岚区图书馆" || missing[1].Name != "青岚区档案馆" {
		t.Errorf("missing %v", missing)
	}
}

func TestGatherFilesWithoutAName(t *testing.T) {
	t.Parallel()
	files := []File{{Name: "x/主表.xlsx"}, {Name: "x/项目1.xlsx"}, {Name: "乙单位/项目2.xlsx"}, {Name: "y/a.xlsx"}, {Name: "y/b.xlsx"}, {Name: "y/c.xlsx"}, {Name: "项目3.xlsx"}}
	senders := []sender{{cell: "甲单位"}, {}, {}, {cell: "乙单位"}, {cell: "丙单位"}, {}, {}}
	for i := range senders {
		senders[i].file = files[i].Name
	}
	parcels, _ := gather(files, senders, nil)
	got := map[string]string{}
	for _, p := range parcels {
		for _, f := range p.Files {
			got[f.Name] = p.Unit.Name
		}
	}
	want := map[string]string{
		"x/主表.xlsx": "甲单位", "x/项目1.xlsx": "甲单位", // the only unit of its folder
		"乙单位/项目2.xlsx": "乙单位", // the folder's name
		"y/a.xlsx":     "乙单位", "y/b.xlsx": "丙单位",
		"y/c.xlsx": "c",   // two units share the folder: nobody is guessed
		"项目3.xlsx": "项目3", // the inbox itself tells nothing
	}
	for name, unit := range want {
		if got[name] != unit {
			t.Errorf("%s went to %q, want %q", name, got[name], unit)
		}
	}
}

// TestFileTakenAway: a file that is gone by the time it is read is its sender's trouble.
func TestFileTakenAway(t *testing.T) {
	t.Parallel()
	f := File{Path: filepath.Join(t.TempDir(), "青岚区水务局.xlsx"), Name: "青岚区水务局.xlsx"}
	parcels, _, err := Assign(t.Context(), []File{f}, Options{Roster: roster})
	if err != nil {
		t.Fatal(err)
	}
	if len(parcels) != 1 || parcels[0].Unit.Name != "青岚区水务局" {
		t.Fatalf("parcels %v", parcels)
	}
	sub, err := Open(t.Context(), parcels[0], Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(sub.Findings) != 1 || !strings.Contains(sub.Findings[0].Message, "文件打不开") {
		t.Errorf("findings %v", sub.Findings)
	}
}

func TestReadRoster(t *testing.T) {
	t.Parallel()
	r, err := ReadRoster("../../samples/青岚区2022年度/单位名册.xlsx", ooxml.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Units) != 9 {
		t.Fatalf("%d units", len(r.Units))
	}
	u := r.Units[1]
	if u.Code != "301001" || u.Name != "青岚区水务局" || !slices.Equal(u.Aliases, []string{"区水务局", "水利局"}) {
		t.Errorf("%+v", u)
	}
	if len(u.Figures) != 1 || u.Figures[0].Name != "年初预算数" || u.Figures[0].Value.String() != "1520.4" {
		t.Errorf("figures %v", u.Figures)
	}
}

func TestReadRosterFaults(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		rows    [][]any
		message string
	}{
		{"no heading", [][]any{{"水务局"}, {"图书馆"}}, "没有找到表头"},
		{"a code without a name", [][]any{{"单位编码", "单位名称"}, {"1001", ""}}, "第2行有编码“1001”，没有单位名称"},
		{"a unit twice", [][]any{{"单位编码", "单位名称"}, {"1001", "水务局"}, {"1002", "水务局（本级）"}}, "第3行的“水务局（本级）”在第2行已经有了"},
		{"a code twice", [][]any{{"单位编码", "单位名称"}, {"1001", "水务局"}, {"1001", "图书馆"}}, "第3行的“1001”在第2行已经有了"},
	} {
		f := excelize.NewFile()
		for i, row := range c.rows {
			if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
				t.Fatal(err)
			}
		}
		name := filepath.Join(t.TempDir(), "名册.xlsx")
		if err := f.SaveAs(name); err != nil {
			t.Fatal(err)
		}
		_, err := ReadRoster(name, ooxml.DefaultLimits())
		var fault *RosterError
		if !errors.As(err, &fault) || !strings.Contains(fault.Message, c.message) {
			t.Errorf("%s: %v, want %q", c.name, err, c.message)
		}
	}
}

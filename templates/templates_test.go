package templates

import (
	"bytes"
	"io/fs"
	"os"
	"path"
	"slices"
	"testing"
)

// builtIn are the built-in form packages with what each must hold.
var builtIn = []struct {
	name  string
	files []string
}{
	{"整体支出", []string{
		"填报表.xlsx",
		"审核公式.xlsx",
		"单位/{{单位名称}}整体支出绩效自评表.docx",
		"单位/{{单位名称}}整体支出绩效自评报告.docx",
		"汇总/{{年度}}年度绩效自评汇总表.xlsx",
		"汇总/{{年度}}年度绩效自评情况通报.docx",
	}},
	{"通用项目", projectFiles},
	{"湖北", projectFiles},
	{"四川", projectFiles},
	{"云南", projectFiles},
	{"衔接资金", projectFiles},
}

var projectFiles = []string{
	"填报表.xlsx",
	"审核公式.xlsx",
	"单位/{{单位名称}}项目支出绩效自评审核单.xlsx",
	"汇总/{{年度}}年度项目支出绩效自评汇总表.xlsx",
}

// go:embed leaves out what it cannot name; braces and Chinese in the names must not be among that.
func TestFoldersAreEmbeddedWhole(t *testing.T) {
	t.Parallel()
	for _, form := range builtIn {
		t.Run(form.name, func(t *testing.T) {
			t.Parallel()
			onDisk, embedded := files(t, os.DirFS("."), form.name), files(t, FS(), form.name)
			if !slices.Equal(onDisk, embedded) {
				t.Fatalf("embedded %q\non disk  %q", embedded, onDisk)
			}
			for _, name := range form.files {
				data, err := fs.ReadFile(FS(), form.name+"/"+name)
				if err != nil {
					t.Error(err)
					continue
				}
				if !bytes.HasPrefix(data, []byte("PK\x03\x04")) {
					t.Errorf("%s is not a zip archive: it begins with %x", name, data[:min(4, len(data))])
				}
			}
		})
	}
}

// The forms of the regions are made of spreadsheets only, so that a clerk can make one more.
func TestRegionsAreSpreadsheetsOnly(t *testing.T) {
	t.Parallel()
	for _, form := range builtIn[1:] {
		for _, name := range files(t, FS(), form.name) {
			if path.Ext(name) != ".xlsx" {
				t.Errorf("%s holds %s", form.name, name)
			}
		}
	}
}

// A folder that nobody embeds would be missing from the binary in silence.
func TestEveryFolderIsBuiltIn(t *testing.T) {
	t.Parallel()
	for _, fsys := range []fs.FS{os.DirFS("."), FS()} {
		entries, err := fs.ReadDir(fsys, ".")
		if err != nil {
			t.Fatal(err)
		}
		var got, want []string
		for _, e := range entries {
			if e.IsDir() {
				got = append(got, e.Name())
			}
		}
		for _, form := range builtIn {
			want = append(want, form.name)
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("folders %q, want %q", got, want)
		}
	}
}

func files(t *testing.T, fsys fs.FS, root string) (names []string) {
	t.Helper()
	err := fs.WalkDir(fsys, root, func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, p)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

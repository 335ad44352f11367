package templates

import (
	"bytes"
	"io/fs"
	"os"
	"slices"
	"testing"
)

// go:embed leaves out what it cannot name; braces and Chinese in the names must not be among that.
func TestFolderIsEmbeddedWhole(t *testing.T) {
	t.Parallel()
	const form = "整体支出"
	onDisk, embedded := files(t, os.DirFS("."), form), files(t, FS(), form)
	if !slices.Equal(onDisk, embedded) {
		t.Fatalf("embedded %q\non disk  %q", embedded, onDisk)
	}
	for _, want := range []string{
		form + "/填报表.xlsx",
		form + "/单位/{{单位名称}}整体支出绩效自评表.docx",
		form + "/单位/{{单位名称}}整体支出绩效自评报告.docx",
		form + "/汇总/{{年度}}年度绩效自评汇总表.xlsx",
		form + "/汇总/{{年度}}年度绩效自评情况通报.docx",
	} {
		data, err := fs.ReadFile(FS(), want)
		if err != nil {
			t.Error(err)
			continue
		}
		if !bytes.HasPrefix(data, []byte("PK\x03\x04")) {
			t.Errorf("%s is not a zip archive: it begins with %x", want, data[:min(4, len(data))])
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

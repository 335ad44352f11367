package generator

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestLayout holds the table of doc.go against the real imports of the whole module.
func TestLayout(t *testing.T) {
	t.Parallel()
	allowed := readTable(t)
	if len(allowed) < 10 {
		t.Fatalf("doc.go lists only %d packages", len(allowed))
	}
	seen := map[string]bool{}
	root := ".."
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") && d.Name() != "..") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(p, ".go") || strings.HasSuffix(p, "_test.go") {
			return nil
		}
		rel, err := filepath.Rel(root, p)
		if err != nil {
			return err
		}
		pkg := short(path.Dir(filepath.ToSlash(rel)))
		row, ok := allowed[pkg]
		if !ok {
			t.Errorf("%s has no row in doc.go", pkg)
			return nil
		}
		seen[pkg] = true
		f, err := parser.ParseFile(token.NewFileSet(), p, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, imp := range f.Imports {
			name, ours := strings.CutPrefix(strings.Trim(imp.Path.Value, `"`), "jixiao/")
			if ours && short(name) != pkg && !slices.Contains(row, short(name)) {
				t.Errorf("%s: %s imports %s, which the table in doc.go does not allow", rel, pkg, short(name))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for pkg := range allowed {
		if !seen[pkg] {
			t.Errorf("doc.go has a row for %s, which does not exist", pkg)
		}
	}
	floors(t, allowed)
}

// floors fails when the table itself allows a circle.
func floors(t *testing.T, allowed map[string][]string) {
	t.Helper()
	const under, done = 1, 2
	state := map[string]int{}
	var visit func(pkg string) bool
	visit = func(pkg string) bool {
		switch state[pkg] {
		case under:
			return false
		case done:
			return true
		}
		state[pkg] = under
		for _, p := range allowed[pkg] {
			if !visit(p) {
				t.Errorf("doc.go: %s and %s stand on each other", pkg, p)
				return false
			}
		}
		state[pkg] = done
		return true
	}
	for pkg := range allowed {
		visit(pkg)
	}
}

// short is a package's name in the table.
func short(dir string) string { return strings.TrimPrefix(dir, "generator/") }

var tableRow = regexp.MustCompile(`^//\t([a-z/]+) *:((?: [a-z]+)*)$`)

func readTable(t *testing.T) map[string][]string {
	t.Helper()
	data, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	table := map[string][]string{}
	for _, line := range strings.Split(string(data), "\n") {
		if m := tableRow.FindStringSubmatch(line); m != nil {
			table[m[1]] = strings.Fields(m[2])
		}
	}
	return table
}

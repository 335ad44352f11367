package generator

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"jixiao/generator/publish"
	"jixiao/generator/report"
)

// Verification is what became of a results folder since it was published. Paths
// are below its root, sorted.
type Verification struct {
	Documents  int      // that were checked
	Units      int      // that have a receipt
	Missing    []string // published and no longer there
	Changed    []string // other bytes than were published
	Extra      []string // among the results, and published by nobody
	Damaged    []string // receipts and records that cannot be read or contradict each other
	Unfinished bool     // a run is at work, or was killed while publishing
}

// Sound reports whether everything is as it was published, and nothing else is there.
func (v *Verification) Sound() bool {
	return !v.Unfinished && len(v.Missing)+len(v.Changed)+len(v.Extra)+len(v.Damaged) == 0
}

// ErrNoResults says that a folder is not one that jixiao published to.
var ErrNoResults = errors.New("不是 jixiao 的成果文件夹")

// Verify holds every document of a results folder against the receipts, run.json
// and SHA256SUMS, and these against each other. It writes nothing.
func Verify(dir string) (*Verification, error) {
	folder, err := publish.Look(dir)
	if err != nil {
		return nil, err
	}
	defer folder.Close() // it was only read
	c := checking{folder: folder, known: map[string]publish.File{}, layout: Plain}
	if _, err := fs.Stat(folder.FS(), DropFolder.below(SumsFile)); err == nil {
		c.layout = DropFolder
	}
	if err := c.receipts(); err != nil {
		return nil, err
	}
	if err := c.accounts(); err != nil {
		return nil, err
	}
	if len(c.known) == 0 && c.Units == 0 && len(c.Damaged) == 0 {
		return nil, ErrNoResults
	}
	for _, f := range c.known {
		stand, err := folder.Stand(f)
		if err != nil {
			return nil, err
		}
		switch stand {
		case publish.Gone:
			c.Missing = append(c.Missing, f.Path)
		case publish.Changed:
			c.Changed = append(c.Changed, f.Path)
		}
	}
	if err := c.extra(); err != nil {
		return nil, err
	}
	c.Documents = len(c.known)
	if c.Unfinished, err = folder.Unfinished(); err != nil {
		return nil, err
	}
	for _, list := range []*[]string{&c.Missing, &c.Changed, &c.Extra, &c.Damaged} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	return &c.Verification, nil
}

// checking is a verification under way.
type checking struct {
	Verification
	folder *publish.Folder
	layout Layout
	known  map[string]publish.File // everything that was published, by path
}

// expect enters a published file; two records of it must agree.
func (c *checking) expect(f publish.File, by string) {
	if other, ok := c.known[f.Path]; ok {
		if other.SHA256 != f.SHA256 {
			c.Damaged = append(c.Damaged, by+"（与回执不一致："+f.Path+"）")
		}
		return
	}
	c.known[f.Path] = f
}

func (c *checking) receipts() error {
	names, err := c.folder.Names()
	if err != nil {
		return err
	}
	for _, name := range append(names, "") {
		r, err := c.folder.Receipt(name)
		var damaged *publish.DamagedError
		if errors.As(err, &damaged) {
			c.Damaged = append(c.Damaged, damaged.Path)
			continue
		}
		if err != nil {
			return err
		}
		if r == nil {
			continue // nothing was made of all units together yet
		}
		if name != "" {
			c.Units++
		}
		for _, o := range r.Outputs {
			c.expect(o, name)
		}
	}
	return nil
}

// accounts reads SHA256SUMS and run.json, which must say the same of every document.
func (c *checking) accounts() error {
	sumsPath, runPath := c.layout.below(SumsFile), c.layout.below(report.JSONFile)
	sums, err := c.folder.ReadFile(sumsPath)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if len(c.known) > 0 && c.finished() {
			c.Missing = append(c.Missing, sumsPath)
		}
		return nil // a shard, or a run that was broken off
	case err != nil:
		return err
	}
	want, err := c.lastSums()
	if err != nil {
		return err
	}
	if want != "" && publish.Hash(sums) != want {
		c.Changed = append(c.Changed, sumsPath)
	}
	c.known[sumsPath] = publish.File{Path: sumsPath, SHA256: publish.Hash(sums), Size: -1}
	listed := map[string]string{}
	for n, line := range strings.Split(strings.TrimSuffix(string(sums), "\n"), "\n") {
		sum, name, ok := strings.Cut(line, "  ")
		if !ok || len(sum) != 64 {
			c.Damaged = append(c.Damaged, fmt.Sprintf("%s 第%d行", sumsPath, n+1))
			continue
		}
		listed[name] = sum
		c.expect(publish.File{Path: c.layout.below(name), SHA256: sum, Size: -1}, sumsPath)
	}
	data, err := c.folder.ReadFile(runPath)
	if err != nil {
		return ignoreGone(err)
	}
	var run struct {
		Documents []struct{ Path, SHA256 string }
		Units     []struct {
			Documents []struct{ Path, SHA256 string }
		}
	}
	if err := json.Unmarshal(data, &run); err != nil {
		c.Damaged = append(c.Damaged, runPath)
		return nil
	}
	documents := run.Documents
	for _, u := range run.Units {
		documents = append(documents, u.Documents...)
	}
	for _, d := range documents {
		if listed[d.Path] != d.SHA256 {
			c.Damaged = append(c.Damaged, runPath+"（与 "+SumsFile+" 不一致："+d.Path+"）")
		}
	}
	return nil
}

// ignoreGone lets a file that is not there be told of as missing.
func ignoreGone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// manifests calls do for the account of every run, the oldest first.
func (c *checking) manifests(do func(manifest)) error {
	dir := publish.StateFolder + "/runs"
	entries, err := fs.ReadDir(c.folder.FS(), dir)
	if err != nil {
		return ignoreGone(err)
	}
	for _, e := range entries {
		data, err := c.folder.ReadFile(path.Join(dir, e.Name(), "manifest.json"))
		if errors.Is(err, fs.ErrNotExist) {
			continue // a run that is at work, or was killed
		}
		if err != nil {
			return err
		}
		var m manifest
		if json.Unmarshal(data, &m) != nil {
			c.Damaged = append(c.Damaged, path.Join(dir, e.Name(), "manifest.json"))
			continue
		}
		do(m)
	}
	return nil
}

// lastSums is the hash of SHA256SUMS as the last run that wrote one left it.
func (c *checking) lastSums() (sum string, err error) {
	err = c.manifests(func(m manifest) {
		if m.Sums != "" {
			sum = m.Sums
		}
	})
	return sum, err
}

// finished reports whether a whole run has finished here.
func (c *checking) finished() bool {
	sum, err := c.lastSums()
	return err == nil && sum != ""
}

// extra looks for files among the results that nobody published.
func (c *checking) extra() error {
	for _, dir := range []string{c.layout.Accepted, c.layout.Returned, c.layout.Summary} {
		err := fs.WalkDir(c.folder.FS(), dir, func(p string, d fs.DirEntry, err error) error {
			if err != nil {
				return ignoreGone(err)
			}
			if _, ok := c.known[p]; !ok && !d.IsDir() {
				c.Extra = append(c.Extra, p)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	root := path.Clean(c.layout.Reports) // "." for the root itself
	entries, err := fs.ReadDir(c.folder.FS(), root)
	if err != nil {
		return ignoreGone(err)
	}
	// The accounts are the run's own, also when there are no hashes of them.
	accounts := []string{report.WorkbookFile, report.PageFile, report.JSONFile, SumsFile}
	for _, e := range entries {
		if !e.IsDir() && !slices.Contains(accounts, e.Name()) && c.known[path.Join(root, e.Name())].Path == "" {
			c.Extra = append(c.Extra, path.Join(root, e.Name()))
		}
	}
	return nil
}

package publish

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"jixiao/generator/unit"
)

// Package is what is published of one unit, together or not at all.
type Package struct {
	Receipt   Receipt         // without Version and Outputs, which are filled in
	Documents []unit.Document // all in Receipt.Folder or below it
	Verdict   []byte          // kept beside the receipt; nil: it is not
}

// Publish takes a unit's documents and their receipt to their places. They
// replace what the unit's earlier receipt names, wherever that lies. What people
// put into the folder themselves stays.
func (r *Results) Publish(p Package) error {
	if err := r.publish(&p); err != nil {
		return fmt.Errorf("发布 %s：%w", p.Receipt.Folder, err)
	}
	return nil
}

// errKilled is what a step returns that a test wants to be the last.
var errKilled = errors.New("killed")

func (r *Results) step(name string) error {
	if r.killed != nil && r.killed(name) {
		return errKilled
	}
	return nil
}

func (r *Results) publish(p *Package) error {
	receipt := &p.Receipt
	receipt.Version, receipt.Outputs = receiptVersion, make([]File, len(p.Documents))
	for i, d := range p.Documents {
		receipt.Outputs[i] = Output(d)
	}
	before, err := r.before(receipt.Name)
	if err != nil {
		return err
	}
	number := r.count.Add(1)
	stage := r.staged(number)
	if err := r.build(stage, p, before); err != nil {
		return err
	}
	if err := r.step("built"); err != nil {
		return err
	}
	if p.Verdict != nil {
		// Its hash is in the receipt: until that stands, it belongs to nothing.
		if err := r.file(unit.Document{Path: verdictPath(receipt.Name), Data: p.Verdict}); err != nil {
			return err
		}
	}
	data, err := receipt.encode()
	if err != nil {
		return err
	}
	tmp := r.temporary("file")
	if err := r.write(tmp, data); err != nil {
		return err
	}
	if err := r.place(tmp, r.pending(number)); err != nil {
		return err
	}
	if err := r.step("pending"); err != nil {
		return err
	}
	return r.commit(number, receipt, before, false)
}

// before is the receipt that stands for a unit; nil when there is none that can be believed.
func (r *Results) before(name string) (*Receipt, error) {
	old, err := r.Receipt(name)
	var damaged *DamagedError
	if errors.As(err, &damaged) {
		return nil, nil // then nobody knows what was published: it stays, as if people had put it there
	}
	return old, err
}

// build writes the unit's folder beside its final place.
func (r *Results) build(stage string, p *Package, before *Receipt) error {
	dirs := map[string]bool{}
	for _, d := range p.Documents {
		rel, ok := strings.CutPrefix(d.Path, p.Receipt.Folder+"/")
		if !ok {
			return fmt.Errorf("%s 不在 %s 里", d.Path, p.Receipt.Folder)
		}
		name := path.Join(stage, rel)
		if err := r.root.MkdirAll(path.Dir(name), 0o755); err != nil {
			return err
		}
		if err := r.write(name, d.Data); err != nil {
			return err
		}
		for dir := path.Dir(name); len(dir) >= len(stage); dir = path.Dir(dir) {
			dirs[dir] = true
		}
	}
	if len(p.Documents) > 0 {
		if err := r.keepForeign(p.Receipt.Folder, stage, before, dirs); err != nil {
			return err
		}
	}
	for dir := range dirs {
		if err := r.sync(dir); err != nil {
			return err
		}
	}
	return nil
}

// keepForeign brings what people put into a folder along to what takes its place.
func (r *Results) keepForeign(folder, stage string, before *Receipt, dirs map[string]bool) error {
	names, err := r.files(folder)
	if err != nil {
		return err
	}
	for _, name := range names {
		to := path.Join(stage, strings.TrimPrefix(name, folder+"/"))
		if before.names(name) {
			continue
		}
		if _, err := r.root.Lstat(to); err == nil {
			continue // the new document has this name
		}
		if err := r.root.MkdirAll(path.Dir(to), 0o755); err != nil {
			return err
		}
		if err := r.root.Link(name, to); err != nil {
			// Not every file system has links.
			data, err := r.root.ReadFile(name)
			if err != nil {
				return err
			}
			if err := r.write(to, data); err != nil {
				return err
			}
		}
		dirs[path.Dir(to)] = true
	}
	return nil
}

// commit takes a built folder to its place and its receipt after it. Everything
// in it may be done again, from any point at which it was broken off: placed says
// that the folder stands already.
func (r *Results) commit(number int64, receipt, before *Receipt, placed bool) error {
	stage := r.staged(number)
	if len(receipt.Outputs) > 0 && !placed {
		if err := r.replace(stage, receipt.Folder, r.aside(number)); err != nil {
			return err
		}
	}
	if err := r.step("placed"); err != nil {
		return err
	}
	// What stood there before, wherever replace has put it, may have got a file since keepForeign looked.
	for _, old := range []string{stage, r.aside(number)} {
		if err := r.rescue(old, receipt, before); err != nil {
			return err
		}
	}
	if err := r.withdraw(receipt, before); err != nil {
		return err
	}
	if err := r.step("withdrawn"); err != nil {
		return err
	}
	if err := r.keepReceipt(receipt.Name, before); err != nil {
		return err
	}
	if err := r.place(r.pending(number), receiptPath(receipt.Name)); err != nil {
		return err
	}
	if err := r.step("receipt"); err != nil {
		return err
	}
	return errors.Join(r.root.RemoveAll(stage), r.root.RemoveAll(r.aside(number)))
}

// replace puts a folder in the place of another, in one stroke where the system
// can. Elsewhere the old one steps aside first, and a process that is killed
// between the two is finished by the next.
func (r *Results) replace(stage, final, aside string) error {
	if err := r.folder(path.Dir(final)); err != nil {
		return err
	}
	info, err := r.root.Lstat(final)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return err
	case !info.IsDir():
		return &fs.PathError{Op: "mkdir", Path: final, Err: fs.ErrExist}
	default:
		if done, err := r.exchange(stage, final); err != nil {
			return err
		} else if done {
			return errors.Join(r.sync(path.Dir(final)), r.sync(path.Dir(stage)))
		}
		if err := r.rename(final, aside); err != nil {
			return err
		}
		if err := r.step("aside"); err != nil {
			return err
		}
	}
	if err := r.rename(stage, final); err != nil {
		return err
	}
	return errors.Join(r.sync(path.Dir(final)), r.sync(path.Dir(stage)))
}

// rescue moves what is nobody's document from the folder that was replaced into
// the one that replaced it.
func (r *Results) rescue(old string, receipt, before *Receipt) error {
	names, err := r.files(old)
	if err != nil {
		return err
	}
	for _, name := range names {
		to := path.Join(receipt.Folder, strings.TrimPrefix(name, old+"/"))
		if before.names(to) || receipt.names(to) {
			continue
		}
		if _, err := r.root.Lstat(to); err == nil {
			continue // keepForeign has brought it along
		}
		if err := r.root.MkdirAll(path.Dir(to), 0o755); err != nil {
			return err
		}
		if err := r.place(name, to); err != nil {
			return err
		}
	}
	return nil
}

// withdraw takes away what the unit's earlier receipt names and the new one does
// not: in one stroke where the unit has moved to another folder and nobody else
// has put anything into the old one, else file by file.
func (r *Results) withdraw(receipt, before *Receipt) error {
	if before == nil {
		return nil
	}
	if before.Folder != receipt.Folder {
		names, err := r.files(before.Folder)
		if err != nil {
			return err
		}
		if len(names) > 0 && !slices.ContainsFunc(names, func(n string) bool { return !before.names(n) }) {
			gone := r.temporary("gone")
			if err := r.rename(before.Folder, gone); err != nil {
				return err
			}
			return errors.Join(r.sync(path.Dir(before.Folder)), r.root.RemoveAll(gone))
		}
	}
	for _, o := range before.Outputs {
		if receipt.names(o.Path) {
			continue
		}
		if err := r.root.Remove(o.Path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		top := path.Dir(before.Folder) // 单位/ itself stays
		for dir := path.Dir(o.Path); len(dir) > len(top); dir = path.Dir(dir) {
			if r.root.Remove(dir) != nil {
				break // people's own files are in it, or it is gone already
			}
		}
	}
	return nil
}

// names reports whether a receipt names a document; a receipt that is not there names none.
func (r *Receipt) names(file string) bool {
	return r != nil && slices.ContainsFunc(r.Outputs, func(f File) bool { return f.Path == file })
}

// files lists the files below a folder; none when it is not there.
func (f *Folder) files(folder string) ([]string, error) {
	var names []string
	err := fs.WalkDir(f.root.FS(), folder, func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, p)
		}
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return names, err
}

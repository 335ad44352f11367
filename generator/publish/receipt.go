package publish

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"

	"jixiao/generator/unit"
)

// receiptVersion changes when a key of a receipt changes its meaning or goes
// away; a receipt of another version proves nothing and its unit is done anew.
const receiptVersion = 1

// Receipt is what a finished unit leaves behind: what it was made of, what
// became of it, and which documents stand for it. Together the receipts of a
// results folder are the truth about what is done; the ledger is made from them.
// Finished is the only clock time in it, and receipts are no part of the promise
// that the same inputs give the same bytes.
type Receipt struct {
	Version  int      `json:"version"`
	Name     string   `json:"name"` // of the receipt: the unit's folder
	Unit     Sender   `json:"unit"`
	Outcome  string   `json:"outcome"` // accepted, returned
	Year     string   `json:"year"`    // of the task, else what the workbook states
	Form     Form     `json:"form"`
	Program  Program  `json:"program"`
	Options  []string `json:"options"` // what changes the documents: drafts
	Inputs   []File   `json:"inputs"`
	Folder   string   `json:"folder"`  // where the outputs lie, below the results
	Outputs  []File   `json:"outputs"` // below the results
	Basis    string   `json:"basis"`   // SHA-256 of everything that decides the outputs; equal basis, equal bytes
	Verdict  string   `json:"verdict"` // SHA-256 of the verdict, which may be kept beside the receipt
	Errors   int      `json:"errors"`
	Notices  int      `json:"notices"`
	Unjudged int      `json:"unjudged"`
	Findings []Result `json:"findings"`
	Finished string   `json:"finished"` // RFC 3339
}

// Sender is the unit that a receipt is about.
type Sender struct {
	Code     string `json:"code"`
	Name     string `json:"name"`
	OnRoster bool   `json:"on_roster"`
}

// Form is the form that it was judged and rendered with.
type Form struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
}

// Program is the program that did it.
type Program struct {
	Version string `json:"version"` // name and version
	Build   string `json:"build"`   // what tells two builds of one version apart
}

// File is one file that came in or went out.
type File struct {
	Path   string `json:"path"`
	SHA256 string `json:"sha256"`
	Size   int64  `json:"size"`

	// Of inputs in a drop folder: where the file lies now, below the root; which of
	// the unit's files came later; and that a later one has taken its place, so that
	// it is not read again when more comes.
	Archived string `json:"archived,omitempty"`
	Arrived  int    `json:"arrived,omitempty"`
	Replaced bool   `json:"replaced,omitempty"`
}

// Result is one finding, as much of it as a ledger needs.
type Result struct {
	Rule      string `json:"rule"`
	Name      string `json:"name"`
	Level     string `json:"level"`
	Workbook  string `json:"workbook,omitempty"`
	Sheet     string `json:"sheet,omitempty"`
	Cell      string `json:"cell,omitempty"`
	Message   string `json:"message"`
	SameCause string `json:"same_cause,omitempty"`
}

// DamagedError says that a receipt cannot be read: the disk or somebody changed it.
type DamagedError struct {
	Path string
	err  error
}

// Error names the receipt and what to do.
func (e *DamagedError) Error() string {
	return fmt.Sprintf("回执 %s 已损坏（%v）。再运行一次会重新生成", e.Path, e.err)
}

// Folder is a results folder open for reading.
type Folder struct{ root *os.Root }

// Look opens a results folder for reading only.
func Look(dir string) (*Folder, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return &Folder{root}, nil
}

// Close closes a folder that was opened by Look.
func (f *Folder) Close() error { return f.root.Close() }

// FS shows the folder, state and all.
func (f *Folder) FS() fs.FS { return f.root.FS() }

// receiptPath is where the receipt of a unit's folder name lies; that of what is
// made of all units together has no name.
func receiptPath(name string) string {
	if name == "" {
		return summaryReceipt
	}
	return path.Join(receiptsFolder, name+".json")
}

// Receipt reads the receipt of that name; nil when there is none. One that
// cannot be believed is a *DamagedError.
func (f *Folder) Receipt(name string) (*Receipt, error) {
	return f.receiptAt(receiptPath(name), name)
}

func (f *Folder) receiptAt(file, name string) (*Receipt, error) {
	data, err := f.root.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var r Receipt
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&r); err != nil {
		return nil, &DamagedError{file, err}
	}
	if r.Version != receiptVersion || name != "" && r.Name != name {
		return nil, &DamagedError{file, errors.New("版本或名称不符")}
	}
	return &r, nil
}

// Names lists the units that have a receipt, sorted.
func (f *Folder) Names() ([]string, error) {
	entries, err := fs.ReadDir(f.root.FS(), receiptsFolder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), ".json"); ok {
			names = append(names, name)
		}
	}
	return names, nil
}

// Verdict reads the verdict that was kept with a receipt; nil when none was, or
// when it is not the one that the receipt names.
func (f *Folder) Verdict(r *Receipt) ([]byte, error) {
	data, err := f.root.ReadFile(verdictPath(r.Name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil || Hash(data) != r.Verdict {
		return nil, err
	}
	return data, nil
}

func verdictPath(name string) string { return path.Join(verdictsFolder, name+".json") }

// ReadFile reads a file below the results folder.
func (f *Folder) ReadFile(name string) ([]byte, error) { return f.root.ReadFile(name) }

// Stand is what became of a published file.
type Stand uint8

const (
	Whole   Stand = iota // as it was published
	Gone                 // no longer there
	Changed              // other bytes, or no longer a file
)

// Stand compares a published file with its hash.
func (f *Folder) Stand(file File) (Stand, error) {
	info, err := f.root.Lstat(file.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return Gone, nil
	}
	if err != nil {
		return Gone, err
	}
	if !info.Mode().IsRegular() || file.Size >= 0 && info.Size() != file.Size {
		return Changed, nil
	}
	sum, err := f.hash(file.Path)
	if err != nil {
		return Gone, err
	}
	if sum != file.SHA256 {
		return Changed, nil
	}
	return Whole, nil
}

// Stands reports whether everything that a receipt names is there as it was published.
func (f *Folder) Stands(r *Receipt) (bool, error) {
	for _, o := range r.Outputs {
		if s, err := f.Stand(o); err != nil || s != Whole {
			return false, err
		}
	}
	return true, nil
}

func (f *Folder) hash(name string) (string, error) {
	file, err := f.root.Open(name)
	if err != nil {
		return "", err
	}
	defer file.Close() // it was only read
	h := sha256.New()
	if _, err := io.Copy(h, file); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// Unfinished reports whether a process is at work on the folder or was killed in
// the middle of publishing.
func (f *Folder) Unfinished() (bool, error) {
	found := false
	err := fs.WalkDir(f.root.FS(), workFolder, func(p string, d fs.DirEntry, err error) error {
		if err == nil && isPending(path.Base(p)) {
			found = true
			return fs.SkipAll
		}
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return found, err
}

// Hash is the SHA-256 of data, hexadecimal.
func Hash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// Output describes a document as a receipt names it.
func Output(d unit.Document) File {
	return File{Path: d.Path, SHA256: Hash(d.Data), Size: int64(len(d.Data))}
}

// encode writes a receipt for people to read too.
func (r *Receipt) encode() ([]byte, error) {
	data, err := json.MarshalIndent(r, "", " ")
	return append(data, '\n'), err
}

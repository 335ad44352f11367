package watch

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
)

// attemptsFolder holds a file for each claimed file that is being read, called by
// its hash: how many processes have died of it, this one included should it die
// now. It is written before reading, and taken back after.
const attemptsFolder = "attempts"

// begin hashes a file and finds out how many processes died while they read it.
func (f *Folder) begin(file *File) (err error) {
	if file.SHA256, file.Size, err = hash(file.Path); err != nil {
		return err
	}
	data, err := os.ReadFile(f.attempts(file))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	file.deaths, _ = strconv.Atoi(string(data)) // a number that the disk lost is none
	return err
}

func (f *Folder) attempts(file *File) string {
	return filepath.Join(f.at(f.opt.State), attemptsFolder, file.SHA256)
}

// count writes down how many processes will have died of a file.
func (f *Folder) count(file *File, deaths int) error {
	name := f.attempts(file)
	err := error(nil)
	if deaths > 0 {
		err = os.WriteFile(name, []byte(strconv.Itoa(deaths)), 0o644)
	} else if err = os.Remove(name); errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	if err != nil {
		return fmt.Errorf("记录读取次数：%w", err)
	}
	return nil
}

func hash(name string) (sum string, size int64, err error) {
	r, err := os.Open(name)
	if err != nil {
		return "", 0, err
	}
	defer r.Close() // it was only read
	h := sha256.New()
	size, err = io.Copy(h, r)
	return hex.EncodeToString(h.Sum(nil)), size, err
}

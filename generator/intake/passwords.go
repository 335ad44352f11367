package intake

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// triesAFile is how many passwords are tried on one file: each costs a tenth of a second.
const triesAFile = 50

// defaultPassword is the one with which Excel itself encrypts a workbook that
// must not be changed; it opens such a file without asking anybody.
const defaultPassword = "VelvetSweatshop"

// Passwords open protected workbooks. A nil *Passwords knows none.
type Passwords struct {
	lines []passwordLine
}

// passwordLine is one line of the file.
type passwordLine struct {
	owner string // plain name of a unit or file; "" for a password that may fit any file
	word  string
}

// PasswordsError says why a file of passwords cannot be used, in words for the clerk.
type PasswordsError struct{ Path, Message string }

// Error names the file and what to do.
func (e *PasswordsError) Error() string { return fmt.Sprintf("口令表 %s：%s", e.Path, e.Message) }

// ReadPasswords reads a text file, one password a line, or the name of a unit or
// file, a tab, and its password. A file that cannot be used is a *PasswordsError.
func ReadPasswords(name string) (*Passwords, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("读取口令表：%w", err)
	}
	p := &Passwords{}
	n := 0
	for line := range strings.SplitSeq(strings.TrimPrefix(string(data), "\ufeff"), "\n") {
		n++
		line = strings.TrimSuffix(line, "\r")
		if strings.TrimFunc(line, blank) == "" {
			continue
		}
		if !utf8.ValidString(line) || strings.ContainsRune(line, 0) {
			return nil, &PasswordsError{name, fmt.Sprintf("第%d行不是 UTF-8 文字。请用记事本另存为，编码选 UTF-8", n)}
		}
		// A password may begin or end with a blank, so only the owner is trimmed.
		owner, word, keyed := strings.Cut(line, "\t")
		if !keyed {
			owner, word = "", line
		}
		if word == "" {
			return nil, &PasswordsError{name, fmt.Sprintf("第%d行“%s”后面没有密码。一行写一个密码，或写：单位名称或文件名，制表符（Tab 键），密码", n, strings.TrimFunc(owner, blank))}
		}
		p.lines = append(p.lines, passwordLine{plain(owner), word})
	}
	if len(p.lines) == 0 {
		return nil, &PasswordsError{name, "里面没有密码。一行写一个密码，或写：单位名称或文件名，制表符（Tab 键），密码"}
	}
	return p, nil
}

// forFile lists the passwords to try on a file, each once: Excel's own, then those
// of its name or unit, then those of nobody, then the others. untried is how many
// more there are than may be tried.
func (p *Passwords) forFile(name string, known *directory) (words []string, untried int) {
	words = []string{defaultPassword}
	if p == nil {
		return words, 0
	}
	text := plain(name)
	names := []string{plain(path.Base(name)), plain(strings.TrimSuffix(path.Base(name), path.Ext(name)))}
	if u, _ := known.find(sender{file: name}); u != nil {
		for _, n := range u.Names() {
			names = append(names, plain(n))
		}
	}
	rank := func(l passwordLine) int {
		switch {
		case l.owner == "":
			return 1
		case slices.Contains(names, l.owner), len(l.owner) >= shortestInside && strings.Contains(text, l.owner):
			return 0
		}
		return 2
	}
	lines := slices.Clone(p.lines)
	slices.SortStableFunc(lines, func(a, b passwordLine) int { return cmp.Compare(rank(a), rank(b)) })
	for _, l := range lines {
		if !slices.Contains(words, l.word) {
			words = append(words, l.word)
		}
	}
	if n := len(words) - triesAFile; n > 0 {
		return words[:triesAFile], n
	}
	return words, 0
}

// Encryption that Office writes hashes a password 50,000 or 100,000 times. A file
// may ask for more; spinsAFile bounds what it may ask for altogether.
const spinsAFile = triesAFile * 100_000

var spinPattern = regexp.MustCompile(`spinCount="(\d{1,9})"`)

// unlock decrypts a protected workbook with one of the words. ok is false when
// none fits or the encryption is one that nobody but its program knows.
func unlock(ctx context.Context, data []byte, words []string) (plainData []byte, word string, ok bool) {
	for _, m := range spinPattern.FindAllSubmatch(data, 4) {
		n, err := strconv.Atoi(string(m[1]))
		if err != nil || n > spinsAFile {
			return nil, "", false
		}
		if n > 0 {
			words = words[:min(len(words), max(1, spinsAFile/n))]
		}
	}
	for _, w := range words {
		if ctx.Err() != nil {
			break // each takes a tenth of a second
		}
		if out, err := decrypt(data, w); err == nil {
			return out, w, true
		}
	}
	return nil, "", false
}

// decrypt is excelize's decryption held to its result: the library does not check
// the password and returns noise for a wrong one.
func decrypt(data []byte, word string) (out []byte, err error) {
	// The library was written for well-meant files; what it makes of others must not stop the run.
	defer func() {
		if r := recover(); r != nil {
			out, err = nil, fmt.Errorf("decrypting: %v", r)
		}
	}()
	// It decrypts in place what it has read from data, not data itself.
	out, err = excelize.Decrypt(data, &excelize.Options{Password: word})
	if err != nil {
		return nil, err
	}
	if !bytes.HasPrefix(out, []byte("PK\x03\x04")) {
		return nil, errWrongPassword
	}
	return withoutPadding(out), nil
}

var errWrongPassword = errors.New("wrong password")

// withoutPadding cuts off what the cipher's blocks leave behind the end of a zip.
func withoutPadding(data []byte) []byte {
	const record = 22
	end := bytes.LastIndex(data, []byte("PK\x05\x06"))
	if end < 0 || end+record > len(data) {
		return data
	}
	if end += record + int(data[end+20]) + int(data[end+21])<<8; end > len(data) {
		return data
	}
	return data[:end:end]
}

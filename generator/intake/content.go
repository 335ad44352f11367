package intake

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"

	"jixiao/generator/finding"
	"jixiao/generator/ooxml"
)

// content is a file as its unit meant it: what came, and the workbook in it after
// decrypting or converting.
type content struct {
	sum    string // SHA-256 of the file as it came, hexadecimal
	size   int64  // of the file as it came
	data   []byte // the package that book was read from
	book   *ooxml.Workbook
	damage error // why there is no book; a *ooxml.Damage
	notes  finding.List
	how    *opened
}

// opened remembers between the two readings of a file what was costly to find out.
type opened struct {
	sum       string // of the file that it holds good for
	word      string // the password that fitted
	untried   int    // how many passwords there were beyond those that were tried
	converted []byte // what LibreOffice made of it; nil when that is too large to be kept
	why       string // why it could not be converted
}

// keptConversion is the size up to which a converted workbook is kept from the
// first reading to the second, which costs seconds otherwise. A form has some 20 KB.
const keptConversion = 1 << 20

// load reads a file and the workbook in it. The error is trouble with the machine.
func (f *File) load(ctx context.Context, opt Options) (content, error) {
	limits := bounds(opt.Limits)
	told := func(attempt int, err error) {
		if opt.Retried != nil {
			opt.Retried(f.Name, attempt, err)
		}
	}
	data, err := patiently(ctx, told, func() ([]byte, error) { return f.bytes(limits) })
	var damage *ooxml.Damage
	switch {
	case errors.Is(err, fs.ErrPermission) || errors.Is(err, fs.ErrNotExist):
		return content{damage: closed()}, nil
	case errors.As(err, &damage):
		c, err := patiently(ctx, told, func() (content, error) { return hashFile(f.Path) })
		if withheld(err) {
			return content{damage: damage}, nil
		} else if err != nil {
			return content{}, fmt.Errorf("读取 %s：%w", f.Name, err)
		}
		c.damage = damage
		return c, nil
	case err != nil:
		return content{}, fmt.Errorf("读取 %s：%w", f.Name, err)
	}
	hash := sha256.Sum256(data)
	c := content{sum: hex.EncodeToString(hash[:]), size: int64(len(data)), data: data, how: f.how}
	if c.how != nil && c.how.sum != c.sum {
		c.how = nil // it was changed in between
	}
	c.read(limits)
	switch {
	case !errors.As(c.damage, &damage) || !compound(data):
	case damage.Code == ooxml.CodeEncrypted:
		if err := c.unlock(ctx, f.Name, opt, limits); err != nil {
			return content{}, err
		}
	case damage.Code == ooxml.CodeLegacy && oldWorkbook(data):
		if err := c.convert(ctx, f.Name, opt, limits); err != nil {
			return content{}, err
		}
	case damage.Code == ooxml.CodeLegacy && !bytes.Contains(data, wide("WordDocument")) && !(&compoundFile{data: data}).open():
		c.damage = oldAndBroken() // its list of streams may be what is missing
	}
	return c, nil
}

func (c *content) read(limits ooxml.Limits) {
	book, err := ooxml.ReadWorkbook(c.data, limits)
	c.book, c.damage = book, err
}

// unlock reads a protected workbook with the passwords of the run.
func (c *content) unlock(ctx context.Context, name string, opt Options, limits ooxml.Limits) error {
	words := []string(nil)
	if c.how == nil {
		c.how = &opened{sum: c.sum}
		words, c.how.untried = opt.Passwords.forFile(name, newDirectory(opt.Roster))
	} else if c.how.word != "" {
		words = []string{c.how.word}
	}
	plainData, word, ok := unlock(ctx, c.data, words)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if !ok {
		c.damage = c.how.locked(c.damage, opt.Passwords)
		return nil
	}
	c.how.word = word
	c.data = plainData
	if c.read(limits); c.damage == nil && word != defaultPassword {
		c.notes = append(c.notes, note(name, "报送件设有密码", "文件设有打开密码，已用口令表里的密码打开。如果退回，标注的工作簿不再带密码"))
	}
	return nil
}

// locked says why a protected workbook could not be read.
func (o *opened) locked(err error, p *Passwords) error {
	if p == nil {
		return err
	}
	var d *ooxml.Damage
	errors.As(err, &d) // it is one: load asked
	message := d.Message + "。试过口令表里的密码，都打不开"
	if o.untried > 0 {
		message += fmt.Sprintf("（每个文件最多试 %d 个，还有 %d 个没有试，请在口令表里写明是哪个单位或文件的）", triesAFile, o.untried)
	}
	return &ooxml.Damage{Code: d.Code, Part: d.Part, Message: message}
}

// convert reads a workbook of before 2007 through LibreOffice, when there is one.
func (c *content) convert(ctx context.Context, name string, opt Options, limits ooxml.Limits) error {
	if d := inspect(c.data); d != nil {
		c.damage = d
		return nil
	}
	if opt.Converter == nil {
		return nil // the damage says how to save as .xlsx
	}
	if c.how == nil {
		c.how = &opened{sum: c.sum}
	}
	made := c.how.converted
	if made == nil && c.how.why == "" {
		var err error
		if made, err = opt.Converter.Convert(ctx, c.data); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if onMachine(err) {
				return fmt.Errorf("转换 %s：%w", name, err)
			}
			c.how.why = err.Error()
		}
	}
	var d *ooxml.Damage
	if c.how.why != "" {
		errors.As(c.damage, &d) // it is one: load asked
		c.damage = &ooxml.Damage{Code: d.Code, Message: d.Message + "。自动转换没有成功：" + c.how.why}
		return nil
	}
	if len(made) <= keptConversion {
		c.how.converted = made
	}
	c.data = made
	if c.read(limits); c.damage == nil {
		c.notes = append(c.notes, note(name, "旧版表格已转换", "文件是旧版表格（.xls 或 .et），已用 LibreOffice 转换为 .xlsx 后读取，请核对。下次请直接报送 .xlsx"))
	}
	return nil
}

// note is a notice about a whole file.
func note(file, name, message string) finding.Finding {
	return finding.Finding{Rule: ruleRepaired, Name: name, Level: finding.Notice, Place: finding.Place{Workbook: file}, Message: message}
}

// bytes reads the file, or the entry of an archive. The error is a *Damage or
// trouble with the machine.
func (f *File) bytes(limits ooxml.Limits) ([]byte, error) {
	switch {
	case f.trouble != nil:
		return nil, f.trouble
	case f.entry != nil:
		return f.entry.read(f.Path)
	}
	return readWhole(f.Path, limits.File, func(size int64) *ooxml.Damage {
		return &ooxml.Damage{Code: ooxml.CodeTooLarge, Message: fmt.Sprintf("文件有 %d MB，超过 %d MB 的上限。请删去大图片和多余的工作表后重新报送", size>>20, limits.File>>20)}
	})
}

// hashFile hashes a file that is not to be held in memory.
func hashFile(name string) (content, error) {
	r, err := openRegular(name)
	if err != nil {
		return content{}, err
	}
	defer r.Close() // it was only read
	h := sha256.New()
	size, err := io.Copy(h, r)
	if err != nil {
		return content{}, err
	}
	return content{sum: hex.EncodeToString(h.Sum(nil)), size: size}, nil
}

func compound(data []byte) bool {
	return bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"))
}

// oldWorkbook tells a workbook of Excel 97 or 5, which WPS's .et is too, from the
// other things that compound files hold, by the names of its streams.
func oldWorkbook(data []byte) bool {
	return (wideName(data, "Workbook") || wideName(data, "Book") || wideName(data, "WORKBOOK")) && !wideName(data, "WordDocument")
}

// wideName reports whether a compound file has a stream of that name.
func wideName(data []byte, name string) bool {
	// A name of the directory begins its entry; those before it end in zeros.
	return bytes.Contains(data, slices.Concat([]byte{0, 0}, wide(name), []byte{0, 0}))
}

// wide is an ASCII name in UTF-16.
func wide(name string) (out []byte) {
	for _, c := range []byte(name) {
		out = append(out, c, 0)
	}
	return out
}

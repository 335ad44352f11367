package intake

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"

	"jixiao/generator/ooxml"
)

// codeClosed is the damage of a file that the file system does not hand out.
const codeClosed = "closed"

// closed is the damage of a file that may not be read: its sender's trouble, not everybody's.
func closed() *ooxml.Damage {
	return &ooxml.Damage{Code: codeClosed, Message: "文件打不开：没有读取权限，或者已被移走。请检查文件的权限后再运行，或请单位重新报送"}
}

func irregular() *ooxml.Damage {
	return &ooxml.Damage{Code: codeClosed, Message: "这不是普通文件（而是链接、管道、设备或文件夹），没有读取。请直接报送工作簿"}
}

func swapped() *ooxml.Damage {
	return &ooxml.Damage{Code: codeClosed, Message: "读取期间，这个文件被换成了另一个，填报单位和刚才不同，没有采用。请再运行一次"}
}

// onlyRegular closes what was opened and is no regular file.
func onlyRegular(r *os.File, err error) (*os.File, error) {
	if err != nil {
		return nil, err
	}
	info, err := r.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = irregular()
	}
	if err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

// withheld reports whether an error says that the file system does not hand a file out.
func withheld(err error) bool {
	var d *ooxml.Damage
	return errors.Is(err, fs.ErrPermission) || errors.Is(err, fs.ErrNotExist) || errors.As(err, &d) && d.Code == codeClosed
}

// readWhole reads a file of at most so many bytes; tooLarge makes the error of a
// larger one, also of one that grows while it is read.
func readWhole(name string, most int64, tooLarge func(size int64) *ooxml.Damage) ([]byte, error) {
	r, err := openRegular(name)
	if err != nil {
		return nil, err
	}
	defer r.Close() // it was only read
	info, err := r.Stat()
	if err != nil {
		return nil, err
	}
	if info.Size() > most {
		return nil, tooLarge(info.Size())
	}
	var b bytes.Buffer
	b.Grow(int(info.Size()) + bytes.MinRead)
	if _, err := b.ReadFrom(io.LimitReader(r, most+1)); err != nil {
		return nil, err
	}
	if int64(b.Len()) > most {
		return nil, tooLarge(int64(b.Len()))
	}
	return b.Bytes(), nil
}

// sealed is the damage of a folder that may not be looked into.
func sealed() *ooxml.Damage {
	return &ooxml.Damage{Code: codeClosed, Message: "文件夹打不开：没有读取权限，里面的报送件没有读取。请检查文件夹的权限后再运行"}
}

// mayNotEnter reports whether walking stopped before a folder that may not be looked into.
func mayNotEnter(d fs.DirEntry, err error) bool {
	return d != nil && d.IsDir() && errors.Is(err, fs.ErrPermission)
}

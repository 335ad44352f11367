//go:build unix

package intake

import (
	"errors"
	"os"
	"syscall"
)

// openRegular opens a file of an inbox to read it. What is no regular file is a
// *ooxml.Damage, also when it took the place of one a moment ago: a link could
// lead out of the inbox, a pipe would never end, and opening it not return.
func openRegular(name string) (*os.File, error) {
	r, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if errors.Is(err, syscall.ELOOP) || errors.Is(err, syscall.ENXIO) {
		return nil, irregular() // a link, a socket, a device without a driver
	}
	return onlyRegular(r, err)
}

//go:build !unix

package intake

import "os"

// openRegular opens a file of an inbox to read it. What is no regular file is a *ooxml.Damage.
func openRegular(name string) (*os.File, error) {
	return onlyRegular(os.Open(name))
}

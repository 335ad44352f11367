//go:build !unix

package watch

import "os"

// mkfifo makes a link instead, which is no regular file either.
func mkfifo(name string) error { return os.Symlink("nowhere", name) }

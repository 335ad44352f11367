// Package patience renames files that another program holds for a moment. On
// Windows virus scanners and indexers open every new file, and nobody can rename
// it meanwhile; elsewhere a file that is open can be renamed at once.
package patience

// Rename calls rename, on Windows again and again for half a second while
// another program holds the file, and returns its last error.
func Rename(rename func() error) error { return patiently(rename) }

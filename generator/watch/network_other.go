//go:build !linux

package watch

import "strings"

// networkFileSystem names the network file system on which a folder lies, as far
// as its path tells; "" for a local one.
func networkFileSystem(dir string) string {
	if strings.HasPrefix(dir, `\\`) {
		return "UNC"
	}
	return ""
}

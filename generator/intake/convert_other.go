//go:build !unix

package intake

import "os/exec"

// together has nothing to do where soffice is the office itself.
func together(*exec.Cmd) {}

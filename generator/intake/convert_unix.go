//go:build unix

package intake

import (
	"os/exec"
	"syscall"
)

// together makes a time limit end the program with everything that it started:
// soffice is a script, and the office itself its grandchild.
func together(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}

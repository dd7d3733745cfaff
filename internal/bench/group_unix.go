//go:build unix

package bench

import (
	"math"
	"os/exec"
	"syscall"
)

// group gives a server a process group of its own: a command such as go run has children, and
// Ctrl-C is for us alone, who then end it.
func group(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// The group may have ended already; then there is nothing to do.
func terminate(cmd *exec.Cmd) { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
func kill(cmd *exec.Cmd)      { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }

// descriptors is how many files and sockets this process may have open: Go has raised the soft
// limit to the hard one when it began, as it does in the servers.
func descriptors() int {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil || limit.Cur > math.MaxInt32 {
		return math.MaxInt32
	}
	return int(limit.Cur)
}

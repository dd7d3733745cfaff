//go:build !unix

package bench

import (
	"math"
	"os/exec"
)

func group(*exec.Cmd) {}

// There are no signals to ask with. The server may have ended already; then there is nothing to do.
func terminate(cmd *exec.Cmd) { _ = cmd.Process.Kill() }
func kill(cmd *exec.Cmd)      { _ = cmd.Process.Kill() }

func descriptors() int { return math.MaxInt32 }

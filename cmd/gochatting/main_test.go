package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"go.uber.org/goleak"
)

// binary is the program under test.
var binary string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "gochatting-test-")
	if err == nil {
		binary = filepath.Join(dir, "gochatting")
		err = build()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "build the program under test:", err)
		_ = os.RemoveAll(dir)
		os.Exit(1)
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		_ = os.RemoveAll(dir)
		os.Exit(code)
	}))
}

func build() error {
	args := slices.Concat([]string{"build", "-buildvcs=false", "-o", binary}, buildFlags, []string{"."})
	if said, err := exec.Command("go", args...).CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", err, said)
	}
	return nil
}

package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

// The programs under test.
var gochatting, gorillahub string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "gochatting-test-")
	if err == nil {
		gochatting, gorillahub = filepath.Join(dir, "gochatting"), filepath.Join(dir, "gorillahub")
		err = build(gochatting, "gochatting/cmd/gochatting")
	}
	if err == nil {
		err = build(gorillahub, "gochatting/internal/bench/gorillahub")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "build the programs under test:", err)
		_ = os.RemoveAll(dir)
		os.Exit(1)
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		_ = os.RemoveAll(dir)
		os.Exit(code)
	}))
}

func build(to, program string) error {
	if said, err := exec.Command("go", "build", "-buildvcs=false", "-o", to, program).CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", err, said)
	}
	return nil
}

// small is a run that is over soon.
func small(scenarios ...string) Options {
	return Options{
		Scenarios: scenarios, Users: 12, Duration: 200 * time.Millisecond, Rounds: 1, Quick: true, JSON: true,
		Program: gochatting, Quiet: time.Second,
	}
}

// measure runs the tool and gives its results.
func measure(t *testing.T, o Options) ([]Result, error) {
	t.Helper()
	var out bytes.Buffer
	failed := Run(t.Context(), o, &out, io.Discard)
	var all []Result
	for decoder := json.NewDecoder(&out); ; {
		var r Result
		err := decoder.Decode(&r)
		if err == io.EOF {
			return all, failed
		}
		require.NoError(t, err, "a line of JSON per result: %s", &out)
		all = append(all, r)
	}
}

// start runs the product until the test ends.
func start(t *testing.T, args ...string) *server {
	t.Helper()
	o, err := small().settled()
	require.NoError(t, err)
	b := &bench{Options: o, run: token(), progress: io.Discard}
	args = append([]string{"--addr", "127.0.0.1:0", "--data", t.TempDir(), "--gravatar", "off"}, args...)
	s, err := b.launch(context.Background(), true, &people{run: b.run}, gochatting, args...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.stop()) })
	return s
}

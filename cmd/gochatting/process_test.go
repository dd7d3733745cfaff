package main

import (
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/chattest"
)

// A process is the real program, running.
type process struct {
	t    *testing.T
	cmd  *exec.Cmd
	Base string // where it answers, as in http://127.0.0.1:5050
	out  *transcript
	log  *transcript
	over bool // it has ended, and was looked at
}

// start runs the program on a free port of loopback, asking no Gravatar, and waits until it
// answers. It is stopped, and must end well, when the test ends.
func start(t *testing.T, data string, args ...string) *process {
	t.Helper()
	p := launch(t, append([]string{"--addr", "127.0.0.1:0", "--data", data, "--gravatar", "off"}, args...)...)
	p.Base = p.out.await(t, `open (http://\S+) in your browser`)
	return p
}

// launch runs the program with just these arguments, and with what env adds.
func launch(t *testing.T, args ...string) *process {
	t.Helper()
	return launchWith(t, nil, args...)
}

func launchWith(t *testing.T, env []string, args ...string) *process {
	t.Helper()
	p := &process{t: t, cmd: exec.Command(binary, args...), out: newTranscript(), log: newTranscript()}
	p.cmd.Stdout, p.cmd.Stderr = p.out, p.log
	p.cmd.Env = append(foreignEnv(), env...)
	require.NoError(t, p.cmd.Start())
	t.Cleanup(func() {
		if !p.over {
			p.stop()
		}
		if t.Failed() {
			t.Logf("what the program logged:\n%s", p.log)
		}
	})
	return p
}

// foreignEnv is our environment without what would set flags. A data race ends the program at once;
// without one, the detector has it not sleep before its end.
func foreignEnv() []string {
	env := []string{"GORACE=halt_on_error=1 atexit_sleep_ms=0"}
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "GOCHATTING_") && !strings.HasPrefix(v, "GORACE=") {
			env = append(env, v)
		}
	}
	return env
}

// stop asks the program to end, as a service manager does, and sees it end well.
func (p *process) stop() {
	p.t.Helper()
	p.terminate()
	assert.Zero(p.t, p.wait(), "exit code")
}

// terminate asks the program to end and does not wait for it. It may have ended already.
func (p *process) terminate() { _ = p.cmd.Process.Signal(syscall.SIGTERM) }

// kill is kill -9: the program learns nothing of it.
func (p *process) kill() {
	p.t.Helper()
	require.NoError(p.t, p.cmd.Process.Kill())
	assert.Equal(p.t, -1, p.wait(), "killed, and had not ended before")
}

// wait gives the exit code, -1 if a signal ended the program. One that does not end is killed.
func (p *process) wait() int {
	p.t.Helper()
	stuck := time.AfterFunc(chattest.Patience, func() {
		p.t.Error("the program does not end")
		_ = p.cmd.Process.Kill()
	})
	_ = p.cmd.Wait() // the exit code says more
	stuck.Stop()
	p.over = true
	assert.NotContains(p.t, p.log.String(), "DATA RACE")
	assert.NotContains(p.t, p.log.String(), "panic:")
	return p.cmd.ProcessState.ExitCode()
}

// logged counts what of the log matches.
func (p *process) logged(pattern string) int {
	return len(regexp.MustCompile(pattern).FindAllString(p.log.String(), -1))
}

func status(t assert.TestingT, url string) int {
	client := http.Client{Timeout: chattest.Patience, Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Get(url)
	if !assert.NoError(t, err) {
		return 0
	}
	defer response.Body.Close()
	return response.StatusCode
}

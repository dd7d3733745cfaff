package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/bench"
)

// gochatting bench starts itself, more than once, and tells what it found.
func TestBenchMeasuresItsOwnProgram(t *testing.T) {
	t.Parallel()
	p := launchWith(t, []string{"GOCHATTING_ADDR=nowhere"}, "bench", "--quick", "--json", "--scenario", "flood")
	require.Zero(t, p.wait(), "exit code: %s", p.log)
	var servers []string
	for decoder := json.NewDecoder(strings.NewReader(p.out.String())); decoder.More(); {
		var r bench.Result
		require.NoError(t, decoder.Decode(&r))
		servers = append(servers, r.Server)
	}
	assert.Equal(t, []string{"gochatting", "rawlimit", "rawbatch"}, servers)
	assert.Contains(t, p.log.String(), "flood: round 1 of 1: rawlimit", "what it is doing")
}

func TestBenchExplainsItself(t *testing.T) {
	t.Parallel()
	general := launch(t, "--help")
	assert.Zero(t, general.wait(), "exit code")
	assert.Contains(t, general.out.String(), "gochatting bench --help")
	help := launch(t, "bench", "--help")
	assert.Zero(t, help.wait(), "exit code")
	for _, flag := range []string{"scenario", "users", "duration", "rounds", "quick", "json", "url", "pid", "peer", "database"} {
		assert.Regexp(t, `(?m)^\s+--`+flag+`[= ,]`, help.out.String())
	}
	wrong := launch(t, "bench", "--scenario", "hurricane", "--url", "http://chat.example.com", "--rounds", "-1")
	assert.Equal(t, 1, wrong.wait(), "exit code")
	assert.Contains(t, wrong.log.String(), `--scenario "hurricane": choose from steady, flood`)
	assert.Contains(t, wrong.log.String(), `--url "http://chat.example.com": `)
	assert.Contains(t, wrong.log.String(), `--rounds -1: `)
	unknown := launch(t, "bench", "--colour", "red")
	assert.Equal(t, 1, unknown.wait(), "exit code")
	assert.Contains(t, unknown.log.String(), "bench --help")
}

package main

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Twenty-four people flood the lobby and four listen. The server is killed in the middle of it,
// again and again; everyone comes back and sends again what had no answer.
func TestHostile24KillInAFlood(t *testing.T) {
	const rounds = 12
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))

	data := t.TempDir()
	server := start(t, data, "--limits", "off")
	people := gather(t, server.Base, 24, 4)
	for range rounds {
		// Each message is sent once and heard 28 times: a kill comes within the first few hundred.
		people.flood(server.Base, 1+random.Int64N(6000))
		server.kill()
		people.goHome()
		server = start(t, data, "--limits", "off")
	}
	people.reckon(server.Base)

	again := 0
	for _, w := range people.writers {
		again += w.again
	}
	assert.NotZero(t, again, "kills must leave something unanswered")
	t.Logf("%d messages, %d sent again", people.listeners[0].rev, again)
}

package main

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"gochatting/internal/chattest"
)

// A second program is started on the data folder of one that runs: it says what is wrong and
// ends, and the first goes on.
func TestSecondOnOneDataFolderIsRefused(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	server := start(t, data)
	ann := chattest.Join(t, server.Base, "ann@example.com").Open()

	second := launch(t, "--addr", "127.0.0.1:0", "--data", data, "--gravatar", "off")
	assert.Equal(t, 1, second.wait(), "exit code")
	assert.Equal(t, "gochatting: the data folder "+data+" is in use by another gochatting; stop it or choose another with --data\n", second.log.String())
	assert.Empty(t, second.out.String())

	ann.Say("Still here.")
	assert.Equal(t, "Still here.", ann.Hear().Content)
}

// The address is taken: the program says so and ends, and lets the data folder go.
func TestTakenAddressIsRefused(t *testing.T) {
	t.Parallel()
	server := start(t, t.TempDir())
	data := t.TempDir()
	second := launch(t, "--addr", server.Base[len("http://"):], "--data", data, "--gravatar", "off")
	assert.Equal(t, 1, second.wait(), "exit code")
	assert.Regexp(t, `^gochatting: .*address already in use; choose another address with --addr\n$`, second.log.String())
	start(t, data)
}

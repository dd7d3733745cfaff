package main

import (
	"bufio"
	"context"
	"io"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"gochatting/internal/chattest"
)

// The whole program runs in this process while Ann, Ben and a client of the first version talk,
// and is stopped with all of them connected: nothing of it runs on.
func TestNothingRunsOnAfterwards(t *testing.T) {
	before := goleak.IgnoreCurrent()
	t.Run("people talk", func(t *testing.T) {
		base, stop := runHere(t)
		ann := chattest.Join(t, base, "ann@example.com")
		one, two := ann.Open(), ann.Open()
		ben := chattest.Join(t, base, "ben@example.com").Open()
		old := chattest.First(t, base, "old@example.com")

		one.Say("Hello, Ben.")
		old.Send("And hello from 2012.")
		for _, s := range []*chattest.Socket{one, two, ben, old} {
			assert.ElementsMatch(t, []string{"Hello, Ben.", "And hello from 2012."}, []string{s.Hear().Content, s.Hear().Content})
		}
		two.Leave()
		stop()
		for _, s := range []*chattest.Socket{one, ben, old} {
			code, _ := s.CloseCode()
			assert.Equal(t, 1001, code)
		}
	})
	goleak.VerifyNone(t, before)
}

// runHere runs the program in this process; stop begins its end, which the test waits for.
func runHere(t *testing.T) (base string, stop context.CancelFunc) {
	ctx, stop := context.WithCancel(t.Context())
	read, write := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		defer write.Close()
		ended <- run(ctx, []string{"--addr", "127.0.0.1:0", "--data", t.TempDir(), "--gravatar", "off"}, write, t.Output())
	}()
	t.Cleanup(func() {
		stop()
		assert.NoError(t, <-ended)
	})
	line, err := bufio.NewReader(read).ReadString('\n')
	require.NoError(t, err)
	found := regexp.MustCompile(`open (\S+) in`).FindStringSubmatch(line)
	require.Len(t, found, 2, "%s", line)
	return found[1], stop
}

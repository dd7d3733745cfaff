package main

import (
	"bufio"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/chattest"
)

// The flags reach what they limit.
func TestLimitsByFlags(t *testing.T) {
	t.Parallel()
	server := start(t, t.TempDir(), "--max-connections-peer", "3", "--max-sockets", "1")
	ann := chattest.Join(t, server.Base, "ann@example.com")
	tab := ann.Open()
	second, _, err := ann.Dial(http.Header{"Origin": {server.Base}}, "gochatting.v1")
	require.NoError(t, err)
	code, _ := second.CloseCode()
	assert.Equal(t, 1013, code)

	told := make(chan string, 4)
	var held []net.Conn
	for range cap(told) {
		c, err := net.Dial("tcp", strings.TrimPrefix(server.Base, "http://"))
		require.NoError(t, err)
		require.NoError(t, c.SetDeadline(time.Now().Add(chattest.Patience)))
		held = append(held, c)
		go func() {
			line, _ := bufio.NewReader(c).ReadString('\n') // "" once it is closed below
			told <- line
		}()
	}
	assert.Equal(t, "HTTP/1.1 429 Too Many Requests\r\n", <-told)
	tab.Say("Sockets stay.")
	assert.Equal(t, "Sockets stay.", tab.Hear().Content)
	for _, c := range held {
		require.NoError(t, c.Close())
	}
	for range cap(told) - 1 {
		<-told
	}
}

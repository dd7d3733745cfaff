package main

import (
	"bufio"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// People flood the lobby when the server is told to stop. Everyone is told that it goes away, it
// lets nobody in any more, and what it acknowledged is there when it comes back.
func TestStopInAFlood(t *testing.T) {
	data := t.TempDir()
	server := start(t, data, "--limits", "off")
	people := gather(t, server.Base, 12, 3)
	people.flood(server.Base, 3000)

	// Until this socket answers the server's close, the server waits for it: so it still runs.
	var whileStopping error
	last := people.listeners[0].Open()
	last.WS.SetCloseHandler(func(code int, _ string) error {
		_, whileStopping = net.Dial("tcp", strings.TrimPrefix(server.Base, "http://"))
		return last.WS.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""), time.Time{})
	})
	server.terminate()
	code, _ := last.CloseCode()
	assert.Equal(t, websocket.CloseGoingAway, code)
	assert.Error(t, whileStopping, "no new connections")
	last.Leave()
	people.goHome()
	for _, w := range people.witnesses() {
		assert.True(t, websocket.IsCloseError(w.ended, websocket.CloseGoingAway), "%s: %v", w.Me.Name, w.ended)
	}
	require.Zero(t, server.wait(), "exit code")

	people.reckon(start(t, data, "--limits", "off").Base)
}

// A server is stopped while somebody has connected and said nothing, somebody is in the middle
// of a request, and somebody does not answer the close of their socket: none of them can keep it.
func TestStopWaitsForNobodyForEver(t *testing.T) {
	t.Parallel()
	server := start(t, t.TempDir())
	ann := newWitness(t, server.Base, "ann@example.com")
	silent := ann.open(server.Base)
	for _, half := range []string{
		"",
		"GET /chat HTTP/1.1\r\nHost: x\r\n",
		"POST /join HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n",
	} {
		conn, err := net.Dial("tcp", strings.TrimPrefix(server.Base, "http://"))
		require.NoError(t, err)
		defer conn.Close()
		_, err = conn.Write([]byte(half))
		require.NoError(t, err)
		if strings.HasPrefix(half, "POST") {
			line, err := bufio.NewReader(conn).ReadString('\n')
			require.NoError(t, err)
			assert.Contains(t, line, "100 Continue", "the server reads the form")
		}
	}
	silent.WS.SetCloseHandler(func(int, string) error { return nil })
	server.terminate()
	code, _ := silent.CloseCode()
	assert.Equal(t, websocket.CloseGoingAway, code)
	require.Zero(t, server.wait(), "exit code")
}

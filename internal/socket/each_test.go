package socket

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/websocket"
)

// On plain TCP nobody reads while a connection is idle; pings and the idle limit are kept all the same.
func TestIdleConnectionIsAskedAndGivenUp(t *testing.T) {
	conn, peer := upgraded(t, Options{PingInterval: 20 * time.Millisecond, IdleTimeout: 500 * time.Millisecond})
	ended := make(chan error, 1)
	go func() { ended <- echo(conn) }()
	for range 3 {
		opcode, _ := peer.next()
		require.EqualValues(t, websocket.PingFrame, opcode)
		peer.send(clientFrame(true, websocket.PongFrame, nil))
	}
	peer.send(text("still here"))
	for {
		if opcode, payload := peer.next(); opcode == websocket.TextFrame {
			assert.Equal(t, "still here", string(payload))
			break
		}
	}
	for {
		opcode, payload := peer.next() // silent from here on
		if opcode == websocket.CloseFrame {
			assert.Equal(t, GoingAway, closeCode(payload))
			break
		}
		require.EqualValues(t, websocket.PingFrame, opcode)
	}
	wantEnded(t, ended, GoingAway)
	require.NoError(t, peer.tcp.Close())
	<-conn.Done()
}

// The error of handle ends Each, and not the connection, which is its owner's to close.
func TestEachEndsWithItsHandler(t *testing.T) {
	conn, peer := upgraded(t, Options{})
	enough := errors.New("enough")
	ended := make(chan error, 1)
	var heard []string
	go func() {
		ended <- conn.Each(func(message []byte) error {
			if heard = append(heard, string(message)); len(heard) == 2 {
				return enough
			}
			return nil
		})
	}()
	peer.send(append(text("one"), append(ping("and"), append(text("two"), text("three")...)...)...))
	assert.ErrorIs(t, <-ended, enough)
	assert.Equal(t, []string{"one", "two"}, heard)
	peer.wantPong("and")

	again, err := conn.Receive()
	require.NoError(t, err)
	assert.Equal(t, "three", string(again))
	conn.Close(NormalClosure, "")
	peer.wantClose(NormalClosure)
	<-conn.Done()
}

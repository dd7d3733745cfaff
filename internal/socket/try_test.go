package socket

import (
	"bytes"
	"encoding/binary"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/websocket"
)

// numbered is a frame that tells its place among others.
func numbered(n, size int) []byte {
	payload := make([]byte, size)
	binary.BigEndian.PutUint32(payload, uint32(n))
	return serverFrame(websocket.TextFrame, payload)
}

// A peer that does not read for a while: what TryWrite took is whole and in order, and nothing of ours
// (a pong, here) comes between the bytes of a frame.
func TestTryWriteNeverWaitsAndLosesNothing(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("everything goes through Write there")
	}
	conn, peer := upgraded(t, Options{})
	ended := make(chan error, 1)
	go func() { ended <- echo(conn) }()

	const size = 100_000
	taken := 0
	for conn.TryWrite(numbered(taken, size)) == All {
		taken++
	}
	// The last one went out in part, or not at all; either way no more is taken.
	part := len(conn.rest) > 0
	if part {
		taken++
	}
	require.Equal(t, None, conn.TryWrite(numbered(taken, size)))
	require.True(t, part, "the system's buffers end within a frame")

	// The peer makes room: still nothing overtakes the rest.
	seen, pongs := 0, 0
	for range taken / 2 {
		_, payload := peer.next()
		require.EqualValues(t, seen, binary.BigEndian.Uint32(payload))
		seen++
		require.Equal(t, None, conn.TryWrite(numbered(taken, size)))
	}
	peer.send(ping("in between"))

	pushed := make(chan error, 1)
	go func() {
		err := conn.Write(nil) // sends what is left
		if err == nil {
			err = conn.Write(numbered(taken, size))
		}
		pushed <- err
	}()
	for seen <= taken || pongs == 0 {
		opcode, payload := peer.next()
		if opcode == websocket.PongFrame {
			assert.Equal(t, "in between", string(payload))
			pongs++
			continue
		}
		require.Len(t, payload, size)
		require.EqualValues(t, seen, binary.BigEndian.Uint32(payload))
		seen++
	}
	require.NoError(t, <-pushed)
	for conn.TryWrite(numbered(seen, size)) != All { // the peer keeps up again
	}
	_, payload := peer.next()
	assert.EqualValues(t, seen, binary.BigEndian.Uint32(payload))

	conn.Close(NormalClosure, "")
	wantEnded(t, ended, NormalClosure)
	peer.wantClose(NormalClosure)
	<-conn.Done()
	assert.Equal(t, None, conn.TryWrite(numbered(0, 10)), "nothing follows a close frame")
}

// Nothing overtakes a close frame that has not gone out yet.
func TestTryWriteTakesNothingOnceTheEndHasBegun(t *testing.T) {
	for range 20 {
		conn, _ := upgraded(t, Options{})
		conn.Close(PolicyViolation, "signed out")
		require.Equal(t, None, conn.TryWrite(numbered(0, 10)))
		conn.CloseNow()
		<-conn.Done()
	}
}

func TestTryWriteAllocatesNothing(t *testing.T) {
	conn, peer := upgraded(t, Options{})
	frame := serverFrame(websocket.TextFrame, bytes.Repeat([]byte("x"), 300))
	assert.Zero(t, testing.AllocsPerRun(50, func() { conn.TryWrite(frame) }))
	peer.next()
	conn.CloseNow()
	<-conn.Done()
}

func BenchmarkTryWrite(b *testing.B) {
	conns := make(chan *Conn, 1)
	c := dial(b, serve(b, Options{}, func(c *Conn) { conns <- c; <-c.Done() }))
	conn := <-conns
	drain(c)
	frame := serverFrame(1, make([]byte, 341))
	b.ReportAllocs()
	for b.Loop() {
		if conn.TryWrite(frame) != All {
			if err := conn.Write(nil); err != nil {
				b.Fatal(err)
			}
		}
	}
	conn.CloseNow()
}

package socket

import (
	"crypto/tls"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/websocket"
)

// upgraded gives the server's end of one raw client.
func upgraded(t *testing.T, o Options) (*Conn, *client) {
	conns := make(chan *Conn, 1)
	addr := serve(t, o, func(c *Conn) { conns <- c; <-c.Done() })
	client := dial(t, addr)
	return <-conns, client
}

func TestClose(t *testing.T) {
	t.Run("says its code and reason, once, and ends Receive", func(t *testing.T) {
		conn, client := upgraded(t, Options{})
		ended := make(chan error, 1)
		go func() { ended <- echo(conn) }()
		client.send(text("a"))
		client.wantText("a")

		var callers sync.WaitGroup
		conn.Close(GoingAway, "see you")
		for range 10 {
			callers.Go(func() { conn.Close(TryAgainLater, "too late") })
		}
		callers.Wait()
		wantEnded(t, ended, GoingAway)
		assert.ErrorContains(t, conn.Write(serverFrame(websocket.TextFrame, nil)), "1001")
		_, err := conn.Receive()
		assert.ErrorContains(t, err, "1001")

		opcode, payload := client.next()
		assert.EqualValues(t, websocket.CloseFrame, opcode)
		assert.Equal(t, code(GoingAway)+"see you", string(payload))
		client.send(text("ignored"), more("ignored"), closing(string(payload)))
		_, err = client.in.ReadByte()
		assert.ErrorContains(t, err, "EOF")
		require.NoError(t, client.tcp.Close())
		<-conn.Done()
	})
	t.Run("cuts a reason at a code point", func(t *testing.T) {
		conn, client := upgraded(t, Options{})
		conn.Close(GoingAway, "x"+strings.Repeat("你", 41))
		_, payload := client.next()
		assert.Equal(t, code(GoingAway)+"x"+strings.Repeat("你", 40), string(payload))
		require.NoError(t, client.tcp.Close())
	})
	t.Run("finds the peer's answer behind the frame it interrupted", func(t *testing.T) {
		for cut := range len(text("a")) {
			conn, client := upgraded(t, Options{})
			ended := make(chan error, 1)
			go func() { ended <- echo(conn) }()
			client.send(text("b"), text("a")[:cut])
			client.wantText("b")
			conn.Close(GoingAway, "")
			wantEnded(t, ended, GoingAway)
			client.send(text("a")[cut:])
			client.wantClose(GoingAway)
			<-conn.Done()
		}
	})
}

// Closing TCP while bytes of the peer are unread would reset it.
func TestPeerThatTalksOnAfterItsClose(t *testing.T) {
	addr, ended := serveEcho(t, Options{})
	c := dial(t, addr)
	c.send(append(closing(code(NormalClosure)), make([]byte, 64<<10)...))
	_, payload := c.next()
	assert.Equal(t, NormalClosure, closeCode(payload))
	_, err := c.in.ReadByte()
	assert.ErrorIs(t, err, io.EOF)
	assert.NoError(t, c.tcp.Close())
	wantEnded(t, ended, NormalClosure)
}

// A slow client's Write is under way when it is dropped: once it reads on, it gets all of that and the
// code. Receive does not wait for it.
func TestCloseWhileWriteIsBlocked(t *testing.T) {
	conn, client := upgraded(t, Options{})
	ended, written := make(chan error, 1), make(chan error, 1)
	go func() { ended <- echo(conn) }()
	flood := serverFrame(websocket.TextFrame, make([]byte, 32<<20)) // more than the system's buffers take
	go func() { written <- conn.Write(flood) }()
	_, err := client.in.Peek(1)
	require.NoError(t, err)

	conn.Close(TryAgainLater, "too slow")
	wantEnded(t, ended, TryAgainLater)
	assert.Empty(t, written)

	_, payload := client.next()
	assert.Len(t, payload, 32<<20)
	require.NoError(t, <-written)
	client.wantClose(TryAgainLater)
	<-conn.Done()
}

func TestPeerThatNeverReads(t *testing.T) {
	t.Run("Write ends by its deadline", func(t *testing.T) {
		conn, _ := upgraded(t, Options{WriteTimeout: 50 * time.Millisecond})
		ended := make(chan error, 1)
		go func() { ended <- echo(conn) }()
		err := conn.Write(serverFrame(websocket.TextFrame, make([]byte, 32<<20)))
		assert.ErrorContains(t, err, "timeout")
		wantEnded(t, ended, AbnormalClosure)
		<-conn.Done()
	})
	t.Run("Close lingers no longer than its deadline", func(t *testing.T) {
		conn, client := upgraded(t, Options{WriteTimeout: 50 * time.Millisecond})
		written := make(chan error, 1)
		go func() { written <- conn.Write(serverFrame(websocket.TextFrame, make([]byte, 32<<20))) }()
		_, err := client.in.Peek(1)
		require.NoError(t, err)
		conn.Close(TryAgainLater, "")
		require.Error(t, <-written)
		<-conn.Done()
	})
	t.Run("CloseNow does not linger", func(t *testing.T) {
		conn, client := upgraded(t, Options{WriteTimeout: -1})
		written := make(chan error, 1)
		go func() { written <- conn.Write(serverFrame(websocket.TextFrame, make([]byte, 32<<20))) }()
		_, err := client.in.Peek(1)
		require.NoError(t, err)
		conn.Close(TryAgainLater, "")
		conn.CloseNow()
		require.Error(t, <-written)
		<-conn.Done()
	})
}

// Two writers and the pongs of Receive share a connection; every frame comes out whole.
func TestWritesDoNotInterleave(t *testing.T) {
	conn, client := upgraded(t, Options{ControlRate: -1})
	const each = 100
	var parts sync.WaitGroup
	parts.Go(func() { _ = echo(conn) })
	for _, letter := range []string{"a", "b"} {
		batch := append(serverFrame(websocket.TextFrame, []byte(strings.Repeat(letter, 3000))), serverFrame(websocket.TextFrame, nil)...)
		parts.Go(func() {
			for range each {
				assert.NoError(t, conn.Write(batch))
			}
		})
	}
	parts.Go(func() {
		for range each {
			client.send(ping("p"))
		}
	})
	for texts, pongs := 0, 0; texts < 4*each || pongs < each; {
		opcode, payload := client.next()
		if opcode == websocket.PongFrame {
			require.Equal(t, "p", string(payload))
			pongs++
			continue
		}
		texts++
		if len(payload) > 0 {
			opcode, payload = client.next()
			require.EqualValues(t, websocket.TextFrame, opcode, "nothing comes between the frames of one Write")
			require.Empty(t, payload)
			texts++
		}
	}
	conn.Close(NormalClosure, "")
	client.wantClose(NormalClosure)
	parts.Wait()
}

func TestTLS(t *testing.T) {
	ended := make(chan error, 1)
	conns := make(chan *Conn, 1)
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := Upgrade(w, r, Options{})
		if assert.NoError(t, err) {
			conns <- c
			go func() { ended <- echo(c) }()
		}
	}))
	defer server.Close()
	tcp, err := tls.Dial("tcp", server.Listener.Addr().String(), server.Client().Transport.(*http.Transport).TLSClientConfig)
	require.NoError(t, err)
	c := shake(t, tcp)
	c.send(begin("a"), ping("x"))
	c.wantPong("x")
	c.send(last("b"))
	c.wantText("ab")
	conn := <-conns
	conn.Close(ServiceRestart, "")
	wantEnded(t, ended, ServiceRestart)
	c.wantClose(ServiceRestart)
	<-conn.Done()
}

package socket

import (
	"io"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/websocket"
)

// pipes is a listener whose connections live in memory, so that a synctest bubble owns their time.
type pipes chan net.Conn

func (p pipes) Accept() (net.Conn, error) {
	if c, ok := <-p; ok {
		return c, nil
	}
	return nil, net.ErrClosed
}

func (p pipes) Close() error   { return nil }
func (p pipes) Addr() net.Addr { return &net.IPAddr{} }

// inBubble runs a test with an echoing connection in a bubble.
func inBubble(t *testing.T, o Options, test func(t *testing.T, conn *Conn, client *client, ended <-chan error)) {
	inBubbleOver(t, o, func(c net.Conn) net.Conn { return c }, test)
}

// inBubbleOver has the server's end of the pipe wrapped.
func inBubbleOver(t *testing.T, o Options, wrap func(net.Conn) net.Conn, test func(t *testing.T, conn *Conn, client *client, ended <-chan error)) {
	synctest.Test(t, func(t *testing.T) {
		conns, listener := make(chan *Conn, 1), make(pipes, 1)
		server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			c, err := Upgrade(w, r, o)
			assert.NoError(t, err)
			conns <- c
		})}
		go func() { _ = server.Serve(listener) }()
		ours, theirs := net.Pipe()
		listener <- wrap(theirs)
		client := shake(t, ours)
		_ = ours.SetDeadline(time.Time{})
		conn := <-conns
		ended := make(chan error, 1)
		go func() { ended <- echo(conn) }()

		defer func() {
			_ = ours.Close()
			<-conn.Done()
			close(listener)
			_ = server.Close()
		}()
		test(t, conn, client, ended)
	})
}

// nextEver reads one frame, however long it takes.
func (c *client) nextEver() (opcode byte, payload []byte) {
	_ = c.tcp.SetReadDeadline(time.Time{})
	opcode, payload, err := readServerFrame(c.in)
	require.NoError(c.t, err)
	return opcode, payload
}

func TestSilenceIsAskedAbout(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, conn *Conn, c *client, ended <-chan error) {
		last := time.Now()
		for range 20 {
			opcode, _ := c.nextEver()
			require.EqualValues(t, websocket.PingFrame, opcode)
			assert.InDelta(t, 27, time.Since(last).Seconds(), 2.7)
			last = time.Now()
			c.send(clientFrame(true, websocket.PongFrame, nil))
		}
		opcode, payload := c.nextEver()
		for opcode == websocket.PingFrame {
			opcode, payload = c.nextEver()
		}
		assert.Equal(t, GoingAway, closeCode(payload))
		assert.InDelta(t, 75, time.Since(last).Seconds(), 7.5)
		wantEnded(t, ended, GoingAway)
	})
}

func TestTalkNeedsNoPing(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, conn *Conn, c *client, _ <-chan error) {
		for range 100 {
			time.Sleep(20 * time.Second)
			c.send(text("a"))
			c.wantText("a")
		}
	})
}

func TestLimitsOfTimeSwitchedOff(t *testing.T) {
	inBubble(t, Options{PingInterval: -1, IdleTimeout: -1, MessageTimeout: -1}, func(t *testing.T, conn *Conn, c *client, _ <-chan error) {
		c.send(begin("a"))
		time.Sleep(30 * 24 * time.Hour)
		c.send(last("b"))
		c.wantText("ab")
	})
}

// However the peer dawdles over a message, and whatever else it sends meanwhile.
func TestSlowMessages(t *testing.T) {
	for name, pieces := range map[string][][]byte{
		"one byte of a header":   octets(text("")[:1]),
		"half a header":          octets(text("a")[:3]),
		"half a frame":           {text("abc")[:8]},
		"a frame in drips":       octets(text("0123456789")),
		"half a ping":            {ping("abc")[:8]},
		"an unfinished message":  {begin("a")},
		"drips of fragments":     inFragments("0123456789", 1),
		"pings inside a message": {begin("a"), clientFrame(true, websocket.PongFrame, nil), more("b"), clientFrame(true, websocket.PongFrame, nil)},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, Options{MessageTimeout: 20 * time.Second}, func(t *testing.T, conn *Conn, c *client, ended <-chan error) {
				c.send(text("before"))
				c.wantText("before")
				time.Sleep(10 * time.Second)
				began := time.Now()
				go func() {
					for _, piece := range pieces {
						if _, err := c.tcp.Write(piece); err != nil {
							return
						}
						time.Sleep(4 * time.Second)
					}
				}()
				_, payload := c.nextEver()
				assert.Equal(t, PolicyViolation, closeCode(payload))
				assert.Equal(t, 20*time.Second, time.Since(began))
				wantEnded(t, ended, PolicyViolation)
				time.Sleep(time.Minute)
			})
		})
	}
}

// The time that the caller takes over a message is not held against the peer.
func TestSlowCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		defer ours.Close()
		listener, server := make(pipes, 1), &http.Server{}
		server.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			c, err := Upgrade(w, r, Options{})
			assert.NoError(t, err)
			for range 3 {
				_, err = c.Receive()
				assert.NoError(t, err)
				time.Sleep(time.Hour)
			}
			c.CloseNow()
			<-c.Done()
			close(listener)
		})
		listener <- theirs
		served := make(chan error)
		go func() { served <- server.Serve(listener) }()
		shake(t, ours)
		_ = ours.SetDeadline(time.Time{})
		for range 3 {
			_, err := ours.Write(text("a"))
			require.NoError(t, err)
		}
		<-served
	})
}

func TestControlRateRecovers(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, conn *Conn, c *client, _ <-chan error) {
		for range 1000 {
			c.send(ping("a"))
			c.wantPong("a")
			time.Sleep(100 * time.Millisecond)
		}
	})
}

func TestCloseThatIsNeverAnswered(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, conn *Conn, c *client, ended <-chan error) {
		conn.Close(GoingAway, "")
		wantEnded(t, ended, GoingAway)
		began := time.Now()
		_, payload := c.nextEver()
		assert.Equal(t, GoingAway, closeCode(payload))
		<-conn.Done()
		assert.Equal(t, closeWait, time.Since(began))
	})
}

func TestCloseThatIsAnsweredIsOver(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, conn *Conn, c *client, _ <-chan error) {
		began := time.Now()
		conn.Close(GoingAway, "")
		c.wantClose(GoingAway)
		<-conn.Done()
		assert.Zero(t, time.Since(began))
	})
}

// The default deadlines, on a peer that never reads: it takes one Write's, and Close gives its own anew.
func TestWriteDeadlines(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, conn *Conn, c *client, ended <-chan error) {
		began := time.Now()
		assert.ErrorContains(t, conn.Write(serverFrame(websocket.TextFrame, nil)), "timeout")
		assert.Equal(t, 10*time.Second, time.Since(began))
		wantEnded(t, ended, AbnormalClosure)
	})
	inBubble(t, Options{}, func(t *testing.T, conn *Conn, c *client, ended <-chan error) {
		began, written := time.Now(), make(chan error, 1)
		go func() { written <- conn.Write(serverFrame(websocket.TextFrame, nil)) }()
		time.Sleep(8 * time.Second)
		conn.Close(TryAgainLater, "")
		wantEnded(t, ended, TryAgainLater)
		assert.Equal(t, 8*time.Second, time.Since(began))
		<-conn.Done()
		assert.Equal(t, 18*time.Second, time.Since(began))
		assert.ErrorContains(t, <-written, "1013")
	})
	// A ping of ours that falls due meanwhile waits for its turn, and Close does not wait for it.
	inBubble(t, Options{WriteTimeout: time.Hour}, func(t *testing.T, conn *Conn, c *client, ended <-chan error) {
		go func() { _ = conn.Write(serverFrame(websocket.TextFrame, nil)) }()
		time.Sleep(30 * time.Second)
		began := time.Now()
		conn.Close(TryAgainLater, "")
		wantEnded(t, ended, TryAgainLater)
		assert.Zero(t, time.Since(began))
	})
}

// failing is a connection that tells of its first failed Write, before the caller knows.
type failing struct {
	net.Conn
	failed chan func()
}

func (f failing) Write(p []byte) (int, error) {
	n, err := f.Conn.Write(p)
	if err != nil {
		select {
		case tell := <-f.failed:
			tell()
		default:
		}
	}
	return n, err
}

// Close that comes in the moment in which a Write has given up has a deadline of its own, but nothing may
// follow half a frame.
func TestNothingFollowsHalfAFrame(t *testing.T) {
	failed := make(chan func(), 1)
	inBubbleOver(t, Options{}, func(c net.Conn) net.Conn { return failing{c, failed} }, func(t *testing.T, conn *Conn, c *client, _ <-chan error) {
		failed <- func() { conn.Close(TryAgainLater, "") }
		written := make(chan error, 1)
		go func() { written <- conn.Write(serverFrame(websocket.TextFrame, make([]byte, 10_000))) }()
		part, err := c.in.Peek(c.in.Size())
		require.NoError(t, err)
		require.Error(t, <-written)
		all, err := io.ReadAll(c.in)
		require.NoError(t, err)
		assert.Len(t, all, len(part))
	})
}

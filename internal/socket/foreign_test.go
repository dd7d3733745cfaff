package socket

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	coder "github.com/coder/websocket"
	gorilla "github.com/gorilla/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A foreigner is a client that somebody else wrote.
type foreigner interface {
	send(fragments ...string) error
	receive() (string, error)
	ping(payload string) (pong string, err error) // while nothing else is under way
	close(code int, reason string) error
	closed(err error) (code int, reason string) // what an error of receive says
	subprotocol() string
}

var foreigners = map[string]func(t *testing.T, addr string) foreigner{
	"gorilla": func(t *testing.T, addr string) foreigner {
		dialer := gorilla.Dialer{Subprotocols: []string{"soap", "gochatting.v1"}, WriteBufferSize: 1 << 10, EnableCompression: true}
		conn, _, err := dialer.Dial("ws://"+addr+"/chat", nil)
		require.NoError(t, err)
		t.Cleanup(func() { _ = conn.Close() })
		return gorillas{conn}
	},
	"coder": func(t *testing.T, addr string) foreigner {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		t.Cleanup(cancel)
		conn, _, err := coder.Dial(ctx, "ws://"+addr+"/chat", &coder.DialOptions{Subprotocols: []string{"soap", "gochatting.v1"}, CompressionMode: coder.CompressionContextTakeover})
		require.NoError(t, err)
		conn.SetReadLimit(1 << 20)
		t.Cleanup(func() { _ = conn.CloseNow() })
		return coders{conn, ctx}
	},
}

func TestForeigners(t *testing.T) {
	long := strings.Repeat("長い文", 7000) // 63,000 bytes
	for name, call := range foreigners {
		t.Run(name, func(t *testing.T) {
			t.Run("talk", func(t *testing.T) {
				addr, ended := serveEcho(t, Options{Subprotocols: []string{"gochatting.v1"}})
				c := call(t, addr)
				assert.Equal(t, "gochatting.v1", c.subprotocol())
				for _, fragments := range [][]string{{"hi"}, {""}, {"a", "b", "c"}, {long}, {long[:10], long[10:40000], long[40000:]}} {
					require.NoError(t, c.send(fragments...))
					got, err := c.receive()
					require.NoError(t, err)
					require.True(t, strings.Join(fragments, "") == got)
				}
				pong, err := c.ping("are you there?")
				require.NoError(t, err)
				assert.Equal(t, "are you there?", pong)
				require.NoError(t, c.close(GoingAway, "bye"))
				var why *CloseError
				require.ErrorAs(t, <-ended, &why)
				assert.Equal(t, CloseError{Code: GoingAway, Reason: "bye"}, *why)
			})
			t.Run("are told the code", func(t *testing.T) {
				for _, code := range []int{NormalClosure, GoingAway, PolicyViolation, MessageTooBig, ServiceRestart, TryAgainLater} {
					addr := serve(t, Options{Subprotocols: []string{"gochatting.v1"}}, func(c *Conn) { c.Close(code, "because") })
					c := call(t, addr)
					_, err := c.receive()
					got, reason := c.closed(err)
					assert.Equal(t, code, got)
					assert.Equal(t, "because", reason)
				}
			})
			t.Run("are refused what is too big", func(t *testing.T) {
				addr, ended := serveEcho(t, Options{Subprotocols: []string{"gochatting.v1"}, MaxMessage: 1000})
				c := call(t, addr)
				require.NoError(t, c.send(strings.Repeat("x", 1001)))
				_, err := c.receive()
				got, _ := c.closed(err)
				assert.Equal(t, MessageTooBig, got)
				wantEnded(t, ended, MessageTooBig)
			})
		})
	}
}

type gorillas struct{ *gorilla.Conn }

func (g gorillas) subprotocol() string { return g.Subprotocol() }

func (g gorillas) send(fragments ...string) error {
	w, err := g.NextWriter(gorilla.TextMessage)
	if err != nil {
		return err
	}
	for _, s := range fragments { // cut again at gorilla's buffer of 1 KB
		if _, err := w.Write([]byte(s)); err != nil {
			return err
		}
	}
	return w.Close()
}

func (g gorillas) receive() (string, error) {
	_, p, err := g.ReadMessage()
	return string(p), err
}

func (g gorillas) ping(payload string) (pong string, err error) {
	g.SetPongHandler(func(got string) error { pong = got; return nil })
	if err := g.WriteControl(gorilla.PingMessage, []byte(payload), time.Now().Add(patience)); err != nil {
		return "", err
	}
	if err := g.send("after the ping"); err != nil {
		return "", err
	}
	_, err = g.receive()
	return pong, err
}

func (g gorillas) close(code int, reason string) error {
	if err := g.WriteControl(gorilla.CloseMessage, gorilla.FormatCloseMessage(code, reason), time.Now().Add(patience)); err != nil {
		return err
	}
	_, err := g.receive()
	if got, _ := g.closed(err); got != code {
		return err
	}
	return nil
}

func (g gorillas) closed(err error) (int, string) {
	if e, ok := errors.AsType[*gorilla.CloseError](err); ok {
		return e.Code, e.Text
	}
	return 0, ""
}

type coders struct {
	*coder.Conn
	ctx context.Context
}

func (c coders) subprotocol() string { return c.Subprotocol() }

func (c coders) send(fragments ...string) error {
	w, err := c.Writer(c.ctx, coder.MessageText)
	if err != nil {
		return err
	}
	for _, s := range fragments {
		if _, err := w.Write([]byte(s)); err != nil {
			return err
		}
	}
	return w.Close()
}

func (c coders) receive() (string, error) {
	_, p, err := c.Read(c.ctx)
	return string(p), err
}

// ping has coder wait for the pong that repeats its own payload; the given one it cannot send.
func (c coders) ping(payload string) (string, error) {
	read := make(chan error, 1)
	go func() {
		_, err := c.receive()
		read <- err
	}()
	if err := c.Ping(c.ctx); err != nil {
		return "", err
	}
	if err := c.send("after the ping"); err != nil {
		return "", err
	}
	return payload, <-read
}

func (c coders) close(code int, reason string) error {
	return c.Conn.Close(coder.StatusCode(code), reason)
}

func (c coders) closed(err error) (int, string) {
	if e, ok := errors.AsType[coder.CloseError](err); ok {
		return int(e.Code), e.Reason
	}
	return 0, ""
}

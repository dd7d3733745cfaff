package main

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// However slowly Eve lets her request drip, her connection is cut. (Half a frame and then silence,
// after the handshake, is internal/socket's TestSlowMessages.)
func TestHostile07SlowHandshakeIsCut(t *testing.T) {
	for name, c := range map[string]struct {
		request string
		every   time.Duration // between two bytes
		after   time.Duration // is the cut
	}{
		"silence":       {"", time.Second, 10 * time.Second},
		"a handshake":   {"GET /chat HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n", time.Second, 10 * time.Second},
		"endless lines": {"GET /chat HTTP/1.1\r\n" + strings.Repeat("X: y\r\n", 1000), 10 * time.Millisecond, 10 * time.Second},
		"a form":        {"POST /join HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n" + strings.Repeat("e", 999), 50 * time.Millisecond, 30 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				eve := connect(t)
				began := time.Now()
				var dripping sync.WaitGroup
				dripping.Go(func() { drip(eve, c.request, c.every) })
				_, err := io.Copy(io.Discard, eve)
				require.NoError(t, err, "the server closes")
				assert.Equal(t, c.after, time.Since(began))
				dripping.Wait()
			})
		})
	}
}

func drip(to io.Writer, request string, every time.Duration) {
	for i := range len(request) {
		if _, err := to.Write([]byte{request[i]}); err != nil {
			return
		}
		time.Sleep(every)
	}
}

// connect gives a connection in memory to HTTP as the program serves it, so that a synctest
// bubble owns its time. What is asked of it reads the whole body.
func connect(t *testing.T) net.Conn {
	ours, theirs := net.Pipe()
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	handler := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) })
	one := make(single, 1)
	one <- theirs
	go func() { ended <- answer(ctx, patient(handler, slog.New(slog.DiscardHandler)), one, func() {}) }()
	t.Cleanup(func() {
		ours.Close()
		stop()
		assert.NoError(t, <-ended)
	})
	return ours
}

// single is a listener with one connection.
type single chan net.Conn

func (s single) Accept() (net.Conn, error) {
	if c, open := <-s; open {
		return c, nil
	}
	return nil, net.ErrClosed
}

func (s single) Close() error   { close(s); return nil }
func (s single) Addr() net.Addr { return &net.IPAddr{} }

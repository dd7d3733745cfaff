package server_test

import (
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/chattest"
	"gochatting/internal/server"
)

// hold opens a connection that says nothing.
func hold(t testing.TB, s *site) net.Conn {
	c, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://"))
	require.NoError(t, err)
	require.NoError(t, c.SetDeadline(time.Now().Add(chattest.Patience)))
	t.Cleanup(func() { _ = c.Close() }) // it may be
	return c
}

// A stranger holds as many connections as they may: the next is told so and ended, and there is one
// again when they let one go. Sockets are counted elsewhere.
func TestHostile07ConnectionsOfOnePeer(t *testing.T) {
	t.Parallel()
	cfg := server.Config{Limits: true, Rates: server.UsualRates()}
	cfg.Rates.PeerConnections = 4
	s := open(t, cfg, noUpstream)
	ann := chattest.Join(t, s.URL, "ann@example.com") // keeps one
	for range 6 {
		ann.Open()
	}
	held := []net.Conn{hold(t, s), hold(t, s), hold(t, s)}
	said, err := io.ReadAll(hold(t, s))
	require.NoError(t, err)
	assert.Regexp(t, `^HTTP/1\.1 429 .*\r\nRetry-After: \d+\r\n`, string(said))

	for _, c := range held {
		require.NoError(t, c.Close())
	}
	require.EventuallyWithT(t, func(t *assert.CollectT) {
		answer, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Get(s.URL + "/healthz")
		if assert.NoError(t, err) {
			assert.Equal(t, http.StatusOK, answer.StatusCode)
			assert.NoError(t, answer.Body.Close())
		}
	}, chattest.Patience, time.Millisecond)
}

// Everybody comes over the same proxy: it may have any number.
func TestConnectionsOfAProxy(t *testing.T) {
	t.Parallel()
	cfg := server.Config{Limits: true, Rates: server.UsualRates(), TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}
	cfg.Rates.PeerConnections = 1
	s := open(t, cfg, noUpstream)
	for range 5 {
		c := hold(t, s)
		_, err := c.Write([]byte("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"))
		require.NoError(t, err)
		answer := make([]byte, 15)
		_, err = io.ReadFull(c, answer)
		require.NoError(t, err)
		assert.Equal(t, "HTTP/1.1 200 OK", string(answer))
	}
}

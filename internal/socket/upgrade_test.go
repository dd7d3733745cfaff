package socket

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestUpgrade(t *testing.T) {
	without := func(line string) string {
		require.Contains(t, handshake, line)
		return strings.Replace(handshake, line, "", 1)
	}
	for _, test := range []struct {
		name, request string
		status        int
		subprotocol   string
		header        http.Header
	}{
		{name: "plain", request: handshake, status: 101},
		{name: "offered two, one spoken", request: handshake + "Sec-WebSocket-Protocol: soap, gochatting.v1\r\n", status: 101, subprotocol: "gochatting.v1"},
		{name: "offered two, both spoken: the client's order", request: handshake + "Sec-WebSocket-Protocol: gochatting.v1,gochatting.v2\r\n", status: 101, subprotocol: "gochatting.v1"},
		{name: "offered on two lines", request: handshake + "Sec-WebSocket-Protocol: soap\r\nSec-WebSocket-Protocol: gochatting.v2\r\n", status: 101, subprotocol: "gochatting.v2"},
		{name: "offered only what is not spoken", request: handshake + "Sec-WebSocket-Protocol: soap, wamp\r\n", status: 400},
		{name: "subprotocols have a case", request: handshake + "Sec-WebSocket-Protocol: GOCHATTING.V1\r\n", status: 400},
		{name: "extensions are not taken", request: handshake + "Sec-WebSocket-Extensions: permessage-deflate\r\n", status: 101},
		{name: "Connection on two lines", request: without("Connection: keep-alive, Upgrade\r\n") + "Connection: keep-alive\r\nConnection: upgrade\r\n", status: 101},
		{name: "POST", request: strings.Replace(handshake, "GET", "POST", 1), status: 405, header: http.Header{"Allow": {"GET"}}},
		{name: "no Upgrade", request: without("Upgrade: WebSocket\r\n"), status: 426, header: http.Header{"Upgrade": {"websocket"}}},
		{name: "no Connection", request: without("Connection: keep-alive, Upgrade\r\n"), status: 426},
		{name: "Connection that only looks like it", request: strings.Replace(handshake, "keep-alive, Upgrade", "not-an-upgrade", 1), status: 426},
		{name: "no version", request: without("Sec-WebSocket-Version: 13\r\n"), status: 426},
		{name: "old version", request: strings.Replace(handshake, "13", "8", 1), status: 426, header: http.Header{"Sec-Websocket-Version": {"13"}}},
		{name: "no key", request: without("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"), status: 400},
		{name: "short key", request: strings.Replace(handshake, "dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZQ==", 1), status: 400},
		{name: "key that is no Base64", request: strings.Replace(handshake, "dGhl", "!!!!", 1), status: 400},
		{name: "a Host that is none: only x/net sees it", request: strings.Replace(handshake, "localhost", "[::1", 1), status: 400},
	} {
		t.Run(test.name, func(t *testing.T) {
			chosen := make(chan string, 1)
			addr := serve(t, Options{Subprotocols: []string{"gochatting.v2", "gochatting.v1"}}, func(c *Conn) {
				chosen <- c.Subprotocol()
				_ = echo(c)
			})
			tcp, err := net.Dial("tcp", addr)
			require.NoError(t, err)
			defer tcp.Close()
			_, err = io.WriteString(tcp, test.request+"\r\n")
			require.NoError(t, err)
			answer, err := http.ReadResponse(newReader(tcp), nil)
			require.NoError(t, err)
			require.Equal(t, test.status, answer.StatusCode)
			for name, values := range test.header {
				assert.Equal(t, values, answer.Header[name])
			}
			if test.status != http.StatusSwitchingProtocols {
				return
			}
			assert.Equal(t, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", answer.Header.Get("Sec-WebSocket-Accept"), "RFC 6455 §1.3")
			assert.Equal(t, test.subprotocol, answer.Header.Get("Sec-WebSocket-Protocol"))
			assert.Equal(t, test.subprotocol, <-chosen)
			assert.Empty(t, answer.Header.Values("Sec-WebSocket-Extensions"))
		})
	}
}

func TestRefusalIsASentence(t *testing.T) {
	r := httptest.NewRequest(http.MethodGet, "/chat", nil)
	w := httptest.NewRecorder()
	_, err := Upgrade(w, r, Options{})
	require.ErrorContains(t, err, "426")
	assert.Equal(t, "Only a WebSocket can be opened here.\n", w.Body.String())
}

func TestUpgradeOfWhatCannotBeHijacked(t *testing.T) {
	r, err := http.ReadRequest(newReader(strings.NewReader(handshake + "\r\n")))
	require.NoError(t, err)
	w := httptest.NewRecorder()
	_, err = Upgrade(w, r, Options{})
	require.Error(t, err)
	assert.Equal(t, http.StatusNotImplemented, w.Code)
}

// Some clients do not wait for the answer. More than our own buffer holds, at that.
func TestFramesTogetherWithTheHandshake(t *testing.T) {
	long := strings.Repeat("b", 1500)
	addr, _ := serveEcho(t, Options{})
	tcp, err := net.Dial("tcp", addr)
	require.NoError(t, err)
	defer tcp.Close()
	c := &client{t: t, tcp: tcp, in: newReader(tcp)}
	whole := append([]byte(handshake+"\r\n"), text("a")...)
	whole = append(whole, text(long)...)
	cut := len(whole) - 7
	c.send(whole[:cut])
	require.Equal(t, http.StatusSwitchingProtocols, c.answer().StatusCode)
	c.wantText("a")
	c.send(whole[cut:])
	c.wantText(long)
}

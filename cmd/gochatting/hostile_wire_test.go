package main

import (
	"bytes"
	network "encoding/binary"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/chattest"
)

const (
	textFrame    = 0x1
	continuation = 0x0
	final        = 0x80
)

// announce is the head of a masked frame (RFC 6455, section 5.2) that promises so many bytes. Its mask
// is zero, so that what follows is as it is.
func announce(first byte, length uint64) []byte {
	head := []byte{first, 0x80 | 127}
	switch {
	case length < 126:
		head[1] = 0x80 | byte(length)
	case length <= 0xffff:
		head[1] = 0x80 | 126
		head = network.BigEndian.AppendUint16(head, uint16(length))
	default:
		head = network.BigEndian.AppendUint64(head, length)
	}
	return append(head, 0, 0, 0, 0)
}

func whole(first byte, payload string) []byte {
	return append(announce(first, uint64(len(payload))), payload...)
}

// closes sends bytes over an open socket, all that it takes of them, and sees how it is closed.
func closes(t *testing.T, eve *chattest.Person, code int, sent ...[]byte) {
	t.Helper()
	s := eve.Open()
	// The server may have ended it before it has everything.
	_, _ = (*net.Buffers)(&sent).WriteTo(s.WS.NetConn())
	got, _ := s.CloseCode()
	assert.Equal(t, code, got)
}

// talkOn sees that others are served as if nothing had been.
func talkOn(t *testing.T, people ...*chattest.Socket) {
	t.Helper()
	for i, who := range people {
		content := fmt.Sprint("still here ", i)
		who.Say(content)
		for _, other := range people {
			assert.Equal(t, content, other.Hear().Content)
		}
	}
}

// Eve sends more than a message may have: in one frame, which is refused by its head, or in many.
func TestHostile04MessagesOverTheLimit(t *testing.T) {
	t.Parallel()
	server := start(t, t.TempDir(), "--limits", "off")
	ann := chattest.Join(t, server.Base, "ann@example.com").Open()
	ben := chattest.Join(t, server.Base, "ben@example.com").Open()
	eve := chattest.Join(t, server.Base, "eve@example.com")
	const most = 64 << 10
	closes(t, eve, 1009, announce(final|textFrame, most+1))
	closes(t, eve, 1009, announce(final|textFrame, 1<<40))
	closes(t, eve, 1009, whole(textFrame, strings.Repeat("x", most)), announce(final|continuation, 1))
	closes(t, eve, 1009, whole(textFrame, "x"), announce(continuation, most))
	many := [][]byte{whole(textFrame, "x")}
	for range 1024 {
		many = append(many, whole(continuation, strings.Repeat("x", 1<<10)))
	}
	closes(t, eve, 1009, many...)
	talkOn(t, ann, ben)
}

// She sends fragments that never become a message: of nothing, or of a byte each.
func TestHostile05EndlessFragments(t *testing.T) {
	t.Parallel()
	server := start(t, t.TempDir(), "--limits", "off")
	ann := chattest.Join(t, server.Base, "ann@example.com").Open()
	ben := chattest.Join(t, server.Base, "ben@example.com").Open()
	eve := chattest.Join(t, server.Base, "eve@example.com")
	for _, payload := range []string{"", "x"} {
		closes(t, eve, 1008, whole(textFrame, payload), bytes.Repeat(whole(continuation, payload), 100_000))
	}
	talkOn(t, ann, ben)
}

// She promises more than there is memory, or than there are numbers.
func TestHostile06LengthsThatAreNone(t *testing.T) {
	t.Parallel()
	server := start(t, t.TempDir(), "--limits", "off")
	ann := chattest.Join(t, server.Base, "ann@example.com").Open()
	ben := chattest.Join(t, server.Base, "ben@example.com").Open()
	eve := chattest.Join(t, server.Base, "eve@example.com")
	for length, code := range map[uint64]int{1<<63 - 1: 1009, 1<<63 - 64<<10: 1009, 1 << 63: 1002, 1<<63 + 1: 1002, 1<<64 - 1: 1002} {
		closes(t, eve, code, announce(final|textFrame, length), []byte("x"))
		closes(t, eve, code, whole(textFrame, "x"), announce(final|continuation, length), []byte("x"))
	}
	talkOn(t, ann, ben)
}

// She stops in the middle: of asking for a page, of a form, of the handshake, of a frame. Each of her
// connections is ended by the server, and others are served meanwhile.
func TestHostile07HalfOfSomethingAndThenSilence(t *testing.T) {
	t.Parallel()
	server := start(t, t.TempDir())
	eve := chattest.Join(t, server.Base, "eve@example.com")
	half := eve.Open().WS.NetConn()
	_, err := half.Write(whole(final|textFrame, "hello")[:8])
	require.NoError(t, err)
	waiting := []net.Conn{half}
	for _, said := range []string{
		"", "GET / HTTP/1.1\r\nHos", "GET /chat HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n",
		"POST /join HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nemail=",
	} {
		c, err := net.Dial("tcp", strings.TrimPrefix(server.Base, "http://"))
		require.NoError(t, err)
		t.Cleanup(func() { _ = c.Close() }) // the server has
		_, err = io.WriteString(c, said)
		require.NoError(t, err)
		waiting = append(waiting, c)
	}
	talkOn(t, chattest.Join(t, server.Base, "ann@example.com").Open(), chattest.Join(t, server.Base, "ben@example.com").Open())
	for _, c := range waiting {
		require.NoError(t, c.SetReadDeadline(time.Now().Add(2*chattest.Patience)))
		_, err := io.Copy(io.Discard, c)
		require.NoError(t, err, "the server has ended it")
	}
}

package socket

import (
	"bufio"
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"golang.org/x/net/websocket"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long a test waits for what must come; it is reached only by a failing test.
const patience = 10 * time.Second

// serve runs an endpoint on loopback whose connections are used by use, in a goroutine of their own: the
// handler has returned by then. It gives the address, and at the end of the test waits for all.
func serve(t testing.TB, o Options, use func(*Conn)) string {
	var users sync.WaitGroup
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c, err := Upgrade(w, r, o); err == nil {
			users.Go(func() {
				use(c)
				c.Close(NormalClosure, "")
				<-c.Done()
			})
		}
	}))
	t.Cleanup(func() {
		server.Close()
		users.Wait()
	})
	return server.Listener.Addr().String()
}

// echo sends every message back, and gives the error that ended the connection. It goes by Each, and so
// by Receive where the connection is not plain TCP.
func echo(c *Conn) error {
	return c.Each(func(message []byte) error {
		return c.Write(serverFrame(websocket.TextFrame, message))
	})
}

// serveEcho is an endpoint that echoes; each connection's last error comes out of the channel.
func serveEcho(t testing.TB, o Options) (addr string, ended <-chan error) {
	errs := make(chan error, 16)
	return serve(t, o, func(c *Conn) { errs <- echo(c) }), errs
}

const handshake = "GET /chat HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n" +
	"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"

// A client speaks raw bytes.
type client struct {
	t   testing.TB
	tcp net.Conn
	in  *bufio.Reader
}

func dial(t testing.TB, addr string) *client {
	tcp, err := net.Dial("tcp", addr)
	require.NoError(t, err)
	return shake(t, tcp)
}

// shake does the handshake on a connection.
func shake(t testing.TB, tcp net.Conn) *client {
	t.Cleanup(func() { _ = tcp.Close() })
	c := &client{t: t, tcp: tcp, in: bufio.NewReader(tcp)}
	c.send([]byte(handshake + "\r\n"))
	require.Equal(t, http.StatusSwitchingProtocols, c.answer().StatusCode)
	return c
}

func (c *client) answer() *http.Response {
	_ = c.tcp.SetReadDeadline(time.Now().Add(patience))
	answer, err := http.ReadResponse(c.in, nil)
	require.NoError(c.t, err)
	return answer
}

// send writes each piece with a write of its own.
func (c *client) send(pieces ...[]byte) {
	for _, piece := range pieces {
		_ = c.tcp.SetWriteDeadline(time.Now().Add(patience))
		_, err := c.tcp.Write(piece)
		require.NoError(c.t, err)
	}
	_ = c.tcp.SetWriteDeadline(time.Time{})
}

// next reads one frame of the server.
func (c *client) next() (opcode byte, payload []byte) {
	_ = c.tcp.SetReadDeadline(time.Now().Add(patience))
	opcode, payload, err := readServerFrame(c.in)
	require.NoError(c.t, err)
	return opcode, payload
}

func readServerFrame(in io.Reader) (opcode byte, payload []byte, err error) {
	head := make([]byte, 10)
	if _, err := io.ReadFull(in, head[:2]); err != nil {
		return 0, nil, err
	}
	length := uint64(head[1])
	switch length {
	case 126:
		_, err = io.ReadFull(in, head[2:4])
		length = uint64(binary.BigEndian.Uint16(head[2:]))
	case 127:
		_, err = io.ReadFull(in, head[2:10])
		length = binary.BigEndian.Uint64(head[2:])
	}
	if err == nil {
		payload = make([]byte, length)
		_, err = io.ReadFull(in, payload)
	}
	return head[0] & 0x0f, payload, err
}

func (c *client) wantText(text string) {
	c.t.Helper()
	opcode, payload := c.next()
	require.EqualValues(c.t, websocket.TextFrame, opcode)
	require.Equal(c.t, len(text), len(payload))
	require.True(c.t, text == string(payload), "another text came back")
}

func (c *client) wantPong(payload string) {
	c.t.Helper()
	opcode, got := c.next()
	require.EqualValues(c.t, websocket.PongFrame, opcode)
	require.Equal(c.t, payload, string(got))
}

// wantClose reads the server's close frame, answers it, and sees TCP end.
func (c *client) wantClose(code int) {
	c.t.Helper()
	opcode, payload := c.next()
	require.EqualValues(c.t, websocket.CloseFrame, opcode)
	require.Equal(c.t, code, closeCode(payload))
	require.True(c.t, code != NoStatusReceived || len(payload) == 0, "1005 is never sent")
	_, _ = c.tcp.Write(clientFrame(true, websocket.CloseFrame, payload))
	_, err := c.in.ReadByte()
	require.ErrorIs(c.t, err, io.EOF)
	_ = c.tcp.Close()
}

func closeCode(payload []byte) int {
	if len(payload) == 0 {
		return NoStatusReceived
	}
	return int(binary.BigEndian.Uint16(payload))
}

// wantEnded says how the server's Receive must have ended.
func wantEnded(t testing.TB, ended <-chan error, code int) {
	t.Helper()
	var why *CloseError
	require.ErrorAs(t, <-ended, &why)
	require.Equal(t, code, why.Code)
}

func text(s string) []byte                { return clientFrame(true, websocket.TextFrame, []byte(s)) }
func ping(s string) []byte                { return clientFrame(true, websocket.PingFrame, []byte(s)) }
func begin(s string) []byte               { return clientFrame(false, websocket.TextFrame, []byte(s)) }
func more(s string) []byte                { return clientFrame(false, websocket.ContinuationFrame, []byte(s)) }
func last(s string) []byte                { return clientFrame(true, websocket.ContinuationFrame, []byte(s)) }
func closing(s string) []byte             { return clientFrame(true, websocket.CloseFrame, []byte(s)) }
func code(n int) string                   { return string(binary.BigEndian.AppendUint16(nil, uint16(n))) }
func newReader(r io.Reader) *bufio.Reader { return bufio.NewReader(r) }

func octets(b ...[]byte) [][]byte { return chop(slices.Concat(b...), 1) }

func chop(b []byte, size int) (pieces [][]byte) {
	for len(b) > size {
		pieces, b = append(pieces, b[:size]), b[size:]
	}
	return append(pieces, b)
}

// inFragments cuts a text into fragments of size bytes, and an empty one that ends it.
func inFragments(s string, size int) (frames [][]byte) {
	for i, piece := range chop([]byte(s), size) {
		if i == 0 {
			frames = append(frames, begin(string(piece)))
			continue
		}
		frames = append(frames, more(string(piece)))
	}
	return append(frames, last(""))
}

// frameHeader writes a header whose length is in its shortest form.
func frameHeader(first, mask byte, n int) []byte {
	switch {
	case n <= 125:
		return []byte{first, mask | byte(n)}
	case n < 1<<16:
		return binary.BigEndian.AppendUint16([]byte{first, mask | 126}, uint16(n))
	}
	return binary.BigEndian.AppendUint64([]byte{first, mask | 127}, uint64(n))
}

func serverFrame(opcode byte, payload []byte) []byte {
	return append(frameHeader(0x80|opcode, 0, len(payload)), payload...)
}

// clientFrame is masked, as a client's must be.
func clientFrame(final bool, opcode byte, payload []byte) []byte {
	if final {
		opcode |= 0x80
	}
	key := [4]byte{0x37, 0xfa, 0x21, 0x3d}
	frame := append(frameHeader(opcode, 0x80, len(payload)), key[:]...)
	for i, b := range payload {
		frame = append(frame, b^key[i%4])
	}
	return frame
}

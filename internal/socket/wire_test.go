package socket

import (
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"golang.org/x/net/websocket"
)

// TestWire sends raw bytes and says what must come back: texts, then a close frame.
func TestWire(t *testing.T) {
	const full = 64 << 10
	binary := func(final bool) []byte { return clientFrame(final, websocket.BinaryFrame, []byte("x")) }
	opcode := func(n byte) []byte { return clientFrame(true, n, nil) }
	reserved := func(bit byte) []byte { b := text("x"); b[0] |= bit; return b }
	announced := func(first byte, length ...byte) []byte { return append([]byte{first}, length...) }
	key := "\x37\xfa\x21\x3d"

	type wire struct {
		name  string
		send  [][]byte
		texts []string
		close int  // what the server's close frame says
		half  bool // the client ends its half of TCP: what it sends from now on would be payload
	}
	tests := []wire{
		{name: "one text", send: [][]byte{text("hi"), closing("")}, texts: []string{"hi"}, close: 1005},
		{name: "fragments are one message", send: [][]byte{begin("a"), more("b"), last("c"), closing(code(1000))}, texts: []string{"abc"}, close: 1000},
		{name: "empty fragments are one message", send: [][]byte{begin(""), more(""), last("c"), begin(""), last(""), closing(code(1000))}, texts: []string{"c", ""}, close: 1000},
		{name: "in one write", send: [][]byte{append(text("a"), append(text("b"), closing(code(1000))...)...)}, texts: []string{"a", "b"}, close: 1000},
		{name: "octet by octet", send: octets(text("grüß dich"), begin("a"), last("b"), closing(code(1001))), texts: []string{"grüß dich", "ab"}, close: 1001},

		{name: "continuation of nothing", send: [][]byte{more("x")}, close: 1002},
		{name: "last continuation of nothing", send: [][]byte{last("x")}, close: 1002},
		{name: "continuation after a whole message", send: [][]byte{text("a"), last("x")}, texts: []string{"a"}, close: 1002},
		{name: "text inside a fragmented message", send: [][]byte{begin("a"), text("b")}, close: 1002},
		{name: "fragment begins inside a fragmented message", send: [][]byte{begin("a"), begin("b")}, close: 1002},
		{name: "RSV1", send: [][]byte{reserved(0x40)}, close: 1002},
		{name: "RSV2", send: [][]byte{reserved(0x20)}, close: 1002},
		{name: "RSV3", send: [][]byte{reserved(0x10)}, close: 1002},
		{name: "judged by the first two bytes", send: [][]byte{reserved(0x10)[:2]}, close: 1002},
		{name: "unmasked", send: [][]byte{serverFrame(websocket.TextFrame, []byte("x"))}, close: 1002},
		{name: "unmasked ping", send: [][]byte{serverFrame(websocket.PingFrame, nil)}, close: 1002},
		{name: "fragmented ping", send: [][]byte{clientFrame(false, websocket.PingFrame, []byte("x"))}, close: 1002},
		{name: "fragmented close", send: [][]byte{clientFrame(false, websocket.CloseFrame, nil)}, close: 1002},
		{name: "ping of 126 bytes", send: [][]byte{ping(strings.Repeat("x", 126))}, close: 1002},
		{name: "close of 126 bytes", send: [][]byte{closing(code(1000) + strings.Repeat("x", 124))}, close: 1002},

		{name: "binary", send: [][]byte{binary(true)}, close: 1003},
		{name: "fragmented binary", send: [][]byte{binary(false)}, close: 1003},
		{name: "binary inside a fragmented text", send: [][]byte{begin("a"), binary(true)}, close: 1002},

		{name: "full", send: [][]byte{text(strings.Repeat("x", full)), closing("")}, texts: []string{strings.Repeat("x", full)}, close: 1005},
		{name: "over the limit, by the header alone", send: [][]byte{announced(0x81, 0xff, 0, 0, 0, 0, 0, 1, 0, 1), []byte(key)}, close: 1009, half: true},
		{name: "over the limit together", send: [][]byte{begin(strings.Repeat("x", full)), last("y")}, close: 1009},
		{name: "over the limit together, by the header alone", send: [][]byte{begin(strings.Repeat("x", full)), announced(0x80, 0x81), []byte(key)}, close: 1009, half: true},
		{name: "2^63-1", send: [][]byte{announced(0x81, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff), []byte(key)}, close: 1009, half: true},
		{name: "2^63-1 after one byte", send: [][]byte{begin("x"), announced(0x80, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff), []byte(key)}, close: 1009, half: true},
		{name: "top bit", send: [][]byte{announced(0x81, 0xff, 0x80, 0, 0, 0, 0, 1, 0, 0), []byte(key + "x")}, close: 1002},
		{name: "top bit alone", send: [][]byte{announced(0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 1), []byte(key + "x")}, close: 1002},
		{name: "125 in 16 bits", send: [][]byte{announced(0x81, 0xfe, 0, 125), []byte(key)}, close: 1002},
		{name: "65535 in 64 bits", send: [][]byte{announced(0x81, 0xff, 0, 0, 0, 0, 0, 0, 0xff, 0xff), []byte(key)}, close: 1002},

		{name: "not UTF-8", send: [][]byte{text("ab\xff")}, close: 1007},
		{name: "cut code point", send: [][]byte{text("ab\xc3")}, close: 1007},
		{name: "cut code point at the end of fragments", send: [][]byte{begin("ab"), last("\xc3")}, close: 1007},
		{name: "cut code point, then an empty end", send: [][]byte{begin("ab\xc3"), last("")}, close: 1007},
		{name: "code point over three fragments", send: [][]byte{begin("\xe4"), more("\xbd"), last("\xa0"), closing("")}, texts: []string{"你"}, close: 1005},

		{name: "close without a code", send: [][]byte{closing("")}, close: 1005},
		{name: "close with half a code", send: [][]byte{closing("\x03")}, close: 1002},
		{name: "close with a reason", send: [][]byte{closing(code(1000) + strings.Repeat("x", 123))}, close: 1000},
		{name: "close with a reason that is not UTF-8", send: [][]byte{closing(code(1000) + "\xce\xba\xed\xa0\x80")}, close: 1007},
		{name: "close inside a message", send: [][]byte{begin("a"), closing(code(1000))}, close: 1000},
		{name: "data after close", send: [][]byte{append(closing(code(1000)), text("late")...)}, close: 1000},
		{name: "ping after close", send: [][]byte{append(closing(code(1000)), ping("late")...)}, close: 1000},
		{name: "second close", send: [][]byte{append(closing(code(1000)), closing(code(3000))...)}, close: 1000},
	}
	for _, n := range []byte{3, 4, 5, 6, 7, 11, 12, 13, 14, 15} {
		tests = append(tests, wire{name: "opcode " + string('0'+n), send: [][]byte{opcode(n)}, close: 1002})
	}
	for _, n := range []int{1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999} {
		tests = append(tests, wire{name: "valid code", send: [][]byte{closing(code(n))}, close: n})
	}
	for _, n := range []int{0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535} {
		tests = append(tests, wire{name: "invalid code", send: [][]byte{closing(code(n))}, close: 1002})
	}
	addr, ended := serveEcho(t, Options{})
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := dial(t, addr)
			c.send(test.send...)
			if test.half {
				assert.NoError(t, c.tcp.(*net.TCPConn).CloseWrite())
			}
			for _, text := range test.texts {
				c.wantText(text)
			}
			c.wantClose(test.close)
			wantEnded(t, ended, test.close)
		})
	}
}

func TestPings(t *testing.T) {
	t.Run("are answered with their payload", func(t *testing.T) {
		addr, _ := serveEcho(t, Options{})
		c := dial(t, addr)
		for _, payload := range []string{"", "hi", "\x00\xff\xfe", strings.Repeat("\xfe", 125)} {
			c.send(ping(payload))
			c.wantPong(payload)
			c.send(octets(ping(payload))...)
			c.wantPong(payload)
		}
		for range 10 {
			c.send(ping("again"))
		}
		for range 10 {
			c.wantPong("again")
		}
	})
	t.Run("are answered at once inside a message", func(t *testing.T) {
		addr, _ := serveEcho(t, Options{})
		c := dial(t, addr)
		c.send(begin("a"), ping("1"))
		c.wantPong("1")
		c.send(more("b"), ping("2"), ping("3"))
		c.wantPong("2")
		c.wantPong("3")
		c.send(last("c"))
		c.wantText("abc")
	})
	t.Run("pongs nobody asked for are nothing", func(t *testing.T) {
		addr, _ := serveEcho(t, Options{})
		c := dial(t, addr)
		c.send(clientFrame(true, websocket.PongFrame, []byte("?")), text("a"))
		c.wantText("a")
	})
}

func TestFloods(t *testing.T) {
	t.Run("of pings", func(t *testing.T) {
		addr, ended := serveEcho(t, Options{ControlRate: 0.001, ControlBurst: 5})
		c := dial(t, addr)
		for range 6 {
			c.send(ping(""))
		}
		for range 5 {
			c.wantPong("")
		}
		c.wantClose(PolicyViolation)
		wantEnded(t, ended, PolicyViolation)
	})
	t.Run("of pongs", func(t *testing.T) {
		addr, _ := serveEcho(t, Options{ControlRate: 0.001, ControlBurst: 5})
		c := dial(t, addr)
		for range 6 {
			c.send(clientFrame(true, websocket.PongFrame, nil))
		}
		c.wantClose(PolicyViolation)
	})
	t.Run("of pings, without a limit", func(t *testing.T) {
		addr, _ := serveEcho(t, Options{ControlRate: -1})
		c := dial(t, addr)
		for range 500 {
			c.send(ping(""))
			c.wantPong("")
		}
	})
	t.Run("of empty fragments", func(t *testing.T) {
		addr, ended := serveEcho(t, Options{})
		c := dial(t, addr)
		c.send(begin(""))
		for range (Options{}).settled().maxFragments() {
			c.send(more(""))
		}
		c.wantClose(PolicyViolation)
		wantEnded(t, ended, PolicyViolation)
	})
}

func TestTCPEnds(t *testing.T) {
	for name, sent := range map[string][]byte{
		"between messages":  text("a"),
		"inside a header":   text("a")[:3],
		"inside a payload":  text("abc")[:8],
		"inside a message":  begin("a"),
		"inside a ping":     ping("abc")[:8],
		"before the header": nil,
	} {
		t.Run(name, func(t *testing.T) {
			addr, ended := serveEcho(t, Options{})
			c := dial(t, addr)
			c.send(sent)
			if name == "between messages" {
				c.wantText("a")
			}
			assert.NoError(t, c.tcp.Close())
			select {
			case err := <-ended:
				assert.ErrorContains(t, err, "1006")
				assert.ErrorContains(t, err, "EOF")
			case <-time.After(patience):
				assert.Fail(t, "the end of TCP was not noticed")
			}
		})
	}
}

package socket

import (
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/websocket"
)

// FuzzReceive gives a connection any bytes, cut anywhere, and compares what it makes of them with
// understand, which has them all in front of it.
func FuzzReceive(f *testing.F) {
	for _, seed := range [][]byte{
		text("hi"), text("grüß dich"), text("\xff"), text("\xe4\xbd"), ping("p"), closing(code(1000) + "bye"), closing("\x03"),
		append(begin("a"), append(ping("p"), last("b")...)...), append(begin("\xe4"), last("\xbd\xa0")...), more("x"), serverFrame(1, nil),
		clientFrame(true, websocket.BinaryFrame, nil), text(string(make([]byte, 200))), {0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0},
	} {
		f.Add(seed, uint16(3))
		f.Add(seed, uint16(4096))
	}
	const most = 150
	ends := make(chan *CloseError, 1)
	messages := make(chan []string, 1)
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := Upgrade(w, r, Options{MaxMessage: most, ControlRate: -1})
		if err != nil {
			return
		}
		var got []string
		for {
			message, err := c.Receive()
			if err != nil {
				<-c.Done()
				messages <- got
				ends <- err.(*CloseError)
				return
			}
			got = append(got, string(message))
		}
	})}
	listener, err := net.Listen("unix", filepath.Join(f.TempDir(), "s"))
	require.NoError(f, err)
	served := make(chan error)
	go func() { served <- server.Serve(listener) }()
	f.Cleanup(func() {
		_ = server.Close()
		<-served
	})

	f.Fuzz(func(t *testing.T, data []byte, size uint16) {
		tcp, err := net.Dial("unix", listener.Addr().String())
		require.NoError(t, err)
		c := shake(t, tcp)
		go func() {
			for _, piece := range chop(data, int(size)+1) {
				if _, err := tcp.Write(piece); err != nil {
					return
				}
			}
			_ = tcp.(*net.UnixConn).CloseWrite()
		}()
		answered, err := io.ReadAll(c.in)
		require.NoError(t, err)
		wantMessages, wantAnswer, wantCode := understand(data, most)
		require.Equal(t, wantMessages, <-messages)
		require.Equal(t, wantCode, (<-ends).Code)
		if wantCode == AbnormalClosure {
			require.Equal(t, wantAnswer, answered)
			return
		}
		require.GreaterOrEqual(t, len(answered), len(wantAnswer)+2)
		require.Equal(t, wantAnswer, answered[:len(wantAnswer)])
		last := answered[len(wantAnswer):]
		require.Equal(t, []byte{0x80 | websocket.CloseFrame, byte(len(last) - 2)}, last[:2])
		require.Equal(t, wantCode, closeCode(last[2:]))
	})
}

// understand reads everything a client ever sent: the whole messages, the pongs they ask for, and the
// code with which it ends.
func understand(b []byte, most int) (messages []string, pongs []byte, end int) {
	pongs = []byte{}
	var message []byte
	inside, fragments := false, 0
	for {
		if len(b) < 2 {
			return messages, pongs, AbnormalClosure
		}
		final, opcode, short := b[0]&0x80 != 0, b[0]&15, int(b[1]&0x7f)
		control := opcode >= 8
		known := opcode <= 2 || opcode >= 8 && opcode <= 10
		if b[0]&0x70 != 0 || b[1]&0x80 == 0 || !known || control && (!final || short > 125) {
			return messages, pongs, ProtocolError
		}
		wide := map[int]int{126: 2, 127: 8}[short]
		if len(b) < 2+wide+4 {
			return messages, pongs, AbnormalClosure
		}
		length := uint64(short)
		if wide > 0 {
			length = binary.BigEndian.Uint64(append(make([]byte, 8-wide), b[2:2+wide]...))
		}
		if wide == 2 && length < 126 || wide == 8 && (length < 65536 || length>>63 == 1) {
			return messages, pongs, ProtocolError
		}
		key := b[2+wide:][:4]
		b = b[2+wide+4:]
		if !control {
			switch {
			case (opcode == 0) != inside:
				return messages, pongs, ProtocolError
			case opcode == 2:
				return messages, pongs, UnsupportedData
			case uint64(len(message))+length > uint64(most):
				return messages, pongs, MessageTooBig
			}
			if fragments++; fragments > 128+most/64 {
				return messages, pongs, PolicyViolation
			}
		}
		there := min(length, uint64(len(b)))
		payload := make([]byte, there)
		for i := range payload {
			payload[i] = b[i] ^ key[i%4]
		}
		b = b[there:]
		if control {
			if there < length {
				return messages, pongs, AbnormalClosure
			}
			if opcode == 9 {
				pongs = append(pongs, serverFrame(10, payload)...)
			}
			if opcode == 8 {
				return messages, pongs, understandClose(payload)
			}
			continue
		}
		message = append(message, payload...)
		done := final && there == length
		for rest := message; len(rest) > 0; {
			r, n := utf8.DecodeRune(rest)
			if r == utf8.RuneError && n == 1 {
				if done || !couldGoOn(rest) {
					return messages, pongs, InvalidPayload
				}
				break
			}
			rest = rest[n:]
		}
		if there < length {
			return messages, pongs, AbnormalClosure
		}
		inside = !final
		if final {
			messages, message, fragments = append(messages, string(message)), nil, 0
		}
	}
}

// couldGoOn tries every way in which the beginning of a code point may be completed.
func couldGoOn(b []byte) bool {
	if utf8.Valid(b) {
		return true
	}
	if len(b) >= utf8.UTFMax {
		return false
	}
	for next := range 64 {
		if couldGoOn(append(b[:len(b):len(b)], 0x80|byte(next))) {
			return true
		}
	}
	return false
}

func understandClose(payload []byte) int {
	n := closeCode(append(payload, 0)[:max(2, len(payload))])
	switch {
	case len(payload) == 0:
		return NoStatusReceived
	case len(payload) == 1, n < 1000, n >= 1004 && n <= 1006, n > 1014 && n < 3000, n > 4999:
		return ProtocolError
	case !utf8.Valid(payload[2:]):
		return InvalidPayload
	}
	return n
}

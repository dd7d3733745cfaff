package bench

import (
	"bytes"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A saboteur decides what becomes of a text frame that one user is sent, when n messages have come.
type saboteur func(n int, frame []byte) []byte

func honest(_ int, frame []byte) []byte { return frame }

// spared is how many messages are left alone: the warm-up has two.
const spared = 8

func TestWhatTheServerDoesToAMessageIsCounted(t *testing.T) {
	tests := make(map[string]func(*testing.T))
	for _, c := range []struct {
		name                 string
		does                 saboteur
		lost, twice, evicted int64
		err                  error
	}{
		{"honest", honest, 0, 0, 0, nil},
		{"drops one message for one user", func(n int, frame []byte) []byte {
			if n == spared {
				return nil
			}
			return frame
		}, 1, 0, 0, ErrLost},
		{"delivers one twice", func(n int, frame []byte) []byte {
			if n == spared {
				return append(bytes.Clone(frame), frame...)
			}
			return frame
		}, 0, 1, 0, ErrLost},
		{"sends one user away", func(n int, frame []byte) []byte {
			switch {
			case n < spared:
				return frame
			case n == spared:
				return []byte{0x80 | closeFrame, 2, 1013 >> 8, 1013 & 0xff}
			}
			return nil
		}, 0, 0, 1, nil},
	} {
		tests[c.name] = func(t *testing.T) {
			o := small("steady")
			o.URL = between(t, start(t, "--limits", "off").host, c.does)
			all, err := measure(t, o)
			assert.ErrorIs(t, err, c.err)
			require.NotEmpty(t, all)
			r := all[0]
			assert.Equal(t, c.lost, r.Lost, "lost")
			assert.Equal(t, c.twice, r.Twice, "twice")
			assert.Equal(t, c.evicted, r.Evicted, "evicted")
			if c.evicted == 0 {
				assert.Equal(t, 20*12-c.lost, r.Deliveries)
			}
			for _, limit := range all[1:] {
				assert.Zero(t, limit.Lost+limit.Twice+limit.Evicted, limit.Server)
			}
		}
	}
	together(t, tests)
}

// between stands between the tool and a server, and lets the saboteur have the frames of the
// first user who connects.
func between(t *testing.T, host string, does saboteur) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var running sync.WaitGroup
	var taken atomic.Bool
	running.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			running.Go(func() {
				defer conn.Close()
				server, err := net.Dial("tcp", host)
				if !assert.NoError(t, err) {
					return
				}
				running.Go(func() {
					defer server.Close()
					_, _ = io.Copy(server, conn)
				})
				relay(conn, server, &taken, does)
			})
		}
	})
	t.Cleanup(func() {
		require.NoError(t, listener.Close())
		running.Wait()
	})
	return "http://" + listener.Addr().String()
}

func relay(to, from net.Conn, taken *atomic.Bool, does saboteur) {
	in := reader{conn: from, buf: make([]byte, largestFrame)}
	if in.fill() != nil {
		return
	}
	upgraded := bytes.HasPrefix(in.buf[:in.to], []byte("HTTP/1.1 101 "))
	if !upgraded || !taken.CompareAndSwap(false, true) {
		_, _ = to.Write(in.buf[:in.to])
		_, _ = io.Copy(to, from)
		return
	}
	for !bytes.Contains(in.buf[:in.to], []byte("\r\n\r\n")) {
		if in.fill() != nil {
			return
		}
	}
	in.from = bytes.Index(in.buf[:in.to], []byte("\r\n\r\n")) + 4
	_, _ = to.Write(in.buf[:in.from])
	for n := 0; ; {
		opcode, payload, err := in.next()
		if err != nil {
			return
		}
		frame := unmasked(opcode, payload)
		if opcode == textFrame {
			if bytes.HasPrefix(payload, []byte(`{"MType":"text_mtype"`)) {
				n++
			}
			frame = does(n, frame)
		}
		_, _ = to.Write(frame)
	}
}

// unmasked is a frame of a server.
func unmasked(opcode byte, payload []byte) []byte {
	frame := masked(opcode, payload)
	mask := len(frame) - len(payload) - 4
	frame[1] &= 0x7f
	return append(frame[:mask:mask], payload...)
}

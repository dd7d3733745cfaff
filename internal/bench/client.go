package bench

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"sync/atomic"
	"time"
)

// A client is one connected user.
type client struct {
	number int
	in     reader
	words  *words
	tally  *tally
	seen   set
	hint   int

	// One that keeps talking says the next message when it hears one of its own that are in the air;
	// their numbers, each one more, so that 0 is none.
	own [floodInAir]atomic.Int64

	heard atomic.Int64 // messages, each once
	twice atomic.Int64 // and how many came again
	bytes atomic.Int64 // that came in
	ended atomic.Bool
	why   error // when ended
}

const (
	dialWait     = 30 * time.Second // for anything that a server should do at once
	sources      = 250              // addresses to connect from: each has 28,000 ports
	mostBuffers  = 64 << 20
	leastBuffer  = 4 << 10
	largestFrame = 64 << 10
)

// bufferSize is what each of n clients may have to read into.
func bufferSize(n int) int { return min(max(mostBuffers/max(n, 1), leastBuffer), largestFrame) }

// dial connects user number i and returns after the handshake.
func dial(ctx context.Context, s *server, i int, cookie string, buffer []byte) (*client, error) {
	ctx, cancel := context.WithTimeout(ctx, dialWait)
	defer cancel()
	dialer := net.Dialer{LocalAddr: source(s.host, i)}
	conn, err := dialer.DialContext(ctx, "tcp", s.host)
	if err != nil {
		return nil, err
	}
	c := &client{number: i, in: reader{conn: conn, buf: buffer}, words: s.words}
	settled := context.AfterFunc(ctx, func() { conn.Close() })
	defer settled()
	if err := c.shake(s, cookie); err != nil {
		return nil, errors.Join(fmt.Errorf("handshake: %w", err), conn.Close())
	}
	return c, nil
}

// source spreads connections over the addresses of loopback, where it has many.
func source(host string, i int) net.Addr {
	to, err := net.ResolveTCPAddr("tcp", host)
	if err != nil || to.IP.To4() == nil || runtime.GOOS != "linux" {
		return nil
	}
	return &net.TCPAddr{IP: net.IPv4(127, 0, 0, byte(2+i%sources))}
}

// shake is the handshake. Of the answer only the status is looked at; what follows it stays.
func (c *client) shake(s *server, cookie string) error {
	request := "GET /chat HTTP/1.1\r\nHost: " + s.host + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
	if s.chat {
		request += "Origin: " + s.base + "\r\nCookie: " + cookie + "\r\nSec-WebSocket-Protocol: gochatting.v1\r\n"
	}
	if _, err := io.WriteString(c.in.conn, request+"\r\n"); err != nil {
		return err
	}
	for {
		if err := c.in.fill(); err != nil {
			return err
		}
		head, _, whole := bytes.Cut(c.in.buf[:c.in.to], []byte("\r\n\r\n"))
		if !whole {
			continue
		}
		if !bytes.HasPrefix(head, []byte("HTTP/1.1 101 ")) {
			response, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(c.in.buf[:c.in.to])), nil)
			if err != nil {
				return err
			}
			defer response.Body.Close()
			return refusal(response)
		}
		c.in.from = len(head) + len("\r\n\r\n")
		return nil
	}
}

// await gives the first frame that begins with prefix, before listen is begun.
func (c *client) await(ctx context.Context, prefix string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, dialWait)
	defer cancel()
	settled := context.AfterFunc(ctx, func() { c.in.conn.Close() })
	defer settled()
	for {
		opcode, payload, err := c.in.next()
		switch {
		case err != nil:
			return nil, err
		case opcode == closeFrame:
			return nil, parseClosing(payload)
		case bytes.HasPrefix(payload, []byte(prefix)):
			return payload, nil
		}
	}
}

// listen counts what comes until the connection ends.
func (c *client) listen() {
	defer c.ended.Store(true)
	for {
		opcode, payload, err := c.in.next()
		if err != nil {
			c.why = err
			return
		}
		c.bytes.Store(c.in.total)
		switch opcode {
		case textFrame:
			err = c.hear(payload)
		case pingFrame:
			_, err = c.in.conn.Write(masked(pongFrame, payload))
		case closeFrame:
			err = parseClosing(payload)
		}
		if err != nil {
			c.why = err
			c.in.conn.Close()
			return
		}
	}
}

var errorFrame = []byte(`{"MType":"error_mtype"`)

// refused is a message that was answered with an error, which stands in it.
type refused string

func (r refused) Error() string { return "the server refused a message: " + string(r) }

func (c *client) hear(payload []byte) error {
	n, at := c.words.find(payload, c.hint)
	if n < 0 || n >= maxSaid {
		if bytes.HasPrefix(payload, errorFrame) {
			return refused(payload)
		}
		return nil // who is here
	}
	c.hint = at
	if !c.seen.add(n) {
		c.twice.Add(1)
		return nil
	}
	c.tally.hear(n, c.in.at)
	c.heard.Add(1)
	for i := range c.own {
		if c.own[i].Load() == int64(n)+1 {
			return c.say(&c.own[i])
		}
	}
	return nil
}

// say says the next message, if any more are to be said, and notes it in own unless that is nil.
func (c *client) say(own *atomic.Int64) error {
	n, ok := c.tally.take(c.number)
	if !ok {
		return nil
	}
	if own != nil {
		own.Store(int64(n) + 1)
	}
	if err := c.in.conn.SetWriteDeadline(time.Now().Add(dialWait)); err != nil {
		return err
	}
	_, err := c.in.conn.Write(c.words.message(n))
	return err
}

// leave closes as a tab does that is closed.
func (c *client) leave() {
	_, _ = c.in.conn.Write(masked(closeFrame, []byte{1001 >> 8, 1001 & 0xff})) // it may have ended already
	c.in.conn.Close()
}

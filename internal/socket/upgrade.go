package socket

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"syscall"
	"time"

	"golang.org/x/net/websocket"
	"golang.org/x/time/rate"
)

// Buffers of one connection: reading keeps the first, the handshake's answer needs the second.
const (
	readBuffer  = 256
	writeBuffer = 256
)

// Upgrade answers the handshake (RFC 6455 §4.2) and takes the connection over. Whether the request may
// come in at all (its Origin, its session, limits) is for the caller to see to before. On error w has been
// answered. The Conn lives until Close or Receive ends it: the handler may return, and neither w nor r
// is held.
func Upgrade(w http.ResponseWriter, r *http.Request, o Options) (*Conn, error) {
	subprotocol, err := Negotiate(w, r, o.Subprotocols)
	if err != nil {
		return nil, err
	}
	tcp, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return nil, refuse(w, http.StatusNotImplemented, "This connection cannot become a WebSocket.")
	}
	// What net/http has read already; its 4 KB of buffer go back to it.
	early, _ := buffered.Peek(buffered.Reader.Buffered())

	raw := rawOf(tcp)
	c := &Conn{
		tcp:         tcp,
		options:     o.settled(),
		subprotocol: subprotocol,
		early:       slices.Clone(early),
		turn:        make(chan struct{}, 1),
		quick:       newNonblocking(raw),
		parked:      newParking(raw),
		closing:     make(chan struct{}),
		done:        make(chan struct{}),
	}
	c.in = bufio.NewReaderSize(source{c}, readBuffer)
	c.controls = rate.NewLimiter(c.options.ControlRate, c.options.ControlBurst)
	if err := c.accept(r); err != nil {
		_ = tcp.Close()
		return nil, err
	}
	return c, nil
}

// accept has x/net answer the handshake and make its frame reader. Of everything x/net makes only that
// reader is kept, which holds c.in and nothing else.
func (c *Conn) accept(r *http.Request) error {
	if err := c.setWriteDeadline(time.Now().Add(c.options.WriteTimeout)); err != nil {
		return fmt.Errorf("socket: upgrade: %w", err)
	}
	websocket.Server{
		Handshake: func(config *websocket.Config, _ *http.Request) error {
			config.Protocol = nil
			if c.subprotocol != "" {
				config.Protocol = []string{c.subprotocol}
			}
			return nil
		},
		Handler: func(ws *websocket.Conn) {
			next := ws.NewFrameReader
			c.payload = func() (io.Reader, error) { return next() }
		},
	}.ServeHTTP(hijacked{c: c}, plain(r))
	if c.payload == nil {
		return errors.New("socket: upgrade: the handshake could not be answered")
	}
	if err := c.setWriteDeadline(time.Time{}); err != nil {
		return fmt.Errorf("socket: upgrade: %w", err)
	}
	return nil
}

// rawOf is what TryWrite and Each go by: nil for a connection that is not plain TCP, such as TLS.
func rawOf(tcp net.Conn) syscall.RawConn {
	plain, ok := tcp.(*net.TCPConn)
	if !ok {
		return nil
	}
	raw, err := plain.SyscallConn()
	if err != nil {
		return nil
	}
	return raw
}

// plain is a handshake that was checked, in the form x/net understands: it reads the first line of each
// header only.
func plain(r *http.Request) *http.Request {
	header := http.Header{}
	header.Set("Connection", "Upgrade")
	header.Set("Upgrade", "websocket")
	header.Set("Sec-WebSocket-Key", r.Header.Get("Sec-WebSocket-Key"))
	header.Set("Sec-WebSocket-Version", websocket.SupportedProtocolVersion)
	return &http.Request{Method: r.Method, Host: r.Host, URL: r.URL, TLS: r.TLS, Header: header}
}

// hijacked is a ResponseWriter as x/net needs it: Hijack is all it calls.
type hijacked struct {
	http.ResponseWriter
	c *Conn
}

func (h hijacked) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	tcp := kept{h.c.tcp}
	return tcp, bufio.NewReadWriter(h.c.in, bufio.NewWriterSize(tcp, writeBuffer)), nil
}

// kept is a connection that x/net cannot close: it does so when its handler returns.
type kept struct{ net.Conn }

func (kept) Close() error { return nil }

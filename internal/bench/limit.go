package bench

import (
	"bytes"
	"context"
	"crypto/sha1"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/pprof"
	"sync"

	"gochatting/internal/message"
)

// The names of the limits, as servers and as the hidden subcommands that run them.
const (
	RawLimit = "rawlimit"
	RawBatch = "rawbatch"
)

const (
	limitBuffer  = 1 << 10   // to read one message into
	limitPending = 1 << 10   // messages that wait for the writer
	batchBytes   = 256 << 10 // that go out in one write
)

// A limit is as little as a server can do that sends what one says to all: the frame is made once
// and written to every connection, from one goroutine, and nothing else. It checks nothing and
// waits for everyone; that is why it is a measure and no server.
type limit struct {
	batch   bool // write all that is pending at once
	said    chan []byte
	joined  chan net.Conn
	left    chan net.Conn
	done    <-chan struct{}
	running sync.WaitGroup
}

// ServeLimit runs the limit with that name until ctx ends. It prints where it listens.
func ServeLimit(ctx context.Context, name string, out io.Writer) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("bench: %s: %w", name, err)
	}
	memory, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return errors.Join(fmt.Errorf("bench: %s: %w", name, err), listener.Close())
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	l := &limit{
		batch: name == RawBatch,
		said:  make(chan []byte, limitPending), joined: make(chan net.Conn), left: make(chan net.Conn),
		done: ctx.Done(),
	}
	profiles := &http.Server{Handler: http.HandlerFunc(pprof.Index)}
	context.AfterFunc(ctx, func() { listener.Close(); profiles.Close() })
	l.running.Go(func() { _ = profiles.Serve(memory) }) // ends with profiles.Close
	l.running.Go(l.fanOut)
	fmt.Fprintf(out, "%s: profiles at http://%s/debug/pprof/\n%s: open http://%s\n", name, memory.Addr(), name, listener.Addr())
	for {
		conn, err := listener.Accept()
		if err != nil {
			cancel()
			l.running.Wait()
			return nil
		}
		l.running.Go(func() { l.read(conn) })
	}
}

// fanOut is the one goroutine that writes.
func (l *limit) fanOut() {
	conns := make(map[net.Conn]bool)
	defer func() {
		for conn := range conns {
			conn.Close()
		}
	}()
	var batch []byte
	for {
		select {
		case frame := <-l.said:
			if l.batch {
				batch = l.pending(append(batch[:0], frame...))
				frame = batch
			}
			for conn := range conns {
				_, _ = conn.Write(frame) // who has gone is told by its reader
			}
		case conn := <-l.joined:
			conns[conn] = true
		case conn := <-l.left:
			delete(conns, conn)
		case <-l.done:
			return
		}
	}
}

func (l *limit) pending(batch []byte) []byte {
	for len(batch) < batchBytes {
		select {
		case frame := <-l.said:
			batch = append(batch, frame...)
			continue
		default:
		}
		break
	}
	return batch
}

// read takes what one connection says.
func (l *limit) read(conn net.Conn) {
	defer conn.Close()
	in := reader{conn: conn, buf: make([]byte, limitBuffer)}
	if err := greet(&in); err != nil {
		return
	}
	select {
	case l.joined <- conn:
	case <-l.done:
		return
	}
	for {
		opcode, payload, err := in.next()
		if err != nil || opcode == closeFrame {
			select {
			case l.left <- conn:
			case <-l.done:
			}
			return
		}
		frame := append(message.AppendHeader(make([]byte, 0, 4+len(payload)), len(payload)), payload...)
		select {
		case l.said <- frame:
		case <-l.done:
			return
		}
	}
}

// greet answers a handshake (RFC 6455 §4.2.2).
func greet(in *reader) error {
	for !bytes.Contains(in.buf[:in.to], []byte("\r\n\r\n")) {
		if err := in.fill(); err != nil {
			return err
		}
	}
	_, key, _ := bytes.Cut(in.buf[:in.to], []byte("Sec-WebSocket-Key: "))
	key, _, _ = bytes.Cut(key, []byte("\r\n"))
	in.from = in.to // a client says nothing before it has the answer
	sum := sha1.Sum(append(bytes.Clone(key), "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"...))
	_, err := io.WriteString(in.conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Accept: "+base64.StdEncoding.EncodeToString(sum[:])+"\r\n\r\n")
	return err
}

// Package socket is the server's end of WebSocket, RFC 6455, on top of golang.org/x/net/websocket:
// whole text messages in, ready-made frames out, with limits, deadlines and close codes.
package socket

import (
	"bufio"
	"io"
	"net"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// A Conn is the server's end of one WebSocket. One goroutine calls Each, or Receive until it fails:
// pings, pongs, closes and idle limits are seen to there. Another may Write meanwhile, and anyone may
// Close.
type Conn struct {
	tcp         net.Conn
	options     Options
	subprotocol string

	// What reading needs belongs to Receive, and once the end has begun and Receive has left, to finish.
	in       *bufio.Reader
	early    []byte                    // what came together with the handshake and is read first
	payload  func() (io.Reader, error) // x/net's NewFrameReader: takes a header, then unmasks its payload
	frame    frame                     // the one being read
	message  []byte                    // as much of the message as has come
	valid    int                       // how much of it is whole code points
	controls *rate.Limiter
	heard    time.Time // when the last bytes came
	pinged   time.Time // when we last sent a ping
	begun    time.Time // when the frame or message being read began; zero between them
	parting  bool      // finish reads
	parked   *parking  // where Each waits; nil where reading itself must

	turn  chan struct{} // holds a token while somebody writes
	quick *nonblocking  // TryWrite's; nil where there is no such way
	rest  []byte        // of frames that TryWrite began; who has the turn writes it first

	mu        sync.Mutex     // guards why, and keeps deadlines as they are once it is set
	why       *CloseError    // why the connection ended; nil while it has not
	closing   chan struct{}  // closed when why is set
	receiving sync.WaitGroup // Receive while it runs
	done      chan struct{}
}

// Subprotocol is the one agreed on in the handshake, or "" when the client offered none.
func (c *Conn) Subprotocol() string { return c.subprotocol }

// Done is closed when the end, however it came, is over: TCP is closed and nothing of the connection
// runs any more, apart from calls of Receive and Write that are just returning.
func (c *Conn) Done() <-chan struct{} { return c.done }

package store

import (
	"context"
	"errors"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// For how long a connection waits for an answer: a PostgreSQL that hangs, or that the network has swallowed, must
// not keep anybody waiting who would rather be told.
const (
	noAnswer    = 6 * time.Second // more than any statement may take
	noGreeting  = 4 * time.Second // less than connecting may take
	stillNone   = time.Second     // where there was none before
	tryEvery    = 2 * time.Second // meanwhile, somebody finds out whether that is still so
	noGoodbye   = 100 * time.Millisecond
	aliveAfter  = 10 * time.Second // without a word; with
	aliveEvery  = 5 * time.Second  // the next questions after so long, it is given up after
	aliveProbes = 3                // of them
)

var errHangs = errors.New("PostgreSQL does not answer")

// A peer is the server as all connections to it know it.
type peer struct {
	hangs   atomic.Bool  // somebody waited in vain, and nobody was answered since
	next    atomic.Int64 // when somebody may try whether that is still so, in nanoseconds since 1970
	leaving atomic.Bool
}

// dial fails at once while the server hangs, for all but one now and then.
func (p *peer) dial(ctx context.Context, network, address string) (net.Conn, error) {
	if p.hangs.Load() {
		now, next := time.Now(), p.next.Load()
		if now.UnixNano() < next || !p.next.CompareAndSwap(next, now.Add(tryEvery).UnixNano()) {
			return nil, errHangs
		}
	}
	dialer := net.Dialer{KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: aliveAfter, Interval: aliveEvery, Count: aliveProbes}}
	conn, err := dialer.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return &patient{Conn: conn, peer: p}, nil
}

// A patient connection fails when nothing is to be read for so long. pgx reads only when an answer is due.
type patient struct {
	net.Conn
	peer  *peer
	heard atomic.Bool // whether anything was

	mu    sync.Mutex
	until time.Time // what pgx has set; zero: until patience ends
}

func (c *patient) Read(b []byte) (int, error) {
	ours, err := c.wait()
	if err != nil {
		return 0, err
	}
	n, err := c.Conn.Read(b)
	switch {
	case n > 0:
		c.heard.Store(true)
		c.peer.hangs.Store(false)
	case ours && errors.Is(err, os.ErrDeadlineExceeded):
		c.peer.hangs.Store(true)
	}
	return n, err
}

// wait says whether the next Read ends by our patience rather than by what pgx has set.
func (c *patient) wait() (ours bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	end := time.Now().Add(c.patience())
	if ours = c.until.IsZero() || end.Before(c.until); !ours {
		end = c.until
	}
	return ours, c.SetReadDeadline(end)
}

func (c *patient) patience() time.Duration {
	switch {
	case c.peer.leaving.Load():
		return noGoodbye
	case c.peer.hangs.Load():
		return stillNone
	case !c.heard.Load():
		return noGreeting
	}
	return noAnswer
}

// SetDeadline also ends a Read that waits already.
func (c *patient) SetDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.until = t
	return c.Conn.SetDeadline(t)
}

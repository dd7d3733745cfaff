package socket

import (
	"errors"
	"os"
	"time"

	"golang.org/x/net/websocket"
)

// A source is what the frames are read from: TCP, with an eye on the clock. Whatever comes due while
// Receive waits (a ping, a limit, Close) ends the wait through the read deadline, so a connection
// needs no timer and no goroutine of its own.
type source struct{ c *Conn }

func (s source) Read(p []byte) (int, error) {
	c := s.c
	if len(c.early) > 0 {
		n := copy(p, c.early)
		c.early = c.early[n:]
		return n, nil
	}
	if c.parting {
		return c.tcp.Read(p)
	}
	for {
		if err := c.setReadDeadline(); err != nil {
			return 0, err
		}
		n, err := c.tcp.Read(p)
		if n > 0 {
			c.heard = time.Now()
			return n, nil
		}
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			return 0, err
		}
		if err := c.due(time.Now()); err != nil {
			return 0, err
		}
	}
}

// setReadDeadline makes the wait end when the next thing comes due, unless the end has begun.
func (c *Conn) setReadDeadline() error {
	next := c.idleAt()
	if at := c.pingAt(); at.Before(next) {
		next = at
	}
	if at := c.lateAt(); at.Before(next) {
		next = at
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.why != nil {
		return c.why
	}
	return c.tcp.SetReadDeadline(next)
}

// due does what has come due.
func (c *Conn) due(now time.Time) error {
	switch {
	case !now.Before(c.lateAt()):
		return &CloseError{Code: PolicyViolation, Reason: "message took too long"}
	case !now.Before(c.idleAt()):
		return &CloseError{Code: GoingAway, Reason: "nothing heard for too long"}
	case !now.Before(c.pingAt()):
		c.pinged = now
		return c.Write(controlFrame(websocket.PingFrame, nil))
	}
	return nil
}

func (c *Conn) idleAt() time.Time { return c.heard.Add(c.options.IdleTimeout) }

// pingAt counts from the last ping too: silence is asked about again and again.
func (c *Conn) pingAt() time.Time {
	since := c.heard
	if c.pinged.After(since) {
		since = c.pinged
	}
	return since.Add(c.options.PingInterval)
}

func (c *Conn) lateAt() time.Time {
	if c.begun.IsZero() {
		return c.heard.Add(forever)
	}
	return c.begun.Add(c.options.MessageTimeout)
}

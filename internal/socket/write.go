package socket

import "time"

// Write sends frames: bytes that already are one or more whole frames of a server, header included, as
// they are and with one system call if the peer keeps up. It waits for the peer at most WriteTimeout;
// after an error the connection is over. Nothing of ours comes between the bytes of one Write. What
// TryWrite has left goes out first; to send only that, give no frames.
func (c *Conn) Write(frames []byte) error {
	select {
	case c.turn <- struct{}{}:
	case <-c.closing:
		return c.reason()
	}
	defer func() { <-c.turn }()
	if err := c.setWriteDeadline(time.Now().Add(c.options.WriteTimeout)); err != nil {
		return err
	}
	if err := c.writeAll(frames); err != nil {
		why := c.end(&CloseError{Code: AbnormalClosure, Err: err}, silent)
		_ = c.tcp.Close() // part of a frame may be out: not even a close frame that waits can follow
		return why
	}
	// One that has passed would forbid TryWrite. If the end has begun, its own deadline stays.
	_ = c.setWriteDeadline(time.Time{})
	return nil
}

// writeAll writes the rest of what was begun, and then frames. Its caller holds the turn.
func (c *Conn) writeAll(frames []byte) error {
	if len(c.rest) > 0 {
		if _, err := c.tcp.Write(c.rest); err != nil {
			return err
		}
		c.rest = nil
	}
	if len(frames) == 0 {
		return nil
	}
	_, err := c.tcp.Write(frames)
	return err
}

// What became of the frames that were given to TryWrite.
type Taken int

const (
	None Taken = iota // nothing of them is out: the caller keeps them, for Write
	Part              // some is out, and the Conn keeps the rest: the caller should call Write soon
	All               // all of them are out
)

// TryWrite is Write without waiting: for a peer that keeps up it costs one system call and no
// goroutine. It takes nothing while somebody else writes, while the rest of an earlier TryWrite waits,
// after the end, and on connections that are not plain TCP. frames must not be changed afterwards.
func (c *Conn) TryWrite(frames []byte) Taken {
	if c.quick == nil {
		return None
	}
	select {
	case c.turn <- struct{}{}:
	default:
		return None
	}
	defer func() { <-c.turn }()
	select {
	case <-c.closing: // and finish has not had its turn yet
		return None
	default:
	}
	if len(c.rest) > 0 {
		return None
	}
	n, err := c.quick.write(frames)
	switch {
	case err != nil || n == 0:
		return None // Write will meet the error again, and end the connection
	case n < len(frames):
		c.rest = frames[n:]
		return Part
	}
	return All
}

// setWriteDeadline gives the peer until then, unless the end has begun and set the last deadline.
func (c *Conn) setWriteDeadline(until time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.why != nil {
		return c.why
	}
	return c.tcp.SetWriteDeadline(until)
}

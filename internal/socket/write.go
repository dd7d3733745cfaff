package socket

import "time"

// Write sends frames: bytes that already are one or more whole frames of a server, header included, as
// they are and with one system call if the peer keeps up. It waits for the peer at most WriteTimeout;
// after an error the connection is over. Nothing of ours comes between the bytes of one Write.
func (c *Conn) Write(frames []byte) error {
	select {
	case c.turn <- struct{}{}:
	case <-c.closing:
		return c.reason()
	}
	defer func() { <-c.turn }()
	if err := c.setWriteDeadline(); err != nil {
		return err
	}
	if _, err := c.tcp.Write(frames); err != nil {
		why := c.end(&CloseError{Code: AbnormalClosure, Err: err}, silent)
		_ = c.tcp.Close() // part of a frame may be out: not even a close frame that waits can follow
		return why
	}
	return nil
}

// setWriteDeadline gives the peer WriteTimeout, unless the end has begun and set the last deadline.
func (c *Conn) setWriteDeadline() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.why != nil {
		return c.why
	}
	return c.tcp.SetWriteDeadline(time.Now().Add(c.options.WriteTimeout))
}

package socket

import (
	"io"
	"net"
	"strings"
	"time"
)

// closeWait is how long the peer has to answer our close frame and to let go of TCP.
const closeWait = 3 * time.Second

// How the end is said to the peer.
type farewell int

const (
	announce farewell = iota // our close frame, then the peer's
	answer                   // the peer's was first: ours echoes its code
	silent                   // TCP is of no more use
)

// Close begins the end with a code and a reason, of which 123 bytes are sent. It returns at once and
// may be called from anywhere, often (the first counts) and while a Write waits: that one and the close
// frame then have WriteTimeout to go out, so that a slow peer that reads on learns the code. Receive
// returns at once, unless it is handing a pong to a peer that does not read.
func (c *Conn) Close(code int, reason string) {
	if len(reason) > 123 {
		reason = strings.ToValidUTF8(reason[:123], "")
	}
	_ = c.end(&CloseError{Code: code, Reason: reason}, announce)
}

// CloseNow ends the connection without a word, also one whose end has begun and takes its time.
func (c *Conn) CloseNow() {
	_ = c.end(&CloseError{Code: AbnormalClosure, Err: net.ErrClosed}, silent)
	_ = c.tcp.Close()
}

// end begins the end, unless it has begun, and gives its reason. From here on the read deadline stays in
// the past, which sends Receive away, and the write deadline is the last.
func (c *Conn) end(why *CloseError, how farewell) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.why == nil {
		c.why = why
		close(c.closing)
		_ = c.tcp.SetReadDeadline(time.Unix(1, 0))
		_ = c.tcp.SetWriteDeadline(time.Now().Add(c.options.WriteTimeout))
		go c.finish(why, how)
	}
	return c.why
}

func (c *Conn) reason() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.why
}

// finish is the end. It has the connection to itself, after the Write and the Receive that were in it.
// Errors mean that the peer is gone, which is what is being waited for.
func (c *Conn) finish(why *CloseError, how farewell) {
	defer close(c.done)
	defer c.tcp.Close()
	if how == silent {
		return
	}
	c.turn <- struct{}{} // never given back
	reason := why.Reason
	if how == answer {
		reason = ""
	}
	if err := c.writeAll(closeFrame(why.Code, reason)); err != nil {
		return
	}
	c.receiving.Wait()
	c.parting = true
	_ = c.tcp.SetReadDeadline(time.Now().Add(closeWait))
	if how == announce {
		c.awaitClose()
	}
	c.hangUp()
}

// awaitClose reads on to the peer's close frame and ignores everything before it (RFC 6455 §1.4).
func (c *Conn) awaitClose() {
	for {
		if _, err := io.Copy(io.Discard, &c.frame); err != nil || c.frame.closes() {
			return
		}
		if err := c.nextFrame(); err != nil {
			return
		}
	}
}

// hangUp ends our half of TCP and lets the peer end its own. Closing at once, with bytes of the peer
// unread, would reset the connection and could take the close frame away before the peer has read it.
func (c *Conn) hangUp() {
	if half, ok := c.tcp.(interface{ CloseWrite() error }); ok && half.CloseWrite() == nil {
		_, _ = io.Copy(io.Discard, c.in)
	}
}

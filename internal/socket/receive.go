package socket

import (
	"errors"
	"slices"
	"time"

	"golang.org/x/net/websocket"
)

// What a message's buffer starts with, and up to which size it is kept for the next message.
const (
	firstBuffer = 512
	keptBuffer  = 4 << 10
)

// Receive gives the next whole text message; meanwhile it answers pings and closes, sends pings and
// keeps the limits of time. The bytes are valid until the next call. After an error, which is always a
// *CloseError, the connection is over, with nothing left to do for it. Only one goroutine may call it.
func (c *Conn) Receive() ([]byte, error) {
	if err := c.enter(); err != nil {
		return nil, err
	}
	defer c.receiving.Done()
	c.heard = time.Now() // the caller's time with the last message is not the peer's silence
	for {
		whole, err := c.assemble()
		if err != nil {
			return nil, c.fail(err)
		}
		if whole {
			return c.message, nil
		}
	}
}

// fail ends the connection for what reading has met.
func (c *Conn) fail(err error) error {
	if why, ok := errors.AsType[*CloseError](err); ok {
		return c.end(why, announce)
	}
	return c.end(&CloseError{Code: AbnormalClosure, Err: err}, silent)
}

// enter lets Receive begin, unless the end has.
func (c *Conn) enter() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.why != nil {
		return c.why
	}
	c.receiving.Add(1)
	return nil
}

// assemble reads frames until they make a message, or not one that is a message's.
func (c *Conn) assemble() (whole bool, err error) {
	c.valid = 0
	c.message = c.message[:0]
	if cap(c.message) > keptBuffer {
		c.message = nil
	}
	for fragments := 0; ; {
		if err := c.nextFrame(); err != nil {
			return false, err
		}
		if c.frame.control() {
			if err := c.control(); err != nil {
				return false, err
			}
			if fragments == 0 {
				c.frameDone()
				return false, nil
			}
			continue
		}
		if err := c.admit(fragments); err != nil {
			return false, err
		}
		if err := c.take(); err != nil {
			return false, err
		}
		if c.frame.final {
			c.frameDone()
			return true, nil
		}
		fragments++
	}
}

// admit judges a data frame by its header, before anything is read or allocated for it.
func (c *Conn) admit(fragments int) error {
	switch {
	case c.frame.opcode == websocket.ContinuationFrame && fragments == 0:
		return violation("continuation of nothing")
	case c.frame.opcode != websocket.ContinuationFrame && fragments > 0:
		return violation("a new message inside a fragmented one")
	case c.frame.opcode == websocket.BinaryFrame:
		return &CloseError{Code: UnsupportedData, Reason: "text only"}
	case c.frame.left > int64(c.options.MaxMessage-len(c.message)):
		return &CloseError{Code: MessageTooBig, Reason: "message is too big"}
	case fragments >= c.options.maxFragments():
		return &CloseError{Code: PolicyViolation, Reason: "message is in too many fragments"}
	}
	return nil
}

// take adds the frame's payload to the message, checking it as it comes. The buffer grows with what is
// there, never by what the header announces.
func (c *Conn) take() error {
	for c.frame.left > 0 {
		had := len(c.message)
		if had == cap(c.message) {
			c.message = slices.Grow(c.message, int(min(c.frame.left, int64(max(firstBuffer, had)))))
		}
		room := int(min(c.frame.left, int64(cap(c.message)-had)))
		n, err := c.frame.Read(c.message[had : had+room])
		c.message = c.message[:had+n]
		if err != nil {
			return err
		}
		whole, ok := validPrefix(c.message[c.valid:])
		if !ok {
			return errNotUTF8()
		}
		c.valid += whole
	}
	if c.frame.final && c.valid < len(c.message) {
		return errNotUTF8()
	}
	return nil
}

func errNotUTF8() error {
	return &CloseError{Code: InvalidPayload, Reason: "text is not UTF-8"}
}

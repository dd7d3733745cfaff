package socket

import "time"

// Each is Receive for as long as the connection lives: it calls handle with every message, and returns
// what ended the connection, or the error of handle. It is made for thousands of connections that are
// mostly silent: the goroutine that calls it waits with so little on its stack that this never grows,
// and what has arrived is read and handled by another, which ends when there is no more.
func (c *Conn) Each(handle func(message []byte) error) error {
	if c.parked == nil {
		return c.each(handle)
	}
	if err := c.enter(); err != nil {
		return err
	}
	defer c.receiving.Done()
	c.heard = time.Now()
	arrived := len(c.early) > 0
	for {
		done := make(chan error)
		go func() { done <- c.burst(arrived, handle) }()
		err := <-done
		if err != nil {
			return err
		}
		if arrived, err = c.parked.wait(); err != nil {
			return c.fail(err)
		}
	}
}

// burst handles what has arrived until there is no more, or else does what has come due, and sets
// the time for what is next.
func (c *Conn) burst(arrived bool, handle func(message []byte) error) error {
	if !arrived {
		if err := c.due(time.Now()); err != nil {
			return c.fail(err)
		}
	}
	for arrived {
		whole, err := c.assemble()
		if err != nil {
			return c.fail(err)
		}
		if whole {
			if err := handle(c.message); err != nil {
				return err
			}
			c.heard = time.Now() // handle's time is not the peer's silence
		}
		arrived = len(c.early) > 0 || c.in.Buffered() > 0
	}
	c.message = nil // what is silent keeps nothing
	if err := c.setReadDeadline(); err != nil {
		return c.fail(err)
	}
	return nil
}

// each is Each where only reading can wait.
func (c *Conn) each(handle func(message []byte) error) error {
	for {
		message, err := c.Receive()
		if err == nil {
			err = handle(message)
		}
		if err != nil {
			return err
		}
	}
}

package main

import (
	"net"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// A cable is the only way on which one node can reach another: a TCP proxy that can be cut.
type cable struct {
	net.Listener
	to   string // the other's address
	busy sync.WaitGroup

	mu    sync.Mutex
	state cableState
	calm  chan struct{}         // closed while nothing is wrong, or nothing will be any more
	ends  map[net.Conn]struct{} // nil once it is closed
}

type cableState int

const (
	joined cableState = iota
	broken            // what was connected is closed, and nothing new gets through
	silent            // all stays connected, and nothing arrives until it is joined again
)

// lay makes a cable to an address where somebody may listen later.
func lay(t *testing.T, to string) *cable {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	c := &cable{Listener: l, to: to, calm: make(chan struct{}), ends: make(map[net.Conn]struct{})}
	close(c.calm)
	c.busy.Go(c.accept)
	t.Cleanup(c.remove)
	return c
}

func (c *cable) accept() {
	for {
		near, err := c.Accept()
		if err != nil {
			return
		}
		c.busy.Go(func() { c.join(near) })
	}
}

// join carries what a connection says to the other end, and back.
func (c *cable) join(near net.Conn) {
	defer near.Close()
	if !c.hold(near) {
		return
	}
	defer c.release(near)
	c.wait()
	far, err := net.Dial("tcp", c.to)
	if err != nil {
		return
	}
	defer far.Close()
	if !c.hold(far) {
		return
	}
	defer c.release(far)
	back := make(chan struct{})
	go func() {
		defer close(back)
		c.carry(near, far)
	}()
	c.carry(far, near)
	<-back
}

// carry ends both when one does.
func (c *cable) carry(to, from net.Conn) {
	defer to.Close()
	defer from.Close()
	part := make([]byte, 32<<10)
	for {
		n, err := from.Read(part)
		c.wait()
		if _, failed := to.Write(part[:n]); err != nil || failed != nil {
			return
		}
	}
}

// hold is false for a connection that cannot be.
func (c *cable) hold(end net.Conn) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ends == nil || c.state == broken {
		return false
	}
	c.ends[end] = struct{}{}
	return true
}

func (c *cable) release(end net.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.ends, end)
}

func (c *cable) wait() {
	c.mu.Lock()
	calm := c.calm
	c.mu.Unlock()
	<-calm
}

func (c *cable) set(state cableState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state == silent {
		close(c.calm)
	}
	switch c.state = state; state {
	case silent:
		c.calm = make(chan struct{})
	case broken:
		c.closeEnds()
	}
}

func (c *cable) closeEnds() {
	for end := range c.ends {
		end.Close()
	}
}

func (c *cable) remove() {
	c.Close()
	c.set(broken)
	c.mu.Lock()
	c.ends = nil
	c.mu.Unlock()
	c.busy.Wait()
}

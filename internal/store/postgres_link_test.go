package store_test

import (
	"bytes"
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A link lies between a node and its database, and can spoil the next commit.
type link struct {
	url     string // by way of the link
	address string // where it leads
	spoil   atomic.Pointer[func(l *lane, commit []byte)]
	lanes   sync.WaitGroup
}

func newLink(t *testing.T, database string) *link {
	u, err := url.Parse(database)
	require.NoError(t, err)
	l := &link{address: u.Host}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	u.Host, u.RawQuery = listener.Addr().String(), "sslmode=disable"
	l.url = u.String()
	l.lanes.Go(func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			l.lanes.Go(func() { l.carry(near) })
		}
	})
	t.Cleanup(func() {
		assert.NoError(t, listener.Close())
		l.lanes.Wait()
	})
	return l
}

// loseCommit has the next commit arrive, and its answer not.
func (l *link) loseCommit() {
	l.next(func(way *lane, commit []byte) {
		way.mute.Store(true)
		way.far.Write(commit)
	})
}

// swallowCommit has neither the next commit arrive nor anything else on its connection, which stays open.
func (l *link) swallowCommit() { l.next(func(way *lane, _ []byte) { way.deaf.Store(true) }) }

func (l *link) next(spoil func(way *lane, commit []byte)) { l.spoil.Store(&spoil) }

// A lane is one connection.
type lane struct {
	near, far net.Conn
	left      chan struct{} // closed when the node hangs up
	deaf      atomic.Bool   // for what comes from the node
	mute      atomic.Bool   // the node hears nothing more, and at the next word that the connection is gone
}

func (l *link) carry(near net.Conn) {
	defer near.Close()
	far, err := net.Dial("tcp", l.address)
	if err != nil {
		return
	}
	way := &lane{near: near, far: far, left: make(chan struct{})}
	defer close(way.left)
	l.lanes.Go(way.back)
	defer far.Close()
	buf := make([]byte, 1<<16)
	for {
		n, err := near.Read(buf)
		if err != nil {
			return
		}
		if bytes.Contains(buf[:n], []byte("commit\x00")) {
			if spoil := l.spoil.Swap(nil); spoil != nil {
				(*spoil)(way, buf[:n])
				continue
			}
		}
		if !way.deaf.Load() {
			if _, err := far.Write(buf[:n]); err != nil {
				return
			}
		}
	}
}

// back carries what the database says.
func (w *lane) back() {
	defer w.near.Close()
	buf := make([]byte, 1<<16)
	for {
		n, err := w.far.Read(buf)
		switch {
		case err != nil && w.deaf.Load():
			<-w.left // who was swallowed does not even hear that the other side hung up
			return
		case err != nil, w.mute.Load():
			return
		}
		if _, err := w.near.Write(buf[:n]); err != nil {
			return
		}
	}
}

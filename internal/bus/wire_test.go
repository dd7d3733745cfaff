package bus_test

import (
	"bytes"
	"io"
	"net"
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A wire is a way to a TCP address that can be cut, and clogged.
type wire struct {
	listener net.Listener
	to       string
	done     sync.WaitGroup

	mu    sync.Mutex
	cond  *sync.Cond
	cut   bool // nothing gets in, nor stays
	clog  bool // everything gets in, nothing comes out
	conns map[net.Conn]struct{}
}

func newWire(t testing.TB, to string) *wire {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	w := &wire{listener: l, to: to, conns: make(map[net.Conn]struct{})}
	w.cond = sync.NewCond(&w.mu)
	w.done.Go(w.accept)
	t.Cleanup(func() {
		l.Close()
		w.set(true, false)
		w.done.Wait()
	})
	return w
}

func (w *wire) at() string { return w.listener.Addr().String() }

func (w *wire) set(cut, clog bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cut, w.clog = cut, clog
	if cut {
		for conn := range w.conns {
			conn.Close()
		}
	}
	w.cond.Broadcast()
}

func (w *wire) accept() {
	for {
		from, err := w.listener.Accept()
		if err != nil {
			return
		}
		w.done.Go(func() { w.join(from) })
	}
}

func (w *wire) join(from net.Conn) {
	defer from.Close()
	to, err := net.Dial("tcp", w.to)
	if err != nil || !w.add(from, to) {
		return
	}
	defer to.Close()
	var both sync.WaitGroup
	both.Go(func() { w.carry(to, from) })
	both.Go(func() { w.carry(from, to) })
	both.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.conns, from)
	delete(w.conns, to)
}

func (w *wire) add(from, to net.Conn) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cut {
		to.Close()
		return false
	}
	w.conns[from], w.conns[to] = struct{}{}, struct{}{}
	return true
}

func (w *wire) carry(to, from net.Conn) {
	defer to.Close()
	defer from.Close()
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		w.mu.Lock()
		for w.clog && !w.cut {
			w.cond.Wait()
		}
		w.mu.Unlock()
		if n > 0 {
			if _, err := to.Write(buf[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// logged is a log that can be waited for.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
	more chan struct{}
}

var _ io.Writer = (*logged)(nil)

func newLogged() *logged { return &logged{more: make(chan struct{}, 1)} }

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	select {
	case l.more <- struct{}{}:
	default:
	}
	return l.text.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func (l *logged) await(t testing.TB, pattern string) {
	t.Helper()
	want, late := regexp.MustCompile(pattern), time.After(patience)
	for !want.MatchString(l.String()) {
		select {
		case <-l.more:
		case <-late:
			require.Fail(t, "never logged: "+pattern, l)
		}
	}
}

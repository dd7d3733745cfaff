//go:build unix

package socket

import (
	"errors"
	"syscall"
)

// A nonblocking writes to a socket without ever waiting for it. Its function is made once, so
// that a write allocates nothing; whoever uses it holds the turn to write.
type nonblocking struct {
	raw   syscall.RawConn
	try   func(fd uintptr) bool
	bytes []byte // to be written
	n     int    // that were
	err   error
}

func newNonblocking(raw syscall.RawConn) *nonblocking {
	if raw == nil {
		return nil
	}
	w := &nonblocking{raw: raw}
	w.try = func(fd uintptr) bool {
		w.n, w.err = syscall.Write(int(fd), w.bytes)
		return true // in any case: never wait
	}
	return w
}

// write gives how many bytes the system took at once.
func (w *nonblocking) write(b []byte) (int, error) {
	w.bytes, w.n, w.err = b, 0, nil
	err := w.raw.Write(w.try)
	w.bytes = nil
	switch {
	case err != nil:
		return 0, err
	case errors.Is(w.err, syscall.EAGAIN), errors.Is(w.err, syscall.EINTR):
		return 0, nil
	}
	return max(w.n, 0), w.err
}

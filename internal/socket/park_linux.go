package socket

import (
	"errors"
	"os"
	"syscall"
	"unsafe"
)

// A parking waits until a socket has something to read, without a buffer and with little on the
// stack: thousands of idle connections wait like that, and a goroutine that waits deep in its calls
// keeps a stack twice as large.
type parking struct {
	raw  syscall.RawConn
	look func(fd uintptr) bool
	byte [1]byte
}

func newParking(raw syscall.RawConn) *parking {
	if raw == nil {
		return nil
	}
	p := &parking{raw: raw}
	p.look = func(fd uintptr) bool {
		_, _, errno := syscall.Syscall6(syscall.SYS_RECVFROM, fd, uintptr(unsafe.Pointer(&p.byte)), 1,
			syscall.MSG_PEEK|syscall.MSG_DONTWAIT, 0, 0)
		return errno != syscall.EAGAIN && errno != syscall.EINTR // the end and errors are for reading to find
	}
	return p
}

// wait returns with arrived when there is something to read, or without at the read deadline.
func (p *parking) wait() (arrived bool, err error) {
	err = p.raw.Read(p.look)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return false, nil
	}
	return true, err
}

//go:build !unix

package socket

import "syscall"

// A nonblocking is not to be had on this system: everything goes through Write.
type nonblocking struct{}

func newNonblocking(syscall.RawConn) *nonblocking { return nil }

func (*nonblocking) write([]byte) (int, error) { return 0, nil }

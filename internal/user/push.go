package user

import (
	"context"
	"fmt"
	"sync"

	"gochatting/internal/message"
	"gochatting/internal/socket"
)

// writeBytes is about how much goes out in one write when more than one frame waits.
const writeBytes = 64 << 10

// Bytes that are put together for one write live no longer than the write.
var writeBuffers = sync.Pool{New: func() any { b := make([]byte, 0, writeBytes); return &b }}

// PushToClient writes what the room offers until ctx ends or the socket fails, and then closes
// the socket. What is pending goes out with one system call.
func (u *OnlineUser) PushToClient(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case f := <-u.Send:
			if err := u.write(f); err != nil {
				u.Close(socket.GoingAway, "")
				return fmt.Errorf("user: push to client: %w", err)
			}
		}
	}
}

// write sends f and all that waits behind it. A lone frame goes out as the bytes it has for
// everybody; only several are put together first.
func (u *OnlineUser) write(f *message.Frame) error {
	if len(u.Send) == 0 {
		return u.conn.Write(f.Bytes)
	}
	buffer := writeBuffers.Get().(*[]byte)
	defer writeBuffers.Put(buffer)
	all := append((*buffer)[:0], f.Bytes...)
	for len(all) < writeBytes {
		select {
		case next := <-u.Send:
			all = append(all, next.Bytes...)
			continue
		default:
		}
		break
	}
	if cap(all) <= 2*writeBytes {
		*buffer = all
	}
	return u.conn.Write(all)
}

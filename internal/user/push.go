package user

import (
	"sync"

	"gochatting/internal/message"
	"gochatting/internal/socket"
)

// writeBytes is about how much goes out in one write when more than one frame waits.
const writeBytes = 64 << 10

// Bytes that are put together for one write live no longer than the write.
var writeBuffers = sync.Pool{New: func() any { b := make([]byte, 0, 2*writeBytes); return &b }}

// PushToClient writes what waits for the client, much of it with one system call, and returns when
// nothing does any more. It runs only for a client whose socket did not take everything at once.
// If the socket fails it closes that.
func (u *OnlineUser) PushToClient() {
	for {
		frames := u.take()
		if err := u.write(frames); err != nil {
			u.Close(socket.GoingAway, "") // which PullFromClient learns of
			return
		}
		if u.drained() {
			return
		}
	}
}

// take gives what waits, up to about writeBytes.
func (u *OnlineUser) take() []*message.Frame {
	u.mu.Lock()
	defer u.mu.Unlock()
	size, n := 0, 0
	for n < len(u.send) && size < writeBytes {
		size += len(u.send[n].Bytes)
		n++
	}
	frames := u.send[:n:n]
	u.send = u.send[n:]
	return frames
}

// drained reports that nothing waits, and has offers go straight to the socket from now on.
func (u *OnlineUser) drained() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if len(u.send) > 0 {
		return false
	}
	u.send, u.waits = nil, false
	return true
}

// write sends frames with one system call. A lone one goes out as the bytes it has for everybody;
// only several are put together first. Without any, what TryWrite has left goes out.
func (u *OnlineUser) write(frames []*message.Frame) error {
	switch len(frames) {
	case 0:
		return u.conn.Write(nil)
	case 1:
		return u.conn.Write(frames[0].Bytes)
	}
	buffer := writeBuffers.Get().(*[]byte)
	defer writeBuffers.Put(buffer)
	all := (*buffer)[:0]
	for _, f := range frames {
		all = append(all, f.Bytes...)
	}
	if cap(all) <= 4*writeBytes {
		*buffer = all
	}
	return u.conn.Write(all)
}

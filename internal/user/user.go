// Package user holds the people who are connected: an OnlineUser pulls from its client what the
// person says and pushes to it what the room hears.
package user

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"gochatting/internal/message"
	"gochatting/internal/socket"
)

// sendFrames is how many frames may wait for a client before it counts as too slow.
const sendFrames = 256

// A Conn is what an OnlineUser needs of its socket.
type Conn interface {
	// Each calls handle with every text message, valid for the call, until the connection ends
	// or handle fails, and returns why.
	Each(handle func(message []byte) error) error
	// Write sends bytes that are whole frames already, and what TryWrite has left before them.
	Write(frames []byte) error
	// TryWrite sends what the socket takes at once, and never waits.
	TryWrite(frames []byte) socket.Taken
	// Close ends the connection, never blocks, and makes Each return.
	Close(code int, reason string)
	// CloseNow breaks it off, also while an end takes its time.
	CloseNow()
}

// An OnlineUser is one live connection of a person: a tab, a device, a bot. One person may have
// many.
type OnlineUser struct {
	ID      string // of this connection
	Session string // what it stands on: when that ends, so does this
	First   bool   // speaks the first version's dialect

	info atomic.Pointer[message.User]
	conn Conn
	pace Pace

	mu      sync.Mutex
	send    []*message.Frame // what waits for PushToClient
	waits   bool             // offers go to send: it is not empty, or the client has not been greeted
	pushing sync.WaitGroup
}

// A Pace takes one message of a kind from what a person may send, or tells how long to wait for
// the next. What could not be understood has no kind.
type Pace func(mtype string) time.Duration

// Unlimited is the Pace of somebody who may send as much as they like.
func Unlimited(string) time.Duration { return 0 }

// New makes an OnlineUser on a socket. pace is the person's, whichever socket they speak from.
// What is offered to it waits until Greet.
func New(id, session string, info message.User, conn Conn, pace Pace) *OnlineUser {
	u := &OnlineUser{ID: id, Session: session, conn: conn, pace: pace, waits: true}
	u.SetInfo(info)
	return u
}

// Info is the person as everyone sees them now.
func (u *OnlineUser) Info() message.User { return *u.info.Load() }

// SetInfo is called when their name or picture has changed.
func (u *OnlineUser) SetInfo(info message.User) { u.info.Store(&info) }

// Greet sends the first frame, if there is one, then what was offered meanwhile, and from then
// on whatever is offered.
func (u *OnlineUser) Greet(first *message.Frame) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if first != nil {
		u.send = slices.Insert(u.send, 0, first)
	}
	if u.waits = len(u.send) > 0; u.waits {
		u.push()
	}
}

// Offer sends a frame to the client, or has it wait in the queue, and never waits itself: while
// the client keeps up this is one system call and no goroutine. It reports false if the queue is
// full: the client is too slow, and its owner should Close it.
func (u *OnlineUser) Offer(f *message.Frame) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if !u.waits {
		switch u.conn.TryWrite(f.Bytes) {
		case socket.All:
			return true
		case socket.None:
			u.send = append(u.send, f)
		}
		u.push()
		return true
	}
	if len(u.send) == sendFrames {
		return false
	}
	u.send = append(u.send, f)
	return true
}

// Tell offers a frame that is meant for this client alone. It closes who has no place for it.
func (u *OnlineUser) Tell(f *message.Frame) {
	if !u.Offer(f) {
		u.Close(socket.TryAgainLater, TooSlow)
	}
}

// TooSlow is the reason for closing a client whose queue is full.
const TooSlow = "too slow"

// push starts PushToClient. Its caller has the lock.
func (u *OnlineUser) push() {
	u.waits = true
	u.pushing.Go(u.PushToClient)
}

// Wait returns when PushToClient does not run any more, after the end of the connection.
func (u *OnlineUser) Wait() { u.pushing.Wait() }

// Close ends the connection with a close code and a reason of at most 123 bytes. It does not
// block and may be called many times; PullFromClient and PushToClient return soon after.
func (u *OnlineUser) Close(code int, reason string) { u.conn.Close(code, reason) }

// CloseNow breaks the connection off without a word.
func (u *OnlineUser) CloseNow() { u.conn.CloseNow() }

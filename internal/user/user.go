// Package user holds the people who are connected: an OnlineUser pulls from its client what the
// person says and pushes to it what the room hears.
package user

import (
	"sync/atomic"
	"time"

	"gochatting/internal/message"
)

// sendFrames is how many frames may wait for a client before it counts as too slow.
const sendFrames = 256

// A Conn is what an OnlineUser needs of its socket.
type Conn interface {
	// Receive gives the next whole text message, valid until the next call.
	Receive() ([]byte, error)
	// Write sends bytes that are whole frames already.
	Write(frames []byte) error
	// Close ends the connection, never blocks, and makes Receive return.
	Close(code int, reason string)
}

// An OnlineUser is one live connection of a person: a tab, a device, a bot. One person may have
// many.
type OnlineUser struct {
	ID      string              // of this connection
	Session string              // what it stands on: when that ends, so does this
	First   bool                // speaks the first version's dialect
	Send    chan *message.Frame // what waits for PushToClient; the room fills it and never waits

	info atomic.Pointer[message.User]
	conn Conn
	pace Pace
}

// A Pace takes one message from what a person may say, or tells how long to wait for the next.
type Pace func() time.Duration

// Unlimited is the Pace of somebody who may say as much as they like.
func Unlimited() time.Duration { return 0 }

// New makes an OnlineUser on a socket. pace is the person's, whichever socket they speak from.
// PullFromClient and PushToClient must both be run.
func New(id, session string, info message.User, conn Conn, pace Pace) *OnlineUser {
	u := &OnlineUser{ID: id, Session: session, Send: make(chan *message.Frame, sendFrames), conn: conn, pace: pace}
	u.SetInfo(info)
	return u
}

// Info is the person as everyone sees them now.
func (u *OnlineUser) Info() message.User { return *u.info.Load() }

// SetInfo is called when their name or picture has changed.
func (u *OnlineUser) SetInfo(info message.User) { u.info.Store(&info) }

// Offer puts a frame into the queue for the client and never waits. It reports false if there
// was no place: the client is too slow, and its owner should Close it.
func (u *OnlineUser) Offer(f *message.Frame) bool {
	select {
	case u.Send <- f:
		return true
	default:
		return false
	}
}

// Close ends the connection with a close code and a reason of at most 123 bytes. It does not
// block and may be called many times; PullFromClient and PushToClient return soon after.
func (u *OnlineUser) Close(code int, reason string) { u.conn.Close(code, reason) }

package user

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"golang.org/x/time/rate"

	"gochatting/internal/message"
	"gochatting/internal/socket"
)

// How much patience there is with somebody who is told to slow down and does not. Who waits as
// told is refused ten times a second at the most, as RetryAfter is in tenths; a flood is read a
// hundred times a second, so its patience is used up after about three seconds.
const (
	refusalPause   = 10 * time.Millisecond // before the next message is read, so that a flood costs little
	refusalsPerSec = 10
	refusalsAtOnce = 300
)

// ErrFlood ends PullFromClient for a client that did not stop when told to.
var ErrFlood = errors.New("user: flood")

// Inbox is where what a user says goes.
type Inbox interface {
	// Post returns when what from says is on disk. An error that is a *message.Error is meant
	// for its author.
	Post(ctx context.Context, from *OnlineUser, said message.Message) error
}

// PullFromClient reads what the person says and posts it to the inbox until the connection
// ends; it returns why. What cannot be done is answered with an error_mtype, and the connection
// lives on. One message is posted at a time, so a client that is faster than the disk waits.
func (u *OnlineUser) PullFromClient(ctx context.Context, inbox Inbox) error {
	var patience *rate.Limiter // most never need it
	err := u.conn.Each(func(data []byte) error {
		if !u.post(ctx, inbox, data) {
			return nil
		}
		if patience == nil {
			patience = rate.NewLimiter(refusalsPerSec, refusalsAtOnce)
		}
		if !patience.Allow() {
			u.Close(socket.PolicyViolation, "too many messages")
			return ErrFlood
		}
		pause(ctx, refusalPause)
		return nil
	})
	return fmt.Errorf("user: pull from client: %w", err)
}

// post does what one message of the client asks for, and reports whether it was one too many.
func (u *OnlineUser) post(ctx context.Context, inbox Inbox, data []byte) (tooMany bool) {
	said, err := u.read(data)
	if wait := u.pace(); wait > 0 {
		u.answer(said.Ref, SlowDown(wait))
		return true
	}
	if err == nil {
		err = inbox.Post(ctx, u, said)
	}
	if err != nil {
		u.answer(said.Ref, err)
	}
	return false
}

// read understands either dialect: a Message, or in the first one a text for the lobby.
func (u *OnlineUser) read(data []byte) (message.Message, error) {
	if u.First {
		return message.Message{
			MType: message.TextMType, Room: message.Lobby,
			TextMessage: &message.TextMessage{Content: string(data)},
		}, nil
	}
	said, err := message.Parse(data)
	if err != nil {
		return said, err
	}
	if said.MType != message.TextMType || said.TextMessage == nil {
		return said, &message.Error{Code: message.CodeInvalid, Text: "Send a text_mtype with a TextMessage; other kinds are not taken here."}
	}
	return said, nil
}

// answer tells the client, and only it, that what it called ref could not be done.
func (u *OnlineUser) answer(ref string, err error) {
	var known *message.Error
	if !errors.As(err, &known) {
		known = &message.Error{Code: message.CodeInternal, Text: "Something broke on our side. It has been noted."}
	}
	f, err := message.Encode(message.Message{MType: message.ErrorMType, Ref: ref, Error: known})
	if err != nil || !u.Offer(f) {
		u.Close(socket.TryAgainLater, "too slow")
	}
}

// SlowDown is the answer to one message too many.
func SlowDown(wait time.Duration) *message.Error {
	seconds := math.Ceil(wait.Seconds()*10) / 10
	return &message.Error{
		Code: message.CodeSlowDown, RetryAfter: seconds,
		Text: fmt.Sprintf("That was a lot at once. Please go on in %.1f s.", seconds),
	}
}

func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

package user

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
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

// Inbox is where what a user sends goes.
type Inbox interface {
	// Take does what one message asks for, and returns when what is to be kept of it is on disk.
	// It is a text with its TextMessage, a read mark with its Read, or a typing or status_mtype.
	// An error that is a *message.Error is meant for who sent it.
	Take(ctx context.Context, m message.Message) error
}

// PullFromClient reads what the client sends and gives it to the inbox until the connection
// ends; it returns why. What cannot be done is answered with an error_mtype, and the connection
// lives on. One message is taken at a time, so a client that is faster than the disk waits.
func (u *OnlineUser) PullFromClient(ctx context.Context, inbox Inbox) error {
	var patience *rate.Limiter // most never need it
	err := u.conn.Each(func(data []byte) error {
		if !u.handle(ctx, inbox, data) {
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

// handle does what one message of the client asks for, and reports whether it was one too many.
func (u *OnlineUser) handle(ctx context.Context, inbox Inbox, data []byte) (tooMany bool) {
	m, err := u.read(data)
	if wait := u.pace(m.MType); wait > 0 {
		if m.MType != message.TypingMType { // nobody misses one of those
			u.answer(m.Ref, SlowDown(wait))
		}
		return true
	}
	if err == nil {
		err = inbox.Take(ctx, m)
	}
	if err != nil {
		u.answer(m.Ref, err)
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
	m, err := message.Parse(data)
	if err != nil {
		return m, err
	}
	switch {
	case m.MType == message.TextMType && m.TextMessage != nil:
	case m.MType == message.ReadMType && m.Read != nil:
	case m.MType == message.TypingMType, m.MType == message.StatusMType:
	default:
		return m, &message.Error{
			Code: message.CodeInvalid,
			Text: "Send a text_mtype with a TextMessage, a read_mtype with a Read, a typing_mtype or a status_mtype; nothing else is taken here.",
		}
	}
	return m, nil
}

// answer tells the client, and only it, that what it called ref could not be done.
func (u *OnlineUser) answer(ref string, err error) {
	var known *message.Error
	if !errors.As(err, &known) {
		known = &message.Error{Code: message.CodeInternal, Text: "Something broke on our side. It has been noted."}
	}
	f, err := message.Encode(message.Message{MType: message.ErrorMType, Ref: ref, Error: known})
	if err != nil {
		u.Close(socket.InternalError, "") // a sentence always becomes JSON
		return
	}
	u.Tell(f)
}

// SlowDown is the answer to one message too many.
func SlowDown(wait time.Duration) *message.Error {
	seconds := math.Ceil(wait.Seconds()*10) / 10
	n, unit := message.Span(seconds)
	if n == 1 {
		unit = strings.TrimSuffix(unit, "s")
	}
	return &message.Error{
		Code: message.CodeSlowDown, RetryAfter: seconds,
		Text: fmt.Sprintf("That was a lot at once. Please go on in %d %s.", n, unit),
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

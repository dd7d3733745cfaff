package room

import (
	"context"
	"fmt"
	"time"

	"gochatting/internal/message"
)

// A question is for some of the people in a room, by name, after that one, if any.
type question struct {
	after  *message.User
	limit  int
	until  time.Time // to wait for lists from other nodes
	answer chan<- message.UserStatus
}

// Here gives some of the people in a room, on whatever node, by name, after the one with the id after, who
// need not be there any more. Who may know is for the caller to see to. store.ErrNotFound: there is no such user.
func (d *Directory) Here(ctx context.Context, room, after string, limit int) (message.UserStatus, error) {
	q := question{limit: limit, until: time.Now().Add(listWait)}
	if after != "" {
		who, err := d.store.User(ctx, after)
		if err != nil {
			return message.UserStatus{}, err
		}
		public := who.Public()
		q.after = &public
	}
	answer := make(chan message.UserStatus, 1)
	q.answer = answer
	for {
		r, err := d.answering(room)
		if r == nil || err != nil { // nobody is there, or this node stops
			return message.UserStatus{}, nil
		}
		select {
		case r.asking <- q:
		case <-r.CloseSign: // went to sleep just now, or could not wake
			if <-r.ended; r.err != nil {
				return message.UserStatus{}, r.err
			}
			continue
		case <-ctx.Done():
			return message.UserStatus{}, fmt.Errorf("room: who is in %s: %w", room, ctx.Err())
		}
		select {
		case people := <-answer:
			return people, nil
		case <-r.ended:
			select {
			case people := <-answer: // the last thing that it did
				return people, nil
			default:
				return message.UserStatus{}, nil
			}
		case <-ctx.Done():
			return message.UserStatus{}, fmt.Errorf("room: who is in %s: %w", room, ctx.Err())
		}
	}
}

// answering is the room that knows who is there, nil if nobody is on any node: one that sleeps here is woken
// if it is awake elsewhere.
func (d *Directory) answering(room string) (*ActiveRoom, error) {
	r := d.awakened(room)
	if r != nil || len(d.nodes.of(room)) == 0 {
		return r, nil
	}
	return d.wake(room)
}

// answer answers the questions that wait, as soon as all lists have come. It returns how long it waits for
// them, 0 if nobody does.
func (r *ActiveRoom) answer(now time.Time) (next time.Duration) {
	if len(r.questions) == 0 {
		return 0
	}
	behind := r.isBehind()
	var still []question
	for _, q := range r.questions {
		if wait := q.until.Sub(now); behind && wait > 0 {
			still = append(still, q)
			next = sooner(next, wait)
		} else {
			q.answer <- r.here.page(q.after, q.limit)
		}
	}
	r.questions = still
	return next
}

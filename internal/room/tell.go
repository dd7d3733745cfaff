package room

import (
	"sync"
	"time"

	"gochatting/internal/message"
	"gochatting/internal/user"
)

// settle tells the watchers and the other nodes of changes, gathered for a while, and then ends the stay
// of those who have not come back: whoever leaves for good is first seen without a name. It asks other nodes for
// what is missing and answers who waits for that. It returns after how long it must be called again; 0 if
// nothing waits.
func (r *ActiveRoom) settle(now time.Time) (next time.Duration) {
	if len(r.elsewhere) > 0 {
		next = r.ask(now)
	}
	next = sooner(next, r.answer(now))
	for {
		if r.here.dirty || len(r.watchers.fresh) > 0 || len(r.here.untold) > 0 {
			if wait := r.gathers(now); wait > 0 {
				return sooner(next, wait)
			}
			r.tell(now)
		}
		left := r.here.expire(now)
		if !r.here.dirty && len(r.here.untold) == 0 {
			return sooner(next, left)
		}
	}
}

// gathers is how long to wait for more changes. A room that has just woken waits for the lists of others: who comes
// there from a node that has stopped does not see a shorter list for a moment.
func (r *ActiveRoom) gathers(now time.Time) time.Duration {
	if r.here.toldAt.Before(r.woke) && r.isBehind() {
		return r.woke.Add(listWait).Sub(now)
	}
	return r.here.toldAt.Add(presenceGather).Sub(now)
}

// tell says who is here: in full to whoever has just begun to watch, to the others what changed since
// they were told, and in the first dialect always in full. Each of the three is encoded once, if
// anyone needs it.
func (r *ActiveRoom) tell(now time.Time) {
	r.share()
	people, online := r.here.first(), len(r.here.order)
	joined, left := r.here.difference(people)
	changed := len(joined) > 0 || len(left) > 0 || online != r.here.online
	r.here.told(people, online, now)
	fresh := r.watchers.told()

	full := message.UserStatus{Users: people, Online: online}
	whole := r.status(message.Encode, full)
	first := r.status(message.EncodeFirst, full)
	change := r.status(message.Encode, message.UserStatus{Joined: joined, Left: left, Online: online})
	r.fanOut(r.watchers.list(), func(u *user.OnlineUser) *message.Frame {
		switch isFresh := fresh[u]; {
		case !isFresh && !changed:
			return nil
		case u.First:
			return first()
		case isFresh:
			return whole()
		default:
			return change()
		}
	})
}

// status makes a status_mtype when it is first asked for.
func (r *ActiveRoom) status(encode func(message.Message) (*message.Frame, error), s message.UserStatus) func() *message.Frame {
	return sync.OnceValue(func() *message.Frame {
		f, err := encode(message.Message{MType: message.StatusMType, Room: r.ID, UserStatus: &s})
		if err != nil {
			r.out.Error("tell who is here", "room", r.ID, "err", err)
			return new(message.Frame)
		}
		return f
	})
}

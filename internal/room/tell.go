package room

import (
	"sync"
	"time"

	"gochatting/internal/message"
	"gochatting/internal/user"
)

// settle tells the watchers of changes, gathered for a while, and then ends the stay of those who have
// not come back: whoever leaves for good is first seen without a name. It returns after how long it
// must be called again; 0 if nothing waits.
func (r *ActiveRoom) settle(now time.Time) time.Duration {
	for {
		if r.here.dirty || len(r.watchers.fresh) > 0 {
			if wait := r.here.toldAt.Add(presenceGather).Sub(now); wait > 0 {
				return wait
			}
			r.tell(now)
		}
		if next := r.here.expire(now); !r.here.dirty {
			return next
		}
	}
}

// tell says who is here: in full to whoever has just begun to watch, to the others what changed since
// they were told, and in the first dialect always in full. Each of the three is encoded once, if
// anyone needs it.
func (r *ActiveRoom) tell(now time.Time) {
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

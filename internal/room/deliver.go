package room

import (
	"encoding/json"
	"maps"
	"runtime"
	"slices"
	"sync"
	"time"

	"gochatting/internal/message"
	"gochatting/internal/socket"
	"gochatting/internal/user"
)

// spreadUsers is to whom one processor offers a frame before a second one helps.
const spreadUsers = 256

// hear takes what the bus brings. It may wait for the room, not for anyone in it.
func (r *ActiveRoom) hear(data []byte) {
	if frames, err := message.UnmarshalFrames(data); err == nil {
		select {
		case r.Broadcast <- frames:
		case <-r.CloseSign:
		}
	} else if n, understood := understand(data); understood && n.Node != r.nodes.self {
		r.hearNews(n)
	}
}

// hearNews takes what another node says, or asks, of who is here.
func (r *ActiveRoom) hearNews(n news) {
	switch {
	case n.Change != nil && n.Change.Version > n.Change.After: // else it would follow itself
		select {
		case r.told <- told{n.Node, n.Change}:
		case <-r.CloseSign:
		}
	case n.Ask != nil && r.nodes.version(r.ID) > 0: // else it is waking, and tells when it has
		select {
		case r.asked <- n.Node:
		case <-r.CloseSign:
		}
	}
}

// pending takes what else waits in Broadcast, up to a size, so that all of it goes to everyone
// as one; in the order of the revs, as far as there is no hole. What has no rev is no part of the
// log: these asides are returned apart.
func (r *ActiveRoom) pending(frames []*message.Frame) (ready, asides []*message.Frame) {
	size := 0
	for {
		for _, f := range frames {
			size += len(f.Bytes)
			if f.Rev == 0 {
				asides = append(asides, f)
			} else {
				ready = append(ready, r.log.take(f)...)
			}
		}
		if size >= joinedBytes {
			return ready, asides
		}
		select {
		case frames = <-r.Broadcast:
		default:
			return ready, asides
		}
	}
}

// deliver offers frames to everyone. Nothing is encoded or copied per recipient, and nobody is
// waited for.
func (r *ActiveRoom) deliver(frames []*message.Frame) {
	if len(frames) == 0 {
		return
	}
	// In the first dialect the list of people comes before anything else.
	if r.watchers.owesFirst() {
		r.tell(time.Now())
	}
	r.last.add(frames)
	current := message.Join(frames)
	first := sync.OnceValue(func() *message.Frame { return r.translate(frames) })
	r.fanOut(r.everyone(), func(u *user.OnlineUser) *message.Frame {
		if u.First {
			return first()
		}
		return current
	})
}

// tellAsides hands on what is in no log: that somebody writes, to the others who look at the room; how
// the room is called now, to everyone. The first dialect knows neither.
func (r *ActiveRoom) tellAsides(asides []*message.Frame) {
	for _, f := range asides {
		var m message.Message
		if err := json.Unmarshal(f.Payload(), &m); err != nil {
			continue // of a later version
		}
		var to []*user.OnlineUser
		but := ""
		switch {
		case m.MType == message.TypingMType && m.Typing != nil:
			to, but = r.watchers.list(), m.Typing.ID
		case m.MType == message.RoomMType:
			to = r.everyone()
		}
		r.fanOut(to, func(u *user.OnlineUser) *message.Frame {
			if u.First || u.Info().ID == but {
				return nil
			}
			return f
		})
	}
}

// everyone is OnlineUsers as a list.
func (r *ActiveRoom) everyone() []*user.OnlineUser {
	if r.line == nil {
		r.line = slices.AppendSeq(make([]*user.OnlineUser, 0, len(r.OnlineUsers)), maps.Values(r.OnlineUsers))
	}
	return r.line
}

// fanOut offers each the frame that choose has for them, if any. A large room spreads this
// over the processors; since all have been offered one frame before the next is begun, each
// socket still sees them in their order. Whoever has no place for a frame is too slow for the
// room and goes: they come back by themselves and ask for what they missed.
func (r *ActiveRoom) fanOut(to []*user.OnlineUser, choose func(*user.OnlineUser) *message.Frame) {
	parts := min(runtime.GOMAXPROCS(0), 1+len(to)/spreadUsers)
	slow := make([][]*user.OnlineUser, parts)
	var others sync.WaitGroup
	for i := range parts {
		part := to[i*len(to)/parts : (i+1)*len(to)/parts]
		offer := func() {
			for _, u := range part {
				if f := choose(u); f != nil && !u.Offer(f) {
					slow[i] = append(slow[i], u)
				}
			}
		}
		if i < parts-1 {
			others.Go(offer)
		} else {
			offer()
		}
	}
	others.Wait()
	for _, u := range slices.Concat(slow...) {
		r.leave(u)
		u.Close(socket.TryAgainLater, user.TooSlow)
		r.out.Info("dropped a slow client", "room", r.ID, "user", u.Info().ID)
	}
}

// translate makes of frames what the first dialect hears: new messages only, since its page
// appends whatever comes.
func (r *ActiveRoom) translate(frames []*message.Frame) *message.Frame {
	first := make([]*message.Frame, 0, len(frames))
	for _, f := range frames {
		if f.ID != f.Rev {
			continue
		}
		t, err := f.First()
		if err != nil {
			r.out.Error("translate", "room", r.ID, "err", err)
			continue
		}
		first = append(first, t)
	}
	if len(first) == 0 {
		return nil
	}
	return message.Join(first)
}

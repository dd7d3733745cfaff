package room

import (
	"context"
	"log/slog"
	"maps"
	"runtime"
	"slices"
	"sync"
	"time"

	"gochatting/internal/bus"
	"gochatting/internal/message"
	"gochatting/internal/socket"
	"gochatting/internal/user"
)

const (
	busBytes = 256 << 10 // of frames that travel in one message on the bus
	fillStep = 200       // messages read at once to fill a hole
	fillWait = time.Second

	spreadUsers = 256 // to whom one processor offers a frame before a second one helps
)

// Publisher gives the store its way out: what was committed is encoded, once, and put on the
// bus in the order of the revs.
func Publisher(b *bus.Bus, out *slog.Logger) func(room string, said []message.Message) {
	return func(room string, said []message.Message) {
		var frames []*message.Frame
		size := 0
		send := func() {
			// What the bus does not carry is in the store: the next frame shows the hole.
			if err := b.Publish(subject(room), message.MarshalFrames(frames)); err != nil {
				out.Error("publish", "room", room, "err", err)
			}
			frames, size = frames[:0], 0
		}
		for _, m := range said {
			f, err := message.Encode(m)
			if err != nil {
				out.Error("publish", "room", room, "err", err)
				continue
			}
			frames = append(frames, f)
			if size += len(f.Bytes); size >= busBytes {
				send()
			}
		}
		if len(frames) > 0 {
			send()
		}
	}
}

// hear takes what the bus brings. It may wait for the room, not for anyone in it.
func (r *ActiveRoom) hear(data []byte) {
	frames, err := message.UnmarshalFrames(data)
	if err != nil {
		r.out.Warn("not understood from the bus", "room", r.ID, "err", err)
		return
	}
	select {
	case r.Broadcast <- frames:
	case <-r.CloseSign:
	}
}

// pending takes what else waits in Broadcast, up to a size, so that all of it goes to everyone
// as one; in the order of the revs, as far as there is no hole.
func (r *ActiveRoom) pending(frames []*message.Frame) []*message.Frame {
	var ready []*message.Frame
	size := 0
	for {
		for _, f := range frames {
			size += len(f.Bytes)
			ready = append(ready, r.log.take(f)...)
		}
		if size >= joinedBytes {
			return ready
		}
		select {
		case frames = <-r.Broadcast:
		default:
			return ready
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
	if r.here.owesFirst() {
		r.tell(time.Now())
	}
	r.last.add(frames)
	current := message.Join(frames)
	first := sync.OnceValue(func() *message.Frame { return r.translate(frames) })
	r.fanOut(func(u *user.OnlineUser) *message.Frame {
		if u.First {
			return first()
		}
		return current
	})
}

// fanOut offers everyone the frame that choose has for them, if any. A large room spreads this
// over the processors; since all have been offered one frame before the next is begun, each
// socket still sees them in their order. Whoever has no place for a frame is too slow for the
// room and goes: they come back by themselves and ask for what they missed.
func (r *ActiveRoom) fanOut(choose func(*user.OnlineUser) *message.Frame) {
	if r.line == nil {
		r.line = slices.AppendSeq(make([]*user.OnlineUser, 0, len(r.OnlineUsers)), maps.Values(r.OnlineUsers))
	}
	parts := min(runtime.GOMAXPROCS(0), 1+len(r.line)/spreadUsers)
	slow := make([][]*user.OnlineUser, parts)
	var others sync.WaitGroup
	for i := range parts {
		part := r.line[i*len(r.line)/parts : (i+1)*len(r.line)/parts]
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
		u.Close(socket.TryAgainLater, "too slow")
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

// fill reads from the store what follows rev, for a room that has heard of later revs but not
// of the next one. It tries until it has something or the room ends.
func (r *ActiveRoom) fill(ctx context.Context, rev int64) {
	for {
		frames, err := r.read(ctx, rev)
		if err == nil {
			select {
			case r.filled <- frames:
			case <-r.CloseSign:
			}
			return
		}
		r.out.Error("fill a hole", "room", r.ID, "after", rev, "err", err)
		select {
		case <-time.After(fillWait):
		case <-r.CloseSign:
			return
		}
	}
}

func (r *ActiveRoom) read(ctx context.Context, rev int64) ([]*message.Frame, error) {
	said, err := r.store.Log(ctx, r.ID, rev, fillStep)
	if err != nil {
		return nil, err
	}
	frames := make([]*message.Frame, len(said))
	for i, m := range said {
		if frames[i], err = message.Encode(m); err != nil {
			return nil, err
		}
	}
	return frames, nil
}

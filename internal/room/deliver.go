package room

import (
	"context"
	"log/slog"
	"time"

	"gochatting/internal/bus"
	"gochatting/internal/message"
)

const (
	busBytes = 256 << 10 // of frames that travel in one message on the bus
	fillStep = 200       // messages read at once to fill a hole
	fillWait = time.Second
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
	current := message.Join(frames)
	var first *message.Frame
	for _, u := range r.OnlineUsers {
		if !u.First {
			r.offer(u, current)
			continue
		}
		if first == nil {
			if first = r.translate(frames); first == nil {
				return
			}
		}
		r.offer(u, first)
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

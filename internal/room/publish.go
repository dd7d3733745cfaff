package room

import (
	"encoding/binary"
	"log/slog"
	"sync/atomic"
	"time"

	"gochatting/internal/message"
)

const (
	busBytes    = 256 << 10                 // of frames that travel in one message on the bus, if it takes so many
	frameHeader = 3 * binary.MaxVarintLen64 // that a frame has there at most
)

// Publisher gives the store its way out: what was committed is encoded, once, and put on the
// bus in the order of the revs.
func Publisher(b Bus, out *slog.Logger) func(room string, said []message.Message) {
	var unsaid rarely
	return func(room string, said []message.Message) {
		var frames []*message.Frame
		most := min(busBytes, b.MaxBytes())
		size := 1
		send := func() {
			// What the bus does not carry is in the store: the next frame shows the hole, or the next look
			// at its revs does.
			if err := b.Publish(subject(room), message.MarshalFrames(frames)); err != nil && unsaid.again() {
				out.Error("publish", "room", room, "err", err)
			}
			frames, size = frames[:0], 1
		}
		for _, m := range said {
			f, err := message.Encode(m)
			if err != nil {
				out.Error("publish", "room", room, "err", err)
				continue
			}
			more := len(f.Bytes) + frameHeader
			if len(frames) > 0 && size+more > most {
				send()
			}
			frames = append(frames, f)
			size += more
		}
		if len(frames) > 0 {
			send()
		}
	}
}

// aside tells a room, on all nodes, what is in no log.
func (d *Directory) aside(m message.Message) {
	f, err := message.Encode(m)
	if err == nil {
		err = d.bus.Publish(subject(m.Room), message.MarshalFrames([]*message.Frame{f}))
	}
	if err != nil && d.unsaid.again() {
		d.out.Error("publish", "room", m.Room, "kind", m.MType, "err", err)
	}
}

// rarely is for what would otherwise be logged with each message while the bus is away.
type rarely struct{ at atomic.Int64 }

const logAgain = 10 * time.Second

// again reports whether the last time was long ago, and takes this for one if so.
func (r *rarely) again() bool {
	now, last := time.Now().UnixNano(), r.at.Load()
	return (last == 0 || now-last >= int64(logAgain)) && r.at.CompareAndSwap(last, now)
}

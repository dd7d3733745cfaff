package room

import (
	"log/slog"

	"gochatting/internal/bus"
	"gochatting/internal/message"
)

// busBytes is of frames that travel in one message on the bus.
const busBytes = 256 << 10

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

// aside tells a room, on all nodes, what is in no log.
func (d *Directory) aside(m message.Message) {
	f, err := message.Encode(m)
	if err == nil {
		err = d.bus.Publish(subject(m.Room), message.MarshalFrames([]*message.Frame{f}))
	}
	if err != nil {
		d.out.Error("publish", "room", m.Room, "kind", m.MType, "err", err)
	}
}

// subject is where the bus carries a room's frames.
func subject(room string) string { return "room." + room }

package room

import (
	"context"
	"time"

	"gochatting/internal/message"
)

const (
	fillStep = 200 // messages read at once to fill a hole
	fillWait = time.Second
)

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

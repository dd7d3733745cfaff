package server

import (
	"context"
	"time"
)

// removeAgain is for how long removing rests after it failed.
const removeAgain = 10 * time.Second

// removals has what people wanted removed with their account removed bit by bit: also what was
// begun before a crash.
type removals struct {
	waiting chan struct{} // holds one: that there is something
}

func newRemovals() removals { return removals{waiting: make(chan struct{}, 1)} }

func (r removals) wake() {
	select {
	case r.waiting <- struct{}{}:
	default: // somebody will look anyway
	}
}

// remove removes until ctx ends, whenever it is woken.
func (s *Server) remove(ctx context.Context) {
	for {
		blobs, more, err := s.store.RemoveNext(ctx)
		s.dropBlobs(blobs)
		again := make(<-chan time.Time)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			s.out.Error("remove what somebody said who left", "err", err)
			again = time.After(removeAgain)
		case more:
			continue
		}
		select {
		case <-s.removals.waiting:
		case <-again:
		case <-ctx.Done():
			return
		}
	}
}

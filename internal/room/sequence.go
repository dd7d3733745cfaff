package room

import (
	"time"

	"gochatting/internal/message"
)

const (
	heldFrames = 1024                  // kept behind a hole; more are read from the store again
	swapWait   = 25 * time.Millisecond // in which a frame comes that was swapped with later ones
)

// A sequence puts a room's frames into the order of their revs: the bus may drop, double or
// swap them. Whoever reads what it gives out sees every rev once, in order, without holes.
type sequence struct {
	rev     int64                    // of the last frame given out
	seen    int64                    // the highest rev that was heard of
	held    map[int64]*message.Frame // behind a hole, by rev
	hole    time.Time                // since when the next one is missing
	filling bool                     // the store is being read
}

// take adds a frame and gives out what has become ready.
func (s *sequence) take(f *message.Frame) (ready []*message.Frame) {
	s.seen = max(s.seen, f.Rev)
	switch {
	case f.Rev <= s.rev:
		return nil
	case f.Rev > s.rev+1:
		if s.held == nil {
			s.held = make(map[int64]*message.Frame)
		}
		if len(s.held) < heldFrames {
			s.held[f.Rev] = f
		}
		return nil
	}
	s.rev, s.hole = f.Rev, time.Time{}
	return append([]*message.Frame{f}, s.release()...)
}

// reach takes note of a rev that the store has.
func (s *sequence) reach(rev int64) { s.seen = max(s.seen, rev) }

// release gives out the held frames that now follow without a hole.
func (s *sequence) release() (ready []*message.Frame) {
	for {
		f, is := s.held[s.rev+1]
		if !is {
			return ready
		}
		delete(s.held, f.Rev)
		ready = append(ready, f)
		s.rev = f.Rev
	}
}

// mustFill reports, once, that there is a hole to be filled from the store; later is after how long to ask
// again, 0 if that depends on other things.
func (s *sequence) mustFill(now time.Time) (must bool, later time.Duration) {
	if s.filling || s.seen <= s.rev {
		return false, 0
	}
	if s.hole.IsZero() {
		s.hole = now
	}
	if wait := s.hole.Add(swapWait).Sub(now); wait > 0 {
		return false, wait
	}
	s.filling = true
	return true, 0
}

// fill takes what the store has after the rev at which it was asked, in order. The store is the
// truth: a rev that it skips has been overtaken by a later change of the same message.
func (s *sequence) fill(frames []*message.Frame) (ready []*message.Frame) {
	s.filling = false
	if len(frames) < fillStep { // else the store has more, and there is nothing to wait for
		s.hole = time.Time{}
	}
	for _, f := range frames {
		if f.Rev <= s.rev {
			continue
		}
		s.rev = f.Rev
		ready = append(ready, f)
	}
	for rev := range s.held {
		if rev <= s.rev {
			delete(s.held, rev)
		}
	}
	if len(frames) == 0 {
		// Heard of, but not in the store: the bus has told of a log that is not ours.
		s.seen = s.rev
		clear(s.held)
	}
	return append(ready, s.release()...)
}

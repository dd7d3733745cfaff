package room

import "gochatting/internal/message"

// heldFrames is how many frames are kept behind a hole; more are read from the store again.
const heldFrames = 1024

// A sequence puts a room's frames into the order of their revs: the bus may drop, double or
// swap them. Whoever reads what it gives out sees every rev once, in order, without holes.
type sequence struct {
	rev     int64                    // of the last frame given out
	seen    int64                    // the highest rev that was heard of
	held    map[int64]*message.Frame // behind a hole, by rev
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
	s.rev = f.Rev
	return append([]*message.Frame{f}, s.release()...)
}

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

// mustFill reports, once, that there is a hole to be filled from the store.
func (s *sequence) mustFill() bool {
	if s.filling || s.seen <= s.rev {
		return false
	}
	s.filling = true
	return true
}

// fill takes what the store has after the rev at which it was asked, in order. The store is the
// truth: a rev that it skips has been overtaken by a later change of the same message.
func (s *sequence) fill(frames []*message.Frame) (ready []*message.Frame) {
	s.filling = false
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

package bench

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// maxSaid bounds one round.
const maxSaid = 1 << 20

// A tally knows when each message was said and when the last of those who hear it had it. Messages
// are numbered from 0.
type tally struct {
	began time.Time
	sent  []atomic.Int64 // nanoseconds since began
	last  []atomic.Int64
	by    []atomic.Int32 // which client said it

	mu     sync.Mutex
	said   int
	closed bool
}

func newTally() *tally {
	return &tally{
		began: time.Now(),
		sent:  make([]atomic.Int64, maxSaid), last: make([]atomic.Int64, maxSaid), by: make([]atomic.Int32, maxSaid),
	}
}

// take gives the number of a message that client number by says now, or false if no more are to
// be said.
func (t *tally) take(by int) (n int, ok bool) {
	t.mu.Lock()
	if t.closed || t.said == maxSaid {
		t.mu.Unlock()
		return 0, false
	}
	n = t.said
	t.said++
	t.mu.Unlock()
	t.by[n].Store(int32(by))
	t.sent[n].Store(int64(time.Since(t.began)))
	return n, true
}

// count is how many were said. With enough, no more will be.
func (t *tally) count(enough bool) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed = t.closed || enough
	return t.said
}

// open lets messages be said again.
func (t *tally) open() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed = false
}

// hear notes that somebody has message n.
func (t *tally) hear(n int, at time.Time) {
	now := int64(at.Sub(t.began))
	for last := t.last[n].Load(); now > last && !t.last[n].CompareAndSwap(last, now); last = t.last[n].Load() {
	}
}

// took is from a message's sending until the last of those who heard it had it, for messages from
// number from on, ascending.
func (t *tally) took(from int) []time.Duration {
	var all []time.Duration
	for n := from; n < t.count(false); n++ {
		if last := t.last[n].Load(); last > 0 {
			all = append(all, time.Duration(last-t.sent[n].Load()))
		}
	}
	slices.Sort(all)
	return all
}

// span is from the sending of message from until everybody had all.
func (t *tally) span(from int) time.Duration {
	count, end := t.count(false), int64(0)
	if from >= count {
		return 0
	}
	for n := from; n < count; n++ {
		end = max(end, t.last[n].Load())
	}
	return time.Duration(end - t.sent[from].Load())
}

// A set holds the numbers of messages that one client has heard.
type set []uint64

// add reports whether n is new.
func (s *set) add(n int) bool {
	for len(*s) <= n/64 {
		*s = append(*s, 0)
	}
	bit := uint64(1) << (n % 64)
	known := (*s)[n/64]&bit != 0
	(*s)[n/64] |= bit
	return !known
}

package room_test

import (
	"cmp"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"gochatting/internal/room"
)

// unruly stands between a node and the real bus, and does to what the node hears what a bus may do.
type unruly struct {
	room.Bus

	mu   sync.Mutex
	dice *rand.Rand
	wild bool                                   // drops, doubles, delays and swaps
	cut  bool                                   // carries nothing in either direction
	deaf func(subject string, data []byte) bool // what is dropped
	sent int                                    // bytes
	lost func()
	most int // bytes in a message, if not as many as the bus takes
}

func (u *unruly) MaxBytes() int { return cmp.Or(u.most, u.Bus.MaxBytes()) }

func (u *unruly) Lost(f func()) { u.lost = f }

func (u *unruly) Publish(subject string, data []byte) error {
	if len(data) > u.MaxBytes() {
		return nats.ErrMaxPayload
	}
	u.mu.Lock()
	u.sent += len(subject) + len(data)
	cut := u.cut
	u.mu.Unlock()
	if cut {
		return nil
	}
	return u.Bus.Publish(subject, data)
}

func (u *unruly) Subscribe(subject string, hear func([]byte)) (func() error, error) {
	var one sync.Mutex
	deliver := func(data []byte) {
		one.Lock()
		defer one.Unlock()
		hear(data)
	}
	return u.Bus.Subscribe(subject, func(data []byte) {
		for _, late := range u.fate(subject, data) {
			if late == 0 {
				deliver(data)
			} else {
				time.AfterFunc(late, func() { deliver(data) })
			}
		}
	})
}

// fate is after how long a message is heard, each time that it is.
func (u *unruly) fate(subject string, data []byte) []time.Duration {
	u.mu.Lock()
	defer u.mu.Unlock()
	switch {
	case u.cut || u.deaf != nil && u.deaf(subject, data):
		return nil
	case !u.wild:
		return []time.Duration{0}
	}
	late := func() time.Duration { return time.Duration(u.dice.Int64N(int64(40 * time.Millisecond))) }
	switch u.dice.IntN(10) {
	case 0, 1: // lost
		return nil
	case 2: // doubled
		return []time.Duration{0, late()}
	case 3, 4: // swapped
		return []time.Duration{late()}
	case 5: // late
		return []time.Duration{100 * late()}
	default:
		return []time.Duration{0}
	}
}

func (u *unruly) set(f func(*unruly)) {
	u.mu.Lock()
	defer u.mu.Unlock()
	f(u)
}

package bus

import (
	"errors"
	"fmt"

	"github.com/nats-io/nats.go"
)

// Subscribe calls hear with what is published on subject, one message at a time and in order,
// on a goroutine of its own. It hears all that is published on this node after Subscribe returned,
// and what other nodes publish a moment later; while NATS is away, from when it is back. cancel ends
// it, and may be called again; a call of hear that is under way goes on.
func (b *Bus) Subscribe(subject string, hear func(data []byte)) (cancel func() error, err error) {
	sub, err := b.conn.Subscribe(b.prefix+subject, func(m *nats.Msg) { hear(m.Data) })
	if err == nil {
		err = sub.SetPendingLimits(pendingMessages, pendingBytes)
	}
	if err == nil && !b.away.Load() {
		// The server has the subscription once it has answered this. One that does not answer soon
		// will have it in the end, or be given up, and then Lost is told.
		err = b.conn.FlushTimeout(answerTimeout)
		if err != nil && !b.conn.IsClosed() {
			b.out.often("NATS is slow", "err", err)
			err = nil
		}
	}
	if err != nil {
		return nil, fmt.Errorf("bus: subscribe to %s: %w", subject, err)
	}
	return func() error {
		err := sub.Unsubscribe()
		if err != nil && !errors.Is(err, nats.ErrConnectionClosed) && !errors.Is(err, nats.ErrBadSubscription) {
			return fmt.Errorf("bus: cancel %s: %w", subject, err)
		}
		return nil
	}, nil
}

// Lost has f called, from now on, when something may not have been heard: NATS or a peer was away
// and is back, or a subscription was so slow that messages to it were dropped. f may be called from
// several goroutines, and must not wait.
func (b *Bus) Lost(f func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lost = append(b.lost, f)
}

func (b *Bus) tellLost() {
	b.mu.Lock()
	lost := b.lost
	b.mu.Unlock()
	for _, f := range lost {
		f()
	}
}

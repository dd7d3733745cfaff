package room

import (
	"context"
	"sync"
)

// turns let one thing at a time happen to what belongs to a user: their sockets entering, ending,
// and coming into rooms or out of them. Each looks into the store during its turn, so whatever
// order they come in, the last one leaves things as the store has them.
type turns struct {
	mu    sync.Mutex
	taken map[string]chan struct{} // by user id; closed when the turn is over
}

// take waits for the user's turn. Whoever got it must give it back, soon.
func (t *turns) take(ctx context.Context, user string) error {
	for {
		t.mu.Lock()
		over, taken := t.taken[user]
		if !taken {
			t.taken[user] = make(chan struct{})
			t.mu.Unlock()
			return nil
		}
		t.mu.Unlock()
		select {
		case <-over:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (t *turns) give(user string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	close(t.taken[user])
	delete(t.taken, user)
}

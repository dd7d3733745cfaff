package files

import (
	"context"
	"sync"
)

// holds sees to it that nothing is deleted while somebody makes it theirs. Many may hold one hash,
// and then nobody removes it; while one removes it, the others wait.
type holds struct {
	mu       sync.Mutex
	held     map[string]int
	removing map[string]chan struct{} // closed at the end
}

func newHolds() holds {
	return holds{held: make(map[string]int), removing: make(map[string]chan struct{})}
}

// take holds the hash until release is called, which may be more than once and never fails.
func (h *holds) take(ctx context.Context, hash string) (release func() error, err error) {
	if err := h.quiet(ctx, hash, func() { h.held[hash]++ }); err != nil {
		return nil, err
	}
	return sync.OnceValue(func() error {
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.held[hash]--; h.held[hash] == 0 {
			delete(h.held, hash)
		}
		return nil
	}), nil
}

// remove is false where somebody holds the hash; else nobody takes it until done is called.
func (h *holds) remove(ctx context.Context, hash string) (done func(), ours bool, err error) {
	end := make(chan struct{})
	err = h.quiet(ctx, hash, func() {
		if ours = h.held[hash] == 0; ours {
			h.removing[hash] = end
		}
	})
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.removing, hash)
		close(end)
	}, ours, err
}

// quiet does something, with the lock, at a moment when nobody removes the hash.
func (h *holds) quiet(ctx context.Context, hash string, do func()) error {
	for {
		h.mu.Lock()
		end, removing := h.removing[hash]
		if !removing {
			do()
			h.mu.Unlock()
			return nil
		}
		h.mu.Unlock()
		select {
		case <-end:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

package store

import (
	"context"
	"time"
)

// sweepRest is for how many times as long as it worked a sweeper rests.
const sweepRest = 10

// A sweeper goes through the whole database after something was deleted, and once at the start, and
// removes what the database has left of it in places that it does not use any more. That takes its time:
// a second or so for 10,000 messages.
type sweeper struct {
	store *Store
	dirt  <-chan struct{}
	stop  context.CancelFunc
	ended chan struct{} // when run has returned
}

func newSweeper(s *Store) *sweeper {
	ctx, stop := context.WithCancel(context.Background())
	w := &sweeper{store: s, dirt: s.writer.dirt, stop: stop, ended: make(chan struct{})}
	go w.run(ctx)
	return w
}

func (w *sweeper) close() {
	w.stop()
	<-w.ended
}

func (w *sweeper) run(ctx context.Context) {
	defer close(w.ended)
	failing := false
	for part := 1; ; {
		began := time.Now()
		next, err := w.store.engine.sweep(ctx, w.store, part)
		rest := max(sweepRest*time.Since(began), time.Millisecond)
		switch {
		case ctx.Err() != nil:
			return
		case err == nil:
			part = next
		case !failing:
			w.store.log.Error("what was deleted may still be on the disk; sweeping is tried again", "err", err)
		}
		if failing = err != nil; failing {
			rest = max(rest, wipeAgain)
		}
		select {
		case <-time.After(rest):
		case <-ctx.Done():
			return
		}
		if part > 0 {
			continue
		}
		select {
		case <-w.dirt:
			part = 1
		case <-ctx.Done():
			return
		}
	}
}

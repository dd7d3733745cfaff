package store

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"gochatting/internal/message"
)

const (
	followPause = 250 * time.Millisecond // how long what is said may wait for more, if nobody searches
	followShare = 10                     // a part in so many of the time is enough while others write
)

// A follower makes searchable behind those who say things what is not yet: one goroutine that catches up
// again and again. So who says something does not wait for that; who searches waits until it has caught up.
type follower struct {
	catchUp func(ctx context.Context) error // with what there is when it begins
	log     *slog.Logger

	commits atomic.Int64              // how often something was published
	reached atomic.Pointer[milestone] // how much of that is searchable
	waiting atomic.Int64              // who waits for more of it

	wake  chan struct{} // something was published
	hurry chan struct{} // somebody waits
	stop  context.CancelFunc
	ended chan struct{} // when run has returned

	failing bool // run's own
}

// A milestone is passed by the next one.
type milestone struct {
	commits int64 // everything up to this one is searchable
	passed  chan struct{}
}

func newFollower(log *slog.Logger) *follower {
	f := &follower{log: log, wake: make(chan struct{}, 1), hurry: make(chan struct{}, 1), ended: make(chan struct{})}
	f.reached.Store(&milestone{commits: -1, passed: make(chan struct{})})
	return f
}

// start has it follow the store until close.
func (f *follower) start() {
	ctx, stop := context.WithCancel(context.Background())
	f.stop = stop
	go f.run(ctx)
}

func (f *follower) close() {
	f.stop()
	<-f.ended
}

func (f *follower) hearing(published func(room string, heard []message.Message)) func(room string, heard []message.Message) {
	return func(room string, heard []message.Message) {
		published(room, heard)
		f.commits.Add(1)
		signal(f.wake)
	}
}

func signal(to chan struct{}) {
	select {
	case to <- struct{}{}:
	default: // it is told already
	}
}

func (f *follower) caughtUp(ctx context.Context) error {
	need := f.commits.Load()
	f.waiting.Add(1)
	defer f.waiting.Add(-1)
	for {
		reached := f.reached.Load()
		if reached.commits >= need {
			return nil
		}
		signal(f.hurry)
		select {
		case <-reached.passed:
		case <-f.ended:
			return ErrClosed
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (f *follower) run(ctx context.Context) {
	defer close(f.ended)
	for f.rest(ctx, followPause) {
		commits := f.commits.Load()
		err := f.catchUp(ctx)
		if ctx.Err() != nil || errors.Is(err, ErrClosed) {
			return
		}
		if err == nil {
			last := f.reached.Swap(&milestone{commits: commits, passed: make(chan struct{})})
			close(last.passed)
		}
		f.note(err)
		var later <-chan time.Time
		if err != nil {
			later = time.After(followPause) // whoever waits: it would be tried again and again
		}
		select {
		case <-f.wake:
		case <-later:
		case <-ctx.Done():
			return
		}
	}
}

// rest lets time pass unless somebody waits, and says whether to go on.
func (f *follower) rest(ctx context.Context, long time.Duration) bool {
	if f.waiting.Load() == 0 {
		select {
		case <-time.After(long):
		case <-f.hurry:
		case <-ctx.Done():
		}
	}
	return ctx.Err() == nil
}

// pace takes a step of catching up, and lets time pass for others who write.
func (f *follower) pace(ctx context.Context, step func() error) error {
	began, before := time.Now(), f.commits.Load()
	if err := step(); err != nil {
		return err
	}
	if f.commits.Load() != before && !f.rest(ctx, (followShare-1)*time.Since(began)) {
		return ctx.Err()
	}
	return nil
}

// note logs when following stops working and when it works again, not every failure in between.
func (f *follower) note(err error) {
	switch {
	case err != nil && !f.failing:
		f.log.Error("search cannot follow what is said; it keeps trying", "err", err)
	case err == nil && f.failing:
		f.log.Info("search follows again")
	}
	f.failing = err != nil
}

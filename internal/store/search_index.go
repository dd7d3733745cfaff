package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"gochatting/internal/message"
	"gochatting/internal/search"
)

const (
	indexStep  = 128                    // messages that are indexed in one transaction
	indexPause = 250 * time.Millisecond // how long what is said may wait for more, if nobody searches
	indexShare = 10                     // a part in so many of the time is enough while others write
)

// An index follows what is said and makes it searchable: one goroutine reads it from the database, cuts it,
// and has the tokens written. So who says something does not wait for that; who searches waits until the
// index has caught up. It goes by seq: up to seq the index always is as the messages are, because who
// changes one of those changes its tokens in the same transaction.
type index struct {
	store *Store

	commits atomic.Int64              // how often something was published
	reached atomic.Pointer[milestone] // how much of that is searchable
	waiting atomic.Int64              // who waits for more of it

	wake  chan struct{} // something was published
	hurry chan struct{} // somebody waits
	stop  context.CancelFunc
	ended chan struct{} // when run has returned

	// run's own
	seq     int64
	failing bool
}

// A milestone is passed by the next one.
type milestone struct {
	commits int64 // everything up to this one is searchable
	passed  chan struct{}
}

// newIndex finds out how far the index is. What another version of package search has cut is thrown away.
func newIndex(ctx context.Context, s *Store) (*index, error) {
	x := &index{store: s, wake: make(chan struct{}, 1), hurry: make(chan struct{}, 1), ended: make(chan struct{})}
	x.reached.Store(&milestone{commits: -1, passed: make(chan struct{})})
	var version string
	if err := s.engine.write.QueryRowContext(ctx, `SELECT version, seq FROM indexed`).Scan(&version, &x.seq); err != nil {
		return nil, fmt.Errorf("how far the index is: %w", err)
	}
	if version == search.Version {
		return x, nil
	}
	x.seq = 0
	if err := forgetTokens(ctx, s.engine.write); err != nil {
		return nil, fmt.Errorf("forget what another version indexed: %w", err)
	}
	return x, nil
}

func forgetTokens(ctx context.Context, db *sql.DB) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // does nothing after Commit
	if _, err := tx.ExecContext(ctx, dropAll); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `UPDATE indexed SET version = $1, seq = 0`, search.Version); err != nil {
		return err
	}
	return tx.Commit()
}

// start has the index follow the store until close.
func (x *index) start() {
	ctx, stop := context.WithCancel(context.Background())
	x.stop = stop
	go x.run(ctx)
}

func (x *index) close() {
	x.stop()
	<-x.ended
}

// hearing has the index hear of what is published before who did it is answered.
func (x *index) hearing(published func(room string, heard []message.Message)) func(room string, heard []message.Message) {
	return func(room string, heard []message.Message) {
		published(room, heard)
		x.commits.Add(1)
		signal(x.wake)
	}
}

func signal(to chan struct{}) {
	select {
	case to <- struct{}{}:
	default: // it is told already
	}
}

// caughtUp returns when everything is searchable that was answered before.
func (x *index) caughtUp(ctx context.Context) error {
	need := x.commits.Load()
	x.waiting.Add(1)
	defer x.waiting.Add(-1)
	for {
		reached := x.reached.Load()
		if reached.commits >= need {
			return nil
		}
		signal(x.hurry)
		select {
		case <-reached.passed:
		case <-x.ended:
			return ErrClosed
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (x *index) run(ctx context.Context) {
	defer close(x.ended)
	for x.rest(ctx, indexPause) {
		err := x.catchUp(ctx)
		if ctx.Err() != nil || errors.Is(err, ErrClosed) {
			return
		}
		x.note(err)
		var later <-chan time.Time
		if err != nil {
			later = time.After(indexPause) // whoever waits: it would be tried again and again
		}
		select {
		case <-x.wake:
		case <-later:
		case <-ctx.Done():
			return
		}
	}
}

// rest lets time pass unless somebody waits, and says whether to go on.
func (x *index) rest(ctx context.Context, long time.Duration) bool {
	if x.waiting.Load() == 0 {
		select {
		case <-time.After(long):
		case <-x.hurry:
		case <-ctx.Done():
		}
	}
	return ctx.Err() == nil
}

// note logs when following stops working and when it works again, not every failure in between.
func (x *index) note(err error) {
	switch {
	case err != nil && !x.failing:
		x.store.log.Error("search cannot follow what is said; it keeps trying", "err", err)
	case err == nil && x.failing:
		x.store.log.Info("search follows again")
	}
	x.failing = err != nil
}

// catchUp indexes what there is when it begins.
func (x *index) catchUp(ctx context.Context) error {
	commits := x.commits.Load()
	var end int64
	if err := x.store.engine.read.QueryRowContext(ctx, `SELECT COALESCE(MAX(seq), 0) FROM messages`).Scan(&end); err != nil {
		return fmt.Errorf("find the end: %w", err)
	}
	for x.seq < end {
		began, before := time.Now(), x.commits.Load()
		if err := x.step(ctx, end); err != nil {
			return err
		}
		if x.commits.Load() != before && !x.rest(ctx, (indexShare-1)*time.Since(began)) {
			return ctx.Err()
		}
	}
	last := x.reached.Swap(&milestone{commits: commits, passed: make(chan struct{})})
	close(last.passed)
	return nil
}

package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"sync"
	"time"

	"gochatting/internal/message"
)

const (
	maxBatch   = 512  // writes in one transaction
	maxWaiting = 1024 // writes that wait for one; more wait in their callers
	patience   = 4    // how often others may run without bringing a write, before the batch goes

	wipeAgain = time.Second
)

// A writer is the one goroutine that writes. It takes everything that waits, runs it as one
// transaction, and answers all when that is on disk: so those who write at the same time share one
// fsync (group commit).
type writer struct {
	db        *sql.DB
	say       statements
	classify  func(error) error
	wipe      func(ctx context.Context, db *sql.DB) (done bool, err error)
	published func(room string, heard []message.Message)
	log       *slog.Logger
	now       func() time.Time

	committed sync.Map // the last rev of each room, by id

	jobs    chan *job
	dirt    chan struct{} // holds one: something was deleted, and is to be swept
	closing chan struct{}
	closed  chan struct{} // when run has returned
	once    sync.Once

	// run's:
	failing bool             // whether the last transaction failed
	again   <-chan time.Time // when to try again to wipe; nil when there is nothing to be wiped
}

// A job is one write: a post, a change to a message, or anything else as a function.
type job struct {
	post   *post
	change *change
	write  func(ctx context.Context, tx *sql.Tx) (heard [][]message.Message, err error)
	wipes  bool       // whether it takes words away, which must then be gone from the disk
	sweeps bool       // whether it only sees to that
	err    error      // run's, until it is sent to done
	done   chan error // holds one: run never waits for a caller that has gone
}

// room is where a post or a change happens.
func (j *job) room() string {
	if j.post != nil {
		return j.post.Room
	}
	return j.change.room
}

func newWriter(ctx context.Context, e *engine, o Options) (*writer, error) {
	w := &writer{
		db: e.write, classify: e.classify, wipe: e.wipe, published: o.Published, log: o.Log, now: o.Now,
		jobs: make(chan *job, maxWaiting), dirt: make(chan struct{}, 1), closing: make(chan struct{}), closed: make(chan struct{}),
	}
	if err := w.say.prepare(ctx, e.write); err != nil {
		return nil, err
	}
	go w.run()
	return w, nil
}

// close ends run after what is accepted, and waits for it.
func (w *writer) close() {
	w.once.Do(func() { close(w.closing) })
	<-w.closed
}

// do hands j to run and waits for its answer.
func (w *writer) do(ctx context.Context, j *job) error {
	j.done = make(chan error, 1)
	select {
	case <-w.closing:
		return ErrClosed
	default:
	}
	select {
	case w.jobs <- j:
	case <-w.closing:
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-j.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-w.closed:
	}
	// Either run answered it last, or it came too late to be seen.
	select {
	case err := <-j.done:
		return err
	default:
		return ErrClosed
	}
}

func (w *writer) run() {
	defer close(w.closed)
	w.scrub() // what a crash left
	var batch []*job
	for {
		select {
		case j := <-w.jobs:
			batch = append(batch[:0], j)
		case <-w.again:
			w.scrub()
			continue
		case <-w.closing:
			batch = batch[:0]
		}
		if batch = w.gather(batch); len(batch) == 0 {
			return
		}
		w.commit(batch)
		clear(batch)
	}
}

// gather lets everybody run who is about to bring a job (those just answered, often), and takes all.
// That costs a microsecond where an fsync costs a hundred, and no clock decides how long. None: it is
// closing time.
func (w *writer) gather(batch []*job) []*job {
	for quiet := 0; quiet < patience && len(w.jobs) < maxBatch; quiet++ {
		n := len(w.jobs)
		runtime.Gosched()
		if len(w.jobs) > n {
			quiet = 0
		}
	}
	for len(batch) < maxBatch {
		select {
		case j := <-w.jobs:
			batch = append(batch, j)
		default:
			return batch
		}
	}
	return batch
}

// commit writes the batch, publishes what is new in it and answers all, in this order. When the
// transaction fails, nothing of it is stored or published and all are told; the next one tries
// afresh, so that service comes back by itself.
func (w *writer) commit(batch []*job) {
	heard, err := w.transact(batch)
	w.note(len(batch), err)
	if err != nil {
		for _, j := range batch {
			j.done <- err
		}
		return
	}
	for _, messages := range heard {
		last := messages[len(messages)-1]
		w.committed.Store(last.Room, last.TextMessage.Rev)
		w.published(last.Room, messages)
	}
	if slices.ContainsFunc(batch, func(j *job) bool { return (j.wipes || j.sweeps) && j.err == nil }) {
		w.scrub()
	}
	if slices.ContainsFunc(batch, func(j *job) bool { return j.wipes && j.err == nil }) {
		signal(w.dirt)
	}
	for _, j := range batch {
		j.done <- j.err
	}
}

// scrub wipes, or sees to it that this is tried again soon.
func (w *writer) scrub() {
	done, err := w.wipe(context.Background(), w.db)
	if err != nil && w.again == nil {
		w.log.Error("what was deleted may still be on the disk; it is tried again", "err", err)
	}
	w.again = nil
	if err != nil || !done {
		w.again = time.After(wipeAgain)
	}
}

// transact runs the batch as one transaction and returns what is new or different, room by room. It takes no
// context: those of the callers end one by one, and a batch is all or nothing.
func (w *writer) transact(batch []*job) (heard [][]message.Message, err error) {
	defer func() { err = w.classify(err) }()
	ctx := context.Background()
	tx, err := w.db.BeginTx(ctx, nil)
	if err != nil {
		return nil, fmt.Errorf("begin: %w", err)
	}
	defer tx.Rollback() // does nothing after Commit; SQLite may have rolled back already

	inRooms := make([]*job, 0, len(batch))
	for _, j := range batch {
		if j.write == nil {
			inRooms = append(inRooms, j)
			continue
		}
		var changed [][]message.Message
		j.err, err = attempt(ctx, tx, func(ctx context.Context, tx *sql.Tx) (err error) {
			changed, err = j.write(ctx, tx)
			return err
		})
		if err != nil {
			return nil, err
		}
		if j.err == nil {
			heard = append(heard, changed...)
		}
	}
	happened, err := w.say.all(ctx, tx, inRooms, w.now())
	if err != nil {
		return nil, err
	}
	heard = append(heard, happened...)
	for _, j := range batch {
		j.err = w.classify(j.err)
	}
	if err := tx.Commit(); err != nil {
		return nil, fmt.Errorf("commit: %w", err)
	}
	return heard, nil
}

// attempt runs f so that its failure takes nothing else along: that is failed. The other error is of the
// transaction itself.
func attempt(ctx context.Context, tx *sql.Tx, f func(ctx context.Context, tx *sql.Tx) error) (failed, err error) {
	if _, err := tx.ExecContext(ctx, "SAVEPOINT job"); err != nil {
		return nil, fmt.Errorf("savepoint: %w", err)
	}
	if failed = f(ctx, tx); failed != nil {
		if _, err := tx.ExecContext(ctx, "ROLLBACK TO SAVEPOINT job"); err != nil {
			return nil, errors.Join(failed, fmt.Errorf("roll back to savepoint: %w", err))
		}
	}
	if _, err := tx.ExecContext(ctx, "RELEASE SAVEPOINT job"); err != nil {
		return nil, fmt.Errorf("release savepoint: %w", err)
	}
	return failed, nil
}

// note logs when writing stops working and when it works again, not every failure in between.
func (w *writer) note(writes int, err error) {
	switch {
	case err != nil && !w.failing:
		w.log.Error("the store cannot write; it keeps trying", "writes", writes, "err", err)
	case err == nil && w.failing:
		w.log.Info("the store writes again")
	}
	w.failing = err != nil
}

// write runs f in the writer's next transaction. What f returns is kept only when it returns no
// error. After ctx has ended f may still run: it must touch nothing but its own.
func write[T any](ctx context.Context, s *Store, what string, f func(ctx context.Context, tx *sql.Tx) (T, error)) (T, error) {
	var result, none T
	err := s.writer.do(ctx, &job{write: func(ctx context.Context, tx *sql.Tx) (_ [][]message.Message, err error) {
		result, err = f(ctx, tx)
		return nil, err
	}})
	if err != nil {
		return none, fmt.Errorf("store: %s: %w", what, err)
	}
	return result, nil
}

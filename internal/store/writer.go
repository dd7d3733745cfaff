package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"sync"
	"time"

	"gochatting/internal/message"
)

const (
	maxBatch   = 512  // writes in one transaction
	maxWaiting = 1024 // writes that wait for one; more wait in their callers
	patience   = 4    // how often others may run without bringing a write, before the batch goes
)

// A writer is the one goroutine that writes. It takes everything that waits, runs it as one
// transaction, and answers all when that is on disk: so those who write at the same time share one
// fsync (group commit).
type writer struct {
	db        *sql.DB
	say       statements
	classify  func(error) error
	published func(room string, said []message.Message)
	log       *slog.Logger
	now       func() time.Time

	committed sync.Map // the last rev of each room, by id

	jobs    chan *job
	closing chan struct{}
	closed  chan struct{} // when run has returned
	once    sync.Once

	failing bool // run's: whether the last transaction failed
}

// A job is one write: a post, or anything else as a function.
type job struct {
	post  *post
	write func(ctx context.Context, tx *sql.Tx) error
	err   error      // run's, until it is sent to done
	done  chan error // holds one: run never waits for a caller that has gone
}

func newWriter(ctx context.Context, e *engine, o Options) (*writer, error) {
	w := &writer{
		db: e.write, classify: e.classify, published: o.Published, log: o.Log, now: o.Now,
		jobs: make(chan *job, maxWaiting), closing: make(chan struct{}), closed: make(chan struct{}),
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
	var batch []*job
	for {
		batch = w.gather(batch[:0])
		if len(batch) == 0 {
			return
		}
		w.commit(batch)
		clear(batch)
	}
}

// gather waits for a job, lets everybody run who is about to bring one (those just answered, often),
// and takes all. That costs a microsecond where an fsync costs a hundred, and no clock decides how
// long. None: it is closing time.
func (w *writer) gather(batch []*job) []*job {
	select {
	case j := <-w.jobs:
		batch = append(batch, j)
	case <-w.closing:
	}
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
	said, err := w.transact(batch)
	w.note(len(batch), err)
	if err != nil {
		for _, j := range batch {
			j.done <- err
		}
		return
	}
	for _, messages := range said {
		last := messages[len(messages)-1]
		w.committed.Store(last.Room, last.TextMessage.Rev)
		w.published(last.Room, messages)
	}
	for _, j := range batch {
		j.done <- j.err
	}
}

// transact runs the batch as one transaction and returns what was said, room by room. It takes no
// context: those of the callers end one by one, and a batch is all or nothing.
func (w *writer) transact(batch []*job) (said [][]message.Message, err error) {
	defer func() { err = w.classify(err) }()
	ctx := context.Background()
	tx, err := w.db.BeginTx(ctx, nil)
	if err != nil {
		return nil, fmt.Errorf("begin: %w", err)
	}
	defer tx.Rollback() // does nothing after Commit; SQLite may have rolled back already

	posts := make([]*job, 0, len(batch))
	for _, j := range batch {
		if j.post != nil {
			posts = append(posts, j)
			continue
		}
		if err := attempt(ctx, tx, j); err != nil {
			return nil, err
		}
		j.err = w.classify(j.err)
	}
	if said, err = w.say.all(ctx, tx, posts, w.now()); err != nil {
		return nil, err
	}
	if err := tx.Commit(); err != nil {
		return nil, fmt.Errorf("commit: %w", err)
	}
	return said, nil
}

// attempt runs j so that its failure, kept in j.err, takes nothing else along. The error it returns
// is of the transaction itself.
func attempt(ctx context.Context, tx *sql.Tx, j *job) error {
	if _, err := tx.ExecContext(ctx, "SAVEPOINT job"); err != nil {
		return fmt.Errorf("savepoint: %w", err)
	}
	if j.err = j.write(ctx, tx); j.err != nil {
		if _, err := tx.ExecContext(ctx, "ROLLBACK TO SAVEPOINT job"); err != nil {
			return errors.Join(j.err, fmt.Errorf("roll back to savepoint: %w", err))
		}
	}
	if _, err := tx.ExecContext(ctx, "RELEASE SAVEPOINT job"); err != nil {
		return fmt.Errorf("release savepoint: %w", err)
	}
	return nil
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
	err := s.writer.do(ctx, &job{write: func(ctx context.Context, tx *sql.Tx) (err error) {
		result, err = f(ctx, tx)
		return err
	}})
	if err != nil {
		return none, fmt.Errorf("store: %s: %w", what, err)
	}
	return result, nil
}

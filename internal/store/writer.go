package store

import (
	"context"
	"database/sql"
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

	longWait = 2 * time.Second // who has waited so long for nothing is told, rather than let wait for the next attempt
)

// A writer is the one goroutine that writes. It takes everything that waits, runs it as one
// transaction, and answers all when that is on disk: so those who write at the same time share one
// fsync (group commit).
type writer struct {
	engine    *engine
	say       statements
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
	beside string     // the row that it changes, if it changes no other and others may write at the same time
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

func newWriter(ctx context.Context, s *Store, o Options) (*writer, error) {
	w := &writer{
		engine: s.engine, published: o.Published, log: o.Log, now: o.Now,
		jobs: make(chan *job, maxWaiting), dirt: make(chan struct{}, 1), closing: make(chan struct{}), closed: make(chan struct{}),
	}
	w.say.finder = s.finder
	if err := w.say.prepare(ctx, s.engine.write, s.engine.insertMany); err != nil {
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
		for rest := batch; len(rest) > 0; {
			rest = rest[w.commit(rest):]
		}
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

// commit writes the first of the jobs, all if there is time, publishes what is new in them and answers them, in this
// order. When the transaction fails, nothing of it is stored or published and all are told; the next one tries
// afresh, so that service comes back by itself.
func (w *writer) commit(jobs []*job) (done int) {
	began := time.Now()
	done, heard, err := w.transact(jobs)
	w.note(len(jobs), err)
	if err != nil {
		for _, j := range jobs {
			j.done <- err
		}
		if time.Since(began) > longWait {
			w.refuse(err)
		}
		return len(jobs)
	}
	jobs = jobs[:done]
	for _, messages := range heard {
		last := messages[len(messages)-1]
		w.committed.Store(last.Room, last.TextMessage.Rev)
		w.published(last.Room, messages)
	}
	if slices.ContainsFunc(jobs, func(j *job) bool { return (j.wipes || j.sweeps) && j.err == nil }) {
		w.scrub()
	}
	if slices.ContainsFunc(jobs, func(j *job) bool { return j.wipes && j.err == nil }) {
		signal(w.dirt)
	}
	for _, j := range jobs {
		j.done <- j.err
	}
	return done
}

// refuse answers all that wait now.
func (w *writer) refuse(err error) {
	for range len(w.jobs) {
		j := <-w.jobs // which nobody else takes
		j.done <- err
	}
}

// scrub wipes, or sees to it that this is tried again soon.
func (w *writer) scrub() {
	done, err := w.engine.wipe(context.Background(), w.engine.write)
	if err != nil && w.again == nil {
		w.log.Error("what was deleted may still be on the disk; it is tried again", "err", err)
	}
	w.again = nil
	if err != nil || !done {
		w.again = time.After(wipeAgain)
	}
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

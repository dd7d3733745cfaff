package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"gochatting/internal/message"
)

// mostTries is how often a transaction is tried that others overtake.
const mostTries = 5

// transact runs the first of the jobs, all if there is time, as one transaction, and returns what is new or
// different, room by room. Its time is its own: the contexts of the callers end one by one, and a transaction is all
// or nothing.
func (w *writer) transact(jobs []*job) (done int, heard [][]message.Message, err error) {
	ctx := context.Background()
	if w.engine.longest > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, w.engine.longest)
		defer cancel()
	}
	for try := 1; ; try++ {
		done, heard, err = w.attempt(ctx, jobs, try > 1) // alone, nobody overtakes it again
		if err == nil || try == mostTries || !overtaken(err) {
			if late := ctx.Err(); err != nil && late != nil {
				err = fmt.Errorf("%w: %w", late, err)
			}
			return done, heard, w.engine.classify(err)
		}
	}
}

// attempt tries it once, alone or as the jobs need it.
func (w *writer) attempt(ctx context.Context, jobs []*job, alone bool) (done int, heard [][]message.Message, err error) {
	var t turn
	if w.engine.shared {
		t = turnFor(jobs, alone)
	}
	tx, err := w.begin(ctx, t)
	if err != nil {
		return 0, nil, fmt.Errorf("begin: %w", err)
	}
	defer tx.Rollback() // does nothing after Commit; SQLite may have rolled back already
	inRooms := make([]*job, 0, len(jobs))
	for began := time.Now(); done < len(jobs) && (w.engine.turn == 0 || time.Since(began) < w.engine.turn); done++ {
		j := jobs[done]
		if j.reset(); j.write == nil {
			inRooms = append(inRooms, j)
			continue
		}
		var changed [][]message.Message
		j.err, err = apart(ctx, tx, func(ctx context.Context, tx *sql.Tx) (err error) {
			changed, err = j.write(ctx, tx)
			return err
		})
		if err != nil {
			return 0, nil, err
		}
		if j.err == nil {
			heard = append(heard, changed...)
		}
	}
	happened, err := w.say.all(ctx, tx, inRooms, w.now())
	if err != nil {
		return 0, nil, err
	}
	if err := w.say.finder.said(ctx, tx, inRooms); err != nil {
		return 0, nil, fmt.Errorf("make searchable: %w", err)
	}
	for _, j := range jobs[:done] {
		j.err = w.engine.classify(j.err)
	}
	if err := tx.Commit(); err != nil {
		return 0, nil, fmt.Errorf("commit: %w", err)
	}
	return done, append(heard, happened...), nil
}

// begin begins a transaction and waits for its turn. A connection may have been cut off since the last one: then there
// is another.
func (w *writer) begin(ctx context.Context, t turn) (*sql.Tx, error) {
	for try := 1; ; try++ {
		tx, err := w.engine.write.BeginTx(ctx, nil)
		if err == nil {
			if err = w.engine.takeTurn(ctx, tx, t); err == nil {
				return tx, nil
			}
			tx.Rollback() // takeTurn has said what is wrong
		}
		if try == 2 || !disconnected(err) {
			return nil, err
		}
	}
}

// reset takes back what an attempt that failed has left in j.
func (j *job) reset() {
	if j.err = nil; j.post != nil {
		j.post.repeated = false
	}
}

// apart runs f so that its failure takes nothing else along: that is failed. The other error is of the
// transaction itself.
func apart(ctx context.Context, tx *sql.Tx, f func(ctx context.Context, tx *sql.Tx) error) (failed, err error) {
	if _, err := tx.ExecContext(ctx, "SAVEPOINT job"); err != nil {
		return nil, fmt.Errorf("savepoint: %w", err)
	}
	if failed = f(ctx, tx); failed != nil {
		if overtaken(failed) {
			return nil, failed
		}
		if _, err := tx.ExecContext(ctx, "ROLLBACK TO SAVEPOINT job"); err != nil {
			return nil, errors.Join(failed, fmt.Errorf("roll back to savepoint: %w", err))
		}
	}
	if _, err := tx.ExecContext(ctx, "RELEASE SAVEPOINT job"); err != nil {
		return nil, fmt.Errorf("release savepoint: %w", err)
	}
	return failed, nil
}

// write runs f in the writer's next transaction. What f returns is kept only when it returns no
// error. After ctx has ended f may still run, and it may run more than once: it must touch nothing but its own.
func write[T any](ctx context.Context, s *Store, what string, f func(ctx context.Context, tx *sql.Tx) (T, error)) (T, error) {
	return run(ctx, s, what, &job{}, f)
}

// writeBeside is write for what needs no order with what others say or write beside: it changes the row of this key,
// and otherwise only rows that hardly anybody changes at the same time.
func writeBeside[T any](ctx context.Context, s *Store, what, key string, f func(ctx context.Context, tx *sql.Tx) (T, error)) (T, error) {
	return run(ctx, s, what, &job{beside: key}, f)
}

func run[T any](ctx context.Context, s *Store, what string, j *job, f func(ctx context.Context, tx *sql.Tx) (T, error)) (T, error) {
	var result, none T
	j.write = func(ctx context.Context, tx *sql.Tx) (_ [][]message.Message, err error) {
		result, err = f(ctx, tx)
		return nil, err
	}
	if err := s.writer.do(ctx, j); err != nil {
		return none, fmt.Errorf("store: %s: %w", what, err)
	}
	return result, nil
}

package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"gochatting/internal/message"
)

// A rewriting changes many messages of any rooms in one transaction of the writer.
type rewriting struct {
	tx     *sql.Tx
	finder finder
	now    time.Time
	heard  [][]message.Message // in the order of their revs in each room
}

// rewrite does as write does, and what f changes is published. wipes says whether f takes words away,
// which must then be gone from the disk.
func rewrite[T any](ctx context.Context, s *Store, what string, wipes bool, f func(ctx context.Context, r *rewriting) (T, error)) (T, error) {
	var result, none T
	err := s.writer.do(ctx, &job{wipes: wipes, write: func(ctx context.Context, tx *sql.Tx) (_ [][]message.Message, err error) {
		r := &rewriting{tx: tx, finder: s.finder, now: moment(s.now().UnixMicro())}
		result, err = f(ctx, r)
		return r.heard, err
	}})
	if err != nil {
		return none, fmt.Errorf("store: %s: %w", what, err)
	}
	return result, nil
}

// change gives a message its next rev with what apply makes of it, in an archived room too.
func (r *rewriting) change(ctx context.Context, l line, apply func(l *line) error) error {
	was := tokensOf(l.Message)
	if err := apply(&l); err != nil {
		return err
	}
	err := r.tx.QueryRowContext(ctx, `UPDATE rooms SET rev = rev + 1 WHERE id = $1 RETURNING rev`, l.Room).Scan(&l.TextMessage.Rev)
	if err != nil {
		return fmt.Errorf("take a rev: %w", err)
	}
	if err := l.update(ctx, r.tx); err != nil {
		return err
	}
	if err := r.finder.changed(ctx, r.tx, l, was); err != nil {
		return err
	}
	if n := len(r.heard); n == 0 || r.heard[n-1][0].Room != l.Room {
		r.heard = append(r.heard, nil)
	}
	last := &r.heard[len(r.heard)-1]
	*last = append(*last, l.Message)
	return nil
}

package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"gochatting/internal/message"
)

// statements write what happens in rooms. A message costs one statement, and a room one more for all
// that is said in it in one batch; two if a Ref came again. Only in a slow room it costs some more. Where each costs
// a way to another machine and back, all that is said in a room costs one.
type statements struct {
	finder                    finder
	raise, lower, plain, rich *sql.Stmt
	many                      *sql.Stmt // nil: one by one is as good
}

const (
	// The row stays locked until the commit, so that two writers on one database take turns in a room.
	raiseRev = `UPDATE rooms SET rev = rev + $2 WHERE id = $1 AND archived = 0 RETURNING rev, slow > 0`
	lowerRev = `UPDATE rooms SET rev = $2 WHERE id = $1`
)

func (s *statements) prepare(ctx context.Context, db *sql.DB, insertMany string) error {
	for text, stmt := range map[string]**sql.Stmt{
		raiseRev: &s.raise, lowerRev: &s.lower, insertPlain: &s.plain, insertRich: &s.rich, insertMany: &s.many,
	} {
		if text == "" {
			continue
		}
		var err error
		if *stmt, err = db.PrepareContext(ctx, text); err != nil {
			return err
		}
	}
	return nil
}

// all writes the posts and the changes, and returns the messages that are new or different by it, room
// by room in rev order. Rooms are taken in the order of their ids, so that two writers on one database
// do not wait for each other in a circle.
func (s *statements) all(ctx context.Context, tx *sql.Tx, jobs []*job, now time.Time) ([][]message.Message, error) {
	if len(jobs) == 0 {
		return nil, nil
	}
	in := statements{
		finder: s.finder, raise: tx.StmtContext(ctx, s.raise), lower: tx.StmtContext(ctx, s.lower),
		plain: tx.StmtContext(ctx, s.plain), rich: tx.StmtContext(ctx, s.rich),
	}
	if s.many != nil {
		in.many = tx.StmtContext(ctx, s.many)
	}
	slices.SortStableFunc(jobs, func(a, b *job) int { return cmp.Compare(a.room(), b.room()) })
	var heard [][]message.Message
	for len(jobs) > 0 {
		room := jobs[0].room()
		n := 1
		for n < len(jobs) && jobs[n].room() == room {
			n++
		}
		messages, err := in.room(ctx, tx, room, jobs[:n], now)
		if err != nil {
			return nil, fmt.Errorf("room %s: %w", room, err)
		}
		if len(messages) > 0 {
			heard = append(heard, messages)
		}
		jobs = jobs[n:]
	}
	return heard, nil
}

// room writes what happens in one room: first the changes, then what is said.
func (s *statements) room(ctx context.Context, tx *sql.Tx, room string, jobs []*job, now time.Time) ([]message.Message, error) {
	var heard []message.Message
	var posts []*job
	for _, j := range jobs {
		if j.post != nil {
			posts = append(posts, j)
			continue
		}
		changed, err := s.change(ctx, tx, j, now)
		if err != nil {
			return nil, err
		}
		if changed {
			heard = append(heard, j.change.message)
		}
	}
	if len(posts) == 0 {
		return heard, nil
	}
	said, err := s.posts(ctx, tx, room, posts, now)
	return append(heard, said...), err
}

// take takes the next n revs of a room and returns the last of them, and whether the room is a slow one.
// errNothing: there is no such room, or it is archived.
func (s *statements) take(ctx context.Context, room string, n int) (rev int64, slow bool, err error) {
	err = s.raise.QueryRowContext(ctx, room, n).Scan(&rev, &slow)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return 0, false, errNothing
	case err != nil:
		return 0, false, fmt.Errorf("take revs: %w", err)
	}
	return rev, slow, nil
}

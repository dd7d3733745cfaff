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

// A Draft is what somebody wants to say. Content is UTF-8 without NUL; Ref, when there is one, is
// unique for its author, over all rooms.
type Draft struct {
	Room    string
	Author  message.User // stands in the message as it is given here, but for Email, which is left out
	Ref     string
	Content string
}

// Post stores the draft, publishes it, and returns it when it is on disk; its TextMessage is the one
// that Published got, so it must not be changed. A Ref that the author used before gives what was said
// under it first, with repeated, and nothing is stored or published. ErrNotFound: no such room or author.
func (s *Store) Post(ctx context.Context, d Draft) (m message.Message, repeated bool, err error) {
	d.Author.Email = ""
	p := &post{Draft: d}
	if err := s.writer.do(ctx, &job{post: p}); err != nil {
		return message.Message{}, false, fmt.Errorf("store: post to room %s: %w", d.Room, err)
	}
	return p.message, p.repeated, nil
}

// A post is a draft on its way through the writer.
type post struct {
	Draft
	message  message.Message
	repeated bool
}

// statements write posts. A message costs one statement, and a room one more for all of a batch;
// two if a Ref came again.
type statements struct {
	raise, lower, insert *sql.Stmt
}

const (
	// The row stays locked until the commit, so that two writers on one database take turns in a room.
	raiseRev = `UPDATE rooms SET rev = rev + $2 WHERE id = $1 RETURNING rev`
	lowerRev = `UPDATE rooms SET rev = $2 WHERE id = $1`

	// Selecting the author lets an unknown one insert nothing, rather than break the foreign key and
	// with it the transaction of all others.
	insertMessage = `
		INSERT INTO messages (room, id, rev, author, ref, content, at)
		SELECT CAST($1 AS TEXT), CAST($2 AS BIGINT), CAST($2 AS BIGINT), id,
		       CAST($4 AS TEXT), CAST($5 AS TEXT), CAST($6 AS BIGINT)
		FROM users WHERE id = $3
		ON CONFLICT (author, ref) DO NOTHING`
)

func (s *statements) prepare(ctx context.Context, db *sql.DB) error {
	for text, stmt := range map[string]**sql.Stmt{raiseRev: &s.raise, lowerRev: &s.lower, insertMessage: &s.insert} {
		var err error
		if *stmt, err = db.PrepareContext(ctx, text); err != nil {
			return err
		}
	}
	return nil
}

// all stores the posts and returns what is new, room by room in rev order. Rooms are taken in the
// order of their ids, so that two writers on one database do not wait for each other in a circle.
func (s *statements) all(ctx context.Context, tx *sql.Tx, posts []*job, now time.Time) ([][]message.Message, error) {
	if len(posts) == 0 {
		return nil, nil
	}
	in := statements{tx.StmtContext(ctx, s.raise), tx.StmtContext(ctx, s.lower), tx.StmtContext(ctx, s.insert)}
	slices.SortStableFunc(posts, func(a, b *job) int { return cmp.Compare(a.post.Room, b.post.Room) })
	var said [][]message.Message
	for len(posts) > 0 {
		room := posts[0].post.Room
		n := 1
		for n < len(posts) && posts[n].post.Room == room {
			n++
		}
		messages, err := in.room(ctx, tx, room, posts[:n], now)
		if err != nil {
			return nil, fmt.Errorf("room %s: %w", room, err)
		}
		if len(messages) > 0 {
			said = append(said, messages)
		}
		posts = posts[n:]
	}
	return said, nil
}

// room stores the posts to one room. Their revs are taken all at once; those that repeats did not
// need are given back, so that none is missing.
func (s *statements) room(ctx context.Context, tx *sql.Tx, room string, posts []*job, now time.Time) ([]message.Message, error) {
	var rev int64
	err := s.raise.QueryRowContext(ctx, room, len(posts)).Scan(&rev)
	if errors.Is(err, sql.ErrNoRows) {
		for _, j := range posts {
			j.err = ErrNotFound
		}
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("take revs: %w", err)
	}
	at := moment(now.UnixMicro())
	local := at.Local().Format(message.TimeFormat)
	last := rev - int64(len(posts))
	said := make([]message.Message, 0, len(posts))
	for _, j := range posts {
		p := j.post
		ref := sql.NullString{String: p.Ref, Valid: p.Ref != ""}
		result, err := s.insert.ExecContext(ctx, room, last+1, p.Author.ID, ref, p.Content, at.UnixMicro())
		if err != nil {
			return nil, fmt.Errorf("insert: %w", err)
		}
		n, err := result.RowsAffected()
		if err != nil {
			return nil, fmt.Errorf("insert: %w", err)
		}
		if n == 0 {
			p.message, err = first(ctx, tx, p.Author.ID, ref)
			if err != nil && !errors.Is(err, ErrNotFound) {
				return nil, fmt.Errorf("look up a ref: %w", err)
			}
			p.repeated, j.err = true, err
			continue
		}
		last++
		p.message = message.Message{MType: message.TextMType, Room: room, Ref: p.Ref, TextMessage: &message.TextMessage{
			ID: last, Rev: last, Content: p.Content, UserInfo: p.Author, Time: local, At: at,
		}}
		said = append(said, p.message)
	}
	if last < rev {
		if _, err := s.lower.ExecContext(ctx, room, last); err != nil {
			return nil, fmt.Errorf("give revs back: %w", err)
		}
	}
	return said, nil
}

// first is what the author said first under the ref.
func first(ctx context.Context, q querier, author string, ref sql.NullString) (message.Message, error) {
	return scanMessage(q.QueryRowContext(ctx, selectMessages+` WHERE m.author = $1 AND m.ref = $2`, author, ref))
}

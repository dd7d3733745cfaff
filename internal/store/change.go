package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"gochatting/internal/message"
)

// A change is what somebody does to a message, on its way through the writer.
type change struct {
	user, room string
	id         int64
	may        func(p place, now time.Time) error // whether the user may do such a thing there
	apply      func(ctx context.Context, tx *sql.Tx, p place, l *line, now time.Time) error
	wipes      bool // whether it takes words away, which must then be gone from the disk

	message message.Message // as it stands afterwards
}

// A line is a message in the log, which apply changes. It has the author's Ref.
type line struct {
	seq int64
	message.Message
}

// errUnchanged is what apply returns when everything is already as it should be.
var errUnchanged = errors.New("nothing changes")

// change brings c about, and returns the message as the user then sees it.
func (s *Store) change(ctx context.Context, what string, c *change) (message.Message, error) {
	if err := s.writer.do(ctx, &job{change: c, wipes: c.wipes}); err != nil {
		return message.Message{}, fmt.Errorf("store: %s message %d of room %s: %w", what, c.id, c.room, err)
	}
	m := c.message
	if m.TextMessage.UserInfo.ID != c.user {
		m.Ref = ""
	}
	return m, nil
}

// change runs j's change in a savepoint, so that a rev it took is given back if nothing changes.
func (s *statements) change(ctx context.Context, tx *sql.Tx, j *job, now time.Time) (changed bool, err error) {
	j.err, err = apart(ctx, tx, func(ctx context.Context, tx *sql.Tx) error { return s.bringAbout(ctx, tx, j.change, now) })
	if errors.Is(j.err, errUnchanged) {
		j.err = nil
		return false, err
	}
	return j.err == nil, err
}

func (s *statements) bringAbout(ctx context.Context, tx *sql.Tx, c *change, now time.Time) error {
	// First, for its lock: what is read afterwards stays so until the commit.
	rev, _, err := s.take(ctx, c.room, 1)
	if err != nil && !errors.Is(err, errNothing) {
		return err
	}
	now = moment(now.UnixMicro())
	p, err := placeOf(ctx, tx, c.user, c.room)
	if err != nil {
		return err
	}
	if err := c.may(p, now); err != nil {
		return err
	}
	l, err := selectLine(ctx, tx, c.room, c.id)
	if err != nil {
		return err
	}
	c.message = l.Message
	var was []string
	if c.wipes {
		was = tokensOf(l.Message)
	}
	if err := c.apply(ctx, tx, p, &l, now); err != nil {
		return err
	}
	l.TextMessage.Rev = rev
	c.message = l.Message
	if err := l.update(ctx, tx); err != nil || !c.wipes {
		return err
	}
	return s.finder.changed(ctx, tx, l, was)
}

func selectLine(ctx context.Context, q querier, room string, id int64) (line, error) {
	return scanLine(q.QueryRowContext(ctx, selectLineOf+`m.room = $1 AND m.id = $2`, room, id))
}

func selectLines(ctx context.Context, q querier, which string, args ...any) ([]line, error) {
	return list(ctx, q, scanLine, selectLineOf+which, args...)
}

const selectLineOf = `SELECT m.seq, COALESCE(m.ref, ''), ` + fromMessages + ` WHERE `

func scanLine(from row) (l line, err error) {
	l.Message, err = scanMessage(from, &l.seq)
	return l, err
}

func (l *line) update(ctx context.Context, tx *sql.Tx) error {
	t := l.TextMessage
	packed, err := pack(t)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `
		UPDATE messages SET rev = $2, edited = $3, deleted = $4, pinned = $5, reply_to = $6, parts = $7, content = $8, html = $9
		WHERE seq = $1`,
		l.seq, t.Rev, microsIf(t.Edited), microsIf(t.Deleted), microsIf(t.Pinned),
		sql.NullInt64{Int64: t.ReplyTo, Valid: t.ReplyTo != 0}, packed, t.Content, t.HTML)
	return err
}

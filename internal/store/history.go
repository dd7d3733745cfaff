package store

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gochatting/internal/message"
)

// How many messages one page of history has.
const (
	defaultPage = 50
	maxPage     = 200
)

// Before is the limit messages before id, ascending; id ≤ 0 asks for the latest. As with After and
// Since, limit is at most 200, and 0 is 50; the viewer's own messages carry their Ref; names and
// pictures are today's. ErrNotFound: no such room for this viewer.
func (s *Store) Before(ctx context.Context, viewer, room string, id int64, limit int) ([]message.Message, error) {
	if id <= 0 {
		id = math.MaxInt64
	}
	page, err := s.page(ctx, viewer, room, `m.id < $3 ORDER BY m.id DESC`, id, limit)
	slices.Reverse(page)
	return page, err
}

// After is the limit messages after id, ascending; 0 is the beginning.
func (s *Store) After(ctx context.Context, viewer, room string, id int64, limit int) ([]message.Message, error) {
	return s.page(ctx, viewer, room, `m.id > $3 ORDER BY m.id`, id, limit)
}

// Since is the limit messages that were said or changed after rev, ascending by Rev.
func (s *Store) Since(ctx context.Context, viewer, room string, rev int64, limit int) ([]message.Message, error) {
	return s.page(ctx, viewer, room, `m.rev > $3 ORDER BY m.rev`, rev, limit)
}

// Log is what Since would be for everyone at once, whoever may hear the room: each message with its
// author's Ref, as it was published. It is for the room itself, not for a viewer.
func (s *Store) Log(ctx context.Context, room string, rev int64, limit int) ([]message.Message, error) {
	return s.messages(ctx, room, selectLog+` WHERE m.room = $1 AND m.rev > $2 ORDER BY m.rev LIMIT $3`, room, rev, limit)
}

func (s *Store) page(ctx context.Context, viewer, room, which string, from int64, limit int) ([]message.Message, error) {
	if _, err := s.Room(ctx, viewer, room); err != nil {
		return nil, err
	}
	if limit == 0 {
		limit = defaultPage
	}
	limit = min(max(limit, 1), maxPage)
	return s.messages(ctx, room, selectMessages+` WHERE m.room = $2 AND `+which+` LIMIT $4`, viewer, room, from, limit)
}

func (s *Store) messages(ctx context.Context, room, query string, args ...any) (all []message.Message, err error) {
	rows, err := s.engine.read.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("store: history of room %s: %w", room, err)
	}
	defer rows.Close()
	for rows.Next() {
		m, err := scanMessage(rows)
		if err != nil {
			return nil, fmt.Errorf("store: history of room %s: %w", room, err)
		}
		all = append(all, m)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("store: history of room %s: %w", room, err)
	}
	return all, nil
}

// selectMessages reads messages as the user $1 sees them, selectLog as they are.
const (
	selectMessages = messageColumns + `COALESCE(CASE WHEN m.author = $1 THEN m.ref END, ''), ` + fromMessages
	selectLog      = messageColumns + `COALESCE(m.ref, ''), ` + fromMessages

	messageColumns = `SELECT m.room, m.id, m.rev, m.content, m.at, `
	fromMessages   = userColumns + ` FROM messages m JOIN users u ON u.id = m.author`
)

func scanMessage(from row) (message.Message, error) {
	m := message.Message{MType: message.TextMType, TextMessage: &message.TextMessage{}}
	t := m.TextMessage
	var at int64
	var author User
	err := author.scan(from, &m.Room, &t.ID, &t.Rev, &t.Content, &at, &m.Ref)
	if err != nil {
		return message.Message{}, found(err)
	}
	t.UserInfo = author.Public()
	t.At = moment(at)
	t.Time = t.At.Local().Format(message.TimeFormat)
	return m, nil
}

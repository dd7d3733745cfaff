package store

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gochatting/internal/message"
)

// How many things one page of a list has.
const (
	defaultPage = 50
	maxPage     = 200
)

// mostIDs is how many messages may be asked for by id at once.
const mostIDs = 100

// Before is the limit messages before id, ascending; id ≤ 0 asks for the latest. As with all that
// follow, limit is at most 200, and 0 is 50; the viewer's own messages carry their Ref; names and
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

// Around is the limit messages with id in their middle, ascending; fewer where the log begins or ends.
// There need not be a message of this id.
func (s *Store) Around(ctx context.Context, viewer, room string, id int64, limit int) ([]message.Message, error) {
	limit = pageSize(limit)
	page, err := s.page(ctx, viewer, room, `m.id >= $3 ORDER BY m.id`, id, limit-limit/2)
	if err != nil || id <= 0 || limit < 2 {
		return page, err
	}
	before, err := s.Before(ctx, viewer, room, id, limit/2)
	return append(before, page...), err
}

// Since is the limit messages that were said or changed after rev, ascending by Rev: each once, as it
// stands.
func (s *Store) Since(ctx context.Context, viewer, room string, rev int64, limit int) ([]message.Message, error) {
	return s.page(ctx, viewer, room, `m.rev > $3 ORDER BY m.rev`, rev, limit)
}

// Log is what Since would be for everyone at once, whoever may hear the room: each message with its
// author's Ref, as it was published. It is for the room itself, not for a viewer.
func (s *Store) Log(ctx context.Context, room string, rev int64, limit int) ([]message.Message, error) {
	return s.messages(ctx, room, selectLog+` WHERE m.room = $1 AND m.rev > $2 ORDER BY m.rev LIMIT $3`, room, rev, limit)
}

// Message is one of a room. ErrNotFound: no such room for this viewer, or no such message in it.
func (s *Store) Message(ctx context.Context, viewer, room string, id int64) (message.Message, error) {
	one, err := s.Messages(ctx, viewer, room, []int64{id})
	if err != nil {
		return message.Message{}, err
	}
	if len(one) == 0 {
		return message.Message{}, fmt.Errorf("store: message %d of room %s: %w", id, room, ErrNotFound)
	}
	return one[0], nil
}

// Messages are those of the ids, the first 100 of them, ascending; what there is not is left out.
func (s *Store) Messages(ctx context.Context, viewer, room string, ids []int64) ([]message.Message, error) {
	if err := s.readable(ctx, viewer, room); err != nil {
		return nil, err
	}
	if len(ids) == 0 {
		return nil, nil
	}
	args := []any{viewer, room}
	for _, id := range ids[:min(len(ids), mostIDs)] {
		args = append(args, id)
	}
	return s.messages(ctx, room, selectMessages+` WHERE m.room = $2 AND m.id IN (`+marks(3, len(args)-2)+`) ORDER BY m.id`, args...)
}

// Pins are all messages that are pinned in the room, the latest pinned first.
func (s *Store) Pins(ctx context.Context, viewer, room string) ([]message.Message, error) {
	return s.page(ctx, viewer, room, `m.pinned > $3 ORDER BY m.pinned DESC, m.seq DESC`, 0, mostPins)
}

// page reads one page of what the viewer may read; which speaks of the room by $2 and of from by $3.
func (s *Store) page(ctx context.Context, viewer, room, which string, from int64, limit int) ([]message.Message, error) {
	if err := s.readable(ctx, viewer, room); err != nil {
		return nil, err
	}
	return s.messages(ctx, room, selectMessages+` WHERE m.room = $2 AND `+which+` LIMIT $4`, viewer, room, from, pageSize(limit))
}

func (s *Store) messages(ctx context.Context, room, query string, args ...any) ([]message.Message, error) {
	said, err := list(ctx, s.engine.read, func(from row) (message.Message, error) { return scanMessage(from) }, query, args...)
	if err != nil {
		return nil, fmt.Errorf("store: history of room %s: %w", room, err)
	}
	return said, nil
}

func pageSize(limit int) int {
	if limit == 0 {
		return defaultPage
	}
	return min(max(limit, 1), maxPage)
}

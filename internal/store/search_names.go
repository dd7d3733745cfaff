package store

import (
	"context"
	"fmt"
	"slices"

	"gochatting/internal/message"
	"gochatting/internal/search"
)

const (
	usersCalled = `SELECT u.id FROM users u WHERE (u.id = $2 OR u.folded = $3) AND (` + mayBrowse + ` OR ` + inMyRooms + `) ORDER BY u.id`

	// As mayReadRoom has it, but for all rooms at once without looking at every one.
	roomsRead = `SELECT id FROM rooms WHERE kind = 'open' AND ` + mayBrowse + ` UNION SELECT room FROM members WHERE user_id = $1`

	roomsCalled = `SELECT r.id FROM rooms r LEFT JOIN members mb ON mb.room = r.id AND mb.user_id = $1
		WHERE (r.id = $2 OR r.folded = $3) AND ` + mayReadRoom + ` ORDER BY r.id`
)

// resolve makes IDs of the names in q, and of In all rooms in which to look.
func (s *Store) resolve(ctx context.Context, viewer string, q *search.Query) (err error) {
	authors := func(name string) ([]string, error) {
		if name == "me" {
			return []string{viewer}, nil
		}
		return s.called(ctx, name, "There is nobody called “%s”. A name is given whole, in quotes if it has spaces.",
			usersCalled, viewer, name, message.Fold(name))
	}
	rooms := func(name string) ([]string, error) {
		return s.called(ctx, name, "You see no room called “%s”. A name is given whole, in quotes if it has spaces.",
			roomsCalled, viewer, name, message.Fold(name))
	}
	for names, ids := range map[*[]string]func(string) ([]string, error){
		&q.From: authors, &q.NotFrom: authors, &q.In: rooms, &q.NotIn: rooms,
	} {
		if *names, err = each(*names, ids); err != nil {
			return err
		}
	}
	if len(q.In) == 0 {
		q.In, err = s.ids(ctx, roomsRead, viewer)
	}
	return err
}

func each(names []string, ids func(name string) ([]string, error)) (all []string, err error) {
	for _, name := range names {
		some, err := ids(name)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

// called are the ids that the query finds for a name; none is a mistake of whoever searches.
func (s *Store) called(ctx context.Context, name, mistake, query string, args ...any) ([]string, error) {
	ids, err := s.ids(ctx, query, args...)
	if err == nil && len(ids) == 0 {
		err = &message.Error{Code: message.CodeInvalid, Text: fmt.Sprintf(mistake, name)}
	}
	return ids, err
}

func (s *Store) ids(ctx context.Context, query string, args ...any) ([]string, error) {
	return list(ctx, s.engine.read, scanID, query, args...)
}

func scanID(from row) (id string, err error) {
	err = from.Scan(&id)
	return id, err
}

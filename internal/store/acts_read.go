package store

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"

	"gochatting/internal/message"
)

// Acts is a page of the log, the latest first, before the act of this ID; at most 200, and 0 asks for 50.
// It is for owners: ErrForbidden. Rooms that the viewer may not read have no name.
func (s *Store) Acts(ctx context.Context, viewer, before string, limit int) ([]Act, error) {
	if err := mustBe(ctx, s.engine.read, viewer, message.RoleOwner, s.now()); err != nil {
		return nil, fmt.Errorf("store: the log: %w", err)
	}
	acts, err := list(ctx, s.engine.read, scanAct, `
		SELECT id, at, act, COALESCE(actor, ''), COALESCE(subject, ''), COALESCE(room, ''), COALESCE(message, 0), until, note, undone,
		       undone IS NULL AND at > $1 AND EXISTS (SELECT 1 FROM purged WHERE act = acts.id)
		FROM acts WHERE $2 = '' OR seq < (SELECT seq FROM acts WHERE id = $2)
		ORDER BY seq DESC LIMIT $3`, s.now().Add(-purgeKept).UnixMicro(), before, pageSize(limit))
	if err == nil {
		err = s.nameUsers(ctx, acts)
	}
	if err == nil {
		err = s.nameRooms(ctx, viewer, acts)
	}
	if err != nil {
		return nil, fmt.Errorf("store: the log: %w", err)
	}
	return acts, nil
}

// scanAct leaves of users and rooms only their IDs.
func scanAct(from row) (a Act, err error) {
	var at int64
	var actor, subject, room string
	var until, undone sql.NullInt64
	err = from.Scan(&a.ID, &at, &a.Act, &actor, &subject, &room, &a.Message, &until, &a.Note, &undone, &a.Undoable)
	a.At, a.Until, a.Undone = moment(at), momentIf(until), momentIf(undone)
	if actor != "" {
		a.Actor = &message.User{ID: actor}
	}
	if subject != "" {
		a.Subject = &message.User{ID: subject}
	}
	if room != "" {
		a.Room = &message.Room{ID: room}
	}
	return a, err
}

func (s *Store) nameUsers(ctx context.Context, acts []Act) error {
	named := map[string][]*message.User{}
	for _, a := range acts {
		for _, u := range []*message.User{a.Actor, a.Subject} {
			if u != nil {
				named[u.ID] = append(named[u.ID], u)
			}
		}
	}
	if len(named) == 0 {
		return nil
	}
	users, err := s.people(ctx, `FROM users u WHERE u.id IN (`+marks(1, len(named))+`)`, anys(slices.Collect(maps.Keys(named)))...)
	for _, u := range users {
		for _, one := range named[u.ID] {
			*one = u
		}
	}
	return err
}

func (s *Store) nameRooms(ctx context.Context, viewer string, acts []Act) error {
	named := map[string][]*message.Room{}
	for _, a := range acts {
		if a.Room != nil {
			named[a.Room.ID] = append(named[a.Room.ID], a.Room)
		}
	}
	if len(named) == 0 {
		return nil
	}
	rooms, err := list(ctx, s.engine.read, func(from row) (r message.Room, err error) {
		err = from.Scan(&r.ID, &r.Kind, &r.Name)
		return r, err
	}, `SELECT r.id, r.kind, CASE WHEN `+mayReadRoom+` OR CAST($2 AS BIGINT) = 1 THEN r.name ELSE '' END
		FROM rooms r LEFT JOIN members mb ON mb.room = r.id AND mb.user_id = $1
		WHERE r.id IN (`+marks(3, len(named))+`)`, append([]any{viewer, viewer == Operator}, anys(slices.Collect(maps.Keys(named)))...)...)
	for _, r := range rooms {
		for _, one := range named[r.ID] {
			*one = r
		}
	}
	return err
}

package store

import (
	"context"
	"fmt"
	"strings"

	"gochatting/internal/message"
)

// Browse are the open rooms that are not archived and have the query in their name, by name, after the
// room of this id; at most 200, and 0 asks for 50. Those that the user is a member of have Membership;
// others there are not for a reader.
func (s *Store) Browse(ctx context.Context, userID, query, after string, limit int) ([]message.Room, error) {
	pattern := "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(message.Fold(query)) + "%"
	rooms, err := list(ctx, s.engine.read, scanRoom, selectRooms+`
		WHERE r.kind = 'open' AND r.archived = 0 AND `+mayReadRoom+` AND r.folded LIKE $2 ESCAPE '\'
		  AND ($3 = '' OR r.folded > (SELECT folded FROM rooms WHERE id = $3))
		ORDER BY r.folded LIMIT $4`, userID, pattern, after, pageSize(limit))
	if err != nil {
		return nil, fmt.Errorf("store: open rooms: %w", err)
	}
	return rooms, nil
}

// RoomByName is the open room of a name that is not archived, or else one of the user's own. Names are
// compared folded. ErrNotFound: neither.
func (s *Store) RoomByName(ctx context.Context, userID, name string) (message.Room, error) {
	r, err := s.room(ctx, `r.folded = $2 AND r.kind <> 'direct'
		ORDER BY r.archived, r.kind = 'open' DESC, r.id LIMIT 1`, userID, message.Fold(name))
	if err != nil {
		return message.Room{}, fmt.Errorf("store: room by name: %w", err)
	}
	return r, nil
}

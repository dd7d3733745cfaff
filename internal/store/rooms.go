package store

import (
	"context"
	"fmt"

	"gochatting/internal/message"
)

// selectRooms reads the rooms that a user may hear: the open ones are everyone's.
const selectRooms = `SELECT id, name, kind, rev FROM rooms WHERE kind = 'open'`

// Rooms are those that the user may hear, by name.
func (s *Store) Rooms(ctx context.Context, userID string) (rooms []message.Room, err error) {
	rows, err := s.engine.read.QueryContext(ctx, selectRooms+` ORDER BY name, id`)
	if err != nil {
		return nil, fmt.Errorf("store: rooms: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		r, err := scanRoom(rows)
		if err != nil {
			return nil, fmt.Errorf("store: rooms: %w", err)
		}
		rooms = append(rooms, r)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("store: rooms: %w", err)
	}
	return rooms, nil
}

// Room is one of those that the user may hear, else ErrNotFound: nobody learns which others exist.
func (s *Store) Room(ctx context.Context, userID, roomID string) (message.Room, error) {
	r, err := scanRoom(s.engine.read.QueryRowContext(ctx, selectRooms+` AND id = $1`, roomID))
	if err != nil {
		return message.Room{}, fmt.Errorf("store: room %s: %w", roomID, found(err))
	}
	return r, nil
}

// Rev is the latest rev of the room, whoever may hear it. ErrNotFound: no such room.
func (s *Store) Rev(ctx context.Context, roomID string) (rev int64, err error) {
	err = s.engine.read.QueryRowContext(ctx, `SELECT rev FROM rooms WHERE id = $1`, roomID).Scan(&rev)
	if err != nil {
		return 0, fmt.Errorf("store: rev of room %s: %w", roomID, found(err))
	}
	return rev, nil
}

// Committed is the latest rev of the room that this process has put on disk, 0 if it has none: what is
// known of the room from elsewhere is stale if it does not reach that far.
func (s *Store) Committed(roomID string) int64 {
	rev, _ := s.writer.committed.Load(roomID)
	committed, _ := rev.(int64)
	return committed
}

// A row is the one of a sql.Row, or the present one of sql.Rows.
type row interface{ Scan(into ...any) error }

func scanRoom(from row) (r message.Room, err error) {
	err = from.Scan(&r.ID, &r.Name, &r.Kind, &r.Rev)
	return r, err
}

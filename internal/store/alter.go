package store

import (
	"context"
	"database/sql"
	"fmt"

	"gochatting/internal/message"
)

// RoomChange is what is to be different about a room; what is nil stays.
type RoomChange struct {
	Name, Topic *string
	Archived    *bool
}

// ChangeRoom changes what is known of a room. Any member may set the topic; name and archive are for its
// maker, and of the lobby for nobody; of a direct room nothing changes: ErrForbidden. ErrNotFound: the user is not in the
// room; ErrArchived: it is, and stays so; ErrInvalid: the name is empty; ErrTaken: an open room has it.
func (s *Store) ChangeRoom(ctx context.Context, userID, roomID string, c RoomChange) (message.Room, error) {
	_, err := write(ctx, s, "change a room", func(ctx context.Context, tx *sql.Tx) (sql.Result, error) {
		p, err := placeOf(ctx, tx, userID, roomID)
		if err != nil {
			return nil, err
		}
		if p, err = p.changed(userID, roomID, c); err != nil {
			return nil, err
		}
		folded := message.Fold(p.name)
		if p.kind == message.OpenRoom && !p.archived {
			if err := free(ctx, tx, folded, roomID); err != nil {
				return nil, err
			}
		}
		archived := 0
		if p.archived {
			archived = 1
		}
		return tx.ExecContext(ctx, `UPDATE rooms SET name = $2, folded = $3, topic = $4, archived = $5 WHERE id = $1`,
			roomID, p.name, folded, p.topic, archived)
	})
	if err != nil {
		return message.Room{}, err
	}
	return s.Room(ctx, userID, roomID)
}

// changed is p as it will be, if that is for the user to do.
func (p place) changed(userID, roomID string, c RoomChange) (place, error) {
	more := c.Name != nil || c.Archived != nil
	switch {
	case !p.member:
		return p, ErrNotFound
	case p.kind == message.DirectRoom:
		return p, refuse(ErrForbidden, "A direct room has no name and no topic, and is not archived.")
	case more && roomID == message.Lobby:
		return p, refuse(ErrForbidden, "This room keeps its name, and is not archived.")
	case more && p.maker != userID:
		return p, refuse(ErrForbidden, "Only who made the room can rename and archive it.")
	case p.archived && (c.Archived == nil || *c.Archived) && (c.Name != nil || c.Topic != nil):
		return p, archived()
	}
	if c.Name != nil {
		if p.name = tidy(*c.Name, maxName); p.name == "" {
			return p, nameless()
		}
	}
	if c.Topic != nil {
		p.topic = tidy(*c.Topic, maxTopic)
	}
	if c.Archived != nil {
		p.archived = *c.Archived
	}
	return p, nil
}

// free is ErrTaken if an open room, other than this, has the name.
func free(ctx context.Context, q querier, folded, roomID string) error {
	var has bool
	err := q.QueryRowContext(ctx, `
		SELECT EXISTS (SELECT 1 FROM rooms WHERE folded = $1 AND kind = 'open' AND archived = 0 AND id <> $2)`, folded, roomID).Scan(&has)
	switch {
	case err != nil:
		return fmt.Errorf("look a name up: %w", err)
	case has:
		return taken()
	}
	return nil
}

func nameless() error { return refuse(ErrInvalid, "A room needs a name.") }

func taken() error { return refuse(ErrTaken, "There is an open room of this name already.") }

package store

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"time"

	"gochatting/internal/message"
)

// RoomChange is what is to be different about a room; what is nil stays.
type RoomChange struct {
	Name, Topic *string
	Archived    *bool
	Slow        *int // seconds between two messages of one person, 0 to 3600
}

// ChangeRoom changes what is known of a room. Any member who may speak sets the topic; the rest is for
// those who keep order there, and what they do is noted. The lobby keeps its name and is not archived, and
// of a direct room nothing changes: ErrForbidden. ErrNotFound: the user is not in the room; ErrArchived: it
// is, and stays so; ErrInvalid: the name is empty, or Slow not from 0 to 3600; ErrTaken: an open room has
// the name; ErrMuted: as User.MaySpeak.
func (s *Store) ChangeRoom(ctx context.Context, userID, roomID string, c RoomChange) (message.Room, error) {
	_, err := write(ctx, s, "change a room", func(ctx context.Context, tx *sql.Tx) (none struct{}, err error) {
		now := s.now()
		p, err := placeOf(ctx, tx, userID, roomID)
		if err != nil {
			return none, err
		}
		if err := p.mayChange(roomID, c, now); err != nil {
			return none, err
		}
		is, err := p.changed(c)
		if err != nil {
			return none, err
		}
		folded := message.Fold(is.name)
		if is.kind == message.OpenRoom && !is.archived {
			if err := free(ctx, tx, folded, roomID); err != nil {
				return none, err
			}
		}
		archived := 0
		if is.archived {
			archived = 1
		}
		_, err = tx.ExecContext(ctx, `UPDATE rooms SET name = $2, folded = $3, topic = $4, archived = $5, slow = $6 WHERE id = $1`,
			roomID, is.name, folded, is.topic, archived, is.slow)
		if err != nil {
			return none, err
		}
		return none, noteChange(ctx, tx, roomID, p, is, now)
	})
	if err != nil {
		return message.Room{}, err
	}
	return s.Room(ctx, userID, roomID)
}

// mayChange says whether that is for the user to do.
func (p place) mayChange(roomID string, c RoomChange, now time.Time) error {
	more := c.Name != nil || c.Archived != nil
	switch {
	case !p.member && !p.keeps():
		return ErrNotFound
	case p.kind == message.DirectRoom:
		return refuse(ErrForbidden, "A direct room has no name and no topic, is never slow, and is not archived.")
	case more && roomID == message.Lobby:
		return refuse(ErrForbidden, "This room keeps its name, and is not archived.")
	case (more || c.Slow != nil) && !p.keeps():
		return refuse(ErrForbidden, "Only who made the room, moderators and owners can do this.")
	case p.archived && (c.Archived == nil || *c.Archived) && (c.Name != nil || c.Topic != nil || c.Slow != nil):
		return archived()
	case c.Name != nil || c.Topic != nil:
		return p.user.MaySpeak(now)
	}
	return nil
}

// changed is p as it will be.
func (p place) changed(c RoomChange) (place, error) {
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
	if c.Slow != nil {
		if p.slow = *c.Slow; p.slow < 0 || p.slow > mostSlow {
			return p, refuse(ErrInvalid, fmt.Sprintf("Between two messages lie at most %d seconds.", mostSlow))
		}
	}
	return p, nil
}

// noteChange notes what was done to keep order: not what somebody does with a room they made.
func noteChange(ctx context.Context, tx *sql.Tx, roomID string, was, is place, now time.Time) error {
	others := was.maker != was.user.ID
	done := act{actor: was.user.ID, room: roomID}
	var all []act
	if others && was.name != is.name {
		done.act, done.note = ActRename, ""
		all = append(all, done)
	}
	if others && was.archived != is.archived {
		done.act, done.note = ActArchive, map[bool]string{true: "on", false: "off"}[is.archived]
		all = append(all, done)
	}
	if was.slow != is.slow {
		done.act, done.note = ActSlow, strconv.Itoa(is.slow)
		all = append(all, done)
	}
	for _, done := range all {
		if _, err := insertAct(ctx, tx, now, done); err != nil {
			return err
		}
	}
	return nil
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

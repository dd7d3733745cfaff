package store

import (
	"context"
	"database/sql"
	"fmt"

	"gochatting/internal/message"
)

// SetRead notes how far the user has read a room, forward or back, never past its Rev, and counts what
// is after it. changed is false if that was known. ErrNotFound: they are not in the room.
func (s *Store) SetRead(ctx context.Context, userID, roomID string, id int64) (r message.Read, changed bool, err error) {
	// Every tab says it; most of the time it is known.
	r, err = s.read(ctx, userID, roomID)
	if err != nil {
		return r, false, fmt.Errorf("store: read mark in room %s: %w", roomID, err)
	}
	if r.ID == min(max(id, 0), r.Rev) {
		return r, false, nil
	}
	changed, err = writeBeside(ctx, s, "set a read mark", "member "+roomID+" "+userID, func(ctx context.Context, tx *sql.Tx) (bool, error) {
		var rev int64
		if err := tx.QueryRowContext(ctx, `SELECT rev FROM rooms WHERE id = $1`, roomID).Scan(&rev); err != nil {
			return false, found(err)
		}
		result, err := tx.ExecContext(ctx, `UPDATE members SET read = $3 WHERE room = $1 AND user_id = $2 AND read <> $3`,
			roomID, userID, min(max(id, 0), rev))
		if err != nil {
			return false, err
		}
		n, err := result.RowsAffected()
		return n > 0, err
	})
	if err != nil {
		return message.Read{}, false, err
	}
	if r, err = s.read(ctx, userID, roomID); err != nil {
		return r, false, fmt.Errorf("store: read mark in room %s: %w", roomID, err)
	}
	return r, changed, nil
}

const selectRead = `SELECT mb.read, r.rev, ` + countUnread + `, ` + countMentions + `
	FROM members mb JOIN rooms r ON r.id = mb.room WHERE mb.room = $1 AND mb.user_id = $2`

func (s *Store) read(ctx context.Context, userID, roomID string) (r message.Read, err error) {
	err = s.engine.read.QueryRowContext(ctx, selectRead, roomID, userID).
		Scan(&r.ID, &r.Rev, &r.Unread, &r.Mentions)
	return r, found(err)
}

// SetInvolvement says what of a room the user wants to be told: message.InvolvedAll and so on, else
// ErrInvalid. ErrNotFound: they are not in the room.
func (s *Store) SetInvolvement(ctx context.Context, userID, roomID, involvement string) error {
	switch involvement {
	case message.InvolvedAll, message.InvolvedMentions, message.InvolvedNone:
	default:
		return refuse(ErrInvalid, "Involvement is all, mentions or none.")
	}
	_, err := writeBeside(ctx, s, "set an involvement", "member "+roomID+" "+userID, func(ctx context.Context, tx *sql.Tx) (none struct{}, err error) {
		err = tx.QueryRowContext(ctx, `UPDATE members SET involvement = $3 WHERE room = $1 AND user_id = $2 RETURNING 1`,
			roomID, userID, involvement).Scan(new(int))
		return none, found(err)
	})
	return err
}
